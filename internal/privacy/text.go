package privacy

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var (
	insertText = db.SQL(`INSERT INTO privacy_text (owner, thing, field, sealed) VALUES ($1, $2, $3, $4)`)
	findText   = db.SQL(`SELECT sealed FROM privacy_text WHERE owner = $1 AND thing = $2 AND field = $3`)
	selectText = db.SQL(`SELECT field, sealed FROM privacy_text WHERE owner = $1 AND thing = $2`)
	everyText  = db.SQL(`SELECT thing, field FROM privacy_text WHERE owner = $1 ORDER BY thing, field`)
)

func init() {
	journal.RegisterContent(journal.Content{
		Acts:  "privacy.",
		Table: "privacy_text",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
			s := journal.Stored{Kind: seal.KindOwner, Thing: string(r.By.Owner)}
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
	})
}

// A Word is one field of what is written for the officer.
type Word struct{ Field, Text string }

// write seals the words of a thing under the owner's key, and gives the
// commitments for its entry. Empty ones are not kept.
func write(tx *db.Tx, keys *seal.Keys, owner tilhor.OwnerID, thing string, words ...Word) (parts []journal.Part, err error) {
	key, err := keys.Make(tx, owner, seal.KindOwner, string(owner))
	if err != nil {
		return nil, err
	}
	for _, w := range words {
		if w.Text == "" {
			continue
		}
		s := key.Seal(w.Field, thing, w.Text)
		if _, err := tx.Exec(insertText, owner, thing, w.Field, s.Bytes); err != nil {
			return nil, err
		}
		parts = append(parts, journal.Parts(s)...)
	}
	return parts, nil
}

// words opens what is written of a thing.
func words(tx *db.Tx, keys *seal.Keys, owner tilhor.OwnerID, thing string) (map[string]string, error) {
	all := map[string]string{}
	key, err := keys.Make(tx, owner, seal.KindOwner, string(owner))
	if err != nil {
		return nil, err
	}
	return all, tx.Each(selectText, func(scan db.Scan) error {
		var field string
		var sealed []byte
		if err := scan(&field, &sealed); err != nil {
			return err
		}
		all[field], err = key.Open(field, thing, sealed)
		return err
	}, owner, thing)
}
