package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
)

// heard is the made-up report's list, as a clerk would paste it.
const heard = `id;challenge;chapter;text;summary;concerns
1.1;1;4.2;Eleven skal få vite rettighetene sine på et språk hun forstår;Hvert år får elever og foreldre vite hva de har krav på, og hvor de kan klage.;elevråd fau
1.2;1;4.5;Klagen skal gå til et ombud før den går til staten;I dag klager man til Statsforvalteren. Forslaget er at et ombud ser på saken først.;fau su
1.3;1;4.7;Sosiale og følelsesmessige ferdigheter skal stå i læreplanen;Alle klasser skal øve på å være sammen, ikke bare når noe har gått galt.;elevråd
2.1;2;6.1;Hele personalet skal lære det samme, på egen skole;Lærere, SFO og ledelse lærer sammen gjennom et helt skoleår, i stedet for at én reiser på kurs.;su
2.2;2;6.4;Like ordensregler på alle skoler i landet;Staten lager reglene, og skolen følger dem.;elevråd fau su
2.3;2;6.6;Egen kunnskap om krenkelser på nett;Noen på hver skole kan mye om det som skjer på telefonen.;elevråd
3.1;3;8.1;Skolemiljøet skal være fast sak i alle utvalg;Ingen møter uten at noen spør: hvordan har elevene det?;elevråd fau su
3.2;3;8.3;Foreldregrupper mot mobbing i hver klasse;Foreldre møtes og avtaler hva de gjør, før noe skjer.;fau
4.1;4;9.2;Kommunen skal følge hver skole gjennom året;Kommunen spør, hjelper og ser etter at det som er lovet, blir gjort.;su
5.1;5;11.3;Flere helsesykepleiere og miljøarbeidere;Det skal finnes voksne som har tid, alle dager.;elevråd fau su
`

var heardUnder = []reply.Challenge{
	{Number: 1, Heading: "Elevenes rettssikkerhet"},
	{Number: 2, Heading: "En skolekultur uten krenkelser"},
	{Number: 3, Heading: "Elever og foreldre som deltar"},
	{Number: 4, Heading: "Hvem som har ansvaret"},
	{Number: 5, Heading: "Et sterkere lag rundt eleven"},
}

// A view is how likely the committees are to be for a measure, and what they say.
type view struct {
	lean                        int // of ten: how many are for
	yes, no                     []string
	yesNynorsk, noNynorsk, none string
}

var views = map[string]view{
	"1.1": {9, []string{"Foreldre spør oss hvor de kan klage. Det burde de få vite hver høst.", "Hos oss snakkes det fjorten språk hjemme. Ett ark på bokmål er ikke nok."}, []string{"Vi gjør dette alt, og vil ikke ha enda et skjema."}, "Mange veit ikkje kva dei har krav på. Dette er på tide.", "Skolen gjer dette alt.", "Vi har ikke snakket nok om dette."},
	"1.2": {4, []string{"Et ombud er lettere å ringe til enn et kontor."}, []string{"Da får familien én dør til å vente utenfor.", "Statsforvalteren kan gi pålegg. Det kan ikke et ombud."}, "Eit ombod kjenner ungane betre.", "Det tek for lang tid med to instansar.", "Utvalget er delt, og tar ikke stilling."},
	"1.3": {8, []string{"Det som står i læreplanen, blir det tid til.", "Elevene våre ber selv om å øve på dette."}, []string{"Læreplanen er full. Ta noe ut først."}, "Å vere saman må øvast på, som alt anna.", "Det er for mykje i planen frå før.", ""},
	"2.1": {10, []string{"Når alle lærer det samme, slutter vi å gi ulike svar i gangen.", "SFO må være med. Det er der dagen er lengst.", "Dette virker bare hvis det er satt av tid til det."}, []string{"Vi har nettopp vært gjennom et program, og trenger ro."}, "Vi har god røynsle med å lære saman.", "Vi treng pengar før vi treng kurs.", ""},
	"2.2": {2, []string{"Likt for alle er rettferdig."}, []string{"Regler virker når de som skal følge dem, har vært med på å lage dem.", "Elevrådet brukte et helt år på våre. De kan ikke komme fra Oslo.", "En liten skole trenger andre regler enn en stor."}, "Like reglar er enklare å forstå.", "Reglane må lagast her, saman med elevane.", "Vi ser både fordeler og ulemper."},
	"2.3": {9, []string{"Det meste skjer på telefonen, og de voksne ser det sist."}, []string{"Alle må kunne dette, ikke bare én."}, "Dei vaksne heng etter. Her treng vi hjelp.", "Dette må alle kunne.", ""},
	"3.1": {8, []string{"Det vi spør om hver gang, glemmer vi ikke.", "Vi har hatt det slik i to år. Det tar ti minutter."}, []string{"Møtene blir for lange."}, "Ti minutt på kvart møte er ikkje for mykje.", "Vi vil styre sakslista sjølve.", ""},
	"3.2": {7, []string{"Når foreldre kjenner hverandre, ringer de før det blir en sak."}, []string{"Det blir de samme tre som stiller opp.", "Det er skolens ansvar, ikke vårt."}, "Når vi kjenner kvarandre, er det lettare å ringje.", "Ikkje alle har tid til fleire møte.", "Vi er usikre på hvem som skal drive det."},
	"4.1": {7, []string{"Vi vil heller ha en samtale i oktober enn et brev i juni."}, []string{"Det må ikke bli mer rapportering."}, "Det er godt å bli spurt undervegs.", "Vi er redde for meir papir.", ""},
	"5.1": {10, []string{"Helsesykepleieren er her én dag i uka. Barn har det vondt de andre fire også.", "Dette er det viktigste. Uten voksne med tid er resten ord."}, nil, "Vi treng fleire vaksne med tid. Det er det det står på.", "", ""},
}

// hearing plans a hearing on a made-up report: the committees of 43 schools, and FAU
// and elevråd at Solbakken. Most have answered, in two languages; some late, some
// against, one does not want to, some are silent, and three sent a mail that lost
// something on its way.
func (w *World) hearing(all []place) {
	h := &heardStory{w: w, rng: rand.New(rand.NewPCG(43, 12)), d: &hearing.Desk{
		DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Clock: func() time.Time { return w.now },
		Bodies: &bodies.Desk{DB: w.DB, Keys: w.Keys, Journal: w.Journal, Roster: w.Roster, Clock: func() time.Time { return w.now }},
	}}
	w.at(w.ago(60, 9, 0), func(ctx context.Context) error { return h.found(ctx, all) })
	if k := slices.IndexFunc(all, func(p place) bool { return p.school.Name == "Solbakken skole" }); k >= 0 {
		h.voice(&all[k])
	}
	w.at(w.ago(45, 10, 0), h.open)
	for i := range committees {
		day := 40 - i*34/committees // from the day after to a week ago
		switch {
		case i%11 == 7: // silent
			continue
		case i%11 == 4: // late: the deadline is four days ago
			day = 2
		}
		w.at(w.ago(day, 19, 30), func(ctx context.Context) error { return h.answer(ctx, i) })
	}
	w.at(w.ago(5, 9, 0), func(ctx context.Context) error { _, err := h.d.Remind(ctx, h.anne, h.slug); return err })
}

const committees = 43

type heardStory struct {
	w    *World
	rng  *rand.Rand
	d    *hearing.Desk
	anne tilhor.Actor
	slug string

	su      []string // slugs of the committees, by school
	leaders []tilhor.Actor
	first   map[bodies.Kind]string // FAU and elevråd at Solbakken
	leads   map[bodies.Kind]tilhor.Actor
}

// found sets the bodies up, as the municipality's regulation says.
func (h *heardStory) found(ctx context.Context, all []place) error {
	err := h.w.DB.Read(ctx, func(tx *db.Tx) error {
		id, err := h.w.Roster.Find(tx, Owner, adviser)
		h.anne = tilhor.Actor{Owner: Owner, Person: id, Role: tilhor.RoleOwnerAdviser, School: access.Owner, Trained: true}
		return err
	})
	if err != nil {
		return err
	}
	h.first, h.leads = map[bodies.Kind]string{}, map[bodies.Kind]tilhor.Actor{}
	const basis = "Forskrift om skoledemokrati og skoleregler i Granvik, § 4"
	names := append([]string{"Solbakken"}, places...)[:committees]
	for _, name := range names {
		b := bodies.Body{
			Kind: bodies.SU, Name: "Samarbeidsutvalget", Basis: basis, Need: 5, Term: 12, Elect: "Hver gruppe velger sine for ett skoleår.",
			Seats: map[bodies.Part]int{bodies.Pupils: 2, bodies.Parents: 2, bodies.Staff: 3, bodies.Municipality: 2},
			Shut:  "Går elevene ut, veier foreldrenes stemmer så mye at de er i flertall.", Count: bodies.Weighed,
		}
		k := slices.IndexFunc(all, func(p place) bool { return p.school.Name == name+" skole" })
		by := h.anne
		if k < 0 { // a school that this town has not drawn
			b.Kind, b.Name = bodies.Another, "Samarbeidsutvalget ved "+name+" skole"
		} else {
			by = all[k].rektor
		}
		slug, err := h.d.Bodies.Found(ctx, by, b)
		if err != nil {
			return err
		}
		leader := tilhor.Actor{}
		if k >= 0 {
			if leader, err = h.seats(ctx, &all[k], slug); err != nil {
				return err
			}
		}
		h.su, h.leaders = append(h.su, slug), append(h.leaders, leader)
		if name == "Solbakken" {
			if err := h.solbakken(ctx, &all[k], basis); err != nil {
				return err
			}
		}
	}
	return nil
}

// seats puts two parents, two employees and the rector into a school's committee; one
// parent leads it.
func (h *heardStory) seats(ctx context.Context, p *place, slug string) (leader tilhor.Actor, err error) {
	parents, err := h.parents(ctx, p, "Lene Dahl", "Anita Vik")
	if err != nil {
		return leader, err
	}
	seat := func(who tilhor.PersonID, part bodies.Part, office string) {
		if err == nil {
			err = h.d.Bodies.Seat(ctx, p.rektor, slug, bodies.Member{Person: who, Part: part, Office: office})
		}
	}
	seat(parents[0], bodies.Parents, bodies.Leader)
	if len(parents) > 1 {
		seat(parents[1], bodies.Parents, "")
	}
	seat(p.rektor.Person, bodies.Municipality, bodies.Secretary)
	for _, e := range p.teachers[:min(2, len(p.teachers))] {
		if e != p.rektor.Person {
			seat(e, bodies.Staff, "")
		}
	}
	return h.w.actor(parents[0], tilhor.RoleParent, p.school.ID), err
}

func (h *heardStory) solbakken(ctx context.Context, p *place, basis string) error {
	parents, err := h.parents(ctx, p, "Marte Olsen", "Sahra Yusuf")
	if err != nil {
		return err
	}
	for _, x := range []struct {
		kind   bodies.Kind
		name   string
		part   bodies.Part
		leader tilhor.Actor
		more   tilhor.PersonID
	}{
		{bodies.FAU, "FAU", bodies.Parents, h.w.actor(parents[0], tilhor.RoleParent, p.school.ID), parents[len(parents)-1]},
		{bodies.Council, "Elevrådet", bodies.Pupils, h.w.actor(p.pupil("Hanna Lunde"), tilhor.RolePupil, p.school.ID), p.pupil("Leah Olsen")},
	} {
		slug, err := h.d.Bodies.Found(ctx, p.rektor, bodies.Body{
			Kind: x.kind, Name: x.name, Basis: "Opplæringslova § 10-5", Need: 3, Term: 12, Elect: "Hver klasse velger én hver høst. " + basis, Seats: map[bodies.Part]int{x.part: 7},
		})
		if err != nil {
			return err
		}
		if err := h.d.Bodies.Seat(ctx, p.rektor, slug, bodies.Member{Person: x.leader.Person, Part: x.part, Office: bodies.Leader}); err != nil {
			return err
		}
		if x.more != x.leader.Person {
			if err := h.d.Bodies.Seat(ctx, p.rektor, slug, bodies.Member{Person: x.more, Part: x.part}); err != nil {
				return err
			}
		}
		h.first[x.kind], h.leads[x.kind] = slug, x.leader
	}
	return nil
}

// parents finds parents at a school: those of the names, or else the first there are.
func (h *heardStory) parents(ctx context.Context, p *place, names ...string) (all []tilhor.PersonID, err error) {
	err = h.w.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var some []tilhor.PersonID
		for _, pupil := range p.pupils {
			guardians, err := h.w.Roster.Guardians(tx, Owner, pupil.ID, calendar.DateOf(h.w.now))
			if err != nil {
				return err
			}
			for _, g := range guardians {
				if !g.Parent() || slices.Contains(some, g.ID) {
					continue
				}
				some = append(some, g.ID)
				if slices.Contains(names, g.Name) {
					all = append(all, g.ID)
				}
			}
			if p.school.Name != "Solbakken skole" && len(some) >= 2 {
				break
			}
		}
		if len(all) == 0 {
			all = some[:min(2, len(some))]
		}
		return nil
	})
	return all, err
}

func (h *heardStory) open(ctx context.Context) (err error) {
	h.slug, err = h.d.Open(ctx, h.anne, reply.Letter{
		Title: "Utredning om et trygt skolemiljø", Sender: "Departementet", Reference: "26/4410", Municipality: "Granvik kommune", Document: "Utredningen «Å høre til»",
		Deadline: calendar.DateOf(h.w.start).Add(25), AnswersBy: calendar.DateOf(h.w.start).Add(-4), Challenges: heardUnder,
	}, false)
	if err != nil {
		return err
	}
	if err := h.d.Import(ctx, h.anne, h.slug, heard); err != nil {
		return err
	}
	var ids []string
	err = h.w.DB.Read(ctx, func(tx *db.Tx) error {
		ids = nil
		all, err := h.d.Bodies.All(tx, Owner)
		for _, b := range all {
			ids = append(ids, b.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := h.d.Invite(ctx, h.anne, h.slug, ids...); err != nil {
		return err
	}
	for _, k := range []bodies.Kind{bodies.FAU, bodies.Council} { // they speak first
		if err := h.say(ctx, h.leads[k], h.first[k], true, false); err != nil {
			return err
		}
	}
	return nil
}

// answer is what one committee does: says it itself, or by mail; declines; or sends
// a mail that came out broken.
func (h *heardStory) answer(ctx context.Context, i int) error {
	switch {
	case i == 5:
		if h.leaders[i].Person != "" {
			return h.d.Decline(ctx, h.leaders[i], h.su[i], h.slug, "Vi er for få i utvalget i år.", false)
		}
		return nil
	case i >= 30 && i%5 == 1: // 31, 36, 41: lost something on their way
		return h.mailed(ctx, i)
	case h.leaders[i].Person != "":
		return h.say(ctx, h.leaders[i], h.su[i], i%2 == 0, i%5 == 2)
	}
	return h.written(ctx, i)
}

// means makes up what a body says about a measure, "" for nothing.
func (h *heardStory) means(v view, nynorsk bool) (s hearing.Said) {
	n := h.rng.IntN(10)
	switch {
	case h.rng.IntN(6) == 0:
		if v.none == "" {
			return s
		}
		return hearing.Said{Stance: reply.Neutral, Text: v.none}
	case n < v.lean:
		s.Stance = []reply.Stance{reply.StrongSupport, reply.Support, reply.Support, reply.ConditionalSupport}[h.rng.IntN(4)]
		s.Text = v.yes[h.rng.IntN(len(v.yes))]
		if nynorsk {
			s.Text = v.yesNynorsk
		}
	case len(v.no) > 0:
		s.Stance = []reply.Stance{reply.Reservation, reply.Against}[h.rng.IntN(2)]
		s.Text = v.no[h.rng.IntN(len(v.no))]
		if nynorsk {
			s.Text = v.noNynorsk
		}
	}
	s.Quote = true
	return s
}

func (h *heardStory) all(nynorsk bool) map[string]hearing.Said {
	out := map[string]hearing.Said{}
	top := []string{"2.1", "5.1"}[h.rng.IntN(2)]
	for _, id := range []string{"1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "3.1", "3.2", "4.1", "5.1"} {
		s := h.means(views[id], nynorsk)
		if s.Stance == "" {
			continue
		}
		if id == top && s.Stance.Way() == reply.For {
			s.Rank = 1
		}
		out[id] = s
	}
	return out
}

func (h *heardStory) adoption(big bool) hearing.Adoption {
	a := hearing.Adoption{On: calendar.DateOf(h.w.now), Present: map[bodies.Part]int{bodies.Pupils: 2, bodies.Parents: 2, bodies.Staff: 3}, For: 7}
	if !big {
		a.Present[bodies.Municipality], a.For, a.Against, a.Dissent = 1, 6, 2, "To medlemmer ville vente til elevrådet hadde sagt sitt."
	}
	return a
}

// say is a body that writes itself.
func (h *heardStory) say(ctx context.Context, leader tilhor.Actor, body string, big, nynorsk bool) error {
	said := h.all(nynorsk)
	for _, id := range sortedKeys(said) {
		if err := h.d.Say(ctx, leader, body, h.slug, id, said[id]); err != nil {
			return err
		}
	}
	return h.d.Adopt(ctx, leader, body, h.slug, h.adoption(big))
}

func sortedKeys(m map[string]hearing.Said) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

// written is a body whose statement came by mail and was written in.
func (h *heardStory) written(ctx context.Context, i int) error {
	said := h.all(i%5 == 2)
	var text strings.Builder
	fmt.Fprintf(&text, "Uttalelse fra samarbeidsutvalget.\n\n")
	for _, id := range sortedKeys(said) {
		fmt.Fprintf(&text, "%s: %s\n", id, said[id].Text)
	}
	if err := h.d.Receive(ctx, h.anne, h.slug, h.su[i], hearing.Received{On: calendar.DateOf(h.w.now), From: "skolens postmottak", Raw: text.String()}); err != nil {
		return err
	}
	for _, id := range sortedKeys(said) {
		if err := h.d.SayFor(ctx, h.anne, h.slug, h.su[i], id, said[id]); err != nil {
			return err
		}
	}
	if i%9 == 3 {
		if err := h.d.SayFor(ctx, h.anne, h.slug, h.su[i], reply.Other, hearing.Said{Quote: true, Text: "Fristen var kort for en liten skole. Vi leste sammendraget."}); err != nil {
			return err
		}
	}
	return h.d.AdoptFor(ctx, h.anne, h.slug, h.su[i], calendar.DateOf(h.w.now), "", false)
}

// broken are mails that lost spaces and lines, as PDFs do.
var broken = []string{
	"Vi støtter at elevene fårvite rettighetene sine.Det må skje hver høst, og medelevene\nsom tolker når det trengs.",
	"Utvalget mener at hele personalet må lære det samme. SFO måvære med, for det er der da-\ngen er lengst.",
	"Vi vil ha flere voksne på skolen, ogikke flere skjema. Foreldre og ele-\nver er enige om dette.",
}

func (h *heardStory) mailed(ctx context.Context, i int) error {
	return h.d.Receive(ctx, h.anne, h.slug, h.su[i], hearing.Received{On: calendar.DateOf(h.w.now), From: "skolens postmottak", Raw: broken[i/5%len(broken)]})
}
