package bodies

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A line is one version of one thing that is written in a room. It is never written
// over: a change is a new line, and the one before it is ended.
type line struct {
	ID     string          `json:"-"`
	Place  int             `json:"-"`
	At     time.Time       `json:"-"`
	Kind   kindOf          `json:"kind"`
	Thing  string          `json:"thing"`
	Held   string          `json:"meeting,omitempty"` // the meeting it hangs on
	Item   string          `json:"item,omitempty"`
	Shut   bool            `json:"shut,omitempty"`
	Person tilhor.PersonID `json:"person,omitempty"` // who is invited

	Meet    *Meeting          `json:"meet,omitempty"`
	Point   *Item             `json:"point,omitempty"`
	Result  *Result           `json:"result,omitempty"`
	Present []tilhor.PersonID `json:"present,omitempty"`
	Action  *Action           `json:"action,omitempty"`
	Guest   *Guest            `json:"guest,omitempty"`
	Months  map[int]string    `json:"months,omitempty"`
	Rules   *Body             `json:"rules,omitempty"`
}

type kindOf string

const (
	ofRules    kindOf = "rules"
	ofPlan     kindOf = "plan"
	ofMeeting  kindOf = "meeting"
	ofCall     kindOf = "call"
	ofGuest    kindOf = "guest"
	ofItem     kindOf = "item"
	ofResult   kindOf = "result"
	ofPresent  kindOf = "present"
	ofAction   kindOf = "action"
	ofApproved kindOf = "approved"
)

const (
	lineField = "line"
	actLine   = "bodies.room." // and the kind
	actGone   = "bodies.room.gone"
)

const lineColumns = `id, kind, thing, meeting, item, person, shut, place, at, sealed`

var (
	insertLine = db.SQL(`INSERT INTO bodies_line (owner, id, school, body, kind, thing, meeting, item, person, shut, place, at, entry, sealed, gone_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 0)`)
	endLine = db.SQL(`UPDATE bodies_line SET gone_at = $5 WHERE owner = $1 AND body = $2 AND kind = $3 AND thing = $4 AND gone_at = 0`)

	// What stands in a room, for eyes that may see all ($3 = 1) or not ($3 = 0). All
	// that is read of a room is read by these statements.
	linesOf = db.SQL(`SELECT ` + lineColumns + ` FROM bodies_line WHERE owner = $1 AND body = $2 AND gone_at = 0 AND shut <= $3 ORDER BY shut, place, at, id`)
	headsOf = db.SQL(`SELECT ` + lineColumns + ` FROM bodies_line WHERE owner = $1 AND body = $2 AND gone_at = 0 AND shut <= $3
		AND kind IN ('meeting', 'call', 'approved') ORDER BY shut, place, at, id`)
	callLine = db.SQL(`SELECT l.body, CASE WHEN l.kind = 'call' THEN l.thing ELSE l.meeting END, l.person FROM bodies_line l WHERE l.owner = $1 AND l.id = $2 AND l.gone_at = 0
		AND (l.kind = 'call' OR l.kind = 'guest' AND EXISTS (SELECT 1 FROM bodies_line c WHERE c.owner = l.owner AND c.body = l.body AND c.thing = l.meeting AND c.kind = 'call' AND c.gone_at = 0))`)
	guestsOf = db.SQL(`SELECT person FROM bodies_line WHERE owner = $1 AND body = $2 AND meeting = $3 AND kind = 'guest' AND gone_at = 0`)
	guestAt  = db.SQL(`SELECT body, meeting FROM bodies_line WHERE owner = $1 AND person = $2 AND gone_at = 0 AND kind = 'guest'`)
)

// put writes a line, and ends the version before it.
func (d *Desk) put(tx *db.Tx, by tilhor.Actor, b Body, l line, now time.Time) (string, error) {
	if l.Thing == "" {
		l.Thing = tilhor.NewSlug()
	}
	plain, err := json.Marshal(l)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(endLine, by.Owner, b.ID, l.Kind, l.Thing, now.UnixMilli()); err != nil {
		return "", err
	}
	key, err := d.Keys.Make(tx, by.Owner, seal.KindBody, string(b.School))
	if err != nil {
		return "", err
	}
	id := tilhor.NewID()
	s := key.Seal(lineField, id, string(plain))
	w, err := d.Journal.Append(tx, journal.Entry{Stream: stream(b.School), Act: actLine + string(l.Kind), Subject: id, When: tilhor.Now(now), By: by, Parts: journal.Parts(s)})
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(insertLine, by.Owner, id, b.School, b.ID, l.Kind, l.Thing, l.Held, l.Item, l.Person, number(l.Shut), l.Place, now.UnixMilli(), w.ID, s.Bytes)
	return l.Thing, err
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// drop ends a thing. That it stood there, and who took it away, stays in the record.
func (d *Desk) drop(tx *db.Tx, by tilhor.Actor, b Body, l line, now time.Time) error {
	n, err := tx.Exec(endLine, by.Owner, b.ID, l.Kind, l.Thing, now.UnixMilli())
	if err == nil {
		err = missing(n)
	}
	if err != nil {
		return err
	}
	_, err = d.Journal.Append(tx, journal.Entry{Stream: stream(b.School), Act: actGone, Subject: l.ID, When: tilhor.Now(now), By: by})
	return err
}

// lines are what stands in a room for those eyes, the agenda in its order with what
// is confidential last: who must leave, leaves once, and no number is missing for
// who has left.
func (d *Desk) lines(tx *db.Tx, owner tilhor.OwnerID, b Body, all bool) (sheaf, error) {
	return d.gather(tx, owner, b, linesOf, all)
}

// heads are the meetings of a body and how far each has come, and nothing that was
// said there.
func (d *Desk) heads(tx *db.Tx, owner tilhor.OwnerID, b Body) (sheaf, error) {
	return d.gather(tx, owner, b, headsOf, false)
}

func (d *Desk) gather(tx *db.Tx, owner tilhor.OwnerID, b Body, q *db.Stmt, all bool) (out sheaf, err error) {
	var sealed [][]byte
	var shut, at int64
	err = tx.Each(q, func(scan db.Scan) error {
		var l line
		var s []byte
		err := scan(&l.ID, &l.Kind, &l.Thing, &l.Held, &l.Item, &l.Person, &shut, &l.Place, &at, &s)
		l.Shut, l.At = shut > 0, time.UnixMilli(at)
		out, sealed = append(out, l), append(sealed, s)
		return err
	}, owner, b.ID, number(all))
	if err != nil || len(out) == 0 {
		return nil, err
	}
	key, err := d.Keys.Get(tx, owner, seal.KindBody, string(b.School))
	if err != nil {
		return nil, err
	}
	for i := range out {
		row := out[i]
		plain, err := key.Open(lineField, row.ID, sealed[i])
		if err != nil {
			return nil, err
		}
		l := line{ID: row.ID, Place: row.Place, At: row.At}
		if err := json.Unmarshal([]byte(plain), &l); err != nil {
			return nil, errors.New("a line of a body's room cannot be read")
		}
		if l.Kind != row.Kind || l.Thing != row.Thing || l.Held != row.Held || l.Item != row.Item || l.Person != row.Person || l.Shut != row.Shut {
			return nil, errors.New("a line of a body's room does not say what was sealed in it")
		}
		out[i] = l
	}
	return out, nil
}

// A sheaf is what stands in a room.
type sheaf []line

func (s sheaf) of(k kindOf, meeting string) (out sheaf) {
	for _, l := range s {
		if l.Kind == k && l.Held == meeting {
			out = append(out, l)
		}
	}
	return out
}

// find is a thing by what it is and its address, nil for none.
func (s sheaf) find(k kindOf, thing string) *line {
	i := slices.IndexFunc(s, func(l line) bool { return l.Kind == k && l.Thing == thing })
	if i < 0 {
		return nil
	}
	return &s[i]
}

// meetings are all of them by their day, the first first.
func (s sheaf) meetings() (all []Meeting) {
	for _, l := range s {
		if l.Kind == ofMeeting {
			all = append(all, s.meeting(l))
		}
	}
	slices.SortStableFunc(all, func(a, b Meeting) int { return strings.Compare(string(a.On)+a.Clock, string(b.On)+b.Clock) })
	return all
}

func (s sheaf) meeting(l line) Meeting {
	m := *l.Meet
	m.Slug = l.Thing
	if c := s.find(ofCall, l.Thing); c != nil {
		m.Called = c.At
	}
	m.Approved = s.find(ofApproved, l.Thing) != nil
	return m
}
