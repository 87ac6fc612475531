package cases

import (
	"context"
	"errors"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
)

// Whose a record of the family's is: what one parent writes, and what the school
// answers, is that one's own, and neither the other parent's nor the child's to
// know that there is.

// A Teller is who told what a record of a concern says, by name and role.
type Teller struct {
	Person tilhor.PersonID
	Role   tilhor.Role
	Raised bool // taken up with rektor: the week of § 12-6 began
}

// tellers finds who told, and as what, for each record of a concern.
func (d *Desk) tellers(tx *db.Tx, owner tilhor.OwnerID, f *File) (map[tilhor.RecordID]Teller, error) {
	all := map[tilhor.RecordID]Teller{}
	for _, r := range f.Of(Told) {
		c, err := concerns.Outline(tx, owner, tilhor.ConcernID(r.Ref))
		if errors.Is(err, tilhor.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all[r.ID] = Teller{c.Reporter, c.Role, c.TakenUp()}
	}
	return all, nil
}

// Letter says whether a record is what a parent wrote on its own page, also when
// that was to take the matter up with rektor.
func (r Record) Letter() bool {
	return r.Kind == HomeSaid || r.Kind == RaisedBy && r.Role == tilhor.RoleParent
}

// Letters are what parents wrote on their pages, oldest first.
func (f File) Letters() (all []Record) {
	for _, r := range f.Of(HomeSaid, RaisedBy) {
		if r.Letter() {
			all = append(all, r)
		}
	}
	return all
}

// ParentOf is the one parent whose own a record is, "" when it is no parent's:
// what that one wrote, what it was answered, and what it said to the school about
// what the parents do not agree on.
func (f File) ParentOf(r Record) tilhor.PersonID {
	switch {
	case r.Letter():
		return r.By
	case r.Kind == HomeAnswered:
		if to := f.Record(tilhor.RecordID(r.Ref)); to != nil {
			return f.ParentOf(*to)
		}
	case r.Kind == HomeHeard:
		return tilhor.PersonID(r.Ref)
	}
	return ""
}

// ofHome are the kinds of records that are about one of those at home, or about
// what is told them, or are the child's own page: each is somebody's own, or the
// school's, and none is anybody else's at home to know that there is.
var ofHome = map[Kind]bool{
	HomeDecided: true, HomeGiven: true, HomeInformed: true, HomeWords: true, HomePlan: true, HomeSaid: true, HomeAnswered: true,
	HomeHeard: true, HomeDisagree: true, MineSaid: true, MineWord: true, MineCode: true, MineLocked: true, InsightAsked: true, InsightDecided: true,
}

// OfHome says whether a record is one of those.
func (r Record) OfHome() bool { return ofHome[r.Kind] || r.Letter() }

// Theirs says whether a record of those is one person's own at home: a parent's
// own thread, and the child's own answers.
func (f File) Theirs(r Record, who tilhor.PersonID) bool {
	if who == "" {
		return false
	}
	switch r.Kind {
	case MineSaid, MineWord, MineCode, MineLocked:
		return who == f.Pupil
	}
	return f.ParentOf(r) == who
}

// RaisedOn is the day on which one of those at home last took the matter up with
// rektor itself, "" for never. What another of them took up is not said.
func (f File) RaisedOn(told map[tilhor.RecordID]Teller, who tilhor.PersonID) (day tilhor.Date) {
	for _, r := range f.Of(RaisedBy, Told) {
		t := told[r.ID]
		own := r.Letter() && r.By == who || t.Raised && t.Person == who && t.Role.Family() || r.Kind == RaisedBy && (r.Answer == "pupil" && who == f.Pupil || r.Answer == "parent" && r.Ref == string(who))
		if at := recordDay(r); who != "" && own && at > day {
			day = at
		}
	}
	return day
}

// windowOf is the way to Statsforvalteren since a day on which one of them took it
// up, counted both ways (§ 12-6); nil for no day.
func (f File) windowOf(day tilhor.Date) *duty.Window {
	if day == "" {
		return nil
	}
	for i := range f.Windows {
		if f.Windows[i].RaisedAt == day {
			return &f.Windows[i]
		}
	}
	return &duty.Window{Pupil: f.Code(), RaisedAt: day, CalendarWeek: calendar.AddWeeks(day, 1), Arbeidsdager: calendar.AddArbeidsdager(day, 5)}
}

// WindowsOf one of those at home are the ways to Statsforvalteren that are that
// one's own to see.
func (f Folder) WindowsOf(who tilhor.PersonID) []duty.Window {
	if w := f.windowOf(f.RaisedOn(f.Told, who)); w != nil {
		return []duty.Window{*w}
	}
	return nil
}

var selectRaised = db.SQL(`SELECT entry FROM cases_record WHERE owner = $1 AND track = $2 AND id = $3 AND kind = 'raised' AND by_person = $4 AND by_role = 'parent'`)

// RaisedReceipt is the receipt of what a parent took up with rektor in a case
// that is open to it: its own, and nobody else's. Of a protected child there is
// none to keep: it names a school.
func (d *Desk) RaisedReceipt(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID) (r journal.Receipt, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		s, err := d.shownAt(tx, by, slug, d.Clock())
		if err != nil {
			return err
		}
		if s.protected {
			return tilhor.ErrNotFound
		}
		var entry tilhor.EntryID
		if err := tx.One(selectRaised, db.Args(by.Owner, s.ID, id, by.Person), &entry); err != nil {
			return err
		}
		r, err = d.Journal.Receipt(tx, by.Owner, entry)
		return err
	})
	return r, err
}
