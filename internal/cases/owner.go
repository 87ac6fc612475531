package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A NoticeKind is why the owner is told of a track.
type NoticeKind string

// Kinds of notices to the owner.
const (
	SeriousCase NoticeKind = "serious"    // a serious case (§ 12-4 second paragraph)
	Employee    NoticeKind = "employee"   // an employee is accused (§ 12-5)
	NoGround    NoticeKind = "groundless" // rektor holds the report evidently groundless, and says why (§ 12-5)
	Leadership  NoticeKind = "leadership" // the leadership is accused; the owner has appointed a lead (§ 12-5)
	NoLead      NoticeKind = "no-lead"    // nobody at the school can decide: the owner appoints
)

// An OwnerNotice is what the owner is told of one track (melding til kommunen).
type OwnerNotice struct {
	ID     tilhor.RecordID
	Kind   NoticeKind
	At     time.Time
	By     tilhor.PersonID
	From   string // the name of By
	School tilhor.SchoolID
	Where  string // the school's name
	Pupil  string // with Words: only when it is opened
	Class  string
	Words  string
	Told   []Record // what was told, in words
	Seen   time.Time
	SeenBy tilhor.PersonID
	Lead   string
	Advise []string // names of who advise the owner in it
	Entry  tilhor.EntryID
	track  tilhor.TrackID
	slug   string
}

var (
	insertNotice = db.SQL(`INSERT INTO cases_notice (owner, id, track, kind, at, by_person, entry, seen_by) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
	countNotice  = db.SQL(`SELECT COUNT(*) FROM cases_notice WHERE owner = $1 AND track = $2 AND kind = $3`)
	seeNotice    = db.SQL(`UPDATE cases_notice SET seen_at = $3, seen_by = $4 WHERE owner = $1 AND id = $2 AND seen_at IS NULL`)
)

const noticeColumns = `n.id, n.kind, n.at, n.by_person, n.entry, n.seen_at, n.seen_by, n.track, t.slug, t.school`

var (
	selectNotices = db.SQL(`SELECT ` + noticeColumns + ` FROM cases_notice n JOIN cases_track t ON t.owner = n.owner AND t.id = n.track
		WHERE n.owner = $1 AND ` + access.Scope(access.Assign, "n.track") + ` ORDER BY n.at DESC, n.id LIMIT 200`)
	findNotice = db.SQL(`SELECT ` + noticeColumns + ` FROM cases_notice n JOIN cases_track t ON t.owner = n.owner AND t.id = n.track
		WHERE n.owner = $1 AND n.id = $6 AND ` + access.Scope(access.Assign, "n.track"))
	noticesOf = db.SQL(`SELECT ` + noticeColumns + ` FROM cases_notice n JOIN cases_track t ON t.owner = n.owner AND t.id = n.track
		WHERE n.owner = $1 AND n.track = $2 ORDER BY n.at DESC, n.id`)
)

func noticeRow(scan db.Scan) (n OwnerNotice, err error) {
	var at int64
	var seen *int64
	err = scan(&n.ID, &n.Kind, &at, &n.By, &n.Entry, &seen, &n.SeenBy, &n.track, &n.slug, &n.School)
	n.At = instant(at)
	if seen != nil {
		n.Seen = instant(*seen)
	}
	return n, err
}

// noticed says whether the owner was told this of the track already.
func (w *work) noticed(kind NoticeKind) (bool, error) {
	var n int
	err := w.tx.One(countNotice, db.Args(w.by.Owner, w.t.ID, kind), &n)
	return n > 0, err
}

// notify tells the owner, with a receipt, and lets the owner's receivers read
// the notice and appoint who leads or advises: no more of the track than that.
func (w *work) notify(kind NoticeKind, text []field) error {
	id, err := w.write(note{kind: ToldOwner, when: tilhor.Now(w.now), answer: string(kind), text: text, told: receiptForOwner})
	if err != nil {
		return err
	}
	if _, err := w.tx.Exec(insertNotice, w.by.Owner, id, w.t.ID, kind, w.now.UnixMilli(), w.by.Person, w.last); err != nil {
		return err
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Relation == access.Appoints }) {
		return nil
	}
	return access.Give(w.tx, w.by.Owner, access.Grant{
		Kind: access.Track, Thing: string(w.t.ID), Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Appoints, From: w.now, By: w.by.Person,
	})
}

// A ToOwner is what rektor does with a report about an employee: tells the
// owner, or holds it evidently groundless and says why. The owner reads both.
type ToOwner struct {
	Groundless bool
	Words      string // to the owner, or the reason
}

func (o *ToOwner) check() error {
	var c check
	if o.Groundless {
		c.text(&o.Words, "ground", true)
	} else {
		c.text(&o.Words, "words", false)
	}
	return c.Err()
}

func (o ToOwner) kind() NoticeKind {
	if o.Groundless {
		return NoGround
	}
	return Employee
}

// tell writes it, and meets or ends rektor's duty. The duties to the pupil run
// on as they were: they do not hang on who is right.
func (w *work) tell(o ToOwner) error {
	if err := w.notify(o.kind(), []field{{"words", o.Words}}); err != nil {
		return err
	}
	if o.Groundless {
		return w.facts(duty.Fact{Kind: duty.Groundless, When: tilhor.Now(w.now), Reasoned: true})
	}
	return w.facts(duty.Fact{Kind: duty.OwnerInformed, When: tilhor.Now(w.now)})
}

// TakeSealed takes up a concern about an employee (§ 12-5 first paragraph):
// the pupil gets a track as every pupil does, closed to all who are not named in
// it, and the owner is told in the same act.
func (d *Desk) TakeSealed(ctx context.Context, by tilhor.Actor, slug string, s Stance, o ToOwner) ([]Track, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	return d.takeUp(ctx, by, slug, s, wall{accused: duty.AccusedEmployee, then: func(w *work) error { return w.tell(o) }})
}

// TellOwner tells the owner of an accused employee after all, when the report
// was held groundless first.
func (d *Desk) TellOwner(ctx context.Context, by tilhor.Actor, slug string, o ToOwner) error {
	if err := o.check(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		var accused string
		if err := w.tx.One(selectSealed, db.Args(by.Owner, w.t.ID), &accused); err != nil {
			return err
		}
		told, err := w.noticed(Employee)
		if err != nil {
			return err
		}
		if accused != string(duty.AccusedEmployee) || told {
			return tilhor.ErrConflict
		}
		return w.tell(o)
	})
}

// TakeForOwner takes up what the owner receives past rektor, by appointing who
// leads it: an accused leadership (§ 12-5 second paragraph), or rektor's own
// child. Whoever is appointed works for the owner or at a school, and is not
// barred.
func (d *Desk) TakeForOwner(ctx context.Context, by tilhor.Actor, slug string, lead tilhor.PersonID) ([]Track, error) {
	if by.School != access.Owner {
		return nil, tilhor.ErrNotFound
	}
	c, err := d.Concerns.Receive(ctx, by, slug)
	if err != nil {
		return nil, err
	}
	x := wall{lead: lead}
	if c.Sealed() {
		x.accused = c.Accused
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		x.unit, err = d.unitOf(tx, by.Owner, lead, c.School)
		return err
	})
	if err != nil {
		return nil, err
	}
	x.then = func(w *work) error {
		kind := NoLead
		if c.Accused == duty.AccusedLeadership {
			kind = Leadership
		}
		told, err := w.noticed(kind)
		if err != nil {
			return err
		}
		if !told { // a track that goes on may have been without a lead before
			if err := w.notify(kind, nil); err != nil {
				return err
			}
		}
		if c.Accused != duty.AccusedEmployee {
			return nil
		}
		return w.facts(duty.Fact{Kind: duty.OwnerInformed, When: tilhor.Now(w.now)}) // the owner had it past rektor, whose own child it is (§ 12-5)
	}
	return d.takeUp(ctx, by, slug, Stance{}, x)
}

// unitOf is where a person works whom the owner can appoint: at the owner, at
// another school than the matter's, or in the last place there.
func (d *Desk) unitOf(tx *db.Tx, owner tilhor.OwnerID, p tilhor.PersonID, school tilhor.SchoolID) (tilhor.SchoolID, error) {
	roles, err := d.Roster.RolesOf(tx, owner, p, today(d.Clock()))
	if err != nil {
		return "", err
	}
	best, found := tilhor.SchoolID(""), false
	for _, a := range roles {
		switch {
		case a.Role == tilhor.RoleOwnerAdviser:
			return access.Owner, nil
		case a.Role.Staff() && (!found || best == school):
			best, found = a.School, true
		}
	}
	if !found || p == "" {
		return "", tilhor.Faults{{Field: "lead", Key: "sealed.fault.lead"}}
	}
	return best, nil
}

// Notices lists what the owner has been told, newest first, for the owner's
// receivers: which school, what kind and when. No child stands in it.
func (d *Desk) Notices(ctx context.Context, by tilhor.Actor) (all []OwnerNotice, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		err := tx.Each(selectNotices, func(scan db.Scan) error {
			n, err := noticeRow(scan)
			all = append(all, n)
			return err
		}, access.Args(by, access.Assign, now)...)
		if err != nil {
			return err
		}
		for i := range all {
			if err := d.fillNotice(tx, by.Owner, &all[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// fillNotice puts in the names of the school, and of who leads and advises.
func (d *Desk) fillNotice(tx *db.Tx, owner tilhor.OwnerID, n *OwnerNotice, now time.Time) error {
	s, err := d.Roster.School(tx, owner, n.School)
	if err != nil {
		return err
	}
	n.Where = s.Name
	grants, err := access.GrantsOf(tx, owner, access.Track, string(n.track))
	if err != nil {
		return err
	}
	ids := []tilhor.PersonID{n.By}
	for _, g := range grants {
		ids = append(ids, g.Person)
	}
	names, err := d.Roster.Names(tx, owner, compact(ids)...)
	n.From, n.Advise, n.Lead = names[n.By], nil, ""
	for _, g := range grants {
		if g.Person == "" || !g.InForce(now) {
			continue
		}
		switch g.Relation {
		case access.Leads:
			leads, err := d.canLead(tx, owner, n.track, g.Person, now)
			if err != nil {
				return err
			}
			if leads { // who is named for a protected pupil may be kept out
				n.Lead = names[g.Person]
			}
		case access.Advises:
			n.Advise = append(n.Advise, names[g.Person])
		}
	}
	return err
}

// canLead says whether somebody who leads a track by name is let into it.
func (d *Desk) canLead(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, p tilhor.PersonID, now time.Time) (bool, error) {
	bars, err := access.BarsOf(tx, owner, access.Track, string(track))
	if err != nil || shut(bars, now)[p] {
		return false, err
	}
	guarded, err := access.Guarded(tx, owner, access.Track, string(track), now)
	if err != nil {
		return false, err
	}
	return access.NamedForAll(tx, owner, p, guarded, now)
}

// OpenNotice opens a notice for one of the owner's receivers: rektor's words,
// whom it is about and what was told. The first opening is what rektor sees as
// read; every opening is in the record of the track.
func (d *Desk) OpenNotice(ctx context.Context, by tilhor.Actor, id tilhor.RecordID) (n OwnerNotice, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if n, err = d.notice(tx, by, id, now); err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(n.track))
		if err != nil {
			return err
		}
		texts, err := d.texts(tx, by.Owner, n.track, key)
		if err != nil {
			return err
		}
		records, err := d.records(tx, by.Owner, n.track, texts)
		if err != nil {
			return err
		}
		n.Words, n.Told = texts[string(n.ID)]["words"], nil
		for _, r := range records {
			if r.Kind == Told || r.Kind == Exposed {
				n.Told = append(n.Told, r)
			}
		}
		if err := d.fillNotice(tx, by.Owner, &n, now); err != nil {
			return err
		}
		if err := d.ofPupil(tx, by.Owner, &n, now); err != nil {
			return err
		}
		if n.Seen.IsZero() {
			n.Seen, n.SeenBy = now, by.Person
			if _, err := tx.Exec(seeNotice, by.Owner, n.ID, now.UnixMilli(), by.Person); err != nil {
				return err
			}
			if _, err := d.Journal.Append(tx, journal.Entry{
				Stream: stream(n.track), Act: "cases.notice-read", Subject: string(n.ID), When: tilhor.Now(now), By: by, Rule: string(access.Appoints),
			}); err != nil {
				return err
			}
		}
		guarded, err := access.Guarded(tx, by.Owner, access.Track, string(n.track), now)
		if err != nil {
			return err
		}
		if len(guarded) > 0 { // it shows whom it is about
			if err := d.opened(tx, by, n.track, "notice", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(n.track)), string(n.track), "notice", string(access.Appoints), now)
	})
	return n, err
}

var pupilOf = db.SQL(`SELECT pupil FROM cases_track WHERE owner = $1 AND id = $2`)

func (d *Desk) ofPupil(tx *db.Tx, owner tilhor.OwnerID, n *OwnerNotice, now time.Time) error {
	var p tilhor.PersonID
	if err := tx.One(pupilOf, db.Args(owner, n.track), &p); err != nil || p == "" {
		return err
	}
	names, err := d.Roster.Names(tx, owner, p)
	n.Pupil = names[p]
	if in, err := d.Roster.Pupil(tx, owner, p, today(now)); err == nil {
		n.Class = in.Class
	}
	return err
}

func (d *Desk) notice(tx *db.Tx, by tilhor.Actor, id tilhor.RecordID, now time.Time) (n OwnerNotice, err error) {
	found := false
	err = tx.Each(findNotice, func(scan db.Scan) error {
		found = true
		n, err = noticeRow(scan)
		return err
	}, access.Args(by, access.Assign, now, id)...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return n, err
}

// NoticesOf lists what the owner has been told of a track, for who reads it.
func (d *Desk) NoticesOf(ctx context.Context, by tilhor.Actor, slug string) (all []OwnerNotice, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Read, slug, now)
		if err != nil {
			return err
		}
		all = nil
		return tx.Each(noticesOf, func(scan db.Scan) error {
			n, err := noticeRow(scan)
			all = append(all, n)
			return err
		}, by.Owner, t.ID)
	})
	return all, err
}

// AppointLead appoints who leads a track (saksleder) where the leadership is
// accused, or where nobody at the school can decide. The owner's receiver does
// it, and reads no more of the track for that.
func (d *Desk) AppointLead(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, lead tilhor.PersonID) error {
	return d.assign(ctx, by, id, func(w *work, n OwnerNotice) error {
		if n.Kind != Leadership && n.Kind != NoLead {
			return tilhor.ErrConflict
		}
		unit, err := d.unitOf(w.tx, by.Owner, lead, w.t.School)
		if err != nil {
			return err
		}
		return w.leadBy(lead, unit)
	})
}

// AppointAdviser gives one of the owner's people this case, and no other, to
// read (rådgiver i saken).
func (d *Desk) AppointAdviser(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, p tilhor.PersonID) error {
	return d.assign(ctx, by, id, func(w *work, _ OwnerNotice) error {
		roles, err := d.Roster.RolesOf(w.tx, by.Owner, p, today(w.now))
		if err != nil {
			return err
		}
		if p == "" || !slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return a.Role == tilhor.RoleOwnerAdviser }) {
			return tilhor.Faults{{Field: "adviser", Key: "sealed.fault.adviser"}}
		}
		if err := w.notBarred(p, "adviser"); err != nil {
			return err
		}
		if err := w.letBy(p, access.Owner); err != nil {
			return err
		}
		if _, err := access.Allow(w.tx, tilhor.Actor{Owner: by.Owner, Person: p, Role: tilhor.RoleOwnerAdviser, Trained: true}, access.Read, string(w.t.ID), w.now); err == nil {
			return nil // has it already
		}
		g := access.Grant{Kind: access.Track, Thing: string(w.t.ID), Person: p, Unit: access.Owner, Relation: access.Advises, From: w.now, By: by.Person}
		if err := access.Give(w.tx, by.Owner, g); err != nil {
			return err
		}
		_, err = w.write(note{kind: AdvisedBy, when: tilhor.Now(w.now), ref: string(p)})
		return err
	})
}

func (d *Desk) assign(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, do func(w *work, n OwnerNotice) error) error {
	var n OwnerNotice
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		n, err = d.notice(tx, by, id, d.Clock())
		return err
	})
	if err != nil {
		return err
	}
	return d.on(ctx, by, access.Assign, n.slug, func(w *work) error { return do(w, n) })
}

// Appointable are those the owner can appoint for a notice's track: the owner's
// people, and for who leads the leaders of other schools too, without the barred.
func (d *Desk) Appointable(ctx context.Context, by tilhor.Actor, school tilhor.SchoolID, leaders bool) (all []roster.Employee, err error) {
	if by.Role != tilhor.RoleOwnerAdviser {
		return nil, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		own, err := d.Roster.Employees(tx, by.Owner, access.Owner, today(d.Clock()))
		if err != nil {
			return err
		}
		for _, e := range own {
			if slices.Contains(e.Roles, tilhor.RoleOwnerAdviser) {
				all = append(all, e)
			}
		}
		if !leaders {
			return nil
		}
		schools, err := d.Roster.Schools(tx, by.Owner)
		if err != nil {
			return err
		}
		for _, s := range schools {
			if s.ID == school {
				continue
			}
			staff, err := d.Roster.Employees(tx, by.Owner, s.ID, today(d.Clock()))
			if err != nil {
				return err
			}
			for _, e := range staff {
				if slices.ContainsFunc(e.Roles, tilhor.Role.Leads) {
					all = append(all, e)
				}
			}
		}
		return nil
	})
	return all, err
}
