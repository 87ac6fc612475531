package danger

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findLine   = db.SQL(`SELECT paper, entry, sealed FROM danger_line WHERE owner = $1 AND id = $2`)
	everyLine  = db.SQL(`SELECT id FROM danger_line WHERE owner = $1 ORDER BY paper, n`)
	everyEntry = db.SQL(`SELECT id, paper, entry FROM danger_line WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with what is kept (tilhor journal verify): a line
// that was changed, taken away or put in.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:     "sealed.",
		Table:    "danger_line",
		RowTable: "danger_line",
		Find: func(tx *db.Tx, r journal.Record, _, id string) (s journal.Stored, err error) {
			s.Kind = seal.KindNote
			err = tx.One(findLine, db.Args(r.By.Owner, id), &s.Thing, &s.Entry, &s.Bytes)
			return s, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(everyLine, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil {
					return err
				}
				return yield(seal.Label(field, id))
			}, owner)
		},
		HasRow: func(r journal.Record) bool { return r.Act == act },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(everyEntry, func(scan db.Scan) error {
				row := journal.RoomRow{Table: "danger_line", Act: act}
				var note NoteID
				if err := scan(&row.Key, &note, &row.Entry); err != nil {
					return err
				}
				row.Subject, row.Stream = row.Key, stream(note)
				return yield(row)
			}, owner, after)
		},
	})
}
