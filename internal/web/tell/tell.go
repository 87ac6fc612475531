// Package tell is the three screens with which a concern (bekymring) is told:
// whom it is about, what was said and seen, where and when. Staff who are
// signed in choose pupils from the school's lists; an employee without an
// account (Jeg jobber her) writes names. Both are reports from staff
// (opplæringslova § 12-4).
//
// The screens are one address. Every step carries all that is written, so going
// back loses nothing, and no draft of a child's words is kept by the server.
// Nobody is asked whether it is bullying: suspicion is enough.
package tell

import (
	"embed"
	"errors"
	"slices"
	"strconv"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

//go:embed *.html
var files embed.FS

var pages = web.Pages(files)

// A screen is one of the three.
type screen int

const (
	who screen = 1 + iota
	what
	where
)

var templates = map[screen]*web.Page{who: pages("who"), what: pages("what"), where: pages("where")}

// asked are the fields of each screen. What stands on another goes along hidden.
var asked = map[screen][]string{
	who:   {"name", "pupil", "class", "find", "described", "accused", "against", "whom"},
	what:  {"said", "saw"},
	where: {"arena", "place", "happened", "happened-on", "happened-at", "known", "known-on", "known-at"},
}

// Screens serve the form for one kind of teller.
type Screens struct {
	Concerns *concerns.Desk
	Open     bool                                     // no account: the name is asked for, and no list is shown
	School   func(q *web.Req) (roster.School, error)  // where it is told
	Leave    func(q *web.Req, s roster.School) string // where «Avbryt» leads
	Sent     func(slug, secret string) string         // where the receipt lies
	Only     func([]roster.Pupil) []roster.Pupil      // at SFO: those of the school's pupils who go there; all when nil
}

// Show is the first screen, or the one a kept draft had come to.
func (s *Screens) Show(q *web.Req) error {
	t, err := s.begin(q)
	if err != nil {
		return err
	}
	if t.form, err = q.Refill(); err != nil {
		return err
	}
	return t.show(t.at())
}

// Step takes one screen in and shows the next, or sends.
func (s *Screens) Step(q *web.Req) error {
	t, err := s.begin(q)
	if err != nil {
		return err
	}
	if t.form, err = q.Form(); err != nil {
		return err
	}
	at := t.at()
	switch t.form.Get("go") {
	case "find":
		return t.show(who)
	case "back":
		return t.show(max(who, at-1))
	}
	t.check(at)
	if (at == who || t.Only != nil) && !t.Open { // who can be chosen here is the page's to say, and not the room's
		if err := t.open(); err != nil {
			return err
		}
		t.form.Faults.Add(len(t.chosen()) < len(t.form.All("pupil")), "described", "concerns.fault.unknown")
	}
	if len(t.form.Faults) > 0 {
		return t.show(at)
	}
	if at < where {
		return t.show(at + 1)
	}
	return t.send()
}

// A teller is one request of the form.
type teller struct {
	*Screens
	q      *web.Req
	school roster.School
	pupils []roster.Pupil // of the school, for those who are signed in; protected persons are not among them
	form   *web.Form
}

func (s *Screens) begin(q *web.Req) (*teller, error) {
	school, err := s.School(q)
	if err != nil {
		return nil, err
	}
	return &teller{Screens: s, q: q, school: school}, nil
}

// open opens the school's list of pupils, for a screen that shows some of it.
// To send asks for none: whether those who were chosen are at the school is
// asked by the room, in the writing itself.
func (t *teller) open() error {
	if t.Open || t.pupils != nil {
		return nil
	}
	return t.q.Kit.DB.Read(t.q.Context(), func(tx *db.Tx) (err error) {
		t.pupils, err = t.q.Kit.Roster.Pupils(tx, t.q.Kit.Owner.ID, t.school.ID, t.today())
		if t.Only != nil {
			t.pupils = t.Only(t.pupils)
		}
		return err
	})
}

// at is the screen that a form was filled in on.
func (t *teller) at() screen {
	n, err := strconv.Atoi(t.form.Get("step"))
	if err != nil || n < int(who) || n > int(where) {
		return who
	}
	return screen(n)
}

// send tells it, once, and goes on to the receipt. What the room refuses leads
// to the first screen where it is put right, with everything as it was written.
func (t *teller) send() error {
	for _, at := range []screen{who, what, where} {
		if t.check(at); len(t.form.Faults) > 0 {
			return t.show(at)
		}
	}
	telling := t.telling()
	by := t.q.Actor
	if t.Open {
		by = tilhor.Actor{Owner: t.q.Kit.Owner.ID, Role: tilhor.RoleAnyone, School: t.school.ID}
		telling.Link = tilhor.NewID()
	}
	telling.Slug = tilhor.NewSlug()
	err := t.q.OnceAt(t.form, t.Sent(telling.Slug, telling.Link), func() error {
		_, err := t.Concerns.Tell(t.q.Context(), by, telling)
		return err
	})
	var faults tilhor.Faults
	if !errors.As(err, &faults) {
		return err
	}
	return t.refused(faults)
}

func (t *teller) refused(faults tilhor.Faults) error {
	at := where
	for i := range faults {
		faults[i].Field = t.fieldOf(faults[i])
		at = min(at, screenOf(faults[i].Field))
	}
	t.form.Faults = slices.DeleteFunc(faults, func(f tilhor.Fault) bool { return screenOf(f.Field) != at })
	return t.show(at)
}

// fieldOf is where a fault of the room is shown: a list of pupils may not be
// on the page, the free text always is.
func (t *teller) fieldOf(f tilhor.Fault) string {
	switch {
	case f.Field == "pupil":
		return "described"
	case f.Key == "concerns.fault.when":
		return f.Field
	case f.Field == "happened" || f.Field == "known":
		if t.form.Get(f.Field) == "earlier" {
			return f.Field + "-on"
		}
		if f.Field == "happened" && t.form.Line("happened-at") != "" {
			return "happened-at"
		}
	}
	return f.Field
}

func screenOf(field string) screen {
	for at, fields := range asked {
		if slices.Contains(fields, field) {
			return at
		}
	}
	return where
}
