package db

import (
	"context"
	"errors"

	"tilhor"
)

var (
	putMark = SQL(`INSERT INTO db_meta (owner, name, value) VALUES ('', $1, $2)
		ON CONFLICT (owner, name) DO UPDATE SET value = excluded.value`)
	getMark = SQL(`SELECT value FROM db_meta WHERE owner = '' AND name = $1`)
)

// Demo is the mark of a database that holds made-up people only: serve refuses
// it, and demo refuses any other.
const Demo = "demo"

// PutMark writes a mark in the transaction of what it is about.
func PutMark(tx *Tx, name, value string) error {
	_, err := tx.Exec(putMark, name, value)
	return err
}

// GetMark reads a mark in a transaction, empty when there is none.
func GetMark(tx *Tx, name string) (value string, err error) {
	err = tx.One(getMark, Args(name), &value)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return value, err
}

// SetMark writes what the database says of itself.
func (d *DB) SetMark(ctx context.Context, name, value string) error {
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(putMark, name, value)
		return err
	})
}

// MarkOf reads a mark, empty when there is none.
func (d *DB) MarkOf(ctx context.Context, name string) (value string, err error) {
	err = d.Read(ctx, func(tx *Tx) error { return tx.One(getMark, Args(name), &value) })
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return value, err
}
