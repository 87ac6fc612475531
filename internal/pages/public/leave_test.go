package public_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// Whoever leaves quickly on the last screen, by the button or by Escape three times, and
// whoever presses "back" afterwards, as often as there is anything to go back to, sees no
// typed word and no page of telling: with the browser's memory of pages, and without. That
// they were there before one left is the control.
func TestBackAfterTheQuickWayOut(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := newTown(t)
	s := httptest.NewServer(w.h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	const words = "De gjemmer sekken min bak gymsalen"
	var seen []struct {
		Way, Press, URL, Text string
		Words, Form           bool
	}
	webtest.Script(t, "leave.mjs", map[string]string{"at": "http://localhost:" + u.Port() + school, "words": words}, &seen)
	control := 0
	for _, x := range seen {
		t.Logf("%s, %s: %s %q", x.Way, x.Press, x.URL, strings.ReplaceAll(x.Text, "\n", " "))
		switch {
		case x.Press == "telling":
			if x.Words && x.Form {
				control++
			}
		case x.Words:
			t.Errorf("%s, %s: what was typed is on the screen, at %s", x.Way, x.Press, x.URL)
		case x.Form:
			t.Errorf("%s, %s: a page of telling is on the screen, at %s", x.Way, x.Press, x.URL)
		}
	}
	if control != 4 || len(seen) != 4*9 {
		t.Errorf("%d of 4 ways began with words on the screen, and %d pages were seen: this proves nothing", control, len(seen))
	}
}
