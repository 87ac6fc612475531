package concerns

import (
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// What a track says that it was told is blocked and shredded together with what
// was told itself: else the words are read on the reporter's page.

var (
	insertHeld = db.SQL(`INSERT INTO concerns_held (owner, concern, at) SELECT $1, $2, $3
		WHERE NOT EXISTS (SELECT 1 FROM concerns_held WHERE owner = $1 AND concern = $2)`)
	manyHeld   = db.SQL(`SELECT concern FROM concerns_held WHERE owner = $1 AND concern IN (` + db.Marks(2) + `)`)
	blankWords = db.SQL(`UPDATE concerns_text SET sealed = $3 WHERE owner = $1 AND concern = $2 AND field NOT IN ('reporter', 'reason', 'ask', 'wish', 'pen')`)
)

// Hold keeps everybody from the words of a concern from now on, the reporter too.
// That it was told, when, and by whom stays.
func Hold(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID, now time.Time) error {
	_, err := tx.Exec(insertHeld, owner, id, now.UnixMilli())
	return err
}

// heldOf are those of some concerns that nobody reads the words of.
func heldOf(tx *db.Tx, owner tilhor.OwnerID, ids []tilhor.ConcernID) (map[tilhor.ConcernID]bool, error) {
	held := map[tilhor.ConcernID]bool{}
	return held, db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(manyHeld, func(scan db.Scan) error {
			var id tilhor.ConcernID
			err := scan(&id)
			held[id] = true
			return err
		}, args...)
	})
}

// hides says whether a text is one of those that are held and shredded: what was
// told, and not who told it or what was answered.
func hides(field string) bool {
	return field != "reporter" && field != "reason" && field != "ask" && field != "wish" && field != "pen"
}

// goneThing is what the mark of a concern's shredded words is called.
func goneThing(id string) string { return "concern-" + id }

// Shred lets the words of a concern go for good; their commitments and the entry
// stay. It gives what the mark is called, "" when there were none.
func Shred(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID, now time.Time) (thing string, err error) {
	n, err := tx.Exec(blankWords, owner, id, []byte{})
	if err != nil || n == 0 {
		return "", err
	}
	thing = goneThing(string(id))
	return thing, seal.Gone(tx, owner, thing, now)
}

// BlankShredded lets go again of the words that a mark tells of, and says whether
// the mark is one of a concern.
func BlankShredded(tx *db.Tx, owner tilhor.OwnerID, thing string) (bool, error) {
	id, ok := strings.CutPrefix(thing, goneThing(""))
	if !ok {
		return false, nil
	}
	_, err := tx.Exec(blankWords, owner, id, []byte{})
	return true, err
}
