package say

import (
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// FuzzSaying: however the form is filled in, it has at most four screens, it comes
// to faults that stand on one of them or to a saying within the room's limits, and
// who does not sign in gives no name unless they chose to.
func FuzzSaying(f *testing.F) {
	for _, s := range []string{
		"step=send&for=self&sign=no&words=a&accused=none", "step=give&level=6-8&face=sad&place=break&place=moon", "level=6-8&step=what&for=child",
		"for=child:x&step=whom", "for=other:y&accused=unsure&against=", "level=13%2B&sign=yes&name=+&step=name", "step=send&wish=x&accused=employee&against=x",
		"pen-words=x&pen=&level=6-8&step=give", "go=level:6-8&for=other",
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, body string, open bool) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		form := web.NewForm()
		for name, all := range v {
			form.Set(name, all...)
		}
		if l := form.Get("level"); l != small && l != middle && l != big {
			form.Set("level", middle)
		}
		q := &web.Req{Now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), T: lang.For(tilhor.Bokmal), R: httptest.NewRequest("POST", "/", nil)}
		x := &teller{Screens: &Screens{Open: open}, q: q, form: form, adults: []Adult{{ID: "a", Name: "Ina Moe"}, {ID: "b", Name: "Kari Lund", Leads: true}}}
		order := x.order()
		if len(order) == 0 || len(order) > 4 {
			t.Fatalf("%d screens", len(order))
		}
		at := x.at()
		for _, by := range []int{-1, 1} {
			if x.screenOf(asked[x.next(at, by)][0]) >= len(order) {
				t.Fatalf("%s leads to no screen", at)
			}
		}
		for _, s := range order {
			x.check(s)
		}
		for _, f := range form.Faults {
			if !lang.For(tilhor.Bokmal).Has(f.Key) || x.screenOf(f.Field) >= len(order) {
				t.Fatalf("%v stands nowhere, or says nothing", f)
			}
		}
		s := x.saying()
		if s.Name != "" && (!open || x.level() != small && form.Get("sign") != "yes") {
			t.Fatalf("%q gives the name %q", body, s.Name)
		}
		if len(form.Faults) == 0 && (s.Words == "" || utf8.RuneCountInString(s.Name) > concerns.MaxShort || s.Arena != "" && !s.Arena.Valid() && x.level() == small) {
			t.Fatalf("%q has no fault and gives %+v", body, s)
		}
	})
}
