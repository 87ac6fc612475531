package concerns_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

var factsOf = db.SQL(`SELECT kind, at, written_at FROM duty_fact WHERE owner = $1 AND thing = $2`)

func (w *world) saying() concerns.Saying {
	return concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: "De går fra meg."}
}

func (w *world) says(who tilhor.Actor, change func(*concerns.Saying)) (concerns.Concern, error) {
	s := w.saying()
	change(&s)
	c, _, err := w.desk.Say(w.ctx, who, s)
	return c, err
}

func (w *world) said(who tilhor.Actor, change func(*concerns.Saying)) concerns.Concern {
	w.T.Helper()
	c, err := w.says(who, change)
	w.must(err)
	return c
}

func same(*concerns.Saying) {}

func about(f concerns.For) func(*concerns.Saying) {
	return func(s *concerns.Saying) { s.For = f }
}

// Who may tell for themselves, and how it comes in. All others get the answer of
// what is not there.
func TestWhoSays(t *testing.T) {
	each(t, func(w *world) {
		nora, odin := w.Actor(tilhor.RolePupil, w.Solbakken), w.Actor(tilhor.RolePupil, w.Fjellvik)
		marit, jon := w.Actor(tilhor.RoleParent, w.Solbakken), w.Actor(tilhor.RoleParent, w.Fjellvik)
		child := func(whom string) func(*concerns.Saying) {
			return func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, whom }
		}
		for _, row := range []struct {
			name   string
			who    tilhor.Actor
			change func(*concerns.Saying)
			want   concerns.Channel
			whom   string
			says   bool
		}{
			{"a pupil, of herself", nora, same, concerns.FromPupil, "Nora Dahl", true},
			{"a pupil, of a friend", nora, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForFriend, "Elias" }, concerns.FromPupil, "Elias", false},
			{"a parent, of the child", marit, child("Nora Dahl, 5A"), concerns.Home, "Nora Dahl, 5A", false},
			{"a parent, of another pupil", marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Elias Moe" }, concerns.FromParent, "Elias Moe", false},
			{"a parent, of somebody else's child", marit, child("Elias Moe"), concerns.Home, "Elias Moe", false},
			{"a parent, of no child", marit, child(" "), "whom", "", false},
			{"a parent, of herself", marit, same, "for", "", false},
			{"a parent with no child there", jon, child("Odin"), concerns.Home, "Odin", false},
			{"a pupil of another school", odin, same, "", "", false},
			{"without signing in", w.open, same, concerns.Unnamed, "", true},
			{"without signing in, with a name", w.open, func(s *concerns.Saying) { s.Name = "Nora Dahl, 5A" }, concerns.Unnamed, "Nora Dahl, 5A", true},
			{"without signing in, of a friend", w.open, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForFriend, "Nora Dahl" }, concerns.Unnamed, "Nora Dahl", false},
			{"a parent who did not sign in", w.open, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora Dahl" }, concerns.Outsider, "Nora Dahl", false},
			{"a neighbour", w.open, about(concerns.ForOther), concerns.Outsider, "", false},
			{"about something else", w.open, about(concerns.ForAnything), concerns.Unnamed, "", false},
			{"about what there is not", w.open, about("moon"), "for", "", false},
			{"a teacher", w.jonas, same, "", "", false},
			{"to no school", w.open, func(s *concerns.Saying) { s.School = "finnesikke" }, "", "", false},
		} {
			c, err := w.says(row.who, row.change)
			switch row.want {
			case "":
				if !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s: %v", row.name, err)
				}
				continue
			case "for":
				w.refused(row.name, err, "for", "say.fault.for")
				continue
			case "whom":
				w.refused(row.name, err, "whom", "parent.fault.child")
				continue
			}
			w.must(err)
			got, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
			w.must(err)
			if len(got.Pupils) != 1 || got.Pupils[0].Name+got.Pupils[0].Described != row.whom || got.Channel != row.want || got.PupilSays != row.says {
				t.Errorf("%s: %+v, %s, the pupil says so: %v", row.name, got.Pupils, got.Channel, got.PupilSays)
			}
			if words := got.Said + got.Saw; words != "De går fra meg." || (got.Said != "") != row.says {
				t.Errorf("%s: said %q, saw %q", row.name, got.Said, got.Saw)
			}
			if row.want.Quiet() && (got.Pupils[0].Person != "" || got.Reporter != "") {
				t.Errorf("%s: without a sign-in it names %+v", row.name, got)
			}
		}
	})
}

// What is refused of a saying, at its field.
func TestSayRefuses(t *testing.T) {
	long := strings.Repeat("å", concerns.MaxShort+1)
	each(t, func(w *world) {
		for _, row := range []struct {
			field, key string
			change     func(*concerns.Saying)
		}{
			{"words", "say.fault.words", func(s *concerns.Saying) { s.Words = " \n" }},
			{"words", "concerns.fault.long", func(s *concerns.Saying) { s.Words = strings.Repeat("ø", concerns.MaxText+1) }},
			{"hope", "concerns.fault.long", func(s *concerns.Saying) { s.Hope = strings.Repeat("ø", concerns.MaxText+1) }},
			{"whom", "concerns.fault.short", func(s *concerns.Saying) { s.Whom = long }},
			{"name", "concerns.fault.short", func(s *concerns.Saying) { s.Name = long }},
			{"against", "concerns.fault.short", func(s *concerns.Saying) { s.Against = long }},
			{"pen", "concerns.fault.short", func(s *concerns.Saying) { s.Pen = long }},
			{"arena", "concerns.fault.arena", func(s *concerns.Saying) { s.Arena = "moon" }},
			{"accused", "concerns.fault.accused", func(s *concerns.Saying) { s.Accused = "pupil" }},
			{"wish", "say.fault.wish", func(s *concerns.Saying) { s.Wish = w.other.Person }},
			{"wish", "say.fault.wish-about", func(s *concerns.Saying) {
				s.Wish, s.Accused, s.Against = w.jonas.Person, duty.AccusedEmployee, "Det er jonas lund."
			}},
			{"wish", "say.fault.wish-about", func(s *concerns.Saying) { s.Wish, s.Accused = w.kari.Person, duty.AccusedLeadership }},
		} {
			_, err := w.says(w.open, row.change)
			w.refused(row.field, err, row.field, row.key)
		}
		if n, err := w.desk.CountNew(w.ctx, w.kari); err != nil || n != 0 {
			t.Errorf("what was refused left %d: %v", n, err)
		}
		c, err := w.desk.Receive(w.ctx, w.kari, w.said(w.open, func(s *concerns.Saying) { s.Wish, s.Pen = w.jonas.Person, "Mor" }).Slug)
		if err != nil || c.WishName != "Jonas Lund" || c.Pen != "Mor" {
			t.Errorf("rektor sees that the child wants to talk with %q, and that %q wrote: %v", c.WishName, c.Pen, err)
		}
	})
}

// What the teller wants the school to do is a text of its own: in nobody's words but the
// teller's, committed to by the record, and gone with the words. Who wants nothing, or told
// before it was one, has none.
func TestAHopeIsATextOfItsOwn(t *testing.T) {
	each(t, func(w *world) {
		nora := w.Actor(tilhor.RolePupil, w.Solbakken)
		hopes := func(c concerns.Concern) (committed bool) {
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				e, err := w.Kit.Journal.Entry(tx, webtest.Owner, c.Entry)
				for _, p := range e.Parts {
					committed = committed || p.Label == "hope:"+string(c.ID)
				}
				return err
			}))
			return committed
		}
		c := w.said(nora, func(s *concerns.Saying) { s.Hope = " At vi bytter plass.\n" })
		got, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
		if err != nil || got.Said != "De går fra meg." || got.Hope != "At vi bytter plass." || !hopes(c) {
			t.Errorf("rektor reads %q and %q, committed %v (%v)", got.Said, got.Hope, hopes(c), err)
		}
		if a, err := w.desk.Follow(w.ctx, nora, c.Slug); err != nil || a.Said != got.Said || a.Hope != got.Hope {
			t.Errorf("she reads %q and %q (%v)", a.Said, a.Hope, err)
		}
		none := w.said(nora, same)
		if got, err := w.desk.Receive(w.ctx, w.kari, none.Slug); err != nil || got.Hope != "" || hopes(none) {
			t.Errorf("who wants nothing wants %q (%v)", got.Hope, err)
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := concerns.Shred(tx, webtest.Owner, c.ID, w.Now())
			return err
		}))
		if got, err := w.desk.Receive(w.ctx, w.kari, c.Slug); err != nil || got.Said+got.Hope != "" || !got.Held {
			t.Errorf("of what is shredded there is %q and %q (%v)", got.Said, got.Hope, err)
		}
	})
}

// What is about an employee goes to who leads the school and never to that
// employee, and what is about the leadership past rektor (§ 12-5), whatever was
// chosen: a child need not know who leads.
func TestSayPastRektor(t *testing.T) {
	each(t, func(w *world) {
		anne := w.Actor(tilhor.RoleOwnerAdviser, "")
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.School, Unit: access.Owner, Person: anne.Person, Relation: access.Intake, From: w.Now().Add(-time.Hour)})
		}))
		for _, row := range []struct {
			name    string
			accused duty.Accused
			against string
			kari    bool
		}{
			{"about pupils", duty.AccusedNone, "", true},
			{"about an employee", duty.AccusedEmployee, "Jonas Lund", true},
			{"about an employee, who is not named", duty.AccusedEmployee, "", true},
			{"about the leadership", duty.AccusedLeadership, "", false},
			{"about an employee who is rektor", duty.AccusedEmployee, "Kari Lund på kontoret", false},
			{"about rektor, by her role", duty.AccusedEmployee, "Det er REKTOR", false},
			{"rektor is named and nothing chosen", "", "Kari Lund", false},
			{"rektor is named and pupils chosen", duty.AccusedNone, "Kari Lund", false},
			{"half a name, and nothing chosen", "", "Kari", false},
			{"an employee is named and nothing chosen", "", "Jonas Lund", false},
			{"blanks for a name", duty.AccusedNone, " \n", true},
		} {
			for _, who := range []tilhor.Actor{w.open, w.Actor(tilhor.RolePupil, w.Solbakken)} {
				c := w.said(who, func(s *concerns.Saying) { s.Accused, s.Against = row.accused, row.against })
				_, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
				if kari := err == nil; kari != row.kari {
					t.Errorf("%s: rektor reads it: %v (%v)", row.name, kari, err)
				}
				got, err := w.desk.Receive(w.ctx, anne, c.Slug)
				if (err == nil) == row.kari {
					t.Errorf("%s: the owner reads it: %v", row.name, err)
				}
				if err == nil && row.against != "" && !slices.ContainsFunc(got.Against, func(a concerns.Against) bool { return a.Described == row.against }) {
					t.Errorf("%s: what was written of whom it is about is gone: %+v", row.name, got.Against)
				}
				if c.ForOwner() == row.kari {
					t.Errorf("%s: the one who told is told that the owner reads it: %v", row.name, c.ForOwner())
				}
			}
		}
	})
}

// A parent who tells of the own child has taken it up with rektor: the week of
// § 12-6 runs from then. Not for another child, not without a sign-in, and not
// when it goes past rektor.
func TestTheWeekOfAParent(t *testing.T) {
	each(t, func(w *world) {
		marit := w.Actor(tilhor.RoleParent, w.Solbakken)
		for _, row := range []struct {
			name   string
			who    tilhor.Actor
			change func(*concerns.Saying)
			up     bool
		}{
			{"own child", marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" }, true},
			{"another's child", marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Elias" }, false},
			{"own child, about rektor", marit, func(s *concerns.Saying) {
				s.For, s.Whom, s.Accused, s.Against = concerns.ForChild, "Nora", duty.AccusedEmployee, "Kari Lund"
			}, false},
			{"not signed in", w.open, about(concerns.ForChild), false},
			{"the pupil herself", w.Actor(tilhor.RolePupil, w.Solbakken), same, false},
		} {
			c := w.said(row.who, row.change)
			r, err := w.desk.Receipt(w.ctx, webtest.Owner, c.Entry)
			w.must(err)
			raised := false
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				return tx.Each(factsOf, func(scan db.Scan) error {
					var kind duty.Kind
					var happened, written int64
					err := scan(&kind, &happened, &written)
					raised = raised || kind == duty.Raised
					return err
				}, webtest.Owner, c.ID)
			}))
			if raised != row.up || r.TakenUp != row.up {
				t.Errorf("%s: the week runs: %v, the receipt says: %v", row.name, raised, r.TakenUp)
			}
		}
	})
}

// What a parent took up on the own page is taken up by their word alone: rektor may
// answer, with a reason, that it is another school's, told before, or not theirs to
// take up. What a pupil says itself, and what rektor wrote down when a family said it,
// may not be set aside; and only of a parent's can it be said that it is not one.
func TestWhatAParentTookUpIsJudged(t *testing.T) {
	each(t, func(w *world) {
		marit := w.Actor(tilhor.RoleParent, w.Solbakken)
		home := func() concerns.Concern {
			return w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Elias i 6B" })
		}
		for _, why := range []string{concerns.Twice, concerns.WrongSchool, concerns.NotParent} {
			c := home()
			w.refused("without a reason", w.desk.PutAside(w.ctx, w.kari, c.Slug, why, " "), "reason", "concerns.fault.reason")
			w.must(w.desk.PutAside(w.ctx, w.kari, c.Slug, why, "Vi har snakket om det på telefon."))
			a, err := w.desk.Follow(w.ctx, marit, c.Slug)
			if err != nil || a.State != concerns.SetAside || a.Why != why || a.Reason == "" {
				t.Errorf("%s: she sees %+v, %v", why, a, err)
			}
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				if _, err := duty.Now(tx, webtest.Owner, string(c.ID), w.Now()); !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s: its clocks still run: %v", why, err)
				}
				return nil
			}))
		}
		other := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Elias" })
		w.refused("not taken up", w.desk.PutAside(w.ctx, w.kari, other.Slug, concerns.NotParent, "Nei."), "why", "concerns.fault.why")
		pupil := w.said(w.Actor(tilhor.RolePupil, w.Solbakken), same)
		w.refused("the pupil says so", w.desk.PutAside(w.ctx, w.kari, pupil.Slug, concerns.WrongSchool, "Nei."), "why", "concerns.fault.pupil-says")
		voice := w.told(w.kari, func(n *concerns.Telling) { n.Raised = &concerns.Raised{By: "parent", At: w.now()} })
		w.refused("by voice", w.desk.PutAside(w.ctx, w.kari, voice.Slug, concerns.WrongSchool, "Nei."), "why", "concerns.fault.family-raised")
	})
}

// One person tells twenty times in an hour and no more; nobody else is slowed, and
// who tells without a name is not counted.
func TestOnePersonIsBounded(t *testing.T) {
	each(t, func(w *world) {
		marit, nora := w.Actor(tilhor.RoleParent, w.Solbakken), w.Actor(tilhor.RolePupil, w.Solbakken)
		up := func() error {
			_, err := w.desk.Tell(w.ctx, marit, concerns.Telling{
				School: w.Solbakken, Described: "Nora", Saw: "Hun gråter.", Arena: tilhor.ArenaElsewhere, Happened: w.now(), Known: w.now(), Raised: &concerns.Raised{By: "parent", At: w.now()},
			})
			return err
		}
		for i := range 20 {
			if i%2 == 0 {
				w.must(up())
				continue
			}
			w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Elias" })
		}
		w.refused("on the own page", up(), "saw", "say.fault.many")
		_, err := w.says(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" })
		w.refused("on the form", err, "words", "say.fault.many")
		w.said(nora, same)
		for range 25 {
			w.said(w.open, same)
		}
		w.Later(time.Hour)
		w.must(up())
	})
}

// What a step of the database does to what was taken up before it; and what stood then.
var (
	parentFollows = db.SQL(func() string {
		text, err := os.ReadFile("../db/migrations/00310_parent_follows.sql")
		if err != nil {
			panic(err)
		}
		return string(text)
	}())
	asBefore = db.SQL(`UPDATE access_grant SET unit = $3 WHERE owner = $1 AND thing = $2 AND relation = 'reporter'`)
)

// A parent follows what was taken up on the own page, as every other teller does.
func TestAParentFollowsWhatWasTakenUp(t *testing.T) {
	each(t, func(w *world) {
		marit := w.Actor(tilhor.RoleParent, w.Solbakken)
		c, err := w.desk.Tell(w.ctx, marit, concerns.Telling{
			School: w.Solbakken, Described: "Nora i 5A", Saw: "Hun gråter.", Arena: tilhor.ArenaElsewhere, Happened: w.now(), Known: w.now(), Raised: &concerns.Raised{By: "parent", At: w.now()},
		})
		w.must(err)
		all, err := w.desk.Mine(w.ctx, marit, concerns.MostTold)
		if err != nil || len(all) != 1 || all[0].Slug != c.Slug {
			t.Fatalf("she has told %+v, %v", all, err)
		}
		if a, err := w.desk.Follow(w.ctx, marit, c.Slug); err != nil || a.Saw != "Hun gråter." {
			t.Errorf("she follows %+v, %v", a, err)
		}
		if _, err := w.desk.Follow(w.ctx, w.Actor(tilhor.RoleParent, w.Fjellvik), c.Slug); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("another parent: %v", err)
		}
		// What was taken up before, with a grant at the school, is followed after the step;
		// what an employee told stays where it is.
		staff := w.told(w.jonas, asIs)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(asBefore, webtest.Owner, c.ID, w.Solbakken); return err }))
		if all, err := w.desk.Mine(w.ctx, marit, concerns.MostTold); err != nil || len(all) != 0 {
			t.Fatalf("before the step she follows %+v, %v: this proves nothing", all, err)
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(parentFollows); return err }))
		if all, err := w.desk.Mine(w.ctx, marit, concerns.MostTold); err != nil || len(all) != 1 {
			t.Errorf("after the step she follows %+v, %v", all, err)
		}
		if _, err := w.desk.Follow(w.ctx, w.jonas, staff.Slug); err != nil {
			t.Errorf("after the step the teacher follows nothing: %v", err)
		}
	})
}

// While nobody reads at the school, what is for the municipality is taken in all the
// same: else the one it is about could close the door.
func TestTheDoorToTheOwnerStandsOpen(t *testing.T) {
	each(t, func(w *world) {
		w.desk.Shut = func(*db.Tx, tilhor.OwnerID, tilhor.SchoolID, tilhor.Date) (string, error) {
			return concerns.ShutNobody, nil
		}
		nora := w.Actor(tilhor.RolePupil, w.Solbakken)
		for _, who := range []tilhor.Actor{w.open, nora} {
			_, err := w.says(who, same)
			w.refused("about pupils", err, "words", "say.fault.shut")
			_, err = w.says(who, func(s *concerns.Saying) { s.Accused, s.Against = duty.AccusedEmployee, "Jonas Lund" })
			w.refused("about an employee", err, "words", "say.fault.shut")
			for name, change := range map[string]func(*concerns.Saying){
				"about the leadership": func(s *concerns.Saying) { s.Accused = duty.AccusedLeadership },
				"rektor by name":       func(s *concerns.Saying) { s.Accused, s.Against = duty.AccusedEmployee, "Kari Lund" },
				"nothing chosen":       func(s *concerns.Saying) { s.Against = "Kari" },
			} {
				if c, err := w.says(who, change); err != nil || !c.ForOwner() {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		_, err := w.says(w.Actor(tilhor.RoleParent, w.Solbakken), func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" })
		w.refused("a parent, on the form", err, "words", "say.fault.shut")
		w.told(w.jonas, asIs)
	})
}

// What was told on a day when the municipality reads for the school is open to its
// receivers when a working day has passed, and their reading stands in the record. When
// the school has taken a stance on it, it is to them as one that is not there; what was
// the owner's all the time stays so.
func TestTheOwnerReadsUntilTheSchoolHasAnswered(t *testing.T) {
	each(t, func(w *world) {
		anne := w.Actor(tilhor.RoleOwnerAdviser, access.Owner)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.School, Thing: string(access.Owner), Person: anne.Person, Relation: access.Intake, From: w.Now()})
		}))
		w.desk.Shut = func(*db.Tx, tilhor.OwnerID, tilhor.SchoolID, tilhor.Date) (string, error) {
			return concerns.ShutOwner, nil
		}
		marit := w.Actor(tilhor.RoleParent, w.Solbakken)
		taken := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" })
		aside := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Odin" })
		kept := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" })
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { // as for rektor's own child
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.Concern, Thing: string(kept.ID), Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Intake, From: kept.Written})
		}))
		_, err := w.desk.Receive(w.ctx, anne, taken.Slug)
		w.is(err, tilhor.ErrNotFound)
		w.Later(72 * time.Hour)
		for _, c := range []concerns.Concern{taken, aside} {
			_, err = w.desk.Receive(w.ctx, anne, c.Slug)
			w.must(err)
			var seen bool
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				all, err := w.Kit.Journal.Readings(tx, webtest.Owner, string(c.ID))
				seen = slices.ContainsFunc(all, func(l journal.Reading) bool { return l.Person == anne.Person })
				return err
			}))
			if !seen {
				t.Error("that she read it does not stand in the record")
			}
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := w.desk.Take(tx, w.kari, taken.Slug, func(concerns.Concern) (map[int]tilhor.TrackID, error) { return nil, nil }, "", w.Now())
			return err
		}))
		w.must(w.desk.PutAside(w.ctx, w.kari, aside.Slug, concerns.WrongSchool, "Gå til den andre skolen."))
		for _, c := range []concerns.Concern{taken, aside} {
			_, err := w.desk.Receive(w.ctx, anne, c.Slug)
			w.is(err, tilhor.ErrNotFound)
		}
		w.must(w.desk.PutAside(w.ctx, w.kari, kept.Slug, concerns.WrongSchool, "Gå til den andre skolen."))
		_, err = w.desk.Receive(w.ctx, anne, kept.Slug)
		w.must(err)
	})
}

// Who told sees that it was read; nobody else does, and nothing of it is another
// pupil's.
func TestWhoSaidFollows(t *testing.T) {
	each(t, func(w *world) {
		nora, marit, odin := w.Actor(tilhor.RolePupil, w.Solbakken), w.Actor(tilhor.RoleParent, w.Solbakken), w.Actor(tilhor.RolePupil, w.Fjellvik)
		c := w.said(nora, same)
		m := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" })
		for _, row := range []struct {
			who  tilhor.Actor
			sees []string
		}{{nora, []string{c.Slug}}, {marit, []string{m.Slug}}, {odin, nil}, {w.jonas, nil}, {w.open, nil}} {
			all, err := w.desk.Mine(w.ctx, row.who, concerns.MostTold)
			w.must(err)
			var got []string
			for _, x := range all {
				got = append(got, x.Slug)
			}
			if !slices.Equal(got, row.sees) {
				t.Errorf("%s follows %v, want %v", row.who.Role, got, row.sees)
			}
			for _, slug := range []string{c.Slug, m.Slug} {
				_, err := w.desk.Follow(w.ctx, row.who, slug)
				if (err == nil) != slices.Contains(row.sees, slug) {
					t.Errorf("%s opens one: %v", row.who.Role, err)
				}
			}
		}
		_, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		a, err := w.desk.Follow(w.ctx, nora, c.Slug)
		if err != nil || a.ReadAt.IsZero() || a.Said != "De går fra meg." {
			t.Errorf("Nora sees %+v, %v", a, err)
		}
	})
}

// Told without a sign-in leaves no time finer than the hour: not in the row, the
// entry, the receipt, the grants, the facts. The control is a pupil who signed in.
func TestTheHourOfAnAnonymousReport(t *testing.T) {
	each(t, func(w *world) {
		w.Later(17*time.Minute + 23*time.Second)
		hour := w.Now().Truncate(time.Hour)
		for _, row := range []struct {
			who   tilhor.Actor
			quiet bool
		}{{w.open, true}, {w.Actor(tilhor.RolePupil, w.Solbakken), false}} {
			c := w.said(row.who, func(s *concerns.Saying) { s.Link = "hemmelig" + string(row.who.Role) })
			var at []time.Time
			r, err := w.desk.Receipt(w.ctx, webtest.Owner, c.Entry)
			w.must(err)
			at = append(at, c.Written, c.Known.At, r.At)
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
				return tx.Each(factsOf, func(scan db.Scan) error {
					var kind duty.Kind
					var happened, written int64
					err := scan(&kind, &happened, &written)
					at = append(at, time.UnixMilli(happened), time.UnixMilli(written))
					return err
				}, webtest.Owner, c.ID)
			}))
			for _, x := range at {
				if x.Equal(hour) != row.quiet {
					t.Errorf("%s: a time is %s", c.Channel, x)
				}
			}
			if (r.Precision == tilhor.Hour) != row.quiet || strings.Contains(string(r.File), w.Now().UTC().Format("15:04:")) == row.quiet {
				t.Errorf("%s: the receipt says %s", c.Channel, r.File)
			}
		}
		// In the tree they come when the hour is over, and not before.
		j := w.Kit.Journal
		n, err := j.Sequence(w.ctx, w.DB, webtest.Owner, w.Now)
		w.must(err)
		late, err := j.Sequence(w.ctx, w.DB, webtest.Owner, func() time.Time { return hour.Add(time.Hour) })
		w.must(err)
		if n == 0 || late != 1 {
			t.Errorf("%d entries at once, %d when the hour was over", n, late)
		}
	})
}

// A code is asked for by who tells without a name, in the same transaction; not
// for the smallest, not for outsiders but a parent, not for who is signed in. When it cannot
// be had, nothing was told.
func TestTheCodeOfAnAnonymousReport(t *testing.T) {
	each(t, func(w *world) {
		var asked []tilhor.ConcernID
		w.desk.Started = func(_ *db.Tx, _ tilhor.OwnerID, school tilhor.SchoolID, c tilhor.ConcernID, token string) (string, error) {
			if !slices.Contains(asked, c) { // a transaction may run twice
				asked = append(asked, c)
			}
			if token != "sendingen" {
				t.Errorf("the code belongs to %q", token)
			}
			return "sju ord", nil
		}
		for _, row := range []struct {
			name   string
			who    tilhor.Actor
			change func(*concerns.Saying)
			code   string
		}{
			{"without a name", w.open, same, "sju ord"},
			{"small", w.open, func(s *concerns.Saying) { s.Small = true }, ""},
			{"outside", w.open, about(concerns.ForOther), ""},
			{"a parent who did not sign in", w.open, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForChild, "Nora" }, "sju ord"},
			{"signed in", w.Actor(tilhor.RolePupil, w.Solbakken), same, ""},
		} {
			s := w.saying()
			s.Token = "sendingen"
			row.change(&s)
			if _, code, err := w.desk.Say(w.ctx, row.who, s); err != nil || code != row.code {
				t.Errorf("%s: the code is %q, %v", row.name, code, err)
			}
		}
		if len(asked) != 2 {
			t.Errorf("a code was asked for %d times", len(asked))
		}
		broken := errors.New("no code")
		w.desk.Started = func(*db.Tx, tilhor.OwnerID, tilhor.SchoolID, tilhor.ConcernID, string) (string, error) {
			return "", broken
		}
		before, err := w.desk.CountNew(w.ctx, w.kari)
		w.must(err)
		if _, err := w.says(w.open, same); !errors.Is(err, broken) {
			t.Error(err)
		}
		if after, err := w.desk.CountNew(w.ctx, w.kari); err != nil || after != before {
			t.Errorf("without its code it was told all the same: %d, then %d", before, after)
		}
	})
}

// Three reports without a name within a week that mention the same first name
// are shown as what may be harassment; two are not, nor three in three weeks, nor
// what was told with a name.
func TestBurst(t *testing.T) {
	each(t, func(w *world) {
		day := 24 * time.Hour
		ask := func(c concerns.Concern) string {
			t.Helper()
			got, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
			w.must(err)
			names, err := w.desk.Burst(w.ctx, w.kari, got)
			w.must(err)
			return fmt.Sprint(names)
		}
		words := func(s string) func(*concerns.Saying) {
			return func(x *concerns.Saying) { x.For, x.Words = concerns.ForFriend, s }
		}
		first := w.said(w.open, words("elias er slem"))
		w.told(w.jonas, func(n *concerns.Telling) { n.Saw = "Elias sto alene." })
		w.Later(3 * day)
		w.said(w.open, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Elias Moe" })
		if got := ask(first); got != "[]" {
			t.Errorf("after two: %s", got)
		}
		w.Later(4*day + 2*time.Hour) // a week and two hours after the first
		third := w.said(w.open, words("Det er Elias' feil, og Noras."))
		if got := ask(third); got != "[]" {
			t.Errorf("three in more than a week: %s", got)
		}
		last := w.said(w.open, words("Alle vet at ELIAS lyver."))
		if a, b, c := ask(first), ask(third), ask(last); a != "[]" || b != "[Elias]" || c != "[Elias]" {
			t.Errorf("after three within a week: %s, %s, %s", a, b, c)
		}
		// However many more come, also of other things and within the hour, it is seen.
		for range 250 {
			w.said(w.open, words("Hei."))
		}
		if got := ask(last); got != "[Elias]" {
			t.Errorf("in a flood: %s", got)
		}
		w.Later(time.Hour)
		for range 250 {
			w.said(w.open, words("Hei."))
		}
		w.said(w.open, words("Nora er dum."))
		w.said(w.open, words("Nora lukter."))
		if got := ask(w.said(w.open, words("Ingen liker Nora."))); got != "[Nora]" {
			t.Errorf("after a flood: %s", got)
		}
		// It names nobody: no pupil of the lists has a part in any of them.
		for _, c := range []concerns.Concern{first, third, last} {
			got, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
			w.must(err)
			for _, p := range got.Pupils {
				if p.Person != "" {
					t.Errorf("%+v", p)
				}
			}
		}
	})
}

// The median is the municipality's, and is not said of fewer than twenty.
func TestReadWithin(t *testing.T) {
	each(t, func(w *world) {
		nora := w.Actor(tilhor.RolePupil, w.Solbakken)
		is := func(want time.Duration, ok bool) {
			t.Helper()
			if got, shown, err := w.desk.ReadWithin(w.ctx, webtest.Owner); err != nil || shown != ok || got != want {
				t.Errorf("half is read within %s, shown %v, %v; want %s", got, shown, err, want)
			}
		}
		odin := w.Actor(tilhor.RolePupil, w.Fjellvik)
		there := func(s *concerns.Saying) { s.School = w.Fjellvik }
		var all []concerns.Concern
		for range 16 {
			all = append(all, w.said(nora, same))
			w.told(w.jonas, asIs) // what staff tell is not counted
		}
		for range 3 {
			w.said(odin, there)
		}
		w.Later(3 * time.Hour)
		for _, c := range all[:13] {
			_, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
			w.must(err)
		}
		is(0, false)
		w.said(odin, there)
		is(0, false) // twenty, and all but four are of one school
		w.said(odin, there)
		is(3*time.Hour, true)
		for range 5 {
			w.said(nora, same)
		}
		is(0, false) // half of it is not read
	})
}

// A parent who may be told nothing of a child sees that what was told was read and is no
// case, and not what the school wrote of why: barred, under secrecy, without
// responsibility, with the child in care or protected from this parent. The school is told
// so before it writes (Kept). It is there again when that is lifted; and of responsibility
// that nobody has written, since most lists say it of nobody.
func TestAParentWhoIsToldNothingIsNotToldWhy(t *testing.T) {
	each(t, func(w *world) {
		marit, nora := w.Actor(tilhor.RoleParent, w.Solbakken), w.Person("nora")
		own := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Nora Dahl" })
		other := w.said(marit, func(s *concerns.Saying) { s.For, s.Whom = concerns.ForOther, "Odin" }) // may be about the one she is kept from
		const why = "Meldt før: vi har allerede en sak."
		for _, c := range []concerns.Concern{own, other} {
			w.must(w.desk.PutAside(w.ctx, w.kari, c.Slug, concerns.WrongSchool, why))
		}
		do := func(act func(tx *db.Tx) error) func() {
			return func() { w.Later(time.Minute); w.must(w.DB.Write(w.ctx, act)) }
		}
		decide := func(kind roster.DecisionKind, basis string) func() {
			return do(func(tx *db.Tx) error {
				x := roster.Decision{Kind: kind, Pupil: nora, Person: marit.Person, Basis: basis, Reason: "Vurdert."}
				if kind == roster.Secret {
					x.Review = "2026-12-01"
				}
				if kind == roster.InCare || kind == roster.NotInCare {
					x.Person = ""
				}
				return w.Kit.Roster.Decide(tx, w.kari, x, w.Now())
			})
		}
		link := func(holds bool, r roster.Responsibility) func() {
			return do(func(tx *db.Tx) error {
				return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: nora, Guardian: marit.Person, Holds: holds, Responsibility: r, Reason: "Dom."}, w.Now())
			})
		}
		protect := func(who tilhor.PersonID, g roster.Protection) func() {
			return do(func(tx *db.Tx) error { return w.Kit.Roster.Protect(tx, w.Keeper(), who, g, w.Now()) })
		}
		for _, x := range []struct {
			state string
			do    func()
			told  bool
		}{
			{"the control", func() {}, true},
			{"barred", decide(roster.Barred, roster.Bases[0]), false},
			{"no longer barred", decide(roster.NoLongerBarred, ""), true},
			{"secrecy", decide(roster.Secret, roster.SecretBases[0]), false},
			{"secrecy, and in no list", link(false, roster.Unknown), false},
			{"in the list again", link(true, roster.Yes), false},
			{"secrecy lifted", decide(roster.NotSecret, ""), true},
			{"no responsibility", link(true, roster.No), false},
			{"responsibility that nobody has written", link(true, roster.Unknown), true},
			{"in care", decide(roster.InCare, ""), false},
			{"no longer in care", decide(roster.NotInCare, ""), true},
			{"the child is protected", protect(nora, roster.StrictConfidential), false},
			{"and the parent, who lives there", protect(marit.Person, roster.StrictConfidential), true},
		} {
			x.do()
			for _, c := range []concerns.Concern{own, other} {
				a, err := w.desk.Follow(w.ctx, marit, c.Slug)
				w.must(err)
				if a.State != concerns.SetAside || a.DecidedAt.IsZero() || a.Said+a.Saw+a.Hope == "" || (a.Reason == why) != x.told || !x.told && a.Reason != "" {
					t.Errorf("%s: is told %q (%s), want %v", x.state, a.Reason, a.State, x.told)
				}
				w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
					kept, err := w.desk.Kept(tx, webtest.Owner, c.ID, w.Now())
					if kept == x.told {
						t.Errorf("%s: the school is told that it is kept: %v", x.state, kept)
					}
					return err
				}))
			}
		}
	})
}
