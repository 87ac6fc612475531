package notices_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/notices"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

type world struct {
	*testing.T
	*webtest.Town
	ctx             context.Context
	desk            *notices.Desk
	told            *concerns.Desk
	worked          *cases.Desk
	post            *post
	kari, ina       tilhor.Actor // rektor, social teacher
	jonas           tilhor.Actor // teacher
	family, allowed []tilhor.PersonID
}

// post is a relay that keeps what it is given.
type post struct {
	sent []string // to, and the words
	down bool
}

func (p *post) Mail(_ context.Context, to, subject, text string) error {
	if p.down {
		return errors.New("down")
	}
	p.sent = append(p.sent, to+": "+subject+"\n"+text)
	return nil
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background()), post: &post{}}
		w.told = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.worked = &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: k.Clock}
		w.desk = &notices.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Days: w.worked.Days, Kept: w.told.Kept}
		w.desk.Family = func(*db.Tx, tilhor.OwnerID, string, time.Time) ([]tilhor.PersonID, error) {
			return slices.Clone(w.family), nil
		}
		w.desk.May = func(_ *db.Tx, _ tilhor.OwnerID, p tilhor.PersonID, _, _ time.Time) (bool, error) {
			return slices.Contains(w.allowed, p), nil
		}
		w.kari, w.ina = town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken)
		w.jonas = town.Actor(tilhor.RoleTeacher, town.Solbakken)
		w.gather() // what stood there before tells nobody
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// gather lets what was done into the record's tree, and goes through it.
func (w *world) gather() {
	w.T.Helper()
	_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, webtest.Owner, w.Now)
	w.must(err)
	w.must(w.desk.Gather(w.ctx, webtest.Owner))
}

func (w *world) send() int {
	w.T.Helper()
	n, err := w.desk.Send(w.ctx, webtest.Owner, "Granvik kommune", "granvik.example", w.post)
	w.must(err)
	return n
}

// are says to whom mails went, and forgets them.
func (w *world) are(want ...string) {
	w.T.Helper()
	var to []string
	for _, m := range w.post.sent {
		a, _, _ := strings.Cut(m, ":")
		to = append(to, a)
		for _, bad := range []string{"Nora", "Dahl", "Solbakken", "bekymring", "sak", "mobb", "http"} {
			if strings.Contains(m, bad) {
				w.T.Errorf("a mail says %q: %s", bad, m)
			}
		}
	}
	slices.Sort(to)
	if !slices.Equal(to, want) {
		w.T.Errorf("mails went to %v, want %v", to, want)
	}
	w.post.sent = nil
}

func (w *world) tell(f func(*concerns.Telling)) concerns.Concern {
	w.T.Helper()
	n := concerns.Telling{
		School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Saw: "Nora sto alene.", Arena: tilhor.ArenaBreak,
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Accused: duty.AccusedNone,
	}
	if f != nil {
		f(&n)
	}
	c, err := w.told.Tell(w.ctx, w.jonas, n)
	w.must(err)
	return c
}

const rektor = "rektor@solbakken.example"

func TestWhoIsTold(t *testing.T) {
	each(t, func(w *world) {
		c := w.tell(nil)
		w.tell(nil)
		w.gather()
		w.send() // too early: what happens in the same while is one mail
		w.are()
		w.Later(notices.Wait)
		w.send()
		w.are(rektor)

		_, err := w.told.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		_, err = w.worked.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		w.gather()
		w.Later(notices.Wait)
		w.send()
		w.are("social-teacher@solbakken.example", "teacher@solbakken.example") // who has it, and who told; not rektor, who did it

		w.tell(func(n *concerns.Telling) { n.Accused, n.Whom = duty.AccusedLeadership, "Rektor" })
		w.gather()
		w.Later(notices.Wait)
		w.send()
		w.are() // past rektor; and nobody at the owner has been named
	})
}

// Who told hears that it was read, and that it was answered. A parent does not hear by
// mail that it became a case: that is the case's to tell, when the home is informed.
func TestWhoToldIsTold(t *testing.T) {
	each(t, func(w *world) {
		marit := w.Actor(tilhor.RoleParent, w.Solbakken)
		w.allowed = []tilhor.PersonID{marit.Person}
		hears := func(want ...string) {
			t.Helper()
			w.gather()
			w.Later(notices.Wait)
			w.send()
			w.are(want...)
		}
		const mother, teacher = "marit@dahl.example", "teacher@solbakken.example"
		of := func(child string) concerns.Concern {
			c, err := w.told.Tell(w.ctx, marit, concerns.Telling{
				School: w.Solbakken, Described: child, Saw: "Et barn gråter.", Arena: tilhor.ArenaElsewhere,
				Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Raised: &concerns.Raised{By: "parent", At: tilhor.Now(w.Now())},
			})
			w.must(err)
			hears(rektor)
			_, err = w.told.Receive(w.ctx, w.kari, c.Slug)
			w.must(err)
			return c
		}
		up := func() concerns.Concern {
			c := of("Nora i 5A")
			hears(mother)
			return c
		}
		for _, why := range []string{concerns.Twice, concerns.WrongSchool, concerns.NotParent} {
			w.must(w.told.PutAside(w.ctx, w.kari, up().Slug, why, "Det er meldt før."))
			hears(mother)
		}
		_, err := w.worked.TakeUp(w.ctx, w.kari, up().Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		hears("social-teacher@solbakken.example")
		// And then it is decided that she may be told nothing of one of her two children.
		// Of the other she hears as before; of the one, and where her words do not tell
		// which of them it is, nothing.
		elias := w.Person("elias")
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Override(tx, w.Keeper(), roster.Override{Pupil: elias, Guardian: marit.Person, Holds: true, Responsibility: roster.Yes, Reason: "Dom."}, w.Now())
		}))
		last := of("Elias i 6B")
		hears(mother)
		either := of("Datteren vår")
		hears(mother)
		nora := up()
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Decide(tx, w.kari, roster.Decision{Kind: roster.Barred, Pupil: elias, Person: marit.Person, Basis: roster.Bases[0], Reason: "Kontaktforbud."}, w.Now())
		}))
		for _, c := range []concerns.Concern{last, either, of("ELIAS"), of("Noras bror Elias"), of("Min yngste")} {
			w.must(w.told.PutAside(w.ctx, w.kari, c.Slug, concerns.NotParent, "Det er meldt før."))
			hears()
			if a, err := w.told.Follow(w.ctx, marit, c.Slug); err != nil || a.Reason != "" {
				t.Errorf("she reads why: %q (%v)", a.Reason, err)
			}
		}
		w.must(w.told.PutAside(w.ctx, w.kari, nora.Slug, concerns.NotParent, "Det er meldt før."))
		hears(mother)
		if a, err := w.told.Follow(w.ctx, marit, nora.Slug); err != nil || a.Reason == "" {
			t.Errorf("of her other child she does not read why (%v)", err)
		}
		hears()
		c := w.tell(nil)
		hears(rektor)
		w.must(w.told.PutAside(w.ctx, w.kari, c.Slug, concerns.WrongSchool, "Det gjelder en annen skole."))
		hears(teacher)
	})
}

func TestWhomAReportIsAboutIsNotTold(t *testing.T) {
	each(t, func(w *world) {
		petter := w.Actor(tilhor.RoleEmployee, w.Solbakken)
		w.must(w.worked.Hand(w.ctx, w.kari, cases.HandedTask{Task: cases.ReceivesReports, Person: petter.Person, From: "2026-11-23", Until: "2027-01-01"}))
		w.gather()
		w.tell(nil)
		w.gather()
		w.Later(notices.Wait)
		w.send()
		w.are("employee@solbakken.example", rektor)
		w.tell(func(n *concerns.Telling) {
			n.Accused, n.Against = duty.AccusedEmployee, []tilhor.PersonID{petter.Person}
		})
		w.gather()
		w.Later(notices.Wait)
		w.send()
		w.are(rektor)
	})
}

func TestFamilies(t *testing.T) {
	each(t, func(w *world) {
		marit, ali := w.Person("forelder-nora"), w.Person("forelder-elias")
		w.family, w.allowed = []tilhor.PersonID{marit, ali}, []tilhor.PersonID{marit}
		w.Altered = true // entries without what they tell of
		tell := func() {
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
				_, err := w.Kit.Journal.Append(tx, journal.Entry{
					Stream: "track/" + tilhor.NewID(), Act: "cases.approved", Subject: "x", When: tilhor.Now(w.Now()), By: w.kari, Rule: "test",
				})
				return err
			}))
			w.gather()
			w.Later(notices.Wait)
		}
		tell()
		w.send()
		w.are("marit@dahl.example") // the other one must not be told any more
		w.allowed = nil
		tell()
		w.send()
		w.are()

		w.allowed = []tilhor.PersonID{marit}
		w.Later(11 * time.Hour) // half past nine in the evening
		tell()
		w.send()
		w.are()
		w.Later(11 * time.Hour)
		w.send()
		w.are("marit@dahl.example")

		parent := tilhor.Actor{Owner: webtest.Owner, Person: marit, Role: tilhor.RoleParent}
		w.must(w.desk.Choose(w.ctx, parent, notices.Choice{Mail: true, Lang: tilhor.English}))
		tell()
		w.send()
		if len(w.post.sent) != 1 || !strings.Contains(w.post.sent[0], "You have a message") {
			w.T.Errorf("not in the reader's language: %v", w.post.sent)
		}
		for l, subject := range map[tilhor.Lang]string{
			tilhor.Polish: "Jest dla Ciebie wiadomość", tilhor.Ukrainian: "Для вас є повідомлення", tilhor.Arabic: "لديكم رسالة", tilhor.Somali: "Fariin baa kuu taal",
		} {
			w.post.sent = nil
			w.must(w.desk.Choose(w.ctx, parent, notices.Choice{Mail: true, Lang: l}))
			tell()
			w.send()
			if len(w.post.sent) != 1 || !strings.Contains(w.post.sent[0], subject) || strings.Contains(w.post.sent[0], "sign in") {
				w.T.Errorf("not in %s: %v", l, w.post.sent)
			}
		}
		w.post.sent = nil
		w.must(w.desk.Choose(w.ctx, parent, notices.Choice{Mail: false, Lang: tilhor.English}))
		tell()
		w.send()
		w.are()
		if err := w.desk.Choose(w.ctx, parent, notices.Choice{Lang: "xx"}); len(tilhor.FaultsOf(err)) != 1 {
			w.T.Errorf("an unknown language: %v", err)
		}
	})
}

func TestARelayThatIsDown(t *testing.T) {
	each(t, func(w *world) {
		w.tell(nil)
		w.gather()
		w.Later(notices.Wait)
		w.post.down = true
		if n := w.send(); n != 0 {
			w.T.Fatalf("%d mails went through a relay that is down", n)
		}
		w.post.down = false
		w.send() // not at once again
		w.are()
		w.Later(time.Minute)
		w.send()
		w.are(rektor)

		w.post.down = true
		w.tell(nil)
		w.gather()
		for range 12 {
			w.Later(25 * time.Hour)
			w.send()
		}
		n, err := w.desk.GivenUp(w.ctx, webtest.Owner)
		w.must(err)
		if n != 1 {
			w.T.Errorf("%d given up, want one", n)
		}
		w.Later(31 * 24 * time.Hour)
		w.must(w.desk.Sweep(w.ctx, webtest.Owner))
		if n, _ = w.desk.GivenUp(w.ctx, webtest.Owner); n != 0 {
			w.T.Error("a month later it is still there")
		}
	})
}

// Two processes that send at once do not send one mail twice.
func TestTwoSenders(t *testing.T) {
	each(t, func(w *world) {
		w.tell(nil)
		w.gather()
		w.Later(notices.Wait)
		outer := w.post
		inner := &post{}
		hook := mailer(func() {
			if _, err := w.desk.Send(w.ctx, webtest.Owner, "Granvik kommune", "granvik.example", inner); err != nil {
				w.T.Error(err)
			}
		})
		n, err := w.desk.Send(w.ctx, webtest.Owner, "Granvik kommune", "granvik.example", hook)
		w.must(err)
		if n != 1 || len(inner.sent) != 0 {
			w.T.Errorf("%d and %d mails, want one", n, len(inner.sent))
		}
		_ = outer
	})
}

type mailer func()

func (m mailer) Mail(context.Context, string, string, string) error { m(); return nil }

func TestCalendar(t *testing.T) {
	each(t, func(w *world) {
		c := w.tell(nil)
		_, err := w.told.Receive(w.ctx, w.kari, c.Slug)
		w.must(err)
		_, err = w.worked.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		if s, err := w.desk.FeedOf(w.ctx, w.ina); err != nil || s != "" {
			w.T.Fatalf("an address before one was asked for: %q, %v", s, err)
		}
		w.must(w.desk.OpenFeed(w.ctx, w.ina))
		first, err := w.desk.FeedOf(w.ctx, w.ina)
		w.must(err)
		f, err := w.desk.Feed(w.ctx, webtest.Owner, first)
		w.must(err)
		if len(f.Days) == 0 {
			w.T.Error("a handler with a new case has nothing to do")
		}
		w.must(w.desk.OpenFeed(w.ctx, w.ina))
		second, err := w.desk.FeedOf(w.ctx, w.ina)
		w.must(err)
		flipped := "a"
		if strings.HasSuffix(second, "a") {
			flipped = "b"
		}
		for name, secret := range map[string]string{
			"taken back": first, "none": "", "short": "abc", "another mark": second[:len(second)-1] + flipped, "no mark": second[:26],
		} {
			if _, err := w.desk.Feed(w.ctx, webtest.Owner, secret); !errors.Is(err, tilhor.ErrNotFound) {
				w.T.Errorf("%s: %v", name, err)
			}
		}
		w.must(w.desk.EndFeed(w.ctx, w.ina))
		if _, err := w.desk.Feed(w.ctx, webtest.Owner, second); !errors.Is(err, tilhor.ErrNotFound) {
			w.T.Errorf("after it was ended: %v", err)
		}
	})
}

// Who hears that a sender has written more: who receives it, then who handles what
// it became; and nobody whom a wall of the case keeps out, who leads it instead.
func TestWhoHearsOfATalk(t *testing.T) {
	each(t, func(w *world) {
		talks := &dialogue.Desk{DB: w.DB, Keys: w.Kit.Keys, Journal: w.Kit.Journal, Roster: w.Kit.Roster, Concerns: w.told, Clock: w.Kit.Clock}
		w.told.Became, w.desk.Talk = talks.Became, talks.Hears
		anyone := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}
		now := tilhor.Now(w.Now())
		c, err := w.told.Tell(w.ctx, anyone, concerns.Telling{School: w.Solbakken, Described: "En jente", Said: "De ler.", Arena: tilhor.ArenaBreak, Happened: now, Known: now, Name: "Uten konto"})
		w.must(err)
		var code string
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
			code, err = talks.Start(tx, webtest.Owner, w.Solbakken, c.ID, tilhor.NewID())
			return err
		}))
		quiet := func() {
			w.T.Helper()
			w.Later(time.Hour)
			w.gather()
			w.Later(notices.Wait)
			w.send()
			w.post.sent = nil
		}
		hears := func(kind dialogue.Kind, want ...string) {
			w.T.Helper()
			w.must(talks.Write(w.ctx, dialogue.Sender{Code: code, By: anyone}, kind, "Hei."))
			w.Later(time.Hour) // what is told without a name comes into the record by the hour
			w.gather()
			w.Later(notices.Wait)
			w.send()
			w.are(want...)
		}
		quiet()
		hears(dialogue.Say, rektor)
		all, err := w.worked.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		quiet()
		hears(dialogue.Say, "social-teacher@solbakken.example")
		hears(dialogue.Need, "social-teacher@solbakken.example")
		w.must(w.worked.Recuse(w.ctx, w.kari, all[0].Slug, cases.Recusal{Person: w.ina.Person, Why: "conflict", Reason: "Nabo."}))
		quiet()
		hears(dialogue.Say, rektor)
		// A wall of another case that it became keeps out as well.
		second := w.tell(nil)
		more, err := w.worked.TakeUp(w.ctx, w.kari, second.Slug, cases.Stance{Handler: w.jonas.Person})
		w.must(err)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			if err := talks.Became(tx, webtest.Owner, c.ID, more[0].ID); err != nil {
				return err
			}
			return access.Shut(tx, webtest.Owner, access.Bar{Kind: access.Track, Thing: string(all[0].ID), Person: w.jonas.Person, From: w.Now(), Reason: "kin"})
		}))
		quiet()
		hears(dialogue.Say, rektor)
	})
}
