package concerns

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// Kept says whether a parent who told something is told nothing of the child it is
// about (roster.Ties: kontaktforbud, dom, taushet; no parental responsibility; the child
// in care, or protected from this parent): then no mail goes out of it, and no reason is
// read. What was told of another of the parent's children is as it is for anybody. A
// concern whose words are shredded is nobody's to be told of.
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

// kept is Kept of a concern with its words. A child who is only described is another one
// of the parent's when the description is that one's name and no more, and no word says
// the name of one the parent is kept from; else it is taken for such a one, until
// somebody has settled who it is.
func (d *Desk) kept(tx *db.Tx, owner tilhor.OwnerID, c Concern, now time.Time) (bool, error) {
	if c.Role != tilhor.RoleParent {
		return false, nil
	}
	ties, err := d.Roster.Ties(tx, owner, c.Reporter, calendar.DateOf(now))
	if err != nil {
		return false, err
	}
	kept := false
	for _, t := range ties {
		kept = kept || t.Kept
	}
	if !kept {
		return false, nil
	}
	described := ""
	for _, p := range c.Pupils {
		if ties[p.Person].Kept {
			return true, nil
		}
		if p.Person == "" {
			described += " " + p.Described
		}
	}
	if described == "" {
		return false, nil
	}
	names, err := d.Roster.Names(tx, owner, slices.Collect(maps.Keys(ties))...)
	if err != nil {
		return false, err
	}
	said := parts(c.Said, c.Saw, c.Hope, described)
	for p, t := range ties {
		if !t.Kept {
			continue
		}
		for name := range parts(given(names[p])) {
			if said[name] {
				return true, nil
			}
		}
	}
	for p, t := range ties {
		if !t.Kept && only(described, names[p]) {
			return false, nil
		}
	}
	return true, nil
}

// only says whether a description is a name and nothing more than a class beside it:
// "Emils søster" and "lillesøsteren til Emil" are about somebody else.
func only(described, name string) bool {
	known := parts(name)
	for _, w := range strings.FieldsFunc(strings.ToLower(described), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if !known[w] && utf8.RuneCountInString(w) > 1 && w != "klasse" {
			return false
		}
	}
	return len(known) > 0
}

// parts are the words of some texts as wordsOf has them, and each part of a name with a
// hyphen by itself.
func parts(texts ...string) map[string]bool {
	all := wordsOf(texts...)
	for w := range maps.Clone(all) {
		for part := range strings.SplitSeq(w, "-") {
			all[part] = true
		}
	}
	delete(all, "")
	return all
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
