package school

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// Several cases given on at once (overlevering): somebody leaves or is away, and
// whoever leads the school gives the cases to one or several others, each with
// what the next one must know first.

var (
	overPage        = page("people_over")
	overReceiptPage = page("people_over_receipt")
)

// keep says of one case in the form that it stays where it is.
const keep = "-"

type overView struct {
	web.Frame
	Back    web.Back
	Heading string
	Lead    string
	Note    *web.Note
	Cut     *web.Note // there are more than one form takes
	Faults  *web.Summary
	Form    *web.Form
	From    tilhor.PersonID
	Holders []holderRow
	Given   []holderRow // receipts
	Empty   web.Empty
	All     web.Field
	Groups  []overGroup
	Lost    []string // what was typed of cases that are not in the list any more
	Buttons []web.Button
}

// A holderRow is one who has cases, and the way to give them on.
type holderRow struct{ Name, State, Href string }

// An overGroup is the cases of one class.
type overGroup struct {
	Title string
	Rows  []overRow
}

// An overRow is one case of the form.
type overRow struct {
	Slug, Name, Line string
	To, Note         web.Field
}

// overPath is the form for one person's cases. The address names a person by
// random characters only.
func overPath(p tilhor.PersonID) string {
	return "/overlevering?" + url.Values{"hos": {string(p)}}.Encode()
}

func (p *Pages) over(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	from := tilhor.PersonID(q.Query("hos"))
	if f.Has("hos") {
		from = tilhor.PersonID(f.Get("hos"))
	}
	if from == "" {
		return p.showHolders(q)
	}
	return p.showOver(q, http.StatusOK, f, from)
}

// showHolders asks whose cases it is about.
func (p *Pages) showHolders(q *web.Req) error {
	all, err := p.Cases.Holders(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := overView{
		Back: schoolBack(q), Heading: w.T("absence.over.title"), Lead: w.T("absence.over.lead"),
		Empty: web.Empty{Title: w.T("absence.over.empty"), Text: w.T("absence.over.empty-text")},
	}
	lang.Sort(q.Lang, all, func(h cases.Holder) string { return h.Name })
	slices.SortStableFunc(all, func(a, b cases.Holder) int { return absent(b) - absent(a) })
	for _, h := range all {
		r := holderRow{Name: h.Name, State: numbered(w, "absence.over.has", h.N), Href: overPath(h.Person)}
		switch {
		case h.Left:
			r.State += ". " + w.T("absence.over.left")
		case h.Away != "":
			r.State += ". " + w.T("absence.over.away", "date", w.DayMonth(h.Away))
		}
		v.Holders = append(v.Holders, r)
	}
	given, err := p.Cases.GiveOvers(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, r := range given {
		v.Given = append(v.Given, holderRow{Name: w.T("absence.over.given-from", "who", r.From), State: lang.Cap(w.Near(r.At, q.Now)), Href: "/overlevering/" + r.ID})
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(overPage, v)
}

// numbered is a text that begins with a number of things, in words when they are few.
func numbered(w *lang.Words, key string, n int, kv ...any) string {
	return lang.Cap(w.T(key, append(kv, "n", n, "many", few(w, n))...))
}

// absent says whether somebody has left, or is away: theirs come first.
func absent(h cases.Holder) int {
	if h.Left || h.Away != "" {
		return 1
	}
	return 0
}

func (p *Pages) showOver(q *web.Req, code int, f *web.Form, from tilhor.PersonID) error {
	rows, n, err := p.Cases.HeldBy(q.Context(), q.Actor, from)
	lost := lostNotes(f, rows)
	if errors.Is(err, tilhor.ErrNotFound) && (len(lost) > 0 || q.R.Method != http.MethodGet) {
		return p.showGone(q, code, f, lost)
	}
	if err != nil {
		return err
	}
	staff, err := p.employees(q)
	if err != nil {
		return err
	}
	w := q.T
	staff = slices.DeleteFunc(staff, func(e roster.Employee) bool { return e.ID == from })
	who := rows[0].Has
	if who == "" {
		who = rows[0].Gone
	}
	v := overView{
		Back: web.Back{Href: "/overlevering", Text: w.T("absence.over.back")}, Heading: w.T("absence.over.of", "who", who), Lead: w.T("absence.over.of-lead"),
		Form: f, Faults: web.SummaryOf(w, f.Faults), From: from, Lost: lost, Buttons: []web.Button{{Text: w.T("absence.over.do")}},
	}
	if n > len(rows) {
		v.Cut = &web.Note{Color: "info", Title: w.T("absence.over.first", "n", len(rows), "all", n), Text: w.T("absence.over.first-text")}
	}
	if rows[0].Away != "" {
		v.Note = &web.Note{Color: "info", Title: w.T("absence.over.while", "who", who), Href: "/fravaer", Link: w.T("absence.over.while-link")}
	}
	v.All = employeeField(w, f, "all", w.T("absence.over.all"), staff)
	v.All.Mark, v.All.Help, v.All.Options[0].Label = w.T("form.optional"), w.T("absence.over.all-help"), w.T("absence.over.all-none")
	class := func(r cases.Row) string {
		if r.Shielded { // a list says nothing of where
			return ""
		}
		return r.Class
	}
	lang.Sort(q.Lang, rows, class)
	for i, r := range rows {
		x := overRow{Slug: r.Slug, Name: rowName(w, r.Track, false), Line: w.T("school.case", "number", r.Number) + ", " + place(w, r.Arena)}
		x.To = employeeField(w, f, "to-"+r.Slug, w.T("absence.over.to", "name", x.Name), staff)
		x.To.Options[0].Label = w.T("absence.over.as-all")
		x.To.Options = slices.Insert(x.To.Options, 1, web.Option{Value: keep, Label: w.T("absence.over.keep"), Checked: f.Get("to-"+r.Slug) == keep})
		x.Note = f.Field(w, "note-"+r.Slug, w.T("absence.over.note", "name", x.Name))
		x.Note.Rows, x.Note.Help = 2, w.T("absence.over.note-help")
		if i == 0 || class(r) != class(rows[i-1]) {
			title := cmp.Or(class(r), w.T("absence.over.no-class"))
			v.Groups = append(v.Groups, overGroup{Title: title})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Rows = append(g.Rows, x)
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	return q.RenderStatus(code, overPage, v)
}

// lostNotes are the notes that were typed of cases that are not in the list: they
// were given on meanwhile. Those that were lost before stay.
func lostNotes(f *web.Form, rows []cases.Row) []string {
	lost := slices.DeleteFunc(slices.Clone(f.All("lost")), func(s string) bool { return strings.TrimSpace(s) == "" })
	for _, slug := range f.All("sak") {
		note := strings.TrimSpace(f.Get("note-" + slug))
		if note != "" && !slices.Contains(lost, note) && !slices.ContainsFunc(rows, func(r cases.Row) bool { return r.Slug == slug }) {
			lost = append(lost, note)
		}
	}
	return lost
}

// showGone is the page when every case was given on meanwhile: who leads the school
// is told, and keeps what was typed.
func (p *Pages) showGone(q *web.Req, code int, f *web.Form, lost []string) error {
	if _, err := p.Cases.Holders(q.Context(), q.Actor); err != nil {
		return err
	}
	w := q.T
	v := overView{
		Back: web.Back{Href: "/overlevering", Text: w.T("absence.over.back")}, Heading: w.T("absence.over.gone"), Lead: w.T("absence.over.gone-text"),
		Form: f, Lost: lost,
	}
	v.Frame = q.Frame(v.Heading)
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	return q.RenderStatus(code, overPage, v)
}

func (p *Pages) giveOver(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	from, all := tilhor.PersonID(f.Get("hos")), f.Get("all")
	var give []cases.Giving
	for _, slug := range f.All("sak") {
		to := f.Get("to-" + slug)
		if to == "" {
			to = all
		}
		if to == keep || to == "" {
			key := map[bool]string{true: "absence.fault.kept", false: "absence.fault.to"}[to == keep]
			f.Faults.Add(f.Line("note-"+slug) != "", "to-"+slug, key) // a note to nobody is not thrown away
			continue
		}
		give = append(give, cases.Giving{Slug: slug, To: tilhor.PersonID(to), Note: f.Get("note-" + slug)})
	}
	return q.Answer(f, func() (string, error) {
		id, err := p.Cases.GiveOver(q.Context(), q.Actor, from, give)
		if errors.Is(err, tilhor.ErrNotFound) { // one is not the reader's any more: shown again as it is now, or not at all
			err = tilhor.Faults{{Field: "all", Key: "absence.fault.moved"}}
		}
		return "/overlevering/" + id, err
	}, func(code int, f *web.Form) error { return p.showOver(q, code, f, from) })
}

type overReceiptView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Table         web.Table
}

// overReceipt is what was given to whom, on one page, to keep.
func (p *Pages) overReceipt(q *web.Req) error {
	r, err := p.Cases.GiveOverOf(q.Context(), q.Actor, q.Path("kvittering"))
	if err != nil {
		return err
	}
	w := q.T
	v := overReceiptView{
		Back:    web.Back{Href: "/overlevering", Text: w.T("absence.over.back")},
		Heading: numbered(w, "absence.receipt.title", len(r.Rows), "who", r.From), Lead: w.T("absence.receipt.lead", "who", r.By, "when", w.Near(r.At, q.Now)),
		Table: web.Table{
			Caption: w.T("absence.receipt.caption"),
			Columns: []web.Column{{Text: w.T("absence.receipt.case")}, {Text: w.T("absence.receipt.to")}, {Text: w.T("absence.receipt.note")}},
		},
	}
	for _, g := range r.Rows {
		v.Table.Rows = append(v.Table.Rows, []web.Cell{
			{Text: rowName(w, g.Track, false), Small: w.T("school.case", "number", g.Number), Href: path(g.Track)}, {Text: g.To}, {Text: strings.TrimSpace(g.Note)},
		})
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(overReceiptPage, v)
}
