package signin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

func TestSignIn(t *testing.T) {
	cases := []struct {
		name, provider, person string
		query                  []string
		status                 int
		to                     string // where they are sent
		page                   string // what /i-dag then says
		sees                   int    // status of a page with a case
	}{
		{"a rektor, who is asked for two factors", "feide", "kari", nil, 303, "/i-dag", "Kari Lund rektor nb", 200},
		{"a teacher with one factor may work, but open no case", "feide", "jonas", nil, 303, "/i-dag", "Jonas Berg teacher nb", 303},
		{"a social teacher without two factors is a teacher", "feide", "mona", nil, 303, "/i-dag", "Mona Vik teacher nb", 303},
		{"a teacher who is a parent too is not held up at Feide", "feide", "tore", nil, 303, "/i-dag", "Tore Li teacher nb", 303},
		{"two roles are asked about", "feide", "arne", nil, 303, "/rolle", "", 303},
		{"two roles, on the way to a page", "feide", "arne", []string{"neste", "/saker/abc"}, 303, "/rolle?neste=%2Fsaker%2Fabc", "", 303},
		{"a pupil, who needs one factor", "feide", "emil", nil, 303, "/i-dag", "Emil Strand pupil nb", 200},
		{"a parent", "idporten", "par", nil, 303, "/i-dag", "Pål Strand parent nb", 200},
		{"back to the page they came for", "feide", "kari", []string{"neste", "/saker/abc?side=2"}, 303, "/saker/abc?side=2", "Kari Lund rektor nb", 200},
		{"never to another site", "feide", "kari", []string{"neste", "//evil.example/"}, 303, "/i-dag", "Kari Lund rektor nb", 200},
		{"in the language they chose", "feide", "kari", []string{"l", "nn"}, 303, "/i-dag?l=nn", "Kari Lund rektor nb", 200},
		{"a rektor who has no second factor", "feide", "siv", nil, 403, "", "", 303},
		{"a teacher, for a page that needs two factors", "feide", "jonas", []string{"niva", "hoyt"}, 403, "", "", 303},
		{"a rektor, for a page that needs two factors", "feide", "kari", []string{"niva", "hoyt"}, 303, "/i-dag", "Kari Lund rektor nb", 200},
		{"a teacher who is a parent too, with two factors", "feide", "tore", []string{"niva", "hoyt"}, 303, "/rolle", "", 303},
		{"somebody who is in no list", "feide", "fremmed", nil, 403, "", "", 303},
		{"somebody Feide has no id for", "feide", "navnlos", nil, 403, "", "", 303},
		{"a rektor by Entra, with two factors", "entra", "kari", nil, 303, "/i-dag", "Kari Lund rektor nb", 200},
		{"a teacher by Entra", "entra", "jonas", nil, 303, "/i-dag", "Jonas Berg teacher nb", 303},
		{"somebody of another municipality by Entra", "entra", "nabo", nil, 400, "", "", 303},
		{"a parent in no list", "idporten", "ukjent", nil, 403, "", "", 303},
		{"a parent at a low level", "idporten", "lav", nil, 403, "", "", 303},
		{"a parent at no level", "idporten", "taus", nil, 403, "", "", 303},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				w.t = t
				b := w.browser()
				a := b.in(c.provider, c.person, c.query...)
				if to := strings.TrimPrefix(a.To, w.base); a.Code != c.status || to != c.to {
					t.Fatalf("got %d to %q, want %d to %q\n%s", a.Code, to, c.status, c.to, w.log.take())
				}
				day := b.get("/i-dag")
				if c.page != "" && day.Body != c.page || c.page == "" && day.Code == http.StatusOK {
					t.Errorf("the day: %d %s", day.Code, day.Body)
				}
				if got := b.get("/saker/abc"); got.Code != c.sees {
					t.Errorf("a case: got %d to %q, want %d", got.Code, got.To, c.sees)
				}
				if log := w.log.take(); strings.Contains(log, "granvik.kommune") || strings.Contains(log, number("forelder")) || strings.Contains(log, "Lund") {
					t.Errorf("the log tells: %s", log)
				}
			})
		}
	})
}

// Which role is for the sign-in to carry, at the choice as at the door, in each of
// a person's sign-ins by itself; and a role that is left when another ends is not
// taken without it.
func TestARoleIsChosenWithTheSignInItNeeds(t *testing.T) {
	cases := []struct {
		name, person string
		query        []string
		may, not     string // roles
	}{
		{"a social teacher without two factors", "mona", nil, "teacher", "social-teacher"},
		{"a teacher who is a parent too", "tore", nil, "teacher", "parent"},
		{"the same, with two factors", "tore", []string{"niva", "hoyt"}, "teacher parent", ""},
		{"two roles and two factors", "arne", nil, "teacher rektor", ""},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		in := make([]*browser, len(cases))
		for i, c := range cases { // all at once: what is known of a person is remembered for all their sign-ins
			in[i] = w.browser()
			in[i].in("feide", c.person, c.query...)
		}
		for i, c := range cases {
			b, roles := in[i], w.roles(c.person)
			if len(roles) != len(strings.Fields(c.may+" "+c.not)) {
				t.Fatalf("%s has %v", c.name, roles)
			}
			offered := b.get("/rolle")
			if alone := len(strings.Fields(c.may)) == 1; alone != (offered.Code == http.StatusSeeOther) {
				t.Errorf("%s: the choice: %d", c.name, offered.Code)
			}
			for _, as := range roles {
				key, role := string(as.Role)+"@"+string(as.School), string(as.Role)
				a := b.post("/rolle", "rolle", key)
				day := b.get("/i-dag").Body
				switch may := slices.Contains(strings.Fields(c.may), role); {
				case !may && (a.Code != http.StatusUnprocessableEntity || strings.Contains(offered.Body+a.Body, `"`+key+`"`) || strings.Contains(day, " "+role+" ")):
					t.Errorf("%s: %s was taken or shown: %d, then %q", c.name, role, a.Code, day)
				case may && (a.Code != http.StatusSeeOther || !strings.Contains(day, " "+role+" ")):
					t.Errorf("%s: %s was refused: %d, then %q", c.name, role, a.Code, day)
				}
			}
		}
		weak, strong := in[1], in[2]
		if a := weak.get("/barn"); a.To != w.base+"/logg-inn?niva=hoyt&neste=%2Fbarn" {
			t.Errorf("a page of the role that needs more: %d to %q", a.Code, a.To)
		}
		w.fill("tore;Tore;Li;s2;lærer;tore@granvik.kommune.no")
		w.wait(2 * time.Minute)
		if a := weak.get("/i-dag"); a.To != w.base+"/logg-inn?niva=hoyt&neste=%2Fi-dag" {
			t.Errorf("only what needs more is left: %d to %q, %s", a.Code, a.To, a.Body)
		}
		if a := weak.get("/rolle?neste=/i-dag"); a.To != w.base+"/logg-inn?niva=hoyt&neste=%2Fi-dag" {
			t.Errorf("the choice, when only what needs more is left: %d to %q", a.Code, a.To)
		}
		if a := weak.post("/rolle", "rolle", "parent@"); a.To != w.base+"/logg-inn?niva=hoyt&neste=" || weak.inside() {
			t.Errorf("chosen, when only what needs more is left: %d to %q", a.Code, a.To)
		}
		if day := strong.get("/i-dag").Body; day != "Tore Li parent nb" {
			t.Errorf("the control: %q", day)
		}
	})
}

// Who is in no list is told which school of ours Feide says they have, if the
// groups of today say so; and is not let in by it.
func TestFeideSaysWhichSchool(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	cases := []struct {
		person string
		school bool
	}{{"ny", true}, {"gammel", false}, {"nabo", false}, {"rar", false}, {"fremmed", false}}
	for _, c := range cases {
		b := w.browser()
		a := b.in("feide", c.person)
		if a.Code != http.StatusForbidden || b.inside() {
			t.Errorf("%s: %d", c.person, a.Code)
		}
		if strings.Contains(a.Body, "Feide sier at du hører til Solbakken skole.") != c.school {
			t.Errorf("%s: told of the school: %v", c.person, !c.school)
		}
	}
	if n := w.asked["/feide/groups/me/groups"]; n != len(cases) {
		t.Errorf("the groups were asked for %d times", n)
	}
	w.browser().in("feide", "jonas")
	if n := w.asked["/feide/groups/me/groups"]; n != len(cases) {
		t.Error("the groups of somebody who is in the lists were asked for")
	}
}

// An account stays bound: its owner's Feide id may go to somebody else, and the
// account still belongs to the one who had it first.
func TestAnAccountStaysBound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		if a := w.browser().in("feide", "jonas"); a.To != w.base+"/i-dag" {
			t.Fatal(a)
		}
		w.twist = func(c map[string]any) {
			c["https://n.feide.no/claims/eduPersonPrincipalName"] = "mona@granvik.kommune.no"
		}
		b := w.browser()
		b.in("feide", "jonas")
		if got := b.get("/i-dag").Body; got != "Jonas Berg teacher nb" {
			t.Errorf("got %q", got)
		}
		b = w.browser() // the control: an account that is not bound follows the id
		b.in("feide", "fremmed")
		if got := b.get("/i-dag").Body; got != "Mona Vik teacher nb" {
			t.Errorf("the control: got %q", got)
		}
	})
}

// Who leaves the school has no role, and cannot sign in the day after.
func TestWhoHasLeftCannotSignIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		b := w.browser()
		b.in("feide", "jonas")
		w.wait(24 * time.Hour)
		w.fill("jonas")
		if a := w.browser().in("feide", "jonas"); a.Code != http.StatusForbidden {
			t.Errorf("signed in: %d", a.Code)
		}
		if b.inside() {
			t.Error("the old session still works")
		}
	})
}

func TestTheDoor(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.browser()
	a := b.get("/logg-inn?neste=/saker/abc&niva=hoyt&l=nn")
	for _, want := range []string{`<h1 class="t-h1">Logg inn</h1>`, `href="/logg-inn/feide?l=nn&amp;neste=%2Fsaker%2Fabc&amp;niva=hoyt"`, `href="/logg-inn/idporten?`, "Elevar og tilsette", "to trinn"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("no %s in %s", want, a.Body)
		}
	}
	sami := b.get("/logg-inn?neste=/min&l=se").Body
	for _, want := range []string{`<html lang="nb"`, `<h1 class="t-h1" lang="se">Logge sisa</h1>`, `lang="se">Váhnemat</h2>`, "ikke lest av et menneske", `hreflang="se" aria-current="true"`, `/logg-inn/feide?l=se`} {
		if !strings.Contains(sami, want) {
			t.Errorf("no %s in %s", want, sami)
		}
	}
	if strings.Contains(b.get("/logg-inn?neste=https://evil.example/").Body, "evil") {
		t.Error("the door leads elsewhere")
	}
	if len(a.Header["Set-Cookie"]) > 0 {
		t.Error("the door sets a cookie before anybody has chosen")
	}
	for _, c := range []struct{ path string }{{"/logg-inn/ukjent"}, {"/logg-inn/ukjent/svar?state=x"}, {"/logg-inn/svar"}} {
		if got := b.get(c.path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", c.path, got.Code)
		}
	}
	// Nobody has come yet.
	for _, h := range []string{"Sec-Purpose", "Purpose"} {
		if a := b.get("/logg-inn/feide", h, "prefetch"); a.Code != http.StatusNotFound || a.To != "" {
			t.Errorf("fetched beforehand: %d", a.Code)
		}
	}
	// The next door leads from a page that asks who comes.
	if a := b.get("/i-dag"); a.To != w.base+"/logg-inn?neste=%2Fi-dag" {
		t.Errorf("sent to %q", a.To)
	}
}

func TestTheCookieOfASignIn(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.browser()
	a := b.get("/logg-inn/feide?som=kari")
	c := (&http.Response{Header: a.Header}).Cookies()
	if len(c) != 1 || c[0].Name != "tilhor-inn" || !c[0].HttpOnly || c[0].SameSite != http.SameSiteLaxMode || c[0].MaxAge != 600 || c[0].Path != "/" {
		t.Fatalf("got %v", c)
	}
	if strings.Contains(a.To, c[0].Value) {
		t.Error("the browser's secret goes to the provider")
	}
	u, err := url.Parse(a.To)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	for k, want := range map[string]string{"response_type": "code", "client_id": "tilhor-feide", "code_challenge_method": "S256", "redirect_uri": w.base + "/logg-inn/feide/svar"} {
		if q.Get(k) != want {
			t.Errorf("%s: got %q, want %q", k, q.Get(k), want)
		}
	}
	if q.Has("acr_values") {
		t.Errorf("asked at once for %q", q.Get("acr_values"))
	}
	if u, err := url.Parse(w.browser().get("/logg-inn/idporten").To); err != nil || u.Query().Get("acr_values") != "idporten-loa-substantial" {
		t.Errorf("ID-porten is asked for %v", u)
	}
	if len(q.Get("code_challenge")) != 43 || len(q.Get("nonce")) != 43 || !stateForm.MatchString(q.Get("state")) || strings.Contains(q.Get("scope"), "nin") {
		t.Errorf("asked with %v", q)
	}
	w.site.Kit().Owner.HTTPS = true
	a = w.browser().get("/logg-inn/feide?som=kari")
	if s := a.Header.Get("Set-Cookie"); !strings.HasPrefix(s, "__Host-tilhor-inn=") || !strings.Contains(s, "; Secure") || !strings.Contains(s, "; Path=/") || strings.Contains(s, "Domain") {
		t.Errorf("over TLS: %q", s)
	}
}

// Two tabs of one browser may sign in at once.
func TestTwoTabs(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.browser()
	first, second := b.back("feide", "jonas", "neste", "/i-dag?tab=1"), b.back("feide", "jonas", "neste", "/i-dag?tab=2")
	if a := b.get(first.String()); a.To != w.base+"/i-dag?tab=1" {
		t.Errorf("first: %d to %q", a.Code, a.To)
	}
	// The first has signed the browser in and taken its secret away.
	if a := b.get(second.String()); a.Code != http.StatusBadRequest || !strings.Contains(a.Body, "Prøv igjen med Feide") {
		t.Errorf("second: %d", a.Code)
	}
}

func TestAProviderThatIsDown(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	set := func(down bool) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.down = down
	}
	const discovery = "/feide/.well-known/openid-configuration"
	set(true)
	for range 3 {
		a := w.browser().get("/logg-inn/feide")
		if a.Code != http.StatusServiceUnavailable || !strings.Contains(a.Body, "Feide svarer ikke") || a.Header.Get("Retry-After") == "" {
			t.Fatalf("got %d %s", a.Code, a.Body)
		}
	}
	if w.asked[discovery] != 1 {
		t.Errorf("asked %d times while it rests", w.asked[discovery])
	}
	set(false)
	w.wait(6 * time.Second)
	for range 3 {
		if a := w.browser().in("feide", "jonas"); a.Code != http.StatusSeeOther {
			t.Fatalf("it is up again: %d", a.Code)
		}
	}
	if w.asked[discovery] != 2 {
		t.Errorf("what it published was asked for %d times", w.asked[discovery])
	}
	// It goes down while a person is there.
	b := w.browser()
	back := b.back("feide", "jonas")
	set(true)
	if a := b.get(back.String()); a.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d", a.Code)
	}
	// A day later what it published is asked for again; that it is down then
	// does not stop what is known from being used.
	w.wait(25 * time.Hour)
	if a := w.browser().get("/logg-inn/feide"); a.Code != http.StatusFound {
		t.Errorf("got %d", a.Code)
	}
	if w.asked[discovery] != 3 {
		t.Errorf("asked %d times", w.asked[discovery])
	}
}
