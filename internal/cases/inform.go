package cases

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// What the school does that lets the home read along, and what it is asked for.
const (
	HomeInformed Kind = "home-informed" // the home was told, or a person decided that it is not yet
	HomeWords    Kind = "home-words"    // in a talk: whether the home may read some of the child's own words
	HomePlan     Kind = "home-plan"     // the home sees the draft of the plan, and may say what it means
	HomeAnswered Kind = "home-answered" // the school answered what a parent wrote
)

func init() {
	for _, k := range []Kind{HomeInformed, HomeWords, HomePlan, HomeAnswered} {
		kinds[k] = true
	}
}

// Answers of an Informing, of what was weighed before it, and of a WordsAgreed.
const (
	Yes = "yes"
	No  = "no"

	HeardFirst = "heard"     // the child was heard before the home was told
	NotHeard   = "not-heard" // it was not, with a reason

	NoDanger = "no-danger" // danger at home was considered: nothing points to it
	Danger   = "danger"    // something does: the home is not told by opening a page
)

// longestUninformed is how many days there may be to the day somebody looks
// again at a decision that the home is not told.
const longestUninformed = 60

// An Informing is that the home was informed (hjemmet er informert), with what
// was weighed first; or the decision that it is not, which is a person's, has a
// reason, and is looked at again. Nothing opens for a parent without it. The
// newest holds, so that what was opened can be closed at once.
type Informing struct {
	Answer string // Yes or No
	At     tilhor.When
	Heard  string // HeardFirst or NotHeard
	WhyNot string // why the child was not heard first
	Danger string // NoDanger or Danger: danger at home was considered
	Basis  string // what that rests on
	Shared string // what was told, and what the home sees
	Reason string // of a No
	Review tilhor.Date
}

func (n *Informing) check(d *Desk) error {
	now := d.Clock()
	var c check
	c.oneOf(n.Answer, "informed", Yes, No)
	c.past(&n.At, now, "at")
	c.oneOf(n.Heard, "heard", HeardFirst, NotHeard)
	c.text(&n.WhyNot, "why-not", n.Heard == NotHeard)
	c.oneOf(n.Danger, "danger", NoDanger, Danger)
	c.text(&n.Basis, "considered", true)
	c.text(&n.Shared, "shared", n.Answer == Yes)
	c.text(&n.Reason, "inform-reason", n.Answer == No)
	c.Add(n.Answer == Yes && n.Danger == Danger, "informed", "cases.fault.danger-at-home")
	if n.Answer == No {
		c.between(n.Review, today(now).Add(1), today(now).Add(longestUninformed), "review", "cases.fault.inform-review")
	} else {
		n.Review = ""
	}
	return c.Err()
}

// InformHome records that the home was informed, or that it is decided not to:
// that one only who leads the track does.
func (d *Desk) InformHome(ctx context.Context, by tilhor.Actor, slug string, n Informing) error {
	if err := n.check(d); err != nil {
		return err
	}
	act := access.Work
	if n.Answer == No {
		act = access.Lead
	}
	return d.on(ctx, by, act, slug, func(w *work) error {
		if w.t.Pupil == "" {
			return tilhor.ErrConflict
		}
		if n.Heard == HeardFirst {
			if err := w.wasHeard(); err != nil {
				return err
			}
		}
		when := n.At
		if n.Answer == No {
			when = tilhor.Now(w.now)
		}
		_, err := w.write(note{kind: HomeInformed, when: when, ref: n.Heard + " " + n.Danger, on: n.Review, answer: n.Answer, text: []field{
			{"why-not", n.WhyNot}, {"considered", n.Basis}, {"shared", n.Shared}, {"reason", n.Reason},
		}})
		if err != nil || n.Answer == No {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.ParentsInformed, When: n.At})
	})
}

// wasHeard refuses to say that the child was heard first when no talk with it is
// written. One in which it did not want to speak counts: it was asked.
func (w *work) wasHeard() error {
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	f := File{Track: w.t}
	for _, r := range all {
		if r.Kind == Voice && f.Own(r) {
			return nil
		}
	}
	return tilhor.Faults{{Field: "heard", Key: "cases.fault.heard-first"}}
}

// A WordsAgreed is what a child agreed to in a talk about some of its own words:
// that the home may read them, or not, or no longer. No switch does it: a person
// asks the child, and writes what it answered.
type WordsAgreed struct {
	Record tilhor.RecordID // where the words stand
	Answer string          // Yes or No
	Talk   string          // how it was asked, and what it said
}

// ofWords are the kinds of records in which the pupil's own words can stand.
var ofWords = []Kind{Voice, Evaluated, Checked, Ended, Told, Exposed}

// AgreeWords records what the child agreed that the home may read.
func (d *Desk) AgreeWords(ctx context.Context, by tilhor.Actor, slug string, a WordsAgreed) error {
	var c check
	c.oneOf(a.Answer, "home-reads", Yes, No)
	c.text(&a.Talk, "talk", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		texts, err := d.texts(w.tx, by.Owner, w.t.ID, w.key)
		if err != nil {
			return err
		}
		all, err := d.records(w.tx, by.Owner, w.t.ID, texts)
		if err != nil {
			return err
		}
		f := File{Track: w.t, Records: all}
		if r := f.Record(a.Record); r == nil || f.ownWords(*r) == "" {
			return tilhor.Faults{{Field: "record", Key: "cases.fault.words-record"}}
		}
		_, err = w.write(note{kind: HomeWords, when: tilhor.Now(w.now), ref: string(a.Record), answer: a.Answer, text: []field{{"talk", a.Talk}}})
		return err
	})
}

// ownWords are the pupil's own words in a record, "" for none.
func (f File) ownWords(r Record) string {
	switch r.Kind {
	case Voice:
		if !f.Own(r) {
			return ""
		}
		return r.Text["words"]
	case Evaluated, Checked, Ended:
		return r.Text["words"]
	case Told, Exposed:
		return r.Text["said"]
	}
	return ""
}

// Spoken are the records with the pupil's own words, oldest first.
func (f File) Spoken() (all []Record) {
	for _, r := range f.Of(ofWords...) {
		if f.ownWords(r) != "" {
			all = append(all, r)
		}
	}
	return all
}

// Words are the pupil's own in one of them.
func (f File) Words(r Record) string { return f.ownWords(r) }

// HomeReads says whether the child has agreed that the home reads the words of a
// record. The newest answer holds; none is no.
func (f File) HomeReads(id tilhor.RecordID) bool {
	reads := false
	for _, r := range f.Of(HomeWords) {
		if r.Ref == string(id) {
			reads = r.Answer == Yes
		}
	}
	return reads
}

// Informed is the newest decision on whether the home is told, nil for none.
func (f File) Informed() *Record { return f.Last(HomeInformed) }

// ShowDraft lets the home see the draft of the plan as it stands, until a day,
// and say what it means before the plan is adopted.
func (d *Desk) ShowDraft(ctx context.Context, by tilhor.Actor, slug string, until tilhor.Date) error {
	now := today(d.Clock())
	var c check
	c.between(until, now, now.Add(30), "until", "cases.fault.draft-until")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		all, err := d.plans(w.tx, by.Owner, w.t.ID, w.key)
		if err != nil {
			return err
		}
		_, draft := split(all)
		if draft == nil || len(draft.Measures) == 0 {
			return tilhor.Faults{{Field: "until", Key: "cases.fault.no-draft"}}
		}
		_, err = w.write(note{kind: HomePlan, when: tilhor.Now(w.now), ref: planID(draft.Version), on: until})
		return err
	})
}

// AnswerHome answers what one parent wrote. The other parent sees neither.
func (d *Desk) AnswerHome(ctx context.Context, by tilhor.Actor, slug string, to tilhor.RecordID, text string) error {
	var c check
	c.text(&text, "answer-text", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		r := File{Records: all}.Record(to)
		if r == nil || !r.Letter() {
			return tilhor.Faults{{Field: "answer-text", Key: "cases.fault.answer-to"}}
		}
		_, err = w.write(note{kind: HomeAnswered, when: tilhor.Now(w.now), ref: string(to), text: []field{{"text", text}}})
		return err
	})
}

// Unanswered are what parents wrote that nobody has answered, oldest first.
func (f File) Unanswered() (all []Record) {
	answered := map[string]bool{}
	for _, r := range f.Of(HomeAnswered) {
		answered[r.Ref] = true
	}
	for _, r := range f.Letters() {
		if !answered[string(r.ID)] {
			all = append(all, r)
		}
	}
	return all
}

// mine are the tracks that may have something for an actor: those under way at
// the school, and those that were given by name. The records are looked up from
// them; begun with the records, every letter of many years was read.
const mine = ` FROM (SELECT o.id FROM cases_track o WHERE o.owner = $1 AND o.school = $4 AND o.state IN ('open', 'stepped-down')
	UNION SELECT p.thing FROM access_grant p WHERE p.owner = $1 AND p.person = $2 AND p.kind = 'track' AND p.unit = $4) mine
	CROSS JOIN cases_track t CROSS JOIN cases_record r
	WHERE t.owner = $1 AND t.id = mine.id AND r.owner = t.owner AND r.track = t.id `

// unanswered are the tracks in which a parent wrote something that nobody has
// answered.
var unanswered = db.SQL(`SELECT ` + columns + `, MIN(r.written_at)` + mine + `AND (r.kind = 'home-said' OR r.kind = 'raised' AND r.by_role = 'parent')
	AND NOT EXISTS (SELECT 1 FROM cases_record a WHERE a.owner = r.owner AND a.track = r.track AND a.kind = 'home-answered' AND a.ref = r.id)
	AND ` + access.Scope(access.Work, "t.id") + `
	GROUP BY t.owner, t.id, t.slug, t.matter, t.origin, t.school, t.pupil, t.arena, t.sfo, t.state, t.handler, t.opened_at, t.written_at, t.due_on, t.check_on, t.ended_at
	ORDER BY MIN(r.written_at), t.id LIMIT 50`)

// Letters are the cases of this person in which a parent waits for an answer, and
// since when.
func (d *Desk) Letters(ctx context.Context, by tilhor.Actor) (all []HomeReview, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(unanswered, func(scan db.Scan) error {
			var since int64
			t, err := trackRow(func(dest ...any) error { return scan(append(dest, &since)...) })
			all = append(all, HomeReview{t, today(instant(since))})
			return err
		}, access.Args(by, access.Work, now)...)
	})
	return all, err
}

// uninformed are the tracks in which the newest decision is that the home is not
// told, and its day of review has come.
var uninformed = db.SQL(`SELECT ` + columns + `, r.on_date` + mine + `AND r.kind = 'home-informed' AND r.answer = 'no' AND r.on_date <= $6
	AND t.state <> 'closed' AND ` + access.Scope(access.Lead, "t.id") + `
	AND NOT EXISTS (SELECT 1 FROM cases_record n WHERE n.owner = r.owner AND n.track = r.track AND n.kind = r.kind AND n.written_at > r.written_at)
	ORDER BY r.on_date, t.id`)

// InformReviews are those that wait for this person: the home is not told, and
// somebody was to look at it again by now.
func (d *Desk) InformReviews(ctx context.Context, by tilhor.Actor) (all []HomeReview, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(uninformed, func(scan db.Scan) error {
			var since tilhor.Date
			t, err := trackRow(func(dest ...any) error { return scan(append(dest, &since)...) })
			all = append(all, HomeReview{t, since})
			return err
		}, access.Args(by, access.Lead, now, today(now))...)
	})
	return all, err
}

// DraftShown is until when the home may say what it means of the draft, "" when
// it does not see it.
func (f File) DraftShown() tilhor.Date {
	_, by := f.draftShown()
	return by
}
