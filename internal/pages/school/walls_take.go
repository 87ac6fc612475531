package school

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var sealedPage = page("walls_take")

// A sealedView is where a concern about somebody who works there is taken up:
// the pupil's safety first, then the owner. Whoever it is about never sees it.
type sealedView struct {
	web.Frame
	Back            web.Back
	Line, Heading   string
	Lead            string
	Faults          *web.Summary
	Form            *web.Form
	Action          string
	Quote           *web.Quote
	Saw, SawBy      string
	Hope            string
	Decided         *web.Note
	Beside          []web.Note // who it is about works in another case of the pupil's
	Safety          []question
	SafetyHeading   string
	ToOwner         []question
	OwnerHeading    string
	OwnerLead       string
	Buttons         []web.Button
	Sees            web.Facts
	Times           []web.Happening
	Personnel       string
	SeesTitle, When string
	Talk            *web.Button // to the talk with who told it
	Burst           *web.Note   // told without signing in, and what that means
}

func (p *Pages) sealed(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showSealed(q, http.StatusOK, f)
}

func (p *Pages) showSealed(q *web.Req, code int, f *web.Form) error {
	c, err := p.Concerns.Receive(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	owner := q.Actor.School == access.Owner
	if !c.Sealed() && !owner {
		return q.See("/bekymringer/" + c.Slug + "/stilling")
	}
	w := q.T
	v := sealedView{
		Back: web.Back{Href: "/i-dag", Text: w.T("school.today")}, Line: w.T("sealed.state") + " · " + takeLine(w, c), Form: f, Action: q.R.URL.Path,
		Faults: web.SummaryOf(w, f.Faults), Times: takeTimes(w, c), Saw: c.Saw, Hope: c.Hope, SawBy: w.T("school.take.saw", "who", reporter(w, c)),
		SeesTitle: w.T("sealed.who"), When: w.T("school.take.clock"),
	}
	if c.Said != "" {
		v.Quote = &web.Quote{Text: c.Said, By: lang.Cap(w.T("school.track.said-to", "name", whom(w, c), "who", reporter(w, c), "when", moment(w, c.Happened, q)))}
		if c.Channel.Said() {
			v.Quote.By = wroteIt(w, c.Channel, c.From, moment(w, c.Sent(), q))
		}
	}
	if c.Wish != "" {
		v.Lead = w.T("say.take.wish", "who", c.WishName)
	}
	if v.Burst, err = p.unsigned(q, c); err != nil {
		return err
	}
	v.Sees = web.Facts{Stack: true, Items: []web.Fact{{Term: w.T("sealed.who.about"), Text: aboutWhom(w, c)}, {Term: w.T("sealed.who.reporter"), Text: reporter(w, c)}, {Term: w.T("sealed.who.nothing"), Text: w.T("sealed.who.others")}}}
	if v.Talk, err = p.talkOf(q, c.Slug); err != nil {
		return err
	}
	switch {
	case c.State != concerns.New:
		v.Heading = w.T("sealed.take.done")
		v.Decided = &web.Note{Color: "success", Title: w.T("sealed.take.done-when", "when", w.Near(c.DecidedAt, q.Now)), Href: "/saker", Link: w.T("school.list.back")}
		if owner {
			v.Decided.Href, v.Decided.Link = "/kommunen/meldinger", w.T("sealed.owner.title")
		}
	case owner:
		err = p.askLead(q, f, c, &v)
	default:
		err = p.askSealed(q, f, c, &v)
	}
	if err != nil {
		return err
	}
	if owner {
		v.Back = web.Back{Href: "/kommunen/meldinger", Text: w.T("sealed.owner.title")}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, sealedPage, v)
}

// aboutWhom names who it is about, or says what is known.
func aboutWhom(w *lang.Words, c concerns.Concern) string {
	var all []string
	for _, a := range c.Against {
		if a.Name != "" {
			all = append(all, a.Name)
		} else if a.Described != "" {
			all = append(all, a.Described)
		}
	}
	if len(all) == 0 {
		return w.T("sealed.who.unknown")
	}
	return strings.Join(all, " · ")
}

func notAgainst(all []roster.Employee, c concerns.Concern) (out []roster.Employee) {
	for _, e := range all {
		out = append(out, e)
		for _, a := range c.Against {
			if a.Person == e.ID {
				out = out[:len(out)-1]
				break
			}
		}
	}
	return out
}

// askSealed asks rektor: is the pupil safe, and the municipality told?
func (p *Pages) askSealed(q *web.Req, f *web.Form, c concerns.Concern, v *sealedView) error {
	near, err := p.Cases.Candidates(q.Context(), q.Actor, c)
	if err != nil {
		return err
	}
	staff, err := p.employeesAt(q, c.School)
	if err != nil {
		return err
	}
	beside, err := p.Cases.Beside(q.Context(), q.Actor, c)
	if err != nil {
		return err
	}
	w, name, all := q.T, whom(q.T, c), notAgainst(staff, c)
	for _, b := range beside {
		v.Beside = append(v.Beside, web.Note{
			Color: "warning", Title: w.T("sealed.take.beside", "who", b.Who), Text: w.T("sealed.take.beside-text"),
			Href: path(b.Track, "inhabil"), Link: w.T("sealed.take.beside-link"),
		})
	}
	v.Heading, v.Lead, v.Personnel = w.T("sealed.take.title"), w.T("sealed.take.lead"), w.T("sealed.take.personnel")
	v.SafetyHeading, v.OwnerHeading, v.OwnerLead = w.T("sealed.take.safety", "name", name), w.T("sealed.take.owner", "owner", q.Kit.Owner.Name), w.T("sealed.take.owner-lead")
	urgent := area(w, f, "urgent", w.T("school.take.urgent"), w.T("school.take.urgent-help", "name", name), 3)
	urgent.F.Mark = w.T("form.optional")
	doer := question{Kind: "select", F: employeeField(w, f, "doer", w.T("school.take.doer"), all)}
	handler := question{Kind: "select", F: employeeField(w, f, "handler", w.T("school.take.handler"), all)}
	handler.F.Help = w.T("sealed.take.handler-help")
	v.Safety = []question{urgent, doer, handler}
	if len(near) > 0 {
		way := takeWays(w, f, c, near, false)
		v.Safety = append(v.Safety, question{Kind: "radios", F: way})
	}
	words := area(w, f, "words", w.T("sealed.take.words"), w.T("sealed.take.words-help"), 3)
	words.F.Mark = w.T("form.optional")
	v.ToOwner = []question{
		radios(w, f, "owner", w.T("sealed.take.what"), "tell", "sealed.take.tell", "groundless", "sealed.take.groundless"),
		words,
		area(w, f, "ground", w.T("sealed.take.ground"), w.T("sealed.take.ground-help"), 3),
	}
	v.Buttons = []web.Button{{Text: w.T("sealed.take.do")}}
	return nil
}

// askLead asks the owner's receiver who shall lead the case.
func (p *Pages) askLead(q *web.Req, f *web.Form, c concerns.Concern, v *sealedView) error {
	w := q.T
	all, err := p.Cases.Appointable(q.Context(), q.Actor, c.School, true)
	if err != nil {
		return err
	}
	v.Heading, v.Lead = w.T("sealed.lead.title"), w.T("sealed.lead.lead")
	if c.Accused != duty.AccusedLeadership {
		v.Heading, v.Lead = w.T("sealed.lead.kin"), w.T("sealed.lead.kin-lead")
	}
	lead := question{Kind: "select", F: employeeField(w, f, "lead", w.T("sealed.lead.who"), notAgainst(all, c))}
	lead.F.Help = w.T("sealed.lead.who-help")
	v.ToOwner, v.OwnerHeading = []question{lead}, w.T("sealed.lead.appoint")
	v.Buttons = []web.Button{{Text: w.T("sealed.lead.do")}}
	return nil
}

func (p *Pages) takeSealed(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("slug")
	again := func(code int, f *web.Form) error { return p.showSealed(q, code, f) }
	if q.Actor.School == access.Owner {
		return q.Answer(f, func() (string, error) {
			_, err := p.Cases.TakeForOwner(q.Context(), q.Actor, slug, tilhor.PersonID(f.Get("lead")))
			return "/kommunen/meldinger?gjort=pekt-ut", err
		}, again)
	}
	owner := f.Choice("owner", "sealed.fault.owner", "tell", "groundless")
	o := cases.ToOwner{Groundless: owner == "groundless", Words: f.Get("words")}
	if o.Groundless {
		o.Words = f.Get("ground")
	}
	number, _ := strings.CutPrefix(f.Get("way"), "join:")
	if number == "new" {
		number = ""
	}
	return q.Answer(f, func() (string, error) {
		opened, err := p.Cases.TakeSealed(q.Context(), q.Actor, slug, cases.Stance{
			Join: number, Handler: tilhor.PersonID(f.Get("handler")), Urgent: f.Get("urgent"), Doer: tilhor.PersonID(f.Get("doer")),
		}, o)
		if err != nil {
			return "", err
		}
		if reads, err := p.Cases.Reads(q.Context(), q.Actor, opened[0].Slug); err != nil || !reads {
			return "/sperrede/" + slug, nil
		}
		return path(opened[0]) + "?gjort=kommunen", nil
	}, func(code int, f *web.Form) error {
		for i := range f.Faults {
			if f.Faults[i].Field == "join" {
				f.Faults[i].Field = "way"
			}
		}
		return again(code, f)
	})
}
