package cases

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// Covered is the record that somebody stands in for who has a track, or for who
// carries out a measure, while that person is away.
const Covered Kind = "covered"

func init() { kinds[Covered] = true }

// What a stand-in stands in for.
const (
	coverCases     = "handles"
	coverMeasures  = "carries"
	coverBack      = "back"      // the person is back before the time
	coverCancelled = "cancelled" // or was not away after all
)

// longestAway bounds an absence: who is away for longer hands the cases over.
const longestAway = 366

// An Absence (fravær) is that somebody is away from a day to a day, and who
// stands in meanwhile. Why is not asked and not kept.
type Absence struct {
	ID       string
	Person   tilhor.PersonID
	From     tilhor.Date
	Until    tilhor.Date     // the last day
	Cases    tilhor.PersonID // who has the person's cases meanwhile
	Measures tilhor.PersonID // who carries out what the person had promised
	Leads    tilhor.PersonID // who stands in for rektor, when rektor is away
	Name     string
	InCases  string // the names of those who stand in
	InRest   string
	InLead   string
	Covered  int // cases that somebody stands in for
	Bare     int // cases that nobody has meanwhile, of those the reader leads or works
	Mine     bool
	Still    bool            // it was ended by another, and somebody stands in where that one does not lead
	by       tilhor.PersonID // who wrote it, and chose
}

func (a Absence) begins(now time.Time) time.Time {
	if a.From <= today(now) {
		return now
	}
	return midnight(a.From)
}

func (a Absence) ends() time.Time { return midnight(a.Until.Add(1)) }

const (
	absenceColumns = `a.id, a.person, a.from_on, a.until_on, a.cases, a.measures, a.leads, a.by_person`
	coverColumns   = `id, absence, track, kind, person, standin, from_at, until_at`
)

var (
	insertAbsence = db.SQL(`INSERT INTO cases_absence (owner, id, school, person, from_on, until_on, cases, measures, leads, by_person, at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)`)
	endAbsence = db.SQL(`UPDATE cases_absence SET ended_at = $3 WHERE owner = $1 AND id = $2 AND ended_at = 0`)
	// Those of a school that are not over, the first first.
	selectAbsences = db.SQL(`SELECT ` + absenceColumns + ` FROM cases_absence a
		WHERE a.owner = $1 AND a.school = $2 AND a.until_on >= $3 AND a.ended_at = 0 AND ($4 = '' OR a.person = $4) ORDER BY a.from_on, a.id`)
	// Those of a person that another ended, while somebody stands in still: in a case that is closed to who ended it.
	selectStill = db.SQL(`SELECT ` + absenceColumns + ` FROM cases_absence a
		WHERE a.owner = $1 AND a.school = $2 AND a.person = $3 AND a.ended_at > 0 AND a.until_on >= $4
		AND EXISTS (SELECT 1 FROM cases_cover k WHERE k.owner = a.owner AND k.absence = a.id AND k.until_at > $5) ORDER BY a.from_on, a.id`)
	selectAwayNow = db.SQL(`SELECT a.person, a.until_on FROM cases_absence a
		WHERE a.owner = $1 AND a.until_on >= $2 AND a.from_on <= $2 AND a.ended_at = 0 AND a.person IN (` + db.Marks(3) + `)`)
	countAway = db.SQL(`SELECT COUNT(*) FROM cases_absence a
		WHERE a.owner = $1 AND a.until_on >= $2 AND a.from_on <= $3 AND a.ended_at = 0 AND a.person = $4`)
	insertCover = db.SQL(`INSERT INTO cases_cover (owner, id, absence, track, kind, person, standin, from_at, until_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	countCover  = db.SQL(`SELECT COUNT(*) FROM cases_cover WHERE owner = $1 AND track = $2 AND absence = $3 AND kind = $4 AND until_at > $5`)
	// Of those the reader leads or works: a case that is closed to the reader is not counted either.
	countCovers = func() map[access.Act]*db.Stmt {
		m := map[access.Act]*db.Stmt{}
		for _, act := range []access.Act{access.Work, access.Lead} {
			m[act] = db.SQL(`SELECT COUNT(*) FROM cases_cover k JOIN cases_track t ON t.owner = k.owner AND t.id = k.track
				WHERE k.owner = $1 AND k.absence = $6 AND k.kind = 'handles' AND k.until_at > $5 AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(act, "t.id"))
		}
		return m
	}()
	selectCovers    = db.SQL(`SELECT ` + coverColumns + ` FROM cases_cover WHERE owner = $1 AND track = $2 AND until_at > $3`)
	selectCoversOf  = db.SQL(`SELECT ` + coverColumns + ` FROM cases_cover WHERE owner = $1 AND absence = $2 AND until_at > $3 ORDER BY track, id`)
	selectCoversNow = db.SQL(`SELECT ` + coverColumns + ` FROM cases_cover
		WHERE owner = $1 AND until_at > $2 AND from_at <= $2 AND kind = 'handles' AND track IN (` + db.Marks(3) + `)`)
	endCover   = db.SQL(`UPDATE cases_cover SET until_at = $3 WHERE owner = $1 AND id = $2`)
	trackByID  = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.id = $2`)
	selectHeld = func() map[access.Act]*db.Stmt {
		m := map[access.Act]*db.Stmt{}
		for _, act := range []access.Act{access.Work, access.Lead} {
			m[act] = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down') AND t.handler = $6 AND ` +
				access.Scope(act, "t.id") + ` ORDER BY t.opened_at, t.id`)
		}
		return m
	}()
	selectCarried = func() map[access.Act]*db.Stmt {
		m := map[access.Act]*db.Stmt{}
		for _, act := range []access.Act{access.Carry, access.Lead} {
			m[act] = db.SQL(`SELECT ` + columns + ` FROM (SELECT DISTINCT m.track FROM cases_measure m
				WHERE m.owner = $1 AND m.doer = $6 AND m.state = 'running') mine CROSS JOIN cases_track t
				WHERE t.owner = $1 AND t.id = mine.track AND t.school = $4 AND ` + access.Scope(act, "t.id") + ` ORDER BY t.opened_at, t.id`)
		}
		return m
	}()
)

func absenceRow(scan db.Scan) (a Absence, err error) {
	err = scan(&a.ID, &a.Person, &a.From, &a.Until, &a.Cases, &a.Measures, &a.Leads, &a.by)
	return a, err
}

// A cover is one stand-in on one track.
type cover struct {
	id, kind        string
	absence         string
	track           tilhor.TrackID
	person, standin tilhor.PersonID
	from, until     time.Time
}

func coverRow(scan db.Scan) (c cover, err error) {
	var from, until int64
	err = scan(&c.id, &c.absence, &c.track, &c.kind, &c.person, &c.standin, &from, &until)
	c.from, c.until = instant(from), instant(until)
	return c, err
}

// Away says that somebody at the school is away: rektor says it of anybody, and
// each of oneself. Whoever stands in sees and has the duties from the first day
// to the last, and no longer. A case that the stand-in cannot have is given to
// nobody, and that is what whoever leads it is told first (Nobody).
func (d *Desk) Away(ctx context.Context, by tilhor.Actor, a Absence) error {
	now := d.Clock()
	if !by.Role.Staff() || !by.Trained || by.School == access.Owner {
		return tilhor.ErrNotFound
	}
	var c check
	c.Add(a.Person == "", "person", "cases.fault.person")
	c.Add(a.From == "", "from", "cases.fault.from")
	c.Add(a.Until == "", "until", "absence.fault.until")
	c.Add(a.Until != "" && a.Until < a.From, "until", "cases.fault.until")
	c.Add(a.Until != "" && a.Until < today(now), "until", "cases.fault.until-past")
	c.Add(a.From != "" && a.Until > a.From.Add(longestAway), "until", "absence.fault.long")
	if err := c.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		leads, err := d.leadsSchool(tx, by, now)
		if err != nil {
			return err
		}
		if !leads && a.Person != by.Person {
			return tilhor.ErrNotFound
		}
		if err := d.mayBeAway(tx, by, a, now); err != nil {
			return err
		}
		a.ID, a.by = tilhor.NewID(), by.Person
		if _, err := tx.Exec(insertAbsence, by.Owner, a.ID, by.School, a.Person, a.From, a.Until, a.Cases, a.Measures, a.Leads, by.Person, now.UnixMilli()); err != nil {
			return err
		}
		if a.Leads != "" {
			if err := d.hand(tx, by, HandedTask{Person: a.Leads, Task: StandsIn, From: a.From, Until: a.Until}, now); err != nil {
				return err
			}
		}
		if err := d.coverAll(tx, by, a, leads, now); err != nil {
			return err
		}
		return d.tellSchool(tx, by, "cases.away", a.Person, now)
	})
}

// leadsSchool says whether the actor decides at the own school: rektor, or who
// stands in for her now.
func (d *Desk) leadsSchool(tx *db.Tx, by tilhor.Actor, now time.Time) (bool, error) {
	if !by.Role.Staff() || by.School == access.Owner {
		return false, nil
	}
	has, err := access.Duties(tx, by, now)
	return has[access.Leads], err
}

func (d *Desk) tellSchool(tx *db.Tx, by tilhor.Actor, act string, p tilhor.PersonID, now time.Time) error {
	_, err := d.Journal.Append(tx, journal.Entry{
		Stream: "school/" + string(by.School), Act: act, Subject: string(p), When: tilhor.Now(now), By: by, Rule: "absence",
	})
	return err
}

// mayBeAway refuses an absence that would leave somebody without: twice the same
// days, a stand-in who is away as well or cannot open a case, and a rektor for
// whom nobody stands in.
func (d *Desk) mayBeAway(tx *db.Tx, by tilhor.Actor, a Absence, now time.Time) error {
	staff, err := d.Roster.Employees(tx, by.Owner, by.School, today(now))
	if err != nil {
		return err
	}
	var c check
	works, rektor := false, false
	trained := map[tilhor.PersonID]bool{}
	for _, e := range staff {
		works = works || e.ID == a.Person
		rektor = rektor || e.ID == a.Person && slices.Contains(e.Roles, tilhor.RoleRektor)
		trained[e.ID] = e.TrainedOn != ""
	}
	c.Add(!works, "person", "cases.fault.person")
	twice, err := d.isAway(tx, by.Owner, a.Person, a.From, a.Until)
	if err != nil {
		return err
	}
	c.Add(twice, "from", "absence.fault.twice")
	for field, p := range map[string]tilhor.PersonID{"cases": a.Cases, "measures": a.Measures, "leads": a.Leads} {
		if p == "" {
			continue
		}
		has, known := trained[p]
		away, err := d.isAway(tx, by.Owner, p, a.From, a.Until)
		if err != nil {
			return err
		}
		switch {
		case p == a.Person:
			c.Add(true, field, "absence.fault.self")
		case !known:
			c.Add(true, field, "cases.fault.person")
		case away:
			c.Add(true, field, "absence.fault.away-too")
		case !has:
			c.Add(true, field, "absence.fault.untrained")
		}
	}
	mine := rektor && by.Role == tilhor.RoleRektor && by.Person == a.Person
	c.Add(a.Leads != "" && !mine, "leads", "cases.fault.person")
	if mine && a.Leads == "" {
		stands, err := d.standsIn(tx, by, a, now)
		if err != nil {
			return err
		}
		c.Add(!stands, "leads", "absence.fault.leads")
	}
	sort.SliceStable(c.Faults, func(i, j int) bool { return c.Faults[i].Field < c.Faults[j].Field })
	return c.Err()
}

func (d *Desk) isAway(tx *db.Tx, owner tilhor.OwnerID, p tilhor.PersonID, from, until tilhor.Date) (bool, error) {
	var n int
	err := tx.One(countAway, db.Args(owner, from, until, p), &n)
	return n > 0, err
}

// standsIn says whether somebody who is there stands in for rektor all the days
// already.
func (d *Desk) standsIn(tx *db.Tx, by tilhor.Actor, a Absence, now time.Time) (bool, error) {
	all, err := access.GrantsOf(tx, by.Owner, access.School, string(by.School))
	if err != nil {
		return false, err
	}
	for _, g := range all {
		if g.Relation != access.Leads || g.From.After(a.begins(now)) || !g.Until.IsZero() && g.Until.Before(a.ends()) {
			continue
		}
		if away, err := d.isAway(tx, by.Owner, g.Person, a.From, a.Until); err != nil || !away {
			return err == nil, err
		}
	}
	return false, nil
}

// coverAll gives every case, and every measure, of who is away to who stands in,
// as far as that person can have it.
func (d *Desk) coverAll(tx *db.Tx, by tilhor.Actor, a Absence, leads bool, now time.Time) error {
	held, carried, rule := selectHeld[access.Work], selectCarried[access.Carry], access.Handles
	acts := [2]access.Act{access.Work, access.Carry}
	if leads {
		held, carried, rule = selectHeld[access.Lead], selectCarried[access.Lead], access.Leads
		acts = [2]access.Act{access.Lead, access.Lead}
	}
	for i, part := range []struct {
		kind    string
		stmt    *db.Stmt
		standin tilhor.PersonID
	}{{coverCases, held, a.Cases}, {coverMeasures, carried, a.Measures}} {
		if part.standin == "" {
			continue
		}
		var tracks []Track
		err := tx.Each(part.stmt, func(scan db.Scan) error {
			t, err := trackRow(scan)
			tracks = append(tracks, t)
			return err
		}, access.Args(by, acts[i], now, a.Person)...)
		if err != nil {
			return err
		}
		for _, t := range tracks {
			w, err := d.workOn(tx, by, t, rule, now)
			if err != nil {
				return err
			}
			if err := w.cover(a, part.kind, part.standin); tilhor.FaultsOf(err) != nil {
				continue // cannot have it: it has nobody meanwhile, and that is said
			} else if err != nil {
				return err
			}
			if err := w.touch(); err != nil {
				return err
			}
		}
	}
	return nil
}

// cover gives the track to a stand-in for the days of an absence.
func (w *work) cover(a Absence, kind string, standin tilhor.PersonID) error {
	var n int
	if err := w.tx.One(countCover, db.Args(w.by.Owner, w.t.ID, a.ID, kind, w.now.UnixMilli()), &n); err != nil || n > 0 {
		return err
	}
	if err := w.notBarred(standin, "cases"); err != nil {
		return err
	}
	if err := w.mayStandIn(a, kind, standin); err != nil {
		return err
	}
	g := access.Grant{
		Kind: access.Track, Thing: string(w.t.ID), Person: standin, Unit: w.t.School,
		Relation: access.Carries, From: a.begins(w.now), Until: a.ends(), By: w.by.Person,
	}
	if kind == coverCases {
		g.Relation = access.Covers
	}
	if err := access.Give(w.tx, w.by.Owner, g); err != nil {
		return err
	}
	if _, err := w.tx.Exec(insertCover, w.by.Owner, tilhor.NewID(), a.ID, w.t.ID, kind, a.Person, standin, g.From.UnixMilli(), g.Until.UnixMilli()); err != nil {
		return err
	}
	_, err := w.write(note{kind: Covered, when: tilhor.Now(w.now), ref: string(standin), on: a.Until, answer: kind})
	return err
}

// mayStandIn refuses who cannot have the track meanwhile. Into one that is closed
// to all who are not named (§ 12-5) nobody is let but by whoever leads it: who is
// away does not choose there.
func (w *work) mayStandIn(a Absence, kind string, standin tilhor.PersonID) error {
	leads, err := w.leads()
	if err != nil {
		return err
	}
	if !leads || a.by != w.by.Person {
		closed, err := w.closed()
		if err != nil {
			return err
		}
		if closed {
			return tilhor.Faults{{Field: "cases", Key: "sealed.fault.barred"}}
		}
	}
	if leads && kind == coverMeasures {
		return nil
	}
	if err := w.notKin(standin); err != nil {
		return err
	}
	return w.mayBeGiven(standin, "cases")
}

// leads says whether the actor decides in the track.
func (w *work) leads() (bool, error) {
	_, err := access.Allow(w.tx, w.by, access.Lead, string(w.t.ID), w.now)
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// closed says whether the track is about somebody who works there (§ 12-5).
func (w *work) closed() (is bool, err error) {
	err = w.tx.Each(selectSealed, func(db.Scan) error { is = true; return nil }, w.by.Owner, w.t.ID)
	return is, err
}

// coverFor lets the stand-in of who is given something have it too.
func (w *work) coverFor(p tilhor.PersonID, kind string) error {
	all, err := w.absences(p)
	if err != nil {
		return err
	}
	for _, a := range all {
		standin := a.Cases
		if kind == coverMeasures {
			standin = a.Measures
		}
		if standin == "" {
			continue
		}
		if err := w.cover(a, kind, standin); err != nil && tilhor.FaultsOf(err) == nil {
			return err
		}
	}
	return nil
}

func (w *work) absences(p tilhor.PersonID) (all []Absence, err error) {
	err = w.tx.Each(selectAbsences, func(scan db.Scan) error {
		a, err := absenceRow(scan)
		all = append(all, a)
		return err
	}, w.by.Owner, w.t.School, today(w.now), p)
	return all, err
}

// uncover ends what a stand-in has of the track, for one who is away or for all:
// somebody else has it now.
func (w *work) uncover(kind string, p tilhor.PersonID, at time.Time) error {
	return w.uncovers(at, func(c cover) bool { return c.kind == kind && (p == "" || c.person == p) })
}

// standsNoMore ends all that one stands in for on the track, and that others do for
// that one: who is kept out of it stands in for nobody, chooses nobody, and the page
// says that nobody does.
func (w *work) standsNoMore(p tilhor.PersonID) error {
	return w.uncovers(w.now, func(c cover) bool { return c.standin == p || c.person == p })
}

func (w *work) uncovers(at time.Time, which func(cover) bool) error {
	var all []cover
	err := w.tx.Each(selectCovers, func(scan db.Scan) error {
		c, err := coverRow(scan)
		if which(c) {
			all = append(all, c)
		}
		return err
	}, w.by.Owner, w.t.ID, at.UnixMilli())
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := w.d.endCover(w.tx, w.by.Owner, c, at); err != nil {
			return err
		}
	}
	return nil
}

// endCover ends one stand-in on one track, and what it gave to see.
func (d *Desk) endCover(tx *db.Tx, owner tilhor.OwnerID, c cover, at time.Time) error {
	grants, err := access.GrantsOf(tx, owner, access.Track, string(c.track))
	if err != nil {
		return err
	}
	gave := access.Covers
	if c.kind == coverMeasures {
		gave = access.Carries
	}
	for _, g := range grants {
		if g.Person == c.standin && g.Relation == gave && g.Until.Equal(c.until) && g.From.Equal(c.from) {
			if err := access.EndGrant(tx, owner, g.ID, at); err != nil {
				return err
			}
		}
	}
	_, err = tx.Exec(endCover, owner, c.id, at.UnixMilli())
	return err
}

// Cover gives one case a stand-in for as long as who has it is away: another
// than the rest, or one for a case that nobody had meanwhile.
func (d *Desk) Cover(ctx context.Context, by tilhor.Actor, slug string, standin tilhor.PersonID) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		all, err := w.absences(w.t.Handler)
		if err != nil {
			return err
		}
		if w.t.Handler == "" || len(all) == 0 {
			return tilhor.ErrConflict
		}
		a := all[0]
		if err := d.worksAt(w.tx, by, w.t.School, standin, w.now, "handler"); err != nil {
			return err
		}
		away, err := d.isAway(w.tx, by.Owner, standin, max(a.From, today(w.now)), a.Until)
		if err != nil {
			return err
		}
		if away {
			return tilhor.Faults{{Field: "handler", Key: "absence.fault.away-too"}}
		}
		err = w.uncovers(w.now, func(c cover) bool { return c.kind == coverCases && c.absence == a.ID }) // what is agreed for later days stands
		if err != nil {
			return err
		}
		a.by = by.Person
		return at("handler", w.cover(a, coverCases, standin))
	})
}

// at moves what is refused to the field it was typed in.
func at(field string, err error) error {
	var moved tilhor.Faults
	for _, f := range tilhor.FaultsOf(err) {
		moved = append(moved, tilhor.Fault{Field: field, Key: f.Key})
	}
	if moved == nil {
		return err
	}
	return moved
}

// Return says that somebody is back before the time, or was not away after all.
// What others had meanwhile goes back at once. Where rektor says it, a track that
// another leads is not for rektor to know of: who was away takes that back, by the
// same act (Still).
func (d *Desk) Return(ctx context.Context, by tilhor.Actor, id string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		a, over, err := d.absence(tx, by, id, now)
		if err != nil || over && by.Person != a.Person { // somebody else has said so already
			return err
		}
		if !over {
			if _, err := tx.Exec(endAbsence, by.Owner, a.ID, now.UnixMilli()); err != nil {
				return err
			}
		}
		var covers []cover
		err = tx.Each(selectCoversOf, func(scan db.Scan) error {
			c, err := coverRow(scan)
			covers = append(covers, c)
			return err
		}, by.Owner, a.ID, now.UnixMilli())
		if err != nil {
			return err
		}
		for _, c := range covers {
			if err := d.uncoverAs(tx, by, a, c, now); err != nil {
				return err
			}
		}
		if over { // the school knows
			return nil
		}
		if err := d.endLeading(tx, by, a, now); err != nil {
			return err
		}
		return d.tellSchool(tx, by, "cases.back", a.Person, now)
	})
}

var findAbsence = db.SQL(`SELECT ` + absenceColumns + `, a.ended_at FROM cases_absence a WHERE a.owner = $1 AND a.school = $2 AND a.id = $3`)

// absence is one that the actor may end, and whether it is over.
func (d *Desk) absence(tx *db.Tx, by tilhor.Actor, id string, now time.Time) (a Absence, over bool, err error) {
	leads, err := d.leadsSchool(tx, by, now)
	if err != nil {
		return a, false, err
	}
	err = tx.Each(findAbsence, func(scan db.Scan) (err error) {
		var ended int64
		a, err = absenceRow(func(dst ...any) error { return scan(append(dst, &ended)...) })
		over = ended != 0 || a.Until < today(now)
		return err
	}, by.Owner, by.School, id)
	if err == nil && (a.ID == "" || !leads && a.Person != by.Person) {
		err = tilhor.ErrNotFound
	}
	return a, over, err
}

// uncoverAs gives one track back to who was away, and says so there. In a track
// that another leads, only who was away does: it is not for anybody else to write
// in, or to take a stand-in from.
func (d *Desk) uncoverAs(tx *db.Tx, by tilhor.Actor, a Absence, c cover, now time.Time) error {
	var t Track
	err := tx.Each(trackByID, func(scan db.Scan) (err error) {
		t, err = trackRow(scan)
		return err
	}, by.Owner, c.track)
	if err != nil {
		return err
	}
	w, err := d.workOn(tx, by, t, access.Handles, now)
	if err != nil {
		return err
	}
	if by.Person != a.Person {
		if leads, err := w.leads(); err != nil || !leads {
			return err
		}
		w.rule = access.Leads
	}
	if err := d.endCover(tx, by.Owner, c, now); err != nil {
		return err
	}
	answer := coverBack
	if a.From > today(now) {
		answer = coverCancelled
	}
	if _, err = w.write(note{kind: Covered, when: tilhor.Now(now), ref: string(c.person), answer: answer}); err != nil {
		return err
	}
	return w.touch()
}

// endLeading takes back that somebody stands in for rektor, when it came with
// the absence.
func (d *Desk) endLeading(tx *db.Tx, by tilhor.Actor, a Absence, now time.Time) error {
	if a.Leads == "" {
		return nil
	}
	all, err := access.GrantsOf(tx, by.Owner, access.School, string(by.School))
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.Person == a.Leads && (g.Relation == access.Leads || g.Relation == access.Intake) && g.Until.Equal(a.ends()) {
			if err := access.EndGrant(tx, by.Owner, g.ID, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// absencesFor are those this person may know of: the own, and for who leads the
// school everybody's.
func (d *Desk) absencesFor(tx *db.Tx, by tilhor.Actor, now time.Time) (all []Absence, err error) {
	leads, err := d.leadsSchool(tx, by, now)
	if err != nil || !by.Role.Staff() || by.School == access.Owner {
		return nil, err
	}
	whose := by.Person
	if leads {
		whose = ""
	}
	err = tx.Each(selectAbsences, func(scan db.Scan) error {
		a, err := absenceRow(scan)
		a.Mine = a.Person == by.Person
		all = append(all, a)
		return err
	}, by.Owner, by.School, today(now), whose)
	return all, err
}

// still are this person's own absences that another ended, and that somebody stands
// in for still.
func (d *Desk) still(tx *db.Tx, by tilhor.Actor, now time.Time) (all []Absence, err error) {
	err = tx.Each(selectStill, func(scan db.Scan) error {
		a, err := absenceRow(scan)
		a.Mine, a.Still = true, true
		all = append(all, a)
		return err
	}, by.Owner, by.School, by.Person, today(now), now.UnixMilli())
	return all, err
}

// StoodInFor says whether somebody stands in for this person still, after the
// absence was ended: the page of today says so, and the own absences take it back.
func (d *Desk) StoodInFor(ctx context.Context, by tilhor.Actor) (is bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := d.still(tx, by, d.Clock())
		is = len(all) > 0
		return err
	})
	return is, err
}

// Absences lists who is away at the school now or later, who stands in, and how
// many cases nobody has meanwhile; and whether the reader may say it of others.
func (d *Desk) Absences(ctx context.Context, by tilhor.Actor) (all []Absence, leads bool, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = d.absencesFor(tx, by, now); err != nil {
			return err
		}
		still, err := d.still(tx, by, now)
		if err != nil {
			return err
		}
		all = append(all, still...)
		if leads, err = d.leadsSchool(tx, by, now); err != nil {
			return err
		}
		var ids []tilhor.PersonID
		for i := range all {
			if err := d.countCovers(tx, by, &all[i], leads, now); err != nil {
				return err
			}
			ids = append(ids, all[i].Person, all[i].Cases, all[i].Measures, all[i].Leads)
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range all {
			a := &all[i]
			a.Name, a.InCases, a.InRest, a.InLead = names[a.Person], names[a.Cases], names[a.Measures], names[a.Leads]
		}
		return err
	})
	return all, leads, err
}

func (d *Desk) countCovers(tx *db.Tx, by tilhor.Actor, a *Absence, leads bool, now time.Time) error {
	act := access.Work
	if leads {
		act = access.Lead
	}
	if err := tx.One(countCovers[act], access.Args(by, act, now, a.ID), &a.Covered); err != nil {
		return err
	}
	var ids []tilhor.TrackID
	err := tx.Each(selectHeld[act], func(scan db.Scan) error {
		t, err := trackRow(scan)
		ids = append(ids, t.ID)
		return err
	}, access.Args(by, act, now, a.Person)...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		var n int
		if err := tx.One(countCover, db.Args(by.Owner, id, a.ID, coverCases, now.UnixMilli()), &n); err != nil {
			return err
		}
		if n == 0 {
			a.Bare++
		}
	}
	return nil
}

// An awayNow is who is away today, until when, and who stands in on which track.
type awayNow struct {
	until map[tilhor.PersonID]tilhor.Date
	in    map[tilhor.TrackID][]cover
}

// awayNow asks of those who have some tracks, and of who stands in on these: the
// rest of the owner's are not read.
func (d *Desk) awayNow(tx *db.Tx, owner tilhor.OwnerID, now time.Time, tracks ...Track) (a awayNow, err error) {
	a.in = map[tilhor.TrackID][]cover{}
	var have []tilhor.PersonID
	for _, t := range tracks {
		have = append(have, t.Handler)
	}
	if a.until, err = d.awayUntil(tx, owner, now, have...); err != nil || len(a.until) == 0 {
		return a, err
	}
	var ids []tilhor.TrackID
	for _, t := range tracks {
		if a.until[t.Handler] != "" {
			ids = append(ids, t.ID)
		}
	}
	var instead []tilhor.PersonID
	err = db.InMany(ids, db.Args(owner, now.UnixMilli()), func(args []any) error {
		return tx.Each(selectCoversNow, func(scan db.Scan) error {
			c, err := coverRow(scan)
			a.in[c.track], instead = append(a.in[c.track], c), append(instead, c.standin)
			return err
		}, args...)
	})
	if err != nil {
		return a, err
	}
	too, err := d.awayUntil(tx, owner, now, instead...)
	maps.Copy(a.until, too)
	return a, err
}

// awayUntil says of some people until when each is away, of those who are today.
func (d *Desk) awayUntil(tx *db.Tx, owner tilhor.OwnerID, now time.Time, who ...tilhor.PersonID) (map[tilhor.PersonID]tilhor.Date, error) {
	until := map[tilhor.PersonID]tilhor.Date{}
	return until, db.InMany(compact(who), db.Args(owner, today(now)), func(args []any) error {
		return tx.Each(selectAwayNow, func(scan db.Scan) error {
			var p tilhor.PersonID
			var last tilhor.Date
			err := scan(&p, &last)
			until[p] = max(last, until[p])
			return err
		}, args...)
	})
}

// uncarried says of each measure that runs until when its doer is away, when nobody
// carries it out meanwhile: into a case that is closed nobody is let but by whoever
// leads it, who has to be told.
func (d *Desk) uncarried(tx *db.Tx, owner tilhor.OwnerID, f *File, works map[tilhor.PersonID]bool, now time.Time) error {
	var doers, instead []tilhor.PersonID
	for _, m := range f.Measures {
		if m.Running && !m.Gone {
			doers = append(doers, m.Doer)
		}
	}
	until, err := d.awayUntil(tx, owner, now, doers...)
	if err != nil || len(until) == 0 {
		return err
	}
	in := map[tilhor.PersonID][]tilhor.PersonID{}
	err = tx.Each(selectCovers, func(scan db.Scan) error {
		c, err := coverRow(scan)
		if c.kind == coverMeasures && !c.from.After(now) {
			in[c.person], instead = append(in[c.person], c.standin), append(instead, c.standin)
		}
		return err
	}, owner, f.ID, now.UnixMilli())
	if err != nil {
		return err
	}
	too, err := d.awayUntil(tx, owner, now, instead...)
	for i := range f.Measures {
		m := &f.Measures[i]
		there := slices.ContainsFunc(in[m.Doer], func(p tilhor.PersonID) bool { return works[p] && too[p] == "" })
		if m.Running && !m.Gone && !there {
			m.Away = until[m.Doer]
		}
	}
	return err
}

// AwayOn are those of some people who are away on a day: for the school's own page,
// which shows nobody who is not there.
func (d *Desk) AwayOn(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, who ...tilhor.PersonID) (map[tilhor.PersonID]bool, error) {
	until, err := d.awayUntil(tx, owner, calendar.Start(on).Add(12*time.Hour), who...)
	away := map[tilhor.PersonID]bool{}
	for p := range until {
		away[p] = true
	}
	return away, err
}

// on says of a track until when who has it is away, and who stands in: somebody
// who works there and is not away too.
func (a awayNow) on(t *Track, works map[tilhor.PersonID]bool) {
	t.Away, t.Stand = "", ""
	if t.Over() || t.Handler == "" || a.until[t.Handler] == "" {
		return
	}
	t.Away = a.until[t.Handler]
	for _, c := range a.in[t.ID] {
		if c.person == t.Handler && works[c.standin] && a.until[c.standin] == "" {
			t.Stand = c.standin
		}
	}
}

// AwayOf says when who has a track is away, now or next, for the page that gives
// it to somebody.
func (d *Desk) AwayOf(ctx context.Context, by tilhor.Actor, slug string) (a Absence, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, rule, err := d.find(tx, by, access.Lead, slug, now)
		if err != nil {
			return err
		}
		w := &work{d: d, tx: tx, by: by, t: t, rule: rule, now: now}
		all, err := w.absences(t.Handler)
		if err != nil {
			return err
		}
		if t.Handler == "" || len(all) == 0 {
			return tilhor.ErrNotFound
		}
		a = all[0]
		names, err := d.Roster.Names(tx, by.Owner, a.Person)
		a.Name = names[a.Person]
		return err
	})
	if errors.Is(err, tilhor.ErrNotFound) {
		return Absence{}, nil
	}
	return a, err
}
