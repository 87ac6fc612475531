package staff

import (
	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// watch fills what stands beside the cases and waits for the reader: an
// emergency access is told to whoever has the track at once, and somebody else
// than the one who opened looks at it within one arbeidsdag. That day is the
// product's own rule, and is labelled local.
func (p *Pages) watch(q *web.Req, v *todayView) error {
	all, err := p.Cases.GlassRows(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	for _, g := range all {
		row := web.Duty{
			What: w.T("insight.today.glass", "who", g.Opening.Name, "name", named(w, g.Track.Name, "")), Href: "/saker/" + g.Slug + "/nodtilgang",
			Tag: web.TagOf(w, "lokal"), Meta: []string{lang.Cap(w.Near(g.At, q.Now))},
		}
		switch {
		case g.Verdict != "":
			row.State = web.State{Name: web.OK, Word: w.T("insight.glass.verdict." + g.Verdict)}
		case g.ReviewBy < today(q):
			row.State = web.State{Name: web.Late, Word: w.T("insight.glass.late")}
		default:
			row.State = web.State{Name: web.Now, Word: w.T("insight.glass.waits")}
		}
		if g.Review {
			row.When = w.T("insight.glass.review-by", "date", w.NearDay(g.ReviewBy, today(q)))
		}
		v.Watch = append(v.Watch, row)
	}
	asked, err := p.Cases.InsightRows(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, i := range asked {
		v.Watch = append(v.Watch, insightRow(q, i))
	}
	move, err := p.Cases.StopRows(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, t := range move {
		v.Watch = append(v.Watch, caseRow(q, t, "insight.today.move", "/sperre", ""))
	}
	homes, err := p.Cases.HomeReviews(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, h := range homes {
		v.Watch = append(v.Watch, overdue(w, caseRow(q, h.Track, "home.today", "/hjemmet", h.Since)))
	}
	letters, err := p.Cases.Letters(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, h := range letters {
		v.Watch = append(v.Watch, caseRow(q, h.Track, "staff.letters", "/hjemmet/informer#skrevet", h.Since))
	}
	untold, err := p.Cases.InformReviews(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, h := range untold {
		v.Watch = append(v.Watch, overdue(w, caseRow(q, h.Track, "staff.inform", "/hjemmet/informer", h.Since)))
	}
	if q.Actor.Role == tilhor.RoleRektor { // has every ordinary case of the school already
		return nil
	}
	may, err := p.Cases.MayBreak(q.Context(), q.Actor)
	if may {
		v.Glass = "/nodtilgang"
	}
	return err
}

// caseRow is something of the municipality's own that waits in a case, since a day
// when one is given. It tells the case by its number alone.
func caseRow(q *web.Req, t cases.Track, key, path string, since tilhor.Date) web.Duty {
	w := q.T
	row := web.Duty{
		What: w.T(key), Href: "/saker/" + t.Slug + path, Tag: web.TagOf(w, "lokal"), Meta: []string{w.T("school.case", "number", t.Number)},
		State: web.State{Name: web.Now, Word: w.T("clock.open")},
	}
	if since != "" {
		row.When = w.T("home.today.since", "date", w.NearDay(since, today(q)))
	}
	return row
}

// overdue says that the day somebody was to look at it again has come.
func overdue(w *lang.Words, row web.Duty) web.Duty {
	row.State = web.State{Name: web.Late, Word: w.T("home.today.late")}
	return row
}

// insightRow is a request for access that waits: a date only where the act gives
// a number, else the act's word.
func insightRow(q *web.Req, i cases.Insight) web.Duty {
	w := q.T
	row := web.Duty{
		What: w.T("insight.today.insight", "name", named(w, i.Track.Name, "")), Href: "/saker/" + i.Track.Slug + "/innsyn", Tag: web.TagOf(w, "lov"),
		Meta: []string{w.T("insight.basis." + i.Basis)}, State: web.State{Name: web.Now, Word: w.T("clock.open")}, When: w.T("insight.word." + i.Basis),
	}
	if i.Due != "" {
		row.State, row.When = web.State{Name: web.Soon, Word: lang.Cap(w.NearDay(i.Due, today(q)))}, w.T("insight.due", "date", w.NearDay(i.Due, today(q)))
		if i.Due < today(q) {
			row.State = web.State{Name: web.Late, Word: w.T("insight.late")}
		}
	}
	return row
}
