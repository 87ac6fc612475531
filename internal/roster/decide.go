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
	Until   tilhor.Date // the first day it no longer holds, "" for no end
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
)

// Bases are what a decision about a parent may rest on.
var Bases = []string{"contact-ban", "judgment", "barnevern", "protected-address", "other"}

// fieldDecision is the sealed field of a decision. Never change it.
const fieldDecision = "roster.decision.reason"

var (
	insertDecision = db.SQL(`INSERT INTO roster_decision (owner, id, kind, pupil, person, basis, from_date, until_date, home, reason, by_person, written)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	findDecision    = db.SQL(`SELECT home, reason FROM roster_decision WHERE owner = $1 AND id = $2`)
	selectDecisions = db.SQL(`SELECT id, kind, person, basis, from_date, until_date, home, reason, by_person, written FROM roster_decision
		WHERE owner = $1 AND pupil = $2 ORDER BY written, id`)
	barsOfPupil = db.SQL(`SELECT person, kind, from_date, until_date FROM roster_decision
		WHERE owner = $1 AND pupil = $2 AND kind IN ('barred', 'unbarred') ORDER BY written, id`)
	barsOfGuardian = db.SQL(`SELECT pupil, kind, from_date, until_date FROM roster_decision
		WHERE owner = $1 AND person = $2 AND kind IN ('barred', 'unbarred') ORDER BY written, id`)
)

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
	id := tilhor.NewID()
	reason := key.Seal(fieldDecision, id, x.Reason)
	if _, err := tx.Exec(insertDecision, by.Owner, id, x.Kind, x.Pupil, x.Person, x.Basis, x.From, x.Until, home, reason.Bytes, by.Person, now.UnixMilli()); err != nil {
		return err
	}
	return r.tell(tx, by, "roster."+string(x.Kind), id, now, journal.Parts(reason)...)
}

// Decisions lists what has been decided about a pupil, oldest first.
func (r *Roster) Decisions(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID) (all []Decision, err error) {
	type sealed struct {
		home  tilhor.SchoolID
		bytes []byte
	}
	var reasons []sealed
	err = tx.Each(selectDecisions, func(scan db.Scan) error {
		x, s := Decision{Pupil: pupil}, sealed{}
		var written int64
		err := scan(&x.ID, &x.Kind, &x.Person, &x.Basis, &x.From, &x.Until, &s.home, &s.bytes, &x.By, &written)
		x.Written = time.UnixMilli(written).UTC()
		all, reasons = append(all, x), append(reasons, s)
		return err
	}, owner, pupil)
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

// Care is the decision by which barnevernet has the care of a pupil on a day,
// in the parents' place (opplæringslova § 24-4); nil when the parents have it.
func Care(all []Decision, on tilhor.Date) (care *Decision) {
	for i, x := range all {
		if (x.Kind == InCare || x.Kind == NotInCare) && holds(x.From, x.Until, on) {
			care = nil
			if x.Kind == InCare {
				care = &all[i]
			}
		}
	}
	return care
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
