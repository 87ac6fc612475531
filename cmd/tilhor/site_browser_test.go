package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// refusals are the answers to forms that were sent empty, as they came: pages that no
// address leads to.
type refusals map[string]*http.Response

const faultyPath = "/sendt/"

// serve gives them to the browser, and everything else as it is.
func (f refusals) serve(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		answer := f[strings.TrimPrefix(r.URL.Path, faultyPath)]
		if answer == nil {
			h.ServeHTTP(rw, r)
			return
		}
		for k, v := range answer.Header {
			rw.Header()[k] = v
		}
		rw.WriteHeader(answer.StatusCode)
		b, _ := io.ReadAll(answer.Body)
		answer.Body = io.NopCloser(bytes.NewReader(b))
		rw.Write(b)
	})
}

// doneEmpty are the forms that do what they say though nothing is filled in.
var doneEmpty = map[string]bool{"school.standin.take-back": true, "school.sfo.hours": true, "school.sfo.back": true}

// sendEmpty sends each kind of form once, and keeps what is refused.
func (f refusals) sendEmpty(c *crawl) {
	for _, form := range c.forms {
		route := c.w.route("POST", strings.Split(form.action, "?")[0])
		if route == nil || !form.asks || f[route.Name] != nil || doneEmpty[route.Name] || strings.HasPrefix(route.Name, "signout") || strings.HasPrefix(route.Name, "web.") {
			continue
		}
		if r := c.w.do("POST", c.p.cookie, siteLangs[len(f)%3], form.action, form.hidden); r.StatusCode == http.StatusUnprocessableEntity {
			f[route.Name] = r
		}
	}
}

// seenInBrowser gives one visit for every page of the site, spread over those
// who can see it, one of everybody's first page, and what forms sent empty
// lead to.
func (w *siteWorld) seenInBrowser(t *testing.T) (visits []webtest.Visit, pages map[string]bool, sent refusals) {
	t.Helper()
	cast := w.cast()
	also := w.more(cast)
	found := map[string]map[string]string{} // by route, then persona: where
	var crawls []*crawl
	for _, p := range cast {
		c := w.crawl(t, p, nil, nil)
		c.langs = siteLangs[:1]
		c.all(append([]string{"/", p.home}, also[p.name]...)...)
		crawls = append(crawls, c)
		for name, path := range c.routes {
			if c.html[name] {
				if found[name] == nil {
					found[name] = map[string]string{}
				}
				found[name][p.name] = path
			}
		}
	}
	has, pages := map[string]int{}, map[string]bool{}
	add := func(name string, p persona, path string) {
		visits = append(visits, webtest.Visit{Name: name, Who: p.name, Path: path, Cookie: p.cookie})
		has[p.name]++
		pages[name] = true
	}
	for _, p := range cast {
		add("the first page", p, p.home)
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if name == "web.exit" || name == "public.home" && len(found[name]) == 1 && found[name]["nobody"] == "/" || name == "owner.schools" {
			continue // seen: by the frame's own test, and as a first page
		}
		var least *persona
		for i, p := range cast {
			if found[name][p.name] != "" && (least == nil || has[p.name] < has[least.name]) {
				least = &cast[i]
			}
		}
		add(name, *least, found[name][least.name])
	}
	sent = refusals{}
	for _, c := range crawls {
		if c.p.name == "rektor" || c.p.name == "social-teacher" || c.p.name == "teacher" || c.p.name == "nobody" {
			sent.sendEmpty(c)
		}
	}
	for name := range sent {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if sent[name] != nil {
			add(name+", empty", cast[0], faultyPath+name)
		}
	}
	return visits, pages, sent
}

// Every page of the site in Debian's Chromium, once each and so that any two of
// persona, language, scheme, width and script meet: axe, reflow at 320 pixels,
// all of it by keyboard, and the same without JavaScript.
func TestEveryPageInTheBrowser(t *testing.T) {
	t.Parallel()
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := newSite(t)
	visits, pages, sent := w.seenInBrowser(t)
	if len(pages) < 60 || len(sent) < 15 {
		t.Errorf("only %d pages were found, %d of them refusals", len(pages), len(sent))
	}
	srv := httptest.NewServer(sent.serve(http.HandlerFunc(w.onMachine)))
	defer srv.Close()
	jobs := each320(srv.URL, visits, webtest.Pairs(srv.URL, visits))
	fromTheRight := w.arabic(srv.URL, visits)
	if len(fromTheRight) < 15 {
		t.Errorf("only %d pages are seen in Arabic", len(fromTheRight))
	}
	jobs = append(jobs, fromTheRight...)
	for i := range jobs {
		u, err := url.Parse(jobs[i].URL)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(u.Path, faultyPath) {
			jobs[i].Status = http.StatusUnprocessableEntity
		} else if strings.HasPrefix(jobs[i].Name, "untrained") && w.route("GET", u.Path).Sensitive {
			jobs[i].Status = http.StatusForbidden
		}
	}
	t.Logf("%d pages, %d visits of %d in the whole product", len(pages), len(jobs), 36*len(visits))
	webtest.Browse(t, jobs)
}

// arabic are the pages that a family reads in further languages, from right to left at
// 320 pixels, with script and without by turns.
func (w *siteWorld) arabic(base string, visits []webtest.Visit) (jobs []webtest.Job) {
	for i, v := range visits {
		path, _, _ := strings.Cut(v.Path, "?")
		if r := w.route("GET", path); r == nil || !r.Further {
			continue
		}
		j := webtest.Job{Name: v.Who + ": " + v.Name, URL: base + v.Path, Lang: "ar", Scheme: [...]string{"light", "dark"}[i%2], Width: 320, JS: i%4 < 2}
		if v.Cookie != nil {
			j.Cookie = v.Cookie.Name + "=" + v.Cookie.Value
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// each320 adds what a page lacks of being seen at 320 pixels, as a telephone
// shows it, with script and without.
func each320(base string, visits []webtest.Visit, jobs []webtest.Job) []webtest.Job {
	for i, v := range visits {
		at := base + v.Path
		has := func(what func(webtest.Job) bool) bool {
			return slices.ContainsFunc(jobs, func(j webtest.Job) bool { return j.URL == at && what(j) })
		}
		script := has(func(j webtest.Job) bool { return j.JS })
		if has(func(j webtest.Job) bool { return j.Width == 320 }) && has(func(j webtest.Job) bool { return !j.JS }) && script {
			continue
		}
		j := webtest.Job{Name: v.Who + ": " + v.Name, URL: at, Lang: siteLangs[i%3], Scheme: [...]string{"light", "dark"}[i/2%2], Width: 320, JS: !script}
		if v.Cookie != nil {
			j.Cookie = v.Cookie.Name + "=" + v.Cookie.Value
		}
		jobs = append(jobs, j)
	}
	return jobs
}
