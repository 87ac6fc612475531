package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// wrongSQL are statements that one of the engines cannot understand, to see
// that the test of all statements would say so.
var wrongSQL = map[db.Engine]*db.Stmt{
	db.SQLite:   db.SQL(`SELECT owner::text FROM db_meta`),
	db.Postgres: db.SQL(`SELECT strftime('%s', 'now')`),
}

func wrong(s *db.Stmt) bool { return s == wrongSQL[db.SQLite] || s == wrongSQL[db.Postgres] }

// Every statement of the program is understood by both engines.
func TestEveryStatementOnBothEngines(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := 0
		for _, s := range ofTheProgram {
			if wrong(s) {
				continue
			}
			n++
			if err := d.Prepare(context.Background(), s); err != nil {
				t.Error(err)
			}
		}
		if n < 200 {
			t.Errorf("only %d statements are known: not every room is linked", n)
		}
		if err := d.Prepare(context.Background(), wrongSQL[d.Engine()]); err == nil {
			t.Error("a statement of the other engine was let through")
		}
		t.Logf("%d statements", n)
	})
}

var argument = regexp.MustCompile(`\?(\d+)`)

// plan is how SQLite answers a statement.
func plan(t *testing.T, d *db.DB, s *db.Stmt) string {
	t.Helper()
	most := 0
	for _, m := range argument.FindAllStringSubmatch(s.Text(db.SQLite), -1) {
		n, _ := strconv.Atoi(m[1])
		most = max(most, n)
	}
	p, err := d.Explain(context.Background(), s, make([]any, most)...)
	if err != nil {
		t.Fatalf("%s: %v", s.Text(db.SQLite), err)
	}
	return p
}

var scanned = regexp.MustCompile(`(?m)^(?:SCAN (\w+)|SEARCH (\w+) USING .*\(owner=\?(?: AND kind=\?)?\))`)

// scans are the tables that a plan reads from end to end: all of it, or all
// that one owner has, be it of one kind. Rows that the statement made itself are no table.
func scans(plan string) (all []string) {
	for _, m := range scanned.FindAllStringSubmatch(plan, -1) {
		name := m[1] + m[2]
		if name == "CONSTANT" || strings.Contains(plan, "CO-ROUTINE "+name) || strings.Contains(plan, "MATERIALIZE "+name) {
			continue
		}
		all = append(all, name)
	}
	return all
}

// hot are the statements that are run at every page, or over all that a school
// has: by their name in the golden file, and words that only they have.
var hot = []struct{ name, words string }{
	{"concerns of the day", "UNION ALL SELECT * FROM (SELECT c.id, c.slug"},
	{"concerns that wait", "c.written_at, c.id) > (?6, ?7, ?8)"},
	{"how many wait", "SELECT COUNT(*) FROM (SELECT c.id"},
	{"a concern by its address", "FROM concerns_concern c\n\t\tWHERE c.owner = ?1 AND c.slug = ?6"},
	{"a track by its address", "WHERE t.owner = ?1 AND t.slug = ?6"},
	{"the list of cases", "t.due_on, t.id LIMIT 51"},
	{"cases by name", "t.due_on, t.id LIMIT 2000"},
	{"a search through the texts", "ORDER BY t.id LIMIT 25"},
	{"cases of today", "(t.state <> 'closed' OR t.check_on <> '')\n\tAND EXISTS"},
	{"how many cases are open", "SELECT COUNT(*) FROM cases_track t WHERE"},
	{"my measures", "OR m.school = ?4) AND m.state = 'running' AND m.start_on"},
	{"what fell due", "FROM duty_thing WHERE owner"},
	{"what is due at a school", "SELECT thing FROM duty_state\n\t\tWHERE owner = ?1 AND school"},
	{"what is due of many tracks", "AND first_on <= ?2 AND thing IN"},
	{"who a person is today", "SELECT DISTINCT school, role FROM roster_member"},
	{"duties of a track", "FROM duty_state WHERE owner = ?1 AND thing"},
	{"readings of a track", "FROM journal_entry WHERE owner = ?1 AND stream"},
	{"who read it last", "person <> ?3 AND view IS NOT NULL"},
	{"a session", "FROM web_session WHERE"},
	{"pupils of a school", "FROM roster_member m"},
}

// What is asked for at every page is found, never looked for: no statement that
// is hot reads a table from end to end, and how each is answered is as written
// in testdata/plans.txt.
func TestPlansOfHotStatements(t *testing.T) {
	d, _ := copyGranvik(t)
	var b strings.Builder
	b.WriteString("# How SQLite answers what is asked for at every page. SEARCH finds by an index; SCAN of a table would read all of it.\n")
	for _, h := range hot {
		found := 0
		for _, s := range ofTheProgram {
			if !strings.Contains(s.Text(db.SQLite), h.words) {
				continue
			}
			found++
			p := plan(t, d, s)
			if bad := scans(p); len(bad) > 0 {
				t.Errorf("%s reads all of %s:\n%s", h.name, bad, p)
			}
			if strings.Contains(p, "LIST SUBQUERY") {
				t.Errorf("%s lists all that one may see before it looks:\n%s", h.name, p)
			}
			name := h.name
			if found > 1 {
				name += fmt.Sprintf(" (%d)", found)
			}
			fmt.Fprintf(&b, "\n%s\n", name)
			for _, line := range strings.Split(strings.TrimSpace(p), "\n") {
				fmt.Fprintf(&b, "    %s\n", line)
			}
		}
		if found == 0 {
			t.Errorf("%s: no statement has %q", h.name, h.words)
		}
	}
	golden(t, "testdata/plans.txt", b.String())
}

// golden holds a text against a file, which TILHOR_GOLDEN=write writes.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("TILHOR_GOLDEN") == "write" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not as written; it is now:\n%s", file, got)
	}
}

// mayScan are statements that read all there is, and why each may: by words
// that only they have.
var mayScan = map[string]string{
	"FROM privacy_block WHERE owner = ?1 ORDER BY CASE":                                                                 "the officer's page: what is blocked, a few",
	"FROM privacy_breach\n\t\tWHERE owner = ?1 ORDER BY CASE":                                                           "the officer's page: breaches, a few",
	"FROM privacy_glass WHERE owner = ?1 AND track <> ''\n\tORDER BY CASE":                                              "the officer's page: emergency access, a few",
	"FROM cases_notice n JOIN cases_track t ON t.owner = n.owner AND t.id = n.track\n\t\tWHERE n.owner = ?1 AND EXISTS": "the owner's page: what the schools have told, the newest first",
	"SELECT c.part, c.n, c.file FROM cases_chunk c":                                                                     "verify: every piece of every file",
	"a.seen_at IS NULL AND a.person <> ?2":                                                                              "openings about protected pupils that nobody has seen: a few",
	"s.person IN (SELECT k.thing FROM access_guard k":                                                                   "who is protected: a few, each ten seconds",
	"FROM access_guard k CROSS JOIN concerns_concern c":                                                                 "what was told of who is protected: a few, each ten seconds",
	"FROM access_guard k CROSS JOIN cases_record r":                                                                     "who is named for a protected pupil: a few, for who leads for her",
	"FROM access_guard k CROSS JOIN interventions_event e":                                                              "the same of interventions",
	"SELECT k.thing FROM access_guard k WHERE k.owner = ?1":                                                             "verify: every guard of a track",
	"SELECT x.track FROM cases_stood":                                                                                   "verify: every two tracks that were parted",
	"SELECT school, day FROM duty_closed":                                                                               "doctor: every day without school",
	"SELECT school, days FROM duty_shut":                                                                                "doctor: every school's days",
	"AND seen_at IS NULL AND person <> ?2":                                                                              "the same, when they are seen",
	"SELECT DISTINCT thing FROM access_guard":                                                                           "what is about a protected person: a few",
	"UPDATE access_grant SET from_at = ?2":                                                                              "the clock was set back: as good as never",
	"FROM seal_key WHERE owner = ?1 AND kind = ?2 AND shredded IS N":                                                    "the yearly keys of lists, and the words that were shredded alone: by the sweep and a restore",
	"FROM archive_kept":                                   "the few concerns that are no case and past their time",
	"SELECT thing, field FROM privacy_text":               "the record compared with the words, by the command line",
	"FROM sqlite_master":                                  "a backup copies every table",
	"pragma_table_info":                                   "a backup copies every column",
	"pragma_quick_check":                                  "doctor looks at the whole file",
	"FROM db_meta ORDER BY":                               "a few marks, copied by a backup",
	"UPDATE duty_thing SET":                               "a new norm or school calendar wakes every clock it counts for",
	"FROM duty_norm":                                      "a few of the municipality's own norms",
	"SELECT DISTINCT school FROM front_line":              "the owner's page: which schools do not read, of the few lines each has written",
	"FROM archive_setting":                                "a few of the municipality's own settings",
	"FROM oversight_":                                     "the owner's counts are made once a week, of everything",
	"FROM journal_listed":                                 "verify: who was listed, all of it",
	"FROM journal_checkpoint":                             "the newest first, and one: it stops at the first row",
	"FROM journal_head":                                   "verify and the tree: one row for each stream",
	"FROM journal_head h":                                 "verify: a stream whose last entry is gone",
	"roster_state":                                        "one row for each owner",
	"seal_current":                                        "one row for each owner",
	"FROM roster_school":                                  "a municipality has some tens of schools",
	"SELECT id, source, conte":                            "an import compares with all that is stored",
	"FROM roster_alias":                                   "an import compares with all that is stored",
	"detail, manual FROM rost":                            "an import compares with all that is stored",
	"SELECT pupil, guardian":                              "an import compares with all that is stored",
	"DISTINCT pupil FROM rost":                            "an import asks what was decided by hand: few",
	"FROM hearing_hearing WHERE owner = ?1 ORDER BY":      "a municipality holds a few hearings",
	"FROM hearing_hearing h WHERE h.owner = ?1\n":         "a municipality holds a few hearings: who is to be reminded, every ten minutes",
	"COALESCE(SUM(has), 0)":                               "a claim of a hearing: open cases with a plan, when it is looked at",
	"CASE WHEN answered_on <> ''":                         "a claim of a hearing: suggestions answered in time, when it is looked at",
	"SELECT id FROM hearing_line":                         "verify: every line of the room",
	"SELECT id FROM cases_survey":                         "verify: every line of the room",
	"SELECT id FROM front_line":                           "verify: every line of the room",
	"SELECT id, kind, sealed FROM front_line":             "a school's own page: what it says, a few lines",
	"SELECT id FROM danger_li":                            "verify: every line of the room",
	"SELECT id FROM dialogue_":                            "verify: every line of the room",
	"SELECT id FROM intervent":                            "verify: every line of the room",
	"ORDER BY x.id LIMIT 100":                             "verify: every row that says what a record says",
	"ORDER BY r.id LIMIT 100":                             "verify: every record that a row says again",
	"SELECT id FROM roster_decision":                      "verify: everything decided about a home",
	"SELECT id FROM roster_override":                      "verify: everything decided about a home",
	"SELECT concern, field":                               "verify: every text of the room",
	"SELECT record, field":                                "verify: every text of the room",
	"SELECT id FROM bodies_":                              "verify: every line of the room, and every body",
	"FROM bodies_body b WHERE b.owner = ?1 ORDER BY":      "the bodies of a municipality, those that are no more as well: some at each school",
	"FROM bodies_body b WHERE b.owner = ?1 AND b.gone_at": "the bodies of a municipality: some at each school",
	"(SELECT MIN(l.secret) FROM ideas_line l":             "the sweep: the suggestions that wait for nobody",
	"SELECT i.due_on, COALESCE((SELECT MAX(l.at)":         "a figure of twelve months: the suggestions that an elevråd left",
	"(SELECT MAX(l.at) FROM circles_line l":               "the sweep: parents' groups, one or two for each class",
	"SELECT id FROM ideas_line":                           "verify: every line of the room",
	"SELECT id FROM circles_line":                         "verify: every line of the room",
	"SELECT school, person FROM sfo_pin":                  "who has left is looked for: those who work at SFO, each ten minutes",
}

// ofTheProgram are the statements there are before any test has made its own.
var ofTheProgram = db.Statements()

// testSQL makes a statement of the tests' own. It waits for those of the
// program to be counted: whatever a variable's maker mentions is made first.
func testSQL(text string) *db.Stmt {
	if ofTheProgram == nil {
		panic("the statements of the program are not counted yet")
	}
	return db.SQL(text)
}

// No other statement reads a table from end to end either, but for those that
// are meant to.
func TestNoStatementReadsAWholeTable(t *testing.T) {
	d, _ := copyGranvik(t)
	met := map[string]bool{}
	for _, s := range ofTheProgram {
		text := s.Text(db.SQLite)
		if wrong(s) || s == looksForAll || s == looksForOwners || strings.HasPrefix(strings.TrimSpace(text), "INSERT") && !strings.Contains(text, "SELECT") {
			continue
		}
		bad := scans(plan(t, d, s))
		if len(bad) == 0 {
			continue
		}
		known := false
		for words := range mayScan {
			if strings.Contains(text, words) {
				known, met[words] = true, true
			}
		}
		if !known {
			t.Errorf("reads all of %s: %s\n%s", strings.Join(slices.Compact(bad), ", "), strings.Join(strings.Fields(text), " "), plan(t, d, s))
		}
	}
	for words := range mayScan {
		if !met[words] {
			t.Errorf("no statement with %q reads a whole table any more: take it out", words)
		}
	}
}

var (
	looksForAll    = testSQL(`SELECT id FROM cases_track WHERE arena = $1`)
	looksForOwners = testSQL(`SELECT id FROM cases_track WHERE owner = $1 AND arena = $2`)
)

// A statement that looks through a table is seen to do so.
func TestScansAreSeen(t *testing.T) {
	d, _ := copyGranvik(t)
	for _, s := range []*db.Stmt{looksForAll, looksForOwners} {
		if got := scans(plan(t, d, s)); len(got) != 1 || got[0] != "cases_track" {
			t.Errorf("the plan %q: %q", plan(t, d, s), got)
		}
	}
}
