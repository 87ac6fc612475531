package staff

import (
	"time"

	"tilhor/internal/calendar"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// talks are those in which somebody who told something waits for an answer. No
// name and no word stands here; of who has a code no time finer than the hour.
func (p *Pages) talks(q *web.Req, v *todayView) error {
	if p.Dialogue == nil {
		return nil
	}
	all, err := p.Dialogue.Waiting(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	for _, l := range all {
		what, when := w.T("dialogue.staff.today-named"), w.Near(l.Last, q.Now)
		if l.Coded {
			from := l.Last.In(lang.Oslo)
			day := w.NearDay(calendar.DateOf(l.Last), today(q))
			what, when = w.T("dialogue.staff.today-what"), w.T("dialogue.hour", "day", day, "from", from.Format("15"), "to", from.Add(time.Hour).Format("15"))
		}
		v.Talks = append(v.Talks, web.Duty{
			What: what, Href: "/bekymringer/" + l.Slug + "/samtale", Meta: []string{w.T("dialogue.staff.today-since", "when", when)},
			State: web.State{Name: web.Wait, Word: w.T("dialogue.staff.waits")},
		})
	}
	return nil
}
