package file

import (
	archive "archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func aZip(t testing.TB, files map[string]string) []byte {
	var b bytes.Buffer
	z := archive.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	head = "From: FAU <fau@example.no>\r\nSubject: =?utf-8?q?H=C3=B8ring?=\r\nDate: Mon, 23 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
	said = `<w:document xmlns:w="x"><w:body><w:p><w:r><w:t>Vi er </w:t><w:t>for.</w:t></w:r></w:p><w:p><w:r><w:delText>Borte</w:delText><w:t>Også SFO.</w:t></w:r></w:p></w:body></w:document>`
)

// What stands in a letter is read, however it was packed for its way.
func TestWords(t *testing.T) {
	word := aZip(t, map[string]string{"word/document.xml": said})
	for what, c := range map[string]struct {
		file   string
		letter Letter
		text   string
	}{
		"quoted-printable, latin 1": {head + "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nVi st=F8tter b=\r\negge.\r\n", Mail, "Vi støtter begge."},
		"base64, utf-8":             {head + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("Vi støtter.")) + "\r\n", Mail, "Vi støtter."},
		"no content type":           {"From: a@b.no\nDate: Mon, 23 Nov 2026 10:00:00 +0100\n\nJa.\n", Mail, "Ja."},
		"alternatives":              {head + "Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDen rene.\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Den pyntede.</p>\r\n--x--\r\n", Mail, "Den rene."},
		"HTML alone":                {head + "Content-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>T</title><style>p{}</style></head><body><p>Vi er <b>for</b>.</p><script>alert(1)</script><p>Hilsen</p></body></html>", Mail, "Vi er for.\n\nHilsen"},
		"a document beside":         {head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSe vedlegg.\r\n--x\r\nContent-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(word) + "\r\n--x--\r\n", Mail, "Se vedlegg.\n\nVi er for.\nOgså SFO."},
		"sent on":                   {head + "Content-Type: message/rfc822\r\n\r\nFrom: b@c.no\r\nSubject: x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\nVi st\xf8tter.", Mail, "Vi støtter."},
		"a text":                    {"\xef\xbb\xbfVi støtter.\r\n\r\n\r\n\r\nHilsen", Plain, "Vi støtter.\n\nHilsen"},
		"a text of Windows":         {"Vi st\xf8tter.", Plain, "Vi støtter."},
		"a text of UTF-16":          {"\xff\xfeJ\x00a\x00", Plain, "Ja"},
		"a text with a colon":       {"Tiltak: vi er for.\n\nFra: FAU", Plain, "Tiltak: vi er for.\n\nFra: FAU"},
		"Word":                      {string(word), Word, "Vi er for.\nOgså SFO."},
		"a head that is not ended":  {head + "Content-Type: text/html\r\n\r\n<head><title>T</title><body><p>Vi er for.", Mail, "Vi er for."},
		"a kind with a bad end":     {head + "Content-Type: text/plain; =x\r\n\r\nVi er for.", Mail, "Vi er for."},
		"marks that are not seen":   {"Vi \u202eer\u200b for\u00ad\u200d.", Plain, "Vi er for\u00ad\u200d."},
		"notes, moved and twice": {string(aZip(t, map[string]string{
			"word/document.xml":  `<d><p><t>Vi er for.</t><moveFrom><r><t>Flyttet.</t></r></moveFrom><AlternateContent><Choice><t> Boks.</t></Choice><Fallback><t> Boks.</t></Fallback></AlternateContent></p></d>`,
			"word/footnotes.xml": `<f><p><t>Unntatt T2.</t></p></f>`, "word/endnotes.xml": `<f><p><t>Og T3.</t></p></f>`,
		})), Word, "Vi er for. Boks.\n\nUnntatt T2.\n\nOg T3."},
		"PDF": {"%PDF-1.4\ntrailer\n%%EOF", Page, ""},
	} {
		l, text, _, err := Words([]byte(c.file))
		if err != nil || l != c.letter || text != c.text {
			t.Errorf("%s: %s %q %v", what, l, text, err)
		}
	}
}

// What cannot be read whole is refused whole, and it is said why.
func TestWordsRefuses(t *testing.T) {
	deep := head
	for range 20 {
		deep += "Content-Type: message/rfc822\r\n\r\nFrom: a@b.no\r\nSubject: x\r\n"
	}
	for what, c := range map[string]struct {
		file string
		why  Refusal
	}{
		"nothing":              {"", Empty},
		"too large":            {strings.Repeat("x", Max+1), TooBig},
		"a program":            {"\x7fELF\x02\x01\x01\x00", Other},
		"an unknown charset":   {head + "Content-Type: text/plain; charset=klingon\r\n\r\nJa", Charset},
		"not the charset":      {head + "Content-Type: text/plain; charset=utf-8\r\n\r\nst\xf8tter", Charset},
		"an unknown encoding":  {head + "Content-Transfer-Encoding: x-uue\r\n\r\nJa", Broken},
		"broken base64":        {head + "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!", Broken},
		"no boundary":          {head + "Content-Type: multipart/mixed\r\n\r\nJa", Broken},
		"cut off":              {head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nJa", Broken},
		"no end of sent on":    {deep + "\r\nJa", Broken},
		"a document that acts": {string(aZip(t, map[string]string{"word/document.xml": said, "word/vbaProject.bin": "x"})), Active},
		"an archive":           {string(aZip(t, map[string]string{"a.txt": "x"})), Other},
		"a broken document":    {string(aZip(t, map[string]string{"word/document.xml": "<w:document><w:t>Ja"})), Broken},
		"a PDF that acts":      {"%PDF-1.4\n/JavaScript\n%%EOF", Active},
	} {
		_, text, _, err := Words([]byte(c.file))
		if !errors.Is(err, c.why) || text != "" {
			t.Errorf("%s: %q %v", what, text, err)
		}
	}
}

// beside is a mail with these parts beside its text.
func beside(parts ...string) string {
	return head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSe vedlegg.\r\n--x\r\n" + strings.Join(parts, "\r\n--x\r\n") + "\r\n--x--\r\n"
}

func attached(head string, b []byte) string {
	return head + "\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(b)
}

// What is not read is counted, and a Word document that is sent as something unknown is
// read by its name.
func TestWordsCountsWhatIsNotRead(t *testing.T) {
	word := aZip(t, map[string]string{"word/document.xml": said, "word/media/image1.png": "x", "word/header1.xml": "<h/>", "word/comments.xml": "<c/>", "word/styles.xml": "<s/>"})
	const both = "Se vedlegg.\n\nVi er for.\nOgså SFO."
	for what, c := range map[string]struct {
		file   string
		text   string
		unread int
	}{
		"by its name":            {beside(attached("Content-Type: application/octet-stream; name=\"Svar.DOCX\"", word)), both, 3},
		"by what it is saved as": {beside(attached("Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"=?utf-8?q?H=C3=B8ring=2Edocx?=\"", word)), both, 3},
		"unknown":                {beside(attached("Content-Type: application/octet-stream", word)), "Se vedlegg.", 1},
		"only called so":         {beside(attached("Content-Type: application/octet-stream; name=svar.docx", []byte("x"))), "Se vedlegg.", 1},
		"PDF and picture":        {beside(attached("Content-Type: application/pdf", []byte("%PDF-")), attached("Content-Type: image/png", []byte("x"))), "Se vedlegg.", 2},
		"in an alternative":      {head + "Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\n\r\nSe vedlegg.\r\n--y\r\n" + strings.TrimPrefix(strings.Replace(beside(attached("Content-Type: application/octet-stream; name=svar.docx", word)), "Se vedlegg.", "Pyntet.", 1), head) + "\r\n--y--\r\n", both, 3},
		"all of it":              {beside("Content-Type: text/plain\r\n\r\nHilsen"), "Se vedlegg.\n\nHilsen", 0},
	} {
		_, text, unread, err := Words([]byte(c.file))
		if err != nil || text != c.text || unread != c.unread {
			t.Errorf("%s: %q, %d are not read: %v", what, text, unread, err)
		}
	}
}

// A letter has one budget, however many documents lie in it.
func TestWordsHasOneBudget(t *testing.T) {
	doc := func(inside string) string {
		return attached("Content-Type: application/octet-stream; name=a.docx", aZip(t, map[string]string{"word/document.xml": "<d><p>" + inside + "</p></d>"}))
	}
	text, hollow := doc("<t>"+strings.Repeat("ja ", 200_000)+"</t>"), doc("<t>Ja</t>"+strings.Repeat(" ", 6<<20))
	for what, c := range map[string]struct {
		part string
		most int
	}{"text": {text, 1}, "what is unpacked": {hollow, 2}} {
		var all []string
		for n := range 6 {
			all = append(all, c.part)
			_, read, _, err := Words([]byte(beside(all...)))
			if n < c.most && err != nil || n >= c.most && (!errors.Is(err, TooBig) || read != "") {
				t.Errorf("%s, %d documents: %v", what, n+1, err)
			}
		}
	}
	if _, _, _, err := Words([]byte(strings.Repeat("ja ", 400_000))); !errors.Is(err, TooBig) {
		t.Errorf("a text file: %v", err)
	}
}

func FuzzWords(f *testing.F) {
	f.Add([]byte(head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Ja\r\n--x--\r\n"))
	f.Add(aZip(f, map[string]string{"word/document.xml": said}))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, text, _, err := Words(b)
		var why Refusal
		if err != nil && (!errors.As(err, &why) || text != "") {
			t.Fatalf("%q %v", text, err)
		}
		if text != tidy(text) {
			t.Fatalf("%q is not tidy", text)
		}
	})
}
