// Package devidp is a small OpenID provider for the demo and the tests: a list
// of made-up people instead of a password. Sign-in goes the very same way
// against it as against Feide or ID-porten (discovery, code, PKCE, signed
// id_token, userinfo, groups, end_session), so that what a test proves holds
// for the real thing.
//
// It signs in anybody as anybody. So it stands on a listener of its own, which
// refuses every address but loopback, and it answers only a loopback Host.
// `tilhor serve` neither imports nor reaches it; both are tested.
package devidp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"tilhor"

	"github.com/go-jose/go-jose/v4"
)

// A Persona is one made-up person who can be signed in as.
type Persona struct {
	ID        string         // names the person in a login_hint
	Name      string         // shown in the list
	RoleLabel string         // the heading the person stands under
	School    string         // shown beside the name
	Claims    map[string]any // what the provider would say of the person; "sub" is ID unless given
	// Levels are the acr values the person can reach: the first when nothing
	// is asked for. None gives a token without acr.
	Levels []string
	Groups json.RawMessage // the answer of /groups/me/groups; [] when empty
}

// A Client is the site that signs people in here.
type Client struct {
	ID, Secret string
	Redirects  []string // redirect_uri, exactly
	After      []string // post_logout_redirect_uri, exactly
}

// An Issuer is one provider: a name in the address, and its people.
type Issuer struct {
	Name     string // "feide"
	Title    string // "Feide", shown above the list
	Client   Client
	Personas []Persona
	// Twist may change the claims of an id_token before it is signed: for
	// tests of what sign-in must refuse.
	Twist func(claims map[string]any)
	// Remembers says that who has chosen a person stays signed in here in that
	// browser, as at a real provider: the next time there is no list, unless the
	// site asks for one (prompt, max_age). The demo does not: one goes on as
	// another there.
	Remembers bool
}

// A Server is one or several issuers on a loopback listener.
type Server struct {
	base  string
	clock tilhor.Clock
	mux   *http.ServeMux
	http  *http.Server
	mu    sync.Mutex
	key   *rsa.PrivateKey
	sign  jose.Signer
	codes map[string]grant // by code, then by access token; memory is enough for made-up people
	bears map[string]grant
	stays map[string]stay // by what the browser holds
	hosts map[string]*host
	faces string // @font-face rules, before the style
}

// A Face is one of the product's fonts, where its files are served.
type Face struct {
	Family string
	Weight int
	Path   string
}

// Fonts makes the list use the product's own fonts, served by files at their
// paths under prefix. Without it the browser's are used.
func (s *Server) Fonts(prefix string, files http.Handler, faces ...Face) {
	s.mux.Handle("GET "+prefix, files)
	for _, f := range faces {
		s.faces += fmt.Sprintf("@font-face{font-family:%q;font-weight:%d;font-display:swap;src:url(%q) format(\"woff2\")}\n", f.Family, f.Weight, f.Path)
	}
}

// host is one issuer with its people by id.
type host struct {
	Issuer
	url    string
	people map[string]Persona
}

// Listen opens a loopback address for New, and refuses any other.
func Listen(addr string) (net.Listener, error) {
	name, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("the made-up provider wants HOST:PORT: %w", err)
	}
	if !loopback(name) {
		return nil, errors.New("the made-up provider signs in anybody: it listens on loopback only")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	if a, ok := l.Addr().(*net.TCPAddr); !ok || !a.IP.IsLoopback() {
		l.Close() // a hosts file that sends localhost elsewhere
		return nil, errors.New("the made-up provider signs in anybody: it listens on loopback only")
	}
	return l, nil
}

// loopback says whether a host name can only be this machine.
func loopback(name string) bool {
	if name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && ip.IsLoopback()
}

// New makes the issuers at a listener's address. They live under
// http://ADDR/NAME.
func New(l net.Listener, clock tilhor.Clock, issuers ...Issuer) (*Server, error) {
	s := &Server{
		base: "http://" + l.Addr().String(), clock: clock, mux: http.NewServeMux(),
		codes: map[string]grant{}, bears: map[string]grant{}, stays: map[string]stay{}, hosts: map[string]*host{},
	}
	if err := s.Rotate(); err != nil {
		return nil, err
	}
	for _, i := range issuers {
		if err := s.add(i); err != nil {
			return nil, err
		}
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second, MaxHeaderBytes: 64 << 10}
	return s, nil
}

// Rotate signs with a new key from now on, and publishes no other, as a
// provider does whose key got out.
func (s *Server) Rotate() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	sign, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: keyID(key)}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key, s.sign = key, sign
	return nil
}

func (s *Server) keys() (*rsa.PrivateKey, jose.Signer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.key, s.sign
}

// keyID names a key.
func keyID(k *rsa.PrivateKey) string {
	b := k.N.Bytes()
	return fmt.Sprintf("made-up-%x", b[len(b)-8:])
}

func (s *Server) add(i Issuer) error {
	h := &host{Issuer: i, url: s.base + "/" + i.Name, people: map[string]Persona{}}
	for _, p := range i.Personas {
		if _, twice := h.people[p.ID]; twice || p.ID == "" {
			return fmt.Errorf("made-up people need an id each, and %q does not", p.ID)
		}
		h.people[p.ID] = p
	}
	s.hosts[i.Name] = h
	at := "/" + i.Name
	s.mux.HandleFunc("GET "+at+"/.well-known/openid-configuration", s.discovery(h))
	s.mux.HandleFunc("GET "+at+"/jwks", s.jwks)
	s.mux.HandleFunc("GET "+at+"/authorize", s.authorize(h))
	s.mux.HandleFunc("GET "+at+"/som/{person}", s.choose(h))
	s.mux.HandleFunc("POST "+at+"/token", s.token(h))
	s.mux.HandleFunc("GET "+at+"/userinfo", s.userinfo(h))
	s.mux.HandleFunc("GET "+at+"/groups/me/groups", s.groups(h))
	s.mux.HandleFunc("GET "+at+"/end_session", s.endSession(h))
	s.mux.HandleFunc("GET "+at+"/stil.css", s.style)
	return nil
}

// Serve answers until Close. Give it the listener New was given.
func (s *Server) Serve(l net.Listener) error {
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends Serve.
func (s *Server) Close(ctx context.Context) error { return s.http.Shutdown(ctx) }

// URL is the issuer's own name: its address.
func (s *Server) URL(name string) string { return s.base + "/" + name }

// ServeHTTP answers only this machine, and only when it is asked by a loopback
// name: a web page elsewhere cannot rebind its own name to us.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		name = r.Host
	}
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !loopback(name) || !loopback(from) {
		http.Error(w, "loopback only", http.StatusMisdirectedRequest)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	s.mux.ServeHTTP(w, r)
}
