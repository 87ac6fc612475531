package cases

import (
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// Readers are those at home who may read a track, and the pupil where a person
// has decided that the pupil is told in its own right (from fifteen): for the
// mails that say that there is something to read. A track of a protected pupil
// has none: a mail is read over a shoulder.
func (d *Desk) Readers(tx *db.Tx, owner tilhor.OwnerID, track string, now time.Time) (all []tilhor.PersonID, err error) {
	t, err := d.byID(tx, owner, tilhor.TrackID(track))
	if err != nil || t.Pupil == "" {
		return nil, err
	}
	if protected, err := d.Roster.AnyProtected(tx, owner, t.Pupil); err != nil || protected {
		return nil, err
	}
	home, err := d.Roster.Guardians(tx, owner, t.Pupil, today(now))
	if err != nil {
		return nil, err
	}
	for _, g := range home {
		open, err := d.shownTo(tx, tilhor.Actor{Owner: owner, Person: g.ID, Role: tilhor.RoleParent}, now)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(open, func(s shown) bool { return s.ID == t.ID && !s.protected }) {
			all = append(all, g.ID)
		}
	}
	if fifteen, err := d.fifteen(tx, owner, t.Pupil, now); err != nil || !fifteen {
		return all, err
	}
	return append(all, t.Pupil), nil
}

// Answered is the parent whom a record answers, when that one may read it still;
// "" for a record that answers nobody.
func (d *Desk) Answered(tx *db.Tx, owner tilhor.OwnerID, track, record string, now time.Time) (tilhor.PersonID, error) {
	all, err := d.records(tx, owner, tilhor.TrackID(track), nil)
	if err != nil {
		return "", err
	}
	f := File{Records: all}
	r := f.Record(tilhor.RecordID(record))
	if r == nil || f.ParentOf(*r) == "" {
		return "", nil
	}
	open, err := d.shownTo(tx, tilhor.Actor{Owner: owner, Person: f.ParentOf(*r), Role: tilhor.RoleParent}, now)
	if err != nil || !slices.ContainsFunc(open, func(s shown) bool { return string(s.ID) == track && !s.protected }) {
		return "", err
	}
	return f.ParentOf(*r), nil
}

func (d *Desk) fifteen(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, now time.Time) (bool, error) {
	all, err := d.Roster.Decided(tx, owner, pupil)
	return err == nil && roster.Stands(all, roster.Fifteen, roster.NotFifteen, "", today(now)) != nil, err
}

// MayMail says whether a parent, or a pupil, may be sent a mail that says that
// there is something to read: a parent who is told something of at least one
// child; a pupil of fifteen about whom that is decided; nobody with a protected address
// or whose child has one. Of a child that a parent is barred from nothing is queued; what
// was found before the bar is not sent, whichever child it was of.
func (d *Desk) MayMail(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, found, now time.Time) (bool, error) {
	if protected, err := d.Roster.AnyProtected(tx, owner, person); err != nil || protected {
		return false, err
	}
	if barred, err := d.Roster.BarredSince(tx, owner, person, found.Add(-time.Millisecond), today(now)); err != nil || barred {
		return false, err
	}
	wards, err := d.Roster.Wards(tx, owner, person, today(now))
	if err != nil {
		return false, err
	}
	if len(wards) == 0 {
		return d.fifteen(tx, owner, person, now)
	}
	may := false
	for child, g := range wards {
		if protected, err := d.Roster.AnyProtected(tx, owner, child); err != nil || protected {
			return false, err
		}
		x := atHome{on: today(now)}
		if x.all, err = d.Roster.Decided(tx, owner, child); err != nil {
			return false, err
		}
		may = may || tells(&g, x).May != roster.TellNothing
	}
	return may, nil
}

var selectByID = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.id = $2`)

// byID is a track whoever asks: for what the program itself does.
func (d *Desk) byID(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID) (t Track, err error) {
	found := false
	err = tx.Each(selectByID, func(scan db.Scan) error {
		found = true
		t, err = trackRow(scan)
		return err
	}, owner, string(id))
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return t, err
}
