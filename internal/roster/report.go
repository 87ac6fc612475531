package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tilhor/internal/lang"
)

// Text is the warning in words.
func (w Warning) Text(words *lang.Words) string {
	return words.T("roster.warn."+w.Kind, inWords(words, w.Args)...)
}

// inWords turns the arguments that are texts themselves into those texts.
func inWords(words *lang.Words, args []any) []any {
	out := append([]any(nil), args...)
	for i, a := range out {
		if k, ok := a.(word); ok {
			out[i] = words.T(string(k))
		}
	}
	return out
}

// place is where in the files the warning points, "" for nowhere.
func (a At) place(words *lang.Words) string {
	switch {
	case a.File == "":
		return ""
	case a.Line == 0:
		return a.File
	}
	return words.T("roster.at", "file", a.File, "line", fmt.Sprint(a.Line))
}

// Explain says in words why a set of files was refused, with file and line;
// "" when err is of another kind.
func Explain(words *lang.Words, err error) string {
	var u Unreadable
	if !errors.As(err, &u) {
		return ""
	}
	return words.T("roster.bad", "at", u.place(words), "why", words.T("roster.bad."+u.Key, u.Args...))
}

// JSON writes the report as one object: counts for each kind, and warnings.
func (r Report) JSON(out io.Writer, words *lang.Words) error {
	type warning struct {
		Kind string `json:"kind"`
		Line int    `json:"line"`
		Text string `json:"text"`
	}
	all := struct {
		tables
		Warnings []warning `json:"warnings"`
	}{r.tables(), []warning{}}
	for _, w := range r.Warnings {
		text := w.Text(words)
		if w.File != "" {
			text = w.File + ": " + text
		}
		all.Warnings = append(all.Warnings, warning{w.Kind, w.Line, text})
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(all)
}

// shown is how many warnings of one kind are written out in full.
const shown = 10

// Write writes the report for a person to read.
func (r Report) Write(out io.Writer, words *lang.Words) error {
	t := r.tables()
	rows := []struct {
		key string
		n   Counts
	}{{"schools", t.Schools}, {"groups", t.Groups}, {"pupils", t.Pupils}, {"employees", t.Employees}, {"guardians", t.Guardians}}
	fmt.Fprintf(out, "%-22s %10s %10s %10s\n", "", words.T("roster.col.added"), words.T("roster.col.changed"), words.T("roster.col.ended"))
	for _, row := range rows {
		fmt.Fprintf(out, "%-22s %10s %10s %10s\n", lang.Cap(words.T("roster.kind."+row.key)), words.Num(row.n.Added), words.Num(row.n.Changed), words.Num(row.n.Ended))
	}
	if len(r.Warnings) > 0 {
		fmt.Fprintf(out, "\n%s\n", words.T("roster.look", "n", len(r.Warnings)))
	}
	seen := map[string]int{}
	for _, w := range r.Warnings {
		seen[w.Kind]++
		if seen[w.Kind] > shown {
			continue
		}
		at := w.place(words)
		if at != "" {
			at += ": "
		}
		fmt.Fprintf(out, "  %s%s\n", at, w.Text(words))
	}
	var err error
	for _, w := range r.Warnings {
		if n := seen[w.Kind] - shown; n > 0 {
			_, err = fmt.Fprintf(out, "  %s\n", words.T("roster.more", "n", n, "kind", w.Kind))
			seen[w.Kind] = 0
		}
	}
	return err
}
