package school

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var matterPage = page("matter")

// A matterView is one matter (sak) with the tracks that the reader may see,
// side by side with walls between. Each pupil and each home sees one only.
type matterView struct {
	web.Frame
	Back     web.Back
	Line     string
	Heading  string
	Done     *web.Note
	Faults   *web.Summary
	Tracks   []matterTrack
	Sections []section // what can be done with the matter
}

type matterTrack struct {
	Href, Name, Class string
	Facts             web.Facts
	State             web.State
	What              string
}

func (p *Pages) matter(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showMatter(q, http.StatusOK, f)
}

func (p *Pages) showMatter(q *web.Req, code int, f *web.Form) error {
	rows, err := p.Cases.Matter(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	works, _, err := p.Cases.Does(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	if len(rows) == 1 && !works {
		return q.See(path(rows[0].Track))
	}
	w := q.T
	v := matterView{
		Back: web.Back{Href: "/saker", Text: w.T("school.list.back")}, Heading: w.T("school.matter.title", "n", len(rows)), Done: doneNote(q, "tatt-opp", "eget-spor", "slatt-sammen"),
		Line: lang.Cap(w.T("school.case", "number", rows[0].Number)) + ", " + place(w, rows[0].Arena), Faults: web.SummaryOf(w, f.Faults),
	}
	for _, r := range rows {
		v.Tracks = append(v.Tracks, p.matterTrack(q, r))
	}
	if works {
		if v.Sections, err = p.matterSections(q, several{q, f}, rows); err != nil {
			return err
		}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	return q.RenderStatus(code, matterPage, v)
}

// matterSections are what can be done with the matter from the track the page
// was reached by.
func (p *Pages) matterSections(q *web.Req, s several, rows []cases.Row) ([]section, error) {
	var all []section
	for _, r := range rows {
		if r.Slug == q.Path("spor") && !r.Over() {
			x, err := p.exposedSection(q, s, r.Track, rows)
			if err != nil {
				return nil, err
			}
			all = append(all, x)
		}
	}
	w, f := q.T, s.of("join")
	number := f.Field(w, name("join", "number"), w.T("children.join.number"))
	number.Help, number.Autocomplete, number.Max = w.T("children.join.number-help"), "off", 10
	join := s.form("join", w.T("children.join.do"), question{Kind: "text", F: number},
		area(w, f, name("join", "reason"), w.T("children.reason"), w.T("children.join.reason-help"), 3))
	all = append(all, section{ID: "join", Title: w.T("children.join"), Text: w.T("children.join.text"), Forms: []smallForm{join.folded(w.T("children.join.fold"))}})
	if len(rows) > 1 {
		part := s.form("part", w.T("children.part.do"), area(w, s.of("part"), name("part", "reason"), w.T("children.reason"), w.T("children.part.reason-help"), 3))
		all = append(all, section{ID: "part", Title: w.T("children.part", "name", p.partName(q, rows)), Text: w.T("children.part.text"), Forms: []smallForm{part.folded(w.T("children.part.fold"))}})
	}
	return all, nil
}

// partName is whose track is taken out: the one the page was reached by.
func (p *Pages) partName(q *web.Req, rows []cases.Row) string {
	for _, r := range rows {
		if r.Slug == q.Path("spor") {
			return rowName(q.T, cases.Track{Name: r.Name, Shielded: r.Shielded}, false)
		}
	}
	return q.T.T("school.pupil")
}

// exposedSection asks for another child who is exposed too. It gets a track of
// its own.
func (p *Pages) exposedSection(q *web.Req, s several, from cases.Track, rows []cases.Row) (section, error) {
	all, err := p.pupilsAt(q, from.School)
	if err != nil {
		return section{}, err
	}
	has := map[tilhor.PersonID]bool{}
	for _, r := range rows {
		has[r.Pupil] = true
	}
	w, f := q.T, s.of("exposed")
	var free []roster.Pupil
	for _, x := range all {
		if !has[x.ID] {
			free = append(free, x)
		}
	}
	who := pupilAsked(w, f, name("exposed", "pupil"), w.T("children.exposed.pupil"), "", free)
	who.F.Options = []web.Option{{Label: w.T("children.exposed.nobody")}}
	described := f.Field(w, name("exposed", "described"), w.T("children.exposed.described"))
	described.Mark = w.T("form.optional")
	said := area(w, f, name("exposed", "said"), w.T("children.exposed.said"), w.T("children.exposed.said-help"), 3)
	saw := area(w, f, name("exposed", "saw"), w.T("children.exposed.saw"), w.T("children.exposed.saw-help"), 3)
	said.F.Mark = w.T("form.optional")
	schools, err := p.Cases.Schools(q.Context(), q.Actor)
	if err != nil {
		return section{}, err
	}
	where := f.Field(w, name("exposed", "school"), w.T("children.exposed.school"))
	where.Help, where.Options = w.T("children.exposed.school-help"), []web.Option{{Label: w.T("children.exposed.school-here")}}
	for _, x := range schools {
		if x.ID != from.School {
			where.Options = append(where.Options, web.Option{Value: string(x.ID), Label: x.Name, Checked: f.Get(name("exposed", "school")) == string(x.ID)})
		}
	}
	form := s.form("exposed", w.T("children.exposed.do"), who, question{Kind: "text", F: described}, question{Kind: "select", F: where}, said, saw,
		whenAsked(w, f, name("exposed", "known"), w.T("children.exposed.known")))
	return section{ID: "exposed", Title: w.T("children.exposed"), Text: w.T("children.exposed.text"), Forms: []smallForm{form.folded(w.T("children.exposed.fold"))}}, nil
}

func (p *Pages) doMatter(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	known := tilhor.When{}
	if f.Get("do") == "exposed" {
		known = readWhen(f, name("exposed", "known"), q.Now)
	}
	spor := q.Path("spor")
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		switch do {
		case "exposed":
			fresh, err := p.Cases.AddExposed(q.Context(), q.Actor, spor, cases.NewExposed{
				Pupil: tilhor.PersonID(get("pupil")), Described: get("described"), Known: known, Said: get("said"), Saw: get("saw"),
				School: tilhor.SchoolID(get("school")),
			})
			if err != nil {
				return "", err
			}
			to := "/saker/" + spor + "?gjort=eget-spor"
			if reads, err := p.Cases.Reads(q.Context(), q.Actor, fresh.Slug); err == nil && reads {
				to = path(fresh) + "?gjort=eget-spor"
			}
			return to, nil
		case "join":
			return "/saker/" + spor + "/sammenheng?gjort=slatt-sammen", p.Cases.JoinMatter(q.Context(), q.Actor, spor, strings.TrimSpace(get("number")), get("reason"))
		case "part":
			return "/saker/" + spor + "?gjort=tatt-ut", p.Cases.TakeOut(q.Context(), q.Actor, spor, get("reason"))
		}
		return "", tilhor.Faults{{Field: name("exposed", "pupil"), Key: "cases.fault.pupil"}}
	}, func(code int, f *web.Form) error {
		if f.Get("do") == "" {
			f.Set("do", "exposed")
			for i := range f.Faults {
				f.Faults[i].Field = name("exposed", "pupil")
			}
		}
		return p.showMatter(q, code, f)
	})
}

func (p *Pages) matterTrack(q *web.Req, r cases.Row) matterTrack {
	w := q.T
	t := matterTrack{Href: path(r.Track), Name: rowName(w, cases.Track{Name: r.Name, Shielded: r.Shielded}, false), Class: r.Class}
	t.Facts = web.Facts{Stack: true, Items: []web.Fact{
		{Term: w.T("school.list.stage"), Text: rowStage(w, r)},
		{Term: w.T("school.list.has"), Text: hasIt(w, r)},
		{Term: w.T("school.matter.home"), Text: w.T("school.matter.home-text", "name", short(w, r.Track))},
	}}
	t.State = web.State{Name: web.OK, Word: w.T("school.list.calm")}
	if d, ok := urgent(r.Duties); ok {
		row := web.DutyNow(w, d, calendar.DateOf(q.Now))
		t.State, t.What = row.State, row.What
	}
	return t
}
