package ideas

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
)

// A Table is what one elevråd has before it: what pupils sent and what the council
// wrote itself.
type Table struct {
	Slug, Name string
	Leads      bool
	Ideas      []Idea
}

var (
	insertVote = db.SQL(`INSERT INTO ideas_vote (owner, idea, person, yes) VALUES ($1, $2, $3, $4) ON CONFLICT (owner, idea, person) DO UPDATE SET yes = excluded.yes`)
	countVotes = db.SQL(`SELECT COALESCE(SUM(yes), 0), COUNT(*) FROM ideas_vote WHERE owner = $1 AND idea = $2`)
	ownVote    = db.SQL(`SELECT yes FROM ideas_vote WHERE owner = $1 AND idea = $2 AND person = $3`)
	dropVotes  = db.SQL(`DELETE FROM ideas_vote WHERE owner = $1 AND idea = $2`)
	closeIdea  = db.SQL(`UPDATE ideas_idea SET state = $3, due_on = $4, votes_for = $5, votes_against = $6 WHERE owner = $1 AND id = $2 AND state = 'council'`)
)

// Before are the tables of the elevråd that a pupil sits in. Who sits in none gets
// what there is to see of one that does not exist.
func (d *Desk) Before(ctx context.Context, by tilhor.Actor) (all []Table, err error) {
	now, on := d.today()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		mine, err := d.sits(tx, by, now)
		if err != nil {
			return err
		}
		for _, m := range mine {
			t := Table{Slug: m.b.Slug, Name: m.b.Name, Leads: m.me.Leads()}
			if t.Ideas, err = d.read(tx, by.Owner, on, ofCouncil, by.Owner, by.School, m.b.ID); err != nil {
				return err
			}
			for n := range t.Ideas {
				t.Ideas[n].Asked = false // that is between rektor and who wrote it
				if err := votes(tx, by, &t.Ideas[n]); err != nil {
					return err
				}
			}
			all = append(all, t)
		}
		return nil
	})
	return all, err
}

// Sits says whether a pupil sits in an elevråd of the own school.
func (d *Desk) Sits(ctx context.Context, by tilhor.Actor) (yes bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := d.sits(tx, by, d.Clock())
		if yes = len(all) > 0; errors.Is(err, tilhor.ErrNotFound) {
			return nil
		}
		return err
	})
	return yes, err
}

// A sitting is an elevråd and the member who asks.
type sitting struct {
	b  bodies.Body
	me bodies.Member
}

// sits finds the elevråd of the pupil's school that the pupil sits in, for the pupils.
func (d *Desk) sits(tx *db.Tx, by tilhor.Actor, now time.Time) (all []sitting, err error) {
	if by.Role != tilhor.RolePupil {
		return nil, tilhor.ErrNotFound
	}
	councils, err := d.councils(tx, by)
	if err != nil {
		return nil, err
	}
	for _, b := range councils {
		b, me, err := d.Bodies.In(tx, by, b.Slug, now)
		if errors.Is(err, tilhor.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if me.Part == bodies.Pupils {
			all = append(all, sitting{b, me})
		}
	}
	if len(all) == 0 {
		return nil, tilhor.ErrNotFound
	}
	return all, nil
}

// votes puts in the own vote, and the others' when so many have voted that nobody can
// be seen in them.
func votes(tx *db.Tx, by tilhor.Actor, i *Idea) error {
	if !i.Votes.Open {
		return nil
	}
	var yes, all int
	if err := tx.One(countVotes, db.Args(by.Owner, i.ID), &yes, &all); err != nil {
		return err
	}
	if all >= Shy {
		i.Votes.Shown, i.Votes.For, i.Votes.Against = true, yes, all-yes
	}
	var mine int
	err := tx.One(ownVote, db.Args(by.Owner, i.ID, by.Person), &mine)
	if errors.Is(err, tilhor.ErrNotFound) {
		return nil
	}
	i.Votes.Mine = map[int]string{1: "yes", 0: "no"}[mine]
	return err
}

// at finds what an elevråd has before it, for one of its members.
func (d *Desk) at(tx *db.Tx, by tilhor.Actor, slug string, now time.Time, on tilhor.Date) (Idea, sitting, error) {
	mine, err := d.sits(tx, by, now)
	if err != nil {
		return Idea{}, sitting{}, err
	}
	i, err := d.one(tx, by.Owner, slug, on)
	if err != nil {
		return i, sitting{}, err
	}
	for _, m := range mine {
		if m.b.ID == i.body && i.School == by.School {
			i.Asked = false // that is between rektor and who wrote it
			return i, m, nil
		}
	}
	return i, sitting{}, tilhor.ErrNotFound
}

// Propose writes a suggestion of the elevråd's own, to be voted on there.
func (d *Desk) Propose(ctx context.Context, by tilhor.Actor, council string, s Saying) error {
	now, on := d.today()
	fault := s.check(true)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		mine, err := d.sits(tx, by, now)
		if err != nil {
			return err
		}
		for _, m := range mine {
			if m.b.Slug != council {
				continue
			}
			if fault != nil {
				return fault
			}
			return d.put(tx, by, Idea{ID: tilhor.NewID(), Slug: tilhor.NewSlug(), School: by.School, Side: Council, Kind: s.Kind, State: WithCouncil, Said: on, Due: on.Add(Days), body: m.b.ID}, s.Words, now)
		}
		return tilhor.ErrNotFound
	})
}

// Vote gives a member's one vote, or changes it. The record tells that somebody voted,
// and never how.
func (d *Desk) Vote(ctx context.Context, by tilhor.Actor, slug, vote string) error {
	now, on := d.today()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, _, err := d.at(tx, by, slug, now, on)
		if err != nil {
			return err
		}
		if vote != "yes" && vote != "no" {
			return tilhor.Faults{{Field: "vote", Key: "ideas.fault.vote"}}
		}
		if i.State != WithCouncil {
			return tilhor.Faults{{Field: "vote", Key: "ideas.fault.closed"}}
		}
		if _, err := tx.Exec(insertVote, by.Owner, i.ID, by.Person, map[string]int{"yes": 1}[vote]); err != nil {
			return err
		}
		return d.tell(tx, by, i, actVoted, "member", now)
	})
}

// Close ends the voting: who leads the elevråd carries the suggestion on to rektor,
// whose clock begins today, or leaves it with why. The ballots are counted and taken
// away: after that nobody can find out who voted what.
func (d *Desk) Close(ctx context.Context, by tilhor.Actor, slug string, carry bool, why string) error {
	now, on := d.today()
	why = strings.TrimSpace(why)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, m, err := d.at(tx, by, slug, now, on)
		if err == nil && !m.me.Leads() {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		var f tilhor.Faults
		f.Add(i.State != WithCouncil, "carry", "ideas.fault.closed")
		f.Add(!carry && why == "", "why", "ideas.fault.why")
		f.Add(utf8.RuneCountInString(why) > maxText, "why", "ideas.fault.long")
		if err := f.Err(); err != nil {
			return err
		}
		var yes, all int
		if err := tx.One(countVotes, db.Args(by.Owner, i.ID), &yes, &all); err != nil {
			return err
		}
		if _, err := tx.Exec(dropVotes, by.Owner, i.ID); err != nil {
			return err
		}
		if all < Shy { // of so few a count tells how somebody voted: it is not kept
			yes, all = 0, 0
		}
		if carry {
			if _, err := tx.Exec(closeIdea, by.Owner, i.ID, New, i.Due, yes, all-yes); err != nil {
				return err
			}
			return d.tell(tx, by, i, actCarried, "leader", now)
		}
		if _, err := tx.Exec(closeIdea, by.Owner, i.ID, Left, i.Due, yes, all-yes); err != nil {
			return err
		}
		return d.line(tx, by, i, actLeft, "leader", why, now)
	})
}
