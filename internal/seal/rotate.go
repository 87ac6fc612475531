package seal

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/beside"
	"tilhor/internal/db"
)

// To change the owner key is to wrap the key of every thing anew; what is
// sealed is never touched. It is done in steps that may each be cut off and
// done again:
//
//	Prepare   the new key is made beside the old: owner.next.key
//	Advance   it becomes owner.key, and the old one owner.old.key
//	Current   the database says which one wraps: nobody wraps with the old
//	Rewrap    every wrapped key, in small writes
//	Retire    later: none is left under the old one, and it is destroyed
//
// From Prepare to Retire both keys open, and a process that meets a key it
// cannot open looks once more into its folder: nothing has to be restarted.

// A wrapKey wraps the keys of things. It is derived from an owner key; its id
// is too, and tells nothing of it.
type wrapKey struct {
	id   string
	aead cipher.AEAD
}

func newWrapKey(owner tilhor.OwnerID, raw []byte) (wrapKey, error) {
	wrap, err := hkdf.Key(sha256.New, raw, nil, "tilhor wrap 1 "+string(owner), keySize)
	if err != nil {
		return wrapKey{}, err
	}
	defer clear(wrap)
	id, err := hkdf.Key(sha256.New, raw, nil, "tilhor owner key id 1 "+string(owner), 8)
	return wrapKey{hex.EncodeToString(id), aead(wrap)}, err
}

// held are the owner keys a process has read: the one that wraps, then those
// that only open.
type held struct {
	keys []wrapKey
	seen string // what the files looked like
}

// readHeld reads owner.key, and the next and the old one where they are.
func (r *ring) readHeld() (*held, error) {
	h := &held{seen: lookOf(r.folder)}
	for _, name := range []string{ownerFile, nextFile, oldFile} {
		raw, err := readSecret(r.file, name, "owner")
		if errors.Is(err, fs.ErrNotExist) && name != ownerFile {
			continue
		}
		if err != nil {
			return nil, err
		}
		w, err := newWrapKey(r.owner, raw)
		clear(raw)
		if err != nil {
			return nil, err
		}
		h.keys = append(h.keys, w)
	}
	return h, nil
}

// lookOf tells one state of the owner key files from another without reading
// them.
func lookOf(folder string) string {
	if folder == "" {
		return ""
	}
	var b bytes.Buffer
	for _, name := range []string{ownerFile, nextFile, oldFile} {
		if st, err := os.Stat(filepath.Join(folder, name)); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", name, st.Size(), st.ModTime().UnixNano())
		}
	}
	return b.String()
}

// current is the key that wraps.
func (r *ring) current() wrapKey { return r.held.Load().keys[0] }

// open unwraps with whichever key does, and says which.
func (r *ring) open(wrapped, bound []byte) (raw []byte, by wrapKey) {
	h := r.held.Load()
	if raw, by = openWith(append(h.keys[:len(h.keys):len(h.keys)], r.extra...), wrapped, bound); raw != nil {
		return raw, by
	}
	if !r.reread(h) {
		return nil, wrapKey{}
	}
	return openWith(r.held.Load().keys, wrapped, bound)
}

func openWith(keys []wrapKey, wrapped, bound []byte) ([]byte, wrapKey) {
	for _, w := range keys {
		if raw, err := w.aead.Open(nil, nil, wrapped, bound); err == nil {
			return raw, w
		}
	}
	return nil, wrapKey{}
}

// reread reads the owner key files again when they are not what they were, and
// says whether there is anything new since h.
func (r *ring) reread(h *held) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.held.Load()
	if now != h {
		return true // somebody else has just done it
	}
	if lookOf(r.folder) == now.seen {
		return false
	}
	fresh, err := r.readHeld()
	if err != nil { // half of a copy, or a folder that was taken away: what is held still holds
		return false
	}
	r.held.Store(fresh)
	return true
}

var selectCurrent = db.SQL(`SELECT id, since FROM seal_current WHERE owner = $1`)

// inUse is the key that the database says is in use; it becomes the one that
// wraps here too.
func (r *ring) inUse(tx *db.Tx) (wrapKey, error) {
	var id string
	var since int64
	if err := tx.One(selectCurrent, db.Args(r.owner), &id, &since); errors.Is(err, tilhor.ErrNotFound) {
		return r.current(), nil
	} else if err != nil {
		return wrapKey{}, err
	}
	if w, ok := r.take(id); ok {
		return w, nil
	}
	r.reread(r.held.Load())
	if w, ok := r.take(id); ok {
		return w, nil
	}
	return wrapKey{}, ErrRotated
}

// take makes the key with the id the one that wraps, if it is held.
func (r *ring) take(id string) (wrapKey, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.held.Load()
	i := slices.IndexFunc(h.keys, func(w wrapKey) bool { return w.id == id })
	if i < 0 {
		return wrapKey{}, false
	}
	keys := append([]wrapKey{h.keys[i]}, slices.Delete(slices.Clone(h.keys), i, i+1)...)
	r.held.Store(&held{keys: keys, seen: h.seen})
	return keys[0], true
}

// Prepare makes the next owner key beside the one in use, so that it can be
// copied to other machines before anything is wrapped with it. It refuses
// while an earlier change is not ended, and does nothing the second time.
func Prepare(dir string, owner tilhor.OwnerID) error {
	_, old, next, err := ownerKeys(dir, owner)
	if err != nil || next != nil {
		return err
	}
	if old != nil {
		return errors.New("the last change of the owner key is not ended: retire the old key first")
	}
	return placeFile(filepath.Join(dir, string(owner)), nextFile, secret("owner"))
}

// ownerKeys reads the texts of the owner keys there are; nil for none. An old
// key that is still the one in use is what a change cut off left.
func ownerKeys(dir string, owner tilhor.OwnerID) (now, old, next []byte, err error) {
	if _, err := openRing(dir, owner); err != nil {
		return nil, nil, nil, fmt.Errorf("open the keys of %s: %w", owner, err)
	}
	folder := filepath.Join(dir, string(owner))
	for _, f := range []struct {
		name string
		text *[]byte
	}{{ownerFile, &now}, {oldFile, &old}, {nextFile, &next}} {
		*f.text, err = readPrivate(filepath.Join(folder, f.name))
		if errors.Is(err, fs.ErrNotExist) && f.name != ownerFile {
			err = nil
		}
		if err != nil {
			return nil, nil, nil, err
		}
	}
	if bytes.Equal(old, now) {
		old = nil
	}
	return now, old, next, nil
}

// Advance makes the next owner key the one in use and keeps the old one beside
// it. After a change that was cut off, it goes on with that one (resumed).
func Advance(dir string, owner tilhor.OwnerID) (resumed bool, err error) {
	now, old, next, err := ownerKeys(dir, owner)
	if err != nil {
		return false, err
	}
	if next == nil && old != nil {
		return true, nil
	}
	if next == nil {
		return false, errors.New("there is no next owner key: prepare it first")
	}
	if old != nil {
		return false, errors.New("the last change of the owner key is not ended: retire the old key first")
	}
	folder := filepath.Join(dir, string(owner))
	if err := keepOld(folder, string(now)); err != nil {
		return false, err
	}
	if err := beside.Rename(filepath.Join(folder, nextFile), filepath.Join(folder, ownerFile)); err != nil {
		return false, err
	}
	return false, beside.SyncDir(folder)
}

// keepOld gives the owner key in use its second name. It is the same file, so
// that what retire writes over is the key itself and not a copy of it; only
// where files cannot have two names it is a copy.
func keepOld(folder, now string) error {
	old := filepath.Join(folder, oldFile)
	if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // of a change that was cut off: it holds the key in use
	}
	if os.Link(filepath.Join(folder, ownerFile), old) == nil {
		return beside.SyncDir(folder)
	}
	return placeFile(folder, oldFile, now)
}

// placeFile writes a whole file or none.
func placeFile(folder, name, text string) error {
	part := filepath.Join(folder, name+".part")
	if err := destroy(folder, name+".part"); err != nil { // of one that was cut off
		return err
	}
	if err := writeNew(part, text); err != nil {
		return err
	}
	if err := beside.Rename(part, filepath.Join(folder, name)); err != nil {
		return err
	}
	return beside.SyncDir(folder)
}

var (
	putCurrent = db.SQL(`INSERT INTO seal_current (owner, id, since) VALUES ($1, $2, $3)
		ON CONFLICT (owner) DO UPDATE SET id = excluded.id, since = excluded.since
		WHERE seal_current.id <> excluded.id`)
	nextKeys = db.SQL(`SELECT kind, thing, wrapped FROM seal_key
		WHERE owner = $1 AND shredded IS NULL AND (kind, thing) > ($2, $3)
		ORDER BY kind, thing LIMIT 500`)
	rewrapKey = db.SQL(`UPDATE seal_key SET wrapped = $4
		WHERE owner = $1 AND kind = $2 AND thing = $3 AND wrapped = $5 AND shredded IS NULL`)
)

// Current writes into the database which owner key is in use, and says whether
// that is new: true once for each change.
func (k *Keys) Current(tx *db.Tx, owner tilhor.OwnerID, now time.Time) (bool, error) {
	r, err := k.ring(owner)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(putCurrent, owner, r.current().id, now.UnixMilli())
	return n > 0, err
}

// Wraps says how the wrapped keys of an owner stand.
type Wraps struct {
	Current int // under the owner key in use
	Moved   int // wrapped anew under it, just now
	Broken  int // opened by no key there is
}

// Rewrap wraps every key that an older owner key wrapped with the one in use,
// in writes of at most 500; done again it finds nothing to do. Content is not
// touched. tell, when given, is called after each write.
func (k *Keys) Rewrap(ctx context.Context, d *db.DB, owner tilhor.OwnerID, tell func(Wraps)) (Wraps, error) {
	return k.walk(ctx, d, owner, true, tell)
}

// Look counts as Rewrap does, and changes nothing.
func (k *Keys) Look(ctx context.Context, d *db.DB, owner tilhor.OwnerID) (Wraps, error) {
	return k.walk(ctx, d, owner, false, nil)
}

type wrappedRow struct {
	kind, thing string
	wrapped     []byte
}

func (k *Keys) walk(ctx context.Context, d *db.DB, owner tilhor.OwnerID, move bool, tell func(Wraps)) (all Wraps, err error) {
	r, err := k.ring(owner)
	if err != nil {
		return all, err
	}
	run := d.Read
	if move {
		run = d.Write
	}
	var at wrappedRow
	for done := false; !done; {
		if err := ctx.Err(); err != nil {
			return all, err
		}
		var w Wraps
		var last wrappedRow
		err := run(ctx, func(tx *db.Tx) error {
			w, last, done = Wraps{}, at, false // a write may be run again
			rows, err := nextRows(tx, owner, at)
			if err != nil || len(rows) == 0 {
				done = true
				return err
			}
			last = rows[len(rows)-1]
			for _, row := range rows {
				if err := r.rewrap(tx, row, move, &w); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return all, fmt.Errorf("wrap the keys anew: %w", err)
		}
		at = last
		all = Wraps{all.Current + w.Current, all.Moved + w.Moved, all.Broken + w.Broken}
		if tell != nil && !done {
			tell(all)
		}
	}
	return all, nil
}

func nextRows(tx *db.Tx, owner tilhor.OwnerID, after wrappedRow) (rows []wrappedRow, err error) {
	err = tx.Each(nextKeys, func(scan db.Scan) error {
		var r wrappedRow
		err := scan(&r.kind, &r.thing, &r.wrapped)
		rows = append(rows, r)
		return err
	}, owner, after.kind, after.thing)
	return rows, err
}

// rewrap brings one row under the key in use. A key that was shredded meanwhile
// stays shredded.
func (r *ring) rewrap(tx *db.Tx, row wrappedRow, move bool, w *Wraps) error {
	if len(row.wrapped) < 1 || row.wrapped[0] != version {
		w.Broken++
		return nil
	}
	key := Key{owner: r.owner, kind: Kind(row.kind), thing: row.thing}
	raw, by := r.open(row.wrapped[1:], key.bound("wrapped", "", ""))
	if len(raw) != keySize {
		w.Broken++
		return nil
	}
	defer clear(raw)
	if by.id == r.current().id {
		w.Current++
		return nil
	}
	w.Moved++
	if !move {
		return nil
	}
	copy(key.raw[:], raw)
	defer clear(key.raw[:])
	_, err := tx.Exec(rewrapKey, r.owner, row.kind, row.thing, key.wrapped(r.current()), row.wrapped)
	return err
}

// Fit says whether these keys are the ones that the database was sealed with,
// by the first key that it holds: keys made anew for an old database would
// open nothing of it.
func (k *Keys) Fit(ctx context.Context, d *db.DB, owner tilhor.OwnerID) error {
	r, err := k.ring(owner)
	if err != nil {
		return err
	}
	var rows []wrappedRow
	err = d.Read(ctx, func(tx *db.Tx) error { rows, err = nextRows(tx, owner, wrappedRow{}); return err })
	if err != nil || len(rows) == 0 {
		return err
	}
	var w Wraps
	for _, row := range rows {
		if err := r.rewrap(nil, row, false, &w); err != nil {
			return err
		}
	}
	if w.Current+w.Moved == 0 {
		return fmt.Errorf("%w: what is in the database of %s was sealed with other keys than these", ErrBroken, owner)
	}
	return nil
}

// Lend gives an older owner key to open with, from the text of its file: a
// backup is restored beside keys that were changed since. It is kept in memory
// only, and never wraps.
func (k *Keys) Lend(owner tilhor.OwnerID, text []byte) error {
	r, err := k.ring(owner)
	if err != nil {
		return err
	}
	raw, err := parseSecret(text, "owner")
	if err != nil {
		return errors.New("this is not an owner key")
	}
	defer clear(raw)
	w, err := newWrapKey(owner, raw)
	if err == nil && !slices.ContainsFunc(r.held.Load().keys, func(h wrapKey) bool { return h.id == w.id }) {
		r.extra = append(r.extra, w)
	}
	return err
}

// OwnerKeyTexts picks the owner keys out of the files of a folder of keys.
func OwnerKeyTexts(files map[string][]byte) (out [][]byte) {
	for _, name := range []string{ownerFile, nextFile, oldFile} {
		if text, ok := files[name]; ok {
			out = append(out, text)
		}
	}
	return out
}

// Opens says whether a wrapped key, as a copy holds it, opens with these keys.
func (k *Keys) Opens(owner tilhor.OwnerID, kind Kind, thing string, wrapped []byte) bool {
	r, err := k.ring(owner)
	if err != nil {
		return false
	}
	_, err = unwrap(r, owner, kind, thing, wrapped)
	return err == nil
}

// Changing says whether an old owner key lies beside the one in use: a change
// that is to be retired.
func Changing(dir string, owner tilhor.OwnerID) bool {
	there, same := oldKey(dir, owner)
	return there && !same
}

// CutOff says whether a change was cut off between its two files: what is called
// the old key is still the one in use. It is to be rotated.
func CutOff(dir string, owner tilhor.OwnerID) bool {
	_, same := oldKey(dir, owner)
	return same
}

// oldKey says whether there is a file of an old owner key, and whether it holds
// the key that is in use.
func oldKey(dir string, owner tilhor.OwnerID) (there, same bool) {
	folder := filepath.Join(dir, string(owner))
	old, err := readPrivate(filepath.Join(folder, oldFile))
	now, err2 := readPrivate(filepath.Join(folder, ownerFile))
	defer clear(old)
	defer clear(now)
	return !errors.Is(err, fs.ErrNotExist), errors.Join(err, err2) == nil && bytes.Equal(old, now)
}

// KeyID is the mark of the owner key in use: it changes with the key.
func (k *Keys) KeyID(owner tilhor.OwnerID) string {
	if r := k.rings[owner]; r != nil {
		return r.current().id
	}
	return ""
}

// Holds says whether the owner key with the mark is among those held.
func (k *Keys) Holds(owner tilhor.OwnerID, id string) bool {
	r := k.rings[owner]
	return r != nil && slices.ContainsFunc(r.held.Load().keys, func(w wrapKey) bool { return w.id == id })
}

// settle is how long a write that began before a change may still come: twice
// what the database gives one.
const settle = time.Minute

// ErrTooSoon says that writes begun before the change may still be under way.
var ErrTooSoon = errors.New("the owner key was changed less than a minute ago, and somebody may still be writing with the old one: try again in a minute")

// Retire ends a change: it looks at every key once more, and when none is left
// under the old owner key it destroys that one, here and for good. It refuses
// when the change has not come to the database, or anything would be lost.
func (k *Keys) Retire(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (Wraps, error) {
	r, err := k.ring(owner)
	if err != nil {
		return Wraps{}, err
	}
	// What one that was killed has left is no longer needed by anything: it was
	// renamed only when all had been looked at.
	left := filepath.Join(r.folder, oldFile+".part")
	_, none := os.Lstat(left)
	if err := destroy(r.folder, oldFile+".part"); err != nil {
		return Wraps{}, fmt.Errorf("destroy %s: %w", left, err)
	}
	if CutOff(k.dir, owner) { // it would destroy the only key there is
		return Wraps{}, errors.New("the change of the owner key was cut off, and the old key is still in use: run tilhor key rotate first")
	}
	if !Changing(k.dir, owner) {
		if _, next := os.Lstat(filepath.Join(r.folder, nextFile)); none == nil && errors.Is(next, fs.ErrNotExist) {
			return Wraps{}, nil
		}
		return Wraps{}, errors.New("there is no old owner key to retire")
	}
	var id string
	var since int64
	err = d.Read(ctx, func(tx *db.Tx) error { return tx.One(selectCurrent, db.Args(owner), &id, &since) })
	if errors.Is(err, tilhor.ErrNotFound) || err == nil && id != r.current().id {
		return Wraps{}, errors.New("the change of the owner key has not come to this database: rotate first")
	}
	if err != nil {
		return Wraps{}, err
	}
	if now.Sub(time.UnixMilli(since)).Abs() < settle {
		return Wraps{}, ErrTooSoon
	}
	w, err := k.Rewrap(ctx, d, owner, nil)
	if err != nil {
		return w, err
	}
	if w.Broken > 0 {
		return w, fmt.Errorf("%d keys open with neither owner key, so the old one is kept: tilhor journal verify says more", w.Broken)
	}
	if w.Moved > 0 { // look again: what was moved must be seen to be there
		if again, err := k.Look(ctx, d, owner); err != nil || again.Moved+again.Broken > 0 {
			return w, errors.Join(err, errors.New("keys are still being wrapped with the old owner key: try again"))
		}
	}
	return w, destroyOld(r.folder)
}

// destroyOld destroys the old owner key, and what was half written of others. It
// is renamed first: half destroyed under its own name it would be taken for a key
// that is broken, and nothing would open.
func destroyOld(folder string) error {
	for _, name := range []string{nextFile + ".part", oldFile + ".part"} {
		if err := destroy(folder, name); err != nil {
			return fmt.Errorf("destroy %s: %w", name, err)
		}
	}
	old := filepath.Join(folder, oldFile)
	if err := beside.Rename(old, old+".part"); err != nil {
		return err
	}
	if err := destroy(folder, oldFile+".part"); err != nil {
		return fmt.Errorf("destroy %s: %w", oldFile, err)
	}
	return nil
}

// destroy writes over a file before it removes it. A disk may keep what was
// written before all the same; that is why the disk should be encrypted. A second
// name of the owner key in use is only removed: to write over it would be to
// write over that key.
func destroy(folder, name string) error {
	path := filepath.Join(folder, name)
	st, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if in, err := os.Lstat(filepath.Join(folder, ownerFile)); name == ownerFile || err != nil || !os.SameFile(st, in) {
		f, err := beside.Open(path, os.O_WRONLY)
		if err != nil {
			return err
		}
		if err := f.Finish(make([]byte, st.Size())); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return beside.SyncDir(folder)
}
