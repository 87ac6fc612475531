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
// by their forms alone. The first is walked in site_walls_test.go; secrecy, the
// protected address and three children in one class stand in site_secrecy_test.go.

// A scenario is one of them: what the law wants of it, clause by clause, the days,
// and what is looked at when they are over. Each clause is shown by a deed or by a
// proof that names it (TestEveryClauseIsShown).
type scenario struct {
	wants []string
	story []deed
	ends  []proof
}

// A proof looks at how a story ended.
type proof struct {
	shows string
	of    func(*testing.T, *storyWorld, *formReader)
}

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

var scenarios = map[string]scenario{
	"§ 8.2: digital mobbing lørdag kveld": {wants: []string{
		"ingen plikt er brutt for lørdagen", "fra mandag: meldt, undersøkt, tiltak og plan", "tiltakene er de skolen rår over",
		"veien til politi og barnevern", "varsel før noe legges ved",
	}, story: story(
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
			{Who: "social-teacher", At: "$track/vedlegg/ny", Fill: [][2]string{{"safe", "yes"}}, Sees: "slettmeg.no", Shows: "varsel før noe legges ved"},
			// Det som skjedde, står i ord i stedet for i bilder, og siden sier når politiet og barnevernet skal få vite det.
			{Who: "social-teacher", At: "/digitale-hendelser"},
			{Who: "social-teacher", At: "$track/nett", Fill: [][2]string{{"at", "21.11.2026"}, {"happened", "En melding om klærne hennes i en gruppe."}, {"service", "en meldingsapp"}, {"keeper", "Hun har slettet den."}}, Sees: "En melding om klærne hennes i en gruppe."},
			{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "talk-home"}, {"who", "Far"}, {"status", "given"}, {"text", "Så meldingen lørdag."}}, Sees: "Så meldingen lørdag."},
		},
		planned("Kontaktlærer møter Nora ved skolestart.", "07.12.2026"),
		[]deed{{Who: "social-teacher", At: "$track/plan", Sees: "Kontaktlærer møter Nora ved skolestart.", Shows: "fra mandag: meldt, undersøkt, tiltak og plan"}},
	), ends: []proof{
		{"ingen plikt er brutt for lørdagen", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("rektor", f.track); strings.Contains(s, "over fristen") {
				t.Error("something is late for what happened on a Saturday")
			}
			if s := f.sees("social-teacher", "/digitale-hendelser"); !strings.Contains(s, "er ikke brudd på noen plikt lørdag") {
				t.Error("the guide does not say it")
			}
		}},
		{"tiltakene er de skolen rår over", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("social-teacher", "/digitale-hendelser"); !strings.Contains(s, "Tiltakene gjelder det skolen rår over") || !strings.Contains(s, "Hjemmet rår over telefonen og kvelden") {
				t.Errorf("the guide does not say what is the school's: %s", s)
			}
		}},
		{"veien til politi og barnevern", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("social-teacher", "/digitale-hendelser"); !strings.Contains(s, "Politiet, 02800") || !strings.Contains(s, "Barnevernet: grunn til å tro") {
				t.Errorf("the guide does not lead to them: %s", s)
			}
		}},
	}},
	"§ 8.6: et barn på seks": {wants: []string{
		"ingen nedre aldersgrense", "en mal for de yngste", "barnets egne ord, og hvordan de er forstått", "intet samtykke, og hjemmet får vite det",
		"vekt etter modenhet, med grunn", "å ikke ville er et fullt svar, og det blir tilbudt igjen", "ASK, tegn og tolk", "«for ung» er ingen grunn",
	}, story: story(
		toldOf([]string{"Elias Moe"}, "", "Elias gjemte seg i garderoben.", "changing"),
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "declined"}, {"how", "drawing"}, {"again", "26.11.2026"}}, Sees: "Datoen for å spørre igjen", Shows: "å ikke ville er et fullt svar, og det blir tilbudt igjen"},
		},
		planned("Mona tar imot Elias om morgenen.", "07.12.2026"),
		[]deed{
			// Torsdag: det blir tilbudt igjen, og Elias tegner.
			{
				Who: "social-teacher", Days: 3, At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Der er jeg. Døra."}, {"asked", "Han tegnet en dør, og seg selv bak den. Jeg tror det er garderoben."}, {"wants", "Sitte ved Mona."}, {"weight", "Stor vekt: det er nær ham selv, og han viste det tydelig."}, {"how", "drawing"}, {"detail", "Mona satt ved siden av."}},
				Sees: "Han tegnet en dør, og seg selv bak den.", Shows: "barnets egne ord, og hvordan de er forstått",
			},
			{Who: "social-teacher", At: "$track/skriv", Fill: [][2]string{{"what", "parents-informed"}, {"text", "Ringte far."}}},
			{Who: "social-teacher", At: "$track/samtaler", Sees: "Stor vekt: det er nær ham selv, og han viste det tydelig.", Shows: "vekt etter modenhet, med grunn"},
			{Who: "social-teacher", At: "/samtaleguide", Sees: "De yngste, 6–8 år", Shows: "en mal for de yngste"},
			{Who: "social-teacher", Days: 11, At: "$track/evalueringer", Fill: [][2]string{
				{"answer", "safe"}, {"words", "Han pekte på det glade ansiktet."}, {"way", "self"}, {"e1-helped", "yes"}, {"e1-then", "continue"}, {"saw", "Går inn sammen med Mona."}, {"best", "Slik Elias vil."}, {"then", "continue"}, {"next", "21.12.2026"},
			}, Sees: "Han pekte på det glade ansiktet."},
		},
	), ends: []proof{
		{"«for ung» er ingen grunn", func(t *testing.T, w *storyWorld, f *formReader) {
			for _, page := range []string{"/samtaler", "/plan"} {
				s := strings.ToLower(f.sees("social-teacher", f.track+page))
				for _, word := range []string{"for ung", "for liten"} {
					if strings.Contains(s, word) {
						t.Errorf("%q can be chosen on %s", word, page)
					}
				}
			}
		}},
		{"ingen nedre aldersgrense", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("social-teacher", f.track+"/samtaler"); !strings.Contains(s, "Alder er ikke en grunn til å la være å spørre") {
				t.Errorf("the page does not say so: %s", s)
			}
		}},
		{"intet samtykke, og hjemmet får vite det", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("social-teacher", f.track+"/samtaler"); !strings.Contains(s, "Samtykke fra hjemmet trengs ikke, men hjemmet får vite det etterpå") {
				t.Errorf("the page does not say so: %s", s)
			}
			if s := f.sees("social-teacher", f.track); !strings.Contains(s, "Ringte far.") {
				t.Errorf("that the home was told does not stand in the track: %s", s)
			}
		}},
		{"ASK, tegn og tolk", func(t *testing.T, w *storyWorld, f *formReader) {
			f.sees("social-teacher", f.track+"/samtaler")
			for _, way := range []string{"aac", "sign", "interpreter", "drawing", "adult"} {
				if !strings.Contains(f.body, `value="`+way+`"`) {
					t.Errorf("%s cannot be chosen", way)
				}
			}
		}},
	}},
	"§ 8.7: skolen finner ingenting": {wants: []string{
		"saken kan ikke avsluttes som «ikke bekreftet»", "det eleven opplever, holder tiltakene i gang", "å avslutte krever elevens eget ord",
		"rektor alene kan trappe ned", "tiltak, oppfølging og evaluering går videre", "etterkontrollen er en plikt med dato", "hjemmet og eleven vet om Statsforvalteren",
	}, story: story(
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
			{Who: "rektor", At: "$track/avslutning"},
			{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "trapp-ned"}, {"view", "Nora sier at det ikke er trygt."}, {"way", "self"}, {"reason", "Vi ser ingen hendelser."}, {"recheck", "11.01.2027"}}, No: true, Sees: "Statsforvalteren", Shows: "hjemmet og eleven vet om Statsforvalteren"},
			{Who: "rektor", At: "$track/avslutning", Fill: [][2]string{{"do", "trapp-ned"}, {"view", "Nora sier at det ikke er trygt."}, {"way", "self"}, {"reason", "Vi ser ingen hendelser."}, {"recheck", "11.01.2027"}, {"told", "*"}}},
			{Who: "rektor", At: "$track", Sees: "trappet ned", Shows: "rektor alene kan trappe ned"},
			// Den dagen spør skolen Nora igjen. Hun sier det samme, og arbeidet går videre.
			{Who: "social-teacher", Days: 35, At: "/i-dag", Sees: "Spør Nora igjen", Shows: "etterkontrollen er en plikt med dato"},
			{Who: "social-teacher", At: "$track/etterkontroll", Fill: [][2]string{{"answer", "not-safe"}, {"words", "Det er fortsatt ikke trygt."}, {"way", "self"}}, Sees: "Det er fortsatt ikke trygt."},
		},
	), ends: []proof{
		{"saken kan ikke avsluttes som «ikke bekreftet»", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("rektor", f.track+"/avslutning"); !strings.Contains(s, "Nora sier at det ikke er trygt") || strings.Contains(s, "ikke bekreftet") {
				t.Errorf("the page of closing does not begin with what she says:\n%s", s)
			}
		}},
		{"å avslutte krever elevens eget ord", func(t *testing.T, w *storyWorld, f *formReader) {
			f.sees("rektor", f.track+"/avslutning")
			if strings.Contains(f.body, `value="avslutt"`) {
				t.Error("a case can be closed while the pupil says that it is not safe")
			}
			r := w.do("POST", f.cookie, "nb", f.track+"/avslutning", url.Values{"do": {"avslutt"}, "words": {"Skolen fant ingenting."}, "check": {"20.02.2027"}})
			if r.StatusCode != http.StatusUnprocessableEntity {
				t.Errorf("it is closed on the school's word: %d", r.StatusCode)
			}
		}},
		{"det eleven opplever, holder tiltakene i gang", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("rektor", f.track+"/tiltak-i-gang"); !strings.Contains(s, "Voksen i gangen.") {
				t.Errorf("the measure does not go on:\n%s", s)
			}
		}},
		{"tiltak, oppfølging og evaluering går videre", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("social-teacher", f.track+"/evalueringer"); !strings.Contains(s, "Voksen i gangen.") {
				t.Errorf("the measure is not evaluated any more:\n%s", s)
			}
			if s := f.sees("social-teacher", "/saker"); !strings.Contains(s, "Nora") {
				t.Errorf("the track is out of the list of those that run:\n%s", s)
			}
		}},
	}},
	"§ 8.8: helsesykepleieren vet": {wants: []string{
		"ingen må skrive", "spør om samtykke (pbrl. § 4-4)", "eller egen plikt (§ 33)", "melder uten helseopplysninger", "hun ser ikke saken",
	}, story: []deed{
		{Who: "nurse", At: "/i-dag"},
		{Who: "nurse", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next", Sees: "Skriv ikke helseopplysninger her.", Shows: "melder uten helseopplysninger"},
		// Hun kan gå herfra: siden sier at hun ikke må, og ingenting er skrevet.
		{Who: "nurse", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next", Sees: "Du må ikke melde fra her", Shows: "ingen må skrive"},
		{Who: "nurse", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next", Sees: "pasient- og brukerrettighetsloven §\u00a04\u20114", Shows: "spør om samtykke (pbrl. § 4-4)"},
		{Who: "nurse", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}}, Press: "go=next", Sees: "helsepersonelloven §\u00a033", Shows: "eller egen plikt (§ 33)"},
		{Who: "nurse", Fill: [][2]string{{"said", ""}, {"saw", "Nora er ofte alene i friminuttet."}}, Press: "go=next"},
		{Who: "nurse", Fill: [][2]string{{"arena", "break"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "rektor"},
		{Who: "rektor", At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "new"}, {"handler", "Ina Lund"}}, Sees: "Saken er tatt opp"},
		{Who: "social-teacher", At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	}, ends: []proof{
		{"ingen må skrive", func(t *testing.T, w *storyWorld, f *formReader) {
			if n := len(w.tracks()); n != 1 {
				t.Errorf("%d tracks of four times that she began to write and one that she sent", n)
			}
			for _, d := range []string{"/kladder", "/i-dag"} { // and nothing reminds her of it
				if s := f.sees("nurse", d); strings.Contains(s, "Nora Dahl") && d == "/kladder" {
					t.Errorf("what she did not send is kept: %s", s)
				}
			}
		}},
		{"hun ser ikke saken", func(t *testing.T, w *storyWorld, f *formReader) {
			nurse := w.enter(w.whoever("nurse"), mfa)
			if r := w.do("GET", nurse, "nb", f.track, nil); r.StatusCode != http.StatusNotFound {
				t.Errorf("the nurse who told comes to the case: %d", r.StatusCode)
			}
		}},
	}},
	"§ 8.9: inngrep i SFO": {wants: []string{
		"kapittel 12 gjelder også når et firma driver SFO", "hendelsen, inngrepet og elevens syn", "rektor og foreldrene får vite", "andre gang: kommunen", "var det en krenkelse, gjelder § 12-5 også", "den det gjelder, ser ingenting",
	}, story: []deed{
		{Who: "sfo", At: "/inngrep/ny", Sees: "også når andre driver SFO for kommunen"},
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
		{Who: "rektor", At: "/i-dag", Link: `^/inngrep/[a-z2-7]{10}$`, Fill: [][2]string{{"do", "foreldre"}, {"text", "Ringte mor."}}, Sees: "Ringte mor.", Lacks: `value="kommunen"`, Shows: "rektor og foreldrene får vite"},
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
		}, Sees: "Jeg ble redd.", Shows: "hendelsen, inngrepet og elevens syn"},
		{Who: "rektor", At: "/i-dag", Link: `^/inngrep/[a-z2-7]{10}$`, Fill: [][2]string{{"do", "kommunen"}, {"text", "Ringte kommunen."}}, Sees: "meldte fra til kommunen", Shows: "andre gang: kommunen"},
		// Petter mener at det var mer enn et inngrep. Da går § 12-5 sin egen vei ved siden av.
		{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Elias Moe"}, {"accused", "employee"}, {"against", "Mona Lund"}}, Press: "go=next"},
		{Who: "teacher", Fill: [][2]string{{"said", ""}, {"saw", "Mona slo Elias på hånden da det var over."}}, Press: "go=next"},
		{Who: "teacher", Fill: [][2]string{{"arena", "sfo"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "Rektor har fått meldingen din"},
		{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{
			{"urgent", "En annen voksen er hos Elias på SFO."}, {"doer", "Ina Lund"}, {"handler", "Ina Lund"}, {"owner", "tell"}, {"words", "En ansatt på SFO er meldt."},
		}, Sees: "Kommunen har fått melding", Shows: "var det en krenkelse, gjelder § 12-5 også"},
	}, ends: []proof{
		{"kapittel 12 gjelder også når et firma driver SFO", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("sfo", "/inngrep/ny"); !strings.Contains(s, "også når andre driver SFO for kommunen (opplæringslova § 12\u20111)") {
				t.Errorf("the form does not say so: %s", s)
			}
		}},
		{"den det gjelder, ser ingenting", func(t *testing.T, w *storyWorld, f *formReader) {
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
	}},
	"§ 8.10: kartlegging med navn": {wants: []string{
		"stoppet når det er for å forebygge", "bare i en åpen sak som har vart lenge eller er sammensatt", "et notat om hva som ikke holdt", "svarene sjekkes før de brukes",
	}, story: story(
		// Rektor vil spørre alle på 5A hvem som plager noen, slik klassen blir spurt hver høst.
		// Det er ikke lov for å forebygge: siden sier det, med paragrafen.
		[]deed{
			{Who: "rektor", At: "/skolen", Link: `^/skolen/kartlegging$`, Fill: [][2]string{
				{"kartlegg-survey-whom", "Alle på 5A."}, {"kartlegg-survey-questions", "Hvem plager noen i klassen?"}, {"kartlegg-survey-names", "yes"}, {"kartlegg-due", "30.11.2026"},
			}, No: true, Sees: "opplæringsforskrifta §\u00a020\u20115 tredje ledd", Shows: "stoppet når det er for å forebygge"},
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
			}, No: true, Sees: "Andre måter må være prøvd først", Shows: "et notat om hva som ikke holdt"},
			{Who: "social-teacher", Days: 1, At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Jeg vet ikke hvem som skriver."}, {"wants", "At det stopper."}, {"how", "none"}}},
			{Who: "social-teacher", Days: 9, At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "observation"}, {"who", "Jonas Lund"}, {"status", "given"}, {"text", "Så ingenting på ni dager."}}},
			{Who: "rektor", At: "$track/undersokelse/plan", Link: `/undersokelse/kartlegging$`, Fill: [][2]string{
				{"kartlegg-survey-why", "Det har vart siden april, og flere er med."},
				{"kartlegg-survey-tried", "Samtale, og tilsyn i ni dager. Ingen av dem viste hva som skjer."},
				{"kartlegg-survey-whom", "Alle på 5A."},
				{"kartlegg-survey-questions", "Hvem plager noen i klassen?"},
				{"kartlegg-due", "04.12.2026"},
			}, Sees: "Svarene er ikke bekreftet ennå.", Shows: "bare i en åpen sak som har vart lenge eller er sammensatt"},
			// Svarene er kommet. De er ingen kilde før de er sjekket.
			{Who: "social-teacher", Days: 1, At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "survey"}, {"who", "5A"}, {"status", "given"}, {"text", "Qz10 tre skrev samme navn."}}, No: true, Sees: "venter på å bli bekreftet"},
			{Who: "social-teacher", Days: 4, At: "$track/undersokelse/kartlegging", Fill: [][2]string{
				{"do", "sjekk"}, {"sjekk-survey-how", "To lærere så etter i storefri."}, {"sjekk-survey-stands", "En elev stenger porten for Nora."},
			}, Sees: "Det som står seg, er en kilde"},
			{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "funn"}, {"finding", "Porten blir stengt i storefri."}, {"from", "*"}}, Sees: "Porten blir stengt i storefri."},
		},
	), ends: []proof{{"svarene sjekkes før de brukes", func(t *testing.T, w *storyWorld, f *formReader) {
		for _, page := range []string{"", "/undersokelse", "/utskrift"} {
			if f.sees("social-teacher", f.track+page); strings.Contains(f.body, "Qz10") {
				t.Errorf("what nobody checked stands in %s", page)
			}
		}
		teacher := w.enter(w.whoever("teacher"), mfa)
		for _, page := range []string{"/skolen/kartlegging", f.track + "/undersokelse/kartlegging"} {
			if r := w.do("GET", teacher, "nb", page, nil); r.StatusCode != http.StatusNotFound {
				t.Errorf("the teacher comes to %s: %d", page, r.StatusCode)
			}
		}
	}}}},
	"§ 8.3: eleven ber om taushet":     secrecy,
	"§ 8.4: strengt fortrolig adresse": protected,
	"§ 8.5: tre elever i én klasse":    three,
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
				w.mailed() // from here on there is a letterbox
				w.tell(f, s.story, func(int) {})
				for _, p := range s.ends {
					p.of(t, w, f)
				}
			})
		})
	}
}

// Each clause of each of the law's scenarios is shown by a deed or a proof, and
// nothing is said to show one that is not there.
func TestEveryClauseIsShown(t *testing.T) {
	all := map[string]scenario{"§ 8.1: en lærer krenker en elev": {wants: reported, story: story(theTeacherIsReported, theBaselessReport, theLeadershipIsReported), ends: reportedEnds}}
	for name, s := range scenarios {
		all[name] = s
	}
	if len(all) != 10 {
		t.Errorf("%d scenarios", len(all))
	}
	for name, s := range all {
		shown := map[string]bool{}
		for _, d := range s.story {
			if shown[d.Shows] = true; d.Shows != "" && d.Sees == "" {
				t.Errorf("%s: nobody looks at what is to show that %s", name, d.Shows)
			}
		}
		for _, p := range s.ends {
			if shown[p.shows] = true; p.of == nil {
				t.Errorf("%s: nothing is done to show that %s", name, p.shows)
			}
		}
		delete(shown, "")
		for _, c := range s.wants {
			if !shown[c] {
				t.Errorf("%s: nothing shows that %s", name, c)
			}
			delete(shown, c)
		}
		for c := range shown {
			t.Errorf("%s: what is shown is no clause: %s", name, c)
		}
	}
}
