package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// Refused looks exactly like not there, for everyone, whichever way it is
// refused.
func TestRefusedIsTheAnswerOfMissing(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		rektor, teacher := w.enter(w.kari, tilhor.RoleRektor), w.enter(w.jonas, tilhor.RoleTeacher)
		form := url.Values{"tekst": {"Nora sa at hun er redd"}}
		for name, c := range map[string]struct{ missing, refused visit }{
			"a role that may not come": {visit{path: "/finnes/ikke", cookie: teacher}, visit{path: "/saker/" + there + "/plan", cookie: teacher}},
			"a track that is not":      {visit{path: "/finnes/ikke", cookie: rektor}, visit{path: "/saker/zzzzzzzzzz/plan", cookie: rektor}},
			"a forbidden post":         {visit{method: "POST", path: "/finnes/ikke", form: form, cookie: rektor}, visit{method: "POST", path: "/saker/zzzzzzzzzz/plan", form: form, cookie: rektor}},
			"a post by another role":   {visit{method: "POST", path: "/finnes/ikke", form: form, cookie: teacher}, visit{method: "POST", path: "/saker/" + there + "/plan", form: form, cookie: teacher}},
			"HEAD of a case":           {visit{method: "HEAD", path: "/finnes/ikke", cookie: rektor}, visit{method: "HEAD", path: "/saker/" + there + "/plan", cookie: rektor}},
			"prefetch of a case":       {visit{path: "/finnes/ikke", cookie: rektor}, visit{path: "/saker/" + there + "/plan", cookie: rektor, header: map[string]string{"Sec-Purpose": "prefetch;anonymous-client-ip"}}},
			"HEAD by a stranger":       {visit{method: "HEAD", path: "/finnes/ikke"}, visit{method: "HEAD", path: "/saker/" + there + "/plan"}},
		} {
			t.Run(name, func(t *testing.T) {
				a, b := w.do(c.missing), w.do(c.refused)
				want(t, a, http.StatusNotFound)
				want(t, b, http.StatusNotFound)
				if x, y := plainBody(a), plainBody(b); x != y {
					t.Errorf("the bodies differ:\n%s\n%s", x, y)
				}
				for _, r := range []*httptest.ResponseRecorder{a, b} {
					for k := range r.Header() {
						if strings.Join(a.Header()[k], "|") != strings.Join(b.Header()[k], "|") {
							t.Errorf("%s: %q and %q", k, a.Header()[k], b.Header()[k])
						}
					}
				}
				if strings.Contains(b.Body.String(), "redd") {
					t.Error("what was sent stands in the answer")
				}
			})
		}
		// The control: what may be seen is seen.
		want(t, w.do(visit{path: "/saker/" + there + "/plan", cookie: rektor}), http.StatusOK, "<title>Arbeidsside")
	})
}

// plainBody is a body without the address that was asked for, which stands in
// the language links.
func plainBody(r *httptest.ResponseRecorder) string {
	return langLink.ReplaceAllString(r.Body.String(), "")
}

var langLink = regexp.MustCompile(`href="[^"]*[?&]l=..(&[^"]*)?"`)

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	rektor := w.enter(w.kari, tilhor.RoleRektor)
	for _, v := range []visit{
		{path: "/si"},
		{path: "/finnes-ikke"},
		{path: "/saker/" + there + "/plan", cookie: rektor},
		{path: "/ut"},
		{path: "/saker//x"},
		{method: "POST", path: "/feil/panikk"},
		{method: "POST", path: "/si", header: map[string]string{"Sec-Fetch-Site": "cross-site"}},
		{method: "PUT", path: "/si"},
		{path: "/i-dag"},
	} {
		h := w.do(v).Header()
		for k, val := range map[string]string{
			"Content-Security-Policy": csp, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := h.Get(k); got != val || len(h[k]) != 1 {
				t.Errorf("%s %s: %s is %q", v.method, v.path, k, h[k])
			}
		}
		if h.Get("Permissions-Policy") == "" || h.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s %s: %v", v.method, v.path, h)
		}
	}
	w.kit.Owner.HTTPS = true
	if w.do(visit{path: "/si"}).Header().Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS over TLS")
	}
	if tls, err := web.New(w.kit); err != nil {
		t.Error(err)
	} else if c, err := tls.Enter(context.Background(), w.kari, tilhor.Actor{}, "high", "i"); err != nil || c.Name != "__Host-tilhor" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("over TLS the cookie is %v, %v", c, err)
	}
}

func TestOnlyOurHost(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	for host, code := range map[string]int{
		"tilhor.example": 200, "TILHOR.example:8443": 200, "localhost:4000": 200, "tilhor.example.": 200,
		"ond.example": 421, "tilhor.example.ond.example": 421, "tilhor.example@ond.example": 421, "[::1]:80": 421, "ond.example:tilhor.example": 421,
	} {
		rec := w.do(visit{path: "/si", host: host})
		if rec.Code != code || strings.Contains(rec.Body.String(), "ond.example") {
			t.Errorf("%s: %d", host, rec.Code)
		}
	}
	both := web.ByHost(w.site)
	for host, code := range map[string]int{"tilhor.example": 200, "andre.example": 421} {
		r := httptest.NewRequest("GET", "/si", nil)
		r.Host = host
		rec := httptest.NewRecorder()
		both.ServeHTTP(rec, r)
		if rec.Code != code {
			t.Errorf("by host, %s: %d", host, rec.Code)
		}
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		c := w.enter(w.kari, tilhor.RoleRektor)
		for name, x := range map[string]struct {
			header map[string]string
			cookie *http.Cookie
			code   int
		}{
			"our own page":                       {map[string]string{}, c, 303},
			"typed, or no page":                  {map[string]string{"Sec-Fetch-Site": "none"}, c, 303},
			"another site":                       {map[string]string{"Sec-Fetch-Site": "cross-site"}, c, 403},
			"another port or subdomain":          {map[string]string{"Sec-Fetch-Site": "same-site"}, c, 403},
			"an old browser, our origin":         {map[string]string{"Sec-Fetch-Site": "", "Origin": "http://tilhor.example"}, c, 303},
			"an old browser, another origin":     {map[string]string{"Sec-Fetch-Site": "", "Origin": "https://ond.example"}, c, 403},
			"a null origin":                      {map[string]string{"Sec-Fetch-Site": "", "Origin": "null"}, c, 403},
			"neither header, with our cookie":    {map[string]string{"Sec-Fetch-Site": ""}, c, 403},
			"neither header, without any cookie": {map[string]string{"Sec-Fetch-Site": ""}, nil, 303},
			"another site, without any cookie":   {map[string]string{"Sec-Fetch-Site": "cross-site"}, nil, 403},
		} {
			path, before := "/saker/"+there+"/plan", w.plans()
			if x.cookie == nil {
				path = "/si"
			}
			rec := w.do(visit{method: "POST", path: path, form: url.Values{"tekst": {"Ny tekst her"}, "nokkel": {tilhor.NewID()}}, cookie: x.cookie, header: x.header})
			if rec.Code != x.code {
				t.Errorf("%s: %d, want %d", name, rec.Code, x.code)
			}
			if wrote := w.plans() > before; wrote != (x.code == 303) {
				t.Errorf("%s: wrote: %v", name, wrote)
			}
			if x.code == 403 {
				want(t, rec, 403, "Skjemaet kom fra et annet sted", "Ny tekst her")
			}
		}
	})
}

func TestASignInGetsANewName(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		var before, during string
		w.site.Mount([]web.Route{{Method: "POST", Path: "/inn", Name: "t.in", Roles: []tilhor.Role{tilhor.RoleAnyone}, Serve: func(q *web.Req) error {
			x, err := q.Session()
			if err != nil {
				return err
			}
			before = x.Get("hemmelig")
			if err := x.Put("hemmelig", "fra før"); err != nil {
				return err
			}
			if err := web.SignIn(q, w.kari, tilhor.Actor{}, "high", "https://feide.example"); err != nil {
				return err
			}
			during = x.Get("hemmelig")
			return q.See("/i-dag")
		}}})
		planted := &http.Cookie{Name: "tilhor", Value: strings.Repeat("x", 43)}
		rec := w.do(visit{method: "POST", path: "/inn", form: url.Values{}, cookie: planted})
		sentTo(t, rec, "/i-dag")
		set := rec.Result().Cookies()
		if len(set) != 1 || set[0].Value == planted.Value || before != "" || during != "" || !set[0].HttpOnly || set[0].SameSite != http.SameSiteLaxMode || set[0].MaxAge != 0 {
			t.Fatalf("cookies %v, before %q, during %q", set, before, during)
		}
		if r := w.do(visit{path: "/i-dag", cookie: planted}); r.Code != 303 {
			t.Fatalf("the planted name is signed in: %d", r.Code)
		}
		first := set[0]
		sentTo(t, w.do(visit{path: "/i-dag", cookie: first}), "/rolle?neste=%2Fi-dag")
		want(t, w.do(visit{path: "/rolle?neste=/i-dag", cookie: first}), 200, "Hvem er du her som nå?", "Rektor", "Sosiallærer", "Solbakken skole")
		want(t, w.do(visit{method: "POST", path: "/rolle", form: url.Values{"rolle": {"dpo@"}}, cookie: first}), 422, "Velg en av rollene", "<title>Feil:")
		rec = w.do(visit{method: "POST", path: "/rolle", form: url.Values{"rolle": {"rektor@" + string(w.solbakken)}, "neste": {"//ond.example"}}, cookie: first})
		sentTo(t, rec, "/i-dag")
		second := rec.Result().Cookies()[0]
		if second.Value == first.Value {
			t.Fatal("the name was kept when the role was chosen")
		}
		want(t, w.do(visit{path: "/i-dag", cookie: second}), 200, "Kari Lund, rektor")
		sentTo(t, w.do(visit{path: "/i-dag", cookie: first}), "/logg-inn?neste=%2Fi-dag")
		w.noneStored(t, first.Value, second.Value)
		// Out everywhere, and out by the provider.
		if err := w.site.EndAll(context.Background(), w.kari); err != nil {
			t.Fatal(err)
		}
		sentTo(t, w.do(visit{path: "/i-dag", cookie: second}), "/logg-inn")
	})
}

var allSessions = db.SQL(`SELECT id, data FROM web_session WHERE owner = $1`)

// noneStored says that what browsers hold, and what sessions hold, cannot be
// read out of the database.
func (w *town) noneStored(t *testing.T, tokens ...string) {
	t.Helper()
	err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		return tx.Each(allSessions, func(scan db.Scan) error {
			var id string
			var data []byte
			if err := scan(&id, &data); err != nil {
				return err
			}
			for _, s := range append(tokens, "feide.example", "high") {
				if strings.Contains(id, s) || strings.Contains(string(data), s) {
					t.Errorf("%q is stored as it is", s)
				}
			}
			return nil
		}, owner)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASessionEnds(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		in := func(c *http.Cookie) bool { return w.do(visit{path: "/i-dag", cookie: c}).Code == 200 }
		c := w.enter(w.jonas, tilhor.RoleTeacher)
		for range 25 { // used all day
			w.later(28 * time.Minute)
			if !in(c) {
				t.Fatal("ended while in use")
			}
		}
		w.later(25 * time.Minute) // 12 hours and 5 minutes
		if in(c) {
			t.Fatal("lasts longer than a working day")
		}
		c = w.enter(w.jonas, tilhor.RoleTeacher)
		w.later(31 * time.Minute)
		if in(c) {
			t.Fatal("lasts half an hour without use")
		}
		c = w.enter(w.jonas, tilhor.RoleTeacher)
		if !in(c) {
			t.Fatal("not signed in")
		}
		w.leaves(w.jonas)
		if !in(c) {
			t.Fatal("the roster was asked again within the minute") // it may be, but then the test below shows nothing
		}
		w.later(61 * time.Second)
		if in(c) {
			t.Fatal("who has left the school comes in")
		}
	})
}

func TestSensitivePagesNeedTrainingAndAStrongSignIn(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	plan := "/saker/" + there + "/plan"
	want(t, w.do(visit{path: plan, cookie: w.enter(w.ny, tilhor.RoleRektor)}), 403, "personvernopplæring")
	weak, err := w.site.Enter(context.Background(), w.kari, tilhor.Actor{Role: tilhor.RoleRektor, School: w.solbakken}, "low", "i")
	if err != nil {
		t.Fatal(err)
	}
	sentTo(t, w.do(visit{path: plan, cookie: weak}), "/logg-inn?niva=hoyt&neste=")
	w.kit.Level = nil
	sentTo(t, w.do(visit{path: plan, cookie: w.enter(w.kari, tilhor.RoleRektor)}), "/logg-inn?niva=hoyt&neste=")
}

func TestAFormSentTwiceIsDoneOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		c := w.enter(w.kari, tilhor.RoleRektor)
		post := func(key, text string, more ...string) *httptest.ResponseRecorder {
			f := url.Values{"nokkel": {key}, "tekst": {text}}
			for _, m := range more {
				f.Set(m, "ja")
			}
			return w.do(visit{method: "POST", path: "/saker/" + there + "/plan", form: f, cookie: c})
		}
		key := tilhor.NewID()
		first := sentTo(t, post(key, "Mona går ut"), "/si?lagret=")
		if again := sentTo(t, post(key, "Mona går ut"), "/si"); again != first || w.plans() != 1 {
			t.Fatalf("%s and %s, %d plans", first, again, w.plans())
		}
		key = tilhor.NewID()
		answers := make([]string, 16)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Add(1)
			go func() { defer wg.Done(); answers[i] = post(key, "Alle på en gang").Header().Get("Location") }()
		}
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] || a == "" {
				t.Fatalf("answers differ: %q", answers)
			}
		}
		if w.plans() != 2 {
			t.Fatalf("%d plans after 16 at once", w.plans())
		}
		key = tilhor.NewID()
		want(t, post(key, "", "vis"), 422)
		sentTo(t, post(key, "Rettet"), "/si")
		if w.plans() != 3 {
			t.Fatal("what was put right could not be sent")
		}
		key = tilhor.NewID()
		want(t, post(key, "Halvt", "halvt"), 422)
		sentTo(t, post(key, "Helt"), "/si")
		if w.plans() != 5 {
			t.Fatal("what was refused half-way could not be sent again")
		}
		// The process dies when it has written and before it has answered.
		key = tilhor.NewID()
		want(t, post(key, "Skrevet", "krasj"), 500)
		want(t, post(key, "Skrevet", "krasj"), 409, "Dette er sendt allerede")
		if w.plans() != 6 {
			t.Fatal("written twice")
		}
		// Who goes back and writes something else has written something else: it
		// is not swallowed, and does not get the answer of what was sent before.
		old := sentTo(t, post(key, "Noe annet"), "/si?lagret=")
		if other := sentTo(t, post(key, "Og noe tredje"), "/si?lagret="); other == old || w.plans() != 8 {
			t.Fatalf("other words under the same key: %s and %s, %d plans", old, other, w.plans())
		}
		// The key is the sender's and the page's own.
		rec := w.do(visit{method: "POST", path: "/si", form: url.Values{"nokkel": {key}, "tekst": {"En annen"}}})
		sentTo(t, rec, "/si")
		if w.plans() != 9 {
			t.Fatal("a form of another person was taken for the same")
		}
	})
}

var allDrafts = db.SQL(`SELECT body FROM web_draft WHERE owner = $1`)

func TestTextSentAfterTheSessionEndedIsKept(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		text := "Nora sa: «Jeg vil ha noen å gå med.»\nHun gråt."
		plan := "/saker/" + there + "/plan"
		c := w.enter(w.kari, tilhor.RoleRektor)
		w.later(31 * time.Minute)
		key := tilhor.NewID()
		to := sentTo(t, w.do(visit{method: "POST", path: plan + "/godkjenn", form: url.Values{"nokkel": {key}, "tekst": {text}}, cookie: c}), "/utlogget?kladd=")
		if w.plans() != 0 {
			t.Fatal("written without a session")
		}
		body := want(t, w.do(visit{path: to, cookie: c}), 200, "Kladden er tatt vare på", "/logg-inn?neste=/kladder/")
		if strings.Contains(body, "Nora") {
			t.Fatal("the text is shown to who is not signed in")
		}
		w.db.Read(context.Background(), func(tx *db.Tx) error {
			return tx.Each(allDrafts, func(scan db.Scan) error {
				var b []byte
				err := scan(&b)
				if strings.Contains(string(b), "Nora") || strings.Contains(string(b), there) {
					t.Error("the draft is not sealed")
				}
				return err
			}, owner)
		})
		id := strings.TrimPrefix(to, "/utlogget?kladd=")
		want(t, w.do(visit{path: "/kladder/" + id, cookie: w.enter(w.jonas, tilhor.RoleTeacher)}), 404)
		c = w.enter(w.kari, tilhor.RoleRektor)
		want(t, w.do(visit{path: "/kladder", cookie: c}), 200, "/kladder/"+id)
		want(t, w.do(visit{path: "/kladder/" + id, cookie: c}), 200, "Jeg vil ha noen å gå med", plan+"?kladd="+id)
		page := want(t, w.do(visit{path: plan + "?kladd=" + id, cookie: c}), 200, "Hun gråt.", `name="nokkel" value="`+key+`"`)
		if !strings.Contains(page, "går med.»\nHun") && !strings.Contains(page, "gå med.»\nHun") {
			t.Error("the line break is lost")
		}
		if body := want(t, w.do(visit{path: "/i-dag?kladd=" + id, cookie: c}), 200); strings.Contains(body, "Hun gråt") {
			t.Error("the text is shown on another page")
		}
		sentTo(t, w.do(visit{method: "POST", path: plan, form: url.Values{"nokkel": {key}, "kladd": {id}, "tekst": {text}}, cookie: c}), "/si")
		want(t, w.do(visit{path: "/kladder/" + id, cookie: c}), 404)
		if w.plans() != 1 {
			t.Fatal("not sent")
		}
		// Nobody's cookie: the text comes back in the answer.
		want(t, w.do(visit{method: "POST", path: plan, form: url.Values{"tekst": {text}}}), 403, "Hun gråt.", "Prøv igjen")
		// On a page for pupils nothing is kept here.
		w.later(31 * time.Minute)
		want(t, w.do(visit{method: "POST", path: "/elev", form: url.Values{"tekst": {text}}, cookie: c}), 403, "Hun gråt.")
		c = w.enter(w.kari, tilhor.RoleRektor)
		// Seven days, and not one more.
		w.later(31 * time.Minute)
		to = sentTo(t, w.do(visit{method: "POST", path: plan, form: url.Values{"tekst": {text}}, cookie: c}), "/utlogget?kladd=")
		w.later(7*24*time.Hour + time.Minute)
		if err := w.site.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		n := 0
		w.db.Read(context.Background(), func(tx *db.Tx) error {
			return tx.Each(allDrafts, func(db.Scan) error { n++; return nil }, owner)
		})
		if n != 0 {
			t.Fatal("a draft outlived its seven days")
		}
		want(t, w.do(visit{path: to}), 200, "Du er logget ut")
	})
}

// A kept text is had back as surely as the page it was written on opens, and in a role
// that may come there.
func TestAKeptTextAsksWhatItsPageAsks(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	as := func(p tilhor.PersonID, role tilhor.Role, acr string) *http.Cookie {
		c, err := w.site.Enter(context.Background(), p, tilhor.Actor{Role: role, School: w.solbakken}, acr, "https://feide.example")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	text := url.Values{"tekst": {"Nora gråt."}}
	kept := func(p tilhor.PersonID, role tilhor.Role, page string) string {
		c := as(p, role, "high")
		w.later(31 * time.Minute)
		to := sentTo(t, w.do(visit{method: "POST", path: page, form: text, cookie: c}), "/utlogget?kladd=")
		return "/kladder/" + strings.TrimPrefix(to, "/utlogget?kladd=")
	}
	closed := func(what string, rec *httptest.ResponseRecorder, code int, to string) {
		t.Helper()
		if rec.Code != code || rec.Header().Get("Location") != to || strings.Contains(rec.Body.String(), "Nora") {
			t.Errorf("%s: %d to %q\n%s", what, rec.Code, rec.Header().Get("Location"), rec.Body)
		}
	}
	plan := kept(w.kari, tilhor.RoleRektor, "/saker/"+there+"/plan")
	closed("one factor", w.do(visit{path: plan, cookie: as(w.kari, tilhor.RoleRektor, "low")}), 303, "/logg-inn?niva=hoyt&neste="+url.QueryEscape(plan))
	closed("another of her roles", w.do(visit{path: plan, cookie: as(w.kari, tilhor.RoleSocialTeacher, "high")}), 303, "/rolle?neste="+url.QueryEscape(plan))
	closed("without training", w.do(visit{path: kept(w.ny, tilhor.RoleRektor, "/saker/"+there+"/plan"), cookie: as(w.ny, tilhor.RoleRektor, "high")}), 403, "")
	want(t, w.do(visit{path: plan, cookie: as(w.kari, tilhor.RoleRektor, "high")}), 200, "Nora gråt.")
	// What was written on a page that is not sensitive opens as that does, and what a page
	// that is gone had asks the most.
	today := kept(w.jonas, tilhor.RoleTeacher, "/i-dag/lagre")
	want(t, w.do(visit{path: today, cookie: as(w.jonas, tilhor.RoleTeacher, "low")}), 200, "Nora gråt.")
	gone := kept(w.jonas, tilhor.RoleTeacher, "/i-dag/borte")
	closed("a page that is gone, with one factor", w.do(visit{path: gone, cookie: as(w.jonas, tilhor.RoleTeacher, "low")}), 303, "/logg-inn?niva=hoyt&neste="+url.QueryEscape(gone))
	want(t, w.do(visit{path: gone, cookie: as(w.jonas, tilhor.RoleTeacher, "high")}), 200, "Nora gråt.")
	// It may be thrown away unseen.
	sentTo(t, w.do(visit{method: "POST", path: plan + "/slett", form: url.Values{"nokkel": {tilhor.NewID()}}, cookie: as(w.kari, tilhor.RoleRektor, "low")}), "/kladder")
}

// Whose role for a page needs a stronger sign-in is shown the way to it, and what they
// wrote is kept; who has no such role finds what is not there. Nobody who chose such a
// role becomes another unasked.
func TestARoleThatNeedsAStrongerSignIn(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	w.kit.Reaches = func(role tilhor.Role, _, acr string) bool { return acr == "high" || role != tilhor.RoleRektor }
	both := []tilhor.Role{tilhor.RoleRektor, tilhor.RoleSocialTeacher}
	w.site.Mount([]web.Route{
		{Method: "GET", Path: "/begge", Name: "t.both", Roles: both, Serve: func(q *web.Req) error {
			q.Write(200, "text/plain", []byte(q.Actor.Role))
			return nil
		}},
		{Method: "POST", Path: "/begge", Name: "t.both.save", Roles: both, Serve: w.savePlan},
	})
	as := func(p tilhor.PersonID, role tilhor.Role) *http.Cookie {
		c, err := w.site.Enter(context.Background(), p, tilhor.Actor{Role: role, School: w.solbakken}, "low", "https://feide.example")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	page, text := "/saker/"+there+"/plan", url.Values{"tekst": {"Nora sto alene."}}
	other, chose, none := as(w.kari, tilhor.RoleSocialTeacher), as(w.kari, tilhor.RoleRektor), as(w.jonas, tilhor.RoleTeacher)
	for _, c := range []*http.Cookie{other, chose} {
		sentTo(t, w.do(visit{path: page, cookie: c}), "/logg-inn?niva=hoyt&neste="+url.QueryEscape(page))
		want(t, w.do(visit{method: "HEAD", path: page, cookie: c}), 404)
		to := sentTo(t, w.do(visit{method: "POST", path: page, form: text, cookie: c}), "/utlogget?kladd=")
		draft := "/kladder/" + strings.TrimPrefix(to, "/utlogget?kladd=")
		sentTo(t, w.do(visit{path: draft, cookie: other}), "/logg-inn?niva=hoyt&neste="+url.QueryEscape(draft))
		want(t, w.do(visit{path: draft, cookie: w.enter(w.kari, tilhor.RoleRektor)}), 200, "Nora sto alene.")
	}
	missing := want(t, w.do(visit{path: "/saker/" + there + "/finnes-ikke", cookie: none}), 404)
	for _, method := range []string{"GET", "POST"} {
		if is := want(t, w.do(visit{method: method, path: page, form: text, cookie: none}), 404); method == "GET" && is != strings.ReplaceAll(missing, "finnes-ikke", "plan") {
			t.Errorf("who has no such role is told\n%s\nfor\n%s", is, missing)
		}
	}
	want(t, w.do(visit{path: "/begge", cookie: other}), 200, "social-teacher") // the control
	sentTo(t, w.do(visit{path: "/begge", cookie: chose}), "/rolle?neste=%2Fbegge")
	sentTo(t, w.do(visit{method: "POST", path: "/begge", form: text, cookie: chose}), "/utlogget?kladd=")
	if n := w.plans(); n != 0 {
		t.Errorf("%d were written in a role that nobody chose", n)
	}
	want(t, w.do(visit{path: "/rolle?neste=/begge", cookie: chose}), 200, "Sosiallærer")
	rec := w.do(visit{method: "POST", path: "/rolle", form: url.Values{"rolle": {"social-teacher@" + string(w.solbakken)}, "neste": {"/begge"}}, cookie: chose})
	sentTo(t, rec, "/begge")
	want(t, w.do(visit{path: "/begge", cookie: rec.Result().Cookies()[0]}), 200, "social-teacher")
}

func TestADraftCanBeThrownAway(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	c := w.enter(w.kari, tilhor.RoleRektor)
	w.later(31 * time.Minute)
	to := sentTo(t, w.do(visit{method: "POST", path: "/saker/" + there + "/plan", form: url.Values{"tekst": {"noe jeg skrev"}}, cookie: c}), "/utlogget?kladd=")
	id := strings.TrimPrefix(to, "/utlogget?kladd=")
	other := w.enter(w.jonas, tilhor.RoleTeacher)
	want(t, w.do(visit{method: "POST", path: "/kladder/" + id + "/slett", form: url.Values{}, cookie: other}), 404)
	c = w.enter(w.kari, tilhor.RoleRektor)
	drop := url.Values{"nokkel": {tilhor.NewID()}}
	for range 2 { // the second press is answered as the first
		sentTo(t, w.do(visit{method: "POST", path: "/kladder/" + id + "/slett", form: drop, cookie: c}), "/kladder")
	}
	want(t, w.do(visit{path: "/kladder", cookie: c}), 200, "Ingen kladder")
}

func TestTwoWhoWriteAtOnce(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		c, plan := w.enter(w.kari, tilhor.RoleRektor), "/saker/"+there+"/plan"
		post := func(f url.Values) *httptest.ResponseRecorder {
			f.Set("nokkel", tilhor.NewID())
			return w.do(visit{method: "POST", path: plan, form: f, cookie: c})
		}
		sentTo(t, post(url.Values{"tekst": {"Første"}}), "/si")
		old, _, _ := w.plan()
		w.later(time.Second)
		theirs, mine := "Mona går ut hver mandag", "Mona går ut og Tuva"
		sentTo(t, post(url.Values{"tekst": {theirs}, "versjon": {old}}), "/si")
		body := want(t, post(url.Values{"tekst": {mine}, "versjon": {old}, "annet": {"blir med"}}), 409,
			"Ina Moe lagret mens du skrev", "<ins>hver mandag</ins>", "<ins>og Tuva</ins>", `name="annet" value="blir med"`)
		now, _, _ := w.plan()
		if !strings.Contains(body, `name="versjon" value="`+now+`"`) {
			t.Fatal("the form is not made current")
		}
		for choice, text := range map[string]string{"min": mine, "andre": theirs, "begge": "Mona går ut med Tuva hver mandag"} {
			w.later(time.Second)
			now, _, _ := w.plan()
			sentTo(t, post(url.Values{
				"versjon": {now}, "tekst--valg": {choice}, "tekst--min": {mine}, "tekst--andre": {theirs}, "tekst--begge": {"Mona går ut med Tuva hver mandag"},
			}), "/si")
			if _, got, _ := w.plan(); got != text {
				t.Fatalf("%s: %q", choice, got)
			}
		}
	})
}

func TestBadInputGetsAClearAnswer(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	long := strings.Repeat("a", 1<<20)
	for name, c := range map[string]struct {
		v    visit
		code int
	}{
		"a megabyte":             {visit{method: "POST", path: "/si", body: "tekst=" + long}, 413},
		"a megabyte, chunked":    {visit{method: "POST", path: "/si", body: "tekst=" + long, header: map[string]string{"Transfer-Encoding": "chunked"}}, 413},
		"bytes that are no text": {visit{method: "POST", path: "/si", body: "tekst=%ff%fe"}, 400},
		"a name that is no text": {visit{method: "POST", path: "/si", body: "%c3%28=x"}, 400},
		"a NUL":                  {visit{method: "POST", path: "/si", body: "tekst=a%00b"}, 400},
		"half an escape":         {visit{method: "POST", path: "/si", body: "tekst=%2"}, 400},
		"JSON":                   {visit{method: "POST", path: "/si", body: "{}", header: map[string]string{"Content-Type": "application/json"}}, 400},
		"a file":                 {visit{method: "POST", path: "/si", body: "x", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}}, 400},
		"no type":                {visit{method: "POST", path: "/si", body: "tekst=x", header: map[string]string{"Content-Type": ""}}, 400},
		"thousands of fields":    {visit{method: "POST", path: "/si", body: strings.Repeat("a=b&", 3000)}, 413},
		"a method we do not use": {visit{method: "PUT", path: "/si"}, 404},
		"an unknown post":        {visit{method: "POST", path: "/finnes-ikke", form: url.Values{}}, 404},
		"dots that climb":        {visit{path: "/saker/../../etc/passwd"}, 308},
		"dots in disguise":       {visit{path: "/saker/%2e%2e/%2e%2e/etc/passwd"}, 404},
		"a final slash":          {visit{path: "/si/"}, 308},
		"a slash in a slug":      {visit{path: "/saker/a%2fb/plan", cookie: w.enter(w.kari, tilhor.RoleRektor)}, 404},
		"a NUL in a slug":        {visit{path: "/saker/a%00b/plan", cookie: w.enter(w.kari, tilhor.RoleRektor)}, 404},
		"a strange language":     {visit{path: "/si?l=%00"}, 200},
		"a bent query":           {visit{path: "/si?l=%zz&;=%"}, 200},
	} {
		rec := w.do(c.v)
		if rec.Code != c.code {
			t.Errorf("%s: %d, want %d", name, rec.Code, c.code)
		}
		if c.code >= 400 && !strings.Contains(rec.Body.String(), "<h1") {
			t.Errorf("%s: no page", name)
		}
	}
	if n := w.plans(); n != 0 {
		t.Errorf("bad input wrote %d plans", n)
	}
	for to, path := range map[string]string{"/si": "/si/", "/saker/x": "/saker//x", "/etc/passwd": "/saker/../etc/passwd", "/ond.example": "//ond.example", "/a?b=c": "/a/?b=c"} {
		r := httptest.NewRequest("GET", "/", nil)
		u, err := url.Parse("http://tilhor.example" + path)
		if err != nil {
			t.Fatal(err)
		}
		r.URL, r.Host = u, "tilhor.example"
		rec := httptest.NewRecorder()
		w.h.ServeHTTP(rec, r)
		if got := rec.Header().Get("Location"); got != to {
			t.Errorf("%s is tidied to %q, want %q", path, got, to)
		}
	}
}

func TestHeadOfAPublicPage(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	rec := w.do(visit{method: "HEAD", path: "/si"})
	if rec.Code != 200 || rec.Body.Len() != 0 {
		t.Fatalf("%d with %d bytes", rec.Code, rec.Body.Len())
	}
}

// What goes wrong is told with a reference, the text is given back, and neither
// log nor page holds what happened inside.
func TestFaultsOfOursAreToldAndNotTold(t *testing.T) {
	eachTown(t, func(t *testing.T, w *town) {
		secret := "Jonas slo meg i garderoben"
		for path, code := range map[string]int{"feil": 500, "panikk": 500, "panikk2": 500, "stille": 500, "ut": 500, "sent": 503, "konflikt": 409, "fault": 422} {
			rec := w.do(visit{method: "POST", path: "/feil/" + path + "?navn=Nora", form: url.Values{"tekst": {secret}}})
			body := want(t, rec, code, "<h1")
			if !strings.Contains(body, secret) {
				t.Errorf("%s: the text is lost", path)
			}
			if strings.Contains(body, "Nora Dahl") || strings.Contains(body, "goroutine") {
				t.Errorf("%s: the page tells what happened inside", path)
			}
		}
		log := w.logged()
		for _, no := range []string{"Nora", "Jonas", "garderob", "navn="} {
			if strings.Contains(log, no) {
				t.Errorf("the log tells %q:\n%s", no, log)
			}
		}
		rec := w.do(visit{method: "POST", path: "/feil/feil", form: url.Values{}})
		ref := regexp.MustCompile(`ringer oss: ([A-Z2-7]{8})`).FindStringSubmatch(rec.Body.String())
		if ref == nil || !strings.Contains(w.logged(), ref[1]) || !strings.Contains(w.logged(), "route=t.wrong") {
			t.Errorf("the reference %v is not in the log:\n%s", ref, w.logged())
		}
	})
}

func TestLanguage(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	rec := w.do(visit{path: "/si?l=nn"})
	want(t, rec, 200, `<html lang="nn"`, `<a href="/si?l=nn">`)
	if len(rec.Result().Cookies()) != 0 {
		t.Error("a public page sets a cookie")
	}
	want(t, w.do(visit{path: "/si", header: map[string]string{"Accept-Language": "pl, en;q=0.5"}}), 200, `<html lang="en"`)
	want(t, w.do(visit{path: "/finnes-ikke?l=en"}), 404, "We cannot find the page")
	c := w.enter(w.jonas, tilhor.RoleTeacher)
	rec = w.do(visit{path: "/i-dag?l=nn", cookie: c})
	want(t, rec, 200, `<html lang="nn"`, `<a href="/si">`)
	set := rec.Result().Cookies()
	if len(set) != 1 || set[0].Name != "l" || set[0].Value != "nn" || !set[0].HttpOnly {
		t.Fatalf("cookies %v", set)
	}
	rec = w.do(visit{path: "/i-dag", cookie: c, header: map[string]string{"Cookie": "l=nn; tilhor=" + c.Value}})
	want(t, rec, 200, `<html lang="nn"`)
}

func TestTheQuickWayOut(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	c := w.enter(w.kari, tilhor.RoleRektor)
	want(t, w.do(visit{path: "/ut", cookie: c, header: map[string]string{"Sec-Fetch-Site": "cross-site"}}), 200, "Siden er lukket")
	want(t, w.do(visit{path: "/saker/" + there + "/plan", cookie: c}), 200)
	body := want(t, w.do(visit{path: "/ut", cookie: c, header: map[string]string{"Sec-Fetch-Site": "same-origin"}}), 200, "Siden er lukket")
	for _, no := range []string{"Granvik", "Solbakken", "Kari", "skole", "Tilhør"} {
		if strings.Contains(body, no) {
			t.Errorf("the page tells %q", no)
		}
	}
	sentTo(t, w.do(visit{path: "/saker/" + there + "/plan", cookie: c}), "/logg-inn")
	// Typed, or from a bookmark: nobody pressed it on a page. And a browser too old to say.
	c = w.enter(w.kari, tilhor.RoleRektor)
	want(t, w.do(visit{path: "/ut", cookie: c, header: map[string]string{"Sec-Fetch-Site": "none"}}), 200)
	want(t, w.do(visit{path: "/saker/" + there + "/plan", cookie: c}), 200)
	want(t, w.do(visit{path: "/ut", cookie: c}), 200, "Siden er lukket")
	sentTo(t, w.do(visit{path: "/saker/" + there + "/plan", cookie: c}), "/logg-inn")
}

func TestARouteThatCannotBeRightStopsTheProgram(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	serve := func(*web.Req) error { return nil }
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	for name, r := range map[string]web.Route{
		"no roles":         {Method: "GET", Path: "/x", Name: "x", Serve: serve},
		"a public case":    {Method: "GET", Path: "/x", Name: "x", Roles: anyone, Case: true, Serve: serve},
		"a verb":           {Method: "DELETE", Path: "/x", Name: "x", Roles: anyone, Serve: serve},
		"a final slash":    {Method: "GET", Path: "/x/", Name: "x", Roles: anyone, Serve: serve},
		"a name twice":     {Method: "GET", Path: "/x", Name: "t.plan", Roles: anyone, Serve: serve},
		"an address twice": {Method: "GET", Path: "/si", Name: "x", Roles: anyone, Serve: serve},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: mounted", name)
				}
			}()
			w.site.Mount([]web.Route{r})
		}()
	}
}
