package staff

import (
	"cmp"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/web"
	"tilhor/internal/web/talks"
)

var todayPage = page("today")

// mostRunning is how many cases without a date today's page shows; the list of
// cases has the rest.
const mostRunning = 8

// mostTold is how many of the reader's own concerns it shows; theirs has the rest.
const mostTold = 5

type todayView struct {
	web.Frame
	Day                 string
	Lead                string
	Notes               []web.Note
	Lonely              []web.Duty // cases that nobody has, before anything else
	New                 []web.Duty
	Waiting             int // as many new ones as there are, also those that are not listed
	First               *firstNew
	Late, Soon, Running []web.Duty
	More                int // running cases that are not shown
	Chores, Before      []chore
	Told                []web.Duty
	Answers             []web.Duty // colleagues who have answered the reader
	Talks               talks.List // who told something waits for an answer
	Asked               []web.Duty // what colleagues ask the reader to look for
	Watch               []web.Duty // emergency access somebody must know of, and what else waits beside the case
	Glass               string     // where emergency access is asked for; "" for who may not
	TellFirst           bool       // telling is what this role most often comes for
	Worker              bool       // has, or may have, cases
	Spoken              bool       // may write down what a family took up by voice
	stoodInFor          bool       // somebody stands in for the reader still, who is back
	lastYear            int        // open cases of those who leave this summer
	ring, left          int        // openings of protected cases to look at, and such cases that nobody leads
}

// A firstNew is the concern that has waited longest, beside the lists.
type firstNew struct {
	About, Href string
	Quote       *web.Quote
	Facts       web.Facts
}

// today is where every working day begins: what needs the reader, what is due,
// what was promised, and what became of what was told. One page for all roles,
// composed of what each has.
func (p *Pages) today(q *web.Req) error {
	v := &todayView{Frame: q.Frame(""), Day: lang.Cap(q.T.Day(today(q))) + " · " + q.T.Week(today(q))}
	s, err := p.sensitive(q, v)
	if err != nil {
		return err
	}
	told, err := p.Concerns.Mine(q.Context(), q.Actor, mostTold)
	if err != nil {
		return err
	}
	v.Told = toldRows(q, told)
	v.Title, v.Lead = headline(q, v, s)
	v.TellFirst = !v.Worker
	if v.Spoken, err = p.Concerns.Receives(q.Context(), q.Actor); err != nil {
		return err
	}
	if err := v.notes(q); err != nil {
		return err
	}
	return q.Render(todayPage, v)
}

// sums are what the headline says.
type sums struct {
	lonely, fresh, late, soon, chores, before, watch, asked, answers int
	next                                                             tilhor.Date
}

// sensitive fills what stands in cases, for who may see it now.
func (p *Pages) sensitive(q *web.Req, v *todayView) (s sums, err error) {
	strong, trained := q.Cleared()
	if !strong || !trained {
		return s, nil
	}
	lonely, err := p.Cases.Nobody(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	v.lonely(q, lonely)
	fresh, more, err := p.Concerns.Waiting(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	v.fresh(q, fresh)
	v.Waiting = len(fresh)
	if more {
		count := func() (int, error) { return p.Concerns.CountNew(q.Context(), q.Actor) }
		if v.Waiting, err = q.Count(web.NewConcerns, count); err != nil {
			return s, err
		}
	}
	if v.Talks, err = talks.Of(q, p.Dialogue); err != nil {
		return s, err
	}
	if v.Spoken, err = p.Concerns.Receives(q.Context(), q.Actor); err != nil {
		return s, err
	}
	if err := p.watch(q, v); err != nil {
		return s, err
	}
	rows, err := p.Cases.Today(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	v.cases(q, rows)
	if p.Interventions != nil {
		used, err := p.Interventions.Today(q.Context(), q.Actor)
		if err != nil {
			return s, err
		}
		v.forceToday(q, used)
	}
	now, before, err := p.Cases.Mine(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	for _, c := range now {
		v.Chores = append(v.Chores, choreOf(q, c, web.NewForm(), today(q)))
		if c.Answer == "" {
			s.chores++
		}
	}
	for _, c := range before {
		v.Before = append(v.Before, choreOf(q, c, web.NewForm(), today(q)))
	}
	asked, err := p.Cases.Questions(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	v.Asked = askedRows(q, asked)
	answers, err := p.Cases.Answers(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	v.Answers = answerRows(q, answers)
	s.answers = len(answers)
	v.Worker = q.Actor.Role == tilhor.RoleRektor || len(fresh)+len(rows) > 0
	ring, err := p.Cases.Ringing(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	left, err := p.Cases.Unattended(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	told, err := p.Concerns.Ringing(q.Context(), q.Actor)
	if err != nil {
		return s, err
	}
	v.ring, v.left = len(ring)+len(told), len(left)
	if p.Interventions != nil {
		used, err := p.Interventions.Ringing(q.Context(), q.Actor)
		if err != nil {
			return s, err
		}
		v.ring += len(used)
	}
	if v.stoodInFor, err = p.Cases.StoodInFor(q.Context(), q.Actor); err != nil {
		return s, err
	}
	if m := today(q).Time().Month(); q.Actor.Role == tilhor.RoleRektor && m >= time.April && m <= time.June {
		if v.lastYear, err = p.Cases.Leaving(q.Context(), q.Actor); err != nil {
			return s, err
		}
	}
	s.lonely, s.fresh, s.late, s.soon, s.before, s.watch, s.asked = len(v.Lonely), v.Waiting, len(v.Late), len(v.Soon), len(v.Before), len(v.Watch), len(v.Asked)
	if s == (sums{}) {
		s.next, err = p.next(q, v)
	}
	return s, err
}

// next is the first date to come in the reader's cases, for a quiet day.
func (p *Pages) next(q *web.Req, v *todayView) (tilhor.Date, error) {
	rows, _, err := p.Cases.List(q.Context(), q.Actor, cases.Filter{})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	v.Worker = true
	return rows[0].DueOn, nil
}

// lonely puts the cases that nobody has first, each with the one thing to do.
func (v *todayView) lonely(q *web.Req, all []cases.Lonely) {
	w := q.T
	for _, l := range all {
		row := web.Duty{
			What: w.T("staff.lonely.row", "who", whoOf(w, l.Row)), Href: "/saker/" + l.Slug + "/ansvar", Tag: web.TagOf(w, "lokal"),
			Meta:  []string{w.T("school.case", "number", l.Number), w.T("staff.lonely.why."+l.Why, "who", l.Who)},
			State: web.State{Name: web.Now, Word: w.T("staff.lonely.do")},
		}
		v.Lonely = append(v.Lonely, row)
	}
}

// whoOf is whose case a row is, as far as a list may say it.
func whoOf(w *lang.Words, r cases.Row) string {
	if r.Shielded {
		return w.T("children.shielded")
	}
	if r.Name == "" && r.Described != "" {
		return short(r.Described)
	}
	return named(w, r.Name, r.Class)
}

func (v *todayView) fresh(q *web.Req, all []concerns.Concern) {
	for _, c := range all { // closed reports stand first, and name nobody
		if c.Sealed() {
			v.New = append(v.New, sealedRow(q, c))
		}
	}
	for _, c := range all {
		if c.Sealed() {
			continue
		}
		v.New = append(v.New, newRow(q, c))
		if v.First == nil && !c.Shielded {
			v.First = firstOf(q, c, v.New[len(v.New)-1])
		}
	}
}

// newRow is a new concern in a list: who told it, of whom, and how long it has waited.
func newRow(q *web.Req, c concerns.Concern) web.Duty {
	w := q.T
	from := c.From
	switch {
	case c.Channel == concerns.Open:
		from = w.T("staff.new.open", "name", c.From)
	case c.Channel.Quiet() && c.From == "":
		from = lower(w.T("say.from." + string(c.Channel)))
	case c.Channel.Quiet():
		from = w.T("say.from.called", "name", c.From)
	}
	what := w.T("staff.new.row", "who", about(w, c), "what", c.Lead())
	if c.Shielded { // a list shows none of it
		what, from = w.T("children.shielded-concern"), w.T("role."+string(c.Role))
	}
	return web.Duty{
		What: what, Href: "/bekymringer/" + c.Slug + "/stilling",
		Tag: web.TagOf(w, "lov"), Meta: []string{w.T("staff.new.from", "name", from), "opplæringslova §\u00a012\u20114"},
		State: web.State{Name: web.Now, Word: lang.Cap(w.Since(c.Sent(), q.Now))}, When: knew(q, c),
	}
}

// sealedRow is a closed report (§ 12-5): it names nobody.
func sealedRow(q *web.Req, c concerns.Concern) web.Duty {
	w := q.T
	return web.Duty{
		What: w.T("sealed.row"), Href: "/sperrede/" + c.Slug, Tag: web.TagOf(w, "lov"), Meta: []string{"opplæringslova §\u00a012\u20115"},
		State: web.State{Name: web.Lock, Word: w.T("sealed.state")}, When: lang.Cap(w.Since(c.Sent(), q.Now)),
	}
}

// knew says when the school came to know: the law counts from there. Where that is when
// it was told, it is not said twice.
func knew(q *web.Req, c concerns.Concern) string {
	if c.Channel.Quiet() && near(q, c.Known) == near(q, c.Sent()) {
		return ""
	}
	if c.Known.Precision == tilhor.Unknown {
		return q.T.T("staff.new.knew-unknown")
	}
	return q.T.T("staff.new.knew", "when", near(q, c.Known))
}

// near is a time as one says it today, no more exactly than it is known.
func near(q *web.Req, m tilhor.When) string { return q.T.NearMoment(m, q.Now) }

func firstOf(q *web.Req, c concerns.Concern, row web.Duty) *firstNew {
	w := q.T
	f := &firstNew{About: about(w, c), Href: row.Href, Facts: web.Facts{Stack: true}}
	if c.Said != "" {
		f.Quote = &web.Quote{Text: c.Said, By: w.T("staff.new.to", "name", c.From, "when", near(q, c.Known))}
		if c.Channel.Said() {
			f.Quote.By = lang.Cap(near(q, c.Sent()))
		}
	}
	saw := "staff.new.saw"
	if c.Channel.Said() {
		saw = "say.review.words"
	}
	if c.Saw != "" {
		f.Facts.Items = append(f.Facts.Items, web.Fact{Term: w.T(saw, "name", first(c.From)), Text: c.Saw})
	}
	if c.Hope != "" {
		f.Facts.Items = append(f.Facts.Items, web.Fact{Term: w.T("stage.field.hope"), Text: c.Hope})
	}
	place := w.T("arena." + string(c.Arena))
	if c.Place != "" {
		place += ". " + c.Place
	}
	f.Facts.Items = append(f.Facts.Items, web.Fact{Term: w.T("staff.new.place"), Text: place})
	if gap := c.Written.Sub(c.Known.At); c.Known.Precision == tilhor.Exact && gap < 100*time.Minute {
		f.Facts.Items = append(f.Facts.Items, web.Fact{Term: w.T("staff.new.after"), Text: w.T("staff.new.minutes", "n", int(gap.Minutes()))})
	}
	return f
}

// cases puts one row a track where it belongs: what hastens, what has a date
// today or tomorrow, and the rest.
func (v *todayView) cases(q *web.Req, rows []cases.Row) {
	w, tomorrow := q.T, today(q).Add(1)
	for _, r := range rows {
		d := foremost(r.Duties)
		row := web.DutyRow(w, d, q.Now)
		row.What, row.Href = w.T("staff.case.row", "what", row.What, "who", whoOf(w, r)), "/saker/"+r.Slug
		meta := []string{}
		switch {
		case r.Handler == q.Actor.Person && r.Stand == "":
		case r.Stand == q.Actor.Person && r.Stand != "":
			meta = append(meta, w.T("absence.today.for", "who", r.Has))
		case r.Stand != "":
			meta = append(meta, w.T("absence.today.in", "in", r.Stands, "who", r.Has))
		case r.Has != "":
			meta = append(meta, r.Has)
		default:
			meta = append(meta, w.T("staff.case.nobody"))
		}
		row.Meta = append(meta, row.Meta...)
		if n := len(r.Duties) - 1; n > 0 {
			row.Meta = append(row.Meta, w.T("staff.case.more", "n", n))
		}
		switch {
		case d.Urgency() < 2:
			v.Late = append(v.Late, row)
		case d.FirstOn != "" && d.FirstOn <= tomorrow:
			v.Soon = append(v.Soon, row)
		default:
			v.Running = append(v.Running, row)
		}
	}
	if n := len(v.Running) - mostRunning; n > 0 {
		v.Running, v.More = v.Running[:mostRunning], n
	}
}

// foremost is the duty a row is about: what is late, else what has the first
// date, else what has waited longest.
func foremost(all []duty.Stored) duty.Stored {
	return slices.MinFunc(all, func(a, b duty.Stored) int {
		const never = "9999"
		return cmp.Or(cmp.Compare(a.Urgency(), b.Urgency()), cmp.Compare(cmp.Or(a.FirstOn, never), cmp.Or(b.FirstOn, never)), a.Triggered.Compare(b.Triggered))
	})
}

// headline says the state of affairs: at most two things, the most urgent
// first, and calm when it is quiet.
func headline(q *web.Req, v *todayView, s sums) (title, lead string) {
	w, name := q.T, first(q.Who())
	var parts []string
	for _, part := range []struct {
		n   int
		key string
	}{{s.lonely, "staff.today.lonely"}, {s.fresh, "staff.today.new"}, {v.Talks.Waits, "dialogue.staff.today-n"}, {s.watch, "insight.today.watch"}, {s.late, "staff.today.late"}, {s.soon, "staff.today.soon"}, {s.chores, "staff.today.chores"}, {s.before, "staff.today.before"}, {s.asked, "asked.today.n"}, {s.answers, "asked.answers.n"}} {
		if part.n > 0 && len(parts) < 2 {
			if part.key == "staff.today.new" && part.n >= concerns.MostCounted {
				parts = append(parts, w.T("staff.today.new-over", "n", concerns.MostCounted-1))
				continue
			}
			parts = append(parts, count(w, part.key, part.n))
		}
	}
	switch strong, trained := q.Cleared(); {
	case !strong || !trained:
		return w.T("staff.today.hello", "name", name), ""
	case len(parts) == 0 && v.Worker:
		title = w.T("staff.today.quiet")
	case len(parts) == 0 && len(v.Chores) > 0:
		return w.T("staff.today.all-done", "name", name), ""
	case len(parts) == 0:
		return w.T("staff.today.free", "name", name), ""
	case len(parts) == 1 && s.chores > 0:
		title = w.T("staff.today.named", "what", lang.Cap(parts[0]), "name", name)
	case len(parts) == 1:
		title = lang.Cap(parts[0])
	default:
		title = lang.Cap(w.T("staff.today.and", "one", parts[0], "two", parts[1]))
	}
	if s.next > today(q) {
		lead = w.T("staff.today.next", "date", w.DayMonth(s.next))
	}
	return title, lead
}

// notes are what the reader must know before the lists: that something is
// hidden and why, what was just noted, and a draft that waits.
func (v *todayView) notes(q *web.Req) error {
	w := q.T
	switch answer := q.Query("notert"); answer {
	case "done", "not":
		v.Notes = append(v.Notes, web.Note{Color: "success", Title: w.T("staff.today.noted-" + answer), Role: "status"})
	case "svart", "kan-ikke":
		v.Notes = append(v.Notes, web.Note{Color: "success", Title: w.T("asked.done." + answer), Role: "status"})
	}
	switch strong, trained := q.Cleared(); {
	case !trained:
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("staff.today.untrained"), Text: w.T("staff.today.untrained-text")})
	case !strong:
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("staff.today.weak"), Href: "/logg-inn?niva=hoyt&neste=/i-dag", Link: w.T("staff.today.weak-link")})
	}
	if v.ring > 0 {
		v.Notes = append(v.Notes, web.Note{Color: "warning", Title: w.T("children.today.ring", "n", v.ring), Href: "/skjerming", Link: w.T("children.today.ring-link")})
	}
	if v.left > 0 {
		v.Notes = append(v.Notes, web.Note{Color: "warning", Title: w.T("children.today.left", "n", v.left), Href: "/skjerming", Link: w.T("children.today.left-link")})
	}
	if v.stoodInFor {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("absence.today.still"), Href: "/fravaer", Link: w.T("absence.today.still-link")})
	}
	if v.lastYear > 0 {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: lang.Cap(count(w, "absence.last.today", v.lastYear)), Href: "/avgangstrinnet", Link: w.T("absence.last.today-link")})
	}
	drafts, err := q.Drafts()
	if err == nil && len(drafts) > 0 {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("staff.today.draft"), Href: "/kladder", Link: w.T("staff.today.draft-link")})
	}
	return err
}
