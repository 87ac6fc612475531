package web

import (
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Whatever is sent, reading it ends in a form of clean text or in one of the
// two errors that have a page, and the form can be sent again as it was.
func FuzzForm(f *testing.F) {
	for _, s := range []string{
		"", "a=b", "tekst=%C3%A6%0D%0Ax", "a=%00", "a=%ff", "=", "&&&", "%=1", "a;b=c", "nokkel=abcdefghijklmnopqrstuvwxyz", "tekst--valg=begge&tekst--begge=x",
		"--valg=min", "tekst--valg=min&tekst--valg--valg=x", strings.Repeat("a=b&", 100), "kladd=../../x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		form, err := readForm(httptest.NewRecorder(), r)
		if err != nil {
			if err != errTooLong && err != errUnreadable {
				t.Fatalf("%T has no page", err)
			}
			return
		}
		if !validID(form.Key) || form.draft != "" && !validID(form.draft) {
			t.Fatalf("key %q, draft %q", form.Key, form.draft)
		}
		for name, all := range form.values {
			for _, v := range append(all, name) {
				if !utf8.ValidString(v) || strings.ContainsAny(v, "\x00") {
					t.Fatalf("%q got through", v)
				}
			}
			for _, v := range all {
				if strings.Contains(v, "\r") {
					t.Fatalf("%q has a return in it", v)
				}
			}
		}
		if h := string(form.Resend()); strings.Count(h, "<") != strings.Count(h, `<input type="hidden" name="`) {
			t.Fatalf("a value broke out of its field: %s", h)
		}
	})
}

// Marking what differs loses no letter of either text, and marks nothing when
// they are the same.
func TestDifferKeepsBothTexts(t *testing.T) {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("ab \n«»å")), 0, 60, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		x, y := Differ(a, b)
		if joined(x, true) != a || joined(y, true) != b {
			t.Fatalf("%q and %q became %q and %q", a, b, joined(x, true), joined(y, true))
		}
		if joined(x, false) != joined(y, false) {
			t.Fatalf("what is in both is not the same: %q, %q", joined(x, false), joined(y, false))
		}
		x, _ = Differ(a, a)
		for _, w := range x {
			if w.New {
				t.Fatalf("%q differs from itself", a)
			}
		}
	})
}

func joined(ws []Word, all bool) string {
	var b strings.Builder
	for _, w := range ws {
		if all || !w.New {
			b.WriteString(w.Text)
		}
	}
	return b.String()
}
