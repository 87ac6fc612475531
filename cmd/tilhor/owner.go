package main

import (
	"context"
	"fmt"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/law"
)

// ClosedCmd keeps the days without school (skolerute, opplæringslova § 14-1):
// what is counted in skoledagar leaves them out. They stop no duty of the act.
type ClosedCmd struct {
	Add  ClosedAddCmd  `cmd:"" help:"Add days without school."`
	Show ClosedShowCmd `cmd:"" help:"Show the days without school."`
}

// ClosedAddCmd adds the days from one date to another.
type ClosedAddCmd struct {
	Where
	School string `help:"One school, by its id or organisation number. Default: all of the owner's."`
	From   string `arg:"" help:"The first day, YYYY-MM-DD."`
	Until  string `arg:"" help:"The last day, YYYY-MM-DD."`
}

// Run adds them.
func (c ClosedAddCmd) Run(app *App) error {
	from, err := tilhor.ParseDate(c.From)
	if err != nil {
		return exit(2, fmt.Sprintf("%q: %v", c.From, err))
	}
	until, err := tilhor.ParseDate(c.Until)
	if err != nil {
		return exit(2, fmt.Sprintf("%q: %v", c.Until, err))
	}
	if until < from || until.Sub(from) > 120 {
		return exit(2, "the last day must be no earlier than the first, and within 120 days of it")
	}
	var days []tilhor.Date
	for d := from; d <= until; d = d.Add(1) {
		days = append(days, d)
	}
	return c.write(func(tx *db.Tx, owner tilhor.OwnerID, h *house) error {
		school := tilhor.SchoolID("")
		if c.School != "" {
			if school, err = h.roster.FindSchool(tx, owner, c.School); err != nil {
				return exit(2, "there is no such school")
			}
		}
		if err := duty.Shut(tx, owner, school, days...); err != nil {
			return err
		}
		return h.noted(tx, owner, "duty.closed", app.Clock())
	})
}

// ClosedShowCmd shows them.
type ClosedShowCmd struct {
	Where
	School string `help:"One school, with the days of all schools. Default: the days of all schools."`
}

// Run shows them, one a line.
func (c ClosedShowCmd) Run(app *App) error {
	return c.read(func(tx *db.Tx, owner tilhor.OwnerID, h *house) error {
		school := tilhor.SchoolID("")
		if c.School != "" {
			var err error
			if school, err = h.roster.FindSchool(tx, owner, c.School); err != nil {
				return exit(2, "there is no such school")
			}
		}
		closed, err := duty.Closed(tx, owner, school)
		var days []string
		for d := range closed {
			days = append(days, string(d))
		}
		sort.Strings(days)
		for _, d := range days {
			fmt.Fprintln(app.Out, d)
		}
		return err
	})
}

// NormCmd keeps the owner's own norms: always labelled local, stricter than
// guidance, never looser than a number in the act.
type NormCmd struct {
	Set  NormSetCmd  `cmd:"" help:"Set one norm."`
	Show NormShowCmd `cmd:"" help:"Show the norms, the owner's own and the proposals."`
}

// NormSetCmd sets one.
type NormSetCmd struct {
	Where
	Name string `arg:"" help:"The duty, as in: k12.plan."`
	N    int    `arg:"" help:"How many."`
	Unit string `arg:"" help:"Of what: hours, sameday, day, arbeidsdag, skoledag, week."`
}

// Run sets it.
func (c NormSetCmd) Run(app *App) error {
	return c.write(func(tx *db.Tx, owner tilhor.OwnerID, h *house) error {
		if err := duty.SetNorm(tx, owner, c.Name, law.Norm{N: c.N, Unit: law.Unit(c.Unit)}); err != nil {
			return exit(2, err.Error())
		}
		return h.noted(tx, owner, "duty.norm", app.Clock())
	})
}

// NormShowCmd shows them.
type NormShowCmd struct{ Where }

// Run shows every norm in force, and whose it is.
func (c NormShowCmd) Run(app *App) error {
	return c.read(func(tx *db.Tx, owner tilhor.OwnerID, h *house) error {
		own, err := duty.Norms(tx, owner)
		for _, row := range law.Rows() {
			n, whose := row.Local, "proposal"
			if o, set := own[string(row.ID)]; set {
				n, whose = o, "the owner's own"
			}
			if !n.None() {
				fmt.Fprintf(app.Out, "%-20s %-20s %s\n", row.ID, n, whose)
			}
		}
		return err
	})
}

// noted puts what the operator changed for the owner in the record.
func (h *house) noted(tx *db.Tx, owner tilhor.OwnerID, act string, now time.Time) error {
	_, err := h.journal.Append(tx, journal.Entry{Stream: "owner", Act: act, Subject: string(owner), When: tilhor.Now(now), By: operator(owner), Rule: "operator"})
	return err
}

func (w Where) write(do func(*db.Tx, tilhor.OwnerID, *house) error) error {
	return w.with(func(ctx context.Context, d *db.DB, run func(*db.Tx) error) error { return d.Write(ctx, run) }, do)
}

func (w Where) read(do func(*db.Tx, tilhor.OwnerID, *house) error) error {
	return w.with(func(ctx context.Context, d *db.DB, run func(*db.Tx) error) error { return d.Read(ctx, run) }, do)
}

// with opens the database and the keys of one owner for a command.
func (w Where) with(how func(context.Context, *db.DB, func(*db.Tx) error) error, do func(*db.Tx, tilhor.OwnerID, *house) error) error {
	ctx := context.Background()
	owner, keys, d, err := w.single(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	h := newHouse(d, keys, nil, nil)
	return how(ctx, d, func(tx *db.Tx) error { return do(tx, owner, h) })
}
