// Package dpo holds the pages of the data protection officer (personvernombud):
// who has opened what, emergency access, what is blocked, and breaches with their
// 72 hours. It knows numbers and staff, never a child and never a word of a case.
package dpo

import (
	"embed"
	"net/http"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/privacy"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of the officer.
type Pages struct {
	Privacy *privacy.Desk
}

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	officer := []tilhor.Role{tilhor.RoleDPO}
	report := []tilhor.Role{tilhor.RoleRektor, tilhor.RoleDeputy, tilhor.RoleDPO}
	return []web.Route{
		{Method: "GET", Path: "/personvernombud", Name: "dpo.home", Roles: officer, Sensitive: true, Serve: p.home},
		{Method: "GET", Path: "/personvernombud/lesinger", Name: "dpo.readings", Roles: officer, Sensitive: true, Serve: p.readings},
		{Method: "GET", Path: "/personvernombud/sperre/{sperre}", Name: "dpo.block", Roles: officer, Sensitive: true, Serve: p.block},
		{Method: "POST", Path: "/personvernombud/sperre/{sperre}", Name: "dpo.block.rule", Roles: officer, Sensitive: true, Serve: p.rule},
		{Method: "GET", Path: "/personvernombud/avvik/{avvik}", Name: "dpo.breach", Roles: officer, Sensitive: true, Serve: p.breach},
		{Method: "POST", Path: "/personvernombud/avvik/{avvik}", Name: "dpo.breach.assess", Roles: officer, Sensitive: true, Serve: p.assess},
		{Method: "GET", Path: "/avvik", Name: "dpo.report", Roles: report, Sensitive: true, Serve: p.report},
		{Method: "POST", Path: "/avvik", Name: "dpo.report.write", Roles: report, Sensitive: true, Serve: p.doReport},
	}
}

var homePage = page("home")

type homeView struct {
	web.Frame
	Heading          string
	Done             *web.Note
	Breaches, Blocks []web.Duty
	Glass            []web.Duty
	Calm             *web.Empty
	Readings, Report string
}

// home is what waits for the officer: hours first.
func (p *Pages) home(q *web.Req) error {
	breaches, err := p.Privacy.Breaches(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	blocks, err := p.Privacy.Blocks(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	opened, err := p.Privacy.Openings(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	schools, err := p.schools(q)
	if err != nil {
		return err
	}
	w, v, waits := q.T, homeView{Readings: "/personvernombud/lesinger", Report: "/avvik"}, 0
	for _, b := range breaches {
		if b.Assessed.IsZero() {
			waits++
		}
		v.Breaches = append(v.Breaches, breachRow(q, b, schools))
	}
	for _, b := range blocks {
		if b.State == privacy.Blocked {
			waits++
		}
		v.Blocks = append(v.Blocks, web.Duty{
			What: w.T("insight.stop.reason." + b.Reason), Href: "/personvernombud/sperre/" + b.ID, Tag: web.TagOf(w, "lokal"),
			Meta: []string{schools[b.School], w.T("dpo.number", "number", privacy.Number(string(b.Track))), lang.Cap(w.Near(b.At, q.Now))}, State: blockState(w, b.State),
		})
	}
	for _, o := range opened {
		row := web.Duty{
			What: w.T("dpo.glass", "who", o.Name, "number", privacy.Number(string(o.Track))), Tag: web.TagOf(w, "lokal"),
			Meta: []string{schools[o.School], lang.Cap(w.Near(o.At, q.Now))}, State: web.State{Name: web.OK, Word: w.T("insight.glass.verdict.right")},
		}
		switch {
		case o.Verdict == "" && o.ReviewBy < calendar.DateOf(q.Now):
			row.State = web.State{Name: web.Late, Word: w.T("insight.glass.late")}
		case o.Verdict == "":
			row.State = web.State{Name: web.Wait, Word: w.T("insight.glass.waits")}
		case o.Verdict == "wrong":
			row.State = web.State{Name: web.Late, Word: w.T("insight.glass.verdict.wrong")}
		}
		v.Glass = append(v.Glass, row)
	}
	v.Heading = w.T("dpo.waits", "n", waits)
	if waits == 0 {
		v.Heading = w.T("dpo.calm")
	}
	if len(breaches)+len(blocks)+len(opened) == 0 {
		v.Calm = &web.Empty{Title: w.T("dpo.empty"), Text: w.T("dpo.empty-text")}
	}
	if done := q.Query("gjort"); w.Has("dpo.done." + done) {
		v.Done = &web.Note{Color: "success", Role: "status", Title: w.T("dpo.done." + done)}
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(homePage, v)
}

func blockState(w *lang.Words, state string) web.State {
	if state == privacy.Blocked {
		return web.State{Name: web.Now, Word: w.T("dpo.block.waits")}
	}
	return web.State{Name: web.Lock, Word: w.T("insight.stop.state." + state)}
}

// breachRow shows the hours that are left: the regulation's own number.
func breachRow(q *web.Req, b privacy.Breach, schools map[tilhor.SchoolID]string) web.Duty {
	w := q.T
	row := web.Duty{
		What: w.T("dpo.breach", "when", w.DateTime(b.Discovered)), Href: "/personvernombud/avvik/" + b.ID, Tag: web.TagOf(w, "lov"),
		Meta: []string{schools[b.School], privacy.Ref()},
	}
	if b.School == "" {
		row.Meta = row.Meta[1:]
	}
	left := b.Left(q.Now)
	switch {
	case !b.Assessed.IsZero():
		row.State = web.State{Name: web.OK, Word: w.T("dpo.breach.assessed." + b.Authority)}
	case left < 0:
		row.State, row.When = web.State{Name: web.Late, Word: w.T("dpo.breach.over", "n", -left)}, w.T("dpo.breach.due", "when", w.DateTime(b.Due))
	default:
		row.State, row.When = web.State{Name: web.Now, Word: w.T("dpo.breach.left", "n", left)}, w.T("dpo.breach.due", "when", w.DateTime(b.Due))
	}
	return row
}

// schools are the names of the owner's schools.
func (p *Pages) schools(q *web.Req) (map[tilhor.SchoolID]string, error) {
	all := map[tilhor.SchoolID]string{}
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		list, err := q.Kit.Roster.Schools(tx, q.Actor.Owner)
		for _, s := range list {
			all[s.ID] = s.Name
		}
		return err
	})
	return all, err
}

var readingsPage = page("readings")

type readingsView struct {
	web.Frame
	Heading, Lead string
	Back          web.Back
	Table         web.Table
	Empty         *web.Empty
	Older         string
	Filter        []web.Field
}

// readings is the log across all schools: who, when, where and by which rule.
func (p *Pages) readings(q *web.Req) error {
	schools, err := p.schools(q)
	if err != nil {
		return err
	}
	f := privacy.ReadingFilter{After: q.Query("fra"), School: tilhor.SchoolID(q.Query("skole"))}
	if q.Query("hva") == "nodtilgang" {
		f.Rule = "glass"
	}
	if schools[f.School] == "" {
		f.School = ""
	}
	all, next, err := p.Privacy.Readings(q.Context(), q.Actor, f)
	if err != nil {
		return err
	}
	w := q.T
	v := readingsView{Heading: w.T("dpo.readings.title"), Lead: w.T("dpo.readings.lead"), Back: web.Back{Href: "/personvernombud", Text: w.T("dpo.back")}}
	v.Table = web.Table{Caption: w.T("dpo.readings.title"), Hidden: true}
	for _, k := range []string{"when", "person", "what", "number", "why"} {
		v.Table.Columns = append(v.Table.Columns, web.Column{Text: w.T("dpo.col." + k)})
	}
	for _, r := range all {
		v.Table.Rows = append(v.Table.Rows, readingRow(w, r, schools, q))
	}
	if len(all) == 0 {
		v.Empty = &web.Empty{Title: w.T("dpo.readings.empty")}
	}
	if next != "" {
		v.Older = "/personvernombud/lesinger?fra=" + next
		if f.School != "" {
			v.Older += "&skole=" + string(f.School)
		}
		if f.Rule != "" {
			v.Older += "&hva=nodtilgang"
		}
	}
	form := web.NewForm()
	school, what := form.Field(w, "skole", w.T("dpo.filter.school")), form.Field(w, "hva", w.T("dpo.filter.what"))
	school.Options = []web.Option{{Label: w.T("dpo.filter.all")}}
	var ids []tilhor.SchoolID
	for id := range schools {
		ids = append(ids, id)
	}
	lang.Sort(q.Lang, ids, func(id tilhor.SchoolID) string { return schools[id] })
	for _, id := range ids {
		school.Options = append(school.Options, web.Option{Value: string(id), Label: schools[id], Checked: id == f.School})
	}
	what.Options = []web.Option{{Label: w.T("dpo.filter.all")}, {Value: "nodtilgang", Label: w.T("dpo.filter.glass"), Checked: f.Rule != ""}}
	v.Filter = []web.Field{school, what}
	v.Frame = q.Frame(v.Heading)
	return q.Render(readingsPage, v)
}

func readingRow(w *lang.Words, r privacy.Reading, schools map[tilhor.SchoolID]string, q *web.Req) []web.Cell {
	what, why := w.T("dpo.view.other"), w.T("dpo.rule.other")
	if key := "school.view." + r.View; w.Has(key) {
		what = w.T(key)
	} else if key := "dpo.view." + r.View; w.Has(key) {
		what = w.T(key)
	}
	if key := "school.readings.why." + r.Rule; w.Has(key) {
		why = w.T(key)
	} else if key := "dpo.rule." + r.Rule; w.Has(key) {
		why = w.T(key)
	}
	name := r.Name
	if name == "" {
		name = w.T("role." + string(r.Role))
	}
	return []web.Cell{{Text: lang.Cap(w.Near(r.At, q.Now))}, {Text: name, Small: w.T("role."+string(r.Role)) + schoolSuffix(schools[r.School])}, {Text: what}, {Text: r.Number}, {Text: why}}
}

func schoolSuffix(name string) string {
	if name == "" {
		return ""
	}
	return " · " + name
}

// A formView is a small form: what it is about, questions, one primary button.
type formView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Facts         web.Facts
	Faults        *web.Summary
	Form          *web.Form
	Path          string
	Radios        []web.Field
	When          []web.Field
	Areas, Texts  []web.Field
	Do            string
	Danger        bool
}

var formPage = page("form")

func (v formView) show(q *web.Req, code int, f *web.Form) error {
	v.Frame, v.Form, v.Path = q.Frame(v.Heading), f, q.R.URL.Path
	v.Faults, v.Faulty = web.SummaryOf(q.T, f.Faults), code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, formPage, v)
}

func radios(w *lang.Words, f *web.Form, name, prefix string, values ...string) web.Field {
	x := f.Field(w, name, w.T(prefix))
	for _, v := range values {
		o := web.Option{Value: v, Label: w.T(prefix + "." + v), Checked: f.Ticked(name, v)}
		if w.Has(prefix + "." + v + ".why") {
			o.Help = w.T(prefix + "." + v + ".why")
		}
		x.Options = append(x.Options, o)
	}
	return x
}

func area(w *lang.Words, f *web.Form, name, key string) web.Field {
	x := f.Field(w, name, w.T(key))
	if w.Has(key + "-help") {
		x.Help = w.T(key + "-help")
	}
	return x
}

func (p *Pages) block(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askRule(q, http.StatusOK, f)
}

func (p *Pages) askRule(q *web.Req, code int, f *web.Form) error {
	all, err := p.Privacy.Blocks(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	schools, err := p.schools(q)
	if err != nil {
		return err
	}
	w := q.T
	for _, b := range all {
		if b.ID != q.Path("sperre") {
			continue
		}
		v := formView{Back: web.Back{Href: "/personvernombud", Text: w.T("dpo.back")}, Heading: w.T("dpo.block.title"), Lead: w.T("dpo.block.lead")}
		v.Facts.Items = []web.Fact{
			{Term: w.T("dpo.fact.where"), Text: schools[b.School] + " · " + w.T("dpo.number", "number", privacy.Number(string(b.Track)))},
			{Term: w.T("dpo.fact.who"), Text: b.Name + ", " + w.DateTime(b.At)},
			{Term: w.T("dpo.fact.reason"), Text: w.T("insight.stop.reason." + b.Reason)},
			{Term: w.T("dpo.fact.why"), Text: b.Words["why"]},
		}
		if b.State == privacy.Blocked {
			v.Radios = []web.Field{radios(w, f, "outcome", "dpo.outcome", privacy.Outcomes...)}
			v.Areas, v.Texts = []web.Field{area(w, f, "reason", "dpo.block.reason")}, []web.Field{area(w, f, "archive", "dpo.block.archive")}
			v.Do = w.T("dpo.block.do")
		} else {
			v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T("dpo.outcome"), Text: w.T("insight.stop.state." + b.State)}, web.Fact{Term: w.T("dpo.block.reason"), Text: b.Words["ruling"]},
				web.Fact{Term: w.T("dpo.block.archive"), Text: b.Words["archive"]})
		}
		return v.show(q, code, f)
	}
	return tilhor.ErrNotFound
}

func (p *Pages) rule(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	r := privacy.Ruling{Outcome: f.Get("outcome"), Reason: f.Get("reason"), Archive: f.Line("archive")}
	return q.Answer(f, func() (string, error) {
		return "/personvernombud?gjort=avgjort", p.Privacy.Rule(q.Context(), q.Actor, q.Path("sperre"), r)
	}, func(code int, f *web.Form) error { return p.askRule(q, code, f) })
}

func (p *Pages) breach(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askAssess(q, http.StatusOK, f)
}

func (p *Pages) askAssess(q *web.Req, code int, f *web.Form) error {
	all, err := p.Privacy.Breaches(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	schools, err := p.schools(q)
	if err != nil {
		return err
	}
	w := q.T
	for _, b := range all {
		if b.ID != q.Path("avvik") {
			continue
		}
		left := b.Left(q.Now)
		v := formView{Back: web.Back{Href: "/personvernombud", Text: w.T("dpo.back")}, Heading: w.T("dpo.breach.title", "n", left), Lead: w.T("dpo.breach.lead", "ref", privacy.Ref(), "when", w.DateTime(b.Due))}
		if left < 0 {
			v.Heading = w.T("dpo.breach.title-over", "n", -left)
		}
		if !b.Assessed.IsZero() {
			v.Heading = w.T("dpo.breach.title-done")
		}
		v.Facts.Items = []web.Fact{
			{Term: w.T("dpo.fact.discovered"), Text: w.DateTime(b.Discovered)},
			{Term: w.T("dpo.fact.who"), Text: b.Name + schoolSuffix(schools[b.School]) + ", " + w.DateTime(b.Written)},
			{Term: w.T("dpo.fact.what"), Text: b.Words["what"]},
		}
		if b.Assessed.IsZero() {
			v.Radios = []web.Field{radios(w, f, "authority", "dpo.authority", "yes", "no"), radios(w, f, "persons", "dpo.persons", "yes", "no")}
			v.Areas, v.Do = []web.Field{area(w, f, "why", "dpo.breach.why")}, w.T("dpo.breach.do")
		} else {
			v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T("dpo.authority"), Text: w.T("dpo.authority." + b.Authority)}, web.Fact{Term: w.T("dpo.persons"), Text: w.T("dpo.persons." + b.Persons)},
				web.Fact{Term: w.T("dpo.breach.why"), Text: b.Words["why"]})
		}
		return v.show(q, code, f)
	}
	return tilhor.ErrNotFound
}

func (p *Pages) assess(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	a := privacy.Assessment{Authority: f.Get("authority"), Persons: f.Get("persons"), Why: f.Get("why")}
	return q.Answer(f, func() (string, error) {
		return "/personvernombud?gjort=vurdert", p.Privacy.Assess(q.Context(), q.Actor, q.Path("avvik"), a)
	}, func(code int, f *web.Form) error { return p.askAssess(q, code, f) })
}

func (p *Pages) report(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askReport(q, http.StatusOK, f)
}

func (p *Pages) askReport(q *web.Req, code int, f *web.Form) error {
	w := q.T
	day, clock := f.Field(w, "discovered", w.T("dpo.report.discovered")), f.Field(w, "discovered-time", w.T("dpo.report.clock"))
	day.Help, clock.Help = w.T("form.date-help"), w.T("form.time-help")
	v := formView{
		Back: web.Back{Href: home(q.Actor.Role), Text: w.T("dpo.report.back")}, Heading: w.T("dpo.report.title"), Lead: w.T("dpo.report.lead"),
		When: []web.Field{day, clock}, Areas: []web.Field{area(w, f, "what", "dpo.report.what")}, Do: w.T("dpo.report.do"),
	}
	if done := q.Query("gjort"); done == "meldt" {
		v.Lead = w.T("dpo.done.meldt")
	}
	return v.show(q, code, f)
}

func home(r tilhor.Role) string {
	if r == tilhor.RoleDPO {
		return "/personvernombud"
	}
	return "/i-dag"
}

func (p *Pages) doReport(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	at := tilhor.When{Precision: tilhor.Exact}
	d, err := lang.ReadDate(f.Line("discovered"))
	f.Faults.Add(err != nil, "discovered", "privacy.fault.discovered")
	if err == nil {
		at.At, err = lang.ReadTime(d, f.Line("discovered-time"))
		f.Faults.Add(err != nil, "discovered-time", "privacy.fault.discovered")
	}
	return q.Answer(f, func() (string, error) {
		to := "/avvik?gjort=meldt"
		if q.Actor.Role == tilhor.RoleDPO {
			to = "/personvernombud?gjort=meldt"
		}
		return to, p.Privacy.Report(q.Context(), q.Actor, at, f.Get("what"))
	}, func(code int, f *web.Form) error { return p.askReport(q, code, f) })
}
