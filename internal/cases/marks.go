package cases

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// Marks are the words that name somebody else than the one something is shown to
// or about: the other children of a matter, in small letters. They hold back what
// goes to a family: on its pages, and in its package (handover).
type Marks map[string]bool

// MarksOf are the words in the names of others, but for those that the own name
// has too: brothers and sisters have a name in common.
func MarksOf(own string, others ...string) Marks {
	shared := map[string]bool{}
	for _, w := range nameWords(own) {
		shared[w] = true
	}
	m := Marks{}
	for _, name := range others {
		for _, w := range nameWords(name) {
			if !shared[w] && len([]rune(w)) > 1 {
				m[w] = true
			}
		}
	}
	return m
}

// In says whether a text names one of them, also in the genitive.
func (m Marks) In(text string) bool {
	return len(m) > 0 && slices.ContainsFunc(nameWords(text), func(w string) bool { return m[w] || m[strings.TrimSuffix(w, "s")] })
}

func nameWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// HeldBack stands where a sentence was that names another child. The pages say in
// words what it means.
const HeldBack = "[…]"

// sentence is a sentence with the space after it; a new line ends one too.
var sentence = regexp.MustCompile(`(?s).+?(?:[.!?…]+["»”)]*\s+|\n\s*|$)`)

// hold replaces each sentence that names somebody, and says which those were.
// What is left is never less than what a reader may see: a name that a full stop
// stands inside is held with both halves, since both name.
func (m Marks) hold(text string) (shown string, held []string) {
	if !m.In(text) {
		return text, nil
	}
	var b strings.Builder
	last := false
	for _, s := range sentence.FindAllString(text, -1) {
		if !m.In(s) {
			b.WriteString(s)
			last = false
			continue
		}
		held = append(held, strings.TrimSpace(s))
		if !last {
			b.WriteString(HeldBack)
			b.WriteString(s[len(strings.TrimRightFunc(s, unicode.IsSpace)):])
		}
		last = true
	}
	return b.String(), held
}

// A Held is a sentence that those at home are not shown, and where it stands.
type Held struct {
	Where string // plan, draft, measure or words
	Text  string
}

// ownKinds are what somebody at home wrote, or was written to, themselves: it is
// shown back as it is.
var ownKinds = []Kind{HomeSaid, RaisedBy, HomeAnswered, HomeHeard, MineSaid, MineWord}

// hide holds back what names another child, in all that a page of the home or of
// the child is made of.
func (f *File) hide(m Marks) (all []Held) {
	at := func(where string, text *string) {
		s, held := m.hold(*text)
		for _, h := range held {
			all = append(all, Held{where, h})
		}
		*text = s
	}
	measures := func(where string, list []Measure) {
		for i := range list {
			at(where, &list[i].Problem)
			at(where, &list[i].What)
			at(where, &list[i].When)
		}
	}
	for i := range f.Plans {
		where := "before"
		if i == len(f.Plans)-1 {
			where = "plan"
		}
		measures(where, f.Plans[i].Measures)
		at(where, &f.Plans[i].Why)
	}
	if f.Draft != nil {
		measures("draft", f.Draft.Measures)
		at("draft", &f.Draft.Why)
	}
	for i := range f.Measures {
		where := "before"
		if m := f.Measures[i]; m.Running && m.Urgent { // the others stand in the plan
			where = "measure"
		}
		measures(where, f.Measures[i:i+1])
	}
	for _, r := range f.Records {
		if slices.Contains(ownKinds, r.Kind) {
			continue
		}
		words := f.ownWords(r)
		for name, text := range r.Text {
			where := "before"
			if words != "" && text == words {
				where = "words"
			}
			at(where, &text)
			r.Text[name] = text
		}
	}
	return slices.DeleteFunc(all, func(h Held) bool { return h.Where == "before" })
}

// marks are the names of the matter's other children, for the pages of one.
func (d *Desk) marks(tx *db.Tx, owner tilhor.OwnerID, f *File) (Marks, error) {
	children, err := d.children(tx, owner, f.ID, nil)
	if err != nil {
		return nil, err
	}
	others, err := d.othersIn(tx, owner, f.Track, children)
	if err != nil {
		return nil, err
	}
	own, err := d.Roster.Names(tx, owner, compact([]tilhor.PersonID{f.Pupil})...)
	return MarksOf(own[f.Pupil], others...), err
}

// HeldFromHome are the sentences that those at home, and the child on its own
// page, are not shown because they name another child: for whoever works the
// case, who can write them anew.
func (d *Desk) HeldFromHome(ctx context.Context, by tilhor.Actor, slug string) (all []Held, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		t, _, err := d.find(tx, by, access.Work, slug, d.Clock())
		if err != nil || t.Pupil == "" {
			return err
		}
		f := File{Track: t}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(t.ID))
		if err != nil {
			return err
		}
		if err := d.familyTexts(tx, by.Owner, &f, key); err != nil {
			return err
		}
		m, err := d.marks(tx, by.Owner, &f)
		if err != nil {
			return err
		}
		all = f.hide(m)
		return nil
	})
	return all, err
}

// familyTexts reads the records, measures and plans of a track, with their words.
func (d *Desk) familyTexts(tx *db.Tx, owner tilhor.OwnerID, f *File, key seal.Key) error {
	texts, err := d.texts(tx, owner, f.ID, key)
	if err != nil {
		return err
	}
	if f.Records, err = d.records(tx, owner, f.ID, texts); err != nil {
		return err
	}
	if f.Measures, err = d.measures(tx, owner, f.ID, texts); err != nil {
		return err
	}
	plans, err := d.plans(tx, owner, f.ID, key)
	for i := range plans {
		if plans[i].Draft {
			f.Draft = &plans[i]
		} else {
			f.Plans = append(f.Plans, plans[i])
		}
	}
	return err
}
