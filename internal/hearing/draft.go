package hearing

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
)

// Choose is what the municipality decides about a measure: to comment it, or not,
// which is an act with a reason.
func (d *Desk) Choose(ctx context.Context, by tilhor.Actor, slug, measure string, c reply.Choice) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		if h.Measure(measure) == nil {
			return nil, tilhor.ErrNotFound
		}
		c.Reason = strings.TrimSpace(c.Reason)
		var f tilhor.Faults
		f.Add(!c.Comment && c.Reason == "", "reason", "hearing.fault.reason")
		f.Add(c.Comment && c.Stance != "" && c.Reason == "", "reason", "hearing.fault.reason-own")
		f.Add(utf8.RuneCountInString(c.Reason) > maxText, "reason", "hearing.fault.text-long")
		f.Add(c.Stance != "" && (!c.Stance.Known() || c.Stance == reply.NotCommented), "stance", "hearing.fault.stance")
		f.Add(c.Voice != "" && !c.Voice.Known(), "voice", "hearing.fault.voice")
		f.Add(c.Voice == reply.Fact && !slices.ContainsFunc(h.Claims, func(x Claim) bool { return x.Measure == measure }), "voice", "hearing.fault.fact")
		f.Add(c.Rank < 0 || c.Rank > 99, "rank", "hearing.fault.rank")
		return []line{{kind: kindChosen, measure: measure, words: c}}, f.Err()
	})
}

// A Claim (påstand) is a sentence of fact, and the register it is bound to.
type Claim struct {
	ID       string `json:"id"`
	Measure  string `json:"measure"`
	Text     string `json:"text"`
	Register string `json:"register"`
	Expected string `json:"expected"` // a number, or All
	NoPupil  bool   `json:"-"`        // as in Said
}

// All is expected of a register that counts schools: each of them.
const All = "all"

// Claim writes a sentence of fact, or with an empty text takes one away. What the
// register says today may be something else than what the claim needs: then it is
// written and shown as it stands, and stops the sending.
func (d *Desk) Claim(ctx context.Context, by tilhor.Actor, slug string, c Claim) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		c := c // an act may be run more than once
		if c.ID != "" && !slices.ContainsFunc(h.Claims, func(x Claim) bool { return x.ID == c.ID }) || c.Measure != "" && c.Measure != reply.Other && h.Measure(c.Measure) == nil {
			return nil, tilhor.ErrNotFound
		}
		c.Text, c.Expected = strings.TrimSpace(c.Text), strings.TrimSpace(c.Expected)
		var f tilhor.Faults
		if c.ID == "" || c.Text != "" {
			n, err := strconv.Atoi(c.Expected)
			f.Add(c.Text == "", "text", "hearing.fault.text")
			f.Add(c.ID == "" && len(h.Claims) >= maxClaims, "text", "hearing.fault.many")
			f.Add(utf8.RuneCountInString(c.Text) > maxLine, "text", "hearing.fault.long")
			f.Add(!c.NoPupil && firstnames.Any(c.Text), "no-pupil", "circles.fault.name")
			f.Add(d.register(c.Register) == nil, "register", "hearing.fault.register")
			f.Add(c.Expected != All && (err != nil || n < 0), "expected", "hearing.fault.expected")
		}
		if c.ID == "" {
			c.ID = tilhor.NewSlug()
		}
		return []line{{kind: kindClaim, measure: c.Measure, words: c}}, f.Err()
	})
}

// Write puts a person's own words in the place of a sentence. Stance, sources and
// counts stay what they are; when they become others, the sentence is flagged.
func (d *Desk) Write(ctx context.Context, by tilhor.Actor, slug, measure, text string, w *lang.Words) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		x := h.item(measure, w)
		if x == nil {
			return nil, tilhor.ErrNotFound
		}
		text = strings.Join(strings.Fields(text), " ")
		var f tilhor.Faults
		f.Add(utf8.RuneCountInString(text) > 2*maxLine*10, "text", "hearing.fault.text-long")
		if err := f.Err(); err != nil {
			return nil, err
		}
		s := Sentence{Text: text, Stance: x.Stance, Sources: x.Sources, Count: x.Count, Of: x.Of, Phase: h.Phase()}
		if text == "" && s.Phase != "" { // back to what the statements make: that is a change as well
			s.Text = h.computed(measure, w)
		}
		if s.Phase != "" { // after an approval it is seen what was changed
			s.Before = x.Text
			if was, ok := h.Edits[measure]; ok {
				s.Before = was.Text
				if was.Phase == s.Phase && was.Before != "" {
					s.Before = was.Before
				}
			}
		}
		return []line{{kind: kindSentence, measure: measure, words: s}}, nil
	})
}

// Phase is the last approval that was given, "" for a draft.
func (h Hearing) Phase() string {
	if len(h.Approved) == 0 {
		return ""
	}
	return h.Approved[len(h.Approved)-1].Which
}

// A Flag is why a sentence must be looked at before the answer is approved.
type Flag string

// Flags.
const (
	FlagStance Flag = "stance" // the statements make another stance now
	FlagSource Flag = "source" // a statement it rested on is gone
	FlagCount  Flag = "count"  // it tells other numbers than there are now
	FlagNone   Flag = "none"   // nothing that was said bears it
)

// A Passage is one sentence of the draft, as it stands and what is to be said of it.
type Passage struct {
	reply.Item
	Computed string // what the statements alone would make
	Edit     *Sentence
	Flags    []Flag
}

// Reply is the hearing as the answer is made of it: what bodies have adopted, the
// choices and the claims. A claim's value is what its register said when it was
// looked at.
func (h Hearing) Reply(figures map[string]Figure) reply.Hearing {
	out := reply.Hearing{Letter: h.Letter, Measures: h.Measures, Choices: h.Choices}
	for _, i := range h.Invited {
		name := i.Name()
		out.Invited = append(out.Invited, name)
		switch {
		case i.Has():
			for _, m := range h.order() {
				if s, ok := i.Said[m]; ok {
					out.Statements = append(out.Statements, reply.Statement{Body: name, Adopted: i.Adopted.On, Due: h.Due(i), Measure: m, Stance: s.Stance, Rank: s.Rank, Text: s.Text})
				}
			}
		case i.Declined != "":
			out.Statements = append(out.Statements, reply.Statement{Body: name, Stance: reply.NotCommented})
		}
	}
	for _, c := range h.Claims {
		out.Claims = append(out.Claims, c.reply(figures))
	}
	return out
}

// order is the measures, after the whole and before what belongs to none.
func (h Hearing) order() []string {
	all := []string{""}
	for _, m := range h.Measures {
		all = append(all, m.ID)
	}
	return append(all, reply.Other)
}

func (c Claim) reply(figures map[string]Figure) reply.Claim {
	x := reply.Claim{Measure: c.Measure, Text: c.Text, Register: c.Register, Expected: c.Expected, At: c.ID}
	f, ok := figures[c.Register]
	if !ok || f.Hidden { // too few to be told: then no claim about them holds, and none fails for its number
		return x
	}
	x.Value = strconv.Itoa(f.N)
	if c.Expected == All {
		x.Expected = strconv.Itoa(f.Of)
	}
	return x
}

// item is the sentence that the statements make about a measure, nil when it is not
// commented.
func (h Hearing) item(measure string, w *lang.Words) *reply.Item {
	for _, s := range reply.Compile(h.Reply(nil), w).Challenges {
		for _, x := range s.Items {
			if x.Measure == measure && x.Voice != reply.Fact {
				return &x
			}
		}
	}
	return nil
}

// Draft is the answer as it stands, each sentence with what is to be said of it.
func (h Hearing) Draft(figures map[string]Figure, w *lang.Words) (d reply.Document, passages map[string]Passage) {
	d = reply.Compile(h.Reply(figures), w)
	h.unquoted(&d)
	passages = map[string]Passage{}
	for i := range d.Challenges {
		for k := range d.Challenges[i].Items {
			x := &d.Challenges[i].Items[k]
			if _, again := passages[x.Measure]; again { // a fact of the same measure
				continue
			}
			p := Passage{Item: *x, Computed: x.Text}
			if len(x.Sources) == 0 {
				p.Flags = append(p.Flags, FlagNone)
			}
			if e, ok := h.Edits[x.Measure]; ok {
				p.Edit, p.Text, x.Text = &e, e.Text, e.Text
				p.Flags = append(p.Flags, e.stale(p.Item)...)
			}
			passages[x.Measure] = p
		}
	}
	return d, passages
}

// unquoted takes out the words of those who did not say that they may be quoted. That
// they spoke, and their stance, stays.
func (h Hearing) unquoted(d *reply.Document) {
	may := func(b reply.Body, measure string) bool {
		for _, i := range h.Invited {
			if i.Name() == b {
				return i.Said[measure].Quote
			}
		}
		return false
	}
	for r := range d.Annex {
		for k := range d.Annex[r].Said {
			if q := &d.Annex[r].Said[k]; !may(q.Body, d.Annex[r].Measure) {
				q.Text = ""
			}
		}
	}
	d.Others = slices.DeleteFunc(d.Others, func(x reply.Item) bool {
		return x.Voice == reply.Relayed && len(x.Sources) == 1 && !may(x.Sources[0], reply.Other)
	})
}

// computed is the sentence that the statements make, whatever a person wrote.
func (h Hearing) computed(measure string, w *lang.Words) string {
	if x := h.item(measure, w); x != nil {
		return x.Text
	}
	return ""
}

// stale is what has become another since a person wrote the sentence.
func (e Sentence) stale(now reply.Item) (all []Flag) {
	gone := slices.ContainsFunc(e.Sources, func(b reply.Body) bool { return !slices.Contains(now.Sources, b) })
	if e.Stance != now.Stance {
		all = append(all, FlagStance)
	}
	if gone {
		all = append(all, FlagSource)
	}
	if !gone && (e.Count != now.Count || e.Of != now.Of) {
		all = append(all, FlagCount)
	}
	return all
}
