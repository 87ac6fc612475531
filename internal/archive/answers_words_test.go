package archive

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/interventions"
	"tilhor/internal/lang"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
)

// fixed are the answers that each kind of record can have. One whose answer is no
// word of ours, as a person or a fingerprint, has none.
var fixed = map[cases.Kind][]string{
	cases.Told:         {"staff", "open", "voice", "pupil", "parent", "anonymous", "outsider"},
	cases.Exposed:      {string(duty.ByStaff), string(duty.ByPupil)},
	cases.RaisedBy:     {"pupil", "parent"},
	cases.Voice:        {cases.Spoke, cases.Declined},
	cases.Affected:     cases.ChildRoles,
	cases.Source:       {"given", "waiting"},
	cases.FoundOut:     {"done", "dropped"},
	cases.AgreedDone:   {"done", "dropped"},
	cases.Ticked:       {"done", "not"},
	cases.HandedOver:   nil,
	cases.Judged:       {"yes", "no"},
	cases.Attached:     {"jpeg", "png", "pdf", "mp3", "m4a", "wav", "ogg"},
	cases.Noticed:      {string(duty.SchoolChange), string(duty.Expulsion)},
	cases.SpokeTo:      {cases.PartyPupil, cases.PartyParents, cases.NoReply, cases.SaidNothing},
	cases.Resolved:     {cases.Imposed, cases.Dropped},
	cases.Reached:      {cases.PartyPupil, cases.PartyParents},
	cases.Appealed:     {cases.PartyPupil, cases.PartyParents},
	cases.Recused:      append([]string{"accused"}, cases.Whys...),
	cases.ToldOwner:    {string(cases.SeriousCase), string(cases.Employee), string(cases.NoGround), string(cases.Leadership), string(cases.NoLead)},
	cases.Party:        cases.PartyWhats,
	cases.SteppedDownK: cases.Ways,
	cases.Evaluated:    {cases.SafeNow, cases.NotSafe, cases.NoAnswer},
	cases.Checked:      {cases.SafeNow, cases.NotSafe, cases.NoAnswer},
	cases.Reopened:     {"not-safe", "concern", "reason"},
	cases.HomeDecided:  cases.HomeWhats,
	cases.HomeInformed: {"yes", "no"},
	cases.HomeWords:    {"yes", "no"},
	cases.HomeSaid:     cases.Says,
	cases.HomeGiven:    {"insight", "package"},
	cases.MineSaid:     {"right", "wrong"},
	cases.MineWord:     {"yes", "partly", "no", "will-not"},
	cases.Covered:      {"handles", "carries", "back", "cancelled"},
	cases.Corrected:    cases.Askers,
	cases.NotCorrected: cases.Askers,

	cases.InsightAsked:   cases.InsightAskers,
	cases.InsightDecided: {"whole", "part", "none"},
	cases.Glass:          nil,
	cases.GlassReviewed:  privacy.Verdicts,
	cases.Shielded:       {string(roster.Confidential), string(roster.StrictConfidential), "lifted"},
	cases.Named:          {"leads"},
	cases.Asked:          {"observation", "advice", "advice-named"},
	cases.StateReported:  {"pupil", "parent"},
	cases.StateAnswered:  nil,
	cases.StateEnded:     cases.StateEnds,
	cases.StateDecided:   {"breach", "met"},
	cases.StateOrdered:   nil,
	cases.StateAppealed:  {"pupil", "parent"},
	cases.Offered:        {cases.FromPupil, cases.FromHome, cases.ByDecision},
	cases.HandedIn:       {cases.FromPupil, cases.FromHome, cases.ByDecision},
	cases.Contents:       {cases.FromPupil, cases.FromHome, cases.ByDecision},
	cases.Met:            cases.MeetingKinds,
	cases.Together:       {cases.WereJoined, cases.TakenOut, cases.OneLeft},
	cases.LeftK:          cases.Leaves,
	cases.Packed:         {"state", "family"},

	talkSaid:                          {"named"},
	forceKind(interventions.Reported): {"told", "declined", "later"},
	forceKind(interventions.Viewed):   {"told", "declined"},
	forceKind(interventions.Judged):   {"yes", "no"},
}

// shownRaw are the answers that a document would show as their keys.
func shownRaw(w *lang.Words, all map[cases.Kind][]string) (raw []string) {
	for k, answers := range all {
		for _, a := range answers {
			p := &page{w: w, f: cases.File{Track: cases.Track{Name: "Nora Dahl"}}}
			said := false
			for _, f := range p.of(cases.Record{Kind: k, Answer: a, Name: "Ina Lund", Ref: "continue", On: "2026-11-23", Text: map[string]string{}}) {
				said = said || f.text != "" && (f.term == w.T("stage.field.answer") || f.term == w.T("archive.head.channel") || f.term == w.T("archive.field.kind"))
				if f.text == a || f.text == lang.Cap(a) && !strings.Contains("Ja Nei Yes No", f.text) && w.Lang() != tilhor.English || strings.Contains(f.text, "{") {
					raw = append(raw, string(k)+": "+f.text)
				}
			}
			if !said {
				raw = append(raw, string(k)+" does not say "+a)
			}
		}
	}
	return raw
}

func TestNoAnswerIsAKey(t *testing.T) {
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
		for _, s := range shownRaw(lang.For(l), fixed) {
			t.Errorf("%s: %s", l, s)
		}
	}
	// The control: an answer without words is seen.
	if len(shownRaw(lang.For(tilhor.Bokmal), map[cases.Kind][]string{cases.Judged: {"maybe-so"}})) != 1 {
		t.Error("a key that is shown is not seen")
	}
	for _, k := range []concerns.Channel{concerns.Staff, concerns.Open, concerns.Voice} {
		if !slices.Contains(fixed[cases.Told], string(k)) {
			t.Errorf("the channel %s is not tried", k)
		}
	}
}

var (
	answering = regexp.MustCompile(`note\{\s*kind:\s*(\w+),[^}]*?answer:`)
	naming    = regexp.MustCompile(`(?:field)?\{"([a-z-]+)", `)
	writing   = regexp.MustCompile(`(?s)text: \[\]field\{(.*?)\}\}`)
)

// Every kind that cases can write with an answer is tried, and every passage that it
// writes has a name of its own in a document.
func TestEveryAnswerAndPassageIsKnown(t *testing.T) {
	files, err := filepath.Glob("../cases/*.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds, names := map[string]bool{}, map[string]bool{}
	tried := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range answering.FindAllSubmatch(b, -1) {
			kinds[string(m[1])] = true
		}
		for _, m := range writing.FindAllSubmatch(b, -1) {
			for _, n := range naming.FindAllSubmatch(append(m[1], '}'), -1) {
				names[string(n[1])] = true
			}
		}
	}
	src, err := os.ReadFile("answers_words_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`cases\.(\w+): `).FindAllSubmatch(src, -1) {
		tried[string(m[1])] = true
	}
	if len(kinds) < 35 || len(names) < 30 {
		t.Fatalf("%d kinds and %d names were found", len(kinds), len(names))
	}
	for k := range kinds {
		if !tried[k] && k != "kind" && k != "ends" {
			t.Errorf("%s has an answer: say in fixed which", k)
		}
	}
	p := &page{w: lang.For(tilhor.Bokmal)}
	for n := range names {
		if !forMachines[n] && p.label(n) == p.w.T("archive.field.other") {
			t.Errorf("%q has no name", n)
		}
	}
}
