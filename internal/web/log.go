package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"syscall"

	"tilhor"
)

// Types names the types of an error and of what it wraps, outermost first, and says
// what is plain (tilhor.Plain). It is all that is logged of an error: its text may
// hold what a person wrote, or name a case.
func Types(err error) string {
	var names []string
	for err != nil && len(names) < 8 {
		names = append(names, fmt.Sprintf("%T", err)+number(err))
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				names = append(names, "("+Types(e)+")")
			}
			break
		}
		err = errors.Unwrap(err)
	}
	return strings.Join(names, " > ")
}

// number is what a database, or the machine, calls its error, which says what to do
// about it and nothing of what was in the row.
func number(err error) string {
	switch e := err.(type) {
	case tilhor.Plain:
		return ": " + string(e)
	case syscall.Errno:
		return " " + e.Error()
	case interface{ SQLState() string }:
		return " " + e.SQLState()
	case interface{ Code() int }:
		return fmt.Sprintf(" %d", e.Code())
	}
	return ""
}

// quiet drops what the standard library's server says of broken connections:
// it names addresses, and nobody can act on it.
type quiet struct{}

func (quiet) Enabled(context.Context, slog.Level) bool  { return false }
func (quiet) Handle(context.Context, slog.Record) error { return nil }
func (q quiet) WithAttrs([]slog.Attr) slog.Handler      { return q }
func (q quiet) WithGroup(string) slog.Handler           { return q }
