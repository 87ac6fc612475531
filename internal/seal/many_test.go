package seal_test

import (
	"bytes"
	"testing"

	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
)

// One key for many values gives what Hash gives for each.
func TestHasherIsHashForMany(t *testing.T) {
	k := sealtest.Keys(t, granvik)
	h, err := k.Hasher(granvik, "journal entry")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"", "a", "another", "a"} {
		if !bytes.Equal(h([]byte(v)), k.Hash(granvik, "journal entry", v)) {
			t.Fatal(v)
		}
	}
	if bytes.Equal(h([]byte("a")), k.Hash(granvik, "another purpose", "a")) {
		t.Fatal("the purpose makes no difference")
	}
	if _, err := k.Hasher("bergvik", "journal entry"); err == nil {
		t.Fatal("an owner that is not served")
	}
}

// The same open text under the same key gives the same commitment; another text,
// place or key gives another.
func TestCommit(t *testing.T) {
	k := sealtest.Keys(t, granvik)
	a, b := k.New(granvik, seal.KindTrack, "a"), k.New(granvik, seal.KindTrack, "b")
	want := a.Commit("row", "r1", "safe")
	if want.Commit != a.Commit("row", "r1", "safe").Commit || want.Label != "row:r1" {
		t.Fatal("not the same twice")
	}
	for name, other := range map[string]seal.Sealed{
		"text": a.Commit("row", "r1", "not-safe"), "row": a.Commit("row", "r2", "safe"),
		"field": a.Commit("rows", "r1", "safe"), "key": b.Commit("row", "r1", "safe"),
	} {
		if other.Commit == want.Commit {
			t.Errorf("another %s gives the same", name)
		}
	}
}
