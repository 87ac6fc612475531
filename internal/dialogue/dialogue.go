// Package dialogue is the talk (samtale) between who told something and who
// handles it. Whoever gave no name comes back with seven words and is nobody to
// the school but who has them; whoever is signed in comes back as they are.
//
// Each message is sealed with the concern's own key and stands in the record.
// Of who has a code nothing is kept that could lead there: no address, no
// browser, no time finer than the hour, and of the code a keyed hash alone.
//
// What is said here is only said. It puts no name in any list, gives no child a
// part in a matter and starts no clock: that takes a person who reads it, and an
// act in the room of cases.
package dialogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where talks are held.
type Desk struct {
	DB       *db.DB
	Keys     *seal.Keys
	Journal  *journal.Journal
	Roster   *roster.Roster
	Concerns *concerns.Desk
	Clock    tilhor.Clock
	Child    func(tx *db.Tx, owner tilhor.OwnerID, track string) (tilhor.PersonID, error) // of a track; "" while it is not known. Nil where nothing becomes a case
}

// A Reach is who may read a message (synlighet).
type Reach string

// Reaches, the safest first: what nobody chose goes to the school alone.
const (
	ToStaff  Reach = "staff"  // who works it at the school
	ToSender Reach = "sender" // the sender, and everybody who may read the talk
	ToOwner  Reach = "owner"  // those of the owner's who were given it, and who leads
)

// Reaches are all of them in the order a form shows them.
var Reaches = []Reach{ToStaff, ToSender, ToOwner}

// A Kind is what a line of a talk is.
type Kind string

// Kinds.
const (
	Say    Kind = "say"    // the sender says more
	Name   Kind = "name"   // the sender says who it is
	Need   Kind = "need"   // an interpreter, or another way of talking
	Answer Kind = "answer" // the school writes
)

// Limits on what one talk may carry: far more than anybody needs who is helped,
// and an end for who floods.
const (
	MaxText  = 4_000
	MaxShort = 200
	maxLines = 500
	maxHour  = 20 // of the sender's, within an hour
)

// thread is one talk, as far as it stands open.
type thread struct {
	concern               tilhor.ConcernID
	slug                  string
	school                tilhor.SchoolID
	coded                 bool
	sender                tilhor.PersonID
	role                  tilhor.Role
	named                 bool
	opened, last          time.Time
	saidN, answerN, readN int64
	readAt                time.Time
}

// line is one message. All of it is sealed.
type line struct {
	Kind    Kind            `json:"kind"`
	To      Reach           `json:"to"`
	By      tilhor.PersonID `json:"by,omitempty"`
	Role    tilhor.Role     `json:"role"`
	School  tilhor.SchoolID `json:"school,omitempty"`
	Written int64           `json:"written"`
	Text    string          `json:"text"`

	n  int64
	id string
}

// staff says whether the school wrote it, and not the sender.
func (l line) staff() bool { return l.Role.Staff() || l.Role == tilhor.RoleOwnerAdviser }

// stream is where a talk stands in the record.
func stream(id tilhor.ConcernID) string { return "dialogue/" + string(id) }

// field is the label of a line's sealed bytes.
const field = "said"

const columns = `t.concern, t.slug, t.school, t.code IS NOT NULL, t.sender, t.role, t.named, t.opened_at, t.last_at, t.said_n, t.answer_n, t.read_n, t.read_at`

func row(scan db.Scan) (t thread, err error) {
	var opened, last int64
	var read *int64
	err = scan(&t.concern, &t.slug, &t.school, &t.coded, &t.sender, &t.role, &t.named, &opened, &last, &t.saidN, &t.answerN, &t.readN, &read)
	t.opened, t.last = instant(opened), instant(last)
	if read != nil {
		t.readAt = instant(*read)
	}
	return t, err
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

var (
	insertLine  = db.SQL(`INSERT INTO dialogue_line (owner, concern, n, id, entry, sealed) VALUES ($1, $2, $3, $4, $5, $6)`)
	selectLines = db.SQL(`SELECT n, id, sealed FROM dialogue_line WHERE owner = $1 AND concern = $2 ORDER BY n`)
	moveSaid    = db.SQL(`UPDATE dialogue_thread SET said_n = $3, last_at = $4 WHERE owner = $1 AND concern = $2`)
	moveAnswer  = db.SQL(`UPDATE dialogue_thread SET answer_n = $3, last_at = $4 WHERE owner = $1 AND concern = $2`)
	moveLast    = db.SQL(`UPDATE dialogue_thread SET last_at = $3 WHERE owner = $1 AND concern = $2`)
	setNamed    = db.SQL(`UPDATE dialogue_thread SET named = TRUE WHERE owner = $1 AND concern = $2`)
)

// quiet says whether the talk is on the anonymous route: its times are the hour.
func (t thread) quiet() bool { return t.sender == "" }

// at is when something is written in the talk.
func (t thread) at(now time.Time) time.Time {
	if t.quiet() {
		return now.UTC().Truncate(time.Hour)
	}
	return now.UTC()
}

// write seals a line and puts it in the record.
func (d *Desk) write(tx *db.Tx, owner tilhor.OwnerID, t thread, by tilhor.Actor, rule string, l line, now time.Time) error {
	key, err := d.Keys.Get(tx, owner, seal.KindConcern, string(t.concern))
	if err != nil {
		return err
	}
	l.By, l.Role, l.School, l.Written = by.Person, by.Role, by.School, t.at(now).UnixMilli()
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	id := tilhor.NewID()
	s := key.Seal(field, id, string(plain))
	w, err := d.Journal.Append(tx, journal.Entry{
		Stream: stream(t.concern), Act: "dialogue." + string(l.Kind), Subject: id, When: tilhor.Now(now), By: by, Rule: rule,
		Parts: journal.Parts(s), Quiet: t.quiet(),
	})
	if err != nil {
		return err
	}
	if _, err := tx.Exec(insertLine, owner, t.concern, w.Seq, id, w.ID, s.Bytes); err != nil {
		return err
	}
	switch {
	case !l.staff():
		_, err = tx.Exec(moveSaid, owner, t.concern, w.Seq, l.Written)
	case l.To == ToSender:
		_, err = tx.Exec(moveAnswer, owner, t.concern, w.Seq, l.Written)
	default:
		_, err = tx.Exec(moveLast, owner, t.concern, l.Written)
	}
	return err
}

// lines opens a talk, oldest first.
func (d *Desk) lines(tx *db.Tx, owner tilhor.OwnerID, t thread) (all []line, err error) {
	key, err := d.Keys.Get(tx, owner, seal.KindConcern, string(t.concern))
	if err != nil {
		return nil, err
	}
	err = tx.Each(selectLines, func(scan db.Scan) error {
		var n int64
		var id string
		var sealed []byte
		if err := scan(&n, &id, &sealed); err != nil {
			return err
		}
		plain, err := key.Open(field, id, sealed)
		if err != nil {
			return fmt.Errorf("open a line of a talk: %w", err)
		}
		l := line{n: n, id: id}
		if err := json.Unmarshal([]byte(plain), &l); err != nil {
			return errors.New("a line of a talk is not readable") // the text of the fault would quote it
		}
		all = append(all, l)
		return nil
	}, owner, t.concern)
	return all, err
}

// check refuses a text that is not there or too long, at its field.
func check(s *string, name string, most int) error {
	*s = strings.TrimSpace(*s)
	var f tilhor.Faults
	f.Add(*s == "", name, "dialogue.fault."+name)
	f.Add(utf8.RuneCountInString(*s) > most, name, map[bool]string{true: "dialogue.fault.short", false: "dialogue.fault.long"}[most == MaxShort])
	return f.Err()
}

// A Line is one message as its reader sees it.
type Line struct {
	Kind  Kind
	To    Reach
	Own   bool   // the sender's side
	Name  string // who wrote for the school; "" where the sender may not know
	Role  tilhor.Role
	Text  string
	At    time.Time
	Exact bool // At is more than the hour
}

// show is a line for a reader.
func (l line) show(t thread, name string) Line {
	return Line{Kind: l.Kind, To: l.To, Own: !l.staff(), Name: name, Role: l.Role, Text: l.Text, At: instant(l.Written), Exact: !t.quiet()}
}

// writers names who wrote for the school.
func (d *Desk) writers(tx *db.Tx, owner tilhor.OwnerID, all []line) (map[tilhor.PersonID]string, error) {
	var ids []tilhor.PersonID
	seen := map[tilhor.PersonID]bool{"": true}
	for _, l := range all {
		if !seen[l.By] {
			seen[l.By] = true
			ids = append(ids, l.By)
		}
	}
	return d.Roster.Names(tx, owner, ids...)
}

// reports says whether a grant is the sender's own, now: what was taken out of
// everybody's reach is out of the sender's as well.
func reports(g access.Grant, who tilhor.PersonID, now time.Time) bool {
	return g.Relation == access.Reporter && g.Person == who && g.InForce(now)
}
