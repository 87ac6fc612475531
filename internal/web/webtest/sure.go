package webtest

import (
	"errors"
	"slices"

	"tilhor"
	"tilhor/internal/lang"
)

// What the tests of a room ask of errors.

// Must stops the test at one.
func (w *Town) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Missing asks for the answer of what does not exist.
func (w *Town) Missing(what string, err error) {
	w.T.Helper()
	if !errors.Is(err, tilhor.ErrNotFound) {
		w.T.Errorf("%s: %v", what, err)
	}
}

// Refused asks for faults, each at its field and with a text: field, key, field, key …
func (w *Town) Refused(err error, pairs ...string) {
	w.T.Helper()
	var want tilhor.Faults
	for i := 0; i+1 < len(pairs); i += 2 {
		want = append(want, tilhor.Fault{Field: pairs[i], Key: pairs[i+1]})
		if !lang.For(tilhor.Bokmal).Has(pairs[i+1]) {
			w.T.Errorf("%s has no text", pairs[i+1])
		}
	}
	if !slices.Equal(tilhor.FaultsOf(err), want) {
		w.T.Errorf("want %v, got %v", want, err)
	}
}
