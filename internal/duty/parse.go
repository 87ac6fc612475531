package duty

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// The most we read: far more than any case file holds.
const (
	maxBytes  = 8 << 20
	maxEvents = 20000
	maxCode   = 64
)

// A shape is the fields a kind may and must have beyond the common ones.
type shape struct{ must, may []string }

// fields are all kinds of facts.
var fields = map[Kind]shape{
	Known:           {must: []string{"by"}, may: []string{"accused", "serious"}},
	Reported:        {must: []string{"to"}},
	Raised:          {must: []string{"by"}},
	Groundless:      {must: []string{"reason"}},
	OwnerInformed:   {},
	ParentsInformed: {},
	RightsInformed:  {},
	Identified:      {must: []string{"was"}},
	Affected:        {must: []string{"child"}},
	Heard:           {may: []string{"child", "declined"}},
	NotReached:      {must: []string{"child", "hearBy"}},
	Started:         {},
	Found:           {},
	BestInterest:    {},
	MeasureStarted:  {may: []string{"urgent"}},
	PlanApproved:    {must: []string{"evaluateOn"}},
	Evaluated:       {may: []string{"next"}},
	Safe:            {},
	NotSafe:         {},
	ClosedTrack:     {},
	SteppedDown:     {must: []string{"recheckOn"}},
	StateRequest:    {must: []string{"dueOn"}},
	StateSent:       {may: []string{"dueOn"}},
	StateOrder:      {must: []string{"dueOn"}},
	StateMet:        {may: []string{"dueOn"}},
	StateDecision:   {may: []string{"dueOn"}},
	Intervention:    {may: []string{"serious"}},
	ForceReported:   {may: []string{"serious"}},
	ForceDocumented: {},
	Decision:        {must: []string{"about", "stage"}},
	LeftSchool:      {},
	Written:         {},
}

// Kinds are the names of all kinds of facts, sorted.
func Kinds() []string {
	var out []string
	for k := range fields {
		out = append(out, string(k))
	}
	slices.Sort(out)
	return out
}

// Parse reads the facts as JSON. It is strict: whoever relies on the answer must
// be able to rely on every field having been understood. An error names the
// place.
func Parse(r io.Reader) (Input, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return Input{}, fmt.Errorf("reading: %w", err)
	}
	if len(raw) > maxBytes {
		return Input{}, fmt.Errorf("more than %d MiB", maxBytes>>20)
	}
	if !utf8.Valid(raw) {
		return Input{}, fmt.Errorf("not UTF-8")
	}
	if err := wellFormed(raw); err != nil {
		return Input{}, err
	}
	top, err := object(raw, "the whole")
	if err != nil {
		return Input{}, err
	}
	return input(top)
}

// wellFormed says by line and column where the JSON breaks.
func wellFormed(raw []byte) error {
	var any json.RawMessage
	d := json.NewDecoder(bytes.NewReader(raw))
	err := d.Decode(&any)
	if err == nil {
		if rest := bytes.TrimSpace(raw[d.InputOffset():]); len(rest) > 0 {
			return fmt.Errorf("%s: something follows the end of the JSON", position(raw, int(d.InputOffset())))
		}
		return nil
	}
	if err == io.EOF || len(bytes.TrimSpace(raw)) == 0 {
		return fmt.Errorf("empty: no JSON")
	}
	at := len(raw)
	if se, ok := err.(*json.SyntaxError); ok {
		at = int(se.Offset)
	}
	return fmt.Errorf("%s: not JSON: %s", position(raw, at), strings.TrimPrefix(err.Error(), "json: "))
}

func position(raw []byte, at int) string {
	at = min(at, len(raw))
	line := bytes.Count(raw[:at], []byte("\n")) + 1
	col := at - bytes.LastIndexByte(raw[:at], '\n')
	return fmt.Sprintf("line %d, column %d", line, max(col-1, 1))
}

// object reads an object and refuses a name that stands twice.
func object(raw json.RawMessage, place string) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("%s: want an object", place)
	}
	out := map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		name := t.(string)
		if _, twice := out[name]; twice {
			return nil, fmt.Errorf("%s: %q stands twice", place, show(name))
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return nil, fmt.Errorf("%s: %w", place, err)
		}
		out[name] = v
	}
	return out, nil
}

func list(raw json.RawMessage, place string) ([]json.RawMessage, error) {
	var out []json.RawMessage
	if err := json.Unmarshal(raw, &out); err != nil || out == nil {
		return nil, fmt.Errorf("%s: want a list", place)
	}
	return out, nil
}

func input(top map[string]json.RawMessage) (Input, error) {
	var in Input
	if err := only(top, "the whole", []string{"version", "asOf", "school", "closed", "events"}); err != nil {
		return in, err
	}
	for _, name := range []string{"version", "asOf", "school", "events"} {
		if absent(top[name]) {
			return in, fmt.Errorf("%s: missing", name)
		}
	}
	if v := string(bytes.TrimSpace(top["version"])); v != "1" {
		return in, fmt.Errorf("version: want %d, got %s", Version, show(v))
	}
	var err error
	if in.AsOf, err = instant(top["asOf"], "asOf"); err != nil {
		return in, err
	}
	school, err := text(top["school"], "school")
	if err != nil {
		return in, err
	}
	if in.School = law.Kind(school); !in.School.Valid() {
		return in, fmt.Errorf("school: want public, private or kindergarten, got %q", show(school))
	}
	if day := calendar.DateOf(in.AsOf); day < in.School.First() {
		return in, fmt.Errorf("asOf: %s is before the first rule set, which began %s", day, in.School.First())
	}
	if in.Closed, err = closedDays(top["closed"]); err != nil {
		return in, err
	}
	in.Facts, err = events(top["events"], in)
	return in, err
}

func closedDays(raw json.RawMessage) (calendar.Closed, error) {
	if absent(raw) {
		return nil, nil
	}
	days, err := list(raw, "closed")
	if err != nil {
		return nil, err
	}
	if len(days) > maxEvents {
		return nil, fmt.Errorf("closed: more than %d days", maxEvents)
	}
	out := calendar.Closed{}
	for n, r := range days {
		d, err := day(r, fmt.Sprintf("closed[%d]", n))
		if err != nil {
			return nil, err
		}
		out[d] = true
	}
	return out, nil
}

func events(raw json.RawMessage, in Input) ([]Fact, error) {
	rows, err := list(raw, "events")
	if err != nil {
		return nil, err
	}
	if len(rows) > maxEvents {
		return nil, fmt.Errorf("events: more than %d", maxEvents)
	}
	seen := map[string]bool{}
	out := make([]Fact, 0, len(rows))
	for n, r := range rows {
		e := event{place: fmt.Sprintf("events[%d]", n)}
		f, err := e.read(r)
		if err != nil {
			return nil, err
		}
		if err := e.fits(f, in); err != nil {
			return nil, err
		}
		if n > 0 && f.When.At.Before(out[n-1].When.At) {
			return nil, fmt.Errorf("events[%d].at: %s is before events[%d]; events stand in order of at", n, stamp(f.When.At), n-1)
		}
		if f.Kind == Identified && !seen[f.Was] {
			return nil, fmt.Errorf("events[%d].was: nothing is told of %q before this", n, f.Was)
		}
		seen[f.Pupil], seen[f.Child] = true, true
		out = append(out, f)
	}
	return out, nil
}

// An event is one of the events while it is read.
type event struct {
	place string
	m     map[string]json.RawMessage
	err   error
}

var common = []string{"at", "kind", "pupil", "precision", "writtenAt"}

func (e *event) read(raw json.RawMessage) (Fact, error) {
	var f Fact
	var err error
	if e.m, err = object(raw, e.place); err != nil {
		return f, err
	}
	if absent(e.m["kind"]) {
		return f, fmt.Errorf("%s.kind: missing", e.place)
	}
	f.Kind = Kind(e.text("kind"))
	if e.err != nil {
		return f, e.err
	}
	s, ok := fields[f.Kind]
	if !ok {
		return f, fmt.Errorf("%s.kind: unknown kind %q", e.place, show(string(f.Kind)))
	}
	if err := only(e.m, e.place+" ("+string(f.Kind)+")", common, s.must, s.may); err != nil {
		return f, err
	}
	for _, name := range append([]string{"pupil"}, s.must...) {
		if absent(e.m[name]) {
			return f, fmt.Errorf("%s.%s: missing; %s needs it", e.place, name, f.Kind)
		}
	}
	f.Pupil = e.code("pupil")
	f.When = e.when()
	e.rest(&f)
	return f, e.err
}

func (e *event) rest(f *Fact) {
	f.By = By(e.choice("by", choicesOf(f.Kind)...))
	f.Accused = Accused(e.choice("accused", "none", "pupil", "employee", "leadership"))
	f.To = To(e.choice("to", "rektor", "owner"))
	f.About = About(e.choice("about", "school-change", "expulsion"))
	f.Stage = Stage(e.choice("stage", "notice", "heard", "decided", "received"))
	f.Serious, f.Declined, f.Urgent = e.yes("serious"), e.yes("declined"), e.yes("urgent")
	f.Was, f.Child = e.code("was"), e.code("child")
	f.EvaluateOn, f.Next = e.date("evaluateOn"), e.date("next")
	f.HearBy, f.RecheckOn, f.DueOn = e.date("hearBy"), e.date("recheckOn"), e.date("dueOn")
	if f.Kind == Groundless {
		f.Reasoned = strings.TrimSpace(e.text("reason")) != ""
		if !f.Reasoned && e.err == nil {
			e.err = fmt.Errorf("%s.reason: empty; groundless needs a written reason", e.place)
		}
	}
}

func choicesOf(k Kind) []string {
	if k == Raised {
		return []string{"pupil", "parent"}
	}
	return []string{"pupil", "parent", "staff", "leadership", "outside", "anonymous"}
}

// when reads what happened when, how exactly that is known, and when it was
// written down.
func (e *event) when() tilhor.When {
	w := tilhor.When{Precision: tilhor.Exact}
	if p := e.choice("precision", "instant", "hour", "date", "unknown"); p != "" {
		w.Precision = tilhor.Precision(p)
	}
	if !absent(e.m["writtenAt"]) {
		w.Written = e.instant("writtenAt")
	}
	switch {
	case !absent(e.m["at"]):
		w.At = e.instant("at")
	case w.Precision == tilhor.Unknown && !w.Written.IsZero():
		w.At = w.Written
	case e.err == nil:
		e.err = fmt.Errorf("%s.at: missing", e.place)
	}
	if w.Written.IsZero() {
		w.Written = w.At
	}
	return w
}

// fits says what is wrong with the times of an event.
func (e *event) fits(f Fact, in Input) error {
	w := f.When
	at := calendar.DateOf(w.At)
	switch {
	case at < in.School.First() || calendar.DateOf(w.Counts()) < in.School.First():
		return fmt.Errorf("%s.at: %s is before the first rule set, which began %s", e.place, at, in.School.First())
	case w.At.After(in.AsOf):
		return fmt.Errorf("%s.at: %s is in the future; asOf is %s", e.place, stamp(w.At), stamp(in.AsOf))
	case w.Written.After(in.AsOf):
		return fmt.Errorf("%s.writtenAt: %s is in the future; asOf is %s", e.place, stamp(w.Written), stamp(in.AsOf))
	case w.Written.Before(w.At) && (w.Precision == tilhor.Exact || calendar.DateOf(w.Written) < at):
		return fmt.Errorf("%s.writtenAt: %s is before it happened, %s", e.place, stamp(w.Written), stamp(w.At))
	}
	for _, d := range []struct {
		name string
		day  tilhor.Date
	}{{"evaluateOn", f.EvaluateOn}, {"next", f.Next}, {"hearBy", f.HearBy}, {"recheckOn", f.RecheckOn}} {
		if d.day != "" && d.day < at {
			return fmt.Errorf("%s.%s: %s is before the event itself, %s", e.place, d.name, d.day, at)
		}
	}
	return nil
}

func (e *event) text(name string) string {
	if e.err != nil || absent(e.m[name]) {
		return ""
	}
	s, err := text(e.m[name], e.place+"."+name)
	e.err = err
	return s
}

func (e *event) choice(name string, of ...string) string {
	s := e.text(name)
	if e.err == nil && !absent(e.m[name]) && !slices.Contains(of, s) {
		e.err = fmt.Errorf("%s.%s: want one of %s, got %q", e.place, name, strings.Join(of, ", "), show(s))
	}
	return s
}

// code reads a pupil's or a child's code.
func (e *event) code(name string) string {
	s := e.text(name)
	if e.err != nil || absent(e.m[name]) {
		return s
	}
	switch {
	case s == "" || strings.TrimSpace(s) != s:
		e.err = fmt.Errorf("%s.%s: empty, or with space around it", e.place, name)
	case utf8.RuneCountInString(s) > maxCode:
		e.err = fmt.Errorf("%s.%s: longer than %d characters", e.place, name, maxCode)
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		e.err = fmt.Errorf("%s.%s: has a character that cannot be printed", e.place, name)
	}
	return s
}

func (e *event) yes(name string) bool {
	if e.err != nil || absent(e.m[name]) {
		return false
	}
	switch string(bytes.TrimSpace(e.m[name])) {
	case "true":
		return true
	case "false":
		return false
	}
	e.err = fmt.Errorf("%s.%s: want true or false", e.place, name)
	return false
}

func (e *event) date(name string) tilhor.Date {
	if e.err != nil || absent(e.m[name]) {
		return ""
	}
	d, err := day(e.m[name], e.place+"."+name)
	e.err = err
	return d
}

func (e *event) instant(name string) time.Time {
	if e.err != nil {
		return time.Time{}
	}
	t, err := instant(e.m[name], e.place+"."+name)
	e.err = err
	return t
}

func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(bytes.TrimSpace(raw)) == "null"
}

func only(m map[string]json.RawMessage, place string, allowed ...[]string) error {
	var strange []string
	for name := range m {
		if !slices.ContainsFunc(allowed, func(l []string) bool { return slices.Contains(l, name) }) {
			strange = append(strange, name)
		}
	}
	if len(strange) == 0 {
		return nil
	}
	slices.Sort(strange)
	return fmt.Errorf("%s: unknown field %q", place, show(strange[0]))
}

func text(raw json.RawMessage, place string) (string, error) {
	var s string
	if len(raw) == 0 || bytes.TrimSpace(raw)[0] != '"' {
		return "", fmt.Errorf("%s: want a text", place)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("%s: want a text", place)
	}
	return s, nil
}

func day(raw json.RawMessage, place string) (tilhor.Date, error) {
	s, err := text(raw, place)
	if err != nil {
		return "", err
	}
	d, err := tilhor.ParseDate(s)
	if err != nil {
		return "", fmt.Errorf("%s: no such date %q; want YYYY-MM-DD", place, show(s))
	}
	return d, nil
}

// instant reads an RFC 3339 time. Without an offset it is not known which
// instant is meant, so that it is refused rather than guessed.
func instant(raw json.RawMessage, place string) (time.Time, error) {
	s, err := text(raw, place)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		for _, bare := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04"} {
			if _, err := time.Parse(bare, s); err == nil {
				return time.Time{}, fmt.Errorf("%s: %q has no offset; write it like 2026-03-30T10:00:00+02:00", place, show(s))
			}
		}
		return time.Time{}, fmt.Errorf("%s: no such time %q; write it like 2026-03-30T10:00:00+02:00", place, show(s))
	}
	if y := t.Year(); y < 1900 || y > 2199 {
		return time.Time{}, fmt.Errorf("%s: the year %d is out of range", place, y)
	}
	return t.Truncate(time.Millisecond), nil
}

// show gives what was typed, for an error, when it is a word, a date or a time
// of the format; anything else may be somebody's name or a child's words, typed
// in the wrong place, and an error is read by others and kept in logs.
func show(s string) string {
	other := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(":.+-_", r)
	}
	if len(s) > 40 || strings.ContainsFunc(s, other) {
		return "…"
	}
	return s
}
