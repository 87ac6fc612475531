package file

import (
	archive "archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
)

func zipped(t testing.TB, files map[string]string) []byte {
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
	word := zipped(t, map[string]string{"word/document.xml": said})
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
		"PDF":                       {"%PDF-1.4\ntrailer\n%%EOF", Page, ""},
	} {
		l, text, err := Words([]byte(c.file))
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
		"a document that acts": {string(zipped(t, map[string]string{"word/document.xml": said, "word/vbaProject.bin": "x"})), Active},
		"an archive":           {string(zipped(t, map[string]string{"a.txt": "x"})), Other},
		"a broken document":    {string(zipped(t, map[string]string{"word/document.xml": "<w:document><w:t>Ja"})), Broken},
		"a PDF that acts":      {"%PDF-1.4\n/JavaScript\n%%EOF", Active},
	} {
		_, text, err := Words([]byte(c.file))
		if !errors.Is(err, c.why) || text != "" {
			t.Errorf("%s: %q %v", what, text, err)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add([]byte(head + "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Ja\r\n--x--\r\n"))
	f.Add(zipped(f, map[string]string{"word/document.xml": said}))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, text, err := Words(b)
		var why Refusal
		if err != nil && (!errors.As(err, &why) || text != "") {
			t.Fatalf("%q %v", text, err)
		}
		if text != tidy(text) {
			t.Fatalf("%q is not tidy", text)
		}
	})
}
