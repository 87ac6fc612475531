package school_test

import (
	"context"
	"testing"
	"time"

	"tilhor/internal/cases"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// The stages of a track in a real browser, two by two: axe, 320 px, the
// keyboard alone, and without JavaScript.
func TestTheStagesInTheBrowser(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	ctx := context.Background()
	fresh, safe := w.track("De låser døren når jeg er på do.", "nora"), w.planned("nora")
	unsafe := w.planned("elias")
	w.must(w.cases.AddChild(ctx, w.sosial, fresh, cases.Child{Person: w.Person("elias"), Role: "alleged"}))
	w.must(w.cases.Hear(ctx, w.sosial, fresh, cases.Talk{Answer: cases.Spoke, Words: "Da blir jeg redd.", Wants: "At en voksen er der.", How: "drawing", Back: true}))
	w.must(w.cases.Inquire(ctx, w.sosial, fresh, cases.SourceOf{Kind: "talk-home", Who: "far", Waiting: true}))
	f, err := w.cases.See(ctx, w.sosial, fresh, "inquiry")
	w.must(err)
	w.must(w.cases.Find(ctx, w.sosial, fresh, "Ingen voksen er der etter gym.", []string{string(f.Last(cases.Voice).ID)}))
	w.must(w.cases.SavePlan(ctx, w.sosial, fresh, 0, cases.Plan{Measures: []cases.Measure{{Problem: "Ingen voksen er der.", What: "Følge ekstra med i friminuttet", Start: "2026-11-23"}}}))
	w.Later(time.Minute)
	w.asked(safe, cases.SafeNow, "Nå er det bra.", cases.Finish)
	w.asked(unsafe, cases.NotSafe, "Jeg går fortsatt omveien.", cases.Change)
	v := func(name, path string) webtest.Visit {
		return webtest.Visit{Name: name, Who: "rektor", Path: path, Cookie: w.rektor}
	}
	a, b, c := "/saker/"+fresh, "/saker/"+safe, "/saker/"+unsafe
	webtest.Browse(t, webtest.Pairs(w.Serve(), []webtest.Visit{
		v("talks", a+"/samtaler"), v("another child", a+"/samtaler/barn"), v("guide", "/samtaleguide"), v("inquiry", a+"/undersokelse"), v("best interest", a+"/elevens-beste"),
		v("plan, lacking", a+"/plan"), v("plan in force", b+"/plan"), v("differences", c+"/plan/forskjeller?fra=1&til=2"), v("plan on paper", b+"/plan/utskrift"),
		v("chronology on paper", c+"/utskrift"), v("evaluation", b+"/evalueringer"), v("nothing to evaluate", a+"/evalueringer"), v("closing", b+"/avslutning"),
		v("not closing", c+"/avslutning"), v("no after-check", a+"/etterkontroll"),
		{Name: "talks", Who: "social teacher", Path: a + "/samtaler", Cookie: w.ina},
	}))
}
