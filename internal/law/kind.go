package law

import "tilhor"

// A Kind is the kind of school. The same duty has other words, and sometimes
// another bearer, at a private school or in a kindergarten.
type Kind string

// The kinds.
const (
	PublicSchool     Kind = "public"
	PrivateSchool    Kind = "private"      // approved under privatskolelova
	KindergartenKind Kind = "kindergarten" // barnehage
)

// Valid says whether the kind is known.
func (k Kind) Valid() bool {
	return k == PublicSchool || k == PrivateSchool || k == KindergartenKind
}

// First is the first day for which there are rules at all.
func (k Kind) First() tilhor.Date {
	id := Chapter9a
	if k == KindergartenKind {
		id = Kindergarten
	}
	s, _ := RuleSetOf(id)
	return s.From
}

// At is the rule set that governs the duty to act on a date, empty before the
// first.
func (k Kind) At(d tilhor.Date) RuleSetID {
	sets := []RuleSetID{Chapter9a, Chapter9A, Chapter12}
	if k == KindergartenKind {
		sets = []RuleSetID{Kindergarten}
	}
	for _, id := range sets {
		if s, _ := RuleSetOf(id); s.InForce(d) {
			return id
		}
	}
	return ""
}

// Changes are the days on which one rule set took over from another: what was
// open then goes on under the new one.
func (k Kind) Changes() []tilhor.Date {
	if k == KindergartenKind {
		return nil
	}
	a, _ := RuleSetOf(Chapter9A)
	b, _ := RuleSetOf(Chapter12)
	return []tilhor.Date{a.From, b.From}
}

// Term is the word for a bearer at this kind of school. Privatskolelova § 2-4
// (3) maps rektor to dagleg leiar, and the municipality to the board (skolens
// styre) in §§ 12-4 (2) and 12-5 but to the school in § 12-6 (3) and (4); a
// school change is decided by the pupil's home municipality or county.
func (k Kind) Term(id ID, b Bearer) Bearer {
	switch k {
	case PrivateSchool:
		return privateTerm(id, b)
	case KindergartenKind:
		return kindergartenTerm(b)
	}
	return b
}

func privateTerm(id ID, b Bearer) Bearer {
	switch b {
	case Rektor:
		return "dagleg leiar"
	case Owner:
		switch id {
		case "k12.sf_docs", "k12.sf_order", "k12.inform":
			return School
		case "k12.move":
			return "home municipality"
		}
		return "skolens styre"
	case OnCall, Chief:
		return "skolens styre"
	}
	return b
}

func kindergartenTerm(b Bearer) Bearer {
	switch b {
	case School:
		return "barnehage"
	case Rektor, Leadership:
		return "styrer"
	case Owner, OnCall, Chief:
		return "barnehageeier"
	}
	return b
}

// Ref is the citation at this kind of school.
func (k Kind) Ref(r Row) string { return k.Cite(r.Rules, r.Ref) }

// Cite leads a citation through privatskolelova for a private school. §§ 3-10 to
// 3-10 c mirror chapter 13; which letter mirrors which section is not read, so
// that they are cited together.
func (k Kind) Cite(set RuleSetID, ref string) string {
	if k != PrivateSchool {
		return ref
	}
	switch set {
	case Chapter12, Chapter9A:
		return "privatskolelova § 2-4, jf. " + ref
	case Chapter13:
		return "privatskolelova §§ 3-10 til 3-10 c, jf. " + ref
	}
	return ref
}
