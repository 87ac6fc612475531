package lang

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
)

// FuzzReadDate: whatever a person types in a field for a date is a day there
// is, or refused; and what is read can be shown in the field and read again.
func FuzzReadDate(f *testing.F) {
	for _, s := range []string{"2026-11-23", "23.11.2026", "3. 2. 2027", "23112026", "3/2-2027", "31.02.2026", "00.00.0000", "1.1.0001", " 1.1.2026 ", "1.1.26", "٣.٢.٢٠٢٧", "١-٢-٢٠٢٦"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ReadDate(s)
		if err != nil {
			return
		}
		if _, err := tilhor.ParseDate(string(d)); err != nil {
			t.Fatalf("%q was read as %q", s, d)
		}
		if again, err := ReadDate(TypedDate(d)); err != nil || again != d {
			t.Fatalf("%q was read as %q, shown as %q, and read again as %q: %v", s, d, TypedDate(d), again, err)
		}
	})
}

// FuzzReadTime: a clock that is read is on that day in Oslo, and can be shown
// in the field and read again.
func FuzzReadTime(f *testing.F) {
	for _, s := range []string{"08:10", "8.10", "0810", "kl. 8", "kl8", "24:00", "2:30", "02.30", "99", "-1", "8:1", "8:", "ＫＬ 8", "KL. 8"} {
		f.Add("2026-03-29", s)
		f.Add("2026-10-25", s)
	}
	f.Add("", "8")
	f.Fuzz(func(t *testing.T, day, s string) {
		d, err := tilhor.ParseDate(day)
		if err != nil {
			d = ""
		}
		at, err := ReadTime(d, s)
		if err != nil {
			return
		}
		if d == "" || tilhor.DateOf(at, Oslo) != d {
			t.Fatalf("%q on %q was read as %v", s, d, at)
		}
		again, err := ReadTime(d, TypedTime(at))
		if err != nil || !again.Equal(at) {
			t.Fatalf("%q on %q was read as %v, and again as %v: %v", s, d, at, again, err)
		}
	})
}

// FuzzMatch: whatever a browser asks for, it gets one of our languages.
func FuzzMatch(f *testing.F) {
	for _, s := range []string{"", "nb", "nn-NO;q=0.9, nb;q=0.8", "pl,uk", "*", "x-klingon", "i-enochian", "mul", "se", strings.Repeat("nb,", 500), "nb;q=NaN", "en-u-va-posix", "sr-Latn-RS-x-a-b-c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if l := Match(s); !slices.Contains(Langs, l) {
			t.Fatalf("%q gives %q", s, l)
		}
	})
}

// FuzzCatalogue: a file of texts is read or refused; what is read can be
// filled in, and loses none of its letters.
func FuzzCatalogue(f *testing.F) {
	f.Add(`{"a": "Hei, {name}.", "b": {"one": "{n} dag", "other": "{n} dager"}}`)
	f.Add(`{"a": {"few": "x"}}`)
	f.Add(`{"a": "{"}{`)
	f.Add(`{"a": null, "b": {"other": null}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, s string) {
		readFile([]byte(s), func(key string, e entry) error {
			if len(e.forms) == 0 {
				t.Fatalf("%q has no form", key)
			}
			return nil
		})
		back := ""
		for _, p := range cut(s) {
			if p.slot {
				back += "{" + p.s + "}"
			} else {
				back += p.s
			}
		}
		if back != s {
			t.Fatalf("%q was cut into %q", s, back)
		}
	})
}

// FuzzSort: names of any kind are sorted, none is lost, and sorting again
// changes nothing.
func FuzzSort(f *testing.F) {
	f.Add("9B\n10A\nÅse\nAase\nÆ\n\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		list := strings.Split(s[:min(len(s), 2000)], "\n")
		was := slices.Clone(list)
		Sort(tilhor.Bokmal, list, func(s string) string { return s })
		once := slices.Clone(list)
		Sort(tilhor.Bokmal, list, func(s string) string { return s })
		if !slices.Equal(once, list) {
			t.Fatal("sorted twice is not sorted once")
		}
		slices.Sort(was)
		slices.Sort(once)
		if !slices.Equal(was, once) {
			t.Fatal("a name was lost")
		}
	})
}

// FuzzMoment: any instant can be put in words, in any language.
func FuzzMoment(f *testing.F) {
	f.Add(int64(0), uint8(0))
	f.Add(time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC).UnixMilli(), uint8(1))
	f.Fuzz(func(t *testing.T, ms int64, p uint8) {
		precision := []tilhor.Precision{tilhor.Exact, tilhor.Hour, tilhor.Day, tilhor.Unknown}[p%4]
		at := time.UnixMilli(ms % (1 << 45))
		for _, l := range Langs {
			if s := For(l).Moment(tilhor.When{At: at, Precision: precision, Written: at}); s == "" || strings.Contains(s, "⟦") {
				t.Fatalf("%v is told as %q", at, s)
			}
		}
	})
}
