package reply

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tilhor"
	"tilhor/internal/lang"

	"pgregory.net/rapid"
)

var nb = lang.For(tilhor.Bokmal)

func TestStanceOf(t *testing.T) {
	for _, c := range []struct {
		n    Count
		want Stance
	}{
		{Count{}, Neutral},
		{Count{Neutral: 9}, Neutral},
		{Count{Support: 2, Against: 1}, Neutral}, // two thirds are not more than two thirds
		{Count{Support: 3, Against: 1}, Support},
		{Count{StrongSupport: 2, Support: 1}, StrongSupport},
		{Count{StrongSupport: 1, Support: 1}, Support}, // half are not more than half
		{Count{ConditionalSupport: 3, Support: 1, Neutral: 40}, ConditionalSupport},
		{Count{StrongSupport: 4, Support: 3, Against: 3}, StrongSupport}, // of those who are for
		{Count{Against: 2, Reservation: 1}, Against},
		{Count{Against: 1, Reservation: 1}, Reservation},
		{Count{Against: 3, Reservation: 2, Support: 2}, Against},
		{Count{Reservation: 1, NotCommented: 5}, Reservation},
	} {
		if got := StanceOf(c.n); got != c.want {
			t.Errorf("%v: %s, want %s", c.n, got, c.want)
		}
	}
}

// drawn makes up a hearing of any shape.
func drawn(t *rapid.T) Hearing {
	h := Hearing{Letter: Letter{Title: "Høring", Municipality: "Granvik", Deadline: "2026-12-18"}, Choices: map[string]Choice{}}
	for i := range rapid.IntRange(1, 3).Draw(t, "challenges") {
		h.Letter.Challenges = append(h.Letter.Challenges, Challenge{i + 1, "U"})
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "measures") {
		m := Measure{ID: fmt.Sprint("M", i), Challenge: 1 + i%len(h.Letter.Challenges), Text: fmt.Sprint("tiltak ", i)}
		h.Measures = append(h.Measures, m)
		if rapid.Bool().Draw(t, "commented") {
			h.Choices[m.ID] = Choice{Comment: true, Rank: rapid.IntRange(0, 2).Draw(t, "rank"), Stance: rapid.SampledFrom(append([]Stance{""}, Stances[:6]...)).Draw(t, "chosen")}
		}
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "bodies") {
		b := Body{fmt.Sprint("skole ", i/2), fmt.Sprint("utvalg ", i%2)}
		h.Invited = append(h.Invited, b)
		for _, m := range h.Measures {
			if rapid.Bool().Draw(t, "says") {
				s := Statement{Body: b, Measure: m.ID, Stance: rapid.SampledFrom(Stances).Draw(t, "stance"), Adopted: "2026-12-01"}
				h.Statements = append(h.Statements, s)
			}
		}
	}
	return h
}

// Whatever is said, the counts add up and no sentence claims more than was said.
func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		d := Compile(h, nb)
		if s := d.Status; s.Invited != len(h.Invited) || s.Invited != s.Answered+s.Late+s.Declined+s.Silent {
			t.Fatalf("%+v of %d invited", s, len(h.Invited))
		}
		rows := map[string]Row{}
		all := 0
		for _, r := range d.Annex {
			n := 0
			for _, k := range r.Counts {
				n += k
			}
			if n != r.Bodies || len(r.Said) != r.Bodies {
				t.Fatalf("%s: counts of %d, %d bodies, %d statements", r.Measure, n, r.Bodies, len(r.Said))
			}
			all += n
			rows[r.Measure] = r
		}
		if all != len(h.Statements) || len(d.Annex) != len(h.Measures) {
			t.Fatalf("%d statements of %d in the annex", all, len(h.Statements))
		}
		commented := 0
		for _, s := range d.Challenges {
			for _, x := range s.Items {
				commented++
				r := rows[x.Measure]
				if x.Of != r.Bodies-r.Counts[NotCommented] || x.Count > x.Of || len(x.Sources) < x.Count {
					t.Fatalf("%+v of %+v", x, r)
				}
				if x.Stance.Way() != NoWay && x.Count != r.Counts.of(x.Stance.Way()) {
					t.Fatalf("%d mean %s, of %+v", x.Count, x.Stance, r)
				}
				if x.Rank != nil && *x.Rank == 1 && x.Stance.Way() != For || strings.Contains(x.Text, "viktigste") && x.Stance.Way() != For {
					t.Fatalf("%s is called the most important: %q", x.Stance, x.Text)
				}
				for _, b := range x.Sources {
					if !slices.ContainsFunc(h.Statements, func(s Statement) bool { return s.Body == b && s.Measure == x.Measure && s.says() }) {
						t.Fatalf("%v is a source of %q and has not said it", b, x.Text)
					}
				}
			}
		}
		for _, c := range h.Choices {
			if c.Comment {
				commented--
			}
		}
		if commented != 0 {
			t.Fatalf("%d too many are commented", commented)
		}
	})
}

func small(t *testing.T) fstest.MapFS {
	t.Helper()
	dir := fstest.MapFS{}
	for _, name := range []string{LetterFile, MeasuresFile, StatementsFile, SelectionFile, ClaimsFile} {
		b, err := os.ReadFile("testdata/small/" + name)
		if err != nil {
			t.Fatal(err)
		}
		dir[name] = &fstest.MapFile{Data: b}
	}
	return dir
}

func compiled(t *testing.T, dir fstest.MapFS) Document {
	t.Helper()
	h, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return Compile(h, nb)
}

func (d Document) on(measure string) (all []Item) {
	for _, s := range d.Challenges {
		for _, x := range s.Items {
			if x.Measure == measure {
				all = append(all, x)
			}
		}
	}
	return all
}

// With other statements it is another answer: all against, and the measure that was
// the most important is so no more, whatever was asked for.
func TestAllAgainst(t *testing.T) {
	dir := small(t)
	before := compiled(t, dir).on("T2")[0]
	if before.Stance != Support || before.Rank == nil || !strings.Contains(before.Text, "det viktigste tiltaket") {
		t.Fatalf("%+v", before)
	}
	text := string(dir[StatementsFile].Data)
	for _, s := range []string{"strong-support", "conditional-support", "support"} {
		text = strings.ReplaceAll(text, ";T2;"+s+";", ";T2;against;")
	}
	dir[StatementsFile].Data = []byte(text)
	d := compiled(t, dir)
	after := d.on("T2")[0]
	if after.Stance != Against || after.Rank != nil || after.Count != 4 || after.Of != 4 || len(d.Notes) != 2 {
		t.Errorf("%+v %v", after, d.Notes)
	}
	for _, f := range []Format{JSON, Markdown, HTML, Text} {
		var b bytes.Buffer
		if err := d.Write(&b, f, nb); err != nil || strings.Contains(b.String(), "viktigste tiltaket") {
			t.Errorf("%s: %v\n%s", f, err, b.String())
		}
	}
}

// A measure that nobody chose has no stance in the answer; what was said of it
// stands in the annex.
func TestNotChosen(t *testing.T) {
	d := compiled(t, small(t))
	if len(d.on("T4"))+len(d.on("T5")) != 0 {
		t.Error("what is not chosen is commented")
	}
	r := d.Annex[3]
	if r.Measure != "T4" || r.Comment || r.Proposed != true || r.Reason == "" || r.Counts[Support] != 1 || len(r.Said) != 1 {
		t.Errorf("%+v", r)
	}
	if want := (Status{Invited: 6, Answered: 3, Declined: 1, Late: 1, Silent: 1}); d.Status != want {
		t.Errorf("%+v", d.Status)
	}
	if len(d.Others) != 1 || d.Others[0].Voice != Relayed || d.Others[0].Sources[0] != (Body{"Fjellvik skole", "SU"}) {
		t.Errorf("%+v", d.Others)
	}
	f := d.on("T2")[1]
	if f.Voice != Fact || f.Text != "Alle skolene i kommunen har en plan som gjelder." {
		t.Errorf("%+v", f)
	}
}

// What the bodies mean is never written as the municipality's own view.
func TestRelayed(t *testing.T) {
	dir := small(t)
	dir[SelectionFile].Data = []byte("measure;comment;reason;stance;rank;voice\nT1;yes;;;;relayed\nT2;yes;;;;observation\nT3;yes;;;;relayed\n")
	d := compiled(t, dir)
	for m, begins := range map[string]string{"T1": "Utvalgene støtter", "T2": "Kommunen ser at utvalgene støtter", "T3": "Utvalgene er ikke samlet"} {
		if x := d.on(m)[0]; !strings.HasPrefix(x.Text, begins) {
			t.Errorf("%s: %q", m, x.Text)
		}
	}
}

func TestClaims(t *testing.T) {
	for _, c := range []struct {
		value, expected string
		holds           bool
	}{
		{"43", "43", true},
		{"42", "43", false},
		{"1 043", "1043", true},
		{"0,5", "0.5", true},
		{"", "0", false},
		{"ja", "Ja", true},
		{"", "", false},
	} {
		if got := (Claim{Value: c.value, Expected: c.expected}).Holds(); got != c.holds {
			t.Errorf("%q of %q: %v", c.value, c.expected, got)
		}
	}
	dir := small(t)
	dir[ClaimsFile].Data = bytes.Replace(dir[ClaimsFile].Data, []byte(";43;43"), []byte(";42;43"), 1)
	d := compiled(t, dir)
	if len(d.Refused) != 1 || d.Refused[0].At != "claims.csv:2" || !strings.Contains(d.Refused[0].Why, "42") {
		t.Errorf("%+v", d.Refused)
	}
}

// A file that cannot be read is refused whole, with file and line.
func TestReadDirRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, old, new, want string }{
		{"no letter", LetterFile, "", "", "letter.json: "},
		{"json", LetterFile, `"sender": "Dep`, `"sender": Dep`, "letter.json:3: "},
		{"type", LetterFile, `"number": 2`, `"number": "to"`, "letter.json:10: "},
		{"deadline", LetterFile, "2026-12-18", "18. des", "letter.json:5: "},
		{"no title", LetterFile, `"title": "Et utvalg foreslår tiltak for skolemiljøet"`, `"title": ""`, "letter.json:2: "},
		{"two challenges", LetterFile, `"number": 2`, `"number": 1`, "letter.json:8: "},
		{"latin-1", MeasuresFile, "Gjøre", "Gj\xf8re", "measures.csv:2: "},
		{"header", MeasuresFile, "chapter", "kapittel", "measures.csv:1: "},
		{"unknown challenge", MeasuresFile, "T3;2;", "T3;9;", "measures.csv:4: "},
		{"no challenge", MeasuresFile, "T3;2;", "T3;;", "measures.csv:4: "},
		{"measure twice", MeasuresFile, "T3;2;", "T1;2;", "measures.csv:4: "},
		{"stance", StatementsFile, "T1;support", "T1;kanskje", "statements.csv:2: "},
		{"unknown measure", StatementsFile, "T3;against", "T9;against", "statements.csv:4: "},
		{"quotes", StatementsFile, `"Reglene`, `x"Reglene`, "statements.csv:4: "},
		{"too many fields", StatementsFile, `"Reglene må lages her; ikke langt unna."`, `Reglene må lages her; ikke langt unna.`, "statements.csv:4: "},
		{"body twice", StatementsFile, "Fjellvik skole;elevråd;2026-12-02;T3", "Fjellvik skole;elevråd;2026-12-02;T2", "statements.csv:11: "},
		{"rank", StatementsFile, ";;1;De voksne", ";;først;De voksne", "statements.csv:3: "},
		{"adopted", StatementsFile, "Solbakken skole;SU;2026-12-01;T2", "Solbakken skole;SU;2026-13-01;T2", "statements.csv:3: "},
		{"voice", SelectionFile, "T1;yes;;;;", "T1;yes;;;;vi", "selection.csv:2: "},
		{"comment", SelectionFile, "T1;yes", "T1;kanskje", "selection.csv:2: "},
		{"no reason", SelectionFile, "Kommunen gjør dette alt.", "", "selection.csv:5: "},
		{"fact without claim", SelectionFile, "T1;yes;;;;", "T1;yes;;;;fact", "selection.csv:2: "},
		{"not commented", SelectionFile, "T1;yes;;;;", "T1;yes;;not-commented;;", "selection.csv:2: "},
		{"claim without register", ClaimsFile, "planer.gjeldende", "", "claims.csv:2: "},
	} {
		dir := small(t)
		if c.old == "" {
			delete(dir, c.file)
		} else {
			was := dir[c.file].Data
			dir[c.file].Data = bytes.Replace(was, []byte(c.old), []byte(c.new), 1)
			if bytes.Equal(was, dir[c.file].Data) {
				t.Fatalf("%s: %q is not in %s", c.name, c.old, c.file)
			}
		}
		h, err := ReadDir(dir)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || len(h.Statements) > 0 || strings.Contains(err.Error(), "⟦") {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	without := small(t)
	delete(without, SelectionFile)
	delete(without, ClaimsFile)
	if d := compiled(t, without); len(d.on("T1")) != 0 || len(d.Annex) != 5 {
		t.Error("without a selection nothing is commented")
	}
}

// What is written can be read: JSON again, and every sentence and statement stands
// in each of the others.
func TestWrite(t *testing.T) {
	h, err := ReadDir(small(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lang.Langs {
		w := lang.For(l)
		d := Compile(h, w)
		var b bytes.Buffer
		if err := d.Write(&b, JSON, w); err != nil {
			t.Fatal(err)
		}
		var again Document
		if err := json.Unmarshal(b.Bytes(), &again); err != nil || len(again.Annex) != 5 || again.Status != d.Status {
			t.Errorf("%v: %+v", err, again)
		}
		for _, f := range []Format{Markdown, HTML, Text} {
			b.Reset()
			if err := d.Write(&b, f, w); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), "⟦") {
				t.Errorf("%s %s lacks a text:\n%s", l, f, b.String())
			}
			for _, want := range []string{d.on("T2")[0].Text, d.Intro[0].Text, d.Others[0].Text, "Likt for alle er rettferdig."} {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%s %s lacks %q", l, f, want)
				}
			}
		}
	}
}

// Whatever is said, in every form that people read the sources of each sentence are
// found again by their numbers, and no others.
func TestSourcesInEveryForm(t *testing.T) {
	mark := regexp.MustCompile(`\\?\[kilde ([0-9–, ]+)\\?\]`)
	entry := map[Format]*regexp.Regexp{Text: regexp.MustCompile(`(?m)^\d+\. (.+)$`), Markdown: regexp.MustCompile(`(?m)^\d+\. (.+)$`), HTML: regexp.MustCompile(`<li>(.+)</li>`)}
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		if rapid.Bool().Draw(t, "others") && len(h.Invited) > 0 {
			h.Statements = append(h.Statements, Statement{Body: h.Invited[0], Measure: Other, Text: "Noe annet.", Adopted: "2026-12-01"})
		}
		d := Compile(h, nb)
		items := slices.Clone(d.Intro)
		for _, s := range d.Challenges {
			items = append(items, s.Items...)
		}
		items = append(items, d.Others...)
		for f, one := range entry {
			var b bytes.Buffer
			if err := d.Write(&b, f, nb); err != nil {
				t.Fatal(err)
			}
			text, list, _ := strings.Cut(b.String(), "Tallene etter hver setning")
			var names []string
			for _, m := range one.FindAllStringSubmatch(list, -1) {
				names = append(names, html.UnescapeString(m[1]))
			}
			used := map[string]bool{}
			for _, x := range items {
				want := map[string]bool{}
				for _, s := range x.Sources {
					want[lang.Cap(s.Name(nb))] = true
				}
				written := x.Text
				if f == HTML {
					written = template.HTMLEscapeString(written)
				}
				_, after, ok := strings.Cut(text, written)
				if !ok {
					t.Fatalf("%s lacks %q", f, written)
				}
				line, _, _ := strings.Cut(after, "\n")
				got := map[string]bool{}
				if m := mark.FindStringSubmatch(line); m != nil {
					for _, span := range strings.Split(m[1], ", ") {
						var from, to int
						if n, _ := fmt.Sscanf(span, "%d–%d", &from, &to); n < 2 {
							to = from
						}
						for k := from; k <= to; k++ {
							got[names[k-1]], used[names[k-1]] = true, true
						}
					}
				}
				if !maps.Equal(got, want) {
					t.Fatalf("%s: %q rests on %v, and tells %v", f, x.Text, want, got)
				}
			}
			if len(used) != len(names) {
				t.Fatalf("%s lists %d sources, and %d are used", f, len(names), len(used))
			}
		}
	})
}

// In the tables no cell is one that a spreadsheet reckons with, and what was written
// comes back as it was.
func TestNoFormulas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawn(t)
		word := rapid.StringMatching(`['=+@\-]{0,3}[a-z;"]{1,5}`)
		for i := range h.Measures {
			h.Measures[i].Text = word.Draw(t, "measure")
		}
		for i := range h.Statements {
			h.Statements[i].Text = word.Draw(t, "text")
		}
		dir, files := fstest.MapFS{}, map[string]*bytes.Buffer{}
		err := h.WriteDir(func(name string) (io.Writer, error) {
			files[name] = &bytes.Buffer{}
			return files[name], nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range files {
			dir[name] = &fstest.MapFile{Data: b.Bytes()}
			if name == LetterFile {
				continue
			}
			c := csv.NewReader(bytes.NewReader(b.Bytes()))
			c.Comma = ';'
			rows, err := c.ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, cell := range slices.Concat(rows...) {
				if cell != "" && strings.Contains("=+-@\t\r", cell[:1]) {
					t.Fatalf("%s: %q", name, cell)
				}
			}
		}
		again, err := ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range h.Measures {
			if again.Measures[i].Text != m.Text {
				t.Fatalf("%q came back as %q", m.Text, again.Measures[i].Text)
			}
		}
		for i, x := range h.Statements {
			if again.Statements[i].Text != x.Text {
				t.Fatalf("%q came back as %q", x.Text, again.Statements[i].Text)
			}
		}
	})
}

// What a body wrote is text, whatever it looks like.
func TestWriteEscapes(t *testing.T) {
	dir := small(t)
	dir[StatementsFile].Data = append(dir[StatementsFile].Data, "Lia skole;FAU;2026-12-01;T1;support;;;<script>alert(1)</script> # **nei** [x](http://ond.example)\n"...)
	d := compiled(t, dir)
	for f, not := range map[Format]string{HTML: "<script>", Markdown: "[x](http"} {
		var b bytes.Buffer
		if err := d.Write(&b, f, nb); err != nil || strings.Contains(b.String(), not) {
			t.Errorf("%s holds %q (%v)", f, not, err)
		}
	}
}

func FuzzReadDir(f *testing.F) {
	files := []string{LetterFile, MeasuresFile, StatementsFile, SelectionFile, ClaimsFile}
	var seed [5][]byte
	for i, name := range files {
		b, err := os.ReadFile("testdata/small/" + name)
		if err != nil {
			f.Fatal(err)
		}
		seed[i] = b
	}
	f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	f.Fuzz(func(t *testing.T, a, b, c, d, e []byte) {
		dir := fstest.MapFS{}
		for i, data := range [][]byte{a, b, c, d, e} {
			dir[files[i]] = &fstest.MapFile{Data: data}
		}
		h, err := ReadDir(dir)
		if err != nil {
			if err.Error() == "" || len(h.Measures) > 0 {
				t.Fatal("refused without a word, or not as a whole")
			}
			return
		}
		doc := Compile(h, nb)
		for _, format := range []Format{JSON, Markdown, HTML, Text} {
			if err := doc.Write(&bytes.Buffer{}, format, nb); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// BenchmarkCompile is 43 bodies and 100 measures, all of them said and chosen.
func BenchmarkCompile(b *testing.B) {
	h := Hearing{Letter: Letter{Title: "Høring", Municipality: "Granvik", Challenges: []Challenge{{1, "U"}}}, Choices: map[string]Choice{}}
	for i := range 100 {
		m := Measure{ID: fmt.Sprint("M", i), Challenge: 1, Text: fmt.Sprint("tiltak ", i)}
		h.Measures = append(h.Measures, m)
		h.Choices[m.ID] = Choice{Comment: true}
		for j := range 43 {
			h.Statements = append(h.Statements, Statement{Body: Body{fmt.Sprint("skole ", j), "SU"}, Measure: m.ID, Stance: Stances[(i*j)%len(Stances)], Text: "Vi mener dette."})
		}
	}
	for b.Loop() {
		d := Compile(h, nb)
		if err := d.Write(&bytes.Buffer{}, HTML, nb); err != nil {
			b.Fatal(err)
		}
	}
}

// A mark is a link to the list of sources only when it is numbers of it.
func TestOnlyNumbersLink(t *testing.T) {
	fau := Body{"Solbakken", "FAU"}
	d := Document{Letter: Letter{Title: "T", Municipality: "Granvik"}, Challenges: []Section{{Challenge: Challenge{Number: 1}, Items: []Item{{Text: "A", Voice: Fact}, {Text: "B"}, {Text: "C", Sources: []Body{fau}}}}}}
	var b strings.Builder
	if err := d.Write(&b, HTML, lang.For(tilhor.Bokmal)); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Count(s, `href="#kilder"`) != 1 || !strings.Contains(s, `href="#kilder">[kilde 1]`) {
		t.Errorf("%s", s)
	}
}
