package cases

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// Kinds of records about what colleagues are asked.
const (
	Asked        Kind = "asked"         // a colleague was asked
	AskDeclined  Kind = "ask-declined"  // and could not
	AskWithdrawn Kind = "ask-withdrawn" // or need not any more
	Advice       Kind = "advice"        // what one of the resource team advises
)

func init() {
	for _, k := range []Kind{Asked, AskDeclined, AskWithdrawn, Advice} {
		kinds[k] = true
	}
}

// An AskKind is what a colleague is asked for.
type AskKind string

// What for. Advice is asked for without the pupil's name unless whoever asks has
// found that the name is needed.
const (
	ForObservation AskKind = "observation"
	ForAdvice      AskKind = "advice"
	ForAdviceNamed AskKind = "advice-named"
)

// Team says whether it was taken up in the resource team (ressursteam).
func (k AskKind) Team() bool { return k == ForAdvice || k == ForAdviceNamed }

// States of what is asked.
const (
	AskOpen      = "open"
	AskAnswered  = "answered"
	AskRefused   = "declined"
	AskTakenBack = "withdrawn"
)

// A Request asks colleagues at the school for something about a track, by a day.
type Request struct {
	Kind  AskKind
	Whom  []tilhor.PersonID
	Place string // where and when to look
	Look  string // what to look for; of advice, what the team is told
	Due   tilhor.Date
}

// An Ask is one colleague who was asked, as those who work the track see it.
type Ask struct {
	ID       tilhor.RecordID
	Kind     AskKind
	Person   tilhor.PersonID
	Name     string
	Due      tilhor.Date
	State    string
	Asked    time.Time
	Ended    time.Time
	Answer   tilhor.RecordID
	Place    string
	Look     string
	Declined string // why, if a reason was given
	by       tilhor.PersonID
	seen     bool // who asked has seen how it ended
}

// Late says whether the day has passed with no answer.
func (a Ask) Late(today tilhor.Date) bool { return a.State == AskOpen && a.Due < today }

const (
	mostAsked = 12
	longLook  = 1500
	askUntil  = 60 // days ahead
)

func (r *Request) check(now tilhor.Date) error {
	var c check
	c.oneOf(string(r.Kind), "ask", string(ForObservation), string(ForAdvice), string(ForAdviceNamed))
	var whom []tilhor.PersonID
	for _, p := range r.Whom {
		if p != "" && !slices.Contains(whom, p) {
			whom = append(whom, p)
		}
	}
	r.Whom = whom
	c.Add(len(whom) == 0, "whom", "cases.fault.whom")
	c.Add(len(whom) > mostAsked, "whom", "cases.fault.whom-many")
	c.short(&r.Place, "spot", r.Kind == ForObservation)
	c.text(&r.Look, "look", true)
	c.Add(utf8.RuneCountInString(r.Look) > longLook, "look", "cases.fault.look-long")
	c.between(r.Due, now, now.Add(askUntil), "due", "cases.fault.due")
	return c.Err()
}

var (
	insertAsk = db.SQL(`INSERT INTO cases_ask (owner, id, track, kind, person, due_on, state, asked_at, ended_at, answer, asked_by, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, 0, '', $8, 0)`)
	selectAsks = db.SQL(`SELECT id, kind, person, due_on, state, asked_at, ended_at, answer, asked_by, seen_at FROM cases_ask
		WHERE owner = $1 AND track = $2 ORDER BY asked_at, id`)
	selectMyAsks = db.SQL(`SELECT a.id, a.kind, a.track, a.due_on, t.pupil FROM cases_ask a JOIN cases_track t ON t.owner = a.owner AND t.id = a.track
		WHERE a.owner = $1 AND a.person = $2 AND a.state = 'open' AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(access.Answer, "a.track") + `
		ORDER BY a.due_on, a.id LIMIT 50`)
	findAsk = db.SQL(`SELECT t.id, t.slug, a.kind, a.state FROM cases_ask a JOIN cases_track t ON t.owner = a.owner AND t.id = a.track WHERE a.owner = $1 AND a.id = $2 AND a.person = $3`)
	// What was answered, and who asked has not seen, in what that one works still.
	selectAnswered = db.SQL(`SELECT ` + columns + `, a.kind, a.person, a.state FROM cases_ask a JOIN cases_track t ON t.owner = a.owner AND t.id = a.track
		WHERE a.owner = $1 AND a.asked_by = $2 AND a.seen_at = 0 AND a.state IN ('answered', 'declined') AND ` + access.Scope(access.Work, "a.track") + `
		ORDER BY a.ended_at, a.id LIMIT 50`)
	seeAnswers = db.SQL(`UPDATE cases_ask SET seen_at = $4 WHERE owner = $1 AND track = $2 AND asked_by = $3 AND seen_at = 0 AND state IN ('answered', 'declined')`)
	whoseAsk   = db.SQL(`SELECT person FROM cases_ask WHERE owner = $1 AND id = $2 AND track = $3`)
	endAsk     = db.SQL(`UPDATE cases_ask SET state = $4, ended_at = $5, answer = $6 WHERE owner = $1 AND id = $2 AND track = $3 AND state = 'open'`)
	openAsks   = db.SQL(`SELECT COUNT(*) FROM cases_ask WHERE owner = $1 AND track = $2 AND person = $3 AND state = 'open'`)
)

// Ask asks colleagues for a short observation each, or takes the track up in the
// resource team. Each sees the question on a page of its own, and nothing of the
// case: the access that is given is to the question. Whoever may have no part in
// it (barred, or not named for a protected pupil) is not asked.
func (d *Desk) Ask(ctx context.Context, by tilhor.Actor, slug string, r Request) error {
	if err := r.check(today(d.Clock())); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		works, err := d.Roster.Employees(w.tx, by.Owner, w.t.School, today(w.now))
		if err != nil {
			return err
		}
		for _, p := range r.Whom {
			if err := w.mayBeAsked(p, works); err != nil {
				return err
			}
		}
		if r.Kind == ForObservation { // to look is to inquire
			if err := w.start(tilhor.Now(w.now)); err != nil {
				return err
			}
		}
		for _, p := range r.Whom {
			if err := w.ask(p, r); err != nil {
				return err
			}
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// mayBeAsked refuses whom nobody can ask: who does not work there, who may have no
// part in the track, and oneself, as what a stand-in is asked would outlive the days.
func (w *work) mayBeAsked(p tilhor.PersonID, works []roster.Employee) error {
	if p == w.by.Person {
		return tilhor.Faults{{Field: "whom", Key: "cases.fault.self"}}
	}
	if !slices.ContainsFunc(works, func(e roster.Employee) bool { return e.ID == p && CanAnswer(e) }) {
		return tilhor.Faults{{Field: "whom", Key: "cases.fault.whom"}}
	}
	if err := w.notBarred(p, "whom"); err != nil {
		return err
	}
	if err := at("whom", w.notKin(p)); err != nil {
		return err
	}
	return w.mayBeGiven(p, "whom")
}

// CanAnswer says whether somebody at a school has a page to answer on: those of
// PPT come there and have none.
func CanAnswer(e roster.Employee) bool { return slices.ContainsFunc(e.Roles, tilhor.Role.Staff) }

func (w *work) ask(p tilhor.PersonID, r Request) error {
	had, err := w.stillAsked(p)
	if err != nil {
		return err
	}
	id, err := w.write(note{kind: Asked, when: tilhor.Now(w.now), ref: string(p), on: r.Due, answer: string(r.Kind), text: []field{{"place", r.Place}, {"look", r.Look}}})
	if err != nil {
		return err
	}
	if _, err := w.tx.Exec(insertAsk, w.by.Owner, id, w.t.ID, r.Kind, p, r.Due, w.now.UnixMilli(), w.by.Person); err != nil || had > 0 {
		return err
	}
	return access.Give(w.tx, w.by.Owner, access.Grant{
		Kind: access.Track, Thing: string(w.t.ID), Person: p, Unit: w.t.School, Relation: access.Asked, From: w.now, By: w.by.Person,
	})
}

func (w *work) stillAsked(p tilhor.PersonID) (n int, err error) {
	err = w.tx.One(openAsks, db.Args(w.by.Owner, w.t.ID, p), &n)
	return n, err
}

// ended ends what somebody was asked, and with the last of it the access.
func (w *work) ended(id tilhor.RecordID, p tilhor.PersonID, state string, answer tilhor.RecordID) error {
	n, err := w.tx.Exec(endAsk, w.by.Owner, id, w.t.ID, state, w.now.UnixMilli(), answer)
	if err == nil && n == 0 { // answered, or taken back, meanwhile
		err = tilhor.ErrConflict
	}
	if err != nil {
		return err
	}
	left, err := w.stillAsked(p)
	if err != nil || left > 0 {
		return err
	}
	return access.End(w.tx, w.by.Owner, access.Track, string(w.t.ID), p, access.Asked, w.now)
}

// Withdraw takes back what a colleague was asked and has not answered.
func (d *Desk) Withdraw(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID) error {
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		var p tilhor.PersonID
		if err := w.tx.One(whoseAsk, db.Args(by.Owner, id, w.t.ID), &p); err != nil {
			return err
		}
		return w.withdraw(id, p)
	})
}

func (w *work) withdraw(id tilhor.RecordID, p tilhor.PersonID) error {
	if err := w.ended(id, p, AskTakenBack, ""); err != nil {
		return err
	}
	_, err := w.write(note{kind: AskWithdrawn, when: tilhor.Now(w.now), ref: string(p)})
	return err
}

// withdrawAll takes back all that stands open, of one or of everybody: when a track
// ends nobody looks at a child for it, and who is kept out of one is not asked.
func (w *work) withdrawAll(of tilhor.PersonID) error {
	all, err := w.d.asks(w.tx, w.by.Owner, w.t.ID, nil)
	for _, a := range all {
		if err == nil && a.State == AskOpen && (of == "" || a.Person == of) {
			err = w.withdraw(a.ID, a.Person)
		}
	}
	return err
}

// asks lists what colleagues were asked about a track, oldest first.
func (d *Desk) asks(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, texts map[string]map[string]string) (all []Ask, err error) {
	err = tx.Each(selectAsks, func(scan db.Scan) error {
		var a Ask
		var asked, ended, seen int64
		if err := scan(&a.ID, &a.Kind, &a.Person, &a.Due, &a.State, &asked, &ended, &a.Answer, &a.by, &seen); err != nil {
			return err
		}
		a.seen = seen > 0
		if a.Asked = instant(asked); ended > 0 {
			a.Ended = instant(ended)
		}
		t := texts[string(a.ID)]
		a.Place, a.Look, a.Declined = t["place"], t["look"], texts[string(a.Answer)]["reason"]
		all = append(all, a)
		return nil
	}, owner, id)
	return all, err
}

// An Answered is a colleague who has answered, or cannot, and whom it was about: for
// who asked, until that one has seen it in the case.
type Answered struct {
	Row
	Kind AskKind
	Who  string
	No   bool // could not
}

// Answers lists what came back to this person and is not seen yet, oldest first.
func (d *Desk) Answers(ctx context.Context, by tilhor.Actor) (all []Answered, err error) {
	now := d.Clock()
	var rows []Row
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, rows = nil, nil
		var who []tilhor.PersonID
		err := tx.Each(selectAnswered, func(scan db.Scan) error {
			var a Answered
			var p tilhor.PersonID
			var state string
			t, err := trackRow(func(dst ...any) error { return scan(append(dst, &a.Kind, &p, &state)...) })
			a.No = state == AskRefused
			all, rows, who = append(all, a), append(rows, Row{Track: t}), append(who, p)
			return err
		}, access.Args(by, access.Work, now)...)
		if err != nil || len(all) == 0 {
			return err
		}
		if err := d.nameRows(tx, by.Owner, rows, now); err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(who)...)
		for i := range all {
			all[i].Row, all[i].Who = rows[i], names[who[i]]
		}
		return err
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, d.listed(ctx, by, "today", rows, now)
}

// answerViews are the views of a track in which the answers stand.
var answerViews = []string{"whole", "inquiry", "look", "team"}

// sawAnswers keeps that who asked has seen the answers.
func (d *Desk) sawAnswers(tx *db.Tx, by tilhor.Actor, f *File, view string, now time.Time) error {
	fresh := func(a Ask) bool {
		return a.by == by.Person && !a.seen && (a.State == AskAnswered || a.State == AskRefused)
	}
	if !slices.Contains(answerViews, view) || !slices.ContainsFunc(f.Asks, fresh) {
		return nil
	}
	_, err := tx.Exec(seeAnswers, by.Owner, f.ID, by.Person, now.UnixMilli())
	return err
}

// A Question is what a colleague is asked, as that colleague sees it: the pupil's
// name when it is needed, and what to look for. Nothing else of the case.
type Question struct {
	ID       tilhor.RecordID
	Kind     AskKind
	Pupil    string
	Class    string
	Shielded bool // the pupil is protected: no name
	Place    string
	Look     string
	Due      tilhor.Date
	track    tilhor.TrackID
	pupil    tilhor.PersonID
}

// Questions lists what this person is asked and has not answered, the first date
// first.
func (d *Desk) Questions(ctx context.Context, by tilhor.Actor) ([]Question, error) {
	return d.questions(ctx, by, func(Question) bool { return true })
}

// Question is one of them: another's, or one that is answered or taken back, is
// as one that never was.
func (d *Desk) Question(ctx context.Context, by tilhor.Actor, id tilhor.RecordID) (Question, error) {
	all, err := d.questions(ctx, by, func(q Question) bool { return q.ID == id })
	if err == nil && len(all) == 0 {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return Question{}, err
	}
	return all[0], d.DB.Write(ctx, func(tx *db.Tx) error { // of a protected pupil, that it was opened rings
		now := d.Clock()
		guarded, err := access.Guarded(tx, by.Owner, access.Track, string(all[0].track), now)
		if err != nil || len(guarded) == 0 {
			return err
		}
		return d.opened(tx, by, all[0].track, "asked", now)
	})
}

func (d *Desk) questions(ctx context.Context, by tilhor.Actor, which func(Question) bool) (all []Question, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var mine []Question
		err := tx.Each(selectMyAsks, func(scan db.Scan) error {
			var q Question
			err := scan(&q.ID, &q.Kind, &q.track, &q.Due, &q.pupil)
			mine = append(mine, q)
			return err
		}, access.Args(by, access.Answer, now)...)
		if err != nil {
			return err
		}
		for _, q := range mine {
			if !which(q) {
				continue
			}
			if held, err := privacy.Stopped(tx, by.Owner, q.track, string(q.ID)); err != nil || held {
				if err != nil {
					return err
				}
				continue // blocked: nobody reads it
			}
			if err := d.fillQuestion(tx, by.Owner, &q, today(now)); err != nil {
				return err
			}
			all = append(all, q)
		}
		return nil
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	return all, d.DB.Write(ctx, func(tx *db.Tx) error {
		for _, q := range all {
			if err := d.Journal.Seen(tx, by, journal.ReadingsOf(string(q.track)), string(q.track), "asked", string(access.Asked), now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) fillQuestion(tx *db.Tx, owner tilhor.OwnerID, q *Question, day tilhor.Date) error {
	key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(q.track))
	if err != nil {
		return err
	}
	texts := map[string]string{}
	err = tx.Each(selectTextOf, func(scan db.Scan) error {
		var name string
		var sealed []byte
		if err := scan(&name, &sealed); err != nil || len(sealed) == 0 {
			return err
		}
		texts[name], err = key.Open(name, string(q.ID), sealed)
		return err
	}, owner, q.track, q.ID)
	q.Place, q.Look = texts["place"], texts["look"]
	if err != nil || q.Kind == ForAdvice {
		return err
	}
	q.Pupil, q.Class, q.Shielded, err = d.nameFor(tx, owner, q.pupil, day)
	return err
}

// nameFor is what one who sees a small part of a track is told of whose it is.
// Who a protected pupil is, is said by word of mouth, and stands on no list.
func (d *Desk) nameFor(tx *db.Tx, owner tilhor.OwnerID, pupil tilhor.PersonID, day tilhor.Date) (name, class string, shielded bool, err error) {
	if pupil == "" {
		return "", "", false, nil
	}
	in, err := d.Roster.Pupil(tx, owner, pupil, day)
	if err == nil && in.Protected {
		return "", "", true, nil
	}
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return "", "", false, err
	}
	names, protected, err := d.Roster.Faces(tx, owner, pupil) // in the summer a pupil goes to no school, and is protected all the same
	if err != nil || protected[pupil] {
		return "", "", err == nil, err
	}
	return names[pupil], in.Class, false, nil
}

// An Observation is what a colleague saw: what, where, when, and how the pupil
// seemed, without what it may come from.
type Observation struct {
	At     tilhor.When
	Place  string
	Saw    string
	Seemed string
}

// Observe answers a question with what was seen. It becomes a source of the
// inquiry. That there was nothing to see is an observation as well.
func (d *Desk) Observe(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, o Observation) error {
	now := d.Clock()
	var c check
	c.past(&o.At, now, "at")
	c.short(&o.Place, "observed-where", true)
	c.text(&o.Saw, "observed", true)
	c.text(&o.Seemed, "seemed", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.answer(ctx, by, id, func(k AskKind) bool { return !k.Team() }, func(w *work) (tilhor.RecordID, string, error) {
		source, err := w.write(note{
			kind: Source, when: o.At, ref: "observation", answer: "given",
			text: []field{{"place", o.Place}, {"text", o.Saw}, {"seemed", o.Seemed}},
		})
		return source, AskAnswered, err
	})
}

// Advise answers what was taken up in the resource team.
func (d *Desk) Advise(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, text string) error {
	var c check
	c.text(&text, "advice", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.answer(ctx, by, id, AskKind.Team, func(w *work) (tilhor.RecordID, string, error) {
		r, err := w.write(note{kind: Advice, when: tilhor.Now(w.now), text: []field{{"text", text}}})
		return r, AskAnswered, err
	})
}

// Decline says that one cannot. A reason may stand with it, and need not.
func (d *Desk) Decline(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, reason string) error {
	var c check
	c.short(&reason, "reason", false)
	if err := c.Err(); err != nil {
		return err
	}
	return d.answer(ctx, by, id, func(AskKind) bool { return true }, func(w *work) (tilhor.RecordID, string, error) {
		r, err := w.write(note{kind: AskDeclined, when: tilhor.Now(w.now), text: []field{{"reason", reason}}})
		return r, AskRefused, err
	})
}

// answer finds the question through the scope, and ends it with what was written.
// A question of another kind is as one that is not there. One that was taken back,
// answered or blocked meanwhile is a conflict: what was typed comes back with it.
func (d *Desk) answer(ctx context.Context, by tilhor.Actor, id tilhor.RecordID, fits func(AskKind) bool, write func(*work) (tilhor.RecordID, string, error)) error {
	slug, kind, open, err := d.asked(ctx, by, id)
	if err != nil {
		return err
	}
	if !fits(kind) {
		return tilhor.ErrNotFound
	}
	if !open {
		return tilhor.ErrConflict
	}
	return d.on(ctx, by, access.Answer, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		record, state, err := write(w)
		if err != nil {
			return err
		}
		return w.ended(id, by.Person, state, record)
	})
}

// Ended says whether this person was asked something that is not asked any more:
// answered, taken back or blocked.
func (d *Desk) Ended(ctx context.Context, by tilhor.Actor, id tilhor.RecordID) (bool, error) {
	_, _, open, err := d.asked(ctx, by, id)
	if errors.Is(err, tilhor.ErrNotFound) {
		return false, nil
	}
	return err == nil && !open, err
}

// asked is what this person was asked, by the track it is about, and whether it
// stands open.
func (d *Desk) asked(ctx context.Context, by tilhor.Actor, id tilhor.RecordID) (slug string, kind AskKind, open bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		var track tilhor.TrackID
		var state string
		if err := tx.One(findAsk, db.Args(by.Owner, id, by.Person), &track, &slug, &kind, &state); err != nil {
			return err
		}
		held, err := privacy.Stopped(tx, by.Owner, track, string(id))
		open = state == AskOpen && !held
		return err
	})
	return slug, kind, open, err
}
