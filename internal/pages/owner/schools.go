package owner

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/oversight"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var schoolsPage = page("schools")

type schoolsView struct {
	web.Frame
	Heading string
	Lead    string
	Stats   []web.Stat
	Table   web.Table
	Tests   web.Table
	Empty   *web.Empty
	CSV     string
	Shut    []string // the schools that do not read what is told, and when
}

// unit is a school, or its SFO, as it stands in the list.
type unit struct {
	name string
	sfo  bool
	oversight.Shown
}

// schools lists every school and SFO in the order of the alphabet: the order
// says nothing of who is best or worst.
func (p *Pages) schools(q *web.Req) error {
	table, units, err := p.units(q)
	if err != nil {
		return err
	}
	w := q.T
	v := schoolsView{Heading: w.T("owner.schools.title"), CSV: "/skoler/tall.csv"}
	if table.Week == "" {
		v.Empty = &web.Empty{Title: w.T("owner.schools.empty"), Text: w.T("owner.schools.empty-text")}
	} else {
		v.Lead = w.T("owner.schools.lead", "date", w.Date(table.Week))
		if table.Sum.Late.Told {
			v.Heading = w.T("owner.schools.late", "n", table.Sum.Late.N)
		}
		v.Stats = sums(w, table.Sum)
		v.Table, v.Tests = rows(w, units), tests(w, units)
	}
	if v.Shut, err = p.shut(q); err != nil {
		return err
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(schoolsPage, v)
}

// shut are the schools that do not read what families tell, and when: each stands on
// the school's own page too.
func (p *Pages) shut(q *web.Req) (all []string, err error) {
	if p.Front == nil {
		return nil, nil
	}
	closings, err := p.Front.Closings(q.Context(), q.Actor)
	w := q.T
	for _, c := range closings {
		all = append(all, w.T("owner.shut.line", "school", c.Name, "from", w.Date(c.From), "until", w.Date(c.Until))+". "+w.T("front.reads."+c.Reads)+".")
	}
	return all, err
}

// units puts the published lines on all schools, those without a line too: a
// school without cases looks like one with few.
func (p *Pages) units(q *web.Req) (t oversight.Table, all []unit, err error) {
	if t, err = p.Oversight.Schools(q.Context(), q.Actor); err != nil {
		return t, nil, err
	}
	var schools []roster.School
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		schools, err = q.Kit.Roster.Schools(tx, q.Kit.Owner.ID)
		return err
	})
	type key struct {
		id  tilhor.SchoolID
		sfo bool
	}
	lines := map[key]oversight.Shown{}
	for _, l := range t.Lines {
		lines[key{l.School, l.SFO}] = l.Shown
	}
	for _, s := range schools {
		all = append(all, unit{name: s.Name, Shown: lines[key{s.ID, false}]})
		if s.HasSFO {
			all = append(all, unit{name: s.Name, sfo: true, Shown: lines[key{s.ID, true}]})
		}
	}
	lang.Sort(q.Lang, all, func(u unit) string { return u.name })
	return t, all, err
}

func sums(w *lang.Words, s oversight.Shown) (all []web.Stat) {
	for _, m := range []struct {
		what string
		oversight.Figure
	}{{"open", s.Open}, {"late", s.Late}, {"due", s.Due}, {"on-time", s.OnTime}} {
		if m.Told {
			all = append(all, web.Stat{Number: w.Num(m.N), What: w.T("owner.sum." + m.what), Note: w.T("owner.sum.note")})
		}
	}
	return all
}

func rows(w *lang.Words, units []unit) web.Table {
	t := web.Table{Caption: w.T("owner.schools.caption"), Columns: []web.Column{
		{Text: w.T("owner.col.unit")},
		{Text: w.T("owner.col.open"), Right: true},
		{Text: w.T("owner.col.late"), Right: true},
		{Text: w.T("owner.col.due"), Right: true},
		{Text: w.T("owner.col.on-time"), Right: true},
	}}
	for _, u := range units {
		t.Rows = append(t.Rows, []web.Cell{{Text: name(w, u)}, {Text: whole(w, u.Open)}, {Text: part(w, u.Late)}, {Text: whole(w, u.Due)}, {Text: part(w, u.OnTime)}})
	}
	return t
}

// tests is in how many of the plans the three tests of an audit are met.
func tests(w *lang.Words, units []unit) web.Table {
	t := web.Table{Caption: w.T("owner.tests.caption"), Columns: []web.Column{
		{Text: w.T("owner.col.unit")},
		{Text: w.T("owner.col.plans"), Right: true},
		{Text: w.T("owner.col.told"), Right: true},
		{Text: w.T("owner.col.found"), Right: true},
		{Text: w.T("owner.col.concrete"), Right: true},
	}}
	for _, u := range units {
		t.Rows = append(t.Rows, []web.Cell{{Text: name(w, u)}, {Text: whole(w, u.Plans)}, {Text: part(w, u.Told)}, {Text: part(w, u.Found)}, {Text: part(w, u.Concrete)}})
	}
	return t
}

func name(w *lang.Words, u unit) string {
	if u.sfo {
		return w.T("owner.sfo", "school", u.name)
	}
	return u.name
}

// whole and part say the same of every hidden number of their kind: the words
// do not tell why it is hidden.
func whole(w *lang.Words, f oversight.Figure) string {
	if !f.Told {
		return w.T("owner.few")
	}
	return w.Num(f.N)
}

func part(w *lang.Words, f oversight.Figure) string {
	if !f.Told {
		return w.T("owner.hidden")
	}
	return w.Num(f.N)
}

// csv is the same table for a spreadsheet: semicolons and a byte order mark,
// as Norwegian Excel wants it, and nothing that it would reckon as a formula.
func (p *Pages) csv(q *web.Req) error {
	t, units, err := p.units(q)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	c := csv.NewWriter(&b)
	c.Comma = ';'
	w := q.T
	c.Write([]string{
		w.T("owner.col.week"), w.T("owner.col.unit"), w.T("owner.col.open"), w.T("owner.col.late"), w.T("owner.col.due"), w.T("owner.col.on-time"),
		w.T("owner.col.plans"), w.T("owner.col.told"), w.T("owner.col.found"), w.T("owner.col.concrete"),
	})
	for _, u := range units {
		c.Write([]string{
			string(t.Week), plain(name(w, u)), plain(whole(w, u.Open)), plain(part(w, u.Late)), plain(whole(w, u.Due)), plain(part(w, u.OnTime)),
			plain(whole(w, u.Plans)), plain(part(w, u.Told)), plain(part(w, u.Found)), plain(part(w, u.Concrete)),
		})
	}
	c.Flush()
	q.W.Header().Set("Content-Disposition", `attachment; filename="skoler.csv"`)
	q.Write(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
	return c.Error()
}

// plain takes the no-break spaces out of numbers, and the start of a formula:
// also one that begins with a sign as wide as a Chinese letter, or after blanks.
func plain(s string) string {
	s = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)
	begins := strings.TrimLeft(s, " \ufeff\u200b")
	if first, _ := utf8.DecodeRuneInString(begins); begins != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
