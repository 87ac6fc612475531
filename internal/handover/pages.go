package handover

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

//go:embed page.html
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "page.html"))

// A doc is one page of a package. Every text in it is in the reader's language.
type doc struct {
	W                   *lang.Words
	Title, Lead, Unit   string
	Line, Foot, Confide string
	Nav                 []link
	Sections            []section
}

type link struct {
	Href, Text string
	Current    bool
}

type section struct {
	ID, Title, Text string
	Facts           []fact
	Rows            []row
	Table           *table
	Links           []link
}

type row struct {
	When, Title, By, Late string
	Facts                 []fact
}

// A fact is a term and its text. One with a label is a passage of the record: the
// label stands on the page, so that the two can be compared. Held is why it is
// not shown.
type fact struct{ Term, Text, Label, Held string }

type table struct {
	Columns []string
	Rows    [][]fact
}

// The pages, in the order they are read.
const (
	pageCover    = "00-forside.html"
	pageTime     = "01-kronologi.html"
	pagePlans    = "02-planer.html"
	pageVoices   = "03-barnas-ord.html"
	pageFindings = "04-undersokelse.html"
	pageEvals    = "05-evalueringer.html"
	pageNotices  = "06-varsler.html"
	pageDuties   = "07-plikter.html"
	pageReadings = "08-leselogg.html"
	pageAttached = "09-vedlegg.html"
)

// pageKeys are what the pages are called, in texts and in the manifest.
var pageKeys = map[string]string{
	pageCover: "cover", pageTime: "chronology", pagePlans: "plans", pageVoices: "voices", pageFindings: "findings",
	pageEvals: "evaluations", pageNotices: "notices", pageDuties: "duties", pageReadings: "readings", pageAttached: "attached", pageForces: "forces",
}

// A teller writes the pages of one package.
type teller struct {
	f    *cases.Folder
	s    *shield
	o    Order
	w    *lang.Words
	now  time.Time
	name string
	list []string        // the pages there are
	said map[string]bool // every label an entry has

	forces []interventions.Folder
	talks  []spoken
}

// with adds the interventions against the pupil.
func (t *teller) with(forces []interventions.Folder) *teller {
	if t.forces = forces; len(forces) > 0 {
		t.list = append(t.list, pageForces)
	}
	return t
}

func newTeller(f *cases.Folder, s *shield, o Order, now time.Time) *teller {
	t := &teller{f: f, s: s, o: o, w: lang.For(o.Lang), now: now, name: f.Name, said: map[string]bool{}}
	if t.name == "" {
		t.name = t.w.T("handover.pupil")
	}
	for _, p := range s.parts() {
		t.said[p.Label] = true
	}
	t.list = []string{pageCover, pageTime, pagePlans, pageVoices, pageFindings, pageEvals, pageNotices, pageDuties}
	if o.Readings {
		t.list = append(t.list, pageReadings)
	}
	if len(f.Files) > 0 {
		t.list = append(t.list, pageAttached)
	}
	return t
}

func (t *teller) t(key string, kv ...any) string {
	return t.w.T("handover."+key, append(kv, "name", t.name)...)
}

// pages writes them all.
func (t *teller) pages() ([]item, error) {
	made := map[string][]section{
		pageCover: t.cover(), pageTime: {{Rows: t.chronology()}}, pagePlans: t.plans(), pageVoices: t.voices(),
		pageFindings: {{Rows: t.of(cases.Started, cases.Source, cases.Finding, cases.Found, cases.Interest)}},
		pageEvals:    {{Rows: t.of(cases.Evaluated, cases.Checked, cases.Ended, cases.SteppedDownK, cases.Reopened)}},
		pageNotices:  {{Rows: t.of(noticeKinds...)}}, pageDuties: t.duties(), pageReadings: t.readings(),
		pageAttached: t.attachments(), pageForces: t.forcePage(),
	}
	var all []item
	for _, name := range t.list {
		raw, err := t.page(name, made[name])
		if err != nil {
			return nil, err
		}
		all = append(all, itemOf(name, pageKeys[name], raw))
	}
	return all, nil
}

// noticeKinds are what was told to others (the home, the owner, the parties to a
// decision, who asked for access) and what they said to it, and what passed with
// Statsforvalteren.
var noticeKinds = append([]cases.Kind{
	cases.RaisedBy, cases.Informed, cases.Rights, cases.HomeInformed, cases.HomeWords, cases.HomePlan, cases.HomeSaid, cases.HomeAnswered, cases.HomeHeard,
	cases.HomeDisagree, cases.HomeGiven, cases.InsightAsked, cases.InsightDecided, cases.ToldOwner, cases.Noticed, cases.Resolved, cases.Reached, cases.Appealed, cases.PassedOn, cases.Packed,
}, cases.StateKinds...)

func (t *teller) page(name string, sections []section) ([]byte, error) {
	key := pageKeys[name]
	d := doc{
		W: t.w, Title: t.t("page." + key), Lead: t.t("lead." + key), Unit: t.o.School + " · " + t.o.Owner, Line: t.line(),
		Confide: t.t("confide." + string(t.o.Kind)), Sections: sections,
		Foot: t.t("foot", "when", t.w.DateTime(t.now), "number", t.f.Number),
	}
	empty := true
	for _, s := range sections {
		empty = empty && len(s.Rows) == 0 && len(s.Facts) == 0 && s.Table == nil && s.Text == ""
	}
	if empty {
		d.Sections = []section{{Text: t.t("nothing")}}
	}
	for _, n := range t.list {
		d.Nav = append(d.Nav, link{Href: n, Text: t.t("page." + pageKeys[n]), Current: n == name})
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, d); err != nil {
		return nil, fmt.Errorf("write %s of a package: %w", name, err)
	}
	return b.Bytes(), nil
}

// line says whose track it is.
func (t *teller) line() string {
	s := t.name
	if t.f.Class != "" {
		s += ", " + t.f.Class
	}
	return s + " · " + t.t("case", "number", t.f.Number)
}

func (t *teller) cover() []section {
	about := section{Title: t.t("cover.about"), Facts: []fact{
		{Term: t.t("cover.for"), Text: t.t("kind." + string(t.o.Kind))},
		{Term: t.t("cover.answers"), Text: t.o.Answers},
		{Term: t.t("cover.pupil"), Text: t.line()},
		{Term: t.t("cover.school"), Text: t.o.School + ", " + t.o.Owner},
		{Term: t.t("cover.made"), Text: t.t("cover.made-by", "when", t.w.DateTime(t.now), "who", t.o.Maker)},
		{Term: t.t("cover.state"), Text: t.t("state." + string(t.f.State))},
	}}
	if t.f.Has != "" {
		about.Facts = append(about.Facts, fact{Term: t.t("cover.handler"), Text: t.f.Has})
	}
	for _, x := range t.s.windows() {
		about.Facts = append(about.Facts, fact{Term: t.t("cover.raised"), Text: t.t("cover.raised-on", "date", t.w.Date(x.RaisedAt), "week", t.w.Date(x.CalendarWeek), "days", t.w.Date(x.Arbeidsdager))})
	}
	all := []section{about}
	if t.f.Protected {
		all = append([]section{{Title: t.t("cover.protected"), Text: t.t("cover.protected-text")}}, all...)
	}
	if words, r := t.f.Quote(); r != nil {
		label := seal.Label("words", string(r.ID))
		if r.Kind == cases.Told || r.Kind == cases.Exposed {
			label = seal.Label("said", string(r.ID))
		}
		all = append(all, section{Title: t.t("cover.says"), Facts: []fact{t.passage(t.w.Moment(r.When), words, label)}})
	}
	what := section{Title: t.t("cover.contents")}
	for _, n := range t.list[1:] {
		what.Links = append(what.Links, link{Href: n, Text: t.t("page." + pageKeys[n])})
	}
	all = append(all, what)
	if t.o.Kind == ForFamily {
		held := section{Title: t.t("cover.held"), Text: t.t("cover.held-none")}
		if n := t.withheld(); len(n) > 0 {
			held.Text = t.t("cover.held-text")
			for _, why := range Reasons {
				if n[why] > 0 {
					held.Facts = append(held.Facts, fact{Term: t.t("held." + string(why)), Text: t.t("passages", "n", n[why])})
				}
			}
		}
		held.Text += " " + t.t("cover.left-out")
		all = append(all, held)
	}
	return append(all, section{Title: t.t("cover.proof"), Text: t.t("cover.proof-text"), Facts: []fact{
		{Term: t.t("cover.entries"), Text: t.t("cover.entries-n", "n", len(t.s.entries()))},
		{Term: t.t("cover.checkpoint"), Text: t.t("cover.checkpoint-of", "n", t.f.Checkpoint.Size, "when", t.w.DateTime(t.f.Checkpoint.Time))},
		{Term: t.t("cover.fingerprint"), Text: Fingerprint(t.f.Public)},
		{Term: t.t("cover.command"), Text: "tilhor package verify --key owner.pub FIL"},
	}})
}

func (t *teller) withheld() map[Reason]int {
	n := map[Reason]int{}
	for _, p := range t.s.parts() {
		if x := t.s.part(p); x.State == stateWithheld {
			n[x.Reason]++
		}
	}
	return n
}

// passage is a passage of the record as a page shows it, or why it does not.
func (t *teller) passage(term, text, label string) fact {
	if !t.said[label] { // a name from the roster: no passage
		return fact{Term: term, Text: text}
	}
	if why := t.s.why(label); why != "" {
		return fact{Term: term, Label: label, Held: t.t("held." + string(why))}
	}
	return fact{Term: term, Text: text, Label: label}
}

func (t *teller) of(kinds ...cases.Kind) []row { return t.rows(t.f.Of(kinds...)) }

func (t *teller) rows(records []cases.Record) (all []row) {
	for _, r := range records {
		if !t.s.unseen(r) {
			all = append(all, t.row(r))
		}
	}
	return all
}

// fields are the passages of records, in the order they are read.
var fields = []string{
	"from", "who", "said", "pen", "words", "saw", "hope", "place", "wish", "asked", "wants", "weight", "what", "finding", "interests", "view",
	"weighing", "conclusion", "why", "best", "reason", "attempts", "text", "line", "detail", "question", "whom", "look", "seemed", "service", "seen-by", "keeper",
}

// row is one record as it is read.
func (t *teller) row(r cases.Record) row {
	w := t.w
	x := row{When: w.Moment(r.When), Title: t.title(r), By: r.Name}
	if x.By != "" {
		x.By += ", "
	}
	x.By += w.T("role." + string(r.Role))
	if r.Late() {
		x.Late = w.T("stage.late", "when", w.DateTime(r.When.Written))
	}
	about := aboutOthers(t.f.File, r)
	if about && t.o.Kind == ForState {
		if who := t.child(r); who != "" {
			x.Facts = append(x.Facts, fact{Term: t.t("child"), Text: who})
		}
	}
	plain := func(term, text string) {
		if text != "" {
			x.Facts = append(x.Facts, fact{Term: term, Text: text})
		}
	}
	if key := "stage.answer." + string(r.Kind) + "." + r.Answer; !t.heldRow(r) && w.Has(key) {
		plain(w.T("stage.field.answer"), w.T(key))
	}
	if r.Kind == cases.Source {
		plain(w.T("stage.field.source"), w.T("stage.inquiry.source."+r.Ref))
	}
	if r.Kind == cases.Told && !t.heldRow(r) {
		plain(t.t("channel"), t.t("channel."+r.Answer))
	}
	x.Facts = append(x.Facts, t.texts(r)...)
	for _, c := range t.f.Corrections(r.ID) {
		if c.Kind == cases.Corrected {
			plain(t.t("corrected"), t.t("corrected.text", "when", w.Moment(c.When)))
		}
	}
	if key := "stage.on." + string(r.Kind); r.On != "" && !t.heldRow(r) && w.Has(key) {
		plain(w.T(key), w.Date(r.On))
	}
	switch {
	case r.Kind == cases.Packed:
		plain(t.t("hash"), r.Ref)
	case r.Kind == cases.StateAnswered && r.Answer != "":
		plain(t.t("hash"), r.Answer)
	}
	return x
}

func (t *teller) heldRow(r cases.Record) bool { return t.s.why(seal.Label("row", string(r.ID))) != "" }

// texts are the passages of a record, those that no page names last.
func (t *teller) texts(r cases.Record) (all []fact) {
	known := map[string]bool{"how": true, "back": true, "way": true, "choices": true, "about": true} // keys, and what is for machines
	add := func(name, term string) {
		known[name] = true
		text := r.Text[name]
		if text == "" {
			return
		}
		all = append(all, t.passage(term, text, seal.Label(name, string(r.ID))))
	}
	for _, name := range fields {
		term := t.w.T("stage.field.who")
		if key := "stage.field." + name; t.w.Has(key) {
			term = t.w.T(key)
		} else if name == "from" {
			term = t.t("field.from")
		}
		add(name, term)
	}
	if key := "insight.provision." + r.Text["provision"]; t.w.Has(key) && t.s.why(seal.Label("provision", string(r.ID))) == "" {
		known["provision"] = true
		all = append(all, fact{Term: t.w.T("archive.field.provision"), Text: t.w.T(key)})
	}
	for _, e := range r.Effects() {
		name := "effect-" + string(e.Measure)
		known[name] = true
		label := seal.Label(name, string(r.ID))
		if t.s.why(label) != "" {
			all = append(all, t.passage(t.w.T("stage.field.effect"), "", label))
			continue
		}
		text := t.measure(e.Measure) + t.w.T("stage.evaluate.helped."+e.Helped) + ". " + t.w.T("stage.evaluate.measure-then."+e.Then) + "."
		if e.Note != "" {
			text += " " + e.Note
		}
		all = append(all, fact{Term: t.w.T("stage.field.effect"), Text: text})
	}
	var rest []string
	for name := range r.Text {
		if !known[name] {
			rest = append(rest, name)
		}
	}
	slices.Sort(rest)
	for _, name := range rest {
		add(name, t.t("field.other"))
	}
	return all
}

// measure is what a measure says, before what became of it.
func (t *teller) measure(id tilhor.MeasureID) string {
	label := seal.Label("what", string(id))
	if d, ok := t.f.Parts[label]; ok && t.s.why(label) == "" {
		return d.Plain + ": "
	}
	return ""
}

func (t *teller) title(r cases.Record) string {
	key := "stage.kind." + string(r.Kind)
	if r.Kind == cases.Voice && !t.f.Own(r) {
		key += "-other"
	}
	if own := key + "." + r.Answer; t.w.Has(own) && !t.heldRow(r) {
		key = own
	}
	if !t.w.Has(key) {
		return t.t("kind-of-record.other")
	}
	return t.w.T(key, "name", t.name, "n", r.Ref)
}

// child is who another child is, in a package for Statsforvalteren.
func (t *teller) child(r cases.Record) string {
	for _, c := range t.f.Children {
		if c.Code == r.Ref {
			if c.Name != "" {
				return c.Name + " (" + t.t("role."+c.Role) + ")"
			}
			return c.Described + " (" + t.t("role."+c.Role) + ")"
		}
	}
	return ""
}

// voices are what each child said, the pupil first, each by itself.
func (t *teller) voices() []section {
	own := section{ID: "eleven", Title: t.name}
	for _, r := range t.f.Records {
		switch r.Kind {
		case cases.Told, cases.Exposed:
			if r.Text["said"] != "" {
				own.Rows = append(own.Rows, t.row(r))
			}
		case cases.Voice:
			if t.f.Own(r) {
				own.Rows = append(own.Rows, t.row(r))
			}
		case cases.Evaluated, cases.Checked, cases.Ended:
			own.Rows = append(own.Rows, t.row(r))
		case cases.MineSaid, cases.MineWord: // written by the child itself
			own.Rows = append(own.Rows, t.rows([]cases.Record{r})...)
		case cases.RaisedBy:
			if r.Answer == "pupil" {
				own.Rows = append(own.Rows, t.rows([]cases.Record{r})...)
			}
		}
	}
	if len(own.Rows) == 0 {
		own.Text = t.t("voices.none")
	}
	all := []section{own}
	for i, c := range t.f.Children {
		x := section{ID: "barn-" + strconv.Itoa(i+1), Title: t.t("voices.other", "n", strconv.Itoa(i+1))}
		if t.o.Kind == ForState {
			x.Title = t.child(cases.Record{Ref: c.Code})
		}
		for _, r := range t.f.Of(cases.Voice) {
			if r.Ref == c.Code {
				x.Rows = append(x.Rows, t.row(r))
			}
		}
		if len(x.Rows) == 0 {
			x.Text = t.t("voices.not-heard")
		}
		all = append(all, x)
	}
	return all
}

// plans are the approved versions, each with what was changed since the one
// before. The urgent measures stand first.
func (t *teller) plans() (all []section) {
	for i, p := range t.f.Plans {
		s := section{
			ID: "versjon-" + strconv.Itoa(p.Version), Title: t.w.T("stage.plan.version", "n", strconv.Itoa(p.Version)),
			Text: t.t("plan.approved", "when", t.w.DateTime(p.ApprovedAt), "who", p.Approver),
		}
		for _, r := range t.f.Of(cases.Approved) {
			if r.Ref == strconv.Itoa(p.Version) && r.Text["why"] != "" {
				s.Facts = append(s.Facts, t.passage(t.t("plan.why"), r.Text["why"], seal.Label("why", string(r.ID))))
			}
		}
		for n, m := range p.Measures {
			x := row{Title: t.t("plan.measure", "n", strconv.Itoa(n+1))}
			for _, e := range t.elements(m) {
				if e.Text != "" || e.Held != "" {
					x.Facts = append(x.Facts, e)
				}
			}
			s.Rows = append(s.Rows, x)
		}
		all = append(all, s)
		if i > 0 {
			all = append(all, t.differs(t.f.Plans[i-1], p))
		}
	}
	return append(all, t.shared()...)
}

// shared are the measures of other tracks in the matter that help this pupil too, as
// they stand there now: Statsforvalteren sees what is done, and the family what a
// person gives it. Their proof is in the tracks that they belong to.
func (t *teller) shared() []section {
	if len(t.f.Shared) == 0 || t.o.Kind != ForState {
		return nil
	}
	s := section{ID: "felles", Title: t.t("plan.shared"), Text: t.t("plan.shared-text")}
	for n, m := range t.f.Shared {
		s.Rows = append(s.Rows, row{Title: t.t("plan.measure", "n", strconv.Itoa(n+1)), Facts: []fact{
			{Term: t.t("plan.what"), Text: m.What}, {Term: t.t("plan.start"), Text: t.w.Date(m.Start)}, {Term: t.t("plan.doer"), Text: m.Name},
		}})
	}
	return []section{s}
}

// elements are the five things the act asks of a plan (§ 12-4 third paragraph).
func (t *teller) elements(m cases.Measure) []fact {
	id := string(m.ID)
	when := t.w.Date(m.Start)
	if m.Until != "" {
		when += " – " + t.w.Date(m.Until)
	}
	return []fact{
		t.passage(t.t("plan.problem"), m.Problem, seal.Label("problem", id)),
		t.passage(t.t("plan.what"), m.What, seal.Label("what", id)),
		{Term: t.t("plan.start"), Text: when},
		t.passage(t.t("plan.when"), m.When, seal.Label("when", id)),
		{Term: t.t("plan.doer"), Text: m.Name},
		{Term: t.t("plan.evaluate"), Text: t.w.Date(m.Evaluate)},
	}
}

func (t *teller) differs(old, now cases.Plan) section {
	from, to := strconv.Itoa(old.Version), strconv.Itoa(now.Version)
	x := &table{Columns: []string{t.t("plan.part"), t.w.T("stage.plan.version", "n", from), t.w.T("stage.plan.version", "n", to)}}
	for i := range max(len(old.Measures), len(now.Measures)) {
		var a, b []fact
		if i < len(old.Measures) {
			a = t.elements(old.Measures[i])
		}
		if i < len(now.Measures) {
			b = t.elements(now.Measures[i])
		}
		for k := range max(len(a), len(b)) {
			was, is := fact{Text: t.t("plan.was-not")}, fact{Text: t.t("plan.is-not")}
			term := ""
			if k < len(a) {
				was, term = a[k], a[k].Term
			}
			if k < len(b) {
				is, term = b[k], b[k].Term
			}
			if was.Text == is.Text && was.Held == is.Held || was.Text+was.Held == "" && k >= len(b) || is.Text+is.Held == "" && k >= len(a) {
				continue
			}
			x.Rows = append(x.Rows, []fact{{Text: t.t("plan.measure", "n", strconv.Itoa(i+1)) + ": " + term}, was, is})
		}
	}
	s := section{ID: "forskjeller-" + to, Title: t.t("plan.differs", "from", from, "to", to), Table: x}
	if len(x.Rows) == 0 {
		s.Table, s.Text = nil, t.t("plan.same")
	}
	return s
}

// duties lists what the law asks, with the reference each duty had when it arose.
func (t *teller) duties() []section {
	x := &table{}
	for _, k := range []string{"what", "ref", "class", "from", "due", "state"} {
		x.Columns = append(x.Columns, t.t("duty."+k))
	}
	for _, d := range t.f.Duties {
		if d.ID == "k12.sf_window" {
			continue
		}
		due := t.limit(d.Due, d.Word)
		if d.Due.None() && !d.LocalDue.None() {
			if due != "" {
				due += " "
			}
			due += t.t("duty.local", "date", t.limit(d.LocalDue, ""))
		}
		state := t.t("duty-state." + string(d.State))
		if d.State == duty.Met || d.State == duty.MetLate {
			state += " " + t.w.Date(calendar.DateOf(d.MetAt))
		}
		x.Rows = append(x.Rows, []fact{
			{Text: t.w.T("duty." + string(d.ID) + ".name")},
			{Text: d.Ref},
			{Text: t.t("class." + string(d.Class))},
			{Text: t.w.Date(calendar.DateOf(d.TriggeredAt))},
			{Text: due},
			{Text: state},
		})
	}
	all := []section{}
	for _, v := range t.s.windows() {
		all = append(all, section{Title: t.t("window"), Text: t.t("window.text"), Facts: []fact{
			{Term: t.w.T("school.window.raised"), Text: t.w.Date(v.RaisedAt)},
			{Term: t.w.T("school.window.week"), Text: t.w.Date(v.CalendarWeek)},
			{Term: t.w.T("school.window.days"), Text: t.w.Date(v.Arbeidsdager)},
		}})
	}
	if len(x.Rows) == 0 {
		return all
	}
	return append(all, section{Title: t.t("duties.table"), Text: t.t("duties.when", "when", t.w.DateTime(t.now)), Table: x})
}

// limit is a date, or the act's word: a word is never a number of days.
func (t *teller) limit(l duty.Limit, word string) string {
	switch {
	case l.None() && word != "":
		return "«" + word + "»"
	case l.None():
		return ""
	case l.Date != "":
		return t.w.Date(l.Date)
	}
	return t.w.DateTime(l.At)
}

// readings is who has read the track: for the family who of the staff, which day
// and one of a few reasons; for Statsforvalteren the instant and what was looked
// at.
func (t *teller) readings() []section {
	if t.o.Kind == ForFamily {
		return t.familyReadings()
	}
	x := &table{Columns: []string{t.t("readings.when"), t.t("readings.who"), t.t("readings.role"), t.t("readings.what")}}
	for _, r := range t.f.Readings {
		what := t.w.T("school.view.whole")
		if key := "school.view." + r.View; t.w.Has(key) {
			what = t.w.T(key)
		}
		x.Rows = append(x.Rows, []fact{{Text: t.w.DateTime(r.At)}, {Text: r.Name}, {Text: t.w.T("role." + string(r.Role))}, {Text: what}})
	}
	if len(x.Rows) == 0 {
		return nil
	}
	return []section{{Table: x}}
}

func (t *teller) familyReadings() []section {
	x := &table{Columns: []string{t.t("readings.day"), t.t("readings.who"), t.t("readings.why")}}
	for _, r := range cases.FamilyLog(t.f.Readings, t.f.May, t.f.Sealed != "") {
		x.Rows = append(x.Rows, []fact{{Text: t.w.Date(r.Day)}, {Text: r.Name}, {Text: t.t("readings.why." + r.Why)}})
	}
	if len(x.Rows) == 0 {
		return nil
	}
	return []section{{Table: x}}
}
