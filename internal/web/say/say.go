// Package say is the screens with which a pupil, a parent or somebody outside the
// school tells (si ifra): four at most, in three versions by age. A child of 6 to
// 8 points at pictures. From 9 it is the child's own words, in short sentences. From
// 13 it is told what the law says and what becomes of it, and may say what it hopes for.
//
// The screens are one address, and nothing of a child's stands in it. Every step
// carries all that is written: going back loses nothing, a fault loses nothing,
// and no word is kept by the server before it is sent. On the school's own page
// nobody signs in, every answer has the same size, and no time finer than the hour
// is kept (docs/decisions/0060).
package say

import (
	"embed"
	"errors"
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var pages = web.Pages(files)

// A screen is one of those the form has.
type screen string

const (
	whom  screen = "whom"  // whom it is about
	name  screen = "name"  // with a name or without; only where nobody signs in
	what  screen = "what"  // the words
	send  screen = "send"  // who reads it, and a look over it
	face  screen = "face"  // 6 to 8: how it is
	place screen = "place" // where
	adult screen = "adult" // whom to talk with
	give  screen = "give"  // a look over it, and away
)

var templates = map[screen]*web.Page{
	whom: pages("whom"), name: pages("name"), what: pages("what"), send: pages("send"),
	face: pages("face"), place: pages("place"), adult: pages("adult"), give: pages("give"),
}

var donePage, receiptPage = pages("done"), pages("receipt")

// asked are the fields of each screen. What stands on another goes along hidden.
var asked = map[screen][]string{
	whom: {"for", "school"}, name: {"sign", "name"}, what: {"whom", "words", "hope", "arena"}, send: {"accused", "against", "wish"},
	face: {"face"}, place: {"place"}, adult: {"wish"}, give: {"name", "accused", "against", "pen-words", "pen"},
}

// The levels of the texts, by age. An adult has the last.
const (
	small  = "6-8"
	middle = "9-12"
	big    = "13+"
	grown  = "voksen"
)

// An Adult is one whom a child may choose to talk with.
type Adult struct {
	ID      tilhor.PersonID
	Name    string
	What    string // «sosiallærer»
	Where   string // where and when, in words
	Picture string
	Leads   bool
	Not     bool // is there to talk with, but may not be chosen here
}

// Screens serve the form for one kind of teller.
type Screens struct {
	Concerns *concerns.Desk
	Open     bool                                               // the school's own page: nobody signs in
	School   func(q *web.Req) (roster.School, error)            // where it is told; of a parent it is settled by the child
	Leave    func(q *web.Req, s roster.School) string           // where «Tilbake» on the first screen leads
	Sent     func(slug string) string                           // signed in: where it may be followed
	Adults   func(q *web.Req, s roster.School) ([]Adult, error) // whom a child may talk with
	CodePath func(s roster.School) string                       // where a code is shown, when the desk gives one
	Code     func(owner tilhor.OwnerID, token string) string    // the code that belongs to one sending; drawn anew each time it is shown
	Front    *front.Desk                                        // when it is read; nil where a test has none
	Start    func(q *web.Req, s roster.School) (level string)   // the version somebody begins with
	Within   func(q *web.Req) (string, error)                   // how soon an adult has read it, in words; "" when it is not said
}

// Show is the first screen.
func (s *Screens) Show(q *web.Req) error {
	t, err := s.begin(q, web.NewForm())
	if err != nil {
		return err
	}
	return t.show(t.order()[0])
}

// Pictures is the first screen for the smallest.
func (s *Screens) Pictures(q *web.Req) error {
	f := web.NewForm()
	f.Set("level", small)
	t, err := s.begin(q, f)
	if err != nil {
		return err
	}
	return t.show(face)
}

// Step takes one screen in and shows the next, or sends.
func (s *Screens) Step(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	t, err := s.begin(q, f)
	if err != nil {
		return err
	}
	at, do := t.at(), f.Get("go")
	if level, ok := strings.CutPrefix(do, "level:"); ok && slices.Contains([]string{small, middle, big}, level) {
		f.Set("level", level)
		return t.show(t.at()) // the same screen in other words, or the first of the pictures
	}
	if do == "back" {
		return t.show(t.next(at, -1))
	}
	if do == "receipt" || do == "file" {
		return t.receipt(do == "file")
	}
	t.check(at)
	if len(f.Faults) > 0 {
		return t.show(at)
	}
	if last := t.order()[len(t.order())-1]; at != last {
		return t.show(t.next(at, 1))
	}
	return t.send()
}

// A teller is one request of the form.
type teller struct {
	*Screens
	q       *web.Req
	school  roster.School
	form    *web.Form
	adults  []Adult
	reading front.Reading
	schools []roster.School // of which a parent who is signed in chooses one
}

func (s *Screens) begin(q *web.Req, f *web.Form) (*teller, error) {
	t := &teller{Screens: s, q: q, form: f}
	var err error
	if t.parent() {
		if err = t.choose(); err != nil {
			return nil, err
		}
	} else if t.school, err = s.School(q); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{small, middle, big}, f.Get("level")) {
		f.Set("level", s.Start(q, t.school))
	}
	if t.school.ID == "" { // not chosen yet
		return t, nil
	}
	if t.adults, err = s.Adults(q, t.school); err != nil {
		return nil, err
	}
	for i := range t.adults {
		a := &t.adults[i]
		a.What, a.Where = short(a.What), short(a.Where)
	}
	t.reading, err = Reads(q, s.Front, t.school.ID)
	return t, err
}

// parent says whether a parent who is signed in tells.
func (t *teller) parent() bool { return t.q.Actor.Role == tilhor.RoleParent && !t.Open }

// ownChild says whether such a parent tells of the own child, and so takes it up
// with rektor.
func (t *teller) ownChild() bool {
	return t.parent() && t.form.Get("for") == string(concerns.ForChild)
}

// choose finds the schools, and the one that a parent has chosen. The child is named
// in words, and what the lists know of a family is not asked: the form is the same
// for who has no child there, who is kept from one, and whose child is protected.
func (t *teller) choose() (err error) {
	t.schools, err = t.q.Schools()
	for _, s := range t.schools {
		if string(s.ID) == t.form.Get("school") {
			t.school = s
		}
	}
	return err
}

// level is the version of the texts.
func (t *teller) level() string {
	switch f := concerns.For(t.form.Get("for")); {
	case t.parent(), t.Open && (f == concerns.ForChild || f == concerns.ForOther):
		return grown
	}
	return t.form.Get("level")
}

// order is the screens in the order they come: at most four.
func (t *teller) order() []screen {
	switch {
	case t.level() == small:
		return []screen{face, place, adult, give}
	case t.Open:
		return []screen{whom, name, what, send}
	}
	return []screen{whom, what, send}
}

// at is the screen that a form was filled in on: the first, if the version now has
// no such screen.
func (t *teller) at() screen {
	all := t.order()
	if at := screen(t.form.Get("step")); slices.Contains(all, at) {
		return at
	}
	return all[0]
}

func (t *teller) next(at screen, by int) screen {
	all := t.order()
	return all[max(0, min(len(all)-1, slices.Index(all, at)+by))]
}

// offered are the adults who may be chosen: not who it is about.
func (t *teller) offered() (all []Adult) {
	about := t.accused()
	for _, a := range t.adults {
		if a.Not {
			continue
		}
		if about == duty.AccusedLeadership && a.Leads {
			continue
		}
		if about == duty.AccusedEmployee && concerns.Means(t.form.Get("against"), a.Name) {
			continue
		}
		all = append(all, a)
	}
	return all
}

// accused is which way it goes. Who does not know, or will not say, is read by the
// municipality first: then it passes nobody it may be about. So is what names an
// adult where nothing was chosen, or pupils were.
func (t *teller) accused() duty.Accused {
	a := duty.Accused(t.form.Get("accused"))
	if a == unsure || t.form.Line("against") != "" && (a == "" || a == duty.AccusedNone) {
		return duty.AccusedLeadership
	}
	return a
}

const unsure = "unsure"

// ways are whom it may be about, and so who reads it.
var ways = []string{string(duty.AccusedNone), string(duty.AccusedEmployee), string(duty.AccusedLeadership), unsure}

// send tells it, once. What the room refuses leads to the first screen where it is
// put right, with everything as it was written.
func (t *teller) send() error {
	for _, at := range t.order() {
		if t.check(at); len(t.form.Faults) > 0 {
			return t.show(at)
		}
	}
	by, s := t.q.Actor, t.saying()
	s.Slug, s.Link = tilhor.NewSlug(), ""
	var err error
	if t.Open {
		by = tilhor.Actor{Owner: t.q.Kit.Owner.ID, Role: tilhor.RoleAnyone, School: t.school.ID}
		s.Link = tilhor.NewID()
		s.Token = t.q.Token(t.form)
		err = t.q.OnceShown(t.form, func() (string, error) {
			c, code, err := t.Concerns.Say(t.q.Context(), by, s)
			return afterwards{s.Link, c.ForOwner(), code != ""}.String(), err
		}, t.done)
	} else {
		err = t.q.OnceAt(t.form, t.Sent(s.Slug), func() error {
			_, _, err := t.Concerns.Say(t.q.Context(), by, s)
			return err
		})
	}
	var faults tilhor.Faults
	if !errors.As(err, &faults) {
		return err
	}
	return t.refused(faults)
}

func (t *teller) refused(faults tilhor.Faults) error {
	order := t.order()
	at := len(order) - 1
	for i := range faults {
		if faults[i].Field == "words" && t.level() == small {
			faults[i].Field = "pen-words"
		}
		at = min(at, t.screenOf(faults[i].Field))
	}
	t.form.Faults = slices.DeleteFunc(faults, func(f tilhor.Fault) bool { return t.screenOf(f.Field) != at })
	return t.show(order[at])
}

// screenOf is where a field stands, the last screen for one that stands on none.
func (t *teller) screenOf(field string) int {
	order := t.order()
	for i, at := range order {
		if slices.Contains(asked[at], field) {
			return i
		}
	}
	return len(order) - 1
}

// saying is the form as the room wants it.
func (t *teller) saying() concerns.Saying {
	f := t.form
	s := concerns.Saying{
		School: t.school.ID, For: concerns.For(f.Get("for")), Whom: f.Line("whom"), Words: f.Get("words"), Hope: f.Get("hope"), Arena: tilhor.Arena(f.Get("arena")),
		Wish: tilhor.PersonID(f.Get("wish")), Accused: t.accused(), Against: f.Line("against"),
	}
	if f.Get("accused") == unsure && s.Against == "" {
		s.Against = t.readers().T("say.unsure")
	}
	if t.Open && (f.Get("sign") == "yes" || t.level() == small) {
		s.Name = f.Line("name")
	}
	if t.level() != small {
		return s
	}
	s.For, s.Small, s.Whom = concerns.ForSelf, true, ""
	s.Words, s.Hope, s.Pen = t.pointed(), "", f.Line("pen")
	for _, a := range f.All("place") {
		if s.Arena == "" && tilhor.Arena(a).Valid() {
			s.Arena = tilhor.Arena(a)
		}
	}
	return s
}

// readers are the words that what was chosen is kept in: those who read it work
// at a Norwegian school, whatever language it was chosen in.
func (t *teller) readers() *lang.Words {
	if t.q.Lang == tilhor.Nynorsk {
		return t.q.T
	}
	return lang.For(tilhor.Bokmal)
}

// pointed is what a small child said by pointing, in words, and below it what an
// adult wrote down in the child's own words.
func (t *teller) pointed() string {
	w := t.readers()
	var all []string
	if f := t.form.Get("face"); slices.Contains(faces, f) {
		all = append(all, w.T("say.face."+f))
	}
	for _, a := range t.form.All("place") {
		if tilhor.Arena(a).Valid() {
			all = append(all, w.T("say.place."+a))
		}
	}
	words := ""
	if len(all) > 0 {
		words = w.T("say.pointed", "what", strings.Join(all, ". "))
	}
	if own := strings.TrimSpace(t.form.Get("pen-words")); own != "" {
		words = strings.TrimSpace(words + "\n" + own)
	}
	return words
}

// faces are how a child may say that it is, by a picture.
var faces = []string{"glad", "soso", "sad", "crying", "afraid", "angry", "unsure"}

// places are where, for the smallest: fewer than there are arenas.
var places = []tilhor.Arena{tilhor.ArenaBreak, tilhor.ArenaClass, tilhor.ArenaChanging, tilhor.ArenaWay, tilhor.ArenaSFO, tilhor.ArenaDigital, tilhor.ArenaElsewhere}

// check notes what is wrong on one screen. The room decides; this only spares the
// teller from coming back later.
func (t *teller) check(at screen) {
	f := t.form
	switch at {
	case whom:
		f.Faults.Add(!slices.ContainsFunc(t.fors(), func(o web.Option) bool { return o.Value == f.Get("for") }), "for", "say.fault.for")
		f.Faults.Add(t.parent() && t.school.ID == "", "school", "parent.fault.school")
	case name:
		f.Faults.Add(f.Get("sign") != "yes" && f.Get("sign") != "no", "sign", "say.fault.sign")
		f.Faults.Add(f.Get("sign") == "yes" && f.Line("name") == "", "name", "say.fault.name")
		t.long("name")
	case what:
		f.Faults.Add(strings.TrimSpace(f.Get("words")) == "", "words", "say.fault.words")
		f.Faults.Add(len([]rune(f.Get("words"))) > concerns.MaxText, "words", "concerns.fault.long")
		f.Faults.Add(len([]rune(f.Get("hope"))) > concerns.MaxText, "hope", "concerns.fault.long")
		f.Faults.Add(t.ownChild() && f.Line("whom") == "", "whom", "parent.fault.child")
		t.long("whom")
	case send:
		f.Faults.Add(!slices.Contains(ways, f.Get("accused")), "accused", "say.fault.accused")
		t.long("against")
		f.Faults.Add(f.Get("wish") != "" && !slices.ContainsFunc(t.offered(), func(a Adult) bool { return string(a.ID) == f.Get("wish") }), "wish", "say.fault.wish-about")
	case give:
		f.Faults.Add(f.Get("accused") != "" && !slices.Contains(ways, f.Get("accused")), "accused", "say.fault.accused")
		f.Faults.Add(t.pointed() == "", "pen-words", "say.fault.pointed")
		f.Faults.Add(len([]rune(f.Get("pen-words"))) > concerns.MaxText, "pen-words", "concerns.fault.long")
		f.Faults.Add(strings.TrimSpace(f.Get("pen-words")) != "" && f.Line("pen") == "", "pen", "say.fault.pen")
		t.long("pen")
		t.long("name")
		if !slices.ContainsFunc(t.offered(), func(a Adult) bool { return string(a.ID) == f.Get("wish") }) {
			f.Set("wish") // whom it is about is not whom to talk with
		}
	}
}

func (t *teller) long(field string) {
	t.form.Faults.Add(len([]rune(t.form.Get(field))) > concerns.MaxShort, field, "concerns.fault.short")
}

// fors are whom it may be about.
func (t *teller) fors() (all []web.Option) {
	w := t.q.T
	if t.parent() {
		return []web.Option{
			t.option("for", string(concerns.ForChild), w.T("say.for.child"), "", "child"),
			t.option("for", string(concerns.ForOther), w.T("say.for.other"), "", "seen"),
		}
	}
	for _, x := range []struct {
		f       concerns.For
		picture string
	}{{concerns.ForSelf, "me"}, {concerns.ForFriend, "friend"}, {concerns.ForChild, "child"}, {concerns.ForOther, "seen"}, {concerns.ForAnything, "talk"}} {
		if !t.Open && (x.f == concerns.ForChild || x.f == concerns.ForOther) { // a pupil is no parent
			continue
		}
		help := ""
		if w.Has("say.for." + string(x.f) + "-help") {
			help = w.T("say.for." + string(x.f) + "-help")
		}
		all = append(all, t.option("for", string(x.f), w.T("say.for."+string(x.f)), help, x.picture))
	}
	return all
}

func (t *teller) option(field, value, label, help, picture string) web.Option {
	return web.Option{Value: value, Label: label, Help: help, Picture: picture, Checked: t.form.Ticked(field, value)}
}

// An afterwards is what the last page is made of, and all that is kept for a second
// sending: the secret of the receipt, who reads it, and whether there is a code. Not
// the code: that is drawn again from the form itself. It is as long in every case.
type afterwards struct {
	secret     string
	past, code bool // past the school, to the municipality
}

func (a afterwards) String() string {
	yes := map[bool]string{true: "1", false: "0"}
	return a.secret + "\n" + yes[a.past] + yes[a.code]
}

func readAfterwards(answer string) afterwards {
	secret, how, _ := strings.Cut(answer, "\n")
	return afterwards{secret, strings.HasPrefix(how, "1"), strings.HasSuffix(how, "1")}
}

// done is the last page on the school's own page: that it was received, and what
// happens now. A receipt is shown when it is asked for.
func (t *teller) done(answer string) error {
	a, code := readAfterwards(answer), ""
	if a.code && t.Code != nil {
		code = t.Code(t.q.Kit.Owner.ID, t.q.Token(t.form))
	}
	return t.q.RenderStatus(http.StatusOK, donePage, t.doneView(a.secret, code, a.past))
}

// receipt shows the receipt of what was told without signing in, to whoever has
// its secret: in the body of a form, and never in an address.
func (t *teller) receipt(file bool) error {
	if !t.Open {
		return tilhor.ErrNotFound
	}
	secret := t.form.Get("secret")
	s, err := t.Concerns.ByLink(t.q.Context(), t.q.Kit.Owner.ID, secret)
	if err == nil && (!s.Quiet || s.School != t.school.ID) {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return err
	}
	r, err := t.Concerns.Receipt(t.q.Context(), t.q.Kit.Owner.ID, s.Entry)
	if err != nil {
		return err
	}
	if file {
		return t.q.GiveReceipt(r, "kvittering")
	}
	v, err := t.receiptView(r, secret)
	if err != nil {
		return err
	}
	return t.q.RenderStatus(http.StatusOK, receiptPage, v)
}
