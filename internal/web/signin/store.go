package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// The table holds the sign-ins that were brought back, until they would have
// run out: so that none is taken twice.
var (
	takeState = db.SQL(`INSERT INTO signin_pending (owner, state, browser, provider, next, step, begun, until)
		VALUES ($1, $2, $3, $4, '', $5, $6, $7) ON CONFLICT (owner, state) DO NOTHING`)
	sweepStates = db.SQL(`DELETE FROM signin_pending WHERE owner = $1 AND until < $2`)
)

// pendingLife is how long a person may take at the provider.
const pendingLife = 10 * time.Minute

// A step says why a sign-in should be stronger than the first.
type step int64

const (
	stepNone  step = iota
	stepRoles      // one of the person's roles needs it; the others do without
	stepPage       // a page needs it; without it there is nothing to come back to
)

// pending is a sign-in under way.
type pending struct {
	provider, next string
	step           step
	anew           bool // a page asked that the person shows who it is once more
	begun, until   time.Time
}

// packed is a sign-in under way as it travels.
type packed struct {
	Provider string `json:"p"`
	Next     string `json:"n,omitempty"`
	Step     step   `json:"s,omitempty"`
	Anew     bool   `json:"a,omitempty"`
	Begun    int64  `json:"b"`
	Until    int64  `json:"u"`
}

// longest is how long a state may be, for the providers it goes through.
const longest = 1000

// stateForm is what a state of ours can look like.
var stateForm = regexp.MustCompile(`^[A-Za-z0-9_-]{20,1000}$`)

// pack seals a sign-in under way into the state that the provider sends back:
// so who only begins, and begins again a million times, leaves nothing here. It
// opens with the browser that began it and with no other.
func (d *Desk) pack(ctx context.Context, p pending, browser string) (string, error) {
	key, err := d.sealing(ctx)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(packed{p.provider, p.next, p.step, p.anew, p.begun.UnixMilli(), p.until.UnixMilli()})
	if err != nil {
		return "", err
	}
	state := base64.RawURLEncoding.EncodeToString(key.Seal("state", hashed(browser), string(b)).Bytes)
	if len(state) > longest && p.next != "" {
		p.next = "" // they begin where the day begins
		return d.pack(ctx, p, browser)
	}
	return state, nil
}

// unpack opens a state; tilhor.ErrNotFound for what is made up, and for what
// another browser began.
func (d *Desk) unpack(ctx context.Context, state, browser string) (pending, error) {
	key, err := d.sealing(ctx)
	if err != nil {
		return pending{}, err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil {
		return pending{}, tilhor.ErrNotFound
	}
	text, err := key.Open("state", hashed(browser), sealed)
	if err != nil {
		return pending{}, tilhor.ErrNotFound
	}
	var p packed
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return pending{}, err
	}
	return pending{p.Provider, p.Next, p.Step, p.Anew, time.UnixMilli(p.Begun), time.UnixMilli(p.Until)}, nil
}

// sealing is the key of states, the same in every process.
func (d *Desk) sealing(ctx context.Context) (seal.Key, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.key != nil {
		return *d.key, nil
	}
	if d.keys == nil {
		return seal.Key{}, errors.New("sign-in is mounted nowhere")
	}
	var key seal.Key
	err := d.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) {
		key, err = d.keys.Make(tx, d.owner, seal.KindSession, "signin")
		return err
	})
	if err == nil {
		d.key = &key
	}
	return key, err
}

// take uses a state up: of two that bring the same one, one is the first.
func (d *Desk) take(ctx context.Context, p pending, state, browser string) (first bool, err error) {
	now := d.clock()
	err = d.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(sweepStates, d.owner, now.UnixMilli()); err != nil {
			return err
		}
		n, err := tx.Exec(takeState, d.owner, hashed(state), hashed(browser), p.provider, int64(p.step), p.begun.UnixMilli(), p.until.UnixMilli())
		first = n == 1
		return err
	})
	return first, err
}
