package story

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
)

// Uken hos Statsforvalteren går fra familien tok det opp med rektor, og vises begge veier (påsken 2026).
func TestUkenOverPaaske(t *testing.T) {
	tell(t, "2026-03-30 15:00", func(s *story) {
		n := s.worried("", "Mor ringte: Elias gruer seg.", "Elias")
		n.Known = s.on("2026-03-27 12:00")
		n.Raised = &concerns.Raised{By: "parent", At: s.on("2026-03-30 14:40")}
		c, err := s.concerns.Tell(s.ctx, s.people["Kari"], n)
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{})
		s.must(err)
		f := s.see("Kari", tracks[0].Slug)
		if len(f.Windows) != 1 || f.Windows[0].CalendarWeek != "2026-04-06" || f.Windows[0].Arbeidsdager != "2026-04-09" || f.Windows[0].RaisedAt != "2026-03-30" {
			t.Fatalf("the window is %+v", f.Windows)
		}
		if d := s.duty(f, "k12.investigate"); !d.TriggeredAt.Equal(s.clock("2026-03-27 12:00")) {
			t.Fatalf("the school's clock runs from %s", d.TriggeredAt)
		}
	})
}

// § 8.2: noe skjedde lørdag i en privat app. Plikten begynner mandag, da eleven sa fra på skolen.
func TestDigitaltLoerdagKveld(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		n := s.worried("Jeg gruet meg til å komme.", "", "Nora")
		n.Arena, n.Happened = tilhor.ArenaDigital, s.on("2026-11-21 22:10")
		c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], n)
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{})
		s.must(err)
		for _, d := range s.see("Kari", tracks[0].Slug).Duties {
			if d.TriggeredAt.Before(s.clock("2026-11-23 09:00")) {
				t.Errorf("%s was triggered on %s", d.ID, d.TriggeredAt)
			}
		}
	})
}

// En sak som stilner, blir lagt merke til: ti skoledager uten et ord.
func TestStilleSak(t *testing.T) {
	tell(t, "2026-11-02 09:00", func(s *story) {
		spor := s.taken("Jonas", "", "Noe.", "Elias")[0].Slug
		s.at("2026-11-16 20:00")
		s.wake()
		s.stands(s.see("Kari", spor), "k12.document", duty.Open)
		s.at("2026-11-18 09:00")
		s.wake()
		s.stands(s.see("Kari", spor), "k12.document", duty.LateLocal)
		rows, err := s.cases.Today(s.ctx, s.people["Kari"])
		s.must(err)
		found := false
		for _, d := range rows[0].Duties {
			found = found || d.ID == "k12.document"
		}
		if !found {
			t.Fatal("rektor's day does not show the silence")
		}
		s.must(s.cases.Write(s.ctx, s.people["Ina"], spor, cases.Line{What: "note", Text: "Snakket med kontaktlærer."}))
		s.stands(s.see("Kari", spor), "k12.document", duty.Open)
	})
}

// Tider som ikke kan være: framtid og for lenge siden blir avvist ved feltet.
func TestUmuligeTider(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		n := s.worried("", "Noe.", "Elias")
		n.Known = s.on("2026-11-23 09:01")
		_, err := s.concerns.Tell(s.ctx, s.people["Jonas"], n)
		s.refused(err, "known", "concerns.fault.future")
		n = s.worried("", "Noe.", "Elias")
		n.Happened = s.on("1998-01-01 09:00")
		_, err = s.concerns.Tell(s.ctx, s.people["Jonas"], n)
		s.refused(err, "happened", "concerns.fault.old")
		// A day without an hour may be today, though noon has not come.
		n = s.worried("", "Noe.", "Elias")
		n.Known = tilhor.When{At: s.clock("2026-11-23 12:00"), Precision: tilhor.Day}
		c, err := s.concerns.Tell(s.ctx, s.people["Jonas"], n)
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{})
		s.must(err)
		s.stands(s.see("Kari", tracks[0].Slug), "k12.investigate", duty.Open)
		// What nobody knows counts from when it was written, and is labelled.
		n = s.worried("", "Noe annet.", "Nora")
		n.Known = tilhor.When{Precision: tilhor.Unknown}
		_, err = s.concerns.Tell(s.ctx, s.people["Jonas"], n)
		s.must(err)
	})
}
