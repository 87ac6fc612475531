package bodies

import (
	"slices"

	"tilhor"
	"tilhor/internal/lang"
)

// A Count is how votes count when the pupils have left a confidential matter
// (§ 10-4). The act says nothing of it: it is the municipality's regulation's (§ 10-7).
// Where nobody has written it, nothing is reckoned of such a matter.
type Count string

// Ways to count.
const (
	Each    Count = "each"    // one vote each
	Weighed Count = "parents" // the parents' weigh so much that they are the majority that pupils and parents were
)

// Counts are all of them.
var Counts = []Count{Each, Weighed}

// What became of a vote.
const (
	Carried = "carried"
	Fell    = "fell"
	Tied    = "tied" // as many for as against: it did not carry

	For     = "for"
	Against = "against"
)

// Weighs says whether the parents' votes are written apart for a matter.
func (b Body) Weighs(shut bool) bool { return shut && b.Count == Weighed }

// reckon counts a vote and says whether it carried. None votes but who was there and
// had not left. Weighed, the votes of the parents who are there count together for as
// many as they are, and for one more than the others at the least: so they are the
// majority whoever has come. A tie is the one's who leads the meeting, where the
// regulation says so.
func (b Body) reckon(r *Result, shut bool, members []Member, there []tilhor.PersonID) tilhor.Faults {
	parents, others, pupils := 0, 0, false
	for _, m := range members {
		pupils = pupils || m.Part == Pupils
		switch {
		case !slices.Contains(there, m.Person) || shut && m.Part == Pupils:
		case m.Part == Parents:
			parents++
		default:
			others++
		}
	}
	cast := r.Cast
	r.Outcome, r.Parents, r.As, r.Cast = "", 0, 0, "" // the last is kept when it decided
	weighs := b.Weighs(shut) && pupils
	if !weighs {
		r.ForParents, r.AgainstParents = 0, 0
	}
	forOthers, againstOthers := r.For-r.ForParents, r.Against-r.AgainstParents
	var f tilhor.Faults
	f.Add(weighs && parents == 0, For, "bodies.fault.no-parents")
	f.Add(r.For+r.Against+r.Blank > parents+others, For, "bodies.fault.votes")
	f.Add(weighs && (min(r.ForParents, r.AgainstParents, forOthers, againstOthers) < 0 || r.ForParents+r.AgainstParents > parents || forOthers+againstOthers > others), "for-parents", "bodies.fault.votes-parents")
	if len(f) > 0 || shut && pupils && b.Count == "" {
		return f
	}
	yes, no := r.For, r.Against
	if weighs {
		r.Parents, r.As = parents, max(parents, others+1)
		yes, no = forOthers*parents+r.ForParents*r.As, againstOthers*parents+r.AgainstParents*r.As
	}
	casts := b.Casting && yes == no && yes > 0
	f.Add(casts && cast != For && cast != Against, "cast", "bodies.fault.cast")
	if casts {
		r.Cast = cast
	}
	switch {
	case yes > no || r.Cast == For:
		r.Outcome = Carried
	case yes == no && !casts:
		r.Outcome = Tied
	default:
		r.Outcome = Fell
	}
	return f
}

// Votes is how the votes fell, how they were weighed and whether it carried, in words;
// nothing when there was no vote.
func (r *Result) Votes(w *lang.Words) (all []string) {
	if !r.Voted {
		return nil
	}
	all = []string{w.T("bodies.result.votes", "for", r.For, "against", r.Against, "blank", r.Blank)}
	if r.As > r.Parents {
		all = append(all, w.T("bodies.result.weighed", "n", r.Parents, "as", r.As))
	}
	if r.Cast != "" {
		all = append(all, w.T("bodies.result.casting"))
	}
	if r.Outcome != "" {
		all = append(all, w.T("bodies.outcome."+r.Outcome))
	}
	return all
}

// crowded says whether more were there than there are seats for: guests have none, and
// are not counted.
func (b Body) crowded(members []Member, there []tilhor.PersonID) bool {
	n := map[Part]int{}
	for _, m := range members {
		if slices.Contains(there, m.Person) {
			n[m.Part]++
		}
	}
	return len(b.Seats) > 0 && slices.ContainsFunc(Parts, func(p Part) bool { return n[p] > b.Seats[p] })
}
