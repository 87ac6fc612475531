package seal_test

import (
	"bytes"
	"testing"

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
