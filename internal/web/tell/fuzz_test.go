package tell

import (
	"net/url"
	"testing"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/web"
)

// FuzzTelling: however the form is filled in, it comes to a telling or to
// faults that have a screen; and no time in it lies where no time of a telling
// can lie.
func FuzzTelling(f *testing.F) {
	for _, s := range []string{
		"step=3&name=A&described=b&said=c&arena=break&happened=earlier&happened-on=23.11.2026&happened-at=8.10&known=then",
		"step=-1&happened=now&began=1795417200000&known=now", "happened=today&happened-at=99&known=yesterday&known-at=kl", "began=-9223372036854775808&happened=now",
		"began=9223372036854775807&happened=today", "happened=earlier&happened-on=1.1.1900&known=earlier&known-on=31.12.2200", "pupil=a&pupil=a&pupil=b&step=1",
		"happened=earlier&happened-on=29.03.2026&happened-at=02:30&known=unknown",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string, open bool) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		teller := &teller{Screens: &Screens{Open: open}, q: &web.Req{Now: now}, form: web.NewForm()}
		for name, all := range v {
			teller.form.Set(name, all...)
		}
		if at := teller.at(); at < who || at > where {
			t.Fatalf("screen %d", at)
		}
		if at := teller.began(); at.After(now) || now.Sub(at) > 9*24*time.Hour {
			t.Fatalf("the form was opened %v", at)
		}
		for _, at := range []screen{who, what, where} {
			teller.check(at)
		}
		faults := len(teller.form.Faults)
		n := teller.telling()
		for _, w := range []tilhor.When{n.Happened, n.Known} {
			if y := w.At.Year(); !w.At.IsZero() && (y < 1899 || y > 2201) {
				t.Fatalf("%q gives %v", body, w.At)
			}
		}
		if faults > 0 {
			return
		}
		if !n.Arena.Valid() || n.Happened.Precision == "" || n.Known.Precision == "" || utf8.RuneCountInString(n.Said) > concerns.MaxText || len(n.Pupils) > concerns.MaxPupils {
			t.Fatalf("%q has no fault and gives %+v", body, n)
		}
		seen := map[tilhor.PersonID]bool{}
		for _, p := range n.Pupils {
			if seen[p] {
				t.Fatalf("%q tells of one pupil twice", body)
			}
			seen[p] = true
		}
	})
}
