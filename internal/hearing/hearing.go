// Package hearing keeps hearings (høringer): a report is sent out, the formal bodies
// of the schools say what they mean about its measures, and the municipality answers
// once, with every sentence bound to what it rests on. The municipality's own
// hearings, of school rules and the regulation on school democracy (opplæringslova
// § 10-7), go the same way. No pupil's case has a place here.
package hearing

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where hearings are held.
type Desk struct {
	DB        *db.DB
	Keys      *seal.Keys
	Journal   *journal.Journal
	Roster    *roster.Roster
	Bodies    *bodies.Desk
	Registers []Register
	Clock     tilhor.Clock

	looked sync.Map // the day on which an open hearing was last looked at for whom to remind
}

// kinds of lines.
const (
	kindLetter    = "letter"
	kindMeasures  = "measures"
	kindInvited   = "invited"
	kindReminded  = "reminded"
	kindReminders = "reminders" // how many days before the deadline they go by themselves
	kindSaid      = "said"
	kindAdopted   = "adopted"
	kindDeclined  = "declined"
	kindWithdrawn = "withdrawn"
	kindReceived  = "received" // a statement that came by mail, as it came
	kindPiece     = "piece"    // of a file that one came as: read only with the file
	kindChosen    = "chosen"
	kindSentence  = "sentence"
	kindClaim     = "claim"
	kindApproved  = "approved"
	kindOverride  = "override"
	kindSigned    = "override-signed"
	kindSent      = "sent"
	kindFollow    = "follow"
)

const (
	act   = "hearing."
	field = "hearing"
	rule  = "hearing" // by which the entries were written: who holds the hearing, or sits in the body

	operator tilhor.Role = "operator" // what the program does by itself
	itself   string      = "the program itself"
)

func stream(hearing string) string { return "hearing/" + hearing }

// A Hearing is one, and all that has been written in it.
type Hearing struct {
	ID, Slug string
	Opened   time.Time
	Letter   reply.Letter
	Own      bool // the municipality's own, not a ministry's
	Measures []reply.Measure
	Invited  []Invited

	Reminders []int // how many days before the deadline
	Choices   map[string]reply.Choice
	Claims    []Claim
	Edits     map[string]Sentence // by measure
	Approved  []Approval
	Override  *Override // the last that was asked for
	Sent      *Sent
	Follow    []Follow
}

// An Invited is a body that is asked, and what became of it.
type Invited struct {
	bodies.Body
	SchoolName string
	Asked      tilhor.Date
	Reminded   []tilhor.Date
	Said       map[string]Said // by measure, "" for the whole, reply.Other for other comments
	Adopted    *Adoption       // nil until it is adopted
	Declined   string          // why it does not want to
	Received   []Received
}

// Has says whether the body's statement is adopted and stands.
func (i Invited) Has() bool { return i.Adopted != nil }

// AdoptedOn is when the statement was adopted, "" while it is not.
func (i Invited) AdoptedOn() tilhor.Date {
	if i.Adopted == nil {
		return ""
	}
	return i.Adopted.On
}

// WentBefore is why a committee adopted without waiting for FAU and elevråd, "" when
// it waited.
func (i Invited) WentBefore() string {
	if i.Adopted == nil {
		return ""
	}
	return i.Adopted.Before
}

// Name is the body as the answer names it.
func (i Invited) Name() reply.Body { return reply.Body{School: i.SchoolName, Body: i.Body.Name} }

// A Said is what a body says about one measure.
type Said struct {
	Stance reply.Stance `json:"stance"`
	Rank   int          `json:"rank,omitempty"`
	Text   string       `json:"text,omitempty"`
	Quote  bool         `json:"quote,omitempty"` // may be quoted in the answer
	Mail   bool         `json:"mail,omitempty"`  // written in by who holds the hearing, from a mail
	On     tilhor.Date  `json:"-"`

	NoPupil bool `json:"-"` // who writes says that what looks like a first name is no pupil's
}

// An Adoption (vedtak) is that a meeting made the statement the body's: who was
// there, by part and never by name, and who meant otherwise.
type Adoption struct {
	On      tilhor.Date         `json:"on"`
	Present map[bodies.Part]int `json:"present"`
	For     int                 `json:"for"`
	Against int                 `json:"against"`
	Dissent string              `json:"dissent,omitempty"`
	Before  string              `json:"before,omitempty"` // why a committee did not wait for FAU and elevråd
	Mail    bool                `json:"mail,omitempty"`   // as a mail says
	At      time.Time           `json:"-"`                // when it was written
	NoPupil bool                `json:"-"`                // as in Said
}

// There is how many were there.
func (a Adoption) There() (n int) {
	for _, k := range a.Present {
		n += k
	}
	return n
}

// A Received is a statement that came by mail, kept byte for byte, and the text
// with those repairs that a person took.
type Received struct {
	On   tilhor.Date `json:"on"`
	From string      `json:"from"`
	Raw  string      `json:"raw"` // what came, was read out of its file, or was pasted beside it
	Text string      `json:"text"`
	File *File       `json:"file,omitempty"`

	Unread int `json:"unread,omitempty"` // how many things in the file were not read
	mended int // how many times the text was written anew
}

// A Sentence is one that a person wrote anew, and what it rested on then.
type Sentence struct {
	Text    string       `json:"text"`
	Stance  reply.Stance `json:"stance"`
	Sources []reply.Body `json:"sources"`
	Count   int          `json:"count"`
	Of      int          `json:"of"`
	Phase   string       `json:"phase"` // "" while it was a draft, Administrative after that approval
	Before  string       `json:"before,omitempty"`
}

// An Approval is one of two, in this order.
type Approval struct {
	Which string      `json:"which"`
	On    tilhor.Date `json:"on"`
	Who   string      `json:"who"`  // the office or the committee
	Case  string      `json:"case"` // its number in the archive

	// Texts are the sentences that were approved, by measure and claim: what is sent
	// must be what the politicians adopted.
	Texts map[string]string `json:"texts,omitempty"`
}

// Approvals.
const (
	Administrative = "administrative"
	Political      = "political"
)

// A Sent is the answer as it went out.
type Sent struct {
	At       time.Time       `json:"-"`
	Document reply.Document  `json:"document"`
	Letter   reply.Letter    `json:"letter"`
	Measures []reply.Measure `json:"measures"`
	Override string          `json:"override,omitempty"` // why it was sent though a claim failed, and who signed
	Signed   tilhor.EntryID  `json:"signed,omitempty"`   // the entry of the signature
	Lang     tilhor.Lang     `json:"lang,omitempty"`     // that it was written in
}

// A Follow is a need or a promise of the answer, and who sees to it.
type Follow struct {
	ID   string      `json:"id"`
	What string      `json:"what"`
	Who  string      `json:"who"`
	On   tilhor.Date `json:"on"`
	Done tilhor.Date `json:"done,omitempty"`
}

// first says whether the body speaks before the committees of its school.
func (i Invited) first() bool { return i.Kind == bodies.FAU || i.Kind == bodies.Council }

// Due is when a body of a kind shall have answered.
func (h Hearing) Due(i Invited) tilhor.Date {
	if i.first() {
		return h.Letter.First()
	}
	return h.Letter.Due()
}

// Awaited are those that a committee (SU, SMU) which adopts on a day has not waited
// for: FAU and elevråd of its school that are asked, whose deadline runs, and who by
// then have neither delivered nor declined.
func (h Hearing) Awaited(i Invited, on tilhor.Date) (all []Invited) {
	if i.School == access.Owner || i.Kind != bodies.SU && i.Kind != bodies.SMU || on > h.Letter.First() {
		return nil
	}
	for _, x := range h.Invited {
		if x.first() && x.School == i.School && x.Declined == "" && !(x.Has() && x.Adopted.On <= on) {
			all = append(all, x)
		}
	}
	return all
}

// Invitation finds what a body of one slug has in it.
func (h Hearing) Invitation(slug string) *Invited {
	for i := range h.Invited {
		if h.Invited[i].Slug == slug {
			return &h.Invited[i]
		}
	}
	return nil
}

// Measure finds one by its id.
func (h Hearing) Measure(id string) *reply.Measure {
	for i := range h.Measures {
		if h.Measures[i].ID == id {
			return &h.Measures[i]
		}
	}
	return nil
}

// Open says whether bodies may still write: until the answer is sent. One that comes
// after the deadline is late, and counts.
func (h Hearing) Open() bool { return h.Sent == nil }

var (
	insertHearing = db.SQL(`INSERT INTO hearing_hearing (owner, id, slug, at) VALUES ($1, $2, $3, $4)`)
	selectAll     = db.SQL(`SELECT id, slug, at FROM hearing_hearing WHERE owner = $1 ORDER BY at DESC, id`)
	selectOne     = db.SQL(`SELECT id, slug, at FROM hearing_hearing WHERE owner = $1 AND slug = $2`)
	askedOf       = db.SQL(`SELECT h.id, h.slug, h.at FROM hearing_line l JOIN hearing_hearing h ON h.owner = l.owner AND h.id = l.hearing
		WHERE l.owner = $1 AND l.body = $2 AND l.kind = 'invited' ORDER BY h.at DESC, h.id`)
	selectLines = db.SQL(`SELECT id, n, kind, body, measure, at, sealed FROM hearing_line WHERE owner = $1 AND hearing = $2 AND kind <> 'piece' ORDER BY n`)
	lastLine    = db.SQL(`SELECT COALESCE(MAX(n), 0) FROM hearing_line WHERE owner = $1 AND hearing = $2`)
	insertLine  = db.SQL(`INSERT INTO hearing_line (owner, id, hearing, n, kind, body, measure, at, entry, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
)

// holds: the owner's adviser holds hearings for the municipality.
func holds(by tilhor.Actor) error {
	if by.Role != tilhor.RoleOwnerAdviser || by.Person == "" {
		return tilhor.ErrNotFound
	}
	return nil
}

// A line is one thing written.
type line struct {
	kind, body, measure string
	words               any
}

// write puts lines into the hearing and the record, in one transaction.
func (d *Desk) write(tx *db.Tx, by tilhor.Actor, hearing string, now time.Time, lines ...line) error {
	key, err := d.Keys.Make(tx, by.Owner, seal.KindHearing, hearing)
	if err != nil {
		return err
	}
	var n int64
	if err := tx.One(lastLine, db.Args(by.Owner, hearing), &n); err != nil {
		return err
	}
	under := rule
	if by.Role == operator {
		under = itself
	}
	for _, l := range lines {
		text, err := json.Marshal(l.words)
		if err != nil {
			return err
		}
		n++
		id := tilhor.NewID()
		s := key.Seal(field, id, string(text))
		w, err := d.Journal.Append(tx, journal.Entry{Stream: stream(hearing), Act: act + l.kind, Subject: id, When: tilhor.Now(now), By: by, Rule: under, Parts: journal.Parts(s)})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(insertLine, by.Owner, id, hearing, n, l.kind, l.body, l.measure, now.UnixMilli(), w.ID, s.Bytes); err != nil {
			return err
		}
	}
	return nil
}

// find gives a hearing by its slug, with all that stands in it.
func (d *Desk) find(tx *db.Tx, owner tilhor.OwnerID, slug string) (h Hearing, err error) {
	all, err := d.folded(tx, owner, selectOne, owner, slug)
	if err == nil && len(all) == 0 {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return h, err
	}
	return all[0], nil
}

// folded reads the hearings of a statement, each with all that stands in it.
func (d *Desk) folded(tx *db.Tx, owner tilhor.OwnerID, q *db.Stmt, args ...any) (all []Hearing, err error) {
	if all, err = d.listed(tx, q, args...); err == nil {
		err = d.read(tx, owner, all)
	}
	return all, err
}

// listed are the hearings of a statement, and nothing of what stands in them.
func (d *Desk) listed(tx *db.Tx, q *db.Stmt, args ...any) (all []Hearing, err error) {
	err = tx.Each(q, func(scan db.Scan) error {
		var h Hearing
		var at int64
		err := scan(&h.ID, &h.Slug, &at)
		h.Opened = time.UnixMilli(at)
		all = append(all, h)
		return err
	}, args...)
	return all, err
}

// read reads into hearings all that stands in them.
func (d *Desk) read(tx *db.Tx, owner tilhor.OwnerID, all []Hearing) error {
	if len(all) == 0 {
		return nil
	}
	known, err := d.known(tx, owner)
	for i := range all {
		if err == nil {
			err = d.fold(tx, owner, &all[i], known)
		}
	}
	return err
}

// known are the bodies there are or were, and the name of each one's school.
func (d *Desk) known(tx *db.Tx, owner tilhor.OwnerID) (map[string]Invited, error) {
	all, err := d.Bodies.Ever(tx, owner)
	if err != nil {
		return nil, err
	}
	schools, err := d.Roster.Schools(tx, owner)
	if err != nil {
		return nil, err
	}
	known := map[string]Invited{}
	for _, b := range all {
		i := Invited{Body: b}
		if k := slices.IndexFunc(schools, func(s roster.School) bool { return s.ID == b.School }); k >= 0 {
			i.SchoolName = schools[k].Name
		}
		known[b.ID] = i
	}
	return known, nil
}

// fold reads every line in the order it was written; the later stands over the
// earlier.
func (d *Desk) fold(tx *db.Tx, owner tilhor.OwnerID, h *Hearing, known map[string]Invited) error {
	h.Choices, h.Edits, h.Reminders = map[string]reply.Choice{}, map[string]Sentence{}, remindBefore
	key, err := d.Keys.Get(tx, owner, seal.KindHearing, h.ID)
	if err != nil {
		return err
	}
	f := folder{h: h, bodies: known}
	return tx.Each(selectLines, func(scan db.Scan) error {
		var id, kind, body, measure string
		var n, at int64
		var sealed []byte
		if err := scan(&id, &n, &kind, &body, &measure, &at, &sealed); err != nil {
			return err
		}
		text, err := key.Open(field, id, sealed)
		if err != nil {
			return err
		}
		return f.line(id, kind, body, measure, time.UnixMilli(at), []byte(text))
	}, owner, h.ID)
}

type folder struct {
	h      *Hearing
	bodies map[string]Invited
}

var errUnreadable = errors.New("a line of a hearing cannot be read")

func (f folder) line(id, kind, body, measure string, at time.Time, text []byte) error {
	h := f.h
	read := func(into any) error {
		if json.Unmarshal(text, into) != nil {
			return errUnreadable
		}
		return nil
	}
	var i *Invited
	if body != "" {
		k := slices.IndexFunc(h.Invited, func(x Invited) bool { return x.ID == body })
		if k < 0 {
			x, ok := f.bodies[body]
			if !ok { // it is no more: what it said stands
				x = Invited{Body: bodies.Body{ID: body}}
			}
			x.Said = map[string]Said{}
			h.Invited = append(h.Invited, x)
			k = len(h.Invited) - 1
		}
		i = &h.Invited[k]
	}
	switch kind {
	case kindLetter:
		var l letter
		err := read(&l)
		h.Letter, h.Own = l.Letter, l.Own
		return err
	case kindMeasures:
		h.Measures = nil
		return read(&h.Measures)
	case kindInvited:
		i.Asked = calendar.DateOf(at)
		return nil
	case kindReminders:
		h.Reminders = nil
		return read(&h.Reminders)
	case kindReminded:
		i.Reminded = append(i.Reminded, calendar.DateOf(at))
		return nil
	case kindSaid:
		var s Said
		err := read(&s)
		s.On = calendar.DateOf(at)
		i.Said[measure] = s
		return err
	case kindAdopted:
		i.Adopted, i.Declined = &Adoption{At: at}, ""
		return read(i.Adopted)
	case kindDeclined:
		return read(&i.Declined)
	case kindWithdrawn:
		i.Adopted = nil
		return nil
	case kindReceived:
		var r Received
		var m mend
		if err := read(&m); err != nil {
			return err
		}
		if m.Mends > 0 && m.Mends <= len(i.Received) {
			i.Received[m.Mends-1].Text = m.Text
			i.Received[m.Mends-1].mended++
			return nil
		}
		err := read(&r)
		i.Received = append(i.Received, r)
		return err
	case kindChosen:
		var c reply.Choice
		err := read(&c)
		h.Choices[measure] = c
		return err
	case kindSentence:
		var s Sentence
		err := read(&s)
		if s.Text == "" {
			delete(h.Edits, measure)
		} else {
			h.Edits[measure] = s
		}
		return err
	case kindClaim:
		var c Claim
		if err := read(&c); err != nil {
			return err
		}
		h.Claims = slices.DeleteFunc(h.Claims, func(x Claim) bool { return x.ID == c.ID })
		if c.Text != "" {
			h.Claims = append(h.Claims, c)
		}
		return nil
	case kindApproved:
		var a Approval
		err := read(&a)
		h.Approved = slices.DeleteFunc(h.Approved, func(x Approval) bool { return x.Which == a.Which }) // given anew
		h.Approved = append(h.Approved, a)
		return err
	case kindOverride:
		h.Override = &Override{ID: id}
		return read(h.Override)
	case kindSigned:
		h.Override.Signed = &Signature{}
		return read(h.Override.Signed)
	case kindSent:
		h.Sent = &Sent{At: at}
		return read(h.Sent)
	case kindFollow:
		var x Follow
		if err := read(&x); err != nil {
			return err
		}
		if k := slices.IndexFunc(h.Follow, func(o Follow) bool { return o.ID == x.ID }); k >= 0 {
			h.Follow[k] = x
			return nil
		}
		h.Follow = append(h.Follow, x)
		return nil
	}
	return errUnreadable
}

// letter is what stands in the first line.
type letter struct {
	reply.Letter
	Own bool `json:"own,omitempty"`
}

// All are the hearings of the municipality, the newest first, for who holds them.
func (d *Desk) All(ctx context.Context, by tilhor.Actor) (all []Hearing, err error) {
	if err := holds(by); err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = d.folded(tx, by.Owner, selectAll, by.Owner)
		return err
	})
	return all, err
}

// See is one hearing, for who holds it: what bodies have adopted, and of what they
// have not only that it is begun.
func (d *Desk) See(ctx context.Context, by tilhor.Actor, slug string) (h Hearing, err error) {
	if err := holds(by); err != nil {
		return h, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		h, err = d.find(tx, by.Owner, slug)
		return err
	})
	return h.adopted(), err
}

// adopted leaves out the words of what is not adopted: a draft is the body's own.
func (h Hearing) adopted() Hearing {
	h.Invited = slices.Clone(h.Invited)
	for k := range h.Invited {
		i := &h.Invited[k]
		if i.Has() {
			continue
		}
		said := i.Said
		i.Said = map[string]Said{}
		for m, s := range said {
			if s.Mail {
				i.Said[m] = s
			} else {
				i.Said[begunMark] = Said{}
			}
		}
	}
	return h
}

const begunMark = "*" // no measure's id: something is written, and what is the body's

// Begun says whether the body has written something.
func (i Invited) Begun() bool { return len(i.Said) > 0 }

// Asked are the hearings that a body is asked in, for its members.
func (d *Desk) Asked(ctx context.Context, by tilhor.Actor, body string) (all []Hearing, b bodies.Body, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		if b, _, err = d.Bodies.In(tx, by, body, now); err != nil {
			return err
		}
		list, err := d.folded(tx, by.Owner, askedOf, by.Owner, b.ID)
		for _, h := range list {
			all = append(all, h.seenBy(b))
		}
		return err
	})
	return all, b, err
}

// Take is one hearing as a member of a body sees it: the letter, the measures, the
// body's own statement, and what FAU and elevråd at the same school have adopted.
func (d *Desk) Take(ctx context.Context, by tilhor.Actor, body, slug string) (h Hearing, me bodies.Member, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		var b bodies.Body
		b, me, h, err = d.in(tx, by, body, slug, now)
		h = h.seenBy(b)
		return err
	})
	return h, me, err
}

// in finds a hearing for a member of a body that is invited to it.
func (d *Desk) in(tx *db.Tx, by tilhor.Actor, body, slug string, now time.Time) (b bodies.Body, me bodies.Member, h Hearing, err error) {
	if b, me, err = d.Bodies.In(tx, by, body, now); err != nil {
		return b, me, h, err
	}
	if h, err = d.find(tx, by.Owner, slug); err != nil {
		return b, me, h, err
	}
	if h.Invitation(b.Slug) == nil {
		err = tilhor.ErrNotFound
	}
	return b, me, h, err
}

// seenBy leaves what a body may see of the others: at its own school, what those
// that speak first have adopted (FAU and elevråd before SU and SMU), and of those that
// have not, that they are asked.
func (h Hearing) seenBy(b bodies.Body) Hearing {
	h.Invited = slices.DeleteFunc(slices.Clone(h.Invited), func(i Invited) bool {
		if i.ID == b.ID {
			return false
		}
		return b.School == access.Owner || i.School != b.School || !i.first()
	})
	for k := range h.Invited {
		if i := &h.Invited[k]; i.ID != b.ID && !i.Has() {
			i.Said, i.Received, i.Reminded = nil, nil, nil
		}
	}
	if h.Sent == nil {
		h.Choices, h.Edits, h.Claims, h.Approved, h.Override = nil, nil, nil, nil, nil
	}
	h.Follow = nil
	return h
}

var (
	bodyOfLine = db.SQL(`SELECT body FROM hearing_line WHERE owner = $1 AND id = $2 AND hearing = $3`)
	allAsked   = db.SQL(`SELECT body FROM hearing_line WHERE owner = $1 AND hearing = $2 AND n > 0 AND kind = 'invited'`)
)

// Runs are those who run the body that a line is about, or every body that was asked
// when it is about none, for whoever tells them by mail. A pupil is told on the
// page, never by mail: how old a leader is, is not asked.
func (d *Desk) Runs(tx *db.Tx, owner tilhor.OwnerID, hearing, line string, now time.Time) (all []tilhor.PersonID, err error) {
	var asked []string
	var body string
	if err := tx.One(bodyOfLine, db.Args(owner, line, hearing), &body); err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return nil, err
	}
	if body != "" {
		asked = []string{body}
	} else if err := tx.Each(allAsked, func(scan db.Scan) error {
		var b string
		err := scan(&b)
		asked = append(asked, b)
		return err
	}, owner, hearing); err != nil {
		return nil, err
	}
	list, err := d.Bodies.All(tx, owner)
	if err != nil {
		return nil, err
	}
	for _, b := range list {
		if !slices.Contains(asked, b.ID) {
			continue
		}
		members, err := d.Bodies.Members(tx, owner, b, calendar.DateOf(now))
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if m.Leads() && m.Part != bodies.Pupils {
				all = append(all, m.Person)
			}
		}
	}
	return all, nil
}

// Whole are the hearings of an owner as they are handed over to the archive: what is
// adopted, and what is sent.
func (d *Desk) Whole(tx *db.Tx, owner tilhor.OwnerID) (all []Hearing, err error) {
	list, err := d.folded(tx, owner, selectAll, owner)
	for _, h := range list {
		all = append(all, h.adopted())
	}
	return all, err
}
