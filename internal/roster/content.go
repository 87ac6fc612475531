package roster

import (
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// The labels of what a decision stores open: about whom, what, on what grounds,
// from when to when, and in which track. Never change them.
const (
	fieldDecisionRow = "roster.decision.row"
	fieldOverrideRow = "roster.override.row"
)

var (
	rowOfDecision = db.SQL(`SELECT home, kind, pupil, person, basis, from_date, until_date, by_person, written, review_on, track FROM roster_decision WHERE owner = $1 AND id = $2`)
	rowOfOverride = db.SQL(`SELECT home, pupil, guardian, holds, responsibility, from_date, until_date, by_person, written, track FROM roster_override WHERE owner = $1 AND id = $2`)
	everyDecision = db.SQL(`SELECT id FROM roster_decision WHERE owner = $1 ORDER BY id`)
	everyOverride = db.SQL(`SELECT id FROM roster_override WHERE owner = $1 ORDER BY id`)
)

// The record can be compared with what was decided about homes, and with what an
// import changed (tilhor journal verify), table by table. The lists themselves come
// from files, and are not compared.
func init() {
	for _, c := range []struct {
		acts, table, row, words string // words: the label of what is sealed in it
		stored                  func(*db.Tx, tilhor.OwnerID, string) (*string, tilhor.SchoolID, error)
		find, every             *db.Stmt
	}{
		{"roster.", "roster_decision", fieldDecisionRow, fieldDecision, storedDecision, findDecision, everyDecision},
		{"roster.override", "roster_override", fieldOverrideRow, fieldReason, storedOverride, findOverride, everyOverride},
	} {
		journal.RegisterContent(journal.Content{
			Acts: c.acts, Table: c.table,
			Find: func(tx *db.Tx, r journal.Record, field, id string) (s journal.Stored, err error) {
				var home tilhor.SchoolID
				if field == c.row {
					s.Open, home, err = c.stored(tx, r.By.Owner, id)
				} else {
					err = tx.One(c.find, db.Args(r.By.Owner, id), &home, &s.Bytes)
				}
				s.Kind, s.Thing = keyOf(home)
				return s, err
			},
			Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
				return tx.Each(c.every, func(scan db.Scan) error {
					var id string
					if err := scan(&id); err != nil {
						return err
					}
					return yield(seal.Label(c.words, id))
				}, owner)
			},
		})
	}
	journal.RegisterContent(journal.Content{
		Acts: "roster.import", Table: "roster_import",
		Find: func(tx *db.Tx, r journal.Record, _, id string) (s journal.Stored, err error) {
			s.Kind, s.Thing = keyOf("")
			return s, tx.One(findImport, db.Args(r.By.Owner, id), &s.Bytes)
		},
	})
}

func openDecision(x Decision) string {
	return strings.Join([]string{
		string(x.Kind), string(x.Pupil), string(x.Person), x.Basis, string(x.From), string(x.Until), string(x.By),
		fmt.Sprint(x.Written.UnixMilli()), string(x.Review), string(x.Track),
	}, "\n")
}

func openOverride(o Override) string {
	return strings.Join([]string{
		string(o.Pupil), string(o.Guardian), fmt.Sprint(o.Holds), string(o.Responsibility), string(o.From), string(o.Until), string(o.By),
		fmt.Sprint(o.Written.UnixMilli()), string(o.Track),
	}, "\n")
}

// storedDecision is openDecision as the row has it now.
func storedDecision(tx *db.Tx, owner tilhor.OwnerID, id string) (*string, tilhor.SchoolID, error) {
	var x Decision
	var home tilhor.SchoolID
	var written int64
	err := tx.One(rowOfDecision, db.Args(owner, id), &home, &x.Kind, &x.Pupil, &x.Person, &x.Basis, &x.From, &x.Until, &x.By, &written, &x.Review, &x.Track)
	x.Written = time.UnixMilli(written)
	open := openDecision(x)
	return &open, home, err
}

func storedOverride(tx *db.Tx, owner tilhor.OwnerID, id string) (*string, tilhor.SchoolID, error) {
	var o Override
	var home tilhor.SchoolID
	var written int64
	err := tx.One(rowOfOverride, db.Args(owner, id), &home, &o.Pupil, &o.Guardian, &o.Holds, &o.Responsibility, &o.From, &o.Until, &o.By, &written, &o.Track)
	o.Written = time.UnixMilli(written)
	open := openOverride(o)
	return &open, home, err
}
