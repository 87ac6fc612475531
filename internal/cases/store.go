package cases

import (
	"fmt"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// columns of a track, in the order that trackRow scans.
// The number is looked up row by row: joined, SQLite began with every case of
// the owner. A track that was moved to another matter keeps the number it had.
const columns = `t.id, t.slug, t.matter, (SELECT c.number FROM cases_case c WHERE c.owner = t.owner AND c.id = ` + begunIn + `), t.school, t.pupil,
	t.arena, t.sfo, t.state, t.handler, t.opened_at, t.written_at, t.due_on, t.check_on, t.ended_at`

// begunIn is the matter whose number a track has.
const begunIn = `CASE WHEN t.origin = '' THEN t.matter ELSE t.origin END`

const fromTrack = ` FROM cases_track t `

func trackRow(scan db.Scan) (t Track, err error) {
	var opened, written int64
	var ended *int64
	err = scan(&t.ID, &t.Slug, &t.Case, &t.Number, &t.School, &t.Pupil, &t.Arena, &t.SFO, &t.State, &t.Handler, &opened, &written, &t.DueOn, &t.CheckOn, &ended)
	t.Opened, t.Written = instant(opened), instant(written)
	if t.DueOn == noDate {
		t.DueOn = ""
	}
	if ended != nil {
		t.Ended = instant(*ended)
	}
	return t, err
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func today(now time.Time) tilhor.Date { return tilhor.DateOf(now, calendar.Oslo()) }

var findTrack = func() map[access.Act]*db.Stmt {
	m := map[access.Act]*db.Stmt{}
	for _, act := range []access.Act{access.Read, access.Work, access.Lead, access.Carry, access.Answer, access.Assign} {
		m[act] = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.slug = $6 AND ` + access.Scope(act, "t.id"))
	}
	return m
}()

// find is a track this person may do the act with: refused and missing are the
// same empty answer of the same statement.
func (d *Desk) find(tx *db.Tx, by tilhor.Actor, act access.Act, slug string, now time.Time) (Track, access.Relation, error) {
	t, found := Track{}, false
	err := tx.Each(findTrack[act], func(scan db.Scan) (err error) {
		found = true
		t, err = trackRow(scan)
		return err
	}, access.Args(by, act, now, slug)...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Track{}, "", err
	}
	rel, err := access.Allow(tx, by, act, string(t.ID), now)
	return t, rel, err
}

var (
	insertCase  = db.SQL(`INSERT INTO cases_case (owner, id, number, school, opened_at) VALUES ($1, $2, $3, $4, $5)`)
	insertTrack = db.SQL(`INSERT INTO cases_track (owner, id, slug, matter, school, pupil, arena, sfo, state, handler, opened_at, written_at, due_on, check_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', $9, $9, '9999-12-31', '')`)
	insertRecord = db.SQL(`INSERT INTO cases_record (owner, id, track, kind, at, precision, written_at, by_person, by_role, ref, on_date, answer, entry)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`)
	insertText    = db.SQL(`INSERT INTO cases_text (owner, track, record, field, sealed) VALUES ($1, $2, $3, $4, $5)`)
	selectRecords = db.SQL(`SELECT id, kind, at, precision, written_at, by_person, by_role, ref, on_date, answer, entry FROM cases_record
		WHERE owner = $1 AND track = $2 ORDER BY at, written_at, id`)
	selectTexts    = db.SQL(`SELECT record, field, sealed FROM cases_text WHERE owner = $1 AND track = $2`)
	selectChildren = db.SQL(`SELECT code, person, role, record FROM cases_child WHERE owner = $1 AND track = $2 ORDER BY code`)
	insertChild    = db.SQL(`INSERT INTO cases_child (owner, track, code, matter, person, role, record) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	touchTrack     = db.SQL(`UPDATE cases_track SET written_at = $3, due_on = $4 WHERE owner = $1 AND id = $2`)
	setState       = db.SQL(`UPDATE cases_track SET state = $3, check_on = $4, ended_at = $5 WHERE owner = $1 AND id = $2`)
	setHandler     = db.SQL(`UPDATE cases_track SET handler = $3 WHERE owner = $1 AND id = $2`)
	setPupil       = db.SQL(`UPDATE cases_track SET pupil = $3 WHERE owner = $1 AND id = $2`)
)

// texts opens every sealed text of a track, by record and field.
func (d *Desk) texts(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, key seal.Key) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	stopped, err := privacy.StoppedParts(tx, owner, id)
	if err != nil {
		return nil, err
	}
	err = tx.Each(selectTexts, func(scan db.Scan) error {
		var record, field string
		var sealed []byte
		if err := scan(&record, &field, &sealed); err != nil {
			return err
		}
		if stopped[record] || len(sealed) == 0 { // blocked or shredded: nobody reads it
			return nil
		}
		plain, err := key.Open(field, record, sealed)
		if err != nil {
			return fmt.Errorf("open %s of record %s: %w", field, record, err)
		}
		if all[record] == nil {
			all[record] = map[string]string{}
		}
		all[record][field] = plain
		return nil
	}, owner, id)
	return all, err
}

// records lists what was said and done in a track, oldest first, with words.
func (d *Desk) records(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, texts map[string]map[string]string) ([]Record, error) {
	var all []Record
	err := tx.Each(selectRecords, func(scan db.Scan) error {
		var r Record
		var at, written int64
		if err := scan(&r.ID, &r.Kind, &at, &r.When.Precision, &written, &r.By, &r.Role, &r.Ref, &r.On, &r.Answer, &r.Entry); err != nil {
			return err
		}
		r.When.At, r.When.Written = instant(at), instant(written)
		r.Text = texts[string(r.ID)]
		all = append(all, r)
		return nil
	}, owner, id)
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		if !a.When.At.Equal(b.When.At) {
			return a.When.At.Before(b.When.At)
		}
		if !a.When.Written.Equal(b.When.Written) {
			return a.When.Written.Before(b.When.Written)
		}
		return rankOf(a.Kind) < rankOf(b.Kind)
	})
	return all, err
}

// rank orders what one act writes at one instant: ids are random, and say
// nothing of order.
var rank = map[Kind]int{Reopened: 1, Told: 2, Exposed: 2, TakenUp: 3, Joined: 3, Appointed: 4, Protected: 5, Started: 6, Source: 7, Finding: 8, Found: 9}

func rankOf(k Kind) int {
	if r, ok := rank[k]; ok {
		return r
	}
	return len(rank) + 1
}

// children lists the other children to be heard in a track.
func (d *Desk) children(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, texts map[string]map[string]string) ([]Child, error) {
	var all []Child
	err := tx.Each(selectChildren, func(scan db.Scan) error {
		var c Child
		var record string
		if err := scan(&c.Code, &c.Person, &c.Role, &record); err != nil {
			return err
		}
		c.Described = texts[record]["who"]
		all = append(all, c)
		return nil
	}, owner, id)
	return all, err
}
