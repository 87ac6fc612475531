package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// told runs a law command and gives what it printed, and its exit code.
func told(t *testing.T, in string, cmd interface{ Run(*App) error }) (out string, code int, msg string) {
	t.Helper()
	var o, e bytes.Buffer
	app := &App{In: strings.NewReader(in), Out: &o, Err: &e, Clock: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }}
	err := cmd.Run(app)
	var x exitError
	switch {
	case errors.As(err, &x):
		return o.String(), x.code, x.msg
	case err != nil:
		t.Fatal(err)
	}
	return o.String(), 0, ""
}

// The example of the contract, as it stands there.
const example = `{ "version": 1, "asOf": "2026-04-07T08:00:00+02:00", "school": "public",
  "closed": ["2026-03-30", "2026-03-31", "2026-04-01"],
  "events": [ {"at": "2026-03-30T10:00:00+02:00", "kind": "known",    "pupil": "A", "by": "staff"},
              {"at": "2026-03-30T10:20:00+02:00", "kind": "reported", "pupil": "A", "to": "rektor"},
              {"at": "2026-03-30T15:00:00+02:00", "kind": "raised",   "pupil": "A", "by": "parent"} ] }`

func TestLawAssess(t *testing.T) {
	out, code, _ := told(t, example, LawAssessCmd{File: "-"})
	if code != 0 {
		t.Fatalf("exit %d", code)
	}
	var got struct {
		Version int
		AsOf    string
		Duties  []json.RawMessage
		Windows []json.RawMessage
		Gates   []json.RawMessage
		Routes  []json.RawMessage
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != 1 || got.AsOf != "2026-04-07T08:00:00+02:00" || len(got.Gates) != 3 {
		t.Errorf("got %+v", got)
	}
	has := func(in []json.RawMessage, want string) {
		t.Helper()
		for _, raw := range in {
			var b bytes.Buffer
			if err := json.Compact(&b, raw); err != nil {
				t.Fatal(err)
			}
			if b.String() == want {
				return
			}
		}
		t.Errorf("want %s in %s", want, in)
	}
	has(got.Duties, `{"id":"k12.investigate","ruleset":"no-oppl-2023-k12","ref":"opplæringslova § 12-4 (2)","pupil":"A","bearer":"school",`+
		`"triggeredAt":"2026-03-30T10:00:00+02:00","class":"statutory-word","word":"snarast",`+
		`"due":null,"localDue":"2026-03-31","metAt":null,"state":"late-local",`+
		`"escalatedTo":["rektor"],"why":"No investigation is recorded; the owner's norm is one arbeidsdag."}`)
	has(got.Windows, `{"id":"k12.sf_window","pupil":"A","raisedAt":"2026-03-30","calendarWeek":"2026-04-06","arbeidsdager":"2026-04-09"}`)
	has(got.Gates, `{"act":"plan-approval","pupil":"A","open":false,"missing":["heard:A","best-interest"]}`)
	has(got.Routes, `{"pupil":"A","to":["rektor"],"never":[]}`)
}

func TestLawAssessOfAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "facts.json")
	if err := os.WriteFile(name, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	fromFile, code, _ := told(t, "", LawAssessCmd{File: name})
	fromInput, _, _ := told(t, example, LawAssessCmd{File: "-"})
	if code != 0 || fromFile != fromInput {
		t.Error("a file and standard input give different answers")
	}
}

func TestLawAssessRefuses(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"unknown kind", `"kind": "raised",  `, `"kind": "rumour",`, `standard input: events[2].kind: unknown kind "rumour"`},
		{"without offset", `"2026-03-30T15:00:00+02:00"`, `"2026-03-30T15:00:00"`, "events[2].at:"},
		{"before the first rule set", `"2026-03-30T10:00:00+02:00"`, `"1998-03-30T10:00:00+02:00"`, "events[0].at: 1998-03-30 is before the first rule set"},
		{"out of order", `"2026-03-30T15:00:00+02:00"`, `"2026-03-29T15:00:00+02:00"`, "events[2].at: 2026-03-29T15:00:00+02:00 is before events[1]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := strings.Replace(example, c.from, c.to, 1)
			if in == example {
				t.Fatal("nothing was broken")
			}
			out, code, msg := told(t, in, LawAssessCmd{File: "-"})
			if out != "" || code != 2 || !strings.Contains(msg, c.want) {
				t.Errorf("got output %q, exit %d, %q", out, code, msg)
			}
		})
	}
	if out, code, msg := told(t, "", LawAssessCmd{File: "/no/such/file.json"}); out != "" || code != 2 || msg != "/no/such/file.json: cannot be opened" {
		t.Errorf("got output %q, exit %d, %q", out, code, msg)
	}
}

func TestLawShow(t *testing.T) {
	for _, l := range []struct{ lang, want string }{{"nb", "Meld fra til rektor"}, {"nn", "Meld frå til rektor"}, {"en", "Report to the head teacher"}} {
		out, code, _ := told(t, "", LawShowCmd{Lang: l.lang})
		for _, want := range []string{l.want, "k12.plan", "opplæringslova § 12-4 (3)", "«snarast»", "no-oppl-2023-k13-2025"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", l.lang, want, out)
			}
		}
		if code != 0 || strings.Contains(out, "⟦") || strings.Contains(out, "9A.plan") {
			t.Errorf("%s: exit %d\n%s", l.lang, code, out)
		}
	}
	if out, _, _ := told(t, "", LawShowCmd{On: "2020-01-01", Lang: "nb"}); !strings.Contains(out, "9A.plan") || strings.Contains(out, "k12.plan") {
		t.Errorf("in 2020 chapter 9 A was in force:\n%s", out)
	}
	for _, on := range []string{"2026-02-30", "yesterday", "1980-01-01"} {
		if out, code, msg := told(t, "", LawShowCmd{On: on, Lang: "nb"}); out != "" || code != 2 || !strings.Contains(msg, "--on") {
			t.Errorf("%s: output %q, exit %d, %q", on, out, code, msg)
		}
	}
}

func TestLawDiff(t *testing.T) {
	out, code, _ := told(t, "", LawDiffCmd{From: "2024-07-31", To: "2024-08-01"})
	for _, want := range []string{"- no-oppl-1998-9A", "+ no-oppl-2023-k12", "> 9A.warn", "→ k12.report", "+ k12.inform", "- 9A.info_harm"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	for _, c := range []LawDiffCmd{{"x", "2024-08-01"}, {"2024-08-01", "x"}, {"2024-08-01", "2024-07-31"}} {
		if out, code, _ := told(t, "", c); out != "" || code != 2 {
			t.Errorf("%v: output %q, exit %d", c, out, code)
		}
	}
}
