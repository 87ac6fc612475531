package school

import (
	"net/http"
	"slices"

	"tilhor/internal/cases"
	"tilhor/internal/web"
)

var bestPage = page("best_weigh")

type bestData struct {
	stage
	Form                                  *web.Form
	Interests, View, Weighing, Conclusion web.Field
	Earlier                               []weighed
}

// A weighed is one assessment that stands: a later one never replaces it.
type weighed struct {
	When, By string
	Facts    web.Facts
}

// best is the assessment of the best interest of the child (det beste for
// eleven, § 10-1): the interests at stake, the pupil's own view and what weight
// it was given, the weighing, and what follows.
func (p *Pages) best(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showBest(q, http.StatusOK, f)
}

func (p *Pages) weigh(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	b := cases.Weighing{Interests: f.Get("interests"), View: f.Get("view"), Weighing: f.Get("weighing"), Conclusion: f.Get("conclusion")}
	return q.Answer(f, func() (string, error) {
		return "/saker/" + q.Path("spor") + "/plan?gjort=best", p.Cases.Weigh(q.Context(), q.Actor, q.Path("spor"), b)
	}, func(code int, f *web.Form) error { return p.showBest(q, code, f) })
}

func (p *Pages) showBest(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "best")
	if err != nil {
		return err
	}
	d := bestData{stage: p.stage(q, file, stagePlan, "best", "title"), Form: f}
	d.Head.Back = web.Back{Href: path(file.Track, stagePlan), Text: q.T.T("school.stage." + stagePlan)}
	d.faulty(f.Faults)
	d.quote()
	a := asker{d.say, f}
	d.Interests, d.View = rows(3, a.field("interests")), rows(3, a.field("view"))
	d.Weighing, d.Conclusion = rows(4, a.field("weighing")), rows(2, a.field("conclusion"))
	for _, r := range file.Of(cases.Interest) {
		x := weighed{When: q.T.Moment(r.When), By: byRole(q.T, r.Name, r.Role)}
		for _, k := range []string{"interests", "view", "weighing", "conclusion"} {
			x.Facts.Items = append(x.Facts.Items, web.Fact{Term: d.Cap(k), Text: r.Text[k]})
		}
		d.Earlier = append(d.Earlier, x)
	}
	slices.Reverse(d.Earlier)
	return q.RenderStatus(code, bestPage, d)
}
