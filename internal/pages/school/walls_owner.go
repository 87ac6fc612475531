package school

import (
	"net/http"
	"net/url"
	"slices"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/lang"
	"tilhor/internal/web"
	"tilhor/internal/web/talks"
)

// What comes to the municipality past rektor or from rektor, for those of the
// owner's people who are appointed to receive it. Lists name no child.

var (
	noticesPage = page("walls_notices")
	noticePage  = page("walls_notice")
)

type noticesView struct {
	web.Frame
	Heading, Lead string
	Done          *web.Note
	None          *web.Note // nobody receives
	New           []web.Duty
	More          bool       // there are others than those
	Talks         talks.List // who told something waits for an answer
	All           []web.Duty
	Empty         *web.Empty
	Faults        *web.Summary
	Form          *web.Form
	Receivers     []receiver
	Person        *web.Field
	Buttons       []web.Button
}

// A receiver is one who receives for the municipality.
type receiver struct {
	Name, Since string
	Person      tilhor.PersonID
	Form        *web.Form
	Stop        bool
}

func (p *Pages) notices(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showNotices(q, http.StatusOK, f)
}

func (p *Pages) showNotices(q *web.Req, code int, f *web.Form) error {
	who, mine, err := p.Cases.Receivers(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := noticesView{Heading: w.T("sealed.owner.title"), Lead: w.T("sealed.owner.lead"), Form: f, Faults: web.SummaryOf(w, f.Faults)}
	if q.Query("gjort") == "pekt-ut" {
		v.Done = &web.Note{Color: "success", Role: "status", Title: w.T("sealed.owner.appointed")}
	}
	if len(who) == 0 {
		v.None = &web.Note{Color: "warning", Title: w.T("sealed.owner.nobody"), Text: w.T("sealed.owner.nobody-text")}
	}
	if mine {
		fresh, more, err := p.Concerns.Waiting(q.Context(), q.Actor)
		if err != nil {
			return err
		}
		v.New = freshRows(q, fresh)
		waits, over := len(fresh), false
		if more {
			count := func() (int, error) { return p.Concerns.CountNew(q.Context(), q.Actor) }
			if waits, err = q.Count(web.NewConcerns, count); err != nil {
				return err
			}
			v.More, over = waits > len(fresh), waits >= concerns.MostCounted
		}
		all, err := p.Cases.Notices(q.Context(), q.Actor)
		if err != nil {
			return err
		}
		v.All = noticeRows(q, all)
		if v.Talks, err = talks.Of(q, p.Dialogue); err != nil {
			return err
		}
		waits += v.Talks.Waits
		if p.Interventions != nil {
			used, err := p.Interventions.ForOwner(q.Context(), q.Actor)
			if err != nil {
				return err
			}
			open, rest := forceRows(q, used)
			v.All = append(append(open, v.All...), rest...)
			waits += len(open)
		}
		for _, n := range all {
			if n.Seen.IsZero() || unled(n) {
				waits++
			}
		}
		if waits > 0 {
			v.Heading = w.T("sealed.owner.waits", "n", waits)
		}
		if over {
			v.Heading = w.T("sealed.owner.waits-over", "n", concerns.MostCounted-1)
		}
	}
	if len(v.New)+len(v.Talks.Rows)+len(v.Talks.More)+len(v.All) == 0 {
		v.Empty = &web.Empty{Title: w.T("sealed.owner.empty"), Text: w.T("sealed.owner.empty-text")}
	}
	for _, h := range who {
		v.Receivers = append(v.Receivers, receiver{Name: h.Name, Since: w.T("sealed.owner.since", "date", w.Date(h.From)), Person: h.Person, Form: web.NewForm(), Stop: mine && len(who) > 1})
	}
	if mine || len(who) == 0 {
		all, err := p.Cases.Appointable(q.Context(), q.Actor, "", false)
		if err != nil {
			return err
		}
		x := employeeField(w, f, "person", w.T("sealed.owner.person"), all)
		v.Person, v.Buttons = &x, []web.Button{{Text: w.T("sealed.owner.add"), Kind: "secondary"}}
	}
	v.Frame = q.Frame(v.Heading)
	if v.Faulty = code == http.StatusUnprocessableEntity; v.Faulty {
		v.Langs = nil // another language would lose what was chosen
	}
	return q.RenderStatus(code, noticesPage, v)
}

type freshView struct {
	web.Frame
	Back web.Back
	New  []web.Duty
	Next string // where the next page is
}

var freshPage = page("walls_new")

// allFresh lists every report that waits for somebody to lead the case, page by page.
func (p *Pages) allFresh(q *web.Req) error {
	_, mine, err := p.Cases.Receivers(q.Context(), q.Actor)
	if err == nil && !mine {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return err
	}
	after := q.Query("etter")
	all, next, err := p.Concerns.AllWaiting(q.Context(), q.Actor, after)
	if err != nil {
		return err
	}
	if len(all) == 0 { // there may be others than those that came after
		return q.See("/kommunen/meldinger")
	}
	v := freshView{Frame: q.Frame(q.T.T("sealed.owner.h-new")), Back: web.Back{Href: "/kommunen/meldinger", Text: q.T.T("sealed.owner.title")}, New: freshRows(q, all)}
	if next != "" {
		v.Next = q.R.URL.Path + "?" + url.Values{"etter": {next}}.Encode()
	}
	return q.Render(freshPage, v)
}

// freshRows are the reports that wait for somebody to lead the case: no names.
func freshRows(q *web.Req, all []concerns.Concern) (rows []web.Duty) {
	w := q.T
	for _, c := range all {
		what := w.T("sealed.kind.leadership")
		if !c.Sealed() {
			what = w.T("sealed.kind.no-lead")
		}
		rows = append(rows, web.Duty{
			What: what, Href: "/sperrede/" + c.Slug, Tag: web.TagOf(w, "lov"), Meta: []string{"opplæringslova § 12‑5"},
			State: web.State{Name: web.Now, Word: w.T("sealed.owner.appoint")}, When: lang.Cap(w.Since(c.Sent(), q.Now)),
		})
	}
	return rows
}

// forceRows are the interventions that the owner follows up, for nobody who leads
// the school can: those with something to do apart. No child is named.
func forceRows(q *web.Req, all []interventions.Event) (open, rest []web.Duty) {
	w := q.T
	for _, e := range all {
		r := web.Duty{
			What: w.T("sealed.owner.row", "what", w.T("sealed.kind.force"), "school", e.Where), Href: "/inngrep/" + e.Slug, Tag: web.TagOf(w, "lov"), Meta: []string{"opplæringslova §\u00a013\u20115"},
			State: web.State{Name: web.OK, Word: w.T("sealed.owner.read")}, When: lang.Cap(w.Ago(e.Happened.Written, q.Now)),
		}
		if slices.ContainsFunc(e.Duties, duty.Stored.Acts) {
			r.State = web.State{Name: web.Now, Word: w.T("sealed.owner.follow-up")}
			open = append(open, r)
			continue
		}
		rest = append(rest, r)
	}
	return open, rest
}

// unled says that somebody must be appointed to lead.
func unled(n cases.OwnerNotice) bool {
	return n.Lead == "" && (n.Kind == cases.NoLead || n.Kind == cases.Leadership)
}

func noticeRows(q *web.Req, all []cases.OwnerNotice) (rows []web.Duty) {
	w := q.T
	for _, n := range all {
		r := web.Duty{What: w.T("sealed.owner.row", "what", w.T("sealed.kind."+string(n.Kind)), "school", n.Where), Href: "/kommunen/meldinger/" + string(n.ID), When: w.DateTime(n.At)}
		r.Tag, r.Meta = web.TagOf(w, "lov"), []string{w.T("sealed.ref." + string(n.Kind))}
		switch {
		case unled(n):
			r.State = web.State{Name: web.Now, Word: w.T("sealed.owner.appoint")}
		case n.Seen.IsZero():
			r.State = web.State{Name: web.Now, Word: w.T("sealed.owner.unread")}
		default:
			r.State = web.State{Name: web.OK, Word: w.T("sealed.owner.read")}
		}
		if n.Lead != "" {
			r.Meta = append(r.Meta, w.T("sealed.owner.led", "who", n.Lead))
		}
		rows = append(rows, r)
	}
	slices.SortStableFunc(rows, func(a, b web.Duty) int {
		rank := map[web.StateName]int{web.Now: 0, web.OK: 1}
		return rank[a.State.Name] - rank[b.State.Name]
	})
	return rows
}

func (p *Pages) setReceiver(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	who := tilhor.PersonID(f.Get("person"))
	return q.Answer(f, func() (string, error) {
		if f.Get("do") == "stop" {
			return "/kommunen/meldinger", p.Cases.StopReceiving(q.Context(), q.Actor, who)
		}
		return "/kommunen/meldinger", p.Cases.AppointReceiver(q.Context(), q.Actor, who)
	}, func(code int, f *web.Form) error { return p.showNotices(q, code, f) })
}

type noticeView struct {
	web.Frame
	Back          web.Back
	Line, Heading string
	Words, By     string
	Told          []web.Happening
	Facts         web.Facts
	Faults        *web.Summary
	Form          *web.Form
	Action        string
	Lead, Adviser *web.Field
	Buttons       []web.Button
	WhoTitle      string
}

func (p *Pages) notice(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showNotice(q, http.StatusOK, f)
}

func (p *Pages) showNotice(q *web.Req, code int, f *web.Form) error {
	n, err := p.Cases.OpenNotice(q.Context(), q.Actor, tilhor.RecordID(q.Path("melding")))
	if err != nil {
		return err
	}
	w := q.T
	v := noticeView{
		Back: web.Back{Href: "/kommunen/meldinger", Text: w.T("sealed.owner.title")}, Line: n.Where + " · " + w.DateTime(n.At), Heading: w.T("sealed.kind." + string(n.Kind)),
		Words: n.Words, By: w.T("sealed.notice.by", "who", n.From), Form: f, Faults: web.SummaryOf(w, f.Faults), Action: q.R.URL.Path, WhoTitle: w.T("sealed.notice.who"),
	}
	about := n.Pupil
	if about == "" {
		about = w.T("school.pupil.unknown")
	}
	if n.Class != "" {
		about += ", " + n.Class
	}
	v.Facts = web.Facts{Stack: true, Items: []web.Fact{{Term: w.T("sealed.notice.about"), Text: about}}}
	if n.Lead != "" {
		v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T("sealed.notice.lead"), Text: n.Lead})
	}
	if len(n.Advise) > 0 {
		v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T("sealed.notice.advisers"), Text: w.List(n.Advise)})
	}
	for _, r := range n.Told {
		text := r.Text["saw"]
		if r.Text["said"] != "" {
			text = lines(w.T("school.quote", "text", r.Text["said"]), text)
		}
		if r.Text["hope"] != "" {
			text = lines(text, w.T("school.time.label.hope")+" "+r.Text["hope"])
		}
		v.Told = append(v.Told, web.Happening{When: w.Moment(r.When), DateTime: machine(r.When), Title: w.T("sealed.notice.told"), Text: text, Key: true})
	}
	appoints := n.Kind == cases.NoLead || n.Kind == cases.Leadership
	all, err := p.Cases.Appointable(q.Context(), q.Actor, n.School, appoints)
	if err != nil {
		return err
	}
	if appoints {
		x := employeeField(w, f, "lead", w.T("sealed.lead.who"), all)
		x.Help = w.T("sealed.lead.who-help")
		v.Lead, v.Buttons = &x, []web.Button{{Text: w.T("sealed.lead.do"), Name: "do", Value: "lead"}}
	} else {
		x := employeeField(w, f, "adviser", w.T("sealed.notice.adviser"), all)
		x.Help = w.T("sealed.notice.adviser-help")
		v.Adviser, v.Buttons = &x, []web.Button{{Text: w.T("sealed.notice.adviser-do"), Name: "do", Value: "adviser"}}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, noticePage, v)
}

func (p *Pages) appointFor(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	id := tilhor.RecordID(q.Path("melding"))
	return q.Answer(f, func() (string, error) {
		if f.Get("do") == "adviser" {
			return "/kommunen/meldinger?gjort=pekt-ut", p.Cases.AppointAdviser(q.Context(), q.Actor, id, tilhor.PersonID(f.Get("adviser")))
		}
		return "/kommunen/meldinger?gjort=pekt-ut", p.Cases.AppointLead(q.Context(), q.Actor, id, tilhor.PersonID(f.Get("lead")))
	}, func(code int, f *web.Form) error { return p.showNotice(q, code, f) })
}
