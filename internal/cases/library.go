package cases

import (
	"regexp"
	"slices"
)

// A Sample is a measure of the library (tiltaksbibliotek): for whom it may be,
// and where. Its words stand in the texts, under library.<id>: what it is, what
// it takes, and what is known of its effect. Chosen into a plan it is a
// beginning, with brackets to fill in; whether it is suitable (eigna, § 12-4
// second paragraph) is for the school to weigh, with the pupil.
type Sample struct {
	ID     string
	Ages   []string
	Places []string // the situations it is for
}

// Ages are the years a sample may be for.
var Ages = []string{"1-4", "5-7", "8-13"}

// Situations are what a sample may be for.
var Situations = []string{"alone", "offended", "places", "class", "digital", "sfo"}

var (
	anyAge = Ages
	young  = []string{"1-4", "5-7"}
)

// Library is every sample. The order is that of a school day, and says nothing of
// which is best.
var Library = []Sample{
	{"morning", anyAge, []string{"alone", "offended", "places"}},
	{"near", anyAge, []string{"offended", "places"}},
	{"rounds", anyAge, []string{"offended", "places"}},
	{"passage", anyAge, []string{"offended", "places"}},
	{"seats", anyAge, []string{"alone", "offended", "class"}},
	{"partner", anyAge, []string{"alone"}},
	{"play", young, []string{"alone", "class", "sfo"}},
	{"rules", young, []string{"class", "offended"}},
	{"talk", anyAge, []string{"alone", "offended", "digital"}},
	{"retreat", anyAge, []string{"alone", "offended"}},
	{"stop", anyAge, []string{"offended", "digital"}},
	{"lessons", anyAge, []string{"class", "digital"}},
	{"group", []string{"5-7", "8-13"}, []string{"alone", "class"}},
	{"afternoon", []string{"1-4"}, []string{"sfo", "alone"}},
	{"bus", anyAge, []string{"places", "sfo"}},
	{"online", []string{"5-7", "8-13"}, []string{"digital"}},
	{"nurse", anyAge, []string{"alone", "offended", "digital"}},
}

// Samples are those of the library for an age and a situation; empty is any.
func Samples(age, situation string) (all []Sample) {
	for _, s := range Library {
		if (age == "" || slices.Contains(s.Ages, age)) && (situation == "" || slices.Contains(s.Places, situation)) {
			all = append(all, s)
		}
	}
	return all
}

// unfilled is what a sample leaves to fill in: «[hvem …]».
var unfilled = regexp.MustCompile(`\[[^\[\]]*…\]`)
