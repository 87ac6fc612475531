package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"tilhor"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
)

// HearingCmd works with hearings (høringer) without a server.
type HearingCmd struct {
	Compile HearingCompileCmd `cmd:"" help:"Make one answer of what many bodies have said, from a folder of files."`
}

// HearingCompileCmd compiles the answer to a hearing; docs/guide/hearing.md says
// what the files hold. Nothing is stored.
type HearingCompileCmd struct {
	Dir    string       `arg:"" help:"The folder: letter.json, measures.csv, statements.csv, and selection.csv and claims.csv when there are some."`
	Format reply.Format `default:"json" enum:"json,md,html,txt" help:"How the answer is written."`
	Lang   tilhor.Lang  `default:"nb" enum:"nb,nn,en" help:"The language of the answer, and of what is wrong."`
}

// Run writes the answer; exit 1, and no answer, when a file cannot be read or a
// claim does not hold.
func (c HearingCompileCmd) Run(app *App) error {
	w := lang.For(c.Lang)
	h, err := reply.ReadDir(os.DirFS(c.Dir))
	var faults reply.Faults
	if errors.As(err, &faults) {
		return exit(1, faults.Text(w))
	}
	if err != nil {
		return exit(1, err.Error())
	}
	d := reply.Compile(h, w)
	for _, note := range d.Notes {
		fmt.Fprintln(app.Err, note)
	}
	if len(d.Refused) > 0 {
		msg := w.T("hearing.claim.stopped", "n", len(d.Refused))
		for _, r := range d.Refused {
			msg += fmt.Sprintf("\n%s: «%s» %s", r.At, r.Claim, r.Why)
		}
		return exit(1, msg)
	}
	var b bytes.Buffer
	if err := d.Write(&b, c.Format, w); err != nil {
		return err
	}
	_, err = app.Out.Write(b.Bytes())
	return err
}
