package journal

import (
	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// Lines are the commonest content of a room: one sealed text for each entry, in a
// table of owner, id, entry and sealed, under the thing it is about.
type Lines struct {
	Acts, Table, Of string // Of is the column that names the thing
	Kind            seal.Kind
	Field           string                    // what is sealed
	Stream          func(thing string) string // where the entries of a thing stand
	Act             string                    // what writes a line, "" when several acts do
	Writes          func(act string) bool     // whether an act writes one
}

// Content is how they are compared with the record.
func (l Lines) Content() Content {
	find := db.SQL(`SELECT ` + l.Of + `, entry, sealed FROM ` + l.Table + ` WHERE owner = $1 AND id = $2`)
	every := db.SQL(`SELECT id FROM ` + l.Table + ` WHERE owner = $1 ORDER BY id`)
	entries := db.SQL(`SELECT id, ` + l.Of + `, entry FROM ` + l.Table + ` WHERE owner = $1 AND id > $2 ORDER BY id LIMIT 1000`)
	return Content{
		Acts: l.Acts, Table: l.Table, RowTable: l.Table,
		Find: func(tx *db.Tx, r Record, _, id string) (s Stored, err error) {
			s.Kind = l.Kind
			err = tx.One(find, db.Args(r.By.Owner, id), &s.Thing, &s.Entry, &s.Bytes)
			return s, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(every, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil {
					return err
				}
				return yield(seal.Label(l.Field, id))
			}, owner)
		},
		HasRow: func(r Record) bool { return l.Writes(r.Act) },
		Rows: func(tx *db.Tx, owner tilhor.OwnerID, after string, yield func(RoomRow) error) error {
			return tx.Each(entries, func(scan db.Scan) error {
				row := RoomRow{Table: l.Table, Act: l.Act}
				var thing string
				if err := scan(&row.Key, &thing, &row.Entry); err != nil {
					return err
				}
				row.Subject, row.Stream = row.Key, l.Stream(thing)
				return yield(row)
			}, owner, after)
		},
	}
}
