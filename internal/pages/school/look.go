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

// lookPath is the page of an inquiry's plan: what to find out, and what
// colleagues are asked to look for.
const lookPath = "plan"

// What its forms can be asked to do.
const (
	lookAdd      = "sett"
	lookTick     = "kryss"
	lookAsk      = "spor"
	lookWithdraw = "trekk"
)

// look shows the plan of the inquiry.
func (p *Pages) look(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showLook(q, http.StatusOK, f)
}

func (p *Pages) doLook(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	ctx, slug, do := q.Context(), q.Path("spor"), f.Get("do")
	on := f.Day(name(do, "due"))
	f.Faults.Add(!slices.Contains([]string{lookAdd, lookTick, lookAsk, lookWithdraw}, do), name(lookAdd, "question"), "stage.fault.do")
	back := path(cases.Track{Slug: slug}, stageInquiry, lookPath) + "?gjort=" + do
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		switch do {
		case lookAdd:
			return back, p.Cases.PlanInquiry(ctx, q.Actor, slug, cases.Lookup{Question: get("question"), Whom: get("ask-whom"), On: on})
		case lookTick:
			return back, tick(get, func(id tilhor.RecordID, answer, line string) error {
				return p.Cases.TickFound(ctx, q.Actor, slug, id, answer, line)
			})
		case lookAsk:
			r := cases.Request{Kind: cases.ForObservation, Whom: persons(f.All(name(do, "whom"))), Place: get("spot"), Look: get("look"), Due: on}
			return back, p.Cases.Ask(ctx, q.Actor, slug, r)
		}
		return back, p.withdraw(q, slug, get("which"))
	}, func(code int, f *web.Form) error { return p.showLook(q, code, f) })
}

func (p *Pages) withdraw(q *web.Req, slug, id string) error {
	if id == "" {
		return tilhor.Faults{{Field: "which", Key: "look.withdraw.fault"}}
	}
	return p.Cases.Withdraw(q.Context(), q.Actor, slug, tilhor.RecordID(id))
}

func persons(ids []string) (all []tilhor.PersonID) {
	for _, id := range ids {
		all = append(all, tilhor.PersonID(id))
	}
	return all
}

func (p *Pages) showLook(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "look")
	if err != nil {
		return err
	}
	if !file.Works {
		return tilhor.ErrNotFound
	}
	staff, err := p.employeesAt(q, file.School)
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, stageInquiry)
	v := sectionsView{
		Back: web.Back{Href: path(file.Track, stageInquiry), Text: w.T("school.stage." + stageInquiry)}, Line: h.Line,
		Heading: w.T("look.title", "name", h.Name), Lead: w.T("look.lead"), Done: saidDone(q, "look.done."),
	}
	s := several{q, f}
	v.Sections = []section{lookItems(q, s, file, h.Name), askSection(q, s, file, cases.AskKind.Team, false)}
	if !file.Over() {
		v.Sections[1].Forms = append([]smallForm{askForm(q, s, h.Name, staff)}, v.Sections[1].Forms...)
	}
	v.Sections = append(v.Sections, namingLink(w, file))
	return v.show(q, code, f)
}

// namingLink leads to where a survey that names pupils is decided on, and says of
// one that waits to be checked.
func namingLink(w *lang.Words, file cases.File) section {
	text := w.T("survey.link-text")
	if slices.ContainsFunc(file.NamingSurveys(), func(s cases.NamingSurvey) bool { return !s.Checked }) {
		text = w.T("survey.waits")
	}
	return section{ID: "kartlegging", Title: w.T("survey.link-title"), Note: &web.Note{Color: "info", Title: text, Href: path(file.Track, stageInquiry, namingPath), Link: w.T("survey.link")}}
}

// saidDone is what was just done, by the address, when there is a text for it.
func saidDone(q *web.Req, key string) *web.Note {
	if done := q.Query("gjort"); done != "" && q.T.Has(key+done) {
		return &web.Note{Color: "success", Role: "status", Title: q.T.T(key + done)}
	}
	return nil
}

// lookItems are the things to find out, and how each went.
func lookItems(q *web.Req, s several, file cases.File, child string) section {
	w := q.T
	x := section{ID: "finn", Title: w.T("look.items")}
	var facts web.Facts
	var open []openPoint
	for _, l := range file.Lookups() {
		when := w.T("look.item", "date", w.NearDay(l.On, today(q)))
		switch {
		case l.Answer == cases.LookedDone:
			when = w.T("look.item.done", "date", dayOf(w, l.Done))
		case l.Answer == cases.LookedDropped:
			when = w.T("look.item.dropped")
		case l.Late(today(q)):
			when = w.T("look.item.late", "date", w.NearDay(l.On, today(q)))
		}
		facts.Items = append(facts.Items, web.Fact{Term: when, Text: lines(l.Question, l.Whom, l.Line)})
		if l.Answer == "" {
			open = append(open, openPoint{string(l.ID), l.Question})
		}
	}
	if len(facts.Items) > 0 {
		x.Facts = &facts
	} else {
		x.Text = w.T("look.items.none")
	}
	x.Forms = tickForm(q, s, open)
	if file.Over() {
		return x
	}
	f := s.of(lookAdd)
	ask := area(w, f, name(lookAdd, "question"), w.T("look.question"), w.T("look.question-help", "name", child), 2)
	whom := area(w, f, name(lookAdd, "ask-whom"), w.T("look.whom"), "", 2)
	x.Forms = append(x.Forms, s.form(lookAdd, w.T("look.add"), ask, whom, dueAsked(w, f, lookAdd, w.T("look.on"))).folded(w.T("look.new")))
	x.Forms[len(x.Forms)-1].Open = x.Forms[len(x.Forms)-1].Open || len(facts.Items) == 0
	return x
}

func dueAsked(w *lang.Words, f *web.Form, do, label string) question {
	due := f.Field(w, name(do, "due"), label)
	due.Help = w.T("form.date-help")
	return question{Kind: "date", F: due}
}

// askSection is who was asked, and how it stands: of the team, or of the rest.
func askSection(q *web.Req, s several, file cases.File, team func(cases.AskKind) bool, want bool) section {
	w := q.T
	x := section{ID: "spurt", Title: w.T("look.asks"), Text: w.T("look.asks.none")}
	t := web.Table{Caption: w.T("look.asks"), Hidden: true, Columns: []web.Column{{Text: w.T("look.asks.who")}, {Text: w.T("look.asks.what")}, {Text: w.T("look.asks.state")}}}
	f := s.of(lookWithdraw)
	which := f.Field(w, name(lookWithdraw, "which"), w.T("look.withdraw.which"))
	which.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, a := range file.Asks {
		if team(a.Kind) != want {
			continue
		}
		state := askState(w, a, today(q))
		t.Rows = append(t.Rows, []web.Cell{{Text: a.Name}, {Text: a.Look, Small: a.Place}, {State: &state, Small: a.Declined}})
		if a.State == cases.AskOpen {
			which.Options = append(which.Options, web.Option{Value: string(a.ID), Label: a.Name + ", " + w.DateShort(a.Due), Checked: which.Value == string(a.ID)})
		}
	}
	if len(t.Rows) > 0 {
		x.Table, x.Text = &t, ""
	}
	if len(which.Options) > 1 || s.sent.Get("do") == lookWithdraw {
		x.Forms = append(x.Forms, s.form(lookWithdraw, w.T("look.withdraw.do"), question{Kind: "select", F: which}).folded(w.T("look.withdraw")))
	}
	return x
}

func askState(w *lang.Words, a cases.Ask, today tilhor.Date) web.State {
	switch {
	case a.Late(today):
		return web.State{Name: web.Late, Word: w.T("look.state.late", "date", w.NearDay(a.Due, today))}
	case a.State == cases.AskOpen:
		return web.State{Name: web.Wait, Word: w.T("look.state.open", "date", w.NearDay(a.Due, today))}
	case a.State == cases.AskAnswered:
		return web.State{Name: web.OK, Word: w.T("look.state.answered")}
	}
	return web.State{Name: web.None, Word: w.T("look.state." + a.State)}
}

// askForm asks colleagues for a short observation each.
func askForm(q *web.Req, s several, child string, staff []roster.Employee) smallForm {
	w, f := q.T, s.of(lookAsk)
	spot := f.Field(w, name(lookAsk, "spot"), w.T("look.ask.spot"))
	spot.Help = w.T("look.ask.spot-help")
	form := s.form(lookAsk, w.T("look.ask.do"), whomAsked(q, f, lookAsk, w.T("look.ask.whom"), staff), question{Kind: "text", F: spot},
		area(w, f, name(lookAsk, "look"), w.T("look.ask.look"), w.T("look.ask.look-help", "name", child), 2), dueAsked(w, f, lookAsk, w.T("look.ask.due"))).folded(w.T("look.ask"))
	form.Lead = w.T("look.ask.lead")
	return form
}

// whomAsked asks for several of those who work at the school.
func whomAsked(q *web.Req, f *web.Form, do, label string, staff []roster.Employee) question {
	w := q.T
	x := f.Field(w, name(do, "whom"), label)
	x.Value = ""
	for _, e := range staff {
		if e.ID == q.Actor.Person || !cases.CanAnswer(e) {
			continue
		}
		o := web.Option{Value: string(e.ID), Label: employeeName(w, e), Checked: f.Ticked(x.Name, string(e.ID))}
		if e.TrainedOn == "" && len(e.Roles) > 0 {
			o.Help = w.T("school.untrained")
		}
		x.Options = append(x.Options, o)
	}
	return question{Kind: "checks", F: x}
}
