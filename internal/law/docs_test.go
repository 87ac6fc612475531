package law

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const page = "../../docs/law/README.md"

// rowsAsText is the table of docs/law, made from the rows.
func rowsAsText() string {
	var b strings.Builder
	for _, s := range RuleSets() {
		until := "in force"
		if s.To != "" {
			until = "to " + string(s.To)
		}
		fmt.Fprintf(&b, "\n### `%s`: %s, from %s, %s (dates %s)\n\n", s.ID, s.Act, s.From, until, s.Source)
		b.WriteString("| id | citation | bearer | class | time | our proposal | takes over | read |\n|---|---|---|---|---|---|---|---|\n")
		for _, r := range Rows() {
			if r.Rules != s.ID {
				continue
			}
			time := r.Word
			if !r.Number.None() {
				time = strings.Trim(time+", "+r.Number.String(), ", ")
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n",
				r.ID, r.Ref, r.Bearer, r.Class, dash(time), dash(proposals(r)), dash(taken(r)), r.Source)
		}
	}
	return b.String()
}

func proposals(r Row) string {
	var out []string
	if !r.Local.None() {
		out = append(out, r.Local.String())
	}
	for _, p := range r.Parts {
		if !p.Local.None() {
			out = append(out, p.Name+": "+p.Local.String())
		}
	}
	return strings.Join(out, "; ")
}

func taken(r Row) string {
	var out []string
	for _, id := range r.Supersedes {
		out = append(out, "`"+string(id)+"`")
	}
	return strings.Join(out, ", ")
}

func dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// The page says what the program holds. TILHOR_UPDATE=1 writes it anew.
func TestDocsHoldEveryRow(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(raw), "<!-- rows -->\n")
	have, after, ok2 := strings.Cut(rest, "<!-- /rows -->")
	if !ok1 || !ok2 {
		t.Fatal("the page has lost its marks")
	}
	if os.Getenv("TILHOR_UPDATE") != "" {
		if err := os.WriteFile(page, []byte(before+"<!-- rows -->\n"+rowsAsText()+"<!-- /rows -->"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != rowsAsText() {
		t.Error("docs/law/README.md is out of date: run the test once with TILHOR_UPDATE=1")
	}
	for _, r := range Rows() {
		if !strings.Contains(string(raw), "`"+string(r.ID)+"`") {
			t.Errorf("%s is not on the page", r.ID)
		}
	}
}
