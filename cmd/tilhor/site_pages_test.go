package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/interventions"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

var siteLangs = []string{"nb", "nn", "en"}

// A crawl follows every link a persona is shown, from where the day begins, and
// holds each page up against the battery in every language.
type crawl struct {
	t       testing.TB
	w       *siteWorld
	p       persona
	battery *webtest.Battery
	foreign map[string]string // names that may not stand here, and whose school they are of

	seen   map[string]bool
	queue  []string
	from   map[string]string
	forms  []siteForm
	formed map[string]bool
	routes map[string]string // by name: the first address that showed it
	html   map[string]bool   // which of them are pages
	langs  []string
	pages  int
}

// A siteForm is a form as it stood on a page.
type siteForm struct {
	asks         bool // there is something to fill in
	page, action string
	hidden       url.Values
	buttons      [][2]string
}

func (w *siteWorld) crawl(t testing.TB, p persona, b *webtest.Battery, foreign map[string]string) *crawl {
	return &crawl{
		t: t, w: w, p: p, battery: b, foreign: foreign, seen: map[string]bool{}, from: map[string]string{}, formed: map[string]bool{},
		routes: map[string]string{}, html: map[string]bool{}, langs: siteLangs,
	}
}

func (c *crawl) add(from, path string) {
	if !c.seen[path] {
		c.seen[path] = true
		c.from[path] = from
		c.queue = append(c.queue, path)
	}
}

// all visits until nothing new is shown.
func (c *crawl) all(start ...string) {
	for _, s := range start {
		c.add("the start", s)
	}
	for len(c.queue) > 0 {
		path := c.queue[0]
		c.queue = c.queue[1:]
		c.visit(path)
	}
}

// visit shows one page in every language, and notes where it leads.
func (c *crawl) visit(path string) {
	u, err := url.Parse(path)
	if err != nil {
		c.t.Errorf("%s leads to %q: %v", c.from[path], path, err)
		return
	}
	route := c.w.route("GET", u.Path)
	if route == nil && !strings.HasPrefix(path, web.StaticPath) {
		c.t.Errorf("%s leads to %s, which is no route", c.from[path], path)
		return
	}
	for i, l := range c.langs {
		r := c.w.do("GET", c.p.cookie, l, path, nil)
		c.pages++
		switch {
		case r.StatusCode == http.StatusSeeOther:
			if to := r.Header.Get("Location"); strings.HasPrefix(to, "/") && i == 0 {
				c.add(path, to)
			}
			return
		case r.StatusCode != http.StatusOK && !(r.StatusCode == http.StatusForbidden && c.p.name == "untrained"):
			c.t.Errorf("%s leads to %s: %d", c.from[path], path, r.StatusCode)
			return
		}
		if c.routes[route.Name] == "" && r.StatusCode == http.StatusOK {
			c.routes[route.Name] = path
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			return // a receipt's file, a picture, figures
		}
		c.html[route.Name] = c.html[route.Name] || c.routes[route.Name] == path
		c.check(r, route)
		if i == 0 {
			c.links(path, u, bodyOf(c.t, r))
		}
	}
}

// check holds one page up against the battery, and looks for names of people of
// another school.
func (c *crawl) check(r *http.Response, route *web.Route) {
	if route.Name == "web.exit" || c.battery == nil {
		return // it has no mark of ours, on purpose
	}
	c.battery.Check(c.t, r, route)
	if strings.HasPrefix(route.Name, "public.school") || strings.HasPrefix(route.Name, "public.tell") || strings.HasPrefix(route.Name, "public.say") || route.Name == "public.poster" {
		return // every school's own page tells who to talk to there
	}
	if name := strangerIn(bodyOf(c.t, r), c.foreign); name != "" {
		c.t.Errorf("%s shows %s, who belongs to %s", r.Request.URL.Path, name, c.foreign[name])
	}
}

// links notes every link and form of a page.
func (c *crawl) links(path string, at *url.URL, body string) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	each(root, func(n *html.Node) {
		switch {
		case n.Data == "a":
			c.link(path, at, attrOf(n, "href"))
		case n.Data == "img":
			c.link(path, at, attrOf(n, "src"))
		case n.Data == "form" && strings.EqualFold(attrOf(n, "method"), "get"):
			c.link(path, at, attrOf(n, "action"))
		case n.Data == "form":
			c.form(path, at, n)
		}
	})
}

// link adds an address of ours; a change of language is no new page.
func (c *crawl) link(path string, at *url.URL, href string) {
	u, err := at.Parse(href)
	if err != nil || u.Host != "" || u.Scheme != "" && u.Scheme != "http" {
		return
	}
	v := u.Query()
	v.Del("l")
	u.RawQuery, u.Fragment = v.Encode(), ""
	switch {
	case strings.HasPrefix(u.Path, "/logg-inn/"), strings.HasPrefix(u.Path, web.StaticPath): // another site's pages; files
	case u.Path == "/logg-inn" && u.RawQuery != "", u.Path == web.ExitPath && c.p.cookie != nil, u.Path == web.TabletExit:
	default:
		c.add(path, u.RequestURI())
	}
}

func (c *crawl) form(path string, at *url.URL, n *html.Node) {
	u, err := at.Parse(attrOf(n, "action"))
	if err != nil {
		return
	}
	f := siteForm{page: path, action: u.RequestURI(), hidden: url.Values{}, buttons: [][2]string{{"", ""}}}
	each(n, func(x *html.Node) {
		switch {
		case x.Data == "textarea", x.Data == "input" && attrOf(x, "type") != "hidden":
			f.asks = true
		case x.Data == "input":
			f.hidden.Add(attrOf(x, "name"), attrOf(x, "value"))
		case x.Data == "select":
			f.asks = true
			if v, set := onlyOption(x); set { // a browser cannot leave it empty
				f.hidden.Add(attrOf(x, "name"), v)
			}
		case x.Data == "button" && attrOf(x, "name") != "":
			f.buttons = append(f.buttons, [2]string{attrOf(x, "name"), attrOf(x, "value")})
		}
	})
	c.forms = append(c.forms, f)
}

// onlyOption is what a select is sent with when it has no empty answer.
func onlyOption(sel *html.Node) (value string, set bool) {
	first := true
	each(sel, func(o *html.Node) {
		if o.Data == "option" && (first || attrOf(o, "value") == "") {
			first, value = false, attrOf(o, "value")
		}
	})
	return value, value != ""
}

// empty sends every form with nothing filled in, by each of its buttons: once
// for each page that has it.
func (c *crawl) empty() {
	for _, f := range c.forms {
		route := c.w.route("POST", strings.Split(f.action, "?")[0])
		if route == nil || strings.HasPrefix(route.Name, "signout") || route.Name == "sfo.leave" || route.Name == "web.draft.drop" {
			continue
		}
		if strings.HasPrefix(route.Name, "school.sfo.") && c.p.name != "rektor" { // who stands in would take the machine from those who come later
			continue
		}
		page := c.w.route("GET", strings.Split(f.page, "?")[0])
		for _, b := range f.buttons {
			key := page.Name + " " + route.Name + " " + b[0] + "=" + b[1]
			if c.formed[key] {
				continue
			}
			c.formed[key] = true
			form := url.Values{}
			for k, v := range f.hidden {
				form[k] = v
			}
			if b[0] != "" {
				form.Set(b[0], b[1])
			}
			c.send(f, route, form, key)
		}
	}
}

func (c *crawl) send(f siteForm, route *web.Route, form url.Values, key string) {
	r := c.w.do("POST", c.p.cookie, siteLangs[len(c.formed)%3], f.action, form)
	c.pages++
	switch r.StatusCode {
	case http.StatusSeeOther:
		to := r.Header.Get("Location")
		u, err := url.Parse(to)
		if err != nil || c.w.route("GET", u.Path) == nil {
			c.t.Errorf("%s (%s) leads to %s", key, f.page, to)
			return
		}
		if next := c.w.do("GET", c.p.cookie, "nb", to, nil); next.StatusCode == http.StatusOK && strings.HasPrefix(next.Header.Get("Content-Type"), "text/html") {
			c.check(next, c.w.route("GET", u.Path))
		} else if next.StatusCode != http.StatusSeeOther {
			c.t.Errorf("%s (%s) leads to %s: %d", key, f.page, to, next.StatusCode)
		}
	case http.StatusOK, http.StatusUnprocessableEntity, http.StatusConflict:
		c.check(r, route)
	default:
		c.t.Errorf("%s (%s): %d", key, f.page, r.StatusCode)
	}
}

func each(n *html.Node, fn func(*html.Node)) {
	if n.Type == html.ElementNode {
		fn(n)
	}
	for x := n.FirstChild; x != nil; x = x.NextSibling {
		each(x, fn)
	}
}

func attrOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// strangers are the names of those who belong to other schools and not to this
// one, with the school of each.
func (w *siteWorld) strangers(who tilhor.Actor) map[string]string {
	atOwner := who.Role == tilhor.RoleDPO || who.Role == tilhor.RoleOwnerAdviser
	all, own := map[string]string{}, map[string]bool{}
	w.read(func(tx *db.Tx) error {
		if who.Role == tilhor.RoleParent { // at home where the child goes
			children, err := w.house.roster.Children(tx, w.owner(), who.Person, w.today())
			if err != nil {
				return err
			}
			if who.School, err = w.house.roster.SchoolOf(tx, w.owner(), children[0], w.today()); err != nil {
				return err
			}
		}
		schools, err := w.house.roster.Schools(tx, w.owner())
		if err != nil {
			return err
		}
		for _, s := range schools {
			pupils, err := w.house.roster.Pupils(tx, w.owner(), s.ID, w.today())
			if err != nil {
				return err
			}
			staff, err := w.house.roster.Employees(tx, w.owner(), s.ID, w.today())
			if err != nil {
				return err
			}
			note := func(name string) {
				all[name] = s.Name
				own[name] = own[name] || s.ID == who.School && who.School != ""
			}
			for _, p := range pupils {
				if note(p.Name); who.Role == tilhor.RoleOwnerAdviser && slices.Contains(w.toOwner, p.ID) {
					own[p.Name] = true
				}
			}
			for _, e := range staff {
				if note(e.Name); atOwner { // who told the owner, and who has read, is theirs to know
					own[e.Name] = true
				}
			}
		}
		return nil
	})
	for name := range own {
		if own[name] {
			delete(all, name)
		}
	}
	return all
}

// strangerIn finds a name of two or three words in a page.
func strangerIn(body string, foreign map[string]string) string {
	words := strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune(" \n\t<>\"'.,;:()«»&", r) })
	for i := range words {
		for n := 2; n <= 3 && i+n <= len(words); n++ {
			if name := strings.Join(words[i:i+n], " "); foreign[name] != "" {
				return name
			}
		}
	}
	return ""
}

// Every page of the site, as every persona, in every language: what each is
// shown leads somewhere, passes the battery, and tells nothing of another
// school; and so does every form that is sent empty. A page that nobody comes
// to fails.
func TestEveryPageAsEveryone(t *testing.T) {
	t.Parallel()
	w := newSite(t)
	b := webtest.New(w.site)
	cast := w.cast()
	also := w.more(cast)
	shown := map[string][]string{}
	crawls, pages := map[string]*crawl{}, 0
	t.Run("shown", func(t *testing.T) {
		for _, p := range cast {
			t.Run(p.name, func(t *testing.T) {
				c := w.crawl(t, p, b, w.strangers(p.actor))
				c.all(append([]string{"/", p.home}, also[p.name]...)...)
				crawls[p.name] = c
				for name, path := range c.routes {
					shown[name] = append(shown[name], p.name+" "+path)
				}
				pages += c.pages
				t.Logf("%d pages", c.pages)
			})
		}
	})
	t.Run("sent empty", func(t *testing.T) {
		for i := range cast { // rektor last: hers take back what others were handed
			p := cast[len(cast)-1-i]
			t.Run(p.name, func(t *testing.T) {
				c := crawls[p.name]
				c.t, c.pages = t, 0
				c.empty()
				pages += c.pages
				t.Logf("%d forms", c.pages)
			})
		}
	})
	for _, r := range w.site.Routes() {
		if r.Method == http.MethodGet && len(shown[r.Name]) == 0 && !otherwiseShown[r.Name] {
			t.Errorf("%s (%s) was shown to nobody", r.Name, r.Path)
		}
	}
	t.Logf("%d pages and answers in all, of %d routes", pages, len(shown))
}

// otherwiseShown are routes that answer no page of their own: each has its own
// test with a provider to talk to (internal/web/signin), or only sends on.
var otherwiseShown = map[string]bool{
	"signin.begin": true, "signin.finish": true, "signout.outside": true, "sender.talk.none": true,
	"family.mine.choose":      true, // for a pupil with two cases: internal/pages/family
	"hearing.answer.pdf":      true, // where the municipality has a converter: internal/pages/hearing
	"walls.owner.notices.new": true, // when more wait than the page before has: TestAFloodHidesNothingAndCostsNoMore
	"web.exit.tablet":         true, // signs out of the shared machine: internal/pages/sfo
}

// more makes what the made-up municipality lacks for every page to be seen, and
// gives the addresses that no link leads to because they come after an act.
func (w *siteWorld) more(cast []persona) map[string][]string {
	w.t.Helper()
	ctx, by := context.Background(), map[string]persona{}
	for _, p := range cast {
		by[p.name] = p
	}
	kari, ina, jonas := by["rektor"].actor, by["social-teacher"].actor, by["teacher"].actor
	hour := tilhor.When{At: w.clock().Add(-time.Hour), Precision: tilhor.Exact}
	// A pupil nobody knows the name of, and another child who must be heard.
	c, err := w.concerns().Tell(ctx, jonas, concerns.Telling{
		School: jonas.School, Described: "Ei jente på 1. trinn med rød lue.", Saw: "Hun ble dyttet i køen.",
		Arena: tilhor.ArenaCorridor, Happened: hour, Known: hour,
	})
	w.must(err)
	all, err := w.cases().TakeUp(ctx, kari, c.Slug, cases.Stance{Handler: ina.Person, Urgent: "Jonas går ved siden av henne.", Doer: jonas.Person})
	w.must(err)
	w.must(w.cases().AddChild(ctx, ina, all[0].Slug, cases.Child{Described: "Gutten som sto bak henne.", Role: "affected"}))
	// Somebody who works there and has no account.
	_, err = w.concerns().Tell(ctx, tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone}, concerns.Telling{
		School: jonas.School, Name: "Liv Nes, vikar",
		Described: "En gutt på 3. trinn.", Saw: "Han gjemte seg på do.", Arena: tilhor.ArenaBreak, Happened: hour, Known: hour, Link: receiptCode,
	})
	w.must(err)
	_, err = w.danger().Keep(ctx, jonas, danger.Note{Child: "Gutten fra køen", To: danger.Barnevern})
	w.must(err)
	_, err = w.interventions().Tell(ctx, jonas, interventions.Report{
		Described: "Gutten fra køen", Arena: tilhor.ArenaCorridor, At: hour, Event: "Han sparket.", What: "Jonas holdt ham.", Who: "Jonas Berg",
		Long: "Ett minutt", Why: "Han kunne skade en annen.", View: interventions.Later,
	})
	w.must(err)
	chores, _, err := w.cases().Mine(ctx, jonas)
	w.must(err)
	// A text that came after its session had ended.
	before := w.enter(jonas, mfa)
	w.later(31 * time.Minute)
	kept := w.do("POST", before, "nb", "/bekymringer/ny", url.Values{"steg": {"2"}, "saw": {"Han sto alene ved gjerdet hele friminuttet, og ville ikke inn."}}).Header.Get("Location")
	if !strings.HasPrefix(kept, "/utlogget?kladd=") {
		w.t.Fatalf("a text after the session had ended led to %q", kept)
	}
	w.must(w.house.notices().OpenFeed(ctx, kari))
	feed, err := w.house.notices().FeedOf(ctx, kari)
	w.must(err)
	w.signIn(cast)
	original := w.whatHappens(by) // last: a reason for a picture lasts a quarter of an hour
	also := map[string][]string{
		"nobody": {
			"/utlogget", kept, "/ut", "/hjelp", "/personvern", "/tilgjengelighet", "/logg-inn", "/logg-inn?niva=hoyt", "/logg-ut/ferdig", "/logg-ut", "/rolle",
			"/kvittering/" + receiptCode, "/kvittering/" + receiptCode + "/fil", "/i-dag", "/saker", "/kalender/" + feed, "/samtale", "/kode/bilde",
		},
		"rektor":    {original, "/bekymringer/nye"},
		"pupil":     {w.ownTalk},
		"sfo":       w.shared,
		"two-roles": {"/rolle"},
		"untrained": {"/inngrep/ny/kvittering"},
		"teacher":   {"/kladder/" + strings.TrimPrefix(kept, "/utlogget?kladd="), "/tiltak/" + string(chores[0].ID)},
	}
	for _, p := range cast {
		if p.name == "pupil" {
			w.opensOwn(p)
			also[p.name] = append(also[p.name], "/min/sak")
		}
		if p.name == "social-teacher" {
			w.opensTogether(p)
			also[p.name] = append(also[p.name], "/saker/"+w.ownCase+"/sammen")
		}
		if p.cookie != nil {
			also[p.name] = append(also[p.name], "/kladder", "/logg-ut", "/logg-inn", "/utlogget")
		}
	}
	return also
}

// receiptCode is the secret address of a receipt.
const receiptCode = "abcdefghijklmnopqrstuvwx23"

// The search for strangers finds one.
func TestStrangersAreFound(t *testing.T) {
	foreign := map[string]string{"Nora Dahl": "Nordli", "Kari Berg Lund": "Nordli"}
	for body, want := range map[string]string{
		"<p>Nora Dahl, 5A</p>": "Nora Dahl", "<p>til Kari Berg Lund.</p>": "Kari Berg Lund", "<p>Nora og Dahl</p>": "",
	} {
		if got := strangerIn(body, foreign); got != want {
			t.Errorf("%s: %q", body, got)
		}
	}
}
