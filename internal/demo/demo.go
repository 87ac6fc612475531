// Package demo makes up the municipality Granvik: a roster file that goes in
// through the import like any other, and cases that are worked through the
// rooms' own acts at a held clock. One seed gives the same names, facts and
// dates relative to the day it starts; keys, codes and ids are random. No
// person, school or event in it is real.
package demo

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// adviser is the owner's adviser in the roster file: the first person in it.
const adviser = "a1"

// officer is the data protection officer (personvernombud), who is in no school
// system and is put in by hand.
var officer = roster.NewPerson{Name: "Solveig Tangen", PID: "01817010055"}

// Bildekode is the code that Maryam Ali and the one who handles her case have
// agreed on, for whoever tries the demo.
var Bildekode = []string{"book", "door", "house", "trip"}

// Owner is the made-up municipality.
const Owner tilhor.OwnerID = "granvik"

// A World is the municipality while it is being made.
type World struct {
	DB       *db.DB
	Keys     *seal.Keys
	Journal  *journal.Journal
	Roster   *roster.Roster
	Concerns *concerns.Desk
	Cases    *cases.Desk
	Front    *front.Desk
	Talks    *dialogue.Desk

	now   time.Time // what the held clock says
	start time.Time // the moment the demo starts
	size  Size
	rng   *rand.Rand
	steps steps
	taken map[tilhor.PersonID]bool // pupils who have a story already
	tell  func(done, total int)
}

// New gives a world over an empty database.
func New(d *db.DB, keys *seal.Keys) *World {
	w := &World{DB: d, Keys: keys, Journal: journal.New(keys), rng: rand.New(rand.NewPCG(7, 2024)), taken: map[tilhor.PersonID]bool{}}
	w.Roster = roster.New(keys, w.Journal)
	clock := func() time.Time { return w.now }
	w.Concerns = &concerns.Desk{DB: d, Keys: keys, Journal: w.Journal, Roster: w.Roster, Clock: clock}
	w.Cases = &cases.Desk{DB: d, Keys: keys, Journal: w.Journal, Roster: w.Roster, Concerns: w.Concerns, Clock: clock}
	w.Front = &front.Desk{DB: d, Keys: keys, Journal: w.Journal, Roster: w.Roster, Clock: clock, Away: w.Cases.AwayOn, Closed: duty.Closed}
	w.Talks = &dialogue.Desk{DB: d, Keys: keys, Journal: w.Journal, Roster: w.Roster, Concerns: w.Concerns, Clock: clock}
	w.Concerns.Became, w.Concerns.Started, w.Concerns.Opened, w.Concerns.Shut = w.Talks.Became, w.Talks.Start, w.Talks.Open, w.Front.ShutOn
	return w
}

// Fill makes the municipality up, as it stands at start. dir is where the
// roster file is written and read. tell hears how far it has come.
func (w *World) Fill(ctx context.Context, size Size, start time.Time, dir string, tell func(done, total int)) error {
	w.start, w.size, w.tell = start, size, tell
	w.now = calendar.Start(calendar.DateOf(start).Add(-w.history())).Add(7 * time.Hour)
	if err := w.people(ctx, dir); err != nil {
		return fmt.Errorf("the made-up roster: %w", err)
	}
	if err := w.stories(ctx); err != nil {
		return fmt.Errorf("the made-up cases: %w", err)
	}
	return w.run(ctx)
}

// history is how many days back the cases go.
func (w *World) history() int {
	if w.size == Full {
		return 3*365 + 100
	}
	return 400
}

// Cast lists who can be signed in as, the drawn people first: the name, the
// Feide id and the number of a guardian that the made-up providers vouch for.
func Cast(size Size, day tilhor.Date) (all []Face) {
	t := build(size, day)
	where := map[string]string{}
	for _, s := range t.schools {
		where[s.key] = s.name
	}
	for _, g := range t.groups {
		where[g.key] = where[g.school]
	}
	seen, perSchool := map[string]bool{}, map[string]int{}
	byKey := map[string]person{}
	for _, p := range t.people {
		byKey[p.key] = p
	}
	for _, m := range t.seats {
		role := label(m)
		school := where[m.place]
		here := school == "Solbakken skole"
		if role == "" || seen[m.person] || !here && school != "" && role != "rektor" || here && perSchool[school+role] >= 4 {
			continue
		}
		seen[m.person] = true
		perSchool[school+role]++
		p := byKey[m.person]
		all = append(all, Face{Key: p.key, Name: p.name(), Role: role, School: school, Feide: p.feide})
	}
	for _, m := range t.seats {
		child := byKey[m.person]
		if m.role != "01" || seen[m.person] || homes[child.name()] == nil {
			continue
		}
		seen[m.person] = true
		_, class, _ := strings.Cut(strings.TrimPrefix(m.place, "skole-"), "-")
		all = append(all, Face{Key: child.key, Name: child.name(), Role: "pupil", School: class + ", " + where[m.place], Feide: child.feide})
		for _, g := range child.guardians {
			all = append(all, Face{Key: g, Name: byKey[g].name(), Role: "parent", School: child.name() + ", " + class, PID: byKey[g].pid})
		}
	}
	all = append(all, Face{Key: "officer", Name: officer.Name, Role: "dpo", PID: officer.PID})
	sort.SliceStable(all, func(i, j int) bool { return slices.Index(order, all[i].Role) < slices.Index(order, all[j].Role) })
	return all
}

// order is how the list stands: those it is for first, and those who tell.
var order = []string{"pupil", "parent", "teacher", "sfo", "employee", "nurse", "rektor", "deputy", "social-teacher", "owner-adviser", "dpo"}

// A Face is one person in the list of a made-up provider: with a Feide id at
// Feide, with a person number (that nobody can have) at ID-porten.
type Face struct{ Key, Name, Role, School, Feide, PID string }

// label is what the list calls a seat; only those who have pages stand in it.
func label(m seat) string {
	switch {
	case m.place == "eier":
		return "owner-adviser"
	case m.sub == "rektor":
		return "rektor"
	case m.sub == "inspektør":
		return "deputy"
	case m.sub == "sosiallærer":
		return "social-teacher"
	case m.role == "06":
		return "teacher"
	case m.role == "08" && strings.HasSuffix(m.place, "-sfo"):
		return "sfo"
	case m.sub == "vaktmester":
		return "employee"
	case m.sub == "skolehelsetjeneste":
		return "nurse"
	}
	return ""
}

func (w *World) people(ctx context.Context, dir string) error {
	path := filepath.Join(dir, "granvik.xml")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = build(w.size, calendar.DateOf(w.now)).write(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	by := w.operator()
	snapshot, err := roster.Read(ctx, path, nil)
	if err != nil {
		return err
	}
	plan, err := w.Roster.Compare(ctx, w.DB, Owner, snapshot, roster.Options{Today: calendar.DateOf(w.now), AllowSynthetic: true}, nil)
	if err != nil {
		return err
	}
	if err := w.Roster.Apply(ctx, w.DB, by, plan, true, w.now, nil); err != nil {
		return err
	}
	return w.DB.Write(ctx, func(tx *db.Tx) error {
		anne, err := w.Roster.Find(tx, Owner, adviser)
		if err != nil {
			return err
		}
		if err := w.Roster.Train(tx, by, anne, calendar.DateOf(w.now), w.now); err != nil {
			return err
		}
		solveig, err := w.Roster.AddPerson(tx, by, officer, w.now)
		if err != nil {
			return err
		}
		if err := w.Roster.Appoint(tx, by, solveig, tilhor.RoleDPO, "", "", "", w.now); err != nil {
			return err
		}
		return w.holidays(tx)
	})
}

// holidays shuts the schools in autumn, at Christmas, in winter and in summer.
func (w *World) holidays(tx *db.Tx) error {
	var days []tilhor.Date
	for y := w.start.Year() - 4; y <= w.start.Year()+1; y++ {
		for _, span := range [][2]string{{"02-15", "02-19"}, {"06-20", "08-16"}, {"10-05", "10-09"}, {"12-21", "12-31"}} {
			for d := tilhor.Date(fmt.Sprintf("%d-%s", y, span[0])); d <= tilhor.Date(fmt.Sprintf("%d-%s", y, span[1])); d = d.Add(1) {
				days = append(days, d)
			}
		}
	}
	return duty.Shut(tx, Owner, "", days...)
}

// operator is who imports: the one who keeps the lists, no person of the town.
func (w *World) operator() tilhor.Actor { return tilhor.Actor{Owner: Owner, Role: "operator"} }

// steps are acts in time, of all stories together.
type steps []step

type step struct {
	at time.Time
	n  int // told apart, so that two at once keep their order
	do func(context.Context) error
}

func (s steps) Len() int { return len(s) }
func (s steps) Less(i, j int) bool {
	return s[i].at.Before(s[j].at) || s[i].at.Equal(s[j].at) && s[i].n < s[j].n
}
func (s steps) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s *steps) Push(x any)   { *s = append(*s, x.(step)) }
func (s *steps) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// at plans an act; what would come after the start does not happen.
func (w *World) at(t time.Time, do func(context.Context) error) {
	if t.After(w.start) {
		return
	}
	heap.Push(&w.steps, step{t, len(w.steps) + 1<<20, do})
}

// run lets the clock go from the first act to the start.
func (w *World) run(ctx context.Context) error {
	total, done := w.steps.Len(), 0
	for w.steps.Len() > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := heap.Pop(&w.steps).(step)
		w.now = s.at
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("at %s: %w", s.at.Format(time.RFC3339), err)
		}
		if done++; w.tell != nil && done%50 == 0 {
			w.tell(done, total)
		}
	}
	w.now = w.start
	if w.tell != nil {
		w.tell(total, total)
	}
	for {
		n, err := duty.Wake(ctx, w.DB, Owner, w.start, 500)
		if err != nil || n == 0 {
			return err
		}
	}
}
