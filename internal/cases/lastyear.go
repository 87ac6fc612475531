package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

var selectLedOpen = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down') AND t.pupil <> ''
	AND ` + access.Scope(access.Lead, "t.id") + ` ORDER BY t.due_on, t.id`)

// LastYear lists the open cases of pupils in the school's last grade (10th, or
// 7th where the school ends there), for who leads them, and which grade that is:
// a case does not follow a pupil to the next school by itself, so what shall
// follow must be decided while the pupil is here. The grade is read from the
// class's name in the roster; a school whose last class is in another grade has
// no such list.
func (d *Desk) LastYear(ctx context.Context, by tilhor.Actor) (rows []Row, grade int, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if rows, grade, err = d.leaving(tx, by, now); err != nil {
			return err
		}
		if err := standing(tx, by.Owner, rows); err != nil {
			return err
		}
		return d.nameRows(tx, by.Owner, rows, now)
	})
	if err != nil || len(rows) == 0 {
		return rows, grade, err
	}
	return rows, grade, d.listed(ctx, by, "cases", rows, now)
}

// Leaving counts them, and shows none of them.
func (d *Desk) Leaving(ctx context.Context, by tilhor.Actor) (n int, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows, _, err := d.leaving(tx, by, d.Clock())
		n = len(rows)
		return err
	})
	return n, err
}

func (d *Desk) leaving(tx *db.Tx, by tilhor.Actor, now time.Time) (rows []Row, grade int, err error) {
	leads, err := d.leadsSchool(tx, by, now)
	if err == nil && !leads {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return nil, 0, err
	}
	if grade, err = d.lastGrade(tx, by); err != nil || grade == 0 {
		return nil, grade, err
	}
	var pupils []tilhor.PersonID
	err = tx.Each(selectLedOpen, func(scan db.Scan) error {
		t, err := trackRow(scan)
		rows, pupils = append(rows, Row{Track: t}), append(pupils, t.Pupil)
		return err
	}, access.Args(by, access.Lead, now)...)
	if err != nil {
		return nil, 0, err
	}
	classes, err := d.Roster.Classes(tx, by.Owner, today(now), compact(pupils)...)
	return slices.DeleteFunc(rows, func(r Row) bool { return roster.Year(classes[r.Pupil]) != grade }), grade, err
}

// lastGrade is the grade that pupils leave the actor's school from, 0 where that
// cannot be told from the classes.
func (d *Desk) lastGrade(tx *db.Tx, by tilhor.Actor) (last int, err error) {
	groups, err := d.Roster.Groups(tx, by.Owner, by.School, today(d.Clock()))
	for _, g := range groups {
		if g.Kind == roster.KindClass {
			last = max(last, roster.Year(g.Name))
		}
	}
	if last != 7 && last != 10 {
		last = 0
	}
	return last, err
}
