package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// home decides something about Nora's home: of her mother, when it is about one.
func (w *world) home(slug, what string, change ...func(x *cases.HomeDecision)) error {
	x := cases.HomeDecision{What: what, Guardian: w.Person("forelder-nora"), Reason: "Ringte og fikk det bekreftet."}
	switch roster.DecisionKind(what) {
	case roster.Barred:
		x.Basis = "judgment"
	case roster.Secret:
		x.Basis, x.Review = "popl-16-c", w.in(30)
	case roster.Fifteen:
		x.On = w.in(-5)
	}
	for _, c := range change {
		c(&x)
	}
	return w.desk.DecideHome(w.ctx, w.kari, slug, x)
}

// What one guardian may see and be told of a track: nothing, unless something
// lets it.
func TestWhatAGuardianMayBeTold(t *testing.T) {
	tell := func(basis string) func(x *cases.HomeDecision) {
		return func(x *cases.HomeDecision) { x.Basis = basis }
	}
	foster := func(w *world, _ string) { w.link("foster", roster.Unknown) }
	rows := []struct {
		name  string
		setup func(w *world, slug string)
		want  string
	}{
		{"has parental responsibility", func(*world, string) {}, "all responsible"},
		{"nobody knows", func(w *world, _ string) { w.link("guardian", roster.Unknown) }, "nothing unknown"},
		{"nobody knew, and a person wrote it", func(w *world, s string) {
			w.link("guardian", roster.Unknown)
			w.must(w.home(s, cases.HasResponsibility))
		}, "all responsible"},
		{"has none", func(w *world, s string) { w.must(w.home(s, cases.NoResponsibility)) }, "nothing no-responsibility"},
		{"is next of kin", func(w *world, _ string) { w.link("next-of-kin", roster.Yes) }, "nothing next-of-kin"},
		{"is in no list", func(w *world, _ string) { w.link("", roster.Yes) }, "nothing stranger"},
		{"barred", func(w *world, s string) { w.must(w.home(s, "barred")) }, "nothing barred"},
		{"barred, and no more", func(w *world, s string) { w.must(w.home(s, "barred")); w.must(w.home(s, "unbarred")) }, "all responsible"},
		{"secrecy in force", func(w *world, s string) { w.must(w.home(s, "secret")) }, "nothing secret"},
		{"secrecy past its review", func(w *world, s string) { w.must(w.home(s, "secret")); w.days(30) }, "nothing secret due"},
		{"secrecy looked at again", func(w *world, s string) {
			w.must(w.home(s, "secret"))
			w.days(30)
			w.must(w.home(s, "secret"))
		}, "nothing secret"},
		{"secrecy lifted", func(w *world, s string) { w.must(w.home(s, "secret")); w.must(w.home(s, "not-secret")) }, "all responsible"},
		{"the pupil is fifteen", func(w *world, s string) { w.must(w.home(s, "fifteen")) }, "nothing fifteen"},
		{"fifteen, and it was wrong", func(w *world, s string) { w.must(w.home(s, "fifteen")); w.must(w.home(s, "not-fifteen")) }, "all responsible"},
		{"fifteen, and a person lets it", func(w *world, s string) { w.must(w.home(s, "fifteen")); w.must(w.home(s, "tell", tell("all"))) }, "all decided"},
		{"fifteen, the main points", func(w *world, s string) { w.must(w.home(s, "fifteen")); w.must(w.home(s, "tell", tell("main"))) }, "main decided"},
		{"fifteen, and let, and secret", func(w *world, s string) {
			w.must(w.home(s, "fifteen"))
			w.must(w.home(s, "tell", tell("all")))
			w.must(w.home(s, "secret"))
		}, "nothing secret"},
		{"fifteen, and let, and barred", func(w *world, s string) {
			w.must(w.home(s, "fifteen"))
			w.must(w.home(s, "tell", tell("all")))
			w.must(w.home(s, "barred"))
		}, "nothing barred"},
		{"barnevernet in the parents' place", func(w *world, s string) { w.must(w.home(s, "in-care")) }, "nothing in-care"},
		{"the parents have the care again", func(w *world, s string) { w.must(w.home(s, "in-care")); w.must(w.home(s, "not-in-care")) }, "all responsible"},
		{"foster parent", foster, "nothing unknown"},
		{"foster parent, in care", func(w *world, s string) { foster(w, s); w.must(w.home(s, "in-care")) }, "all foster"},
		{"foster parent in care, secrecy", func(w *world, s string) {
			foster(w, s)
			w.must(w.home(s, "in-care"))
			w.must(w.home(s, "secret"))
		}, "nothing secret"},
	}
	each(t, func(w *world) {
		w.Altered = true // the decisions of the row before are taken away
		slug := w.taken(w.nora)
		for _, row := range rows {
			w.link("guardian", roster.Yes)
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(noDecisions, w.kari.Owner, w.nora)
				if err == nil {
					_, err = tx.Exec(noOverrides, w.kari.Owner, w.nora)
				}
				return err
			}))
			row.setup(w, slug)
			got, err := w.desk.MayTell(w.ctx, w.kari, slug, w.Person("forelder-nora"))
			w.must(err)
			s := got.May + " " + got.Why
			if got.Due {
				s += " due"
			}
			if s != row.want {
				t.Errorf("%s: %s, want %s", row.name, s, row.want)
			}
		}
	})
}

// link makes Nora's mother something else to her than the files say; nothing of
// hers when kind is empty.
func (w *world) link(kind roster.LinkKind, r roster.Responsibility) {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		until := map[bool]tilhor.Date{true: w.in(0)}[kind == ""]
		_, err := tx.Exec(relink, w.kari.Owner, w.nora, kind, r, until)
		return err
	}))
}

var (
	relink      = db.SQL(`UPDATE roster_guardian SET kind = $3, responsibility = $4, until_date = $5 WHERE owner = $1 AND pupil = $2`)
	noDecisions = db.SQL(`DELETE FROM roster_decision WHERE owner = $1 AND pupil = $2`)
	noOverrides = db.SQL(`DELETE FROM roster_override WHERE owner = $1 AND pupil = $2`)
)

// A parent who works at the school and is the one the case is about is told
// nothing of it; and the parents of a protected pupil what a person decides.
func TestAGuardianWhomTheCaseIsAboutOrThePupilProtected(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.nora, Guardian: w.jonas.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		c, err := w.told.Tell(w.ctx, w.mona, concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Ropte.", Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
			Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.jonas.Person},
		})
		w.must(err)
		all, err := w.desk.TakeSealed(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{})
		w.must(err)
		got, err := w.desk.MayTell(w.ctx, w.kari, all[0].Slug, w.jonas.Person)
		w.must(err)
		if got.May != "nothing" || got.Why != cases.WhyAccused {
			t.Errorf("the accused parent: %+v", got)
		}
		mother := w.Person("forelder-nora")
		w.must(w.home(all[0].Slug, "fifteen"))
		w.must(w.home(all[0].Slug, "tell", func(x *cases.HomeDecision) { x.Basis = "all" })) // of the home that was
		w.shielded()
		got, err = w.desk.MayTell(w.ctx, w.ina, all[0].Slug, mother)
		w.must(err)
		if got.May != "nothing" || got.Why != cases.WhyProtected {
			t.Errorf("of a protected pupil: %+v", got)
		}
		w.must(w.desk.DecideHome(w.ctx, w.ina, all[0].Slug, cases.HomeDecision{What: "tell", Guardian: mother, Basis: "all", Reason: "Bor hos henne."}))
		if got, err = w.desk.MayTell(w.ctx, w.ina, all[0].Slug, mother); err != nil || got.May != "all" {
			t.Errorf("after a person decided: %+v (%v)", got, err)
		}
		if _, err = w.desk.MayTell(w.ctx, w.kari, all[0].Slug, mother); err == nil {
			t.Error("rektor, who is not named, is answered")
		}
	})
}

func TestWhoDecidesAboutTheHome(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		set := func(f func(x *cases.HomeDecision)) func(x *cases.HomeDecision) { return f }
		refusals(t, []refusal{
			{"what?", w.home(slug, "named"), "what", "home.fault.what"},
			{"no reason", w.home(slug, "barred", set(func(x *cases.HomeDecision) { x.Reason = " " })), "reason", "cases.fault.reason"},
			{"no source", w.home(slug, "barred", set(func(x *cases.HomeDecision) { x.Basis = "" })), "basis", "roster.fault.basis"},
			{"secrecy by no rule", w.home(slug, "secret", set(func(x *cases.HomeDecision) { x.Basis = "judgment" })), "basis", "roster.fault.basis"},
			{"secrecy with no review", w.home(slug, "secret", set(func(x *cases.HomeDecision) { x.Review = "" })), "review", "roster.fault.review"},
			{"secrecy for ever", w.home(slug, "secret", set(func(x *cases.HomeDecision) { x.Review = w.in(800) })), "review", "roster.fault.review"},
			{"another's parent", w.home(slug, "barred", set(func(x *cases.HomeDecision) { x.Guardian = w.Person("forelder-elias") })), "guardian", "home.fault.guardian"},
			{"lifts nothing", w.home(slug, "not-secret"), "what", "home.fault.nothing"},
			{"no longer barred, who never was", w.home(slug, "unbarred"), "what", "home.fault.nothing"},
			{"fifteen tomorrow", w.home(slug, "fifteen", set(func(x *cases.HomeDecision) { x.On = w.in(1) })), "on", "home.fault.fifteen"},
			{"told less, by no rule", w.home(slug, "tell", set(func(x *cases.HomeDecision) { x.Basis = "nothing" })), "what", "home.fault.tell-when"},
		})
		x := cases.HomeDecision{What: "in-care", Reason: "Vedtak."}
		for _, who := range []tilhor.Actor{w.ina, w.jonas, w.other} { // who handles it reads, and does not decide
			w.is(w.desk.DecideHome(w.ctx, who, slug, x), tilhor.ErrNotFound)
		}
		for _, who := range []tilhor.Actor{w.jonas, w.other, w.mona} {
			_, err := w.desk.Home(w.ctx, who, slug)
			w.is(err, tilhor.ErrNotFound)
			_, err = w.desk.MayTell(w.ctx, who, slug, w.Person("forelder-nora"))
			w.is(err, tilhor.ErrNotFound)
		}
		w.must(w.desk.DecideHome(w.ctx, w.kari, slug, x))
		h, err := w.desk.Home(w.ctx, w.ina, slug)
		w.must(err)
		if h.Lead || h.Care == nil || len(h.Guardians) != 1 || len(h.Decided) != 1 || h.Decided[0].Reason != "Vedtak." || h.Decided[0].By != "Kari Lund" {
			t.Errorf("the home is %+v", h)
		}
		// It is the pupil's: it holds in another case of hers, and no reason stands in either.
		w.days(1)
		again := w.taken(w.nora)
		w.must(w.home(slug, "barred"))
		for _, s := range []string{slug, again} {
			if got, err := w.desk.MayTell(w.ctx, w.ina, s, w.Person("forelder-nora")); err != nil || got.May != "nothing" {
				t.Errorf("%s: %+v (%v)", s, got, err)
			}
			r := w.see(s).Last(cases.HomeDecided)
			if r == nil || r.Answer != "barred" || len(r.Text) != 0 {
				t.Errorf("the case says %+v", r)
			}
		}
		w.holds()
	})
}

// What was decided in a sealed track holds in the pupil's others, and tells there
// neither why, nor of whom it was, nor that there is another track.
func TestADecisionAboutTheHomeStaysBehindItsWall(t *testing.T) {
	each(t, func(w *world) {
		open := w.taken(w.nora)
		w.must(w.desk.Appoint(w.ctx, w.kari, open, w.jonas.Person))
		take := func(whom tilhor.PersonID) string {
			all, err := w.desk.TakeSealed(w.ctx, w.kari, w.against(duty.AccusedEmployee, whom).Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{})
			w.must(err)
			return all[0].Slug
		}
		sealed, another := take(w.jonas.Person), take(w.mona.Person)
		for _, what := range []string{"barred", cases.NoResponsibility} {
			w.must(w.home(sealed, what))
		}
		said := func(slug string) (n int) { return len(w.see(slug).Of(cases.HomeDecided)) }
		if said(sealed) != 2 || said(open) != 0 || said(another) != 0 {
			t.Errorf("it is said %d, %d and %d times", said(sealed), said(open), said(another))
		}
		decided := func(who tilhor.Actor, slug string) []cases.HomeDecision {
			t.Helper()
			h, err := w.desk.Home(w.ctx, who, slug)
			w.must(err)
			if len(h.Decided) != 2 || h.Guardians[0].Why != cases.WhyBarred {
				t.Fatalf("what holds is %+v", h)
			}
			return h.Decided
		}
		for _, x := range decided(w.jonas, open) {
			if !x.Hidden || x.Reason != "" || x.By != "" || x.Basis != "" || !x.At.IsZero() || x.Name == "" {
				t.Errorf("the accused reads in another case %+v", x)
			}
		}
		for _, x := range append(decided(w.ina, sealed), decided(w.kari, open)...) {
			if x.Hidden || x.Reason == "" || x.By != "Kari Lund" {
				t.Errorf("who reads the track reads %+v", x)
			}
		}
		w.must(w.home(open, "unbarred"))
		if said(sealed) != 3 || said(open) != 1 || said(another) != 1 {
			t.Errorf("what was decided in the open is said %d, %d and %d times", said(sealed), said(open), said(another))
		}
		w.holds()
	})
}

// Secrecy has a day on which it is looked at again: from then it is something to
// do, for who leads, until it is lifted or a new day is set.
func TestSecrecyIsLookedAtAgain(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		waits := func(who tilhor.Actor) string {
			t.Helper()
			all, err := w.desk.HomeReviews(w.ctx, who)
			w.must(err)
			var s []string
			for _, h := range all {
				if h.Name != "" {
					t.Error("the list names the pupil")
				}
				s = append(s, h.Slug)
			}
			return strings.Join(s, " ")
		}
		w.must(w.home(slug, "secret"))
		w.days(29)
		if got := waits(w.kari); got != "" {
			t.Errorf("before its day it waits: %s", got)
		}
		w.days(1)
		if got := waits(w.kari); got != slug {
			t.Errorf("on its day it waits %q", got)
		}
		for _, who := range []tilhor.Actor{w.ina, w.jonas, w.other} {
			if got := waits(who); got != "" {
				t.Errorf("it waits for %s", who.Role)
			}
		}
		w.must(w.home(slug, "secret"))
		if got := waits(w.kari); got != "" {
			t.Errorf("a new day was set, and it waits: %s", got)
		}
		w.days(31)
		if got := waits(w.kari); got != slug {
			t.Errorf("on the new day it waits %q", got)
		}
		w.must(w.home(slug, "not-secret"))
		if got := waits(w.kari); got != "" {
			t.Errorf("it was lifted, and waits: %s", got)
		}
	})
}

// A parent who is in no list can be given a copy by the rule that is made for
// it: once somebody has checked that it is one, and while nobody is to be kept
// from it. Nobody chosen is not that.
func TestACopyForAParentWhoIsInNoList(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		asked := func(asker, basis string) tilhor.RecordID {
			t.Helper()
			id, err := w.desk.AskInsight(w.ctx, w.ina, slug, cases.NewInsight{Asker: asker, Basis: basis, Who: "Even", Received: w.in(0)})
			w.must(err)
			r, err := w.desk.ReviewInsight(w.ctx, w.kari, slug, id)
			w.must(err)
			var all []cases.Judgement
			for _, p := range r.Passages {
				all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
			}
			w.must(w.desk.Judge(w.ctx, w.kari, slug, id, all))
			return id
		}
		give := func(id tilhor.RecordID, to tilhor.PersonID, parent bool) error {
			return w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{To: to, Parent: parent})
		}
		id := asked("parent", "bl-47")
		refusals(t, []refusal{
			{"nobody chosen", give(id, "", true), "to", "home.fault.guardian"},
			{"nobody has checked", give(id, cases.NotListed, false), "parent", "home.fault.parent"},
			{"by another rule", give(asked("parent", "gdpr-15"), cases.NotListed, true), "to", "home.fault.may-not"},
			{"of another child", give(asked("other-parent", "bl-47"), cases.NotListed, true), "to", "home.fault.may-not"},
		})
		kept := func() bool {
			t.Helper()
			c, err := w.desk.CopyOf(w.ctx, w.kari, slug, id)
			w.must(err)
			return c.Kept
		}
		w.must(give(id, cases.NotListed, true))
		if r := w.see(slug).Last(cases.HomeGiven); r == nil || r.Ref != string(cases.NotListed) || kept() {
			t.Errorf("it is not given: %+v", r)
		}
		next := asked("parent", "bl-47")
		for _, of := range [][2]string{{"barred", "unbarred"}, {"secret", "not-secret"}, {"in-care", "not-in-care"}} {
			w.must(w.home(slug, of[0]))
			refusals(t, []refusal{{of[0], give(next, cases.NotListed, true), "to", "home.fault.not-listed"}})
			if !kept() {
				t.Errorf("%s since, and the copy is given", of[0])
			}
			w.must(w.home(slug, of[1]))
		}
		w.must(give(next, cases.NotListed, true))
		w.holds()
	})
}

// The home is a pupil's where it goes: the school that it has left reads and
// changes it no more. Between two school years it is the last school's.
func TestTheHomeGoesWithThePupil(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.must(w.home(slug, "secret"))
		w.days(31)
		sees := func() (s string) {
			t.Helper()
			_, err := w.desk.Home(w.ctx, w.kari, slug)
			if err == nil {
				s = "home "
			} else {
				w.is(err, tilhor.ErrNotFound)
			}
			if err = w.home(slug, "secret"); err == nil {
				s += "decides "
			} else {
				w.is(err, tilhor.ErrNotFound)
			}
			if w.see(slug).Home {
				s += "link"
			}
			return s
		}
		waits := func() int {
			t.Helper()
			all, err := w.desk.HomeReviews(w.ctx, w.kari)
			w.must(err)
			return len(all)
		}
		w.exec(leaveSchool, w.kari.Owner, w.nora, w.in(0))
		if n, got := waits(), sees(); n != 1 || got != "home decides link" {
			t.Errorf("in the summer: %d to look at, %s", n, got)
		}
		w.days(31)
		w.exec(joinSchool, w.kari.Owner, w.Fjellvik, w.nora, w.in(0))
		if n, got := waits(), sees(); n != 0 || got != "" {
			t.Errorf("the old school: %d to look at, %s", n, got)
		}
		w.exec(leaveSchool, w.kari.Owner, w.nora, w.in(1))
		w.days(1)
		if got := sees(); got != "" {
			t.Errorf("when the pupil has left the other too: %s", got)
		}
	})
}

var (
	leaveSchool = db.SQL(`UPDATE roster_member SET until_date = $3 WHERE owner = $1 AND person = $2 AND until_date = ''`)
	joinSchool  = db.SQL(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual) VALUES ($1, $2, 'pupil', '', $3, $4, '', '', FALSE)`)
)

// A copy is given to one of the parents who may have it; one who has no parental
// responsibility can be given it by the rule that is made for that.
func TestWhichParentACopyIsGivenTo(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		slug, mother := w.taken(w.nora), w.Person("forelder-nora")
		asked := func(basis string) tilhor.RecordID {
			t.Helper()
			id, err := w.desk.AskInsight(w.ctx, w.ina, slug, cases.NewInsight{Asker: "parent", Basis: basis, Who: "Marit", Received: w.in(0)})
			w.must(err)
			r, err := w.desk.ReviewInsight(w.ctx, w.kari, slug, id)
			w.must(err)
			var all []cases.Judgement
			for _, p := range r.Passages {
				all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
			}
			w.must(w.desk.Judge(w.ctx, w.kari, slug, id, all))
			return id
		}
		give := func(id tilhor.RecordID, to tilhor.PersonID) error {
			return w.desk.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{To: to})
		}
		first := asked("gdpr-15")
		refusals(t, []refusal{
			{"to whom?", give(first, ""), "to", "home.fault.guardian"},
			{"another's parent", give(first, w.Person("forelder-elias")), "to", "home.fault.may-not"},
		})
		w.must(give(first, mother))
		if r := w.see(slug).Last(cases.HomeGiven); r == nil || r.Ref != string(mother) || r.Text["who"] != "Marit Dahl" {
			t.Errorf("the case says %+v", r)
		}
		_, err := w.desk.CopyOf(w.ctx, w.kari, slug, first)
		w.must(err)
		w.must(w.home(slug, "barred"))
		if c, err := w.desk.CopyOf(w.ctx, w.kari, slug, first); err != nil || !c.Kept || len(c.Items) != 0 || c.Decision.ID != "" { // decided since
			t.Errorf("a copy for a barred parent: %+v (%v)", c, err)
		}
		refusals(t, []refusal{{"barred", give(asked("fvl-18"), mother), "to", "home.fault.may-not"}})
		refusals(t, []refusal{{"barred, by § 47", give(asked("bl-47"), mother), "to", "home.fault.may-not"}})
		w.must(w.home(slug, "unbarred"))
		w.must(w.home(slug, cases.NoResponsibility))
		refusals(t, []refusal{{"no responsibility", give(asked("fvl-18"), mother), "to", "home.fault.may-not"}})
		w.must(give(asked("bl-47"), mother))
		w.must(w.home(slug, "secret"))
		refusals(t, []refusal{{"no responsibility, and secrecy", give(asked("bl-47"), mother), "to", "home.fault.may-not"}})
		w.must(w.home(slug, "not-secret"))
		w.link("next-of-kin", roster.No) // somebody has written that this is a parent, without responsibility
		w.must(give(asked("bl-47"), mother))
		w.holds()
		w.exec(noOverrides, w.kari.Owner, w.nora)
		refusals(t, []refusal{{"next of kin, by § 47", give(asked("bl-47"), mother), "to", "home.fault.may-not"}})
	})
}

// Who leads an open track does not lift, or write over, what was decided in a sealed
// one that is closed to that one: why is not seen. Nor is it for that one to look at
// again. Whoever reads the sealed track does both.
func TestWhatASealedTrackDecidedIsLiftedByWhoSeesWhy(t *testing.T) {
	each(t, func(w *world) {
		open, anne := w.taken(w.nora), w.adviser()
		w.must(w.desk.AppointReceiver(w.ctx, anne, anne.Person))
		all, err := w.desk.TakeForOwner(w.ctx, anne, w.against(duty.AccusedLeadership).Slug, w.other.Person)
		w.must(err)
		sealed := all[0].Slug
		mother := w.Person("forelder-nora")
		lead := func(what string) error {
			x := cases.HomeDecision{What: what, Guardian: mother, Basis: "popl-16-c", Review: w.in(10), On: w.in(-5), Reason: "Meldt av barnevernet."}
			if what == "barred" {
				x.Basis = "judgment"
			}
			return w.desk.DecideHome(w.ctx, w.other, sealed, x)
		}
		w.must(w.home(open, "fifteen")) // in the open: anybody who leads one lifts it
		w.must(lead("not-fifteen"))
		for what, lifts := range map[string]string{"secret": "not-secret", "barred": "unbarred", "in-care": "not-in-care", "fifteen": "not-fifteen", cases.NoResponsibility: cases.HasResponsibility} {
			w.must(lead(what))
			refusals(t, []refusal{
				{what + ", lifted", w.home(open, lifts), "what", "home.fault.hidden"},
				{what + ", written over", w.home(open, what), "what", "home.fault.hidden"},
			})
		}
		if got, err := w.desk.MayTell(w.ctx, w.kari, open, mother); err != nil || got.May != "nothing" {
			t.Errorf("it holds in the open track: %+v (%v)", got, err)
		}
		w.must(lead("unbarred"))
		w.days(11)
		waits := func(who tilhor.Actor) int {
			all, err := w.desk.HomeReviews(w.ctx, who)
			w.must(err)
			return len(all)
		}
		if n := fmt.Sprint(waits(w.kari), waits(w.other)); n != "0 1" {
			t.Errorf("to look at again, for rektor and for who leads it: %s", n)
		}
		w.must(lead("not-secret"))
		w.must(w.home(open, "secret")) // nothing sealed stands any more
		w.must(w.home(open, "not-secret"))
	})
}
