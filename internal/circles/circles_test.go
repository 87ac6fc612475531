package circles_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/web/webtest"
)

type world struct {
	*testing.T
	*webtest.Town
	ctx              context.Context
	desk             *circles.Desk
	marit, ali, jon  tilhor.Actor // Nora's and Elias' (5A), and a parent at another school
	kari, jonas, liv tilhor.Actor
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.desk = &circles.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		parent := func(source string) tilhor.Actor {
			return tilhor.Actor{Owner: webtest.Owner, Person: town.Person(source), Role: tilhor.RoleParent}
		}
		w.marit, w.ali, w.jon, w.liv = parent("forelder-nora"), parent("forelder-elias"), parent("forelder-odin"), parent("forelder-tuva")
		w.kari, w.jonas = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleTeacher, town.Solbakken)
		test(w)
	})
}

func (w *world) mine(by tilhor.Actor) []circles.Place {
	w.T.Helper()
	all, err := w.desk.Mine(w.ctx, by)
	w.Must(err)
	return all
}

// unit is the key of one of a parent's classes or years.
func (w *world) unit(by tilhor.Actor, year bool) string {
	w.T.Helper()
	for _, p := range w.mine(by) {
		if p.Year() == year {
			return p.Key()
		}
	}
	w.T.Fatal("the parent has no class")
	return ""
}

// protect gives some the protection of an address.
func (w *world) protect(all ...tilhor.PersonID) {
	w.T.Helper()
	for _, p := range all {
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), p, roster.StrictConfidential, w.Now())
		}))
	}
}

// agree is Agree, when it is not asked whether it only proposed.
func (w *world) agree(by tilhor.Actor, slug string, a circles.Agreed) error {
	_, err := w.desk.Agree(w.ctx, by, slug, a)
	return err
}

func good() circles.Agreed {
	return circles.Agreed{Choices: []string{"chat", "call"}, Next: "2027-01-21", Where: "På biblioteket"}
}

// A parent starts the group of the class; the other parents of the class find it, and
// nobody else does. It goes on when the class moves up.
func TestAGroupIsOfAClass(t *testing.T) {
	each(t, func(w *world) {
		if all := w.mine(w.marit); len(all) != 2 || all[0].Name() != "5A" || !all[1].Year() || all[1].Grade != 5 || all[0].SchoolName != "Solbakken skole" {
			t.Fatalf("Marit has %+v", all)
		}
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), good())
		w.Must(err)
		if all := w.mine(w.ali); all[0].Circle != slug || all[1].Circle != "" {
			t.Errorf("Ali has %+v", all)
		}
		c, err := w.desk.See(w.ctx, w.ali, slug)
		if err != nil || fmt.Sprint(c.Agreed.Choices) != "[chat call]" || c.Agreed.Next != "2027-01-21" || c.AgreedOn != "2026-11-23" || c.Shared {
			t.Errorf("Ali sees %+v, %v", c, err)
		}
		for _, words := range []string{"Én.", "To.", "Tre."} { // in the same moment: the last holds
			w.Must(w.agree(w.marit, slug, circles.Agreed{Choices: []string{circles.Other}, Words: words}))
			if c, err := w.desk.See(w.ctx, w.ali, slug); err != nil || c.Agreed.Words != words {
				t.Errorf("%s is followed by %+v, %v", words, c.Agreed, err)
			}
		}
		for what, by := range map[string]tilhor.Actor{"the parent of another class": w.liv, "a parent of another school": w.jon, "rektor": w.kari, "the pupil": {Owner: webtest.Owner, Person: w.Person("nora"), Role: tilhor.RolePupil, School: w.Solbakken}} {
			_, err := w.desk.See(w.ctx, by, slug)
			w.Missing(what, err)
			w.Missing(what, w.agree(by, slug, good()))
			w.Missing(what, w.desk.Add(w.ctx, by, slug, circles.Plan{Part: circles.Activity, What: "Tur."}))
			w.Missing(what, w.desk.Share(w.ctx, by, slug, true))
		}
		_, err = w.desk.Start(w.ctx, w.ali, w.unit(w.ali, false), good())
		if f := tilhor.FaultsOf(err); len(f) != 1 || f[0].Key != "circles.fault.there" {
			t.Errorf("twice: %v", err)
		}
		_, err = w.desk.Start(w.ctx, w.jon, w.unit(w.ali, true), good())
		if f := tilhor.FaultsOf(err); len(f) != 1 || f[0].Key != "circles.fault.unit" {
			t.Errorf("the year of another school: %v", err)
		}
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(moveUp, webtest.Owner); return err }))
		w.Later(300 * 24 * time.Hour) // in the autumn after
		if c, err := w.desk.See(w.ctx, w.ali, slug); err != nil || c.Name() != "6A" {
			t.Errorf("a year later it is of %q, %v", c.Name(), err)
		}
	})
}

var moveUp = db.SQL(`UPDATE roster_group SET name = '6A' WHERE owner = $1 AND name = '5A'`)

// Who is told nothing of a child does not come in through that child, and is shown what a
// parent without a class is: barred, under secrecy, without responsibility, with the child
// in care, or with the child's address protected and not the own. When that is lifted, or
// it is decided that this parent is told, the group is there again. Nobody is kept out
// because the lists do not say who has responsibility: most say it of nobody.
func TestWhoIsKeptOut(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.ali, w.unit(w.ali, false), good())
		w.Must(err)
		nora, unit := w.Person("nora"), w.unit(w.marit, true)
		do := func(act func(tx *db.Tx) error) func() {
			return func() { w.Later(time.Minute); w.Must(w.DB.Write(w.ctx, act)) }
		}
		decide := func(kind roster.DecisionKind, basis string) func() {
			return do(func(tx *db.Tx) error {
				x := roster.Decision{Kind: kind, Pupil: nora, Person: w.marit.Person, Basis: basis, Reason: "Vurdert."}
				if kind == roster.Secret {
					x.Review = "2026-12-01"
				}
				if kind == roster.InCare || kind == roster.NotInCare {
					x.Person = ""
				}
				return w.Kit.Roster.Decide(tx, w.kari, x, w.Now())
			})
		}
		link := func(r roster.Responsibility) func() {
			return do(func(tx *db.Tx) error {
				return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: nora, Guardian: w.marit.Person, Holds: true, Responsibility: r, Reason: "Dom."}, w.Now())
			})
		}
		protect := func(who tilhor.PersonID, g roster.Protection) func() {
			return do(func(tx *db.Tx) error { return w.Kit.Roster.Protect(tx, w.Keeper(), who, g, w.Now()) })
		}
		for _, x := range []struct {
			why string
			do  func()
			in  bool
		}{
			{"the control", func() {}, true},
			{"barred", decide(roster.Barred, "judgment"), false},
			{"no longer barred", decide(roster.NoLongerBarred, ""), true},
			{"secrecy", decide(roster.Secret, roster.SecretBases[0]), false},
			{"secrecy lifted", decide(roster.NotSecret, ""), true},
			{"no responsibility", link(roster.No), false},
			{"responsibility that nobody has written", link(roster.Unknown), true},
			{"in care", decide(roster.InCare, ""), false},
			{"no longer in care", decide(roster.NotInCare, ""), true},
			{"the child is protected", protect(nora, roster.StrictConfidential), false},
			{"and the parent, who lives there", protect(w.marit.Person, roster.StrictConfidential), true},
			{"only the child", protect(w.marit.Person, roster.NotProtected), false},
			{"told all the same", decide(roster.Tell, roster.TellAll), true},
			{"told nothing", decide(roster.Tell, roster.TellNothing), false},
		} {
			x.do()
			_, err := w.desk.See(w.ctx, w.marit, slug)
			if in := err == nil; in != x.in || len(w.mine(w.marit)) > 0 != x.in {
				t.Errorf("%s: in the group %v (%v), with %+v", x.why, in, err, w.mine(w.marit))
			}
			if x.in {
				continue
			}
			w.Missing(x.why, err)
			_, err = w.desk.Start(w.ctx, w.marit, unit, good())
			if f := tilhor.FaultsOf(err); len(f) != 1 || f[0].Key != "circles.fault.unit" {
				t.Errorf("%s: starts the group of the year: %v", x.why, err)
			}
		}
		_, err = w.desk.See(w.ctx, w.marit, "zzzzzzzzzz")
		w.Missing("what is not there", err)
	})
}

// What a form names a class by is that parent's own, and says nothing of where it is.
func TestAKeyTellsNothing(t *testing.T) {
	each(t, func(w *world) {
		one, same := w.unit(w.marit, false), w.unit(w.ali, false)
		if one == same || one == w.unit(w.marit, true) || one != w.unit(w.marit, false) || strings.Contains(one, string(w.Solbakken)) {
			t.Errorf("%q and %q", one, same)
		}
		_, err := w.desk.Start(w.ctx, w.marit, same, good())
		if f := tilhor.FaultsOf(err); len(f) != 1 || f[0].Key != "circles.fault.unit" {
			t.Errorf("another's: %v", err)
		}
	})
}

// The warning is the same for a pupil who exists and for a name that no pupil has: it
// comes of one general list. Who writes may say that it is no pupil.
func TestANameIsWarnedOfWithoutTheLists(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), good())
		w.Must(err)
		answer := func(name string, no bool) string {
			text := name + " skal få flere å leke med."
			var out []string
			for _, err := range []error{
				w.desk.Add(w.ctx, w.marit, slug, circles.Plan{Part: circles.Activity, What: text, NoPupil: no}),
				w.agree(w.marit, slug, circles.Agreed{Choices: []string{circles.Other}, Words: text, NoPupil: no}),
				w.agree(w.marit, slug, circles.Agreed{Choices: []string{"chat"}, Where: "Hjemme hos " + name, NoPupil: no}),
			} {
				out = append(out, fmt.Sprintf("%v %v", tilhor.FaultsOf(err), err == nil))
			}
			return strings.Join(out, "; ")
		}
		real, made := answer("Nora", false), answer("Fredrik", false) // Nora goes in 5A; no Fredrik goes to any school there
		if real != made || !strings.Contains(real, "circles.fault.name") {
			t.Errorf("a pupil: %s\nnobody: %s", real, made)
		}
		if real, made := answer("Dahl", false), answer("Qvist", false); real != made { // a pupil's surname, and nobody's
			t.Errorf("a pupil: %s\nnobody: %s", real, made)
		}
		if real, made := answer("Nora", true), answer("Fredrik", true); real != made || strings.Contains(real, "circles.fault") {
			t.Errorf("it is no pupil: %s, %s", real, made)
		}
	})
}

// The school sees that a group exists; the agreements when the group shares them, and
// never what it plans.
func TestWhatTheSchoolSees(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, true), good())
		w.Must(err)
		w.Must(w.desk.Add(w.ctx, w.ali, slug, circles.Plan{Part: circles.Meeting, On: "2027-01-21", What: "Vi snakker om chatten."}))
		at := func(by tilhor.Actor) []circles.Circle {
			t.Helper()
			all, err := w.desk.AtSchool(w.ctx, by)
			w.Must(err)
			return all
		}
		if all := at(w.jonas); len(all) != 1 || !all[0].Year() || all[0].Grade != 5 || len(all[0].Agreed.Choices)+len(all[0].Plans) != 0 {
			t.Errorf("unshared: %+v", all)
		}
		w.Missing("whose they are not", w.desk.Share(w.ctx, w.ali, slug, true))
		w.Must(w.desk.Share(w.ctx, w.marit, slug, true))
		if all := at(w.kari); len(all[0].Agreed.Choices) != 2 || len(all[0].Plans) != 0 || all[0].Agreed.Next != "" || all[0].Agreed.Where != "" {
			t.Errorf("shared: %+v", all)
		}
		w.Must(w.desk.Share(w.ctx, w.marit, slug, false))
		if all := at(w.kari); len(all[0].Agreed.Choices) != 0 {
			t.Errorf("no longer shared: %+v", all)
		}
		if all := at(w.Actor(tilhor.RoleRektor, w.Fjellvik)); len(all) != 0 {
			t.Errorf("another school sees %+v", all)
		}
		for _, by := range []tilhor.Actor{w.marit, w.Actor(tilhor.RoleOwnerAdviser, ""), {Owner: webtest.Owner, Role: tilhor.RoleAnyone}} {
			_, err := w.desk.AtSchool(w.ctx, by)
			w.Missing(string(by.Role), err)
		}

		c, err := w.desk.See(w.ctx, w.marit, slug)
		w.Must(err)
		w.Must(w.desk.Remove(w.ctx, w.marit, slug, c.Plans[0].ID))
		w.Missing("twice", w.desk.Remove(w.ctx, w.marit, slug, c.Plans[0].ID))
		verify := func() journal.Report {
			r, err := journal.Verify(w.ctx, w.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
			w.Must(err)
			return r
		}
		if r := verify(); !r.Holds() {
			t.Errorf("verify: %+v", r.Wrong)
		}
		w.Altered = true
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(dropLines, webtest.Owner); return err }))
		if verify().Holds() {
			t.Error("a line that was taken out is not seen")
		}
	})
}

var dropLines = db.SQL(`DELETE FROM circles_line WHERE owner = $1`)

// The parent who lives with a protected child, and is protected too, reads no school's
// name there.
func TestAProtectedChildsSchoolIsNotNamed(t *testing.T) {
	each(t, func(w *world) {
		w.protect(w.Person("nora"), w.marit.Person)
		if all := w.mine(w.marit); len(all) != 2 || all[0].SchoolName != "" {
			t.Errorf("%+v", all)
		}
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), good())
		w.Must(err)
		if c, err := w.desk.See(w.ctx, w.marit, slug); err != nil || c.SchoolName != "" {
			t.Errorf("%+v, %v", c, err)
		}
		if c, err := w.desk.See(w.ctx, w.ali, slug); err != nil || c.SchoolName == "" {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// What one parent wrote another proposes to change: who wrote it says yes, or who began,
// and both stand. Who is protected is not named, and what somebody who has left wrote is
// everybody's.
func TestWhoseItIsToChange(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), named(good()))
		w.Must(err)
		see := func(by tilhor.Actor) circles.Circle {
			t.Helper()
			c, err := w.desk.See(w.ctx, by, slug)
			w.Must(err)
			return c
		}
		const ali = "Ali Moe"
		only, err := w.desk.Agree(w.ctx, w.ali, slug, named(circles.Agreed{Choices: []string{"way"}}))
		w.Must(err)
		c := see(w.marit)
		if !only || fmt.Sprint(c.Agreed.Choices) != "[chat call]" || c.By != "Marit Dahl" || !c.Mine || len(c.Proposals) != 1 || c.Proposals[0].By != ali || see(w.ali).Proposals[0].By != ali || see(w.ali).Mine {
			t.Fatalf("%v %+v", only, c)
		}
		line := c.Proposals[0].ID
		w.Missing("who proposed it", w.desk.Accept(w.ctx, w.ali, slug, line))
		w.Missing("what is not there", w.desk.Accept(w.ctx, w.marit, slug, "zz"))
		w.Must(w.desk.Accept(w.ctx, w.marit, slug, line))
		if c := see(w.ali); fmt.Sprint(c.Agreed.Choices) != "[way]" || !c.Mine || c.By != ali || c.Before == nil || fmt.Sprint(c.Before.Choices) != "[chat call]" || c.Before.By != "Marit Dahl" || len(c.Proposals) != 0 {
			t.Errorf("%+v", c)
		}
		w.Must(w.desk.Add(w.ctx, w.marit, slug, circles.Plan{Part: circles.Activity, What: "Tur."}))
		w.Must(w.desk.Add(w.ctx, w.ali, slug, circles.Plan{Part: circles.Meeting, On: "2027-01-21", Kit: "net", Named: true}))
		for _, p := range see(w.ali).Plans { // Marit did not want her name there
			if want := map[string]string{"net": ali}[p.Kit]; p.By != want {
				t.Errorf("%+v is by %q, not %q", p, p.By, want)
			}
			if mine := p.Kit == "net"; p.Mine != mine {
				t.Errorf("Ali has %+v", p)
			}
			if !p.Mine {
				w.Missing("another's", w.desk.Remove(w.ctx, w.ali, slug, p.ID))
			}
		}
		for _, p := range see(w.marit).Plans { // who began the group looks after it
			if !p.Mine {
				t.Errorf("Marit has %+v", p)
			}
		}
		// Not named, but there.
		w.protect(w.Person("elias"))
		w.Later(time.Minute)
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Decide(tx, w.kari, roster.Decision{Kind: roster.Tell, Pupil: w.Person("elias"), Person: w.ali.Person, Basis: roster.TellAll, Reason: "Bor der."}, w.Now())
		}))
		if c := see(w.marit); c.By != "" || c.Before.By != "Marit Dahl" {
			t.Errorf("who is protected is named: %+v", c)
		}
		if c := see(w.ali); c.By+c.Before.By != "" {
			t.Errorf("somebody is named over the shoulder: %+v", c)
		}
		// The child who is protected is no longer Ali's by the lists: who was hidden is not named by it.
		out := func(pupil, guardian tilhor.PersonID) {
			w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: pupil, Guardian: guardian, Responsibility: roster.Unknown, Reason: "Feil."}, w.Now())
			}))
		}
		out(w.Person("elias"), w.ali.Person)
		if c := see(w.marit); c.By != "" || c.Before.By != "Marit Dahl" {
			t.Errorf("the child has left, and the parent is named: %+v", c)
		}
		// Both have left.
		out(w.Person("nora"), w.marit.Person)
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: w.Person("nora"), Guardian: w.liv.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		if c := see(w.liv); !c.Mine || !c.Plans[0].Mine || c.By+c.Before.By != "" {
			t.Errorf("nobody can change, or who is gone is named: %+v", c)
		}
		w.Must(w.agree(w.liv, slug, good()))
	})
}

func named(a circles.Agreed) circles.Agreed { a.Named = true; return a }

// However often one agrees and proposes, few lines are read; the one before and who began
// are known still.
func TestAGroupHoldsLittle(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), good())
		w.Must(err)
		other := func(n int) circles.Agreed {
			return circles.Agreed{Choices: []string{circles.Other}, Words: fmt.Sprintf("Nummer %d.", n)}
		}
		for n := range 45 { // more than the room has place for
			w.Must(w.agree(w.ali, slug, other(n)))
		}
		for n := range 5 {
			w.Must(w.agree(w.marit, slug, other(n)))
		}
		c, err := w.desk.See(w.ctx, w.ali, slug)
		if err != nil || len(c.Proposals) != 1 || c.Proposals[0].Words != "Nummer 44." || c.Agreed.Words != "Nummer 4." || c.Before.Words != "Nummer 3." || c.Mine {
			t.Errorf("%+v, %v", c, err)
		}
		w.Must(w.desk.Accept(w.ctx, w.marit, slug, c.Proposals[0].ID))
		if c, err := w.desk.See(w.ctx, w.marit, slug); err != nil || !c.Mine || c.Before.Words != "Nummer 4." {
			t.Errorf("who began: %+v, %v", c, err)
		}
		var n int
		w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(readLines, db.Args(webtest.Owner), &n) }))
		if n != 3 {
			t.Errorf("%d lines are read", n)
		}
		if r, err := journal.Verify(w.ctx, w.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys}); err != nil || !r.Holds() {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

var readLines = db.SQL(`SELECT COUNT(*) FROM circles_line WHERE owner = $1 AND gone_at = 0`)

// A backup that was put back has the row of a group whose words are shredded: it is not
// there, and its class begins anew.
func TestAShreddedGroupIsNone(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), good())
		w.Must(err)
		w.Must(w.desk.Share(w.ctx, w.marit, slug, true))
		c, err := w.desk.See(w.ctx, w.marit, slug)
		w.Must(err)
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return seal.Shred(tx, webtest.Owner, seal.KindCircle, c.ID, w.Now())
		}))
		_, err = w.desk.See(w.ctx, w.ali, slug)
		w.Missing("what is shredded", err)
		if all := w.mine(w.ali); all[0].Circle != "" {
			t.Errorf("Ali has %+v", all)
		}
		if all, err := w.desk.AtSchool(w.ctx, w.kari); err != nil || len(all) != 0 {
			t.Errorf("the school sees %+v, %v", all, err)
		}
		again, err := w.desk.Start(w.ctx, w.ali, w.unit(w.ali, false), good())
		w.Must(err)
		if c, err := w.desk.See(w.ctx, w.ali, again); err != nil || again == slug || !c.Mine {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// What is refused, at its field.
func TestAGroupRefuses(t *testing.T) {
	each(t, func(w *world) {
		slug, err := w.desk.Start(w.ctx, w.marit, w.unit(w.marit, false), good())
		w.Must(err)
		with := func(do func(*circles.Agreed)) circles.Agreed { a := good(); do(&a); return a }
		w.Refused(w.agree(w.ali, slug, with(func(a *circles.Agreed) { a.Choices = nil })), "choices", "circles.fault.choices")
		w.Refused(w.agree(w.ali, slug, with(func(a *circles.Agreed) { a.Choices = []string{"noe"} })), "choices", "circles.fault.choices")
		w.Refused(w.agree(w.ali, slug, with(func(a *circles.Agreed) { a.Choices = []string{circles.Other} })), "words", "circles.fault.words")
		w.Refused(w.agree(w.ali, slug, with(func(a *circles.Agreed) { a.Words = strings.Repeat("å", 801) })), "words", "circles.fault.long")
		w.Refused(w.agree(w.ali, slug, with(func(a *circles.Agreed) { a.Next = "2026-11-22" })), "next", "circles.fault.past")
		w.Refused(w.desk.Add(w.ctx, w.ali, slug, circles.Plan{Part: "fest", What: "Fest."}), "part", "circles.fault.part")
		w.Refused(w.desk.Add(w.ctx, w.ali, slug, circles.Plan{Part: circles.Activity}), "what", "circles.fault.what")
		w.Refused(w.desk.Add(w.ctx, w.ali, slug, circles.Plan{Part: circles.Meeting, What: "Møte."}), "on", "circles.fault.on")
	})
}
