package signin

import (
	"context"
	"strings"

	"tilhor"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A Wish is what a person brings to the door.
type Wish struct {
	Provider string
	Browser  string // the secret this browser holds already, if any
	Next     string // where to go afterwards; only a path of this site is followed
	Strong   bool   // a page asked for a stronger sign-in
	Anew     bool   // a page asked that the person shows who it is once more
	Hint     string // whom to sign in as; made-up providers only
	Lang     tilhor.Lang
}

// A Way is where the browser is sent, and the secret it is to hold meanwhile.
type Way struct{ Location, Browser string }

// Begin starts a sign-in and gives the provider's address. It is a GET that
// changes nothing for the person, so a link does it; a form would be stopped by
// form-action on its way to the provider.
func (d *Desk) Begin(ctx context.Context, w Wish) (Way, error) {
	s := d.sources[w.Provider]
	if s == nil {
		return Way{}, tilhor.ErrNotFound
	}
	p := pending{provider: s.Name, next: next(w.Next), anew: w.Anew}
	if w.Strong {
		p.step = stepPage
	}
	return d.send(ctx, s, w, p)
}

// send makes the provider's address, with what is under way sealed in it.
func (d *Desk) send(ctx context.Context, s *source, w Wish, p pending) (Way, error) {
	now := d.clock()
	k, err := s.discover(ctx, now)
	if err != nil {
		return Way{}, err
	}
	p.begun, p.until = now, now.Add(pendingLife)
	browser := newSecret(w.Browser)
	state, err := d.pack(ctx, p, browser)
	if err != nil {
		return Way{}, err
	}
	opts := []oauth2.AuthCodeOption{
		oidc.Nonce(derive(browser, "nonce", state)),
		oauth2.S256ChallengeOption(derive(browser, "pkce", state)),
	}
	acr := s.ACR
	if p.step != stepNone && len(s.StepUp) > 0 {
		acr = s.StepUp
	}
	if len(acr) > 0 {
		opts = append(opts, oauth2.SetAuthURLParam("acr_values", strings.Join(acr, " ")))
	}
	if p.anew { // a sign-in that the browser still holds is not enough; and auth_time must come back (OpenID Connect Core 1.0, 3.1.2.1 and 2)
		opts = append(opts, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	if w.Lang != "" {
		opts = append(opts, oauth2.SetAuthURLParam("ui_locales", string(w.Lang)))
	}
	if s.Hints && w.Hint != "" {
		opts = append(opts, oauth2.SetAuthURLParam("login_hint", w.Hint))
	}
	return Way{k.oauth.AuthCodeURL(state, opts...), browser}, nil
}
