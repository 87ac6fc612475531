package dbtest

import (
	"context"
	"testing"

	"tilhor/internal/db"
)

var (
	countMeta = db.SQL(`SELECT COUNT(*) FROM db_meta`)
	putMeta   = db.SQL(`INSERT INTO db_meta (owner, name, value) VALUES ('x', 'x', 'x')`)
)

// A database is lent again when it is as it was, and empty each time; one that is
// altered, or still used, is not.
func TestLent(t *testing.T) {
	ctx := context.Background()
	use := func(spoil func(t *testing.T, dsn string)) (dsn string) {
		t.Run("use", func(t *testing.T) {
			dsn = borrowed(t)
			d := opened(t, dsn)
			var n int
			if err := d.One(ctx, countMeta, nil, &n); err != nil || n != 0 {
				t.Fatalf("%d rows are left: %v", n, err)
			}
			if err := d.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(putMeta); return err }); err != nil {
				t.Fatal(err)
			}
			spoil(t, dsn)
		})
		return dsn
	}
	whole := func(*testing.T, string) {}
	first := use(whole)
	if second := use(whole); second != first {
		t.Error("a database that was left whole is not lent again")
	}
	for what, act := range map[string]string{
		"an index less": `DROP INDEX cases_track_pupil`,
		"a column more": `ALTER TABLE db_meta ADD COLUMN more TEXT`,
		"a setting":     `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET work_mem = 1024'; END $$`,
		"a view less":   `DROP VIEW oversight_audit`,
		"a table more":  `CREATE TABLE another (id TEXT)`,
	} {
		spoiled := use(func(t *testing.T, dsn string) {
			if err := admin(dsn, act); err != nil {
				t.Fatal(err)
			}
		})
		if again := use(whole); again == spoiled {
			t.Errorf("%s: it is lent again", what)
		}
	}
	var left *db.DB
	used := use(func(t *testing.T, dsn string) {
		var err error
		if left, err = db.Open(ctx, dsn); err != nil {
			t.Fatal(err)
		}
	})
	if again := use(whole); again == used {
		t.Error("one that somebody is still at is lent again")
	}
	left.Close()
}
