package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// asGuardian is the rule that let a parent read, in the record.
const asGuardian = "guardian"

// places is how many tracks the gate of the home asks about at a time, whether
// there are so many or none: who has nothing to see is answered by the same
// number of the same statements as who is kept out.
const places = 4

// The newest word on whether the home is told holds. Two in one instant: no.
var selectOpened = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.pupil <> ''
	AND (SELECT r.answer FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'home-informed'
		ORDER BY r.written_at DESC, r.answer LIMIT 1) = 'yes'
	AND t.pupil IN (` + db.Marks(2) + `) ORDER BY t.opened_at DESC, t.id`)

// A shown is a track that a guardian may open, and how much of it.
type shown struct {
	Track
	Telling
	protected bool // the pupil's address, or the guardian's own
}

// shownTo is the gate of the home: the tracks a guardian may open. A track is
// among them only when the school has recorded that the home is informed, and
// the one answer to what a guardian may be told lets it (tells).
func (d *Desk) shownTo(tx *db.Tx, by tilhor.Actor, now time.Time) (all []shown, err error) {
	if by.Role != tilhor.RoleParent || by.Person == "" {
		return nil, tilhor.ErrNotFound
	}
	wards, err := d.Roster.Wards(tx, by.Owner, by.Person, today(now))
	if err != nil {
		return nil, err
	}
	ids := []tilhor.PersonID{"-"} // nobody: a parent of none asks as well
	for id := range wards {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var opened []Track
	err = db.InMany(ids, db.Args(by.Owner), func(args []any) error {
		return tx.Each(selectOpened, func(scan db.Scan) error {
			t, err := trackRow(scan)
			opened = append(opened, t)
			return err
		}, args...)
	})
	if err != nil {
		return nil, err
	}
	for len(opened) == 0 || len(opened)%places != 0 {
		opened = append(opened, Track{ID: "-", Pupil: "-"})
	}
	for _, t := range opened {
		s, err := d.weigh(tx, by, wards, t, now)
		if err != nil {
			return nil, err
		}
		if s.May != roster.TellNothing {
			all = append(all, s)
		}
	}
	return all, nil
}

// weigh asks what one guardian may be told of one track, in four statements that
// are the same whatever they find.
func (d *Desk) weigh(tx *db.Tx, by tilhor.Actor, wards map[tilhor.PersonID]roster.Guardian, t Track, now time.Time) (s shown, err error) {
	x := atHome{on: today(now)}
	if x.all, err = d.Roster.Decided(tx, by.Owner, t.Pupil); err != nil {
		return s, err
	}
	grade, since, err := d.Roster.GradeSince(tx, by.Owner, t.Pupil)
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return s, err
	}
	own, err := d.Roster.Grade(tx, by.Owner, by.Person)
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return s, err
	}
	accused, err := d.accused(tx, by.Owner, t)
	if err != nil {
		return s, err
	}
	x.protected, x.since, x.accused = grade != roster.NotProtected, since, slices.Contains(accused, by.Person)
	s = shown{Track: t, protected: x.protected || own != roster.NotProtected}
	if g, linked := wards[t.Pupil]; linked {
		s.Telling = tells(&g, x)
	} else {
		s.Telling = tells(nil, x)
	}
	return s, nil
}

// HomeSees says whether the gate of the home lets a parent see every one of some
// tracks: for what else would tell that there is a case.
func (d *Desk) HomeSees(ctx context.Context, by tilhor.Actor, tracks ...tilhor.TrackID) (all bool, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		open, err := d.shownTo(tx, by, now)
		all = err == nil && len(tracks) > 0
		for _, t := range tracks {
			all = all && slices.ContainsFunc(open, func(s shown) bool { return s.ID == t && !s.protected })
		}
		return err
	})
	return all, err
}

// A Ward is one child whose case a parent may open: for the list of them.
type Ward struct {
	Slug, Name string
	Stripped   bool
}

// Wards are the cases a parent may open, the newest first. None is the answer to
// who has no case, whose case is not opened for the home, and who is kept out.
func (d *Desk) Wards(ctx context.Context, by tilhor.Actor) (all []Ward, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		open, err := d.shownTo(tx, by, now)
		if err != nil || len(open) == 0 {
			return err
		}
		ids := make([]tilhor.PersonID, len(open))
		for i, s := range open {
			ids[i] = s.Pupil
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for _, s := range open {
			w := Ward{Slug: s.Slug, Name: firstName(names[s.Pupil]), Stripped: s.protected}
			if w.Stripped {
				w.Name = ""
			}
			all = append(all, w)
		}
		return err
	})
	return all, err
}

func firstName(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}

// A FamilyStep is what comes next, and when.
type FamilyStep struct {
	What string // say, evaluate, check, late, none
	On   tilhor.Date
}

// A FamilyEvent is something that happened, by a few fixed kinds and the day.
type FamilyEvent struct {
	What    string
	On      tilhor.Date // "" for a day that nobody knows
	Version string      // of a plan
}

// A FamilyQuote is what the child said, where it has agreed that the home reads it.
type FamilyQuote struct {
	Text string
	On   tilhor.Date
}

// A FamilyLetter is what this one parent wrote, and what the school answered.
type FamilyLetter struct {
	ID         tilhor.RecordID
	What, Text string
	On         tilhor.Date
	Answers    []FamilyQuote
}

// A FamilyFile is a track as one of the parents may see it: the child's own part
// only. What is not in it cannot be shown. Of the other parent there is nothing;
// of other children there is nothing.
type FamilyFile struct {
	Slug, Name, School, Handler string
	Main                        bool // the main points only
	Stripped                    bool // protected: dates and how far it is, and no more
	State                       State
	Next                        FamilyStep
	Events                      []FamilyEvent
	Quotes                      []FamilyQuote
	Plan                        *Plan
	Urgent                      []Measure
	Draft                       *Plan // the home may say what it means of it
	SayBy                       tilhor.Date
	Said                        bool // this parent has
	Opened                      []FamilyReading
	Letters                     []FamilyLetter
	Window                      *duty.Window // since this parent took it up with rektor: not when the other one, or the child, did
	MayRaise                    bool         // it can be taken up in this case, and not as a new one
}

// Family opens a track for one of the parents. It is an entry among the readings
// of the track, which the school sees, and the other parent does not.
func (d *Desk) Family(ctx context.Context, by tilhor.Actor, slug string) (v FamilyFile, err error) {
	now := d.Clock()
	var id tilhor.TrackID
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		v = FamilyFile{}
		s, err := d.shownAt(tx, by, slug, now)
		if err != nil {
			return err
		}
		id = s.ID
		f, may, seen, err := d.familyLoad(tx, by.Owner, s.Track, now)
		if err != nil {
			return err
		}
		v, err = d.familyFile(tx, by, s, f, now)
		if err != nil || v.Main || v.Stripped {
			return err
		}
		v.Opened = FamilyLog(seen, may, f.Sealed != "")
		return nil
	})
	if err != nil {
		return FamilyFile{}, err
	}
	return v, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(id)), string(id), "home-page", asGuardian, now)
	})
}

// shownAt is one of the tracks a guardian may open; any other is as one that is
// not there.
func (d *Desk) shownAt(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (shown, error) {
	all, err := d.shownTo(tx, by, now)
	if err != nil {
		return shown{}, err
	}
	for _, s := range all {
		if s.Slug == slug {
			return s, nil
		}
	}
	return shown{}, tilhor.ErrNotFound
}

// familyLoad reads what the page of a child or a parent is made of, and nothing
// of other tracks. A sentence that names another child of the matter is not in it.
func (d *Desk) familyLoad(tx *db.Tx, owner tilhor.OwnerID, t Track, now time.Time) (f File, may []Entitled, seen []Seen, err error) {
	f.Track = t
	key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(t.ID))
	if err != nil {
		return f, nil, nil, err
	}
	if err := d.familyTexts(tx, owner, &f, key); err != nil {
		return f, nil, nil, err
	}
	m, err := d.marks(tx, owner, &f)
	if err != nil {
		return f, nil, nil, err
	}
	f.hide(m)
	if err := tx.One(selectSealed, db.Args(owner, t.ID), &f.Sealed); err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return f, nil, nil, err
	}
	out, err := duty.Now(tx, owner, string(t.ID), now)
	if err != nil {
		return f, nil, nil, err
	}
	f.Windows = out.Windows
	if may, seen, err = d.log(tx, owner, &f.Track, now); err != nil {
		return f, nil, nil, err
	}
	return f, may, seen, d.familyNames(tx, owner, &f, seen)
}

// familyNames opens the names that may stand on the page: the pupil's, and of
// those who work at the school.
func (d *Desk) familyNames(tx *db.Tx, owner tilhor.OwnerID, f *File, seen []Seen) error {
	ids := []tilhor.PersonID{f.Pupil, f.Handler}
	for _, m := range f.Measures {
		ids = append(ids, m.Doer)
	}
	plans := f.Plans
	if f.Draft != nil {
		plans = append(slices.Clone(plans), *f.Draft)
	}
	for _, p := range plans {
		for _, m := range p.Measures {
			ids = append(ids, m.Doer)
		}
	}
	for _, s := range seen {
		ids = append(ids, s.Person)
	}
	names, protected, err := d.Roster.Faces(tx, owner, compact(ids)...)
	for p := range protected {
		if p != f.Pupil {
			delete(names, p)
		}
	}
	f.setNames(names)
	for i := range seen {
		seen[i].Name = names[seen[i].Person]
	}
	return err
}

// familyFile picks out what is one parent's to see.
func (d *Desk) familyFile(tx *db.Tx, by tilhor.Actor, s shown, f File, now time.Time) (v FamilyFile, err error) {
	v = FamilyFile{Slug: s.Slug, Main: s.May == roster.TellMain, Stripped: s.protected, State: s.State}
	v.Next = f.next(today(now), true)
	v.Letters = f.letters(by.Person)
	v.Events = f.familyEvents(v.Main)
	told, err := d.tellers(tx, by.Owner, &f)
	if err != nil {
		return v, err
	}
	v.Window = f.windowOf(f.RaisedOn(told, by.Person))
	here, err := d.here(tx, by.Owner, s.Track, now)
	if err != nil {
		return v, err
	}
	v.MayRaise = here && (!s.Over() || s.SameStory(today(now)))
	if v.Stripped {
		for i := range v.Letters {
			v.Letters[i].Text, v.Letters[i].Answers = "", nil
		}
		return v, nil
	}
	school, err := d.Roster.School(tx, by.Owner, s.School)
	if err != nil {
		return v, err
	}
	v.Name, v.School, v.Handler = firstName(f.Name), school.Name, f.Has
	v.Plan = f.Current()
	if v.Main {
		return v, nil
	}
	for _, m := range f.Measures {
		if m.Running && m.Urgent {
			v.Urgent = append(v.Urgent, m)
		}
	}
	for _, r := range f.Spoken() {
		if f.HomeReads(r.ID) {
			v.Quotes = append(v.Quotes, FamilyQuote{f.ownWords(r), recordDay(r)})
		}
	}
	v.Draft, v.SayBy = f.draftShown()
	if v.Draft != nil {
		v.Said = f.saidOf(by.Person, v.Draft.Version)
	}
	return v, nil
}

// recordDay is the day of a record, "" for one that nobody knows.
func recordDay(r Record) tilhor.Date {
	if r.When.Precision == tilhor.Unknown || r.When.At.IsZero() {
		return ""
	}
	return today(r.When.At)
}

// draftShown is the draft the home may say something about, and until when.
func (f File) draftShown() (*Plan, tilhor.Date) {
	r := f.Last(HomePlan)
	if r == nil || f.Draft == nil || r.Ref != planID(f.Draft.Version) {
		return nil, ""
	}
	return f.Draft, r.On
}

// next is what comes next, and when: the nearest of what is agreed, else what is
// overdue, else nothing yet. That the home is asked about the draft is the home's.
func (f File) next(on tilhor.Date, home bool) FamilyStep {
	var all []FamilyStep
	if f.Over() || f.State == SteppedDown {
		all = append(all, FamilyStep{"check", f.CheckOn})
	}
	if r := f.Last(Approved, Evaluated); r != nil && !f.Over() {
		all = append(all, FamilyStep{"evaluate", r.On})
	}
	if _, by := f.draftShown(); home && by >= on && by != "" {
		all = append(all, FamilyStep{"say", by})
	}
	best, late := FamilyStep{What: "none"}, FamilyStep{}
	for _, s := range all {
		switch {
		case s.On == "":
		case s.On < on:
			late = FamilyStep{"late", s.On}
		case best.On == "" || s.On < best.On:
			best = s
		}
	}
	if best.On == "" && late.On != "" {
		return late
	}
	return best
}

// familyWhats are the kinds of records that are moments on the family's page.
// Meetings, calls and whatever else may be the other parent's are not.
var familyWhats = map[Kind]string{
	TakenUp: "taken-up", Protected: "urgent", Approved: "plan", Evaluated: "evaluated", Ended: "ended", SteppedDownK: "stepped-down",
	Checked: "checked", Reopened: "reopened",
}

func (f File) familyEvents(main bool) (all []FamilyEvent) {
	add := func(r Record, what string) { all = append(all, FamilyEvent{What: what, On: recordDay(r)}) }
	known := false
	for _, r := range f.Records {
		switch {
		case r.Kind == Told || r.Kind == Exposed:
			if !known {
				add(r, "known")
			}
			known = true
		case main && r.Kind != Approved:
		case r.Kind == Voice && f.Own(r) && r.Answer == Spoke:
			add(r, "heard")
		case r.Kind == HomeInformed && r.Answer == Yes:
			add(r, "informed")
		case r.Kind == Reopened && !r.Role.Staff(): // on the child's own word, or on the other parent's: not to be seen
		case familyWhats[r.Kind] != "":
			add(r, familyWhats[r.Kind])
			if r.Kind == Approved {
				all[len(all)-1].Version = r.Ref
			}
		}
	}
	return all
}

// letters are what one parent wrote and was answered: each parent's thread is
// that one's own.
func (f File) letters(of tilhor.PersonID) (all []FamilyLetter) {
	at := map[string]int{}
	for _, r := range f.Of(HomeSaid, RaisedBy, HomeHeard) {
		if f.ParentOf(r) != of {
			continue
		}
		what := r.Answer
		switch r.Kind {
		case RaisedBy:
			what = "raised"
		case HomeHeard:
			what = "heard"
		}
		at[string(r.ID)] = len(all)
		all = append(all, FamilyLetter{ID: r.ID, What: what, Text: r.Text["text"], On: recordDay(r)})
	}
	for _, r := range f.Of(HomeAnswered) {
		if i, mine := at[r.Ref]; mine {
			all[i].Answers = append(all[i].Answers, FamilyQuote{r.Text["text"], recordDay(r)})
		}
	}
	return all
}

func (f File) saidOf(person tilhor.PersonID, version int) bool {
	return slices.ContainsFunc(f.Of(HomeSaid), func(r Record) bool {
		return r.By == person && r.Answer == SayPlan && r.Ref == planID(version)
	})
}
