package family

import (
	"html/template"
	"net/http"

	"tilhor"
	"tilhor/internal/web"
)

// The receipt of what a parent took up with rektor in the case: that it was
// received, and when. It says neither what nor of whom.

type receiptView struct {
	web.Frame
	Back  web.Back
	Facts web.Facts
	QR    template.HTML
	File  string
}

func (p *Pages) receipt(q *web.Req) error {
	r, err := p.Cases.RaisedReceipt(q.Context(), q.Actor, q.Path("barn"), tilhor.RecordID(q.Path("brev")))
	if err != nil {
		return err
	}
	svg, err := r.QR()
	if err != nil {
		return err
	}
	w := q.T
	v := receiptView{
		Frame: q.Frame(w.T("parent.receipt.title")), Back: web.Back{Href: parentPath + "/" + q.Path("barn"), Text: w.T("parent.back")},
		QR: template.HTML(svg), File: q.R.URL.Path + "/fil",
	}
	v.Level = "voksen"
	v.Facts = web.Facts{Items: []web.Fact{{Term: w.T("parent.receipt.received"), Text: w.Moment(r.When())}, {Term: w.T("parent.receipt.number"), Text: r.Short()}}}
	return q.Render(receiptPage, v)
}

func (p *Pages) receiptFile(q *web.Req) error {
	r, err := p.Cases.RaisedReceipt(q.Context(), q.Actor, q.Path("barn"), tilhor.RecordID(q.Path("brev")))
	if err != nil {
		return err
	}
	q.W.Header().Set("Content-Disposition", `attachment; filename="kvittering.txt"`)
	q.Write(http.StatusOK, "text/plain; charset=utf-8", append(append([]byte{}, r.File...), r.Proof...))
	return nil
}
