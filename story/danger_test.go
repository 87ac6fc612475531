package story

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/law"
)

func (s *story) danger() *danger.Desk {
	return &danger.Desk{DB: s.db, Keys: s.keys, Journal: s.journal, Roster: s.roster, Clock: s.cases.Clock}
}

func (s *story) interventions() *interventions.Desk {
	return &interventions.Desk{DB: s.db, Keys: s.keys, Journal: s.journal, Roster: s.roster, Clock: s.cases.Clock}
}

// § 8.8: helsesykepleieren vet noe. Hun kan melde fra uten helseopplysninger, ingen krever det av henne, og hun ser ingenting av saken.
func TestHelsesykepleierenVet(t *testing.T) {
	tell(t, "2026-11-23 10:00", func(s *story) {
		kari, ina := s.people["Kari"], s.people["Ina"]
		siri := s.people["Hilde"] // den samme personen, i en annen rolle: helsesykepleier
		siri.Role = tilhor.RoleNurse
		// Mandag: Nora har fortalt noe i fortrolighet. Siri gjør ingenting i Tilhør, og ingenting venter på henne.
		if all, err := s.concerns.Mine(s.ctx, siri, 5); err != nil || len(all) != 0 {
			t.Fatalf("something waits for her: %v", err)
		}
		// Hun har sin egen plikt til barnevernet (helsepersonelloven § 33), og et forseglet notat er hennes alene.
		id, err := s.danger().Keep(s.ctx, siri, danger.Note{Child: "Nora", To: danger.Barnevern})
		s.must(err)
		_, err = s.danger().Open(s.ctx, kari, id)
		s.hidden(err)
		// Tirsdag: Nora vil at skolen skal vite at hun er utrygg i gangen. Siri melder det, og ikke noe mer.
		s.at("2026-11-24 09:00")
		c, err := s.concerns.Tell(s.ctx, siri, concerns.Telling{
			School: s.school.ID, Pupils: []tilhor.PersonID{s.pupils["Nora"]}, Saw: "Nora er utrygg i gangen ved garderoben.",
			Arena: tilhor.ArenaCorridor, Happened: tilhor.When{Precision: tilhor.Unknown}, Known: tilhor.Now(s.now),
		})
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
		s.must(err)
		// Hun får svar på meldingen, og ser ingenting av saken: ikke i liste, søk eller antall.
		a, err := s.concerns.Follow(s.ctx, siri, c.Slug)
		s.must(err)
		if len(a.Has) != 1 || a.Has[0] != "Ina Moe" {
			t.Fatalf("she is answered %+v", a.Has)
		}
		_, err = s.cases.See(s.ctx, siri, tracks[0].Slug, "overview")
		s.hidden(err)
		rows, _, err := s.cases.Seek(s.ctx, siri, cases.Query{All: true})
		found, err2 := s.cases.Search(s.ctx, siri, "utrygg", "")
		n, err3 := s.cases.CountOpen(s.ctx, siri)
		if err != nil || err2 != nil || err3 != nil || len(rows)+len(found.Hits)+found.All+n != 0 {
			t.Fatalf("the nurse sees %d, %d of %d, %d (%v %v %v)", len(rows), len(found.Hits), found.All, n, err, err2, err3)
		}
	})
}

// § 8.9: en assistent i SFO, som et privat firma driver, slår et barn for å stoppe en slåsskamp. Kapittel 12 gjelder (§ 12-1), og kapittel 13 gjelder:
// hendelsen, inngrepet og elevens syn; rektor, foreldrene, og kommunen den andre gangen. Var det en krenkelse, gjelder § 12-5 også.
func TestFysiskInngrepISFO(t *testing.T) {
	tell(t, "2026-11-23 14:30", func(s *story) {
		desk, mona, kari := s.interventions(), s.people["Mona"], s.people["Kari"]
		stands := func(slug string) map[law.ID]duty.State {
			e, err := desk.See(s.ctx, kari, slug)
			s.must(err)
			m := map[law.ID]duty.State{}
			for _, d := range e.Duties {
				if m[d.ID] == "" || d.State != duty.Met && d.State != duty.MetLate {
					m[d.ID] = d.State
				}
			}
			return m
		}
		is := func(slug string, id law.ID, want duty.State) {
			t.Helper()
			if got := stands(slug)[id]; got != want {
				t.Fatalf("%s stands %q, want %q", id, got, want)
			}
		}
		report := func(view, words string) interventions.Report {
			return interventions.Report{
				Pupil: s.pupils["Elias"], Arena: tilhor.ArenaSFO, At: tilhor.Now(s.now), Event: "To gutter sloss om en ball.", What: "Mona slo Elias på armen og dro ham vekk.",
				Who: "Mona Aas", Long: "Noen sekunder", Why: "Den andre lå nede.", View: view, Words: words,
			}
		}
		// Mandag 14.30: Mona skriver det på telefonen, og rektor har det. Elias er ikke spurt ennå.
		e, err := desk.Tell(s.ctx, mona, report(interventions.Later, ""))
		s.must(err)
		first := e.Slug
		is(first, "k13.force_report", duty.Met)
		is(first, "k13.force_parents", duty.Open)
		is(first, "k13.force_doc", duty.Open)
		is(first, "k13.force_owner", "")
		today, err := desk.Today(s.ctx, kari)
		s.must(err)
		if len(today) != 1 || today[0].Name != "Elias Haug" {
			t.Fatalf("rektor's day has %d interventions", len(today))
		}
		// Tirsdag: foreldrene har ikke fått vite det. Skolens egen norm er samme dag, og det står at den er passert.
		s.at("2026-11-24 08:00")
		s.wake()
		is(first, "k13.force_parents", duty.LateLocal)
		s.must(desk.TellParents(s.ctx, kari, first, interventions.Notice{At: tilhor.Now(s.now), Text: "Ringte mor. Hun vil snakke med Mona."}))
		is(first, "k13.force_parents", duty.MetLate)
		// Elias vil ikke si noe. Det er et fullt svar.
		s.must(desk.Ask(s.ctx, mona, first, interventions.View{At: tilhor.Now(s.now), Answer: interventions.Declined}))
		is(first, "k13.force_doc", duty.Met)
		// Det kan være en krenkelse av Elias: § 12-5 går sin egen vei, og § 12-4 gjelder også i SFO, hvem som enn driver den.
		c, err := s.concerns.Tell(s.ctx, mona, s.worried("", "Mona slo Elias på armen.", "Elias"))
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, kari, c.Slug, cases.Stance{Handler: s.people["Ina"].Person})
		s.must(err)
		s.stands(s.see("Ina", tracks[0].Slug), "k12.hear", duty.Open)
		// Ina har saken om Elias, og ser ikke inngrepet av den grunn.
		_, err = desk.See(s.ctx, s.people["Ina"], first)
		s.hidden(err)
		// En uke senere: det andre inngrepet mot Elias. Nå skal kommunen få vite det, innen en arbeidsdag.
		s.at("2026-11-30 14:00")
		e, err = desk.Tell(s.ctx, mona, report(interventions.Told, "Jeg ble redd."))
		s.must(err)
		is(e.Slug, "k13.force_owner", duty.Open)
		s.at("2026-12-01 09:00")
		s.must(desk.TellOwner(s.ctx, kari, e.Slug, interventions.Notice{At: tilhor.Now(s.now), Text: "Ringte kommunen."}))
		s.must(desk.TellParents(s.ctx, kari, e.Slug, interventions.Notice{At: tilhor.Now(s.now), Text: "Ringte mor."}))
		is(e.Slug, "k13.force_owner", duty.Met)
		got, err := desk.See(s.ctx, kari, e.Slug)
		s.must(err)
		if got.Nth != 2 || got.All != 2 {
			t.Fatalf("it is number %d of %d", got.Nth, got.All)
		}
	})
}

// Nora forteller i en samtale at hun blir slått hjemme. Ina stiller ett åpent spørsmål og stopper, melder selv til barnevernet, og skriver et forseglet
// notat. Saken på skolen går videre som før, og ingen ting i den røper det.
func TestBarnetFortellerOmVoldHjemme(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		const secret = "Zq7slåss"
		ina, kari, hilde := s.people["Ina"], s.people["Kari"], s.people["Hilde"]
		spor := s.taken("Jonas", "", "Nora sto alene i skolegården.", "Nora")[0].Slug
		// Mandag: samtalen stoppes. Ina skriver at den er holdt, uten ordene.
		s.at("2026-11-23 10:10")
		s.refused(s.cases.Hear(s.ctx, ina, spor, cases.Talk{Answer: cases.Unwritten, How: "none", Words: secret}), "words", "cases.fault.unwritten")
		s.must(s.cases.Hear(s.ctx, ina, spor, cases.Talk{At: tilhor.Now(s.now), Answer: cases.Unwritten, How: "none"}))
		// Hun ringer barnevernet selv, og forsegler når, til hvem og kvitteringen. Rektor har hun ikke fortalt det til; avdelingslederen har hun.
		s.at("2026-11-23 10:40")
		id, err := s.danger().Keep(s.ctx, ina, danger.Note{Child: "Nora " + secret, To: danger.Barnevern, When: tilhor.Now(s.now), Receipt: secret, With: hilde.Person})
		s.must(err)
		_, err = s.danger().Open(s.ctx, hilde, id)
		s.must(err)
		for _, who := range []string{"Kari", "Jonas", "Mona", "Per", "Arne"} {
			_, err := s.danger().Open(s.ctx, s.people[who], id)
			s.hidden(err)
			_, err = s.danger().Open(s.ctx, s.people[who], "zzzzzzzzzzzzzzzzzzzzzzzzzz")
			s.hidden(err)
		}
		// Tirsdag: planen for skoledagen. Nora regnes som hørt, og ingen blir bedt om å spørre igjen.
		s.at("2026-11-24 09:00")
		s.stands(s.see("Kari", spor), "k12.hear", duty.Met)
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.plan(spor, "Jonas", "2026-12-08")
		// Det rektor ser av saken, søket i den, innsynsloggen og hele journalen har ikke ordet, og sier ikke hvem som forseglet noe.
		f := s.see("Kari", spor)
		for _, r := range f.Records {
			for field, text := range r.Text {
				if strings.Contains(text, secret) || strings.Contains(strings.ToLower(text), "barnevern") {
					t.Fatalf("%s of a %s tells", field, r.Kind)
				}
			}
		}
		if found, err := s.cases.Search(s.ctx, kari, secret, ""); err != nil || len(found.Hits) != 0 || found.Looked != 1 {
			t.Fatalf("the search finds %+v (%v)", found, err)
		}
		_, may, seen, err := s.cases.Readings(s.ctx, kari, spor)
		s.must(err)
		for _, m := range may {
			if m.Person == hilde.Person {
				t.Fatal("who was let in to the note stands among those who may read the case")
			}
		}
		for _, x := range seen {
			if x.Person == hilde.Person {
				t.Fatal("the opening of the note stands in the log of the case")
			}
		}
		var record bytes.Buffer
		s.must(journal.Export(context.Background(), s.db, owner, s.keys.Public(owner), &record))
		sealed := 0
		for _, l := range strings.Split(record.String(), "\n") {
			if strings.Contains(l, secret) {
				t.Fatal("the journal has the word")
			}
			if strings.Contains(l, "sealed/") {
				sealed++
				for _, p := range []tilhor.Actor{ina, hilde} {
					if strings.Contains(l, string(p.Person)) || strings.Contains(l, string(s.school.ID)) {
						t.Fatalf("the journal says whose: %s", l)
					}
				}
			}
		}
		if sealed != 2 {
			t.Fatalf("%d sealed entries of two", sealed)
		}
		// Onsdag: barnevernet har gitt henne et nummer. Hun legger det til, og det er hun alene som kan.
		s.at("2026-11-25 12:00")
		s.must(s.danger().Add(s.ctx, ina, id, danger.Addition{Receipt: "Sak 12"}))
		s.hidden(s.danger().Add(s.ctx, hilde, id, danger.Addition{Receipt: "x"}))
		shown, err := s.danger().Open(s.ctx, ina, id)
		s.must(err)
		if len(shown.Lines) != 2 || len(shown.Opened) != 1 || shown.Writer != "Ina Moe" {
			t.Fatalf("the note is %+v", shown)
		}
	})
}
