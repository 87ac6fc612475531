package body

import (
	"net/http"
	"time"

	"tilhor/internal/web"

	ics "github.com/arran4/golang-ical"
)

// calendar is one meeting as a calendar program reads it (RFC 5545). It says when,
// and neither whose meeting it is, where, nor about what: a calendar is read by
// others than its owner, and on other people's machines.
func (p *Pages) calendar(q *web.Req) error {
	x, err := p.Bodies.Meeting(q.Context(), q.Actor, q.Path("rad"), q.Path("mote"))
	if err != nil {
		return err
	}
	c := ics.NewCalendarFor("Tilhør")
	c.SetMethod(ics.MethodPublish)
	e := c.AddEvent(x.Meeting.Slug + "@tilhor")
	e.SetDtStampTime(q.Now)
	e.SetStartAt(x.Meeting.Begins())
	e.SetEndAt(x.Meeting.Begins().Add(90 * time.Minute))
	e.SetSummary(q.T.T("bodies.event"))
	e.SetClass(ics.ClassificationPrivate)
	q.W.Header().Set("Content-Disposition", `attachment; filename="kalender.ics"`)
	q.Write(http.StatusOK, "text/calendar; charset=utf-8", []byte(c.Serialize()))
	return nil
}
