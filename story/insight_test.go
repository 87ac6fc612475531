package story

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
)

// En forelder ber om innsyn i en sak med tre barn: hun får det som er hennes barns, og ser at noe er utelatt og hvorfor.
func TestInnsynMedTreBarn(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		spor := s.taken("Mona", "", "Sara, Oda og Iben ble stengt ute av leken.", "Sara", "Oda", "Iben")
		sara := spor[0].Slug
		for i, ord := range []string{"Jeg fikk ikke være med.", "ODA-ORD", "IBEN-ORD"} {
			s.must(s.cases.Hear(s.ctx, s.people["Ina"], spor[i].Slug, s.talk(ord)))
		}
		s.must(s.cases.Write(s.ctx, s.people["Ina"], sara, cases.Line{What: "note", Text: "Sara lekte alene.\nOda sa at ODA-NAVN ikke ville."}))

		// Fredag 27. november: mor skriver til skolen. Ina skriver det inn; én måned er søndag 27. desember, og svaret er ventet dagen etter.
		s.at("2026-11-27 10:00")
		krav, err := s.cases.AskInsight(s.ctx, s.people["Ina"], sara, cases.NewInsight{Asker: "parent", Basis: "gdpr-15", Who: "Saras mor", Received: "2026-11-27"})
		s.must(err)
		venter, err := s.cases.InsightRows(s.ctx, s.people["Kari"])
		s.must(err)
		if len(venter) != 1 || venter[0].Due != "2026-12-28" {
			t.Fatalf("the request waits until %v", venter)
		}

		// Mandag 30. november: Kari går gjennom sporet, avsnitt for avsnitt.
		s.at("2026-11-30 09:00")
		r, err := s.cases.ReviewInsight(s.ctx, s.people["Kari"], sara, krav)
		s.must(err)
		s.refused(s.cases.DecideInsight(s.ctx, s.people["Kari"], sara, krav, cases.Reply{Complain: "Personvernombudet."}), "passages", "cases.fault.unjudged")
		var valg []cases.Judgement
		for _, p := range r.Passages {
			valg = append(valg, cases.Judgement{Passage: p.Key, Shown: !p.Marked(), Reason: "fvl-13", Words: "Gjelder et annet barn."})
		}
		s.must(s.cases.Judge(s.ctx, s.people["Kari"], sara, krav, valg))
		mor := s.mother("Sara")
		s.must(s.cases.DecideInsight(s.ctx, s.people["Kari"], sara, krav, cases.Reply{Complain: "Personvernombudet.", To: mor}))
		kopi, err := s.cases.CopyOf(s.ctx, s.people["Kari"], sara, krav)
		s.must(err)
		alt, utelatt := "", 0
		for _, x := range kopi.Items {
			alt += x.Text + "\n"
			if x.Text == "" {
				utelatt++
			}
		}
		if strings.Contains(alt, "ODA-") || strings.Contains(alt, "IBEN-") || !strings.Contains(alt, "Jeg fikk ikke være med.") || !strings.Contains(alt, "Sara lekte alene.") || utelatt == 0 {
			t.Fatalf("the copy: %q, %d left out", alt, utelatt)
		}
		if venter, err = s.cases.InsightRows(s.ctx, s.people["Kari"]); err != nil || len(venter) > 0 {
			t.Fatal("an answered request still waits", err)
		}
	})
}

// En vikar har vakt en lørdag, og bryter glasset: én sak, én time, og noen ser på det mandag.
func TestVikarMedVaktPaaLoerdag(t *testing.T) {
	tell(t, "2026-11-26 09:00", func(s *story) {
		spor := s.taken("Mona", "Jeg vil ikke hjem.", "Nora gråt.", "Nora")[0].Slug
		nummer := s.see("Kari", spor).Number
		s.must(s.cases.Hand(s.ctx, s.people["Kari"], cases.HandedTask{Person: s.people["Jonas"].Person, Task: cases.HasWatch, From: "2026-11-28", Until: "2026-11-29"}))
		nød := cases.Emergency{Number: nummer, Name: "Nora", Reason: "Nora ringte fra bussen og gråt."}
		_, err := s.cases.Break(s.ctx, s.people["Jonas"], nød) // it is still Thursday
		s.hidden(err)

		s.at("2026-11-28 20:15")
		_, err = s.cases.Break(s.ctx, s.people["Mona"], nød) // who has no watch
		s.hidden(err)
		_, err = s.cases.Break(s.ctx, s.people["Jonas"], cases.Emergency{Number: nummer, Name: "Elias", Reason: "x"})
		s.refused(err, "number", "cases.fault.glass")
		_, err = s.cases.Break(s.ctx, s.people["Jonas"], nød)
		s.must(err)
		if f := s.see("Jonas", spor); f.Lead || f.Last(cases.Glass).On != "2026-11-30" {
			t.Fatalf("the one on call decides, or nobody looks at it on Monday: %+v", f.Last(cases.Glass))
		}
		s.at("2026-11-28 21:16")
		_, err = s.cases.See(s.ctx, s.people["Jonas"], spor, "overview")
		s.hidden(err)

		// Mandag: Ina har fått vite det, Kari ser på det.
		s.at("2026-11-30 08:00")
		for _, who := range []string{"Ina", "Kari"} {
			rader, err := s.cases.GlassRows(s.ctx, s.people[who])
			s.must(err)
			if len(rader) != 1 || rader[0].Review != (who == "Kari") {
				t.Fatalf("%s is told %+v", who, rader)
			}
		}
		s.must(s.cases.ReviewGlass(s.ctx, s.people["Kari"], spor, s.see("Kari", spor).Last(cases.Glass).ID, "right", "Jonas ringte moren og fulgte Nora hjem."))
	})
}

// Et notat om feil barn: rektor sperrer det, personvernombudet og arkivet avgjør, og avviket har sine 72 timer.
func TestNotatOmFeilBarn(t *testing.T) {
	tell(t, "2026-11-23 09:00", func(s *story) {
		nora := s.taken("Mona", "", "Nora sto alene.", "Nora")[0].Slug
		elias := s.taken("Mona", "", "Elias ble dyttet.", "Elias")[0].Slug
		ombud := tilhor.Actor{Owner: owner, Person: s.people["Arne"].Person, Role: tilhor.RoleDPO, Trained: true}
		vern := &privacy.Desk{DB: s.db, Keys: s.keys, Journal: s.journal, Roster: s.roster, Clock: s.cases.Clock, Shred: cases.ShredPart}
		s.must(s.cases.Write(s.ctx, s.people["Ina"], nora, cases.Line{What: "note", Text: "Elias gråt hos meg i dag."}))
		notat := s.see("Kari", nora).Last(cases.Wrote).ID

		// Tirsdag kl. 13: Noras mor forteller at hun fikk lese det. Kari sperrer, og skriver inn avviket.
		s.at("2026-11-24 13:00")
		s.hidden(s.cases.StopRecord(s.ctx, s.people["Ina"], nora, cases.Stop{Record: notat, Reason: "wrong-child", Why: "x"}))
		s.must(s.cases.StopRecord(s.ctx, s.people["Kari"], nora, cases.Stop{Record: notat, Reason: "wrong-child", Why: "Notatet gjelder en annen elev."}))
		for _, who := range []string{"Kari", "Ina"} {
			if f := s.see(who, nora); f.Record(notat).Text != nil || !f.Held[string(notat)] {
				t.Fatalf("%s still reads it", who)
			}
		}
		s.must(vern.Report(s.ctx, s.people["Kari"], s.on("2026-11-24 12:30"), "En forelder fikk lese et notat om en annen elev."))
		avvik, err := vern.Breaches(s.ctx, ombud)
		s.must(err)
		if len(avvik) != 1 || !avvik[0].Due.Equal(s.clock("2026-11-27 12:30")) || avvik[0].Left(s.now) != 71 {
			t.Fatalf("the clock of the breach: %+v", avvik)
		}

		// Onsdag: ombudet avgjør sammen med arkivet at det flyttes, og vurderer avviket. Kari flytter.
		s.at("2026-11-25 10:00")
		sperret, err := vern.Blocks(s.ctx, ombud)
		s.must(err)
		s.must(vern.Rule(s.ctx, ombud, sperret[0].ID, privacy.Ruling{Outcome: privacy.Move, Reason: "Hører til i et annet spor.", Archive: "Arkivleder"}))
		s.must(vern.Assess(s.ctx, ombud, avvik[0].ID, privacy.Assessment{Authority: "yes", Persons: "yes", Why: "Taushetsbelagt om et barn."}))
		s.must(s.cases.MoveBlocked(s.ctx, s.people["Kari"], nora, sperret[0].ID, elias))
		if r := s.see("Kari", elias).Last(cases.HandedOn); r == nil || r.Text["text"] != "Elias gråt hos meg i dag." {
			t.Fatalf("it does not stand where it belongs: %+v", r)
		}
		if s.see("Kari", nora).Record(notat).Text != nil {
			t.Fatal("it is read in the wrong track again")
		}
		rapport, err := journal.Verify(s.ctx, s.db, owner, journal.Against{Keys: s.keys})
		s.must(err)
		if !rapport.Holds() {
			t.Fatalf("the record does not hold: %v", rapport.Wrong)
		}
	})
}

// mother is a parent with parental responsibility, put into the lists by hand.
func (s *story) mother(of string) (id tilhor.PersonID) {
	s.Helper()
	s.must(s.db.Write(s.ctx, func(tx *db.Tx) (err error) {
		keeper := tilhor.Actor{Owner: owner, Role: "operator"}
		if id, err = s.roster.AddPerson(tx, keeper, roster.NewPerson{Name: "Mor Lie", Home: s.school.ID}, s.now); err != nil {
			return err
		}
		return s.roster.Override(tx, keeper, roster.Override{Pupil: s.pupils[of], Guardian: id, Holds: true, Responsibility: roster.Yes, Reason: "Folkeregisteret."}, s.now)
	}))
	return id
}
