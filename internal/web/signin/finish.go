package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/web"

	"golang.org/x/oauth2"
)

// Signed is a person who has signed in.
type Signed struct {
	Person  tilhor.PersonID
	Roles   []tilhor.Actor // those the sign-in is strong enough for
	Account Account        // without the person number
	Next    string
	Token   string    // the id_token, which the provider wants at sign-out
	Asked   bool      // a page asked that the person shows who it is once more
	Anew    time.Time // when the person did; zero when the provider does not say so
}

// skew is how much a provider's clock may differ from ours.
const skew = 2 * time.Minute

// Finish takes a browser that a provider has sent back. It gives who signed in,
// or a Way to a stronger sign-in that one of the person's roles needs, or a
// Refusal. Whatever it gives, a state that was right is used up.
func (d *Desk) Finish(ctx context.Context, provider, browser string, q url.Values) (Signed, Way, error) {
	s := d.sources[provider]
	if s == nil {
		return Signed{}, Way{}, tilhor.ErrNotFound
	}
	p, state, err := d.pending(ctx, s, browser, q)
	if err != nil {
		return Signed{}, Way{}, err
	}
	k, err := s.discover(ctx, d.clock())
	if err != nil {
		return Signed{}, Way{}, err
	}
	code, err := s.code(k, q)
	if err != nil {
		return Signed{}, Way{}, err
	}
	var a Account
	var token *oauth2.Token
	err = web.Aside(ctx, func() (err error) { // a provider that is slow keeps nobody else from a turn
		a, token, err = d.exchange(ctx, s, k, code, state, browser, p.begun)
		return err
	})
	if err != nil {
		return Signed{}, Way{}, err
	}
	who, roles, err := d.who(ctx, a)
	if err != nil {
		return Signed{}, Way{}, d.told(ctx, s, token, err)
	}
	raw, _ := token.Extra("id_token").(string)
	return d.admit(ctx, s, p, browser, a, raw, who, roles)
}

// pending finds the sign-in under way by the state and the browser together.
func (d *Desk) pending(ctx context.Context, s *source, browser string, q url.Values) (pending, string, error) {
	state := q["state"]
	if len(state) != 1 || !stateForm.MatchString(state[0]) {
		return pending{}, "", refuse(PageAgain, "no-state")
	}
	if !secretForm.MatchString(browser) {
		return pending{}, "", refuse(PageAgain, "no-browser")
	}
	p, err := d.unpack(ctx, state[0], browser)
	switch {
	case errors.Is(err, tilhor.ErrNotFound):
		return pending{}, "", refuse(PageAgain, "unknown-state") // another browser's, or made up
	case err != nil:
		return pending{}, "", err
	case s.wrong("mix-up", p.provider != s.Name):
		return pending{}, "", refuse(PageAgain, "mix-up")
	case s.wrong("too-late", d.clock().After(p.until)):
		return pending{}, "", refuse(PageAgain, "too-late")
	}
	fresh, err := d.take(ctx, p, state[0], browser)
	if err == nil && s.wrong("used-state", !fresh) {
		err = refuse(PageAgain, "used-state")
	}
	return p, state[0], err
}

// code reads the provider's answer. A provider that names itself must name
// itself right (RFC 9207): else another provider's code could be brought here.
func (s *source) code(k *known, q url.Values) (string, error) {
	iss := q["iss"]
	if s.wrong("issuer", len(iss) > 1 || len(iss) == 1 && iss[0] != s.Issuer || len(iss) == 0 && k.iss) {
		return "", refuse(PageAgain, "issuer")
	}
	switch e := q.Get("error"); e {
	case "":
	case "access_denied", "user_cancelled", "consent_required":
		return "", refuse(PageCancelled, "cancelled")
	case "temporarily_unavailable", "server_error":
		return "", refuse(PageUnreachable, "provider-error")
	default:
		return "", refuse(PageAgain, "provider-refused")
	}
	if c := q["code"]; len(c) == 1 && c[0] != "" && len(c[0]) <= 4096 {
		return c[0], nil
	}
	return "", refuse(PageAgain, "no-code")
}

// exchange changes the code for an id_token and checks all of it.
func (d *Desk) exchange(ctx context.Context, s *source, k *known, code, state, browser string, begun time.Time) (Account, *oauth2.Token, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	token, err := k.oauth.Exchange(s.with(ctx), code, oauth2.VerifierOption(derive(browser, "pkce", state)))
	if err != nil {
		return Account{}, nil, exchangeRefusal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := k.oidc.Verifier(&s.checked).Verify(s.with(ctx), raw)
	if err != nil {
		return Account{}, nil, refuse(PageAgain, "id-token")
	}
	if s.wrong("nonce", subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(derive(browser, "nonce", state))) != 1) {
		return Account{}, nil, refuse(PageAgain, "nonce")
	}
	if s.wrong("issued-at", id.IssuedAt.Before(begun.Add(-skew)) || id.IssuedAt.After(d.clock().Add(skew))) {
		return Account{}, nil, refuse(PageAgain, "issued-at")
	}
	if s.wrong("access-token", id.AccessTokenHash != "" && id.VerifyAccessToken(token.AccessToken) != nil) {
		return Account{}, nil, refuse(PageAgain, "access-token")
	}
	a, err := s.account(ctx, k, id, token)
	return a, token, err
}

// exchangeRefusal parts a provider that says no from one that cannot say. The
// error itself holds the provider's answer and goes nowhere.
func exchangeRefusal(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && said.Response != nil && said.Response.StatusCode < 500 {
		return refuse(PageAgain, "code-refused")
	}
	return refuse(PageUnreachable, "token")
}

// who asks the roster whose account this is and what that person may act as.
func (d *Desk) who(ctx context.Context, a Account) (tilhor.PersonID, []tilhor.Actor, error) {
	var who tilhor.PersonID
	var roles []tilhor.Actor
	now := d.clock()
	err := d.db.Write(ctx, func(tx *db.Tx) (err error) {
		who, err = d.roster.Bind(tx, d.owner, roster.Account{Issuer: a.Issuer, Subject: a.Subject, Feide: a.FeideID, PID: a.PID}, now)
		if err != nil {
			return err
		}
		roles, err = d.roster.RolesOf(tx, d.owner, who, calendar.DateOf(now))
		return err
	})
	if errors.Is(err, tilhor.ErrNotFound) || err == nil && len(roles) == 0 {
		return "", nil, refuse(PageUnknown, "no-match")
	}
	return who, roles, err
}

// admit lets the person in with the roles the sign-in is strong enough for, or
// sends on once for a stronger one.
func (d *Desk) admit(ctx context.Context, s *source, p pending, browser string, a Account, raw string, who tilhor.PersonID, roles []tilhor.Actor) (Signed, Way, error) {
	may, not := d.cfg.enough(roles, a.Level)
	if s.canMore(not) && p.step == stepNone {
		p.step = stepRoles
		way, err := d.send(ctx, s, Wish{Browser: browser}, p)
		return Signed{}, way, err
	}
	if len(may) == 0 || p.step == stepPage && a.Level < LevelTwo {
		return Signed{}, Way{}, refuse(PageLevel, "level")
	}
	a.PID = ""
	return Signed{Person: who, Roles: may, Account: a, Next: p.next, Token: raw, Asked: p.anew, Anew: p.shown(a, d.clock())}, Way{}, nil
}

// freshest is the longest time since the person was seen that counts as now.
const freshest = 5 * time.Minute

// shown is when the person showed who it is for this sign-in: not before the
// browser was sent to the provider, whatever sign-in the provider held already,
// and not long ago. A provider that does not say when (auth_time), or that let a
// sign-in through which the browser held, gives nothing: it is never guessed.
func (p pending) shown(a Account, now time.Time) time.Time {
	since := now.Sub(p.begun) + time.Second // whole seconds are all that is said
	if !p.anew || a.Ago < 0 || a.Ago > since || a.Ago > freshest {
		return time.Time{}
	}
	return now.Add(-a.Ago)
}

// canMore says whether a stronger sign-in here would give a role more. A parent
// is never asked for it at Feide: who has no parent's errand there today should
// not be held up by it.
func (s *source) canMore(not []tilhor.Actor) bool {
	return len(s.StepUp) > 0 && slices.ContainsFunc(not, func(a tilhor.Actor) bool {
		return a.Role != tilhor.RoleParent || s.Kind == IDPorten
	})
}
