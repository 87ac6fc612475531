package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
	"tilhor/internal/soak"
)

const recountDir = "../../cmd/recount"

// A stranger is the second verifier, built from its own source.
type stranger struct{ program, key, dir string }

// newStranger builds it. blind are a check in its source and what never is true,
// to see what the check is for.
func newStranger(t *testing.T, public string, blind ...[2]string) stranger {
	t.Helper()
	dir := t.TempDir()
	s := stranger{filepath.Join(dir, "recount"), filepath.Join(dir, seal.PublicFile), dir}
	text, err := os.ReadFile(filepath.Join(recountDir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range blind {
		if strings.Count(string(text), check[0]) != 1 {
			t.Fatalf("%q is not one check of the second verifier", check[0])
		}
		text = []byte(strings.Replace(string(text), check[0], check[1], 1))
	}
	if out, err := exec.Command("go", "build", "-o", s.program, s.write(t, "main.go", text)).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.write(t, seal.PublicFile, []byte(public+"\n"))
	return s
}

func (s stranger) write(t *testing.T, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// says gives the second verifier's verdict on an export, with the checkpoints
// that lie beside the key, and its words.
func (s stranger) says(t *testing.T, export, checkpoints []byte) (holds bool, said string) {
	t.Helper()
	cmd := exec.Command(s.program, s.write(t, "record.jsonl", export), "--key", s.key, "--checkpoints", s.write(t, "checkpoints", checkpoints))
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("%v: %s", err, out)
	}
	return err == nil, string(out)
}

// The second verifier shares nothing with the first: it imports the standard
// library only, and stays small enough to be read in one sitting.
func TestTheSecondVerifierStandsAlone(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recountDir, "*.go"))
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 300 {
		t.Errorf("%d lines", n)
	}
	f, err := parser.ParseFile(token.NewFileSet(), files[0], text, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range f.Imports {
		if path := strings.Trim(i.Path.Value, `"`); strings.Contains(path, ".") || strings.HasPrefix(path, "tilhor") {
			t.Errorf("it imports %s", path)
		}
	}
}

// waits says whether an edit touches only entries that are not in the tree yet:
// where their streams end stands in the database, and in no export.
func waits(m *journal.Memory, e edit) bool {
	if e.table != journal.TEntry {
		return false
	}
	for _, i := range e.rows {
		if m.Tables[e.table].Rows[i][8] != nil {
			return false
		}
	}
	return true
}

// sameLines says whether two exports hold the same; the order of what waits for
// the tree is of no meaning.
func sameLines(a, b string) bool {
	return slices.Equal(slices.Sorted(strings.Lines(a)), slices.Sorted(strings.Lines(b)))
}

// Two verifiers that share no code agree on every exported record: what changes
// the export is refused by both, and what leaves it as it was is accepted by the
// second. Where they differ it is of one sort, and said: the end of a stream that
// is not in the tree yet.
func TestTamperSecondVerifierAgrees(t *testing.T) {
	t.Parallel()
	s := lived(t, dbtest.SQLite(t))
	m := s.memory()
	second := newStranger(t, s.k.Public(granvik))
	good := s.dump()
	if holds, said := second.says(t, []byte(good), m.Files[journal.FCheckpoints]); !holds || !strings.Contains(said, fmt.Sprintf("%d entries in 6 streams", len(m.Tables[journal.TEntry].Rows))) {
		t.Fatal(said)
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 4))
	reached, apart, first := 0, 0, 0
	for tried := 0; tried < soak.Times(150, 10_000); {
		e, ok := anyEdit(r, m)
		if !ok || e.table != journal.TEntry && e.table != journal.TCheckpoint && r.IntN(4) > 0 {
			continue
		}
		bad, _, refused := tamper(m, e)
		if refused {
			continue
		}
		tried++
		s.write(func(tx *db.Tx) error { return bad.Store(tx) })
		export := s.dump()
		report, err := journal.Verify(context.Background(), s.d, granvik, bad.Against(""))
		if err != nil || report.Holds() {
			t.Fatalf("seed %d: the first did not see %s in %d: %v", seed, e.name, e.table, err)
		}
		holds, said := second.says(t, []byte(export), m.Files[journal.FCheckpoints])
		switch {
		case export == good && !holds:
			t.Errorf("seed %d: the same export was refused: %s", seed, said)
		case sameLines(export, good): // marks, heads, columns, stored hashes, words: only the first can see them
			first++
		case holds && waits(m, e):
			apart++
		case holds:
			t.Errorf("seed %d: %s in table %d, rows %v: the first says %v, the second that all agrees", seed, e.name, e.table, e.rows, report.Wrong)
		default:
			reached++
		}
	}
	if reached < 20 {
		t.Errorf("only %d edits reached the export", reached)
	}
	t.Logf("both refused %d; %d changed nothing that is exported; %d cut an end that is not in the tree yet", reached, first, apart)
}

// What somebody does to the exported file itself: every line that is changed,
// left out, doubled or moved is refused.
func TestTamperTheExportItself(t *testing.T) {
	t.Parallel()
	s := lived(t, dbtest.SQLite(t))
	second := newStranger(t, s.k.Public(granvik))
	file := s.memory().Files[journal.FCheckpoints]
	lines := strings.SplitAfter(strings.TrimSuffix(s.dump(), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	try := func(name string, list []string) {
		t.Helper()
		if holds, _ := second.says(t, []byte(strings.Join(list, "")), file); holds {
			t.Errorf("%s: was not refused", name)
		}
	}
	if holds, said := second.says(t, []byte(strings.Join(lines, "")), file); !holds { // the control
		t.Fatal(said)
	}
	for i := 1; i < len(lines); i++ {
		without := append(append([]string{}, lines[:i]...), lines[i+1:]...)
		if i < len(lines)-3 { // the last of a stream that waits: see waits
			try(fmt.Sprint("without line ", i), without)
		}
		try(fmt.Sprint("line doubled ", i), append(append(append([]string{}, lines[:i+1]...), lines[i]), lines[i+1:]...))
		if i < len(lines)-4 {
			moved := append([]string{}, lines...)
			moved[i], moved[i+1] = moved[i+1], moved[i]
			try(fmt.Sprint("moved ", i), moved)
		}
	}
	other := newStranger(t, newOwnerKey(t))
	if holds, _ := other.says(t, []byte(strings.Join(lines, "")), file); holds {
		t.Error("another owner's key was accepted")
	}
	// The controls: with one check taken out, what only that check sees passes.
	for check, edit := range map[[2]string][2]string{
		{"hex.EncodeToString(sum[:]) != hash", "len(sum) == 0"}:               {"cases.e1", "cases.x1"},
		{"!ed25519.Verify(k.public, []byte(text), raw[4:])", "len(raw) == 0"}: {`\ntime 2026`, `\ntime 2025`},
	} {
		bad := strings.Replace(strings.Join(lines, ""), edit[0], edit[1], 1)
		if holds, _ := second.says(t, []byte(bad), file); holds {
			t.Errorf("%q for %q was not refused", edit[1], edit[0])
		}
		if holds, said := newStranger(t, s.k.Public(granvik), check).says(t, []byte(bad), file); !holds {
			t.Errorf("without %q the same is refused: %s", check, said)
		}
	}
}
