package school

import (
	"strconv"

	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

const auditPath = "/egenkontroll"

// auditOf is how a track stands the three tests, for its own page: a fact and no
// alarm. The rules stand beside it, in words.
func auditOf(w *lang.Words, f cases.File, q *web.Req) web.Facts {
	a := f.Audit()
	return web.Facts{Stack: true, Items: []web.Fact{
		{Term: w.T("audit.told"), Text: toldLine(w, a.Told, q)},
		{Term: w.T("audit.found"), Text: foundLine(w, a.Found)},
		{Term: w.T("audit.concrete"), Text: concreteLine(w, a.Measures)},
	}}
}

func toldLine(w *lang.Words, x cases.ToldTest, q *web.Req) string {
	if x.Verdict == cases.NotAsked {
		return w.T("audit.told.not-asked")
	}
	from, until := w.Near(x.From, q.Now), ""
	if !x.Until.IsZero() {
		until = w.Near(x.Until, q.Now)
	}
	s := w.T("audit.told."+string(x.Verdict), "from", from, "until", until)
	if x.Until.IsZero() && x.Verdict == cases.NotKept {
		s = w.T("audit.told.late", "from", from)
	}
	if x.Within != "" && x.Verdict == cases.NotKept {
		s += " " + w.T("audit.told.within", "date", w.NearDay(x.Within, today(q)))
	}
	return s
}

func foundLine(w *lang.Words, x cases.FoundTest) string {
	s := w.T("audit.found."+string(x.Verdict), "n", x.N)
	if x.Verdict == cases.NotKept && x.After {
		s += " " + w.T("audit.found.after")
	}
	return s
}

func concreteLine(w *lang.Words, x cases.MeasureTest) string {
	s := w.T("audit.concrete."+string(x.Verdict), "n", x.N, "unclear", len(x.Unclear))
	for _, u := range x.Unclear {
		var lacks []string
		for _, l := range u.Lacks {
			lacks = append(lacks, w.T("audit.lacks."+l))
		}
		s += "\n" + w.T("audit.unclear", "n", strconv.Itoa(u.Measure), "lacks", w.List(lacks))
	}
	return s
}

var auditPage = page("audit")

// An auditView is rektor's list of how the cases stand the three tests.
type auditView struct {
	web.Frame
	Back  web.Back
	Table web.Table
	State web.Field // which cases are listed
	Empty *web.Empty
	More  string
}

// audit lists the cases, the newest first. It opens none of them.
func (p *Pages) audit(q *web.Req) error {
	every := q.Query("tilstand") == "alle"
	rows, next, err := p.Cases.Audits(q.Context(), q.Actor, every, q.Query("etter"))
	if err != nil {
		return err
	}
	w := q.T
	v := auditView{Frame: q.Frame(w.T("audit.title")), Back: schoolBack(q)}
	v.State = web.Field{Name: "tilstand", Label: w.T("school.list.state"), Options: []web.Option{
		{Label: w.T("school.list.state.")}, {Value: "alle", Label: w.T("school.list.state.alle"), Checked: every},
	}}
	v.Table = web.Table{Caption: w.T("audit.caption"), Hidden: true, Columns: []web.Column{
		{Text: w.T("school.list.who")}, {Text: w.T("audit.told")}, {Text: w.T("audit.found")}, {Text: w.T("audit.concrete")},
	}}
	for _, r := range rows {
		v.Table.Rows = append(v.Table.Rows, auditRow(w, r))
	}
	if len(rows) == 0 {
		v.Empty = &web.Empty{Title: w.T("audit.empty"), Text: w.T("audit.empty-text")}
	}
	if next != "" {
		v.More = auditPath + "?etter=" + next
		if every {
			v.More += "&tilstand=alle"
		}
	}
	return q.Render(auditPage, v)
}

func auditRow(w *lang.Words, r cases.AuditRow) []web.Cell {
	told := verdict(w, "told", r.Told.Verdict)
	if !r.Told.From.IsZero() && !r.Told.Until.IsZero() && r.Told.Verdict != cases.NotShown {
		told.Small = w.T("audit.took", "n", calendar.ArbeidsdagerBetween(calendar.DateOf(r.Told.From), calendar.DateOf(r.Told.Until)))
	}
	concrete := verdict(w, "concrete", r.Concrete)
	if r.Concrete == cases.NotKept {
		concrete.Small = w.T("audit.clear", "clear", strconv.Itoa(r.Clear), "n", r.N)
	}
	return []web.Cell{
		{Text: rowName(w, r.Track, false), Href: path(r.Track), Small: w.T("school.case", "number", r.Number) + ", " + w.DateShort(calendar.DateOf(r.Opened))},
		told, verdict(w, "found", r.Found), concrete,
	}
}

var verdictStates = map[cases.Verdict]web.StateName{cases.Kept: web.OK, cases.NotKept: web.Soon, cases.NotYet: web.Wait, cases.NotShown: web.Soon, cases.NotAsked: web.None}

// verdict is the answer to one test in one word or two.
func verdict(w *lang.Words, test string, v cases.Verdict) web.Cell {
	key := "audit.word." + string(v)
	if own := key + "." + test; w.Has(own) {
		key = own
	}
	return web.Cell{State: &web.State{Name: verdictStates[v], Word: w.T(key)}}
}
