package body_test

import (
	"testing"

	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// The pages of a body in a real browser, two by two: axe, 320 px, the keyboard alone,
// and without JavaScript.
func TestTheRoomInTheBrowser(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := worldOn(t)
	m, next := w.meet("23.11.2026"), w.meet("03.12.2026")
	i := w.item(m, "Lys i skolegården")
	w.item(m, "Bemanning", "sak-shut", "yes")
	w.item(next, "Busslommen")
	w.sent(w.marit, m+"/referat", "do", "oppmote", "oppmote-present", string(w.maritActor.Person), "oppmote-present", string(w.noraSelf.Person))
	w.sent(w.marit, i, "do", "vedtak", "vedtak-text", "Vi ber kommunen om lys.", "vedtak-for", "1", "vedtak-against", "1", "vedtak-dissent", "Det koster for mye.", "vedtak-dissent-by", "parent")
	w.sent(w.marit, i, "do", "gjore", "gjore-what", "Spørre kommunen om lys", "gjore-who", string(w.noraSelf.Person), "gjore-due", "11.12.2026")
	w.sent(w.marit, next, "do", "inviter", "inviter-person", string(w.kariActor.Person))
	held := w.meet("20.11.2026")
	w.sent(w.marit, held+"/referat", "do", "oppmote", "oppmote-present", string(w.maritActor.Person))
	w.sent(w.marit, held+"/referat", "do", "godkjenn", "godkjenn-nameless", "yes")
	v := func(name, path string) webtest.Visit {
		return webtest.Visit{Name: name, Who: "leader", Path: path, Cookie: w.marit}
	}
	webtest.Browse(t, webtest.Pairs(w.Serve(), []webtest.Visit{
		v("mine", "/rad"), v("room", w.room()), v("year", w.room()+"/ar"), v("handover", w.room()+"/overlevering"), v("today", m), v("to come", next),
		v("call", next+"/innkalling"), v("minutes", m+"/referat"), v("item", i), v("approved", held+"/referat"),
		{Name: "room", Who: "pupil", Path: w.room(), Cookie: w.nora},
		{Name: "meeting", Who: "pupil", Path: m, Cookie: w.nora},
		{Name: "room", Who: "teacher", Path: w.room(), Cookie: w.jonas},
		{Name: "invited", Who: "rektor", Path: next, Cookie: w.kari},
		{Name: "set up", Who: "rektor", Path: "/skolen/rad", Cookie: w.kari},
		{Name: "one", Who: "rektor", Path: "/skolen/rad/" + w.slug, Cookie: w.kari},
		{Name: "set up", Who: "owner", Path: "/eier/rad", Cookie: w.anne},
		{Name: "open", Who: "nobody", Path: "/s/" + w.code() + "/rad"},
		{Name: "open minutes", Who: "nobody", Path: "/s/" + w.code() + "/rad/" + part(held, 3)},
	}))
}
