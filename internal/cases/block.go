package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// HandedOn is a record that stood in the wrong track and was moved here.
const HandedOn Kind = "handed-on"

func init() { kinds[HandedOn] = true }

// A Stop is what rektor blocks (sperre): the wrong child's, an unlawful image,
// health notes.
type Stop struct {
	Record tilhor.RecordID
	Reason string
	Why    string // for the officer and the archive: without names, and without the words themselves
}

var (
	findRecord = db.SQL(`SELECT kind, ref FROM cases_record WHERE owner = $1 AND track = $2 AND id = $3`)
	measuresOf = db.SQL(`SELECT id FROM cases_measure WHERE owner = $1 AND track = $2 AND version = $3 ORDER BY id`)
	blankTexts = db.SQL(`UPDATE cases_text SET sealed = $4 WHERE owner = $1 AND track = $2 AND record = $3`)
	blankPlan  = db.SQL(`UPDATE cases_plan SET sealed = $4 WHERE owner = $1 AND track = $2 AND version = $3`)
	isFile     = db.SQL(`SELECT id FROM cases_file WHERE owner = $1 AND id = $2`)
	textsOfOne = db.SQL(`SELECT field, sealed FROM cases_text WHERE owner = $1 AND track = $2 AND record = $3 ORDER BY field`)
	agreedAt   = db.SQL(`SELECT a.id FROM cases_record a WHERE a.owner = $1 AND a.track = $2 AND a.kind = 'agreed' AND a.ref = $3
		UNION ALL SELECT g.id FROM cases_record a JOIN cases_record g ON g.owner = a.owner AND g.track = a.track AND g.kind = 'agreed-done' AND g.ref = a.id
		WHERE a.owner = $1 AND a.track = $2 AND a.kind = 'agreed' AND a.ref = $3`)
	recordWhen  = db.SQL(`SELECT at, precision FROM cases_record WHERE owner = $1 AND id = $2`)
	trackOfSlug = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.slug = $6 AND ` + access.Scope(access.Lead, "t.id"))
)

func (d *Desk) privacy() *privacy.Desk { return &privacy.Desk{Keys: d.Keys, Journal: d.Journal} }

// StopRecord blocks a record at once: from then on nobody reads its words, in no
// view, print, copy or export, whoever they are. The act and its hash stay.
func (d *Desk) StopRecord(ctx context.Context, by tilhor.Actor, slug string, s Stop) error {
	var c check
	c.oneOf(s.Reason, "reason", privacy.BlockReasons...)
	c.text(&s.Why, "why", false)
	c.Add(s.Why == "", "why", "privacy.fault.block-why")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		var kind Kind
		var ref string
		err := w.tx.One(findRecord, db.Args(by.Owner, w.t.ID, s.Record), &kind, &ref)
		if err == tilhor.ErrNotFound {
			return tilhor.Faults{{Field: "record", Key: "cases.fault.record"}}
		}
		if err != nil {
			return err
		}
		along, err := w.along(s.Record, kind, ref)
		if err != nil {
			return err
		}
		b := privacy.Block{ID: tilhor.NewID(), Track: w.t.ID, School: w.t.School, Record: s.Record, Reason: s.Reason}
		err = d.privacy().Stop(w.tx, by, b, string(w.rule), s.Why, w.now, along...)
		if errors.Is(err, tilhor.ErrConflict) {
			return tilhor.Faults{{Field: "record", Key: "privacy.fault.blocked"}}
		}
		if err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// partOfConcern begins the name of the part that is what was told, in the room of
// concerns.
const partOfConcern = "concern-"

// along is what is blocked with a record: the version of the plan and its
// measures, the file, what a meeting agreed, or what was told, as it stands on the reporter's page.
func (w *work) along(id tilhor.RecordID, kind Kind, ref string) (all []string, err error) {
	switch kind {
	case Attached:
		return []string{ref}, nil
	case Told:
		if ref == "" {
			return nil, nil
		}
		return []string{partOfConcern + ref}, concerns.Hold(w.tx, w.by.Owner, tilhor.ConcernID(ref), w.now)
	case Met: // and what was agreed there, and how it went
		err := w.tx.Each(agreedAt, func(scan db.Scan) error {
			var point string
			err := scan(&point)
			all = append(all, point)
			return err
		}, w.by.Owner, w.t.ID, id)
		if err != nil {
			return nil, err
		}
		gone, err := privacy.StoppedParts(w.tx, w.by.Owner, w.t.ID)
		return slices.DeleteFunc(all, func(point string) bool { return gone[point] }), err
	case Approved:
		version, err := strconv.ParseInt(ref, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, "plan-"+ref)
		err = w.tx.Each(measuresOf, func(scan db.Scan) error {
			var id string
			err := scan(&id)
			all = append(all, id)
			return err
		}, w.by.Owner, w.t.ID, version)
		return all, err
	}
	return all, err
}

// Stopped says which records of the file are blocked.
func (d *Desk) Stopped(ctx context.Context, by tilhor.Actor, slug string) (all []privacy.Block, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Read, slug, d.Clock())
		if err != nil {
			return err
		}
		all, err = privacy.BlocksOf(tx, by.Owner, t.ID)
		return err
	})
	return all, err
}

var selectLeadAfar = db.SQL(`SELECT ` + columns + elsewhere + ` AND ` + access.Scope(access.Lead, "t.id"))

// StopRows are the blocked records that this person shall move, with their
// tracks.
func (d *Desk) StopRows(ctx context.Context, by tilhor.Actor) (all []Track, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		list, err := privacy.BlocksToMove(tx, by.Owner, by.School)
		if err != nil {
			return err
		}
		var afar []Track // given by name at another school
		if err := tx.Each(selectLeadAfar, func(scan db.Scan) error {
			t, err := trackRow(scan)
			afar = append(afar, t)
			return err
		}, access.Args(by, access.Lead, now)...); err != nil {
			return err
		}
		for _, t := range afar {
			blocks, err := privacy.BlocksOf(tx, by.Owner, t.ID)
			if err != nil {
				return err
			}
			for _, b := range blocks {
				if b.State == privacy.Move {
					list = append(list, b)
				}
			}
		}
		for _, b := range list {
			t, _, err := d.findID(tx, by, access.Lead, b.Track, now)
			if errors.Is(err, tilhor.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			all = append(all, t)
		}
		return nil
	})
	return all, err
}

// MoveBlocked moves what was blocked to the track it belongs to, by the number of its
// address. Who moves decides in both. The words stand there as a new record, at
// the time they had; here they stay blocked.
func (d *Desk) MoveBlocked(ctx context.Context, by tilhor.Actor, slug, block, to string) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		b, err := privacy.BlockOf(w.tx, by.Owner, block)
		if err != nil || b.Track != w.t.ID {
			return errors.Join(err, tilhor.ErrNotFound)
		}
		if b.State != privacy.Move {
			return tilhor.ErrConflict
		}
		var t Track
		found := false
		err = w.tx.Each(trackOfSlug, func(scan db.Scan) (err error) {
			found = true
			t, err = trackRow(scan)
			return err
		}, access.Args(by, access.Lead, w.now, to)...)
		if err != nil {
			return err
		}
		if !found || t.ID == w.t.ID {
			return tilhor.Faults{{Field: "to", Key: "privacy.fault.to"}}
		}
		if err := w.handOn(b, t); err != nil {
			return err
		}
		if err := privacy.MovedOn(w.tx, by.Owner, b.ID, by.Person, w.now); err != nil {
			return err
		}
		_, err = d.Journal.Append(w.tx, journal.Entry{
			Stream: stream(w.t.ID), Act: "privacy.moved", Subject: string(b.Record), When: tilhor.Now(w.now), By: by, Rule: string(w.rule),
		})
		return err
	})
}

// handOn writes the words in the other track.
func (w *work) handOn(b privacy.Block, t Track) error {
	n := note{kind: HandedOn}
	var at int64
	if err := w.tx.One(recordWhen, db.Args(w.by.Owner, b.Record), &at, &n.when.Precision); err != nil {
		return err
	}
	n.when.At = instant(at)
	err := w.tx.Each(textsOfOne, func(scan db.Scan) error {
		var name string
		var sealed []byte
		if err := scan(&name, &sealed); err != nil {
			return err
		}
		plain, err := w.key.Open(name, string(b.Record), sealed)
		n.text = append(n.text, field{name, plain})
		return err
	}, w.by.Owner, w.t.ID, b.Record)
	if err != nil {
		return err
	}
	key, err := w.d.Keys.Get(w.tx, w.by.Owner, seal.KindTrack, string(t.ID))
	if err != nil {
		return err
	}
	there := &work{d: w.d, tx: w.tx, by: w.by, t: t, rule: w.rule, key: key, now: w.now}
	if _, err := there.write(n); err != nil {
		return err
	}
	if err := there.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)}); err != nil {
		return err
	}
	return there.touch()
}

// goneThing is what the mark of shredded words is called: the track, and the part
// of it.
func goneThing(track, part string) string { return track + "." + part }

// gone says of words that were shredded whose mark tells of it.
func gone(track, part string, s journal.Stored) journal.Stored {
	if s.Open == nil && len(s.Bytes) == 0 {
		s.Kind, s.Thing = seal.KindText, goneThing(track, part)
	}
	return s
}

// ShredPart lets the words of one part of a track go for good: a record, a
// measure, a version of a plan, or a file. Their commitments and their entries
// stay; without the salt that goes with the words nobody can guess them.
func ShredPart(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, part string, now time.Time) (thing string, err error) {
	if concern, ok := strings.CutPrefix(part, partOfConcern); ok {
		return concerns.Shred(tx, owner, tilhor.ConcernID(concern), now)
	}
	var id string
	err = tx.One(isFile, db.Args(owner, part), &id)
	if err == nil {
		return part, seal.Shred(tx, owner, seal.KindFile, part, now)
	}
	if !errors.Is(err, tilhor.ErrNotFound) {
		return "", err
	}
	n, err := blank(tx, owner, string(track), part)
	if err != nil || n == 0 {
		return "", err
	}
	thing = goneThing(string(track), part)
	return thing, seal.Gone(tx, owner, thing, now)
}

func blank(tx *db.Tx, owner tilhor.OwnerID, track, part string) (int64, error) {
	if version, ok := strings.CutPrefix(part, "plan-"); ok {
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil {
			return 0, err
		}
		return tx.Exec(blankPlan, owner, track, n, []byte{})
	}
	return tx.Exec(blankTexts, owner, track, part, []byte{})
}

// BlankShredded lets go again of words that were shredded alone: an older backup
// was put back, and has their sealed bytes.
func BlankShredded(tx *db.Tx, owner tilhor.OwnerID) error {
	all, err := seal.EachGone(tx, owner)
	if err != nil {
		return err
	}
	for _, thing := range all {
		if told, err := concerns.BlankShredded(tx, owner, thing); err != nil || told {
			if err != nil {
				return err
			}
			continue
		}
		track, part, ok := strings.Cut(thing, ".")
		if !ok {
			continue
		}
		if _, err := blank(tx, owner, track, part); err != nil {
			return err
		}
	}
	return nil
}
