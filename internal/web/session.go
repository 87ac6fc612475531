package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"tilhor"
)

// A Session is what we remember of one browser between requests. It exists only
// for who signs in, or has begun to: a child who tells has none.
type Session struct {
	s   *sessions
	ctx context.Context // of the library: holds the values
	q   *Req

	seen int64 // when it was last in use, in ms
}

// Session loads the session of the request; empty when there is none.
func (q *Req) Session() (*Session, error) {
	if q.session != nil {
		return q.session, nil
	}
	s := q.sessionsOf()
	x := &Session{s: s, q: q}
	ctx, err := s.manager.Load(context.WithValue(q.Context(), seenKey{}, &x.seen), s.token(q.R))
	if err != nil {
		return nil, err
	}
	x.ctx = ctx
	q.session = x
	return q.session, nil
}

// Get is what stands under a name, "" for nothing.
func (x *Session) Get(name string) string { return x.s.manager.GetString(x.ctx, name) }

// Put stores a text under a name, durably, before it returns.
func (x *Session) Put(name, value string) error {
	x.s.manager.Put(x.ctx, name, value)
	return x.save()
}

// Pop takes a text out: it can be had once.
func (x *Session) Pop(name string) (string, error) {
	v := x.Get(name)
	if v == "" {
		return "", nil
	}
	x.s.manager.Remove(x.ctx, name)
	return v, x.save()
}

func (x *Session) save() error { return x.commit(x.ctx) }

func (x *Session) commit(ctx context.Context) error {
	token, _, err := x.s.manager.Commit(ctx)
	if errors.Is(err, errEnded) {
		x.drop()
		return tilhor.ErrNotFound
	}
	if err != nil {
		return err
	}
	x.write(token, 0)
	if person := x.Get(keyPerson); person != "" { // whose row is theirs from the first page on
		x.q.site.limits.met(token, person)
	}
	return nil
}

// write sets the cookie, instead of any that this answer set before. It has no
// date: it goes when the browser is closed.
func (x *Session) write(token string, age int) {
	h := x.q.W.Header()
	c := &http.Cookie{
		Name: x.s.cookie, Value: token, Path: x.s.path, MaxAge: age, HttpOnly: true,
		Secure: x.s.kit.Owner.HTTPS, SameSite: x.s.same,
	}
	var others []string
	for _, v := range h["Set-Cookie"] {
		if len(v) <= len(c.Name) || v[:len(c.Name)+1] != c.Name+"=" {
			others = append(others, v)
		}
	}
	h["Set-Cookie"] = append(others, c.String())
}

func (x *Session) drop() { x.write("", -1) }

// renew gives the session a new name: whoever knew the old one has nothing. The
// old one ends with the same stroke as the new one begins; one that was ended
// from elsewhere meanwhile is not renewed.
func (x *Session) renew() error { return x.rename(&renaming{}) }

// anew is renew for who has just signed in, whatever became of the session
// before.
func (x *Session) anew() error { return x.rename(&renaming{anyway: true}) }

func (x *Session) rename(r *renaming) error {
	ctx := context.WithValue(x.ctx, renamingKey{}, r)
	if err := x.s.manager.RenewToken(ctx); err != nil {
		return err
	}
	return x.commit(ctx)
}

// SignIn makes the browser's session that of a person. An actor without a role
// has several and will be asked. Whatever the session held before is dropped.
func SignIn(q *Req, person tilhor.PersonID, actor tilhor.Actor, acr, issuer string) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	m := x.s.manager
	if err := m.Clear(x.ctx); err != nil {
		return err
	}
	for k, v := range map[string]string{
		keyPerson: string(person), keyRole: string(actor.Role), keySchool: string(actor.School),
		keyACR: acr, keyIssuer: issuer, keyBegan: q.Now.UTC().Format(time.RFC3339),
	} {
		m.Put(x.ctx, k, v)
	}
	q.site.people.forget(person)
	return x.anew()
}

// unvouched stands in a session where a page asked that the person shows who it
// is, and the provider did not say that it happened.
const unvouched = "no"

// Vouch keeps when the person showed who it is, as the provider says (auth_time);
// the zero time says that it was asked for and nobody vouches for it.
func Vouch(q *Req, at time.Time) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	if at.IsZero() {
		return x.Put(keyAnew, unvouched)
	}
	return x.Put(keyAnew, at.UTC().Format(time.RFC3339))
}

// Fresh says whether the person showed who it is no longer ago than that, because
// a page asked: what is a child's own is opened by who is there now, and not by
// whoever finds the screen. That a session is young says nothing: a browser that is
// signed in at the provider makes a new one without a word.
func (q *Req) Fresh(within time.Duration) (bool, error) {
	x, err := q.Session()
	if err != nil {
		return false, err
	}
	at, err := time.Parse(time.RFC3339, x.Get(keyAnew))
	return err == nil && !q.Now.Before(at) && q.Now.Sub(at) < within, nil
}

// Unvouched says whether the person was asked to sign in anew and the provider
// does not say that it happened: to ask once more would go in a ring.
func (q *Req) Unvouched() (bool, error) {
	x, err := q.Session()
	if err != nil {
		return false, err
	}
	return x.Get(keyAnew) == unvouched, nil
}

// AnewPath is where a person shows once more who it is, and then goes on to path.
func AnewPath(path string) string {
	return signInPath + "?niva=ny&neste=" + url.QueryEscape(path)
}

// SignOut ends the session, here and in the database.
func SignOut(q *Req) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	if x.s.token(q.R) == "" {
		return nil
	}
	if err := x.s.manager.Destroy(x.ctx); err != nil {
		return err
	}
	x.drop()
	return nil
}

// Enter makes a session outside any request and gives its cookie: for tests
// and tools that have a person already.
func (s *Site) Enter(ctx context.Context, person tilhor.PersonID, actor tilhor.Actor, acr, issuer string) (*http.Cookie, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, err
	}
	w := &headerOnly{h: http.Header{}}
	q := s.request(w, r, nil)
	if err := SignIn(q, person, actor, acr, issuer); err != nil {
		return nil, err
	}
	return (&http.Response{Header: w.h}).Cookies()[0], nil
}

// EnterAnew is Enter for a person who has just shown who it is.
func (s *Site) EnterAnew(ctx context.Context, person tilhor.PersonID, actor tilhor.Actor, acr, issuer string) (*http.Cookie, error) {
	c, err := s.Enter(ctx, person, actor, acr, issuer)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return nil, err
	}
	r.AddCookie(c)
	q := s.request(&headerOnly{h: http.Header{}}, r, nil)
	return c, Vouch(q, q.Now)
}

type headerOnly struct{ h http.Header }

func (w *headerOnly) Header() http.Header         { return w.h }
func (w *headerOnly) Write(b []byte) (int, error) { return len(b), nil }
func (w *headerOnly) WriteHeader(int)             {}
