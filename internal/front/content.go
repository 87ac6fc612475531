package front

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findLine   = db.SQL(`SELECT school, entry, sealed FROM front_line WHERE owner = $1 AND id = $2`)
	everyLine  = db.SQL(`SELECT id FROM front_line WHERE owner = $1 ORDER BY id`)
	everyEntry = db.SQL(`SELECT id, school, entry FROM front_line WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with what the page says (tilhor journal verify): a
// line that was changed, taken out or put in.
func init() {
	journal.RegisterContent(journal.Content{
		Acts: "front.", Table: "front_line", RowTable: "front_line",
		Find: func(tx *db.Tx, r journal.Record, _, id string) (s journal.Stored, err error) {
			s.Kind = seal.KindFront
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
		HasRow: func(r journal.Record) bool { return r.Act == actSay },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(everyEntry, func(scan db.Scan) error {
				row := journal.RoomRow{Table: "front_line", Act: actSay}
				var school tilhor.SchoolID
				if err := scan(&row.Key, &school, &row.Entry); err != nil {
					return err
				}
				row.Subject, row.Stream = row.Key, stream(school)
				return yield(row)
			}, owner, after)
		},
	})
}
