package story

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// § 8.7: skolen finner ingenting, og eleven er fortsatt utrygg. Saken kan ikke avsluttes, bare trappes ned:
// rektor signerer alene, tiltakene går videre, og eleven blir spurt igjen.
func TestSkolenFinnerIngentingOgElevenErUtrygg(t *testing.T) {
	tell(t, "2026-04-13 08:00", func(s *story) {
		kari, ina := s.people["Kari"], s.people["Ina"]
		spor := s.taken("Jonas", "De hvisker når jeg kommer.", "", "Elias")[0].Slug
		s.must(s.cases.Inquire(s.ctx, ina, spor, cases.SourceOf{Kind: "observation", Text: "Så ingenting."}))
		s.must(s.cases.Find(s.ctx, ina, spor, "Vi fant ikke noe som kan bekreftes.", []string{string(s.see("Ina", spor).Last(cases.Source).ID)}))
		s.must(s.cases.FinishInquiry(s.ctx, ina, spor))
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("De gjør det når ingen ser.")))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.plan(spor, "Jonas", "2026-04-27")
		// Evaluering: Elias er ikke trygg. At skolen ikke fant noe, avslutter ingenting.
		s.at("2026-04-27 12:00")
		s.evaluated(spor, cases.NotSafe, "Det er som før.", cases.GoOn, "2026-05-11")
		s.refused(s.cases.Close(s.ctx, kari, spor, cases.Ending{Words: "Vi fant ikke noe.", CheckOn: "2026-06-01"}), "words", "cases.fault.not-safe")
		s.stands(s.see("Kari", spor), "k12.measures", duty.Met) // det som går, er i kraft
		// Elias vil ikke svare. Rektor trapper ned alene, etter at familien har fått vite om Statsforvalteren.
		s.at("2026-05-11 12:00")
		s.must(s.cases.Evaluate(s.ctx, ina, spor, cases.Evaluation{
			At: tilhor.Now(s.now), Way: "adult", Answer: cases.NoAnswer, Why: "Ville ikke svare. Spurt gjennom Mona, som han har valgt.", Saw: "Roligere.", Best: "Som før.", Then: cases.GoOn, Next: "2026-05-25",
		}))
		step := cases.Step{View: "Elias sier at det er som før.", Way: "adult", Reason: "Ingenting er sett på fem uker.", Recheck: "2026-06-15", Told: true}
		s.hidden(s.cases.StepDown(s.ctx, ina, spor, step))
		soon := step
		soon.Recheck = "2026-05-18"
		s.refused(s.cases.StepDown(s.ctx, kari, spor, soon), "recheck", "cases.fault.check")
		silent := step
		silent.Told = false
		s.refused(s.cases.StepDown(s.ctx, kari, spor, silent), "told", "cases.fault.told")
		s.must(s.cases.StepDown(s.ctx, kari, spor, step))
		step.Recheck = "2026-07-01"
		if err := s.cases.StepDown(s.ctx, kari, spor, step); err != tilhor.ErrConflict {
			t.Fatalf("the date to ask again was moved: %v", err)
		}
		f := s.see("Kari", spor)
		if f.State != cases.SteppedDown || f.CheckOn != "2026-06-15" || len(f.InForce()) != 1 {
			t.Fatalf("it is %s, asked again %s, %d measures run", f.State, f.CheckOn, len(f.InForce()))
		}
		s.stands(f, "k12.watch", duty.Open)
		s.stands(f, "k12.inform", duty.MetLate)
		// Spurt igjen på dagen: fortsatt ikke trygt. Den samme historien går videre, og det undersøkes på nytt.
		s.at("2026-06-15 10:00")
		s.must(s.cases.AskAgain(s.ctx, ina, spor, cases.Asking{At: tilhor.Now(s.now), Way: "adult", Answer: cases.NotSafe, Words: "Nei."}))
		f = s.see("Kari", spor)
		if f.State != cases.Open || len(f.Of(cases.Reopened)) != 1 {
			t.Fatalf("it is %s", f.State)
		}
		s.stands(f, "k12.investigate", duty.Open)
		s.stands(f, "k12.measures", duty.Open)
		s.stands(f, "k12.plan", duty.Met) // planen fra april gjelder til den blir endret
	})
}

// Sommeren: skolen stenger, pliktene stopper ikke. Hilde står inn, og det som telles i skoledager, venter.
func TestSommerOverlevering(t *testing.T) {
	tell(t, "2027-06-17 09:00", func(s *story) {
		kari, hilde := s.people["Kari"], s.people["Hilde"]
		spor := s.taken("Mona", "Jeg gruer meg.", "", "Nora")[0].Slug
		s.must(s.cases.Raise(s.ctx, kari, spor, cases.Raise{By: "parent", At: tilhor.Now(s.now), Text: "Mor ringte."}))
		var shut []tilhor.Date
		for d := tilhor.Date("2027-06-21"); d <= "2027-08-15"; d = d.Add(1) {
			shut = append(shut, d)
		}
		s.must(s.db.Write(s.ctx, func(tx *db.Tx) error { return duty.Shut(tx, owner, s.school.ID, shut...) }))
		s.must(s.cases.Hand(s.ctx, kari, cases.HandedTask{Person: hilde.Person, Task: cases.StandsIn, From: "2027-06-21", Until: "2027-08-15"}))
		_, err := s.cases.See(s.ctx, hilde, spor, "overview")
		s.hidden(err) // ikke før det begynner
		// Midt i ferien: uken hos Statsforvalteren er ute, undersøkelsen er over skolens egen tid, og Hilde har den.
		s.at("2027-07-05 09:00")
		s.wake()
		f := s.see("Hilde", spor)
		if f.Windows[0].CalendarWeek != "2027-06-24" || !f.Lead {
			t.Fatalf("the window is %+v, Hilde decides: %v", f.Windows[0], f.Lead)
		}
		s.stands(f, "k12.investigate", duty.LateLocal)
		s.stands(f, "k12.plan", duty.LateLocal)
		s.stands(f, "k12.document", duty.Open) // ti skoledager er ikke gått
		s.must(s.db.Read(s.ctx, func(tx *db.Tx) error {
			until, who, err := s.cases.Shut(tx, hilde, s.now)
			if until != "2027-08-13" || len(who) != 1 || who[0] != "Hilde Ness" {
				t.Errorf("shut until %s, %v stands in", until, who)
			}
			return err
		}))
		s.must(s.cases.Hear(s.ctx, hilde, spor, s.talk("Jeg gruer meg til høsten.")))
		// Skolen åpner. Hilde har den ikke lenger, og Kari har den.
		s.at("2027-08-16 08:00")
		s.wake()
		_, err = s.cases.See(s.ctx, hilde, spor, "overview")
		s.hidden(err)
		s.stands(s.see("Kari", spor), "k12.hear", duty.Met)
	})
}

// Bytte av skole i kommunen: ingenting følger med uten lov, og begge skoler har kvitteringen.
func TestSkolebytteIKommunen(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari, arne := s.people["Kari"], s.people["Arne"]
		spor := s.taken("Jonas", "Jeg vil ikke ut.", "Sto alene.", "Elias")[0].Slug
		s.must(s.cases.Hear(s.ctx, s.people["Ina"], spor, s.talk("Jeg vil ikke ut.")))
		// Eleven slutter. Det som står igjen, blir sagt. Den nye skolen vet ingenting.
		s.at("2026-12-01 12:00")
		s.must(s.cases.Leave(s.ctx, kari, spor, cases.Leaving{Why: "other-school", At: tilhor.Now(s.now), Open: "Planen ble ikke ferdig.", Sure: true}))
		_, err := s.cases.See(s.ctx, arne, spor, "overview")
		s.hidden(err)
		came, err := s.cases.Arrivals(s.ctx, arne)
		s.must(err)
		if len(came) != 0 {
			t.Fatal("something followed by itself")
		}
		// Mor gir lov til det Elias selv sier. Ikke mer følger med.
		s.at("2026-12-03 12:00")
		s.must(s.cases.HandOn(s.ctx, kari, spor, cases.Transfer{To: arne.School, Basis: cases.FromHome, Who: "Mor", On: "2026-12-03", Parts: []string{"words"}, NoOne: true}))
		came, err = s.cases.Arrivals(s.ctx, arne)
		s.must(err)
		s.hidden2(s.cases.Accept(s.ctx, kari, came[0].Slug))
		ny, err := s.cases.Accept(s.ctx, arne, came[0].Slug)
		s.must(err)
		f, err := s.cases.See(s.ctx, arne, ny.Slug, "overview")
		s.must(err)
		if r := f.Last(cases.HandedIn); r.Text["part-words"] != "Jeg vil ikke ut." || len(f.Records) != 1 {
			t.Fatalf("it came as %+v", r)
		}
		s.stands(f, "k12.investigate", duty.Open)
		gammel := s.see("Kari", spor)
		if gammel.State != cases.Left || gammel.Last(cases.ThereNow) == nil {
			t.Fatal("the old school has no receipt")
		}
		s.stands(gammel, "k12.hear", duty.Met)
		s.stands(gammel, "k12.plan", duty.Ended)
	})
}

// Vedtak om skolebytte fram mot jul (§ 13-2): varsel, uttalelse, vedtak, mottatt, klage. Fristen flyttes til etter jul.
func TestVedtakOmSkolebytteFoerJul(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari, ina := s.people["Kari"], s.people["Ina"]
		spor := s.taken("Jonas", "", "Slo tre andre.", "Elias")[0].Slug
		s.must(s.cases.Notify(s.ctx, kari, spor, cases.Notice{About: duty.SchoolChange, At: tilhor.Now(s.now), Older: true, Grounds: "Slo tre andre.", Reply: "2026-11-30", Told: true}))
		id := s.see("Kari", spor).Decisions()[0].ID
		made := cases.Resolution{Decision: id, Imposed: true, Facts: "Slo.", Tried: "Egen plan i seks uker.", Best: "Veid.", Reasons: "Ikke nok.", From: "2027-01-04", Where: "Fjellhamar skole", Who: "Anne Sæther, skolesjef"}
		s.refused(s.cases.Decide(s.ctx, kari, spor, made), "gate", "life.lack.pupil")
		s.at("2026-11-26 10:00")
		s.must(s.cases.HearParty(s.ctx, ina, spor, cases.Say{Decision: id, Party: cases.PartyPupil, At: tilhor.Now(s.now), Words: "Jeg vil være her."}))
		s.refused(s.cases.HearParty(s.ctx, ina, spor, cases.Say{Decision: id, Party: cases.PartyParents, At: tilhor.Now(s.now), Silent: true}), "words", "life.fault.reply-open")
		s.at("2026-12-01 10:00")
		s.must(s.cases.HearParty(s.ctx, ina, spor, cases.Say{Decision: id, Party: cases.PartyParents, At: tilhor.Now(s.now), Silent: true}))
		s.stands(s.see("Kari", spor), "k12.move", duty.Open)
		s.must(s.cases.Decide(s.ctx, kari, spor, made))
		s.stands(s.see("Kari", spor), "k12.move", duty.Met)
		// Mottatt fredag 4. desember: tre uker er 1. juledag, og fristen går til mandag 28.
		s.at("2026-12-04 15:00")
		s.must(s.cases.Receive(s.ctx, ina, spor, id, cases.PartyParents, tilhor.Now(s.now)))
		f := s.see("Kari", spor)
		if got := f.Decisions()[0].AppealBy(cases.PartyParents); got != "2026-12-28" {
			t.Fatalf("they may appeal until %s", got)
		}
		if d := s.duty(f, "k12.appeal"); d.Due.Date != "2026-12-28" || !strings.Contains(d.Ref, "§ 13-2") {
			t.Fatalf("the right stands until %s under %s", d.Due.Date, d.Ref)
		}
		// Klagen kommer 28. desember, og sendes videre. Det som trengs, kan nå gis til den nye skolen uten samtykke.
		s.at("2026-12-28 23:00")
		s.must(s.cases.Appeal(s.ctx, ina, spor, cases.Appeal{Decision: id, Party: cases.PartyParents, At: tilhor.Now(s.now), Words: "Vi er ikke enige."}))
		if r := s.see("Kari", spor).Last(cases.Appealed); r.Text["late"] != "" {
			t.Fatal("an appeal on the last day is called late")
		}
		s.must(s.cases.SendOn(s.ctx, kari, spor, id, "Klageinstansen"))
		needed := cases.Transfer{To: s.people["Arne"].School, Basis: cases.ByDecision, Parts: []string{"words", "note"}, Note: "Trenger en voksen ute.", NoOne: true}
		s.refused(s.cases.HandOn(s.ctx, kari, spor, needed), "parts", "life.fault.only-needed")
		needed.Parts = []string{"note"}
		s.must(s.cases.HandOn(s.ctx, kari, spor, needed))
	})
}

// 1. august 2024: det som står åpent, går videre etter kapittel 12. Det gamle beholder henvisningen det hadde.
func TestSakenGaarOverFoersteAugust(t *testing.T) {
	tell(t, "2024-06-17 09:00", func(s *story) {
		ina := s.people["Ina"]
		spor := s.taken("Jonas", "Jeg vil ikke ut.", "Sto alene.", "Elias")[0].Slug
		s.at("2024-06-18 10:00")
		s.must(s.cases.Inquire(s.ctx, ina, spor, cases.SourceOf{Kind: "observation", Text: "Så det to ganger."}))
		s.at("2024-07-31 23:30")
		s.wake()
		for _, d := range s.see("Kari", spor).Duties {
			if d.RuleSet != "no-oppl-1998-9A" || !strings.Contains(d.Ref, "9 A-") {
				t.Errorf("before 1 August %s stands under %s", d.ID, d.Ref)
			}
		}
		s.at("2024-08-01 00:01")
		s.wake()
		f := s.see("Kari", spor)
		old, fresh := 0, 0
		for _, d := range f.Duties {
			switch {
			case d.TriggeredAt.Before(s.clock("2024-08-01 00:00")):
				old++
				if !strings.Contains(d.Ref, "9 A-") || d.State != duty.Ended && d.State != duty.Met && d.State != duty.MetLate {
					t.Errorf("the old %s stands %s under %s", d.ID, d.State, d.Ref)
				}
			default:
				fresh++
				if strings.Contains(d.Ref, "9 A") || !strings.HasPrefix(string(d.ID), "k12.") {
					t.Errorf("the new %s stands under %s", d.ID, d.Ref)
				}
			}
		}
		if old == 0 || fresh == 0 {
			t.Fatalf("%d old duties, %d new", old, fresh)
		}
		s.stands(f, "9A.investigate", duty.Met) // oppfylt før loven kom, og trenger ingen etterfølger
		s.stands(f, "9A.plan", duty.Ended)
		s.stands(f, "k12.plan", duty.Open)
		// Planen som kommer i august, oppfyller plikten etter den nye loven.
		s.at("2024-08-19 10:00")
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Jeg vil ikke ut.")))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.plan(spor, "Jonas", "2024-09-02")
		f = s.see("Kari", spor)
		if d := s.duty(f, "k12.plan"); d.MetAt.IsZero() || !strings.Contains(d.Ref, "§ 12-4") {
			t.Errorf("the plan stands %s under %s", d.State, d.Ref)
		}
		s.stands(f, "9A.plan", duty.Ended)
	})
}

// hidden2 is hidden, of an act that also gives a track.
func (s *story) hidden2(_ cases.Track, err error) {
	s.Helper()
	s.hidden(err)
}
