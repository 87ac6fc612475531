package dpo_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/pages/dpo"
	"tilhor/internal/privacy"
	"tilhor/internal/web/webtest"
)

// A world is the officer's pages over a town with one case.
type world struct {
	*webtest.Town
	t       *testing.T
	cases   *cases.Desk
	kari    tilhor.Actor
	officer *http.Cookie
	rektor  *http.Cookie
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		told := &concerns.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
		w := &world{Town: town, t: t, cases: &cases.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: told, Clock: town.Now}}
		town.Site.Mount((&dpo.Pages{Privacy: &privacy.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now, Shred: cases.ShredPart}}).Routes())
		w.kari = town.Actor(tilhor.RoleRektor, town.Solbakken)
		w.officer, w.rektor = town.As(tilhor.RoleDPO, town.Solbakken), town.In(w.kari)
		test(w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// shows fetches a page and wants texts on it, and no child's name or word.
func (w *world) shows(c *http.Cookie, path string, want ...string) string {
	w.t.Helper()
	body := w.body(w.Get(c, path), http.StatusOK)
	for _, s := range want {
		if !strings.Contains(body, s) {
			w.t.Errorf("%s: %q is not in %s", path, s, body)
		}
	}
	for _, s := range []string{"Nora", "Dahl", "Elias", "KANARI"} {
		if strings.Contains(body, s) {
			w.t.Errorf("%s tells %q", path, s)
		}
	}
	return body
}

var tags, blanks = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>`), strings.NewReplacer("\u00a0", " ", "\u2011", "-")

func (w *world) body(r *http.Response, code int) string {
	w.t.Helper()
	b, err := io.ReadAll(r.Body)
	w.must(err)
	if r.StatusCode != code {
		w.t.Errorf("%s: %d, want %d", r.Request.URL.Path, r.StatusCode, code)
	}
	return blanks.Replace(tags.ReplaceAllString(string(b), ""))
}

func (w *world) sent(c *http.Cookie, path string, f url.Values) {
	w.t.Helper()
	if r := w.Post(c, path, f); r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s: %d: %s", path, r.StatusCode, w.body(r, r.StatusCode))
	}
}

func (w *world) refused(c *http.Cookie, path string, f url.Values, want ...string) {
	w.t.Helper()
	body := w.body(w.Post(c, path, f), http.StatusUnprocessableEntity)
	for _, s := range want {
		if !strings.Contains(body, s) {
			w.t.Errorf("%s: %q is not in the answer", path, s)
		}
	}
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// The officer sees who has read, and what is blocked, by numbers alone.
func TestOfficerSeesNoChild(t *testing.T) {
	each(t, func(w *world) {
		ctx := context.Background()
		hour := tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Exact}
		told := &concerns.Desk{DB: w.DB, Keys: w.Kit.Keys, Journal: w.Kit.Journal, Roster: w.Kit.Roster, Clock: w.Town.Now}
		c, err := told.Tell(ctx, w.kari, concerns.Telling{School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "KANARI Nora sto alene.", Arena: tilhor.ArenaBreak, Happened: hour, Known: hour})
		w.must(err)
		tracks, err := w.cases.TakeUp(ctx, w.kari, c.Slug, cases.Stance{})
		w.must(err)
		f, err := w.cases.See(ctx, w.kari, tracks[0].Slug, "whole")
		w.must(err)
		hilde := w.Actor(tilhor.RoleDeputy, w.Solbakken)
		_, err = w.cases.Break(ctx, hilde, cases.Emergency{Number: f.Number, Name: "Nora", Reason: "KANARI-GRUNN"})
		w.must(err)
		_, err = w.cases.See(ctx, hilde, tracks[0].Slug, "whole")
		w.must(err)
		w.must(w.cases.StopRecord(ctx, w.kari, tracks[0].Slug, cases.Stop{Record: f.Records[0].ID, Reason: "health", Why: "Helse i meldingen."}))

		number := privacy.Number(string(f.ID))
		w.shows(w.officer, "/personvernombud", "1 ting venter på deg", "Hilde Lund åpnet nummer "+number, "Helseopplysninger", "Solbakken skole")
		w.shows(w.officer, "/personvernombud/lesinger", "Kari Lund", "Hilde Lund", number, "Oversikten", "Nødtilgang, én time")
		only := w.shows(w.officer, "/personvernombud/lesinger?hva=nodtilgang", "Hilde Lund")
		if strings.Contains(only, "Kari Lund") {
			t.Error("the filter lets others through")
		}
		w.shows(w.officer, "/personvernombud/lesinger?skole="+string(w.Fjellvik), "Ingen lesinger med dette")
		w.shows(w.officer, "/personvernombud/lesinger?fra=0-x", "Ingen lesinger med dette")
		block := regexp.MustCompile(`/personvernombud/sperre/[a-z2-7]+`).FindString(w.shows(w.officer, "/personvernombud"))
		body := w.shows(w.officer, block, "Helse i meldingen.", "Du ser ikke det som sto der")
		if strings.Contains(body, " checked") {
			t.Error("something is chosen beforehand")
		}
		w.refused(w.officer, block, form("archive", "Anne"), "Velg hva som skal skje.", "Skriv hvorfor.", "Anne")
		w.sent(w.officer, block, form("outcome", "shredded", "reason", "Hører ikke hjemme.", "archive", "Anne"))
		w.shows(w.officer, block, "Makulert", "Anne")

		// Nobody else has these pages.
		for _, p := range []string{"/personvernombud", "/personvernombud/lesinger", block} {
			for _, role := range []tilhor.Role{tilhor.RoleRektor, tilhor.RoleTeacher, tilhor.RoleOwnerAdviser} {
				w.body(w.Get(w.As(role, w.Solbakken), p), http.StatusNotFound)
			}
		}
		w.body(w.Get(w.officer, "/personvernombud/sperre/zzzzzzzzzzzzzzzzzzzzzzzzzz"), http.StatusNotFound)
	})
}

// A note about the wrong child was read at home: the 72 hours run from when it
// was discovered, and are shown as hours.
func TestBreachHasItsHours(t *testing.T) {
	each(t, func(w *world) {
		w.refused(w.rektor, "/avvik", form("what", "Notatet gikk hjem."), "Skriv når det ble oppdaget.", "Notatet gikk hjem.")
		w.refused(w.rektor, "/avvik", form("discovered", "24.11.2026", "discovered-time", "10.00", "what", "x"), "ikke vært ennå")
		w.sent(w.rektor, "/avvik", form("discovered", "23.11.2026", "discovered-time", "08.00", "what", "Et notat om feil elev gikk hjem i sekken."))
		w.shows(w.rektor, "/avvik?gjort=meldt", "Personvernombudet har fått avviket.")
		home := w.shows(w.officer, "/personvernombud", "1 ting venter på deg", "70 timer igjen", "personvernforordningen art. 33", "Lov")
		at := regexp.MustCompile(`/personvernombud/avvik/[a-z2-7]+`).FindString(home)
		w.shows(w.officer, at, "70 timer igjen til avviket skal være meldt", "Et notat om feil elev", "Systemet sender ingenting")
		w.Later(71 * time.Hour)
		w.officer = w.As(tilhor.RoleDPO, w.Solbakken)
		w.shows(w.officer, at, "1 time over fristen")
		w.refused(w.officer, at, form("authority", "yes"), "Velg om de det gjelder, skal få vite det.", "Skriv hvorfor.")
		w.sent(w.officer, at, form("authority", "yes", "persons", "no", "why", "Én side, levert tilbake uåpnet."))
		w.shows(w.officer, "/personvernombud", "Ingenting venter på deg", "Datatilsynet får melding")
		w.shows(w.officer, at, "Avviket er vurdert", "levert tilbake uåpnet")
		w.body(w.Post(w.officer, at, form("authority", "no", "persons", "no", "why", "x")), http.StatusNotFound)
		for _, role := range []tilhor.Role{tilhor.RoleTeacher, tilhor.RoleNurse} {
			w.body(w.Get(w.As(role, w.Solbakken), "/avvik"), http.StatusNotFound)
		}
	})
}
