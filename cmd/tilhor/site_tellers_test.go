package main

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/oversight"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

// notLookedAt are the pages that nobody is shown in the poisoned town, and why.
var notLookedAt = map[string]string{
	"signin.begin": "sends on to a provider", "signin.finish": "sends on", "signout.outside": "sends on", "sender.talk.none": "sends on", "web.exit.tablet": "sends on",
	"web.exit": "is a page of somebody else's, without a mark of ours", "attach.file": "gives a file", "attach.original.file": "gives a file, for a while", "public.calendar": "gives a calendar",
	"hearing.answer.pdf": "gives a file, where there is a converter", "staff.force.told": "says to who lacks training that it was sent, and no more",
	"family.parent": "asks which child: with one it sends on (internal/pages/family)", "family.mine.choose": "asks which case, by its day (internal/pages/family)",
	"walls.owner.notices.new": "drawn as the first of them are before it (walls.owner.notices)",
	"life.decisions.letter":   "of a decision that is made (internal/pages/school)",
	"family.parent.plan":      "a draft, drawn as the plan is (internal/pages/family)", "body.open.owner.minutes": "drawn as those of a school's body (body.open.minutes)",
}

// everyOne are the pages of which each is looked at, not one of them: what a child
// told stands on one of many.
var everyOne = map[string]bool{"school.take": true, "school.dialogue": true, "walls.sealed": true, "pupil.told": true, "sender.own": true}

// theChildren is what is told at a school's own page without a name, with one, by
// pointing, and of an adult; the way back with the seven words; and what a pupil and a
// parent tell who are signed in.
var theChildren = []deed{
	{Who: "nobody", At: "$school/si", Press: "go=level:13+"},
	{Fill: [][2]string{{"for", "friend"}}, Press: "go=next"},
	{Fill: [][2]string{{"sign", "yes"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "none"}, {"against", ""}}, Press: "go=send"},
	{Press: "go=receipt"},
	{At: "$school/si", Fill: [][2]string{{"for", "other"}}, Press: "go=next"},
	{Fill: [][2]string{{"sign", "no"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "employee"}, {"against", shortPoison}}, Press: "go=send"},
	{At: "$school/si/bilder", Fill: [][2]string{{"face", "afraid"}}, Press: "go=next"},
	{Fill: [][2]string{{"place", "break"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "none"}, {"against", ""}}, Press: "go=send"},
	{At: "$school/si", Fill: [][2]string{{"for", "self"}}, Press: "go=next"},
	{Fill: [][2]string{{"sign", "no"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "none"}, {"against", ""}}, Press: "go=send"},
	{Fill: [][2]string{}}, // the code
	{Press: "gjor=kort"},
	{Press: "gjor=skrevet"},
	{Press: "gjor=sjekk"}, // the words are wrong: here they are again
	{At: "/kode", Fill: [][2]string{{"kode", "$code"}}},
	{Press: "gjor=skriv"},
	{Press: "gjor=navn"},
	{Press: "gjor=hjelp"},
	{Who: "nora", At: "/min/si", Fill: [][2]string{{"for", "friend"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "none"}, {"against", ""}}, Press: "go=send"},
	{At: "/min/sagt", Link: `^/min/sagt/[a-z2-7]{10}$`},
	{Link: `^/min/samtale/`, Press: "gjor=skriv"},
	{Who: "nora", At: "/min/si", Fill: [][2]string{{"for", "self"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "none"}, {"against", shortPoison}}, Press: "go=send"},
	{Who: "marit", At: "/min/si", Fill: [][2]string{{"for", "child"}, {"school", "Solbakken"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"accused", "none"}, {"against", ""}}, Press: "go=send"},
}

// theFile is what is attached to the case, and why it is wanted as it came.
var theFile = []deed{
	{Who: "social-teacher", At: "$track/vedlegg/ny", Fill: [][2]string{{"safe", "no"}}},
	{Fill: [][2]string{{"at", "23.11.2026"}, {"checked", "yes"}}, File: "jpg"},
	{Who: "rektor", At: "$track/vedlegg", Link: `/vedlegg/[a-z2-7]{26}$`},
	{Link: `/original$`, Fill: [][2]string{}},
}

// theWalls is what is told of an employee, and what the owner's people do about it and
// about what was told past rektor.
var theWalls = []deed{
	{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Tuva"}, {"described", ""}, {"accused", "employee"}, {"against", "Petra"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"arena", "changing"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
	{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{{"doer", "Ina"}, {"handler", "Ina"}, {"owner", "tell"}}},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Fill: [][2]string{{"person", "Anne"}}},
	{At: "/kommunen/meldinger", Link: `^/kommunen/meldinger/[a-z2-7]{26}$`},
	{At: "/kommunen/meldinger", Link: `^/sperrede/`, Fill: [][2]string{{"lead", "Berit"}}},
	{Who: "rektor", At: "$track/inhabil", Fill: [][2]string{{"person", "Siri"}, {"why", "declared"}}},
	{Who: "social-teacher", At: "$track/ressursteam", Fill: [][2]string{{"do", "spor"}, {"spor-whom", "Jonas"}, {"spor-ask", "advice"}, {"spor-due", "24.11.2026"}}},
	{Who: "social-teacher", At: "$track/ressursteam", Fill: [][2]string{{"do", "spor"}, {"spor-whom", "Jonas"}, {"spor-ask", "advice"}, {"spor-due", "25.11.2026"}}},
	{Who: "teacher", At: "/i-dag", Link: `^/foresporsler/`, Fill: [][2]string{{"reason", shortPoison}}},
}

// theOfficer is what the data protection officer writes.
var theOfficer = []deed{
	{Who: "dpo", At: "/personvernombud", Link: `/avvik/`, Fill: [][2]string{{"authority", "yes"}, {"persons", "no"}}},
	{At: "/personvernombud", Link: `/sperre/`, Fill: [][2]string{{"outcome", "*"}}},
	{At: "/avvik", Fill: [][2]string{{"discovered", "23.11.2026"}, {"discovered-time", "09.00"}}},
}

// theMachine is what is told and noted at the machine that is shared at SFO.
var theMachine = []deed{
	{Who: "rektor", At: "$track/strakstiltak", Fill: [][2]string{{"doer", "Mona"}}},
	{Who: "nobody", At: "/sfo-enhet/meld", Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"arena", "*"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
	{At: "/sfo-enhet/her", Link: `^/sfo-enhet/avtaler/`, Press: "answer=done"},
}

// atMachine lets who leads SFO in on the machine that rektor made the shared one.
func (p *poisonedTown) atMachine() {
	p.t.Helper()
	ctx, kari, mona := context.Background(), p.people["rektor"], p.people["sfo"]
	p.must(p.sfo().SetHours(ctx, kari, []sfo.Hours{{Weekday: p.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
	code, err := p.sfo().GiveCode(ctx, kari, mona.Person)
	p.must(err)
	p.post(nil, web.TabletPath+"/kode/"+string(mona.Person), "code", code, "pin", "739152", "again", "739152")
}

// ownCase lets the pupil, who is old enough, open the own case, and write in it.
func (p *poisonedTown) ownCase() {
	p.t.Helper()
	p.must(p.cases().AgreePictures(context.Background(), p.people["social-teacher"], strings.TrimPrefix(p.track, "/saker/"), []string{"book", "house", "sfo", "way"}))
	p.does(deed{Who: "nora", At: "/min"})
	p.opensOwn(persona{cookie: p.cookie})
	p.does(deed{At: "/min/sak/trygt", Fill: [][2]string{{"better", "yes"}}})
	p.does(deed{At: "/min/sak", Link: `/min/sak/ord`, Fill: [][2]string{{"right", "wrong"}}})
}

// breaksGlass opens the case in an emergency, and rektor looks at it afterwards.
func (p *poisonedTown) breaksGlass() {
	p.t.Helper()
	number, name := "", p.nameOf(p.people["rektor"], p.people["nora"].Person)
	p.read(func(tx *db.Tx) error {
		return tx.One(numberOfTrack, db.Args(p.owner(), strings.TrimPrefix(p.track, "/saker/")), &number)
	})
	p.does(deed{Who: "deputy", At: "/nodtilgang", Fill: [][2]string{{"number", number}, {"name", name}}})
	p.onTrackOf("nora")
	p.does(deed{Who: "rektor", At: "$track/nodtilgang", Fill: [][2]string{{"verdict", "right"}}})
}

// beside is what happens at the other school, in the bodies and to the owner's figures,
// through the rooms.
func (p *poisonedTown) beside() {
	p.t.Helper()
	ctx, d, kari, ina, berit, now := context.Background(), p.cases(), p.people["rektor"], p.people["social-teacher"], p.people["rektor2"], tilhor.Now(p.clock())
	taken := func(by tilhor.Actor, source string, handler tilhor.PersonID) string {
		var pupil tilhor.PersonID
		p.read(func(tx *db.Tx) (err error) { pupil, err = p.house.roster.Find(tx, p.owner(), source); return err })
		c, err := p.concerns().Tell(ctx, by, concerns.Telling{School: by.School, Pupils: []tilhor.PersonID{pupil}, Saw: p.word(0), Arena: tilhor.ArenaBreak, Happened: now, Known: now})
		p.must(err)
		all, err := d.TakeUp(ctx, by, c.Slug, cases.Stance{Handler: handler})
		p.must(err)
		return all[0].Slug
	}
	p.must(d.HandOn(ctx, berit, taken(berit, "odin", ""), cases.Transfer{
		To: kari.School, Basis: cases.FromHome, Who: p.word(4), On: p.today(), Parts: []string{"note"}, Note: p.word(6), NoOne: true,
	}))
	over, err := d.GiveOver(ctx, kari, ina.Person, []cases.Giving{{Slug: taken(kari, "elias", ina.Person), To: p.people["teacher"].Person, Note: p.word(0)}})
	p.must(err)
	p.been["rektor school.over.receipt"] = "/overlevering/" + over
	taken(kari, "live", ina.Person)
	slug := taken(kari, "tuva", ina.Person)
	var elias tilhor.PersonID
	p.read(func(tx *db.Tx) (err error) { elias, err = p.house.roster.Find(tx, p.owner(), "elias"); return err })
	p.must(d.AddChild(ctx, ina, slug, cases.Child{Person: elias, Role: "alleged"}))
	f, err := d.See(ctx, kari, slug, "whole")
	p.must(err)
	_, err = d.BeginDecision(ctx, kari, slug, f.Children[0].Code)
	p.must(err)
	chores, _, err := d.Mine(ctx, p.people["teacher"])
	p.must(err)
	p.been["teacher staff.measure"] = "/tiltak/" + string(chores[0].ID)
	body := ""
	p.read(func(tx *db.Tx) error {
		all, err := p.formal().All(tx, p.owner())
		for _, b := range all {
			if b.School == kari.School && b.Kind != bodies.Council {
				body = b.Slug
			}
		}
		return err
	})
	marit := p.people["marit"]
	m, err := p.formal().Arrange(ctx, marit, body, bodies.Meeting{On: p.today().Add(14), Clock: "18.00", Place: shortPoison})
	p.must(err)
	p.must(p.formal().Call(ctx, marit, body, m))
	p.hears() // one that waits for every body
	p.hearingsOf(p.people["owner-adviser"], marit, body)
	p.write(func(tx *db.Tx) error {
		return p.house.roster.Appoint(tx, p.keeper(), p.people["nurse"].Person, tilhor.RoleTeacher, kari.School, "", "", p.clock())
	})
	p.must(oversight.Publish(ctx, p.house.db, p.owner(), p.clock()))
}

// replies is what rektor writes to a child who told without a name.
func (p *poisonedTown) replies() {
	p.t.Helper()
	all, _, err := p.concerns().Waiting(context.Background(), p.people["rektor"])
	p.must(err)
	i := slices.IndexFunc(all, func(c concerns.Concern) bool {
		talk, err := p.dialogue().At(context.Background(), p.people["rektor"], c.Slug)
		p.must(err)
		return talk != nil
	})
	p.does(deed{Who: "rektor", At: "/bekymringer/" + all[i].Slug + "/samtale", Fill: [][2]string{{"text", shortPoison}}})
	p.does(deed{Fill: [][2]string{{"need", shortPoison}}})
}

// worked is a busy year, up to where a case could be ended.
func (p *poisonedTown) worked() {
	p.t.Helper()
	do := func(all []deed) {
		for _, d := range all {
			p.does(d)
		}
	}
	do(thePoisoning)
	p.onTrackOf("") // whose name nobody knows
	do(theOther)
	p.onTrackOf("nora")
	do(theCase)
	p.theOthers()
	do(slices.Concat(theHome, theFamily, theRoom))
	p.hears()
	do(theHearing)
	p.elevrad()
	do(theVoices)
	do(theChildren)
	p.replies()
	p.onTrackOf("nora")
	do(theFile)
	p.breaksGlass()
	do(theWalls)
	do(theOfficer)
	p.onTrackOf("nora")
	p.atMachine()
	do(theMachine)
	p.onTrackOf("nora")
	p.beside()
	p.ownCase()
	p.onTrackOf("nora")
}

// ends gives access, and ends what was worked.
func (p *poisonedTown) ends() {
	p.t.Helper()
	p.judges()
	for _, d := range theEnd {
		p.does(d)
	}
	p.onTrackOf("live")
	for _, fill := range [][][2]string{
		{{"name-person", "Jonas"}, {"name-as", "works"}, {"name-reason", shortPoison}}, {{"unname-person", "Jonas"}, {"unname-reason", shortPoison}}, {{"unlock-reason", shortPoison}},
	} {
		p.does(deed{Who: "social-teacher", At: "$track/skjerming", Fill: fill})
	}
	p.onTrackOf("nora")
	p.draft()
}

// file is one to be sent along. Its name is poison, and what is written beside the
// picture.
func (p *poisonedTown) file(kind string) (name string, body []byte) {
	p.t.Helper()
	body = []byte(p.word(p.n))
	if p.n++; kind == "jpg" {
		var b bytes.Buffer
		p.must(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
		note := p.word(4)
		body = append([]byte("\xff\xd8\xff\xfe\x00"+string([]byte{byte(2 + len(note))})+note), b.Bytes()[2:]...)
	}
	return p.word(4) + ` "><b data-pwned onmouseover=x>.` + kind, body
}
