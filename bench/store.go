package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// A store is where one engine keeps the worlds of this run and of the next.
type store struct {
	engine  db.Engine
	dir     string
	cluster *dbtest.Cluster
}

// openStore starts PostgreSQL with its own settings, which are durable; SQLite
// needs nothing started.
// careless is for a test of the bench itself, which measures nothing.
func openStore(dir string, e db.Engine, careless bool) (*store, error) {
	s := &store{engine: e, dir: filepath.Join(dir, string(e))}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	if e == db.SQLite {
		return s, nil
	}
	var err error
	durable := "on"
	if careless {
		durable = "off"
	}
	s.cluster, err = dbtest.StartIn(s.dir, "fsync="+durable, "synchronous_commit="+durable, "full_page_writes="+durable, "max_connections=200",
		"shared_buffers=1GB", "max_wal_size=4GB", "checkpoint_timeout=30min", "maintenance_work_mem=512MB")
	return s, err
}

func (s *store) close() {
	if s.cluster != nil {
		s.cluster.Rest()
	}
}

// dsn is the address of a world.
func (s *store) dsn(name string) string {
	if s.engine == db.SQLite {
		return "sqlite:" + filepath.Join(s.dir, name+".db")
	}
	return strings.Replace(s.cluster.DSN, "/postgres?", "/"+name+"?", 1)
}

// drop removes a world, so that a new one of the name can be made.
func (s *store) drop(name string) error {
	if s.engine == db.SQLite {
		for _, end := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(filepath.Join(s.dir, name+".db"+end)); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
		return nil
	}
	return s.admin(`DROP DATABASE IF EXISTS "` + name + `" WITH (FORCE)`)
}

// create makes an empty world on PostgreSQL; SQLite makes its file itself.
func (s *store) create(name string) error {
	if s.engine == db.SQLite {
		return nil
	}
	return s.admin(`CREATE DATABASE "` + name + `"`)
}

// copy makes a world that is like another, which nobody has open (PostgreSQL).
func (s *store) copy(from, to string) error {
	return s.admin(`CREATE DATABASE "` + to + `" TEMPLATE "` + from + `"`)
}

func (s *store) exists(name string) bool {
	if s.engine == db.SQLite {
		_, err := os.Stat(filepath.Join(s.dir, name+".db"))
		return err == nil
	}
	c, err := sql.Open("pgx", s.cluster.DSN)
	if err != nil {
		return false
	}
	defer c.Close()
	var n int
	return c.QueryRow(`SELECT 1 FROM pg_database WHERE datname = $1`, name).Scan(&n) == nil
}

func (s *store) admin(q string) error {
	c, err := sql.Open("pgx", s.cluster.DSN)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Exec(q)
	return err
}

// raw opens a world beside the program's own seam, for bare rows and for
// loading many. careless gives up durability: a world that is being loaded can
// be loaded again.
func (s *store) raw(ctx context.Context, name string, careless bool) (*sql.DB, error) {
	if s.engine == db.Postgres {
		c, err := sql.Open("pgx", s.dsn(name))
		if err == nil {
			c.SetMaxOpenConns(64)
			c.SetMaxIdleConns(64)
		}
		return c, err
	}
	c, err := sql.Open("sqlite", s.liteDSN(name, careless))
	if err != nil {
		return nil, err
	}
	c.SetMaxOpenConns(1)
	return c, c.PingContext(ctx)
}

// liteDSN is the address of a world for SQLite's own driver.
func (s *store) liteDSN(name string, careless bool) string {
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "cache_size(-8000)"}}
	if careless {
		q = url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(OFF)", "busy_timeout(10000)", "cache_size(-400000)"}}
	}
	return "file:" + filepath.Join(s.dir, name+".db") + "?" + q.Encode()
}

// rowsOf counts every row of the product's tables.
func (s *store) rowsOf(ctx context.Context, c *sql.DB) (n int, err error) {
	q := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if s.engine == db.Postgres {
		q = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`
	}
	rows, err := c.QueryContext(ctx, q)
	if err != nil {
		return 0, err
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return 0, err
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, name := range names {
		var one int
		if err := c.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+name).Scan(&one); err != nil {
			return 0, fmt.Errorf("count %s: %w", name, err)
		}
		n += one
	}
	return n, nil
}
