package school

import (
	"net/http"
	"slices"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// The home and the case: whether the home is informed, which is what opens the
// page of the parents; what the child has agreed that they read; what they mean
// of the draft; and what they write, with the answers.

const informPath = "hjemmet/informer"

// The forms of the page.
const (
	informDo = "informert"
	wordsDo  = "ord"
	draftDo  = "utkast"
	replyDo  = "svar"

	disagreeDo = "uenige"
)

func (p *Pages) inform(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showInform(q, http.StatusOK, f)
}

func (p *Pages) doInform(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, do := q.Path("spor"), f.Get("do")
	f.Faults.Add(!slices.Contains([]string{informDo, wordsDo, draftDo, replyDo, disagreeDo}, do), name(informDo, "informed"), "stage.fault.do")
	n := cases.Informing{At: readWhen(f, name(informDo, "at"), q.Now), Review: f.Day(name(informDo, "review"))}
	until := f.Day(name(draftDo, "until"))
	back := path(cases.Track{Slug: slug}, informPath) + "?gjort=" + do
	return decided(q, f, func(_ string, get func(string) string) (string, error) {
		switch do {
		case wordsDo:
			return back, p.Cases.AgreeWords(q.Context(), q.Actor, slug, cases.WordsAgreed{Record: tilhor.RecordID(get("record")), Answer: get("home-reads"), Talk: get("talk")})
		case draftDo:
			return back, p.Cases.ShowDraft(q.Context(), q.Actor, slug, until)
		case disagreeDo:
			x := cases.Disagreement{About: get("disagree-about"), Does: get("disagree-does"), Said: map[tilhor.PersonID]string{}}
			for _, id := range f.All("guardian") {
				x.Said[tilhor.PersonID(id)] = get("said-" + id)
			}
			return back, p.Cases.Disagree(q.Context(), q.Actor, slug, x)
		case replyDo:
			return back, p.Cases.AnswerHome(q.Context(), q.Actor, slug, tilhor.RecordID(get("to")), get("answer-text"))
		}
		n.Answer, n.Heard, n.WhyNot, n.Danger = get("informed"), get("heard"), get("why-not"), get("danger")
		n.Basis, n.Shared, n.Reason = get("considered"), get("shared"), get("inform-reason")
		if _, leads, err := p.Cases.Does(q.Context(), q.Actor, slug); err != nil {
			return "", err
		} else if !leads && n.Answer == cases.No {
			return "", tilhor.Faults{{Field: "informed", Key: "inform.fault.decides"}}
		}
		return back, p.Cases.InformHome(q.Context(), q.Actor, slug, n)
	}, func(code int, f *web.Form) error { return p.showInform(q, code, f) })
}

func (p *Pages) showInform(q *web.Req, code int, form *web.Form) error {
	f, err := p.see(q, "inform")
	if err != nil {
		return err
	}
	if !f.Works || f.Pupil == "" {
		return tilhor.ErrNotFound
	}
	w, h, s := q.T, p.head(q, f, ""), several{q, form}
	v := sectionsView{Back: backTo(q, h), Line: h.Line, Heading: w.T("inform.title"), Lead: w.T("inform.lead"), Done: saidDone(q, "inform.done.")}
	v.Notes = []web.Note{informNote(w, f, calendar.DateOf(q.Now))}
	act := section{ID: "act", Title: w.T("inform.act"), Text: w.T("inform.act-text"), Forms: []smallForm{informForm(q, s)}}
	v.Sections = []section{act, lettersSection(q, s, f), wordsSection(q, s, f)}
	if f.Informed() != nil { // what is decided can be decided anew, under a line
		act.Forms[0] = act.Forms[0].folded(w.T("inform.act.fold"))
		v.Sections = []section{lettersSection(q, s, f), wordsSection(q, s, f), act}
	}
	v.Sections = append(v.Sections, section{
		ID: "sammen", Title: w.T("inform.together"), Note: &web.Note{Color: "info", Text: w.T("inform.together.text"), Href: path(f.Track, "sammen"), Link: w.T("inform.together.link")},
	})
	if f.Draft != nil {
		v.Sections = append(v.Sections, draftSection(q, s, f))
	}
	held, err := p.Cases.HeldFromHome(q.Context(), q.Actor, f.Slug)
	if err != nil {
		return err
	}
	if len(held) > 0 { // before it is opened: what they will not see
		v.Sections = append([]section{heldSection(w, f, held)}, v.Sections...)
	}
	if f.Home {
		home, err := p.Cases.HomeOf(q.Context(), q.Actor, f.Slug)
		if err != nil {
			return err
		}
		v.Sections = append(v.Sections, disagreeSection(q, s, f, home))
	}
	return v.show(q, code, form)
}

// informNote says how it stands.
func informNote(w *lang.Words, f cases.File, today tilhor.Date) web.Note {
	r := f.Informed()
	if r == nil {
		return web.Note{Color: "info", Title: w.T("inform.none"), Text: w.T("inform.none-text")}
	}
	day := w.Date(calendar.DateOf(r.When.Written))
	if r.Answer == cases.Yes {
		return web.Note{Color: "success", Title: w.T("inform.open"), Text: w.T("inform.open-text", "date", day, "who", r.Name)}
	}
	n := web.Note{Color: "info", Title: w.T("inform.closed"), Text: w.T("inform.closed-text", "date", day, "who", r.Name, "review", w.Date(r.On))}
	if r.On <= today {
		n.Color, n.Title = "warning", w.T("inform.due")
	}
	return n
}

func informForm(q *web.Req, s several) smallForm {
	w, f := q.T, s.of(informDo)
	n := func(field string) string { return name(informDo, field) }
	review := f.Field(w, n("review"), w.T("inform.review"))
	review.Help = w.T("inform.review-help")
	form := s.form(informDo, w.T("inform.do"),
		radios(w, f, n("informed"), w.T("inform.answer"), cases.Yes, "inform.answer.yes", cases.No, "inform.answer.no"),
		radios(w, f, n("heard"), w.T("inform.heard"), cases.HeardFirst, "inform.heard.yes", cases.NotHeard, "inform.heard.no"),
		area(w, f, n("why-not"), w.T("inform.why-not"), "", 2),
		radios(w, f, n("danger"), w.T("inform.danger"), cases.NoDanger, "inform.danger.no", cases.Danger, "inform.danger.yes"),
		area(w, f, n("considered"), w.T("inform.basis"), "", 2),
		whenAsked(w, f, n("at"), w.T("inform.at")),
		area(w, f, n("shared"), w.T("inform.shared"), "", 3),
		area(w, f, n("inform-reason"), w.T("inform.reason"), "", 3),
		question{Kind: "date", F: review},
	)
	return form.first()
}

func wordsSection(q *web.Req, s several, f cases.File) section {
	w := q.T
	x := section{ID: "ord", Title: w.T("inform.words"), Text: w.T("inform.words.text")}
	all := f.Spoken()
	if len(all) == 0 {
		x.Text, x.Empty = "", &web.Empty{Title: w.T("inform.words.none")}
		return x
	}
	form := s.of(wordsDo)
	which := form.Field(w, name(wordsDo, "record"), w.T("inform.words.record"))
	which.Options = []web.Option{{Label: w.T("form.choose")}}
	t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("inform.column.words")}, {Text: w.T("inform.column.home")}}}
	for _, r := range all {
		state := web.State{Name: web.Lock, Word: w.T("inform.words.closed")}
		if f.HomeReads(r.ID) {
			state = web.State{Name: web.OK, Word: w.T("inform.words.reads")}
		}
		words := cut(f.Words(r), 120)
		t.Rows = append(t.Rows, []web.Cell{{Text: words, Small: lang.Cap(dayOf(w, r.When))}, {State: &state}})
		which.Options = append(which.Options, web.Option{Value: string(r.ID), Label: cut(f.Words(r), 60), Checked: form.Get(which.Name) == string(r.ID)})
	}
	x.Table = &t
	ask := s.form(wordsDo, w.T("inform.do"), question{Kind: "select", F: which},
		radios(w, form, name(wordsDo, "home-reads"), w.T("inform.words.answer"), cases.Yes, "inform.words.yes", cases.No, "inform.words.no"),
		area(w, form, name(wordsDo, "talk"), w.T("inform.words.talk"), "", 2))
	x.Forms = []smallForm{ask.folded(w.T("inform.words.fold"))}
	return x
}

// cut is the beginning of a text.
func cut(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	return string(r[:most]) + "…"
}

func draftSection(q *web.Req, s several, f cases.File) section {
	w := q.T
	x := section{ID: "utkast", Title: w.T("inform.plan"), Text: w.T("inform.plan.text")}
	if by := f.DraftShown(); by != "" {
		x.Note = &web.Note{Color: "info", Title: w.T("inform.plan.shown", "date", w.Date(by))}
	}
	form := s.of(draftDo)
	until := form.Field(w, name(draftDo, "until"), w.T("inform.plan.until"))
	until.Help = w.T("form.date-help")
	x.Forms = []smallForm{s.form(draftDo, w.T("inform.plan.do"), question{Kind: "date", F: until}).folded(w.T("inform.plan.fold"))}
	return x
}

// heldSection is which sentences those at home do not see, so that they can be
// written anew without anybody's name.
func heldSection(w *lang.Words, f cases.File, held []cases.Held) section {
	x := section{ID: "skjermet", Title: w.T("inform.held", "n", len(held)), Text: w.T("inform.held.text")}
	t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("inform.held.where")}, {Text: w.T("inform.held.sentence")}}}
	for _, h := range held {
		t.Rows = append(t.Rows, []web.Cell{{Text: w.T("inform.held.in." + h.Where)}, {Text: h.Text}})
	}
	x.Table = &t
	x.Note = &web.Note{Color: "info", Text: w.T("inform.held.anew"), Href: path(f.Track, "plan"), Link: w.T("inform.held.link")}
	return x
}

// disagreeSection is what the parents do not agree on: what each says, by itself,
// and what the school does. The school does not judge between them.
func disagreeSection(q *web.Req, s several, f cases.File, home []cases.HomeGuardian) section {
	w := q.T
	x := section{ID: "uenige", Title: w.T("inform.disagree"), Text: w.T("inform.disagree.text")}
	if all := f.Of(cases.HomeDisagree); len(all) > 0 {
		t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("inform.disagree.about")}, {Text: w.T("inform.disagree.does")}}}
		for _, r := range slices.Backward(all) {
			t.Rows = append(t.Rows, []web.Cell{{Text: r.Text["what"], Small: lang.Cap(w.Near(r.When.Written, q.Now))}, {Text: r.Text["does"]}})
		}
		x.Table = &t
	}
	form := s.of(disagreeDo)
	asked := []question{area(w, form, name(disagreeDo, "disagree-about"), w.T("inform.disagree.about"), w.T("inform.disagree.about-help"), 2)}
	var hidden []struct{ Name, Value string }
	for i, g := range home {
		field := name(disagreeDo, "said-"+string(g.ID))
		who := guardianName(w, g)
		if g.Protected {
			who = w.T("inform.disagree.nameless", "n", i+1)
		}
		said := area(w, form, field, w.T("inform.disagree.said", "who", who), w.T("inform.disagree.said-help"), 2)
		said.F.Mark = w.T("form.optional")
		asked = append(asked, said)
		hidden = append(hidden, struct{ Name, Value string }{"guardian", string(g.ID)})
	}
	asked = append(asked, area(w, form, name(disagreeDo, "disagree-does"), w.T("inform.disagree.does"), w.T("inform.disagree.does-help"), 2))
	ask := s.form(disagreeDo, w.T("inform.do"), asked...)
	ask.Hidden = hidden
	x.Forms = []smallForm{ask.folded(w.T("inform.disagree.fold"))}
	return x
}

func lettersSection(q *web.Req, s several, f cases.File) section {
	w := q.T
	x := section{ID: "skrevet", Title: w.T("inform.letters")}
	all := f.Letters()
	if len(all) == 0 {
		x.Empty = &web.Empty{Title: w.T("inform.letters.none")}
		return x
	}
	x.Text = w.T("inform.letters.text")
	waits := map[tilhor.RecordID]bool{}
	for _, r := range f.Unanswered() {
		waits[r.ID] = true
	}
	form := s.of(replyDo)
	to := form.Field(w, name(replyDo, "to"), w.T("inform.letters.to"))
	to.Options = []web.Option{{Label: w.T("form.choose")}}
	t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("inform.column.who")}, {Text: w.T("inform.column.what")}, {Text: w.T("inform.column.state")}}}
	for _, r := range slices.Backward(all) {
		who, what := r.Name, w.T("inform.letters.raised")
		if r.Kind == cases.HomeSaid {
			what = w.T("stage.answer.home-said." + r.Answer)
		}
		if who == "" {
			who = w.T("home.protected")
		}
		state := web.State{Name: web.OK, Word: w.T("inform.letters.answered")}
		if waits[r.ID] {
			state = web.State{Name: web.Now, Word: w.T("inform.letters.waits")}
		}
		t.Rows = append(t.Rows, []web.Cell{{Text: who, Small: lang.Cap(w.Near(r.When.Written, q.Now))}, {Text: r.Text["text"], Small: what}, {State: &state}})
		label := w.T("inform.letters.one", "who", who, "date", w.Near(r.When.Written, q.Now), "what", what)
		to.Options = append(to.Options, web.Option{Value: string(r.ID), Label: label, Checked: form.Get(to.Name) == string(r.ID)})
	}
	x.Table = &t
	reply := s.form(replyDo, w.T("inform.letters.do"), question{Kind: "select", F: to}, area(w, form, name(replyDo, "answer-text"), w.T("inform.letters.answer"), w.T("inform.letters.answer-help"), 4))
	x.Forms = []smallForm{reply.folded(w.T("inform.letters.fold"))}
	return x
}

// fromHome is what the records of the home and the case say in the chronology.
func (c chronicle) fromHome(r cases.Record) string {
	switch r.Kind {
	case cases.HomeInformed:
		return lines(r.Text["shared"], r.Text["reason"], r.Text["considered"], r.Text["why-not"])
	case cases.HomeWords:
		return r.Text["talk"]
	case cases.HomeDisagree:
		return lines(r.Text["what"], r.Text["does"])
	case cases.HomeHeard:
		return r.Text["text"]
	case cases.HomeSaid, cases.HomeAnswered, cases.MineSaid:
		return r.Text["text"]
	case cases.MineWord:
		return c.own(r.Text["words"])
	}
	return ""
}
