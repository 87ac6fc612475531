package duty

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/law"
)

const fjell, vann = tilhor.OwnerID("fjell"), tilhor.OwnerID("vann")

var track1 = Thing{ID: "track-1", School: "school-1"}

func clock(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Oslo())
	if err != nil {
		panic(err)
	}
	return t
}

func fact(at, line string) Fact {
	return factOf(&testing.T{}, clock(at), strings.Fields(line))
}

func write(t *testing.T, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, d *db.DB, owner tilhor.OwnerID, thing Thing, now string, facts ...Fact) {
	t.Helper()
	write(t, d, func(tx *db.Tx) error { return Record(tx, owner, thing, clock(now), facts...) })
}

// states are "id=state" of a thing, as the cache has them.
func states(t *testing.T, d *db.DB, owner tilhor.OwnerID, thing string) string {
	t.Helper()
	var out []string
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		all, err := StatesOf(tx, owner, thing)
		for _, s := range all {
			out = append(out, string(s.ID)+"="+string(s.State))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func sound(t *testing.T, d *db.DB, owner tilhor.OwnerID, now string) []string {
	t.Helper()
	wrong, err := Check(context.Background(), d, owner, clock(now))
	if err != nil {
		t.Fatal(err)
	}
	return wrong
}

func woken(t *testing.T, d *db.DB, owner tilhor.OwnerID, now string) int {
	t.Helper()
	n, err := Wake(context.Background(), d, owner, clock(now), 100)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRecordAndWake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keep(t, d, fjell, track1, "2026-04-13 08:00", fact("2026-04-13 08:00", "known A by=staff"))
		keep(t, d, fjell, track1, "2026-04-13 08:20", fact("2026-04-13 08:20", "reported A to=rektor"))
		want := "k12.best=open k12.document=open k12.hear=open k12.inform=open k12.investigate=open k12.plan=open k12.report=met"
		if got := states(t, d, fjell, "track-1"); got != want {
			t.Fatalf("got %s", got)
		}
		// Nothing falls due before the night after the next day; then it costs one.
		for _, c := range []struct {
			at string
			n  int
		}{{"2026-04-14 23:59", 0}, {"2026-04-15 00:00", 1}, {"2026-04-15 00:00", 0}, {"2026-04-15 23:00", 0}} {
			if n := woken(t, d, fjell, c.at); n != c.n {
				t.Errorf("at %s %d were woken, want %d", c.at, n, c.n)
			}
		}
		if got := states(t, d, fjell, "track-1"); !strings.Contains(got, "k12.investigate=late-local") {
			t.Errorf("got %s", got)
		}
		var row Stored
		write(t, d, func(tx *db.Tx) error {
			all, err := StatesOf(tx, fjell, "track-1")
			for _, s := range all {
				if s.ID == "k12.investigate" {
					row = s
				}
			}
			return err
		})
		if row.LocalDue != "2026-04-14" || row.FirstOn != "2026-04-14" || row.Due != "" || row.Told != "rektor" || !row.Met.IsZero() ||
			!row.Triggered.Equal(clock("2026-04-13 08:00")) || row.WhyKey != "duty.why.investigate.open" || row.School != "school-1" {
			t.Errorf("got %+v", row)
		}
		if wrong := sound(t, d, fjell, "2026-04-15 12:00"); len(wrong) > 0 {
			t.Error(wrong)
		}
	})
}

// What is read back is what was written, to the millisecond and with its
// precision.
func TestFactsComeBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		in := []Fact{
			fact("2026-04-13 08:00", "known unknown-1 by=anonymous accused=employee serious=1 precision=hour"),
			fact("2026-04-13 09:00", "affected A child=B written=2026-04-14T10:00"),
			fact("2026-04-13 10:00", "not-reached A child=B hearBy=2026-05-01"),
			fact("2026-04-13 11:00", "heard A declined=1 precision=date"),
			fact("2026-04-13 12:00", "measure-started A urgent=1"),
			fact("2026-04-13 13:00", "plan-approved A on=2026-05-01"),
			fact("2026-04-13 14:00", "decision A about=school-change stage=notice"),
			fact("2026-04-13 15:00", "state-request A due=2026-05-02"),
			fact("2026-04-13 16:00", "groundless A reason=1"),
		}
		keep(t, d, fjell, track1, "2026-04-15 08:00", in...)
		var got []Fact
		write(t, d, func(tx *db.Tx) (err error) { got, _, err = factsOf(tx, fjell, "track-1"); return err })
		for i := range in {
			in[i].When.At, in[i].When.Written = in[i].When.At.UTC(), in[i].When.Written.UTC()
		}
		if !reflect.DeepEqual(in, got) {
			t.Errorf("got %+v", got)
		}
	})
}

// What begins is as if it had been recorded; and what has begun cannot begin again.
func TestBeginIsRecordOfWhatIsNew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		facts := []Fact{fact("2026-04-08 08:30", "known A by=pupil"), fact("2026-04-08 10:00", "reported A to=rektor"), fact("2026-04-08 10:00", "raised A by=parent")}
		facts[0].When.At = facts[0].When.At.Add(123456789) // the database keeps milliseconds
		facts[2].When = tilhor.When{Precision: tilhor.Unknown, Written: clock("2026-04-08 11:00")}
		now := clock("2026-04-08 12:00")
		begun, recorded := Thing{ID: "begun", School: "school-1"}, Thing{ID: "recorded", School: "school-1"}
		ctx, asked := db.Counted(context.Background())
		if err := d.Write(ctx, func(tx *db.Tx) error { return Begin(tx, fjell, begun, now, facts...) }); err != nil {
			t.Fatal(err)
		}
		fewer := asked.Swap(0)
		if err := d.Write(ctx, func(tx *db.Tx) error { return Record(tx, fjell, recorded, now, facts...) }); err != nil {
			t.Fatal(err)
		}
		if fewer >= asked.Load() {
			t.Errorf("%d statements to begin, %d to record", fewer, asked.Load())
		}
		write(t, d, func(tx *db.Tx) error {
			is, n, err := factsOf(tx, fjell, "begun")
			for i := range facts { // the duties were counted from these
				facts[i].When = kept(facts[i].When)
			}
			if !reflect.DeepEqual(is, facts) || n != 3 {
				t.Errorf("%v, and not %v", is, facts)
			}
			return err
		})
		if is, was := states(t, d, fjell, "begun"), states(t, d, fjell, "recorded"); is != was || is == "" {
			t.Errorf("%s, and not %s", is, was)
		}
		if wrong, err := Check(ctx, d, fjell, now); err != nil || len(wrong) > 0 {
			t.Errorf("the cache is not what the facts say: %v, %v", wrong, err)
		}
		err := d.Write(ctx, func(tx *db.Tx) error { return Begin(tx, fjell, begun, now, facts...) })
		if !db.Unique(err) {
			t.Errorf("what has begun begins again: %v", err)
		}
	})
}

func TestOwnersAreApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keep(t, d, fjell, track1, "2026-04-13 08:00", fact("2026-04-13 08:00", "known A by=staff"))
		keep(t, d, vann, track1, "2026-04-13 08:00", fact("2026-04-13 08:00", "intervention A"))
		if got := states(t, d, vann, "track-1"); got != "k13.force_doc=open k13.force_parents=open k13.force_report=open" {
			t.Errorf("got %s", got)
		}
		write(t, d, func(tx *db.Tx) error { return Drop(tx, vann, "track-1") })
		if got := states(t, d, fjell, "track-1"); !strings.Contains(got, "k12.investigate=open") {
			t.Errorf("another owner's duties went too: %s", got)
		}
		if n := woken(t, d, vann, "2026-05-15 00:00"); n != 0 {
			t.Errorf("what was dropped was woken")
		}
	})
}

func TestCopyKeepsTheClocks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		concern := Thing{ID: "concern-1", School: "school-1"}
		keep(t, d, fjell, concern, "2026-04-13 08:10", fact("2026-04-13 08:00", "known a by=staff written=2026-04-13T08:10"), fact("2026-04-13 08:00", "known b by=pupil"))
		write(t, d, func(tx *db.Tx) error {
			return Copy(tx, fjell, concern, "a", track1, "pupil-7", clock("2026-04-20 09:00"))
		})
		write(t, d, func(tx *db.Tx) error { return Drop(tx, fjell, "concern-1") })
		var out Output
		write(t, d, func(tx *db.Tx) (err error) {
			out, err = Now(tx, fjell, "track-1", clock("2026-04-20 09:00"))
			return err
		})
		all := out.Of("k12.investigate", "pupil-7")
		if len(all) != 1 || !all[0].TriggeredAt.Equal(clock("2026-04-13 08:00")) || len(out.Of("k12.measures", "pupil-7")) != 0 {
			t.Errorf("got %+v", out.Duties)
		}
		if got := states(t, d, fjell, "concern-1"); got != "" {
			t.Errorf("the concern still counts: %s", got)
		}
	})
}

func TestNormsAndClosedDaysWakeEverything(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		other := Thing{ID: "track-2", School: "school-2", Kind: law.PrivateSchool}
		keep(t, d, fjell, track1, "2026-04-13 08:00", fact("2026-04-13 08:00", "known A by=leadership"))
		keep(t, d, fjell, other, "2026-04-13 08:00", fact("2026-04-13 08:00", "known A by=leadership"))
		err := d.Write(context.Background(), func(tx *db.Tx) error { return SetNorm(tx, fjell, "k12.report", law.Norm{N: 9, Unit: law.Weeks}) })
		if err == nil || !strings.Contains(err.Error(), "looser than the guidance") {
			t.Errorf("got %v", err)
		}
		write(t, d, func(tx *db.Tx) error { return SetNorm(tx, fjell, "k12.plan", law.Norm{N: 2, Unit: law.Arbeidsdag}) })
		if n := woken(t, d, fjell, "2026-04-13 09:00"); n != 2 {
			t.Errorf("%d woken after a norm", n)
		}
		on := func(thing string, id law.ID) (day tilhor.Date, bearer law.Bearer) {
			write(t, d, func(tx *db.Tx) error {
				all, err := StatesOf(tx, fjell, thing)
				for _, s := range all {
					if s.ID == id {
						day, bearer = s.FirstOn, s.Bearer
					}
				}
				return err
			})
			return day, bearer
		}
		if day, _ := on("track-1", "k12.plan"); day != "2026-04-15" {
			t.Errorf("the plan is due %s", day)
		}
		write(t, d, func(tx *db.Tx) error { return Shut(tx, fjell, "school-2", "2026-04-14", "2026-04-15", "2026-04-15") })
		if n := woken(t, d, fjell, "2026-04-13 09:00"); n != 1 {
			t.Errorf("%d woken after one school's calendar", n)
		}
		a, _ := on("track-1", "k12.document")
		b, _ := on("track-2", "k12.document")
		if a != "2026-04-27" || b != "2026-04-29" {
			t.Errorf("quiet on %s and %s", a, b)
		}
		if _, bearer := on("track-2", "k12.inform"); bearer != law.School {
			t.Errorf("at a private school the school informs, got %s", bearer)
		}
		if wrong := sound(t, d, fjell, "2026-04-13 09:00"); len(wrong) > 0 {
			t.Error(wrong)
		}
	})
}

var (
	tamper = db.SQL(`UPDATE duty_state SET state = 'met' WHERE owner = $1 AND thing = $2 AND duty = $3`)
	strike = db.SQL(`DELETE FROM duty_state WHERE owner = $1 AND thing = $2 AND duty = $3`)
)

// Days that are noted one after the other all count, a school's and the owner's.
func TestDaysWithoutSchoolAddUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, s := range []struct {
			school tilhor.SchoolID
			days   []tilhor.Date
		}{{"school-1", []tilhor.Date{"2026-04-15"}}, {"", []tilhor.Date{"2026-04-16"}}, {"school-1", []tilhor.Date{"2026-04-14", "2026-04-15"}}, {"school-2", []tilhor.Date{"2026-04-17"}}} {
			write(t, d, func(tx *db.Tx) error { return Shut(tx, fjell, s.school, s.days...) })
		}
		write(t, d, func(tx *db.Tx) error {
			closed, err := Closed(tx, fjell, "school-1")
			if want := calendar.ClosedOn("2026-04-14", "2026-04-15", "2026-04-16"); err != nil || !reflect.DeepEqual(closed, want) {
				t.Errorf("closed %v, %v", closed, err)
			}
			_, closed, err = set(tx, fjell, "school-1", "2026-04-15")
			if want := calendar.ClosedOn("2026-04-15", "2026-04-16"); !reflect.DeepEqual(closed, want) {
				t.Errorf("from the fifteenth: %v", closed)
			}
			return err
		})
		ctx := context.Background()
		if wrong, err := CheckShut(ctx, d, fjell); err != nil || len(wrong) > 0 {
			t.Errorf("%v, %v", wrong, err)
		}
		for _, s := range []*db.Stmt{dropClosedDays, dropShutDays} {
			write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(s, fjell); return err })
		}
		if wrong, err := CheckShut(ctx, d, fjell); err != nil || !slices.Equal(wrong, []tilhor.SchoolID{"", "school-2"}) {
			t.Errorf("a day that is counted and not noted, and one the other way: %v, %v", wrong, err)
		}
	})
}

var (
	dropClosedDays = db.SQL(`DELETE FROM duty_closed WHERE owner = $1 AND school = 'school-2'`)
	dropShutDays   = db.SQL(`DELETE FROM duty_shut WHERE owner = $1 AND school = ''`)
)

func TestCheckFindsWhatIsWrongAndRebuildMendsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keep(t, d, fjell, track1, "2026-04-13 08:00", fact("2026-04-13 08:00", "known A by=staff"))
		write(t, d, func(tx *db.Tx) error {
			if _, err := tx.Exec(tamper, fjell, "track-1", "k12.investigate"); err != nil {
				return err
			}
			_, err := tx.Exec(strike, fjell, "track-1", "k12.hear")
			return err
		})
		wrong := sound(t, d, fjell, "2026-04-13 09:00")
		slices.Sort(wrong)
		want := []string{"k12.hear of track-1 is not cached", "k12.investigate of track-1 is cached as met", "k12.investigate of track-1 is not cached"}
		if !slices.Equal(wrong, want) {
			t.Errorf("got %q", wrong)
		}
		if n, err := Rebuild(context.Background(), d, fjell, clock("2026-04-13 09:00")); err != nil || n != 1 {
			t.Errorf("rebuilt %d, %v", n, err)
		}
		if wrong := sound(t, d, fjell, "2026-04-13 09:00"); len(wrong) > 0 {
			t.Errorf("after the rebuild: %q", wrong)
		}
	})
}

// What is due of some things is what each has itself, of more things than one
// look-up takes, and of no others.
func TestDueOf(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var things []string
		for n := range db.Many + 5 {
			at := fmt.Sprintf("2026-04-%d 08:00", 13+n%5)
			thing := Thing{ID: fmt.Sprintf("track-%02d", n), School: "school-1"}
			keep(t, d, fjell, thing, at, fact(at, "known A by=staff"))
			if n%2 == 0 {
				things = append(things, thing.ID)
			}
		}
		for n := range db.Many { // that nothing has
			things = append(things, fmt.Sprintf("none-%d", n))
		}
		slices.Reverse(things)
		var got, want []Stored
		write(t, d, func(tx *db.Tx) (err error) {
			if got, err = DueOf(tx, fjell, things, "2026-04-16"); err != nil {
				return err
			}
			want = nil
			for _, thing := range things {
				all, err := StatesOf(tx, fjell, thing)
				if err != nil {
					return err
				}
				for _, s := range all {
					if s.Standing() && s.FirstOn <= "2026-04-16" {
						want = append(want, Stored{
							Thing: s.Thing, ID: s.ID, Ref: s.Ref, Class: s.Class, Word: s.Word, Bearer: s.Bearer, State: s.State,
							Triggered: s.Triggered, LocalDue: s.LocalDue, FirstOn: s.FirstOn,
						})
					}
				}
			}
			return nil
		})
		slices.SortFunc(want, func(a, b Stored) int {
			return strings.Compare(string(a.FirstOn)+"/"+a.Thing+"/"+string(a.ID), string(b.FirstOn)+"/"+b.Thing+"/"+string(b.ID))
		})
		if !slices.Equal(got, want) {
			t.Errorf("got %+v\nnot %+v", got, want)
		}
		for _, day := range []tilhor.Date{"", "2026-04-13", "2026-04-16"} {
			if !slices.ContainsFunc(got, func(s Stored) bool { return s.FirstOn == day }) {
				t.Errorf("nothing is due on %q", day)
			}
		}
	})
}

func TestThingsDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, s := range []struct {
			thing  string
			school tilhor.SchoolID
			fact   string
		}{
			{"force/a", "school-1", "intervention A"},
			{"force/b", "school-2", "intervention A"},
			{"force/c/d", "school-1", "intervention A"},
			{"force", "school-1", "intervention A"},
			{"force0", "school-1", "intervention A"},
			{"Force/a", "school-1", "intervention A"},
			{"a/force/", "school-1", "intervention A"},
			{"force/none", "school-1", "written A"},
			{"track-1", "school-1", "known A by=staff"},
		} {
			keep(t, d, fjell, Thing{ID: s.thing, School: s.school}, "2026-04-13 08:00", fact("2026-04-13 08:00", s.fact))
		}
		keep(t, d, fjell, Thing{ID: "force/later", School: "school-1"}, "2026-04-13 08:00", fact("2026-04-13 08:00", "state-request A due=2026-05-02"))
		keep(t, d, vann, Thing{ID: "force/v", School: "school-1"}, "2026-04-13 08:00", fact("2026-04-13 08:00", "intervention A"))
		at := func(until tilhor.Date) (got []string) {
			write(t, d, func(tx *db.Tx) (err error) {
				got, err = ThingsDue(tx, fjell, "school-1", "force/", until)
				return err
			})
			return got
		}
		if got := at("2026-04-14"); !slices.Equal(got, []string{"force/a", "force/c/d"}) {
			t.Errorf("got %q", got)
		}
		if got := at("2026-05-02"); !slices.Equal(got, []string{"force/a", "force/c/d", "force/later"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestTheFutureIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Write(context.Background(), func(tx *db.Tx) error {
			return Record(tx, fjell, track1, clock("2026-04-13 08:00"), fact("2026-04-13 08:01", "known A by=staff"))
		})
		if err == nil || !strings.Contains(err.Error(), "lies in the future") {
			t.Errorf("got %v", err)
		}
		if got := states(t, d, fjell, "track-1"); got != "" {
			t.Errorf("something was kept: %s", got)
		}
	})
}

// Two who write on one thing at the same moment: both facts stand.
func TestManyWriteAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		errs := make([]error, 12)
		for n := range errs {
			wg.Add(1)
			go func() {
				defer wg.Done()
				errs[n] = d.Write(context.Background(), func(tx *db.Tx) error {
					return Record(tx, fjell, track1, clock("2026-04-13 12:00"), fact(fmt.Sprintf("2026-04-13 08:%02d", n), "written A"))
				})
			}()
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Error(err)
			}
		}
		var got []Fact
		write(t, d, func(tx *db.Tx) (err error) { got, _, err = factsOf(tx, fjell, "track-1"); return err })
		if len(got) != len(errs) {
			t.Errorf("%d of %d stand", len(got), len(errs))
		}
	})
}

// Whatever happens in a case, the cache is what the pure function says, however
// the sweep and the acts take turns.
func TestTheCacheFollowsTheFacts(t *testing.T) {
	gen := histories("2024-05-01", "2026-08-01")
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for seed := range 25 {
			in := gen.Example(seed)
			thing := Thing{ID: fmt.Sprintf("track-%d", seed), School: "school-1"}
			slices.SortStableFunc(in.Facts, func(a, b Fact) int { return a.When.Written.Compare(b.When.Written) })
			var at time.Time
			for _, f := range in.Facts {
				at = f.When.Written
				write(t, d, func(tx *db.Tx) error { return Record(tx, fjell, thing, at, f) })
			}
			for range 6 {
				at = at.Add(50 * time.Hour)
				if _, err := Wake(context.Background(), d, fjell, at, 1000); err != nil {
					t.Fatal(err)
				}
				wrong, err := Check(context.Background(), d, fjell, at)
				if err != nil || len(wrong) > 0 {
					t.Fatalf("seed %d: %v %q\n%s", seed, err, wrong, tell(in))
				}
			}
			write(t, d, func(tx *db.Tx) error { return Drop(tx, fjell, thing.ID) })
		}
	})
}

// The sweep must find what falls due by its index, whatever else exists, and so must
// a person's day.
func TestWhatIsDueIsFoundByItsIndex(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, c := range []struct {
		s    *db.Stmt
		args []any
		want string
	}{
		{selectDue, db.Args(fjell, 0, 10), "duty_thing_next (owner=? AND next_change<?)"},
		{thingsDue, db.Args(fjell, "school-1", "2026-05-01", "force/"), "COVERING INDEX duty_state_due (owner=? AND school=? AND first_on<?)"},
		{dueOf, make([]any, db.Many+2), "duty_state_standing (owner=? AND thing=?)"},
	} {
		plan, err := d.Explain(context.Background(), c.s, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, c.want) || strings.Contains(plan, "ORDER BY") {
			t.Errorf("the plan is\n%s", plan)
		}
	}
}
