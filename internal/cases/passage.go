package cases

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"unicode"

	"tilhor"
	"tilhor/internal/concerns"
)

// A Passage is one paragraph of one field of the track: what is shown or
// shielded when somebody is given access (innsyn).
type Passage struct {
	Key    string // record/field/number: never changes, because what is written never does
	Record tilhor.RecordID
	Kind   Kind
	When   tilhor.When
	Field  string
	Text   string
	// What speaks against showing it, for the one who judges. None of it decides.
	Other    bool // it is another child's, or about one
	Reporter bool // it says who told the school
	Names    bool // a name of another child stands in it
	Parent   bool // one of the parents wrote it, or was answered: it is that one's own
	Untold   bool // whether the home is told, and why not
	Mine     bool // from the child's own page

	sender tilhor.PersonID // whose talk with the school it is of
}

// Marked says whether something speaks against showing the passage.
func (p Passage) Marked() bool {
	return p.Other || p.Reporter || p.Names || p.Parent || p.Untold || p.Mine
}

// Silent says whether a passage that is left out has no place of its own in the
// copy: that there was such a thing, and when, is what is kept back.
func (p Passage) Silent() bool { return p.Parent || p.Untold || p.Mine }

// notWords are fields that hold a key, not words.
var notWords = []string{"how", "way", "back", "choices", "about"}

// passages are all paragraphs of a track, in the order of the chronology, with
// the approved plans after. names are those of other children.
func (f File) passages(names map[string]bool) (all []Passage) {
	for _, r := range f.Records {
		if r.Kind == InsightAsked || r.Kind == InsightDecided {
			continue
		}
		for _, name := range fieldsOf(r) {
			text := r.Text[name]
			if strings.HasPrefix(name, "effect-") {
				text = text[strings.LastIndex(text, "|")+1:]
			}
			p := Passage{Record: r.ID, Kind: r.Kind, When: r.When, Field: name, Other: f.ofOther(r), Reporter: r.Kind == Told && name == "from" || name == "giver"}
			p.Parent, p.Untold, p.Mine = f.parents(r, name), r.Kind == HomeInformed || r.Kind == HomeWords || r.Kind == HomePlan, slices.Contains(ofChild, r.Kind)
			all = append(all, paragraphs(p, text, names)...)
		}
	}
	for _, v := range f.Plans {
		id := planID(v.Version)
		for i, m := range v.Measures {
			for _, x := range []field{{"problem", m.Problem}, {"what", m.What}, {"when", m.When}} {
				p := Passage{Record: tilhor.RecordID(id), Kind: Approved, When: tilhor.Now(v.ApprovedAt), Field: fmt.Sprintf("m%d.%s", i+1, x.name)}
				all = append(all, paragraphs(p, x.plain, names)...)
			}
		}
	}
	return all
}

// ofChild are the kinds that the child's own page writes.
var ofChild = []Kind{MineSaid, MineWord, MineCode, MineLocked}

// parents says whether a passage is one of the parents' own, or about what the
// parents do not agree on. Of a concern that a parent told, it is what was seen:
// the child's own words are the child's.
func (f File) parents(r Record, field string) bool {
	switch {
	case r.Kind == Corrected || r.Kind == NotCorrected:
		of := f.Record(tilhor.RecordID(r.Ref))
		return of != nil && f.parents(*of, field)
	case r.Kind == Told:
		c := concerns.Channel(r.Answer)
		return (c == concerns.Home || c == concerns.FromParent) && field != "said"
	}
	return f.ParentOf(r) != "" || r.Kind == HomeDisagree || r.Kind == RaisedBy && r.Answer == "parent" || r.Kind == HomeDecided || r.Kind == HomeGiven
}

// ofOther says whether a record is another child's or about other children.
func (f File) ofOther(r Record) bool {
	if r.Kind == Corrected || r.Kind == NotCorrected {
		if of := f.Record(tilhor.RecordID(r.Ref)); of != nil {
			return f.ofOther(*of)
		}
		return true
	}
	return r.Kind == Voice && !f.Own(r) || r.Kind == Affected || r.Kind == NotReached || r.Kind == AlsoExposed || r.Kind == Source || r.Kind == Advice
}

func fieldsOf(r Record) (names []string) {
	if r.Kind == Appointed { // a name from the roster, not words
		return nil
	}
	for name := range r.Text {
		if !slices.Contains(notWords, name) {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// paragraphs cuts a text into its paragraphs.
func paragraphs(p Passage, text string, names map[string]bool) (all []Passage) {
	for _, s := range strings.Split(text, "\n") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		p.Key, p.Text, p.Names = fmt.Sprintf("%s/%s/%d", p.Record, p.Field, len(all)+1), s, namesIn(s, names)
		all = append(all, p)
	}
	return all
}

// namesIn says whether one of the names stands in a text, as a word, also with
// the s of the genitive.
func namesIn(text string, names map[string]bool) bool {
	for _, w := range wordsIn(text) {
		if names[w] || names[strings.TrimSuffix(w, "s")] {
			return true
		}
	}
	return false
}

// wordsIn are the words of a text, in small letters.
func wordsIn(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
}
