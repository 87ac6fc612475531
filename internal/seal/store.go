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
	unnotedKey = db.SQL(`SELECT kind, thing, shredded, 0 FROM seal_key
		WHERE owner = $1 AND shredded IS NOT NULL AND noted IS NULL ORDER BY shredded, kind, thing`)
	notedSince = db.SQL(`SELECT kind, thing, shredded, noted FROM seal_key
		WHERE owner = $1 AND noted > $2 AND shredded IS NOT NULL ORDER BY noted`)
	noteKey = db.SQL(`UPDATE seal_key SET noted = $4 WHERE owner = $1 AND kind = $2 AND thing = $3`)
	// One notes after the other: a row of no owner's in this room's own small table,
	// beside those that say which owner key wraps. Of two at once PostgreSQL has one
	// run again.
	takeTurn = db.SQL(`INSERT INTO seal_current (owner, id, since) VALUES ('', 'notings', 1)
		ON CONFLICT (owner) DO UPDATE SET since = seal_current.since + 1`)
	buryKey = db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped, shredded, noted) VALUES ($1, $2, $3, $4, $5, $5)
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

// A goneKey is a key that was shredded, when, and when that was noted.
type goneKey struct {
	kind, thing string
	at, noted   int64
}

// name is what its line in the file begins with.
func (g goneKey) name() string { return g.kind + " " + g.thing }

// maxNoted is how many shreddings are noted in one write.
const maxNoted = 1000

// NoteShreddings appends what was shredded, and is not in the file beside this
// owner key yet, so that a backup put back later is shredded again. It runs after
// the act is durable, and again until it has succeeded. Several machines may each
// have a folder of keys of their own: that a shredding is noted, in the database,
// says that one of them has it. Each noting is later than those before it, so the
// others look at what was noted since what they have seen; who begins looks at all.
func (k *Keys) NoteShreddings(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) (int, error) {
	var seen int64
	if s, begun := k.seen.Load(owner); begun {
		seen = s.(int64)
	}
	var fresh, others []goneKey // what nobody has noted; what others have
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		if fresh, err = goneOf(tx, unnotedKey, owner); err == nil {
			others, err = goneOf(tx, notedSince, owner, seen)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	n, err := k.addShreddings(owner, append(others, fresh...))
	if err != nil {
		return 0, fmt.Errorf("note the shreddings: %w", err)
	}
	seen = latest(seen, others)
	if len(fresh) > 0 {
		if seen, err = noteFresh(ctx, d, owner, seen, fresh[:min(len(fresh), maxNoted)], now); err != nil {
			return n, err
		}
	}
	k.seen.Store(owner, seen)
	return n, nil
}

// latest is when the last of them was noted, or seen when there is none.
func latest(seen int64, noted []goneKey) int64 {
	if len(noted) > 0 {
		return noted[len(noted)-1].noted
	}
	return seen
}

// noteFresh notes in the database what is in a file now, later than all that was
// noted before, whatever the clocks say. It gives up to when all has been seen: to
// this noting, when nobody else has noted since.
func noteFresh(ctx context.Context, d *db.DB, owner tilhor.OwnerID, from int64, fresh []goneKey, now time.Time) (seen int64, err error) {
	err = d.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(takeTurn); err != nil {
			return err
		}
		others, err := goneOf(tx, notedSince, owner, from)
		if err != nil {
			return err
		}
		at := max(now.UnixMilli(), latest(from, others)+1)
		for _, g := range fresh {
			if _, err := tx.Exec(noteKey, owner, g.kind, g.thing, at); err != nil {
				return err
			}
		}
		if seen = from; len(others) == 0 {
			seen = at
		}
		return nil
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
		err := scan(&g.kind, &g.thing, &g.at, &g.noted)
		rows = append(rows, g)
		return err
	}, args...)
	return rows, err
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
