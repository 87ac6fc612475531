package school

import (
	"slices"
	"sort"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var trackPage = page("track")

// A trackView is the overview of a track: the situation, the child's words, the
// stages, the next step, duties and clocks, what has happened, and the people.
type trackView struct {
	web.Frame
	Head     head
	Heading  string
	Done     *web.Note
	Unknown  *web.Note
	Burst    *web.Note
	Shut     *web.Note // the school is shut, and the duties go on
	Bar      string    // why a new report to Statsforvalteren would be rejected
	Quiet    *web.Note
	Quote    *web.Quote
	Walls    []web.Note
	Next     next
	Duties   []web.Duty
	Calm     string
	Met      []web.Duty
	Windows  []window
	NoWindow string
	State    string // how it stands with Statsforvalteren
	Raise    string // where it is logged that the family took it up; "" for who may not
	Times    []web.Happening
	Do       []web.Button
	People   web.Facts
	Seen     string
	Readings string
	Others   string
	Matter   string
	More     string // what the link to the matter is called
	Tools    []web.Button
	Audit    web.Facts    // how it stands the three tests of an audit
	Rules    string       // where the rules stand in words; "" for who has no such page
	Talks    []web.Button // to the talks with who told of it
	Decides  bool         // it is for decisions alone: nothing of § 12-4 stands there
	Guard    string       // who is named for a protected pupil; "" for who may not decide it
}

// A window is the family's way to Statsforvalteren, counted both ways.
type window struct {
	Text  string
	Facts web.Facts
}

func (p *Pages) track(q *web.Req) error {
	f, err := p.see(q, "whole")
	if err != nil {
		return err
	}
	w := q.T
	v := trackView{
		Head: p.head(q, f, ""), Heading: situation(w, f, q.Now), Done: p.doneTrack(q, f), Next: nextStep(w, f, q.Now),
		Times: chronology(w, f, q.Now), Readings: path(f.Track, "lesinger"), Do: otherActs(w, f), Tools: craftTools(w, f),
	}
	v.Frame = q.Frame(v.Heading)
	if f.Pupil == "" && !f.Lead {
		v.Unknown = &web.Note{Color: "info", Title: w.T("school.track.unknown"), Text: w.T("school.track.unknown-text")}
	}
	if v.Burst, err = p.burstOf(q, f); err != nil {
		return err
	}
	if since := quietSince(f, q.Now); since != "" {
		v.Quiet = &web.Note{Color: "warning", Title: lang.Cap(w.T("school.is.quiet", "name", v.Head.Name, "date", w.DayMonth(since))), Text: w.T("school.track.quiet-text")}
	}
	v.Quote = quote(w, f, q)
	v.Walls = wallNotes(w, f)
	v.Duties, v.Met = dutyRows(w, f, q)
	if !f.Works {
		v.onlyRead()
	}
	if len(v.Duties) == 0 {
		v.Calm = w.T("school.track.calm")
	}
	if !f.Over() {
		if v.Shut, err = p.shutNote(q); err != nil {
			return err
		}
	}
	if f.State == cases.Left {
		v.Bar = w.T("life.window.left", "name", v.Head.Name)
	}
	v.Windows = windows(w, f, today(q))
	if len(v.Windows) == 0 {
		v.NoWindow = w.T("school.window.none")
	}
	if p.Dialogue != nil {
		talks, err := p.Dialogue.Of(q.Context(), q.Actor, f.ID)
		if err != nil {
			return err
		}
		v.Talks = talkLinks(w, talks)
	}
	v.State = path(f.Track, "statsforvalteren")
	if f.Lead {
		v.Raise = path(f.Track, "tatt-opp")
	}
	v.Audit = auditOf(w, f, q)
	if f.AboutDecisions() {
		v.onlyDecides(f)
	}
	if f.Lead {
		leads, err := p.Cases.Leads(q.Context(), q.Actor)
		if err != nil {
			return err
		}
		if leads && q.Actor.School == f.School {
			v.Rules = auditPath
		}
	}
	if v.People, err = p.people(q, f); err != nil {
		return err
	}
	if f.LastSeen != nil {
		if f.LastSeen.Role == cases.RoleOperator {
			f.LastSeen.Name = w.T("role.operator")
		}
		if f.LastSeen.Name == "" && f.LastSeen.Role == tilhor.RoleParent {
			f.LastSeen.Name = w.T("home.protected")
		}
		v.Seen = w.T("school.track.seen", "who", f.LastSeen.Name, "when", w.Near(f.LastSeen.At, q.Now))
	}
	if f.Shielded && f.Lead {
		v.Guard = path(f.Track, "skjerming")
	}
	switch {
	case f.Siblings > 0:
		v.Others, v.Matter, v.More = w.T("school.track.others", "n", f.Siblings), path(f.Track, "sammenheng"), w.T("school.track.matter")
	case f.Works && !f.Over() && !f.AboutDecisions():
		v.Others, v.Matter, v.More = w.T("children.alone"), path(f.Track, "sammenheng"), w.T("children.exposed.fold")
	}
	return q.Render(trackPage, v)
}

// burstOf says to who works a case about somebody unknown that what it began with is one
// of many about one child.
func (p *Pages) burstOf(q *web.Req, f cases.File) (*web.Note, error) {
	if f.Pupil != "" || !f.Works {
		return nil, nil
	}
	asked := 0
	for _, r := range f.Of(cases.Told) {
		if !concerns.Channel(r.Answer).Quiet() {
			continue
		}
		if asked++; asked > 3 { // each looks at all that came near it, and a flood must not slow the page
			break
		}
		often, err := p.Concerns.BurstOf(q.Context(), q.Actor, tilhor.ConcernID(r.Ref))
		if err != nil {
			return nil, err
		}
		if len(often) > 0 {
			return burst(q.T, often), nil
		}
	}
	return nil, nil
}

// onlyDecides takes away what belongs to a case under § 12-4.
func (v *trackView) onlyDecides(f cases.File) {
	v.Decides, v.Walls, v.Audit = true, nil, web.Facts{}
	not := map[string]bool{path(f.Track, "strakstiltak"): true, path(f.Track, "tatt-opp"): true, path(f.Track, "alvorlig"): true}
	v.Do = slices.DeleteFunc(v.Do, func(b web.Button) bool { return not[b.Href] })
}

// onlyRead takes away what leads to a form: who reads in an emergency, or to
// advise the owner, has no next step in the case.
func (v *trackView) onlyRead() {
	v.Next.Do, v.Next.Gate = web.Button{}, nil
	for i := range v.Duties {
		v.Duties[i].Href = ""
	}
	if v.Quote != nil {
		v.Quote.Href, v.Quote.Link = "", ""
	}
}

// quote is the pupil's newest words, unchanged, and where they stand.
func quote(w *lang.Words, f cases.File, q *web.Req) *web.Quote {
	words, r := f.Quote()
	if r == nil {
		return nil
	}
	x := &web.Quote{Text: words}
	to := r.Name
	switch r.Kind {
	case cases.Told, cases.Exposed:
		if r.Text["from"] != "" {
			to = r.Text["from"]
		}
	case cases.Voice:
		x.Href, x.Link = path(f.Track, stageTalks)+"#"+string(r.ID), w.T("school.track.whole-talk")
	case cases.Evaluated:
		x.Href, x.Link = path(f.Track, stageEvaluate), w.T("school.track.whole-evaluation")
	}
	if !f.Works { // both are pages with forms
		x.Href, x.Link = "", ""
	}
	x.By = w.T("school.track.said-to", "name", lang.Cap(short(w, f.Track)), "who", to, "when", moment(w, r.When, q))
	if ch := concerns.Channel(r.Answer); r.Kind == cases.Told && ch.Said() {
		x.By = wroteIt(w, ch, r.Text["from"], moment(w, r.When, q))
	}
	for _, s := range amended(w, f, *r) {
		x.By += " · " + s
	}
	return x
}

// moment is when something was said, as one says it today.
func moment(w *lang.Words, at tilhor.When, q *web.Req) string {
	if at.Precision == tilhor.Exact {
		return w.Near(at.At, q.Now)
	}
	return w.Moment(at)
}

// dutyPages is where each duty is met.
var dutyPages = map[law.ID]string{
	"k12.hear": stageTalks, "k12.investigate": stageInquiry, "k12.best": "elevens-beste", "k12.plan": stagePlan, "k12.measures": "strakstiltak",
	"k12.evaluate": stageEvaluate, "k12.inform": "skriv?hva=statsforvalteren", "k12.document": "skriv", "k12.watch": "etterkontroll",
	"k12.sf_docs": "statsforvalteren", "k12.sf_order": "statsforvalteren", "k12.move": "vedtak", "k12.expel": "vedtak",
}

// dutyRows are the duties that stand, the most urgent first, and apart from
// them those that are met.
func dutyRows(w *lang.Words, f cases.File, q *web.Req) (standing, met []web.Duty) {
	all := append([]duty.Duty(nil), f.Duties...)
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i].Stored(), all[j].Stored()
		if a.Urgency() != b.Urgency() {
			return a.Urgency() < b.Urgency()
		}
		return a.FirstOn != "" && (b.FirstOn == "" || a.FirstOn < b.FirstOn)
	})
	for _, d := range all {
		s := d.Stored()
		if s.ID == "k12.sf_window" { // stands by itself, counted both ways
			continue
		}
		row := web.DutyRowOf(w, d, q.Now)
		row.Meta = append([]string{bearer(w, f, d.Bearer)}, row.Meta...)
		switch {
		case s.Standing():
			if page := dutyPages[d.ID]; page != "" {
				row.Href = path(f.Track, page)
			}
			if d.ID == "k12.measures" && (f.Current() != nil || f.Draft != nil) {
				row.Href = path(f.Track, stagePlan)
			}
			if d.ID == "k12.watch" && f.CheckOn == "" {
				row.Href = ""
			}
			standing = append(standing, row)
		case s.State == duty.Ended:
		default:
			row.When = w.T("school.duty.met", "date", w.NearDay(calendar.DateOf(d.MetAt), today(q)))
			met = append(met, row)
		}
	}
	return standing, met
}

// bearer is who has the duty: by name when the school's duty has been given to
// somebody.
func bearer(w *lang.Words, f cases.File, b law.Bearer) string {
	if (b == law.School || b == law.Responsible) && f.Stand != "" {
		return f.Stands
	}
	if (b == law.School || b == law.Responsible) && f.Has != "" {
		return f.Has
	}
	if key := "school.bearer." + string(b); w.Has(key) {
		return w.T(key)
	}
	return w.T("school.bearer.school")
}

// windows tell the family's way to Statsforvalteren both ways: the act's
// calendar week and the five arbeidsdager of practice (§ 12-6).
func windows(w *lang.Words, f cases.File, today tilhor.Date) (all []window) {
	for _, x := range f.Windows {
		v := window{Facts: web.Facts{Stack: true, Items: []web.Fact{
			{Term: w.T("school.window.raised"), Text: w.Date(x.RaisedAt)},
			{Term: w.T("school.window.week"), Text: w.Date(x.CalendarWeek)},
			{Term: w.T("school.window.days"), Text: w.Date(x.Arbeidsdager)},
		}}}
		v.Text = w.T("school.window.waits", "date", w.DayMonth(x.CalendarWeek))
		if today > x.CalendarWeek {
			v.Text = w.T("school.window.open")
		}
		all = append(all, v)
	}
	return all
}

// people are those around the pupil.
func (p *Pages) people(q *web.Req, f cases.File) (web.Facts, error) {
	w, lead := q.T, f.Lead
	all, err := p.employeesAt(q, f.School)
	if err != nil {
		return web.Facts{}, err
	}
	has := web.Fact{Term: w.T("school.people.has"), Text: w.T("school.people.nobody")}
	if f.Has != "" {
		has.Text = withRole(w, all, f.Handler, f.Has)
	}
	if f.Away != "" {
		has.Text = hasNow(w, f.Track)
	}
	if f.Gone != "" {
		has.Text = w.T("life.gone", "who", f.Gone)
	}
	if lead && !f.Over() {
		has.Href, has.Link, has.Hidden = path(f.Track, "ansvar"), w.T("form.change"), w.T("school.people.has")
	}
	facts := web.Facts{Stack: true, Items: []web.Fact{has}}
	add := func(key string, names []string) {
		if len(names) > 0 {
			facts.Items = append(facts.Items, web.Fact{Term: w.T(key), Text: strings.Join(names, " · ")})
		}
	}
	add("school.people.decides", rektors(all))
	add("school.people.carries", doers(w, f))
	home, err := p.homeOf(q, f)
	if err != nil {
		return web.Facts{}, err
	}
	add("school.people.home", home)
	if f.Home {
		x := &facts.Items[len(facts.Items)-1]
		x.Href, x.Link = path(f.Track, "hjemmet"), w.T("home.link")
	}
	if r := ownTalk(f); r != nil && r.Text["how"] != "" && r.Text["how"] != "none" && w.Has("stage.talk.how."+r.Text["how"]) {
		add("school.people.help", []string{w.T("stage.talk.how." + r.Text["how"])})
	}
	sent, err := p.inArchive(q, f)
	facts.Items = append(facts.Items, sent...)
	return facts, err
}

func withRole(w *lang.Words, all []roster.Employee, id tilhor.PersonID, name string) string {
	for _, e := range all {
		if e.ID == id {
			return employeeName(w, e)
		}
	}
	return name
}

func rektors(all []roster.Employee) (names []string) {
	for _, e := range all {
		for _, r := range e.Roles {
			if r == tilhor.RoleRektor {
				names = append(names, e.Name)
			}
		}
	}
	return names
}

// doers are those who carry out a measure now.
func doers(w *lang.Words, f cases.File) (names []string) {
	seen := map[string]bool{"": true}
	for _, m := range f.Measures {
		if m.Running && !seen[m.Name] {
			seen[m.Name] = true
			if m.Gone {
				names = append(names, gone(w, m))
				continue
			}
			names = append(names, m.Name)
		}
	}
	return names
}

// otherActs are what else can be done; the next step has the one primary button.
func otherActs(w *lang.Words, f cases.File) []web.Button {
	acts := []web.Button{{Text: w.T("school.do.write"), Href: path(f.Track, "skriv"), Kind: "secondary", Icon: "NotePencil"}}
	if !f.Over() {
		acts = append(acts, web.Button{Text: w.T("school.do.protect"), Href: path(f.Track, "strakstiltak"), Kind: "secondary", Icon: "ShieldLock"})
	}
	acts = append(acts, lifeActs(w, f)...)
	if f.Lead {
		acts = append(acts, web.Button{Text: w.T("school.do.package"), Href: path(f.Track, "pakke"), Kind: "tertiary", Icon: "Download"})
		acts = append(acts, web.Button{Text: w.T("school.do.raise"), Href: path(f.Track, "tatt-opp"), Kind: "tertiary", Icon: "Phone"})
	}
	acts = append(acts, web.Button{Text: w.T("insight.do.correct"), Href: path(f.Track, "retting"), Kind: "tertiary", Icon: "NotePencil"},
		web.Button{Text: w.T("insight.do.insight"), Href: path(f.Track, "innsyn"), Kind: "tertiary", Icon: "Eye"})
	if f.Lead {
		acts = append(acts, web.Button{Text: w.T("insight.do.stop"), Href: path(f.Track, "sperre"), Kind: "tertiary", Icon: "PadlockLocked"})
	}
	if f.State != cases.Open && !f.AboutDecisions() {
		acts = append(acts, web.Button{Text: w.T("school.do.reopen"), Href: path(f.Track, "apne"), Kind: "tertiary"})
	}
	if !f.Works { // who only reads it
		acts = nil
	} else {
		acts = append(acts, wallActs(w, f)...)
	}
	return append(acts, web.Button{Text: w.T("do.print"), Href: path(f.Track, "utskrift"), Kind: "tertiary", Icon: "PrinterSmall"})
}
