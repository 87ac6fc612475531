package main

import (
	"fmt"
	"io"

	"tilhor/internal/db"
)

// A report is what one engine did, as a table to be put into README.md.
type report struct {
	engine db.Engine
	rows   []row
}

// A row is one figure. Aim is empty where none was set.
type row struct{ what, figure, against, ratio, aim, met string }

// An aim is what a ratio has to reach: at least, or at most when most is set.
type aim struct {
	limit float64
	most  bool
}

func atLeast(v float64) *aim { return &aim{v, false} }
func atMost(v float64) *aim  { return &aim{v, true} }

func (a *aim) text(unit string) string {
	if a.most {
		return "≤ " + short3(a.limit) + unit
	}
	return "≥ " + short3(a.limit) + unit
}

func (a *aim) met(v float64) string {
	if a.most && v <= a.limit || !a.most && v >= a.limit {
		return "yes"
	}
	return "**no**"
}

// ratio adds a ratio with its spread.
func (r *report) ratio(what, figure, against string, s series, a *aim) {
	x := row{what: what, figure: figure, against: against, ratio: s.String()}
	if a != nil {
		x.aim, x.met = a.text(""), a.met(s.median())
	}
	r.rows = append(r.rows, x)
}

// fact adds a figure by itself.
func (r *report) fact(what, figure string) {
	r.rows = append(r.rows, row{what: what, figure: figure})
}

// bound adds a figure that has a limit.
func (r *report) bound(what string, v float64, unit string, a *aim) {
	r.rows = append(r.rows, row{what: what, figure: short3(v) + unit, aim: a.text(unit), met: a.met(v)})
}

func (r *report) print(out io.Writer) {
	fmt.Fprintf(out, "\n## %s\n\n| what | measured here | against | ratio | aim | met |\n|---|---|---|---|---|---|\n", r.engine)
	for _, x := range r.rows {
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", x.what, x.figure, x.against, x.ratio, x.aim, x.met)
	}
}
