package concerns

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// Kept says whether a parent who told something is told nothing of the child it is
// about, as a person has decided (kontaktforbud, dom): then no mail goes out of it, and
// no reason is read. What was told of another of the parent's children is as it is for
// anybody. A concern whose words are shredded is nobody's to be told of.
func (d *Desk) Kept(tx *db.Tx, owner tilhor.OwnerID, id tilhor.ConcernID, now time.Time) (bool, error) {
	c, err := d.AsSent(tx, owner, id)
	if errors.Is(err, seal.ErrShredded) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return d.kept(tx, owner, c, now)
}

// kept is Kept of a concern with its words. A child who is only described is the one of
// the parent's that is named there, when no word says the name of one the parent is kept
// from; and where that does not tell whose child it is, it is taken for such a one.
func (d *Desk) kept(tx *db.Tx, owner tilhor.OwnerID, c Concern, now time.Time) (bool, error) {
	if c.Role != tilhor.RoleParent {
		return false, nil
	}
	on := calendar.DateOf(now)
	from, err := d.Roster.BarredFrom(tx, owner, c.Reporter, on)
	if err != nil || len(from) == 0 {
		return false, err
	}
	described := ""
	for _, p := range c.Pupils {
		if slices.Contains(from, p.Person) {
			return true, nil
		}
		if p.Person == "" {
			described += " " + p.Described
		}
	}
	if described == "" {
		return false, nil
	}
	wards, err := d.Roster.Wards(tx, owner, c.Reporter, on)
	if err != nil {
		return false, err
	}
	ids := slices.Clone(from)
	for p := range wards {
		ids = append(ids, p)
	}
	names, err := d.Roster.Names(tx, owner, once(ids)...)
	if err != nil {
		return false, err
	}
	named := func(words map[string]bool, p tilhor.PersonID) bool { return words[strings.ToLower(given(names[p]))] }
	said := wordsOf(c.Said, c.Saw, c.Hope, described)
	if slices.ContainsFunc(from, func(p tilhor.PersonID) bool { return named(said, p) }) {
		return true, nil
	}
	whose := wordsOf(described)
	return !slices.ContainsFunc(ids, func(p tilhor.PersonID) bool { return !slices.Contains(from, p) && named(whose, p) }), nil
}

// wordsOf are the words of some texts, in small letters, and each as it is without a
// genitive s (Noras).
func wordsOf(texts ...string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(strings.Join(texts, " ")), func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
		all[w], all[strings.TrimSuffix(w, "s")] = true, true
	}
	return all
}
