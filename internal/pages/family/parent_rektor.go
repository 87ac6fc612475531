package family

import (
	"net/http"
	"regexp"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// What every parent can do from day one, case or none: take a matter up with
// rektor, from which the week of § 12-6 runs. The school is chosen and the child
// named by the parent: what the lists know of a family is not shown here, and so
// the page is the same for who is kept out.

func (p *Pages) rektor(q *web.Req) error {
	if day, err := tilhor.ParseDate(q.Query("sendt")); err == nil {
		return p.raised(q, day, q.Query("sagt"))
	}
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askRektor(q, http.StatusOK, f)
}

func (p *Pages) askRektor(q *web.Req, code int, f *web.Form) error {
	schools, err := q.Schools()
	if err != nil {
		return err
	}
	w := q.T
	school := f.Field(w, "school", w.T("parent.rektor.school"))
	school.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, s := range schools {
		school.Options = append(school.Options, web.Option{Value: string(s.ID), Label: s.Name, Checked: f.Get("school") == string(s.ID)})
	}
	child := f.Field(w, "described", w.T("parent.rektor.child"))
	child.Help, child.Autocomplete, child.Spell = w.T("parent.rektor.child-help"), "off", "false"
	v := formView{
		Back: web.Back{Href: parentPath, Text: w.T("parent.back")}, Heading: w.T("parent.rektor.title"), Lead: w.T("parent.rektor.lead"),
		Questions: []question{{Kind: "select", F: school}, {Kind: "text", F: child}, area(w, f, "saw", w.T("parent.rektor.what"), w.T("parent.rektor.what-help"))},
		Help:      w.T("parent.rektor.reads", "say", w.T("mine.tell.button")), Buttons: []web.Button{{Text: w.T("parent.rektor.do")}},
	}
	return v.show(q, code, f)
}

func (p *Pages) doRektor(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	f.Faults.Add(f.Get("school") == "", "school", "parent.fault.school")
	f.Faults.Add(f.Line("described") == "", "described", "parent.fault.child")
	now := tilhor.Now(q.Now)
	return q.Answer(f, func() (string, error) {
		c, err := p.Concerns.Tell(q.Context(), q.Actor, concerns.Telling{
			School: tilhor.SchoolID(f.Get("school")), Described: f.Line("described"), Saw: f.Get("saw"), Arena: tilhor.ArenaElsewhere,
			Happened: tilhor.When{Precision: tilhor.Unknown}, Known: now, Raised: &concerns.Raised{By: "parent", At: now},
		})
		return rektorPath + "?sendt=" + string(calendar.DateOf(q.Now)) + "&sagt=" + c.Slug, err
	}, func(code int, f *web.Form) error { return p.askRektor(q, code, f) })
}

// toldPath is what a parent has told, before the address of each: it is followed
// there, and has its receipt.
const toldPath = "/min/sagt/"

var slugs = regexp.MustCompile(`^[a-z2-7]{10}$`)

// raised says that rektor has it, when the week is over, and where it is followed.
func (p *Pages) raised(q *web.Req, day tilhor.Date, slug string) error {
	w := q.T
	v := blocksView{
		Back: &web.Back{Href: parentPath, Text: w.T("parent.back")}, Heading: w.T("parent.raised.title", "date", lang.In((*lang.Words).DayMonth, day)), Lead: w.T("parent.raised.lead"),
		Blocks: []block{
			{ID: "uke", Title: w.T("parent.state.h2"), Text: []string{w.T("parent.raised.week")}, Facts: []web.Facts{{Items: []web.Fact{
				{Term: w.T("parent.state.week"), Text: passed(w, calendar.AddWeeks(day, 1), calendar.DateOf(q.Now))},
				{Term: w.T("parent.state.five"), Text: passed(w, calendar.AddArbeidsdager(day, 5), calendar.DateOf(q.Now))},
			}}}, After: w.T("parent.state.both"), Buttons: []web.Button{{Text: w.T("parent.state.button"), Href: statePath, Kind: "secondary"}}},
		},
	}
	if slugs.MatchString(slug) {
		v.Blocks[0].Buttons = append([]web.Button{{Text: w.T("parent.raised.follow"), Href: toldPath + slug}}, v.Blocks[0].Buttons...)
	}
	return v.show(q)
}

// state is how one goes to Statsforvalteren: the same for every parent.
func (p *Pages) state(q *web.Req) error {
	w := q.T
	v := blocksView{
		Back: &web.Back{Href: parentPath, Text: w.T("parent.back")}, Heading: w.T("parent.state.title"), Lead: w.T("parent.state.lead"),
		Blocks: []block{
			{ID: "naar", Title: w.T("parent.state.when"), List: []string{w.T("parent.state.when-1"), w.T("parent.state.when-2"), w.T("parent.state.when-3")}, After: w.T("parent.state.both")},
			{ID: "hvordan", Title: w.T("parent.state.how"), Text: []string{w.T("parent.state.how-1"), w.T("parent.state.how-2"), w.T("parent.state.how-3")}},
			{ID: "hva", Title: w.T("parent.state.does"), Text: []string{w.T("parent.state.does-1"), w.T("parent.state.does-2")}, Buttons: []web.Button{{Text: w.T("parent.rektor.button"), Href: rektorPath, Kind: "secondary"}}},
		},
	}
	if reach := q.Kit.Owner.Reach(); reach != nil {
		v.Blocks[1].Facts = []web.Facts{*reach}
	}
	return v.show(q)
}
