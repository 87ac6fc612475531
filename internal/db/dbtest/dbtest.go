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

// SQLite is a new database file in the test's own folder, a copy of one that is
// migrated already.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	lite.once.Do(func() { lite.file, lite.err = makeLite() })
	if lite.err != nil {
		t.Fatal(lite.err)
	}
	dsn := SQLiteDSN(t)
	if err := os.WriteFile(strings.TrimPrefix(dsn, "sqlite:"), lite.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return opened(t, dsn)
}

var lite struct {
	once sync.Once
	file []byte
	err  error
}

func makeLite() ([]byte, error) {
	dir, err := os.MkdirTemp("", "tilhor-lite-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "tilhor.db")
	d, err := db.Open(context.Background(), "sqlite:"+path)
	if err != nil {
		return nil, fmt.Errorf("migrate the template: %w", err)
	}
	if err := d.Close(); err != nil { // which moves its log into the file
		return nil, err
	}
	return os.ReadFile(path)
}

// SQLiteDSN names a file that does not exist yet.
func SQLiteDSN(t testing.TB) string { return "sqlite:" + filepath.Join(t.TempDir(), "tilhor.db") }

// Postgres is an empty database in the private cluster: one that a test before
// was done with, emptied, or a new one.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return opened(t, borrowed(t))
}

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
	name := created(t)
	t.Cleanup(func() { drop(name) })
	return dsnOf(name)
}

// EmptyPostgresDSN makes a new database that holds no table yet.
func EmptyPostgresDSN(t testing.TB) string {
	t.Helper()
	templated(t) // so that there is a server
	name := createdLike(t, "")
	t.Cleanup(func() { drop(name) })
	return dsnOf(name)
}

func created(t testing.TB) (name string) {
	t.Helper()
	return createdLike(t, " TEMPLATE "+templated(t))
}

func templated(t testing.TB) (name string) {
	t.Helper()
	template.once.Do(func() { template.base, template.name, template.err = makeTemplate() })
	if template.err != nil {
		t.Fatalf("PostgreSQL for tests (try make deps): %v", template.err)
	}
	return template.name
}

func createdLike(t testing.TB, like string) (name string) {
	t.Helper()
	name = "t_" + tilhor.NewID()
	if err := admin(template.base, "CREATE DATABASE "+name+like); err != nil {
		t.Fatal(err)
	}
	return name
}

func dsnOf(name string) string { return strings.Replace(template.base, "/postgres?", "/"+name+"?", 1) }

func drop(name string) { admin(template.base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") }

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
	if err := d.Close(); err != nil {
		return "", "", err
	}
	shelf.shape, _, err = shapeOf(strings.Replace(base, "/postgres?", "/"+name+"?", 1))
	return base, name, err
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
