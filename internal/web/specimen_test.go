package web

import (
	"compress/gzip"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/lang"
)

// The specimen: every component once, as the pages use them. With
// SPECIMEN=<folder> the pages are written there with what they fetch, to be
// looked at.

type workSpecimen struct {
	Frame
	Quote   Quote
	Stages  Stages
	Gate    Gate
	Actions []Button
	Duties  []Duty
	Times   []Happening
	Stats   []Stat
	Table   Table
	Pager   Pager
	Empty   Empty
	Facts   Facts
}

type formSpecimen struct {
	Frame
	Faults                                                               *Summary
	Steps                                                                Steps
	Areas                                                                []Field
	Text, Picks, Date, Time, Select, Radios, RowRadios, Checks, Checkbox Field
	Actions                                                              []Button
	Facts                                                                Facts
}

type publicSpecimen struct {
	Frame
	Steps   Steps
	Area    Field
	Actions []Button
}

func frame(l tilhor.Lang, scheme string) Frame {
	u, _ := url.Parse("/saker/k7q2?vis=alt")
	return Frame{
		W: lang.For(l), Title: "Nora er ikke trygg", School: "Solbakken skole", Owner: "Granvik kommune", Who: "Ina Moe", RoleName: "Sosiallærer",
		SignOut: "/logg-ut", Roles: "/rolle", Exit: true, Demo: true, Scheme: scheme, Langs: LangLinks(l, u), CSRF: "token",
	}
}

func workPage(l tilhor.Lang, scheme string) workSpecimen {
	f := frame(l, scheme)
	f.Neutral = true
	f.Nav = []NavItem{
		{Href: "/i-dag", Icon: "House", Text: "I dag", Count: 4},
		{Href: "/saker", Icon: "Tasklist", Text: "Saker", Count: 7, Current: true},
		{Href: "/meldinger", Icon: "Chat", Text: "Meldinger", Count: 1},
		{Href: "/plan", Icon: "ClipboardCheckmark", Text: "Skolens plan"},
		{Href: "/kompetanse", Icon: "Book", Text: "Kompetanse"},
	}
	lov, rad, lokal := TagOf(f.W, "lov"), TagOf(f.W, "rad"), TagOf(f.W, "lokal")
	late := State{Late, "2 over egen frist"}
	return workSpecimen{
		Frame: f,
		Quote: Quote{"Det er best når Jonas står der. Men han går før jeg er ferdig.", "Nora til Ina Moe, 20. november", "#samtale", "les hele samtalen"},
		Stages: Stages{"Steg i saken", []Stage{
			{"#1", "Samtale", State{OK, "Hørt 20. nov."}, false},
			{"#2", "Undersøkelse", State{OK, "3 funn"}, false},
			{"#3", "Plan", State{Soon, "Versjon 2 mangler to ting"}, true},
			{"#4", "Evaluering", State{None, "1. desember"}, false},
			{"#5", "Avslutning", State{None, "Ikke begynt"}, false},
		}},
		Gate: Gate{f.W, []GateItem{
			{true, "Eleven er hørt", "20. november, med egne ord", "", ""},
			{false, "Elevens beste er ikke vurdert på nytt", "", "#best", "Skriv vurderingen"},
			{false, "Ett tiltak sier ikke hvem som gjør det", "", "#hvem", "Gjør det konkret"},
		}, "Kari Lund kan godkjenne når resten er ferdig."},
		Actions: []Button{{Text: "Fortsett på planen", Href: "#plan"}, {Text: "Se forskjellen", Href: "#f", Kind: "tertiary"}},
		Duties: []Duty{
			{"Undersøk saken og rett opp situasjonen", "#p1", lov, []string{"Ina Moe, sosiallærer", "§ 12-4"}, State{Late, "Haster: ikke begynt"}, "Loven sier «snarast». Skolen har visst det i 9 skoledager."},
			{"Snakk med eleven første gang", "#p2", lokal, []string{"Ina Moe"}, State{Soon, "I morgen"}, "Innen 1 arbeidsdag: 24. nov."},
			{"Evaluer tiltakene sammen med eleven", "#p3", lov, []string{"Jonas Berg, kontaktlærer"}, State{Now, "I dag kl. 12.30"}, "Dato satt i planen 3. nov."},
			{"Skriv referat fra samtalen med hjemmet", "#p4", rad, []string{"Kari Lund, rektor"}, State{Wait, "Venter på hjemmet"}, "Sendt til gjennomlesing 20. nov."},
			{"Meld fra til kommunen", "", lov, []string{"Kari Lund, rektor"}, State{OK, "Gjort 19. nov."}, "Kvittering 7F3K-20"},
		},
		Times: []Happening{
			{When: "9. november kl. 11.25", DateTime: "2026-11-09T11:25:00+01:00", Title: "Skolen fikk vite det", Text: "Jonas Berg så Nora gråte etter gym.", Key: true},
			{When: "ukjent tid", Title: "Trygget", Text: "Jonas følger 5A til garderoben fra neste gym.\nNora ble spurt først.", Late: "Skrevet inn 10. november"},
			{When: "20. november", DateTime: "2026-11-20", Title: "Nora ble hørt igjen", Text: "Bedre, men ikke trygt på slutten.", Href: "#s", Link: "Les samtalen"},
			{When: "1. desember", DateTime: "2026-12-01", Title: "Evaluering", Text: "Nora er med.", Next: true},
		},
		Stats: []Stat{{Number: "39", What: "åpne saker", State: &State{OK, "31 i rute"}}, {Number: "3", What: "over skolens egen frist", State: &State{Late, "Ved 2 skoler"}}, {Number: "1,4", What: "dager til første samtale", Note: "Median, siste 12 uker"}},
		Table: Table{Caption: "Skoler med åpne plikter", Columns: []Column{{"Skole", false}, {"Status", false}, {"Åpne saker", true}, {"Følger opp", false}}, Rows: [][]Cell{
			{{Text: "Fjellhamar skole", Href: "#a", Small: "1–7, med SFO"}, {State: &late}, {Text: "11"}, {Text: "Anne Sæther"}},
			{{Text: "Nordli skole", Href: "#b"}, {State: &State{OK, "Alt i rute"}, Tag: &lokal}, {Text: "færre enn 5"}, {Text: "Anne Sæther"}},
		}},
		Pager: Pager{f.W, "#nyere", "#eldre"},
		Empty: Empty{"Ingen plikter i dag", "Neste er evaluering tirsdag 1. desember."},
		Facts: Facts{true, []Fact{{Term: "Den Nora vil snakke med", Text: "Ina Moe"}, {Term: "Bestemmer", Text: "Kari Lund, rektor"}, {Term: "Hjemmet", Text: "Mor og far, begge. Informert 20. nov."}}},
	}
}

func formPage(l tilhor.Lang, scheme string) formSpecimen {
	f := frame(l, scheme)
	f.Title, f.Faulty = "Hva har skjedd med Elias?", true
	yesNo := []Option{{Value: "nei", Label: "Nei, ikke som jeg vet", Checked: true}, {Value: "ja", Label: "Ja, ring rektor nå", Help: "Kari Lund 55 00 00 01. Meldingen går uansett."}}
	var places []Option
	for _, a := range tilhor.Arenas {
		places = append(places, Option{Value: string(a), Label: string(a), Picture: string(a), Checked: a == tilhor.ArenaChanging})
	}
	return formSpecimen{
		Frame:  f,
		Faults: &Summary{"To ting må rettes", f.W.T("form.kept"), []SummaryItem{{"#sett", "Skriv det Elias sa, eller det du så"}, {"#dato", "November har 30 dager"}}},
		Steps:  Steps{f.W, 2, 3},
		Areas: []Field{
			{Name: "sagt", Label: "Det Elias sa", Mark: f.W.T("form.optional"), Help: "Elevens egne ord, så likt som du husker. La stå tomt hvis Elias ikke sa noe.", Value: "De tar alltid ballen når jeg kommer. Jeg vil ikke ut mer.", Rows: 2},
			{Name: "sett", Label: "Det jeg så og hørte", Help: "Bare det du selv merket.", Error: "Skriv det Elias sa, eller det du så.", Rows: 3, Required: true, Max: 20000},
		},
		Text:      Field{Name: "elev", Label: "Hvem er du bekymret for?", Spell: "false", Autocomplete: "off", Value: "Elias i 6B"},
		Picks:     Field{Name: "sted", Label: "Hvor var det?", Many: true, Help: "Velg ett eller flere.", Options: places},
		Date:      Field{Name: "dato", Label: "Når fikk den første voksne vite det?", Help: f.W.T("form.date-help"), Error: "November har 30 dager. Skriv for eksempel 30.11.2026.", Value: "31.11.2026"},
		Time:      Field{Name: "kl", Label: "Klokken", Help: f.W.T("form.time-help"), Value: "08.10"},
		Select:    Field{Name: "hvem", Label: "Hvem tar saken?", Options: []Option{{Label: f.W.T("form.choose")}, {Value: "1", Label: "Hilde Ness, avdelingsleder", Checked: true}, {Value: "2", Label: "Ina Moe, sosiallærer"}}},
		Radios:    Field{Name: "fare", Label: "Trenger Elias noe før storefri?", Options: yesNo},
		RowRadios: Field{Name: "alvor", Label: "Er dette alvorlig?", Row: true, Error: "Velg ett svar.", Options: []Option{{Value: "nei", Label: "Nei", Help: "Ingen ansatt, ingen vold."}, {Value: "ja", Label: "Ja, kommunen skal få melding", Help: "§ 12-4"}, {Value: "vet-ikke", Label: "Vet ikke før samtalen", Help: "Du blir spurt igjen i morgen."}}},
		Checks:    Field{Name: "hvem-hort", Label: "Hvem er hørt?", Help: "Velg alle.", Options: []Option{{Value: "a", Label: "Eleven", Checked: true}, {Value: "b", Label: "Foreldrene"}}},
		Checkbox:  Field{Name: "lest", Options: []Option{{Value: "ja", Label: "Jeg har lest det opp for Elias"}}},
		Actions:   []Button{{Text: "Send til rektor"}, {Text: "Lagre kladd", Kind: "tertiary", Name: "gjor", Value: "kladd"}, {Text: "Slett kladden", Kind: "secondary", Danger: true}},
		Facts:     Facts{false, []Fact{{"Hva skjedde", "De tar alltid ballen når jeg kommer.", "#a", "Endre", "hva som skjedde", ""}, {"Hvor", "Ute, ved ballbingen", "#b", "Endre", "hvor", ""}}},
	}
}

func publicPage(l tilhor.Lang, scheme string) publicSpecimen {
	f := frame(l, scheme)
	f.Title, f.Surface, f.Who, f.Level = "Jeg jobber her", Public, "", "voksen"
	return publicSpecimen{
		Frame: f, Steps: Steps{f.W, 1, 3},
		Area:    Field{Name: "sett", Label: "Det du så og hørte", Help: "Skriv med dine egne ord.", Rows: 5},
		Actions: []Button{{Text: "Neste", Icon: "ArrowRight"}, {Text: "Snakk med rektor i stedet", Href: "#tlf", Kind: "tertiary"}},
	}
}

func render(t *testing.T, name string, data any) string {
	t.Helper()
	drawn := ""
	if err := draw(ParsePage(os.DirFS("testdata"), name), data, func(b []byte) { drawn = string(b) }); err != nil {
		t.Fatal(err)
	}
	return drawn
}

func specimens(t *testing.T, l tilhor.Lang, scheme string) map[string]string {
	return map[string]string{
		"work": render(t, "work.html", workPage(l, scheme)), "form": render(t, "form.html", formPage(l, scheme)), "public": render(t, "public.html", publicPage(l, scheme)),
	}
}

func TestSpecimen(t *testing.T) {
	for _, l := range lang.Langs {
		for name, page := range specimens(t, l, "auto") {
			for _, fault := range slipsOf(page) {
				t.Errorf("%s %s: %s", name, l, fault)
			}
			if !strings.Contains(page, `<html lang="`+string(l)+`"`) {
				t.Errorf("%s %s: the page does not say its language", name, l)
			}
		}
	}
}

// slipsOf are the faults a page of ours must not have.
func slipsOf(page string) (found []string) {
	if n := strings.Count(page, "<h1"); n != 1 {
		found = append(found, "not one h1")
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] || m[1] == "" {
			found = append(found, "id twice or empty: "+m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:for|aria-describedby|aria-labelledby)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		for id := range strings.FieldsSeq(m[1]) {
			if !seen[id] {
				found = append(found, "points at nothing: "+id)
			}
		}
	}
	for what, re := range map[string]string{"inline style": `\sstyle=`, "inline script": `<script>|\son[a-z]+=`, "missing text": `⟦`, "escaper's alarm": `ZgotmplZ`, "empty reason": `<p[^>]*></p>`} {
		if regexp.MustCompile(re).MatchString(page) {
			found = append(found, what)
		}
	}
	return found
}

// The control: each fault is caught.
func TestSpecimenCatches(t *testing.T) {
	page := specimens(t, tilhor.Bokmal, "auto")["form"]
	for _, c := range [][2]string{
		{`id="sagt"`, `id="sett"`}, {`</h1>`, `</h1><h1>to</h1>`}, {`for="sett"`, `for="sat"`}, {`<form `, `<form style="x" `}, {`<form `, `<form onsubmit="x" `}, {`Elias?`, `⟦x.y⟧`},
	} {
		if len(slipsOf(strings.Replace(page, c[0], c[1], 1))) == 0 {
			t.Errorf("%s for %s is not caught", c[1], c[0])
		}
	}
}

func TestTitle(t *testing.T) {
	title := func(page string) string {
		return strings.Join(regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(page)[1:], "")
	}
	nb := specimens(t, tilhor.Bokmal, "auto")
	for name, want := range map[string]string{
		"work": "Arbeidsside – Solbakken skole", "form": "Feil: Hva har skjedd med Elias? – Solbakken skole", "public": "Jeg jobber her – Solbakken skole",
	} {
		if got := title(nb[name]); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestLangLinksKeepThePage(t *testing.T) {
	u, _ := url.Parse("/saker/k7q2?vis=alt&l=nn&vis=%C3%A5+%26&neste=/min/sak")
	for _, link := range LangLinks(tilhor.Nynorsk, u) {
		got, err := url.Parse(link.Href)
		want := url.Values{"l": {string(link.Lang)}, "vis": {"alt", "å &"}, "neste": {"/min/sak"}}
		if err != nil || got.Path != u.Path || !reflect.DeepEqual(got.Query(), want) || link.Current != (link.Lang == tilhor.Nynorsk) {
			t.Errorf("got %+v, %v, want %s", link, err, want)
		}
	}
	u.RawQuery += "&fra=" + strings.Repeat("x", mostKept)
	if got := LangLinks(tilhor.Bokmal, u)[0].Href; got != "/saker/k7q2?l=nb" {
		t.Errorf("of a query that is none of ours %d bytes are kept", len(got))
	}
}

// What a link brings along, by name or by value, stands on no page as the letters it
// was: no three of them in a row, which is what packs shorter.
func TestALinkWritesNoGuessIntoThePage(t *testing.T) {
	const guess = "garderoben"
	u, _ := url.Parse("/saker/k7q2?vis=" + guess + "&" + guess + "=1")
	for _, link := range LangLinks(tilhor.Bokmal, u, lang.Further...) {
		for i := range len(guess) - 2 {
			if strings.Contains(link.Href, guess[i:i+3]) {
				t.Fatalf("%s has %q", link.Href, guess[i:i+3])
			}
		}
	}
}

func TestParsePageRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, page := range map[string]string{
		"nomain.html": `{{define "title"}}x{{end}}`, "icon.html": `{{define "main"}}{{icon "Unicorn"}}{{end}}`, "broken.html": `{{define "main"}}{{if}}{{end}}`,
	} {
		os.WriteFile(filepath.Join(dir, name), []byte(page), 0o644)
		if _, err := parsePage(os.DirFS(dir), name); err == nil {
			t.Errorf("%s is parsed", name)
		}
	}
	if _, err := parsePage(os.DirFS(dir), "missing.html"); err == nil {
		t.Error("a missing page is parsed")
	}
}

func TestEveryArenaHasAPicture(t *testing.T) {
	for _, a := range tilhor.Arenas {
		if _, err := picture(string(a)); err != nil {
			t.Error(err)
		}
	}
}

// A page for everyone must open on an old phone with a poor line: page and
// style sheet together at most 30 KB packed.
func TestPublicPageIsSmall(t *testing.T) {
	if err := AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	var page countWriter
	z := gzip.NewWriter(&page)
	z.Write([]byte(specimens(t, tilhor.Bokmal, "auto")["public"]))
	z.Close()
	css := len(shelved.files[shelved.stamped["public.css"]].packed)
	if css == 0 || int(page)+css > 30<<10 {
		t.Errorf("page %d and style sheet %d bytes packed", page, css)
	}
}

type countWriter int

func (c *countWriter) Write(b []byte) (int, error) { *c += countWriter(len(b)); return len(b), nil }

// The style sheets name every font they use and fetch nothing from elsewhere.
func TestStylesStayAtHome(t *testing.T) {
	if err := AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"work.css", "public.css", "school.css"} {
		css := string(shelved.files[shelved.stamped[name]].body)
		for _, m := range regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllStringSubmatch(css, -1) {
			if strings.HasPrefix(m[1], "data:") {
				continue
			}
			if _, ok := shelved.files[strings.TrimPrefix(m[1], "./")]; !ok {
				t.Errorf("%s fetches %s", name, m[1])
			}
		}
	}
}

func TestWriteSpecimen(t *testing.T) {
	dir := os.Getenv("SPECIMEN")
	if dir == "" {
		return
	}
	os.MkdirAll(filepath.Join(dir, "static"), 0o755)
	for _, scheme := range []string{"light", "dark"} {
		for name, page := range specimens(t, tilhor.Bokmal, scheme) {
			os.WriteFile(filepath.Join(dir, name+"-"+scheme+".html"), []byte(page), 0o644)
		}
	}
	built, _ := fs.Glob(dist, "dist/*")
	for _, f := range built {
		b, _ := dist.ReadFile(f)
		os.WriteFile(filepath.Join(dir, "static", filepath.Base(f)), b, 0o644)
	}
}
