package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/roster"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// poisons are texts that become something else than text on a page that is
// careless: in an element, an attribute, a link, a script, a style, a template.
// Whatever of them comes alive is marked with pwned. Each fits in the shortest of
// the fields that a text may be written in: 150 signs with what is around it.
var poisons = []string{
	`<script data-pwned>document.documentElement.dataset.pwned=1</script>`,
	`"><img data-pwned src=x onerror="document.documentElement.dataset.pwned=1">`,
	`' data-pwned onmouseover='document.documentElement.dataset.pwned=1' autofocus onfocus='document.documentElement.dataset.pwned=1' x='`,
	`<svg data-pwned/onload=document.documentElement.dataset.pwned=1><a xlink:href="javascript:1"><circle r=9 /></a></svg>`,
	`{{.W}}{{7*7}}{{printf "%s" .}}${7*7}<%= 7*7 %>#{7*7}`,
	`javascript:document.documentElement.dataset.pwned=1//`,
	`</textarea></select></option></title></style></script><script data-pwned>document.documentElement.dataset.pwned=1</script>`,
	`<style data-pwned>*{display:none!important}</style><base data-pwned href="https://ond.example/">`,
	"Hun sa \u202Eettemokt <b data-pwned>fet</b>\u202C \u2066skjult\u2069 \u200B",
	`&lt;b data-pwned&gt; &#60;b data-pwned&#62; &amp;quot; %3Cscript%3E \u003cscript\u003e`,
	`<iframe data-pwned srcdoc="<script>parent.document.documentElement.dataset.pwned=1</script>"></iframe>`,
	`[klikk](javascript:alert(1)) ![x](https://ond.example/x.png) <https://ond.example>`,
	`<!-- --!> <![CDATA[<b data-pwned>]]> <?php ?> <math data-pwned><mtext><table><mglyph><style><img src=x onerror=1>`,
	strings.Repeat("ordetsomaldritarslutt", 6),
	`=HYPERLINK("https://ond.example";"klikk")`,
	"`${alert(1)}` '-alert(1)-' \\';alert(1);// \\u0027",
	`<meta data-pwned http-equiv="refresh" content="0;url=https://ond.example/">`,
	`<form data-pwned action="https://ond.example"><input name=nokkel>`,
}

// poison wraps one, so that it is known again wherever it is shown.
func poison(n int) string {
	n %= len(poisons)
	return fmt.Sprintf("Ond%02d(%s)%02ddnO", n, poisons[n], n)
}

// An asking sends a form, as often as it is called.
type asking func(url.Values) *http.Response

// A poisonedTown is a municipality where everything that can be named and
// written is poison.
type poisonedTown struct {
	*siteWorld
	people map[string]tilhor.Actor
	word   func(n int) string // what is written: poison, unless the test writes something else
	n      int                // of the next word
	secret []string           // the cookies and addresses that were handed out
	fed    map[string]bool    // the fields that took one: "route field"
	forms  map[string]bool    // the fields that somebody was shown, likewise
	looked map[string]bool    // the routes that are looked at as pages
	bare   map[string]bool    // the routes that answer with something else than a page
	refuse refusals           // pages that no address leads to
	code   string             // the seven words of who told without a name
	who    string             // does what is done now
	been   map[string]string  // where each was led to by a deed: by who and which page
	track  string
	at     *url.URL
	body   string
	cookie *http.Cookie
	sent   func(*web.Route, url.Values, *http.Response, asking) // instead of spoiling what is sent
}

// poisonedFiles is the municipality as files: every name is poison, and begins
// so that people can be told apart.
func poisonedFiles(p func(n int) string) map[string][][]string {
	return map[string][][]string{
		"skoler.csv":  {{"skole-id", "navn", "type", "sfo"}, {"sol", "Solbakken " + p(0), "skole", "ja"}, {"fjell", "Fjellvik " + p(1), "skole", "ja"}},
		"grupper.csv": {{"gruppe-id", "skole-id", "type", "navn"}, {"5a", "sol", "klasse", "9A"}, {"6b", "sol", "klasse", "6B " + p(2)}, {"f5", "fjell", "klasse", "5A"}},
		"elever.csv": {
			{"elev-id", "fornavn", "etternavn", "skole-id", "klasse-id"},
			{"nora", "Nora", p(3), "sol", "5a"},
			{"elias", "Elias", p(6), "sol", "6b"},
			{"tuva", "Tuva", p(14), "sol", "5a"},
			{"live", "Live", p(5), "sol", "6b"},
			{"odin", "Odin", p(9), "fjell", "f5"},
		},
		"ansatte.csv": {
			{"ansatt-id", "fornavn", "etternavn", "rolle", "skole-id"},
			{"rektor", "Kari", p(1), "rektor", "sol"},
			{"social-teacher", "Ina", p(2), "sosiallærer", "sol"},
			{"teacher", "Jonas", p(10), "lærer", "sol"},
			{"teacher2", "Petra", p(12), "lærer", "sol"},
			{"nurse", "Siri", p(9), "helsesykepleier", "sol"},
			{"deputy", "Hilde", p(15), "inspektør", "sol"},
			{"sfo", "Mona", p(11), "sfo-leder", "sol"},
			{"dpo", "Vigdis", p(7), "personvernombud", ""},
			{"rektor2", "Berit", p(4), "rektor", "fjell"},
			{"owner-adviser", "Anne", p(6), "skoleeier", ""},
		},
		"foresatte.csv": {{"foresatt-id", "fornavn", "etternavn", "elev-id", "foreldreansvar"}, {"marit", "Marit", p(0), "nora", "ja"}},
	}
}

func newPoisonedTown(t *testing.T) *poisonedTown {
	w := siteOf(t, dbtest.SQLite(t), sealtest.Keys(t, webtest.Owner), siteNow.Add(time.Hour))
	return peopled(w, poison, poisonedFiles(poison))
}

// peopled reads a municipality's files into a site, and trains everybody.
func peopled(w *siteWorld, word func(n int) string, files map[string][][]string) *poisonedTown {
	p := &poisonedTown{siteWorld: w, people: map[string]tilhor.Actor{}, word: word, fed: map[string]bool{}, forms: map[string]bool{}, looked: map[string]bool{}, bare: map[string]bool{}, been: map[string]string{}, refuse: refusals{}}
	dir := p.t.TempDir()
	for name, rows := range files {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma = ';'
		p.must(w.WriteAll(rows))
		p.must(os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o600))
	}
	ctx, quiet := context.Background(), roster.Progress(func(string, int64, int64) {})
	s, err := roster.Read(ctx, dir, quiet)
	p.must(err)
	p.must(os.RemoveAll(dir)) // the files are somebody else's to look after
	plan, err := p.house.roster.Compare(ctx, p.house.db, p.owner(), s, roster.Options{Today: p.today(), AllowSynthetic: true}, quiet)
	p.must(err)
	p.must(p.house.roster.Apply(ctx, p.house.db, p.keeper(), plan, true, p.clock(), quiet))
	for _, row := range files["ansatte.csv"][1:] {
		p.people[row[0]] = p.settle(row[0])
	}
	for _, row := range files["foresatte.csv"][1:] {
		p.people[row[0]] = p.settle(row[0])
	}
	return p
}

// settle trains somebody, and says who it is.
func (p *poisonedTown) settle(source string) tilhor.Actor {
	p.t.Helper()
	var all []tilhor.Actor
	p.write(func(tx *db.Tx) error {
		id, err := p.house.roster.Find(tx, p.owner(), source)
		if err != nil {
			return err
		}
		if err := p.house.roster.Train(tx, p.keeper(), id, calendar.DateOf(p.clock()), p.clock()); err != nil {
			return err
		}
		all, err = p.house.roster.RolesOf(tx, p.owner(), id, p.today())
		return err
	})
	if len(all) == 0 {
		p.t.Fatalf("%s has no role", source)
	}
	return all[0]
}

// notText are fields that take a day, a clock, a search or what a machine wrote:
// what stands in them is read, and never kept as it was written.
var notText = regexp.MustCompile(`^(received|discovered|discovered-time|day|due|file|code|receipt|at|at-time|start|until|next|check|recheck|hear-by|from|on|known|known-time|raised-at|raised-at-time|again|find|sok|(happened|known)-(on|at)|[me]\d-(start|until|evaluate)|(sett|spor)-due|mote-(at|at-time|p\d-on)|exposed-known|exposed-known-time|join-number|taushet-review|femten-on|stengt-(from|until)|(opens|closes)(-\d)?|kartlegg-due|kode|informert-(at|at-time|review)|utkast-until|(flytt-)?mote-(on|clock)|gjore-due|plass-until|vedtak-(for|against|blank|for-parents|against-parents)|regler-(need|term|seats-[a-z]+)|deadline|answers-by|first-by|days|measures|rank|present-[a-z]+|number|for|against|expected|adopted-on)$`)

var numbered = regexp.MustCompile(`^([me]\d+-|o\d+$)`) // the rows of a plan, of an evaluation and of a judgement

// fieldName is a field without the number of its row.
func fieldName(name string) string {
	return numbered.ReplaceAllStringFunc(name, func(s string) string { return s[:1] + "-" })
}

// textFields are the fields of a form that take text.
func textFields(form *html.Node) (names []string) {
	each(form, func(n *html.Node) {
		name, kind := attrOf(n, "name"), attrOf(n, "type")
		if (n.Data == "textarea" || n.Data == "input" && (kind == "text" || kind == "" || kind == "search" || kind == "email")) && !notText.MatchString(name) {
			names = append(names, name)
		}
	})
	return names
}

// open goes to a page.
func (p *poisonedTown) open(path string) {
	p.t.Helper()
	for range 4 {
		r := p.do("GET", p.cookie, "nb", path, nil)
		if r.StatusCode == http.StatusSeeOther {
			path = r.Header.Get("Location")
			continue
		}
		if r.StatusCode != http.StatusOK {
			p.t.Fatalf("%s: %d", path, r.StatusCode)
		}
		p.stands(r)
		if s := trackIn.FindString(p.at.Path); s != "" {
			p.track = s
		}
		if code, ok := strings.CutPrefix(p.at.Path, "/kvittering/"); ok {
			p.secret = append(p.secret, code)
		}
		return
	}
}

// stands is where a deed led: what the page asks for is noted.
func (p *poisonedTown) stands(r *http.Response) {
	p.at, p.body = r.Request.URL, bodyOf(p.t, r)
	p.asks(r)
	if route := p.route("GET", p.at.Path); route != nil && r.Request.Method == http.MethodGet {
		who := p.who
		if strings.HasPrefix(p.at.Path, web.TabletPath) {
			who = "machine"
		}
		p.been[who+" "+route.Name] = p.at.RequestURI()
	}
	if m := codeIn.FindStringSubmatch(p.body); m != nil && !slices.Contains(p.secret, m[1]) {
		p.code, p.secret = m[1], append(p.secret, m[1])
	}
}

// does does a deed with poison in every field that takes text and is not filled
// in by the deed; and before that, the same form without its answers, so that
// it is refused and shown again.
func (p *poisonedTown) does(d deed) {
	p.t.Helper()
	if d.Who != "" {
		p.who, p.cookie = d.Who, p.enter(p.people[d.Who], mfa)
		p.secret = append(p.secret, p.cookie.Value)
		if d.Who == "nobody" {
			p.cookie = nil
		}
	}
	p.later(time.Second)
	if strings.HasSuffix(d.At, "/pakke") { // a package is of what is signed
		_, err := p.house.journal.Sequence(context.Background(), p.house.db, p.owner(), p.clock)
		p.must(err)
	}
	if d.At != "" {
		p.open(strings.NewReplacer("$track", p.track, "$school", "/s/"+string(p.people["rektor"].School)).Replace(d.At))
	}
	if d.Link != "" {
		p.open(p.linkLike(d.Link))
	}
	if d.Fill == nil && d.Press == "" {
		return
	}
	root, err := html.Parse(strings.NewReader(p.body))
	p.must(err)
	var why []string
	sent := false
	each(root, func(n *html.Node) {
		to := attrOf(n, "action")
		if n.Data != "form" || sent || !strings.EqualFold(attrOf(n, "method"), "post") || d.To == "" && strings.HasPrefix(to, "/logg-ut") || d.To != "" && d.To != to {
			return
		}
		v, err := filled(n, d, p.code)
		if err != nil {
			why = append(why, err.Error())
			return
		}
		sent = true
		p.send(n, v, d)
	})
	if !sent {
		p.t.Fatalf("no form on %s takes %v: %s\n%s", p.at, d.Fill, strings.Join(why, "; "), plainText(p.body))
	}
}

func (p *poisonedTown) linkLike(pattern string) (to string) {
	p.t.Helper()
	root, err := html.Parse(strings.NewReader(p.body))
	p.must(err)
	re := regexp.MustCompile(pattern)
	each(root, func(n *html.Node) {
		if n.Data == "a" && to == "" && re.MatchString(attrOf(n, "href")) {
			to = attrOf(n, "href")
		}
	})
	if to == "" {
		p.t.Fatalf("no link like %s on %s:\n%s", pattern, p.at, plainText(p.body))
	}
	return to
}

func (p *poisonedTown) send(form *html.Node, v url.Values, d deed) {
	p.t.Helper()
	to, err := p.at.Parse(attrOf(form, "action"))
	p.must(err)
	route := p.route("POST", to.Path)
	var fed []string
	for _, name := range textFields(form) {
		if i := slices.IndexFunc(d.Fill, func(f [2]string) bool { return f[0] == name }); i >= 0 {
			if strings.Contains(d.Fill[i][1], "Ond") {
				fed = append(fed, name)
			}
			continue
		}
		v.Set(name, p.word(p.n))
		p.n++
		fed = append(fed, name)
	}
	if p.sent == nil {
		p.spoil(route, to.RequestURI(), v, form)
	}
	var ask asking = func(v url.Values) *http.Response { return p.do("POST", p.cookie, "nb", to.RequestURI(), v) }
	if d.File != "" {
		name, file := p.file(d.File)
		ask, fed = func(v url.Values) *http.Response { return p.withFile(to.RequestURI(), p.cookie, v, name, file) }, append(fed, "fil")
	}
	r := ask(v)
	if p.sent != nil {
		p.sent(route, v, r, ask)
	}
	for _, k := range r.Cookies() {
		if k.Path == web.TabletPath {
			p.tablet, p.secret = append(p.tablet, k), append(p.secret, k.Value)
		}
	}
	switch r.StatusCode {
	case http.StatusSeeOther:
		for _, name := range fed {
			p.fed[route.Name+" "+fieldName(name)] = true
		}
		if p.sent == nil {
			p.clash(route, to.RequestURI(), v)
		}
		if route.Name != "school.sfo.enroll" { // it leads to the machine's own pages, for whoever holds its cookie
			p.open(r.Header.Get("Location"))
		}
	case http.StatusOK:
		for _, name := range fed {
			p.fed[route.Name+" "+fieldName(name)] = true
		}
		p.stands(r)
		if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") { // a page that no address leads to
			p.refuse[url.PathEscape(route.Name+" after "+v.Get("step")+v.Get("gjor")+v.Get("go"))] = r
		}
	default:
		p.t.Fatalf("%s with %v: %d\n%s", to, v, r.StatusCode, plainText(bodyOf(p.t, r)))
	}
}

// spoil sends the form wrongly in three ways, and keeps what is shown: without
// its choices, from another site, and after a sign-out.
func (p *poisonedTown) spoil(route *web.Route, to string, v url.Values, form *html.Node) {
	bad := url.Values{"nokkel": {tilhor.NewID()}}
	for _, name := range textFields(form) {
		bad.Set(name, v.Get(name))
	}
	if first := textFields(form); !hasChoices(form) && len(first) > 0 {
		bad.Set(first[0], "")
	}
	for name := range v {
		if !bad.Has(name) && (name == "do" || name == "step" || name == "began" || name == "n" || name == "go" || name == "rev" || strings.HasSuffix(name, "-id")) {
			bad.Set(name, v.Get(name))
		}
	}
	switch step := v.Get("step"); {
	case strings.HasSuffix(route.Name, ".tell.step"), strings.HasSuffix(route.Name, ".say.step") && step != "send":
		return // each step shows the one before; that is on the way already
	case step == "send": // the last shows it all
		bad = maps.Clone(v)
		bad.Set("nokkel", tilhor.NewID())
		bad.Del("accused")
	}
	for what, ask := range map[string]func() *http.Response{
		"refused":        func() *http.Response { return p.do("POST", p.cookie, "nb", to, bad) },
		"from elsewhere": func() *http.Response { return p.do("POST", p.cookie, "nb", to, v, "Sec-Fetch-Site", "cross-site") },
		"signed out":     func() *http.Response { return p.do("POST", nil, "nb", to, v) },
	} {
		name := route.Name + " " + what
		if p.refuse[url.PathEscape(name)] != nil || name == "stage.plan.save refused" { // a draft may lack anything
			continue
		}
		if r := ask(); r.StatusCode >= 400 && r.StatusCode < 500 && r.StatusCode != http.StatusNotFound {
			p.refuse[url.PathEscape(name)] = r
		}
	}
}

// hasChoices says whether a form asks for more than text.
func hasChoices(form *html.Node) (has bool) {
	each(form, func(n *html.Node) {
		has = has || n.Data == "select" || n.Data == "input" && attrOf(n, "type") == "radio"
	})
	return has
}

// clash sends a plan that somebody else has saved meanwhile, with other poison.
func (p *poisonedTown) clash(route *web.Route, to string, v url.Values) {
	if route.Name != "stage.plan.save" || v.Get("do") != "save" {
		return
	}
	late := url.Values{}
	for name, all := range v {
		late[name] = all
		if !notText.MatchString(name) && strings.Contains(name, "-what") {
			late.Set(name, p.word(p.n))
			p.n++
		}
	}
	late.Set("nokkel", tilhor.NewID())
	if r := p.do("POST", p.cookie, "nb", to, late); r.StatusCode == http.StatusConflict {
		p.refuse["clash"] = r
	}
}

// shortPoison is for a field that takes few letters.
const shortPoison = `Ond"'></p><b data-pwned>`

// thePoisoning is a year's work in an hour: every form that keeps a text.
var thePoisoning = []deed{
	{Who: "teacher", At: "/bekymringer/ny", Press: "go=next"},
	{Who: "teacher", Fill: [][2]string{{"said", ""}}, Press: "go=next"},
	{Who: "teacher", Fill: [][2]string{{"arena", "break"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
	{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "aside"}, {"why", "wrong-school"}}},
	{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora"}, {"described", ""}}, Press: "go=next"},
	{Who: "teacher", Press: "go=next"},
	{Who: "teacher", Fill: [][2]string{{"arena", "changing"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
	{Who: "nobody", At: "/", Link: `^/s/`},
	{Who: "nobody", Link: `/ansatt`},
	{Who: "nobody", Fill: [][2]string{{"name", "Liv " + shortPoison}}, Press: "go=next"},
	{Who: "nobody", Press: "go=next"},
	{Who: "nobody", Fill: [][2]string{{"arena", "way"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
	{Who: "rektor", At: "/bekymringer/muntlig", Fill: [][2]string{{"raised", "parent"}, {"raised-at", "23.11.2026"}, {"arena", "class"}, {"knew", "now"}}},
	{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "new"}, {"doer", "Jonas"}, {"handler", "Ina"}}},
	{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "new"}, {"doer", "Jonas"}, {"handler", "Ina"}}},
	{Who: "teacher", At: "/i-dag", Press: "answer=not"},
	{Who: "teacher", At: "/fare/notat", Fill: [][2]string{{"to", "barnevern"}, {"at", "23.11.2026"}}},
	{Who: "teacher", At: "/fare/notater", Link: `^/fare/notater/`, Fill: [][2]string{}},
	{Who: "teacher", At: "/inngrep/ny", Fill: [][2]string{{"pupil", "Nora"}, {"arena", "break"}, {"at", "23.11.2026"}, {"view", "later"}}},
	{Who: "teacher", At: "/inngrep", Link: `^/inngrep/[a-z2-7]{10}`, Fill: [][2]string{{"do", "syn"}, {"view", "told"}, {"at", "23.11.2026"}}},
	{Who: "rektor", At: "/inngrep", Link: `^/inngrep/[a-z2-7]{10}`, Fill: [][2]string{{"do", "foreldre"}, {"at", "23.11.2026"}}},
	{Who: "rektor", At: "/inngrep", Link: `^/inngrep/[a-z2-7]{10}`, Fill: [][2]string{{"do", "alvor"}, {"serious", "yes"}}},
	{Who: "rektor", At: "/avvik", Fill: [][2]string{{"discovered", "23.11.2026"}, {"discovered-time", "09.00"}}},
	{Who: "rektor", At: "/skolens-side", Fill: [][2]string{{"do", "voksen"}, {"voksen-person", "Ina"}, {"voksen-yes", "yes"}}},
	{Who: "rektor", At: "/skolens-side", Fill: [][2]string{{"do", "plan"}}},
	{Who: "rektor", At: "/skolen/kartlegging", Fill: [][2]string{{"kartlegg-survey-names", "no"}, {"kartlegg-due", "30.11.2026"}}},
	{Who: "rektor", At: "/skolen/sfo", Fill: [][2]string{{"name", shortPoison}}},
}

// theOther is another case, that is stepped down.
var theOther = []deed{
	{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"how", "none"}}},
	{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "trapp-ned"}, {"way", "self"}, {"recheck", "11.01.2027"}, {"told", "*"}}},
	{Who: "rektor", At: "$track/sperre", Fill: [][2]string{{"record", "23."}, {"reason", "health"}}},
}

// theCase is the work of one track, up to where it could be ended.
var theCase = []deed{
	{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"how", "interpreter"}}},
	{Who: "social-teacher", At: "$track/samtaler/barn", Fill: [][2]string{{"role", "affected"}}},
	{Who: "rektor", At: "$track/samtaler", Link: `/ikke-nadd\?barn=`, Fill: [][2]string{{"hear-by", "30.11.2026"}}},
	{Who: "social-teacher", At: "$track/samtaler/barn", Fill: [][2]string{{"role", "alleged"}}},
	{Who: "social-teacher", At: "$track/samtaler", Link: `/samtaler\?barn=[a-z2-7]`, Fill: [][2]string{{"answer", "told"}, {"how", "drawing"}}},
	{Who: "social-teacher", At: "$track/samtaler", Link: `/samtaler\?barn=[a-z2-7]`},
	{Who: "social-teacher", Link: `/samtaler\?barn=[a-z2-7]`, Fill: [][2]string{{"answer", "told"}, {"how", "sign"}}},
	{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "note"}}},
	{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "parents-informed"}}},
	{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "rights-informed"}}},
	{Who: "rektor", At: "$track/tatt-opp", Fill: [][2]string{{"by", "parent"}, {"at", "23.11.2026"}}},
	{Who: "rektor", At: "$track/strakstiltak", Fill: [][2]string{{"doer", "Petra"}}},
	{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "observation"}, {"status", "given"}}},
	{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "funn"}, {"from", "*"}}},
	{Who: "social-teacher", At: "$track/undersokelse/plan", Fill: [][2]string{{"do", "sett"}, {"sett-due", "25.11.2026"}}},
	{Who: "social-teacher", At: "$track/undersokelse/plan", Fill: [][2]string{{"do", "kryss"}, {"kryss-found-out", "done"}}},
	{Who: "social-teacher", At: "$track/undersokelse/plan", Fill: [][2]string{{"do", "spor"}, {"spor-whom", "Jonas"}, {"spor-due", "25.11.2026"}}},
	{Who: "social-teacher", At: "$track/ressursteam", Fill: [][2]string{{"do", "spor"}, {"spor-whom", "Jonas"}, {"spor-ask", "advice"}, {"spor-due", "24.11.2026"}}},
	{Who: "teacher", At: "/i-dag", Link: `^/foresporsler/`, Fill: [][2]string{{"do", "rad"}}},
	{Who: "teacher", At: "/i-dag", Link: `^/foresporsler/`, Fill: [][2]string{{"do", "svar"}, {"at", "23.11.2026"}}},
	{Who: "social-teacher", At: "$track/moter", Fill: [][2]string{{"do", "mote"}, {"mote-meeting", "home"}, {"mote-at", "23.11.2026"}, {"mote-p1-on", "27.11.2026"}}},
	{Who: "social-teacher", At: "$track/moter", Fill: [][2]string{{"do", "kryss"}, {"kryss-which", "*"}, {"kryss-found-out", "done"}}},
	{Who: "social-teacher", At: "$track/nett", Fill: [][2]string{{"at", "23.11.2026"}}},
	{Who: "rektor", At: "$track/undersokelse/kartlegging", Fill: [][2]string{{"do", "kartlegg"}, {"kartlegg-due", "30.11.2026"}}},
	{Who: "rektor", At: "$track/undersokelse/kartlegging", Fill: [][2]string{{"do", "sjekk"}, {"sjekk-which", "*"}}},
	{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "ferdig"}}},
	{Who: "social-teacher", At: "$track/elevens-beste", Fill: [][2]string{}},
	{Who: "social-teacher", At: "$track/plan", Fill: [][2]string{{"m1-start", "23.11.2026"}, {"m1-doer", "Jonas"}, {"m1-evaluate", "07.12.2026"}, {"m2-evaluate", "07.12.2026"}}, Press: "do=save"},
	{Who: "rektor", At: "$track/plan", Press: "do=approve"},
	{Who: "social-teacher", At: "$track/plan", Link: `/plan\?(ny|endre)`, Fill: [][2]string{{"m1-doer", "Jonas"}, {"m1-evaluate", "08.12.2026"}, {"m2-evaluate", "08.12.2026"}}, Press: "do=save"},
	{Who: "rektor", At: "$track/plan", Press: "do=approve"},
	{Who: "rektor", At: "$track/alvorlig", Fill: [][2]string{{"serious", "no"}}},
	{Who: "rektor", At: "$track/inhabil", Fill: [][2]string{{"person", "Siri"}, {"why", "declared"}}},
	{Who: "rektor", At: "$track/inhabil/opphev", Fill: [][2]string{{"person", "Siri"}}},
	{Who: "social-teacher", At: "$track/retting", Fill: [][2]string{{"record", "23."}, {"asker", "pupil"}, {"granted", "yes"}}},
	{Who: "rektor", At: "$track/innsyn", Fill: [][2]string{{"asker", "parent"}, {"from", poison(5)}, {"basis", "gdpr-15"}}},
	{Who: "rektor", At: "$track/statsforvalteren/meldt", Fill: [][2]string{{"by", "parent"}, {"at", "23.11.2026"}}},
	{Who: "social-teacher", At: "$track/tiltak-i-gang", Fill: [][2]string{{"do", "skriv"}, {"measure", "*"}, {"answer", "done"}}},
	{Who: "social-teacher", At: "$track/evalueringer", Fill: [][2]string{{"answer", "safe"}, {"way", "self"}, {"e1-helped", "yes"}, {"e1-then", "end"}, {"e2-helped", "partly"}, {"e2-then", "end"}, {"then", "end"}}},
}

// theHome is what is decided about the home.
var theHome = []deed{
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "ansvar"}, {"ansvar-what", "responsibility"}, {"ansvar-guardian", "Marit"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "barnevern"}, {"barnevern-what", "in-care"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "barnevern"}, {"barnevern-what", "not-in-care"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "taushet"}, {"taushet-what", "secret"}, {"taushet-guardian", "Marit"}, {"taushet-basis", "fvl-19"}, {"taushet-review", "30.11.2026"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "taushet"}, {"taushet-what", "not-secret"}, {"taushet-guardian", "Marit"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "sperre"}, {"sperre-what", "barred"}, {"sperre-guardian", "Marit"}, {"sperre-basis", "judgment"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "sperre"}, {"sperre-what", "unbarred"}, {"sperre-guardian", "Marit"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "femten"}, {"femten-what", "fifteen"}, {"femten-on", "23.11.2026"}}},
	{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "fortelle"}, {"fortelle-guardian", "Marit"}, {"fortelle-basis", "all"}}},
}

// theFamily is what is written to open the case for the home, what the home and
// the child say, and the answer.
var theFamily = []deed{
	{Who: "rektor", At: "$track/hjemmet/informer", Fill: [][2]string{{"do", "informert"}, {"informert-informed", "yes"}, {"informert-heard", "heard"}, {"informert-danger", "no-danger"}}},
	{Who: "rektor", At: "$track/hjemmet/informer", Fill: [][2]string{{"do", "ord"}, {"ord-record", "*"}, {"ord-home-reads", "yes"}}},
	{Who: "rektor", At: "$track/sammen", Fill: [][2]string{}},
	{At: "$track/sammen", Link: `/sammen/ord`, Fill: [][2]string{{"right", "wrong"}}}, // in the same session: five minutes
	{Who: "rektor", At: "$track/sammen", Fill: [][2]string{}},
	{At: "$track/sammen/trygt", Fill: [][2]string{{"better", "yes"}}},
	{Who: "marit", At: "/foresatt", Link: `/skriv$`, Fill: [][2]string{}},
	{Who: "marit", At: "/foresatt", Link: `/rett$`, Fill: [][2]string{}},
	{Who: "marit", At: "/foresatt", Link: `/mote$`, Fill: [][2]string{}},
	{Who: "marit", At: "/foresatt", Link: `/tolk$`, Fill: [][2]string{}},
	{Who: "marit", At: "/foresatt", Link: `/uenig$`, Fill: [][2]string{}},
	{Who: "rektor", At: "$track/hjemmet/informer", Fill: [][2]string{{"do", "uenige"}}},
	{Who: "marit", At: "/foresatt/rektor", Fill: [][2]string{{"school", "*"}}},
	{Who: "rektor", At: "$track/hjemmet/informer", Fill: [][2]string{{"do", "svar"}, {"svar-to", "*"}}},
	{Who: "marit", At: "/min/sagt", Link: `^/min/sagt/[a-z2-7]{10}$`},
	{Link: `^/min/samtale/`, Press: "gjor=skriv"},
	{At: "/min/sagt", Link: `^/min/sagt/[a-z2-7]{10}$`},
	{Link: `^/min/samtale/`, Press: "gjor=hjelp"},
}

// theVoices is what a parent and a pupil suggest, what the elevråd and rektor write to
// it, and what a parent group writes.
var theVoices = []deed{
	{Who: "marit", At: "/innspill", Fill: [][2]string{{"school", "Solbakken"}, {"kind", "outside"}}},
	{Who: "nora", At: "/innspill", Fill: [][2]string{{"council", "Elevrådet"}, {"kind", "together"}}},
	{Who: "nora", At: "/elevrad", Fill: [][2]string{{"kind", "inside"}}},
	{Who: "nora", At: "/elevrad", Link: `^/elevrad/`, Fill: [][2]string{{"do", "stem"}, {"vote", "yes"}}},
	{Who: "nora", At: "/elevrad", Link: `^/elevrad/`, Fill: [][2]string{{"do", "lukk"}, {"carry", "no"}}},
	{Who: "rektor", At: "/skolen/innspill", Link: `^/skolen/innspill/`, Fill: [][2]string{{"do", "svar"}, {"svar-verdict", "partly"}, {"svar-when", shortPoison}}},
	{Fill: [][2]string{{"do", "vis"}, {"vis-checked", "yes"}}},
	{Who: "rektor", At: "/skolen/innspill", Link: `^/skolen/innspill/`, Fill: [][2]string{{"do", "hvem"}}},
	{Who: "marit", At: "/foreldregruppe", Fill: [][2]string{{"unit", "*"}, {"choices", "other"}, {"where", shortPoison}}},
	{Fill: [][2]string{{"do", "avtaler"}, {"where", shortPoison}}},
	{Fill: [][2]string{{"do", "plan"}, {"part", "activity"}}},
	{Fill: [][2]string{{"do", "del"}}},
}

// elevrad sets the elevråd up, and gives the pupil a seat in it.
func (p *poisonedTown) elevrad() {
	p.t.Helper()
	p.people["nora"] = p.settle("nora")
	ctx, kari, d := context.Background(), p.people["rektor"], p.ideas().Bodies
	slug, err := d.Found(ctx, kari, bodies.Body{Kind: bodies.Council, Name: "Elevrådet " + shortPoison})
	p.must(err)
	p.must(d.Seat(ctx, kari, slug, bodies.Member{Person: p.people["nora"].Person, Part: bodies.Pupils, Office: bodies.Leader}))
}

// theOthers are more children of the matter, one of whom nobody knows; the first
// is taken out of it, and put back.
func (p *poisonedTown) theOthers() {
	p.t.Helper()
	const at = "$track/sammenheng"
	for _, d := range []deed{
		{Who: "rektor", At: at, Fill: [][2]string{{"do", "exposed"}, {"exposed-pupil", "Tuva"}, {"exposed-described", ""}, {"exposed-known", "23.11.2026"}}},
		{Who: "rektor", At: at, Fill: [][2]string{{"do", "exposed"}, {"exposed-known", "23.11.2026"}}},
		{Who: "rektor", At: at, Fill: [][2]string{{"do", "part"}}},
		{Who: "rektor", At: at, Fill: [][2]string{{"do", "join"}, {"join-number", "$number"}}},
	} {
		p.onTrackOf("nora")
		if d.Fill[0][1] == "join" {
			p.read(func(tx *db.Tx) error {
				return tx.One(numberOfTrack, db.Args(p.owner(), strings.TrimPrefix(p.track, "/saker/")), &d.Fill[1][1])
			})
		}
		p.does(d)
	}
	p.onTrackOf("nora")
}

// theEnd ends it, and opens it again.
var theEnd = []deed{
	{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "avslutt"}, {"check", "11.01.2027"}}},
	{Who: "social-teacher", At: "$track/etterkontroll", Fill: [][2]string{{"answer", "safe"}, {"way", "self"}}},
	{Who: "rektor", At: "$track/apne", Fill: [][2]string{}},
	{Who: "rektor", At: "$track/strakstiltak", Fill: [][2]string{{"doer", "Jonas"}}},
	{Who: "rektor", At: "$track/strakstiltak", Fill: [][2]string{{"doer", "Petra"}}},
	{Who: "rektor", At: "$track/tiltak-i-gang", Fill: [][2]string{{"do", "avslutt"}, {"measure-avslutt", "*"}}},
	{Who: "marit", At: "/foresatt", Link: `/rektor$`, Fill: [][2]string{}},
	{Who: "rektor", At: "$track/samtaler/barn", Fill: [][2]string{{"person", "Elias"}, {"role", "alleged"}}},
	{Who: "rektor", At: "$track/parten", Fill: [][2]string{{"party", "Elias"}, {"what", "informed"}}},
	{Who: "rektor", At: "$track/pakke", Fill: [][2]string{{"kind", "state"}}},
	{Who: "rektor", At: "$track/skolebytte", Fill: [][2]string{{"to", "other"}, {"basis", "parents"}, {"on", "23.11.2026"}, {"parts", "note"}, {"no-one", "yes"}}},
	{Who: "rektor", At: "$track/slutter", Fill: [][2]string{{"why-left", "moved"}, {"sure", "yes"}}},
	{Who: "rektor", At: "/skjerming", Fill: [][2]string{{"do", "shield"}, {"shield-pupil", "Live"}, {"shield-grade", "fortrolig"}, {"shield-leader", "Ina"}}},
}

var numberOfTrack = testSQL(`SELECT c.number FROM cases_track t JOIN cases_case c ON c.owner = t.owner AND c.id = CASE WHEN t.origin = '' THEN t.matter ELSE t.origin END
	WHERE t.owner = $1 AND t.slug = $2`)

var trackOf = testSQL(`SELECT slug FROM cases_track WHERE owner = $1 AND pupil = $2 ORDER BY opened_at`)

// onTrackOf goes on with the first case of a pupil.
func (p *poisonedTown) onTrackOf(pupil string) {
	p.t.Helper()
	p.read(func(tx *db.Tx) (err error) {
		var id tilhor.PersonID
		if pupil != "" {
			if id, err = p.house.roster.Find(tx, p.owner(), pupil); err != nil {
				return err
			}
		}
		var slug string
		err = tx.One(trackOf, db.Args(p.owner(), id), &slug)
		p.track = "/saker/" + slug
		return err
	})
}

// A poisonVisit is a page to look at, and by whom.
type poisonVisit struct {
	Name    string              `json:"name"`
	Who     string              `json:"who"`
	Path    string              `json:"path"`
	Cookies []map[string]string `json:"cookies"`
}

// What the browser found of poison.
type poisonSeen struct {
	Pages, Shown, Kinds int
	Faults              []struct{ Kind, Page, Text string }
}

// starts are where each of them begins to look.
func (p *poisonedTown) starts(who string) []string {
	staff := []string{"/", "/i-dag", "/saker", "/kladder", "/varsler"}
	switch who {
	case "nobody":
		return []string{"/", "/kode", "/utlogget", "/logg-inn", "/logg-ut/ferdig", "/kommunens-rad", "/horinger", "/kode/bilde"}
	case "machine":
		return []string{web.TabletPath, web.TabletPath + "/her", web.TabletPath + "/meld"}
	case "marit":
		return []string{"/foresatt", "/min/sagt", "/innspill", "/foreldregruppe", "/rad", "/varsler"}
	case "nora":
		return []string{"/min", "/min/sagt", "/min/sak", "/min/apne", "/innspill", "/elevrad", "/varsler"}
	case "dpo":
		return []string{"/personvernombud", "/avvik", "/varsler"}
	case "owner-adviser":
		return []string{"/skoler", "/kommunen/meldinger", "/eier/rad", "/eier/horinger", "/saker"}
	case "teacher", "sfo":
		return staff
	case "nurse":
		return append(staff, "/rolle")
	case "rektor":
		staff = append(staff, "/overforinger", "/bekymringer/nye")
	case "rektor2", "deputy":
		return append(staff, "/nodtilgang")
	}
	return append(staff, p.track, p.track+"/plan", p.track+"/samtaler", "/logg-ut")
}

// visits are every page of every kind that each of the first of them is shown now; of
// the others, those that nobody before was shown.
func (p *poisonedTown) visits(when string, main int, cast ...string) (all []poisonVisit) {
	for _, who := range cast {
		x := persona{name: who, actor: p.people[who], home: "/"}
		c := p.crawl(p.t, x, nil, nil)
		c.langs = siteLangs[:1]
		cookies := p.tablet
		if who != "machine" {
			cookies = nil
		}
		if x.actor.Person != "" {
			c.p.cookie = p.enter(x.actor, mfa)
			cookies = []*http.Cookie{c.p.cookie}
		}
		if who == "nora" {
			p.opensOwn(c.p)
		}
		if x.actor.Role.Staff() { // the child's page, by who sits together with the child
			p.do("POST", c.p.cookie, "nb", p.track+"/sammen", url.Values{"nokkel": {tilhor.NewID()}})
		}
		c.all(p.starts(who)...)
		for at, path := range p.been { // and where no link leads, if it is there yet
			if strings.HasPrefix(at, who+" ") && !c.seen[path] && !strings.HasSuffix(path, "gjort=grunn") && p.do("GET", c.p.cookie, "nb", path, nil).StatusCode == http.StatusOK {
				c.all(path)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(c.routes)) {
			if !c.html[name] {
				p.bare[name] = true
				continue
			}
			if name == "web.exit" || p.looked[name] && slices.Contains(cast[main:], who) && name != "staff.today" {
				continue
			}
			p.looked[name] = true
			v := poisonVisit{Name: when + " " + name, Who: who, Path: c.routes[name]}
			for _, k := range cookies {
				v.Cookies = append(v.Cookies, map[string]string{"name": k.Name, "value": k.Value, "path": k.Path})
			}
			all = append(all, v)
			p.asks(p.do("GET", c.p.cookie, "nb", c.routes[name], nil))
			for _, path := range slices.Sorted(maps.Keys(c.seen)) {
				r := p.route("GET", strings.Split(path, "?")[0])
				if v.Path = path; everyOne[name] && path != c.routes[name] && r != nil && r.Name == name {
					all = append(all, v)
				}
			}
		}
	}
	return all
}

// asks notes every field of text, and of a file, of every form that is shown.
func (p *poisonedTown) asks(r *http.Response) {
	root, err := html.Parse(strings.NewReader(bodyOf(p.t, r)))
	p.must(err)
	each(root, func(n *html.Node) {
		if n.Data != "form" || !strings.EqualFold(attrOf(n, "method"), "post") {
			return
		}
		to, err := r.Request.URL.Parse(attrOf(n, "action"))
		p.must(err)
		route := p.route("POST", to.Path)
		if route == nil {
			return
		}
		fields := textFields(n)
		each(n, func(x *html.Node) {
			if attrOf(x, "type") == "file" {
				fields = append(fields, attrOf(x, "name"))
			}
		})
		for _, f := range fields {
			p.forms[route.Name+" "+fieldName(f)] = true
		}
	})
}

// look shows pages to the browser.
func (p *poisonedTown) look(h http.Handler, visits []poisonVisit) (seen poisonSeen) {
	p.t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	whole := make([]string, len(poisons))
	for i := range poisons {
		whole[i] = poison(i)
	}
	webtest.Script(p.t, "testdata/xss.mjs", map[string]any{"base": srv.URL, "visits": visits, "poisons": whole}, &seen)
	return seen
}

// Poison in every name and every field that keeps a text, looked at by
// everybody in Chromium on every kind of page, while the case is worked and
// after it is ended, and in every answer to a form that went wrong: nothing of
// it comes alive, the policy has nothing to stop, and it is shown sign by sign.
func TestPoison(t *testing.T) {
	t.Parallel()
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	p := newPoisonedTown(t)
	p.worked()
	visits := p.visits("worked:", 7, "rektor", "teacher", "nobody", "marit", "nora", "machine", "dpo", "sfo", "deputy", "nurse")
	seen := p.look(p.h, visits)
	p.ends()
	after := p.visits("ended:", 3, "rektor", "social-teacher", "owner-adviser", "teacher", "rektor2", "marit")
	for _, name := range slices.Sorted(maps.Keys(p.refuse)) {
		after = append(after, poisonVisit{Name: name, Who: "nobody", Path: faultyPath + url.PathEscape(name)})
	}
	then := p.look(p.refuse.serve(p.h), after)
	p.onTrackOf("live")
	p.does(deed{Who: "social-teacher", At: "$track/skjerming", Fill: [][2]string{{"lift-reason", shortPoison}}}) // which ends the page
	for _, f := range append(seen.Faults, then.Faults...) {
		t.Errorf("%s: %s: %s", f.Page, f.Kind, f.Text)
	}
	if n := seen.Pages + then.Pages; n != len(visits)+len(after) || n < 100 {
		t.Errorf("%d of %d pages were looked at", n, len(visits)+len(after))
	}
	if then.Kinds != len(poisons) || seen.Shown < 300 {
		t.Errorf("%d of %d poisons were shown, %d times", then.Kinds, len(poisons), seen.Shown)
	}
	for _, f := range slices.Sorted(maps.Keys(p.forms)) {
		if !p.fed[f] {
			t.Errorf("no poison was put in %s", f)
		}
	}
	for _, r := range p.site.Routes() {
		if why := notLookedAt[r.Name]; r.Method == http.MethodGet && (p.looked[r.Name] || p.bare[r.Name]) == (why != "") {
			t.Errorf("%s (%s): looked at %v, and the reason not to is %q", r.Name, r.Path, p.looked[r.Name], why)
		}
	}
	t.Logf("%d fields, %d pages, %d of them refusals, shown %d times", len(p.fed), len(visits)+len(after), len(p.refuse), seen.Shown+then.Shown)
	p.alive(t)
}

// judges answers the request for access: the first passage of each page is shown,
// the others are shielded.
func (p *poisonedTown) judges() {
	p.t.Helper()
	p.cookie = p.enter(p.people["rektor"], mfa)
	p.open(p.track + "/innsyn")
	at := p.linkLike(`/innsyn/[a-z2-7]{26}$`)
	for from := 0; ; from += 10 {
		page := fmt.Sprintf("%s?fra=%d", at, from)
		p.open(page)
		var fill [][2]string
		for n := from + 1; strings.Contains(p.body, fmt.Sprintf(`name="p%d"`, n)); n++ {
			how := fmt.Sprintf("p%d", n)
			if fill == nil {
				fill = append(fill, [2]string{how, "show"})
				continue
			}
			fill = append(fill, [2]string{how, "shield"}, [2]string{fmt.Sprintf("r%d", n), "fvl-13"})
		}
		if fill == nil {
			break
		}
		p.does(deed{At: page, Fill: fill})
	}
	p.does(deed{At: at + "/vedtak", Fill: [][2]string{{"way", "give"}, {"to", "Marit"}}})
}

// draft lets a session end in the middle of a text.
func (p *poisonedTown) draft() {
	jonas := p.enter(p.people["teacher"], mfa)
	p.later(31 * time.Minute)
	r := p.do("POST", jonas, "nb", "/bekymringer/ny", url.Values{"step": {"2"}, "said": {p.word(0)}, "saw": {p.word(6) + " og mer enn ett ord."}})
	if to := r.Header.Get("Location"); !strings.HasPrefix(to, "/utlogget?kladd=") {
		p.t.Fatalf("a text after the session had ended: %d %s", r.StatusCode, to)
	}
}

// alive shows the browser pages that are careless in one way each: every one of
// them must be caught.
func (p *poisonedTown) alive(t *testing.T) {
	text := func(s string) string { return html.EscapeString(s) }
	careless := map[string]func(s string) string{
		"in an element":   func(s string) string { return "<p>" + s + "</p>" },
		"in a field":      func(string) string { return "<textarea>" + poison(6) + "</textarea>" },
		"in an attribute": func(s string) string { return `<input title='x' value="` + s + `">` },
		"in a link":       func(s string) string { return `<a href="` + text(poisons[5]) + `">x</a>` },
		"half of it":      func(s string) string { return "<p>" + text(s[:len(s)/2]) + "</p>" },
		"escaped twice":   func(s string) string { return "<p>" + text(text(s)) + "</p>" },
	}
	mux, visits := http.NewServeMux(), []poisonVisit{}
	for _, how := range slices.Sorted(maps.Keys(careless)) {
		for _, guarded := range []bool{true, false} {
			name := fmt.Sprintf("%s, guarded %v", how, guarded)
			path := fmt.Sprintf("/sabotert/%d", len(visits))
			mux.HandleFunc(path, func(rw http.ResponseWriter, _ *http.Request) {
				if guarded {
					rw.Header().Set("Content-Security-Policy", webtest.Policy)
				}
				rw.Header().Set("Content-Type", "text/html; charset=utf-8")
				fmt.Fprintf(rw, `<!doctype html><html lang="nb"><head><title>x</title><link rel="icon" href="/ikon"></head><body>%s%s</body></html>`, careless[how](poison(0)), careless[how](poison(1)))
			})
			visits = append(visits, poisonVisit{Name: name, Who: "nobody", Path: path})
		}
	}
	good := poisonVisit{Name: "careful", Who: "nobody", Path: "/sabotert/god"}
	mux.HandleFunc(good.Path, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Security-Policy", webtest.Policy)
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(rw, `<!doctype html><html lang="nb"><head><title>x</title><link rel="icon" href="/ikon"></head><body><p>%s</p><input value="%s"></body></html>`, text(poison(0)), text(poison(1)))
	})
	mux.HandleFunc("/ikon", func(rw http.ResponseWriter, _ *http.Request) { rw.Header().Set("Content-Type", "image/svg+xml") })
	seen := p.look(mux, append(visits, good))
	caught := map[string]string{}
	for _, f := range seen.Faults {
		caught[strings.TrimPrefix(f.Page, "nobody: ")] += f.Kind + " "
	}
	for _, v := range visits {
		if caught[v.Name] == "" {
			t.Errorf("a page that is careless %s was not caught", v.Name)
		}
	}
	if caught["careful"] != "" {
		t.Errorf("a careful page: %s", caught["careful"])
	}
	if !strings.Contains(caught["in an element, guarded true"], "policy") || !strings.Contains(caught["in an element, guarded false"], "ran") {
		t.Errorf("what the policy stops, and what runs without it, is not told apart: %v", caught)
	}
}
