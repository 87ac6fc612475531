package family

import (
	"tilhor"
	"tilhor/internal/journal"
	"tilhor/internal/web"
)

// The receipt of what a parent took up with rektor in the case: that it was
// received, and when. It says neither what nor of whom.

func (p *Pages) raisedReceipt(q *web.Req) (journal.Receipt, error) {
	return p.Cases.RaisedReceipt(q.Context(), q.Actor, q.Path("barn"), tilhor.RecordID(q.Path("brev")))
}

func (p *Pages) receipt(q *web.Req) error {
	r, err := p.raisedReceipt(q)
	if err != nil {
		return err
	}
	f := q.Frame(q.T.T("parent.receipt.title"))
	f.Level = "voksen"
	return q.ShowReceipt(f, web.Back{Href: parentPath + "/" + q.Path("barn"), Text: q.T.T("parent.back")}, r)
}

func (p *Pages) receiptFile(q *web.Req) error {
	r, err := p.raisedReceipt(q)
	if err != nil {
		return err
	}
	return q.GiveReceipt(r, "kvittering")
}
