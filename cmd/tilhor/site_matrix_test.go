package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/ideas"
	"tilhor/internal/interventions"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// How somebody can stand to what a route shows. Rektor leads everything at the
// own school, and so has no other relation there.
const (
	relNone      = "none"           // works at the school, no more
	relReporter  = "told it"        // told the concern that the track came of
	relIntake    = "receives"       // was handed the reports of the school
	relHandles   = "handles"        // has the track
	relCarries   = "carries"        // carries out a measure of it
	relLeads     = "leads"          // rektor, and who stands in
	relEnded     = "had it"         // handled it until yesterday
	relBarred    = "barred"         // handles or leads it, and is barred
	relGiven     = "given by owner" // has the track by name, from the owner
	relElsewhere = "other school"   // the same role at another school
	relUntrained = "untrained"      // leads it, without privacy training
	relWeak      = "weak sign-in"   // leads it, signed in too weakly
	relMachine   = "shared machine" // signed in with a PIN on the machine at SFO, or only stands at it; told and carries out something
)

var relations = []string{relNone, relReporter, relIntake, relHandles, relCarries, relLeads, relEnded, relBarred, relElsewhere, relUntrained, relWeak, relGiven}

// A thing is what one relation is tried on: a concern nobody has taken a stance
// on, a track, and its measures by who carries them out.
type thing struct {
	concern, track, child string
	file                  cases.FileID    // a picture, attached
	insight               tilhor.RecordID // a request for access to the track
	force                 string          // a physical intervention
	talk                  string          // what somebody told without a name, with the talk about it
	over                  string          // the receipt of a track that was given on
	sealed                string          // what was told of somebody who works at the school
	arrival               string          // a parcel from the other school, that waits
	notice                tilhor.RecordID // to the owner: the track is a serious case
	letter                tilhor.RecordID // from a parent: the matter is taken up with rektor
	measures              map[tilhor.Role]tilhor.MeasureID
	asks                  map[tilhor.Role]tilhor.RecordID // what who carries out a measure is asked as well
	notes                 map[tilhor.Role]danger.NoteID   // sealed: one's own, for who told it
	said                  map[tilhor.Role]string          // told by a pupil or a parent who is signed in: one's own, for who told it
}

// A matrixWorld is the whole site over two schools with one person in every
// role at each, and for every relation a thing that all of them stand to so.
type matrixWorld struct {
	*siteWorld
	town    *webtest.Town
	handler tilhor.PersonID // who has every track
	things  map[string]thing
	people  map[string]tilhor.Actor // who was handed something, and who lacks training: "leads teacher"
	drafts  map[tilhor.Role]string
	cookies map[string]*http.Cookie
	idea    string      // what a pupil suggested to rektor
	voted   string      // what one suggested to the elevråd, which Nora leads
	circle  string      // the parent group of Nora's class
	role    tilhor.Role // whom the cell is about
	bodies  theBodies
	heard   theHearings
	machine *http.Cookie    // what makes a machine the shared one
	taker   tilhor.PersonID // who was given what was given on
	block   string          // a passage that was stopped
	breach  string          // a disclosure that was wrong
}

// lesser are the roles that can be tried in every relation: all that work at a
// school but rektor.
func lesser(r tilhor.Role) bool { return r.Staff() && r != tilhor.RoleRektor }

func newMatrixWorld(t *testing.T, d *db.DB) *matrixWorld {
	t.Helper()
	town := webtest.NewTown(t, d)
	town.Altered = true // everybody has a thing by hand
	w := &matrixWorld{
		siteWorld: siteOf(t, d, town.Kit.Keys, town.Now()), town: town, things: map[string]thing{}, people: map[string]tilhor.Actor{},
		drafts: map[tilhor.Role]string{}, cookies: map[string]*http.Cookie{},
	}
	w.handler, w.taker = w.hire("Hanna Har", tilhor.RoleEmployee, true).Person, w.hire("Gro Får", tilhor.RoleEmployee, true).Person
	for _, role := range tilhor.StaffRoles {
		if lesser(role) {
			w.people[relIntake+" "+string(role)] = w.hire("Rolf Mottar", role, true)
			w.people[relLeads+" "+string(role)] = w.hire("Stig Står", role, true)
		}
		w.people[relUntrained+" "+string(role)] = w.hire("Ulla Uten", role, false)
	}
	receiver := w.hire("Rolf Mottar", tilhor.RoleOwnerAdviser, true)
	w.must(w.cases().AppointReceiver(context.Background(), receiver, receiver.Person)) // the first of them
	for _, rel := range append(slices.Clone(relations), relMachine) {
		w.things[rel] = w.thing(rel)
	}
	w.stops()
	rektor := w.town.Actor(tilhor.RoleRektor, w.town.Solbakken)
	for key, a := range w.people { // rektor hands them out; she has them by role
		task := map[bool]cases.Task{true: cases.ReceivesReports, false: cases.StandsIn}[strings.HasPrefix(key, relIntake)]
		if a.Role != tilhor.RoleRektor {
			w.must(w.cases().Hand(context.Background(), rektor, cases.HandedTask{Person: a.Person, Task: task, From: w.today(), Until: w.today().Add(7)}))
		}
	}
	w.suggests(rektor)
	w.people[relIntake+" "+string(tilhor.RoleOwnerAdviser)] = receiver // the owner's own, whom no school hands anything
	w.keepDrafts()
	w.bodies = w.bodiesOf(rektor, w.town.Actor(tilhor.RoleOwnerAdviser, ""), w.town.Actor(tilhor.RoleParent, w.town.Solbakken), w.town.Actor(tilhor.RolePupil, w.town.Solbakken), w.town.Actor(tilhor.RoleTeacher, w.town.Solbakken))
	w.heard = w.hearingsOf(w.town.Actor(tilhor.RoleOwnerAdviser, ""), w.town.Actor(tilhor.RoleParent, w.town.Solbakken), w.bodies.school)
	w.must(d.Survey(context.Background())) // as a server does by itself; the tests' own does not, and forty thousand requests would wait for it
	return w
}

// suggests is what a pupil suggests to rektor and to the elevråd, and the parent group
// of the pupil's class.
func (w *matrixWorld) suggests(rektor tilhor.Actor) {
	w.t.Helper()
	ctx, nora, marit := context.Background(), w.town.Actor(tilhor.RolePupil, w.town.Solbakken), w.town.Actor(tilhor.RoleParent, w.town.Solbakken)
	d := w.ideas()
	council, err := d.Bodies.Found(ctx, rektor, bodies.Body{Kind: bodies.Council, Name: "Elevrådet"})
	w.must(err)
	w.must(d.Bodies.Seat(ctx, rektor, council, bodies.Member{Person: nora.Person, Part: bodies.Pupils, Office: bodies.Leader}))
	for _, to := range []string{"", council} {
		w.must(d.Say(ctx, nora, ideas.Saying{Council: to, Kind: "outside", Words: "Flere baller."}))
	}
	all, err := d.Mine(ctx, nora)
	w.must(err)
	for _, i := range all {
		if i.State == ideas.WithCouncil {
			w.voted = i.Slug
		} else {
			w.idea = i.Slug
		}
	}
	places, err := w.circles().Mine(ctx, marit)
	w.must(err)
	w.circle, err = w.circles().Start(ctx, marit, places[0].Key(), circles.Agreed{Choices: []string{"chat"}})
	w.must(err)
}

func (w *matrixWorld) give(tx *db.Tx, kind access.Kind, id string, p tilhor.PersonID, rel access.Relation, until time.Time) error {
	return access.Give(tx, w.owner(), access.Grant{Kind: kind, Thing: id, Person: p, Unit: w.town.Solbakken, Relation: rel, From: w.clock().Add(-48 * time.Hour), Until: until})
}

// hire puts one more into the roster of Solbakken, or among the owner's people.
func (w *matrixWorld) hire(name string, role tilhor.Role, trained bool) tilhor.Actor {
	w.t.Helper()
	a := tilhor.Actor{Owner: w.owner(), Role: role, School: w.town.Solbakken, Trained: trained}
	if role == tilhor.RoleOwnerAdviser {
		a.School = access.Owner
	}
	w.write(func(tx *db.Tx) (err error) {
		if a.Person, err = w.house.roster.AddPerson(tx, w.town.Keeper(), roster.NewPerson{Name: name, Home: a.School}, w.clock()); err != nil {
			return err
		}
		return w.house.roster.Appoint(tx, w.town.Keeper(), a.Person, role, a.School, "", "", w.clock())
	})
	if trained {
		w.train(a)
	}
	return a
}

// thing makes what a relation is tried on. Somebody else told of it and has it;
// then everybody, also those who never could, is given the relation by name.
func (w *matrixWorld) thing(rel string) thing {
	w.t.Helper()
	ctx, rektor := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Solbakken)
	teller := w.hire("Tora Telte", tilhor.RoleTeacher, true)
	hour := tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	tell := func() concerns.Concern {
		c, err := w.concerns().Tell(ctx, teller, concerns.Telling{
			School: w.town.Solbakken, Pupils: []tilhor.PersonID{w.town.Person("nora")}, Saw: "Sto alene.",
			Arena: tilhor.ArenaBreak, Happened: hour, Known: hour,
		})
		w.must(err)
		return c
	}
	fresh, taken := tell(), tell()
	tracks, err := w.cases().TakeUp(ctx, rektor, taken.Slug, cases.Stance{Handler: w.handler})
	w.must(err)
	id, x := string(tracks[0].ID), thing{concern: fresh.Slug, track: tracks[0].Slug, measures: map[tilhor.Role]tilhor.MeasureID{}, asks: map[tilhor.Role]tilhor.RecordID{}}
	w.must(w.cases().AddChild(ctx, rektor, x.track, cases.Child{Described: "En gutt med blå jakke", Role: "witness"}))
	w.plan(rektor, x.track)
	f, err := w.cases().See(ctx, rektor, x.track, "track")
	w.must(err)
	x.child = f.Children[0].Code
	x.insight, err = w.cases().AskInsight(ctx, rektor, x.track, cases.NewInsight{Asker: "parent", Basis: "gdpr-15", Who: "Marit Dahl", Received: w.today()})
	w.must(err)
	x.file = w.attach(rektor, x.track)
	w.atHome(&x, rektor)
	x.measures[""], x.asks[""] = w.measure(rektor, x.track, w.handler), w.asks(rektor, x.track, w.handler)
	for _, role := range webtest.Roles {
		if role == tilhor.RoleAnyone {
			continue
		}
		a := w.town.Actor(role, w.town.Solbakken)
		if rel == relCarries && role.Staff() || rel == relMachine && role == tilhor.RoleSFO {
			x.measures[role], x.asks[role] = w.measure(rektor, x.track, a.Person), x.asks[""]
			if a.Person != rektor.Person { // nobody asks oneself
				x.asks[role] = w.asks(rektor, x.track, a.Person)
			}
		}
		w.write(func(tx *db.Tx) error { return w.relate(tx, rel, a, string(fresh.ID), id) })
	}
	w.talks(&x, rel, rektor)
	w.givenOn(&x, rel, rektor, tell().Slug)
	w.forced(&x, rel, teller)
	w.noted(&x, rel, teller)
	w.walled(&x, rel, teller)
	w.arrives(&x)
	return x
}

// everybody gives each role the relation to a concern and a track.
func (w *matrixWorld) everybody(rel, concern, track string) {
	w.t.Helper()
	for _, role := range webtest.Roles {
		if role != tilhor.RoleAnyone {
			w.write(func(tx *db.Tx) error { return w.relate(tx, rel, w.town.Actor(role, w.town.Solbakken), concern, track) })
		}
	}
}

// atHome opens the track for Nora's home, and a parent takes the matter up there.
// It is a serious case, too: the owner is told.
func (w *matrixWorld) atHome(x *thing, rektor tilhor.Actor) {
	w.t.Helper()
	ctx, d := context.Background(), w.cases()
	w.must(d.InformHome(ctx, rektor, x.track, cases.Informing{
		Answer: cases.Yes, At: tilhor.Now(w.clock()), Heard: cases.HeardFirst, Danger: cases.NoDanger, Basis: "Spurte Nora.", Shared: "Planen.",
	}))
	w.must(d.ShowDraft(ctx, rektor, x.track, w.today().Add(5)))
	w.must(d.RaiseFromHome(ctx, w.town.Actor(tilhor.RoleParent, w.town.Solbakken), x.track, "Det fortsetter."))
	w.must(d.JudgeSerious(ctx, rektor, x.track, cases.Seriousness{Answer: "yes", Reason: "Det har vart lenge."}))
	f, err := d.See(ctx, rektor, x.track, "track")
	w.must(err)
	x.letter = f.Last(cases.RaisedBy).ID
	told, err := d.NoticesOf(ctx, rektor, x.track)
	w.must(err)
	x.notice = told[0].ID
}

// talks are what was told without a name and became a track, but for who takes
// reports in; and what a pupil told, signed in: for who told it, the own.
func (w *matrixWorld) talks(x *thing, rel string, rektor tilhor.Actor) {
	w.t.Helper()
	ctx, told := context.Background(), w.concerns()
	told.Became, told.Started = w.dialogue().Became, w.dialogue().Start
	c, _, err := told.Say(ctx, tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone, School: w.town.Solbakken}, concerns.Saying{
		School: w.town.Solbakken, For: concerns.ForFriend, Whom: "En jente med rød lue", Words: "De tar alltid ballen.", Arena: tilhor.ArenaBreak,
	})
	w.must(err)
	track := ""
	if rel != relIntake {
		d := w.cases()
		d.Concerns = told
		all, err := d.TakeUp(ctx, rektor, c.Slug, cases.Stance{Handler: w.handler})
		w.must(err)
		track = string(all[0].ID)
	}
	w.everybody(rel, string(c.ID), track)
	x.talk, x.said = c.Slug, map[tilhor.Role]string{}
	say := func(by tilhor.Actor, s concerns.Saying) string {
		s.School, s.Words = w.town.Solbakken, "Jeg vil ikke på skolen."
		c, _, err := told.Say(ctx, by, s)
		w.must(err)
		return c.Slug
	}
	x.said[""] = say(tilhor.Actor{Owner: w.owner(), Role: tilhor.RolePupil, School: w.town.Solbakken, Person: w.town.Person("elias")}, concerns.Saying{For: concerns.ForSelf})
	if rel == relReporter {
		x.said[tilhor.RolePupil] = say(w.town.Actor(tilhor.RolePupil, w.town.Solbakken), concerns.Saying{For: concerns.ForSelf})
		x.said[tilhor.RoleParent] = say(w.town.Actor(tilhor.RoleParent, w.town.Solbakken), concerns.Saying{For: concerns.ForChild, Whom: "Nora"})
	}
}

// givenOn is a track that rektor gave from the one who had it to another.
func (w *matrixWorld) givenOn(x *thing, rel string, rektor tilhor.Actor, concern string) {
	w.t.Helper()
	ctx, d := context.Background(), w.cases()
	all, err := d.TakeUp(ctx, rektor, concern, cases.Stance{Handler: w.handler})
	w.must(err)
	x.over, err = d.GiveOver(ctx, rektor, w.handler, []cases.Giving{{Slug: all[0].Slug, To: w.taker, Note: "Ring hjemmet fredag."}})
	w.must(err)
	w.everybody(rel, "", string(all[0].ID))
}

// forced is a physical intervention against Nora, that somebody else told of.
func (w *matrixWorld) forced(x *thing, rel string, teller tilhor.Actor) {
	w.t.Helper()
	e, err := w.interventions().Tell(context.Background(), teller, interventions.Report{
		Pupil: w.town.Person("nora"), Arena: tilhor.ArenaBreak, At: tilhor.Now(w.clock()), Event: "Kastet stein.", What: "Holdt henne.", Who: "En voksen", Long: "Ett minutt", Why: "Det var fare.", View: interventions.Later,
	})
	w.must(err)
	x.force = e.Slug
	for _, role := range webtest.Roles {
		if role == tilhor.RoleAnyone {
			continue
		}
		a := w.town.Actor(role, w.town.Solbakken)
		grant := access.Grant{Kind: access.Force, Thing: string(e.ID), Person: a.Person, Unit: w.town.Solbakken, Relation: access.Reporter, From: w.clock().Add(-48 * time.Hour)}
		w.write(func(tx *db.Tx) error {
			switch rel {
			case relReporter, relMachine:
				return access.Give(tx, w.owner(), grant)
			case relEnded:
				grant.Until = w.clock().Add(-24 * time.Hour)
				return access.Give(tx, w.owner(), grant)
			case relBarred: // from deciding on it: of what one has told oneself, one is answered all the same
				return access.Shut(tx, w.owner(), access.Bar{Kind: access.Force, Thing: string(e.ID), Person: a.Person, From: w.clock().Add(-time.Hour), Reason: "kin"})
			}
			return nil
		})
	}
}

// noted is a sealed note of an own report: somebody else's, and for who told it the
// own.
func (w *matrixWorld) noted(x *thing, rel string, teller tilhor.Actor) {
	w.t.Helper()
	x.notes = map[tilhor.Role]danger.NoteID{}
	keep := func(role tilhor.Role, by tilhor.Actor) {
		id, err := w.danger().Keep(context.Background(), by, danger.Note{Child: "Et barn", To: danger.Barnevern, When: tilhor.Now(w.clock()), Text: "Jeg meldte."})
		w.must(err)
		x.notes[role] = id
	}
	keep("", teller)
	for _, role := range tilhor.StaffRoles {
		if rel == relReporter && lesser(role) {
			keep(role, w.town.Actor(role, w.town.Solbakken))
		}
	}
}

// walled is what was told of an employee: it goes its own way (§ 12-5).
func (w *matrixWorld) walled(x *thing, rel string, teller tilhor.Actor) {
	w.t.Helper()
	hour := tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	c, err := w.concerns().Tell(context.Background(), teller, concerns.Telling{
		School: w.town.Solbakken, Pupils: []tilhor.PersonID{w.town.Person("nora")}, Saw: "Ble ropt til.", Arena: tilhor.ArenaBreak, Happened: hour, Known: hour,
		Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{w.taker}, Whom: "den som hadde inspeksjon",
	})
	w.must(err)
	x.sealed = c.Slug
	for _, role := range webtest.Roles {
		a := w.town.Actor(role, w.town.Solbakken)
		switch {
		case role == tilhor.RoleAnyone:
		case rel == relReporter:
			w.write(func(tx *db.Tx) error { return w.relate(tx, rel, a, string(c.ID), "") })
		case rel == relBarred:
			w.write(func(tx *db.Tx) error {
				return access.Shut(tx, w.owner(), access.Bar{Kind: access.Concern, Thing: string(c.ID), Person: a.Person, From: w.clock().Add(-time.Hour), Reason: "kin"})
			})
		}
	}
}

// arrives is what the other school hands on of a pupil, with the home's permission.
func (w *matrixWorld) arrives(x *thing) {
	w.t.Helper()
	ctx, rektor := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Fjellvik)
	hour := tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	c, err := w.concerns().Tell(ctx, rektor, concerns.Telling{School: w.town.Fjellvik, Pupils: []tilhor.PersonID{w.town.Person("odin")}, Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: hour, Known: hour})
	w.must(err)
	all, err := w.cases().TakeUp(ctx, rektor, c.Slug, cases.Stance{})
	w.must(err)
	w.must(w.cases().HandOn(ctx, rektor, all[0].Slug, cases.Transfer{
		To: w.town.Solbakken, Basis: cases.FromHome, Who: "Hjemmet", On: w.today(), Parts: []string{"note"}, Note: "Trenger en voksen nær.", NoOne: true,
	}))
	sent, err := w.cases().HandedOn(ctx, rektor, all[0].Slug)
	w.must(err)
	x.arrival = sent[0].Slug
}

// stops has rektor stop a passage of a track that is asked for nowhere else, and
// tell the data protection officer of a wrong disclosure.
func (w *matrixWorld) stops() {
	w.t.Helper()
	ctx, rektor, officer := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Solbakken), w.town.Actor(tilhor.RoleDPO, w.town.Solbakken)
	hour := tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	c, err := w.concerns().Tell(ctx, rektor, concerns.Telling{School: w.town.Solbakken, Described: "Ei jente", Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: hour, Known: hour})
	w.must(err)
	all, err := w.cases().TakeUp(ctx, rektor, c.Slug, cases.Stance{})
	w.must(err)
	w.must(w.cases().Write(ctx, rektor, all[0].Slug, cases.Line{What: "note", At: tilhor.Now(w.clock()), Text: "Gjelder en annen."}))
	f, err := w.cases().See(ctx, rektor, all[0].Slug, "track")
	w.must(err)
	w.must(w.cases().StopRecord(ctx, rektor, all[0].Slug, cases.Stop{Record: f.Last(cases.Wrote).ID, Reason: "wrong-child", Why: "Skrevet i feil sak."}))
	d := &privacy.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
	w.must(d.Report(ctx, rektor, tilhor.Now(w.clock()), "Et brev gikk til feil hjem."))
	blocks, err := d.Blocks(ctx, officer)
	w.must(err)
	breaches, err := d.Breaches(ctx, officer)
	w.must(err)
	w.block, w.breach = blocks[0].ID, breaches[0].ID
}

// attach attaches a picture, and writes why it is wanted as it came.
func (w *matrixWorld) attach(rektor tilhor.Actor, track string) cases.FileID {
	w.t.Helper()
	var b bytes.Buffer
	w.must(jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	a := cases.Attachment{When: tilhor.Now(w.clock()), Shows: "En tegning.", Giver: "Nora", Needed: "Hun vil vise den.", Checked: true}
	id, err := w.cases().Put(context.Background(), rektor, track, a, b.Bytes())
	w.must(err)
	a.File = id
	w.must(w.cases().Attach(context.Background(), rektor, track, a))
	return id
}

// plan puts a plan in force, and begins the next version.
func (w *matrixWorld) plan(rektor tilhor.Actor, track string) {
	w.t.Helper()
	ctx, d := context.Background(), w.cases()
	w.must(d.Hear(ctx, rektor, track, cases.Talk{At: tilhor.Now(w.clock()), Answer: cases.Spoke, Words: "Jeg vil ha noen å gå med.", How: "none"}))
	w.must(d.Weigh(ctx, rektor, track, cases.Weighing{Interests: "Trygghet.", View: "Vil ha noen å gå med.", Weighing: "Det veier tungt.", Conclusion: "Noen går med henne."}))
	m := cases.Measure{Problem: "Nora går alene.", What: "Hanna går sammen med Nora.", When: "hvert friminutt", Start: w.today(), Doer: w.handler, Evaluate: w.today().Add(14)}
	w.must(d.SavePlan(ctx, rektor, track, 0, cases.Plan{Measures: []cases.Measure{m}}))
	w.must(d.Approve(ctx, rektor, track, 1))
	w.must(d.SavePlan(ctx, rektor, track, 0, cases.Plan{Measures: []cases.Measure{m, m}}))
}

// relate gives a person the relation to a concern and a track; "" is none.
func (w *matrixWorld) relate(tx *db.Tx, rel string, a tilhor.Actor, concern, track string) error {
	switch rel {
	case relReporter, relMachine:
		if concern == "" {
			return nil
		}
		return w.give(tx, access.Concern, concern, a.Person, access.Reporter, time.Time{})
	case relIntake: // by task, not by thing
		return nil
	case relHandles, relBarred:
		if err := w.give(tx, access.Track, track, a.Person, access.Handles, time.Time{}); err != nil || rel == relHandles {
			return err
		}
		if concern == "" {
			return access.Shut(tx, w.owner(), access.Bar{Kind: access.Track, Thing: track, Person: a.Person, From: w.clock().Add(-time.Hour), Reason: "kin"})
		}
		if err := access.Shut(tx, w.owner(), access.Bar{Kind: access.Concern, Thing: concern, Person: a.Person, From: w.clock().Add(-time.Hour), Reason: "kin"}); err != nil {
			return err
		}
		return access.Shut(tx, w.owner(), access.Bar{Kind: access.Track, Thing: track, Person: a.Person, From: w.clock().Add(-time.Hour), Reason: "kin"})
	case relGiven: // whoever acts at a school has no use of what is given at the owner
		return access.Give(tx, w.owner(), access.Grant{Kind: access.Track, Thing: track, Person: a.Person, Unit: access.Owner, Relation: access.Leads, From: w.clock().Add(-48 * time.Hour)})
	case relCarries:
		return w.give(tx, access.Track, track, a.Person, access.Carries, time.Time{})
	case relEnded:
		return w.give(tx, access.Track, track, a.Person, access.Handles, w.clock().Add(-24*time.Hour))
	}
	return nil
}

// measure has somebody begin a measure, and finds it.
func (w *matrixWorld) measure(rektor tilhor.Actor, track string, doer tilhor.PersonID) tilhor.MeasureID {
	w.t.Helper()
	w.must(w.cases().Protect(context.Background(), rektor, track, cases.Urgent{What: "Går sammen med Nora.", Doer: doer, Start: w.today()}))
	f, err := w.cases().See(context.Background(), rektor, track, "track")
	w.must(err)
	for _, m := range f.Measures {
		if m.Doer == doer {
			return m.ID
		}
	}
	w.t.Fatal("the measure is not there")
	return ""
}

// asks asks somebody for an observation, and finds the question.
func (w *matrixWorld) asks(rektor tilhor.Actor, track string, whom tilhor.PersonID) tilhor.RecordID {
	w.t.Helper()
	w.must(w.cases().Ask(context.Background(), rektor, track, cases.Request{
		Kind: cases.ForObservation, Whom: []tilhor.PersonID{whom}, Place: "Storefri.", Look: "Hvem er Nora sammen med?", Due: w.today().Add(2),
	}))
	f, err := w.cases().See(context.Background(), rektor, track, "track")
	w.must(err)
	for _, a := range f.Asks {
		if a.Person == whom {
			return a.ID
		}
	}
	w.t.Fatal("the question is not there")
	return ""
}

// keepDrafts lets everybody's session end while they write.
func (w *matrixWorld) keepDrafts() {
	before := map[tilhor.Role]*http.Cookie{}
	for _, role := range tilhor.StaffRoles {
		before[role] = w.enter(w.town.Actor(role, w.town.Solbakken), mfa)
	}
	w.later(31 * time.Minute)
	for role, c := range before {
		to := w.do("POST", c, "nb", "/bekymringer/ny", url.Values{"saw": {"Nora sto alene i hele friminuttet."}}).Header.Get("Location")
		w.drafts[role] = strings.TrimPrefix(to, "/utlogget?kladd=")
	}
}

// who signs in a role in a relation; false when there can be nobody.
func (w *matrixWorld) who(role tilhor.Role, rel string) (*http.Cookie, bool) {
	w.role = role
	if rel == relMachine {
		return nil, role == tilhor.RoleAnyone || role == tilhor.RoleSFO
	}
	if role == tilhor.RoleAnyone {
		return nil, rel == relNone
	}
	if rel == relUntrained && !role.Staff() { // nothing of theirs asks for it, or they have their own test
		return nil, false
	}
	if role == tilhor.RoleRektor && slices.Contains([]string{relNone, relReporter, relIntake, relHandles, relCarries, relEnded, relGiven}, rel) {
		return nil, false
	}
	key := rel + " " + string(role)
	if w.cookies[key] == nil {
		w.cookies[key] = w.enter(w.actor(role, rel), map[bool]string{true: "", false: mfa}[rel == relWeak])
	}
	return w.cookies[key], true
}

func (w *matrixWorld) actor(role tilhor.Role, rel string) tilhor.Actor {
	if rel == relElsewhere {
		return w.town.Actor(role, w.town.Fjellvik)
	}
	like := rel
	if rel == relWeak {
		like = relLeads
	}
	if a, ok := w.people[like+" "+string(role)]; ok {
		return a
	}
	return w.town.Actor(role, w.town.Solbakken)
}

// path fills in an address with what the relation is to.
func (w *matrixWorld) path(r web.Route, rel string) string {
	if strings.HasPrefix(r.Name, "signout") || r.Name == "web.exit" {
		delete(w.cookies, rel+" "+string(w.role))
	}
	x := w.things[rel]
	m, ok := x.measures[w.role]
	if !ok {
		m = x.measures[""]
	}
	a, ok := x.asks[w.role]
	if !ok {
		a = x.asks[""]
	}
	idea := w.idea
	if strings.HasPrefix(r.Path, "/elevrad/") {
		idea = w.voted
	}
	note, ok := x.notes[w.role]
	if !ok {
		note = x.notes[""]
	}
	said, ok := x.said[w.role]
	if !ok {
		said = x.said[""]
	}
	draft := w.drafts[tilhor.RoleRektor]
	if rel == relHandles && w.drafts[w.role] != "" {
		draft = w.drafts[w.role]
	}
	horing, tiltak := w.heard.open, string(m)
	if strings.HasPrefix(r.Path, "/horinger/") {
		horing = w.heard.sent
	}
	fil := string(x.file)
	if strings.Contains(r.Path, "{horing}") {
		tiltak, fil = "T1", w.heard.file
	}
	rad, mote := w.bodies.school, w.bodies.draft
	if strings.HasPrefix(r.Path, "/eier/") {
		rad = w.bodies.owner
	}
	if strings.HasPrefix(r.Path, "/s/") {
		mote = w.bodies.approved
	}
	path := strings.NewReplacer("{horing}", horing, "{innspill}", idea, "{gruppe}", w.circle, "{rad}", rad, "{mote}", mote, "{sak}", w.bodies.item,
		"{inngrep}", x.force, "{notat}", string(note), "{melding}", string(x.notice), "/overlevering/{kvittering}", "/overlevering/"+x.over,
		"/min/samtale/{slug}", "/min/samtale/"+said, "/min/sagt/{slug}", "/min/sagt/"+said, "/bekymringer/{slug}/samtale", "/bekymringer/"+x.talk+"/samtale",
		"/sperrede/{slug}", "/sperrede/"+x.sealed, "/overforinger/{slug}", "/overforinger/"+x.arrival, "{barn}", x.track, "{brev}", string(x.letter), "{sperre}", w.block, "{avvik}", w.breach,
		"{spor}", x.track, "{slug}", x.concern, "{fil}", fil, "{krav}", string(x.insight), "/tiltak/{id}", "/tiltak/"+string(m), "/foresporsler/{id}", "/foresporsler/"+string(a), "/kladder/{id}", "/kladder/"+draft, "{tiltak}", tiltak, "{hvem}", string(w.town.Actor(tilhor.RoleSFO, w.town.Solbakken).Person),
		"{skole}", string(w.town.Solbakken)).Replace(r.Path)
	if strings.Contains(r.Path, "{spor}") { // a part of a track that is not there
		path = anyPart.ReplaceAllString(path, "zzzzzzzzzzzzzzzzzzzzzzzzzz")
	}
	if strings.Contains(path, "{") {
		return "" // a receipt's secret, a provider: none that exists
	}
	switch r.Name {
	case "stage.talks.miss":
		path += "?barn=" + x.child
	case "stage.plan.diff":
		path += "?fra=1&til=2"
	}
	return path
}

// form is what a POST sends: nothing, or what would be right but for one thing
// that only who may do it is told.
func (w *matrixWorld) form(r web.Route, rel string) url.Values {
	x := w.things[rel]
	pairs := map[string][]string{
		"school.take.decide":       {"way", "join:zzzzzz"},
		"school.raise.write":       {"by", "parent", "text", "Mor ringte.", "at", "23.11.2026"},
		"school.handler.appoint":   {"handler", string(w.handler)},
		"school.identify.do":       {"pupil", string(w.town.Person("tuva"))},
		"school.reopen.do":         {"reason", "Nora gråt."},
		"school.standin.take-back": {"person", "zzzzzzzzzz", "task", "leads"},
		"school.sfo.hours":         {"opens-1", "sju"},
		"body.room.do":             {"do", "mote"},
		"body.year.write":          {"do", "ar", "ar-m09", "/saker/abcdefghij"},
		"body.meeting.do":          {"do", "sak"},
		"body.minutes.do":          {"do", "oppmote"},
		"body.item.do":             {"do", "vedtak"},
		"body.school.change":       {"do", "regler"},
		"body.owner.change":        {"do", "regler"},
		"insight.glass.review":     {"verdict", "right", "id", "zz"},
		"insight.correct.write":    {"granted", "no"},
		"stage.talks.miss.write":   {"child", x.child},
		"stage.inquiry.write":      {"do", "ferdig"},
		"stage.plan.save":          {"do", "approve", "rev", "99", "n", "1", "m1-what", "Jonas går sammen med Nora."},
		"stage.end.write":          {"do", "avslutt", "words", "Det er bra nå.", "check", "30.12.2026"},
		"stage.check.write":        {"answer", "safe", "way", "self", "words", "Det er bra nå.", "at", "23.11.2026"},
	}[r.Name]
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func (w *matrixWorld) matrix() webtest.Matrix {
	return webtest.Matrix{Site: w.site, Relations: append(slices.Clone(relations), relMachine), Who: w.who, Along: w.onShared, Path: w.path, Form: w.form}
}

// onShared are the cookies of the shared machine, sent to every address: what
// keeps them from other pages is that none takes them. Who works at SFO signs in
// on it anew for each cell.
func (w *matrixWorld) onShared(role tilhor.Role, rel string) []*http.Cookie {
	w.t.Helper()
	if rel != relMachine {
		return nil
	}
	ctx, rektor, mona, pin := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Solbakken), w.town.Actor(tilhor.RoleSFO, w.town.Solbakken), "739152"
	form := url.Values{"pin": {pin}}
	if w.machine == nil {
		w.must(w.sfo().SetHours(ctx, rektor, []sfo.Hours{{Weekday: w.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
		token, err := w.sfo().Enroll(ctx, rektor, "Nettbrettet på Base 1")
		w.must(err)
		code, err := w.sfo().GiveCode(ctx, rektor, mona.Person)
		w.must(err)
		form = url.Values{"code": {code}, "pin": {pin}, "again": {pin}}
		w.machine = &http.Cookie{Name: "tilhor-enhet", Value: token}
	}
	if role == tilhor.RoleAnyone && form.Get("code") == "" {
		return []*http.Cookie{w.machine}
	}
	r := w.do("POST", w.machine, "nb", web.TabletPath+"/kode/"+string(mona.Person), form)
	all := []*http.Cookie{w.machine}
	if role == tilhor.RoleAnyone {
		return all
	}
	if len(r.Cookies()) != 1 {
		w.t.Fatalf("no sign-in on the shared machine: %d", r.StatusCode)
	}
	return append(all, r.Cookies()...)
}

// Who may come where: every route of the site, every role, every relation to
// the thing asked for, on both engines, as written in testdata/matrix.txt.
func TestWhoMayComeWhere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		newMatrixWorld(t, d).matrix().Check(t, "testdata/matrix.txt")
	})
}

// An answer is what somebody is told, without what is random in it and without
// the address that was asked for.
func answerOf(r *http.Response, body, asked string) string {
	var head []string
	for k, v := range r.Header {
		if k != "Set-Cookie" {
			head = append(head, k+": "+strings.Join(v, ", "))
		}
	}
	slices.Sort(head)
	s := fmt.Sprintf("%d\n%s\n%s", r.StatusCode, strings.Join(head, "\n"), keptQuery.ReplaceAllString(body, ""))
	path, _, _ := strings.Cut(asked, "?")
	for _, p := range []string{asked, url.QueryEscape(asked), path} {
		s = strings.ReplaceAll(s, p, "ASKED")
	}
	return anyID.ReplaceAllString(s, "ID")
}

// keptQuery is what the links to other languages keep of a query (web.LangLinks).
var keptQuery = regexp.MustCompile(`(&amp;(%[0-9A-F]{2})+=(%[0-9A-F]{2})*)+`)

var anyPart = regexp.MustCompile(`\{[a-z]+\}`)

var anyID = regexp.MustCompile(`\b[a-z2-7]{26}\b`)

// What may not be known and what is not there are one answer: the same status,
// headers and body, for everyone who is refused, whatever was asked for.
func TestRefusedIsAsIfMissing(t *testing.T) {
	t.Parallel()
	w := newMatrixWorld(t, dbtest.SQLite(t))
	refused := 0
	for _, r := range w.site.Routes() {
		inRoom := strings.Contains(r.Path, "{rad}") // whoever sits there may, whatever the relation to a case
		if !slices.ContainsFunc([]string{"{horing}", "{innspill}", "{gruppe}", "{rad}", "{spor}", "{slug}", "{id}", "{inngrep}", "{notat}", "{melding}", "/overlevering/{kvittering}", "{barn}", "{sperre}", "{avvik}"}, func(part string) bool { return strings.Contains(r.Path, part) }) {
			continue
		}
		for _, role := range webtest.Roles {
			for _, rel := range relations {
				cookie, ok := w.who(role, rel)
				if !ok {
					continue
				}
				there := w.path(r, rel)
				if there == "" { // the matrix asks for what does not exist
					continue
				}
				missing := strings.NewReplacer("{spor}", "zzzzzzzzzz", "{krav}", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "{slug}", "zzzzzzzzzz", "{id}", "zzzzzzzzzzzzzzzzzzzzzzzzzz").Replace(r.Path)
				missing = anyPart.ReplaceAllString(missing, "zzzzzzzzzzzzzzzzzzzzzzzzzz")
				if _, q, ok := strings.Cut(there, "?"); ok {
					missing += "?" + q
				}
				form := w.form(r, rel)
				a := w.do(r.Method, cookie, "nb", there, form)
				if (mayHave(rel, r) || inRoom) && !refusal(a) {
					continue
				}
				refused++
				b := w.do(r.Method, cookie, "nb", missing, form)
				x, y := answerOf(a, bodyOf(t, a), there), answerOf(b, bodyOf(t, b), missing)
				if x != y {
					t.Errorf("%s as %s who %s: refused is told from missing:\n%s", r.Name, role, rel, firstDifference(x, y))
				}
			}
		}
	}
	if refused < 1000 {
		t.Errorf("only %d refusals were looked at", refused)
	}
	t.Logf("%d refusals", refused)
}

// mayHave says whether the relation can give anybody a right to what the route
// shows: who has no relation, or lost it, has none, whatever the answer says.
func mayHave(rel string, r web.Route) bool {
	for _, part := range []string{"{horing}", "{innspill}", "{gruppe}", "{id}", "{barn}", "{sperre}", "{avvik}", "/overforinger/{slug}"} { // by what one is at home, or for the owner; a parcel bars nobody before it is a track
		if strings.Contains(r.Path, part) {
			return true
		}
	}
	return slices.Contains([]string{relReporter, relIntake, relHandles, relCarries, relLeads, relGiven}, rel)
}

// refusal says whether an answer lets nobody in.
func refusal(r *http.Response) bool {
	to := r.Header.Get("Location")
	switch r.StatusCode {
	case http.StatusOK, http.StatusUnprocessableEntity, http.StatusConflict:
		return false
	case http.StatusSeeOther:
		return strings.HasPrefix(to, "/logg-inn") || strings.HasPrefix(to, "/utlogget")
	}
	return true
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return "  " + x[i] + "\n  " + strings.Join(y[min(i, len(y)):min(i+1, len(y))], "")
		}
	}
	return ""
}

// Two answers that differ in one thing are told apart.
func TestAnswersAreToldApart(t *testing.T) {
	answer := func(code int, header, body string) string {
		rec := httptest.NewRecorder()
		rec.Header().Set("X-A", header)
		rec.WriteHeader(code)
		return answerOf(rec.Result(), body, "/saker/abcdefghij")
	}
	same := answer(404, "a", "Finnes ikke /saker/abcdefghij")
	for name, other := range map[string]string{
		"status": answer(403, "a", "Finnes ikke /saker/abcdefghij"), "header": answer(404, "b", "Finnes ikke /saker/abcdefghij"),
		"body": answer(404, "a", "Finnes ikke for deg /saker/abcdefghij"),
	} {
		if other == same {
			t.Errorf("another %s is not told apart", name)
		}
	}
}

// A form that says it changes a draft nobody has saved is a conflict, and its
// text is kept.
func TestAPlanNobodySaved(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	ctx, rektor := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Solbakken)
	hour := tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	c, err := w.concerns().Tell(ctx, rektor, concerns.Telling{School: w.town.Solbakken, Described: "Ei jente", Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: hour, Known: hour})
	w.must(err)
	all, err := w.cases().TakeUp(ctx, rektor, c.Slug, cases.Stance{})
	w.must(err)
	cookie, _ := w.who(tilhor.RoleRektor, relLeads)
	for _, do := range []string{"save", "approve"} {
		r := w.do("POST", cookie, "nb", "/saker/"+all[0].Slug+"/plan", url.Values{"do": {do}, "rev": {"99"}, "n": {"1"}, "m1-what": {"Jonas går sammen med henne."}})
		if r.StatusCode != http.StatusConflict || !strings.Contains(bodyOf(t, r), "Jonas går sammen med henne.") {
			t.Errorf("%s: %d, and the text is not in the answer", do, r.StatusCode)
		}
	}
}

var countEntries = testSQL(`SELECT COUNT(*) FROM journal_entry WHERE owner = $1`)

func (w *siteWorld) entries() (n int) {
	w.read(func(tx *db.Tx) error { return tx.One(countEntries, db.Args(w.owner()), &n) })
	return n
}

// A page of a case is shown to nobody who did not ask for it: not to a browser
// that only looks ahead, and not without its body; and no reading is written.
func TestNoCaseIsShownAhead(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	cookie, _ := w.who(tilhor.RoleRektor, relLeads)
	tried := 0
	for _, r := range w.site.Routes() {
		if r.Method != http.MethodGet || !r.Case || !slices.Contains(r.Roles, tilhor.RoleRektor) {
			continue
		}
		path := w.path(r, relLeads)
		if path == "" {
			continue
		}
		before := w.entries()
		for what, resp := range map[string]*http.Response{
			"HEAD":     w.do(http.MethodHead, cookie, "nb", path, nil),
			"prefetch": w.do(http.MethodGet, cookie, "nb", path, nil, "Sec-Purpose", "prefetch;prerender"),
			"moz":      w.do(http.MethodGet, cookie, "nb", path, nil, "X-Moz", "prefetch"),
		} {
			tried++
			if resp.StatusCode != http.StatusNotFound {
				t.Errorf("%s, %s: %d", r.Name, what, resp.StatusCode)
			}
		}
		if n := w.entries(); n != before {
			t.Errorf("%s: %d entries were written", r.Name, n-before)
		}
	}
	resp := w.do(http.MethodGet, cookie, "nb", w.path(w.names["school.track"], relLeads), nil)
	before := w.entries()
	w.later(16 * time.Minute)
	if again := w.do(http.MethodGet, cookie, "nb", w.path(w.names["school.track"], relLeads), nil); resp.StatusCode != http.StatusOK || again.StatusCode != http.StatusOK || w.entries() == before {
		t.Error("a page that is asked for is not shown, or its reading not written: the test proves nothing")
	}
	t.Logf("%d askings ahead", tried)
}
