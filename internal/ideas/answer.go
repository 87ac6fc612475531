package ideas

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
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
	"tilhor/internal/roster"
)

// A Public is what the school shows of a suggestion: screened (siktet) by rektor, in
// words that point at nobody.
type Public struct {
	Words string `json:"words"`
	Did   string `json:"did"`

	Checked bool `json:"-"` // nobody can be known again from it
	NoPupil bool `json:"-"` // what looks like a first name is none of a pupil
}

const (
	maxShownWords = 400
	maxShownDid   = 600
	maxWhen       = 160
)

var (
	giveIdea   = db.SQL(`UPDATE ideas_idea SET given_to = $3 WHERE owner = $1 AND id = $2`)
	answerIdea = db.SQL(`UPDATE ideas_idea SET state = 'answered', answered_on = $3, shown = 0 WHERE owner = $1 AND id = $2`)
	showIdea   = db.SQL(`UPDATE ideas_idea SET shown = $3 WHERE owner = $1 AND id = $2`)
)

// answerable says whether it is the school's to answer, or to read the answer to: also
// what the elevråd had and did not carry on by its date, or before the elevråd ended.
// Who suggested waits for one answer. Sits are the elevråd there are.
func (i Idea) answerable(sits map[string]bool) bool {
	return i.State == New || i.State == Answered || i.State == WithCouncil && (i.Late || !sits[i.body])
}

// sitting are the elevråd of a school, by their ids.
func (d *Desk) sitting(tx *db.Tx, by tilhor.Actor) (map[string]bool, error) {
	all, err := d.councils(tx, by)
	ids := map[string]bool{}
	for _, b := range all {
		ids[b.ID] = true
	}
	return ids, err
}

// AtSchool are the suggestions that wait for an answer, and those answered: all of
// them for rektor and who stands in, and else those that one was given. Nobody there
// is told who wrote one.
func (d *Desk) AtSchool(ctx context.Context, by tilhor.Actor) (all []Idea, lead bool, err error) {
	now, on := d.today()
	if !by.Role.Staff() || by.School == access.Owner {
		return nil, false, tilhor.ErrNotFound
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if lead, err = leads(tx, by, now); err != nil {
			return err
		}
		if lead {
			all, err = d.read(tx, by.Owner, on, ofSchool, by.Owner, by.School)
		} else {
			all, err = d.read(tx, by.Owner, on, ofGiven, by.Owner, by.School, by.Person)
		}
		if err != nil {
			return err
		}
		sits, err := d.sitting(tx, by)
		if all = slices.DeleteFunc(all, func(i Idea) bool { return !i.answerable(sits) }); err == nil && !lead && len(all) == 0 {
			err = tilhor.ErrNotFound
		}
		return err
	})
	return all, lead, err
}

// WithCouncil is how many the elevråd of the school have that are not the school's to
// answer yet, for who leads it, and by when the first of them is to be answered; what
// they say is the elevråd's.
func (d *Desk) WithCouncil(ctx context.Context, by tilhor.Actor) (n int, due tilhor.Date, err error) {
	now, on := d.today()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		n, due = 0, ""
		lead, err := leads(tx, by, now)
		if err != nil || !lead {
			return err
		}
		sits, err := d.sitting(tx, by)
		if err != nil {
			return err
		}
		return tx.Each(atCouncil, func(scan db.Scan) error {
			i := Idea{State: WithCouncil}
			err := scan(&i.body, &i.Said, &i.Due)
			if i.due(on); i.answerable(sits) {
				return err
			}
			if n++; due == "" || i.Due < due {
				due = i.Due
			}
			return err
		}, by.Owner, by.School)
	})
	return n, due, err
}

// Given is how many wait for an answer of somebody in rektor's place.
func (d *Desk) Given(ctx context.Context, by tilhor.Actor) (n int, err error) {
	if !by.Role.Staff() || by.School == access.Owner {
		return 0, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.One(givenOpen, db.Args(by.Owner, by.Person, by.School), &n)
	})
	return n, err
}

// See is one of them, for who answers it.
func (d *Desk) See(ctx context.Context, by tilhor.Actor, slug string) (i Idea, lead bool, err error) {
	now, on := d.today()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		i, lead, err = d.answers(tx, by, slug, now, on)
		return err
	})
	return i, lead, err
}

// answers finds a suggestion for who answers it: who leads the school, or whom it was
// given to. To anybody else it does not exist.
func (d *Desk) answers(tx *db.Tx, by tilhor.Actor, slug string, now time.Time, on tilhor.Date) (Idea, bool, error) {
	if !by.Role.Staff() || by.School == access.Owner {
		return Idea{}, false, tilhor.ErrNotFound
	}
	lead, err := leads(tx, by, now)
	if err != nil {
		return Idea{}, false, err
	}
	i, err := d.one(tx, by.Owner, slug, on)
	if err == nil && (i.School != by.School || !lead && (i.Given == "" || i.Given != by.Person)) {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Idea{}, false, err
	}
	sits, err := d.sitting(tx, by)
	if err == nil && !i.answerable(sits) {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Idea{}, false, err
	}
	return i, lead, nil
}

// lead is answers for rektor and who stands in alone.
func (d *Desk) lead(tx *db.Tx, by tilhor.Actor, slug string, now time.Time, on tilhor.Date) (Idea, error) {
	i, lead, err := d.answers(tx, by, slug, now, on)
	if err == nil && !lead {
		return Idea{}, tilhor.ErrNotFound
	}
	return i, err
}

// Give lets another who works at the school answer. The clock goes on.
func (d *Desk) Give(ctx context.Context, by tilhor.Actor, slug string, to tilhor.PersonID) error {
	now, on := d.today()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := d.lead(tx, by, slug, now, on)
		if err != nil {
			return err
		}
		all, err := d.Roster.Employees(tx, by.Owner, by.School, on)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(e roster.Employee) bool { return e.ID == to }) {
			return tilhor.Faults{{Field: "person", Key: "ideas.fault.person"}}
		}
		if _, err := tx.Exec(giveIdea, by.Owner, i.ID, to); err != nil {
			return err
		}
		return d.tell(tx, by, i, actGiven, string(access.Leads), now)
	})
}

func (a *Answer) check() error {
	var f tilhor.Faults
	a.Why, a.When = strings.TrimSpace(a.Why), strings.TrimSpace(a.When)
	f.Add(!slices.Contains(Verdicts, a.Verdict), "verdict", "ideas.fault.verdict")
	f.Add(a.Why == "", "why", "ideas.fault.why")
	f.Add(utf8.RuneCountInString(a.Why) > maxText, "why", "ideas.fault.long")
	f.Add((a.Verdict == "yes" || a.Verdict == "partly") && a.When == "", "when", "ideas.fault.when")
	f.Add(utf8.RuneCountInString(a.When) > maxWhen, "when", "ideas.fault.when-long")
	return f.Err()
}

// Reply answers a suggestion: yes, partly or no, with why, and when it is done. A new
// answer takes the place of the one before; the record has both. Ballots of a voting that
// nobody ended are not counted, and taken away.
func (d *Desk) Reply(ctx context.Context, by tilhor.Actor, slug string, a Answer) error {
	now, on := d.today()
	fault := a.check()
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, lead, err := d.answers(tx, by, slug, now, on)
		if err != nil {
			return err
		}
		if fault != nil {
			return fault
		}
		if _, err := tx.Exec(dropVotes, by.Owner, i.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(answerIdea, by.Owner, i.ID, on); err != nil {
			return err
		}
		return d.line(tx, by, i, actAnswered, rule(lead), string(body), now)
	})
}

// Suggested is who wrote the suggestion that a line is about, to be told that there is
// something to read: for the program itself. What the elevråd wrote is nobody's own.
func (d *Desk) Suggested(tx *db.Tx, owner tilhor.OwnerID, line string) (p tilhor.PersonID, err error) {
	if err = tx.One(writerOf, db.Args(owner, line), &p); errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return p, err
}

func rule(lead bool) string {
	if lead {
		return string(access.Leads)
	}
	return "given"
}

func (p *Public) check() error {
	var f tilhor.Faults
	p.Words, p.Did = strings.TrimSpace(p.Words), strings.TrimSpace(p.Did)
	f.Add(p.Words == "", "words", "ideas.fault.shown-words")
	f.Add(utf8.RuneCountInString(p.Words) > maxShownWords, "words", "ideas.fault.shown-words-long")
	f.Add(p.Did == "", "did", "ideas.fault.did")
	f.Add(utf8.RuneCountInString(p.Did) > maxShownDid, "did", "ideas.fault.did-long")
	f.Add(!p.NoPupil && firstnames.Any(p.Words, p.Did), "no-pupil", "ideas.fault.name")
	f.Add(!p.Checked, "checked", "ideas.fault.checked")
	return f.Err()
}

// Show puts an answered suggestion on the school's page, in the words that rektor has
// screened; a no stands there with its why as a yes does. The words as they were
// written stay sealed, for who wrote them and who answered.
func (d *Desk) Show(ctx context.Context, by tilhor.Actor, slug string, p Public) error {
	now, on := d.today()
	fault := p.check()
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := d.lead(tx, by, slug, now, on)
		if err != nil {
			return err
		}
		if i.State != Answered {
			return tilhor.Faults{{Field: "words", Key: "ideas.fault.not-answered"}}
		}
		if fault != nil {
			return fault
		}
		if _, err := tx.Exec(showIdea, by.Owner, i.ID, 1); err != nil {
			return err
		}
		return d.line(tx, by, i, actShown, string(access.Leads), string(body), now)
	})
}

// Hide takes it off the page again.
func (d *Desk) Hide(ctx context.Context, by tilhor.Actor, slug string) error {
	now, on := d.today()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := d.lead(tx, by, slug, now, on)
		if err == nil && !i.Shown {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(showIdea, by.Owner, i.ID, 0); err != nil {
			return err
		}
		return d.tell(tx, by, i, actHidden, string(access.Leads), now)
	})
}

// A Shown is one line of «dere sa – vi gjorde»: nobody's name, no count, and nothing
// that leads back to who wrote it.
type Shown struct {
	Side       Side
	Words, Did string
	Verdict    string
	On         tilhor.Date
}

// Published are what a school shows everyone, newest first.
func (d *Desk) Published(ctx context.Context, owner tilhor.OwnerID, school tilhor.SchoolID) (all []Shown, err error) {
	_, on := d.today()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		ideas, err := d.read(tx, owner, on, shownAt, owner, school)
		for _, i := range ideas {
			if i.Public != nil && i.Answer != nil {
				all = append(all, Shown{i.Side, i.Public.Words, i.Public.Did, i.Answer.Verdict, i.Answer.On})
			}
		}
		return err
	})
	return all, err
}

// Ask opens who wrote a suggestion, with a reason: for rektor, when the words say that
// a child may not be well, whom the school must then find (opplæringslova § 12-4). Who
// wrote it sees that it was asked, and was told beforehand that it could be.
func (d *Desk) Ask(ctx context.Context, by tilhor.Actor, slug, reason string) (name string, err error) {
	now, on := d.today()
	reason = strings.TrimSpace(reason)
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		i, err := d.lead(tx, by, slug, now, on)
		if err != nil {
			return err
		}
		var f tilhor.Faults
		f.Add(reason == "", "reason", "ideas.fault.reason")
		f.Add(utf8.RuneCountInString(reason) > maxText, "reason", "ideas.fault.long")
		if err := f.Err(); err != nil {
			return err
		}
		wrote := tilhor.PersonID(i.person)
		guarded, err := d.Roster.AnyProtected(tx, by.Owner, wrote)
		if err != nil {
			return err
		}
		if guarded { // whom only those see who are named for her (folkeregisterloven § 10-4)
			named, err := access.IsNamed(tx, by, wrote, now)
			if err == nil && !named {
				err = tilhor.Faults{{Field: "reason", Key: "ideas.fault.guarded"}}
			}
			if err != nil {
				return err
			}
		}
		names, err := d.Roster.Names(tx, by.Owner, wrote)
		if err != nil {
			return err
		}
		name = names[wrote]
		return d.line(tx, by, i, actAsked, string(access.Leads), reason, now)
	})
	return name, err
}
