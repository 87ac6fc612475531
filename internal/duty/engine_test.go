package duty

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// engine is what Assess says, in the oracle's words.
func engine(t testing.TB, in Input) []string {
	out, err := Assess(in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, d := range out.Duties {
		lines = append(lines, fmt.Sprintf("duty %s %s %s %s", d.Pupil, d.ID, d.TriggeredAt.In(calendar.Oslo()).Format(time.RFC3339), d.State))
	}
	for _, w := range out.Windows {
		lines = append(lines, fmt.Sprintf("window %s %s %s %s", w.Pupil, w.RaisedAt, w.CalendarWeek, w.Arbeidsdager))
	}
	for _, g := range out.Gates {
		lines = append(lines, "gate "+g.Pupil+" "+g.Act+" "+strings.Join(g.Missing, " "))
	}
	for _, r := range out.Routes {
		lines = append(lines, "route "+r.Pupil+" to "+words2(r.To)+" never "+words2(r.Never))
	}
	slices.Sort(lines)
	return lines
}

func words2(bs []law.Bearer) string {
	var s []string
	for _, b := range bs {
		s = append(s, string(b))
	}
	return strings.Join(s, " ")
}

var allKinds = func() []Kind {
	out := []Kind{Written} // the plainest first, for shrinking
	for _, k := range Kinds() {
		out = append(out, Kind(k))
	}
	// What happens most in a case is drawn most.
	common := []Kind{Known, Reported, Raised, Heard, Started, Found, BestInterest, MeasureStarted, PlanApproved, Evaluated, Safe, NotSafe, ClosedTrack, SteppedDown, Written}
	return append(append(out, common...), common...)
}()

// histories draws a case: up to 25 facts about two pupils and one unknown, with
// gaps from minutes to weeks, some written late or at an unknown time.
func histories(from, to string) *rapid.Generator[Input] {
	first, _ := time.Parse("2006-01-02", from)
	last, _ := time.Parse("2006-01-02", to)
	span := int(last.Sub(first).Hours() / 24)
	return rapid.Custom(func(t *rapid.T) Input {
		in := Input{School: law.PublicSchool, Closed: calendar.Closed{}}
		at := first.AddDate(0, 0, rapid.IntRange(0, span).Draw(t, "start")).Add(time.Duration(rapid.IntRange(0, 1439).Draw(t, "minute")) * time.Minute)
		for range rapid.IntRange(0, 6).Draw(t, "closed") {
			in.Closed[tilhor.Date(at.AddDate(0, 0, rapid.IntRange(0, 40).Draw(t, "shut")).Format("2006-01-02"))] = true
		}
		n := rapid.IntRange(1, 25).Draw(t, "n")
		identified := false
		for i := range n {
			gap := rapid.SampledFrom([]int{0, 0, 1, 7, 119, 120, 121, 300, 1439, 1440, 1441, 2880, 7200, 14400, 20160}).Draw(t, "gap")
			at = at.Add(time.Duration(gap) * time.Minute)
			f := draw(t, at, i)
			if f.Kind == Identified {
				if identified {
					continue
				}
				identified = true
				f.Pupil, f.Was = "A", "unknown-1"
			}
			in.Facts = append(in.Facts, f)
		}
		latest := at
		for _, f := range in.Facts {
			if f.When.Written.After(latest) {
				latest = f.When.Written
			}
		}
		after := rapid.SampledFrom([]int{0, 1, 60, 121, 1440, 2881, 4321, 10080, 20160, 43200, 86400}).Draw(t, "after")
		in.AsOf = latest.Add(time.Duration(after) * time.Minute)
		if rapid.IntRange(0, 3).Draw(t, "early") == 0 {
			in.AsOf = at // some entries are not yet written
		}
		return in
	})
}

func draw(t *rapid.T, at time.Time, i int) Fact {
	day := func(label string) tilhor.Date {
		d := calendar.DateOf(at)
		return d.Add(rapid.SampledFrom([]int{0, 1, 3, 7, 14, 28}).Draw(t, label))
	}
	f := Fact{
		Kind: rapid.SampledFrom(allKinds).Draw(t, "kind"), Pupil: rapid.SampledFrom([]string{"A", "A", "A", "B", "unknown-1"}).Draw(t, "pupil"),
		When: tilhor.Now(at),
	}
	if i == 0 && rapid.IntRange(0, 9).Draw(t, "begin") > 0 {
		f.Kind = Known
	}
	switch rapid.IntRange(0, 11).Draw(t, "how") {
	case 0:
		f.When.Precision = tilhor.Unknown
		f.When.Written = at.Add(time.Duration(rapid.SampledFrom([]int{0, 30, 2000}).Draw(t, "late")) * time.Minute)
	case 1, 2:
		f.When.Written = at.Add(time.Duration(rapid.SampledFrom([]int{5, 1440, 1441, 4000, 12000}).Draw(t, "late")) * time.Minute)
	case 3:
		f.When.Precision = tilhor.Day
		f.When.Written = at.Add(time.Duration(rapid.SampledFrom([]int{0, 700, 1500, 3000}).Draw(t, "late")) * time.Minute)
	}
	child := func() string { return rapid.SampledFrom([]string{"A", "B", "C", "D"}).Draw(t, "child") }
	switch f.Kind {
	case Known:
		f.By = rapid.SampledFrom([]By{ByPupil, ByParent, ByStaff, ByLeadership, ByOutside, ByAnonymous}).Draw(t, "by")
		f.Accused = rapid.SampledFrom([]Accused{"", AccusedNone, AccusedPupil, AccusedEmployee, AccusedLeadership}).Draw(t, "accused")
		f.Serious = rapid.Bool().Draw(t, "serious")
	case Reported:
		f.To = rapid.SampledFrom([]To{ToRektor, ToRektor, ToOwner}).Draw(t, "to")
	case Raised:
		f.By = rapid.SampledFrom([]By{ByPupil, ByParent}).Draw(t, "by")
	case Groundless:
		f.Reasoned = rapid.Bool().Draw(t, "reason")
	case Affected:
		f.Child = child()
	case Heard:
		f.Child = rapid.SampledFrom([]string{"", f.Pupil, "B", "C"}).Draw(t, "child")
		f.Declined = rapid.Bool().Draw(t, "declined")
	case NotReached:
		f.Child, f.HearBy = child(), day("hearBy")
	case PlanApproved:
		f.EvaluateOn = day("on")
	case Evaluated:
		if rapid.Bool().Draw(t, "again") {
			f.Next = day("next")
		}
	case SteppedDown:
		f.RecheckOn = day("recheck")
	case StateRequest, StateOrder:
		f.DueOn = day("due")
	case StateSent, StateMet:
		if rapid.Bool().Draw(t, "dated") {
			f.DueOn = day("due")
		}
	case Decision:
		f.About = rapid.SampledFrom([]About{SchoolChange, Expulsion}).Draw(t, "about")
		f.Stage = rapid.SampledFrom([]Stage{StageNotice, StageHeard, StageDecided, StageReceived}).Draw(t, "stage")
	}
	return f
}

// checks sets how many histories rapid draws: as many as said, or what
// TILHOR_HISTORIES says (10^6 in the soak).
func checks(t *testing.T, n string) {
	t.Helper()
	if soak := os.Getenv("TILHOR_HISTORIES"); soak != "" {
		n = soak
	}
	old := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set("rapid.checks", old) })
}

func diff(a, b []string) string {
	var out []string
	for _, l := range a {
		if !slices.Contains(b, l) {
			out = append(out, "oracle: "+l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			out = append(out, "engine: "+l)
		}
	}
	return strings.Join(out, "\n")
}

// tell is the case in lines, without what is only an entry.
func tell(in Input) string {
	var b strings.Builder
	fmt.Fprintf(&b, "as of %s, closed %v\n", stamp(in.AsOf), in.Closed)
	for _, f := range in.Facts {
		if f.Kind == Written && f.When.Written.Equal(f.When.At) {
			continue
		}
		fmt.Fprintf(&b, "%s %s %s by=%s accused=%s serious=%v to=%s child=%s %s%s%s%s%s precision=%s written=%s\n", stamp(f.When.At), f.Kind, f.Pupil, f.By, f.Accused,
			f.Serious, f.To, f.Child, f.EvaluateOn, f.Next, f.HearBy, f.RecheckOn, f.DueOn, f.When.Precision, stamp(f.When.Written))
	}
	return b.String()
}

func TestEngineAgreesWithTheOracle(t *testing.T) {
	checks(t, "10000")
	gen := histories("2023-01-10", "2026-08-01")
	rapid.Check(t, func(rt *rapid.T) {
		in := gen.Draw(rt, "case")
		a, b := oracle(in, calendar.Oslo(), ""), engine(t, in)
		if !slices.Equal(a, b) {
			rt.Fatalf("they differ\n%s\n%s", diff(a, b), tell(in))
		}
	})
}

// The control: each rule that is turned in the oracle must be seen to differ.
func TestATurnedRuleIsCaught(t *testing.T) {
	gen := histories("2024-09-01", "2026-08-01")
	for _, twist := range []string{"plan in four days", "the pupil itself may be absent", "stepping down closes", "stepped down for good", "rektor hears of the leadership"} {
		t.Run(twist, func(t *testing.T) {
			for seed := range 5000 {
				in := gen.Example(seed)
				if !slices.Equal(oracle(in, calendar.Oslo(), twist), engine(t, in)) {
					return
				}
			}
			t.Error("five thousand histories and nobody noticed")
		})
	}
}

// Between now and the next change nothing changes; at it, something does.
func TestNextChange(t *testing.T) {
	checks(t, "2000")
	gen := histories("2023-01-10", "2026-08-01")
	look := func(in Input, at time.Time) string {
		in.AsOf = at
		// What is written is fixed: only time passes.
		out, err := Assess(in)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, d := range out.Duties {
			fmt.Fprintln(&b, d.Pupil, d.ID, d.Instance, d.State, d.EscalatedTo, d.Warned, d.Why)
		}
		return b.String()
	}
	rapid.Check(t, func(rt *rapid.T) {
		in := gen.Draw(rt, "case")
		var written []Fact
		for _, f := range in.Facts {
			if !f.When.Written.After(in.AsOf) {
				written = append(written, f)
			}
		}
		in.Facts = written
		next, ok, err := NextChange(in)
		if err != nil {
			rt.Fatal(err)
		}
		now := look(in, in.AsOf)
		if !ok {
			if later := look(in, in.AsOf.AddDate(2, 0, 0)); later != now {
				rt.Fatalf("nothing was to change:\n%s\n%s", now, later)
			}
			return
		}
		if !next.After(in.AsOf) {
			rt.Fatalf("the next change %s is not after %s", next, in.AsOf)
		}
		if look(in, next.Add(-time.Millisecond)) != now {
			rt.Fatalf("it changed before %s\n%s\n%s\n%s", next, now, look(in, next.Add(-time.Millisecond)), tell(in))
		}
		if look(in, next) == now {
			rt.Fatalf("nothing changed at %s\n%s\n%s", next, now, tell(in))
		}
	})
}

// Properties that hold whatever happens.
func TestWhatAlwaysHolds(t *testing.T) {
	checks(t, "2000")
	gen := histories("2016-01-10", "2026-08-01")
	rapid.Check(t, func(rt *rapid.T) {
		in := gen.Draw(rt, "case")
		in.School = rapid.SampledFrom([]law.Kind{law.PublicSchool, law.PrivateSchool, law.KindergartenKind}).Draw(rt, "school")
		if in.School == law.KindergartenKind && calendar.DateOf(in.Facts[0].When.At) < "2021-01-01" {
			return
		}
		out, err := Assess(in)
		if err != nil {
			rt.Fatal(err)
		}
		unique := map[string]bool{}
		for _, d := range out.Duties {
			row, ok := law.Find(d.ID)
			if !ok {
				rt.Fatalf("no duty %s", d.ID)
			}
			set, _ := law.RuleSetOf(d.RuleSet)
			if !set.InForce(calendar.DateOf(d.TriggeredAt)) || row.Rules != d.RuleSet {
				rt.Fatalf("%s of %s triggered %s", d.ID, d.RuleSet, d.TriggeredAt)
			}
			if d.ID != "9A.sf" && d.Class != row.Class {
				rt.Fatalf("%s: class %s, the row says %s", d.ID, d.Class, row.Class)
			}
			if d.Class != law.StatutoryNumber && d.Class != law.External && !d.Due.None() {
				rt.Fatalf("%s: a date of the act for %s", d.ID, d.Class)
			}
			if d.State == Late && d.Due.None() || d.State == LateLocal && d.LocalDue.None() {
				rt.Fatalf("%s: %s without a date", d.ID, d.State)
			}
			if (d.State == Met || d.State == MetLate) == d.MetAt.IsZero() {
				rt.Fatalf("%s: %s, met at %s", d.ID, d.State, d.MetAt)
			}
			if d.Why == "" || d.WhyKey == "" || d.Bearer == "" {
				rt.Fatalf("%s: no reason or bearer: %+v", d.ID, d)
			}
			key := d.Pupil + " " + string(d.ID) + " " + d.Instance
			if unique[key] {
				rt.Fatalf("%s stands twice", key)
			}
			unique[key] = true
		}
		for _, r := range out.Routes {
			if slices.Contains(r.Never, law.Rektor) && slices.Contains(r.To, law.Rektor) {
				rt.Fatal("to and never rektor")
			}
		}
		// The order of the facts as they were handed in does not matter, nor does
		// asking twice.
		again, err := Assess(in)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(out) {
			rt.Fatal("another answer the second time")
		}
	})
}
