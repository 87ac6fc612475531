// Package oversight is the owner's follow-up: how many cases are open, how many
// are late, how many evaluations were held on time, and in how many plans the
// three tests of an audit are met, school by school, and never a name (opplæringslova § 28-1 and kommuneloven § 25-1 ask the owner to
// know; opplæringsforskrifta § 20-2 lets it know no more than it needs).
//
// It reads views that hold counts only, once a week, and publishes what can be
// told without telling of any child. The rules are in hide.go.
package oversight

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// A Desk is where the owner's adviser reads the counts.
type Desk struct {
	DB    *db.DB
	Clock tilhor.Clock
}

// A Line is the counts of one school, or of its SFO, as published.
type Line struct {
	School tilhor.SchoolID
	SFO    bool
	Shown
}

// A Table is one week's publication. Sum holds the sums of the figures that are
// shown: a true total would tell what is hidden.
type Table struct {
	Week  tilhor.Date
	Lines []Line
	Sum   Shown
}

var (
	selectTracks = db.SQL(`SELECT school, sfo, open_n, late_n FROM oversight_tracks WHERE owner = $1`)
	selectEvals  = db.SQL(`SELECT school, sfo, SUM(due_n), SUM(on_time_n) FROM oversight_evaluations
		WHERE owner = $1 AND day > $2 AND day <= $3 GROUP BY school, sfo`)
	selectAudit = db.SQL(`SELECT school, sfo, SUM(plans_n), SUM(told_n), SUM(found_n), SUM(concrete_n) FROM oversight_audit
		WHERE owner = $1 AND day > $2 AND day <= $3 GROUP BY school, sfo`)
	newestWeek  = db.SQL(`SELECT COALESCE(MAX(week), '') FROM oversight_shown WHERE owner = $1`)
	selectShown = db.SQL(`SELECT school, sfo` + eachMeasure() + ` FROM oversight_shown WHERE owner = $1 AND week = $2 GROUP BY school, sfo ORDER BY school, sfo`)
	dropAhead   = db.SQL(`DELETE FROM oversight_shown WHERE owner = $1 AND week > $2`)
	insertShown = db.SQL(`INSERT INTO oversight_shown (owner, week, school, sfo, measure, n) VALUES ($1, $2, $3, $4, $5, $6)`)
)

type key struct {
	school tilhor.SchoolID
	sfo    bool
}

// Schools gives the newest publication to the owner's adviser, and the answer
// of a missing page to anybody else.
func (d *Desk) Schools(ctx context.Context, by tilhor.Actor) (t Table, err error) {
	if by.Role != tilhor.RoleOwnerAdviser || by.School != "" || !by.Trained {
		return Table{}, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t = Table{}
		if err := tx.One(newestWeek, db.Args(by.Owner), &t.Week); err != nil || t.Week == "" {
			return err
		}
		shown, order, err := published(tx, by.Owner, t.Week)
		for _, k := range order {
			t.Lines = append(t.Lines, Line{k.school, k.sfo, shown[k]})
			t.Sum.add(shown[k])
		}
		return err
	})
	return t, err
}

// eachMeasure makes one row of a line's measures: among a country's schools they
// are tens of thousands.
func eachMeasure() string {
	var b strings.Builder
	for _, m := range measures {
		b.WriteString(`, MAX(CASE WHEN measure = '` + m + `' THEN n END)`)
	}
	return b.String()
}

func published(tx *db.Tx, owner tilhor.OwnerID, week tilhor.Date) (map[key]Shown, []key, error) {
	all := map[key]Shown{}
	var order []key
	var k key
	n := make([]*int64, len(measures))
	to := []any{&k.school, &k.sfo}
	for i := range n {
		to = append(to, &n[i])
	}
	err := tx.Each(selectShown, func(scan db.Scan) error {
		if err := scan(to...); err != nil {
			return err
		}
		var s Shown
		for i, m := range measures {
			if n[i] != nil {
				s.set(m, Figure{N: int(*n[i]), Told: true})
			}
		}
		order = append(order, k)
		all[k] = s
		return nil
	}, owner, week)
	return all, order, err
}

// Monday is the week a publication belongs to.
func Monday(now time.Time) tilhor.Date {
	d := calendar.DateOf(now)
	return d.Add(-(int(d.Time().Weekday()) + 6) % 7)
}

// Publish publishes this week's counts, once: a second look within the week
// would show what one more case changes.
func Publish(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) error {
	week := Monday(now)
	done := func(tx *db.Tx) (last tilhor.Date, done bool, err error) {
		err = tx.One(newestWeek, db.Args(owner), &last)
		return last, err != nil || last >= week && last <= week.Add(7), err
	}
	// Counted beside those who write: among a country's cases it takes a while.
	var counted map[key]Counts
	err := d.Read(ctx, func(tx *db.Tx) error {
		_, is, err := done(tx)
		if !is {
			counted, err = count(tx, owner, calendar.DateOf(now))
		}
		return err
	})
	if err != nil || counted == nil {
		return err
	}
	err = d.Write(ctx, func(tx *db.Tx) error {
		last, is, err := done(tx)
		if is {
			return err
		}
		truth := maps.Clone(counted)
		before, _, err := published(tx, owner, last)
		if err != nil {
			return err
		}
		if last > week {
			if again, err := forget(tx, owner, week); err != nil || again == week {
				return err
			}
		}
		for k := range before { // a line stays once it has been told of
			if _, still := truth[k]; !still {
				truth[k] = Counts{}
			}
		}
		for k, c := range truth {
			if err := put(tx, owner, week, k, hide(c, before[k])); err != nil {
				return err
			}
		}
		return nil
	})
	if db.Unique(err) { // another process was first
		return nil
	}
	return err
}

// forget takes away what a clock that ran ahead published for weeks to come: no
// counts would be published until then. It gives the newest week that is left.
// What was told by it was told: the next publication is measured against that.
func forget(tx *db.Tx, owner tilhor.OwnerID, week tilhor.Date) (newest tilhor.Date, err error) {
	if _, err := tx.Exec(dropAhead, owner, week); err != nil {
		return "", err
	}
	err = tx.One(newestWeek, db.Args(owner), &newest)
	return newest, err
}

func put(tx *db.Tx, owner tilhor.OwnerID, week tilhor.Date, k key, s Shown) error {
	for _, m := range measures {
		f := s.get(m)
		var n *int64
		if f.Told {
			v := int64(f.N)
			n = &v
		}
		if _, err := tx.Exec(insertShown, owner, week, k.school, k.sfo, m, n); err != nil {
			return err
		}
	}
	return nil
}

// count reads the views: every line with a case open now, or with an evaluation
// due or a plan approved in the last twelve months.
func count(tx *db.Tx, owner tilhor.OwnerID, today tilhor.Date) (map[key]Counts, error) {
	all := map[key]Counts{}
	err := tx.Each(selectTracks, func(scan db.Scan) error {
		var k key
		var c Counts
		err := scan(&k.school, &k.sfo, &c.Open, &c.Late)
		all[k] = c
		return err
	}, owner)
	err = errors.Join(err, tx.Each(selectEvals, func(scan db.Scan) error {
		var k key
		var due, onTime int
		err := scan(&k.school, &k.sfo, &due, &onTime)
		c := all[k]
		c.Due, c.OnTime = due, onTime
		all[k] = c
		return err
	}, owner, today.Add(-365), today))
	day := today.Time().Unix() / 86400
	err = errors.Join(err, tx.Each(selectAudit, func(scan db.Scan) error {
		var k key
		var plans, told, found, concrete int
		err := scan(&k.school, &k.sfo, &plans, &told, &found, &concrete)
		c := all[k]
		c.Plans, c.Told, c.Found, c.Concrete = plans, told, found, concrete
		all[k] = c
		return err
	}, owner, day-365, day))
	return all, err
}
