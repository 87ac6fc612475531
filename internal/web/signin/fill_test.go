package signin

import (
	"context"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

var (
	putSchool = db.SQL(`INSERT INTO roster_school (owner, id, source, kind, name, org_number, has_sfo, content, from_date, until_date)
		VALUES ($1, $2, $3, 'school', $4, '', $5, $3, '2020-08-01', '')`)
	putFeide = db.SQL(`UPDATE roster_person SET feide_hash = $3 WHERE owner = $1 AND id = $2`)
)

// fill puts a few people into the roster.
func (w *world) fill() {
	w.t.Helper()
	by := tilhor.Actor{Owner: owner, Person: "oppsett", Role: tilhor.RoleOwnerAdviser}
	err := w.db.Write(context.Background(), func(tx *db.Tx) error {
		for id, name := range map[tilhor.SchoolID]string{"solbakken": "Solbakken skole", "fjell": "Fjellgløtt skole"} {
			if _, err := tx.Exec(putSchool, owner, id, []byte(id), name, false); err != nil {
				return err
			}
		}
		add := func(id, name, pid string, roles ...tilhor.Role) error {
			p, err := w.roster.AddPerson(tx, by, roster.NewPerson{Name: name, PID: pid, Home: "solbakken"}, w.now)
			if err != nil {
				return err
			}
			w.people[id] = p
			for _, r := range roles {
				if err := w.roster.Appoint(tx, by, p, r, "solbakken", "2020-08-01", "", w.now); err != nil {
					return err
				}
			}
			if err := w.roster.Train(tx, by, p, "2026-08-20", w.now); err != nil {
				return err
			}
			_, err = tx.Exec(putFeide, owner, p, w.keys.Hash(owner, "feide", id+"@granvik.kommune.no"))
			return err
		}
		for _, err := range []error{
			add("kari", "Kari Lund", "", tilhor.RoleRektor),
			add("jonas", "Jonas Berg", "", tilhor.RoleTeacher),
			add("mona", "Mona Vik", "", tilhor.RoleTeacher, tilhor.RoleSocialTeacher),
			add("arne", "Arne Foss", "", tilhor.RoleRektor, tilhor.RoleTeacher),
			add("siv", "Siv Dahl", "", tilhor.RoleRektor),
			add("par", "Pål Strand", number("forelder")),
			add("barn", "Emil Strand", ""),
		} {
			if err != nil {
				return err
			}
		}
		return w.roster.Override(tx, by, roster.Override{Pupil: w.people["barn"], Guardian: w.people["par"], Holds: true, Responsibility: roster.Yes,
			From: "2020-08-01", Reason: "Oppsett"}, w.now)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
