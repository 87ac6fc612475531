package school

import (
	"net/http"
	"slices"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// child asks for another child that the matter touches directly: it must be
// heard too, before measures are decided (§§ 10-2, 12-4).
func (p *Pages) child(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askChild(q, http.StatusOK, f)
}

func (p *Pages) addChild(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	k := cases.Child{Person: pupilOf(f, "person"), Described: f.Get("described"), Role: f.Get("role")}
	return q.Answer(f, func() (string, error) {
		return talksDone(q, "child"), p.Cases.AddChild(q.Context(), q.Actor, q.Path("spor"), k)
	}, func(code int, f *web.Form) error { return p.askChild(q, code, f) })
}

func (p *Pages) askChild(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "talks")
	if err != nil {
		return err
	}
	pupils, err := p.pupilsAt(q, file.School)
	if err != nil {
		return err
	}
	h := p.head(q, file, stageTalks)
	a := asker{say{q.T, "child", h.Name}, f}
	person := pupilAsked(q.T, f, "person", a.Say("person"), "", others(file, pupils))
	person.F.Options = []web.Option{{Label: a.Say("person.none")}}
	return ask(q, code, f, formView{
		Back: toTalks(q, h), Line: h.Line, Heading: a.Cap("title"), Lead: a.Say("lead"),
		Note:      &web.Note{Color: "info", Title: q.T.T("children.exposed.ask"), Text: q.T.T("children.exposed.ask-text"), Href: h.Path + "/sammenheng#exposed", Link: q.T.T("children.exposed.fold")},
		Questions: []question{person, {Kind: "text", F: a.free("described")}, {Kind: "radios", F: a.choice("role", cases.ChildRoles...)}},
		Buttons:   []web.Button{{Text: a.Say("save")}, {Text: q.T.T("do.cancel"), Href: toTalks(q, h).Href, Kind: "tertiary"}},
	})
}

// others are the pupils who are not in the track already.
func others(f cases.File, all []roster.Pupil) []roster.Pupil {
	known := map[tilhor.PersonID]bool{f.Pupil: true}
	for _, c := range f.Children {
		known[c.Person] = true
	}
	return slices.DeleteFunc(all, func(p roster.Pupil) bool { return known[p.ID] })
}

// toTalks leads back to the talks of the track.
func toTalks(q *web.Req, h head) web.Back {
	return web.Back{Href: h.Path + "/" + stageTalks, Text: q.T.T("school.stage." + stageTalks)}
}

// talksDone is the page of talks, saying what was just done.
func talksDone(q *web.Req, what string) string {
	return "/saker/" + q.Path("spor") + "/" + stageTalks + "?gjort=" + what
}

// miss is for rektor alone: another affected child could not be reached before
// the plan. The pupil of the track is never skipped this way.
func (p *Pages) miss(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefill(f, "child", q.Query("barn"))
	return p.askMiss(q, http.StatusOK, f)
}

func (p *Pages) writeMiss(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	m := cases.Miss{Child: f.Get("child"), Reason: f.Get("reason"), Attempts: f.Get("attempts"), HearBy: f.Day("hear-by")}
	return q.Answer(f, func() (string, error) {
		return talksDone(q, "miss"), p.Cases.CouldNotReach(q.Context(), q.Actor, q.Path("spor"), m)
	}, func(code int, f *web.Form) error { return p.askMiss(q, code, f) })
}

func (p *Pages) askMiss(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "talks")
	if err != nil {
		return err
	}
	name, known := childOf(q.T, file, f.Get("child"))
	if !file.Lead || !known || f.Get("child") == "" {
		return tilhor.ErrNotFound
	}
	h := p.head(q, file, stageTalks)
	a := asker{say{q.T, "miss", name}, f}
	which := web.Field{Name: "child", Label: a.Say("child"), Options: []web.Option{{Value: f.Get("child"), Label: lang.Cap(name), Checked: true}}}
	return ask(q, code, f, formView{
		Back: toTalks(q, h), Line: h.Line, Heading: a.Cap("title"), Lead: a.Cap("lead"),
		Questions: []question{
			{Kind: "select", F: which},
			{Kind: "area", F: rows(3, a.field("reason"))},
			{Kind: "area", F: rows(3, a.field("attempts"))},
			{Kind: "date", F: a.date("hear-by")},
		},
		Buttons: []web.Button{{Text: a.Say("save")}, {Text: q.T.T("do.cancel"), Href: toTalks(q, h).Href, Kind: "tertiary"}},
	})
}
