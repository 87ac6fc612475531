package main

import (
	"runtime/debug"
	"testing"
)

// The collector goes its rounds earlier than Go's own, unless whoever runs the
// program has said otherwise.
func TestTheCollectorIsFrugal(t *testing.T) {
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	t.Setenv("GOGC", "200")
	t.Setenv("GOMEMLIMIT", "")
	if keepSmall(); debug.SetGCPercent(100) != 100 {
		t.Error("GOGC is set by who runs the program, and is not followed")
	}
	t.Setenv("GOGC", "")
	if keepSmall(); debug.SetGCPercent(100) != 50 {
		t.Error("the collector waits longer than was said")
	}
}
