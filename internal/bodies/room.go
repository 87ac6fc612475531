package bodies

import (
	"context"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// A sight is what somebody has come into: a body's room as a member, or one meeting
// of it by invitation.
type sight struct {
	Body
	me    Member
	guest bool
	all   bool // sees what is confidential too
	runs  bool
	sheaf sheaf
}

// enter lets somebody in. A member comes into the room; who is invited to a meeting
// comes into that meeting and nothing else; everybody else gets the answer of a body
// that does not exist, and so does who asks for a meeting that is not there.
//
// Pupils take no part in what is under a statutory duty of confidentiality (§ 10-4).
// Whoever sits for the pupils, signs in as one, or is one in the lists, is read no
// such line: not for the agenda, and not to be counted.
func (d *Desk) enter(tx *db.Tx, by tilhor.Actor, slug, meeting string, now time.Time) (s sight, err error) {
	b, me, err := d.In(tx, by, slug, now)
	switch {
	case err == nil:
		s = sight{Body: b, me: me, runs: me.Leads(), all: true}
	case errors.Is(err, tilhor.ErrNotFound) && meeting != "" && by.Person != "":
		if s, err = d.invited(tx, by, slug, meeting); err != nil {
			return s, err
		}
	default:
		return s, err
	}
	pupil, err := d.isPupil(tx, by.Owner, by.Person, calendar.DateOf(now))
	if err != nil {
		return s, err
	}
	if pupil || by.Role == tilhor.RolePupil || s.me.Part == Pupils {
		s.all = false
	}
	if s.sheaf, err = d.lines(tx, by.Owner, s.Body, s.all); err != nil {
		return s, err
	}
	if meeting != "" && s.sheaf.find(ofMeeting, meeting) == nil {
		return s, tilhor.ErrNotFound
	}
	return s, nil
}

// invited finds a meeting for who is invited to it.
func (d *Desk) invited(tx *db.Tx, by tilhor.Actor, slug, meeting string) (s sight, err error) {
	all, err := d.read(tx, by.Owner, oneBody, by.Owner, slug)
	if err != nil {
		return s, err
	}
	if len(all) == 0 {
		return s, tilhor.ErrNotFound
	}
	lines, err := d.lines(tx, by.Owner, all[0], false)
	if err != nil {
		return s, err
	}
	for _, l := range lines.of(ofGuest, meeting) {
		works, err := d.Roster.Working(tx, by.Owner, all[0].School, calendar.DateOf(d.Clock()))
		if err != nil {
			return s, err
		}
		if l.Person == by.Person && by.Role.Staff() && works[by.Person] { // who was invited as one who works there, and does
			return sight{Body: all[0], guest: true, all: l.Guest.Shut}, nil
		}
	}
	return s, tilhor.ErrNotFound
}

// leads is enter for who runs the room: who leads it, stands in for the leader, or
// writes for it. Whoever does not gets the answer of what does not exist.
func (d *Desk) leads(tx *db.Tx, by tilhor.Actor, slug, meeting string, now time.Time) (sight, error) {
	s, err := d.enter(tx, by, slug, meeting, now)
	if err == nil && !s.runs {
		err = tilhor.ErrNotFound
	}
	return s, err
}

// A Room is what a member sees on coming in.
type Room struct {
	Body     Body
	Me       Member
	Members  []Member
	Meetings []Meeting // the first first
	Next     *Meeting  // the one that comes, today's too
	Wait     *Meeting  // the oldest that was held and whose minutes are not approved
	Actions  []Action  // what is not done
	Months   map[int]string
	Written  bool // somebody has written the year plan
}

// Room shows a member the body's room.
func (d *Desk) Room(ctx context.Context, by tilhor.Actor, slug string) (r Room, err error) {
	now := d.Clock()
	on := calendar.DateOf(now)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		s, err := d.enter(tx, by, slug, "", now)
		if err != nil {
			return err
		}
		r = Room{Body: s.Body, Me: s.me, Meetings: s.sheaf.meetings(), Actions: s.sheaf.open("")}
		if l := s.sheaf.find(ofPlan, s.Body.ID); l != nil {
			r.Months, r.Written = l.Months, true
		}
		for i := range r.Meetings {
			m := &r.Meetings[i]
			switch {
			case m.On >= on && r.Next == nil:
				r.Next = m
			case m.On < on && !m.Approved && r.Wait == nil:
				r.Wait = m
			}
		}
		r.Members, err = d.Members(tx, by.Owner, s.Body, on)
		return err
	})
	return r, err
}

// Sits says whether somebody has anything in the rooms of bodies today: a seat, or an
// invitation.
func (d *Desk) Sits(ctx context.Context, by tilhor.Actor) (bool, error) {
	if by.Person == "" {
		return false, nil
	}
	n, on := 0, calendar.DateOf(d.Clock())
	err := d.DB.One(ctx, countMine, db.Args(by.Owner, by.Person, on), &n)
	if err != nil || n > 0 {
		return n > 0, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		groups, err := d.Roster.SeatGroups(tx, by.Owner, by.Person, on)
		n = len(groups)
		return err
	})
	return n > 0, err
}

var countMine = db.SQL(`SELECT
	(SELECT COUNT(*) FROM bodies_seat s WHERE s.owner = $1 AND s.person = $2 AND s.from_date <= $3 AND (s.until_date = '' OR s.until_date > $3))
	+ (SELECT COUNT(*) FROM bodies_line l WHERE l.owner = $1 AND l.person = $2 AND l.gone_at = 0)`)

// An Invitation opens one meeting of a body to somebody who is no member.
type Invitation struct {
	Body    Body
	Meeting Meeting
}

// Invited are the meetings that somebody is invited to, the first first.
func (d *Desk) Invited(ctx context.Context, by tilhor.Actor) (all []Invitation, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		at := map[string][]string{}
		err := tx.Each(guestAt, func(scan db.Scan) error {
			var body, meeting string
			err := scan(&body, &meeting)
			at[body] = append(at[body], meeting)
			return err
		}, by.Owner, by.Person)
		if err != nil || len(at) == 0 {
			return err
		}
		bodies, err := d.All(tx, by.Owner)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			if len(at[b.ID]) == 0 {
				continue
			}
			lines, err := d.heads(tx, by.Owner, b)
			if err != nil {
				return err
			}
			for _, m := range lines.meetings() {
				if slices.Contains(at[b.ID], m.Slug) {
					all = append(all, Invitation{b, m})
				}
			}
		}
		return nil
	})
	return all, err
}
