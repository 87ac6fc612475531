package bodies

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// An Action is something that shall be done (det som skal gjøres). It comes back on
// the agenda of each meeting until it is.
type Action struct {
	Slug    string          `json:"-"`
	Meeting string          `json:"-"`
	Since   tilhor.Date     `json:"-"` // the day of its meeting
	Shut    bool            `json:"-"`
	Of      string          `json:"-"` // who, by office or part, in what everybody reads
	What    string          `json:"what"`
	Who     tilhor.PersonID `json:"who,omitempty"` // a member; "" when it is the school's to do
	Due     tilhor.Date     `json:"due,omitempty"`
	Done    tilhor.Date     `json:"done,omitempty"`
}

// School is what shall be done by the school, and not by a member.
const School = "school"

func (l line) action() Action {
	a := *l.Action
	a.Slug, a.Meeting, a.Shut = l.Thing, l.Held, l.Shut
	return a
}

// open are those that are not done, the oldest first: of meetings before one, or of
// all when none is named.
func (s sheaf) open(before string) (all []Action) {
	held := map[string]Meeting{}
	for _, m := range s.meetings() {
		held[m.Slug] = m
	}
	for _, l := range s {
		if l.Kind != ofAction || l.Action.Done != "" || before != "" && held[l.Held].Begins().Compare(held[before].Begins()) >= 0 {
			continue
		}
		a := l.action()
		a.Since = held[l.Held].On
		all = append(all, a)
	}
	slices.SortStableFunc(all, func(a, b Action) int { return strings.Compare(string(a.Since), string(b.Since)) })
	return all
}

// AddAction writes what shall be done after a matter, by whom and when.
func (d *Desk) AddAction(ctx context.Context, by tilhor.Actor, slug, meeting, item string, a Action) error {
	a.What, a.Done = strings.TrimSpace(a.What), ""
	var f tilhor.Faults
	f.Add(a.What == "", "what", "bodies.fault.what")
	f.Add(utf8.RuneCountInString(a.What) > maxText, "what", "bodies.fault.long")
	f.Add(Single(a.What), "what", "bodies.fault.single")
	if err := f.Err(); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, l, err := d.item(tx, by, slug, meeting, item, "what", now)
		if err != nil {
			return err
		}
		members, err := d.Members(tx, by.Owner, s.Body, calendar.DateOf(now))
		if err != nil {
			return err
		}
		if a.Who != "" && !sits(members, a.Who) {
			return tilhor.Faults{{Field: "who", Key: "bodies.fault.who"}}
		}
		last := 0
		for _, o := range s.sheaf {
			if o.Kind == ofAction {
				last = max(last, o.Place)
			}
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofAction, Held: meeting, Item: item, Shut: l.Shut, Place: last + 1, Action: &a}, now)
		return err
	})
}

// Finish writes that it is done. Who runs the room may, and whose it is to do.
func (d *Desk) Finish(ctx context.Context, by tilhor.Actor, slug, action string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.enter(tx, by, slug, "", now)
		if err != nil {
			return err
		}
		l := s.sheaf.find(ofAction, action)
		if l == nil || l.Action.Done != "" || !s.runs && l.Action.Who != by.Person {
			return tilhor.ErrNotFound
		}
		a := *l.Action
		a.Done = calendar.DateOf(now)
		l.Action = &a
		_, err = d.put(tx, by, s.Body, *l, now)
		return err
	})
}
