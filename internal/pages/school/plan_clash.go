package school

import (
	"strconv"
	"strings"

	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// A name and weekdays stand in a clash as words: -name and -days are put back
// into the measure's own fields when the choice comes.
const (
	clashName = "doer-name"
	clashDays = "weekdays-words"
)

// clash shows what another saved meanwhile beside what was typed here: only the
// fields that differ, and nothing of either is lost.
func (p *Pages) clash(q *web.Req, f *web.Form, mine cases.Plan, staff []roster.Employee) error {
	file, err := p.see(q, "plan")
	if err != nil {
		return err
	}
	theirs, rev := cases.Plan{}, 0
	switch {
	case file.Draft != nil:
		theirs, rev = *file.Draft, file.Draft.Rev
	case file.Current() != nil: // it was approved meanwhile: this becomes the next version
		theirs = *file.Current()
	}
	if file.Draft == nil {
		theirs.SavedName, theirs.SavedAt = theirs.Approver, theirs.ApprovedAt
	}
	n := max(len(mine.Measures), len(theirs.Measures), 1)
	c := web.Clash{
		Who: theirs.SavedName, At: theirs.SavedAt, Back: web.Back{Href: path(file.Track, stagePlan), Text: q.T.T("school.stage." + stagePlan)},
		Version: map[string]string{"rev": strconv.Itoa(rev), "n": strconv.Itoa(n), "do": planSave},
	}
	a := asker{say{q.T, "plan", short(q.T, file.Track)}, f}
	for i := 1; i <= n; i++ {
		a.differ(&c, i, nth(mine, i), nth(theirs, i), staff)
	}
	if mine.Why != theirs.Why {
		c.Fields = append(c.Fields, web.ClashField{Name: "why", Label: a.Say("why"), Theirs: theirs.Why})
	}
	if len(c.Fields) == 0 { // both wrote the same: nothing to choose
		f.Set("rev", strconv.Itoa(rev))
		return p.showPlan(q, 200, f)
	}
	return q.Conflict(f, c)
}

func nth(p cases.Plan, i int) cases.Measure {
	if i > len(p.Measures) {
		return cases.Measure{}
	}
	return p.Measures[i-1]
}

// differ adds the fields of measure i in which the two differ.
func (a asker) differ(c *web.Clash, i int, mine, theirs cases.Measure, staff []roster.Employee) {
	add := func(field, key, m, t string) {
		name := measureField(i, field)
		if strings.TrimSpace(m) == strings.TrimSpace(t) {
			return
		}
		a.form.Set(name, m)
		c.Fields = append(c.Fields, web.ClashField{Name: name, Label: a.Say("measure", "n", i) + ": " + strings.ToLower(a.Say(key)), Theirs: t})
	}
	add("problem", "problem", mine.Problem, theirs.Problem)
	add("what", "what", mine.What, theirs.What)
	add("when", "when", mine.When, theirs.When)
	add("start", "start", lang.TypedDate(mine.Start), lang.TypedDate(theirs.Start))
	add("until", "until", lang.TypedDate(mine.Until), lang.TypedDate(theirs.Until))
	add(clashDays, "weekdays", weekdays(a.w, mine.Weekdays), weekdays(a.w, theirs.Weekdays))
	name := theirs.Name
	for _, e := range staff {
		if e.ID == mine.Doer {
			mine.Name = e.Name
		}
	}
	add(clashName, "doer", mine.Name, name)
	add("evaluate", "evaluate", lang.TypedDate(mine.Evaluate), lang.TypedDate(theirs.Evaluate))
}

// settleClash puts names and days that were chosen as words back.
func settleClash(f *web.Form, staff []roster.Employee) {
	for i := 1; i <= rowsOf(f); i++ {
		if name := measureField(i, clashName); f.Has(name) {
			doer := ""
			for _, e := range staff {
				if f.Line(name) == e.Name {
					doer = string(e.ID)
				}
			}
			f.Faults.Add(doer == "" && f.Line(name) != "", measureField(i, "doer"), "stage.fault.one-doer")
			f.Set(measureField(i, "doer"), doer)
		}
		if name := measureField(i, clashDays); f.Has(name) {
			var days []string
			for d := 1; d <= 5; d++ {
				for _, l := range lang.Langs {
					if strings.Contains(strings.ToLower(f.Get(name)), strings.ToLower(weekday(lang.For(l), d))) {
						days = append(days, strconv.Itoa(d))
						break
					}
				}
			}
			f.Set(measureField(i, "weekdays"), days...)
		}
	}
}
