package family

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/say"
)

// given are those who can have a case: whoever does, opens it together with the
// child.
var given = append(slices.Clone(tilhor.StaffRoles), tilhor.RoleOwnerAdviser)

func (p *Pages) mineRoutes() []web.Route {
	pupil := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: minePath + path, Name: "family.mine" + name, Roles: []tilhor.Role{tilhor.RolePupil}, Case: true, Sensitive: true, Serve: serve}
	}
	together := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}/sammen" + path, Name: "family.together" + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		pupil("GET", "", "", p.mine),
		pupil("GET", "/apne", ".open", p.open),
		pupil("POST", "/apne", ".open.try", p.tryOpen),
		pupil("POST", "/lukk", ".close", p.closeMine),
		pupil("GET", "/velg", ".choose", p.choose),
		pupil("POST", "/velg", ".choose.do", p.doChoose),
		pupil("GET", "/sak", ".case", p.mineCase),
		pupil("GET", "/sak/ord", ".words", p.mineWords),
		pupil("POST", "/sak/ord", ".words.answer", p.doMineWords),
		pupil("GET", "/sak/trygt", ".better", p.mineBetter),
		pupil("POST", "/sak/trygt", ".better.say", p.doMineBetter),
		together("GET", "", "", p.together),
		together("POST", "", ".open", p.openTogether),
		together("GET", "/ord", ".words", p.mineWords),
		together("POST", "/ord", ".words.answer", p.doMineWords),
		together("GET", "/trygt", ".better", p.mineBetter),
		together("POST", "/trygt", ".better.say", p.doMineBetter),
		together("GET", "/bilder", ".pictures", p.pictures),
		together("POST", "/bilder", ".pictures.agree", p.doPictures),
	}
}

// mine is where a pupil's day begins. It is the same for every pupil of an age:
// whether there is a case is not told before it is opened. Below the eighth year no
// case can be opened alone, and the page does not begin with what cannot be done.
func (p *Pages) mine(q *web.Req) error {
	level, err := p.Cases.MineLevel(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	tell := block{ID: "si", Title: w.T("mine.tell"), Text: []string{w.T("mine.tell.text")}, Buttons: telling(w)}
	help := block{ID: "hjelp", Title: w.T("mine.help"), Text: []string{w.T("mine.help.text")}, Buttons: []web.Button{{Text: w.T("mine.rights"), Href: "/hjelp", Kind: "secondary"}}}
	idea := block{ID: "innspill", Title: w.T("mine.idea"), Text: []string{w.T("mine.idea.text")}, Buttons: []web.Button{{Text: w.T("mine.idea.button"), Href: "/innspill", Kind: "secondary"}}}
	v := blocksView{Heading: w.T("mine.title"), Lead: w.T("mine.lead")}
	if level == roster.Teen {
		open := block{ID: "apne", Title: w.T("mine.open.h2"), Text: []string{w.T("mine.open.text")}, Buttons: []web.Button{{Text: w.T("mine.open.button"), Href: openPath}}}
		v.Blocks = []block{open, tell, idea, help}
		return v.show(q)
	}
	tell.Buttons[0].Kind = "" // what comes first here
	open := block{ID: "apne", Title: w.T("mine.open.h2"), Text: []string{w.T("mine." + level + ".open.adult")}}
	v.Blocks = []block{tell, open, idea, help}
	return v.show(q)
}

// telling leads to where one tells, and to what one has told.
func telling(w *lang.Words) []web.Button {
	return []web.Button{{Text: w.T("mine.tell.button"), Href: "/min/si", Kind: "secondary"}, {Text: w.T("mine.tell.told"), Href: "/min/sagt", Kind: "tertiary"}}
}

// open asks for the four pictures, one at a time, of who has just signed in.
func (p *Pages) open(q *web.Req) error { return p.askPictures(q, http.StatusOK, web.NewForm(), false) }

// towards is where the reader was going.
func towards(q *web.Req, f *web.Form) string {
	if q.R.Method == http.MethodPost {
		return onwards(f.Get(fieldTo))
	}
	return onwards(q.Query(fieldTo))
}

func (p *Pages) askPictures(q *web.Req, code int, f *web.Form, again bool) error {
	to := towards(q, f)
	fresh, err := q.Fresh(freshFor)
	if err != nil {
		return err
	}
	if !fresh {
		return askAnew(q, to)
	}
	if ofTold(to) {
		if opened, err := p.openTold(q, to); err != nil || opened {
			return err
		}
	}
	x := picking{back: minePath, heading: "mine.pick", lead: q.T.T("mine.pick.lead"), again: again, tell: true}
	if to != "" {
		x.hidden = append(x.hidden, struct{ Name, Value string }{fieldTo, to})
	}
	if again { // whatever was wrong, and whether there is anything to open
		if x.who, err = whom(q); err != nil {
			return err
		}
	}
	return p.pick(q, code, f, x)
}

// whom are the adults at the school to go to for new pictures, when the one they were
// made with is not there.
func whom(q *web.Req) (string, error) {
	all, err := say.Known(q, roster.School{ID: q.Actor.School})
	var names []string
	for _, a := range all {
		names = append(names, a.Name)
	}
	if len(names) == 0 {
		names = []string{q.T.T("mine.an-adult")}
	}
	return q.T.T("mine.pick.who", "names", q.T.List(names)), err
}

// openTold opens what was told where no pictures were agreed on, and goes there.
func (p *Pages) openTold(q *web.Req, to string) (bool, error) {
	at, opened, err := p.Cases.OpenTold(q.Context(), q.Actor)
	if err != nil || !opened {
		return false, err
	}
	if err := openWindow(q, at); err != nil {
		return true, err
	}
	return true, q.See(to)
}

// askAnew asks the pupil to sign in once more; or says what to do when that was
// done and nobody vouches for it.
func askAnew(q *web.Req, to string) error {
	un, err := q.Unvouched()
	if err != nil {
		return err
	}
	w, way := q.T, openPath
	if to != "" {
		way += "?" + url.Values{fieldTo: {to}}.Encode()
	}
	v := blocksView{Back: &web.Back{Href: minePath, Text: w.T("parent.back")}, Heading: w.T("mine.again.title"), Lead: w.T("mine.again.lead")}
	v.Buttons = []web.Button{{Text: w.T("mine.again.button"), Href: web.AnewPath(way)}}
	if ofTold(to) {
		v.Lead = w.T("mine.again.told")
	}
	if inAddress(to, "kladd") != "" {
		v.Lead += " " + w.T("mine.again.kept")
	}
	if un {
		v.Heading, v.Lead = w.T("mine.unvouched.title"), w.T("mine.unvouched.lead")
		v.Buttons = []web.Button{{Text: w.T("mine.unvouched.button"), Href: web.AnewPath(way)}, {Text: w.T("mine.tell.button"), Href: "/min/si", Kind: "secondary"}}
	}
	return v.show(q)
}

// A picking asks for one of the twelve pictures.
type picking struct {
	back, heading, lead string
	again               bool // from the first, after what was wrong
	tell                bool // with the way to tell, for who has nothing to open here
	who                 string
	hidden              []struct{ Name, Value string }
}

func (p *Pages) pick(q *web.Req, code int, f *web.Form, x picking) error {
	w := q.T
	n := 1
	if !x.again {
		n = len(chosen(f)) + 1
	}
	name := "p" + strconv.Itoa(n)
	field := f.Field(w, name, w.T(x.heading, "n", n))
	if x.again {
		field.Error = web.FaultAt(w, f.Faults, "p4")
		for i := range f.Faults {
			f.Faults[i].Field = name
		}
	}
	for _, pic := range cases.Pictures {
		field.Options = append(field.Options, web.Option{Value: pic, Label: w.T("mine.pic." + pic), Picture: pic})
	}
	v := pickView{Back: web.Back{Href: x.back, Text: w.T("parent.back")}, Heading: w.T(x.heading, "n", n), Lead: x.lead, Field: field, Button: web.Button{Text: w.T("mine.pick.next")}}
	if !x.again {
		for i, c := range chosen(f) {
			v.Before = append(v.Before, struct{ Name, Value string }{"p" + strconv.Itoa(i+1), c})
		}
	}
	v.Before = append(v.Before, x.hidden...)
	v.Whom = x.who
	if x.tell {
		v.Tell = w.T("mine.pick.tell")
	}
	v.Frame = q.Frame(v.Heading)
	v.Form, v.Action = f, q.R.URL.Path
	v.Faulty = code == http.StatusUnprocessableEntity
	v.Faults = web.SummaryOf(w, f.Faults)
	if q.R.Method != http.MethodGet {
		v.Langs = nil
	}
	v.Surface, v.Nav = web.Public, nil
	return q.RenderStatus(code, pickPage, v)
}

// chosen are the pictures chosen so far, in their order.
func chosen(f *web.Form) (all []string) {
	for i := range 4 {
		c := f.Get("p" + strconv.Itoa(i+1))
		if !slices.Contains(cases.Pictures, c) {
			break
		}
		all = append(all, c)
	}
	return all
}

type pickView struct {
	web.Frame
	Back          web.Back
	Heading, Lead string
	Faults        *web.Summary
	Form          *web.Form
	Action        string
	Before        []struct{ Name, Value string }
	Field         web.Field
	Button        web.Button
	Tell          string // the words of the way to tell
	Whom          string // to go to for new pictures
}

// nextPicture goes on to the next one; all four are given to act.
func (p *Pages) nextPicture(q *web.Req, act func(f *web.Form, code []string) error, ask func(code int, f *web.Form, again bool) error) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	code := chosen(f)
	if len(code) < 4 {
		next := "p" + strconv.Itoa(len(code)+1)
		if f.Get("steg") == next || len(code) == 0 { // sent without choosing
			f.Faults.Add(true, next, "mine.fault.pick")
			return ask(http.StatusUnprocessableEntity, f, false)
		}
		return ask(http.StatusOK, f, false)
	}
	err = act(f, code)
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return ask(http.StatusUnprocessableEntity, f, true)
	}
	return err
}

func (p *Pages) tryOpen(q *web.Req) error {
	fresh, err := q.Fresh(freshFor)
	if err != nil {
		return err
	}
	if !fresh {
		return q.See(openPath)
	}
	return p.nextPicture(q, func(f *web.Form, code []string) error {
		o, err := p.Cases.OpenMine(q.Context(), q.Actor, code)
		if err != nil {
			return err
		}
		to := onwards(f.Get(fieldTo))
		var slugs []string
		for _, t := range o.Tracks {
			slugs = append(slugs, t.Slug)
		}
		if of := inAddress(to, "sak"); slices.Contains(slugs, of) { // the one that was looked at
			slugs = append([]string{of}, slugs...)
		} else if len(slugs) > 1 {
			slugs = append([]string{unchosen}, slugs...)
		}
		if err := openWindow(q, o.At, slugs...); err != nil {
			return err
		}
		if to == "" {
			to = casePath
		}
		return q.See(to)
	}, func(code int, f *web.Form, again bool) error { return p.askPictures(q, code, f, again) })
}

// choose asks which case to look at, when the pictures open several: by the day
// each began, and by nothing that tells what it is about.
func (p *Pages) choose(q *web.Req) error { return p.askCase(q, http.StatusOK, web.NewForm()) }

func (p *Pages) askCase(q *web.Req, code int, f *web.Form) error {
	v, err := windowOf(q)
	if err != nil {
		return closed(q, err)
	}
	all, err := p.Cases.MineTracks(q.Context(), q.Actor, v.all())
	if err != nil {
		return err
	}
	w := q.T
	x := f.Field(w, "sak", w.T("mine.choose"))
	for i, t := range all {
		x.Options = append(x.Options, web.Option{Value: t.Slug, Label: w.T("mine.choose.one", "n", i+1, "date", t.Begun), Checked: f.Ticked("sak", t.Slug)})
	}
	leaves(q, minePath)
	b := formView{
		Back: web.Back{Href: minePath, Text: w.T("parent.back")}, Heading: w.T("mine.choose"),
		Questions: []question{{Kind: "radios", F: x}}, Buttons: []web.Button{{Text: w.T("mine.choose.button")}},
	}
	b.Frame = q.Frame(b.Heading)
	b.Surface, b.Nav, b.Exit = web.Public, nil, true
	return b.show(q, code, f)
}

func (p *Pages) doChoose(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	v, err := windowOf(q)
	if err != nil {
		return closed(q, err)
	}
	one := f.Get("sak")
	if !slices.Contains(v.all(), one) {
		f.Faults.Add(true, "sak", "mine.fault.choose")
		return p.askCase(q, http.StatusUnprocessableEntity, f)
	}
	if err := openWindow(q, v.began, append([]string{one}, v.all()...)...); err != nil {
		return err
	}
	return q.See(casePath)
}

func (p *Pages) closeMine(q *web.Req) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	if _, err := x.Pop(keyOpened); err != nil {
		return err
	}
	return q.See(minePath)
}

// opened is the case that stands open on this screen: the child's, for five
// minutes after the pictures were shown, or for as long after an adult opened it
// together with the child. Whoever may not open it is not told that it is closed.
func (p *Pages) opened(q *web.Req) (slug, base string, v window, err error) {
	if q.Actor.Role != tilhor.RolePupil {
		slug, base = q.Path("spor"), togetherPath(q)
		if err := p.Cases.MayOpenTogether(q.Context(), q.Actor, slug); err != nil {
			return "", "", v, err
		}
		if v, err = windowOf(q); err == nil && v.chosen() != slug {
			err, q.Open = errClosed, 0
		}
		return slug, base, v, err
	}
	if v, err = windowOf(q); err != nil {
		return "", "", v, err
	}
	switch slug = v.chosen(); {
	case slug != "":
		return slug, casePath, v, nil
	case len(v.all()) > 1:
		return "", "", v, errChoose
	}
	return "", "", v, errClosed // what was told stands open, and no case
}

// own is the case that stands open, or the way back to the page that is the same
// for everyone.
func (p *Pages) own(q *web.Req) (v cases.MineFile, base string, open window, err error) {
	slug, base, open, err := p.opened(q)
	if err != nil {
		return v, "", open, err
	}
	v, err = p.Cases.Own(q.Context(), q.Actor, slug, open.began)
	return v, base, open, err
}

// closed sends whoever has nothing open back to the beginning.
func closed(q *web.Req, err error) error {
	switch {
	case errors.Is(err, errClosed) && q.Actor.Role != tilhor.RolePupil:
		return q.See(togetherPath(q))
	case errors.Is(err, errClosed):
		return q.See(minePath)
	case errors.Is(err, errChoose):
		return q.See(choosePath)
	}
	return err
}

// late is closed for who was writing: the words are kept, and stand there again
// when the case is opened once more.
func (p *Pages) late(q *web.Req, err error) error {
	if !errors.Is(err, errClosed) || q.R.Method != http.MethodPost {
		return closed(q, err)
	}
	of := ""
	if f, err := q.Form(); err == nil {
		of = f.Get("sak")
	}
	return p.keepAndOpen(q, q.R.URL.Path, of)
}

// mineFrame is the frame of a child's page, also in an adult's session: large,
// without a menu; and for one who is strictly protected without names of places.
func mineFrame(q *web.Req, v cases.MineFile, heading string) web.Frame {
	f := q.Frame(heading)
	if v.Bare {
		f = stripped(q, heading)
	}
	f.Surface, f.Nav, f.Exit, f.Level = web.Public, nil, true, v.Level
	return f
}

// togetherPath is the child's page in the session of the adult who has the case.
func togetherPath(q *web.Req) string { return "/saker/" + q.Path("spor") + "/sammen" }

// together is the child's page; or, when it is not open, a page that names nobody,
// where it is opened. There the browser goes when five minutes are over: what comes
// after must not be another child's case, with this child beside the screen.
func (p *Pages) together(q *web.Req) error {
	_, base, _, err := p.opened(q)
	if !errors.Is(err, errClosed) {
		return p.mineCase(q)
	}
	w, f := q.T, web.NewForm()
	v := formView{
		Frame: stripped(q, w.T("mine.together")), Back: web.Back{Href: strings.TrimSuffix(base, "/sammen"), Text: w.T("mine.together.back")},
		Heading: w.T("mine.together"), Lead: w.T("mine.together.lead"), Buttons: []web.Button{{Text: w.T("mine.together.open")}},
	}
	if to := q.Query(fieldTo); to != "" {
		v.Lead, v.Hidden = w.T("mine.again.kept"), []struct{ Name, Value string }{{fieldTo, to}}
	}
	v.Surface, v.Exit = web.Public, true
	return v.show(q, http.StatusOK, f)
}

// openTogether opens it, for five minutes.
func (p *Pages) openTogether(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, base, _, err := p.opened(q)
	if err != nil && !errors.Is(err, errClosed) {
		return err
	}
	if err := openWindow(q, q.Now, slug); err != nil {
		return err
	}
	if u, err := url.Parse(f.Get(fieldTo)); err == nil && (u.Path == base+"/ord" || u.Path == base+"/trygt") {
		return q.See((&url.URL{Path: u.Path, RawQuery: u.Query().Encode()}).String())
	}
	return q.See(base)
}

// key is a text in the words of the reader's age.
func key(v cases.MineFile, name string) string { return "mine." + v.Level + "." + name }

func (p *Pages) mineCase(q *web.Req) error {
	v, base, open, err := p.own(q)
	if err != nil {
		return closed(q, err)
	}
	away := minePath
	if base != casePath {
		away = base
	}
	leaves(q, away)
	w := q.T
	b := blocksView{Heading: w.T(key(v, "title"), "name", v.Name), Lead: mineNext(w, v)}
	if said := q.Query("sagt"); said == "ord" || said == "trygt" {
		b.Done = &web.Note{Color: "success", Role: "status", Title: w.T(key(v, "done"))}
	} else if said == "bilder" {
		b.Done = &web.Note{Color: "success", Role: "status", Title: w.T("mine.pictures.done")}
	}
	b.Buttons = []web.Button{{Text: w.T(key(v, "better")), Href: base + "/trygt"}}
	b.Blocks = append(b.Blocks, mineSaid(w, v, base), mineNow(w, v))
	if v.Plan != nil {
		b.Blocks = append(b.Blocks, minePlan(w, v))
	}
	if v.Word != nil {
		b.Blocks = append(b.Blocks, block{ID: "bedre", Title: w.T(key(v, "word")), Text: []string{w.T("mine.answer." + v.Word.Answer)}})
		if words := v.Word.Text["words"]; words != "" {
			b.Blocks[len(b.Blocks)-1].Quotes = []web.Quote{{Text: words, By: w.Date(calendar.DateOf(v.Word.When.Written))}}
		}
	}
	weight := v.Weight
	switch {
	case weight == "":
		weight = w.T(key(v, "weight.none"))
	case v.Level == roster.Young: // what was written is for those who read well
		weight = w.T(key(v, "weight.text"))
	}
	b.Blocks = append(b.Blocks, block{ID: "vekt", Title: w.T(key(v, "weight")), Text: []string{weight}})
	if len(v.Decisions) > 0 {
		x := block{ID: "vedtak", Title: w.T("mine.decisions"), Text: []string{w.T("mine.decisions.text")}}
		for _, e := range v.Decisions {
			h := web.Happening{When: w.T("parent.day-unknown"), Title: w.T("mine.decisions." + e.What)}
			if e.On != "" {
				h.When, h.DateTime = w.Date(e.On), string(e.On)
			}
			x.Times = append(x.Times, h)
		}
		b.Blocks = append(b.Blocks, x)
	}
	b.Blocks = append(b.Blocks, mineReads(w, v), mineLast(w, v, q))
	if base != casePath && v.Alone {
		b.Blocks = append(b.Blocks, block{ID: "bilder", Title: w.T("mine.pictures"), Text: []string{w.T("mine.pictures.text")}, Buttons: []web.Button{{Text: w.T("mine.pictures.button"), Href: base + "/bilder", Kind: "secondary"}}})
	}
	if len(open.all()) > 1 {
		b.Back = &web.Back{Href: choosePath, Text: w.T("mine.choose.other")}
	}
	if base == casePath {
		b.Close, b.CloseText, b.Form = minePath+"/lukk", w.T("mine.close"), web.NewForm()
	} else {
		b.Back = &web.Back{Href: strings.TrimSuffix(base, "/sammen"), Text: w.T("mine.together.back")}
	}
	b.Frame = mineFrame(q, v, b.Heading)
	return q.Render(blocksPage, b)
}

func mineNext(w *lang.Words, v cases.MineFile) string {
	who := v.Handler
	k := key(v, "next."+v.Next.What)
	if who == "" {
		who = w.T("mine.an-adult")
	}
	if !w.Has(k) {
		k = key(v, "next.none")
	}
	return lang.Cap(w.T(k, "who", who, "date", lang.In((*lang.Words).DayMonth, v.Next.On)))
}

// mineSaid are the child's words as an adult wrote them, each with a way to say
// whether they are right.
func mineSaid(w *lang.Words, v cases.MineFile, base string) block {
	b := block{ID: "sagt", Title: w.T(key(v, "said"))}
	if len(v.Quotes) == 0 {
		b.Text = []string{w.T(key(v, "said.none"))}
	}
	for _, x := range v.Quotes {
		q := web.Quote{Text: x.Text, By: w.Date(x.On), Href: base + "/ord?hva=" + string(x.Record), Link: w.T(key(v, "said.ask"))}
		if x.Answer == cases.NoteRight {
			q.By += " · " + w.T("mine.said.right")
		}
		b.Quotes = append(b.Quotes, q)
		if x.Hope != "" {
			b.Quotes = append(b.Quotes, web.Quote{Text: x.Hope, By: w.T("mine.said.hope")})
		}
		if x.Answer == cases.NoteWrong {
			b.Quotes = append(b.Quotes, web.Quote{Text: x.Instead, By: w.T("mine.said.instead")})
		}
	}
	return b
}

func mineNow(w *lang.Words, v cases.MineFile) block {
	b := block{ID: "naa", Title: w.T(key(v, "now"))}
	x := web.Facts{Stack: true}
	for _, m := range v.Now {
		who := m.Name
		if who == "" {
			who = w.T("mine.an-adult")
		}
		text := m.What
		if m.When != "" && v.Level != roster.Young {
			text += "\n" + m.When
		}
		x.Items = append(x.Items, web.Fact{Term: w.T("mine.now.who", "who", lang.Cap(who)), Text: text})
	}
	if len(x.Items) == 0 {
		b.Text = []string{w.T(key(v, "now.none"))}
		return b
	}
	b.Facts = []web.Facts{x}
	return b
}

func minePlan(w *lang.Words, v cases.MineFile) block {
	b := block{ID: "plan", Title: w.T(key(v, "plan"))}
	if v.Level == roster.Young {
		b.Text = []string{w.T(key(v, "plan.text"))}
		for _, m := range v.Plan.Measures {
			b.List = append(b.List, m.What)
		}
		return b
	}
	for _, m := range v.Plan.Measures {
		x := web.Facts{Stack: true, Items: []web.Fact{
			{Term: w.T("parent.plan.problem"), Text: m.Problem}, {Term: w.T(key(v, "plan.what")), Text: m.What}, {Term: w.T(key(v, "plan.evaluate")), Text: w.Date(m.Evaluate)},
		}}
		b.Facts = append(b.Facts, x)
	}
	return b
}

// mineReads says what those at home may read of the child's words, as it was
// agreed in a talk; no switch here changes it.
func mineReads(w *lang.Words, v cases.MineFile) block {
	k := "home.no"
	if slices.ContainsFunc(v.Quotes, func(x cases.MineQuote) bool { return x.HomeReads }) {
		k = "home.some"
	}
	b := block{ID: "hjemme", Title: w.T(key(v, "home")), Text: []string{w.T(key(v, k))}}
	for _, x := range v.Quotes {
		if x.HomeReads {
			b.Quotes = append(b.Quotes, web.Quote{Text: x.Text})
		}
	}
	b.After = w.T(key(v, "home.change"))
	return b
}

// rightsOf is where rights stand in the words of a level.
var rightsOf = map[string]string{roster.Young: "7", roster.Middle: "11", roster.Teen: "15"}

func mineLast(w *lang.Words, v cases.MineFile, q *web.Req) block {
	b := block{ID: "rett", Title: w.T(key(v, "rights")), Text: []string{w.T(key(v, "rights.text"))}, Buttons: []web.Button{{Text: w.T("frame.rights"), Href: "/rettigheter/" + rightsOf[v.Level], Kind: "secondary"}}}
	last := w.T("mine.last.never")
	who := v.With
	if who == "" {
		who = w.T("mine.an-adult")
	}
	switch {
	case v.Together:
		last = w.T("mine.last.with", "when", q.Near(v.Last, true), "who", who)
	case !v.Last.IsZero():
		last = w.T("mine.last", "when", q.Near(v.Last, true))
	}
	b.Text = append(b.Text, last)
	return b
}

// mineWords asks whether what an adult wrote is right.
func (p *Pages) mineWords(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if asked := q.Query("hva"); asked != "" { // else it comes with what was kept
		f.Set("hva", asked)
	}
	return p.askWords(q, http.StatusOK, f)
}

func (p *Pages) askWords(q *web.Req, code int, f *web.Form) error {
	v, base, _, err := p.own(q)
	if err != nil {
		return closed(q, err)
	}
	i := slices.IndexFunc(v.Quotes, func(x cases.MineQuote) bool { return string(x.Record) == f.Get("hva") })
	if i < 0 {
		return tilhor.ErrNotFound
	}
	w := q.T
	right := f.Field(w, "right", w.T(key(v, "right")))
	right.Options = f.Options("right", cases.NoteRight, w.T("mine.right.right"), cases.NoteWrong, w.T("mine.right.wrong"))
	instead := area(w, f, "instead", w.T(key(v, "instead")), "")
	instead.F.Mark = w.T("form.optional")
	b := formView{
		Frame: mineFrame(q, v, w.T(key(v, "right"))), Back: web.Back{Href: base, Text: w.T("parent.back")}, Heading: w.T(key(v, "right")),
		Quote: &web.Quote{Text: v.Quotes[i].Text, By: w.Date(v.Quotes[i].On)}, Hidden: append(which(v, base), struct{ Name, Value string }{"hva", f.Get("hva")}),
		Questions: []question{{Kind: "radios", F: right}, instead}, Help: w.T(key(v, "stays")), Buttons: []web.Button{{Text: w.T("mine.send")}},
	}
	return b.show(q, code, f)
}

// which goes along with what a pupil writes: the case it is about, for when the
// time is over before it is sent.
func which(v cases.MineFile, base string) []struct{ Name, Value string } {
	if base != casePath {
		return nil
	}
	return []struct{ Name, Value string }{{"sak", v.Slug}}
}

func (p *Pages) doMineWords(q *web.Req) error {
	slug, base, _, err := p.opened(q)
	if err != nil {
		return p.late(q, err)
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		return base + "?sagt=ord", p.Cases.AnswerNote(q.Context(), q.Actor, slug, tilhor.RecordID(f.Get("hva")), f.Get("right"), f.Get("instead"))
	}, func(code int, f *web.Form) error { return p.askWords(q, code, f) })
}

// mineBetter asks how it is now: in faces for the youngest, in words for the
// others. Nothing is chosen beforehand, and not to answer is an answer.
func (p *Pages) mineBetter(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.askBetter(q, http.StatusOK, f)
}

var faces = map[string]string{cases.Better: "face-glad", cases.Partly: "face-soso", cases.Worse: "face-sad", cases.WillNot: "face-unsure"}

func (p *Pages) askBetter(q *web.Req, code int, f *web.Form) error {
	v, base, _, err := p.own(q)
	if err != nil {
		return closed(q, err)
	}
	w := q.T
	x := f.Field(w, "better", w.T(key(v, "ask")))
	for _, a := range []string{cases.Better, cases.Partly, cases.Worse, cases.WillNot} {
		o := web.Option{Value: a, Label: w.T("mine.better." + a), Checked: f.Ticked("better", a)}
		if v.Level == roster.Young {
			o.Picture = faces[a]
		} else {
			o.Help = w.T(key(v, "better."+a))
		}
		x.Options = append(x.Options, o)
	}
	asked := []question{{Kind: "radios", F: x}}
	if v.Level == roster.Young {
		asked[0].Kind = "picks"
	} else {
		words := area(w, f, "own-words", w.T(key(v, "words")), "")
		words.F.Mark = w.T("form.optional")
		asked = append(asked, words)
	}
	b := formView{
		Frame: mineFrame(q, v, w.T(key(v, "ask"))), Back: web.Back{Href: base, Text: w.T("parent.back")}, Heading: w.T(key(v, "better")),
		Hidden: which(v, base), Questions: asked, Help: w.T(key(v, "reads")), Buttons: []web.Button{{Text: w.T("mine.send")}},
	}
	if base == casePath && slices.ContainsFunc(f.Faults, func(x tilhor.Fault) bool { return x.Key == "mine.fault.elsewhere" }) {
		b.Buttons = append(b.Buttons, telling(w)[0])
	}
	return b.show(q, code, f)
}

func (p *Pages) doMineBetter(q *web.Req) error {
	slug, base, _, err := p.opened(q)
	if err != nil {
		return p.late(q, err)
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) {
		return base + "?sagt=trygt", p.Cases.SayHowItIs(q.Context(), q.Actor, slug, f.Get("better"), f.Get("own-words"))
	}, func(code int, f *web.Form) error { return p.askBetter(q, code, f) })
}

// pictures is where an adult and the pupil agree on the four pictures, together.
func (p *Pages) pictures(q *web.Req) error {
	return p.askAgree(q, http.StatusOK, web.NewForm(), false)
}

func (p *Pages) askAgree(q *web.Req, code int, f *web.Form, again bool) error {
	v, base, _, err := p.own(q)
	if err != nil {
		return closed(q, err)
	}
	if !v.Alone {
		return tilhor.ErrNotFound
	}
	return p.pick(q, code, f, picking{back: base, heading: "mine.agree", lead: q.T.T("mine.agree.lead"), again: again})
}

func (p *Pages) doPictures(q *web.Req) error {
	slug, base, _, err := p.opened(q)
	if err != nil {
		return closed(q, err)
	}
	return p.nextPicture(q, func(f *web.Form, code []string) error {
		return q.Once(f, func() (string, error) {
			return base + "?sagt=bilder", p.Cases.AgreePictures(q.Context(), q.Actor, slug, code)
		})
	}, func(code int, f *web.Form, again bool) error { return p.askAgree(q, code, f, again) })
}
