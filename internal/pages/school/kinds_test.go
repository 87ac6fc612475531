package school

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"tilhor"
	"tilhor/internal/lang"
)

var aKind = regexp.MustCompile(`(?m)^\t?(?:const )?\w+\s+Kind\s*= "([a-z-]+)"`)

// Whatever can be said or done in a track has words of its own, in the heading of
// a passage and in print: the key is made of the kind, so no build sees it lack.
func TestEveryKindHasItsWords(t *testing.T) {
	files, err := filepath.Glob("../../cases/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range aKind.FindAllStringSubmatch(string(b), -1) {
			found++
			if !lang.For(tilhor.Bokmal).Has("stage.kind." + m[1]) {
				t.Errorf("stage.kind.%s is not written", m[1])
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d kinds were found", found)
	}
	if lang.For(tilhor.Bokmal).Has("stage.kind.no-such-kind") {
		t.Error("the control has words")
	}
}

var aRelation = regexp.MustCompile(`(?m)^\t\w+\s+Relation = "([a-z-]+)"`)

// So has every way in that the page of readings tells of.
func TestEveryWayInHasItsWords(t *testing.T) {
	b, err := os.ReadFile("../../access/access.go")
	if err != nil {
		t.Fatal(err)
	}
	all := aRelation.FindAllStringSubmatch(string(b), -1)
	if len(all) < 8 {
		t.Errorf("only %d relations were found", len(all))
	}
	for _, m := range all {
		if !lang.For(tilhor.Bokmal).Has("school.readings.why." + m[1]) {
			t.Errorf("school.readings.why.%s is not written", m[1])
		}
	}
}
