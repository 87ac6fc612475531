package circles

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
)

func (a *Agreed) check(on tilhor.Date) error {
	var f tilhor.Faults
	a.Words, a.Where = strings.TrimSpace(a.Words), strings.TrimSpace(a.Where)
	known := true
	for _, c := range a.Choices {
		known = known && slices.Contains(Agreements, c)
	}
	other := slices.Contains(a.Choices, Other)
	f.Add(len(a.Choices) == 0 || !known, "choices", "circles.fault.choices")
	f.Add(other && a.Words == "", "words", "circles.fault.words")
	f.Add(utf8.RuneCountInString(a.Words) > maxText, "words", "circles.fault.long")
	f.Add(a.Next != "" && a.Next < on, "next", "circles.fault.past")
	f.Add(utf8.RuneCountInString(a.Where) > maxWhere, "where", "circles.fault.where-long")
	f.Add(!a.NoPupil && firstnames.Any(a.Words, a.Where), "no-pupil", "circles.fault.name")
	return f.Err()
}

// Start makes the group of a class or a year, with its first agreements: one parent
// can do it, from the kit. Who is second finds the one that is there.
func (d *Desk) Start(ctx context.Context, by tilhor.Actor, unit string, a Agreed) (slug string, err error) {
	now := d.Clock()
	on := calendar.DateOf(now)
	fault := tilhor.FaultsOf(a.check(on))
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := d.reader(tx, by, on)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(p.units, func(u Unit) bool { return d.key(by, u) == unit })
		f := slices.Clone(fault)
		f.Add(i < 0, "unit", "circles.fault.unit")
		if err := f.Err(); err != nil {
			return err
		}
		u := p.units[i]
		there, err := d.rows(tx, by.Owner, on, circleOf, by.Owner, u.School, u.Cohort, u.Class)
		if err != nil {
			return err
		}
		if len(there) > 0 && there[0].gone {
			err = Forget(tx, by.Owner, there[0].ID)
		} else if len(there) > 0 {
			err = tilhor.Faults{{Field: "unit", Key: "circles.fault.there"}}
		}
		if err != nil {
			return err
		}
		c := Circle{ID: tilhor.NewID(), Slug: tilhor.NewSlug(), Unit: u}
		if _, err := tx.Exec(insertCircle, by.Owner, c.ID, c.Slug, u.School, u.Cohort, u.Class); db.Unique(err) { // another parent, in the same moment
			return tilhor.Faults{{Field: "unit", Key: "circles.fault.there"}}
		} else if err != nil {
			return err
		}
		slug = c.Slug
		return d.line(tx, by, c, actAgreed, agreed, a, now)
	})
	return slug, err
}

// Agree writes the agreements anew, when they are the writer's to change; else they are
// proposed to the one whose they are, and what stands goes on. One parent has one proposal
// there: a new one takes its place.
func (d *Desk) Agree(ctx context.Context, by tilhor.Actor, slug string, a Agreed) (only bool, err error) {
	now := d.Clock()
	on := calendar.DateOf(now)
	fault := a.check(on)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := d.opened(tx, by, slug, on)
		if err == nil {
			err = fault
		}
		if err != nil {
			return err
		}
		if only = !c.Mine; only {
			for _, v := range c.Proposals {
				if v.person != by.Person {
					continue
				}
				if err := d.end(tx, by, c, v.ID, now); err != nil {
					return err
				}
			}
			if err := d.room(tx, by, c, "choices"); err != nil {
				return err
			}
			return d.line(tx, by, c, actProposed, proposed, a, now)
		}
		return d.line(tx, by, c, actAgreed, agreed, a, now)
	})
	return only, err
}

// Accept lets what another proposed hold, as that parent's own words.
func (d *Desk) Accept(ctx context.Context, by tilhor.Actor, slug, line string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := d.opened(tx, by, slug, calendar.DateOf(now))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.Proposals, func(v Version) bool { return v.ID == line })
		if i < 0 || !c.Mine {
			return tilhor.ErrNotFound
		}
		if err := d.end(tx, by, c, line, now); err != nil {
			return err
		}
		v := c.Proposals[i]
		return d.lineOf(tx, by, v.person, c, actAgreed, agreed, v.Agreed, now)
	})
}
