// Package access says whether a person may do something with a thing. It owns
// the grants and the bars; one rule stands twice, as Decide for one thing and
// as an SQL scope for lists, and a test holds the two against each other.
//
// Opplæringsforskrifta § 20-2 (styrt tilgang) asks for access only if and so
// far as it is needed, and for training in privacy before it: without a grant
// there is nothing, and without recorded training no case is opened.
package access

import (
	"math"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// A Kind is a kind of thing that grants and bars are about.
type Kind string

// Kinds. Their names stand in the database.
const (
	Concern Kind = "concern"
	Track   Kind = "track"
	School  Kind = "school"
	Force   Kind = "force"  // a physical intervention (fysisk inngrep)
	Person  Kind = "person" // a person with a protected address: who is named for it
)

// A Relation is how a person stands to a thing.
type Relation string

// Relations. A role's relation can be handed to a person for a school and a
// time (a stand-in, or the one who receives reports): then it holds for that
// person on every thing where the role has it.
//
// The owner's people (Owner below) have no relation by their role, ever: only
// by name on one thing, or because a relation was handed to them at the owner
// by name (the owner's receiver of reports about the leadership, § 12-5).
const (
	Reporter Relation = "reporter" // told it, and may follow what becomes of it
	Intake   Relation = "intake"   // receives what is told and takes a stance
	Leads    Relation = "leads"    // decides: approves, appoints, closes (rektor)
	Handles  Relation = "handles"  // works the case
	Covers   Relation = "covers"   // stands in for who handles it, the days that person is away
	Glass    Relation = "glass"    // opened it in an emergency, for an hour (nødtilgang)
	OnCall   Relation = "oncall"   // has the watch at a school (vakt): may ask for emergency access, and nothing else
	LeadsSFO Relation = "sfo"      // leads SFO at a school (SFO-leder): its shared machines, hours and PINs, and nothing of a case
	Carries  Relation = "carries"  // carries out a measure; sees that measure only
	Asked    Relation = "asked"    // was asked something about it; sees that question only
	Named    Relation = "named"    // is named for a protected person: nobody else passes, whatever is granted
	Appoints Relation = "appoints" // gives a track its lead or adviser for the owner, reads what the owner is told of it, and no more
	Advises  Relation = "advises"  // the owner's adviser in this one case: reads it
)

// An Act is something a person may want to do with a thing.
type Act string

// Acts, each with what it takes in rules.
const (
	Follow  Act = "follow"  // the reporter sees what became of the concern
	Receive Act = "receive" // read a new concern and take a stance
	Read    Act = "read"    // open a track
	Work    Act = "work"    // hear, inquire, plan, evaluate, write in a track
	Lead    Act = "lead"    // approve, appoint, close, step down
	Carry   Act = "carry"   // tick off a measure
	Answer  Act = "answer"  // answer what one was asked about a track
	Assign  Act = "assign"  // for the owner: read what it is told, appoint who leads or advises

	FollowForce Act = "follow-force" // who told of an intervention sees what was told
	LeadForce   Act = "lead-force"   // rektor sees it, and follows it up (§ 13-5)
)

// A rule says what an act takes: the kind of thing, the relations that let it
// pass, and whether privacy training comes first.
type rule struct {
	kind    Kind
	any     []Relation
	trained bool
}

var rules = map[Act]rule{
	Follow:  {Concern, []Relation{Reporter}, false},     // whoever told must be answered, trained or not
	Receive: {Concern, []Relation{Intake, Leads}, true}, // a sealed concern is for who leads, not for all who receive
	Read:    {Track, []Relation{Handles, Leads, Covers, Glass, Advises}, true},
	Work:    {Track, []Relation{Handles, Leads, Covers}, true},
	Lead:    {Track, []Relation{Leads}, true},
	Carry:   {Track, []Relation{Carries, Handles, Leads, Covers}, true},
	Answer:  {Track, []Relation{Asked}, true},
	Assign:  {Track, []Relation{Appoints}, true},

	FollowForce: {Force, []Relation{Reporter}, false},     // as Follow: who told has nothing to wait for
	LeadForce:   {Force, []Relation{Leads, Intake}, true}, // the owner receives it when nobody who leads the school can
}

// forever is the end of what has no end.
const forever = math.MaxInt64

// Owner is the unit of what is given to the owner's people: an Actor of theirs
// has no school.
const Owner tilhor.SchoolID = ""

// A Grant gives a person, or a role at a unit, a relation to a thing.
type Grant struct {
	ID       string
	Kind     Kind
	Thing    string
	Person   tilhor.PersonID
	Role     tilhor.Role
	Unit     tilhor.SchoolID
	Relation Relation
	From     time.Time
	Until    time.Time // zero: no end
	By       tilhor.PersonID
}

// A Bar keeps a person, or a role at a unit, from a thing, whatever is granted.
type Bar struct {
	ID     string
	Kind   Kind
	Thing  string
	Person tilhor.PersonID
	Role   tilhor.Role
	Unit   tilhor.SchoolID
	From   time.Time
	Until  time.Time
	Reason string
}

func end(t time.Time) int64 {
	if t.IsZero() {
		return forever
	}
	return t.UnixMilli()
}

func within(now, from, until time.Time) bool {
	return now.UnixMilli() >= from.UnixMilli() && now.UnixMilli() < end(until)
}

// InForce says whether a grant holds at an instant.
func (g Grant) InForce(now time.Time) bool { return within(now, g.From, g.Until) }

// asks says whether the actor can have a relation to a concern or a track at
// all: who works at a school, there; and the owner's people, at the owner. A
// pupil, and a parent, whose role is at no school, may follow what they have told
// themselves, and nothing else.
func asks(a tilhor.Actor, act Act) bool {
	switch {
	case a.Person == "":
		return false
	case act == Follow && (a.Role == tilhor.RolePupil && a.School != Owner || a.Role == tilhor.RoleParent && a.School == Owner):
		return true
	}
	return a.Role.Staff() && a.School != Owner || a.Role == tilhor.RoleOwnerAdviser && a.School == Owner
}

// Decide says whether the actor may do the act with the thing, and by which
// relation, from the grants and bars that exist (those of the thing, and the
// ones that hand a relation over for a whole school), and from the guards of
// the thing, if it is about a person with a protected address.
func Decide(a tilhor.Actor, act Act, thing string, grants []Grant, bars []Bar, now time.Time, guards ...Guard) (Relation, bool) {
	r, known := rules[act]
	if !known || !asks(a, act) || (r.trained && !a.Trained) {
		return "", false
	}
	for _, b := range bars {
		if act == Follow || act == FollowForce { // of what one has told oneself, one is answered
			break
		}
		if b.Kind == r.kind && b.Thing == thing && within(now, b.From, b.Until) &&
			(b.Person == a.Person || b.Role != "" && b.Role == a.Role && b.Unit == a.School) {
			return "", false
		}
	}
	for _, want := range r.any {
		for _, g := range grants {
			if g.Kind == r.kind && g.Thing == thing && g.Relation == want && g.Unit == a.School &&
				within(now, g.From, g.Until) && holds(a, g, grants, now) && !guarded(a, g, grants, guards, now) {
				return want, true
			}
		}
	}
	return "", false
}

// holds says whether a grant is the actor's: by name, by role at a school, or
// because the role's relation was handed over to the actor for the school, or
// at the owner.
func holds(a tilhor.Actor, g Grant, grants []Grant, now time.Time) bool {
	if g.Person != "" {
		return g.Person == a.Person
	}
	if g.Role == a.Role && g.Unit != Owner {
		return true
	}
	for _, h := range grants {
		if h.Kind == School && h.Thing == string(g.Unit) && h.Relation == g.Relation && h.Person == a.Person && within(now, h.From, h.Until) {
			return true
		}
	}
	return false
}

var (
	insertGrant = db.SQL(`INSERT INTO access_grant (owner, id, kind, thing, person, role, unit, relation, from_at, until_at, given_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	insertBar = db.SQL(`INSERT INTO access_bar (owner, id, kind, thing, person, role, unit, from_at, until_at, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	barsOf = db.SQL(`SELECT id, person, role, unit, from_at, until_at, reason FROM access_bar
		WHERE owner = $1 AND kind = $2 AND thing = $3 ORDER BY from_at, id`)
	endGrant = db.SQL(`UPDATE access_grant SET until_at = $6
		WHERE owner = $1 AND kind = $2 AND thing = $3 AND person = $4 AND relation = $5 AND until_at > $6`)
)

// Give writes a grant.
func Give(tx *db.Tx, owner tilhor.OwnerID, g Grant) error {
	return tx.Later(insertGrant, owner, tilhor.NewID(), g.Kind, g.Thing, g.Person, g.Role, g.Unit, g.Relation, g.From.UnixMilli(), end(g.Until), g.By)
}

// BarsOf lists the bars on a thing, also those that have ended.
func BarsOf(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string) ([]Bar, error) {
	var all []Bar
	err := tx.Each(barsOf, func(scan db.Scan) error {
		b := Bar{Kind: kind, Thing: thing}
		var from, until int64
		if err := scan(&b.ID, &b.Person, &b.Role, &b.Unit, &from, &until, &b.Reason); err != nil {
			return err
		}
		b.From = time.UnixMilli(from).UTC()
		if until != forever {
			b.Until = time.UnixMilli(until).UTC()
		}
		all = append(all, b)
		return nil
	}, owner, kind, thing)
	return all, err
}

// Shut writes a bar.
func Shut(tx *db.Tx, owner tilhor.OwnerID, b Bar) error {
	_, err := tx.Exec(insertBar, owner, tilhor.NewID(), b.Kind, b.Thing, b.Person, b.Role, b.Unit, b.From.UnixMilli(), end(b.Until), b.Reason)
	return err
}

var openOne = db.SQL(`UPDATE access_bar SET until_at = $3 WHERE owner = $1 AND id = $2 AND until_at > $3`)

// Open ends one bar from an instant on.
func Open(tx *db.Tx, owner tilhor.OwnerID, id string, at time.Time) error {
	_, err := tx.Exec(openOne, owner, id, at.UnixMilli())
	return err
}

var endOne = db.SQL(`UPDATE access_grant SET until_at = $3 WHERE owner = $1 AND id = $2 AND until_at > $3`)

var holdersOf = db.SQL(`SELECT DISTINCT thing, person, unit FROM access_grant WHERE owner = $1 AND kind = $2 AND person <> '' AND until_at > $3 AND thing IN (` + db.Marks(4) + `)`)

// A Holder has a thing by name, at a unit.
type Holder struct {
	Person tilhor.PersonID
	Unit   tilhor.SchoolID
}

// Holders says of some things who has each by name. It is asked by the things,
// which are few: a person may have hundreds.
func Holders(tx *db.Tx, owner tilhor.OwnerID, kind Kind, now time.Time, things ...string) (map[string][]Holder, error) {
	all := map[string][]Holder{}
	err := db.InMany(things, db.Args(owner, kind, now.UnixMilli()), func(args []any) error {
		return tx.Each(holdersOf, func(scan db.Scan) error {
			var thing string
			var h Holder
			err := scan(&thing, &h.Person, &h.Unit)
			all[thing] = append(all[thing], h)
			return err
		}, args...)
	})
	return all, err
}

var endRole = db.SQL(`UPDATE access_grant SET until_at = $7
	WHERE owner = $1 AND kind = $2 AND thing = $3 AND role = $4 AND unit = $5 AND relation = $6 AND until_at > $7`)

// EndRole ends a role's relation to a thing, at a unit, from an instant on.
func EndRole(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, role tilhor.Role, unit tilhor.SchoolID, rel Relation, at time.Time) error {
	_, err := tx.Exec(endRole, owner, kind, thing, role, unit, rel, at.UnixMilli())
	return err
}

var holdOne = db.SQL(`UPDATE access_grant SET given_by = given_by WHERE owner = $1 AND id = $2`)

// Hold writes a grant as it stands, so that an act that counts on it meets one that ends
// it: of two at once the later is run again on PostgreSQL, where each read what was before.
func Hold(tx *db.Tx, owner tilhor.OwnerID, id string) error {
	_, err := tx.Exec(holdOne, owner, id)
	return err
}

// EndGrant ends one grant from an instant on.
func EndGrant(tx *db.Tx, owner tilhor.OwnerID, id string, at time.Time) error {
	_, err := tx.Exec(endOne, owner, id, at.UnixMilli())
	return err
}

// End ends a person's relation to a thing from an instant on.
func End(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, person tilhor.PersonID, rel Relation, at time.Time) error {
	_, err := tx.Exec(endGrant, owner, kind, thing, person, rel, at.UnixMilli())
	return err
}
