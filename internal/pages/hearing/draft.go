package hearing

import (
	"errors"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// draft is the answer as it stands: every sentence with its stance, voice, sources,
// and whether it holds.
func (p *Pages) draft(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askDraft(q, code, f) })
}

func (p *Pages) askDraft(q *web.Req, code int, f *web.Form) error {
	s, err := p.Hearings.Stand(q.Context(), q.Actor, q.Path("horing"), q.T)
	if err != nil {
		return err
	}
	w, h := q.T, s.Hearing
	bad := len(s.Flagged()) + len(s.Failing)
	v := sheet{Back: &web.Back{Href: at(h.Slug), Text: w.T("hear.back.one")}, Tabs: tabs(q, h.Slug), Line: line(w, h), Heading: w.T("hear.draft.title", "n", bad), Lead: w.T("hear.draft.lead")}
	if bad == 0 {
		v.Heading = w.T("hear.draft.good")
	}
	if len(s.Passages) == 0 {
		v.Heading, v.Lead = w.T("hear.draft.none"), w.T("hear.draft.none-lead")
	}
	for _, sec := range s.Document.Challenges {
		if len(sec.Items) == 0 {
			continue
		}
		x := part{ID: "u" + num(sec.Number), Title: w.T("hearing.section", "number", sec.Number, "heading", sec.Heading)}
		for _, item := range sec.Items {
			if item.Voice == reply.Fact { // claims stand by themselves
				continue
			}
			x.Sentences = append(x.Sentences, p.passage(q, s, item, f))
		}
		for _, c := range h.Claims {
			if m := h.Measure(c.Measure); m != nil && m.Challenge == sec.Number && h.Choices[m.ID].Comment {
				x.Sentences = append(x.Sentences, p.claim(q, s, c, f))
			}
		}
		v.Parts = append(v.Parts, x)
	}
	left := part{ID: "andre-pastander", Title: w.T("hear.claim.left")}
	for _, c := range h.Claims {
		if m := h.Measure(c.Measure); m == nil || !h.Choices[m.ID].Comment {
			left.Sentences = append(left.Sentences, p.claim(q, s, c, f))
		}
	}
	if len(left.Sentences) > 0 {
		v.Parts = append(v.Parts, left)
	}
	if h.Open() && len(s.Passages) > 0 {
		v.Parts = append(v.Parts, part{ID: "pastand", Title: w.T("hear.claim.new"), Text: w.T("hear.claim.lead"), Forms: []form{formOf(q, f, "pastand", "", w.T("hear.claim.do"), func(f *web.Form) []question {
			return p.claimQuestions(w, h, f)
		})}})
		v.Parts[len(v.Parts)-1].Rest = &rest{Summary: w.T("hear.registers"), Table: p.registers(w)}
	}
	return v.show(q, code, f)
}

func (p *Pages) passage(q *web.Req, s hearing.State, x reply.Item, f *web.Form) sentence {
	w, h := q.T, s.Hearing
	ps := s.Passages[x.Measure]
	out := sentence{ID: "s-" + x.Measure, Text: x.Text, Meta: []string{x.Measure, lang.Cap(x.Stance.Name(w)), w.T("hear.voice." + string(x.Voice)), w.T("hear.sources", "n", len(x.Sources))}}
	if ps.Edit != nil && ps.Edit.Before != "" {
		out.Before = ps.Edit.Before
	}
	if len(ps.Flags) == 0 {
		out.States = []web.State{{Name: web.OK, Word: w.T("hear.flag.ok")}}
	}
	for _, flag := range ps.Flags {
		out.On = true
		out.States = append(out.States, web.State{Name: web.Late, Word: w.T("hear.flag." + string(flag))})
	}
	if len(x.Sources) > 0 {
		out.More = &more{Summary: w.T("hear.sources.show")}
		for _, b := range x.Sources {
			out.More.Lines = append(out.More.Lines, lang.Cap(b.Name(w)))
		}
	}
	if h.Open() {
		out.Forms = []form{formOf(q, f, "setning", x.Measure, w.T("hear.sentence.do"), func(f *web.Form) []question {
			name := "text-" + x.Measure
			if !f.Has(name) {
				f.Set(name, x.Text)
			}
			a := labelled(w, f, name, "hear.sentence.text")
			a.Rows = 4
			if ps.Computed != x.Text {
				a.Help = w.T("hear.sentence.computed", "text", ps.Computed)
			}
			return []question{{Kind: "area", F: a}}
		}).folded(w.T("hear.sentence.edit", "measure", x.Measure))}
	}
	return out
}

func (p *Pages) claim(q *web.Req, s hearing.State, c hearing.Claim, f *web.Form) sentence {
	w := q.T
	fig, asked := s.Figures[c.Register]
	out := sentence{Text: c.Text, Meta: []string{c.Measure, w.T("hear.voice.fact"), w.T("hear.register." + c.Register)}}
	says := figure(w, fig)
	failing := false
	for _, x := range s.Failing {
		failing = failing || x.ID == c.ID
	}
	switch {
	case !asked:
		out.On, out.States = true, []web.State{{Name: web.Late, Word: w.T("hear.claim.unknown")}}
	case failing:
		out.On, out.States = true, []web.State{{Name: web.Late, Word: w.T("hear.claim.false", "figure", says)}}
		if len(fig.Lack) > 0 {
			out.More = &more{Summary: w.T("hear.claim.lack", "n", len(fig.Lack)), Lines: fig.Lack}
		}
	default:
		out.States = []web.State{{Name: web.OK, Word: w.T("hear.claim.true", "figure", says)}}
	}
	if s.Hearing.Open() {
		out.Forms = []form{formOf(q, f, "fjern", c.ID, w.T("hear.claim.remove"), none)}
	}
	return out
}

// figure is what a register says: a number, or a share.
func figure(w *lang.Words, f hearing.Figure) string {
	switch {
	case f.Hidden:
		return w.T("hear.figure.hidden")
	case f.Of > 0:
		return w.T("hear.figure.of", "n", f.N, "of", f.Of)
	}
	return w.T("hear.figure", "n", f.N)
}

// registers says of each register what it counts, and how.
func (p *Pages) registers(w *lang.Words) *web.Table {
	t := &web.Table{Caption: w.T("hear.registers"), Hidden: true, Columns: []web.Column{{Text: w.T("hear.claim.register")}, {Text: w.T("hear.registers.how")}}}
	for _, r := range p.Hearings.Registers {
		t.Rows = append(t.Rows, []web.Cell{{Text: w.T("hear.register." + r.Name)}, {Text: w.T("hear.register." + r.Name + "-how")}})
	}
	return t
}

func (p *Pages) claimQuestions(w *lang.Words, h hearing.Hearing, f *web.Form) []question {
	m, r := labelled(w, f, "measure", "hear.col.measure"), labelled(w, f, "register", "hear.claim.register")
	for _, x := range h.Measures {
		if h.Choices[x.ID].Comment {
			m.Options = append(m.Options, web.Option{Value: x.ID, Label: x.ID + " " + x.Text, Checked: f.Get("measure") == x.ID})
		}
	}
	r.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, x := range p.Hearings.Registers {
		r.Options = append(r.Options, web.Option{Value: x.Name, Label: w.T("hear.register." + x.Name), Checked: f.Get("register") == x.Name})
	}
	return append([]question{text(w, f, "text", "hear.claim.text"), {Kind: "select", F: m}, {Kind: "select", F: r}, text(w, f, "expected", "hear.claim.expected")}, noPupil(w, f)...)
}

func (p *Pages) doDraft(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("horing")
	return q.Answer(f, func() (string, error) {
		to := at(slug, "utkast") + "?gjort=lagret"
		switch f.Get("do") {
		case "setning":
			m := f.Get("of")
			return to, renamed(p.Hearings.Write(q.Context(), q.Actor, slug, m, f.Get("text-"+m), q.T), "text", "text-"+m)
		case "pastand":
			expected := strings.ToLower(f.Line("expected"))
			if expected == "alle" || expected == "all" {
				expected = hearing.All
			}
			return to, p.Hearings.Claim(q.Context(), q.Actor, slug, hearing.Claim{Measure: f.Get("measure"), Text: f.Line("text"), Register: f.Get("register"), Expected: expected, NoPupil: f.Ticked("no-pupil", "yes")})
		case "fjern":
			return to, p.Hearings.Claim(q.Context(), q.Actor, slug, hearing.Claim{ID: f.Get("of")})
		}
		return "", tilhor.ErrNotFound
	}, func(code int, f *web.Form) error { return p.askDraft(q, code, f) })
}

// send is what must be in place, the two approvals, and the sending.
func (p *Pages) send(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askSend(q, code, f, nil) })
}

func (p *Pages) askSend(q *web.Req, code int, f *web.Form, refused *hearing.Refused) error {
	s, err := p.Hearings.Stand(q.Context(), q.Actor, q.Path("horing"), q.T)
	if err != nil {
		return err
	}
	w, h := q.T, s.Hearing
	v := sheet{Back: &web.Back{Href: at(h.Slug), Text: w.T("hear.back.one")}, Tabs: tabs(q, h.Slug), Line: line(w, h)}
	if h.Sent != nil {
		v.Heading = w.T("hear.sent.title", "date", calendar.DateOf(h.Sent.At))
		v.Next = []web.Button{{Text: w.T("hear.sent.read"), Href: PublicPath + "/" + h.Slug + "/svar"}}
		if h.Sent.Override != "" {
			v.Notes = []web.Note{{Color: "warning", Title: w.T("hear.sent.override"), Text: h.Sent.Override}}
		}
		return v.show(q, code, f)
	}
	given := map[string]*hearing.Approval{}
	for i := range h.Approved {
		given[h.Approved[i].Which] = &h.Approved[i]
	}
	gate := &web.Gate{W: w, Rest: w.T("hear.gate.rest")}
	item := func(ok bool, key, to string, kv ...any) {
		g := web.GateItem{OK: ok, Text: w.T(key, kv...)}
		if !ok && to != "" {
			g.Href, g.Link = to, w.T("hear.gate.go")
		}
		gate.Items = append(gate.Items, g)
	}
	item(len(s.Undecided) == 0 && len(s.Passages) > 0, "hear.gate.chosen", at(h.Slug, "matrise"))
	item(len(s.Flagged()) == 0, "hear.gate.sentences", at(h.Slug, "utkast"))
	item(len(s.Failing) == 0, "hear.gate.claims", at(h.Slug, "utkast"))
	for _, which := range []string{hearing.Administrative, hearing.Political} {
		if a := given[which]; a != nil && !(which == hearing.Political && s.Changed) {
			gate.Items = append(gate.Items, web.GateItem{OK: true, Text: w.T("hear.gate." + which), Small: a.Who + ", " + w.Date(a.On)})
		} else {
			item(false, "hear.gate."+which, "")
		}
	}
	v.Heading = w.T("hear.send.title", "n", len(gate.Items)-gate.Done())
	if gate.Done() == len(gate.Items) {
		v.Heading = w.T("hear.send.ready")
	}
	if refused != nil {
		v.Heading = w.T("hear.send.refused", "n", len(refused.Failing))
		for _, x := range refused.Failing {
			n := web.Note{Color: "danger", Role: "alert", Title: x.Text, Text: w.T("hear.send.broken", "register", w.T("hear.register."+x.Register), "figure", figure(w, x.Figure))}
			if len(x.Figure.Lack) > 0 {
				n.Text += " " + w.T("hear.send.schools", "list", w.List(x.Figure.Lack))
			}
			v.Notes = append(v.Notes, n)
		}
	}
	v.Parts = []part{{ID: "plass", Title: w.T("hear.gate"), Gate: gate}}
	next := hearing.Administrative
	if given[next] != nil {
		next = hearing.Political
	}
	if s.Changed {
		v.Notes = append(v.Notes, web.Note{Color: "warning", Title: w.T("hear.changed"), Text: w.T("hear.changed.text")})
	}
	if given[next] == nil || next == hearing.Political && s.Changed {
		v.Parts = append(v.Parts, part{ID: "godkjenn", Title: w.T("hear.approve." + next), Text: w.T("hear.approve.lead"), Forms: []form{formOf(q, f, "godkjenn", next, w.T("hear.approve.do"), func(f *web.Form) []question {
			return []question{text(w, f, "who", "hear.approve.who"), date(w, f, "on", "hear.approve.on"), text(w, f, "case", "hear.approve.case")}
		}).first()}})
		return v.show(q, code, f)
	}
	x := part{ID: "send", Title: w.T("hear.send.h"), Text: w.T("hear.send.lead")}
	for _, c := range s.Failing {
		x.Lines = append(x.Lines, w.T("hear.override.claim", "claim", c.Text, "register", w.T("hear.register."+c.Register), "figure", figure(w, c.Figure)))
	}
	o := s.Override
	ask := formOf(q, f, "trass", "", w.T("hear.override.do"), func(f *web.Form) []question {
		return append([]question{area(w, f, "override", "hear.override.why", 4)}, noPupil(w, f)...)
	})
	switch {
	case len(s.Failing) > 0 && o == nil:
		x.Title, x.Text = w.T("hear.override.h"), w.T("hear.override.lead")
		x.Forms = []form{ask}
	case o != nil && o.Signed == nil && o.By == q.Actor.Person:
		x.Title, x.Text, x.Quotes = w.T("hear.override.waits"), w.T("hear.override.waits-text"), []web.Quote{{Text: o.Reason}}
		x.Forms = []form{ask.folded(w.T("hear.override.again"))}
	case o != nil && o.Signed == nil:
		x.Title, x.Text, x.Quotes = w.T("hear.sign.h"), w.T("hear.sign.lead"), []web.Quote{{Text: o.Reason}}
		x.Forms = []form{formOf(q, f, "signer", "", w.T("hear.sign.do"), func(f *web.Form) []question {
			return []question{text(w, f, "office", "hear.sign.office")}
		}).with(hidden{"signs", o.ID}).first()}
	default:
		if o != nil {
			x.Text, x.Quotes = w.T("hear.override.signed", "office", o.Signed.Office, "date", o.Signed.On), []web.Quote{{Text: o.Reason}}
		}
		x.Forms = []form{formOf(q, f, "send", "", w.T("hear.send.do"), none).first()}
	}
	v.Parts = append(v.Parts, x)
	return v.show(q, code, f)
}

func (p *Pages) doSend(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("horing")
	var refused *hearing.Refused
	again := func(code int, f *web.Form) error { return p.askSend(q, code, f, refused) }
	if f.Get("do") == "godkjenn" {
		a := hearing.Approval{Which: f.Get("of"), Who: f.Line("who"), Case: f.Line("case"), On: readDate(f, "on")}
		return q.Answer(f, func() (string, error) {
			return at(slug, "send") + "?gjort=godkjent", renamed(p.Hearings.Approve(q.Context(), q.Actor, slug, a, q.T), "which", "who")
		}, again)
	}
	return q.Answer(f, func() (string, error) {
		switch f.Get("do") {
		case "trass":
			return at(slug, "send") + "?gjort=spurt", p.Hearings.AskOverride(q.Context(), q.Actor, slug, f.Get("override"), f.Ticked("no-pupil", "yes"), q.T)
		case "signer":
			return at(slug, "send") + "?gjort=signert", p.Hearings.SignOverride(q.Context(), q.Actor, slug, f.Get("signs"), f.Line("office"), q.T)
		}
		err := p.Hearings.Send(q.Context(), q.Actor, slug, q.T)
		var r hearing.Refused
		if errors.As(err, &r) {
			refused = &r
			err = tilhor.Faults{{Field: "plass", Key: "hearing.fault.claim"}}
		}
		return at(slug, "send") + "?gjort=sendt", renamed(err, "send", "plass")
	}, again)
}

// follow is what the answer promised and needs, and who sees to it.
func (p *Pages) follow(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askFollow(q, code, f) })
}

func (p *Pages) askFollow(q *web.Req, code int, f *web.Form) error {
	h, err := p.Hearings.See(q.Context(), q.Actor, q.Path("horing"))
	if err != nil {
		return err
	}
	w, today, left := q.T, calendar.DateOf(q.Now), 0
	v := sheet{Back: &web.Back{Href: at(h.Slug), Text: w.T("hear.back.one")}, Tabs: tabs(q, h.Slug), Line: line(w, h), Lead: w.T("hear.follow.lead")}
	x := part{ID: "loefter", Title: w.T("hear.follow.h")}
	for _, o := range h.Follow {
		s := sentence{Text: o.What, Meta: []string{o.Who}}
		if o.Done != "" {
			s.States = []web.State{{Name: web.OK, Word: w.T("hear.follow.done", "date", o.Done)}}
		} else {
			left++
			s.States = []web.State{due(w, o.On, today)}
			s.Forms = []form{formOf(q, f, "ferdig", o.ID, w.T("hear.follow.tick"), none)}
		}
		x.Sentences = append(x.Sentences, s)
	}
	v.Heading = w.T("hear.follow.title", "n", left)
	if left == 0 {
		v.Heading = w.T("hear.follow.calm")
	}
	if len(x.Sentences) > 0 {
		v.Parts = append(v.Parts, x)
	}
	v.Parts = append(v.Parts, part{ID: "nytt", Title: w.T("hear.follow.new"), Forms: []form{formOf(q, f, "nytt", "", w.T("hear.follow.do"), func(f *web.Form) []question {
		return []question{text(w, f, "what", "hear.follow.what"), text(w, f, "who", "hear.follow.who"), date(w, f, "on", "hear.follow.on")}
	})}})
	return v.show(q, code, f)
}

func (p *Pages) doFollow(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("horing")
	x := hearing.Follow{What: f.Line("what"), Who: f.Line("who")}
	if f.Get("do") == "ferdig" {
		x = hearing.Follow{ID: f.Get("of")}
	} else {
		x.On = readDate(f, "on")
	}
	return q.Answer(f, func() (string, error) {
		return at(slug, "oppfolging") + "?gjort=lagret", p.Hearings.Promise(q.Context(), q.Actor, slug, x)
	}, func(code int, f *web.Form) error { return p.askFollow(q, code, f) })
}
