package school

import (
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var readingsPage = page("readings")

// A readingsView is who may read a track, and who has opened it: the log cannot
// be switched off, and looking at it stands in it.
type readingsView struct {
	web.Frame
	Back    web.Back
	Line    string
	Heading string
	Alert   *web.Note
	May     web.Table
	Seen    web.Table
	Shown   string
	Older   string
}

// readingsShown is how many readings a page shows at a time.
const readingsShown = 50

func (p *Pages) readings(q *web.Req) error {
	t, may, seen, err := p.Cases.Readings(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w := q.T
	v := readingsView{Back: web.Back{Href: path(t), Text: w.T("school.track.back", "name", lang.Cap(short(w, t)))}, Line: line(w, t)}
	current, people := standing(may, q.Now), map[string]bool{}
	all, err := p.employeesAt(q, t.School)
	if err != nil {
		return err
	}
	for _, m := range current {
		if m.Person == "" && m.Role == tilhor.RoleRektor {
			m.Name = strings.Join(append([]string{w.T("role.rektor")}, rektors(all)...), ", ")
		}
		people[string(m.Person)+string(m.Role)] = true
		v.May.Rows = append(v.May.Rows, mayRow(w, m, q.Now))
	}
	v.May.Caption, v.May.Hidden = w.T("school.readings.may"), true
	v.May.Columns = columns(w, "person", "sees", "why", "until")
	from, _ := strconv.Atoi(q.Query("fra"))
	from = max(0, min(from, len(seen)))
	until := min(from+readingsShown, len(seen))
	for _, s := range seen[from:until] {
		v.Seen.Rows = append(v.Seen.Rows, seenRow(w, s, may, q.Now))
	}
	v.Seen.Caption, v.Seen.Hidden = w.T("school.readings.log"), true
	v.Seen.Columns = columns(w, "when", "person", "what", "why")
	strangers := without(seen, may)
	v.Heading = w.T("school.readings.title", "n", len(people), "name", short(w, t))
	if n := len(strangers); n > 0 {
		v.Heading += " " + w.T("school.readings.strangers", "n", n)
		s := strangers[0]
		v.Alert = &web.Note{Color: "warning", Title: w.T("school.readings.stranger", "who", s.Name, "when", w.Near(s.At, q.Now)), Text: w.T("school.readings.stranger-text", "dpo", q.Kit.Owner.DPO)}
	}
	v.Shown = w.T("school.readings.shown", "n", len(seen), "shown", until-from)
	if until < len(seen) {
		v.Older = path(t, "lesinger") + "?fra=" + strconv.Itoa(until)
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(readingsPage, v)
}

func columns(w *lang.Words, keys ...string) (all []web.Column) {
	for _, k := range keys {
		all = append(all, web.Column{Text: w.T("school.readings." + k)})
	}
	return all
}

// standing are those who may read now or later.
func standing(may []cases.Entitled, now time.Time) (all []cases.Entitled) {
	for _, m := range may {
		if m.Relation != access.Reporter && (m.Until.IsZero() || m.Until.After(now)) {
			all = append(all, m)
		}
	}
	return all
}

func mayRow(w *lang.Words, m cases.Entitled, now time.Time) []web.Cell {
	name, until := m.Name, w.T("school.readings.no-end")
	if name == "" {
		name = w.T("role." + string(m.Role))
	}
	sees, why := "school.readings.sees.all", "school.readings.why."+string(m.Relation)
	if m.Relation == access.Carries {
		sees, until = "school.readings.sees.own", w.T("school.readings.until-measure")
	}
	if m.Relation == access.Asked {
		sees, until = "school.readings.sees.asked", w.T("school.readings.until-answered")
	}
	if m.Relation == access.Leads && m.Person != "" {
		why = "school.readings.why.stands-in"
	}
	if !m.Until.IsZero() {
		until = w.NearDay(tilhor.DateOf(m.Until.Add(-time.Second), lang.Oslo), tilhor.DateOf(now, lang.Oslo))
	}
	return []web.Cell{{Text: name}, {Text: w.T(sees)}, {Text: w.T(why)}, {Text: until}}
}

func seenRow(w *lang.Words, s cases.Seen, may []cases.Entitled, now time.Time) []web.Cell {
	what := w.T("school.view.whole")
	if key := "school.view." + s.View; w.Has(key) {
		what = w.T(key)
	}
	why, state := w.T("school.readings.why.none"), &web.State{Name: web.Wait, Word: w.T("school.readings.why.none")}
	if m, ok := entitled(s, may); ok {
		why, state = w.T("school.readings.why."+string(m.Relation)), nil
	}
	if s.Name == "" && s.Role == tilhor.RoleParent {
		s.Name = w.T("home.protected")
	}
	row := []web.Cell{{Text: lang.Cap(w.Near(s.At, now))}, {Text: s.Name, Small: roleName(w, s.Role)}, {Text: what}, {Text: why}}
	if state != nil {
		row[3] = web.Cell{State: state}
	}
	return row
}

// entitled finds why somebody could read when they did.
func entitled(s cases.Seen, may []cases.Entitled) (cases.Entitled, bool) {
	if s.Role == cases.RoleOperator { // the archive: a command at a terminal, which has no grant
		return cases.Entitled{Role: s.Role, Relation: access.Relation(s.Role)}, true
	}
	if s.Role == tilhor.RolePupil { // the case is the pupil's own: no grant
		return cases.Entitled{Person: s.Person, Relation: "pupil"}, true
	}
	if s.Role == tilhor.RoleParent { // the gate of the home let it: no grant
		return cases.Entitled{Person: s.Person, Relation: "guardian"}, true
	}
	for _, m := range may {
		in := !s.At.Before(m.From.Add(-time.Minute)) && (m.Until.IsZero() || !s.At.After(m.Until.Add(time.Minute)))
		if in && (m.Person == s.Person || m.Person == "" && m.Role == s.Role) {
			return m, true
		}
	}
	if s.View == "shared" { // a measure that helps another pupil of the matter too, read from that pupil's track
		return cases.Entitled{Person: s.Person, Relation: "shared"}, true
	}
	return cases.Entitled{}, false
}

// without are readings by somebody who had nothing to do with the track then.
func without(seen []cases.Seen, may []cases.Entitled) (all []cases.Seen) {
	for _, s := range seen {
		if _, ok := entitled(s, may); !ok {
			all = append(all, s)
		}
	}
	return all
}
