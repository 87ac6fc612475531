// Package talks draws the talks in which somebody who told something waits for an
// answer, wherever staff or the municipality look for what to do.
package talks

import (
	"net/url"

	"tilhor/internal/dialogue"
	"tilhor/internal/web"
)

// What the list is asked for in an address: those that have ended, and where the
// page before it stopped.
const (
	fieldWhich = "samtaler"
	fieldAfter = "etter"
	ended      = "avsluttet"
)

// A List is drawn by "c-talks": no name and no word stands in it.
type List struct {
	Title string
	Rows  []web.Duty
	More  []web.Button // to the next hundred, and to those that have ended
	Waits int          // in the first hundred, whichever page is shown
}

// Of lists them for the reader of a page.
func Of(q *web.Req, d *dialogue.Desk) (l List, err error) {
	if d == nil {
		return l, nil
	}
	over, after := q.Query(fieldWhich) == ended, q.Query(fieldAfter)
	all, err := d.Waiting(q.Context(), q.Actor, over, after)
	if err != nil {
		return l, err
	}
	first := all
	if over || after != "" { // the heading of the page tells of what waits, not of what is looked at
		if first, err = d.Waiting(q.Context(), q.Actor, false, ""); err != nil {
			return l, err
		}
	}
	l.Waits = len(first.Links)
	w := q.T
	l.Title = w.T("dialogue.staff.today")
	state := web.State{Name: web.Wait, Word: w.T("dialogue.staff.waits")}
	if over {
		l.Title, state = w.T("dialogue.staff.today-ended"), web.State{Name: web.Lock, Word: w.T("dialogue.staff.ended")}
	}
	for _, x := range all.Links {
		what := w.T("dialogue.staff.today-named")
		if x.Coded {
			what = w.T("dialogue.staff.today-what")
		}
		l.Rows = append(l.Rows, web.Duty{
			What: what, Href: "/bekymringer/" + x.Slug + "/samtale", State: state,
			Meta: []string{w.T("dialogue.staff.today-since", "when", q.Near(x.Last, x.Exact))},
		})
	}
	more := func(key string, v url.Values) {
		l.More = append(l.More, web.Button{Text: w.T(key), Href: q.R.URL.Path + "?" + v.Encode()})
	}
	if all.Next != "" {
		v := url.Values{fieldAfter: {all.Next}}
		if over {
			v.Set(fieldWhich, ended)
		}
		more("dialogue.staff.today-more", v)
	}
	switch {
	case over || after != "":
		more("dialogue.staff.today-back", url.Values{})
	case all.Ended || all.Next != "":
		more("dialogue.staff.today-over", url.Values{fieldWhich: {ended}})
	}
	return l, nil
}
