package story

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// § 8.4: en elev med strengt fortrolig adresse står ikke i noen liste, men kan alltid beskrives.
func TestSkjermetElev(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		s.must(s.db.Read(s.ctx, func(tx *db.Tx) error {
			all, err := s.roster.Pupils(tx, owner, s.school.ID, "2026-11-23")
			for _, p := range all {
				if p.Name == "Signe Hemmelig" {
					t.Error("a protected pupil stands in the list")
				}
			}
			return err
		}))
		// Who guesses her id gets the answer of an id that does not exist.
		guessed := s.worried("", "Noe.", "Signe")
		_, err := s.concerns.Tell(s.ctx, s.people["Jonas"], guessed)
		s.refused(err, "pupil", "concerns.fault.unknown")
		guessed.Pupils = []tilhor.PersonID{"finnesikke"}
		_, err = s.concerns.Tell(s.ctx, s.people["Jonas"], guessed)
		s.refused(err, "pupil", "concerns.fault.unknown")
		n := s.worried("", "Hun sto alene ved porten.")
		n.Described = "Jente i 4A med rød lue"
		c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], n)
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{})
		s.must(err)
		if f := s.see("Kari", tracks[0].Slug); f.Described != "Jente i 4A med rød lue" || f.Name != "" {
			t.Fatalf("the described pupil is %q %q", f.Name, f.Described)
		}
	})
}

// En ukjent elev får et navn senere: klokkene beholder den første tiden.
func TestUkjentElevFaarNavn(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		n := s.worried("", "En gutt ble dyttet.")
		n.Described = "Gutt med gul jakke"
		c, err := s.concerns.Tell(s.ctx, s.people["Mona"], n)
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{})
		s.must(err)
		s.at("2026-11-26 09:00")
		s.must(s.cases.Identify(s.ctx, s.people["Kari"], tracks[0].Slug, s.pupils["Elias"]))
		f := s.see("Kari", tracks[0].Slug)
		if f.Name != "Elias Haug" {
			t.Fatalf("the pupil is %q", f.Name)
		}
		if d := s.duty(f, "k12.investigate"); d.State != duty.LateLocal || d.Pupil != string(s.pupils["Elias"]) || !d.TriggeredAt.Equal(s.clock("2026-11-23 09:00")) {
			t.Fatalf("the clock did not keep its first time: %+v", d)
		}
	})
}

// Rektor er borte: den som er satt inn, ser alt så lenge det varer, og ikke en dag til.
func TestStedfortreder(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Mona", "", "Noe skjedde.", "Elias")[0].Slug
		jonas := s.people["Jonas"]
		_, err := s.cases.See(s.ctx, jonas, spor, "overview")
		s.hidden(err)
		s.hidden(s.cases.Hand(s.ctx, s.people["Ina"], cases.HandedTask{Person: jonas.Person, Task: cases.StandsIn, From: "2026-11-24", Until: "2026-11-27"}))
		s.must(s.cases.Hand(s.ctx, s.people["Kari"], cases.HandedTask{Person: jonas.Person, Task: cases.StandsIn, From: "2026-11-24", Until: "2026-11-27"}))
		s.at("2026-11-27 23:30")
		if f := s.see("Jonas", spor); !f.Lead {
			t.Fatal("the stand-in may not decide")
		}
		s.at("2026-11-28 00:10")
		_, err = s.cases.See(s.ctx, jonas, spor, "overview")
		s.hidden(err)
	})
}

// Den som ikke har hatt opplæring i personvern, kan melde fra, men ikke åpne en sak (forskrifta § 20-2).
func TestVikarUtenOpplaering(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		per := s.people["Per"]
		_, err := s.concerns.Tell(s.ctx, per, s.worried("", "Elias ble dyttet.", "Elias"))
		s.must(err)
		spor := s.taken("Mona", "", "Noe.", "Nora")[0].Slug
		s.must(s.cases.Appoint(s.ctx, s.people["Kari"], spor, per.Person))
		_, err = s.cases.See(s.ctx, per, spor, "overview")
		s.hidden(err)
		per.Trained = true
		_, err = s.cases.See(s.ctx, per, spor, "overview")
		s.must(err)
	})
}

// En annen skoles rektor, SFO og den som har fått saken fra seg: ingen av dem ser noe.
func TestMuren(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], s.worried("", "Noe.", "Elias"))
		s.must(err)
		_, err = s.concerns.Receive(s.ctx, s.people["Arne"], c.Slug)
		s.hidden(err)
		_, err = s.concerns.Follow(s.ctx, s.people["Mona"], c.Slug)
		s.hidden(err)
		tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{Handler: s.people["Ina"].Person})
		s.must(err)
		spor := tracks[0].Slug
		for _, who := range []string{"Arne", "Mona", "Hilde", "Jonas"} {
			_, err := s.cases.See(s.ctx, s.people[who], spor, "overview")
			s.hidden(err)
			_, _, _, err = s.cases.Readings(s.ctx, s.people[who], spor)
			s.hidden(err)
			s.hidden(s.cases.Write(s.ctx, s.people[who], spor, cases.Line{What: "note", Text: "x"}))
		}
		s.must(s.cases.Appoint(s.ctx, s.people["Kari"], spor, s.people["Hilde"].Person))
		_, err = s.cases.See(s.ctx, s.people["Ina"], spor, "overview")
		s.hidden(err)
		s.see("Hilde", spor)
		_, _, seen, err := s.cases.Readings(s.ctx, s.people["Kari"], spor)
		s.must(err)
		if len(seen) != 1 || seen[0].Name != "Hilde Ness" {
			t.Fatalf("the readings are %+v", seen)
		}
		// The accused or disqualified: a concern through the open door gives no sight of anything.
		_, err = s.concerns.Tell(s.ctx, tilhor.Actor{Owner: owner, Role: tilhor.RoleAnyone}, concerns.Telling{
			School: s.school.ID, Described: "x", Saw: "y", Arena: tilhor.ArenaBreak,
			Happened: tilhor.Now(s.now), Known: tilhor.Now(s.now), Name: "Renholder", Pupils: []tilhor.PersonID{s.pupils["Elias"]},
		})
		s.refused(err, "pupil", "concerns.fault.pupil")
	})
}
