package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tilhor"
	arkiv "tilhor/internal/archive" // archive is a file of backup here
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
)

// ArchiveCmd hands cases over to the municipality's archive, and reads its
// receipts.
type ArchiveCmd struct {
	Export   ArchiveExportCmd   `cmd:"" help:"Write a package for each document that the archive has not been given. Broken off, it is run again and goes on."`
	Receipt  ArchiveReceiptCmd  `cmd:"" help:"Read the archive's receipts: what they are of is archived."`
	Settings ArchiveSettingsCmd `cmd:"" help:"Show how the archive wants it, and how long what is not kept for ever is kept."`
	Set      ArchiveSetCmd      `cmd:"" help:"Change one of the settings."`
}

// ArchiveExportCmd writes the packages.
type ArchiveExportCmd struct {
	Where
	To        string `required:"" help:"The folder for the packages; nobody else may read it."`
	Protected bool   `help:"Also cases of children with a protected address. Give them to the archive as it wants such cases."`
	Again     bool   `help:"Also what was exported before and has no receipt, as when the folder was lost."`
}

// Run writes them, and says how far it came also when it is stopped.
func (c ArchiveExportCmd) Run(app *App) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	owner, h, err := c.house(ctx, app)
	if err != nil {
		return err
	}
	defer h.db.Close()
	if within(c.To, c.keysDir()) {
		return exit(2, "the packages would lie with the keys: give another folder")
	}
	r, err := h.archive().Export(ctx, operator(owner), arkiv.Export{To: c.To, Protected: c.Protected, Again: c.Again, Tell: func(done, total int) {
		if done%100 == 0 && done < total {
			fmt.Fprintf(app.Out, "%d of %d\n", done, total)
		}
	}})
	fmt.Fprintf(app.Out, "%d packages written\n", r.Written)
	if r.Protected > 0 {
		fmt.Fprintf(app.Out, "%d cases were left out: a child in them has a protected address. They go with --protected\n", r.Protected)
	}
	if r.Shredded > 0 {
		fmt.Fprintf(app.Out, "%d cases cannot be opened: their key was shredded\n", r.Shredded)
	}
	if errors.Is(err, context.Canceled) {
		return exit(1, fmt.Sprintf("stopped: %d packages are left. Run it again, and it goes on", r.Left))
	}
	if err != nil {
		return exit(1, err.Error()+": run it again, and it goes on")
	}
	return nil
}

// ArchiveReceiptCmd reads receipts.
type ArchiveReceiptCmd struct {
	Where
	Files []string `arg:"" name:"file" help:"Receipts (arkivmeldingKvittering), as the archive gave them."`
}

// Run reads all of them, or none.
func (c ArchiveReceiptCmd) Run(app *App) error {
	ctx := context.Background()
	var all []arkiv.Given
	for _, name := range c.Files {
		data, err := readSmall(nil, name)
		if err != nil {
			return exit(2, err.Error())
		}
		all = append(all, arkiv.Given{Name: name, Data: data})
	}
	owner, h, err := c.house(ctx, app)
	if err != nil {
		return err
	}
	defer h.db.Close()
	marked, before, err := h.archive().Receive(ctx, operator(owner), all...)
	var r arkiv.Refusal
	if errors.As(err, &r) {
		return exit(1, err.Error()+". Nothing was marked")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "%d documents are archived; %d were already\n", marked, before)
	return nil
}

// ArchiveSettingsCmd shows the settings.
type ArchiveSettingsCmd struct{ Where }

// Run shows every setting, and whose it is.
func (c ArchiveSettingsCmd) Run(app *App) error {
	return c.read(func(tx *db.Tx, owner tilhor.OwnerID, _ *house) error {
		values, own, err := arkiv.SettingsOf(tx, owner)
		for _, s := range arkiv.Settings {
			whose := "proposal"
			if own[s.Name] {
				whose = "the owner's own"
			}
			fmt.Fprintf(app.Out, "%-15s %-45q %-16s %s\n", s.Name, values[s.Name], whose, s.Means)
		}
		return err
	})
}

// ArchiveSetCmd changes one.
type ArchiveSetCmd struct {
	Where
	Name  string `arg:"" help:"The setting, as in: class."`
	Value string `arg:"" help:"What it shall be."`
}

// Run changes it.
func (c ArchiveSetCmd) Run(app *App) error {
	return c.write(func(tx *db.Tx, owner tilhor.OwnerID, h *house) error {
		h.clock = app.Clock
		if err := h.archive().Set(tx, operator(owner), c.Name, c.Value); err != nil {
			return exit(2, err.Error())
		}
		return nil
	})
}

// house opens the database and the keys of one owner, and the rooms over them.
func (w Where) house(ctx context.Context, app *App) (tilhor.OwnerID, *house, error) {
	owner, keys, d, err := w.single(ctx)
	if err != nil {
		return "", nil, err
	}
	return owner, newHouse(d, keys, app.Clock, nil), nil
}

// archive is the desk of the archive, over the rooms it reads.
func (h *house) archive() *arkiv.Desk {
	told := &concerns.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	worked := &cases.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock}
	return &arkiv.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Cases: worked, Concerns: told, Clock: h.clock}
}

// unsentDays is when the archivist is told (adj.archive): it is no time limit,
// there is none.
const unsentDays = 90

// asksForArchive says how many closed cases the archive has not been given:
// never which.
func (x *doctor) asksForArchive(ctx context.Context, h *house, owner tilhor.OwnerID, now time.Time) {
	n, err := h.archive().Unsent(ctx, owner, unsentDays, now)
	switch {
	case err != nil:
		x.wrong("%s", err)
	case n > 0:
		x.nag("%d cases of %s were closed more than %d days ago and are not in the archive: run tilhor archive export, and read its receipts (bevaringsforskrifta § 40)", n, owner, unsentDays)
	default:
		x.good("no case of %s has waited for the archive for more than %d days", owner, unsentDays)
	}
}
