package privacy

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Reading is one opening, as the officer sees it: who, in which role, where,
// what kind of page and by which rule; and a number for the thing that says
// nothing of whose it is.
type Reading struct {
	Entry  tilhor.EntryID
	Number string
	Person tilhor.PersonID
	Name   string
	Role   tilhor.Role
	School tilhor.SchoolID
	View   string
	Rule   string
	At     time.Time
}

// A ReadingFilter narrows the log, and says where a page goes on.
type ReadingFilter struct {
	Rule   string          // glass: only emergency access
	School tilhor.SchoolID // only those at one school
	Person tilhor.PersonID // only those by one person
	After  string          // the cursor of the page before
}

// readingsShown is how many a page shows, and readingsSought how many are looked
// through for it.
const (
	readingsShown  = 50
	readingsSought = 2000
)

// Number is what the officer and the school call a thing between them: the first
// characters of its random id.
func Number(thing string) string {
	if len(thing) > 8 {
		thing = thing[:8]
	}
	return thing
}

// Readings is the log across the owner's schools, the newest first, for the
// officer alone. It is without content, and that it was looked at stands in it.
func (d *Desk) Readings(ctx context.Context, by tilhor.Actor, f ReadingFilter) (all []Reading, next string, err error) {
	if err := officer(by); err != nil {
		return nil, "", err
	}
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, next = nil, ""
		fits := func(r journal.Reading) bool {
			return (f.Rule == "" || r.Rule == f.Rule) && (f.School == "" || r.School == f.School) && (f.Person == "" || r.Person == f.Person)
		}
		list, after, err := d.Journal.Views(tx, by.Owner, f.After, readingsShown, readingsSought, fits)
		if err != nil {
			return err
		}
		next = after
		var ids []tilhor.PersonID
		for _, r := range list {
			all = append(all, Reading{Entry: r.Entry, Number: Number(r.Subject), Person: r.Person, Role: r.Role, School: r.School, View: r.View, Rule: r.Rule, At: r.At})
			ids = append(ids, r.Person)
		}
		names, err := d.Roster.Names(tx, by.Owner, ids...)
		for i := range all {
			if all[i].Role != tilhor.RolePupil && all[i].Role != tilhor.RoleParent { // staff have names here; children and homes do not
				all[i].Name = names[all[i].Person]
			}
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return all, next, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.Seen(tx, by, journal.ReadingsOf("owner"), "owner", "log", "dpo", now)
	})
}

var glassAll = db.SQL(`SELECT ` + openingColumns + ` FROM privacy_glass WHERE owner = $1 AND track <> ''
	ORDER BY CASE WHEN verdict = '' THEN 0 ELSE 1 END, opened_at DESC, id LIMIT 100`)

// Openings are the emergency accesses at the owner's schools, those nobody has
// looked at first.
func (d *Desk) Openings(ctx context.Context, by tilhor.Actor) (all []Opening, err error) {
	if err := officer(by); err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = openings(tx, glassAll, by.Owner); err != nil {
			return err
		}
		var ids []tilhor.PersonID
		for _, o := range all {
			ids = append(ids, o.Person)
		}
		names, err := d.Roster.Names(tx, by.Owner, ids...)
		for i := range all {
			all[i].Name = names[all[i].Person]
		}
		return err
	})
	return all, err
}
