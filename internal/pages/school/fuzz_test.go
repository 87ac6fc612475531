package school

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// filled is a form as a browser would send it, nil when none would.
func filled(body string) *web.Form {
	v, err := url.ParseQuery(body)
	if err != nil {
		return nil
	}
	f := web.NewForm()
	for name, all := range v {
		f.Set(name, all...)
	}
	return f
}

// FuzzPlan: a plan that is read out of a form, moved together and written into
// another form is the same plan, whatever was typed, and never longer than a
// form may be.
func FuzzPlan(f *testing.F) {
	for _, s := range []string{
		"n=2&why=x&m1-what=a&m2-what=b&m2-weekdays=5&m2-weekdays=1&m2-start=23.11.2026&m2-evaluate=1.12.2026&m2-doer=kari", "n=99999999999999999999", "n=-1", "n=40&m40-what=x",
		"n=3&m1-id=x&m3-problem=%0D%0A&m2-until=31.02.2026", "n=1&m1-when=%20 a  b%20&m1-weekdays=", "n=1&m1-weekdays=9&m1-weekdays=%C3%A5",
	} {
		f.Add(s, 0)
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, body string, leave int) {
		form := filled(body)
		if form == nil {
			return
		}
		before := readPlan(form)
		faults := len(form.Faults)
		tidy(form, leave)
		if n := rowsOf(form); n < 1 || n > maxRows || n > max(1, len(before.Measures)) {
			t.Fatalf("%d measures of %d", n, len(before.Measures))
		}
		p := readPlan(form)
		if faults > 0 || len(form.Faults) > 0 {
			return // a date that is none: the form comes back as it was typed
		}
		for _, m := range p.Measures {
			weekdays(lang.For(tilhor.Bokmal), m.Weekdays)
			if strings.Trim(m.Weekdays, "12345") != "" || !slices.IsSorted([]byte(m.Weekdays)) {
				return // no browser sends it, and the room refuses what is no day
			}
		}
		again := web.NewForm()
		fillPlan(again, p)
		q := readPlan(again)
		if q.Measures = slices.DeleteFunc(q.Measures, func(m cases.Measure) bool { return m == cases.Measure{ID: m.ID} }); !samePlan(p, q) {
			t.Fatalf("%+v came back as %+v", p, q)
		}
	})
}

// FuzzWhen: whatever is typed for a day and a clock, it is a time on that day
// or a fault at its field.
func FuzzWhen(f *testing.F) {
	f.Add("23.11.2026", "8.10", "")
	f.Add("29.03.2026", "02:30", "")
	f.Add("", "99", "")
	f.Add("x", "kl. 8", "yes")
	f.Add("2200-12-31", "", "")
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, day, clock, unknown string) {
		form := web.NewForm()
		form.Set("at", day)
		form.Set("at-time", clock)
		form.Set("at-unknown", unknown)
		w := readWhen(form, "at", now)
		if len(form.Faults) > 0 {
			return
		}
		if w.At.IsZero() || w.Precision == "" || w.Written != now || w.At.Year() < 1899 || w.At.Year() > 2201 {
			t.Fatalf("%q, %q gives %+v", day, clock, w)
		}
		if d := form.Day("at"); d != "" && unknown != "yes" && tilhor.DateOf(w.At, lang.Oslo) != d {
			t.Fatalf("%q, %q gives %v", day, clock, w.At)
		}
	})
}
