// Package signin lets people in by OpenID Connect, and only so: the product
// keeps no passwords. Pupils and staff come by Feide, parents by ID-porten,
// staff of a municipality that wishes it by Entra ID. All of them are the same
// flow (code, PKCE S256, state, nonce) with a mapping of claims each.
//
// Person, account and role are three things. A provider vouches for an account
// (issuer, subject); the roster says whose it is and in which roles that person
// may act today. No match, no access: signing in never makes a person.
//
// A sign-in under way is bound to the browser that began it. The browser holds
// one secret in a cookie; the code verifier and the nonce are made from it, and
// what is under way travels sealed with the browser, so any process can finish
// it, once, within ten minutes, and beginning one leaves nothing behind.
package signin

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/seal"

	"github.com/coreos/go-oidc/v3/oidc"
)

// A Kind says how a provider's claims are read.
type Kind string

// The kinds of provider.
const (
	Feide    Kind = "feide"    // pupils and staff
	IDPorten Kind = "idporten" // parents
	Entra    Kind = "entra"    // staff, where the municipality has no Feide for them
)

// A Provider is one place a person can sign in at, as the municipality has
// registered it.
type Provider struct {
	Name     string   `json:"name"`  // in the address: /logg-inn/feide
	Title    string   `json:"title"` // on the button; "Feide" and "ID-porten" are never translated
	Kind     Kind     `json:"kind"`
	Issuer   string   `json:"issuer"`
	ClientID string   `json:"clientId"`
	Secret   string   `json:"secret"`
	Scopes   []string `json:"scopes"` // none: those the kind needs
	// ACR are the acr_values always asked for, StepUp those asked for when one
	// of the person's roles needs more than the first sign-in gave. None: those
	// of the kind.
	ACR    []string `json:"acr"`
	StepUp []string `json:"stepUp"`
	// Groups is the base of Feide's Groups API, asked only when somebody is in
	// no list of ours, to tell them which school to speak to. Empty: not asked.
	Groups string `json:"groups"`
	Tenant string `json:"tenant"` // Entra: the only tenant (tid) that is let in
	// Match names the Entra claim that holds the Feide id the roster knows a
	// new account by. Never a name or an e-mail address: people change those.
	Match string `json:"match"`
	Hints bool   `json:"-"` // passes ?som= on as login_hint: the demo's list of people
}

// whole fills in what the kind asks for when nothing else is said.
func (p Provider) whole() Provider {
	if p.Kind == Feide && len(p.StepUp) == 0 {
		p.StepUp = []string{"urn:mace:feide.no:auth:level:fad08:3"}
	}
	if p.Kind == IDPorten && len(p.ACR) == 0 {
		p.ACR = []string{"idporten-loa-substantial"}
	}
	return p
}

// Config is the sign-in of one owner.
type Config struct {
	Base      string // https://tilhor.granvik.kommune.no, where providers send people back
	Providers []Provider
	// Levels raises what a role needs (see MinLevel); it cannot lower it.
	Levels map[tilhor.Role]Level
	// MadeUp allows providers on this machine, for the demo and the tests.
	// A server for real people never sets it.
	MadeUp bool
}

// Desk is the sign-in of one owner. It keeps nothing in memory but what the
// providers have published.
type Desk struct {
	owner   tilhor.OwnerID
	cfg     Config
	db      *db.DB
	clock   tilhor.Clock
	roster  *roster.Roster
	log     *slog.Logger
	sources map[string]*source

	keys *seal.Keys // of the site the desk is mounted on
	mu   sync.Mutex
	key  *seal.Key // seals what is under way
}

// New checks the configuration and gives the desk. It asks no provider: one
// that is down must not keep the server from starting.
func New(owner tilhor.OwnerID, cfg Config, d *db.DB, r *roster.Roster, clock tilhor.Clock, log *slog.Logger) (*Desk, error) {
	base, err := address(cfg.Base, cfg.MadeUp)
	if err != nil || base.Path != "" && base.Path != "/" {
		return nil, fmt.Errorf("the site's own address must be https://HOST: %q", cfg.Base)
	}
	if log == nil {
		log = slog.Default()
	}
	cfg.Base = strings.TrimSuffix(cfg.Base, "/")
	desk := &Desk{owner: owner, cfg: cfg, db: d, clock: clock, roster: r, log: log, sources: map[string]*source{}}
	client := client()
	for i, p := range cfg.Providers {
		if err := p.check(cfg.MadeUp); err != nil {
			return nil, fmt.Errorf("provider %q: %w", p.Name, err)
		}
		if desk.sources[p.Name] != nil {
			return nil, fmt.Errorf("provider %q: the name stands twice", p.Name)
		}
		for _, other := range cfg.Providers[:i] {
			if other.Issuer == p.Issuer {
				return nil, fmt.Errorf("provider %q: the issuer is %q's too, and an account is known by its issuer", p.Name, other.Name)
			}
		}
		desk.sources[p.Name] = &source{Provider: p.whole(), back: cfg.Base + "/logg-inn/" + p.Name + "/svar", client: client, madeUp: cfg.MadeUp, checked: oidc.Config{
			ClientID: p.ClientID, Now: clock, SupportedSigningAlgs: []string{oidc.RS256},
		}}
	}
	return desk, nil
}

// Providers are those a person can choose between, in the order configured.
func (d *Desk) Providers() []Provider { return d.cfg.Providers }

var (
	plainName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)
	taken     = map[string]bool{"svar": true, "overalt": true, "foran": true}
)

func (p Provider) check(madeUp bool) error {
	if !plainName.MatchString(p.Name) || taken[p.Name] {
		return errors.New("the name must be short and of a–z, 0–9 and -")
	}
	if p.Kind != Feide && p.Kind != IDPorten && p.Kind != Entra {
		return fmt.Errorf("unknown kind %q", p.Kind)
	}
	if p.Title == "" || p.ClientID == "" || p.Secret == "" {
		return errors.New("title, client id and secret must be set")
	}
	if p.Kind == Entra && p.Tenant == "" {
		return errors.New("tenant must be set for Entra ID: without it anybody's tenant would do")
	}
	if p.Hints && !madeUp {
		return errors.New("hints are for the demo only")
	}
	if _, err := address(p.Issuer, madeUp); err != nil {
		return err
	}
	if p.Groups == "" {
		return nil
	}
	_, err := address(p.Groups, madeUp)
	return err
}

// address reads an https address. Plain http, and this machine, are for the
// made-up providers only: a server for real people cannot be pointed at one.
func address(raw string, madeUp bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("want an address like https://HOST/PATH")
	}
	if thisMachine(u.Hostname()) != madeUp {
		return nil, errors.New("addresses on this machine are for the demo, and the demo has no others")
	}
	if u.Scheme != "https" && !(madeUp && u.Scheme == "http") {
		return nil, errors.New("want https")
	}
	return u, nil
}

func thisMachine(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.Unmap().IsLoopback() || ip.IsUnspecified())
}

// client talks to providers: briefly, without following them elsewhere, and
// reading no more than a provider has to say.
func client() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 8
	t.ResponseHeaderTimeout = 8 * time.Second
	return &http.Client{
		Transport: capped{t}, Timeout: 10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// A Why is one fixed word for the log; it never holds anything a person or a
// provider sent.
type Why string

// A Refusal is a sign-in that did not become one. The person sees the page,
// which is the same for every attack; the log gets the word.
type Refusal struct {
	Page   Page
	Why    Why
	School string // PageUnknown: the school of ours that Feide says the person has
}

func (r Refusal) Error() string { return "sign-in refused: " + string(r.Why) }

// A Page is what a refused person is told.
type Page string

// The pages, which are also the keys of their texts.
const (
	PageAgain       Page = "again"       // it did not work; begin again
	PageCancelled   Page = "cancelled"   // the person turned back at the provider
	PageUnreachable Page = "unreachable" // the provider does not answer
	PageUnknown     Page = "unknown"     // signed in, but in no list of ours
	PageLevel       Page = "level"       // no role with so weak a sign-in
)

// Status is the page's HTTP status.
func (p Page) Status() int {
	switch p {
	case PageUnreachable:
		return http.StatusServiceUnavailable
	case PageUnknown, PageLevel:
		return http.StatusForbidden
	case PageCancelled:
		return http.StatusOK
	}
	return http.StatusBadRequest
}

func refuse(p Page, why Why) error { return Refusal{Page: p, Why: why} }
