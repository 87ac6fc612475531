// Package danger keeps what an employee wants to remember of a report to
// barnevernet or the police: a sealed note (forseglet notat). The duty is each
// employee's own, it is not delegated and waits for nobody (opplæringslova
// § 24-3, straffeloven § 196), and the system sends nothing.
//
// The note belongs to who wrote it and to no case. It stands in no track, list,
// count, chronology, print, package or search; its readers are the writer, and
// in the leadership whom the writer has chosen. To everybody else it is as if it
// were not there, also in the record: see docs/decisions/0040.
package danger

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where sealed notes are kept.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
}

// A NoteID names a note. It is random and says nothing.
type NoteID string

// Whom it was reported to.
const (
	Barnevern     = "barnevern"
	Barnevernvakt = "barnevernvakt"
	Police        = "police"
	Elsewhere     = "elsewhere"
)

// Tos are the places in the order a form shows them.
var Tos = []string{Barnevern, Barnevernvakt, Police, Elsewhere}

// Kinds of lines of a note.
const (
	kept   = "kept"   // it was written
	added  = "added"  // a receipt that came, or something more
	shown  = "shown"  // somebody in the leadership was let in
	opened = "opened" // somebody read it
)

// A line is one thing written in a note, or done with it. All of it is sealed.
type line struct {
	Kind      string           `json:"kind"`
	By        tilhor.PersonID  `json:"by"`
	Role      tilhor.Role      `json:"role"`
	School    tilhor.SchoolID  `json:"school"`
	Written   int64            `json:"written"`
	At        int64            `json:"at,omitempty"`
	Precision tilhor.Precision `json:"precision,omitempty"`
	Child     string           `json:"child,omitempty"`
	To        string           `json:"to,omitempty"`
	Receipt   string           `json:"receipt,omitempty"`
	Text      string           `json:"text,omitempty"`
	With      tilhor.PersonID  `json:"with,omitempty"`
}

// Limits on what one field may carry.
const (
	maxText  = 20_000
	maxShort = 500
	maxLines = 500
	maxNotes = 100
)

// stream is where a note stands in the record: a name that says only that
// something is sealed.
func stream(id NoteID) string { return "sealed/" + string(id) }

// act is the act of every entry, whatever was done: it tells nothing.
const act = "sealed.line"

// field is the label of a line's sealed bytes.
const field = "line"

// reader is what the table of readers calls a person.
func (d *Desk) reader(owner tilhor.OwnerID, p tilhor.PersonID) []byte {
	return d.Keys.Hash(owner, "danger.reader", string(p))
}

var (
	insertLine   = db.SQL(`INSERT INTO danger_line (owner, paper, n, id, entry, sealed) VALUES ($1, $2, $3, $4, $5, $6)`)
	insertReader = db.SQL(`INSERT INTO danger_reader (owner, reader, paper) VALUES ($1, $2, $3) ON CONFLICT (owner, reader, paper) DO NOTHING`)
	selectLines  = db.SQL(`SELECT id, sealed FROM danger_line WHERE owner = $1 AND paper = $2 ORDER BY n`)
	firstLine    = db.SQL(`SELECT id, sealed FROM danger_line WHERE owner = $1 AND paper = $2 AND n = 1`)
	mayOpen      = db.SQL(`SELECT paper FROM danger_reader WHERE owner = $1 AND reader = $2 AND paper = $3`)
	selectMine   = db.SQL(`SELECT paper FROM danger_reader WHERE owner = $1 AND reader = $2 ORDER BY paper LIMIT 1000`)
)

// may says whether the role keeps notes at all: who works at a school.
func may(by tilhor.Actor) bool { return by.Role.Staff() && by.Person != "" && by.School != "" }

// find is the key of a note this person may open: refused and missing are the
// same empty answer of the same statement.
func (d *Desk) find(tx *db.Tx, by tilhor.Actor, id NoteID) (seal.Key, error) {
	person := by.Person
	if !may(by) {
		person = "-"
	}
	var paper string
	if err := tx.One(mayOpen, db.Args(by.Owner, d.reader(by.Owner, person), id), &paper); err != nil {
		return seal.Key{}, err
	}
	return d.Keys.Get(tx, by.Owner, seal.KindNote, paper)
}

// write seals a line, and puts in the record that something was sealed in this
// hour: not by whom, at which school, of whom or what. That lies in the line,
// which the entry commits to.
func (d *Desk) write(tx *db.Tx, key seal.Key, by tilhor.Actor, id NoteID, l line, now time.Time) error {
	l.By, l.Role, l.School, l.Written = by.Person, by.Role, by.School, now.UnixMilli()
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	lineID := tilhor.NewID()
	s := key.Seal(field, lineID, string(plain))
	w, err := d.Journal.Append(tx, journal.Entry{
		Stream: stream(id), Act: act, Subject: lineID, When: tilhor.Now(now), By: tilhor.Actor{Owner: by.Owner, Role: tilhor.RoleAnyone},
		Rule: "own duty", Parts: journal.Parts(s), Quiet: true,
	})
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertLine, by.Owner, id, w.Seq, lineID, w.ID, s.Bytes)
	return err
}

// lines opens a note, oldest first.
func (d *Desk) lines(tx *db.Tx, key seal.Key, owner tilhor.OwnerID, id NoteID, which *db.Stmt) (all []line, err error) {
	err = tx.Each(which, func(scan db.Scan) error {
		var lineID string
		var sealed []byte
		if err := scan(&lineID, &sealed); err != nil {
			return err
		}
		plain, err := key.Open(field, lineID, sealed)
		if err != nil {
			return fmt.Errorf("open a sealed line: %w", err)
		}
		var l line
		if err := json.Unmarshal([]byte(plain), &l); err != nil {
			return errors.New("a sealed line is not readable") // the text of the fault would quote it
		}
		all = append(all, l)
		return nil
	}, owner, id)
	return all, err
}

func (l line) when() tilhor.When {
	return tilhor.When{At: time.UnixMilli(l.At).UTC(), Precision: l.Precision, Written: time.UnixMilli(l.Written).UTC()}
}

// trim takes space off a text, and notes what is too long.
func trim(f *tilhor.Faults, s *string, name string, most int) {
	*s = strings.TrimSpace(*s)
	f.Add(utf8.RuneCountInString(*s) > most, name, map[bool]string{true: "danger.fault.short", false: "danger.fault.long"}[most == maxShort])
}
