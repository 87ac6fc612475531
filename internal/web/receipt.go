package web

import (
	"html/template"
	"net/http"

	"tilhor/internal/journal"
)

var receiptPage = pages("receipt")

type receiptData struct {
	Frame
	Back  Back
	Facts Facts
	QR    template.HTML
	File  string
}

// ShowReceipt shows a receipt as a page of its own, only when it is asked for: somebody
// at home may find it. It says that it was received, and when; neither what nor of whom.
func (q *Req) ShowReceipt(f Frame, back Back, r journal.Receipt) error {
	svg, err := r.QR()
	if err != nil {
		return err
	}
	return q.Render(receiptPage, receiptData{
		Frame: f, Back: back, QR: template.HTML(svg), File: q.R.URL.Path + "/fil",
		Facts: Facts{Items: []Fact{{Term: q.T.T("public.receipt.received"), Text: q.T.Moment(r.When())}, {Term: q.T.T("public.receipt.number"), Text: r.Short()}}},
	})
}

// GiveReceipt hands out the signed statement to keep, with its proof when the record
// has one.
func (q *Req) GiveReceipt(r journal.Receipt, name string) error {
	q.W.Header().Set("Content-Disposition", `attachment; filename="`+name+`.txt"`)
	q.Write(http.StatusOK, "text/plain; charset=utf-8", append(append([]byte{}, r.File...), r.Proof...))
	return nil
}

// ReceiptPicture is the receipt as a picture (QR).
func (q *Req) ReceiptPicture(r journal.Receipt) error {
	svg, err := r.QR()
	if err == nil {
		q.Write(http.StatusOK, "image/svg+xml", []byte(svg))
	}
	return err
}
