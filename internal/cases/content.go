package cases

import (
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	findText    = db.SQL(`SELECT sealed FROM cases_text WHERE owner = $1 AND track = $2 AND record = $3 AND field = $4`)
	findPlan    = db.SQL(`SELECT sealed FROM cases_plan WHERE owner = $1 AND track = $2 AND version = $3`)
	everyText   = db.SQL(`SELECT record, field FROM cases_text WHERE owner = $1 ORDER BY track, record, field`)
	everyRecord = db.SQL(`SELECT entry FROM cases_record WHERE owner = $1 ORDER BY id`)
)

// The record can be compared with the words this room keeps (tilhor journal
// verify): a word that was changed, a note that nobody wrote.
func init() {
	journal.RegisterContent(journal.Content{
		Acts: "cases.",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
			track := strings.TrimPrefix(r.Stream, stream(""))
			s := journal.Stored{Kind: seal.KindTrack, Thing: track}
			if version, ok := strings.CutPrefix(id, "plan-"); ok && field == "plan" {
				n, err := strconv.ParseInt(version, 10, 64)
				if err != nil {
					return s, tilhor.ErrNotFound
				}
				return s, tx.One(findPlan, db.Args(r.By.Owner, track, n), &s.Bytes)
			}
			return s, tx.One(findText, db.Args(r.By.Owner, track, id, field), &s.Bytes)
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
			return tx.Each(everyRecord, func(scan db.Scan) error {
				var id tilhor.EntryID
				if err := scan(&id); err != nil {
					return err
				}
				return yield(id)
			}, owner)
		},
	})
}
