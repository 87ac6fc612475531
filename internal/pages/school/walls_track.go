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

// Whether a case is serious (alvorleg tilfelle, § 12-4): judged in every case,
// with a reason. The list that helps is the owner's own, and not the law.

func (p *Pages) serious(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askSerious(q, http.StatusOK, f)
}

func (p *Pages) askSerious(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	w, h := q.T, p.head(q, file, "")
	words := area(w, f, "words", w.T("sealed.serious.words", "owner", q.Kit.Owner.Name), w.T("sealed.serious.words-help"), 3)
	words.F.Mark = w.T("form.optional")
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("sealed.serious.title"), Lead: w.T("sealed.serious.lead"),
		Note: &web.Note{Color: "neutral", Title: w.T("sealed.serious.list"), Text: w.T("sealed.serious.list-text")},
		Questions: []question{
			radios(w, f, "serious", w.T("sealed.serious.ask"), "yes", "sealed.serious.yes", "no", "sealed.serious.no"),
			area(w, f, "judged", w.T("sealed.serious.reason"), w.T("sealed.serious.reason-help"), 3),
			words,
		},
		Buttons: []web.Button{{Text: w.T("sealed.serious.do")}, cancel(q, h)},
	}
	if r := file.Last(cases.Judged); r != nil {
		v.Heading = w.T("sealed.serious.was-"+r.Answer, "date", day(w, r.When, q.Now))
		v.Lead = r.Text["reason"]
	}
	return ask(q, code, f, v)
}

func (p *Pages) judgeSerious(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	j := cases.Seriousness{Answer: f.Get("serious"), Reason: f.Get("judged"), Words: f.Get("words")}
	return q.Answer(f, func() (string, error) {
		return done(q, "alvorlig"), p.Cases.JudgeSerious(q.Context(), q.Actor, q.Path("spor"), j)
	}, func(code int, f *web.Form) error { return p.askSerious(q, code, f) })
}

// What the municipality has been told of a track: when, and when it was read.

var toldPage = page("walls_told")

type toldView struct {
	web.Frame
	Back          web.Back
	Line, Heading string
	Lead          string
	Times         []web.Happening
	Faults        *web.Summary
	Form          *web.Form
	Action        string
	Question      *web.Field
	Buttons       []web.Button
	Empty         *web.Empty
}

func (p *Pages) toldOwner(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showTold(q, http.StatusOK, f)
}

func (p *Pages) showTold(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "told")
	if err != nil {
		return err
	}
	all, err := p.Cases.NoticesOf(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, file, "")
	v := toldView{Back: backTo(q, h), Line: h.Line, Heading: w.T("sealed.told.none"), Faults: web.SummaryOf(w, f.Faults), Form: f, Action: q.R.URL.Path, Lead: w.T("sealed.told.lead", "owner", q.Kit.Owner.Name)}
	told := false
	for _, n := range slices.Backward(all) {
		told = told || n.Kind == cases.Employee
		x := web.Happening{
			When: w.DateTime(n.At), DateTime: machine(tilhor.Now(n.At)), Title: w.T("sealed.kind." + string(n.Kind)), Text: w.T("sealed.told.unread"), Key: true,
			Href: path(file.Track, "kommunen", string(n.ID), "kvittering"), Link: w.T("sealed.told.receipt"),
		}
		if !n.Seen.IsZero() {
			x.Text = w.T("sealed.told.read", "when", w.DateTime(n.Seen))
		}
		v.Times = append(v.Times, x)
	}
	if len(all) > 0 {
		v.Heading = w.T("sealed.told.title", "owner", q.Kit.Owner.Name)
	} else {
		v.Empty = &web.Empty{Title: w.T("sealed.told.none"), Text: w.T("sealed.told.none-text")}
	}
	if file.Lead && file.Sealed == "employee" && !told {
		x := f.Field(w, "words", w.T("sealed.take.words"))
		x.Rows, x.Mark, x.Help = 3, w.T("form.optional"), w.T("sealed.told.after-all")
		v.Question, v.Buttons = &x, []web.Button{{Text: w.T("sealed.told.do")}, cancel(q, h)}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, toldPage, v)
}

func (p *Pages) tellOwner(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		return done(q, "kommunen"), p.Cases.TellOwner(q.Context(), q.Actor, q.Path("spor"), cases.ToOwner{Words: f.Get("words")})
	}, func(code int, f *web.Form) error { return p.showTold(q, code, f) })
}

// ownerReceipt is the signed statement that the municipality received it.
func (p *Pages) ownerReceipt(q *web.Req) error {
	all, err := p.Cases.NoticesOf(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	for _, n := range all {
		if string(n.ID) != q.Path("melding") {
			continue
		}
		r, err := p.Concerns.Receipt(q.Context(), q.Actor.Owner, n.Entry)
		if err != nil {
			return err
		}
		q.W.Header().Set("Content-Disposition", `attachment; filename="kvittering-`+r.Short()+`.txt"`)
		q.Write(http.StatusOK, "text/plain; charset=utf-8", append(append([]byte{}, r.File...), r.Proof...))
		return nil
	}
	return tilhor.ErrNotFound
}

// Who cannot have the case (inhabil): oneself, or for who leads it another.

func (p *Pages) recuse(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askRecuse(q, http.StatusOK, f)
}

func (p *Pages) askRecuse(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Works {
		return tilhor.ErrNotFound
	}
	w, h := q.T, p.head(q, file, "")
	v := formView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("sealed.recuse.self"), Lead: w.T("sealed.recuse.lead"),
		Questions: []question{
			radios(w, f, "why", w.T("sealed.recuse.why"), "kin", "sealed.recuse.kin", "declared", "sealed.recuse.declared", "conflict", "sealed.recuse.conflict"),
			area(w, f, "reason", w.T("sealed.recuse.reason"), w.T("sealed.recuse.reason-help"), 3),
		},
		Buttons: []web.Button{{Text: w.T("sealed.recuse.do")}, cancel(q, h)},
	}
	if file.Lead {
		all, err := p.employeesAt(q, file.School)
		if err != nil {
			return err
		}
		v.Heading = w.T("sealed.recuse.title")
		v.Questions = append([]question{{Kind: "select", F: employeeField(w, f, "person", w.T("sealed.recuse.who"), unbarred(all, file))}}, v.Questions...)
	}
	return ask(q, code, f, v)
}

func (p *Pages) doRecuse(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	r := cases.Recusal{Person: tilhor.PersonID(f.Get("person")), Why: f.Get("why"), Reason: f.Get("reason")}
	if !f.Has("person") {
		r.Person = q.Actor.Person
	}
	return q.Answer(f, func() (string, error) {
		if err := p.Cases.Recuse(q.Context(), q.Actor, q.Path("spor"), r); err != nil {
			return "", err
		}
		if r.Person == q.Actor.Person { // there is nothing more to see
			return "/saker", nil
		}
		return done(q, "inhabil"), nil
	}, func(code int, f *web.Form) error { return p.askRecuse(q, code, f) })
}

// What the accused, or an alleged pupil with parents, gets of what is theirs:
// told, heard and answered, access judged, put right; by a person's judgement.

func (p *Pages) party(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askParty(q, http.StatusOK, f)
}

func (p *Pages) askParty(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Works {
		return tilhor.ErrNotFound
	}
	w, h := q.T, p.head(q, file, "")
	who := f.Field(w, "party", w.T("sealed.party.who"))
	who.Options = []web.Option{{Label: w.T("form.choose")}}
	for id, name := range file.Accused {
		who.Options = append(who.Options, web.Option{Value: string(id), Label: name, Checked: f.Get("party") == string(id)})
	}
	for _, k := range file.Children {
		if k.Role == "alleged" && k.Person != "" {
			who.Options = append(who.Options, web.Option{Value: string(k.Person), Label: k.Name, Checked: f.Get("party") == string(k.Person)})
		}
	}
	lang.Sort(q.Lang, who.Options[1:], func(o web.Option) string { return o.Label })
	pairs := []string{}
	for _, what := range cases.PartyWhats {
		pairs = append(pairs, what, "sealed.party."+what)
	}
	if !f.Has("at") {
		f.Set("at", lang.TypedDate(calendar.DateOf(q.Now)))
	}
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: w.T("sealed.party.title"), Lead: w.T("sealed.party.lead"),
		Questions: []question{
			{Kind: "select", F: who},
			radios(w, f, "what", w.T("sealed.party.what"), pairs...),
			area(w, f, "text", w.T("sealed.party.text"), w.T("sealed.party.text-help"), 4),
			whenAsked(w, f, "at", w.T("sealed.party.when")),
		},
		Buttons: []web.Button{{Text: w.T("sealed.party.do")}, cancel(q, h)},
	})
}

func (p *Pages) writeParty(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	x := cases.PartyAct{Person: tilhor.PersonID(f.Get("party")), What: f.Get("what"), Text: f.Get("text"), At: readWhen(f, "at", q.Now)}
	return q.Answer(f, func() (string, error) {
		return done(q, "parten"), p.Cases.WriteParty(q.Context(), q.Actor, q.Path("spor"), x)
	}, func(code int, f *web.Form) error { return p.askParty(q, code, f) })
}
