package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// JournalCmd checks the record and hands it out.
type JournalCmd struct {
	Verify     JournalVerifyCmd     `cmd:"" help:"Recompute the whole record; exit 1 and name every entry that is wrong."`
	Checkpoint JournalCheckpointCmd `cmd:"" help:"Sign what is new, and print the newest checkpoint or the proof of one entry."`
	Export     JournalExportCmd     `cmd:"" help:"Print the record as JSON lines, for a verifier that is not ours (cmd/recount)."`
}

// JournalVerifyCmd recomputes streams, content, tree and checkpoints.
type JournalVerifyCmd struct {
	Where
	Key  string   `help:"The public key (owner.pub) as you were given it elsewhere. Default: the one beside the keys." placeholder:"FILE"`
	Held []string `help:"Checkpoints, proofs or receipts that somebody else holds, to compare with." placeholder:"FILE"`
}

// Run verifies every owner named.
func (c JournalVerifyCmd) Run(app *App) error {
	ctx := context.Background()
	keys, d, err := c.both(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	var a journal.Against
	if (c.Key != "" || len(c.Held) > 0) && len(keys.Owners()) > 1 {
		return exit(2, "--key and --held are of one owner: say which with --owner")
	}
	if c.Key != "" {
		public, err := os.ReadFile(c.Key)
		if err != nil {
			return exit(2, err.Error())
		}
		a.Public = string(public)
	}
	for _, name := range c.Held {
		file, err := os.ReadFile(name)
		if err != nil {
			return exit(2, err.Error())
		}
		a.Held = append(a.Held, journal.Held{Name: name, File: file})
	}
	return verifyAgainst(ctx, app.Out, d, keys, a)
}

// verifyAll verifies every owner whose keys are open; its error ends the program
// with 1 when a record does not hold.
func verifyAll(ctx context.Context, out io.Writer, d *db.DB, keys *seal.Keys) error {
	return verifyAgainst(ctx, out, d, keys, journal.Against{})
}

func verifyAgainst(ctx context.Context, out io.Writer, d *db.DB, keys *seal.Keys, a journal.Against) error {
	wrong := ""
	a.Keys = keys
	for _, owner := range keys.Owners() {
		r, err := verifyBeside(owner, a, func(a journal.Against) (journal.Report, error) { return journal.Verify(ctx, d, owner, a) })
		if err != nil {
			return err
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

// noted waits as long as a shredding takes from one machine to the list of another.
var noted = func() { <-time.After(2 * time.Second) }

// verifyBeside verifies with the files that lie beside the owner's keys. They are
// read before the database is: what a server shredded in between is in the one and
// not in the other, and what another machine shredded comes to this one's list a second
// later. So when shreddings do not agree all is looked at again, after a moment, and
// as long as the list grows; whoever altered the database does not gain by it.
func verifyBeside(owner tilhor.OwnerID, a journal.Against, verify func(journal.Against) (journal.Report, error)) (r journal.Report, err error) {
	for look := range 5 { // a server may go on shredding
		for name, to := range map[string]*[]byte{seal.CheckpointsFile: &a.File, seal.ShreddedFile: &a.Shredded} {
			text, err := a.Keys.File(owner, name)
			if err != nil {
				return r, exit(2, err.Error())
			}
			*to = append([]byte{}, text...) // a file that is not there is an empty one, not one to leave out
		}
		if r, err = verify(a); err != nil {
			return r, fmt.Errorf("verify the record of %s: %w", owner, err)
		}
		if !slices.ContainsFunc(r.Wrong, func(w journal.Wrong) bool { return w.Kind == journal.Shreds }) {
			break
		}
		if look == 0 {
			noted()
			continue
		}
		now, err := a.Keys.File(owner, seal.ShreddedFile)
		if err != nil {
			return r, exit(2, err.Error())
		}
		if len(now) <= len(a.Shredded) {
			break
		}
	}
	return r, nil
}

func report(out io.Writer, owner tilhor.OwnerID, r journal.Report) {
	fmt.Fprintf(out, "%s: %d entries in %d streams; %d in the tree, %d waiting\n", owner, r.Entries, r.Streams, r.Size, r.Pending)
	fmt.Fprintf(out, "  checkpoints: %d in the database, %d in the file", r.Checkpoints, r.Witnessed)
	if r.Compared > 0 {
		fmt.Fprintf(out, ", %d that others hold", r.Compared)
	}
	if r.Newest.Size > 0 {
		fmt.Fprintf(out, "; the newest of %d entries at %s", r.Newest.Size, r.Newest.Time.Format(time.RFC3339))
	}
	fmt.Fprintf(out, "\n  content: %d compared, %d shredded on purpose, %d not compared; %d rows compared\n", r.Opened, r.Shredded, r.Unread, r.Rows)
	for _, s := range r.Shreddings {
		fmt.Fprintf(out, "  shredded on purpose: %s %s, %s, %d pieces of content; %s\n", s.Kind, s.Thing, s.At.Format(time.RFC3339), s.Parts, saysSo(s))
	}
	for _, g := range r.Gaps {
		fmt.Fprintf(out, "  no checkpoint covered %s to %s\n", g.From.Format(time.RFC3339), g.To.Format(time.RFC3339))
	}
	for _, w := range r.Wrong {
		fmt.Fprintf(out, "  WRONG: %s\n", w)
	}
	if r.More > 0 {
		fmt.Fprintf(out, "  and %d more like these\n", r.More)
	}
	if r.Holds() {
		fmt.Fprintln(out, "  all of it holds")
		return
	}
	advise(out, r)
}

// saysSo tells what speaks of a shredding: an auditor asks for the rest.
func saysSo(s journal.Shredding) string {
	switch {
	case s.Entry != "":
		return "entry " + string(s.Entry) + " says so"
	case s.Noted:
		return "the file beside the key says so, but no entry of the record: ask who decided it"
	}
	return "nothing says so yet, neither an entry nor the file beside the key: ask who decided it"
}

// means is what a kind of wrong means, and what to do, in one line; the guide's
// table says the same at length.
var means = map[journal.Kind]string{
	journal.Changed:    "somebody wrote to the database past the program. Read the entry in the newest backup where it holds",
	journal.Missing:    "somebody deleted from the database. Look for the entry in the newest backup that has it",
	journal.Inserted:   "somebody wrote an entry without the program and its keys. It proves nothing, and never enters the tree",
	journal.Moved:      "somebody wrote to the database past the program. The text of the entry says where it belongs",
	journal.Head:       "somebody changed where a stream ends, to hide or to add an entry. The entries themselves are checked above",
	journal.Tree:       "somebody changed the tree above the entries. The entries and the signed checkpoints still show what was written",
	journal.Signed:     "a checkpoint is not the owner's, or is missing in one of the two places. Compare with those that others hold (--held)",
	journal.RolledBack: "this is an older database, or its end was cut off. If a backup was restored: docs/guide/record.md, Backup and restore",
	journal.Words:      "the words are not those that the entry commits to. They can be had from a backup; the entry proves which are genuine",
	journal.Row:        "what pages show beside the words was changed. The entry says who did what, and when",
	journal.Opener:     "words can no longer be opened, though nobody shredded them. The key can be had from a backup of the database",
	journal.Shreds:     "what was shredded, and what says so, do not agree. Ask who decided it, before anything is served",
}

func advise(out io.Writer, r journal.Report) {
	said := map[journal.Kind]bool{}
	fmt.Fprintln(out, "  what it means (more in docs/guide/record.md):")
	for _, w := range r.Wrong {
		if !said[w.Kind] {
			said[w.Kind] = true
			fmt.Fprintf(out, "    %s: %s.\n", w.Kind, means[w.Kind])
		}
	}
	fmt.Fprintln(out, "  what to do now: change nothing. Stop the server, copy the database and the folder of keys as they are,")
	fmt.Fprintln(out, "  and write down who found this and when. Then compare with a backup, and with what others hold (--held).")
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
	_, forged := j.Sequence(ctx, d, owner, app.Clock)
	// A server beside this command signs on at once, and not when the lease runs out.
	if err := j.Rest(ctx, d, owner); err != nil || forged != nil && (!errors.Is(forged, journal.ErrForged) || errors.Is(forged, journal.ErrForked)) {
		return errors.Join(forged, err)
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
	if altered := (journal.Altered{}); errors.As(err, &altered) {
		return exit(1, altered.Error())
	}
	if errors.Is(err, tilhor.ErrNotFound) && c.Entry != "" {
		return exit(1, "no such entry is in the tree")
	}
	if errors.Is(err, tilhor.ErrNotFound) {
		return exit(1, "nothing is signed yet: the record of "+string(owner)+" is empty")
	}
	if err != nil {
		return err
	}
	_, err = app.Out.Write(text) // the archive has it also when the record holds what another put in
	return errors.Join(forged, err)
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
