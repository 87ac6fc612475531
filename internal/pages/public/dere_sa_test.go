package public_test

import (
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/ideas"
)

// «Dere sa – vi gjorde» shows what rektor has screened, a no too, and nobody who wrote;
// it sets no cookie and stays within 30 KB, however long the texts are.
func TestYouSaidWeDid(t *testing.T) {
	w := newTown(t)
	ctx, rektor := t.Context(), w.rektor()
	has(t, w.get(school+"/dere-sa"), 200, "Ingenting står her ennå")
	parent := tilhor.Actor{Owner: owner, Role: tilhor.RoleParent, Person: "forelderen"}
	say := func(words, shown, did, verdict string) {
		t.Helper()
		if err := w.ideas.Say(ctx, parent, ideas.Saying{School: solbakken, Kind: "way", Words: words}); err != nil {
			t.Fatal(err)
		}
		all, _, err := w.ideas.AtSchool(ctx, rektor)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			if i.State != ideas.New {
				continue
			}
			if err := w.ideas.Reply(ctx, rektor, i.Slug, ideas.Answer{Verdict: verdict, Why: "Hemmelig grunn.", When: "Nå"}); err != nil {
				t.Fatal(err)
			}
			if shown != "" {
				if err := w.ideas.Show(ctx, rektor, i.Slug, ideas.Public{Words: shown, Did: did, Checked: true}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	say("Naboen vår fryser.", "Varme klær til alle.", "Vi låner ut klær.", "yes")
	say("Fri hver fredag.", "Fri hver fredag.", "Loven sier hvor mange timer dere skal ha.", "no")
	say("Ikke vis meg.", "", "", "no")
	r := w.get(school + "/dere-sa")
	body := has(t, r, 200, "Varme klær til alle.", "Skolen sa ja:", "Vi låner ut klær.", "Skolen sa nei:", "Loven sier hvor mange timer", "En forelder")
	lacks(t, body, "Naboen vår", "Ikke vis meg", "Hemmelig grunn", "forelderen")
	if c := r.Result().Cookies(); len(c) != 0 {
		t.Errorf("it sets %v", c)
	}
	has(t, w.get(school), 200, school+"/dere-sa")
	for range 10 {
		say("Mer.", strings.Repeat("å&", 200), strings.Repeat("ø\"", 300), "partly")
	}
	body = has(t, w.get(school+"/dere-sa"), 200, "?fra=8")
	if n := packed(t, body); n > 30_000 {
		t.Errorf("the page is %d bytes packed", n)
	}
	older := has(t, w.get(school+"/dere-sa?fra=8"), 200, "?fra=0")
	if strings.Count(body+older, "Varme klær til alle.") != 1 || strings.Count(body+older, "Skolen sa delvis ja:") != 10 {
		t.Error("the two pages do not hold what is shown, once each")
	}
	has(t, w.get(school+"/dere-sa?fra=-3"), 200)
}
