package webtest

import (
	"testing"

	"tilhor"
)

type counted struct {
	testing.TB
	errors int
}

func (c *counted) Helper()               {}
func (c *counted) Errorf(string, ...any) { c.errors++ }

func TestAWordSpeltByChanceIsNotOnThePage(t *testing.T) {
	id, slug := "jbfaulek4ztz6dyhswqsqfd4o4", "luenabcd23"
	if len(id) != len(tilhor.NewID()) || len(slug) != len(tilhor.NewSlug()) {
		t.Fatal("ids have another length now")
	}
	page := `<title>Saken</title><main><a href="/avtaler/` + id + `">Avtale</a> <a href="/saker/` + slug + `/plan">Plan</a> hun mistet hatten</main>`
	for text, errors := range map[string]int{"lek": 0, "luen": 0, "hatt": 1, "hun mistet": 1, id: 1, "/saker/" + slug: 1, "Saken": 1, "Nora": 0} {
		c := &counted{TB: t}
		if Lacks(c, page, text); c.errors != errors {
			t.Errorf("%q: %d errors, not %d", text, c.errors, errors)
		}
	}
}
