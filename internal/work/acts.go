package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// told is a concern that waits for rektor.
type told struct {
	slug   string
	school *School
}

// A track is a pupil's track as far as this process knows it.
type track struct {
	id, slug string
	school   *School
	stage    int  // how far it has come
	busy     bool // somebody is at its next stage
	joined   bool // has been joined with another
	asked    map[tilhor.PersonID]bool
}

// The stages of a track, in the order the law asks for.
const (
	hear = iota
	weigh
	plan
	approve
	evaluate
)

// recent is how many of the newest tracks are worked in.
const recent = 48

// An Act is one thing somebody does. Its ID is known before it is done.
type Act struct {
	ID    string
	Steps bool // is done in several steps, each durable by itself
	do    func(context.Context) error
}

// Kind is the first word of the id: tell, take, note …
func (a Act) Kind() string { k, _, _ := strings.Cut(a.ID, "-"); return k }

// Do does it, and answers when it is durable.
func (a Act) Do(ctx context.Context) error { return a.do(ctx) }

// Do does one act of the mix, chosen by rng.
func (p *Place) Do(ctx context.Context, rng *rand.Rand) (id string, err error) {
	a := p.Next(rng)
	return a.ID, a.Do(ctx)
}

// Next chooses an act of the mix: what a school does in a week, crowded into a
// moment. The act is not done yet.
func (p *Place) Next(rng *rand.Rand) Act {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := rng.IntN(100)
	switch {
	case n < 20 && len(p.waiting) > 0:
		return p.takeUp(rng)
	case n < 28:
		return p.signIn(rng)
	case n < 48 || len(p.tracks) == 0:
		return p.Tell(rng)
	}
	t := p.tracks[len(p.tracks)-1-rng.IntN(min(len(p.tracks), recent))]
	switch {
	case n < 70 && !t.busy:
		return p.onwards(t)
	case n < 82:
		return p.read(t, rng)
	case n < 86:
		if a, ok := p.appoint(t, rng); ok {
			return a
		}
	case n >= 90:
		if a, ok := p.oneOfAll(rng.IntN(len(whole)), rng); ok {
			return a
		}
	}
	return p.note(t)
}

func mark(kind string) string { return kind + "-" + tilhor.NewID() }

// before is a time just gone: when something happened.
func before(now time.Time) tilhor.When {
	return tilhor.When{At: now.Add(-time.Minute), Precision: tilhor.Exact}
}

// Tell is a teacher who tells rektor of a concern.
func (p *Place) Tell(rng *rand.Rand) Act {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("tell")
	by, pupil := s.Teachers[rng.IntN(len(s.Teachers))], s.Pupils[rng.IntN(len(s.Pupils))]
	return Act{ID: id, do: func(ctx context.Context) error {
		c, err := p.Concerns.Tell(ctx, by, p.Telling(s, pupil, id))
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.waiting = append(p.waiting, told{c.Slug, s})
		return nil
	}}
}

// Telling is a concern about a pupil, with the id in its words.
func (p *Place) Telling(s *School, pupil tilhor.PersonID, id string) concerns.Telling {
	now := p.Clock()
	return concerns.Telling{
		School: s.ID, Pupils: []tilhor.PersonID{pupil}, Saw: id + " sto alene i hele friminuttet", Said: "Jeg vil ikke mer.",
		Arena: tilhor.ArenaBreak, Happened: before(now), Known: before(now),
	}
}

// takeUp is rektor who takes the oldest concern up, and appoints.
func (p *Place) takeUp(rng *rand.Rand) Act {
	w := p.waiting[0]
	p.waiting = p.waiting[1:]
	id, urgent := mark("take"), cases.Stance{Handler: w.school.Social.Person}
	urgent.Ask = id
	if rng.IntN(3) == 0 {
		urgent.Urgent, urgent.Doer = "En voksen er ved siden av.", w.school.Social.Person
	}
	return Act{ID: id, do: func(ctx context.Context) error {
		list, err := p.Cases.TakeUp(ctx, w.school.Rektor, w.slug, urgent)
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, t := range list {
			if !p.mine(string(t.ID)) {
				continue
			}
			p.tracks = append(p.tracks, &track{id: string(t.ID), slug: t.Slug, school: w.school, asked: map[tilhor.PersonID]bool{}})
		}
		return nil
	}}
}

// onwards is the next stage of a track; nobody else is at it meanwhile.
func (p *Place) onwards(t *track) Act {
	t.busy = true
	stage := t.stage
	a := map[int]func(*track) Act{hear: p.hear, weigh: p.weigh, plan: p.plan, approve: p.approve, evaluate: p.evaluate}[stage](t)
	do := a.do
	a.do = func(ctx context.Context) error {
		err := do(ctx)
		p.mu.Lock()
		defer p.mu.Unlock()
		t.busy = false
		if err == nil {
			t.stage = min(stage+1, evaluate)
		}
		return err
	}
	return a
}

func (p *Place) hear(t *track) Act {
	id := mark("hear")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.Hear(ctx, t.school.Rektor, t.slug, cases.Talk{At: tilhor.When{Precision: tilhor.Unknown}, Answer: cases.Spoke, Words: id, How: "none"})
	}}
}

func (p *Place) weigh(t *track) Act {
	id := mark("weigh")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.Weigh(ctx, t.school.Rektor, t.slug, cases.Weighing{Interests: id, View: "Vil ha en voksen nær.", Weighing: "Det veier tungt.", Conclusion: "Til det beste for eleven."})
	}}
}

func (p *Place) plan(t *track) Act {
	id := mark("plan")
	return Act{ID: id, do: func(ctx context.Context) error { return p.savePlan(ctx, t, 0, id) }}
}

func (p *Place) savePlan(ctx context.Context, t *track, rev int, why string) error {
	return p.Cases.SavePlan(ctx, t.school.Rektor, t.slug, rev, p.draft(t, why))
}

func (p *Place) draft(t *track, why string) cases.Plan {
	today := p.today()
	return cases.Plan{Why: why, Measures: []cases.Measure{{
		Problem: "Er ikke med.", What: "En voksen ved ballbingen.", Start: today, Doer: t.school.Teachers[0].Person, Evaluate: today.Add(14),
	}}}
}

// approve has the track in its id: a track has one first plan. One whose days have
// gone by since it was written, as when a test sets the clock on, is written anew
// with it, as people do.
func (p *Place) approve(t *track) Act {
	id := "approve-" + t.id
	return Act{ID: id, do: func(ctx context.Context) error {
		err := p.Cases.Approve(ctx, t.school.Rektor, t.slug, 1)
		var late cases.Missing
		if !errors.As(err, &late) {
			return err
		}
		return p.Cases.SaveAndApprove(ctx, t.school.Rektor, t.slug, 1, p.draft(t, id))
	}}
}

func (p *Place) evaluate(t *track) Act {
	id := mark("evaluate")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.Evaluate(ctx, t.school.Rektor, t.slug, cases.Evaluation{
			At: tilhor.When{Precision: tilhor.Unknown}, Way: "self", Answer: cases.NotSafe, Words: id, Saw: "Mindre uro.", Best: "Fortsette.",
			Then: cases.GoOn, Next: p.today().Add(14),
		})
	}}
}

// appoint gives the track to a teacher who has not had it, so that track and
// teacher are the id. The last of them may be recused, and is given none.
func (p *Place) appoint(t *track, rng *rand.Rand) (Act, bool) {
	var left []tilhor.PersonID
	for _, a := range t.school.Teachers[:len(t.school.Teachers)-1] {
		if !t.asked[a.Person] {
			left = append(left, a.Person)
		}
	}
	if len(left) == 0 {
		return Act{}, false
	}
	who := left[rng.IntN(len(left))]
	t.asked[who] = true
	return Act{ID: "appoint-" + t.id + "-" + string(who), do: func(ctx context.Context) error {
		return p.Cases.Appoint(ctx, t.school.Rektor, t.slug, who)
	}}, true
}

func (p *Place) note(t *track) Act {
	id := mark("note")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.Write(ctx, t.school.Rektor, t.slug, cases.Line{At: tilhor.When{Precision: tilhor.Unknown}, What: "note", Text: id})
	}}
}

// read opens the track; the reading's entry has the id as its view.
func (p *Place) read(t *track, _ *rand.Rand) Act {
	id := mark("read")
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Cases.See(ctx, t.school.Rektor, t.slug, id)
		return err
	}}
}

// signIn makes a session for a teacher. Its id can be known only when it is
// made: the token is in the answer.
func (p *Place) signIn(rng *rand.Rand) Act {
	s := p.Schools[rng.IntN(len(p.Schools))]
	by, id := s.Teachers[rng.IntN(len(s.Teachers))], mark("session")
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Site.Enter(ctx, by.Person, by, id, "https://feide.example")
		return err
	}}
}

// Share leaves to each of several processes tracks of its own, by their ids: what
// is done once in a track (a first plan, an appointment) would be done once by
// each.
func (p *Place) Share(ctx context.Context, part, parts int) error {
	p.mu.Lock()
	p.part, p.parts = part, parts
	p.mu.Unlock()
	return p.Resume(ctx)
}

func (p *Place) mine(track string) bool { return p.parts == 0 || int(track[0])%p.parts == p.part }

// resumeSQL are this tool's own statements, made when they are first used: a test that
// looks at every statement of the program must not meet them.
var resumeSQL = sync.OnceValue(func() (s struct{ waiting, tracks, records, plan *db.Stmt }) {
	s.waiting = db.SQL(`SELECT c.slug, c.school, c.accused, COALESCE((SELECT MIN(p.person) FROM concerns_pupil p WHERE p.owner = c.owner AND p.concern = c.id), '') FROM concerns_concern c
		WHERE c.owner = $1 AND c.state = 'new' AND c.channel <> 'anonymous' ORDER BY c.written_at DESC LIMIT 200`)
	s.tracks = db.SQL(`SELECT t.id, t.slug, t.school, t.pupil FROM cases_track t WHERE t.owner = $1 AND t.state = 'open'
		AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id)
		AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind IN ('transfer-in', 'closed', 'stepped-down', 'reopened'))
		AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'evaluated' AND r.answer = 'safe') ORDER BY t.opened_at DESC LIMIT 60`)
	s.records = db.SQL(`SELECT kind, ref FROM cases_record WHERE owner = $1 AND track = $2`)
	s.plan = db.SQL(`SELECT state FROM cases_plan WHERE owner = $1 AND track = $2 ORDER BY version LIMIT 1`)
	return s
})

// Resume learns from the database what is under way, as a process does that
// begins again after another.
func (p *Place) Resume(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.DB.Read(ctx, func(tx *db.Tx) error {
		p.waiting, p.accused, p.past, p.tracks = nil, nil, nil, nil
		err := tx.Each(resumeSQL().waiting, func(scan db.Scan) error {
			var w told
			var school tilhor.SchoolID
			var who duty.Accused
			var pupil tilhor.PersonID
			err := scan(&w.slug, &school, &who, &pupil)
			list := &p.waiting
			switch who {
			case duty.AccusedEmployee:
				list = &p.accused
			case duty.AccusedLeadership:
				list = &p.past
			}
			if w.school = p.school(school); w.school != nil && pupil != w.school.Kept && (list == &p.waiting || p.mine(w.slug)) {
				*list = append(*list, w)
			}
			return err
		}, Owner)
		if err != nil {
			return err
		}
		err = tx.Each(resumeSQL().tracks, func(scan db.Scan) error {
			t := &track{asked: map[tilhor.PersonID]bool{}}
			var school tilhor.SchoolID
			var pupil tilhor.PersonID
			err := scan(&t.id, &t.slug, &school, &pupil)
			if t.school = p.school(school); t.school != nil && pupil != t.school.Kept && p.mine(t.id) {
				p.tracks = append(p.tracks, t)
			}
			return err
		}, Owner)
		if err != nil {
			return err
		}
		if err := errors.Join(p.resumeEndings(tx), p.resumeApart(tx), p.resumeHeard(tx)); err != nil {
			return err
		}
		slices.Reverse(p.tracks)
		for _, t := range p.tracks {
			if err := t.resume(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Place) school(id tilhor.SchoolID) *School {
	for _, s := range p.Schools {
		if s.ID == id {
			return s
		}
	}
	return nil
}

// resume finds how far a track has come.
func (t *track) resume(tx *db.Tx) error {
	has := map[cases.Kind]bool{}
	err := tx.Each(resumeSQL().records, func(scan db.Scan) error {
		var kind cases.Kind
		var ref string
		err := scan(&kind, &ref)
		has[kind] = true
		t.joined = t.joined || kind == cases.Together
		if kind == cases.Appointed || kind == cases.Recused {
			t.asked[tilhor.PersonID(ref)] = true
		}
		return err
	}, Owner, t.id)
	if err != nil {
		return err
	}
	drafted := false
	err = tx.Each(resumeSQL().plan, func(scan db.Scan) error { drafted = true; var s string; return scan(&s) }, Owner, t.id)
	for i, done := range []bool{has[cases.Voice], has[cases.Interest], drafted, has[cases.Approved]} {
		if !done {
			break
		}
		t.stage = i + 1
	}
	return err
}
