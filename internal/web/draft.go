package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// maxDrafts bounds what one person's ended sessions can leave behind.
const maxDrafts = 20

var (
	keepDraft  = db.SQL(`INSERT INTO web_draft (owner, id, person, at, ends, body) VALUES ($1, $2, $3, $4, $5, $6)`)
	countDraft = db.SQL(`SELECT COUNT(*) FROM web_draft WHERE owner = $1 AND person = $2`)
	whenDraft  = db.SQL(`SELECT at, ends FROM web_draft WHERE owner = $1 AND id = $2 AND ends > $3`)
	findDraft  = db.SQL(`SELECT at, ends, body FROM web_draft WHERE owner = $1 AND id = $2 AND person = $3 AND ends > $4`)
	listDrafts = db.SQL(`SELECT id, at, ends FROM web_draft WHERE owner = $1 AND person = $2 AND ends > $3 ORDER BY at DESC`)
	dropDraft  = db.SQL(`DELETE FROM web_draft WHERE owner = $1 AND id = $2 AND person = $3`)
	oldDrafts  = db.SQL(`SELECT id, person FROM web_draft WHERE owner = $1 AND ends <= $2 ORDER BY ends LIMIT 500`)
)

// A Draft is a form that was sent when its sender had been signed out. Its
// text is sealed with a key of its own, and only that person can have it back.
type Draft struct {
	ID       string
	At, Ends time.Time
	path     string
	values   url.Values
}

type draftBody struct {
	Path   string     `json:"path"`
	Values url.Values `json:"values"`
}

// keepForLater takes care of a form that came with an ended session: sealed
// for the person the session belonged to, and offered at the next sign-in. If
// nobody knows whose it is, the text is given back in the answer; so it is on
// pages for pupils, where nothing half-said is kept on a server.
func (s *Site) keepForLater(q *Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	person, err := q.sessionsOf().personOf(q.Context(), q.R)
	if err != nil {
		return err
	}
	if q.Tablet != nil && len(f.texts()) == 0 {
		return q.See(TabletPath)
	}
	if person == "" || len(f.texts()) == 0 || q.Route.admits(tilhor.RolePupil) {
		return q.tell(http.StatusForbidden, notice{key: "signedout", retry: len(f.texts()) > 0})
	}
	id, err := s.seal(q.Context(), person, q.formPage(), f, q.Now)
	if errors.Is(err, errMany) {
		return q.tell(http.StatusForbidden, notice{key: "signedout", retry: true})
	}
	if err != nil {
		return err
	}
	return q.See(q.kept(id))
}

// Keep takes care of a form that came when its page was no longer open, for a
// person who is signed in, as keepForLater does; "" when the person has left so
// many behind that no more are kept.
func (q *Req) Keep(f *Form) (id string, err error) {
	id, err = q.site.seal(q.Context(), q.person, q.formPage(), f, q.Now)
	if errors.Is(err, errMany) {
		return "", nil
	}
	return id, err
}

// GiveBack answers with what was written, where it cannot be taken in.
func (q *Req) GiveBack() error {
	return q.tell(http.StatusForbidden, notice{key: "signedout", retry: true})
}

// formPage is the address of the page that has the form that was sent.
func (q *Req) formPage() string {
	if q.Route == nil || q.Route.Form == "" {
		return q.R.URL.Path
	}
	parts := strings.Split(q.Route.Form, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}") {
			parts[i] = url.PathEscape(q.Path(strings.Trim(p, "{}")))
		}
	}
	return strings.Join(parts, "/")
}

var errMany = errors.New("too many drafts")

func (s *Site) seal(ctx context.Context, person tilhor.PersonID, path string, f *Form, now time.Time) (string, error) {
	body, err := json.Marshal(draftBody{path, f.values})
	if err != nil {
		return "", err
	}
	id, owner := tilhor.NewID(), s.kit.Owner.ID
	key := s.kit.Keys.New(owner, seal.KindDraft, id)
	sealed := key.Seal("form", id, string(body)).Bytes
	return id, s.kit.DB.Write(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.One(countDraft, db.Args(owner, person), &n); err != nil {
			return err
		}
		if n >= maxDrafts {
			return errMany
		}
		if err := seal.Keep(tx, key); err != nil {
			return err
		}
		_, err := tx.Exec(keepDraft, owner, id, person, now.UnixMilli(), now.Add(keepFor).UnixMilli(), sealed)
		return err
	})
}

// draft opens a draft for the person it belongs to.
func (q *Req) draft(id string) (d Draft, err error) {
	if !validID(id) || q.person == "" {
		return d, tilhor.ErrNotFound
	}
	owner := q.Kit.Owner.ID
	var from, to int64
	var sealed []byte
	var key seal.Key
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		if err := tx.One(findDraft, db.Args(owner, id, q.person, q.Now.UnixMilli()), &from, &to, &sealed); err != nil {
			return err
		}
		key, err = q.Kit.Keys.Get(tx, owner, seal.KindDraft, id)
		return err
	})
	if err != nil {
		return d, err
	}
	plain, err := key.Open("form", id, sealed)
	if err != nil {
		return d, err
	}
	var b draftBody
	if err := json.Unmarshal([]byte(plain), &b); err != nil {
		return d, err
	}
	return Draft{id, ms(from), ms(to), b.Path, b.Values}, nil
}

// writtenOn is the page a draft was written on. Of an address that we no longer have
// nobody knows who might come there, so the most is asked: the text is not lost.
func (s *Site) writtenOn(d Draft) *Route {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		_, pattern := s.mux.Handler(&http.Request{Method: method, URL: &url.URL{Path: d.path}})
		if i := slices.IndexFunc(s.routes, func(r Route) bool { return r.pattern() == pattern }); i >= 0 {
			return &s.routes[i]
		}
	}
	return &Route{Roles: everyRole, Sensitive: true}
}

// Refill is the form to show on a page: empty, or filled with the draft that
// ?kladd= names, if it is this person's and of this page.
func (q *Req) Refill() (*Form, error) {
	id := q.Query(fieldDraft)
	if id == "" {
		return NewForm(), nil
	}
	d, err := q.draft(id)
	if errors.Is(err, tilhor.ErrNotFound) {
		return NewForm(), nil
	}
	if err != nil {
		return nil, err
	}
	if d.path != q.formPage() {
		return NewForm(), nil
	}
	f, err := formOf(d.values)
	if err != nil {
		return nil, err
	}
	f.draft = id
	return f, nil
}

// dropDraft removes the draft that a form came from, once the form is sent.
func (q *Req) dropDraft(f *Form) {
	if f.draft == "" || q.person == "" {
		return
	}
	if err := q.shredDraft(f.draft); err != nil {
		q.Kit.log().WarnContext(q.Context(), "draft not dropped", "error", Types(err))
	}
}

func (q *Req) shredDraft(id string) error {
	return q.Kit.DB.Write(context.WithoutCancel(q.Context()), func(tx *db.Tx) error {
		return shredDraft(tx, q.Kit.Owner.ID, id, q.person, q.Now)
	})
}

func shredDraft(tx *db.Tx, owner tilhor.OwnerID, id string, person tilhor.PersonID, now time.Time) error {
	n, err := tx.Exec(dropDraft, owner, id, person)
	if err != nil || n == 0 {
		return err
	}
	return seal.Shred(tx, owner, seal.KindDraft, id, now)
}

// Drafts are the drafts of the one who is signed in, newest first. A pupil's are in
// no list: what was kept behind a lock is had back behind it, and nowhere else.
func (q *Req) Drafts() ([]Draft, error) {
	var all []Draft
	if q.person == "" || q.Actor.Role == tilhor.RolePupil {
		return nil, nil
	}
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		all = nil
		return tx.Each(listDrafts, func(scan db.Scan) error {
			var d Draft
			var from, to int64
			if err := scan(&d.ID, &from, &to); err != nil {
				return err
			}
			d.At, d.Ends = ms(from), ms(to)
			all = append(all, d)
			return nil
		}, q.Kit.Owner.ID, q.person, q.Now.UnixMilli())
	})
	return all, err
}

// Sweep removes what is past its time: ended sessions, drafts (their keys are
// shredded) and the memory of forms that were sent. The server calls it each
// hour.
func (s *Site) Sweep(ctx context.Context) error {
	now, owner := s.kit.Now(), s.kit.Owner.ID
	return s.kit.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sweepOld, owner, now.Add(-keepFor).UnixMilli()); err != nil {
			return err
		}
		if _, err := tx.Exec(sweepOnce, owner, now.Add(-onceFor).UnixMilli()); err != nil {
			return err
		}
		old := map[string]tilhor.PersonID{}
		err := tx.Each(oldDrafts, func(scan db.Scan) error {
			var id string
			var person tilhor.PersonID
			err := scan(&id, &person)
			old[id] = person
			return err
		}, owner, now.UnixMilli())
		if err != nil {
			return err
		}
		for id, person := range old {
			if err := shredDraft(tx, owner, id, person, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func ms(t int64) time.Time { return time.UnixMilli(t) }
