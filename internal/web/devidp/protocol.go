package devidp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"tilhor"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	codeLife = time.Minute
	life     = 5 * time.Minute // of an id_token and an access token
)

// A request is what a site asks for at /authorize.
type request struct {
	Redirect, State, Nonce, Challenge string
	Levels                            []string // acr_values
	Prompt                            []string
	MaxAge                            time.Duration // negative when it is not asked for
}

// asks says whether the site wants the person to be asked, whatever the browser
// holds (OpenID Connect Core 1.0, 3.1.2.1).
func (a request) asks() bool {
	return slices.Contains(a.Prompt, "login") || slices.Contains(a.Prompt, "select_account")
}

// A stay is somebody who is signed in here in one browser.
type stay struct {
	issuer, person string
	since          time.Time
}

// A grant is one sign-in under way: it is taken once by its code.
type grant struct {
	request
	issuer, person, acr, sid string
	seen, until              time.Time // when the person was asked, and how long the grant holds
}

func (s *Server) discovery(h *host) http.HandlerFunc {
	doc := map[string]any{
		"issuer":                                         h.url,
		"authorization_endpoint":                         h.url + "/authorize",
		"token_endpoint":                                 h.url + "/token",
		"userinfo_endpoint":                              h.url + "/userinfo",
		"jwks_uri":                                       h.url + "/jwks",
		"end_session_endpoint":                           h.url + "/end_session",
		"response_types_supported":                       []string{"code"},
		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"RS256"},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post"},
		"authorization_response_iss_parameter_supported": true,
		"frontchannel_logout_supported":                  true,
		"frontchannel_logout_session_supported":          true,
		"prompt_values_supported":                        []string{"none", "login", "select_account"},
		"claims_supported":                               []string{"sub", "iss", "acr", "auth_time"},
	}
	return func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, doc) }
}

func (s *Server) jwks(w http.ResponseWriter, _ *http.Request) {
	k, _ := s.keys()
	answer(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: k.Public(), KeyID: keyID(k), Algorithm: string(jose.RS256), Use: "sig"},
	}})
}

// read checks a site's request. A redirect_uri that is not registered is never
// followed; anything else wrong is told to the site.
func (h *host) read(w http.ResponseWriter, r *http.Request) (request, bool) {
	q := r.URL.Query()
	a := request{
		Redirect: q.Get("redirect_uri"), State: q.Get("state"), Nonce: q.Get("nonce"),
		Challenge: q.Get("code_challenge"), Levels: strings.Fields(q.Get("acr_values")), Prompt: strings.Fields(q.Get("prompt")), MaxAge: -1,
	}
	age, bad := strconv.Atoi(q.Get("max_age"))
	if q.Has("max_age") {
		a.MaxAge = time.Duration(age) * time.Second
	}
	if q.Get("client_id") != h.Client.ID || !slices.Contains(h.Client.Redirects, a.Redirect) {
		http.Error(w, "unknown client or redirect_uri", http.StatusBadRequest)
		return a, false
	}
	fault := ""
	switch {
	case q.Get("response_type") != "code":
		fault = "unsupported_response_type"
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		fault = "invalid_scope"
	case q.Get("code_challenge_method") != "S256" || len(a.Challenge) != 43,
		q.Has("max_age") && (bad != nil || age < 0), slices.Contains(a.Prompt, "none") && len(a.Prompt) > 1:
		fault = "invalid_request"
	}
	if fault != "" {
		h.back(w, r, a, "error", fault)
		return a, false
	}
	return a, true
}

// back sends the browser to the site that asked, with one word and who says it.
func (h *host) back(w http.ResponseWriter, r *http.Request, a request, name, value string) {
	to, _ := url.Parse(a.Redirect) // registered, so it parses
	q := to.Query()
	q.Set(name, value)
	q.Set("state", a.State)
	q.Set("iss", h.url)
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// authorize signs in at once who is signed in here already, if the site lets it;
// and the one a login_hint names, who stands for somebody that types a password;
// else it shows the list. Who is to be asked is always shown the list.
func (s *Server) authorize(h *host) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, ok := h.read(w, r)
		if !ok {
			return
		}
		hint := r.URL.Query().Get("login_hint")
		if at, ok := s.stay(h, r); ok && !a.asks() && (a.MaxAge < 0 || s.clock().Sub(at.since) < a.MaxAge) && (hint == "" || hint == at.person) {
			s.grant(w, r, h, a, h.people[at.person], at.since)
			return
		}
		if slices.Contains(a.Prompt, "none") {
			h.back(w, r, a, "error", "login_required")
			return
		}
		if p, ok := h.people[hint]; ok && !a.asks() {
			s.signIn(w, r, h, a, p)
			return
		}
		h.list(w, r)
	}
}

// choose is a link of the list: a GET, since a form that leads away is stopped
// by form-action.
func (s *Server) choose(h *host) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a, ok := h.read(w, r)
		if !ok {
			return
		}
		if r.PathValue("person") == "ingen" {
			h.back(w, r, a, "error", "access_denied")
			return
		}
		p, ok := h.people[r.PathValue("person")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		s.signIn(w, r, h, a, p)
	}
}

// signIn is that the person was asked, and answered, now.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, h *host, a request, p Persona) {
	now := s.clock()
	if h.Remembers {
		id := tilhor.NewID()
		s.mu.Lock()
		s.stays[id] = stay{h.Name, p.ID, now}
		s.mu.Unlock()
		http.SetCookie(w, &http.Cookie{Name: stayCookie, Value: id, Path: "/" + h.Name, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	}
	s.grant(w, r, h, a, p, now)
}

// stayCookie is what a browser holds that is signed in here.
const stayCookie = "made-up"

// stay is who is signed in here in the browser that asks.
func (s *Server) stay(h *host, r *http.Request) (stay, bool) {
	c, err := r.Cookie(stayCookie)
	if err != nil {
		return stay{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.stays[c.Value]
	return at, ok && at.issuer == h.Name
}

// leave signs the browser out here.
func (s *Server) leave(r *http.Request) {
	if c, err := r.Cookie(stayCookie); err == nil {
		s.mu.Lock()
		delete(s.stays, c.Value)
		s.mu.Unlock()
	}
}

func (s *Server) grant(w http.ResponseWriter, r *http.Request, h *host, a request, p Persona, seen time.Time) {
	code := tilhor.NewID()
	g := grant{request: a, issuer: h.Name, person: p.ID, acr: p.reach(a.Levels), sid: tilhor.NewID(), seen: seen, until: s.clock().Add(codeLife)}
	s.mu.Lock()
	s.sweep()
	s.codes[code] = g
	s.mu.Unlock()
	h.back(w, r, a, "code", code)
}

// reach is the level the person signs in at: one that was asked for, else the
// ordinary one. It is for the site to refuse what is too low.
func (p Persona) reach(asked []string) string {
	for _, l := range asked {
		if slices.Contains(p.Levels, l) {
			return l
		}
	}
	if len(p.Levels) == 0 {
		return ""
	}
	return p.Levels[0]
}

// sweep forgets what has run out. The caller holds mu.
func (s *Server) sweep() {
	now := s.clock()
	gone := func(_ string, g grant) bool { return now.After(g.until) }
	maps.DeleteFunc(s.codes, gone)
	maps.DeleteFunc(s.bears, gone)
}

// token changes a code for an id_token, once, for whoever holds the verifier.
func (s *Server) token(h *host) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_request"})
			return
		}
		if !h.authentic(r) {
			answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
			return
		}
		g, ok := s.take(r.PostForm.Get("code"))
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if !ok || g.issuer != h.Name || g.Redirect != r.PostForm.Get("redirect_uri") ||
			r.PostForm.Get("grant_type") != "authorization_code" ||
			base64.RawURLEncoding.EncodeToString(sum[:]) != g.Challenge {
			answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
			return
		}
		access := tilhor.NewID()
		_, sign := s.keys()
		id, err := jwt.Signed(sign).Claims(s.claims(h, g, access)).Serialize()
		if err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
			return
		}
		g.until = s.clock().Add(life)
		s.mu.Lock()
		s.bears[access] = g
		s.mu.Unlock()
		answer(w, http.StatusOK, map[string]any{
			"access_token": access, "token_type": "Bearer",
			"expires_in": int(life.Seconds()), "id_token": id,
		})
	}
}

// authentic says whether the site gave its own id and secret.
func (h *host) authentic(r *http.Request) bool {
	id, secret, ok := r.BasicAuth()
	if ok {
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	return id == h.Client.ID && subtle.ConstantTimeCompare([]byte(secret), []byte(h.Client.Secret)) == 1
}

func (s *Server) take(code string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.codes[code]
	delete(s.codes, code)
	return g, ok && !s.clock().After(g.until)
}

// claims are those of the id_token. What Feide says only at userinfo (its
// claims that are named by an address) stands only there here too.
func (s *Server) claims(h *host, g grant, access string) map[string]any {
	now := s.clock().Unix()
	c := map[string]any{"sub": g.person}
	for k, v := range h.people[g.person].Claims {
		if !strings.Contains(k, "://") {
			c[k] = v
		}
	}
	sum := sha256.Sum256([]byte(access))
	c["iss"], c["aud"], c["iat"], c["exp"] = h.url, h.Client.ID, now, now+int64(life.Seconds())
	c["nonce"], c["sid"], c["at_hash"] = g.Nonce, g.sid, base64.RawURLEncoding.EncodeToString(sum[:16])
	if g.acr != "" {
		c["acr"] = g.acr
	}
	if g.MaxAge >= 0 { // then it must say when the person was asked (OpenID Connect Core 1.0, 2)
		c["auth_time"] = g.seen.Unix()
	}
	if h.Twist != nil {
		h.Twist(c)
	}
	return c
}

// bearer finds whose access token this is.
func (s *Server) bearer(h *host, r *http.Request) (Persona, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	g, known := s.bears[token]
	s.mu.Unlock()
	if !ok || !known || g.issuer != h.Name || s.clock().After(g.until) {
		return Persona{}, false
	}
	return h.people[g.person], true
}

func (s *Server) userinfo(h *host) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.bearer(h, r)
		if !ok {
			answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
			return
		}
		c := map[string]any{"sub": p.ID, "name": p.Name}
		maps.Copy(c, p.Claims)
		answer(w, http.StatusOK, c)
	}
}

// groups is Feide's Groups API, for the one who is signed in.
func (s *Server) groups(h *host) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, ok := s.bearer(h, r)
		if !ok {
			answer(w, http.StatusForbidden, map[string]string{"error": "invalid_token"})
			return
		}
		if len(p.Groups) == 0 {
			p.Groups = json.RawMessage("[]")
		}
		answer(w, http.StatusOK, p.Groups)
	}
}

// endSession signs the browser out here, if it was in, and sends it back.
func (s *Server) endSession(h *host) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		after := q.Get("post_logout_redirect_uri")
		if !s.ours(h, q.Get("id_token_hint")) || !slices.Contains(h.Client.After, after) {
			http.Error(w, "unknown id_token_hint or post_logout_redirect_uri", http.StatusBadRequest)
			return
		}
		s.leave(r)
		to, _ := url.Parse(after)
		if state := q.Get("state"); state != "" {
			v := to.Query()
			v.Set("state", state)
			to.RawQuery = v.Encode()
		}
		http.Redirect(w, r, to.String(), http.StatusFound)
	}
}

// ours says whether an id_token was signed here for this issuer, even if it
// has run out since.
func (s *Server) ours(h *host, raw string) bool {
	t, err := jwt.ParseSigned(raw, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return false
	}
	var c jwt.Claims
	k, _ := s.keys()
	return t.Claims(k.Public(), &c) == nil && c.Issuer == h.url && c.Audience.Contains(h.Client.ID)
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}
