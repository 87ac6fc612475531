package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// types names the types of an error and of what it wraps, outermost first. It
// is all that is logged of an error: its text may hold what a person wrote.
func types(err error) string {
	var names []string
	for err != nil && len(names) < 8 {
		names = append(names, fmt.Sprintf("%T", err))
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				names = append(names, "("+types(e)+")")
			}
			break
		}
		err = errors.Unwrap(err)
	}
	return strings.Join(names, " > ")
}

// quiet drops what the standard library's server says of broken connections:
// it names addresses, and nobody can act on it.
type quiet struct{}

func (quiet) Enabled(context.Context, slog.Level) bool  { return false }
func (quiet) Handle(context.Context, slog.Record) error { return nil }
func (q quiet) WithAttrs([]slog.Attr) slog.Handler      { return q }
func (q quiet) WithGroup(string) slog.Handler           { return q }
