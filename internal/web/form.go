package web

import (
	"errors"
	"html/template"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/lang"
)

// Limits of what one form may carry: text, for a person to read.
const (
	maxForm   = 1 << 20
	maxFields = 2000
	formKind  = "application/x-www-form-urlencoded"
)

var (
	errTooLong    = errors.New("the form is too long")
	errUnreadable = errors.New("the form is not readable text")
)

// Names of the fields that the frame itself puts in a form.
const (
	fieldKey   = "nokkel"
	fieldDraft = "kladd"
)

// A Form is what a person filled in, as text that is safe to keep: UTF-8, one
// kind of line break, no NUL. Nothing in it is trimmed: a child's words stand
// as they were written.
type Form struct {
	Faults tilhor.Faults
	Key    string  // names this filling-in, so that sending it twice does it once
	File   *Upload // of a route that takes one; nil when none was chosen

	draft  string
	values url.Values
}

// Form reads the form that was sent, once.
func (q *Req) Form() (*Form, error) {
	if q.form == nil && q.formErr == nil {
		if q.Route != nil && q.Route.File && mediaOf(q.R) == fileKind {
			q.form, q.formErr = readFileForm(q.R)
		} else {
			q.form, q.formErr = readForm(q.W, q.R)
		}
	}
	return q.form, q.formErr
}

func readForm(w http.ResponseWriter, r *http.Request) (*Form, error) {
	if r.Method != http.MethodPost {
		return nil, errors.New("a form is read where none is sent")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != formKind {
		return nil, errUnreadable
	}
	if r.ContentLength > maxForm {
		return nil, errTooLong
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return nil, errTooLong
	}
	if err != nil {
		return nil, errUnreadable
	}
	if strings.Count(string(b), "&") >= maxFields {
		return nil, errTooLong
	}
	v, err := url.ParseQuery(string(b))
	if err != nil {
		return nil, errUnreadable
	}
	return formOf(v)
}

func formOf(v url.Values) (*Form, error) {
	clean := url.Values{}
	for name, all := range v {
		if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
			return nil, errUnreadable
		}
		for _, s := range all {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return nil, errUnreadable
			}
			clean[name] = append(clean[name], breaks.Replace(s))
		}
	}
	f := &Form{values: clean, Key: clean.Get(fieldKey), draft: clean.Get(fieldDraft)}
	if !validID(f.Key) {
		f.Key = tilhor.NewID() // a form made by hand: it can only be sent once
	}
	if !validID(f.draft) {
		f.draft = ""
	}
	f.settle()
	return f, nil
}

var breaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// validID says whether s can be one of our random ids.
func validID(s string) bool {
	return len(s) == 26 && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '2' || r > '7') })
}

// NewForm is an empty form to be filled in.
func NewForm() *Form { return &Form{Key: tilhor.NewID(), values: url.Values{}} }

// Get is one field as it was written, "" when it was not.
func (f *Form) Get(name string) string { return f.values.Get(name) }

// Line is a field of one line, without space around it.
func (f *Form) Line(name string) string {
	return strings.Join(strings.Fields(f.values.Get(name)), " ")
}

// All are all values of a field: the boxes that were ticked.
func (f *Form) All(name string) []string { return f.values[name] }

// Has says whether the field was sent at all.
func (f *Form) Has(name string) bool { return f.values.Has(name) }

// Ticked says whether a value of a field was chosen.
func (f *Form) Ticked(name, value string) bool { return slices.Contains(f.values[name], value) }

// Set fills in a field, before a form is shown.
func (f *Form) Set(name string, values ...string) { f.values[name] = values }

// Day reads a date from a field; nothing typed is no date and no fault.
func (f *Form) Day(name string) tilhor.Date {
	typed := f.Line(name)
	if typed == "" {
		return ""
	}
	d, err := lang.ReadDate(typed)
	f.Faults.Add(err != nil, name, "school.fault.date")
	return d
}

// Choice is the value of a field if it is one of those offered; else a fault.
func (f *Form) Choice(name, key string, offered ...string) string {
	v := f.Get(name)
	if !slices.Contains(offered, v) {
		f.Faults.Add(true, name, key)
		return ""
	}
	return v
}

// Field is a question with what was answered and what is wrong with it.
func (f *Form) Field(w *lang.Words, name, label string) Field {
	return Field{Name: name, Label: label, Value: f.Get(name), Error: FaultAt(w, f.Faults, name)}
}

// Options are answers with those ticked that were: pairs of value and label.
func (f *Form) Options(name string, pairs ...string) []Option {
	var all []Option
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, Option{Value: pairs[i], Label: pairs[i+1], Checked: f.Ticked(name, pairs[i])})
	}
	return all
}

// Hidden are the fields the frame needs in every form that does something:
// {{.Form.Hidden}}, first in the form.
func (f *Form) Hidden() template.HTML {
	h := hidden(fieldKey, f.Key)
	if f.draft != "" {
		h += hidden(fieldDraft, f.draft)
	}
	return template.HTML(h)
}

func hidden(name, value string) string {
	return `<input type="hidden" name="` + template.HTMLEscapeString(name) + `" value="` + template.HTMLEscapeString(value) + `">`
}

// A KeptText is a text of a form that could not be taken in, shown back so
// that it is not lost.
type KeptText struct{ Text string }

// texts are what a person wrote in the form, as opposed to chose: what would
// be missed.
func (f *Form) texts() []KeptText {
	var all []KeptText
	for _, name := range f.names() {
		for _, v := range f.values[name] {
			if strings.ContainsAny(strings.TrimSpace(v), " \n") || len(v) > 40 {
				all = append(all, KeptText{v})
			}
		}
	}
	return all
}

// content is all that was filled in, so that two fillings-in can be told apart:
// no text can hold the signs that part it.
func (f *Form) content() string {
	var b strings.Builder
	for _, name := range f.names() {
		b.WriteString(name)
		for _, v := range f.values[name] {
			b.WriteString("\x00" + v)
		}
		b.WriteString("\x00\x00")
	}
	if f.File != nil {
		b.WriteString("\x00\x00\x00" + f.File.sum())
	}
	return b.String()
}

func (f *Form) names() []string {
	var names []string
	for name := range f.values {
		if name != fieldKey && name != fieldDraft {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Resend are all fields as hidden ones, so that the same form can be sent again
// from another page.
func (f *Form) Resend() template.HTML {
	var b strings.Builder
	b.WriteString(string(f.Hidden()))
	for _, name := range f.names() {
		for _, v := range f.values[name] {
			b.WriteString(hidden(name, v))
		}
	}
	return template.HTML(b.String())
}
