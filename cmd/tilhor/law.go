package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
)

// LawCmd is for lawyers, auditors and tests: the law as data. Nothing is stored.
type LawCmd struct {
	Assess LawAssessCmd `cmd:"" help:"Facts in, duties out, as JSON both ways."`
	Show   LawShowCmd   `cmd:"" help:"Print the duties in force on a date."`
	Diff   LawDiffCmd   `cmd:"" help:"Print what changed in the law between two dates."`
}

// LawAssessCmd reads facts and prints the duties they make.
type LawAssessCmd struct {
	File string `arg:"" optional:"" default:"-" help:"A file of facts; - for standard input."`
}

// Run assesses. Input that is not understood in every field gives exit code 2, a
// message that names the place, and no output.
func (c LawAssessCmd) Run(app *App) error {
	in, err := c.read(app.In)
	if err != nil {
		return exit(2, c.name()+": "+err.Error())
	}
	out, err := duty.Assess(in)
	if err != nil {
		return exit(2, c.name()+": "+err.Error())
	}
	e := json.NewEncoder(app.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func (c LawAssessCmd) name() string {
	if c.File == "-" || c.File == "" {
		return "standard input"
	}
	return c.File
}

func (c LawAssessCmd) read(stdin io.Reader) (duty.Input, error) {
	if c.File == "-" || c.File == "" {
		return duty.Parse(stdin)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return duty.Input{}, fmt.Errorf("cannot be opened")
	}
	defer f.Close()
	return duty.Parse(f)
}

// LawShowCmd prints the catalogue.
type LawShowCmd struct {
	On   string `help:"The date, as YYYY-MM-DD; today if not given." placeholder:"DATE"`
	Lang string `help:"The language of the texts: nb, nn or en." default:"nb" enum:"nb,nn,en"`
}

// Run prints every duty in force: its citation, what must be done, who bears it,
// and what kind of time it has.
func (c LawShowCmd) Run(app *App) error {
	on := calendar.DateOf(app.Clock())
	if c.On != "" {
		var err error
		if on, err = tilhor.ParseDate(c.On); err != nil {
			return exit(2, "--on: "+err.Error())
		}
	}
	w := lang.For(tilhor.Lang(c.Lang))
	rows := law.InForce(on)
	if len(rows) == 0 {
		return exit(2, fmt.Sprintf("--on: %s is before the first rule set, which began %s", on, law.PublicSchool.First()))
	}
	var set law.RuleSetID
	for _, r := range rows {
		if r.Rules != set {
			set = r.Rules
			s, _ := law.RuleSetOf(set)
			fmt.Fprintf(app.Out, "\n%s · %s · %s\n", s.ID, s.Act, span(s))
		}
		fmt.Fprintf(app.Out, "  %-18s %s\n", r.ID, w.T("duty."+string(r.ID)+".name"))
		fmt.Fprintf(app.Out, "  %-18s %s\n", "", strings.Join(row(w, r), " · "))
	}
	fmt.Fprintf(app.Out, "\n%s\n", w.T("duty.disclaimer"))
	return nil
}

// row is the second line of a duty: citation, bearer, class, and its time.
func row(w *lang.Words, r law.Row) []string {
	parts := []string{r.Ref, w.T("duty.bearer." + string(r.Bearer))}
	if r.Class != law.Local || r.Local.None() {
		parts = append(parts, w.T("duty.class."+string(r.Class)))
	}
	if r.Word != "" {
		parts = append(parts, "«"+r.Word+"»")
	}
	if !r.Number.None() {
		parts = append(parts, w.T("duty.norm."+string(r.Number.Unit), "n", r.Number.N))
	}
	if !r.Local.None() {
		parts = append(parts, w.T("duty.local", "norm", norm(w, r.Local)))
	}
	return parts
}

func norm(w *lang.Words, n law.Norm) string {
	if n.Unit == law.Arbeidsdag && n.N == 0 {
		return w.T("duty.norm.same-arbeidsdag")
	}
	return w.T("duty.norm."+string(n.Unit), "n", n.N)
}

func span(s law.RuleSet) string {
	if s.To == "" {
		return string(s.From) + " –"
	}
	return string(s.From) + " – " + string(s.To)
}

// LawDiffCmd prints what changed.
type LawDiffCmd struct {
	From string `arg:"" help:"A date, as YYYY-MM-DD."`
	To   string `arg:"" help:"A later date."`
}

// Run prints one line for each duty that came (+), went (-) or was taken over by
// another (>).
func (c LawDiffCmd) Run(app *App) error {
	from, err := tilhor.ParseDate(c.From)
	if err != nil {
		return exit(2, "FROM: "+err.Error())
	}
	to, err := tilhor.ParseDate(c.To)
	if err != nil {
		return exit(2, "TO: "+err.Error())
	}
	if to < from {
		return exit(2, "TO is before FROM")
	}
	for _, s := range law.RuleSets() {
		switch {
		case !s.InForce(from) && s.InForce(to):
			fmt.Fprintf(app.Out, "+ %s · %s · %s\n", s.ID, s.Act, span(s))
		case s.InForce(from) && !s.InForce(to):
			fmt.Fprintf(app.Out, "- %s · %s · %s\n", s.ID, s.Act, span(s))
		}
	}
	for _, d := range law.Diff(from, to) {
		switch {
		case d.Old == "":
			fmt.Fprintf(app.Out, "+ %s\n", brief(d.New))
		case d.New == "":
			fmt.Fprintf(app.Out, "- %s\n", brief(d.Old))
		default:
			fmt.Fprintf(app.Out, "> %s\n  → %s\n", brief(d.Old), brief(d.New))
		}
	}
	return nil
}

func brief(id law.ID) string {
	r, _ := law.Find(id)
	out := fmt.Sprintf("%s · %s · %s", r.ID, r.Ref, r.Class)
	if r.Word != "" {
		out += " «" + r.Word + "»"
	}
	return out
}
