package front_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/web/webtest"
)

type world struct {
	*testing.T
	*webtest.Town
	ctx         context.Context
	desk        *front.Desk
	kari, jonas tilhor.Actor
	away        map[tilhor.PersonID]bool
}

var openAgain = db.SQL(`UPDATE duty_shut SET days = REPLACE(days, $2, '') WHERE owner = $1`)

var dropLines = db.SQL(`DELETE FROM front_line WHERE owner = $1`)

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background()), away: map[tilhor.PersonID]bool{}}
		w.desk = &front.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Closed: duty.Closed}
		w.desk.Away = func(*db.Tx, tilhor.OwnerID, tilhor.Date, ...tilhor.PersonID) (map[tilhor.PersonID]bool, error) {
			return w.away, nil
		}
		w.kari, w.jonas = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleTeacher, town.Solbakken)
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) shown() front.Page {
	w.T.Helper()
	p, err := w.desk.Show(w.ctx, webtest.Owner, w.Solbakken)
	w.must(err)
	return p
}

func (w *world) helper() front.Line {
	return front.Line{Kind: front.Helper, Person: w.jonas.Person, What: "lærer", When: "Rom 12, hver dag", Yes: true}
}

// Who has said yes is shown, on the days they are there; taken off, they are gone.
func TestWhoIsShown(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.desk.Say(w.ctx, w.kari, w.helper()))
		p := w.shown()
		if len(p.Here()) != 1 || p.Here()[0].Name != "Jonas Lund" || p.Here()[0].When != "Rom 12, hver dag" {
			t.Fatalf("%+v", p)
		}
		w.away[w.jonas.Person] = true
		if p := w.shown(); len(p.Here()) != 0 || len(p.Helpers) != 1 {
			t.Errorf("away, and shown: %+v", p)
		}
		w.away = map[tilhor.PersonID]bool{}
		other, err := w.desk.Show(w.ctx, webtest.Owner, w.Fjellvik)
		if err != nil || len(other.Helpers) != 0 {
			t.Errorf("another school shows %+v, %v", other, err)
		}
		if err := w.desk.Remove(w.ctx, w.Actor(tilhor.RoleRektor, w.Fjellvik), p.Helpers[0].ID); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("another school's rektor: %v", err)
		}
		w.must(w.desk.Remove(w.ctx, w.kari, p.Helpers[0].ID))
		if err := w.desk.Remove(w.ctx, w.kari, p.Helpers[0].ID); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		if p := w.shown(); len(p.Helpers) != 0 {
			t.Errorf("taken off, and shown: %+v", p)
		}
		// The record still agrees with what is stored.
		verify := func() journal.Report {
			r, err := journal.Verify(w.ctx, w.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
			w.must(err)
			return r
		}
		if r := verify(); !r.Holds() {
			t.Errorf("verify: %+v", r.Wrong)
		}
		w.Altered = true
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(dropLines, webtest.Owner); return err }))
		if verify().Holds() {
			t.Error("a line that was taken out is not seen")
		}
	})
}

// Only who leads the school writes its page.
func TestWhoWritesThePage(t *testing.T) {
	each(t, func(w *world) {
		for _, who := range []tilhor.Actor{
			w.jonas, w.Actor(tilhor.RoleParent, w.Solbakken), w.Actor(tilhor.RolePupil, w.Solbakken), w.Actor(tilhor.RoleOwnerAdviser, ""), {Owner: webtest.Owner, Role: tilhor.RoleAnyone},
		} {
			if err := w.desk.Say(w.ctx, who, w.helper()); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s: %v", who.Role, err)
			}
			if _, err := w.desk.Write(w.ctx, who); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s: %v", who.Role, err)
			}
		}
	})
}

// What is refused, at its field.
func TestThePageRefuses(t *testing.T) {
	each(t, func(w *world) {
		shut := front.Line{Kind: front.Shut, From: "2026-12-21", Until: "2027-01-03", Reads: front.ByOwner}
		change := func(l front.Line, do func(*front.Line)) front.Line { do(&l); return l }
		for _, row := range []struct {
			field, key string
			line       front.Line
		}{
			{"yes", "front.fault.yes", change(w.helper(), func(l *front.Line) { l.Yes = false })},
			{"when", "front.fault.when", change(w.helper(), func(l *front.Line) { l.When = " " })},
			{"when", "front.fault.long", change(w.helper(), func(l *front.Line) { l.When = strings.Repeat("å", 301) })},
			{"person", "front.fault.person", change(w.helper(), func(l *front.Line) { l.Person = "" })},
			{"person", "front.fault.person", change(w.helper(), func(l *front.Line) { l.Person = w.Person("nora") })},
			{"text", "front.fault.text", front.Line{Kind: front.Plan, Text: "\n"}},
			{"text", "front.fault.plan-long", front.Line{Kind: front.Plan, Text: strings.Repeat("a", 8001)}},
			{"from", "front.fault.from", change(shut, func(l *front.Line) { l.From = "" })},
			{"until", "front.fault.until", change(shut, func(l *front.Line) { l.Until = "2026-12-20" })},
			{"until", "front.fault.past", change(shut, func(l *front.Line) { l.From, l.Until = "2026-10-01", "2026-10-02" })},
			{"until", "front.fault.longest", change(shut, func(l *front.Line) { l.Until = "2027-08-01" })},
			{"reads", "front.fault.reads", change(shut, func(l *front.Line) { l.Reads = "rektor" })},
			{"reads", "front.fault.school-days", change(shut, func(l *front.Line) { l.Reads = front.ByNobody })},
		} {
			all := tilhor.FaultsOf(w.desk.Say(w.ctx, w.kari, row.line))
			if len(all) != 1 || all[0] != (tilhor.Fault{Field: row.field, Key: row.key}) {
				t.Errorf("want %s at %s, got %v", row.key, row.field, all)
			}
			if !lang.For(tilhor.Bokmal).Has(row.key) {
				t.Errorf("%s has no text", row.key)
			}
		}
		w.must(w.desk.Say(w.ctx, w.kari, front.Line{Kind: front.Plan, Text: "To voksne ute."}))
		w.must(w.desk.Say(w.ctx, w.kari, front.Line{Kind: front.Plan, Text: "Tre voksne ute."}))
		if p := w.shown(); p.Plan != "Tre voksne ute." {
			t.Errorf("the plan is %q", p.Plan)
		}
	})
}

// Days stand on the page once; that nobody reads is for days without school alone,
// also when the school's calendar is changed afterwards; the page and the room that
// takes in what is told say the same; and the owner sees it.
func TestDaysWhenNobodyReads(t *testing.T) {
	each(t, func(w *world) {
		days := []tilhor.Date{"2026-12-21", "2026-12-22", "2026-12-23", "2026-12-24"}
		closed := func(days ...tilhor.Date) {
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return duty.Shut(tx, webtest.Owner, w.Solbakken, days...) }))
		}
		line := front.Line{Kind: front.Shut, From: "2026-12-21", Until: "2026-12-27", Reads: front.ByNobody}
		refused := func(name string, l front.Line, field, key string) {
			t.Helper()
			if all := tilhor.FaultsOf(w.desk.Say(w.ctx, w.kari, l)); len(all) != 1 || all[0] != (tilhor.Fault{Field: field, Key: key}) {
				t.Errorf("%s: %v", name, all)
			}
		}
		closed(days[:3]...)
		refused("one day of school among them", line, "reads", "front.fault.school-days")
		closed(days[3])
		w.must(w.desk.Say(w.ctx, w.kari, line))
		for _, l := range []front.Line{
			{Kind: front.Shut, From: "2026-12-27", Until: "2027-01-03", Reads: front.ByOwner},
			{Kind: front.Shut, From: "2026-12-01", Until: "2026-12-21", Reads: front.ByOwner},
			{Kind: front.Shut, From: "2026-12-22", Until: "2026-12-22", Reads: front.ByOwner},
			{Kind: front.Shut, From: "2026-12-01", Until: "2027-01-03", Reads: front.ByOwner},
		} {
			refused("days that stand there", l, "from", "front.fault.overlap")
		}
		w.must(w.desk.Say(w.ctx, w.kari, front.Line{Kind: front.Shut, From: "2026-12-28", Until: "2027-01-03", Reads: front.ByOwner}))
		same := func(on tilhor.Date, want string) {
			t.Helper()
			page, room := "", ""
			if l := w.shown().On(on); l != nil {
				page = l.Reads
			}
			w.must(w.DB.Read(w.ctx, func(tx *db.Tx) (err error) {
				room, err = w.desk.ShutOn(tx, webtest.Owner, w.Solbakken, on)
				return err
			}))
			if page != want || room != want {
				t.Errorf("%s: the page says %q and the room %q, want %q", on, page, room, want)
			}
		}
		same("2026-12-20", "")
		same("2026-12-21", front.ByNobody)
		same("2026-12-26", front.ByNobody)
		same("2026-12-28", front.ByOwner)
		same("2027-01-04", "")
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(openAgain, webtest.Owner, "2026-12-23"); return err }))
		same("2026-12-22", front.ByNobody)
		same("2026-12-23", front.ByOwner) // a day of school after all
		ctx, asked := db.Counted(w.ctx)
		all, err := w.desk.Closings(ctx, w.Actor(tilhor.RoleOwnerAdviser, ""))
		if n := asked.Load(); n > 4 { // the schools, which are shut, and of the one its lines and key
			t.Errorf("%d statements: every school's page is opened", n)
		}
		if err != nil || len(all) != 2 || all[0].Name != "Solbakken skole" || all[0].Reads != front.ByNobody || all[1].From != "2026-12-28" {
			t.Errorf("the owner sees %+v, %v", all, err)
		}
		if _, err := w.desk.Closings(w.ctx, w.kari); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("rektor: %v", err)
		}
	})
}

// While the school is shut, what families tell is read by the municipality when a
// working day has passed; or the form is closed and nothing is taken. What staff
// tell is not touched.
func TestWhileTheSchoolIsShut(t *testing.T) {
	each(t, func(w *world) {
		k := w.Kit
		told := &concerns.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Shut: w.desk.ShutOn}
		anne := w.Actor(tilhor.RoleOwnerAdviser, "")
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.School, Unit: access.Owner, Person: anne.Person, Relation: access.Intake, From: w.Now().Add(-time.Hour)})
		}))
		open := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}
		say := func() (concerns.Concern, error) {
			c, _, err := told.Say(w.ctx, open, concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: "De går fra meg."})
			return c, err
		}
		reads := func(who tilhor.Actor) int {
			t.Helper()
			n, err := told.CountNew(w.ctx, who)
			w.must(err)
			return n
		}
		if _, err := say(); err != nil || reads(anne) != 0 || reads(w.kari) != 1 {
			t.Fatalf("before: the owner has %d, rektor %d: %v", reads(anne), reads(w.kari), err)
		}
		w.must(w.desk.Say(w.ctx, w.kari, front.Line{Kind: front.Shut, From: "2026-11-23", Until: "2026-11-25", Reads: front.ByOwner}))
		_, err := say()
		w.must(err)
		if reads(anne) != 0 || reads(w.kari) != 2 {
			t.Errorf("at once the owner has %d, rektor %d", reads(anne), reads(w.kari))
		}
		w.Later(24 * time.Hour) // Tuesday, the working day that must pass
		if reads(anne) != 0 {
			t.Error("the owner has it before a working day has passed")
		}
		w.Later(24 * time.Hour)
		if reads(anne) != 1 {
			t.Errorf("afterwards the owner has %d", reads(anne))
		}
		w.must(w.desk.Remove(w.ctx, w.kari, w.shown().Shut[0].ID))
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return duty.Shut(tx, webtest.Owner, w.Solbakken, "2026-11-24", "2026-11-25") }))
		w.must(w.desk.Say(w.ctx, w.kari, front.Line{Kind: front.Shut, From: "2026-11-24", Until: "2026-11-25", Reads: front.ByNobody}))
		_, err = say()
		if all := tilhor.FaultsOf(err); len(all) != 1 || all[0] != (tilhor.Fault{Field: "words", Key: "say.fault.shut"}) {
			t.Errorf("closed: %v", err)
		}
		now := tilhor.Now(w.Now())
		_, err = told.Tell(w.ctx, w.jonas, concerns.Telling{School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: now, Known: now})
		w.must(err)
	})
}
