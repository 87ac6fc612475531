package main

import (
	"os"
	"runtime/debug"
)

// keepSmall has Go's collector go its round when half as much again as what is
// in use lies there, not twice as much: a school's machine is often small, and
// shared with a database. Whoever runs the program and has set GOGC or
// GOMEMLIMIT decides instead. A bound in bytes was tried and was worse: what
// lies beside the heap counts towards it, and when the program grew, the
// collector ran without end just below it.
func keepSmall() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(50)
	}
}
