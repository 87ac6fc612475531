package bodies

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
)

// A Meeting is a meeting of a body (møte).
type Meeting struct {
	Slug  string      `json:"-"`
	On    tilhor.Date `json:"on"`
	Clock string      `json:"clock"` // as it was typed: 18.00
	Place string      `json:"place,omitempty"`

	Called   time.Time `json:"-"` // when the call was sent out, zero for not yet
	Approved bool      `json:"-"` // its minutes are
}

// Begins is when it begins.
func (m Meeting) Begins() time.Time {
	t, _ := lang.ReadTime(m.On, m.Clock) // read when it was written
	return t
}

func (m *Meeting) check(today tilhor.Date) error {
	var f tilhor.Faults
	m.Place = strings.TrimSpace(m.Place)
	_, err := lang.ReadTime(m.On, m.Clock)
	f.Add(m.On == "" || m.On < today.Add(-366) || m.On > today.Add(2*366), "on", "bodies.fault.on")
	f.Add(m.On != "" && err != nil, "clock", "bodies.fault.clock")
	f.Add(utf8.RuneCountInString(m.Place) > maxName, "place", "bodies.fault.name-long")
	f.Add(Single(m.Place), "place", "bodies.fault.single")
	return f.Err()
}

// Arrange sets a meeting up. The psychosocial environment stands on its agenda from
// the start: the school is to work on it all the time (§ 12-3), and that it is a
// fixed item is how the bodies see to it.
func (d *Desk) Arrange(ctx context.Context, by tilhor.Actor, slug string, m Meeting) (meeting string, err error) {
	now := d.Clock()
	if err := m.check(calendar.DateOf(now)); err != nil {
		return "", err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.leads(tx, by, slug, "", now)
		if err != nil {
			return err
		}
		if len(s.sheaf.meetings()) >= maxMeetings {
			return tilhor.Faults{{Field: "on", Key: "bodies.fault.many"}}
		}
		if meeting, err = d.put(tx, by, s.Body, line{Kind: ofMeeting, Meet: &m}, now); err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofItem, Held: meeting, Place: 1, Point: &Item{Standing: true}}, now)
		return err
	})
	return meeting, err
}

const (
	maxMeetings = 400
	maxItems    = 40
)

// Rearrange moves a meeting. Who has been called is called again.
func (d *Desk) Rearrange(ctx context.Context, by tilhor.Actor, slug, meeting string, m Meeting) error {
	now := d.Clock()
	if err := m.check(calendar.DateOf(now)); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.drafts(tx, by, slug, meeting, "on", now)
		if err != nil {
			return err
		}
		if c := s.sheaf.find(ofCall, meeting); c != nil {
			if err := d.drop(tx, by, s.Body, *c, now); err != nil {
				return err
			}
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofMeeting, Thing: meeting, Meet: &m}, now)
		return err
	})
}

// Cancel calls a meeting off. It is gone from the room, and stays in the record.
func (d *Desk) Cancel(ctx context.Context, by tilhor.Actor, slug, meeting string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.drafts(tx, by, slug, meeting, "cancel", now)
		if err != nil {
			return err
		}
		if m := s.sheaf.find(ofMeeting, meeting); m != nil && m.Meet != nil && m.Meet.On < calendar.DateOf(now) { // whoever asks, and whatever is kept of it
			return tilhor.Faults{{Field: "cancel", Key: "bodies.fault.held"}}
		}
		for _, k := range []kindOf{ofPresent, ofResult, ofAction} {
			if len(s.sheaf.of(k, meeting)) > 0 {
				return tilhor.Faults{{Field: "cancel", Key: "bodies.fault.held"}}
			}
		}
		for _, l := range s.sheaf.of(ofGuest, meeting) {
			if err := d.drop(tx, by, s.Body, l, now); err != nil {
				return err
			}
		}
		if c := s.sheaf.find(ofCall, meeting); c != nil { // nobody is called to it any more
			if err := d.drop(tx, by, s.Body, *c, now); err != nil {
				return err
			}
		}
		return d.drop(tx, by, s.Body, *s.sheaf.find(ofMeeting, meeting), now)
	})
}

// drafts is leads for what can still be changed: when the minutes are approved,
// nothing of the meeting is.
func (d *Desk) drafts(tx *db.Tx, by tilhor.Actor, slug, meeting, field string, now time.Time) (sight, error) {
	s, err := d.leads(tx, by, slug, meeting, now)
	if err == nil && meeting == "" {
		err = tilhor.ErrNotFound
	}
	if err == nil && s.sheaf.find(ofApproved, meeting) != nil {
		err = tilhor.Faults{{Field: field, Key: "bodies.fault.approved"}}
	}
	return s, err
}

// Call calls to a meeting (innkalling): agenda and papers are sent out.
func (d *Desk) Call(ctx context.Context, by tilhor.Actor, slug, meeting string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.drafts(tx, by, slug, meeting, "call", now)
		if err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofCall, Thing: meeting}, now)
		return err
	})
}

// Called are those whom a call tells that there is something to read, by the id of its
// line: the members, and who is invited; none when it was ended since. The line of an
// invitation to a meeting that is called to tells that guest. Who sits for pupils or
// parents is told as one at home.
func (d *Desk) Called(tx *db.Tx, owner tilhor.OwnerID, id string, now time.Time) (staff, family []tilhor.PersonID, err error) {
	var body, meeting string
	var guest tilhor.PersonID
	if err := tx.One(callLine, db.Args(owner, id), &body, &meeting, &guest); errors.Is(err, tilhor.ErrNotFound) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	if guest != "" {
		return []tilhor.PersonID{guest}, nil, nil
	}
	all, err := d.read(tx, owner, bodyByID, owner, body)
	if err != nil || len(all) == 0 {
		return nil, nil, err
	}
	members, err := d.Members(tx, owner, all[0], calendar.DateOf(now))
	if err != nil {
		return nil, nil, err
	}
	for _, m := range members {
		if m.Part == Pupils || m.Part == Parents {
			family = append(family, m.Person)
		} else {
			staff = append(staff, m.Person)
		}
	}
	err = tx.Each(guestsOf, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		staff = append(staff, p)
		return err
	}, owner, body, meeting)
	return staff, family, err
}

// A Guest is somebody who is invited to one meeting.
type Guest struct {
	Slug   string          `json:"-"`
	Person tilhor.PersonID `json:"-"`
	Name   string          `json:"-"`
	Shut   bool            `json:"shut,omitempty"` // to what is confidential too
}

// Invite opens one meeting to somebody who works at the school, or for the
// municipality: rektor, who is else not in the room.
func (d *Desk) Invite(ctx context.Context, by tilhor.Actor, slug, meeting string, g Guest) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.drafts(tx, by, slug, meeting, "person", now)
		if err != nil {
			return err
		}
		works, err := d.Roster.Employees(tx, by.Owner, s.School, calendar.DateOf(now))
		if err != nil {
			return err
		}
		var f tilhor.Faults
		f.Add(!slices.ContainsFunc(works, func(e roster.Employee) bool { return e.ID == g.Person }), "person", "bodies.fault.guest")
		f.Add(g.Shut && !s.all, "person", "bodies.fault.shut")
		for _, l := range s.sheaf.of(ofGuest, meeting) {
			f.Add(l.Person == g.Person, "person", "bodies.fault.invited")
		}
		if err := f.Err(); err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofGuest, Held: meeting, Person: g.Person, Guest: &g}, now)
		return err
	})
}

// Uninvite takes an invitation back.
func (d *Desk) Uninvite(ctx context.Context, by tilhor.Actor, slug, meeting, guest string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.leads(tx, by, slug, meeting, now)
		if err != nil {
			return err
		}
		l := s.sheaf.find(ofGuest, guest)
		if l == nil || l.Held != meeting {
			return tilhor.ErrNotFound
		}
		return d.drop(tx, by, s.Body, *l, now)
	})
}
