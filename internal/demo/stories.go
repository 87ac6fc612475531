package demo

import (
	"context"
	"fmt"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// A place is a school with those who work and learn there.
type place struct {
	school   roster.School
	rektor   tilhor.Actor
	handler  tilhor.PersonID
	staff    []roster.Employee
	pupils   []roster.Pupil
	teachers []tilhor.PersonID
	sfo      []tilhor.PersonID
}

func (w *World) actor(p tilhor.PersonID, r tilhor.Role, s tilhor.SchoolID) tilhor.Actor {
	return tilhor.Actor{Owner: Owner, Person: p, Role: r, School: s, Trained: true}
}

// stories plans every case: the drawn ones at Solbakken, and ordinary ones
// everywhere, with the faults that schools make.
func (w *World) stories(ctx context.Context) error {
	var all []place
	err := w.DB.Read(ctx, func(tx *db.Tx) error {
		schools, err := w.Roster.Schools(tx, Owner)
		if err != nil {
			return err
		}
		all = nil
		for _, s := range schools {
			p, err := w.place(tx, s)
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.train(ctx, all); err != nil {
		return err
	}
	for i := range all {
		if all[i].school.Name == "Solbakken skole" {
			w.solbakken(&all[i])
			w.voices(&all[i])
		}
		if all[i].pupil("Maryam Ali") != "" {
			w.maryam(&all[i])
		}
	}
	if w.size != Tiny {
		w.hearing(all)
	}
	n := 90
	switch w.size {
	case Tiny:
		n = 6
	case Full:
		n = 420 * w.history() / 365
	}
	for range n {
		w.ordinary(&all[w.rng.IntN(len(all))])
	}
	return nil
}

func (w *World) place(tx *db.Tx, s roster.School) (p place, err error) {
	day := calendar.DateOf(w.now)
	p.school = s
	if p.staff, err = w.Roster.Employees(tx, Owner, s.ID, day); err != nil {
		return p, err
	}
	if p.pupils, err = w.Roster.Pupils(tx, Owner, s.ID, day); err != nil {
		return p, err
	}
	for _, e := range p.staff {
		for _, r := range e.Roles {
			switch r {
			case tilhor.RoleRektor:
				p.rektor = w.actor(e.ID, r, s.ID)
			case tilhor.RoleSocialTeacher:
				p.handler = e.ID
			case tilhor.RoleTeacher:
				p.teachers = append(p.teachers, e.ID)
			case tilhor.RoleSFO:
				p.sfo = append(p.sfo, e.ID)
			}
		}
	}
	if p.rektor.Person == "" || len(p.teachers) == 0 || len(p.pupils) == 0 {
		return p, fmt.Errorf("the school %s lacks a rektor, a teacher or pupils", s.Name)
	}
	if p.handler == "" { // small schools have no social teacher
		p.handler = p.teachers[0]
	}
	return p, nil
}

// train records privacy training for all but a few, so that the pages about it
// have somebody to show.
func (w *World) train(ctx context.Context, all []place) error {
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		for _, p := range all {
			needed := map[tilhor.PersonID]bool{p.rektor.Person: true, p.handler: true}
			for i, e := range p.staff {
				if i%11 == 7 && !needed[e.ID] && e.Name != "Jonas Berg" && e.Name != "Mona Aas" && e.Name != "Hilde Ness" {
					continue
				}
				if err := w.Roster.Train(tx, w.operator(), e.ID, calendar.DateOf(w.now), w.now); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// A story is one made-up case under way.
type story struct {
	w         *World
	p         *place
	by        tilhor.Actor // who told
	sc        scene
	pupils    []tilhor.PersonID
	described string
	t0        time.Time // when the first adult knew
	slug      string
	tracks    []cases.Track
}

// clockOn is a time of day on the nth arbeidsdag from a date.
func clockOn(day tilhor.Date, n, hour, minute int) time.Time {
	for n < 0 || !calendar.Arbeidsdag(day) {
		day = day.Add(-1)
		if n < 0 && calendar.Arbeidsdag(day) {
			n++
		}
	}
	if n > 0 {
		day = calendar.AddArbeidsdager(day, n)
	}
	return calendar.Start(day).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// ago is a time of day n arbeidsdager before the start.
func (w *World) ago(n, hour, minute int) time.Time {
	return clockOn(calendar.DateOf(w.start), -n, hour, minute)
}

func (s *story) date(t time.Time) tilhor.Date { return calendar.DateOf(t) }

func (s *story) handler() tilhor.Actor {
	return s.w.actor(s.p.handler, roleOf(s.p, s.p.handler), s.p.school.ID)
}

func roleOf(p *place, id tilhor.PersonID) tilhor.Role {
	for _, e := range p.staff {
		if e.ID == id && len(e.Roles) > 0 {
			return e.Roles[0]
		}
	}
	return tilhor.RoleTeacher
}

// tell sends the concern some time after the first adult knew.
func (s *story) tell(after time.Duration) {
	at := s.t0.Add(after)
	s.w.at(at, func(ctx context.Context) error {
		c, err := s.w.Concerns.Tell(ctx, s.by, concerns.Telling{
			School: s.p.school.ID, Pupils: s.pupils, Described: s.described, Said: s.sc.said, Saw: s.sc.saw,
			Arena: s.sc.arena, Place: s.sc.place, Happened: tilhor.When{At: s.t0.Add(-5 * time.Minute), Precision: tilhor.Exact},
			Known: tilhor.When{At: s.t0, Precision: tilhor.Exact},
		})
		s.slug = c.Slug
		return err
	})
}

// take takes it up, with an urgent measure, and gives it to the handler.
func (s *story) take(at time.Time) {
	s.w.at(at, func(ctx context.Context) error {
		if _, err := s.w.Concerns.Receive(ctx, s.p.rektor, s.slug); err != nil {
			return err
		}
		var err error
		s.tracks, err = s.w.Cases.TakeUp(ctx, s.p.rektor, s.slug, cases.Stance{
			Handler: s.p.handler,
			Urgent:  "En voksen er sammen med eleven der det skjer, fra og med i dag.", Doer: s.by.Person, Ask: "Følg med fra i dag, og si fra til meg hvis det skjer igjen.",
		})
		return err
	})
}

// each plans an act on every track of the story.
func (s *story) each(at time.Time, do func(ctx context.Context, t cases.Track, i int) error) {
	s.w.at(at, func(ctx context.Context) error {
		for i, t := range s.tracks {
			if err := do(ctx, t, i); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *story) hear(at time.Time) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		return s.w.Cases.Hear(ctx, s.handler(), t.Slug, cases.Talk{
			At: tilhor.Now(at), Answer: cases.Spoke, Words: s.sc.words, Wants: s.sc.wants,
			Asked: "Hvordan har du det når det skjer? Hva skulle du ønske at vi gjorde?", Weight: "Eleven forklarer klart og samlet. Det eleven vil, teller mye.", How: "none", Back: true,
		})
	})
}

func (s *story) inform(at time.Time) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		if err := s.w.Cases.Write(ctx, s.handler(), t.Slug, cases.Line{At: tilhor.Now(at), What: "parents-informed", Text: "Ringte hjem og fortalte hva vi vet og hva vi gjør nå."}); err != nil {
			return err
		}
		return s.w.Cases.Write(ctx, s.handler(), t.Slug, cases.Line{At: tilhor.Now(at), What: "rights-informed", Text: "Fortalte om veien til Statsforvalteren etter en uke."})
	})
}

func (s *story) raise(at time.Time) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		return s.w.Cases.Raise(ctx, s.p.rektor, t.Slug, cases.Raise{By: "parent", At: tilhor.Now(at), Text: "Mor ringte og ba skolen gjøre noe med det som skjer."})
	})
}

func (s *story) inquire(at time.Time, finding bool) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		for _, src := range []cases.SourceOf{
			{Kind: "talk-staff", Who: "De som hadde vakt", Text: "De har sett at eleven er mye alene, men ikke hvorfor.", At: tilhor.Now(at)},
			{Kind: "observation", Who: "Kontaktlærer", Text: "Så det samme to av tre dager.", At: tilhor.Now(at)},
		} {
			if err := s.w.Cases.Inquire(ctx, s.handler(), t.Slug, src); err != nil {
				return err
			}
		}
		if !finding {
			return nil
		}
		f, err := s.w.Cases.See(ctx, s.handler(), t.Slug, "undersokelse")
		if err != nil {
			return err
		}
		var from []string
		for _, r := range f.Of(cases.Source) {
			from = append(from, string(r.ID))
		}
		if err := s.w.Cases.Find(ctx, s.handler(), t.Slug, s.sc.finding, from); err != nil {
			return err
		}
		return s.w.Cases.FinishInquiry(ctx, s.handler(), t.Slug)
	})
}

func (s *story) weigh(at time.Time) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		return s.w.Cases.Weigh(ctx, s.handler(), t.Slug, cases.Weighing{
			Interests: "Trygghet, tilhørighet og å slippe å bli pekt ut.", View: "Eleven vil ha en voksen nær, og ikke at hele klassen får vite det. Det veier tungt.",
			Weighing: "Tiltakene tar vare på tryggheten uten å gjøre eleven synlig.", Conclusion: "Tiltakene er til det beste for eleven.",
		})
	})
}

func (s *story) measures(evaluate tilhor.Date, whole bool) []cases.Measure {
	start := s.date(s.w.now)
	all := []cases.Measure{
		{Problem: s.sc.problem, What: s.sc.what, When: s.sc.when, Start: start, Doer: s.by.Person, Evaluate: evaluate},
		{Problem: "Eleven vet ikke hvem den kan gå til.", What: "Fast samtale med en trygg voksen i ti minutter.", When: "første time", Start: start, Weekdays: "14", Doer: s.p.handler, Evaluate: evaluate},
	}
	if !whole {
		all[1].Doer, all[1].What = "", "Følge ekstra med på eleven."
	}
	return all
}

func (s *story) draft(at time.Time, evaluate tilhor.Date, whole bool) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		f, err := s.w.Cases.See(ctx, s.handler(), t.Slug, "plan")
		if err != nil {
			return err
		}
		rev := 0
		if f.Draft != nil {
			rev = f.Draft.Rev
		}
		return s.w.Cases.SavePlan(ctx, s.handler(), t.Slug, rev, cases.Plan{Measures: s.measures(evaluate, whole), Why: "Laget sammen med eleven."})
	})
}

func (s *story) approve(at time.Time) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		f, err := s.w.Cases.See(ctx, s.p.rektor, t.Slug, "plan")
		if err != nil || f.Draft == nil {
			return err
		}
		return s.w.Cases.Approve(ctx, s.p.rektor, t.Slug, f.Draft.Rev)
	})
}

func (s *story) tick(at time.Time) {
	s.w.at(at, func(ctx context.Context) error {
		now, _, err := s.w.Cases.Mine(ctx, s.by)
		if err != nil || len(now) == 0 {
			return err
		}
		return s.w.Cases.Tick(ctx, s.by, now[0].ID, now[0].Day, true, "")
	})
}

func (s *story) evaluate(at time.Time, answer, then string, next tilhor.Date) {
	words := map[string]string{cases.SafeNow: "Det går fint nå. Jeg er med de andre.", cases.NotSafe: "Det er bedre, men ikke på slutten.", cases.NoAnswer: ""}[answer]
	why := ""
	if answer == cases.NoAnswer {
		why = "Eleven ville ikke svare i dag. Vi spør igjen."
	}
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		f, err := s.w.Cases.See(ctx, s.handler(), t.Slug, "evaluering")
		if err != nil {
			return err
		}
		e := cases.Evaluation{
			At: tilhor.Now(at), Way: "self", Answer: answer, Words: words, Why: why, Saw: "Eleven er oftere sammen med andre. Vi ser mindre uro i overgangene.",
			Best: "Det er til det beste for eleven at det blir gjort slik vi har avtalt.", Then: then, Next: next,
		}
		if cur := f.Current(); cur != nil {
			for _, m := range cur.Measures {
				e.Effects = append(e.Effects, cases.Effect{Measure: m.ID, Helped: "partly", Then: cases.GoOn})
			}
		}
		return s.w.Cases.Evaluate(ctx, s.handler(), t.Slug, e)
	})
}

func (s *story) end(at time.Time, check tilhor.Date) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		return s.w.Cases.Close(ctx, s.p.rektor, t.Slug, cases.Ending{Words: "Det er trygt nå.", Weight: "Vi ser det samme.", CheckOn: check})
	})
}

func (s *story) stepDown(at time.Time, recheck tilhor.Date) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		return s.w.Cases.StepDown(ctx, s.p.rektor, t.Slug, cases.Step{
			View: "Eleven sier at det ikke er trygt i friminuttene ennå.", Way: "self",
			Reason: "Tiltakene har virket i åtte uker, og vi ser ikke flere hendelser. De går videre, og vi spør igjen.", Recheck: recheck, Told: true,
		})
	})
}

func (s *story) ask(at time.Time, answer string) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		return s.w.Cases.AskAgain(ctx, s.handler(), t.Slug, cases.Asking{At: tilhor.Now(at), Way: "self", Answer: answer, Words: "Ja, det er bra."})
	})
}
