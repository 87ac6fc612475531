package family

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

const (
	minePath  = "/min"
	openPath  = minePath + "/apne"
	casePath  = minePath + "/sak"
	keyOpened = "mine.opened" // in the session: the case, and until when
	openFor   = 5 * time.Minute
	freshFor  = 5 * time.Minute
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
		pupil("GET", "/sak", ".case", p.mineCase),
		pupil("GET", "/sak/ord", ".words", p.mineWords),
		pupil("POST", "/sak/ord", ".words.answer", p.doMineWords),
		pupil("GET", "/sak/trygt", ".better", p.mineBetter),
		pupil("POST", "/sak/trygt", ".better.say", p.doMineBetter),
		together("GET", "", "", p.mineCase),
		together("GET", "/ord", ".words", p.mineWords),
		together("POST", "/ord", ".words.answer", p.doMineWords),
		together("GET", "/trygt", ".better", p.mineBetter),
		together("POST", "/trygt", ".better.say", p.doMineBetter),
		together("GET", "/bilder", ".pictures", p.pictures),
		together("POST", "/bilder", ".pictures.agree", p.doPictures),
	}
}

// mine is where a pupil's day begins. It is the same for every pupil: whether
// there is a case is not told before it is opened.
func (p *Pages) mine(q *web.Req) error {
	w := q.T
	v := blocksView{Heading: w.T("mine.title"), Lead: w.T("mine.lead"), Blocks: []block{
		{ID: "apne", Title: w.T("mine.open.h2"), Text: []string{w.T("mine.open.text"), w.T("mine.open.adult")}, Buttons: []web.Button{{Text: w.T("mine.open.button"), Href: openPath}}},
		{ID: "si", Title: w.T("mine.tell"), Text: []string{w.T("mine.tell.text")}, Buttons: telling(w)},
		{ID: "hjelp", Title: w.T("mine.help"), Text: []string{w.T("mine.help.text")}, Buttons: []web.Button{{Text: w.T("mine.rights"), Href: "/hjelp", Kind: "secondary"}}},
	}}
	return v.show(q)
}

// telling leads to where one tells, and to what one has told.
func telling(w *lang.Words) []web.Button {
	return []web.Button{{Text: w.T("mine.tell.button"), Href: "/min/si", Kind: "secondary"}, {Text: w.T("mine.tell.told"), Href: "/min/sagt", Kind: "tertiary"}}
}

// open asks for the four pictures, one at a time, of who has just signed in.
func (p *Pages) open(q *web.Req) error { return p.askPictures(q, http.StatusOK, web.NewForm(), false) }

func (p *Pages) askPictures(q *web.Req, code int, f *web.Form, again bool) error {
	fresh, err := q.Fresh(freshFor)
	if err != nil {
		return err
	}
	if !fresh {
		w := q.T
		v := blocksView{
			Back: &web.Back{Href: minePath, Text: w.T("parent.back")}, Heading: w.T("mine.again.title"), Lead: w.T("mine.again.lead"),
			Buttons: []web.Button{{Text: w.T("mine.again.button"), Href: web.AnewPath(openPath)}},
		}
		return v.show(q)
	}
	return p.pick(q, code, f, picking{back: minePath, heading: "mine.pick", lead: q.T.T("mine.pick.lead"), again: again})
}

// A picking asks for one of the twelve pictures.
type picking struct {
	back, heading, lead string
	again               bool // from the first, after what was wrong
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
	return p.nextPicture(q, func(_ *web.Form, code []string) error {
		slug, err := p.Cases.OpenMine(q.Context(), q.Actor, code)
		if err != nil {
			return err
		}
		x, err := q.Session()
		if err != nil {
			return err
		}
		if err := x.Put(keyOpened, slug+" "+q.Now.Add(openFor).UTC().Format(time.RFC3339)); err != nil {
			return err
		}
		return q.See(casePath)
	}, func(code int, f *web.Form, again bool) error { return p.askPictures(q, code, f, again) })
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
// minutes after the pictures were shown, or the one an adult has.
func (p *Pages) opened(q *web.Req) (slug, base string, left time.Duration, err error) {
	if q.Actor.Role != tilhor.RolePupil {
		slug = q.Path("spor")
		return slug, "/saker/" + slug + "/sammen", 0, nil
	}
	x, err := q.Session()
	if err != nil {
		return "", "", 0, err
	}
	slug, at, _ := strings.Cut(x.Get(keyOpened), " ")
	until, parsed := time.Parse(time.RFC3339, at)
	if slug == "" || parsed != nil || !q.Now.Before(until) || until.Sub(q.Now) > openFor {
		return "", "", 0, errClosed
	}
	return slug, casePath, until.Sub(q.Now), nil
}

var errClosed = errors.New("the case is not open on this screen")

// own is the case that stands open, or the way back to the page that is the same
// for everyone.
func (p *Pages) own(q *web.Req) (v cases.MineFile, base string, err error) {
	slug, base, left, err := p.opened(q)
	if err != nil {
		return v, "", err
	}
	if v, err = p.Cases.Own(q.Context(), q.Actor, slug); err != nil {
		return v, "", err
	}
	if left > 0 { // the browser leaves the page when the time is over, also without a script
		q.W.Header().Set("Refresh", strconv.Itoa(int(left.Seconds())+1)+"; url="+minePath)
	}
	return v, base, nil
}

// closed sends a pupil whose case is not open back to the beginning.
func closed(q *web.Req, err error) error {
	if errors.Is(err, errClosed) {
		return q.See(minePath)
	}
	return err
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

// key is a text in the words of the reader's age.
func key(v cases.MineFile, name string) string { return "mine." + v.Level + "." + name }

func (p *Pages) mineCase(q *web.Req) error {
	v, base, err := p.own(q)
	if err != nil {
		return closed(q, err)
	}
	w := q.T
	b := blocksView{Heading: w.T(key(v, "title"), "name", v.Name), Lead: mineNext(w, v)}
	if said := q.Query("sagt"); said == "ord" || said == "trygt" {
		b.Done = &web.Note{Color: "success", Role: "status", Title: w.T(key(v, "done"))}
	}
	b.Buttons = []web.Button{{Text: w.T(key(v, "better")), Href: base + "/trygt"}}
	b.Blocks = append(b.Blocks, mineSaid(w, v, base), mineNow(w, v))
	if v.Plan != nil && v.Level != cases.Young {
		b.Blocks = append(b.Blocks, minePlan(w, v))
	}
	if v.Word != nil {
		b.Blocks = append(b.Blocks, block{ID: "bedre", Title: w.T(key(v, "word")), Text: []string{w.T("mine.answer." + v.Word.Answer)}})
		if words := v.Word.Text["words"]; words != "" {
			b.Blocks[len(b.Blocks)-1].Quotes = []web.Quote{{Text: words, By: w.Date(calendar.DateOf(v.Word.When.Written))}}
		}
	}
	if v.Level != cases.Young {
		weight := v.Weight
		if weight == "" {
			weight = w.T(key(v, "weight.none"))
		}
		b.Blocks = append(b.Blocks, block{ID: "vekt", Title: w.T(key(v, "weight")), Text: []string{weight}})
	}
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
	return lang.Cap(w.T(k, "who", who, "date", w.DayMonth(v.Next.On)))
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
		if m.When != "" && v.Level != cases.Young {
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
var rightsOf = map[string]string{cases.Young: "7", cases.Middle: "11", cases.Teen: "15"}

func mineLast(w *lang.Words, v cases.MineFile, q *web.Req) block {
	b := block{ID: "rett", Title: w.T(key(v, "rights")), Text: []string{w.T(key(v, "rights.text"))}, Buttons: []web.Button{{Text: w.T("frame.rights"), Href: "/rettigheter/" + rightsOf[v.Level], Kind: "secondary"}}}
	last := w.T("mine.last.never")
	if !v.Last.IsZero() {
		last = w.T("mine.last", "when", w.Near(v.Last, q.Now))
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
	f.Set("hva", q.Query("hva"))
	return p.askWords(q, http.StatusOK, f)
}

func (p *Pages) askWords(q *web.Req, code int, f *web.Form) error {
	v, base, err := p.own(q)
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
		Quote: &web.Quote{Text: v.Quotes[i].Text, By: w.Date(v.Quotes[i].On)}, Hidden: []struct{ Name, Value string }{{"hva", f.Get("hva")}},
		Questions: []question{{Kind: "radios", F: right}, instead}, Help: w.T(key(v, "stays")), Buttons: []web.Button{{Text: w.T("mine.send")}},
	}
	return b.show(q, code, f)
}

func (p *Pages) doMineWords(q *web.Req) error {
	slug, base, _, err := p.opened(q)
	if err != nil {
		return closed(q, err)
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	return answer(q, f, func() (string, error) {
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
	v, base, err := p.own(q)
	if err != nil {
		return closed(q, err)
	}
	w := q.T
	x := f.Field(w, "better", w.T(key(v, "ask")))
	for _, a := range []string{cases.Better, cases.Partly, cases.Worse, cases.WillNot} {
		o := web.Option{Value: a, Label: w.T("mine.better." + a), Checked: f.Ticked("better", a)}
		if v.Level == cases.Young {
			o.Picture = faces[a]
		} else {
			o.Help = w.T(key(v, "better."+a))
		}
		x.Options = append(x.Options, o)
	}
	asked := []question{{Kind: "radios", F: x}}
	if v.Level == cases.Young {
		asked[0].Kind = "picks"
	} else {
		words := area(w, f, "own-words", w.T(key(v, "words")), "")
		words.F.Mark = w.T("form.optional")
		asked = append(asked, words)
	}
	b := formView{
		Frame: mineFrame(q, v, w.T(key(v, "ask"))), Back: web.Back{Href: base, Text: w.T("parent.back")}, Heading: w.T(key(v, "better")),
		Questions: asked, Help: w.T(key(v, "reads")), Buttons: []web.Button{{Text: w.T("mine.send")}},
	}
	return b.show(q, code, f)
}

func (p *Pages) doMineBetter(q *web.Req) error {
	slug, base, _, err := p.opened(q)
	if err != nil {
		return closed(q, err)
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	return answer(q, f, func() (string, error) {
		return base + "?sagt=trygt", p.Cases.SayHowItIs(q.Context(), q.Actor, slug, f.Get("better"), f.Get("own-words"))
	}, func(code int, f *web.Form) error { return p.askBetter(q, code, f) })
}

// pictures is where an adult and the pupil agree on the four pictures, together.
func (p *Pages) pictures(q *web.Req) error {
	return p.askAgree(q, http.StatusOK, web.NewForm(), false)
}

func (p *Pages) askAgree(q *web.Req, code int, f *web.Form, again bool) error {
	v, base, err := p.own(q)
	if err != nil {
		return err
	}
	if !v.Alone {
		return tilhor.ErrNotFound
	}
	return p.pick(q, code, f, picking{back: base, heading: "mine.agree", lead: q.T.T("mine.agree.lead"), again: again})
}

func (p *Pages) doPictures(q *web.Req) error {
	slug := q.Path("spor")
	return p.nextPicture(q, func(f *web.Form, code []string) error {
		return q.Once(f, func() (string, error) {
			return "/saker/" + slug + "/sammen?sagt=trygt", p.Cases.AgreePictures(q.Context(), q.Actor, slug, code)
		})
	}, func(code int, f *web.Form, again bool) error { return p.askAgree(q, code, f, again) })
}
