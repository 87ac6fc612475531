package lang

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tilhor"
)

// An area is the texts under a prefix, but for some.
type area struct {
	name string
	but  []string
}

// young are the texts that the pages for 6 to 8 show, by area: all of it, but for what
// stands on pages that a child of that age does not come to, or is for somebody else. A
// key that has a version for 6 to 8 is shown in that, and every other as it is for all.
var young = []area{
	{"say.", slices.Concat(forStaff, []string{
		"say.whom.", "say.name.", "say.what.", "say.send.title", "say.for.", "say.level", "say.sign.", "say.reads", "say.words", "say.hope", "say.arena", // the screens of who writes
		"say.home-first", "say.net", "say.review", "say.danger.1", "say.talk", "say.within", "say.done.code", "say.done.next", "say.done.receipt-help", "say.receipt.school",
		"say.fault.for", "say.fault.sign", "say.fault.name", "say.fault.words", "say.fault.many",
		"say.done.only", // to who is no pupil
		"say.pen",       // to the adult who writes for the child
		"say.fault.pen",
	})},
	{"mine.", []string{
		"mine.decisions",                                                                    // from fifteen
		"mine.open.text", "mine.open.button", "mine.pick", "mine.choose", "mine.again.lead", // opened alone, from the eighth year
		"mine.fault.choose", "mine.fault.code", "mine.fault.pictures",
		"mine.agree", "mine.pictures", // to the adult
	}},
	{"pupil.", []string{"pupil.step.week", "pupil.home.lead.parent", "pupil.step.has-it", "pupil.step.then.parent"}}, // to parents
	{"dialogue.", []string{
		"dialogue.staff.", "dialogue.fault.to",
		"dialogue.about", "dialogue.code", "dialogue.card", "dialogue.confirm", "dialogue.done", "dialogue.enter", "dialogue.lost", "dialogue.none", // a child of 6 to 8 gets no code
		"dialogue.fault.code", "dialogue.fault.name", "dialogue.kind.name", "dialogue.talk.unknown", "dialogue.talk.name", "dialogue.talk.say-name", "dialogue.talk.leave",
	}},
	{"ideas.", []string{
		"ideas.school", "ideas.give", "ideas.show.", "ideas.who", "ideas.did", "ideas.staff", "ideas.fault.checked", "ideas.fault.guarded", // to the school
		"ideas.council", "ideas.close", "ideas.done.lukket", // to the elevråd
		"ideas.lead.parent", "ideas.side",
	}},
	{"rights.7.", nil},
	{"privacy.7.", nil},
}

// drawn are the templates and handlers that the pages for 6 to 8 are drawn with: what they
// name of other areas is read by that child too.
var drawn = []string{
	"web/components/page.html", "web/components/form.html", "web/components/emergency.html", "web/components/small_form.html", "web/components/question.html",
	"web/say/face.html", "web/say/place.html", "web/say/adult.html", "web/say/give.html", "web/say/done.html", "web/say/receipt.html", "web/templates/receipt.html",
	"pages/pupil/home.html", "pages/pupil/told.html", "pages/sender/talk.html", "pages/family/blocks.html", "pages/family/form.html", "pages/suggest/mine.html",
	"web/say/say.go", "web/say/show.go", "web/receipt.go", "web/req.go",
	"pages/pupil/home.go", "pages/pupil/told.go", "pages/sender/own.go", "pages/sender/talk.go", "pages/family/mine.go", "pages/suggest/mine.go",
}

// drawnFor are what those say to others, and on other pages.
var drawnFor = []string{"lang.unchecked", "frame.demo", "parent.rektor."}

var named = regexp.MustCompile(`\bT[ (]"([a-z][^"]+)"`)

// toYoung is what a child of 6 to 8 reads, sentence by sentence: a word on a button would
// make all look easy.
func toYoung(t *testing.T, w *Words) map[string]string {
	t.Helper()
	keys := map[string]string{}
	begins := func(k string, all []string) bool {
		return slices.ContainsFunc(all, func(p string) bool { return strings.HasPrefix(k, p) })
	}
	own := func(k string) string {
		if w.Has(k + ".6-8") {
			return k + ".6-8"
		}
		return k
	}
	others := func(k string) bool {
		return slices.ContainsFunc([]string{".9-12", ".13+", ".voksen"}, func(v string) bool { return strings.Contains(k, v) })
	}
	for k := range w.cat {
		for _, y := range young {
			if strings.HasPrefix(k, y.name) && !begins(k, y.but) && !others(k) {
				keys[own(k)] = y.name
			}
		}
	}
	for _, file := range drawn {
		b, err := os.ReadFile("../" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			of := slices.ContainsFunc(young, func(y area) bool { return strings.HasPrefix(m[1], y.name) })
			if !of && w.Has(m[1]) && !begins(m[1], drawnFor) {
				keys[own(m[1])] = "the frame"
			}
		}
	}
	all := map[string]string{}
	for area := range keysOf(keys) {
		for _, s := range says(w, func(k string) bool { return keys[k] == area }) {
			if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, ":") {
				all[area] += s + "\n"
			}
		}
	}
	return all
}

func keysOf(keys map[string]string) map[string]bool {
	areas := map[string]bool{}
	for _, a := range keys {
		areas[a] = true
	}
	return areas
}

// A child of 6 to 8 meets texts that are written for all ages, too: every one of them is
// as easy as that age needs, and in English too no sentence is longer.
func TestWhatTheSmallestRead(t *testing.T) {
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
		all := toYoung(t, For(l))
		if len(all) != len(young)+1 {
			t.Errorf("%s: of %d areas there are texts of %d", l, len(young)+1, len(all))
		}
		for area, text := range all {
			if l == tilhor.English { // LIX is of Swedish, and of what is written like it
				for _, s := range long(text, aged6.words) {
					t.Errorf("%s %s: more than %d words: %s", l, area, aged6.words, s)
				}
				continue
			}
			aged6.hold(t, string(l)+" 6-8 "+area, text)
		}
	}
}
