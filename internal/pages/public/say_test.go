package public_test

import (
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/front"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// fields are what a browser sends of the page's form as it stands.
func fields(body string) url.Values {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	v := url.Values{}
	attr := func(n *html.Node, name string) string {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val
			}
		}
		return ""
	}
	has := func(n *html.Node, name string) bool {
		return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		choice := attr(n, "type") == "radio" || attr(n, "type") == "checkbox"
		switch {
		case n.Data == "input" && (!choice || has(n, "checked")), n.Data == "option" && has(n, "selected"):
			name := attr(n, "name")
			if n.Data == "option" {
				name = attr(n.Parent, "name")
			}
			v.Add(name, attr(n, "value"))
		case n.Data == "textarea" && n.FirstChild != nil:
			v.Add(attr(n, "name"), strings.TrimPrefix(n.FirstChild.Data, "\n"))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(root)
	return v
}

// step sends a screen of the form with what is filled in, and gives the next.
func (w *town) step(code int, v url.Values, go_ string, kv ...string) (body string, next url.Values) {
	w.t.Helper()
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	v.Set("go", go_)
	rec := w.post(school+"/si", v)
	if rec.Body.Len()%web.EvenSize != 0 || rec.Header().Get("Content-Encoding") != "" {
		w.t.Errorf("%s %v is %d bytes, packed as %q", go_, v["step"], rec.Body.Len(), rec.Header().Get("Content-Encoding"))
	}
	body = has(w.t, rec, code)
	return body, fields(body)
}

// tells goes through the form as a pupil of 11 without a name does.
func (w *town) tells(words string, kv ...string) (done string) {
	w.t.Helper()
	_, v := w.step(200, fields(has(w.t, w.get(school+"/si"), 200)), "next", "for", "self")
	_, v = w.step(200, v, "next", "sign", "no")
	_, v = w.step(200, v, "next", "words", words)
	done, _ = w.step(200, v, "send", append([]string{"accused", "none"}, kv...)...)
	return done
}

func (w *town) rektor() tilhor.Actor {
	return tilhor.Actor{Owner: owner, Person: w.kari, Role: tilhor.RoleRektor, School: solbakken, Trained: true}
}

func (w *town) waiting() []concerns.Concern {
	w.t.Helper()
	var all []concerns.Concern
	for next, first := "", true; first || next != ""; first = false {
		part, after, err := w.concerns.AllWaiting(w.t.Context(), w.rektor(), next)
		if err != nil {
			w.t.Fatal(err)
		}
		all, next = append(all, part...), after
	}
	return all
}

// Four screens from the button to the words being with the school; what is typed
// survives every fault and every step back; nothing is kept before it is sent.
func TestAPupilTellsWithoutAName(t *testing.T) {
	w := newTown(t)
	body := has(t, w.get(school+"/si"), 200, "Hvem gjelder det?", "Steg 1 av 4", "Er noen i fare nå?", "tel:112", "tel:113", "tel:116111", "t-exit", "<title>Min side")
	_, v := w.step(422, fields(body), "next")
	body, v = w.step(200, v, "next", "for", "self")
	has(t, w.get(school), 200)
	for _, s := range []string{"Vil du si hva du heter?", "Steg 2 av 4", "kan vi ikke love at det blir hemmelig", "sletter ikke det maskinen husker"} {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not on the second screen", s)
		}
	}
	body, v = w.step(422, v, "next", "sign", "yes")
	if !strings.Contains(body, "Skriv navnet ditt") {
		t.Error("no fault at the name")
	}
	_, v = w.step(200, v, "next", "sign", "no")
	_, v = w.step(422, v, "next", "words", "  ")
	body, v = w.step(200, v, "level:13+", "words", "De <tar> ballen.", "arena", "break")
	if !strings.Contains(body, "De &lt;tar&gt; ballen.") || !strings.Contains(body, "Du bestemmer hvor mye") {
		t.Errorf("in other words the words are lost:\n%s", body)
	}
	body, v = w.step(200, v, "next", "words", "De <tar> ballen.", "arena", "break")
	for _, s := range []string{"Hvem skal lese det?", "Steg 4 av 4", "De &lt;tar&gt; ballen.", "Uten navn", "Kommunen leser det (opplæringslova § 12‑5). Ingen på skolen leser det."} {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not on the last screen", s)
		}
	}
	body, v = w.step(200, v, "back")
	if !strings.Contains(body, "De &lt;tar&gt; ballen.") {
		t.Error("a step back loses the words")
	}
	_, v = w.step(200, v, "next", "words", "De <tar> ballen.", "hope", "Bytt lag.", "arena", "break")
	_, v = w.step(422, v, "send")
	if n := len(w.waiting()); n != 0 {
		t.Fatalf("%d are kept before anything was sent", n)
	}
	body, _ = w.step(200, v, "send", "accused", "none", "wish", string(w.kari))
	again, _ := w.step(200, v, "send")
	for _, s := range []string{"Skolen har fått det", "Rektor leser det på en arbeidsdag", "Gå til en voksen hvis du vil ha hjelp fortere"} {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not on the page afterwards", s)
		}
	}
	lacks(t, body, "De &lt;tar", "svg viewBox=\"0 0 6", "tilhor receipt", "Mottatt")
	all := w.waiting()
	if len(all) != 1 || fields(again).Get("secret") != fields(body).Get("secret") {
		t.Fatalf("sent twice: %d came, the receipts are %q and %q", len(all), fields(body).Get("secret"), fields(again).Get("secret"))
	}
	c := all[0]
	if c.Channel != concerns.Unnamed || c.Said != "De <tar> ballen." || c.Hope != "Bytt lag." || c.Wish != w.kari || !c.PupilSays || c.Arena != tilhor.ArenaBreak || c.From != "" {
		t.Errorf("%+v", c)
	}

	// The receipt comes when it is asked for, says the hour and nothing of what was
	// told, and has no address.
	secret := fields(body).Get("secret")
	body, _ = w.step(200, url.Values{"secret": {secret}}, "receipt")
	if !strings.Contains(body, "Kvitteringen din") || !strings.Contains(body, "<svg xmlns") || strings.Contains(body, "09.10") {
		t.Error(body)
	}
	file := w.post(school+"/si", url.Values{"secret": {secret}, "go": {"file"}})
	lacks(t, has(t, file, 200, "tilhor receipt 1\n", "received 2026-11-23T08:00:00.000Z", "precision hour"), "ballen")
	has(t, w.get("/kvittering/"+secret), 404)
	has(t, w.post("/s/fjell/si", url.Values{"secret": {secret}, "go": {"receipt"}}), 404)
	has(t, w.post(school+"/si", url.Values{"secret": {tilhor.NewID()}, "go": {"receipt"}}), 404)
}

// A child of 6 to 8 points at pictures; an adult may write the child's words.
func TestASmallChildPoints(t *testing.T) {
	w := newTown(t)
	body := has(t, w.get(school+"/si/bilder"), 200, "Hvordan har du det?", "Jeg gråter", `data-level="6-8"`, `action="`+school+`/si"`)
	_, v := w.step(200, fields(body), "next", "face", "afraid")
	v["place"] = []string{"break", "sfo"}
	_, v = w.step(200, v, "next")
	body, v = w.step(200, v, "next", "wish", "")
	for _, s := range []string{"Skal vi sende det?", "Redd", "Ute", "På SFO", "Hva heter du?", "En voksen kan skrive for meg"} {
		if !strings.Contains(body, s) {
			t.Errorf("%q is not there", s)
		}
	}
	_, v = w.step(422, v, "send", "pen-words", "Han dytter meg.")
	_, _ = w.step(200, v, "send", "pen-words", "Han dytter meg.", "pen", "Mona, SFO", "name", "Nora 2B")
	c := w.waiting()[0]
	if c.Said != "(Pekte på bilder:) Redd. Ute. På SFO.\nHan dytter meg." || c.Pen != "Mona, SFO" || c.Pupils[0].Described != "Nora 2B" || c.Arena != tilhor.ArenaBreak || !c.PupilSays {
		t.Errorf("%+v", c)
	}
	// Nothing to tell is nothing to send.
	_, v = w.step(200, fields(has(t, w.get(school+"/si/bilder"), 200)), "next")
	_, v = w.step(200, v, "next")
	_, v = w.step(200, v, "next")
	body, _ = w.step(422, v, "send")
	if !strings.Contains(body, "pek på et bilde") {
		t.Error(body)
	}
	// The pictures are reached from the text page too.
	body, _ = w.step(200, fields(has(t, w.get(school+"/si"), 200)), "level:6-8")
	if !strings.Contains(body, "Hvordan har du det?") {
		t.Error(body)
	}
}

// points goes through the pictures, and gives each screen and the page afterwards.
func (w *town) points(l string, last ...string) (screens []string, done string) {
	w.t.Helper()
	in := "?l=" + l
	body := has(w.t, w.get(school+"/si/bilder"+in), 200)
	for _, kv := range [][]string{{"next", "face", "sad"}, {"next", "place", "break"}, {"next", "wish", ""}, append([]string{"send"}, last...)} {
		v := fields(body)
		for i := 1; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		v.Set("go", kv[0])
		screens = append(screens, body)
		body = has(w.t, w.post(school+"/si"+in, v), 200)
	}
	return screens, body
}

// tongues are the languages that telling is written in.
func tongues() (all []tilhor.Lang) {
	for _, l := range slices.Concat(lang.Langs, lang.Further) {
		if l != tilhor.Sami { // which says these pages in bokmål
			all = append(all, l)
		}
	}
	return all
}

// Before a small child sends anything, each screen says whom to ring when somebody is
// in danger: police, ambulance, and somebody to talk with.
func TestASmallChildSeesWhomToRing(t *testing.T) {
	w := newTown(t)
	for _, l := range tongues() {
		screens, _ := w.points(string(l))
		for i, body := range screens {
			for _, s := range []string{"say.danger", "say.danger.112.6-8", "say.danger.113.6-8", "say.danger.116111.6-8"} {
				if !strings.Contains(body, template.HTMLEscapeString(lang.For(l).T(s))) {
					t.Errorf("%s, screen %d: %s is not there", l, i+1, s)
				}
			}
			for _, n := range []string{"112", "113", "116111"} {
				if !strings.Contains(body, `href="tel:`+n+`"`) {
					t.Errorf("%s, screen %d: %s is not there", l, i+1, n)
				}
			}
		}
	}
}

// A small child is told the truth in few words: who reads and when, also late on a
// Friday and on a holiday, that we must help, what the machine remembers, and that
// pictures are shown to an adult; when it is read is said afterwards too.
func TestASmallChildIsToldTheTruth(t *testing.T) {
	w := newTown(t)
	for _, row := range []struct {
		at   time.Time
		say  string
		when []string
	}{
		{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), "say.when.6-8", nil},
		{time.Date(2026, 11, 27, 21, 0, 0, 0, time.UTC), "say.when.late.6-8", []string{"2026-11-30"}}, // Friday at ten in the evening
		{time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC), "say.when.closed.6-8", []string{"2026-11-30"}},
		{time.Date(2026, 12, 25, 9, 0, 0, 0, time.UTC), "say.when.closed.6-8", []string{"2026-12-28"}},
	} {
		w.now = row.at
		for _, l := range tongues() {
			own := lang.For(l)
			when := own.T(row.say)
			if row.when != nil {
				when = own.T(row.say, "day", own.Day(tilhor.Date(row.when[0])))
			}
			screens, done := w.points(string(l))
			for _, s := range []string{when, own.T("say.give.reads"), own.T("say.reads.act.6-8"), own.T("say.reads.kept.6-8"), own.T("say.reads.machine.6-8"), own.T("say.net.no-files.6-8")} {
				if !strings.Contains(screens[3], template.HTMLEscapeString(s)) {
					t.Errorf("%s at %s: %q is not said before it is sent", l, row.at, s)
				}
			}
			if !strings.Contains(done, template.HTMLEscapeString(when)) {
				t.Errorf("%s at %s: %q is not said afterwards", l, row.at, when)
			}
		}
	}
	// What goes past the school is read by the municipality, also while the school is shut.
	w.now = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	err := w.front.Say(t.Context(), w.rektor(), front.Line{Kind: front.Shut, From: "2026-11-23", Until: "2026-11-24", Reads: front.ByOwner})
	if err != nil {
		t.Fatal(err)
	}
	own := lang.For(tilhor.Bokmal)
	if _, done := w.points("nb", "accused", "leadership"); !strings.Contains(done, own.T("say.when.6-8")) {
		t.Errorf("the municipality reads, and the page says\n%s", done)
	}
	if screens, done := w.points("nb"); !strings.Contains(screens[3], "Kommunen leser det senere") || !strings.Contains(done, "Kommunen leser det senere") {
		t.Errorf("the school is shut, and the page says\n%s", done)
	}
}

// The code is shown to who asks for it, and to nobody who stands beside: the last page
// offers it, says that it can only be had now, and that the other way on goes without.
// Whoever has no code meets neither.
func TestWhoGoesWithoutTheCode(t *testing.T) {
	w := newTown(t)
	for _, l := range tongues() {
		own := lang.For(l)
		last := func(kv ...string) string {
			v := url.Values{"nokkel": {tilhor.NewID()}, "level": {"9-12"}, "for": {"self"}, "sign": {"no"}, "words": {"De tar ballen."}, "accused": {"none"}, "step": {"send"}, "go": {"send"}}
			for i := 0; i+1 < len(kv); i += 2 {
				v.Set(kv[i], kv[i+1])
			}
			return has(t, w.post(school+"/si?l="+string(l), v), 200)
		}
		body := last()
		code := strings.Fields(fields(body).Get("kode"))
		for _, key := range []string{"say.done.code", "say.done.code-do", "say.done.leave-codeless"} {
			if !strings.Contains(body, template.HTMLEscapeString(own.T(key))) {
				t.Errorf("%s: %s is not on the last page", l, key)
			}
		}
		root, err := html.Parse(strings.NewReader(body))
		if err != nil || len(code) != 7 {
			t.Fatal(err, code)
		}
		for _, line := range strings.Split(seen(root), "\n") {
			if strings.Contains(line, code[0]+" "+code[1]) || slices.Contains(append(code, own.T("say.done.leave")), strings.TrimSpace(line)) {
				t.Errorf("%s: the code is on the screen unasked, or one is done without knowing: %s", l, line)
			}
		}
		if outside := last("for", "other", "whom", "Per"); strings.Contains(outside, template.HTMLEscapeString(own.T("say.done.leave-codeless"))) {
			t.Errorf("%s: who has no code is told of one", l)
		}
	}
}

// seen is the text of a page.
func seen(n *html.Node) (all string) {
	if n.Type == html.TextNode {
		all = n.Data + "\n"
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		all += seen(c)
	}
	return all
}

// What is about the leadership never comes to rektor, and the child cannot be sent
// to one it is about.
func TestTellingPastRektor(t *testing.T) {
	w := newTown(t)
	_, v := w.step(200, fields(has(t, w.get(school+"/si"), 200)), "next", "for", "friend")
	_, v = w.step(200, v, "next", "sign", "no")
	_, v = w.step(200, v, "next", "words", "Hun roper.", "whom", "Per")
	body, v := w.step(422, v, "send", "accused", "leadership", "wish", string(w.kari))
	if !strings.Contains(body, "Velg en annen å snakke med") {
		t.Error(body)
	}
	body, _ = w.step(200, v, "send", "wish", "")
	if !strings.Contains(body, "Kommunen har fått det") || !strings.Contains(body, "Ingen på skolen leser det") || len(w.waiting()) != 0 {
		t.Errorf("%d came to rektor\n%s", len(w.waiting()), body)
	}
	for _, way := range []string{"unsure", "leadership"} {
		w.tells("Noe er galt.", "accused", way)
	}
	if n := len(w.waiting()); n != 0 {
		t.Errorf("%d came to rektor", n)
	}
	// Whatever was ticked, the page says who really reads it; and who is named is never
	// lost, and never the one who reads.
	for name, kv := range map[string][]string{
		"an employee, who is rektor":  {"accused", "employee", "against", "Kari Lund"},
		"pupils, and rektor is named": {"accused", "none", "against", "Kari Lund"},
		"pupils, and half a name":     {"accused", "none", "against", "Kari"},
	} {
		body := w.tells("Noe er galt.", kv...)
		if !strings.Contains(body, "Kommunen har fått det") || !strings.Contains(body, "En i kommunen leser det") || strings.Contains(body, "Rektor leser det") {
			t.Errorf("%s: the page says that rektor reads it\n%s", name, body)
		}
	}
	_, v = w.step(200, fields(has(t, w.get(school+"/si/bilder"), 200)), "next", "face", "afraid")
	_, v = w.step(200, v, "next")
	_, v = w.step(200, v, "next", "wish", string(w.kari))
	body, _ = w.step(200, v, "send", "against", "Kari Lund")
	if !strings.Contains(body, "Nå har kommunen fått det") || strings.Contains(body, "Rektor leser det") {
		t.Error(body)
	}
	if n := len(w.waiting()); n != 0 {
		t.Errorf("%d came to rektor", n)
	}
	w.tells("Noe er galt.")
	if n := len(w.waiting()); n != 1 {
		t.Errorf("%d came to rektor", n)
	}
}

var everyOnce = db.SQL(`SELECT id, attempt, answer FROM web_once WHERE owner = $1`)

// The same form sent again shows the same code, and nobody can find it: it is not
// kept, and cannot be drawn from what is kept of the form. What is kept is as long
// for who has a code as for who has none.
func TestTheCodeIsKeptNowhere(t *testing.T) {
	w := newTown(t)
	send := func(kv ...string) (first, again url.Values) {
		t.Helper()
		v := url.Values{"nokkel": {tilhor.NewID()}, "level": {"9-12"}, "for": {"self"}, "sign": {"no"}, "words": {"De tar ballen."}, "accused": {"none"}, "step": {"send"}}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		one, _ := w.step(200, v, "send")
		two, _ := w.step(200, v, "send")
		return fields(one), fields(two)
	}
	one, again := send()
	code := one.Get("kode")
	if len(strings.Fields(code)) != 7 || again.Get("kode") != code || again.Get("secret") != one.Get("secret") {
		t.Fatalf("the code is %q, and then %q", code, again.Get("kode"))
	}
	if _, err := w.talks.Known(t.Context(), owner, code); err != nil {
		t.Errorf("the code opens nothing: %v", err)
	}
	other, _ := send()
	if other.Get("kode") == code {
		t.Error("another sending has the same code")
	}
	if small, _ := send("level", "6-8", "step", "give", "face", "sad"); small.Has("kode") {
		t.Error("a small child has a code")
	}
	if outside, _ := send("for", "other", "whom", "Per"); outside.Has("kode") {
		t.Error("somebody outside has a code")
	}
	parent, _ := send("for", "child", "whom", "Per")
	if told, err := w.talks.Return(t.Context(), dialogue.Sender{Code: parent.Get("kode"), By: tilhor.Actor{Owner: owner, Role: tilhor.RoleAnyone}}); err != nil || told.Saw != "De tar ballen." {
		t.Errorf("a parent who did not sign in does not come back: %+v, %v", told, err)
	}
	lengths := map[int]int{}
	err := w.db.Read(t.Context(), func(tx *db.Tx) error {
		return tx.Each(everyOnce, func(scan db.Scan) error {
			var id, attempt, answer string
			err := scan(&id, &attempt, &answer)
			lengths[len(answer)]++
			for _, token := range []string{id, attempt, answer} {
				if w.talks.CodeFor(owner, token) == code {
					t.Error("the code can be drawn from what is kept of the form")
				}
			}
			return err
		}, owner)
	})
	if err != nil || len(lengths) != 1 {
		t.Errorf("what is kept of the forms is of these lengths: %v, %v", lengths, err)
	}
}

// shows fills a school's page: so many adults with the longest lines there may be, of
// texts of a length.
func (w *town) shows(n int, text func(letters int) string) {
	w.t.Helper()
	by := tilhor.Actor{Owner: owner, Role: tilhor.RoleOwnerAdviser}
	for i := range n {
		var id tilhor.PersonID
		err := w.db.Write(w.t.Context(), func(tx *db.Tx) (err error) {
			if id, err = w.kit.Roster.AddPerson(tx, by, roster.NewPerson{Name: fmt.Sprintf("Kristoffer-Alexander Bjørnstjerne-Østerhus %d", i), Home: solbakken}, w.now); err != nil {
				return err
			}
			return w.kit.Roster.Appoint(tx, by, id, tilhor.RoleTeacher, solbakken, "2020-08-01", "", w.now)
		})
		if err == nil {
			err = w.front.Say(w.t.Context(), w.rektor(), front.Line{Kind: front.Helper, Person: id, What: text(150), When: text(150), Choose: true, Yes: true})
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// Every page of the form has the same size, whichever it is, in every language there is
// and with a fault on it, also where the school shows as many adults as it may, with
// lines as long as they may be.
func TestEveryScreenHasTheSameSize(t *testing.T) {
	w := newTown(t)
	w.shows(30, func(n int) string { return strings.Repeat("&ع", n/2) })
	sizes := map[int][]string{}
	for _, l := range slices.Concat(lang.Langs, lang.Further) {
		note := func(what string, rec *httptest.ResponseRecorder) string {
			t.Helper()
			sizes[rec.Body.Len()] = append(sizes[rec.Body.Len()], string(l)+" "+what)
			if rec.Header().Get("Content-Encoding") != "" {
				t.Errorf("%s %s is packed", l, what)
			}
			return rec.Body.String()
		}
		in := "?l=" + string(l)
		for _, whose := range []string{"self", "friend", "child", "other"} {
			for _, level := range []string{"9-12", "13+"} {
				v := fields(note("first", w.get(school+"/si"+in)))
				v.Set("level", level)
				for _, form := range [][]string{
					{"next"},
					{"next", "for", whose},
					{"next"},
					{"next", "sign", "yes"},
					{"next", "sign", "no"},
					{"next"},
					{"next", "words", strings.Repeat("De går fra meg hver dag. ", 20), "whom", "Per"},
					{"send"},
					{"send", "accused", "none"},
				} {
					for i := 1; i+1 < len(form); i += 2 {
						v.Set(form[i], form[i+1])
					}
					v.Set("go", form[0])
					step := v.Get("step")
					if next := fields(note(whose+" "+level+" "+step, w.post(school+"/si"+in, v))); next.Has("step") {
						v = next
					}
				}
			}
		}
		v := fields(note("pictures", w.get(school+"/si/bilder"+in)))
		for _, form := range [][]string{{"next", "face", "sad"}, {"next", "place", "break"}, {"next", "wish", ""}, {"send", "pen-words", "Han dytter."}, {"send", "pen", "Mona"}} {
			for i := 1; i+1 < len(form); i += 2 {
				v.Set(form[i], form[i+1])
			}
			v.Set("go", form[0])
			if next := fields(note("small "+v.Get("step"), w.post(school+"/si"+in, v))); next.Has("step") {
				v = next
			}
		}
	}
	if len(sizes) != 1 || len(sizes[web.EvenSize]) == 0 {
		for n, which := range sizes {
			t.Errorf("%d bytes: %v", n, which[:min(12, len(which))])
		}
	}
	// The longest text makes the pages that carry it larger, in whole steps; the last
	// page has the same size whatever was told, with a code and without.
	longest := strings.Repeat("&", concerns.MaxText)
	v := url.Values{"level": {"9-12"}, "for": {"self"}, "sign": {"no"}, "words": {longest}, "accused": {"none"}, "step": {"what"}}
	look, _ := w.step(200, v, "next")
	if n := len(look); n <= web.EvenSize || n%web.EvenSize != 0 {
		t.Errorf("the page with the longest text is %d bytes", n)
	}
	v.Set("step", "send")
	done, _ := w.step(200, v, "send")
	small, _ := w.step(200, url.Values{"level": {"6-8"}, "face": {"sad"}, "step": {"give"}}, "send")
	if len(done) != web.EvenSize || len(small) != web.EvenSize {
		t.Errorf("the last page is %d bytes after the longest text, and %d for a small child", len(done), len(small))
	}
}

// What is refused on the way has the size of what is not, and is not packed: a school
// there is not, a form from another site, a form too long, and one too many.
func TestARefusalHasTheSameSize(t *testing.T) {
	w := newTown(t)
	even := func(name string, r *http.Request, code int) {
		t.Helper()
		r.Header.Set("Accept-Encoding", "gzip")
		rec := w.do(r)
		if rec.Code != code || rec.Body.Len() != web.EvenSize || rec.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, %d bytes, packed as %q", name, rec.Code, rec.Body.Len(), rec.Header().Get("Content-Encoding"))
		}
	}
	form := func(path, body, site string) *http.Request {
		r := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		return r
	}
	even("a school there is not", httptest.NewRequest("GET", "http://localhost/s/finnesikke/si", nil), 404)
	even("from another site", form(school+"/si", "go=next", "cross-site"), 403)
	even("too long", form(school+"/si", "words="+strings.Repeat("a", 1<<20), "same-origin"), 413)
	even("unreadable", form(school+"/si", "words=%zz", "same-origin"), 400)
	b := web.UsualBounds()
	b.Left, b.Again = 0, 0
	w.kit.Limits = web.NewLimits(b)
	w.open()
	even("one too many", form(school+"/si", url.Values{"nokkel": {tilhor.NewID()}, "level": {"9-12"}, "for": {"self"}, "sign": {"no"}, "words": {"Hei"}, "accused": {"none"}, "step": {"send"}, "go": {"send"}}.Encode(), "same-origin"), 429)
	b = web.UsualBounds()
	b.Strangers, b.Queue = 0, 0
	w.kit.Limits = web.NewLimits(b)
	w.open()
	even("no room", httptest.NewRequest("GET", "http://localhost"+school+"/si", nil), 503)
}

// On a day off the page says so, and when it is read.
func TestWhoReadsOnADayOff(t *testing.T) {
	w := newTown(t)
	_, v := w.step(200, fields(has(t, w.get(school+"/si"), 200)), "next", "for", "self")
	_ = v
	w.now = time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC) // a Thursday; the next working day
	_, v = w.step(200, fields(has(t, w.get(school+"/si"), 200)), "next", "for", "self")
	w.now = time.Date(2026, 12, 25, 12, 0, 0, 0, time.UTC)
	body, _ := w.step(200, v, "back")
	body, _ = w.step(200, fields(body), "next", "for", "self")
	if !strings.Contains(body, "I dag er det fri, og da leser ingen. Det blir lest igjen mandag") {
		t.Error(body)
	}
}

// How soon half of what is told is read is said of the municipality, from twenty on.
func TestHowSoonItIsRead(t *testing.T) {
	w := newTown(t)
	const said = "I hele kommunen er halvparten av meldingene lest innen 2"
	for range 14 {
		w.tells("De går fra meg.")
	}
	for range 5 { // of another school
		s := concerns.Saying{School: "fjell", For: concerns.ForSelf, Words: "De går fra meg."}
		if _, _, err := w.concerns.Say(t.Context(), tilhor.Actor{Owner: owner, Role: tilhor.RoleAnyone}, s); err != nil {
			t.Fatal(err)
		}
	}
	at := w.now
	read := func(after time.Duration) {
		t.Helper()
		w.now = at.Truncate(time.Hour).Add(after)
		for _, c := range w.waiting() {
			if _, err := w.concerns.Receive(t.Context(), w.rektor(), c.Slug); err != nil {
				t.Fatal(err)
			}
		}
	}
	read(2 * time.Hour)
	lacks(t, w.get("/").Body.String(), "halvparten")
	w.tells("De går fra meg.")
	w.now = w.now.Add(2 * time.Hour) // it is asked for once an hour
	has(t, w.get("/"), 200, said)
	if body := w.tells("De går fra meg."); !strings.Contains(body, said) {
		t.Error(body)
	}
	lacks(t, w.get(school).Body.String(), "halvparten")
}

// The version from 13 says what the law says, and asks one thing more: what should
// come of it. It is a text of its own, survives a change of version, and is not
// asked of who is younger.
func TestFrom13OneSaysWhatShouldComeOfIt(t *testing.T) {
	w := newTown(t)
	const hope, asked, law = "Snakk med dem, men ikke i timen.", "Hva vil du at skolen skal gjøre?", "opplæringslova § 12‑4"
	_, v := w.step(200, fields(has(t, w.get(school+"/si"), 200, "For deg på 13 eller eldre")), "next", "for", "self")
	younger, v := w.step(200, v, "next", "sign", "no")
	lacks(t, younger, asked, law)
	_, v = w.step(200, v, "level:13+")
	body, v := w.step(200, v, "back", "words", "De tar ballen.", "hope", hope)
	if !strings.Contains(body, law) {
		t.Error("who is older is not told of the law")
	}
	_, v = w.step(200, v, "next")
	younger, v = w.step(200, v, "level:9-12")
	if fields(younger).Get("hope") != hope {
		t.Errorf("what was written is lost in other words:\n%s", younger)
	}
	long := strings.Repeat("a", concerns.MaxText+1)
	if body, _ := w.step(422, v, "next", "words", long); fields(body).Get("hope") != hope {
		t.Error("too long, and what is hoped for is lost")
	}
	if body, _ := w.step(422, v, "next", "words", "De tar ballen.", "hope", long); !strings.Contains(body, long) {
		t.Error("what is hoped for is too long, and lost")
	}
	v.Set("hope", hope)
	body, v = w.step(200, v, "next", "words", "De tar ballen.")
	if !strings.Contains(body, hope) {
		t.Error("it is not among what is looked over")
	}
	w.step(200, v, "send", "accused", "none")
	if all := w.waiting(); len(all) != 1 || all[0].Said != "De tar ballen." || all[0].Hope != hope {
		t.Errorf("%+v", all)
	}
}

// To who reads Sámi the form is in bokmål, with the words that were found in sources,
// each marked as Sámi; and the page says that nobody has checked them.
func TestTheWordsOfTellingInSami(t *testing.T) {
	w := newTown(t)
	send := func(step, do string) string {
		v := url.Values{"nokkel": {tilhor.NewID()}, "level": {"9-12"}, "for": {"self"}, "sign": {"no"}, "words": {"De tar ballen."}, "accused": {"none"}, "step": {step}, "go": {do}}
		return has(t, w.post(school+"/si?l=se", v), 200, `<html lang="nb"`, "Oversettelsen er ikke lest av et menneske")
	}
	for page, want := range map[string]string{
		send("what", "next"): ` lang="se">Sádde</button>`, send("send", "send"): ` lang="se">Mii dáhpáhuvvá dás duohko?</h2>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is not in\n%s", want, page)
		}
	}
}
