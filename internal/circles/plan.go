package circles

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
)

func (p *Plan) check() error {
	var f tilhor.Faults
	p.What = strings.TrimSpace(p.What)
	if p.Part != Meeting {
		p.Kit = ""
	}
	f.Add(p.Part != Activity && p.Part != Meeting, "part", "circles.fault.part")
	f.Add(p.What == "" && p.Kit == "", "what", "circles.fault.what")
	f.Add(p.Kit != "" && Kits[p.Kit] == nil, "kit", "circles.fault.kit")
	f.Add(utf8.RuneCountInString(p.What) > maxText, "what", "circles.fault.long")
	f.Add(p.Part == Meeting && p.On == "", "on", "circles.fault.on")
	f.Add(!p.NoPupil && firstnames.Any(p.What), "no-pupil", "circles.fault.name")
	return f.Err()
}

// Add writes an activity, or a meeting and what is taken up there.
func (d *Desk) Add(ctx context.Context, by tilhor.Actor, slug string, p Plan) error {
	now := d.Clock()
	fault := p.check()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := d.in(tx, by, slug, calendar.DateOf(now))
		if err == nil {
			err = fault
		}
		if err != nil {
			return err
		}
		if err := d.room(tx, by, c, "what"); err != nil {
			return err
		}
		return d.line(tx, by, c, actPlanned, p.Part, p, now)
	})
}

// room refuses more than a group can look over.
func (d *Desk) room(tx *db.Tx, by tilhor.Actor, c Circle, at string) error {
	var n int
	err := tx.One(countPlans, db.Args(by.Owner, c.ID), &n)
	if err == nil && n >= maxPlans {
		err = tilhor.Faults{{Field: at, Key: "circles.fault.many"}}
	}
	return err
}

// Remove takes an activity, a meeting or a proposal away: who wrote it does, or who
// began the group; and a proposal, whose the agreements are. That it stood there stays
// in the record.
func (d *Desk) Remove(ctx context.Context, by tilhor.Actor, slug, line string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := d.opened(tx, by, slug, calendar.DateOf(now))
		if err != nil {
			return err
		}
		may := slices.ContainsFunc(c.Plans, func(p Plan) bool { return p.ID == line && p.Mine }) ||
			slices.ContainsFunc(c.Proposals, func(v Version) bool { return v.ID == line && (v.Mine || c.Mine) })
		if !may {
			return tilhor.ErrNotFound
		}
		return d.end(tx, by, c, line, now)
	})
}

func (d *Desk) end(tx *db.Tx, by tilhor.Actor, c Circle, line string, now time.Time) error {
	if _, err := tx.Exec(goneLine, by.Owner, c.ID, line, now.UnixMilli()); err != nil {
		return err
	}
	return d.tell(tx, by, c, actGone, line, now)
}
