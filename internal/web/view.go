package web

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"tilhor"
	"tilhor/internal/lang"
)

// What follows is the data the components are drawn from. Every text in them
// is in the reader's language already; every struct is drawn by the component
// its comment names: {{template "c-duty" .}}.

// A Surface is how a page is laid out: for work, or for everyone.
type Surface string

// Work is dense and has a menu; Public has large type and one question a page.
const (
	Work   Surface = "work"
	Public Surface = "public"
)

// A Frame is what surrounds a page. Page structs embed it, so that {{.W.T
// "key"}} works everywhere in them. It is drawn by "page".
type Frame struct {
	W       *lang.Words
	Title   string // of the browser's tab, unless the page defines "title"; begins as the h1 does
	Neutral bool   // the tab tells nothing of the page: on every page with case content
	Faulty  bool   // the tab begins «Feil:», as a form came back

	School   string // the unit in the top: «Solbakken skole»
	Owner    string // «Granvik kommune»
	Home     string // where the mark leads, "/" unless given
	Who      string // who is signed in, "" for nobody
	RoleName string // the one role they act in
	Roles    string // address where another role is chosen, "" when there is but one
	Rooms    string // address of the bodies that they sit in, "" for none
	Leave    string // the same on a shared machine, where it is the only way on
	SignOut  string // address that the sign-out button posts to
	Nav      []NavItem
	Langs    []LangLink
	Keep     string // what the links at the foot need to keep the language

	Formless bool // a public page without a form: its style sheet has nothing of theirs
	Exit     bool // a quick way out of the screen: on every page with case content
	Closes   int  // steps of closesEach, after which what the page shows is hidden, but not what is being written; 0 for never
	Demo     bool // the strip that says all is made up
	Surface  Surface
	Level    string // 6-8, 9-12, 13+, voksen on pages for children
	Scheme   string // light, dark or auto
	CSRF     string // written as a hidden field by "c-csrf", when the server wants one
}

// NeutralTitle is what the tab says on a page of a case: nothing of it.
func (f Frame) NeutralTitle() string {
	if f.Body() == Public {
		return f.W.T("frame.neutral-own")
	}
	return f.W.T("frame.neutral")
}

// ExitPath is where the quick way out leads. The server sends on from there to
// a page that has nothing to do with school.
const ExitPath = "/ut"

// rightsFor are the pages of rights by who a page is written for; a page for no
// age in particular leads to the middle one.
var rightsFor = map[string]string{"6-8": "7", "13+": "15", "voksen": "foresatt"}

// RightsHref is where one's rights stand, in the words of this page's reader.
func (f Frame) RightsHref() string {
	level := rightsFor[f.Level]
	if level == "" {
		level = "11"
	}
	return "/rettigheter/" + level
}

// words are what the page speaks with, for who draws it.
func (f Frame) words() *lang.Words { return f.W }

// Lang is the page's language.
func (f Frame) Lang() tilhor.Lang { return f.W.Lang() }

// Unchecked says, in small, that no person who knows the language has read the
// page. In a further language it is said first on the page, in Norwegian too.
func (f Frame) Unchecked() bool { return (f.Body() == Public || f.InFurther()) && !f.W.Checked() }

// InFurther says whether the page is in one of the further languages.
func (f Frame) InFurther() bool { return slices.Contains(lang.Further, f.W.Lang()) }

// Norwegian says in bokmål what a Norwegian helper beside the reader must know.
func (f Frame) Norwegian(key string) string { return lang.For(tilhor.Bokmal).T(key) }

// Body is the surface, work unless said otherwise.
func (f Frame) Body() Surface {
	if f.Surface == "" {
		return Work
	}
	return f.Surface
}

// Sheet is the style sheet of the page: only what such pages use.
func (f Frame) Sheet() string {
	switch {
	case f.Body() == Public && f.Formless:
		return "school.css"
	case f.Body() == Public:
		return "public.css"
	}
	return "work.css"
}

// Size is the size Designsystemet draws in.
func (f Frame) Size() string {
	if f.Body() == Public {
		return "md"
	}
	return "sm"
}

// ColorScheme is what the reader chose, or what the machine is set to.
func (f Frame) ColorScheme() string {
	if f.Scheme == "" {
		return "auto"
	}
	return f.Scheme
}

// HomeHref is where the mark leads.
func (f Frame) HomeHref() string {
	if f.Home == "" {
		return "/"
	}
	return f.Home
}

// Unit is what the tab and the mark call the place.
func (f Frame) Unit() string {
	if f.School != "" {
		return f.School
	}
	if f.Owner != "" {
		return f.Owner
	}
	return "Tilhør"
}

// SignedAs is the person and the one role they act in.
func (f Frame) SignedAs() string {
	if f.RoleName == "" {
		return f.Who
	}
	return f.Who + ", " + lower(f.RoleName)
}

// lower makes the first letter small, but leaves a name of letters: SFO, PP.
func lower(s string) string {
	r := []rune(s)
	if len(r) < 2 || unicode.IsUpper(r[1]) {
		return s
	}
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

// ExitHref is where the quick way out leads: on a shared machine to its own, which
// signs out there.
func (f Frame) ExitHref() string {
	if f.Leave != "" {
		return TabletExit
	}
	return ExitPath
}

// A NavItem is one place in the menu. Count is what waits there for the reader; Over
// says that it is more than that.
type NavItem struct {
	Href, Icon, Text string
	Count            int
	Over             bool
	Current          bool
}

// A LangLink shows the same page in another language.
type LangLink struct {
	Lang    tilhor.Lang
	Name    string // in that language
	Href    string
	Current bool
}

var langNames = map[tilhor.Lang]string{
	tilhor.Bokmal: "Bokmål", tilhor.Nynorsk: "Nynorsk", tilhor.English: "English", tilhor.Sami: "Davvisámegiella",
	tilhor.Polish: "Polski", tilhor.Ukrainian: "Українська", tilhor.Arabic: "العربية", tilhor.Somali: "Soomaali",
}

// LangName is what a language is called by those who speak it.
func LangName(l tilhor.Lang) string { return langNames[l] }

// LangLinks are links to the page at u in every language. They keep its path
// and query, and are plain GETs, so they work without JavaScript and never
// repeat a post.
func LangLinks(now tilhor.Lang, u *url.URL, further ...tilhor.Lang) []LangLink {
	var links []LangLink
	rest := keptQuery(u)
	for _, l := range slices.Concat(lang.Langs, further) {
		links = append(links, LangLink{l, langNames[l], u.EscapedPath() + "?l=" + string(l) + rest, l == now})
	}
	return links
}

// mostKept bounds what the links keep of a query: no page of ours has a longer one.
const mostKept = 2000

// keptQuery is what else stands in a query, written by its numbers sign for sign. A
// browser reads it as it was. But anybody can send somebody a link with a guess in it,
// and a guess that stood on the page as letters would pack shorter where the page has
// the same letters (docs/decisions/0043).
func keptQuery(u *url.URL) string {
	if len(u.RawQuery) > mostKept {
		return ""
	}
	var b strings.Builder
	q := u.Query()
	for _, name := range slices.Sorted(maps.Keys(q)) {
		if name == "l" {
			continue
		}
		for _, v := range q[name] {
			b.WriteString("&" + numbered(name) + "=" + numbered(v))
		}
	}
	return b.String()
}

func numbered(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}

// A StateName is the state of a thing, shown as an icon and a word.
type StateName string

// The states there are, with their icons in stateIcons.
const (
	OK   StateName = "ok"
	Now  StateName = "now"
	Soon StateName = "soon"
	Late StateName = "late"
	Wait StateName = "wait"
	None StateName = "none"
	Lock StateName = "lock"
)

var stateIcons = map[StateName]string{
	OK: "CheckmarkCircleFill", Now: "Clock", Soon: "Calendar", Late: "ExclamationmarkTriangleFill", Wait: "Hourglass", None: "CircleBroken", Lock: "PadlockLocked",
}

// A State is drawn by "c-state".
type State struct {
	Name StateName
	Word string
}

// Icon is the state's icon.
func (s State) Icon() string { return stateIcons[s.Name] }

// A Tag says where a duty comes from: the act (lov), guidance (rad) or a local
// routine (lokal). The three are never mixed up. Drawn by "c-tag".
type Tag struct{ Class, Word, Why string }

// TagOf is the tag of a class in a language.
func TagOf(w *lang.Words, class string) Tag {
	return Tag{class, w.T("class." + class), w.T("class." + class + ".why")}
}

// A Note is a message on the page, best one a page. Color is success, info,
// warning, danger or neutral. Role is status or alert, only after an act.
// Drawn by "c-note".
type Note struct {
	Color, Title, Text, Role string
	Href, Link               string
}

// Icon is the note's icon.
func (n Note) Icon() string {
	switch n.Color {
	case "success":
		return "CheckmarkCircle"
	case "warning":
		return "Hourglass"
	case "danger":
		return "XMarkOctagonFill"
	case "neutral":
		return "ShieldLock"
	}
	return "InformationSquare"
}

// A Duty is one row of what must be done: what, by whom, when. Drawn by
// "c-duty" inside ol.t-duties, or a whole list by "c-duties".
type Duty struct {
	What, Href string
	Tag        Tag
	Meta       []string // who, case, section
	State      State
	When       string // the reason, or whose date it is
}

// MetaLine is who and which case on one line.
func (d Duty) MetaLine() string { return strings.Join(d.Meta, " · ") }

// A Gate is what must be in place before a decision. Drawn by "c-gate".
type Gate struct {
	W     *lang.Words
	Items []GateItem
	Rest  string // after «2 av 4 er på plass.»; "" leaves the sum out
}

// A GateItem is done or missing; what is missing has a link to where it is put
// right.
type GateItem struct {
	OK                      bool
	Text, Small, Href, Link string
}

// Done counts what is in place.
func (g Gate) Done() int {
	n := 0
	for _, i := range g.Items {
		if i.OK {
			n++
		}
	}
	return n
}

// A Happening is one moment of the chronology, oldest first. Drawn by "c-time",
// which takes a list of them.
type Happening struct {
	When     string // as read
	DateTime string // as a machine reads it, RFC 3339 or a date; "" when not known
	Title    string
	Text     string
	Late     string   // that it was written later than it happened, and when
	Amended  []string // what was put right of it, beside what was written
	Href     string
	Link     string
	Key      bool // the school knew
	Next     bool // planned
}

// A Quote is a child's own words, unchanged. Drawn by "c-quote".
type Quote struct{ Text, By, Href, Link string }

// Stages are the five steps of a track, which are also its menu. Drawn by
// "c-stages".
type Stages struct {
	Label string
	Items []Stage
}

// A Stage is one step with its state.
type Stage struct {
	Href, Name string
	State      State
	Current    bool
}

// A Field is one question of a form. Drawn by "c-text", "c-textarea",
// "c-select", "c-date", "c-time-field", "c-radios", "c-checks", "c-picks" or
// "c-checkbox". The server writes all aria itself.
type Field struct {
	ID, Name, Label, Help, Value, Error string

	Mark         string // «valgfritt», on what may be left empty
	Required     bool
	Rows         int
	Max          int    // longest text
	Type         string // of "c-text": text unless given
	Autocomplete string
	InputMode    string
	Spell        string // "false" where a name is asked for
	Short        bool
	Row          bool // choices beside each other
	Many         bool // of "c-picks": several may be chosen
	Options      []Option
}

// An Option is one answer to choose. Picture is for "c-picks".
type Option struct {
	Value, Label, Help, Picture string
	Checked                     bool
}

// Key is the field's id, its name unless given.
func (f Field) Key() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

// Described are the ids of the help and the fault, for aria-describedby.
func (f Field) Described() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.Key()+"-help")
	}
	if f.Error != "" {
		ids = append(ids, f.Key()+"-fault")
	}
	return strings.Join(ids, " ")
}

// OptionKey is the id of an answer. The first has the field's own, so that the
// list of faults leads to it.
func (f Field) OptionKey(i int) string {
	if i == 0 {
		return f.Key()
	}
	return f.Key() + "-" + f.Options[i].Value
}

// Lines is how tall a text field begins.
func (f Field) Lines() int {
	if f.Rows == 0 {
		return 4
	}
	return f.Rows
}

// Kind is the type of a text field.
func (f Field) Kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// A Summary lists what must be put right, first on the page, with links to the
// fields. Drawn by "c-faults".
type Summary struct {
	Heading string
	Kept    string // that what was written is kept
	Items   []SummaryItem
}

// A SummaryItem leads to the field it speaks of.
type SummaryItem struct{ Href, Text string }

// SummaryOf tells the faults of a form in a language. It is nil without any.
func SummaryOf(w *lang.Words, faults tilhor.Faults) *Summary {
	if len(faults) == 0 {
		return nil
	}
	s := Summary{Heading: w.T("form.faults", "n", len(faults)), Kept: w.T("form.kept")}
	for _, f := range faults {
		s.Items = append(s.Items, SummaryItem{"#" + f.Field, w.T(f.Key)})
	}
	return &s
}

// FaultAt is what is wrong with one field, "" when nothing is.
func FaultAt(w *lang.Words, faults tilhor.Faults, field string) string {
	for _, f := range faults {
		if f.Field == field {
			return w.T(f.Key)
		}
	}
	return ""
}

// Facts are terms and what they are. Stacked in a side panel. Drawn by
// "c-facts".
type Facts struct {
	Stack bool
	Items []Fact
}

// A Fact may have a link; Hidden tells those who listen what is changed.
type Fact struct{ Term, Text, Href, Link, Hidden, Tel string } // Tel is a number as it is dialled; Link is how it is read

// An Empty says what is not here and what comes next. Drawn by "c-empty".
type Empty struct{ Title, Text string }

// A Button is a link when it has Href, else it sends the form. Kind is ""
// for the one primary button, secondary, tertiary. Drawn by "c-button", a row
// of them by "c-actions".
type Button struct {
	Text, Href, Kind, Icon, Name, Value string
	Danger                              bool
}

// A Table is drawn by "c-table"; below 40 rem its rows become cards. The first
// cell of a row is its heading.
type Table struct {
	Caption string
	Hidden  bool // the caption is only heard
	Columns []Column
	Rows    [][]Cell
}

// A Column is a heading; Right is for numbers.
type Column struct {
	Text  string
	Right bool
}

// A Cell holds text, and what else of a row may stand in one.
type Cell struct {
	Text, Href, Small string
	State             *State
	Tag               *Tag
}

// A Stat is a number, what it counts and its state: no arrow says good or bad.
// A list of them is drawn by "c-stats".
type Stat struct {
	Number, What, Note string
	State              *State
}

// A Pager leads to newer and older rows of a list that is read by its clock.
// Drawn by "c-pager".
type Pager struct {
	W            *lang.Words
	Newer, Older string
}

// A Back leads to where the reader came from. Drawn by "c-back".
type Back struct{ Href, Text string }

// Steps are how far one has come in a form of several pages. Drawn by
// "c-steps".
type Steps struct {
	W      *lang.Words
	N, All int
}

// Marks are the steps' states, for the bar.
func (s Steps) Marks() []string {
	m := make([]string, s.All)
	for i := range m {
		switch {
		case i+1 < s.N:
			m[i] = "done"
		case i+1 == s.N:
			m[i] = "now"
		}
	}
	return m
}
