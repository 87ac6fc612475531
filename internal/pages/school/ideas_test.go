package school_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/circles"
	"tilhor/internal/ideas"
	"tilhor/internal/web/webtest"
)

// Rektor answers, gives on and shows; who it was given to answers; nobody of them is
// told who wrote it but with a reason, and then in no address.
func TestRektorAnswersASuggestion(t *testing.T) {
	w := newWorld(t)
	nora := w.Actor(tilhor.RolePupil, w.Solbakken)
	w.must(w.ideas.Say(t.Context(), nora, ideas.Saying{Kind: "outside", Words: "Flere baller. Vi vil ha ti."}))
	mine, err := w.ideas.Mine(t.Context(), nora)
	w.must(err)
	const list = "/skolen/innspill"
	at := list + "/" + mine[0].Slug
	post := func(c *http.Cookie, code int, has []string, pairs ...string) string {
		t.Helper()
		v := url.Values{}
		for i := 0; i+1 < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		r := w.Post(c, at, v)
		if r.StatusCode == http.StatusSeeOther {
			if strings.Contains(r.Header.Get("Location"), "Nora") {
				t.Errorf("a name stands in %s", r.Header.Get("Location"))
			}
			r = w.Get(c, r.Header.Get("Location"))
		}
		return w.shown(r, code, has...)
	}
	all := w.pages(w.rektor, list, "Flere baller.", "Lokalt", "En elev", "Egen frist:", "ingen lov sier det")
	all += w.pages(w.rektor, at, "Flere baller. Vi vil ha ti.", "En elev")
	w.shown(w.Get(w.jonas, list), http.StatusNotFound)
	w.shown(w.Get(w.jonas, at), http.StatusNotFound)
	all += post(w.rektor, 422, []string{"Velg en som arbeider på skolen."}, "do", "gi")
	all += post(w.rektor, 200, []string{"En annen svarer."}, "do", "gi", "gi-person", string(w.teacher.Person))
	w.Later(31 * 24 * time.Hour)
	w.rektor, w.jonas = w.In(w.kari), w.In(w.teacher)
	all += w.pages(w.jonas, list, "Over fristen", "Rektor har bedt deg svare")
	all += post(w.jonas, 422, []string{"Velg ja, delvis eller nei.", "Fordi."}, "do", "svar", "svar-why", "Fordi.")
	all += post(w.jonas, 200, []string{"Svaret er lagret."}, "do", "svar", "svar-verdict", "no", "svar-why", "Vi har mange baller.")
	all += post(w.rektor, 422, []string{"Les det én gang til"}, "do", "vis", "vis-words", "Flere baller.", "vis-did", "Nei, vi har mange.")
	all += post(w.rektor, 422, []string{"Står det et navn i teksten?", "Ballene til Fredrik."}, "do", "vis", "vis-words", "Ballene til Fredrik.", "vis-did", "Nei.", "vis-checked", "yes")
	all += post(w.rektor, 200, []string{"Det står på skolens side."}, "do", "vis", "vis-words", "Flere baller.", "vis-did", "Nei, vi har mange.", "vis-checked", "yes")
	all += post(w.rektor, 200, []string{"Det er tatt bort fra skolens side."}, "do", "skjul")
	for _, hidden := range []string{"Nora", string(nora.Person)} {
		if strings.Contains(all, hidden) {
			t.Errorf("%q is shown to who answers", hidden)
		}
	}
	post(w.rektor, 422, []string{"Skriv hvorfor du må vite det."}, "do", "hvem")
	w.shown(w.Post(w.jonas, at, url.Values{"do": {"hvem"}, "hvem-reason": {"Lurer."}}), http.StatusNotFound)
	post(w.rektor, 200, []string{"Nora Dahl", "Snakk med barnet i dag", "/bekymringer/ny"}, "do", "hvem", "hvem-reason", "Ordene tyder på mer.")
}

// A school sees its parent groups, and the agreements that are shared.
func TestTheSchoolsParentGroups(t *testing.T) {
	w := newWorld(t)
	const at = "/skolen/foreldregrupper"
	w.pages(w.rektor, at, "Ingen grupper ennå")
	marit := tilhor.Actor{Owner: webtest.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleParent}
	places, err := w.groups.Mine(t.Context(), marit)
	w.must(err)
	slug, err := w.groups.Start(t.Context(), marit, places[1].Key(), circles.Agreed{Choices: []string{"chat", circles.Other}, Words: "Alle sier hei."})
	w.must(err)
	if s := w.pages(w.jonas, at, "5. trinn", "Den deler ikke avtalene."); strings.Contains(s, "Alle sier hei") || strings.Contains(s, "Marit") {
		t.Error("what is not shared is shown, or who started it")
	}
	w.must(w.groups.Share(t.Context(), marit, slug, true))
	w.pages(w.jonas, at, "Chatten på trinnet har to voksne. Alle sier hei.")
}
