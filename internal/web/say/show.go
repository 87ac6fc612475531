package say

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/front"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// A hidden field carries what stands on another screen.
type hidden struct{ Name, Value string }

// A view is one screen as it is drawn.
type view struct {
	web.Frame
	Faults *web.Summary
	Form   *web.Form
	Action string
	Carry  []hidden
	Step   screen
	Steps  web.Steps
	Back   web.Back // of the first screen; the others go back with a button
	First  bool
	Note   *web.Note // nobody reads now
	Small  bool      // the version of 6 to 8
	Levels []string  // other versions that may be chosen on this screen
	Now    string    // the version now
	Lead   string
	Net    bool // how evidence is kept, on the own phone
	Talk   []Adult

	At, For, Sign, Name, Words, Hope, Whom, Arena web.Field
	Accused, Against, Wish                        web.Field
	Face, Place, PenWords, Pen                    web.Field
	Reads, More                                   []string
	Review                                        web.Facts
	Mine                                          []picked
	PenOpen, AboutOpen                            bool
	Send                                          string
}

// A picked picture is what a small child chose.
type picked struct{ Picture, Text string }

// text is a text in the version of the reader: the key of the level if there is
// one, and else the one for all.
func (t *teller) text(key string, kv ...any) string { return in(t.q.T, t.level(), key, kv...) }

// Say is such a text in a template.
func (v *view) Say(key string) string { return in(v.W, v.Now, key) }

func in(w *lang.Words, level, key string, kv ...any) string {
	if k := key + "." + level; w.Has(k) {
		key = k
	}
	return w.T(key, kv...)
}

// show draws a screen: 422 when something must be put right.
func (t *teller) show(at screen) error {
	v := t.frame(at)
	switch at {
	case whom:
		v.For = t.field("for", "say.whom.title")
		v.For.Options = t.fors()
		t.askSchool(v)
	case name:
		t.askName(v)
	case what:
		t.askWhat(v)
	case send:
		t.askSend(v)
	case face:
		v.Face = t.field("face", "say.face.title")
		for _, f := range faces {
			v.Face.Options = append(v.Face.Options, t.option("face", f, t.q.T.T("say.face."+f), "", "face-"+f))
		}
	case place:
		v.Place = t.field("place", "say.place.title")
		v.Place.Many, v.Place.Help = true, t.text("say.place.help")
		for _, a := range places {
			v.Place.Options = append(v.Place.Options, t.option("place", string(a), t.q.T.T("say.place."+string(a)), "", string(a)))
		}
	case adult:
		v.Wish = t.wish("say.adult.title")
	case give:
		t.askGive(v)
	}
	v.Faults = web.SummaryOf(t.q.T, t.form.Faults)
	v.Faulty = v.Faults != nil
	code := http.StatusOK
	if v.Faulty {
		code = http.StatusUnprocessableEntity
	}
	return t.q.RenderStatus(code, templates[at], v)
}

func (t *teller) field(name, key string) web.Field {
	return t.form.Field(t.q.T, name, t.text(key))
}

func (t *teller) frame(at screen) *view {
	w, order := t.q.T, t.order()
	n := slices.Index(order, at)
	v := &view{
		Frame: t.q.Frame(t.text("say." + string(at) + ".title")), Form: t.form, Action: t.q.Link(t.action()), Step: at,
		Steps: web.Steps{W: w, N: n + 1, All: len(order)}, Back: web.Back{Href: t.q.Link(t.Leave(t.q, t.school)), Text: w.T("do.back")},
		First: n == 0, Small: t.level() == small, Now: t.level(), Talk: t.adults[:min(mostTalk, len(t.adults))],
	}
	v.Neutral, v.Exit, v.Nav, v.School, v.Level, v.Surface = true, true, nil, t.school.Name, t.level(), web.Public
	if t.reading.By == front.ByNobody {
		v.Note = &web.Note{Color: "warning", Title: w.T("say.shut.title"), Text: t.when()}
	}
	if !v.First {
		v.Langs = nil // a change of language is a new page, and would lose what is written
	}
	if at == whom || at == what {
		v.Levels = []string{small, middle, big}
		if t.level() == grown {
			v.Levels = nil
		} else if at == what {
			v.Levels = v.Levels[1:] // the pictures begin from the beginning
		}
	}
	v.Carry = []hidden{{"level", t.form.Get("level")}}
	seen := map[string]bool{}
	for _, f := range asked[at] {
		seen[f] = true
	}
	for _, other := range []screen{whom, name, what, send, face, place, adult, give} {
		for _, field := range asked[other] {
			if seen[field] {
				continue
			}
			seen[field] = true
			for _, value := range t.form.All(field) {
				v.Carry = append(v.Carry, hidden{field, value})
			}
		}
	}
	return v
}

// action is where the form is sent: the one address of the flow.
func (t *teller) action() string {
	return strings.TrimSuffix(t.q.R.URL.Path, "/bilder")
}

// askSchool asks a parent which school it is.
func (t *teller) askSchool(v *view) {
	if !t.parent() {
		return
	}
	v.At = t.field("school", "parent.rektor.school")
	v.At.Options = []web.Option{{Label: t.q.T.T("form.choose")}}
	for _, s := range t.schools {
		v.At.Options = append(v.At.Options, t.option("school", string(s.ID), s.Name, "", ""))
	}
}

func (t *teller) askName(v *view) {
	v.Sign = t.field("sign", "say.name.title")
	for _, yes := range []string{"yes", "no"} {
		v.Sign.Options = append(v.Sign.Options, t.option("sign", yes, t.text("say.sign."+yes), t.text("say.sign."+yes+"-help"), ""))
	}
	v.Name = t.field("name", "say.name.field")
	v.Name.Help, v.Name.Autocomplete, v.Name.Spell = t.text("say.name.help"), "off", "false"
	v.Reads = append(t.reads(), t.remembers())
}

// reads says who reads it and when, and what cannot be promised.
func (t *teller) reads() []string {
	all := []string{t.text("say.reads", "school", t.school.Name), t.when(), t.text("say.reads.act")}
	if t.level() == small {
		all[0] = t.text("say.give.reads")
	}
	if t.Open && t.form.Get("for") == string(concerns.ForChild) {
		all = append(all, t.text("say.reads.parent"))
	}
	if t.Open {
		all = append(all, t.text("say.reads.kept"))
	}
	return all
}

// remembers says what the machine does that is written on.
func (t *teller) remembers() string { return t.text("say.reads.machine") }

// when is when it is read, and which day the next is when today is none.
func (t *teller) when() string {
	r := t.reading
	switch {
	case r.By != "":
		return t.text("say.when.shut-"+r.By, "day", lang.In((*lang.Words).Day, r.Until))
	case r.Today && r.Next == calendar.DateOf(t.q.Now):
		return t.text("say.when")
	case r.Today: // and its hours are over
		return t.text("say.when.late", "day", lang.In((*lang.Words).Day, r.Next))
	}
	return t.text("say.when.closed", "day", lang.In((*lang.Words).Day, r.Next))
}

// wait is when what has been sent is read: that the school is shut does not hold up
// what the municipality reads.
func (t *teller) wait(past bool) string {
	if past {
		t := *t
		t.reading = front.Page{}.Reads(t.q.Now)
		return t.when()
	}
	return t.when()
}

func (t *teller) askWhat(v *view) {
	w := t.q.T
	v.Words = t.field("words", "say.words")
	v.Words.Help, v.Words.Rows = t.text("say.words.help"), 6
	if t.level() == big || t.form.Get("hope") != "" { // who is older may say what should come of it
		v.Hope = t.field("hope", "say.hope")
		v.Hope.Help, v.Hope.Mark, v.Hope.Rows = t.text("say.hope.help"), w.T("form.optional"), 3
	}
	v.Arena = t.field("arena", "say.arena")
	v.Arena.Mark = w.T("form.optional")
	v.Arena.Options = []web.Option{{Label: w.T("form.choose")}}
	for _, a := range tilhor.Arenas {
		v.Arena.Options = append(v.Arena.Options, t.option("arena", string(a), w.T("arena."+string(a)), "", ""))
	}
	if t.form.Get("for") != string(concerns.ForSelf) {
		v.Whom = t.field("whom", t.whomKey())
		v.Whom.Help, v.Whom.Mark, v.Whom.Autocomplete, v.Whom.Spell = t.text("say.whom-field.help"), w.T("form.optional"), "off", "false"
		if t.ownChild() {
			v.Whom.Help, v.Whom.Mark = w.T("parent.rektor.child-help"), ""
		}
	}
	v.Net = true
	v.Lead = t.text("say.home-first")
	if !t.Open { // who does not sign in has read it where the name is asked for
		v.Reads = append(t.reads(), t.remembers())
	}
}

// whomKey is the question of whom it is about, in words.
func (t *teller) whomKey() string {
	if t.ownChild() {
		return "parent.rektor.child"
	}
	return "say.whom-field"
}

// How many adults a page names that says whom one may talk with instead, and how many a
// small child points at; and how much it says of each. All of them, in full, stand on
// the school's page: here they may not make one page larger than another.
const (
	mostTalk     = 6
	mostPictures = 9
	mostSaid     = 60
)

// short is the beginning of what an adult's line says.
func short(s string) string {
	if r := []rune(s); len(r) > mostSaid {
		return strings.TrimSpace(string(r[:mostSaid])) + "…"
	}
	return s
}

// wish asks which adult the teller wants to talk with. Nobody is chosen beforehand.
func (t *teller) wish(key string) web.Field {
	f, all := t.field("wish", key), t.offered()
	if t.level() == small {
		all = all[:min(mostPictures, len(all))]
	}
	for _, a := range all {
		help := a.What
		if a.Where != "" {
			help += ". " + a.Where
		}
		label := a.Name
		if t.level() == small {
			label, _, _ = strings.Cut(a.Name, " ")
			help = a.What
		}
		f.Options = append(f.Options, t.option("wish", string(a.ID), label, help, a.Picture))
	}
	f.Options = append(f.Options, t.option("wish", "", t.text("say.wish.any"), "", "face-unsure"))
	f.Options[len(f.Options)-1].Checked = t.form.Has("wish") && t.form.Get("wish") == ""
	return f
}

func (t *teller) about(v *view) {
	w := t.q.T
	v.Accused = t.field("accused", "say.accused")
	for _, a := range ways {
		v.Accused.Options = append(v.Accused.Options, t.option("accused", a, t.text("say.accused."+a), t.text("say.accused."+a+"-help"), ""))
	}
	v.Against = t.field("against", "say.against")
	v.Against.Help, v.Against.Mark, v.Against.Autocomplete, v.Against.Spell = t.text("say.against.help"), w.T("form.optional"), "off", "false"
}

func (t *teller) askSend(v *view) {
	t.about(v)
	if t.level() != grown && len(t.offered()) > 0 {
		v.Wish = t.wish("say.wish")
	}
	v.Review = t.review()
	v.Reads = []string{t.when()}
}

// review is what will be sent.
func (t *teller) review() web.Facts {
	w, f := t.q.T, t.form
	label := ""
	for _, o := range t.fors() {
		if o.Value == f.Get("for") {
			label = o.Label
		}
	}
	r := web.Facts{Stack: true, Items: []web.Fact{{Term: w.T("say.review.for"), Text: label}}}
	if t.parent() {
		r.Items = append(r.Items, web.Fact{Term: w.T("say.receipt.school"), Text: t.school.Name})
	}
	if who := f.Line("whom"); who != "" {
		r.Items = append(r.Items, web.Fact{Term: t.text(t.whomKey()), Text: who})
	}
	r.Items = append(r.Items, web.Fact{Term: w.T("say.review.words"), Text: f.Get("words")})
	if hope := strings.TrimSpace(f.Get("hope")); hope != "" {
		r.Items = append(r.Items, web.Fact{Term: t.text("say.hope"), Text: hope})
	}
	if a := tilhor.Arena(f.Get("arena")); a.Valid() {
		r.Items = append(r.Items, web.Fact{Term: w.T("say.review.place"), Text: w.T("arena." + string(a))})
	}
	if t.Open {
		named := w.T("say.review.unnamed")
		if f.Get("sign") == "yes" {
			named = f.Line("name")
		}
		r.Items = append(r.Items, web.Fact{Term: w.T("say.review.name"), Text: named})
	}
	return r
}

func (t *teller) askGive(v *view) {
	w, f := t.q.T, t.form
	if x := f.Get("face"); slices.Contains(faces, x) {
		v.Mine = append(v.Mine, picked{"face-" + x, w.T("say.face." + x)})
	}
	for _, a := range f.All("place") {
		if tilhor.Arena(a).Valid() {
			v.Mine = append(v.Mine, picked{a, w.T("say.place." + a)})
		}
	}
	for _, a := range t.adults {
		if string(a.ID) == f.Get("wish") {
			first, _, _ := strings.Cut(a.Name, " ")
			v.Mine = append(v.Mine, picked{a.Picture, first})
		}
	}
	if t.Open {
		v.Name = t.field("name", "say.give.name")
		v.Name.Help, v.Name.Autocomplete, v.Name.Spell = t.text("say.give.name-help"), "off", "false"
	}
	t.about(v)
	v.PenWords = t.field("pen-words", "say.pen-words")
	v.PenWords.Help, v.PenWords.Rows = t.text("say.pen-words.help"), 4
	v.Pen = t.field("pen", "say.pen")
	v.Pen.Help, v.Pen.Autocomplete, v.Pen.Spell = t.text("say.pen.help"), "off", "false"
	fault := func(names ...string) bool {
		return slices.ContainsFunc(f.Faults, func(x tilhor.Fault) bool { return slices.Contains(names, x.Field) })
	}
	v.PenOpen = f.Get("pen-words") != "" || f.Get("pen") != "" || fault("pen-words", "pen")
	v.AboutOpen = f.Get("accused") != "" || f.Get("against") != "" || fault("accused", "against")
	v.Reads, v.More = t.reads(), []string{t.remembers(), t.text("say.net.no-files")}
}

// A doneView is the last page: it was received, and what happens now.
type doneView struct {
	web.Frame
	Small    bool
	Lead     string
	Next     []string
	Wait     string
	Within   string
	Receipt  string // the button
	Action   string
	Secret   string
	Code     string // seven words, when there are some; shown by another page
	CodePath string
	Away     string
}

// doneView says who really reads it: past is that it went past the school, to the
// municipality, as the room routed it, whatever was ticked.
func (t *teller) doneView(secret, code string, past bool) doneView {
	to, title, lead := "rektor", "say.done.title", "say.done.lead"
	if past {
		to, title, lead = "owner", "say.done.title-owner", "say.done.lead-owner"
	}
	v := doneView{
		Frame: t.q.Frame(t.text(title)), Small: t.level() == small, Lead: t.text(lead), Wait: t.wait(past),
		Receipt: t.text("say.done.receipt"), Action: t.q.Link(t.action()), Secret: secret, Code: code, Away: t.q.Link(t.Leave(t.q, t.school)),
	}
	v.Neutral, v.Exit, v.Nav, v.Langs, v.School, v.Level, v.Surface = true, true, nil, nil, t.school.Name, t.level(), web.Public
	if t.reading.By == front.ByOwner { // while the school is shut
		to = "owner"
	}
	keys := []string{"say.done.read-" + to, "say.done.talk", "say.done.home"}
	switch {
	case t.level() == grown && code != "":
		keys = []string{"say.done.read-" + to, "say.done.parent"}
	case t.level() == grown:
		keys = []string{"say.done.read-" + to, "say.done.only"}
	case t.level() == small && t.form.Line("name") == "", t.level() != small && t.form.Get("sign") != "yes":
		keys = []string{"say.done.read-" + to, "say.done.unnamed"}
	}
	for _, k := range keys {
		v.Next = append(v.Next, t.text(k))
	}
	if code != "" && t.CodePath != nil {
		v.CodePath = t.q.Link(t.CodePath(t.school))
	}
	if t.Within != nil && !v.Small {
		if s, err := t.Within(t.q); err == nil {
			v.Within = s
		}
	}
	return v
}

type receiptView struct {
	web.Frame
	Lead   string
	Facts  web.Facts
	QR     template.HTML
	Action string
	Secret string
	Away   string
	Form   *web.Form
}

// receiptView is the receipt in words, as a picture and as a file: that it was
// received, and nothing more.
func (t *teller) receiptView(r journal.Receipt, secret string) (v receiptView, err error) {
	w := t.q.T
	svg, err := r.QR()
	if err != nil {
		return v, err
	}
	v = receiptView{
		Frame: t.q.Frame(w.T("say.receipt.title")), Lead: w.T("receipt.means"), QR: template.HTML(svg), Secret: secret,
		Action: t.q.Link(t.action()), Away: t.q.Link(t.Leave(t.q, t.school)), Form: t.form,
	}
	v.Neutral, v.Exit, v.Nav, v.Langs, v.School, v.Level, v.Surface = true, true, nil, nil, t.school.Name, t.level(), web.Public
	v.Facts = web.Facts{Items: []web.Fact{
		{Term: w.T("public.receipt.received"), Text: w.Moment(r.When())},
		{Term: w.T("say.receipt.school"), Text: t.school.Name},
		{Term: w.T("public.receipt.number"), Text: r.Short()},
	}}
	return v, nil
}
