package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web/webtest"
)

// The law's scenarios (../shared/law, § 8), day by day over the pages alone and
// by their forms alone. The first stands in site_walls_test.go.

// told makes a teacher's concern about somebody, as far as the third page.
func toldOf(pupils []string, said, saw, arena string) []deed {
	var who [][2]string
	for _, p := range pupils {
		who = append(who, [2]string{"pupil", p})
	}
	return []deed{
		{Who: "teacher", At: "/bekymringer/ny", Fill: who, Press: "go=next"},
		{Who: "teacher", Fill: [][2]string{{"said", said}, {"saw", saw}}, Press: "go=next"},
		{Who: "teacher", Fill: [][2]string{{"arena", arena}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "rektor"},
	}
}

// takenUp is that rektor takes up what waits, and who has it.
func takenUp() []deed {
	return []deed{
		{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "new"}, {"handler", "Ina Lund"}}, Sees: "Saken er tatt opp"},
		{Who: "social-teacher", At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	}
}

// planned is what every track goes through: weighed, planned, approved.
func planned(what, evaluate string) []deed {
	return []deed{
		{Who: "social-teacher", At: "$track/elevens-beste", Fill: [][2]string{{"view", "Vil ha en voksen nær."}, {"interests", "Trygghet."}, {"weighing", "Det eleven vil, veier tungt."}, {"conclusion", "En voksen er der."}}},
		{Who: "social-teacher", At: "$track/plan", Fill: [][2]string{
			{"m1-problem", "Eleven er utrygg."}, {"m1-what", what}, {"m1-when", "hvert friminutt"}, {"m1-start", "23.11.2026"}, {"m1-doer", "Jonas Lund"}, {"m1-evaluate", evaluate},
		}, Press: "do=save", Sees: "Kladden er lagret."},
		{Who: "rektor", At: "$track/plan", Press: "do=approve", Sees: "Planen er godkjent"},
	}
}

func story(parts ...[]deed) (all []deed) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

var scenarios = map[string]struct {
	story []deed
	ends  func(*testing.T, *storyWorld, *formReader)
}{
	"§ 8.2: digital mobbing lørdag kveld": {story: story(
		// Mandag sier Nora at hun gruer seg. Ingen plikt er brutt for lørdagen: klokka går fra i dag.
		[]deed{
			{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next"},
			{Who: "teacher", Fill: [][2]string{{"said", "De skrev om meg i en gruppe."}, {"saw", ""}}, Press: "go=next"},
			{Who: "teacher", Fill: [][2]string{{"arena", "digital"}, {"happened", "earlier"}, {"happened-on", "21.11.2026"}, {"known", "now"}}, Press: "go=send", Sees: "rektor"},
		},
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Noen sendte videre et bilde av meg."}, {"wants", "At det stopper."}, {"how", "none"}}, Sees: "Noen sendte videre et bilde av meg."},
			// Et bilde som kan vise et barn uten klær, blir ikke tatt imot: veien til politiet og slettmeg.no står der.
			{Who: "social-teacher", At: "$track/vedlegg/ny", Fill: [][2]string{{"safe", "yes"}}, Sees: "slettmeg.no"},
			// Det som skjedde, står i ord i stedet for i bilder, og siden sier når politiet og barnevernet skal få vite det.
			{Who: "social-teacher", At: "/digitale-hendelser", Sees: "politiet"},
			{Who: "social-teacher", At: "$track/nett", Fill: [][2]string{{"at", "21.11.2026"}, {"happened", "En melding om klærne hennes i en gruppe."}, {"service", "en meldingsapp"}, {"keeper", "Hun har slettet den."}}, Sees: "En melding om klærne hennes i en gruppe."},
		},
		planned("Kontaktlærer møter Nora ved skolestart.", "07.12.2026"),
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		f.cookie = w.enter(w.whoever("rektor"), mfa)
		f.open(f.track)
		if strings.Contains(plainText(f.body), "over fristen") {
			t.Error("something is late for what happened on a Saturday")
		}
	}},
	"§ 8.5: tre elever i én klasse": {story: story(
		toldOf([]string{"Nora Dahl", "Elias Moe", "Tuva Aas"}, "", "De tre ble holdt utenfor.", "break"),
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Qz1 de går fra meg."}, {"wants", "En voksen."}, {"how", "none"}}, Sees: "Qz1 de går fra meg."},
		},
		planned("Qz2 en voksen står ved gjerdet.", "07.12.2026"),
		[]deed{
			{Who: "social-teacher", Days: 14, At: "$track/evalueringer", Fill: [][2]string{
				{"answer", "safe"}, {"words", "Qz3 det er bra."}, {"way", "self"}, {"e1-helped", "yes"}, {"e1-then", "end"}, {"saw", "Leker."}, {"best", "Slik eleven vil."}, {"then", "end"},
			}, Sees: "trygt"},
			{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "avslutt"}, {"words", "Qz3 det er bra."}, {"weight", "Vi ser det samme."}, {"check", "11.01.2027"}}, Sees: "avsluttet"},
		},
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		open, closed := 0, f.track
		for _, slug := range w.tracks() {
			if "/saker/"+slug == closed {
				continue
			}
			open++
			f.cookie = w.enter(w.whoever("social-teacher"), mfa)
			for _, page := range []string{"", "/samtaler", "/plan", "/utskrift", "/evalueringer", "/avslutning", "/sammenheng"} {
				f.open("/saker/" + slug + page)
				for _, word := range []string{"Qz1", "Qz2", "Qz3"} {
					if strings.Contains(f.body, word) {
						t.Errorf("%s of another child stands in %s", word, page)
					}
				}
			}
			f.open("/saker/" + slug)
			if !strings.Contains(plainText(f.body), "ikke spurt") && !strings.Contains(plainText(f.body), "Snakk med") {
				t.Errorf("the next step of another child is not to be heard:\n%s", plainText(f.body))
			}
		}
		if open != 2 {
			t.Errorf("%d others", open)
		}
	}},
	"§ 8.6: et barn på seks": {story: story(
		toldOf([]string{"Elias Moe"}, "", "Elias gjemte seg i garderoben.", "changing"),
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "declined"}, {"how", "drawing"}, {"again", "26.11.2026"}}, Sees: "Datoen for å spørre igjen"},
		},
		planned("Mona tar imot Elias om morgenen.", "07.12.2026"),
		[]deed{
			// Torsdag: det blir tilbudt igjen, og Elias tegner.
			{Who: "social-teacher", Days: 3, At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Han tegnet en dør."}, {"wants", "Sitte ved Mona."}, {"how", "drawing"}}, Sees: "Han tegnet en dør."},
			{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "parents-informed"}, {"text", "Ringte far."}}},
			{Who: "social-teacher", At: "/samtaleguide", Sees: "De yngste, 6–8 år"},
			{Who: "social-teacher", Days: 11, At: "$track/evalueringer", Fill: [][2]string{
				{"answer", "safe"}, {"words", "Han pekte på det glade ansiktet."}, {"way", "self"}, {"e1-helped", "yes"}, {"e1-then", "continue"}, {"saw", "Går inn sammen med Mona."}, {"best", "Slik Elias vil."}, {"then", "continue"}, {"next", "21.12.2026"},
			}, Sees: "Han pekte på det glade ansiktet."},
		},
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		// «For ung» er ingen grunn som kan velges.
		f.cookie = w.enter(w.whoever("social-teacher"), mfa)
		f.open(f.track + "/samtaler")
		for _, word := range []string{"for ung", "for liten"} {
			if strings.Contains(strings.ToLower(plainText(f.body)), word) {
				t.Errorf("%q can be chosen", word)
			}
		}
	}},
	"§ 8.7: skolen finner ingenting": {story: story(
		toldOf([]string{"Nora Dahl"}, "Jeg er redd i gangen.", "", "corridor"),
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Det er ikke trygt."}, {"wants", "En voksen."}, {"how", "none"}}, Sees: "Det er ikke trygt."},
			{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "observation"}, {"who", "Jonas Lund"}, {"status", "given"}, {"text", "Så ingenting."}}, Sees: "Så ingenting."},
			{Who: "social-teacher", Fill: [][2]string{{"do", "funn"}, {"finding", "Vi fant ikke noe som kan bekreftes."}, {"from", "*"}}, Sees: "Vi fant ikke noe"},
			{Who: "social-teacher", Fill: [][2]string{{"do", "ferdig"}}},
		},
		planned("Voksen i gangen.", "07.12.2026"),
		[]deed{
			{Who: "social-teacher", Days: 14, At: "$track/evalueringer", Fill: [][2]string{
				{"answer", "not-safe"}, {"words", "Nei, det er som før."}, {"way", "self"}, {"e1-helped", "no"}, {"e1-then", "continue"}, {"saw", "Ingen hendelser."}, {"best", "At noen er nær."}, {"then", "continue"}, {"next", "21.12.2026"},
			}},
			{Who: "rektor", At: "$track/avslutning", Sees: "trapp"},
			{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "trapp-ned"}, {"view", "Nora sier at det ikke er trygt."}, {"way", "self"}, {"reason", "Vi ser ingen hendelser."}, {"recheck", "11.01.2027"}, {"told", "*"}}},
			{Who: "rektor", At: "$track", Sees: "trappet ned"},
			// Den dagen spør skolen Nora igjen. Hun sier det samme, og arbeidet går videre.
			{Who: "social-teacher", Days: 35, At: "/i-dag", Sees: "Nora"},
			{Who: "social-teacher", At: "$track/etterkontroll", Fill: [][2]string{{"answer", "not-safe"}, {"words", "Det er fortsatt ikke trygt."}, {"way", "self"}}, Sees: "Det er fortsatt ikke trygt."},
		},
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		f.cookie = w.enter(w.whoever("rektor"), mfa)
		f.open(f.track + "/avslutning")
		if strings.Contains(f.body, `value="avslutt"`) {
			t.Error("a case can be closed while the pupil says that it is not safe")
		}
		f.open(f.track + "/tiltak-i-gang")
		if s := plainText(f.body); !strings.Contains(s, "Voksen i gangen.") {
			t.Errorf("the measure does not go on:\n%s", s)
		}
	}},
	"§ 8.8: helsesykepleieren vet": {story: []deed{
		{Who: "nurse", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next"},
		{Who: "nurse", Fill: [][2]string{{"said", ""}, {"saw", "Nora er ofte alene i friminuttet."}}, Press: "go=next"},
		{Who: "nurse", Fill: [][2]string{{"arena", "break"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "rektor"},
		{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "new"}, {"handler", "Ina Lund"}}, Sees: "Saken er tatt opp"},
		{Who: "social-teacher", At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	}, ends: func(t *testing.T, w *storyWorld, f *formReader) {
		nurse := w.enter(w.whoever("nurse"), mfa)
		if r := w.do("GET", nurse, "nb", f.track, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("the nurse who told comes to the case: %d", r.StatusCode)
		}
	}},
	"§ 8.9: inngrep i SFO": {story: []deed{
		{Who: "sfo", At: "/inngrep/ny", Fill: [][2]string{
			{"pupil", "Elias Moe"},
			{"arena", "sfo"},
			{"at", "23.11.2026"},
			{"event", "To gutter sloss om en ball."},
			{"what", "Mona dro Elias vekk."},
			{"who", "Mona Lund"},
			{"long", "Noen sekunder"},
			{"why", "Den andre lå nede."},
			{"view", "later"},
		}, Sees: "rektor"},
		// Ett inngrep skal ikke til kommunen: plikten finnes ikke, og ingen spør om den.
		{Who: "rektor", At: "/i-dag", Link: `^/inngrep/[a-z2-7]{10}$`, Fill: [][2]string{{"do", "foreldre"}, {"text", "Ringte mor."}}, Lacks: `value="kommunen"`},
		// En uke senere: det andre inngrepet mot Elias. Nå skal kommunen få vite det.
		{Who: "sfo", Days: 7, At: "/inngrep/ny", Fill: [][2]string{
			{"pupil", "Elias Moe"},
			{"arena", "sfo"},
			{"at", "30.11.2026"},
			{"event", "De sloss igjen."},
			{"what", "Mona holdt Elias."},
			{"who", "Mona Lund"},
			{"long", "Et minutt"},
			{"why", "Den andre lå nede."},
			{"view", "told"},
			{"words", "Jeg ble redd."},
		}, Sees: "rektor"},
		{Who: "rektor", At: "/i-dag", Link: `^/inngrep/[a-z2-7]{10}$`, Fill: [][2]string{{"do", "kommunen"}, {"text", "Ringte kommunen."}}},
		// Petter mener at det var mer enn et inngrep. Da går § 12-5 sin egen vei ved siden av.
		{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Elias Moe"}, {"accused", "employee"}, {"against", "Mona Lund"}}, Press: "go=next"},
		{Who: "teacher", Fill: [][2]string{{"said", ""}, {"saw", "Mona slo Elias på hånden da det var over."}}, Press: "go=next"},
		{Who: "teacher", Fill: [][2]string{{"arena", "sfo"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "Rektor har fått meldingen din"},
		{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{
			{"urgent", "En annen voksen er hos Elias på SFO."}, {"doer", "Ina Lund"}, {"handler", "Ina Lund"}, {"owner", "tell"}, {"words", "En ansatt på SFO er meldt."},
		}, Sees: "Kommunen har fått melding"},
	}, ends: func(t *testing.T, w *storyWorld, f *formReader) {
		// Mona ser inngrepene hun skrev, og ingenting av det som gjelder henne.
		mona := w.whoever("sfo")
		c := w.enter(mona, mfa)
		for _, page := range []string{"/i-dag", "/saker", "/bekymringer", "/inngrep"} {
			if strings.Contains(bodyOf(t, w.do("GET", c, "nb", page, nil)), "slo Elias") {
				t.Errorf("who is reported reads it on %s", page)
			}
		}
		w.findsNothing(t, mona)
	}},
	"§ 8.3: eleven ber om taushet": {story: story(
		toldOf([]string{"Nora Dahl"}, "Ikke si det til mamma.", "Nora gråt da hun sa det.", "class"),
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Mamma blir sint. Ikke si det."}, {"wants", "At mamma ikke får vite det ennå."}, {"how", "none"}}, Sees: "At mamma ikke får vite det ennå."},
			// Ansvaret er kjent, og skolen har en grunn. Den har en dag da noen ser på den igjen.
			{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "ansvar"}, {"ansvar-what", "responsibility"}, {"ansvar-guardian", "Marit"}, {"ansvar-reason", "Skjema fra skolestart."}}, Sees: "Får vite alt"},
			{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{
				{"do", "taushet"}, {"taushet-what", "secret"}, {"taushet-guardian", "Marit"}, {"taushet-basis", "popl-16-c"}, {"taushet-review", "07.12.2026"}, {"taushet-reason", "Nora er redd hjemme. Meldt til barnevernet."},
			}, Sees: "Får ikke vite noe"},
			{Who: "rektor", Days: 14, At: "/i-dag", Link: `/hjemmet`},
			{Who: "rektor", At: "$track/hjemmet", Sees: "Får ikke vite noe", Fill: [][2]string{
				{"do", "taushet"}, {"taushet-what", "secret"}, {"taushet-guardian", "Marit"}, {"taushet-basis", "popl-16-c"}, {"taushet-review", "11.01.2027"}, {"taushet-reason", "Barnevernet ber oss vente."},
			}},
		},
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		f.cookie = w.enter(w.whoever("rektor"), mfa)
		f.open(f.track)
		if s := plainText(f.body); strings.Contains(s, "Marit Dahl") {
			t.Errorf("one who is not to be told stands among those around the pupil:\n%s", s)
		}
	}},
	"§ 8.10: kartlegging med navn": {story: story(
		// Rektor vil spørre alle på 5A hvem som plager noen, slik klassen blir spurt hver høst.
		// Det er ikke lov for å forebygge: siden sier det, med paragrafen.
		[]deed{
			{Who: "rektor", At: "/skolen", Link: `^/skolen/kartlegging$`, Fill: [][2]string{
				{"kartlegg-survey-whom", "Alle på 5A."}, {"kartlegg-survey-questions", "Hvem plager noen i klassen?"}, {"kartlegg-survey-names", "yes"}, {"kartlegg-due", "30.11.2026"},
			}, No: true, Sees: "opplæringsforskrifta §\u00a020\u20115 tredje ledd"},
			{Who: "rektor", At: "/skolen/kartlegging", Fill: [][2]string{
				{"kartlegg-survey-whom", "Alle på 5A."}, {"kartlegg-survey-questions", "Hvem er du sammen med i friminuttet?"}, {"kartlegg-survey-names", "no"}, {"kartlegg-due", "30.11.2026"},
			}, Sees: "Spørreundersøkelsen er skrevet inn."},
		},
		toldOf([]string{"Nora Dahl"}, "Det har vart siden april.", "Nora sto alene igjen.", "break"),
		takenUp(),
		[]deed{
			// I Noras sak er ingenting prøvd ennå.
			{Who: "rektor", At: "$track/undersokelse/kartlegging", Fill: [][2]string{
				{"kartlegg-survey-why", "Det har vart siden april, og flere er med."},
				{"kartlegg-survey-tried", "Ingenting ennå."},
				{"kartlegg-survey-whom", "Alle på 5A."},
				{"kartlegg-survey-questions", "Hvem plager noen i klassen?"},
				{"kartlegg-due", "30.11.2026"},
			}, No: true, Sees: "Andre måter må være prøvd først"},
			{Who: "social-teacher", Days: 1, At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Jeg vet ikke hvem som skriver."}, {"wants", "At det stopper."}, {"how", "none"}}},
			{Who: "social-teacher", Days: 9, At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "observation"}, {"who", "Jonas Lund"}, {"status", "given"}, {"text", "Så ingenting på ni dager."}}},
			{Who: "rektor", At: "$track/undersokelse/plan", Link: `/undersokelse/kartlegging$`, Fill: [][2]string{
				{"kartlegg-survey-why", "Det har vart siden april, og flere er med."},
				{"kartlegg-survey-tried", "Samtale, og tilsyn i ni dager. Ingen av dem viste hva som skjer."},
				{"kartlegg-survey-whom", "Alle på 5A."},
				{"kartlegg-survey-questions", "Hvem plager noen i klassen?"},
				{"kartlegg-due", "04.12.2026"},
			}, Sees: "Svarene er ikke bekreftet ennå."},
			// Svarene er kommet. De er ingen kilde før de er sjekket.
			{Who: "social-teacher", Days: 1, At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "survey"}, {"who", "5A"}, {"status", "given"}, {"text", "Qz10 tre skrev samme navn."}}, No: true, Sees: "venter på å bli bekreftet"},
			{Who: "social-teacher", Days: 4, At: "$track/undersokelse/kartlegging", Fill: [][2]string{
				{"do", "sjekk"}, {"sjekk-survey-how", "To lærere så etter i storefri."}, {"sjekk-survey-stands", "En elev stenger porten for Nora."},
			}, Sees: "Det som står seg, er en kilde"},
			{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "funn"}, {"finding", "Porten blir stengt i storefri."}, {"from", "*"}}, Sees: "Porten blir stengt i storefri."},
		},
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		f.cookie = w.enter(w.whoever("social-teacher"), mfa)
		for _, page := range []string{"", "/undersokelse", "/utskrift"} {
			f.open(f.track + page)
			if strings.Contains(f.body, "Qz10") {
				t.Errorf("what nobody checked stands in %s", page)
			}
		}
		teacher := w.enter(w.whoever("teacher"), mfa)
		for _, page := range []string{"/skolen/kartlegging", f.track + "/undersokelse/kartlegging"} {
			if r := w.do("GET", teacher, "nb", page, nil); r.StatusCode != http.StatusNotFound {
				t.Errorf("the teacher comes to %s: %d", page, r.StatusCode)
			}
		}
	}},
	"§ 8.4: strengt fortrolig adresse": {story: story(
		toldOf([]string{"Tuva Aas"}, "Noen sto ved porten.", "", "way"),
		takenUp(),
		[]deed{
			{Who: "rektor", At: "/skjerming", Fill: [][2]string{{"do", "shield"}, {"shield-pupil", "Tuva"}, {"shield-grade", "strengt-fortrolig"}, {"shield-leader", "Kari"}, {"shield-reason", "Melding fra politiet."}}},
		},
	), ends: func(t *testing.T, w *storyWorld, f *formReader) {
		for _, who := range []string{"social-teacher", "teacher", "deputy", "nurse"} {
			c := w.enter(w.whoever(who), mfa)
			if r := w.do("GET", c, "nb", f.track, nil); r.StatusCode != http.StatusNotFound {
				t.Errorf("%s, who is not named, comes to it: %d", who, r.StatusCode)
			}
			for _, page := range []string{"/i-dag", "/saker", "/bekymringer/ny"} {
				if r := w.do("GET", c, "nb", page, nil); strings.Contains(bodyOf(t, r), "Tuva") {
					t.Errorf("%s sees her name on %s", who, page)
				}
			}
			for _, page := range []string{"/utskrift", "/lesinger", "/pakke", "/skjerming", "/innsyn"} {
				if r := w.do("GET", c, "nb", f.track+page, nil); r.StatusCode != http.StatusNotFound {
					t.Errorf("%s comes to %s of it: %d", who, page, r.StatusCode)
				}
			}
			f.cookie = c
			f.open("/saker")
			for _, way := range []string{"", "tekst"} { // by name, and in the words
				f.send("/saker", url.Values{"sok": {"Tuva"}, "go": {way}}, false)
				if strings.Contains(f.body, f.track) || strings.Contains(f.body, "Aas") {
					t.Errorf("%s finds her by a search (%q)", who, way)
				}
			}
		}
		// Den navngitte leder også; hver åpning varsles, og ingenting går ut uten at det er låst opp.
		track := f.track
		f.cookie = w.enter(w.whoever("rektor"), mfa)
		f.do(deed{At: track + "/skjerming", Fill: [][2]string{{"do", "name"}, {"name-person", "Hilde"}, {"name-as", "leads"}, {"name-reason", "Leder når rektor er borte."}}})
		f.open(track + "/lesinger")
		if r := w.do("GET", f.cookie, "nb", track+"/utskrift", nil); r.StatusCode != http.StatusSeeOther || !strings.Contains(r.Header.Get("Location"), "/skjerming") {
			t.Errorf("it is printed with nothing unlocked: %d", r.StatusCode)
		}
		if _, err := w.house.journal.Sequence(t.Context(), w.house.db, w.owner(), w.clock()); err != nil {
			t.Fatal(err)
		}
		f.do(deed{At: track + "/pakke", Fill: [][2]string{{"kind", "state"}, {"answers", "Brev av 1. desember"}}, Sees: "Lås opp saken", No: true})
		deputy := w.enter(w.whoever("deputy"), mfa)
		w.do("GET", deputy, "nb", track, nil)
		f.open("/skjerming")
		if !strings.Contains(f.body, track+"/skjerming") {
			t.Error("that the deputy opened it rings for nobody")
		}
	}},
}

var selectTracks = testSQL(`SELECT slug FROM cases_track WHERE owner = $1 ORDER BY slug`)

func (w *storyWorld) tracks() (all []string) {
	w.read(func(tx *db.Tx) error {
		return tx.Each(selectTracks, func(scan db.Scan) error {
			var s string
			err := scan(&s)
			all = append(all, s)
			return err
		}, w.owner())
	})
	return all
}

func TestTheScenariosByForms(t *testing.T) {
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newStoryWorld(t, d)
				f := &formReader{t: t, w: w, battery: webtest.New(w.site)}
				w.tell(f, s.story, func(int) {})
				if s.ends != nil {
					s.ends(t, w, f)
				}
			})
		})
	}
}
