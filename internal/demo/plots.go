package demo

import (
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
)

// solbakken plans the cases that the first pages show, each at its own stage.
func (w *World) solbakken(p *place) {
	jonas, mona := p.named("Jonas Berg"), p.named("Mona Aas")
	story := func(told time.Time, by tilhor.PersonID, scene int, names ...string) *story {
		s := &story{w: w, p: p, by: w.actor(by, roleOf(p, by), p.school.ID), sc: scenes[scene], t0: told}
		for _, n := range names {
			if id := p.pupil(n); id != "" {
				s.pupils = append(s.pupils, id)
				w.taken[id] = true
			}
		}
		return s
	}
	// New this morning: nobody has taken a stance yet.
	elias := story(w.start.Add(-46*time.Minute), jonas, 0, "Elias Haug")
	elias.tell(15 * time.Minute)
	// From SFO yesterday, about a child whose name the substitute did not know.
	sfo := story(w.ago(1, 15, 10), mona, 5)
	sfo.described = "Gutt på 2. trinn med gul jakke. Vikaren visste ikke navnet."
	sfo.tell(20 * time.Minute)
	// Known for nine working days, and nothing has begun.
	amina := story(w.ago(9, 10, 5), jonas, 3, "Amina Yusuf")
	amina.tell(40 * time.Minute)
	amina.take(w.ago(8, 9, 0))
	// The plan's own date has passed.
	samir := story(w.ago(16, 9, 30), jonas, 0, "Samir Khan")
	samir.course(2, w.ago(2, 12, 0))
	// To be evaluated today.
	jakob := story(w.ago(14, 13, 0), jonas, 6, "Jakob Strand")
	jakob.course(1, w.start)
	// A second version is on its way, and two things are missing.
	nora := story(w.ago(10, 11, 25), jonas, 1, "Nora Dahl")
	nora.course(1, w.ago(1, 12, 0))
	nora.open(w.ago(9, 15, 0))
	nora.raise(w.ago(9, 8, 40))
	next := calendar.AddArbeidsdager(calendar.DateOf(w.start), 6)
	nora.evaluate(w.ago(1, 13, 20), cases.NotSafe, cases.Change, next)
	nora.draft(w.ago(1, 14, 5), next, false)
	nora.tick(w.ago(2, 13, 0))
	// Leah says that it is safe: the track can be closed.
	leah := story(w.ago(30, 9, 0), mona, 5, "Leah Olsen")
	leah.course(1, w.ago(1, 10, 0))
	leah.open(w.ago(28, 15, 0))
	leah.evaluate(w.ago(1, 10, 30), cases.SafeNow, cases.Finish, "")
	// Stepped down without the pupil's word.
	emil := story(w.ago(60, 10, 0), jonas, 2, "Emil Vik")
	emil.course(3, w.ago(45, 12, 0))
	emil.bar(w.ago(56, 13, 0), "Roger Vik")
	emil.open(w.ago(56, 14, 0))
	emil.evaluate(w.ago(45, 12, 30), cases.NotSafe, cases.GoOn, calendar.DateOf(w.ago(20, 0, 0)))
	emil.evaluate(w.ago(20, 12, 30), cases.NoAnswer, cases.GoOn, calendar.DateOf(w.start).Add(20))
	emil.stepDown(w.ago(15, 14, 0), calendar.DateOf(w.ago(15, 0, 0)).Add(42))
	// Three pupils, three tracks.
	three := story(w.ago(5, 12, 10), mona, 4, "Sara Lie", "Oda Holm", "Iben Eide")
	three.tell(30 * time.Minute)
	three.take(w.ago(5, 14, 0))
	three.hear(w.ago(3, 10, 0))
	three.inform(w.ago(3, 13, 0))
	// Closed, and asked again tomorrow.
	theo := story(w.ago(50, 9, 0), mona, 5, "Theo Bakke")
	theo.course(1, w.ago(36, 10, 0))
	theo.evaluate(w.ago(36, 10, 30), cases.SafeNow, cases.Finish, "")
	theo.end(w.ago(36, 12, 0), calendar.DateOf(w.ago(36, 0, 0)).Add(50))
}

func (p *place) named(name string) tilhor.PersonID {
	for _, e := range p.staff {
		if e.Name == name {
			return e.ID
		}
	}
	return p.teachers[0]
}

func (p *place) pupil(name string) tilhor.PersonID {
	for _, e := range p.pupils {
		if e.Name == name {
			return e.ID
		}
	}
	return ""
}

// course is the ordinary way from a concern to an approved plan; delay is how
// many working days the school takes to the first talk.
func (s *story) course(delay int, evaluate time.Time) {
	day := s.date(s.t0)
	s.tell(25 * time.Minute)
	s.take(clockOn(day, 0, 14, 45))
	s.hear(clockOn(day, delay, 10, 15))
	s.inform(clockOn(day, delay, 14, 0))
	s.inquire(clockOn(day, delay+1, 9, 30), true)
	s.weigh(clockOn(day, delay+2, 11, 0))
	s.draft(clockOn(day, delay+2, 12, 0), s.date(evaluate), true)
	s.approve(clockOn(day, delay+2, 14, 30))
	s.tick(clockOn(day, delay+3, 13, 0))
}

// ordinary plans one case somewhere, with the faults that schools make: late
// talks, inquiries without findings, evaluations after their date.
func (w *World) ordinary(p *place) {
	day0 := calendar.DateOf(w.start).Add(-5 - w.rng.IntN(w.history()-20))
	t0 := clockOn(day0, 0, 8+w.rng.IntN(6), w.rng.IntN(60))
	sc := scenes[w.rng.IntN(len(scenes))]
	if !p.school.HasSFO && sc.arena == tilhor.ArenaSFO {
		sc = scenes[0]
	}
	pupil := p.pupils[w.rng.IntN(len(p.pupils))].ID
	for try := 0; w.taken[pupil] && try < 20; try++ {
		pupil = p.pupils[w.rng.IntN(len(p.pupils))].ID
	}
	w.taken[pupil] = true
	who := p.teachers[w.rng.IntN(len(p.teachers))]
	if sc.arena == tilhor.ArenaSFO && len(p.sfo) > 0 {
		who = p.sfo[w.rng.IntN(len(p.sfo))]
	}
	s := &story{w: w, p: p, by: w.actor(who, roleOf(p, who), p.school.ID), sc: sc, pupils: []tilhor.PersonID{pupil}, t0: t0}
	delay := 1 + w.rng.IntN(2)
	if w.rng.IntN(100) < 12 {
		delay = 4 + w.rng.IntN(4)
	}
	day := calendar.DateOf(t0)
	first := clockOn(day, delay+9, 11, 0)
	s.course(delay, first)
	held := first
	if w.rng.IntN(100) < 18 { // evaluated after its date
		held = clockOn(day, delay+13, 11, 0)
	}
	switch w.rng.IntN(10) {
	case 0, 1, 2: // it takes a second round
		second := clockOn(s.date(held), 10, 11, 0)
		s.evaluate(held, cases.NotSafe, cases.GoOn, s.date(second))
		s.evaluate(second, cases.SafeNow, cases.Finish, "")
		s.end(second.Add(2*time.Hour), s.date(second).Add(42))
		s.ask(clockOn(s.date(second).Add(40), 0, 10, 0), cases.SafeNow)
	case 3:
		if w.start.Sub(t0) < 60*24*time.Hour { // it has gone quiet, and somebody will notice
			return
		}
		fallthrough
	default:
		s.evaluate(held, cases.SafeNow, cases.Finish, "")
		s.end(held.Add(3*time.Hour), s.date(held).Add(35))
		s.ask(clockOn(s.date(held).Add(34), 0, 10, 0), cases.SafeNow)
	}
}
