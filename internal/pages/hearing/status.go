package hearing

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// all is every hearing, the open first.
func (p *Pages) all(q *web.Req) error {
	all, err := p.Hearings.All(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := sheet{Heading: w.T("hear.all.calm")}
	fresh := []web.Button{{Text: w.T("hear.new"), Href: HomePath + "/ny"}}
	open := part{ID: "apne", Title: w.T("hear.all.open")}
	sent := part{ID: "sendt", Title: w.T("hear.all.sent")}
	for _, h := range all {
		st := h.Reply(nil)
		d := web.Duty{What: h.Letter.Title, Href: at(h.Slug), Tag: web.TagOf(w, "lokal"), Meta: []string{h.Letter.Sender}}
		if h.Sent != nil {
			d.State = web.State{Name: web.OK, Word: w.T("hear.all.sent-on", "date", calendar.DateOf(h.Sent.At))}
			sent.Duties = append(sent.Duties, d)
			continue
		}
		d.State = due(w, h.Letter.Deadline, calendar.DateOf(q.Now))
		d.When = w.T("hear.answered", "n", answered(h), "of", len(st.Invited))
		open.Duties = append(open.Duties, d)
	}
	if len(open.Duties) > 0 {
		v.Heading = w.T("hear.all.title", "n", len(open.Duties))
		fresh[0].Kind = "secondary"
		open.Buttons = fresh
		v.Parts = append(v.Parts, open)
	}
	if len(sent.Duties) > 0 {
		v.Parts = append(v.Parts, sent)
	}
	if len(all) == 0 {
		v.Lead = w.T("hear.all.empty")
	}
	if len(open.Duties) == 0 {
		v.Next = fresh
	}
	return v.show(q, http.StatusOK, nil)
}

func due(w *lang.Words, on, today tilhor.Date) web.State {
	switch {
	case on < today:
		return web.State{Name: web.Late, Word: w.T("hear.over", "date", on)}
	case on == today:
		return web.State{Name: web.Now, Word: w.T("hear.today")}
	}
	return web.State{Name: web.Soon, Word: lang.Cap(w.NearDay(on, today))}
}

func answered(h hearing.Hearing) (n int) {
	for _, i := range h.Invited {
		if i.Has() {
			n++
		}
	}
	return n
}

func (p *Pages) fresh(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askOpen(q, code, f) })
}

func (p *Pages) askOpen(q *web.Req, code int, f *web.Form) error {
	w := q.T
	x := formOf(q, f, "", "", w.T("hear.open.do"), func(f *web.Form) []question {
		if !f.Has("municipality") {
			f.Set("municipality", q.Kit.Owner.Name)
		}
		return []question{
			choices(w, f, "radios", "own", "hear.open.own", [2]string{"no", w.T("hear.open.own.no")}, [2]string{"yes", w.T("hear.open.own.yes")}),
			text(w, f, "title", "hear.open.name"), text(w, f, "sender", "hear.open.sender"), text(w, f, "reference", "hear.open.reference"),
			text(w, f, "document", "hear.open.document"), text(w, f, "municipality", "hear.open.municipality"), date(w, f, "deadline", "hear.open.deadline"), date(w, f, "answers-by", "hear.open.answers-by"), date(w, f, "first-by", "hear.open.first-by"),
			area(w, f, "challenges", "hear.open.challenges", 5),
		}
	})
	v := sheet{Back: &web.Back{Href: HomePath, Text: w.T("hear.back")}, Heading: w.T("hear.open.title"), Lead: w.T("hear.open.lead")}
	v.Parts = []part{{ID: "brev", Title: w.T("hear.open.letter"), Forms: []form{x.first()}}}
	return v.show(q, code, f)
}

func (p *Pages) doOpen(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	l := reply.Letter{
		Title: f.Line("title"), Sender: f.Line("sender"), Reference: f.Line("reference"), Document: f.Line("document"), Municipality: f.Line("municipality"),
		Deadline: readDate(f, "deadline"), AnswersBy: readDate(f, "answers-by"), FirstBy: readDate(f, "first-by"), Challenges: hearing.ReadChallenges(f.Get("challenges")),
	}
	return q.Answer(f, func() (string, error) {
		slug, err := p.Hearings.Open(q.Context(), q.Actor, l, f.Get("own") == "yes")
		return at(slug, "tiltak"), err
	}, func(code int, f *web.Form) error { return p.askOpen(q, code, f) })
}

// status is who has answered, and what is next.
func (p *Pages) status(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askStatus(q, code, f) })
}

func (p *Pages) askStatus(q *web.Req, code int, f *web.Form) error {
	s, err := p.Hearings.Stand(q.Context(), q.Actor, q.Path("horing"), q.T)
	if err != nil {
		return err
	}
	uninvited, err := p.uninvited(q, s.Hearing)
	if err != nil {
		return err
	}
	w, h, st, today := q.T, s.Hearing, s.Document.Status, calendar.DateOf(q.Now)
	v := sheet{Back: &web.Back{Href: HomePath, Text: w.T("hear.back")}, Tabs: tabs(q, h.Slug), Line: line(w, h), Heading: w.T("hear.status.title", "n", st.Answering(), "of", st.Invited)}
	if len(h.Invited) == 0 {
		v.Heading = w.T("hear.status.none")
	} else {
		v.Stats = []web.Stat{
			{Number: w.Num(st.Answered), What: w.T("hear.status.in-time"), Note: w.T("hear.status.due", "date", h.Letter.Due())},
			{Number: w.Num(st.Late), What: w.T("hear.status.late"), Note: w.T("hear.status.late-note")},
			{Number: w.Num(st.Declined), What: w.T("hear.status.declined")},
			{Number: w.Num(st.Silent), What: w.T("hear.status.silent"), Note: lastReminded(w, h)},
		}
		if n := mailed(h); n > 0 {
			v.Stats[3].Note = strings.TrimPrefix(v.Stats[3].Note+" · "+w.T("hear.status.mailed", "n", n), " · ")
		}
	}
	v.Parts = append(v.Parts, part{ID: "neste", Title: w.T("hear.next"), Duties: p.nextSteps(q, s, today)})
	if len(h.Invited) > 0 {
		v.Parts = append(v.Parts, p.whoAnswered(q, h, f))
	}
	if h.Open() && len(uninvited) > 0 && len(h.Measures) > 0 {
		v.Parts = append(v.Parts, part{ID: "inviter", Title: w.T("hear.invite"), Text: w.T("hear.invite.lead"), Forms: []form{formOf(q, f, "inviter", "", w.T("hear.invite.do"), func(f *web.Form) []question {
			x := labelled(w, f, "bodies", "hear.invite.who")
			for _, b := range uninvited {
				x.Options = append(x.Options, web.Option{Value: b.ID, Label: b.name, Checked: f.Ticked("bodies", b.ID)})
			}
			return []question{{Kind: "checks", F: x}}
		})}})
	}
	if h.Open() && len(h.Invited) > 0 {
		v.Parts = append(v.Parts, reminders(q, h, f))
	}
	v.Parts = append(v.Parts, part{ID: "filer", Title: w.T("hear.files"), Text: w.T("hear.files.lead"), Buttons: []web.Button{
		{Text: w.T("hear.measures.see"), Href: at(h.Slug, "tiltak"), Kind: "secondary"}, {Text: w.T("hear.files.do"), Href: at(h.Slug, "filer"), Kind: "tertiary"},
	}})
	return v.show(q, code, f)
}

// nextSteps is what stands in the way of an answer, by clock.
func (p *Pages) nextSteps(q *web.Req, s hearing.State, today tilhor.Date) (all []web.Duty) {
	w, h := q.T, s.Hearing
	local := web.TagOf(w, "lokal")
	by := due(w, h.Letter.Deadline, today)
	add := func(key, to string, kv ...any) {
		all = append(all, web.Duty{What: w.T(key, kv...), Href: to, Tag: local, Meta: []string{w.T("hear.deadline", "date", h.Letter.Deadline)}, State: by})
	}
	switch {
	case h.Sent != nil:
		return []web.Duty{{What: w.T("hear.step.sent"), Href: PublicPath + "/" + h.Slug + "/svar", Tag: local, State: web.State{Name: web.OK, Word: w.T("hear.all.sent-on", "date", calendar.DateOf(h.Sent.At))}}}
	case len(h.Measures) == 0:
		add("hear.step.measures", at(h.Slug, "tiltak"))
		return all
	case len(h.Invited) == 0:
		add("hear.step.invite", "#inviter")
		return all
	}
	if n := mailed(h); n > 0 {
		add("hear.step.mail", "#hvem", "n", n)
	}
	if n := len(s.Undecided); n > 0 {
		add("hear.step.choose", at(h.Slug, "matrise"), "n", n)
	}
	if n := len(s.Flagged()) + len(s.Failing); n > 0 {
		add("hear.step.mend", at(h.Slug, "utkast"), "n", n)
	}
	add("hear.step.send", at(h.Slug, "send"))
	return all
}

// mailed is how many statements came by mail and are not written in yet.
func mailed(h hearing.Hearing) (n int) {
	for _, i := range h.Invited {
		if len(i.Received) > 0 && !i.Has() {
			n++
		}
	}
	return n
}

func lastReminded(w *lang.Words, h hearing.Hearing) string {
	var last tilhor.Date
	for _, i := range h.Invited {
		if n := len(i.Reminded); n > 0 {
			last = max(last, i.Reminded[n-1])
		}
	}
	if last == "" {
		return ""
	}
	return w.T("hear.reminded", "date", last)
}

// whoAnswered is every body and how it stands: those that have not answered first,
// the others under a line.
func (p *Pages) whoAnswered(q *web.Req, h hearing.Hearing, f *web.Form) part {
	w := q.T
	table := func() *web.Table {
		return &web.Table{Caption: w.T("hear.who"), Hidden: true, Columns: []web.Column{{Text: w.T("hear.col.body")}, {Text: w.T("hear.col.state")}, {Text: w.T("hear.col.reminded")}}}
	}
	waits, done := table(), table()
	all := slices.Clone(h.Invited)
	lang.Sort(q.Lang, all, func(i hearing.Invited) string { return i.Name().Name(w) })
	silent := 0
	for _, i := range all {
		cell := web.Cell{Text: lang.Cap(i.Name().Name(w)), Href: at(h.Slug, "post", i.Slug)}
		if i.Slug == "" { // the body is no more
			cell = web.Cell{Text: w.T("hear.body.gone")}
		}
		reminded := web.Cell{}
		if n := len(i.Reminded); n > 0 {
			reminded.Text = w.DateShort(i.Reminded[n-1])
		}
		if why := i.WentBefore(); why != "" {
			cell.Small = w.T("hear.before", "why", why)
		}
		to := done
		state := web.State{Name: web.OK, Word: w.T("hear.state.answered", "date", i.AdoptedOn())}
		switch {
		case i.Has() && i.Adopted.On > h.Due(i):
			state.Word = w.T("hear.state.late", "date", i.Adopted.On)
		case i.Has():
		case i.Declined != "":
			state = web.State{Name: web.Lock, Word: w.T("hear.state.declined")}
			reminded.Text = "«" + i.Declined + "»"
		case len(i.Received) > 0:
			to, state = waits, web.State{Name: web.Now, Word: w.T("hear.state.mailed")}
		case i.Begun():
			to, state = waits, web.State{Name: web.Wait, Word: w.T("hear.state.begun")}
			silent++
		default:
			to, state = waits, web.State{Name: web.Wait, Word: w.T("hear.state.silent")}
			silent++
		}
		to.Rows = append(to.Rows, []web.Cell{cell, {State: &state}, reminded})
	}
	x := part{ID: "hvem", Title: w.T("hear.waits", "n", len(waits.Rows)), Table: waits}
	if len(waits.Rows) == 0 {
		x.Title, x.Table = w.T("hear.all-answered"), nil
	}
	if n := len(done.Rows); n > 0 {
		x.Rest = &rest{Summary: w.T("hear.who.rest", "n", n), Table: done}
	}
	if silent > 0 && h.Open() {
		x.Forms = []form{formOf(q, f, "minn", "", w.T("hear.remind.do", "n", silent), none)}
	}
	return x
}

// reminders is when reminders go by themselves.
func reminders(q *web.Req, h hearing.Hearing, f *web.Form) part {
	w := q.T
	var days []string
	for _, n := range h.Reminders {
		days = append(days, strconv.Itoa(n))
	}
	x := part{ID: "paminnelser", Title: w.T("hear.auto"), Text: w.T("hear.auto.none")}
	if len(days) > 0 {
		x.Text = w.T("hear.auto.text", "days", w.List(days))
	}
	x.Forms = []form{formOf(q, f, "paminnelser", "", w.T("hear.auto.do"), func(f *web.Form) []question {
		if !f.Has("days") {
			f.Set("days", strings.Join(days, ", "))
		}
		return []question{text(w, f, "days", "hear.auto.days")}
	}).folded(w.T("hear.auto.fold"))}
	return x
}

type listed struct {
	bodies.Body
	name string
}

func (p *Pages) uninvited(q *web.Req, h hearing.Hearing) (all []listed, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		all = nil
		schools, err := q.Kit.Roster.Schools(tx, q.Actor.Owner)
		if err != nil {
			return err
		}
		list, err := p.Hearings.Bodies.All(tx, q.Actor.Owner)
		for _, b := range list {
			if slices.ContainsFunc(h.Invited, func(i hearing.Invited) bool { return i.ID == b.ID }) {
				continue
			}
			name := reply.Body{Body: b.Name}
			for _, s := range schools {
				if s.ID == b.School {
					name.School = s.Name
				}
			}
			all = append(all, listed{b, lang.Cap(name.Name(q.T))})
		}
		lang.Sort(q.Lang, all, func(l listed) string { return l.name })
		return err
	})
	return all, err
}

func (p *Pages) doStatus(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("horing")
	return q.Answer(f, func() (string, error) {
		switch f.Get("do") {
		case "inviter":
			return at(slug) + "?gjort=invitert", p.Hearings.Invite(q.Context(), q.Actor, slug, f.All("bodies")...)
		case "minn":
			_, err := p.Hearings.Remind(q.Context(), q.Actor, slug)
			return at(slug) + "?gjort=minnet", err
		case "paminnelser":
			var days []int
			for _, s := range strings.FieldsFunc(f.Get("days"), func(r rune) bool { return r == ',' || r == ' ' }) {
				n, err := strconv.Atoi(s)
				if err != nil {
					return "", tilhor.Faults{{Field: "days", Key: "hearing.fault.days"}}
				}
				days = append(days, n)
			}
			return at(slug) + "?gjort=paminnelser", p.Hearings.SetReminders(q.Context(), q.Actor, slug, days)
		}
		return "", tilhor.ErrNotFound
	}, func(code int, f *web.Form) error { return p.askStatus(q, code, f) })
}

// measures is the report's list, and how it is put in.
func (p *Pages) measures(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askMeasures(q, code, f, "") })
}

func (p *Pages) askMeasures(q *web.Req, code int, f *web.Form, wrong string) error {
	h, err := p.Hearings.See(q.Context(), q.Actor, q.Path("horing"))
	if err != nil {
		return err
	}
	w := q.T
	v := sheet{Back: &web.Back{Href: at(h.Slug), Text: w.T("hear.back.one")}, Line: line(w, h), Heading: w.T("hear.measures.title", "n", len(h.Measures)), Lead: w.T("hear.measures.lead")}
	if len(h.Measures) == 0 {
		v.Heading = w.T("hear.measures.none")
	}
	if h.Open() {
		x := part{ID: "lim", Title: w.T("hear.measures.paste"), Text: w.T("hear.measures.how"), Forms: []form{formOf(q, f, "", "", w.T("hear.measures.do"), func(f *web.Form) []question {
			return []question{area(w, f, "measures", "hear.measures.text", 12)}
		}).first()}}
		if wrong != "" {
			x.Note = &web.Note{Color: "danger", Role: "alert", Title: w.T("hear.measures.unread"), Text: wrong}
		}
		v.Parts = append(v.Parts, x)
	}
	if len(h.Measures) > 0 {
		t := &web.Table{Caption: w.T("hear.measures.list"), Hidden: true, Columns: []web.Column{{Text: w.T("hear.col.measure")}, {Text: w.T("hear.col.chapter")}, {Text: w.T("hear.col.read"), Right: true}}}
		for _, m := range h.Measures {
			t.Rows = append(t.Rows, []web.Cell{{Text: m.ID + " " + m.Text, Small: m.Summary}, {Text: m.Chapter}, {Text: w.T("hear.minutes", "n", m.Minutes())}})
		}
		v.Parts = append(v.Parts, part{ID: "liste", Title: w.T("hear.measures.list"), Table: t})
	}
	return v.show(q, code, f)
}

func (p *Pages) doMeasures(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, wrong := q.Path("horing"), ""
	return q.Answer(f, func() (string, error) {
		err := p.Hearings.Import(q.Context(), q.Actor, slug, f.Get("measures"))
		var unread reply.Faults
		if errors.As(err, &unread) {
			wrong = unread.Text(q.T)
			err = tilhor.Faults{{Field: "measures", Key: "hearing.fault.unread"}}
		}
		return at(slug) + "?gjort=tiltak", err
	}, func(code int, f *web.Form) error { return p.askMeasures(q, code, f, wrong) })
}

// files is the hearing as `tilhor hearing compile` reads it.
func (p *Pages) files(q *web.Req) error {
	s, err := p.Hearings.Stand(q.Context(), q.Actor, q.Path("horing"), q.T)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	out := s.Hearing.Reply(s.Figures)
	if err := out.WriteDir(func(name string) (io.Writer, error) { return z.Create(name) }); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	q.Give("application/zip", "horing.zip", b.Bytes())
	return nil
}

func num(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
