package hearing_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/hearing"
	"tilhor/internal/lang"
	hearingpages "tilhor/internal/pages/hearing"
	"tilhor/internal/web/webtest"
)

type world struct {
	*webtest.Town
	t                                    *testing.T
	bodies                               *bodies.Desk
	desk                                 *hearing.Desk
	adviser, marit, ali, nora, jon, kari *http.Cookie
	su, fau, council, away, slug         string
	ids                                  []string
}

// each is a town with four bodies, and who leads each of them.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k := town.Kit
		w := &world{Town: town, t: t, bodies: &bodies.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: town.Now}}
		desk := &hearing.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Bodies: w.bodies, Clock: town.Now}
		desk.Registers = desk.Schools()
		w.desk = desk
		town.Site.Mount((&hearingpages.Pages{Hearings: desk}).Routes())
		parent := func(key string) tilhor.Actor {
			return tilhor.Actor{Owner: webtest.Owner, Person: town.Person(key), Role: tilhor.RoleParent, School: town.Solbakken}
		}
		nora := tilhor.Actor{Owner: webtest.Owner, Person: town.Person("nora"), Role: tilhor.RolePupil, School: town.Solbakken}
		jon := parent("forelder-odin")
		jon.School = town.Fjellvik
		kari := town.Actor(tilhor.RoleRektor, town.Solbakken)
		found := func(by tilhor.Actor, k bodies.Kind, name string, leader tilhor.Actor, part bodies.Part) string {
			slug, err := w.bodies.Found(context.Background(), by, bodies.Body{Kind: k, Name: name, Need: 2})
			w.must(err)
			w.must(w.bodies.Seat(context.Background(), by, slug, bodies.Member{Person: leader.Person, Part: part, Office: bodies.Leader}))
			return slug
		}
		w.fau = found(kari, bodies.FAU, "FAU", parent("forelder-elias"), bodies.Parents)
		w.council = found(kari, bodies.Council, "Elevrådet", nora, bodies.Pupils)
		w.su = found(kari, bodies.SU, "Samarbeidsutvalget", parent("forelder-nora"), bodies.Parents)
		w.away = found(town.Actor(tilhor.RoleRektor, town.Fjellvik), bodies.SU, "Samarbeidsutvalget", jon, bodies.Parents)
		w.must(d.Read(context.Background(), func(tx *db.Tx) error {
			all, err := w.bodies.All(tx, webtest.Owner)
			for _, b := range all {
				w.ids = append(w.ids, b.ID)
			}
			return err
		}))
		w.adviser, w.kari, w.nora = town.As(tilhor.RoleOwnerAdviser, town.Solbakken), town.In(kari), town.In(nora)
		w.marit, w.ali, w.jon = town.In(parent("forelder-nora")), town.In(parent("forelder-elias")), town.In(jon)
		test(w)
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

var tags, blanks = regexp.MustCompile(`(?s)<(script|style|svg).*?</(script|style|svg)>`), strings.NewReplacer("\u00a0", " ")

func (w *world) body(r *http.Response, code int) string {
	w.t.Helper()
	b, err := io.ReadAll(r.Body)
	w.must(err)
	if r.StatusCode != code {
		w.t.Fatalf("%s: %d, want %d\n%s", r.Request.URL.Path, r.StatusCode, code, b)
	}
	body := blanks.Replace(tags.ReplaceAllString(string(b), ""))
	if i := strings.Index(body, "⟦"); i >= 0 {
		w.t.Errorf("%s lacks a text: %s", r.Request.URL.Path, body[i:min(len(body), i+60)])
	}
	return body
}

func (w *world) shows(c *http.Cookie, path string, want ...string) string {
	w.t.Helper()
	body := w.body(w.Get(c, path), http.StatusOK)
	for _, s := range want {
		if !strings.Contains(body, s) {
			w.t.Errorf("%s: %q is not in\n%s", path, s, body)
		}
	}
	return body
}

func (w *world) sent(c *http.Cookie, path string, f url.Values) string {
	w.t.Helper()
	r := w.Post(c, path, f)
	if r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%s: %d: %s", path, r.StatusCode, w.body(r, r.StatusCode))
	}
	return r.Header.Get("Location")
}

// refused sends a form that cannot be, and finds what was typed and why.
func (w *world) refused(c *http.Cookie, path string, f url.Values, want ...string) {
	w.t.Helper()
	body := w.body(w.Post(c, path, f), http.StatusUnprocessableEntity)
	for _, s := range want {
		if !strings.Contains(body, s) {
			w.t.Errorf("%s: %q is not in\n%s", path, s, body)
		}
	}
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

const list = "id;challenge;chapter;text;summary;concerns\nT1;1;12.1;Gjøre rettighetene tydeligere;Loven skal være lett å lese.;elevråd\nT2;2;13.4;Skolebasert kompetanseutvikling;;fau su\nT3;2;14.2;Felles ordensregler;;\n"

// begin opens a hearing on three measures and invites everybody.
func (w *world) begin() {
	w.t.Helper()
	w.refused(w.adviser, "/eier/horinger/ny", form("title", "", "sender", "Departementet", "municipality", "Granvik", "deadline", "i morgen", "challenges", ""), "Skriv datoen slik", "Departementet", "i morgen")
	to := w.sent(w.adviser, "/eier/horinger/ny", form("own", "no", "title", "Om skolemiljøet", "sender", "Departementet", "municipality", "Granvik kommune", "deadline", "18.12.2026", "challenges", "1 Rettssikkerhet\n2 Kultur"))
	w.slug = strings.Split(to, "/")[3]
	w.shows(w.adviser, to, "Tiltakene er ikke lagt inn ennå")
	w.refused(w.adviser, to, form("measures", strings.Replace(list, "T2;2", "T2;8", 1)), "measures.csv:3", "Utfordringen «8»", "Felles ordensregler")
	w.sent(w.adviser, to, form("measures", list))
	home := "/eier/horinger/" + w.slug
	w.shows(w.adviser, home, "Ingen er invitert ennå", "Inviter utvalg", "Samarbeidsutvalget ved Fjellvik skole")
	f := form("do", "inviter")
	f["bodies"] = w.ids
	w.sent(w.adviser, home, f)
	w.refused(w.adviser, home, form("do", "paminnelser", "days", "to uker"), "Skriv inntil fem tall", "to uker")
	w.sent(w.adviser, home, form("do", "paminnelser", "days", "10, 2"))
	w.shows(w.adviser, home, "før fristen: 10 og 2.")
	w.shows(w.adviser, home, "0 av 4 utvalg har svart", "Send påminnelse til 4 utvalg", "er stille")
	w.shows(w.adviser, "/eier/horinger", "Én høring er åpen", "0 av 4 har svart")
}

func (w *world) rad(body string, parts ...string) string {
	return strings.Join(append([]string{"/rad", body, "horinger", w.slug}, parts...), "/")
}

// says writes for a body, and adopts.
func (w *world) says(c *http.Cookie, body string, stances ...string) {
	w.t.Helper()
	for i, s := range stances {
		w.sent(c, w.rad(body, "tiltak", []string{"T1", "T2", "T3"}[i]), form("stance", s, "text", "Slik mener "+body+" det.", "quote", "yes"))
	}
	w.sent(c, w.rad(body, "vedtak"), form("on", "23.11.2026", "present-parent", "3", "for", "2", "against", "1", "dissent", "Ett medlem ville vente."))
}

// From the letter to the sent answer by the forms alone: FAU and elevråd first, the
// matrix, the choice, a claim that turns false, both approvals, the answer for
// everybody, and what became of each statement.
func TestTheWholeHearing(t *testing.T) {
	each(t, func(w *world) {
		w.begin()
		w.shows(w.nora, "/rad/"+w.council+"/horinger", "Én høring venter på dere", "Om skolemiljøet")
		w.shows(w.nora, w.rad(w.council), "Dette angår dere", "T1 Gjøre rettighetene tydeligere", "Vi har bestemt oss")
		w.shows(w.nora, w.rad(w.council, "tiltak", "T1"), "Loven skal være lett å lese.", "Ikke skriv navn på barn")
		w.refused(w.nora, w.rad(w.council, "tiltak", "T1"), form("stance", "", "text", "Vi vil lese loven."), "Velg et standpunkt", "Vi vil lese loven.")
		w.sent(w.marit, w.rad(w.su, "tiltak", "T1"), form("stance", "against", "text", "Vi vil ikke vente."))
		w.refused(w.marit, w.rad(w.su, "vedtak"), form("on", "23.11.2026", "present-parent", "3", "for", "3"), "Vent på svar fra: ", "Vent til de har svart, eller skriv hvorfor", "Hvorfor venter dere ikke på FAU og elevrådet?")
		w.sent(w.marit, w.rad(w.su, "vedtak"), form("on", "23.11.2026", "present-parent", "3", "for", "3", "before", "Rådene møtes i januar."))
		w.shows(w.adviser, "/eier/horinger/"+w.slug, "Ventet ikke på FAU og elevrådet: «Rådene møtes i januar.»")
		w.shows(w.adviser, "/eier/horinger/"+w.slug+"/matrise", "Vedtatt uten å vente på FAU og elevrådet")
		w.sent(w.marit, w.rad(w.su), form("do", "trekk"))
		for _, name := range []string{"Nora", "Oliver"} {
			w.refused(w.marit, w.rad(w.su, "tiltak", "T1"), form("stance", "against", "text", "Spør "+name+"."), "Det ser ut som det står et navn i teksten", "Det er ikke navnet på en elev", "Spør "+name+".")
		}
		w.sent(w.marit, w.rad(w.su, "tiltak", "T1"), form("stance", "against", "text", "Spør Nora.", "no-pupil", "yes"))
		w.says(w.nora, w.council, "support", "support")
		w.says(w.ali, w.fau, "support", "strong-support", "against")
		w.shows(w.marit, w.rad(w.su, "tiltak", "T1"), "FAU har sagt dette", "Elevrådet har sagt dette")
		w.refused(w.jon, w.rad(w.away, "vedtak"), form("on", "23.11.2026", "present-parent", "3", "for", "3"), "Det er ikke skrevet noe å vedta")
		w.says(w.marit, w.su, "against", "strong-support", "against")
		w.refused(w.jon, w.rad(w.away), form("do", "nei", "why", ""), "Skriv hvorfor.")
		w.sent(w.jon, w.rad(w.away), form("do", "nei", "why", "Vi rekker det ikke."))
		home := "/eier/horinger/" + w.slug
		w.shows(w.adviser, home, "3 av 4 utvalg har svart", "«Vi rekker det ikke.»", "Velg om kommunen skal kommentere 3 tiltak")
		w.shows(w.adviser, home+"/matrise", "Utvalgene er delt om 1 av 3 tiltak", "2 støtte, 1 imot", "Foreslått: velg")
		w.shows(w.adviser, home+"/matrise/T1", "2 for, 1 imot. Av tallene følger: nøytral.", "Ett medlem ville vente.")
		w.refused(w.adviser, home+"/matrise/T3", form("comment", "no", "reason", ""), "Skriv hvorfor tiltaket ikke kommenteres")
		w.sent(w.adviser, home+"/matrise/T1", form("comment", "yes"))
		w.sent(w.adviser, home+"/matrise/T2", form("comment", "yes", "rank", "1"))
		w.sent(w.adviser, home+"/matrise/T3", form("comment", "no", "reason", "Kommunen har ingen mening."))
		w.shows(w.adviser, home+"/utkast", "Utkastet kan godkjennes", "Dette er det viktigste tiltaket.", "Kildene holder")
		w.sent(w.adviser, home+"/utkast", form("do", "pastand", "measure", "T2", "text", "Begge skoler har samarbeidsutvalg", "register", "schools-with-su", "expected", "alle"))
		w.shows(w.adviser, home+"/utkast", "Stemmer i dag: 2 av 2")
		w.sent(w.adviser, home+"/utkast", form("do", "setning", "of", "T1", "text-T1", "Granvik er delt i dette, og forteller begge syn."))
		w.shows(w.adviser, home+"/send", "2 ting mangler før svaret kan sendes", "Administrasjonen godkjenner")
		w.sent(w.adviser, home+"/send", form("do", "godkjenn", "of", "administrative", "who", "Kommunedirektøren", "on", "23.11.2026"))
		w.sent(w.adviser, home+"/send", form("do", "godkjenn", "of", "political", "who", "Hovedutvalget", "on", "23.11.2026", "case", "26/12"))
		w.shows(w.adviser, home+"/send", "Svaret kan sendes")
		w.gone(w.away)
		w.shows(w.adviser, home+"/send", "En påstand stemmer ikke", "«Begge skoler har samarbeidsutvalg» Skoler med samarbeidsutvalg: 1 av 2")
		w.refused(w.adviser, home+"/send", form("do", "send"), "Svaret ble ikke sendt: én påstand stemmer ikke", "Mangler: Fjellvik skole.")
		if r := w.Get(nil, "/horinger/"+w.slug+"/svar"); r.StatusCode != http.StatusNotFound {
			t.Errorf("read before it is sent: %d", r.StatusCode)
		}
		w.refused(w.adviser, home+"/send", form("do", "trass", "override", ""), "Skriv hvorfor svaret skal sendes likevel")
		w.sent(w.adviser, home+"/send", form("do", "trass", "override", "Valget er i gang."))
		const claim = "«Begge skoler har samarbeidsutvalg» Skoler med samarbeidsutvalg: 1 av 2"
		w.shows(w.adviser, home+"/send", "Venter på signatur", "Valget er i gang.", claim, "Skriv en annen grunn")
		w.sent(w.adviser, home+"/send", form("do", "trass", "override", "Valget er i gang nå."))
		w.shows(w.adviser, home+"/send", "Venter på signatur", "Valget er i gang nå.")
		signs := func() string {
			s, err := w.desk.Stand(context.Background(), w.Town.Actor(tilhor.RoleOwnerAdviser, ""), w.slug, lang.For(tilhor.Bokmal))
			w.must(err)
			return s.Override.ID
		}
		w.refused(w.adviser, home+"/send", form("do", "signer", "signs", signs(), "office", "Rådgiver"), "En annen må signere")
		was := signs()
		second := w.Town.Actor(tilhor.RoleOwnerAdviser, "")
		second.Person = w.Town.Person("rektor-solbakken") // asks, so that who is signed in may sign
		w.must(w.desk.AskOverride(context.Background(), second, w.slug, "Valget er i gang.", false, lang.For(tilhor.Bokmal)))
		w.shows(w.adviser, home+"/send", "Signer at svaret sendes likevel", claim, `name="signs" value="`+signs()+`"`)
		if r := w.Post(w.adviser, home+"/send", form("do", "signer", "signs", was, "office", "Kommunedirektøren")); r.StatusCode != http.StatusConflict {
			t.Errorf("a page that was read before is signed: %d", r.StatusCode)
		}
		w.sent(w.adviser, home+"/send", form("do", "signer", "signs", signs(), "office", "Kommunedirektøren"))
		w.shows(w.adviser, home+"/send", "Signert av Kommunedirektøren 23. november 2026", claim)
		w.sent(w.adviser, home+"/send", form("do", "send"))
		w.shows(nil, "/horinger", "Om skolemiljøet")
		answer := w.shows(nil, "/horinger/"+w.slug+"/svar", "Granvik er delt i dette", "Skolebasert kompetanseutvikling", "3 kilder", "Valget er i gang. Signert av Kommunedirektøren", "Last ned signaturen")
		if n, err := w.Kit.Journal.Sequence(context.Background(), w.DB, webtest.Owner, w.Now); err != nil || n == 0 {
			t.Fatal(n, err)
		}
		if file := w.body(w.Get(nil, "/horinger/"+w.slug+"/signatur.txt"), http.StatusOK); !strings.Contains(file, "tilhor attestation 1") || !strings.Contains(file, `word "Begge skoler`) || strings.Contains(file, "c2sp.org/tlog-proof") {
			t.Errorf("%s", file)
		}
		if strings.Contains(answer, "Marit") || strings.Contains(answer, "Nora") {
			t.Error("a name stands in the answer")
		}
		if text := w.body(w.Get(nil, "/horinger/"+w.slug+"/svar.txt"), http.StatusOK); !strings.Contains(text, "Granvik er delt i dette") {
			t.Errorf("%s", text)
		}
		if r := w.Get(nil, "/horinger/"+w.slug+"/svar.pdf"); r.StatusCode != http.StatusNotFound {
			t.Errorf("a PDF without a converter: %d", r.StatusCode)
		}
		w.Kit.Owner.PDF = []string{"sh", "-c", "printf '%%PDF-1.7 '; cat"}
		w.shows(nil, "/horinger/"+w.slug+"/svar", "Last ned som PDF")
		if pdf := w.body(w.Get(nil, "/horinger/"+w.slug+"/svar.pdf"), http.StatusOK); !strings.Contains(pdf, "Granvik er delt i dette") {
			t.Errorf("%s", pdf)
		}
		w.shows(w.marit, w.rad(w.su), "Dette ble det av uttalelsen deres", "Begge syn er med", "Brukt: svaret mener det samme", "Kommunen har ingen mening.")
		w.sent(w.adviser, home+"/oppfolging", form("do", "nytt", "what", "Kurs for alle", "who", "Skolesjefen", "on", "01.03.2027"))
		w.shows(w.adviser, home+"/oppfolging", "Ett løfte er ikke i mål", "Kurs for alle")
		w.shows(w.adviser, home, "3 av 4 utvalg har svart", "Les svaret som ble sendt")
	})
}

var endBody = db.SQL(`UPDATE bodies_body SET gone_at = 1 WHERE owner = $1 AND slug = $2`)

func (w *world) gone(slug string) {
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		_, err := tx.Exec(endBody, webtest.Owner, slug)
		return err
	}))
}

// A statement that came by mail: what could be mended is shown, and nothing is unless
// somebody says yes; the text as it came stays.
func TestByMail(t *testing.T) {
	each(t, func(w *world) {
		w.begin()
		at := "/eier/horinger/" + w.slug + "/post/" + w.away
		raw := form("do", "mottatt", "from", "Fjellvik skole", "on", "23.11.2026", "raw", "Vi vil ha medelevene i alt.")
		body := w.body(w.Post(w.adviser, at, raw), http.StatusOK)
		if !strings.Contains(body, "medelevene → med elevene") {
			t.Fatalf("no repair is proposed: %s", body)
		}
		raw.Set("seen", "yes")
		raw.Set("repair", "10 medelevene")
		w.sent(w.adviser, at, raw)
		w.shows(w.adviser, at, "Vi vil ha med elevene i alt.", "Det som kom, er lagret uendret.", "Hva utvalget mener")
		w.refused(w.adviser, at, form("do", "mener", "measure", "T1", "stance", ""), "Velg et standpunkt")
		w.sent(w.adviser, at, form("do", "mener", "measure", "T1", "stance", "support", "text", "Vi vil ha med elevene i alt."))
		w.sent(w.adviser, at, form("do", "vedtatt", "adopted-on", "20.11.2026"))
		w.shows(w.adviser, "/eier/horinger/"+w.slug, "1 av 4 utvalg har svart")
		w.shows(w.jon, w.rad(w.away), "Uttalelsen deres ble vedtatt 20. november 2026")
	})
}

// was is the text that a form on the page mends, as the page knows it.
func was(body string, of int) string {
	for _, x := range strings.Split(body, "<form")[1:] {
		if m := regexp.MustCompile(`name="was" value="([^"]+)"`).FindStringSubmatch(x); m != nil && strings.Contains(x, fmt.Sprintf(`name="of" value="%d"`, of)) {
			return m[1]
		}
	}
	return ""
}

// A file: kept as it came and given back so, its text read, repairs taken afterwards;
// of a PDF the text is pasted beside it, and what is neither is refused with why.
func TestByFile(t *testing.T) {
	each(t, func(w *world) {
		w.begin()
		at := "/eier/horinger/" + w.slug + "/post/" + w.away
		f := func() url.Values { return form("do", "mottatt", "from", "Fjellvik skole", "on", "23.11.2026") }
		raw := []byte("From: a@b.no\r\nSubject: x\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>Vi vil ha medelevene p\xe5 alt.</p><script>alert(1)</script>")
		if r := w.PostFile(w.adviser, at, f(), "svar.eml", raw); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("%d: %s", r.StatusCode, w.body(r, r.StatusCode))
		}
		body := w.shows(w.adviser, at, "Vi vil ha medelevene på alt.", "medelevene → med elevene", "svar.eml", "Kontrollsum")
		if strings.Contains(body, "alert(1)") {
			t.Error("a script is shown")
		}
		r := w.Get(w.adviser, regexp.MustCompile(at+`/[a-z2-7]{10}`).FindString(body))
		if b, err := io.ReadAll(r.Body); err != nil || string(b) != string(raw) || !strings.HasPrefix(r.Header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%q %v", b, err)
		}
		w.sent(w.adviser, at, form("do", "rett", "of", "0", "was", was(body, 0), "repair", "10 medelevene"))
		if r := w.Post(w.adviser, at, form("do", "rett", "of", "0", "was", was(body, 0), "repair", "10 medelevene")); r.StatusCode != http.StatusConflict {
			t.Errorf("repaired after it became another: %d", r.StatusCode)
		}
		w.shows(w.adviser, at, "Vi vil ha med elevene på alt.", "Det som kom, er lagret uendret.")
		if r := w.PostFile(w.adviser, at, f(), "svar.pdf", []byte("%PDF-1.4\ntrailer\n%%EOF")); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.StatusCode)
		}
		body = w.shows(w.adviser, at)
		w.refused(w.adviser, at, form("do", "tekst", "of", "1", "was", was(body, 1), "text-1", ""), "Skriv")
		w.sent(w.adviser, at, form("do", "tekst", "of", "1", "was", was(body, 1), "text-1", "Vi er imot."))
		w.shows(w.adviser, at, "Vi er imot.")
		if r := w.PostFile(w.adviser, at, f(), "svar.eml", []byte("From: a@b.no\r\nSubject: x\r\nContent-Type: image/png\r\n\r\nx")); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.StatusCode)
		}
		w.shows(w.adviser, at, "Én ting i filen er ikke lest")
		both := f()
		both.Set("raw", "Vi er for.")
		if body := w.body(w.PostFile(w.adviser, at, both, "svar.txt", []byte("Vi er imot.")), http.StatusUnprocessableEntity); !strings.Contains(body, "Filen har selv tekst") || !strings.Contains(body, "Vi er for.") {
			t.Errorf("%s", body)
		}
		if body := w.body(w.PostFile(w.adviser, at, f(), "svar.exe", []byte("MZ\x00\x01")), http.StatusUnprocessableEntity); !strings.Contains(body, "verken e-post, tekst, Word eller PDF") || !strings.Contains(body, "Fjellvik skole") {
			t.Errorf("%s", body)
		}
	})
}

// Everybody else gets the page of an address that does not exist.
func TestRefused(t *testing.T) {
	each(t, func(w *world) {
		w.begin()
		for _, path := range []string{w.rad(w.su), w.rad(w.su, "tiltak", "T1"), w.rad(w.su, "vedtak"), "/rad/" + w.su + "/horinger"} {
			for who, c := range map[string]*http.Cookie{"rektor": w.kari, "another school's": w.jon, "a pupil": w.nora, "the adviser": w.adviser} {
				missing := strings.Replace(path, w.su, "qqqqqqqqqq", 1)
				a, b := w.body(w.Get(c, path), http.StatusNotFound), w.body(w.Get(c, missing), http.StatusNotFound)
				if strings.ReplaceAll(a, path, "") != strings.ReplaceAll(b, missing, "") {
					t.Errorf("%s tells %s from missing", path, who)
				}
			}
		}
		for _, path := range []string{"", "/matrise", "/utkast", "/send", "/filer", "/oppfolging", "/post/" + w.su} {
			if r := w.Get(w.marit, "/eier/horinger/"+w.slug+path); r.StatusCode != http.StatusNotFound {
				t.Errorf("a parent opens %s: %d", path, r.StatusCode)
			}
		}
	})
}
