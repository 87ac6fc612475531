package school_test

import (
	"net/http"
	"testing"

	"tilhor/internal/db"
)

var renameClass = db.SQL(`UPDATE roster_group SET name = $3 WHERE owner = $1 AND name = $2`)

func TestWhoLeavesThisSummer(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	w.pages(w.rektor, "/avgangstrinnet", "Vi finner ikke noe avgangstrinn")
	w.must(w.DB.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(renameClass, w.kari.Owner, "5A", "10A")
		return err
	}))
	w.pages(w.rektor, "/saker", `href="/avgangstrinnet"`)
	w.pages(w.rektor, "/avgangstrinnet", "Én åpen sak om en elev på 10. trinn", "Nora Dahl, 10A", "Ina Lund", "§ 25-1",
		`href="/saker/`+slug+`/skolebytte"`, `href="/saker/`+slug+`/slutter"`, `href="/saker/`+slug+`/avslutning"`)
	w.shown(w.Get(w.ina, "/avgangstrinnet"), http.StatusNotFound)
	lacks(t, w.page(w.ina, "/saker"), "avgangstrinnet")
}
