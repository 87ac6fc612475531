package work

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// What sets a track apart from the others: its pupil's address is protected, and is
// not any more; its pupil leaves; it is taken out of the matter it stood in. Of each
// school one pupil is kept for the first three, and no other act is about that one:
// who is protected is told of in no list, and nobody but the named works on.

// lifted is what a track that was shielded has become.
const lifted cases.Kind = "lifted"

// apartSQL are this tool's own statements, made when they are first used.
var apartSQL = sync.OnceValue(func() (s struct{ life, together *db.Stmt }) {
	s.life = db.SQL(`SELECT t.slug, (SELECT COUNT(*) FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'shielded') FROM cases_track t
		WHERE t.owner = $1 AND t.pupil = $2 AND t.state = 'open' AND EXISTS (SELECT 1 FROM cases_record a WHERE a.owner = t.owner AND a.track = t.id AND a.kind = 'asked') ORDER BY t.opened_at, t.id`)
	s.together = db.SQL(`SELECT t.id, t.slug, t.school, t.matter FROM cases_track t WHERE t.owner = $1 AND t.state = 'open'
		AND EXISTS (SELECT 1 FROM cases_track o WHERE o.owner = t.owner AND o.matter = t.matter AND o.id <> t.id) ORDER BY t.id LIMIT 50`)
	return s
})

// resumeApart finds how far the kept pupil of each school has come.
func (p *Place) resumeApart(tx *db.Tx) error {
	for _, s := range p.Schools {
		e := ending{school: s}
		err := tx.Each(apartSQL().life, func(scan db.Scan) error {
			var n int
			err := scan(&e.slug, &n)
			e.kind = []cases.Kind{cases.Asked, cases.Shielded, lifted}[min(n, 2)]
			return err
		}, Owner, s.Kept)
		if err != nil {
			return err
		}
		if s.begun = e.slug != ""; s.begun && p.mine(string(s.Kept)) {
			p.endings = append(p.endings, e)
		}
	}
	return nil
}

// begin tells of the kept pupil of a school, and goes on until measures run and a
// teacher is asked: whatever shielding and leaving must take back.
func (p *Place) begin(*rand.Rand) (Act, bool) {
	i := slices.IndexFunc(p.Schools, func(s *School) bool { return !s.begun && p.mine(string(s.Kept)) })
	if i < 0 {
		return Act{}, false
	}
	s, id := p.Schools[i], mark("begin")
	s.begun = true
	return Act{ID: id, Steps: true, do: func(ctx context.Context) error {
		slug, err := p.planned(ctx, s, s.Kept, s.Teachers[0])
		if err != nil {
			return err
		}
		return p.becomes(ending{slug: slug, school: s}, cases.Asked, p.Cases.Ask(ctx, s.Rektor, slug, cases.Request{
			Kind: cases.ForObservation, Whom: []tilhor.PersonID{s.Teachers[len(s.Teachers)-1].Person}, Place: "Storefri", Look: id, Due: p.today().Add(2),
		}))
	}}, true
}

// shield protects the kept pupil: rektor does it, and it is the social teacher who
// leads from then on.
func (p *Place) shield(*rand.Rand) (Act, bool) {
	e, ok := p.ends(cases.Asked)
	id := mark("shield")
	return Act{ID: id, do: func(ctx context.Context) error {
		s := e.school
		return p.becomes(e, cases.Shielded, p.Cases.Shield(ctx, s.Rektor, cases.Shielding{Pupil: s.Kept, Grade: roster.StrictConfidential, Leader: s.Social.Person, Reason: id}))
	}}, ok
}

func (p *Place) lift(*rand.Rand) (Act, bool) {
	e, ok := p.ends(cases.Shielded)
	id := mark("lift")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.becomes(e, lifted, p.Cases.Unshield(ctx, e.school.Social, e.slug, id))
	}}, ok
}

// leave is that the pupil goes to another school, before the lists know it.
func (p *Place) leave(*rand.Rand) (Act, bool) {
	e, ok := p.ends(lifted)
	id := mark("leave")
	return Act{ID: id, do: func(ctx context.Context) error {
		err := p.Cases.Leave(ctx, e.school.Rektor, e.slug, cases.Leaving{Why: cases.Leaves[0], At: tilhor.Now(p.Clock()), Open: id, Sure: true})
		if err == nil {
			p.mu.Lock()
			defer p.mu.Unlock()
			e.school.begun = false
		}
		return err
	}}, ok
}

// parting takes a track out of the matter it was joined in, once nothing is on its way
// to be shared there.
func (p *Place) parting(*rand.Rand) (a Act, ok bool) {
	sharing := map[string]bool{}
	p.look(wholeSQL().measure, func(scan db.Scan) error {
		m, err := shared(scan)
		sharing[m.matter] = sharing[m.matter] || p.given[m.act()]
		return err
	})
	id := mark("part")
	p.look(apartSQL().together, func(scan db.Scan) error {
		var track, slug, matter string
		var school tilhor.SchoolID
		err := scan(&track, &slug, &school, &matter)
		if key := "parts-" + matter; err == nil && !ok && p.mine(track) && !sharing[matter] && !p.given[key] {
			p.given[key] = true
			a, ok = Act{ID: id, do: func(ctx context.Context) error { return p.Cases.TakeOut(ctx, p.school(school).Rektor, slug, id) }}, true
		}
		return err
	})
	return a, ok
}
