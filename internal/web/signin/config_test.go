package signin

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/db/dbtest"
)

func TestConfigIsChecked(t *testing.T) {
	good := Provider{Name: "feide", Title: "Feide", Kind: Feide, Issuer: "https://auth.dataporten.no", ClientID: "a", Secret: "b"}
	cases := []struct {
		name   string
		change func(*Config)
		ok     bool
	}{
		{"as it should be", func(*Config) {}, true},
		{"no provider yet", func(c *Config) { c.Providers = nil }, true},
		{"an unsafe address of ours", func(c *Config) { c.Base = "http://tilhor.granvik.kommune.no" }, false},
		{"an address with a path", func(c *Config) { c.Base = "https://tilhor.granvik.kommune.no/x" }, false},
		{"an unsafe issuer", func(c *Config) { c.Providers[0].Issuer = "http://auth.dataporten.no" }, false},
		{"a made-up provider on this machine", func(c *Config) { c.Providers[0].Issuer = "http://127.0.0.1:8081/feide" }, false},
		{"the same over TLS", func(c *Config) { c.Providers[0].Issuer = "https://localhost:8081/feide" }, false},
		{"the same by another name", func(c *Config) { c.Providers[0].Issuer = "https://dev.localhost./feide" }, false},
		{"the same as six", func(c *Config) { c.Providers[0].Issuer = "https://[::ffff:127.0.0.1]/feide" }, false},
		{"hints for real people", func(c *Config) { c.Providers[0].Hints = true }, false},
		{"no secret", func(c *Config) { c.Providers[0].Secret = "" }, false},
		{"no client id", func(c *Config) { c.Providers[0].ClientID = "" }, false},
		{"a kind we do not know", func(c *Config) { c.Providers[0].Kind = "saml" }, false},
		{"a name with a slash", func(c *Config) { c.Providers[0].Name = "a/b" }, false},
		{"Entra without a tenant", func(c *Config) { c.Providers[0].Kind = Entra }, false},
		{"Entra with its tenant", func(c *Config) { c.Providers[0].Kind, c.Providers[0].Tenant = Entra, "t" }, true},
		{"a name twice", func(c *Config) { c.Providers = append(c.Providers, c.Providers[0]) }, false},
		{"an issuer twice", func(c *Config) {
			p := c.Providers[0]
			p.Name = "to"
			c.Providers = append(c.Providers, p)
		}, false},
		{"demo at a real provider", func(c *Config) { c.MadeUp = true }, false},
	}
	for _, c := range cases {
		cfg := Config{Base: "https://tilhor.granvik.kommune.no", Providers: []Provider{good}}
		c.change(&cfg)
		if _, err := New("o", cfg, nil, nil, nil, nil); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		} else if err != nil && strings.Contains(err.Error(), "hemmelig") {
			t.Errorf("%s: the error tells a secret", c.name)
		}
	}
}

// No address of a site leads to the made-up provider, whatever it is called
// there: it stands on a listener of its own.
func TestTheSiteHasNoMadeUpProvider(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for _, r := range w.site.Routes() {
		for _, never := range []string{"authorize", "token", "jwks", "well-known", "userinfo", "end_session", "groups", "/som", "devidp"} {
			if strings.Contains(r.Path, never) || strings.Contains(r.Name, never) {
				t.Errorf("route %s %s", r.Name, r.Path)
			}
		}
	}
	b := w.browser()
	for _, path := range []string{"/.well-known/openid-configuration", "/jwks", "/authorize", "/som/kari", "/token", "/userinfo", "/groups/me/groups", "/end_session", "/stil.css"} {
		for _, under := range []string{"", "/feide", "/idporten", "/devidp", "/logg-inn/feide"} {
			if a := b.get(under + path); a.Code != http.StatusNotFound {
				t.Errorf("%s: %d", under+path, a.Code)
			}
		}
	}
}

func TestSettingsAreRead(t *testing.T) {
	const text = `{"providers": [{"name": "feide", "title": "Feide", "kind": "feide", "issuer": "https://auth.dataporten.no", "clientId": "a", "secret": "b",
		"groups": "https://groups-api.dataporten.no/groups"}], "levels": {"teacher": "two"}}`
	var s struct {
		Providers []Provider            `json:"providers"`
		Levels    map[tilhor.Role]Level `json:"levels"`
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		t.Fatal(err)
	}
	d, err := New("o", Config{Base: "https://tilhor.granvik.kommune.no", Providers: s.Providers, Levels: s.Levels}, nil, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := d.sources["feide"]; p.ClientID != "a" || len(p.StepUp) != 1 || p.StepUp[0] != mfa {
		t.Errorf("got %+v", p.Provider)
	}
	if d.cfg.MinLevel(tilhor.RoleTeacher) != LevelTwo {
		t.Error("the level was not raised")
	}
	for _, wrong := range []string{`{"levels": {"teacher": "none"}}`, `{"levels": {"teacher": 0}}`, `{"providers": [{"hints": true}]}`} {
		dec := json.NewDecoder(strings.NewReader(wrong))
		dec.DisallowUnknownFields()
		if dec.Decode(&s) == nil {
			t.Errorf("%s was read", wrong)
		}
	}
}
