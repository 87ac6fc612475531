package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAHurtfulFileChangesNothing: with --apply and --force, the command says
// where and why in kind words and exits 2, and the database is as it was, row
// for row. The control is the same list with one name changed, which changes a
// row.
func TestAHurtfulFileChangesNothing(t *testing.T) {
	dir := t.TempDir()
	dsn := "sqlite:" + filepath.Join(dir, "t.db")
	b := newListBox(t, dsn)
	b.must(0, "import", lists, "--apply")
	before := rowsOf(t, dsn)
	pupils, err := os.ReadFile(filepath.Join(lists, "elever.csv"))
	if err != nil {
		t.Fatal(err)
	}
	set := func(change string) string {
		to := t.TempDir()
		if err := os.CopyFS(to, os.DirFS(lists)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, "elever.csv"), []byte(change), 0o600); err != nil {
			t.Fatal(err)
		}
		return to
	}
	all := string(pupils)
	for name, c := range map[string]struct{ change, line string }{
		"one id on two pupils":       {all + "e1;Kari;Oppdiktet;s1;k5a;;;;;;\n", "elever.csv, linje 5"},
		"the end before the start":   {strings.Replace(all, "2026-08-17;", "2026-08-17;2026-08-16", 1), "elever.csv, linje 2"},
		"half in another encoding":   {all + "e9;K\xe5re;Oppdiktet;s1;k5a;;;;;;\n", "elever.csv, linje 5"},
		"a quote that is never shut": {all + "e9;\"Kari;Oppdiktet;s1;k5a;;;;;;\n", "elever.csv, linje 5"},
		"bare returns":               {strings.ReplaceAll(all, "\n", "\r"), "elever.csv, linje 1"},
		"a zero byte":                {all + "\x00", "elever.csv"},
		"a cell of a megabyte":       {all + "e9;" + strings.Repeat("x", 1<<20) + ";Oppdiktet;s1;k5a;;;;;;\n", "elever.csv"},
		"a date that is none":        {strings.Replace(all, "2026-08-17", "2026-13-17", 1), "elever.csv, linje 2"},
	} {
		said := b.must(2, "import", set(c.change), "--apply", "--force")
		if !strings.Contains(said.err, c.line) || strings.Contains(said.err, "Kari") || strings.Contains(said.err, "Oppdiktet") || said.out != "" || len(said.err) > 400 {
			t.Errorf("%s: %q %q", name, said.err, said.out)
		}
		if rowsOf(t, dsn) != before {
			t.Fatalf("%s: something was written", name)
		}
	}
	b.must(0, "import", set(strings.Replace(all, "Cato", "Carl", 1)), "--apply")
	if rowsOf(t, dsn) == before {
		t.Error("the control changed nothing: the comparison shows nothing")
	}
}
