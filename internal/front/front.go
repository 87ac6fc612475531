// Package front keeps what a school shows everyone on its own page: which adults a
// child may turn to, and when; the school's plan in plain words; and the days when
// nobody reads what is told there. Rektor writes it, and who is shown has said yes.
package front

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where a school's page is written and read.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock

	// Closed are the days without school beyond weekends and public holidays. Nil
	// knows of none, and then nobody may say that no one reads on any other day.
	Closed func(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (calendar.Closed, error)

	// Away are those of some people who are away on a day. Nil knows of nobody.
	Away func(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, who ...tilhor.PersonID) (map[tilhor.PersonID]bool, error)
}

// A Kind is what a line says.
type Kind string

// Kinds.
const (
	Helper Kind = "adult"  // an adult whom a child may turn to
	Plan   Kind = "plan"   // the school's plan in plain words
	Shut   Kind = "closed" // days when nobody reads at the school
)

// Who reads on the days when nobody does at the school.
const (
	ByOwner  = "owner"  // the municipality, when a working day has passed
	ByNobody = "nobody" // the form is closed
)

// A Line is one thing that a school's page says.
type Line struct {
	ID     string          `json:"-"`
	Kind   Kind            `json:"-"`
	Person tilhor.PersonID `json:"person,omitempty"` // who a child may turn to
	What   string          `json:"what,omitempty"`   // what they help with
	When   string          `json:"when,omitempty"`   // where and when, in words
	Choose bool            `json:"choose,omitempty"` // a child may choose to talk with them
	Yes    bool            `json:"yes,omitempty"`    // they have said yes to stand there
	Text   string          `json:"text,omitempty"`   // of the plan
	From   tilhor.Date     `json:"from,omitempty"`
	Until  tilhor.Date     `json:"until,omitempty"` // the last day
	Reads  string          `json:"reads,omitempty"`
	Name   string          `json:"-"`
	Roles  []tilhor.Role   `json:"-"`
	Away   bool            `json:"-"`
	Gone   bool            `json:"-"` // does not work there any more
}

// A Page is what a school's page says on a day.
type Page struct {
	Helpers []Line // all of them; the page shows those who are there today (Here)
	Plan    string
	PlanID  string
	Shut    []Line // the days to come too

	closed calendar.Closed
}

// Here are the adults who work there today and are not away.
func (p Page) Here() (all []Line) {
	for _, l := range p.Helpers {
		if !l.Away && !l.Gone {
			all = append(all, l)
		}
	}
	return all
}

// On is the days of which today is one, nil for none.
func (p Page) On(d tilhor.Date) *Line { return standing(p.Shut, p.closed, d) }

// standing is the one answer to what stands on a day: of the page, and of the room
// that takes in what is told. The earliest of two that overlap; and that nobody reads
// holds on days without school alone, else the municipality does.
func standing(lines []Line, closed calendar.Closed, d tilhor.Date) (found *Line) {
	for _, l := range lines {
		if l.Kind == Shut && l.From <= d && d <= l.Until && (found == nil || l.From < found.From || l.From == found.From && l.ID < found.ID) {
			found = &l
		}
	}
	if found != nil && found.Reads == ByNobody && closed.Skoledag(d) {
		found.Reads = ByOwner
	}
	return found
}

const (
	maxShort = 150 // thirty such lines and a plan, and the page is small still
	maxPlan  = 8_000
	maxLines = 30
	longest  = 70 // days: the summer holiday
	field    = "front"
	actSay   = "front.said"
	actGone  = "front.gone"
)

func stream(school tilhor.SchoolID) string { return "school/" + string(school) }

var (
	insertLine = db.SQL(`INSERT INTO front_line (owner, id, school, kind, entry, sealed, gone_at) VALUES ($1, $2, $3, $4, $5, $6, 0)`)
	goneLine   = db.SQL(`UPDATE front_line SET gone_at = $4 WHERE owner = $1 AND id = $2 AND school = $3 AND gone_at = 0`)
	goneKind   = db.SQL(`UPDATE front_line SET gone_at = $4 WHERE owner = $1 AND school = $2 AND kind = $3 AND gone_at = 0`)
	countLines = db.SQL(`SELECT COUNT(*) FROM front_line WHERE owner = $1 AND school = $2 AND gone_at = 0`)
	// schoolsShut are those whose page has days when nobody reads.
	schoolsShut = db.SQL(`SELECT DISTINCT school FROM front_line WHERE owner = $1 AND kind = 'closed' AND gone_at = 0`)

	showLines = db.SQL(`SELECT id, kind, sealed FROM front_line WHERE owner = $1 AND school = $2 AND gone_at = 0 ORDER BY id`)
)

// Say writes one line of the school's page. Only rektor, or who stands in, may; an
// adult is shown only with their yes. A new plan takes the place of the old one.
func (d *Desk) Say(ctx context.Context, by tilhor.Actor, l Line) error {
	if !by.Role.Staff() || by.School == access.Owner {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	on := calendar.DateOf(now)
	if err := l.check(on); err != nil {
		return err
	}
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := leads(tx, by, now); err != nil {
			return err
		}
		if l.Kind == Helper {
			if err := d.works(tx, by, l.Person, on); err != nil {
				return err
			}
		}
		var n int
		if err := tx.One(countLines, db.Args(by.Owner, by.School), &n); err != nil {
			return err
		}
		if n >= maxLines {
			return tilhor.Faults{{Field: "person", Key: "front.fault.many"}}
		}
		if l.Kind == Shut {
			if err := d.free(tx, by, l); err != nil {
				return err
			}
		}
		if l.Kind == Plan {
			if _, err := tx.Exec(goneKind, by.Owner, by.School, Plan, now.UnixMilli()); err != nil {
				return err
			}
		}
		key, err := d.Keys.Make(tx, by.Owner, seal.KindFront, string(by.School))
		if err != nil {
			return err
		}
		id := tilhor.NewID()
		s := key.Seal(field, id, string(body))
		w, err := d.Journal.Append(tx, journal.Entry{
			Stream: stream(by.School), Act: actSay, Subject: id, When: tilhor.Now(now), By: by, Rule: string(access.Leads), Parts: journal.Parts(s),
		})
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertLine, by.Owner, id, by.School, l.Kind, w.ID, s.Bytes)
		return err
	})
}

func (d *Desk) closed(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (calendar.Closed, error) {
	if d.Closed == nil {
		return nil, nil
	}
	return d.Closed(tx, owner, school)
}

// leads: rektor, or who stands in for her, decides what the school's page says.
func leads(tx *db.Tx, by tilhor.Actor, now time.Time) error {
	has, err := access.Duties(tx, by, now)
	if err == nil && !has[access.Leads] {
		err = tilhor.ErrNotFound
	}
	return err
}

func (d *Desk) works(tx *db.Tx, by tilhor.Actor, p tilhor.PersonID, on tilhor.Date) error {
	all, err := d.Roster.Employees(tx, by.Owner, by.School, on)
	if err == nil && !slices.ContainsFunc(all, func(e roster.Employee) bool { return e.ID == p }) {
		err = tilhor.Faults{{Field: "person", Key: "front.fault.person"}}
	}
	return err
}

// free refuses days that stand there already, and that nobody reads on a day of
// school: rektor, whom it may be about, could else close the door.
func (d *Desk) free(tx *db.Tx, by tilhor.Actor, l Line) error {
	lines, err := d.lines(tx, by.Owner, by.School)
	if err != nil {
		return err
	}
	for _, o := range lines {
		if o.Kind == Shut && o.From <= l.Until && l.From <= o.Until {
			return tilhor.Faults{{Field: "from", Key: "front.fault.overlap"}}
		}
	}
	if l.Reads != ByNobody {
		return nil
	}
	closed, err := d.closed(tx, by.Owner, by.School)
	if err != nil {
		return err
	}
	for on := l.From; on <= l.Until; on = on.Add(1) {
		if closed.Skoledag(on) {
			return tilhor.Faults{{Field: "reads", Key: "front.fault.school-days"}}
		}
	}
	return nil
}

func (l *Line) check(today tilhor.Date) error {
	var f tilhor.Faults
	for _, s := range []*string{&l.What, &l.When, &l.Text} {
		*s = strings.TrimSpace(*s)
	}
	long := func(s string, most int) bool { return utf8.RuneCountInString(s) > most }
	switch l.Kind {
	case Helper:
		f.Add(l.Person == "", "person", "front.fault.person")
		f.Add(long(l.What, maxShort), "what", "front.fault.long")
		f.Add(l.When == "", "when", "front.fault.when")
		f.Add(long(l.When, maxShort), "when", "front.fault.long")
		f.Add(!l.Yes, "yes", "front.fault.yes")
	case Plan:
		f.Add(l.Text == "", "text", "front.fault.text")
		f.Add(long(l.Text, maxPlan), "text", "front.fault.plan-long")
	case Shut:
		f.Add(l.From == "", "from", "front.fault.from")
		f.Add(l.Until == "" || l.Until < l.From, "until", "front.fault.until")
		f.Add(l.Until != "" && l.Until < today, "until", "front.fault.past")
		f.Add(l.From != "" && l.Until > l.From.Add(longest), "until", "front.fault.longest")
		f.Add(l.Reads != ByOwner && l.Reads != ByNobody, "reads", "front.fault.reads")
	default:
		return tilhor.ErrNotFound
	}
	return f.Err()
}

// Remove takes a line off the page. That it stood there, and who took it away,
// stays in the record.
func (d *Desk) Remove(ctx context.Context, by tilhor.Actor, id string) error {
	if !by.Role.Staff() || by.School == access.Owner {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := leads(tx, by, now); err != nil {
			return err
		}
		n, err := tx.Exec(goneLine, by.Owner, id, by.School, now.UnixMilli())
		if err == nil && n == 0 {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = d.Journal.Append(tx, journal.Entry{Stream: stream(by.School), Act: actGone, Subject: id, When: tilhor.Now(now), By: by, Rule: string(access.Leads)})
		return err
	})
}

// Show is what a school's page says today.
func (d *Desk) Show(ctx context.Context, owner tilhor.OwnerID, school tilhor.SchoolID) (p Page, err error) {
	on := calendar.DateOf(d.Clock())
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		p, err = d.page(tx, owner, school, on)
		return err
	})
	return p, err
}

// Write is Show for the one who writes the page: rektor, or who stands in.
func (d *Desk) Write(ctx context.Context, by tilhor.Actor) (p Page, err error) {
	if !by.Role.Staff() || by.School == access.Owner {
		return Page{}, tilhor.ErrNotFound
	}
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if err := leads(tx, by, now); err != nil {
			return err
		}
		p, err = d.page(tx, by.Owner, by.School, calendar.DateOf(now))
		return err
	})
	return p, err
}

func (d *Desk) page(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) (p Page, err error) {
	lines, err := d.lines(tx, owner, school)
	if err != nil {
		return Page{}, err
	}
	for _, l := range lines {
		switch l.Kind {
		case Helper:
			p.Helpers = append(p.Helpers, l)
		case Plan:
			p.Plan, p.PlanID = l.Text, l.ID
		case Shut:
			if l.Until >= on {
				p.Shut = append(p.Shut, l)
			}
		}
	}
	slices.SortFunc(p.Shut, func(a, b Line) int { return strings.Compare(string(a.From), string(b.From)) })
	if p.closed, err = d.closed(tx, owner, school); err != nil {
		return Page{}, err
	}
	return p, d.people(tx, owner, school, on, p.Helpers)
}

// people puts in the names, and who is away or has left.
func (d *Desk) people(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date, all []Line) error {
	if len(all) == 0 {
		return nil
	}
	staff, err := d.Roster.Employees(tx, owner, school, on)
	if err != nil {
		return err
	}
	var who []tilhor.PersonID
	for i := range all {
		l := &all[i]
		l.Gone = true
		for _, e := range staff {
			if e.ID == l.Person {
				l.Name, l.Roles, l.Gone = e.Name, e.Roles, false
			}
		}
		who = append(who, l.Person)
	}
	lang.Sort(tilhor.Bokmal, all, func(l Line) string { return l.Name })
	if d.Away == nil {
		return nil
	}
	away, err := d.Away(tx, owner, on, who...)
	for i := range all {
		all[i].Away = away[all[i].Person]
	}
	return err
}

func (d *Desk) lines(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) (all []Line, err error) {
	var bytes [][]byte
	err = tx.Each(showLines, func(scan db.Scan) error {
		var l Line
		var b []byte
		err := scan(&l.ID, &l.Kind, &b)
		all, bytes = append(all, l), append(bytes, b)
		return err
	}, owner, school)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	key, err := d.Keys.Get(tx, owner, seal.KindFront, string(school))
	if err != nil {
		return nil, err
	}
	for i := range all {
		plain, err := key.Open(field, all[i].ID, bytes[i])
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(plain), &all[i]); err != nil {
			return nil, errors.New("a line of a school's page is not readable")
		}
	}
	return all, nil
}

// ShutOn says whether nobody reads at a school on a day, and who does: ByOwner,
// ByNobody, or "" when the school reads itself. For the room of concerns, in the
// transaction that writes what is told.
func (d *Desk) ShutOn(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, on tilhor.Date) (reads string, err error) {
	lines, err := d.lines(tx, owner, school)
	if err != nil || standing(lines, nil, on) == nil {
		return "", err
	}
	closed, err := d.closed(tx, owner, school)
	return standing(lines, closed, on).Reads, err
}

// A Closing is days when a school does not read.
type Closing struct {
	School tilhor.SchoolID
	Name   string
	Line
}

// Closings are the days of all schools when nobody reads there, today and later, for
// the owner: whether a school may be told is not left to the school alone.
func (d *Desk) Closings(ctx context.Context, by tilhor.Actor) (all []Closing, err error) {
	if by.Role != tilhor.RoleOwnerAdviser || by.School != access.Owner {
		return nil, tilhor.ErrNotFound
	}
	today := calendar.DateOf(d.Clock())
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		schools, err := d.Roster.Schools(tx, by.Owner)
		if err != nil {
			return err
		}
		shut := map[tilhor.SchoolID]bool{}
		err = tx.Each(schoolsShut, func(scan db.Scan) error {
			var s tilhor.SchoolID
			err := scan(&s)
			shut[s] = true
			return err
		}, by.Owner)
		if err != nil {
			return err
		}
		for _, s := range schools {
			if !shut[s.ID] { // most say nothing of the kind, and their page is not opened
				continue
			}
			lines, err := d.lines(tx, by.Owner, s.ID)
			if err != nil {
				return err
			}
			for _, l := range lines {
				if l.Kind == Shut && l.Until >= today {
					all = append(all, Closing{s.ID, s.Name, l})
				}
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b Closing) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name)) })
	return all, err
}
