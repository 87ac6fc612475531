package circles

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// Share lets the school read the agreements, or no longer: whose they are decides it.
func (d *Desk) Share(ctx context.Context, by tilhor.Actor, slug string, yes bool) error {
	now := d.Clock()
	act, shared := actUnshare, 0
	if yes {
		act, shared = actShared, 1
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, err := d.opened(tx, by, slug, calendar.DateOf(now))
		if err == nil && !c.Mine {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		if n, err := tx.Exec(shareCircle, by.Owner, c.ID, shared); err != nil || n == 0 {
			return err
		}
		return d.tell(tx, by, c, act, c.ID, now)
	})
}

// AtSchool is what a school sees: which groups exist, and the agreements of those that
// share them. What they plan and do is theirs.
func (d *Desk) AtSchool(ctx context.Context, by tilhor.Actor) (all []Circle, err error) {
	if !by.Role.Staff() || by.School == access.Owner {
		return nil, tilhor.ErrNotFound
	}
	on := calendar.DateOf(d.Clock())
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = d.read(tx, by.Owner, on, circlesAt, by.Owner, by.School); err != nil {
			return err
		}
		for i := range all {
			if !all[i].Shared {
				continue
			}
			if err := d.fill(tx, by.Owner, &all[i]); err != nil {
				return err
			}
			all[i].Plans, all[i].Proposals, all[i].Before, all[i].Agreed.Next, all[i].Agreed.Where = nil, nil, nil, "", ""
		}
		return nil
	})
	return all, err
}
