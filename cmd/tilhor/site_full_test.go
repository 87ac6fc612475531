package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest/disk"
	"tilhor/internal/demo"
	"tilhor/internal/seal"

	"golang.org/x/net/html"
)

// A fullSite is Granvik on a disk that can be full. What it logs is kept, not
// held against it.
type fullSite struct {
	*siteWorld
	disk *disk.Disk
	log  *loggedTB
}

// loggedTB takes what the site warns of.
type loggedTB struct {
	testing.TB
	mu   sync.Mutex
	said strings.Builder
}

func (l *loggedTB) Errorf(format string, args ...any) {
	if format != "logged: %s" {
		l.TB.Errorf(format, args...)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range args {
		l.said.Write(a.([]byte))
	}
}

func newFullSite(t *testing.T) *fullSite {
	t.Helper()
	d, _ := copyGranvik(t) // makes it, the first time
	d.Close()
	k, err := disk.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Remove)
	path := filepath.Join(t.TempDir(), "tilhor.db")
	b, err := os.ReadFile(filepath.Join(granvik.dir, "tilhor.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err = db.Open(context.Background(), k.DSN(path)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	keys, err := seal.Open(filepath.Join(granvik.dir, "keys"), demo.Owner)
	if err != nil {
		t.Fatal(err)
	}
	f := &fullSite{disk: k, log: &loggedTB{TB: t}}
	f.siteWorld = siteOf(f.log, d, keys, siteNow)
	return f
}

// told counts the concerns there are.
func (f *fullSite) told() (n int) {
	f.read(func(tx *db.Tx) error { return tx.One(countTold, db.Args(f.owner()), &n) })
	return n
}

var countTold = testSQL(`SELECT COUNT(*) FROM concerns_concern WHERE owner = $1`)

// get asks for a page and gives its status and text.
func (f *fullSite) get(p persona, lang, path string) (int, http.Header, string) {
	f.t.Helper()
	r := f.do(http.MethodGet, p.cookie, lang, path, nil)
	return r.StatusCode, r.Header, bodyOf(f.t, r)
}

var fullTexts = map[string][2]string{ // a page that is not shown, a form that is not taken in
	"nb": {"Vi kan ikke vise siden akkurat nå", "Vi kan ikke lagre akkurat nå"},
	"nn": {"Vi kan ikkje vise sida akkurat no", "Vi kan ikkje lagre akkurat no"},
	"en": {"We cannot show this page just now", "We cannot save just now"},
}

// A full disk: pages that write nothing go on, a case is not shown without the
// entry of who read it, and what somebody wrote is given back to be sent again.
func TestAFullDiskAnswersHonestly(t *testing.T) {
	f := newFullSite(t)
	people := map[string]persona{}
	for _, p := range f.cast() {
		people[p.name] = p
	}
	rektor, teacher, nobody := people["rektor"], people["teacher"], people["nobody"]
	_, _, list := f.get(rektor, "nb", "/saker")
	track := regexp.MustCompile(`href="(/saker/[0-9A-Za-z-]+)"`).FindStringSubmatch(list)
	if track == nil {
		t.Fatal("rektor has no case")
	}
	code, _, shown := f.get(rektor, "nb", track[1])
	if code != http.StatusOK || !slices.ContainsFunc(f.names(rektor), func(n string) bool { return strings.Contains(shown, n) }) {
		t.Fatalf("the case answers %d before the disk is full, or names nobody", code)
	}
	before := f.told()
	form := f.telling(teacher)

	f.disk.Break(disk.Fault{Kind: disk.Full})
	f.later(20 * time.Minute) // the sign-in would be noted as used, and a reading is a new one
	for lang, text := range fullTexts {
		for _, path := range []string{"/", "/hjelp", "/personvern", "/tilgjengelighet", "/logg-inn"} {
			if code, _, _ := f.get(nobody, lang, path); code != http.StatusOK {
				t.Errorf("%s (%s): %d", path, lang, code)
			}
		}
		for _, path := range []string{"/samtaleguide", "/bekymringer/ny", "/kladder"} {
			if code, _, _ := f.get(teacher, lang, path); code != http.StatusOK {
				t.Errorf("%s (%s): %d", path, lang, code)
			}
		}
		f.notShown(rektor, lang, track[1], text[0], f.names(rektor)...)
		f.notTaken(teacher, lang, "/bekymringer/ny", form, text[1])
	}
	if f.told() != before {
		t.Fatal("what was refused is there")
	}
	said := f.log.said.String()
	if !strings.Contains(said, "request failed") || strings.Contains(said, wrote) || strings.Contains(said, strings.TrimPrefix(track[1], "/saker/")) {
		t.Fatalf("the log says too little or too much: %s", said)
	}

	again := f.resend(bodyOf(t, f.do(http.MethodPost, teacher.cookie, "nb", "/bekymringer/ny", form)), "/bekymringer/ny")
	if f.disk.Mend() == 0 {
		t.Fatal("nothing failed: the disk was never full")
	}
	for range 2 { // and pressed twice
		if r := f.do(http.MethodPost, teacher.cookie, "nb", "/bekymringer/ny", again); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("there is room again, and the form answers %d", r.StatusCode)
		}
	}
	if n := f.told(); n != before+1 {
		t.Fatalf("%d concerns are new, want 1", n-before)
	}
	if code, _, _ := f.get(rektor, "nb", track[1]); code != http.StatusOK {
		t.Fatalf("there is room again, and the case answers %d", code)
	}
}

// The plan, what the home is shown, and the pupil's own: on a full disk none of it is
// shown, and what somebody wrote there is given back and taken in when there is room.
func TestAFullDiskOfTheHomeAndThePlan(t *testing.T) {
	f := newFullSite(t)
	people := map[string]persona{}
	for _, p := range f.cast() {
		people[p.name] = p
	}
	f.opensForHome(people)
	parent, pupil, ina := people["parent"], people["pupil"], people["social-teacher"]
	_, h, _ := f.get(parent, "nb", "/foresatt")
	child := h.Get("Location") // of the one case there is
	slug, ok := strings.CutPrefix(child, "/foresatt/")
	if !ok {
		t.Fatal("the parent is shown no case")
	}
	plan := "/saker/" + slug + "/plan"
	f.opensOwn(pupil)
	words := []string{"Ny plass i klassen", "Jeg vil sitte sammen med noen."} // of the plan, and of the child
	forms := []struct {
		by   *persona
		path string
		form url.Values
	}{
		{&ina, plan, f.form(ina, plan, deed{Fill: [][2]string{{"m1-what", wrote}}, Press: "do=save"})},
		{&parent, child + "/skriv", f.form(parent, child+"/skriv", deed{Fill: [][2]string{{"say", wrote}}})},
		{&pupil, "/min/sak/trygt", f.form(pupil, "/min/sak/trygt", deed{Fill: [][2]string{{"better", "*"}, {"own-words", wrote}}})},
		{&pupil, "/min/si", url.Values{"nokkel": {tilhor.NewID()}, "step": {"send"}, "level": {"13+"}, "for": {"self"}, "words": {wrote}, "accused": {"none"}, "go": {"send"}}},
	}
	shown := func(p persona, path string) {
		t.Helper()
		if code, _, body := f.get(p, "nb", path); code != http.StatusOK || !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(body, w) }) {
			t.Errorf("%s answers %s with %d, or shows no word of the case:\n%s", path, p.name, code, plainText(body))
		}
	}
	f.later(20 * time.Minute) // a reading is a new one
	pupil.cookie = f.enter(pupil.actor, mfa)
	f.opensOwn(pupil)
	before := f.told()
	f.disk.Break(disk.Fault{Kind: disk.Full})
	for lang, text := range fullTexts {
		for p, path := range map[*persona]string{&ina: plan, &parent: child, &pupil: "/min/sak"} {
			f.notShown(*p, lang, path, text[0], words...)
		}
		for _, x := range forms {
			f.notTaken(*x.by, lang, x.path, x.form, text[1])
		}
	}
	if said := f.log.said.String(); strings.Contains(said, wrote) || strings.Contains(said, slug) {
		t.Fatalf("the log says too much: %s", said)
	}
	if f.told() != before {
		t.Fatal("what was refused is there")
	}
	if f.disk.Mend() == 0 {
		t.Fatal("nothing failed: the disk was never full")
	}
	for _, x := range forms {
		for range 2 {
			if r := f.do(http.MethodPost, x.by.cookie, "nb", x.path, x.form); r.StatusCode != http.StatusSeeOther {
				t.Errorf("there is room again, and %s answers %s with %d", x.path, x.by.name, r.StatusCode)
			}
		}
	}
	if n := f.told(); n != before+1 {
		t.Errorf("%d concerns are new, want 1", n-before)
	}
	shown(ina, plan)
	shown(parent, child)
	shown(pupil, "/min/sak") // the controls: with room all of them are shown
}

// form is a form as somebody fills it in.
func (f *fullSite) form(p persona, path string, d deed) (v url.Values) {
	f.t.Helper()
	_, _, body := f.get(p, "nb", path)
	root, err := html.Parse(strings.NewReader(body))
	f.must(err)
	var why []error
	each(root, func(n *html.Node) {
		if n.Data != "form" || v != nil || attrOf(n, "action") != path {
			return
		}
		got, err := filled(n, d, "")
		if why = append(why, err); err == nil {
			v = got
		}
	})
	if v == nil {
		f.t.Fatalf("no form on %s takes %v: %v\n%s", path, d.Fill, why, plainText(body))
	}
	return v
}

// The operator of a full disk has room to work in: the doctor gives it.
func TestTheDoctorFreesTheReserve(t *testing.T) {
	b, _ := lived(t, "sqlite:"+filepath.Join(t.TempDir(), "tilhor.db"))
	if err := db.Reserve(b.dsn); err != nil {
		t.Fatal(err)
	}
	says := func(want, not string, args ...string) {
		t.Helper()
		if _, said := b.runs(b.with(args...)...); !strings.Contains(said, want) || strings.Contains(said, not) {
			t.Fatalf("the doctor does not say %q, or says %q:\n%s", want, not, said)
		}
	}
	says("the database opens", "no room is held back", "doctor")
	says("ok    16 MiB that were held back are free", "no room was", "doctor", "--free-reserve")
	says("NOTE  no room was held back", "are free", "doctor", "--free-reserve")
	says("NOTE  no room is held back for a disk that is full", "WRONG no room", "doctor")
	b.must(2, "doctor", "--free-reserve", "--db", "postgres://nobody@127.0.0.1:1/none", "--keys", b.keys)
}

// The control: with room on the disk the same pages are shown, so that what the
// test looks for is not what it always finds.
func TestADiskWithRoomShowsTheCase(t *testing.T) {
	f := newFullSite(t)
	rektor := persona{actor: f.actorOf("Solbakken skole", "rektor", "Kari Lund")}
	rektor.cookie = f.enter(rektor.actor, mfa)
	f.later(20 * time.Minute)
	code, _, body := f.get(rektor, "nb", "/saker")
	if code != http.StatusOK || strings.Contains(body, fullTexts["nb"][0]) {
		t.Fatalf("%d", code)
	}
	f.disk.Break(disk.Fault{Kind: disk.Broken})
	if code, _, body := f.get(rektor, "nb", regexp.MustCompile(`href="(/saker/[0-9A-Za-z-]+)"`).FindStringSubmatch(body)[1]); code != http.StatusInternalServerError || strings.Contains(body, fullTexts["nb"][0]) {
		t.Fatalf("a disk that fails is told as one that is full: %d", code)
	}
	f.disk.Mend()
}

// notShown says that a page of a case fails closed, kindly, with no word of it.
func (f *fullSite) notShown(p persona, lang, path, text string, words ...string) {
	f.t.Helper()
	code, h, body := f.get(p, lang, path)
	if code != http.StatusServiceUnavailable || h.Get("Retry-After") == "" || !strings.Contains(body, text) {
		f.t.Errorf("%s: %s, a page of a case, answers %d to %s", lang, path, code, p.name)
	}
	for _, word := range words {
		if strings.Contains(body, word) {
			f.t.Errorf("%s: the page that says that a case is not shown to %s, shows some of it", lang, p.name)
		}
	}
}

// names are the pupils of a person's school.
func (f *fullSite) names(p persona) (all []string) {
	f.t.Helper()
	f.read(func(tx *db.Tx) error {
		list, err := f.house.roster.Pupils(tx, f.owner(), p.actor.School, f.today())
		for _, x := range list {
			all = append(all, x.Name)
		}
		return err
	})
	return all
}

// telling is the last screen of a concern, filled in.
func (f *fullSite) telling(p persona) url.Values {
	f.t.Helper()
	var pupil string
	f.read(func(tx *db.Tx) error {
		list, err := f.house.roster.Pupils(tx, f.owner(), p.actor.School, f.today())
		pupil = string(list[0].ID)
		return err
	})
	return url.Values{
		"nokkel": {tilhor.NewID()}, "step": {"3"}, "go": {"send"}, "pupil": {pupil}, "saw": {wrote},
		"arena": {"break"}, "happened": {"today"}, "known": {"unknown"},
	}
}

const wrote = "Elias sto alene ved gjerdet i hele storefri."

// notTaken says that a form is not taken in, and that what was written is on the
// page, whole, to be sent again.
func (f *fullSite) notTaken(p persona, lang, path string, form url.Values, text string) {
	f.t.Helper()
	r := f.do(http.MethodPost, p.cookie, lang, path, form)
	body := bodyOf(f.t, r)
	if r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, text) || !strings.Contains(body, wrote) {
		f.t.Errorf("%s: the form at %s answers %d to %s", lang, path, r.StatusCode, p.name)
	}
	again := f.resend(body, path)
	for name, v := range form {
		if strings.Join(again[name], "|") != strings.Join(v, "|") {
			f.t.Errorf("%s: the field %s of %s is not kept", lang, name, path)
		}
	}
}

// resend is the form that stands on the page, as a browser would send it.
func (f *fullSite) resend(body, path string) url.Values {
	f.t.Helper()
	doc, err := html.Parse(bytes.NewBufferString(body))
	f.must(err)
	form := url.Values{}
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		in = in || n.Data == "form" && at["action"] == path
		if in && (n.Data == "input" || n.Data == "textarea") && at["name"] != "" {
			v := at["value"]
			if n.Data == "textarea" && n.FirstChild != nil {
				v = n.FirstChild.Data
			}
			form.Add(at["name"], v)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(doc, false)
	return form
}
