package dialogue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Talk is a talk as those who receive or handle it see it.
type Talk struct {
	Slug     string
	School   tilhor.SchoolID
	Coded    bool // nobody knows who it is
	Outsider bool // and it says to be a parent
	Named    bool // but the sender has said it in the talk
	From     string
	Role     tilhor.Role
	Said     string
	Saw      string
	Hope     string // what the sender wants the school to do
	Held     bool
	State    concerns.State
	Sent     time.Time
	Exact    bool
	Waits    bool // the sender waits for an answer
	Needs    []Line
	Lines    []Line
	Works    bool // the reader may write
	Lead     bool
	Receives bool // the reader takes the stance, and has the page of that
	Ended    bool // the parent who told it is told nothing of the child any more, and neither reads nor writes here
}

// Whoever receives the concern has its talk until it is taken up; from then on
// whoever may read a track that it became, and nobody else: who handles a matter,
// and who is kept out of it, is settled there. It is one statement, so that what
// is refused and what is not there are the same empty answer.
var mayReach = `((` + access.Scope(access.Receive, "t.concern") + ` AND NOT EXISTS (SELECT 1 FROM dialogue_track u WHERE u.owner = t.owner AND u.concern = t.concern))
	OR EXISTS (SELECT 1 FROM dialogue_track k WHERE k.owner = t.owner AND k.concern = t.concern AND ` + access.Scope(access.Read, "k.track") + `))`

var (
	selectReached = db.SQL(`SELECT ` + columns + ` FROM dialogue_thread t WHERE t.slug = $6 AND t.owner = $1 AND ` + mayReach)
	selectTracks  = db.SQL(`SELECT track FROM dialogue_track WHERE owner = $1 AND concern = $2 ORDER BY track`)
	selectOf      = db.SQL(`SELECT ` + columns + ` FROM dialogue_track k
		CROSS JOIN dialogue_thread t WHERE k.owner = $1 AND k.track = $2 AND t.owner = k.owner AND t.concern = k.concern ORDER BY t.opened_at, t.concern`)
	// The talks in which the sender has the last word, by the index that holds no
	// others, from where the last page ended; one more than a page, to know of the next.
	selectWaiting = db.SQL(`SELECT ` + columns + ` FROM dialogue_thread t
		WHERE t.owner = $1 AND t.school = $8 AND t.said_n > t.answer_n AND (t.last_at, t.slug) > ($6, $7)
		AND ` + mayReach + ` ORDER BY t.last_at, t.slug LIMIT 101`)
	// What went past the school: looked up from what was given to the owner.
	selectWaitingOwner = db.SQL(`SELECT ` + columns + ` FROM (SELECT DISTINCT o.thing FROM access_grant o
			WHERE o.owner = $1 AND o.kind = 'concern' AND o.unit = '' AND o.person = '') told
		CROSS JOIN dialogue_thread t WHERE t.owner = $1 AND t.concern = told.thing AND t.said_n > t.answer_n
		AND (t.last_at, t.slug) > ($6, $7) AND ` + mayReach + ` ORDER BY t.last_at, t.slug LIMIT 101`)
	markRead = db.SQL(`UPDATE dialogue_thread SET read_n = $3, read_at = $4 WHERE owner = $1 AND concern = $2 AND read_n < $3`)
)

// reach is a talk that this person may read.
func (d *Desk) reach(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (t thread, err error) {
	found := false
	err = tx.Each(selectReached, func(scan db.Scan) error {
		found = true
		t, err = row(scan)
		return err
	}, access.Args(by, access.Receive, now, slug)...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return thread{}, err
	}
	if ok, err := passes(tx, by, t.concern, now); err != nil || !ok {
		if err == nil {
			err = tilhor.ErrNotFound
		}
		return thread{}, err
	}
	return t, nil
}

// passes says whether no wall keeps the reader from a talk: none of the concern,
// and none of any track it became. Who is barred from one of them, as kin of the
// child or whom it is about, has the child's words through no other; and of a
// protected pupil only who is named. The owner's receivers are let by as they are
// to the concern itself, while nobody has been appointed: else what a child writes
// past the school would be read by no one.
func passes(tx *db.Tx, by tilhor.Actor, concern tilhor.ConcernID, now time.Time) (bool, error) {
	tracks, err := tracksOf(tx, by.Owner, concern)
	if err != nil {
		return false, err
	}
	if len(tracks) == 0 && by.School == access.Owner {
		_, err := access.Allow(tx, by, access.Receive, string(concern), now)
		return err == nil, ignoreMissing(err)
	}
	if out, err := access.Walled(tx, by, access.Concern, string(concern), now); err != nil || out {
		return false, err
	}
	for _, k := range tracks {
		if out, err := access.Walled(tx, by, access.Track, k, now); err != nil || out {
			return false, err
		}
	}
	return true, nil
}

// tracksOf are the tracks that a concern became.
func tracksOf(tx *db.Tx, owner tilhor.OwnerID, concern tilhor.ConcernID) (all []string, err error) {
	err = tx.Each(selectTracks, func(scan db.Scan) error {
		var k string
		err := scan(&k)
		all = append(all, k)
		return err
	}, owner, concern)
	return all, err
}

// A way is how somebody comes to a talk.
type way struct {
	rule     access.Relation
	receives bool
	works    bool
	lead     bool
	tracks   []string // those of what it became that the reader may read
}

func (d *Desk) way(tx *db.Tx, by tilhor.Actor, t thread, now time.Time) (w way, err error) {
	allow := func(act access.Act, thing string) (bool, error) {
		rel, err := access.Allow(tx, by, act, thing, now)
		if err == nil && w.rule == "" {
			w.rule = rel
		}
		return err == nil, ignoreMissing(err)
	}
	tracks, err := tracksOf(tx, by.Owner, t.concern)
	if err != nil {
		return w, err
	}
	if len(tracks) == 0 {
		if w.receives, err = allow(access.Receive, string(t.concern)); err != nil {
			return w, err
		}
	}
	w.works = w.receives
	for _, k := range tracks {
		works, err := allow(access.Work, k)
		if err != nil {
			return w, err
		}
		leads, err := allow(access.Lead, k)
		if err != nil {
			return w, err
		}
		reads, err := allow(access.Read, k)
		if err != nil {
			return w, err
		}
		if reads {
			w.tracks = append(w.tracks, k)
		}
		w.works, w.lead = w.works || works, w.lead || leads
	}
	w.lead = w.lead || w.receives && by.Role == tilhor.RoleRektor
	return w, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, tilhor.ErrNotFound) {
		return nil
	}
	return err
}

// Read opens a talk for who receives or handles it. That the school has read
// what was said is what the sender sees; who read it stands in the record, and
// when it is about a protected pupil it rings.
func (d *Desk) Read(ctx context.Context, by tilhor.Actor, slug string) (talk Talk, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := d.reach(tx, by, slug, now)
		if err != nil {
			return err
		}
		w, err := d.way(tx, by, t, now)
		if err != nil {
			return err
		}
		if talk, err = d.talk(tx, by, t, w); err != nil {
			return err
		}
		if _, err := tx.Exec(markRead, by.Owner, t.concern, t.saidN, t.at(now).UnixMilli()); err != nil {
			return err
		}
		for _, k := range append(w.tracks, string(t.concern)) { // who handles the case sees it among its readings
			if err := d.Journal.Seen(tx, by, journal.ReadingsOf(k), k, "dialogue", string(w.rule), now); err != nil {
				return err
			}
		}
		return access.Ring(tx, by, access.Concern, string(t.concern), "dialogue", now)
	})
	if err != nil {
		return Talk{}, missing(err)
	}
	return talk, nil
}

func (d *Desk) talk(tx *db.Tx, by tilhor.Actor, t thread, w way) (Talk, error) {
	c, err := d.Concerns.AsSent(tx, by.Owner, t.concern)
	if err != nil {
		return Talk{}, err
	}
	all, err := d.lines(tx, by.Owner, t)
	if err != nil {
		return Talk{}, err
	}
	names, err := d.writers(tx, by.Owner, all)
	if err != nil {
		return Talk{}, err
	}
	v := Talk{
		Slug: t.slug, School: t.school, Coded: t.quiet(), Outsider: c.Channel == concerns.Outsider, Named: t.named, From: c.From, Role: t.role, Said: c.Said, Saw: c.Saw, Hope: c.Hope, Held: c.Held, State: c.State,
		Sent: t.opened, Exact: !t.quiet(), Waits: t.saidN > t.answerN || t.answerN == 0, Works: w.works, Lead: w.lead, Receives: w.receives,
	}
	if v.Ended, err = d.ended(tx, by.Owner, t, d.Clock()); err != nil {
		return Talk{}, err
	}
	v.Waits = v.Waits && !v.Ended
	for _, l := range all {
		if !l.reaches(by, w.lead) {
			continue
		}
		x := l.show(t, names[l.By])
		if c.Held {
			x.Text = ""
		}
		if l.Kind == Need {
			v.Needs = append(v.Needs, x)
		}
		v.Lines = append(v.Lines, x)
	}
	return v, nil
}

// reaches says whether somebody of the school's or the owner's may read a line
// of a talk they have.
func (l line) reaches(by tilhor.Actor, lead bool) bool {
	owners := by.Role == tilhor.RoleOwnerAdviser
	switch {
	case !l.staff() || l.To == ToSender || l.By == by.Person:
		return true
	case l.To == ToOwner:
		return owners || lead
	}
	return owners == (l.Role == tilhor.RoleOwnerAdviser)
}

// Reply writes in a talk, for those it is meant for. What no one chose goes to
// the school alone.
func (d *Desk) Reply(ctx context.Context, by tilhor.Actor, slug, text string, to Reach) error {
	var f tilhor.Faults
	f.Add(to != "" && !slices.Contains(Reaches, to), "to", "dialogue.fault.to")
	if to == "" {
		to = ToStaff
	}
	return d.put(ctx, by, slug, line{Kind: Answer, To: to, Text: text}, "text", MaxText, f)
}

// NoteNeed writes that the talk needs an interpreter, or another way of talking:
// the sender sees it too.
func (d *Desk) NoteNeed(ctx context.Context, by tilhor.Actor, slug, text string) error {
	return d.put(ctx, by, slug, line{Kind: Need, To: ToSender, Text: text}, "need", MaxShort, nil)
}

func (d *Desk) put(ctx context.Context, by tilhor.Actor, slug string, l line, name string, most int, f tilhor.Faults) error {
	now := d.Clock()
	return missing(d.DB.Write(ctx, func(tx *db.Tx) error {
		t, err := d.reach(tx, by, slug, now)
		if err != nil {
			return err
		}
		w, err := d.way(tx, by, t, now)
		if err != nil {
			return err
		}
		if !w.works {
			return tilhor.ErrNotFound
		}
		l := l
		err = check(&l.Text, name, most)
		if all := append(append(tilhor.Faults{}, tilhor.FaultsOf(err)...), f...); len(all) > 0 {
			return all
		}
		if ended, err := d.ended(tx, by.Owner, t, now); err != nil {
			return err
		} else if ended && l.To == ToSender {
			return tilhor.Faults{{Field: name, Key: "dialogue.staff.fault-ended"}}
		}
		all, err := d.lines(tx, by.Owner, t)
		if err != nil {
			return err
		}
		if len(all) >= maxLines+100 { // who answers has room left when the sender has none
			return tilhor.Faults{{Field: name, Key: "dialogue.fault.full"}}
		}
		return d.write(tx, by.Owner, t, by, string(w.rule), l, now)
	}))
}

// A Link leads to a talk.
type Link struct {
	Slug  string
	Coded bool
	Waits bool // the sender waits for an answer
	Ended bool // the sender would, and is told nothing of the child any more
	Last  time.Time
	Exact bool
}

func (t thread) link() Link {
	return Link{Slug: t.slug, Coded: t.quiet(), Waits: t.saidN > t.answerN, Last: t.last, Exact: !t.quiet()}
}

// A List is a page of the talks in which somebody who told something has the last
// word.
type List struct {
	Links []Link
	Next  string // the mark where the next page begins; "" on the last
	Ended bool   // talks that have ended were passed by on the way
}

// A page of them is a hundred. Whoever is let through few of them is not kept
// waiting for the whole school: the page ends after so many were looked at, and
// the next goes on from there.
const (
	listPage = 100
	listWalk = 500
)

// mark is where a talk stands in the list.
func (t thread) mark() string { return strconv.FormatInt(t.last.UnixMilli(), 36) + "-" + t.slug }

// marked is after which time and address a page begins; what is no mark is the beginning.
func marked(mark string) (at int64, slug string) {
	ms, slug, ok := strings.Cut(mark, "-")
	at, err := strconv.ParseInt(ms, 36, 64)
	if !ok || err != nil {
		return -1, ""
	}
	return at, slug
}

// At finds the talk of a concern, nil when there is none this person may read.
func (d *Desk) At(ctx context.Context, by tilhor.Actor, slug string) (link *Link, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		link = nil
		t, err := d.reach(tx, by, slug, d.Clock())
		if err == nil {
			l := t.link()
			link = &l
		}
		return ignoreMissing(err)
	})
	return link, err
}

// Of lists the talks of what became a track, for who may read the track: the
// page has asked.
func (d *Desk) Of(ctx context.Context, by tilhor.Actor, track tilhor.TrackID) (all []Link, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		if _, err := access.Allow(tx, by, access.Read, string(track), now); err != nil {
			return ignoreMissing(err)
		}
		of, err := threads(tx, selectOf, by.Owner, track)
		if err != nil {
			return err
		}
		for _, t := range of {
			l, ok, err := d.passing(tx, by, t, now)
			if err != nil {
				return err
			}
			if ok {
				all = append(all, l)
			}
		}
		return nil
	})
	return all, err
}

// Waiting lists the talks in which a sender waits for an answer from this person
// or a colleague, the longest first; or those that would wait and have ended. No
// word and no name stands in it. After is the mark of the page before.
func (d *Desk) Waiting(ctx context.Context, by tilhor.Actor, ended bool, after string) (l List, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		l = List{}
		mark := after
		for walked := 0; ; walked += listPage {
			at, slug := marked(mark)
			list, args := selectWaiting, access.Args(by, access.Receive, now, at, slug, by.School)
			if by.School == access.Owner {
				list, args = selectWaitingOwner, access.Args(by, access.Receive, now, at, slug)
			}
			of, err := threads(tx, list, args...)
			if err != nil {
				return err
			}
			for _, t := range of[:min(len(of), listPage)] {
				if len(l.Links) == listPage || walked == listWalk {
					l.Next = mark
					return nil
				}
				mark = t.mark()
				x, ok, err := d.passing(tx, by, t, now)
				if err != nil {
					return err
				}
				l.Ended = l.Ended || ok && x.Ended
				if ok && x.Ended == ended {
					l.Links = append(l.Links, x)
				}
			}
			if len(of) <= listPage {
				return nil
			}
		}
	})
	return l, err
}

func threads(tx *db.Tx, list *db.Stmt, args ...any) (all []thread, err error) {
	err = tx.Each(list, func(scan db.Scan) error {
		t, err := row(scan)
		all = append(all, t)
		return err
	}, args...)
	return all, err
}

// passing is the way to a talk, for whom its walls let by.
func (d *Desk) passing(tx *db.Tx, by tilhor.Actor, t thread, now time.Time) (l Link, ok bool, err error) {
	if ok, err = passes(tx, by, t.concern, now); err != nil || !ok {
		return l, false, err
	}
	l = t.link()
	if l.Waits {
		l.Ended, err = d.ended(tx, by.Owner, t, now)
		l.Waits = !l.Ended
	}
	return l, true, err
}
