package school_test

import (
	"net/http"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/concerns"
)

func TestRektorTakesAStance(t *testing.T) {
	w := newWorld(t)
	c := w.tells("De tar alltid ballen når jeg kommer.", "Elias ble stående i garderoben.", "elias")
	at := "/bekymringer/" + c.Slug + "/stilling"
	body := w.pages(w.rektor, at, "Elias har sagt fra. Hva gjør vi?", "De tar alltid ballen når jeg kommer.", "Her gjelder plikten til å undersøke", "Snarest")
	lacks(t, body, `value="aside"`, " checked", " selected>J", "Legg bort")

	body = w.refused(w.rektor, at, form("urgent", "Hilde står ved ballbingen i storefri."), "Velg hvor bekymringen hører til.", "Hilde står ved ballbingen i storefri.")
	lacks(t, body, " checked")
	w.refused(w.rektor, at, form("way", "new", "urgent", "Hilde står ved ballbingen."), "Velg hvem som skal gjøre det", "Hilde står ved ballbingen.", `value="new" checked`)
	w.refused(w.rektor, at, form("way", "join:abcdef"), "Saken finnes ikke")
	w.refused(w.rektor, at, form("way", "new", "ask", "Følg med på Nora Dahl også."), "Teksten har navnet på en annen elev", "Følg med på Nora Dahl også.")
	w.refused(w.rektor, at, form("way", "aside", "why", "twice", "reason", "Meldt før."), "Eleven sier det selv")

	once := form("way", "new", "handler", string(w.sosial.Person), "urgent", "Jonas går ut sammen med Elias.", "doer", string(w.teacher.Person), "ask", "Gå ut sammen med Elias i dag.")
	to := w.sent(w.rektor, at, once)
	if !strings.HasPrefix(to, "/saker/") || !strings.HasSuffix(to, "?gjort=tatt-opp") || strings.Contains(to, "lias") {
		t.Errorf("led to %s", to)
	}
	if again := w.sent(w.rektor, at, once); again != to {
		t.Errorf("the second press led to %s, not %s", again, to)
	}
	if r := w.Post(w.rektor, at, form("way", "new")); r.StatusCode != http.StatusConflict {
		t.Errorf("a stale form: %d", r.StatusCode)
	}
	w.pages(w.rektor, to, "Saken er tatt opp", "Ina Lund har saken.", "Jonas går ut sammen med Elias.", "Elias er ikke hørt ennå", "Snakk med Elias")
	inOrder(t, w.page(w.rektor, to), "Skolen fikk vite det", "tok det opp som sak", "Ina Lund fikk saken", "Jonas går ut sammen med Elias.\nFra")
	lacks(t, w.pages(w.rektor, at, "Tatt opp"), "<form class=\"t-form\"")
}

func TestNotACase(t *testing.T) {
	w := newWorld(t)
	c := w.tells("", "Nora gikk for seg selv.", "nora")
	at := "/bekymringer/" + c.Slug + "/stilling"
	w.pages(w.rektor, at, "Jonas Lund er bekymret for Nora. Hva gjør vi?", `value="aside"`)
	w.refused(w.rektor, at, form("way", "aside"), "Velg hvorfor det ikke blir en sak.", "Skriv en grunn.")
	w.refused(w.rektor, at, form("way", "aside", "why", "twice", "reason", "Se saken til Elias Moe."), "Teksten har navnet på en annen elev", "Se saken til Elias Moe.")
	first := form("way", "aside", "why", "twice", "reason", "Det samme ble meldt i går, og vi er i gang.")
	w.refused(w.rektor, at, first, "Ingen andre har meldt fra om det samme", "Det samme ble meldt i går, og vi er i gang.")
	w.tells("", "Nora gikk alene hjem.", "nora")
	to := w.sent(w.rektor, at, form("way", "aside", "why", "twice", "reason", "Det samme ble meldt i går, og vi er i gang."))
	w.pages(w.rektor, to, "ikke en ny sak", "Det samme ble meldt i går, og vi er i gang.")
}

// What a parent took up on the own page may be answered in one way more.
func TestWhatIsNotAParents(t *testing.T) {
	w := newWorld(t)
	marit := w.Actor(tilhor.RoleParent, w.Solbakken)
	now := tilhor.Now(w.Now())
	c, err := w.concerns.Tell(t.Context(), marit, concerns.Telling{
		School: w.Solbakken, Described: "Elias i 6B", Saw: "Han er slem.", Arena: tilhor.ArenaElsewhere, Happened: now, Known: now, Raised: &concerns.Raised{By: "parent", At: now},
	})
	w.must(err)
	at := "/bekymringer/" + c.Slug + "/stilling"
	w.pages(w.rektor, at, `value="aside"`, "er ikke forelder til barnet", "Er du i tvil, ta det opp")
	w.refused(w.rektor, at, form("way", "aside", "why", "not-parent"), "Skriv en grunn.")
	to := w.sent(w.rektor, at, form("way", "aside", "why", "not-parent", "reason", "Vi har snakket på telefon."))
	w.pages(w.rektor, to, "ikke en ny sak", "Vi har snakket på telefon.")
	other := w.tells("", "Nora gikk for seg selv.", "nora")
	lacks(t, w.page(w.rektor, "/bekymringer/"+other.Slug+"/stilling"), "er ikke forelder til barnet")
}

func TestAConcernJoinsACase(t *testing.T) {
	w := newWorld(t)
	slug := w.track("", "nora")
	c := w.tells("", "Elias sto der også.", "elias")
	at := "/bekymringer/" + c.Slug + "/stilling"
	body := w.pages(w.rektor, at, "Ta den inn i sak", "Samme sted, en elev i 5A.")
	lacks(t, mainOf(body), "Nora")
	number := body[strings.Index(body, `value="join:`)+len(`value="join:`):]
	to := w.sent(w.rektor, at, form("way", "join:"+number[:6]))
	w.page(w.rektor, to, "Andre i saken", "Én elev til har sitt eget spor", "tok en ny bekymring inn i saken")
	body = w.pages(w.rektor, "/saker/"+slug+"/sammenheng", "2 elever har hver sitt spor", "Elias Moe", "Nora Dahl")
	lacks(t, body, "gikk inn igjen")
}

func TestOneConcernAboutTwo(t *testing.T) {
	w := newWorld(t)
	c := w.tells("", "Begge sto alene.", "nora", "elias")
	to := w.sent(w.rektor, "/bekymringer/"+c.Slug+"/stilling", form("way", "new"))
	if !strings.Contains(to, "/sammenheng") {
		t.Fatalf("led to %s", to)
	}
	w.pages(w.rektor, to, "2 elever har hver sitt spor", "Saken er tatt opp")
}

func TestWhoMayNotTakeAStance(t *testing.T) {
	w := newWorld(t)
	c := w.tells("", "Nora gikk for seg selv.", "nora")
	missing := w.shown(w.Get(w.rektor, "/bekymringer/aaaaaaaaaa/stilling"), http.StatusNotFound)
	for name, who := range map[string]*http.Cookie{"who told": w.jonas, "social teacher": w.ina, "rektor elsewhere": w.As(tilhor.RoleRektor, w.Fjellvik)} {
		if r := w.Post(who, "/bekymringer/"+c.Slug+"/stilling", form("way", "new")); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s posts: %d", name, r.StatusCode)
		}
		w.shown(w.Get(who, "/bekymringer/"+c.Slug+"/stilling"), http.StatusNotFound)
	}
	lacks(t, missing, "Nora")
}

func TestTheFamilyToldRektor(t *testing.T) {
	w := newWorld(t)
	w.pages(w.rektor, "/bekymringer/muntlig", "Familien har fortalt noe til rektor", "Nora Dahl", `optgroup label="5A"`)
	body := w.refused(w.rektor, "/bekymringer/muntlig", form("saw", "Mor ringte og gråt.", "raised-at", "32.11.2026"), "Mor ringte og gråt.", "Velg om noen visste det før", "Skriv datoen")
	if n := strings.Count(body, " checked"); n != 1 { // that it is about no adult is where it begins, as when one tells it oneself
		t.Errorf("%d answers were given for them", n)
	}
	w.refused(w.rektor, "/bekymringer/muntlig", form("saw", "Mor ringte.", "knew", "now"), "Velg en elev", "Velg om det var eleven eller en forelder", "Velg hvor det skjer")
	w.refused(w.rektor, "/bekymringer/muntlig", form("pupil", string(w.Person("nora")), "saw", "Mor ringte.", "raised", "parent", "knew", "before", "arena", "break"), `id="known-fault"`)
	to := w.sent(w.rektor, "/bekymringer/muntlig", form("pupil", string(w.Person("nora")), "saw", "Mor ringte og sa at Nora ikke vil på skolen.", "raised", "parent",
		"raised-at", "20.11.2026", "raised-at-time", "14.00", "knew", "now", "arena", "break"))
	w.pages(w.rektor, to, "Mor ringte og sa at Nora ikke vil på skolen.", "Familien sa det til rektor")
	to = w.sent(w.rektor, to, form("way", "new"))
	w.pages(w.rektor, to, "Familiens vei til Statsforvalteren", "27.\u00a0november\u00a02026", "Tatt opp med rektor")
	if r := w.Get(w.ina, "/bekymringer/muntlig"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the social teacher: %d", r.StatusCode)
	}
}

// inOrder says whether the texts stand after one another, in the chronology.
func inOrder(t *testing.T, body string, texts ...string) {
	t.Helper()
	at := strings.Index(body, `class="t-time"`)
	for _, s := range texts {
		i := strings.Index(body[at:], s)
		if i < 0 {
			t.Fatalf("%q does not stand where it should in\n%s", s, mainOf(body))
		}
		at += i
	}
}

// Who only receives concerns takes one up and is led to a page that is there,
// not to a case that another works.
func TestWhoReceivesIsNotSentToAClosedDoor(t *testing.T) {
	w := newWorld(t)
	hilde := w.Actor(tilhor.RoleDeputy, w.Solbakken)
	w.sent(w.rektor, "/stedfortreder", form("person", string(hilde.Person), "task", "intake", "from", "23.11.2026"))
	c := w.tells("", "Nora gikk for seg selv.", "nora")
	to := w.sent(w.In(hilde), "/bekymringer/"+c.Slug+"/stilling", form("way", "new", "handler", string(w.sosial.Person)))
	w.pages(w.In(hilde), to, "Tatt opp")
}
