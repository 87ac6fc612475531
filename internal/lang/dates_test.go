package lang

import (
	"strings"
	"testing"
	"time"

	"tilhor"
)

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, Oslo)
	if err != nil {
		panic(err)
	}
	return t
}

func TestDates(t *testing.T) {
	nb, nn, en := For(tilhor.Bokmal), For(tilhor.Nynorsk), For(tilhor.English)
	const d = tilhor.Date("2026-11-23")
	now := at("2026-11-23 13:05:00")
	cases := []struct{ name, got, want string }{
		{"date nb", nb.Date(d), "23. november 2026"},
		{"date nn", nn.Date(d), "23. november 2026"},
		{"date en", en.Date(d), "23 November 2026"},
		{"no date", nb.Date("") + nb.Day("") + nb.DateShort("") + nb.DayMonth("") + nb.NearDay("", d), ""},
		{"short nb", nb.DateShort(d), "23. nov."},
		{"short en", en.DateShort("2026-09-01"), "1 Sept"},
		{"mars is not cut", nb.DateShort("2026-03-03"), "3. mars"},
		{"day nb", nb.Day(d), "mandag 23. november 2026"},
		{"day nn", nn.Day("2026-11-24"), "tysdag 24. november 2026"},
		{"saturday nn", nn.Weekday("2026-11-28"), "laurdag"},
		{"sunday en", en.Weekday("2026-11-29"), "Sunday"},
		{"day and month", nb.DayMonth("2026-05-17"), "17. mai"},
		{"week", nb.Week(d), "uke 48"},
		{"week nn", nn.Week(d), "veke 48"},
		{"new year's day in week 53", nb.Week("2027-01-01"), "uke 53"},
		{"time nb", nb.Time(now), "kl. 13.05"},
		{"time en", en.Time(now), "13:05"},
		{"time is Oslo's", nb.Time(now.UTC()), "kl. 13.05"},
		{"summer time", nb.Time(time.Date(2026, 7, 1, 6, 0, 0, 0, time.UTC)), "kl. 08.00"},
		{"the double hour", nb.Time(time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)) + nb.Time(time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)), "kl. 02.30kl. 02.30"},
		{"instant nb", nb.DateTime(now), "23. november 2026 kl. 13.05"},
		{"instant en", en.DateTime(now), "23 November 2026 at 13:05"},
		{"after midnight in Oslo, before in UTC", nb.DateTime(time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC)), "23. november 2026 kl. 00.30"},
		{"near today", nb.Near(now, now), "i dag kl. 13.05"},
		{"near yesterday", nn.Near(at("2026-11-22 21:14:00"), now), "i går kl. 21.14"},
		{"near tomorrow", nn.NearDay("2026-11-24", d), "i morgon"},
		{"near this year", nb.NearDay("2026-12-01", d), "1. des."},
		{"near another year", nb.NearDay("2027-01-12", d), "12. jan. 2027"},
		{"near, to the hour", nb.NearMoment(tilhor.When{At: now, Precision: tilhor.Hour}, now), "i dag omtrent kl. 13"},
		{"near, to the day", nn.NearMoment(tilhor.When{At: at("2026-11-22 21:14:00"), Precision: tilhor.Day}, now), "i går"},
		{"near, exact", en.NearMoment(tilhor.Now(at("2026-11-20 14:00:00")), now), "20 Nov at 14:00"},
		{"near, not known", nb.NearMoment(tilhor.When{At: now, Precision: tilhor.Unknown}, now), nb.Moment(tilhor.When{})},
		{"since, exact", nb.Since(tilhor.Now(at("2026-11-23 12:34:00")), now), "for 31 minutter siden"},
		{"since, to the hour", nb.Since(tilhor.When{At: at("2026-11-23 12:00:00"), Precision: tilhor.Hour}, now), "i dag omtrent kl. 12"},
		{"ago now", nb.Ago(now, now), "nå nettopp"},
		{"ago minutes", nb.Ago(at("2026-11-23 12:34:00"), now), "for 31 minutter siden"},
		{"ago hours", nb.Ago(at("2026-11-23 08:10:00"), now), "for 4 timer siden"},
		{"ago last night", nb.Ago(at("2026-11-23 02:00:00"), at("2026-11-23 23:59:00")), "for 21 timer siden"},
		{"ago yesterday", nb.Ago(at("2026-11-22 08:10:00"), now), "for 1 dag siden"},
		{"ago before midnight", nb.Ago(at("2026-11-22 23:30:00"), at("2026-11-23 08:30:00")), "for 9 timer siden"},
		{"ago days", en.Ago(at("2026-11-19 23:00:00"), now), "4 days ago"},
		{"exact", nb.Moment(tilhor.Now(now)), "23. november 2026 kl. 13.05"},
		{"hour", nb.Moment(tilhor.When{At: now, Precision: tilhor.Hour}), "23. november 2026 omtrent kl. 13"},
		{"hour en", en.Moment(tilhor.When{At: now, Precision: tilhor.Hour}), "23 November 2026 at about 13:00"},
		{"day", nb.Moment(tilhor.When{At: now, Precision: tilhor.Day}), "23. november 2026"},
		{"unknown", nb.Moment(tilhor.When{At: now, Precision: tilhor.Unknown}), "ukjent tid"},
		{"unknown nn", nn.Moment(tilhor.When{Written: now}), "ukjend tid"},
		{"school year, autumn", SchoolYear(d), "2026/27"},
		{"school year, spring", SchoolYear("2027-06-18"), "2026/27"},
		{"school year, 31 July", SchoolYear("2026-07-31"), "2025/26"},
		{"school year, 1 August", SchoolYear("2026-08-01"), "2026/27"},
		{"school year, turn of century", SchoolYear("2099-08-01"), "2099/00"},
	}
	for _, c := range cases {
		if got := strings.ReplaceAll(c.got, nbsp, " "); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if strings.Contains(nb.Date(d), " ") || strings.Contains(nb.Time(now), " ") {
		t.Error("a date or a clock may break over two lines")
	}
}

func TestReadDate(t *testing.T) {
	good := map[string]tilhor.Date{
		"2026-11-23": "2026-11-23", " 23.11.2026 ": "2026-11-23", "3.2.2027": "2027-02-03", "3. 2. 2027": "2027-02-03", "23/11/2026": "2026-11-23", "29.2.2028": "2028-02-29", "23112026": "2026-11-23", "23,11,2026": "2026-11-23", TypedDate("2026-11-03"): "2026-11-03",
	}
	for in, want := range good {
		if got, err := ReadDate(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "31.11.2026", "29.2.2027", "11/23/2026", "23.11.26", "i går", "2026-11-23T10:00", "99999-01-01", "31112026", "2311202"} {
		if got, err := ReadDate(in); err == nil {
			t.Errorf("%q is read as %q", in, got)
		}
	}
}

func TestReadTime(t *testing.T) {
	good := map[string]string{"08:10": "08:10", "8.10": "08:10", "0810": "08:10", "kl. 8": "08:00", "Kl 23.59": "23:59", "00:00": "00:00", "8,10": "08:10", TypedTime(at("2026-07-01 07:05:00")): "07:05"}
	for in, want := range good {
		got, err := ReadTime("2026-11-23", in)
		if err != nil || got.Format("15:04") != want || tilhor.DateOf(got, Oslo) != "2026-11-23" {
			t.Errorf("%q: got %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "24:00", "8:60", "halv ni", "-1", "123456"} {
		if got, err := ReadTime("2026-11-23", in); err == nil {
			t.Errorf("%q is read as %v", in, got)
		}
	}
	if _, err := ReadTime("2026-03-29", "02:30"); err == nil {
		t.Error("a clock that summer time skips is read")
	}
	if _, err := ReadTime("", "08:10"); err == nil {
		t.Error("a clock on no day is read")
	}
}

func TestMatch(t *testing.T) {
	cases := []struct {
		header string
		want   tilhor.Lang
	}{
		{"", tilhor.Bokmal},
		{"nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6,en;q=0.5", tilhor.Bokmal},
		{"no", tilhor.Bokmal},
		{"nn-NO,nn;q=0.9,nb;q=0.8", tilhor.Nynorsk},
		{"nn", tilhor.Nynorsk},
		{"en-GB,en;q=0.9", tilhor.English},
		{"en-US", tilhor.English},
		{"da", tilhor.Bokmal},
		{"sv-SE,sv;q=0.9", tilhor.Bokmal},
		{"se-NO", tilhor.Bokmal},
		{"sma", tilhor.Bokmal},
		{"pl", tilhor.English},
		{"uk-UA,uk;q=0.9", tilhor.English},
		{"de", tilhor.English},
		{"de,nn;q=0.5", tilhor.Nynorsk},
		{"ar,en;q=0.5,nb;q=0.4", tilhor.English},
		{"en;q=0.1,nn;q=0.9", tilhor.Nynorsk},
		{"*", tilhor.Bokmal},
		{"<script>", tilhor.Bokmal},
		{strings.Repeat("a-", 5000), tilhor.Bokmal},
	}
	for _, c := range cases {
		if got := Match(c.header); got != c.want {
			t.Errorf("%.40q: got %s, want %s", c.header, got, c.want)
		}
	}
}

func TestMatchFurther(t *testing.T) {
	for header, want := range map[string]tilhor.Lang{
		"pl": tilhor.Polish, "uk-UA,uk;q=0.9": tilhor.Ukrainian, "ar,en;q=0.5": tilhor.Arabic, "so-NO": tilhor.Somali, "se-NO": tilhor.Sami,
		"de,pl;q=0.5": tilhor.Polish, "nb,pl;q=0.5": tilhor.Bokmal, "sma": tilhor.Bokmal, "fr": tilhor.English, "": tilhor.Bokmal,
	} {
		if got := Match(header, Further...); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func TestSort(t *testing.T) {
	cases := []struct {
		lang     tilhor.Lang
		in, want string
	}{
		{tilhor.Bokmal, "Åse Ærlig Øyvind Anna Zara Aasen Ærna Bo", "Anna Bo Zara Ærlig Ærna Øyvind Åse Aasen"},
		{tilhor.Nynorsk, "Åse Ærlig Øyvind Anna Zara", "Anna Zara Ærlig Øyvind Åse"},
		{tilhor.English, "Åse Anna Zara", "Anna Zara Åse"},
		{tilhor.Bokmal, "10A 9B 9A 1C", "1C 9A 9B 10A"},
		{tilhor.Bokmal, "samir Leah Samir", "Leah samir Samir"},
		{tilhor.Sami, "Ž Č C Á A", "A Á C Č Ž"},
	}
	for _, c := range cases {
		list := strings.Fields(c.in)
		Sort(c.lang, list, func(s string) string { return s })
		if got := strings.Join(list, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", c.lang, got, c.want)
		}
	}
}
