package access

import (
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// A Guard stands before a thing about a person with a protected address
// (adressebeskyttelse, folkeregisterloven § 10-4). While it stands, whatever is
// granted passes only for who is named for that person: no role, no task that
// was handed over. It only ever keeps out, so that a grant that is forgotten
// gives nobody a sight of her. Two may go on as they were: who told, and who by name
// carries out a measure, since neither is shown who it is about; a measure that a whole
// role carries out shows the pupil to all who have it, and stops. And two are the
// owner's, whom no school can name: who receives past rektor, and who appoints
// (opplæringslova §§ 12-4 and 12-5), or what is told would reach nobody who can act.
//
// A guard holds from when it is written, whatever the clock says.
type Guard struct {
	Kind    Kind
	Thing   string
	Subject tilhor.PersonID
	Until   time.Time // zero: it stands
}

// unnamed are the relations that a guard lets by, however they were given.
var unnamed = []Relation{Reporter, Appoints}

// guarded says whether a guard keeps the actor from what a grant gives.
func guarded(a tilhor.Actor, g Grant, grants []Grant, guards []Guard, now time.Time) bool {
	switch {
	case slices.Contains(unnamed, g.Relation), g.Relation == Carries && g.Person != "", g.Relation == Intake && g.Unit == Owner:
		return false
	}
	for _, k := range guards {
		if k.Kind == g.Kind && k.Thing == g.Thing && now.UnixMilli() < end(k.Until) && !named(a, k.Subject, grants, now) {
			return true
		}
	}
	return false
}

func named(a tilhor.Actor, subject tilhor.PersonID, grants []Grant, now time.Time) bool {
	for _, n := range grants {
		if n.Kind == Person && n.Thing == string(subject) && n.Relation == Named && n.Person == a.Person && within(now, n.From, n.Until) {
			return true
		}
	}
	return false
}

// notGuarded is the same rule as SQL, about the grant g.
const notGuarded = `
		AND (g.relation IN ('reporter', 'appoints') OR (g.relation = 'carries' AND g.person <> '') OR (g.relation = 'intake' AND g.unit = '') OR NOT EXISTS (SELECT 1 FROM access_guard k
			WHERE k.owner = g.owner AND k.kind = g.kind AND k.thing = g.thing AND k.until_at > $5
			AND NOT EXISTS (SELECT 1 FROM access_grant n
				WHERE n.owner = k.owner AND n.kind = 'person' AND n.thing = k.subject AND n.relation = 'named'
				AND n.person = $2 AND n.from_at <= $5 AND n.until_at > $5)))`

var (
	insertSubject = db.SQL(`INSERT INTO access_subject (owner, kind, thing, person) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
	guardThing    = db.SQL(`INSERT INTO access_guard (owner, kind, thing, subject, until_at)
		SELECT k.owner, s.kind, s.thing, k.subject, k.until_at FROM access_guard k
		JOIN access_subject s ON s.owner = k.owner AND s.person = k.subject
		WHERE k.owner = $1 AND k.kind = 'person' AND k.thing = $4 AND k.until_at > $5 AND s.kind = $2 AND s.thing = $3
		ON CONFLICT (owner, kind, thing, subject) DO UPDATE SET until_at = excluded.until_at`)
	guardPerson = db.SQL(`INSERT INTO access_guard (owner, kind, thing, subject, until_at) VALUES ($1, 'person', $2, $2, $3)
		ON CONFLICT (owner, kind, thing, subject) DO UPDATE SET until_at = excluded.until_at`)
	guardThings = db.SQL(`INSERT INTO access_guard (owner, kind, thing, subject, until_at)
		SELECT s.owner, s.kind, s.thing, s.person, k.until_at FROM access_subject s
		JOIN access_guard k ON k.owner = s.owner AND k.kind = 'person' AND k.thing = s.person
		WHERE s.owner = $1 AND s.person = $2
		ON CONFLICT (owner, kind, thing, subject) DO UPDATE SET until_at = excluded.until_at`)
	endNamings     = db.SQL(`UPDATE access_grant SET until_at = $3 WHERE owner = $1 AND kind = 'person' AND thing = $2 AND until_at > $3`)
	endGuards      = db.SQL(`UPDATE access_guard SET until_at = $3 WHERE owner = $1 AND subject = $2 AND until_at > $3`)
	dropSubjects   = db.SQL(`DELETE FROM access_subject WHERE owner = $1 AND kind = $2 AND thing = $3`)
	dropGuards     = db.SQL(`DELETE FROM access_guard WHERE owner = $1 AND kind = $2 AND thing = $3`)
	selectSubjects = db.SQL(`SELECT subject FROM access_guard WHERE owner = $1 AND kind = $2 AND thing = $3 AND until_at > $4 ORDER BY subject`)
	allGuarded     = db.SQL(`SELECT DISTINCT thing FROM access_guard WHERE owner = $1 AND kind = $2 AND until_at > $3`)
	isNamed        = db.SQL(`SELECT COUNT(*) FROM access_grant WHERE owner = $1 AND kind = 'person' AND thing = $2 AND relation = 'named'
		AND person = $3 AND from_at <= $4 AND until_at > $4`)
	selectLeaders = db.SQL(`SELECT person, unit FROM access_grant WHERE owner = $1 AND kind = 'person' AND thing = $2 AND relation = 'leads'
		AND unit = $3 AND from_at <= $4 AND until_at > $4 ORDER BY from_at, id`)
	selectLed = db.SQL(`SELECT g.kind, g.thing, g.relation FROM access_subject s
		CROSS JOIN access_grant g
		WHERE g.owner = s.owner AND g.kind = s.kind AND g.thing = s.thing AND s.owner = $1 AND s.person = $2 AND g.unit = $3 AND g.role <> '' AND g.relation IN ('leads', 'intake') AND g.until_at > $4
		ORDER BY g.from_at, g.id`)
	endNamed = db.SQL(`UPDATE access_grant SET until_at = $4 WHERE owner = $1 AND person = $3 AND until_at > $4
		AND (kind = 'person' AND thing = $2 OR relation IN ('leads', 'intake', 'handles', 'covers') AND EXISTS (SELECT 1 FROM access_subject s
			WHERE s.owner = access_grant.owner AND s.person = $2 AND s.kind = access_grant.kind AND s.thing = access_grant.thing))`)
)

// leadsOf is what a named leader is to a thing of a kind.
var leadsOf = map[Kind]Relation{Track: Leads, Concern: Intake, Force: Leads}

// About says that a thing is about a person. When that person is protected it
// is guarded from now on, and those who lead for her at the unit have it by name:
// what is told of a protected person always reaches somebody. What goes past the
// school has Owner as its unit: then nobody at the school is given it. It tells
// whether the thing is guarded for her.
func About(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, person tilhor.PersonID, unit tilhor.SchoolID, now time.Time) (guards bool, err error) {
	if err := tx.Later(insertSubject, owner, kind, thing, person); err != nil {
		return false, err
	}
	return guard(tx, owner, kind, thing, person, unit, now)
}

// guard guards what is about a person, when she is protected.
func guard(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, person tilhor.PersonID, unit tilhor.SchoolID, now time.Time) (guards bool, err error) {
	n, err := tx.Exec(guardThing, owner, kind, thing, person, now.UnixMilli())
	if err != nil || n == 0 {
		return false, err
	}
	var leaders []tilhor.PersonID
	err = tx.Each(selectLeaders, func(scan db.Scan) error {
		var p tilhor.PersonID
		var u string
		err := scan(&p, &u)
		if !slices.Contains(leaders, p) {
			leaders = append(leaders, p)
		}
		return err
	}, owner, person, unit, now.UnixMilli())
	if err != nil {
		return false, err
	}
	for _, p := range leaders {
		if err := Give(tx, owner, Grant{Kind: kind, Thing: thing, Person: p, Unit: unit, Relation: leadsOf[kind], From: now}); err != nil {
			return false, err
		}
	}
	return true, nil
}

// NotAbout takes back whom a thing was held to be about.
func NotAbout(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string) error {
	if _, err := tx.Exec(dropSubjects, owner, kind, thing); err != nil {
		return err
	}
	_, err := tx.Exec(dropGuards, owner, kind, thing)
	return err
}

// Protect guards a person, and everything that is about her.
func Protect(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID) error {
	if _, err := tx.Exec(guardPerson, owner, person, int64(forever)); err != nil {
		return err
	}
	_, err := tx.Exec(guardThings, owner, person)
	return err
}

// Release lifts the guard from a person and everything that is about her. Nobody is
// named for her any more: when she is protected anew, it is chosen anew who is.
func Release(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, at time.Time) error {
	if _, err := tx.Exec(endGuards, owner, person, at.UnixMilli()); err != nil {
		return err
	}
	_, err := tx.Exec(endNamings, owner, person, at.UnixMilli())
	return err
}

// A Naming lets one person by name past the guard of a protected person. A
// leader leads whatever is about her at the unit; anybody else passes only to
// what is granted besides.
type Naming struct {
	Subject, Person tilhor.PersonID
	Unit            tilhor.SchoolID
	Lead            bool
	By              tilhor.PersonID
	From            time.Time
}

// Name writes a naming, and gives a leader what is about the person already.
func Name(tx *db.Tx, owner tilhor.OwnerID, n Naming) error {
	g := Grant{Kind: Person, Thing: string(n.Subject), Person: n.Person, Unit: n.Unit, Relation: Named, From: n.From, By: n.By}
	if err := Give(tx, owner, g); err != nil || !n.Lead {
		return err
	}
	g.Relation = Leads
	if err := Give(tx, owner, g); err != nil {
		return err
	}
	var all []Grant
	err := tx.Each(selectLed, func(scan db.Scan) error {
		g := Grant{Person: n.Person, Unit: n.Unit, From: n.From, By: n.By}
		err := scan(&g.Kind, &g.Thing, &g.Relation)
		all = append(all, g)
		return err
	}, owner, n.Subject, n.Unit, n.From.UnixMilli())
	if err != nil {
		return err
	}
	for _, g := range all {
		if err := Give(tx, owner, g); err != nil {
			return err
		}
	}
	return nil
}

// Unname takes back a naming, and all that the person had by it.
func Unname(tx *db.Tx, owner tilhor.OwnerID, subject, person tilhor.PersonID, at time.Time) error {
	_, err := tx.Exec(endNamed, owner, subject, person, at.UnixMilli())
	return err
}

// Namings lists who is named for a protected person now.
func Namings(tx *db.Tx, owner tilhor.OwnerID, subject tilhor.PersonID, now time.Time) (all []Naming, err error) {
	gs, err := GrantsOf(tx, owner, Person, string(subject))
	at := map[tilhor.PersonID]int{}
	for _, g := range gs {
		if !within(now, g.From, g.Until) {
			continue
		}
		i, seen := at[g.Person]
		if !seen {
			i = len(all)
			at[g.Person] = i
			all = append(all, Naming{Subject: subject, Person: g.Person, Unit: g.Unit, By: g.By, From: g.From})
		}
		all[i].Lead = all[i].Lead || g.Relation == Leads
	}
	return all, err
}

// IsNamed says whether the actor is named for a protected person.
func IsNamed(tx *db.Tx, a tilhor.Actor, subject tilhor.PersonID, now time.Time) (bool, error) {
	var n int
	err := tx.One(isNamed, db.Args(a.Owner, subject, a.Person, now.UnixMilli()), &n)
	return n > 0, err
}

// NamedForAll says whether somebody is named for each of some protected persons: what
// is about several opens to no one else.
func NamedForAll(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, subjects []tilhor.PersonID, now time.Time) (bool, error) {
	for _, s := range subjects {
		if named, err := IsNamed(tx, tilhor.Actor{Owner: owner, Person: person}, s, now); err != nil || !named {
			return false, err
		}
	}
	return true, nil
}

// Guarded lists the protected persons that a thing is about; nobody for most.
func Guarded(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, now time.Time) (all []tilhor.PersonID, err error) {
	err = tx.Each(selectSubjects, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		all = append(all, p)
		return err
	}, owner, kind, thing, now.UnixMilli())
	return all, err
}

// AllGuarded are the guarded things of a kind, for a list: they are few.
func AllGuarded(tx *db.Tx, owner tilhor.OwnerID, kind Kind, now time.Time) (map[string]bool, error) {
	all := map[string]bool{}
	err := tx.Each(allGuarded, func(scan db.Scan) error {
		var id string
		err := scan(&id)
		all[id] = true
		return err
	}, owner, kind, now.UnixMilli())
	return all, err
}
