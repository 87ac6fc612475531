package file

import (
	archive "archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// A Letter is what kind of file a letter came as (brev).
type Letter string

// Letters. Their names are the ends of file names as well.
const (
	Mail  Letter = "eml"
	Plain Letter = "txt"
	Word  Letter = "docx"
	Page  Letter = "pdf"
)

// Charset is the refusal of letters that nobody can say which they are.
const Charset Refusal = "charset"

// Limits of what lies in a letter.
const (
	maxDepth = 8
	maxParts = 200
	maxWords = 16 << 20 // what a Word document unpacks to
)

// Words says what a letter came as, and what stands in it: the text of a mail, a text
// file or a Word document. A PDF is looked through and its text is not read: a person
// pastes it beside. HTML is stripped and never shown, and nothing is run. What cannot
// be read whole is refused whole.
func Words(b []byte) (l Letter, text string, err error) {
	switch {
	case len(b) == 0:
		return "", "", Empty
	case len(b) > Max:
		return "", "", TooBig
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return Page, "", lookPDF(b)
	case bytes.HasPrefix(b, []byte("PK\x03\x04")):
		text, err = docx(b)
		return Word, tidy(text), err
	}
	if m, err := mail.ReadMessage(bytes.NewReader(b)); err == nil && isMail(m.Header) {
		text, err := (&letter{}).part(textproto.MIMEHeader(m.Header), m.Body, 0)
		return Mail, tidy(text), err
	}
	text, err = plain(b)
	return Plain, tidy(text), err
}

// isMail tells a mail from a text that happens to begin with a word and a colon.
func isMail(h mail.Header) bool {
	return h.Get("From") != "" && (h.Get("Date") != "" || h.Get("Mime-Version") != "" || h.Get("Message-Id") != "" || h.Get("Subject") != "")
}

// plain reads a text file that does not say which letters it has.
func plain(b []byte) (string, error) {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		u, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(b)
		if err != nil {
			return "", Charset
		}
		b = u
	}
	if !utf8.Valid(b) {
		b, _ = charmap.Windows1252.NewDecoder().Bytes(b) // what is not UTF-8 is what Windows wrote
	}
	if bytes.ContainsFunc(b, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\r\n\f", r) || r == utf8.RuneError }) {
		return "", Other
	}
	return strings.TrimPrefix(string(b), "\ufeff"), nil
}

// letter reads the parts of one mail.
type letter struct{ parts int }

func (l *letter) part(h textproto.MIMEHeader, body io.Reader, depth int) (string, error) {
	if l.parts++; l.parts > maxParts || depth > maxDepth {
		return "", Broken
	}
	kind := h.Get("Content-Type")
	if kind == "" {
		kind = "text/plain"
	}
	media, about, err := mime.ParseMediaType(kind)
	if err != nil {
		return "", Broken
	}
	if strings.HasPrefix(media, "multipart/") {
		return l.several(media, about["boundary"], body, depth)
	}
	b, err := unpackedPart(h.Get("Content-Transfer-Encoding"), body)
	if err != nil {
		return "", err
	}
	switch {
	case media == "message/rfc822": // one that was sent on
		m, err := mail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			return "", Broken
		}
		return l.part(textproto.MIMEHeader(m.Header), m.Body, depth+1)
	case media == "text/plain":
		return letters(b, about["charset"])
	case media == "text/html":
		s, err := letters(b, about["charset"])
		return stripped(s), err
	case strings.HasSuffix(media, ".wordprocessingml.document"):
		return docx(b)
	}
	return "", nil // it lies in the file
}

// several reads a part of parts. Of alternatives the first that says something is
// taken: the plain one stands first.
func (l *letter) several(media, boundary string, body io.Reader, depth int) (string, error) {
	if boundary == "" {
		return "", Broken
	}
	r := multipart.NewReader(body, boundary)
	var all []string
	for {
		p, err := r.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", Broken
		}
		s, err := l.part(p.Header, p, depth+1)
		if err != nil {
			return "", err
		}
		if s = strings.TrimSpace(s); s != "" && (len(all) == 0 || media != "multipart/alternative") {
			all = append(all, s)
		}
	}
	return strings.Join(all, "\n\n"), nil
}

func unpackedPart(how string, body io.Reader) ([]byte, error) {
	switch strings.ToLower(strings.TrimSpace(how)) {
	case "", "7bit", "8bit", "binary":
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	default:
		return nil, Broken
	}
	b, err := io.ReadAll(io.LimitReader(body, Max+1))
	if err != nil || len(b) > Max {
		return nil, Broken
	}
	return b, nil
}

// letters reads a text of a charset that the mail names.
func letters(b []byte, charset string) (string, error) {
	if charset == "" || strings.EqualFold(charset, "us-ascii") {
		charset = "utf-8"
	}
	enc, err := htmlindex.Get(charset)
	if err != nil {
		return "", Charset
	}
	if name, _ := htmlindex.Name(enc); name == "utf-8" && !utf8.Valid(b) {
		return "", Charset
	}
	s, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return "", Charset
	}
	return string(s), nil
}

// stripped is the text of a page: what is written in it, without anything it does.
func stripped(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	hidden := 0
	for {
		kind := z.Next()
		switch kind {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			if hidden == 0 {
				b.WriteString(strings.Join(strings.FieldsFunc(string(z.Text()), func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " "))
			}
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template:
				if kind == html.StartTagToken {
					hidden++
				} else if kind == html.EndTagToken && hidden > 0 {
					hidden--
				}
			case atom.P, atom.Div, atom.Br, atom.Li, atom.Tr, atom.H1, atom.H2, atom.H3, atom.Blockquote, atom.Table, atom.Ul, atom.Ol:
				b.WriteString("\n")
			}
		}
	}
}

// docx is the text of a Word document; one with macros is not taken in.
func docx(b []byte) (string, error) {
	z, err := archive.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", Broken
	}
	var doc *archive.File
	for _, f := range z.File {
		switch {
		case strings.EqualFold(f.Name, "word/vbaProject.bin"):
			return "", Active
		case f.Name == "word/document.xml":
			doc = f
		}
	}
	if doc == nil {
		return "", Other
	}
	r, err := doc.Open()
	if err != nil {
		return "", Broken
	}
	defer r.Close()
	lr := &io.LimitedReader{R: r, N: maxWords}
	d := xml.NewDecoder(lr)
	var out strings.Builder
	text := false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && lr.N > 0 {
			return out.String(), nil
		}
		if err != nil {
			return "", Broken
		}
		switch t := t.(type) {
		case xml.StartElement:
			text = t.Name.Local == "t"
			switch t.Name.Local {
			case "tab":
				out.WriteString(" ")
			case "br", "cr":
				out.WriteString("\n")
			}
		case xml.EndElement:
			text = false
			if t.Name.Local == "p" {
				out.WriteString("\n")
			}
		case xml.CharData:
			if text {
				out.Write(t)
			}
		}
	}
}

// tidy is a text as it can be kept: lines that end in one way, no marks that do
// something, no more than one empty line.
func tidy(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\u00a0", " ").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	var lines []string
	for _, l := range strings.Split(s, "\n") {
		l = strings.TrimRight(l, " \t")
		if l == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}
