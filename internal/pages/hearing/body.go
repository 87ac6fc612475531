package hearing

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/file"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// wholeID stands in an address for the report as a whole.
const wholeID = "helhet"

func bodyAt(body, slug string, parts ...string) string {
	to := "/rad/" + body + "/horinger"
	for _, p := range append([]string{slug}, parts...) {
		if p != "" {
			to += "/" + url.PathEscape(p)
		}
	}
	return to
}

// asked are the hearings a body is asked in.
func (p *Pages) asked(q *web.Req) error {
	all, b, err := p.Hearings.Asked(q.Context(), q.Actor, q.Path("rad"))
	if err != nil {
		return err
	}
	w, today := q.T, calendar.DateOf(q.Now)
	v := sheet{Back: &web.Back{Href: "/rad/" + b.Slug, Text: b.Name}, Line: b.Name, Heading: w.T("hear.asked.none")}
	x := part{ID: "horinger", Title: w.T("hear.asked.h")}
	waits := 0
	for _, h := range all {
		i := h.Invitation(b.Slug)
		d := web.Duty{What: h.Letter.Title, Href: bodyAt(b.Slug, h.Slug), Tag: web.TagOf(w, "lokal"), Meta: []string{h.Letter.Sender}}
		switch {
		case h.Sent != nil:
			d.State = web.State{Name: web.OK, Word: w.T("hear.asked.sent")}
		case i.Has():
			d.State = web.State{Name: web.OK, Word: w.T("hear.state.answered", "date", i.Adopted.On)}
		case i.Declined != "":
			d.State = web.State{Name: web.Lock, Word: w.T("hear.state.declined")}
		default:
			waits++
			d.State = due(w, h.Due(*i), today)
		}
		x.Duties = append(x.Duties, d)
	}
	if len(all) > 0 {
		v.Parts = []part{x}
		v.Heading = w.T("hear.asked.title", "n", waits)
		if waits == 0 {
			v.Heading = w.T("hear.asked.calm")
		}
	}
	return v.show(q, http.StatusOK, nil)
}

// see is one hearing for a member: what is asked, what the body has written, and
// when the answer is sent, what became of it.
func (p *Pages) see(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askSee(q, code, f) })
}

func (p *Pages) askSee(q *web.Req, code int, f *web.Form) error {
	h, me, err := p.Hearings.Take(q.Context(), q.Actor, q.Path("rad"), q.Path("horing"))
	if err != nil {
		return err
	}
	i := h.Invitation(q.Path("rad"))
	w := q.T
	v := sheet{Back: &web.Back{Href: bodyAt(i.Slug, ""), Text: w.T("hear.back.asked")}, Line: ourLine(w, h, *i), Heading: h.Letter.Title}
	if h.Sent != nil {
		v.Heading, v.Lead = w.T("hear.fate.title"), w.T("hear.fate.lead", "date", calendar.DateOf(h.Sent.At))
		v.Parts = append(v.Parts, fatePart(w, h, *i))
		v.Next = []web.Button{{Text: w.T("hear.sent.read"), Href: PublicPath + "/" + h.Slug + "/svar"}}
		return v.show(q, code, f)
	}
	if i.Has() {
		v.Lead = w.T("hear.see.adopted", "date", i.Adopted.On)
		v.Parts = append(v.Parts, saidPart(w, h, *i), adoptionPart(w, *i.Adopted))
		if me.Leads() {
			v.Parts = append(v.Parts, part{ID: "trekk", Title: w.T("hear.withdraw"), Text: w.T("hear.withdraw.lead"), Forms: []form{formOf(q, f, "trekk", "", w.T("hear.withdraw.do"), none)}})
		}
		return v.show(q, code, f)
	}
	minutes, mine := 0, []web.Duty{}
	rest := []web.Duty{}
	for _, m := range h.Measures {
		minutes += m.Minutes()
		d := web.Duty{What: m.ID + " " + m.Text, Href: bodyAt(i.Slug, h.Slug, "tiltak", m.ID), Meta: []string{w.T("hear.minutes", "n", m.Minutes())}}
		d.State = web.State{Name: web.None, Word: w.T("hear.see.open")}
		if s, ok := i.Said[m.ID]; ok {
			d.State = web.State{Name: web.OK, Word: lang.Cap(s.Stance.Name(w))}
		}
		if about(m, i.Kind) {
			mine = append(mine, d)
		} else {
			rest = append(rest, d)
		}
	}
	v.Lead = w.T("hear.see.lead", "n", minutes)
	if i.Declined != "" {
		v.Notes = []web.Note{{Color: "neutral", Title: w.T("hear.see.declined"), Text: i.Declined}}
	}
	v.Notes = append(v.Notes, waitNotes(w, h, *i, calendar.DateOf(q.Now))...)
	for _, first := range h.Invited {
		if first.ID != i.ID && first.Has() {
			x := saidPart(w, h, first)
			x.ID, x.Title = "forst-"+string(first.Kind), w.T("hear.first", "body", first.Body.Name)
			v.Parts = append(v.Parts, x)
		}
	}
	if len(mine) > 0 {
		v.Parts = append(v.Parts, part{ID: "angar", Title: w.T("hear.see.mine"), Duties: mine})
	}
	if len(rest) > 0 {
		title := w.T("hear.see.all")
		if len(mine) > 0 {
			title = w.T("hear.see.rest")
		}
		v.Parts = append(v.Parts, part{ID: "tiltak", Title: title, Duties: rest})
	}
	other := []web.Duty{
		{What: w.T("hear.whole"), Href: bodyAt(i.Slug, h.Slug, "tiltak", wholeID), State: saidState(w, *i, "")},
		{What: w.T("hear.others"), Href: bodyAt(i.Slug, h.Slug, "tiltak", reply.Other), State: saidState(w, *i, reply.Other)},
	}
	v.Parts = append(v.Parts, part{ID: "annet", Title: w.T("hear.see.more"), Duties: other})
	if me.Leads() {
		v.Next = []web.Button{{Text: w.T("hear.see.adopt"), Href: bodyAt(i.Slug, h.Slug, "vedtak")}}
		v.Parts = append(v.Parts, part{ID: "nei", Title: w.T("hear.decline"), Forms: []form{formOf(q, f, "nei", "", w.T("hear.decline.do"), func(f *web.Form) []question {
			return append([]question{area(w, f, "why", "hear.decline.why", 3)}, noPupil(w, f)...)
		}).folded(w.T("hear.decline.fold"))}})
	} else {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("hear.see.reader")})
	}
	return v.show(q, code, f)
}

// ourLine is what stands above the heading for a body: its own deadline, not the
// municipality's.
func ourLine(w *lang.Words, h hearing.Hearing, i hearing.Invited) string {
	return strings.TrimPrefix(h.Letter.Sender+" · "+w.T("hear.deadline", "date", h.Due(i)), " · ")
}

// waitNotes says whom a committee waits for before it adopts.
func waitNotes(w *lang.Words, h hearing.Hearing, i hearing.Invited, today tilhor.Date) []web.Note {
	var who []string
	for _, x := range h.Awaited(i, today) {
		who = append(who, x.Body.Name)
	}
	if len(who) == 0 {
		return nil
	}
	return []web.Note{{Color: "info", Title: w.T("hear.wait", "who", w.List(who)), Text: w.T("hear.wait.text", "date", h.Letter.First())}}
}

func about(m reply.Measure, k bodies.Kind) bool {
	for _, c := range m.Concerns {
		if c == string(k) || c == "elevråd" && k == bodies.Council {
			return true
		}
	}
	return false
}

func saidState(w *lang.Words, i hearing.Invited, measure string) web.State {
	if s, ok := i.Said[measure]; ok && (s.Text != "" || s.Stance != "") {
		return web.State{Name: web.OK, Word: w.T("hear.see.written")}
	}
	return web.State{Name: web.None, Word: w.T("hear.see.open")}
}

// fatePart is what became of each thing that the body said.
func fatePart(w *lang.Words, h hearing.Hearing, i hearing.Invited) part {
	x := part{ID: "slik-gikk-det", Title: w.T("hear.fate.h"), Table: &web.Table{Caption: w.T("hear.fate.h"), Hidden: true, Columns: []web.Column{{Text: w.T("hear.col.measure")}, {Text: w.T("hear.fate.you")}, {Text: w.T("hear.fate.answer")}}}}
	if !i.Has() {
		x.Table = nil
		x.Empty = &web.Empty{Title: w.T("hear.fate.nothing")}
		return x
	}
	for _, m := range append(slices.Clone(h.Sent.Measures), reply.Measure{Text: w.T("hear.whole")}, reply.Measure{ID: reply.Other, Text: w.T("hear.others")}) {
		s, ok := i.Said[m.ID]
		if !ok {
			continue
		}
		fate := h.Fate(m.ID, s)
		if m.ID == "" || m.ID == reply.Other {
			fate = hearing.Told
		}
		state := web.State{Name: web.OK, Word: w.T("hear.fate." + string(fate))}
		if fate == hearing.Not || fate == hearing.Unchosen {
			state.Name = web.None
		}
		why := ""
		if c := h.Choices[m.ID]; fate == hearing.Unchosen || fate == hearing.Not {
			why = c.Reason
		}
		x.Table.Rows = append(x.Table.Rows, []web.Cell{{Text: strings.TrimSpace(strings.TrimPrefix(m.ID, reply.Other) + " " + m.Text)}, {Text: stanceName(w, s)}, {State: &state, Small: why}})
	}
	return x
}

func stanceName(w *lang.Words, s hearing.Said) string {
	if s.Stance == "" {
		return "–"
	}
	return lang.Cap(s.Stance.Name(w))
}

func (p *Pages) doSee(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	body, slug := q.Path("rad"), q.Path("horing")
	return q.Answer(f, func() (string, error) {
		switch f.Get("do") {
		case "nei":
			return bodyAt(body, "") + "?gjort=nei", p.Hearings.Decline(q.Context(), q.Actor, body, slug, f.Get("why"), f.Ticked("no-pupil", "yes"))
		case "trekk":
			return bodyAt(body, slug) + "?gjort=trukket", p.Hearings.Withdraw(q.Context(), q.Actor, body, slug)
		}
		return "", tilhor.ErrNotFound
	}, func(code int, f *web.Form) error { return p.askSee(q, code, f) })
}

// say is one measure: what it is, in plain words, and what the body means.
func (p *Pages) say(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askSay(q, code, f) })
}

func measureOf(q *web.Req) string {
	if m := q.Path("tiltak"); m != wholeID {
		return m
	}
	return ""
}

func (p *Pages) askSay(q *web.Req, code int, f *web.Form) error {
	h, me, err := p.Hearings.Take(q.Context(), q.Actor, q.Path("rad"), q.Path("horing"))
	if err != nil {
		return err
	}
	w, id := q.T, measureOf(q)
	m := h.Measure(id)
	if m == nil && id != "" && id != reply.Other {
		return tilhor.ErrNotFound
	}
	i := h.Invitation(q.Path("rad"))
	v := sheet{Back: &web.Back{Href: bodyAt(i.Slug, h.Slug), Text: h.Letter.Title}, Heading: w.T("hear.whole")}
	switch {
	case id == reply.Other:
		v.Heading, v.Lead = w.T("hear.others"), w.T("hear.others.lead")
	case m != nil:
		v.Line, v.Heading = m.ID, m.Text
		if m.Chapter != "" {
			v.Line += " · " + w.T("hear.chapter", "chapter", m.Chapter)
		}
		v.Line += " · " + w.T("hear.minutes", "n", m.Minutes())
		v.Lead = m.Summary
	}
	for _, first := range h.Invited {
		s, ok := first.Said[id]
		if first.ID == i.ID || !ok {
			continue
		}
		x := part{ID: "forst-" + string(first.Kind), Title: w.T("hear.first", "body", first.Body.Name)}
		if s.Text != "" {
			x.Quotes = []web.Quote{{Text: s.Text, By: lang.Cap(s.Stance.Name(w))}}
		} else {
			x.Text = lang.Cap(s.Stance.Name(w))
		}
		v.Parts = append(v.Parts, x)
	}
	if !me.Leads() || !h.Open() || i.Has() {
		v.Parts = append(v.Parts, saidOnly(w, *i, id))
		return v.show(q, code, f)
	}
	v.Parts = append(v.Parts, part{ID: "mener", Title: w.T("hear.say.h"), Text: w.T("hear.say.names"), Forms: []form{formOf(q, f, "", "", w.T("hear.say.do"), func(f *web.Form) []question {
		if s, ok := i.Said[id]; ok && !f.Has("text") {
			f.Set("text", s.Text)
			f.Set("stance", string(s.Stance))
			f.Set("rank", num(s.Rank))
			if s.Quote {
				f.Set("quote", "yes")
			}
		}
		return p.saidQuestions(w, f, id != reply.Other)
	}).first()}})
	return v.show(q, code, f)
}

func saidOnly(w *lang.Words, i hearing.Invited, id string) part {
	s, ok := i.Said[id]
	x := part{ID: "mener", Title: w.T("hear.say.h")}
	if !ok {
		x.Empty = &web.Empty{Title: w.T("hear.say.nothing")}
		return x
	}
	if s.Stance != "" {
		x.Text = lang.Cap(s.Stance.Name(w))
	}
	if s.Text != "" {
		x.Quotes = []web.Quote{{Text: s.Text}}
	}
	return x
}

func (p *Pages) doSay(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	body, slug, m := q.Path("rad"), q.Path("horing"), measureOf(q)
	s := readSaid(f)
	return q.Answer(f, func() (string, error) {
		return bodyAt(body, slug) + "?gjort=lagret", p.Hearings.Say(q.Context(), q.Actor, body, slug, m, s)
	}, func(code int, f *web.Form) error { return p.askSay(q, code, f) })
}

// adopt is the meeting's decision: who was there, by part and never by name, how
// they voted, and what those meant who meant otherwise.
func (p *Pages) adopt(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askAdopt(q, code, f) })
}

func (p *Pages) askAdopt(q *web.Req, code int, f *web.Form) error {
	h, me, err := p.Hearings.Take(q.Context(), q.Actor, q.Path("rad"), q.Path("horing"))
	if err != nil {
		return err
	}
	i := h.Invitation(q.Path("rad"))
	if !me.Leads() || !h.Open() || i.Has() {
		return tilhor.ErrNotFound
	}
	w := q.T
	v := sheet{Back: &web.Back{Href: bodyAt(i.Slug, h.Slug), Text: h.Letter.Title}, Line: i.Body.Name, Heading: w.T("hear.adopt.title"), Lead: w.T("hear.adopt.lead", "n", i.Quorum())}
	v.Notes = waitNotes(w, h, *i, calendar.DateOf(q.Now))
	v.Parts = []part{saidPart(w, h, *i), {ID: "vedtak", Title: w.T("hear.adopt.h"), Text: w.T("hear.adopt.names"), Forms: []form{formOf(q, f, "", "", w.T("hear.adopt.do"), func(f *web.Form) []question {
		all := []question{date(w, f, "on", "hear.adopt.on")}
		row := question{Kind: "row"}
		for n, part := range bodies.Parts {
			name := "present-" + string(part)
			x := f.Field(w, name, w.T("hear.present."+string(part)))
			x.InputMode, x.Short = "numeric", true
			if n == 0 {
				x.Error = web.FaultAt(w, f.Faults, "present") + x.Error
			}
			row.Parts = append(row.Parts, question{Kind: "text", F: x})
		}
		yes, no := f.Field(w, "for", w.T("hear.adopt.for")), f.Field(w, "against", w.T("hear.adopt.against"))
		yes.InputMode, yes.Short, no.InputMode, no.Short = "numeric", true, "numeric", true
		yes.Error = web.FaultAt(w, f.Faults, "votes") + yes.Error
		all = append(all, row, question{Kind: "row", Parts: []question{{Kind: "text", F: yes}, {Kind: "text", F: no}}}, area(w, f, "dissent", "hear.adopt.dissent", 4))
		if len(v.Notes) > 0 || web.FaultAt(w, f.Faults, "before") != "" {
			all = append(all, area(w, f, "before", "hear.adopt.before", 3))
		}
		return append(all, noPupil(w, f)...)
	}).first()}}}
	if len(v.Parts[0].Facts.Items) == 0 {
		v.Parts[0].Facts = nil
		v.Parts[0].Empty = &web.Empty{Title: w.T("hear.adopt.nothing")}
	}
	return v.show(q, code, f)
}

func (p *Pages) doAdopt(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	body, slug := q.Path("rad"), q.Path("horing")
	a := hearing.Adoption{On: readDate(f, "on"), Present: map[bodies.Part]int{}, Dissent: f.Get("dissent"), Before: f.Get("before"), NoPupil: f.Ticked("no-pupil", "yes")}
	for _, part := range bodies.Parts {
		if n := number(f, "present-"+string(part), "hearing.fault.present"); n > 0 {
			a.Present[part] = n
		}
	}
	a.For, a.Against = number(f, "for", "hearing.fault.votes"), number(f, "against", "hearing.fault.votes")
	return q.Answer(f, func() (string, error) {
		err := p.Hearings.Adopt(q.Context(), q.Actor, body, slug, a)
		return bodyAt(body, slug) + "?gjort=vedtatt", renamed(renamed(err, "present", "present-"+string(bodies.Parts[0])), "votes", "for")
	}, func(code int, f *web.Form) error { return p.askAdopt(q, code, f) })
}

// answers are the answers that were sent, for everybody.
func (p *Pages) answers(q *web.Req) error {
	all, err := p.Hearings.Answers(q.Context(), q.Kit.Owner.ID)
	if err != nil {
		return err
	}
	w := q.T
	v := sheet{Heading: w.T("hear.public.title"), Lead: w.T("hear.public.lead")}
	x := part{ID: "svar", Title: w.T("hear.public.h")}
	for _, h := range all {
		x.Duties = append(x.Duties, web.Duty{What: h.Letter.Title, Href: PublicPath + "/" + h.Slug + "/svar", Meta: []string{h.Letter.Sender}, State: web.State{Name: web.OK, Word: w.T("hear.all.sent-on", "date", calendar.DateOf(h.Sent.At))}})
	}
	if len(all) == 0 {
		x.Empty = &web.Empty{Title: w.T("hear.public.none")}
	}
	v.Parts = []part{x}
	return v.show(q, http.StatusOK, nil)
}

// answer is a sent answer, for everybody: with its sources and its counts.
func (p *Pages) answer(q *web.Req) error {
	s, err := p.Hearings.Answer(q.Context(), q.Kit.Owner.ID, q.Path("horing"))
	if err != nil {
		return err
	}
	w, d := q.T, s.Document
	to := PublicPath + "/" + q.Path("horing") + "/svar"
	v := sheet{Heading: w.T("hearing.title", "title", s.Letter.Title)}
	v.Line = strings.Join([]string{s.Letter.Municipality, w.T("hear.all.sent-on", "date", calendar.DateOf(s.At))}, " · ")
	v.Next = []web.Button{{Text: w.T("hear.public.text"), Href: to + ".txt", Kind: "secondary"}, {Text: w.T("hear.public.file"), Href: to + ".html", Kind: "tertiary"}}
	if len(q.Kit.Owner.PDF) > 0 {
		v.Next = append(v.Next, web.Button{Text: w.T("hear.public.pdf"), Href: to + ".pdf", Kind: "tertiary"})
	}
	if s.Override != "" {
		v.Notes = []web.Note{{Color: "warning", Title: w.T("hear.sent.override"), Text: s.Override}}
		if s.Signed != "" {
			v.Next = append(v.Next, web.Button{Text: w.T("hear.public.signature"), Href: PublicPath + "/" + q.Path("horing") + "/signatur.txt", Kind: "tertiary"})
		}
	}
	add := func(id, title string, items []reply.Item) {
		x := part{ID: id, Title: title}
		for _, it := range items {
			one := sentence{Text: it.Text}
			if n := len(it.Sources); n > 0 {
				one.Meta = []string{w.T("hear.sources", "n", n)}
				one.More = &more{Summary: w.T("hear.sources.show")}
				for _, b := range it.Sources {
					one.More.Lines = append(one.More.Lines, lang.Cap(b.Name(w)))
				}
			} else if it.Voice == reply.Fact {
				one.Meta = []string{w.T("hear.voice.fact")}
			}
			x.Sentences = append(x.Sentences, one)
		}
		if len(items) > 0 {
			v.Parts = append(v.Parts, x)
		}
	}
	add("innledning", w.T("hearing.intro.h"), d.Intro)
	for _, sec := range d.Challenges {
		add("u"+num(sec.Number), w.T("hearing.section", "number", sec.Number, "heading", sec.Heading), sec.Items)
	}
	add("andre", w.T("hearing.other.h"), d.Others)
	st := d.Status
	v.Parts = append(v.Parts, part{ID: "hvem", Title: w.T("hearing.status.h"), Text: w.T("hearing.status", "n", st.Invited, "answered", st.Answered, "late", st.Late, "declined", st.Declined, "silent", st.Silent)})
	annex := part{ID: "vedlegg", Title: w.T("hearing.annex.h"), Text: w.T("hearing.annex.lead"), Table: &web.Table{Caption: w.T("hearing.annex.h"), Hidden: true, Columns: []web.Column{{Text: w.T("hear.col.measure")}}}}
	for _, x := range reply.Stances {
		annex.Table.Columns = append(annex.Table.Columns, web.Column{Text: lang.Cap(x.Name(w)), Right: true})
	}
	for k, r := range d.Annex {
		row := []web.Cell{{Text: r.Measure + " " + d.Measures[k].Text}}
		for _, x := range reply.Stances {
			row = append(row, web.Cell{Text: w.Num(r.Counts[x])})
		}
		annex.Table.Rows = append(annex.Table.Rows, row)
	}
	v.Parts = append(v.Parts, annex)
	return v.show(q, http.StatusOK, nil)
}

// signature is what anybody can check of an answer that was sent though a claim did
// not hold. That it stands in the tree is not said here: how large the tree is would
// tell everybody how much is written in the record.
func (p *Pages) signature(q *web.Req) error {
	a, err := p.Hearings.Attest(q.Context(), q.Kit.Owner.ID, q.Path("horing"))
	if err == nil {
		q.Give("text/plain; charset=utf-8", "signatur.txt", a.File)
	}
	return err
}

func (p *Pages) answerText(q *web.Req) error {
	return p.give(q, reply.Text, "text/plain; charset=utf-8", "horingssvar.txt")
}

func (p *Pages) answerFile(q *web.Req) error {
	return p.give(q, reply.HTML, "application/xhtml+xml; charset=utf-8", "horingssvar.html") // a file to keep, and no page of ours
}

// answerPDF is the answer as the municipality's own converter makes it, where it has
// one.
func (p *Pages) answerPDF(q *web.Req) error {
	if len(q.Kit.Owner.PDF) == 0 {
		return tilhor.ErrNotFound
	}
	page, err := p.written(q, reply.HTML)
	if err != nil {
		return err
	}
	pdf, known := p.made.Load(string(page))
	if !known {
		if !p.making.TryLock() { // one at a time: a slow converter holds up nobody
			return q.See(PublicPath + "/" + q.Path("horing") + "/svar?gjort=pdf")
		}
		defer p.making.Unlock()
		var b []byte
		err := web.Aside(q.Context(), func() (err error) {
			b, err = file.ToPDF(q.Context(), q.Kit.Owner.PDF, page)
			return err
		})
		if err != nil {
			return err
		}
		p.made.Store(string(page), b)
		pdf = b
	}
	q.Give("application/pdf", "horingssvar.pdf", pdf.([]byte))
	return nil
}

func (p *Pages) give(q *web.Req, format reply.Format, kind, name string) error {
	b, err := p.written(q, format)
	if err == nil {
		q.Give(kind, name, b)
	}
	return err
}

func (p *Pages) written(q *web.Req, format reply.Format) ([]byte, error) {
	s, err := p.Hearings.Answer(q.Context(), q.Kit.Owner.ID, q.Path("horing"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := q.T
	if s.Lang != "" { // as it was sent
		w = lang.For(s.Lang)
	}
	err = s.Document.Write(&b, format, w)
	return b.Bytes(), err
}
