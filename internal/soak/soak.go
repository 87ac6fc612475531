// Package soak says how long a fault test goes on: a little at each make test,
// at length when an operator asks for it with make soak.
package soak

import (
	"os"
	"strconv"
)

// Times is check at each make test, and length under make soak. TILHOR_SOAK may
// also hold a number of its own: that many.
func Times(check, length int) int {
	switch said := os.Getenv("TILHOR_SOAK"); said {
	case "":
		return check
	case "full":
		return length
	default:
		n, err := strconv.Atoi(said)
		if err != nil || n < 1 {
			panic("soak: TILHOR_SOAK wants full, or a number of at least 1")
		}
		return n
	}
}

// AtLength says whether this is a run of make soak.
func AtLength() bool { return os.Getenv("TILHOR_SOAK") != "" }
