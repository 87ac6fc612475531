package concerns

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Telling is what a person fills in to send a concern (bekymring).
type Telling struct {
	School    tilhor.SchoolID
	Pupils    []tilhor.PersonID
	Described string // a pupil who is in no list
	Said      string // the child's own words, apart from the adult's
	Saw       string
	Arena     tilhor.Arena
	Place     string
	Happened  tilhor.When
	Known     tilhor.When // when did the first adult at the school know?
	Name      string      // open channel: who tells
	Accused   duty.Accused
	Against   []tilhor.PersonID
	Whom      string  // who it is, in words
	Raised    *Raised // voice: who took it up with rektor
	Link      string  // open channel: the secret of the address where the receipt lies
	Slug      string  // tilhor.NewSlug, for who must know the concern's address before it is sent; else it gets one

	says bool            // the pupil it is about tells it (Say)
	said bool            // on the form that a school may close
	wish tilhor.PersonID // whom the one who tells wants to talk with
	hope string          // what the one who tells wants the school to do
	pen  string          // the adult who wrote it down for a small child
	code string          // what the code of who tells without a name belongs to; "" when they get none
}

// Raised says that the family took a matter up with rektor by voice (tatt opp
// med rektor): from then the week of opplæringslova § 12-6 runs.
type Raised struct {
	By string // pupil or parent
	At tilhor.When
}

// Tell sends a concern to rektor and starts the clocks of § 12-4. Whoever
// works at the school may, trained or not: the duty to report waits for no
// course. Nothing has to be proved.
func (d *Desk) Tell(ctx context.Context, by tilhor.Actor, n Telling) (Concern, error) {
	channel, err := d.mayTell(by, n)
	if err != nil {
		return Concern{}, err
	}
	now := d.Clock()
	if err := n.check(now, channel); err != nil {
		return Concern{}, err
	}
	n.says = n.Said != "" || n.Raised != nil && n.Raised.By == "pupil"
	c, _, err := d.tell(ctx, by, channel, n, now)
	return c, err
}

// rules are what lets each of the ways in pass, as the record has it.
var rules = map[Channel]string{
	Staff: "works at the school", Open: "works at the school", Voice: "works at the school", Home: byOwnWord,
	FromPupil: "a pupil there", FromParent: byOwnWord, Unnamed: "whoever tells", Outsider: "whoever tells",
}

// byOwnWord is the rule of what a parent tells: that they are one is in the lists,
// and that it is the own child, or a child there, is their word.
const byOwnWord = "a parent, by own word"

// tell writes a concern that has been checked, in one transaction: what was told,
// who may have it, the clocks and the entry. It gives the code with which one who
// told without a name comes back, when there is one.
func (d *Desk) tell(ctx context.Context, by tilhor.Actor, channel Channel, n Telling, now time.Time) (c Concern, code string, err error) {
	c = Concern{
		ID: tilhor.ConcernID(tilhor.NewID()), Slug: cmp.Or(n.Slug, tilhor.NewSlug()), School: n.School, Reporter: by.Person, Role: by.Role,
		Channel: channel, Arena: n.Arena, Happened: n.Happened, Known: n.Known, Written: now, PupilSays: n.says, State: New,
	}
	for i, p := range n.Pupils {
		c.Pupils = append(c.Pupils, Pupil{N: i + 1, Person: p})
	}
	if n.Described != "" || len(n.Pupils) == 0 {
		c.Pupils = append(c.Pupils, Pupil{N: len(c.Pupils) + 1, Described: n.Described})
	}
	key := d.Keys.New(by.Owner, seal.KindConcern, string(c.ID))
	if !n.about() {
		n.Accused, n.Against, n.Whom = duty.AccusedNone, nil, ""
	}
	texts, parts := d.texts(key, c.ID, n, len(c.Pupils))
	err = d.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if err := hasTask(tx, by, channel, now); err != nil {
			return err
		}
		if err := d.stands(tx, by, channel, n, now); err != nil {
			return err
		}
		if err := d.route(tx, by.Owner, &c, n, now); err != nil {
			return err
		}
		if err := d.taken(tx, by, c, n, now); err != nil {
			return err
		}
		if err := d.mayWish(tx, by.Owner, c, n.wish, now); err != nil {
			return err
		}
		n := n
		if channel == Home && c.ForOwner() { // what goes past rektor is not taken up with rektor
			n.Raised = nil
		}
		parts := append(slices.Clip(parts), journal.Parts(key.Commit(fieldRow, string(c.ID), openOf(c)))...)
		w, err := d.Journal.Begin(tx, journal.Entry{
			Stream: stream(c.ID), Act: actTell, Subject: string(c.ID),
			When: tilhor.When{At: n.Known.At, Precision: n.Known.Precision, Written: now}, By: by, Rule: rules[channel], Parts: parts,
			Told: &journal.Told{For: receivers(c), TakenUp: n.Raised != nil}, Quiet: channel.Quiet(),
		})
		if err != nil {
			return err
		}
		c.Entry = w.ID
		if err := seal.Keep(tx, key); err != nil {
			return err
		}
		if err := d.store(tx, by, c, n, texts); err != nil {
			return err
		}
		if channel.Named() && d.Opened != nil {
			if err := d.Opened(tx, by, c.ID); err != nil {
				return err
			}
		}
		if code = ""; n.code != "" && d.Started != nil {
			code, err = d.Started(tx, by.Owner, c.School, c.ID, n.code)
		}
		return err
	})
	return c, code, err
}

// stands asks, with the writing, what must hold of those it is about.
func (d *Desk) stands(tx *db.Tx, by tilhor.Actor, channel Channel, n Telling, now time.Time) error {
	if channel == FromPupil {
		return d.goesThere(tx, by, n, now)
	}
	return d.known(tx, by.Owner, n.School, n.Pupils, now)
}

// mostHour is how much one pupil or parent may tell in an hour. The number is
// ours: no child has that much to tell, and whoever floods a school with it slows
// nobody else.
const mostHour = 20

var countTold = db.SQL(`SELECT COUNT(c.id) FROM concerns_concern c WHERE c.owner = $1 AND c.reporter = $2 AND c.written_at > $3`)

// taken says whether what has been routed is taken in now: not on the form while
// nobody reads, and not more than one tells who is not flooding. What is for the
// owner is never refused because the school is shut: else whom it is about could
// close the door.
func (d *Desk) taken(tx *db.Tx, by tilhor.Actor, c Concern, n Telling, now time.Time) error {
	field := "saw"
	if n.said {
		field = "words"
	}
	if c.Channel.Named() {
		var many int
		if err := tx.One(countTold, db.Args(by.Owner, by.Person, now.Add(-time.Hour).UnixMilli()), &many); err != nil {
			return err
		}
		if many >= mostHour {
			return tilhor.Faults{{Field: field, Key: "say.fault.many"}}
		}
	}
	if d.Shut == nil || !n.said || c.ForOwner() {
		return nil
	}
	reads, err := d.Shut(tx, by.Owner, n.School, calendar.DateOf(now))
	if err == nil && reads == ShutNobody {
		err = tilhor.Faults{{Field: field, Key: "say.fault.shut"}}
	}
	return err
}

// mayTell: staff of the school, signed in; somebody who says so on the school's
// public page, counted as a report from staff; or a parent, who takes it up with
// rektor of the school it names.
func (d *Desk) mayTell(by tilhor.Actor, n Telling) (Channel, error) {
	switch {
	case by.Role == tilhor.RoleAnyone && by.Person == "" && n.Raised == nil:
		return Open, nil
	case by.Role.Staff() && by.School == n.School && n.Raised == nil:
		return Staff, nil
	case by.Role.Staff() && by.School == n.School: // whether rektor, or who stands in, is asked with the writing
		return Voice, nil
	case by.Role == tilhor.RoleParent && by.Person != "" && n.Raised != nil && n.Raised.By == "parent" && len(n.Pupils) == 0:
		return Home, nil // about a child in words: what the lists know of a family is not shown here
	}
	return "", tilhor.ErrNotFound
}

// hasTask: only rektor, or who has the task from her, logs what a family took
// up with rektor: it starts the family's week (§ 12-6).
func hasTask(tx *db.Tx, by tilhor.Actor, ch Channel, now time.Time) error {
	if ch != Voice {
		return nil
	}
	has, err := access.Duties(tx, by, now)
	if err == nil && !has[access.Intake] {
		err = tilhor.ErrNotFound
	}
	return err
}

func (n *Telling) check(now time.Time, ch Channel) error {
	for _, s := range []*string{&n.Described, &n.Said, &n.Saw, &n.Place, &n.Name, &n.Whom} {
		*s = strings.TrimSpace(*s)
	}
	n.Pupils = once(n.Pupils)
	var f tilhor.Faults
	f.Add(len(n.Pupils) == 0 && n.Described == "", "pupil", "concerns.fault.pupil")
	f.Add(len(n.Pupils) > MaxPupils, "pupil", "concerns.fault.pupils")
	f.Add(ch == Open && len(n.Pupils) > 0, "pupil", "concerns.fault.pupil")
	f.Add(long(n.Described, MaxText), "described", "concerns.fault.long")
	f.Add(n.Said == "" && n.Saw == "", "saw", "concerns.fault.what")
	f.Add(long(n.Said, MaxText), "said", "concerns.fault.long")
	f.Add(long(n.Saw, MaxText), "saw", "concerns.fault.long")
	n.Against = once(n.Against)
	f.Add(!slices.Contains([]duty.Accused{"", duty.AccusedNone, duty.AccusedEmployee, duty.AccusedLeadership}, n.Accused), "accused", "concerns.fault.accused")
	f.Add(n.Accused == duty.AccusedEmployee && len(n.Against) == 0 && n.Whom == "", "against", "concerns.fault.against")
	f.Add(len(n.Against) > MaxPupils || ch == Open && len(n.Against) > 0, "against", "concerns.fault.against")
	f.Add(long(n.Whom, MaxShort), "whom", "concerns.fault.short")
	f.Add(!n.Arena.Valid(), "arena", "concerns.fault.arena")
	f.Add(long(n.Place, MaxShort), "place", "concerns.fault.short")
	f.Add(ch == Open && n.Name == "", "name", "concerns.fault.name")
	f.Add(long(n.Name, MaxShort), "name", "concerns.fault.short")
	when(&f, &n.Happened, now, "happened")
	when(&f, &n.Known, now, "known")
	if n.Raised != nil {
		f.Add(n.Raised.By != "pupil" && n.Raised.By != "parent", "raised", "concerns.fault.raised")
		when(&f, &n.Raised.At, now, "raised-at")
	}
	return f.Err()
}

// once is the list without those who stand in it already: a pupil has one track,
// however often it was chosen.
func once(all []tilhor.PersonID) (out []tilhor.PersonID) {
	for _, p := range all {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func long(s string, max int) bool { return utf8.RuneCountInString(s) > max }

// when refuses a time that has not been, and one that nobody here can remember.
// A day without an hour may be today: it is then no later than now.
func when(f *tilhor.Faults, w *tilhor.When, now time.Time, field string) {
	switch w.Precision {
	case tilhor.Unknown:
		w.At = now
		return
	case tilhor.Day:
		f.Add(calendar.DateOf(w.At) > calendar.DateOf(now), field, "concerns.fault.future")
		if w.At.After(now) {
			w.At = now
		}
	case tilhor.Exact, tilhor.Hour:
		f.Add(w.At.After(now), field, "concerns.fault.future")
	default:
		f.Add(true, field, "concerns.fault.when")
		return
	}
	f.Add(w.At.Before(now.AddDate(-20, 0, 0)), field, "concerns.fault.old")
}

// known refuses a pupil who is not at the school, in words that do not tell
// whether there is such a pupil somewhere else.
func (d *Desk) known(tx *db.Tx, owner tilhor.OwnerID, school tilhor.SchoolID, pupils []tilhor.PersonID, now time.Time) error {
	if len(pupils) == 0 {
		_, err := d.Roster.School(tx, owner, school)
		return err
	}
	for _, p := range pupils { // who is at the school, shows that there is one
		in, err := d.Roster.Where(tx, owner, p, tilhor.DateOf(now, calendar.Oslo()))
		if err != nil || in.School != school || in.Protected {
			return tilhor.Faults{{Field: "pupil", Key: "concerns.fault.unknown"}}
		}
	}
	return nil
}

type text struct {
	field  string
	sealed []byte
}

func (d *Desk) texts(key seal.Key, id tilhor.ConcernID, n Telling, pupils int) (texts []text, parts []journal.Part) {
	add := func(field, plain string) {
		if plain == "" {
			return
		}
		s := key.Seal(field, string(id), plain)
		texts = append(texts, text{field, s.Bytes})
		parts = append(parts, journal.Parts(s)...)
	}
	add("said", n.Said)
	add("saw", n.Saw)
	add("hope", n.hope)
	add("place", n.Place)
	add("reporter", n.Name)
	add("whom", n.Whom)
	add("wish", string(n.wish))
	add("pen", n.pen)
	add(fmt.Sprintf("pupil-%d", pupils), n.Described)
	return texts, parts
}

var (
	insertConcern = db.SQL(`INSERT INTO concerns_concern (owner, id, slug, link, school, reporter, reporter_role, channel, arena,
		happened_at, happened_precision, known_at, known_precision, written_at, pupil_says, accused, state, why, decided_by, entry)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17, 'new', '', '', $16)`)
	insertAgainst = db.SQL(`INSERT INTO concerns_accused (owner, concern, n, person) VALUES ($1, $2, $3, $4)`)
	insertPupil   = db.SQL(`INSERT INTO concerns_pupil (owner, concern, n, person, track) VALUES ($1, $2, $3, $4, '')`)
	insertText    = db.SQL(`INSERT INTO concerns_text (owner, concern, field, sealed) VALUES ($1, $2, $3, $4)`)
)

func (d *Desk) store(tx *db.Tx, by tilhor.Actor, c Concern, n Telling, texts []text) error {
	var link []byte
	if n.Link != "" {
		link = d.Keys.Hash(by.Owner, "concerns.link", n.Link)
	}
	if err := tx.Later(insertConcern, by.Owner, c.ID, c.Slug, link, c.School, c.Reporter, c.Role, c.Channel, c.Arena,
		millis(c.Happened), c.Happened.Precision, millis(c.Known), c.Known.Precision, c.Written.UnixMilli(), c.PupilSays, c.Entry, c.Accused); err != nil {
		return err
	}
	for _, p := range c.Pupils {
		if err := tx.Later(insertPupil, by.Owner, c.ID, p.N, p.Person); err != nil {
			return err
		}
	}
	for _, a := range c.Against {
		if err := tx.Later(insertAgainst, by.Owner, c.ID, a.N, a.Person); err != nil {
			return err
		}
	}
	for _, t := range texts {
		if err := tx.Later(insertText, by.Owner, c.ID, t.field, t.sealed); err != nil {
			return err
		}
	}
	if err := d.grants(tx, by, c); err != nil {
		return err
	}
	if err := d.about(tx, by.Owner, c, n); err != nil {
		return err
	}
	return duty.Begin(tx, by.Owner, duty.Thing{ID: string(c.ID), School: c.School}, c.Written, facts(c, n)...)
}

// about says whom the concern is about. Who tells of a protected pupil finds her
// in no list and writes her name: then it goes to those who are named for her
// alone, and the teller is answered like anybody else. Of an employee who is told of in
// words it is not known who it is, and rektor finds out; but who is named for the pupil
// would be given it, so that whoever those words name is kept out.
func (d *Desk) about(tx *db.Tx, owner tilhor.OwnerID, c Concern, n Telling) error {
	day := tilhor.DateOf(c.Written, calendar.Oslo())
	who, err := d.Roster.ShieldedIn(tx, owner, c.School, n.Described, day)
	if err != nil {
		return err
	}
	for _, p := range c.Pupils {
		if p.Person != "" {
			who = append(who, p.Person)
		}
	}
	unit := c.School
	if c.Accused == duty.AccusedLeadership { // past all who lead at the school, also those who are named (§ 12-5)
		unit = access.Owner
	}
	guarded := false
	for _, p := range who {
		guards, err := access.About(tx, owner, access.Concern, string(c.ID), p, unit, c.Written)
		if err != nil {
			return err
		}
		guarded = guarded || guards
	}
	if !guarded {
		return nil
	}
	if c.Accused != duty.AccusedNone {
		meant, err := d.Roster.StaffIn(tx, owner, c.School, n.Whom, day)
		if err != nil {
			return err
		}
		for _, e := range meant {
			if err := d.bar(tx, owner, c, e.ID, "accused"); err != nil {
				return err
			}
		}
	}
	return d.reaches(tx, owner, c, c.Written)
}

func millis(w tilhor.When) int64 {
	if w.Precision == tilhor.Unknown {
		return w.Written.UnixMilli()
	}
	return w.At.UnixMilli()
}

// told is who a way in says that it was known by.
var told = map[Channel]duty.By{FromPupil: duty.ByPupil, FromParent: duty.ByParent, Unnamed: duty.ByAnonymous, Outsider: duty.ByOutside}

// facts are what the clocks run on: when the first adult knew, that it was
// reported to rektor, and when the family took it up.
func facts(c Concern, n Telling) (all []duty.Fact) {
	who := cmp.Or(told[c.Channel], duty.ByStaff)
	if n.Raised != nil {
		who = duty.By(n.Raised.By)
	}
	now := tilhor.Now(c.Written)
	if c.Channel.Quiet() {
		now.Precision = tilhor.Hour
	}
	to := duty.ToRektor
	if c.Accused == duty.AccusedLeadership {
		to = duty.ToOwner
	}
	for _, p := range c.Pupils {
		code := Code(p)
		known := n.Known
		known.Written = c.Written
		all = append(all, duty.Fact{Kind: duty.Known, When: known, Pupil: code, By: who, Accused: c.Accused})
		all = append(all, duty.Fact{Kind: duty.Reported, When: now, Pupil: code, To: to})
		if n.Raised != nil {
			at := n.Raised.At
			at.Written = c.Written
			all = append(all, duty.Fact{Kind: duty.Raised, When: at, Pupil: code, By: duty.By(n.Raised.By)})
		}
	}
	return all
}

// Code is what the duties call a pupil of a concern: a random id, or unknown-1
// while nobody knows who it is.
func Code(p Pupil) string {
	if p.Person != "" {
		return string(p.Person)
	}
	return fmt.Sprintf("unknown-%d", p.N)
}
