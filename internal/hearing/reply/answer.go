// Package reply makes one answer to a hearing (høring) out of what many bodies
// have said: which measures are commented, which stance follows from the
// statements, and a sentence for each with its sources and its counts. It knows no
// school, no person and no measure: with other statements it is another answer. It
// stores nothing, and the product and `tilhor hearing compile` use it alike.
package reply

import (
	"cmp"
	"slices"
	"strings"

	"tilhor"
)

// A Stance (standpunkt) is what a body, or the municipality, means about a measure.
type Stance string

// Stances, from most for to most against.
const (
	StrongSupport      Stance = "strong-support"
	Support            Stance = "support"
	ConditionalSupport Stance = "conditional-support"
	Neutral            Stance = "neutral"
	Reservation        Stance = "reservation"
	Against            Stance = "against"
	NotCommented       Stance = "not-commented"
)

// Stances are all of them, in order.
var Stances = []Stance{StrongSupport, Support, ConditionalSupport, Neutral, Reservation, Against, NotCommented}

// Known says whether it is one of the seven.
func (s Stance) Known() bool { return slices.Contains(Stances, s) }

// A Way is the direction of a stance.
type Way int

// The ways. What takes none is neutral or not commented.
const (
	NoWay Way = iota
	For
	Opposed
)

// Way is the direction of the stance.
func (s Stance) Way() Way {
	switch s {
	case StrongSupport, Support, ConditionalSupport:
		return For
	case Reservation, Against:
		return Opposed
	}
	return NoWay
}

// A Voice is who speaks in a sentence.
type Voice string

// Voices. What is relayed is never written as the municipality's own view.
const (
	Own         Voice = "own"
	Observation Voice = "observation"
	Fact        Voice = "fact" // bound to a register
	Relayed     Voice = "relayed"
)

// Known says whether it is one of the four.
func (v Voice) Known() bool { return v == Own || v == Observation || v == Fact || v == Relayed }

// Other stands where a measure would: for what belongs to none of them.
const Other = "other"

// A Letter is what the answer answers.
type Letter struct {
	Title        string      `json:"title"`
	Sender       string      `json:"sender"`
	Reference    string      `json:"reference"`
	Deadline     tilhor.Date `json:"deadline"`
	AnswersBy    tilhor.Date `json:"answers_by,omitempty"` // when the bodies shall have answered; Deadline when it is not said
	FirstBy      tilhor.Date `json:"first_by,omitempty"`   // when FAU and elevråd shall have, who speak first; AnswersBy when it is not said
	Municipality string      `json:"municipality"`
	Document     string      `json:"document"`
	Challenges   []Challenge `json:"challenges"`
}

// Due is when the bodies shall have answered.
func (l Letter) Due() tilhor.Date { return cmp.Or(l.AnswersBy, l.Deadline) }

// First is when those who speak first shall have answered.
func (l Letter) First() tilhor.Date { return cmp.Or(l.FirstBy, l.Due()) }

// A Challenge (utfordring) is a heading of the report that measures belong to.
type Challenge struct {
	Number  int    `json:"number"`
	Heading string `json:"heading"`
}

// A Measure (tiltak) is one of the report's list.
type Measure struct {
	ID        string   `json:"id"`
	Challenge int      `json:"challenge"`
	Chapter   string   `json:"chapter,omitempty"`
	Text      string   `json:"text"`
	Summary   string   `json:"summary,omitempty"`  // in plain words, for who is asked
	Concerns  []string `json:"concerns,omitempty"` // kinds of bodies it is about most
}

// Minutes is how long it takes to read, at 200 words a minute.
func (m Measure) Minutes() int {
	return max(1, (len(strings.Fields(m.Text))+len(strings.Fields(m.Summary))+199)/200)
}

// A Body (råd, utvalg) is one that was asked.
type Body struct {
	School string `json:"school"`
	Body   string `json:"body"`
}

func compareBodies(a, b Body) int {
	return cmp.Or(cmp.Compare(a.School, b.School), cmp.Compare(a.Body, b.Body))
}

// A Statement (uttalelse) is what one body says about one measure: about the
// report as a whole when Measure is empty, and about something else when it is
// Other.
type Statement struct {
	Body
	Adopted tilhor.Date
	Due     tilhor.Date // the body's own, where it is another than the letter's
	Measure string
	Stance  Stance
	Voice   Voice
	Rank    int // 1 is the most important measure; 0 when the body gives none
	Text    string
}

// says tells whether anything is said in it.
func (s Statement) says() bool {
	return s.Text != "" || s.Rank > 0 || s.Stance != "" && s.Stance != NotCommented
}

// A Choice is what the municipality decides about a measure: whether it is
// commented, and if so with which stance, rank and voice. A stance that is not
// given follows from the statements (StanceOf).
type Choice struct {
	Comment bool   `json:"comment"`
	Reason  string `json:"reason,omitempty"`
	Stance  Stance `json:"stance,omitempty"`
	Rank    int    `json:"rank,omitempty"`
	Voice   Voice  `json:"voice,omitempty"`

	line int // where it was read
}

// A Claim (påstand) is a sentence of fact that a register bears out, or does not.
type Claim struct {
	Measure, Text, Register string
	Value, Expected         string
	At                      string // where it was read, for who mends it
}

// A Hearing is all that an answer is made of.
type Hearing struct {
	Letter     Letter
	Measures   []Measure
	Statements []Statement
	Choices    map[string]Choice // by measure
	Claims     []Claim
	Invited    []Body // also those that have not answered
}

// A Count is how many bodies hold each stance on a measure.
type Count map[Stance]int

func (c Count) of(w Way) (n int) {
	for s, k := range c {
		if s.Way() == w {
			n += k
		}
	}
	return n
}

// For and Against are how many take each direction.
func (c Count) For() int     { return c.of(For) }
func (c Count) Against() int { return c.of(Opposed) }

// Bodies is how many the count is of.
func (c Count) Bodies() (n int) {
	for _, k := range c {
		n += k
	}
	return n
}

// StanceOf is the stance that follows from what the bodies mean. When more than two
// thirds of those that took a direction share one, it is the stance that more than
// half of these hold, or else plain support or reservation. Without such a majority
// it is neutral, and both views are told.
func StanceOf(c Count) Stance {
	yes, no := c.For(), c.Against()
	switch {
	case 3*yes > 2*(yes+no):
		return heldByMost(c, yes, Support, StrongSupport, ConditionalSupport)
	case 3*no > 2*(yes+no):
		return heldByMost(c, no, Reservation, Against)
	}
	return Neutral
}

func heldByMost(c Count, all int, plain Stance, others ...Stance) Stance {
	for _, s := range others {
		if 2*c[s] > all {
			return s
		}
	}
	return plain
}

// Proposed says whether a measure is proposed for comment: at least one in five of
// the bodies that have answered say something about it. A person decides.
func Proposed(commenting, answering int) bool { return commenting > 0 && 5*commenting >= answering }
