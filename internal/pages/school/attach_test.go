package school_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/cases"
	"tilhor/internal/db"
)

// photo says in a comment where it was taken.
func photo() []byte {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20)), nil)
	const where = "\xff\xfe\x00\x12Solbakkenveien 7"
	return append([]byte("\xff\xd8"+where), b.Bytes()[2:]...)
}

var filled = []string{"shows", "Elias skriver «ikke kom» kl. 21.40.", "giver", "Noras mor", "needed", "Tiden står der.", "checked", "yes", "at", "22.11.2026"}

func all(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var storedFiles = db.SQL(`SELECT COUNT(*) FROM cases_file WHERE owner = $1`)

func (w *world) stored() (n int) {
	w.t.Helper()
	w.must(w.DB.One(context.Background(), storedFiles, db.Args(w.kari.Owner), &n))
	return n
}

// Before a file there is a question, and who says yes, or is not sure, is shown
// the way to those who can help, and no place to send the file.
func TestBeforeAFile(t *testing.T) {
	w := newWorld(t)
	at := "/saker/" + w.track("De skriver om meg.", "nora") + "/vedlegg"
	w.pages(w.ina, at, "Ingen vedlegg i saken til Nora")
	lacks(t, w.pages(w.ina, at+"/ny", "intimt bilde av et barn?", "lagres aldri her"), `type="file"`)
	w.refused(w.ina, at+"/ny", form(), "Svar på om filen viser")
	for _, answer := range []string{"yes", "unsure"} {
		body := w.shown(w.Post(w.ina, at+"/ny", form("safe", answer)), http.StatusOK, "Ikke legg ved filen", "02800", "slettmeg.no", "§ 24-3")
		lacks(t, body, `type="file"`, "href=\"http", "tel:")
	}
	to := w.sent(w.ina, at+"/ny", form("safe", "no"))
	w.pages(w.ina, to, `type="file"`, "Aldri et intimt bilde")
	w.pages(w.ina, "/digitale-hendelser", "slettmeg.no", "ikke brudd på noen plikt")
	// the act refuses as well, and keeps nothing
	w.shown(w.PostFile(w.ina, at, form(filled[:6]...), "x.jpg", photo()), http.StatusUnprocessableEntity, "bekreft at den ikke viser", "ikke kom")
	if n := w.stored(); n != 0 {
		t.Errorf("%d files are stored", n)
	}
}

func TestAttaching(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De skriver om meg.", "nora")
	at := "/saker/" + slug + "/vedlegg"
	// What was typed stands, whatever is wrong with the file.
	for what, c := range map[string]struct {
		body []byte
		say  string
	}{
		"none":     {nil, "Velg en fil."},
		"a page":   {[]byte("<html><script>alert(1)</script>"), "kan ikke legges ved"},
		"too big":  {append(photo(), make([]byte, 10<<20)...), "større enn 10 MB"},
		"very big": {make([]byte, 20<<20), "større enn 10 MB"},
		"a film":   {[]byte("\x1a\x45\xdf\xa3\x01"), "Film tas ikke imot"},
		"hides":    {append(photo(), "PK\x03\x04"...), "noe mer i filen"},
	} {
		r := w.PostFile(w.ina, at, form(filled...), "Nora Dahl.jpg", c.body)
		body := w.shown(r, http.StatusUnprocessableEntity, c.say, "ikke kom", "Noras mor", "Tiden står der.", `value="yes" checked`)
		if !strings.Contains(body, `href="#fil"`) {
			t.Errorf("%s: no way to the field", what)
		}
	}
	once := form(filled...)
	r := w.PostFile(w.ina, at, once, "Nora Dahl.jpg", photo())
	to := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || to != at+"?gjort=vedlagt" {
		t.Fatalf("%d %s\n%s", r.StatusCode, to, mainOf(all(t, r)))
	}
	if r := w.PostFile(w.ina, at, once, "Nora Dahl.jpg", photo()); r.StatusCode != http.StatusSeeOther {
		t.Errorf("sent twice: %d", r.StatusCode)
	}
	body := w.page(w.ina, to, "Filen er lagt ved.", "Ett vedlegg i saken til Nora", "Elias skriver")
	w.page(w.ina, at+"?l=nn")
	one := regexp.MustCompile(`href="(` + at + `/[a-z0-9]{26})"`).FindStringSubmatch(body)
	if one == nil {
		t.Fatal("no way to the attachment")
	}
	w.pages(w.ina, one[1], "Bilde fra", "laget på nytt", `src="`+one[1]+`/bilde"`, "Nora Dahl.jpg")
	w.page(w.ina, "/saker/"+slug, "Vedlegg (1)", "la ved en fil")
	pic := w.Get(w.ina, one[1]+"/bilde")
	if b := all(t, pic); pic.Header.Get("Content-Type") != "image/jpeg" || strings.Contains(b, "Solbakkenveien") || pic.Header.Get("Content-Security-Policy") != "default-src 'none'; sandbox; frame-ancestors 'none'" ||
		pic.Header.Get("X-Content-Type-Options") != "nosniff" || pic.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the picture: %d %v", pic.StatusCode, pic.Header)
	}
	// only rektor, only with a reason, and only for a while
	orig := one[1] + "/original"
	for _, path := range []string{orig, orig + "/fil"} {
		if r := w.Get(w.ina, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
	w.pages(w.rektor, orig, "Hvorfor trengs den?")
	if r := w.Get(w.rektor, orig+"/fil"); r.StatusCode != http.StatusNotFound {
		t.Errorf("without a reason: %d", r.StatusCode)
	}
	w.refused(w.rektor, orig, form("reason", " "))
	w.page(w.rektor, w.sent(w.rektor, orig, form("reason", "Politiet ber om det.")), "Hent filen")
	got := w.Get(w.rektor, orig+"/fil")
	if b := all(t, got); !strings.Contains(b, "Solbakkenveien") || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") || got.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("as it came: %d %v", got.StatusCode, got.Header)
	}
	w.page(w.rektor, "/saker/"+slug, "Politiet ber om det.")
	w.page(w.rektor, "/saker/"+slug+"/lesinger", "Et vedlegg", "Et vedlegg slik det kom inn")
}

// A letter is fetched, and shown in no page of ours.
func TestALetterIsFetched(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De skriver om meg.", "nora")
	at := "/saker/" + slug + "/vedlegg"
	letter := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")
	if r := w.PostFile(w.ina, at, form(filled...), "brev.pdf", letter); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.StatusCode, mainOf(all(t, r)))
	}
	f, err := w.cases.See(context.Background(), w.kari, slug, "whole")
	w.must(err)
	one := at + "/" + string(f.Attachments[0].File)
	lacks(t, w.page(w.ina, one, "Hent filen", "åpnes ikke her", "Ingenting er tatt ut av filen"), "<img", "så langt vi finner det")
	if r := w.Get(w.ina, one+"/bilde"); r.StatusCode != http.StatusNotFound {
		t.Errorf("as a picture: %d", r.StatusCode)
	}
	r := w.Get(w.ina, one+"/fil")
	if b := all(t, r); b != string(letter) || r.Header.Get("Content-Disposition") != `attachment; filename="vedlegg.pdf"` {
		t.Errorf("%d %v", r.StatusCode, r.Header)
	}
	for _, c := range []*http.Cookie{w.jonas, nil} {
		if r := w.Get(c, one+"/fil"); r.StatusCode == http.StatusOK {
			t.Error("read by one who may not")
		}
		if r := w.PostFile(c, at, form(filled...), "brev.pdf", letter); r.StatusCode == http.StatusSeeOther && !strings.HasPrefix(r.Header.Get("Location"), "/utlogget") {
			t.Errorf("attached by one who may not: %s", r.Header.Get("Location"))
		}
	}
	if n := w.stored(); n != 1 {
		t.Errorf("%d files are stored", n)
	}
	// one that says who wrote it has lost that, and its page says so
	said := []byte("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n2 0 obj<</Author(Per)>>endobj\ntrailer<</Info 2 0 R>>\n%%EOF\n")
	if r := w.PostFile(w.ina, at, form(filled...), "brev.pdf", said); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.StatusCode, mainOf(all(t, r)))
	}
	first := f.Attachments[0].File
	f, err = w.cases.See(context.Background(), w.kari, slug, "whole")
	w.must(err)
	other := f.Attachments[slices.IndexFunc(f.Attachments, func(a cases.Attachment) bool { return a.File != first })].File
	lacks(t, w.page(w.ina, at+"/"+string(other), "så langt vi finner det", "åpnes ikke her"), "Ingenting er tatt ut")
}
