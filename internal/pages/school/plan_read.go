package school

import (
	"net/http"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// A planShown is one version of a plan as it is read.
type planShown struct {
	Version, Approved string
	Why               string
	Amended           []string // what was put right of it
	Measures          []measureShown
}

type measureShown struct {
	Title string
	Facts web.Facts
}

// showPlanOf puts a version in words: for each measure the five things of
// § 12-4 third paragraph, in the order of the act.
func showPlanOf(s say, p cases.Plan) *planShown {
	shown := &planShown{Version: strconv.Itoa(p.Version), Why: p.Why}
	if !p.ApprovedAt.IsZero() {
		shown.Approved = s.w.T("stage.plan.approved", "when", s.w.DateTime(p.ApprovedAt), "who", p.Approver)
	}
	for i, m := range p.Measures {
		x := measureShown{Title: s.w.T("stage.plan.measure", "n", i+1)}
		for _, k := range planFields {
			if v := planField(s.w, m, k); v != "" {
				x.Facts.Items = append(x.Facts.Items, web.Fact{Term: lang.Cap(s.w.T("stage.plan." + k)), Text: v})
			}
		}
		shown.Measures = append(shown.Measures, x)
	}
	return shown
}

// planFields are what a measure says, in the order of the act.
var planFields = []string{"problem", "what", "time", "doer", "evaluate"}

// planField is one of them in words.
func planField(w *lang.Words, m cases.Measure, field string) string {
	switch field {
	case "problem":
		return m.Problem
	case "what":
		return m.What
	case "doer":
		return m.Name
	case "evaluate":
		return w.Date(m.Evaluate)
	}
	return timeOf(w, m)
}

// timeOf is when a measure is carried out: in words, by weekday, and from when
// to when.
func timeOf(w *lang.Words, m cases.Measure) string {
	var all []string
	if m.When != "" {
		all = append(all, m.When)
	}
	if m.Weekdays != "" {
		all = append(all, lang.Cap(weekdays(w, m.Weekdays)))
	}
	switch {
	case m.Start != "" && m.Until != "":
		all = append(all, w.T("stage.plan.from-until", "from", w.Date(m.Start), "until", w.Date(m.Until)))
	case m.Start != "":
		all = append(all, w.T("stage.plan.from", "from", w.Date(m.Start)))
	}
	return strings.Join(all, "\n")
}

var diffPage = page("plan_diff")

type diffData struct {
	stage
	From, To string
	Why      string
	Rows     []diffRow
}

// A diffRow is one thing that differs: what is gone from the old, what is new.
type diffRow struct {
	What     string
	Old, New []web.Word
	OnlyOld  bool
	OnlyNew  bool
}

// planDiff shows two versions beside each other. What is added is underlined,
// what is taken away struck through: never by colour alone.
func (p *Pages) planDiff(q *web.Req) error {
	file, err := p.see(q, "plan")
	if err != nil {
		return err
	}
	old, okOld := version(file, q.Query("fra"))
	fresh, okNew := version(file, q.Query("til"))
	if !okOld || !okNew {
		return tilhor.ErrNotFound
	}
	all := diffRows(q.T, old, fresh)
	d := diffData{stage: p.stage(q, file, stagePlan, "diff", "title", "n", len(all), "count", lang.Cap(few(q.T, len(all)))), Rows: all, Why: fresh.Why}
	d.Head.Back = web.Back{Href: path(file.Track, stagePlan), Text: q.T.T("school.stage." + stagePlan)}
	d.From, d.To = versionName(d.say, old), versionName(d.say, fresh)
	return q.RenderStatus(http.StatusOK, diffPage, d)
}

// version finds a version of the plan, the draft among them.
func version(f cases.File, n string) (cases.Plan, bool) {
	all := f.Plans
	if f.Draft != nil {
		all = append(append([]cases.Plan{}, all...), *f.Draft)
	}
	for _, p := range all {
		if strconv.Itoa(p.Version) == n {
			return p, true
		}
	}
	return cases.Plan{}, false
}

func versionName(s say, p cases.Plan) string {
	if p.Draft {
		return s.Say("draft", "n", strconv.Itoa(p.Version))
	}
	return s.Say("version", "n", strconv.Itoa(p.Version), "date", s.w.DateShort(tilhor.DateOf(p.ApprovedAt, lang.Oslo)))
}

// diffRows are the things that differ, measure by measure.
func diffRows(w *lang.Words, old, fresh cases.Plan) (all []diffRow) {
	was := pair(old.Measures, fresh.Measures)
	for i, m := range fresh.Measures {
		name := w.T("stage.plan.measure", "n", i+1)
		if was[i] < 0 {
			all = append(all, diffRow{What: name, New: []web.Word{{Text: whole(w, m), New: true}}, OnlyNew: true})
			continue
		}
		for _, k := range planFields {
			a, b := planField(w, old.Measures[was[i]], k), planField(w, m, k)
			if a == b {
				continue
			}
			row := diffRow{What: name + ": " + strings.ToLower(w.T("stage.plan."+k))}
			row.Old, row.New = web.Differ(a, b)
			all = append(all, row)
		}
	}
	for j, m := range old.Measures {
		if !has(was, j) {
			all = append(all, diffRow{What: w.T("stage.plan.measure-gone", "n", j+1), Old: []web.Word{{Text: whole(w, m), New: true}}, OnlyOld: true})
		}
	}
	return all
}

func whole(w *lang.Words, m cases.Measure) string {
	var all []string
	for _, k := range planFields {
		if v := planField(w, m, k); v != "" {
			all = append(all, v)
		}
	}
	return strings.Join(all, "\n")
}

func has(list []int, n int) bool {
	for _, x := range list {
		if x == n {
			return true
		}
	}
	return false
}

// pair finds which old measure each new one was: by its id, else by the same
// words, else by the same place in the list. -1 for a new one.
func pair(old, fresh []cases.Measure) []int {
	was, taken := make([]int, len(fresh)), map[int]bool{}
	for i := range was {
		was[i] = -1
	}
	same := []func(i, j int) bool{
		func(i, j int) bool { return fresh[i].ID != "" && fresh[i].ID == old[j].ID },
		func(i, j int) bool { return fresh[i].What != "" && fresh[i].What == old[j].What },
		func(i, j int) bool { return fresh[i].Problem != "" && fresh[i].Problem == old[j].Problem },
		func(i, j int) bool { return i == j && fresh[i].Doer == old[j].Doer },
	}
	for _, is := range same {
		for i := range fresh {
			for j := range old {
				if was[i] < 0 && !taken[j] && is(i, j) {
					was[i], taken[j] = j, true
				}
			}
		}
	}
	return was
}
