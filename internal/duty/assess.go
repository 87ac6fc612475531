package duty

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"tilhor/internal/calendar"
)

// Assess derives the duties from the facts, at an instant. What was not yet
// written down then is not taken into account: nothing is backdated.
func Assess(in Input) (Output, error) {
	if err := check(in); err != nil {
		return Output{}, err
	}
	out := Output{
		Version: Version, AsOf: stamp(in.AsOf),
		Duties: []Duty{}, Windows: []Window{}, Gates: []Gate{}, Routes: []Route{},
	}
	for _, t := range tracks(&in) {
		out.take(t)
		out.soon(t.carriedOver())
	}
	for _, d := range out.Duties {
		out.soon(d.Changes)
	}
	return out, nil
}

// NextChange is the next instant at which any duty stands otherwise with no new
// facts; false when time alone changes nothing more.
func NextChange(in Input) (time.Time, bool, error) {
	out, err := Assess(in)
	return out.Changes, !out.Changes.IsZero(), err
}

func check(in Input) error {
	if !in.School.Valid() {
		return fmt.Errorf("school: unknown kind %q", in.School)
	}
	if in.AsOf.IsZero() {
		return fmt.Errorf("asOf: missing")
	}
	for n, f := range in.Facts {
		if _, ok := fields[f.Kind]; !ok {
			return fmt.Errorf("facts[%d]: unknown kind %q", n, f.Kind)
		}
		if f.Pupil == "" {
			return fmt.Errorf("facts[%d]: no pupil", n)
		}
		if calendar.DateOf(f.When.Counts()) < in.School.First() {
			return fmt.Errorf("facts[%d]: before the first rule set, which began %s", n, in.School.First())
		}
	}
	return nil
}

// tracks sorts the facts by pupil and walks through each pupil's own.
func tracks(in *Input) []*track {
	facts := visible(in)
	var order []string
	byPupil := map[string][]*Fact{}
	for n := range facts {
		f := &facts[n]
		if _, ok := byPupil[f.Pupil]; !ok {
			order = append(order, f.Pupil)
		}
		byPupil[f.Pupil] = append(byPupil[f.Pupil], f)
	}
	var out []*track
	for _, pupil := range order {
		t := newTrack(in, pupil)
		for n, f := range byPupil[pupil] {
			t.step(n+1, f)
		}
		t.succeed()
		out = append(out, t)
	}
	return out
}

// visible are the facts written down by now, in the order they count, with an
// unknown pupil under the code it later got. Its clocks keep their first time.
func visible(in *Input) []Fact {
	var facts []Fact
	for _, f := range in.Facts {
		if !f.When.Written.After(in.AsOf) && !f.When.Counts().After(in.AsOf) {
			facts = append(facts, f)
		}
	}
	sort.SliceStable(facts, func(a, b int) bool { return facts[a].When.Counts().Before(facts[b].When.Counts()) })
	alias := map[string]string{}
	for _, f := range facts {
		if f.Kind == Identified && f.Was != f.Pupil {
			alias[f.Was] = f.Pupil
		}
	}
	if len(alias) == 0 {
		return facts
	}
	for n := range facts {
		facts[n].Pupil = resolve(alias, facts[n].Pupil)
		facts[n].Child = resolve(alias, facts[n].Child)
	}
	return facts
}

// resolve follows a code to the one it became in the end, and shortens the way
// for whoever asks next. Codes that became each other stay what they are.
func resolve(alias map[string]string, code string) string {
	end := code
	var way []string
	for next, ok := alias[end]; ok && len(way) <= len(alias); next, ok = alias[end] {
		way = append(way, end)
		end = next
	}
	if len(way) > len(alias) {
		return code
	}
	for _, c := range way {
		alias[c] = end
	}
	return end
}

// succeed carries what stood open over to the rules that took over.
func (t *track) succeed() {
	for _, day := range t.in.School.Changes() {
		at := calendar.Start(day)
		if at.After(t.in.AsOf) {
			continue
		}
		var all []*instance
		for _, i := range t.all {
			all = append(all, i)
			if next := i.succeed(at); next != nil {
				all = append(all, next)
			}
		}
		t.all = all
	}
}

// carriedOver is the next day on which new rules take over what stands open.
func (t *track) carriedOver() time.Time {
	for _, day := range t.in.School.Changes() {
		at := calendar.Start(day)
		if !at.After(t.in.AsOf) {
			continue
		}
		for _, i := range t.all {
			next := *i
			next.trigger = at
			_, _, _, now := i.row(t.in.School)
			_, _, _, then := next.row(t.in.School)
			lapsed := i.right && !at.Before(calendar.End(i.due))
			if !i.done() && !lapsed && (now || then) && !i.forced() {
				return at
			}
		}
	}
	return time.Time{}
}

func (o *Output) soon(t time.Time) {
	if !t.IsZero() && (o.Changes.IsZero() || t.Before(o.Changes)) {
		o.Changes = t
	}
}

// take adds a track's answer.
func (o *Output) take(t *track) {
	var duties []Duty
	for _, i := range t.all {
		if d, ok := i.stand(t.in, t); ok {
			duties = append(duties, d)
		}
	}
	slices.SortStableFunc(duties, func(a, b Duty) int {
		if c := a.TriggeredAt.Compare(b.TriggeredAt); c != 0 {
			return c
		}
		return a.sort - b.sort
	})
	o.Duties = append(o.Duties, duties...)
	o.Windows = append(o.Windows, t.windows...)
	if !t.begun {
		return
	}
	o.Gates = append(o.Gates, t.gates()...)
	o.Routes = append(o.Routes, t.route())
}
