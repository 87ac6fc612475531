package db

import (
	"context"
	"errors"
	"fmt"
)

// Of SQLite the program sets what is needed itself, at every connection.
var careless = SQLFor(`SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name`,
	`SELECT '' AS name WHERE 1 = 0`)

// Durable says what is wrong when the server is set to answer before what it
// answers for is on disk: what was acknowledged could then be lost.
func (d *DB) Durable(ctx context.Context) error {
	return d.Read(ctx, func(tx *Tx) error {
		var wrong error
		err := tx.Each(careless, func(scan Scan) error {
			var name string
			err := scan(&name)
			wrong = errors.Join(wrong, fmt.Errorf("PostgreSQL is set to %s=off: what is acknowledged can be lost", name))
			return err
		})
		return errors.Join(err, wrong)
	})
}
