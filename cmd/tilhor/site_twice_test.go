package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A twicer sends every form a second time, as whoever presses twice does; on
// PostgreSQL, where to look at all the rows takes longer, those of who is no staff.
type twicer struct {
	*poisonedTown
	code  string          // of one sending, as its page has shown it
	twice map[string]int  // the routes that were sent twice
	anew  map[string]bool // the controls: sent as a form of its own, it was seen to be done again
}

// sentAnew are the forms that may well be sent more than once: with a key of its own
// each is done again.
var sentAnew = map[string]func(url.Values) bool{
	"public.tell.step":           isSend,
	"public.say.step":            isSend,
	"sender.talk":                func(v url.Values) bool { return v.Get("gjor") == "skriv" },
	"pupil.say.step":             isSend,
	"sender.own.write":           func(v url.Values) bool { return v.Get("gjor") == "skriv" },
	"family.parent.comment.send": func(url.Values) bool { return true },
	"suggest.mine.say":           func(url.Values) bool { return true },
	"sfo.tell.step":              isSend,
}

func isSend(v url.Values) bool { return v.Get("go") == "send" }

func newTwicer(t *testing.T, d *db.DB) *twicer {
	word := func(n int) string { return fmt.Sprintf("Ord%02d", n) }
	files := poisonedFiles(word)
	w := siteOf(t, d, sealtest.Keys(t, webtest.Owner), siteNow.Add(time.Hour))
	x := &twicer{poisonedTown: peopled(w, word, files), twice: map[string]int{}, anew: map[string]bool{}}
	x.sent = x.again
	return x
}

// rows is a sum of each table's rows: but for sessions, which are as long as
// somebody asks for pages, and for which forms were answered.
func (x *twicer) rows() map[string]string {
	x.t.Helper()
	all := x.siteWorld.rows()
	delete(all, "web_once")
	return all
}

// other are the tables that are not as they were.
func other(was, is map[string]string) (tables []string) {
	for _, table := range slices.Sorted(maps.Keys(is)) {
		if was[table] != is[table] {
			tables = append(tables, table)
		}
	}
	return tables
}

// again sends what was just sent once more: it has an answer of the same kind, and
// leaves nothing.
func (x *twicer) again(route *web.Route, to string, v url.Values, first *http.Response) {
	x.t.Helper()
	if m := codeIn.FindStringSubmatch(bodyOf(x.t, first)); m != nil {
		x.code = m[1]
	}
	if route.Name == "school.sfo.enroll" {
		return // whoever sets a machine up is signed out by it, and the second sending is kept as a draft
	}
	if x.house.db.Engine() == db.Postgres && !slices.Contains([]string{"marit", "nora", "nobody"}, x.who) {
		return
	}
	was := x.rows()
	second := x.do("POST", x.cookie, "nb", to, v)
	if changed := other(was, x.rows()); changed != nil {
		x.t.Errorf("%s, sent twice, changed %v", route.Name, changed)
	}
	if a, b := first.Header.Get("Location"), second.Header.Get("Location"); first.StatusCode != second.StatusCode || a != b {
		x.t.Errorf("%s: the first was answered %d %q, the second %d %q", route.Name, first.StatusCode, a, second.StatusCode, b)
	}
	x.twice[route.Name]++
	if may := sentAnew[route.Name]; may != nil && may(v) {
		v = maps.Clone(v)
		v.Set("nokkel", tilhor.NewID())
		x.do("POST", x.cookie, "nb", to, v)
		x.anew[route.Name] = x.anew[route.Name] || other(was, x.rows()) != nil
	}
}

// machine lets Mona in on a shared machine, where a measure is hers.
func (x *twicer) machine() {
	x.t.Helper()
	ctx, kari, mona := context.Background(), x.people["rektor"], x.people["sfo"]
	x.must(x.cases().Protect(ctx, kari, strings.TrimPrefix(x.track, "/saker/"), cases.Urgent{What: "Setter i gang en lek.", Doer: mona.Person, Start: x.today()}))
	x.must(x.sfo().SetHours(ctx, kari, []sfo.Hours{{Weekday: x.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
	token, err := x.sfo().Enroll(ctx, kari, "Nettbrettet på Base 1")
	x.must(err)
	code, err := x.sfo().GiveCode(ctx, kari, mona.Person)
	x.must(err)
	x.tablet = []*http.Cookie{{Name: "tilhor-enhet", Value: token, Path: web.TabletPath}}
	x.post(nil, web.TabletPath+"/kode/"+string(mona.Person), "code", code, "pin", "739152", "again", "739152")
	x.who, x.cookie = "nobody", nil
}

// Every form on the way of a pupil, a parent, somebody with a code or nobody at all, of the
// shared machine and of staff, is done once when it is sent twice. The control: with another key,
// what may be sent again is done again, and that is seen.
func TestEveryFormSentTwiceIsDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newTwicer(t, d)
		does := func(all ...deed) {
			t.Helper()
			for _, d := range all {
				x.does(d)
			}
		}
		does(thePoisoning...)
		x.onTrackOf("nora")
		does(theCase...)
		does(theHome...)
		does(theFamily...)
		does(theRoom...)
		x.elevrad()
		does(theVoices...)
		here := "/s/" + string(x.people["rektor"].School)
		does(
			deed{Who: "nobody", At: here + "/si", Fill: [][2]string{{"for", "self"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"sign", "no"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"arena", "break"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"accused", "none"}}, Press: "go=send"},
			deed{Fill: [][2]string{}}, // the way to the code
		)
		does(
			deed{Who: "nobody", At: "/kode", Fill: [][2]string{{"kode", x.code}}, Press: "gjor=les"},
			deed{Press: "gjor=skriv"}, deed{Press: "gjor=navn"}, deed{Press: "gjor=hjelp"},
			deed{Who: "nora", At: "/min/si", Fill: [][2]string{{"for", "friend"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"arena", "class"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"accused", "none"}}, Press: "go=send"},
			deed{At: "/min/si/bilder", Fill: [][2]string{{"face", "sad"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"place", "break"}}, Press: "go=next"}, deed{Press: "go=next"}, deed{Press: "go=send"},
			deed{At: "/min/sagt", Link: `^/min/sagt/[a-z2-7]{10}$`}, deed{Link: `^/min/samtale/`, Press: "gjor=skriv"},
			deed{Who: "marit", At: "/min/si", Fill: [][2]string{{"for", "child"}, {"school", "Solbakken"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"arena", "way"}}, Press: "go=next"},
			deed{Fill: [][2]string{{"accused", "none"}}, Press: "go=send"},
		)
		x.onTrackOf("nora")
		x.machine()
		does(
			deed{At: web.TabletPath + "/meld", Press: "go=next"}, deed{Press: "go=next"},
			deed{Fill: [][2]string{{"arena", "sfo"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
			deed{At: web.TabletPath + "/her", Link: `/avtaler/`, Press: "answer=done"},
		)
		for _, name := range slices.Sorted(maps.Keys(sentAnew)) {
			if !x.anew[name] {
				t.Errorf("the control: %s, sent with another key, was not seen to be done again", name)
			}
		}
		t.Logf("%d forms sent twice, of %d kinds", sum(x.twice), len(x.twice))
	})
}

func sum(of map[string]int) (n int) {
	for _, m := range of {
		n += m
	}
	return n
}
