package handover_test

import (
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/handover"
	"tilhor/internal/journal"
)

// pagesOf are the files of a package, by name.
func (w *world) pagesOf(o handover.Order) map[string]string {
	w.t.Helper()
	_, file := w.made(o)
	if r := verify(w.t, file, w.public()); !r.Holds() {
		w.t.Fatalf("%+v", r)
	}
	_, texts := unzip(w.t, file)
	return texts
}

// has asks that a page holds some texts, and others not.
func has(t *testing.T, page string, want, never []string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(page, s) {
			t.Errorf("lacks %q", s)
		}
	}
	for _, s := range never {
		if strings.Contains(page, s) {
			t.Errorf("tells %q", s)
		}
	}
}

// The family's package tells who of the staff has read, which day and one of a few
// reasons; nobody else's reading, and none of a sealed case.
func TestTheReadingsInTheFamilysPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		f, err := w.cases.See(w.ctx, w.kari, w.slug, "whole")
		w.must(err)
		nurse := tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("tuva"), Role: tilhor.RoleNurse, School: w.Solbakken}
		read := func(track tilhor.TrackID) {
			w.must(d.Write(w.ctx, func(tx *db.Tx) error {
				return w.Kit.Journal.Seen(tx, nurse, journal.ReadingsOf(string(track)), string(track), "whole", "handles", w.Now())
			}))
			w.sign()
		}
		read(f.ID)
		has(t, w.pagesOf(w.forFamily())["08-leselogg.html"], []string{"Ina Lund", "Har saken, eller står inn", "Bestemmer i saken", "Hvorfor"}, []string{"Tuva", "elsesykepleier"})
		w.sign()
		has(t, w.pagesOf(order(handover.ForState))["08-leselogg.html"], []string{"Tuva Aas", "Ina Lund"}, nil)
		now := tilhor.Now(w.Now())
		c, err := w.told.Tell(w.ctx, w.ina, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "Holdt henne i armen.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
			Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.jonas.Person}, Whom: "den som hadde inspeksjon",
		})
		w.must(err)
		all, err := w.cases.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Vi har snakket med Nora."})
		w.must(err)
		w.slug = all[0].Slug
		w.must(w.cases.DecideHome(w.ctx, w.kari, w.slug, cases.HomeDecision{What: "fifteen", On: w.day(), Reason: "Folkeregisteret."}))
		read(all[0].ID)
		has(t, w.pagesOf(w.forFamily())["08-leselogg.html"], []string{"Ingenting er skrevet"}, []string{"Ina Lund", "Kari"})
		w.sign()
		has(t, w.pagesOf(order(handover.ForState))["08-leselogg.html"], []string{"Tuva Aas"}, nil)
	})
}

// What one of the family said to rektor is not the others': neither on the pages
// nor in the proofs. The pupil has her own words back.
func TestWhatOneOfTheFamilySaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		now := tilhor.Now(w.Now())
		w.must(w.cases.Raise(w.ctx, w.kari, w.slug, cases.Raise{By: "pupil", At: now, Text: "Nora kom til kontoret."}))
		c, err := w.told.Tell(w.ctx, w.kari, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Said: "Jeg vil bytte garderobe.", Saw: "Marit sier at far ikke bryr seg.", Arena: tilhor.ArenaBreak,
			Happened: now, Known: now, Raised: &concerns.Raised{By: "parent", At: now},
		})
		w.must(err)
		_, err = w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Join: w.number()})
		w.must(err)
		w.sign()
		whole := w.pagesOf(order(handover.ForState))
		has(t, whole["01-kronologi.html"], []string{"Marit ringte rektor.", "Nora kom til kontoret.", "far ikke bryr seg", "bytte garderobe"}, nil)
		w.sign()
		for name, page := range w.pagesOf(w.forFamily()) {
			has(t, page, nil, []string{"Marit ringte rektor.", "far ikke bryr seg"})
			if name == "06-varsler.html" {
				has(t, page, []string{"Nora kom til kontoret."}, nil)
			}
		}
		w.must(w.cases.DecideHome(w.ctx, w.kari, w.slug, cases.HomeDecision{What: "not-fifteen", Reason: "Feil dato."}))
		w.sign()
		o := w.forFamily()
		o.To = w.Person("forelder-nora")
		for _, page := range w.pagesOf(o) {
			has(t, page, nil, []string{"Marit ringte rektor.", "far ikke bryr seg", "Nora kom til kontoret."})
		}
	})
}

// What was decided about the home leaves no line in the family's package, not
// even one with a title; Statsforvalteren sees it.
func TestTheHomeInTheFamilysPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		lines := []string{"Noe om hjemmet ble avgjort", "Noe ble gitt til hjemmet"}
		w.pagesOf(w.forFamily()) // something is given
		w.sign()
		has(t, w.pagesOf(order(handover.ForState))["01-kronologi.html"], lines, nil)
		w.sign()
		for _, page := range w.pagesOf(w.forFamily()) {
			has(t, page, nil, lines)
		}
	})
}

// The page of notices tells what the owner was told, too.
func TestNoticesTellWhatTheOwnerWasTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.must(w.cases.JudgeSerious(w.ctx, w.kari, w.slug, cases.Seriousness{Answer: "yes", Reason: "Det har vart lenge.", Words: "Vi trenger råd fra kommunen."}))
		w.Later(time.Minute)
		w.sign()
		has(t, w.pagesOf(order(handover.ForState))["06-varsler.html"], []string{"Kommunen fikk vite det", "Vi trenger råd fra kommunen."}, nil)
	})
}

// number is the number of the case.
func (w *world) number() string {
	w.t.Helper()
	f, err := w.cases.See(w.ctx, w.kari, w.slug, "whole")
	w.must(err)
	return f.Number
}
