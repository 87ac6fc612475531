package concerns_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/web/webtest"
)

// A world is a town of two schools with the desk under test. It is Monday 23
// November 2026, ten o'clock.
type world struct {
	*testing.T
	*webtest.Town
	ctx                       context.Context
	desk                      *concerns.Desk
	kari, jonas, mona, other  tilhor.Actor // rektor, teacher, SFO; the other school's rektor
	open                      tilhor.Actor // somebody without an account
	nora, elias, odin, nobody tilhor.PersonID
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.desk = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.kari, w.other = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleRektor, town.Fjellvik)
		w.jonas, w.mona = town.Actor(tilhor.RoleTeacher, town.Solbakken), town.Actor(tilhor.RoleSFO, town.Solbakken)
		w.open = town.Actor(tilhor.RoleAnyone, "")
		w.nora, w.elias, w.odin, w.nobody = town.Person("nora"), town.Person("elias"), town.Person("odin"), "finnesikke"
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
		w.T.Fatalf("want %q, got %v", want, err)
	}
}

func (w *world) now() tilhor.When { return tilhor.Now(w.Now()) }

func (w *world) telling() concerns.Telling {
	return concerns.Telling{School: w.Solbakken, Pupils: []tilhor.PersonID{w.nora}, Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now()}
}

// tells sends a concern with one thing changed.
func (w *world) tells(who tilhor.Actor, change func(*concerns.Telling)) (concerns.Concern, error) {
	n := w.telling()
	change(&n)
	return w.desk.Tell(w.ctx, who, n)
}

func (w *world) told(who tilhor.Actor, change func(*concerns.Telling)) concerns.Concern {
	w.T.Helper()
	c, err := w.tells(who, change)
	w.must(err)
	return c
}

func asIs(*concerns.Telling) {}

// unnamed is what somebody without an account sends.
func unnamed(n *concerns.Telling) {
	n.Pupils, n.Described, n.Name, n.Link = nil, "Jente i 5A med rød lue", "Renholder Aas", "hemmelig-lenke"
}

// refused checks that an act was refused at one field, and that people can
// read why in every language.
func (w *world) refused(name string, err error, field, key string) {
	w.T.Helper()
	all := tilhor.FaultsOf(err)
	if len(all) != 1 || all[0] != (tilhor.Fault{Field: field, Key: key}) {
		w.T.Errorf("%s: want %s at %s, got %v (%v)", name, key, field, []tilhor.Fault(all), err)
	}
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
		if s := lang.For(l).T(key); strings.Contains(s, "⟦") || s == key {
			w.T.Errorf("%s: %s has no text in %s", name, key, l)
		}
	}
}

// What is refused of a concern, field by field, and what just fits.
func TestTellRefuses(t *testing.T) {
	long, short := strings.Repeat("ø", concerns.MaxText+1), strings.Repeat("å", concerns.MaxShort+1)
	day := 24 * time.Hour
	each(t, func(w *world) {
		future, old := w.Now().Add(time.Minute), time.Date(2006, 11, 1, 9, 0, 0, 0, time.UTC)
		for _, row := range []struct {
			name   string
			who    tilhor.Actor
			change func(*concerns.Telling)
			field  string
			key    string
		}{
			{"about nobody", w.jonas, func(n *concerns.Telling) { n.Pupils = nil }, "pupil", "concerns.fault.pupil"},
			{"about blanks", w.jonas, func(n *concerns.Telling) { n.Pupils, n.Described = nil, " \n " }, "pupil", "concerns.fault.pupil"},
			{"about a pupil of another school", w.jonas, func(n *concerns.Telling) { n.Pupils = []tilhor.PersonID{w.odin} }, "pupil", "concerns.fault.unknown"},
			{"about nobody there is", w.jonas, func(n *concerns.Telling) { n.Pupils = []tilhor.PersonID{w.nobody} }, "pupil", "concerns.fault.unknown"},
			{"about an employee", w.jonas, func(n *concerns.Telling) { n.Pupils = []tilhor.PersonID{w.mona.Person} }, "pupil", "concerns.fault.unknown"},
			{"about thirteen", w.jonas, func(n *concerns.Telling) {
				for i := range 12 {
					n.Pupils = append(n.Pupils, tilhor.PersonID(fmt.Sprint(i)))
				}
			}, "pupil", "concerns.fault.pupils"},
			{"described too long", w.jonas, func(n *concerns.Telling) { n.Described = long }, "described", "concerns.fault.long"},
			{"nothing said and nothing seen", w.jonas, func(n *concerns.Telling) { n.Saw = " " }, "saw", "concerns.fault.what"},
			{"said too long", w.jonas, func(n *concerns.Telling) { n.Said = long }, "said", "concerns.fault.long"},
			{"seen too long", w.jonas, func(n *concerns.Telling) { n.Saw = long }, "saw", "concerns.fault.long"},
			{"nowhere", w.jonas, func(n *concerns.Telling) { n.Arena = "" }, "arena", "concerns.fault.arena"},
			{"on the moon", w.jonas, func(n *concerns.Telling) { n.Arena = "moon" }, "arena", "concerns.fault.arena"},
			{"place too long", w.jonas, func(n *concerns.Telling) { n.Place = short }, "place", "concerns.fault.short"},
			{"happened in the future", w.jonas, func(n *concerns.Telling) { n.Happened.At = future }, "happened", "concerns.fault.future"},
			{"happened tomorrow", w.jonas, func(n *concerns.Telling) { n.Happened = tilhor.When{At: w.Now().Add(day), Precision: tilhor.Day} }, "happened", "concerns.fault.future"},
			{"happened twenty years ago", w.jonas, func(n *concerns.Telling) { n.Happened.At = old }, "happened", "concerns.fault.old"},
			{"happened at no time", w.jonas, func(n *concerns.Telling) { n.Happened = tilhor.When{} }, "happened", "concerns.fault.when"},
			{"known in the future", w.jonas, func(n *concerns.Telling) { n.Known.At = future }, "known", "concerns.fault.future"},
			{"known at no time", w.jonas, func(n *concerns.Telling) { n.Known = tilhor.When{} }, "known", "concerns.fault.when"},
			{"nobody tells", w.open, func(n *concerns.Telling) { unnamed(n); n.Name = " " }, "name", "concerns.fault.name"},
			{"a name too long", w.open, func(n *concerns.Telling) { unnamed(n); n.Name = short }, "name", "concerns.fault.short"},
			{"a listed pupil without an account", w.open, func(n *concerns.Telling) { unnamed(n); n.Pupils = []tilhor.PersonID{w.nora} }, "pupil", "concerns.fault.pupil"},
			{"raised by whom?", w.kari, func(n *concerns.Telling) { n.Raised = &concerns.Raised{By: "neighbour", At: w.now()} }, "raised", "concerns.fault.raised"},
			{"raised in the future", w.kari, func(n *concerns.Telling) {
				n.Raised = &concerns.Raised{By: "parent", At: tilhor.When{At: future, Precision: tilhor.Exact}}
			}, "raised-at", "concerns.fault.future"},
		} {
			_, err := w.tells(row.who, row.change)
			w.refused(row.name, err, row.field, row.key)
		}
		if n, err := w.desk.CountNew(w.ctx, w.kari); err != nil || n != 0 {
			t.Errorf("what was refused left %d concerns: %v", n, err)
		}
		// On the edge, each is taken.
		for name, change := range map[string]func(*concerns.Telling){
			"texts that just fit": func(n *concerns.Telling) { n.Saw, n.Place = long[2:], short[2:] },
			"today, at an hour to come": func(n *concerns.Telling) {
				n.Happened = tilhor.When{At: w.Now().Add(6 * time.Hour), Precision: tilhor.Day}
			},
			"times nobody knows": func(n *concerns.Telling) {
				n.Happened, n.Known = tilhor.When{Precision: tilhor.Unknown}, tilhor.When{Precision: tilhor.Unknown}
			},
			"to the hour": func(n *concerns.Telling) {
				n.Happened = tilhor.When{At: w.Now().Add(-time.Hour), Precision: tilhor.Hour}
			},
		} {
			if _, err := w.tells(w.jonas, change); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Who may tell, and how it is counted. All others get the answer of a school
// that is not there.
func TestWhoTells(t *testing.T) {
	each(t, func(w *world) {
		raised := func(n *concerns.Telling) { n.Raised = &concerns.Raised{By: "parent", At: w.now()} }
		untrained := w.mona
		untrained.Trained = false
		for _, row := range []struct {
			name   string
			who    tilhor.Actor
			change func(*concerns.Telling)
			want   concerns.Channel
		}{
			{"a teacher", w.jonas, asIs, concerns.Staff},
			{"rektor herself", w.kari, asIs, concerns.Staff},
			{"before privacy training", untrained, asIs, concerns.Staff},
			{"without an account", w.open, unnamed, concerns.Open},
			{"rektor, what a family took up", w.kari, raised, concerns.Voice},
			{"a teacher, what a family took up", w.jonas, raised, ""},
			{"without an account, what a family took up", w.open, func(n *concerns.Telling) { unnamed(n); raised(n) }, ""},
			{"another school's rektor", w.other, asIs, ""},
			{"to no school", w.jonas, func(n *concerns.Telling) { n.School = "" }, ""},
			{"to no school, without an account", w.open, func(n *concerns.Telling) { unnamed(n); n.School = "finnesikke" }, ""},
			{"a pupil", tilhor.Actor{Owner: webtest.Owner, Person: w.nora, Role: tilhor.RolePupil, School: w.Solbakken}, asIs, ""},
			{"a parent", w.Actor(tilhor.RoleParent, w.Solbakken), asIs, ""},
			{"the owner's adviser", w.Actor(tilhor.RoleOwnerAdviser, ""), asIs, ""},
		} {
			c, err := w.tells(row.who, row.change)
			switch {
			case row.want == "":
				if !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s: %v", row.name, err)
				}
			case err != nil || c.Channel != row.want || c.Entry == "" || c.State != concerns.New:
				t.Errorf("%s: it came in as %q, %v", row.name, c.Channel, err)
			}
		}
	})
}

// A pupil who was chosen twice, or is described as well, has one row each; the
// pupil's own words make it the pupil's.
func TestWhomItIsAbout(t *testing.T) {
	each(t, func(w *world) {
		for _, row := range []struct {
			name   string
			who    tilhor.Actor
			change func(*concerns.Telling)
			want   string
			says   bool
		}{
			{"one", w.jonas, asIs, "Nora Dahl 5A", false},
			{"chosen twice", w.jonas, func(n *concerns.Telling) { n.Pupils = []tilhor.PersonID{w.nora, w.elias, w.nora} }, "Nora Dahl 5A, Elias Moe 5A", false},
			{"and one in words", w.jonas, func(n *concerns.Telling) { n.Described = " En gutt " }, "Nora Dahl 5A, En gutt ", false},
			{"said by the pupil", w.jonas, func(n *concerns.Telling) { n.Said = "De går fra meg." }, "Nora Dahl 5A", true},
			{"taken up by the pupil", w.kari, func(n *concerns.Telling) { n.Raised = &concerns.Raised{By: "pupil", At: w.now()} }, "Nora Dahl 5A", true},
			{"taken up by a parent", w.kari, func(n *concerns.Telling) { n.Raised = &concerns.Raised{By: "parent", At: w.now()} }, "Nora Dahl 5A", false},
		} {
			c, err := w.desk.Receive(w.ctx, w.kari, w.told(row.who, row.change).Slug)
			w.must(err)
			var got []string
			for _, p := range c.Pupils {
				got = append(got, p.Name+p.Described+" "+p.Class)
			}
			if s := strings.Join(got, ", "); s != row.want || c.PupilSays != row.says {
				t.Errorf("%s: it is about %q, the pupil says so: %v", row.name, s, c.PupilSays)
			}
		}
	})
}

// What was told is received by rektor and whom she has given the task, and by
// nobody else; the first opening is what the reporter sees as read.
func TestReceive(t *testing.T) {
	each(t, func(w *world) {
		c := w.told(w.jonas, func(n *concerns.Telling) { n.Said, n.Place = "De går fra meg.", "Ved ballbingen" })
		w.told(w.open, unnamed)
		untrained := w.kari
		untrained.Trained = false
		for _, row := range []struct {
			who      tilhor.Actor
			receives bool
			n        int
		}{{w.kari, true, 2}, {untrained, false, 0}, {w.jonas, false, 0}, {w.mona, false, 0}, {w.other, true, 0}} {
			if is, err := w.desk.Receives(w.ctx, row.who); err != nil || is != row.receives {
				t.Errorf("%s receives: %v, %v", row.who.Role, is, err)
			}
			n, err := w.desk.CountNew(w.ctx, row.who)
			w.must(err)
			all, _, err := w.desk.Waiting(w.ctx, row.who)
			w.must(err)
			if n != row.n || len(all) != row.n {
				t.Errorf("%s has %d waiting, counted as %d", row.who.Role, len(all), n)
			}
			if row.n == 0 {
				_, err := w.desk.Receive(w.ctx, row.who, c.Slug)
				w.is(err, tilhor.ErrNotFound)
				w.is(w.desk.PutAside(w.ctx, row.who, c.Slug, concerns.WrongSchool, "x"), tilhor.ErrNotFound)
			}
		}
		a, err := w.desk.Follow(w.ctx, w.jonas, c.Slug)
		w.must(err)
		if !a.ReadAt.IsZero() {
			t.Error("listed is not read")
		}
		first := w.Now()
		got, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		if got.Said != "De går fra meg." || got.Saw != "Sto alene." || got.Place != "Ved ballbingen" || got.From != "Jonas Lund" || got.Lead() != "De går fra meg" {
			t.Errorf("rektor reads %+v", got)
		}
		w.Later(time.Hour)
		_, err = w.desk.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		if a, err = w.desk.Follow(w.ctx, w.jonas, c.Slug); err != nil || !a.ReadAt.Equal(first) {
			t.Errorf("it was read at %s, first opened at %s: %v", a.ReadAt, first, err)
		}
		for _, who := range []tilhor.Actor{w.mona, w.kari, w.other} {
			_, err := w.desk.Follow(w.ctx, who, c.Slug)
			w.is(err, tilhor.ErrNotFound)
		}
		mine, err := w.desk.Mine(w.ctx, w.jonas, concerns.MostTold)
		w.must(err)
		if len(mine) != 1 || mine[0].Slug != c.Slug {
			t.Errorf("Jonas has told %d", len(mine))
		}
	})
}

// "Not a case" is for what was told twice or to the wrong school. The school
// finding nothing is no reason, and what the pupil says itself is never put aside.
// Of reports that are set aside at once as each other's double, one stays.
func TestTwoAreNotEachOthersDouble(t *testing.T) {
	each(t, func(w *world) {
		var slugs []string
		for range 6 {
			slugs = append(slugs, w.told(w.jonas, asIs).Slug)
		}
		var wg sync.WaitGroup
		for _, slug := range slugs {
			wg.Go(func() {
				var f tilhor.Faults
				if err := w.desk.PutAside(context.Background(), w.kari, slug, concerns.Twice, "Meldt før."); err != nil && !errors.As(err, &f) {
					w.T.Error(err)
				}
			})
		}
		wg.Wait()
		if n, err := w.desk.CountNew(w.ctx, w.kari); err != nil || n != 1 {
			t.Errorf("%d stay of %d, %v", n, len(slugs), err)
		}
	})
}

func TestPutAside(t *testing.T) {
	long := strings.Repeat("ø", concerns.MaxText+1)
	each(t, func(w *world) {
		c := w.told(w.jonas, asIs)
		aside := func(why, reason string) error { return w.desk.PutAside(w.ctx, w.kari, c.Slug, why, reason) }
		w.refused("nothing found", aside("nothing-found", "Vi fant ikke noe."), "why", "concerns.fault.why")
		w.refused("no reason", aside(concerns.WrongSchool, " "), "reason", "concerns.fault.reason")
		w.refused("a reason too long", aside(concerns.WrongSchool, long), "reason", "concerns.fault.long")
		w.refused("another child's name", aside(concerns.WrongSchool, "Elias Moe går et annet sted."), "reason", "concerns.fault.names-other")
		said := w.told(w.jonas, func(n *concerns.Telling) { n.Said = "De går fra meg." })
		w.refused("the pupil says so", w.desk.PutAside(w.ctx, w.kari, said.Slug, concerns.WrongSchool, "Annen skole."), "why", "concerns.fault.pupil-says")
		w.must(aside(concerns.WrongSchool, "Nora Dahl går på Fjellvik nå, og vi har sagt fra dit."))
		w.is(aside(concerns.WrongSchool, "En gang til."), tilhor.ErrConflict)
		a, err := w.desk.Follow(w.ctx, w.jonas, c.Slug)
		w.must(err)
		if a.State != concerns.SetAside || a.Why != concerns.WrongSchool || !strings.HasPrefix(a.Reason, "Nora Dahl går") || len(a.Has) != 1 || a.Has[0] != "Kari Lund" {
			t.Errorf("the reporter reads %+v", a)
		}
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			if all, err := duty.StatesOf(tx, webtest.Owner, string(c.ID)); err != nil || len(all) > 0 {
				t.Errorf("%d duties still run: %v", len(all), err)
			}
			return nil
		}))
	})
}

// The secret address of somebody without an account: how far it has come, and
// no name and no word. Any other address is nothing.
func TestByLink(t *testing.T) {
	each(t, func(w *world) {
		c := w.told(w.open, unnamed)
		w.told(w.jonas, asIs) // one without a link, which no address finds
		at := func(link string) (concerns.Status, error) { return w.desk.ByLink(w.ctx, webtest.Owner, link) }
		for _, link := range []string{"", "hemmelig-lenk", "HEMMELIG-LENKE", c.Slug, string(c.ID)} {
			if _, err := at(link); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%q is an address: %v", link, err)
			}
		}
		s, err := at("hemmelig-lenke")
		w.must(err)
		if s.State != concerns.New || !s.ReadAt.IsZero() || s.School != w.Solbakken || s.Entry != c.Entry {
			t.Errorf("it stands as %+v", s)
		}
		if r, err := w.desk.Receipt(w.ctx, webtest.Owner, s.Entry); err != nil || len(r.File) == 0 || strings.Contains(string(r.File), "Renholder") || strings.Contains(string(r.File), "rød lue") {
			t.Errorf("the receipt: %v", err)
		}
		got, err := w.desk.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		if got.From != "Renholder Aas" || got.Reporter != "" {
			t.Errorf("rektor sees that it is from %q", got.From)
		}
		w.Later(time.Hour)
		w.must(w.desk.PutAside(w.ctx, w.kari, c.Slug, concerns.WrongSchool, "Vi har sagt fra til den andre skolen."))
		if s, err = at("hemmelig-lenke"); err != nil || s.State != concerns.SetAside || s.ReadAt.IsZero() || !s.DecidedAt.After(s.ReadAt) {
			t.Errorf("afterwards it stands as %+v: %v", s, err)
		}
	})
}

// The lead of a list is one sentence, and never long.
func TestLead(t *testing.T) {
	for _, row := range []struct{ said, saw, want string }{
		{"De går fra meg. Hver dag.", "x", "De går fra meg"},
		{"", "Sto alene\nved porten", "Sto alene"},
		{"", "", ""},
		{"", strings.Repeat("æ", 81), strings.Repeat("æ", 79) + "…"},
		{"", strings.Repeat("æ", 80), strings.Repeat("æ", 80)},
		{".. og så", "", ".. og så"},
		{"Hun fikk 2.50 av dem.", "", "Hun fikk 2.50 av dem"},
	} {
		if got := (concerns.Concern{Said: row.said, Saw: row.saw}).Lead(); got != row.want {
			t.Errorf("%q, %q: %q, want %q", row.said, row.saw, got, row.want)
		}
	}
}
