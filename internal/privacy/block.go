package privacy

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// Why something must not be there, as keys.
var BlockReasons = []string{"wrong-child", "unlawful-image", "health", "other"}

// What becomes of what is blocked.
const (
	Blocked  = "blocked"  // rektor has blocked it; nobody has decided yet
	Keep     = "keep"     // it stays blocked
	Move     = "move"     // rektor moves it to the track it belongs to
	Moved    = "moved"    // it stands there now, and stays blocked here
	Shredded = "shredded" // the words are gone for good; hash and act stay
)

// Outcomes are what the officer and the archive can decide.
var Outcomes = []string{Keep, Move, Shredded}

// A Block is one record that nobody reads any more (sperre).
type Block struct {
	ID      string
	Track   tilhor.TrackID
	School  tilhor.SchoolID
	Record  tilhor.RecordID
	Reason  string
	By      tilhor.PersonID
	Name    string
	At      time.Time
	State   string
	Decided time.Time
	Words   map[string]string // for the officer, without any name
}

const blockColumns = `id, track, school, record, reason, by_person, at, state, decided_at`

var (
	insertBlock = db.SQL(`INSERT INTO privacy_block (owner, id, track, school, record, reason, by_person, at, state, decided_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'blocked', '')`)
	insertPart  = db.SQL(`INSERT INTO privacy_part (owner, track, part, block) VALUES ($1, $2, $3, $4)`)
	selectParts = db.SQL(`SELECT part FROM privacy_part WHERE owner = $1 AND track = $2`)
	partsOf     = db.SQL(`SELECT part FROM privacy_part WHERE owner = $1 AND block = $2 ORDER BY part`)
	onePart     = db.SQL(`SELECT block FROM privacy_part WHERE owner = $1 AND track = $2 AND part = $3`)
	blocksOf    = db.SQL(`SELECT ` + blockColumns + ` FROM privacy_block WHERE owner = $1 AND track = $2 ORDER BY at DESC, id`)
	blocksAt    = db.SQL(`SELECT ` + blockColumns + ` FROM privacy_block WHERE owner = $1 AND school = $2 AND state = 'move' ORDER BY at, id LIMIT 100`)
	blocksAll   = db.SQL(`SELECT ` + blockColumns + ` FROM privacy_block WHERE owner = $1 ORDER BY CASE WHEN state = 'blocked' THEN 0 ELSE 1 END, at DESC, id LIMIT 100`)
	oneBlock    = db.SQL(`SELECT ` + blockColumns + ` FROM privacy_block WHERE owner = $1 AND id = $2`)
	decideBlock = db.SQL(`UPDATE privacy_block SET state = $4, decided_at = $5, decided_by = $6 WHERE owner = $1 AND id = $2 AND state = $3`)
)

// Stop blocks a record of a track, with what goes along with it, in the act's
// own transaction. tilhor.ErrConflict when it is blocked already.
func (d *Desk) Stop(tx *db.Tx, by tilhor.Actor, b Block, rule, why string, now time.Time, parts ...string) error {
	for _, p := range append([]string{string(b.Record)}, parts...) {
		stopped, err := Stopped(tx, by.Owner, b.Track, p)
		if err != nil {
			return err
		}
		if stopped {
			return tilhor.ErrConflict
		}
		if _, err := tx.Exec(insertPart, by.Owner, b.Track, p, b.ID); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(insertBlock, by.Owner, b.ID, b.Track, b.School, b.Record, b.Reason, by.Person, now.UnixMilli()); err != nil {
		return err
	}
	said, err := write(tx, d.Keys, by.Owner, b.ID, Word{"why", why})
	if err != nil {
		return err
	}
	_, err = d.Journal.Append(tx, journal.Entry{
		Stream: "track/" + string(b.Track), Act: "privacy.blocked", Subject: string(b.Record), When: tilhor.Now(now), By: by, Rule: rule, Parts: said,
	})
	return err
}

// StoppedParts are the records, measures and plan versions of a track that
// nobody reads.
func StoppedParts(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) (map[string]bool, error) {
	all := map[string]bool{}
	return all, tx.Each(selectParts, func(scan db.Scan) error {
		var part string
		err := scan(&part)
		all[part] = true
		return err
	}, owner, track)
}

var selectPartsIn = db.SQL(`SELECT track, part FROM privacy_part WHERE owner = $1 AND track IN (` + db.Marks(2) + `)`)

// StoppedIn is StoppedParts for many tracks.
func StoppedIn(tx *db.Tx, owner tilhor.OwnerID, tracks []string) (map[string]map[string]bool, error) {
	all := map[string]map[string]bool{}
	return all, db.InMany(tracks, db.Args(owner), func(args []any) error {
		return tx.Each(selectPartsIn, func(scan db.Scan) error {
			var track, part string
			err := scan(&track, &part)
			if all[track] == nil {
				all[track] = map[string]bool{}
			}
			all[track][part] = true
			return err
		}, args...)
	})
}

// Stopped says whether one of them is.
func Stopped(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID, part string) (is bool, err error) {
	err = tx.Each(onePart, func(db.Scan) error { is = true; return nil }, owner, track, part)
	return is, err
}

// PartsOf are what one block covers.
func PartsOf(tx *db.Tx, owner tilhor.OwnerID, block string) (all []string, err error) {
	err = tx.Each(partsOf, func(scan db.Scan) error {
		var p string
		err := scan(&p)
		all = append(all, p)
		return err
	}, owner, block)
	return all, err
}

// BlocksOf are those of a track; BlocksToMove those at a school that rektor
// shall move.
func BlocksOf(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) ([]Block, error) {
	return blocks(tx, blocksOf, owner, track)
}

// BlocksToMove are those at a school that rektor shall move.
func BlocksToMove(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) ([]Block, error) {
	return blocks(tx, blocksAt, owner, school)
}

// BlockOf is one block.
func BlockOf(tx *db.Tx, owner tilhor.OwnerID, id string) (Block, error) {
	all, err := blocks(tx, oneBlock, owner, id)
	if err == nil && len(all) == 0 {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Block{}, err
	}
	return all[0], nil
}

func blocks(tx *db.Tx, q *db.Stmt, args ...any) (all []Block, err error) {
	err = tx.Each(q, func(scan db.Scan) error {
		var b Block
		var at int64
		var decided *int64
		if err := scan(&b.ID, &b.Track, &b.School, &b.Record, &b.Reason, &b.By, &at, &b.State, &decided); err != nil {
			return err
		}
		b.At, b.Decided = instant(at), maybe(decided)
		all = append(all, b)
		return nil
	}, args...)
	return all, err
}

// MovedOn says that what was blocked stands where it belongs now.
func MovedOn(tx *db.Tx, owner tilhor.OwnerID, id string, by tilhor.PersonID, now time.Time) error {
	n, err := tx.Exec(decideBlock, owner, id, Move, Moved, now.UnixMilli(), by)
	if err == nil && n == 0 {
		return tilhor.ErrConflict
	}
	return err
}

func officer(by tilhor.Actor) error {
	if by.Role != tilhor.RoleDPO || by.Person == "" || !by.Trained {
		return tilhor.ErrNotFound
	}
	return nil
}

// Blocks are all that is blocked at the owner's schools, those nobody has decided
// on first.
func (d *Desk) Blocks(ctx context.Context, by tilhor.Actor) (all []Block, err error) {
	if err := officer(by); err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = blocks(tx, blocksAll, by.Owner); err != nil {
			return err
		}
		return d.blockWords(tx, by.Owner, all)
	})
	return all, err
}

func (d *Desk) blockWords(tx *db.Tx, owner tilhor.OwnerID, all []Block) error {
	ids := make([]tilhor.PersonID, len(all))
	for i := range all {
		ids[i] = all[i].By
	}
	names, err := d.Roster.Names(tx, owner, ids...)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].Name = names[all[i].By]
		if all[i].Words, err = words(tx, d.Keys, owner, all[i].ID); err != nil {
			return err
		}
	}
	return nil
}

// A Ruling is what the officer and the archive decided of a block.
type Ruling struct {
	Outcome string
	Reason  string
	Archive string // who at the archive took part
}

// Rule decides what becomes of what is blocked: move it, keep it blocked, or
// shred it. The officer decides together with the archive, and says with whom.
func (d *Desk) Rule(ctx context.Context, by tilhor.Actor, id string, r Ruling) error {
	if err := officer(by); err != nil {
		return err
	}
	now := d.Clock()
	var f tilhor.Faults
	r.Reason, r.Archive = strings.TrimSpace(r.Reason), strings.TrimSpace(r.Archive)
	f.Add(r.Outcome != Keep && r.Outcome != Move && r.Outcome != Shredded, "outcome", "privacy.fault.outcome")
	f.Add(r.Reason == "", "reason", "privacy.fault.reason")
	f.Add(utf8.RuneCountInString(r.Reason) > 20_000, "reason", "cases.fault.long")
	f.Add(r.Archive == "", "archive", "privacy.fault.archive")
	f.Add(utf8.RuneCountInString(r.Archive) > 500, "archive", "cases.fault.short")
	if err := f.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := BlockOf(tx, by.Owner, id)
		if err != nil {
			return err
		}
		n, err := tx.Exec(decideBlock, by.Owner, id, Blocked, r.Outcome, now.UnixMilli(), by.Person)
		if err != nil {
			return err
		}
		if n == 0 {
			return tilhor.Faults{{Field: "outcome", Key: "privacy.fault.decided"}}
		}
		said, err := write(tx, d.Keys, by.Owner, b.ID, Word{"ruling", r.Reason}, Word{"archive", r.Archive})
		if err != nil {
			return err
		}
		if _, err := d.Journal.Append(tx, journal.Entry{
			Stream: "track/" + string(b.Track), Act: "privacy.ruled-" + r.Outcome, Subject: string(b.Record), When: tilhor.Now(now), By: by, Rule: "dpo", Parts: said,
		}); err != nil {
			return err
		}
		if r.Outcome != Shredded {
			return nil
		}
		return d.shred(tx, by, b, now)
	})
}

// shred has the room that keeps the words let them go, and writes one entry for
// each thing that is gone.
func (d *Desk) shred(tx *db.Tx, by tilhor.Actor, b Block, now time.Time) error {
	parts, err := PartsOf(tx, by.Owner, b.ID)
	if err != nil {
		return err
	}
	for _, p := range parts {
		thing, err := d.Shred(tx, by.Owner, b.Track, p, now)
		if err != nil {
			return err
		}
		if thing == "" { // there were no words
			continue
		}
		if _, err := d.Journal.Append(tx, journal.Entry{
			Stream: "track/" + string(b.Track), Act: "privacy.shredded", Subject: thing, When: tilhor.Now(now), By: by, Rule: "dpo",
		}); err != nil {
			return err
		}
	}
	return nil
}
