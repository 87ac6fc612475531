package concerns

import (
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findRow     = db.SQL(`SELECT school, channel, arena, happened_at, happened_precision, pupil_says, accused FROM concerns_concern WHERE owner = $1 AND id = $2`)
	findPupils  = db.SQL(`SELECT n, person FROM concerns_pupil WHERE owner = $1 AND concern = $2 ORDER BY n`)
	findAgainst = db.SQL(`SELECT n, person FROM concerns_accused WHERE owner = $1 AND concern = $2 ORDER BY n`)
	findText    = db.SQL(`SELECT sealed FROM concerns_text WHERE owner = $1 AND concern = $2 AND field = $3`)
	everyText   = db.SQL(`SELECT concern, field FROM concerns_text WHERE owner = $1 ORDER BY concern, field`)
	everyTold   = db.SQL(`SELECT id, known_at, known_precision, written_at, reporter, reporter_role, entry FROM concerns_concern
		WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with the words this room keeps (tilhor journal
// verify): a word that was changed, a concern that nobody told.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:     "concerns.",
		Table:    "concerns_text",
		RowTable: "concerns_concern or concerns_pupil",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
			s := journal.Stored{Kind: seal.KindConcern, Thing: id}
			if field == fieldRow {
				open, err := storedOpen(tx, r.By.Owner, id)
				s.Open = &open
				return s, err
			}
			err := tx.One(findText, db.Args(r.By.Owner, id, field), &s.Bytes)
			if err == nil && len(s.Bytes) == 0 && hides(field) { // shredded alone: the mark tells of it
				s.Kind, s.Thing = seal.KindText, goneThing(id)
			}
			return s, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(everyText, func(scan db.Scan) error {
				var id, field string
				if err := scan(&id, &field); err != nil {
					return err
				}
				return yield(seal.Label(field, id))
			}, owner)
		},
		HasRow: func(r journal.Record) bool { return r.Act == actTell },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(everyTold, func(scan db.Scan) error {
				var known, written int64
				row := journal.RoomRow{Table: "concerns_concern", Act: actTell, Written: &written, Person: new(tilhor.PersonID), Role: new(tilhor.Role)}
				if err := scan(&row.Key, &known, &row.Precision, &written, row.Person, row.Role, &row.Entry); err != nil {
					return err
				}
				if row.Precision != tilhor.Unknown {
					row.At = &known
				}
				row.Subject, row.Stream = row.Key, stream(tilhor.ConcernID(row.Key))
				return yield(row)
			}, owner, after)
		},
	})
}

// actTell is the act of the entry that a concern begins with.
const actTell = "concerns.tell"

// fieldRow is the label of what a concern stores open as it was told.
const fieldRow = "row"

// openOf is what a concern stores open besides what its entry says itself: where,
// when, how it was told, and whom it is about.
func openOf(c Concern) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n%s\n%d\n%s\n%v", c.School, c.Channel, c.Arena, millis(c.Happened), c.Happened.Precision, c.PupilSays)
	for _, p := range c.Pupils {
		fmt.Fprintf(&b, "\n%d %s", p.N, p.Person)
	}
	if c.Sealed() {
		fmt.Fprintf(&b, "\naccused %s", c.Accused)
		for _, a := range c.Against {
			if a.Person != "" {
				fmt.Fprintf(&b, "\n%d %s", a.N, a.Person)
			}
		}
	}
	return b.String()
}

// storedOpen is openOf as the rows have it now.
func storedOpen(tx *db.Tx, owner tilhor.OwnerID, id string) (string, error) {
	var c Concern
	var at int64
	err := tx.One(findRow, db.Args(owner, id), &c.School, &c.Channel, &c.Arena, &at, &c.Happened.Precision, &c.PupilSays, &c.Accused)
	if err != nil {
		return "", err
	}
	c.Happened.At = time.UnixMilli(at)
	c.Happened.Written = c.Happened.At
	err = tx.Each(findPupils, func(scan db.Scan) error {
		var p Pupil
		err := scan(&p.N, &p.Person)
		c.Pupils = append(c.Pupils, p)
		return err
	}, owner, id)
	if err == nil {
		err = tx.Each(findAgainst, func(scan db.Scan) error {
			var a Against
			err := scan(&a.N, &a.Person)
			c.Against = append(c.Against, a)
			return err
		}, owner, id)
	}
	return openOf(c), err
}
