// Package roster knows who belongs to the municipality's schools: schools,
// SFO, classes, formal bodies, pupils, employees with their roles, guardians
// and what links them to a pupil. Imports land here (see docs/guide/roster.md).
//
// Opplæringslova § 25-1 lets a school process what is necessary for its tasks,
// and no more: what the source systems send besides (addresses, telephone
// numbers, birth dates, grades, absence) is never stored. Names, e-mail and
// person numbers are sealed with the key of a school; a person number is
// searched by a keyed hash only. Guardianship has dates, says whether there is
// parental responsibility (foreldreansvar), and can be decided by hand, because
// registers do not know every judgment. A person with a protected address
// (folkeregisterloven § 10-4) is in no list.
package roster

import (
	"errors"
	"fmt"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// A Roster reads and changes the lists of the owners whose keys it has.
type Roster struct {
	keys    *seal.Keys
	journal *journal.Journal
}

// New gives a roster.
func New(keys *seal.Keys, j *journal.Journal) *Roster { return &Roster{keys, j} }

// A School is one school (skole), or an SFO that is a unit of its own.
type School struct {
	ID        tilhor.SchoolID
	Name      string
	OrgNumber string
	Kind      string // "school" or "sfo-unit"
	HasSFO    bool
	Until     tilhor.Date // the first day it is no longer one; "" while it is
}

// A Group is a class, an SFO group or a formal body.
type Group struct {
	ID          tilhor.GroupID
	School      tilhor.SchoolID
	Kind        Kind
	Name        string
	From, Until tilhor.Date
}

// A Pupil is a pupil (elev) at a school on a day.
type Pupil struct {
	ID        tilhor.PersonID
	Name      string
	Class     string
	School    tilhor.SchoolID
	SFO       bool
	Protected bool // fortrolig or strengt fortrolig adresse
}

// An Employee is somebody who works at a school on a day, and so has the duty
// to report (opplæringslova § 12-4).
type Employee struct {
	ID        tilhor.PersonID
	Name      string
	Roles     []tilhor.Role
	School    tilhor.SchoolID
	Contact   []string    // the classes whose kontaktlærer this is
	TrainedOn tilhor.Date // privacy training (opplæringsforskrifta § 20-2); "" for none
}

// A Guardian is an adult linked to a pupil on a day.
type Guardian struct {
	ID             tilhor.PersonID
	Name           string
	Kind           LinkKind
	Responsibility Responsibility
	From, Until    tilhor.Date
	Manual         bool // decided by a person, not told by a file
	Protected      bool
	Barred         bool // decided by a person: is told nothing, whatever a file says
}

// Parent says whether the link lets somebody act as the pupil's parent.
// Unknown responsibility does, since most systems do not tell; a next of kin,
// and who is known to be without responsibility, or is barred, does not.
func (g Guardian) Parent() bool {
	return g.Responsibility != No && g.Kind != LinkNextOfKin && !g.Barred
}

const (
	kindSchoolText  = string(kindSchool)
	kindSFOUnitText = string(kindSFOUnit)
)

var (
	listSchools = db.SQL(`SELECT s.id, s.name, s.org_number, s.kind, s.has_sfo, s.until_date,
			EXISTS (SELECT 1 FROM roster_group g WHERE g.owner = $1 AND g.school = s.id AND g.kind = 'sfo' AND g.until_date = '')
		FROM roster_school s WHERE s.owner = $1 AND s.until_date = ''`)
	oneSchool = db.SQL(`SELECT s.id, s.name, s.org_number, s.kind, s.has_sfo, s.until_date,
			EXISTS (SELECT 1 FROM roster_group g WHERE g.owner = $1 AND g.school = s.id AND g.kind = 'sfo' AND g.until_date = '')
		FROM roster_school s WHERE s.owner = $1 AND s.id = $2`)
	listGroups = db.SQL(`SELECT id, school, kind, name, from_date, until_date FROM roster_group
		WHERE owner = $1 AND school = $2 AND from_date <= $3 AND (until_date = '' OR until_date > $3)`)
	listPupils = db.SQL(`SELECT p.id, p.home, p.name, COALESCE(g.kind, ''), COALESCE(g.name, '')
		FROM roster_member m
		JOIN roster_person p ON p.owner = m.owner AND p.id = m.person
		LEFT JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp AND g.from_date <= $3 AND (g.until_date = '' OR g.until_date > $3)
		WHERE m.owner = $1 AND m.school = $2 AND m.role = 'pupil' AND m.from_date <= $3
			AND (m.until_date = '' OR m.until_date > $3) AND p.protection = ''`)
	onePupil = db.SQL(`SELECT p.home, p.name, p.protection, m.school, COALESCE(g.kind, ''), COALESCE(g.name, '')
		FROM roster_member m
		JOIN roster_person p ON p.owner = m.owner AND p.id = m.person
		LEFT JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp AND g.from_date <= $3 AND (g.until_date = '' OR g.until_date > $3)
		WHERE m.owner = $1 AND m.person = $2 AND m.role = 'pupil' AND m.from_date <= $3
			AND (m.until_date = '' OR m.until_date > $3)`)
	lastSchool = db.SQL(`SELECT school FROM roster_member WHERE owner = $1 AND person = $2 AND role = 'pupil' AND from_date <= $3
		ORDER BY CASE WHEN until_date = '' THEN '9999' ELSE until_date END DESC, from_date DESC, school LIMIT 1`)
	listEmployees = db.SQL(`SELECT p.id, p.home, p.name, m.role, m.detail, COALESCE(g.name, ''),
			COALESCE((SELECT MAX(t.on_date) FROM roster_training t WHERE t.owner = $1 AND t.person = p.id AND t.on_date <= $3), '')
		FROM roster_member m
		JOIN roster_person p ON p.owner = m.owner AND p.id = m.person
		LEFT JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp AND g.from_date <= $3 AND (g.until_date = '' OR g.until_date > $3)
		WHERE m.owner = $1 AND m.school = $2 AND m.role IN ` + works + ` AND m.from_date <= $3
			AND (m.until_date = '' OR m.until_date > $3) AND p.protection = ''`)
	listSeats = db.SQL(`SELECT p.id, p.home, p.name, m.detail FROM roster_member m
		JOIN roster_person p ON p.owner = m.owner AND p.id = m.person
		WHERE m.owner = $1 AND m.school = $2 AND m.role = $3 AND m.grp = $4 AND m.from_date <= $5
			AND (m.until_date = '' OR m.until_date > $5) AND p.protection = ''`)
	contactsOf = db.SQL(`SELECT DISTINCT t.person FROM roster_member m
		CROSS JOIN roster_member t -- begin with the places of the pupil, which SQLite does not see by itself
		JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp AND g.from_date <= $3 AND (g.until_date = '' OR g.until_date > $3)
		WHERE m.owner = $1 AND m.person = $2 AND m.role = 'pupil' AND m.grp <> '' AND t.detail = 'contact'
			AND t.owner = m.owner AND t.school = m.school AND t.role = 'teacher' AND t.grp = m.grp
			AND m.from_date <= $3 AND (m.until_date = '' OR m.until_date > $3)
			AND t.from_date <= $3 AND (t.until_date = '' OR t.until_date > $3)`)
	rolesOf = db.SQL(`SELECT DISTINCT school, role FROM roster_member
		WHERE owner = $1 AND person = $2 AND role <> 'seat' AND from_date <= $3 AND (until_date = '' OR until_date > $3)
		ORDER BY school, role`)
	rolesOfMany = db.SQL(`SELECT DISTINCT person, school, role FROM roster_member
		WHERE owner = $1 AND role <> 'seat' AND from_date <= $2 AND (until_date = '' OR until_date > $2) AND person IN (` + db.Marks(3) + `)
		ORDER BY person, school, role`)
	trained = db.SQL(`SELECT on_date FROM roster_training WHERE owner = $1 AND person = $2 AND on_date <= $3
		ORDER BY on_date DESC LIMIT 1`)
	linksOfPupil = db.SQL(`SELECT guardian, 0, kind, responsibility, from_date, until_date, FALSE, 0, '' FROM roster_guardian WHERE owner = $1 AND pupil = $2
		UNION ALL SELECT guardian, 1, '', responsibility, from_date, until_date, holds, written, id FROM roster_override WHERE owner = $1 AND pupil = $2
		ORDER BY 2, 8, 9, 1, 5`)
	linksOfGuardian = db.SQL(`SELECT pupil, 0, kind, responsibility, from_date, until_date, FALSE, 0, '' FROM roster_guardian WHERE owner = $1 AND guardian = $2
		UNION ALL SELECT pupil, 1, '', responsibility, from_date, until_date, holds, written, id FROM roster_override WHERE owner = $1 AND guardian = $2
		ORDER BY 2, 8, 9, 1, 5`)
	manyNames   = db.SQL(`SELECT id, home, name, protection FROM roster_person WHERE owner = $1 AND id IN (` + db.Marks(2) + `)`)
	manyClasses = db.SQL(`SELECT m.person, m.school, g.name FROM roster_member m
		JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp AND g.from_date <= $2 AND (g.until_date = '' OR g.until_date > $2)
		WHERE m.owner = $1 AND m.role = 'pupil' AND m.from_date <= $2 AND (m.until_date = '' OR m.until_date > $2)
			AND g.kind = 'class' AND m.person IN (` + db.Marks(3) + `)`)
	isPerson  = db.SQL(`SELECT home, protection FROM roster_person WHERE owner = $1 AND id = $2`)
	oneSealed = db.SQL(`SELECT home, email FROM roster_person WHERE owner = $1 AND id = $2`)
)

// Schools lists the schools of the owner, by name.
func (r *Roster) Schools(tx *db.Tx, owner tilhor.OwnerID) ([]School, error) {
	var out []School
	err := tx.Each(listSchools, func(scan db.Scan) error {
		s, err := scanSchool(scan)
		out = append(out, s)
		return err
	}, owner)
	lang.Sort(tilhor.Bokmal, out, func(s School) string { return s.Name })
	return out, err
}

func scanSchool(scan db.Scan) (s School, err error) {
	var group bool
	err = scan(&s.ID, &s.Name, &s.OrgNumber, &s.Kind, &s.HasSFO, &s.Until, &group)
	s.HasSFO = s.HasSFO || group
	return s, err
}

// School gives one school, also one that has closed.
func (r *Roster) School(tx *db.Tx, owner tilhor.OwnerID, id tilhor.SchoolID) (School, error) {
	var s School
	found := false
	err := tx.Each(oneSchool, func(scan db.Scan) (err error) {
		found = true
		s, err = scanSchool(scan)
		return err
	}, owner, id)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return s, err
}

// Groups lists the classes, SFO groups and bodies of a school on a day.
func (r *Roster) Groups(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) ([]Group, error) {
	var out []Group
	err := tx.Each(listGroups, func(scan db.Scan) error {
		var g Group
		if err := scan(&g.ID, &g.School, &g.Kind, &g.Name, &g.From, &g.Until); err != nil {
			return err
		}
		if g.Kind.Kept() {
			out = append(out, g)
		}
		return nil
	}, owner, school, on)
	lang.Sort(tilhor.Bokmal, out, func(g Group) string { return string(g.Kind) + " " + g.Name })
	return out, err
}

// an opener opens names, and fetches each school's key once.
type opener struct {
	r     *Roster
	tx    *db.Tx
	owner tilhor.OwnerID
	keys  map[tilhor.SchoolID]seal.Key
}

func (r *Roster) opener(tx *db.Tx, owner tilhor.OwnerID) *opener {
	return &opener{r, tx, owner, map[tilhor.SchoolID]seal.Key{}}
}

// keyOf is where the key of a home is kept.
func keyOf(home tilhor.SchoolID) (seal.Kind, string) {
	if home == "" {
		return seal.KindOwner, "roster"
	}
	return seal.KindSchool, string(home)
}

func (o *opener) key(home tilhor.SchoolID) (seal.Key, error) {
	if k, ok := o.keys[home]; ok {
		return k, nil
	}
	kind, thing := keyOf(home)
	k, err := o.r.keys.Get(o.tx, o.owner, kind, thing)
	if err == nil {
		o.keys[home] = k
	}
	return k, err
}

// The sealed fields of a person. They are bound to the field and the person,
// for ever: never change them.
const (
	fieldName   = "roster.name"
	fieldEmail  = "roster.email"
	fieldPID    = "roster.pid"
	fieldReason = "roster.override.reason"
	fieldCounts = "roster.import.counts"
)

func (o *opener) name(id tilhor.PersonID, home tilhor.SchoolID, sealed []byte) (string, error) {
	k, err := o.key(home)
	if err != nil {
		return "", fmt.Errorf("open the name of person %s: %w", id, err)
	}
	name, err := k.Open(fieldName, string(id), sealed)
	if err != nil {
		return "", fmt.Errorf("open the name of person %s: %w", id, err)
	}
	return name, nil
}

type namedRow struct {
	id      tilhor.PersonID
	home    tilhor.SchoolID
	name    []byte
	kind    Kind
	group   string
	role    tilhor.Role
	detail  string
	trained tilhor.Date
}

// Pupils lists the pupils of a school on a day, by class and name. A protected
// person is not in it: who tells of one writes the name.
func (r *Roster) Pupils(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) ([]Pupil, error) {
	byID := map[tilhor.PersonID]*Pupil{}
	var rows []namedRow
	err := tx.Each(listPupils, func(scan db.Scan) error {
		var n namedRow
		if err := scan(&n.id, &n.home, &n.name, &n.kind, &n.group); err != nil {
			return err
		}
		p := byID[n.id]
		if p == nil {
			p = &Pupil{ID: n.id, School: school}
			byID[n.id] = p
			rows = append(rows, n)
		}
		p.in(n.kind, n.group)
		return nil
	}, owner, school, on)
	if err != nil {
		return nil, err
	}
	open := r.opener(tx, owner)
	out := make([]Pupil, 0, len(rows))
	for _, n := range rows {
		p := byID[n.id]
		if p.Name, err = open.name(n.id, n.home, n.name); err != nil {
			return nil, err
		}
		out = append(out, *p)
	}
	lang.Sort(tilhor.Bokmal, out, func(p Pupil) string { return p.Class + " " + p.Name })
	return out, nil
}

func (p *Pupil) in(kind Kind, group string) {
	switch kind {
	case KindClass:
		if p.Class == "" || group < p.Class {
			p.Class = group
		}
	case KindSFO:
		p.SFO = true
	}
}

// Pupil gives one pupil on a day, protected or not; ErrNotFound for who is no
// pupil then. Whether the asker may know is decided before it is asked.
func (r *Roster) Pupil(tx *db.Tx, owner tilhor.OwnerID, id tilhor.PersonID, on tilhor.Date) (Pupil, error) {
	p, n, err := pupil(tx, owner, id, on)
	if err != nil {
		return Pupil{}, err
	}
	p.Name, err = r.opener(tx, owner).name(id, n.home, n.name)
	return p, err
}

// Where is Pupil without the name, which stays sealed.
func (r *Roster) Where(tx *db.Tx, owner tilhor.OwnerID, id tilhor.PersonID, on tilhor.Date) (Pupil, error) {
	p, _, err := pupil(tx, owner, id, on)
	return p, err
}

// SchoolOf is the school of a pupil on a day, or between two school years the one
// that the pupil went to last; ErrNotFound for who never was a pupil.
func (r *Roster) SchoolOf(tx *db.Tx, owner tilhor.OwnerID, id tilhor.PersonID, on tilhor.Date) (school tilhor.SchoolID, err error) {
	in, err := r.Where(tx, owner, id, on)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = tx.One(lastSchool, db.Args(owner, id, on), &in.School)
	}
	return in.School, err
}

func pupil(tx *db.Tx, owner tilhor.OwnerID, id tilhor.PersonID, on tilhor.Date) (Pupil, namedRow, error) {
	p := Pupil{ID: id}
	var n namedRow
	found := false
	err := tx.Each(onePupil, func(scan db.Scan) error {
		var protection string
		var school tilhor.SchoolID
		if err := scan(&n.home, &n.name, &protection, &school, &n.kind, &n.group); err != nil {
			return err
		}
		if !found || n.kind == KindClass {
			p.School = school
		}
		found, p.Protected = true, protection != ""
		p.in(n.kind, n.group)
		return nil
	}, owner, id, on)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return p, n, err
}

// Names gives the names of persons by id; one that is not known is left out.
// It opens protected persons' names too: ask it only for a thing that the
// reader may see.
func (r *Roster) Names(tx *db.Tx, owner tilhor.OwnerID, ids ...tilhor.PersonID) (map[tilhor.PersonID]string, error) {
	people, err := r.people(tx, owner, ids)
	out := make(map[tilhor.PersonID]string, len(people))
	for id, p := range people {
		out[id] = p.name
	}
	return out, err
}

type known struct {
	name      string
	protected bool
}

func (r *Roster) people(tx *db.Tx, owner tilhor.OwnerID, ids []tilhor.PersonID) (map[tilhor.PersonID]known, error) {
	out := make(map[tilhor.PersonID]known, len(ids))
	open := r.opener(tx, owner)
	err := db.InMany(ids, db.Args(owner), func(args []any) error {
		var rows []namedRow
		err := tx.Each(manyNames, func(scan db.Scan) error {
			var row namedRow
			err := scan(&row.id, &row.home, &row.name, &row.detail)
			rows = append(rows, row)
			return err
		}, args...)
		if err != nil {
			return err
		}
		for _, row := range rows {
			name, err := open.name(row.id, row.home, row.name)
			if err != nil {
				return err
			}
			out[row.id] = known{name, row.detail != ""}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Classes gives the class of each pupil who is in one on a day, for a list:
// what Pupil tells of one. Like Names it tells of protected persons too.
func (r *Roster) Classes(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, ids ...tilhor.PersonID) (map[tilhor.PersonID]string, error) {
	pupils, err := r.InClass(tx, owner, on, ids...)
	out := make(map[tilhor.PersonID]string, len(pupils))
	for id, p := range pupils {
		out[id] = p.Class
	}
	return out, err
}

// InClass is Classes, each with the school that the class is at.
func (r *Roster) InClass(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, ids ...tilhor.PersonID) (map[tilhor.PersonID]Pupil, error) {
	pupils := map[tilhor.PersonID]Pupil{}
	err := db.InMany(ids, db.Args(owner, on), func(args []any) error {
		return tx.Each(manyClasses, func(scan db.Scan) error {
			var id tilhor.PersonID
			var school tilhor.SchoolID
			var class string
			if err := scan(&id, &school, &class); err != nil {
				return err
			}
			p := pupils[id]
			if p.in(KindClass, class); p.Class == class {
				p.School = school
			}
			pupils[id] = p
			return nil
		}, args...)
	})
	return pupils, err
}

// Email gives the address a notice may go to; "" when there is none.
func (r *Roster) Email(tx *db.Tx, owner tilhor.OwnerID, id tilhor.PersonID) (string, error) {
	var home tilhor.SchoolID
	var sealed []byte
	if err := tx.One(oneSealed, db.Args(owner, id), &home, &sealed); err != nil || sealed == nil {
		return "", err
	}
	k, err := r.opener(tx, owner).key(home)
	if err != nil {
		return "", fmt.Errorf("open the e-mail of person %s: %w", id, err)
	}
	return k.Open(fieldEmail, string(id), sealed)
}

// Employees lists who works at a school on a day, by name. school "" lists
// those of the owner itself. A protected person is not in it.
func (r *Roster) Employees(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) ([]Employee, error) {
	byID := map[tilhor.PersonID]*Employee{}
	var rows []namedRow
	err := tx.Each(listEmployees, func(scan db.Scan) error {
		var n namedRow
		if err := scan(&n.id, &n.home, &n.name, &n.role, &n.detail, &n.group, &n.trained); err != nil {
			return err
		}
		e := byID[n.id]
		if e == nil {
			e = &Employee{ID: n.id, School: school, TrainedOn: n.trained}
			byID[n.id] = e
			rows = append(rows, n)
		}
		e.Roles = addOnce(e.Roles, n.role)
		if n.detail == detailContact && n.group != "" {
			e.Contact = addOnce(e.Contact, n.group)
		}
		return nil
	}, owner, school, on)
	if err != nil {
		return nil, err
	}
	open := r.opener(tx, owner)
	out := make([]Employee, 0, len(rows))
	for _, n := range rows {
		e := byID[n.id]
		if e.Name, err = open.name(n.id, n.home, n.name); err != nil {
			return nil, err
		}
		out = append(out, *e)
	}
	lang.Sort(tilhor.Bokmal, out, func(e Employee) string { return e.Name })
	return out, nil
}

func addOnce[T comparable](list []T, v T) []T {
	for _, have := range list {
		if have == v {
			return list
		}
	}
	return append(list, v)
}

// A Seat is somebody's seat in a body, on a day.
type Seat struct {
	ID     tilhor.PersonID
	Name   string
	Detail string // "leader", "parent-rep", "pupil", "rektor", "employee" or ""
}

// Seats lists who sits in a formal body on a day, by name.
func (r *Roster) Seats(tx *db.Tx, owner tilhor.OwnerID, body Group, on tilhor.Date) ([]Seat, error) {
	var out []Seat
	var rows []namedRow
	err := tx.Each(listSeats, func(scan db.Scan) error {
		var n namedRow
		if err := scan(&n.id, &n.home, &n.name, &n.detail); err != nil {
			return err
		}
		rows = append(rows, n)
		return nil
	}, owner, body.School, RoleSeat, body.ID, on)
	if err != nil {
		return nil, err
	}
	open := r.opener(tx, owner)
	for _, n := range rows {
		name, err := open.name(n.id, n.home, n.name)
		if err != nil {
			return nil, err
		}
		out = append(out, Seat{n.id, name, n.detail})
	}
	lang.Sort(tilhor.Bokmal, out, func(s Seat) string { return s.Name })
	return out, nil
}

var seatGroups = db.SQL(`SELECT r.grp FROM roster_member r JOIN roster_person p ON p.owner = r.owner AND p.id = r.person
	WHERE r.owner = $1 AND r.person = $2 AND r.role = $3 AND r.from_date <= $4 AND (r.until_date = '' OR r.until_date > $4) AND p.protection = ''`)

// SeatGroups are the formal bodies of the lists that somebody sits in on a day, as
// Seats tells it: a protected person's seat is given by hand.
func (r *Roster) SeatGroups(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, on tilhor.Date) (all []tilhor.GroupID, err error) {
	err = tx.Each(seatGroups, func(scan db.Scan) error {
		var g tilhor.GroupID
		err := scan(&g)
		all = append(all, g)
		return err
	}, owner, person, RoleSeat, on)
	return all, err
}

// ContactTeachers gives the pupil's contact teachers (kontaktlærer) on a day.
func (r *Roster) ContactTeachers(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, on tilhor.Date) ([]tilhor.PersonID, error) {
	var out []tilhor.PersonID
	err := tx.Each(contactsOf, func(scan db.Scan) error {
		var id tilhor.PersonID
		err := scan(&id)
		out = append(out, id)
		return err
	}, owner, pupil, on)
	return out, err
}

// A link is one end's view of a guardianship.
type link struct {
	other          tilhor.PersonID
	kind           LinkKind
	responsibility Responsibility
	from, until    tilhor.Date
	manual         bool
}

func holds(from, until, on tilhor.Date) bool { return from <= on && (until == "" || until > on) }

// links gives what holds on a day: what the files tell, and before that what a
// person has decided.
func links(tx *db.Tx, all *db.Stmt, owner tilhor.OwnerID, person tilhor.PersonID, on tilhor.Date) ([]link, error) {
	var order []tilhor.PersonID
	byID := map[tilhor.PersonID]link{}
	ends := map[tilhor.PersonID]bool{}
	err := tx.Each(all, func(scan db.Scan) error {
		var l link
		var there bool
		var written int64
		var id string
		if err := scan(&l.other, &l.manual, &l.kind, &l.responsibility, &l.from, &l.until, &there, &written, &id); err != nil {
			return err
		}
		if !holds(l.from, l.until, on) {
			return nil
		}
		was, ok := byID[l.other]
		if !ok {
			order = append(order, l.other)
		}
		if l.manual {
			l.kind = LinkGuardian
			if ok && was.kind != LinkNextOfKin {
				l.kind = was.kind
			}
			ends[l.other] = !there
		}
		byID[l.other] = l
		return nil
	}, owner, person)
	if err != nil {
		return nil, err
	}
	var out []link
	for _, id := range order {
		if !ends[id] {
			out = append(out, byID[id])
		}
	}
	return out, nil
}

// Guardians gives the adults linked to a pupil on a day. Protected ones are
// among them, and marked: who reads the pupil's case must know of them, and
// that nothing of theirs may be passed on.
func (r *Roster) Guardians(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, on tilhor.Date) ([]Guardian, error) {
	ls, err := links(tx, linksOfPupil, owner, pupil, on)
	if err != nil {
		return nil, err
	}
	ids := make([]tilhor.PersonID, len(ls))
	for i, l := range ls {
		ids[i] = l.other
	}
	people, err := r.people(tx, owner, ids)
	if err != nil {
		return nil, err
	}
	barred, err := bars(tx, barsOfPupil, owner, pupil, on)
	if err != nil {
		return nil, err
	}
	out := make([]Guardian, len(ls))
	for i, l := range ls {
		p := people[l.other]
		out[i] = Guardian{l.other, p.name, l.kind, l.responsibility, l.from, l.until, l.manual, p.protected, barred[l.other]}
	}
	lang.Sort(tilhor.Bokmal, out, func(g Guardian) string { return g.Name })
	return out, nil
}

// WorkingKin are the adults of pupils who work for a school or the owner on a
// day, in each role they have there: nobody decides in a matter where the own
// child is a party (ugild, forvaltningsloven § 6). No name is opened.
func (r *Roster) WorkingKin(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, pupils ...tilhor.PersonID) (kin []tilhor.Actor, err error) {
	var family []tilhor.PersonID
	for _, pupil := range pupils {
		ls, err := links(tx, linksOfPupil, owner, pupil, on)
		if err != nil {
			return nil, err
		}
		for _, l := range ls {
			family = addOnce(family, l.other)
		}
	}
	err = db.InMany(family, db.Args(owner, on), func(args []any) error {
		return tx.Each(rolesOfMany, func(scan db.Scan) error {
			a := tilhor.Actor{Owner: owner}
			if err := scan(&a.Person, &a.School, &a.Role); err != nil {
				return err
			}
			if a.Role.Staff() || a.Role == tilhor.RoleOwnerAdviser {
				kin = append(kin, a)
			}
			return nil
		}, args...)
	})
	return kin, err
}

// Children gives the pupils whose parent somebody may act as on a day.
func (r *Roster) Children(tx *db.Tx, owner tilhor.OwnerID, guardian tilhor.PersonID, on tilhor.Date) ([]tilhor.PersonID, error) {
	ls, err := links(tx, linksOfGuardian, owner, guardian, on)
	if err != nil {
		return nil, err
	}
	barred, err := bars(tx, barsOfGuardian, owner, guardian, on)
	var out []tilhor.PersonID
	for _, l := range ls {
		if (Guardian{Kind: l.kind, Responsibility: l.responsibility, Barred: barred[l.other]}).Parent() {
			out = append(out, l.other)
		}
	}
	return out, err
}

// Wards are the pupils that somebody stands in the lists as an adult of on a day,
// each as that pupil's own list of guardians has it, but with no name opened: it
// asks the same statements whatever there is to find, so that nothing can be
// told from how long it took.
func (r *Roster) Wards(tx *db.Tx, owner tilhor.OwnerID, guardian tilhor.PersonID, on tilhor.Date) (map[tilhor.PersonID]Guardian, error) {
	ls, err := links(tx, linksOfGuardian, owner, guardian, on)
	if err != nil {
		return nil, err
	}
	barred, err := bars(tx, barsOfGuardian, owner, guardian, on)
	if err != nil {
		return nil, err
	}
	all := map[tilhor.PersonID]Guardian{}
	for _, l := range ls {
		all[l.other] = Guardian{ID: guardian, Kind: l.kind, Responsibility: l.responsibility, From: l.from, Until: l.until, Manual: l.manual, Barred: barred[l.other]}
	}
	return all, nil
}

// RolesOf gives every role a person may act in on a day. Nobody is more than
// one of them at a time. A parent's role is at no school, since children may go
// to several: kinship decides. Whoever stands in the lists as an adult of a pupil
// may act as one, also who is barred or has no responsibility: what is shown is
// asked for each child (Wards), and being turned away at the door would tell.
func (r *Roster) RolesOf(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, on tilhor.Date) ([]tilhor.Actor, error) {
	var day tilhor.Date
	err := tx.One(trained, db.Args(owner, person, on), &day)
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return nil, err
	}
	base := tilhor.Actor{Owner: owner, Person: person, Trained: err == nil}
	var out []tilhor.Actor
	err = tx.Each(rolesOf, func(scan db.Scan) error {
		a := base
		if err := scan(&a.School, &a.Role); err != nil {
			return err
		}
		out = append(out, a)
		return nil
	}, owner, person, on)
	if err != nil {
		return nil, err
	}
	linked, err := links(tx, linksOfGuardian, owner, person, on)
	if err != nil {
		return nil, err
	}
	if len(linked) > 0 {
		a := base
		a.Role = tilhor.RoleParent
		out = append(out, a)
	}
	return out, nil
}
