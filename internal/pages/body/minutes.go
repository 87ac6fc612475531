package body

import (
	"net/http"
	"slices"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// What the forms of the minutes do.
const (
	doAttend   = "oppmote"
	doApprove  = "godkjenn"
	doWithdraw = "trekk"
)

// minutes are the minutes of a meeting (referat): who was there, what became of each
// matter, and the leader's approval.
func (p *Pages) minutes(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showMinutes(q, http.StatusOK, f)
}

func (p *Pages) showMinutes(q *web.Req, code int, f *web.Form) error {
	x, v, err := p.begin(q)
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v.Back = &web.Back{Href: meetingPath(x.Body.Slug, x.Meeting.Slug), Text: v.Heading}
	v.Heading, v.Lead = w.T("bodies.minutes.title", "day", w.Day(x.Meeting.On)), w.T("bodies.minutes.draft")
	if x.Meeting.Approved {
		v.Lead = w.T("bodies.minutes.approved")
	}
	changes := x.Runs && !x.Meeting.Approved
	there := section{ID: "oppmote", Title: w.T("bodies.present"), Text: []string{w.T("bodies.present.need", "n", x.Need, "all", len(x.Members))}}
	if x.Counted {
		state := w.T("bodies.present.few")
		if x.Enough() {
			state = w.T("bodies.present.enough")
		}
		there.Text = []string{w.T("bodies.present.n", "n", len(x.Present), "all", len(x.Members)) + " " + state}
	}
	if changes {
		there.Forms = []smallForm{attendForm(w, s, x)}
		if x.Counted {
			there.Forms[0] = there.Forms[0].folded(w.T("bodies.present.change"))
		} else {
			there.Forms[0] = there.Forms[0].first()
		}
	}
	items := section{ID: "saker", Title: w.T("bodies.minutes.items")}
	for n, i := range x.Items {
		items.Points = append(items.Points, minutesPoint(q, x, n, i))
	}
	v.Sections = []section{there, items}
	if x.Me.Approves() {
		approval := section{ID: "godkjenning", Title: w.T("bodies.approve"), Text: []string{w.T("bodies.approve-text")}}
		switch {
		case x.Meeting.Approved:
			approval.Text = nil
			approval.Forms = []smallForm{s.press(doWithdraw, w.T("bodies.withdraw.do")).folded(w.T("bodies.withdraw"))}
			approval.Forms[0].Lead = w.T("bodies.withdraw-text")
		case !x.Counted:
			approval.Text = []string{w.T("bodies.approve.present-first")}
		default:
			g := s.of(doApprove)
			asked := append([]question{ask(w, g, "box", doApprove, "nameless", "bodies.approve.nameless")}, noName(w, g, doApprove)...)
			approval.Forms = []smallForm{s.form(g, doApprove, w.T("bodies.approve.do"), asked...).first()}
		}
		v.Sections = append(v.Sections, approval)
	}
	return v.show(q, code, f)
}

func minutesPoint(q *web.Req, x bodies.Sitting, n int, i bodies.Item) point {
	w := q.T
	a := point{}
	if i.Result != nil {
		a = resultPoint(w, i)
	} else {
		a.Lines = []string{w.T("bodies.result.none")}
	}
	a.Title = w.T("bodies.agenda.n", "n", n+1, "title", title(w, i))
	if !x.Guest {
		a.Href = itemPath(x.Body.Slug, x.Meeting.Slug, i.Slug)
	}
	if i.Shut {
		a.State = &web.State{Name: web.Lock, Word: w.T("bodies.shut")}
		a.Lines = append(a.Lines, lines(x.Body.Shut)...)
	}
	for _, t := range i.Actions {
		a.Lines = append(a.Lines, w.T("bodies.todo.line", "what", t.What, "who", called(w, x.Members, t.Who)))
	}
	return a
}

func attendForm(w *lang.Words, s several, x bodies.Sitting) smallForm {
	g := s.of(doAttend)
	if !g.Has(name(doAttend, "present")) {
		var all []string
		for _, p := range x.Present {
			all = append(all, string(p))
		}
		g.Set(name(doAttend, "present"), all...)
	}
	there := ask(w, g, "checks", doAttend, "present", "bodies.present.who")
	for _, m := range x.Members {
		there.F.Options = append(there.F.Options, g.Options(name(doAttend, "present"), string(m.Person), m.Name+", "+voice(w, m))...)
	}
	return s.form(g, doAttend, w.T("bodies.present.do"), there)
}

func (p *Pages) doMinutes(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, meeting := q.Path("rad"), q.Path("mote")
	to := meetingPath(slug, meeting) + "/referat"
	return done(q, f, func(do string) (string, error) {
		switch do {
		case doAttend:
			var all []tilhor.PersonID
			for _, id := range slices.Compact(f.All(name(do, "present"))) {
				all = append(all, tilhor.PersonID(id))
			}
			return to + "?gjort=oppmote", p.Bodies.Attend(q.Context(), q.Actor, slug, meeting, all)
		case doApprove:
			return to + "?gjort=godkjent", p.Bodies.Approve(q.Context(), q.Actor, slug, meeting, bodies.Read{Nameless: f.Ticked(name(do, "nameless"), "yes"), NoName: f.Ticked(name(do, "no-name"), "yes")})
		}
		return to + "?gjort=trukket", p.Bodies.Withdraw(q.Context(), q.Actor, slug, meeting)
	}, func(code int, f *web.Form) error { return p.showMinutes(q, code, f) })
}
