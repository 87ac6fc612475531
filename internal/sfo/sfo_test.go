package sfo_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/sfo"
	"tilhor/internal/web/webtest"
)

// A world is a town with the desk under test. It is Monday 23 November 2026,
// ten o'clock, and SFO at Solbakken is open from 7 to 16.30, Monday to Friday.
type world struct {
	*testing.T
	*webtest.Town
	ctx        context.Context
	desk       *sfo.Desk
	kari, mona tilhor.Actor // rektor, and who works at SFO
	token      string       // what the machine holds
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{
			T: t, Town: town, ctx: db.Twice(context.Background()),
			desk: &sfo.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock},
			kari: town.Actor(tilhor.RoleRektor, town.Solbakken), mona: town.Actor(tilhor.RoleSFO, town.Solbakken),
		}
		var week []sfo.Hours
		for day := time.Monday; day <= time.Friday; day++ {
			week = append(week, sfo.Hours{Weekday: day, Opens: 7 * 60, Closes: 16*60 + 30})
		}
		w.must(w.desk.SetHours(w.ctx, w.kari, week))
		var err error
		w.token, err = w.desk.Enroll(w.ctx, w.kari, "Nettbrettet på Base 1")
		w.must(err)
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) at() sfo.Place {
	w.T.Helper()
	p, err := w.desk.At(w.ctx, w.mona.Owner, w.token, w.mona.Person)
	w.must(err)
	return p
}

// chosen gives Mona a PIN.
func (w *world) chosen(pin string) {
	w.T.Helper()
	code, err := w.desk.GiveCode(w.ctx, w.kari, w.mona.Person)
	w.must(err)
	_, err = w.desk.Choose(w.ctx, w.at(), w.mona.Person, code, pin, pin)
	w.must(err)
}

// key is the one fault of an answer, "" for none.
func key(err error) string {
	if f := tilhor.FaultsOf(err); len(f) == 1 {
		return f[0].Key
	}
	return ""
}

// state is how it stands with Mona's PIN, as the leader sees it.
func (w *world) state() string {
	w.T.Helper()
	b, err := w.desk.Look(w.ctx, w.kari)
	w.must(err)
	i := slices.IndexFunc(b.People, func(f sfo.Face) bool { return f.ID == w.mona.Person })
	if i < 0 {
		w.T.Fatal("Mona is not among those who work at SFO")
	}
	return b.People[i].State
}

// acts are what stands in the school's stream, of this room.
func (w *world) acts() (all []string) {
	w.T.Helper()
	w.must(w.Kit.DB.Read(w.ctx, func(tx *db.Tx) error {
		all = nil
		list, err := w.Kit.Journal.Stream(tx, w.kari.Owner, "school/"+string(w.Solbakken))
		for _, r := range list {
			if len(r.Act) > 4 && r.Act[:4] == "sfo." {
				all = append(all, r.Act)
			}
		}
		return err
	}))
	return all
}

// Mona is given a code in person, chooses six digits, and comes in with them.
func TestAPINIsChosenAndUsed(t *testing.T) {
	each(t, func(w *world) {
		if s := w.state(); s != sfo.None {
			t.Errorf("before anything: %s", s)
		}
		code, err := w.desk.GiveCode(w.ctx, w.kari, w.mona.Person)
		w.must(err)
		if s := w.state(); s != sfo.Waits {
			t.Errorf("with a code: %s", s)
		}
		for pin, want := range map[string]string{
			"12345": "sfo.fault.six", "12345a": "sfo.fault.six", "000000": "sfo.fault.weak", "123456": "sfo.fault.weak", "987654": "sfo.fault.weak",
			"121212": "sfo.fault.weak", "482482": "sfo.fault.weak", "311290": "sfo.fault.weak",
		} {
			if _, err := w.desk.Choose(w.ctx, w.at(), w.mona.Person, code, pin, pin); key(err) != want {
				t.Errorf("%s: %v", pin, err)
			}
		}
		if _, err := w.desk.Choose(w.ctx, w.at(), w.mona.Person, code, "739152", "739153"); key(err) != "sfo.fault.again" {
			t.Errorf("two that differ: %v", err)
		}
		stamp, err := w.desk.Choose(w.ctx, w.at(), w.mona.Person, code, "739152", "739152")
		w.must(err)
		if w.state() != sfo.Ready || w.at().Stamp != stamp || stamp == "" {
			t.Error("the PIN was chosen, and does not stand")
		}
		again, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152")
		w.must(err)
		if again != stamp {
			t.Error("the right PIN gives another stamp")
		}
		// The code was good once, and for Mona.
		if _, err := w.desk.Choose(w.ctx, w.at(), w.mona.Person, code, "739155", "739155"); key(err) != "sfo.fault.code-wrong" {
			t.Errorf("a used code: %v", err)
		}
		want := []string{"sfo.hours", "sfo.device", "sfo.code", "sfo.chosen"}
		if got := w.acts(); !slices.Equal(got, want) {
			t.Errorf("the record says %v", got)
		}
	})
}

// A start code is said in person and used at once.
func TestACodeThatWaitsTooLong(t *testing.T) {
	each(t, func(w *world) {
		code, err := w.desk.GiveCode(w.ctx, w.kari, w.mona.Person)
		w.must(err)
		w.Later(2 * time.Hour)
		if _, err := w.desk.Choose(w.ctx, w.at(), w.mona.Person, code, "739152", "739152"); key(err) != "sfo.fault.code-wrong" {
			t.Errorf("after two hours: %v", err)
		}
		if w.state() != sfo.None {
			t.Error("a code past its time still waits")
		}
	})
}

// Five wrong ones lock it, also for the right one, until the leader opens it.
func TestFiveWrongPINs(t *testing.T) {
	each(t, func(w *world) {
		w.chosen("739152")
		for range 4 {
			if _, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739150"); key(err) != "sfo.fault.wrong" {
				t.Fatalf("a wrong one: %v", err)
			}
		}
		_, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152") // a right one begins anew
		w.must(err)
		for i := range 5 {
			want := map[bool]string{true: "sfo.fault.locked", false: "sfo.fault.wrong"}[i == 4]
			if _, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739150"); key(err) != want {
				t.Fatalf("wrong one %d: %v", i+1, err)
			}
		}
		if _, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152"); key(err) != "sfo.fault.locked" {
			t.Errorf("the right one, locked: %v", err)
		}
		if w.state() != sfo.Locked || w.at().Stamp != "" {
			t.Error("it is locked, and does not look so")
		}
		w.must(w.desk.Unlock(w.ctx, w.kari, w.mona.Person))
		if err := w.desk.Unlock(w.ctx, w.kari, w.mona.Person); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("what is open is unlocked: %v", err)
		}
		_, err = w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152")
		w.must(err)
		want := []string{"sfo.hours", "sfo.device", "sfo.code", "sfo.chosen", "sfo.locked", "sfo.unlock"}
		if got := w.acts(); !slices.Equal(got, want) {
			t.Errorf("the record says %v", got)
		}
		// A new code takes the old PIN away, and its sign-ins.
		before := w.at().Stamp
		_, err = w.desk.GiveCode(w.ctx, w.kari, w.mona.Person)
		w.must(err)
		if w.at().Stamp != "" || before == "" {
			t.Error("the old PIN stands beside a new code")
		}
		if _, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152"); key(err) != "sfo.fault.wrong" {
			t.Errorf("the old PIN: %v", err)
		}
	})
}

// Nobody comes in with another's digits, and who does not work at SFO has none.
func TestAPINIsOnePersons(t *testing.T) {
	each(t, func(w *world) {
		w.chosen("739152")
		jonas := w.Actor(tilhor.RoleTeacher, w.Solbakken)
		if _, err := w.desk.Enter(w.ctx, w.at(), jonas.Person, "739152"); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a teacher: %v", err)
		}
		if _, err := w.desk.GiveCode(w.ctx, w.kari, jonas.Person); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a code for a teacher: %v", err)
		}
		there := w.Actor(tilhor.RoleSFO, w.Fjellvik)
		if _, err := w.desk.Enter(w.ctx, w.at(), there.Person, "739152"); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("SFO at the other school: %v", err)
		}
	})
}

// The clock on the wall in Oslo opens and closes it; so do weekends, holidays
// and the days the school is closed.
func TestOpeningHours(t *testing.T) {
	each(t, func(w *world) {
		w.chosen("739152")
		monday := calendar.DateOf(w.Now())
		w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
			return duty.Shut(tx, w.kari.Owner, w.Solbakken, monday.Add(2))
		}))
		for _, c := range []struct {
			day  tilhor.Date
			at   time.Duration
			open bool
		}{
			{monday, 10 * time.Hour, true},
			{monday, 16*time.Hour + 29*time.Minute + 59*time.Second, true},
			{monday, 16*time.Hour + 30*time.Minute, false},
			{monday.Add(1), 6*time.Hour + 59*time.Minute, false},
			{monday.Add(1), 7 * time.Hour, true},
			{monday.Add(2), 10 * time.Hour, false}, // closed, as the school
			{monday.Add(5), 10 * time.Hour, false}, // Saturday
			{"2026-12-25", 10 * time.Hour, false},
			{"2027-04-07", 7 * time.Hour, true}, // summer time
		} {
			w.Later(calendar.Start(c.day).Add(c.at).Sub(w.Now()))
			p := w.at()
			if p.Open != c.open {
				t.Errorf("%s %s: open is %v", c.day, c.at, p.Open)
			}
			_, err := w.desk.Enter(w.ctx, p, w.mona.Person, "739152")
			if c.open != (err == nil) {
				t.Errorf("%s %s: %v", c.day, c.at, err)
			}
			faces, err := w.desk.Who(w.ctx, p)
			w.must(err)
			if c.open != (len(faces) > 0) {
				t.Errorf("%s %s: %d names", c.day, c.at, len(faces))
			}
			if c.open && (p.Closes.In(calendar.Oslo()).Hour() != 16 || p.Closes.In(calendar.Oslo()).Minute() != 30) {
				t.Errorf("it closes at %s", p.Closes)
			}
		}
	})
}

// A machine that was taken back, or never let in, is no machine.
func TestADeviceTakenBack(t *testing.T) {
	each(t, func(w *world) {
		b, err := w.desk.Look(w.ctx, w.kari)
		w.must(err)
		if len(b.Devices) != 1 || b.Devices[0].Name != "Nettbrettet på Base 1" {
			t.Fatalf("the machines are %v", b.Devices)
		}
		other := w.Actor(tilhor.RoleRektor, w.Fjellvik)
		if err := w.desk.TakeBack(w.ctx, other, b.Devices[0].ID); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("the other school's rektor took it back: %v", err)
		}
		w.must(w.desk.TakeBack(w.ctx, w.kari, b.Devices[0].ID))
		for _, token := range []string{w.token, "", "zzzzzzzzzzzzzzzzzzzzzzzzzz"} {
			if _, err := w.desk.At(w.ctx, w.mona.Owner, token, ""); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%q: %v", token, err)
			}
		}
	})
}

// Rektor leads SFO, and whoever she hands it to at the school; nobody else.
func TestWhoLeadsSFO(t *testing.T) {
	each(t, func(w *world) {
		for _, role := range webtest.Roles {
			for _, school := range []tilhor.SchoolID{w.Solbakken, w.Fjellvik} {
				a := w.Actor(role, school)
				a.School = w.Solbakken
				if role == tilhor.RoleRektor {
					continue
				}
				_, err := w.desk.Look(w.ctx, a)
				_, enroll := w.desk.Enroll(w.ctx, a, "Mitt")
				_, code := w.desk.GiveCode(w.ctx, a, w.mona.Person)
				for _, err := range []error{err, enroll, code, w.desk.SetHours(w.ctx, a, nil), w.desk.Unlock(w.ctx, a, w.mona.Person), w.desk.TakeBack(w.ctx, a, "x")} {
					if !errors.Is(err, tilhor.ErrNotFound) {
						t.Errorf("%s: %v", role, err)
					}
				}
			}
		}
		w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, w.mona.Owner, access.Grant{
				Kind: access.School, Thing: string(w.Solbakken), Person: w.mona.Person, Unit: w.Solbakken, Relation: access.LeadsSFO, From: w.Now(), By: w.kari.Person,
			})
		}))
		if leads, err := w.desk.Leads(w.ctx, w.mona); err != nil || !leads {
			t.Errorf("Mona leads SFO now: %v, %v", leads, err)
		}
		_, err := w.desk.GiveCode(w.ctx, w.mona, w.mona.Person)
		w.must(err)
	})
}

// Hours that cannot be are put right at their day.
func TestHoursThatCannotBe(t *testing.T) {
	each(t, func(w *world) {
		for _, h := range []sfo.Hours{{time.Tuesday, 600, 600}, {time.Tuesday, 900, 600}, {time.Tuesday, 600, 1440}} {
			if err := w.desk.SetHours(w.ctx, w.kari, []sfo.Hours{h}); key(err) != "sfo.fault.hours" {
				t.Errorf("%v: %v", h, err)
			}
		}
	})
}

var worksUntil = db.SQL(`UPDATE roster_member SET until_date = $3 WHERE owner = $1 AND person = $2`)

// The PIN of who works at SFO no longer is let go of after some days, and no day before:
// nothing of it opens when they come back. The control is one who still works there.
func TestAPINOfSomebodyWhoHasLeft(t *testing.T) {
	each(t, func(w *world) {
		w.chosen("739152")
		w.must(w.desk.Sweep(w.ctx, webtest.Owner))
		_, err := w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152")
		w.must(err)
		until := func(day tilhor.Date) {
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(worksUntil, webtest.Owner, w.mona.Person, day)
				return err
			}))
		}
		until("2026-11-24")
		w.Later(24 * time.Hour)
		w.must(w.desk.Sweep(w.ctx, webtest.Owner)) // a gap in the lists
		until("")
		_, err = w.desk.Enter(w.ctx, w.at(), w.mona.Person, "739152")
		w.must(err)
		until("2026-11-24")
		w.Later(7 * 24 * time.Hour)
		w.must(w.desk.Sweep(w.ctx, webtest.Owner))
		until("")
		if got := w.state(); got != sfo.None {
			t.Errorf("back again, and it is %q", got)
		}
	})
}
