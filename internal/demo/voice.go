package demo

import (
	"context"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/circles"
	"tilhor/internal/db"
	"tilhor/internal/ideas"
)

// A matter is one of a made-up meeting, with what became of it.
type matter struct {
	title, text string
	shut        bool
	result      bodies.Result
	todo        string
}

// voice plans what pupils and parents at Solbakken do together: meetings of the FAU, the
// elevråd and the SU, what is suggested and answered, and two parent groups.
func (h *heardStory) voice(p *place) {
	w := h.w
	w.at(w.ago(58, 9, 0), func(ctx context.Context) error { return h.more(ctx, p) })
	fau := func() (string, tilhor.Actor) { return h.first[bodies.FAU], h.leads[bodies.FAU] }
	council := func() (string, tilhor.Actor) { return h.first[bodies.Council], h.leads[bodies.Council] }
	su := func() (string, tilhor.Actor) { return h.su[0], h.leaders[0] }
	h.meeting(fau, 30, true, matter{
		title: "Refleks til alle på barnetrinnet", text: "Det er mørkt når barna går til skolen. Vi har fått tilbud på 300 reflekser.",
		result: bodies.Result{Text: "FAU kjøper refleks til alle på 1. til 4. trinn.", For: 3, Against: 1, Dissent: "Pengene burde gå til en felles tur.", DissentBy: string(bodies.Parents)}, todo: "Dele ut refleks før juleferien",
	}, matter{title: "Foreldremøtene i januar", result: bodies.Result{Text: "Alle klasser tar opp livet på nett. FAU skriver til klassekontaktene."}})
	h.meeting(council, 20, true, matter{
		title: "Hvem bestemmer over ballbingen?", text: "De største tar den hver gang.",
		result: bodies.Result{Text: "Vi lager en plan med faste dager for hvert trinn.", For: 5, Against: 1}, todo: "Spørre klassene hvilken dag de vil ha",
	})
	h.meeting(su, 12, false, matter{
		title: "Planen for et trygt skolemiljø", text: "Utkastet ble sendt ut med innkallingen. Kapittelet om friminutt er nytt.",
		result: bodies.Result{Text: "Utvalget støtter planen, og vil se tallene fra elevundersøkelsen først.", For: 5, Against: 1, Blank: 1}, todo: "Legge fram tallene på neste møte",
	}, matter{
		title: "Bemanningen på SFO til våren", shut: true,
		result: bodies.Result{Text: "Utvalget ber om at stillingen blir lyst ut nå.", For: 3, ForParents: 2, Against: 2},
	})
	w.at(w.ago(2, 18, 0), func(ctx context.Context) error { // and one to come, called
		slug, by := fau()
		m, err := h.d.Bodies.Arrange(ctx, by, slug, bodies.Meeting{On: calendar.DateOf(w.start).Add(8), Clock: "18.30", Place: "Personalrommet"})
		if err == nil {
			err = h.d.Bodies.AddItem(ctx, by, slug, m, bodies.Item{Title: "Skoleveien ved brua", Text: "Flere foreldre har skrevet om trafikken."})
		}
		if err == nil {
			err = h.d.Bodies.Call(ctx, by, slug, m)
		}
		return err
	})
	h.suggestions(p)
	h.groups(p)
}

// more gives the rest of the seats.
func (h *heardStory) more(ctx context.Context, p *place) error {
	seat := func(slug string, who tilhor.PersonID, part bodies.Part) error {
		return h.d.Bodies.Seat(ctx, p.rektor, slug, bodies.Member{Person: who, Part: part})
	}
	for _, name := range []string{"Jakob Strand", "Samir Khan", "Oda Holm", "Iben Eide"} {
		if err := seat(h.first[bodies.Council], p.pupil(name), bodies.Pupils); err != nil {
			return err
		}
	}
	for _, name := range []string{"Hanna Lunde", "Jakob Strand"} {
		if err := seat(h.su[0], p.pupil(name), bodies.Pupils); err != nil {
			return err
		}
	}
	for child, name := range map[string]string{"Emil Vik": "Anita Vik", "Hanna Lunde": "Siri Lunde"} {
		parent, err := h.parent(ctx, p, child, name)
		if err != nil {
			return err
		}
		if err := seat(h.first[bodies.FAU], parent.Person, bodies.Parents); err != nil {
			return err
		}
	}
	return nil
}

// parent is one of a pupil's, by name.
func (h *heardStory) parent(ctx context.Context, p *place, child, name string) (a tilhor.Actor, err error) {
	err = h.w.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := h.w.Roster.Guardians(tx, Owner, p.pupil(child), calendar.DateOf(h.w.now))
		for _, g := range all {
			if g.Name == name {
				a = h.w.actor(g.ID, tilhor.RoleParent, p.school.ID)
			}
		}
		return err
	})
	return a, err
}

// meeting is called a week before, and written down the day after; the minutes are
// approved, or still a draft.
func (h *heardStory) meeting(of func() (string, tilhor.Actor), ago int, approved bool, all ...matter) {
	w, m := h.w, ""
	day := w.ago(ago, 18, 0)
	w.at(day.AddDate(0, 0, -7), func(ctx context.Context) (err error) {
		slug, by := of()
		if m, err = h.d.Bodies.Arrange(ctx, by, slug, bodies.Meeting{On: calendar.DateOf(day), Clock: "18.00", Place: "Biblioteket"}); err != nil {
			return err
		}
		for _, x := range all {
			if err := h.d.Bodies.AddItem(ctx, by, slug, m, bodies.Item{Title: x.title, Text: x.text, Shut: x.shut}); err != nil {
				return err
			}
		}
		return h.d.Bodies.Call(ctx, by, slug, m)
	})
	w.at(day.AddDate(0, 0, 1), func(ctx context.Context) error {
		slug, by := of()
		see, err := h.d.Bodies.Meeting(ctx, by, slug, m)
		if err != nil {
			return err
		}
		var there []tilhor.PersonID
		for _, x := range see.Members {
			there = append(there, x.Person)
		}
		if err := h.d.Bodies.Attend(ctx, by, slug, m, there); err != nil {
			return err
		}
		for n, x := range all {
			item := see.Items[n+1].Slug // after the standing one
			if err := h.d.Bodies.Write(ctx, by, slug, m, item, x.result); err != nil {
				return err
			}
			if x.todo == "" {
				continue
			}
			if err := h.d.Bodies.AddAction(ctx, by, slug, m, item, bodies.Action{What: x.todo, Due: calendar.DateOf(day).Add(28)}); err != nil {
				return err
			}
		}
		if !approved {
			return nil
		}
		return h.d.Bodies.Approve(ctx, by, slug, m, bodies.Read{Nameless: true})
	})
}

// suggestions are what pupils and parents wrote: answered with yes, partly and no, given
// to another, late, before the elevråd, and not carried on.
func (h *heardStory) suggestions(p *place) {
	w := h.w
	d := &ideas.Desk{DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Bodies: h.d.Bodies, Clock: h.d.Clock}
	pupil := func(name string) tilhor.Actor { return w.actor(p.pupil(name), tilhor.RolePupil, p.school.ID) }
	find := func(ctx context.Context, words string) (slug string, err error) {
		all, _, err := d.AtSchool(ctx, p.rektor)
		tables, more := d.Before(ctx, pupil("Hanna Lunde"))
		if err == nil {
			err = more
		}
		for _, t := range tables {
			all = append(all, t.Ideas...)
		}
		for _, i := range all {
			if i.Words == words {
				slug = i.Slug
			}
		}
		return slug, err
	}
	say := func(ago int, name, kind, words string, council bool) {
		w.at(w.ago(ago, 12, 0), func(ctx context.Context) error {
			s := ideas.Saying{Kind: kind, Words: words}
			if council {
				s.Council = h.first[bodies.Council]
			}
			return d.Say(ctx, pupil(name), s)
		})
	}
	home := func(ago int, child, name, kind, words string) {
		w.at(w.ago(ago, 20, 0), func(ctx context.Context) error {
			by, err := h.parent(ctx, p, child, name)
			if err == nil {
				err = d.Say(ctx, by, ideas.Saying{School: p.school.ID, Kind: kind, Words: words})
			}
			return err
		})
	}
	do := func(ago int, words string, act func(ctx context.Context, slug string) error) {
		w.at(w.ago(ago, 13, 0), func(ctx context.Context) error {
			slug, err := find(ctx, words)
			if err == nil {
				err = act(ctx, slug)
			}
			return err
		})
	}
	answer := func(ago int, words string, a ideas.Answer, shown ideas.Public) {
		do(ago, words, func(ctx context.Context, slug string) error { return d.Reply(ctx, p.rektor, slug, a) })
		shown.Checked = true
		do(ago-1, words, func(ctx context.Context, slug string) error { return d.Show(ctx, p.rektor, slug, shown) })
	}
	vote := func(ago int, words string, yes, no int) {
		do(ago, words, func(ctx context.Context, slug string) error {
			for n, name := range []string{"Hanna Lunde", "Leah Olsen", "Jakob Strand", "Samir Khan", "Oda Holm", "Iben Eide"}[:yes+no] {
				if err := d.Vote(ctx, pupil(name), slug, map[bool]string{true: "yes", false: "no"}[n < yes]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	const (
		balls, corner, lights = "Flere baller i storefri, så ikke bare de som har med egen, får spille.", "En stille krok der man kan spise uten bråk.", "Sett opp lys ved gangfeltet på nedsiden av skolen."
		sleep, screens, way   = "Kan skolen begynne halv ni?", "Ingen telefoner i garderoben.", "En voksen ved brua om morgenen."
		day, queue            = "En dag i måneden der alle trinn spiser sammen.", "Ordne køen i kantina, så de minste kommer fram."
	)
	say(55, "Samir Khan", "outside", balls, true)
	vote(48, balls, 5, 1)
	do(46, balls, func(ctx context.Context, slug string) error {
		return d.Close(ctx, pupil("Hanna Lunde"), slug, true, "")
	})
	answer(38, balls, ideas.Answer{Verdict: "yes", Why: "Dere har rett: det er for få. Elevrådet får velge hvilke.", When: "Fra mandag"}, ideas.Public{Words: "Flere baller i storefri.", Did: "Vi kjøpte tjue baller. De låses opp av den som har inspeksjon."})
	say(50, "Jakob Strand", "inside", corner, false)
	answer(33, corner, ideas.Answer{Verdict: "partly", Why: "Vi har ikke et eget rom, men biblioteket er ledig i spisepausen.", When: "Tirsdag og torsdag"}, ideas.Public{Words: "Et stille sted å spise.", Did: "Biblioteket er åpent for dem som vil spise i ro, tirsdag og torsdag."})
	home(44, "Leah Olsen", "Marte Olsen", "way", lights)
	answer(25, lights, ideas.Answer{Verdict: "no", Why: "Veien er fylkets, og skolen kan ikke sette opp lys der. Vi har skrevet til fylket sammen med FAU."}, ideas.Public{Words: "Lys ved gangfeltet.", Did: "Nei, veien er ikke skolens. Vi har skrevet til fylket, og sier fra når de svarer."})
	home(24, "Emil Vik", "Anita Vik", "other", sleep) // late
	say(4, "Oda Holm", "net", screens, false)
	do(3, screens, func(ctx context.Context, slug string) error {
		return d.Give(ctx, p.rektor, slug, p.named("Jonas Berg"))
	})
	home(1, "Hanna Lunde", "Siri Lunde", "way", way)
	say(16, "Iben Eide", "together", day, true)
	vote(10, day, 4, 1)
	say(5, "Leah Olsen", "inside", queue, true)
	vote(2, queue, 2, 1)
	w.at(w.ago(30, 12, 30), func(ctx context.Context) error {
		return d.Propose(ctx, pupil("Hanna Lunde"), h.first[bodies.Council], ideas.Saying{Kind: "sfo", Words: "La SFO låne gymsalen på fredager."})
	})
	do(27, "La SFO låne gymsalen på fredager.", func(ctx context.Context, slug string) error {
		return d.Close(ctx, pupil("Hanna Lunde"), slug, false, "Korpset øver der. Vi tar det opp igjen til våren.")
	})
}

// groups are the parents' of two classes.
func (h *heardStory) groups(p *place) {
	w := h.w
	d := &circles.Desk{DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Clock: h.d.Clock}
	begin := func(ago int, child, name string, a circles.Agreed, then func(ctx context.Context, by tilhor.Actor, slug string) error) {
		w.at(w.ago(ago, 20, 30), func(ctx context.Context) error {
			by, err := h.parent(ctx, p, child, name)
			if err != nil {
				return err
			}
			all, err := d.Mine(ctx, by)
			if err != nil {
				return err
			}
			slug, err := d.Start(ctx, by, all[0].Key(), a)
			if err != nil {
				return err
			}
			return then(ctx, by, slug)
		})
	}
	next := calendar.DateOf(w.start).Add(15)
	begin(40, "Emil Vik", "Anita Vik", circles.Agreed{Choices: []string{"chat", "call", "ages"}, Next: next, Where: "Biblioteket"}, func(ctx context.Context, by tilhor.Actor, slug string) error {
		if err := d.Add(ctx, by, slug, circles.Plan{Part: circles.Meeting, On: next, Kit: "net"}); err != nil {
			return err
		}
		other, err := h.parent(ctx, p, "Hanna Lunde", "Siri Lunde")
		if err != nil {
			return err
		}
		if err := d.Add(ctx, other, slug, circles.Plan{Part: circles.Activity, What: "Filmkveld på skolen, der alle tar med noe å sitte på."}); err != nil {
			return err
		}
		_, err = d.Agree(ctx, other, slug, circles.Agreed{Choices: []string{"chat", "call", "ages", circles.Other}, Words: "Alle telefoner ligger i gangen når noen er på besøk.", Next: next, Where: "Biblioteket"})
		return err
	})
	begin(28, "Leah Olsen", "Marte Olsen", circles.Agreed{Choices: []string{"birthday", "way", "welcome"}}, func(ctx context.Context, by tilhor.Actor, slug string) error {
		if err := d.Add(ctx, by, slug, circles.Plan{Part: circles.Activity, What: "Skøytedag når isen er trygg."}); err != nil {
			return err
		}
		return d.Share(ctx, by, slug, true)
	})
}
