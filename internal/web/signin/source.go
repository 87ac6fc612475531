package signin

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"tilhor/internal/web"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	keepFor  = 24 * time.Hour  // what a provider published (ID-porten allows a day)
	restFor  = 5 * time.Second // after a provider did not answer
	askLimit = 10 * time.Second

	staleLimit = 2 * time.Second // to wait for news of what is known already
)

// A source is a provider and what it has published, asked for at the first
// sign-in and kept for a day.
type source struct {
	Provider
	back   string // our redirect_uri there
	client *http.Client
	madeUp bool

	// What is checked of an id_token, and one of our own checks that is not:
	// tests leave them out one by one, to see that an attack then gets by.
	checked oidc.Config
	without Why

	mu     sync.Mutex
	known  *known
	asked  time.Time
	failed time.Time
	asking chan struct{} // closed when somebody who asks has an answer
}

// wrong says whether a sign-in is to be refused for this reason.
func (s *source) wrong(why Why, is bool) bool { return is && why != s.without }

// known is what a provider published.
type known struct {
	oidc  *oidc.Provider
	oauth oauth2.Config
	end   string // end_session_endpoint, empty when it has none
	iss   bool   // it names itself in its answers (RFC 9207)
}

// discover gives what the provider published. One asks and the others wait for
// the same answer, without keeping a turn from anybody, and only briefly when
// there is an older answer to use on. A provider that was asked in vain is left
// alone for some seconds, so that a crowd at the door at eight in the morning
// does not wait in line for it.
func (s *source) discover(ctx context.Context, now time.Time) (*known, error) {
	k, asking := s.current(ctx, now)
	if asking == nil {
		return s.orKnown()
	}
	enough := askLimit
	if k != nil {
		enough = staleLimit
	}
	err := web.Aside(ctx, func() error {
		t := time.NewTimer(enough)
		defer t.Stop()
		select {
		case <-asking:
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.orKnown()
}

// current is what is known, and what to wait for when that is nothing, or old.
func (s *source) current(ctx context.Context, now time.Time) (*known, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// A time to come was noted by a clock that ran ahead, and says nothing.
	if s.known != nil && now.Sub(s.asked).Abs() < keepFor || !s.failed.IsZero() && now.Sub(s.failed).Abs() < restFor {
		return s.known, nil
	}
	if s.asking == nil {
		s.asking = make(chan struct{})
		go s.renew(context.WithoutCancel(ctx), now)
	}
	return s.known, s.asking
}

// renew asks, and tells those who wait.
func (s *source) renew(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	k, err := s.ask(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failed = now
	} else {
		s.known, s.asked, s.failed = k, now, time.Time{}
	}
	close(s.asking)
	s.asking = nil
}

func (s *source) orKnown() (*known, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		return nil, refuse(PageUnreachable, "discovery")
	}
	return s.known, nil
}

func (s *source) ask(ctx context.Context) (*known, error) {
	p, err := oidc.NewProvider(s.with(ctx), s.Issuer)
	if err != nil {
		return nil, err
	}
	var more struct {
		End  string `json:"end_session_endpoint"`
		Iss  bool   `json:"authorization_response_iss_parameter_supported"`
		JWKS string `json:"jwks_uri"`
	}
	if err := p.Claims(&more); err != nil {
		return nil, err
	}
	e := p.Endpoint()
	e.AuthStyle = oauth2.AuthStyleInHeader
	for _, a := range []string{e.AuthURL, e.TokenURL, more.JWKS} {
		if _, err := address(a, s.madeUp); err != nil {
			return nil, err
		}
	}
	if _, err := address(more.End, s.madeUp); err != nil {
		more.End = ""
	}
	return &known{
		oidc: p, end: more.End, iss: more.Iss,
		oauth: oauth2.Config{ClientID: s.ClientID, ClientSecret: s.Secret, Endpoint: e, RedirectURL: s.back, Scopes: s.scopes()},
	}, nil
}

// with makes the libraries use our client.
func (s *source) with(ctx context.Context) context.Context { return oidc.ClientContext(ctx, s.client) }

// scopes are the fewest that give what the kind needs: never Feide's
// userid-nin, since the person number is not ours to have there.
func (s *source) scopes() []string {
	switch {
	case len(s.Scopes) > 0:
		return s.Scopes
	case s.Kind == Feide && s.Groups != "":
		return []string{oidc.ScopeOpenID, "userid-feide", "groups-org", "groups-edu"}
	case s.Kind == Feide:
		return []string{oidc.ScopeOpenID, "userid-feide"}
	}
	return []string{oidc.ScopeOpenID, "profile"}
}

// capped reads no more than a megabyte of an answer.
type capped struct{ next http.RoundTripper }

const maxAnswer = 1 << 20

var errTooLong = errors.New("the provider's answer is too long")

func (c capped) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp.ContentLength > maxAnswer {
		resp.Body.Close()
		return nil, errTooLong
	}
	resp.Body = &cappedBody{ReadCloser: resp.Body, left: maxAnswer}
	return resp, nil
}

type cappedBody struct {
	io.ReadCloser
	left int
}

func (b *cappedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
