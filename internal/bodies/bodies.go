// Package bodies keeps the formal bodies (råd og utvalg): elevråd, FAU, SU, SMU and
// those of the municipality. The act names few of them; what each is and how it is
// put together is the municipality's own regulation (opplæringslova §§ 10-5, 10-7),
// and so it is written as data. A body's room is its members': who leads the school
// comes in as a member or by invitation, like anybody else.
package bodies

import (
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

// A Desk is where bodies are set up and meet.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
}

// A Kind is what kind of body it is. The names are the product's; what it is called
// stands in the body itself.
type Kind string

// Kinds.
const (
	Council Kind = "student-council" // elevråd
	FAU     Kind = "fau"             // foreldrenes arbeidsutvalg
	SU      Kind = "su"              // samarbeidsutvalg
	SMU     Kind = "smu"             // skolemiljøutvalg
	KFU     Kind = "kfu"             // kommunalt foreldreutvalg
	Youth   Kind = "youth"           // ungdomsråd
	Another Kind = "other"
)

// Kinds are all of them, the schools' first.
var Kinds = []Kind{Council, FAU, SU, SMU, KFU, Youth, Another}

// Known says whether it is one of them.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// Of the municipality as a whole, not of one school.
func (k Kind) OfOwner() bool { return k == KFU || k == Youth }

// A Part is whom a member sits for.
type Part string

// Parts.
const (
	Pupils       Part = "pupil"
	Parents      Part = "parent"
	Staff        Part = "staff"
	Municipality Part = "municipality"
)

// Parts are all of them, in the order in which seats are told.
var Parts = []Part{Pupils, Parents, Staff, Municipality}

// Offices beside plain members.
const (
	Leader    = "leader"
	Deputy    = "deputy"
	Secretary = "secretary"
)

// A Body is one formal body.
type Body struct {
	ID     string          `json:"-"`
	Slug   string          `json:"-"`
	School tilhor.SchoolID `json:"-"` // access.Owner, "", for the municipality's own
	Kind   Kind            `json:"-"`
	Group  string          `json:"-"` // of the lists

	Name  string       `json:"name"`
	Seats map[Part]int `json:"seats,omitempty"`  // how many of each, as the regulation says
	Most  string       `json:"quorum,omitempty"` // when it can decide, in words
	Need  int          `json:"need,omitempty"`   // how many must be there to decide; 0: more than half
	Term  int          `json:"term,omitempty"`   // months that somebody is elected for
	Elect string       `json:"elect,omitempty"`  // how they are elected, in words
	Basis string       `json:"basis,omitempty"`  // where it is laid down: the regulation's name and section
	Shut  string       `json:"shut,omitempty"`   // how votes count when pupils have left, in words (§ 10-4)

	Count   Count `json:"count,omitempty"`   // the same, to be reckoned with
	Casting bool  `json:"casting,omitempty"` // a tie is decided by who leads the meeting
}

// A Member is who sits in a body on a day.
type Member struct {
	Person tilhor.PersonID
	Name   string
	Part   Part
	Office string
	Seat   string // the id of a seat given by hand, "" for one of the lists
	From   tilhor.Date
	Until  tilhor.Date
}

// Leads says whether the member runs the room.
func (m Member) Leads() bool {
	return m.Office == Leader || m.Office == Deputy || m.Office == Secretary
}

const (
	maxName = 120
	maxText = 600
	field   = "body"

	actFounded  = "bodies.founded"
	actClosed   = "bodies.closed"
	actSeated   = "bodies.seated"
	actUnseated = "bodies.unseated"
)

func stream(school tilhor.SchoolID) string { return "school/" + string(school) }

const bodyColumns = `b.id, b.slug, b.school, b.kind, b.grp, b.sealed`

var (
	insertBody = db.SQL(`INSERT INTO bodies_body (owner, id, slug, school, kind, grp, entry, sealed, gone_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`)
	allBodies  = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_body b WHERE b.owner = $1 AND b.gone_at = 0`)
	bodiesAt   = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_body b WHERE b.owner = $1 AND b.school = $2 AND b.gone_at = 0`)
	everBody   = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_body b WHERE b.owner = $1 ORDER BY b.id`)
	oneBody    = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_body b WHERE b.owner = $1 AND b.slug = $2 AND b.gone_at = 0`)
	bodyByID   = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_body b WHERE b.owner = $1 AND b.id = $2 AND b.gone_at = 0`)
	closeBody  = db.SQL(`UPDATE bodies_body SET gone_at = $3 WHERE owner = $1 AND id = $2 AND gone_at = 0`)
	groupBody  = db.SQL(`UPDATE bodies_body SET grp = $3 WHERE owner = $1 AND id = $2`)
	rulesOf    = db.SQL(`SELECT body, id, sealed FROM bodies_line WHERE owner = $1 AND body = $2 AND kind = 'rules' AND gone_at = 0`)
	allRules   = db.SQL(`SELECT body, id, sealed FROM bodies_line WHERE owner = $1 AND kind = 'rules' AND gone_at = 0`)
	insertSeat = db.SQL(`INSERT INTO bodies_seat (owner, id, body, person, part, office, from_date, until_date) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	endSeat    = db.SQL(`UPDATE bodies_seat SET until_date = $4 WHERE owner = $1 AND id = $2 AND body = $3 AND (until_date = '' OR until_date > $4)`)
	seatsOf    = db.SQL(`SELECT id, person, part, office, from_date, until_date FROM bodies_seat
		WHERE owner = $1 AND body = $2 AND from_date <= $3 AND (until_date = '' OR until_date > $3)`)
	bodiesOf = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_seat s JOIN bodies_body b ON b.owner = s.owner AND b.id = s.body
		WHERE s.owner = $1 AND s.person = $2 AND s.from_date <= $3 AND (s.until_date = '' OR s.until_date > $3) AND b.gone_at = 0`)
	bodiesBy = db.SQL(`SELECT ` + bodyColumns + ` FROM bodies_body b WHERE b.owner = $1 AND b.grp = $2 AND b.gone_at = 0`)
)

// unit is the school, or the municipality, that somebody sets bodies up for: rektor
// and who stands in for her at a school, the owner's adviser for the municipality's.
func unit(tx *db.Tx, by tilhor.Actor, now time.Time) (tilhor.SchoolID, error) {
	if by.Role == tilhor.RoleOwnerAdviser {
		return access.Owner, nil
	}
	if !by.Role.Staff() || by.School == access.Owner {
		return "", tilhor.ErrNotFound
	}
	has, err := access.Duties(tx, by, now)
	if err == nil && !has[access.Leads] {
		err = tilhor.ErrNotFound
	}
	return by.School, err
}

// Found sets a body up. What it is called and how it is put together follow the
// municipality's regulation (opplæringslova § 10-7), and are written as they stand
// there. Nobody's room is opened by it: who founds is no member.
func (d *Desk) Found(ctx context.Context, by tilhor.Actor, b Body) (slug string, err error) {
	now := d.Clock()
	if err := b.check(); err != nil {
		return "", err
	}
	body, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		at, err := unit(tx, by, now)
		if err != nil {
			return err
		}
		if b.Kind != Another && b.Kind.OfOwner() != (at == access.Owner) {
			return tilhor.Faults{{Field: "kind", Key: "bodies.fault.kind"}}
		}
		if b.Group != "" {
			if err := d.groupAt(tx, by.Owner, at, b.Kind, b.Group, calendar.DateOf(now)); err != nil {
				return err
			}
		}
		key, err := d.Keys.Make(tx, by.Owner, seal.KindBody, string(at))
		if err != nil {
			return err
		}
		id := tilhor.NewID()
		slug = tilhor.NewSlug()
		s := key.Seal(field, id, string(body))
		w, err := d.Journal.Append(tx, journal.Entry{Stream: stream(at), Act: actFounded, Subject: id, When: tilhor.Now(now), By: by, Rule: string(access.Leads), Parts: journal.Parts(s)})
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertBody, by.Owner, id, slug, at, b.Kind, b.Group, w.ID, s.Bytes)
		return err
	})
	return slug, err
}

func (b *Body) check() error {
	var f tilhor.Faults
	long := func(s *string, most int) bool {
		*s = strings.TrimSpace(*s)
		return utf8.RuneCountInString(*s) > most
	}
	f.Add(!b.Kind.Known(), "kind", "bodies.fault.kind")
	f.Add(long(&b.Name, maxName), "name", "bodies.fault.name-long")
	f.Add(b.Name == "", "name", "bodies.fault.name")
	f.Add(long(&b.Basis, maxText), "basis", "bodies.fault.long")
	f.Add(long(&b.Most, maxText), "quorum", "bodies.fault.long")
	f.Add(long(&b.Elect, maxText), "elect", "bodies.fault.long")
	f.Add(long(&b.Shut, maxText), "shut", "bodies.fault.long")
	f.Add(b.Count != "" && !slices.Contains(Counts, b.Count), "count", "bodies.fault.count")
	f.Add(b.Need < 0 || b.Need > 99, "need", "bodies.fault.number")
	f.Add(b.Term < 0 || b.Term > 60, "term", "bodies.fault.number")
	for p, n := range b.Seats {
		f.Add(!slices.Contains(Parts, p) || n < 0 || n > 99, "seats-"+string(p), "bodies.fault.number")
	}
	return f.Err()
}

func (d *Desk) groupAt(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, kind Kind, group string, on tilhor.Date) error {
	all, err := d.Roster.Groups(tx, owner, school, on)
	if err == nil && !slices.ContainsFunc(all, func(g roster.Group) bool {
		return string(g.ID) == group && g.Kind.Body() && string(g.Kind) == string(kind)
	}) {
		err = tilhor.Faults{{Field: "group", Key: "bodies.fault.group"}}
	}
	return err
}

// read opens the bodies of a statement. What was changed since a body was founded
// lies in its own line, and stands instead.
func (d *Desk) read(tx *db.Tx, owner tilhor.OwnerID, q *db.Stmt, args ...any) (all []Body, err error) {
	type kept struct {
		field, id string
		sealed    []byte
	}
	var stored []kept
	err = tx.Each(q, func(scan db.Scan) error {
		var b Body
		k := kept{field: field}
		err := scan(&b.ID, &b.Slug, &b.School, &b.Kind, &b.Group, &k.sealed)
		k.id = b.ID
		all, stored = append(all, b), append(stored, k)
		return err
	}, args...)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	rules, which := allRules, []any{owner}
	if len(all) == 1 {
		rules, which = rulesOf, []any{owner, all[0].ID}
	}
	changed := map[string]kept{}
	err = tx.Each(rules, func(scan db.Scan) error {
		k := kept{field: lineField}
		var body string
		err := scan(&body, &k.id, &k.sealed)
		changed[body] = k
		return err
	}, which...)
	if err != nil {
		return nil, err
	}
	keys := map[tilhor.SchoolID]seal.Key{}
	for i := range all {
		b, k := &all[i], stored[i]
		key, has := keys[b.School]
		if !has {
			if key, err = d.Keys.Get(tx, owner, seal.KindBody, string(b.School)); err != nil {
				return nil, err
			}
			keys[b.School] = key
		}
		into := any(b)
		if later, has := changed[b.ID]; has {
			k, into = later, &struct{ Rules *Body }{b}
		}
		plain, err := key.Open(k.field, k.id, k.sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(plain), into); err != nil {
			return nil, errors.New("what a body is cannot be read")
		}
	}
	sorted(all)
	return all, nil
}

// sorted puts bodies in the order of their names, and those of one name always alike.
func sorted(all []Body) {
	slices.SortFunc(all, func(a, b Body) int { return strings.Compare(a.ID, b.ID) })
	lang.Sort(tilhor.Bokmal, all, func(b Body) string { return b.Name })
}

// All are every body of the municipality and its schools: what they are, not who
// sits there nor what they say.
func (d *Desk) All(tx *db.Tx, owner tilhor.OwnerID) ([]Body, error) {
	return d.read(tx, owner, allBodies, owner)
}

// Ever are those that are no more as well: what they said stands.
func (d *Desk) Ever(tx *db.Tx, owner tilhor.OwnerID) ([]Body, error) {
	return d.read(tx, owner, everBody, owner)
}

// At are those of a school.
func (d *Desk) At(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID) ([]Body, error) {
	return d.read(tx, owner, bodiesAt, owner, school)
}

// Mine are those that somebody sits in today, whatever role they are signed in with.
func (d *Desk) Mine(ctx context.Context, by tilhor.Actor) (all []Body, err error) {
	if by.Person == "" {
		return nil, nil
	}
	on := calendar.DateOf(d.Clock())
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if all, err = d.read(tx, by.Owner, bodiesOf, by.Owner, by.Person, on); err != nil {
			return err
		}
		groups, err := d.Roster.SeatGroups(tx, by.Owner, by.Person, on)
		if err != nil {
			return err
		}
		for _, g := range groups {
			listed, err := d.read(tx, by.Owner, bodiesBy, by.Owner, g)
			if err != nil {
				return err
			}
			all = append(all, listed...)
		}
		sorted(all)
		all = slices.CompactFunc(all, func(a, b Body) bool { return a.ID == b.ID })
		return nil
	})
	return all, err
}

// Members are who sits in a body on a day, by the lists and by hand.
func (d *Desk) Members(tx *db.Tx, owner tilhor.OwnerID, b Body, on tilhor.Date) (all []Member, err error) {
	err = tx.Each(seatsOf, func(scan db.Scan) error {
		var m Member
		err := scan(&m.Seat, &m.Person, &m.Part, &m.Office, &m.From, &m.Until)
		all = append(all, m)
		return err
	}, owner, b.ID, on)
	if err != nil {
		return nil, err
	}
	if b.Group != "" {
		listed, err := d.Roster.Seats(tx, owner, roster.Group{ID: tilhor.GroupID(b.Group), School: b.School}, on)
		if err != nil {
			return nil, err
		}
		for _, s := range listed {
			if !slices.ContainsFunc(all, func(m Member) bool { return m.Person == s.ID }) {
				all = append(all, Member{Person: s.ID, Name: s.Name, Part: b.Kind.part(s.Detail), Office: map[bool]string{true: Leader}[s.Detail == "leader"]})
			}
		}
	}
	if err := d.lackingParts(tx, owner, b, on, all); err != nil {
		return nil, err
	}
	var unnamed []tilhor.PersonID
	for _, m := range all {
		if m.Name == "" {
			unnamed = append(unnamed, m.Person)
		}
	}
	names, err := d.Roster.Names(tx, owner, unnamed...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if n := names[all[i].Person]; n != "" {
			all[i].Name = n
		}
	}
	slices.SortFunc(all, func(a, b Member) int { return strings.Compare(string(a.Person), string(b.Person)) })
	lang.Sort(tilhor.Bokmal, all, func(m Member) string { return m.Name })
	slices.SortStableFunc(all, func(a, b Member) int { return slices.Index(Parts, a.Part) - slices.Index(Parts, b.Part) })
	return all, nil
}

// part is whom somebody sits for, from what the lists tell of the seat and the body;
// "" when they do not tell. Who is a pupil is never taken for anything else: what is
// confidential hangs on it (§ 10-4).
func (k Kind) part(detail string) Part {
	switch detail {
	case "pupil":
		return Pupils
	case "parent-rep":
		return Parents
	case "rektor":
		return Municipality
	case "employee":
		return Staff
	}
	switch k {
	case Council, Youth:
		return Pupils
	case FAU, KFU:
		return Parents
	}
	return ""
}

// lackingParts finds out whom the listed sit for when their seats do not tell: a
// leader of the SMU may be a pupil.
func (d *Desk) lackingParts(tx *db.Tx, owner tilhor.OwnerID, b Body, on tilhor.Date, all []Member) error {
	if !slices.ContainsFunc(all, func(m Member) bool { return m.Part == "" }) {
		return nil
	}
	works, err := d.Roster.Working(tx, owner, b.School, on)
	if err != nil {
		return err
	}
	for i := range all {
		m := &all[i]
		if m.Part != "" {
			continue
		}
		_, err := d.Roster.Where(tx, owner, m.Person, on)
		switch {
		case err == nil:
			m.Part = Pupils
		case !errors.Is(err, tilhor.ErrNotFound):
			return err
		case works[m.Person]:
			m.Part = Staff
		default:
			m.Part = Parents
		}
	}
	return nil
}

// In finds a body for one of its members: the one door to its room. Whoever is no
// member today gets the answer of a body that does not exist.
func (d *Desk) In(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (b Body, me Member, err error) {
	all, err := d.read(tx, by.Owner, oneBody, by.Owner, slug)
	if err != nil {
		return b, me, err
	}
	if len(all) == 0 || by.Person == "" {
		return b, me, tilhor.ErrNotFound
	}
	members, err := d.Members(tx, by.Owner, all[0], calendar.DateOf(now))
	if err != nil {
		return b, me, err
	}
	i := slices.IndexFunc(members, func(m Member) bool { return m.Person == by.Person })
	if i < 0 {
		return b, me, tilhor.ErrNotFound
	}
	return all[0], members[i], nil
}

// Seat gives somebody a seat by hand: who set the body up does so, and who leads it.
func (d *Desk) Seat(ctx context.Context, by tilhor.Actor, slug string, m Member) error {
	now := d.Clock()
	on := calendar.DateOf(now)
	if m.From == "" {
		m.From = on
	}
	var f tilhor.Faults
	f.Add(m.Person == "", "person", "bodies.fault.person")
	f.Add(!slices.Contains(Parts, m.Part), "part", "bodies.fault.part")
	f.Add(m.Office != "" && m.Office != Leader && m.Office != Deputy && m.Office != Secretary, "office", "bodies.fault.office")
	f.Add(m.Until != "" && m.Until <= m.From, "until", "bodies.fault.until")
	if err := f.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := d.tends(tx, by, slug, now)
		if err != nil {
			return err
		}
		members, err := d.Members(tx, by.Owner, b, on)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(members, func(o Member) bool { return o.Person == m.Person && o.Seat != "" }) {
			return tilhor.Faults{{Field: "person", Key: "bodies.fault.seated"}}
		}
		if err := d.fits(tx, by, b, &m, on); err != nil {
			return err
		}
		id := tilhor.NewID()
		if _, err := tx.Exec(insertSeat, by.Owner, id, b.ID, m.Person, m.Part, m.Office, m.From, m.Until); err != nil {
			return err
		}
		_, err = d.Journal.Append(tx, journal.Entry{Stream: stream(b.School), Act: actSeated, Subject: id, When: tilhor.Now(now), By: by, Rule: string(access.Leads)})
		return err
	})
}

// ours says whether it is the pupils' or the parents' own body: whoever sets it up, or
// leads the school, does not come into its room by a seat.
func (k Kind) ours() bool { return k == Council || k == FAU || k == KFU || k == Youth }

// fits refuses a seat that cannot be. Nobody takes a seat in the pupils' or the
// parents' own body by setting it up, and who works there leads none and sits for
// parents only as a parent. A pupil sits for the pupils, and nobody who works there does; who
// sits in an ungdomsråd may go to a school that is not in the lists. Without a last
// day a seat lasts as long as the body elects for.
func (d *Desk) fits(tx *db.Tx, by tilhor.Actor, b Body, m *Member, on tilhor.Date) error {
	if m.Person == by.Person && (b.Kind.ours() || b.Seats[m.Part] == 0) {
		return tilhor.Faults{{Field: "person", Key: "bodies.fault.own"}}
	}
	names, err := d.Roster.Names(tx, by.Owner, m.Person)
	if err == nil && len(names) == 0 {
		err = tilhor.Faults{{Field: "person", Key: "bodies.fault.person"}}
	}
	if err != nil {
		return err
	}
	pupil, err := d.isPupil(tx, by.Owner, m.Person, on)
	if err != nil {
		return err
	}
	works, err := d.Roster.Working(tx, by.Owner, b.School, on)
	if err != nil {
		return err
	}
	if err := d.staysOut(tx, by.Owner, b, *m, works[m.Person], on); err != nil {
		return err
	}
	if works[m.Person] && m.Part == Parents || b.Kind.ours() && works[m.Person] && m.Office != "" {
		children, err := d.Roster.Children(tx, by.Owner, m.Person, on)
		if err != nil {
			return err
		}
		if len(children) == 0 || m.Part != Parents { // who works there sits for parents only as one
			return tilhor.Faults{{Field: "part", Key: "bodies.fault.own"}}
		}
	}
	if pupil && m.Part != Pupils || works[m.Person] && m.Part == Pupils {
		return tilhor.Faults{{Field: "part", Key: "bodies.fault.pupil"}}
	}
	if m.Until == "" && b.Term > 0 {
		m.Until = calendar.AddMonths(m.From, b.Term)
	}
	return nil
}

// staysOut refuses who works at the school a seat in the parents' own body but as a
// parent, and who leads a school any in the pupils' own: not by a colleague either.
func (d *Desk) staysOut(tx *db.Tx, owner tilhor.OwnerID, b Body, m Member, works bool, on tilhor.Date) error {
	if !b.Kind.ours() || m.Part == Parents {
		return nil
	}
	roles, err := d.Roster.RolesOf(tx, owner, m.Person, on)
	if err != nil {
		return err
	}
	leads := slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return a.Role == tilhor.RoleRektor || a.Role == tilhor.RoleDeputy })
	switch b.Kind {
	case FAU, KFU:
		if works || leads {
			return tilhor.Faults{{Field: "part", Key: "bodies.fault.as-parent"}}
		}
	default:
		if leads {
			return tilhor.Faults{{Field: "person", Key: "bodies.fault.leads"}}
		}
	}
	return nil
}

func (d *Desk) isPupil(tx *db.Tx, owner tilhor.OwnerID, p tilhor.PersonID, on tilhor.Date) (bool, error) {
	_, err := d.Roster.Where(tx, owner, p, on)
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Unseat takes a seat that was given by hand back, from today.
func (d *Desk) Unseat(ctx context.Context, by tilhor.Actor, slug, seat string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		b, err := d.tends(tx, by, slug, now)
		if err != nil {
			return err
		}
		n, err := tx.Exec(endSeat, by.Owner, seat, b.ID, calendar.DateOf(now))
		if err == nil && n == 0 {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		_, err = d.Journal.Append(tx, journal.Entry{Stream: stream(b.School), Act: actUnseated, Subject: seat, When: tilhor.Now(now), By: by, Rule: string(access.Leads)})
		return err
	})
}

// tends finds a body for who looks after its seats: who leads it, or who sets bodies
// up at its school or for the municipality. The seats are no secret of the room.
func (d *Desk) tends(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (Body, error) {
	b, me, err := d.In(tx, by, slug, now)
	if err == nil && me.Leads() {
		return b, nil
	}
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return b, err
	}
	return d.ours(tx, by, slug, now)
}

// ours finds a body for who sets bodies up at its school, or for the municipality.
func (d *Desk) ours(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (b Body, err error) {
	at, err := unit(tx, by, now)
	if err != nil {
		return b, err
	}
	all, err := d.read(tx, by.Owner, oneBody, by.Owner, slug)
	if err == nil && (len(all) == 0 || all[0].School != at) {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return b, err
	}
	return all[0], nil
}
