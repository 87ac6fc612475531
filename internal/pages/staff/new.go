package staff

import (
	"net/url"

	"tilhor"
	"tilhor/internal/web"
)

var newPage = page("new")

type newView struct {
	web.Frame
	New   []web.Duty
	Next  string // where the next page is
	First bool   // this is not the first page
}

// fieldAfter is the concern that the page before ended with.
const fieldAfter = "etter"

// fresh lists every new concern the reader receives, kind by kind: the page of today has
// the first of each.
func (p *Pages) fresh(q *web.Req) error {
	after := q.Query(fieldAfter)
	all, next, err := p.Concerns.AllWaiting(q.Context(), q.Actor, after)
	if err != nil {
		return err
	}
	if len(all) == 0 && after != "" { // what came after has been answered; there may be others
		return q.See(q.R.URL.Path)
	}
	if len(all) == 0 { // empty for who receives, and not there for who does not
		receives, err := p.Concerns.Receives(q.Context(), q.Actor)
		if err == nil && !receives {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
	}
	v := newView{Frame: q.Frame(q.T.T("staff.new.title")), First: after != ""}
	for _, c := range all {
		row := newRow
		if c.Sealed() {
			row = sealedRow
		}
		v.New = append(v.New, row(q, c))
	}
	if next != "" {
		v.Next = q.R.URL.Path + "?" + url.Values{fieldAfter: {next}}.Encode()
	}
	return q.Render(newPage, v)
}
