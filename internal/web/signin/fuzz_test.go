package signin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor/internal/lang"
	"tilhor/internal/web"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var feideForm = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)

// FuzzClaims: whatever a provider claims of somebody, it ends in an account
// whose ids have a known form, or in a refusal that has a page.
func FuzzClaims(f *testing.F) {
	const issuer = "https://auth.dataporten.no"
	for _, s := range []string{
		`"acr":"idporten-loa-high","pid":"47906701517","sid":"x"`, `"pid":47906701517`, `"pid":"4790670151७"`, `"azp":"other"`, `"azp":"tilhor"`,
		`"tid":"t1","oid":"o1","amr":["mfa"],"upn":"Kari@Granvik.no"`, `"tid":"t1","oid":"o/1/../2"`, `"amr":"mfa"`,
		`"https://n.feide.no/claims/eduPersonPrincipalName":" KARI@granvik.no "`, `"eduPersonPrincipalName":"a@b@c"`, `"eduPersonPrincipalName":"a\u0000@b"`,
		`"sub":"","acr":"x"`, `"sub":"\u0000"`, `"acr":{"a":1}`,
	} {
		f.Add(s)
	}
	sources := []*source{
		{Provider: Provider{Kind: Feide, ClientID: "tilhor"}},
		{Provider: Provider{Kind: IDPorten, ClientID: "tilhor"}},
		{Provider: Provider{Kind: Entra, ClientID: "tilhor", Tenant: "t1", Match: "upn"}},
	}
	here := &known{oidc: (&oidc.ProviderConfig{IssuerURL: issuer}).NewProvider(context.Background())}
	check := oidc.NewVerifier(issuer, nil, &oidc.Config{ClientID: "tilhor", InsecureSkipSignatureCheck: true, Now: func() time.Time { return time.Unix(1000, 0) }})
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	f.Fuzz(func(t *testing.T, claims string) {
		raw := part(`{"alg":"RS256"}`) + "." + part(`{"iss":"`+issuer+`","aud":"tilhor","exp":2000,"sub":"s1",`+claims+`}`) + "." + part("x")
		id, err := check.Verify(context.Background(), raw)
		if err != nil {
			return
		}
		for _, s := range sources {
			a, err := s.account(context.Background(), here, id, &oauth2.Token{})
			if err != nil {
				var r Refusal
				if !errors.As(err, &r) || r.Page == "" {
					t.Fatalf("%s: %T %v", s.Kind, err, err)
				}
				continue
			}
			if a.Subject == "" || len(a.Subject) > 600 || len(a.ACR) > 255 || len(a.Sid) > 255 {
				t.Fatalf("%s: %+v", s.Kind, a)
			}
			if a.FeideID != "" && (!feideForm.MatchString(a.FeideID) || a.FeideID != strings.ToLower(a.FeideID)) {
				t.Fatalf("%s: the Feide id %q", s.Kind, a.FeideID)
			}
			if s.Kind == IDPorten && (len(a.PID) != 11 || strings.Trim(a.PID, "0123456789") != "") || s.Kind != IDPorten && a.PID != "" {
				t.Fatalf("%s: the number %q", s.Kind, a.PID)
			}
			if strings.ContainsAny(a.Subject+a.Sid+a.FeideID, "\x00\n") {
				t.Fatalf("%s: %q, %q, %q", s.Kind, a.Subject, a.Sid, a.FeideID)
			}
		}
	})
}

// FuzzProvider: an address in the settings is an https address with a host, or
// one of this machine for the demo: never both, never another scheme.
func FuzzProvider(f *testing.F) {
	for _, s := range []string{
		"https://auth.dataporten.no", "http://127.0.0.1:8081/feide", "https://localhost.", "https://[::1%25eth0]/", "https://a@b/", "https://a?b", "//host", "javascript:x",
		"https://127.1", "https://0x7f.1", "https://[::ffff:127.0.0.1]", "https://2130706433", "https://a/#b", "HTTPS://LOCALHOST",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := address(raw, false)
		_, demo := address(raw, true)
		if err == nil && demo == nil {
			t.Fatalf("%q is both for real people and for the demo", raw)
		}
		if err == nil && (u.Scheme != "https" || u.Host == "" || thisMachine(u.Hostname())) {
			t.Fatalf("%q", raw)
		}
		raw, _ = strings.CutSuffix(raw, "x")
		var l Level
		if l.UnmarshalText([]byte(raw)) == nil && (l < LevelOne || l > LevelHigh) {
			t.Fatalf("level %q is %d", raw, l)
		}
		var p Provider
		if json.Unmarshal([]byte(raw), &p) == nil {
			p.whole()
		}
	})
}

// FuzzCookie: what a browser holds while signing in is 26 letters of ours, or
// nothing; with a language of ours, or none.
func FuzzCookie(f *testing.F) {
	f.Add("tilhor-inn=abcdefghijklmnopqrstuvwxyz.nb")
	f.Add("tilhor-inn=abcdefghijklmnopqrstuvwxyz.; tilhor-inn=x")
	f.Add("__Host-tilhor-inn=abcdefghijklmnopqrstuvwxyz.se")
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Cookie"] = []string{header}
		for _, https := range []bool{false, true} {
			secret, l := (&Desk{}).cookie(&web.Req{R: r, Kit: &web.Kit{Owner: web.Owner{HTTPS: https}}})
			if secret != "" && !secretForm.MatchString(secret) || secret == "" && l != "" {
				t.Fatalf("%q gives %q and %q", header, secret, l)
			}
			if _, known := lang.Known(string(l)); l != "" && !known {
				t.Fatalf("%q gives the language %q", header, l)
			}
			if len(newSecret(secret)) != 26 {
				t.Fatal("a secret of another length")
			}
		}
	})
}
