package main

import (
	"runtime/debug"
	"testing"

	"tilhor/internal/db"
)

// The collector goes its rounds as each engine's machine allows, unless whoever
// runs the program has said otherwise.
func TestTheCollectorIsFrugal(t *testing.T) {
	was := debug.SetGCPercent(100)
	defer debug.SetGCPercent(was)
	t.Setenv("GOGC", "300")
	t.Setenv("GOMEMLIMIT", "")
	if keepSmall(db.SQLite); debug.SetGCPercent(100) != 100 {
		t.Error("GOGC is set by who runs the program, and is not followed")
	}
	t.Setenv("GOGC", "")
	for e, want := range map[db.Engine]int{db.SQLite: 50, db.Postgres: 200} {
		if keepSmall(e); debug.SetGCPercent(100) != want {
			t.Errorf("%s: the collector waits longer or shorter than was said", e)
		}
	}
}
