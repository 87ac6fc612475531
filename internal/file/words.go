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
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	utf16 "golang.org/x/text/encoding/unicode"
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

// Limits of what lies in a letter, over the whole of it: a mail may hold many documents.
const (
	maxDepth = 8
	maxParts = 200
	maxWords = 1 << 20  // text
	maxBytes = 16 << 20 // that it is read out of, unpacked
)

// Words says what a letter came as, what stands in it, and how much of it was not
// read. Read is what is written in a mail (the first of alternatives that says
// something), in a mail that was sent on, in a text file, and in a Word document with
// its footnotes and endnotes, alone or beside a mail. Not read, and counted, are the
// other things that lie in a mail, and of a Word document its headers, footers,
// comments, pictures and what is put into it. A PDF is looked through and its text is
// not read: a person pastes it beside. HTML is stripped and never shown, and nothing is
// run. What should be read and cannot be is refused, and the letter with it.
func Words(b []byte) (l Letter, text string, unread int, err error) {
	in := letter{text: maxWords, bytes: maxBytes}
	switch {
	case len(b) == 0:
		return "", "", 0, Empty
	case len(b) > Max:
		return "", "", 0, TooBig
	case bytes.HasPrefix(b, []byte("%PDF-")):
		return Page, "", 0, lookPDF(b)
	case bytes.HasPrefix(b, []byte(zipped)):
		l, err = Word, in.docx(b)
	default:
		m, no := mail.ReadMessage(bytes.NewReader(b))
		if no != nil || !isMail(m.Header) {
			l = Plain
			if text, err = plain(b); err == nil {
				err = in.spend(len(text))
			}
			break
		}
		l = Mail
		text, err = in.part(textproto.MIMEHeader(m.Header), m.Body, 0)
	}
	if err != nil {
		return l, "", 0, err
	}
	return l, tidy(strings.Join(append([]string{text}, in.beside...), "\n\n")), in.unread, nil
}

// zipped is how a Word document begins.
const zipped = "PK\x03\x04"

// isMail tells a mail from a text that happens to begin with a word and a colon.
func isMail(h mail.Header) bool {
	return h.Get("From") != "" && (h.Get("Date") != "" || h.Get("Mime-Version") != "" || h.Get("Message-Id") != "" || h.Get("Subject") != "")
}

// plain reads a text file that does not say which letters it has.
func plain(b []byte) (string, error) {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		u, err := utf16.UTF16(utf16.LittleEndian, utf16.UseBOM).NewDecoder().Bytes(b)
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

// letter reads the parts of one letter, and what is left of its budgets.
type letter struct {
	parts, text, bytes int
	beside             []string // what stands in the Word documents
	unread             int
}

// spend takes from the budget of text.
func (l *letter) spend(n int) error {
	if l.text -= n; l.text < 0 {
		return TooBig
	}
	return nil
}

func (l *letter) part(h textproto.MIMEHeader, body io.Reader, depth int) (string, error) {
	if l.parts++; l.parts > maxParts || depth > maxDepth {
		return "", Broken
	}
	kind := h.Get("Content-Type")
	if kind == "" {
		kind = "text/plain"
	}
	media, about, err := mime.ParseMediaType(kind)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) { // of which the kind stands
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
	case media == "text/plain", media == "text/html":
		if l.bytes -= len(b); l.bytes < 0 {
			return "", TooBig
		}
		s, err := letters(b, about["charset"])
		if err != nil {
			return "", err
		}
		if media == "text/html" {
			s = stripped(s)
		}
		return s, l.spend(len(s))
	case strings.HasSuffix(media, ".wordprocessingml.document"), bytes.HasPrefix(b, []byte(zipped)) && calledWord(h, about["name"]):
		return "", l.docx(b)
	}
	l.unread++ // it lies in the file
	return "", nil
}

// calledWord says whether a part is called a Word document: many programs send one as
// something they do not know.
func calledWord(h textproto.MIMEHeader, name string) bool {
	if _, about, _ := mime.ParseMediaType(h.Get("Content-Disposition")); about["filename"] != "" {
		name = about["filename"]
	}
	if s, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = s
	}
	return strings.HasSuffix(strings.ToLower(strings.TrimSpace(name)), ".docx")
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
			case atom.Body: // whatever of the head was not ended
				hidden = 0
			case atom.P, atom.Div, atom.Br, atom.Li, atom.Tr, atom.H1, atom.H2, atom.H3, atom.Blockquote, atom.Table, atom.Ul, atom.Ol:
				b.WriteString("\n")
			}
		}
	}
}

// docx reads the text of a Word document and then its notes; one with macros is not
// taken in.
func (l *letter) docx(b []byte) error {
	z, err := archive.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return Broken
	}
	read := map[string]*archive.File{}
	for _, f := range z.File {
		name, ours := strings.CutPrefix(f.Name, "word/")
		switch {
		case strings.EqualFold(f.Name, "word/vbaProject.bin"):
			return Active
		case ours && (name == "document.xml" || name == "footnotes.xml" || name == "endnotes.xml"):
			read[name] = f
		case ours && aside.MatchString(name):
			l.unread++
		}
	}
	if read["document.xml"] == nil {
		return Other
	}
	for _, name := range []string{"document.xml", "footnotes.xml", "endnotes.xml"} {
		if f := read[name]; f != nil {
			s, err := l.wordXML(f)
			if err != nil {
				return err
			}
			if s = strings.TrimSpace(s); s != "" {
				l.beside = append(l.beside, s)
			}
		}
	}
	return nil
}

// aside are the parts of a Word document that people write or put in, and that are not
// read.
var aside = regexp.MustCompile(`^(header\d*\.xml|footer\d*\.xml|comments\.xml|media/.+|embeddings/.+)$`)

// wordXML is what stands in one part of a Word document: not what was deleted or moved
// from there, nor a second form of what stands there already.
func (l *letter) wordXML(f *archive.File) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", Broken
	}
	defer r.Close()
	lr := &io.LimitedReader{R: r, N: int64(l.bytes) + 1}
	d := xml.NewDecoder(lr)
	var out strings.Builder
	text := false
	for {
		t, err := d.Token()
		if lr.N <= 0 {
			return "", TooBig
		}
		if errors.Is(err, io.EOF) {
			l.bytes = int(lr.N) - 1
			return out.String(), nil
		}
		if err != nil {
			return "", Broken
		}
		was := out.Len()
		switch t := t.(type) {
		case xml.StartElement:
			text = t.Name.Local == "t"
			switch t.Name.Local {
			case "Fallback", "moveFrom":
				if d.Skip() != nil {
					return "", Broken
				}
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
		if err := l.spend(out.Len() - was); err != nil {
			return "", err
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
		if unicode.Is(unicode.Cf, r) && r != '\u00ad' && r != '\u200c' && r != '\u200d' { // turns the text around, or is not seen
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
