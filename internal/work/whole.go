package work

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"sync"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/handover"
	"tilhor/internal/interventions"
	"tilhor/internal/roster"
)

// whole are the acts of the whole case, in an order in which each finds what it
// builds on: some acts apart, for several are chosen before any of them is done.
// One that finds nothing to be done on gives false.
var whole = []struct {
	kind string
	make func(*Place, *rand.Rand) (Act, bool)
}{
	{"accuse", (*Place).accuse},
	{"seal", (*Place).sealed},
	{"asks", (*Place).asks},
	{"above", (*Place).above},
	{"lead", (*Place).lead},
	{"serious", (*Place).serious},
	{"settle", (*Place).settleOne},
	{"begin", (*Place).begin},
	{"attach", (*Place).attach},
	{"meet", (*Place).minutes},
	{"digital", (*Place).digital},
	{"warn", (*Place).warn},
	{"ask", (*Place).ask},
	{"observe", (*Place).observe},
	{"join", (*Place).join},
	{"adopts", (*Place).adopts},
	{"say", (*Place).say},
	{"step", (*Place).step},
	{"away", (*Place).away},
	{"home", (*Place).home},
	{"speak", (*Place).speak},
	{"share", (*Place).share},
	{"answer", (*Place).answer},
	{"end", (*Place).end},
	{"approves", (*Place).approves},
	{"stop", (*Place).stop},
	{"shield", (*Place).shield},
	{"insight", (*Place).insight},
	{"judge", (*Place).judge},
	{"writes", (*Place).writes},
	{"decide", (*Place).decide},
	{"rule", (*Place).rule},
	{"reopen", (*Place).reopen},
	{"votes", (*Place).votes},
	{"force", (*Place).force},
	{"hand", (*Place).hand},
	{"pack", (*Place).pack},
	{"correct", (*Place).correct},
	{"lift", (*Place).lift},
	{"recuse", (*Place).recuse},
	{"survey", (*Place).survey},
	{"child", (*Place).child},
	{"machine", (*Place).machine},
	{"sends", (*Place).sends},
	{"part", (*Place).parting},
	{"accept", (*Place).accept},
	{"paper", (*Place).paper},
	{"parent", (*Place).parent},
	{"glass", (*Place).glass},
	{"order", (*Place).order},
	{"leave", (*Place).leave},
	{"suggest", (*Place).suggest},
	{"convene", (*Place).convene},
	{"agree", (*Place).agree},
	{"reply", (*Place).reply},
	{"call", (*Place).call},
	{"written", (*Place).confirm},
}

// WholeKinds are the kinds of those acts.
func WholeKinds() (all []string) {
	for _, w := range whole {
		all = append(all, w.kind)
	}
	return all
}

// Stepwise says whether the n-th act of the whole case is done in several steps.
func Stepwise(n int) bool {
	switch whole[n%len(whole)].kind {
	case "lead", "attach", "observe", "judge", "pack", "settle", "begin", "speak", "written", "asks":
		return true
	}
	return false
}

// Whole is the n-th act of the whole case, over and over; false when there is
// nothing to do it on.
func (p *Place) Whole(n int, rng *rand.Rand) (Act, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.oneOfAll(n, rng)
}

func (p *Place) oneOfAll(n int, rng *rand.Rand) (Act, bool) {
	if len(p.tracks) == 0 {
		return Act{}, false
	}
	a, ok := whole[n%len(whole)].make(p, rng)
	if !ok || p.given[a.ID] {
		return Act{}, false
	}
	p.given[a.ID] = true
	return a, true
}

// wholeSQL are this tool's own statements, made when they are first used.
var wholeSQL = sync.OnceValue(func() (s struct {
	note, number, carriers, away, guardian, measure, unjudged, judged, parcel *db.Stmt
},
) {
	s.note = db.SQL(`SELECT r.id FROM cases_record r WHERE r.owner = $1 AND r.track = $2 AND r.kind = 'note'
		AND NOT EXISTS (SELECT 1 FROM privacy_part p WHERE p.owner = r.owner AND p.track = r.track AND p.part = r.id) ORDER BY r.id LIMIT 1`)
	s.number = db.SQL(`SELECT c.number FROM cases_track t JOIN cases_case c ON c.owner = t.owner AND c.id = t.matter WHERE t.owner = $1 AND t.id = $2
		AND NOT EXISTS (SELECT 1 FROM cases_track o WHERE o.owner = t.owner AND o.id = $3 AND o.pupil = t.pupil)`)
	s.carriers = db.SQL(`SELECT DISTINCT handler FROM cases_track WHERE owner = $1 AND school = $2 AND state = 'open' AND handler <> '' ORDER BY handler`)
	s.away = db.SQL(`SELECT COALESCE(MAX(until_on), '') FROM cases_absence WHERE owner = $1 AND person = $2`)
	s.guardian = db.SQL(`SELECT g.guardian FROM cases_track t JOIN roster_guardian g ON g.owner = t.owner AND g.pupil = t.pupil
		WHERE t.owner = $1 AND t.id = $2 AND g.until_date = '' ORDER BY g.guardian LIMIT 1`)
	s.measure = db.SQL(`SELECT t.id, t.slug, t.school, t.matter, m.id FROM cases_measure m JOIN cases_track o ON o.owner = m.owner AND o.id = m.track
		JOIN cases_track t ON t.owner = o.owner AND t.matter = o.matter AND t.id <> o.id
		WHERE m.owner = $1 AND m.state = 'running' AND m.version > 0 AND t.state = 'open' AND o.state = 'open'
			AND NOT EXISTS (SELECT 1 FROM cases_shared s WHERE s.owner = t.owner AND s.track = t.id AND s.measure = m.id)
			AND NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id) ORDER BY m.id, t.id LIMIT 50`)
	s.unjudged = db.SQL(`SELECT i.id, t.id, t.slug, t.school FROM cases_insight i JOIN cases_track t ON t.owner = i.owner AND t.id = i.track WHERE i.owner = $1 AND i.state = 'open'
		AND NOT EXISTS (SELECT 1 FROM cases_passage p WHERE p.owner = i.owner AND p.insight = i.id) ORDER BY i.id LIMIT 20`)
	s.judged = db.SQL(`SELECT i.id, t.id, t.slug, t.school FROM cases_insight i JOIN cases_track t ON t.owner = i.owner AND t.id = i.track WHERE i.owner = $1 AND i.state = 'open'
		AND EXISTS (SELECT 1 FROM cases_passage p WHERE p.owner = i.owner AND p.insight = i.id) ORDER BY i.id LIMIT 20`)
	s.parcel = db.SQL(`SELECT id, slug, to_school, from_track FROM cases_transfer WHERE owner = $1 AND state = 'offered' ORDER BY made_at, id LIMIT 20`)
	return s
})

// Plan brings the newest track to where its plan is in force.
func (p *Place) Plan(ctx context.Context) error {
	for {
		p.mu.Lock()
		t := p.tracks[len(p.tracks)-1]
		if t.stage == evaluate {
			p.mu.Unlock()
			return nil
		}
		a := p.onwards(t)
		p.mu.Unlock()
		if err := a.Do(ctx); err != nil {
			return err
		}
	}
}

// look reads rows for the choice of an act; a database that does not answer has
// none.
func (p *Place) look(q *db.Stmt, row func(db.Scan) error, args ...any) {
	_ = p.DB.Read(context.Background(), func(tx *db.Tx) error { return tx.Each(q, row, append([]any{Owner}, args...)...) })
}

// first reads one value; "" when there is none.
func (p *Place) first(q *db.Stmt, args ...any) (s string) {
	p.look(q, func(scan db.Scan) error { return scan(&s) }, args...)
	return s
}

// any is one of the newest tracks.
func (p *Place) any(rng *rand.Rand) *track {
	return p.tracks[len(p.tracks)-1-rng.IntN(min(len(p.tracks), recent))]
}

// on is an act of rektor's on one of the newest tracks, with an id of its own.
func (p *Place) on(kind string, rng *rand.Rand, do func(ctx context.Context, t *track, id string) error) (Act, bool) {
	t, id := p.any(rng), mark(kind)
	return Act{ID: id, do: func(ctx context.Context) error { return do(ctx, t, id) }}, true
}

// tellOf is a teacher who tells of somebody who works at the school, or leads it.
func (p *Place) tellOf(kind string, rng *rand.Rand, who duty.Accused, to *[]told) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark(kind)
	pupil := s.Pupils[rng.IntN(len(s.Pupils))]
	return Act{ID: id, do: func(ctx context.Context) error {
		x := p.Telling(s, pupil, id)
		x.Accused, x.Against, x.Whom = who, []tilhor.PersonID{s.Teachers[len(s.Teachers)-1].Person}, "den som hadde inspeksjon"
		if who == duty.AccusedLeadership {
			x.Against = []tilhor.PersonID{s.Rektor.Person}
		}
		c, err := p.Concerns.Tell(ctx, s.Teachers[0], x)
		if err != nil {
			return err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		*to = append(*to, told{c.Slug, s})
		return nil
	}}, true
}

func (p *Place) accuse(rng *rand.Rand) (Act, bool) {
	return p.tellOf("accuse", rng, duty.AccusedEmployee, &p.accused)
}

func (p *Place) above(rng *rand.Rand) (Act, bool) {
	return p.tellOf("above", rng, duty.AccusedLeadership, &p.past)
}

func taken(list *[]told) (told, bool) {
	if len(*list) == 0 {
		return told{}, false
	}
	w := (*list)[0]
	*list = (*list)[1:]
	return w, true
}

// sealed is rektor who takes up what was told of an employee, and answers for the
// owner: the words to the owner have the id.
func (p *Place) sealed(*rand.Rand) (Act, bool) {
	w, ok := taken(&p.accused)
	id := mark("seal")
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Cases.TakeSealed(ctx, w.school.Rektor, w.slug, cases.Stance{Handler: w.school.Social.Person}, cases.ToOwner{Words: id})
		return err
	}}, ok
}

// lead is the owner, who appoints the rektor of another school to lead what is
// told of a school's leadership. A concern is taken up once, so its address is
// the id.
func (p *Place) lead(*rand.Rand) (Act, bool) {
	w, ok := taken(&p.past)
	return Act{ID: "lead-" + w.slug, Steps: true, do: func(ctx context.Context) error {
		_, err := p.Cases.TakeForOwner(ctx, p.Adviser, w.slug, p.other(w.school.ID).Rektor.Person)
		return err
	}}, ok
}

func (p *Place) other(than tilhor.SchoolID) *School {
	for _, s := range p.Schools {
		if s.ID != than {
			return s
		}
	}
	return nil
}

func (p *Place) serious(rng *rand.Rand) (Act, bool) {
	return p.on("serious", rng, func(ctx context.Context, t *track, id string) error {
		return p.Cases.JudgeSerious(ctx, t.school.Rektor, t.slug, cases.Seriousness{Answer: "yes", Reason: id, Words: "Vi har begynt."})
	})
}

// letter is a small file that is stored as it is.
var letter = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")

func (p *Place) attach(rng *rand.Rand) (Act, bool) {
	a, ok := p.on("attach", rng, func(ctx context.Context, t *track, id string) error {
		x := cases.Attachment{When: tilhor.When{Precision: tilhor.Unknown}, Shows: id, Giver: "En lærer", Needed: "Tiden står der.", Name: "brev.pdf", Checked: true}
		file, err := p.Cases.Put(ctx, t.school.Rektor, t.slug, x, letter)
		if err != nil {
			return err
		}
		x.File = file
		return p.Cases.Attach(ctx, t.school.Rektor, t.slug, x)
	})
	a.Steps = true
	return a, ok
}

func (p *Place) minutes(rng *rand.Rand) (Act, bool) {
	return p.on("meet", rng, func(ctx context.Context, t *track, id string) error {
		return p.Cases.Meet(ctx, t.school.Rektor, t.slug, cases.Meeting{
			Kind: "home", At: before(p.Clock()), Who: "Hjemmet", Text: id,
			Points: []cases.Point{{What: "Rektor ringer på fredag.", Who: "Rektor", On: p.today().Add(4)}, {What: "Vi ses igjen.", Who: "Rektor"}},
		})
	})
}

func (p *Place) digital(rng *rand.Rand) (Act, bool) {
	return p.on("digital", rng, func(ctx context.Context, t *track, id string) error {
		return p.Cases.Describe(ctx, t.school.Rektor, t.slug, cases.DigitalEvent{At: before(p.Clock()), Service: "En gruppe", Text: id, Keeper: "Eleven"})
	})
}

// ask asks a teacher for an observation, but the last, who may be recused.
func (p *Place) ask(rng *rand.Rand) (Act, bool) {
	t, id := p.any(rng), mark("ask")
	who := t.school.Teachers[rng.IntN(len(t.school.Teachers)-1)]
	return Act{ID: id, do: func(ctx context.Context) error {
		err := p.Cases.Ask(ctx, t.school.Rektor, t.slug, cases.Request{
			Kind: cases.ForObservation, Whom: []tilhor.PersonID{who.Person}, Place: "Storefri", Look: id, Due: p.today().Add(2),
		})
		p.mu.Lock()
		defer p.mu.Unlock()
		if err == nil {
			p.asked = append(p.asked, who)
		}
		return err
	}}, true
}

// observe is one who was asked, and answers.
func (p *Place) observe(*rand.Rand) (Act, bool) {
	if len(p.asked) == 0 {
		return Act{}, false
	}
	who, id := p.asked[0], mark("observe")
	p.asked = p.asked[1:]
	return Act{ID: id, Steps: true, do: func(ctx context.Context) error {
		all, err := p.Cases.Questions(ctx, who)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return tilhor.ErrNotFound
		}
		return p.Cases.Observe(ctx, who, all[0].ID, cases.Observation{At: before(p.Clock()), Place: "Ballbingen", Saw: id, Seemed: "Så ned."})
	}}, true
}

// away has a teacher be away for a day, and the social teacher stand in: of each
// the days are others every time, so that who and when is the id.
func (p *Place) away(rng *rand.Rand) (Act, bool) {
	s := p.Schools[rng.IntN(len(p.Schools))]
	var who tilhor.PersonID
	p.look(wholeSQL().carriers, func(scan db.Scan) error { // one who has cases, if there is one
		var h tilhor.PersonID
		err := scan(&h)
		if h != s.Social.Person && slices.ContainsFunc(s.Teachers, func(a tilhor.Actor) bool { return a.Person == h }) {
			who = h
		}
		return err
	}, s.ID)
	if who == "" {
		who = s.Teachers[rng.IntN(len(s.Teachers))].Person
	}
	if !p.mine(string(who)) {
		return Act{}, false
	}
	from := max(p.today(), tilhor.Date(p.first(wholeSQL().away, who)), p.gone[who]).Add(1)
	p.gone[who] = from
	return Act{ID: "away-" + string(who) + "-" + string(from), do: func(ctx context.Context) error {
		return p.Cases.Away(ctx, s.Rektor, cases.Absence{Person: who, From: from, Until: from, Cases: s.Social.Person})
	}}, true
}

func (p *Place) home(rng *rand.Rand) (Act, bool) {
	t, id := p.any(rng), mark("home")
	guardian := p.first(wholeSQL().guardian, t.id)
	return Act{ID: id, do: func(ctx context.Context) error {
		return p.Cases.DecideHome(ctx, t.school.Rektor, t.slug, cases.HomeDecision{
			What: string(roster.Secret), Guardian: tilhor.PersonID(guardian), Basis: roster.SecretBases[0], Review: p.today().Add(30), Reason: id,
		})
	}}, guardian != ""
}

// join lets two tracks of a school, of two pupils, stand in one matter. A track
// takes part in that once, so that its own id is the act's: one that was refused
// must never be done by another's.
func (p *Place) join(*rand.Rand) (Act, bool) {
	var free []*track
	for _, t := range p.tracks[max(0, len(p.tracks)-recent):] {
		if !t.joined {
			free = append(free, t)
		}
	}
	slices.SortStableFunc(free, func(a, b *track) int { return b.stage - a.stage }) // one that has measures, if there is one
	for i, t := range free {
		for _, o := range free[i+1:] {
			number := p.first(wholeSQL().number, o.id, t.id)
			if o.school != t.school || number == "" {
				continue
			}
			t.joined, o.joined = true, true
			return Act{ID: "join-" + t.id, do: func(ctx context.Context) error {
				return p.Cases.JoinMatter(ctx, t.school.Rektor, t.slug, number, "Det er den samme gjengen.")
			}}, true
		}
	}
	return Act{}, false
}

// share lets a track refer to a measure of another in its matter, each once, unless
// the two are being parted.
func (p *Place) share(*rand.Rand) (a Act, ok bool) {
	p.look(wholeSQL().measure, func(scan db.Scan) error {
		m, err := shared(scan)
		if err == nil && !ok && p.mine(m.track) && !p.given[m.act()] && !p.given["parts-"+m.matter] {
			a, ok = Act{ID: m.act(), do: func(ctx context.Context) error {
				return p.Cases.Share(ctx, p.school(m.school).Rektor, m.slug, m.measure)
			}}, true
		}
		return err
	})
	return a, ok
}

// A sharing is a measure, and a track in its matter that does not refer to it yet.
type sharing struct {
	track, slug, matter string
	school              tilhor.SchoolID
	measure             tilhor.MeasureID
}

func shared(scan db.Scan) (m sharing, err error) {
	err = scan(&m.track, &m.slug, &m.school, &m.matter, &m.measure)
	return m, err
}

func (m sharing) act() string { return "share-" + m.track + "-" + string(m.measure) }

// stop blocks a note. Each is blocked once, so that its id is the act's.
func (p *Place) stop(*rand.Rand) (Act, bool) {
	for _, t := range slices.Backward(p.tracks[max(0, len(p.tracks)-recent):]) {
		r := p.first(wholeSQL().note, t.id)
		if id := "stop-" + r; r != "" && !p.given[id] {
			return Act{ID: id, do: func(ctx context.Context) error {
				return p.Cases.StopRecord(ctx, t.school.Rektor, t.slug, cases.Stop{Record: tilhor.RecordID(r), Reason: "wrong-child", Why: "Hører til et annet sted."})
			}}, true
		}
	}
	return Act{}, false
}

func (p *Place) insight(rng *rand.Rand) (Act, bool) {
	return p.on("insight", rng, func(ctx context.Context, t *track, id string) error {
		_, err := p.Cases.AskInsight(ctx, t.school.Rektor, t.slug, cases.NewInsight{Asker: "pupil", Basis: "gdpr-15", Who: "Eleven", Text: id, Received: p.today()})
		return err
	})
}

// request is the first request for access of a statement that is this process's.
func (p *Place) request(q *db.Stmt, kind string) (id tilhor.RecordID, slug string, s *School) {
	p.look(q, func(scan db.Scan) error {
		var r tilhor.RecordID
		var track, at string
		var school tilhor.SchoolID
		err := scan(&r, &track, &at, &school)
		if id == "" && p.mine(track) && !p.given[kind+"-"+string(r)] {
			id, slug, s = r, at, p.school(school)
		}
		return err
	})
	return id, slug, s
}

// judge goes through a request for access: nothing that stands there is given.
func (p *Place) judge(*rand.Rand) (Act, bool) {
	id, slug, s := p.request(wholeSQL().unjudged, "judge")
	return Act{ID: "judge-" + string(id), Steps: true, do: func(ctx context.Context) error {
		r, err := p.Cases.ReviewInsight(ctx, s.Rektor, slug, id)
		if err != nil {
			return err
		}
		var all []cases.Judgement
		for _, x := range r.Passages {
			all = append(all, cases.Judgement{Passage: x.Key, Reason: "fvl-13"})
		}
		return p.Cases.Judge(ctx, s.Rektor, slug, id, all)
	}}, id != ""
}

// decide answers it: a copy in which each passage is left out, and why; or a
// refusal, when more was written since it was gone through.
func (p *Place) decide(*rand.Rand) (Act, bool) {
	r, slug, s := p.request(wholeSQL().judged, "decided")
	p.given["decided-"+string(r)] = true
	id := mark("decide")
	return Act{ID: id, do: func(ctx context.Context) error {
		x := cases.Reply{Text: id, Complain: "Personvernombudet."}
		err := p.Cases.DecideInsight(ctx, s.Rektor, slug, r, x)
		if tilhor.FaultsOf(err) != nil {
			x.Refused, x.Reason = true, "fvl-13"
			err = p.Cases.DecideInsight(ctx, s.Rektor, slug, r, x)
		}
		return err
	}}, r != ""
}

// force is a teacher who tells of a physical intervention.
func (p *Place) force(rng *rand.Rand) (Act, bool) {
	s, id := p.Schools[rng.IntN(len(p.Schools))], mark("force")
	pupil, by := s.Pupils[rng.IntN(len(s.Pupils))], s.Teachers[rng.IntN(len(s.Teachers))]
	return Act{ID: id, do: func(ctx context.Context) error {
		_, err := p.Forces.Tell(ctx, by, interventions.Report{
			Pupil: pupil, Arena: tilhor.ArenaBreak, At: before(p.Clock()), Event: id, What: "Holdt rundt livet.", Who: "En lærer", Long: "Et halvt minutt",
			Why: "De andre sto nær.", View: interventions.Declined,
		})
		return err
	}}, true
}

// pack makes a package for Statsforvalteren, of what has entered the tree.
func (p *Place) pack(rng *rand.Rand) (Act, bool) {
	a, ok := p.on("pack", rng, func(ctx context.Context, t *track, id string) error {
		if err := p.Tend(ctx); err != nil {
			return err
		}
		_, err := p.Handover.Make(ctx, t.school.Rektor, t.slug, handover.Order{Kind: handover.ForState, Answers: id, Owner: "Granvik kommune", School: "Skolen", Maker: "Rektor"})
		return err
	})
	a.Steps = true
	return a, ok
}

// hand hands a track's plan on to the other school.
func (p *Place) hand(rng *rand.Rand) (Act, bool) {
	return p.on("hand", rng, func(ctx context.Context, t *track, id string) error {
		return p.Cases.HandOn(ctx, t.school.Rektor, t.slug, cases.Transfer{
			To: p.other(t.school.ID).ID, Basis: cases.FromHome, Who: "Hjemmet", On: p.today(), Parts: []string{"note"}, Note: id, NoOne: true,
		})
	})
}

// accept is that school's rektor, who receives it: once, so that its id is the
// act's.
func (p *Place) accept(*rand.Rand) (a Act, ok bool) {
	p.look(wholeSQL().parcel, func(scan db.Scan) error {
		var id, slug, from string
		var to tilhor.SchoolID
		if err := scan(&id, &slug, &to, &from); err != nil {
			return err
		}
		if x := "accept-" + id; !ok && p.mine(from) && !p.given[x] {
			a, ok = Act{ID: x, do: func(ctx context.Context) error {
				_, err := p.Cases.Accept(ctx, p.school(to).Rektor, slug)
				return err
			}}, true
		}
		return nil
	})
	return a, ok
}

// Hand hands some documents over to the archive, into a folder, and breaks off:
// the next time goes on from there.
func (p *Place) Hand(ctx context.Context, dir string, most int) (r archive.Report, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return r, err
	}
	some, stop := context.WithCancel(ctx)
	defer stop()
	r, err = p.Archive.Export(some, archive.Operator(Owner), archive.Export{To: dir, Tell: func(done, _ int) {
		if done >= most {
			stop()
		}
	}})
	if errors.Is(err, context.Canceled) && ctx.Err() == nil {
		err = nil
	}
	return r, err
}
