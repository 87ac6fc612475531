package own_test

import (
	"html"
	"io"
	"net/url"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/lang"
	"tilhor/internal/notices"
	"tilhor/internal/pages/own"
	"tilhor/internal/web/webtest"
)

// A parent chooses the language of mail on a page in that language, and is told in
// it what is wrong and what is saved.
func TestNoticesInFurtherLanguages(t *testing.T) {
	town := webtest.NewTown(t, dbtest.SQLite(t))
	k := town.Kit
	desk := &notices.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	town.Site.Mount((&own.Pages{Notices: desk, Base: "https://granvik.example"}).Routes())
	battery := webtest.New(town.Site, "/", "/logg-ut", "/logg-inn", "/personvern", "/hjelp", "/tilgjengelighet", "/i-dag", "/rettigheter/foresatt")
	marit, by := town.As(tilhor.RoleParent, town.Solbakken), town.Actor(tilhor.RoleParent, town.Solbakken)
	for _, l := range lang.Further {
		in := "?l=" + string(l)
		r := town.Post(marit, "/varsler"+in, url.Values{"mail": {"yes"}, "lang": {string(l)}})
		if r.StatusCode != 303 {
			t.Fatal(r.StatusCode)
		}
		if c, _, err := desk.ChoiceOf(t.Context(), by); err != nil || c != (notices.Choice{Mail: true, Lang: l}) {
			t.Errorf("%s: %+v, %v", l, c, err)
		}
		r = town.Get(marit, "/varsler"+in+"&gjort=valgt")
		battery.Check(t, r, nil)
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"lang.unchecked", "notices.title", "notices.lead", "notices.chosen", "notices.lang", "notices.in-calendar-text", "notices.open-address"} {
			if !strings.Contains(string(b), html.EscapeString(lang.For(l).T(key))) {
				t.Errorf("%s does not say %s:\n%s", l, key, b)
			}
		}
	}
}
