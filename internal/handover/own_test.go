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
	"tilhor/internal/dialogue"
	"tilhor/internal/handover"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// What is somebody else's at home has no line in a family's package: no title, no
// day, no name, no entry among the proofs and no count. The receiver's own is
// whole, and Statsforvalteren's copy is.
func TestWhatIsAnothersAtHome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.must(w.cases.DecideHome(w.ctx, w.kari, w.slug, cases.HomeDecision{What: "not-fifteen", Reason: "Feil dato."}))
		ali := w.Person("forelder-elias")
		w.must(d.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("nora"), Guardian: ali, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		mother := tilhor.Actor{Owner: webtest.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleParent}
		w.must(w.cases.InformHome(w.ctx, w.ina, w.slug, cases.Informing{
			Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.HeardFirst, Danger: cases.NoDanger, Basis: "UTRYGG hjemme er vurdert.", Shared: "Planen.",
		}))
		f, err := w.cases.See(w.ctx, w.ina, w.slug, "whole")
		w.must(err)
		w.must(w.cases.AgreeWords(w.ctx, w.ina, w.slug, cases.WordsAgreed{Record: f.Spoken()[0].ID, Answer: cases.No, Talk: "Nora vil ikke."}))
		w.must(w.cases.Say(w.ctx, mother, w.slug, cases.Letter{What: cases.SayComment, Text: "MORS brev."}))
		w.must(w.cases.RaiseFromHome(w.ctx, mother, w.slug, "MOR tok det opp."))
		f, err = w.cases.See(w.ctx, w.ina, w.slug, "whole")
		w.must(err)
		w.must(w.cases.AnswerHome(w.ctx, w.ina, w.slug, f.Last(cases.HomeSaid).ID, "SVAR til mor."))
		w.must(w.cases.Disagree(w.ctx, w.ina, w.slug, cases.Disagreement{About: "Klassebytte.", Does: "Følger planen.", Said: map[tilhor.PersonID]string{mother.Person: "HUN vil bytte."}}))
		w.must(w.cases.AnswerNote(w.ctx, w.ina, w.slug, f.Spoken()[0].ID, cases.NoteWrong, "BARNETS rettelse."))
		w.must(w.cases.SayHowItIs(w.ctx, w.ina, w.slug, cases.Partly, "BARNETS svar."))
		w.Later(time.Minute)
		w.sign()
		words := []string{"MORS brev.", "MOR tok det opp.", "SVAR til mor.", "HUN vil bytte.", "BARNETS rettelse.", "BARNETS svar.", "UTRYGG hjemme", "Nora vil ikke.", "Klassebytte."}
		titles := []string{"En forelder skrev", "Skolen svarte en forelder", "Om hjemmet er informert", "Hva hjemmet får lese", "Foreldrene er ikke enige", "Det en forelder sa til skolen", "Familien tok det opp med rektor"}
		acts := []string{"home-said", "home-answered", "home-informed", "home-words", "home-disagree", "home-heard", "mine-said", "mine-word", `cases.home\"`}
		whole := w.pagesOf(order(handover.ForState))
		has(t, whole["01-kronologi.html"], append(words, titles...), nil)
		has(t, whole["bevis/record.jsonl"], acts, nil)
		has(t, whole["03-barnas-ord.html"], []string{"BARNETS rettelse.", "BARNETS svar.", "Elevens eget svar"}, []string{"MORS", "HUN vil bytte."})
		has(t, whole["06-varsler.html"], []string{"MORS brev.", "MOR tok det opp.", "SVAR til mor.", "HUN vil bytte.", "Planen.", "Nora vil ikke.", "Klassebytte."}, []string{"BARNETS"})
		w.sign()
		o := w.forFamily()
		o.To = ali
		for name, page := range w.pagesOf(o) {
			has(t, page, nil, words)
			has(t, page, nil, titles)
			has(t, page, nil, acts)
			if strings.HasSuffix(name, ".html") && strings.Contains(page, "Marit") && !strings.Contains(page, "Ringte Marit") {
				t.Errorf("%s names the other parent", name)
			}
		}
		w.sign()
		o.To = mother.Person
		own := w.pagesOf(o)
		has(t, own["01-kronologi.html"], []string{"MORS brev.", "MOR tok det opp.", "SVAR til mor.", "HUN vil bytte."}, []string{"BARNETS", "UTRYGG", "Nora vil ikke.", "Klassebytte."})
		has(t, own["06-varsler.html"], []string{"MORS brev.", "SVAR til mor."}, []string{"UTRYGG", "Nora vil ikke.", "Klassebytte."})
		has(t, own["03-barnas-ord.html"], nil, []string{"BARNETS"})
		has(t, own["00-forside.html"], []string{"Tatt opp med rektor", "har ingen linje i pakken"}, nil)
		w.must(w.cases.DecideHome(w.ctx, w.kari, w.slug, cases.HomeDecision{What: "fifteen", On: w.day(), Reason: "Folkeregisteret."}))
		w.sign()
		hers := w.pagesOf(w.forFamily())
		has(t, hers["03-barnas-ord.html"], []string{"BARNETS rettelse.", "BARNETS svar."}, nil)
		has(t, hers["06-varsler.html"], nil, []string{"MOR", "SVAR til mor.", "HUN vil"})
		has(t, hers["01-kronologi.html"], []string{"BARNETS rettelse.", "BARNETS svar."}, []string{"MOR", "SVAR til mor.", "HUN vil", "UTRYGG"})
	})
}

// What was asked of access and what was answered stand among the notices, in
// words: the provision as the act is called, and nothing that is for machines.
func TestAccessStandsAmongTheNotices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		id, err := w.cases.AskInsight(w.ctx, w.ina, w.slug, cases.NewInsight{Asker: "press", Basis: "offl-3", Who: "Granviks Avis", Text: "BER om alt.", Received: w.day()})
		w.must(err)
		w.Later(time.Minute)
		w.must(w.cases.DecideInsight(w.ctx, w.kari, w.slug, id, cases.Reply{Refused: true, Reason: "offl-13", Text: "AVSLÅTT fordi.", Complain: "Til Statsforvalteren."}))
		w.sign()
		o := order(handover.ForState)
		pages := w.pagesOf(o)
		for name, page := range pages {
			if strings.HasSuffix(name, ".html") {
				has(t, page, nil, []string{"choices", "offl-13", "null"})
			}
		}
		has(t, pages["06-varsler.html"], []string{"BER om alt.", "Granviks Avis", "AVSLÅTT fordi.", "offentleglova § 13: taushetsplikt", "Noen ba om innsyn", "Kravet om innsyn ble avgjort"}, nil)
		w.sign()
		for _, page := range w.pagesOf(w.forFamily()) {
			has(t, page, nil, []string{"BER om alt.", "Granviks Avis"})
		}
	})
}

// The talk with who told is in the package for Statsforvalteren: what was said,
// and of a nameless sender nothing else. In the family's only the receiver's own.
// A talk whose words are shredded, and one the maker may not read, are not in it.
func TestTheTalkInAPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		k := w.Kit
		talks := &dialogue.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: w.Now}
		w.desk.Dialogue, w.told.Became = talks, talks.Became
		w.Later(23*time.Minute + 17*time.Second)
		c, err := w.told.Tell(w.ctx, w.jonas, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Said: "De ler.", Arena: tilhor.ArenaBreak, Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()),
		})
		w.must(err)
		var code string
		w.must(d.Write(w.ctx, func(tx *db.Tx) (err error) {
			code, err = talks.Start(tx, webtest.Owner, w.Solbakken, c.ID, tilhor.NewID())
			return err
		}))
		sender := dialogue.Sender{Code: code, By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}}
		w.must(talks.Write(w.ctx, sender, dialogue.Say, "De tar ballen."))
		w.must(talks.Write(w.ctx, sender, dialogue.Name, "HEMMELIG navn"))
		_, err = w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Join: w.number()})
		w.must(err)
		w.must(talks.Reply(w.ctx, w.kari, c.Slug, "Takk, vi følger med.", dialogue.ToSender))
		w.must(talks.Reply(w.ctx, w.kari, c.Slug, "Internt notat.", dialogue.ToStaff))
		w.sign()
		page := w.pagesOf(order(handover.ForState))["01-kronologi.html"]
		has(t, page, []string{"De tar ballen.", "Takk, vi følger med.", "Internt notat.", "En som ikke er navngitt", "Navnet står ikke i pakken"}, []string{"HEMMELIG", code, "10.23", ":17"})
		w.sign()
		for _, page := range w.pagesOf(w.forFamily()) {
			has(t, page, nil, []string{"De tar ballen.", "vi følger med", "Internt notat.", "I samtalen"})
		}
	})
}

// What a child hopes for is a passage of its own in the package, under its own heading,
// and the package that holds it proves itself. To the child it goes with its words.
func TestAHopeInAPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		nora := w.Actor(tilhor.RolePupil, w.Solbakken)
		c, _, err := w.told.Say(w.ctx, nora, concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: "De ler.", Hope: "At vi bytter plass."})
		w.must(err)
		_, err = w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Join: w.number()})
		w.must(err)
		w.sign()
		has(t, w.pagesOf(order(handover.ForState))["01-kronologi.html"], []string{"De ler.", "Vil at skolen skal gjøre", "At vi bytter plass."}, nil)
		w.sign()
		has(t, w.pagesOf(w.forFamily())["01-kronologi.html"], []string{"De ler.", "At vi bytter plass."}, nil)
	})
}
