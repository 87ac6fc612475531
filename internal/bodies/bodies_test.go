package bodies_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// A world is the SMU at Solbakken: Marit, a parent, leads it; Nora and Elias are
// pupils, Jonas is a teacher, Liv and Ali are parents. Kari is rektor, and no member.
type world struct {
	*testing.T
	*webtest.Town
	ctx               context.Context
	desk              *bodies.Desk
	kari, marit, nora tilhor.Actor
	jonas, anne       tilhor.Actor
	smu               string
}

var (
	putGroup = db.SQL(`INSERT INTO roster_group (owner, id, source, school, kind, name, content, from_date, until_date) VALUES ($1, $2, $3, $4, 'smu', 'SMU', $3, '2026-08-01', '')`)
	putPlace = db.SQL(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual) VALUES ($1, $2, 'seat', $3, $4, '2026-08-01', $5, $6, FALSE)`)

	dropLines = db.SQL(`DELETE FROM bodies_line WHERE owner = $1 AND kind = 'item'`)
	openLines = db.SQL(`UPDATE bodies_line SET shut = 0 WHERE owner = $1`)
)

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		w.desk = &bodies.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.kari, w.marit, w.nora = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleParent, town.Solbakken), town.Actor(tilhor.RolePupil, town.Solbakken)
		w.jonas, w.anne = town.Actor(tilhor.RoleTeacher, town.Solbakken), town.Actor(tilhor.RoleOwnerAdviser, "")
		var err error
		b := bodies.SMU.Usual()
		b.Name, b.Shut = "Skolemiljøutvalget", "Foreldrenes stemmer teller dobbelt når elevene er ute."
		w.smu, err = w.desk.Found(w.ctx, w.kari, b)
		w.Must(err)
		w.seat(w.smu, "forelder-nora", bodies.Parents, bodies.Leader)
		w.seat(w.smu, "forelder-tuva", bodies.Parents, "")
		w.seat(w.smu, "forelder-elias", bodies.Parents, "")
		w.seat(w.smu, "nora", bodies.Pupils, "")
		w.seat(w.smu, "elias", bodies.Pupils, "")
		w.seat(w.smu, "teacher-solbakken", bodies.Staff, bodies.Secretary)
		test(w)
	})
}

func (w *world) seat(slug, who string, part bodies.Part, office string) {
	w.T.Helper()
	w.Must(w.desk.Seat(w.ctx, w.kari, slug, bodies.Member{Person: w.Person(who), Part: part, Office: office}))
}

func (w *world) meet(on tilhor.Date) string {
	w.T.Helper()
	m, err := w.desk.Arrange(w.ctx, w.marit, w.smu, bodies.Meeting{On: on, Clock: "18", Place: "Biblioteket"})
	w.Must(err)
	return m
}

func (w *world) sees(who tilhor.Actor, meeting string) bodies.Sitting {
	w.T.Helper()
	x, err := w.desk.Meeting(w.ctx, who, w.smu, meeting)
	w.Must(err)
	return x
}

func titles(x bodies.Sitting) string {
	var all []string
	for _, i := range x.Items {
		all = append(all, i.Title)
	}
	return strings.Join(all, "|")
}

func (w *world) add(meeting, title string, shut bool) string {
	w.T.Helper()
	w.Must(w.desk.AddItem(w.ctx, w.marit, w.smu, meeting, bodies.Item{Title: title, Text: "Papir til " + title, Shut: shut}))
	for _, i := range w.sees(w.marit, meeting).Items {
		if i.Title == title {
			return i.Slug
		}
	}
	w.T.Fatalf("%s is not on the agenda", title)
	return ""
}

// Rektor set it up, and does not come in; neither does anybody else who has no seat.
// Invited to one meeting, she sees that one, and what is not confidential there.
func TestTheRoomIsTheMembers(t *testing.T) {
	each(t, func(w *world) {
		one, two := w.meet("2026-11-25"), w.meet("2026-12-09")
		w.add(one, "Skolegården", false)
		w.add(one, "Fortrolig om elevgruppen", true)
		out := []tilhor.Actor{w.kari, w.anne, w.Actor(tilhor.RoleDeputy, w.Solbakken), w.Actor(tilhor.RoleParent, w.Fjellvik), {Owner: webtest.Owner, Role: tilhor.RoleAnyone}}
		shut := func(who tilhor.Actor, meeting string) {
			t.Helper()
			_, err := w.desk.Room(w.ctx, who, w.smu)
			w.Missing("the room", err)
			_, err = w.desk.Meeting(w.ctx, who, w.smu, meeting)
			w.Missing("a meeting", err)
			_, err = w.desk.Handover(w.ctx, who, w.smu)
			w.Missing("the hand-over", err)
			w.Missing("an item", w.desk.AddItem(w.ctx, who, w.smu, meeting, bodies.Item{Title: "Nå"}))
			w.Missing("a plan", w.desk.Plan(w.ctx, who, w.smu, nil))
			w.Missing("approval", w.desk.Approve(w.ctx, who, w.smu, meeting, bodies.Read{Nameless: true}))
		}
		for _, who := range out {
			shut(who, one)
			if in, err := w.desk.Sits(w.ctx, who); err != nil || in {
				t.Errorf("%s sits there: %v", who.Role, err)
			}
		}
		w.Must(w.desk.Invite(w.ctx, w.marit, w.smu, one, bodies.Guest{Person: w.kari.Person}))
		x := w.sees(w.kari, one)
		if titles(x) != "|Skolegården" || !x.Guest || x.Runs {
			t.Errorf("invited, she sees %q, %+v", titles(x), x)
		}
		shut2 := func() {
			t.Helper()
			_, err := w.desk.Meeting(w.ctx, w.kari, w.smu, two)
			w.Missing("another meeting", err)
			_, err = w.desk.Room(w.ctx, w.kari, w.smu)
			w.Missing("the room", err)
			w.Missing("an item", w.desk.AddItem(w.ctx, w.kari, w.smu, one, bodies.Item{Title: "Nå"}))
		}
		shut2()
		if all, err := w.desk.Invited(w.ctx, w.kari); err != nil || len(all) != 1 || all[0].Meeting.Slug != one {
			t.Errorf("invited to %+v, %v", all, err)
		}
		if in, _ := w.desk.Sits(w.ctx, w.kari); !in {
			t.Error("who is invited has something in the rooms")
		}
		w.Must(w.desk.Uninvite(w.ctx, w.marit, w.smu, one, w.sees(w.marit, one).Guests[0].Slug))
		shut(w.kari, one)
		w.Must(w.desk.Invite(w.ctx, w.marit, w.smu, one, bodies.Guest{Person: w.kari.Person, Shut: true}))
		if got := titles(w.sees(w.kari, one)); got != "|Skolegården|Fortrolig om elevgruppen" {
			t.Errorf("invited to all, she sees %q", got)
		}
		w.Refused(w.desk.Invite(w.ctx, w.marit, w.smu, one, bodies.Guest{Person: w.Person("tuva")}), "person", "bodies.fault.guest")
		w.Refused(w.desk.Invite(w.ctx, w.marit, w.smu, one, bodies.Guest{Person: w.kari.Person}), "person", "bodies.fault.invited")
		w.Missing("a member who does not lead", w.desk.AddItem(w.ctx, w.Actor(tilhor.RolePupil, w.Solbakken), w.smu, one, bodies.Item{Title: "Nå"}))
	})
}

// What is confidential is not there for a pupil: not in the agenda, the papers, what
// was decided, what shall be done, the hand-over, nor by its address; and nothing is
// counted or numbered so that it can be told that it is there. Also when the pupil
// leads.
func TestPupilsNeverSeeWhatIsConfidential(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("2026-11-23")
		w.add(m, "Skolegården", false)
		hidden := w.add(m, "Hemmelig", true)
		open := w.add(m, "Etterpå", false)
		if got := titles(w.sees(w.marit, m)); got != "|Skolegården|Etterpå|Hemmelig" {
			t.Errorf("the leader sees %q", got) // what is confidential stands last
		}
		w.Must(w.desk.Attend(w.ctx, w.marit, w.smu, m, w.everyone()))
		w.Must(w.desk.Write(w.ctx, w.marit, w.smu, m, hidden, bodies.Result{Text: "Hemmelig vedtak", For: 4, ForParents: 3}))
		w.Must(w.desk.AddAction(w.ctx, w.marit, w.smu, m, hidden, bodies.Action{What: "Hemmelig gjøremål", Who: w.nora.Person}))
		w.Must(w.desk.AddAction(w.ctx, w.marit, w.smu, m, open, bodies.Action{What: "Male gjerdet", Who: w.nora.Person}))
		w.Must(w.desk.Invite(w.ctx, w.marit, w.smu, m, bodies.Guest{Person: w.kari.Person, Shut: true}))
		secret := ""
		for _, a := range w.room(w.marit).Actions {
			if a.Shut {
				secret = a.Slug
			}
		}
		next := w.meet("2026-12-09")
		w.Must(w.desk.Approve(w.ctx, w.marit, w.smu, m, bodies.Read{Nameless: true}))
		blind := func(who tilhor.Actor) {
			t.Helper()
			h, err := w.desk.Handover(w.ctx, who, w.smu)
			w.Must(err)
			minutes, err := w.desk.Minutes(w.ctx, webtest.Owner, w.Solbakken, m)
			w.Must(err)
			everything := fmt.Sprintf("%+v", []any{w.sees(who, m), w.sees(who, next), w.room(who), h, minutes})
			if strings.Contains(everything, "emmelig") || strings.Contains(everything, hidden) || strings.Contains(everything, "Shut:true") {
				t.Errorf("%s sees %s", who.Role, everything)
			}
			if n := len(w.room(who).Actions); n != 1 {
				t.Errorf("%d to be done are counted", n)
			}
			same := func(do func(item string) error) {
				t.Helper()
				if a, b := do(hidden), do("zzzzzzzzzz"); a == nil || a.Error() != b.Error() {
					t.Errorf("by its address %v, and of none %v", a, b)
				}
			}
			same(func(i string) error {
				return w.desk.Write(w.ctx, who, w.smu, m, i, bodies.Result{Text: "x"})
			})
			same(func(i string) error { return w.desk.RemoveItem(w.ctx, who, w.smu, m, i) })
			w.Missing("by its address", w.desk.Finish(w.ctx, who, w.smu, secret))
		}
		blind(w.nora)
		w.Must(w.desk.Withdraw(w.ctx, w.marit, w.smu, m))
		// She leads now; and signs in as anything.
		w.Must(w.desk.Unseat(w.ctx, w.kari, w.smu, w.seatOf(w.nora.Person)))
		w.seat(w.smu, "nora", bodies.Pupils, bodies.Leader)
		w.Must(w.desk.Approve(w.ctx, w.nora, w.smu, m, bodies.Read{Nameless: true}))
		blind(w.nora)
		w.Must(w.desk.Withdraw(w.ctx, w.nora, w.smu, m))
		w.Missing("by its address", w.desk.Write(w.ctx, w.nora, w.smu, m, hidden, bodies.Result{Text: "x"}))
		other := w.nora
		other.Role = tilhor.RoleTeacher
		if got := titles(w.sees(other, m)); strings.Contains(got, "emmelig") {
			t.Errorf("a pupil in another role sees %q", got)
		}
		w.Refused(w.desk.AddItem(w.ctx, w.nora, w.smu, next, bodies.Item{Title: "Nå", Shut: true}), "title", "bodies.fault.shut")
		w.Refused(w.desk.Seat(w.ctx, w.kari, w.smu, bodies.Member{Person: w.Person("tuva"), Part: bodies.Parents}), "part", "bodies.fault.pupil")
		w.Refused(w.desk.Seat(w.ctx, w.kari, w.smu, bodies.Member{Person: w.Person("nurse-solbakken"), Part: bodies.Pupils}), "part", "bodies.fault.pupil")
		// The mark is sealed with the words: a row that was changed is not read out.
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(openLines, webtest.Owner); return err }))
		if x, err := w.desk.Meeting(w.ctx, w.nora, w.smu, m); err == nil {
			t.Errorf("a mark that was taken away opens %q", titles(x))
		}
	})
}

func (w *world) room(who tilhor.Actor) bodies.Room {
	w.T.Helper()
	r, err := w.desk.Room(w.ctx, who, w.smu)
	w.Must(err)
	return r
}

func (w *world) everyone() (all []tilhor.PersonID) {
	for _, m := range w.room(w.marit).Members {
		all = append(all, m.Person)
	}
	return all
}

func (w *world) seatOf(p tilhor.PersonID) string {
	for _, m := range w.room(w.marit).Members {
		if m.Person == p {
			return m.Seat
		}
	}
	w.T.Fatal("no seat")
	return ""
}

// The psychosocial environment stands on every agenda: it can be moved, and given a
// paper, and neither taken away nor made another.
func TestTheStandingItem(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("2026-11-25")
		a := w.add(m, "Første", false)
		standing := w.sees(w.marit, m).Items[0]
		if !standing.Standing {
			t.Fatalf("%+v", standing)
		}
		w.Refused(w.desk.RemoveItem(w.ctx, w.marit, w.smu, m, standing.Slug), "remove", "bodies.fault.standing")
		w.Must(w.desk.MoveItem(w.ctx, w.marit, w.smu, m, standing.Slug, false))
		w.Must(w.desk.MoveItem(w.ctx, w.marit, w.smu, m, standing.Slug, false)) // last already
		w.Must(w.desk.ChangeItem(w.ctx, w.marit, w.smu, m, standing.Slug, bodies.Item{Title: "Borte", Text: "Tall fra skolen."}))
		x := w.sees(w.nora, m)
		if len(x.Items) != 2 || x.Items[0].Slug != a || !x.Items[1].Standing || x.Items[1].Title != "" || x.Items[1].Text != "Tall fra skolen." {
			t.Errorf("%+v", x.Items)
		}
		w.Must(w.desk.MoveItem(w.ctx, w.marit, w.smu, m, standing.Slug, true))
		w.Must(w.desk.RemoveItem(w.ctx, w.marit, w.smu, m, a))
		if x := w.sees(w.nora, m); len(x.Items) != 1 || !x.Items[0].Standing {
			t.Errorf("%+v", x.Items)
		}
	})
}

// One child's case is no matter for a body: neither ticked, nor by its number, nor by
// a link to it, wherever it is written.
func TestASingleCaseIsRefused(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("2026-11-23")
		a := w.add(m, "Skolegården", false)
		const key = "bodies.fault.single"
		add := func(i bodies.Item) error { return w.desk.AddItem(w.ctx, w.marit, w.smu, m, i) }
		w.Refused(add(bodies.Item{Title: "Bussen", Pupil: true}), "pupil", key)
		for _, text := range []string{"Sak k4m2xq", "saksnummer abcdef", "(K4M2XQ)", "https://tilhor.granvik.example/saker/abcdefghij", "se /foresatt/abcde23456/plan"} {
			w.Refused(add(bodies.Item{Title: text}), "title", key)
			w.Refused(add(bodies.Item{Title: "Bussen", Text: text}), "text", key)
			w.Refused(w.desk.Write(w.ctx, w.marit, w.smu, m, a, bodies.Result{Text: text}), "text", key)
			w.Refused(w.desk.AddAction(w.ctx, w.marit, w.smu, m, a, bodies.Action{What: text}), "what", key)
			w.Refused(w.desk.Plan(w.ctx, w.marit, w.smu, map[int]string{9: text}), "m09", key)
		}
		for _, text := range []string{"Skolen skal male gjerdet", "Sak 23/26 om busslommen", "elev/foresatt/lærer", "3. desember 2026 kl. 18.00", "Sakene fra elevrådet", "§ 10-4 og 12-3", "uke 49–51"} {
			w.Must(add(bodies.Item{Title: text}))
		}
	})
}

// What is not done comes back on each agenda until it is; who it is for can say so.
func TestWhatIsNotDoneComesBack(t *testing.T) {
	each(t, func(w *world) {
		one := w.meet("2026-11-23")
		i := w.add(one, "Bussen", false)
		w.Must(w.desk.AddAction(w.ctx, w.marit, w.smu, one, i, bodies.Action{What: "Voksenvakt", Who: w.jonas.Person, Due: "2026-11-30"}))
		w.Must(w.desk.AddAction(w.ctx, w.marit, w.smu, one, i, bodies.Action{What: "Ringe rektor", Who: w.nora.Person}))
		w.Refused(w.desk.AddAction(w.ctx, w.marit, w.smu, one, i, bodies.Action{What: "Nei", Who: w.kari.Person}), "who", "bodies.fault.who")
		w.Must(w.desk.Attend(w.ctx, w.marit, w.smu, one, w.everyone()))
		w.Must(w.desk.Approve(w.ctx, w.marit, w.smu, one, bodies.Read{Nameless: true}))
		two, three := w.meet("2026-12-09"), w.meet("2027-01-13")
		back := func(m string) (s string) {
			for _, a := range w.sees(w.nora, m).Back {
				s += a.What + "|"
			}
			return s
		}
		if back(one) != "" || back(two) != "Voksenvakt|Ringe rektor|" || back(three) != back(two) {
			t.Errorf("%q, %q, %q", back(one), back(two), back(three))
		}
		todo := w.room(w.nora).Actions
		w.Missing("another's", w.desk.Finish(w.ctx, w.nora, w.smu, todo[0].Slug))
		w.Must(w.desk.Finish(w.ctx, w.nora, w.smu, todo[1].Slug))
		w.Missing("twice", w.desk.Finish(w.ctx, w.nora, w.smu, todo[1].Slug))
		if back(two) != "Voksenvakt|" || back(three) != "Voksenvakt|" {
			t.Errorf("done, and %q, %q", back(two), back(three))
		}
		w.Must(w.desk.Finish(w.ctx, w.marit, w.smu, todo[0].Slug))
		if back(three) != "" || len(w.room(w.nora).Actions) != 0 {
			t.Errorf("all done, and %q", back(three))
		}
	})
}

// Nothing is voted on before it is known that enough are there.
func TestQuorum(t *testing.T) {
	each(t, func(w *world) {
		m, later := w.meet("2026-11-23"), w.meet("2026-12-09")
		i := w.add(m, "Bussen", false)
		vote := bodies.Result{Text: "Ja", For: 3, Against: 1, Dissent: "For dyrt.", DissentBy: "parent"}
		write := func(r bodies.Result) error { return w.desk.Write(w.ctx, w.marit, w.smu, m, i, r) }
		w.Refused(write(vote), "for", "bodies.fault.present-first")
		all := w.everyone()
		w.Must(w.desk.Attend(w.ctx, w.marit, w.smu, m, all[:3])) // of six: four decide
		if x := w.sees(w.marit, m); x.Need != 4 || x.Enough() {
			t.Errorf("%d of %d", len(x.Present), x.Need)
		}
		w.Refused(write(vote), "for", "bodies.fault.quorum")
		w.Must(write(bodies.Result{Text: "Tatt til orientering."}))
		w.Must(w.desk.Attend(w.ctx, w.marit, w.smu, m, append(all[:4:4], w.kari.Person))) // who is no member is not counted
		w.Refused(write(bodies.Result{Text: "Ja", For: 3, Against: 2}), "for", "bodies.fault.votes")
		w.Refused(write(bodies.Result{Text: "Ja", For: 3, Dissent: "Nei.", DissentBy: "Marit Dahl"}), "dissent-by", "bodies.fault.dissent-by")
		w.Must(write(vote))
		w.Refused(w.desk.Attend(w.ctx, w.marit, w.smu, m, all[:3]), "present", "bodies.fault.quorum")
		w.Refused(w.desk.Attend(w.ctx, w.marit, w.smu, later, all), "present", "bodies.fault.not-held")
		// The regulation says two.
		b := bodies.SMU.Usual()
		b.Name, b.Need = "SMU", 2
		w.Must(w.desk.Change(w.ctx, w.kari, w.smu, b))
		w.Must(w.desk.Attend(w.ctx, w.marit, w.smu, m, all[:4]))
		if x := w.sees(w.marit, m); x.Need != 2 || x.Body.Name != "SMU" || x.Body.Seats[bodies.Parents] != 3 || x.Body.Shut != "" {
			t.Errorf("%+v", x.Body)
		}
	})
}

// The leader approves; then everybody reads what is not confidential, by office and
// never by name, and nothing is changed before it is taken back.
func TestApprovedMinutes(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("2026-11-23")
		i := w.add(m, "Bussen", false)
		w.Must(w.desk.AddAction(w.ctx, w.marit, w.smu, m, i, bodies.Action{What: "Voksenvakt", Who: w.Person("forelder-tuva")}))
		w.Must(w.desk.AddAction(w.ctx, w.marit, w.smu, m, i, bodies.Action{What: "Tall om SFO"}))
		public := func() (int, error) {
			all, err := w.desk.Published(w.ctx, webtest.Owner, w.Solbakken)
			w.Must(err)
			_, err = w.desk.Minutes(w.ctx, webtest.Owner, w.Solbakken, m)
			return len(all), err
		}
		approve := func(who tilhor.Actor, nameless bool) error {
			return w.desk.Approve(w.ctx, who, w.smu, m, bodies.Read{Nameless: nameless})
		}
		w.Refused(approve(w.marit, true), "nameless", "bodies.fault.present-first")
		w.Must(w.desk.Attend(w.ctx, w.jonas, w.smu, m, w.everyone()))
		w.Refused(approve(w.marit, false), "nameless", "bodies.fault.nameless")
		w.Missing("who writes them", approve(w.jonas, true))
		if n, err := public(); n != 0 || !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a draft is read: %d, %v", n, err)
		}
		w.Must(approve(w.marit, true))
		w.Must(w.desk.Withdraw(w.ctx, w.marit, w.smu, m))
		for _, name := range []string{"Nora", "Fredrik"} { // a pupil there, and nobody: the answer is one
			w.Must(w.desk.Write(w.ctx, w.marit, w.smu, m, i, bodies.Result{Text: name + " foreslo det."}))
			w.Refused(approve(w.marit, true), "no-name", "bodies.fault.name-minutes")
			w.Refused(w.desk.AddItem(w.ctx, w.marit, w.smu, m, bodies.Item{Title: "Vakter", Text: "Som " + name + " sa."}), "no-name", "bodies.fault.name-agenda")
			w.Refused(w.desk.ChangeItem(w.ctx, w.marit, w.smu, m, i, bodies.Item{Title: "Bussen til " + name}), "no-name", "bodies.fault.name-agenda")
		}
		w.Must(w.desk.Approve(w.ctx, w.marit, w.smu, m, bodies.Read{Nameless: true, NoName: true}))
		w.Must(w.desk.Withdraw(w.ctx, w.marit, w.smu, m))
		w.Must(w.desk.Write(w.ctx, w.marit, w.smu, m, i, bodies.Result{Text: "Vi vil ha en voksen der."}))
		w.Must(approve(w.marit, true))
		n, err := public()
		if n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		p, err := w.desk.Minutes(w.ctx, webtest.Owner, w.Solbakken, m)
		w.Must(err)
		said := fmt.Sprintf("%+v", p)
		for _, name := range []string{"Marit", "Dahl", "Nora", "Jonas", string(w.nora.Person), string(w.Person("forelder-tuva"))} {
			if strings.Contains(said, name) {
				t.Errorf("%s stands in %s", name, said)
			}
		}
		if got := fmt.Sprint(p.There); got != "[{leader 1} {secretary 1} {pupil 2} {parent 2}]" {
			t.Errorf("there were %s", got)
		}
		if a := p.Items[1].Actions; a[0].Of != "parent" || a[1].Of != bodies.School {
			t.Errorf("%+v", a)
		}
		_, err = w.desk.Minutes(w.ctx, webtest.Owner, w.Fjellvik, m)
		w.Missing("at another school", err)
		w.Refused(w.desk.AddItem(w.ctx, w.marit, w.smu, m, bodies.Item{Title: "Nå"}), "title", "bodies.fault.approved")
		w.Refused(w.desk.Cancel(w.ctx, w.marit, w.smu, m), "cancel", "bodies.fault.approved")
		w.Refused(approve(w.marit, true), "nameless", "bodies.fault.approved")
		w.Must(w.desk.Withdraw(w.ctx, w.marit, w.smu, m))
		if n, err := public(); n != 0 || !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("taken back, and read: %d, %v", n, err)
		}
	})
}

// A seat ends by its term, and with it the way in; what was said is there for the
// next. Who sets up gives no seat to herself that the body does not have.
func TestSeatsEnd(t *testing.T) {
	each(t, func(w *world) {
		if r := w.room(w.marit); r.Members[0].Until != "2027-11-23" {
			t.Errorf("the seat lasts until %q", r.Members[0].Until)
		}
		w.Refused(w.desk.Seat(w.ctx, w.kari, w.smu, bodies.Member{Person: w.Person("nora"), Part: bodies.Pupils}), "person", "bodies.fault.seated")
		m := w.meet("2026-11-23")
		w.Must(w.desk.Attend(w.ctx, w.marit, w.smu, m, w.everyone()))
		i := w.add(m, "Bussen", false)
		w.Must(w.desk.Write(w.ctx, w.marit, w.smu, m, i, bodies.Result{Text: "Vi vil ha en voksen der."}))
		w.Must(w.desk.Approve(w.ctx, w.marit, w.smu, m, bodies.Read{Nameless: true}))
		w.Must(w.desk.Plan(w.ctx, w.marit, w.smu, map[int]string{3: "Si hva vi mener om planen"}))
		draft := w.meet("2026-11-23")
		w.Must(w.desk.Write(w.ctx, w.marit, w.smu, draft, w.add(draft, "Kladd", false), bodies.Result{Text: "Ikke ferdig."}))
		h, err := w.desk.Handover(w.ctx, w.nora, w.smu)
		w.Must(err)
		if h.From != "2026-08-01" || len(h.Decisions) != 1 || h.Decisions[0].Item.Title != "Bussen" || len(h.Dates) != 2 || h.Months[3] == "" || !h.Written {
			t.Errorf("%+v", h)
		}
		w.Later(364 * 24 * time.Hour)
		w.room(w.marit)
		w.Later(24 * time.Hour)
		_, err = w.desk.Room(w.ctx, w.marit, w.smu)
		w.Missing("the day after", err)
		if all, err := w.desk.Mine(w.ctx, w.marit); err != nil || len(all) != 0 {
			t.Errorf("%v, %v", all, err)
		}
		w.seat(w.smu, "forelder-tuva", bodies.Parents, bodies.Leader)
		liv := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleParent, Person: w.Person("forelder-tuva")}
		if r := w.room(liv); len(r.Meetings) != 2 || r.Months[3] == "" {
			t.Errorf("the next leader sees %+v", r)
		}
		fau, err := w.desk.Found(w.ctx, w.kari, bodies.Body{Kind: bodies.FAU, Name: "FAU", Seats: map[bodies.Part]int{bodies.Parents: 7}})
		w.Must(err)
		w.Refused(w.desk.Seat(w.ctx, w.kari, fau, bodies.Member{Person: w.kari.Person, Part: bodies.Municipality, Office: bodies.Leader}), "person", "bodies.fault.own")
		council := bodies.Council.Usual()
		council.Name = "Elevrådet"
		elevrad, err := w.desk.Found(w.ctx, w.kari, council)
		w.Must(err)
		for slug, part := range map[string]bodies.Part{fau: bodies.Parents, elevrad: bodies.Staff} { // by any part that the body has, or is given
			w.Refused(w.desk.Seat(w.ctx, w.kari, slug, bodies.Member{Person: w.kari.Person, Part: part, Office: bodies.Leader}), "person", "bodies.fault.own")
			w.Refused(w.desk.Seat(w.ctx, w.kari, slug, bodies.Member{Person: w.jonas.Person, Part: part, Office: bodies.Leader}), "part", "bodies.fault.own")
		}
		w.Refused(w.desk.Seat(w.ctx, w.kari, fau, bodies.Member{Person: w.jonas.Person, Part: bodies.Parents}), "part", "bodies.fault.own")
		deputy := w.deputy()
		for _, part := range []bodies.Part{bodies.Staff, bodies.Municipality} { // nor does a colleague bring them in
			w.Refused(w.desk.Seat(w.ctx, w.kari, fau, bodies.Member{Person: w.jonas.Person, Part: part}), "part", "bodies.fault.as-parent")
			w.Refused(w.desk.Seat(w.ctx, w.kari, elevrad, bodies.Member{Person: deputy, Part: part}), "person", "bodies.fault.leads")
		}
		w.Must(w.desk.Seat(w.ctx, w.kari, elevrad, bodies.Member{Person: w.jonas.Person, Part: bodies.Staff}))
		w.Must(w.desk.Seat(w.ctx, w.kari, w.smu, bodies.Member{Person: w.kari.Person, Part: bodies.Municipality}))
		w.room(w.kari)
	})
}

// deputy is somebody who leads the school beside rektor.
func (w *world) deputy() (p tilhor.PersonID) {
	w.T.Helper()
	w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
		if p, err = w.Kit.Roster.AddPerson(tx, w.Keeper(), roster.NewPerson{Name: "Dag Inspektør", Home: w.Solbakken}, w.Now()); err != nil {
			return err
		}
		return w.Kit.Roster.Appoint(tx, w.Keeper(), p, tilhor.RoleDeputy, w.Solbakken, "", "", w.Now())
	}))
	return p
}

// Who may set up, and for what.
func TestWhoSetsUp(t *testing.T) {
	each(t, func(w *world) {
		fau := bodies.FAU.Usual()
		fau.Name = "FAU"
		for _, who := range []tilhor.Actor{w.jonas, w.marit, w.nora, {Owner: webtest.Owner, Role: tilhor.RoleAnyone}} {
			_, err := w.desk.Found(w.ctx, who, fau)
			w.Missing("founding", err)
			_, err = w.desk.Setup(w.ctx, who)
			w.Missing("the list", err)
			w.Missing("changing", w.desk.Change(w.ctx, who, w.smu, fau))
			w.Missing("ending", w.desk.Close(w.ctx, who, w.smu))
		}
		other := w.Actor(tilhor.RoleRektor, w.Fjellvik)
		w.Missing("another school's rektor", w.desk.Change(w.ctx, other, w.smu, fau))
		w.Missing("another school's rektor", w.desk.Seat(w.ctx, other, w.smu, bodies.Member{Person: other.Person, Part: bodies.Municipality}))
		_, err := w.desk.Found(w.ctx, w.anne, fau)
		w.Refused(err, "kind", "bodies.fault.kind")
		kfu := bodies.KFU.Usual()
		kfu.Name = "KFU"
		_, err = w.desk.Found(w.ctx, w.kari, kfu)
		w.Refused(err, "kind", "bodies.fault.kind")
		slug, err := w.desk.Found(w.ctx, w.anne, kfu)
		w.Must(err)
		w.Must(w.desk.Seat(w.ctx, w.anne, slug, bodies.Member{Person: w.marit.Person, Part: bodies.Parents, Office: bodies.Leader}))
		if all, err := w.desk.Mine(w.ctx, w.marit); err != nil || len(all) != 2 {
			t.Errorf("%v, %v", all, err)
		}
		// Who stands in for rektor sets up too.
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, webtest.Owner, access.Grant{Kind: access.School, Thing: string(w.Solbakken), Unit: w.Solbakken, Person: w.jonas.Person, Relation: access.Leads, From: w.Now().Add(-time.Hour)})
		}))
		if all, err := w.desk.Setup(w.ctx, w.jonas); err != nil || len(all) != 1 || !all[0].Mine || len(all[0].Members) != 6 {
			t.Errorf("%+v, %v", all, err)
		}
		w.Must(w.desk.Close(w.ctx, w.jonas, w.smu))
		_, err = w.desk.Room(w.ctx, w.marit, w.smu)
		w.Missing("an ended body", err)
		w.Missing("twice", w.desk.Close(w.ctx, w.kari, w.smu))
	})
}

// The record still agrees with what is stored, and says so when it does not.
func TestTheRecordOfARoom(t *testing.T) {
	each(t, func(w *world) {
		m := w.meet("2026-11-23")
		i := w.add(m, "Bussen", true)
		w.Must(w.desk.RemoveItem(w.ctx, w.marit, w.smu, m, i))
		b := bodies.SMU.Usual()
		b.Name = "SMU"
		w.Must(w.desk.Change(w.ctx, w.kari, w.smu, b))
		w.Must(w.desk.Call(w.ctx, w.marit, w.smu, m))
		if w.sees(w.nora, m).Meeting.Called.IsZero() {
			t.Error("called, and it does not show")
		}
		w.Must(w.desk.Rearrange(w.ctx, w.marit, w.smu, m, bodies.Meeting{On: "2026-11-24", Clock: "18"}))
		if x := w.sees(w.nora, m).Meeting; !x.Called.IsZero() || x.On != "2026-11-24" {
			t.Errorf("%+v", x)
		}
		w.Must(w.desk.Cancel(w.ctx, w.marit, w.smu, m))
		_, err := w.desk.Meeting(w.ctx, w.marit, w.smu, m)
		w.Missing("called off", err)
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
			t.Error("lines that were taken out are not seen")
		}
	})
}

// Those whom the lists seat are in without a seat by hand, for as long as the lists
// say. A leader whom the lists do not tell more of is a pupil when the lists know a
// pupil: what is confidential hangs on it.
func TestSeatsOfTheLists(t *testing.T) {
	each(t, func(w *world) {
		const group = "smugroup"
		place := func(who, detail string, until tilhor.Date) {
			w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(putPlace, webtest.Owner, w.Solbakken, group, w.Person(who), until, detail)
				return err
			}))
		}
		w.Must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(putGroup, webtest.Owner, group, []byte(group), w.Solbakken)
			return err
		}))
		place("tuva", "leader", "")
		place("nurse-solbakken", "leader", "")
		place("forelder-elias", "", "")
		place("elias", "parent-rep", "") // the lists are wrong
		place("rektor-solbakken", "rektor", "2026-12-01")
		b := bodies.SMU.Usual()
		b.Name, b.Group = "SMU etter listene", "nope"
		_, err := w.desk.Found(w.ctx, w.kari, b)
		w.Refused(err, "group", "bodies.fault.group")
		b.Group = group
		slug, err := w.desk.Found(w.ctx, w.kari, b)
		w.Must(err)
		r, err := w.desk.Room(w.ctx, w.kari, slug) // the lists seat her
		w.Must(err)
		var got []string
		for _, m := range r.Members {
			got = append(got, m.Name+" "+string(m.Part)+" "+m.Office)
		}
		if s := strings.Join(got, "|"); s != "Tuva Aas pupil leader|Ali Moe parent |Elias Moe parent |Siri Lund staff leader|Kari Lund municipality " {
			t.Errorf("they sit as %s", s)
		}
		siri := w.Actor(tilhor.RoleNurse, w.Solbakken)
		tuva := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RolePupil, Person: w.Person("tuva"), School: w.Solbakken}
		if all, err := w.desk.Mine(w.ctx, siri); err != nil || len(all) != 1 || all[0].Slug != slug {
			t.Errorf("hers are %v, %v", all, err)
		}
		m, err := w.desk.Arrange(w.ctx, siri, slug, bodies.Meeting{On: "2026-12-03", Clock: "18"})
		w.Must(err)
		w.Must(w.desk.AddItem(w.ctx, siri, slug, m, bodies.Item{Title: "Hemmelig", Shut: true}))
		if x, err := w.desk.Meeting(w.ctx, tuva, slug, m); err != nil || len(x.Items) != 1 || !x.Runs {
			t.Errorf("who leads, and is a pupil, sees %+v, %v", x.Items, err)
		}
		elias := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleEmployee, Person: w.Person("elias"), School: w.Solbakken}
		if x, err := w.desk.Meeting(w.ctx, elias, slug, m); err != nil || len(x.Items) != 1 {
			t.Errorf("a pupil whom the lists call a parent sees %+v, %v", x.Items, err)
		}
		w.Later(9 * 24 * time.Hour) // the lists let rektor's seat end
		_, err = w.desk.Room(w.ctx, w.kari, slug)
		w.Missing("after her seat", err)
	})
}
