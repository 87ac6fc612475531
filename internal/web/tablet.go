package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"tilhor"

	"github.com/alexedwards/scs/v2"
)

// TabletPath is where everything lies that a shared machine at SFO can reach:
// its cookies are sent nowhere else.
const TabletPath = "/sfo-enhet"

// TabletExit is the quick way out there.
const TabletExit = TabletPath + "/bort"

// tabletIdle is how long a sign-in on a shared machine lasts after the last thing
// done.
const tabletIdle = 5 * time.Minute

// TabletAway is said of a page that must not stay on the screen longer than the
// sign-in lasts (the header Refresh).
var TabletAway = fmt.Sprintf("%d; url=%s", int((tabletIdle+10*time.Second)/time.Second), TabletPath)

// tabletIssuer is what a sign-in with a PIN is said to come from. It is no
// provider, so it is enough for no sensitive page (signin.Enough).
const tabletIssuer = "sfo"

// A Tablet is the shared machine that asks: let in by who leads SFO at a school.
type Tablet struct {
	ID     string
	School tilhor.SchoolID
	Name   string
	Open   bool      // within the hours
	Closes time.Time // when they end
	Stamp  string    // of the PIN of the person asked about, "" for none that holds
}

// level is what a sign-in on the machine is bound to: itself, and the PIN.
func (t *Tablet) level(stamp string) string { return t.ID + " " + stamp }

func (s *Site) tabletCookie() string { return strict(s.kit, "tilhor-enhet") }

// strict is the name of a cookie that is for one path.
func strict(kit *Kit, name string) string {
	if kit.Owner.HTTPS {
		return "__Secure-" + name
	}
	return name
}

// onTablets are the sign-ins on shared machines: in the same table, but shorter,
// sent to one path, and sealed as what they are. A token of one kind opens
// nothing as the other.
func (s *sessions) onTablets() *sessions {
	t := &sessions{
		kit: s.kit, key: s.key, once: s.once, manager: scs.New(), cookie: strict(s.kit, "tilhor-sfo"),
		path: TabletPath, same: http.SameSiteStrictMode, idle: tabletIdle, label: "tablet session",
	}
	t.manager.Store, t.manager.Codec, t.manager.Lifetime = t, sessionJSON{}, lastsFor
	return t
}

// newTablet is held for a moment by a browser that has become the shared machine, so
// that the page after the provider's sign-out leads to the machine's own.
const newTablet = "tilhor-enhet-ny"

// EnrollTablet lets the browser hold what makes it the shared machine, and signs
// out who let it in, at the provider too: others stand at it next, and would be let in
// again by the sign-in that the browser holds there. It is the answer.
func (q *Req) EnrollTablet(token string) error {
	http.SetCookie(q.W, &http.Cookie{
		Name: q.site.tabletCookie(), Value: token, Path: TabletPath, MaxAge: 400 * 24 * 3600,
		HttpOnly: true, Secure: q.Kit.Owner.HTTPS, SameSite: http.SameSiteStrictMode,
	})
	if q.Kit.SignOut != nil {
		q.becameTablet = true
		return q.Kit.SignOut(q)
	}
	if err := SignOut(q); err != nil {
		return err
	}
	return q.See(TabletPath)
}

func (q *Req) markTablet(seconds int) {
	http.SetCookie(q.W, &http.Cookie{
		Name: newTablet, Value: "1", Path: "/", MaxAge: seconds, HttpOnly: true, Secure: q.Kit.Owner.HTTPS, SameSite: http.SameSiteLaxMode,
	})
}

// ToProvider is said when the browser is sent to end the sign-in at the provider: if it
// has just become the shared machine, that is remembered until it is back.
func (q *Req) ToProvider() {
	if q.becameTablet {
		q.markTablet(600)
	}
}

// BecameTablet says, once, whether the browser has just become the shared machine.
func (q *Req) BecameTablet() bool {
	if q.becameTablet {
		return true
	}
	if _, err := q.R.Cookie(newTablet); err != nil {
		return false
	}
	q.markTablet(-1)
	return true
}

// EnterTablet signs a person in on the machine, with the PIN that has this stamp.
// Whoever was signed in on it is signed out.
func EnterTablet(q *Req, person tilhor.PersonID, stamp string) error {
	if q.Tablet == nil || !q.Tablet.Open || stamp == "" {
		return tilhor.ErrNotFound
	}
	actor := tilhor.Actor{Role: tilhor.RoleSFO, School: q.Tablet.School}
	return SignIn(q, person, actor, q.Tablet.level(stamp), tabletIssuer)
}

// mayUse lets in on the machine's own pages: the machine, and on what is one
// person's, who has signed in on it. Without the machine there is no such page.
func (s *Site) mayUse(q *Req) error {
	c, err := q.R.Cookie(s.tabletCookie())
	if err != nil || s.kit.Tablet == nil || len(c.Value) < 40 || len(c.Value) > 64 {
		return s.noTablet(q)
	}
	x, err := q.Session()
	if err != nil {
		return err
	}
	person := tilhor.PersonID(x.Get(keyPerson))
	t, err := s.kit.Tablet(q.Context(), c.Value, person)
	if errors.Is(err, tilhor.ErrNotFound) {
		return s.noTablet(q)
	}
	if err != nil {
		return err
	}
	q.Tablet = &t
	if person == "" || !t.Open || t.Stamp == "" || x.Get(keyACR) != t.level(t.Stamp) {
		return nil
	}
	if err := s.recognise(q); err != nil {
		return err
	}
	if q.Actor.Role != tilhor.RoleSFO || q.Actor.School != t.School {
		q.Actor, q.who, q.person = tilhor.Actor{Owner: s.kit.Owner.ID, Role: tilhor.RoleAnyone}, nil, ""
	}
	return nil
}

// noTablet answers as an address that we do not have.
func (s *Site) noTablet(q *Req) error {
	q.Route, q.Tablet, q.session = nil, nil, nil
	if err := s.recognise(q); err != nil {
		return err
	}
	return tilhor.ErrNotFound
}

// knock leads back to the question of who it is. What was written when a sign-in
// had ended is kept for its person, and comes back after the PIN.
func (s *Site) knock(q *Req) error {
	if q.R.Method != http.MethodPost {
		return q.See(TabletPath)
	}
	return s.keepForLater(q)
}

// kept is where to go on from a text that was kept.
func (q *Req) kept(id string) string {
	if q.Tablet != nil {
		return TabletPath + "?" + url.Values{fieldDraft: {id}}.Encode()
	}
	return "/utlogget?kladd=" + id
}

// KeptText is the id of a text that waits for whoever signs in now on the
// machine, from the address or the form that carries it along; "" for none.
func (q *Req) KeptText(id string) string {
	if !validID(id) {
		return ""
	}
	return id
}

// sessionsOf are the sign-ins that count where the request is: those of the
// machine on its own pages, and the ordinary ones everywhere else.
func (q *Req) sessionsOf() *sessions {
	if q.Route != nil && q.Route.Tablet {
		return q.site.shared
	}
	return q.site.sessions
}

// tokenOf is the sign-in a request comes with, for a fair turn.
func (s *Site) tokenOf(r *http.Request) string {
	if t := s.sessions.token(r); t != "" {
		return t
	}
	return s.shared.token(r)
}
