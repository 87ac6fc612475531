package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/ideas"
	"tilhor/internal/interventions"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

// whatHappens is what a whole case meets, each once, so that every page of it is
// seen by those it is for: the adult who is reported, the protected pupil, the
// request for access, the emergency, the file, the decision, the pupil who comes
// from another school.
// It gives the address that comes after the reason for a picture as it came.
func (w *siteWorld) whatHappens(by map[string]persona) (original string) {
	w.t.Helper()
	ctx, d := context.Background(), w.cases()
	kari, ina, jonas, anne := by["rektor"].actor, by["social-teacher"].actor, by["teacher"].actor, by["adviser"].actor
	now := tilhor.Now(w.clock())
	told := func(t concerns.Telling) concerns.Concern {
		t.School, t.Arena, t.Happened, t.Known, t.Saw = jonas.School, tilhor.ArenaBreak, now, now, "Sto alene ved gjerdet."
		c, err := w.concerns().Tell(ctx, jonas, t)
		w.must(err)
		return c
	}
	pupils := w.pupils(kari)
	w.toOwner = append(slices.Clone(pupils[:2]), w.pupils(by["rektor elsewhere"].actor)[0]) // whom the owner is told of
	taken := func(p tilhor.PersonID) string {
		all, err := d.TakeUp(ctx, kari, told(concerns.Telling{Pupils: []tilhor.PersonID{p}}).Slug, cases.Stance{Handler: ina.Person})
		w.must(err)
		return all[0].Slug
	}
	slug := taken(pupils[0])

	// A request that waits, and one that is answered.
	for _, answered := range []bool{false, true} {
		id, err := d.AskInsight(ctx, kari, slug, cases.NewInsight{Asker: "parent", Basis: "fvl-18", Who: "Mor", Received: w.today()})
		w.must(err)
		if !answered {
			continue
		}
		r, err := d.ReviewInsight(ctx, kari, slug, id)
		w.must(err)
		var all []cases.Judgement
		for _, p := range r.Passages {
			all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
		}
		w.must(d.Judge(ctx, kari, slug, id, all))
		w.must(d.DecideHome(ctx, kari, slug, cases.HomeDecision{What: cases.HasResponsibility, Guardian: w.parent(kari, pupils[0]), Reason: "Folkeregisteret."}))
		w.must(d.DecideInsight(ctx, kari, slug, id, cases.Reply{To: w.parent(kari, pupils[0])}))
	}

	// A picture, and a letter.
	var picture bytes.Buffer
	w.must((&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30)))) // made anew it is another file
	letter := []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog /Pages 2 0 R>>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n")
	for name, body := range map[string][]byte{"tegning.png": picture.Bytes(), "brev.pdf": letter} {
		a := cases.Attachment{When: now, Shows: "Det eleven laget.", Giver: "Eleven", Needed: "Eleven ville vise det.", Name: name, Checked: true}
		id, err := d.Put(ctx, ina, slug, a, body)
		w.must(err)
		a.File = id
		w.must(d.Attach(ctx, ina, slug, a))
		if name == "tegning.png" {
			original = "/saker/" + slug + "/vedlegg/" + string(id) + "/original?gjort=grunn"
			w.must(d.Unseal(ctx, kari, slug, id, "Politiet ba om bildet slik det kom."))
		}
	}

	// What must not be there, and what somebody read who should not.
	w.must(d.Write(ctx, ina, slug, cases.Line{At: now, What: "note", Text: "Skrevet i feil sak."}))
	f, err := d.See(ctx, kari, slug, "whole")
	w.must(err)
	w.must(d.StopRecord(ctx, kari, slug, cases.Stop{Record: f.Last(cases.Wrote).ID, Reason: privacy.BlockReasons[0], Why: "Feil elev."}))
	w.must((&privacy.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Clock: w.clock}).Report(ctx, kari, now, "Et notat gikk hjem i feil sekk."))

	// An emergency, a decision that is considered, a serious case.
	_, err = d.Break(ctx, by["deputy"].actor, cases.Emergency{Number: f.Number, Name: f.Name, Reason: "Eleven gråter på bussen."})
	w.must(err)
	w.must(d.Notify(ctx, kari, slug, cases.Notice{About: duty.SchoolChange, At: now, Older: true, Grounds: "Slo tre elever.", Reply: w.today().Add(7), Told: true}))
	w.must(d.AppointReceiver(ctx, anne, anne.Person))
	w.must(d.JudgeSerious(ctx, kari, slug, cases.Seriousness{Answer: "yes", Reason: "Vold.", Words: "Vi trenger hjelp."}))

	// An employee is reported: one report waits, one is taken up.
	accused := []tilhor.PersonID{by["employee"].actor.Person}
	told(concerns.Telling{Pupils: pupils[1:2], Accused: duty.AccusedEmployee, Against: accused})
	sealed := told(concerns.Telling{Pupils: pupils[1:2], Accused: duty.AccusedEmployee, Against: accused})
	_, err = d.TakeSealed(ctx, kari, sealed.Slug, cases.Stance{Handler: ina.Person}, cases.ToOwner{Words: "Vi har sørget for avstand."})
	w.must(err)

	// A protected pupil, whom Ina leads for.
	taken(pupils[2])
	w.must(d.Shield(ctx, kari, cases.Shielding{Pupil: pupils[2], Grade: roster.Confidential, Leader: ina.Person, Reason: "Melding fra politiet."}))

	// A pupil comes from another school.
	other := by["rektor elsewhere"].actor
	there, err := w.concerns().Tell(ctx, other, concerns.Telling{
		School: other.School, Pupils: w.pupils(other)[:1], Saw: "Vil ikke gå hjem.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
	})
	w.must(err)
	tracks, err := d.TakeUp(ctx, other, there.Slug, cases.Stance{})
	w.must(err)
	w.must(d.HandOn(ctx, other, tracks[0].Slug, cases.Transfer{
		To: kari.School, Basis: cases.FromHome, Who: "Far", On: w.today(), Parts: []string{"note"}, Note: "Trenger en voksen om morgenen.", NoOne: true,
	}))

	// Who has the cases is away, and another stands in.
	w.must(d.Away(ctx, kari, cases.Absence{Person: ina.Person, From: w.today().Add(1), Until: w.today().Add(4), Cases: jonas.Person}))

	// Somebody has given cases on.
	_, err = d.GiveOver(ctx, kari, ina.Person, []cases.Giving{{Slug: taken(pupils[1]), To: jonas.Person, Note: "Eleven stoler på Ina."}})
	w.must(err)

	// It is known later whom a report was about, and a recusal is lifted.
	found, err := d.TakeSealed(ctx, kari, told(concerns.Telling{Pupils: pupils[1:2], Accused: duty.AccusedEmployee, Whom: "En vikar i gangen."}).Slug,
		cases.Stance{Handler: ina.Person}, cases.ToOwner{Words: "Vi undersøker hvem det var."})
	w.must(err)
	w.must(d.NameAccused(ctx, kari, found[0].Slug, by["nurse"].actor.Person))
	for _, who := range []string{"sfo", "nurse"} {
		w.must(d.Recuse(ctx, kari, slug, cases.Recusal{Person: by[who].actor.Person, Why: "conflict", Reason: "Nabo av familien."}))
	}
	w.must(d.EndRecusal(ctx, kari, slug, by["nurse"].actor.Person, "Har flyttet."))
	w.children(slug, taken(pupils[5]), by["rektor elsewhere"].actor.School, kari, ina, pupils)
	w.later(time.Second)
	w.asksColleagues(by, slug)
	w.must(d.PlanSurvey(ctx, kari, cases.Survey{Whom: "Alle på 5. trinn.", Questions: "Hvem er du sammen med?", Names: "no", On: w.today().Add(7)}))
	named := cases.NamingSurvey{Why: "Har vart siden april.", Tried: "Samtaler og tilsyn.", Whom: "Alle på 5. trinn.", Questions: "Hvem stenger porten?", On: w.today().Add(7)}
	for range 2 {
		w.must(d.SurveyNaming(ctx, kari, slug, named))
	}
	f, err = d.See(ctx, kari, slug, "whole")
	w.must(err)
	w.must(d.CheckSurvey(ctx, ina, slug, f.NamingSurveys()[0].ID, "To så etter.", "Porten blir stengt i storefri."))
	w.talks(by)
	w.saysIfra(by)
	w.opensForHome(by)
	w.voices(by)

	// One of the others is decided about, in a case of its own.
	w.must(d.AddChild(ctx, ina, slug, cases.Child{Person: pupils[6], Role: "alleged"}))
	f, err = d.See(ctx, kari, slug, "whole")
	w.must(err)
	for _, c := range f.Children {
		if c.Person == pupils[6] {
			_, err = d.BeginDecision(ctx, kari, slug, c.Code)
			w.must(err)
		}
	}

	// Rektor used the body herself: the owner follows it up.
	_, err = w.interventions().Tell(ctx, other, interventions.Report{
		Pupil: w.pupils(other)[0], Arena: tilhor.ArenaBreak, At: now, Event: "Kastet stein.", What: "Holdt hardt.", Who: "Rektor", Long: "Ett minutt", Why: "De små sto ved.", View: interventions.Later,
	})
	w.must(err)

	// Somebody told of the protected pupil, and it was opened by one of two who lead for her.
	w.must(d.Name(ctx, ina, w.shieldedOf(ina, pupils[2]), jonas.Person, true, "Leder når Ina er borte."))
	again, err := w.concerns().Tell(ctx, kari, concerns.Telling{
		School: kari.School, Described: w.nameOf(kari, pupils[2]), Saw: "Ville ikke inn.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
	})
	w.must(err)
	_, err = w.concerns().Receive(ctx, jonas, again.Slug)
	w.must(err)
	w.sharesMachine(by, taken(pupils[6]))
	w.meets(by)
	return original
}

// voices is what pupils and parents suggest, and the answers: one waits, one is given
// to a teacher, one is answered and shown to everyone, and two are before the elevråd,
// in which the pupil sits. The parent has started a group, which shares its agreements.
func (w *siteWorld) voices(by map[string]persona) {
	w.t.Helper()
	ctx, d := context.Background(), w.ideas()
	kari, jonas, pupil, home := by["rektor"].actor, by["teacher"].actor, by["pupil"].actor, by["parent"].actor
	council, err := d.Bodies.Found(ctx, kari, bodies.Body{Kind: bodies.Council, Name: "Elevrådet"})
	w.must(err)
	w.must(d.Bodies.Seat(ctx, kari, council, bodies.Member{Person: pupil.Person, Part: bodies.Pupils, Office: bodies.Leader}))
	w.must(d.Say(ctx, pupil, ideas.Saying{Kind: "outside", Words: "En voksen ved ballbingen før det ringer inn."}))
	for _, words := range []string{"Mer tid i garderoben.", "En felles dag i måneden.", "Spill i friminuttet."} {
		w.must(d.Say(ctx, pupil, ideas.Saying{Council: council, Kind: "together", Words: words}))
	}
	w.must(d.Say(ctx, home, ideas.Saying{School: kari.School, Kind: "way", Words: "Flere lys på skoleveien."}))
	w.must(d.Say(ctx, home, ideas.Saying{School: kari.School, Kind: "sfo", Words: "La barna velge plass på SFO."}))
	tables, err := d.Before(ctx, pupil)
	w.must(err)
	for _, i := range tables[0].Ideas {
		switch i.Words {
		case "Mer tid i garderoben.":
			w.must(d.Vote(ctx, pupil, i.Slug, "yes"))
		case "En felles dag i måneden.":
			w.must(d.Close(ctx, pupil, i.Slug, false, "Vi venter til våren."))
		case "Spill i friminuttet.":
			w.must(d.Close(ctx, pupil, i.Slug, true, ""))
		}
	}
	all, _, err := d.AtSchool(ctx, kari)
	w.must(err)
	for _, i := range all {
		switch i.Words {
		case "Flere lys på skoleveien.":
			w.must(d.Give(ctx, kari, i.Slug, jonas.Person))
		case "La barna velge plass på SFO.":
			w.must(d.Reply(ctx, kari, i.Slug, ideas.Answer{Verdict: "no", Why: "De voksne må se alle. Men på fredager velger barna."}))
			w.must(d.Show(ctx, kari, i.Slug, ideas.Public{Words: i.Words, Did: "Nei, ikke hver dag. Men på fredager velger barna.", Checked: true}))
		}
	}
	places, err := w.circles().Mine(ctx, home)
	w.must(err)
	group, err := w.circles().Start(ctx, home, places[0].Key(), circles.Agreed{Choices: []string{"chat", "call"}, Next: w.today().Add(30), Where: "På biblioteket"})
	w.must(err)
	w.must(w.circles().Add(ctx, home, group, circles.Plan{Part: circles.Activity, On: w.today().Add(7), What: "Kveld ute for alle."}))
	w.must(w.circles().Share(ctx, home, group, true))
}

// shieldedOf is the case of a protected pupil, as one who is named finds it.
func (w *siteWorld) shieldedOf(by tilhor.Actor, pupil tilhor.PersonID) string {
	w.t.Helper()
	rows, _, err := w.cases().List(context.Background(), by, cases.Filter{Pupil: pupil})
	w.must(err)
	if len(rows) == 0 {
		w.t.Fatal("the protected pupil has no case")
	}
	return rows[0].Slug
}

func (w *siteWorld) nameOf(by tilhor.Actor, p tilhor.PersonID) (name string) {
	w.t.Helper()
	w.must(w.house.db.Read(context.Background(), func(tx *db.Tx) error {
		names, err := w.house.roster.Names(tx, by.Owner, p)
		name = names[p]
		return err
	}))
	return name
}

// saysIfra is what children tell for themselves: one who is signed in, a small one,
// three without a name who mention the same child, and one about rektor.
func (w *siteWorld) saysIfra(by map[string]persona) {
	w.t.Helper()
	ctx, d, pupil := context.Background(), w.concerns(), by["pupil"].actor
	open := tilhor.Actor{Owner: pupil.Owner, Role: tilhor.RoleAnyone, School: pupil.School}
	say := func(who tilhor.Actor, s concerns.Saying) concerns.Concern {
		s.School, s.Arena = pupil.School, tilhor.ArenaBreak
		c, _, err := d.Say(ctx, who, s)
		w.must(err)
		return c
	}
	read := say(pupil, concerns.Saying{For: concerns.ForSelf, Words: "De går fra meg.", Wish: by["social-teacher"].actor.Person})
	say(pupil, concerns.Saying{For: concerns.ForFriend, Whom: "En i klassen", Words: "Hun sitter alene."})
	say(open, concerns.Saying{For: concerns.ForSelf, Words: "(Pekte på bilder:) Redd. Ute.", Pen: "Mona, SFO", Small: true, Name: "Per 2B"})
	for range 3 {
		say(open, concerns.Saying{For: concerns.ForFriend, Words: "Elias er alltid slem."})
	}
	say(open, concerns.Saying{For: concerns.ForOther, Words: "Gutten gråter på veien hjem."})
	say(open, concerns.Saying{For: concerns.ForSelf, Words: "Rektor roper til meg.", Accused: duty.AccusedLeadership})
	_, err := d.Receive(ctx, by["rektor"].actor, read.Slug)
	w.must(err)
	shown := &front.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
	for _, l := range []front.Line{
		{Kind: front.Helper, Person: by["social-teacher"].actor.Person, When: "Grønn dør i 1. etasje, hver skoledag kl. 8.15–14.30.", Choose: true, Yes: true},
		{Kind: front.Helper, Person: by["nurse"].actor.Person, What: "Helsesykepleier, har egen taushetsplikt", When: "Tirsdag og torsdag kl. 9–14.", Choose: true, Yes: true},
		{Kind: front.Plan, Text: "To voksne er ute i hvert friminutt.\nAlle voksne som ser noe, griper inn."},
		{Kind: front.Shut, From: w.today().Add(28), Until: w.today().Add(41), Reads: front.ByOwner},
	} {
		w.must(shown.Say(ctx, by["rektor"].actor, l))
	}
}

// sharesMachine puts a shared machine at SFO, where who works there has signed in,
// told something, and has a measure to carry out.
func (w *siteWorld) sharesMachine(by map[string]persona, slug string) {
	w.t.Helper()
	ctx, kari, mona := context.Background(), by["rektor"].actor, by["sfo"].actor
	w.must(w.cases().Protect(ctx, kari, slug, cases.Urgent{What: "Setter i gang en lek.", Doer: mona.Person, Start: w.today()}))
	desk := w.sfo()
	w.must(desk.SetHours(ctx, kari, []sfo.Hours{{Weekday: w.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
	code, err := desk.GiveCode(ctx, kari, mona.Person)
	w.must(err)
	w.post(w.enter(kari, mfa), "/skolen/sfo/maskin", "name", "Nettbrettet på Base 1")
	w.post(nil, "/sfo-enhet/kode/"+string(mona.Person), "code", code, "pin", "739152", "again", "739152")
	c, err := w.concerns().Tell(ctx, mona, concerns.Telling{
		School: mona.School, Described: "En gutt på 2. trinn.", Saw: "Gråt i garderoben.", Arena: tilhor.ArenaSFO, Happened: tilhor.Now(w.clock()), Known: tilhor.Now(w.clock()),
	})
	w.must(err)
	w.shared = []string{"/sfo-enhet", "/sfo-enhet/her", "/sfo-enhet/sendt/" + c.Slug}
}

// post sends a form that must be taken, and keeps what makes a machine the shared one.
func (w *siteWorld) post(c *http.Cookie, path string, pairs ...string) {
	w.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := w.do("POST", c, "nb", path, form)
	if r.StatusCode != http.StatusSeeOther && path != "/skolen/sfo/maskin" || r.StatusCode >= http.StatusBadRequest { // that one answers with the page of who is signed out
		w.t.Fatalf("%s: %d", path, r.StatusCode)
	}
	for _, k := range r.Cookies() {
		if k.Path == web.TabletPath {
			w.tablet = append(w.tablet, k)
		}
	}
}

// sfo is the desk of the shared machines.
func (w *siteWorld) sfo() *sfo.Desk {
	return &sfo.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
}

// asksColleagues is what the handler's craft adds to a case: what to find out,
// and colleagues who are asked. One question stands open.
func (w *siteWorld) asksColleagues(by map[string]persona, slug string) {
	w.t.Helper()
	ctx, d := context.Background(), w.cases()
	ina, jonas := by["social-teacher"].actor, by["teacher"].actor
	w.must(d.PlanInquiry(ctx, ina, slug, cases.Lookup{Question: "Hva skjer når det ringer inn?", Whom: "Jonas, i korridoren.", On: w.today().Add(3)}))
	w.must(d.Describe(ctx, ina, slug, cases.DigitalEvent{At: tilhor.Now(w.clock()), Service: "En gruppe", Text: "Noen skrev stygt.", Keeper: "Eleven"}))
	w.must(d.Meet(ctx, ina, slug, cases.Meeting{Kind: "home", At: tilhor.Now(w.clock()), Who: "Mor og Ina.", Points: []cases.Point{
		{What: "Ina ringer hver fredag.", Who: "Ina", On: w.today().Add(4)}, {What: "Eleven sitter foran.", Who: "Jonas"},
	}}))
	for _, kind := range []cases.AskKind{cases.ForObservation, cases.ForAdvice} {
		w.must(d.Ask(ctx, ina, slug, cases.Request{Kind: kind, Whom: []tilhor.PersonID{jonas.Person}, Place: "Storefri.", Look: "Hvem er eleven sammen med?", Due: w.today().Add(2)}))
	}
	all, err := d.Questions(ctx, jonas)
	w.must(err)
	for _, q := range all {
		if q.Kind == cases.ForAdvice {
			w.must(d.Advise(ctx, jonas, q.ID, "La eleven velge en makker."))
		}
	}
}

// opensForHome is what lets a parent read along: the home is informed, the child
// has said what may be read, and the draft is shown.
func (w *siteWorld) opensForHome(by map[string]persona) {
	w.t.Helper()
	var pupil tilhor.PersonID
	w.read(func(tx *db.Tx) error {
		all, err := w.house.roster.Children(tx, w.owner(), by["parent"].actor.Person, w.today())
		pupil = all[0]
		return err
	})
	ctx, d, now := context.Background(), w.cases(), tilhor.Now(w.clock())
	kari, ina, home := by["rektor"].actor, by["social-teacher"].actor, by["parent"].actor
	c, err := w.concerns().Tell(ctx, ina, concerns.Telling{School: ina.School, Pupils: []tilhor.PersonID{pupil}, Saw: "Satt alene.", Arena: tilhor.ArenaClass, Happened: now, Known: now})
	w.must(err)
	all, err := d.TakeUp(ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
	w.must(err)
	slug := all[0].Slug
	w.ownCase = slug
	w.must(d.Hear(ctx, ina, slug, cases.Talk{At: now, Answer: cases.Spoke, How: "none", Words: "Jeg vil sitte sammen med noen."}))
	f, err := d.See(ctx, ina, slug, "whole")
	w.must(err)
	w.must(d.DecideHome(ctx, kari, slug, cases.HomeDecision{What: cases.HasResponsibility, Guardian: home.Person, Reason: "Folkeregisteret."}))
	w.must(d.InformHome(ctx, ina, slug, cases.Informing{Answer: cases.Yes, At: now, Heard: cases.HeardFirst, Danger: cases.NoDanger, Basis: "Spurte barnet.", Shared: "Planen."}))
	w.must(d.AgreeWords(ctx, ina, slug, cases.WordsAgreed{Record: f.Last(cases.Voice).ID, Answer: cases.Yes, Talk: "Spurte, og fikk ja."}))
	m := cases.Measure{Problem: "Sitter alene.", What: "Ny plass i klassen.", Start: w.today(), Doer: by["teacher"].actor.Person, Evaluate: w.today().Add(14)}
	w.must(d.SavePlan(ctx, ina, slug, 0, cases.Plan{Measures: []cases.Measure{m}}))
	w.must(d.ShowDraft(ctx, ina, slug, w.today().Add(5)))
	w.must(d.Say(ctx, home, slug, cases.Letter{What: cases.SayComment, Text: "Takk for at dere gjør noe."}))
	f, err = d.See(ctx, ina, slug, "whole")
	w.must(err)
	w.must(d.AnswerHome(ctx, ina, slug, f.Last(cases.HomeSaid).ID, "Ring meg gjerne."))
	w.must(d.RaiseFromHome(ctx, home, slug, "Det fortsetter."))
	w.write(func(tx *db.Tx) error {
		_, err := tx.Exec(movedUp, w.owner(), pupil, roster.KindClass)
		return err
	})
	w.must(d.AgreePictures(ctx, ina, slug, []string{"book", "house", "sfo", "way"}))
}

// movedUp moves a pupil's class to the ninth year: old enough to open its own case
// alone.
var movedUp = testSQL(`UPDATE roster_group SET name = '9X' WHERE owner = $1 AND kind = $3 AND id IN (SELECT grp FROM roster_member WHERE owner = $1 AND person = $2)`)

// opensOwn is that a pupil opens its own case with the four pictures.
func (w *siteWorld) opensOwn(pupil persona) {
	w.t.Helper()
	r := w.do("POST", pupil.cookie, "nb", "/min/apne", url.Values{"steg": {"p4"}, "p1": {"book"}, "p2": {"house"}, "p3": {"sfo"}, "p4": {"way"}})
	if to := r.Header.Get("Location"); to != "/min/sak" {
		w.t.Fatalf("four right pictures led to %q", to)
	}
}

// opensTogether is that an adult opens it, sitting with the child.
func (w *siteWorld) opensTogether(adult persona) {
	w.t.Helper()
	page := "/saker/" + w.ownCase + "/sammen"
	if to := w.do("POST", adult.cookie, "nb", page, url.Values{}).Header.Get("Location"); to != page {
		w.t.Fatalf("opened together, and it led to %q", to)
	}
}

// children is what a matter meets that is about more than one child: one more is
// found to be exposed; and what is decided about the home.
func (w *siteWorld) children(slug, second string, there tilhor.SchoolID, kari, by tilhor.Actor, pupils []tilhor.PersonID) {
	w.t.Helper()
	ctx, d := context.Background(), w.cases()
	_, err := d.AddExposed(ctx, by, slug, cases.NewExposed{Pupil: pupils[3], Said: "De tar luen min også.", Known: tilhor.Now(w.clock())})
	w.must(err)
	f, err := d.See(ctx, kari, second, "whole")
	w.must(err)
	w.must(d.JoinMatter(ctx, kari, slug, f.Number, "Samme sted og tid."))
	w.must(d.TakeOut(ctx, kari, second, "Det var noe annet."))
	w.must(d.JoinMatter(ctx, kari, slug, f.Number, "Likevel det samme."))
	w.must(d.Protect(ctx, kari, slug, cases.Urgent{What: "En voksen står ved porten.", Doer: by.Person, Start: w.today()}))
	could, err := d.Sharable(ctx, kari, second)
	w.must(err)
	w.must(d.Share(ctx, kari, second, could[0].ID))
	_, err = d.AddExposed(ctx, by, slug, cases.NewExposed{Described: "En gutt på fjerde trinn", Saw: "Ble stengt ute.", School: there, Known: tilhor.Now(w.clock())})
	w.must(err)
	parent := w.parent(kari, pupils[0])
	w.must(d.DecideHome(ctx, kari, slug, cases.HomeDecision{What: "fifteen", On: w.today(), Reason: "Folkeregisteret."}))
	w.must(d.DecideHome(ctx, kari, slug, cases.HomeDecision{What: "tell", Guardian: parent, Basis: "main", Reason: "Eleven vil det."}))
	w.must(d.DecideHome(ctx, kari, slug, cases.HomeDecision{What: "secret", Guardian: parent, Basis: "popl-16-c", Review: w.today().Add(30), Reason: "Redd hjemme."}))
}

// parent is the first of a pupil's guardians.
func (w *siteWorld) parent(by tilhor.Actor, of tilhor.PersonID) (id tilhor.PersonID) {
	w.t.Helper()
	w.read(func(tx *db.Tx) error {
		all, err := w.house.roster.Guardians(tx, by.Owner, of, w.today())
		if len(all) > 0 {
			id = all[0].ID
		}
		return err
	})
	return id
}

// pupils are the pupils of somebody's school.
func (w *siteWorld) pupils(at tilhor.Actor) (ids []tilhor.PersonID) {
	w.t.Helper()
	w.read(func(tx *db.Tx) error {
		all, err := w.house.roster.Pupils(tx, at.Owner, at.School, w.today())
		for _, p := range all {
			if !p.Protected {
				ids = append(ids, p.ID)
			}
		}
		return err
	})
	return ids
}

// officer is the data protection officer, whom the made-up municipality lacks.
func (w *siteWorld) officer() tilhor.Actor {
	w.t.Helper()
	a := tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleDPO, Trained: true}
	w.write(func(tx *db.Tx) (err error) {
		if a.Person, err = w.house.roster.AddPerson(tx, w.keeper(), roster.NewPerson{Name: "Vigdis Vern"}, w.clock()); err != nil {
			return err
		}
		return w.house.roster.Appoint(tx, w.keeper(), a.Person, a.Role, "", "", "", w.clock())
	})
	w.train(a)
	return a
}
