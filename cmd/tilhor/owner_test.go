package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The owner's days without school and its norms: kept, shown, and refused where
// the law leaves nothing to the owner.
func TestClosedDaysAndNorms(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := call(t, "demo", "--dir", dir, "--no-serve", "--addr", "127.0.0.1:0"); code != 0 {
		t.Fatal(errs)
	}
	at := "--db=sqlite:" + filepath.Join(dir, "tilhor.db")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"closed", "add", at, "2027-06-21", "2027-06-25"}, 0, ""},
		{[]string{"closed", "show", at}, 0, "2027-06-23"},
		{[]string{"closed", "add", at, "2027-06-31", "2027-07-02"}, 2, "2027-06-31"},
		{[]string{"closed", "add", at, "2027-06-25", "2027-06-21"}, 2, "no earlier"},
		{[]string{"closed", "add", at, "--school", "finnes-ikke", "2027-06-21", "2027-06-21"}, 2, "no such school"},
		{[]string{"norm", "set", at, "k12.plan", "3", "arbeidsdag"}, 0, ""},
		{[]string{"norm", "show", at}, 0, "three arbeidsdagar   the owner's own"},
		{[]string{"norm", "set", at, "k12.appeal", "9", "week"}, 2, "family"},
		{[]string{"norm", "set", at, "k12.finnes-ikke", "9", "week"}, 2, "no such duty"},
		{[]string{"norm", "set", at, "k12.plan", "3", "virkedag"}, 2, "virkedag"},
		{[]string{"journal", "checkpoint", at}, 0, ""},
		{[]string{"journal", "verify", at}, 0, "all of it holds"},
	} {
		code, out, errs := call(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%v: code %d, said %q %q; want %d and %q", c.args, code, out, errs, c.code, c.says)
		}
	}
}
