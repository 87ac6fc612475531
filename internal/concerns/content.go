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
	everyTold = db.SQL(`SELECT entry FROM concerns_concern WHERE owner = $1 ORDER BY id`)
)

// The record can be compared with the words this room keeps (tilhor journal
// verify): a word that was changed, a concern that nobody told.
func init() {
	journal.RegisterContent(journal.Content{
		Acts: "concerns.",
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
		Entries: func(tx *db.Tx, owner tilhor.OwnerID, yield func(tilhor.EntryID) error) error {
			return tx.Each(everyTold, func(scan db.Scan) error {
				var id tilhor.EntryID
				if err := scan(&id); err != nil {
					return err
				}
				return yield(id)
			}, owner)
		},
	})
}
