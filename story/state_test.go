package story

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/handover"
	"tilhor/internal/law"
)

// dag er en dag som er kjent til dagen, og ikke nærmere.
func (s *story) dag(date string) tilhor.When {
	return tilhor.When{At: s.clock(date + " 12:00"), Precision: tilhor.Day}
}

// frister er hvordan alle plikter av ett slag står, den første først.
func (s *story) frister(f cases.File, id law.ID) (all []duty.State) {
	for _, d := range f.Duties {
		if d.ID == id {
			all = append(all, d.State)
		}
	}
	return all
}

func (s *story) er(got []duty.State, want ...duty.State) {
	s.Helper()
	if len(got) != len(want) {
		s.Fatalf("står %v, skulle stått %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			s.Fatalf("står %v, skulle stått %v", got, want)
		}
	}
}

// Familien går til Statsforvalteren: uken rundt påske, forespørselen, saksmappen,
// pålegget med to punkter, tvangsmulkten og klagefristen.
func TestVeienTilStatsforvalteren(t *testing.T) {
	tell(t, "2027-03-22 09:00", func(s *story) {
		jonas, kari, ina := s.people["Jonas"], s.people["Kari"], s.people["Ina"]
		c, err := s.concerns.Tell(s.ctx, jonas, s.worried("De låser døren når jeg kommer.", "Nora sto igjen.", "Nora"))
		s.must(err)
		tracks, err := s.cases.TakeUp(s.ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
		s.must(err)
		spor := tracks[0].Slug
		s.must(s.cases.Hear(s.ctx, ina, spor, s.talk("Jeg tør ikke gå inn.")))

		// Onsdag før påske tar mor det opp med rektor. Lovens uke og fem arbeidsdager går hver sin vei.
		s.at("2027-03-24 14:00")
		s.must(s.cases.Raise(s.ctx, kari, spor, cases.Raise{By: "parent", At: s.on("2027-03-24 13:00"), Text: "Mor ringte."}))
		f := s.see("Kari", spor)
		if w := f.Windows[0]; w.CalendarWeek != "2027-03-31" || w.Arbeidsdager != "2027-04-05" {
			t.Fatalf("uken går til %s, arbeidsdagene til %s", w.CalendarWeek, w.Arbeidsdager)
		}
		// Ingen kan svare på det ingen har spurt om, og en frist er ikke før brevet.
		s.at("2027-04-06 09:00")
		s.refused(s.cases.AnsweredState(s.ctx, kari, spor, cases.StateAnswer{At: s.dag("2027-04-06"), Text: "x"}), "request", "cases.fault.state-request")
		s.must(s.cases.ReportedToState(s.ctx, ina, spor, cases.StateReport{By: "parent", At: s.dag("2027-04-05"), Particular: "Nora tør ikke vente."}))
		s.at("2027-04-08 10:00")
		s.refused(s.cases.AskedByState(s.ctx, ina, spor, cases.StateRequest{At: s.dag("2027-04-08"), Due: "2027-04-07", Text: "Alt."}), "due", "cases.fault.state-due")
		s.must(s.cases.AskedByState(s.ctx, ina, spor, cases.StateRequest{At: s.dag("2027-04-08"), Due: "2027-04-15", Text: "Plan, logg og samtaler."}))
		s.stands(s.see("Kari", spor), "k12.sf_docs", duty.Open)

		// Rektor lager saksmappen. Den holder, og hashen står i saken.
		s.at("2027-04-14 10:00")
		_, err = s.journal.Sequence(s.ctx, s.db, owner, func() time.Time { return s.now })
		s.must(err)
		desk := &handover.Desk{Cases: s.cases, Keys: s.keys, Clock: func() time.Time { return s.now }}
		pakke, err := desk.Make(s.ctx, kari, spor, handover.Order{Kind: handover.ForState, Answers: "Brev 8. april", Owner: "Granvik kommune", School: "Solbakken skole", Maker: "Kari Lund"})
		s.must(err)
		var fil bytes.Buffer
		_, err = pakke.WriteTo(&fil)
		s.must(err)
		if r, err := handover.Verify(bytes.NewReader(fil.Bytes()), pakke.Size, s.keys.Public(owner)); err != nil || !r.Holds() {
			t.Fatalf("saksmappen holder ikke: %+v %v", r, err)
		}
		f = s.see("Kari", spor)
		asked := f.StateMatter().Waiting()
		s.refused(s.cases.AnsweredState(s.ctx, kari, spor, cases.StateAnswer{Request: asked.ID, At: s.dag("2027-04-14"), Hash: "en annen fil"}), "package", "cases.fault.state-package")
		s.must(s.cases.AnsweredState(s.ctx, kari, spor, cases.StateAnswer{Request: asked.ID, At: s.dag("2027-04-14"), Hash: pakke.Hash}))
		s.stands(s.see("Kari", spor), "k12.sf_docs", duty.Met)

		// Mandag 26. april kommer vedtaket, med to punkter. Familien får det samme dag.
		s.at("2027-04-26 12:30")
		s.refused(s.cases.DecidedByState(s.ctx, kari, spor, cases.StateDecision{
			At: s.dag("2027-04-26"), Answer: cases.StateMet, Points: []cases.StatePoint{{What: "Gjør noe.", Due: "2027-05-10"}},
		}), "result", "cases.fault.state-no-points")
		s.must(s.cases.DecidedByState(s.ctx, kari, spor, cases.StateDecision{
			At: s.dag("2027-04-26"), Answer: cases.StateBreach, Got: "2027-04-26", Points: []cases.StatePoint{
				{What: "En voksen i garderoben hver time.", Due: "2027-05-10"}, {}, {What: "Ny plan sammen med Nora.", Due: "2027-05-24"},
			},
		}))
		f = s.see("Kari", spor)
		s.er(s.frister(f, "k12.sf_order"), duty.Open, duty.Open)
		if d := s.duty(f, "k12.appeal"); d.Due.Date != "2027-05-18" { // 17. mai er 2. pinsedag
			t.Fatalf("klagefristen går til %s", d.Due.Date)
		}
		// Det siste punktet blir gjort først. Det første blir for sent, og mulkt løper.
		s.at("2027-05-07 12:30")
		m := s.see("Kari", spor).StateMatter()
		s.must(s.cases.DonePoint(s.ctx, ina, spor, m.Points[1].ID, s.dag("2027-05-07"), "Ny plan er godkjent og sendt."))
		s.refused(s.cases.DonePoint(s.ctx, ina, spor, m.Points[1].ID, s.dag("2027-05-07"), "Igjen."), "point", "cases.fault.state-which")
		s.at("2027-05-11 09:00")
		s.wake()
		s.er(s.frister(s.see("Kari", spor), "k12.sf_order"), duty.Late, duty.Met)
		s.refused(s.cases.Fine(s.ctx, kari, spor, m.Points[0].ID, "2027-05-09", "1000 kroner per dag."), "from", "cases.fault.state-from-before")
		s.must(s.cases.Fine(s.ctx, kari, spor, m.Points[0].ID, "2027-05-11", "1000 kroner per dag."))
		s.at("2027-05-19 12:30")
		s.must(s.cases.DonePoint(s.ctx, ina, spor, m.Points[0].ID, s.dag("2027-05-19"), "En voksen er der hver time."))
		s.must(s.cases.StopFine(s.ctx, kari, spor, m.Points[0].ID, "2027-05-19", "Statsforvalteren bekreftet."))
		f = s.see("Kari", spor)
		s.er(s.frister(f, "k12.sf_order"), duty.MetLate, duty.Met)
		s.stands(f, "k12.appeal", duty.Ended)
		m = f.StateMatter()
		if m.Undone() != nil || m.Points[0].Running() != nil || len(m.Points[0].Fines) != 1 || m.Points[0].Fines[0].Stopped == nil {
			t.Fatalf("pålegget står %+v", m.Points)
		}
		// Kommunen kan ikke klage. Det familien gjør etter fristen, skrives likevel ned.
		s.refused(s.cases.AppealedToState(s.ctx, kari, spor, "owner", "Vi er uenige.", s.dag("2027-05-19")), "by", "cases.fault.by")
		s.must(s.cases.AppealedToState(s.ctx, kari, spor, "parent", "", s.dag("2027-05-19")))
		// En som ikke har saken, får svaret til den som ikke finnes.
		s.hidden(s.cases.AskedByState(s.ctx, jonas, spor, cases.StateRequest{At: s.dag("2027-05-19"), Due: "2027-05-25", Text: "x"}))
		if err := s.cases.ReceivedFromState(s.ctx, kari, spor, "2027-05-19"); !errors.Is(err, tilhor.ErrConflict) {
			t.Fatalf("mottatt to ganger: %v", err)
		}
	})
}
