package school

import (
	"errors"
	"net/http"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// childrenRoutes are the pages of protected pupils, of several children in one
// matter, and of the home.
func (p *Pages) childrenRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "children." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		{Method: "GET", Path: "/skjerming", Name: "children.shields", Roles: workers, Case: true, Sensitive: true, Serve: p.shields},
		{Method: "POST", Path: "/skjerming", Name: "children.shields.decide", Roles: workers, Case: true, Sensitive: true, Serve: p.doShields},
		track("GET", "/skjerming", "guard", p.guard),
		track("POST", "/skjerming", "guard.decide", p.doGuard),
		{Method: "GET", Path: "/saker/{spor}/hjemmet", Name: "children.home", Roles: given, Case: true, Sensitive: true, Serve: p.homePage},
		{Method: "POST", Path: "/saker/{spor}/hjemmet", Name: "children.home.decide", Roles: given, Case: true, Sensitive: true, Serve: p.decideHome},
		{Method: "GET", Path: "/saker/{spor}/" + informPath, Name: "children.inform", Roles: given, Case: true, Sensitive: true, Serve: p.inform},
		{Method: "POST", Path: "/saker/{spor}/" + informPath, Name: "children.inform.decide", Roles: given, Case: true, Sensitive: true, Serve: p.doInform},
	}
}

// shields is where a named leader sees who has opened a protected pupil's case,
// and where rektor protects a pupil. It names no pupil: the case's number is all.
func (p *Pages) shields(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showShields(q, http.StatusOK, f)
}

func (p *Pages) showShields(q *web.Req, code int, f *web.Form) error {
	ring, err := p.Cases.Ringing(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	left, err := p.Cases.Unattended(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	beside, err := p.alarmsBeside(q)
	if err != nil {
		return err
	}
	w := q.T
	heading := w.T("children.shields.title", "n", len(ring)+len(beside))
	if len(ring)+len(beside) == 0 {
		heading = w.T("children.shields.title.none")
	}
	v := sectionsView{Back: web.Back{Href: "/i-dag", Text: w.T("school.today")}, Heading: heading, Lead: w.T("children.shields.lead")}
	if q.Query("gjort") != "" && w.Has("children.shields.done."+q.Query("gjort")) {
		v.Done = &web.Note{Color: "success", Role: "status", Title: w.T("children.shields.done." + q.Query("gjort"))}
	}
	s := several{q, f}
	log := section{ID: "log", Title: w.T("children.shields.log")}
	switch {
	case len(ring) > 0:
		log.Table = alarmTable(w, ring, q, true)
	case len(beside) == 0:
		log.Empty = &web.Empty{Title: w.T("children.shields.calm"), Text: w.T("children.shields.calm-text")}
	}
	if len(ring) > 0 || len(beside) == 0 {
		v.Sections = append(v.Sections, log)
	}
	if len(beside) > 0 {
		v.Sections = append(v.Sections, section{
			ID: "beside", Title: w.T("children.shields.beside", "n", len(beside)), Text: w.T("children.shields.beside-text"), Table: besideTable(w, beside, q),
			Forms: []smallForm{s.form("heed", w.T("children.shields.heed.do"))},
		})
	}
	if q.Actor.Role != tilhor.RoleRektor {
		return v.show(q, code, f)
	}
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		x := s.of("name").Field(w, name("name", "number"), w.T("children.shields.number"))
		x.Options = []web.Option{{Label: w.T("form.choose")}}
		for _, n := range left {
			x.Options = append(x.Options, web.Option{Value: n, Label: w.T("school.case", "number", n), Checked: s.of("name").Get(name("name", "number")) == n})
		}
		form := s.form("name", w.T("children.shields.name.do"), question{Kind: "select", F: x},
			question{Kind: "select", F: employeeField(w, s.of("name"), name("name", "person"), w.T("children.guard.who"), all)},
			area(w, s.of("name"), name("name", "reason"), w.T("children.reason"), "", 2))
		v.Sections = append(v.Sections, section{
			ID: "left", Title: w.T("children.shields.left", "n", len(left)), Text: w.T("children.shields.left-text"), Forms: []smallForm{form.first()},
		})
	}
	pupils, err := p.pupils(q)
	if err != nil {
		return err
	}
	sf := s.of("shield")
	form := s.form("shield", w.T("children.shields.do"),
		pupilAsked(w, sf, name("shield", "pupil"), w.T("children.shields.pupil"), "", pupils),
		radios(w, sf, name("shield", "grade"), w.T("children.shields.grade"), string(roster.Confidential), "children.grade.fortrolig", string(roster.StrictConfidential), "children.grade.strengt-fortrolig"),
		question{Kind: "select", F: employeeField(w, sf, name("shield", "leader"), w.T("children.shields.leader"), all)},
		area(w, sf, name("shield", "reason"), w.T("children.reason"), w.T("children.shields.reason-help"), 3))
	if len(left) == 0 {
		form = form.first()
	}
	v.Sections = append(v.Sections, section{ID: "shield", Title: w.T("children.shields.new"), Text: w.T("children.shields.new-text"), Forms: []smallForm{form}})
	return v.show(q, code, f)
}

func (p *Pages) doShields(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		switch do {
		case "shield":
			return "/skjerming?gjort=skjermet", p.Cases.Shield(q.Context(), q.Actor, cases.Shielding{
				Pupil: tilhor.PersonID(get("pupil")), Grade: roster.Protection(get("grade")), Leader: tilhor.PersonID(get("leader")), Reason: get("reason"),
			})
		case "heed":
			return "/skjerming?gjort=sett", p.heedBeside(q)
		case "name":
			return "/skjerming?gjort=navngitt", p.Cases.NameFor(q.Context(), q.Actor, get("number"), tilhor.PersonID(get("person")), get("reason"))
		}
		return "", tilhor.Faults{{Field: "pupil", Key: "cases.fault.pupil"}}
	}, func(code int, f *web.Form) error {
		if f.Get("do") == "" {
			f.Set("do", "shield")
			for i := range f.Faults {
				f.Faults[i].Field = name("shield", "pupil")
			}
		}
		return p.showShields(q, code, f)
	})
}

// alarmsBeside are the openings of what is not a case: of concerns and of
// interventions, each with its address.
func (p *Pages) alarmsBeside(q *web.Req) (all []access.Alarm, err error) {
	told, err := p.Concerns.Ringing(q.Context(), q.Actor)
	if err != nil {
		return nil, err
	}
	for _, a := range told {
		a.Slug = "/bekymringer/" + a.Slug + "/stilling"
		all = append(all, a)
	}
	if p.Interventions == nil {
		return all, nil
	}
	used, err := p.Interventions.Ringing(q.Context(), q.Actor)
	for _, a := range used {
		a.Slug = "/inngrep/" + a.Slug
		all = append(all, a)
	}
	return all, err
}

func (p *Pages) heedBeside(q *web.Req) error {
	if err := p.Concerns.Heed(q.Context(), q.Actor); err != nil || p.Interventions == nil {
		return err
	}
	return p.Interventions.Heed(q.Context(), q.Actor)
}

// besideTable is who has opened them.
func besideTable(w *lang.Words, all []access.Alarm, q *web.Req) *web.Table {
	t := &web.Table{Caption: w.T("children.shields.beside", "n", len(all)), Hidden: true, Columns: []web.Column{
		{Text: w.T("school.readings.when")}, {Text: w.T("school.readings.person")}, {Text: w.T("school.readings.what")},
	}}
	for _, a := range all {
		t.Rows = append(t.Rows, []web.Cell{{Text: lang.Cap(w.Near(a.At, q.Now))}, {Text: a.Name, Small: roleName(w, a.Role)}, {Text: w.T("school.view." + a.View), Href: a.Slug}})
	}
	return t
}

// alarmTable is who has opened protected cases, newest first.
func alarmTable(w *lang.Words, all []cases.Alarm, q *web.Req, link bool) *web.Table {
	t := &web.Table{Caption: w.T("children.shields.log"), Hidden: true, Columns: []web.Column{
		{Text: w.T("school.readings.when")}, {Text: w.T("school.readings.person")}, {Text: w.T("school.readings.what")},
	}}
	if link {
		t.Columns = append(t.Columns, web.Column{Text: w.T("children.shields.number")})
	}
	for _, a := range all {
		what := w.T("school.view.whole")
		if key := "school.view." + a.View; w.Has(key) {
			what = w.T(key)
		}
		row := []web.Cell{{Text: lang.Cap(w.Near(a.At, q.Now))}, {Text: a.Name, Small: roleName(w, a.Role)}, {Text: what}}
		if link {
			row = append(row, web.Cell{Text: lang.Cap(w.T("school.case", "number", a.Number)), Href: "/saker/" + a.Slug + "/skjerming"})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// guard is who is named for the pupil of a track, who has been in, and what can
// be decided about it: for a named leader.
func (p *Pages) guard(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showGuard(q, http.StatusOK, f)
}

func (p *Pages) showGuard(q *web.Req, code int, f *web.Form) error {
	g, err := p.Cases.Guarding(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	all, err := p.employeesAt(q, g.School)
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v := sectionsView{
		Back: web.Back{Href: path(g.Track), Text: w.T("school.track.back", "name", lang.Cap(short(w, g.Track)))},
		Line: lang.Cap(w.T("school.case", "number", g.Number)) + " · " + w.T("children.grade."+string(g.Grade)), Heading: w.T("children.guard.title", "n", len(g.Named)), Lead: w.T("children.guard.lead"),
	}
	if q.Query("gjort") != "" && w.Has("children.guard.done."+q.Query("gjort")) {
		v.Done = &web.Note{Color: "success", Role: "status", Title: w.T("children.guard.done." + q.Query("gjort"))}
	}
	if q.Query("las") != "" {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("children.guard.locked"), Text: w.T("children.guard.locked-text"), Href: "#unlock", Link: w.T("children.guard.unlock")})
	}
	v.Sections = []section{p.namedSection(q, s, g, all), p.openingsSection(q, s, g), p.unlockSection(q, s, g)}
	lift := s.form("lift", w.T("children.guard.lift.do"), area(w, s.of("lift"), name("lift", "reason"), w.T("children.reason"), "", 2))
	v.Sections = append(v.Sections, section{ID: "lift", Title: w.T("children.guard.lift"), Text: w.T("children.guard.lift-text"), Forms: []smallForm{lift.folded(w.T("children.guard.lift.fold"))}})
	return v.show(q, code, f)
}

func (p *Pages) namedSection(q *web.Req, s several, g cases.Guarding, all []roster.Employee) section {
	w := q.T
	x := section{ID: "named", Title: w.T("children.guard.named"), Text: w.T("children.guard.named-text")}
	t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("school.readings.person")}, {Text: w.T("children.guard.as")}, {Text: w.T("school.readings.why")}}}
	out := s.of("unname").Field(w, name("unname", "person"), w.T("children.guard.who"))
	out.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, n := range g.Named {
		as := w.T("children.guard.works")
		if n.Lead {
			as = w.T("children.guard.leads")
		}
		by := ""
		if n.By != "" {
			by = w.T("children.guard.by", "who", n.By, "date", w.Near(n.From, q.Now))
		}
		t.Rows = append(t.Rows, []web.Cell{{Text: n.Name}, {Text: as}, {Text: n.Reason, Small: by}})
		out.Options = append(out.Options, web.Option{Value: string(n.Person), Label: n.Name, Checked: s.of("unname").Get(name("unname", "person")) == string(n.Person)})
	}
	x.Table = &t
	nf := s.of("name")
	add := s.form("name", w.T("children.guard.name.do"),
		question{Kind: "select", F: employeeField(w, nf, name("name", "person"), w.T("children.guard.who"), all)},
		radios(w, nf, name("name", "as"), w.T("children.guard.as"), "works", "children.guard.works", "leads", "children.guard.leads"),
		area(w, nf, name("name", "reason"), w.T("children.reason"), w.T("children.guard.reason-help"), 2)).first()
	remove := s.form("unname", w.T("children.guard.unname.do"), question{Kind: "select", F: out}, area(w, s.of("unname"), name("unname", "reason"), w.T("children.reason"), "", 2))
	x.Forms = []smallForm{add.folded(w.T("children.guard.name.fold")), remove.folded(w.T("children.guard.unname.fold"))}
	return x
}

func (p *Pages) openingsSection(q *web.Req, s several, g cases.Guarding) section {
	w, fresh := q.T, 0
	for _, a := range g.Alarms {
		if a.Seen.IsZero() && a.Person != q.Actor.Person {
			fresh++
		}
	}
	x := section{ID: "log", Title: w.T("children.guard.log", "n", fresh)}
	if len(g.Alarms) == 0 {
		x.Empty = &web.Empty{Title: w.T("children.shields.calm"), Text: w.T("children.shields.calm-text")}
		return x
	}
	x.Table = alarmTable(w, g.Alarms, q, false)
	if fresh > 0 {
		x.Forms = []smallForm{s.form("heed", w.T("children.guard.heed.do"))}
	}
	return x
}

func (p *Pages) unlockSection(q *web.Req, s several, g cases.Guarding) section {
	w := q.T
	x := section{ID: "unlock", Title: w.T("children.guard.print"), Text: w.T("children.guard.print-text")}
	if g.Open != nil {
		x.Note = &web.Note{Color: "success", Title: w.T("children.guard.open", "when", w.Time(*g.Open)), Href: path(g.Track, "utskrift"), Link: w.T("do.print")}
		return x
	}
	form := s.form("unlock", w.T("children.guard.unlock"), area(w, s.of("unlock"), name("unlock", "reason"), w.T("children.reason"), w.T("children.guard.unlock-help"), 2))
	x.Forms = []smallForm{form.folded(w.T("children.guard.unlock.fold"))}
	return x
}

func (p *Pages) doGuard(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	spor := q.Path("spor")
	page := "/saker/" + spor + "/skjerming"
	return decided(q, f, func(do string, get func(string) string) (string, error) {
		ctx, by := q.Context(), q.Actor
		switch do {
		case "unname":
			if tilhor.PersonID(get("person")) == by.Person { // there is nothing more for them here
				return "/saker", p.Cases.Unname(ctx, by, spor, by.Person, get("reason"))
			}
			return page + "?gjort=tatt-ut", p.Cases.Unname(ctx, by, spor, tilhor.PersonID(get("person")), get("reason"))
		case "heed":
			return page + "?gjort=sett", p.Cases.Heed(ctx, by, spor)
		case "unlock":
			return page + "?gjort=last-opp#unlock", p.Cases.Unlock(ctx, by, spor, get("reason"))
		case "lift":
			return "/saker", p.Cases.Unshield(ctx, by, spor, get("reason"))
		}
		return page + "?gjort=navngitt", p.Cases.Name(ctx, by, spor, tilhor.PersonID(get("person")), get("as") == "leads", get("reason"))
	}, func(code int, f *web.Form) error {
		if f.Get("do") == "" {
			f.Set("do", "name")
			for i := range f.Faults {
				f.Faults[i].Field = "name" + f.Faults[i].Field
			}
		}
		return p.showGuard(q, code, f)
	})
}

// locked sends who would print a protected pupil's case to where it is unlocked,
// and gives any other error back.
func locked(q *web.Req, err error) error {
	if errors.Is(err, cases.ErrLocked) {
		return q.See("/saker/" + q.Path("spor") + "/skjerming?las=utskrift")
	}
	return err
}
