package web_test

import (
	"context"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// The people of the town: a rektor who is a social teacher too, a teacher, and
// a new rektor without training.
type folk struct {
	solbakken       tilhor.SchoolID
	kari, jonas, ny tilhor.PersonID
}

var addSchool = db.SQL(`INSERT INTO roster_school (owner, id, source, kind, name, org_number, has_sfo, content, from_date, until_date)
	VALUES ($1, $2, $3, 'school', 'Solbakken skole', '', TRUE, $3, '2020-08-01', '')`)

func (w *town) settle() {
	w.t.Helper()
	w.solbakken = tilhor.SchoolID(tilhor.NewID())
	err := w.db.Write(context.Background(), func(tx *db.Tx) error {
		if _, err := tx.Exec(addSchool, owner, w.solbakken, []byte("solbakken")); err != nil {
			return err
		}
		for _, p := range []struct {
			id      *tilhor.PersonID
			name    string
			trained bool
			roles   []tilhor.Role
		}{
			{&w.kari, "Kari Lund", true, []tilhor.Role{tilhor.RoleRektor, tilhor.RoleSocialTeacher}},
			{&w.jonas, "Jonas Berg", true, []tilhor.Role{tilhor.RoleTeacher}},
			{&w.ny, "Ny Rektor", false, []tilhor.Role{tilhor.RoleRektor}},
		} {
			id, err := w.hire(tx, p.name, p.trained, p.roles)
			if err != nil {
				return err
			}
			*p.id = id
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *town) hire(tx *db.Tx, name string, trained bool, roles []tilhor.Role) (tilhor.PersonID, error) {
	by, r, now := tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}, w.kit.Roster, w.clock()
	id, err := r.AddPerson(tx, by, roster.NewPerson{Name: name, Home: w.solbakken}, now)
	if err != nil {
		return "", err
	}
	for _, role := range roles {
		if err := r.Appoint(tx, by, id, role, w.solbakken, "", "", now); err != nil {
			return "", err
		}
	}
	if !trained {
		return id, nil
	}
	return id, r.Train(tx, by, id, calendar.DateOf(now), now)
}

// leaves ends a teacher's work at the school, from today.
func (w *town) leaves(p tilhor.PersonID) {
	w.t.Helper()
	err := w.db.Write(context.Background(), func(tx *db.Tx) error {
		return w.kit.Roster.Dismiss(tx, tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}, p, tilhor.RoleTeacher, w.solbakken, w.clock())
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
