package school

import (
	"net/url"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var listPage = page("list")

// A listView is the list of all the cases its reader may see, the first date
// first.
type listView struct {
	web.Frame
	Heading  string
	Found    string // what was searched for, never in the address
	Hide     string // the same list without names, or with them again
	HideBy   string
	Faults   *web.Summary
	Search   web.Field
	Form     *web.Form
	Filters  []web.Field
	Dates    []web.Field
	Filter   string // the list with more filters to choose from; empty when they are shown
	Further  *further
	Chosen   bool
	Hidden   bool // names are hidden, and stay so
	Table    web.Table
	Empty    *web.Empty
	Clear    string
	More     string
	Glass    string // where emergency access is asked for, for who may
	Arrive   string // what other schools have handed on, for who decides here
	LastYear string // the cases of those who leave this summer, for who leads the school
	Audit    string // how the cases stand the tests of an audit, for who decides here
	Spoken   string // where who receives reports writes down what a family has told by voice
}

// A choice is what the address says shall be listed.
type choice struct {
	cases.Query
	hide   bool
	values url.Values
	faults map[string]bool // the dates that could not be read
}

// The words of the address, and what they mean in the rooms.
var listStates = map[string]cases.State{"avsluttet": cases.Closed, "sluttet": cases.Left, "trappet-ned": cases.SteppedDown, "apen": cases.Open}

func chosen(q *web.Req) choice { return chosenOf(q.Query) }

// link is the list's address with one thing other than now.
func (c choice) link(name, value string) string {
	v := url.Values{}
	for k, x := range c.values {
		v[k] = x
	}
	v.Del(name)
	if value != "" {
		v.Set(name, value)
	}
	if len(v) == 0 {
		return "/saker"
	}
	return "/saker?" + v.Encode()
}

func (c choice) narrowed() bool {
	return c.State != "" || c.Mine || c.Arena != "" || c.Narrow() || len(c.faults) > 0
}

func (p *Pages) list(q *web.Req) error {
	c := chosen(q)
	var rows []cases.Row
	var after string
	var n int
	var err error
	if c.Narrow() {
		c.Lang = q.Lang
		rows, after, err = p.Cases.Seek(q.Context(), q.Actor, c.Query)
	} else {
		rows, after, n, err = p.Cases.ListOf(q.Context(), q.Actor, c.Filter)
	}
	if err != nil {
		return err
	}
	if !c.narrowed() && c.After == "" {
		q.Counted("cases.open", n)
	}
	f := web.NewForm()
	for _, name := range []string{"fra", "til"} {
		f.Faults.Add(c.faults[name], name, "school.fault.date")
	}
	v, err := p.listed(q, c, f, rows)
	if err != nil {
		return err
	}
	if after != "" {
		v.More = c.link("etter", after)
	}
	if v.Heading, err = p.listHeading(q, c, rows, after); err != nil {
		return err
	}
	v.Empty = noRows(q.T, c, rows)
	v.Frame = q.Frame(v.Heading)
	v.Faulty = v.Faults != nil
	return q.Render(listPage, v)
}

// listHeading says how many there are, and how many are urgent.
func (p *Pages) listHeading(q *web.Req, c choice, rows []cases.Row, after string) (string, error) {
	if c.narrowed() || c.After != "" {
		return q.T.T("school.list.some"), nil
	}
	n, err := q.Count("cases.open", func() (int, error) { return p.Cases.CountOpen(q.Context(), q.Actor) })
	if err != nil || n == 0 {
		return q.T.T("school.list.none"), err
	}
	late := 0
	for _, r := range rows {
		if d, ok := urgent(r.Duties); ok && (d.State == duty.Late || d.State == duty.LateLocal) {
			late++
		}
	}
	if late == 0 || after != "" {
		return q.T.T("school.list.open", "n", n), nil
	}
	return q.T.T("school.list.open", "n", n) + ", " + q.T.T("school.list.urgent", "n", late), nil
}

// search looks for a pupil by name. What is typed is posted, and never stands
// in an address.
func (p *Pages) search(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	text := f.Line("sok")
	f.Faults.Add(text == "", "sok", "school.list.fault.search")
	if f.Faults.Err() != nil {
		return p.found(q, f, nil, nil)
	}
	if f.Get("go") == "tekst" {
		return p.searchText(q, f, text)
	}
	rows, err := p.find(q, text)
	if err != nil {
		return err
	}
	hits := make([]cases.Hit, len(rows))
	for i, r := range rows {
		hits[i].Row = r
	}
	lang.Sort(q.Lang, hits, func(h cases.Hit) string { return h.Name })
	return p.found(q, f, hits, nil)
}

// maxFound bounds how many pupils one search looks up.
const maxFound = 20

// find gives the tracks of the pupils whose name holds every word of the text,
// also the closed ones, those of who has left, and those given at another school;
// when no pupil is called so, the case with that number.
func (p *Pages) find(q *web.Req, text string) (rows []cases.Row, err error) {
	all, err := p.pupils(q)
	if err != nil {
		return nil, err
	}
	others, err := p.Cases.Pupils(q.Context(), q.Actor)
	if err != nil {
		return nil, err
	}
	listed := map[tilhor.PersonID]bool{}
	for _, x := range all {
		listed[x.ID] = true
	}
	for _, x := range others {
		if !listed[x.ID] {
			all = append(all, x)
		}
	}
	n := 0
	for _, pupil := range all {
		if !matches(pupil, text) {
			continue
		}
		if n++; n > maxFound {
			break
		}
		some, _, err := p.Cases.Seek(q.Context(), q.Actor, cases.Query{Filter: cases.Filter{Pupil: pupil.ID}, All: true})
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	if n > 0 || strings.Contains(text, " ") {
		return rows, nil
	}
	rows, _, err = p.Cases.Seek(q.Context(), q.Actor, cases.Query{All: true, Number: strings.ToLower(text)})
	return rows, err
}

// matches says whether every word stands at the beginning of one of the
// pupil's names.
func matches(p roster.Pupil, text string) bool {
	names := strings.Fields(strings.ToLower(p.Name + " " + p.Class))
	for _, word := range strings.Fields(strings.ToLower(strings.ReplaceAll(text, ",", " "))) {
		found := false
		for _, n := range names {
			found = found || strings.HasPrefix(n, word)
		}
		if !found {
			return false
		}
	}
	return true
}

func (p *Pages) listed(q *web.Req, c choice, f *web.Form, rows []cases.Row) (listView, error) {
	w := q.T
	v := listView{Form: f, Faults: web.SummaryOf(w, f.Faults), Chosen: c.narrowed(), Hidden: c.hide, Filters: filters(w, c)}
	v.Search = f.Field(w, "sok", w.T("school.list.search"))
	v.Search.Autocomplete, v.Search.Spell, v.Search.Max = "off", "false", 100
	v.Hide, v.HideBy = c.link("navn", "skjul"), w.T("school.list.hide")
	if c.hide {
		v.Hide, v.HideBy = c.link("navn", ""), w.T("school.list.show")
	}
	has, err := p.Concerns.Receives(q.Context(), q.Actor)
	if err != nil {
		return v, err
	}
	if has && slices.Contains(workers, q.Actor.Role) { // who receives for the owner is told in writing
		v.Spoken = "/bekymringer/muntlig"
	}
	if leads, err := p.Cases.Leads(q.Context(), q.Actor); err != nil {
		return v, err
	} else if leads {
		v.Audit = auditPath
	}
	if q.Actor.Role == tilhor.RoleRektor {
		v.Arrive, v.LastYear = "/overforinger", "/avgangstrinnet"
	}
	if q.Actor.Role != tilhor.RoleRektor { // has every ordinary case of the school already
		if has, err = p.Cases.MayBreak(q.Context(), q.Actor); err != nil {
			return v, err
		}
		if has {
			v.Glass = "/nodtilgang"
		}
	}
	v.Table = web.Table{Caption: w.T("school.list.caption"), Hidden: true, Columns: []web.Column{
		{Text: w.T("school.list.who")}, {Text: w.T("school.list.stage")}, {Text: w.T("school.list.next")}, {Text: w.T("school.list.has")},
	}}
	if !c.more() {
		v.Filter = c.link("mer", "1") + "#finn"
	} else if more, dates, err := p.moreFilters(q, c, &v.Filters[1]); err != nil {
		return v, err
	} else {
		v.Filters, v.Dates = append(v.Filters, more...), dates
	}
	today := calendar.DateOf(q.Now)
	for _, r := range rows {
		row := listRow(w, r, c.hide, today)
		if here := c.here(); here != "" {
			row[0].Href += "?liste=" + url.QueryEscape(here)
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	return v, nil
}

func filters(w *lang.Words, c choice) []web.Field {
	state := web.Field{Name: "tilstand", Label: w.T("school.list.state"), Options: []web.Option{{Label: w.T("school.list.state.")}}}
	for _, s := range []string{"apen", "trappet-ned", "avsluttet", "sluttet", "alle"} {
		state.Options = append(state.Options, web.Option{Value: s, Label: w.T("school.list.state." + s), Checked: c.values.Get("tilstand") == s})
	}
	who := web.Field{Name: "hvem", Label: w.T("school.list.whose"), Options: []web.Option{
		{Label: w.T("school.list.whose.")}, {Value: "mine", Label: w.T("school.list.whose.mine"), Checked: c.Mine},
	}}
	where := web.Field{Name: "sted", Label: w.T("school.list.place"), Options: []web.Option{{Label: w.T("school.list.place.")}}}
	for _, a := range tilhor.Arenas {
		where.Options = append(where.Options, web.Option{Value: string(a), Label: w.T("arena." + string(a)), Checked: c.Arena == a})
	}
	return []web.Field{state, who, where}
}

func noRows(w *lang.Words, c choice, rows []cases.Row) *web.Empty {
	switch {
	case len(rows) > 0:
		return nil
	case c.narrowed():
		return &web.Empty{Title: w.T("school.list.empty-filter"), Text: w.T("school.list.empty-filter-text")}
	}
	return &web.Empty{Title: w.T("school.list.empty"), Text: w.T("school.list.empty-text")}
}

func listRow(w *lang.Words, r cases.Row, hide bool, today tilhor.Date) []web.Cell {
	return []web.Cell{
		{Text: rowName(w, r.Track, hide), Href: path(r.Track), Small: w.T("school.case", "number", r.Number) + ", " + place(w, r.Arena)},
		{Text: rowStage(w, r)},
		rowNext(w, r, today),
		{Text: hasIt(w, r)},
	}
}

// rowName is whose track a row is, with the name or without.
func rowName(w *lang.Words, t cases.Track, hide bool) string {
	name := t.Name
	switch {
	case hide:
		name = w.T("school.list.hidden")
	case t.Shielded && name == "":
		name = w.T("children.shielded")
	case name == "":
		name = w.T("school.pupil.unknown")
	}
	if t.Class != "" {
		name += ", " + t.Class
	}
	return name
}

// hasNow is who has a track, and who stands in while that person is away.
func hasNow(w *lang.Words, t cases.Track) string {
	switch {
	case t.Away == "":
		return t.Has
	case t.Stand == "":
		return w.T("absence.has.nobody", "who", t.Has, "date", w.DayMonth(t.Away))
	}
	return w.T("absence.has", "who", t.Has, "in", t.Stands, "date", w.DayMonth(t.Away))
}

func hasIt(w *lang.Words, r cases.Row) string {
	if r.Gone != "" {
		return w.T("life.gone", "who", r.Gone)
	}
	if r.Has == "" {
		return w.T("school.people.nobody")
	}
	return hasNow(w, r.Track)
}

// rowStage is the stage a track stands at, from what its duties say is done.
func rowStage(w *lang.Words, r cases.Row) string {
	met := func(id law.ID) bool {
		for _, d := range r.Duties {
			if d.ID == id && d.Standing() {
				return false
			}
		}
		return true
	}
	switch {
	case r.State == cases.Left:
		return w.T("school.list.state.sluttet")
	case r.State == cases.Closed:
		return w.T("school.list.state.avsluttet")
	case r.State == cases.SteppedDown:
		return w.T("school.list.state.trappet-ned")
	case onlyDecisions(r.Duties):
		return w.T("school.stage.decision")
	case !met("k12.hear"):
		return w.T("school.stage." + stageTalks)
	case !met("k12.investigate") || !met("k12.plan") && !met("k12.best"):
		return w.T("school.stage." + stageInquiry)
	case !met("k12.plan"):
		return w.T("school.stage." + stagePlan)
	}
	return w.T("school.stage." + stageEvaluate)
}

// onlyDecisions says whether an open track has no duty but those of a decision:
// one under § 12-4 is to be documented as long as it stands open.
func onlyDecisions(all []duty.Stored) bool {
	for _, d := range all {
		if d.Standing() && d.ID != "k12.move" && d.ID != "k12.expel" && d.ID != "k12.appeal" {
			return false
		}
	}
	return true
}

// urgent is the duty of a track that presses most.
func urgent(all []duty.Stored) (best duty.Stored, found bool) {
	for _, d := range all {
		if !d.Acts() {
			continue
		}
		if !found || d.Urgency() < best.Urgency() || d.Urgency() == best.Urgency() && d.FirstOn != "" && (best.FirstOn == "" || d.FirstOn < best.FirstOn) {
			best, found = d, true
		}
	}
	return best, found
}

func rowNext(w *lang.Words, r cases.Row, today tilhor.Date) web.Cell {
	d, ok := urgent(r.Duties)
	if !ok && r.CheckOn != "" {
		return web.Cell{State: &web.State{Name: web.Soon, Word: w.DateShort(r.CheckOn)}, Small: w.T("school.list.check")}
	}
	if !ok {
		return web.Cell{Text: w.T("school.list.calm")}
	}
	row := web.DutyNow(w, d, today)
	return web.Cell{State: &row.State, Tag: &row.Tag, Small: row.What}
}
