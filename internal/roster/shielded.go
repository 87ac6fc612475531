package roster

import (
	"strings"
	"time"
	"unicode"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/lang"
)

var (
	listShielded = db.SQL(`SELECT DISTINCT p.id, p.home, p.name, COALESCE(g.name, '')
		FROM roster_member m
		JOIN roster_person p ON p.owner = m.owner AND p.id = m.person
		LEFT JOIN roster_group g ON g.owner = m.owner AND g.id = m.grp AND g.kind = 'class' AND g.from_date <= $3 AND (g.until_date = '' OR g.until_date > $3)
		WHERE m.owner = $1 AND m.school = $2 AND m.role = 'pupil' AND m.from_date <= $3
			AND (m.until_date = '' OR m.until_date > $3) AND p.protection <> ''`)
	oneProtection = db.SQL(`SELECT protection, protected_at FROM roster_person WHERE owner = $1 AND id = $2`)
)

// Shielded lists the pupils of a school whose address is protected, by name:
// for those who are named for them, and nobody else. Whoever asks sorts out
// which that is.
func (r *Roster) Shielded(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) ([]Pupil, error) {
	var rows []namedRow
	at := map[tilhor.PersonID]int{}
	err := tx.Each(listShielded, func(scan db.Scan) error {
		var n namedRow
		if err := scan(&n.id, &n.home, &n.name, &n.group); err != nil {
			return err
		}
		if i, seen := at[n.id]; seen {
			rows[i].group = max(rows[i].group, n.group)
			return nil
		}
		at[n.id] = len(rows)
		rows = append(rows, n)
		return nil
	}, owner, school, on)
	if err != nil {
		return nil, err
	}
	open := r.opener(tx, owner)
	out := make([]Pupil, len(rows))
	for i, n := range rows {
		name, err := open.name(n.id, n.home, n.name)
		if err != nil {
			return nil, err
		}
		out[i] = Pupil{ID: n.id, Name: name, Class: n.group, School: school, Protected: true}
	}
	lang.Sort(tilhor.Bokmal, out, func(p Pupil) string { return p.Class + " " + p.Name })
	return out, nil
}

// ShieldedIn gives the protected pupils of a school whose first and last name
// stand in a text. Who tells of one finds her in no list and writes the name; it
// must reach those who are named for her, and look to the teller like any other.
func (r *Roster) ShieldedIn(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, text string, on tilhor.Date) (out []tilhor.PersonID, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	all, err := r.Shielded(tx, owner, school, on)
	if err != nil {
		return nil, err
	}
	said := wordsOf(text)
	for _, p := range all {
		name := wordsOf(p.Name)
		if len(name) > 0 && said.holds(name[0]) && said.holds(name[len(name)-1]) {
			out = append(out, p.ID)
		}
	}
	return out, nil
}

// StaffIn gives those who work at a school and stand in a text by name: the first
// and the last, or the first alone where no colleague has the same.
func (r *Roster) StaffIn(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, text string, on tilhor.Date) (out []Employee, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	all, err := r.Employees(tx, owner, school, on)
	if err != nil {
		return nil, err
	}
	said, same := wordsOf(text), map[string]int{}
	for _, e := range all {
		if name := wordsOf(e.Name); len(name) > 0 {
			same[name[0]]++
		}
	}
	for _, e := range all {
		name := wordsOf(e.Name)
		if len(name) > 0 && said.holds(name[0]) && (same[name[0]] == 1 || said.holds(name[len(name)-1])) {
			out = append(out, e)
		}
	}
	return out, nil
}

// Grade is how a person's address is protected.
func (r *Roster) Grade(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID) (g Protection, err error) {
	g, _, err = r.GradeSince(tx, owner, person)
	return g, err
}

// GradeSince is Grade, with when it was set.
func (r *Roster) GradeSince(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID) (g Protection, since time.Time, err error) {
	var at int64
	err = tx.One(oneProtection, db.Args(owner, person), &g, &at)
	return g, time.UnixMilli(at).UTC(), err
}

type spoken []string

func wordsOf(text string) spoken {
	return strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return !unicode.IsLetter(c) })
}

// holds says whether a name stands in what was said, also in the genitive.
func (s spoken) holds(name string) bool {
	for _, w := range s {
		if w == name || w == name+"s" {
			return true
		}
	}
	return false
}

// Faces are the names of persons by id, and which of them are protected: a list
// names none of those.
func (r *Roster) Faces(tx *db.Tx, owner tilhor.OwnerID, ids ...tilhor.PersonID) (names map[tilhor.PersonID]string, protected map[tilhor.PersonID]bool, err error) {
	people, err := r.people(tx, owner, ids)
	names, protected = make(map[tilhor.PersonID]string, len(people)), map[tilhor.PersonID]bool{}
	for id, p := range people {
		names[id] = p.name
		if p.protected {
			protected[id] = true
		}
	}
	return names, protected, err
}
