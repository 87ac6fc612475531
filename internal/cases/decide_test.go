package cases_test

import (
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
)

// An individual decision goes by its stages: it cannot be made before the notice
// and the hearing stand in the case, and three weeks run from receipt.
func TestDecision(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		notice := cases.Notice{About: duty.SchoolChange, At: w.now(), Older: true, Grounds: "Slo tre elever.", Reply: w.in(7), Told: true}
		notify := func(change func(*cases.Notice)) error {
			return w.desk.Notify(w.ctx, w.kari, slug, edit(notice, change))
		}
		refusals(w.T, []refusal{
			{"about what?", notify(func(n *cases.Notice) { n.About = "x" }), "about", "cases.fault.about"},
			{"grounds", notify(func(n *cases.Notice) { n.Grounds = " " }), "grounds", "cases.fault.grounds"},
			{"a reply today", notify(func(n *cases.Notice) { n.Reply = w.in(0) }), "reply", "life.fault.reply"},
			{"nobody told", notify(func(n *cases.Notice) { n.Told = false }), "noticed", "life.fault.noticed"},
		})
		w.is(w.desk.Notify(w.ctx, w.ina, slug, notice), tilhor.ErrNotFound) // rektor's
		w.must(notify(func(*cases.Notice) {}))
		w.is(notify(func(*cases.Notice) {}), tilhor.ErrConflict)
		id := w.see(slug).Decisions()[0].ID
		made := cases.Resolution{Decision: id, Imposed: true, Facts: "Slo.", Tried: "Voksen ute, egen plan.", Best: "Veid.", Reasons: "Ikke nok.", From: w.in(14), Where: "Fjellvik skole", Who: "Anne Sæther, skolesjef"}
		decide := func(change func(*cases.Resolution)) error {
			return w.desk.Decide(w.ctx, w.kari, slug, edit(made, change))
		}
		has := func(err error, key string) {
			t.Helper()
			for _, f := range tilhor.FaultsOf(err) {
				if f.Key == key {
					return
				}
			}
			t.Errorf("want %s, got %v", key, err)
		}
		has(decide(func(*cases.Resolution) {}), "life.lack.pupil")
		has(decide(func(*cases.Resolution) {}), "life.lack.parents")
		say := cases.Say{Decision: id, Party: cases.PartyPupil, At: w.now(), Words: "Jeg vil ikke bytte."}
		hear := func(change func(*cases.Say)) error { return w.desk.HearParty(w.ctx, w.ina, slug, edit(say, change)) }
		refusals(w.T, []refusal{
			{"whom?", hear(func(s *cases.Say) { s.Party = "teacher" }), "party", "cases.fault.party"},
			{"no words", hear(func(s *cases.Say) { s.Words = "" }), "words", "cases.fault.words"},
			{"heard before the notice", hear(func(s *cases.Say) { s.At.At = w.Now().Add(-time.Hour) }), "at", "life.fault.before-notice"},
			{"the parents may still reply", hear(func(s *cases.Say) { s.Party, s.Silent, s.Words = cases.PartyParents, true, "" }), "words", "life.fault.reply-open"},
		})
		w.is(hear(func(s *cases.Say) { s.Decision = "x" }), tilhor.ErrNotFound)
		w.must(hear(func(*cases.Say) {}))
		refusals(w.T, []refusal{{"the parents not heard", decide(func(*cases.Resolution) {}), "gate", "life.lack.parents"}})
		w.days(8)
		say.At = w.now()
		w.must(hear(func(s *cases.Say) { s.Party, s.Silent, s.Words = cases.PartyParents, true, "" }))
		made.From = w.in(14)
		refusals(w.T, []refusal{
			{"nothing tried first", decide(func(r *cases.Resolution) { r.Tried = "" }), "tried", "cases.fault.tried"},
			{"no reasons", decide(func(r *cases.Resolution) { r.Reasons = "" }), "reasons", "cases.fault.reasons"},
			{"not the best interest", decide(func(r *cases.Resolution) { r.Best = "" }), "best", "cases.fault.best"},
			{"by the school", decide(func(r *cases.Resolution) { r.Who = "" }), "decided-by", "cases.fault.decided-by"},
			{"from yesterday", decide(func(r *cases.Resolution) { r.From = w.in(-1) }), "from", "life.fault.from"},
		})
		w.is(w.desk.Decide(w.ctx, w.ina, slug, made), tilhor.ErrNotFound)
		w.is(w.desk.Receive(w.ctx, w.ina, slug, id, cases.PartyPupil, w.now()), tilhor.ErrConflict)
		w.must(decide(func(*cases.Resolution) {}))
		w.is(decide(func(*cases.Resolution) {}), tilhor.ErrConflict)
		if s := w.state(w.see(slug), "k12.move"); s != duty.Met {
			t.Errorf("the decision is made, and stands %s", s)
		}
		early := w.now()
		early.At = w.Now().Add(-48 * time.Hour)
		refusals(w.T, []refusal{
			{"received before it was made", w.desk.Receive(w.ctx, w.ina, slug, id, cases.PartyPupil, early), "at", "life.fault.before-decision"},
			{"by whom?", w.desk.Receive(w.ctx, w.ina, slug, id, "x", w.now()), "party", "cases.fault.party"},
		})
		w.must(w.desk.Receive(w.ctx, w.ina, slug, id, cases.PartyPupil, w.now())) // Tuesday 1 December
		refusals(w.T, []refusal{{"once more", w.desk.Receive(w.ctx, w.ina, slug, id, cases.PartyPupil, w.now()), "party", "cases.fault.party"}})
		f := w.see(slug)
		x := f.Decisions()[0]
		if got := x.AppealBy(cases.PartyPupil); got != "2026-12-22" {
			t.Errorf("the pupil may appeal until %s", got)
		}
		if len(x.Waits()) != 1 || x.Waits()[0] != cases.PartyParents {
			t.Errorf("it waits for %v", x.Waits())
		}
		for _, d := range f.Duties {
			if d.ID == "k12.appeal" && (d.Due.Date != "2026-12-22" || d.Ref != "opplæringslova § 13-2; forvaltningsloven § 29") {
				t.Errorf("the appeal stands until %s under %s", d.Due.Date, d.Ref)
			}
		}
		w.is(w.desk.SendOn(w.ctx, w.kari, slug, id, "Statsforvalteren"), tilhor.ErrConflict)
		w.must(w.desk.Appeal(w.ctx, w.ina, slug, cases.Appeal{Decision: id, Party: cases.PartyPupil, At: w.now(), Words: "Jeg er ikke enig."}))
		refusals(w.T, []refusal{{"to whom?", w.desk.SendOn(w.ctx, w.kari, slug, id, ""), "sent-to", "cases.fault.sent-to"}})
		w.must(w.desk.SendOn(w.ctx, w.kari, slug, id, "Klageinstansen"))
		w.days(25)
		w.must(w.desk.Appeal(w.ctx, w.ina, slug, cases.Appeal{Decision: id, Party: cases.PartyPupil, At: w.now(), Words: "En gang til."}))
		if r := w.see(slug).Last(cases.Appealed); r.Text["late"] != "late" {
			t.Errorf("an appeal after three weeks is not said to be late")
		}
	})
}

// Sending away: rektor self, as long as the grade allows, and the parents of a
// small child are told before.
func TestExpulsion(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.ina.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(9)}))
		w.must(w.desk.Notify(w.ctx, w.kari, slug, cases.Notice{About: duty.Expulsion, At: w.now(), Grounds: "Kastet stol.", Reply: w.in(0), Told: true}))
		id := w.see(slug).Decisions()[0].ID
		for _, p := range []string{cases.PartyPupil, cases.PartyParents} {
			w.must(w.desk.HearParty(w.ctx, w.ina, slug, cases.Say{Decision: id, Party: p, At: w.now(), Words: "Jeg ble sint."}))
		}
		made := cases.Resolution{Decision: id, Imposed: true, Facts: "Kastet stol.", Tried: "Eget rom.", Best: "Veid.", Reasons: "Grovt.", From: w.in(0), Grade: "1-7", Before: true}
		decide := func(change func(*cases.Resolution)) error {
			return w.desk.Decide(w.ctx, w.kari, slug, edit(made, change))
		}
		refusals(w.T, []refusal{
			{"which grade?", decide(func(r *cases.Resolution) { r.Grade = "" }), "grade", "cases.fault.grade"},
			{"a day in primary", decide(func(r *cases.Resolution) { r.Days = 1 }), "days", "life.fault.days"},
			{"four days in lower secondary", decide(func(r *cases.Resolution) { r.Grade, r.Days = "8-10", 4 }), "days", "life.fault.days"},
			{"six days in upper secondary", decide(func(r *cases.Resolution) { r.Grade, r.Days = "vgs", 6 }), "days", "life.fault.days"},
			{"parents told after", decide(func(r *cases.Resolution) { r.Before = false }), "before", "life.fault.before"},
			{"by who stands in", w.desk.Decide(w.ctx, w.ina, slug, made), "gate", "life.fault.rektor-self"},
		})
		w.must(decide(func(r *cases.Resolution) { r.Grade, r.Days = "8-10", 3 }))
		f := w.see(slug)
		if s := w.state(f, "k12.expel"); s != duty.Met || f.Last(cases.Resolved).Text["days"] != "3" {
			t.Errorf("it stands %s, for %s days", s, f.Last(cases.Resolved).Text["days"])
		}
		if got := f.Decisions()[0].Parties(); len(got) != 1 || got[0] != cases.PartyParents {
			t.Errorf("the parties are %v", got)
		}
	})
}
