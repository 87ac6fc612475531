package archive

import (
	"encoding/xml"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
)

// A page is one document as a file: HTML in the syntax of XML, so that both a
// browser and an archive's XML tools read it. No script, no style, nothing
// fetched: headings, lists of terms and paragraphs, in the owner's language.
type page struct {
	w *lang.Words
	f cases.File
	b strings.Builder
}

// file makes the document of an item.
func file(w *lang.Words, f cases.File, it item, title string) []byte {
	p := newPage(w, title)
	p.f = f
	p.head()
	if it.kind == overview {
		p.whole(it)
	} else if r, ok := find(f, it.record); ok {
		p.document(r)
	}
	return p.end()
}

// newPage begins a document, with its title as heading.
func newPage(w *lang.Words, title string) *page {
	p := &page{w: w}
	p.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<!DOCTYPE html>\n")
	p.b.WriteString(`<html xmlns="http://www.w3.org/1999/xhtml" lang="` + string(w.Lang()) + `" xml:lang="` + string(w.Lang()) + "\">\n<head><meta charset=\"UTF-8\"/>")
	p.tag("title", title)
	p.b.WriteString("</head>\n<body>\n<main>\n")
	p.tag("h1", title)
	return p
}

func (p *page) end() []byte {
	p.b.WriteString("</main>\n</body>\n</html>\n")
	return []byte(p.b.String())
}

func find(f cases.File, id tilhor.RecordID) (cases.Record, bool) {
	for _, r := range f.Records {
		if r.ID == id {
			return r, true
		}
	}
	return cases.Record{}, false
}

// clean is a text that XML can hold: what it cannot is shown as U+FFFD, and is
// never dropped unseen.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xd7ff || r >= 0xe000 && r <= 0xfffd || r >= 0x10000 {
			return r
		}
		return utf8.RuneError
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func (p *page) text(s string) {
	xml.EscapeText(&p.b, []byte(clean(s))) // a strings.Builder takes everything
}

func (p *page) tag(name, text string) {
	p.b.WriteString("<" + name + ">")
	p.text(text)
	p.b.WriteString("</" + name + ">\n")
}

// A fact is a term and what it says.
type fact struct{ term, text string }

// facts are a list of terms; a text of several lines keeps them as paragraphs.
func (p *page) facts(all []fact) {
	shown := false
	for _, f := range all {
		if f.text == "" {
			continue
		}
		if !shown {
			p.b.WriteString("<dl>\n")
		}
		shown = true
		p.tag("dt", f.term)
		p.b.WriteString("<dd>")
		for _, line := range strings.Split(clean(f.text), "\n") {
			if strings.TrimSpace(line) != "" {
				p.b.WriteString("<p>")
				p.text(line)
				p.b.WriteString("</p>")
			}
		}
		p.b.WriteString("</dd>\n")
	}
	if shown {
		p.b.WriteString("</dl>\n")
	}
}

// head says which case it is of.
func (p *page) head() {
	name := p.f.Name
	if name == "" {
		name = p.w.T("archive.unknown")
	}
	p.facts([]fact{{p.w.T("archive.head.case"), p.f.Number}, {p.w.T("archive.head.pupil"), name}})
}

// document is one record, with what belongs to it.
func (p *page) document(r cases.Record) {
	p.facts(p.of(r))
	switch r.Kind {
	case cases.Approved:
		if v, ok := version(p.f, r); ok {
			p.plan(v, 2)
		}
	case cases.Met:
		for _, x := range p.f.Of(cases.Agreed) {
			if x.Ref == string(r.ID) {
				p.section(x, 2)
			}
		}
	case cases.Found:
		for _, x := range inquiry(p.f.Records, r) {
			p.section(x, 2)
		}
	}
}

// whole is the overview of a closed case: everything said and done until it was
// closed, then every plan.
func (p *page) whole(it item) {
	p.tag("h2", p.w.T("archive.overview.happened"))
	for _, r := range upTo(p.f.Records, it.when.Written) {
		p.section(r, 3)
	}
	shown := false
	for _, v := range p.f.Plans {
		if v.ApprovedAt.After(it.when.Written) {
			continue
		}
		if !shown {
			p.tag("h2", p.w.T("archive.overview.plans"))
		}
		shown = true
		p.tag("h3", p.w.T("stage.plan.version", "n", v.Version))
		p.plan(v, 4)
	}
}

func (p *page) section(r cases.Record, level int) {
	p.b.WriteString("<section>\n")
	p.tag("h"+strconv.Itoa(level), p.what(r))
	p.facts(p.of(r))
	p.b.WriteString("</section>\n")
}

// what is a record's heading inside a document.
func (p *page) what(r cases.Record) string {
	key := "stage.kind." + string(r.Kind)
	if r.Kind == cases.Voice && !p.f.Own(r) {
		key = "stage.kind.voice-other"
	}
	if !p.w.Has(key) {
		key = "archive.title." + string(r.Kind)
	}
	if !p.w.Has(key) {
		key = "archive.title.other"
	}
	name := p.f.Name
	if name == "" {
		name = p.w.T("archive.pupil")
	}
	return p.w.T(key, "name", name, "n", r.Ref)
}

// passages are the fields of records in the order they are read; others follow.
var passages = []string{
	"who", "from", "said", "pen", "words", "saw", "hope", "place", "wish", "asked", "wants", "weight", "how", "detail", "back", "way", "what", "finding",
	"shows", "giver", "needed", "interests", "view", "weighing", "conclusion", "why", "best", "reason", "attempts", "text", "line", "question", "whom", "look", "seemed", "service", "seen-by", "keeper",
	"force-event", "force-what", "force-who", "force-long", "force-why", "force-words", "force-text",
}

// of is everything that a record says.
func (p *page) of(r cases.Record) (all []fact) {
	w := p.w
	add := func(term, text string) { all = append(all, fact{term, text}) }
	add(w.T("archive.head.happened"), w.Moment(r.When))
	add(w.T("archive.head.written"), w.DateTime(r.When.Written))
	add(w.T("archive.head.by"), p.by(r))
	if r.Kind == cases.Voice && !p.f.Own(r) {
		add(w.T("archive.head.child"), p.child(r.Ref))
	}
	if x := p.f.Record(tilhor.RecordID(r.Ref)); x != nil && (r.Kind == cases.Corrected || r.Kind == cases.NotCorrected || r.Kind == cases.MineSaid || r.Kind == cases.HomeWords) {
		add(w.T("archive.head.about"), p.what(*x)+", "+w.DateTime(x.When.Written))
	}
	if r.Kind == cases.Source {
		add(w.T("stage.field.source"), p.value("stage.inquiry.source.", r.Ref))
	}
	if r.Answer != "" && r.Kind != cases.HandedOver { // whose answer is a person: see who
		add(p.answer(r))
	}
	if r.Kind == cases.Evaluated {
		add(w.T("stage.evaluate.then"), p.value("stage.evaluate.then.", r.Ref))
	}
	if r.Kind == cases.InsightAsked {
		add(w.T("insight.basis"), p.value("insight.basis.", r.Ref))
	}
	for _, name := range fields(r) {
		add(p.label(name), p.passage(name, r.Text[name]))
	}
	for _, x := range r.Effects() {
		add(w.T("stage.field.effect"), p.effect(x))
	}
	if r.Kind == cases.Ticked {
		add(w.T("stage.field.effect"), p.measure(tilhor.MeasureID(r.Ref)))
	}
	if r.On != "" {
		key := "stage.on." + string(r.Kind)
		if !w.Has(key) {
			key = "archive.head.on"
		}
		add(w.T(key), w.Date(r.On))
	}
	return all
}

// answers are where the words of a kind's answers stand, when they stand neither as
// the answer of the kind nor as what the chronology calls it.
var answers = map[cases.Kind]string{
	cases.InsightAsked: "insight.who.", cases.InsightDecided: "insight.outcome.", cases.HomeDecided: "home.what.", cases.Affected: "stage.child.", cases.Shielded: "children.grade.",
	cases.Offered: "stage.transfer.basis.", cases.HandedIn: "stage.transfer.basis.", cases.Contents: "stage.transfer.basis.", cases.NotCorrected: "school.time.corrected.",
}

// answer is what was answered, in words. An answer that is among a few fixed ones is
// never shown as its key (TestNoAnswerIsAKey).
func (p *page) answer(r cases.Record) (term, text string) {
	w := p.w
	term = w.T("stage.field.answer")
	switch r.Kind {
	case cases.Told:
		return w.T("archive.head.channel"), p.value("archive.channel.", r.Answer)
	case cases.StateAnswered:
		return w.T("handover.hash"), r.Answer
	case cases.StateOrdered:
		return w.T("archive.field.point"), r.Answer
	case cases.Attached:
		return w.T("archive.field.kind"), p.value("archive.kind.", r.Answer)
	}
	who := r.Text["who"]
	if who == "" {
		who = r.Name
	}
	name := p.f.Name
	if name == "" {
		name = w.T("archive.pupil")
	}
	for _, prefix := range []string{answers[r.Kind], "stage.answer." + string(r.Kind) + ".", "school.time." + string(r.Kind) + "."} {
		if prefix != "" && w.Has(prefix+r.Answer) {
			return term, lang.Cap(w.T(prefix+r.Answer, "who", who, "name", name, "date", w.DayMonth(r.On)))
		}
	}
	return term, r.Answer
}

// forMachines are what the program keeps for itself among a record's passages:
// what a file is, and of each passage whether somebody was given it. What was
// decided of access stands in the words of the decision, and what allows a handing
// over in the answer.
var forMachines = map[string]bool{"about": true, "choices": true, "receipt": true, "file": true, "code": true, "basis": true}

// fields are the names of a record's passages, those that are known first.
func fields(r cases.Record) (all []string) {
	known := map[string]bool{}
	for _, name := range passages {
		known[name] = true
		if r.Text[name] != "" {
			all = append(all, name)
		}
	}
	var rest []string
	for name := range r.Text {
		if !known[name] && !strings.HasPrefix(name, "effect-") && !forMachines[name] {
			rest = append(rest, name)
		}
	}
	sort.Strings(rest)
	return append(all, rest...)
}

func (p *page) label(name string) string {
	for _, key := range []string{"stage.field." + name, "archive.field." + name, "stage.transfer." + strings.Replace(name, "part-", "part.", 1)} {
		if p.w.Has(key) {
			return p.w.T(key)
		}
	}
	return p.w.T("archive.field.other")
}

// passage is what stands in a field; of the few that hold a key, its words.
func (p *page) passage(name, text string) string {
	switch name {
	case "how":
		return p.value("stage.talk.how.", text)
	case "way":
		return p.value("archive.way.", text)
	case "back":
		return p.value("archive.back.", text)
	case "provision":
		return p.value("insight.provision.", text)
	case "grade":
		return p.value("stage.decision.grade.", text)
	case "days":
		return p.value("stage.decision.length.", text)
	case "older":
		return p.w.T("archive.older")
	case "late":
		return p.w.T("stage.decision.late")
	case "scope":
		var all []string
		for _, part := range strings.Split(text, ",") {
			all = append(all, p.value("stage.transfer.part.", part))
		}
		return strings.Join(all, "\n")
	}
	return text
}

// value is the words of a key, or the key itself: nothing is left out because
// this version has no word for it.
func (p *page) value(prefix, key string) string {
	if p.w.Has(prefix + key) {
		return p.w.T(prefix + key)
	}
	return key
}

func (p *page) by(r cases.Record) string {
	role := p.value("role.", string(r.Role))
	if r.Name == "" {
		return role
	}
	return r.Name + ", " + role
}

func (p *page) child(code string) string {
	for _, c := range p.f.Children {
		if c.Code != code {
			continue
		}
		if c.Name != "" {
			return c.Name
		}
		return c.Described
	}
	return ""
}

func (p *page) measure(id tilhor.MeasureID) string {
	for _, m := range p.f.Measures {
		if m.ID == id {
			return m.What
		}
	}
	return ""
}

func (p *page) effect(x cases.Effect) string {
	parts := []string{p.measure(x.Measure), p.value("stage.evaluate.helped.", x.Helped), p.value("stage.evaluate.measure-then.", x.Then), x.Note}
	var said []string
	for _, s := range parts {
		if s != "" {
			said = append(said, strings.TrimRight(s, "."))
		}
	}
	return strings.Join(said, ". ") + "."
}

// plan is one approved version, measure by measure, with the five things that
// the act asks for (opplæringslova § 12-4 third paragraph).
func (p *page) plan(v cases.Plan, level int) {
	w := p.w
	p.facts([]fact{{w.T("archive.plan.approved"), w.T("stage.plan.approved", "when", w.DateTime(v.ApprovedAt), "who", v.Approver)}, {w.T("stage.plan.why"), v.Why}})
	for i, m := range v.Measures {
		p.b.WriteString("<section>\n")
		p.tag("h"+strconv.Itoa(level), w.T("stage.plan.measure", "n", i+1))
		all := []fact{{w.T("stage.plan.problem"), m.Problem}, {w.T("stage.plan.what"), m.What}, {w.T("stage.plan.when"), m.When}, {w.T("stage.plan.weekdays"), p.weekdays(m.Weekdays)}}
		for _, d := range []struct {
			key string
			on  tilhor.Date
		}{{"start", m.Start}, {"until", m.Until}} {
			if d.on != "" {
				all = append(all, fact{w.T("stage.plan." + d.key), w.Date(d.on)})
			}
		}
		p.facts(append(all, fact{w.T("stage.plan.doer"), m.Name}, fact{w.T("stage.plan.evaluate"), w.Date(m.Evaluate)}))
		p.b.WriteString("</section>\n")
	}
}

// weekdays are the days of a measure, in words: 2 November 2026 was a Monday.
func (p *page) weekdays(days string) string {
	var all []string
	for _, c := range days {
		if c >= '1' && c <= '5' {
			all = append(all, p.w.Weekday(tilhor.Date("2026-11-0"+string(c+1))))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return p.w.List(all)
}
