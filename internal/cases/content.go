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
	findRow     = db.SQL(`SELECT ref, on_date, answer FROM cases_record WHERE owner = $1 AND id = $2`)
	everyRecord = db.SQL(`SELECT id, track, kind, at, precision, written_at, by_person, by_role, entry FROM cases_record
		WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
)

// The record can be compared with the words this room keeps (tilhor journal
// verify): a word that was changed, a note that nobody wrote.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:     "cases.",
		Table:    "cases_text, cases_plan or cases_chunk",
		RowTable: "cases_record",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
			track := strings.TrimPrefix(r.Stream, stream(""))
			s := journal.Stored{Kind: seal.KindTrack, Thing: track}
			if version, ok := strings.CutPrefix(id, "plan-"); ok && field == "plan" {
				n, err := strconv.ParseInt(version, 10, 64)
				if err != nil {
					return s, tilhor.ErrNotFound
				}
				err = tx.One(findPlan, db.Args(r.By.Owner, track, n), &s.Bytes)
				return gone(track, id, s), err
			}
			if part, n, ok := chunkOf(field); ok {
				return s, tx.One(findChunk, db.Args(r.By.Owner, id, part, n), &s.Bytes)
			}
			if field == fieldRow {
				var ref, on, answer string
				err := tx.One(findRow, db.Args(r.By.Owner, id), &ref, &on, &answer)
				s.Open = new(string)
				*s.Open = openOf(ref, tilhor.Date(on), answer)
				return s, err
			}
			err := tx.One(findText, db.Args(r.By.Owner, track, id, field), &s.Bytes)
			return gone(track, id, s), err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			err := tx.Each(everyText, func(scan db.Scan) error {
				var id, field string
				if err := scan(&id, &field); err != nil {
					return err
				}
				return yield(seal.Label(field, id))
			}, owner)
			if err != nil {
				return err
			}
			return tx.Each(everyChunk, func(scan db.Scan) error {
				var part, id string
				var n int
				if err := scan(&part, &n, &id); err != nil {
					return err
				}
				return yield(seal.Label(chunkLabel(part, n), id))
			}, owner)
		},
		Mirrors: mirrors,
		HasRow:  func(r journal.Record) bool { return kinds[Kind(strings.TrimPrefix(r.Act, "cases."))] },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(journal.RoomRow) error) error {
			return tx.Each(everyRecord, func(scan db.Scan) error {
				var track, kind string
				var at, written int64
				row := journal.RoomRow{Table: "cases_record", At: &at, Written: &written, Person: new(tilhor.PersonID), Role: new(tilhor.Role)}
				if err := scan(&row.Key, &track, &kind, &at, &row.Precision, &written, row.Person, row.Role, &row.Entry); err != nil {
					return err
				}
				row.Subject, row.Stream, row.Act = row.Key, stream(tilhor.TrackID(track)), "cases."+kind
				return yield(row)
			}, owner, after)
		},
	})
}

// kinds are those whose entry has a record of its own.
var kinds = map[Kind]bool{
	Told: true, TakenUp: true, Joined: true, RaisedBy: true, Appointed: true, Protected: true, Voice: true, Started: true,
	Source: true, Finding: true, Found: true, Interest: true, Approved: true, Ticked: true, Evaluated: true, Wrote: true,
	Informed: true, Rights: true, Affected: true, NotReached: true, Identified: true, Ended: true, SteppedDownK: true,
	Checked: true, Reopened: true, Packed: true, Judged: true, ToldOwner: true, LedBy: true, AdvisedBy: true, Recused: true, Party: true,
}

// fieldRow is the label of what a record stores open.
const fieldRow = "row"

// openOf is what a record stores open besides what its entry says itself.
func openOf(ref string, on tilhor.Date, answer string) string {
	return ref + "\n" + string(on) + "\n" + answer
}
