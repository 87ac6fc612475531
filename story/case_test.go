package story

import (
	"errors"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
)

// Fra bekymring til trygg elev: hele veien, dag for dag.
func TestFraBekymringTilTryggElev(t *testing.T) {
	tell(t, "2026-11-23 08:25", func(s *story) {
		jonas, kari, ina := s.people["Jonas"], s.people["Kari"], s.people["Ina"]
		// Mandag: Jonas sender en bekymring. Rektor ser den, og den er ikke tatt opp ennå.
		c, err := s.concerns.Tell(s.ctx, jonas, s.worried("De tar alltid ballen når jeg kommer.", "Elias ble stående i garderoben.", "Elias"))
		s.must(err)
		if r, err := s.concerns.Receipt(s.ctx, owner, c.Entry); err != nil || len(r.File) == 0 || strings.Contains(string(r.File), "Elias") {
			t.Fatalf("the receipt: %v", err)
		}
		waiting, _, err := s.concerns.Waiting(s.ctx, kari)
		s.must(err)
		if len(waiting) != 1 || waiting[0].Pupils[0].Name != "Elias Haug" {
			t.Fatalf("rektor sees %d new concerns", len(waiting))
		}
		a, err := s.concerns.Follow(s.ctx, jonas, c.Slug)
		s.must(err)
		if !a.ReadAt.IsZero() || len(a.Has) != 0 {
			t.Fatal("it is said to be read before anybody opened it")
		}
		s.at("2026-11-23 08:56")
		_, err = s.concerns.Receive(s.ctx, kari, c.Slug)
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, kari, c.Slug, cases.Stance{
			Handler: ina.Person, Urgent: "Jonas er ved ballbingen i storefri.", Doer: jonas.Person,
			Ask: "Se til Elias i dag.",
		})
		s.must(err)
		spor := tracks[0].Slug
		// Jonas ser at den er lest, hvem som har den og hva han er bedt om: aldri samtalen med barnet.
		a, err = s.concerns.Follow(s.ctx, jonas, c.Slug)
		s.must(err)
		if a.ReadAt.IsZero() || len(a.Has) != 1 || a.Has[0] != "Ina Moe" || a.Ask != "Se til Elias i dag." {
			t.Fatalf("the reporter sees %+v", a)
		}
		_, err = s.cases.See(s.ctx, jonas, spor, "overview")
		s.hidden(err)
		now, _, err := s.cases.Mine(s.ctx, jonas)
		s.must(err)
		if len(now) != 1 || now[0].What != "Jonas er ved ballbingen i storefri." {
			t.Fatalf("Jonas has %d measures today", len(now))
		}
		s.must(s.cases.Tick(s.ctx, jonas, now[0].ID, now[0].Day, true, "Det gikk fint."))
		// Planen kan ikke godkjennes før Elias er hørt og det beste for ham er vurdert.
		s.must(s.cases.SavePlan(s.ctx, ina, spor, 0, cases.Plan{Measures: []cases.Measure{{Problem: "Elias får ikke være med."}}}))
		var missing cases.Missing
		if err := s.cases.Approve(s.ctx, kari, spor, 1); !errors.As(err, &missing) {
			t.Fatalf("a plan without its five elements was approved: %v", err)
		}
		var keys []string
		for _, l := range missing.Lacks {
			keys = append(keys, l.Key)
		}
		if got := strings.Join(keys, " "); got != "cases.lack.heard cases.lack.best cases.lack.what cases.lack.start cases.lack.doer cases.lack.evaluate" {
			t.Fatalf("missing: %s", got)
		}
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Jeg vil ikke ut mer.")))
		s.must(s.cases.Inquire(s.ctx, ina, spor, cases.SourceOf{Kind: "observation", Text: "Så det to ganger."}))
		s.refused(s.cases.FinishInquiry(s.ctx, ina, spor), "finding", "cases.fault.no-finding")
		f := s.see("Ina", spor)
		s.must(s.cases.Find(s.ctx, ina, spor, "Ingen voksen ved ballbingen.", []string{string(f.Last(cases.Source).ID)}))
		s.must(s.cases.FinishInquiry(s.ctx, ina, spor))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.at("2026-11-24 10:00")
		s.plan(spor, "Jonas", "2026-12-01")
		f = s.see("Kari", spor)
		s.stands(f, "k12.plan", duty.Met)
		s.stands(f, "k12.investigate", duty.Met)
		s.stands(f, "k12.evaluate", duty.NotDue)
		// En godkjent plan endres aldri: den som skriver på den gamle, får se den nye.
		var clash cases.Clash
		if err := s.cases.SavePlan(s.ctx, ina, spor, 7, cases.Plan{}); !errors.As(err, &clash) || clash.Theirs.Measures[0].What != "Voksen ved ballbingen." {
			t.Fatalf("a stale draft was saved: %v", err)
		}
		// Evaluering på dagen: Elias er ikke trygg ennå. Da kan saken ikke avsluttes.
		s.at("2026-12-01 12:30")
		s.refused(s.cases.Evaluate(s.ctx, ina, spor, cases.Evaluation{At: tilhor.Now(s.now), Way: "self", Answer: cases.NotSafe, Words: "Ikke på slutten.", Saw: "x", Best: "x", Then: cases.Finish}),
			"then", "cases.fault.not-safe")
		s.evaluated(spor, cases.NotSafe, "Bedre, men ikke på slutten.", cases.Change, "2026-12-08")
		f = s.see("Ina", spor)
		if f.Draft == nil || f.Draft.Version != 2 || len(f.Plans) != 1 {
			t.Fatal("a decision to change did not begin a new version")
		}
		s.refused(s.cases.Close(s.ctx, kari, spor, cases.Ending{Words: "Vi fant ikke noe.", CheckOn: "2027-01-05"}), "words", "cases.fault.not-safe")
		s.plan(spor, "Jonas", "2026-12-08")
		// En uke senere sier Elias at det er trygt. Rektor avslutter, og det spørres igjen.
		s.at("2026-12-08 12:30")
		s.evaluated(spor, cases.SafeNow, "Det er trygt nå.", cases.Finish, "")
		s.hidden(s.cases.Close(s.ctx, ina, spor, cases.Ending{Words: "Det er trygt nå.", CheckOn: "2027-01-12"}))
		s.refused(s.cases.Close(s.ctx, kari, spor, cases.Ending{Words: "Det er trygt nå.", CheckOn: "2026-12-15"}), "check", "cases.fault.check")
		s.must(s.cases.Close(s.ctx, kari, spor, cases.Ending{Words: "Det er trygt nå.", CheckOn: "2027-01-12"}))
		f = s.see("Kari", spor)
		if f.State != cases.Closed {
			t.Fatal("the track is not closed")
		}
		for _, d := range f.Duties {
			if d.State.Waiting() && d.ID != "k12.watch" {
				t.Fatalf("%s still waits in a closed track", d.ID)
			}
		}
		if now, _, err := s.cases.Mine(s.ctx, jonas); err != nil || len(now) != 0 {
			t.Fatal("a measure of a closed track still stands in somebody's day")
		}
		// Etterkontroll: ikke trygt likevel. Samme historie går videre.
		s.at("2027-01-12 10:00")
		s.must(s.cases.AskAgain(s.ctx, ina, spor, cases.Asking{At: tilhor.Now(s.now), Way: "self", Answer: cases.NotSafe, Words: "Det har begynt igjen."}))
		f = s.see("Kari", spor)
		if f.State != cases.Open {
			t.Fatal("the track was not opened again")
		}
		s.stands(f, "k12.measures", duty.Open)
	})
}

// § 8.5: tre elever, tre spor. Ett avsluttes, to går videre, og ingen ser den andres ord.
func TestTreEleverTreSpor(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		tracks := s.taken("Mona", "", "De tre ble holdt utenfor.", "Sara", "Oda", "Iben")
		if len(tracks) != 3 || tracks[0].Case != tracks[1].Case {
			t.Fatalf("%d tracks", len(tracks))
		}
		sara, oda := tracks[0].Slug, tracks[1].Slug
		s.must(s.cases.Hear(s.ctx, s.people["Ina"], sara, s.talk("Sara: de går fra meg.")))
		s.must(s.cases.Weigh(s.ctx, s.people["Ina"], sara, weighing))
		s.plan(sara, "Mona", "2026-12-01")
		s.at("2026-12-01 09:00")
		s.evaluated(sara, cases.SafeNow, "Det er bra.", cases.Finish, "")
		s.must(s.cases.Close(s.ctx, s.people["Kari"], sara, cases.Ending{Words: "Det er bra.", CheckOn: "2027-01-05"}))
		f := s.see("Ina", oda)
		if f.State != cases.Open || f.Siblings != 2 {
			t.Fatalf("Oda's track is %s with %d others", f.State, f.Siblings)
		}
		for _, r := range f.Records {
			for _, text := range r.Text {
				if strings.Contains(text, "Sara") {
					t.Fatal("Sara's words stand in Oda's track")
				}
			}
		}
		s.stands(f, "k12.hear", duty.Open)
	})
}

// § 8.6: et barn på seks blir spurt, og vil ikke snakke nå. Det er et fullt svar, og det tilbys igjen.
func TestBarnPaaSeksVilIkkeSnakkeNaa(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Mona", "", "Leah gjemte seg i garderoben.", "Leah")[0].Slug
		ina := s.people["Ina"]
		s.refused(s.cases.Hear(s.ctx, ina, spor, cases.Talk{Answer: cases.Declined, How: "none"}), "again", "cases.fault.again")
		s.refused(s.cases.Hear(s.ctx, ina, spor, cases.Talk{Answer: "too-young", How: "none"}), "answer", "cases.fault.answer")
		s.must(s.cases.Hear(s.ctx, ina, spor, cases.Talk{Answer: cases.Declined, How: "drawing", Again: "2026-11-26"}))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.plan(spor, "Mona", "2026-12-01")
		s.stands(s.see("Ina", spor), "k12.hear", duty.Met)
	})
}

// § 8.7: skolen finner ingenting, eleven er fortsatt utrygg. Saken trappes ned av rektor, men avsluttes ikke.
func TestSkolenFinnerIngenting(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Jonas", "Jeg er redd i gangen.", "", "Nora")[0].Slug
		ina, kari := s.people["Ina"], s.people["Kari"]
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Det er ikke trygt.")))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.plan(spor, "Jonas", "2026-12-01")
		s.at("2026-12-01 09:00")
		s.evaluated(spor, cases.NotSafe, "Nei.", cases.GoOn, "2026-12-15")
		step := cases.Step{View: "Nora sier at det ikke er trygt.", Way: "self", Reason: "Vi ser ingen hendelser.", Recheck: "2027-01-12"}
		s.refused(s.cases.StepDown(s.ctx, kari, spor, step), "told", "cases.fault.told")
		step.Told = true
		s.hidden(s.cases.StepDown(s.ctx, ina, spor, step)) // rektor alone signs
		step.Recheck = "2026-12-10"
		s.refused(s.cases.StepDown(s.ctx, kari, spor, step), "recheck", "cases.fault.check")
		step.Recheck = "2027-01-12"
		s.must(s.cases.StepDown(s.ctx, kari, spor, step))
		f := s.see("Kari", spor)
		if f.State != cases.SteppedDown || len(f.Measures) == 0 || !f.Measures[0].Running {
			t.Fatal("stepping down stopped the measures")
		}
		s.stands(f, "k12.evaluate", duty.NotDue)
		s.stands(f, "k12.watch", duty.Open)
		s.refused(s.cases.Close(s.ctx, kari, spor, cases.Ending{Words: "x", CheckOn: "2027-01-05"}), "words", "cases.fault.not-safe")
	})
}

// «Ikke en sak» bare når det er meldt to ganger eller til feil skole, aldri når eleven sier det selv, og uten andre barns navn.
func TestIkkeEnSak(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari := s.people["Kari"]
		said, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("Jeg har det ikke bra.", "", "Elias"))
		s.must(err)
		s.refused(s.concerns.PutAside(s.ctx, kari, said.Slug, concerns.Twice, "Meldt i går."), "why", "concerns.fault.pupil-says")
		saw, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("", "Elias sto alene.", "Elias"))
		s.must(err)
		s.refused(s.concerns.PutAside(s.ctx, kari, saw.Slug, "not-confirmed", "Vi fant ikke noe."), "why", "concerns.fault.why")
		s.refused(s.concerns.PutAside(s.ctx, kari, saw.Slug, concerns.Twice, ""), "reason", "concerns.fault.reason")
		s.refused(s.concerns.PutAside(s.ctx, kari, saw.Slug, concerns.Twice, "Det var Nora Dahl som tok ballen."), "reason", "concerns.fault.names-other")
		s.must(s.concerns.PutAside(s.ctx, kari, saw.Slug, concerns.Twice, "Dette meldte Mona i går."))
		if err := s.concerns.PutAside(s.ctx, kari, saw.Slug, concerns.Twice, "En gang til."); !errors.Is(err, tilhor.ErrConflict) {
			t.Fatalf("set aside twice: %v", err)
		}
		a, err := s.concerns.Follow(s.ctx, s.people["Jonas"], saw.Slug)
		s.must(err)
		if a.Reason != "Dette meldte Mona i går." {
			t.Fatal("the reporter does not see the reason")
		}
	})
}

// Det som er satt i verk straks, varer til planens egne tiltak begynner.
func TestHastetiltakVarerTilPlanenBegynner(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Jonas", "Jeg er redd i gangen.", "", "Nora")[0].Slug
		ina, kari := s.people["Ina"], s.people["Kari"]
		s.must(s.cases.Protect(s.ctx, ina, spor, cases.Urgent{What: "Voksen i gangen.", Doer: s.people["Jonas"].Person, Start: "2026-11-23"}))
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Jeg er redd i gangen.")))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.must(s.cases.SavePlan(s.ctx, ina, spor, 0, cases.Plan{Measures: []cases.Measure{{
			Problem: "Redd i gangen.", What: "Følges til timen.", Start: "2026-11-26", Doer: s.people["Mona"].Person, Evaluate: "2026-12-10",
		}}}))
		s.must(s.cases.Approve(s.ctx, kari, spor, s.see("Kari", spor).Draft.Rev))
		for _, day := range []struct{ at, jonas, mona string }{
			{"2026-11-23 10:00", "Voksen i gangen.", ""},
			{"2026-11-25 10:00", "Voksen i gangen.", ""},
			{"2026-11-26 10:00", "", "Følges til timen."},
			{"2026-12-01 10:00", "", "Følges til timen."},
		} {
			s.at(day.at)
			for who, want := range map[string]string{"Jonas": day.jonas, "Mona": day.mona} {
				now, _, err := s.cases.Mine(s.ctx, s.people[who])
				s.must(err)
				got := ""
				for _, c := range now {
					got += c.What
				}
				if got != want {
					t.Errorf("%s: %s is to do %q, want %q", day.at, who, got, want)
				}
			}
		}
		s.at("2026-12-01 10:00")
		if err := s.cases.Tick(s.ctx, s.people["Jonas"], s.see("Ina", spor).Measures[0].ID, "2026-12-01", true, ""); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("whoever is done still has access: %v", err)
		}
	})
}

// Det familien har tatt opp med rektor, kan ikke legges bort: uken etter § 12-6 går.
func TestDetFamilienTarOppLeggesIkkeBort(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari := s.people["Kari"]
		n := s.worried("", "Mor ringte om Elias.", "Elias")
		n.Raised = &concerns.Raised{By: "parent", At: tilhor.Now(s.now)}
		said, err := s.concerns.Tell(s.ctx, kari, n)
		s.must(err)
		for _, why := range []string{concerns.WrongSchool, concerns.Twice} {
			s.refused(s.concerns.PutAside(s.ctx, kari, said.Slug, why, "Det gjelder en annen skole."), "why", "concerns.fault.family-raised")
		}
		track, err := s.cases.TakeUp(s.ctx, kari, said.Slug, cases.Stance{})
		s.must(err)
		if told := s.see("Kari", track[0].Slug).Last(cases.Told); told == nil || told.Answer != string(concerns.Voice) {
			t.Errorf("the case does not say that the family took it up: %+v", told)
		}
	})
}
