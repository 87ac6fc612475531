package work

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/circles"
	"tilhor/internal/db"
	"tilhor/internal/ideas"
	"tilhor/internal/seal"
)

// Each school has an FAU that a parent leads, and a parent group that the same parent
// began. In them meetings are set up, called to and written down; pupils suggest
// something and rektor answers; and the group agrees anew.

// formal sets them up at a school.
func (p *Place) formal(ctx context.Context, s *School) error {
	slug, err := p.Bodies.Found(ctx, s.Rektor, bodies.Body{Kind: bodies.FAU, Name: "FAU", Need: 1})
	if err != nil {
		return err
	}
	if err := p.Bodies.Seat(ctx, s.Rektor, slug, bodies.Member{Person: s.Parent.Person, Part: bodies.Parents, Office: bodies.Leader}); err != nil {
		return err
	}
	all, err := p.Circles.Mine(ctx, s.Parent)
	if err != nil || len(all) == 0 {
		return fmt.Errorf("the parent of %s has no class: %w", s.ID, err)
	}
	_, err = p.Circles.Start(ctx, s.Parent, all[0].Key(), circles.Agreed{Choices: []string{"chat"}})
	return err
}

// most is how many of one kind a school gets: a room holds no more, and each act reads
// what is there.
const most = 150

// voiceSQL are this tool's own statements, made when they are first used.
var voiceSQL = sync.OnceValue(func() (s struct{ rooms, lacking, open, groups *db.Stmt }) {
	s.rooms = db.SQL(`SELECT b.slug, b.school FROM bodies_body b WHERE b.owner = $1 AND b.kind = 'fau'
		AND (SELECT COUNT(*) FROM bodies_line l WHERE l.owner = b.owner AND l.body = b.id AND l.kind = 'meeting' AND l.gone_at = 0) < $2 ORDER BY b.id`)
	s.lacking = db.SQL(`SELECT b.slug, b.school, m.thing FROM bodies_line m JOIN bodies_body b ON b.owner = m.owner AND b.id = m.body
		WHERE m.owner = $1 AND m.kind = 'meeting' AND m.gone_at = 0
			AND NOT EXISTS (SELECT 1 FROM bodies_line a WHERE a.owner = m.owner AND a.body = m.body AND a.thing = m.thing AND a.kind IN ($2, 'approved') AND a.gone_at = 0) ORDER BY m.at, m.id LIMIT 20`)
	s.open = db.SQL(`SELECT slug, school FROM ideas_idea WHERE owner = $1 AND state = 'new' ORDER BY said_on, id LIMIT 20`)
	s.groups = db.SQL(`SELECT c.slug, c.school FROM circles_circle c WHERE c.owner = $1
		AND (SELECT COUNT(*) FROM circles_line l WHERE l.owner = c.owner AND l.circle = c.id) < $2 ORDER BY c.id`)
	return s
})

// oneOf is one of the rows of a statement: an address, and the school.
func (p *Place) oneOf(rng *rand.Rand, q *db.Stmt, args ...any) (slug string, s *School, ok bool) {
	type row struct {
		slug   string
		school tilhor.SchoolID
	}
	var all []row
	p.look(q, func(scan db.Scan) error {
		var r row
		err := scan(&r.slug, &r.school)
		all = append(all, r)
		return err
	}, args...)
	if len(all) == 0 {
		return "", nil, false
	}
	r := all[rng.IntN(len(all))]
	return r.slug, p.school(r.school), true
}

func (p *Place) convene(rng *rand.Rand) (Act, bool) {
	slug, s, ok := p.oneOf(rng, voiceSQL().rooms, most)
	id := mark("convene")
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Bodies.Arrange(ctx, s.Parent, slug, bodies.Meeting{On: p.today(), Clock: "18.00", Place: id})
		return err
	}}, ok
}

// meeting is the oldest of somebody's that lacks something, and whose minutes are
// not approved: nobody is called to it any more.
func (p *Place) meeting(kind, lacks string, do func(ctx context.Context, s *School, slug, meeting string) error) (a Act, ok bool) {
	p.look(voiceSQL().lacking, func(scan db.Scan) error {
		var slug, meeting string
		var school tilhor.SchoolID
		if err := scan(&slug, &school, &meeting); err != nil {
			return err
		}
		if x := kind + "-" + meeting; !ok && p.mine(meeting) && !p.given[x] {
			a, ok = Act{ID: x, do: func(ctx context.Context) error { return do(ctx, p.school(school), slug, meeting) }}, true
		}
		return nil
	}, lacks)
	return a, ok
}

func (p *Place) call(*rand.Rand) (Act, bool) {
	return p.meeting("call", "call", func(ctx context.Context, s *School, slug, meeting string) error {
		return p.Bodies.Call(ctx, s.Parent, slug, meeting)
	})
}

// confirm is who was there, and the approval of the minutes.
func (p *Place) confirm(*rand.Rand) (Act, bool) {
	a, ok := p.meeting("written", "approved", func(ctx context.Context, s *School, slug, meeting string) error {
		if err := p.Bodies.Attend(ctx, s.Parent, slug, meeting, []tilhor.PersonID{s.Parent.Person}); err != nil {
			return err
		}
		return p.Bodies.Approve(ctx, s.Parent, slug, meeting, bodies.Read{Nameless: true})
	})
	a.Steps = true
	return a, ok
}

func (p *Place) suggest(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("suggest")
	by := tilhor.Actor{Owner: Owner, Person: s.Pupils[rng.IntN(len(s.Pupils))], Role: tilhor.RolePupil, School: s.ID}
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Ideas.Say(ctx, by, ideas.Saying{Kind: "outside", Words: id})
	}}, true
}

func (p *Place) reply(rng *rand.Rand) (Act, bool) {
	slug, s, ok := p.oneOf(rng, voiceSQL().open)
	id := mark("reply")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Ideas.Reply(ctx, s.Rektor, slug, ideas.Answer{Verdict: "no", Why: id})
	}}, ok
}

func (p *Place) agree(rng *rand.Rand) (Act, bool) {
	slug, s, ok := p.oneOf(rng, voiceSQL().groups, most)
	id := mark("agree")
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Circles.Agree(ctx, s.Parent, slug, circles.Agreed{Choices: []string{circles.Other}, Words: id, NoPupil: true})
		return err
	}}, ok
}

// voices finds what was written in the rooms of bodies, of suggestions and in groups.
func (f *Finder) voices(tx *db.Tx, since int64) error {
	return f.own(tx, since, []ownKey{
		{findSQL().rooms, seal.KindBody, "line"},
		{findSQL().ideas, seal.KindIdeas, "idea"},
		{findSQL().groups, seal.KindCircle, "circle"},
	})
}
