package main

import (
	"context"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
)

func (w *siteWorld) formal() *bodies.Desk {
	return &bodies.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
}

// theBodies are an SMU at a school, and a body of the municipality's own.
type theBodies struct{ school, owner, draft, approved, item string }

// bodiesOf sets them up: the parent leads the SMU, the pupil is a member and the
// teacher writes for it. One meeting is to come, with a matter that is open and one
// that is confidential, and something that is not done; the minutes of another are
// approved. The parent leads the municipality's too, and has minutes approved there.
func (w *siteWorld) bodiesOf(rektor, adviser, parent, pupil, teacher tilhor.Actor) (b theBodies) {
	w.t.Helper()
	ctx, d, today := context.Background(), w.formal(), calendar.DateOf(w.clock())
	usual := func(k bodies.Kind, name string) bodies.Body {
		x := k.Usual()
		x.Name, x.Basis, x.Shut, x.Need = name, "Forskrift om skoledemokrati § 3.", "Foreldrenes stemmer teller dobbelt.", 1
		return x
	}
	var err error
	b.school, err = d.Found(ctx, rektor, usual(bodies.SMU, "Skolemiljøutvalget"))
	w.must(err)
	b.owner, err = d.Found(ctx, adviser, usual(bodies.KFU, "Kommunalt foreldreutvalg"))
	w.must(err)
	w.must(d.Seat(ctx, rektor, b.school, bodies.Member{Person: parent.Person, Part: bodies.Parents, Office: bodies.Leader}))
	w.must(d.Seat(ctx, rektor, b.school, bodies.Member{Person: pupil.Person, Part: bodies.Pupils}))
	w.must(d.Seat(ctx, rektor, b.school, bodies.Member{Person: teacher.Person, Part: bodies.Staff, Office: bodies.Secretary}))
	w.must(d.Seat(ctx, adviser, b.owner, bodies.Member{Person: parent.Person, Part: bodies.Parents, Office: bodies.Leader}))
	held := func(slug string) string {
		m, err := d.Arrange(ctx, parent, slug, bodies.Meeting{On: today, Clock: "08.00", Place: "Biblioteket"})
		w.must(err)
		w.must(d.AddItem(ctx, parent, slug, m, bodies.Item{Title: "Lys i skolegården", Text: "Det er mørkt om morgenen."}))
		item := w.matter(parent, slug, m)
		w.must(d.Attend(ctx, parent, slug, m, []tilhor.PersonID{parent.Person, pupil.Person}))
		w.must(d.Write(ctx, parent, slug, m, item, bodies.Result{Text: "Vi ber kommunen om lys.", For: 1, Dissent: "Det koster for mye.", DissentBy: "parent"}))
		w.must(d.AddAction(ctx, parent, slug, m, item, bodies.Action{What: "Spørre kommunen om lys", Who: parent.Person, Due: today.Add(7)}))
		w.must(d.Approve(ctx, parent, slug, m, bodies.Read{Nameless: true}))
		return m
	}
	b.approved = held(b.school)
	held(b.owner)
	b.draft, err = d.Arrange(ctx, parent, b.school, bodies.Meeting{On: today, Clock: "18.00"})
	w.must(err)
	w.must(d.AddItem(ctx, parent, b.school, b.draft, bodies.Item{Title: "Busslommen"}))
	w.must(d.AddItem(ctx, parent, b.school, b.draft, bodies.Item{Title: "Bemanning", Text: "Unntatt.", Shut: true}))
	b.item = w.matter(parent, b.school, b.draft)
	return b
}

// matter is the last open matter of a meeting.
func (w *siteWorld) matter(by tilhor.Actor, slug, meeting string) (item string) {
	w.t.Helper()
	x, err := w.formal().Meeting(context.Background(), by, slug, meeting)
	w.must(err)
	for _, i := range x.Items {
		if !i.Shut {
			item = i.Slug
		}
	}
	return item
}

// meets is a year in the formal bodies: rektor is invited to one meeting, and more is
// to come after it.
func (w *siteWorld) meets(by map[string]persona) {
	w.t.Helper()
	ctx, d, parent, kari := context.Background(), w.formal(), by["parent"].actor, by["rektor"].actor
	b := w.bodiesOf(kari, by["adviser"].actor, parent, by["pupil"].actor, by["teacher"].actor)
	w.must(d.Invite(ctx, parent, b.school, b.draft, bodies.Guest{Person: kari.Person, Shut: true}))
	m, err := d.Arrange(ctx, parent, b.school, bodies.Meeting{On: calendar.DateOf(w.clock()).Add(14), Clock: "18.00", Place: "Biblioteket"})
	w.must(err)
	w.must(d.Call(ctx, parent, b.school, m))
	w.hearingsOf(by["adviser"].actor, parent, b.school)
}

// theRoom is what is written of a body and in its room: minutes that everybody reads,
// and a meeting whose minutes are a draft.
var theRoom = []deed{
	{Who: "rektor", At: "/skolen/rad", Fill: [][2]string{{"do", "nytt"}, {"nytt-kind", "other"}, {"nytt-name", shortPoison}}},
	{Fill: [][2]string{{"do", "regler"}, {"regler-name", shortPoison}, {"regler-need", "1"}}},
	{Fill: [][2]string{{"do", "plass"}, {"plass-person", "Nora"}, {"plass-part", "parent"}, {"plass-office", "leader"}}},
	{Who: "owner-adviser", At: "/eier/rad", Fill: [][2]string{{"do", "nytt"}, {"nytt-kind", "other"}, {"nytt-name", shortPoison}}},
	{Fill: [][2]string{{"do", "regler"}, {"regler-name", shortPoison}}},
	{Who: "marit", At: "/rad", Link: `^/rad/`, Fill: [][2]string{{"do", "mote"}, {"mote-on", "23.11.2026"}, {"mote-clock", "08.00"}, {"mote-place", shortPoison}}},
	{Fill: [][2]string{{"do", "flytt-mote"}, {"flytt-mote-on", "23.11.2026"}, {"flytt-mote-clock", "09.00"}, {"flytt-mote-place", shortPoison}}},
	{Fill: [][2]string{{"do", "sak"}, {"sak-title", shortPoison}}},
	{Link: `/saker/`, Fill: [][2]string{{"do", "ned"}}}, // the standing one
	{Link: `/saker/`, Fill: [][2]string{{"do", "endre"}, {"endre-title", shortPoison}}},
	{Link: `/moter/[a-z2-7]{10}$`},
	{Link: `/referat$`, Fill: [][2]string{{"do", "oppmote"}, {"oppmote-present", "*"}}},
	{Link: `/saker/`, Fill: [][2]string{{"do", "vedtak"}, {"vedtak-for", "1"}, {"vedtak-dissent-by", "parent"}}},
	{Link: `/saker/`, Fill: [][2]string{{"do", "gjore"}, {"gjore-who", "school"}}},
	{Link: `/moter/[a-z2-7]{10}$`},
	{Link: `^/rad/[a-z2-7]{10}$`},
	{Link: `/ar$`, Fill: [][2]string{{"do", "ar"}}},
	{Link: `^/rad/[a-z2-7]{10}$`},
	{Link: `/moter/[a-z2-7]{10}`},
	{Fill: [][2]string{{"do", "godkjenn"}, {"godkjenn-nameless", "yes"}}},
	{At: "/rad", Link: `^/rad/`, Fill: [][2]string{{"do", "mote"}, {"mote-on", "23.11.2026"}, {"mote-clock", "18.00"}, {"mote-place", shortPoison}}},
	{Fill: [][2]string{{"do", "sak"}, {"sak-title", shortPoison}}},
}
