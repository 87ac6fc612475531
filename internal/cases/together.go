package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
)

// Together is that tracks were put in one matter, or parted: which of them the
// answer says.
const Together Kind = "together"

func init() { kinds[Together] = true }

// What a record of the kind says.
const (
	WereJoined = "joined" // two matters stand as one from now on
	TakenOut   = "out"    // this track was taken out of the matter
	OneLeft    = "left"   // another track was taken out of it
)

var (
	// numbered are the tracks that have the number $6, in whatever matter they stand.
	numbered = `FROM (SELECT o.id FROM cases_case c JOIN cases_track o ON o.owner = c.owner AND o.matter = c.id AND o.origin = '' WHERE c.owner = $1 AND c.number = $6
		UNION ALL SELECT o.id FROM cases_case c JOIN cases_track o ON o.owner = c.owner AND o.origin = c.id AND o.origin <> '' WHERE c.owner = $1 AND c.number = $6) d
		CROSS JOIN cases_track t WHERE t.owner = $1 AND t.id = d.id AND `
	// ofNumber finds the matter in which a track of that number stands, one that
	// the reader works, and that is not this one.
	ofNumber  = db.SQL(`SELECT t.matter ` + numbered + access.Scope(access.Work, "t.id") + ` AND t.matter <> $7 ORDER BY t.opened_at, t.id LIMIT 1`)
	moveTrack = db.SQL(`UPDATE cases_track SET matter = $3, origin = CASE WHEN origin = $3 OR origin = '' AND matter = $3 THEN '' WHEN origin = '' THEN matter ELSE origin END
		WHERE owner = $1 AND id = $2`)
	moveChildren = db.SQL(`UPDATE cases_child SET matter = $3 WHERE owner = $1 AND track = $2`)
	selectOrigin = db.SQL(`SELECT origin FROM cases_track WHERE owner = $1 AND id = $2`)
	countIn      = db.SQL(`SELECT COUNT(*) FROM cases_track WHERE owner = $1 AND matter = $2`)
	numberOfCase = db.SQL(`SELECT number FROM cases_case WHERE owner = $1 AND id = $2`)
	insertStood  = db.SQL(`INSERT INTO cases_stood (owner, track, other) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
)

// JoinMatter lets the matter of a track and that of another number stand as one
// (slå sammen saker): they turn out to be one story. Every track keeps its
// number, its address, its key and its clocks, and who may read it. Whoever does
// it works every track of both.
func (d *Desk) JoinMatter(ctx context.Context, by tilhor.Actor, slug, number, reason string) error {
	var c check
	c.short(&number, "number", false)
	c.Add(number == "", "number", "children.fault.number-missing")
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		var other tilhor.CaseID
		err := w.tx.One(ofNumber, access.Args(by, access.Work, w.now, number, w.t.Case), &other)
		if errors.Is(err, tilhor.ErrNotFound) {
			key := "children.fault.join"
			if number == w.t.Number {
				key = "children.fault.join-itself"
			}
			return tilhor.Faults{{Field: "number", Key: key}}
		}
		if err != nil {
			return err
		}
		here, there, err := w.both(other)
		if err != nil {
			return err
		}
		if err := w.fit(here, there, "number"); err != nil {
			return err
		}
		if err := w.namesNobody(append(slices.Clone(here), there...), reason); err != nil {
			return err
		}
		for _, t := range there {
			if err := w.move(t, w.t.Case); err != nil {
				return err
			}
		}
		for _, t := range append(here, there...) {
			t.Case = w.t.Case
			if err := w.tellIn(t, note{kind: Together, when: tilhor.Now(w.now), answer: WereJoined, text: []field{{"reason", reason}}}); err != nil {
				return err
			}
		}
		if err := w.oneWall(); err != nil {
			return err
		}
		return w.barKin()
	})
}

// both are the tracks of the two matters, held until the act is done.
func (w *work) both(other tilhor.CaseID) (here, there []Track, err error) {
	for _, id := range slices.Sorted(slices.Values([]tilhor.CaseID{w.t.Case, other})) { // in one order, so that two who join at once do not wait for each other
		if _, err := w.tx.Exec(lockMatter, w.by.Owner, id); err != nil {
			return nil, nil, err
		}
	}
	if here, err = w.tracksOf(w.t.Case); err == nil {
		there, err = w.tracksOf(other)
	}
	return here, there, err
}

func (w *work) tracksOf(matter tilhor.CaseID) (all []Track, err error) {
	err = w.tx.Each(matterTracks, func(scan db.Scan) error {
		t, err := trackRow(scan)
		all = append(all, t)
		return err
	}, w.by.Owner, matter)
	return all, err
}

// fit refuses two matters that cannot be one: a track that this person does not
// work, another school's, one that is closed to the school beside one that is
// not, and one child twice. Which of them it was is not told of a track that is
// not this person's to see.
func (w *work) fit(here, there []Track, at string) error {
	sealed, err := w.sealedHow(w.t)
	if err != nil {
		return err
	}
	for _, t := range append(slices.Clone(here), there...) {
		if _, err := access.Allow(w.tx, w.by, access.Work, string(t.ID), w.now); err != nil {
			if errors.Is(err, tilhor.ErrNotFound) {
				err = tilhor.Faults{{Field: at, Key: "children.fault.join"}}
			}
			return err
		}
		how, err := w.sealedHow(t)
		if err != nil {
			return err
		}
		if t.School != w.t.School || how != sealed {
			return tilhor.Faults{{Field: at, Key: "children.fault.join"}}
		}
	}
	for _, t := range there {
		if t.Pupil != "" && slices.ContainsFunc(here, func(x Track) bool { return x.Pupil == t.Pupil }) {
			return tilhor.Faults{{Field: at, Key: "children.fault.join-same"}}
		}
	}
	return nil
}

func (w *work) sealedHow(t Track) (how string, err error) {
	err = w.tx.Each(selectSealed, func(scan db.Scan) error { return scan(&how) }, w.by.Owner, t.ID)
	return how, err
}

// namesNobody refuses a reason that names one of the children: it stands in the
// others' tracks as well.
func (w *work) namesNobody(all []Track, reason string) error {
	names, err := w.namesOf(all)
	if err == nil && namesIn(reason, names) {
		err = tilhor.Faults{{Field: "reason", Key: "children.fault.names"}}
	}
	return err
}

// move lets a track stand in another matter, with the children who are heard in
// it. It keeps its number.
func (w *work) move(t Track, to tilhor.CaseID) error {
	if _, err := w.tx.Exec(moveTrack, w.by.Owner, t.ID, to); err != nil {
		return err
	}
	_, err := w.tx.Exec(moveChildren, w.by.Owner, t.ID, to)
	return err
}

// tellIn writes a line into another track of the matter, or into this one.
func (w *work) tellIn(t Track, n note) error {
	x := w
	if t.ID != w.t.ID {
		var err error
		if x, err = w.in(t); err != nil {
			return err
		}
	}
	if _, err := x.write(n); err != nil {
		return err
	}
	return x.touch()
}

// TakeOut takes a track out of its matter into one of its own (ta ut av saken):
// it turned out to be another story. It keeps its number, its address, its key
// and its clocks; who was kept from it because of the others still is, and their
// names are still kept out of what its family is given.
func (d *Desk) TakeOut(ctx context.Context, by tilhor.Actor, slug, reason string) error {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if _, err := w.tx.Exec(lockMatter, by.Owner, w.t.Case); err != nil {
			return err
		}
		all, err := w.tracksOf(w.t.Case)
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(all, func(t Track) bool { return t.ID == w.t.ID })
		if len(others) == 0 {
			return tilhor.ErrConflict
		}
		to, err := w.ownMatter()
		if err != nil {
			return err
		}
		for _, t := range others {
			for _, pair := range [][2]tilhor.TrackID{{w.t.ID, t.ID}, {t.ID, w.t.ID}} {
				if _, err := w.tx.Exec(insertStood, by.Owner, pair[0], pair[1]); err != nil {
					return err
				}
			}
		}
		if err := w.move(w.t, to); err != nil {
			return err
		}
		w.t.Case = to
		if _, err := w.write(note{kind: Together, when: tilhor.Now(w.now), answer: TakenOut, text: []field{{"reason", reason}}}); err != nil {
			return err
		}
		for _, t := range others {
			if err := w.tellIn(t, note{kind: Together, when: tilhor.Now(w.now), answer: OneLeft}); err != nil {
				return err
			}
		}
		return nil
	})
}

// ownMatter is where a track stands by itself: where it began, if nobody stands
// there any more, or a matter that is made for it.
func (w *work) ownMatter() (tilhor.CaseID, error) {
	var origin tilhor.CaseID
	if err := w.tx.One(selectOrigin, db.Args(w.by.Owner, w.t.ID), &origin); err != nil {
		return "", err
	}
	if origin != "" {
		var n int
		if err := w.tx.One(countIn, db.Args(w.by.Owner, origin), &n); err != nil || n == 0 {
			return origin, err
		}
	}
	own := tilhor.CaseID(tilhor.NewID())
	_, err := w.tx.Exec(insertCase, w.by.Owner, own, tilhor.NewID()[:6], w.t.School, w.now.UnixMilli())
	return own, err
}

// namesOf are the first and the last name of each pupil of some tracks, in
// small letters.
func (w *work) namesOf(all []Track) (map[string]bool, error) {
	var ids []tilhor.PersonID
	for _, t := range all {
		ids = append(ids, t.Pupil)
	}
	known, err := w.d.Roster.Names(w.tx, w.by.Owner, compact(ids)...)
	names := map[string]bool{}
	for _, n := range known {
		parts := strings.Fields(strings.ToLower(n))
		for i, part := range parts {
			if words := wordsIn(part); (i == 0 || i == len(parts)-1) && len(words) == 1 && words[0] == part {
				names[part] = true
			}
		}
	}
	return names, err
}
