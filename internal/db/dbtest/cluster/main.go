// Command cluster starts a private PostgreSQL, runs a command with its address
// in TILHOR_TEST_PG, and stops it: one cluster for all test packages.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"tilhor/internal/db/dbtest"
)

func main() {
	c, err := dbtest.Start()
	if err != nil {
		fmt.Fprintln(os.Stderr, "PostgreSQL for tests (try make deps):", err)
		os.Exit(1)
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Env = append(os.Environ(), "TILHOR_TEST_PG="+c.DSN)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = cmd.Run()
	c.Stop()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
