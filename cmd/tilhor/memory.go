package main

import (
	"os"
	"runtime/debug"

	"tilhor/internal/db"
)

// keepSmall says how often Go's collector goes its rounds. On SQLite when half as
// much again as what is in use lies there: a school's machine is often small. On
// PostgreSQL, where a country or a large municipality is served and may have 256
// MB, when three times as much does: the rounds were a quarter of what a page
// cost. Whoever runs the program and has set GOGC or GOMEMLIMIT decides instead. A
// bound in bytes was tried and was worse: what lies beside the heap counts towards
// it, and when the program grew, the collector ran without end just below it.
func keepSmall(e db.Engine) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	part := 50
	if e == db.Postgres {
		part = 200
	}
	debug.SetGCPercent(part)
}
