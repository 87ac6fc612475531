package duty

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/law"
)

// one wraps events in an otherwise right input.
func one(events string) string {
	return `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[` + events + `]}`
}

const k = `"at":"2026-03-30T10:00:00+02:00","pupil":"A"`

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", ``, "empty: no JSON"},
		{"not JSON", "{\n  \"version\": 1,,\n}", "line 2, column 16: not JSON"},
		{"cut off", `{"version":1`, "not JSON"},
		{"two of them", one("") + one(""), "something follows the end"},
		{"a list", `[]`, "want an object"},
		{"not UTF-8", "{\"version\":1,\"school\":\"\xff\"}", "not UTF-8"},
		{"no version", `{"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[]}`, "version: missing"},
		{"another version", `{"version":2,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[]}`, "version: want 1, got 2"},
		{"a version as text", `{"version":"1","asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[]}`, "version: want 1"},
		{"no asOf", `{"version":1,"school":"public","events":[]}`, "asOf: missing"},
		{"asOf without offset", `{"version":1,"asOf":"2026-04-07T08:00:00","school":"public","events":[]}`, "asOf: \"2026-04-07T08:00:00\" has no offset"},
		{"asOf before any rules", `{"version":1,"asOf":"1999-04-07T08:00:00+02:00","school":"public","events":[]}`, "before the first rule set"},
		{"no events", `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public"}`, "events: missing"},
		{"events null", `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":null}`, "events: missing"},
		{"events no list", `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":{}}`, "events: want a list"},
		{"another school", `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"upper","events":[]}`, `school: want public, private or kindergarten, got "upper"`},
		{"a field nobody knows", `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[],"norms":{}}`, `unknown field "norms"`},
		{"case matters", `{"Version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[]}`, `unknown field "Version"`},
		{"a name twice", `{"version":1,"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","events":[]}`, `"version" stands twice`},
		{"a closed day that is none", `{"version":1,"asOf":"2026-04-07T08:00:00+02:00","school":"public","closed":["2026-02-30"],"events":[]}`, `closed[0]: no such date "2026-02-30"`},
		{"unknown kind", one(`{` + k + `,"kind":"rumour"}`), `events[0].kind: unknown kind "rumour"`},
		{"no kind", one(`{` + k + `}`), "events[0].kind: missing"},
		{"a kind that is no text", one(`{` + k + `,"kind":7}`), "events[0].kind: want a text"},
		{"no pupil", one(`{"at":"2026-03-30T10:00:00+02:00","kind":"found"}`), "events[0].pupil: missing"},
		{"an empty pupil", one(`{"at":"2026-03-30T10:00:00+02:00","kind":"found","pupil":""}`), "events[0].pupil: empty"},
		{"a pupil with a line break", one(`{"at":"2026-03-30T10:00:00+02:00","kind":"found","pupil":"A\nB"}`), "cannot be printed"},
		{"a pupil without end", one(`{"at":"2026-03-30T10:00:00+02:00","kind":"found","pupil":"` + strings.Repeat("A", 65) + `"}`), "longer than 64"},
		{"no at", one(`{"kind":"found","pupil":"A"}`), "events[0].at: missing"},
		{"at without offset", one(`{"at":"2026-03-30T10:00:00","kind":"found","pupil":"A"}`), `events[0].at: "2026-03-30T10:00:00" has no offset`},
		{"at is a date", one(`{"at":"2026-03-30","kind":"found","pupil":"A"}`), `events[0].at: no such time "2026-03-30"`},
		{"at a day that is none", one(`{"at":"2026-02-30T10:00:00+01:00","kind":"found","pupil":"A"}`), "events[0].at: no such time"},
		{"at in the year 9999", one(`{"at":"9999-02-03T10:00:00+01:00","kind":"found","pupil":"A"}`), "year 9999 is out of range"},
		{"before the first rule set", one(`{"at":"2002-03-30T10:00:00+02:00","kind":"found","pupil":"A"}`), "events[0].at: 2002-03-30 is before the first rule set, which began 2003-04-01"},
		{"in the future", one(`{"at":"2026-04-08T10:00:00+02:00","kind":"found","pupil":"A"}`), "events[0].at: 2026-04-08T10:00:00+02:00 is in the future"},
		{"written in the future", one(`{` + k + `,"kind":"found","writtenAt":"2026-04-08T10:00:00+02:00"}`), "events[0].writtenAt: 2026-04-08T10:00:00+02:00 is in the future"},
		{"written before it happened", one(`{` + k + `,"kind":"found","writtenAt":"2026-03-29T10:00:00+02:00"}`), "is before it happened"},
		{"out of order", one(`{` + k + `,"kind":"found"},{"at":"2026-03-29T10:00:00+02:00","kind":"found","pupil":"B"}`), "events[1].at: 2026-03-29T10:00:00+02:00 is before events[0]"},
		{"no by", one(`{` + k + `,"kind":"known"}`), "events[0].by: missing; known needs it"},
		{"a by nobody knows", one(`{` + k + `,"kind":"known","by":"rektor"}`), "events[0].by: want one of pupil, parent, staff"},
		{"raised by staff", one(`{` + k + `,"kind":"raised","by":"staff"}`), "events[0].by: want one of pupil, parent, got"},
		{"serious as text", one(`{` + k + `,"kind":"known","by":"staff","serious":"yes"}`), "events[0].serious: want true or false"},
		{"a field of another kind", one(`{` + k + `,"kind":"found","dueOn":"2026-04-08"}`), `events[0] (found): unknown field "dueOn"`},
		{"a plan without a date", one(`{` + k + `,"kind":"plan-approved"}`), "events[0].evaluateOn: missing"},
		{"a plan evaluated before it is made", one(`{` + k + `,"kind":"plan-approved","evaluateOn":"2026-03-29"}`), "before the event itself"},
		{"groundless without a reason", one(`{` + k + `,"kind":"groundless","reason":"  "}`), "events[0].reason: empty"},
		{"identified from nowhere", one(`{` + k + `,"kind":"identified","was":"unknown-1"}`), `nothing is told of "unknown-1"`},
		{"a decision without a stage", one(`{` + k + `,"kind":"decision","about":"expulsion"}`), "events[0].stage: missing"},
		{"a precision nobody knows", one(`{` + k + `,"kind":"found","precision":"week"}`), "events[0].precision: want one of instant, hour, date, unknown"},
		{"an event that is a list", one(`[]`), "events[0]: want an object"},
		{"long nonsense is not shown", one(`{` + k + `,"kind":"` + strings.Repeat("x", 5000) + `"}`), "unknown kind \"…\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(strings.NewReader(c.in))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if len(err.Error()) > 400 {
				t.Errorf("an error of %d characters", len(err.Error()))
			}
		})
	}
}

func TestParseRefusesMegabytes(t *testing.T) {
	_, err := Parse(strings.NewReader(one(`{`+k+`,"kind":"written"},`) + strings.Repeat(" ", maxBytes)))
	if err == nil || err.Error() != "more than 8 MiB" {
		t.Errorf("got %v", err)
	}
	_, err = Parse(strings.NewReader(one(strings.Repeat(`{`+k+`,"kind":"written"},`, maxEvents) + `{` + k + `,"kind":"written"}`)))
	if err == nil || err.Error() != "events: more than 20000" {
		t.Errorf("got %v", err)
	}
}

func TestParseReads(t *testing.T) {
	in, err := Parse(strings.NewReader(`{"version":1,"asOf":"2026-04-07T06:00:00Z","school":"private","closed":null,"events":[
		{"kind":"known","pupil":"unknown-1","by":"anonymous","at":"2026-03-30T10:00:00.250+02:00","precision":"hour","serious":true,"accused":"employee"},
		{"kind":"known","pupil":"B","by":"pupil","precision":"unknown","writtenAt":"2026-03-31T08:00:00+02:00"},
		{"kind":"identified","pupil":"A","was":"unknown-1","at":"2026-04-01T08:00:00+02:00","writtenAt":"2026-04-01T09:00:00+02:00"},
		{"kind":"heard","pupil":"A","declined":true,"at":"2026-04-01T08:00:00+02:00"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if in.School != law.PrivateSchool || len(in.Facts) != 4 || in.Closed != nil {
		t.Fatalf("got %+v", in)
	}
	f := in.Facts[0]
	if !f.Serious || f.Accused != AccusedEmployee || f.When.Precision != tilhor.Hour || !f.When.Written.Equal(f.When.At) || f.When.At.Nanosecond() != 250e6 {
		t.Errorf("got %+v", f)
	}
	if u := in.Facts[1].When; !u.Counts().Equal(u.Written) {
		t.Errorf("an unknown time counts from when it was written: %+v", u)
	}
	if w := in.Facts[2].When; w.Written.Sub(w.At) != time.Hour {
		t.Errorf("both times are kept: %+v", w)
	}
}

// Every kind is read, in its shortest and in its fullest form, and every one can
// be assessed at every kind of school.
func TestEveryKind(t *testing.T) {
	value := map[string]string{
		"by": `"parent"`, "accused": `"pupil"`, "serious": "true", "to": `"owner"`, "reason": `"why"`, "was": `"A"`, "child": `"C"`,
		"declined": "true", "hearBy": `"2026-05-01"`, "urgent": "true", "evaluateOn": `"2026-05-01"`, "next": `"2026-05-01"`,
		"recheckOn": `"2026-05-01"`, "dueOn": `"2026-05-01"`, "about": `"expulsion"`, "stage": `"received"`,
	}
	for _, kind := range Kinds() {
		for _, names := range [][]string{fields[Kind(kind)].must, append(append([]string(nil), fields[Kind(kind)].must...), fields[Kind(kind)].may...)} {
			e := `{` + k + `,"kind":"known","by":"staff"},{` + k + `,"kind":"` + kind + `"`
			for _, n := range names {
				e += `,"` + n + `":` + value[n]
			}
			for _, school := range []string{"public", "private", "kindergarten"} {
				in, err := Parse(strings.NewReader(strings.Replace(one(e+"}"), "public", school, 1)))
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				if _, err := Assess(in); err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
			}
		}
	}
	if len(Kinds()) != 32 {
		t.Errorf("%d kinds", len(Kinds()))
	}
}

// FuzzParse: whatever is thrown at it, the reader answers or refuses, and what
// it accepts can be assessed and written.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no corpus", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := Parse(bytes.NewReader(raw))
		if err != nil {
			return
		}
		out, err := Assess(in)
		if err != nil {
			t.Fatalf("read but not assessed: %v", err)
		}
		if _, err := json.Marshal(out); err != nil {
			t.Fatal(err)
		}
		if out.Changes.Before(in.AsOf) && !out.Changes.IsZero() {
			t.Fatalf("the next change %s lies before %s", out.Changes, in.AsOf)
		}
	})
}
