package roster

import (
	"strings"

	"tilhor"
)

// Bounds of what one import holds in memory: rows of all kinds, and the letters
// in them. Norway's largest school owner has about half a million rows.
const (
	maxRows    = 1 << 20
	maxLetters = 128 << 20
)

// room counts what a line adds, and refuses the files when they hold more than
// any school owner has. What they hold is in memory until it is compared.
func (s *Snapshot) room(at At, rows int, texts ...string) error {
	s.rows += rows
	for _, t := range texts {
		s.letters += len(t)
	}
	if s.rows > maxRows || s.letters > maxLetters {
		return tooMany(at)
	}
	return nil
}

func tooMany(at At) error { return unreadable(at, "too-many", "n", maxRows) }

// one keeps one copy of an id that stands in many lines, and nothing of the
// line it was cut from.
func (s *Snapshot) one(w string) string {
	if have, ok := s.words[w]; ok {
		return have
	}
	if s.words == nil {
		s.words = map[string]string{}
	}
	w = strings.Clone(w)
	s.words[w] = w
	return w
}

// turned says whether something would end before it begins.
func turned(first, last tilhor.Date) bool { return first != "" && last != "" && last < first }

// unlike refuses two lines that say different things of one id.
func unlike(at, was At) error {
	return unreadable(at, "unlike", "file", was.File, "line", was.Line)
}

// agrees refuses files that contradict themselves. To go on with one of two
// answers would be a guess, and here a guess gives somebody another's child: a
// pupil's id on two pupils gives both the parents of either.
func (s *Snapshot) agrees() error {
	s.words = nil
	for _, check := range []func() error{s.peopleAgree, s.placesAgree, s.linksAgree} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// another says whether two lines with one id cannot be of the same person.
func (p PersonLine) another(q PersonLine) bool {
	differ := func(a, b string) bool { return a != "" && b != "" && a != b }
	return differ(p.Name, q.Name) || differ(digitsOf(p.PID), digitsOf(q.PID)) || differ(p.Feide, q.Feide)
}

func (s *Snapshot) peopleAgree() error {
	seen := make(map[string]int, len(s.People))
	for i, p := range s.People {
		if was, twice := seen[p.Key]; twice && s.People[was].another(p) {
			return unlike(p.At, s.People[was].At)
		} else if !twice {
			seen[p.Key] = i
		}
	}
	return nil
}

func (s *Snapshot) placesAgree() error {
	seen := make(map[string]GroupLine, len(s.Schools)+len(s.Groups))
	place := func(g GroupLine) error {
		was, twice := seen[g.Key]
		if twice && (was.Kind != g.Kind || was.School != g.School || was.Name != g.Name) {
			return unlike(g.At, was.At)
		}
		seen[g.Key] = g
		return nil
	}
	for _, l := range s.Schools {
		if err := place(GroupLine{At: l.At, Key: l.Key, Name: l.Name, School: l.OrgNumber, Kind: kindSchool}); err != nil {
			return err
		}
	}
	for _, g := range s.Groups {
		if err := place(g); err != nil {
			return err
		}
	}
	return nil
}

// linksAgree: nobody both has and has not the responsibility for one child, and
// no two are the parents of each other (two columns were mixed up).
func (s *Snapshot) linksAgree() error {
	type pair struct{ pupil, guardian string }
	seen := make(map[pair]LinkLine, len(s.Links))
	for _, l := range s.Links {
		if l.Gone {
			continue
		}
		k := pair{l.Pupil, l.Guardian}
		was, twice := seen[k]
		if twice && was.Kind == l.Kind && (was.Responsibility == Yes && l.Responsibility == No || was.Responsibility == No && l.Responsibility == Yes) && overlap(was, l) {
			return unlike(l.At, was.At)
		}
		if _, round := seen[pair{l.Guardian, l.Pupil}]; round && l.Guardian != l.Pupil {
			return unreadable(l.At, "parents-round")
		}
		if !twice {
			seen[k] = l
		}
	}
	return nil
}

func overlap(a, b LinkLine) bool {
	return (a.Until == "" || b.From < a.Until) && (b.Until == "" || a.From < b.Until)
}
