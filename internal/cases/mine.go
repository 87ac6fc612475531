package cases

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
)

// What a child says itself in its own case, and what guards it.
const (
	MineSaid   Kind = "mine-said"   // whether what an adult wrote of the talk is right, and what is
	MineWord   Kind = "mine-word"   // whether it got better, in the child's own answer
	MineCode   Kind = "mine-code"   // four pictures were agreed on, for this case
	MineLocked Kind = "mine-locked" // five wrong tries: new ones are made in person
)

func init() {
	for _, k := range []Kind{MineSaid, MineWord, MineCode, MineLocked} {
		kinds[k] = true
	}
}

// What a child can answer: of a note, and of whether it got better. Not to answer
// is an answer, and keeps the case open.
const (
	NoteRight = "right"
	NoteWrong = "wrong"

	Better   = "yes"
	Partly   = "partly"
	Worse    = "no"
	WillNot  = "will-not"
	maxTries = 5
)

// Pictures are the twelve that a code is made of: four, in an order.
var Pictures = []string{"book", "break", "changing", "class", "corridor", "digital", "door", "house", "sfo", "transport", "trip", "way"}

// codeLength is how many pictures a code has.
const codeLength = 4

// Pictures belong to one case: agreed on in it, they open it and no other.
var (
	keepPicture = db.SQL(`INSERT INTO cases_agreed (owner, track, pupil, code, tries, set_at, set_by) VALUES ($1, $2, $3, $4, 0, $5, $6)
		ON CONFLICT (owner, track) DO UPDATE SET pupil = excluded.pupil, code = excluded.code, tries = 0, set_at = excluded.set_at, set_by = excluded.set_by`)
	findPictures  = db.SQL(`SELECT track, code, tries FROM cases_agreed WHERE owner = $1 AND pupil = $2`)
	wrongPictures = db.SQL(`UPDATE cases_agreed SET tries = tries + 1 WHERE owner = $1 AND pupil = $2 AND tries < $3`)
	rightPictures = db.SQL(`UPDATE cases_agreed SET tries = 0 WHERE owner = $1 AND track = $2`)

	// When a pupil opened what is its own, and the time before that.
	keepOpening = db.SQL(`INSERT INTO cases_opening (owner, pupil, at, earlier) VALUES ($1, $2, $3, 0)
		ON CONFLICT (owner, pupil) DO UPDATE SET earlier = cases_opening.at, at = excluded.at`)
	findOpening = db.SQL(`SELECT at, earlier FROM cases_opening WHERE owner = $1 AND pupil = $2`)
)

func (d *Desk) pictureHash(owner tilhor.OwnerID, pupil tilhor.PersonID, code []string) []byte {
	return d.Keys.Hash(owner, "cases.picture", string(pupil)+" "+strings.Join(code, " "))
}

// AgreePictures sets the four pictures that open this case, chosen by the pupil
// together with whoever handles it. Below the eighth year there are none: then the
// case is opened together with the adult; and so it is of a protected pupil, and of
// a track that is there for decisions about the pupil alone.
func (d *Desk) AgreePictures(ctx context.Context, by tilhor.Actor, slug string, code []string) error {
	var c check
	c.Add(!validCode(code), "p4", "mine.fault.code")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		may, err := d.mayAgree(w.tx, by.Owner, w.t, w.now)
		if err != nil {
			return err
		}
		if !may {
			return tilhor.ErrConflict
		}
		if _, err := w.tx.Exec(keepPicture, by.Owner, w.t.ID, w.t.Pupil, d.pictureHash(by.Owner, w.t.Pupil, code), w.now.UnixMilli(), by.Person); err != nil {
			return err
		}
		_, err = w.write(note{kind: MineCode, when: tilhor.Now(w.now)})
		return err
	})
}

// mayAgree says whether pictures may open a track at all: one that the pupil is
// told of as exposed in, where the pupil goes now.
func (d *Desk) mayAgree(tx *db.Tx, owner tilhor.OwnerID, t Track, now time.Time) (bool, error) {
	if may, err := d.opensAlone(tx, owner, t.Pupil, now); err != nil || !may {
		return false, err
	}
	if here, err := d.here(tx, owner, t, now); err != nil || !here {
		return false, err
	}
	all, err := d.records(tx, owner, t.ID, nil)
	return err == nil && !aboutDecisions(all), err
}

func validCode(code []string) bool {
	return len(code) == codeLength && !slices.ContainsFunc(code, func(p string) bool { return !slices.Contains(Pictures, p) })
}

// opensAlone says whether a pupil is one who opens the own case in a session of
// its own.
func (d *Desk) opensAlone(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, now time.Time) (bool, error) {
	in, err := d.Roster.Pupil(tx, owner, pupil, today(now))
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return roster.AgeOf(in.Class) == roster.Teen && !in.Protected, err
}

// An agreed is a case of a pupil's with the pictures that were agreed on in it.
type agreed struct {
	Track
	code  []byte
	tries int
}

func (a agreed) locked() bool { return a.tries >= maxTries }

// ownTracks are the cases a pupil may open alone: each one in which pictures were
// agreed on, at the school where the pupil goes now. What stands in another opens
// at nobody's wish but that of the pupil and an adult there, together.
func (d *Desk) ownTracks(tx *db.Tx, by tilhor.Actor, now time.Time) (all []agreed, err error) {
	kept := map[tilhor.TrackID]agreed{}
	err = tx.Each(findPictures, func(scan db.Scan) error {
		var a agreed
		err := scan(&a.ID, &a.code, &a.tries)
		kept[a.ID] = a
		return err
	}, by.Owner, by.Person)
	if err != nil {
		return nil, err
	}
	tracks, err := d.tracksOf(tx, by.Owner, by.Person)
	if err != nil {
		return nil, err
	}
	for _, t := range tracks {
		a, is := kept[t.ID]
		if !is {
			continue
		}
		may, err := d.mayAgree(tx, by.Owner, t, now)
		if err != nil {
			return nil, err
		}
		if a.Track = t; may {
			all = append(all, a)
		}
	}
	return all, nil
}

// A MineTrack is one of a pupil's own cases, by nothing but the day it began.
type MineTrack struct {
	Slug  string
	Begun tilhor.Date
}

// MineTracks are those of some cases that a pupil may open, the oldest first.
func (d *Desk) MineTracks(ctx context.Context, by tilhor.Actor, slugs []string) (all []MineTrack, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		own, err := d.ownTracks(tx, by, d.Clock())
		for _, a := range own {
			if !a.locked() && slices.Contains(slugs, a.Slug) {
				all = append(all, MineTrack{a.Slug, today(a.Opened)})
			}
		}
		return err
	})
	return all, err
}

// An Opening is that a pupil opened what is its own: when, and the cases that the
// pictures were agreed on in.
type Opening struct {
	At     time.Time
	Tracks []MineTrack
}

// OpenMine is that a pupil shows its four pictures. Whatever is wrong is one
// answer: there is no case, none may open it, the pictures are others, or there
// were too many tries. A wrong try is counted.
func (d *Desk) OpenMine(ctx context.Context, by tilhor.Actor, code []string) (o Opening, err error) {
	if by.Role != tilhor.RolePupil || by.Person == "" {
		return o, tilhor.ErrNotFound
	}
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		o = Opening{At: instant(now.UnixMilli())}
		all, err := d.ownTracks(tx, by, now)
		if err != nil {
			return err
		}
		shown := d.pictureHash(by.Owner, by.Person, code)
		for _, a := range all {
			if a.locked() || !validCode(code) || !bytes.Equal(a.code, shown) {
				continue
			}
			o.Tracks = append(o.Tracks, MineTrack{a.Slug, today(a.Opened)})
			if _, err := tx.Exec(rightPictures, by.Owner, a.ID); err != nil {
				return err
			}
		}
		if len(o.Tracks) > 0 {
			_, err = tx.Exec(keepOpening, by.Owner, by.Person, now.UnixMilli())
			return err
		}
		if _, err := tx.Exec(wrongPictures, by.Owner, by.Person, maxTries); err != nil {
			return err
		}
		for _, a := range all {
			if a.tries != maxTries-1 {
				continue
			}
			w, err := d.workOn(tx, by, a.Track, "pupil", now)
			if err != nil {
				return err
			}
			if _, err := w.write(note{kind: MineLocked, when: tilhor.Now(now)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(o.Tracks) == 0 {
		err = tilhor.Faults{{Field: "p4", Key: "mine.fault.pictures"}}
	}
	return o, err
}

// OpenTold is that a pupil who has just signed in opens what it has told. Where
// pictures were agreed on it takes them (OpenMine), and the answer here is no.
func (d *Desk) OpenTold(ctx context.Context, by tilhor.Actor) (at time.Time, opened bool, err error) {
	if by.Role != tilhor.RolePupil || by.Person == "" {
		return at, false, tilhor.ErrNotFound
	}
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		at, opened = instant(now.UnixMilli()), false
		all, err := d.ownTracks(tx, by, now)
		if err != nil || len(all) > 0 {
			return err
		}
		opened = true
		_, err = tx.Exec(keepOpening, by.Owner, by.Person, now.UnixMilli())
		return err
	})
	return at, opened, err
}

// LastOpened is when a pupil's own was opened before the opening that began then,
// or after it from somewhere else: zero for never.
func (d *Desk) LastOpened(ctx context.Context, by tilhor.Actor, began time.Time) (last time.Time, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		last, err = lastOpened(tx, by.Owner, by.Person, began)
		return err
	})
	return last, err
}

func lastOpened(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, began time.Time) (time.Time, error) {
	var at, earlier int64
	err := tx.One(findOpening, db.Args(owner, pupil), &at, &earlier)
	if errors.Is(err, tilhor.ErrNotFound) {
		return time.Time{}, nil
	}
	if at == began.UnixMilli() { // the opening that the reader is in
		at = earlier
	}
	if err != nil || at == 0 {
		return time.Time{}, err
	}
	return instant(at), nil
}

// MineLevel is the level of the pages of a pupil, by the year at school and by
// nothing else.
func (d *Desk) MineLevel(ctx context.Context, by tilhor.Actor) (level string, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		level, err = d.Roster.Age(tx, by.Owner, by.Person, today(d.Clock()))
		return err
	})
	return level, err
}

// A MineQuote is something the child said, as an adult wrote it, and what the
// child answered of that.
type MineQuote struct {
	Record    tilhor.RecordID
	Text      string
	Hope      string // what it wants the school to do, when it wrote that itself
	On        tilhor.Date
	Answer    string // right, wrong, or "" for not asked
	Instead   string // the child's own correction
	HomeReads bool
}

// A MineFile is a child's own case, as the child sees it: what it said, what
// happens now, what is planned, and when it is looked at again. Nothing of other
// children, and nothing of what a parent wrote or opened.
type MineFile struct {
	Slug, Name, Level string
	Handler, School   string
	Bare              bool // strictly protected: no name of school or staff
	Alone             bool // may open it in a session of its own
	State             State
	Quotes            []MineQuote
	Now               []Measure
	Plan              *Plan
	Next              FamilyStep
	Weight            string
	Word              *Record       // the newest own word on whether it got better
	Last              time.Time     // when it was opened before; zero for never
	Together          bool          // with an adult, that time
	With              string        // who that was; "" where no name may stand
	Decisions         []FamilyEvent // from fifteen: notices and decisions are the pupil's own too
}

// sitting is how long an adult and a child may sit together: what the adult opened
// within it is this opening, and not the one before.
const sitting = time.Hour

// Own opens a child's own case: for the child, whose pictures were shown when the
// opening began; or for whoever handles it, together with the child, in the adult's
// own session.
func (d *Desk) Own(ctx context.Context, by tilhor.Actor, slug string, began time.Time) (v MineFile, err error) {
	now := d.Clock()
	var id tilhor.TrackID
	var rule access.Relation
	shielded := false
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		var t Track
		var err error
		if t, rule, err = d.mineTrack(tx, by, slug, now); err != nil {
			return err
		}
		id = t.ID
		guarded, err := access.Guarded(tx, by.Owner, access.Track, string(t.ID), now)
		if err != nil {
			return err
		}
		shielded = len(guarded) > 0
		f, _, seen, err := d.familyLoad(tx, by.Owner, t, now)
		if err != nil {
			return err
		}
		if v, err = d.mineFile(tx, by, f, now); err != nil {
			return err
		}
		if v.Last, err = lastOpened(tx, by.Owner, t.Pupil, began); err != nil {
			return err
		}
		for _, s := range seen {
			here := s.Person == by.Person && s.Role == by.Role && now.Sub(s.At) < sitting
			if s.View != "mine" || s.Role == tilhor.RolePupil || here || !s.At.After(v.Last) {
				continue
			}
			v.Last, v.Together, v.With = s.At, true, s.Name
		}
		if v.Bare {
			v.With = ""
		}
		return nil
	})
	if err != nil {
		return MineFile{}, err
	}
	return v, d.DB.Write(ctx, func(tx *db.Tx) error {
		if shielded {
			if err := d.opened(tx, by, id, "mine", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(id)), string(id), "mine", string(rule), now)
	})
}

// MayOpenTogether is the gate alone, for an adult who sits with the child and has not
// opened the page yet: nil, or tilhor.ErrNotFound.
func (d *Desk) MayOpenTogether(ctx context.Context, by tilhor.Actor, slug string) error {
	if by.Role == tilhor.RolePupil {
		return tilhor.ErrNotFound
	}
	return d.DB.Read(ctx, func(tx *db.Tx) error {
		_, _, err := d.mineTrack(tx, by, slug, d.Clock())
		return err
	})
}

// mineTrack is the gate: the child's own track, when it is agreed that the child
// opens it, or one that this person works. That the pictures were shown just now
// is the session's to know.
func (d *Desk) mineTrack(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (Track, access.Relation, error) {
	if by.Role != tilhor.RolePupil {
		t, rule, err := d.find(tx, by, access.Work, slug, now)
		if err == nil && t.Pupil == "" {
			err = tilhor.ErrNotFound
		}
		return t, rule, err
	}
	all, err := d.ownTracks(tx, by, now) // in any other nobody has agreed with the child that it is opened
	if err != nil {
		return Track{}, "", err
	}
	for _, a := range all {
		if a.Slug == slug && !a.locked() {
			return a.Track, "pupil", nil
		}
	}
	return Track{}, "", tilhor.ErrNotFound
}

func (d *Desk) mineFile(tx *db.Tx, by tilhor.Actor, f File, now time.Time) (v MineFile, err error) {
	v = MineFile{Slug: f.Slug, Name: firstName(f.Name), Handler: f.Has, State: f.State, Next: f.next(today(now), false), Plan: f.Current(), Word: f.Last(MineWord)}
	in, err := d.Roster.Pupil(tx, by.Owner, f.Pupil, today(now))
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return v, err
	}
	v.Level = roster.AgeOf(in.Class)
	if v.Alone, err = d.mayAgree(tx, by.Owner, f.Track, now); err != nil {
		return v, err
	}
	grade, err := d.Roster.Grade(tx, by.Owner, f.Pupil)
	if err != nil {
		return v, err
	}
	if v.Bare = grade == roster.StrictConfidential; v.Bare {
		v.Handler = ""
	} else {
		school, err := d.Roster.School(tx, by.Owner, f.School)
		if err != nil {
			return v, err
		}
		v.School = school.Name
	}
	for _, m := range f.Measures {
		if m.Running && m.Start <= today(now) && (m.Until == "" || m.Until >= today(now)) {
			if v.Bare {
				m.Name = ""
			}
			v.Now = append(v.Now, m)
		}
	}
	for _, r := range f.Spoken() {
		q := MineQuote{Record: r.ID, Text: f.ownWords(r), Hope: r.Text["hope"], On: recordDay(r), HomeReads: f.HomeReads(r.ID)}
		for _, a := range f.Of(MineSaid) {
			if a.Ref == string(r.ID) {
				q.Answer, q.Instead = a.Answer, a.Text["text"]
			}
		}
		v.Quotes = append(v.Quotes, q)
	}
	decided, err := d.Roster.Decided(tx, by.Owner, f.Pupil)
	if err != nil {
		return v, err
	}
	if roster.Stands(decided, roster.Fifteen, roster.NotFifteen, "", today(now)) != nil {
		for _, r := range f.Of(Noticed, Resolved) { // fvl. §§ 16, 17, 18, 27
			v.Decisions = append(v.Decisions, FamilyEvent{What: map[Kind]string{Noticed: "notice", Resolved: "decision"}[r.Kind], On: recordDay(r)})
		}
	}
	for _, r := range f.Of(Voice, Ended) {
		if r.Text["weight"] != "" && (r.Kind == Ended || f.Own(r)) {
			v.Weight = r.Text["weight"]
		}
	}
	return v, nil
}

// asChild is an act of a child in its own case; or of an adult for the child,
// together with it, which the record then says.
func (d *Desk) asChild(ctx context.Context, by tilhor.Actor, slug string, do func(w *work) error) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		t, rule, err := d.mineTrack(tx, by, slug, now)
		if err != nil {
			return err
		}
		w, err := d.workOn(tx, by, t, rule, now)
		if err != nil {
			return err
		}
		if err := do(w); err != nil {
			return err
		}
		return w.touch()
	})
}

// AnswerNote is that the child says whether what an adult wrote of its words is
// right. What was written stands; what the child says stands beside it.
func (d *Desk) AnswerNote(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, answer, text string) error {
	var c check
	c.oneOf(answer, "right", NoteRight, NoteWrong)
	c.text(&text, "instead", answer == NoteWrong)
	if err := c.Err(); err != nil {
		return err
	}
	return d.asChild(ctx, by, slug, func(w *work) error {
		texts, err := d.texts(w.tx, by.Owner, w.t.ID, w.key)
		if err != nil {
			return err
		}
		all, err := d.records(w.tx, by.Owner, w.t.ID, texts)
		if err != nil {
			return err
		}
		f := File{Track: w.t, Records: all}
		if r := f.Record(id); r == nil || f.ownWords(*r) == "" {
			return tilhor.ErrNotFound
		}
		_, err = w.write(note{kind: MineSaid, when: tilhor.Now(w.now), ref: string(id), answer: answer, text: []field{{"text", text}}})
		return err
	})
}

// SayHowItIs is the child's own word on whether it got better. A no is that the
// pupil says it is not safe, and the duty to act runs (§ 12-4): a case that has
// ended is opened again. Where nobody would act on it, because the pupil goes to
// another school now or the story is long over, it is not taken for said: it is
// sent to where somebody hears it.
func (d *Desk) SayHowItIs(ctx context.Context, by tilhor.Actor, slug, answer, words string) error {
	var c check
	c.oneOf(answer, "better", Better, Partly, Worse, WillNot)
	c.text(&words, "own-words", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.asChild(ctx, by, slug, func(w *work) error {
		here, err := d.here(w.tx, by.Owner, w.t, w.now)
		if err != nil {
			return err
		}
		if !here || answer == Worse && !w.t.SameStory(today(w.now)) {
			return tilhor.Faults{{Field: "better", Key: "mine.fault.elsewhere"}}
		}
		if _, err := w.write(note{kind: MineWord, when: tilhor.Now(w.now), answer: answer, text: []field{{"words", words}}}); err != nil {
			return err
		}
		if answer != Worse {
			return nil
		}
		if err := w.resume("not-safe"); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.NotSafe, When: tilhor.Now(w.now)})
	})
}
