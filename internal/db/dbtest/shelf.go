package dbtest

import (
	"database/sql"
	"sync"
	"testing"
)

// To make a database costs a test more than most of what it does in it. One that
// a test is done with is therefore emptied and given to the next, as long as it
// is as it was: the same tables and indexes, and nobody at it any more.
var shelf struct {
	mu    sync.Mutex
	free  []lent
	shape string // of a new one
}

type lent struct {
	name  string
	times int
}

// mostLent is how often one is lent: what was deleted stays in its files.
const mostLent = 20

// borrowed is the address of an empty database, until the test ends.
func borrowed(t testing.TB) string {
	t.Helper()
	shelf.mu.Lock()
	var l lent
	if n := len(shelf.free); n > 0 {
		l, shelf.free = shelf.free[n-1], shelf.free[:n-1]
	}
	shelf.mu.Unlock()
	if l.name == "" {
		l.name = created(t)
	}
	l.times++
	t.Cleanup(func() {
		if l.times >= mostLent || t.Failed() || !emptied(dsnOf(l.name)) {
			drop(l.name)
			return
		}
		shelf.mu.Lock()
		defer shelf.mu.Unlock()
		shelf.free = append(shelf.free, l)
	})
	return dsnOf(l.name)
}

// emptied empties a database, and says whether it is as a new one. Who has closed a
// connection is seen at it for a moment still, on a busy machine for longer.
func emptied(dsn string) bool {
	shape, others, err := shapeOf(dsn)
	for tries := 0; err == nil && others > 0 && tries < 50; tries++ {
		if err = admin(dsn, `SELECT pg_sleep(0.01)`); err == nil {
			shape, others, err = shapeOf(dsn)
		}
	}
	if err != nil || others > 0 || shape != shelf.shape {
		return false
	}
	return admin(dsn, empty) == nil
}

const empty = `DO $$ DECLARE name text; BEGIN
	FOR name IN SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'db_schema'
	LOOP EXECUTE 'DELETE FROM ' || name; END LOOP; END $$`

// shapeOf is all of a database's own tables, columns, indexes, views, triggers,
// functions and settings in one line, and how many others are connected to it.
func shapeOf(dsn string) (shape string, others int, err error) {
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", 0, err
	}
	defer pool.Close()
	err = pool.QueryRow(`SELECT md5(string_agg(x, '|' ORDER BY x)),
			(SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend')
		FROM (
			SELECT c.relname || c.relkind::text || COALESCE(array_to_string(c.reloptions, ','), '') || a.attname || a.atttypid::text || a.attnotnull::text AS x
				FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT viewname || definition FROM pg_views WHERE schemaname = 'public'
			UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT proname || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			UNION ALL SELECT nspname::text FROM pg_namespace WHERE nspname NOT LIKE 'pg_toast%' AND nspname NOT LIKE 'pg_temp%'
			UNION ALL SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
		) s`).Scan(&shape, &others)
	return shape, others, err
}
