package public

import (
	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/web"
)

var receiptPage = page("receipt")

type receiptView struct {
	web.Frame
	Lead          string
	State         web.State
	Steps         []web.Happening
	Receipt       web.Facts
	File, Picture string
	From          link
}

// status finds what a secret address stands for. It tells how far the concern
// has come, and no name and no word of it.
func (p *Pages) status(q *web.Req) (concerns.Status, journal.Receipt, error) {
	code := q.Path("kode")
	if len(code) != 26 {
		return concerns.Status{}, journal.Receipt{}, tilhor.ErrNotFound
	}
	s, err := p.Concerns.ByLink(q.Context(), q.Kit.Owner.ID, code)
	if err == nil && s.Quiet { // its receipt has no address that a machine could remember
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return s, journal.Receipt{}, err
	}
	r, err := p.Concerns.Receipt(q.Context(), q.Kit.Owner.ID, s.Entry)
	return s, r, err
}

// receipt is the only thing somebody without an account has afterwards: that it
// was received, when, and whether it is read and taken up.
func (p *Pages) receipt(q *web.Req) error {
	s, r, err := p.status(q)
	if err != nil {
		return err
	}
	w, here := q.T, "/kvittering/"+q.Path("kode")
	key := "public.receipt.new"
	v := receiptView{State: web.State{Name: web.Wait, Word: w.T("public.receipt.state-new")}, File: here + "/fil", Picture: here + "/bilde"}
	switch {
	case s.State != concerns.New:
		key, v.State = "public.receipt.decided", web.State{Name: web.OK, Word: w.T("public.receipt.state-" + string(s.State))}
	case !s.ReadAt.IsZero():
		key, v.State = "public.receipt.read", web.State{Name: web.OK, Word: w.T("public.receipt.state-read")}
	}
	v.Frame = q.Frame(w.T(key))
	v.Neutral, v.Exit, v.Home = true, true, q.Link("/")
	v.Lead = w.T("public.receipt.lead")
	v.Steps = statusSteps(q, s)
	v.Receipt = web.Facts{Items: []web.Fact{{Term: w.T("public.receipt.received"), Text: w.Moment(r.When())}, {Term: w.T("public.receipt.number"), Text: r.Short()}}}
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		school, err := q.Kit.Roster.School(tx, q.Kit.Owner.ID, s.School)
		v.From = link{q.Link("/s/" + web.SchoolCode(school)), school.Name}
		v.Frame.School = school.Name
		return err
	})
	if err != nil {
		return err
	}
	return q.Render(receiptPage, v)
}

func statusSteps(q *web.Req, s concerns.Status) []web.Happening {
	w := q.T
	all := []web.Happening{{When: w.DateTime(s.Written), Title: w.T("public.receipt.step-sent"), Key: true}}
	if !s.ReadAt.IsZero() {
		all = append(all, web.Happening{When: w.DateTime(s.ReadAt), Title: w.T("public.receipt.step-read")})
	} else if s.State == concerns.New {
		all = append(all, web.Happening{When: w.T("public.receipt.next"), Title: w.T("public.receipt.step-will-read"), Next: true})
	}
	if s.DecidedAt.IsZero() {
		return append(all, web.Happening{When: w.T("public.receipt.then"), Title: w.T("public.receipt.step-will-decide"), Text: w.T("public.receipt.step-will-decide-text"), Next: true})
	}
	return append(all, web.Happening{When: w.DateTime(s.DecidedAt), Title: w.T("public.receipt.step-" + string(s.State)), Text: w.T("public.receipt.step-" + string(s.State) + "-text")})
}

func (p *Pages) receiptFile(q *web.Req) error {
	_, r, err := p.status(q)
	if err != nil {
		return err
	}
	return q.GiveReceipt(r, "kvittering-"+r.Short())
}

func (p *Pages) receiptPicture(q *web.Req) error {
	_, r, err := p.status(q)
	if err != nil {
		return err
	}
	return q.ReceiptPicture(r)
}
