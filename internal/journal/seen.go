package journal

import (
	"errors"
	"slices"
	"sort"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// window is how long one actor's reading of one view counts as the same.
const window = 15 * time.Minute

// actRead is the act of every reading.
const actRead = "read"

var (
	recentSeen = db.SQL(stands + `
		WHERE owner = $1 AND stream = $2 AND person = $3 AND view = $4 AND written > $5 AND written <= $6 ORDER BY written DESC LIMIT 100`)
	lastSeen = db.SQL(stands + `
		WHERE owner = $1 AND stream = $2 AND person <> $3 AND view IS NOT NULL ORDER BY seq DESC LIMIT 1`)
	insertListed = db.SQL(`INSERT INTO journal_listed (owner, id, entry, school, sealed) VALUES ($1, $2, $3, $4, $5)`)
	selectListed = db.SQL(`SELECT id, school, sealed FROM journal_listed WHERE owner = $1 AND entry = $2`)
	listedByID   = db.SQL(`SELECT entry, school, sealed FROM journal_listed WHERE owner = $1 AND id = $2`)
	everyListed  = db.SQL(`SELECT id FROM journal_listed WHERE owner = $1 ORDER BY id`)
)

// ReadingsOf is the stream of a thing's readings.
func ReadingsOf(thing string) string { return "readings/" + thing }

// Seen records that the actor looked at a view of a thing: one entry for each
// actor, role, thing and view within 15 minutes. It commits before the first
// byte of the page is sent, and it cannot be switched off.
func (j *Journal) Seen(tx *db.Tx, by tilhor.Actor, stream, subject, view, rule string, now time.Time) error {
	if view == "" {
		return errors.New("a reading without a view")
	}
	old, err := j.recent(tx, by, stream, subject, view, now)
	if err != nil || len(old) > 0 {
		return err
	}
	_, err = j.Append(tx, Entry{Stream: stream, Act: actRead, Subject: subject, View: view, When: tilhor.Now(now), By: by, Rule: rule})
	return err
}

// recent finds the actor's readings of the view within the window. One that was
// written by a clock that ran ahead, and has been set back, hides none; and
// neither does a row whose columns say so: what counts is what the marked text
// says of who read what, and when.
func (j *Journal) recent(tx *db.Tx, by tilhor.Actor, stream, subject, view string, now time.Time) ([]Record, error) {
	from := now.Add(-window).UnixMilli()
	list, err := j.genuine(tx, by.Owner, recentSeen, stream, by.Person, view, from, now.UnixMilli())
	var out []Record
	for _, r := range list {
		at := r.When.Written.UnixMilli()
		same := r.View == view && r.Subject == subject && r.By.Person == by.Person && r.By.Role == by.Role && r.By.School == by.School
		if same && at > from && at <= now.UnixMilli() {
			out = append(out, r)
		}
	}
	return out, err
}

// SeenList records that the actor saw a list: one entry, with the ids that stood
// in it sealed by the key of the year's readings at the actor's school (or of the
// owner). The same list
// again within 15 minutes is the same reading; another list is a new one.
func (j *Journal) SeenList(tx *db.Tx, by tilhor.Actor, stream, subject, view, rule string, ids []string, now time.Time) error {
	text := listText(ids)
	column := listColumn(by.School, now)
	kind, thing := listThing(by.Owner, column)
	key, err := j.keys.Make(tx, by.Owner, kind, thing)
	if err != nil {
		return err
	}
	if known, err := j.sawList(tx, key, by, stream, subject, view, text, now); err != nil || known {
		return err
	}
	id := tilhor.NewID()
	sealed := key.Seal(listedField, id, text)
	w, err := j.Append(tx, Entry{
		Stream: stream, Act: actRead, Subject: subject, View: view, When: tilhor.Now(now), By: by,
		Rule: rule, Parts: Parts(sealed),
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertListed, by.Owner, id, w.ID, column, sealed.Bytes)
	return err
}

// SawList says that SeenList would write nothing: the very list was seen within
// the window, and its entry is committed. Whoever reads a list again then waits
// for no writer.
func (j *Journal) SawList(tx *db.Tx, by tilhor.Actor, stream, subject, view string, ids []string, now time.Time) (bool, error) {
	kind, thing := listThing(by.Owner, listColumn(by.School, now))
	key, err := j.keys.Get(tx, by.Owner, kind, thing)
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return j.sawList(tx, key, by, stream, subject, view, listText(ids), now)
}

func (j *Journal) sawList(tx *db.Tx, key seal.Key, by tilhor.Actor, stream, subject, view, text string, now time.Time) (bool, error) {
	old, err := j.recent(tx, by, stream, subject, view, now)
	if err != nil {
		return false, err
	}
	for _, r := range old {
		if got, ok, err := listed(tx, key, r); err != nil || ok && got == text {
			return err == nil, err
		}
	}
	return false, nil
}

func listText(ids []string) string {
	sorted := append([]string(nil), ids...)
	sort.Strings(sorted)
	return strings.Join(sorted, "\n")
}

const listedField = "journal.listed"

// listColumn is what a list is stored under: the school (” for the owner as a
// whole) and the year. What a list showed is not kept for ever: each year of a
// school has a key of its own, which is shredded when its time is over.
func listColumn(school tilhor.SchoolID, now time.Time) string {
	return string(school) + "/" + string(tilhor.DateOf(now, lang.Oslo))[:4]
}

// listThing is whose key opens what is stored under a column. Lists from before
// there was a key for each year were sealed with the school's own.
func listThing(owner tilhor.OwnerID, column string) (seal.Kind, string) {
	if strings.HasPrefix(column, "/") {
		return seal.KindReadings, string(owner) + column
	}
	if strings.Contains(column, "/") {
		return seal.KindReadings, column
	}
	if column == "" {
		return seal.KindOwner, string(owner)
	}
	return seal.KindSchool, column
}

// Year is the year of a key of readings, "" for what is none.
func Year(thing string) string {
	if i := strings.LastIndexByte(thing, '/'); i >= 0 {
		return thing[i+1:]
	}
	return ""
}

// listed opens the list of a reading: the very one that its entry commits to, and
// none that was put in its place.
func listed(tx *db.Tx, key seal.Key, r Record) (text string, ok bool, err error) {
	var id, school string
	var sealed []byte
	err = tx.One(selectListed, db.Args(r.By.Owner, r.ID), &id, &school, &sealed)
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	salt, text, err := key.Opening(listedField, id, sealed)
	if err != nil {
		return "", false, nil // not what this program sealed: the list counts as not seen
	}
	label := seal.Label(listedField, id)
	return text, slices.Contains(r.Parts, Part{Label: label, Commit: seal.Commitment(label, salt, text)}), nil
}

// A Reading is one opening of a thing: who, in which role, what, when.
type Reading struct {
	Entry   tilhor.EntryID
	Person  tilhor.PersonID
	Role    tilhor.Role
	School  tilhor.SchoolID
	View    string
	Subject string
	Rule    string
	At      time.Time
}

// Readings gives who has read a thing, newest first. It holds no content; who
// may see which of them is the affair of the room that asks. Altered when one of
// them is not as it was written: a log with one false line is not shown.
func (j *Journal) Readings(tx *db.Tx, owner tilhor.OwnerID, thing string) ([]Reading, error) {
	list, err := j.Stream(tx, owner, ReadingsOf(thing))
	out := make([]Reading, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		r := list[i]
		if r.View == "" {
			continue
		}
		out = append(out, readingOf(r))
	}
	return out, err
}

// LastReading is the newest reading of a thing by anybody but one person;
// tilhor.ErrNotFound when nobody else has read it. It opens one entry, however
// often the thing was read. One that is Altered is told to nobody.
func (j *Journal) LastReading(tx *db.Tx, owner tilhor.OwnerID, thing string, but tilhor.PersonID) (Reading, error) {
	list, err := j.genuine(tx, owner, lastSeen, ReadingsOf(thing), but)
	if err != nil {
		return Reading{}, err
	}
	if len(list) == 0 {
		return Reading{}, tilhor.ErrNotFound
	}
	return readingOf(list[0]), nil
}

func readingOf(r Record) Reading {
	return Reading{
		Entry: r.ID, Person: r.By.Person, Role: r.By.Role, School: r.By.School,
		View: r.View, Subject: r.Subject, Rule: r.Rule, At: r.When.Written,
	}
}

func init() {
	RegisterContent(Content{
		Acts:  actRead,
		Table: "journal_listed",
		Find: func(tx *db.Tx, r Record, _, id string) (Stored, error) {
			var column string
			var s Stored
			err := tx.One(listedByID, db.Args(r.By.Owner, id), &s.Entry, &column, &s.Bytes)
			s.Kind, s.Thing = listThing(r.By.Owner, column)
			return s, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(label string) error) error {
			return tx.Each(everyListed, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil {
					return err
				}
				return yield(seal.Label(listedField, id))
			}, owner)
		},
	})
}
