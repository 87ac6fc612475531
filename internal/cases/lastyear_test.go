package cases_test

import (
	"fmt"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

var renameClass = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND name = $2 AND school = $4`)

// class gives a class of Solbakken another name.
func (w *world) class(from, to string) {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(renameClass, w.kari.Owner, from, to, w.Solbakken)
		return err
	}))
}

// leaving is who leaves with the last grade, as a person is told.
func (w *world) leaving(by tilhor.Actor) string {
	w.T.Helper()
	rows, grade, err := w.desk.LastYear(w.ctx, by)
	w.must(err)
	out := fmt.Sprint(grade)
	for _, r := range rows {
		out += " " + r.Name
	}
	return out
}

func TestWhoLeavesWithTheLastGrade(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora) // 5A
		w.taken(w.tuva)         // 6B
		if got := w.leaving(w.kari); got != "0" {
			w.T.Errorf("a school that ends with the sixth grade: %s", got)
		}
		w.class("5A", "10A")
		if got := w.leaving(w.kari); got != "10 Nora Dahl" {
			w.T.Errorf("the tenth grade: %s", got)
		}
		for _, who := range []tilhor.Actor{w.ina, w.mona} {
			_, _, err := w.desk.LastYear(w.ctx, who)
			w.is(err, tilhor.ErrNotFound)
		}
		if got := w.leaving(w.other); got != "0" {
			w.T.Errorf("the other school: %s", got)
		}
		// What is closed to rektor is not there, and what has ended is not.
		anne := w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		_, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		if got := w.leaving(w.kari); got != "10 Nora Dahl" {
			w.T.Errorf("with a sealed case: %s", got)
		}
		w.must(w.desk.Leave(w.ctx, w.kari, slug, cases.Leaving{Why: "graduated", At: w.now(), Open: "Evalueringen.", Sure: true}))
		w.class("10A", "7 A")
		if got := w.leaving(w.kari); got != "7" {
			w.T.Errorf("the only one has left: %s", got)
		}
		w.taken(w.elias)
		if got := w.leaving(w.kari); got != "7 Elias Moe" {
			w.T.Errorf("a school of seven grades: %s", got)
		}
	})
}
