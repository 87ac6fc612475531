package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
)

// HomeDecided says in the tracks of a pupil that something about the home was
// decided: what, and of whom, and no reason: that stands with the home alone.
// What was decided in a sealed track is said in none that is not sealed alike.
// HomeGiven says that something was given to one of the parents.
const (
	HomeDecided Kind = "home"
	HomeGiven   Kind = "home-given"
)

func init() { kinds[HomeDecided], kinds[HomeGiven] = true, true }

// What can be decided about a home, besides roster's own kinds of decisions.
const (
	HasResponsibility = "responsibility"
	NoResponsibility  = "no-responsibility"
)

// HomeWhats are all of it, each with the one that ends it, if one does.
var HomeWhats = []string{
	HasResponsibility, NoResponsibility, string(roster.Barred), string(roster.NoLongerBarred), string(roster.Secret), string(roster.NotSecret),
	string(roster.Tell), string(roster.InCare), string(roster.NotInCare), string(roster.Fifteen), string(roster.NotFifteen),
}

// ofGuardian are those that are about one of the guardians; the others are about
// the pupil. ends are those that end another, which must stand.
var (
	ofGuardian = []string{
		HasResponsibility, NoResponsibility, string(roster.Barred), string(roster.NoLongerBarred), string(roster.Secret), string(roster.NotSecret), string(roster.Tell),
	}
	ends = map[string]roster.DecisionKind{
		string(roster.NoLongerBarred): roster.Barred, string(roster.NotSecret): roster.Secret,
		string(roster.NotInCare): roster.InCare, string(roster.NotFifteen): roster.Fifteen,
	}
)

// A Telling is what one guardian may see and be told of a track, and why.
type Telling = roster.Telling

// Why a guardian is told what it is. All but responsible, foster and decided are
// told nothing.
const (
	WhyStranger  = "stranger" // is not linked to the pupil in the lists
	WhyUnknown   = roster.WhyUnknown
	WhyNone      = roster.WhyNone
	WhyBarred    = roster.WhyBarred
	WhyAccused   = "accused" // works at the school, and the track is about what that one did (§ 12-5)
	WhyCare      = roster.WhyCare
	WhyFifteen   = "fifteen" // the pupil is fifteen, and nobody has decided
	WhyProtected = roster.WhyProtected
	WhyDecided   = roster.WhyDecided
)

// an atHome is what the answer hangs on.
type atHome struct {
	all       []roster.Decision
	protected bool      // the pupil's address
	since     time.Time // from when it is
	accused   bool      // the guardian is one whom the track is about
	on        tilhor.Date
}

// tells is the one answer to what a guardian may see and be told of a track: what
// may be told of the pupil (roster.Home), unless the track is about the guardian;
// and from fifteen the pupil is asked first.
func tells(g *roster.Guardian, x atHome) Telling {
	no := func(why string) Telling { return Telling{May: roster.TellNothing, Why: why} }
	if g == nil {
		return no(WhyStranger)
	}
	if x.accused && !g.Barred {
		return no(WhyAccused)
	}
	t := roster.Home{Decided: x.all, Protected: x.protected, Since: x.since, On: x.on}.Tells(*g)
	if t.May == roster.TellNothing || t.Why == WhyDecided || roster.Stands(x.all, roster.Fifteen, roster.NotFifteen, "", x.on) == nil {
		return t
	}
	if d := roster.Stands(x.all, roster.Tell, "", g.ID, x.on); d != nil {
		return Telling{May: d.Basis, Why: WhyDecided}
	}
	return no(WhyFifteen)
}

// A HomeGuardian is one of the adults at home, and what that one may be told.
type HomeGuardian struct {
	roster.Guardian
	Telling
}

// A Home is what stands about the home of a pupil (hjemmet): in the lists, and
// decided by a person.
type Home struct {
	Track
	Lead      bool
	Guardians []HomeGuardian
	Care      *roster.Decision
	Fifteen   *roster.Decision
	Decided   []HomeDecision // newest first
}

// A HomeDecision is something that was decided, or is to be.
type HomeDecision struct {
	What     string
	Guardian tilhor.PersonID
	Basis    string
	On       tilhor.Date // the day the pupil became fifteen
	Review   tilhor.Date // of secrecy: when somebody looks at it again
	Reason   string      // who decided it where, when, and what it says
	At       time.Time
	Name, By string
	Track    tilhor.TrackID // where it was decided
	Hidden   bool           // in a track that the reader does not read: no reason, and nobody wrote it
}

// guardians are those of the track's pupil, with what each may be told.
func (d *Desk) guardians(tx *db.Tx, owner tilhor.OwnerID, t Track, now time.Time) (all []HomeGuardian, decided []roster.Decision, err error) {
	if t.Pupil == "" {
		return nil, nil, nil
	}
	linked, err := d.Roster.Guardians(tx, owner, t.Pupil, today(now))
	if err != nil {
		return nil, nil, err
	}
	x, err := d.atHome(tx, owner, t, now)
	if err != nil {
		return nil, nil, err
	}
	accused, err := d.accused(tx, owner, t)
	if err != nil {
		return nil, nil, err
	}
	for _, g := range linked {
		x.accused = slices.Contains(accused, g.ID)
		all = append(all, HomeGuardian{g, tells(&g, x)})
	}
	return all, x.all, nil
}

func (d *Desk) atHome(tx *db.Tx, owner tilhor.OwnerID, t Track, now time.Time) (x atHome, err error) {
	x.on = today(now)
	if x.all, err = d.Roster.Decisions(tx, owner, t.Pupil); err != nil {
		return x, err
	}
	grade, since, err := d.Roster.GradeSince(tx, owner, t.Pupil)
	x.since = since
	x.protected = grade != roster.NotProtected
	return x, err
}

// keeps says whether somebody is to be kept from what is about the pupil.
func (x atHome) keeps() bool {
	return x.protected || roster.Care(x.all, x.on) != nil || slices.ContainsFunc(x.all, func(d roster.Decision) bool {
		return roster.Stands(x.all, roster.Barred, roster.NoLongerBarred, d.Person, x.on) != nil || roster.Stands(x.all, roster.Secret, roster.NotSecret, d.Person, x.on) != nil
	})
}

func (d *Desk) accused(tx *db.Tx, owner tilhor.OwnerID, t Track) (all []tilhor.PersonID, err error) {
	err = tx.Each(selectAccused, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		all = append(all, p)
		return err
	}, owner, t.ID)
	return all, err
}

// Barnevern stands for barnevernet, where it is in the parents' place.
const Barnevern tilhor.PersonID = "barnevern"

// telling is what one person may be told of a track as a guardian.
func (d *Desk) telling(tx *db.Tx, owner tilhor.OwnerID, t Track, guardian tilhor.PersonID, now time.Time) (Telling, error) {
	all, decided, err := d.guardians(tx, owner, t, now)
	if err != nil {
		return Telling{}, err
	}
	if guardian == Barnevern && roster.Care(decided, today(now)) != nil {
		return Telling{May: roster.TellAll, Why: WhyCare}, nil
	}
	if guardian == t.Pupil && roster.Stands(decided, roster.Fifteen, roster.NotFifteen, "", today(now)) != nil {
		return Telling{May: roster.TellAll, Why: WhyDecided}, nil // under 15 a pupil is not given what is confidential (fvl. §§ 16, 17, 18, 27)
	}
	for _, g := range all {
		if g.ID == guardian {
			return g.Telling, nil
		}
	}
	return tells(nil, atHome{}), nil
}

// MayTell says what a guardian may see and be told of a track, to who works it.
func (d *Desk) MayTell(ctx context.Context, by tilhor.Actor, slug string, guardian tilhor.PersonID) (t Telling, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		track, _, err := d.find(tx, by, access.Work, slug, d.Clock())
		if err != nil {
			return err
		}
		t, err = d.telling(tx, by.Owner, track, guardian, d.Clock())
		return err
	})
	return t, err
}

// HomeOf lists the guardians of a track's pupil, with what each may be told, to
// who reads the track: part of a reading that is in the record already.
func (d *Desk) HomeOf(ctx context.Context, by tilhor.Actor, slug string) (all []HomeGuardian, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Read, slug, d.Clock())
		if err != nil {
			return err
		}
		all, _, err = d.guardians(tx, by.Owner, t, d.Clock())
		return err
	})
	return all, err
}

// here says whether the pupil of a track goes to its school still, or to none
// since: the home is a pupil's where it goes now, and no other school's.
func (d *Desk) here(tx *db.Tx, owner tilhor.OwnerID, t Track, now time.Time) (bool, error) {
	if t.Pupil == "" {
		return false, nil
	}
	school, err := d.Roster.SchoolOf(tx, owner, t.Pupil, today(now))
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return school == t.School, err
}

// Home opens the page of the home, for who works the track.
func (d *Desk) Home(ctx context.Context, by tilhor.Actor, slug string) (h Home, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		h = Home{}
		var rule access.Relation
		var err error
		if h.Track, rule, err = d.find(tx, by, access.Work, slug, now); err != nil {
			return err
		}
		here, err := d.here(tx, by.Owner, h.Track, now)
		if err == nil && !here {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := access.Allow(tx, by, access.Lead, string(h.ID), now); err == nil {
			h.Lead = true
		}
		var decided []roster.Decision
		if h.Guardians, decided, err = d.guardians(tx, by.Owner, h.Track, now); err != nil {
			return err
		}
		h.Care = roster.Care(decided, today(now))
		h.Fifteen = roster.Stands(decided, roster.Fifteen, roster.NotFifteen, "", today(now))
		if err := d.homeDecided(tx, by, &h, decided, now); err != nil {
			return err
		}
		guarded, err := access.Guarded(tx, by.Owner, access.Track, string(h.ID), now)
		if err != nil {
			return err
		}
		if h.Shielded = len(guarded) > 0; h.Shielded {
			if err := d.opened(tx, by, h.ID, "home", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(h.ID)), string(h.ID), "home", string(rule), now)
	})
	return h, err
}

// homeDecided lists what was decided, with names. What holds is for whoever works
// a track of the pupil; why, and who wrote it, is for who reads the track it was
// decided in.
func (d *Desk) homeDecided(tx *db.Tx, by tilhor.Actor, h *Home, decided []roster.Decision, now time.Time) error {
	owner := by.Owner
	ids := []tilhor.PersonID{h.Pupil}
	for _, x := range slices.Backward(decided) {
		if x.Kind == roster.NamedFor || x.Kind == roster.NotNamedFor { // stands with the guard
			continue
		}
		ids = append(ids, x.By, x.Person)
		h.Decided = append(h.Decided, HomeDecision{What: string(x.Kind), Guardian: x.Person, Basis: x.Basis, On: x.From, Review: x.Review, Reason: x.Reason, At: x.Written, By: string(x.By), Track: x.Track})
	}
	over, err := d.Roster.Overrides(tx, owner, h.Pupil)
	if err != nil {
		return err
	}
	for _, o := range over {
		what := map[roster.Responsibility]string{roster.Yes: HasResponsibility, roster.No: NoResponsibility}[o.Responsibility]
		if !o.Holds || what == "" {
			continue
		}
		ids = append(ids, o.By, o.Guardian)
		h.Decided = append(h.Decided, HomeDecision{What: what, Guardian: o.Guardian, On: o.From, Reason: o.Reason, At: o.Written, By: string(o.By), Track: o.Track})
	}
	slices.SortStableFunc(h.Decided, func(a, b HomeDecision) int { return b.At.Compare(a.At) })
	if err := h.hide(tx, by, now); err != nil {
		return err
	}
	names, protected, err := d.Roster.Faces(tx, owner, compact(ids)...)
	h.Name = names[h.Pupil]
	for i := range h.Decided {
		x := &h.Decided[i]
		x.By = names[tilhor.PersonID(x.By)]
		if !protected[x.Guardian] {
			x.Name = names[x.Guardian]
		}
	}
	return err
}

// hide takes away why something was decided, and who wrote it, where that was in
// a track that the reader does not read.
func (h *Home) hide(tx *db.Tx, by tilhor.Actor, now time.Time) error {
	reads := map[tilhor.TrackID]bool{"": false, h.ID: true}
	for i := range h.Decided {
		x := &h.Decided[i]
		if _, asked := reads[x.Track]; !asked {
			_, err := access.Allow(tx, by, access.Read, string(x.Track), now)
			if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
			reads[x.Track] = err == nil
		}
		if reads[x.Track] {
			continue
		}
		*x = HomeDecision{What: x.What, Guardian: x.Guardian, On: x.On, Review: x.Review, Hidden: true}
	}
	return nil
}

// DecideHome writes what a person has decided about the home of a track's pupil:
// who leads the track does it, with the reason and where it comes from. It is
// the pupil's, and holds in every track the pupil has. No import undoes it.
func (d *Desk) DecideHome(ctx context.Context, by tilhor.Actor, slug string, x HomeDecision) error {
	var c check
	c.Add(!slices.Contains(HomeWhats, x.What), "what", "home.fault.what")
	c.limit(&x.Reason, "reason", true, 4000, "cases.fault.long")
	if x.What == string(roster.Fifteen) {
		c.Add(x.On == "" || x.On > today(d.Clock()), "on", "home.fault.fifteen")
	} else {
		x.On = ""
	}
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.Pupil == "" {
			return tilhor.ErrConflict
		}
		here, err := d.here(w.tx, by.Owner, w.t, w.now)
		if err == nil && !here {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := w.mayDecideHome(&x); err != nil {
			return err
		}
		if err := w.decideHome(x); err != nil {
			return err
		}
		return d.tellAlike(w, note{kind: HomeDecided, when: tilhor.Now(w.now), ref: string(x.Guardian), on: x.Review, answer: x.What})
	})
}

// mayDecideHome refuses what is about nobody at home, and what would change
// nothing. How much a parent is told is decided only where a person has to: else
// it is secrecy, which has a rule it stands on and a day of review.
func (w *work) mayDecideHome(x *HomeDecision) error {
	all, decided, err := w.d.guardians(w.tx, w.by.Owner, w.t, w.now)
	if err != nil {
		return err
	}
	if !slices.Contains(ofGuardian, x.What) {
		x.Guardian = ""
	} else if !slices.ContainsFunc(all, func(g HomeGuardian) bool { return g.ID == x.Guardian }) {
		return tilhor.Faults{{Field: "guardian", Key: "home.fault.guardian"}}
	}
	if behind, err := w.behind(x, decided); err != nil || behind {
		if err == nil {
			err = tilhor.Faults{{Field: "what", Key: "home.fault.hidden"}}
		}
		return err
	}
	if of, ends := ends[x.What]; ends && roster.Stands(decided, of, roster.DecisionKind(x.What), x.Guardian, today(w.now)) == nil {
		return tilhor.Faults{{Field: "what", Key: "home.fault.nothing"}}
	}
	if x.What == string(roster.Tell) {
		st, err := w.d.atHome(w.tx, w.by.Owner, w.t, w.now)
		if err != nil {
			return err
		}
		if !st.protected && roster.Stands(decided, roster.Fifteen, roster.NotFifteen, "", st.on) == nil {
			return tilhor.Faults{{Field: "what", Key: "home.fault.tell-when"}}
		}
	}
	return nil
}

// behind says whether what stands, and would be lifted or written over, was decided
// in a sealed track that the actor does not read: why is not seen, and who does not
// see why does not undo it.
func (w *work) behind(x *HomeDecision, decided []roster.Decision) (bool, error) {
	kind, end := roster.DecisionKind(x.What), roster.DecisionKind("")
	for e, of := range ends {
		if e == x.What || of == kind {
			kind, end = of, roster.DecisionKind(e)
			break
		}
	}
	if s := roster.Stands(decided, kind, end, x.Guardian, today(w.now)); s != nil {
		return w.d.behind(w.tx, w.by, s.Track, w.now)
	}
	if x.What != HasResponsibility && x.What != NoResponsibility {
		return false, nil
	}
	over, err := w.d.Roster.Overrides(w.tx, w.by.Owner, w.t.Pupil)
	if err != nil {
		return false, err
	}
	var in tilhor.TrackID
	for _, o := range over { // the last one holds
		if o.Holds && o.Guardian == x.Guardian {
			in = o.Track
		}
	}
	return w.d.behind(w.tx, w.by, in, w.now)
}

// behind says whether a track is sealed, and closed to the actor.
func (d *Desk) behind(tx *db.Tx, by tilhor.Actor, id tilhor.TrackID, now time.Time) (sealed bool, err error) {
	err = tx.Each(selectSealed, func(db.Scan) error { sealed = true; return nil }, by.Owner, id)
	if err != nil || !sealed {
		return false, err
	}
	_, err = access.Allow(tx, by, access.Read, string(id), now)
	if errors.Is(err, tilhor.ErrNotFound) {
		return true, nil
	}
	return false, err
}

func (w *work) decideHome(x HomeDecision) error {
	r := map[string]roster.Responsibility{HasResponsibility: roster.Yes, NoResponsibility: roster.No}[x.What]
	if r != "" {
		return w.d.Roster.Override(w.tx, w.by, roster.Override{Pupil: w.t.Pupil, Guardian: x.Guardian, Holds: true, Responsibility: r, Reason: x.Reason, Track: w.t.ID}, w.now)
	}
	decided := roster.Decision{Kind: roster.DecisionKind(x.What), Pupil: w.t.Pupil, Person: x.Guardian, Basis: x.Basis, From: x.On, Reason: x.Reason, Track: w.t.ID}
	if x.What == string(roster.Secret) {
		decided.Review = x.Review
	}
	return w.d.Roster.Decide(w.tx, w.by, decided, w.now)
}

// giveHome says in a track that something was given to one of the parents, and
// refuses it when that one may not be told all of it.
func (w *work) giveHome(guardian tilhor.PersonID, what, field string) error {
	t, err := w.d.telling(w.tx, w.by.Owner, w.t, guardian, w.now)
	if err != nil {
		return err
	}
	if t.May != roster.TellAll {
		return tilhor.Faults{{Field: field, Key: "home.fault.may-not"}}
	}
	_, err = w.write(note{kind: HomeGiven, when: tilhor.Now(w.now), ref: string(guardian), answer: what})
	return err
}

// A HomeReview is secrecy towards a parent that should have been looked at
// again: the case, and nothing of whom.
type HomeReview struct {
	Track
	Since tilhor.Date
}

// HomeReviews are those that wait for this person: one line a pupil, in a track
// that this person leads.
func (d *Desk) HomeReviews(ctx context.Context, by tilhor.Actor) (all []HomeReview, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		pupils, err := d.Roster.DueReviews(tx, by.Owner, today(now))
		if err != nil {
			return err
		}
		for _, p := range pupils {
			t, found, err := d.ledOf(tx, by, p, now)
			if err != nil {
				return err
			}
			if !found {
				continue
			}
			home, decided, err := d.guardians(tx, by.Owner, t, now)
			if err != nil {
				return err
			}
			since := tilhor.Date("")
			for _, g := range home {
				if s := roster.Stands(decided, roster.Secret, roster.NotSecret, g.ID, today(now)); s != nil {
					if behind, err := d.behind(tx, by, s.Track, now); err != nil || behind { // not for this person to look at again
						if err != nil {
							return err
						}
						continue
					}
				}
				if g.Due && (since == "" || g.Review < since) {
					since = g.Review
				}
			}
			if since != "" {
				all = append(all, HomeReview{t, since})
			}
		}
		return nil
	})
	return all, err
}

// ledOf is a track of a pupil that this person leads: the newest, and one that
// is worked before one that is over.
func (d *Desk) ledOf(tx *db.Tx, by tilhor.Actor, pupil tilhor.PersonID, now time.Time) (best Track, found bool, err error) {
	all, err := d.tracksOf(tx, by.Owner, pupil)
	for _, t := range all {
		here, err := d.here(tx, by.Owner, t, now)
		if err != nil {
			return best, false, err
		}
		if !here {
			continue
		}
		_, err = access.Allow(tx, by, access.Lead, string(t.ID), now)
		if errors.Is(err, tilhor.ErrNotFound) {
			continue
		}
		if err != nil {
			return best, false, err
		}
		if !found || best.Over() || !t.Over() {
			best, found = t, true
		}
	}
	return best, found, err
}
