package tilhor_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
)

// FuzzParseDate: a date that is read is written back as it was, is a day there
// is, and can be counted from.
func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-11-23", "2024-02-29", "2026-02-29", "1900-01-01", "2200-12-31", "0000-00-00", "2026-1-1", " 2026-01-01", "2026-01-01T00:00", "२०२६-०१-०१", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := tilhor.ParseDate(s)
		if err != nil {
			if d != "" {
				t.Fatalf("refused, and given as %q", d)
			}
			return
		}
		if string(d) != s || len(s) != len("2006-01-02") {
			t.Fatalf("%q was read as %q", s, d)
		}
		if tilhor.DateOf(d.Time(), time.UTC) != d || d.Add(1).Sub(d) != 1 || d.Add(1).Add(-1) != d || d.Add(1) <= d {
			t.Fatalf("%q cannot be counted from", d)
		}
	})
}

// Every target keeps what it was tried on, so that `make test` tries it again, and
// no corpus is left by a target that is gone.
func TestEveryTargetKeepsACorpus(t *testing.T) {
	lacks, n := withoutCorpus(t, os.DirFS("."))
	for _, l := range lacks {
		t.Error(l)
	}
	if n < 50 {
		t.Errorf("only %d targets were found", n)
	}
	// The control: a target without one, a folder with nothing in it, and a corpus
	// that nobody reads.
	room := t.TempDir()
	for name, text := range map[string]string{"a_test.go": "package a\n\nfunc FuzzA(f *testing.F) {}\nfunc FuzzB(f *testing.F) {}\n", "testdata/fuzz/FuzzC/1": "go test fuzz v1\n", "testdata/fuzz/FuzzB/.keep": ""} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(room, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(room, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if lacks, _ := withoutCorpus(t, os.DirFS(room)); len(lacks) != 3 {
		t.Fatalf("of three faults these were found: %q", lacks)
	}
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz[A-Za-z0-9]+)\(`)

// withoutCorpus names the targets that keep no input, and the inputs that belong
// to no target; n is how many targets there are.
func withoutCorpus(t *testing.T, tree fs.FS) (lacks []string, n int) {
	t.Helper()
	targets, kept := map[string]bool{}, map[string]bool{}
	err := fs.WalkDir(tree, ".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "node_modules" || strings.HasPrefix(e.Name(), ".") && path != "."):
			return fs.SkipDir
		case e.IsDir():
			return nil
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if room, target, ok := strings.Cut(dir, "testdata/fuzz/"); ok && !strings.HasPrefix(e.Name(), ".") {
			kept[filepath.Clean("./"+room)+" "+target] = true
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(tree, path)
		for _, m := range fuzzTarget.FindAllStringSubmatch(string(text), -1) {
			targets[filepath.Clean(dir)+" "+m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for target := range targets {
		if !kept[target] {
			lacks = append(lacks, target+" keeps no input in testdata/fuzz")
		}
	}
	for target := range kept {
		if !targets[target] {
			lacks = append(lacks, target+" has inputs and is no target")
		}
	}
	return lacks, len(targets)
}
