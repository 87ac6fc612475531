package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"tilhor"
	arkiv "tilhor/internal/archive" // archive is a file of backup here
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/interventions"
	"tilhor/internal/lang"
)

// ArchiveCmd hands cases over to the municipality's archive, and reads its
// receipts.
type ArchiveCmd struct {
	Export   ArchiveExportCmd   `cmd:"" help:"Write a package for each document that the archive has not been given. Broken off, it is run again and goes on."`
	Receipt  ArchiveReceiptCmd  `cmd:"" help:"Read the archive's receipts: what they are of is archived."`
	Settings ArchiveSettingsCmd `cmd:"" help:"Show how the archive wants it, and how long what is not kept for ever is kept."`
	Set      ArchiveSetCmd      `cmd:"" help:"Change one of the settings."`
	Sweep    ArchiveSweepCmd    `cmd:"" help:"Let go of what is no case and past its time, as serve does by itself."`
	Waits    ArchiveWaitsCmd    `cmd:"" help:"List the restricted concerns that wait for the archivist: no word and no name."`
	Show     ArchiveShowCmd     `cmd:"" help:"Show one of them to the archivist. It is a reading, and stands in the record."`
	Decide   ArchiveDecideCmd   `cmd:"" help:"The archivist's decision about one of them: kept, or discarded for good."`
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
	used := &interventions.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}
	talks := &dialogue.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Concerns: told, Clock: h.clock}
	return &arkiv.Desk{Dialogue: talks, DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Cases: worked, Concerns: told, Interventions: used, Hearings: h.hearings(), Bodies: &bodies.Desk{DB: h.db, Keys: h.keys, Journal: h.journal, Roster: h.roster, Clock: h.clock}, Clock: h.clock}
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
	waits, err := h.archive().Waits(ctx, owner)
	switch {
	case err != nil:
		x.wrong("%s", err)
	case len(waits) > 0:
		x.nag("%d concerns of %s that are no case wait for the archivist: tilhor archive waits", len(waits), owner)
	}
}

// ArchiveSweepCmd lets go of what is no case.
type ArchiveSweepCmd struct {
	Where
	DryRun bool `help:"Count what would be restricted and shredded, and do nothing."`
}

// Run sweeps once, and says how much: never which.
func (c ArchiveSweepCmd) Run(app *App) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	owner, h, err := c.house(ctx, app)
	if err != nil {
		return err
	}
	defer h.db.Close()
	s, err := h.archive().Sweep(ctx, operator(owner), c.DryRun)
	would := map[bool]string{true: "would be ", false: ""}[c.DryRun]
	fmt.Fprintf(app.Out, "%d concerns that are no case %srestricted; %d anonymous tips %sshredded; %d years of readings %sshredded; %d suggestions and %d parent groups %sshredded; %d wait for the archivist\n",
		s.Restricted, would, s.Shredded, would, s.Readings, would, s.Ideas, s.Circles, would, s.Waiting)
	if err != nil {
		return err
	}
	return h.noteShreddings(ctx, owner)
}

// noteShreddings writes what was shredded into the file beside the owner key.
func (h *house) noteShreddings(ctx context.Context, owner tilhor.OwnerID) error {
	_, err := h.keys.NoteShreddings(ctx, h.db, owner, h.clock())
	return err
}

// ArchiveWaitsCmd lists what waits for the archivist.
type ArchiveWaitsCmd struct{ Where }

// Run lists ids and days.
func (c ArchiveWaitsCmd) Run(app *App) error {
	ctx := context.Background()
	owner, h, err := c.house(ctx, app)
	if err != nil {
		return err
	}
	defer h.db.Close()
	all, err := h.archive().Waits(ctx, owner)
	for _, x := range all {
		fmt.Fprintf(app.Out, "%s  left as not a case %s (%s)  restricted %s  %s\n", x.ID, calendar.DateOf(x.DecidedAt), x.Why, calendar.DateOf(x.RestrictedAt), x.School)
	}
	return err
}

// ArchiveShowCmd shows one of them.
type ArchiveShowCmd struct {
	Where
	ID tilhor.ConcernID `arg:"" help:"Its id, from tilhor archive waits."`
}

// Run shows its words, after the entry of the reading is written.
func (c ArchiveShowCmd) Run(app *App) error {
	ctx := context.Background()
	owner, h, err := c.house(ctx, app)
	if err != nil {
		return err
	}
	defer h.db.Close()
	x, err := h.archive().Show(ctx, operator(owner), c.ID)
	if errors.Is(err, tilhor.ErrNotFound) {
		return exit(1, "no restricted concern with this id waits for the archivist")
	}
	if err != nil {
		return err
	}
	w := lang.For(tilhor.Bokmal)
	for _, p := range x.Pupils {
		shown(app, "pupil", strings.TrimSpace(p.Name+" "+p.Class+" "+p.Described))
	}
	shown(app, "told by", x.From)
	shown(app, "told", w.DateTime(x.Written))
	shown(app, "happened", w.Moment(x.Happened))
	shown(app, "place", x.Place)
	shown(app, "the child's words", x.Said)
	shown(app, "what was seen", x.Saw)
	shown(app, "what the school is asked to do", x.Hope)
	shown(app, "left as not a case", w.DateTime(x.DecidedAt)+", "+x.Why)
	shown(app, "the reason", x.Reason)
	return nil
}

func shown(app *App, term, text string) {
	if text != "" {
		fmt.Fprintf(app.Out, "%s: %s\n", term, strings.Map(func(r rune) rune { // a terminal obeys what stands between letters
			if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
				return utf8.RuneError
			}
			return r
		}, text))
	}
}

// ArchiveDecideCmd is the archivist's decision.
type ArchiveDecideCmd struct {
	Where
	ID   tilhor.ConcernID `arg:"" help:"Its id, from tilhor archive waits."`
	What string           `arg:"" enum:"keep,discard" help:"keep: it stays, out of everybody's reach. discard: its key is shredded, and nobody can ever read it again."`
	Why  string           `help:"The reason. Default: what standard input says, so that it stands in no history of commands."`
}

// Run decides.
func (c ArchiveDecideCmd) Run(app *App) error {
	ctx := context.Background()
	owner, h, err := c.house(ctx, app)
	if err != nil {
		return err
	}
	defer h.db.Close()
	if c.Why == "" {
		text, err := io.ReadAll(io.LimitReader(app.In, 1<<16))
		if err != nil {
			return exit(2, "the reason cannot be read")
		}
		c.Why = string(text)
	}
	err = h.archive().Decide(ctx, operator(owner), c.ID, c.What == "keep", c.Why)
	if f := tilhor.FaultsOf(err); f != nil {
		return exit(2, lang.For(tilhor.English).T(f[0].Key))
	}
	if errors.Is(err, tilhor.ErrNotFound) {
		return exit(1, "no restricted concern with this id waits for the archivist")
	}
	if err != nil {
		return err
	}
	return h.noteShreddings(ctx, owner)
}

// sweepArchive is Sweep as serve does it by itself.
func (h *house) sweepArchive(ctx context.Context, owner tilhor.OwnerID) error {
	_, err := h.archive().Sweep(ctx, operator(owner), false)
	return err
}
