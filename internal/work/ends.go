package work

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
)

// How a case ends, and what is told by those who do not work at the school. A track
// that shall end is one of its own from the beginning: nobody else is at it.

// An ending is such a track, and how far it has come: said to be safe, stepped down,
// or closed.
type ending struct {
	slug   string
	school *School
	kind   cases.Kind
}

// A talk is one about what was told without a name, with its code.
type talk struct {
	slug, code string
	school     *School
}

// endSQL are this tool's own statements, made when they are first used.
var endSQL = sync.OnceValue(func() (s struct{ lives, told, undecided, voices, warned *db.Stmt }) {
	s.lives = db.SQL(`SELECT r.track, t.slug, t.school, r.kind FROM cases_record r JOIN cases_track t ON t.owner = r.owner AND t.id = r.track
		WHERE r.owner = $1 AND (r.kind IN ('closed', 'stepped-down', 'reopened') OR r.kind = 'evaluated' AND r.answer = 'safe') ORDER BY r.written_at, r.id`)
	s.told = db.SQL(`SELECT id FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'told' ORDER BY id LIMIT 1`)
	s.undecided = db.SQL(`SELECT n.id, t.id, t.slug, t.school, COUNT(h.id) FROM cases_record n JOIN cases_track t ON t.owner = n.owner AND t.id = n.track
		LEFT JOIN cases_record h ON h.owner = n.owner AND h.track = n.track AND h.kind = 'decision-heard' AND h.ref = n.id AND h.answer = 'parents'
		WHERE n.owner = $1 AND n.kind = 'decision-notice' AND NOT EXISTS (SELECT 1 FROM cases_record m WHERE m.owner = n.owner AND m.track = n.track AND m.kind = 'decision-made' AND m.ref = n.id)
		GROUP BY n.id, t.id, t.slug, t.school ORDER BY n.id LIMIT 50`)
	s.warned = db.SQL(`SELECT id FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'decision-notice' LIMIT 1`)
	s.voices = db.SQL(`SELECT id FROM cases_record WHERE owner = $1 AND track = $2 AND kind = 'voice' LIMIT 1`)
	return s
})

// resumeEndings finds the tracks that are on their way to an end. Each stands once,
// as the last thing that was done with it.
func (p *Place) resumeEndings(tx *db.Tx) error {
	p.endings = nil
	last, at := map[string]ending{}, []string{}
	err := tx.Each(endSQL().lives, func(scan db.Scan) error {
		var id, slug string
		var school tilhor.SchoolID
		var kind cases.Kind
		err := scan(&id, &slug, &school, &kind)
		if _, known := last[id]; !known {
			at = append(at, id)
		}
		last[id] = ending{slug, p.school(school), kind}
		return err
	}, Owner)
	for _, id := range at {
		if e := last[id]; e.school != nil && p.mine(id) && e.kind != cases.Reopened {
			p.endings = append(p.endings, e)
		}
	}
	return err
}

// ends takes the first track out of those that have come so far.
func (p *Place) ends(kinds ...cases.Kind) (ending, bool) {
	i := slices.IndexFunc(p.endings, func(e ending) bool { return slices.Contains(kinds, e.kind) })
	if i < 0 {
		return ending{}, false
	}
	e := p.endings[i]
	p.endings = slices.Delete(p.endings, i, i+1)
	return e, true
}

// becomes puts a track back, as what it has become by an act that was done.
func (p *Place) becomes(e ending, kind cases.Kind, err error) error {
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endings = append(p.endings, ending{e.slug, e.school, kind})
	return nil
}

// settleOne tells of a pupil and goes on until the pupil says that it is safe now.
func (p *Place) settleOne(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("settle")
	pupil := s.Pupils[rng.IntN(len(s.Pupils))]
	return Act{ID: id, Steps: true, do: func(ctx context.Context) error {
		slug, err := p.planned(ctx, s, pupil, s.Social)
		if err != nil {
			return err
		}
		return p.becomes(ending{slug: slug, school: s}, cases.Evaluated, p.Cases.Evaluate(ctx, s.Rektor, slug, cases.Evaluation{
			At: tilhor.When{Precision: tilhor.Unknown}, Way: "self", Answer: cases.SafeNow, Words: id, Saw: "Ro.", Best: "Bra.", Then: cases.Finish,
		}))
	}}, true
}

// planned tells of a pupil, and goes on until the plan of the track is in force.
func (p *Place) planned(ctx context.Context, s *School, pupil tilhor.PersonID, handler tilhor.Actor) (slug string, err error) {
	r := s.Rektor
	c, err := p.Concerns.Tell(ctx, s.Teachers[0], p.Telling(s, pupil, "En lærer så at eleven"))
	if err != nil {
		return "", err
	}
	all, err := p.Cases.TakeUp(ctx, r, c.Slug, cases.Stance{Handler: handler.Person})
	if err != nil {
		return "", err
	}
	t := &track{id: string(all[0].ID), slug: all[0].Slug, school: s}
	if !p.mine(t.id) { // whoever else finds it goes on with it
		return "", tilhor.ErrConflict
	}
	err = p.Cases.Hear(ctx, r, t.slug, cases.Talk{At: tilhor.When{Precision: tilhor.Unknown}, Answer: cases.Spoke, Words: "Det er bedre.", How: "none"})
	if err == nil {
		err = p.Cases.Weigh(ctx, r, t.slug, cases.Weighing{Interests: "Trygghet.", View: "Det er bedre.", Weighing: "Lett.", Conclusion: "Fortsett."})
	}
	if err == nil {
		err = p.savePlan(ctx, t, 0, "")
	}
	if err == nil {
		err = p.Cases.Approve(ctx, r, t.slug, 1)
	}
	return t.slug, err
}

// step steps such a track down, and end closes it on the pupil's word; each act of
// an ending is done once at a track, by whoever took it out.
func (p *Place) step(*rand.Rand) (Act, bool) {
	e, ok := p.ends(cases.Evaluated)
	id := mark("step")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.becomes(e, cases.SteppedDownK, p.Cases.StepDown(ctx, e.school.Rektor, e.slug, cases.Step{View: "Det er bra nå.", Way: cases.Ways[0], Reason: id, Recheck: p.today().Add(35), Told: true}))
	}}, ok
}

func (p *Place) end(*rand.Rand) (Act, bool) {
	e, ok := p.ends(cases.Evaluated, cases.SteppedDownK)
	id := mark("end")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.becomes(e, cases.Ended, p.Cases.Close(ctx, e.school.Rektor, e.slug, cases.Ending{Words: id, CheckOn: p.today().Add(35)}))
	}}, ok
}

func (p *Place) reopen(*rand.Rand) (Act, bool) {
	e, ok := p.ends(cases.Ended)
	id := mark("reopen")
	return Act{ID: id, do: func(ctx context.Context) error { return p.Cases.Reopen(ctx, e.school.Rektor, e.slug, id) }}, ok
}

// correct puts right what was told.
func (p *Place) correct(rng *rand.Rand) (Act, bool) {
	t, id := p.any(rng), mark("correct")
	r := p.first(endSQL().told, t.id)
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.Correct(ctx, t.school.Rektor, t.slug, cases.Correction{Record: tilhor.RecordID(r), Asker: "school", Granted: true, Text: id})
	}}, r != ""
}

// recuse takes somebody out of a track who has no part in it: the last teacher is
// given none (appoint, ask).
func (p *Place) recuse(*rand.Rand) (Act, bool) {
	id := mark("recuse")
	for _, t := range slices.Backward(p.tracks[max(0, len(p.tracks)-recent):]) {
		who := t.school.Teachers[len(t.school.Teachers)-1].Person
		if t.asked[who] {
			continue
		}
		t.asked[who] = true
		return Act{ID: id, do: func(ctx context.Context) error {
			return p.Cases.Recuse(ctx, t.school.Rektor, t.slug, cases.Recusal{Person: who, Why: cases.Whys[2], Reason: id})
		}}, true
	}
	return Act{}, false
}

// An undecided is an individual decision that is under way (§ 13-1).
type undecided struct {
	id, track, slug string
	school          *School
	heard           int
}

// undecided are this process's, by whether the parties were heard.
func (p *Place) undecided(heard bool) (x undecided, ok bool) {
	p.look(endSQL().undecided, func(scan db.Scan) error {
		var u undecided
		var school tilhor.SchoolID
		err := scan(&u.id, &u.track, &u.slug, &school, &u.heard)
		u.school = p.school(school)
		if key := "heard-" + u.id; !ok && u.heard > 0 == heard && p.mine(u.track) && !p.given[key] && (heard || !p.given["speaks-"+u.id]) {
			x, ok = u, true
			p.given[map[bool]string{true: key, false: "speaks-" + u.id}[heard]] = true
		}
		return err
	})
	return x, ok
}

// warn tells the parties what is considered, once in a track.
func (p *Place) warn(*rand.Rand) (Act, bool) {
	id := mark("warn")
	for _, t := range slices.Backward(p.tracks[max(0, len(p.tracks)-recent):]) {
		if p.given["warned-"+t.id] || p.first(endSQL().warned, t.id) != "" {
			continue
		}
		p.given["warned-"+t.id] = true
		return Act{ID: id, do: func(ctx context.Context) error {
			return p.Cases.Notify(ctx, t.school.Rektor, t.slug, cases.Notice{About: duty.Expulsion, At: tilhor.Now(p.Clock()), Grounds: id, Reply: p.today(), Told: true})
		}}, true
	}
	return Act{}, false
}

// speak hears the pupil and the parents about it; rule decides.
func (p *Place) speak(*rand.Rand) (Act, bool) {
	u, ok := p.undecided(false)
	id := mark("speak")
	return Act{ID: id, Steps: true, do: func(ctx context.Context) error {
		say := cases.Say{Decision: tilhor.RecordID(u.id), Party: cases.PartyPupil, At: tilhor.Now(p.Clock()), Words: "Jeg ble sint."}
		if err := p.Cases.HearParty(ctx, u.school.Rektor, u.slug, say); err != nil {
			return err
		}
		say.Party, say.Words = cases.PartyParents, id
		return p.Cases.HearParty(ctx, u.school.Rektor, u.slug, say)
	}}, ok
}

func (p *Place) rule(*rand.Rand) (Act, bool) {
	u, ok := p.undecided(true)
	id := mark("rule")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.Decide(ctx, u.school.Rektor, u.slug, cases.Resolution{
			Decision: tilhor.RecordID(u.id), Imposed: true, Facts: "Kastet en stol.", Tried: "Eget rom.", Best: "Veid.", Reasons: id, From: p.today(), Grade: "8-10", Days: 1, Before: true,
		})
	}}, ok
}

// survey decides on a survey with names, where somebody has been heard.
func (p *Place) survey(*rand.Rand) (Act, bool) {
	id := mark("survey")
	for _, t := range slices.Backward(p.tracks[max(0, len(p.tracks)-recent):]) {
		if p.first(endSQL().voices, t.id) == "" {
			continue
		}
		return Act{ID: id, do: func(ctx context.Context) error {
			return p.Cases.SurveyNaming(ctx, t.school.Rektor, t.slug, cases.NamingSurvey{Why: id, Tried: "Samtaler.", Whom: "5A", Questions: "Hvem er du sammen med?", On: p.today().Add(3)})
		}}, true
	}
	return Act{}, false
}

// child is a pupil who tells, signed in; rektor takes it up like any other.
func (p *Place) child(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("child")
	by := tilhor.Actor{Owner: Owner, Person: s.Pupils[rng.IntN(len(s.Pupils))], Role: tilhor.RolePupil, School: s.ID}
	return Act{ID: id, do: func(ctx context.Context) error {
		c, _, err := p.Concerns.Say(ctx, by, concerns.Saying{School: s.ID, For: concerns.ForSelf, Words: id, Arena: tilhor.ArenaBreak})
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.waiting = append(p.waiting, told{c.Slug, s})
		return nil
	}}, true
}

// say is somebody who tells without a name and is given a code; writes goes on
// with the code, and answer is rektor, who answers.
func (p *Place) say(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("say")
	return Act{ID: id, do: func(ctx context.Context) error {
		c, code, err := p.Concerns.Say(ctx, tilhor.Actor{Owner: Owner, Role: tilhor.RoleAnyone, School: s.ID}, concerns.Saying{School: s.ID, For: concerns.ForFriend, Whom: "En i klassen", Words: id, Arena: tilhor.ArenaBreak})
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.talks = append(p.talks, talk{c.Slug, code, s})
		return nil
	}}, true
}

func (p *Place) writes(rng *rand.Rand) (Act, bool) {
	if len(p.talks) == 0 {
		return Act{}, false
	}
	t, id := p.talks[rng.IntN(len(p.talks))], mark("writes")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Dialogue.Write(ctx, dialogue.Sender{Code: t.code, By: tilhor.Actor{Owner: Owner, Role: tilhor.RoleAnyone}}, dialogue.Say, id)
	}}, true
}

func (p *Place) answer(rng *rand.Rand) (Act, bool) {
	if len(p.talks) == 0 {
		return Act{}, false
	}
	t, id := p.talks[rng.IntN(len(p.talks))], mark("answer")
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Dialogue.Reply(ctx, t.school.Rektor, t.slug, id, dialogue.ToSender)
	}}, true
}

// machine lets a machine at SFO in: what it is called there is the id.
func (p *Place) machine(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("machine")
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.SFO.Enroll(ctx, s.Rektor, id)
		return err
	}}, true
}
