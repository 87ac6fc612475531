// Package ideas keeps what pupils and parents suggest to their school (innspill): what
// the elevråd collects and carries on, who answers and by when, and what the school
// shows of it («dere sa – vi gjorde»). A suggestion is about all; what is about one
// child is told elsewhere, and this room knows nothing of it.
package ideas

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where suggestions are made, voted on, answered and shown.
type Desk struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Bodies  *bodies.Desk
	Clock   tilhor.Clock
}

// Days is how long a suggestion may wait for an answer, from when it was told; the time
// that the elevråd has it is part of it. No act says so: it is the product's own norm
// (Lokalt), for who suggests and hears nothing, stops.
const Days = 30

// Shy is how many must have voted before votes are shown, or kept when the voting
// ends: of fewer one could see who voted what, also from nothing but whether most were
// for it, and from being told of some votes and not of those that were all alike.
const Shy = 5

// A Side is who a suggestion comes from, and all that anybody is told of it.
type Side string

// Sides.
const (
	Pupil   Side = "pupil"
	Parent  Side = "parent"
	Council Side = "council" // the elevråd's own
)

// A State is how far it has come.
type State string

// States.
const (
	WithCouncil State = "council"  // the elevråd has it
	Left        State = "left"     // the elevråd did not carry it on
	New         State = "new"      // rektor has it
	Answered    State = "answered" // by rektor, or whom she gave it to
	Gone        State = "gone"     // its time is over: its words are shredded
)

// Kinds are what a suggestion can be about.
var Kinds = []string{"outside", "inside", "together", "sfo", "way", "net", "other"}

// Verdicts are the answers there are.
var Verdicts = []string{"yes", "partly", "no"}

// An Idea is one suggestion (innspill).
type Idea struct {
	ID     string
	Slug   string
	School tilhor.SchoolID
	Side   Side
	Kind   string
	State  State
	Said   tilhor.Date
	Due    tilhor.Date // the elevråd's time is part of it
	Late   bool
	Given  tilhor.PersonID
	Who    string // whom it is given to, by name
	Shown  bool
	Words  string
	Left   string // why the elevråd did not carry it on
	Answer *Answer
	Public *Public
	Asked  bool // rektor has asked who wrote it
	Votes  Votes

	body, person string
}

// An Answer is what the school says to a suggestion.
type Answer struct {
	Verdict string      `json:"verdict"`
	Why     string      `json:"why"`
	When    string      `json:"when,omitempty"` // when it is done, in words
	On      tilhor.Date `json:"-"`
}

// Votes are an elevråd's on one suggestion.
type Votes struct {
	Open         bool // it is being voted on
	Mine         string
	Shown        bool
	For, Against int
}

// The acts that write a line, and which part each writes. "ideas.carried",
// "ideas.voted", "ideas.given" and "ideas.hidden" write none.
const (
	actSaid     = "ideas.said"
	actLeft     = "ideas.left"
	actCarried  = "ideas.carried"
	actVoted    = "ideas.voted"
	actGiven    = "ideas.given"
	actAnswered = "ideas.answered"
	actShown    = "ideas.shown"
	actHidden   = "ideas.hidden"
	actAsked    = "ideas.asked"

	partWords  = "words"
	partLeft   = "left"
	partAnswer = "answer"
	partShown  = "shown"
	partAsked  = "asked"

	field   = "idea"
	maxText = 1_500
)

var writes = map[string]string{actSaid: partWords, actLeft: partLeft, actAnswered: partAnswer, actShown: partShown, actAsked: partAsked}

func stream(school tilhor.SchoolID) string { return "school/" + string(school) }

const ideaColumns = `i.id, i.slug, i.school, i.side, i.kind, i.person, i.body, i.state, i.said_on, i.due_on, i.given_to, i.answered_on, i.shown, i.votes_for, i.votes_against`

var (
	insertIdea = db.SQL(`INSERT INTO ideas_idea (owner, id, slug, school, side, kind, person, body, state, said_on, due_on, given_to, answered_on, shown, votes_for, votes_against)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', 0, 0, 0)`)
	insertLine = db.SQL(`INSERT INTO ideas_line (owner, id, school, idea, part, n, at, entry, secret, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)

	ofPerson   = db.SQL(`SELECT ` + ideaColumns + ` FROM ideas_idea i WHERE i.owner = $1 AND i.person = $2 AND i.side = $3 ORDER BY i.said_on DESC, i.id`)
	waiting    = db.SQL(`SELECT COUNT(*) FROM ideas_idea WHERE owner = $1 AND person = $2 AND state IN ('council', 'new')`)
	ofSchool   = db.SQL(`SELECT ` + ideaColumns + ` FROM ideas_idea i WHERE i.owner = $1 AND i.school = $2 AND i.state IN ('council', 'new', 'answered') ORDER BY CASE WHEN i.state = 'answered' THEN 1 ELSE 0 END, i.due_on, i.id`)
	ofGiven    = db.SQL(`SELECT ` + ideaColumns + ` FROM ideas_idea i WHERE i.owner = $1 AND i.school = $2 AND i.given_to = $3 AND i.state IN ('council', 'new', 'answered') ORDER BY CASE WHEN i.state = 'answered' THEN 1 ELSE 0 END, i.due_on, i.id`)
	ofCouncil  = db.SQL(`SELECT ` + ideaColumns + ` FROM ideas_idea i WHERE i.owner = $1 AND i.school = $2 AND i.body = $3 ORDER BY i.said_on DESC, i.id`)
	bySlug     = db.SQL(`SELECT ` + ideaColumns + ` FROM ideas_idea i WHERE i.owner = $1 AND i.slug = $2 AND i.state <> 'gone'`)
	shownAt    = db.SQL(`SELECT ` + ideaColumns + ` FROM ideas_idea i WHERE i.owner = $1 AND i.school = $2 AND i.state = 'answered' AND i.shown = 1 ORDER BY i.answered_on DESC, i.id`)
	givenOpen  = db.SQL(`SELECT COUNT(*) FROM ideas_idea WHERE owner = $1 AND given_to = $2 AND state IN ('council', 'new') AND school = $3`)
	atCouncil  = db.SQL(`SELECT body, said_on, due_on FROM ideas_idea WHERE owner = $1 AND school = $2 AND state = 'council'`)
	writerOf   = db.SQL(`SELECT i.person FROM ideas_line l JOIN ideas_idea i ON i.owner = l.owner AND i.id = l.idea WHERE l.owner = $1 AND l.id = $2 AND i.side <> 'council'`)
	linesOf    = db.SQL(`SELECT id, part, secret, sealed FROM ideas_line WHERE owner = $1 AND idea = $2 ORDER BY n, at, id`)
	countLines = db.SQL(`SELECT COUNT(*) FROM ideas_line WHERE owner = $1 AND idea = $2`)
)

// read opens the suggestions of a statement, with all their texts.
func (d *Desk) read(tx *db.Tx, owner tilhor.OwnerID, today tilhor.Date, q *db.Stmt, args ...any) (all []Idea, err error) {
	err = tx.Each(q, func(scan db.Scan) error {
		var i Idea
		var answered tilhor.Date
		var shown int
		err := scan(&i.ID, &i.Slug, &i.School, &i.Side, &i.Kind, &i.person, &i.body, &i.State, &i.Said, &i.Due, &i.Given, &answered, &shown, &i.Votes.For, &i.Votes.Against)
		i.Shown, i.Votes.Open = shown == 1, i.State == WithCouncil
		i.Votes.Shown = !i.Votes.Open && i.Votes.For+i.Votes.Against >= Shy
		i.due(today)
		if answered != "" {
			i.Answer = &Answer{On: answered}
		}
		all = append(all, i)
		return err
	}, args...)
	if err != nil {
		return nil, err
	}
	keys, kept := map[string]seal.Key{}, all[:0]
	for _, i := range all {
		err := d.texts(tx, owner, &i, keys)
		if errors.Is(err, seal.ErrShredded) { // let go of by rule; a backup that was put back has the row still
			continue
		}
		if err != nil {
			return nil, err
		}
		kept = append(kept, i)
	}
	return kept, d.names(tx, owner, kept)
}

// due is by when it is to be answered, and whether that is past.
func (i *Idea) due(today tilhor.Date) {
	if i.Due == "" && i.State == WithCouncil { // sent to the elevråd before its time was part of the thirty days
		i.Due = i.Said.Add(Days)
	}
	i.Late = (i.State == New || i.State == WithCouncil) && i.Due < today
}

// texts opens what was written about it; the newest of a part holds.
func (d *Desk) texts(tx *db.Tx, owner tilhor.OwnerID, i *Idea, keys map[string]seal.Key) error {
	type line struct {
		id, secret string
		sealed     []byte
	}
	parts := map[string]line{}
	err := tx.Each(linesOf, func(scan db.Scan) error {
		var l line
		var part string
		err := scan(&l.id, &part, &l.secret, &l.sealed)
		parts[part] = l
		return err
	}, owner, i.ID)
	if err != nil {
		return err
	}
	for part, l := range parts {
		key, has := keys[l.secret]
		if !has {
			if key, err = d.Keys.Get(tx, owner, seal.KindIdeas, l.secret); err != nil {
				return err
			}
			keys[l.secret] = key
		}
		plain, err := key.Open(field, l.id, l.sealed)
		if err != nil {
			return err
		}
		switch part {
		case partWords:
			i.Words = plain
		case partLeft:
			i.Left = plain
		case partAsked:
			i.Asked = true
		case partAnswer:
			if i.Answer == nil {
				i.Answer = &Answer{}
			}
			err = json.Unmarshal([]byte(plain), i.Answer)
		case partShown:
			i.Public = &Public{}
			err = json.Unmarshal([]byte(plain), i.Public)
		}
		if err != nil {
			return errors.New("a text about a suggestion is not readable")
		}
	}
	return nil
}

// names puts in whom suggestions are given to; never who wrote them.
func (d *Desk) names(tx *db.Tx, owner tilhor.OwnerID, all []Idea) error {
	var who []tilhor.PersonID
	for _, i := range all {
		if i.Given != "" && !slices.Contains(who, i.Given) {
			who = append(who, i.Given)
		}
	}
	if len(who) == 0 {
		return nil
	}
	names, err := d.Roster.Names(tx, owner, who...)
	for n := range all {
		all[n].Who = names[all[n].Given]
	}
	return err
}

// one finds a suggestion by its address.
func (d *Desk) one(tx *db.Tx, owner tilhor.OwnerID, slug string, today tilhor.Date) (Idea, error) {
	all, err := d.read(tx, owner, today, bySlug, owner, slug)
	if err == nil && len(all) == 0 {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Idea{}, err
	}
	return all[0], nil
}

// line writes one text about a suggestion, and tells the record. The entry names the
// line by its own id: whose it is, is in no subject.
func (d *Desk) line(tx *db.Tx, by tilhor.Actor, i Idea, act, rule, text string, now time.Time) error {
	secret := string(i.School) + "." + i.ID
	key, err := d.Keys.Make(tx, by.Owner, seal.KindIdeas, secret)
	if err != nil {
		return err
	}
	id := tilhor.NewID()
	s := key.Seal(field, id, text)
	w, err := d.Journal.Append(tx, journal.Entry{Stream: stream(i.School), Act: act, Subject: id, When: tilhor.Now(now), By: by, Rule: rule, Parts: journal.Parts(s)})
	if err != nil {
		return err
	}
	var n int
	if err := tx.One(countLines, db.Args(by.Owner, i.ID), &n); err != nil {
		return err
	}
	_, err = tx.Exec(insertLine, by.Owner, id, i.School, i.ID, writes[act], n+1, now.UnixMilli(), w.ID, secret, s.Bytes)
	return err
}

// tell writes an act that has no text.
func (d *Desk) tell(tx *db.Tx, by tilhor.Actor, i Idea, act, rule string, now time.Time) error {
	_, err := d.Journal.Append(tx, journal.Entry{Stream: stream(i.School), Act: act, Subject: i.ID, When: tilhor.Now(now), By: by, Rule: rule})
	return err
}

// leads: rektor, or who stands in for her.
func leads(tx *db.Tx, by tilhor.Actor, now time.Time) (bool, error) {
	if !by.Role.Staff() || by.School == access.Owner {
		return false, nil
	}
	has, err := access.Duties(tx, by, now)
	return has[access.Leads], err
}

func (d *Desk) today() (time.Time, tilhor.Date) {
	now := d.Clock()
	return now, calendar.DateOf(now)
}
