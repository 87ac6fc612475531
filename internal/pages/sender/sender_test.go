package sender_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/front"
	"tilhor/internal/lang"
	"tilhor/internal/pages/sender"
	"tilhor/internal/seal"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

const canary = "Zq7kanari"

// A world is a town with the pages of who told something. It is Monday 23
// November 2026, 23 minutes past ten.
type world struct {
	*testing.T
	*webtest.Town
	told    *concerns.Desk
	desk    *dialogue.Desk
	battery *webtest.Battery
	kari    tilhor.Actor
	log     bytes.Buffer
}

func newWorld(t *testing.T, d *db.DB, bounds ...func(*web.Bounds)) *world {
	t.Helper()
	town := webtest.NewTown(t, d)
	town.Later(23*time.Minute + 17*time.Second)
	w := &world{T: t, Town: town}
	k := town.Kit
	k.Log = slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.told = &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	w.desk = &dialogue.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: w.told, Clock: k.Clock}
	w.told.Started, w.told.Opened = w.desk.Start, w.desk.Open
	b := web.UsualBounds()
	for _, change := range bounds {
		change(&b)
	}
	k.Limits = web.NewLimits(b)
	site, err := web.New(k)
	w.must(err)
	town.Site = site
	pages := &sender.Pages{Dialogue: w.desk, Front: &front.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Closed: duty.Closed}}
	site.Mount(pages.Routes())
	w.battery = webtest.New(site, "/", "/tilgjengelighet", "/personvern", "/hjelp", "/logg-inn", "/logg-ut", "/i-dag", "/s/"+string(w.Solbakken))
	w.kari = town.Actor(tilhor.RoleRektor, town.Solbakken)
	return w
}

// says is what somebody tells on the school's page without a name, and its code.
func (w *world) says(words string, change ...func(*concerns.Saying)) (concerns.Concern, string) {
	w.T.Helper()
	s := concerns.Saying{School: w.Solbakken, For: concerns.ForFriend, Words: words}
	for _, f := range change {
		f(&s)
	}
	c, code, err := w.told.Say(context.Background(), tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, s)
	w.must(err)
	return c, code
}

func telling(w *world, said string) concerns.Telling {
	return concerns.Telling{
		School: w.Solbakken, Described: "En jente med rød lue", Said: said, Arena: tilhor.ArenaBreak,
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Name: "Uten konto",
	}
}

func (w *world) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// unnamed is a concern that nobody gave a name to, and its code.
func (w *world) unnamed(change ...func(*concerns.Telling)) (concerns.Concern, string) {
	w.T.Helper()
	n := telling(w, "De tar alltid ballen når jeg kommer. "+canary)
	for _, f := range change {
		f(&n)
	}
	ctx := context.Background()
	c, err := w.told.Tell(ctx, tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, n)
	w.must(err)
	var code string
	w.must(w.DB.Write(ctx, func(tx *db.Tx) (err error) {
		code, err = w.desk.Start(tx, webtest.Owner, w.Solbakken, c.ID, tilhor.NewID())
		return err
	}))
	return c, code
}

// page reads an answer, held up against the battery.
func (w *world) page(r *http.Response, code int, texts ...string) string {
	w.T.Helper()
	w.battery.Check(w.T, r, nil)
	b, err := io.ReadAll(r.Body)
	w.must(err)
	if r.StatusCode != code {
		w.T.Fatalf("%s %s: %d, want %d\n%s", r.Request.Method, r.Request.URL, r.StatusCode, code, b)
	}
	for _, s := range texts {
		if !strings.Contains(string(b), s) {
			w.T.Errorf("%s: %q is not in\n%s", r.Request.URL, s, b)
		}
	}
	return string(b)
}

func form(kv ...string) url.Values {
	v := url.Values{"nokkel": {tilhor.NewID()}}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Set(kv[i], kv[i+1])
	}
	return v
}

func (w *world) codePath() string { return "/s/" + string(w.Solbakken) + "/si/kode" }

var shown = regexp.MustCompile(`<li>([a-z]+)</li>`)

func wordsOf(page string) string {
	var all []string
	for _, m := range shown.FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return strings.Join(all, " ")
}

// The words are shown, kept as a card, and asked for again before one leaves;
// who has not written them down sees them once more, and the message is sent all
// the same.
func TestTheCodeIsShownAndConfirmed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, code := w.says("De tar ballen.")
	page := w.page(w.Post(nil, w.codePath(), form("kode", code)), 200, "Skolen har fått det", "Vi kan ikke hente koden tilbake.")
	if got := wordsOf(page); len(strings.Fields(got)) != 7 || got != code {
		t.Fatalf("the code is %q, and %q is shown", code, got)
	}
	words := strings.Fields(code)
	if card := wordsOf(w.page(w.Post(nil, w.codePath(), form("kode", code, "gjor", "kort")), 200, "/kode/bilde", "127.0.0.1/kode")); card != code {
		t.Errorf("the card has %q", card)
	}
	w.page(w.Post(nil, w.codePath(), form("kode", code, "gjor", "skrevet")), 200, "Ord nummer 3", "Ord nummer 6", "sendt allerede")
	wrong := w.page(w.Post(nil, w.codePath(), form("kode", code, "gjor", "sjekk", "ord-3", words[2], "ord-6", words[4])), 200, "Ordene stemte ikke helt", "sendt for lengst")
	if wordsOf(wrong) != code {
		t.Error("who has it wrong is not shown the code again")
	}
	right := w.page(w.Post(nil, w.codePath(), form("kode", code, "gjor", "sjekk", "ord-3", " "+strings.ToUpper(words[2]), "ord-6", words[5]+",")), 200, "Det stemmer")
	if strings.Contains(right, code) {
		t.Error("the last page still has the code")
	}
	for name, c := range map[string]string{"never given": w.desk.CodeFor(webtest.Owner, "x"), "none": "hei"} {
		if page := w.page(w.Post(nil, w.codePath(), form("kode", c)), 200, "Slik virker koden"); wordsOf(page) != "" || strings.Contains(page, c+`"`) {
			t.Errorf("%s: it is shown as if it were one", name)
		}
	}
	w.page(w.Get(nil, w.codePath()), 200, "Slik virker koden", "Vi kan ikke hente koden tilbake.")
	if r := w.Get(nil, "/kode/bilde"); r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the picture: %d %s", r.StatusCode, r.Header.Get("Content-Type"))
	}
}

// What went past the school is the municipality's on every page of the way: where the
// code is shown, where one has it, and in the talk.
func TestTheMunicipalityHasIt(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for name, change := range map[string]func(*concerns.Saying){
		"the leadership is chosen": func(s *concerns.Saying) { s.Accused = duty.AccusedLeadership },
		"rektor is named":          func(s *concerns.Saying) { s.Accused, s.Against = duty.AccusedEmployee, "Kari Lund" },
		"nothing is chosen":        func(s *concerns.Saying) { s.Against = "Kari Lund" },
	} {
		_, code := w.says("Hun roper. "+canary, change)
		words := strings.Fields(code)
		page := w.page(w.Post(nil, w.codePath(), form("kode", code)), 200, "Kommunen har fått det. Her er koden din")
		done := w.page(w.Post(nil, w.codePath(), form("kode", code, "gjor", "sjekk", "ord-3", words[2], "ord-6", words[5])), 200, "Kommunen leser det på hverdager.")
		if strings.Contains(page, "Skolen har fått det") || strings.Contains(done, "Skolen leser vanligvis") {
			t.Errorf("%s: a page says that the school has it", name)
		}
		w.page(w.Post(nil, "/samtale", form("kode", code)), 200, "Kommunen leser det på hverdager.", "Granvik kommune leser denne samtalen.")
	}
}

// Why something was set aside is for who told it under their own name. Whoever has the
// words of a code may be anybody, and rektor was told that the reason is not read there.
func TestTheReasonIsNotForACode(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	ctx := context.Background()
	c, code := w.says("De tar ballen.")
	w.must(w.told.PutAside(ctx, w.kari, c.Slug, concerns.WrongSchool, "Meld til den andre skolen. "+canary))
	for _, do := range []string{"les", "skriv", "navn"} {
		page := w.page(w.Post(nil, "/samtale", form("kode", code, "gjor", do, "text", "Hei", "name", "Nora")), 200, "Det blir ikke en egen sak.")
		if strings.Contains(page, canary) {
			t.Errorf("%s: the reason is shown to who has a code", do)
		}
	}
	nora := w.Actor(tilhor.RolePupil, w.Solbakken)
	own, _, err := w.told.Say(ctx, nora, concerns.Saying{School: w.Solbakken, For: concerns.ForFriend, Words: "De tar ballen hans."})
	w.must(err)
	w.must(w.told.PutAside(ctx, w.kari, own.Slug, concerns.WrongSchool, "Meld til den andre skolen. "+canary))
	w.page(w.Get(w.As(tilhor.RolePupil, w.Solbakken), "/min/samtale/"+own.Slug), 200, canary)
}

// What the sender wants the school to do stands in the talk as a text of its own, under
// the question it was an answer to.
func TestAHopeInTheTalk(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, code := w.says("De tar ballen.", func(s *concerns.Saying) { s.Hope = "At vi bytter lag." })
	for lang, heading := range map[string]string{"nb": "Hva vil du at skolen skal gjøre?", "nn": "Kva vil du at skolen skal gjere?", "pl": "Co według ciebie powinna zrobić szkoła?"} {
		w.page(w.Post(nil, "/samtale?l="+lang, form("kode", code)), 200, ">De tar ballen.<", "<i>"+heading+"</i> At vi bytter lag.<")
	}
}

// With the code one reads, writes, says who one is and what one needs; each in
// the answer to its own form, without a cookie.
func TestATalkInPages(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	c, code := w.unnamed()
	w.page(w.Get(nil, "/kode"), 200, "De sju ordene")
	talk := func(code string, kv ...string) *http.Response {
		return w.Post(nil, "/samtale", form(append([]string{"kode", code}, kv...)...))
	}
	typed := strings.ToUpper(strings.ReplaceAll(code, " ", ", "))
	w.page(talk(typed, "gjor", "les"), 200, "Ikke lest ennå", canary, "i dag kl.\u00a010–11", "Vi har fått det du sendte")
	w.Later(time.Hour)
	_, err := w.desk.Read(context.Background(), w.kari, c.Slug)
	w.must(err)
	w.page(talk(code), 200, "En voksen har lest det", "Lest: i dag kl.\u00a011–12")
	w.must(w.desk.Reply(context.Background(), w.kari, c.Slug, "Bare oss: hvem har vakt?", dialogue.ToStaff))
	w.must(w.desk.Reply(context.Background(), w.kari, c.Slug, "Takk for at du\nsier det.", dialogue.ToSender))
	page := w.page(talk(code), 200, "Du har fått svar", "Takk for at du", "Kari Lund på skolen")
	if strings.Contains(page, "Bare oss") {
		t.Error("what is for the school alone is shown")
	}
	more := form("kode", code, "gjor", "skriv", "text", "Ikke ved ballbingen.")
	for range 2 { // the same form twice is done once
		page = w.page(w.Post(nil, "/samtale", more), 200, "Det er sendt.", "Vi har fått det siste du skrev")
	}
	if strings.Count(page, "Ikke ved ballbingen.") != 1 {
		t.Error("a form sent twice was done twice")
	}
	w.page(talk(code, "gjor", "skriv", "text", " "), 422, "Skriv noe først.")
	w.page(talk(code, "gjor", "navn", "name", ""), 422, "Skriv navnet ditt")
	w.page(talk(code, "gjor", "skriv", "text", strings.Repeat("langt ", 900)+canary), 422, "langt "+canary, "for lang")
	w.page(talk(code, "gjor", "hjelp", "need", "Polsk tolk"), 200, "Polsk tolk")
	page = w.page(talk(code, "gjor", "navn", "name", "Nora i 5A"), 200, "Nora i 5A")
	if strings.Contains(page, "Vil du si hvem du er?") {
		t.Error("who has said it is asked again")
	}
	if r := w.Get(nil, "/samtale"); r.StatusCode != 303 || r.Header.Get("Location") != "/kode" {
		t.Errorf("without a code: %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	for _, l := range []string{"nn", "en"} {
		w.page(w.Post(nil, "/samtale?l="+l, form("kode", code)), 200, `lang="`+l+`"`, canary)
		w.page(w.Post(nil, "/samtale?l="+l, form("kode", "hei")), 422, `lang="`+l+`"`)
		w.page(w.Get(nil, "/kode?l="+l), 200)
		w.page(w.Get(nil, w.codePath()+"?l="+l), 200)
	}
}

var key = regexp.MustCompile(`value="[a-z2-7]{26}"`)

// A wrong code, one that was never given out and one that was shredded get the
// same answer, byte for byte but for what was typed and the name of the form.
func TestWrongCodesAreOnePage(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	c, shredded := w.unnamed()
	_, right := w.unnamed()
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		return seal.Shred(tx, webtest.Owner, seal.KindConcern, string(c.ID), w.Now())
	}))
	words := strings.Fields(right)
	words[0], words[1] = words[1], words[0]
	var first string
	for name, code := range map[string]string{"shredded": shredded, "never given": w.desk.CodeFor(webtest.Owner, "x"), "wrong": strings.Join(words, " "), "none": "hei", "": ""} {
		for _, do := range []string{"les", "skriv", "navn"} {
			r := w.Post(nil, "/samtale", form("kode", code, "gjor", do, "text", "Hei", "name", "Nora"))
			page := w.page(r, 422, "Ordene åpner ingen samtale.")
			if len(page) != web.EvenSize || r.Header.Get("Content-Encoding") != "" || r.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %d bytes, headers %v", name, len(page), r.Header)
			}
			got := key.ReplaceAllString(page, "")
			got = strings.TrimRight(strings.ReplaceAll(got, "\n"+code+"</textarea>", "\n</textarea>"), ".->\n")
			if first == "" {
				first = got
			}
			if got != first {
				t.Errorf("%s is another page", name)
			}
		}
	}
}

// Every page of the way has one size, and is not packed: who sees sizes pass by
// does not know which it was, or how much is said in it.
func TestThePagesHaveOneSize(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	c, code := w.unnamed()
	words := strings.Fields(code)
	look := func(name string, r *http.Response) {
		t.Helper()
		b, err := io.ReadAll(r.Body)
		w.must(err)
		if len(b) != web.EvenSize || r.Header.Get("Content-Encoding") != "" || r.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d bytes, %v", name, len(b), r.Header)
		}
		if head, _, _ := strings.Cut(string(b), "</head>"); !strings.Contains(head, "Min side – ") {
			t.Errorf("%s: its head is %s", name, head)
		}
	}
	look("about", w.Get(nil, w.codePath()))
	look("enter", w.Get(nil, "/kode"))
	for _, do := range []string{"vis", "kort", "skrevet", "sjekk"} {
		look(do, w.Post(nil, w.codePath(), form("kode", code, "gjor", do)))
	}
	look("no code", w.Post(nil, w.codePath(), form("kode", "hei")))
	look("done", w.Post(nil, w.codePath(), form("kode", code, "gjor", "sjekk", "ord-3", words[2], "ord-6", words[5])))
	look("new", w.Post(nil, "/samtale", form("kode", code)))
	for range 3 {
		w.must(w.desk.Reply(context.Background(), w.kari, c.Slug, strings.Repeat("Takk. ", 100), dialogue.ToSender))
	}
	look("answered", w.Post(nil, "/samtale", form("kode", code)))
	look("more", w.Post(nil, "/samtale", form("kode", code, "gjor", "skriv", "text", "Hei")))
	look("fault", w.Post(nil, "/samtale", form("kode", code, "gjor", "skriv")))
}

// Who tells in a further language is given the code, and comes back, in the same:
// every page says it, in its own direction, and is as large as the others.
func TestTheWayBackInFurtherLanguages(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	c, code := w.says("De tar ballen.")
	words := strings.Fields(code)
	w.must(w.desk.Reply(context.Background(), w.kari, c.Slug, "Takk for at du sier det.", dialogue.ToSender))
	for _, l := range lang.Further {
		own, in := lang.For(l), "?l="+string(l)
		look := func(r *http.Response, code int, keys ...string) {
			t.Helper()
			texts := []string{`<html lang="` + string(lang.For(l).Page()) + `"`}
			for _, k := range keys {
				texts = append(texts, html.EscapeString(own.T(k)))
			}
			page := w.page(r, code, texts...)
			if len(page) != web.EvenSize {
				t.Errorf("%s: %d bytes", r.Request.URL, len(page))
			}
			if rtl := strings.Contains(page, `dir="rtl"`); rtl != (l == tilhor.Arabic) {
				t.Errorf("%s is written from the right: %v", r.Request.URL, rtl)
			}
		}
		look(w.Get(nil, w.codePath()+in), 200, "dialogue.about.title", "dialogue.about.lead", "dialogue.lost-text")
		look(w.Post(nil, w.codePath()+in, form("kode", code)), 200, "dialogue.code.title", "dialogue.code.lead", "dialogue.code.2")
		look(w.Post(nil, w.codePath()+in, form("kode", code, "gjor", "kort")), 200, "dialogue.card.title", "dialogue.card.lead")
		look(w.Post(nil, w.codePath()+in, form("kode", code, "gjor", "skrevet")), 200, "dialogue.confirm.title", "dialogue.confirm.sixth")
		look(w.Post(nil, w.codePath()+in, form("kode", code, "gjor", "sjekk", "ord-3", words[2], "ord-6", words[5])), 200, "dialogue.done.title", "dialogue.help")
		look(w.Get(nil, "/kode"+in), 200, "dialogue.enter.title", "dialogue.enter.lost-text")
		look(w.Post(nil, "/samtale"+in, form("kode", "hei")), 422, "dialogue.fault.code")
		look(w.Post(nil, "/samtale"+in, form("kode", code)), 200, "dialogue.talk.answered", "dialogue.talk.need-help", "dialogue.talk.kept")
		look(w.Post(nil, "/samtale"+in, form("kode", code, "gjor", "skriv", "text", " ")), 422, "dialogue.fault.text")
	}
}

// Many wrong codes wait, and then are told to: a right one never does, whatever
// there is of wrong ones.
func TestGuessingSlowsNobodyElse(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), func(b *web.Bounds) { b.Guesses, b.Guessed = 3, 0 })
	_, code := w.unnamed()
	guess := func() int {
		return w.Post(nil, "/samtale", form("kode", w.desk.CodeFor(webtest.Owner, tilhor.NewID()))).StatusCode
	}
	for i := range 3 {
		if got := guess(); got != 422 {
			t.Fatalf("guess %d: %d", i, got)
		}
	}
	for range 5 {
		if got := guess(); got != 429 {
			t.Fatalf("a guess too many: %d", got)
		}
		if r := w.Post(nil, w.codePath(), form("kode", "hei")); r.StatusCode != 429 {
			t.Fatalf("a guess at the other page: %d", r.StatusCode)
		}
		w.page(w.Post(nil, "/samtale", form("kode", code)), 200, canary)
		w.page(w.Post(nil, w.codePath(), form("kode", code)), 200)
		w.page(w.Get(nil, "/kode"), 200)
	}
	w.Later(time.Second)
	if got := guess(); got != 422 {
		t.Errorf("after a while: %d", got)
	}
}

// A guess too many waits without holding a turn, and in no more than the room there is:
// with one turn for everybody, of two at once one waits and is answered, and the other
// is refused meanwhile. If the one who waits held the turn, the other would come after
// it, and nobody be refused.
func TestAGuessWaitsWithoutATurn(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), func(b *web.Bounds) { b.Guesses, b.Guessed, b.Strangers = 0, 1, 1 })
	_, code := w.unnamed()
	body := form("kode", w.desk.CodeFor(webtest.Owner, tilhor.NewID()))
	for range 20 { // two that do not meet say nothing
		answers := make(chan int, 2)
		for range 2 {
			go func() { answers <- w.Post(nil, "/samtale", body).StatusCode }()
		}
		first, second := <-answers, <-answers
		if first == 429 && second == 422 {
			w.page(w.Post(nil, "/samtale", form("kode", code)), 200, canary)
			return
		}
		if first != 422 || second != 422 {
			t.Fatalf("two guesses at once: %d, %d", first, second)
		}
	}
	t.Error("nobody was refused while one waited: who waits holds the turn")
}

// When the school is shut, the sender is told when it reads next.
func TestTheHoursOfTheSchool(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, code := w.unnamed()
	read := func(want string) { t.Helper(); w.page(w.Post(nil, "/samtale", form("kode", code)), 200, want) }
	read("Skolen leser meldinger som regel på skoledager, mellom kl.\u00a08 og 15.")
	w.Later(6 * time.Hour) // past four
	read("Vanligvis leser de igjen i morgen fra kl.\u00a08.")
	w.Later(12 * time.Hour) // Tuesday, half past four in the night
	read("Vanligvis leser de igjen i dag fra kl.\u00a08.")
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		return duty.Shut(tx, webtest.Owner, w.Solbakken, "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27")
	}))
	read("Vanligvis leser de igjen mandag 30.\u00a0november fra kl.\u00a08.")
	_, past := w.unnamed(func(n *concerns.Telling) { n.Accused, n.Whom = duty.AccusedLeadership, "Rektor" })
	w.page(w.Post(nil, "/samtale", form("kode", past)), 200, "Kommunen leser det på hverdager.", "Granvik kommune leser denne samtalen.")
}

var reportedBy = db.SQL(`UPDATE concerns_concern SET reporter = $3, reporter_role = $4 WHERE owner = $1 AND id = $2`)

// A pupil and a parent have their own talk under their own sign-in, and get the
// page of what is not there for everybody else's.
func TestOwnTalk(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for _, role := range []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent} {
		by := w.Actor(role, w.Solbakken)
		c, err := w.told.Tell(context.Background(), w.Actor(tilhor.RoleTeacher, w.Solbakken), concerns.Telling{
			School: w.Solbakken, Pupils: []tilhor.PersonID{w.Person("nora")}, Said: "Jeg vil ikke på skolen.", Arena: tilhor.ArenaBreak,
			Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()),
		})
		w.must(err)
		w.Altered = true
		w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
			if _, err := tx.Exec(reportedBy, webtest.Owner, c.ID, by.Person, role); err != nil {
				return err
			}
			g := access.Grant{Kind: access.Concern, Thing: string(c.ID), Person: by.Person, Unit: w.Solbakken, Relation: access.Reporter, From: w.Now()}
			if err := access.Give(tx, webtest.Owner, g); err != nil {
				return err
			}
			return w.desk.Open(tx, by, c.ID)
		}))
		path, me := "/min/samtale/"+c.Slug, w.As(role, w.Solbakken)
		page := w.page(w.Get(me, path), 200, "Jeg vil ikke på skolen.", "i dag kl.\u00a010.23")
		if strings.Contains(page, "Vil du si hvem du er?") || strings.Contains(page, "koden") {
			t.Errorf("%s is asked for a name or a code", role)
		}
		sent := form("gjor", "skriv", "text", "Det skjedde igjen. "+canary)
		r := w.Post(me, path, sent)
		if r.StatusCode != 303 || r.Header.Get("Location") != path+"?sendt=ja" {
			t.Fatalf("%s: %d %s", role, r.StatusCode, r.Header.Get("Location"))
		}
		w.Post(me, path, sent)
		if page := w.page(w.Get(me, path+"?sendt=ja"), 200, "Det er sendt."); strings.Count(page, canary) != 1 {
			t.Error("a form sent twice was done twice")
		}
		w.page(w.Post(me, path, form("gjor", "skriv", "text", "")), 422, "Skriv noe først.")
		for _, other := range []*http.Cookie{w.As(role, w.Fjellvik), w.As(map[tilhor.Role]tilhor.Role{tilhor.RolePupil: tilhor.RoleParent, tilhor.RoleParent: tilhor.RolePupil}[role], w.Solbakken)} {
			w.page(w.Get(other, path), 404)
			w.page(w.Post(other, path, form("gjor", "skriv", "text", "x")), 404)
		}
	}
}

// A talk at its limits, long texts and many lines, is a whole number of steps and not
// packed, with a fault on it too; and a guess too many is refused in one.
func TestATalkAtItsLimits(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), func(b *web.Bounds) { b.Guesses, b.Guessed = 0, 0 })
	long := strings.Repeat("&<ع\n", 1_000)
	c, code := w.says(long)
	steps := 0
	look := func(name string, r *http.Response, code int) {
		t.Helper()
		b, err := io.ReadAll(r.Body)
		w.must(err)
		if r.StatusCode != code || len(b)%web.EvenSize != 0 || r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d, %d bytes, packed as %q", name, r.StatusCode, len(b), r.Header.Get("Content-Encoding"))
		}
		steps = max(steps, len(b)/web.EvenSize)
	}
	for range 3 {
		w.must(w.desk.Reply(context.Background(), w.kari, c.Slug, long, dialogue.ToSender))
		look("more", w.Post(nil, "/samtale", form("kode", code, "gjor", "skriv", "text", long)), 200)
	}
	look("a fault", w.Post(nil, "/samtale", form("kode", code, "gjor", "skriv", "text", long+long)), 422)
	if steps < 2 {
		t.Errorf("%d steps: no long talk", steps)
	}
	for _, path := range []string{"/samtale", w.codePath()} {
		r := w.Post(nil, path, form("kode", "hei"))
		b, err := io.ReadAll(r.Body)
		w.must(err)
		if r.StatusCode != 429 || len(b) != web.EvenSize {
			t.Errorf("a guess too many at %s: %d, %d bytes", path, r.StatusCode, len(b))
		}
	}
}
