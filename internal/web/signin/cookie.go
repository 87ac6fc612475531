package signin

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// cookieName is the browser's, while a sign-in is under way. The prefix keeps
// a neighbour under the same domain from giving a person a secret it knows.
func cookieName(https bool) string {
	if https {
		return "__Host-tilhor-inn"
	}
	return "tilhor-inn"
}

// cookie reads the browser's secret, and the language chosen at the door.
func (d *Desk) cookie(q *web.Req) (secret string, chose tilhor.Lang) {
	c, err := q.R.Cookie(cookieName(q.Kit.Owner.HTTPS))
	if err != nil {
		return "", ""
	}
	secret, l, _ := strings.Cut(c.Value, ".")
	if !secretForm.MatchString(secret) {
		return "", ""
	}
	if known, ok := lang.Known(l); ok {
		chose = known
	}
	return secret, chose
}

// setCookie gives the browser its secret for as long as a sign-in may take. It
// is Lax: a provider sends the browser back by a link of its own.
func (d *Desk) setCookie(q *web.Req, secret string, chose tilhor.Lang, age int) {
	value := secret
	if chose != "" {
		value += "." + string(chose)
	}
	http.SetCookie(q.W, &http.Cookie{
		Name: cookieName(q.Kit.Owner.HTTPS), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: q.Kit.Owner.HTTPS, SameSite: http.SameSiteLaxMode,
	})
}

// sendTo sends the browser to a provider.
func (d *Desk) sendTo(q *web.Req, w Way, chose tilhor.Lang) error {
	d.setCookie(q, w.Browser, chose, int(pendingLife.Seconds()))
	q.W.Header().Set("Location", w.Location)
	q.Write(http.StatusFound, "text/plain; charset=utf-8", nil)
	return nil
}
