package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/handover"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// handoverRoutes are the pages of what goes to Statsforvalteren.
func (p *Pages) handoverRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "handover." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		track("GET", "/pakke", "package", p.pack),
		track("POST", "/pakke", "package.make", p.makePack),
		track("GET", "/statsforvalteren", "state", p.stateShow),
		track("GET", "/statsforvalteren/{steg}", "state.form", p.stateForm),
		track("POST", "/statsforvalteren/{steg}", "state.write", p.doState),
	}
}

var packPage = page("package_make")

// A packView is what a package would hold, and the making of one.
type packView struct {
	web.Frame
	Back       web.Back
	Line       string
	Heading    string
	Faults     *web.Summary
	Note       *web.Note
	Holds      web.Facts
	Held       web.Facts
	Form       *web.Form
	Action     string
	For, To    web.Field
	Answers    web.Field
	Readings   web.Field
	Made       []web.Happening
	HeldNone   string
	MakeButton web.Button
	Cancel     web.Button
}

func (p *Pages) pack(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if q.Query("for") == string(handover.ForState) && !f.Has("kind") {
		f.Set("kind", string(handover.ForState)) // the reader came from the letter it answers
	}
	return p.askPack(q, http.StatusOK, f)
}

func (p *Pages) askPack(q *web.Req, code int, f *web.Form) error {
	c, err := p.Handover.Look(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w, name := q.T, short(q.T, c.Track)
	say := func(key string, kv ...any) string { return w.T("handover.make."+key, append(kv, "name", name)...) }
	back := web.Back{Href: path(c.Track), Text: w.T("school.track.back", "name", lang.Cap(name))}
	v := packView{
		Back: back, Line: line(w, c.Track), Heading: say("title"), Faults: web.SummaryOf(w, f.Faults), Form: f, Action: q.R.URL.Path,
		MakeButton: web.Button{Text: say("do"), Icon: "Download"}, Cancel: web.Button{Text: w.T("do.cancel"), Href: back.Href, Kind: "tertiary"},
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	if v.Faulty {
		v.Langs = nil
	}
	switch {
	case c.Track.Shielded:
		v.Note = &web.Note{Color: "warning", Title: say("guarded"), Text: say("guarded-text") + " " + say("locked"), Href: path(c.Track, "skjerming") + "#unlock", Link: w.T("children.guard.unlock")}
	case c.Guarded:
		v.Note = &web.Note{Color: "warning", Title: say("guarded"), Text: say("guarded-text")}
	case !c.Ready:
		v.Note = &web.Note{Color: "info", Title: w.T("handover.fault.unsigned")}
	}
	holds := func(key string, n int) {
		v.Holds.Items = append(v.Holds.Items, web.Fact{Term: w.T("handover.page." + key), Text: w.T("handover.make.n."+key, "n", n)})
	}
	holds("chronology", c.Records)
	holds("plans", c.Plans)
	v.Holds.Items = append(v.Holds.Items, web.Fact{Term: w.T("handover.page.voices"), Text: say("n.voices", "n", c.Own) + " " + w.T("handover.make.n.others", "n", c.Others)})
	holds("findings", c.Findings)
	holds("evaluations", c.Evals)
	holds("notices", c.Notices)
	holds("duties", c.Duties)
	if c.Forces > 0 {
		holds("forces", c.Forces)
	}
	if c.Files > 0 {
		holds("attached", c.Files)
	}
	if c.Ready {
		v.Holds.Items = append(v.Holds.Items, web.Fact{Term: say("proof"), Text: w.T("handover.make.n.entries", "n", c.Entries)})
	}
	for _, why := range handover.Reasons {
		if n := c.Withheld[why]; n > 0 {
			v.Held.Items = append(v.Held.Items, web.Fact{Term: say("held." + string(why)), Text: w.T("handover.passages", "n", n)})
		}
	}
	if len(v.Held.Items) == 0 {
		v.HeldNone = say("held-none")
	}
	v.For = radios(w, f, "kind", say("for"), string(handover.ForState), "handover.make.state", string(handover.ForFamily), "handover.make.family").F
	home, err := p.Cases.HomeOf(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	v.To = guardianField(w, f, "to", w.T("home.package.to"), home)
	v.To.Help, v.To.Mark = w.T("home.package.to-help"), w.T("home.package.to-mark")
	own := func(id tilhor.PersonID, label string) {
		v.To.Options = append(v.To.Options, web.Option{Value: string(id), Label: label, Checked: f.Get("to") == string(id)})
	}
	may, err := p.Cases.MayTell(q.Context(), q.Actor, q.Path("spor"), c.Track.Pupil)
	if err != nil {
		return err
	}
	if may.May == roster.TellAll {
		own(c.Track.Pupil, w.T("home.package.pupil"))
	}
	own(cases.Barnevern, w.T("home.package.barnevern"))
	v.Answers = area(w, f, "answers", say("answers"), say("answers-help"), 3).F
	v.Readings = f.Field(w, "readings", say("readings"))
	v.Readings.Help = say("readings-help")
	v.Readings.Options = f.Options("readings", "yes", say("readings"))
	for _, r := range c.Made {
		v.Made = append(v.Made, web.Happening{
			When: w.Moment(r.When), DateTime: machine(r.When), Title: lang.Cap(w.T("handover.make.made."+r.Answer, "who", r.Name)),
			Text: lines(r.Text["reason"], w.T("handover.hash")+": "+r.Ref),
		})
	}
	return q.RenderStatus(code, packPage, v)
}

// makePack makes the package and gives it as the answer: it stands in the record
// before its first byte is sent, and lies nowhere afterwards.
func (p *Pages) makePack(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	made, err := p.Handover.Make(q.Context(), q.Actor, q.Path("spor"), handover.Order{
		Kind: handover.Kind(f.Get("kind")), To: tilhor.PersonID(f.Line("to")), Answers: f.Get("answers"), Readings: f.Ticked("readings", "yes"), Lang: q.Lang,
		Owner: q.Kit.Owner.Name, School: q.School(), Maker: q.Who(),
	})
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return p.askPack(q, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.Send(web.File{Name: made.Name, Kind: "application/zip", Size: made.Size, Body: made})
}
