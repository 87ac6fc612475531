package web

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// trustFor is how long what the roster says of a person is believed without
// asking again: who leaves today is out within a minute.
const trustFor = time.Minute

// somebody is who a signed-in person is today.
type somebody struct {
	name    string
	actors  []tilhor.Actor
	schools map[tilhor.SchoolID]string
	until   time.Time
	beyond  []tilhor.Actor // roles that this sign-in is too weak for
}

// people asks the roster who a person is, and remembers it for a minute.
type people struct {
	kit *Kit
	mu  sync.Mutex
	by  map[tilhor.PersonID]*somebody
}

func newPeople(kit *Kit) *people { return &people{kit: kit, by: map[tilhor.PersonID]*somebody{}} }

func (p *people) forget(person tilhor.PersonID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.by, person)
}

func (p *people) know(ctx context.Context, person tilhor.PersonID, now time.Time) (*somebody, error) {
	p.mu.Lock()
	who := p.by[person]
	p.mu.Unlock()
	if who != nil && now.Before(who.until) && now.After(who.until.Add(-2*trustFor)) {
		return who, nil
	}
	who, err := p.ask(ctx, person, now)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.by) > 5000 {
		clear(p.by)
	}
	p.by[person] = who
	return who, nil
}

func (p *people) ask(ctx context.Context, person tilhor.PersonID, now time.Time) (*somebody, error) {
	who := &somebody{schools: map[tilhor.SchoolID]string{}, until: now.Add(trustFor)}
	owner := p.kit.Owner.ID
	err := p.kit.DB.Read(ctx, func(tx *db.Tx) (err error) {
		who.actors, err = p.kit.Roster.RolesOf(tx, owner, person, calendar.DateOf(now))
		if err != nil || len(who.actors) == 0 {
			return err
		}
		names, err := p.kit.Roster.Names(tx, owner, person)
		if err != nil {
			return err
		}
		who.name = names[person]
		for _, a := range who.actors {
			if a.School == "" || who.schools[a.School] != "" {
				continue
			}
			school, err := p.kit.Roster.School(tx, owner, a.School)
			if err != nil {
				return err
			}
			who.schools[a.School] = school.Name
		}
		return nil
	})
	if errors.Is(err, tilhor.ErrNotFound) {
		return who, nil // not in the roster any more: nobody
	}
	return who, err
}

// admitsOne says whether a route lets in who acts in one of the roles.
func (r *Route) admitsOne(roles []tilhor.Actor) bool {
	return slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return r.admits(a.Role) })
}

// as is the actor of a role at a school, if it is one of them.
func as(all []tilhor.Actor, role tilhor.Role, school tilhor.SchoolID) (tilhor.Actor, bool) {
	for _, a := range all {
		if a.Role == role && a.School == school {
			return a, true
		}
	}
	return tilhor.Actor{}, false
}

// reached is the person with the roles that the sign-in is strong enough to act
// in, in a copy: what the roster says is remembered for all of their sign-ins.
func (s *Site) reached(x *Session, who *somebody) *somebody {
	is := *who
	is.actors, is.beyond = nil, nil
	for _, a := range who.actors {
		if s.reaches(x, a.Role) {
			is.actors = append(is.actors, a)
		} else {
			is.beyond = append(is.beyond, a)
		}
	}
	return &is
}

// reaches says whether a sign-in is strong enough for a role. A PIN on the shared
// machine is no provider's word: it is for the work at SFO, and for nothing else.
func (s *Site) reaches(x *Session, role tilhor.Role) bool {
	if x.s == s.shared {
		return role == tilhor.RoleSFO
	}
	return s.kit.Reaches == nil || s.kit.Reaches(role, x.Get(keyIssuer), x.Get(keyACR))
}

// recognise finds out who is asking: the session says who, the roster what that
// person is today, and how they signed in which of it they may act as now. A
// person with one such role acts in it, unless they chose one that now needs a
// stronger sign-in: nobody becomes another unasked.
func (s *Site) recognise(q *Req) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	person := tilhor.PersonID(x.Get(keyPerson))
	token := x.s.token(q.R)
	if person == "" {
		s.limits.missed(token)
		return nil
	}
	s.limits.met(token, string(person))
	who, err := s.people.know(q.Context(), person, q.Now)
	if err != nil {
		return err
	}
	who = s.reached(x, who)
	q.who, q.person = who, person
	if err := x.s.touched(q.Context(), token, x.seen, q.Now); err != nil {
		s.kit.log().WarnContext(q.Context(), "session not touched", "error", Types(err))
	}
	role, school := tilhor.Role(x.Get(keyRole)), tilhor.SchoolID(x.Get(keySchool))
	actor, ok := as(who.actors, role, school)
	if _, beyond := as(who.beyond, role, school); !ok && !beyond && len(who.actors) == 1 {
		actor, ok = who.actors[0], true
	}
	if ok {
		q.Actor = actor
		q.Actor.Owner, q.Actor.Person = s.kit.Owner.ID, person
		s.limits.acts(token, string(actor.Role))
	}
	q.chooseLang()
	return nil
}
