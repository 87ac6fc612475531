package duty

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/law"
)

// A Thing is what facts are about: a concern or a track, at a school.
type Thing struct {
	ID     string
	School tilhor.SchoolID
	Kind   law.Kind // empty: a public school
}

func (t Thing) kind() law.Kind {
	if t.Kind == "" {
		return law.PublicSchool
	}
	return t.Kind
}

// A Stored is one duty as the cache holds it, for lists and counts.
type Stored struct {
	Thing     string
	ID        law.ID
	Pupil     string
	Instance  string
	School    tilhor.SchoolID
	RuleSet   law.RuleSetID
	Ref       string
	Class     law.Class
	Word      string
	Bearer    law.Bearer
	State     State
	Triggered time.Time
	Due       string
	LocalDue  string
	FirstOn   tilhor.Date
	WhyKey    string
	Met       time.Time // zero while it is not met
	Told      string    // who has been told that it stands unmet, comma between
}

// On is the first date the duty has to meet, empty when there is none.
func (s Stored) On() tilhor.Date { return s.FirstOn }

// Standing says whether somebody has to act, now or later.
func (s Stored) Standing() bool { return s.State.Waiting() || s.State == NotDue }

// Acts says whether there is something to do now: not a right of the family,
// not a duty that only goes on, not a date to come.
func (s Stored) Acts() bool {
	if s.Bearer == law.Family || s.State == Ended {
		return false
	}
	return s.State == Late || s.State == LateLocal || s.State == Open && (s.Class != law.Continuous || s.FirstOn != "")
}

// Urgency sorts what is to be done: a passed date before the rest, and what only
// goes on (a line in the log) after what somebody waits for.
func (s Stored) Urgency() int {
	switch {
	case s.State == Late:
		return 0
	case s.State == LateLocal && s.Class != law.Continuous:
		return 1
	case s.State == Open && s.Class == law.LocalPlan:
		return 2
	case s.State == LateLocal:
		return 3
	case s.State == Open:
		return 4
	}
	return 5
}

// never is the next change of what time alone does not change.
const never = math.MaxInt64

var (
	insertFact  = db.SQL(`INSERT INTO duty_fact (owner, thing, n, kind, pupil, at, precision, written_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	selectFacts = db.SQL(`SELECT n, at, precision, written_at, body FROM duty_fact WHERE owner = $1 AND thing = $2 ORDER BY n`)
	selectKnown = db.SQL(`SELECT COALESCE(MAX(at), 0) FROM duty_fact WHERE owner = $1 AND thing = $2 AND kind IN ('known', 'raised', 'not-safe') AND at >= $3 AND at < $4`)
	dropStates  = db.SQL(`DELETE FROM duty_state WHERE owner = $1 AND thing = $2`)
	dropState   = db.SQL(`DELETE FROM duty_state WHERE owner = $1 AND thing = $2 AND duty = $3 AND pupil = $4 AND instance = $5`)
	touchThing  = db.SQL(`INSERT INTO duty_thing (owner, thing, school, kind, next_change) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, thing) DO UPDATE SET next_change = excluded.next_change`)
	dropThing   = db.SQL(`DELETE FROM duty_thing WHERE owner = $1 AND thing = $2`)
	insertState = db.SQL(`INSERT INTO duty_state (owner, thing, duty, pupil, instance, school, ruleset, ref, class, word, bearer, state, triggered_at, due, local_due, first_on, why, met_at, told)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`)
	putThing = db.SQL(`INSERT INTO duty_thing (owner, thing, school, kind, next_change) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, thing) DO UPDATE SET school = excluded.school, kind = excluded.kind, next_change = excluded.next_change`)
	selectThing  = db.SQL(`SELECT school, kind, next_change FROM duty_thing WHERE owner = $1 AND thing = $2`)
	selectDue    = db.SQL(`SELECT thing FROM duty_thing WHERE owner = $1 AND next_change <= $2 ORDER BY next_change LIMIT $3`)
	selectThings = db.SQL(`SELECT thing, school, kind, next_change FROM duty_thing WHERE owner = $1 AND thing > $2 ORDER BY thing LIMIT $3`)
	wakeOwner    = db.SQL(`UPDATE duty_thing SET next_change = 0 WHERE owner = $1`)
	wakeSchool   = db.SQL(`UPDATE duty_thing SET next_change = 0 WHERE owner = $1 AND school = $2`)
	selectNorms  = db.SQL(`SELECT name, n, unit FROM duty_norm WHERE owner = $1`)
	putNorm      = db.SQL(`INSERT INTO duty_norm (owner, name, n, unit) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, name) DO UPDATE SET n = excluded.n, unit = excluded.unit`)
	selectClosed = db.SQL(`SELECT day FROM duty_closed WHERE owner = $1 AND school = $2 ORDER BY day`)
	everyClosed  = db.SQL(`SELECT school, day FROM duty_closed WHERE owner = $1 ORDER BY school, day`)
	everyShut    = db.SQL(`SELECT school, days FROM duty_shut WHERE owner = $1`)
	selectShut   = db.SQL(`SELECT days FROM duty_shut WHERE owner = $1 AND school IN ('', $2)`)
	selectSet    = db.SQL(`SELECT name, n, unit, '' FROM duty_norm WHERE owner = $1
		UNION ALL SELECT '', 0, '', days FROM duty_shut WHERE owner = $1 AND school IN ('', $2)`)
	putShut = db.SQL(`INSERT INTO duty_shut (owner, school, days) VALUES ($1, $2, $3)
		ON CONFLICT (owner, school) DO UPDATE SET days = excluded.days`)
	putClosed = db.SQL(`INSERT INTO duty_closed (owner, school, day) VALUES ($1, $2, $3) ON CONFLICT (owner, school, day) DO NOTHING`)
)

var (
	selectStates = db.SQL(`SELECT thing, duty, pupil, instance, school, ruleset, ref, class, word, bearer, state, triggered_at, due, local_due, first_on, why, met_at, told
		FROM duty_state WHERE owner = $1 AND thing = $2 ORDER BY triggered_at, duty, instance`)
	standingOf = db.SQL(`SELECT thing, duty, class, bearer, state, first_on FROM duty_state
		WHERE owner = $1 AND state IN ('open', 'late', 'late-local', 'not-due') AND thing IN (` + db.Marks(2) + `)
		ORDER BY triggered_at, duty, instance`)
	dueOf = db.SQL(`SELECT thing, duty, ref, class, word, bearer, state, triggered_at, local_due, first_on FROM duty_state
		WHERE owner = $1 AND state IN ('open', 'late', 'late-local', 'not-due') AND first_on <= $2 AND thing IN (` + db.Marks(3) + `)`)
	// Neither a range on thing, for between which words a word stands is up to the
	// locale that a database was made with; nor DISTINCT, for which SQLite would go
	// through all that an owner has.
	thingsDue = db.SQL(`SELECT thing FROM duty_state
		WHERE owner = $1 AND school = $2 AND state IN ('open', 'late', 'late-local', 'not-due') AND first_on <= $3 AND substr(thing, 1, length($4)) = $4`)
)

// Record writes facts with the act they belong to, and brings the cache of the
// thing up to date. The facts' Pupil is a code; their When.Written is set by
// the act, and nothing lies in the future.
func Record(tx *db.Tx, owner tilhor.OwnerID, t Thing, now time.Time, facts ...Fact) error {
	// Two acts on one thing meet here, so that one of them is run again.
	if err := tx.Later(touchThing, owner, t.ID, t.School, t.kind(), 0); err != nil {
		return err
	}
	have, n, err := factsOf(tx, owner, t.ID)
	if err != nil {
		return err
	}
	return record(tx, owner, t, now, have, n, facts)
}

// Begin is Record for a thing that is written in the same transaction and so has
// no facts yet: nothing is asked for that cannot be there. A thing that has some
// is refused by the database.
func Begin(tx *db.Tx, owner tilhor.OwnerID, t Thing, now time.Time, facts ...Fact) error {
	return record(tx, owner, t, now, nil, 0, facts)
}

// record writes facts after those that a thing has, of which n was the last.
func record(tx *db.Tx, owner tilhor.OwnerID, t Thing, now time.Time, have []Fact, n int64, facts []Fact) error {
	latest := notBefore(now, have) // or what was written last, by a clock that ran ahead
	all := slices.Clip(have)
	for i, f := range facts {
		f.When = kept(f.When)
		if f.When.At.After(latest) || f.When.Written.After(latest) {
			return fmt.Errorf("record %s of %s: it lies in the future", f.Kind, t.ID)
		}
		body, err := json.Marshal(f)
		if err != nil {
			return err
		}
		err = tx.Later(insertFact, owner, t.ID, n+int64(i)+1, f.Kind, f.Pupil, f.When.At.UnixMilli(), f.When.Precision, f.When.Written.UnixMilli(), string(body))
		if err != nil {
			return err
		}
		all = append(all, f)
	}
	return refresh(tx, owner, t, now, all, len(have) == 0)
}

// kept is a When as facts are read back: in whole milliseconds, and what is not
// known as of when it was written.
func kept(w tilhor.When) tilhor.When {
	return tilhor.When{At: time.UnixMilli(w.Counts().UnixMilli()).UTC(), Precision: w.Precision, Written: time.UnixMilli(w.Written.UnixMilli()).UTC()}
}

// KnownOn is the last instant of a day at which it was known, taken up or said
// anew that a pupil is not safe: the zero time when that was no day of those.
func KnownOn(tx *db.Tx, owner tilhor.OwnerID, thing string, day tilhor.Date) (time.Time, error) {
	var at int64
	err := tx.One(selectKnown, db.Args(owner, thing, calendar.Start(day).UnixMilli(), calendar.End(day).UnixMilli()), &at)
	return moment(at), err
}

// Copy gives one pupil's facts of a thing to another thing under the pupil's
// code there, when a concern is taken up: the clocks keep the times they had.
func Copy(tx *db.Tx, owner tilhor.OwnerID, from Thing, code string, to Thing, as string, now time.Time) error {
	all, _, err := factsOf(tx, owner, from.ID)
	if err != nil {
		return err
	}
	var mine []Fact
	for _, f := range all {
		if f.Pupil == code {
			f.Pupil = as
			mine = append(mine, f)
		}
	}
	return Record(tx, owner, to, notBefore(now, mine), mine...)
}

// Drop takes a thing out of the cache: its duties are carried on elsewhere, or
// it was reported twice. Its facts stay.
func Drop(tx *db.Tx, owner tilhor.OwnerID, thing string) error {
	if _, err := tx.Exec(dropStates, owner, thing); err != nil {
		return err
	}
	_, err := tx.Exec(dropThing, owner, thing)
	return err
}

// An unreadable error is of one thing's facts, and of no other's.
type unreadable struct{ error }

func (u unreadable) Unwrap() error { return u.error }

// factsOf are the facts of a thing, and the number of the last.
func factsOf(tx *db.Tx, owner tilhor.OwnerID, thing string) (all []Fact, n int64, err error) {
	err = tx.Each(selectFacts, func(scan db.Scan) error {
		var f Fact
		var at, written int64
		var body string
		if err := scan(&n, &at, &f.When.Precision, &written, &body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &f); err != nil {
			return unreadable{fmt.Errorf("read a fact of %s: %w", thing, err)}
		}
		f.When.At, f.When.Written = time.UnixMilli(at).UTC(), time.UnixMilli(written).UTC()
		all = append(all, f)
		return nil
	}, owner, thing)
	return all, n, err
}

// Now asks the pure function how the duties of a thing stand.
func Now(tx *db.Tx, owner tilhor.OwnerID, thing string, now time.Time) (Output, error) {
	t, _, err := find(tx, owner, thing)
	if err != nil {
		return Output{}, err
	}
	return assessOf(tx, owner, t, now)
}

func find(tx *db.Tx, owner tilhor.OwnerID, thing string) (t Thing, next int64, err error) {
	t.ID = thing
	err = tx.One(selectThing, db.Args(owner, thing), &t.School, &t.Kind, &next)
	return t, next, err
}

// assessOf asks of the facts that are written.
func assessOf(tx *db.Tx, owner tilhor.OwnerID, t Thing, now time.Time) (Output, error) {
	facts, _, err := factsOf(tx, owner, t.ID)
	if err != nil {
		return Output{}, err
	}
	return assess(tx, owner, t, facts, now)
}

func assess(tx *db.Tx, owner tilhor.OwnerID, t Thing, facts []Fact, now time.Time) (Output, error) {
	in := Input{Facts: facts, AsOf: notBefore(now, facts), School: t.kind()}
	var err error
	if in.Norms, in.Closed, err = set(tx, owner, t.School, earliest(facts)); err != nil {
		return Output{}, err
	}
	out, err := Assess(in)
	if err != nil {
		return out, unreadable{fmt.Errorf("assess %s: %w", t.ID, err)}
	}
	return out, nil
}

// earliest is the day before the first fact: no duty is counted from before it.
func earliest(facts []Fact) tilhor.Date {
	if len(facts) == 0 {
		return ""
	}
	first := facts[0].When.Counts()
	for _, f := range facts {
		for _, at := range []time.Time{f.When.Counts(), f.When.Written} {
			if at.Before(first) {
				first = at
			}
		}
	}
	return calendar.DateOf(first).Add(-1)
}

// notBefore is now, or the latest that was written of a thing: when a clock that
// ran ahead is set back, what was done is not undone until it gets there.
func notBefore(now time.Time, facts []Fact) time.Time {
	for _, f := range facts {
		for _, at := range []time.Time{f.When.Written, f.When.Counts()} {
			if at.After(now) {
				now = at
			}
		}
	}
	return now
}

// WakeAll has every duty of an owner made anew.
func WakeAll(tx *db.Tx, owner tilhor.OwnerID) error {
	_, err := tx.Exec(wakeOwner, owner)
	return err
}

// GateOf says what an act on a thing with one pupil still waits for.
func GateOf(tx *db.Tx, owner tilhor.OwnerID, thing, act string, now time.Time) (Gate, error) {
	out, err := Now(tx, owner, thing, now)
	if err != nil {
		return Gate{}, err
	}
	for _, g := range out.Gates {
		if g.Act == act {
			return g, nil
		}
	}
	return Gate{Act: act, Missing: []string{"facts"}}, nil
}

// refreshOf is refresh with the facts that are written.
func refreshOf(tx *db.Tx, owner tilhor.OwnerID, t Thing, now time.Time) error {
	facts, _, err := factsOf(tx, owner, t.ID)
	if err != nil {
		return err
	}
	return refresh(tx, owner, t, now, facts, false)
}

// refresh brings the cache of a thing up to date, and writes only what is not
// as it was: of what falls due in a case, most stands as before.
//
// Of a thing that had no facts, nothing is in it.
func refresh(tx *db.Tx, owner tilhor.OwnerID, t Thing, now time.Time, facts []Fact, fresh bool) error {
	out, err := assess(tx, owner, t, facts, now)
	if err != nil {
		return err
	}
	var have []Stored
	if !fresh {
		if have, err = StatesOf(tx, owner, t.ID); err != nil {
			return err
		}
	}
	if err := replace(tx, owner, have, statesOf(t, out)); err != nil {
		return err
	}
	next := int64(never)
	if !out.Changes.IsZero() {
		next = out.Changes.UnixMilli()
	}
	return tx.Later(putThing, owner, t.ID, t.School, t.kind(), next)
}

// statesOf are the duties as the cache holds them, with times as it keeps them.
func statesOf(t Thing, out Output) []Stored {
	all := make([]Stored, len(out.Duties))
	for i, d := range out.Duties {
		s := stored(t, d)
		s.Triggered, s.Met = time.UnixMilli(s.Triggered.UnixMilli()).UTC(), moment(millis(s.Met))
		all[i] = s
	}
	return all
}

// row is what names one duty of a thing in the cache.
type row struct {
	id              law.ID
	pupil, instance string
}

func (s Stored) row() row { return row{s.ID, s.Pupil, s.Instance} }

// replace takes away the rows that are no more, or not the same, and writes
// those that are new.
func replace(tx *db.Tx, owner tilhor.OwnerID, have, want []Stored) error {
	kept := map[row]Stored{}
	for _, w := range want {
		kept[w.row()] = w
	}
	for _, h := range have {
		if kept[h.row()] == h {
			delete(kept, h.row())
			continue
		}
		if err := tx.Later(dropState, owner, h.Thing, h.ID, h.Pupil, h.Instance); err != nil {
			return err
		}
	}
	for _, s := range want {
		if _, fresh := kept[s.row()]; !fresh {
			continue
		}
		if err := tx.Later(insertState, owner, s.Thing, s.ID, s.Pupil, s.Instance, s.School, s.RuleSet, s.Ref, s.Class, s.Word, s.Bearer, s.State,
			s.Triggered.UnixMilli(), s.Due, s.LocalDue, s.FirstOn, s.WhyKey, millis(s.Met), s.Told); err != nil {
			return err
		}
	}
	return nil
}

// millis and moment keep the zero time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Stored is the duty as the cache would hold it.
func (d Duty) Stored() Stored { return stored(Thing{}, d) }

func stored(t Thing, d Duty) Stored {
	first := d.LocalDue.Day()
	if due := d.Due.Day(); due != "" && (first == "" || due < first) {
		first = due
	}
	return Stored{
		Thing: t.ID, ID: d.ID, Pupil: d.Pupil, Instance: d.Instance, School: t.School, RuleSet: d.RuleSet, Ref: d.Ref, Class: d.Class,
		Word: d.Word, Bearer: d.Bearer, State: d.State, Triggered: d.TriggeredAt, Due: d.Due.String(), LocalDue: d.LocalDue.String(),
		FirstOn: first, WhyKey: d.WhyKey, Met: d.MetAt, Told: told(d.EscalatedTo),
	}
}

func told(bs []law.Bearer) string {
	var s []string
	for _, b := range bs {
		s = append(s, string(b))
	}
	return strings.Join(s, ",")
}

// StatesOf lists the duties of one thing from the cache.
func StatesOf(tx *db.Tx, owner tilhor.OwnerID, thing string) (all []Stored, err error) {
	err = tx.Each(selectStates, func(scan db.Scan) error {
		var r Stored
		var triggered, met int64
		err := scan(&r.Thing, &r.ID, &r.Pupil, &r.Instance, &r.School, &r.RuleSet, &r.Ref, &r.Class, &r.Word, &r.Bearer, &r.State,
			&triggered, &r.Due, &r.LocalDue, &r.FirstOn, &r.WhyKey, &met, &r.Told)
		r.Triggered, r.Met = time.UnixMilli(triggered).UTC(), moment(met)
		all = append(all, r)
		return err
	}, owner, thing)
	return all, err
}

// StandingOf lists the duties of many things that somebody has to meet, now or
// later, by thing, with what a list of cases shows of them: which, whose, how it
// stands and its first date. The rest is left empty: a page of fifty cases has
// hundreds of them.
func StandingOf(tx *db.Tx, owner tilhor.OwnerID, things []string) (map[string][]Stored, error) {
	by := map[string][]Stored{}
	err := db.InMany(things, db.Args(owner), func(args []any) error {
		return tx.Each(standingOf, func(scan db.Scan) error {
			var s Stored
			err := scan(&s.Thing, (*string)(&s.ID), (*string)(&s.Class), (*string)(&s.Bearer), (*string)(&s.State), (*string)(&s.FirstOn))
			if by[s.Thing] == nil {
				by[s.Thing] = make([]Stored, 0, 8)
			}
			by[s.Thing] = append(by[s.Thing], s)
			return err
		}, args...)
	})
	return by, err
}

// DueOf lists what stands open of these things and has no date, or one no later
// than until, the first date first, with what a row of the day shows of it: the
// rest is left empty.
func DueOf(tx *db.Tx, owner tilhor.OwnerID, things []string, until tilhor.Date) (all []Stored, err error) {
	err = db.InMany(things, db.Args(owner, until), func(args []any) error {
		return tx.Each(dueOf, func(scan db.Scan) error {
			var s Stored
			var triggered int64
			err := scan(&s.Thing, &s.ID, &s.Ref, &s.Class, &s.Word, &s.Bearer, &s.State, &triggered, &s.LocalDue, &s.FirstOn)
			s.Triggered = time.UnixMilli(triggered).UTC()
			all = append(all, s)
			return err
		}, args...)
	})
	slices.SortFunc(all, func(a, b Stored) int {
		return cmp.Or(cmp.Compare(a.FirstOn, b.FirstOn), cmp.Compare(a.Thing, b.Thing), cmp.Compare(a.ID, b.ID), a.Triggered.Compare(b.Triggered))
	})
	return all, err
}

// ThingsDue are the things of a school whose names begin with prefix and of which
// something stands open that has no date, or one no later than until.
func ThingsDue(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, prefix string, until tilhor.Date) (all []string, err error) {
	err = tx.Each(thingsDue, func(scan db.Scan) error {
		var thing string
		err := scan(&thing)
		all = append(all, thing)
		return err
	}, owner, school, until, prefix)
	slices.Sort(all)
	return slices.Compact(all), err
}

// Wake brings up to date what time alone has changed, and says how much it was.
// It costs what falls due, not what exists; call it again until it says 0. A thing
// whose facts cannot be read is told of, and keeps no other asleep.
func Wake(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time, limit int) (n int, err error) {
	var due []string
	err = d.Read(ctx, func(tx *db.Tx) error {
		due = nil
		return tx.Each(selectDue, func(scan db.Scan) error {
			var thing string
			err := scan(&thing)
			due = append(due, thing)
			return err
		}, owner, now.UnixMilli(), limit)
	})
	if err != nil {
		return 0, err
	}
	var wrong []error
	for part := range slices.Chunk(due, together) {
		var bad []error
		err := d.Write(ctx, func(tx *db.Tx) error {
			bad = nil
			for _, thing := range part {
				err := wake(tx, owner, thing, now)
				if errors.As(err, &unreadable{}) {
					bad = append(bad, err)
				} else if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return n, errors.Join(append(wrong, err)...)
		}
		n, wrong = n+len(part)-len(bad), append(wrong, bad...)
	}
	return n, errors.Join(wrong...)
}

// together is how many things are woken in one transaction.
const together = 32

func wake(tx *db.Tx, owner tilhor.OwnerID, thing string, now time.Time) error {
	t, next, err := find(tx, owner, thing)
	if errors.Is(err, tilhor.ErrNotFound) || err == nil && next > now.UnixMilli() {
		return nil // taken up, or woken by another, meanwhile
	}
	if err != nil {
		return err
	}
	return refreshOf(tx, owner, t, now)
}

// Rebuild writes the whole cache of an owner anew from the facts.
func Rebuild(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (n int, err error) {
	err = things(ctx, d, owner, func(t Thing, _ int64) error {
		n++
		return d.Write(ctx, func(tx *db.Tx) error { return refreshOf(tx, owner, t, now) })
	})
	return n, err
}

// Check compares the cache with the pure function, and names what differs.
func Check(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (wrong []string, err error) {
	err = things(ctx, d, owner, func(t Thing, next int64) error {
		if next <= now.UnixMilli() {
			return nil // it waits to be woken
		}
		return d.Read(ctx, func(tx *db.Tx) error {
			out, err := assessOf(tx, owner, t, now)
			if err != nil {
				return err
			}
			have, err := StatesOf(tx, owner, t.ID)
			if err != nil {
				return err
			}
			want := map[Stored]bool{}
			for _, s := range statesOf(t, out) {
				want[s] = true
			}
			for _, h := range have {
				if !want[h] {
					wrong = append(wrong, fmt.Sprintf("%s of %s is cached as %s", h.ID, t.ID, h.State))
				}
				delete(want, h)
			}
			for s := range want {
				wrong = append(wrong, fmt.Sprintf("%s of %s is not cached", s.ID, t.ID))
			}
			return nil
		})
	})
	return wrong, err
}

// CheckShut names the schools whose days without school are counted otherwise than
// they were noted; "" are the days of all schools.
func CheckShut(ctx context.Context, d *db.DB, owner tilhor.OwnerID) (wrong []tilhor.SchoolID, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		noted, counted := map[tilhor.SchoolID]string{}, map[tilhor.SchoolID]string{}
		err := tx.Each(everyClosed, func(scan db.Scan) error {
			var school tilhor.SchoolID
			var day string
			err := scan(&school, &day)
			noted[school] = strings.TrimSpace(noted[school] + " " + day)
			counted[school] += ""
			return err
		}, owner)
		if err != nil {
			return err
		}
		err = tx.Each(everyShut, func(scan db.Scan) error {
			var school tilhor.SchoolID
			var days string
			err := scan(&school, &days)
			counted[school] = days
			return err
		}, owner)
		wrong = nil
		for school, days := range counted {
			if noted[school] != days {
				wrong = append(wrong, school)
			}
		}
		slices.Sort(wrong)
		return err
	})
	return wrong, err
}

func things(ctx context.Context, d *db.DB, owner tilhor.OwnerID, fn func(Thing, int64) error) error {
	after := ""
	for {
		var page []Thing
		var next []int64
		err := d.Read(ctx, func(tx *db.Tx) error {
			page, next = nil, nil
			return tx.Each(selectThings, func(scan db.Scan) error {
				var t Thing
				var n int64
				err := scan(&t.ID, &t.School, &t.Kind, &n)
				page, next = append(page, t), append(next, n)
				return err
			}, owner, after, 500)
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for i, t := range page {
			if err := fn(t, next[i]); err != nil {
				return err
			}
		}
		after = page[len(page)-1].ID
	}
}

// Norms are the owner's own; none stored means the proposals.
func Norms(tx *db.Tx, owner tilhor.OwnerID) (law.Norms, error) {
	ns := law.Norms{}
	err := tx.Each(selectNorms, func(scan db.Scan) error {
		var name string
		var n law.Norm
		err := scan(&name, &n.N, &n.Unit)
		ns[name] = n
		return err
	}, owner)
	return ns, err
}

// SetNorm stores one norm of the owner's, refused when the law does not leave
// it to the owner.
func SetNorm(tx *db.Tx, owner tilhor.OwnerID, name string, n law.Norm) error {
	if err := (law.Norms{name: n}).Validate(); err != nil {
		return err
	}
	if _, err := tx.Exec(putNorm, owner, name, n.N, n.Unit); err != nil {
		return err
	}
	_, err := tx.Exec(wakeOwner, owner) // every duty may now stand otherwise
	return err
}

// Closed are the days a school is shut.
func Closed(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (calendar.Closed, error) {
	c := calendar.Closed{}
	err := tx.Each(selectShut, func(scan db.Scan) error {
		var days string
		err := scan(&days)
		unpack(c, days, "")
		return err
	}, owner, school)
	return c, err
}

// set is what the owner and the school have set that duties are counted by: the
// owner's norms, and the days without school from a day on.
func set(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, from tilhor.Date) (law.Norms, calendar.Closed, error) {
	norms, closed := law.Norms{}, calendar.Closed{}
	err := tx.Each(selectSet, func(scan db.Scan) error {
		var name, days string
		var n law.Norm
		err := scan(&name, &n.N, &n.Unit, &days)
		if unpack(closed, days, from); name != "" {
			norms[name] = n
		}
		return err
	}, owner, school)
	return norms, closed, err
}

// unpack adds the days from a day on, of those that are kept in one row.
func unpack(c calendar.Closed, days string, from tilhor.Date) {
	for day := range strings.FieldsSeq(days) {
		if tilhor.Date(day) >= from {
			c[tilhor.Date(day)] = true
		}
	}
}

// Shut notes days without school; school is empty for all of the owner's.
func Shut(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, days ...tilhor.Date) error {
	for _, d := range days {
		if _, err := tx.Exec(putClosed, owner, school, d); err != nil {
			return err
		}
	}
	var all []string
	err := tx.Each(selectClosed, func(scan db.Scan) error {
		var d string
		err := scan(&d)
		all = append(all, d)
		return err
	}, owner, school)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(putShut, owner, school, strings.Join(all, " ")); err != nil {
		return err
	}
	if school == "" {
		_, err = tx.Exec(wakeOwner, owner)
	} else {
		_, err = tx.Exec(wakeSchool, owner, school)
	}
	return err
}

// Has is a condition for lists of things: the one whose id stands in a column has
// a duty to meet, now or later. The name of the duty is the argument numbered
// name, ” for any; late, when it is not ”, asks for one past its date. With
// both empty it is always true. The statement's $1 is the owner.
func Has(column string, name, late int) string {
	n, l := fmt.Sprintf("$%d", name), fmt.Sprintf("$%d", late)
	return `(` + n + ` = '' AND ` + l + ` = '' OR EXISTS (SELECT 1 FROM duty_state s WHERE s.owner = $1 AND s.thing = ` + column + `
		AND (` + n + ` = '' OR s.duty = ` + n + `) AND (s.state IN ('late', 'late-local') OR ` + l + ` = '' AND s.state IN ('open', 'not-due'))))`
}
