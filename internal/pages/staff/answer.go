package staff

import (
	"time"

	"tilhor/internal/concerns"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var answerPage = page("answer")

type answerView struct {
	web.Frame
	Lead     string
	Steps    []web.Happening
	Ask      string // what the reporter is asked to do
	Measures bool   // something more may stand on the page of today
	Reason   string // why it is not a case of its own
	SayTo    string // what can be said to the child
	SayHead  string
	Said     *web.Quote
	Mine     web.Facts
	Receipt  web.Facts
	Means    string
	File     string
	Picture  string
}

// answer is the receipt of what the reader told, and later the answer: who read
// it, who has it, and what the reader is asked to do. Never what the child has
// said since, and never another child.
func (p *Pages) answer(q *web.Req) error {
	a, err := p.Concerns.Follow(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	r, err := p.Concerns.Receipt(q.Context(), q.Actor.Owner, a.Entry)
	if err != nil {
		return err
	}
	if a.Sealed() {
		return p.sealedAnswer(q, a, r)
	}
	w := q.T
	here := "/bekymringer/" + a.Slug
	v := answerView{
		Frame: q.Frame(title(q, a)), Lead: w.T("staff.answer.lead", "when", w.Near(a.Written, q.Now)),
		Steps: steps(q, a), Ask: a.Ask, Measures: a.State == concerns.Taken, Reason: a.Reason, Mine: mine(q, a.Concern),
		Means: w.T("receipt.means"), File: here + "/kvittering", Picture: here + "/kvittering/bilde",
	}
	if a.Said != "" {
		v.Said = &web.Quote{Text: a.Said, By: w.T("staff.answer.by")}
		if name := child(a.Concern); name != "" && a.State == concerns.New {
			v.SayHead, v.SayTo = w.T("staff.answer.say-head", "name", name), w.T("staff.answer.say")
		}
	}
	v.Receipt = web.Facts{Items: []web.Fact{
		{Term: w.T("staff.answer.received"), Text: w.Moment(r.When())},
		{Term: w.T("staff.answer.number"), Text: r.Short()},
	}}
	return q.Render(answerPage, v)
}

// title says how far it has come.
func title(q *web.Req, a concerns.Answer) string {
	key := "staff.answer.new"
	switch {
	case a.State == concerns.Taken:
		key = "staff.answer.taken"
	case a.State == concerns.SetAside:
		key = "staff.answer.set-aside"
	case !a.ReadAt.IsZero():
		key = "staff.answer.read"
	}
	if name := child(a.Concern); name != "" {
		return q.T.T(key+"-name", "name", name)
	}
	return q.T.T(key)
}

// steps are what has happened and what comes, oldest first. The act's word
// stands as a word and never as a date.
func steps(q *web.Req, a concerns.Answer) []web.Happening {
	w := q.T
	all := []web.Happening{
		{When: lang.Cap(near(q, a.Known)), Title: w.T("staff.step.known"), Key: true},
		happening(q, a.Written, w.T("staff.step.sent"), ""),
	}
	if a.ReadAt.IsZero() && a.State == concerns.New {
		return append(all, web.Happening{When: w.T("staff.step.next"), Title: w.T("staff.step.will-read"), Text: w.T("staff.step.will-read-text"), Next: true},
			web.Happening{When: w.T("staff.step.then"), Title: w.T("staff.step.will-decide"), Text: w.T("staff.step.will-decide-text"), Next: true})
	}
	if !a.ReadAt.IsZero() {
		all = append(all, happening(q, a.ReadAt, w.T("staff.step.read"), ""))
	}
	switch a.State {
	case concerns.Taken:
		text := w.T("staff.step.has-nobody")
		if len(a.Has) > 0 {
			text = w.T("staff.step.has", "names", w.List(a.Has))
		}
		return append(all, happening(q, a.DecidedAt, w.T("staff.step.taken"), text),
			web.Happening{When: w.T("staff.step.next"), Title: w.T("staff.step.works"), Text: w.T("staff.step.works-text"), Next: true})
	case concerns.SetAside:
		return append(all, happening(q, a.DecidedAt, w.T("staff.step.set-aside."+a.Why), ""))
	}
	return append(all, web.Happening{When: w.T("staff.step.next"), Title: w.T("staff.step.will-decide"), Text: w.T("staff.step.will-decide-text"), Next: true})
}

// happening is a moment of the chronology that is known to the minute.
func happening(q *web.Req, at time.Time, title, text string) web.Happening {
	return web.Happening{When: lang.Cap(q.T.Near(at, q.Now)), DateTime: at.Format(time.RFC3339), Title: title, Text: text}
}

// mine is what the reader sent, as it was sent.
func mine(q *web.Req, c concerns.Concern) web.Facts {
	w := q.T
	place := w.T("arena." + string(c.Arena))
	if c.Place != "" {
		place += ". " + c.Place
	}
	f := web.Facts{Items: []web.Fact{{Term: w.T("staff.answer.about"), Text: about(w, c)}}}
	if c.Held {
		f.Items = append(f.Items, web.Fact{Term: w.T("staff.answer.saw"), Text: w.T("staff.answer.held")})
	}
	if c.Saw != "" {
		f.Items = append(f.Items, web.Fact{Term: w.T("staff.answer.saw"), Text: c.Saw})
	}
	f.Items = append(f.Items, web.Fact{Term: w.T("staff.answer.place"), Text: place}, web.Fact{Term: w.T("staff.answer.happened"), Text: lang.Cap(near(q, c.Happened))})
	return f
}

// receipt finds the receipt of what the reader told, and nobody else's.
func (p *Pages) receipt(q *web.Req) (journal.Receipt, error) {
	a, err := p.Concerns.Follow(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return journal.Receipt{}, err
	}
	return p.Concerns.Receipt(q.Context(), q.Actor.Owner, a.Entry)
}

// receiptFile is the signed statement to keep, with its proof when the record
// has one.
func (p *Pages) receiptFile(q *web.Req) error {
	r, err := p.receipt(q)
	if err != nil {
		return err
	}
	return q.GiveReceipt(r, "kvittering-"+r.Short())
}

func (p *Pages) receiptPicture(q *web.Req) error {
	r, err := p.receipt(q)
	if err != nil {
		return err
	}
	return q.ReceiptPicture(r)
}
