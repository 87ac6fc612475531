package web

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// A File is something a page gives to be kept. It is written straight to the
// reader, and never laid on a disk of ours.
type File struct {
	Name string // ASCII, and nothing of whose it is
	Kind string
	Size int64
	Body io.WriterTo
}

// streamStep is how long a reader may take for each piece of a file, and
// streamMost for all of it: a poor line is no reason to cut it off, and one that
// takes nothing is.
const (
	streamStep = 30 * time.Second
	streamMost = 30 * time.Minute
	streamBite = 64 << 10
)

// Send gives a file to be kept. A reader who leaves stops the writing; that is no
// fault of ours. While a file goes out on a slow line, nobody waits for its turn, nor
// for a place at a sign-in provider: files have a gate of their own.
func (q *Req) Send(f File) error {
	return aside(q.Context(), func(l *Limits) *gate { return l.files }, func() error {
		h := q.W.Header() // once there is room: who is told to wait is given no file
		h.Set("Content-Type", f.Kind)
		h.Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
		q.wrote = true
		w := q.W
		if h, is := w.(*held); is {
			w = h.straight()
		}
		w.WriteHeader(http.StatusOK)
		s := &slow{w: w, line: http.NewResponseController(w), until: time.Now().Add(streamMost)}
		f.Body.WriteTo(s) // what went wrong on the line is known to who holds half a file
		return nil
	})
}

// slow gives the line a while for each piece.
type slow struct {
	w     io.Writer
	line  *http.ResponseController
	until time.Time
}

func (s *slow) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		end := time.Now().Add(streamStep)
		if end.After(s.until) {
			end = s.until
		}
		s.line.SetWriteDeadline(end) // not all can; then the server's own stands
		m, err := s.w.Write(b[:min(len(b), streamBite)])
		n += m
		if err != nil {
			return n, err
		}
		b = b[m:]
	}
	return n, nil
}
