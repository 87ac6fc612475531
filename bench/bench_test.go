package main

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/demo"
)

// tiny is the whole of the bench, so small that it runs at each check.
var tiny = scale{
	town: demo.Tiny, cases: []int{100, 200}, clients: []int{1, 4}, concerns: 12, rounds: 1, spell: 30 * time.Millisecond,
	asks: 4, woken: 10, pupils: 60, entries: []int{20, 24},
}

func TestMain(m *testing.M) {
	serveIfTold()
	os.Exit(m.Run())
}

// The bench measures everything it says, on both engines, from a municipality
// that the rooms made to a table: so that it never rots.
func TestTheBenchRuns(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "tilhor-bench-test-") // PostgreSQL runs as somebody else, who must get in
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	b := &bench{scale: tiny, dir: dir, careless: true, note: func(text string) { t.Log(text) }}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			r, err := b.engine(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			r.print(&out)
			for _, want := range []string{
				"start, from exec", "memory when nobody asks", "case of 20 entries", "case of 24 entries", "concerns, 1 at once", "concerns, 4 at once",
				"errors among 12 concerns", "journal verify", "roster of 60 pupils", "list of 50 cases among 100", "list among 200: p99",
				"waking 10 cases", "the owner's counts, 200 cases", "cells equal to the raw cube", "an answer of 43 committees to 100 measures",
			} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("nothing is told of %q", want)
				}
			}
			if strings.Contains(out.String(), "NaN") {
				t.Error("a figure is none")
			}
			if t.Failed() {
				t.Log(out.String())
			}
		})
	}
	t.Run("a count that is wrong is found", func(t *testing.T) { wrongCount(t, b) })
}

// wrongCount is the control of the comparison cell by cell: a view that counts
// one case too many must be found.
func wrongCount(t *testing.T, b *bench) {
	ctx := context.Background()
	st, err := openStore(b.dir, db.SQLite, true)
	if err != nil {
		t.Fatal(err)
	}
	c, err := st.raw(ctx, "cases_v2_200", true)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if n, err := sameCells(ctx, c); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	for _, q := range []string{
		`DROP VIEW oversight_tracks`,
		`CREATE VIEW oversight_tracks AS SELECT owner, school, sfo, COUNT(*) + 1 AS open_n, 0 AS late_n FROM cases_track WHERE state <> 'closed' GROUP BY owner, school, sfo`,
	} {
		if _, err := c.ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sameCells(ctx, c); err == nil {
		t.Fatal("one case too many was not found")
	}
}

// A refusal does not end the run, and stands in the table.
func TestARefusalIsCounted(t *testing.T) {
	self := exec.Command("true")
	self.Process = &os.Process{Pid: os.Getpid()}
	for want, refuse := range map[string]int{"yes": 0, "**no**": 7} {
		m := &measurer{bench: &bench{scale: tiny, note: func(string) {}}, store: &store{engine: db.Postgres}, report: &report{}}
		var refused refusals
		err := m.tellMany(context.Background(), &server{child: child{cmd: self}}, 4, func(_ context.Context, _, n int) error {
			if n == refuse {
				return refused.note(errors.New("refused"))
			}
			return nil
		}, &refused)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.report.rows[1]; !strings.HasPrefix(got.what, "errors among 12") || got.met != want {
			t.Errorf("with number %d refused, the table says %+v", refuse, got)
		}
	}
}

func TestAimsAndSpread(t *testing.T) {
	for _, c := range []struct {
		a    *aim
		v    float64
		want string
	}{
		{atLeast(0.1), 0.1, "yes"},
		{atLeast(0.1), 0.09, "**no**"},
		{atMost(2), 2, "yes"},
		{atMost(2), 2.1, "**no**"},
		{atMost(2), math.NaN(), "**no**"},
		{atLeast(2), math.NaN(), "**no**"},
	} {
		if got := c.a.met(c.v); got != c.want {
			t.Errorf("%v against %s is %s, want %s", c.v, c.a.text(""), got, c.want)
		}
	}
	s := ratios(series{10, 20, 30, 400, 50}, series{10, 10, 10, 10, 10})
	if s.median() != 5 && s.median() != 3 || s.spread() > 3 {
		t.Errorf("one bad round moved the median to %v ± %v", s.median(), s.spread())
	}
}
