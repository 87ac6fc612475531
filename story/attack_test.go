package story

import (
	"errors"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// safeTrack is a track in which the pupil has said that it is safe.
func (s *story) safeTrack() string {
	s.Helper()
	spor := s.taken("Mona", "Jeg er redd.", "Noe skjedde.", "Elias")[0].Slug
	s.must(s.cases.Hear(s.ctx, s.people["Ina"], spor, s.talk("Jeg er redd.")))
	s.must(s.cases.Weigh(s.ctx, s.people["Ina"], spor, weighing))
	s.plan(spor, "Jonas", "2026-12-01")
	s.at("2026-12-01 10:00")
	s.evaluated(spor, cases.SafeNow, "Det er trygt nå.", cases.Finish, "")
	return spor
}

var ending = cases.Ending{Words: "Det er trygt nå.", CheckOn: "2027-01-05"}

// Det eleven sa var trygt, gjelder ikke det som er meldt siden: da spørres det på nytt.
func TestEnNyBekymringEtterAtDetVarTrygt(t *testing.T) {
	for _, row := range []struct{ name, said, saw string }{{"eleven sier det", "De slo meg igjen.", ""}, {"en voksen så det", "", "Elias ble slått."}} {
		t.Run(row.name, func(t *testing.T) {
			tell(t, "2026-11-23 09:00", func(s *story) {
				spor := s.safeTrack()
				s.at("2026-12-02 10:00")
				c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried(row.said, row.saw, "Elias"))
				s.must(err)
				_, err = s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{Join: s.see("Kari", spor).Number})
				s.must(err)
				s.refused(s.cases.Close(s.ctx, s.people["Kari"], spor, ending), "words", "cases.fault.not-safe")
				s.shut(s.see("Kari", spor))
				s.at("2026-12-03 10:00")
				s.evaluated(spor, cases.SafeNow, "Nå er det trygt.", cases.Finish, "")
				s.must(s.cases.Close(s.ctx, s.people["Kari"], spor, ending))
			})
		})
	}
}

// shut says that the page is told the same as the one who presses: not yet.
func (s *story) shut(f cases.File) {
	s.Helper()
	for _, g := range f.Gates {
		if g.Act == duty.GateClosing && g.Open {
			s.Fatal("the page says that the track can be closed")
		}
	}
}

// En sak som er åpnet igjen, avsluttes ikke på det eleven sa før.
func TestGjenaapnetAvsluttesIkkePaaGammeltOrd(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Mona", "Jeg er redd.", "Noe skjedde.", "Elias")[0].Slug
		kari, ina := s.people["Kari"], s.people["Ina"]
		down := cases.Step{View: "Vet ikke.", Way: "self", Reason: "Målt over tid.", Recheck: "2026-12-28", Told: true}
		s.refused(s.cases.StepDown(s.ctx, kari, spor, down), "view", "cases.fault.not-asked") // nobody has asked Elias
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Jeg er redd.")))
		s.must(s.cases.StepDown(s.ctx, kari, spor, down))
		down.Recheck = "2027-01-04"
		if err := s.cases.StepDown(s.ctx, kari, spor, down); !errors.Is(err, tilhor.ErrConflict) {
			t.Fatalf("the day to ask again was moved: %v", err)
		}
		s.at("2026-12-28 10:00")
		safe := cases.Asking{At: tilhor.Now(s.now), Way: "self", Answer: cases.SafeNow, Words: "Det er trygt."}
		s.refused(s.cases.AskAgain(s.ctx, ina, spor, safe), "next", "cases.fault.next-stepped")
		safe.Next = "2027-01-18"
		s.must(s.cases.AskAgain(s.ctx, ina, spor, safe))
		s.stands(s.see("Kari", spor), "k12.evaluate", duty.NotDue) // the next time it is asked
		s.at("2026-12-29 10:00")
		s.must(s.cases.Reopen(s.ctx, ina, spor, "Det har begynt igjen."))
		s.refused(s.cases.Close(s.ctx, kari, spor, cases.Ending{Words: "Det er trygt.", CheckOn: "2027-02-01"}), "words", "cases.fault.not-safe")
		s.shut(s.see("Kari", spor))
		s.refused(s.cases.StepDown(s.ctx, kari, spor, cases.Step{View: "Vet ikke.", Way: "self", Reason: "x", Recheck: "2027-02-01", Told: true}), "view", "cases.fault.not-asked")
	})
}

// Ikke noe spor står som avsluttet når eleven eller familien sier at det ikke er trygt.
func TestAvsluttetSporAapnesAvElevensOrd(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(s *story, spor string) error
	}{
		{"eleven tar det opp med rektor", func(s *story, spor string) error {
			return s.cases.Raise(s.ctx, s.people["Kari"], spor, cases.Raise{By: "pupil", At: tilhor.Now(s.now), Text: "Det har begynt igjen."})
		}},
		{"en forelder tar det opp med rektor", func(s *story, spor string) error {
			return s.cases.Raise(s.ctx, s.people["Kari"], spor, cases.Raise{By: "parent", At: tilhor.Now(s.now), Text: "Det har begynt igjen."})
		}},
		{"en evaluering", func(s *story, spor string) error {
			return s.cases.Evaluate(s.ctx, s.people["Ina"], spor, cases.Evaluation{At: tilhor.Now(s.now), Way: "self", Answer: cases.NotSafe, Words: "Det er ikke trygt.", Saw: "Uro.", Best: "x", Then: cases.GoOn, Next: "2026-12-20"})
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			tell(t, "2026-11-23 09:00", func(s *story) {
				spor := s.safeTrack()
				s.must(s.cases.Close(s.ctx, s.people["Kari"], spor, ending))
				s.at("2026-12-10 10:00")
				s.must(row.do(s, spor))
				f := s.see("Kari", spor)
				if f.State != cases.Open {
					t.Fatalf("it is not safe, and the track stands as %s", f.State)
				}
				s.shut(f)
				s.refused(s.cases.Close(s.ctx, s.people["Kari"], spor, cases.Ending{Words: "Det er trygt nå.", CheckOn: "2027-01-12"}), "words", "cases.fault.not-safe")
			})
		})
	}
}

// Den som sist sa at det ikke er trygt, blir ikke overhørt fordi klokkeslettet ikke er kjent.
func TestSisteOrdGjelderOgsaaUtenKlokkeslett(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.safeTrack() // 2026-12-01 10:00
		s.at("2026-12-01 13:00")
		s.evaluated(spor, cases.SafeNow, "Det er trygt.", cases.Finish, "")
		s.at("2026-12-01 15:00")
		s.must(s.cases.Evaluate(s.ctx, s.people["Ina"], spor, cases.Evaluation{
			At: tilhor.When{At: s.clock("2026-12-01 12:00"), Precision: tilhor.Day}, Way: "self", Answer: cases.NotSafe,
			Words: "Likevel ikke.", Saw: "Uro.", Best: "x", Then: cases.GoOn, Next: "2026-12-08",
		}))
		s.refused(s.cases.Close(s.ctx, s.people["Kari"], spor, ending), "words", "cases.fault.not-safe")
		s.shut(s.see("Kari", spor))
	})
}

// I et avsluttet spor godkjennes ingen plan og settes ingen tiltak i verk: først åpnes det igjen.
func TestAvsluttetSporFaarIngenTiltak(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.safeTrack()
		kari, ina := s.people["Kari"], s.people["Ina"]
		m := cases.Measure{Problem: "x", What: "y", Start: "2026-12-01", Doer: s.people["Jonas"].Person, Evaluate: "2026-12-08"}
		s.must(s.cases.SavePlan(s.ctx, ina, spor, 0, cases.Plan{Measures: []cases.Measure{m}}))
		rev := s.see("Ina", spor).Draft.Rev
		s.must(s.cases.Close(s.ctx, kari, spor, ending))
		for name, err := range map[string]error{
			"Approve":  s.cases.Approve(s.ctx, kari, spor, rev),
			"SavePlan": s.cases.SavePlan(s.ctx, ina, spor, rev, cases.Plan{Measures: []cases.Measure{m}}),
			"Protect":  s.cases.Protect(s.ctx, ina, spor, cases.Urgent{What: "Voksen ute.", Doer: s.people["Jonas"].Person, Start: "2026-12-01"}),
		} {
			if !errors.Is(err, tilhor.ErrConflict) {
				t.Errorf("%s in a closed track: %v", name, err)
			}
		}
		if now, _, err := s.cases.Mine(s.ctx, s.people["Jonas"]); err != nil || len(now) > 0 {
			t.Errorf("a measure runs in a closed track: %v", err)
		}
	})
}

// Skjemaer som er laget for hånd: ingen av dem gir panikk, feil 500 eller andres navn.
func TestForfalskedeSkjemaer(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Mona", "Jeg er redd.", "Noe skjedde.", "Elias")[0].Slug
		kari, ina := s.people["Kari"], s.people["Ina"]
		// A draft number for a plan that was never begun.
		if err := s.cases.SavePlan(s.ctx, ina, spor, 7, cases.Plan{}); !errors.Is(err, tilhor.ErrConflict) {
			t.Fatalf("a stale form without a plan: %v", err)
		}
		// A doer who is no employee of the school: another school's rektor, a pupil.
		for _, id := range []tilhor.PersonID{s.people["Arne"].Person, s.pupils["Ola"], s.pupils["Signe"]} {
			err := s.cases.SavePlan(s.ctx, ina, spor, 0, cases.Plan{Measures: []cases.Measure{{What: "Noe.", Doer: id}}})
			s.refused(err, "m1-doer", "cases.fault.doer")
		}
		// A task taken back from somebody who has none, or who is nobody.
		for _, id := range []tilhor.PersonID{"", " \n ", ina.Person, tilhor.PersonID(strings.Repeat("x", 30000))} {
			s.refused(s.cases.TakeBack(s.ctx, kari, id), "person", "cases.fault.person")
		}
		// A measure ticked for days on which it did not yet run.
		s.must(s.cases.Protect(s.ctx, ina, spor, cases.Urgent{What: "Voksen ute.", Doer: s.people["Jonas"].Person, Start: "2026-11-23"}))
		now, _, err := s.cases.Mine(s.ctx, s.people["Jonas"])
		s.must(err)
		s.refused(s.cases.Tick(s.ctx, s.people["Jonas"], now[0].ID, "2026-11-16", true, ""), "day", "cases.fault.day")
		s.hidden(s.cases.Tick(s.ctx, s.people["Mona"], now[0].ID, "2026-11-23", true, ""))
		s.hidden(s.cases.Tick(s.ctx, kari, now[0].ID, "2026-11-23", true, ""))
		// An evaluation of measures that are not this plan's, and of one twice.
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Jeg er redd.")))
		s.must(s.cases.Weigh(s.ctx, ina, spor, weighing))
		s.plan(spor, "Jonas", "2026-12-01")
		s.at("2026-12-01 10:00")
		own := s.see("Ina", spor).Current().Measures[0].ID
		for _, ids := range [][]tilhor.MeasureID{{"ukjent"}, {own, own}, {tilhor.MeasureID(strings.Repeat("x", 5000))}} {
			e := cases.Evaluation{At: tilhor.Now(s.now), Way: "self", Answer: cases.NotSafe, Words: "x", Saw: "x", Best: "x", Then: cases.GoOn, Next: "2026-12-08"}
			for _, id := range ids {
				e.Effects = append(e.Effects, cases.Effect{Measure: id, Helped: "yes", Then: cases.GoOn})
			}
			if err := s.cases.Evaluate(s.ctx, ina, spor, e); tilhor.FaultsOf(err) == nil {
				t.Errorf("an evaluation of measures that are not the plan's: %v", err)
			}
		}
	})
}

// To av samme elev i samme sak er ett barn: ingen dobbel plikt.
func TestSammeBarnToGanger(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		tracks := s.taken("Mona", "", "De to ble holdt utenfor.", "Sara", "Oda")
		ina := s.people["Ina"]
		add := cases.Child{Person: s.pupils["Iben"], Role: "affected"}
		s.must(s.cases.AddChild(s.ctx, ina, tracks[0].Slug, add))
		s.refused(s.cases.AddChild(s.ctx, ina, tracks[0].Slug, add), "person", "cases.fault.person")
	})
}

// En kilde, et barn og en sak fra et annet sted er som om de ikke fantes.
func TestAndresIder(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		tracks := s.taken("Mona", "Sara: de går fra meg.", "x", "Sara", "Oda")
		ina, kari, arne := s.people["Ina"], s.people["Kari"], s.people["Arne"]
		sara, oda := tracks[0].Slug, tracks[1].Slug
		s.must(s.cases.Inquire(s.ctx, ina, oda, cases.SourceOf{Kind: "observation", Text: "Så det."}))
		theirs := string(s.see("Ina", oda).Last(cases.Source).ID)
		s.refused(s.cases.Find(s.ctx, ina, sara, "Funn.", []string{theirs}), "from", "cases.fault.sources")
		s.refused(s.cases.Find(s.ctx, ina, sara, "Funn.", []string{"a b"}), "from", "cases.fault.sources")
		s.must(s.cases.AddChild(s.ctx, ina, oda, cases.Child{Person: s.pupils["Iben"], Role: "affected"}))
		code := s.see("Ina", oda).Children[0].Code
		v := s.talk("x")
		v.Child = code
		s.refused(s.cases.Hear(s.ctx, ina, sara, v), "child", "cases.fault.child")
		s.refused(s.cases.CouldNotReach(s.ctx, kari, sara, cases.Miss{Child: code, Reason: "x", Attempts: "x", HearBy: "2026-12-01"}), "child", "cases.fault.child")
		// The exposed pupil itself can never be «not reached».
		s.refused(s.cases.CouldNotReach(s.ctx, kari, sara, cases.Miss{Child: string(s.pupils["Sara"]), Reason: "x", Attempts: "x", HearBy: "2026-12-01"}), "child", "cases.fault.child")
		for _, p := range []tilhor.PersonID{s.pupils["Ola"], s.pupils["Signe"], s.pupils["Sara"], "finnesikke"} {
			s.refused(s.cases.AddChild(s.ctx, ina, sara, cases.Child{Person: p, Role: "affected"}), "person", "cases.fault.person")
		}
		s.refused(s.cases.Appoint(s.ctx, kari, sara, arne.Person), "handler", "cases.fault.handler")
		s.refused(s.cases.Hand(s.ctx, kari, cases.HandedTask{Person: arne.Person, Task: cases.StandsIn, From: "2026-11-23", Until: "2026-11-27"}), "person", "cases.fault.person")
		// Another school's rektor joins nothing to our case.
		c, err := s.concerns.Tell(s.ctx, arne, concerns.Telling{School: arne.School, Described: "Noen", Saw: "Noe.", Arena: tilhor.ArenaBreak, Happened: tilhor.Now(s.now), Known: tilhor.Now(s.now)})
		s.must(err)
		_, err = s.cases.TakeUp(s.ctx, arne, c.Slug, cases.Stance{Join: tracks[0].Number})
		s.refused(err, "join", "cases.fault.join")
		// Every act on a track, by those who have nothing to do with it.
		for _, who := range []string{"Arne", "Mona", "Per", "Hilde"} {
			by := s.people[who]
			for name, err := range map[string]error{
				"Identify": s.cases.Identify(s.ctx, by, sara, s.pupils["Iben"]), "Reopen": s.cases.Reopen(s.ctx, by, sara, "x"),
				"Raise":   s.cases.Raise(s.ctx, by, sara, cases.Raise{By: "pupil", At: tilhor.Now(s.now), Text: "x"}),
				"Close":   s.cases.Close(s.ctx, by, sara, cases.Ending{Words: "x", CheckOn: "2027-01-04"}),
				"Step":    s.cases.StepDown(s.ctx, by, sara, cases.Step{View: "x", Way: "self", Reason: "x", Recheck: "2027-01-04", Told: true}),
				"Ask":     s.cases.AskAgain(s.ctx, by, sara, cases.Asking{At: tilhor.Now(s.now), Way: "self", Answer: cases.NotSafe, Words: "x"}),
				"Write":   s.cases.Write(s.ctx, by, sara, cases.Line{At: tilhor.Now(s.now), What: "note", Text: "x"}),
				"Weigh":   s.cases.Weigh(s.ctx, by, sara, weighing),
				"Save":    s.cases.SavePlan(s.ctx, by, sara, 0, cases.Plan{}),
				"Approve": s.cases.Approve(s.ctx, by, sara, 1), "Finish": s.cases.FinishInquiry(s.ctx, by, sara),
				"Appoint": s.cases.Appoint(s.ctx, by, sara, ina.Person),
				"Hear":    s.cases.Hear(s.ctx, by, sara, s.talk("x")),
			} {
				if !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s by %s: %v", name, who, err)
				}
			}
		}
	})
}

// En plan med en evalueringsdato som er passert, er ingen plan å godkjenne.
func TestEvalueringsdatoSomErPassert(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Mona", "Jeg er redd.", "x", "Elias")[0].Slug
		s.must(s.cases.Hear(s.ctx, s.people["Ina"], spor, s.talk("Jeg er redd.")))
		s.must(s.cases.Weigh(s.ctx, s.people["Ina"], spor, weighing))
		m := cases.Measure{Problem: "x", What: "y", Start: "2026-11-23", Doer: s.people["Jonas"].Person, Evaluate: "2026-11-30"}
		s.must(s.cases.SavePlan(s.ctx, s.people["Ina"], spor, 0, cases.Plan{Measures: []cases.Measure{m}}))
		s.at("2026-12-15 10:00")
		var missing cases.Missing
		if err := s.cases.Approve(s.ctx, s.people["Kari"], spor, 1); !errors.As(err, &missing) || missing.Lacks[0].Field != "evaluate" {
			t.Fatalf("a plan whose date of evaluation has passed was approved: %v", err)
		}
	})
}

// En lærer som selv er forelder til eleven, får ikke saken (ugild, forvaltningsloven § 6).
func TestForelderSomArbeiderPaaSkolen(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari, jonas := s.people["Kari"], s.people["Jonas"]
		s.must(s.db.Write(s.ctx, func(tx *db.Tx) error {
			return s.roster.Override(tx, tilhor.Actor{Owner: owner, Role: "operator"}, roster.Override{
				Pupil: s.pupils["Elias"], Guardian: jonas.Person,
				Holds: true, Responsibility: roster.No, From: "2026-01-01", Reason: "Bor ikke med barnet.",
			}, s.now)
		}))
		spor := s.taken("Mona", "Jeg er redd.", "x", "Elias")[0].Slug
		s.refused(s.cases.Appoint(s.ctx, kari, spor, jonas.Person), "handler", "cases.fault.kin")
		c, err := s.concerns.Tell(s.ctx, s.people["Mona"], s.worried("", "Noe nytt.", "Elias"))
		s.must(err)
		_, err = s.cases.TakeUp(s.ctx, kari, c.Slug, cases.Stance{Handler: jonas.Person})
		s.refused(err, "handler", "cases.fault.kin")
	})
}

// Det den som meldte får lese, har ikke navnet på et annet barn: heller ikke bare fornavnet.
func TestSvaretNevnerIkkeAndreBarn(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("", "Noe.", "Elias"))
		s.must(err)
		_, err = s.concerns.Tell(s.ctx, s.people["Mona"], s.worried("", "Noe.", "Elias"))
		s.must(err)
		for _, text := range []string{"Se saken til nora dahl.", "Det gjelder egentlig Nora.", "Det er Noras sak."} {
			s.refused(s.concerns.PutAside(s.ctx, s.people["Kari"], c.Slug, concerns.Twice, text), "reason", "concerns.fault.names-other")
		}
		_, err = s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{Ask: "Se saken til Nora Dahl."})
		s.refused(err, "ask", "concerns.fault.names-other")
		for _, text := range []string{"Det er meldt før, se Elias' sak.", "Ina og Mona følger det opp."} {
			s.must(s.concerns.PutAside(s.ctx, s.people["Kari"], c.Slug, concerns.Twice, text))
			c, err = s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("", "Noe.", "Elias"))
			s.must(err)
		}
		_, err = s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{Ask: "Se til Elias i dag, og la ham sitte ved siden av Nora."})
		s.must(err)
	})
}

// «Meldt to ganger» krever at det er meldt to ganger: to meldinger legges ikke bort som hverandres kopi.
func TestMeldtToGanger(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		kari := s.people["Kari"]
		aside := func(slug string) error {
			return s.concerns.PutAside(s.ctx, kari, slug, concerns.Twice, "Det samme er meldt før.")
		}
		one, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("", "Elias sto alene.", "Elias"))
		s.must(err)
		_, err = s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("", "Nora sto alene.", "Nora"))
		s.must(err)
		s.refused(aside(one.Slug), "why", "concerns.fault.not-twice")
		two, err := s.concerns.Tell(s.ctx, s.people["Mona"], s.worried("", "Elias og Oda sto alene.", "Elias", "Oda"))
		s.must(err)
		s.refused(aside(two.Slug), "why", "concerns.fault.not-twice") // nobody else has told of Oda
		s.must(aside(one.Slug))
		three, err := s.concerns.Tell(s.ctx, s.people["Mona"], s.worried("", "Elias sto alene.", "Elias"))
		s.must(err)
		_, err = s.cases.TakeUp(s.ctx, kari, two.Slug, cases.Stance{})
		s.must(err)
		s.must(aside(three.Slug))
		s.refused(aside(s.alone("Iben")), "why", "concerns.fault.not-twice")
	})
}

// alone is the slug of the only concern about a pupil.
func (s *story) alone(pupil string) string {
	s.Helper()
	c, err := s.concerns.Tell(s.ctx, s.people["Mona"], s.worried("", "Noe.", pupil))
	s.must(err)
	return c.Slug
}
