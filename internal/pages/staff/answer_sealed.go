package staff

import (
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/web"
)

// sealedAnswer is the receipt of a concern about somebody who works there: that
// it was received, read and taken up, and no more. Who has it and what is done
// is not for the one who told to know (§ 12-5).
func (p *Pages) sealedAnswer(q *web.Req, a concerns.Answer, r journal.Receipt) error {
	w, here := q.T, "/bekymringer/"+a.Slug
	to := "rektor"
	if a.Accused == duty.AccusedLeadership {
		to = "owner"
	}
	v := answerView{
		Frame: q.Frame(w.T("sealed.answer.title-" + to)), Lead: w.T("sealed.answer.lead", "when", w.Near(a.Written, q.Now)), Mine: mine(q, a.Concern),
		Means: w.T("receipt.means"), File: here + "/kvittering", Picture: here + "/kvittering/bilde",
		Steps: []web.Happening{{When: near(q, a.Known), Title: w.T("staff.step.known"), Key: true}, happening(q, a.Written, w.T("sealed.step.sent-"+to), "")},
	}
	if !a.ReadAt.IsZero() {
		v.Steps = append(v.Steps, happening(q, a.ReadAt, w.T("staff.step.read"), ""))
	}
	if a.State == concerns.Taken {
		v.Steps = append(v.Steps, happening(q, a.DecidedAt, w.T("sealed.step.taken"), w.T("sealed.step.taken-text")))
	} else {
		v.Steps = append(v.Steps, web.Happening{When: w.T("staff.step.next"), Title: w.T("sealed.step.will"), Text: w.T("sealed.step.will-text"), Next: true})
	}
	if a.Said != "" {
		v.Said = &web.Quote{Text: a.Said, By: w.T("staff.answer.by")}
	}
	v.Receipt = web.Facts{Items: []web.Fact{{Term: w.T("staff.answer.received"), Text: w.Moment(r.When())}, {Term: w.T("staff.answer.number"), Text: r.Short()}}}
	return q.Render(answerPage, v)
}
