package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
)

var aKind = regexp.MustCompile(`(?m)^\t?(?:const )?\w+\s+Kind\s*= "([a-z-]+)"`)

// kindsOf are the kinds of what a room can write in a case, read from its source.
func kindsOf(t *testing.T, room, before string) (all []string) {
	t.Helper()
	files, err := filepath.Glob("../" + room + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range aKind.FindAllSubmatch(b, -1) {
			all = append(all, before+string(m[1]))
		}
	}
	return all
}

// Whatever can be written in a case, an intervention or a talk is a document of
// the register or is said not to be one: never both, never neither, and nothing
// stands in either list that nobody writes. A document has a title of its own.
func TestEveryKindIsOrIsNotInTheRegister(t *testing.T) {
	written := kindsOf(t, "cases", "")
	if len(written) < 90 {
		t.Fatalf("only %d kinds were found in cases", len(written))
	}
	force := kindsOf(t, "interventions", "force-")
	if len(force) != 5 {
		t.Fatalf("of interventions: %q", force)
	}
	written = append(append(written, force...), "talk-staff") // the kinds of talks are the archive's own; two of them stand in cases as well
	for _, wrong := range wrongInRegister(written, archive.Register(), archive.NoDocuments()) {
		t.Error(wrong)
	}
	for k, post := range archive.Register() {
		if !strings.Contains("I U X", post) || post == "" {
			t.Errorf("%s is entered as %q", k, post)
		}
		for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.Nynorsk, tilhor.English} {
			if !lang.For(l).Has("archive.title." + k) {
				t.Errorf("%s has no title in %s", k, l)
			}
		}
	}
	// The control: a kind in neither, one in both, and one that nobody writes.
	if n := len(wrongInRegister([]string{"new", "both"}, map[string]string{"both": "X", "gone": "X"}, []string{"both"})); n != 3 {
		t.Fatalf("of three faults %d were found", n)
	}
}

func wrongInRegister(written []string, register map[string]string, none []string) (all []string) {
	for _, k := range written {
		switch _, is := register[k]; {
		case is && slices.Contains(none, k):
			all = append(all, k+" is a document, and is none")
		case !is && !slices.Contains(none, k):
			all = append(all, k+" is neither a document nor said to be none: see document.go")
		}
	}
	for k := range register {
		if !slices.Contains(written, k) {
			all = append(all, k+" is a document that nobody writes")
		}
	}
	for _, k := range none {
		if !slices.Contains(written, k) {
			all = append(all, k+" is no document, and nobody writes it")
		}
	}
	return all
}

// What came from the pupil, a parent, somebody who asks for access or another
// school is incoming; what they were answered or given is outgoing; what nobody
// but the school was part of is neither. The control is that the three differ.
func TestWhatCameInAndWhatWentOut(t *testing.T) {
	r := archive.Register()
	for post, kinds := range map[string][]cases.Kind{
		"I": {
			cases.RaisedBy, cases.HomeSaid, cases.HomeHeard, cases.MineSaid, cases.MineWord, cases.InsightAsked, cases.SpokeTo, cases.Appealed,
			cases.HandedIn, cases.ThereNow, cases.StateAsked, cases.StateDecided, cases.StateOrdered, cases.TalkSaid,
		},
		"U": {
			cases.HomeAnswered, cases.HomeGiven, cases.InsightDecided, cases.Noticed, cases.Resolved, cases.PassedOn, cases.StateAnswered, cases.StateDone,
			cases.Offered, cases.TalkAnswered,
		},
		"X": {cases.Voice, cases.Met, cases.Advice, cases.Judged, cases.Recused, cases.HomeDisagree, cases.HomeInformed, cases.GivenOver},
	} {
		for _, k := range kinds {
			if r[string(k)] != post {
				t.Errorf("%s is entered as %q, and is %s", k, r[string(k)], post)
			}
		}
	}
}

// roomsThatWrite are all that write in the record, and how the archive has what
// they write. A room that is not here has not been thought of.
var roomsThatWrite = map[string]string{
	"cases":         "documents: TestEveryKindIsOrIsNotInTheRegister",
	"interventions": "documents, in a mappe of their own",
	"dialogue":      "documents of the case that came of it",
	"concerns":      "a concern that became a case is its first document (told); what became none is swept by rule",
	"archive":       "what became of documents here: no documents of the matter",
	"danger":        "one employee's own sealed note (§ 24-3): in no case, and in no archive that others read",
	"privacy":       "blocks and breaches, about the treatment of data: kept in the record",
	"roster":        "lists, and what was decided about a home: the case says that it was (home)",
	"sfo":           "machines and PINs: access, no case",
	"front":         "what a school's page says: published, no case",
	"hearing":       "documents, in a mappe of their own: TestAHearingIsHandedOver",
	"ideas":         "suggestions and answers: no case; swept by rule (TestSuggestionsAndGroupsAreLetGo)",
	"circles":       "parents' own groups: theirs, and no document of the municipality; swept by rule",
	"bodies":        "approved minutes, in a mappe of the body's year: TestMinutesAreHandedOver",
}

func TestEveryRoomThatWritesIsThoughtOf(t *testing.T) {
	writers := roomsWriting(t, "..")
	if len(writers) < 8 {
		t.Fatalf("only these write in the record: %q", writers)
	}
	for _, room := range writers {
		if roomsThatWrite[room] == "" {
			t.Errorf("%s writes in the record: say here what of it is a document", room)
		}
	}
	for room := range roomsThatWrite {
		if !slices.Contains(writers, room) {
			t.Errorf("%s writes nothing in the record, and stands here", room)
		}
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "newroom"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "newroom", "act.go"), []byte("_, err := d.Journal.Append(tx, journal.Entry{})"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := roomsWriting(t, dir); !slices.Equal(got, []string{"newroom"}) {
		t.Fatalf("the control was read as %q", got)
	}
}

// roomsWriting are the rooms with an entry of the record in their source; the
// frame and the tools are none.
func roomsWriting(t *testing.T, internal string) (all []string) {
	t.Helper()
	dirs, err := os.ReadDir(internal)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if slices.Contains([]string{"journal", "web", "pages", "demo", "work", "soak", "db"}, d.Name()) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(internal, d.Name(), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(files, func(name string) bool {
			b, err := os.ReadFile(name)
			return err == nil && !strings.HasSuffix(name, "_test.go") && bytes.Contains(b, []byte("journal.Entry{"))
		}) {
			all = append(all, d.Name())
		}
	}
	return all
}

// Somebody asks for access and is answered, there is a meeting, and it is judged
// whether the case is serious: each is entered as what it is and with whom. What
// the program keeps for itself of the answer stands on no page.
func TestAccessAndMeetingsInTheRegister(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		w.Later(time.Minute)
		id, err := w.cases.AskInsight(w.ctx, w.ina, slug, cases.NewInsight{Asker: "parent", Basis: "fvl-18", Who: "Faren", Text: "Alt.", Received: w.in(0)})
		w.must(err)
		w.Later(time.Minute)
		w.must(w.cases.DecideInsight(w.ctx, w.kari, slug, id, cases.Reply{Refused: true, Reason: "fvl-19", Text: "Ikke nå.", Complain: "Til Statsforvalteren."}))
		w.Later(time.Minute)
		w.must(w.cases.Meet(w.ctx, w.ina, slug, cases.Meeting{Kind: cases.MeetingKinds[0], At: w.now(), Who: "Faren og Ina", Text: "Snakket om friminuttene."}))
		w.Later(time.Minute)
		w.must(w.cases.JudgeSerious(w.ctx, w.kari, slug, cases.Seriousness{Answer: "no", Reason: "Ikke ennå."}))
		dir := filepath.Join(w.TempDir(), "ut")
		w.export(dir, archive.Export{})
		var all []string
		for _, p := range packages(w.T, dir)[2:] {
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			w.reveals(p, m)
			line := m.Post.Kind + " " + m.Post.Title
			for _, x := range m.Post.Who {
				line += ", " + x.Who
			}
			all = append(all, line)
		}
		want := "I Krav om innsyn, Forelder, Ina Lund; U Svar på krav om innsyn, Kari Lund, Den som ba om innsyn; X Møtereferat, Ina Lund; X Vurdering av om saken er alvorlig, Kari Lund"
		if got := strings.Join(all, "; "); got != want {
			w.Error(got)
		}
		text := w.read(dir)
		for _, s := range []string{"Snakket om friminuttene.", "forvaltningsloven § 19", "Til Statsforvalteren.", "forvaltningsloven § 18"} {
			if !strings.Contains(text, s) {
				w.Errorf("%q is in no document", s)
			}
		}
		if strings.Contains(text, "fvl-1") || strings.Contains(text, "null") {
			w.Error("what is for machines is read by people")
		}
	})
}
