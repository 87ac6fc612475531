package main

import (
	"context"
	"math"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// frugal is what Go's collector lets the program hold of its own before it
// works harder: a school's machine is often small, and shared with a database.
const frugal = 36 << 20

// keepSmall keeps small what the collector leaves lying between two rounds,
// until ctx ends. A bound that is reached by what is in use would have the
// collector run without end, so it is moved away from that each second. Whoever
// runs the program and has set GOGC or GOMEMLIMIT decides instead.
func keepSmall(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	bound := debug.SetMemoryLimit(frugal)
	go every(ctx, time.Second, func() {
		if want := boundFor(inUse()); want != bound {
			bound = want
			debug.SetMemoryLimit(want)
		}
	})
	context.AfterFunc(ctx, func() { debug.SetMemoryLimit(math.MaxInt64) })
}

// boundFor is half as much again as what is in use, at least, in steps, so that
// it seldom moves.
func boundFor(inUse uint64) int64 {
	const step = 8 << 20
	return max(frugal, int64((inUse+inUse/2+step-1)/step*step))
}

// inUse is what the collector found in use when it last looked, with the stacks.
func inUse() uint64 {
	m := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(m)
	return m[0].Value.Uint64() + m[1].Value.Uint64()
}
