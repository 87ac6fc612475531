package cases

import (
	"context"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/seal"
)

// A Stance is what rektor decides on a new concern (ta stilling).
type Stance struct {
	Join    string          // the number of a case to join it to; empty: a new case
	Handler tilhor.PersonID // who handles it; empty: decided later
	Urgent  string          // what is done at once so that the pupil is safe meanwhile
	Doer    tilhor.PersonID // who does that
	Ask     string          // what the reporter is asked to do
}

// TakeUp takes a concern up as a case, or joins it to one. Each pupil it is
// about gets a track of its own, or its words go into the track the pupil has
// in that case already. The clocks keep the times they had (§ 12-4: from when
// the first adult knew, not from when rektor decided).
func (d *Desk) TakeUp(ctx context.Context, by tilhor.Actor, slug string, s Stance) ([]Track, error) {
	return d.takeUp(ctx, by, slug, s, wall{})
}

func (d *Desk) takeUp(ctx context.Context, by tilhor.Actor, slug string, s Stance, x wall) ([]Track, error) {
	now := d.Clock()
	var c check
	c.text(&s.Urgent, "urgent", false)
	c.text(&s.Ask, "ask", false)
	c.Add(s.Urgent != "" && s.Doer == "", "doer", "cases.fault.doer")
	if err := c.Err(); err != nil {
		return nil, err
	}
	var opened []Track
	err := d.DB.Write(ctx, func(tx *db.Tx) error {
		opened = nil
		made := map[int]Track{}
		concern, err := d.Concerns.Take(tx, by, slug, func(c concerns.Concern) (map[int]tilhor.TrackID, error) {
			became := map[int]tilhor.TrackID{}
			if !x.fits(c) {
				return nil, tilhor.ErrConflict
			}
			matter, err := d.matter(tx, by, s.Join, c, now)
			if err != nil {
				return nil, err
			}
			for _, p := range c.Pupils {
				t, err := d.track(tx, by, matter, c.School, c.Arena, p.Person, x, now)
				if err != nil {
					return nil, err
				}
				if err := d.guardLike(tx, by.Owner, t, c, x, now); err != nil {
					return nil, err
				}
				made[p.N], became[p.N] = t, t.ID
			}
			return became, nil
		}, s.Ask, now)
		if err != nil {
			return err
		}
		numbers := make([]int, 0, len(made))
		for n := range made {
			numbers = append(numbers, n)
		}
		sort.Ints(numbers)
		for _, n := range numbers {
			if err := d.take(tx, by, made[n], concern, s, x, now); err != nil {
				return err
			}
			opened = append(opened, made[n])
		}
		return duty.Drop(tx, by.Owner, string(concern.ID))
	})
	return opened, err
}

type matter struct {
	id     tilhor.CaseID
	number string
	isNew  bool
}

// The matter in which a track of that number stands.
var selectMatter = db.SQL(`SELECT t.matter, (SELECT n.number FROM cases_case n WHERE n.owner = t.owner AND n.id = t.matter)
	` + numbered + access.Scope(access.Lead, "t.id") + `
		AND $7 = COALESCE((SELECT x.accused FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id), '') ORDER BY t.opened_at, t.id LIMIT 1`)

// matter is a new case, or the one to join, found through the scope.
func (d *Desk) matter(tx *db.Tx, by tilhor.Actor, join string, c concerns.Concern, now time.Time) (matter, error) {
	if join == "" {
		m := matter{tilhor.CaseID(tilhor.NewID()), tilhor.NewID()[:6], true}
		_, err := tx.Exec(insertCase, by.Owner, m.id, m.number, c.School, now.UnixMilli())
		return m, err
	}
	m := matter{number: join}
	err := tx.One(selectMatter, access.Args(by, access.Lead, now, join, sealedAs(c)), &m.id, &m.number)
	if err == tilhor.ErrNotFound {
		return m, tilhor.Faults{{Field: "join", Key: "cases.fault.join"}}
	}
	return m, err
}

var selectTrackOf = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.matter = $2 AND t.pupil = $3
	ORDER BY CASE WHEN t.state = 'closed' THEN 1 ELSE 0 END, t.opened_at, t.id LIMIT 1`)

// guardLike guards the track of somebody who is only described as the concern
// is guarded: the one in words may be the protected pupil.
func (d *Desk) guardLike(tx *db.Tx, owner tilhor.OwnerID, t Track, c concerns.Concern, x wall, now time.Time) error {
	if t.Pupil != "" {
		return nil
	}
	all, err := access.Guarded(tx, owner, access.Concern, string(c.ID), now)
	for _, p := range all {
		if _, err := access.About(tx, owner, access.Track, string(t.ID), p, x.led(t), now); err != nil {
			return err
		}
	}
	return err
}

// track is the pupil's track in the case: the one it has, or a new one.
func (d *Desk) track(tx *db.Tx, by tilhor.Actor, m matter, school tilhor.SchoolID, arena tilhor.Arena, pupil tilhor.PersonID, x wall, now time.Time) (Track, error) {
	var t Track
	found := false
	if pupil != "" && !m.isNew {
		err := tx.Each(selectTrackOf, func(scan db.Scan) (err error) {
			found = true
			t, err = trackRow(scan)
			return err
		}, by.Owner, m.id, pupil)
		if err != nil || found {
			return t, err
		}
	}
	t = Track{
		ID: tilhor.TrackID(tilhor.NewID()), Slug: tilhor.NewSlug(), Case: m.id, Number: m.number, School: school, Pupil: pupil,
		Arena: arena, SFO: arena == tilhor.ArenaSFO, State: Open, Opened: now,
	}
	if err := seal.Keep(tx, d.Keys.New(by.Owner, seal.KindTrack, string(t.ID))); err != nil {
		return t, err
	}
	if _, err := tx.Exec(insertTrack, by.Owner, t.ID, t.Slug, t.Case, t.School, t.Pupil, t.Arena, t.SFO, now.UnixMilli()); err != nil {
		return t, err
	}
	if x.lead == "" { // else it is led by one the owner appoints by name
		if err := access.Give(tx, by.Owner, access.Grant{
			Kind: access.Track, Thing: string(t.ID), Role: tilhor.RoleRektor, Unit: t.School,
			Relation: access.Leads, From: now, By: by.Person,
		}); err != nil {
			return t, err
		}
	}
	if pupil == "" {
		return t, nil
	}
	_, err := access.About(tx, by.Owner, access.Track, string(t.ID), pupil, x.led(t), now)
	return t, err
}

// take writes what the concern said into the track, with its facts, and what
// rektor decided at once.
func (d *Desk) take(tx *db.Tx, by tilhor.Actor, t Track, c concerns.Concern, s Stance, x wall, now time.Time) error {
	key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(t.ID))
	if err != nil {
		return err
	}
	w := &work{d: d, tx: tx, by: by, t: t, rule: access.Intake, key: key, now: now}
	if t.State != Open { // a new concern about a pupil whose track has ended opens it again
		if err := w.reopen("concern"); err != nil {
			return err
		}
	}
	var mine concerns.Pupil
	for _, p := range c.Pupils {
		if p.Person == t.Pupil {
			mine = p
		}
	}
	if err := w.audited(c.Known.Precision == tilhor.Unknown); err != nil {
		return err
	}
	told := note{
		kind: Told, when: c.Known, ref: string(c.ID), answer: string(c.Channel),
		text: []field{{"said", c.Said}, {"saw", c.Saw}, {"hope", c.Hope}, {"place", c.Place}, {"who", mine.Described}, {"from", c.From}, {"wish", c.WishName}, {"pen", c.Pen}},
	}
	if _, err := w.write(told); err != nil {
		return err
	}
	kind := TakenUp
	if s.Join != "" {
		kind = Joined
	}
	if _, err := w.write(note{kind: kind, when: tilhor.Now(now), ref: string(c.ID)}); err != nil {
		return err
	}
	if err := duty.Copy(tx, by.Owner, duty.Thing{ID: string(c.ID), School: c.School}, concerns.Code(mine), w.thing(), t.Code(), now); err != nil {
		return err
	}
	if err := w.wallIn(x, c); err != nil {
		return err
	}
	if s.Handler != "" {
		if err := w.appoint(s.Handler); err != nil {
			return err
		}
	}
	if s.Urgent != "" {
		if err := w.protect(Urgent{What: s.Urgent, Doer: s.Doer, Start: today(now)}); err != nil {
			return err
		}
	}
	return w.touch()
}

// A Candidate is an open case that a concern may belong to: place and class
// only, no words and no other child's name.
type Candidate struct {
	Number string
	Arena  tilhor.Arena
	Class  string
	Same   bool // it is about the same pupil
	Opened tilhor.Date
}

var selectCandidates = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND ` + access.Scope(access.Lead, "t.id") + `
	AND (t.state <> 'closed' OR t.check_on <> '')
	AND $6 = COALESCE((SELECT x.accused FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id), '') ORDER BY t.written_at DESC LIMIT 100`)

// Candidates lists the open cases a concern may hang together with.
func (d *Desk) Candidates(ctx context.Context, by tilhor.Actor, c concerns.Concern) (all []Candidate, err error) {
	now := d.Clock()
	pupils := map[tilhor.PersonID]bool{}
	for _, p := range c.Pupils {
		if p.Person != "" {
			pupils[p.Person] = true
		}
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var tracks []Track
		err := tx.Each(selectCandidates, func(scan db.Scan) error {
			t, err := trackRow(scan)
			tracks = append(tracks, t)
			return err
		}, access.Args(by, access.Lead, now, sealedAs(c))...)
		if err != nil {
			return err
		}
		at := map[string]int{}
		for _, t := range tracks {
			same := pupils[t.Pupil]
			if !same && t.Arena != c.Arena {
				continue
			}
			if i, seen := at[t.Number]; seen {
				all[i].Same = all[i].Same || same
				continue
			}
			k := Candidate{Number: t.Number, Arena: t.Arena, Same: same, Opened: today(t.Opened)}
			if in, err := d.Roster.Pupil(tx, by.Owner, t.Pupil, today(now)); t.Pupil != "" && err == nil && !in.Protected {
				k.Class = in.Class
			}
			at[t.Number] = len(all)
			all = append(all, k)
		}
		return nil
	})
	sort.SliceStable(all, func(i, j int) bool { return all[i].Same && !all[j].Same })
	if len(all) > 8 {
		all = all[:8]
	}
	return all, err
}
