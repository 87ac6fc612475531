// Package story tells whole stories through the rooms, day by day, as a lawyer
// or a teacher would: on both engines, at a clock that the story holds.
package story

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/law"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"
)

const owner = tilhor.OwnerID("granvik")

// A story is a small school and its clock.
type story struct {
	*testing.T
	ctx      context.Context
	db       *db.DB
	keys     *seal.Keys
	journal  *journal.Journal
	roster   *roster.Roster
	concerns *concerns.Desk
	cases    *cases.Desk
	now      time.Time
	school   roster.School
	people   map[string]tilhor.Actor
	pupils   map[string]tilhor.PersonID
}

// tell runs a story on both engines, every write of it twice: the first time for
// nothing, as when it is tried again.
func tell(t *testing.T, begins string, what func(s *story)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &story{T: t, ctx: db.Twice(context.Background()), db: d, keys: sealtest.Keys(t, owner), people: map[string]tilhor.Actor{}, pupils: map[string]tilhor.PersonID{}}
		s.at(begins)
		clock := func() time.Time { return s.now }
		s.journal = journal.New(s.keys)
		s.roster = roster.New(s.keys, s.journal)
		s.concerns = &concerns.Desk{DB: d, Keys: s.keys, Journal: s.journal, Roster: s.roster, Clock: clock}
		s.cases = &cases.Desk{DB: d, Keys: s.keys, Journal: s.journal, Roster: s.roster, Concerns: s.concerns, Clock: clock}
		s.settle()
		what(s)
		s.wake()
		if wrong, err := duty.Check(s.ctx, d, owner, s.now); err != nil || len(wrong) > 0 {
			t.Fatalf("the cache of duties and the pure function differ: %v %v", wrong, err)
		}
	})
}

// at sets the clock, in Oslo.
func (s *story) at(when string) {
	s.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", when, calendar.Oslo())
	if err != nil {
		s.Fatal(err)
	}
	s.now = t
}

func (s *story) on(date string) tilhor.When {
	return tilhor.When{At: s.clock(date), Precision: tilhor.Exact}
}

func (s *story) clock(when string) time.Time {
	s.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", when, calendar.Oslo())
	if err != nil {
		s.Fatal(err)
	}
	return t
}

func (s *story) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// refused says that an act was refused at a field, with a kind text.
func (s *story) refused(err error, field, key string) {
	s.Helper()
	for _, f := range tilhor.FaultsOf(err) {
		if f.Field == field && f.Key == key {
			return
		}
	}
	s.Fatalf("want a fault %s at %s, got %v", key, field, err)
}

// hidden says that the answer was that of a thing that does not exist.
func (s *story) hidden(err error) {
	s.Helper()
	if !errors.Is(err, tilhor.ErrNotFound) {
		s.Fatalf("want the answer of a missing thing, got %v", err)
	}
}

func (s *story) wake() {
	s.Helper()
	for {
		n, err := duty.Wake(s.ctx, s.db, owner, s.now, 100)
		s.must(err)
		if n == 0 {
			return
		}
	}
}

// duty finds how a duty of a track stands; the last of its kind.
func (s *story) duty(f cases.File, id law.ID) duty.Duty {
	s.Helper()
	var found *duty.Duty
	for i := range f.Duties {
		if f.Duties[i].ID == id {
			found = &f.Duties[i]
		}
	}
	if found == nil {
		s.Fatalf("the duty %s does not exist", id)
	}
	return *found
}

func (s *story) stands(f cases.File, id law.ID, want duty.State) {
	s.Helper()
	if d := s.duty(f, id); d.State != want {
		s.Fatalf("%s stands %s, want %s (%s)", id, d.State, want, d.Why)
	}
}

func (s *story) see(who, slug string) cases.File {
	s.Helper()
	f, err := s.cases.See(s.ctx, s.people[who], slug, "overview")
	s.must(err)
	return f
}

// settle imports Solbakken skole from a roster file, as any school.
func (s *story) settle() {
	s.Helper()
	type seat struct{ name, place, role, sub string }
	seats := []seat{
		{"Kari Lund", "s", "05", "rektor"},
		{"Hilde Ness", "s", "05", "inspektør"},
		{"Ina Moe", "s", "02", "sosiallærer"},
		{"Jonas Berg", "s", "02", ""},
		{"Per Vikar", "s", "02", "vikar"},
		{"Mona Aas", "sfo", "08", ""},
		{"Elias Haug", "6B", "01", ""},
		{"Nora Dahl", "6B", "01", ""},
		{"Sara Lie", "4A", "01", ""},
		{"Oda Holm", "4A", "01", ""},
		{"Iben Eide", "4A", "01", ""},
		{"Leah Olsen", "1A", "01", ""},
		{"Signe Hemmelig", "4A", "01", ""},
		{"Arne Fjell", "s2", "05", "rektor"},
		{"Ola Annen", "s2", "01", ""},
	}
	id := func(k string) string {
		return "<sourcedid><source>x</source><id>" + strings.ReplaceAll(k, " ", "-") + "</id></sourcedid>"
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><enterprise xmlns="http://pifu.no/xsd/pifu-ims_sas/pifu-ims_sas-v1"><properties lang="no"><datasource>x</datasource><type>full</type><datetime>2026-01-01T02:00:00</datetime></properties>`)
	for _, p := range seats {
		given, family, _ := strings.Cut(p.name, " ")
		b.WriteString(`<person>` + id(p.name) + `<name><fn>` + p.name + `</fn><n><family>` + family + `</family><given>` + given + `</given></n></name></person>`)
	}
	group := func(key, scheme, level, name, parent string) {
		b.WriteString(`<group>` + id(key) + `<grouptype><scheme>` + scheme + `</scheme><typevalue level="` + level + `">x</typevalue></grouptype><description><short>` + name +
			`</short></description><relationship relation="1">` + id(parent) + `<label>x</label></relationship></group>`)
	}
	group("s", "pifu-ims-go-org", "2", "Solbakken skole", "eier")
	group("s2", "pifu-ims-go-org", "2", "Fjellhamar skole", "eier")
	group("sfo", "pifu-ims-go-grp", "15", "SFO", "s")
	for _, c := range []string{"6B", "4A", "1A"} {
		group(c, "pifu-ims-go-grp", "1", c, "s")
	}
	for _, p := range seats {
		sub := ""
		if p.sub != "" {
			sub = "<subrole>" + p.sub + "</subrole>"
		}
		b.WriteString(`<membership>` + id(p.place) + `<member>` + id(p.name) + `<idtype>1</idtype><role roletype="` + p.role + `">` + sub + `<status>1</status></role></member></membership>`)
	}
	b.WriteString(`</enterprise>`)
	path := filepath.Join(s.TempDir(), "solbakken.xml")
	s.must(os.WriteFile(path, []byte(b.String()), 0o600))
	file, err := roster.Read(s.ctx, path, nil)
	s.must(err)
	day := tilhor.Date("2020-01-01")
	plan, err := s.roster.Compare(s.ctx, s.db, owner, file, roster.Options{Today: day}, nil)
	s.must(err)
	keeper := tilhor.Actor{Owner: owner, Role: "operator"}
	s.must(s.roster.Apply(s.ctx, s.db, keeper, plan, true, s.now, nil))
	s.must(s.db.Write(s.ctx, func(tx *db.Tx) error { return s.meet(tx, keeper, day) }))
}

// meet finds the people; all but the substitute have had privacy training, and
// Signe's address is protected.
func (s *story) meet(tx *db.Tx, keeper tilhor.Actor, day tilhor.Date) error {
	schools, err := s.roster.Schools(tx, owner)
	if err != nil {
		return err
	}
	for _, sc := range schools {
		if sc.Name == "Solbakken skole" {
			s.school = sc
		}
		staff, err := s.roster.Employees(tx, owner, sc.ID, day)
		if err != nil {
			return err
		}
		for _, e := range staff {
			first, _, _ := strings.Cut(e.Name, " ")
			trained := first != "Per"
			s.people[first] = tilhor.Actor{Owner: owner, Person: e.ID, Role: e.Roles[0], School: sc.ID, Trained: trained}
		}
		pupils, err := s.roster.Pupils(tx, owner, sc.ID, day)
		if err != nil {
			return err
		}
		for _, p := range pupils {
			first, _, _ := strings.Cut(p.Name, " ")
			s.pupils[first] = p.ID
		}
	}
	return s.roster.Protect(tx, keeper, s.pupils["Signe"], roster.StrictConfidential, s.now)
}

// worried is a concern about some pupils, first known now.
func (s *story) worried(said, saw string, pupils ...string) concerns.Telling {
	n := concerns.Telling{School: s.school.ID, Said: said, Saw: saw, Arena: tilhor.ArenaBreak, Happened: tilhor.Now(s.now), Known: tilhor.Now(s.now)}
	for _, p := range pupils {
		n.Pupils = append(n.Pupils, s.pupils[p])
	}
	return n
}

// tells sends a concern and takes it up with Ina as the one who handles it.
func (s *story) taken(who, said, saw string, pupils ...string) []cases.Track {
	s.Helper()
	c, err := s.concerns.Tell(s.ctx, s.people[who], s.worried(said, saw, pupils...))
	s.must(err)
	tracks, err := s.cases.TakeUp(s.ctx, s.people["Kari"], c.Slug, cases.Stance{Handler: s.people["Ina"].Person})
	s.must(err)
	return tracks
}

func (s *story) talk(words string) cases.Talk {
	return cases.Talk{At: tilhor.Now(s.now), Answer: cases.Spoke, Words: words, How: "none"}
}

var weighing = cases.Weighing{Interests: "Trygghet.", View: "Eleven vil ha en voksen nær.", Weighing: "Det veier tungt.", Conclusion: "Til det beste for eleven."}

// plan saves and approves a plan with one measure.
func (s *story) plan(slug, doer string, evaluate tilhor.Date) {
	s.Helper()
	f := s.see("Ina", slug)
	rev := 0
	if f.Draft != nil {
		rev = f.Draft.Rev
	}
	s.must(s.cases.SavePlan(s.ctx, s.people["Ina"], slug, rev, cases.Plan{Measures: []cases.Measure{{
		Problem: "Eleven får ikke være med.", What: "Voksen ved ballbingen.",
		Start: calendar.DateOf(s.now), Doer: s.people[doer].Person, Evaluate: evaluate,
	}}}))
	s.must(s.cases.Approve(s.ctx, s.people["Kari"], slug, s.see("Kari", slug).Draft.Rev))
}

func (s *story) evaluated(slug, answer, words, then string, next tilhor.Date) {
	s.Helper()
	s.must(s.cases.Evaluate(s.ctx, s.people["Ina"], slug, cases.Evaluation{
		At: tilhor.Now(s.now), Way: "self", Answer: answer, Words: words, Saw: "Mindre uro.",
		Best: "Til det beste for eleven.", Then: then, Next: next,
	}))
}
