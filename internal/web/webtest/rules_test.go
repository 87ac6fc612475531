package webtest

import (
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// good is a page that breaks no rule; each bad page is it with one thing wrong.
const good = `<!doctype html>
<html lang="nb"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Feil: Meld bekymring – Solbakken skole</title>
<link rel="stylesheet" href="/static/work.css"><script src="/static/tilhor.js" defer></script></head>
<body><a href="#innhold">Hopp til innholdet</a>
<header><a href="/">Til forsiden</a></header>
<nav aria-label="Hovedmeny"><a href="/i-dag"><svg aria-hidden="true"></svg>I dag</a></nav>
<main id="innhold" tabindex="-1">
<div class="ds-error-summary" role="group" aria-labelledby="faults"><h2 id="faults">Én ting må rettes</h2><ul><li><a href="#hva">Skriv hva du så</a></li></ul></div>
<h1>Meld bekymring</h1><h2>Hva skjedde?</h2>
<blockquote class="t-quote"><p>Han sa "dust" ...</p></blockquote>
<form method="post" action="/bekymringer/ny"><input type="hidden" name="nokkel" value="x">
<div><label for="hva">Hva du så</label><p id="hva-help">Med egne ord …</p><p id="hva-fault">Skriv hva du så</p><textarea id="hva" name="hva" aria-invalid="true" aria-describedby="hva-help hva-fault"></textarea></div>
<fieldset><legend>Hvor?</legend><label><input type="radio" name="hvor" value="ute"> Ute</label></fieldset>
<button type="submit">Send</button></form>
<table><caption>Tiltak</caption><thead><tr><th scope="col">Hva</th></tr></thead><tbody><tr><td>«Følge»</td></tr></tbody></table>
<img src="/static/mark.svg" alt="">
</main>
<nav aria-label="Om siden"><a href="/personvern">Personvern</a></nav></body></html>`

func answer(body string) *http.Response {
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{
		"Content-Security-Policy": {Policy}, "X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"},
		"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"no-store"},
	}}
}

func TestAGoodPagePasses(t *testing.T) {
	if fs := Faults(answer(good)); fs != nil {
		t.Fatal(strings.Join(fs, "\n"))
	}
}

// noise is a text that packs badly.
func noise(n int) string {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "[r.IntN(63)]
	}
	return string(b)
}

// Every rule has at least one bad page here, and catches it.
func TestEveryRuleCatchesItsBadPage(t *testing.T) {
	bad := []struct{ rule, from, to string }{
		{"language", `lang="nb"`, ``},
		{"language", `lang="nb"`, `lang="no"`},
		{"language", `lang="nb"`, `lang="ar"`},
		{"language", `lang="nb"`, `lang="nb" dir="rtl"`},
		{"language", `<a href="/i-dag">`, `<a href="/i-dag?l=en" hreflang="en">`},
		{"language", `<h2>Hva skjedde?</h2>`, `<h2 lang="se">Mii lea dáhpáhuvvan?</h2><p>Ášši</p>`},
		{"headings", `<h1>Meld bekymring</h1>`, `<h1>Meld bekymring</h1><h1>To</h1>`},
		{"headings", `<h2>Hva skjedde?</h2>`, `<h4>Hva skjedde?</h4>`},
		{"headings", `<h2>Hva skjedde?</h2>`, `<h2></h2>`},
		{"title", `Feil: Meld bekymring – Solbakken`, `Feil: Solbakken`},
		{"title", `Feil: Meld bekymring – Solbakken`, `Feil: Arbeidsside – Meld bekymring`},
		{"ids", `id="hva-help"`, `id="hva-fault"`},
		{"labels", `<label for="hva">`, `<label>`},
		{"labels", `<textarea id="hva"`, `<textarea placeholder="Skriv" id="hva"`},
		{"labels", `name="hva"`, ``},
		{"groups", `<legend>Hvor?</legend>`, ``},
		{"groups", `fieldset`, `div`},
		{"forms", ` action="/bekymringer/ny"`, ``},
		{"forms", `method="post" `, ``},
		{"forms", `<button type="submit">Send</button>`, ``},
		{"forms", `<button type="submit">Send</button>`, `<button>Send</button><button type="submit">Send</button>`},
		{"texts", `Hva skjedde?`, `⟦concern.what⟧`},
		{"texts", `Hva skjedde?`, `&lt;nil&gt; {{.X}}`},
		{"typography", `«Følge»`, `"Følge"`},
		{"typography", `egne ord …`, `egne ord...`},
		{"typography", `aria-label="Om siden"`, `aria-label="Om - siden"`},
		{"inline", `<h2>Hva`, `<h2 onclick="x()">Hva`},
		{"inline", `<h2>Hva`, `<h2 style="color:red">Hva`},
		{"inline", `</head>`, `<style>a{}</style></head>`},
		{"inline", `</body>`, `<script>1</script></body>`},
		{"inline", `href="/personvern"`, `href="javascript:x()"`},
		{"inline", `</main>`, `<iframe src="/"></iframe></main>`},
		{"references", `id="hva-help"`, ``},
		{"references", `href="#hva"`, `href="#hvem"`},
		{"references", `aria-labelledby="faults"`, `aria-labelledby="borte"`},
		{"skip", `<a href="#innhold">Hopp til innholdet</a>`, ``},
		{"skip", `tabindex="-1"`, ``},
		{"skip", `</main>`, `</main><main></main>`},
		{"names", `I dag</a>`, `</a>`},
		{"names", `href="/personvern"`, `href="#"`},
		{"names", `href="/personvern"`, `href="/personvern" target="_blank"`},
		{"landmarks", `aria-label="Om siden"`, ``},
		{"landmarks", `aria-label="Om siden"`, `aria-label="Hovedmeny"`},
		{"pictures", ` alt=""`, ``},
		{"pictures", ` aria-hidden="true"`, ``},
		{"tables", `<caption>Tiltak</caption>`, ``},
		{"tables", ` scope="col"`, ``},
		{"viewport", `initial-scale=1`, `initial-scale=1, user-scalable=no`},
		{"weight", `Hva skjedde?`, noise(100_000)},
		{"order", `tabindex="-1"`, `tabindex="2"`},
		{"order", `<textarea`, `<textarea autofocus`},
		{"faults", `<title>Feil: `, `<title>`},
		{"faults", ` hva-fault"`, `"`},
		{"faults", `class="ds-error-summary"`, ``},
	}
	tried := map[string]bool{"headers": true}
	for _, b := range bad {
		tried[b.rule] = true
		if !strings.Contains(good, b.from) {
			t.Errorf("%s: %q is not in the good page", b.rule, b.from)
		}
		fs := Faults(answer(strings.ReplaceAll(good, b.from, b.to)))
		if !slices.ContainsFunc(fs, func(f string) bool { return strings.HasPrefix(f, b.rule+":") }) {
			t.Errorf("%s did not catch %q: %q", b.rule, b.to, fs)
		}
	}
	for _, r := range rules {
		if !tried[r.name] {
			t.Errorf("the rule %s has no bad page", r.name)
		}
	}
	for _, k := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Content-Type", "Cache-Control"} {
		r := answer(good)
		r.Header.Set(k, "noe annet")
		if fs := Faults(r); len(fs) != 1 {
			t.Errorf("a wrong %s: %q", k, fs)
		}
	}
}
