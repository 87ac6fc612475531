package school

import (
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// The home of a pupil (hjemmet): who is there, what each may be told and why,
// and what a person has decided about it. It is the pupil's, not one case's.

func (p *Pages) homePage(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showHome(q, http.StatusOK, f)
}

func (p *Pages) showHome(q *web.Req, code int, f *web.Form) error {
	h, err := p.Cases.Home(q.Context(), q.Actor, q.Path("spor"))
	if err != nil {
		return err
	}
	w, who := q.T, short(q.T, h.Track)
	v := sectionsView{
		Back: web.Back{Href: path(h.Track), Text: w.T("school.track.back", "name", lang.Cap(who))}, Line: line(w, h.Track),
		Heading: w.T("home.title"), Lead: w.T("home.lead", "name", who), Done: doneNote(q, "hjemmet"),
	}
	for _, g := range h.Guardians {
		if g.Due {
			n := web.Note{Color: "warning", Title: w.T("home.due", "who", guardianName(w, g), "date", w.Date(g.Review)), Text: w.T("home.due-text")}
			if h.Lead { // for whom the form is there
				n.Href, n.Link = "#taushet", w.T("home.due-link")
			}
			v.Notes = append(v.Notes, n)
		}
	}
	if h.Care != nil {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("home.care"), Text: w.T("home.care-text")})
	}
	if h.Fifteen != nil {
		v.Notes = append(v.Notes, web.Note{Color: "info", Title: w.T("home.fifteen", "name", lang.Cap(who), "date", w.Date(h.Fifteen.From)), Text: w.T("home.fifteen-text")})
	}
	v.Sections = append(v.Sections, homeSection(w, h), section{
		ID: "ser", Title: w.T("inform.title"), Note: &web.Note{Color: "info", Text: w.T("inform.lead"), Href: path(h.Track, informPath), Link: w.T("inform.link")},
	})
	if h.Lead {
		v.Sections = append(v.Sections, homeForms(q, several{q, f}, h)...)
	}
	v.Sections = append(v.Sections, decidedSection(q, h))
	return v.show(q, code, f)
}

// guardianName is what a guardian is called on a page: one whose address is
// protected is not named on any.
func guardianName(w *lang.Words, g cases.HomeGuardian) string {
	if g.Protected {
		return w.T("home.protected")
	}
	return g.Name
}

func homeSection(w *lang.Words, h cases.Home) section {
	x := section{ID: "hvem", Title: w.T("home.who")}
	if len(h.Guardians) == 0 {
		x.Empty = &web.Empty{Title: w.T("home.nobody"), Text: w.T("home.nobody-text")}
		return x
	}
	t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("home.column.who")}, {Text: w.T("home.column.may")}, {Text: w.T("home.column.why")}}}
	for _, g := range h.Guardians {
		state := web.State{Name: web.OK, Word: w.T("home.may." + g.May)}
		switch {
		case g.Due:
			state.Name = web.Late
		case g.Why == cases.WhyUnknown, g.Why == cases.WhyFifteen, g.Why == cases.WhyProtected: // somebody has to find out, or decide
			state.Name = web.Now
		case g.May == roster.TellNothing:
			state.Name = web.Lock
		}
		why := ""
		if g.Review != "" {
			why = w.T("home.review", "date", w.Date(g.Review))
		}
		key := "home.why." + g.Why
		if !h.Lead && w.Has(key+".tell") { // whoever leads the case decides it: the reader tells that one
			key += ".tell"
		}
		t.Rows = append(t.Rows, []web.Cell{{Text: guardianName(w, g), Small: w.T("home.kind." + string(g.Kind))}, {State: &state}, {Text: w.T(key), Small: why}})
	}
	x.Table = &t
	return x
}

// The forms of the page, each about one thing that a person may have decided.
var homeActs = []struct {
	do    string
	whats []string
}{
	{"ansvar", []string{cases.HasResponsibility, cases.NoResponsibility}},
	{"sperre", []string{string(roster.Barred), string(roster.NoLongerBarred)}},
	{"taushet", []string{string(roster.Secret), string(roster.NotSecret)}},
	{"fortelle", []string{string(roster.Tell)}},
	{"femten", []string{string(roster.Fifteen), string(roster.NotFifteen)}},
	{"barnevern", []string{string(roster.InCare), string(roster.NotInCare)}},
}

func homeForms(q *web.Req, s several, h cases.Home) (all []section) {
	w := q.T
	for _, act := range homeActs {
		if act.do == "fortelle" && h.Fifteen == nil && !h.Shielded {
			continue
		}
		f := s.of(act.do)
		var asked []question
		if len(act.whats) > 1 {
			var ways []string
			for _, what := range act.whats {
				ways = append(ways, what, "home.what."+what)
			}
			asked = append(asked, radios(w, f, name(act.do, "what"), w.T("home.ask."+act.do), ways...))
		}
		if act.do != "femten" && act.do != "barnevern" {
			asked = append(asked, question{Kind: "select", F: guardianField(w, f, name(act.do, "guardian"), w.T("home.guardian"), h.Guardians)})
		}
		switch act.do {
		case "sperre":
			asked = append(asked, radios(w, f, name(act.do, "basis"), w.T("home.basis"), pairs("home.basis.", roster.Bases)...))
		case "taushet":
			review := f.Field(w, name(act.do, "review"), w.T("home.review-on"))
			review.Help = w.T("home.review-help")
			asked = append(asked, radios(w, f, name(act.do, "basis"), w.T("home.secret-basis"), pairs("home.secret.", roster.SecretBases)...), question{Kind: "date", F: review})
		case "fortelle":
			asked = append(asked, radios(w, f, name(act.do, "basis"), w.T("home.ask.fortelle"), pairs("home.tell.", roster.TellBases)...))
		case "femten":
			on := f.Field(w, name(act.do, "on"), w.T("home.fifteen-on"))
			on.Help = w.T("form.date-help")
			asked = append(asked, question{Kind: "date", F: on})
		}
		asked = append(asked, area(w, f, name(act.do, "reason"), w.T("home.reason"), w.T("home.reason-help."+act.do), 3))
		form := s.form(act.do, w.T("home.do"), asked...)
		all = append(all, section{ID: act.do, Title: w.T("home.act." + act.do), Text: w.T("home.act." + act.do + ".text"), Forms: []smallForm{form.folded(w.T("home.act." + act.do + ".fold"))}})
	}
	return all
}

// guardianField asks for one of the guardians. Nobody is chosen beforehand.
func guardianField(w *lang.Words, f *web.Form, name, label string, all []cases.HomeGuardian) web.Field {
	x := f.Field(w, name, label)
	x.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, g := range all {
		x.Options = append(x.Options, web.Option{Value: string(g.ID), Label: guardianName(w, g) + ", " + strings.ToLower(w.T("home.may."+g.May)), Checked: f.Get(name) == string(g.ID)})
	}
	return x
}

func decidedSection(q *web.Req, h cases.Home) section {
	w := q.T
	x := section{ID: "avgjort", Title: w.T("home.decided")}
	if len(h.Decided) == 0 {
		x.Empty = &web.Empty{Title: w.T("home.decided.none"), Text: w.T("home.decided.none-text")}
		return x
	}
	t := web.Table{Caption: x.Title, Hidden: true, Columns: []web.Column{{Text: w.T("home.column.what")}, {Text: w.T("home.column.who")}, {Text: w.T("home.reason")}}}
	for _, d := range h.Decided {
		what := w.T("home.what." + d.What)
		for _, key := range []string{"home.basis.", "home.secret.", "home.tell."} {
			if d.Basis != "" && w.Has(key+d.Basis) && (key != "home.tell." || d.What == string(roster.Tell)) && (key != "home.secret." || d.What == string(roster.Secret)) {
				what += ": " + w.T(key+d.Basis)
				break
			}
		}
		about := d.Name
		if d.Guardian != "" && about == "" {
			about = w.T("home.protected")
		}
		if d.Hidden { // decided in a case that the reader has not
			t.Rows = append(t.Rows, []web.Cell{{Text: what}, {Text: about}, {Text: w.T("home.decided.hidden")}})
			continue
		}
		small := w.T("home.decided.by", "who", d.By, "date", w.Date(calendar.DateOf(d.At)))
		if d.By == "" { // by command, of who keeps the lists
			small = w.Date(calendar.DateOf(d.At))
		}
		t.Rows = append(t.Rows, []web.Cell{{Text: what, Small: small}, {Text: about}, {Text: d.Reason}})
	}
	x.Table = &t
	return x
}

func (p *Pages) decideHome(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(homeActs, func(a struct {
		do    string
		whats []string
	},
	) bool {
		return a.do == f.Get("do")
	})
	again := func(code int, f *web.Form) error {
		if at < 0 {
			f.Set("do", homeActs[0].do)
			for i := range f.Faults {
				f.Faults[i].Field = name(homeActs[0].do, "what")
			}
		}
		return p.showHome(q, code, f)
	}
	var x cases.HomeDecision
	if at >= 0 {
		act := homeActs[at]
		x.What = f.Get(name(act.do, "what"))
		if len(act.whats) == 1 {
			x.What = act.whats[0]
		}
		if !slices.Contains(act.whats, x.What) {
			x.What = ""
		}
		if act.do == "femten" {
			x.On = f.Day(name(act.do, "on"))
		}
		if act.do == "taushet" {
			x.Review = f.Day(name(act.do, "review"))
		}
	}
	return decided(q, f, func(_ string, get func(string) string) (string, error) {
		x := x
		x.Guardian, x.Basis, x.Reason = tilhor.PersonID(get("guardian")), get("basis"), get("reason")
		return "/saker/" + q.Path("spor") + "/hjemmet?gjort=hjemmet", p.Cases.DecideHome(q.Context(), q.Actor, q.Path("spor"), x)
	}, again)
}

// homeOf are those of the home who may be told, as the people of a track, and
// that there are others.
func (p *Pages) homeOf(q *web.Req, f cases.File) (lines []string, err error) {
	w, others := q.T, 0
	if f.Pupil != "" {
		all, err := p.Cases.HomeOf(q.Context(), q.Actor, f.Slug)
		if err != nil {
			return nil, err
		}
		for _, g := range all {
			switch {
			case g.Protected:
			case g.May != roster.TellNothing:
				lines = append(lines, g.Name)
			case g.Why == cases.WhyUnknown:
				lines = append(lines, w.T("home.unknown", "who", g.Name))
			default:
				others++
			}
		}
	}
	if others > 0 {
		lines = append(lines, w.T("home.others", "n", others))
	}
	if r := f.Last(cases.Informed); r != nil {
		return append(lines, w.T("school.people.informed", "date", day(w, r.When, q.Now))), nil
	}
	return append(lines, w.T("school.people.not-informed")), nil
}
