package calendar

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tilhor"
)

// The vectors of our legal notes: five arbeidsdagar, three weeks, Easter.
func TestVectors(t *testing.T) {
	for _, c := range []struct{ name, from, want string }{
		{"over Easter 2026", "2026-03-30", "2026-04-09"},
		{"over Easter 2027", "2027-03-24", "2027-04-05"},
		{"over Christmas; the 24th is a working day", "2026-12-22", "2026-12-30"},
		{"over 1 May", "2026-04-27", "2026-05-05"},
		{"over Ascension", "2027-05-04", "2027-05-12"},
		{"over 17 May, which is also Whit Monday", "2027-05-13", "2027-05-21"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := AddArbeidsdager(tilhor.Date(c.from), 5); got != tilhor.Date(c.want) {
				t.Errorf("five arbeidsdagar after %s: got %s, want %s", c.from, got, c.want)
			}
		})
	}
	for _, c := range []struct{ from, want string }{
		{"2026-03-13", "2026-04-07"},
		{"2026-04-10", "2026-05-04"},
		{"2026-12-04", "2026-12-28"},
		{"2027-04-26", "2027-05-18"},
	} {
		if got := Klagefrist(tilhor.Date(c.from)); got != tilhor.Date(c.want) {
			t.Errorf("complaint after receipt %s: got %s, want %s", c.from, got, c.want)
		}
	}
	for year, want := range map[int]tilhor.Date{2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2028: "2028-04-16", 2038: "2038-04-25"} {
		if got := Easter(year); got != want {
			t.Errorf("Easter %d: got %s, want %s", year, got, want)
		}
	}
	if got := AddWeeks("2026-03-30", 1); got != "2026-04-06" {
		t.Errorf("the week at Statsforvalteren is never moved, even when it ends on a holiday: got %s", got)
	}
	if got := AddWeeks("2027-03-24", 1); got != "2027-03-31" {
		t.Errorf("a week: got %s", got)
	}
}

func TestHolidaysAreASet(t *testing.T) {
	for _, c := range []struct {
		year int
		day  tilhor.Date
		n    int
	}{
		{2027, "2027-05-17", 11},
		{2032, "2032-05-17", 11},
		{2008, "2008-05-01", 11},
		{2007, "2007-05-17", 11},
		{2012, "2012-05-17", 11},
		{2091, "2091-05-17", 11},
		{2026, "2026-05-14", 12},
	} {
		got := Holidays(c.year)
		if len(got) != c.n || !slices.Contains(got, c.day) || !slices.IsSorted(got) {
			t.Errorf("%d: want %d holidays with %s, got %v", c.year, c.n, c.day, got)
		}
	}
	for _, d := range []tilhor.Date{"2026-12-24", "2026-12-31", "2026-04-01"} {
		if !Arbeidsdag(d) {
			t.Errorf("%s is a working day in law", d)
		}
	}
	for _, d := range []tilhor.Date{"2026-04-04", "2026-04-05", "2026-04-06", "2026-12-25", "2026-05-01", "2026-11-22"} {
		if Arbeidsdag(d) {
			t.Errorf("%s is no arbeidsdag", d)
		}
	}
}

func TestMonths(t *testing.T) {
	for _, c := range []struct {
		from tilhor.Date
		n    int
		want tilhor.Date
	}{
		{"2026-01-31", 1, "2026-02-28"},
		{"2028-01-31", 1, "2028-02-29"},
		{"2026-08-31", 1, "2026-09-30"},
		{"2026-11-15", 2, "2027-01-15"},
		{"2026-12-31", 12, "2027-12-31"},
	} {
		if got := AddMonths(c.from, c.n); got != c.want {
			t.Errorf("%s + %d months: got %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestSkoledag(t *testing.T) {
	c := ClosedOn("2026-03-30", "2026-03-31", "2026-04-01")
	if got := c.AddSkoledager("2026-03-27", 1); got != "2026-04-07" {
		t.Errorf("after Easter week: got %s", got)
	}
	if got := Closed(nil).AddSkoledager("2026-03-27", 1); got != "2026-03-30" {
		t.Errorf("without a skolerute every arbeidsdag counts: got %s", got)
	}
}

func TestDaysInOslo(t *testing.T) {
	// The night the clocks go forward has 23 hours, the night they go back 25.
	for d, hours := range map[tilhor.Date]float64{"2026-03-29": 23, "2026-10-25": 25, "2026-11-23": 24} {
		if got := End(d).Sub(Start(d)).Hours(); got != hours {
			t.Errorf("%s: %v hours, want %v", d, got, hours)
		}
	}
	if got := DateOf(time.Date(2026, 3, 29, 22, 30, 0, 0, time.UTC)); got != "2026-03-30" {
		t.Errorf("half past midnight in Oslo belongs to the new day: got %s", got)
	}
	if got := At("2026-07-01", 12).UTC().Hour(); got != 10 {
		t.Errorf("noon in summer is 10 UTC, got %d", got)
	}
}

func TestSchoolYearAndWeek(t *testing.T) {
	for d, want := range map[tilhor.Date]int{"2026-07-31": 2025, "2026-08-01": 2026, "2027-01-01": 2026} {
		if got := SchoolYear(d); got != want {
			t.Errorf("%s: got %d, want %d", d, got, want)
		}
	}
	if y, w := ISOWeek("2027-01-01"); y != 2026 || w != 53 {
		t.Errorf("2027-01-01 lies in week 53 of 2026, got %d-%d", y, w)
	}
	if got := SchoolYearName(2026); got != "2026–2027" {
		t.Error(got)
	}
}

// gaussEaster is a second reckoning (Gauss), so that one slip is seen.
func gaussEaster(y int) tilhor.Date {
	a, b, c := y%19, y%4, y%7
	k := y / 100
	p := (13 + 8*k) / 25
	q := k / 4
	m := (15 - p + k - q) % 30
	n := (4 + k - q) % 7
	d := (19*a + m) % 30
	e := (2*b + 4*c + 6*d + n) % 7
	day := 22 + d + e
	if d == 29 && e == 6 {
		day = 50
	}
	if d == 28 && e == 6 && (11*m+11)%30 < 19 {
		day = 49
	}
	return date(y, time.March, day)
}

func TestEasterTwice(t *testing.T) {
	for y := 1900; y <= 2200; y++ {
		if Easter(y) != gaussEaster(y) {
			t.Fatalf("%d: %s and %s", y, Easter(y), gaussEaster(y))
		}
		if Easter(y).Time().Weekday() != time.Sunday {
			t.Fatalf("%d: not a Sunday", y)
		}
	}
}

func TestHolidaySetAgreesWithHoliday(t *testing.T) {
	for y := 1990; y <= 2100; y++ {
		set := Holidays(y)
		for d := date(y, 1, 1); d <= date(y, 12, 31); d = d.Add(1) {
			want := slices.Contains(set, d) || d.Time().Weekday() == time.Sunday
			if Holiday(d) != want {
				t.Fatalf("%s: Holiday says %v", d, Holiday(d))
			}
		}
	}
}

func TestArbeidsdagerProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := date(2000, 1, 1).Add(rapid.IntRange(0, 40000).Draw(t, "day"))
		n := rapid.IntRange(1, 40).Draw(t, "n")
		got := AddArbeidsdager(d, n)
		if !Arbeidsdag(got) || got <= d {
			t.Fatalf("%s + %d = %s is not a later arbeidsdag", d, n, got)
		}
		if back := ArbeidsdagerBetween(d, got); back != n {
			t.Fatalf("%s to %s counts %d, want %d", d, got, back, n)
		}
		if AddArbeidsdager(AddArbeidsdager(d, 1), n-1) != got {
			t.Fatalf("counting %d from %s by steps differs", n, d)
		}
		if k := Klagefrist(d); !Arbeidsdag(k) || k < d.Add(21) || k > d.Add(21+5) {
			t.Fatalf("complaint from %s ends %s", d, k)
		}
		closed := Closed{}
		for range rapid.IntRange(0, 20).Draw(t, "closed") {
			closed[d.Add(rapid.IntRange(0, 60).Draw(t, "shut"))] = true
		}
		if s := closed.AddSkoledager(d, n); s < got || !closed.Skoledag(s) {
			t.Fatalf("the %dth skoledag after %s is %s, before the %dth arbeidsdag %s", n, d, s, n, got)
		}
	})
}
