package archive_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/interventions"
	"tilhor/internal/web/webtest"
)

// A world is a town of two schools, its cases, and the archive under test. It is
// Monday 23 November 2026, ten o'clock.
type world struct {
	*testing.T
	*webtest.Town
	ctx                    context.Context
	told                   *concerns.Desk
	force                  *interventions.Desk
	cases                  *cases.Desk
	desk                   *archive.Desk
	op                     tilhor.Actor
	kari, ina, jonas, mona tilhor.Actor // rektor, social teacher, teacher, SFO
	nora, elias, tuva      tilhor.PersonID
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { test(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	town := webtest.NewTown(t, d)
	k := town.Kit
	w := &world{T: t, Town: town, ctx: context.Background(), op: archive.Operator(webtest.Owner)}
	w.told = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	w.cases = &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: k.Clock}
	w.force = &interventions.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	w.desk = w.newDesk()
	w.kari, w.ina = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken)
	w.jonas, w.mona = town.Actor(tilhor.RoleTeacher, town.Solbakken), town.Actor(tilhor.RoleSFO, town.Solbakken)
	w.nora, w.elias, w.tuva = town.Person("nora"), town.Person("elias"), town.Person("tuva")
	return w
}

func (w *world) newDesk() *archive.Desk {
	k := w.Kit
	return &archive.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Cases: w.cases, Concerns: w.told, Interventions: w.force, Clock: k.Clock}
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) days(n int) { w.Later(time.Duration(n) * 24 * time.Hour) }

func (w *world) now() tilhor.When { return tilhor.Now(w.Now()) }

func (w *world) in(days int) tilhor.Date { return calendar.DateOf(w.Now()).Add(days) }

// worry is a concern of Mona's.
func (w *world) worry(saw string, pupils ...tilhor.PersonID) concerns.Concern {
	w.T.Helper()
	c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
		School: w.Solbakken, Pupils: pupils, Saw: saw, Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
	})
	w.must(err)
	return c
}

// taken is a case that Ina handles, with two documents: the concern, and an
// urgent measure.
func (w *world) taken(pupil tilhor.PersonID) string {
	w.T.Helper()
	all, err := w.cases.TakeUp(w.ctx, w.kari, w.worry("Sto alene.", pupil).Slug, cases.Stance{Handler: w.ina.Person, Urgent: "En voksen følger ut.", Doer: w.jonas.Person})
	w.must(err)
	return all[0].Slug
}

// hard is what XML cannot hold, or must be written with care.
const hard = "Han sa \"<b>gå & dø</b>\" ]]> \x01\x0b og lo.\r\nSå gikk han. \ufffe 🙂"

// whole is a case from the concern to its closing, with everything in between.
func (w *world) whole(pupil tilhor.PersonID) string {
	w.T.Helper()
	slug := w.taken(pupil)
	must := func(err error) { w.T.Helper(); w.must(err); w.Later(time.Minute) } // nothing is written at one instant
	must(w.cases.Hear(w.ctx, w.ina, slug, cases.Talk{At: w.now(), Answer: cases.Spoke, How: "interpreter", Detail: "polsk", Words: hard, Wants: "Være med.", Back: true}))
	must(w.cases.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "talk-staff", Who: "Mona", Text: "Så det samme.", At: w.now()}))
	must(w.cases.Find(w.ctx, w.ina, slug, "Han blir holdt utenfor.", w.sources(slug)))
	must(w.cases.FinishInquiry(w.ctx, w.ina, slug))
	must(w.cases.Weigh(w.ctx, w.ina, slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha en voksen nær.", Weighing: "Tungt.", Conclusion: "En voksen ute."}))
	must(w.cases.Write(w.ctx, w.ina, slug, cases.Line{What: "parents-informed", Text: "Ringte mor."}))
	w.plan(slug)
	w.days(10)
	f, err := w.cases.See(w.ctx, w.kari, slug, "whole")
	must(err)
	must(w.cases.Evaluate(w.ctx, w.ina, slug, cases.Evaluation{
		At: w.now(), Way: "self", Answer: cases.NotSafe, Words: "Ikke ennå.", Saw: "Uro.", Best: "Mer.", Then: cases.Change, Next: w.in(14),
		Effects: []cases.Effect{{Measure: f.Plans[0].Measures[0].ID, Helped: "partly", Then: cases.Change, Note: "Bare om morgenen."}},
	}))
	w.plan(slug)
	w.days(10)
	must(w.cases.Evaluate(w.ctx, w.ina, slug, cases.Evaluation{At: w.now(), Way: "self", Answer: cases.SafeNow, Words: "Nå er det trygt.", Saw: "Ro.", Best: "Bra.", Then: cases.Finish}))
	must(w.cases.Close(w.ctx, w.kari, slug, cases.Ending{Words: "Det er trygt nå.", CheckOn: w.in(35)}))
	return slug
}

func (w *world) sources(slug string) (ids []string) {
	f, err := w.cases.See(w.ctx, w.kari, slug, "inquiry")
	w.must(err)
	for _, r := range f.Of(cases.Source) {
		ids = append(ids, string(r.ID))
	}
	return ids
}

func (w *world) plan(slug string) {
	w.T.Helper()
	m := cases.Measure{Problem: "Alene ute.", What: "Voksen ved ballbingen.", When: "før gym", Weekdays: "135", Start: w.in(0), Doer: w.jonas.Person, Evaluate: w.in(10)}
	rev := 0
	f, err := w.cases.See(w.ctx, w.kari, slug, "plan")
	w.must(err)
	if f.Draft != nil {
		rev = f.Draft.Rev
	}
	defer w.Later(time.Minute)
	w.must(w.cases.SaveAndApprove(w.ctx, w.kari, slug, rev, cases.Plan{Measures: []cases.Measure{m}, Why: "Etter det Nora sa."}))
}

func (w *world) export(dir string, e archive.Export) archive.Report {
	w.T.Helper()
	e.To = dir
	r, err := w.desk.Export(w.ctx, w.op, e)
	w.must(err)
	return r
}

// packages are the folders of whole packages, by what they are called.
func packages(t *testing.T, dir string) (all []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range found {
		if !strings.HasPrefix(filepath.Base(p), ".") {
			all = append(all, p)
		}
	}
	sort.Strings(all)
	return all
}

// schemas are those of Fiks Arkiv V1 that the archive's messages follow (KS, MIT).
const schemas = "testdata/fiks-arkiv-v1"

const (
	createXSD  = "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett.xsd"
	updateXSD  = "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.oppdater.xsd"
	receiptXSD = "no.ks.fiks.arkiv.v1.arkivering.arkivmelding.opprett.kvittering.xsd"
)

// valid asks xmllint whether files are what a schema allows: "" when they are.
func valid(t *testing.T, xsd string, files ...string) string {
	t.Helper()
	if out, err := exec.Command("xmllint", append([]string{"--nonet", "--noout", "--schema", filepath.Join(schemas, xsd)}, files...)...).CombinedOutput(); err != nil {
		return string(out)
	}
	return ""
}

// formed asks xmllint whether files are well-formed XML.
func formed(t *testing.T, files ...string) {
	t.Helper()
	if out, err := exec.Command("xmllint", append([]string{"--nonet", "--noout"}, files...)...).CombinedOutput(); err != nil {
		t.Fatalf("not well-formed: %s", out)
	}
}
