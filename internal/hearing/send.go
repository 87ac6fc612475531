package hearing

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// A Failing is a claim that its register does not bear out, with the schools that
// break it.
type Failing struct {
	Claim
	Figure Figure
}

// A State is how far an answer is from being sent.
type State struct {
	Hearing   Hearing
	Document  reply.Document
	Passages  map[string]Passage
	Figures   map[string]Figure
	Failing   []Failing
	Override  *Override // asked for, or signed, for what fails now
	Undecided []string  // measures that are proposed for comment, and nobody has decided about
	Changed   bool      // the answer is another than the one that was adopted
}

// Flagged are the measures whose sentence must be looked at.
func (s State) Flagged() (all []string) {
	for _, m := range s.Hearing.Measures {
		if p, ok := s.Passages[m.ID]; ok && len(p.Flags) > 0 {
			all = append(all, m.ID)
		}
	}
	return all
}

// Stand is the draft and all that stands in the way of sending it. Every register is
// asked now.
func (d *Desk) Stand(ctx context.Context, by tilhor.Actor, slug string, w *lang.Words) (s State, err error) {
	if err := holds(by); err != nil {
		return s, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		h, err := d.find(tx, by.Owner, slug)
		if err != nil {
			return err
		}
		s, err = d.stand(tx, by.Owner, h.adopted(), w)
		return err
	})
	return s, err
}

func (d *Desk) stand(tx *db.Tx, owner tilhor.OwnerID, h Hearing, w *lang.Words) (s State, err error) {
	s = State{Hearing: h, Figures: map[string]Figure{}}
	for _, c := range h.Claims {
		if _, has := s.Figures[c.Register]; has {
			continue
		}
		if r := d.register(c.Register); r != nil {
			if s.Figures[c.Register], err = r.Figure(tx, owner, calendar.DateOf(d.Clock())); err != nil {
				return s, err
			}
		}
	}
	s.Document, s.Passages = h.Draft(s.Figures, w)
	for _, c := range h.Claims {
		if !c.reply(s.Figures).Holds() {
			s.Failing = append(s.Failing, Failing{c, s.Figures[c.Register]})
		}
	}
	if h.Override.of(s.Failing) {
		s.Override = h.Override
	}
	for _, a := range h.Approved {
		s.Changed = s.Changed || a.Which == Political && !maps.Equal(a.Texts, s.texts())
	}
	for _, r := range s.Document.Annex {
		if _, decided := h.Choices[r.Measure]; r.Proposed && !decided {
			s.Undecided = append(s.Undecided, r.Measure)
		}
	}
	return s, nil
}

// texts are the sentences of the answer, by measure and claim.
func (s State) texts() map[string]string {
	all := map[string]string{}
	for m, p := range s.Passages {
		all[m] = p.Text
	}
	for _, c := range s.Hearing.Claims {
		all["claim "+c.ID] = c.Text + " " + c.Register + " " + c.Expected
	}
	return all
}

// Approve writes that the answer was approved: by the administration first, then by
// the committee that decides. What stands in the way stands in the way of both.
func (d *Desk) Approve(ctx context.Context, by tilhor.Actor, slug string, a Approval, w *lang.Words) error {
	today := calendar.DateOf(d.Clock())
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		s, err := d.stand(tx, by.Owner, h.adopted(), w)
		if err != nil {
			return nil, err
		}
		a.Who, a.Case = strings.TrimSpace(a.Who), strings.TrimSpace(a.Case)
		given := func(which string) bool {
			return slices.ContainsFunc(h.Approved, func(x Approval) bool { return x.Which == which && !(which == Political && s.Changed) })
		}
		a := a
		if a.Which == Political {
			a.Texts = s.texts()
		}
		var f tilhor.Faults
		f.Add(a.Which != Administrative && a.Which != Political, "which", "hearing.fault.which")
		f.Add(given(a.Which), "which", "hearing.fault.given")
		f.Add(a.Which == Political && !given(Administrative), "which", "hearing.fault.first")
		f.Add(a.Who == "" || utf8.RuneCountInString(a.Who) > maxLine, "who", "hearing.fault.who")
		f.Add(utf8.RuneCountInString(a.Case) > maxLine, "case", "hearing.fault.long")
		f.Add(a.On == "" || a.On > today || a.On < calendar.DateOf(h.Opened) || len(h.Approved) > 0 && a.On < h.Approved[0].On, "on", "hearing.fault.on")
		f.Add(len(s.Passages) == 0, "which", "hearing.fault.empty")
		f.Add(len(s.Flagged()) > 0, "which", "hearing.fault.flagged")
		f.Add(len(s.Undecided) > 0, "which", "hearing.fault.undecided")
		return []line{{kind: kindApproved, words: a}}, f.Err()
	})
}

// Refused is why an answer was not sent: claims that are not so.
type Refused struct{ Failing []Failing }

func (r Refused) Error() string { return "a claim of the answer does not hold" }

// Send sends the answer: from then on it is what it is, and everybody can read it.
// Every claim is held against its register in the same transaction. One that fails
// stops it (Refused), unless one person has asked and another signed that it goes all
// the same (Override); that follows the answer.
func (d *Desk) Send(ctx context.Context, by tilhor.Actor, slug string, w *lang.Words) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		s, err := d.stand(tx, by.Owner, h.adopted(), w)
		if err != nil {
			return nil, err
		}
		var f tilhor.Faults
		f.Add(h.Phase() != Political, "send", "hearing.fault.approvals")
		f.Add(s.Changed, "send", "hearing.fault.changed")
		f.Add(len(s.Undecided) > 0, "send", "hearing.fault.undecided")
		f.Add(len(s.Flagged()) > 0, "send", "hearing.fault.flagged")
		if err := f.Err(); err != nil {
			return nil, err
		}
		out := Sent{Letter: h.Letter, Measures: h.Measures, Lang: w.Lang()}
		if len(s.Failing) > 0 {
			o := s.Override
			if o == nil || o.Signed == nil {
				return nil, Refused{s.Failing}
			}
			if err := tx.One(signedEntry, db.Args(by.Owner, h.ID), &out.Signed); err != nil {
				return nil, err
			}
			out.Override = w.T("hearing.override.signed", "reason", strings.TrimRight(o.Reason, ".")+".", "office", o.Signed.Office, "date", o.Signed.On)
		}
		s.Document.Refused, s.Document.Override = []reply.Refused{}, out.Override
		out.Document = s.Document
		return []line{{kind: kindSent, words: out}}, nil
	})
}

var (
	sentOf = db.SQL(`SELECT h.slug, l.id, l.hearing, l.at, l.sealed FROM hearing_line l JOIN hearing_hearing h ON h.owner = l.owner AND h.id = l.hearing
		WHERE l.owner = $1 AND l.body = '' AND l.kind = 'sent' ORDER BY l.at DESC, l.id`)
	sentOne = db.SQL(`SELECT h.slug, l.id, l.hearing, l.at, l.sealed FROM hearing_hearing h JOIN hearing_line l ON l.owner = h.owner AND l.hearing = h.id
		WHERE h.owner = $1 AND h.slug = $2 AND l.body = '' AND l.kind = 'sent'`)
)

// sent opens the answers of a statement, and nothing else of their hearings. For a list
// the letter of each is enough: an answer is long, and anybody may ask for the list.
func (d *Desk) sent(tx *db.Tx, owner tilhor.OwnerID, q *db.Stmt, list bool, args ...any) (all []Hearing, err error) {
	type stored struct {
		id     string
		sealed []byte
	}
	var lines []stored
	err = tx.Each(q, func(scan db.Scan) error {
		var h Hearing
		var l stored
		var at int64
		err := scan(&h.Slug, &l.id, &h.ID, &at, &l.sealed)
		h.Sent = &Sent{At: time.UnixMilli(at)}
		all, lines = append(all, h), append(lines, l)
		return err
	}, args...)
	for i := range all {
		if err != nil {
			return nil, err
		}
		var key seal.Key
		if key, err = d.Keys.Get(tx, owner, seal.KindHearing, all[i].ID); err != nil {
			return nil, err
		}
		var text string
		if text, err = key.Open(field, lines[i].id, lines[i].sealed); err != nil {
			return nil, err
		}
		x := all[i].Sent
		into := any(x)
		if list {
			into = &struct{ Letter *reply.Letter }{&x.Letter}
		}
		if json.Unmarshal([]byte(text), into) != nil {
			return nil, errUnreadable
		}
		x.Document.Letter, x.Document.Measures = x.Letter, x.Measures
		all[i].Letter = x.Letter
	}
	return all, err
}

// Answer is a sent answer, for everybody.
func (d *Desk) Answer(ctx context.Context, owner tilhor.OwnerID, slug string) (s Sent, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := d.sent(tx, owner, sentOne, false, owner, slug)
		if err == nil && len(all) == 0 {
			err = tilhor.ErrNotFound
		}
		if err == nil {
			s = *all[0].Sent
		}
		return err
	})
	return s, err
}

// Answers are the sent answers, the newest first, for everybody.
func (d *Desk) Answers(ctx context.Context, owner tilhor.OwnerID) (all []Hearing, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = d.sent(tx, owner, sentOf, true, owner)
		return err
	})
	return all, err
}

// A Fate is what became of what a body said about a measure.
type Fate string

// Fates.
const (
	Used     Fate = "used"     // the answer means the same
	Both     Fate = "both"     // the answer tells both views
	Not      Fate = "not"      // the answer means something else
	Unchosen Fate = "unchosen" // the answer takes no stance; it stands in the annex
	Told     Fate = "told"     // it took no direction, and stands in the annex
)

// Fate says it of one statement, from the answer as it was sent.
func (h Hearing) Fate(measure string, s Said) Fate {
	if h.Sent == nil {
		return ""
	}
	for _, sec := range h.Sent.Document.Challenges {
		for _, x := range sec.Items {
			if x.Measure != measure || x.Voice == reply.Fact {
				continue
			}
			switch {
			case s.Stance.Way() == reply.NoWay:
				return Told
			case x.Stance.Way() == reply.NoWay:
				return Both
			case x.Stance.Way() == s.Stance.Way():
				return Used
			}
			return Not
		}
	}
	return Unchosen
}

// Promise writes a need or a promise of the answer that somebody is to see to, or
// that it is done. It goes on after the answer is sent.
func (d *Desk) Promise(ctx context.Context, by tilhor.Actor, slug string, x Follow) error {
	if err := holds(by); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := d.find(tx, by.Owner, slug)
		if err != nil {
			return err
		}
		x := x // an act may be run more than once
		if x.ID != "" {
			k := slices.IndexFunc(h.Follow, func(o Follow) bool { return o.ID == x.ID })
			if k < 0 {
				return tilhor.ErrNotFound
			}
			x = h.Follow[k]
			x.Done = calendar.DateOf(now)
		} else {
			x.ID, x.Done = tilhor.NewSlug(), ""
		}
		x.What, x.Who = strings.TrimSpace(x.What), strings.TrimSpace(x.Who)
		var f tilhor.Faults
		f.Add(x.What == "" || utf8.RuneCountInString(x.What) > maxLine, "what", "hearing.fault.what")
		f.Add(x.Who == "" || utf8.RuneCountInString(x.Who) > maxLine, "who", "hearing.fault.who")
		f.Add(x.On == "", "on", "hearing.fault.deadline")
		f.Add(x.Done == "" && len(h.Follow) >= maxFollow, "what", "hearing.fault.many")
		if err := f.Err(); err != nil {
			return err
		}
		return d.write(tx, by, h.ID, now, line{kind: kindFollow, words: x})
	})
}
