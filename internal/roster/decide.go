package roster

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Decision is what a person has decided about a pupil and those around, with
// a reason (avgjerd): it goes before every import, and is only ever followed by
// another, never changed.
type Decision struct {
	ID      string
	Kind    DecisionKind
	Pupil   tilhor.PersonID
	Person  tilhor.PersonID // whom it is about, besides the pupil
	Basis   string          // what it rests on, one of Bases
	From    tilhor.Date
	Until   tilhor.Date    // the first day it no longer holds, "" for no end
	Review  tilhor.Date    // when it is looked at again, "" for what has no such day
	Track   tilhor.TrackID // where it was decided: the reason is for who reads it
	Reason  string
	By      tilhor.PersonID
	Written time.Time
}

// A DecisionKind is a kind of decision about a pupil.
type DecisionKind string

// The kinds. Each that ends another stands under it.
const (
	Barred         DecisionKind = "barred" // a parent is told nothing (a ban on contact, a judgment)
	NoLongerBarred DecisionKind = "unbarred"
	InCare         DecisionKind = "in-care" // barnevernet has the care, in the parents' place
	NotInCare      DecisionKind = "not-in-care"
	NamedFor       DecisionKind = "named" // may come past the guard of a protected pupil
	NotNamedFor    DecisionKind = "unnamed"
	Secret         DecisionKind = "secret" // nothing of it is told to one of the parents, until it is lifted
	NotSecret      DecisionKind = "not-secret"
	Fifteen        DecisionKind = "fifteen" // the pupil is fifteen, from a day
	NotFifteen     DecisionKind = "not-fifteen"
	Tell           DecisionKind = "tell" // what one of the parents is told, where a person decides it
)

// Bases are what a decision that a parent is told nothing may rest on: what
// others have decided, and that says so. For any other reason it is secrecy.
var Bases = []string{"contact-ban", "judgment", "barnevern"}

// SecretBases are the rules that secrecy towards a parent may stand on, and
// TellBases how much one is told.
var (
	SecretBases = []string{"fvl-19", "popl-16-c"}
	TellBases   = []string{TellAll, TellMain, TellNothing}
)

// How much a parent is told where a person decides it.
const (
	TellAll     = "all"
	TellMain    = "main" // the main points, and no words of the pupil's
	TellNothing = "nothing"
)

// longestSecret is how many days there may be to the day secrecy is looked at
// again.
const longestSecret = 365

// fieldDecision is the sealed field of a decision. Never change it.
const fieldDecision = "roster.decision.reason"

var (
	insertDecision = db.SQL(`INSERT INTO roster_decision (owner, id, kind, pupil, person, basis, from_date, until_date, home, reason, by_person, written, review_on, track)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	findDecision    = db.SQL(`SELECT home, reason FROM roster_decision WHERE owner = $1 AND id = $2`)
	selectDecisions = db.SQL(`SELECT id, kind, person, basis, from_date, until_date, home, reason, by_person, written, review_on, track FROM roster_decision
		WHERE owner = $1 AND pupil = $2 ORDER BY written, id`)
	lastDecision = db.SQL(`SELECT COALESCE(MAX(written), 0) FROM roster_decision WHERE owner = $1 AND pupil = $2`)
	dueReviews   = db.SQL(`SELECT DISTINCT d.pupil FROM roster_decision d WHERE d.owner = $1 AND d.review_on <> '' AND d.review_on <= $2
		AND NOT EXISTS (SELECT 1 FROM roster_decision l WHERE l.owner = d.owner AND l.pupil = d.pupil AND l.person = d.person
			AND l.kind IN ('secret', 'not-secret') AND l.written > d.written) ORDER BY d.pupil`)
	barsOfPupil = db.SQL(`SELECT person, kind, from_date, until_date FROM roster_decision
		WHERE owner = $1 AND pupil = $2 AND kind IN ('barred', 'unbarred') ORDER BY written, id`)
	barsOfGuardian = db.SQL(`SELECT pupil, kind, from_date, until_date FROM roster_decision
		WHERE owner = $1 AND person = $2 AND kind IN ('barred', 'unbarred') ORDER BY written, id`)
)

var countBars = db.SQL(`SELECT COUNT(*) FROM roster_decision d WHERE d.owner = $1 AND d.person = $2 AND d.kind = 'barred' AND d.written > $3 AND (d.until_date = '' OR d.until_date > $4)
	AND NOT EXISTS (SELECT 1 FROM roster_decision l WHERE l.owner = d.owner AND l.pupil = d.pupil AND l.person = d.person AND l.kind = 'unbarred' AND l.written > d.written)`)

// BarredSince says whether it was decided after an instant, and is not lifted or over, that
// somebody is told nothing of a child: also of one whose parent that person is no more.
// None begins later than on the day it is decided.
func (r *Roster) BarredSince(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, since time.Time, on tilhor.Date) (bool, error) {
	var n int
	err := tx.One(countBars, db.Args(owner, person, since.UnixMilli(), on), &n)
	return n > 0, err
}

// bars gives who is barred on a day, seen from one end: the newest decision that
// holds on it is the one.
func bars(tx *db.Tx, stmt *db.Stmt, owner tilhor.OwnerID, person tilhor.PersonID, on tilhor.Date) (map[tilhor.PersonID]bool, error) {
	out := map[tilhor.PersonID]bool{}
	err := tx.Each(stmt, func(scan db.Scan) error {
		var other tilhor.PersonID
		var kind DecisionKind
		var from, until tilhor.Date
		if err := scan(&other, &kind, &from, &until); err != nil {
			return err
		}
		if holds(from, until, on) {
			out[other] = kind == Barred
		}
		return nil
	}, owner, person)
	return out, err
}

// Decide writes a decision. Who may, is asked before it comes here.
func (r *Roster) Decide(tx *db.Tx, by tilhor.Actor, x Decision, now time.Time) error {
	x.Reason = strings.TrimSpace(x.Reason)
	if x.From == "" {
		x.From = calendar.DateOf(now)
	}
	var f tilhor.Faults
	f.Add(x.Reason == "", "reason", "roster.fault.reason")
	f.Add(utf8.RuneCountInString(x.Reason) > 4000, "reason", "roster.fault.reason")
	f.Add(x.Kind == Barred && !slices.Contains(Bases, x.Basis), "basis", "roster.fault.basis")
	f.Add(x.Kind == Secret && !slices.Contains(SecretBases, x.Basis), "basis", "roster.fault.basis")
	f.Add(x.Kind == Tell && !slices.Contains(TellBases, x.Basis), "basis", "roster.fault.tell")
	day := calendar.DateOf(now)
	f.Add(x.Kind == Secret && (x.Review <= day || x.Review > day.Add(longestSecret)), "review", "roster.fault.review")
	f.Add(x.From > calendar.DateOf(now), "from", "roster.fault.from-later")
	f.Add(x.Until != "" && x.Until <= x.From, "until", "roster.fault.until")
	f.Add(x.Pupil == x.Person, "person", "roster.fault.same")
	if err := f.Err(); err != nil {
		return err
	}
	var home tilhor.SchoolID
	var protection string
	if err := tx.One(isPerson, db.Args(by.Owner, x.Pupil), &home, &protection); err != nil {
		return err
	}
	kind, thing := keyOf(home)
	key, err := r.keys.Make(tx, by.Owner, kind, thing)
	if err != nil {
		return fmt.Errorf("seal the reason of a decision: %w", err)
	}
	written, err := writtenAfter(tx, lastDecision, by.Owner, x.Pupil, now)
	if err != nil {
		return err
	}
	id := tilhor.NewID()
	reason := key.Seal(fieldDecision, id, x.Reason)
	if _, err := tx.Exec(insertDecision, by.Owner, id, x.Kind, x.Pupil, x.Person, x.Basis, x.From, x.Until, home, reason.Bytes, by.Person, written, x.Review, x.Track); err != nil {
		return err
	}
	x.By, x.Written = by.Person, time.UnixMilli(written)
	return r.tell(tx, by, "roster."+string(x.Kind), id, now, journal.Parts(reason, key.Commit(fieldDecisionRow, id, openDecision(x)))...)
}

// writtenAfter is when something decided about a pupil is written: now, and never at the
// same instant as the last, for the newest is the one that holds.
func writtenAfter(tx *db.Tx, last *db.Stmt, owner tilhor.OwnerID, pupil tilhor.PersonID, now time.Time) (int64, error) {
	var was int64
	err := tx.One(last, db.Args(owner, pupil), &was)
	return max(now.UnixMilli(), was+1), err
}

// Decisions lists what has been decided about a pupil, oldest first.
func (r *Roster) Decisions(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID) (all []Decision, err error) {
	all, reasons, err := decisions(tx, owner, pupil)
	if err != nil {
		return nil, err
	}
	open := r.opener(tx, owner)
	for i := range all {
		var k seal.Key
		if k, err = open.key(reasons[i].home); err != nil {
			return nil, err
		}
		if all[i].Reason, err = k.Open(fieldDecision, all[i].ID, reasons[i].bytes); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Decided is Decisions without the reasons: one statement, whatever there is.
func (r *Roster) Decided(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID) ([]Decision, error) {
	all, _, err := decisions(tx, owner, pupil)
	return all, err
}

type sealedReason struct {
	home  tilhor.SchoolID
	bytes []byte
}

func decisions(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID) (all []Decision, reasons []sealedReason, err error) {
	err = tx.Each(selectDecisions, func(scan db.Scan) error {
		x, s := Decision{Pupil: pupil}, sealedReason{}
		var written int64
		err := scan(&x.ID, &x.Kind, &x.Person, &x.Basis, &x.From, &x.Until, &s.home, &s.bytes, &x.By, &written, &x.Review, &x.Track)
		x.Written = time.UnixMilli(written).UTC()
		all, reasons = append(all, x), append(reasons, s)
		return err
	}, owner, pupil)
	return all, reasons, err
}

// DueReviews are the pupils of whose homes something should have been looked at
// again by a day. It may have been lifted, or looked at, since: the newest
// decision says.
func (r *Roster) DueReviews(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date) (all []tilhor.PersonID, err error) {
	err = tx.Each(dueReviews, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		all = append(all, p)
		return err
	}, owner, on)
	return all, err
}

// Stands is the decision that holds about a person on a day, of some kind that
// another kind ends; nil when none does. Person is empty for what is about the
// pupil alone.
func Stands(all []Decision, kind, end DecisionKind, person tilhor.PersonID, on tilhor.Date) (x *Decision) {
	for i, d := range all {
		if (d.Kind == kind || d.Kind == end) && d.Person == person && holds(d.From, d.Until, on) {
			x = nil
			if d.Kind == kind {
				x = &all[i]
			}
		}
	}
	return x
}

// Care is the decision by which barnevernet has the care of a pupil on a day,
// in the parents' place (opplæringslova § 24-4); nil when the parents have it.
func Care(all []Decision, on tilhor.Date) (care *Decision) {
	return Stands(all, InCare, NotInCare, "", on)
}

// Name lets somebody past the guard of a protected pupil, with a reason.
func (r *Roster) Name(tx *db.Tx, by tilhor.Actor, n access.Naming, reason string, now time.Time) error {
	if err := r.Decide(tx, by, Decision{Kind: NamedFor, Pupil: n.Subject, Person: n.Person, Reason: reason}, now); err != nil {
		return err
	}
	n.By, n.From = by.Person, now
	return access.Name(tx, by.Owner, n)
}

// Unname takes that back.
func (r *Roster) Unname(tx *db.Tx, by tilhor.Actor, subject, person tilhor.PersonID, reason string, now time.Time) error {
	if err := r.Decide(tx, by, Decision{Kind: NotNamedFor, Pupil: subject, Person: person, Reason: reason}, now); err != nil {
		return err
	}
	return access.Unname(tx, by.Owner, subject, person, now)
}
