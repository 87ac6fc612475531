// Package dbtest gives tests a real, empty, migrated database of each engine.
// PostgreSQL runs as a private cluster on a temporary socket: the one that
// TILHOR_TEST_PG names (make test starts one for all packages), else one of
// this test process's own.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tilhor"
	"tilhor/internal/db"
)

// Each runs the test once on SQLite and once on PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite is a new database file in the test's own folder.
func SQLite(t testing.TB) *db.DB { return opened(t, SQLiteDSN(t)) }

// SQLiteDSN names a file that does not exist yet.
func SQLiteDSN(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "tilhor.db") }

// Postgres is a new database in the private cluster.
func Postgres(t testing.TB) *db.DB { return opened(t, PostgresDSN(t)) }

func opened(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

var template struct {
	once sync.Once
	name string
	base string
	err  error
}

// PostgresDSN makes a new database, a copy of one that is migrated already.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	template.once.Do(func() { template.base, template.name, template.err = makeTemplate() })
	if template.err != nil {
		t.Fatalf("PostgreSQL for tests (try make deps): %v", template.err)
	}
	name := "t_" + tilhor.NewID()
	if err := admin(template.base, "CREATE DATABASE "+name+" TEMPLATE "+template.name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin(template.base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return strings.Replace(template.base, "/postgres?", "/"+name+"?", 1)
}

func makeTemplate() (base, name string, err error) {
	base = os.Getenv("TILHOR_TEST_PG")
	if base == "" {
		c, err := Start()
		if err != nil {
			return "", "", err
		}
		base = c.DSN
	}
	name = "tpl_" + tilhor.NewID()
	if err := admin(base, "CREATE DATABASE "+name); err != nil {
		return "", "", err
	}
	d, err := db.Open(context.Background(), strings.Replace(base, "/postgres?", "/"+name+"?", 1))
	if err != nil {
		return "", "", fmt.Errorf("migrate the template: %w", err)
	}
	return base, name, d.Close()
}

func admin(dsn, q string) error {
	c, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Exec(q)
	return err
}
