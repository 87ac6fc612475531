package main

import (
	"context"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
)

// theHearings are one that is open, with a file that came to it when the municipality
// has a body of its own, and one whose answer is sent though a claim did not hold.
type theHearings struct{ open, sent, file string }

// hearingsOf asks every body there is. The parent, who leads one, has adopted in the
// first; of the second the answer is sent.
func (w *siteWorld) hearingsOf(adviser, parent tilhor.Actor, body string) (h theHearings) {
	w.t.Helper()
	ctx, d, today, nb := context.Background(), w.house.hearings(), calendar.DateOf(w.clock()), lang.For(tilhor.Bokmal)
	d.Clock, d.Bodies.Clock = w.clock, w.clock
	var ids []string
	municipal := ""
	w.read(func(tx *db.Tx) error {
		ids = nil
		all, err := d.Bodies.All(tx, w.owner())
		for _, b := range all {
			ids = append(ids, b.ID)
			if b.School == access.Owner {
				municipal = b.Slug
			}
		}
		return err
	})
	begin := func(title string) string {
		slug, err := d.Open(ctx, adviser, reply.Letter{
			Title: title, Sender: "Departementet", Municipality: "Granvik kommune", Deadline: today.Add(25), Challenges: []reply.Challenge{{Number: 1, Heading: "Rettssikkerhet"}},
		}, false)
		w.must(err)
		w.must(d.Import(ctx, adviser, slug, "id;challenge;chapter;text;summary;concerns\nT1;1;12.1;Gjøre rettighetene tydeligere;Loven skal være lett å lese.;smu\nT2;1;12.2;Flere voksne;;\n"))
		w.must(d.Invite(ctx, adviser, slug, ids...))
		w.must(d.Say(ctx, parent, body, slug, "T1", hearing.Said{Stance: reply.Support, Text: "Vi vil forstå loven.", Quote: true}))
		return slug
	}
	adopt := func(slug string) {
		w.must(d.Adopt(ctx, parent, body, slug, hearing.Adoption{On: today, Present: map[bodies.Part]int{bodies.Parents: 2, bodies.Staff: 1}, For: 2, Against: 1, Dissent: "Ett medlem ville vente.", Before: "FAU møtes først i januar."}))
	}
	h.sent = begin("Om skoleregler")
	adopt(h.sent)
	w.must(d.Choose(ctx, adviser, h.sent, "T1", reply.Choice{Comment: true}))
	w.must(d.Claim(ctx, adviser, h.sent, hearing.Claim{Measure: "T1", Text: "Det er 99 skoler her", Register: "schools", Expected: "99"}))
	for _, which := range []string{hearing.Administrative, hearing.Political} {
		w.must(d.Approve(ctx, adviser, h.sent, hearing.Approval{Which: which, On: today, Who: "Utvalget"}, nb))
	}
	second := adviser
	second.Person = parent.Person
	w.must(d.AskOverride(ctx, adviser, h.sent, "Tallet rettes i neste utgave.", false, nb))
	asked, err := d.Stand(ctx, second, h.sent, nb)
	w.must(err)
	w.must(d.SignOverride(ctx, second, h.sent, asked.Override.ID, "Kommunedirektøren", nb))
	w.must(d.Send(ctx, adviser, h.sent, nb))
	h.open = begin("Om skolemiljøet")
	w.must(d.Choose(ctx, adviser, h.open, "T2", reply.Choice{Reason: "Ikke kommunens sak."}))
	if municipal != "" {
		w.must(d.ReceiveFile(ctx, adviser, h.open, municipal, hearing.Received{On: today, From: "postmottaket"}, "uttalelse.txt", []byte("Vi er for.")))
		all, err := d.See(ctx, adviser, h.open)
		w.must(err)
		h.file = all.Invitation(municipal).Received[0].File.ID
	}
	return h
}

// hears begins a hearing that every body of the poisoned town is asked in.
func (p *poisonedTown) hears() {
	p.t.Helper()
	ctx, d, adviser := context.Background(), p.house.hearings(), p.people["owner-adviser"]
	d.Clock, d.Bodies.Clock = p.clock, p.clock
	slug, err := d.Open(ctx, adviser, reply.Letter{Title: p.word(p.n), Sender: p.word(p.n + 1), Municipality: p.word(p.n + 2), Deadline: "2026-12-18", Challenges: []reply.Challenge{{Number: 1, Heading: p.word(p.n + 3)}}}, true)
	p.must(err)
	p.must(d.Import(ctx, adviser, slug, `id;challenge;chapter;text;summary;concerns`+"\n"+`T1;1;12;"`+csvWord(p.word(p.n+4))+`";"`+csvWord(p.word(p.n+5))+`";smu`+"\n"))
	p.n += 6
	var ids []string
	p.read(func(tx *db.Tx) error {
		ids = nil
		all, err := d.Bodies.All(tx, p.owner())
		for _, b := range all {
			ids = append(ids, b.ID)
		}
		return err
	})
	p.must(d.Invite(ctx, adviser, slug, ids...))
}

// theHearing is what is written in one: by a body, and by who holds it.
var theHearing = []deed{
	{Who: "marit", At: "/rad", Link: `^/rad/`},
	{Link: `/horinger$`},
	{Link: `/horinger/[a-z2-7]{10}$`, Fill: [][2]string{{"do", "nei"}}},
	{Link: `/horinger/[a-z2-7]{10}$`},
	{Link: `/tiltak/T1$`, Fill: [][2]string{{"stance", "support"}}},
	{Link: `/tiltak/helhet$`, Fill: [][2]string{{"stance", "support"}}},
	{Link: `/tiltak/other$`, Fill: [][2]string{}},
	{Link: `/vedtak$`, Fill: [][2]string{{"on", "23.11.2026"}, {"present-parent", "3"}, {"for", "2"}, {"against", "1"}}},
	{Who: "owner-adviser", At: "/eier/horinger", Link: `^/eier/horinger/[a-z2-7]{10}$`},
	{Link: `/post/`, Fill: [][2]string{{"do", "mottatt"}, {"from", shortPoison}, {"on", "23.11.2026"}}},
	{Fill: [][2]string{{"do", "mottatt"}, {"from", shortPoison}, {"on", "23.11.2026"}, {"raw", ""}}, File: "txt"},
	{Fill: [][2]string{{"do", "tekst"}}},
	{Fill: [][2]string{{"do", "mener"}, {"measure", "T1"}, {"stance", "support"}}},
	{At: "/eier/horinger", Link: `^/eier/horinger/[a-z2-7]{10}$`},
	{Link: `/matrise$`},
	{Link: `/matrise/T1$`, Fill: [][2]string{{"comment", "yes"}}},
	{Link: `/utkast$`, Fill: [][2]string{{"do", "setning"}}},
	{Fill: [][2]string{{"do", "pastand"}, {"text", shortPoison}, {"register", "schools"}, {"expected", "2"}}},
	{Link: `/send$`, Fill: [][2]string{{"do", "godkjenn"}, {"who", shortPoison}, {"case", shortPoison}, {"on", "23.11.2026"}}},
	{Fill: [][2]string{{"do", "godkjenn"}, {"who", shortPoison}, {"case", shortPoison}, {"on", "23.11.2026"}}},
	{Link: `/oppfolging$`, Fill: [][2]string{{"do", "nytt"}, {"what", shortPoison}, {"who", shortPoison}, {"on", "01.03.2027"}}},
	{At: "/eier/horinger/ny", Fill: [][2]string{{"own", "yes"}, {"title", shortPoison}, {"sender", shortPoison}, {"reference", shortPoison}, {"document", shortPoison}, {"municipality", shortPoison}, {"challenges", shortPoison}, {"deadline", "18.12.2026"}, {"answers-by", "01.12.2026"}, {"first-by", "30.11.2026"}}},
	{Fill: [][2]string{{"measures", "id;challenge;chapter;text\nT1;1;12;Gjøre noe\n"}}},
}

// csvWord is a text inside the quotation marks of a table.
func csvWord(s string) string { return strings.ReplaceAll(s, `"`, `""`) }
