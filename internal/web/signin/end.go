package signin

import (
	"context"
	"net/url"
)

// donePath is where a provider sends a signed-out browser back.
const donePath = "/logg-ut/ferdig"

// End gives the provider's own sign-out address, so that the next at a shared
// machine does not walk in by the provider's session. Empty when there is
// nothing to end there, or the provider is down: the sign-out here has been
// done all the same.
func (d *Desk) End(ctx context.Context, issuer, token string) string {
	s := d.byIssuer(issuer)
	if s == nil || token == "" {
		return ""
	}
	k, err := s.discover(ctx, d.clock())
	if err != nil || k.end == "" {
		return ""
	}
	u, err := url.Parse(k.end)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("id_token_hint", token)
	q.Set("client_id", s.ClientID)
	q.Set("post_logout_redirect_uri", d.cfg.Base+donePath)
	u.RawQuery = q.Encode()
	return u.String()
}

func (d *Desk) byIssuer(issuer string) *source {
	for _, s := range d.sources {
		if s.Issuer == issuer {
			return s
		}
	}
	return nil
}

// outside checks what a provider says when it ends a sign-in from outside: an
// issuer of ours, and its own name for the sign-in.
func (d *Desk) outside(q url.Values) (issuer, sid string, ok bool) {
	iss, sids := q["iss"], q["sid"]
	if len(iss) != 1 || len(sids) != 1 || sids[0] == "" || len(sids[0]) > 255 || d.byIssuer(iss[0]) == nil {
		return "", "", false
	}
	return iss[0], sids[0], true
}
