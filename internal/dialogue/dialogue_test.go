package dialogue_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/web/webtest"
)

// A world is a town of two schools with the desk under test. It is Monday 23
// November 2026, ten o'clock, and then some minutes.
type world struct {
	*testing.T
	*webtest.Town
	ctx                    context.Context
	desk                   *dialogue.Desk
	told                   *concerns.Desk
	cases                  *cases.Desk
	kari, ina, jonas, anne tilhor.Actor // rektor, social teacher, teacher, the owner's adviser
	pupil, parent          tilhor.Actor
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		town.Later(23*time.Minute + 17*time.Second)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.told = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.desk = &dialogue.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: k.Clock, Child: cases.ChildOf}
		w.told.Became = w.desk.Became
		w.cases = &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: k.Clock}
		w.kari, w.ina, w.jonas = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken), town.Actor(tilhor.RoleTeacher, town.Solbakken)
		w.anne = town.Actor(tilhor.RoleOwnerAdviser, "")
		w.pupil, w.parent = town.Actor(tilhor.RolePupil, town.Solbakken), town.Actor(tilhor.RoleParent, town.Solbakken)
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) is(err, want error) {
	w.T.Helper()
	if !errors.Is(err, want) {
		w.T.Fatalf("want %v, got %v", want, err)
	}
}

// refused checks that an act was refused at a field, in words there are.
func (w *world) refused(err error, field, key string) {
	w.T.Helper()
	all := tilhor.FaultsOf(err)
	if len(all) != 1 || all[0] != (tilhor.Fault{Field: field, Key: key}) {
		w.T.Errorf("want %s at %s, got %v (%v)", key, field, []tilhor.Fault(all), err)
	}
	for _, l := range lang.Langs {
		if !lang.For(l).Has(key) {
			w.T.Errorf("%s has no text in %s", key, l)
		}
	}
}

// unnamed is a concern that nobody gave a name to, and its code.
func (w *world) unnamed(change ...func(*concerns.Telling)) (concerns.Concern, string) {
	w.T.Helper()
	n := concerns.Telling{
		School: w.Solbakken, Described: "En jente med rød lue", Said: "De tar alltid ballen når jeg kommer.", Arena: tilhor.ArenaBreak,
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Name: "Uten konto",
	}
	for _, f := range change {
		f(&n)
	}
	c, err := w.told.Tell(w.ctx, tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, n)
	w.must(err)
	var code string
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
		code, err = w.desk.Start(tx, webtest.Owner, w.Solbakken, c.ID, tilhor.NewID())
		return err
	}))
	return c, code
}

var reportedBy = db.SQL(`UPDATE concerns_concern SET reporter = $3, reporter_role = $4 WHERE owner = $1 AND id = $2`)

// named is a concern that a pupil or a parent told by name, with its talk.
func (w *world) named(by tilhor.Actor, change ...func(*concerns.Telling)) concerns.Concern {
	w.T.Helper()
	n := concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Said: "Jeg vil ikke på skolen.", Arena: tilhor.ArenaBreak,
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()),
	}
	for _, f := range change {
		f(&n)
	}
	c, err := w.told.Tell(w.ctx, w.jonas, n)
	w.must(err)
	w.Altered = true
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(reportedBy, webtest.Owner, c.ID, by.Person, by.Role); err != nil {
			return err
		}
		g := access.Grant{Kind: access.Concern, Thing: string(c.ID), Person: by.Person, Unit: w.Solbakken, Relation: access.Reporter, From: w.Now()}
		if err := access.Give(tx, webtest.Owner, g); err != nil {
			return err
		}
		return w.desk.Open(tx, by, c.ID)
	}))
	return c
}

func coded(code string) dialogue.Sender {
	return dialogue.Sender{Code: code, By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}}
}

func (w *world) back(s dialogue.Sender) dialogue.Told {
	w.T.Helper()
	t, err := w.desk.Return(w.ctx, s)
	w.must(err)
	return t
}

func (w *world) read(by tilhor.Actor, slug string) dialogue.Talk {
	w.T.Helper()
	t, err := w.desk.Read(w.ctx, by, slug)
	w.must(err)
	return t
}

func texts(all []dialogue.Line) (s []string) {
	for _, l := range all {
		s = append(s, l.Text)
	}
	return s
}

// Somebody who gave no name comes back with the seven words, sees that it was
// read, is answered, and says more. What the school writes to itself is not shown.
func TestATalkWithACode(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed()
		told := w.back(coded(strings.ToUpper(strings.ReplaceAll(code, " ", ", "))))
		if told.Said != "De tar alltid ballen når jeg kommer." || !told.ReadAt.IsZero() || told.Answered || len(told.Lines) != 0 {
			w.Fatalf("at first: %+v", told)
		}
		w.Later(time.Hour)
		talk := w.read(w.kari, c.Slug)
		if !talk.Coded || !talk.Waits || !talk.Works || talk.Said != told.Said {
			w.Fatalf("rektor sees %+v", talk)
		}
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Hvem har vakt ute da?", "")) // nothing chosen: it stays at the school
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Takk for at du sier det.", dialogue.ToSender))
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Kommunen bør vite det.", dialogue.ToOwner))
		told = w.back(coded(code))
		if got := texts(told.Lines); !slices.Equal(got, []string{"Takk for at du sier det."}) || !told.Answered {
			w.Fatalf("the sender sees %v", got)
		}
		if want := w.Now().Truncate(time.Hour); !told.ReadAt.Equal(want) || !told.Lines[0].At.Equal(want) || told.Exact || told.Lines[0].Name == "" {
			w.Errorf("read %s, answered %s by %q", told.ReadAt, told.Lines[0].At, told.Lines[0].Name)
		}
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "Nei, ikke ved ballbingen."))
		if told = w.back(coded(code)); !told.Unread || told.Answered || len(told.Lines) != 2 || !told.Lines[1].Own {
			w.Errorf("after more was said: %+v", told)
		}
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Name, "Nora i 5A"))
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Need, "tolk, polsk"))
		talk = w.read(w.kari, c.Slug)
		if !talk.Named || len(talk.Needs) != 1 || len(talk.Lines) != 6 || !talk.Waits {
			w.Errorf("rektor sees %+v", talk)
		}
		if told = w.back(coded(code)); told.Unread || !told.Named {
			w.Errorf("after it was read: %+v", told)
		}
	})
}

// A wrong code, half a code, one of somebody else's and one whose talk is
// shredded are one answer, for reading and for writing.
func TestWhatOpensNothingIsOneAnswer(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed()
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return seal.Shred(tx, webtest.Owner, seal.KindConcern, string(c.ID), w.Now()) }))
		words := strings.Fields(code)
		other := slices.Clone(words)
		other[0], other[6] = other[6], other[0]
		for name, typed := range map[string]string{
			"shredded": code, "never given": w.desk.CodeFor(webtest.Owner, tilhor.NewID()), "half": strings.Join(words[:6], " "), "in another order": strings.Join(other, " "), "nothing": "", "no words": "12345",
			"longer than any code": strings.Repeat(code+" ", 4), "a flood": strings.Repeat("xqz ", 1<<18),
		} {
			_, err := w.desk.Return(w.ctx, coded(typed))
			if err == nil || err.Error() != tilhor.ErrNotFound.Error() {
				w.Errorf("%s: %v", name, err)
			}
			if _, err := w.desk.Known(w.ctx, webtest.Owner, typed); err == nil || err.Error() != tilhor.ErrNotFound.Error() {
				w.Errorf("%s is known: %v", name, err)
			}
			if err := w.desk.Write(w.ctx, coded(typed), dialogue.Say, "hei"); err == nil || err.Error() != tilhor.ErrNotFound.Error() {
				w.Errorf("%s writes: %v", name, err)
			}
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return dialogue.Forget(tx, webtest.Owner, c.ID) }))
		_, err := w.desk.Known(w.ctx, webtest.Owner, code)
		w.is(err, tilhor.ErrNotFound)
	})
}

// Who receives what is told has the talk, and when it became a case, who handles
// that as well. To everybody else it is as if it were not there.
func TestWhoHasATalk(t *testing.T) {
	each(t, func(w *world) {
		c, _ := w.unnamed()
		nobody := func(when string, has ...tilhor.Actor) {
			w.T.Helper()
			for _, role := range webtest.Roles {
				for _, school := range []tilhor.SchoolID{w.Solbakken, w.Fjellvik} {
					a := w.Actor(role, school)
					if slices.Contains(has, a) {
						continue
					}
					_, there := w.desk.Read(w.ctx, a, c.Slug)
					_, gone := w.desk.Read(w.ctx, a, "zzzzzzzzzz")
					if !errors.Is(there, tilhor.ErrNotFound) || there.Error() != gone.Error() {
						w.Errorf("%s: %s at %s: %v", when, role, school, there)
					}
					w.is(w.desk.Reply(w.ctx, a, c.Slug, "x", ""), tilhor.ErrNotFound)
					if l, err := w.desk.At(w.ctx, a, c.Slug); err != nil || l != nil {
						w.Errorf("%s: %s at %s is led there", when, role, school)
					}
					if all, err := w.desk.Waiting(w.ctx, a, false, ""); err != nil || len(all.Links) > 0 {
						w.Errorf("%s: %s at %s waits for %v (%v)", when, role, school, all, err)
					}
				}
			}
		}
		nobody("new", w.kari)
		untrained := w.kari
		untrained.Trained = false
		_, err := w.desk.Read(w.ctx, untrained, c.Slug)
		w.is(err, tilhor.ErrNotFound)

		all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		if all[0].Pupil != "" {
			w.Error("what an anonymous report says gave a child a part")
		}
		nobody("taken up", w.kari, w.ina)
		if talk := w.read(w.ina, c.Slug); !talk.Works || talk.Receives {
			w.Errorf("the handler has %+v", talk)
		}
		w.must(w.desk.Reply(w.ctx, w.ina, c.Slug, "Hei, jeg heter Ina.", dialogue.ToSender))
		for _, thing := range []string{string(c.ID), string(all[0].ID)} { // what was read stands beside the concern, and beside the case
			var n int
			w.must(w.DB.One(w.ctx, readBy, db.Args(webtest.Owner, "readings/"+thing, w.ina.Person), &n))
			if n != 1 {
				w.Errorf("%d readings by the handler", n)
			}
		}
		links, err := w.desk.Of(w.ctx, w.ina, all[0].ID)
		if err != nil || len(links) != 1 || links[0].Slug != c.Slug {
			w.Errorf("the track leads to %+v (%v)", links, err)
		}
		if links, err := w.desk.Of(w.ctx, w.jonas, all[0].ID); err != nil || len(links) != 0 {
			w.Errorf("a stranger's track leads to %+v (%v)", links, err)
		}

		// A bar on the concern holds whatever somebody has besides.
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Shut(tx, webtest.Owner, access.Bar{Kind: access.Concern, Thing: string(c.ID), Person: w.ina.Person, From: w.Now()})
		}))
		nobody("barred", w.kari)
		if links, err := w.desk.Of(w.ctx, w.ina, all[0].ID); err != nil || len(links) != 0 {
			w.Errorf("who is barred is led to %+v (%v)", links, err)
		}
	})
}

// Whoever was handed the reports, and the owner's adviser who was given the
// case, read it; who only reads does not write, and what is for the school alone
// is not the owner's.
func TestThreeReaches(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed()
		all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			w.Altered = true
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.Track, Thing: string(all[0].ID), Person: w.anne.Person, Unit: access.Owner, Relation: access.Advises, From: w.Now()})
		}))
		for _, to := range dialogue.Reaches {
			w.must(w.desk.Reply(w.ctx, w.ina, c.Slug, "Til "+string(to), to))
		}
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Rektor til eier", dialogue.ToOwner))
		for who, want := range map[tilhor.Actor][]string{
			w.ina:  {"Til staff", "Til sender", "Til owner"},
			w.kari: {"Til staff", "Til sender", "Til owner", "Rektor til eier"},
			w.anne: {"Til sender", "Til owner", "Rektor til eier"},
		} {
			if got := texts(w.read(who, c.Slug).Lines); !slices.Equal(got, want) {
				w.Errorf("%s reads %v", who.Role, got)
			}
		}
		if got := texts(w.back(coded(code)).Lines); !slices.Equal(got, []string{"Til sender"}) {
			w.Errorf("the sender reads %v", got)
		}
		if w.read(w.anne, c.Slug).Works {
			w.Error("who only advises may write")
		}
		w.is(w.desk.Reply(w.ctx, w.anne, c.Slug, "Hei", dialogue.ToSender), tilhor.ErrNotFound)
	})
}

// A pupil and a parent who told by name have their own talk, and nobody else's.
func TestATalkOfWhoIsSignedIn(t *testing.T) {
	each(t, func(w *world) {
		for _, by := range []tilhor.Actor{w.pupil, w.parent} {
			c := w.named(by)
			own := dialogue.Sender{Slug: c.Slug, By: by}
			w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Takk.", dialogue.ToSender))
			w.must(w.desk.Write(w.ctx, own, dialogue.Say, "Det skjedde igjen."))
			told := w.back(own)
			if got := texts(told.Lines); !slices.Equal(got, []string{"Takk.", "Det skjedde igjen."}) || !told.Exact {
				w.Errorf("%s reads %v", by.Role, got)
			}
			w.is(w.desk.Write(w.ctx, own, dialogue.Name, "Nora"), tilhor.ErrConflict)
			for _, role := range []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent, tilhor.RoleTeacher, tilhor.RoleRektor} {
				for _, school := range []tilhor.SchoolID{w.Solbakken, w.Fjellvik} {
					a := w.Actor(role, school)
					if a == by {
						continue
					}
					_, err := w.desk.Return(w.ctx, dialogue.Sender{Slug: c.Slug, By: a})
					w.is(err, tilhor.ErrNotFound)
					w.is(w.desk.Write(w.ctx, dialogue.Sender{Slug: c.Slug, By: a}, dialogue.Say, "x"), tilhor.ErrNotFound)
				}
			}
			other := by
			other.Role = tilhor.RoleTeacher
			_, err := w.desk.Return(w.ctx, dialogue.Sender{Slug: c.Slug, By: other}) // another role of the same person
			w.is(err, tilhor.ErrNotFound)
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return concerns.Restrict(tx, webtest.Owner, c.ID, w.Now()) }))
			_, err = w.desk.Return(w.ctx, own)
			w.is(err, tilhor.ErrNotFound)
		}
		unnamed, _ := w.unnamed()
		_, err := w.desk.Return(w.ctx, dialogue.Sender{Slug: unnamed.Slug, By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}})
		w.is(err, tilhor.ErrNotFound) // the address of an anonymous one opens nothing without the code
	})
}

// About somebody who leads the school the talk goes past it, and the sender is
// told no name of who works what is about an employee.
func TestATalkAboutAnAdult(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed(func(n *concerns.Telling) { n.Accused, n.Whom = duty.AccusedLeadership, "Rektor" })
		_, err := w.desk.Read(w.ctx, w.kari, c.Slug)
		w.is(err, tilhor.ErrNotFound)
		if told := w.back(coded(code)); !told.Owner || !told.Sealed {
			w.Errorf("the sender is told %+v", told)
		}
		w.must(w.cases.AppointReceiver(w.ctx, w.anne, w.anne.Person))
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "Han gjorde det igjen."))
		waits, err := w.desk.Waiting(w.ctx, w.anne, false, "")
		if err != nil || len(waits.Links) != 1 || waits.Links[0].Slug != c.Slug {
			w.Errorf("the municipality waits for %v (%v)", waits, err)
		}
		if talk := w.read(w.anne, c.Slug); !talk.Works || !talk.Receives {
			w.Errorf("the municipality has %+v", talk)
		}
		w.must(w.desk.Reply(w.ctx, w.anne, c.Slug, "Takk.", dialogue.ToSender))
		if waits, err := w.desk.Waiting(w.ctx, w.kari, false, ""); err != nil || len(waits.Links) > 0 {
			w.Errorf("rektor waits for %v (%v)", waits, err)
		}
		c, code = w.unnamed(func(n *concerns.Telling) { n.Accused, n.Whom = duty.AccusedEmployee, "En lærer" })
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Takk.", dialogue.ToSender))
		if told := w.back(coded(code)); told.Owner || told.Lines[0].Name != "" {
			w.Errorf("the sender is told %+v", told)
		}
	})
}

// Of a protected pupil only who is named for her has the talk, whatever they have
// besides; the sender goes on as before.
func TestATalkAboutAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		c := w.named(w.pupil)
		all, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.jonas.Person})
		w.must(err)
		for _, a := range []tilhor.Actor{w.kari, w.jonas} {
			w.read(a, c.Slug)
		}
		w.must(w.cases.Shield(w.ctx, w.kari, cases.Shielding{Pupil: w.pupil.Person, Grade: roster.Confidential, Leader: w.ina.Person, Reason: "Melding fra politiet."}))
		for _, a := range []tilhor.Actor{w.kari, w.jonas} {
			_, err := w.desk.Read(w.ctx, a, c.Slug)
			w.is(err, tilhor.ErrNotFound)
			if links, err := w.desk.Of(w.ctx, a, all[0].ID); err != nil || len(links) > 0 {
				w.Errorf("%s is led there: %v (%v)", a.Role, links, err)
			}
			if waits, err := w.desk.Waiting(w.ctx, a, false, ""); err != nil || len(waits.Links) > 0 {
				w.Errorf("%s waits for %v (%v)", a.Role, waits, err)
			}
		}
		w.read(w.ina, c.Slug)
		w.must(w.desk.Reply(w.ctx, w.ina, c.Slug, "Hei.", dialogue.ToSender))
		if got := texts(w.back(dialogue.Sender{Slug: c.Slug, By: w.pupil}).Lines); !slices.Equal(got, []string{"Hei."}) {
			w.Errorf("the pupil reads %v", got)
		}
	})
}

// What can be put right is told at its field, and a flood in one talk ends.
func TestATalkRefuses(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed()
		long := strings.Repeat("ø", dialogue.MaxText+1)
		w.refused(w.desk.Write(w.ctx, coded(code), dialogue.Say, " \n"), "text", "dialogue.fault.text")
		w.refused(w.desk.Write(w.ctx, coded(code), dialogue.Say, long), "text", "dialogue.fault.long")
		w.refused(w.desk.Write(w.ctx, coded(code), dialogue.Name, ""), "name", "dialogue.fault.name")
		w.refused(w.desk.Write(w.ctx, coded(code), dialogue.Need, long), "need", "dialogue.fault.short")
		w.refused(w.desk.Reply(w.ctx, w.kari, c.Slug, "", dialogue.ToSender), "text", "dialogue.fault.text")
		w.refused(w.desk.Reply(w.ctx, w.kari, c.Slug, "x", "everybody"), "to", "dialogue.fault.to")
		w.refused(w.desk.NoteNeed(w.ctx, w.kari, c.Slug, ""), "need", "dialogue.fault.need")
		w.is(w.desk.Write(w.ctx, coded(code), dialogue.Answer, "Jeg er skolen."), tilhor.ErrNotFound)
		for range 20 {
			w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "hei"))
		}
		w.refused(w.desk.Write(w.ctx, coded(code), dialogue.Say, "hei"), "text", "dialogue.fault.many")
		_, other := w.unnamed()
		w.must(w.desk.Write(w.ctx, coded(other), dialogue.Say, "Jeg er en annen.")) // nobody else is slowed
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Takk.", dialogue.ToSender))
		w.Later(time.Hour)
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "hei"))
	})
}

// The words of what was told are blocked in the talk as well.
func TestABlockedTalk(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed()
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "Mer."))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return concerns.Hold(tx, webtest.Owner, c.ID, w.Now()) }))
		told, talk := w.back(coded(code)), w.read(w.kari, c.Slug)
		if !told.Held || told.Said != "" || told.Lines[0].Text != "" || !talk.Held || talk.Lines[0].Text != "" {
			w.Errorf("blocked, and read: %+v %+v", told, talk)
		}
	})
}

var (
	entriesOf = db.SQL(`SELECT id FROM journal_entry WHERE owner = $1 AND stream = $2 ORDER BY seq`)
	timesOf   = db.SQL(`SELECT opened_at, last_at, read_at FROM dialogue_thread WHERE owner = $1 AND concern = $2`)
)

// Each message stands in the record. Of who has a code there is no person, and
// no time finer than the hour, in it or in the rows; who read it at the school
// stands in the readings.
func TestTheRecordOfATalk(t *testing.T) {
	each(t, func(w *world) {
		c, code := w.unnamed()
		w.must(w.desk.Write(w.ctx, coded(code), dialogue.Say, "Mer."))
		w.read(w.kari, c.Slug)
		w.must(w.desk.Reply(w.ctx, w.kari, c.Slug, "Takk.", dialogue.ToSender))
		w.back(coded(code))
		var acts []string
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			acts = nil
			var ids []tilhor.EntryID
			err := tx.Each(entriesOf, func(scan db.Scan) error {
				var id tilhor.EntryID
				err := scan(&id)
				ids = append(ids, id)
				return err
			}, webtest.Owner, "dialogue/"+string(c.ID))
			if err != nil {
				return err
			}
			for _, id := range ids {
				e, err := w.Kit.Journal.Entry(tx, webtest.Owner, id)
				if err != nil {
					return err
				}
				acts = append(acts, e.Act+" "+string(e.By.Role))
				if !e.Quiet || !e.When.Written.Equal(e.When.Written.Truncate(time.Hour)) || !e.When.At.Equal(e.When.At.Truncate(time.Hour)) {
					w.Errorf("%s has the time %s", e.Act, e.When.Written)
				}
				if e.By.Role == tilhor.RoleAnyone && e.By.Person != "" {
					w.Errorf("%s has a person", e.Act)
				}
			}
			var opened, last, read int64
			if err := tx.One(timesOf, db.Args(webtest.Owner, c.ID), &opened, &last, &read); err != nil {
				return err
			}
			for _, at := range []int64{opened, last, read} {
				if at%time.Hour.Milliseconds() != 0 {
					w.Errorf("a row has the time %d", at)
				}
			}
			return nil
		}))
		if want := []string{"dialogue.open anyone", "dialogue.say anyone", "dialogue.answer rektor"}; !slices.Equal(acts, want) {
			w.Errorf("the record has %v", acts)
		}
		w.Later(2 * time.Hour)
		r := w.verify()
		if !r.Holds() {
			w.Errorf("verify: %v", r.Wrong)
		}
		w.Altered = true
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(spoil, webtest.Owner); return err }))
		if r := w.verify(); r.Holds() {
			w.Error("a message that was taken away is not missed")
		}
	})
}

var readBy = db.SQL(`SELECT COUNT(*) FROM journal_entry WHERE owner = $1 AND stream = $2 AND person = $3 AND view = 'dialogue'`)

var spoil = db.SQL(`DELETE FROM dialogue_line WHERE owner = $1 AND n = (SELECT MAX(n) FROM dialogue_line WHERE owner = $1)`)

func (w *world) verify() journal.Report {
	w.T.Helper()
	_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, webtest.Owner, w.Now)
	w.must(err)
	r, err := journal.Verify(w.ctx, w.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys, Public: w.Kit.Keys.Public(webtest.Owner)})
	w.must(err)
	return r
}

// A parent who did not sign in may be answered, and is told nothing of what it became:
// whoever says to be one may be anybody. A pupil's code says that it was taken up.
func TestAParentWithACodeIsToldOfNoCase(t *testing.T) {
	each(t, func(w *world) {
		w.told.Started = w.desk.Start
		says := func(f concerns.For) (concerns.Concern, string) {
			c, code, err := w.told.Say(w.ctx, tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, concerns.Saying{School: w.Solbakken, For: f, Whom: "Nora Dahl", Words: "Hun gråter."})
			w.must(err)
			return c, code
		}
		told := func(code string) dialogue.Told { return w.back(coded(code)) }
		friend, of := says(concerns.ForFriend)
		taken, parent := says(concerns.ForChild)
		aside, other := says(concerns.ForChild)
		before := told(other)
		for _, c := range []concerns.Concern{friend, taken} {
			_, err := w.cases.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
			w.must(err)
		}
		w.must(w.told.PutAside(w.ctx, w.kari, aside.Slug, concerns.WrongSchool, "Meld til den andre skolen."))
		if got := told(of); got.State != concerns.Taken {
			t.Errorf("a friend is told %s: this proves nothing", got.State)
		}
		for name, code := range map[string]string{"taken up": parent, "set aside": other} {
			if got := told(code); got.State != before.State || got.Reason != "" {
				t.Errorf("%s: a parent without a sign-in is told %q, %q", name, got.State, got.Reason)
			}
		}
		w.must(w.desk.Reply(w.ctx, w.ina, taken.Slug, "Takk.", dialogue.ToSender))
		if got := told(parent); !got.Answered || len(got.Lines) != 1 {
			t.Errorf("the answer does not come: %+v", got)
		}
		if talk := w.read(w.ina, taken.Slug); !talk.Outsider {
			t.Error("who answers is not told that nobody knows whether it is a parent")
		}
	})
}
