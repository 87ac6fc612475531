package school

import (
	"errors"
	"net/http"
	"strconv"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var planPage = page("plan_edit")

// What the form of the plan can be asked to do; "remove-2" takes a measure out.
const (
	planSave    = "save"
	planAdd     = "add"
	planRemove  = "remove-"
	planApprove = "approve"
	planLibrary = "library"
)

type planData struct {
	stage
	Form           *web.Form
	Gate           web.Gate
	Measures       []measureForm
	Why            web.Field
	Library        web.Field
	LibraryAt      string // where the measure will stand
	Rev, N         string
	Version        string
	Editing        bool // a draft is written; else the plan in force is read
	New            bool // nothing is saved yet
	MayApprove     bool
	WhoApproves    string
	Saved          string
	InForce        *planShown
	AddAt, Print   string
	Diff, Change   string
	Later          bool // there is a version before this one
	Versions       []web.Happening
	NextEvaluation string
	Evaluate       string
	Urgent         bool
}

// plan shows the draft that is written, or the plan in force.
func (p *Pages) plan(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showPlan(q, http.StatusOK, f)
}

// savePlan keeps the draft, adds a measure, takes one out, or approves. Adding
// and taking out write nothing: everything typed comes back in the same form.
func (p *Pages) savePlan(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	switch do := f.Get("do"); {
	case do == planAdd:
		f.Set("n", strconv.Itoa(rowsOf(f)+1))
		return p.showPlan(q, http.StatusOK, f)
	case do == planLibrary:
		code := http.StatusOK
		if fromLibrary(q.T, f); len(f.Faults) > 0 {
			code = http.StatusUnprocessableEntity
		}
		return p.showPlan(q, code, f)
	case len(do) > len(planRemove) && do[:len(planRemove)] == planRemove:
		n, _ := strconv.Atoi(do[len(planRemove):])
		tidy(f, n)
		return p.showPlan(q, http.StatusOK, f)
	}
	school, err := p.Cases.At(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	staff, err := p.employeesAt(q, school)
	if err != nil {
		return err
	}
	staff = withSFO(staff, cases.File{}) // to read the name by; who may not is refused where it is written
	settleClash(f, staff)
	tidy(f, 0)
	mine := readPlan(f)
	return p.keepPlan(q, f, mine, func() error { return p.clash(q, f, mine, staff) })
}

// keepPlan saves what was typed and, when that is asked for, approves it. What
// is approved is what stood on the page, or nothing.
func (p *Pages) keepPlan(q *web.Req, f *web.Form, mine cases.Plan, clash func() error) error {
	slug, changed := q.Path("spor"), false
	rev, _ := strconv.Atoi(f.Get("rev"))
	to := "/saker/" + slug + "/plan?gjort="
	act := func() (string, error) { return to + "saved", p.Cases.SavePlan(q.Context(), q.Actor, slug, rev, mine) }
	if f.Get("do") == planApprove {
		file, err := p.see(q, "plan")
		if err != nil {
			return err
		}
		if !file.Lead {
			return tilhor.ErrNotFound
		}
		changed = file.Draft == nil || file.Draft.Rev == rev && !samePlan(mine, *file.Draft)
		act = func() (string, error) { return to + "approved", p.approve(q, slug, rev, mine, changed) }
	}
	err := q.Answer(f, act, func(code int, f *web.Form) error { return p.showPlan(q, code, f) })
	var missing cases.Missing
	refused := errors.As(err, &missing)
	if refused && changed { // nothing was done: what was typed is kept all the same, and the form may be sent again
		err = p.Cases.SavePlan(q.Context(), q.Actor, slug, rev, mine)
	}
	var theirs cases.Clash
	switch {
	case errors.As(err, &theirs):
		return clash()
	case refused && (err == nil || !changed):
		return p.showPlan(q, http.StatusUnprocessableEntity, p.lacking(q, f))
	}
	return err
}

// approve saves first when something was changed on the page, in the same
// commit: a form is marked as answered by what it commits first.
func (p *Pages) approve(q *web.Req, slug string, rev int, mine cases.Plan, changed bool) error {
	if changed {
		return p.Cases.SaveAndApprove(q.Context(), q.Actor, slug, rev, mine)
	}
	return p.Cases.Approve(q.Context(), q.Actor, slug, rev)
}

// lacking is the form after an approval that was refused: what is missing is
// told as faults where it can be put right on this page, and in the gate. What
// was typed is saved.
func (p *Pages) lacking(q *web.Req, f *web.Form) *web.Form {
	file, err := p.see(q, "plan")
	if err != nil || file.Draft == nil {
		return f
	}
	f.Set("rev", strconv.Itoa(file.Draft.Rev))
	for _, l := range file.Lacks {
		at := "gate"
		if l.Page == stagePlan && l.Measure > 0 {
			at = measureField(l.Measure, l.Field)
		}
		f.Faults.Add(true, at, l.Key)
	}
	return f
}

func (p *Pages) showPlan(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "plan")
	if err != nil {
		return err
	}
	staff, err := p.employeesAt(q, file.School)
	if err != nil {
		return err
	}
	filled := f.Has("n")
	d := planData{Form: f, New: file.Draft == nil}
	switch {
	case filled: // typed, or a draft of a signed-out form
	case file.Draft != nil:
		fillPlan(f, *file.Draft)
		f.Set("rev", strconv.Itoa(file.Draft.Rev))
	case file.Current() == nil:
		fillPlan(f, firstPlan(file))
		f.Set("rev", "0")
	case q.Query("endre") == "1":
		next := *file.Current()
		next.Why = ""
		fillPlan(f, next)
		f.Set("rev", "0")
	default:
		return p.readPlan(q, code, file)
	}
	key, kv := planTitle(q.T, file)
	d.stage = p.stage(q, file, stagePlan, "plan", key, kv...)
	d.Editing = true
	d.faulty(f.Faults)
	d.quote()
	if wants := wish(q.T, file); wants != nil {
		d.Said = wants
	}
	a := asker{d.say, f}
	d.Measures = a.measureForms(withSFO(staff, file), file, today(q))
	d.Why, d.Library = rows(2, a.free("why")), libraryField(q.T, f)
	d.Rev, d.N, d.Version = f.Get("rev"), strconv.Itoa(rowsOf(f)), strconv.Itoa(len(file.Plans)+1)
	d.Later = len(file.Plans) > 0
	d.gate(q, file)
	d.MayApprove = file.Lead && file.Draft != nil && len(file.Lacks) == 0
	d.LibraryAt = d.Path + "#plan-h"
	d.AddAt = d.Path + "#" + measureField(rowsOf(f)+1, "problem")
	d.around(q, file)
	return q.RenderStatus(code, planPage, d)
}

// readPlan shows the plan in force, which is never changed again.
func (p *Pages) readPlan(q *web.Req, code int, file cases.File) error {
	current := *file.Current()
	d := planData{stage: p.stage(q, file, stagePlan, "plan", "title.force", "date", q.T.DayMonth(calendar.DateOf(current.ApprovedAt)))}
	d.InForce = showPlanOf(d.say, current)
	d.InForce.Amended = amendedPlan(d.W, d.File, d.InForce.Version)
	if on := evaluateOn(file); on != "" {
		d.NextEvaluation = q.T.Day(on)
	}
	d.quote()
	d.Evaluate = path(file.Track, stageEvaluate)
	d.Change = path(file.Track, stagePlan) + "?endre=1"
	d.around(q, file)
	return q.RenderStatus(code, planPage, d)
}

// planTitle says how far the draft is from being approved.
func planTitle(w *lang.Words, f cases.File) (key string, kv []any) {
	switch {
	case f.Draft == nil && len(f.Plans) > 0:
		return "title.next", []any{"version", strconv.Itoa(len(f.Plans) + 1)}
	case f.Draft == nil:
		return "title.first", nil
	case len(f.Lacks) > 0:
		return "title.lacks", []any{"n", len(f.Lacks), "count", lang.Cap(few(w, len(f.Lacks)))}
	case f.Lead:
		return "title.ready", nil
	}
	return "title.waits", nil
}

// wish is what the pupil wants to happen, which stands first on the plan.
func wish(w *lang.Words, f cases.File) *web.Quote {
	for i := len(f.Records) - 1; i >= 0; i-- {
		if r := f.Records[i]; r.Kind == cases.Voice && f.Own(r) && r.Text["wants"] != "" {
			return &web.Quote{Text: r.Text["wants"], By: w.T("stage.plan.wants", "name", lang.Cap(short(w, f.Track)), "when", w.Moment(r.When))}
		}
	}
	return nil
}

// around is what stands beside the plan: its versions, and when it was saved.
func (d *planData) around(q *web.Req, f cases.File) {
	base := path(f.Track, stagePlan)
	for _, v := range f.Plans {
		x := web.Happening{
			When: q.T.Near(v.ApprovedAt, q.Now), Title: d.Say("version", "n", strconv.Itoa(v.Version)), Text: d.Say("approved-by", "who", v.Approver),
			Href: base + "/utskrift?versjon=" + strconv.Itoa(v.Version), Link: d.Say("to-print"),
		}
		x.DateTime = v.ApprovedAt.UTC().Format("2006-01-02T15:04:05Z")
		x.Key = v.Version == len(f.Plans)
		d.Versions = append(d.Versions, x)
	}
	if f.Draft != nil {
		d.Saved = d.Say("saved-by", "when", q.T.Near(f.Draft.SavedAt, q.Now), "who", f.Draft.SavedName)
		d.Versions = append(d.Versions, web.Happening{When: d.Say("draft"), Title: d.Say("version", "n", strconv.Itoa(f.Draft.Version)), Text: d.Saved, Next: true})
	}
	n := len(f.Plans)
	if f.Draft != nil {
		n++
	}
	if n > 1 {
		d.Diff = base + "/forskjeller?fra=" + strconv.Itoa(n-1) + "&til=" + strconv.Itoa(n)
	}
	d.Print = base + "/utskrift"
}

// gate is what the law asks for before measures are decided, item by item, with
// the way to where each is put right (§§ 10-1, 10-2, 12-4).
func (d *planData) gate(q *web.Req, f cases.File) {
	g := web.Gate{W: q.T}
	missing := map[string]cases.Lack{}
	var own []cases.Lack
	for _, l := range f.Lacks {
		if l.Page == stagePlan {
			own = append(own, l)
			continue
		}
		missing[l.Key+l.Child] = l
	}
	g.Items = append(g.Items, d.heard(q, f, missing)...)
	if l, lacks := missing["cases.lack.best"]; lacks {
		g.Items = append(g.Items, web.GateItem{Text: q.T.T(l.Key), Href: path(f.Track, "elevens-beste"), Link: d.Say("gate.best.do")})
	} else if r := f.Last(cases.Interest, cases.Evaluated); r != nil {
		g.Items = append(g.Items, web.GateItem{OK: true, Text: d.Say("gate.best"), Small: q.T.Moment(r.When), Href: path(f.Track, "elevens-beste"), Link: d.Say("gate.best.again")})
	}
	if f.Draft == nil {
		own = append(own, cases.Lack{Key: "stage.plan.gate.unsaved", Measure: 1, Field: "problem"})
	}
	for _, l := range own {
		item := web.GateItem{Text: q.T.T(l.Key), Href: "#" + measureField(max(l.Measure, 1), l.Field), Link: d.Say("gate.put-right")}
		if l.Measure > len(d.Measures) { // taken out on the page, and not yet in the draft
			item.Href, item.Link = "", ""
		}
		if l.Measure > 0 && l.Key != "cases.lack.measures" && f.Draft != nil {
			item.Small = d.Say("measure", "n", l.Measure) + "."
		}
		g.Items = append(g.Items, item)
	}
	if len(own) == 0 {
		g.Items = append(g.Items, web.GateItem{OK: true, Text: d.Say("gate.five")})
	}
	g.Rest = d.gateRest(f)
	d.Gate = g
}

// gateRest says who approves, and that safety waits for nothing.
func (d *planData) gateRest(f cases.File) string {
	switch {
	case len(f.Lacks) == 0 && f.Draft != nil && f.Lead:
		return d.Say("gate.rest.ready")
	case len(f.Lacks) == 0 && f.Draft != nil:
		return d.Say("gate.rest.waits")
	}
	return d.Say("gate.rest")
}

// heard are the children who must be heard before measures are decided.
func (d *planData) heard(q *web.Req, f cases.File, missing map[string]cases.Lack) (items []web.GateItem) {
	talks := path(f.Track, stageTalks)
	if l, lacks := missing["cases.lack.heard"+f.Code()]; lacks {
		items = append(items, web.GateItem{Text: q.T.T(l.Key), Href: talks, Link: d.Say("gate.heard.do")})
	} else if r := ownTalk(f); r != nil {
		small := "gate.heard.small"
		if r.Answer == cases.Declined {
			small = "gate.heard.declined"
		}
		items = append(items, web.GateItem{OK: true, Text: d.Cap("gate.heard"), Small: d.Say(small, "when", q.T.Moment(r.When))})
	}
	for _, c := range f.Children {
		if c.Role == "witness" {
			continue
		}
		name := lang.Cap(childName(q.T, c))
		if l, lacks := missing["cases.lack.child"+c.Code]; lacks {
			items = append(items, web.GateItem{Text: q.T.T(l.Key), Small: name + ".", Href: talks + "?barn=" + c.Code, Link: d.Say("gate.child.do")})
			continue
		}
		item := web.GateItem{OK: true, Text: d.Say("gate.child", "child", name)}
		if !c.Heard && c.HearBy != "" {
			item.Text, item.Small = d.Say("gate.child.missed", "child", name), d.Say("gate.child.hear-by", "date", q.T.Date(c.HearBy))
		}
		items = append(items, item)
	}
	return items
}
