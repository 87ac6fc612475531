package tilhor_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// floors is the house: a package may import only what stands on a lower floor.
// To move a room is to change this list, and that diff is the architecture
// decision (add a record in docs/decisions).
var floors = map[string]int{
	"tilhor":                        0,
	"tilhor/internal/db":            1,
	"tilhor/internal/beside":        1, // the files beside the database, on disk before it answers: knows no key
	"tilhor/internal/lang":          1,
	"tilhor/internal/calendar":      1,
	"tilhor/internal/file":          1, // what a file is, and a picture made anew: knows no school
	"tilhor/internal/firstnames":    1, // one general list of first names: knows no school and no person
	"tilhor/internal/figures":       2, // what rooms offer of numbers: knows no room
	"tilhor/internal/seal":          2,
	"tilhor/internal/law":           2,
	"tilhor/internal/hearing/reply": 2, // one answer to a hearing from many statements: knows no school and stores nothing
	"tilhor/internal/journal":       3,
	"tilhor/internal/access":        4,
	"tilhor/internal/duty":          4,
	"tilhor/internal/roster":        5,
	"tilhor/internal/privacy":       6, // what the data protection officer follows: ids and times, never a name
	"tilhor/internal/concerns":      6,
	"tilhor/internal/front":         6, // what a school's own page says: no child, and nothing that was told
	"tilhor/internal/interventions": 6, // physical intervention (fysisk inngrep)
	"tilhor/internal/bodies":        6, // the formal bodies (råd og utvalg): knows no case and nothing that was told
	"tilhor/internal/circles":       6, // parents' own groups (foreldregrupper): knows no case and nothing that was told
	"tilhor/internal/ideas":         7, // what is suggested (innspill): stands on bodies, and knows no case
	"tilhor/internal/sfo":           6, // SFO's shared machines, hours and PINs: knows no case
	"tilhor/internal/danger":        6, // what one employee keeps of an own report: knows no case, and no case knows it
	"tilhor/internal/cases":         7,
	"tilhor/internal/hearing":       7, // hearings (høringer): asks the bodies, knows no case
	"tilhor/internal/dialogue":      7, // the talk about what was told: stands on concerns, and knows no case
	"tilhor/internal/oversight":     8,
	"tilhor/internal/archive":       8, // hands cases over to the municipality's archive, and lets go of what is no case
	"tilhor/internal/handover":      8, // the package for Statsforvalteren: reads a track, and proves what it shows
	"tilhor/internal/notices":       8, // that there is something to read, never what: follows the record, and writes in none
	"tilhor/internal/web":           9,
	"tilhor/internal/web/signin":    10, // a door of the frame, on its own floor because it uses the frame
	"tilhor/internal/web/tell":      10, // the screens of a concern, for who is signed in and who is not
	"tilhor/internal/web/say":       10, // the screens with which a child, a parent or somebody outside tells
	"tilhor/internal/web/talks":     10, // the talks that wait, wherever staff look for what to do
	"tilhor/internal/web/tick":      10, // one agreed measure, and how it went: on the page of today and at SFO
	"tilhor/internal/web/watch":     10, // what whoever runs it may see; on a port of its own
	"tilhor/internal/web/devidp":    2,  // a provider that knows only its list of people
	"tilhor/internal/pages/public":  11,
	"tilhor/internal/pages/pupil":   11,
	"tilhor/internal/pages/staff":   11,
	"tilhor/internal/pages/school":  11,
	"tilhor/internal/pages/sender":  11, // whoever told something, with a code or signed in
	"tilhor/internal/pages/dpo":     11,
	"tilhor/internal/pages/sfo":     11, // the shared machine at SFO
	"tilhor/internal/pages/own":     11,
	"tilhor/internal/pages/hearing": 11, // a hearing: the adviser, the bodies, and the answer for everybody
	"tilhor/internal/pages/family":  11, // the child's and the home's
	"tilhor/internal/pages/owner":   11,
	"tilhor/internal/pages/body":    11, // the formal bodies: where they are set up, and their own rooms
	"tilhor/internal/pages/suggest": 11, // what pupils and parents suggest, and the elevråd's vote
	"tilhor/internal/pages/circle":  11, // parents' own groups
	"tilhor/internal/demo":          11, // made-up data, through the rooms
	"tilhor/cmd/tilhor":             12,
}

// Tools that are never linked into the program; nothing imports them.
var tools = map[string]bool{
	"tilhor/internal/db/dbtest":         true,
	"tilhor/internal/db/dbtest/cluster": true,
	"tilhor/internal/seal/sealtest":     true,
	"tilhor/internal/file/filetest":     true,
	"tilhor/internal/web/bundle":        true,
	"tilhor/internal/web/webtest":       true,
	"tilhor/internal/db/dbtest/disk":    true,
	"tilhor/internal/soak":              true,
	"tilhor/internal/work":              true,
	"tilhor/cmd/recount":                true,
	"tilhor/fault":                      true,
	"tilhor/story":                      true,
	"tilhor/bench":                      true,
}

// only says who may import what is dangerous in many hands.
var only = []struct {
	what string
	who  []string
	why  string
}{
	{"database/sql", []string{"tilhor/internal/db", "tilhor/internal/db/dbtest"}, "one seam to the database"},
	{"github.com/jackc/pgx", []string{"tilhor/internal/db", "tilhor/internal/db/dbtest"}, "one seam to the database"},
	{"modernc.org/sqlite", []string{"tilhor/internal/db"}, "one seam to the database"},
	{"net/http", []string{"tilhor/internal/web", "tilhor/internal/pages", "tilhor/cmd/tilhor"}, "rooms know no web"},
	{"crypto/", []string{"tilhor", "tilhor/internal/seal", "tilhor/internal/journal", "tilhor/internal/web", "tilhor/internal/archive", "tilhor/internal/handover", "tilhor/cmd/tilhor"}, "secrets in few hands"}, // archive and handover: checksums of files
	{"tilhor/internal/web/devidp", []string{"tilhor/cmd/tilhor", "tilhor/internal/web/webtest"}, "no route of serve reaches the made-up provider"},
}

// never are the walls between rooms that the floors alone would allow.
var never = []struct{ who, what, why string }{
	{"tilhor/internal/pages/owner", "tilhor/internal/cases", "the owner's adviser sees counts, never a case"},
	{"tilhor/internal/pages/owner", "tilhor/internal/concerns", "the owner's adviser sees counts, never a child's words"},
	{"tilhor/internal/pages/dpo", "tilhor/internal/cases", "the officer sees who has read, never what"},
	{"tilhor/internal/pages/dpo", "tilhor/internal/concerns", "the officer sees who has read, never what"},
	{"tilhor/internal/privacy", "tilhor/internal/concerns", "the officer follows who has read, never what"},
	{"tilhor/internal/oversight", "tilhor/internal/cases", "counts come from views that hold counts only"},
	{"tilhor/internal/oversight", "tilhor/internal/concerns", "counts come from views that hold counts only"},
	{"tilhor/internal/oversight", "tilhor/internal/seal", "who counts opens nothing"},
	{"tilhor/internal/pages/family", "tilhor/internal/interventions", "what the family sees of a case is the child's own part of it"},
	{"tilhor/internal/pages/public", "tilhor/internal/cases", "a public page knows no case"},
	{"tilhor/internal/pages/sender", "tilhor/internal/cases", "who told something sees what was answered, never a case"},
	{"tilhor/internal/pages/hearing", "tilhor/internal/cases", "an answer to a hearing counts cases, and knows none"},
	{"tilhor/internal/pages/body", "tilhor/internal/cases", "a body never deals with one child's case"},
	{"tilhor/internal/pages/body", "tilhor/internal/concerns", "a body never deals with what one child told"},
	{"tilhor/internal/pages/owner", "tilhor/internal/dialogue", "the owner's adviser sees counts, never a child's words"},
	{"tilhor/internal/pages/dpo", "tilhor/internal/dialogue", "the officer sees who has read, never what"},
	{"tilhor/internal/oversight", "tilhor/internal/dialogue", "counts come from views that hold counts only"},
	{"tilhor/internal/front", "tilhor/internal/duty", "no case and no concern changes a school's page"},
	{"tilhor/internal/pages/pupil", "tilhor/internal/cases", "who told sees what they told, never a case"},
	{"tilhor/internal/pages/pupil", "tilhor/internal/oversight", "a pupil's page counts nobody"},
	{"tilhor/internal/pages/school", "tilhor/internal/danger", "a sealed note stands in no page of a case"},
	{"tilhor/internal/sfo", "tilhor/internal/concerns", "who lets a machine in knows nothing of what is told on it"},
	{"tilhor/internal/cases", "tilhor/internal/danger", "a sealed note stands in no case"},
	{"tilhor/internal/ideas", "tilhor/internal/concerns", "a suggestion is about all: what is about one child is told elsewhere"},
	{"tilhor/internal/circles", "tilhor/internal/bodies", "a parent group is the parents' own, and no formal body"},
	{"tilhor/internal/oversight", "tilhor/internal/danger", "a sealed note is not counted"},
}

// imports reads every non-test Go file itself: a test that shelled out to the
// go command would be served stale from the test cache.
func imports(t *testing.T) map[string]map[string]bool {
	t.Helper()
	all := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "node_modules" || e.Name() == "testdata" || strings.HasPrefix(e.Name(), ".") && path != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := strings.TrimSuffix("tilhor/"+filepath.ToSlash(filepath.Dir(path)), "/.")
		if all[pkg] == nil {
			all[pkg] = map[string]bool{}
		}
		for _, s := range f.Imports {
			all[pkg][strings.Trim(s.Path.Value, `"`)] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestRoomsImportOnlyDownwards(t *testing.T) {
	all := imports(t)
	for _, wrong := range wrongs(all) {
		t.Error(wrong)
	}
	// The control: a room that reaches upwards, and one that opens the database
	// itself, must be caught.
	all["tilhor/internal/roster"]["tilhor/internal/cases"] = true
	all["tilhor/internal/law"]["database/sql"] = true
	all["tilhor/internal/pages/owner"] = map[string]bool{"tilhor/internal/cases": true}
	if n := len(wrongs(all)); n < 3 {
		t.Fatalf("of three sabotaged imports %d were caught", n)
	}
}

func wrongs(all map[string]map[string]bool) (out []string) {
	for pkg, deps := range all {
		floor, room := floors[pkg]
		if !room && !tools[pkg] {
			out = append(out, pkg+" stands on no floor: add it to rooms_test.go")
		}
		for dep := range deps {
			low, ours := floors[dep]
			if room && ours && low >= floor {
				out = append(out, pkg+" may not import "+dep+": not a lower floor")
			}
			if room && tools[dep] {
				out = append(out, pkg+" links "+dep+", which is for tests and builds")
			}
			out = append(out, guarded(pkg, dep, room)...)
		}
	}
	return out
}

func guarded(pkg, dep string, room bool) (out []string) {
	for _, o := range only {
		if !room || !(dep == o.what || strings.HasPrefix(dep, strings.TrimSuffix(o.what, "/")+"/")) {
			continue
		}
		ok := false
		for _, who := range o.who {
			ok = ok || pkg == who || who != "tilhor" && strings.HasPrefix(pkg, who+"/")
		}
		if !ok {
			out = append(out, pkg+" may not import "+dep+": "+o.why)
		}
	}
	for _, n := range never {
		if pkg == n.who && dep == n.what {
			out = append(out, pkg+" may not import "+dep+": "+n.why)
		}
	}
	return out
}
