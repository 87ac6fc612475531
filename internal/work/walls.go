package work

import (
	"context"
	"math/rand/v2"
	"sync"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/danger"
	"tilhor/internal/db"
)

// Acts that write in several tables, and of which half would be worst: a note that
// nobody but its writer knows of, who is a parent, an emergency, and an order.

// wallSQL are this tool's own statements, made when they are first used.
var wallSQL = sync.OnceValue(func() (s struct{ number, pupil *db.Stmt }) {
	s.number = db.SQL(`SELECT c.number FROM cases_track t JOIN cases_case c ON c.owner = t.owner AND c.id = CASE WHEN t.origin <> '' THEN t.origin ELSE t.matter END WHERE t.owner = $1 AND t.id = $2`)
	s.pupil = db.SQL(`SELECT pupil FROM cases_track WHERE owner = $1 AND id = $2`)
	return s
})

// paper is a teacher who keeps a sealed note of a report of their own (§ 24-3), and
// lets rektor in.
func (p *Place) paper(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("paper")
	by := s.Teachers[rng.IntN(len(s.Teachers))]
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Danger.Keep(ctx, by, danger.Note{Child: "En elev", To: danger.Barnevern, When: tilhor.Now(p.Clock()), Text: id, With: s.Rektor.Person})
		return err
	}}, true
}

// parent is rektor who writes that one of the guardians has responsibility.
func (p *Place) parent(rng *rand.Rand) (Act, bool) {
	t, id := p.any(rng), mark("parent")
	guardian := p.first(wholeSQL().guardian, t.id)
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.DecideHome(ctx, t.school.Rektor, t.slug, cases.HomeDecision{What: cases.HasResponsibility, Guardian: tilhor.PersonID(guardian), Reason: id})
	}}, guardian != ""
}

// glass is emergency access to a track.
func (p *Place) glass(rng *rand.Rand) (Act, bool) {
	t, id := p.any(rng), mark("glass")
	number, pupil := p.first(wallSQL().number, t.id), tilhor.PersonID(p.first(wallSQL().pupil, t.id))
	return Act{ID: id, do: func(ctx context.Context) error {
		var names map[tilhor.PersonID]string
		err := p.DB.Read(ctx, func(tx *db.Tx) (err error) {
			names, err = p.Roster.Names(tx, Owner, pupil)
			return err
		})
		if err == nil {
			_, err = p.Cases.Break(ctx, t.school.Rektor, cases.Emergency{Number: number, Name: names[pupil], Reason: id})
		}
		return err
	}}, number != "" && pupil != ""
}

// order is a decision of Statsforvalteren's with two points, each with its day.
func (p *Place) order(rng *rand.Rand) (Act, bool) {
	return p.on("order", rng, func(ctx context.Context, t *track, id string) error {
		due := p.today().Add(14)
		return p.Cases.DecidedByState(ctx, t.school.Rektor, t.slug, cases.StateDecision{
			At: before(p.Clock()), Answer: cases.StateBreach, Text: id, Got: p.today(),
			Points: []cases.StatePoint{{What: "Lag en plan.", Due: due}, {What: "Sett inn en voksen.", Due: due.Add(7)}},
		})
	})
}
