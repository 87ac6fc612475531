// Package sealtest gives tests real keys in the test's own folder.
package sealtest

import (
	"testing"

	"tilhor"
	"tilhor/internal/seal"
)

// Keys makes and opens keys for the owners.
func Keys(t testing.TB, owners ...tilhor.OwnerID) *seal.Keys {
	t.Helper()
	return In(t, t.TempDir(), owners...)
}

// In makes and opens keys for the owners in dir.
func In(t testing.TB, dir string, owners ...tilhor.OwnerID) *seal.Keys {
	t.Helper()
	for _, o := range owners {
		if err := seal.Init(dir, o); err != nil {
			t.Fatal(err)
		}
	}
	k, err := seal.Open(dir, owners...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
