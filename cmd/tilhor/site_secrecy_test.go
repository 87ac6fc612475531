package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// sees opens a page as somebody, and gives its words.
func (f *formReader) sees(who, page string) string {
	f.t.Helper()
	f.as(who)
	f.open(page)
	return plainText(f.body)
}

func (f *formReader) as(who string) {
	f.cookie = nil
	if who != "anyone" {
		f.cookie = f.w.enter(f.w.whoever(who), mfa)
	}
}

// eleven ber om taushet
var secrecy = scenario{
	wants: []string{
		"den ansatte kan ikke love det",
		"rektor får det uansett",
		"eleven får vite hva som skjer",
		"bare de som må, har tilgang",
		"hvordan eleven vil ha det, er skrevet og veid",
		"den som har foreldreansvar, får vite",
		"en forelder uten ansvar kan be, og får et nei med klage",
		"fare hjemme: barnevernet først, og hjemmet får ikke vite",
		"ved fare blir ingen varslet av seg selv",
		"en melding uten navn må undersøkes",
		"svaret kommer med en kode",
		"ingenting binder meldingen til en maskin",
	},
	story: story(
		toldOf([]string{"Nora Dahl"}, "Ikke si det til mamma.", "Nora gråt da hun sa det.", "class"),
		[]deed{{Who: "teacher", At: "/bekymringer", Link: `^/bekymringer/[a-z2-7]{10}$`, Sees: "Lov ikke å holde det hemmelig", Shows: "den ansatte kan ikke love det"}},
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "/samtaleguide", Sees: "Lov ikke å holde det hemmelig"},
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{
				{"answer", "told"}, {"words", "Mamma blir sint. Ikke si det."}, {"wants", "At mamma ikke får vite det ennå."}, {"weight", "Stor vekt. Nora kjenner mamma best."}, {"how", "none"},
			}, Sees: "At mamma ikke får vite det ennå.", Shows: "hvordan eleven vil ha det, er skrevet og veid"},
			{Who: "social-teacher", At: "$track/elevens-beste", Fill: [][2]string{{"view", "Mamma skal ikke vite det ennå."}, {"interests", "Trygghet hjemme og på skolen."}, {"weighing", "Det Nora vil, veier tyngst til barnevernet har svart."}, {"conclusion", "Vi venter."}}},
			// Ansvaret er kjent, og da skal Marit vanligvis få vite.
			{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{{"do", "ansvar"}, {"ansvar-what", "responsibility"}, {"ansvar-guardian", "Marit"}, {"ansvar-reason", "Skjema fra skolestart."}}, Sees: "Får vite alt", Shows: "den som har foreldreansvar, får vite"},
			// Men Nora er redd hjemme: barnevernet først. Unntaket har en regel, en grunn og en dag.
			{Who: "rektor", At: "$track/hjemmet", Sees: "Er det fare hjemme, melder dere til barnevernet først", Fill: [][2]string{
				{"do", "taushet"}, {"taushet-what", "secret"}, {"taushet-guardian", "Marit"}, {"taushet-basis", "popl-16-c"}, {"taushet-review", "07.12.2026"}, {"taushet-reason", ""},
			}, No: true},
			{Who: "rektor", At: "$track/hjemmet", Fill: [][2]string{
				{"do", "taushet"}, {"taushet-what", "secret"}, {"taushet-guardian", "Marit"}, {"taushet-basis", "popl-16-c"}, {"taushet-review", "07.12.2026"}, {"taushet-reason", "Nora er redd hjemme. Meldt til barnevernet."},
			}, Sees: "Får ikke vite noe", Shows: "fare hjemme: barnevernet først, og hjemmet får ikke vite"},
			// Faren har ikke foreldreansvar. Han ber etter barnelova § 47, og avslaget sier hvem han kan klage til.
			{Who: "rektor", Days: 1, At: "$track/innsyn", Fill: [][2]string{{"asker", "parent"}, {"from", "Terje Dahl"}, {"basis", "bl-47"}, {"received", "24.11.2026"}}, Sees: "En forelder ba om innsyn"},
			{Who: "rektor", At: "$track/innsyn", Link: `/innsyn/[a-z2-7]+$`},
			{Who: "rektor", Link: `/vedtak$`, Fill: [][2]string{{"way", "refuse"}, {"provision", "fvl-19"}, {"reason", "Det kan skade Nora at han vet det nå."}}, Sees: "Du kan klage på dette til Statsforvalteren", Shows: "en forelder uten ansvar kan be, og får et nei med klage"},
			{Who: "rektor", Days: 13, At: "/i-dag", Link: `/hjemmet`},
			{Who: "rektor", At: "$track/hjemmet", Sees: "Får ikke vite noe", Fill: [][2]string{
				{"do", "taushet"}, {"taushet-what", "secret"}, {"taushet-guardian", "Marit"}, {"taushet-basis", "popl-16-c"}, {"taushet-review", "11.01.2027"}, {"taushet-reason", "Barnevernet ber oss vente."},
			}},
		},
	),
	ends: []proof{
		{"rektor får det uansett", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("rektor", f.track); !strings.Contains(s, "Nora") {
				t.Errorf("rektor does not have it: %s", s)
			}
		}},
		{"eleven får vite hva som skjer", func(t *testing.T, w *storyWorld, f *formReader) {
			// Det Nora leser før hun sier noe selv, på siden for hennes alder.
			f.as("pupil")
			f.do(deed{At: "/min/si", Fill: [][2]string{{"for", "self"}}, Press: "go=next", Sees: "Derfor kan vi ikke love at det blir hemmelig"})
			if s := f.sees("pupil", "/rettigheter/11"); !strings.Contains(s, "rektor") {
				t.Errorf("the page of rights does not say what happens: %s", s)
			}
		}},
		{"bare de som må, har tilgang", func(t *testing.T, w *storyWorld, f *formReader) {
			for _, who := range []string{"teacher", "sfo", "nurse", "employee", "fjellvik rektor"} {
				if r := w.do("GET", w.enter(w.whoever(who), mfa), "nb", f.track, nil); r.StatusCode != http.StatusNotFound {
					t.Errorf("%s comes to the case: %d", who, r.StatusCode)
				}
			}
		}},
		{"ved fare blir ingen varslet av seg selv", func(t *testing.T, w *storyWorld, f *formReader) {
			if s := f.sees("rektor", f.track); strings.Contains(s, "Marit Dahl") {
				t.Errorf("one who is not to be told stands among those around the pupil:\n%s", s)
			}
			if s := f.sees("parent", "/foresatt"); !strings.Contains(s, "Her er det ingenting å vise") {
				t.Errorf("the parent is shown something:\n%s", s)
			}
			for _, m := range w.mailed() {
				if strings.HasPrefix(m, "marit@") {
					t.Errorf("the parent is mailed: %s", m)
				}
			}
		}},
		{"en melding uten navn må undersøkes", sayWithoutAName},
		{"svaret kommer med en kode", answerByCode},
		{"ingenting binder meldingen til en maskin", untied},
	},
}

// sayWithoutAName: somebody tells from the school's own page, and rektor has to
// take it up as everything else. The duty to investigate is there at once.
func sayWithoutAName(t *testing.T, w *storyWorld, f *formReader) {
	first := f.track
	f.as("anyone")
	f.open("/")
	link := regexp.MustCompile(`href="(/s/[a-z2-7]+)"[^>]*>[^<]*Solbakken`).FindStringSubmatch(f.body)
	if link == nil {
		t.Fatalf("the school is not on the front page: %s", f.body)
	}
	for _, d := range []deed{
		{At: link[1] + "/si", Fill: [][2]string{{"for", "friend"}}, Press: "go=next"},
		{Fill: [][2]string{{"sign", "no"}}, Press: "go=next"},
		{Fill: [][2]string{{"whom", "En gutt i 5A"}, {"words", "Qz3 de tar sekken hans hver dag."}, {"arena", "break"}}, Press: "go=next"},
		{Fill: [][2]string{{"accused", "none"}}},
	} {
		f.do(d)
	}
	f.do(deed{Press: ""}) // nothing to fill: the way to the code
	f.as("rektor")
	f.do(deed{At: "/i-dag", Link: `/stilling$`, Fill: [][2]string{{"way", "new"}, {"handler", "Ina Lund"}}, Sees: "Saken er tatt opp"})
	f.as("social-teacher")
	f.track = w.others(first)[0]
	f.open(f.track)
	if s := plainText(f.body); !strings.Contains(s, "Undersøk") {
		t.Errorf("nobody has to investigate it:\n%s", s)
	}
}

// answerByCode: the school asks, and who told answers with seven words and no name.
func answerByCode(t *testing.T, w *storyWorld, f *formReader) {
	f.do(deed{At: f.track, Link: `/samtale$`, Fill: [][2]string{{"text", "Takk. Når på dagen er det?"}, {"to", "sender"}}})
	f.as("anyone")
	f.do(deed{At: "/kode", Fill: [][2]string{{"kode", "$code"}}, Press: "gjor=les", Sees: "Når på dagen er det?"})
	f.do(deed{Fill: [][2]string{{"text", "Etter storefri."}}, Press: "gjor=skriv", Sees: "Etter storefri."})
}

// untied: no cookie is set, and neither the record, nor any row, nor the words as who
// has the case reads them have the address the telling came from. The control: what
// was told is read there, and lies in no row as it was said.
func untied(t *testing.T, w *storyWorld, f *formReader) {
	if r := w.do("GET", nil, "nb", "/kode", nil); r.Header.Get("Set-Cookie") != "" {
		t.Error("who has a code is given a cookie")
	}
	if _, err := w.house.journal.Sequence(t.Context(), w.house.db, w.owner(), w.clock); err != nil {
		t.Fatal(err)
	}
	const from, told = "192.0.2.1", "Qz3 de tar" // where the requests of these tests come from
	var record, rows bytes.Buffer
	w.must(journal.Export(t.Context(), w.house.db, w.owner(), w.house.keys.Public(w.owner()), &record))
	_, err := w.house.db.Dump(t.Context(), &rows)
	w.must(err)
	for where, c := range map[string]struct {
		text, has string
		lacks     []string
	}{
		"the record": {record.String(), "cases.", []string{from, told}},
		"the rows":   {rows.String(), strings.TrimPrefix(f.track, "/saker/"), []string{from, told}},
		"the words":  {f.sees("social-teacher", f.track), told, []string{from}},
	} {
		if !strings.Contains(c.text, c.has) {
			t.Errorf("%s: the control is not there", where)
		}
		for _, word := range c.lacks {
			if strings.Contains(c.text, word) {
				t.Errorf("%s: there is %s", where, word)
			}
		}
	}
}

var addressColumn = regexp.MustCompile(`(?m)^\s+(address|adresse|street|postal\w*)\s.*`)

var unguard = testSQL(`DELETE FROM access_guard WHERE owner = $1`)

// letterbox keeps what is mailed.
type letterbox struct{ all []string }

func (l *letterbox) Mail(_ context.Context, to, subject, text string) error {
	l.all = append(l.all, to+": "+subject+"\n"+text)
	return nil
}

// mailed is all that has been mailed, in the minutes after what was done.
func (w *storyWorld) mailed() []string {
	w.t.Helper()
	box, ok := w.house.mailers[w.owner()].(*letterbox)
	if !ok {
		box = &letterbox{}
		w.house.mailers[w.owner()] = box
	}
	for range 2 { // gathered, and then sent when it has lain for a while
		_, err := w.house.journal.Sequence(w.t.Context(), w.house.db, w.owner(), w.clock)
		w.must(err)
		w.must(w.house.sendNotices(w.t.Context(), w.site.Kit().Owner))
		w.later(11 * time.Minute)
	}
	return box.all
}

// strengt fortrolig adresse (kode 6). That no survey may single her out asks
// nothing here: no answers to a survey are kept at all.
var protected = scenario{
	wants: []string{
		"ikke i lister og søk",
		"samme svar som for en som ikke finnes",
		"ikke i varsler og emnefelt",
		"ikke i kalenderen",
		"ikke i tallene",
		"ikke i utskrift og uttrekk uten at det er låst opp",
		"ingen adresse er lagret",
		"hver åpning er loggført og varsler",
		"den andre forelderen får ikke vite av seg selv",
		"pakken sier vernet og kanalen",
	},
	story: story(
		toldOf([]string{"Tuva Aas"}, "Noen sto ved porten.", "", "way"),
		takenUp(),
		[]deed{
			{Who: "rektor", At: "/skjerming", Fill: [][2]string{{"do", "shield"}, {"shield-pupil", "Tuva"}, {"shield-grade", "strengt-fortrolig"}, {"shield-leader", "Kari"}, {"shield-reason", "Melding fra politiet."}}},
			// Den navngitte leder også. Dagene går, og noe blir skrevet.
			{Who: "rektor", At: "$track/skjerming", Fill: [][2]string{{"do", "name"}, {"name-person", "Hilde"}, {"name-as", "leads"}, {"name-reason", "Leder når rektor er borte."}}},
			{Who: "deputy", Days: 1, At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Han sto ved porten i går også."}, {"wants", "Gå ut bakveien."}, {"how", "none"}}, Sees: "Han sto ved porten i går også."},
		},
	),
	ends: []proof{
		{"ikke i lister og søk", func(t *testing.T, w *storyWorld, f *formReader) {
			for _, who := range []string{"social-teacher", "teacher", "nurse"} {
				f.as(who)
				for _, page := range []string{"", "/utskrift", "/lesinger", "/pakke", "/skjerming", "/innsyn"} {
					if r := w.do("GET", f.cookie, "nb", f.track+page, nil); r.StatusCode != http.StatusNotFound {
						t.Errorf("%s, who is not named, comes to %s of it: %d", who, page, r.StatusCode)
					}
				}
				for _, page := range []string{"/i-dag", "/saker", "/bekymringer", "/bekymringer/ny", "/inngrep", "/inngrep/ny"} {
					if r := w.do("GET", f.cookie, "nb", page, nil); strings.Contains(bodyOf(t, r), "Tuva") {
						t.Errorf("%s sees her name on %s", who, page)
					}
				}
			}
		}},
		{"samme svar som for en som ikke finnes", func(t *testing.T, w *storyWorld, f *formReader) {
			for _, who := range []string{"social-teacher", "teacher"} {
				for _, way := range []string{"", "tekst"} { // by name, and in the words
					answer := func(name string) string {
						f.as(who)
						f.open("/saker")
						f.send("/saker", url.Values{"sok": {name}, "go": {way}}, false)
						return strings.ReplaceAll(plainText(f.body), name, "…")
					}
					track := f.track
					if a, b := answer("Tuva Aas"), answer("Mira Foss"); a != b {
						t.Errorf("%s tells her from somebody who is not there (%q):\n%s", who, way, firstDifference(a, b))
					}
					f.track = track
				}
			}
		}},
		{"ikke i varsler og emnefelt", func(t *testing.T, w *storyWorld, f *formReader) {
			all := w.mailed()
			if len(all) == 0 {
				t.Error("nobody is mailed of anything: the search proves nothing")
			}
			for _, m := range all {
				for _, word := range []string{"Tuva", "Aas", "6B", "skjerm"} {
					if strings.Contains(m, word) {
						t.Errorf("a mail says %q: %s", word, m)
					}
				}
				if strings.HasPrefix(m, "social-teacher-solbakken@") {
					t.Errorf("who is not named is told: %s", m)
				}
			}
		}},
		{"ikke i kalenderen", func(t *testing.T, w *storyWorld, f *formReader) {
			for _, who := range []string{"rektor", "deputy"} {
				a := w.whoever(who)
				w.must(w.house.notices().OpenFeed(t.Context(), a))
				feed, err := w.house.notices().FeedOf(t.Context(), a)
				w.must(err)
				body := bodyOf(t, w.do("GET", nil, "nb", "/kalender/"+feed, nil))
				if !strings.Contains(body, "BEGIN:VCALENDAR") || strings.Contains(body, "VEVENT") {
					t.Errorf("the calendar of %s has days of hers:\n%s", who, body)
				}
				// The control: were she not protected, there would be days.
				n, undo := 0, errors.New("undone")
				err = w.house.db.Write(t.Context(), func(tx *db.Tx) error {
					if _, err := tx.Exec(unguard, w.owner()); err != nil {
						return err
					}
					today := calendar.DateOf(w.clock())
					days, err := w.house.notices().Days(tx, a, today, today.Add(365), w.clock())
					if n = len(days); err != nil {
						return err
					}
					return undo
				})
				if !errors.Is(err, undo) || n == 0 {
					t.Errorf("%s has no days of hers either way: the look proves nothing (%v)", who, err)
				}
			}
		}},
		{"ikke i tallene", func(t *testing.T, w *storyWorld, f *formReader) {
			n := -1
			w.read(func(tx *db.Tx) error { return tx.One(countedOpen, db.Args(w.owner()), &n) })
			if n != 0 {
				t.Errorf("she stands in the owner's counts: %d rows", n)
			}
			for _, page := range []string{"/skoler", "/skoler/tall.csv"} {
				f.as("owner-adviser")
				if body := bodyOf(t, w.do("GET", f.cookie, "nb", page, nil)); strings.Contains(body, "Tuva") {
					t.Errorf("her name is on %s", page)
				}
			}
		}},
		{"ikke i utskrift og uttrekk uten at det er låst opp", func(t *testing.T, w *storyWorld, f *formReader) {
			f.as("rektor")
			if r := w.do("GET", f.cookie, "nb", f.track+"/utskrift", nil); r.StatusCode != http.StatusSeeOther || !strings.Contains(r.Header.Get("Location"), "/skjerming") {
				t.Errorf("it is printed with nothing unlocked: %d", r.StatusCode)
			}
			f.do(deed{At: f.track + "/pakke", Fill: [][2]string{{"kind", "state"}, {"answers", "Brev av 1. desember"}}, Sees: "Lås opp saken", No: true})
		}},
		{"ingen adresse er lagret", func(t *testing.T, w *storyWorld, f *formReader) {
			for _, page := range []string{"", "/hjemmet", "/skjerming"} {
				f.open(f.track + page)
				if strings.Contains(f.body, `autocomplete="street-address"`) || strings.Contains(f.body, `name="address"`) {
					t.Errorf("%s asks for an address", page)
				}
			}
			steps, err := filepath.Glob("../../internal/db/migrations/*.sql")
			w.must(err)
			for _, s := range steps {
				text, err := os.ReadFile(s)
				w.must(err)
				if m := addressColumn.Find(text); m != nil || len(steps) < 50 {
					t.Errorf("%s has a place for an address: %s", s, m)
				}
			}
		}},
		{"hver åpning er loggført og varsler", func(t *testing.T, w *storyWorld, f *formReader) {
			f.as("deputy")
			w.do("GET", f.cookie, "nb", f.track, nil)
			if s := f.sees("rektor", "/skjerming"); !strings.Contains(f.body, f.track+"/skjerming") || !strings.Contains(s, "Hilde Lund") {
				t.Errorf("that the deputy opened it rings for nobody:\n%s", s)
			}
			if s := f.sees("rektor", f.track+"/lesinger"); !strings.Contains(s, "Hilde Lund") {
				t.Errorf("the log of readings has it not:\n%s", s)
			}
		}},
		{"den andre forelderen får ikke vite av seg selv", func(t *testing.T, w *storyWorld, f *formReader) {
			s := f.sees("rektor", f.track+"/hjemmet")
			if !strings.Contains(s, "Eleven har skjermet adresse. Bestem, med en grunn, hva denne får vite.") || strings.Contains(s, "Får vite alt") {
				t.Errorf("the parent of the lists is told without anybody deciding:\n%s", s)
			}
			liv := w.whoever("parent")
			liv.Person = w.town.Person("forelder-tuva")
			f.cookie = w.enter(liv, mfa)
			f.open("/foresatt")
			if s := plainText(f.body); !strings.Contains(s, "Her er det ingenting å vise") {
				t.Errorf("the parent sees it:\n%s", s)
			}
		}},
		{"pakken sier vernet og kanalen", func(t *testing.T, w *storyWorld, f *formReader) {
			f.as("rektor")
			f.do(deed{At: f.track + "/skjerming", Fill: [][2]string{{"do", "unlock"}, {"unlock-reason", "Statsforvalteren ba om saken."}}, Sees: "Skriv ut"})
			_, err := w.house.journal.Sequence(t.Context(), w.house.db, w.owner(), w.clock)
			w.must(err)
			if s := unzipped(t, f.made(f.track+"/pakke", [][2]string{{"kind", "state"}, {"answers", "Brev av 1. desember"}})); !strings.Contains(s, "Eleven har adressesperre") || !strings.Contains(s, "Send saksmappen bare i en kanal som er godkjent for det") {
				t.Errorf("the cover does not say that she is protected, and how to send it:\n%.2000s", s)
			}
		}},
	},
}

// made fills in the form of a page and gives the file that comes back.
func (f *formReader) made(page string, fill [][2]string) []byte {
	f.t.Helper()
	f.open(page)
	root, err := html.Parse(strings.NewReader(f.body))
	f.w.must(err)
	var file []byte
	each(root, func(n *html.Node) {
		if v, err := filled(n, deed{Fill: fill}, ""); n.Data == "form" && file == nil && err == nil {
			r := f.w.do("POST", f.cookie, "nb", f.at.Path, v)
			if file = []byte(bodyOf(f.t, r)); r.StatusCode != http.StatusOK {
				f.t.Fatalf("%s: %d\n%s", page, r.StatusCode, plainText(string(file)))
			}
		}
	})
	return file
}

// unzipped is the text of every file of a package.
func unzipped(t *testing.T, file []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatalf("no package: %v", err)
	}
	var all strings.Builder
	for _, x := range z.File {
		r, err := x.Open()
		if err == nil {
			_, err = io.Copy(&all, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

// tre elever i én klasse
var three = scenario{
	wants: []string{
		"én sak, tre spor",
		"hver av dem blir hørt for seg",
		"hver har sin plan",
		"et felles tiltak vises til, og kopieres ikke",
		"hver blir evaluert for seg",
		"én kan gå til Statsforvalteren alene",
		"ingenting om én i det som er de andres, heller ikke i uttrekk",
		"to er åpne når ett er avsluttet",
	},
	story: story(
		toldOf([]string{"Nora Dahl", "Elias Moe", "Tuva Aas"}, "", "De tre ble holdt utenfor.", "break"),
		takenUp(),
		[]deed{
			{Who: "social-teacher", At: "$track/sammenheng", Sees: "3 ", Shows: "én sak, tre spor"},
			{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Qz1 de går fra meg."}, {"wants", "En voksen."}, {"how", "none"}}, Sees: "Qz1 de går fra meg."},
		},
		planned("Qz2 en voksen står ved gjerdet.", "07.12.2026"),
	),
	ends: []proof{
		{"et felles tiltak vises til, og kopieres ikke", func(t *testing.T, w *storyWorld, f *formReader) {
			first := f.track
			f.as("social-teacher")
			for _, other := range w.others(first) {
				f.do(deed{At: other + "/tiltak-i-gang", Fill: [][2]string{{"do", "felles"}, {"measure-felles", "*"}}, Sees: "Qz2 en voksen står ved gjerdet."})
				if s := f.sees("social-teacher", other+"/utskrift"); !strings.Contains(s, "Dette gjør skolen også Qz2 en voksen står ved gjerdet.") {
					t.Errorf("on paper it is not there: %s", s)
				}
				f.open(other + "/plan")
				if strings.Contains(f.body, `value="Qz2`) || strings.Contains(f.body, ">Qz2 en voksen står ved gjerdet.</textarea>") {
					t.Error("the measure is copied into another child's plan")
				}
			}
			_, err := w.house.journal.Sequence(t.Context(), w.house.db, w.owner(), w.clock)
			w.must(err)
			f.as("rektor")
			if s := unzipped(t, f.made(w.others(first)[0]+"/pakke", [][2]string{{"kind", "state"}, {"answers", "Brev"}})); !strings.Contains(s, "som også hjelper eleven") || !strings.Contains(s, "Qz2 en voksen står") {
				t.Error("the package does not say what is done in another track for this child, too")
			}
			f.track = first
		}},
		{"hver av dem blir hørt for seg", func(t *testing.T, w *storyWorld, f *formReader) {
			first := f.track
			for i, other := range w.others(first) {
				f.sees("social-teacher", other)
				if s := plainText(f.body); !strings.Contains(s, "ikke spurt") && !strings.Contains(s, "Snakk med") {
					t.Errorf("the next step of another child is not to be heard:\n%s", s)
				}
				word := []string{"Qz4 jeg sitter alene.", "Qz5 de ler."}[i]
				f.do(deed{At: other + "/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", word}, {"wants", "Være med."}, {"how", "none"}}, Sees: word})
			}
			f.track = first
		}},
		{"hver har sin plan", func(t *testing.T, w *storyWorld, f *formReader) {
			first := f.track
			for i, other := range w.others(first) {
				f.track = other
				for _, d := range planned([]string{"Qz6 sitter ved Ina.", "Qz7 går inn først."}[i], "14.12.2026") {
					f.as(d.Who)
					f.do(d)
				}
			}
			f.track = first
		}},
		{"én kan gå til Statsforvalteren alene", func(t *testing.T, w *storyWorld, f *formReader) {
			w.later(8 * 24 * time.Hour)
			first, others := f.track, w.others(f.track)
			f.as("rektor")
			f.do(deed{At: others[0] + "/statsforvalteren/meldt", Fill: [][2]string{{"by", "parent"}, {"at", calendar.DateOf(w.clock()).Time().Format("02.01.2006")}, {"text", "Qz8 foreldrene meldte."}}, Sees: "Qz8 foreldrene meldte."})
			for _, not := range []string{first, others[1]} {
				f.open(not + "/statsforvalteren")
				if strings.Contains(f.body, "Qz8") {
					t.Error("one pupil's report to Statsforvalteren stands in another's track")
				}
			}
			f.track = first
		}},
		{"hver blir evaluert for seg", func(t *testing.T, w *storyWorld, f *formReader) {
			w.later(6 * 24 * time.Hour)
			f.as("social-teacher")
			f.do(deed{At: f.track + "/evalueringer", Fill: [][2]string{
				{"answer", "safe"}, {"words", "Qz3 det er bra."}, {"way", "self"}, {"e1-helped", "yes"}, {"e1-then", "end"}, {"saw", "Leker."}, {"best", "Slik eleven vil."}, {"then", "end"},
			}, Sees: "trygt"})
		}},
		{"to er åpne når ett er avsluttet", func(t *testing.T, w *storyWorld, f *formReader) {
			f.as("rektor")
			first, day := f.track, calendar.DateOf(w.clock()).Add(35)
			if s := f.sees("rektor", first+"/avslutning"); !strings.Contains(s, "Sporene til andre elever i saken går videre") {
				t.Errorf("the page does not say that the others go on:\n%s", s)
			}
			f.do(deed{At: first + "/avslutning", Fill: [][2]string{{"do", "avslutt"}, {"words", "Qz3 det er bra."}, {"weight", "Vi ser det samme."}, {"check", day.Time().Format("02.01.2006")}}, Sees: "er avsluttet"})
			for _, other := range w.others(first) {
				if s := f.sees("social-teacher", other+"/avslutning"); strings.Contains(s, "er avsluttet") || !strings.Contains(s, "har ikke sagt at det er trygt ennå") {
					t.Errorf("another child's track is not open:\n%s", s)
				}
			}
			f.track = first
		}},
		{"ingenting om én i det som er de andres, heller ikke i uttrekk", func(t *testing.T, w *storyWorld, f *formReader) {
			_, err := w.house.journal.Sequence(t.Context(), w.house.db, w.owner(), w.clock)
			w.must(err)
			for _, other := range w.others(f.track) {
				f.as("rektor")
				var shown strings.Builder
				for _, page := range []string{"", "/samtaler", "/plan", "/utskrift", "/plan/utskrift", "/evalueringer", "/avslutning", "/statsforvalteren", "/lesinger"} {
					f.open(other + page)
					shown.WriteString(f.body)
				}
				shown.WriteString(unzipped(t, f.made(other+"/pakke", [][2]string{{"kind", "state"}, {"answers", "Brev"}})))
				var own []string
				for _, word := range []string{"Qz1 de går", "Qz3 det er", "Qz4 jeg sitter", "Qz5 de ler", "Qz6 sitter ved", "Qz7 går inn"} { // Qz2 is the measure they have together
					if strings.Contains(shown.String(), word) {
						own = append(own, word)
					}
				}
				if len(own) != 2 { // what this child said, and its own measure
					t.Errorf("%q of the children's words stand in one child's papers, and two are its own", own)
				}
			}
		}},
	},
}

// others are the addresses of the tracks but one.
func (w *storyWorld) others(but string) (all []string) {
	for _, slug := range w.tracks() {
		if "/saker/"+slug != but {
			all = append(all, "/saker/"+slug)
		}
	}
	return all
}
