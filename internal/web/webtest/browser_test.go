package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A page that is good in a browser, and for each kind of fault one that is not.
const seenGood = `<!doctype html><html lang="nb"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Prøve av en side</title>
<link rel="icon" href="/p.svg"><link rel="stylesheet" href="/p.css"><script src="/p.js" defer></script></head><body><a href="#innhold">Hopp til innholdet</a>
<main id="innhold" tabindex="-1"><h1>Prøve av en side</h1><p>Her står det noe som kan leses av alle.</p><p><a href="/annet">Les mer om dette</a></p>
<form method="post" action="/"><p><label for="a">Hva skjedde?</label> <input id="a" name="a"></p>
<fieldset><legend>Hvor?</legend><label><input type="radio" name="b" value="1"> Ute</label><label><input type="radio" name="b" value="2"> Inne</label></fieldset>
<p><label for="d">Dag</label> <input type="date" id="d" name="d"></p><button type="submit">Send</button></form></main></body></html>`

const seenCSS = `body{color:#222;background:#fff;margin:16px;font:16px/1.5 sans-serif}a{color:#0b5345}:focus-visible{outline:3px solid #0b5345}
.wide{width:500px}.gone:focus{outline:0}.top{position:fixed;inset:0 0 auto 0;height:600px;background:#eee}`

func TestTheBrowserCatchesEveryBadPage(t *testing.T) {
	swap := func(from, to string) string {
		if !strings.Contains(seenGood, from) {
			t.Fatalf("%q is not in the good page", from)
		}
		return strings.Replace(seenGood, from, to, 1)
	}
	bad := []struct {
		name, kind, body string
		js               bool
	}{
		{"a field without a label", "axe", swap(`<label for="a">Hva skjedde?</label>`, ``), true},
		{"a page in no language", "axe", swap(` lang="nb"`, ``), true},
		{"pale text", "axe", swap(`<p>Her`, `<p class="pale">Her`), true},
		{"a wide part", "reflow", swap(`<p>Her`, `<p class="wide">Her`), true},
		{"a wide part, without script", "reflow", swap(`<p>Her`, `<p class="wide">Her`), false},
		{"a button that is none", "keyboard", swap(`<p>Her`, `<div role="button">Trykk her</div><p>Her`), true},
		{"a link out of the order", "keyboard", swap(`href="/annet"`, `href="/annet" tabindex="-1"`), true},
		{"a focus nobody sees", "keyboard", swap(`href="/annet"`, `class="gone" href="/annet"`), true},
		{"a focus nobody sees, without script", "keyboard", swap(`href="/annet"`, `class="gone" href="/annet"`), false},
		{"a focus behind the top", "keyboard", swap(`<main`, `<div class="top">Øverst</div><main`), true},
		{"a page that script writes", "noscript", swap(`<h1>Prøve av en side</h1><p>Her står det noe som kan leses av alle.</p><p><a href="/annet">Les mer om dette</a></p>`, `<h1 hidden>Prøve av en side</h1>`), false},
		{"a form that script sends", "noscript", swap(`<button type="submit">`, `<button type="submit" hidden>`), false},
		{"a script in the page", "console", swap(`</body>`, `<script>document.title="x"</script></body>`), true},
		{"something from elsewhere", "fetch", swap(`</body>`, `<img alt="" src="http://127.0.0.1:9/x.png"></body>`), true},
		{"a number that is turned", "direction", strings.Replace(swap(`<p>Her`, `<p><a href="tel:55000010">55 00 00 10</a></p><p>Her`), ` lang="nb"`, ` lang="nb" dir="rtl"`, 1), true},
		{"a file that is not there", "fetch", swap(`/p.js`, `/borte.js`), true},
	}
	pages := []string{seenGood}
	for _, b := range bad {
		pages = append(pages, b.body)
	}
	srv := serveSeen(t, pages)
	jobs := []Job{
		{Name: "good", URL: srv + "/0", Lang: "nb", Scheme: "light", Width: 320, JS: true},
		{Name: "good", URL: srv + "/0", Lang: "nb", Scheme: "light", Width: 320, JS: false},
	}
	for i, b := range bad {
		jobs = append(jobs, Job{Name: b.name, URL: fmt.Sprintf("%s/%d", srv, i+1), Lang: "nb", Scheme: "light", Width: 320, JS: b.js})
	}
	jobs = append(jobs, Job{Name: "Arabic from left to right", URL: srv + "/0", Lang: "ar", Scheme: "light", Width: 320, JS: true})
	seen := See(t, jobs)
	t.Log(seen)
	caught := map[string]string{}
	for _, f := range seen.Faults {
		name, _, _ := strings.Cut(f.Job, " [")
		caught[name] += f.Kind + " "
		if name == "good" {
			t.Errorf("the good page: %s: %s", f.Kind, f.Text)
		}
	}
	for _, b := range bad {
		if !strings.Contains(caught[b.name], b.kind) {
			t.Errorf("%s: %s did not catch it: %q", b.name, b.kind, caught[b.name])
		}
	}
	if !strings.Contains(caught["Arabic from left to right"], "direction") {
		t.Error("a page in Arabic that is written from left to right is not caught")
	}
	if seen.Counts["pages"] != len(jobs) {
		t.Errorf("%d of %d pages were looked at", seen.Counts["pages"], len(jobs))
	}
}

func serveSeen(t *testing.T, pages []string) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		var i int
		switch {
		case r.URL.Path == "/p.css":
			w.Header().Set("Content-Type", "text/css")
			fmt.Fprint(w, seenCSS+".pale{color:#ccc}")
		case r.URL.Path == "/p.svg":
			w.Header().Set("Content-Type", "image/svg+xml")
			fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg"/>`)
		case r.URL.Path == "/p.js":
			w.Header().Set("Content-Type", "text/javascript")
		default:
			if _, err := fmt.Sscanf(r.URL.Path, "/%d", &i); err != nil || i >= len(pages) {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, pages[i])
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// Two by two, everything meets, in far fewer visits than all.
func TestPairsMeet(t *testing.T) {
	visits := []Visit{{Name: "a", Who: "rektor", Path: "/a"}, {Name: "b", Who: "rektor", Path: "/b"}, {Name: "c", Who: "teacher", Path: "/c"}}
	jobs := Pairs("http://x", visits)
	met := map[[2]string]bool{}
	paths := map[string]bool{}
	for _, j := range jobs {
		who, _, _ := strings.Cut(j.Name, ":")
		paths[j.URL] = true
		for _, p := range pairsOf(who, j) {
			met[p] = true
		}
	}
	for _, v := range visits {
		if lacks(v.Who, met) || !paths["http://x"+v.Path] {
			t.Errorf("%s lacks pairs", v.Who)
		}
	}
	if all := All("http://x", visits); len(all) != 36*len(visits) || len(jobs) > 24 {
		t.Errorf("%d jobs by pairs, %d in all", len(jobs), len(all))
	}
}
