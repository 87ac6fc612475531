package interventions

import (
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findLine   = db.SQL(`SELECT event, entry, sealed FROM interventions_line WHERE owner = $1 AND id = $2`)
	findRow    = db.SQL(`SELECT school, pupil, thing, arena, happened_at, precision FROM interventions_event WHERE owner = $1 AND id = $2`)
	everyLine  = db.SQL(`SELECT id FROM interventions_line WHERE owner = $1 ORDER BY event, n`)
	everyEntry = db.SQL(`SELECT id, event, entry FROM interventions_line WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with what is kept (tilhor journal verify).
func init() {
	journal.RegisterContent(journal.Content{
		Acts:     "interventions.",
		Table:    "interventions_line",
		RowTable: "interventions_line or interventions_event",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (s journal.Stored, err error) {
			s.Kind = seal.KindForce
			if field == fieldRow {
				var e Event
				var at int64
				err := tx.One(findRow, db.Args(r.By.Owner, id), &e.School, &e.Pupil, &e.thing, &e.Arena, &at, &e.Happened.Precision)
				e.Happened.At = time.UnixMilli(at)
				open := openOf(e)
				s.Thing, s.Open = id, &open
				return s, err
			}
			err = tx.One(findLine, db.Args(r.By.Owner, id), &s.Thing, &s.Entry, &s.Bytes)
			return s, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(everyLine, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil {
					return err
				}
				return yield(seal.Label(fieldLine, id))
			}, owner)
		},
		HasRow: func(r journal.Record) bool { return r.Act != actHeed },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(everyEntry, func(scan db.Scan) error {
				row := journal.RoomRow{Table: "interventions_line"}
				var event EventID
				if err := scan(&row.Key, &event, &row.Entry); err != nil {
					return err
				}
				row.Subject, row.Stream = row.Key, stream(event)
				return yield(row)
			}, owner, after)
		},
	})
}
