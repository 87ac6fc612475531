package hearing

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// mail is one body's statement as the adviser sees it: what it adopted, or what came
// by mail and is written in for it.
func (p *Pages) mail(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askMail(q, code, f) })
}

func (p *Pages) askMail(q *web.Req, code int, f *web.Form) error {
	h, err := p.Hearings.See(q.Context(), q.Actor, q.Path("horing"))
	if err != nil {
		return err
	}
	i := h.Invitation(q.Path("rad"))
	if i == nil || i.Slug == "" {
		return tilhor.ErrNotFound
	}
	w := q.T
	v := sheet{Back: &web.Back{Href: at(h.Slug), Text: w.T("hear.back.one")}, Line: line(w, h), Heading: lang.Cap(i.Name().Name(w)), Lead: w.T("hear.mail.silent")}
	switch {
	case i.Has():
		v.Lead = w.T("hear.mail.adopted", "date", i.Adopted.On)
		v.Parts = append(v.Parts, saidPart(w, h, *i), adoptionPart(w, *i.Adopted))
	case i.Declined != "":
		v.Lead = w.T("hear.mail.declined", "why", i.Declined)
	case len(i.Received) > 0:
		v.Lead = w.T("hear.mail.write")
	}
	if !h.Open() {
		return v.show(q, code, f)
	}
	for n := range i.Received {
		v.Parts = append(v.Parts, p.cameAs(q, h, *i, n, f))
	}
	if len(i.Received) > 0 && !i.Has() {
		v.Parts = append(v.Parts, p.writeFor(q, h, *i, f))
	}
	if !i.Has() {
		v.Parts = append(v.Parts, p.receive(q, h, *i, f))
	}
	return v.show(q, code, f)
}

// cameAs is one thing that came: its text, and the file it came as. What could be
// mended in a file's text is proposed here; of a PDF the text is pasted beside it.
func (p *Pages) cameAs(q *web.Req, h hearing.Hearing, i hearing.Invited, n int, f *web.Form) part {
	w, r, of := q.T, i.Received[n], strconv.Itoa(n)
	x := part{ID: "kom-" + of, Title: w.T("hear.mail.came", "date", r.On, "from", r.From), Text: map[bool]string{true: w.T("hear.mail.mended")}[r.Text != r.Raw]}
	if r.Unread > 0 {
		x.Note = &web.Note{Color: "warning", Title: w.T("hear.mail.unread", "n", r.Unread), Text: w.T("hear.mail.unread-text")}
	}
	if r.Text != "" {
		x.Quotes = []web.Quote{{Text: r.Text}}
	}
	if r.File == nil {
		return x
	}
	x.Facts = &web.Facts{Items: []web.Fact{{Term: w.T("hear.file.name"), Text: r.File.Name}, {Term: w.T("hear.file.size"), Text: w.T("hear.file.bytes", "n", r.File.Size)}, {Term: w.T("hear.file.sum"), Text: r.File.SHA256}}}
	x.Buttons = []web.Button{{Text: w.T("hear.file.get"), Href: at(h.Slug, "post", i.Slug, r.File.ID), Kind: "tertiary"}}
	if i.Has() {
		return x
	}
	was := hidden{"was", r.Print()}
	if proposed := repairs(h, r.Text); len(proposed) > 0 {
		x.Forms = append(x.Forms, formOf(q, f, "rett", of, w.T("hear.mail.mend-do"), func(f *web.Form) []question {
			return []question{repairChecks(w, f, proposed)}
		}).with(was))
	}
	name := "text-" + of
	x.Forms = append(x.Forms, formOf(q, f, "tekst", of, w.T("hear.mail.text-do"), func(f *web.Form) []question {
		if !f.Has(name) {
			f.Set(name, r.Text)
		}
		return []question{area(w, f, name, "hear.mail.text", 10)}
	}).with(was).folded(w.T("hear.mail.text-fold")))
	x.Forms[len(x.Forms)-1].Open = x.Forms[len(x.Forms)-1].Open || r.Text == ""
	return x
}

// came gives the file that a statement came as, to be saved and never opened here.
func (p *Pages) came(q *web.Req) error {
	f, b, err := p.Hearings.CameAs(q.Context(), q.Actor, q.Path("horing"), q.Path("rad"), q.Path("fil"))
	if err == nil {
		q.Give("application/octet-stream", "uttalelse."+string(f.Form), b)
	}
	return err
}

func repairChecks(w *lang.Words, f *web.Form, proposed []reply.Repair) question {
	x := labelled(w, f, "repair", "hear.mail.repairs")
	for _, r := range proposed {
		x.Options = append(x.Options, web.Option{Value: repairID(r), Label: w.T("hear.mail.repair", "old", show(r.Old), "new", show(r.New)), Checked: f.Ticked("repair", repairID(r))})
	}
	return question{Kind: "checks", F: x}
}

// receive takes in what came by mail. Repairs are proposed once it is sent; it comes
// back with them, and nothing is mended that nobody said yes to.
func (p *Pages) receive(q *web.Req, h hearing.Hearing, i hearing.Invited, f *web.Form) part {
	w := q.T
	x := formOf(q, f, "mottatt", "", w.T("hear.mail.receive-do"), func(f *web.Form) []question {
		upload := labelled(w, f, "fil", "hear.mail.file")
		all := []question{text(w, f, "from", "hear.mail.from"), date(w, f, "on", "hear.mail.on"), {Kind: "file", F: upload}, area(w, f, "raw", "hear.mail.raw", 10)}
		if proposed := repairs(h, f.Get("raw")); f.Has("seen") && len(proposed) > 0 {
			all = append(all, repairChecks(w, f, proposed))
		}
		return all
	})
	return part{ID: "motta", Title: w.T("hear.mail.receive"), Text: w.T("hear.mail.receive-lead"), WithFile: &x}
}

// repairID names a repair by where it is and what it mends: one that was ticked for
// another text is ticked for none.
func repairID(r reply.Repair) string { return strconv.Itoa(r.At) + " " + show(r.Old) }

// show makes a broken line visible.
func show(s string) string { return strings.NewReplacer("\r\n", " ↵ ", "\n", " ↵ ").Replace(s) }

// repairs proposes what could be mended, with the words of the hearing and of the
// product itself as those that people write.
func repairs(h hearing.Hearing, raw string) []reply.Repair {
	if raw == "" {
		return nil
	}
	known := map[string]bool{}
	add := func(s string) {
		for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len([]rune(w)) > 1 {
				known[w] = true
			}
		}
	}
	for _, m := range h.Measures {
		add(m.Text + " " + m.Summary)
	}
	for _, i := range h.Invited {
		for _, s := range i.Said {
			add(s.Text)
		}
	}
	sender := map[string]string{} // what one body alone writes in its mails may be a word that lost its space
	for _, i := range h.Invited {
		for _, r := range i.Received {
			for _, w := range strings.FieldsFunc(strings.ToLower(r.Text), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if was := sender[w]; was != "" && was != i.ID {
					add(w)
				}
				sender[w] = i.ID
			}
		}
	}
	return reply.Repairs(raw, func(word string) bool { return known[word] || lang.Knows(word) })
}

// writeFor writes, measure by measure, what a body means that sent a mail.
func (p *Pages) writeFor(q *web.Req, h hearing.Hearing, i hearing.Invited, f *web.Form) part {
	w := q.T
	x := part{ID: "mener", Title: w.T("hear.mail.means")}
	if len(i.Said) > 0 {
		s := saidPart(w, h, i)
		x.Facts = s.Facts
	}
	x.Forms = append(x.Forms, formOf(q, f, "mener", "", w.T("hear.say.do"), func(f *web.Form) []question {
		m := labelled(w, f, "measure", "hear.col.measure")
		m.Options = []web.Option{{Value: "-", Label: w.T("hear.whole"), Checked: f.Get("measure") == "-"}}
		for _, one := range h.Measures {
			m.Options = append(m.Options, web.Option{Value: one.ID, Label: one.ID + " " + one.Text, Checked: f.Get("measure") == one.ID})
		}
		m.Options = append(m.Options, web.Option{Value: reply.Other, Label: w.T("hear.others"), Checked: f.Get("measure") == reply.Other})
		return append([]question{{Kind: "select", F: m}}, p.saidQuestions(w, f, true)...)
	}), formOf(q, f, "vedtatt", "", w.T("hear.mail.adopt-do"), func(f *web.Form) []question {
		all := []question{date(w, f, "adopted-on", "hear.mail.adopt-on")}
		if len(h.Awaited(i, calendar.DateOf(q.Now))) > 0 || web.FaultAt(w, f.Faults, "before") != "" {
			all = append(all, area(w, f, "before", "hear.mail.before", 2))
		}
		return append(all, noPupil(w, f)...)
	}))
	return x
}

func (p *Pages) saidQuestions(w *lang.Words, f *web.Form, all bool) []question {
	out := []question{}
	if all {
		out = append(out, choices(w, f, "radios", "stance", "hear.say.stance", stances(w, reply.Stances...)...))
	}
	out = append(out, area(w, f, "text", "hear.say.text", 5))
	if all {
		out = append(out, text(w, f, "rank", "hear.say.rank"))
	}
	q := labelled(w, f, "quote", "hear.say.quote")
	q.Options = []web.Option{{Value: "yes", Label: w.T("hear.say.quote-yes"), Checked: f.Ticked("quote", "yes")}}
	return append(append(out, question{Kind: "checks", F: q}), noPupil(w, f)...)
}

// noPupil asks whether what looks like a first name is a pupil's, once something does.
func noPupil(w *lang.Words, f *web.Form) []question {
	x := f.Field(w, "no-pupil", "")
	if x.Error == "" && !f.Has("no-pupil") {
		return nil
	}
	x.Options = []web.Option{{Value: "yes", Label: w.T("circles.no-pupil"), Checked: f.Ticked("no-pupil", "yes")}}
	return []question{{Kind: "checks", F: x}}
}

func readSaid(f *web.Form) hearing.Said {
	return hearing.Said{Stance: reply.Stance(f.Get("stance")), Text: f.Get("text"), Rank: number(f, "rank", "hearing.fault.rank"), Quote: f.Ticked("quote", "yes"), NoPupil: f.Ticked("no-pupil", "yes")}
}

// saidPart is what a body says, measure by measure.
func saidPart(w *lang.Words, h hearing.Hearing, i hearing.Invited) part {
	x := part{ID: "uttalelse", Title: w.T("hear.said"), Facts: &web.Facts{Stack: true}}
	add := func(measure, name string) {
		s, ok := i.Said[measure]
		if !ok {
			return
		}
		text := s.Text
		if s.Stance != "" {
			text = strings.TrimSpace(lang.Cap(s.Stance.Name(w)) + ". " + text)
		}
		if s.Rank > 0 {
			text += " " + w.T("hear.ranked", "n", s.Rank)
		}
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: name, Text: text})
	}
	add("", w.T("hear.whole"))
	for _, m := range h.Measures {
		add(m.ID, m.ID+" "+m.Text)
	}
	add(reply.Other, w.T("hear.others"))
	return x
}

func adoptionPart(w *lang.Words, a hearing.Adoption) part {
	x := part{ID: "vedtatt", Title: w.T("hear.adopted.h"), Facts: &web.Facts{Items: []web.Fact{{Term: w.T("hear.adopt.on"), Text: w.Date(a.On)}}}}
	if there := presence(w, a); there != "" {
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: w.T("hear.adopt.present"), Text: there}, web.Fact{Term: w.T("hear.adopt.votes"), Text: w.T("hear.votes", "for", a.For, "against", a.Against)})
	}
	if a.Dissent != "" {
		x.Facts.Items = append(x.Facts.Items, web.Fact{Term: w.T("hear.adopt.dissent"), Text: a.Dissent})
	}
	return x
}

func (p *Pages) doMail(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, body := q.Path("horing"), q.Path("rad")
	again := func(code int, f *web.Form) error { return p.askMail(q, code, f) }
	to := at(slug, "post", body)
	switch f.Get("do") {
	case "mottatt":
		r := hearing.Received{From: f.Line("from"), Raw: f.Get("raw"), On: readDate(f, "on")}
		f.Faults.Add(r.From == "", "from", "hearing.fault.from")
		if f.File != nil {
			f.Faults.Add(f.File.TooBig, "fil", "hearing.fault.file-big")
			return q.Answer(f, func() (string, error) {
				return to + "?gjort=mottatt", p.Hearings.ReceiveFile(q.Context(), q.Actor, slug, body, r, f.File.Name, f.File.Bytes)
			}, again)
		}
		f.Faults.Add(strings.TrimSpace(r.Raw) == "", "raw", "hearing.fault.raw")
		if len(f.Faults) == 0 {
			h, err := p.Hearings.See(q.Context(), q.Actor, slug)
			if err != nil {
				return err
			}
			proposed := repairs(h, r.Raw)
			if !f.Has("seen") && len(proposed) > 0 { // shown once, before it is kept
				f.Set("seen", "yes")
				return p.proposeRepairs(q, h, f)
			}
			r.Text = reply.Mend(r.Raw, proposed, func(n int) bool { return f.Ticked("repair", repairID(proposed[n])) })
		}
		return q.Answer(f, func() (string, error) {
			return to + "?gjort=mottatt", p.Hearings.Receive(q.Context(), q.Actor, slug, body, r)
		}, again)
	case "mener":
		measure := strings.TrimPrefix(f.Get("measure"), "-")
		s := readSaid(f)
		return q.Answer(f, func() (string, error) {
			return to + "?gjort=lagret", p.Hearings.SayFor(q.Context(), q.Actor, slug, body, measure, s)
		}, again)
	case "rett", "tekst":
		n, err := strconv.Atoi(f.Get("of"))
		if err != nil {
			return tilhor.ErrNotFound
		}
		return q.Answer(f, func() (string, error) {
			text := f.Get("text-" + strconv.Itoa(n))
			if f.Get("do") == "rett" {
				h, err := p.Hearings.See(q.Context(), q.Actor, slug)
				if err != nil {
					return "", err
				}
				i := h.Invitation(body)
				if i == nil || n < 0 || n >= len(i.Received) {
					return "", tilhor.ErrNotFound
				}
				was := i.Received[n].Text
				proposed := repairs(h, was)
				text = reply.Mend(was, proposed, func(k int) bool { return f.Ticked("repair", repairID(proposed[k])) })
			}
			err := p.Hearings.Mend(q.Context(), q.Actor, slug, body, n, f.Get("was"), text)
			return to + "?gjort=rettet", renamed(err, "text", "text-"+strconv.Itoa(n))
		}, again)
	case "vedtatt":
		on := readDate(f, "adopted-on")
		return q.Answer(f, func() (string, error) {
			err := p.Hearings.AdoptFor(q.Context(), q.Actor, slug, body, on, f.Get("before"), f.Ticked("no-pupil", "yes"))
			return to + "?gjort=vedtatt", renamed(err, "on", "adopted-on")
		}, again)
	}
	return tilhor.ErrNotFound
}

// renamed gives a fault to the field that has another name on the page.
func renamed(err error, field, to string) error {
	faults := tilhor.FaultsOf(err)
	if faults == nil {
		return err
	}
	out := append(tilhor.Faults(nil), faults...)
	for i := range out {
		if out[i].Field == field {
			out[i].Field = to
		}
	}
	return out
}

// proposeRepairs shows the text once more, with what could be mended in it.
func (p *Pages) proposeRepairs(q *web.Req, h hearing.Hearing, f *web.Form) error {
	w := q.T
	i := h.Invitation(q.Path("rad"))
	if i == nil {
		return tilhor.ErrNotFound
	}
	x := p.receive(q, h, *i, f)
	x.Title, x.Text = w.T("hear.mail.look"), w.T("hear.mail.look-lead")
	*x.WithFile = x.WithFile.with(hidden{"seen", "yes"}).first()
	v := sheet{Back: &web.Back{Href: at(h.Slug, "post", i.Slug), Text: w.T("hear.back.body")}, Line: line(w, h), Heading: lang.Cap(i.Name().Name(w)), Parts: []part{x}}
	return v.show(q, http.StatusOK, f)
}

func presence(w *lang.Words, a hearing.Adoption) string {
	var all []string
	for _, p := range bodies.Parts {
		if n := a.Present[p]; n > 0 {
			all = append(all, w.T("hear.part."+string(p), "n", n))
		}
	}
	return w.List(all)
}
