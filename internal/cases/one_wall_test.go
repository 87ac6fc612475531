package cases_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
)

// closedTrack is a track closed under § 12-5, about one who works there.
func (w *world) closedTrack(pupil, about tilhor.PersonID) (slug string, c concerns.Concern) {
	w.T.Helper()
	c, err := w.told.Tell(w.ctx, w.Actor(tilhor.RoleSFO, w.Solbakken), concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{pupil}, Saw: "Ropte.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
		Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{about},
	})
	w.must(err)
	all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Vi følger opp."})
	w.must(err)
	return all[0].Slug, c
}

// Two closed matters that become one have one wall: whom the one is about is
// kept out of the other, and what was given there is taken back.
func TestJoinedMattersHaveOneWall(t *testing.T) {
	each(t, func(w *world) {
		one, _ := w.closedTrack(w.nora, w.jonas.Person)
		two, _ := w.closedTrack(w.elias, w.Actor(tilhor.RoleNurse, w.Solbakken).Person)
		w.must(w.desk.Appoint(w.ctx, w.kari, two, w.jonas.Person))
		if got := w.may(w.jonas, two); got != "works" {
			w.T.Fatalf("before: %s", got)
		}
		w.must(w.desk.JoinMatter(w.ctx, w.kari, one, w.numberOf(two), "Samme dag, samme sted."))
		for _, slug := range []string{one, two} {
			if got := w.may(w.jonas, slug); got != "no" {
				w.T.Errorf("whom the matter is about %s", got)
			}
			if f := w.see(slug); len(f.Accused) != 2 {
				w.T.Errorf("kept out are %v", f.Accused)
			}
		}
	})
}

// When it turns out to be rektor, whoever has her task handed over has nothing of
// it either, whether it was handed before or after; and her duties are not hers.
func TestWhoStandsInForTheNamedRektorHasNothing(t *testing.T) {
	for name, after := range map[string]bool{"handed before": false, "handed after": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				anne := w.adviser()
				w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
				hand := func() {
					w.must(w.desk.Hand(w.ctx, w.kari, cases.HandedTask{Person: w.jonas.Person, Task: cases.StandsIn, From: w.in(0), Until: w.in(3)}))
				}
				c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
					School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Ropte til henne.", Arena: tilhor.ArenaCorridor, Happened: w.now(), Known: w.now(),
					Accused: duty.AccusedEmployee, Whom: "en voksen i gangen",
				})
				w.must(err)
				all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Groundless: true, Words: "Ingen kjenner igjen dette."})
				w.must(err)
				if !after {
					hand()
				}
				w.must(w.desk.NameAccused(w.ctx, w.kari, all[0].Slug, w.kari.Person))
				if after {
					hand()
				}
				if got := w.may(w.jonas, all[0].Slug); got != "no" {
					w.T.Errorf("who stands in for the accused %s", got)
				}
				if _, err := w.told.Receive(w.ctx, w.jonas, c.Slug); err == nil {
					w.T.Error("who stands in for the accused reads what was told")
				}
			})
		})
	}
}

// What a meeting agreed is blocked with its minutes.
func TestWhatWasAgreedIsBlockedWithTheMinutes(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.desk.Meet(w.ctx, w.ina, slug, cases.Meeting{Kind: "home", At: w.now(), Who: "Mor.", Text: "Om Qx1.", Points: []cases.Point{{What: "Qx1 flytter plass.", Who: "Ina", On: w.in(1)}}}))
		w.must(w.desk.TickAgreed(w.ctx, w.ina, slug, w.see(slug).Last(cases.Agreed).ID, cases.LookedDone, "Qx1 sitter foran."))
		if !w.reads(slug, "Qx1") {
			w.T.Fatal("it does not stand there before either")
		}
		w.must(w.desk.StopRecord(w.ctx, w.kari, slug, cases.Stop{Record: w.see(slug).Last(cases.Met).ID, Reason: "wrong-child", Why: "Feil barn."}))
		if w.reads(slug, "Qx1") {
			w.T.Error("what was agreed is read still")
		}
	})
}
