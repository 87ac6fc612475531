// Package interventions keeps each time somebody who works at the school used
// the body against a pupil to avert harm (fysisk inngrep, opplæringslova
// §§ 13-4 and 13-5), at school and at SFO, whoever runs it (§ 12-1): the event,
// the intervention, and the pupil's own view. Rektor is told, then the parents;
// the owner when it is not the first against the pupil, or particularly serious.
//
// It is counted for each pupil. Nothing counts, sorts or finds by who intervened.
package interventions

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where interventions are told and followed up.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
}

// An EventID names one intervention.
type EventID string

// How the pupil was asked (elevens syn).
const (
	Told     = "told"
	Declined = "declined" // a full answer
	Later    = "later"    // not asked yet: it stands as a duty
)

// A Kind is what a line says.
type Kind string

// Kinds of lines.
const (
	Reported Kind = "reported" // the employee told rektor
	Viewed   Kind = "viewed"   // the pupil's view
	Parents  Kind = "parents"  // the parents were told
	Owner    Kind = "owner"    // the owner was told
	Judged   Kind = "judged"   // rektor judged whether it was particularly serious
)

// A Line is one thing written. All of it is sealed.
type Line struct {
	Kind      Kind             `json:"kind"`
	By        tilhor.PersonID  `json:"by"`
	Role      tilhor.Role      `json:"role"`
	Written   int64            `json:"written"`
	At        int64            `json:"at,omitempty"`
	Precision tilhor.Precision `json:"precision,omitempty"`
	Described string           `json:"described,omitempty"` // the pupil, when in no list
	Event     string           `json:"event,omitempty"`     // what happened before
	What      string           `json:"what,omitempty"`      // what was done
	Who       string           `json:"who,omitempty"`       // who did it
	Long      string           `json:"long,omitempty"`      // for how long
	Why       string           `json:"why,omitempty"`       // why it was necessary
	View      string           `json:"view,omitempty"`      // told, declined, later
	Words     string           `json:"words,omitempty"`     // the pupil's own
	Text      string           `json:"text,omitempty"`
	Serious   bool             `json:"serious,omitempty"`
	Name      string           `json:"-"` // of By
	ID        string           `json:"-"` // of the line, as its entry names it
}

// When is when the line says that it happened.
func (l Line) When() tilhor.When {
	return tilhor.When{At: time.UnixMilli(l.At).UTC(), Precision: l.Precision, Written: time.UnixMilli(l.Written).UTC()}
}

// An Event is one intervention as those who may see it read it.
type Event struct {
	ID       EventID
	Slug     string
	School   tilhor.SchoolID
	Where    string // the school's name, in the owner's list
	Pupil    tilhor.PersonID
	Name     string // of the pupil, or how the pupil is described
	Class    string
	Shielded bool // of a protected pupil: a list shows none of it
	Arena    tilhor.Arena
	Happened tilhor.When
	Entry    tilhor.EntryID
	Lines    []Line
	Lead     bool          // the reader decides (rektor, or who stands in)
	Nth      int           // which intervention against this pupil at this school it is
	All      int           // how many there are; 1 when the pupil is not known
	Duties   []duty.Stored // of all of them together, for who decides
	thing    string
}

// Of is the last line of a kind, nil for none.
func (e Event) Of(k Kind) *Line {
	for i := len(e.Lines) - 1; i >= 0; i-- {
		if e.Lines[i].Kind == k {
			return &e.Lines[i]
		}
	}
	return nil
}

// Asked says whether the pupil's view is there, or that the pupil gave none.
func (e Event) Asked() bool {
	for _, l := range e.Lines {
		if l.View == Told || l.View == Declined {
			return true
		}
	}
	return false
}

// Limits on what one field may carry.
const (
	maxText  = 20_000
	maxShort = 500
	maxLines = 500
)

const (
	fieldLine = "line"
	fieldRow  = "row"
)

func stream(id EventID) string { return "force/" + string(id) }

// things are named so that no track or concern, whose ids are random, can be
// one of them.
const thingPrefix = "force/"

var (
	insertEvent = db.SQL(`INSERT INTO interventions_event (owner, id, slug, school, pupil, thing, arena, happened_at, precision, written_at, entry)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	insertLine  = db.SQL(`INSERT INTO interventions_line (owner, event, n, id, entry, sealed) VALUES ($1, $2, $3, $4, $5, $6)`)
	selectLines = db.SQL(`SELECT id, sealed FROM interventions_line WHERE owner = $1 AND event = $2 ORDER BY n`)
	countNth    = db.SQL(`SELECT COUNT(*) FROM interventions_event WHERE owner = $1 AND thing = $2 AND (happened_at, id) <= ($3, $4)`)
	countAll    = db.SQL(`SELECT COUNT(*) FROM interventions_event WHERE owner = $1 AND thing = $2`)
)

const columns = `e.id, e.slug, e.school, e.pupil, e.thing, e.arena, e.happened_at, e.precision, e.written_at, e.entry`

func row(scan db.Scan) (e Event, err error) {
	var happened, written int64
	err = scan(&e.ID, &e.Slug, &e.School, &e.Pupil, &e.thing, &e.Arena, &happened, &e.Happened.Precision, &written, &e.Entry)
	e.Happened.At, e.Happened.Written = time.UnixMilli(happened).UTC(), time.UnixMilli(written).UTC()
	return e, err
}

var findEvent = func() map[access.Act]*db.Stmt {
	m := map[access.Act]*db.Stmt{}
	for _, act := range []access.Act{access.FollowForce, access.LeadForce} {
		m[act] = db.SQL(`SELECT ` + columns + ` FROM interventions_event e WHERE e.owner = $1 AND e.slug = $6 AND ` + access.Scope(act, "e.id"))
	}
	return m
}()

// find is an intervention this person may do the act with.
func (d *Desk) find(tx *db.Tx, by tilhor.Actor, act access.Act, slug string, now time.Time) (e Event, err error) {
	found := false
	err = tx.Each(findEvent[act], func(scan db.Scan) (err error) {
		found = true
		e, err = row(scan)
		return err
	}, access.Args(by, act, now, slug)...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	return e, err
}

// either is an intervention the person decides on, or told of.
func (d *Desk) either(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (Event, access.Relation, error) {
	e, err := d.find(tx, by, access.LeadForce, slug, now)
	if err == nil {
		e.Lead = true
		return e, access.Leads, nil
	}
	if !errors.Is(err, tilhor.ErrNotFound) {
		return e, "", err
	}
	e, err = d.find(tx, by, access.FollowForce, slug, now)
	return e, access.Reporter, err
}

// write seals a line and puts its entry in the record.
func (d *Desk) write(tx *db.Tx, key seal.Key, by tilhor.Actor, id EventID, l Line, rule access.Relation, now time.Time, parts ...journal.Part) (tilhor.EntryID, error) {
	l.By, l.Role, l.Written = by.Person, by.Role, now.UnixMilli()
	when := tilhor.Now(now)
	if l.Precision != "" {
		when = l.When()
	}
	plain, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	lineID := tilhor.NewID()
	s := key.Seal(fieldLine, lineID, string(plain))
	w, err := d.Journal.Append(tx, journal.Entry{
		Stream: stream(id), Act: "interventions." + string(l.Kind), Subject: lineID, When: when, By: by,
		Rule: string(rule), Parts: append(journal.Parts(s), parts...),
	})
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(insertLine, by.Owner, id, w.Seq, lineID, w.ID, s.Bytes)
	return w.ID, err
}

func (d *Desk) lines(tx *db.Tx, key seal.Key, owner tilhor.OwnerID, id EventID) (all []Line, err error) {
	err = tx.Each(selectLines, func(scan db.Scan) error {
		var lineID string
		var sealed []byte
		if err := scan(&lineID, &sealed); err != nil {
			return err
		}
		plain, err := key.Open(fieldLine, lineID, sealed)
		if err != nil {
			return fmt.Errorf("open line %s: %w", lineID, err)
		}
		var l Line
		if err := json.Unmarshal([]byte(plain), &l); err != nil {
			return errors.New("a sealed line is not readable")
		}
		l.ID = lineID
		all = append(all, l)
		return nil
	}, owner, id)
	return all, err
}

// code is what the duties call the pupil: also one who is protected and only
// described.
func (e Event) code() string {
	if of, pupil, _ := strings.Cut(strings.TrimPrefix(e.thing, thingPrefix), "/"); of == string(e.School) && pupil != "" {
		return pupil
	}
	return "unknown-1"
}

func (e Event) duties() duty.Thing { return duty.Thing{ID: e.thing, School: e.School} }

// facts gives the clocks what they run on.
func (d *Desk) facts(tx *db.Tx, owner tilhor.OwnerID, e Event, now time.Time, all ...duty.Fact) error {
	for i := range all {
		all[i].Pupil, all[i].When.Written = e.code(), now
	}
	return duty.Record(tx, owner, e.duties(), now, all...)
}

// A check of one form gathers the faults.
type check struct{ tilhor.Faults }

func (c *check) text(s *string, name string, required bool) {
	c.limit(s, name, required, maxText, "force.fault.long")
}

func (c *check) short(s *string, name string, required bool) {
	c.limit(s, name, required, maxShort, "force.fault.short")
}

func (c *check) limit(s *string, name string, required bool, most int, long string) {
	*s = strings.TrimSpace(*s)
	c.Add(required && *s == "", name, "force.fault."+name)
	c.Add(utf8.RuneCountInString(*s) > most, name, long)
}

// past refuses a time that has not been.
func (c *check) past(w *tilhor.When, now time.Time) {
	switch w.Precision {
	case tilhor.Day:
		c.Add(calendar.DateOf(w.At) > calendar.DateOf(now), "at", "force.fault.future")
		if w.At.After(now) {
			w.At = now
		}
	case tilhor.Exact, tilhor.Hour:
		c.Add(w.At.After(now), "at", "force.fault.future")
	default:
		*w = tilhor.Now(now)
	}
	c.Add(w.At.Before(now.AddDate(-20, 0, 0)), "at", "force.fault.old")
}
