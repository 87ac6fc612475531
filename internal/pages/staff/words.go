package staff

import (
	"fmt"
	"strings"
	"unicode"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

func today(q *web.Req) tilhor.Date { return calendar.DateOf(q.Now) }

// named is a pupil with the class: «Elias Haug, 6B».
func named(w *lang.Words, name, class string) string {
	switch {
	case name == "":
		return w.T("staff.unknown-pupil")
	case class == "":
		return name
	}
	return name + ", " + class
}

// about is whom a concern is about, on one line.
func about(w *lang.Words, c concerns.Concern) string {
	if c.Shielded {
		return w.T("children.shielded")
	}
	var all []string
	for _, p := range c.Pupils {
		if p.Person == "" {
			who := short(p.Described)
			if who == "" { // nobody said who, or it is blocked
				who = w.T("staff.unknown-pupil")
			}
			all = append(all, who)
			continue
		}
		all = append(all, named(w, p.Name, p.Class))
	}
	return strings.Join(all, "; ")
}

// short is the first sentence of a text, for a row of a list.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if first, _, more := strings.Cut(s, ". "); more {
		s = first
	}
	s = strings.TrimSuffix(s, ".")
	if r := []rune(s); len(r) > 60 {
		return strings.TrimSpace(string(r[:59])) + "…"
	}
	return s
}

// lower is a text inside a sentence.
func lower(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}

// child is the first name of the one pupil a concern is about, else "".
func child(c concerns.Concern) string {
	if len(c.Pupils) != 1 || c.Pupils[0].Person == "" {
		return ""
	}
	return first(c.Pupils[0].Name)
}

func first(name string) string {
	f, _, _ := strings.Cut(name, " ")
	return f
}

// count is a text for a number, which stands as a word up to twelve: «to saker».
// The text for one has its word in it, because that bends with what is counted.
func count(w *lang.Words, key string, n int) string {
	many := w.Num(n)
	if n > 1 && n <= 12 {
		many = w.T(fmt.Sprintf("staff.number.%d", n))
	}
	return w.T(key, "n", n, "many", many)
}

// stateOf is how far a concern has come, for the one who told.
func stateOf(w *lang.Words, c concerns.Concern) web.State {
	switch {
	case c.State == concerns.Taken:
		return web.State{Name: web.OK, Word: w.T("staff.told.taken")}
	case c.State == concerns.SetAside:
		return web.State{Name: web.None, Word: w.T("staff.told.set-aside")}
	case !c.ReadAt.IsZero():
		return web.State{Name: web.OK, Word: w.T("staff.told.read")}
	}
	return web.State{Name: web.Wait, Word: w.T("staff.told.new")}
}
