package handover_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/handover"
	"tilhor/internal/interventions"
	"tilhor/internal/privacy"
	"tilhor/internal/web/webtest"
)

// A world is a made-up town with one case that has been through everything.
type world struct {
	*webtest.Town
	t     *testing.T
	ctx   context.Context
	cases *cases.Desk
	desk  *handover.Desk
	told  *concerns.Desk
	force *interventions.Desk

	kari, ina, jonas tilhor.Actor
	slug             string
}

// What is said in the case, so that a test can look for it.
const (
	noraSays  = "Jeg tør ikke gå i garderoben. Tuva ler."
	tuvaSays  = "Jeg visste ikke at hun ble lei seg."
	jonasSaw  = "Hun sto igjen da de andre gikk ut."
	otherSaid = "To i klassen har sett det samme."
	found     = "Ingen voksen er i garderoben. Tuvas vennegjeng går først inn."
	measure1  = "Jonas står i døren."
	measure2  = "Jonas er inne i garderoben."
)

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	town := webtest.NewTown(t, d)
	k := town.Kit
	w := &world{Town: town, t: t, ctx: context.Background()}
	w.told = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
	w.cases = &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: town.Now}
	w.force = &interventions.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}
	w.desk = &handover.Desk{Cases: w.cases, Interventions: w.force, Keys: k.Keys, Clock: town.Now}
	w.kari, w.ina = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken)
	w.jonas = town.Actor(tilhor.RoleTeacher, town.Solbakken)
	w.lives()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) day() tilhor.Date { return calendar.DateOf(w.Now()) }

// lives tells the case of Nora, with Tuva in it.
func (w *world) lives() {
	c, err := w.told.Tell(w.ctx, w.jonas, concerns.Telling{
		School: w.Solbakken, Said: "De lukker døren når jeg kommer.", Saw: jonasSaw, Arena: tilhor.ArenaChanging, Place: "Ved gymsalen",
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Pupils: []tilhor.PersonID{w.Person("nora")},
	})
	w.must(err)
	all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person, Urgent: "Jonas følger Nora til gym.", Doer: w.jonas.Person})
	w.must(err)
	w.slug = all[0].Slug
	w.must(w.cases.DecideHome(w.ctx, w.kari, w.slug, cases.HomeDecision{What: "fifteen", On: w.day(), Reason: "Folkeregisteret."}))
	w.Later(time.Minute)
	w.must(w.cases.Hear(w.ctx, w.ina, w.slug, cases.Talk{At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "drawing", Words: noraSays, Wants: "At noen er der.", Back: true}))
	w.must(w.cases.AddChild(w.ctx, w.ina, w.slug, cases.Child{Person: w.Person("tuva"), Role: "alleged"}))
	f, err := w.cases.See(w.ctx, w.ina, w.slug, "whole")
	w.must(err)
	w.must(w.cases.Hear(w.ctx, w.ina, w.slug, cases.Talk{Child: f.Children[0].Code, At: tilhor.Now(w.Now()), Answer: cases.Spoke, How: "none", Words: tuvaSays}))
	w.must(w.cases.Inquire(w.ctx, w.ina, w.slug, cases.SourceOf{Kind: "observation", Text: "Så det to ganger.", At: tilhor.Now(w.Now())}))
	w.must(w.cases.Inquire(w.ctx, w.ina, w.slug, cases.SourceOf{Kind: "talk-pupils", Who: "to elever", Text: otherSaid, At: tilhor.Now(w.Now())}))
	f, err = w.cases.See(w.ctx, w.ina, w.slug, "whole")
	w.must(err)
	w.must(w.cases.Find(w.ctx, w.ina, w.slug, found, []string{string(f.Last(cases.Source).ID)}))
	w.must(w.cases.FinishInquiry(w.ctx, w.ina, w.slug))
	w.must(w.cases.Weigh(w.ctx, w.ina, w.slug, cases.Weighing{Interests: "Trygghet.", View: "Vil ha en voksen der.", Weighing: "Det er lett å gjøre.", Conclusion: "En voksen er der."}))
	w.Later(time.Minute)
	m := cases.Measure{Problem: "Nora er redd i garderoben.", What: measure1, When: "Før og etter gym", Start: w.day(), Doer: w.jonas.Person, Evaluate: w.day().Add(7)}
	w.must(w.cases.SavePlan(w.ctx, w.ina, w.slug, 0, cases.Plan{Measures: []cases.Measure{m}}))
	w.must(w.cases.Approve(w.ctx, w.kari, w.slug, 1))
	w.Later(7 * 24 * time.Hour)
	f, err = w.cases.See(w.ctx, w.ina, w.slug, "whole")
	w.must(err)
	w.must(w.cases.Evaluate(w.ctx, w.ina, w.slug, cases.Evaluation{
		Way: "self", Answer: cases.NotSafe, Words: "Det er litt bedre.", Saw: "Hun går fortsatt sist.", Best: "Som før.", Then: cases.Change, Next: w.day().Add(7),
		Effects: []cases.Effect{{Measure: f.Current().Measures[0].ID, Helped: "partly", Then: cases.Change, Note: "Døren er ikke nok."}},
	}))
	f, err = w.cases.See(w.ctx, w.ina, w.slug, "whole")
	w.must(err)
	p := *f.Draft
	p.Why = "Nora vil at noen er inne."
	p.Measures[0].What, p.Measures[0].Start, p.Measures[0].Evaluate = measure2, w.day(), w.day().Add(7)
	w.must(w.cases.SavePlan(w.ctx, w.ina, w.slug, f.Draft.Rev, p))
	w.must(w.cases.Approve(w.ctx, w.kari, w.slug, f.Draft.Rev+1))
	w.must(w.cases.Write(w.ctx, w.ina, w.slug, cases.Line{At: tilhor.Now(w.Now()), What: "parents-informed", Text: "Ringte Marit."}))
	w.must(w.cases.Raise(w.ctx, w.kari, w.slug, cases.Raise{By: "parent", At: tilhor.Now(w.Now()), Text: "Marit ringte rektor."}))
	w.sign()
}

func (w *world) sign() {
	w.t.Helper()
	_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, webtest.Owner, w.Now)
	w.must(err)
}

func order(k handover.Kind) handover.Order {
	return handover.Order{Kind: k, Answers: "Brev fra Statsforvalteren 1. desember", Readings: true, Lang: tilhor.Bokmal, Owner: "Granvik kommune", School: "Solbakken skole", Maker: "Kari Lund"}
}

// forFamily is for the pupil herself.
func (w *world) forFamily() handover.Order {
	o := order(handover.ForFamily)
	o.To = w.Person("nora")
	return o
}

func (w *world) orders() map[handover.Kind]handover.Order {
	return map[handover.Kind]handover.Order{handover.ForState: order(handover.ForState), handover.ForFamily: w.forFamily()}
}

// made is a package as bytes.
func (w *world) made(o handover.Order) (*handover.Package, []byte) {
	w.t.Helper()
	p, err := w.desk.Make(w.ctx, w.kari, w.slug, o)
	w.must(err)
	var b bytes.Buffer
	_, err = p.WriteTo(&b)
	w.must(err)
	return p, b.Bytes()
}

func (w *world) public() string { return w.Kit.Keys.Public(webtest.Owner) }

func verify(t *testing.T, file []byte, public string) handover.Report {
	t.Helper()
	r, err := handover.Verify(bytes.NewReader(file), int64(len(file)), public)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// unzip opens a package with the standard library: it is an ordinary zip.
func unzip(t *testing.T, file []byte) (names []string, texts map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	texts = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(f.Name, err)
		}
		names, texts[f.Name] = append(names, f.Name), string(b)
	}
	return names, texts
}

func TestAPackageForStatsforvalterenIsWholeAndHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		p, file := w.made(order(handover.ForState))
		sum := sha256.Sum256(file)
		if int64(len(file)) != p.Size || hex.EncodeToString(sum[:]) != p.Hash {
			t.Fatalf("the file is not what its hash and size say: %d %s", p.Size, p.Hash)
		}
		if strings.Contains(p.Name, "ora") || !strings.HasPrefix(p.Name, "saksmappe-2026-11-30-") {
			t.Errorf("named %s", p.Name)
		}
		r := verify(t, file, w.public())
		if !r.Holds() || r.Entries == 0 || r.Shown == 0 || len(r.Withheld) != 0 || r.Shredded != 0 {
			t.Fatalf("%+v", r)
		}
		names, texts := unzip(t, file)
		if got := strings.Join(names, " "); got != "manifest.json manifest.sig 00-forside.html 01-kronologi.html 02-planer.html 03-barnas-ord.html 04-undersokelse.html 05-evalueringer.html 06-varsler.html 07-plikter.html 08-leselogg.html bevis/record.jsonl bevis/checkpoint.txt bevis/owner.pub" {
			t.Errorf("holds %s", got)
		}
		for name, has := range map[string][]string{
			"00-forside.html": {"Nora Dahl", "Brev fra Statsforvalteren 1. desember", "§ 12-6 tredje ledd", "Det er litt bedre."}, "01-kronologi.html": {jonasSaw, "Ringte Marit."},
			"02-planer.html": {measure1, measure2, "Endret fra versjon 1 til 2", "Nora vil at noen er inne."}, "03-barnas-ord.html": {noraSays, tuvaSays, "Tuva Aas"},
			"04-undersokelse.html": {"Tuvas vennegjeng", otherSaid}, "05-evalueringer.html": {"Det er litt bedre.", "Døren er ikke nok."},
			"06-varsler.html": {"Marit ringte rektor."}, "07-plikter.html": {"§ 12-4", "Lovens ord", "«snarast»"}, "08-leselogg.html": {"Ina Lund"},
		} {
			for _, s := range has {
				if !strings.Contains(texts[name], s) {
					t.Errorf("%s lacks %q", name, s)
				}
			}
			if strings.Contains(texts[name], "⟦") {
				t.Errorf("%s lacks a text: %s", name, texts[name][strings.Index(texts[name], "⟦"):][:60])
			}
		}
		// It stands in the track who made it, for whom, and which file.
		f, err := w.cases.See(w.ctx, w.kari, w.slug, "whole")
		w.must(err)
		last := f.Last(cases.Packed)
		if last == nil || last.Ref != p.Hash || last.Answer != "state" || last.By != w.kari.Person || last.Text["reason"] == "" {
			t.Errorf("the track says %+v", last)
		}
		// The same package is written twice as the same bytes; the next one tells of it.
		var again bytes.Buffer
		if _, err := p.WriteTo(&again); err != nil || !bytes.Equal(again.Bytes(), file) {
			t.Error("written twice it is two files")
		}
		w.sign()
		if _, next := w.made(w.forFamily()); !bytes.Contains(next, []byte(p.Hash)) {
			t.Error("the next package does not tell of this one")
		}
	})
}

// A pupil under fifteen is not given what is confidential (fvl. §§ 16, 17, 18 and
// 27): a folder for the family goes to who may be told all of it.
func TestAPupilUnderFifteenIsGivenNoFolder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.must(w.cases.DecideHome(w.ctx, w.kari, w.slug, cases.HomeDecision{What: "not-fifteen", Reason: "Feil dato."}))
		w.sign()
		_, err := w.desk.Make(w.ctx, w.kari, w.slug, w.forFamily())
		if all := tilhor.FaultsOf(err); len(all) != 1 || all[0].Key != "home.fault.may-not" {
			t.Fatal(err)
		}
	})
}

func TestAPackageForTheFamilyHoldsBackWhatIsOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		_, file := w.made(w.forFamily())
		r := verify(t, file, w.public())
		if !r.Holds() || r.Withheld[handover.OtherChild] == 0 || r.Withheld[handover.Blocked] != 0 {
			t.Fatalf("%+v", r)
		}
		_, texts := unzip(t, file)
		for name, text := range texts {
			for _, secret := range []string{tuvaSays, "Tuva Aas", "Tuvas", otherSaid} {
				if strings.Contains(text, secret) {
					t.Errorf("%s tells %q", name, secret)
				}
			}
		}
		for name, has := range map[string][]string{
			"03-barnas-ord.html":   {"Jeg tør ikke gå i garderoben. Tuva ler.", "Et annet barn (1)", "Holdt tilbake: gjelder et annet barn"},
			"04-undersokelse.html": {"Holdt tilbake"}, "00-forside.html": {"fingeravtrykk i beviset", "forvaltningsloven § 13 b"}, "02-planer.html": {measure2},
		} {
			for _, s := range has {
				if !strings.Contains(texts[name], s) {
					t.Errorf("%s lacks %q", name, s)
				}
			}
		}
	})
}

func TestWhoMayMakeAPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		untrained, other := w.kari, w.Actor(tilhor.RoleRektor, w.Fjellvik)
		untrained.Trained = false
		for who, by := range map[string]tilhor.Actor{"the handler": w.ina, "a teacher": w.jonas, "another school's rektor": other, "an untrained rektor": untrained} {
			if _, err := w.desk.Make(w.ctx, by, w.slug, order(handover.ForState)); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s: %v", who, err)
			}
			if _, err := w.desk.Look(w.ctx, by, w.slug); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s looks: %v", who, err)
			}
		}
		_, err := w.desk.Make(w.ctx, w.kari, "nothing-here", order(handover.ForState))
		if !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a missing track: %v", err)
		}
		for field, o := range map[string]handover.Order{"kind": {Kind: "press", Answers: "x"}, "answers": {Kind: handover.ForState, Answers: " \n"}} {
			_, err := w.desk.Make(w.ctx, w.kari, w.slug, o)
			if f := tilhor.FaultsOf(err); len(f) != 1 || f[0].Field != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		// What is written this second is not signed yet: a kind refusal, and no file.
		w.must(w.cases.Write(w.ctx, w.ina, w.slug, cases.Line{At: tilhor.Now(w.Now()), What: "note", Text: "Nytt."}))
		_, err = w.desk.Make(w.ctx, w.kari, w.slug, order(handover.ForState))
		if f := tilhor.FaultsOf(err); len(f) != 1 || f[0].Key != "handover.fault.unsigned" {
			t.Errorf("unsigned: %v", err)
		}
		if c, err := w.desk.Look(w.ctx, w.kari, w.slug); err != nil || c.Ready || len(c.Made) != 0 {
			t.Errorf("%+v %v", c, err)
		}
		w.sign()
		if c, err := w.desk.Look(w.ctx, w.kari, w.slug); err != nil || !c.Ready || c.Own != 1 || c.Others != 1 || c.Plans != 2 || c.Withheld[handover.OtherChild] == 0 {
			t.Errorf("%+v %v", c, err)
		}
	})
}

// What rektor has blocked is in no package, not even Statsforvalteren's: neither on
// the pages nor among the proofs.
func TestWhatIsBlockedIsInNoPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		f, err := w.cases.See(w.ctx, w.kari, w.slug, "whole")
		w.must(err)
		plan := f.Of(cases.Approved)[0]
		for _, r := range []tilhor.RecordID{f.Last(cases.Protected).ID, plan.ID, f.Last(cases.Finding).ID} {
			w.must(w.cases.StopRecord(w.ctx, w.kari, w.slug, cases.Stop{Record: r, Reason: privacy.BlockReasons[0], Why: "Feil barn."}))
		}
		w.sign()
		for _, k := range []handover.Kind{handover.ForState, handover.ForFamily} {
			_, file := w.made(w.orders()[k])
			for _, secret := range []string{"følger Nora til gym", measure1, "Tuvas vennegjeng"} {
				if bytes.Contains(file, []byte(secret)) {
					t.Errorf("%s: %q is in the package", k, secret)
				}
			}
			if !bytes.Contains(file, []byte(measure2)) {
				t.Errorf("%s: what is not blocked is gone", k)
			}
			if r := verify(t, file, w.public()); !r.Holds() || r.Withheld[handover.Blocked] == 0 {
				t.Errorf("%s: %+v", k, r)
			}
			w.sign()
		}
	})
}

// A package is written to who asked, and never laid on a disk on the way: what
// fails to take it stops the writing.
func TestAReaderWhoLeavesStopsTheWriting(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	p, _ := w.made(order(handover.ForState))
	if n, err := p.WriteTo(&narrow{left: 5000}); err == nil || n > 5000 {
		t.Errorf("wrote %d, %v", n, err)
	}
}

type narrow struct{ left int }

func (n *narrow) Write(b []byte) (int, error) {
	if len(b) > n.left {
		return 0, io.ErrClosedPipe
	}
	n.left -= len(b)
	return len(b), nil
}

// A stored word that was changed goes into no package.
func TestAnAlteredTrackGivesNoPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Altered = true
		w.must(d.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(alter, webtest.Owner)
			return err
		}))
		if p, err := w.desk.Make(w.ctx, w.kari, w.slug, order(handover.ForState)); err == nil {
			t.Fatalf("a package of %d bytes", p.Size)
		}
	})
}

var alter = db.SQL(`UPDATE cases_record SET answer = 'safe' WHERE owner = $1 AND kind = 'evaluated'`)

func TestGolden(t *testing.T) {
	if os.Getenv("TILHOR_PACKAGE") == "" {
		return
	}
	w := newWorld(t, dbtest.SQLite(t))
	for _, k := range []handover.Kind{handover.ForState, handover.ForFamily} {
		_, file := w.made(w.orders()[k])
		w.must(os.WriteFile(filepath.Join(os.Getenv("TILHOR_PACKAGE"), string(k)+".zip"), file, 0o600))
		w.sign()
	}
}
