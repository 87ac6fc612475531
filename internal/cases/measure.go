package cases

import (
	"context"
	"sort"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// WholeSFO is the doer of a measure that whoever is at work at SFO carries out: no one
// person is there every afternoon. It lets in by the role, at the school of the track.
const WholeSFO = tilhor.PersonID("sfo")

// nameOfSFO is what stands where a doer's name does, in every language.
const nameOfSFO = "SFO"

var (
	insertMeasure = db.SQL(`INSERT INTO cases_measure (owner, id, track, version, school, doer, start_on, until_on, weekdays, evaluate_on, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'running')`)
	endMeasures = db.SQL(`UPDATE cases_measure SET state = 'ended' WHERE owner = $1 AND track = $2 AND state = 'running'
		AND (start_on >= $3 OR $3 <= $4 OR until_on <> '' AND until_on < $4)`)
	shortenMeasures = db.SQL(`UPDATE cases_measure SET until_on = $3 WHERE owner = $1 AND track = $2 AND state = 'running'
		AND (until_on = '' OR until_on > $3)`)
	selectMeasures = db.SQL(`SELECT id, version, doer, start_on, until_on, weekdays, evaluate_on, state FROM cases_measure
		WHERE owner = $1 AND track = $2 ORDER BY version, start_on, id`)
	selectDoers = db.SQL(`SELECT DISTINCT doer FROM cases_measure WHERE owner = $1 AND track = $2 AND state = 'running'`)
	selectMy    = db.SQL(`SELECT m.id, m.track, m.version, m.start_on, m.until_on, m.weekdays, m.evaluate_on, t.pupil, t.slug
		FROM cases_measure m JOIN cases_track t ON t.owner = m.owner AND t.id = m.track
		WHERE m.owner = $1 AND m.doer IN ($2, CASE WHEN $3 = 'sfo' THEN 'sfo' ELSE $2 END) AND (m.doer <> 'sfo' OR m.school = $4) AND m.state = 'running' AND m.start_on <= $6 AND ` + access.Scope(access.Carry, "m.track") + `
		ORDER BY m.start_on, m.id LIMIT 100`)
	// What somebody else had promised and I stand in for today.
	selectMyCovers = db.SQL(`SELECT m.id, m.track, m.version, m.start_on, m.until_on, m.weekdays, m.evaluate_on, t.pupil, t.slug
		FROM cases_cover k JOIN cases_measure m ON m.owner = k.owner AND m.track = k.track AND m.doer = k.person
		JOIN cases_track t ON t.owner = m.owner AND t.id = m.track
		WHERE k.owner = $1 AND k.until_at > $5 AND k.from_at <= $5 AND k.standin = $2 AND k.kind = 'carries'
		AND m.state = 'running' AND m.start_on <= $6 AND ` + access.Scope(access.Carry, "m.track") + `
		ORDER BY m.start_on, m.id LIMIT 100`)
	selectTextOf = db.SQL(`SELECT field, sealed FROM cases_text WHERE owner = $1 AND track = $2 AND record = $3`)
	selectTicks  = db.SQL(`SELECT on_date, answer FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'ticked' AND ref = $3 AND on_date >= $4
		ORDER BY written_at, id`)
	selectDoersTrack = db.SQL(`SELECT t.slug, m.start_on, m.until_on FROM cases_measure m JOIN cases_track t ON t.owner = m.owner AND t.id = m.track
		WHERE m.owner = $1 AND m.id = $2 AND m.state = 'running' AND (m.doer = $3 OR m.doer = 'sfo' AND $5 = 'sfo' AND m.school = $6 OR EXISTS (SELECT 1 FROM cases_cover k
			WHERE k.owner = m.owner AND k.track = m.track AND k.person = m.doer AND k.kind = 'carries' AND k.standin = $3 AND k.from_at <= $4 AND k.until_at > $4))`)
	countDone = db.SQL(`SELECT COUNT(*) FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'ticked' AND ref = $3 AND answer = 'done'`)
)

// run puts a measure to work: the row, its words, and the access its doer
// needs and no more. It gives the sealed words, for the entry of the plan.
func (w *work) run(m Measure, version int) (words []seal.Sealed, err error) {
	if _, err := w.tx.Exec(insertMeasure, w.by.Owner, m.ID, w.t.ID, version, w.t.School, m.Doer, m.Start, m.Until, m.Weekdays, m.Evaluate); err != nil {
		return nil, err
	}
	for _, f := range []field{{"what", m.What}, {"problem", m.Problem}, {"when", m.When}} {
		if f.plain == "" || version == 0 { // an urgent measure's words stand in its record, which has the same id
			continue
		}
		s := w.key.Seal(f.name, string(m.ID), f.plain)
		if _, err := w.tx.Exec(insertText, w.by.Owner, w.t.ID, m.ID, f.name, s.Bytes); err != nil {
			return nil, err
		}
		words = append(words, s)
	}
	return words, w.carries(m.Doer)
}

// carries gives a doer what it needs to carry out a measure: one grant, however
// many measures. Who stands in gives oneself nothing: it would outlive the days.
func (w *work) carries(doer tilhor.PersonID) error {
	if w.rule == access.Covers && doer == w.by.Person {
		return tilhor.Faults{{Field: "doer", Key: "cases.fault.self"}}
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, g := range grants {
		if carriedBy(g, doer) && g.Until.IsZero() {
			return nil
		}
	}
	g := access.Grant{
		Kind: access.Track, Thing: string(w.t.ID), Person: doer, Unit: w.t.School,
		Relation: access.Carries, From: w.now, By: w.by.Person,
	}
	if doer == WholeSFO {
		g.Person, g.Role = "", tilhor.RoleSFO
	}
	if err := access.Give(w.tx, w.by.Owner, g); err != nil || doer == WholeSFO { // who is away is not all of them
		return err
	}
	return w.coverFor(doer, coverMeasures)
}

// carriedBy says whether a grant is what a doer has to carry out a measure.
func carriedBy(g access.Grant, doer tilhor.PersonID) bool {
	if doer == WholeSFO {
		return g.Relation == access.Carries && g.Person == "" && g.Role == tilhor.RoleSFO
	}
	return g.Relation == access.Carries && g.Person == doer
}

// endMeasures ends all that run, and what their doers could see, on the day that
// others take over. Until then they go on: a pupil that is safe for now because
// of an urgent measure is not left without one while the plan waits to begin.
func (w *work) endMeasures(on tilhor.Date) error {
	var doers []tilhor.PersonID
	err := w.tx.Each(selectDoers, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		doers = append(doers, p)
		return err
	}, w.by.Owner, w.t.ID)
	if err != nil {
		return err
	}
	end := w.now
	if on > today(w.now) {
		end = midnight(on)
	}
	for _, p := range doers {
		if p == WholeSFO {
			err = access.EndRole(w.tx, w.by.Owner, access.Track, string(w.t.ID), tilhor.RoleSFO, w.t.School, access.Carries, end)
		} else {
			err = access.End(w.tx, w.by.Owner, access.Track, string(w.t.ID), p, access.Carries, end)
		}
		if err != nil {
			return err
		}
		if err := w.uncover(coverMeasures, p, end); err != nil {
			return err
		}
	}
	if _, err := w.tx.Exec(endMeasures, w.by.Owner, w.t.ID, on, today(w.now)); err != nil {
		return err
	}
	_, err = w.tx.Exec(shortenMeasures, w.by.Owner, w.t.ID, on.Add(-1))
	return err
}

// measures lists every measure of a track with its words.
func (d *Desk) measures(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, texts map[string]map[string]string) (all []Measure, err error) {
	err = tx.Each(selectMeasures, func(scan db.Scan) error {
		var m Measure
		var state string
		if err := scan(&m.ID, &m.Version, &m.Doer, &m.Start, &m.Until, &m.Weekdays, &m.Evaluate, &state); err != nil {
			return err
		}
		t := texts[string(m.ID)]
		m.What, m.Problem, m.When = t["what"], t["problem"], t["when"]
		m.Running, m.Urgent = state == "running", m.Version == 0
		all = append(all, m)
		return nil
	}, owner, id)
	return all, err
}

// A Chore is one measure that a person carries out, on one day: the pupil,
// what to do, and whether it was ticked off. Nothing else of the case.
type Chore struct {
	ID       tilhor.MeasureID
	Pupil    string
	Class    string
	Shielded bool // the pupil is protected: no name
	What     string
	When     string
	Day      tilhor.Date
	Answer   string // done, not, or empty
	Evaluate tilhor.Date
	track    tilhor.TrackID
	version  int
	pupil    tilhor.PersonID
	start    tilhor.Date
	until    tilhor.Date
	weekdays string
}

// on says whether the measure is to be carried out that day: no Saturday, no
// Sunday and no public holiday (arbeidsdag).
func (c Chore) on(day tilhor.Date) bool {
	if c.start > day || c.until != "" && c.until < day || !calendar.Arbeidsdag(day) {
		return false
	}
	return c.weekdays == "" || strings.Contains(c.weekdays, string('0'+rune(day.Time().Weekday())))
}

// What was looked at, in the record of readings.
const (
	viewMeasures = "measures"
	viewInitials = "initials" // that there is one, and the pupil's initials
)

// Mine lists the measures this person carries out today, and those of the last
// working day that were not ticked off.
func (d *Desk) Mine(ctx context.Context, by tilhor.Actor) (now, before []Chore, err error) {
	return d.mine(ctx, by, viewMeasures, func(Chore) bool { return true })
}

// MineOf is one measure among them, as Mine gives it. Only its own track is
// read, and a measure that is not there, or another's, is no reading at all.
func (d *Desk) MineOf(ctx context.Context, by tilhor.Actor, id tilhor.MeasureID) (now, before []Chore, err error) {
	now, before, err = d.mine(ctx, by, viewMeasures, func(c Chore) bool { return c.ID == id })
	if err == nil && len(now)+len(before) == 0 {
		err = tilhor.ErrNotFound
	}
	return now, before, err
}

func (d *Desk) mine(ctx context.Context, by tilhor.Actor, view string, which func(Chore) bool) (now, before []Chore, err error) {
	clock := d.Clock()
	day := today(clock)
	last := day.Add(-1)
	for !calendar.Arbeidsdag(last) {
		last = last.Add(-1)
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		now, before = nil, nil
		var all []Chore
		for _, stmt := range []*db.Stmt{selectMy, selectMyCovers} {
			err := tx.Each(stmt, func(scan db.Scan) error {
				var c Chore
				var slug string
				if err := scan(&c.ID, &c.track, &c.version, &c.start, &c.until, &c.weekdays, &c.Evaluate, &c.pupil, &slug); err != nil {
					return err
				}
				all = append(all, c)
				return nil
			}, access.Args(by, access.Carry, clock, day)...)
			if err != nil {
				return err
			}
		}
		for _, c := range all {
			if !which(c) || !c.on(day) && !c.on(last) {
				continue
			}
			if err := d.fillChore(tx, by.Owner, &c, day); err != nil {
				return err
			}
			ticks, err := d.ticks(tx, by.Owner, c, last)
			if err != nil {
				return err
			}
			if c.on(day) {
				t := c
				t.Day, t.Answer = day, ticks[day]
				now = append(now, t)
			}
			if c.on(last) && ticks[last] == "" {
				t := c
				t.Day = last
				before = append(before, t)
			}
		}
		return nil
	})
	if err != nil || len(now)+len(before) == 0 {
		return now, before, err
	}
	sort.SliceStable(now, func(i, j int) bool { return now[i].Answer == "" && now[j].Answer != "" })
	return now, before, d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, c := range append(append([]Chore{}, now...), before...) {
			if err := d.Journal.Seen(tx, by, journal.ReadingsOf(string(c.track)), string(c.track), view, string(access.Carries), clock); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) fillChore(tx *db.Tx, owner tilhor.OwnerID, c *Chore, day tilhor.Date) error {
	key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(c.track))
	if err != nil {
		return err
	}
	texts := map[string]string{}
	stopped, err := privacy.Stopped(tx, owner, c.track, string(c.ID))
	if err != nil {
		return err
	}
	err = tx.Each(selectTextOf, func(scan db.Scan) error {
		var name string
		var sealed []byte
		if err := scan(&name, &sealed); err != nil || stopped || len(sealed) == 0 {
			return err
		}
		texts[name], err = key.Open(name, string(c.ID), sealed)
		return err
	}, owner, c.track, c.ID)
	if err != nil {
		return err
	}
	c.What, c.When = texts["what"], texts["when"]
	c.Pupil, c.Class, c.Shielded, err = d.nameFor(tx, owner, c.pupil, day)
	return err
}

func (d *Desk) ticks(tx *db.Tx, owner tilhor.OwnerID, c Chore, since tilhor.Date) (map[tilhor.Date]string, error) {
	m := map[tilhor.Date]string{}
	err := tx.Each(selectTicks, func(scan db.Scan) error {
		var on tilhor.Date
		var answer string
		err := scan(&on, &answer)
		m[on] = answer
		return err
	}, owner, c.track, c.ID, since)
	return m, err
}

// Tick notes that a measure was carried out on a day, or was not, with a line
// if there is something to say. One press is enough.
func (d *Desk) Tick(ctx context.Context, by tilhor.Actor, id tilhor.MeasureID, day tilhor.Date, done bool, line string) error {
	now := d.Clock()
	var c check
	c.short(&line, "line", false)
	c.between(day, today(now).Add(-14), today(now), "day", "cases.fault.day")
	if err := c.Err(); err != nil {
		return err
	}
	var slug string
	var start, until tilhor.Date
	err := d.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.One(selectDoersTrack, db.Args(by.Owner, id, by.Person, now.UnixMilli(), by.Role, by.School), &slug, &start, &until)
	})
	if err != nil {
		return err
	}
	return d.on(ctx, by, access.Carry, slug, func(w *work) error {
		if day < start || until != "" && day > until { // a day the measure was not for
			return tilhor.Faults{{Field: "day", Key: "cases.fault.day"}}
		}
		return w.tick(id, day, done, []field{{"line", line}})
	})
}
