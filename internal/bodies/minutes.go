package bodies

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
)

// A Result is what became of a matter (vedtak), with the votes and with what those
// who did not agree want to be read.
type Result struct {
	Text               string `json:"text"`
	Voted              bool   `json:"voted,omitempty"`
	For, Against       int
	Blank              int
	Dissent, DissentBy string // by office or by whom they sit for, never by name

	ForParents, AgainstParents int    `json:",omitempty"` // of those, where the parents' votes are weighed
	Cast                       string `json:",omitempty"` // how who led the meeting voted, when that decided
	Outcome                    string `json:",omitempty"` // as it was reckoned, "" when it was not
	Parents, As                int    `json:",omitempty"` // the votes of so many parents counted for so many
}

// A Sitting is one meeting as who has come into it sees it.
type Sitting struct {
	Body    Body
	Me      Member
	Guest   bool // invited, and no member
	Runs    bool
	SeesAll bool
	Meeting Meeting
	Items   []Item
	Back    []Action // what is not done from meetings before it
	Members []Member // on its day
	Present []tilhor.PersonID
	Counted bool // who was there is written
	Need    int  // how many must be there to decide
	Guests  []Guest
}

// Enough says whether there were enough to decide.
func (s Sitting) Enough() bool { return s.Counted && len(s.Present) >= s.Need }

// Quorum is how many must be there: what the regulation says, else more than half.
func (b Body) Quorum(members []Member) int {
	if b.Need > 0 {
		return b.Need
	}
	return len(members)/2 + 1
}

// then are who sat in a body on the day of a meeting; for one from before anybody was
// given a seat here, who sits there now.
func (d *Desk) then(tx *db.Tx, owner tilhor.OwnerID, b Body, on tilhor.Date) ([]Member, error) {
	all, err := d.Members(tx, owner, b, on)
	if err != nil || len(all) > 0 {
		return all, err
	}
	return d.Members(tx, owner, b, calendar.DateOf(d.Clock()))
}

// Meeting shows one meeting.
func (d *Desk) Meeting(ctx context.Context, by tilhor.Actor, slug, meeting string) (x Sitting, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if meeting == "" {
			return tilhor.ErrNotFound
		}
		s, err := d.enter(tx, by, slug, meeting, now)
		if err != nil {
			return err
		}
		x = Sitting{Body: s.Body, Me: s.me, Guest: s.guest, Runs: s.runs, SeesAll: s.all, Meeting: s.sheaf.meeting(*s.sheaf.find(ofMeeting, meeting)), Items: s.sheaf.items(meeting)}
		if l := s.sheaf.find(ofPresent, meeting); l != nil {
			x.Present, x.Counted = l.Present, true
		}
		if !s.guest && !x.Meeting.Approved { // what hangs over is of other meetings
			x.Back = s.sheaf.open(meeting)
		}
		if x.Members, err = d.then(tx, by.Owner, s.Body, x.Meeting.On); err != nil {
			return err
		}
		x.Need = s.Quorum(x.Members)
		return d.guests(tx, by, s, meeting, &x)
	})
	return x, err
}

func (d *Desk) guests(tx *db.Tx, by tilhor.Actor, s sight, meeting string, x *Sitting) error {
	var ids []tilhor.PersonID
	for _, l := range s.sheaf.of(ofGuest, meeting) {
		g := *l.Guest
		g.Slug, g.Person = l.Thing, l.Person
		if !s.all {
			g.Shut = false // that there is anything confidential is not theirs to know
		}
		x.Guests, ids = append(x.Guests, g), append(ids, g.Person)
	}
	names, err := d.Roster.Names(tx, by.Owner, ids...)
	for i := range x.Guests {
		x.Guests[i].Name = names[x.Guests[i].Person]
	}
	return err
}

// items are the agenda of a meeting, each with what became of it.
func (s sheaf) items(meeting string) (all []Item) {
	for _, l := range s.of(ofItem, meeting) {
		i := *l.Point
		i.Slug, i.Shut = l.Thing, l.Shut
		if r := s.find(ofResult, l.Thing); r != nil {
			i.Result = r.Result
		}
		for _, a := range s.of(ofAction, meeting) {
			if a.Item == l.Thing {
				i.Actions = append(i.Actions, a.action())
			}
		}
		all = append(all, i)
	}
	return all
}

// Attend writes who was there.
func (d *Desk) Attend(ctx context.Context, by tilhor.Actor, slug, meeting string, present []tilhor.PersonID) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.drafts(tx, by, slug, meeting, "present", now)
		if err != nil {
			return err
		}
		m := s.sheaf.find(ofMeeting, meeting).Meet
		members, err := d.then(tx, by.Owner, s.Body, m.On)
		if err != nil {
			return err
		}
		there := []tilhor.PersonID{}
		for _, p := range present {
			if sits(members, p) && !slices.Contains(there, p) {
				there = append(there, p)
			}
		}
		var f tilhor.Faults
		f.Add(len(there) == 0, "present", "bodies.fault.present")
		f.Add(m.On > calendar.DateOf(now), "present", "bodies.fault.not-held")
		f.Add(s.crowded(members, there), "present", "bodies.fault.seats")
		for _, l := range s.sheaf.of(ofResult, meeting) { // what was decided would no longer hold
			r := *l.Result
			f.Add(r.Voted && len(there) < s.Quorum(members), "present", "bodies.fault.quorum")
			f.Add(r.Voted && (len(s.reckon(&r, l.Shut, members, there)) > 0 || l.Result.Outcome != "" && r != *l.Result), "present", "bodies.fault.counted")
		}
		if err := f[:min(len(f), 1)].Err(); err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofPresent, Thing: meeting, Held: meeting, Present: there}, now)
		return err
	})
}

func (r *Result) check() error {
	var f tilhor.Faults
	r.Text, r.Dissent = strings.TrimSpace(r.Text), strings.TrimSpace(r.Dissent)
	f.Add(r.Text == "", "text", "bodies.fault.result")
	f.Add(utf8.RuneCountInString(r.Text) > maxPaper, "text", "bodies.fault.paper-long")
	f.Add(utf8.RuneCountInString(r.Dissent) > maxPaper, "dissent", "bodies.fault.paper-long")
	f.Add(Single(r.Text), "text", "bodies.fault.single")
	f.Add(Single(r.Dissent), "dissent", "bodies.fault.single")
	for _, n := range []struct {
		of string
		n  int
	}{{For, r.For}, {Against, r.Against}, {"blank", r.Blank}, {"for-parents", r.ForParents}, {"against-parents", r.AgainstParents}} {
		f.Add(n.n < 0 || n.n > 99, n.of, "bodies.fault.number")
	}
	f.Add(r.Dissent != "" && !slices.Contains(Voices, r.DissentBy), "dissent-by", "bodies.fault.dissent-by")
	r.Voted = r.For+r.Against+r.Blank > 0
	if r.Dissent == "" {
		r.DissentBy = ""
	}
	return f.Err()
}

// Voices are whom a dissent can be told to be of.
var Voices = []string{Leader, Deputy, Secretary, string(Pupils), string(Parents), string(Staff), string(Municipality), Several}

// Several is a dissent of more than one.
const Several = "several"

// Write writes what became of a matter. A vote is taken when enough are there to
// decide. Of what is confidential the pupils have left: then only those who are left
// vote, and how their votes count is the regulation's.
func (d *Desk) Write(ctx context.Context, by tilhor.Actor, slug, meeting, item string, r Result) error {
	if err := r.check(); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		r := r // what is reckoned is of this time
		s, l, err := d.item(tx, by, slug, meeting, item, "text", now)
		if err != nil {
			return err
		}
		m := s.sheaf.find(ofMeeting, meeting).Meet
		var f tilhor.Faults
		f.Add(m.On > calendar.DateOf(now), "text", "bodies.fault.not-held")
		if r.Voted {
			members, err := d.then(tx, by.Owner, s.Body, m.On)
			if err != nil {
				return err
			}
			there := s.sheaf.find(ofPresent, meeting)
			f.Add(there == nil, For, "bodies.fault.present-first")
			if there != nil {
				f.Add(len(there.Present) < s.Quorum(members), For, "bodies.fault.quorum")
				f = append(f, s.reckon(&r, l.Shut, members, there.Present)...)
			}
		}
		if err := f[:min(len(f), 1)].Err(); err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofResult, Thing: item, Held: meeting, Item: item, Shut: l.Shut, Result: &r}, now)
		return err
	})
}

// Approve approves the minutes: the leader does, or who stands in for the leader.
// From then on the school may read what is not confidential, and so may everybody;
// nothing of the meeting is changed before the approval is taken back. What looks like
// a first name is asked about first, by a list that knows nobody.
func (d *Desk) Approve(ctx context.Context, by tilhor.Actor, slug, meeting string, read Read) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.approver(tx, by, slug, meeting, now)
		if err != nil {
			return err
		}
		var f tilhor.Faults
		f.Add(s.sheaf.find(ofApproved, meeting) != nil, "nameless", "bodies.fault.approved")
		f.Add(s.sheaf.find(ofPresent, meeting) == nil, "nameless", "bodies.fault.present-first")
		f.Add(!read.Nameless, "nameless", "bodies.fault.nameless")
		f.Add(!read.NoName && firstnames.Any(s.sheaf.public(meeting)...), "no-name", "bodies.fault.name-minutes")
		if err := f[:min(len(f), 1)].Err(); err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofApproved, Thing: meeting, Held: meeting}, now)
		return err
	})
}

// A Read is what the leader says of the minutes on approving them.
type Read struct {
	Nameless bool // no name stands there
	NoName   bool // and what looks like a first name is none
}

// public are the texts of a meeting that everybody reads once it is approved.
func (s sheaf) public(meeting string) (all []string) {
	for _, i := range s.items(meeting) {
		if i.Shut {
			continue
		}
		all = append(all, i.Title)
		if i.Result != nil {
			all = append(all, i.Result.Text, i.Result.Dissent)
		}
		for _, a := range i.Actions {
			all = append(all, a.What)
		}
	}
	return all
}

// Withdraw takes the approval back, as when a name stands there after all. The
// minutes are a draft again, and nobody outside reads them.
func (d *Desk) Withdraw(ctx context.Context, by tilhor.Actor, slug, meeting string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.approver(tx, by, slug, meeting, now)
		if err != nil {
			return err
		}
		l := s.sheaf.find(ofApproved, meeting)
		if l == nil {
			return tilhor.ErrNotFound
		}
		return d.drop(tx, by, s.Body, *l, now)
	})
}

// approver is leads for who answers for the minutes: who writes them does not
// approve them.
func (d *Desk) approver(tx *db.Tx, by tilhor.Actor, slug, meeting string, now time.Time) (sight, error) {
	s, err := d.leads(tx, by, slug, meeting, now)
	if err == nil && (meeting == "" || !s.me.Approves()) {
		err = tilhor.ErrNotFound
	}
	return s, err
}

// Approves says whether the member approves minutes.
func (m Member) Approves() bool { return m.Office == Leader || m.Office == Deputy }
