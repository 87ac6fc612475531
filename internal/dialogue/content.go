package dialogue

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findLine   = db.SQL(`SELECT concern, entry, sealed FROM dialogue_line WHERE owner = $1 AND id = $2`)
	everyLine  = db.SQL(`SELECT id FROM dialogue_line WHERE owner = $1 ORDER BY concern, n`)
	everyEntry = db.SQL(`SELECT id, concern, entry FROM dialogue_line WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with what is kept (tilhor journal verify): a
// message that was changed, taken away or put in.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:     "dialogue.",
		Table:    "dialogue_line",
		RowTable: "dialogue_line",
		Find: func(tx *db.Tx, r journal.Record, _, id string) (s journal.Stored, err error) {
			s.Kind = seal.KindConcern
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
		HasRow: func(r journal.Record) bool { return r.Act != actOpen },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(everyEntry, func(scan db.Scan) error {
				row := journal.RoomRow{Table: "dialogue_line"}
				var concern tilhor.ConcernID
				if err := scan(&row.Key, &concern, &row.Entry); err != nil {
					return err
				}
				row.Subject, row.Stream = row.Key, stream(concern)
				return yield(row)
			}, owner, after)
		},
	})
}
