package journal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/soak"

	"golang.org/x/mod/sumdb/tlog"
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
	dbtest.Each(t, secondAgrees)
}

func secondAgrees(t *testing.T, d *db.DB) {
	s := lived(t, d)
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
	dbtest.Each(t, tampersExport)
}

func tampersExport(t *testing.T, d *db.DB) {
	s := lived(t, d)
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
}

// A forgery is a small record, made anew and signed by the owner's own key, so that
// it is wrong in one thing only.
type forgery struct {
	t       *testing.T
	k       *seal.Keys
	header  string // the public key it bears
	owner   string
	entries []forgedEntry
	signed  []int64 // the sizes of its checkpoints
	held    []int64 // and of those that somebody has kept

	late func(lines []string) []string // done to what is written at last
	root func(size int64, r tlog.Hash, held bool) tlog.Hash
	note func(note string, held bool) string
}

type forgedEntry struct {
	format, owner, stream, prev string
	seq, leaf                   int64
}

func newForgery(t *testing.T, k *seal.Keys) *forgery {
	f := &forgery{t: t, k: k, header: k.Public(granvik), owner: string(granvik), signed: []int64{2, 4}, held: []int64{2, 4}}
	for i := range int64(4) {
		f.entries = append(f.entries, forgedEntry{"tilhor entry 1", string(granvik), fmt.Sprint("s", i%2), "", i/2 + 1, i})
	}
	f.late = func(lines []string) []string { return lines }
	f.root = func(_ int64, r tlog.Hash, _ bool) tlog.Hash { return r }
	f.note = func(note string, _ bool) string { return note }
	return f
}

// checkpoint is one that the owner signs.
func (f *forgery) checkpoint(size int64, root tlog.Hash, held bool) string {
	f.t.Helper()
	root = f.root(size, root, held)
	note, err := f.k.Sign(granvik, fmt.Sprintf("tilhor/granvik\n%d\n%s\ntime 2026-11-23T08:00:00Z\n", size, root))
	if err != nil {
		f.t.Fatal(err)
	}
	return f.note(string(note), held)
}

// written is the export, and the file of checkpoints.
func (f *forgery) written() (export, held string) {
	f.t.Helper()
	line := func(of map[string]any) string {
		b, err := json.Marshal(of)
		if err != nil {
			f.t.Fatal(err)
		}
		return string(b) + "\n"
	}
	lines := []string{line(map[string]any{"type": "record", "format": "tilhor record 1", "owner": f.owner, "key": f.header})}
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	ends, roots := map[string]string{}, map[int64]tlog.Hash{}
	for i, e := range f.entries {
		if e.prev == "" {
			e.prev = ends[e.stream]
		}
		if e.prev == "" {
			e.prev = strings.Repeat("0", 64)
		}
		body := fmt.Sprintf(`{"format":%q,"owner":%q,"stream":%q,"seq":%d,"id":"e%d","prev":%q}`, e.format, e.owner, e.stream, e.seq, i, e.prev)
		sum := sha256.Sum256([]byte(body))
		ends[e.stream] = hex.EncodeToString(sum[:])
		more, err := tlog.StoredHashes(int64(i), sum[:], read)
		if err != nil {
			f.t.Fatal(err)
		}
		stored = append(stored, more...)
		size := int64(i + 1)
		if roots[size], err = tlog.TreeHash(size, read); err != nil {
			f.t.Fatal(err)
		}
		lines = append(lines, line(map[string]any{"type": "entry", "leaf": e.leaf, "hash": ends[e.stream], "body": body}))
		if slices.Contains(f.signed, size) {
			lines = append(lines, line(map[string]any{"type": "checkpoint", "size": size, "note": f.checkpoint(size, roots[size], false)}))
		}
	}
	for _, size := range f.held {
		held += f.checkpoint(size, roots[size], true) + "\n"
	}
	return strings.Join(f.late(lines), ""), held
}

// Every check of the second verifier is there for something: it refuses what is wrong
// in one thing only, and, the control, the same program without that check does not.
func TestEveryCheckOfTheSecondVerifier(t *testing.T) {
	t.Parallel()
	k := sealtest.Keys(t, granvik)
	public := k.Public(granvik)
	other := func(r tlog.Hash) tlog.Hash { r[0] ^= 1; return r }
	second := newStranger(t, public)
	export, held := newForgery(t, k).written()
	if holds, said := second.says(t, []byte(export), []byte(held)); !holds {
		t.Fatalf("what is wrong in nothing is refused: %s", said)
	}
	const blind = "false"
	notKept := [2]string{"!c.signed[k.size]", blind}
	for name, c := range map[string]struct {
		wrong func(f *forgery)
		check [][2]string
	}{
		"another key":              {func(f *forgery) { f.header = newOwnerKey(t) }, [][2]string{{"!k.public.Equal(c.key.public)", "len(k.public) == 0"}}},
		"a text of another format": {func(f *forgery) { f.entries[3].format = "tilhor entry 2" }, [][2]string{{`err != nil || b.Format != "tilhor entry 1"`, "err != nil"}}},
		"a text that is not its hash's": {func(f *forgery) {
			f.late = func(lines []string) []string { lines[1] = strings.Replace(lines[1], `e0`, `x0`, 1); return lines }
		}, [][2]string{{"hex.EncodeToString(sum[:]) != hash", "len(sum) == 0"}}},
		"another owner's entry": {func(f *forgery) { f.entries[3].owner = "bergvik" }, [][2]string{{"b.Owner != c.owner", blind}}},
		"a number left out":     {func(f *forgery) { f.entries[3].seq = 3 }, [][2]string{{"b.Seq != before.seq+1 || ", ""}}},
		"another before it":     {func(f *forgery) { f.entries[3].prev = strings.Repeat("1", 64) }, [][2]string{{" || b.Prev != before.hash", ""}}},
		"another leaf":          {func(f *forgery) { f.entries[3].leaf = 5 }, [][2]string{{"*leaf != c.size", blind}}},
		"a checkpoint twice": {func(f *forgery) {
			f.late = func(lines []string) []string { return slices.Insert(lines, 3, lines[3]) }
		}, [][2]string{{"size <= c.last", blind}}},
		"a checkpoint that nobody signed": {func(f *forgery) {
			f.note = func(note string, held bool) string {
				if !held {
					note = strings.Replace(note, "T08:", "T09:", 1)
				}
				return note
			}
		}, [][2]string{{"!ed25519.Verify(k.public, []byte(text), raw[4:])", "len(raw) == 0"}}},
		"a checkpoint said to be of another size": {func(f *forgery) {
			f.held = f.held[1:]
			f.late = func(lines []string) []string {
				lines[3] = strings.Replace(lines[3], `"size":2`, `"size":3`, 1)
				return lines
			}
		}, [][2]string{{"k.size != size || ", ""}}},
		"a checkpoint of another owner": {func(f *forgery) {
			f.owner = "bergvik"
			for i := range f.entries {
				f.entries[i].owner = f.owner
			}
		}, [][2]string{{" || k.owner != c.owner", ""}}},
		"a checkpoint of another tree": {func(f *forgery) {
			f.held = f.held[1:]
			f.root = func(size int64, r tlog.Hash, _ bool) tlog.Hash {
				if size == 2 {
					return other(r)
				}
				return r
			}
		}, [][2]string{{"k.size != c.size || k.root != c.root()", blind}}},
		"no checkpoint at the end": {func(f *forgery) { f.signed, f.held = f.signed[:1], f.held[:1] }, [][2]string{{"c.last != c.size", blind}}},
		"one held, of another tree": {func(f *forgery) {
			f.root = func(size int64, r tlog.Hash, held bool) tlog.Hash {
				if held && size == 2 {
					return other(r)
				}
				return r
			}
		}, [][2]string{{"k.size == c.size && k.root != c.root()", blind}}},
		"one held, that nobody signed": {func(f *forgery) {
			f.note = func(note string, held bool) string {
				if held {
					note = strings.Replace(note, "T08:", "T09:", 1)
				}
				return note
			}
		}, [][2]string{{`c.wrong("checkpoint %d of those you hold %v", i/2+1, err)`, "_ = i"}}},
		"one held, of more":              {func(f *forgery) { f.held = append(f.held, 6) }, [][2]string{{"k.size > c.size", blind}, notKept}},
		"one held, that is not in there": {func(f *forgery) { f.held = []int64{2, 3, 4} }, [][2]string{notKept}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newForgery(t, k)
			c.wrong(f)
			export, held := f.written()
			if holds, _ := second.says(t, []byte(export), []byte(held)); holds {
				t.Error("was not refused")
			}
			if holds, said := newStranger(t, public, c.check...).says(t, []byte(export), []byte(held)); !holds {
				t.Errorf("without the check the same is refused: %s", said)
			}
		})
	}
}
