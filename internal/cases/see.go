package cases

import (
	"context"
	"errors"
	"sort"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// A File is a whole track, as those who work it read it.
type File struct {
	Track
	Lead        bool // the reader decides (rektor, or who stands in)
	Records     []Record
	Children    []Child
	Measures    []Measure
	Shared      []Measure // of other tracks in the matter, that help this pupil too
	Plans       []Plan    // approved, oldest first
	Draft       *Plan
	Duties      []duty.Duty
	Windows     []duty.Window
	Gates       []duty.Gate
	Lacks       []Lack // what approving the draft still lacks
	Attachments []Attachment
	Asks        []Ask  // what colleagues were asked, oldest first
	Sealed      string // employee or leadership: closed to all at the school who are not named (§ 12-5)
	Works       bool   // the reader works it; who only advises the owner reads it
	Home        bool   // and so the home of the pupil, who goes to the school still
	Barred      map[tilhor.PersonID]bool
	Lifts       map[tilhor.PersonID]string // those of the barred whose bar can be lifted, by name
	Accused     map[tilhor.PersonID]string // whom it is about, of those who work there, by name
	Leader      string                     // by name, when the owner appointed
	Siblings    int                        // other pupils' tracks in the matter: a count, and no more
	LastSeen    *Seen
	Held        map[string]bool // records that are blocked: nobody reads their words
	refers      bool            // what it refers to in other tracks is opened too, and written in their readings
	sharedOf    []tilhor.TrackID
}

// Current is the plan in force.
func (f File) Current() *Plan {
	if len(f.Plans) == 0 {
		return nil
	}
	return &f.Plans[len(f.Plans)-1]
}

// Last is the newest record of a kind.
func (f File) Last(kinds ...Kind) *Record {
	for i := len(f.Records) - 1; i >= 0; i-- {
		for _, k := range kinds {
			if f.Records[i].Kind == k {
				return &f.Records[i]
			}
		}
	}
	return nil
}

// Of lists the records of some kinds, oldest first.
func (f File) Of(kinds ...Kind) (all []Record) {
	for _, r := range f.Records {
		for _, k := range kinds {
			if r.Kind == k {
				all = append(all, r)
			}
		}
	}
	return all
}

// Own says whether a talk was with the pupil of the track.
func (f File) Own(r Record) bool {
	return r.Ref == "" || r.Ref == f.Code() || strings.HasPrefix(r.Ref, "unknown-")
}

// Quote is the newest of the pupil's own words, and where they stand.
func (f File) Quote() (string, *Record) {
	for i := len(f.Records) - 1; i >= 0; i-- {
		r := &f.Records[i]
		switch {
		case (r.Kind == Evaluated || r.Kind == Checked || r.Kind == Ended || r.Kind == Voice && f.Own(*r)) && r.Text["words"] != "":
			return r.Text["words"], r
		case (r.Kind == Told || r.Kind == Exposed) && r.Text["said"] != "":
			return r.Text["said"], r
		}
	}
	return "", nil
}

// Safe says whether the pupil's last word was that it is safe.
func (f File) Safe() bool {
	r := f.Last(Evaluated, Checked)
	return r != nil && r.Answer == SafeNow
}

// See opens a track: through the scope, with an entry of the reading before
// anything is shown. view is what was looked at, a key.
func (d *Desk) See(ctx context.Context, by tilhor.Actor, slug, view string) (f File, err error) {
	now := d.Clock()
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		f = File{refers: true}
		if f.Track, rule, err = d.find(tx, by, access.Read, slug, now); err != nil {
			return err
		}
		if _, err := access.Allow(tx, by, access.Lead, string(f.ID), now); err == nil {
			f.Lead = true
		}
		if _, err := access.Allow(tx, by, access.Work, string(f.ID), now); err == nil {
			f.Works = true
			if f.Home, err = d.here(tx, by.Owner, f.Track, now); err != nil {
				return err
			}
		}
		return d.load(tx, by, &f, now)
	})
	if err != nil {
		return File{}, err
	}
	return f, d.DB.Write(ctx, func(tx *db.Tx) error {
		if f.Shielded {
			if err := d.opened(tx, by, f.ID, view, now); err != nil {
				return err
			}
		}
		if err := d.sawAnswers(tx, by, &f, view, now); err != nil {
			return err
		}
		if err := d.sawShared(tx, by, f.sharedOf, rule, now); err != nil {
			return err
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(f.ID)), string(f.ID), view, string(rule), now)
	})
}

// Reads says whether the track can be opened by this person: who only receives
// concerns takes them up, and sees no more.
func (d *Desk) Reads(ctx context.Context, by tilhor.Actor, slug string) (reads bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		_, _, err := d.find(tx, by, access.Read, slug, d.Clock())
		reads = err == nil
		if errors.Is(err, tilhor.ErrNotFound) {
			return nil
		}
		return err
	})
	return reads, err
}

// At is the school of a track that this person may read.
func (d *Desk) At(ctx context.Context, by tilhor.Actor, slug string) (school tilhor.SchoolID, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Read, slug, d.Clock())
		school = t.School
		return err
	})
	return school, err
}

// A sealed track is not even counted for who may not read it.
var countSiblings = db.SQL(`SELECT COUNT(*) FROM cases_track t WHERE t.owner = $1 AND t.matter = $6 AND t.id <> $7
	AND (NOT EXISTS (SELECT 1 FROM cases_sealed x WHERE x.owner = t.owner AND x.track = t.id) OR ` + access.Scope(access.Read, "t.id") + `)`)

func (d *Desk) load(tx *db.Tx, by tilhor.Actor, f *File, now time.Time) error {
	key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(f.ID))
	if err != nil {
		return err
	}
	texts, err := d.texts(tx, by.Owner, f.ID, key)
	if err != nil {
		return err
	}
	if f.Held, err = privacy.StoppedParts(tx, by.Owner, f.ID); err != nil {
		return err
	}
	if f.Records, err = d.records(tx, by.Owner, f.ID, texts); err != nil {
		return err
	}
	if f.Children, err = d.children(tx, by.Owner, f.ID, texts); err != nil {
		return err
	}
	if f.Measures, err = d.measures(tx, by.Owner, f.ID, texts); err != nil {
		return err
	}
	if f.Asks, err = d.asks(tx, by.Owner, f.ID, texts); err != nil {
		return err
	}
	if f.refers { // who gives a copy to the family, or reads one attachment, reads no words of another track
		if err := d.shared(tx, by.Owner, f, now); err != nil {
			return err
		}
	}
	plans, err := d.plans(tx, by.Owner, f.ID, key)
	if err != nil {
		return err
	}
	for i := range plans {
		if plans[i].Draft {
			f.Draft = &plans[i]
		} else {
			f.Plans = append(f.Plans, plans[i])
		}
	}
	if err := tx.One(countSiblings, access.Args(by, access.Read, now, f.Case, f.ID), &f.Siblings); err != nil {
		return err
	}
	if err := d.walls(tx, by.Owner, f, now); err != nil {
		return err
	}
	guarded, err := access.Guarded(tx, by.Owner, access.Track, string(f.ID), now)
	if err != nil {
		return err
	}
	f.Shielded = len(guarded) > 0
	if err := d.duties(tx, by.Owner, f, now); err != nil {
		return err
	}
	if err := d.storyLinks(tx, by, f, now); err != nil {
		return err
	}
	if err := d.lastSeen(tx, by, f); err != nil {
		return err
	}
	if err := d.names(tx, by, f, now); err != nil {
		return err
	}
	f.Attachments = attachments(f.Records)
	return nil
}

// duties asks the same function as the command line does.
func (d *Desk) duties(tx *db.Tx, owner tilhor.OwnerID, f *File, now time.Time) error {
	out, err := duty.Now(tx, owner, string(f.ID), now)
	if err != nil {
		return err
	}
	f.Duties, f.Windows, f.Gates = out.Duties, out.Windows, out.Gates
	for i := range f.Gates { // the page says no more than the act would allow
		if g := &f.Gates[i]; g.Act == duty.GateClosing && g.Open && !wordStands(f.Records) {
			g.Open, g.Missing = false, []string{"safe"}
		}
	}
	f.Lacks = gateLacks(out.Gate(duty.GatePlan, f.Code()), f.Code())
	if f.Draft != nil {
		f.Lacks = append(f.Lacks, f.Draft.Lacks()...)
		f.Lacks = append(f.Lacks, f.Draft.lapsed(today(now))...)
	}
	heard := map[string]bool{}
	for _, r := range f.Of(Voice) {
		heard[r.Ref] = true
	}
	for i := range f.Children {
		c := &f.Children[i]
		c.Heard = heard[c.Code]
		for _, r := range f.Of(NotReached) {
			if r.Ref == c.Code {
				c.HearBy = r.On
			}
		}
	}
	return nil
}

// names opens the names of everybody in the file, in one look-up.
func (d *Desk) names(tx *db.Tx, by tilhor.Actor, f *File, now time.Time) error {
	owner := by.Owner
	ids := map[tilhor.PersonID]bool{f.Pupil: true, f.Handler: true}
	for _, r := range f.Records {
		ids[r.By] = true
		ids[r.other()] = true
	}
	for _, c := range f.Children {
		ids[c.Person] = true
	}
	for _, m := range append(append([]Measure{}, f.Measures...), f.Shared...) {
		ids[m.Doer] = true
	}
	for _, a := range f.Asks {
		ids[a.Person] = true
	}
	plans := f.Plans
	if f.Draft != nil {
		plans = append(append([]Plan{}, plans...), *f.Draft)
	}
	for _, p := range plans {
		ids[p.SavedBy], ids[p.ApprovedBy] = true, true
		for _, m := range p.Measures {
			ids[m.Doer] = true
		}
	}
	if f.LastSeen != nil {
		ids[f.LastSeen.Person] = true
	}
	for p := range f.Accused {
		ids[p] = true
	}
	for p := range f.Lifts {
		ids[p] = true
	}
	ids[tilhor.PersonID(f.Leader)] = true
	away, err := d.awayNow(tx, owner, now, f.Track)
	if err != nil {
		return err
	}
	for _, c := range away.in[f.ID] {
		ids[c.standin] = true
	}
	delete(ids, "")
	list := make([]tilhor.PersonID, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	sort.Slice(list, func(i, j int) bool { return list[i] < list[j] })
	names, protected, err := d.Roster.Faces(tx, owner, list...)
	if err != nil {
		return err
	}
	for _, c := range f.Children { // another child of the matter, since protected: by name for those who are named alone
		if !protected[c.Person] {
			continue
		}
		if named, err := access.IsNamed(tx, by, c.Person, now); err != nil {
			return err
		} else if !named {
			delete(names, c.Person)
		}
	}
	for _, r := range f.Records { // nor is a parent whose address is protected
		if r.Kind == HomeGiven && protected[r.other()] {
			delete(names, r.other())
		}
		if r.Role == tilhor.RoleParent && protected[r.By] {
			delete(names, r.By)
		}
	}
	if s := f.LastSeen; s != nil && s.Role == tilhor.RoleParent && protected[s.Person] {
		delete(names, s.Person)
	}
	f.setNames(names)
	works, err := d.Roster.Working(tx, owner, f.School, today(now))
	if err != nil {
		return err
	}
	if f.asksSFO() {
		if works[WholeSFO], err = d.Roster.AnyWorks(tx, owner, f.School, tilhor.RoleSFO, today(now)); err != nil {
			return err
		}
	}
	has, err := d.elsewhere(tx, owner, map[tilhor.SchoolID]map[tilhor.PersonID]bool{f.School: works}, now, f.Track)
	if err != nil {
		return err
	}
	if has[f.ID] {
		works[f.Handler] = true
	}
	f.left(works)
	away.on(&f.Track, works)
	if err := d.uncarried(tx, owner, f, works, now); err != nil {
		return err
	}
	f.Stands = names[f.Stand]
	if f.Pupil != "" {
		if in, err := d.Roster.Pupil(tx, owner, f.Pupil, today(now)); err == nil {
			f.Class = in.Class
		}
	}
	for _, r := range f.Records {
		if f.Pupil == "" && (r.Kind == Told || r.Kind == Exposed) && r.Text["who"] != "" {
			f.Described = r.Text["who"]
		}
	}
	return nil
}

func (f *File) setNames(names map[tilhor.PersonID]string) {
	if names != nil {
		names[WholeSFO] = nameOfSFO
	}
	f.Name, f.Has, f.Leader = names[f.Pupil], names[f.Handler], names[tilhor.PersonID(f.Leader)]
	for p := range f.Accused {
		f.Accused[p] = names[p]
	}
	for p := range f.Lifts {
		f.Lifts[p] = names[p]
	}
	for i := range f.Records {
		f.Records[i].Name = names[f.Records[i].By]
		r := &f.Records[i]
		if r.Kind == Exposed && r.Text["from"] != "" { // another school told it, whoever wrote it there
			r.Name = r.Text["from"]
		}
		if id := r.other(); id != "" {
			text := map[string]string{"who": names[id]}
			for k, v := range r.Text {
				if k != "who" || text["who"] == "" {
					text[k] = v
				}
			}
			r.Text = text
		}
	}
	for i := range f.Children {
		if f.Children[i].Person != "" {
			f.Children[i].Name = names[f.Children[i].Person]
		}
	}
	for i := range f.Measures {
		f.Measures[i].Name = names[f.Measures[i].Doer]
	}
	for i := range f.Asks {
		f.Asks[i].Name = names[f.Asks[i].Person]
	}
	for i := range f.Shared {
		f.Shared[i].Name = names[f.Shared[i].Doer]
	}
	set := func(p *Plan) {
		p.SavedName, p.Approver = names[p.SavedBy], names[p.ApprovedBy]
		for i := range p.Measures {
			p.Measures[i].Name = names[p.Measures[i].Doer]
		}
	}
	for i := range f.Plans {
		set(&f.Plans[i])
	}
	if f.Draft != nil {
		set(f.Draft)
	}
	if f.LastSeen != nil {
		f.LastSeen.Name = names[f.LastSeen.Person]
	}
}
