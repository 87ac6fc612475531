package devidp

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/lang"
)

// The list stands by itself, with a small style of its own in the product's
// colours: it must look right before any asset is built, and it is not one of
// the product's pages.
//
//go:embed list.html stil.css
var files embed.FS

var page = template.Must(template.ParseFS(files, "list.html"))

// most is how many people of one role are shown before one has to search.
const most = 60

// A group is the people of one role, in the order the caller gave.
type group struct {
	Role, Anchor string
	People       []entry
	More         int
}

type entry struct{ Name, School, Link string }

type hidden struct{ Name, Value string }

type view struct {
	W       *lang.Words
	Title   string
	Base    string
	Groups  []group
	Search  bool
	Query   string
	Hidden  []hidden
	None    string
	Found   int
	Heading string
}

// list shows whom one can sign in as.
func (h *host) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	find := strings.TrimSpace(q.Get("q"))
	q.Del("q")
	words := lang.For(speak(q.Get("ui_locales"), r.Header.Get("Accept-Language")))
	v := view{
		W: words, Title: h.Title, Base: "/" + h.Name, Search: len(h.Personas) > 12, Query: find,
		None: h.link("ingen", q), Heading: words.T("devidp.title"),
	}
	for name, values := range q {
		for _, value := range values {
			v.Hidden = append(v.Hidden, hidden{name, value})
		}
	}
	v.Groups = h.grouped(find, q)
	for _, g := range v.Groups {
		v.Found += len(g.People) + g.More
	}
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		http.Error(w, "the list cannot be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(b.Bytes())
}

// grouped lists those whose name, school or role holds what is looked for, by
// role, in the caller's order.
func (h *host) grouped(find string, q url.Values) []group {
	var groups []group
	at := map[string]int{}
	for _, p := range h.Personas {
		if !strings.Contains(strings.ToLower(p.Name+" "+p.School+" "+p.RoleLabel), strings.ToLower(find)) {
			continue
		}
		i, ok := at[p.RoleLabel]
		if !ok {
			i = len(groups)
			at[p.RoleLabel] = i
			groups = append(groups, group{Role: p.RoleLabel, Anchor: "rolle-" + strconv.Itoa(i+1)})
		}
		if len(groups[i].People) == most {
			groups[i].More++
			continue
		}
		groups[i].People = append(groups[i].People, entry{p.Name, p.School, h.link(p.ID, q)})
	}
	return groups
}

func (h *host) link(person string, q url.Values) string {
	return "/" + h.Name + "/som/" + url.PathEscape(person) + "?" + q.Encode()
}

// speak is the language of the list: what the site asked for, else the browser.
func speak(locales, accept string) tilhor.Lang {
	for _, l := range strings.Fields(locales) {
		for _, have := range lang.Langs {
			if tilhor.Lang(l) == have {
				return have
			}
		}
	}
	return lang.Match(accept)
}

func (s *Server) style(w http.ResponseWriter, _ *http.Request) {
	b, err := files.ReadFile("stil.css")
	if err != nil {
		http.Error(w, "no style", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Write(append([]byte(s.faces), b...))
}
