package school

import (
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// The pupil no longer attends the school.

func (p *Pages) leave(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefillToday(q, f, "at")
	return p.askLeave(q, http.StatusOK, f)
}

func (p *Pages) askLeave(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "write")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	if file.Over() {
		return q.See(path(file.Track))
	}
	h := p.head(q, file, "")
	w := q.T
	var why []string
	for _, k := range cases.Leaves {
		why = append(why, k, "life.leave."+k)
	}
	sure := question{Kind: "box", F: web.Field{Name: "sure", Error: f.Field(w, "sure", "").Error, Options: []web.Option{{Value: "yes", Label: w.T("life.leave.sure", "name", h.Name), Checked: f.Ticked("sure", "yes")}}}}
	return ask(q, code, f, formView{
		Back: backTo(q, h), Line: h.Line, Heading: lang.Cap(w.T("life.leave.title", "name", h.Name)), Lead: w.T("life.leave.lead", "name", h.Name),
		Note: &web.Note{Color: "info", Title: w.T("life.leave.note"), Text: w.T("life.leave.note-text")},
		Questions: []question{
			radios(w, f, "why-left", w.T("life.leave.why"), why...), whenAsked(w, f, "at", w.T("life.leave.at")),
			area(w, f, "left-open", w.T("life.leave.open"), w.T("life.leave.open-help"), 5), sure,
		}, Buttons: []web.Button{{Text: w.T("life.leave.do")}, cancel(q, h)},
	})
}

func (p *Pages) doLeave(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	l := cases.Leaving{Why: f.Get("why-left"), At: readWhen(f, "at", q.Now), Open: f.Get("left-open"), Sure: f.Ticked("sure", "yes")}
	return q.Answer(f, func() (string, error) {
		return done(q, "sluttet"), p.Cases.Leave(q.Context(), q.Actor, q.Path("spor"), l)
	}, func(code int, f *web.Form) error { return p.askLeave(q, code, f) })
}

var transferPage = page("life_transfer")

type transferData struct {
	stage
	Law     *web.Note
	Sent    []sentShown
	Forms   map[string]*web.Form
	Hand    []question
	Receipt web.Field
	Waits   bool // for a receipt from another municipality
	Leave   string
}

type sentShown struct {
	Title      string
	State      web.State
	Facts      web.Facts
	File, Code string
}

const (
	transferHand    = "gi"
	transferReceipt = "kvittering"
)

// transfer is where a pupil's case goes when the pupil changes school: nowhere,
// unless somebody permitted it.
func (p *Pages) transfer(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showTransfer(q, http.StatusOK, f)
}

func (p *Pages) doTransfer(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, act := q.Path("spor"), func() error { return nil }
	switch f.Get("do") {
	case transferHand:
		t := cases.Transfer{
			To: tilhor.SchoolID(f.Line("to")), Place: f.Line("place"), Basis: f.Get("basis"), Who: f.Line("permitted-by"), On: f.Day("on"),
			Parts: f.All("parts"), Note: f.Get("note-on"), NoOne: f.Ticked("no-one", "yes"),
		}
		if t.To == "other" {
			t.To = ""
		}
		act = func() error { return p.Cases.HandOn(q.Context(), q.Actor, slug, t) }
	case transferReceipt:
		act = func() error { return p.Cases.Confirm(q.Context(), q.Actor, slug, f.Line("receipt")) }
	default:
		f.Faults.Add(true, "to", "stage.fault.do")
	}
	to := "/saker/" + slug + "/skolebytte?gjort=" + f.Get("do")
	return q.Answer(f, func() (string, error) { return to, act() }, func(code int, f *web.Form) error { return p.showTransfer(q, code, f) })
}

func (p *Pages) showTransfer(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "transfer")
	if err != nil {
		return err
	}
	if !file.Lead {
		return tilhor.ErrNotFound
	}
	sent, err := p.Cases.HandedOn(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	schools, err := p.Cases.Schools(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	d := transferData{Forms: forms(f, transferHand, transferReceipt)}
	title := "title"
	if len(sent) > 0 {
		title = "title.sent"
	}
	d.stage = p.stage(q, file, "", "transfer", title)
	d.Head.Back = backTo(q, d.Head)
	d.faulty(f.Faults)
	d.Law = &web.Note{Color: "info", Title: d.Cap("law"), Text: d.Cap("law.text")}
	if !file.Over() {
		d.Leave = path(file.Track, "slutter")
	}
	for _, x := range slices.Backward(sent) {
		d.Sent = append(d.Sent, d.sent(file, x))
		d.Waits = d.Waits || x.To == "" && !x.Received
	}
	h := d.Forms[transferHand]
	a := asker{d.say, h}
	to := a.field("to")
	to.Options = []web.Option{{Label: d.W.T("form.choose")}}
	for _, s := range schools {
		to.Options = append(to.Options, web.Option{Value: string(s.ID), Label: s.Name, Checked: h.Get("to") == string(s.ID)})
	}
	to.Options = append(to.Options, web.Option{Value: "other", Label: d.Cap("to.other"), Checked: h.Get("to") == "other"})
	parts := a.field("parts")
	have := file.ToHandOn()
	for _, part := range cases.Parts {
		if have[part] == "" && part != "note" {
			continue
		}
		parts.Options = append(parts.Options, web.Option{Value: part, Label: d.Cap("part." + part), Help: have[part], Checked: slices.Contains(h.All("parts"), part)})
	}
	on := a.free("on")
	on.Help = d.W.T("form.date-help")
	box := web.Field{Name: "no-one", Error: a.field("no-one").Error, Options: []web.Option{{Value: "yes", Label: d.Cap("no-one.box"), Checked: h.Ticked("no-one", "yes")}}}
	d.Hand = []question{
		{Kind: "select", F: to},
		{Kind: "text", F: a.free("place")},
		{Kind: "radios", F: a.choice("basis", cases.FromPupil, cases.FromHome, cases.ByDecision)},
		{Kind: "text", F: a.free("permitted-by")},
		{Kind: "date", F: on},
		{Kind: "checks", F: parts},
		{Kind: "area", F: rows(5, a.free("note-on"))},
		{Kind: "box", F: box},
	}
	d.Receipt = asker{d.say, d.Forms[transferReceipt]}.field("receipt")
	return q.RenderStatus(code, transferPage, d)
}

func (d *transferData) sent(file cases.File, x cases.Parcel) sentShown {
	w := d.W
	s := sentShown{Title: x.School, State: web.State{Name: web.Wait, Word: d.Cap("waits")}, File: x.Text["file"], Code: x.Text["code"]}
	add := func(term, text string) {
		if text != "" {
			s.Facts.Items = append(s.Facts.Items, web.Fact{Term: d.Cap(term), Text: text})
		}
	}
	for _, r := range file.Of(cases.Offered) {
		if r.Ref == string(x.ID) {
			s.Title = r.Text["where"]
			add("basis", d.Cap("basis."+r.Answer))
			add("permitted-by", r.Text["permitted-by"])
			if r.On != "" {
				add("on", w.Date(r.On))
			}
			add("parts", d.scope(r.Text["scope"]))
			add("sent", w.Moment(r.When))
		}
	}
	if x.Received {
		s.State = web.State{Name: web.OK, Word: d.Cap("arrived")}
		add("arrived", w.DateTime(x.At))
	}
	return s
}

func (d *transferData) scope(keys string) string {
	var names []string
	for _, k := range strings.Split(keys, ",") {
		if slices.Contains(cases.Parts, k) {
			names = append(names, d.Cap("part."+k))
		}
	}
	return strings.Join(names, "\n")
}

var arrivalsPage = page("life_arrivals")

type arrivalsData struct {
	web.Frame
	Heading string
	Back    web.Back
	Waiting []web.Fact
	Empty   *web.Empty
}

// arrivals are what other schools have handed to this one.
func (p *Pages) arrivals(q *web.Req) error {
	all, err := p.Cases.Arrivals(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	d := arrivalsData{Heading: q.T.T("life.arrivals.title", "n", len(all)), Back: schoolBack(q)}
	for _, x := range all {
		d.Waiting = append(d.Waiting, web.Fact{
			Term: q.T.T("life.arrivals.from", "school", x.School), Text: lang.Cap(q.T.NearDay(calendar.DateOf(x.Made), today(q))),
			Href: "/overforinger/" + x.Slug, Link: q.T.T("life.arrivals.open"), Hidden: q.T.T("life.arrivals.from", "school", x.School),
		})
	}
	if len(all) == 0 {
		d.Empty = &web.Empty{Title: q.T.T("life.arrivals.none"), Text: q.T.T("life.arrivals.none-text")}
	}
	d.Frame = q.Frame(d.Heading)
	return q.Render(arrivalsPage, d)
}

func (p *Pages) arrival(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showArrival(q, http.StatusOK, f)
}

func (p *Pages) showArrival(q *web.Req, code int, f *web.Form) error {
	x, err := p.Cases.SeeArrival(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	w := q.T
	v := formView{
		Back: web.Back{Href: "/overforinger", Text: w.T("life.arrivals.back")}, Line: w.T("life.arrivals.from", "school", x.School),
		Heading: w.T("life.arrival.title", "name", x.Name), Lead: lines(partLines(w, x.Text)...),
		Note: &web.Note{Color: "info", Title: w.T("stage.transfer.basis." + x.Text["basis"]), Text: x.Text["permitted-by"]},
	}
	if !x.Received {
		v.Questions = []question{{Kind: "none"}}
		v.Buttons = []web.Button{{Text: w.T("life.arrival.do")}}
	}
	return ask(q, code, f, v)
}

// partLines are the parts that came, each with its name.
func partLines(w *lang.Words, text map[string]string) (all []string) {
	for _, part := range cases.Parts {
		if s := text["part-"+part]; s != "" {
			all = append(all, w.T("stage.transfer.part."+part)+": "+s)
		}
	}
	return all
}

func (p *Pages) accept(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		t, err := p.Cases.Accept(q.Context(), q.Actor, q.Path("slug"))
		return path(t) + "?gjort=mottatt", err
	}, func(code int, f *web.Form) error { return p.showArrival(q, code, f) })
}

// incoming registers a sealed file from another municipality.
func (p *Pages) incoming(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askIncoming(q, http.StatusOK, f)
}

func (p *Pages) askIncoming(q *web.Req, code int, f *web.Form) error {
	if _, err := p.Cases.Arrivals(q.Context(), q.Actor); err != nil { // who may not receive is told nothing
		return err
	}
	all, err := p.pupils(q)
	if err != nil {
		return err
	}
	w := q.T
	return ask(q, code, f, formView{
		Back: web.Back{Href: "/overforinger", Text: w.T("life.arrivals.back")}, Heading: w.T("life.incoming.title"), Lead: w.T("life.incoming.lead"),
		Questions: []question{
			pupilAsked(w, f, "pupil", w.T("life.incoming.pupil"), "", all),
			area(w, f, "file", w.T("life.incoming.file"), w.T("life.incoming.file-help"), 6),
			{Kind: "text", F: f.Field(w, "code", w.T("life.incoming.code"))},
		}, Buttons: []web.Button{{Text: w.T("life.incoming.do")}},
	})
}

func (p *Pages) doIncoming(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	in := cases.Incoming{File: f.Get("file"), Code: f.Line("code"), Pupil: pupilOf(f, "pupil")}
	return q.Answer(f, func() (string, error) {
		t, _, err := p.Cases.Register(q.Context(), q.Actor, in)
		return path(t) + "?gjort=mottatt", err
	}, func(code int, f *web.Form) error { return p.askIncoming(q, code, f) })
}

// shutNote says that the school is shut today, that the duties go on, and who
// has it meanwhile.
func (p *Pages) shutNote(q *web.Req) (*web.Note, error) {
	var until tilhor.Date
	var names []string
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		until, names, err = p.Cases.Shut(tx, q.Actor, q.Now)
		return err
	})
	if err != nil || until == "" {
		return nil, err
	}
	n := &web.Note{Color: "info", Title: q.T.T("life.shut", "date", q.T.DayMonth(until)), Text: q.T.T("life.shut.nobody")}
	if len(names) > 0 {
		n.Text = q.T.T("life.shut.who", "who", q.T.List(names))
	}
	return n, nil
}
