// Package circles keeps parent groups (foreldregrupper): what the parents of a class or
// a year have agreed among themselves so that no child stands alone, when they meet and
// what they do. No pupil's name may stand there. Who is in a group is who has a child in
// the class, and is asked of the lists each time; who wrote something is told inside when
// that parent wanted it.
// The school sees that a group exists, and its agreements when the group lets it.
package circles

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where groups are started and kept.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
}

// A Unit is a class or a year at a school that can have a group.
type Unit struct {
	School tilhor.SchoolID
	Cohort int    // the autumn when the year began in grade 1; 0 for a class without a number
	Class  string // the rest of the class's name, "" for the whole year
	Grade  int    // today, 0 for a class without a number
}

// Year says whether it is a whole year (trinn).
func (u Unit) Year() bool { return u.Class == "" }

// Name is the class as its name is today, "" for a year.
func (u Unit) Name() string {
	if u.Year() || u.Grade == 0 {
		return u.Class
	}
	return strconv.Itoa(u.Grade) + u.Class
}

// is says whether it is the same class, or the same year.
func (u Unit) is(v Unit) bool {
	return u.School == v.School && u.Cohort == v.Cohort && u.Class == v.Class
}

// A Circle is one parent group.
type Circle struct {
	ID, Slug string
	Unit
	SchoolName string
	Shared     bool // the school may read the agreements
	Agreed     Agreed
	AgreedOn   tilhor.Date // "" when the school may not read it
	Plans      []Plan
	Said                 // of the agreements
	Before     *Version  // what was agreed before them
	Proposals  []Version // of parents whose the agreements are not

	starter tilhor.PersonID
	gone    bool // its words are shredded
}

// Said is who wrote something, as another parent of the group may know it.
type Said struct {
	By   string // the name, "" for who did not want it, or must not be named
	Mine bool   // whoever reads may change it

	person      tilhor.PersonID
	named, here bool // wanted to be, and is in the group today
	quiet       bool // must not be, whatever was wanted
}

// A Version is agreements that do not hold: those before, or what somebody proposes.
type Version struct {
	ID string
	Agreed
	On tilhor.Date
	Said
}

// Agreements are the choices of the kit; Other is written in words.
var Agreements = []string{"birthday", "chat", "call", "welcome", "way", "ages", "speak-well", Other}

// Other is the agreement that is not among the choices.
const Other = "other"

// Agreed is what a group has agreed, as it stands.
type Agreed struct {
	Choices []string    `json:"choices,omitempty"`
	Words   string      `json:"words,omitempty"` // of Other
	Next    tilhor.Date `json:"next,omitempty"`  // when they meet again
	Where   string      `json:"where,omitempty"`
	Named   bool        `json:"named,omitempty"` // who wrote it wants the others to read the name

	NoPupil bool `json:"-"` // what looks like a first name is none of a pupil
}

// A Plan is something a group will do: an activity, or a meeting with what is taken
// up there.
type Plan struct {
	ID    string      `json:"-"`
	Part  string      `json:"-"` // Activity, Meeting
	On    tilhor.Date `json:"on,omitempty"`
	What  string      `json:"what"`
	Kit   string      `json:"kit,omitempty"` // the ready-made meeting it follows
	Named bool        `json:"named,omitempty"`

	NoPupil bool `json:"-"`
	Said    `json:"-"`
}

// Parts of a plan.
const (
	Activity = "activity"
	Meeting  = "meeting"

	agreed   = "agreed"
	proposed = "proposed"
)

const (
	actAgreed   = "circles.agreed"
	actProposed = "circles.proposed"
	actPlanned  = "circles.planned"
	actGone     = "circles.gone"
	actShared   = "circles.shared"
	actUnshare  = "circles.unshared"

	field    = "circle"
	maxText  = 800
	maxWhere = 160
	maxPlans = 40
)

var writes = map[string]string{actAgreed: agreed, actProposed: proposed, actPlanned: "plan"}

func stream(id string) string { return "circle/" + id }

const circleColumns = `c.id, c.slug, c.school, c.cohort, c.class, c.shared`

var (
	insertCircle = db.SQL(`INSERT INTO circles_circle (owner, id, slug, school, cohort, class, shared) VALUES ($1, $2, $3, $4, $5, $6, 0)`)
	circleOf     = db.SQL(`SELECT ` + circleColumns + ` FROM circles_circle c WHERE c.owner = $1 AND c.school = $2 AND c.cohort = $3 AND c.class = $4`)
	circleAt     = db.SQL(`SELECT ` + circleColumns + ` FROM circles_circle c WHERE c.owner = $1 AND c.slug = $2`)
	circlesAt    = db.SQL(`SELECT ` + circleColumns + ` FROM circles_circle c WHERE c.owner = $1 AND c.school = $2 ORDER BY c.cohort DESC, c.class, c.id`)
	shareCircle  = db.SQL(`UPDATE circles_circle SET shared = $3 WHERE owner = $1 AND id = $2 AND shared <> $3`)
	insertLine   = db.SQL(`INSERT INTO circles_line (owner, id, circle, part, n, at, entry, person, sealed, gone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)`)
	goneLine     = db.SQL(`UPDATE circles_line SET gone_at = $4 WHERE owner = $1 AND circle = $2 AND id = $3 AND part <> 'agreed' AND gone_at = 0`)
	linesOf      = db.SQL(`SELECT id, part, at, person, sealed FROM circles_line WHERE owner = $1 AND circle = $2 AND gone_at = 0 ORDER BY n, at, id`)
	olderLines   = db.SQL(`UPDATE circles_line SET gone_at = $3 WHERE owner = $1 AND circle = $2 AND part = 'agreed' AND gone_at = 0
		AND n > (SELECT MIN(n) FROM circles_line WHERE owner = $1 AND circle = $2 AND part = 'agreed')
		AND n < (SELECT MAX(n) FROM circles_line WHERE owner = $1 AND circle = $2 AND part = 'agreed')`)
	countLines = db.SQL(`SELECT COUNT(*) FROM circles_line WHERE owner = $1 AND circle = $2`)
	countPlans = db.SQL(`SELECT COUNT(*) FROM circles_line WHERE owner = $1 AND circle = $2 AND part <> 'agreed' AND gone_at = 0`)
)

// A parent is what the lists of a day say of somebody: the classes and years that this
// person is a parent in, and who may not be seen there.
type parent struct {
	units []Unit
	bare  bool // the own address, or that of a child of one of the units, is protected
	quiet bool // the own address, or that of any child, is protected
}

// parent asks it. Nobody comes in through a child whom that adult is told nothing of
// (roster.Ties): that a class meets, and where, is where the child is. The own page is
// made of those children alone: to be bare for another's sake would tell of it.
func (d *Desk) parent(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, on tilhor.Date) (p parent, err error) {
	ties, err := d.Roster.Ties(tx, owner, person, on)
	if err != nil {
		return p, err
	}
	var children []tilhor.PersonID
	for child, t := range ties {
		p.quiet = p.quiet || t.Protected || t.Shielded
		p.bare = p.bare || t.Protected
		if !t.Kept {
			children = append(children, child)
			p.bare = p.bare || t.Shielded
		}
	}
	slices.Sort(children)
	in, err := d.Roster.InClass(tx, owner, on, children...)
	if err != nil {
		return p, err
	}
	for _, child := range children {
		if in[child].Class == "" {
			continue
		}
		for _, u := range unitsOf(in[child].School, in[child].Class, on) {
			if !slices.Contains(p.units, u) {
				p.units = append(p.units, u)
			}
		}
	}
	return p, nil
}

// reader is parent of who reads.
func (d *Desk) reader(tx *db.Tx, by tilhor.Actor, on tilhor.Date) (parent, error) {
	if by.Role != tilhor.RoleParent || by.Person == "" {
		return parent{}, tilhor.ErrNotFound
	}
	return d.parent(tx, by.Owner, by.Person, on)
}

// unitsOf are the class and the year of a class's name on a day. The year is known by
// the autumn it began, so that a group goes on when 5A becomes 6A.
func unitsOf(school tilhor.SchoolID, class string, on tilhor.Date) []Unit {
	rest := strings.TrimLeft(class, "0123456789")
	grade, err := strconv.Atoi(class[:len(class)-len(rest)])
	if err != nil || grade < 1 || grade > 13 {
		return []Unit{{School: school, Class: class}}
	}
	cohort := calendar.SchoolYear(on) - grade + 1
	year := Unit{School: school, Cohort: cohort, Grade: grade}
	if rest == "" {
		return []Unit{year}
	}
	one := year
	one.Class = rest
	return []Unit{one, year}
}

// A Place is a unit of a parent's and the group it has, if any.
type Place struct {
	Unit
	SchoolName string // "" where a protected child's school must not be read over a shoulder
	Circle     string // the slug, "" where there is none yet

	key string
}

// Key names the place in a form. It says nothing of where it is, and is one parent's: the
// page of another, or the source of it, does not tell that they mean the same class.
func (p Place) Key() string { return p.key }

func (d *Desk) key(by tilhor.Actor, u Unit) string {
	of := string(by.Person) + "/" + string(u.School) + "/" + strconv.Itoa(u.Cohort) + "/" + u.Class
	return hex.EncodeToString(d.Keys.Hash(by.Owner, "circles.unit", of)[:16])
}

// Mine are the classes and years that a parent may be in a group of.
func (d *Desk) Mine(ctx context.Context, by tilhor.Actor) (all []Place, err error) {
	on := calendar.DateOf(d.Clock())
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		p, err := d.reader(tx, by, on)
		if err != nil {
			return err
		}
		name, err := d.schools(tx, by.Owner, p)
		if err != nil {
			return err
		}
		for _, u := range p.units {
			p := Place{Unit: u, SchoolName: name[u.School], key: d.key(by, u)}
			found, err := d.read(tx, by.Owner, on, circleOf, by.Owner, u.School, u.Cohort, u.Class)
			if err != nil {
				return err
			}
			if len(found) > 0 {
				p.Circle = found[0].Slug
			}
			all = append(all, p)
		}
		return nil
	})
	return all, err
}

// schools are the names of the schools, none for the parent of a protected child.
func (d *Desk) schools(tx *db.Tx, owner tilhor.OwnerID, p parent) (map[tilhor.SchoolID]string, error) {
	if p.bare {
		return nil, nil
	}
	all, err := d.Roster.Schools(tx, owner)
	names := map[tilhor.SchoolID]string{}
	for _, s := range all {
		names[s.ID] = s.Name
	}
	return names, err
}

// read finds groups, without what they have written. One that was let go of by rule is
// none, though a backup that was put back has its row still.
func (d *Desk) read(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, q *db.Stmt, args ...any) ([]Circle, error) {
	all, err := d.rows(tx, owner, on, q, args...)
	return slices.DeleteFunc(all, func(c Circle) bool { return c.gone }), err
}

func (d *Desk) rows(tx *db.Tx, owner tilhor.OwnerID, on tilhor.Date, q *db.Stmt, args ...any) (all []Circle, err error) {
	err = tx.Each(q, func(scan db.Scan) error {
		var c Circle
		var shared int
		err := scan(&c.ID, &c.Slug, &c.School, &c.Cohort, &c.Class, &shared)
		c.Shared = shared == 1
		if c.Cohort != 0 {
			c.Grade = calendar.SchoolYear(on) - c.Cohort + 1
		}
		all = append(all, c)
		return err
	}, args...)
	for i := range all {
		if err != nil {
			return nil, err
		}
		if _, err = d.Keys.Get(tx, owner, seal.KindCircle, all[i].ID); errors.Is(err, seal.ErrShredded) {
			all[i].gone, err = true, nil
		}
	}
	return all, err
}

// fill opens what a group has written.
func (d *Desk) fill(tx *db.Tx, owner tilhor.OwnerID, c *Circle) error {
	key, err := d.Keys.Get(tx, owner, seal.KindCircle, c.ID)
	if err != nil {
		return err
	}
	return tx.Each(linesOf, func(scan db.Scan) error {
		var id, part string
		var at int64
		var person tilhor.PersonID
		var sealed []byte
		if err := scan(&id, &part, &at, &person, &sealed); err != nil {
			return err
		}
		plain, err := key.Open(field, id, sealed)
		if err != nil {
			return err
		}
		on, said := calendar.DateOf(time.UnixMilli(at)), Said{person: person}
		switch part {
		case agreed:
			if c.AgreedOn == "" { // the first
				c.starter = person
			} else {
				c.Before = &Version{Agreed: c.Agreed, On: c.AgreedOn, Said: c.Said}
			}
			c.Agreed, c.AgreedOn, c.Said = Agreed{}, on, said
			err = json.Unmarshal([]byte(plain), &c.Agreed)
			c.Said.named = c.Agreed.Named
		case proposed:
			v := Version{ID: id, On: on, Said: said}
			err = json.Unmarshal([]byte(plain), &v.Agreed)
			v.Said.named = v.Agreed.Named
			c.Proposals = append(c.Proposals, v)
		default:
			p := Plan{ID: id, Part: part, Said: said}
			err = json.Unmarshal([]byte(plain), &p)
			p.Said.named = p.Named
			c.Plans = append(c.Plans, p)
		}
		if err != nil {
			return errors.New("what a parent group wrote is not readable")
		}
		return nil
	}, owner, c.ID)
}

// See is a group, for a parent who has a child in its class or year.
func (d *Desk) See(ctx context.Context, by tilhor.Actor, slug string) (c Circle, err error) {
	on := calendar.DateOf(d.Clock())
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		var p parent
		if c, p, err = d.opened(tx, by, slug, on); err != nil {
			return err
		}
		name, err := d.schools(tx, by.Owner, p)
		c.SchoolName = name[c.School]
		if err != nil || c.SchoolName == "" { // nobody is named where one may look over a shoulder
			return err
		}
		return d.named(tx, by.Owner, &c)
	})
	slices.SortStableFunc(c.Plans, func(a, b Plan) int { return strings.Compare(string(a.On), string(b.On)) })
	return c, err
}

// opened is in, with what is written there, and whose to change each is: who wrote it
// may, and who began the group; any of its parents when neither is in it any more.
func (d *Desk) opened(tx *db.Tx, by tilhor.Actor, slug string, on tilhor.Date) (c Circle, reader parent, err error) {
	c, reader, err = d.in(tx, by, slug, on)
	if err == nil {
		err = d.fill(tx, by.Owner, &c)
	}
	if err != nil {
		return c, reader, err
	}
	known := map[tilhor.PersonID]parent{"": {}, by.Person: reader}
	for _, s := range c.said() {
		for _, p := range []tilhor.PersonID{s.person, c.starter} {
			if _, asked := known[p]; !asked {
				if known[p], err = d.parent(tx, by.Owner, p, on); err != nil {
					return c, reader, err
				}
			}
		}
		here := func(p tilhor.PersonID) bool { return slices.ContainsFunc(known[p].units, c.is) }
		s.here, s.quiet = here(s.person), known[s.person].quiet
		s.Mine = s.person == by.Person || c.starter == by.Person || !s.here && !here(c.starter)
	}
	return c, reader, nil
}

// said are all that somebody wrote.
func (c *Circle) said() []*Said {
	all := []*Said{&c.Said}
	if c.Before != nil {
		all = append(all, &c.Before.Said)
	}
	for i := range c.Proposals {
		all = append(all, &c.Proposals[i].Said)
	}
	for i := range c.Plans {
		all = append(all, &c.Plans[i].Said)
	}
	return all
}

// named puts in who wrote what, of those who wanted it: if all were named, who must not
// be would be known by it. Not who has a protected address, or a child who has; and none
// who is not in the group today, of whose children the lists no longer tell all.
func (d *Desk) named(tx *db.Tx, owner tilhor.OwnerID, c *Circle) error {
	for _, s := range c.said() {
		if !s.named || !s.here || s.quiet {
			continue
		}
		names, err := d.Roster.Names(tx, owner, s.person)
		if err != nil {
			return err
		}
		s.By = names[s.person]
	}
	return nil
}

// in finds a group for one of its parents: the one door to it.
func (d *Desk) in(tx *db.Tx, by tilhor.Actor, slug string, on tilhor.Date) (Circle, parent, error) {
	p, err := d.reader(tx, by, on)
	if err != nil {
		return Circle{}, p, err
	}
	all, err := d.read(tx, by.Owner, on, circleAt, by.Owner, slug)
	if err != nil {
		return Circle{}, p, err
	}
	if len(all) == 0 || !slices.ContainsFunc(p.units, all[0].is) {
		return Circle{}, p, tilhor.ErrNotFound
	}
	return all[0], p, nil
}

// line writes one text of a group's, and tells the record.
func (d *Desk) line(tx *db.Tx, by tilhor.Actor, c Circle, act, part string, text any, now time.Time) error {
	return d.lineOf(tx, by, by.Person, c, act, part, text, now)
}

func (d *Desk) lineOf(tx *db.Tx, by tilhor.Actor, writer tilhor.PersonID, c Circle, act, part string, text any, now time.Time) error {
	body, err := json.Marshal(text)
	if err != nil {
		return err
	}
	key, err := d.Keys.Make(tx, by.Owner, seal.KindCircle, c.ID)
	if err != nil {
		return err
	}
	id := tilhor.NewID()
	s := key.Seal(field, id, string(body))
	w, err := d.Journal.Append(tx, journal.Entry{Stream: stream(c.ID), Act: act, Subject: id, When: tilhor.Now(now), By: by, Rule: "parent", Parts: journal.Parts(s)})
	if err != nil {
		return err
	}
	if part == agreed { // the first tells who began; those that hold, and those before them, are read
		if _, err := tx.Exec(olderLines, by.Owner, c.ID, now.UnixMilli()); err != nil {
			return err
		}
	}
	var n int
	if err := tx.One(countLines, db.Args(by.Owner, c.ID), &n); err != nil {
		return err
	}
	_, err = tx.Exec(insertLine, by.Owner, id, c.ID, part, n+1, now.UnixMilli(), w.ID, writer, s.Bytes)
	return err
}

func (d *Desk) tell(tx *db.Tx, by tilhor.Actor, c Circle, act, subject string, now time.Time) error {
	_, err := d.Journal.Append(tx, journal.Entry{Stream: stream(c.ID), Act: act, Subject: subject, When: tilhor.Now(now), By: by, Rule: "parent"})
	return err
}
