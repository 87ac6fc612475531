package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A deed is one form that somebody fills in and sends, found as a person finds
// it: on a page one goes to, or by a link on the page one stands on.
type deed struct {
	Who   string      `json:"who"`
	Days  int         `json:"days"`  // that have gone by first
	At    string      `json:"at"`    // where to go; "" stays where the last deed led. $track is the track's address
	Link  string      `json:"link"`  // then a link whose address is like this
	Fill  [][2]string `json:"fill"`  // by the field's name: what is written, or the answer's value or words. A hidden field must have the value
	Press string      `json:"press"` // name=value of the button; "" is the form's first
	Sees  string      `json:"sees"`  // in the page it leads to
	Lacks string      `json:"-"`     // and what is not in it
	File  string      `json:"-"`     // what is sent along: the ending of its name
	To    string      `json:"-"`     // which form, by its address, where nothing in it says so
	No    bool        `json:"-"`     // it is refused: what was typed comes back
	Shows string      `json:"-"`     // which clause of the law's scenario
}

// theStory is the whole of it: a teacher is worried about Nora, and it ends
// when Nora says that it is safe.
var theStory = []deed{
	{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next", Sees: "Nora"},
	{Who: "teacher", Fill: [][2]string{{"said", "De låser døra når jeg er på do."}, {"saw", "Nora gråt etter gym og ville ikke inn igjen."}}, Press: "go=next"},
	{Who: "teacher", Fill: [][2]string{{"arena", "changing"}, {"place", "Jentegarderoben"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "rektor"},
	{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{
		{"way", "new"},
		{"urgent", "Jonas går sammen med Nora til garderoben."},
		{"doer", "Jonas Lund"},
		{"handler", "Ina Lund"},
		{"ask", "Gå sammen med Nora fra i dag."},
	}, Sees: "Saken er tatt opp"},
	{Who: "teacher", At: "/i-dag", Press: "answer=done"},
	{Who: "social-teacher", At: "/i-dag", Link: `^/saker/[a-z2-7]{10}$`},
	{
		Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "De låser døra. Jeg vil at en voksen er der."}, {"wants", "At en voksen er der."}, {"how", "none"}},
		Sees: "De låser døra. Jeg vil at en voksen er der.",
	},
	{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "parents-informed"}, {"text", "Ringte hjem."}}},
	{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "rights-informed"}, {"text", "Fortalte om Statsforvalteren."}}},
	{
		Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "observation"}, {"who", "Jonas Lund"}, {"status", "given"}, {"text", "Døra er låst de siste minuttene."}},
		Sees: "Døra er låst de siste minuttene.",
	},
	{Who: "social-teacher", Fill: [][2]string{{"do", "funn"}, {"finding", "Ingen voksen er i garderoben når det skjer."}, {"from", "*"}}, Sees: "Ingen voksen er i garderoben når det skjer."},
	{Who: "social-teacher", Fill: [][2]string{{"do", "ferdig"}}},
	{Who: "social-teacher", At: "$track/elevens-beste", Fill: [][2]string{
		{"view", "Nora vil ha en voksen nær."},
		{"interests", "Trygghet, og ikke å bli sett på."},
		{"weighing", "Det Nora vil, veier tungt."},
		{"conclusion", "En voksen er der."},
	}},
	{Who: "social-teacher", At: "$track/plan", Fill: [][2]string{
		{"m1-problem", "Nora er utrygg i garderoben etter gym."},
		{"m1-what", "Jonas blir i garderoben til den siste er ferdig."},
		{"m1-when", "etter gym"},
		{"m1-start", "23.11.2026"},
		{"m1-doer", "Jonas Lund"},
		{"m1-evaluate", "07.12.2026"},
	}, Press: "do=save", Sees: "Kladden er lagret."},
	{Who: "rektor", At: "$track/plan", Press: "do=approve", Sees: "Planen er godkjent"},
	{Who: "teacher", Days: 1, At: "/i-dag", Press: "answer=done", Sees: "Jonas blir i garderoben"},
	{Who: "social-teacher", Days: 13, At: "$track/evalueringer", Fill: [][2]string{
		{"answer", "safe"},
		{"words", "Det er bra nå. Jonas er der."},
		{"way", "self"},
		{"e1-helped", "yes"},
		{"e1-then", "end"},
		{"saw", "Nora går inn sammen med de andre."},
		{"best", "Det er best at det fortsetter slik Nora vil."},
		{"then", "end"},
	}, Sees: "trygt"},
	{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "avslutt"}, {"words", "Det er bra nå."}, {"weight", "Vi ser det samme."}, {"check", "11.01.2027"}}, Sees: "avsluttet"},
	{Who: "social-teacher", Days: 35, At: "$track/etterkontroll", Fill: [][2]string{{"answer", "safe"}, {"words", "Ja, det er bra."}, {"way", "self"}}},
}

// A storyWorld is a small town where the story can happen.
type storyWorld struct {
	*siteWorld
	town  *webtest.Town
	never []string // who may know nothing of it
}

func newStoryWorld(t *testing.T, d *db.DB) *storyWorld {
	town := webtest.NewTown(t, d)
	return &storyWorld{siteWorld: siteOf(t, d, town.Kit.Keys, town.Now()), town: town}
}

func (w *storyWorld) as(who string) *http.Cookie {
	return w.enter(w.town.Actor(tilhor.Role(who), w.town.Solbakken), mfa)
}

// ended is how the story ended, read in the rooms.
func (w *storyWorld) ended(t *testing.T) {
	t.Helper()
	rows, err := closedTracks(w)
	if err != nil || len(rows) != 1 {
		t.Fatalf("the story did not end with one closed track: %v %v", rows, err)
	}
}

var selectClosed = testSQL(`SELECT slug FROM cases_track WHERE owner = $1 AND school = $2 AND state = 'closed' AND check_on = ''`)

func closedTracks(w *storyWorld) (all []string, err error) {
	w.read(func(tx *db.Tx) error {
		return tx.Each(selectClosed, func(scan db.Scan) error {
			var s string
			err := scan(&s)
			all = append(all, s)
			return err
		}, w.owner(), w.town.Solbakken)
	})
	return all, nil
}

var trackIn = regexp.MustCompile(`^/saker/[a-z2-7]{10}`)

// A formReader goes from form to form with nothing but the pages, as a browser
// without JavaScript does.
type formReader struct {
	t       *testing.T
	w       *storyWorld
	battery *webtest.Battery
	cookie  *http.Cookie
	at      *url.URL
	body    string
	track   string
	code    string // of one sending, as its page has shown it: $code
}

var codeIn = regexp.MustCompile(`name="kode" value="([^"]+)"`)

// open shows a page, held up against the battery.
func (f *formReader) open(path string) {
	f.t.Helper()
	for range 3 {
		r := f.w.do("GET", f.cookie, "nb", path, nil)
		if r.StatusCode == http.StatusSeeOther {
			path = r.Header.Get("Location")
			continue
		}
		f.shown(r, http.StatusOK)
		return
	}
	f.t.Fatalf("%s leads round and round", path)
}

func (f *formReader) shown(r *http.Response, code int) {
	f.t.Helper()
	f.at, f.body = r.Request.URL, bodyOf(f.t, r)
	if r.StatusCode != code {
		f.t.Fatalf("%s %s: %d\n%s", r.Request.Method, f.at, r.StatusCode, plainText(f.body))
	}
	f.battery.Check(f.t, r, f.w.route(r.Request.Method, f.at.Path))
	if s := trackIn.FindString(f.at.Path); s != "" {
		f.track = s
	}
	if m := codeIn.FindStringSubmatch(f.body); m != nil {
		f.code = m[1]
	}
}

// do does a deed.
func (f *formReader) do(d deed) {
	f.t.Helper()
	if d.At != "" {
		f.open(strings.Replace(d.At, "$track", f.track, 1))
	}
	root, err := html.Parse(strings.NewReader(f.body))
	if err != nil {
		f.t.Fatal(err)
	}
	if d.Link != "" {
		to, re := "", regexp.MustCompile(d.Link)
		each(root, func(n *html.Node) {
			if n.Data == "a" && to == "" && re.MatchString(attrOf(n, "href")) {
				to = attrOf(n, "href")
			}
		})
		if to == "" {
			f.t.Fatalf("no link like %s on %s:\n%s", d.Link, f.at, plainText(f.body))
		}
		f.open(to)
		if root, err = html.Parse(strings.NewReader(f.body)); err != nil {
			f.t.Fatal(err)
		}
	}
	if d.Fill == nil && d.Press == "" {
		return
	}
	var why []string
	sent := false
	each(root, func(n *html.Node) {
		if n.Data != "form" || sent || !strings.EqualFold(attrOf(n, "method"), "post") {
			return
		}
		v, err := filled(n, d, f.code)
		if err != nil {
			why = append(why, err.Error())
			return
		}
		sent = true
		f.send(attrOf(n, "action"), v, d.No)
	})
	if !sent {
		f.t.Fatalf("no form on %s takes %v: %s\n%s", f.at, d.Fill, strings.Join(why, "; "), plainText(f.body))
	}
	if !strings.Contains(f.body, d.Sees) {
		f.t.Fatalf("%q is not on %s:\n%s", d.Sees, f.at, plainText(f.body))
	}
	if d.Lacks != "" && strings.Contains(f.body, d.Lacks) {
		f.t.Fatalf("%q is on %s:\n%s", d.Lacks, f.at, plainText(f.body))
	}
}

func (f *formReader) send(action string, v url.Values, refused bool) {
	f.t.Helper()
	to, err := f.at.Parse(action)
	if err != nil {
		f.t.Fatal(err)
	}
	to.Host, to.Scheme, to.Fragment = "", "", ""
	r := f.w.do("POST", f.cookie, "nb", to.String(), v)
	if r.StatusCode == http.StatusSeeOther && !refused {
		f.open(r.Header.Get("Location"))
		return
	}
	f.shown(r, map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusOK}[refused])
}

// filled is what a browser would send of a form when a deed is done in it.
func filled(form *html.Node, d deed, code string) (url.Values, error) {
	v, options := url.Values{}, map[string][][2]string{}
	kinds := map[string]string{}
	each(form, func(n *html.Node) {
		name := attrOf(n, "name")
		switch n.Data {
		case "textarea":
			kinds[name] = "text"
			v.Set(name, strings.TrimPrefix(textOf(n), "\n"))
		case "select":
			kinds[name] = "choice"
			each(n, func(o *html.Node) {
				if o.Data != "option" {
					return
				}
				options[name] = append(options[name], [2]string{attrOf(o, "value"), textOf(o)})
				if _, selected := hasAttr(o, "selected"); selected || len(options[name]) == 1 {
					v.Set(name, attrOf(o, "value"))
				}
			})
		case "input":
			switch kind := attrOf(n, "type"); kind {
			case "radio", "checkbox":
				kinds[name] = kind
				options[name] = append(options[name], [2]string{attrOf(n, "value"), textOf(n.Parent)})
				if _, on := hasAttr(n, "checked"); on {
					v.Add(name, attrOf(n, "value"))
				}
			default:
				if kinds[name] = kind; kind != "hidden" {
					kinds[name] = "text"
				}
				v.Add(name, attrOf(n, "value"))
			}
		}
	})
	for _, f := range d.Fill {
		if err := fill(v, kinds[f[0]], options[f[0]], f[0], strings.Replace(f[1], "$code", code, 1)); err != nil {
			return nil, err
		}
	}
	return v, press(form, v, d.Press)
}

func fill(v url.Values, kind string, options [][2]string, name, value string) error {
	switch kind {
	case "":
		return fmt.Errorf("no field %s", name)
	case "hidden":
		if v.Get(name) != value {
			return fmt.Errorf("%s is %q", name, v.Get(name))
		}
		return nil
	case "text":
		v.Set(name, value)
		return nil
	}
	i := slices.IndexFunc(options, func(o [2]string) bool {
		return o[0] == value || strings.HasPrefix(o[1], value) || value == "*" && o[0] != ""
	})
	if i < 0 {
		return fmt.Errorf("%s has no answer %q but %q", name, value, options)
	}
	if kind == "checkbox" {
		v.Add(name, options[i][0])
	} else {
		v.Set(name, options[i][0])
	}
	return nil
}

// press adds the button that was pressed.
func press(form *html.Node, v url.Values, button string) error {
	found := false
	each(form, func(n *html.Node) {
		if n.Data != "button" || attrOf(n, "type") != "submit" || found {
			return
		}
		name := attrOf(n, "name")
		if button != "" && name+"="+attrOf(n, "value") != button {
			return
		}
		found = true
		if name != "" {
			v.Set(name, attrOf(n, "value"))
		}
	})
	if !found {
		return fmt.Errorf("no button %s", button)
	}
	return nil
}

func hasAttr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	var in func(*html.Node)
	in = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			in(c)
		}
	}
	in(n)
	return strings.TrimSpace(b.String())
}

var tag = regexp.MustCompile(`(?s)<svg.*?</svg>|<[^>]*>|\s+`)

func plainText(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	return strings.Join(strings.Fields(tag.ReplaceAllString(body, " ")), " ")
}

// From a concern to a safe pupil, over the pages alone and with their forms
// alone, on both engines; every page on the way passes the battery.
func TestTheStoryByForms(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newStoryWorld(t, d)
		f := &formReader{t: t, w: w, battery: webtest.New(w.site)}
		who := ""
		for _, d := range theStory {
			w.later(time.Duration(d.Days) * 24 * time.Hour)
			if d.Who != who || d.Days > 0 {
				who, f.cookie = d.Who, w.as(d.Who)
			}
			f.do(d)
		}
		w.ended(t)
	})
}

// A form that lacks a field, an answer or a button is not sent.
func TestAFormThatLacksSomethingIsSeen(t *testing.T) {
	root, err := html.Parse(strings.NewReader(`<form method="post"><input type="hidden" name="do" value="a"><textarea name="t"></textarea>` +
		`<label><input type="radio" name="r" value="1"> Ja</label><button type="submit" name="go" value="x">Send</button></form>`))
	if err != nil {
		t.Fatal(err)
	}
	form := root.LastChild.LastChild.FirstChild
	for name, c := range map[string]struct {
		d  deed
		ok bool
	}{
		"whole":      {deed{Fill: [][2]string{{"do", "a"}, {"t", "x"}, {"r", "Ja"}}, Press: "go=x"}, true},
		"a field":    {deed{Fill: [][2]string{{"u", "x"}}}, false},
		"an answer":  {deed{Fill: [][2]string{{"r", "2"}}}, false},
		"a button":   {deed{Press: "go=y"}, false},
		"other form": {deed{Fill: [][2]string{{"do", "b"}}}, false},
	} {
		if v, err := filled(form, c.d, ""); (err == nil) != c.ok {
			t.Errorf("%s: %v %v", name, v, err)
		}
	}
}

// control is how the browser's script signs in and lets days go by.
func (w *storyWorld) control() http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		days, _ := strconv.Atoi(r.FormValue("days"))
		w.later(time.Duration(days) * 24 * time.Hour)
		if r.FormValue("who") == string(tilhor.RoleAnyone) { // signs in nowhere
			json.NewEncoder(rw).Encode(nil)
			return
		}
		c := w.as(r.FormValue("who"))
		json.NewEncoder(rw).Encode(map[string]string{"name": c.Name, "value": c.Value})
	})
}

// told runs a story in Chromium: no JavaScript, and nothing but the keyboard.
func (w *storyWorld) told(t *testing.T, story []deed) (said string, err error) {
	t.Helper()
	site, control := httptest.NewServer(w.h), httptest.NewServer(w.control())
	defer site.Close()
	defer control.Close()
	in, err := json.Marshal(map[string]any{"base": site.URL, "control": control.URL, "deeds": story})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/flow.mjs")
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &out
	err = cmd.Run()
	return out.String(), err
}

// aChild tells of a friend without a name, writes down seven words, and comes back
// with them to say more.
var aChild = []deed{
	{Who: "anyone", At: "/", Link: `^/s/`},
	{Who: "anyone", Link: `/si\b`},
	{Who: "anyone", Fill: [][2]string{{"for", "friend"}}, Press: "go=next"},
	{Who: "anyone", Fill: [][2]string{{"sign", "no"}}, Press: "go=next"},
	{Who: "anyone", Fill: [][2]string{{"whom", "En gutt i 5A"}, {"words", "De tar sekken hans hver dag."}, {"arena", "break"}}, Press: "go=next"},
	{Who: "anyone", Fill: [][2]string{{"accused", "none"}}, Press: "go=send"},
	{Who: "anyone", Fill: [][2]string{}},
	{Who: "anyone", Press: "gjor=skrevet"},
	{Who: "anyone", Fill: [][2]string{{"ord-3", "$3"}, {"ord-6", "$6"}}, Press: "gjor=sjekk", Sees: "Det stemmer. Du har koden"},
	{Who: "anyone", At: "/kode", Fill: [][2]string{{"kode", "$code"}}, Press: "gjor=les", Sees: "De tar sekken hans hver dag."},
	{Who: "anyone", Fill: [][2]string{{"text", "Det er etter storefri."}}, Press: "gjor=skriv", Sees: "Det er etter storefri."},
}

// aParent goes from the own page to rektor, and on to what became of it.
var aParent = []deed{
	{Who: "parent", At: "/foresatt", Link: `^/foresatt/rektor`},
	{Who: "parent", Fill: [][2]string{{"school", "Solbakken"}, {"described", "Nora Dahl, 5A"}, {"saw", "Hun vil ikke på skolen."}}, Sees: "Rektor har fått"},
	{Who: "parent", Link: `^/min/sagt/`},
}

// The stories of those who are at home, by the same means: whoever cannot use a mouse
// tells too.
func TestTheHomeByKeyboard(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	for name, story := range map[string][]deed{"a child without a name": aChild, "a parent": aParent} {
		t.Run(name, func(t *testing.T) {
			w := newStoryWorld(t, dbtest.SQLite(t))
			said, err := w.told(t, story)
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			t.Log(strings.TrimSpace(said))
		})
	}
}

// The same story in a real browser without JavaScript, by keyboard alone.
func TestTheStoryByKeyboard(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := newStoryWorld(t, dbtest.SQLite(t))
	said, err := w.told(t, theStory)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	w.ended(t)
	t.Log(strings.TrimSpace(said))
	said, err = w.told(t, []deed{{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"nobody-asks", "x"}}}})
	if err == nil || !strings.Contains(said, "nobody-asks") {
		t.Errorf("a field that cannot be reached was not missed: %v %s", err, said)
	}
}
