package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal"
)

// A listBox is an installation with keys and, so far, no database.
type listBox struct {
	t         *testing.T
	dsn, keys string
}

func newListBox(t *testing.T, dsn string) listBox {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys")
	if err := seal.Init(keys, "granvik"); err != nil {
		t.Fatal(err)
	}
	return listBox{t, dsn, keys}
}

type sayings struct {
	code     int
	out, err string
}

// runs runs `tilhor roster …` and gives what came of it.
func (b listBox) runs(in string, args ...string) sayings {
	b.t.Helper()
	var out, errs bytes.Buffer
	app := &App{In: strings.NewReader(in), Out: &out, Err: &errs, Clock: func() time.Time { return time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC) }}
	code := run(app, append(append([]string{"roster"}, args...), "--db", b.dsn, "--keys", b.keys))
	return sayings{code, out.String(), errs.String()}
}

func (b listBox) must(code int, args ...string) sayings {
	b.t.Helper()
	s := b.runs("", args...)
	if s.code != code {
		b.t.Fatalf("roster %s: exit %d, want %d\n%s%s", strings.Join(args, " "), s.code, code, s.out, s.err)
	}
	return s
}

const lists = "../../internal/roster/testdata/csv"

// keysOf lists the keys of a JSON object and of those in it, sorted.
func keysOf(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return ""
	}
	var keys []string
	for k, inner := range m {
		if s := keysOf(inner); s != "" {
			k += "{" + s + "}"
		}
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return strings.Join(keys, " ")
}

func TestRosterImport(t *testing.T) {
	for engine, dsn := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteDSN, "postgres": dbtest.PostgresDSN} {
		t.Run(engine, func(t *testing.T) {
			b := newListBox(t, dsn(t))
			dry := b.must(0, "import", lists)
			if !strings.Contains(dry.out, "Ingenting er skrevet") {
				t.Errorf("a dry run does not say so:\n%s", dry.out)
			}
			if path, lite := strings.CutPrefix(b.dsn, "sqlite:"); lite {
				if _, err := os.Stat(path); err == nil {
					t.Error("a dry run made a database")
				}
			}
			first := b.must(0, "import", lists, "--apply", "--json")
			var report map[string]any
			if err := json.Unmarshal([]byte(first.out), &report); err != nil {
				t.Fatal(err)
			}
			n := "{added changed ended}"
			want := "employees" + n + " groups" + n + " guardians" + n + " pupils" + n + " schools" + n + " warnings"
			if got := keysOf(report); got != want {
				t.Errorf("the report's shape:\n got  %s\n want %s", got, want)
			}
			warnings := report["warnings"].([]any)
			if len(warnings) == 0 || keysOf(warnings[0]) != "kind line text" {
				t.Errorf("warnings: %v", warnings)
			}
			if fmt.Sprint(report["pupils"]) != "map[added:3 changed:0 ended:0]" {
				t.Errorf("%v", report["pupils"])
			}
			again := b.must(0, "import", lists, "--lang", "en")
			if strings.Contains(again.out, "⟦") || !strings.Contains(again.out, "dry run") {
				t.Errorf("in English:\n%s", again.out)
			}
			b.decides(t)
		})
	}
}

func (b listBox) decides(t *testing.T) {
	b.must(0, "training", "--person", "a2", "--on", "2026-08-20")
	file := filepath.Join(t.TempDir(), "opplæring.csv")
	for text, code := range map[string]int{"ansatt-id;dato\na1;2026-08-20\na3\n": 0, "a1;2026-08-20\nnobody;2026-08-20\n": 2, "a1;20.08.2026\n": 2, "a1;2027-01-01\n": 2} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b.must(code, "training", "--file", file)
	}
	b.must(0, "protect", "e1", "--grade", "strengt-fortrolig")
	b.must(0, "protect", "e1", "--grade", "ingen")
	b.must(2, "protect", "nobody", "--grade", "fortrolig")
	b.must(0, "override", "--pupil", "e1", "--guardian", "f2", "--responsibility", "no", "--reason", "Dom")
	b.must(2, "override", "--pupil", "e1", "--guardian", "f2", "--responsibility", "no", "--reason", " ")
	s := b.runs("20914695016\n", "add", "--name", "Nina Ny", "--number-file", "-", "--school", "s1")
	if s.code != 0 {
		t.Fatalf("%+v", s)
	}
	id := strings.TrimSpace(s.out)
	if s := b.runs("Dom i tingretten", "override", "--pupil", "e1", "--guardian", id, "--responsibility", "yes", "--reason", "-"); s.code != 0 {
		t.Errorf("%+v", s)
	}
	if s := b.runs("20914695017", "add", "--name", "Nina Ny", "--number-file", "-"); s.code != 2 {
		t.Errorf("a wrong number: %+v", s)
	}
	b.must(0, "appoint", "a2", "--role", "deputy", "--school", "s1", "--until", "2026-12-31")
	b.must(2, "appoint", "a2", "--role", "parent", "--school", "s1")
	b.must(2, "appoint", "a2", "--role", "rektor", "--school", "nowhere")
	b.must(0, "dismiss", "a2", "--role", "deputy", "--school", "s1")
	b.must(2, "dismiss", "a2", "--role", "deputy", "--school", "s1")
	b.must(0, "appoint", id, "--role", "dpo")
}

func TestRosterImportRefuses(t *testing.T) {
	b := newListBox(t, dbtest.SQLiteDSN(t))
	b.must(0, "import", lists, "--apply")
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	bad := write("bad.xml", "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]>\n<enterprise/>")
	if s := b.must(2, "import", bad, "--apply"); !strings.Contains(s.err, "bad.xml, linje 2") || s.out != "" {
		t.Errorf("%+v", s)
	}
	b.must(2, "import", filepath.Join(dir, "nowhere"))
	b.must(2, "import", bad, "--max-removals", "200")
	// A file with one pupil left of three: stopped, then forced.
	few := t.TempDir()
	for _, n := range []string{"skoler", "grupper", "ansatte", "verv"} {
		text, err := os.ReadFile(filepath.Join(lists, n+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		if n == "verv" {
			text = text[:bytes.IndexByte(text, '\n')+1]
		}
		if err := os.WriteFile(filepath.Join(few, n+".csv"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pupils := "elev-id;fornavn;etternavn;skole-id\ne1;Åse;Østby;s1\n"
	if err := os.WriteFile(filepath.Join(few, "elever.csv"), []byte(pupils), 0o600); err != nil {
		t.Fatal(err)
	}
	s := b.must(3, "import", few, "--apply", "--json")
	if !strings.Contains(s.out, "many-ended") || !strings.Contains(s.err, "--force") {
		t.Errorf("%+v", s)
	}
	if s := b.must(0, "import", few, "--json"); !strings.Contains(s.out, "\"ended\": 2") {
		t.Errorf("it was written nevertheless: %s", s.out)
	}
	b.must(0, "import", few, "--apply", "--force")
	b.keys = filepath.Join(dir, "no-keys")
	b.must(2, "import", few, "--apply")
}

// TestRosterImportInterrupted: Ctrl-C in the middle of a long file ends the
// command with 130, and the lists are as they were.
func TestRosterImportInterrupted(t *testing.T) {
	b := newListBox(t, dbtest.SQLiteDSN(t))
	b.must(0, "import", lists, "--apply")
	long := filepath.Join(t.TempDir(), "elever.csv")
	var text strings.Builder
	text.WriteString("elev-id;fornavn;etternavn;skole-id\n")
	for i := range 400000 {
		fmt.Fprintf(&text, "x%d;Åse;Østby;s1\n", i)
	}
	if err := os.WriteFile(long, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	app := &App{Out: &out, Err: &pressCtrlC{}, Clock: func() time.Time { return time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC) }}
	code := run(app, []string{"roster", "import", long, "--apply", "--db", b.dsn, "--keys", b.keys})
	if code != 130 || out.Len() > 0 {
		t.Fatalf("exit %d, %s", code, out.String())
	}
	d, err := db.Open(context.Background(), b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var n int
	count := db.SQL(`SELECT COUNT(*) FROM roster_person WHERE owner = $1`)
	if err := d.Read(context.Background(), func(tx *db.Tx) error { return tx.One(count, db.Args(tilhor.OwnerID("granvik")), &n) }); err != nil || n != 13 {
		t.Errorf("%d people, %v", n, err)
	}
}

// pressCtrlC interrupts the program when it first tells of its progress.
type pressCtrlC struct{ done bool }

func (p *pressCtrlC) Write(b []byte) (int, error) {
	if p.done {
		return len(b), nil
	}
	p.done = true
	return len(b), syscall.Kill(os.Getpid(), syscall.SIGINT)
}
