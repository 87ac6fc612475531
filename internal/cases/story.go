package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/seal"
)

// Left is the state of a track whose pupil no longer attends the school. What
// the school still owes (the owner, Statsforvalteren) does not end with it.
const Left State = "left"

// storyDays is how long after its end a track that is opened again is the same
// story. It is the product's rule, not the law's: after it a new case begins,
// and refers to the old one.
const storyDays = 90

// Follows is a record that says which older case a new one takes up again; On
// is the day the older ended.
const Follows Kind = "follows"

// FollowedBy says in the older case that a new one began.
const FollowedBy Kind = "followed-by"

func init() { kinds[Follows], kinds[FollowedBy] = true, true }

// Over says whether nothing is worked in the track any more: it was closed, or
// the pupil left.
func (t Track) Over() bool { return t.State == Closed || t.State == Left }

// SameStory says whether the track, opened again today, goes on as the same
// story: within ninety days of its end, and as long as the pupil is still to be
// asked again.
func (t Track) SameStory(today tilhor.Date) bool {
	return !t.Over() || t.CheckOn != "" || t.Ended.IsZero() || today <= calendar.DateOf(t.Ended).Add(storyDays)
}

// stillHere refuses to open a track of a pupil that left and is not back.
func (w *work) stillHere() error {
	if w.t.State != Left || w.t.Pupil == "" {
		return nil
	}
	in, err := w.d.Roster.Where(w.tx, w.by.Owner, w.t.Pupil, today(w.now))
	if err == nil && in.School == w.t.School {
		return nil
	}
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return err
	}
	return tilhor.Faults{{Field: "reason", Key: "life.fault.not-here"}}
}

// left takes the name of a handler who has left out of the way: a case that
// nobody has must look like one.
func (t *Track) left(works map[tilhor.PersonID]bool) {
	if t.Handler != "" && !works[t.Handler] {
		t.Gone, t.Has = t.Has, ""
	}
}

// asksSFO says whether SFO as a whole is to do something.
func (f *File) asksSFO() bool {
	sfo := func(ms []Measure) bool {
		return slices.ContainsFunc(ms, func(m Measure) bool { return m.Doer == WholeSFO })
	}
	return sfo(f.Measures) || sfo(f.Shared) || f.Draft != nil && sfo(f.Draft.Measures) || slices.ContainsFunc(f.Plans, func(p Plan) bool { return sfo(p.Measures) })
}

func (f *File) left(works map[tilhor.PersonID]bool) {
	f.Track.left(works)
	mark := func(ms []Measure, shielded bool) { // SFO as a whole does nothing for who is shielded
		for i := range ms {
			ms[i].Gone = ms[i].Doer != "" && !works[ms[i].Doer] || ms[i].Doer == WholeSFO && shielded
		}
	}
	mark(f.Measures, f.Shielded)
	mark(f.Shared, false)
	for i := range f.Plans {
		mark(f.Plans[i].Measures, f.Shielded)
	}
	if f.Draft != nil {
		mark(f.Draft.Measures, f.Shielded)
	}
}

var (
	lockMatter  = db.SQL(`UPDATE cases_case SET number = number WHERE owner = $1 AND id = $2`)
	countTracks = db.SQL(`SELECT COUNT(*) FROM cases_track WHERE owner = $1 AND matter = $2 AND pupil = $3`)
)

// onlyTrack refuses a pupil who has a track in the matter already: one child,
// one track, one set of clocks. The row of the matter is taken, so that two who
// do it at once are told apart on both engines.
func (w *work) onlyTrack(pupil tilhor.PersonID) error {
	if _, err := w.tx.Exec(lockMatter, w.by.Owner, w.t.Case); err != nil {
		return err
	}
	var n int
	if err := w.tx.One(countTracks, db.Args(w.by.Owner, w.t.Case, pupil), &n); err != nil {
		return err
	}
	if n > 0 {
		return tilhor.Faults{{Field: "pupil", Key: "life.fault.has-track"}}
	}
	return nil
}

// begin makes a new matter with one track for a pupil; who leads it comes with
// the walls of the older (inherit).
func (d *Desk) begin(tx *db.Tx, by tilhor.Actor, like Track, w *work) (Track, error) {
	now := d.Clock()
	t := Track{
		ID: tilhor.TrackID(tilhor.NewID()), Slug: tilhor.NewSlug(), Case: tilhor.CaseID(tilhor.NewID()), Number: tilhor.NewID()[:6],
		School: like.School, Pupil: like.Pupil, Arena: like.Arena, SFO: like.SFO, State: Open, Opened: now,
	}
	if _, err := tx.Exec(insertCase, by.Owner, t.Case, t.Number, t.School, now.UnixMilli()); err != nil {
		return t, err
	}
	key := d.Keys.New(by.Owner, seal.KindTrack, string(t.ID))
	if err := seal.Keep(tx, key); err != nil {
		return t, err
	}
	if _, err := tx.Exec(insertTrack, by.Owner, t.ID, t.Slug, t.Case, t.School, t.Pupil, t.Arena, t.SFO, now.UnixMilli()); err != nil {
		return t, err
	}
	*w = work{d: d, tx: tx, by: by, t: t, rule: access.Leads, key: key, now: now}
	if t.Pupil == "" {
		return t, nil
	}
	_, err := access.About(tx, by.Owner, access.Track, string(t.ID), t.Pupil, t.School, now)
	return t, err
}

// BeginAnew begins a new case for a pupil whose last one ended more than ninety
// days ago. It refers to the old one, which stays as it was. Rektor decides.
func (d *Desk) BeginAnew(ctx context.Context, by tilhor.Actor, slug, reason string) (Track, error) {
	var c check
	c.text(&reason, "reason", true)
	if err := c.Err(); err != nil {
		return Track{}, err
	}
	var fresh Track
	err := d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if w.t.SameStory(today(w.now)) {
			return tilhor.ErrConflict
		}
		if err := w.stillHere(); err != nil {
			return err
		}
		if err := w.ordinary(); err != nil {
			return err
		}
		var n work
		var err error
		if fresh, err = d.begin(w.tx, by, w.t, &n); err != nil {
			return err
		}
		if err := n.audited(false); err != nil {
			return err
		}
		if err := n.inherit(w); err != nil {
			return err
		}
		if _, err := w.write(note{kind: FollowedBy, when: tilhor.Now(w.now), ref: string(fresh.ID)}); err != nil {
			return err
		}
		ended := today(w.t.Ended)
		if _, err := n.write(note{kind: Follows, when: tilhor.Now(w.now), ref: string(w.t.ID), on: ended, text: []field{{"reason", reason}}}); err != nil {
			return err
		}
		if err := n.facts(duty.Fact{Kind: duty.Known, When: tilhor.Now(w.now), By: duty.ByStaff, Accused: duty.AccusedNone},
			duty.Fact{Kind: duty.Reported, When: tilhor.Now(w.now), To: duty.ToRektor}); err != nil {
			return err
		}
		return n.touch()
	})
	return fresh, err
}

// other is the person a record is about, besides who wrote it.
func (r Record) other() tilhor.PersonID {
	switch r.Kind {
	case Appointed, LedBy, AdvisedBy, Recused, Party, Covered, GivenOver, AccusedNamed, RecusalOver, Asked, AskWithdrawn, HomeGiven:
		return tilhor.PersonID(r.Ref)
	case HandedOver:
		return tilhor.PersonID(r.Answer)
	}
	return ""
}

var slugOf = db.SQL(`SELECT t.slug FROM cases_track t WHERE t.owner = $1 AND t.id = $6 AND ` + access.Scope(access.Read, "t.id"))

// storyLinks finds the address of the case a story began in, or goes on in, for
// a reader who may open it.
func (d *Desk) storyLinks(tx *db.Tx, by tilhor.Actor, f *File, now time.Time) error {
	for i := range f.Records {
		r := &f.Records[i]
		if r.Kind != Follows && r.Kind != FollowedBy {
			continue
		}
		var slug string
		err := tx.One(slugOf, access.Args(by, access.Read, now, r.Ref), &slug)
		if errors.Is(err, tilhor.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		text := map[string]string{"slug": slug}
		for k, v := range r.Text {
			text[k] = v
		}
		r.Text = text
	}
	return nil
}
