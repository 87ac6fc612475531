package family

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/web"
)

const (
	minePath   = "/min"
	openPath   = minePath + "/apne"
	choosePath = minePath + "/velg"
	casePath   = minePath + "/sak"
	toldUnder  = minePath + "/sagt/"
	talkUnder  = minePath + "/samtale/"
	keyOpened  = "mine.opened"   // in the session: when it was opened, and the cases that are
	keySitting = "mine.together" // the same in an adult's session, who sits together with the child
	openFor    = 5 * time.Minute
	freshFor   = 5 * time.Minute
	fieldTo    = "til" // where to go on to when it is open
)

// A window is what stands open on a pupil's screen: what it has told, and the cases
// whose pictures were shown. The first of these is the one that is looked at.
type window struct {
	began time.Time
	slugs []string
}

// unchosen stands first when there are several and none is chosen yet.
const unchosen = "-"

func (v window) chosen() string {
	if len(v.slugs) == 0 || v.slugs[0] == unchosen {
		return ""
	}
	return v.slugs[0]
}

// all are the cases that stand open, whichever is looked at.
func (v window) all() []string {
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(v.slugs))), func(s string) bool { return s == unchosen })
}

// windowKey is where a session keeps it: the child's own, or the adult's.
func windowKey(q *web.Req) string {
	if q.Actor.Role == tilhor.RolePupil {
		return keyOpened
	}
	return keySitting
}

// windowOf is what stands open on this screen, for five minutes after it was opened.
func windowOf(q *web.Req) (v window, err error) {
	x, err := q.Session()
	if err != nil {
		return v, err
	}
	kept := strings.Fields(x.Get(windowKey(q)))
	if len(kept) == 0 {
		return v, errClosed
	}
	at, err := strconv.ParseInt(kept[0], 10, 64)
	v = window{began: time.UnixMilli(at), slugs: kept[1:]}
	left := v.began.Add(openFor).Sub(q.Now)
	if err != nil || left <= 0 || left > openFor {
		return window{}, errClosed
	}
	q.Open = left
	return v, nil
}

// openWindow opens it, with the case to look at first.
func openWindow(q *web.Req, began time.Time, slugs ...string) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	return x.Put(windowKey(q), strings.Join(append([]string{strconv.FormatInt(began.UnixMilli(), 10)}, slugs...), " "))
}

var (
	errClosed = errors.New("nothing is open on this screen")
	errChoose = errors.New("several cases are open on this screen")
)

// Lock stands before what a pupil has told and the talk about it, as before its
// case: it opens to who has just signed in, with the pictures where some are agreed
// on, for five minutes. line says when it was opened before. When it is not open,
// Lock has answered, and what was written is kept sealed until it is. What a pupil
// told within the last five minutes stands open as it is, for the receipt. The
// pages of a parent stand behind that one's own sign-in.
func (p *Pages) Lock(q *web.Req) (line string, open bool, err error) {
	if q.Actor.Role != tilhor.RolePupil {
		return "", true, nil
	}
	v, err := windowOf(q)
	if errors.Is(err, errClosed) {
		return p.unlock(q)
	}
	if err != nil {
		return "", false, err
	}
	leavesTold(q)
	line, err = p.lastLine(q, v)
	return line, err == nil, err
}

// unlock opens what has no pictures to a fresh sign-in, or leads to where it is
// opened. What is not the pupil's own opens nothing.
func (p *Pages) unlock(q *web.Req) (line string, open bool, err error) {
	slug := q.Path("slug")
	told, err := p.Concerns.ToldAt(q.Context(), q.Actor, slug)
	missing := errors.Is(err, tilhor.ErrNotFound)
	switch {
	case missing:
	case err != nil:
		return "", false, err
	case !q.Now.Before(told) && q.Now.Sub(told) < openFor: // just now: it stands open, for its receipt
		q.Open = told.Add(openFor).Sub(q.Now)
		leavesTold(q)
		return "", true, nil
	}
	fresh, err := q.Fresh(freshFor)
	if err != nil {
		return "", false, err
	}
	if fresh && missing && q.R.PathValue("slug") != "" { // also what cannot be an address of ours
		return "", false, tilhor.ErrNotFound
	}
	if fresh {
		at, opened, err := p.Cases.OpenTold(q.Context(), q.Actor)
		if err != nil {
			return "", false, err
		}
		if opened {
			if err := openWindow(q, at); err != nil {
				return "", false, err
			}
			return p.Lock(q)
		}
	}
	return "", false, p.keepAndOpen(q, q.R.URL.Path, "")
}

// keepAndOpen leads to where it is opened and from there back to the page. A form
// that came too late is kept, sealed, and stands there again. of is the case that was
// looked at.
func (p *Pages) keepAndOpen(q *web.Req, to, of string) error {
	at := openPath
	if q.Actor.Role != tilhor.RolePupil {
		at = togetherPath(q)
	}
	back := url.Values{}
	if q.R.Method == http.MethodPost {
		f, err := q.Form()
		if err != nil {
			return err
		}
		kept, err := q.Keep(f)
		if err != nil {
			return err
		}
		if kept == "" {
			return q.GiveBack()
		}
		back.Set("kladd", kept)
	}
	if of != "" {
		back.Set("sak", of)
	}
	if len(back) > 0 {
		to += "?" + back.Encode()
	}
	return q.See(at + "?" + url.Values{fieldTo: {to}}.Encode())
}

// onwards is where to go when it is open: only to a page that the lock is on.
func onwards(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" {
		return ""
	}
	switch {
	case u.Path == casePath || u.Path == casePath+"/ord" || u.Path == casePath+"/trygt":
	case ofTold(u.Path):
	default:
		return ""
	}
	return (&url.URL{Path: u.Path, RawQuery: u.Query().Encode()}).String()
}

// ofTold says whether an address is of what a pupil has told, or of the talk about it.
func ofTold(to string) bool {
	return strings.HasPrefix(to, toldUnder) || strings.HasPrefix(to, talkUnder)
}

// inAddress is one value of an address that is gone on to.
func inAddress(to, name string) string {
	u, err := url.Parse(to)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// leaves makes the browser leave the page when the time is over, also without a
// script. A page where something is being written stays, or what was typed would be
// lost with it: there all but the forms is hidden (web.Req.Open).
func leaves(q *web.Req, to string) {
	q.W.Header().Set("Refresh", strconv.Itoa(int(q.Open.Seconds())+1)+"; url="+to)
}

// leavesTold does so from what was told, and not from the talk about it.
func leavesTold(q *web.Req) {
	if !strings.HasPrefix(q.R.URL.Path, talkUnder) {
		leaves(q, minePath)
	}
}

// lastLine says when what is the pupil's own was opened before.
func (p *Pages) lastLine(q *web.Req, v window) (string, error) {
	last, err := p.Cases.LastOpened(q.Context(), q.Actor, v.began)
	if err != nil {
		return "", err
	}
	if last.IsZero() {
		return q.T.T("mine.last.never"), nil
	}
	return q.T.T("mine.last", "when", q.Near(last, true)), nil
}
