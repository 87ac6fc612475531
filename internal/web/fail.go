package web

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"runtime"
	"strings"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

//go:embed templates/*.html
var files embed.FS

var pages = Pages(files)

var (
	noticePage    = pages("notice")
	clashPage     = pages("clash")
	signedOutPage = pages("signed-out")
	draftsPage    = pages("drafts")
	rolePage      = pages("role")
	goneTemplate  = template.Must(template.New("gone.html").Funcs(funcs).ParseFS(files, "templates/gone.html"))
)

var errUntrained = errors.New("privacy training is not recorded")

// A notice is a page that says what happened and what the reader can do.
// Its texts are web.<key>.title and web.<key>.lead.
type notice struct {
	key   string
	ref   string // what to tell the one who is rung
	phone bool   // another way, by telephone
	retry bool   // the same form can be sent again from here
}

// fail answers an error. What may not be known and what does not exist are one
// answer: same status, headers and body.
func (s *Site) fail(q *Req, err error) {
	if q.wrote {
		s.note(q, "after the answer", "", err)
		return
	}
	if err := s.answer(q, err); err != nil {
		s.note(q, "error page", "", err)
		http.Error(q.W, "Tilhør svarer ikke nå. Prøv igjen om litt.", http.StatusInternalServerError)
	}
}

func (s *Site) answer(q *Req, err error) error {
	if errors.Is(q.Context().Err(), context.Canceled) {
		q.W.WriteHeader(http.StatusServiceUnavailable) // nobody is left to read it
		return nil
	}
	switch {
	case errors.Is(err, errTooMuch), errors.Is(err, errBusy), errors.Is(err, errLeft):
		return q.busy(err)
	case errors.Is(err, tilhor.ErrNotFound), errors.Is(err, tilhor.ErrForbidden):
		return q.tell(http.StatusNotFound, notice{key: "notfound"})
	case errors.Is(err, errUntrained):
		return q.tell(http.StatusForbidden, notice{key: "untrained"})
	case errors.Is(err, errCrossSite):
		return q.tell(http.StatusForbidden, notice{key: "crosssite"})
	case errors.Is(err, errTooLong):
		q.W.Header().Set("Connection", "close")
		return q.tell(http.StatusRequestEntityTooLarge, notice{key: "toolong", phone: true})
	case errors.Is(err, errUnreadable):
		return q.tell(http.StatusBadRequest, notice{key: "unreadable", phone: true})
	case errors.Is(err, tilhor.ErrConflict):
		return q.tell(http.StatusConflict, notice{key: "conflict", retry: true})
	case tilhor.FaultsOf(err) != nil:
		return q.tell(http.StatusUnprocessableEntity, notice{key: "faults"})
	}
	ref := reference()
	if altered := (journal.Altered{}); errors.As(err, &altered) {
		s.kit.log().LogAttrs(context.WithoutCancel(q.Context()), slog.LevelError, "an entry of the record is not as it was written: run tilhor journal verify",
			slog.String("route", q.routeName()), slog.String("ref", ref), slog.String("entry", string(altered.Entry)))
		return q.tell(http.StatusServiceUnavailable, notice{key: "altered", ref: ref, phone: true})
	}
	s.note(q, "request failed", ref, err)
	if errors.Is(err, context.DeadlineExceeded) || db.Full(err) {
		q.W.Header().Set("Retry-After", "60")
		if db.Full(err) && q.R.Method != http.MethodPost {
			// Nothing was sent: what could not be written is that a case was read,
			// and what is not written down is not shown.
			return q.tell(http.StatusServiceUnavailable, notice{key: "unread", ref: ref, phone: true})
		}
		return q.tell(http.StatusServiceUnavailable, notice{key: "full", ref: ref, phone: true, retry: true})
	}
	return q.tell(http.StatusInternalServerError, notice{key: "broken", ref: ref, phone: true, retry: true})
}

// reference is what a person reads out on the telephone: eight random signs.
func reference() string { return strings.ToUpper(tilhor.NewID()[:8]) }

// note logs what went wrong by route, reference and types alone.
func (s *Site) note(q *Req, what, ref string, err error) {
	s.kit.log().LogAttrs(context.WithoutCancel(q.Context()), slog.LevelError, what,
		slog.String("route", q.routeName()), slog.String("ref", ref), slog.String("error", Types(err)))
}

func (q *Req) routeName() string {
	if q.Route == nil {
		return "none"
	}
	return q.Route.Name
}

// panicked is a panic on its way to the error page. Its value may hold what a
// person wrote: only its type and the places in the program are told.
type panicked struct {
	kind  string
	where []string
}

func (panicked) Error() string { return "panic" }

// caught answers a panic, with the text that was sent.
func (s *Site) caught(q *Req) {
	v := recover()
	if v == nil {
		return
	}
	p := panicked{kind: Types(asError(v)), where: places()}
	s.kit.log().LogAttrs(context.WithoutCancel(q.Context()), slog.LevelError, "panic",
		slog.String("type", p.kind), slog.String("at", strings.Join(p.where, " < ")))
	s.fail(q, p)
}

func asError(v any) error {
	if err, ok := v.(error); ok {
		return err
	}
	return errors.New("")
}

// places are the functions of ours that were running, innermost first.
func places() []string {
	pc := make([]uintptr, 64)
	frames := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	var at []string
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "tilhor/") && len(at) < 6 {
			at = append(at, strings.TrimPrefix(f.Function, "tilhor/internal/"))
		}
		if !more {
			return at
		}
	}
}

// noticeData is what notice.html shows.
type noticeData struct {
	Frame
	Key, Lead, Ref, Phone, Way, WayText string
	Kept                                []KeptText
	Retry                               template.HTML
	Action                              string
}

// tell answers with a notice. What was written in a form that was not taken in
// is shown, so that it can be sent again or copied.
func (q *Req) tell(code int, n notice) error {
	f := q.noticeFrame(n)
	d := noticeData{Frame: f, Key: n.key, Lead: q.T.T("web." + n.key + ".lead"), Ref: n.ref, Way: f.Home, WayText: q.T.T("web.home")}
	if n.phone {
		d.Phone = q.Kit.Owner.Phone
	}
	if code != http.StatusNotFound {
		q.keepShown(&d, n.retry)
	}
	return q.RenderStatus(code, noticePage, d)
}

// noticeFrame is the frame of a notice: nothing in it tells which page was
// asked for.
func (q *Req) noticeFrame(n notice) Frame {
	route := q.Route
	q.Route = nil
	f := q.Frame(q.T.T("web." + n.key + ".title"))
	q.Route = route
	f.Exit, f.Closes = true, 0 // what was written is given back here, and stays
	for i := range f.Nav {
		f.Nav[i].Current = false
	}
	if q.R.Method != http.MethodGet && q.R.Method != http.MethodHead {
		f.Langs = nil // the page of this address is not this notice
	}
	return f
}

func (q *Req) keepShown(d *noticeData, retry bool) {
	if q.R.Method != http.MethodPost {
		return
	}
	f, err := q.Form()
	if err != nil {
		return
	}
	d.Kept = f.texts()
	if retry {
		d.Retry, d.Action = f.Resend(), q.R.URL.RequestURI()
	}
}
