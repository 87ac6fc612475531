package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// JournalCmd checks the record and hands it out.
type JournalCmd struct {
	Verify     JournalVerifyCmd     `cmd:"" help:"Recompute the whole record; exit 1 and name the first entry that is wrong."`
	Checkpoint JournalCheckpointCmd `cmd:"" help:"Sign what is new, and print the newest checkpoint or the proof of one entry."`
	Export     JournalExportCmd     `cmd:"" help:"Print the record as JSON lines, for a verifier that is not ours."`
}

// JournalVerifyCmd recomputes streams, content, tree and checkpoints.
type JournalVerifyCmd struct{ Where }

// Run verifies every owner named.
func (c JournalVerifyCmd) Run(app *App) error {
	ctx := context.Background()
	keys, d, err := c.both(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return verifyAll(ctx, app.Out, d, keys)
}

// verifyAll verifies every owner whose keys are open; its error ends the program
// with 1 when a record does not hold.
func verifyAll(ctx context.Context, out io.Writer, d *db.DB, keys *seal.Keys) error {
	wrong := ""
	for _, owner := range keys.Owners() {
		file, err := keys.File(owner, seal.CheckpointsFile)
		if err != nil {
			return exit(2, err.Error())
		}
		if file == nil {
			file = []byte{}
		}
		r, err := journal.Verify(ctx, d, owner, journal.Against{Keys: keys, File: file})
		if err != nil {
			return fmt.Errorf("verify the record of %s: %w", owner, err)
		}
		report(out, owner, r)
		if !r.Holds() && wrong == "" {
			wrong = fmt.Sprintf("the record of %s does not hold: %s", owner, r.Wrong[0])
		}
	}
	if wrong != "" {
		return exit(1, wrong)
	}
	return nil
}

func report(out io.Writer, owner tilhor.OwnerID, r journal.Report) {
	fmt.Fprintf(out, "%s: %d entries in %d streams; %d in the tree, %d waiting\n", owner, r.Entries, r.Streams, r.Size, r.Pending)
	fmt.Fprintf(out, "  checkpoints: %d in the database, %d in the file", r.Checkpoints, r.Witnessed)
	if r.Newest.Size > 0 {
		fmt.Fprintf(out, "; the newest of %d entries at %s", r.Newest.Size, r.Newest.Time.Format(time.RFC3339))
	}
	fmt.Fprintf(out, "\n  content: %d compared, %d shredded on purpose, %d not compared\n", r.Opened, r.Shredded, r.Unread)
	for _, g := range r.Gaps {
		fmt.Fprintf(out, "  no checkpoint covered %s to %s\n", g.From.Format(time.RFC3339), g.To.Format(time.RFC3339))
	}
	for _, w := range r.Wrong {
		fmt.Fprintf(out, "  WRONG: %s\n", w)
	}
	if r.Holds() {
		fmt.Fprintln(out, "  all of it holds")
	}
}

// JournalCheckpointCmd prints a checkpoint, or a proof.
type JournalCheckpointCmd struct {
	Where
	Entry tilhor.EntryID `help:"Print the proof that this entry is in the tree, with the checkpoint."`
}

// Run first takes what waits into the tree, unless a server does so already.
func (c JournalCheckpointCmd) Run(app *App) error {
	ctx := context.Background()
	owner, keys, d, err := c.single(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	j := journal.New(keys)
	if _, err := j.Sequence(ctx, d, owner, app.Clock()); err != nil {
		return err
	}
	var text []byte
	err = d.Read(ctx, func(tx *db.Tx) error {
		if c.Entry != "" {
			text, err = j.Proof(tx, owner, c.Entry)
			return err
		}
		newest, err := j.Newest(tx, owner)
		text = newest.Note
		return err
	})
	if errors.Is(err, tilhor.ErrNotFound) && c.Entry != "" {
		return exit(1, "no such entry is in the tree")
	}
	if errors.Is(err, tilhor.ErrNotFound) {
		return exit(1, "nothing is signed yet: the record of "+string(owner)+" is empty")
	}
	if err != nil {
		return err
	}
	_, err = app.Out.Write(text)
	return err
}

// JournalExportCmd prints the record.
type JournalExportCmd struct{ Where }

// Run prints it; it holds no content and no secret.
func (c JournalExportCmd) Run(app *App) error {
	ctx := context.Background()
	owner, keys, d, err := c.single(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return journal.Export(ctx, d, owner, keys.Public(owner), app.Out)
}
