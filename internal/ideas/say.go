package ideas

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
	"tilhor/internal/roster"
)

// A Saying is what somebody suggests.
type Saying struct {
	School  tilhor.SchoolID // a parent's choice; a pupil's own school is known
	Council string          // the slug of the elevråd that it goes to, "" for rektor
	Kind    string
	Words   string
	NoPupil bool // what looks like a first name is none of a pupil
	Child   bool // "it is about a child who is not well": then this is not the place
}

// most is how many of one person may wait at a time.
const most = 20

// check asks what is right. Peers are other pupils who will read it: then no child may
// be named, by a list that knows no pupil.
func (s *Saying) check(peers bool) error {
	var f tilhor.Faults
	s.Words = strings.TrimSpace(s.Words)
	f.Add(!slices.Contains(Kinds, s.Kind), "kind", "ideas.fault.kind")
	f.Add(s.Words == "", "words", "ideas.fault.words")
	f.Add(utf8.RuneCountInString(s.Words) > maxText, "words", "ideas.fault.long")
	f.Add(bodies.Single(s.Words), "words", "ideas.fault.number")
	f.Add(s.Child, "child", "ideas.fault.child")
	f.Add(peers && !s.NoPupil && firstnames.Any(s.Words), "no-pupil", "ideas.fault.name-peers")
	return f.Err()
}

// Say suggests something to a school: a pupil to the own school or its elevråd, a
// parent to the school that the parent chooses. It is no report of how a child has it
// (opplæringslova § 12-4): who says that it is, is shown the way to tell, and nothing
// of it is kept.
func (d *Desk) Say(ctx context.Context, by tilhor.Actor, s Saying) error {
	now, on := d.today()
	i := Idea{ID: tilhor.NewID(), Slug: tilhor.NewSlug(), School: by.School, Side: Pupil, Kind: s.Kind, State: New, Said: on, Due: on.Add(Days)}
	switch by.Role {
	case tilhor.RolePupil:
	case tilhor.RoleParent:
		i.School, i.Side, s.Council = s.School, Parent, ""
	default:
		return tilhor.ErrNotFound
	}
	fault := s.check(s.Council != "" && by.Role == tilhor.RolePupil)
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		i, f := i, tilhor.FaultsOf(fault)
		if by.Role == tilhor.RoleParent {
			schools, err := d.Roster.Schools(tx, by.Owner)
			if err != nil {
				return err
			}
			f.Add(!slices.ContainsFunc(schools, func(x roster.School) bool { return x.ID == s.School && x.Until == "" }), "school", "ideas.fault.school")
		}
		if s.Council != "" {
			b, err := d.councilAt(tx, by, s.Council)
			if err != nil {
				return err
			}
			i.State, i.body = WithCouncil, b.ID
		}
		if err := f.Err(); err != nil {
			return err
		}
		return d.put(tx, by, i, s.Words, now)
	})
}

// put writes a suggestion and its words. One person has so many that wait, whether for
// the school or for an elevråd, and no more.
func (d *Desk) put(tx *db.Tx, by tilhor.Actor, i Idea, words string, now time.Time) error {
	var n int
	if err := tx.One(waiting, db.Args(by.Owner, by.Person), &n); err != nil {
		return err
	}
	if n >= most {
		return tilhor.Faults{{Field: "words", Key: "ideas.fault.many"}}
	}
	if _, err := tx.Exec(insertIdea, by.Owner, i.ID, i.Slug, i.School, i.Side, i.Kind, by.Person, i.body, i.State, i.Said, i.Due); err != nil {
		return err
	}
	return d.line(tx, by, i, actSaid, "own", words, now)
}

// Mine are a pupil's or a parent's own, newest first, with the words as they wrote
// them and what was answered.
func (d *Desk) Mine(ctx context.Context, by tilhor.Actor) (all []Idea, err error) {
	side := map[tilhor.Role]Side{tilhor.RolePupil: Pupil, tilhor.RoleParent: Parent}[by.Role]
	if side == "" || by.Person == "" {
		return nil, tilhor.ErrNotFound
	}
	_, on := d.today()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = d.read(tx, by.Owner, on, ofPerson, by.Owner, by.Person, side)
		return err
	})
	return all, err
}

// Councils are the elevråd that a pupil can send to, by name.
func (d *Desk) Councils(ctx context.Context, by tilhor.Actor) (all []bodies.Body, err error) {
	if by.Role != tilhor.RolePupil {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = d.councils(tx, by)
		return err
	})
	return all, err
}

// councilAt is the elevråd of a pupil's school by its slug.
func (d *Desk) councilAt(tx *db.Tx, by tilhor.Actor, slug string) (bodies.Body, error) {
	all, err := d.councils(tx, by)
	if err != nil {
		return bodies.Body{}, err
	}
	i := slices.IndexFunc(all, func(b bodies.Body) bool { return b.Slug == slug })
	if i < 0 {
		return bodies.Body{}, tilhor.Faults{{Field: "council", Key: "ideas.fault.council"}}
	}
	return all[i], nil
}

// councils are the elevråd of a school.
func (d *Desk) councils(tx *db.Tx, by tilhor.Actor) ([]bodies.Body, error) {
	all, err := d.Bodies.At(tx, by.Owner, by.School)
	return slices.DeleteFunc(all, func(b bodies.Body) bool { return b.Kind != bodies.Council }), err
}
