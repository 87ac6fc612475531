package demo

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/dialogue"
	"tilhor/internal/front"
	"tilhor/internal/roster"
)

// voices plans what pupils tell for themselves at Solbakken, and the school's page.
func (w *World) voices(p *place) {
	w.at(w.now.Add(time.Hour), func(ctx context.Context) error { return w.page(ctx, p) })
	w.nameless(p)
	hanna := w.actor(p.pupil("Hanna Lunde"), tilhor.RolePupil, p.school.ID)
	w.at(w.start.Add(-70*time.Minute), func(ctx context.Context) error { // not read yet
		_, _, err := w.Concerns.Say(ctx, hanna, concerns.Saying{
			School: p.school.ID, For: concerns.ForSelf, Arena: tilhor.ArenaClass, Wish: p.handler,
			Words: "De sitter og ler når jeg leser høyt. Jeg later som jeg ikke hører det.",
		})
		return err
	})
}

// page writes the school's page: who helps, and what the school does.
func (w *World) page(ctx context.Context, p *place) error {
	nurse := p.staff[slices.IndexFunc(p.staff, func(e roster.Employee) bool { return slices.Contains(e.Roles, tilhor.RoleNurse) })]
	for _, l := range []front.Line{
		{Kind: front.Helper, Person: p.handler, What: "Alt som er vanskelig på skolen", When: "Rom 112, hver dag fra 8 til 14", Choose: true, Yes: true},
		{Kind: front.Helper, Person: p.named("Jonas Berg"), What: "Det som skjer i klassen og ute", When: "I 6B, og ute i storefri", Choose: true, Yes: true},
		{Kind: front.Helper, Person: nurse.ID, What: "Kropp og tanker", When: "Tirsdag og torsdag. Bank på!", Yes: true},
		{Kind: front.Plan, Text: "Alle skal ha noen å være sammen med.\n\nEn voksen er alltid ute i friminuttene, og går rundt. Vi lager grupper på forhånd, så ingen blir valgt sist.\n\nSier du fra, snakker en voksen med deg samme dag eller dagen etter."},
	} {
		if err := w.Front.Say(ctx, p.rektor, l); err != nil {
			return err
		}
	}
	return nil
}

// nameless is told without a name, answered, and goes on.
func (w *World) nameless(p *place) {
	var slug, code string
	w.at(w.ago(3, 11, 20), func(ctx context.Context) error {
		by := tilhor.Actor{Owner: Owner, Role: tilhor.RoleAnyone, School: p.school.ID}
		c, words, err := w.Concerns.Say(ctx, by, concerns.Saying{
			School: p.school.ID, For: concerns.ForFriend, Arena: tilhor.ArenaBreak,
			Words: "Det er en på fjerde som alltid står alene ved gjerdet. Noen kaster ting på henne når det ikke er voksne der.",
		})
		slug, code = c.Slug, words
		return err
	})
	w.at(w.ago(3, 13, 5), func(ctx context.Context) error {
		if _, err := w.Concerns.Receive(ctx, p.rektor, slug); err != nil {
			return err
		}
		return w.Talks.Reply(ctx, p.rektor, slug, "Takk for at du sa fra. Det var riktig. Jeg har bedt to voksne være ved gjerdet fra i morgen. Vet du når på dagen det skjer?", dialogue.ToSender)
	})
	w.at(w.ago(1, 16, 40), func(ctx context.Context) error {
		return w.Talks.Write(ctx, dialogue.Sender{Code: code, By: tilhor.Actor{Owner: Owner, Role: tilhor.RoleAnyone}}, dialogue.Say, "Mest i storefri, etter at de har spist. Ikke si at det var noen i klassen.")
	})
}

// maryam is fifteen, and opens her own case with four pictures.
func (w *World) maryam(p *place) {
	s := &story{w: w, p: p, by: w.actor(p.teachers[0], roleOf(p, p.teachers[0]), p.school.ID), sc: scenes[2], t0: w.ago(20, 9, 15), pupils: []tilhor.PersonID{p.pupil("Maryam Ali")}}
	w.taken[s.pupils[0]] = true
	s.course(1, w.start.Add(5*24*time.Hour))
	s.open(w.ago(18, 13, 0))
	s.each(w.ago(18, 13, 30), func(ctx context.Context, t cases.Track, _ int) error {
		return w.Cases.AgreePictures(ctx, s.handler(), t.Slug, Bildekode)
	})
}

// open says who at home has parental responsibility, which a school's lists
// seldom do, and that the home was told, so that the family has its page.
func (s *story) open(at time.Time) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		home, err := s.w.Cases.HomeOf(ctx, s.p.rektor, t.Slug)
		if err != nil {
			return err
		}
		for _, g := range home {
			if g.Why != cases.WhyUnknown {
				continue
			}
			if err := s.w.Cases.DecideHome(ctx, s.p.rektor, t.Slug, cases.HomeDecision{
				What: cases.HasResponsibility, Guardian: g.ID, Reason: "Står med foreldreansvar i Folkeregisteret, sett av rektor.",
			}); err != nil {
				return err
			}
		}
		return s.w.Cases.InformHome(ctx, s.handler(), t.Slug, cases.Informing{
			Answer: cases.Yes, At: tilhor.Now(at), Heard: cases.HeardFirst, Danger: cases.NoDanger,
			Basis: "Eleven forteller om et trygt hjem, og vil at de hjemme skal vite det.", Shared: "Hva eleven har fortalt, hva vi gjør nå, og når vi ser på det igjen.",
		})
	})
}

// bar says that a parent is told nothing: somebody else has decided it.
func (s *story) bar(at time.Time, name string) {
	s.each(at, func(ctx context.Context, t cases.Track, _ int) error {
		home, err := s.w.Cases.HomeOf(ctx, s.p.rektor, t.Slug)
		if err != nil {
			return err
		}
		for _, g := range home {
			if g.Name == name {
				return s.w.Cases.DecideHome(ctx, s.p.rektor, t.Slug, cases.HomeDecision{
					What: "barred", Guardian: g.ID, Basis: "contact-ban", Reason: "Besøksforbud fra politiet, vist oss av mor.",
				})
			}
		}
		return nil
	})
}
