package roster

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Protection is the grade of a protected address (adressebeskyttelse,
// folkeregisterloven § 10-4).
type Protection string

// The grades.
const (
	NotProtected       Protection = ""
	Confidential       Protection = "fortrolig"
	StrictConfidential Protection = "strengt-fortrolig"
)

// An Override is what somebody has decided about a guardianship, because the
// registers do not know it: a judgment, a ban on contact. Reason is kept
// sealed. It goes before every import until its last day.
type Override struct {
	Pupil, Guardian tilhor.PersonID
	Holds           bool // false: there is no such link, whatever a file says
	Responsibility  Responsibility
	From, Until     tilhor.Date // Until is the first day it no longer holds; "" for no end
	Reason          string
	By              tilhor.PersonID // who decided it, and when
	Written         time.Time
	Track           tilhor.TrackID // where it was decided: the reason is for who reads it
}

var (
	selectOverrides = db.SQL(`SELECT id, guardian, holds, responsibility, from_date, until_date, home, reason, by_person, written, track FROM roster_override
		WHERE owner = $1 AND pupil = $2 ORDER BY written, id`)
	lastOverride   = db.SQL(`SELECT COALESCE(MAX(written), 0) FROM roster_override WHERE owner = $1 AND pupil = $2`)
	insertOverride = db.SQL(`INSERT INTO roster_override
		(owner, id, pupil, guardian, holds, responsibility, from_date, until_date, home, reason, by_person, written, track)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	setProtection  = db.SQL(`UPDATE roster_person SET protection = $3, protected_at = $4 WHERE owner = $1 AND id = $2`)
	insertTraining = db.SQL(`INSERT INTO roster_training (owner, person, on_date, recorded_by, recorded) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, person, on_date) DO NOTHING`)
	putMember = db.SQL(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual)
		VALUES ($1, $2, $3, '', $4, $5, $6, '', $7)
		ON CONFLICT (owner, school, role, grp, person, from_date) DO UPDATE SET until_date = excluded.until_date, manual = excluded.manual`)
	endMember = db.SQL(`UPDATE roster_member SET until_date = $5 WHERE owner = $1 AND school = $2 AND role = $3 AND person = $4
		AND manual = $6 AND (until_date = '' OR until_date > $5)`)
	insertByHand = db.SQL(`INSERT INTO roster_person (owner, id, home, name, email, pid, pid_hash, protection, content, from_date, until_date)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, '')`)
	bumpVersion = db.SQL(`INSERT INTO roster_state (owner, version) VALUES ($1, 1)
		ON CONFLICT (owner) DO UPDATE SET version = roster_state.version + 1`)
)

func (r *Roster) tell(tx *db.Tx, by tilhor.Actor, act, subject string, now time.Time, parts ...journal.Part) error {
	_, err := r.journal.Append(tx, journal.Entry{Stream: "owner", Act: act, Subject: subject, When: tilhor.Now(now), By: by, Rule: "roster", Parts: parts})
	return err
}

// Override decides a guardianship by hand. Only who keeps the lists may: it is
// asked before it comes here.
func (r *Roster) Override(tx *db.Tx, by tilhor.Actor, o Override, now time.Time) error {
	o.Reason = strings.TrimSpace(o.Reason)
	var faults tilhor.Faults
	faults.Add(o.Reason == "" || len(o.Reason) > 4000, "reason", "roster.fault.reason")
	faults.Add(o.Responsibility != Yes && o.Responsibility != No && o.Responsibility != Unknown, "responsibility", "roster.fault.responsibility")
	faults.Add(o.Until != "" && o.Until <= o.From, "until", "roster.fault.until")
	faults.Add(o.Pupil == o.Guardian, "guardian", "roster.fault.same")
	if err := faults.Err(); err != nil {
		return err
	}
	var home tilhor.SchoolID
	var protection string
	for _, p := range []tilhor.PersonID{o.Guardian, o.Pupil} {
		if err := tx.One(isPerson, db.Args(by.Owner, p), &home, &protection); err != nil {
			return err
		}
	}
	if o.From == "" {
		o.From = calendar.DateOf(now)
	}
	kind, thing := keyOf(home)
	key, err := r.keys.Make(tx, by.Owner, kind, thing)
	if err != nil {
		return fmt.Errorf("seal the reason of an override: %w", err)
	}
	written, err := writtenAfter(tx, lastOverride, by.Owner, o.Pupil, now)
	if err != nil {
		return err
	}
	id := tilhor.NewID()
	reason := key.Seal(fieldReason, id, o.Reason)
	if _, err := tx.Exec(insertOverride, by.Owner, id, o.Pupil, o.Guardian, o.Holds, o.Responsibility, o.From, o.Until,
		home, reason.Bytes, by.Person, written, o.Track); err != nil {
		return err
	}
	o.By, o.Written = by.Person, time.UnixMilli(written)
	return r.tell(tx, by, "roster.override", id, now, journal.Parts(reason, key.Commit(fieldOverrideRow, id, openOverride(o)))...)
}

// Overrides lists what was decided by hand about who a pupil's guardians are,
// oldest first.
func (r *Roster) Overrides(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID) (all []Override, err error) {
	type sealed struct {
		id    string
		home  tilhor.SchoolID
		bytes []byte
	}
	var reasons []sealed
	err = tx.Each(selectOverrides, func(scan db.Scan) error {
		o, s := Override{Pupil: pupil}, sealed{}
		var written int64
		err := scan(&s.id, &o.Guardian, &o.Holds, &o.Responsibility, &o.From, &o.Until, &s.home, &s.bytes, &o.By, &written, &o.Track)
		o.Written = time.UnixMilli(written).UTC()
		all, reasons = append(all, o), append(reasons, s)
		return err
	}, owner, pupil)
	open := r.opener(tx, owner)
	for i := range all {
		if err != nil {
			return nil, err
		}
		k, err := open.key(reasons[i].home)
		if err != nil {
			return nil, err
		}
		if all[i].Reason, err = k.Open(fieldReason, reasons[i].id, reasons[i].bytes); err != nil {
			return nil, err
		}
	}
	return all, err
}

// Protect sets or lifts a person's protection. A protected person is in no list
// from that moment on, and what is told or done about her is for those who are
// named for her alone (cases.Shield names somebody in the same act).
func (r *Roster) Protect(tx *db.Tx, by tilhor.Actor, person tilhor.PersonID, grade Protection, now time.Time) error {
	switch grade {
	case NotProtected, Confidential, StrictConfidential:
	default:
		return tilhor.Fault{Field: "grade", Key: "roster.fault.grade"}
	}
	written, err := writtenAfter(tx, lastDecision, by.Owner, person, now) // after all that was decided before
	if err != nil {
		return err
	}
	n, err := tx.Exec(setProtection, by.Owner, person, grade, written)
	if err != nil {
		return err
	}
	if n == 0 {
		return tilhor.ErrNotFound
	}
	if grade == NotProtected {
		err = access.Release(tx, by.Owner, person, now)
	} else {
		err = access.Protect(tx, by.Owner, person)
	}
	if err != nil {
		return err
	}
	return r.tell(tx, by, "roster.protect", string(person), now)
}

// Train records that a person has had the training in privacy that must come
// before access to cases (opplæringsforskrifta § 20-2).
func (r *Roster) Train(tx *db.Tx, by tilhor.Actor, person tilhor.PersonID, on tilhor.Date, now time.Time) error {
	if on == "" || on > calendar.DateOf(now) {
		return tilhor.Fault{Field: "on", Key: "roster.fault.future"}
	}
	var home tilhor.SchoolID
	var protection string
	if err := tx.One(isPerson, db.Args(by.Owner, person), &home, &protection); err != nil {
		return err
	}
	n, err := tx.Exec(insertTraining, by.Owner, person, on, by.Person, now.UnixMilli())
	if err != nil || n == 0 {
		return err // recorded already
	}
	return r.tell(tx, by, "roster.train", string(person), now)
}

// appointed are the roles that may be given by hand: those that no source
// system tells well.
var appointed = map[tilhor.Role]bool{
	tilhor.RoleRektor: true, tilhor.RoleDeputy: true, tilhor.RoleSocialTeacher: true, tilhor.RoleSFO: true, tilhor.RoleTeacher: true,
	tilhor.RoleEmployee: true, tilhor.RoleNurse: true, tilhor.RolePPT: true, tilhor.RoleOwnerAdviser: true, tilhor.RoleDPO: true,
}

// ownerRoles are held at the owner as a whole, never at one school.
func ownerRole(r tilhor.Role) bool { return r == tilhor.RoleOwnerAdviser || r == tilhor.RoleDPO }

// Appoint gives a person a role by hand. No import takes it away: it ends on
// its last day, or by Dismiss.
func (r *Roster) Appoint(tx *db.Tx, by tilhor.Actor, person tilhor.PersonID, role tilhor.Role, school tilhor.SchoolID, from, until tilhor.Date, now time.Time) error {
	var faults tilhor.Faults
	faults.Add(!appointed[role], "role", "roster.fault.role")
	faults.Add(ownerRole(role) != (school == "") && role != tilhor.RolePPT, "school", "roster.fault.school")
	if from == "" {
		from = calendar.DateOf(now)
	}
	faults.Add(until != "" && until <= from, "until", "roster.fault.until")
	if err := faults.Err(); err != nil {
		return err
	}
	var home tilhor.SchoolID
	var protection string
	if err := tx.One(isPerson, db.Args(by.Owner, person), &home, &protection); err != nil {
		return err
	}
	if school != "" {
		if _, err := r.School(tx, by.Owner, school); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(putMember, by.Owner, school, role, person, from, until, true); err != nil {
		return err
	}
	if _, err := tx.Exec(bumpVersion, by.Owner); err != nil {
		return err
	}
	return r.tell(tx, by, "roster.appoint", string(person), now)
}

// Dismiss ends a role that was given by hand, from today.
func (r *Roster) Dismiss(tx *db.Tx, by tilhor.Actor, person tilhor.PersonID, role tilhor.Role, school tilhor.SchoolID, now time.Time) error {
	n, err := tx.Exec(endMember, by.Owner, school, role, person, calendar.DateOf(now), true)
	if err != nil {
		return err
	}
	if n == 0 {
		return tilhor.ErrNotFound
	}
	if _, err := tx.Exec(bumpVersion, by.Owner); err != nil {
		return err
	}
	return r.tell(tx, by, "roster.dismiss", string(person), now)
}

// A NewPerson is somebody the source systems do not know, as a parent who got
// parental responsibility by a judgment. Home is a school that the person has
// to do with, "" for the owner.
type NewPerson struct {
	Name, Email, PID string
	Home             tilhor.SchoolID
}

// AddPerson puts in a person by hand. When somebody with the same person number
// is in the lists already, that person is given back and nothing is written.
func (r *Roster) AddPerson(tx *db.Tx, by tilhor.Actor, n NewPerson, now time.Time) (tilhor.PersonID, error) {
	n.Name = tidy(n.Name)
	number, ok := ParseNumber(n.PID)
	var faults tilhor.Faults
	faults.Add(n.Name == "" || len([]rune(n.Name)) > maxName, "name", "roster.fault.name")
	faults.Add(n.PID != "" && !ok, "pid", "roster.fault.pid")
	faults.Add(n.Email != "" && mailOf(n.Email) == "", "email", "roster.fault.email")
	if err := faults.Err(); err != nil {
		return "", err
	}
	var pidHash []byte
	if number.Digits != "" {
		pidHash = r.mark(by.Owner, purposePID, number.Digits)
		var id tilhor.PersonID
		if err := tx.One(byPID, db.Args(by.Owner, pidHash), &id); !errors.Is(err, tilhor.ErrNotFound) {
			return id, err
		}
	}
	if n.Home != "" {
		if _, err := r.School(tx, by.Owner, n.Home); err != nil {
			return "", err
		}
	}
	kind, thing := keyOf(n.Home)
	key, err := r.keys.Make(tx, by.Owner, kind, thing)
	if err != nil {
		return "", fmt.Errorf("seal a new person: %w", err)
	}
	id := tilhor.PersonID(tilhor.NewID())
	var email, pid []byte
	if m := mailOf(n.Email); m != "" {
		email = key.Seal(fieldEmail, string(id), m).Bytes
	}
	if number.Digits != "" {
		pid = key.Seal(fieldPID, string(id), number.Digits).Bytes
	}
	if _, err := tx.Exec(insertByHand, by.Owner, id, n.Home, key.Seal(fieldName, string(id), n.Name).Bytes, email, pid, pidHash,
		[]byte{}, calendar.DateOf(now)); err != nil {
		return "", err
	}
	if _, err := tx.Exec(bumpVersion, by.Owner); err != nil {
		return "", err
	}
	return id, r.tell(tx, by, "roster.add", string(id), now)
}
