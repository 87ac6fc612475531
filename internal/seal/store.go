package seal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var (
	// Nothing is wrapped with an owner key that has been changed: who still has
	// only the old one would write what nobody can open once it is destroyed.
	insertKey = db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped) SELECT $1, $2, $3, $4
		WHERE NOT EXISTS (SELECT id FROM seal_current WHERE owner = $1 AND id <> $5)`)
	ensureKey = db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped) SELECT $1, $2, $3, $4
		WHERE NOT EXISTS (SELECT id FROM seal_current WHERE owner = $1 AND id <> $5)
		ON CONFLICT (owner, kind, thing) DO NOTHING`)
	selectKey = db.SQL(`SELECT wrapped, shredded FROM seal_key WHERE owner = $1 AND kind = $2 AND thing = $3`)
	manyKeys  = db.SQL(`SELECT thing, wrapped, shredded FROM seal_key WHERE owner = $1 AND kind = $2 AND thing IN (` + db.Marks(3) + `)`)
	shredKey  = db.SQL(`UPDATE seal_key SET wrapped = $4, shredded = $5
		WHERE owner = $1 AND kind = $2 AND thing = $3 AND shredded IS NULL`)
	isKey      = db.SQL(`SELECT kind FROM seal_key WHERE owner = $1 AND kind = $2 AND thing = $3`)
	unnotedKey = db.SQL(`SELECT kind, thing, shredded FROM seal_key
		WHERE owner = $1 AND shredded IS NOT NULL AND noted IS NULL ORDER BY shredded, kind, thing LIMIT 1000`)
	goneKeys = db.SQL(`SELECT kind, thing, shredded FROM seal_key
		WHERE owner = $1 AND (kind, thing) > ($2, $3) AND shredded IS NOT NULL ORDER BY kind, thing LIMIT 1000`)
	noteKey = db.SQL(`UPDATE seal_key SET noted = $4 WHERE owner = $1 AND kind = $2 AND thing = $3`)
	// How often anybody has noted, for all owners: a row of no owner's in this
	// room's own small table, beside those that say which owner key wraps.
	countNoting = db.SQL(`INSERT INTO seal_current (owner, id, since) VALUES ('', 'notings', 1)
		ON CONFLICT (owner) DO UPDATE SET since = seal_current.since + 1`)
	selectNotings = db.SQL(`SELECT since FROM seal_current WHERE owner = ''`)
	buryKey       = db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped, shredded, noted) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (owner, kind, thing) DO UPDATE SET wrapped = excluded.wrapped,
			shredded = COALESCE(seal_key.shredded, excluded.shredded), noted = excluded.noted`)
)

// New makes a fresh random key, not stored yet: seal with it before the write,
// and Keep it in the write.
func (k *Keys) New(owner tilhor.OwnerID, kind Kind, thing string) Key {
	raw := make([]byte, 32)
	rand.Read(raw)
	defer clear(raw)
	return newKey(owner, kind, thing, raw, k.rings[owner])
}

// Keep stores the key, wrapped. A thing has one key for ever: a second is
// refused (db.Unique).
func Keep(tx *db.Tx, key Key) error {
	n, err := keep(tx, insertKey, key)
	if err == nil && n == 0 {
		return ErrRotated
	}
	return err
}

func keep(tx *db.Tx, how *db.Stmt, key Key) (int64, error) {
	if key.ring == nil {
		return 0, ErrNoKeys
	}
	w := key.ring.current()
	n, err := tx.Exec(how, key.owner, string(key.kind), key.thing, key.wrapped(w), w.id)
	if err != nil || n == 1 {
		return n, err
	}
	w, err = key.ring.inUse(tx) // the owner key was changed since it was read
	if err != nil {
		return 0, err
	}
	return tx.Exec(how, key.owner, string(key.kind), key.thing, key.wrapped(w), w.id)
}

func (k Key) wrapped(w wrapKey) []byte {
	return w.aead.Seal([]byte{version}, nil, k.raw[:], k.bound("wrapped", "", ""))
}

// Get opens the key of a thing. It returns tilhor.ErrNotFound when there never
// was one and ErrShredded when it was deleted on purpose.
func (k *Keys) Get(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string) (Key, error) {
	r, err := k.ring(owner)
	if err != nil {
		return Key{}, err
	}
	var wrapped []byte
	var shredded *int64
	if err := tx.One(selectKey, db.Args(owner, string(kind), thing), &wrapped, &shredded); err != nil {
		return Key{}, err
	}
	if shredded != nil {
		return Key{}, ErrShredded
	}
	return unwrap(r, owner, kind, thing, wrapped)
}

// All opens the keys of many things with one question, and fails as Get does for any of
// them.
func All[ID ~string](k *Keys, tx *db.Tx, owner tilhor.OwnerID, kind Kind, things []ID) (map[ID]Key, error) {
	keys := make(map[ID]Key, len(things))
	err := db.InMany(things, db.Args(owner, string(kind)), func(args []any) error {
		return tx.Each(manyKeys, func(scan db.Scan) error {
			var thing string
			var wrapped []byte
			var shredded *int64
			err := scan(&thing, &wrapped, &shredded)
			if err == nil {
				if keys[ID(thing)], err = k.Unwrap(owner, kind, thing, wrapped, shredded != nil); err != nil {
					err = fmt.Errorf("of %s: %w", thing, err)
				}
			}
			return err
		}, args...)
	})
	for _, thing := range things {
		if _, has := keys[thing]; err == nil && !has {
			err = fmt.Errorf("of %s: %w", thing, tilhor.ErrNotFound)
		}
	}
	return keys, err
}

func unwrap(r *ring, owner tilhor.OwnerID, kind Kind, thing string, wrapped []byte) (Key, error) {
	if len(wrapped) < 1 || wrapped[0] != version {
		return Key{}, ErrBroken
	}
	bound := Key{owner: owner, kind: kind, thing: thing}.bound("wrapped", "", "")
	raw, _ := r.open(wrapped[1:], bound)
	if len(raw) != keySize {
		return Key{}, ErrBroken
	}
	defer clear(raw)
	return newKey(owner, kind, thing, raw, r), nil
}

// Make is Get, or New and Keep when there is none.
func (k *Keys) Make(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string) (Key, error) {
	key, err := k.Get(tx, owner, kind, thing)
	if !errors.Is(err, tilhor.ErrNotFound) {
		return key, err
	}
	key = k.New(owner, kind, thing)
	// When another made it meanwhile, PostgreSQL has the transaction run again.
	n, err := keep(tx, ensureKey, key)
	if err != nil {
		return Key{}, err
	}
	if n == 0 {
		return Key{}, tilhor.ErrConflict
	}
	return key, nil
}

// Shred deletes the key of a thing: what it sealed is gone for good. Shredding
// twice is the same as once; tilhor.ErrNotFound when there never was a key.
// Whoever shreds also appends the act to the record.
func Shred(tx *db.Tx, owner tilhor.OwnerID, kind Kind, thing string, now time.Time) error {
	n, err := tx.Exec(shredKey, owner, string(kind), thing, []byte{}, now.UnixMilli())
	if err != nil || n == 1 {
		return err
	}
	var is string
	return tx.One(isKey, db.Args(owner, string(kind), thing), &is)
}

var (
	insertGone = db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped, shredded) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, kind, thing) DO NOTHING`)
	everyGone = db.SQL(`SELECT thing FROM seal_key WHERE owner = $1 AND kind = $2 AND shredded IS NOT NULL ORDER BY thing`)
)

// Gone marks the words of one record as shredded, when what they were sealed
// with seals more than them and must stay. Whoever marks them deletes the sealed
// bytes in the same write, and again after a restore (EachGone): the mark also
// goes into the file beside the owner key.
func Gone(tx *db.Tx, owner tilhor.OwnerID, thing string, now time.Time) error {
	_, err := tx.Exec(insertGone, owner, string(KindText), thing, []byte{}, now.UnixMilli())
	return err
}

// EachGone names what Gone marked.
func EachGone(tx *db.Tx, owner tilhor.OwnerID) (all []string, err error) {
	err = tx.Each(everyGone, func(scan db.Scan) error {
		var thing string
		err := scan(&thing)
		all = append(all, thing)
		return err
	}, owner, string(KindText))
	return all, err
}

var thingsOf = db.SQL(`SELECT thing FROM seal_key WHERE owner = $1 AND kind = $2 AND shredded IS NULL ORDER BY thing`)

// Things lists what has a key of a kind, and has not been shredded.
func Things(tx *db.Tx, owner tilhor.OwnerID, kind Kind) (all []string, err error) {
	err = tx.Each(thingsOf, func(scan db.Scan) error {
		var thing string
		err := scan(&thing)
		all = append(all, thing)
		return err
	}, owner, string(kind))
	return all, err
}

// A goneKey is a key that was shredded, and when.
type goneKey struct {
	kind, thing string
	at          int64
}

// name is what its line in the file begins with.
func (g goneKey) name() string { return g.kind + " " + g.thing }

// NoteShreddings appends what was shredded, and is not in the file beside this
// owner key yet, so that a backup put back later is shredded again. It runs after
// the act is durable, and again until it has succeeded. Several machines may each
// have a folder of keys of their own: that a shredding is noted, in the database,
// says that one of them has it. So whoever notes also counts on, for the others: who
// sees another count than last (or begins) looks through all that is shredded.
func (k *Keys) NoteShreddings(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (int, error) {
	seen, begun := k.counted.Load(owner)
	var count int64
	var fresh, all []goneKey // what nobody has noted; what this file may lack
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		if count, err = notings(tx); err != nil {
			return err
		}
		if fresh, err = goneOf(tx, unnotedKey, owner); err != nil {
			return err
		}
		if all = fresh; !begun || seen != count {
			all, err = everyGoneKey(tx, owner)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	n, err := k.addShreddings(owner, all)
	if err != nil {
		return 0, fmt.Errorf("note the shreddings: %w", err)
	}
	if len(fresh) > 0 {
		if count, err = noteFresh(ctx, d, owner, count, fresh, now); err != nil {
			return n, err
		}
	}
	k.counted.Store(owner, count)
	return n, nil
}

// notings is how often anybody has noted.
func notings(tx *db.Tx) (count int64, err error) {
	err = tx.One(selectNotings, nil, &count)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return count, err
}

// noteFresh notes in the database what is in a file now, and counts on. It gives
// the count up to which all has been seen: the new one, when nobody else has
// counted since.
func noteFresh(ctx context.Context, d *db.DB, owner tilhor.OwnerID, count int64, fresh []goneKey, now time.Time) (seen int64, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		for _, g := range fresh {
			if _, err := tx.Exec(noteKey, owner, g.kind, g.thing, now.UnixMilli()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(countNoting); err != nil {
			return err
		}
		next, err := notings(tx)
		if seen = count; next == count+1 {
			seen = next
		}
		return err
	})
	return seen, err
}

// addShreddings appends those that the file lacks, and says how many.
func (k *Keys) addShreddings(owner tilhor.OwnerID, all []goneKey) (n int, err error) {
	if len(all) == 0 {
		return 0, nil
	}
	text, err := k.File(owner, ShreddedFile)
	if err != nil {
		return 0, err
	}
	has := map[string]bool{}
	for line := range strings.Lines(string(wholeLines(text))) {
		has[line[:max(0, strings.LastIndexByte(line, ' '))]] = true
	}
	var b strings.Builder
	for _, g := range all {
		if !has[g.name()] {
			fmt.Fprintf(&b, "%s %d\n", g.name(), g.at)
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, k.Append(owner, ShreddedFile, b.String())
}

func goneOf(tx *db.Tx, s *db.Stmt, args ...any) (rows []goneKey, err error) {
	err = tx.Each(s, func(scan db.Scan) error {
		var g goneKey
		err := scan(&g.kind, &g.thing, &g.at)
		rows = append(rows, g)
		return err
	}, args...)
	return rows, err
}

// everyGoneKey is all that is shredded, page by page.
func everyGoneKey(tx *db.Tx, owner tilhor.OwnerID) (all []goneKey, err error) {
	for last := (goneKey{}); ; last = all[len(all)-1] {
		page, err := goneOf(tx, goneKeys, owner, last.kind, last.thing)
		if all = append(all, page...); err != nil || len(page) == 0 {
			return all, err
		}
	}
}

// ApplyShreddings shreds what the file beside the owner key says was shredded:
// the last step of a restore, before anything is served.
func (k *Keys) ApplyShreddings(ctx context.Context, d *db.DB, owner tilhor.OwnerID) (int, error) {
	text, err := k.File(owner, ShreddedFile)
	if err != nil {
		return 0, fmt.Errorf("read the shreddings: %w", err)
	}
	n := 0
	err = d.Write(ctx, func(tx *db.Tx) error {
		n = 0
		// Half a line at the end is what a crash left: it is noted again.
		for i, line := range strings.Split(strings.TrimSpace(string(wholeLines(text))), "\n") {
			if line == "" {
				continue
			}
			f := strings.Split(line, " ")
			if len(f) != 3 {
				return fmt.Errorf("line %d of the shreddings cannot be read", i+1)
			}
			at, err := strconv.ParseInt(f[2], 10, 64)
			if err != nil {
				return fmt.Errorf("line %d of the shreddings has no time", i+1)
			}
			if _, err := tx.Exec(buryKey, owner, f[0], f[1], []byte{}, at); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
