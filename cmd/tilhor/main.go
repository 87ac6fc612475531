// Command tilhor is the whole program: the server, the demo, and the tools an
// operator, an auditor or a lawyer needs. Wiring only; each command has a file.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"tilhor"

	"github.com/alecthomas/kong"
)

// App is what a command may touch of the world around it.
type App struct {
	In       io.Reader
	Out, Err io.Writer
	Clock    tilhor.Clock
}

// cli is every command. A new one is one line here and one file beside.
type cli struct {
	Serve   ServeCmd   `cmd:"" help:"Serve the pages, for real."`
	Demo    DemoCmd    `cmd:"" help:"Make up a municipality and serve it on this machine."`
	Law     LawCmd     `cmd:"" help:"The duties as data: assess facts, show them, compare two days."`
	Key     KeyCmd     `cmd:"" help:"Make and show keys."`
	Roster  RosterCmd  `cmd:"" help:"Who belongs to the schools: imports, and what is decided by hand."`
	Closed  ClosedCmd  `cmd:"" help:"The days without school (skolerute)."`
	Norm    NormCmd    `cmd:"" help:"The owner's own norms."`
	Journal JournalCmd `cmd:"" help:"Check the record, sign it, hand it out."`
	Archive ArchiveCmd `cmd:"" help:"Hand cases over to the municipality's archive."`
	Hearing HearingCmd `cmd:"" help:"Make one answer to a hearing of what many bodies have said."`
	Receipt ReceiptCmd `cmd:"" help:"Check a receipt."`
	Package PackageCmd `cmd:"" help:"Check a package for Statsforvalteren or a family."`
	Backup  BackupCmd  `cmd:"" help:"Copy everything away, encrypted, while the server runs."`
	Restore RestoreCmd `cmd:"" help:"Put a backup into an empty database, and prove it."`
	Doctor  DoctorCmd  `cmd:"" help:"Say what is not as it should be."`
	Version VersionCmd `cmd:"" help:"Print the version."`
}

// exitError ends the program with a code other than 1.
type exitError struct {
	code int
	msg  string
}

func (e exitError) Error() string { return e.msg }

// exit is an error that ends the program with code and tells msg.
func exit(code int, msg string) error { return exitError{code, msg} }

func main() {
	app := &App{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Clock: time.Now}
	if err := hide(); err != nil {
		fmt.Fprintln(app.Err, "tilhor: what is in memory may be seen by others on this machine:", err)
	}
	os.Exit(run(app, os.Args[1:]))
}

// run is main with its world given, so that a test can call it.
func run(app *App, args []string) (code int) {
	var c cli
	parser, err := kong.New(&c, kong.Name("tilhor"),
		kong.Description("Tilhør: a municipality's work for a safe school environment."),
		kong.Writers(app.Out, app.Err), kong.Bind(app), kong.DefaultEnvars("TILHOR"),
		kong.Exit(func(n int) { code = n; panic(stop{}) }))
	if err != nil {
		fmt.Fprintln(app.Err, "tilhor:", err)
		return 1
	}
	defer func() {
		if v := recover(); v != nil {
			if _, ok := v.(stop); !ok {
				panic(v)
			}
		}
	}()
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintln(app.Err, "tilhor:", err)
		return 2
	}
	if err := ctx.Run(app); err != nil {
		var e exitError
		if errors.As(err, &e) {
			if e.msg != "" {
				fmt.Fprintln(app.Err, "tilhor:", e.msg)
			}
			return e.code
		}
		fmt.Fprintln(app.Err, "tilhor:", err)
		return 1
	}
	return code
}

// stop carries kong's wish to exit, after --help, out of its parser.
type stop struct{}

// version is set when the program is built.
var version = "dev"

// VersionCmd prints the version.
type VersionCmd struct{}

// Run prints it.
func (VersionCmd) Run(app *App) error {
	fmt.Fprintln(app.Out, version)
	return nil
}
