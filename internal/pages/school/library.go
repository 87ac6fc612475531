package school

import (
	"slices"
	"strconv"
	"strings"

	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

const libraryPath = "/tiltaksbibliotek"

var libraryPage = page("library")

// A libraryView is the library of measures: for whom each may be, what it takes,
// and what is known of it. It names no child.
type libraryView struct {
	web.Frame
	Filters []web.Field
	Samples []sampleShown
	Empty   *web.Empty
}

type sampleShown struct {
	ID, Title, Text string
	Facts           web.Facts
}

func (p *Pages) library(q *web.Req) error {
	w := q.T
	age, situation := q.Query("trinn"), q.Query("hva")
	if !slices.Contains(cases.Ages, age) {
		age = ""
	}
	if !slices.Contains(cases.Situations, situation) {
		situation = ""
	}
	v := libraryView{Frame: q.Frame(w.T("library.title")), Filters: []web.Field{
		chooser(w, "trinn", "library.ages", age, "library.age.", cases.Ages), chooser(w, "hva", "library.situations", situation, "library.for.", cases.Situations),
	}}
	for _, s := range cases.Samples(age, situation) {
		v.Samples = append(v.Samples, sampleOf(w, s))
	}
	if len(v.Samples) == 0 {
		v.Empty = &web.Empty{Title: w.T("library.empty"), Text: w.T("library.empty-text")}
	}
	return q.Render(libraryPage, v)
}

func chooser(w *lang.Words, name, label, value, key string, values []string) web.Field {
	x := web.Field{Name: name, Label: w.T(label), Options: []web.Option{{Label: w.T("library.any")}}}
	for _, s := range values {
		x.Options = append(x.Options, web.Option{Value: s, Label: w.T(key + s), Checked: s == value})
	}
	return x
}

func sampleOf(w *lang.Words, s cases.Sample) sampleShown {
	said := func(key string, values []string) string {
		var all []string
		for _, v := range values {
			all = append(all, w.T(key+v))
		}
		return w.List(all)
	}
	ages := w.T("library.age.all")
	if len(s.Ages) < len(cases.Ages) {
		ages = said("library.age.", s.Ages)
	}
	known := w.T("library.known.none")
	if key := "library." + s.ID + ".known"; w.Has(key) {
		known = w.T(key)
	}
	return sampleShown{ID: s.ID, Title: w.T("library." + s.ID), Text: w.T("library." + s.ID + ".text"), Facts: web.Facts{Items: []web.Fact{
		{Term: w.T("library.whom"), Text: lang.Cap(ages) + ". " + lang.Cap(said("library.for.", s.Places)) + "."},
		{Term: w.T("library.takes"), Text: w.T("library." + s.ID + ".takes")},
		{Term: w.T("library.known"), Text: known},
	}}}
}

// libraryField offers the library in the form of a plan.
func libraryField(w *lang.Words, f *web.Form) web.Field {
	x := f.Field(w, "library", w.T("library.choose"))
	x.Help, x.Mark = w.T("library.choose-help"), w.T("form.optional")
	x.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, s := range cases.Library {
		x.Options = append(x.Options, web.Option{Value: s.ID, Label: w.T("library." + s.ID)})
	}
	return x
}

// fromLibrary writes a sample into the form, in a measure of its own: a text to
// begin with, that is not concrete until its brackets are filled in.
func fromLibrary(w *lang.Words, f *web.Form) {
	id := f.Get("library")
	if !slices.ContainsFunc(cases.Library, func(s cases.Sample) bool { return s.ID == id }) {
		f.Faults.Add(true, "library", "library.fault")
		return
	}
	n := rowsOf(f)
	for _, k := range []string{"problem", "what", "when", "start", "doer", "evaluate"} {
		if strings.TrimSpace(f.Get(measureField(n, k))) != "" {
			n++
			break
		}
	}
	if n > maxRows { // what stands in the last row is not written over
		f.Faults.Add(true, "library", "library.full")
		return
	}
	f.Set("n", strconv.Itoa(n))
	f.Set(measureField(n, "what"), w.T("library."+id+".text"))
	f.Set("library")
}
