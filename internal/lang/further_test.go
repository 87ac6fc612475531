package lang

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tilhor"
)

// familyPages are what a family meets while telling, coming back and on the page
// of a parent: every route of them exists in further languages.
var familyPages = []string{
	"../pages/sender/*", "../pages/pupil/*", "../pages/own/*", "../pages/public/school.*", "../pages/public/poster.*", "../pages/public/rights.*",
	"../pages/public/privacy.html", "../web/signin/templates/*", "../pages/family/parent*.go", "../web/say/*",
}

// literal is a key of a text, wherever it stands: in a template, in a handler, or
// as the key of a fault.
var literal = regexp.MustCompile(`"([a-z]+(?:\.[a-z0-9+-]+)+)"`)

// A text that is named on a page of a family is written in their language: English
// in the middle of a page is for nobody.
func TestFamiliesMeetNoEnglish(t *testing.T) {
	eachSource(t, familyPages, func(file, source string) {
		for _, key := range missed(source) {
			t.Errorf("%s says %s", file, key)
		}
	})
}

// eachSource reads what some patterns name, but for tests and what they keep.
func eachSource(t *testing.T, patterns []string, look func(file, source string)) {
	t.Helper()
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") || filepath.Base(file) == "testdata" {
				continue
			}
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			look(file, string(b))
		}
	}
}

// missed are the texts that a source names and a further language lacks. Sámi is
// written as far as its words are safe.
func missed(source string) (all []string) {
	for _, m := range literal.FindAllStringSubmatch(source, -1) {
		if _, text := catalogues[tilhor.Bokmal][m[1]]; !text {
			continue
		}
		for _, l := range Further {
			if _, own := catalogues[l][m[1]]; !own && l != tilhor.Sami {
				all = append(all, m[1]+", missing in "+string(l))
			}
		}
	}
	return all
}

// The control: the test above must catch a text that only staff read.
func TestFamiliesMeetNoEnglishCatches(t *testing.T) {
	if got := missed(`{{.W.T "dialogue.staff.write"}}{{.W.T "dialogue.talk.write"}}`); len(got) != len(Further)-1 {
		t.Error(got)
	}
}
