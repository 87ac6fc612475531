package web

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"

	"github.com/alexedwards/scs/v2"
)

// How long a sign-in lasts: half an hour after the last thing done, and never
// longer than a long working day. A sign-in that is only begun gets less.
const (
	idleFor   = 30 * time.Minute
	lastsFor  = 12 * time.Hour
	beginsFor = 30 * time.Minute
	touchEach = time.Minute
	keepFor   = 7 * 24 * time.Hour // an ended session's row and a draft
	skew      = 2 * time.Minute    // how much the clocks of two machines may differ
)

// What a session holds. SessionSID is the provider's own name for the sign-in,
// for a log-out that comes from the provider.
const (
	keyPerson  = "person"
	keyRole    = "role"
	keySchool  = "school"
	keyIssuer  = "issuer"
	keyACR     = "acr"
	keyBegan   = "began"
	keyAnew    = "anew" // when the person showed who it is because a page asked; unvouched when nobody says so
	SessionSID = "sid"
)

var (
	findSession = db.SQL(`SELECT data, seen FROM web_session WHERE owner = $1 AND id = $2 AND ended = 0 AND ends > $3 AND seen > $4 AND seen <= $5`)
	lastPerson  = db.SQL(`SELECT person FROM web_session WHERE owner = $1 AND id = $2 AND person <> '' AND ends > $3`)
	keepSession = db.SQL(`INSERT INTO web_session (owner, id, person, issuer, sid, began, seen, ends, ended, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)
		ON CONFLICT (owner, id) DO UPDATE SET person = excluded.person, issuer = excluded.issuer, sid = excluded.sid,
		seen = excluded.seen, ends = excluded.ends, data = excluded.data WHERE web_session.ended = 0`)
	endSession = db.SQL(`UPDATE web_session SET ended = $3, data = $4 WHERE owner = $1 AND id = $2 AND ended = 0`)
	endPerson  = db.SQL(`UPDATE web_session SET ended = $3, data = $4 WHERE owner = $1 AND person = $2 AND ended = 0`)
	endSID     = db.SQL(`UPDATE web_session SET ended = $4, data = $5 WHERE owner = $1 AND issuer = $2 AND sid = $3 AND ended = 0`)
	touch      = db.SQL(`UPDATE web_session SET seen = $3 WHERE owner = $1 AND id = $2 AND seen <= $4 AND ended = 0`)
	sweepOld   = db.SQL(`DELETE FROM web_session WHERE owner = $1 AND ends <= $2`)
)

// sessions keeps sign-ins on our seam to the database, for the library that
// makes and renews their tokens. What the browser holds is never stored; what a
// session holds is sealed.
type sessions struct {
	kit     *Kit
	key     seal.Key
	once    seal.Key // seals what forms were answered
	manager *scs.SessionManager
	cookie  string
	path    string
	same    http.SameSite
	idle    time.Duration
	label   string // what it is sealed as: a sign-in on a shared machine is none anywhere else
}

func newSessions(kit *Kit) (*sessions, error) {
	s := &sessions{kit: kit, manager: scs.New(), cookie: "tilhor", path: "/", same: http.SameSiteLaxMode, idle: idleFor, label: "session"}
	if kit.Owner.HTTPS {
		s.cookie = "__Host-tilhor"
	}
	s.manager.Store, s.manager.Codec, s.manager.Lifetime = s, sessionJSON{}, lastsFor
	err := kit.DB.Write(context.Background(), func(tx *db.Tx) (err error) {
		if s.key, err = kit.Keys.Make(tx, kit.Owner.ID, seal.KindSession, "web"); err != nil {
			return err
		}
		s.once, err = kit.Keys.Make(tx, kit.Owner.ID, seal.KindSession, onceKey)
		return err
	})
	return s, err
}

func (s *sessions) owner() tilhor.OwnerID { return s.kit.Owner.ID }

// at is the name a token is stored under.
func at(token string) string {
	h := sha256.Sum256([]byte("tilhor session\x00" + token))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// FindCtx gives what an unended session holds. One that was seen in the future
// is over: a clock that is set back makes no session live longer.
func (s *sessions) FindCtx(ctx context.Context, token string) (b []byte, found bool, err error) {
	now := s.kit.Now()
	var sealed []byte
	var seen int64
	err = s.kit.DB.One(ctx, findSession, db.Args(s.owner(), at(token), now.UnixMilli(), now.Add(-s.idle).UnixMilli(), now.Add(skew).UnixMilli()), &sealed, &seen)
	if errors.Is(err, tilhor.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	plain, err := s.key.Open(s.label, at(token), sealed)
	if err != nil {
		return nil, false, nil // sealed with a key that is gone: signed out
	}
	if told, ok := ctx.Value(seenKey{}).(*int64); ok {
		*told = seen
	}
	return []byte(plain), true, nil
}

// seenKey is under which a request leaves room to be told when the session was
// last seen.
type seenKey struct{}

// CommitCtx stores a session. Its end is ours, by our clock: never later than
// the working day that the sign-in began.
func (s *sessions) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	_, values, err := s.manager.Codec.Decode(b)
	if err != nil {
		return err
	}
	get := func(k string) string { v, _ := values[k].(string); return v }
	now := s.kit.Now()
	began, ends := now, now.Add(beginsFor)
	if get(keyPerson) != "" {
		if t, err := time.Parse(time.RFC3339, get(keyBegan)); err == nil {
			began = t
		}
		ends = began.Add(lastsFor)
	}
	sealed := s.key.Seal(s.label, at(token), string(b)).Bytes
	return s.kit.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.endOld(ctx, tx, now); err != nil {
			return err
		}
		n, err := tx.Exec(keepSession, s.owner(), at(token), get(keyPerson), get(keyIssuer), get(SessionSID),
			began.UnixMilli(), now.UnixMilli(), ends.UnixMilli(), sealed)
		if err == nil && n == 0 {
			return errEnded // signed out from elsewhere while this was under way
		}
		return err
	})
}

var errEnded = errors.New("the session has ended")

// A renaming is a session that gets a new name. Which one it had is found out
// when the library would delete it.
type renaming struct {
	old    string
	anyway bool // also when the old one has ended
}

type renamingKey struct{}

// endOld ends the session that this one is instead of, in the same transaction:
// a log-out everywhere comes before both, or after both, never between.
func (s *sessions) endOld(ctx context.Context, tx *db.Tx, now time.Time) error {
	r, _ := ctx.Value(renamingKey{}).(*renaming)
	if r == nil || r.old == "" {
		return nil
	}
	n, err := tx.Exec(endSession, s.owner(), at(r.old), now.UnixMilli(), []byte{})
	if err == nil && n == 0 && !r.anyway {
		return errEnded
	}
	return err
}

// DeleteCtx ends a session. The row stays a while without content, so that
// text sent with it can be kept for its person.
func (s *sessions) DeleteCtx(ctx context.Context, token string) error {
	if r, _ := ctx.Value(renamingKey{}).(*renaming); r != nil {
		r.old = token
		return nil
	}
	return s.end(ctx, endSession, s.owner(), at(token))
}

// The library asks for these too; we always have a context.
func (s *sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *sessions) Commit(token string, b []byte, end time.Time) error {
	return s.CommitCtx(context.Background(), token, b, end)
}

// Delete is DeleteCtx without a context.
func (s *sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

func (s *sessions) end(ctx context.Context, how *db.Stmt, which ...any) error {
	args := append(which, s.kit.Now().UnixMilli(), []byte{})
	return s.kit.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(how, args...)
		return err
	})
}

// touched notes that a session is in use, at most once a minute: a page that is
// only read must not write at every click.
func (s *sessions) touched(ctx context.Context, token string, seen int64, now time.Time) error {
	if now.UnixMilli()-seen < touchEach.Milliseconds() {
		return nil
	}
	return s.kit.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(touch, s.owner(), at(token), now.UnixMilli(), now.Add(-touchEach).UnixMilli())
		return err
	})
}

// personOf tells whose an ended session was, "" when nobody knows any more.
func (s *sessions) personOf(ctx context.Context, r *http.Request) (p tilhor.PersonID, err error) {
	token := s.token(r)
	if token == "" {
		return "", nil
	}
	err = s.kit.DB.Read(ctx, func(tx *db.Tx) error {
		return tx.One(lastPerson, db.Args(s.owner(), at(token), s.kit.Now().Add(-keepFor).UnixMilli()), &p)
	})
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", nil
	}
	return p, err
}

// token is what the browser holds; nonsense is nothing.
func (s *sessions) token(r *http.Request) string {
	c, err := r.Cookie(s.cookie)
	if err != nil || len(c.Value) < 40 || len(c.Value) > 64 {
		return ""
	}
	return c.Value
}

// EndAll signs a person out everywhere.
func (s *Site) EndAll(ctx context.Context, person tilhor.PersonID) error {
	return s.sessions.end(ctx, endPerson, s.kit.Owner.ID, person)
}

// EndSID ends the sessions of a provider's sign-in (front-channel log-out).
func (s *Site) EndSID(ctx context.Context, issuer, sid string) error {
	if issuer == "" || sid == "" {
		return nil
	}
	return s.sessions.end(ctx, endSID, s.kit.Owner.ID, issuer, sid)
}

// sessionJSON writes sessions as JSON: readable by any version, and no type
// names from the program in the database.
type sessionJSON struct{}

type sessionBody struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode writes a session. Only texts are ever put in one.
func (sessionJSON) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	b := sessionBody{deadline, map[string]string{}}
	for k, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, errors.New("a session holds texts only")
		}
		b.Values[k] = text
	}
	return json.Marshal(b)
}

// Decode reads what Encode wrote.
func (sessionJSON) Decode(b []byte) (time.Time, map[string]any, error) {
	var body sessionBody
	if err := json.Unmarshal(b, &body); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(body.Values))
	for k, v := range body.Values {
		values[k] = v
	}
	return body.Deadline, values, nil
}
