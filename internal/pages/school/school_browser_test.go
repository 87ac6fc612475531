package school_test

import (
	"context"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// The pages of rektor and of whoever handles a case, in a real browser, two by
// two: axe, 320 px, the keyboard alone, and without JavaScript.
func TestThePagesInTheBrowser(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	visits := w.visits()
	webtest.Browse(t, webtest.Pairs(w.Serve(), visits))
}

// visits are the pages as they look in a school that is at work.
func (w *world) visits() []webtest.Visit {
	w.t.Helper()
	ctx := context.Background()
	slug, other := w.track("Jeg tør ikke gå i garderoben.", "nora"), w.track("", "")
	at := "/saker/" + slug
	w.must(w.cases.Protect(ctx, w.sosial, slug, cases.Urgent{What: "Jonas følger til garderoben før gym.", Doer: w.teacher.Person, Start: "2026-11-23"}))
	w.must(w.cases.Raise(ctx, w.kari, slug, cases.Raise{By: "parent", At: tilhor.When{At: w.Now().Add(-72 * time.Hour), Precision: tilhor.Day}, Text: "Mor ringte. Nora gruer seg til gym."}))
	w.must(w.cases.Hear(ctx, w.sosial, slug, cases.Talk{Answer: cases.Spoke, How: "drawing", Words: "De ler når jeg bytter. Det er best når Jonas står der.", Wants: "At Jonas blir til jeg er ferdig."}))
	w.must(w.cases.Inquire(ctx, w.sosial, slug, cases.SourceOf{Kind: "observation", Who: "Mona Lund", Text: "Garderoben står uten voksne i åtte minutter."}))
	c := w.tells("De tar alltid ballen når jeg kommer.", "Elias ble stående i garderoben.\nHan holdt jakken foran ansiktet.", "elias")
	unsure := w.tells("", "Tuva satt alene på bussen igjen.", "tuva")
	joined := w.tells("", "Elias sto alene ved gjerdet.", "elias")
	_, err := w.cases.TakeUp(ctx, w.kari, joined.Slug, cases.Stance{Join: w.number(slug)})
	w.must(err)
	w.must(w.cases.Hand(ctx, w.kari, cases.HandedTask{Person: w.Actor(tilhor.RoleDeputy, w.Solbakken).Person, Task: cases.StandsIn, From: "2026-11-23", Until: "2026-11-27"}))
	w.hire("Nils Ny", tilhor.RoleTeacher)
	v := func(name, path string) webtest.Visit {
		return webtest.Visit{Name: name, Who: "rektor", Path: path, Cookie: w.rektor}
	}
	return []webtest.Visit{
		v("stance, the pupil says so", "/bekymringer/"+c.Slug+"/stilling"), v("stance", "/bekymringer/"+unsure.Slug+"/stilling"), v("spoken", "/bekymringer/muntlig"),
		v("overview", at), v("unknown pupil", "/saker/"+other),
		{Name: "overview", Who: "social teacher", Path: at, Cookie: w.ina},
		v("matter", at+"/sammenheng"),
		v("note", at+"/skriv"), v("urgent", at+"/strakstiltak"), v("raised", at+"/tatt-opp"), v("handler", at+"/ansvar"), v("identify", "/saker/"+other+"/elev"),
		v("readings", at+"/lesinger"), v("list", "/saker"), v("list, filtered", "/saker?sted=break&navn=skjul"), v("empty list", "/saker?tilstand=avsluttet"),
		v("stand-in", "/stedfortreder"), v("training", "/opplaring"),
	}
}

// number is the number of the case a track belongs to.
func (w *world) number(slug string) string {
	w.t.Helper()
	f, err := w.cases.See(context.Background(), w.kari, slug, "whole")
	w.must(err)
	return f.Number
}
