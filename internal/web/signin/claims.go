package signin

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// An Account is what a provider vouches for. It is handed to the roster and
// then forgotten: a person number is never kept by sign-in.
type Account struct {
	Kind    Kind
	Issuer  string
	Subject string // stable at the issuer
	FeideID string // eduPersonPrincipalName, lower case; empty when not said
	PID     string // ID-porten: fødselsnummer or D-number
	ACR     string
	Level   Level
	Sid     string // the provider's session, for log-out from outside

	// How long before it signed the token the provider had seen who it is; negative
	// when it does not say. It is the provider's own clock against itself.
	Ago time.Duration
}

// claims are those we read, whoever says them. No name, no e-mail: the roster
// has the name, and an e-mail is no key (Feide never verifies it).
type claims struct {
	ACR     string   `json:"acr"`
	AMR     []string `json:"amr"`
	Sid     string   `json:"sid"`
	AZP     string   `json:"azp"`
	PID     string   `json:"pid"`
	TID     string   `json:"tid"`
	OID     string   `json:"oid"`
	FeideID string   `json:"https://n.feide.no/claims/eduPersonPrincipalName"`
	EPPN    string   `json:"eduPersonPrincipalName"`

	AuthTime json.RawMessage `json:"auth_time"` // read leniently: who says it oddly has not said it
}

// account reads the claims of a verified id_token by the provider's kind.
func (s *source) account(ctx context.Context, k *known, id *oidc.IDToken, token *oauth2.Token) (Account, error) {
	var c claims
	if err := id.Claims(&c); err != nil {
		return Account{}, refuse(PageAgain, "claims")
	}
	if s.wrong("azp", c.AZP != "" && c.AZP != s.ClientID || len(id.Audience) > 1 && c.AZP == "") {
		return Account{}, refuse(PageAgain, "azp")
	}
	if s.Kind == Entra {
		c.ACR = methods(c.AMR)
	}
	a := Account{Kind: s.Kind, Issuer: id.Issuer, Subject: id.Subject, ACR: c.ACR, Level: levelOf(s.Kind, c.ACR), Sid: c.Sid, Ago: ago(c.AuthTime, id.IssuedAt)}
	if a.Subject == "" || !plain(a.Subject+a.ACR+a.Sid+c.TID+c.OID) || len(a.Subject) > 255 || len(a.ACR) > 255 || len(a.Sid) > 255 || len(c.OID) > 255 {
		return Account{}, refuse(PageAgain, "subject")
	}
	var err error
	switch s.Kind {
	case Feide:
		a.FeideID, err = s.feideID(ctx, k, c, a.Subject, token)
	case IDPorten:
		a.PID, err = pid(c.PID)
	case Entra:
		a.Subject, a.FeideID, err = s.entra(c, id)
	}
	return a, err
}

// ago is how long before the token was signed the person was seen; negative for
// what is not said, or cannot be.
func ago(authTime json.RawMessage, issued time.Time) time.Duration {
	var at int64
	if len(authTime) == 0 || json.Unmarshal(authTime, &at) != nil || at <= 0 || at > issued.Unix() {
		return -1
	}
	return time.Duration(issued.Unix()-at) * time.Second
}

// feideID is the eduPersonPrincipalName, which Feide tells at userinfo. It can
// change (Feide's Prior claim), so it only finds the person the first time;
// after that the account itself does.
func (s *source) feideID(ctx context.Context, k *known, c claims, subject string, token *oauth2.Token) (string, error) {
	if c.FeideID == "" && k.oidc.UserInfoEndpoint() != "" {
		info, err := k.oidc.UserInfo(s.with(ctx), oauth2.StaticTokenSource(token))
		if err != nil {
			return "", refuse(PageUnreachable, "userinfo")
		}
		if s.wrong("userinfo-subject", info.Subject != subject) {
			return "", refuse(PageAgain, "userinfo-subject")
		}
		if err := info.Claims(&c); err != nil {
			return "", refuse(PageAgain, "userinfo-claims")
		}
	}
	if c.FeideID == "" {
		c.FeideID = c.EPPN
	}
	return plainFeideID(c.FeideID), nil
}

// plainFeideID is a Feide id as name@realm in lower case, or nothing.
func plainFeideID(raw string) string {
	name, realm, ok := strings.Cut(strings.ToLower(strings.TrimSpace(raw)), "@")
	if !ok || name == "" || realm == "" || len(raw) > 255 || strings.ContainsAny(realm, "@ ") || strings.ContainsAny(name, " ") || !plain(raw) {
		return ""
	}
	return name + "@" + realm
}

// plain says whether a claim is text that a database keeps as it is.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// pid wants eleven digits; whether they are a number somebody can have is for
// the roster, which knows the ones it has.
func pid(raw string) (string, error) {
	if len(raw) != 11 || strings.Trim(raw, "0123456789") != "" {
		return "", refuse(PageAgain, "pid")
	}
	return raw, nil
}

// entra knows an account by tenant and object: the sub is another for every
// application, and names change.
func (s *source) entra(c claims, id *oidc.IDToken) (subject, feideID string, err error) {
	if s.wrong("tenant", c.TID != s.Tenant || c.OID == "") {
		return "", "", refuse(PageAgain, "tenant")
	}
	if s.Match != "" {
		var all map[string]json.RawMessage
		if err := id.Claims(&all); err != nil {
			return "", "", refuse(PageAgain, "claims")
		}
		var v string
		if json.Unmarshal(all[s.Match], &v) == nil {
			feideID = plainFeideID(v)
		}
	}
	return c.TID + "/" + c.OID, feideID, nil
}
