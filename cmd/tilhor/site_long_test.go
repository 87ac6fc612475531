package main

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/web/webtest"
)

const (
	mostAsked = 52       // statements that opening a case may take, however long it is; two are the menu asking whether one sits in a body
	mostSent  = 60 << 10 // bytes of any page on the line
)

// TestALongCaseCostsNoMoreQuestions: a case of five hundred entries is opened
// with the statements that one of fifty takes, and is no heavy page. The
// control is a page that asks once for each entry: it would be seen.
func TestALongCaseCostsNoMoreQuestions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		w := siteOf(t, d, town.Kit.Keys, town.Now())
		rektor := town.Actor(tilhor.RoleRektor, town.Solbakken)
		cookie := w.enter(rektor, mfa)
		slug := w.caseOf(rektor, town)
		address := "/saker/" + slug
		open := func(path string) (statements int64, sent int) {
			r := httptest.NewRequest("GET", "http://127.0.0.1"+path, nil)
			ctx, n := db.Counted(r.Context())
			r = r.WithContext(ctx)
			r.Header.Set("Accept-Encoding", "gzip")
			r.AddCookie(cookie)
			rec := httptest.NewRecorder()
			w.h.ServeHTTP(rec, r)
			if rec.Code != 200 || rec.Header().Get("Content-Encoding") != "gzip" {
				t.Fatalf("%s answers %d", path, rec.Code)
			}
			return n.Load(), rec.Body.Len()
		}
		open(address) // a session's first page looks up who it is
		asked, has := map[int]int64{}, 0
		for _, entries := range []int{50, 500} {
			for ; has < entries; has++ {
				w.must(w.cases().Write(context.Background(), rektor, slug, cases.Line{At: tilhor.Now(w.clock()), What: "note", Text: sentence(has)}))
			}
			for _, path := range []string{address, address + "/utskrift"} {
				n, sent := open(path)
				t.Logf("%d entries: %s takes %d statements and %d bytes", entries, strings.TrimPrefix(path, address), n, sent)
				if n == 0 || n > mostAsked || sent > mostSent {
					t.Errorf("%d entries: %s takes %d statements and %d bytes", entries, path, n, sent)
				}
				if path == address {
					asked[entries] = n
				}
			}
		}
		if asked[500] != asked[50] {
			t.Errorf("a case of 50 entries takes %d statements, one of 500 takes %d", asked[50], asked[500])
		}
		ctx, n := db.Counted(context.Background())
		for range mostAsked + 1 {
			if _, err := w.cases().Reads(ctx, rektor, "zzzzzzzzzz"); err != nil {
				t.Fatal(err)
			}
		}
		if n.Load() <= mostAsked {
			t.Error("the control, a page that asks again and again, was not seen")
		}
	})
}

// TestAFloodHidesNothingAndCostsNoMore: when hundreds have told something, the page of
// the day asks as many statements and is as light as when a dozen have; what colleagues
// stand behind and what is closed is still listed, and the rest is a link away.
func TestAFloodHidesNothingAndCostsNoMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		w := siteOf(t, d, town.Kit.Keys, town.Now())
		rektor, teacher := town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleTeacher, town.Solbakken)
		cookie, told := w.enter(rektor, mfa), w.concerns()
		adviser := town.Actor(tilhor.RoleOwnerAdviser, "")
		w.must(w.cases().AppointReceiver(context.Background(), adviser, adviser.Person))
		say := func(n int, of duty.Accused) {
			for i := range n {
				_, _, err := told.Say(context.Background(), tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone, School: town.Solbakken}, concerns.Saying{
					School: town.Solbakken, For: concerns.ForSelf, Words: sentence(i), Token: tilhor.NewID(), Accused: of,
				})
				w.must(err)
			}
		}
		open := func(path string) (body string, asked int64, sent int) {
			r := httptest.NewRequest("GET", "http://127.0.0.1"+path, nil)
			ctx, n := db.Counted(r.Context())
			r.AddCookie(cookie)
			rec := httptest.NewRecorder()
			w.h.ServeHTTP(rec, r.WithContext(ctx))
			if rec.Code != 200 {
				t.Fatalf("%s answers %d", path, rec.Code)
			}
			return rec.Body.String(), n.Load(), rec.Body.Len()
		}
		say(concerns.MostOfAKind, duty.AccusedNone)
		say(concerns.MostOfAKind, duty.AccusedEmployee)
		open("/i-dag")
		_, few, light := open("/i-dag")
		say(100, duty.AccusedNone)
		say(100, duty.AccusedEmployee)
		town.Later(time.Hour)
		named, err := told.Tell(context.Background(), teacher, concerns.Telling{
			School: town.Solbakken, Described: "Ei jente med rød lue", Saw: "Hun gråt.", Arena: tilhor.ArenaBreak, Happened: tilhor.Now(w.clock()), Known: tilhor.Now(w.clock()),
		})
		w.must(err)
		closed, err := told.Tell(context.Background(), teacher, concerns.Telling{
			School: town.Solbakken, Described: "En gutt", Saw: "Han ble ropt til.", Arena: tilhor.ArenaBreak, Happened: tilhor.Now(w.clock()), Known: tilhor.Now(w.clock()), Accused: duty.AccusedEmployee, Against: []tilhor.PersonID{town.Actor(tilhor.RoleSocialTeacher, town.Solbakken).Person},
		})
		w.must(err)
		body, many, heavy := open("/i-dag")
		t.Logf("the day takes %d statements and %d bytes, in a flood %d and %d", few, light, many, heavy)
		if many > few+8 || heavy > light+light/4 { // two kinds more are listed, and who told them
			t.Errorf("the day takes %d statements and %d bytes, in a flood %d and %d", few, light, many, heavy)
		}
		for _, want := range []string{"/bekymringer/" + named.Slug + "/stilling", "/sperrede/" + closed.Slug, "/bekymringer/nye", "99+"} {
			if !strings.Contains(body, want) {
				t.Errorf("the day in a flood lacks %s", want)
			}
		}
		lists := func(path string, want int) {
			all := map[string]bool{}
			for pages := 0; path != ""; pages++ {
				body, asked, _ := open(path)
				if asked > few || pages > 10 {
					t.Fatalf("%s takes %d statements, after %d pages", path, asked, pages)
				}
				for _, m := range regexp.MustCompile(`href="(/bekymringer/[a-z2-7]+/stilling|/sperrede/[a-z2-7]+)"`).FindAllStringSubmatch(body, -1) {
					all[m[1]] = true
				}
				path = ""
				if m := regexp.MustCompile(`href="(/[a-z/]+/nye\?etter=[a-z2-7]+)"`).FindStringSubmatch(body); m != nil {
					path = m[1]
				}
			}
			if len(all) != want {
				t.Errorf("%d of %d are listed", len(all), want)
			}
		}
		lists("/bekymringer/nye", 2*concerns.MostOfAKind+202)

		say(60, duty.AccusedLeadership)
		town.Later(time.Hour)
		led, err := told.Tell(context.Background(), teacher, concerns.Telling{
			School: town.Solbakken, Described: "En gutt", Saw: "Han ble ropt til.", Arena: tilhor.ArenaBreak, Happened: tilhor.Now(w.clock()), Known: tilhor.Now(w.clock()), Accused: duty.AccusedLeadership,
		})
		w.must(err)
		cookie = w.enter(adviser, mfa)
		body, _, _ = open("/kommunen/meldinger")
		for _, want := range []string{"/sperrede/" + led.Slug, "/kommunen/meldinger/nye"} {
			if !strings.Contains(body, want) {
				t.Errorf("the owner's page in a flood lacks %s", want)
			}
		}
		lists("/kommunen/meldinger/nye", 61)
	})
}

// TestEveryPageOfALongCase: with five hundred entries of many kinds every page of
// a case is bounded, in what it asks and in what it sends.
func TestEveryPageOfALongCase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		w := siteOf(t, d, town.Kit.Keys, town.Now())
		rektor := town.Actor(tilhor.RoleRektor, town.Solbakken)
		slug, ctx := w.caseOf(rektor, town), context.Background()
		for n := range 500 {
			switch n % 5 {
			case 0:
				w.must(w.cases().Hear(ctx, rektor, slug, cases.Talk{At: tilhor.Now(w.clock()), Answer: cases.Spoke, Words: sentence(n), Wants: sentence(n + 1000), How: "none", Back: true}))
			case 1:
				w.must(w.cases().Inquire(ctx, rektor, slug, cases.SourceOf{Kind: "observation", Who: "Kontaktlærer", Text: sentence(n), At: tilhor.Now(w.clock())}))
			default:
				w.must(w.cases().Write(ctx, rektor, slug, cases.Line{At: tilhor.Now(w.clock()), What: "note", Text: sentence(n)}))
			}
		}
		cookie, pages := w.enter(rektor, mfa), 0
		for _, r := range w.site.Routes() {
			if r.Method != http.MethodGet || !strings.HasPrefix(r.Path, "/saker/{spor}") || strings.Count(r.Path, "{") > 1 {
				continue
			}
			q := httptest.NewRequest("GET", "http://127.0.0.1"+strings.Replace(r.Path, "{spor}", slug, 1), nil)
			ctx, n := db.Counted(q.Context())
			q = q.WithContext(ctx)
			q.Header.Set("Accept-Encoding", "gzip")
			q.AddCookie(cookie)
			rec := httptest.NewRecorder()
			w.h.ServeHTTP(rec, q)
			if rec.Code != http.StatusOK {
				continue
			}
			pages++
			if n.Load() > 2*mostAsked || rec.Body.Len() > mostSent {
				t.Errorf("%s takes %d statements and %d bytes", r.Name, n.Load(), rec.Body.Len())
			}
		}
		if pages < 25 {
			t.Errorf("only %d pages were looked at", pages)
		}
	})
}

// caseOf is a case just taken up.
func (w *siteWorld) caseOf(rektor tilhor.Actor, town *webtest.Town) (slug string) {
	w.t.Helper()
	ctx := context.Background()
	c, err := w.concerns().Tell(ctx, rektor, concerns.Telling{
		School: town.Solbakken, Pupils: []tilhor.PersonID{town.Person("nora")}, Saw: "Sto alene.",
		Arena: tilhor.ArenaBreak, Happened: tilhor.Now(w.clock()), Known: tilhor.Now(w.clock()),
	})
	w.must(err)
	tracks, err := w.cases().TakeUp(ctx, rektor, c.Slug, cases.Stance{})
	w.must(err)
	return tracks[0].Slug
}

// sentence is a line of a case: no two are the same, so that they pack no
// better than people's own.
func sentence(n int) string {
	said := strings.Fields("hun han sto gikk lekte ropte lo ble var fikk ventet alene sammen borte bak foran ved skuret gangen garderoben ballbingen trappa porten i dag igår etter før timen friminuttet maten sier selv at det ikke er bra bedre verre likt ukjent to tre andre eldre yngre noen")
	r := rand.New(rand.NewPCG(7, uint64(n)))
	var b strings.Builder
	for range 20 {
		b.WriteString(said[r.IntN(len(said))] + " ")
	}
	return b.String()
}
