package school

import (
	"net/http"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var printPlanPage = page("print_plan")

type printPlanData struct {
	stage
	Plan          *planShown
	Best          *web.Facts
	Help          []string
	Approved, Who string
	Draft         bool
	Shared        []runShown // what helps this pupil too, and stands in another's plan
}

// printPlan is one version on paper, for the family: the pupil's words, the
// measures with their five things, the best interest, whom to call, and the way
// to Statsforvalteren (§ 12-6). Nothing of any other pupil is in it, and that it
// was opened to be printed stands in the record.
func (p *Pages) printPlan(q *web.Req) error {
	file, err := p.see(q, "print")
	if err != nil {
		return locked(q, err)
	}
	n := q.Query("versjon")
	if n == "" && file.Current() != nil {
		n = strconv.Itoa(file.Current().Version)
	}
	v, known := version(file, n)
	if !known {
		return tilhor.ErrNotFound
	}
	d := printPlanData{stage: p.stage(q, file, stagePlan, "print", "title"), Draft: v.Draft, Plan: nil}
	d.Head.Back = web.Back{Href: path(file.Track, stagePlan), Text: q.T.T("school.stage." + stagePlan)}
	if !file.Works {
		d.Head.Back = web.Back{Href: path(file.Track), Text: lang.Cap(d.Head.Name)}
	}
	d.Plan = showPlanOf(d.say, v)
	d.Plan.Amended = amendedPlan(d.W, file, d.Plan.Version)
	d.quote()
	d.Best = bestBefore(q.T, file, v)
	d.Help = p.helpers(q, d.say, file)
	if file.Current() != nil && file.Current().Version == v.Version {
		d.Shared = sharedShown(q.T, file)
	}
	d.Who = d.Say("printed", "who", q.Who(), "when", q.T.DateTime(q.Now))
	return q.RenderStatus(http.StatusOK, printPlanPage, d)
}

// bestBefore is the assessment that the version was decided on.
func bestBefore(w *lang.Words, f cases.File, v cases.Plan) *web.Facts {
	var last *cases.Record
	for _, r := range f.Of(cases.Interest) {
		if v.Draft || !r.When.Written.After(v.ApprovedAt) {
			last = &r
		}
	}
	if last == nil {
		return nil
	}
	facts := &web.Facts{}
	for _, k := range []string{"view", "interests", "weighing", "conclusion"} {
		facts.Items = append(facts.Items, web.Fact{Term: w.T("stage.field." + k), Text: last.Text[k]})
	}
	return facts
}

// helpers are whom the family can turn to when it does not help, and the way
// to Statsforvalteren when a week has gone since it was taken up with rektor.
func (p *Pages) helpers(q *web.Req, s say, f cases.File) (all []string) {
	if f.Has != "" {
		all = append(all, s.Say("call.handler", "who", f.Has))
	}
	all = append(all, s.Say("call.rektor", "school", q.School()))
	if phone := q.Kit.Owner.Phone; phone != "" {
		all = append(all, s.Say("call.owner", "owner", q.Kit.Owner.Name, "phone", phone))
	}
	if n := len(f.Windows); n > 0 {
		w := f.Windows[n-1]
		return append(all, s.Say("state.since", "raised", q.T.Date(w.RaisedAt), "week", q.T.Date(w.CalendarWeek)))
	}
	return append(all, s.Say("state"))
}

var printTrackPage = page("print_track")

type printTrackData struct {
	stage
	Shared []runShown
	Who    string
	Events []eventShown
	Plans  []*planShown
}

type eventShown struct {
	When, What, By, Late string
	Amended              []string
	Facts                []web.Fact
}

// printTrack is the whole chronology of one pupil's track, on paper. What other
// children said is theirs: it says only that they were heard.
func (p *Pages) printTrack(q *web.Req) error {
	file, err := p.see(q, "print")
	if err != nil {
		return locked(q, err)
	}
	d := printTrackData{stage: p.stage(q, file, "", "chronology", "title")}
	d.Head.Back = web.Back{Href: path(file.Track), Text: lang.Cap(d.Head.Name)}
	d.Who = q.T.T("stage.print.printed", "who", q.Who(), "when", q.T.DateTime(q.Now))
	d.quote()
	for _, r := range file.Records {
		d.Events = append(d.Events, d.event(r))
	}
	for _, v := range file.Plans {
		shown := showPlanOf(d.say, v)
		shown.Amended = amendedPlan(d.W, file, shown.Version)
		d.Plans = append(d.Plans, shown)
	}
	d.Shared = sharedShown(q.T, file)
	return q.RenderStatus(http.StatusOK, printTrackPage, d)
}

// recordFields are the passages of records, in the order they are read.
var recordFields = []string{
	"who", "said", "words", "saw", "hope", "place", "asked", "wants", "weight", "what", "finding", "interests", "view",
	"weighing", "conclusion", "why", "best", "reason", "attempts", "text", "line", "told-by", "detail", "grounds", "facts", "tried", "reasons", "where", "decided-by", "to", "question", "whom", "questions", "how", "look", "seemed", "service", "seen-by", "keeper",
}

func (d *printTrackData) event(r cases.Record) eventShown {
	w := d.W
	e := eventShown{When: w.Moment(r.When), By: r.Name, What: w.T("stage.kind."+string(r.Kind), "name", d.Head.Name, "n", r.Ref)}
	if e.By != "" {
		e.By += ", "
	}
	e.By += roleName(w, r.Role)
	if r.Kind == cases.Told { // who took it up stands in its own line
		e.By = toldBy(w, r)
	}
	if r.Kind == cases.Voice && !d.File.Own(r) {
		e.What = w.T("stage.kind.voice-other")
		return e
	}
	e.Amended = amended(w, d.File, r)
	if r.Kind == cases.Glass || r.Kind == cases.GlassReviewed { // why is the school's own: it does not go with the papers
		return e
	}
	if r.Kind == cases.Corrected || r.Kind == cases.NotCorrected {
		e.What = w.T("stage.kind." + string(r.Kind) + "." + r.Answer)
		e.Facts = []web.Fact{{Term: w.T("insight.time.of"), Text: chronicle{w, d.File, d.Head.Name}.corrected(r)}}
		return e
	}
	if r.Late() {
		e.Late = w.T("stage.late", "when", w.DateTime(r.When.Written))
	}
	add := func(key, text string) {
		if text != "" {
			e.Facts = append(e.Facts, web.Fact{Term: w.T("stage.field." + key), Text: text})
		}
	}
	if w.Has("stage.answer." + string(r.Kind) + "." + r.Answer) {
		add("answer", w.T("stage.answer."+string(r.Kind)+"."+r.Answer))
	}
	if r.Kind == cases.Source {
		add("source", w.T("stage.inquiry.source."+r.Ref))
	}
	if !aboutOthers(r) {
		for _, k := range recordFields {
			add(k, r.Text[k])
		}
	}
	for _, x := range r.Effects() {
		add("effect", d.effect(x))
	}
	if r.On != "" && w.Has("stage.on."+string(r.Kind)) {
		e.Facts = append(e.Facts, web.Fact{Term: w.T("stage.on." + string(r.Kind)), Text: w.Date(r.On)})
	}
	return e
}

// aboutOthers says whether the words of a record are about other children: who
// they are and what they said does not go with this pupil's papers.
func aboutOthers(r cases.Record) bool {
	return r.Kind == cases.Affected || r.Kind == cases.NotReached || r.OtherChildren()
}

func (d *printTrackData) effect(x cases.Effect) string {
	s := ""
	for _, p := range d.File.Plans {
		for _, m := range p.Measures {
			if m.ID == x.Measure {
				s = strings.TrimRight(m.What, ".") + ": "
			}
		}
	}
	s += d.W.T("stage.evaluate.helped."+x.Helped) + ". " + d.W.T("stage.evaluate.measure-then."+x.Then) + "."
	if x.Note != "" {
		s += " " + x.Note
	}
	return s
}
