package web

import (
	"testing"

	"tilhor"
	"tilhor/internal/lang"
)

// What is in Sámi is marked where it stands: at the element that holds it and
// nothing else, else in one of its own; and never in a text field or an attribute.
func TestMarked(t *testing.T) {
	w := lang.For(tilhor.Sami)
	for _, c := range []struct{ page, want string }{
		{`<h1 class="t-h1">Plána</h1>`, `<h1 class="t-h1" lang="se">Plána</h1>`},
		{`<button>Boahtte<svg><use href="#x"/></svg></button>`, `<button><span lang="se">Boahtte</span><svg><use href="#x"/></svg></button>`},
		{`<button><svg><use href="#x"/></svg>Ruovttoluotta</button>`, `<button><svg><use href="#x"/></svg><span lang="se">Ruovttoluotta</span></button>`},
		{`<dd>Tekst<br>Dasto</dd>`, `<dd>Tekst<br><span lang="se">Dasto</span></dd>`},
		{`<span>Váldosiidu: </span>`, `<span lang="se">Váldosiidu: </span>`},
		{`<p><b>skábmamánu&nbsp;23.&nbsp;b.</b></p>`, `<p><b lang="se">skábmamánu&nbsp;23.&nbsp;b.</b></p>`},
		{`<title>Plána – Solbakken skole</title>`, `<title lang="se">Plána – Solbakken skole</title>`},
		{`<a lang="se">Giella</a>`, `<a lang="se">Giella</a>`},
		{"<textarea>\nPlána</textarea>", "<textarea>\nPlána</textarea>"},
		{`<p title="Plána">Planen</p>`, `<p title="Plána">Planen</p>`},
		{`<p>Plána og mer</p>`, `<p>Plána og mer</p>`},
		{"<p>Plan</p>\n", "<p>Plan</p>\n"},
		{``, ``},
		{`Plána`, `Plána`},
	} {
		if got := string(marked(w, []byte(c.page))); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
	page := `<h1 class="t-h1">Plána</h1>`
	for _, l := range []tilhor.Lang{tilhor.Bokmal, tilhor.English, tilhor.Polish} {
		if got := string(marked(lang.For(l), []byte(page))); got != page {
			t.Errorf("%s: %s", l, got)
		}
	}
	if got := string(marked(nil, []byte(page))); got != page {
		t.Error(got)
	}
}
