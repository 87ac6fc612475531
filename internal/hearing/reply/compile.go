package reply

import (
	"cmp"
	"slices"

	"tilhor/internal/lang"
)

// An Item is one sentence of the answer, and what it rests on.
type Item struct {
	Measure string `json:"measure"`
	Stance  Stance `json:"stance"`
	Voice   Voice  `json:"voice"`
	Rank    *int   `json:"rank"`
	Text    string `json:"text"`
	Sources []Body `json:"sources"`
	Count   int    `json:"count"` // bodies that mean this
	Of      int    `json:"of"`    // bodies that have said something about it
}

// A Section is what is answered to one of the report's challenges.
type Section struct {
	Challenge
	Items []Item `json:"items"`
}

// A Row of the annex is all that was said about one measure, commented or not.
type Row struct {
	Measure  string   `json:"measure"`
	Counts   Count    `json:"counts"`
	Bodies   int      `json:"bodies"`
	Comment  bool     `json:"comment"`
	Proposed bool     `json:"proposed"` // at least one in five of those that answered say something about it
	Reason   string   `json:"reason,omitempty"`
	Said     []Quoted `json:"statements"`
}

// A Quoted is a statement in the annex.
type Quoted struct {
	Body
	Stance Stance `json:"stance"`
	Rank   int    `json:"rank,omitempty"`
	Text   string `json:"text,omitempty"`
}

// A Status is how many were invited, and what became of it: Invited is the sum of
// the others. Answered is in time.
type Status struct {
	Invited  int `json:"invited"`
	Answered int `json:"answered"`
	Declined int `json:"declined"`
	Late     int `json:"late"`
	Silent   int `json:"silent"`
}

// Answering is how many have answered, in time or late.
func (s Status) Answering() int { return s.Answered + s.Late }

// A Refused is a claim that no register bears out.
type Refused struct {
	Claim string `json:"claim"`
	Why   string `json:"why"`
	At    string `json:"-"`
}

// A Document is the whole answer.
type Document struct {
	Version    int       `json:"version"`
	Intro      []Item    `json:"intro"`
	Challenges []Section `json:"challenges"`
	Others     []Item    `json:"other"`
	Annex      []Row     `json:"annex"`
	Status     Status    `json:"status"`
	Refused    []Refused `json:"refused"`
	Override   string    `json:"override,omitempty"` // why it was sent though a claim did not hold

	Letter   Letter    `json:"-"`
	Measures []Measure `json:"-"`
	Notes    []string  `json:"-"` // what was not done as asked, for who asked
}

// Compile makes the answer. When a claim does not hold there is none: Refused says
// which, and nothing else is to be shown.
func Compile(h Hearing, w *lang.Words) Document {
	c := compiler{h: h, w: w, by: map[string][]Statement{}}
	for _, s := range h.Statements {
		c.by[s.Measure] = append(c.by[s.Measure], s)
	}
	d := Document{Version: 1, Letter: h.Letter, Measures: h.Measures, Challenges: []Section{}, Annex: []Row{}, Status: c.status(), Refused: c.refused()}
	d.Intro = c.intro(d.Status)
	for _, ch := range h.Letter.Challenges {
		s := Section{Challenge: ch, Items: []Item{}}
		for _, m := range h.Measures {
			if choice := h.Choices[m.ID]; m.Challenge == ch.Number && choice.Comment {
				item, note := c.measure(m, choice)
				if note != "" {
					d.Notes = append(d.Notes, note)
				}
				s.Items = append(append(s.Items, item), c.facts(m.ID)...)
			}
		}
		d.Challenges = append(d.Challenges, s)
	}
	d.Others = append(c.others(), c.facts(Other)...)
	for _, m := range h.Measures {
		d.Annex = append(d.Annex, c.row(m, d.Status.Answering()))
	}
	for _, x := range h.Claims {
		if x.Measure != "" && x.Measure != Other && !h.Choices[x.Measure].Comment {
			d.Notes = append(d.Notes, w.T("hearing.note.claim", "measure", x.Measure))
		}
	}
	return d
}

type compiler struct {
	h  Hearing
	w  *lang.Words
	by map[string][]Statement // by measure
}

// status counts each body that was invited once. One that stands only with a row
// that says nothing has not answered, or has declined when the row says so.
func (c compiler) status() (s Status) {
	type state struct{ says, declined, late bool }
	all := map[Body]state{}
	for _, b := range c.h.Invited {
		all[b] = state{}
	}
	for _, r := range c.h.Statements {
		x := all[r.Body]
		x.says = x.says || r.says()
		x.declined = x.declined || r.Measure == "" && r.Stance == NotCommented
		due := cmp.Or(r.Due, c.h.Letter.Due())
		x.late = x.late || r.Adopted != "" && due != "" && r.Adopted > due
		all[r.Body] = x
	}
	for _, x := range all {
		s.Invited++
		switch {
		case x.says && x.late:
			s.Late++
		case x.says:
			s.Answered++
		case x.declined:
			s.Declined++
		default:
			s.Silent++
		}
	}
	return s
}

func count(all []Statement) Count {
	n := Count{}
	for _, s := range all {
		if s.Stance != "" {
			n[s.Stance]++
		}
	}
	return n
}

// bodiesThat are the bodies whose statement is so, each once.
func bodiesThat(all []Statement, is func(Statement) bool) []Body {
	out := []Body{}
	for _, s := range all {
		if is(s) {
			out = append(out, s.Body)
		}
	}
	slices.SortFunc(out, compareBodies)
	return slices.Compact(out)
}

func (c compiler) refused() []Refused {
	out := []Refused{}
	for _, x := range c.h.Claims {
		if !x.Holds() {
			key := "hearing.claim.fails"
			if x.Value == "" {
				key = "hearing.claim.fails-empty"
			}
			out = append(out, Refused{x.Text, c.w.T(key, "register", x.Register, "value", x.Value, "expected", x.Expected), x.At})
		}
	}
	return out
}

// intro says what the answer rests on, and what the bodies mean of the whole.
func (c compiler) intro(st Status) []Item {
	answered := bodiesThat(c.h.Statements, Statement.says)
	schools := map[string]bool{}
	for _, b := range answered {
		if b.School != "" {
			schools[b.School] = true
		}
	}
	l := c.h.Letter
	key := "hearing.intro"
	if l.Sender == "" {
		key = "hearing.intro.no-sender"
	}
	items := []Item{{
		Voice: Own, Sources: answered, Count: st.Answering(), Of: st.Invited,
		Text: c.w.T(key, "municipality", l.Municipality, "title", l.Title, "sender", l.Sender, "n", st.Answering(), "of", st.Invited, "schools", c.w.T("hearing.at-schools", "n", len(schools))),
	}}
	whole := c.by[""]
	if n := count(whole); n.For()+n.Against() > 0 {
		items = append(items, c.item(whole, Item{Voice: Relayed, Stance: StanceOf(n)}, "hearing.whole"))
	}
	return append(items, c.facts("")...)
}

// measure is the sentence about one measure.
func (c compiler) measure(m Measure, choice Choice) (item Item, note string) {
	all := c.by[m.ID]
	item = Item{Measure: m.ID, Stance: choice.Stance, Voice: choice.Voice}
	if item.Stance == "" {
		item.Stance = StanceOf(count(all))
	}
	if item.Voice == "" || item.Voice == Fact { // a stance is no fact: what the registers say follows it
		item.Voice = Own
	}
	if choice.Rank > 0 {
		if choice.Rank == 1 && item.Stance.Way() != For {
			note = c.w.T("hearing.note.rank", "measure", m.ID)
		} else {
			item.Rank = &choice.Rank
		}
	}
	key := "hearing.own"
	if item.Voice == Relayed {
		key = "hearing.relayed"
	} else if item.Voice == Observation {
		key = "hearing.observed"
	}
	item = c.item(all, item, key, "measure", m.Text)
	if item.Rank != nil && item.Voice != Relayed { // how the municipality ranks it is not what the bodies say
		if *item.Rank == 1 && c.first() > 1 {
			item.Text += " " + c.w.T("hearing.rank.among")
		} else if *item.Rank == 1 {
			item.Text += " " + c.w.T("hearing.rank.first")
		} else {
			item.Text += " " + c.w.T("hearing.rank", "n", *item.Rank)
		}
	}
	if m.Chapter != "" {
		item.Text += " " + c.w.T("hearing.chapter", "chapter", m.Chapter)
	}
	return item, note
}

// first is how many measures are called the most important: of several none is it
// alone.
func (c compiler) first() (n int) {
	for _, m := range c.h.Measures {
		choice := c.h.Choices[m.ID]
		stance := choice.Stance
		if stance == "" {
			stance = StanceOf(count(c.by[m.ID]))
		}
		if choice.Comment && choice.Rank == 1 && stance.Way() == For {
			n++
		}
	}
	return n
}

// item fills in the sentence, and what it rests on: those who mean the same, or
// everybody who said something when nobody does or both views are told.
func (c compiler) item(all []Statement, x Item, key string, values ...any) Item {
	said := bodiesThat(all, Statement.says)
	n := count(all)
	x.Of = len(said)
	way := x.Stance.Way()
	same := bodiesThat(all, func(s Statement) bool { return s.Stance.Way() == way && s.says() })
	x.Sources, x.Count = same, len(same)
	if way == NoWay || len(same) == 0 {
		x.Sources = said
	}
	x.Text = c.w.T(key+"."+string(x.Stance), values...) + " " + c.counts(n, way, x.Of)
	return x
}

// counts tells how many mean this, and never less of those who mean something else.
func (c compiler) counts(n Count, way Way, of int) string {
	yes, no := n.For(), n.Against()
	switch {
	case of == 0:
		return c.w.T("hearing.count.none")
	case way == For && no == 0 && yes > 0:
		return c.w.T("hearing.count.for", "n", yes, "of", of)
	case way == Opposed && yes == 0 && no > 0:
		return c.w.T("hearing.count.against", "n", no, "of", of)
	case way == Opposed:
		return c.w.T("hearing.count.against-for", "n", no, "of", of, "other", yes)
	case yes+no == 0 && of == 1:
		return c.w.T("hearing.count.no-way-one")
	case yes+no == 0:
		return c.w.T("hearing.count.no-way", "of", of)
	}
	return c.w.T("hearing.count.for-against", "n", yes, "of", of, "other", no)
}

// facts are the claims about a measure. None is shown unless all of them hold.
func (c compiler) facts(measure string) (items []Item) {
	for _, x := range c.h.Claims {
		if x.Measure == measure {
			items = append(items, Item{Measure: measure, Voice: Fact, Text: sentence(x.Text), Sources: []Body{}})
		}
	}
	return items
}

// others are the other comments, each in the body's own words.
func (c compiler) others() []Item {
	items := []Item{}
	all := slices.DeleteFunc(slices.Clone(c.by[Other]), func(s Statement) bool { return s.Text == "" })
	for _, s := range all {
		items = append(items, Item{
			Measure: Other, Voice: Relayed, Sources: []Body{s.Body}, Count: 1, Of: len(all),
			Text: c.w.T("hearing.other", "body", lang.Cap(s.Name(c.w)), "text", s.Text),
		})
	}
	return items
}

func (c compiler) row(m Measure, answering int) Row {
	all := c.by[m.ID]
	n, choice := count(all), c.h.Choices[m.ID]
	r := Row{Measure: m.ID, Counts: n, Bodies: n.Bodies(), Comment: choice.Comment, Reason: choice.Reason, Said: []Quoted{}}
	r.Proposed = Proposed(len(bodiesThat(all, Statement.says)), answering)
	for _, s := range all {
		r.Said = append(r.Said, Quoted{s.Body, s.Stance, s.Rank, s.Text})
	}
	return r
}

// sentence ends as a sentence does.
func sentence(s string) string {
	if s == "" || slices.Contains([]byte(".!?"), s[len(s)-1]) {
		return s
	}
	return s + "."
}

// Name is a body as it is written in a text.
func (b Body) Name(w *lang.Words) string {
	if b.School == "" {
		return b.Body
	}
	return w.T("hearing.body", "body", b.Body, "school", b.School)
}
