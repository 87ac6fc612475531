package hearing_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/figures"
	"tilhor/internal/file"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/web/webtest"
)

var nb = lang.For(tilhor.Bokmal)

// The world is two schools: at Solbakken FAU, elevråd and SU, at Fjellvik SU; and a
// hearing on three measures that all of them are asked in.
type world struct {
	*testing.T
	*webtest.Town
	ctx  context.Context
	desk *hearing.Desk

	anne, marit, ali, nora, jon, kari tilhor.Actor
	su, fau, council, away            string // slugs of bodies; away is SU at Fjellvik
	slug                              string
}

const measures = `id;challenge;chapter;text;summary;concerns
T1;1;12.1;Gjøre barns rettigheter tydeligere;Loven skal være lettere å lese.;student-council
T2;2;13.4;Skolebasert kompetanseutvikling;;fau su
T3;2;14.2;Felles ordensregler;;
`

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{T: t, Town: town, ctx: db.Twice(context.Background())}
		b := &bodies.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.desk = &hearing.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Bodies: b, Clock: k.Clock}
		w.desk.Registers = w.desk.Schools()
		w.anne = town.Actor(tilhor.RoleOwnerAdviser, town.Solbakken)
		w.kari = town.Actor(tilhor.RoleRektor, town.Solbakken)
		parent := func(key string) tilhor.Actor {
			return tilhor.Actor{Owner: webtest.Owner, Person: town.Person(key), Role: tilhor.RoleParent}
		}
		w.marit, w.ali, w.jon = parent("forelder-nora"), parent("forelder-elias"), parent("forelder-odin")
		w.nora = tilhor.Actor{Owner: webtest.Owner, Person: town.Person("nora"), Role: tilhor.RolePupil, School: town.Solbakken}
		found := func(by tilhor.Actor, k bodies.Kind, name string, leader tilhor.Actor, part bodies.Part) string {
			slug, err := b.Found(w.ctx, by, bodies.Body{Kind: k, Name: name, Need: 3})
			w.must(err)
			w.must(b.Seat(w.ctx, by, slug, bodies.Member{Person: leader.Person, Part: part, Office: bodies.Leader}))
			return slug
		}
		w.fau = found(w.kari, bodies.FAU, "FAU", w.ali, bodies.Parents)
		w.council = found(w.kari, bodies.Council, "Elevrådet", w.nora, bodies.Pupils)
		w.su = found(w.kari, bodies.SU, "Samarbeidsutvalget", w.marit, bodies.Parents)
		w.away = found(town.Actor(tilhor.RoleRektor, town.Fjellvik), bodies.SU, "Samarbeidsutvalget", w.jon, bodies.Parents)
		w.open()
		test(w)
	})
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

func (w *world) open() { w.openWith("") }

func (w *world) openWith(first tilhor.Date) {
	var err error
	w.slug, err = w.desk.Open(w.ctx, w.anne, reply.Letter{
		Title: "Om skolemiljøet", Sender: "Departementet", Municipality: "Granvik kommune", Deadline: "2026-12-18", FirstBy: first,
		Challenges: hearing.ReadChallenges("1. Rettssikkerhet\n2 Kultur\n"),
	}, false)
	w.must(err)
	w.must(w.desk.Import(w.ctx, w.anne, w.slug, measures))
	var ids []string
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
		ids = nil
		all, err := w.desk.Bodies.All(tx, webtest.Owner)
		for _, b := range all {
			ids = append(ids, b.ID)
		}
		return err
	}))
	w.must(w.desk.Invite(w.ctx, w.anne, w.slug, append(ids, ids...)...)) // twice is once
	asked := 0
	w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(countInvited, db.Args(webtest.Owner, w.slug), &asked) }))
	if asked != len(ids) {
		w.T.Errorf("%d lines ask %d bodies", asked, len(ids))
	}
}

var countInvited = db.SQL(`SELECT COUNT(*) FROM hearing_line l JOIN hearing_hearing h ON h.owner = l.owner AND h.id = l.hearing WHERE h.owner = $1 AND h.slug = $2 AND l.kind = 'invited'`)

var adoption = hearing.Adoption{On: "2026-11-23", Present: map[bodies.Part]int{bodies.Parents: 3, bodies.Staff: 2}, For: 4, Against: 1, Dissent: "Ett medlem ville vente.", Before: "Rådene møtes først i januar."}

// says writes stances on T1, T2 and T3 and adopts them.
func (w *world) says(by tilhor.Actor, body string, stances ...reply.Stance) {
	w.T.Helper()
	for i, s := range stances {
		w.must(w.desk.Say(w.ctx, by, body, w.slug, []string{"T1", "T2", "T3"}[i], hearing.Said{Stance: s, Text: "Slik mener vi det.", Quote: true}))
	}
	w.must(w.desk.Adopt(w.ctx, by, body, w.slug, adoption))
}

func (w *world) state() hearing.State {
	w.T.Helper()
	s, err := w.desk.Stand(w.ctx, w.anne, w.slug, nb)
	w.must(err)
	return s
}

func (w *world) chosen() {
	for _, m := range []string{"T1", "T2"} {
		w.must(w.desk.Choose(w.ctx, w.anne, w.slug, m, reply.Choice{Comment: true}))
	}
	w.must(w.desk.Choose(w.ctx, w.anne, w.slug, "T3", reply.Choice{Reason: "Kommunen har ingen mening om dette."}))
}

func (w *world) approved() {
	w.T.Helper()
	w.must(w.desk.Approve(w.ctx, w.anne, w.slug, hearing.Approval{Which: hearing.Administrative, On: "2026-11-23", Who: "Kommunedirektøren"}, nb))
	w.must(w.desk.Approve(w.ctx, w.anne, w.slug, hearing.Approval{Which: hearing.Political, On: "2026-11-23", Who: "Hovedutvalget", Case: "26/12"}, nb))
}

// faulty says whether an error is a fault with that key.
func faulty(err error, key string) bool {
	for _, f := range tilhor.FaultsOf(err) {
		if f.Key == key {
			return true
		}
	}
	return false
}

// From letter to sent answer: each body speaks for itself, the counts follow, both
// approvals are given, and everybody can read what was sent and see what became of
// what they said.
func TestFromLetterToAnswer(t *testing.T) {
	each(t, func(w *world) {
		w.says(w.ali, w.fau, reply.Support, reply.StrongSupport, reply.Against)
		w.says(w.nora, w.council, reply.Support, reply.Support)
		h, me, err := w.desk.Take(w.ctx, w.marit, w.su, w.slug)
		if err != nil || !me.Leads() || len(h.Invited) != 3 {
			t.Fatalf("SU sees its own and the two that spoke first: %+v %v", h.Invited, err)
		}
		w.says(w.marit, w.su, reply.Against, reply.StrongSupport, reply.Against)
		w.must(w.desk.Decline(w.ctx, w.jon, w.away, w.slug, "Vi rekker det ikke.", false))
		w.chosen()
		s := w.state()
		if p := s.Passages["T1"]; p.Stance != reply.Neutral || p.Count != 0 || p.Of != 3 { // two of three are not more than two thirds
			t.Errorf("%+v", p)
		}
		if p := s.Passages["T2"]; p.Stance != reply.StrongSupport || p.Count != 3 || len(p.Sources) != 3 || len(p.Flags) != 0 {
			t.Errorf("%+v", p)
		}
		if st := s.Document.Status; st != (reply.Status{Invited: 4, Answered: 3, Declined: 1}) {
			t.Errorf("%+v", st)
		}
		if err := w.desk.Send(w.ctx, w.anne, w.slug, nb); !faulty(err, "hearing.fault.approvals") {
			t.Errorf("sent without approvals: %v", err)
		}
		if err := w.desk.Approve(w.ctx, w.anne, w.slug, hearing.Approval{Which: hearing.Political, On: "2026-11-23", Who: "Utvalget"}, nb); !faulty(err, "hearing.fault.first") {
			t.Errorf("the committee before the administration: %v", err)
		}
		w.approved()
		if _, err := w.desk.Answer(w.ctx, webtest.Owner, w.slug); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("read before it is sent: %v", err)
		}
		w.must(w.desk.Send(w.ctx, w.anne, w.slug, nb))
		sent, err := w.desk.Answer(w.ctx, webtest.Owner, w.slug)
		w.must(err)
		var b bytes.Buffer
		w.must(sent.Document.Write(&b, reply.Text, nb))
		if !strings.Contains(b.String(), "Kommunen støtter sterkt tiltaket «Skolebasert kompetanseutvikling».") || strings.Contains(b.String(), "«Felles ordensregler»") {
			t.Errorf("%s", b.String())
		}
		h, _, err = w.desk.Take(w.ctx, w.marit, w.su, w.slug)
		w.must(err)
		mine := h.Invitation(w.su)
		for m, want := range map[string]hearing.Fate{"T1": hearing.Both, "T2": hearing.Used, "T3": hearing.Unchosen} {
			if got := h.Fate(m, mine.Said[m]); got != want {
				t.Errorf("%s: %s, want %s", m, got, want)
			}
		}
		for what, err := range map[string]error{
			"say":      w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Support}),
			"withdraw": w.desk.Withdraw(w.ctx, w.marit, w.su, w.slug),
			"choose":   w.desk.Choose(w.ctx, w.anne, w.slug, "T3", reply.Choice{Comment: true}),
			"send":     w.desk.Send(w.ctx, w.anne, w.slug, nb),
		} {
			if !errors.Is(err, hearing.ErrSent) {
				t.Errorf("%s after it is sent: %v", what, err)
			}
		}
		w.must(w.desk.Promise(w.ctx, w.anne, w.slug, hearing.Follow{What: "Kurs for alle", Who: "Skolesjefen", On: "2027-03-01"}))
	})
}

// With all against, it is another answer, and nothing is the most important.
func TestAllAgainst(t *testing.T) {
	each(t, func(w *world) {
		for by, body := range map[*tilhor.Actor]string{&w.ali: w.fau, &w.nora: w.council, &w.marit: w.su, &w.jon: w.away} {
			w.says(*by, body, reply.Against, reply.Against, reply.Against)
		}
		for _, m := range []string{"T1", "T2", "T3"} {
			w.must(w.desk.Choose(w.ctx, w.anne, w.slug, m, reply.Choice{Comment: true, Rank: 1}))
		}
		for m, p := range w.state().Passages {
			if p.Stance != reply.Against || p.Rank != nil || strings.Contains(p.Text, "viktigste") {
				t.Errorf("%s: %+v", m, p)
			}
		}
		err := w.desk.Say(w.ctx, w.jon, w.away, w.slug, "T1", hearing.Said{Stance: reply.Against, Rank: 1})
		if !faulty(err, "hearing.fault.rank-first") {
			t.Errorf("the most important, and against it: %v", err)
		}
	})
}

// A sentence that a person wrote is flagged when a statement it rests on is taken
// back, and when its numbers or its stance are others; then nothing is approved or
// sent.
func TestWithdrawnIsFlagged(t *testing.T) {
	each(t, func(w *world) {
		w.says(w.ali, w.fau, reply.Support, reply.StrongSupport)
		w.says(w.marit, w.su, reply.Support, reply.StrongSupport)
		w.chosen()
		w.must(w.desk.Write(w.ctx, w.anne, w.slug, "T2", "Granvik går inn for dette, og det gjør begge utvalg.", nb))
		if p := w.state().Passages["T2"]; len(p.Flags) != 0 || p.Text != "Granvik går inn for dette, og det gjør begge utvalg." || p.Stance != reply.StrongSupport {
			t.Fatalf("%+v", p)
		}
		w.approved()
		w.must(w.desk.Withdraw(w.ctx, w.ali, w.fau, w.slug))
		s := w.state()
		if p := s.Passages["T2"]; !reflect.DeepEqual(p.Flags, []hearing.Flag{hearing.FlagSource}) {
			t.Errorf("%+v", p.Flags)
		}
		if err := w.desk.Send(w.ctx, w.anne, w.slug, nb); !faulty(err, "hearing.fault.flagged") {
			t.Errorf("sent with a sentence nobody has looked at: %v", err)
		}
		w.must(w.desk.Withdraw(w.ctx, w.marit, w.su, w.slug))
		p := w.state().Passages["T2"]
		if len(p.Flags) < 2 || p.Flags[0] != hearing.FlagNone {
			t.Errorf("nothing bears it: %+v", p.Flags)
		}
		if c := w.state().Passages["T1"]; len(c.Flags) != 1 { // a sentence of the product's own too
			t.Errorf("%+v", c.Flags)
		}
	})
}

// A claim that was true when it was written and is not when the answer is sent stops
// the sending, and the schools that break it are named.
func TestAClaimTurnsFalse(t *testing.T) {
	each(t, func(w *world) {
		w.says(w.marit, w.su, reply.Support, reply.StrongSupport)
		w.chosen()
		w.must(w.desk.Claim(w.ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: "Alle skoler har et samarbeidsutvalg", Register: "schools-with-su", Expected: hearing.All}))
		if s := w.state(); len(s.Failing) != 0 {
			t.Fatalf("%+v", s.Failing)
		}
		w.approved()
		w.exec(`UPDATE bodies_body SET gone_at = 1 WHERE owner = $1 AND slug = $2`, webtest.Owner, w.away)
		err := w.desk.Send(w.ctx, w.anne, w.slug, nb)
		var refused hearing.Refused
		if !errors.As(err, &refused) || len(refused.Failing) != 1 || !reflect.DeepEqual(refused.Failing[0].Figure.Lack, []string{"Fjellvik skole"}) {
			t.Fatalf("%v %+v", err, refused)
		}
		if _, err := w.desk.Answer(w.ctx, webtest.Owner, w.slug); !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatalf("it went out all the same: %v", err)
		}
		// Someone asks, another signs, and only then; for this figure and no other.
		other := w.anne
		other.Person = w.kari.Person
		if err := w.desk.SignOverride(w.ctx, other, w.slug, w.asked(), "Kommunedirektøren", nb); !errors.Is(err, tilhor.ErrConflict) {
			t.Errorf("signed what nobody asked for: %v", err)
		}
		w.must(w.desk.AskOverride(w.ctx, w.anne, w.slug, "Utvalget ved Fjellvik blir valgt på nytt denne uken.", false, nb))
		if err := w.desk.SignOverride(w.ctx, w.anne, w.slug, w.asked(), "Kommunedirektøren", nb); !faulty(err, "hearing.fault.signer") {
			t.Errorf("signed by who asks: %v", err)
		}
		if err := w.desk.Send(w.ctx, w.anne, w.slug, nb); !errors.As(err, &refused) {
			t.Errorf("sent before it is signed: %v", err)
		}
		read := w.asked()
		w.must(w.desk.AskOverride(w.ctx, w.anne, w.slug, "Utvalget ved Fjellvik blir valgt på nytt neste uke.", false, nb))
		if err := w.desk.SignOverride(w.ctx, other, w.slug, read, "Kommunedirektøren", nb); !errors.Is(err, tilhor.ErrConflict) {
			t.Errorf("another reason is signed than the one that was read: %v", err)
		}
		w.must(w.desk.SignOverride(w.ctx, other, w.slug, w.asked(), "Kommunedirektøren", nb))
		w.exec(`UPDATE bodies_body SET gone_at = 1 WHERE owner = $1 AND slug = $2`, webtest.Owner, w.su)
		if err := w.desk.Send(w.ctx, w.anne, w.slug, nb); !errors.As(err, &refused) || len(refused.Failing[0].Figure.Lack) != 2 {
			t.Errorf("sent with another figure than was signed: %v", err)
		}
		w.must(w.desk.AskOverride(w.ctx, other, w.slug, "Begge blir valgt på nytt.", false, nb))
		w.must(w.desk.SignOverride(w.ctx, w.anne, w.slug, w.asked(), "Kommunedirektøren", nb))
		w.must(w.desk.Send(w.ctx, w.anne, w.slug, nb))
		sent, err := w.desk.Answer(w.ctx, webtest.Owner, w.slug)
		if err != nil || !strings.HasPrefix(sent.Override, "Begge blir valgt på nytt. Signert av Kommunedirektøren 23.") || sent.Document.Override != sent.Override {
			t.Errorf("%+v %v", sent.Override, err)
		}

		// And anybody can check it.
		a, err := w.desk.Attest(w.ctx, webtest.Owner, w.slug)
		w.must(err)
		public := w.Kit.Keys.Public(webtest.Owner)
		got, err := journal.CheckAttestation(public, a.File)
		if err != nil || !reflect.DeepEqual(got.Words, []string{"Begge blir valgt på nytt.", "Kommunedirektøren", "Alle skoler har et samarbeidsutvalg [schools-with-su: 0, 2]"}) {
			t.Errorf("%+v %v", got.Words, err)
		}
		w.Altered = true
		w.exec(`UPDATE hearing_line SET entry = 'x' WHERE owner = $1 AND kind = 'override-signed' AND entry = $2`, webtest.Owner, sent.Signed)
		if _, err := w.desk.Attest(w.ctx, webtest.Owner, w.slug); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("words are attested that the entry does not commit to: %v", err)
		}
		if _, err := journal.CheckAttestation(public, bytes.Replace(a.File, []byte("Begge"), []byte("Ingen"), 1)); err == nil {
			t.Error("other words pass for what was signed")
		}
	})
}

// asked is the override that is asked for now, "" for none.
func (w *world) asked() string {
	if o := w.state().Override; o != nil {
		return o.ID
	}
	return ""
}

// More than a checker takes is not asked for: nobody could check that it was signed.
func TestAnOverrideThatIsTooLong(t *testing.T) {
	each(t, func(w *world) {
		w.says(w.marit, w.su, reply.Support, reply.StrongSupport)
		w.chosen()
		ctx, long := context.Background(), strings.Repeat("\x01", 299)
		for n := range 50 {
			w.must(w.desk.Claim(ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: strconv.Itoa(n%10) + long, Register: "schools", Expected: "99"}))
			err := w.desk.AskOverride(ctx, w.anne, w.slug, "Grunn.", false, nb)
			if faulty(err, "hearing.fault.override-long") {
				return
			}
			w.must(err)
		}
		t.Error("so much is signed that nobody can check it")
	})
}

// The lists tell how many pupils there are, and which schools lack theirs.
func TestFiguresOfTheLists(t *testing.T) {
	each(t, func(w *world) {
		w.exec(`INSERT INTO roster_member (owner, person, role, school, grp, from_date, until_date, detail, manual) SELECT owner, person, role, $2, grp, from_date, until_date, detail, manual FROM roster_member WHERE owner = $1 AND person = $3`, webtest.Owner, w.Fjellvik, w.nora.Person)
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			for _, r := range w.Kit.Roster.Figures() {
				f, err := r.Figure(tx, webtest.Owner, "2026-11-23")
				if err != nil {
					return err
				}
				if want := map[string]int{"pupils": 4, "schools-with-pupils": 2}[r.Name]; f.N != want || len(f.Lack) != 0 {
					t.Errorf("%s: %+v", r.Name, f)
				}
				if f, err = r.Figure(tx, webtest.Owner, "2020-01-01"); err != nil || f.N != 0 || f.Of > 0 && len(f.Lack) != 2 {
					t.Errorf("%s before anybody came: %+v %v", r.Name, f, err)
				}
			}
			return nil
		}))
	})
}

// What is about few children is not told, and a claim about it neither holds nor
// fails by its number; when there are many, it holds as any other.
func TestHiddenFigure(t *testing.T) {
	each(t, func(w *world) {
		n, of := 4, 4
		w.desk.Registers = append(w.desk.Registers, figures.Register{Name: "few", Figure: func(*db.Tx, tilhor.OwnerID, tilhor.Date) (figures.Figure, error) { return figures.Careful(n, of), nil }})
		w.says(w.marit, w.su, reply.Support, reply.StrongSupport)
		w.chosen()
		for _, expected := range []string{"6", "3", hearing.All} {
			w.must(w.desk.Claim(w.ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: "Alle saker", Register: "few", Expected: expected}))
		}
		if s := w.state(); len(s.Failing) != 3 || s.Failing[0].Figure.N != 0 || s.Failing[0].Figure.Of != 0 {
			t.Errorf("%+v", s.Failing)
		}
		n, of = 6, 14
		if s := w.state(); len(s.Failing) != 2 {
			t.Errorf("%+v", s.Failing)
		}
	})
}

func (w *world) exec(sql string, args ...any) {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(testSQL[sql], args...)
		return err
	}))
}

var selectReminded = db.SQL(`SELECT id, hearing FROM hearing_line WHERE owner = $1 AND kind = 'reminded'`)

var testSQL = map[string]*db.Stmt{}

func init() {
	for _, s := range []string{
		`UPDATE bodies_body SET gone_at = 1 WHERE owner = $1 AND slug = $2`,
		`UPDATE hearing_line SET kind = 'odd' WHERE owner = $1 AND hearing = (SELECT id FROM hearing_hearing WHERE owner = $1 AND slug = $2)`,
		`UPDATE hearing_line SET sealed = $2 WHERE owner = $1`,
		`UPDATE hearing_line SET kind = 'sent', body = '' WHERE owner = $1 AND sealed = $2`,
		`INSERT INTO roster_member (owner, person, role, school, grp, from_date, until_date, detail, manual) SELECT owner, person, role, $2, grp, from_date, until_date, detail, manual FROM roster_member WHERE owner = $1 AND person = $3`,
		`UPDATE hearing_line SET kind = $3 WHERE owner = $1 AND kind = $2`,
		`UPDATE hearing_line SET entry = 'x' WHERE owner = $1 AND kind = 'override-signed' AND entry = $2`,
	} {
		testSQL[s] = db.SQL(s)
	}
}

// Who is no member, or whose body is not asked, finds nothing; who holds the hearing
// does not read what no meeting has adopted; and a plain member reads and does not
// write.
func TestWhoSees(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Against, Text: "Et utkast som er vårt."}))
		for who, by := range map[string]tilhor.Actor{"rektor": w.kari, "another school's": w.jon, "a pupil": w.nora, "the adviser": w.anne, "FAU's leader": w.ali} {
			if _, _, err := w.desk.Take(w.ctx, by, w.su, w.slug); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s reads SU's page: %v", who, err)
			}
			if err := w.desk.Say(w.ctx, by, w.su, w.slug, "T1", hearing.Said{Stance: reply.Support}); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s writes for SU: %v", who, err)
			}
		}
		for who, by := range map[string]tilhor.Actor{"rektor": w.kari, "a parent": w.marit, "a pupil": w.nora} {
			if _, err := w.desk.See(w.ctx, by, w.slug); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s sees all: %v", who, err)
			}
		}
		h, err := w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		if i := h.Invitation(w.su); !i.Begun() || i.Said["T1"].Text != "" {
			t.Errorf("a draft is read by who holds the hearing: %+v", i.Said)
		}
		w.says(w.ali, w.fau, reply.Support)
		if h, _, err = w.desk.Take(w.ctx, w.jon, w.away, w.slug); err != nil || len(h.Invited) != 1 {
			t.Errorf("another school's FAU is seen: %+v %v", h.Invited, err)
		}
		w.must(w.desk.Bodies.Seat(w.ctx, w.kari, w.su, bodies.Member{Person: w.ali.Person, Part: bodies.Parents}))
		if _, me, err := w.desk.Take(w.ctx, w.ali, w.su, w.slug); err != nil || me.Leads() {
			t.Errorf("a member: %v", err)
		}
		if err := w.desk.Say(w.ctx, w.ali, w.su, w.slug, "T1", hearing.Said{Stance: reply.Support}); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a plain member writes: %v", err)
		}
	})
}

// A body's list opens the hearings it is asked in and no other: one that cannot be
// read is nobody else's trouble.
func TestAsked(t *testing.T) {
	each(t, func(w *world) {
		odd, err := w.desk.Open(w.ctx, w.anne, reply.Letter{Title: "En annen", Municipality: "Granvik", Deadline: "2026-12-18", Challenges: hearing.ReadChallenges("1 A")}, true)
		w.must(err)
		w.exec(`UPDATE hearing_line SET kind = 'odd' WHERE owner = $1 AND hearing = (SELECT id FROM hearing_hearing WHERE owner = $1 AND slug = $2)`, webtest.Owner, odd)
		all, _, err := w.desk.Asked(w.ctx, w.marit, w.su)
		if err != nil || len(all) != 1 || all[0].Slug != w.slug || len(all[0].Invited) != 3 {
			t.Errorf("%+v %v", all, err)
		}
		if _, err := w.desk.All(w.ctx, w.anne); err == nil {
			t.Error("the other one can be read: this test proves nothing")
		}
	})
}

// A letter has as many headings as a letter has, and they are short.
func TestALettersHeadings(t *testing.T) {
	each(t, func(w *world) {
		for lines, key := range map[string]string{
			strings.Repeat("Kultur\n", 100): "", strings.Repeat("Kultur\n", 101): "hearing.fault.challenges-many", strings.Repeat("a", 301): "hearing.fault.long",
		} {
			_, err := w.desk.Open(w.ctx, w.anne, reply.Letter{Title: "En", Municipality: "Granvik", Deadline: "2026-12-18", Challenges: hearing.ReadChallenges(lines)}, true)
			if (key == "") != (err == nil) || key != "" && !faulty(err, key) {
				t.Errorf("%q: %v", key, err)
			}
		}
	})
}

// A meeting that is too small, or that did not agree, adopts nothing; dissent is told.
func TestAdopt(t *testing.T) {
	each(t, func(w *world) {
		if err := w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, adoption); !faulty(err, "hearing.fault.nothing") {
			t.Errorf("nothing is written: %v", err)
		}
		w.must(w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Support}))
		for key, change := range map[string]func(a *hearing.Adoption){
			"hearing.fault.quorum":   func(a *hearing.Adoption) { a.Present, a.For, a.Against = map[bodies.Part]int{bodies.Parents: 2}, 2, 0 },
			"hearing.fault.majority": func(a *hearing.Adoption) { a.For, a.Against = 2, 2 },
			"hearing.fault.votes":    func(a *hearing.Adoption) { a.For = 9 },
			"hearing.fault.dissent":  func(a *hearing.Adoption) { a.Dissent = "" },
			"hearing.fault.on":       func(a *hearing.Adoption) { a.On = "2026-11-24" },
		} {
			a := adoption
			change(&a)
			if err := w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, a); !faulty(err, key) {
				t.Errorf("%s: %v", key, err)
			}
		}
		for what, err := range map[string]error{
			"say":     w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Support, Text: "Se saksnummer ab3cde."}),
			"decline": w.desk.Decline(w.ctx, w.marit, w.su, w.slug, "Det gjelder /saker/abcdefghij.", false),
		} {
			if !faulty(err, "hearing.fault.single") {
				t.Errorf("%s names one child's case: %v", what, err)
			}
		}
		for _, name := range []string{"Nora", "Oliver"} { // who goes to the school, and who does not
			a := adoption
			a.Dissent = name + " var imot."
			said := hearing.Said{Stance: reply.Support, Text: "Spør " + name + " om det."}
			for what, err := range map[string]error{"say": w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T2", said), "adopt": w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, a)} {
				if !faulty(err, "circles.fault.name") {
					t.Errorf("%s: %s may be a pupil, and nobody asks: %v", what, name, err)
				}
			}
			for what, err := range map[string]error{
				"decline":  w.desk.Decline(w.ctx, w.jon, w.away, w.slug, name+" er syk.", false),
				"override": w.desk.AskOverride(w.ctx, w.anne, w.slug, name+" er syk.", false, nb),
				"claim":    w.desk.Claim(w.ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: name + " er fornøyd", Register: "schools", Expected: "2"}),
				"by mail":  w.desk.AdoptFor(w.ctx, w.anne, w.slug, w.away, "2026-11-23", name+" er syk.", false),
			} {
				if faulty(err, "circles.fault.name") == (what == "by mail") { // Fjellvik waits for nobody, and gives no reason
					t.Errorf("%s: %s may be a pupil: %v", what, name, err)
				}
			}
			said.NoPupil = true
			w.must(w.desk.Claim(w.ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: name + " er fornøyd", Register: "schools", Expected: "2", NoPupil: true}))
			w.must(w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T2", said))
		}
		w.must(w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, adoption))
		if err := w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Against}); !faulty(err, "hearing.fault.adopted") {
			t.Errorf("changed after the meeting: %v", err)
		}
	})
}

// A committee waits for FAU and elevråd of its school until they have delivered or
// declined or their deadline is out, or writes why it does not; of other schools, and
// those that speak first themselves, nobody waits for anybody.
func TestFirst(t *testing.T) {
	each(t, func(w *world) {
		alone := adoption
		alone.Before = ""
		for by, body := range map[*tilhor.Actor]string{&w.marit: w.su, &w.jon: w.away, &w.ali: w.fau, &w.nora: w.council} {
			w.must(w.desk.Say(w.ctx, *by, body, w.slug, "T1", hearing.Said{Stance: reply.Support}))
		}
		refused := func(what string) {
			t.Helper()
			if err := w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, alone); !faulty(err, "hearing.fault.before") {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("neither has answered")
		w.must(w.desk.Adopt(w.ctx, w.jon, w.away, w.slug, alone)) // Fjellvik asks no FAU
		w.must(w.desk.Adopt(w.ctx, w.ali, w.fau, w.slug, alone))
		refused("elevrådet has not answered")
		h, _, err := w.desk.Take(w.ctx, w.marit, w.su, w.slug)
		w.must(err)
		if x := h.Awaited(*h.Invitation(w.su), "2026-11-23"); len(x) != 1 || x[0].Slug != w.council || len(x[0].Said) > 0 {
			t.Errorf("it waits for %+v", x)
		}
		w.must(w.desk.Decline(w.ctx, w.nora, w.council, w.slug, "Vi rekker det ikke.", false))
		early := alone
		early.On = "2026-11-22" // the day before FAU
		if err := w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, early); !faulty(err, "hearing.fault.before") {
			t.Errorf("adopted before FAU: %v", err)
		}
		w.must(w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, adoption))
		if h, _ = w.desk.See(w.ctx, w.anne, w.slug); h.Invitation(w.su).WentBefore() != "" {
			t.Error("a reason nobody asked for is kept")
		}

		w.open() // again, and nobody has answered
		w.must(w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Support}))
		refused("anew")
		w.must(w.desk.Adopt(w.ctx, w.marit, w.su, w.slug, adoption))
		if h, _ = w.desk.See(w.ctx, w.anne, w.slug); h.Invitation(w.su).WentBefore() != adoption.Before {
			t.Error("why it did not wait is not kept")
		}

		w.open()
		w.must(w.desk.Receive(w.ctx, w.anne, w.slug, w.su, hearing.Received{On: "2026-11-23", From: "SU", Raw: "x"}))
		w.must(w.desk.SayFor(w.ctx, w.anne, w.slug, w.su, "T1", hearing.Said{Stance: reply.Support}))
		if err := w.desk.AdoptFor(w.ctx, w.anne, w.slug, w.su, "2026-11-23", "", false); !faulty(err, "hearing.fault.before") {
			t.Errorf("by mail: %v", err)
		}
		if err := w.desk.AdoptFor(w.ctx, w.anne, w.slug, w.su, "2026-11-23", "Oliver er syk.", false); !faulty(err, "circles.fault.name") {
			t.Errorf("by mail, and a name: %v", err)
		}
		w.Later(26 * 24 * time.Hour) // the deadline was the day before
		w.must(w.desk.AdoptFor(w.ctx, w.anne, w.slug, w.su, "2026-12-19", "", false))
	})
}

// Each body is late by its own deadline.
func TestLateByItsOwn(t *testing.T) {
	each(t, func(w *world) {
		w.openWith("2026-11-22")
		w.says(w.ali, w.fau, reply.Support)
		w.says(w.marit, w.su, reply.Support)
		if st := w.state().Document.Status; st != (reply.Status{Invited: 4, Answered: 1, Late: 1, Silent: 2}) {
			t.Errorf("%+v", st)
		}
	})
}

// A statement by mail is kept as it came, and written into the hearing by who holds
// it; a measure that somebody spoke of does not vanish from the list.
func TestReceived(t *testing.T) {
	each(t, func(w *world) {
		raw := "Vi støtter medelevenes rett.\r\nHilsen Fjellvik"
		if err := w.desk.SayFor(w.ctx, w.anne, w.slug, w.away, "T1", hearing.Said{Stance: reply.Support}); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("written for a body that sent nothing: %v", err)
		}
		w.must(w.desk.Receive(w.ctx, w.anne, w.slug, w.away, hearing.Received{On: "2026-11-23", From: "Fjellvik skole", Raw: raw, Text: "Vi støtter med elevenes rett."}))
		w.must(w.desk.SayFor(w.ctx, w.anne, w.slug, w.away, "T1", hearing.Said{Stance: reply.Support, Text: "Vi støtter med elevenes rett."}))
		w.must(w.desk.AdoptFor(w.ctx, w.anne, w.slug, w.away, "2026-11-20", "", false))
		h, err := w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		if i := h.Invitation(w.away); i.Received[0].Raw != raw || i.Said["T1"].Stance != reply.Support || !i.Has() {
			t.Errorf("%+v", i)
		}
		if err := w.desk.Import(w.ctx, w.anne, w.slug, strings.Replace(measures, "T1;", "T9;", 1)); !faulty(err, "hearing.fault.measure-gone") {
			t.Errorf("T1 is gone: %v", err)
		}
		var unread reply.Faults
		if err := w.desk.Import(w.ctx, w.anne, w.slug, strings.Replace(measures, "T2;2", "T2;7", 1)); !errors.As(err, &unread) || unread[0].Line != 3 {
			t.Errorf("%v", err)
		}
	})
}

// A statement that came as a file is kept byte for byte, a large one too; its text is
// read, and may be mended while what came stays; what cannot be read leaves nothing.
func TestReceivedFile(t *testing.T) {
	each(t, func(w *world) {
		mail := hearing.Received{On: "2026-11-23", From: "Fjellvik skole"}
		for _, text := range []string{"Vi støtter medelevenes rett.", strings.Repeat("Vi støtter alt.\n", 9000)} {
			raw := []byte("From: su@example.no\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text)
			if len(text) > 100 { // more than one piece, and most of it no text
				raw = []byte("From: su@example.no\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: image/png\r\n\r\n" + text + text + text + text + "\r\n--x\r\nContent-Type: text/plain\r\n\r\nKort.\r\n--x--\r\n")
				text = "Kort."
			}
			w.must(w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, mail, "uttalelse.eml", raw))
			h, err := w.desk.See(w.ctx, w.anne, w.slug)
			w.must(err)
			all := h.Invitation(w.away).Received
			r := all[len(all)-1]
			f, b, err := w.desk.CameAs(w.ctx, w.anne, w.slug, w.away, r.File.ID)
			if err != nil || !bytes.Equal(b, raw) || f.Form != file.Mail || f.Size != len(raw) || r.Text != text {
				t.Fatalf("%+v %q %d bytes of %d: %v", f, r.Text, len(b), len(raw), err)
			}
			if _, _, err := w.desk.CameAs(w.ctx, w.anne, w.slug, w.su, r.File.ID); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("another body's file: %v", err)
			}
			if _, _, err := w.desk.CameAs(w.ctx, w.marit, w.slug, w.away, r.File.ID); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("a parent reads it: %v", err)
			}
		}
		h, err := w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		print := h.Invitation(w.away).Received[0].Print()
		w.must(w.desk.Mend(w.ctx, w.anne, w.slug, w.away, 0, print, "Vi støtter med elevenes rett."))
		if err := w.desk.Mend(w.ctx, w.anne, w.slug, w.away, 0, print, "Noe annet."); !errors.Is(err, tilhor.ErrConflict) {
			t.Errorf("a text that became another meanwhile is mended: %v", err)
		}
		if err := w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, mail, "x.exe", []byte("\x7fELF\x00")); !faulty(err, "hearing.fault.file-other") {
			t.Errorf("a program: %v", err)
		}
		if err := w.desk.ReceiveFile(w.ctx, w.marit, w.slug, w.away, mail, "x.exe", []byte("\x7fELF\x00")); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a parent's file is opened: %v", err)
		}
		if err := w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, mail, "x.txt", []byte(strings.Repeat("lang ", 50_000))); !faulty(err, "hearing.fault.text-long") || tilhor.FaultsOf(err)[0].Field != "fil" {
			t.Errorf("more text than is kept: %v", err)
		}
		h, err = w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		if all := h.Invitation(w.away).Received; len(all) != 2 || all[0].Text != "Vi støtter med elevenes rett." || all[0].Raw != "Vi støtter medelevenes rett." {
			t.Errorf("%+v", all)
		}
	})
}

// A piece of a file is written without reading what stands in the hearing: while they
// are, a line of it that cannot be read is in nobody's way.
func TestAPieceFoldsNothing(t *testing.T) {
	each(t, func(w *world) {
		clock, n := w.desk.Clock, 0
		w.desk.Clock = func() time.Time {
			switch n++; n {
			case 2: // the first piece
				w.exec(`UPDATE hearing_line SET kind = $3 WHERE owner = $1 AND kind = $2`, webtest.Owner, "letter", "odd")
			case 5: // after the third
				w.exec(`UPDATE hearing_line SET kind = $3 WHERE owner = $1 AND kind = $2`, webtest.Owner, "odd", "letter")
			}
			return clock()
		}
		raw := []byte("From: su@example.no\r\nSubject: x\r\nContent-Type: image/png\r\n\r\n" + strings.Repeat("x", 600<<10))
		w.must(w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, hearing.Received{On: "2026-11-23", From: "Fjellvik skole"}, "x.eml", raw))
		if n != 5 {
			t.Errorf("%d acts", n)
		}
	})
}

// A file without text keeps what was pasted beside it; when both give text, what was
// pasted comes back. Files alone are counted, and a text is not mended for ever.
func TestPastedBesideAFile(t *testing.T) {
	each(t, func(w *world) {
		mail := hearing.Received{On: "2026-11-23", From: "Fjellvik skole", Raw: "Vi er for."}
		w.must(w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, mail, "svar.pdf", []byte("%PDF-1.4\ntrailer\n%%EOF")))
		err := w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, mail, "svar.txt", []byte("Vi er imot."))
		if !faulty(err, "hearing.fault.raw-both") || tilhor.FaultsOf(err)[0].Field != "raw" {
			t.Errorf("what was pasted is thrown away: %v", err)
		}
		for range 9 {
			w.must(w.desk.Receive(w.ctx, w.anne, w.slug, w.away, mail))
		}
		mail.Raw = ""
		w.must(w.desk.ReceiveFile(w.ctx, w.anne, w.slug, w.away, mail, "svar.eml", []byte("From: a@b.no\r\nSubject: x\r\nContent-Type: image/png\r\n\r\nx")))
		h, err := w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		all := h.Invitation(w.away).Received
		if all[0].Text != "Vi er for." || all[0].File.Form != file.Page || len(all) != 11 || all[10].Unread != 1 || all[10].Text != "" {
			t.Errorf("%+v", all)
		}
		if err := w.desk.Mend(w.ctx, w.anne, w.slug, w.away, 0, all[0].Print(), strings.Repeat("x", 200_001)); !faulty(err, "hearing.fault.text-long") {
			t.Errorf("%v", err)
		}
		ctx, was := context.Background(), all[0].Print() // once is enough, of a hundred
		for n := range 101 {
			r := hearing.Received{Text: strconv.Itoa(n)}
			if err = w.desk.Mend(ctx, w.anne, w.slug, w.away, 0, was, r.Text); n < 100 {
				w.must(err)
			}
			was = r.Print()
		}
		if !faulty(err, "hearing.fault.mends") {
			t.Errorf("mended for ever: %v", err)
		}
	})
}

// What goes out as files comes in as the same hearing, and makes the same answer.
func TestRoundTrip(t *testing.T) {
	each(t, func(w *world) {
		w.says(w.ali, w.fau, reply.Support, reply.StrongSupport)
		w.says(w.marit, w.su, reply.Reservation, reply.ConditionalSupport, reply.Neutral)
		w.must(w.desk.Decline(w.ctx, w.jon, w.away, w.slug, "Nei; \"takk\".", false))
		w.chosen()
		w.must(w.desk.Claim(w.ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: "Begge skoler har SU", Register: "schools-with-su", Expected: hearing.All}))
		s := w.state()
		out := s.Hearing.Reply(s.Figures)
		var file bytes.Buffer
		z := zip.NewWriter(&file)
		w.must(out.WriteDir(func(name string) (io.Writer, error) { return z.Create(name) }))
		w.must(z.Close())
		r, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
		w.must(err)
		in, err := reply.ReadDir(r)
		w.must(err)
		a, b := reply.Compile(out, nb), reply.Compile(in, nb)
		for _, f := range []reply.Format{reply.JSON, reply.Text} {
			var x, y bytes.Buffer
			w.must(a.Write(&x, f, nb))
			w.must(b.Write(&y, f, nb))
			if x.String() != y.String() {
				t.Errorf("%s is another:\n%s\n%s", f, x.String(), y.String())
			}
		}
	})
}

// Who is reminded is told once a day, and only those that have not answered.
func TestRemind(t *testing.T) {
	each(t, func(w *world) {
		w.says(w.marit, w.su, reply.Support)
		n, err := w.desk.Remind(w.ctx, w.anne, w.slug)
		if err != nil || n != 3 {
			t.Errorf("%d %v", n, err)
		}
		if n, err = w.desk.Remind(w.ctx, w.anne, w.slug); err != nil || n != 0 {
			t.Errorf("twice the same day: %d %v", n, err)
		}
		told := map[tilhor.PersonID]bool{}
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			var lines [][2]string
			if err := tx.Each(selectReminded, func(scan db.Scan) error {
				var l [2]string
				err := scan(&l[0], &l[1])
				lines = append(lines, l)
				return err
			}, webtest.Owner); err != nil {
				return err
			}
			for _, l := range lines {
				all, err := w.desk.Runs(tx, webtest.Owner, l[1], l[0], w.Now())
				if err != nil {
					return err
				}
				for _, p := range all {
					told[p] = true
				}
			}
			return nil
		}))
		if len(told) != 2 || !told[w.ali.Person] || !told[w.jon.Person] { // a pupil is told on the page
			t.Errorf("who is told: %v", told)
		}
		w.Later(24 * time.Hour)
		if n, _ = w.desk.Remind(w.ctx, w.anne, w.slug); n != 3 {
			t.Errorf("the next day: %d", n)
		}
	})
}

// By themselves reminders go so many days before each body's deadline and when it has
// passed, once each, and to nobody who answered, declined or was reminded since.
func TestRemindAll(t *testing.T) {
	each(t, func(w *world) {
		reminded := func(on tilhor.Date) (n int) {
			h, err := w.desk.See(w.ctx, w.anne, w.slug)
			w.must(err)
			for _, i := range h.Invited {
				for _, r := range i.Reminded {
					if r == on {
						n++
					}
				}
			}
			return n
		}
		abandoned := w.slug // nobody answers in it
		w.open()
		silent := w.slug // it has no reminders, not even the one after the deadline
		w.must(w.desk.SetReminders(w.ctx, w.anne, w.slug, nil))
		w.open()
		want := map[tilhor.Date]int{"2026-12-04": 4, "2026-12-15": 3, "2026-12-19": 1}
		for day := calendar.DateOf(w.Now()); day < "2027-01-05"; day = day.Add(1) {
			switch day {
			case "2026-12-10":
				w.says(w.ali, w.fau, reply.Support)
			case "2026-12-16":
				w.must(w.desk.Receive(w.ctx, w.anne, w.slug, w.su, hearing.Received{On: day, From: "SU", Raw: "Vi er for."}))
				n, err := w.desk.Remind(w.ctx, w.anne, w.slug) // by hand
				if err != nil || n != 2 {
					t.Errorf("by hand: %d %v", n, err)
				}
				w.must(w.desk.Decline(w.ctx, w.jon, w.away, w.slug, "Vi rekker det ikke.", false))
				want[day] = 2
			}
			for range 2 {
				w.must(w.desk.RemindAll(w.ctx, webtest.Owner))
			}
			if n := reminded(day); n != want[day] {
				t.Errorf("%s: %d are reminded, want %d", day, n, want[day])
			}
			w.Later(24 * time.Hour)
		}
		w.slug = abandoned
		for day, n := range map[tilhor.Date]int{"2026-12-04": 4, "2026-12-15": 4, "2026-12-19": 4} {
			if got := reminded(day); got != n {
				t.Errorf("the other hearing, %s: %d are reminded, want %d", day, got, n)
			}
		}
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			var entry tilhor.EntryID
			if err := tx.One(lastReminded, db.Args(webtest.Owner, tilhor.Date("2026-12-19").Time().UnixMilli()), &entry); err != nil {
				return err
			}
			e, err := w.Kit.Journal.Entry(tx, webtest.Owner, entry)
			if err == nil && (e.By.Role != "operator" || e.By.Person != "" || e.Rule != "the program itself") {
				t.Errorf("who reminded: %+v, by %q", e.By, e.Rule)
			}
			return err
		}))
		w.slug = silent
		h, err := w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		for _, i := range h.Invited {
			if len(i.Reminded) > 0 {
				t.Errorf("reminded of a hearing without reminders: %v", i.Reminded)
			}
		}
		if err := w.desk.SetReminders(w.ctx, w.anne, w.slug, []int{61}); !faulty(err, "hearing.fault.days") {
			t.Errorf("%v", err)
		}
	})
}

// A reminder whose day has come a week ago or more is not sent, and a hearing is opened
// once a day, however often it is looked at.
func TestRemindersOfLongAgo(t *testing.T) {
	each(t, func(w *world) {
		count := func() (n int) {
			h, err := w.desk.See(w.ctx, w.anne, w.slug)
			w.must(err)
			for _, i := range h.Invited {
				n += len(i.Reminded)
			}
			return n
		}
		w.Later(18 * 24 * time.Hour) // 11 December: the first day was the 4th
		early := w.slug
		w.open()
		w.must(w.desk.RemindAll(w.ctx, webtest.Owner))
		if n := count(); n != 0 {
			t.Errorf("%d are reminded of a day before they were asked", n)
		}
		w.slug = early
		if n := count(); n != 4 {
			t.Errorf("a week after: %d are reminded", n)
		}
		w.must(w.desk.RemindAll(w.ctx, webtest.Owner))
		w.Altered = true
		w.exec(`UPDATE hearing_line SET sealed = $2 WHERE owner = $1`, webtest.Owner, []byte("x"))
		if err := w.desk.RemindAll(w.ctx, webtest.Owner); err != nil {
			t.Errorf("it is opened again the same day: %v", err)
		}
		w.Later(24 * time.Hour)
		if err := w.desk.RemindAll(w.ctx, webtest.Owner); err == nil {
			t.Error("it is not opened the next day")
		}
		w.open()
		w.Later(17 * 24 * time.Hour) // 29 December: nobody was there on the 19th
		w.exec(`UPDATE hearing_line SET kind = 'sent', body = '' WHERE owner = $1 AND sealed = $2`, webtest.Owner, []byte("x"))
		w.must(w.desk.RemindAll(w.ctx, webtest.Owner))
		if n := count(); n != 0 {
			t.Errorf("%d are reminded of what is long past", n)
		}
	})
}

var lastReminded = db.SQL(`SELECT entry FROM hearing_line WHERE owner = $1 AND kind = 'reminded' AND at >= $2 ORDER BY n DESC LIMIT 1`)

// Who holds the hearing can neither read what a body writes nor change what it
// adopted, by saying that a mail came.
func TestTheAdviserForgesNothing(t *testing.T) {
	each(t, func(w *world) {
		mail := hearing.Received{On: "2026-11-23", From: "FAU", Raw: "x"}
		w.must(w.desk.Receive(w.ctx, w.anne, w.slug, w.su, mail)) // before the body has written
		w.must(w.desk.Say(w.ctx, w.marit, w.su, w.slug, "T1", hearing.Said{Stance: reply.Against, Text: "Vårt utkast."}))
		h, err := w.desk.See(w.ctx, w.anne, w.slug)
		w.must(err)
		if h.Invitation(w.su).Said["T1"].Text != "" {
			t.Error("a draft is read because a mail came")
		}
		w.says(w.ali, w.fau, reply.Against)
		for _, body := range []string{w.su, w.fau} {
			for what, err := range map[string]error{
				"receive": w.desk.Receive(w.ctx, w.anne, w.slug, body, mail),
				"say":     w.desk.SayFor(w.ctx, w.anne, w.slug, body, "T1", hearing.Said{Stance: reply.StrongSupport, Rank: 1}),
				"adopt":   w.desk.AdoptFor(w.ctx, w.anne, w.slug, body, "2026-11-20", "", false),
			} {
				if !faulty(err, "hearing.fault.adopted") && !errors.Is(err, tilhor.ErrNotFound) {
					t.Errorf("%s for a body that speaks itself: %v", what, err)
				}
			}
		}
		if err := w.desk.Import(w.ctx, w.anne, w.slug, strings.Replace(measures, "Gjøre barns rettigheter tydeligere", "Fjerne dem", 1)); !faulty(err, "hearing.fault.measure-gone") {
			t.Errorf("the text under a statement is another: %v", err)
		}
	})
}

// What is sent is what was adopted: whatever changes after it stops the sending until
// it is adopted again; and what may not be quoted is not.
func TestWhatIsSentIsWhatWasAdopted(t *testing.T) {
	each(t, func(w *world) {
		w.must(w.desk.Say(w.ctx, w.ali, w.fau, w.slug, "T1", hearing.Said{Stance: reply.Support, Text: "Ikke sitér oss."}))
		w.says(w.ali, w.fau)
		w.says(w.marit, w.su, reply.Support, reply.StrongSupport)
		w.chosen()
		w.approved()
		political := hearing.Approval{Which: hearing.Political, On: "2026-11-23", Who: "Hovedutvalget"}
		for what, change := range map[string]func(){
			"a choice": func() {
				w.must(w.desk.Choose(w.ctx, w.anne, w.slug, "T1", reply.Choice{Comment: true, Stance: reply.Against, Reason: "Nei."}))
			},
			"a sentence": func() { w.must(w.desk.Write(w.ctx, w.anne, w.slug, "T2", "Noe annet.", nb)) },
			"a claim": func() {
				w.must(w.desk.Claim(w.ctx, w.anne, w.slug, hearing.Claim{Measure: "T2", Text: "To skoler", Register: "schools", Expected: "2"}))
			},
			"a statement": func() { w.says(w.nora, w.council, reply.Support, reply.Support) },
		} {
			change()
			if err := w.desk.Send(w.ctx, w.anne, w.slug, nb); !faulty(err, "hearing.fault.changed") {
				t.Errorf("%s was changed after it was adopted: %v", what, err)
			}
			if p := w.state().Passages["T2"]; len(p.Flags) > 0 {
				w.must(w.desk.Write(w.ctx, w.anne, w.slug, "T2", "Noe annet igjen.", nb))
			}
			w.must(w.desk.Approve(w.ctx, w.anne, w.slug, political, nb))
		}
		w.must(w.desk.Send(w.ctx, w.anne, w.slug, nb))
		sent, err := w.desk.Answer(w.ctx, webtest.Owner, w.slug)
		w.must(err)
		var b bytes.Buffer
		w.must(sent.Document.Write(&b, reply.JSON, nb))
		if strings.Contains(b.String(), "Ikke sitér oss.") || !strings.Contains(b.String(), "Slik mener vi det.") {
			t.Errorf("%s", b.String())
		}
	})
}
