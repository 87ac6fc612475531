package school

import (
	"net/http"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/ideas"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// What pupils and parents suggest (innspill): rektor, who stands in, and whom she lets
// answer in her place. Nobody of them is told who wrote it, but when a child may not be
// well. And the parents' own groups, as far as a school sees them.

// IdeasPath is the list's address, for the menu of who answers.
const (
	IdeasPath   = "/skolen/innspill"
	circlesPath = "/skolen/foreldregrupper"
)

// What the forms of a suggestion do.
const (
	doReply = "svar"
	doGive  = "gi"
	doShow  = "vis"
	doHide  = "skjul"
	doWho   = "hvem"
)

var ideasPage = page("ideas_list")

func (p *Pages) ideaRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: IdeasPath, Name: "school.ideas", Roles: workers, Sensitive: true, Serve: p.ideas},
		{Method: "GET", Path: IdeasPath + "/{innspill}", Name: "school.idea", Roles: workers, Case: true, Sensitive: true, Serve: p.idea},
		{Method: "POST", Path: IdeasPath + "/{innspill}", Name: "school.idea.decide", Roles: workers, Case: true, Sensitive: true, Serve: p.decideIdea},
		{Method: "GET", Path: circlesPath, Name: "school.circles", Roles: workers, Serve: p.circles},
	}
}

type ideasView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Waiting, Done []web.Duty
	Empty         *web.Empty
	Council       *web.Note // what the elevråd has, and by when it is to be answered
}

// ideas is what waits for an answer, by its clock, and what is answered.
func (p *Pages) ideas(q *web.Req) error {
	all, lead, err := p.Ideas.AtSchool(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := ideasView{Back: schoolBack(q), Heading: w.T("ideas.school.title"), Lead: w.T("ideas.school.lead")}
	if !lead {
		v.Back, v.Lead = web.Back{Href: "/i-dag", Text: w.T("nav.today")}, w.T("ideas.school.lead-given")
	}
	v.Frame = q.Frame(v.Heading)
	for _, i := range all {
		row := ideaRow(w, i)
		if i.State != ideas.Answered {
			v.Waiting = append(v.Waiting, row)
		} else {
			v.Done = append(v.Done, row)
		}
	}
	if len(v.Waiting) == 0 {
		v.Empty = &web.Empty{Title: w.T("ideas.school.none"), Text: w.T("ideas.school.none-text")}
	}
	n, due, err := p.Ideas.WithCouncil(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	if n > 0 {
		v.Council = &web.Note{Color: "info", Title: w.T("ideas.school.council", "n", n), Text: w.T("ideas.school.council-text", "date", w.Date(due))}
	}
	return q.Render(ideasPage, v)
}

// ideaRow is a suggestion as something to answer: the norm is the product's own, and
// the row says so (Lokalt).
func ideaRow(w *lang.Words, i ideas.Idea) web.Duty {
	d := web.Duty{What: short80(i.Words), Href: IdeasPath + "/" + i.Slug, Tag: web.TagOf(w, "lokal"), Meta: []string{w.T("ideas.side." + string(i.Side)), w.T("ideas.kind." + i.Kind)}}
	if i.Who != "" {
		d.Meta = append(d.Meta, w.T("ideas.school.given", "who", i.Who))
	}
	switch {
	case i.State == ideas.Answered:
		name := web.OK
		if i.Answer.Verdict == "no" {
			name = web.None
		}
		d.State, d.When = web.State{Name: name, Word: w.T("ideas.verdict-short." + i.Answer.Verdict)}, w.T("ideas.state.answered", "date", w.DayMonth(i.Answer.On))
		if i.Shown {
			d.Meta = append(d.Meta, w.T("ideas.school.shown"))
		}
	case i.Late:
		d.State, d.When = web.State{Name: web.Late, Word: w.T("ideas.school.late")}, w.T("ideas.school.due", "date", w.DayMonth(i.Due))
	default:
		d.State, d.When = web.State{Name: web.Soon, Word: w.T("ideas.school.waits")}, w.T("ideas.school.due", "date", w.DayMonth(i.Due))
	}
	return d
}

// short80 is the beginning of a text, for a list.
func short80(s string) string {
	if utf8.RuneCountInString(s) <= 80 {
		return s
	}
	return string([]rune(s)[:79]) + "…"
}

func (p *Pages) idea(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showIdea(q, http.StatusOK, f)
}

func (p *Pages) showIdea(q *web.Req, code int, f *web.Form) error {
	i, lead, err := p.Ideas.See(q.Context(), q.Actor, q.Path("innspill"))
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v := sectionsView{Back: web.Back{Href: IdeasPath, Text: w.T("ideas.school.title")}, Line: w.T("ideas.kind." + i.Kind), Heading: w.T("ideas.school.one"), Done: ideaDone(q)}
	words := section{ID: "ordene", Title: w.T("ideas.school.words"), Facts: &web.Facts{Stack: true, Items: []web.Fact{
		{Term: w.T("ideas.side." + string(i.Side)), Text: i.Words}, {Term: w.T("ideas.school.came"), Text: w.Date(i.Said)}, {Term: w.T("ideas.school.clock"), Text: w.T("ideas.school.clock-text", "date", w.Date(i.Due))},
	}}}
	if i.Votes.Shown {
		words.Facts.Items = append(words.Facts.Items, web.Fact{Term: w.T("ideas.school.votes"), Text: w.T("ideas.votes", "yes", i.Votes.For, "no", i.Votes.Against)})
	}
	v.Sections = append(v.Sections, words, replySection(w, s, i))
	if lead {
		all, err := p.employees(q)
		if err != nil {
			return err
		}
		give := section{ID: "gi", Title: w.T("ideas.give"), Text: w.T("ideas.give-text")}
		if i.Who != "" {
			give.Text = w.T("ideas.give-now", "who", i.Who)
		}
		give.Forms = []smallForm{s.form(doGive, w.T("ideas.give.do"), question{Kind: "select", F: employeeField(w, s.of(doGive), name(doGive, "person"), w.T("ideas.give.person"), all)}).folded(w.T("ideas.give.fold"))}
		v.Sections = append(v.Sections, give)
		if i.State == ideas.Answered {
			v.Sections = append(v.Sections, showSection(w, s, i))
		}
		who := section{ID: "hvem", Title: w.T("ideas.who"), Text: w.T("ideas.who-text")}
		who.Forms = []smallForm{s.form(doWho, w.T("ideas.who.do"), area(w, s.of(doWho), name(doWho, "reason"), w.T("ideas.who.reason"), w.T("ideas.who.reason-help"), 3)).folded(w.T("ideas.who.fold"))}
		v.Sections = append(v.Sections, who)
	}
	return v.show(q, code, f)
}

func replySection(w *lang.Words, s several, i ideas.Idea) section {
	x := section{ID: "svaret", Title: w.T("ideas.reply"), Text: w.T("ideas.reply-text")}
	g := s.of(doReply)
	if a := i.Answer; a != nil {
		x.Facts = &web.Facts{Items: []web.Fact{{Term: w.T("ideas.verdict-short." + a.Verdict), Text: sentences(a.Why, a.When)}}}
	}
	when := g.Field(w, name(doReply, "when"), w.T("ideas.reply.when"))
	when.Help, when.Mark = w.T("ideas.reply.when-help"), w.T("form.optional")
	form := s.with(doReply, g, w.T("ideas.reply.do"),
		radios(w, g, name(doReply, "verdict"), w.T("ideas.reply.verdict"), pairs("ideas.verdict-short.", ideas.Verdicts)...),
		area(w, g, name(doReply, "why"), w.T("ideas.reply.why"), w.T("ideas.reply.why-help"), 4), question{Kind: "text", F: when})
	if i.State == ideas.Answered {
		form = form.folded(w.T("ideas.reply.fold"))
	} else {
		form = form.first()
	}
	x.Forms = []smallForm{form}
	return x
}

// showSection is what everyone may read of it, as rektor screens it.
func showSection(w *lang.Words, s several, i ideas.Idea) section {
	x := section{ID: "vis", Title: w.T("ideas.show"), Text: w.T("ideas.show-text")}
	g := s.of(doShow)
	if !g.Has(name(doShow, "words")) {
		words, did := i.Words, sentences(i.Answer.Why, i.Answer.When)
		if i.Public != nil {
			words, did = i.Public.Words, i.Public.Did
		}
		g.Set(name(doShow, "words"), words)
		g.Set(name(doShow, "did"), did)
	}
	asked := []question{
		area(w, g, name(doShow, "words"), w.T("ideas.show.words"), w.T("ideas.show.words-help"), 3), area(w, g, name(doShow, "did"), w.T("ideas.show.did"), w.T("ideas.show.did-help"), 4),
		box(w, g, name(doShow, "checked"), "ideas.show.checked"),
	}
	if q := box(w, g, name(doShow, "no-pupil"), "circles.no-pupil"); q.F.Error != "" || g.Has(name(doShow, "no-pupil")) {
		asked = append(asked, q)
	}
	form := s.with(doShow, g, w.T("ideas.show.do"), asked...)
	if i.Shown {
		x.Text = w.T("ideas.show-now")
		hide := s.form(doHide, w.T("ideas.hide.do"))
		x.Forms = append(x.Forms, hide)
	}
	x.Forms = append(x.Forms, form.folded(w.T("ideas.show.fold")))
	return x
}

func ideaDone(q *web.Req) *web.Note {
	switch what := q.Query("gjort"); what {
	case doReply, doGive, doShow, doHide:
		return &web.Note{Color: "success", Role: "status", Title: q.T.T("ideas.school.done." + what)}
	}
	return nil
}

func (p *Pages) decideIdea(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, ctx := q.Path("innspill"), q.Context()
	if _, _, err := p.Ideas.See(ctx, q.Actor, slug); err != nil {
		return err
	}
	again := func(code int, f *web.Form) error { return p.showIdea(q, code, f) }
	if f.Get("do") == doWho {
		return p.askWho(q, f, slug, again)
	}
	if f.Get("do") == "" {
		f.Set("do", doReply)
	}
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		to := IdeasPath + "/" + slug + "?gjort=" + do
		switch do {
		case doGive:
			return to, p.Ideas.Give(ctx, q.Actor, slug, tilhor.PersonID(get("person")))
		case doShow:
			return to, p.Ideas.Show(ctx, q.Actor, slug, ideas.Public{Words: get("words"), Did: get("did"), Checked: get("checked") == "yes", NoPupil: get("no-pupil") == "yes"})
		case doHide:
			return to, p.Ideas.Hide(ctx, q.Actor, slug)
		case doReply:
			return to, p.Ideas.Reply(ctx, q.Actor, slug, ideas.Answer{Verdict: get("verdict"), Why: get("why"), When: get("when")})
		}
		return "", tilhor.ErrNotFound
	}, again)
}

// askWho says who wrote a suggestion, on a page that is the answer to the form: the
// name stands in no address.
func (p *Pages) askWho(q *web.Req, f *web.Form, slug string, again func(int, *web.Form) error) error {
	err := q.OnceShown(f, func() (string, error) {
		return p.Ideas.Ask(q.Context(), q.Actor, slug, f.Get(name(doWho, "reason")))
	}, func(who string) error {
		w := q.T
		v := formView{
			Back: web.Back{Href: IdeasPath + "/" + slug, Text: w.T("ideas.school.one")}, Heading: w.T("ideas.who.title"), Lead: who,
			Note: &web.Note{Color: "info", Title: w.T("ideas.who.note"), Text: w.T("ideas.who.note-text"), Href: "/bekymringer/ny", Link: w.T("ideas.who.note-link")},
		}
		return ask(q, http.StatusOK, web.NewForm(), v)
	})
	if faults := tilhor.FaultsOf(err); faults != nil {
		for _, x := range faults {
			f.Faults.Add(true, name(doWho, x.Field), x.Key)
		}
		return again(http.StatusUnprocessableEntity, f)
	}
	return err
}

// circles are the parents' groups of the school: that they exist, and what they have
// agreed when they let the school read it.
func (p *Pages) circles(q *web.Req) error {
	all, err := p.Circles.AtSchool(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := sectionsView{Back: web.Back{Href: "/i-dag", Text: w.T("nav.today")}, Heading: w.T("circles.school.title"), Lead: w.T("circles.school.lead")}
	if q.Actor.Role == tilhor.RoleRektor {
		v.Back = schoolBack(q)
	}
	x := section{ID: "gruppene", Title: w.T("circles.school.groups")}
	if len(all) == 0 {
		x.Empty = &web.Empty{Title: w.T("circles.school.none"), Text: w.T("circles.school.none-text")}
	} else {
		x.Facts = &web.Facts{Stack: true}
	}
	for _, c := range all {
		text := w.T("circles.school.not-shared")
		if c.Shared {
			text = sentences(agreedLines(w, c.Agreed)...)
		}
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: unitName(w, c.Unit), Text: text})
	}
	v.Sections = []section{x}
	return v.show(q, http.StatusOK, web.NewForm())
}

// unitName is what a class or a year is called.
func unitName(w *lang.Words, u circles.Unit) string {
	if u.Year() {
		return w.T("circles.year", "n", u.Grade)
	}
	return u.Name()
}

func agreedLines(w *lang.Words, a circles.Agreed) (all []string) {
	for _, c := range a.Choices {
		if c == circles.Other {
			all = append(all, a.Words)
		} else {
			all = append(all, w.T("circles.agreed."+c))
		}
	}
	return all
}
