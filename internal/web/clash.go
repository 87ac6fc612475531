package web

import (
	"html/template"
	"net/http"
	"strings"
	"time"
)

// A Clash is two people who wrote in the same place at once: the second is
// shown both texts and chooses. Nothing of either is lost.
type Clash struct {
	Who     string            // who wrote first, as shown: «Ina Moe»
	At      time.Time         // when
	Back    Back              // to the page it is about
	Fields  []ClashField      // only those that differ
	Version map[string]string // hidden fields that make the form current again
}

// A ClashField is one text with two versions. Mine is taken from the form.
type ClashField struct{ Name, Label, Theirs string }

// The choice of a clash comes back in four fields, which Form puts together
// into the one the page asks for.
const (
	clashChoice = "--valg"
	clashMine   = "--min"
	clashTheirs = "--andre"
	clashBoth   = "--begge"
)

// settle makes the fields of a clash into what was chosen.
func (f *Form) settle() {
	for name := range f.values {
		base, ok := strings.CutSuffix(name, clashChoice)
		if !ok || base == "" {
			continue
		}
		text := f.values.Get(base + clashMine)
		switch f.values.Get(name) {
		case "andre":
			text = f.values.Get(base + clashTheirs)
		case "begge":
			text = f.values.Get(base + clashBoth)
		}
		f.values.Set(base, text)
		for _, end := range []string{clashChoice, clashMine, clashTheirs, clashBoth} {
			f.values.Del(base + end)
		}
	}
}

type clashData struct {
	Frame
	Form   template.HTML
	Action string
	By, At string
	Back   Back
	Fields []clashShown
}

type clashShown struct {
	Name, Label, Theirs, Mine string
	MyWords, TheirWords       []Word
	Choice, Both              Field
}

// Conflict answers 409 with both texts and three choices: theirs, mine, or both
// put together by hand. The form comes back to the same address, where the page
// finds the chosen text under the field's own name.
func (q *Req) Conflict(f *Form, c Clash) error {
	d := clashData{
		Frame: q.Frame(q.T.T("web.clash.title", "who", c.Who)), Action: q.R.URL.RequestURI(),
		By: c.Who, At: q.T.DateTime(c.At), Back: c.Back,
	}
	d.Langs = nil
	for _, cf := range c.Fields {
		mine := f.Get(cf.Name)
		s := clashShown{Name: cf.Name, Label: cf.Label, Theirs: cf.Theirs, Mine: mine}
		s.MyWords, s.TheirWords = Differ(mine, cf.Theirs)
		s.Choice = Field{Name: cf.Name + clashChoice, Label: q.T.T("web.clash.choose"), Options: []Option{
			{Value: "andre", Label: q.T.T("web.clash.theirs", "who", c.Who), Help: q.T.T("web.clash.theirs-help")},
			{Value: "min", Label: q.T.T("web.clash.mine"), Help: q.T.T("web.clash.mine-help")},
			{Value: "begge", Label: q.T.T("web.clash.both"), Help: q.T.T("web.clash.both-help"), Checked: true},
		}}
		s.Both = Field{Name: cf.Name + clashBoth, Label: q.T.T("web.clash.new"), Rows: 6, Value: strings.TrimSpace(cf.Theirs + "\n\n" + mine)}
		d.Fields = append(d.Fields, s)
		f.values.Del(cf.Name)
	}
	for name, value := range c.Version {
		f.values.Set(name, value)
	}
	d.Form = f.Resend()
	return q.RenderStatus(http.StatusConflict, clashPage, d)
}

// A Word is a piece of a text; New when it stands in only one of two texts.
type Word struct {
	Text string
	New  bool
}

// maxWords bounds the comparing of two texts; longer ones stand unmarked.
const maxWords = 1500

// Differ parts two texts into words and marks those that stand in one only.
func Differ(a, b string) (inA, inB []Word) {
	x, y := words(a), words(b)
	if len(x) > maxWords || len(y) > maxWords {
		return []Word{{Text: a}}, []Word{{Text: b}}
	}
	same := common(x, y)
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			inA, inB = add(inA, x[i], false), add(inB, y[j], false)
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && same[i+1][j] >= same[i][j+1]:
			inA = add(inA, x[i], true)
			i++
		default:
			inB = add(inB, y[j], true)
			j++
		}
	}
	return inA, inB
}

// common[i][j] is how many words x[i:] and y[j:] have in common, in order.
func common(x, y []string) [][]uint16 {
	t := make([][]uint16, len(x)+1)
	for i := range t {
		t[i] = make([]uint16, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				t[i][j] = t[i+1][j+1] + 1
			} else {
				t[i][j] = max(t[i+1][j], t[i][j+1])
			}
		}
	}
	return t
}

// words parts a text so that joining the parts gives the text again: each word
// carries the space after it.
func words(s string) []string {
	var all []string
	for s != "" {
		end := strings.IndexAny(s, " \n")
		if end < 0 {
			return append(all, s)
		}
		for end < len(s) && (s[end] == ' ' || s[end] == '\n') {
			end++
		}
		all = append(all, s[:end])
		s = s[end:]
	}
	return all
}

func add(list []Word, text string, fresh bool) []Word {
	if n := len(list); n > 0 && list[n-1].New == fresh {
		list[n-1].Text += text
		return list
	}
	return append(list, Word{text, fresh})
}
