package access

import (
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// Scope is the rule of an act as SQL, about the thing whose id stands in a
// column: a condition that is true when the actor may do the act with it. A
// room embeds it as `AND ` + access.Scope(access.Read, "t.id") and passes Args
// first, so that $1 to $5 are taken and its own begin at $6: owner, person,
// role, school, now.
//
// It asks about one thing at a time. Written as a list of every thing the actor
// may see (IN), it cost SQLite the school's whole history for each look-up.
func Scope(act Act, column string) string {
	return `EXISTS (` + scoped(act) + ` AND g.thing = ` + column + `)`
}

func scoped(act Act) string {
	r := rules[act]
	rel := make([]string, len(r.any))
	for i, k := range r.any {
		rel[i] = "'" + string(k) + "'"
	}
	barred := `
		AND NOT EXISTS (SELECT 1 FROM access_bar b
			WHERE b.owner = g.owner AND b.kind = g.kind AND b.thing = g.thing AND b.from_at <= $5 AND b.until_at > $5
			AND (b.person = $2 OR (b.role <> '' AND b.role = $3 AND b.unit = $4)))`
	if act == Follow || act == FollowForce { // of what one has told oneself, one is answered
		barred = ""
	}
	return `SELECT g.thing, g.relation FROM access_grant g
		WHERE g.owner = $1 AND g.kind = '` + string(r.kind) + `' AND g.unit = $4
		AND g.relation IN (` + strings.Join(rel, ", ") + `) AND g.from_at <= $5 AND g.until_at > $5
		AND (g.person = $2 OR (g.person = '' AND ((g.role = $3 AND g.unit <> '') OR EXISTS (SELECT 1 FROM access_grant h
			WHERE h.owner = g.owner AND h.kind = 'school' AND h.thing = g.unit AND h.relation = g.relation
			AND h.person = $2 AND h.from_at <= $5 AND h.until_at > $5))))` + barred + notGuarded
}

// nobody is a person no grant can name: what an actor becomes who may not even
// ask, so that the same statement gives its empty answer.
const nobody = "-"

// Args are the first five arguments of a statement that embeds Scope(act).
func Args(a tilhor.Actor, act Act, now time.Time, own ...any) []any {
	person, role, school := string(a.Person), string(a.Role), string(a.School)
	if !asks(a, act) || (rules[act].trained && !a.Trained) {
		person, role, school = nobody, nobody, nobody
	}
	return append([]any{a.Owner, person, role, school, now.UnixMilli()}, own...)
}

var allow = func() map[Act]*db.Stmt {
	m := map[Act]*db.Stmt{}
	for act := range rules {
		m[act] = db.SQL(`SELECT s.relation FROM (` + scoped(act) + ` AND g.thing = $6) s ORDER BY s.relation DESC`)
	}
	return m
}()

// Allow finds one thing through the scope: the relation that let the actor
// pass, for the record, or tilhor.ErrNotFound, the same for what is refused
// and for what is not there.
func Allow(tx *db.Tx, a tilhor.Actor, act Act, thing string, now time.Time) (Relation, error) {
	var rel Relation
	err := tx.One(allow[act], Args(a, act, now, thing), &rel)
	return rel, err
}

var some = func() map[Act]*db.Stmt {
	m := map[Act]*db.Stmt{}
	for act, r := range rules {
		var rel []string
		for _, k := range r.any {
			rel = append(rel, "'"+string(k)+"'")
		}
		in := ` AND relation IN (` + strings.Join(rel, ", ") + `) AND from_at <= $5 AND until_at > $5`
		m[act] = db.SQL(`SELECT COUNT(*) FROM (
			SELECT thing FROM (SELECT thing FROM access_grant WHERE owner = $1 AND person = $2 AND kind = '` + string(r.kind) + `' AND unit = $4` + in + ` LIMIT 1) a
			UNION ALL SELECT thing FROM (SELECT thing FROM access_grant WHERE owner = $1 AND kind = 'school' AND thing = $4 AND person = $2` + in + ` LIMIT 1) b) n
			WHERE $3 <> ''`)
	}
	return m
}()

// Some says whether an actor may do an act with anything at all, as far as can be said
// without looking at each thing: rektor by role, others when something was given to them.
func Some(tx *db.Tx, a tilhor.Actor, act Act, now time.Time) (bool, error) {
	if a.Role == tilhor.RoleRektor {
		return true, nil
	}
	n := 0
	err := tx.One(some[act], Args(a, act, now), &n)
	return n > 0, err
}

var handed = db.SQL(`SELECT relation FROM access_grant
	WHERE owner = $1 AND kind = 'school' AND thing = $2 AND person = $3 AND from_at <= $4 AND until_at > $4`)

// Duties says which relations a person has been handed at a school now, for
// the menu and the page of today: rektor has them by role.
func Duties(tx *db.Tx, a tilhor.Actor, now time.Time) (map[Relation]bool, error) {
	m := map[Relation]bool{}
	if a.Role == tilhor.RoleRektor {
		m[Intake], m[Leads] = true, true
	}
	err := tx.Each(handed, func(scan db.Scan) error {
		var r Relation
		if err := scan(&r); err != nil {
			return err
		}
		m[r] = true
		return nil
	}, a.Owner, a.School, a.Person, now.UnixMilli())
	return m, err
}

var handedAt = db.SQL(`SELECT person FROM access_grant
	WHERE owner = $1 AND kind = 'school' AND thing = $2 AND relation = $3 AND person <> '' AND from_at <= $4 AND until_at > $4`)

// HandedAt are those who have been handed a relation at a unit, now.
func HandedAt(tx *db.Tx, owner tilhor.OwnerID, unit tilhor.SchoolID, r Relation, now time.Time) (all []tilhor.PersonID, err error) {
	err = tx.Each(handedAt, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		all = append(all, p)
		return err
	}, owner, unit, string(r), now.UnixMilli())
	return all, err
}

var beginNow = db.SQL(`UPDATE access_grant SET from_at = $2 WHERE owner = $1 AND kind IN ('concern', 'track', 'force', 'person') AND from_at > $2
	AND NOT (relation IN ('covers', 'carries') AND until_at < 9223372036854775807)`)

// BeginNow lets grants begin that were given by a clock that ran ahead and has
// been set back: a concern, a track or an intervention is given from the moment it is, never from
// a day to come. What rektor hands over for days to come is left as it is, and
// so is standing in for who will be away.
func BeginNow(tx *db.Tx, owner tilhor.OwnerID, now time.Time) error {
	_, err := tx.Exec(beginNow, owner, now.UnixMilli())
	return err
}

var grantsOf = db.SQL(`SELECT id, kind, thing, person, role, unit, relation, from_at, until_at, given_by FROM access_grant
	WHERE owner = $1 AND kind = $2 AND thing = $3 ORDER BY from_at, id`)

// GrantsOf lists everyone who has, or had, a relation to a thing: the page of
// who may read.
func GrantsOf(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string) ([]Grant, error) {
	var all []Grant
	err := tx.Each(grantsOf, func(scan db.Scan) error {
		var g Grant
		var from, until int64
		if err := scan(&g.ID, &g.Kind, &g.Thing, &g.Person, &g.Role, &g.Unit, &g.Relation, &from, &until, &g.By); err != nil {
			return err
		}
		g.From = time.UnixMilli(from).UTC()
		if until != forever {
			g.Until = time.UnixMilli(until).UTC()
		}
		all = append(all, g)
		return nil
	}, owner, kind, thing)
	return all, err
}
