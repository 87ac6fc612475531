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
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/roster"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A twicer sends every form a second time, as whoever presses twice does.
type twicer struct {
	*poisonedTown
	sums  *db.Stmt        // of each table's rows, on PostgreSQL
	forms map[string]bool // those that were sent twice
	twice map[string]int  // the routes that were, and how often
	odd   map[string]bool // the routes that did something the second time, or answered otherwise
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

// notOnce are the routes of which a second sending may do something, or is answered
// otherwise, and why.
var notOnce = map[string]string{
	"school.sfo.enroll":     "signs out whoever sets a machine up: the second is kept as a draft",
	"family.mine.open.try":  "opens one's own case, which is told with when it was opened last",
	"handover.package.make": "gives a package that lies nowhere afterwards: each sending asks for one of its own",
	"web.role.choose":       "gives another sign-in: the second comes with the one that ended",
}

func isSend(v url.Values) bool { return v.Get("go") == "send" }

func newTwicer(t *testing.T, d *db.DB) *twicer {
	word := func(n int) string { return fmt.Sprintf("Ord %d", n) } // six signs in one are taken for the number of a case
	files := poisonedFiles(word)
	w := siteOf(t, d, sealtest.Keys(t, webtest.Owner), siteNow.Add(time.Hour))
	x := &twicer{poisonedTown: peopled(w, word, files), forms: map[string]bool{}, twice: map[string]int{}, odd: map[string]bool{}, anew: map[string]bool{}}
	x.sent = x.again
	return x
}

// rows is a sum of each table's rows: but for sessions, which are as long as
// somebody asks for pages, and for which forms were answered.
func (x *twicer) rows() map[string]string {
	x.t.Helper()
	if x.sums != nil {
		all := map[string]string{}
		x.read(func(tx *db.Tx) error {
			return tx.Each(x.sums, func(scan db.Scan) error {
				var table, sum string
				err := scan(&table, &sum)
				all[table] = sum
				return err
			})
		})
		return all
	}
	all := x.siteWorld.rows()
	delete(all, "web_once")
	if x.house.db.Engine() != db.Postgres {
		return all
	}
	var each []string // in one statement: to ask table by table takes long there
	for _, table := range slices.Sorted(maps.Keys(all)) {
		each = append(each, `SELECT '`+table+`', COALESCE(MD5(STRING_AGG(MD5(t::TEXT), '' ORDER BY MD5(t::TEXT))), '') FROM `+table+` t`)
	}
	x.sums = testSQL(strings.Join(each, " UNION ALL "))
	return x.rows()
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
// leaves nothing. Of each form of an address once.
func (x *twicer) again(route *web.Route, v url.Values, first *http.Response, ask asking) {
	x.t.Helper()
	form := route.Name
	for _, name := range []string{"do", "go", "gjor", "step", "steg", "way", "what"} {
		form += " " + v.Get(name)
	}
	if x.forms[form] {
		return
	}
	x.forms[form] = true
	x.twice[route.Name]++
	was := x.rows()
	second := ask(v)
	changed := other(was, x.rows())
	a, b := first.Header.Get("Location"), second.Header.Get("Location")
	if changed != nil || first.StatusCode != second.StatusCode || a != b {
		if x.odd[route.Name] = true; notOnce[route.Name] == "" {
			x.t.Errorf("%s: the first was answered %d %q, the second %d %q, and changed %v", route.Name, first.StatusCode, a, second.StatusCode, b, changed)
		}
		return
	}
	if may := sentAnew[route.Name]; may != nil && may(v) && !x.anew[route.Name] {
		v = maps.Clone(v)
		v.Set("nokkel", tilhor.NewID())
		ask(v)
		x.anew[route.Name] = other(was, x.rows()) != nil
	}
}

// theHomeReads is a draft of a plan that the home is asked about.
var theHomeReads = []deed{
	{Who: "rektor", At: "$track/plan", Link: `/plan\?(ny|endre)`, Fill: [][2]string{{"m1-doer", "Jonas"}, {"m1-start", "23.11.2026"}, {"m1-evaluate", "08.12.2026"}, {"m2-evaluate", "08.12.2026"}}, Press: "do=save"},
	{At: "$track/hjemmet/informer", Fill: [][2]string{{"do", "utkast"}, {"utkast-until", "30.11.2026"}}},
	{Who: "marit", At: "/foresatt", Link: `/plan$`, Fill: [][2]string{}},
}

// twoCases lets the pupil have two cases behind the same pictures, and choose.
func (x *twicer) twoCases() {
	x.t.Helper()
	ctx, kari, now := context.Background(), x.people["rektor"], tilhor.Now(x.clock())
	x.all(
		deed{Who: "rektor", At: "$track/sammen", Fill: [][2]string{}},
		deed{At: "$track/sammen/bilder", Fill: [][2]string{{"p1", "book"}}},
		deed{Fill: [][2]string{{"p2", "house"}}}, deed{Fill: [][2]string{{"p3", "sfo"}}}, deed{Fill: [][2]string{{"p4", "way"}}},
	)
	c, err := x.concerns().Tell(ctx, kari, concerns.Telling{School: kari.School, Pupils: []tilhor.PersonID{x.people["nora"].Person}, Saw: x.word(0), Arena: tilhor.ArenaBreak, Happened: now, Known: now})
	x.must(err)
	all, err := x.cases().TakeUp(ctx, kari, c.Slug, cases.Stance{})
	x.must(err)
	x.must(x.cases().AgreePictures(ctx, kari, all[0].Slug, []string{"book", "house", "sfo", "way"}))
	x.all(
		deed{Who: "nora", At: "/min/apne", Fill: [][2]string{{"p1", "book"}}},
		deed{Fill: [][2]string{{"p2", "house"}}}, deed{Fill: [][2]string{{"p3", "sfo"}}}, deed{Fill: [][2]string{{"p4", "way"}}},
		deed{At: "/min/velg", Fill: [][2]string{{"sak", "*"}}},
		deed{At: "/min/sak", Fill: [][2]string{}},
	)
}

// theDesks is who has what, and what is of the school, of the owner and of oneself.
var theDesks = []deed{
	{Who: "nurse", At: "/rolle", Fill: [][2]string{{"rolle", "Lærer"}}},
	{Who: "teacher", At: "/kladder", Fill: [][2]string{}},
	{Who: "rektor", At: "$track/ansvar", Fill: [][2]string{{"handler", "Hilde"}}},
	{At: "$track/vedtak?steg=varsel", Fill: [][2]string{{"about", "expulsion"}, {"older", "no"}, {"at", "23.11.2026"}, {"reply", "30.11.2026"}, {"noticed", "yes"}}},
	{At: "/stedfortreder", Fill: [][2]string{{"person", "Hilde"}, {"task", "intake"}}},
	{At: "/stedfortreder", Fill: [][2]string{}, To: "/stedfortreder/tilbake"},
	{At: "/fravaer", Fill: [][2]string{{"person", "Petra"}, {"until", "24.11.2026"}}},
	{At: "/fravaer", Fill: [][2]string{}, To: "/fravaer/tilbake"},
	{At: "/overlevering", Link: `^/overlevering\?hos=`, Fill: [][2]string{{"all", "Petra"}}},
	{At: "/opplaring", Fill: [][2]string{{"person", "*"}}},
	{At: "/overforinger", Link: `^/overforinger/[a-z2-7]{10}$`, Fill: [][2]string{}},
	{At: "/saker", Fill: [][2]string{{"sok", "Nora"}}},
	{At: "/varsler", Fill: [][2]string{{"mail", "yes"}}},
	{At: "/varsler", Fill: [][2]string{}, To: "/varsler/kalender"},
	{At: "/varsler", Fill: [][2]string{}, To: "/varsler/kalender/slutt"},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Link: `^/kommunen/meldinger/[a-z2-7]{26}$`, Fill: [][2]string{{"adviser", "Anne"}}},
	{At: "/eier/horinger", Link: `^/eier/horinger/[a-z2-7]{10}$`, Fill: [][2]string{{"do", "paminnelser"}, {"days", "10"}}},
	{At: "/logg-ut", Fill: [][2]string{}, To: "/logg-ut"},
	{Who: "owner-adviser", At: "/logg-ut", Fill: [][2]string{}, To: "/logg-ut/overalt"},
}

// theGroundless is what rektor finds no ground for, and tells the owner all the same.
var theGroundless = []deed{
	{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Tuva"}, {"described", ""}, {"accused", "employee"}, {"against", "Petra"}}, Press: "go=next"},
	{Press: "go=next"},
	{Fill: [][2]string{{"arena", "changing"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send"},
	{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{{"doer", "Ina"}, {"handler", "Ina"}, {"owner", "groundless"}}},
	{At: "$track/kommunen", Fill: [][2]string{}},
	{At: "$track/hvem-det-gjelder", Fill: [][2]string{{"person", "Siri"}}},
}

// desks does what is left, with somebody who is new there and has had no training.
func (x *twicer) desks() {
	x.t.Helper()
	ctx, kari := context.Background(), x.people["rektor"]
	x.write(func(tx *db.Tx) error {
		id, err := x.house.roster.AddPerson(tx, x.keeper(), roster.NewPerson{Name: "Ulla Uten", Home: kari.School}, x.clock())
		if err != nil {
			return err
		}
		return x.house.roster.Appoint(tx, x.keeper(), id, tilhor.RoleEmployee, kari.School, "", "", x.clock())
	})
	sent, err := x.cases().HandedOn(ctx, kari, strings.TrimPrefix(x.track, "/saker/"))
	x.must(err)
	x.all(deed{Who: "rektor2", At: "/overforinger/inn", Fill: [][2]string{{"pupil", "Odin"}, {"file", sent[0].Text["file"]}, {"code", sent[0].Text["code"]}}})
	x.onTrackOf("")
	x.all(deed{Who: "rektor", At: "$track/elev", Fill: [][2]string{{"pupil", "Elias"}}})
	x.all(theGroundless...)
	x.onTrackOf("tuva")
	x.all(theDesks...)
}

// atSFO is that Mona comes to the machine and goes, is locked out, and let in; and
// when it may be used.
func (x *twicer) atSFO() {
	x.t.Helper()
	pin := web.TabletPath + "/kode/" + string(x.people["sfo"].Person)
	x.tablet = slices.DeleteFunc(x.tablet, func(c *http.Cookie) bool { return c.Name != "tilhor-enhet" })
	x.all(deed{Who: "nobody", At: pin, Fill: [][2]string{{"pin", "739152"}}}, deed{At: web.TabletPath + "/her", Fill: [][2]string{}, To: web.TabletPath + "/ut"})
	for range 6 {
		x.do("POST", nil, "nb", pin, url.Values{"nokkel": {tilhor.NewID()}, "pin": {"111111"}})
	}
	const at = "/skolen/sfo"
	x.all(
		deed{Who: "rektor", At: at, Fill: [][2]string{}, To: at + "/las-opp"},
		deed{At: at, Fill: [][2]string{}, To: at + "/kode"},
		deed{At: at, Fill: [][2]string{{"opens-1", "07:00"}, {"closes-1", "17:00"}}},
		deed{At: at, Fill: [][2]string{{"day", "24.11.2026"}, {"opens", "08:00"}, {"closes", "12:00"}}},
		deed{At: at, Fill: [][2]string{}, To: at + "/dag/tilbake"},
		deed{At: at, Fill: [][2]string{}, To: at + "/maskin/tilbake"},
	)
}

func (x *twicer) all(deeds ...deed) {
	x.t.Helper()
	for _, d := range deeds {
		x.does(d)
	}
}

// Every form of the site is done once when it is sent twice, on both engines. The
// control: with another key, what may be sent again is done again, and that is seen.
func TestEveryFormSentTwiceIsDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		x := newTwicer(t, d)
		x.worked()
		x.all(theHomeReads...)
		x.twoCases()
		x.onTrackOf("nora")
		x.ends()
		x.desks()
		x.atSFO()
		for _, name := range slices.Sorted(maps.Keys(sentAnew)) {
			if !x.anew[name] {
				t.Errorf("the control: %s, sent with another key, was not seen to be done again", name)
			}
		}
		routes := map[string]bool{}
		for _, r := range x.site.Routes() {
			if r.Method != http.MethodPost {
				continue
			}
			routes[r.Name] = true
			switch why := notOnce[r.Name]; {
			case x.twice[r.Name] == 0:
				t.Errorf("%s (%s) was not sent twice", r.Name, r.Path)
			case why != "" && !x.odd[r.Name]:
				t.Errorf("%s (%s) is done once, and is listed because it %s", r.Name, r.Path, why)
			}
		}
		for name := range notOnce {
			if !routes[name] {
				t.Errorf("%s is listed, and is no form of the site's", name)
			}
		}
		t.Logf("%d forms sent twice, of %d kinds", len(x.forms), len(x.twice))
	})
}
