package concerns

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findText  = db.SQL(`SELECT sealed FROM concerns_text WHERE owner = $1 AND concern = $2 AND field = $3`)
	everyText = db.SQL(`SELECT concern, field FROM concerns_text WHERE owner = $1 ORDER BY concern, field`)
	everyTold = db.SQL(`SELECT id, known_at, known_precision, written_at, reporter, reporter_role, entry FROM concerns_concern
		WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with the words this room keeps (tilhor journal
// verify): a word that was changed, a concern that nobody told.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:  "concerns.",
		Table: "concerns_text",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
			s := journal.Stored{Kind: seal.KindConcern, Thing: id}
			return s, tx.One(findText, db.Args(r.By.Owner, id, field), &s.Bytes)
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
