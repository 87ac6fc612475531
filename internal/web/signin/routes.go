package signin

import (
	"embed"
	"errors"
	"net/http"
	"net/url"

	"tilhor"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

//go:embed templates/*.html
var files embed.FS

var (
	pages     = web.Pages(files)
	pageIn    = pages("in")
	pageFault = pages("fault")
	pageOut   = pages("out")
	pageDone  = pages("done")
)

// sessionToken is where a session keeps the id_token until sign-out. Sessions
// lie sealed, since ID-porten's token has a person number in it.
const sessionToken = "id-token"

// What the frame's sessions call the person and the issuer.
const (
	sessionPerson = "person"
	sessionIssuer = "issuer"
)

var anyone = []tilhor.Role{tilhor.RoleAnyone}

// Routes are the ways in and out. Everybody may come to them: who has no
// session signs in, and who signs out must not be asked who it is.
func (d *Desk) Routes(site *web.Site) []web.Route {
	d.keys = site.Kit().Keys
	return []web.Route{
		{Method: "GET", Path: "/logg-inn", Name: "signin", Roles: anyone, Further: true, Serve: d.door},
		{Method: "GET", Path: "/logg-inn/{tilbyder}", Name: "signin.begin", Roles: anyone, Further: true, Serve: d.begin},
		{Method: "GET", Path: "/logg-inn/{tilbyder}/svar", Name: "signin.finish", Roles: anyone, Further: true, Serve: d.finish},
		{Method: "GET", Path: "/logg-ut", Name: "signout", Roles: anyone, Further: true, Serve: d.askOut},
		{Method: "POST", Path: "/logg-ut", Name: "signout.here", Roles: anyone, Further: true, Serve: d.SignOut},
		{
			Method: "POST", Path: "/logg-ut/overalt", Name: "signout.all", Roles: anyone, Form: "/logg-ut", Further: true,
			Serve: func(q *web.Req) error { return d.outEverywhere(q, site) },
		},
		{
			Method: "GET", Path: "/logg-ut/foran", Name: "signout.outside", Roles: anyone,
			Serve: func(q *web.Req) error { return d.outFromOutside(q, site) },
		},
		{Method: "GET", Path: donePath, Name: "signout.done", Roles: anyone, Further: true, Serve: d.done},
	}
}

// A way is one button of the door.
type way struct{ Title, Who, Href string }

type doorPage struct {
	web.Frame
	Ways   []way
	Strong bool
	Tell   string
}

// door shows the ways in.
func (d *Desk) door(q *web.Req) error {
	p := doorPage{Frame: frame(q, "signin.title"), Strong: q.Query("niva") == "hoyt", Tell: q.Link("/")}
	level := levelAsked(q)
	p.Langs = q.LangLinks(&url.URL{Path: "/logg-inn", RawQuery: wish(next(q.Query("neste")), level)})
	for _, pr := range d.cfg.Providers {
		p.Ways = append(p.Ways, way{pr.Title, q.T.T("signin." + string(pr.Kind) + ".who"), d.wayIn(q, pr.Name, q.Query("neste"), level)})
	}
	return q.Render(pageIn, p)
}

// wayIn is the link that begins a sign-in.
func (d *Desk) wayIn(q *web.Req, provider, to, level string) string {
	link := "/logg-inn/" + provider
	if v := wish(next(to), level); v != "" {
		link += "?" + v
	}
	return q.Link(link)
}

// wish is what is to happen after a sign-in, as it stands in an address.
func wish(to, level string) string {
	v := url.Values{}
	if to != "" {
		v.Set("neste", to)
	}
	if level != "" {
		v.Set("niva", level)
	}
	return v.Encode()
}

// levelAsked is what a page asks of the sign-in: stronger, or made anew.
func levelAsked(q *web.Req) string {
	if level := q.Query("niva"); level == "hoyt" || level == "ny" {
		return level
	}
	return ""
}

// begin sends the browser to the provider. It does nothing for a browser that
// only looks ahead.
func (d *Desk) begin(q *web.Req) error {
	if ahead(q.R) {
		return tilhor.ErrNotFound
	}
	have, _ := d.cookie(q)
	w, err := d.Begin(q.Context(), Wish{
		Provider: q.Path("tilbyder"), Browser: have, Next: q.Query("neste"),
		Strong: q.Query("niva") == "hoyt", Anew: q.Query("niva") == "ny", Hint: q.Query("som"), Lang: q.Lang,
	})
	if err != nil {
		return d.refused(q, err)
	}
	return d.sendTo(q, w, asked(q))
}

// finish takes the browser back from the provider.
func (d *Desk) finish(q *web.Req) error {
	if ahead(q.R) {
		return tilhor.ErrNotFound
	}
	have, chose := d.cookie(q)
	answer := q.R.URL.Query()
	forget(q, chose)
	in, w, err := d.Finish(q.Context(), q.Path("tilbyder"), have, answer)
	if err != nil {
		return d.refused(q, err)
	}
	if w.Location != "" {
		return d.sendTo(q, w, chose)
	}
	d.setCookie(q, "", "", -1)
	if err := d.enter(q, in); err != nil {
		return err
	}
	return q.See(after(q.Kit, in, chose))
}

// forget takes the provider's answer out of the request, so that no link of any
// page has a code or a state in it, and puts in the language chosen at the door.
func forget(q *web.Req, chose tilhor.Lang) {
	u := url.URL{Path: "/logg-inn"}
	if chose != "" {
		q.Speak(chose)
		u.RawQuery = "l=" + string(chose)
	}
	q.R = q.R.WithContext(q.Context())
	q.R.URL = &u
}

// enter makes the session. A person with several roles is asked which one by
// the first page that needs to know.
func (d *Desk) enter(q *web.Req, in Signed) error {
	var as tilhor.Actor
	if len(in.Roles) == 1 {
		as = in.Roles[0]
	}
	if err := web.SignIn(q, in.Person, as, in.Account.ACR, in.Account.Issuer); err != nil {
		return err
	}
	if in.Asked {
		if err := web.Vouch(q, in.Anew); err != nil {
			return err
		}
	}
	x, err := q.Session()
	if err != nil {
		return err
	}
	if err := x.Put(web.SessionSID, in.Account.Sid); err != nil {
		return err
	}
	d.log.InfoContext(q.Context(), "signed in", "provider", in.Account.Kind)
	return x.Put(sessionToken, in.Token)
}

// after is where a person goes: to the page they came for or where the role's
// day begins, by way of the choice of role when there is one to make, in the
// language they chose at the door.
func after(kit *web.Kit, in Signed, chose tilhor.Lang) string {
	to := in.Next
	if to == "" && len(in.Roles) == 1 {
		to = home(kit, in.Roles[0].Role)
	}
	if len(in.Roles) > 1 {
		return with("/rolle", "neste", to, "l", string(chose))
	}
	return with(to, "l", string(chose))
}

func home(kit *web.Kit, role tilhor.Role) string {
	if kit.Home == nil {
		return "/i-dag"
	}
	return kit.Home(role)
}

// with adds to an address what is not empty.
func with(to string, kv ...string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	v := u.Query()
	for i := 0; i < len(kv); i += 2 {
		if kv[i+1] != "" {
			v.Set(kv[i], kv[i+1])
		}
	}
	u.RawQuery = v.Encode()
	return u.String()
}

type faultPage struct {
	web.Frame
	Text, Unknown, Retry, RetryHref, Other string
	Tell                                   string
}

// refused tells a person kindly that they were not signed in. It is the same
// page for every attack, and says nothing of what was wrong with it.
func (d *Desk) refused(q *web.Req, err error) error {
	var r Refusal
	if !errors.As(err, &r) {
		return err
	}
	name := q.Path("tilbyder")
	d.log.WarnContext(q.Context(), "sign-in refused", "provider", name, "why", string(r.Why))
	s := d.sources[name]
	p := faultPage{
		Frame: frame(q, "signin."+string(r.Page)+".title"), Tell: q.Link("/"),
		Text:  q.T.T("signin."+string(r.Page)+".text", "provider", s.Title, "owner", q.Kit.Owner.Name),
		Retry: q.T.T("signin.retry", "provider", s.Title), RetryHref: d.wayIn(q, name, "", map[bool]string{true: "hoyt"}[r.Page == PageLevel]),
	}
	if r.School != "" {
		p.Unknown = q.T.T("signin.unknown.school", "provider", s.Title, "school", r.School)
	}
	if len(d.cfg.Providers) > 1 {
		p.Other = q.Link("/logg-inn")
	}
	if r.Page == PageUnreachable {
		q.W.Header().Set("Retry-After", "60")
	}
	return q.RenderStatus(r.Page.Status(), pageFault, p)
}

type outPage struct {
	web.Frame
	Everywhere bool
	In         string
}

// askOut is for who comes to the address by hand: to sign out is a POST, so
// that no picture on another site can do it.
func (d *Desk) askOut(q *web.Req) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	return q.Render(pageOut, outPage{Frame: frame(q, "signin.out.title"), Everywhere: x.Get(sessionPerson) != ""})
}

type donePage struct {
	web.Frame
	All                   bool
	Provider, There, Door string
	Tablet                string // the page of the shared machine that the browser has become
	Ended                 bool   // at the provider too
}

// SignOut ends the session here, and then sends the browser to end the provider's.
// The answer is a page with a Refresh, not a redirect: form-action stops a form
// on its way to another site.
func (d *Desk) SignOut(q *web.Req) error { return d.signOut(q, nil) }

// outEverywhere ends all the person's sessions, for a lost phone.
func (d *Desk) outEverywhere(q *web.Req, site *web.Site) error {
	return d.signOut(q, func(p tilhor.PersonID) error { return site.EndAll(q.Context(), p) })
}

func (d *Desk) signOut(q *web.Req, all func(tilhor.PersonID) error) error {
	x, err := q.Session()
	if err != nil {
		return err
	}
	person, issuer, token := tilhor.PersonID(x.Get(sessionPerson)), x.Get(sessionIssuer), x.Get(sessionToken)
	if all != nil && person != "" {
		if err := all(person); err != nil {
			return err
		}
	}
	if err := web.SignOut(q); err != nil {
		return err
	}
	p := donePage{Frame: frame(q, "signin.done.title"), All: all != nil && person != "", Door: q.Link("/logg-inn")}
	p.Langs = q.LangLinks(&url.URL{Path: donePath}) // this address is a form's
	if p.There = d.End(q.Context(), issuer, token); p.There != "" {
		p.Provider = d.byIssuer(issuer).Title
		q.W.Header().Set("Refresh", "0; url="+p.There)
		q.ToProvider()
	} else {
		p.Tablet = tabletOf(q)
	}
	return q.Render(pageDone, p)
}

// done is where a provider sends a signed-out browser back.
func (d *Desk) done(q *web.Req) error {
	p := donePage{Frame: frame(q, "signin.done.title"), Door: q.Link("/logg-inn"), Ended: true}
	p.Tablet = tabletOf(q)
	return q.Render(pageDone, p)
}

func tabletOf(q *web.Req) string {
	if q.BecameTablet() {
		return q.Link(web.TabletPath)
	}
	return ""
}

// outFromOutside ends a sign-in because the provider says so (OpenID Connect
// front-channel log-out, which ID-porten demands). The provider's page loads it
// in a frame without our cookie, so iss and sid say which sign-in it is; the
// answer is the same whether there was one.
func (d *Desk) outFromOutside(q *web.Req, site *web.Site) error {
	issuer, sid, ok := d.outside(q.R.URL.Query())
	if ok && q.R.Method == http.MethodGet {
		if err := site.EndSID(q.Context(), issuer, sid); err != nil {
			return err
		}
	}
	q.Write(http.StatusOK, "text/plain; charset=utf-8", []byte("OK\n"))
	return nil
}

func frame(q *web.Req, title string) web.Frame {
	f := q.Frame(q.T.T(title))
	f.Surface = web.Public
	return f
}

// asked is the language a reader chose in so many words, if any.
func asked(q *web.Req) tilhor.Lang {
	if l, known := lang.Known(q.R.URL.Query().Get("l")); known {
		return l
	}
	return ""
}

// ahead says whether nobody has come yet: HEAD, or a browser that fetches
// beforehand, must neither begin a sign-in nor use one up.
func ahead(r *http.Request) bool {
	return r.Method == http.MethodHead || r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != ""
}
