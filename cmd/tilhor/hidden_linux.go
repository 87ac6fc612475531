package main

import (
	"errors"

	"golang.org/x/sys/unix"
)

// hide keeps what this process has in memory, keys and opened words, out of
// core files, and away from other processes of the same user: they can neither
// read its memory nor attach to it.
func hide() error {
	return errors.Join(
		unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}),
		unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0),
	)
}
