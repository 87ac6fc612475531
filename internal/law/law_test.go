package law

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tilhor"
)

// The table, once more and by hand: id, section, class, word. A row that changes
// must be changed twice, and on purpose.
const table = `
k12.prevent|k12|12-3 2|continuous|kontinuerleg
k12.zero|k12|12-3 1|continuous|
k12.watch|k12|12-4 1|continuous|
k12.intervene|k12|12-4 1|none|om mogleg
k12.report|k12|12-4 2|guidance|
k12.investigate|k12|12-4 2|statutory-word|snarast
k12.hear|k12|10-2 12-4 12 104|linked|
k12.best|k12|10-1|linked|
k12.measures|k12|12-4 2|statutory-word|snarast
k12.plan|k12|12-4 3|linked|
k12.evaluate|k12|12-4 2 3|local-plan|
k12.document|k12|12-4 4|continuous|
k12.owner_serious|k12|12-4 2|local|
k12.staff_report|k12|12-5 1|statutory-word|straks
k12.staff_owner|k12|12-5 1|local|
k12.lead_owner|k12|12-5 2|local|
k12.inform|k12|10-8|local|
k12.sf_window|k12|12-6 1 2|statutory-number|ei veke
k12.sf_docs|k12|12-6 3|external|
k12.sf_order|k12|12-6 4 5 12-8|external|
k12.appeal|k12|12-6 5 29|statutory-number|3 uker
k12.move|k12|13-2 11 16 17 24 27|statutory-word|uten ugrunnet opphold
k12.expel|k12|13-1|statutory-number|
k13.force_report|k13|13-5 1|local|
k13.force_parents|k13|13-5 1|local|
k13.force_owner|k13|13-5 1|local|
k13.force_doc|k13|13-5 2|local|
k13.prevent|k13|13-3|continuous|
9A.prevent|9A|9A-3|continuous|
9A.watch|9A|9A-4 1|continuous|
9A.warn|9A|9A-4 2|guidance|
9A.investigate|9A|9A-4 3|statutory-word|snarast
9A.measures|9A|9A-4 4|none|
9A.hear|9A|9A-4 5|linked|
9A.plan|9A|9A-4 6|linked|
9A.document|9A|9A-4 7|continuous|
9A.staff|9A|9A-5|statutory-word|straks
9A.info_harm|9A|9A-9 2|statutory-word|snarast mogleg
9A.sf|9A|9A-6|statutory-number|ei veke
9a.act|9a|9a-3 2|statutory-word|snarast
9a.decide|9a|9a-3 3|statutory-word|snarast mogleg
9a.system|9a|9a-4|continuous|
prskol.map|pr|2-4 3|n/a|
bhl.zero|bhl|41|continuous|
bhl.report|bhl|42 2|local|
bhl.investigate|bhl|42 3|statutory-word|snarest
bhl.plan|bhl|42 4 5|linked|
bhl.staff|bhl|43|statutory-word|straks
adj.bv|adj|24-3 13-2|statutory-word|utan ugrunna opphald
adj.avert|adj|196|statutory-word|mens det ennå er mulig
adj.reply|adj|11|statutory-number|
adj.innsyn|adj|12 15 29 18 19|statutory-number|utan ugrunna opphald
adj.breach|adj|33 34|statutory-number|
adj.council|adj|17-12 4|statutory-number|
adj.ik|adj|25-1 25-2|statutory-number|
adj.survey|adj|19-3|guidance|
adj.archive|adj|5 13 40|none|
adj.names|adj|20-5|linked|
`

var sets = map[string]RuleSetID{
	"k12": Chapter12, "k13": Chapter13, "9A": Chapter9A, "9a": Chapter9a, "pr": Private, "bhl": Kindergarten, "adj": Adjacent,
}

var (
	sentences = regexp.MustCompile(`\d(st|nd|rd|th)(–\d(st|nd|rd|th))? sentence`)
	sections  = regexp.MustCompile(`9 ?[aA]-\d+|\d+-\d+|\d+`)
)

// cited are the numbers a citation names, in order: what two spellings of one
// citation have in common.
func cited(ref string) []string {
	ref = sentences.ReplaceAllString(strings.ReplaceAll(ref, "(1998)", ""), "")
	var out []string
	for _, s := range sections.FindAllString(ref, -1) {
		out = append(out, strings.ReplaceAll(s, " ", ""))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestRowsAreTheTable(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if len(lines) != 58 || len(Rows()) != 58 || len(RuleSets()) != 7 {
		t.Fatalf("want 58 rows and 7 rule sets, got %d in the table, %d rows, %d sets", len(lines), len(Rows()), len(RuleSets()))
	}
	for n, line := range lines {
		f := strings.Split(line, "|")
		r := Rows()[n]
		if string(r.ID) != f[0] || r.Rules != sets[f[1]] || string(r.Class) != f[3] || r.Word != f[4] {
			t.Errorf("row %d: got %s %s %s %q, want %s", n, r.ID, r.Rules, r.Class, r.Word, line)
		}
		want := strings.Fields(f[2])
		slices.Sort(want)
		if got := cited(r.Ref); !slices.Equal(got, slices.Compact(want)) {
			t.Errorf("%s: %q cites %v, want %v", r.ID, r.Ref, got, want)
		}
		if _, ok := RuleSetOf(r.Rules); !ok {
			t.Errorf("%s: unknown rule set %s", r.ID, r.Rules)
		}
	}
}

// The project's own notes, where they are at hand, say the same.
func TestRowsAgreeWithTheNotes(t *testing.T) {
	raw, err := os.ReadFile("../../../shared/law/duties.json")
	if os.IsNotExist(err) {
		return // a clone alone: the table above holds
	}
	if err != nil {
		t.Fatal(err)
	}
	var notes struct {
		Rows []struct {
			ID       string
			RuleSet  string
			Ref      string
			Deadline struct{ Cls, Value string }
		}
	}
	if err := json.Unmarshal(raw, &notes); err != nil {
		t.Fatal(err)
	}
	// One that the notes tell of in words alone (its points 10 and § 6) comes last.
	if len(notes.Rows) != len(Rows())-1 || Rows()[len(notes.Rows)].ID != "adj.names" {
		t.Fatalf("the notes have %d rows, we have %d", len(notes.Rows), len(Rows()))
	}
	for n, want := range notes.Rows {
		r := Rows()[n]
		set, _, _ := strings.Cut(want.RuleSet, " ")
		if string(r.ID) != want.ID || string(r.Rules) != set || string(r.Class) != want.Deadline.Cls {
			t.Errorf("row %d: got %s %s %s, the notes say %s %s %s", n, r.ID, r.Rules, r.Class, want.ID, set, want.Deadline.Cls)
		}
		for _, s := range cited(want.Ref) {
			if !slices.Contains(cited(r.Ref), s) && !strings.HasPrefix(s, "10-2") {
				t.Errorf("%s: %q does not cite %s of %q", r.ID, r.Ref, s, want.Ref)
			}
		}
	}
}

// The class comes before the number: a number in the act only where the class
// says so, and never one where the act has a word.
func TestClassBeforeNumber(t *testing.T) {
	for _, r := range Rows() {
		if !r.Number.None() && r.Class != StatutoryNumber {
			t.Errorf("%s: %s has a number of the act: %s", r.ID, r.Class, r.Number)
		}
		if r.Class == StatutoryWord && r.Word == "" {
			t.Errorf("%s: which word?", r.ID)
		}
		if (r.Class == External || r.Class == LocalPlan) && !r.Local.None() {
			t.Errorf("%s: the date is not the owner's to set", r.ID)
		}
		for _, s := range append([]ID(nil), r.Supersedes...) {
			old, ok := Find(s)
			if !ok {
				t.Errorf("%s supersedes %s, which is no duty", r.ID, s)
				continue
			}
			a, _ := RuleSetOf(old.Rules)
			b, _ := RuleSetOf(r.Rules)
			if a.To == "" || a.To.Add(1) != b.From {
				t.Errorf("%s (from %s) supersedes %s (to %s)", r.ID, b.From, s, a.To)
			}
		}
	}
	if plan, _ := Find("k12.plan"); !plan.Number.None() || plan.Local != (Norm{5, Arbeidsdag}) {
		t.Error("five days for the plan is local: the act has no number for it")
	}
}

func TestInForce(t *testing.T) {
	for _, c := range []struct {
		on       tilhor.Date
		has, not string
	}{
		{"2017-07-31", "9a.act", "9A.plan"},
		{"2017-08-01", "9A.plan", "9a.act"},
		{"2024-07-31", "9A.plan", "k12.plan"},
		{"2024-08-01", "k12.plan", "9A.plan"},
		{"2025-07-31", "k12.plan", "k13.force_doc"},
		{"2025-08-01", "k13.force_doc", "9A.plan"},
		{"2020-12-31", "9A.plan", "bhl.plan"},
		{"2021-01-01", "bhl.plan", "k12.plan"},
	} {
		on := set(InForce(c.on))
		if !on[ID(c.has)] || on[ID(c.not)] {
			t.Errorf("%s: want %s and not %s", c.on, c.has, c.not)
		}
	}
	if n := len(InForce("1999-01-01")); n != 0 {
		t.Errorf("in 1999 there were %d", n)
	}
}

func TestDiff(t *testing.T) {
	got := Diff("2024-07-31", "2024-08-01")
	for _, want := range []Change{{"9A.warn", "k12.report"}, {"9A.staff", "k12.staff_report"}, {"9A.plan", "k12.evaluate"}, {"", "k12.inform"}, {"9A.info_harm", ""}} {
		if !slices.Contains(got, want) {
			t.Errorf("want %v in %v", want, got)
		}
	}
	if d := Diff("2026-01-01", "2026-11-23"); len(d) != 0 {
		t.Errorf("nothing changed in 2026: %v", d)
	}
}

func TestNormsAreValidated(t *testing.T) {
	for _, c := range []struct {
		name, key string
		norm      Norm
		wrong     string
	}{
		{"a stricter plan", "k12.plan", Norm{3, Arbeidsdag}, ""},
		{"a looser plan is the owner's own affair", "k12.plan", Norm{7, Arbeidsdag}, ""},
		{"stricter than guidance", "k12.report", Norm{4, Hours}, ""},
		{"looser than guidance", "k12.report", Norm{3, Arbeidsdag}, "looser than the guidance"},
		{"straks within the hour", "k12.staff_report", Norm{1, Hours}, ""},
		{"straks next week", "k12.staff_report", Norm{5, Arbeidsdag}, "straks"},
		{"a breach in four days", "adj.breach", Norm{96, Hours}, "looser than the act, which says 72 hours"},
		{"a breach in a day", "adj.breach", Norm{24, Hours}, ""},
		{"a month may be three weeks", "adj.reply", Norm{3, Weeks}, ""},
		{"a month may not be six weeks", "adj.reply", Norm{6, Weeks}, "looser than the act"},
		{"the family's week", "k12.sf_window", Norm{3, Days}, "right of the family"},
		{"Statsforvalteren's date", "k12.sf_docs", Norm{3, Days}, "no local time"},
		{"no such duty", "k12.nope", Norm{3, Days}, "no such duty"},
		{"no such part", "k12.plan/nope", Norm{3, Days}, "no such part"},
		{"the quiet case", "k12.document/quiet", Norm{5, Skoledag}, ""},
		{"a unit nobody may use", "k12.plan", Norm{5, "virkedag"}, "unknown unit"},
		{"nothing", "k12.plan", Norm{0, Days}, "a norm of nothing"},
		{"for ever", "k12.plan", Norm{1000, Days}, "out of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Norms{c.key: c.norm}.Validate()
			if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
				t.Errorf("got %v, want %q", err, c.wrong)
			}
		})
	}
}

func TestTermMap(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		id   ID
		in   Bearer
		want Bearer
	}{
		{PublicSchool, "k12.owner_serious", Rektor, Rektor},
		{PrivateSchool, "k12.owner_serious", Rektor, "dagleg leiar"},
		{PrivateSchool, "k12.lead_owner", Owner, "skolens styre"},
		{PrivateSchool, "k12.sf_docs", Owner, School},
		{PrivateSchool, "k12.move", Owner, "home municipality"},
		{KindergartenKind, "bhl.investigate", School, "barnehage"},
		{KindergartenKind, "bhl.staff", Rektor, "styrer"},
		{KindergartenKind, "bhl.staff", Owner, "barnehageeier"},
	} {
		if got := c.kind.Term(c.id, c.in); got != c.want {
			t.Errorf("%s %s %s: got %s, want %s", c.kind, c.id, c.in, got, c.want)
		}
	}
	r, _ := Find("k12.plan")
	if got := PrivateSchool.Ref(r); got != "privatskolelova § 2-4, jf. opplæringslova § 12-4 (3)" {
		t.Error(got)
	}
}

func TestNormWords(t *testing.T) {
	for n, want := range map[Norm]string{
		{1, Arbeidsdag}: "one arbeidsdag", {5, Arbeidsdag}: "five arbeidsdagar", {0, Arbeidsdag}: "the same arbeidsdag",
		{2, Hours}: "two hours", {72, Hours}: "72 hours", {0, SameDay}: "the same day", {8, Weeks}: "eight weeks", {1, Weeks}: "one week",
	} {
		if got := n.String(); got != want {
			t.Errorf("%v: got %q, want %q", n.N, got, want)
		}
	}
}
