package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// A series is one figure, measured round after round.
type series []float64

func (s series) median() float64 { return s.at(0.5) }

// at is the value below which a part of the series lies.
func (s series) at(part float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	c := slices.Sorted(slices.Values(s))
	return c[min(len(c)-1, int(part*float64(len(c))))]
}

// spread is the median of the distances from the median: one bad round of a
// busy machine does not move it.
func (s series) spread() float64 {
	mid := s.median()
	var d series
	for _, v := range s {
		d = append(d, math.Abs(v-mid))
	}
	return d.median()
}

// ratios puts two series that were measured in turn against each other, round
// by round, so that a machine that drifts drifts for both.
func ratios(a, b series) (out series) {
	for i := range a {
		if b[i] > 0 {
			out = append(out, a[i]/b[i])
		}
	}
	return out
}

// String is the median with its spread; of one measurement there is none.
func (s series) String() string {
	if len(s) == 1 {
		return short3(s[0])
	}
	return fmt.Sprintf("%s ± %s", short3(s.median()), short3(s.spread()))
}

// short3 writes three figures that count.
func short3(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1 || v == 0:
		return fmt.Sprintf("%.2f", v)
	case v >= 0.1:
		return fmt.Sprintf("%.3f", v)
	case v >= 0.001:
		return fmt.Sprintf("%.4f", v)
	}
	return fmt.Sprintf("%.1e", v)
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// rate is how many a second.
func rate(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }

// took times one thing.
func took(do func() error) (time.Duration, error) {
	begun := time.Now()
	err := do()
	return time.Since(begun), err
}
