package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// SharedK is that a measure of another track in the matter helps the pupil of
// this one too (felles tiltak); UnsharedK that it is not referred to any more.
const (
	SharedK   Kind = "shared"
	UnsharedK Kind = "unshared"
)

func init() { kinds[SharedK], kinds[UnsharedK] = true, true }

// viewShared is the reading of a measure's words from another track of the matter.
const viewShared = "shared"

var (
	insertShared = db.SQL(`INSERT INTO cases_shared (owner, track, measure, of_track, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, track, measure) DO UPDATE SET at = excluded.at, ended_at = NULL`)
	endShared = db.SQL(`UPDATE cases_shared SET ended_at = $4 WHERE owner = $1 AND track = $2 AND measure = $3 AND ended_at IS NULL`)

	// What is referred to stands as long as it runs, in a track that is worked, of
	// the matter in which this one stands.
	selectShared = db.SQL(`SELECT s.of_track, m.id, m.version, m.doer, m.start_on, m.until_on, m.weekdays, m.evaluate_on
		FROM cases_shared s JOIN cases_measure m ON m.owner = s.owner AND m.id = s.measure AND m.state = 'running'
		JOIN cases_track t ON t.owner = s.owner AND t.id = s.of_track AND t.matter = $3 AND t.state IN ('open', 'stepped-down')
		WHERE s.owner = $1 AND s.track = $2 AND s.ended_at IS NULL ORDER BY m.start_on, m.id`)
	selectReferring = db.SQL(`SELECT s.track, m.id, m.version, m.doer, m.start_on, m.until_on, m.weekdays, m.evaluate_on
		FROM cases_track t CROSS JOIN cases_measure m JOIN cases_shared s ON s.owner = t.owner AND s.track = t.id AND s.measure = m.id AND s.ended_at IS NULL
		WHERE t.owner = $1 AND t.matter = $3 AND m.owner = t.owner AND m.track = $2 AND m.state = 'running' ORDER BY s.track, m.id`)
	selectSharable = db.SQL(`SELECT m.track, m.id, m.version, m.doer, m.start_on, m.until_on, m.weekdays, m.evaluate_on
		FROM cases_track t CROSS JOIN cases_measure m
		WHERE m.owner = t.owner AND m.track = t.id AND m.state = 'running' AND t.owner = $1 AND t.matter = $6 AND t.id <> $7 AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(access.Work, "t.id") + `
		AND NOT EXISTS (SELECT 1 FROM cases_shared s WHERE s.owner = t.owner AND s.track = $7 AND s.measure = m.id AND s.ended_at IS NULL)
		ORDER BY m.start_on, m.id`)
)

// A sharedRow is a measure, the track that it is in, and, when that is asked for, the
// one that refers to it.
type sharedRow struct {
	of, to tilhor.TrackID
	Measure
}

// again says whether it is what another is, in a version of the plan that has not begun.
func (r sharedRow) again(o sharedRow) bool {
	return r.of == o.of && r.to == o.to && r.What == o.What && r.When == o.When && r.Doer == o.Doer && r.Weekdays == o.Weekdays
}

func sharedOf(scan db.Scan) (r sharedRow, err error) {
	err = scan(&r.of, &r.ID, &r.Version, &r.Doer, &r.Start, &r.Until, &r.Weekdays, &r.Evaluate)
	r.Running, r.Urgent = true, r.Version == 0
	return r, err
}

// spoken fills in the words of measures of other tracks: what is done and when,
// and no more of the other child. What is blocked has none, nor has what is in
// the track of a protected pupil: it is left out. One that goes on from a later day
// stands once.
func (d *Desk) spoken(tx *db.Tx, owner tilhor.OwnerID, rows []sharedRow, now time.Time) (all []sharedRow, err error) {
	for _, r := range rows {
		guarded, err := access.Guarded(tx, owner, access.Track, string(r.of), now)
		if err != nil {
			return nil, err
		}
		if len(guarded) > 0 || r.Until != "" && r.Until < today(now) {
			continue
		}
		stopped, err := privacy.Stopped(tx, owner, r.of, string(r.ID))
		if err != nil {
			return nil, err
		}
		if stopped {
			continue
		}
		key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(r.of))
		if err != nil {
			return nil, err
		}
		if err := worded(tx, owner, r.of, key, &r.Measure); err != nil {
			return nil, err
		}
		if r.What != "" && !slices.ContainsFunc(all, r.again) {
			all = append(all, r)
		}
	}
	return all, nil
}

// shared are the measures of other tracks that a track refers to, as they stand
// now. They are read where they are, and name no child.
func (d *Desk) shared(tx *db.Tx, owner tilhor.OwnerID, f *File, now time.Time) error {
	var rows []sharedRow
	f.Shared, f.sharedOf = nil, nil
	err := tx.Each(selectShared, func(scan db.Scan) error {
		r, err := sharedOf(scan)
		rows = append(rows, r)
		return err
	}, owner, f.ID, f.Case)
	if err != nil || len(rows) == 0 {
		return err
	}
	if rows, err = d.spoken(tx, owner, rows, now); err != nil || len(rows) == 0 {
		return err
	}
	w := &work{d: d, tx: tx, by: tilhor.Actor{Owner: owner}, t: f.Track, now: now}
	rows, err = w.nameless(rows) // a child may have come to the matter since it was shared
	for _, r := range rows {
		f.Shared, f.sharedOf = append(f.Shared, r.Measure), append(f.sharedOf, r.of)
	}
	return err
}

// sawShared says in the record of the other tracks that words of theirs were read
// from this one.
func (d *Desk) sawShared(tx *db.Tx, by tilhor.Actor, of []tilhor.TrackID, rule access.Relation, now time.Time) error {
	for i, id := range of {
		if slices.Contains(of[:i], id) {
			continue
		}
		if err := d.Journal.Seen(tx, by, journal.ReadingsOf(string(id)), string(id), viewShared, string(rule), now); err != nil {
			return err
		}
	}
	return nil
}

// sharable are the running measures of the other tracks in the matter that this
// person works, and that name none of the children.
func (w *work) sharable() ([]sharedRow, error) {
	var rows []sharedRow
	err := w.tx.Each(selectSharable, func(scan db.Scan) error {
		r, err := sharedOf(scan)
		rows = append(rows, r)
		return err
	}, access.Args(w.by, access.Work, w.now, w.t.Case, w.t.ID)...)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if rows, err = w.d.spoken(w.tx, w.by.Owner, rows, w.now); err != nil {
		return nil, err
	}
	return w.nameless(rows)
}

// nameless keeps those that name none of the children of the matter, nor of the
// track they are in.
func (w *work) nameless(rows []sharedRow) ([]sharedRow, error) {
	tracks, err := w.tracksOf(w.t.Case)
	if err != nil {
		return nil, err
	}
	names, err := w.namesOf(tracks)
	if err != nil {
		return nil, err
	}
	others := map[tilhor.TrackID]map[string]bool{}
	var kept []sharedRow
	for _, r := range rows {
		if others[r.of] == nil {
			if others[r.of], err = w.heardIn(r.of); err != nil {
				return nil, err
			}
		}
		if text := r.What + " " + r.When; !namesIn(text, names) && !namesIn(text, others[r.of]) {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// heardIn are the names of the other children of a track.
func (w *work) heardIn(id tilhor.TrackID) (map[string]bool, error) {
	all, err := w.d.children(w.tx, w.by.Owner, id, nil)
	if err != nil {
		return nil, err
	}
	var as []Track
	for _, c := range all {
		as = append(as, Track{Pupil: c.Person})
	}
	return w.namesOf(as)
}

// Sharable lists the measures that the pupil of a track could have a part in, for
// who works the track and theirs.
func (d *Desk) Sharable(ctx context.Context, by tilhor.Actor, slug string) (all []Measure, err error) {
	now := d.Clock()
	var of []tilhor.TrackID
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, of = nil, nil
		var t Track
		if t, rule, err = d.find(tx, by, access.Work, slug, now); err != nil {
			return err
		}
		rows, err := (&work{d: d, tx: tx, by: by, t: t, rule: rule, now: now}).sharable()
		if err != nil {
			return err
		}
		ids := []tilhor.PersonID{}
		for _, r := range rows {
			all, of, ids = append(all, r.Measure), append(of, r.of), append(ids, r.Doer)
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range all {
			all[i].Name = names[all[i].Doer]
			if all[i].Doer == WholeSFO {
				all[i].Name = nameOfSFO
			}
		}
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all, d.DB.Write(ctx, func(tx *db.Tx) error { return d.sawShared(tx, by, of, rule, now) })
}

// Share lets a track refer to a measure of another track in the matter: a grown-up
// who stands at the gate stands there for both. It is never copied: it stands
// with its own plan, is evaluated there, and is referred to no longer when it
// ends. What names a child is not shared.
func (d *Desk) Share(ctx context.Context, by tilhor.Actor, slug string, id tilhor.MeasureID) error {
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		if _, err := w.tx.Exec(lockMatter, by.Owner, w.t.Case); err != nil {
			return err
		}
		all, err := w.sharable()
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.ID != id {
				continue
			}
			if _, err := w.tx.Exec(insertShared, by.Owner, w.t.ID, id, r.of, w.now.UnixMilli()); err != nil {
				return err
			}
			if _, err := w.write(note{kind: SharedK, when: tilhor.Now(w.now), ref: string(id)}); err != nil {
				return err
			}
			return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
		}
		return tilhor.Faults{{Field: "measure", Key: "life.fault.measure"}}
	})
}

// referring are the measures of this track that others in the matter refer to now, as
// they are shown there.
func (w *work) referring() (rows []sharedRow, err error) {
	err = w.tx.Each(selectReferring, func(scan db.Scan) error {
		r, err := sharedOf(scan)
		r.of, r.to = w.t.ID, r.of
		rows = append(rows, r)
		return err
	}, w.by.Owner, w.t.ID, w.t.Case)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if rows, err = w.d.spoken(w.tx, w.by.Owner, rows, w.now); err != nil {
		return nil, err
	}
	return w.nameless(rows)
}

// worded fills in what is done and when.
func worded(tx *db.Tx, owner tilhor.OwnerID, of tilhor.TrackID, key seal.Key, m *Measure) error {
	return tx.Each(selectTextOf, func(scan db.Scan) error {
		var name string
		var sealed []byte
		if err := scan(&name, &sealed); err != nil || len(sealed) == 0 {
			return err
		}
		to := map[string]*string{"what": &m.What, "when": &m.When}[name]
		if to == nil {
			return nil
		}
		plain, err := key.Open(name, string(m.ID), sealed)
		*to = plain
		return err
	}, owner, of, m.ID)
}

// goOn lets those who referred to a measure refer to it in the new version of its
// plan, when it goes on in the same words: the grown-up still stands at the gate.
func (w *work) goOn(were []sharedRow, now []Measure) error {
	if len(were) == 0 {
		return nil
	}
	if _, err := w.tx.Exec(lockMatter, w.by.Owner, w.t.Case); err != nil {
		return err
	}
	all, err := w.tracksOf(w.t.Case)
	if err != nil {
		return err
	}
	type told struct {
		in tilhor.TrackID
		of tilhor.MeasureID
	}
	been := map[told]bool{}
	for _, r := range were {
		t := slices.IndexFunc(all, func(t Track) bool { return t.ID == r.to && !t.Over() })
		m := slices.IndexFunc(now, func(m Measure) bool { return m.What == r.What && m.When == r.When && !been[told{r.to, m.ID}] })
		if t < 0 || m < 0 {
			continue
		}
		been[told{r.to, now[m].ID}] = true
		if _, err := w.tx.Exec(insertShared, w.by.Owner, r.to, now[m].ID, w.t.ID, w.now.UnixMilli()); err != nil {
			return err
		}
		if err := w.tellIn(all[t], note{kind: SharedK, when: tilhor.Now(w.now), ref: string(now[m].ID)}); err != nil {
			return err
		}
	}
	return nil
}

// Unshare ends the reference, and nothing of the measure.
func (d *Desk) Unshare(ctx context.Context, by tilhor.Actor, slug string, id tilhor.MeasureID) error {
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		n, err := w.tx.Exec(endShared, by.Owner, w.t.ID, id, w.now.UnixMilli())
		if err == nil && n == 0 {
			err = tilhor.Faults{{Field: "measure", Key: "life.fault.measure"}}
		}
		if err != nil {
			return err
		}
		_, err = w.write(note{kind: UnsharedK, when: tilhor.Now(w.now), ref: string(id)})
		return err
	})
}
