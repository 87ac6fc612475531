package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"tilhor"
)

// Limits of a form with a file: the file, and beside it no more than any form.
const (
	MaxFile   = 10 << 20
	maxUpload = MaxFile + maxForm
	maxDrain  = 64 << 20 // what is read and thrown away, so that a refusal reaches the one who sent it
	fileKind  = "multipart/form-data"
)

// errCut is the end of a form that was longer than what is kept of one.
var errCut = errors.New("the rest of the form was not kept")

// An Upload is the file of a form (fil), as it was sent. What it is, only its
// content says.
type Upload struct {
	Name   string // as the sender's machine calls it; may name a child
	Bytes  []byte
	TooBig bool // and so not kept
}

// takesFile says whether the address is of a form with a file, and for whom.
func (s *Site) takesFile(r *http.Request) (roles []tilhor.Role, is bool) {
	if r.Method != http.MethodPost || mediaOf(r) != fileKind {
		return nil, false
	}
	_, pattern := s.mux.Handler(r)
	roles, is = s.files[pattern]
	return roles, is
}

func mediaOf(r *http.Request) string {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return kind
}

// receiveFile reads a form with a file. Of one who is not signed in, or not in a role
// that the page is for, no file is kept, only the words before it; and of one that is
// too large neither.
func (l *Limits) receiveFile(r *http.Request, who client, keeps bool) (done func(), err error) {
	done = func() {}
	if r.ContentLength > maxDrain || r.Body == nil {
		return done, nil
	}
	keep, pool := maxForm, l.strangerForms
	if keeps {
		keep, pool = maxUpload, l.uploads
	}
	size := int(r.ContentLength)
	if size < 0 || size > keep {
		size = keep
	}
	if !pool.take(who, 2*size) { // once as it came, once as it is read
		r.Body = io.NopCloser(broken{errLeft})
		return done, errLeft
	}
	done = func() { pool.give(who, 2*size) }
	var b bytes.Buffer
	b.Grow(size + bytes.MinRead)
	n, err := b.ReadFrom(io.LimitReader(r.Body, int64(keep)))
	if err == nil && n == int64(keep) {
		if more, _ := io.CopyN(io.Discard, r.Body, maxDrain); more > 0 {
			err = errCut
		}
	}
	r.Body = io.NopCloser(io.MultiReader(&b, broken{err}))
	return done, nil
}

// readFileForm reads the fields and the file. What was written before a file
// that is too large is kept.
func readFileForm(r *http.Request) (*Form, error) {
	if r.ContentLength > maxDrain {
		return nil, errTooLong
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, errUnreadable
	}
	values, left := url.Values{}, maxForm
	var file *Upload
	for n := 0; ; n++ {
		p, err := parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
		case errors.Is(err, errCut):
		case err != nil:
			return nil, errUnreadable
		case n >= maxFields:
			return nil, errTooLong
		default:
			if err = readPart(p, values, &file, &left); err != nil && !errors.Is(err, errCut) {
				return nil, err
			}
		}
		if err == nil {
			continue
		}
		f, wrong := formOf(values)
		if wrong != nil {
			return nil, wrong
		}
		if errors.Is(err, errCut) && file == nil {
			return nil, errTooLong
		}
		f.File = file
		return f, nil
	}
}

func readPart(p *multipart.Part, values url.Values, file **Upload, left *int) error {
	_, about, err := mime.ParseMediaType(p.Header.Get("Content-Disposition"))
	name, chosen := about["name"], false
	if err != nil || name == "" {
		return errUnreadable
	}
	if _, chosen = about["filename"]; !chosen {
		b, err := io.ReadAll(io.LimitReader(p, int64(*left)+1))
		if *left -= len(b) + len(name); *left < 0 {
			return errTooLong
		}
		values.Add(name, string(b))
		return readable(err)
	}
	if *file != nil || name != "fil" {
		return errUnreadable
	}
	u := &Upload{Name: fileName(p.FileName())}
	var b bytes.Buffer
	_, err = b.ReadFrom(io.LimitReader(p, MaxFile+1))
	switch {
	case errors.Is(err, errCut), b.Len() > MaxFile:
		u.TooBig = true
	case b.Len() > 0:
		u.Bytes = b.Bytes()
	case u.Name == "": // a form sent with nothing chosen
		return readable(err)
	}
	*file = u
	return readable(err)
}

func readable(err error) error {
	if err == nil || errors.Is(err, errCut) {
		return err
	}
	return errUnreadable
}

// fileName is a name that can be shown: one line, not long, without a path.
func fileName(s string) string {
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 120 {
		s = string(r[:120])
	}
	return s
}

// sum tells two files apart.
func (u *Upload) sum() string {
	h := sha256.Sum256(u.Bytes)
	return hex.EncodeToString(h[:])
}

// alone is the policy of a file that is opened by itself: it may do nothing.
const alone = "default-src 'none'; sandbox; frame-ancestors 'none'"

// Give answers with a file to be saved, never opened by the browser. name must
// tell nothing.
func (q *Req) Give(kind, name string, body []byte) {
	q.W.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	q.W.Header().Set("Content-Security-Policy", alone)
	q.Write(http.StatusOK, kind, body)
}

// Show answers with a picture that stands in a page of ours.
func (q *Req) Show(kind string, body []byte) {
	q.W.Header().Set("Content-Disposition", "inline")
	q.W.Header().Set("Content-Security-Policy", alone)
	q.Write(http.StatusOK, kind, body)
}
