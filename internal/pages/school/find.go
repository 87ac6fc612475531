package school

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/web"
)

// duties that a list can be narrowed to: what somebody at the school must do in a
// case, towards the pupil, the owner and Statsforvalteren.
var listDuties = []law.ID{
	"k12.report", "k12.hear", "k12.investigate", "k12.best", "k12.measures", "k12.plan", "k12.evaluate", "k12.document", "k12.inform",
	"k12.owner_serious", "k12.staff_owner", "k12.lead_owner", "k12.sf_docs", "k12.sf_order", "k12.appeal", "k12.move", "k12.expel",
}

// chosenOf reads what shall be listed from the values of an address. What is not
// one of ours is left out, so that nothing a person wrote can stand in a link.
func chosenOf(get func(name string) string) choice {
	c := choice{hide: get("navn") == "skjul", values: url.Values{}, faults: map[string]bool{}}
	keep := func(name, value string) {
		if value != "" {
			c.values.Set(name, value)
		}
	}
	if s, ok := listStates[get("tilstand")]; ok {
		c.State = s
		keep("tilstand", get("tilstand"))
	} else if get("tilstand") == "alle" {
		c.All = true
		keep("tilstand", "alle")
	}
	switch who := get("hvem"); {
	case who == "mine":
		c.Mine = true
		keep("hvem", who)
	case who == "ingen":
		c.Has = cases.Nobody
		keep("hvem", who)
	case personID(who):
		c.Has = tilhor.PersonID(who)
		keep("hvem", who)
	}
	if a := tilhor.Arena(get("sted")); a.Valid() {
		c.Arena = a
		keep("sted", string(a))
	}
	if id := law.ID(get("plikt")); slices.Contains(listDuties, id) {
		c.Duty = id
		keep("plikt", string(id))
	}
	if get("frist") == "over" {
		c.Late = true
		keep("frist", "over")
	}
	for name, to := range map[string]*tilhor.Date{"fra": &c.From, "til": &c.Until} {
		typed := strings.TrimSpace(get(name))
		if typed == "" {
			continue
		}
		d, err := lang.ReadDate(typed)
		if err != nil {
			c.faults[name] = true
			continue
		}
		*to = d
		keep(name, lang.TypedDate(d))
	}
	if get("sorter") == "navn" {
		c.ByName = true
		keep("sorter", "navn")
	}
	if get("mer") == "1" {
		keep("mer", "1")
	}
	if c.hide {
		keep("navn", "skjul")
	}
	c.After = get("etter")
	if len(c.After) > 60 || strings.Trim(c.After, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		c.After = ""
	}
	return c
}

// personID says whether a value of an address can be one of our random ids.
func personID(s string) bool {
	return len(s) == 26 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

// here is the list as it stands, the page too, to come back to from a case.
func (c choice) here() string {
	v := url.Values{}
	for k, x := range c.values {
		v[k] = x
	}
	if c.After != "" {
		v.Set("etter", c.After)
	}
	return v.Encode()
}

// toList is the way back to the list: as it was when the case was opened.
func toList(q *web.Req) string {
	v, err := url.ParseQuery(q.Query("liste"))
	if err != nil || len(v) == 0 {
		return "/saker"
	}
	if here := chosenOf(v.Get).here(); here != "" {
		return "/saker?" + here
	}
	return "/saker"
}

// more says whether the filters that ask who, which duty and when are shown:
// when they are asked for, or in use. Most look at the list without them, and
// their names are not opened for nothing.
func (c choice) more() bool {
	return c.values.Has("mer") || c.Has != "" || c.Duty != "" || c.Late || c.From != "" || c.Until != "" || c.ByName || len(c.faults) > 0
}

// moreFilters are the filters that ask who, which duty, and when.
func (p *Pages) moreFilters(q *web.Req, c choice, who *web.Field) (selects, dates []web.Field, err error) {
	w := q.T
	all, err := p.employees(q)
	if err != nil {
		return nil, nil, err
	}
	who.Options = append(who.Options, web.Option{Value: "ingen", Label: w.T("find.who.nobody"), Checked: c.Has == cases.Nobody})
	for _, e := range all {
		if e.ID != q.Actor.Person {
			who.Options = append(who.Options, web.Option{Value: string(e.ID), Label: e.Name, Checked: c.Has == e.ID})
		}
	}
	kind := web.Field{Name: "plikt", Label: w.T("find.duty"), Options: []web.Option{{Label: w.T("find.duty.any")}}}
	for _, id := range listDuties {
		kind.Options = append(kind.Options, web.Option{Value: string(id), Label: w.T("duty." + string(id) + ".name"), Checked: c.Duty == id})
	}
	late := web.Field{Name: "frist", Label: w.T("find.late"), Options: []web.Option{{Label: w.T("find.late.any")}, {Value: "over", Label: w.T("find.late.over"), Checked: c.Late}}}
	sorted := web.Field{Name: "sorter", Label: w.T("find.sort"), Options: []web.Option{{Label: w.T("find.sort.date")}, {Value: "navn", Label: w.T("find.sort.name"), Checked: c.ByName}}}
	for _, x := range []struct {
		name string
		on   tilhor.Date
	}{{"fra", c.From}, {"til", c.Until}} {
		f := web.Field{Name: x.name, Label: w.T("find." + x.name), Help: w.T("form.date-help"), Value: q.Query(x.name)}
		if x.on != "" {
			f.Value = lang.TypedDate(x.on)
		}
		if c.faults[x.name] {
			f.Error = w.T("school.fault.date")
		}
		dates = append(dates, f)
	}
	return []web.Field{kind, late, sorted}, dates, nil
}

// A further is how far a search through the texts has come, and the form that
// goes on with it.
type further struct {
	Progress string
	Text     string // what is searched for: in the form, never in the address
	Next     string
	Seen     string // how many cases have been gone through
}

// searchText goes through what is written, a part at a time. The word is posted.
func (p *Pages) searchText(q *web.Req, f *web.Form, text string) error {
	s, err := p.Cases.Search(q.Context(), q.Actor, text, f.Line("etter"))
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return p.found(q, f, nil, nil)
	}
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(f.Line("sett"))
	seen = max(0, min(seen, s.All)) + s.Looked
	x := &further{Progress: q.T.T("find.progress", "n", min(seen, s.All), "all", s.All), Text: text, Next: s.Next, Seen: strconv.Itoa(seen)}
	lang.Sort(q.Lang, s.Hits, func(h cases.Hit) string { return h.Name })
	return p.found(q, f, s.Hits, x)
}

// found shows what a search gave: for a text, in what kinds of records it stands.
func (p *Pages) found(q *web.Req, f *web.Form, hits []cases.Hit, x *further) error {
	w, code := q.T, http.StatusOK
	if f.Faults.Err() != nil {
		code = http.StatusUnprocessableEntity
	}
	rows := make([]cases.Row, len(hits))
	for i, h := range hits {
		rows[i] = h.Row
	}
	v, err := p.listed(q, choice{values: url.Values{}}, f, rows)
	if err != nil {
		return err
	}
	for i, h := range hits {
		var where []string
		for _, k := range h.Where {
			if place := w.T("find.where." + whereOf(k)); !slices.Contains(where, place) {
				where = append(where, place)
			}
		}
		if len(where) > 0 {
			v.Table.Rows[i][0].Small += ". " + w.T("find.where", "places", w.List(where))
		}
	}
	v.Heading, v.Further, v.Clear, v.Hide = w.T("school.list.found", "n", len(hits)), x, "/saker", ""
	if len(hits) == 0 {
		v.Empty = &web.Empty{Title: w.T("school.list.not-found"), Text: w.T("school.list.not-found-text")}
		if x != nil {
			v.Empty.Text = w.T("find.not-found")
		}
		if x != nil && x.Next != "" {
			v.Empty = &web.Empty{Title: w.T("find.not-yet"), Text: w.T("find.not-yet-text")}
		}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code != http.StatusOK
	return q.RenderStatus(code, listPage, v)
}

// whereOf is what a kind of record is called as a place: neutral, a few words
// for all.
func whereOf(k cases.Kind) string {
	switch k {
	case cases.Told, cases.Exposed, cases.Joined, cases.RaisedBy:
		return "told"
	case cases.Voice:
		return "talk"
	case cases.Started, cases.Source, cases.Finding, cases.Found:
		return "inquiry"
	case cases.Approved, cases.Protected, cases.Interest, cases.Ticked:
		return "plan"
	case cases.Evaluated, cases.Checked:
		return "evaluation"
	}
	return "note"
}
