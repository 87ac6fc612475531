package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
)

// heard is a hearing under way: one body is asked, and has written.
type heard struct{ slug, body string }

const heardMeasures = "id;challenge;chapter;text\nT1;1;12;Gjøre rettighetene tydeligere\n"

// asks opens a hearing and asks the committee of a school, whose leader writes what it
// means. The choice, which is written last, has the id.
func (p *Place) asks(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("asks")
	return Act{ID: id, Steps: true, do: func(ctx context.Context) error {
		b, err := p.committee(ctx, s)
		if err != nil {
			return err
		}
		slug, err := p.Hearings.Open(ctx, p.Adviser, reply.Letter{
			Title: "Høring", Municipality: "Granvik kommune", Deadline: p.today().Add(20), Challenges: []reply.Challenge{{Number: 1, Heading: "Rettssikkerhet"}},
		}, true)
		if err != nil {
			return err
		}
		for _, do := range []func() error{
			func() error { return p.Hearings.Import(ctx, p.Adviser, slug, heardMeasures) },
			func() error { return p.Hearings.Invite(ctx, p.Adviser, slug, b.ID) },
			func() error {
				return p.Hearings.Say(ctx, s.Teachers[0], b.Slug, slug, "T1", hearing.Said{Stance: reply.Support, Text: "Vi er for."})
			},
			func() error {
				return p.Hearings.Choose(ctx, p.Adviser, slug, "T1", reply.Choice{Comment: true, Reason: id})
			},
		} {
			if err := do(); err != nil {
				return err
			}
		}
		p.goesOn(&p.written, heard{slug, b.Slug})
		return nil
	}}, true
}

// committee is the school's, set up when there is none.
func (p *Place) committee(ctx context.Context, s *School) (b bodies.Body, err error) {
	find := func(tx *db.Tx) error {
		all, err := p.Hearings.Bodies.At(tx, Owner, s.ID)
		for _, x := range all {
			if x.Kind == bodies.SU {
				b = x
			}
		}
		return err
	}
	if err = p.DB.Read(ctx, find); err != nil {
		return b, err
	}
	if b.ID == "" {
		if _, err = p.Hearings.Bodies.Found(ctx, s.Rektor, bodies.Body{Kind: bodies.SU, Name: "Samarbeidsutvalget", Need: 3}); err != nil {
			return b, err
		}
		if err = p.DB.Read(ctx, find); err != nil {
			return b, err
		}
	}
	var leads bool
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := p.Hearings.Bodies.Members(tx, Owner, b, p.today())
		leads = len(all) > 0
		return err
	})
	if err == nil && !leads {
		err = p.Hearings.Bodies.Seat(ctx, s.Rektor, b.Slug, bodies.Member{Person: s.Teachers[0].Person, Part: bodies.Staff, Office: bodies.Leader})
	}
	return b, err
}

func (p *Place) goesOn(to *[]heard, h heard) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*to = append(*to, h)
}

// next is a hearing that has come so far, for the act that brings it on: an act that
// was refused or not answered leaves it where it stands.
func (p *Place) next(kind string, from, to *[]heard, do func(ctx context.Context, h heard, id string) error) (Act, bool) {
	if len(*from) == 0 {
		return Act{}, false
	}
	h, id := (*from)[0], mark(kind)
	*from = (*from)[1:]
	if kind == "sends" { // an answer is sent once
		id = kind + "-" + h.slug
	}
	return Act{ID: id, do: func(ctx context.Context) error {
		if err := do(ctx, h, id); err != nil {
			return err
		}
		if to != nil {
			p.goesOn(to, h)
		}
		return nil
	}}, true
}

// heardSQL are this tool's own statements, made when they are first used.
var heardSQL = sync.OnceValue(func() (s struct{ under *db.Stmt }) {
	s.under = db.SQL(`SELECT h.slug, b.slug, (SELECT COUNT(*) FROM hearing_line l WHERE l.owner = h.owner AND l.hearing = h.id AND l.kind = 'adopted'),
		(SELECT COUNT(*) FROM hearing_line l WHERE l.owner = h.owner AND l.hearing = h.id AND l.kind = 'approved')
		FROM hearing_hearing h JOIN hearing_line i ON i.owner = h.owner AND i.hearing = h.id AND i.kind = 'invited' JOIN bodies_body b ON b.owner = i.owner AND b.id = i.body
		WHERE h.owner = $1 AND EXISTS (SELECT 1 FROM hearing_line l WHERE l.owner = h.owner AND l.hearing = h.id AND l.kind = 'chosen')
			AND NOT EXISTS (SELECT 1 FROM hearing_line l WHERE l.owner = h.owner AND l.hearing = h.id AND l.kind = 'sent') ORDER BY h.at DESC, h.id LIMIT 20`)
	return s
})

// resumeHeard finds how far each hearing has come.
func (p *Place) resumeHeard(tx *db.Tx) error {
	p.written, p.adopted, p.voted, p.ready = nil, nil, nil, nil
	return tx.Each(heardSQL().under, func(scan db.Scan) error {
		var h heard
		var adopted, approved int
		err := scan(&h.slug, &h.body, &adopted, &approved)
		to := []*[]heard{&p.written, &p.adopted, &p.voted, &p.ready}[min(adopted, 1)*(1+min(approved, 2))]
		if p.mine(h.slug) {
			*to = append(*to, h)
		}
		return err
	}, Owner)
}

// adopts is the committee, which makes its statement its own: the dissent has the id.
func (p *Place) adopts(*rand.Rand) (Act, bool) {
	return p.next("adopts", &p.written, &p.adopted, func(ctx context.Context, h heard, id string) error {
		for _, s := range p.Schools {
			err := p.Hearings.Adopt(ctx, s.Teachers[0], h.body, h.slug, hearing.Adoption{On: p.today(), Present: map[bodies.Part]int{bodies.Staff: 5}, For: 4, Against: 1, Dissent: id, NoPupil: true})
			if !errors.Is(err, tilhor.ErrNotFound) { // who leads the other school's committee sits not in this
				return err
			}
		}
		return tilhor.ErrNotFound
	})
}

func (p *Place) approved(kind, which string, from, to *[]heard) (Act, bool) {
	return p.next(kind, from, to, func(ctx context.Context, h heard, id string) error {
		return p.Hearings.Approve(ctx, p.Adviser, h.slug, hearing.Approval{Which: which, On: p.today(), Who: id}, lang.For(tilhor.Bokmal))
	})
}

func (p *Place) approves(*rand.Rand) (Act, bool) {
	return p.approved("approves", hearing.Administrative, &p.adopted, &p.voted)
}

func (p *Place) votes(*rand.Rand) (Act, bool) {
	return p.approved("votes", hearing.Political, &p.voted, &p.ready)
}

// sends is the answer on its way.
func (p *Place) sends(*rand.Rand) (Act, bool) {
	return p.next("sends", &p.ready, nil, func(ctx context.Context, h heard, _ string) error {
		return p.Hearings.Send(ctx, p.Adviser, h.slug, lang.For(tilhor.Bokmal))
	})
}
