package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// Where says which database and whose keys a command works on.
type Where struct {
	DB    string         `name:"db" default:"sqlite:tilhor.db" help:"The database: sqlite:PATH or postgres://USER@HOST/NAME."`
	Keys  string         `help:"The folder of keys. Default: the folder keys beside the SQLite file, else ./keys."`
	Owner tilhor.OwnerID `help:"The school owner's id. Default: everyone who has keys."`
}

// keysDir is the folder of keys, given or beside the database.
func (w Where) keysDir() string {
	if w.Keys != "" {
		return w.Keys
	}
	if path, ok := strings.CutPrefix(w.DB, "sqlite:"); ok {
		return filepath.Join(filepath.Dir(path), "keys")
	}
	return "keys"
}

// open opens a database that exists: a mistyped path must not become a new,
// empty database in which all is well.
func (w Where) open(ctx context.Context) (*db.DB, error) {
	if path, ok := strings.CutPrefix(w.DB, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, exit(2, "there is no database at "+path)
		}
	}
	return w.openOrMake(ctx)
}

// openOrMake opens the database, and makes one where there is none.
func (w Where) openOrMake(ctx context.Context) (*db.DB, error) {
	d, err := db.Open(ctx, w.DB)
	if err != nil {
		return nil, exit(2, err.Error())
	}
	if broken, err := d.Unfinished(ctx); err != nil || broken {
		d.Close()
		return nil, errors.Join(err, exit(2, unfinished))
	}
	return d, nil
}

// unfinished is said of a database that a restore did not get to the end of: what was
// shredded since the backup may be readable in it.
const unfinished = "a restore into this database broke off: it is incomplete. Empty the place and run tilhor restore again"

// owners are the one named, or everyone with keys.
func (w Where) owners() ([]tilhor.OwnerID, error) {
	if w.Owner != "" {
		return []tilhor.OwnerID{w.Owner}, nil
	}
	list, err := seal.Owners(w.keysDir())
	if err != nil || len(list) == 0 {
		return nil, exit(2, "there are no keys in "+w.keysDir()+": give --keys DIR. If they are lost, two shares give them back: tilhor key restore")
	}
	return list, nil
}

// one is the owner named, or the only one with keys.
func (w Where) one() (tilhor.OwnerID, error) {
	list, err := w.owners()
	if err != nil {
		return "", err
	}
	if len(list) != 1 {
		return "", exit(2, "there is more than one owner in "+w.keysDir()+": give --owner ID")
	}
	return list[0], nil
}

// unlock opens the owners' keys.
func (w Where) unlock() (*seal.Keys, error) {
	list, err := w.owners()
	if err != nil {
		return nil, err
	}
	k, err := seal.Open(w.keysDir(), list...)
	if err != nil {
		return nil, exit(2, err.Error())
	}
	return k, nil
}

// both opens the keys and the database.
func (w Where) both(ctx context.Context) (*seal.Keys, *db.DB, error) {
	keys, err := w.unlock()
	if err != nil {
		return nil, nil, err
	}
	d, err := w.open(ctx)
	return keys, d, err
}

// single opens the keys of one owner, and the database.
func (w Where) single(ctx context.Context) (owner tilhor.OwnerID, keys *seal.Keys, d *db.DB, err error) {
	if owner, err = w.one(); err != nil {
		return "", nil, nil, err
	}
	w.Owner = owner
	keys, d, err = w.both(ctx)
	return owner, keys, d, err
}
