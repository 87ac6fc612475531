// Package notices tells people that there is something to read (varsel), and
// never what: a mail names no school, no child and no case, and has no link. Who
// is told follows from the record: no other room knows that mail exists. Whether
// somebody may still be told is asked again when the mail is sent.
package notices

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk gathers and sends notices.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock

	// Family names those at home, and the pupil, who have something new to read
	// after an entry about a track. May says whether one of them may still be told
	// that there is something: not who has been barred since it was found that they
	// may, nor who is under an age at which pupils are told by mail.
	Family func(tx *db.Tx, owner tilhor.OwnerID, track string, now time.Time) ([]tilhor.PersonID, error)
	May    func(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, found, now time.Time) (bool, error)
	// Kept says whether a parent who told a concern is told nothing of the child it is
	// about. Where it is nil no parent hears of what was told.
	Kept func(tx *db.Tx, owner tilhor.OwnerID, concern tilhor.ConcernID, now time.Time) (bool, error)
	// Answered is the one at home whom a record answers, "" for one who may not
	// read it any more.
	Answered func(tx *db.Tx, owner tilhor.OwnerID, track, record string, now time.Time) (tilhor.PersonID, error)
	Days     Days
	// Talk says who hears of a line of a talk: the sender it was written to, and
	// the tracks whose handlers have the talk.
	Talk func(tx *db.Tx, owner tilhor.OwnerID, concern, line string) (sender tilhor.PersonID, tracks []string, err error)
	// Hearing names those who run a body that a line of a hearing is about: it is
	// asked, or reminded, or the answer is sent.
	Hearing func(tx *db.Tx, owner tilhor.OwnerID, hearing, line string, now time.Time) ([]tilhor.PersonID, error)
	// Called names those who are called to a meeting of a body: who works for the
	// municipality, and who sits there for pupils or parents.
	Called func(tx *db.Tx, owner tilhor.OwnerID, line string, now time.Time) (staff, family []tilhor.PersonID, err error)
	// Suggested is who wrote the suggestion that a line answers.
	Suggested func(tx *db.Tx, owner tilhor.OwnerID, line string) (tilhor.PersonID, error)
}

// Wait is how long a notice lies before it is sent: what happens in the same
// while is one mail.
const Wait = 10 * time.Minute

// batch is how many entries, or mails, are taken in one go.
const batch = 200

// whom says who is told of an act, by how they stand to what it is about. Acts
// that are not here tell nobody. A person who did the act is not told of it.
var whom = map[string][]access.Relation{
	"concerns.tell":                   {access.Intake, access.Leads},
	"concerns.read":                   {access.Reporter},
	"concerns.taken":                  {access.Reporter},
	"concerns.set-aside.twice":        {access.Reporter},
	"concerns.set-aside.wrong-school": {access.Reporter},
	"concerns.set-aside.not-parent":   {access.Reporter},
	"cases.appointed":                 {access.Handles},
	"cases.given-over":                {access.Handles},
	"cases.covered":                   {access.Covers},
	"cases.led-by":                    {access.Leads},
	"cases.advised-by":                {access.Advises},
	"cases.asked":                     {access.Asked},
	"cases.protected":                 {access.Carries},
	"cases.approved":                  {access.Carries},
	"cases.measure-handed":            {access.Carries},
	"cases.told-owner":                {access.Appoints},
	"cases.home-said":                 {access.Handles, access.Covers},
	"cases.raised":                    {access.Handles, access.Covers, access.Leads}, // the family, with rektor
	"cases.mine-said":                 {access.Handles, access.Covers},
	"cases.mine-word":                 {access.Handles, access.Covers},
	"cases.mine-locked":               {access.Handles, access.Covers, access.Leads}, // who may make new pictures with the child
	"cases.insight-asked":             {access.Handles, access.Covers},
	"cases.state-asked":               {access.Handles, access.Covers},
	"cases.decision-appealed":         {access.Handles, access.Covers},
	"interventions.reported":          {access.Leads},
}

// home are the acts that those at home, and the pupil, may have something new to
// read after. Which of them may is the case's to say.
var home = map[string]bool{
	"cases.home-informed": true, "cases.home-plan": true, "cases.approved": true, "cases.evaluated": true,
	"cases.closed": true, "cases.stepped-down": true, "cases.decision-notice": true, "cases.decision-made": true, "cases.reopened": true,
}

// answered is the act that only the one at home who is answered has something new
// to read after: what one parent writes, and is answered, is not the other's.
const answered = "cases.home-answered"

// rooms are the streams that are read, and what kind of thing each is about.
var rooms = map[string]access.Kind{"concern": access.Concern, "track": access.Track, "force": access.Force}

// gates are what somebody must be let do with a thing to be told of it, by how
// they stand to it.
var gates = map[access.Relation]access.Act{
	access.Intake: access.Receive, access.Reporter: access.Follow, access.Handles: access.Work, access.Covers: access.Work, access.Leads: access.Lead,
	access.Advises: access.Read, access.Asked: access.Answer, access.Carries: access.Carry, access.Appoints: access.Assign,
}

func gate(kind access.Kind, r access.Relation) access.Act {
	switch {
	case r == access.Leads && kind == access.Concern:
		return access.Receive
	case r == access.Leads && kind == access.Force:
		return access.LeadForce
	}
	return gates[r]
}

func place(owner tilhor.OwnerID) string { return "notices/" + string(owner) }

// Gather goes through what has come into the record since last, and writes down
// who shall be told. What stood there before the first time tells nobody.
func (d *Desk) Gather(ctx context.Context, owner tilhor.OwnerID) error {
	for {
		n := 0
		err := d.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = d.gather(tx, owner)
			return err
		})
		if err != nil || n < batch {
			return err
		}
	}
}

func (d *Desk) gather(tx *db.Tx, owner tilhor.OwnerID) (int, error) {
	mark, err := db.GetMark(tx, place(owner))
	if err != nil {
		return 0, err
	}
	if mark == "" {
		c, err := d.Journal.Newest(tx, owner)
		if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
			return 0, err
		}
		return 0, db.PutMark(tx, place(owner), strconv.FormatInt(c.Size-1, 10))
	}
	after, err := strconv.ParseInt(mark, 10, 64)
	if err != nil {
		return 0, err
	}
	entries, err := d.Journal.Follow(tx, owner, after, batch)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	now := d.Clock()
	for _, e := range entries {
		people, err := d.told(tx, owner, e, now)
		if err != nil {
			return 0, err
		}
		family, err := d.atHome(tx, owner, e, now)
		if err != nil {
			return 0, err
		}
		for as, all := range map[bool][]tilhor.PersonID{false: people, true: family} {
			for _, p := range all {
				if err := d.queue(tx, owner, p, as, now); err != nil {
					return 0, err
				}
			}
		}
		after = e.Leaf
	}
	return len(entries), db.PutMark(tx, place(owner), strconv.FormatInt(after, 10))
}

// told are the people that an entry gives something to read.
func (d *Desk) told(tx *db.Tx, owner tilhor.OwnerID, e journal.Record, now time.Time) (all []tilhor.PersonID, err error) {
	room, thing, _ := strings.Cut(e.Stream, "/")
	kind := rooms[room]
	switch {
	case room == "dialogue":
		all, err = d.heard(tx, owner, thing, e, now)
	case (e.Act == called || e.Act == invited) && d.Called != nil:
		all, _, err = d.Called(tx, owner, e.Subject, now)
	case heard[e.Act] && d.Hearing != nil:
		all, err = d.Hearing(tx, owner, thing, e.Subject, now)
	case pins[e.Act]:
		return []tilhor.PersonID{tilhor.PersonID(e.Subject)}, nil // also who is said to have done it
	case kind != "":
		all, err = d.having(tx, owner, kind, thing, whom[e.Act], now)
	}
	if err != nil {
		return nil, err
	}
	if kind == access.Concern {
		if all, err = d.notParents(tx, owner, thing, all, e.Act == "concerns.taken", now); err != nil {
			return nil, err
		}
	}
	return without(all, e.By.Person), nil
}

// pins are the acts that make a way in on a shared machine for somebody, who is
// told whoever stood there and did it.
var pins = map[string]bool{"sfo.code": true, "sfo.chosen": true}

// heard are the acts of a hearing that those who run a body are told of.
var heard = map[string]bool{"hearing.invited": true, "hearing.reminded": true, "hearing.sent": true}

// The acts that call to a meeting of a body, that invite somebody to one, and that answer
// a suggestion.
const (
	called  = "bodies.room.call"
	invited = "bodies.room.guest"
	replied = "ideas.answered"
)

// atHome are those at home that an entry gives something to read. That a case is
// opened again on the child's own word, or on one parent's, is no news to the
// others: a mail that same hour would say who had spoken.
func (d *Desk) atHome(tx *db.Tx, owner tilhor.OwnerID, e journal.Record, now time.Time) (all []tilhor.PersonID, err error) {
	room, thing, _ := strings.Cut(e.Stream, "/")
	switch {
	case e.Act == called && d.Called != nil: // who sits for pupils or parents is left in peace at night, and asked about as they are
		_, all, err = d.Called(tx, owner, e.Subject, now)
		return without(all, e.By.Person), err
	case e.Act == replied && d.Suggested != nil:
		p, err := d.Suggested(tx, owner, e.Subject)
		return without([]tilhor.PersonID{p}, e.By.Person), err
	case rooms[room] != access.Track:
		return nil, nil
	case e.Act == answered && d.Answered != nil:
		p, err := d.Answered(tx, owner, thing, e.Subject, now)
		return without([]tilhor.PersonID{p}, e.By.Person), err
	case !home[e.Act] || d.Family == nil || !worksHere(e.By):
		return nil, nil
	}
	all, err = d.Family(tx, owner, thing, now)
	return without(all, e.By.Person), err
}

// notParents leaves out parents who told: one who is told nothing of the child it is about,
// whatever became of it; and of what became a case each of them, since that is the case's
// to tell, when the home is informed.
func (d *Desk) notParents(tx *db.Tx, owner tilhor.OwnerID, concern string, all []tilhor.PersonID, taken bool, now time.Time) ([]tilhor.PersonID, error) {
	grants, err := access.GrantsOf(tx, owner, access.Concern, concern)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if g.Relation != access.Reporter || g.Unit != access.Owner { // whose role is at no school
			continue
		}
		kept := taken || d.Kept == nil
		if !kept {
			if kept, err = d.Kept(tx, owner, tilhor.ConcernID(concern), now); err != nil {
				return nil, err
			}
		}
		if kept {
			all = without(all, g.Person)
		}
	}
	return all, nil
}

// heard are those who hear of a line of a talk: what staff wrote to the sender is
// for the sender, and what the sender wrote for who has it at the school. When it
// was taken up that is who handles a track of it, or who leads one that nobody
// handles; and never who is kept out of any of them.
func (d *Desk) heard(tx *db.Tx, owner tilhor.OwnerID, concern string, e journal.Record, now time.Time) (all []tilhor.PersonID, err error) {
	if d.Talk == nil {
		return nil, nil
	}
	sender, tracks, err := d.Talk(tx, owner, concern, e.Subject)
	if err != nil || e.By.Role.Staff() || e.By.Role == tilhor.RoleOwnerAdviser {
		return []tilhor.PersonID{sender}, err
	}
	if e.Act != "dialogue.say" && e.Act != "dialogue.name" && e.Act != "dialogue.need" {
		return nil, nil
	}
	if len(tracks) == 0 {
		return d.having(tx, owner, access.Concern, concern, []access.Relation{access.Intake, access.Leads}, now)
	}
	walls := []wall{{access.Concern, concern}}
	for _, t := range tracks {
		walls = append(walls, wall{access.Track, t})
	}
	for _, who := range [][]access.Relation{{access.Handles, access.Covers}, {access.Leads}} {
		for _, t := range tracks {
			some, err := d.having(tx, owner, access.Track, t, who, now, walls...)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		if len(all) > 0 {
			break
		}
	}
	return all, nil
}

// A wall is a thing whose bars and guards keep somebody from another as well.
type wall struct {
	kind  access.Kind
	thing string
}

// having are those who have one of some relations to a thing now, and are let do
// with it what the relation is for.
func (d *Desk) having(tx *db.Tx, owner tilhor.OwnerID, kind access.Kind, thing string, relations []access.Relation, now time.Time, walls ...wall) (all []tilhor.PersonID, err error) {
	if len(relations) == 0 {
		return nil, nil
	}
	grants, err := access.GrantsOf(tx, owner, kind, thing)
	if err != nil {
		return nil, err
	}
	for _, g := range grants {
		if !slices.Contains(relations, g.Relation) || !g.InForce(now) {
			continue
		}
		people := []tilhor.PersonID{g.Person}
		if g.Person == "" {
			if people, err = d.inRole(tx, owner, g, now); err != nil {
				return nil, err
			}
		}
		for _, p := range people {
			ok, err := d.passes(tx, owner, p, gate(kind, g.Relation), thing, now, walls...)
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, p)
			}
		}
	}
	return all, nil
}

func without(all []tilhor.PersonID, p tilhor.PersonID) []tilhor.PersonID {
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(x tilhor.PersonID) bool { return x == p || x == "" })
}

// inRole are those who have a role at the unit of a grant, and those to whom
// the relation was handed there.
func (d *Desk) inRole(tx *db.Tx, owner tilhor.OwnerID, g access.Grant, now time.Time) ([]tilhor.PersonID, error) {
	all, err := access.HandedAt(tx, owner, g.Unit, g.Relation, now)
	if err != nil || g.Unit == access.Owner { // the owner's people have nothing by role
		return all, err
	}
	works, err := d.Roster.Employees(tx, owner, g.Unit, calendar.DateOf(now))
	for _, e := range works {
		if slices.Contains(e.Roles, g.Role) {
			all = append(all, e.ID)
		}
	}
	return all, err
}

// passes says whether a person, in one of the roles they have, is let do an act
// with a thing: every bar and guard counts. Training in privacy is not asked for
// here, since who lacks it must be told all the more that something waits.
func (d *Desk) passes(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, act access.Act, thing string, now time.Time, walls ...wall) (bool, error) {
	roles, err := d.Roster.RolesOf(tx, owner, person, calendar.DateOf(now))
	if err != nil {
		return false, err
	}
	for _, a := range roles {
		a.Trained = true
		_, err := access.Allow(tx, a, act, thing, now)
		if errors.Is(err, tilhor.ErrNotFound) {
			continue
		}
		out := false
		for _, w := range walls {
			if err == nil && !out {
				out, err = access.Walled(tx, a, w.kind, w.thing, now)
			}
		}
		if err != nil || !out {
			return err == nil, err
		}
	}
	return false, nil
}

// What comes while a mail waits goes with it, and is found that somebody may be told of
// when it comes.
var insertNotice = db.SQL(`INSERT INTO notices_outbox (owner, id, person, state, at, tries, family, queued_at) VALUES ($1, $2, $3, 'waiting', $4, 0, $5, $6)
	ON CONFLICT (owner, person, family) WHERE state = 'waiting' DO UPDATE SET queued_at = excluded.queued_at`)

func (d *Desk) queue(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID, family bool, now time.Time) error {
	_, err := tx.Exec(insertNotice, owner, tilhor.NewID(), person, now.Add(Wait).UnixMilli(), family, now.UnixMilli())
	return err
}
