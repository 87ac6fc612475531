package concerns

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// A For is whom somebody tells about.
type For string

// Whom.
const (
	ForSelf     For = "self"     // the pupil who tells
	ForFriend   For = "friend"   // another pupil, told by one
	ForChild    For = "child"    // the teller's own child
	ForOther    For = "other"    // a pupil whom an adult outside school knows or has seen
	ForAnything For = "anything" // something else, or whoever tells will not say
)

// Fors lists them in the order a form shows them.
var Fors = []For{ForSelf, ForFriend, ForChild, ForOther, ForAnything}

// A Saying is what a pupil, a parent or somebody outside the school tells (si
// ifra). What is not asked for a child's sake may all be left out.
type Saying struct {
	School  tilhor.SchoolID
	For     For
	Whom    string // the pupil it is about, in words; never looked up in a list
	Name    string // who tells without signing in, if they will say
	Words   string
	Hope    string // what the teller wants the school to do: a text of its own, in no language but the teller's
	Arena   tilhor.Arena
	Wish    tilhor.PersonID // the adult to talk with
	Accused duty.Accused
	Against string // the adult it is about, in words
	Pen     string // the adult who wrote the words down for a small child
	Small   bool   // a child of 6 to 8, who gets no code
	Link    string // without signing in: the secret that the receipt is had by
	Token   string // without signing in: what the code belongs to, for who must show it again; else a random one
	Slug    string
}

// Say sends on what somebody tells for themselves. A pupil of the school and a
// parent of one are known by their sign-in; from the school's own page nobody
// is, and nothing that could point to who told is kept: every time is the hour.
//
// It is told to rektor, and so the school knows (opplæringslova § 12-4: the duty
// to act stands when the pupil says so). A parent who tells of the own child has
// taken it up with rektor, and the week of § 12-6 runs; not when it goes past
// rektor to the owner. A parent names the child and the school in words: what the
// lists know of a family is not asked, so that who has been kept from a child is
// answered as everybody is. Without a name nobody of the school's lists is looked
// up: such a report alone gives no child a part in a matter.
func (d *Desk) Say(ctx context.Context, by tilhor.Actor, s Saying) (c Concern, code string, err error) {
	channel, err := maySay(by, s)
	if err != nil {
		return Concern{}, "", err
	}
	now := d.Clock()
	if channel.Quiet() {
		now = now.Truncate(time.Hour)
	}
	if err := s.check(channel); err != nil {
		return Concern{}, "", err
	}
	return d.tell(ctx, by, channel, s.telling(by, channel, now), now)
}

// maySay: a pupil at the own school, a parent, or anyone from the school's page.
func maySay(by tilhor.Actor, s Saying) (Channel, error) {
	switch {
	case by.Role == tilhor.RolePupil && by.Person != "" && by.School == s.School:
		return FromPupil, nil
	case by.Role == tilhor.RoleParent && by.Person != "" && s.For == ForChild:
		return Home, nil
	case by.Role == tilhor.RoleParent && by.Person != "":
		return FromParent, nil
	case by.Role == tilhor.RoleAnyone && by.Person == "" && (s.For == ForChild || s.For == ForOther):
		return Outsider, nil
	case by.Role == tilhor.RoleAnyone && by.Person == "":
		return Unnamed, nil
	}
	return "", tilhor.ErrNotFound
}

func (s *Saying) check(ch Channel) error {
	for _, t := range []*string{&s.Whom, &s.Name, &s.Words, &s.Hope, &s.Against, &s.Pen} {
		*t = strings.TrimSpace(*t)
	}
	var f tilhor.Faults
	f.Add(!s.fits(ch), "for", "say.fault.for")
	f.Add(ch == Home && s.Whom == "", "whom", "parent.fault.child")
	f.Add(s.Words == "", "words", "say.fault.words")
	f.Add(long(s.Words, MaxText), "words", "concerns.fault.long")
	f.Add(long(s.Hope, MaxText), "hope", "concerns.fault.long")
	f.Add(s.Arena != "" && !s.Arena.Valid(), "arena", "concerns.fault.arena")
	f.Add(long(s.Whom, MaxShort), "whom", "concerns.fault.short")
	f.Add(long(s.Name, MaxShort), "name", "concerns.fault.short")
	f.Add(long(s.Against, MaxShort), "against", "concerns.fault.short")
	f.Add(long(s.Pen, MaxShort), "pen", "concerns.fault.short")
	switch s.Accused {
	case "", duty.AccusedNone:
		// Who names an adult and chose nothing, or chose pupils, is not sure whom it is
		// about, and it may be whoever reads it: then the owner does.
		if s.Against != "" {
			s.Accused = duty.AccusedLeadership
		}
	case duty.AccusedEmployee, duty.AccusedLeadership:
	default:
		f.Add(true, "accused", "concerns.fault.accused")
	}
	return f.Err()
}

// fits says whether whom it is about can be told this way: only a pupil tells of
// the own self, and only a parent of the own child.
func (s *Saying) fits(ch Channel) bool {
	switch s.For {
	case ForSelf, ForFriend:
		return ch == FromPupil || ch == Unnamed
	case ForChild:
		return ch == Outsider || ch == Home
	case ForOther:
		return ch == FromParent || ch == Outsider
	case ForAnything:
		return true
	}
	return false
}

// mayWish refuses as the one to talk with somebody who does not work there, the
// adult it is about, and the whole leadership when it is about that. c has been
// routed.
func (d *Desk) mayWish(tx *db.Tx, owner tilhor.OwnerID, c Concern, wish tilhor.PersonID, now time.Time) error {
	if wish == "" {
		return nil
	}
	all, err := d.Roster.Employees(tx, owner, c.School, tilhor.DateOf(now, calendar.Oslo()))
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.ID != wish {
			continue
		}
		about := slices.ContainsFunc(c.Against, func(a Against) bool { return a.Person == wish })
		if about || c.Accused == duty.AccusedLeadership && slices.ContainsFunc(e.Roles, tilhor.Role.Leads) {
			return tilhor.Faults{{Field: "wish", Key: "say.fault.wish-about"}}
		}
		return nil
	}
	return tilhor.Faults{{Field: "wish", Key: "say.fault.wish"}}
}

// meant are those who work at the school whom a text names in full: who tells for
// themselves writes it, and chooses from no list.
func meant(staff []roster.Employee, text string) (all []tilhor.PersonID) {
	for _, e := range staff {
		if names(text, e.Name) && !slices.Contains(all, e.ID) {
			all = append(all, e.ID)
		}
	}
	return all
}

// telling is what was said as the room keeps it: the words of the pupil it is
// about are the pupil's, all other words are what somebody saw.
func (s Saying) telling(by tilhor.Actor, ch Channel, now time.Time) Telling {
	known := tilhor.Now(now)
	if ch.Quiet() {
		known.Precision = tilhor.Hour
	}
	n := Telling{
		School: s.School, Arena: s.Arena, Happened: tilhor.When{At: now, Precision: tilhor.Unknown, Written: now}, Known: known,
		Accused: s.Accused, Whom: s.Against, Link: s.Link, Slug: s.Slug, said: true, says: s.For == ForSelf, wish: s.Wish, hope: s.Hope, pen: s.Pen,
	}
	// Somebody outside is told of the reception and nothing more; but a parent who did
	// not sign in may be answered.
	if ch == Unnamed && !s.Small || ch == Outsider && s.For == ForChild {
		n.code = cmp.Or(s.Token, tilhor.NewID())
	}
	if n.Arena == "" {
		n.Arena = tilhor.ArenaElsewhere
	}
	if n.says {
		n.Said = s.Words
	} else {
		n.Saw = s.Words
	}
	switch {
	case ch == FromPupil && s.For == ForSelf:
		n.Pupils = []tilhor.PersonID{by.Person}
	case ch == Home:
		n.Described, n.Raised = s.Whom, &Raised{By: "parent", At: known}
	case ch.Quiet() && s.For == ForSelf:
		n.Described = s.Name
	default:
		n.Described = s.Whom
	}
	if ch.Quiet() {
		n.Name = s.Name
	}
	return n
}

// goesThere asks whether a pupil who tells goes to the school.
func (d *Desk) goesThere(tx *db.Tx, by tilhor.Actor, n Telling, now time.Time) error {
	in, err := d.Roster.SchoolOf(tx, by.Owner, by.Person, tilhor.DateOf(now, calendar.Oslo()))
	if err == nil && in != n.School {
		err = tilhor.ErrNotFound
	}
	return err
}

// Means says whether a text names somebody in full, as words of their own.
func Means(text, name string) bool { return names(text, name) }
