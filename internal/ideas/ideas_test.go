package ideas_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/figures"
	"tilhor/internal/ideas"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

type world struct {
	*testing.T
	*webtest.Town
	ctx                       context.Context
	desk                      *ideas.Desk
	bodies                    *bodies.Desk
	kari, jonas, nora, parent tilhor.Actor
	council                   string
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.bodies = &bodies.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.desk = &ideas.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Bodies: w.bodies, Clock: k.Clock}
		w.kari, w.jonas = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleTeacher, town.Solbakken)
		w.nora, w.parent = w.pupil("nora"), town.Actor(tilhor.RoleParent, town.Solbakken)
		test(w)
	})
}

func (w *world) pupil(source string) tilhor.Actor {
	return tilhor.Actor{Owner: webtest.Owner, Person: w.Person(source), Role: tilhor.RolePupil, School: w.Solbakken}
}

var joinSchool = db.SQL(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual) VALUES ($1, $2, 'pupil', '', $3, '2026-08-01', '', '', FALSE)`)

// founds sets up the elevråd, led by Nora, and gives as many more members.
func (w *world) founds(more int) (members []tilhor.Actor) {
	w.T.Helper()
	slug, err := w.bodies.Found(w.ctx, w.kari, bodies.Body{Kind: bodies.Council, Name: "Elevrådet"})
	w.Must(err)
	w.council = slug
	seat := func(p tilhor.PersonID, office string) {
		w.Must(w.bodies.Seat(w.ctx, w.kari, slug, bodies.Member{Person: p, Part: bodies.Pupils, Office: office}))
	}
	seat(w.nora.Person, bodies.Leader)
	for n := range more {
		a := w.nora
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
			if a.Person, err = w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: fmt.Sprintf("Medlem %c", 'A'+n), Home: w.Solbakken}, w.Now()); err != nil {
				return err
			}
			_, err = tx.Exec(joinSchool, webtest.Owner, w.Solbakken, a.Person)
			return err
		}))
		seat(a.Person, "")
		members = append(members, a)
	}
	return members
}

func (w *world) say(by tilhor.Actor, words string) ideas.Idea {
	w.T.Helper()
	w.Must(w.desk.Say(w.ctx, by, ideas.Saying{School: w.Solbakken, Kind: "outside", Words: words}))
	all, err := w.desk.Mine(w.ctx, by)
	w.Must(err)
	for _, i := range all {
		if i.Words == words {
			return i
		}
	}
	w.T.Fatal("what was suggested is not there")
	return ideas.Idea{}
}

func (w *world) at(by tilhor.Actor) []ideas.Idea {
	w.T.Helper()
	all, _, err := w.desk.AtSchool(w.ctx, by)
	w.Must(err)
	return all
}

// A suggestion waits thirty days and is then late, for rektor and for whom she gave it
// to; who suggested it sees the answer.
func TestAnAnswerWithinThirtyDays(t *testing.T) {
	each(t, func(w *world) {
		i := w.say(w.nora, "Vi vil ha en voksen ved ballbingen.")
		if i.State != ideas.New || i.Said != "2026-11-23" || i.Due != "2026-12-23" || i.Late {
			t.Fatalf("%+v", i)
		}
		_, _, err := w.desk.AtSchool(w.ctx, w.jonas)
		w.Missing("nothing is given to Jonas", err)
		w.Missing("Jonas answers", w.desk.Reply(w.ctx, w.jonas, i.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		w.Refused(w.desk.Give(w.ctx, w.kari, i.Slug, w.nora.Person), "person", "ideas.fault.person")
		w.Must(w.desk.Give(w.ctx, w.kari, i.Slug, w.jonas.Person))
		if n, err := w.desk.Given(w.ctx, w.jonas); err != nil || n != 1 {
			t.Errorf("Jonas has %d, %v", n, err)
		}
		w.Later(30 * 24 * time.Hour)
		if got := w.at(w.jonas); len(got) != 1 || got[0].Late || got[0].Words != i.Words {
			t.Errorf("on the last day: %+v", got)
		}
		w.Later(24 * time.Hour)
		if got := w.at(w.kari); len(got) != 1 || !got[0].Late || got[0].Who != "Jonas Lund" {
			t.Errorf("the day after: %+v", got)
		}
		w.Refused(w.desk.Reply(w.ctx, w.jonas, i.Slug, ideas.Answer{}),
			"verdict", "ideas.fault.verdict", "why", "ideas.fault.why")
		w.Refused(w.desk.Reply(w.ctx, w.jonas, i.Slug, ideas.Answer{Verdict: "yes", Why: "God idé."}), "when", "ideas.fault.when")
		w.Must(w.desk.Reply(w.ctx, w.jonas, i.Slug, ideas.Answer{Verdict: "partly", Why: "Bare før skolen.", When: "Fra mandag."}))
		mine, err := w.desk.Mine(w.ctx, w.nora)
		w.Must(err)
		if a := mine[0].Answer; a == nil || a.Verdict != "partly" || a.Why != "Bare før skolen." || a.When != "Fra mandag." || a.On != "2026-12-24" || mine[0].Late {
			t.Errorf("Nora sees %+v", mine[0])
		}
		if n, _ := w.desk.Given(w.ctx, w.jonas); n != 0 {
			t.Errorf("answered, and %d wait", n)
		}
		inTime := func() (f figures.Figure) {
			w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) (err error) {
				f, err = ideas.Figures()[0].Figure(tx, webtest.Owner, calendar.DateOf(w.Now()))
				return err
			}))
			return f
		}
		if f := inTime(); f.N != 0 || f.Of != 1 {
			t.Errorf("answered too late: %+v", f)
		}
		again := w.say(w.nora, "Vi vil ha en huske.")
		if f := inTime(); f.Of != 1 {
			t.Errorf("one that may wait: %+v", f)
		}
		w.Must(w.desk.Reply(w.ctx, w.kari, again.Slug, ideas.Answer{Verdict: "no", Why: "Det er ikke plass."}))
		if f := inTime(); f.N != 1 || f.Of != 2 {
			t.Errorf("answered in time: %+v", f)
		}
		w.Missing("the rektor of another school", w.desk.Reply(w.ctx, w.Actor(tilhor.RoleRektor, w.Fjellvik), i.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		other, err := w.desk.Mine(w.ctx, w.pupil("elias"))
		if err != nil || len(other) != 0 {
			t.Errorf("another pupil sees %+v, %v", other, err)
		}
	})
}

// What is about one child is refused kindly, and so is a case's number, real or made
// up; what is too much as well.
func TestWhatIsNoSuggestion(t *testing.T) {
	each(t, func(w *world) {
		good := ideas.Saying{School: w.Solbakken, Kind: "way", Words: "Flere lys på skoleveien."}
		with := func(do func(*ideas.Saying)) ideas.Saying { s := good; do(&s); return s }
		for _, row := range []struct {
			by         tilhor.Actor
			field, key string
			s          ideas.Saying
		}{
			{w.nora, "child", "ideas.fault.child", with(func(s *ideas.Saying) { s.Child = true })},
			{w.nora, "words", "ideas.fault.number", with(func(s *ideas.Saying) { s.Words = "Se k4mno2, den er ikke ferdig." })},
			{w.nora, "words", "ideas.fault.number", with(func(s *ideas.Saying) { s.Words = "Saksnummer abcdef er ikke ferdig." })},
			{w.nora, "words", "ideas.fault.words", with(func(s *ideas.Saying) { s.Words = " \n" })},
			{w.nora, "words", "ideas.fault.long", with(func(s *ideas.Saying) { s.Words = strings.Repeat("å", 1501) })},
			{w.nora, "kind", "ideas.fault.kind", with(func(s *ideas.Saying) { s.Kind = "" })},
			{w.nora, "council", "ideas.fault.council", with(func(s *ideas.Saying) { s.Council = "zzzzzzzzzz" })},
			{w.parent, "school", "ideas.fault.school", with(func(s *ideas.Saying) { s.School = "zz" })},
		} {
			w.Refused(w.desk.Say(w.ctx, row.by, row.s), row.field, row.key)
		}
		for _, by := range []tilhor.Actor{w.kari, w.jonas, {Owner: webtest.Owner, Role: tilhor.RoleAnyone}, w.Actor(tilhor.RoleOwnerAdviser, "")} {
			w.Missing(string(by.Role), w.desk.Say(w.ctx, by, good))
		}
		for _, fine := range []string{"Skolen bør stå åpen fra klokka 8.", "Vi er 25 elever i 2027.", "Saken er at det regner inn."} {
			w.Must(w.desk.Say(w.ctx, w.nora, with(func(s *ideas.Saying) { s.Words = fine })))
		}
		for range 17 {
			w.Must(w.desk.Say(w.ctx, w.nora, good))
		}
		w.Refused(w.desk.Say(w.ctx, w.nora, good), "words", "ideas.fault.many")
	})
}

// The elevråd sees what pupils sent to it, votes in secret, and carries on: then the
// clock begins, and the ballots are gone.
func TestTheElevradCarriesOn(t *testing.T) {
	each(t, func(w *world) {
		members := w.founds(5)
		elias := w.pupil("elias")
		w.Must(w.desk.Say(w.ctx, elias, ideas.Saying{Council: w.council, Kind: "inside", Words: "Mer tid i garderoben."}))
		if all := w.at(w.kari); len(all) != 0 {
			t.Errorf("rektor has what is the elevråd's: %+v", all)
		}
		_, err := w.desk.Before(w.ctx, elias)
		w.Missing("who sits in no elevråd", err)
		_, err = w.desk.Before(w.ctx, w.kari)
		w.Missing("rektor in the elevråd", err)
		w.Must(w.desk.Propose(w.ctx, members[0], w.council, ideas.Saying{Kind: "together", Words: "En felles dag."}))
		for _, name := range []string{"Elias", "Fredrik"} { // a pupil there, and nobody: other pupils read it, and the answer is one
			said := ideas.Saying{Council: w.council, Kind: "together", Words: name + " er alltid slem."}
			w.Refused(w.desk.Say(w.ctx, elias, said), "no-pupil", "ideas.fault.name-peers")
			w.Refused(w.desk.Propose(w.ctx, members[0], w.council, said), "no-pupil", "ideas.fault.name-peers")
		}
		w.Missing("who sits in no elevråd proposes", w.desk.Propose(w.ctx, elias, w.council, ideas.Saying{Kind: "together", Words: "Noe."}))
		before := func(by tilhor.Actor, words string) (i ideas.Idea) {
			t.Helper()
			all, err := w.desk.Before(w.ctx, by)
			w.Must(err)
			for _, x := range all[0].Ideas {
				if x.Words == words {
					i = x
				}
			}
			return i
		}
		for range 19 {
			w.Must(w.desk.Propose(w.ctx, members[1], w.council, ideas.Saying{Kind: "together", Words: "Enda en felles dag."}))
		}
		w.Must(w.desk.Propose(w.ctx, members[1], w.council, ideas.Saying{Kind: "together", Words: "Den tjuende."}))
		w.Refused(w.desk.Propose(w.ctx, members[1], w.council, ideas.Saying{Kind: "together", Words: "Den siste."}), "words", "ideas.fault.many")
		i := before(w.nora, "Mer tid i garderoben.")
		if i.Slug == "" || i.Side != ideas.Pupil || i.Due != "2026-12-23" || !i.Votes.Open || before(w.nora, "En felles dag.").Side != ideas.Council {
			t.Fatalf("%+v", i)
		}
		straight := w.say(elias, "Rett til rektor.")
		w.Missing("what the elevråd never had", w.desk.Vote(w.ctx, w.nora, straight.Slug, "yes"))
		w.Missing("what the elevråd never had", w.desk.Close(w.ctx, w.nora, straight.Slug, false, "Nei."))
		w.Must(w.desk.Reply(w.ctx, w.kari, straight.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		w.Missing("who sits in no elevråd votes", w.desk.Vote(w.ctx, elias, i.Slug, "yes"))
		w.Refused(w.desk.Vote(w.ctx, w.nora, i.Slug, "maybe"), "vote", "ideas.fault.vote")
		for n, m := range members[:4] {
			w.Must(w.desk.Vote(w.ctx, m, i.Slug, map[bool]string{true: "yes", false: "no"}[n > 0]))
		}
		if v := before(members[0], i.Words).Votes; v.Shown || v.For+v.Against != 0 || v.Mine != "no" {
			t.Errorf("of four votes is shown %+v", v)
		}
		w.Must(w.desk.Vote(w.ctx, members[0], i.Slug, "yes")) // has thought again
		w.Must(w.desk.Vote(w.ctx, members[4], i.Slug, "no"))
		if v := before(w.nora, i.Words).Votes; !v.Shown || v.For != 4 || v.Against != 1 || v.Mine != "" {
			t.Errorf("of five votes is shown %+v", v)
		}
		w.Missing("who does not lead", w.desk.Close(w.ctx, members[1], i.Slug, true, ""))
		w.Refused(w.desk.Close(w.ctx, w.nora, i.Slug, false, " "), "why", "ideas.fault.why")
		w.Later(48 * time.Hour)
		w.Must(w.desk.Close(w.ctx, w.nora, i.Slug, true, ""))
		if v := before(w.nora, i.Words).Votes; !v.Shown || v.For != 4 || v.Against != 1 || v.Open {
			t.Errorf("closed: %+v", v)
		}
		w.Refused(w.desk.Vote(w.ctx, members[1], i.Slug, "no"), "vote", "ideas.fault.closed")
		w.Refused(w.desk.Close(w.ctx, w.nora, i.Slug, true, ""), "carry", "ideas.fault.closed")
		var ballots int
		w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countBallots, db.Args(webtest.Owner), &ballots) }))
		if ballots != 0 {
			t.Errorf("%d ballots are kept", ballots)
		}
		if all := w.at(w.kari); len(all) != 2 || all[0].Due != "2026-12-23" { // the elevråd had it for two of the days
			t.Errorf("rektor has %+v", all)
		}
		own := before(w.nora, "En felles dag.")
		if n, due, err := w.desk.WithCouncil(w.ctx, w.kari); n != 21 || due != "2026-12-23" || err != nil {
			t.Errorf("rektor is told of %d, %s, %v", n, due, err)
		}
		for _, by := range []tilhor.Actor{w.nora, w.parent, w.Actor(tilhor.RoleTeacher, w.Solbakken), w.Actor(tilhor.RoleRektor, w.Fjellvik)} {
			if n, _, err := w.desk.WithCouncil(w.ctx, by); n != 0 || err != nil {
				t.Errorf("%s is told of %d, %v", by.Role, n, err)
			}
		}
		for _, m := range members[:4] { // all of so few alike: nothing is told, or kept
			w.Must(w.desk.Vote(w.ctx, m, own.Slug, "no"))
		}
		w.Must(w.desk.Close(w.ctx, w.nora, own.Slug, false, "Vi venter til våren."))
		if x := before(w.nora, "En felles dag."); x.Votes.Shown || x.Votes.For+x.Votes.Against != 0 || x.State != ideas.Left || x.Left != "Vi venter til våren." {
			t.Errorf("left: %+v", x)
		}
		mine, err := w.desk.Mine(w.ctx, elias)
		if err != nil || len(mine) != 2 || mine[0].State == mine[1].State {
			t.Errorf("Elias sees %+v, %v", mine, err)
		}
	})
}

// What the elevråd does not close is the school's to answer when its date is past, and
// when the elevråd has ended: whoever suggested waits for one answer.
func TestWhatTheElevradLeavesLying(t *testing.T) {
	each(t, func(w *world) {
		members := w.founds(5)
		send := func(words string) ideas.Idea {
			t.Helper()
			w.Must(w.desk.Say(w.ctx, w.pupil("elias"), ideas.Saying{Council: w.council, Kind: "inside", Words: words}))
			mine, err := w.desk.Mine(w.ctx, w.pupil("elias"))
			w.Must(err)
			for _, i := range mine {
				if i.Words == words {
					return i
				}
			}
			t.Fatal("what was suggested is not there")
			return ideas.Idea{}
		}
		old := send("Mer tid i garderoben.")
		for _, m := range members {
			w.Must(w.desk.Vote(w.ctx, m, old.Slug, "yes"))
		}
		w.Later(30 * 24 * time.Hour)
		if all := w.at(w.kari); len(all) != 0 {
			t.Errorf("on the last day rektor has %+v", all)
		}
		w.Missing("on the last day", w.desk.Reply(w.ctx, w.kari, old.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		w.Later(24 * time.Hour)
		young := send("Mindre tid i garderoben.")
		if all := w.at(w.kari); len(all) != 1 || !all[0].Late || all[0].Votes.Shown || all[0].Votes.For != 0 {
			t.Errorf("the day after rektor has %+v", all)
		}
		if n, due, err := w.desk.WithCouncil(w.ctx, w.kari); n != 1 || due != young.Due || err != nil {
			t.Errorf("the elevråd has %d by %s, %v", n, due, err)
		}
		w.Missing("the rektor of another school", w.desk.Reply(w.ctx, w.Actor(tilhor.RoleRektor, w.Fjellvik), old.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		w.Must(w.desk.Give(w.ctx, w.kari, old.Slug, w.jonas.Person))
		if n, err := w.desk.Given(w.ctx, w.jonas); n != 1 || err != nil || len(w.at(w.jonas)) != 1 {
			t.Errorf("Jonas has %d, %v", n, err)
		}
		w.Must(w.desk.Reply(w.ctx, w.jonas, old.Slug, ideas.Answer{Verdict: "no", Why: "Timen er for kort."}))
		var ballots int
		w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countBallots, db.Args(webtest.Owner), &ballots) }))
		if x, _, err := w.desk.See(w.ctx, w.kari, old.Slug); err != nil || ballots != 0 || x.Votes.Shown || x.Votes.For != 0 || x.State != ideas.Answered {
			t.Errorf("answered, %d ballots: %+v, %v", ballots, x, err)
		}
		w.Refused(w.desk.Close(w.ctx, w.nora, old.Slug, true, ""), "carry", "ideas.fault.closed")
		late := func() int {
			var f figures.Figure
			w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) (err error) {
				f, err = ideas.Figures()[0].Figure(tx, webtest.Owner, calendar.DateOf(w.Now()))
				return err
			}))
			return f.Of - f.N
		}
		early := send("Helt andre ting.")
		w.Must(w.desk.Close(w.ctx, w.nora, early.Slug, false, "Vi venter."))
		if n := late(); n != 1 { // the answered one
			t.Errorf("left in time, and %d are late", n)
		}
		w.Missing("what the elevråd has", w.desk.Reply(w.ctx, w.kari, young.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		w.Must(w.bodies.Close(w.ctx, w.kari, w.council))
		if n, _, err := w.desk.WithCouncil(w.ctx, w.kari); n != 0 || err != nil {
			t.Errorf("an elevråd that has ended has %d, %v", n, err)
		}
		w.Must(w.desk.Reply(w.ctx, w.kari, young.Slug, ideas.Answer{Verdict: "no", Why: "Nei."}))
		if n := late(); n != 1 {
			t.Errorf("answered in time, and %d are late", n)
		}
	})
}

// What the elevråd leaves after the date counts as not answered in time.
func TestLeftTooLateIsNotInTime(t *testing.T) {
	each(t, func(w *world) {
		w.founds(0)
		w.Must(w.desk.Propose(w.ctx, w.nora, w.council, ideas.Saying{Kind: "together", Words: "En felles dag."}))
		w.Later(31 * 24 * time.Hour)
		all, err := w.desk.Before(w.ctx, w.nora)
		w.Must(err)
		w.Must(w.desk.Close(w.ctx, w.nora, all[0].Ideas[0].Slug, false, "Vi venter."))
		w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			f, err := ideas.Figures()[0].Figure(tx, webtest.Owner, calendar.DateOf(w.Now()))
			if f.N != 0 || f.Of != 1 {
				t.Errorf("%+v", f)
			}
			return err
		}))
	})
}

var countBallots = db.SQL(`SELECT COUNT(*) FROM ideas_vote WHERE owner = $1`)

var dropLines = db.SQL(`DELETE FROM ideas_line WHERE owner = $1 AND part = 'answer'`)

// What is shown is what rektor has screened, a no too; never who wrote it, and the
// words stay as they were for the one who did.
func TestYouSaidWeDid(t *testing.T) {
	each(t, func(w *world) {
		i := w.say(w.parent, "Nora fryser ute. La alle være inne når det er kaldt.")
		good := ideas.Public{Words: "La alle være inne når det er kaldt.", Did: "Nei. Alle trenger luft, men vi har kjøpt varme klær til utlån.", Checked: true}
		w.Refused(w.desk.Show(w.ctx, w.kari, i.Slug, good), "words", "ideas.fault.not-answered")
		w.Must(w.desk.Reply(w.ctx, w.kari, i.Slug, ideas.Answer{Verdict: "no", Why: "Alle trenger luft."}))
		with := func(do func(*ideas.Public)) ideas.Public { p := good; do(&p); return p }
		w.Refused(w.desk.Show(w.ctx, w.kari, i.Slug, with(func(p *ideas.Public) { p.Words = i.Words })), "no-pupil", "ideas.fault.name")
		w.Refused(w.desk.Show(w.ctx, w.kari, i.Slug, with(func(p *ideas.Public) { p.Checked = false })), "checked", "ideas.fault.checked")
		w.Refused(w.desk.Show(w.ctx, w.kari, i.Slug, with(func(p *ideas.Public) { p.Words, p.Did = "", strings.Repeat("a", 601) })),
			"words", "ideas.fault.shown-words", "did", "ideas.fault.did-long")
		w.Must(w.desk.Give(w.ctx, w.kari, i.Slug, w.jonas.Person))
		w.Missing("who answers does not publish", w.desk.Show(w.ctx, w.jonas, i.Slug, good))
		shown := func(at tilhor.SchoolID) []ideas.Shown {
			t.Helper()
			all, err := w.desk.Published(w.ctx, webtest.Owner, at)
			w.Must(err)
			return all
		}
		if len(shown(w.Solbakken)) != 0 {
			t.Error("shown before it was screened")
		}
		for _, why := range []string{"Én.", "To.", "Tre.", "Alle trenger luft."} { // in the same moment: the last holds
			w.Must(w.desk.Reply(w.ctx, w.kari, i.Slug, ideas.Answer{Verdict: "no", Why: why}))
			if x, _, err := w.desk.See(w.ctx, w.kari, i.Slug); err != nil || x.Answer.Why != why {
				t.Errorf("%s is followed by %+v, %v", why, x.Answer, err)
			}
		}
		w.Must(w.desk.Show(w.ctx, w.kari, i.Slug, good))
		if all := shown(w.Solbakken); len(all) != 1 || all[0] != (ideas.Shown{Side: ideas.Parent, Words: good.Words, Did: good.Did, Verdict: "no", On: "2026-11-23"}) {
			t.Errorf("%+v", all)
		}
		if len(shown(w.Fjellvik)) != 0 {
			t.Error("shown at another school")
		}
		mine, err := w.desk.Mine(w.ctx, w.parent)
		w.Must(err)
		if mine[0].Words != i.Words || !mine[0].Shown {
			t.Errorf("the parent sees %+v", mine[0])
		}
		w.Must(w.desk.Hide(w.ctx, w.kari, i.Slug))
		if len(shown(w.Solbakken)) != 0 {
			t.Error("taken off, and shown")
		}
		w.Missing("twice", w.desk.Hide(w.ctx, w.kari, i.Slug))

		// The record agrees with what is stored, and misses what is taken out.
		verify := func() journal.Report {
			r, err := journal.Verify(w.ctx, w.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
			w.Must(err)
			return r
		}
		if r := verify(); !r.Holds() {
			t.Errorf("verify: %+v", r.Wrong)
		}
		w.Altered = true
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(dropLines, webtest.Owner); return err }))
		if verify().Holds() {
			t.Error("an answer that was taken out is not seen")
		}
	})
}

// Who wrote it is opened with a reason, by rektor alone, and the one who wrote sees it.
func TestWhoWroteIsAskedWithAReason(t *testing.T) {
	each(t, func(w *world) {
		i := w.say(w.nora, "Jeg vil ikke gå på skolen mer.")
		w.Must(w.desk.Give(w.ctx, w.kari, i.Slug, w.jonas.Person))
		_, err := w.desk.Ask(w.ctx, w.jonas, i.Slug, "Er bekymret.")
		w.Missing("Jonas asks", err)
		_, err = w.desk.Ask(w.ctx, w.kari, i.Slug, " ")
		w.Refused(err, "reason", "ideas.fault.reason")
		name, err := w.desk.Ask(w.ctx, w.kari, i.Slug, "Ordene tyder på at et barn ikke har det bra.")
		if err != nil || name != "Nora Dahl" {
			t.Errorf("%q, %v", name, err)
		}
		mine, err := w.desk.Mine(w.ctx, w.nora)
		if err != nil || !mine[0].Asked {
			t.Errorf("Nora is not told: %+v, %v", mine, err)
		}
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Protect(tx, w.Keeper(), w.nora.Person, roster.Confidential, w.Now())
		}))
		_, err = w.desk.Ask(w.ctx, w.kari, i.Slug, "En gang til.")
		w.Refused(err, "reason", "ideas.fault.guarded")
	})
}

// Who wrote a suggestion is in no subject of the record.
func TestNoAuthorInTheRecordsSubjects(t *testing.T) {
	each(t, func(w *world) {
		i := w.say(w.nora, "Flere baller.")
		w.Must(w.desk.Reply(w.ctx, w.kari, i.Slug, ideas.Answer{Verdict: "no", Why: "Vi har mange."}))
		w.Must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			all, err := w.Kit.Journal.Stream(tx, webtest.Owner, "school/"+string(w.Solbakken))
			if len(all) < 2 {
				t.Error("nothing was looked at")
			}
			for _, r := range all {
				if strings.Contains(r.Subject+r.Stream+r.Rule+r.View, string(w.nora.Person)) {
					t.Errorf("%s names who wrote", r.Act)
				}
			}
			return err
		}))
	})
}
