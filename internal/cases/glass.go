package cases

import (
	"context"
	"errors"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// Kinds of emergency access (nødtilgang).
const (
	Glass         Kind = "glass"          // somebody opened the track in an emergency
	GlassReviewed Kind = "glass-reviewed" // somebody else has looked at whether it was right
)

func init() { kinds[Glass], kinds[GlassReviewed] = true, true }

// What emergency access lasts, and how many attempts in vain there are to an
// hour: these are the product's own rules, not the act's.
const (
	glassLasts  = time.Hour
	glassMisses = 5
)

// An Emergency asks for one track that the asker does not have.
type Emergency struct {
	Number string // of the case
	Name   string // of the pupil: the first name will do
	Reason string
}

// MayBreak says whether somebody is one of those emergency access is for: the
// school's leadership, or who is on call there (vakt), with privacy training.
func (d *Desk) MayBreak(ctx context.Context, by tilhor.Actor) (may bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		may, err = d.mayBreak(tx, by, d.Clock())
		return err
	})
	return may, err
}

func (d *Desk) mayBreak(tx *db.Tx, by tilhor.Actor, now time.Time) (bool, error) {
	if !by.Role.Staff() || !by.Trained || by.School == "" || by.Person == "" {
		return false, nil
	}
	if by.Role.Leads() {
		return true, nil
	}
	has, err := access.Duties(tx, by, now)
	return has[access.OnCall], err
}

var errNoGlass = tilhor.Faults{{Field: "number", Key: "cases.fault.glass"}}

// Break opens one track for one hour, with a written reason. The track is found
// by the number of its case and the pupil's name together. A wrong number, a
// name that does not fit, a matter that is closed to the school, a protected
// pupil, and one the asker is barred from all give the very same answer. Whoever
// has the track is told at once, and somebody else looks at it afterwards.
func (d *Desk) Break(ctx context.Context, by tilhor.Actor, e Emergency) (slug string, err error) {
	now := d.Clock()
	e.Number, e.Name = strings.ToLower(strings.TrimSpace(e.Number)), strings.TrimSpace(e.Name)
	var c check
	c.short(&e.Number, "number", true)
	c.short(&e.Name, "name", true)
	c.text(&e.Reason, "reason", true)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if may, err := d.mayBreak(tx, by, now); err != nil || !may {
			return errors.Join(err, tilhor.ErrNotFound)
		}
		if err := c.Err(); err != nil {
			return err
		}
		missed, err := privacy.Missed(tx, by.Owner, by.Person, now.Add(-time.Hour))
		if err != nil {
			return err
		}
		if missed >= glassMisses {
			return tilhor.Faults{{Field: "number", Key: "cases.fault.glass-wait"}}
		}
		t, err := d.behindGlass(tx, by, e, now)
		if err != nil {
			return err
		}
		slug = t.Slug
		return d.breakGlass(tx, by, t, e, now)
	})
	if !isNoGlass(err) {
		return slug, err
	}
	return "", errors.Join(err, d.missed(ctx, by, now))
}

func isNoGlass(err error) bool {
	all := tilhor.FaultsOf(err)
	return len(all) == 1 && all[0] == errNoGlass[0]
}

// missed keeps that somebody tried in vain, not what they typed.
func (d *Desk) missed(ctx context.Context, by tilhor.Actor, now time.Time) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		o := privacy.Opening{ID: tilhor.NewID(), School: by.School, Person: by.Person, Role: by.Role, At: now, Until: now}
		if err := privacy.Opened(tx, by.Owner, o); err != nil {
			return err
		}
		_, err := d.Journal.Append(tx, journal.Entry{
			Stream: "school/" + string(by.School), Act: "cases.glass-missed", Subject: o.ID, When: tilhor.Now(now), By: by, Rule: "glass",
		})
		return err
	})
}

var selectByNumber = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $2 AND t.state <> 'closed' AND t.pupil <> ''
	AND (t.origin = '' AND t.matter IN (SELECT id FROM cases_case WHERE owner = $1 AND number = $3)
		OR t.origin <> '' AND t.origin IN (SELECT id FROM cases_case WHERE owner = $1 AND number = $3))
	AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id)`)

// behindGlass finds the track, or says errNoGlass.
func (d *Desk) behindGlass(tx *db.Tx, by tilhor.Actor, e Emergency, now time.Time) (Track, error) {
	var all []Track
	var pupils []tilhor.PersonID
	err := tx.Each(selectByNumber, func(scan db.Scan) error {
		t, err := trackRow(scan)
		all, pupils = append(all, t), append(pupils, t.Pupil)
		return err
	}, by.Owner, by.School, e.Number)
	if err != nil {
		return Track{}, err
	}
	names, err := d.Roster.Names(tx, by.Owner, pupils...)
	if err != nil {
		return Track{}, err
	}
	var fits []Track
	for _, t := range all {
		if called(names[t.Pupil], e.Name) {
			fits = append(fits, t)
		}
	}
	if len(fits) != 1 {
		return Track{}, errNoGlass
	}
	ok, err := d.ordinary(tx, by, fits[0], now)
	if err == nil && !ok {
		err = errNoGlass
	}
	return fits[0], err
}

// called says whether a pupil is called so: the whole name, or the first.
func called(name, typed string) bool {
	parts := strings.Fields(name)
	return len(parts) > 0 && (strings.EqualFold(strings.Join(strings.Fields(typed), " "), strings.Join(parts, " ")) || strings.EqualFold(typed, parts[0]))
}

// ordinary says whether a track is one that emergency access reaches: rektor of
// the school leads it by role, nobody who works there is accused in it, the
// pupil is not protected, and is not the asker's own.
func (d *Desk) ordinary(tx *db.Tx, by tilhor.Actor, t Track, now time.Time) (bool, error) {
	anyRektor := tilhor.Actor{Owner: by.Owner, Person: "any", Role: tilhor.RoleRektor, School: t.School, Trained: true}
	_, err := access.Allow(tx, anyRektor, access.Lead, string(t.ID), now)
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil // closed to the school
	}
	if err != nil {
		return false, err
	}
	states, err := duty.StatesOf(tx, by.Owner, string(t.ID))
	if err != nil {
		return false, err
	}
	for _, s := range states {
		if strings.HasPrefix(string(s.ID), "k12.staff") { // somebody who works there is accused (§ 12-5)
			return false, nil
		}
	}
	in, err := d.Roster.Pupil(tx, by.Owner, t.Pupil, today(now))
	if err != nil || in.Protected {
		if errors.Is(err, tilhor.ErrNotFound) {
			err = nil
		}
		return false, err
	}
	kin, err := d.Roster.Guardians(tx, by.Owner, t.Pupil, today(now))
	for _, g := range kin {
		if g.ID == by.Person {
			return false, nil
		}
	}
	return err == nil, err
}

// breakGlass gives the hour, and writes why. The rule of access has the last
// word: where a bar stands, the grant lets nobody in, and nothing is written.
func (d *Desk) breakGlass(tx *db.Tx, by tilhor.Actor, t Track, e Emergency, now time.Time) error {
	until := now.Add(glassLasts)
	err := access.Give(tx, by.Owner, access.Grant{
		Kind: access.Track, Thing: string(t.ID), Person: by.Person, Unit: t.School, Relation: access.Glass, From: now, Until: until, By: by.Person,
	})
	if err != nil {
		return err
	}
	if _, err := access.Allow(tx, by, access.Read, string(t.ID), now); errors.Is(err, tilhor.ErrNotFound) {
		return errNoGlass
	} else if err != nil {
		return err
	}
	key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(t.ID))
	if err != nil {
		return err
	}
	w := &work{d: d, tx: tx, by: by, t: t, rule: access.Glass, key: key, now: now}
	review := calendar.AddArbeidsdager(today(now), 1)
	id, err := w.write(note{kind: Glass, when: tilhor.Now(now), on: review, text: []field{{"reason", e.Reason}}})
	if err != nil {
		return err
	}
	return privacy.Opened(tx, by.Owner, privacy.Opening{
		ID: string(id), Track: t.ID, School: t.School, Person: by.Person, Role: by.Role, At: now, Until: until, ReviewBy: review,
	})
}

// ReviewGlass says whether an emergency access was right. It is for the one who
// decides in the track, and never for the one who opened.
func (d *Desk) ReviewGlass(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, verdict, text string) error {
	var c check
	c.oneOf(verdict, "verdict", privacy.Verdicts...)
	c.text(&text, "reason", verdict == "wrong")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		err := privacy.Review(w.tx, by.Owner, w.t.ID, string(id), by.Person, verdict, w.now)
		if errors.Is(err, tilhor.ErrConflict) {
			return tilhor.Faults{{Field: "verdict", Key: "cases.fault.glass-review"}}
		}
		if err != nil {
			return err
		}
		_, err = w.write(note{kind: GlassReviewed, when: tilhor.Now(w.now), ref: string(id), answer: verdict, text: []field{{"reason", text}}})
		return err
	})
}

// A GlassRow is an emergency access that somebody has to know of.
type GlassRow struct {
	privacy.Opening
	Track
	Review bool // the reader is one who looks at it now
}

// glassShown is how long whoever has the track sees it on the page of today.
const glassShown = 7 * 24 * time.Hour

// GlassRows are the emergency accesses that this person is told of: to the
// tracks that are theirs to work, but for their own.
func (d *Desk) GlassRows(ctx context.Context, by tilhor.Actor) (rows []GlassRow, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows = nil
		all, err := privacy.OpeningsAt(tx, by.Owner, by.School, now.Add(-glassShown))
		if err != nil {
			return err
		}
		var ids []tilhor.PersonID
		for _, o := range all {
			if o.Person == by.Person {
				continue
			}
			t, _, err := d.findID(tx, by, access.Work, o.Track, now)
			if errors.Is(err, tilhor.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			_, err = access.Allow(tx, by, access.Lead, string(o.Track), now)
			if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
			rows = append(rows, GlassRow{Opening: o, Track: t, Review: err == nil && o.Verdict == ""})
			ids = append(ids, o.Person, t.Pupil)
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range rows {
			rows[i].Opening.Name, rows[i].Track.Name = names[rows[i].Person], names[rows[i].Pupil]
		}
		return err
	})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	listed := make([]Row, len(rows))
	for i, r := range rows {
		listed[i].Track = r.Track
	}
	return rows, d.listed(ctx, by, "glass", listed, now)
}

var findTrackID = func() map[access.Act]*db.Stmt {
	m := map[access.Act]*db.Stmt{}
	for _, act := range []access.Act{access.Read, access.Work, access.Lead} {
		m[act] = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.id = $6 AND ` + access.Scope(act, "t.id"))
	}
	return m
}()

// findID is find, by the track's id.
func (d *Desk) findID(tx *db.Tx, by tilhor.Actor, act access.Act, id tilhor.TrackID, now time.Time) (t Track, found bool, err error) {
	err = tx.Each(findTrackID[act], func(scan db.Scan) (err error) {
		found = true
		t, err = trackRow(scan)
		return err
	}, access.Args(by, act, now, id)...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return t, found, err
}

// GlassOf are the emergency accesses to a track that is open to the reader.
func (d *Desk) GlassOf(ctx context.Context, by tilhor.Actor, t Track) (all []privacy.Opening, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if _, _, err := d.findID(tx, by, access.Read, t.ID, d.Clock()); err != nil {
			return err
		}
		all, err = privacy.OpeningsOf(tx, by.Owner, t.School, t.ID)
		return err
	})
	return all, err
}
