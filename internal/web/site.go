package web

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"tilhor"
)

// answerWithin bounds one request: what takes longer is answered 503.
const answerWithin = 25 * time.Second

// A Site serves the pages of one owner.
type Site struct {
	kit      *Kit
	routes   []Route
	mux      *http.ServeMux
	files    map[string][]tilhor.Role // whose form may hold a file, by pattern
	even     map[string]bool          // patterns of which every answer has the same size
	cross    *http.CrossOriginProtection
	sessions *sessions
	shared   *sessions // of the shared machines at SFO
	people   *people
	limits   *Limits
}

// New makes a site with the frame's own pages; Mount adds the others.
func New(kit *Kit) (*Site, error) {
	if kit.Owner.ID == "" || kit.Clock == nil || kit.DB == nil || kit.Keys == nil || kit.Roster == nil {
		return nil, errors.New("a site needs an owner, a clock, a database, keys and a roster")
	}
	ses, err := newSessions(kit)
	if err != nil {
		return nil, err
	}
	s := &Site{
		kit: kit, mux: http.NewServeMux(), files: map[string][]tilhor.Role{}, even: map[string]bool{}, cross: http.NewCrossOriginProtection(),
		sessions: ses, shared: ses.onTablets(), people: newPeople(kit), limits: kit.Limits,
	}
	if s.limits == nil {
		s.limits = NewLimits(UsualBounds())
	}
	s.Mount(s.own())
	return s, nil
}

// Kit is what the site was made with.
func (s *Site) Kit() *Kit { return s.kit }

// Handler serves the site. It may be asked for once every route is mounted.
func (s *Site) Handler() http.Handler { return http.HandlerFunc(s.serve) }

// ByHost serves each owner's site at its host names, and nobody else's.
func ByHost(sites ...*Site) http.Handler {
	by := map[string]*Site{}
	for _, s := range sites {
		for _, h := range s.kit.Owner.Hosts {
			by[strings.ToLower(h)] = s
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s := by[hostname(r.Host)]; s != nil {
			s.serve(w, r)
			return
		}
		lastOnLine(w, r)
		misdirected(w)
	})
}

// serve is the way in: what is refused before anybody knows who is asking.
func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	s.secure(w.Header())
	lastOnLine(w, r)
	if !s.ourHost(r) {
		misdirected(w)
		return
	}
	if strings.HasPrefix(r.URL.Path, StaticPath) {
		Static().ServeHTTP(w, r)
		return
	}
	if to, ok := tidy(r); !ok {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	s.admit(w, r, s.reply)
}

// reply answers a request that has its turn.
func (s *Site) reply(w http.ResponseWriter, r *http.Request) {
	if err := s.sameSite(r); err != nil {
		s.fail(s.request(w, r, nil), err)
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		s.unknown(w, r)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// unknown answers an address we do not have, just as one that is refused.
func (s *Site) unknown(w http.ResponseWriter, r *http.Request) {
	q := s.request(w, r, nil)
	defer s.caught(q)
	if err := s.recognise(q); err != nil {
		s.fail(q, err)
		return
	}
	s.fail(q, tilhor.ErrNotFound)
}

// enter lets a person in to a route, or not; nothing of the thing asked for is
// looked up before that is settled.
func (s *Site) enter(w http.ResponseWriter, r *http.Request, route *Route) {
	if r.Method != http.MethodPost { // what is only looked at is true at one moment
		ctx, end := s.kit.DB.OneMoment(r.Context())
		defer end()
		r = r.WithContext(ctx)
	}
	q := s.request(w, r, route)
	defer s.caught(q)
	if err := s.mayEnter(q); err != nil {
		s.fail(q, err)
		return
	}
	if q.wrote {
		return
	}
	if err := route.Serve(q); err != nil {
		s.fail(q, err)
		return
	}
	if !q.wrote {
		s.fail(q, errSilent)
	}
}

var errSilent = errors.New("the page gave no answer")

func (s *Site) mayEnter(q *Req) error {
	route := q.Route
	if route.public() {
		return nil
	}
	look := s.recognise
	if route.Tablet {
		look = s.mayUse
	}
	if err := look(q); err != nil {
		return err
	}
	if route.Case && (q.R.Method == http.MethodHead || prefetch(q.R)) {
		return tilhor.ErrNotFound
	}
	return s.maySee(q, route)
}

// maySee asks of who is known what a route asks: the role, and on what is sensitive
// how surely it is they, and the training.
func (s *Site) maySee(q *Req, route *Route) error {
	if !route.admits(q.Actor.Role) {
		return s.turnAway(q, route)
	}
	if !route.Sensitive {
		return nil
	}
	if k := s.kit; k.Level == nil || !k.Level(q.Actor.Role, q.session.Get(keyIssuer), q.session.Get(keyACR)) {
		return s.stronger(q)
	}
	if !q.Actor.Trained && !q.Actor.Role.Family() { // the training is for those who work with others' children
		return errUntrained
	}
	return nil
}

// turnAway answers who may not come: a stranger is shown the door in, a person
// with several roles the choice of one, whose role for this needs a stronger
// sign-in, or who has none but such, the way to that, and anyone else finds nothing.
func (s *Site) turnAway(q *Req, route *Route) error {
	beyond := q.Tablet == nil && q.who != nil && route.admitsOne(q.who.beyond)
	switch {
	case q.Actor.Role != tilhor.RoleAnyone && !beyond, q.R.Method == http.MethodHead:
		return tilhor.ErrNotFound
	case q.Actor.Role != tilhor.RoleAnyone:
		return s.stronger(q)
	case q.Tablet != nil:
		return s.knock(q)
	case q.R.Method == http.MethodPost:
		return s.keepForLater(q)
	case q.who != nil && len(q.who.actors) > 0 && (!beyond || route.admitsOne(q.who.actors)):
		return q.See(rolePath + "?neste=" + url.QueryEscape(q.here()))
	case q.who != nil && len(q.who.beyond) > 0:
		return s.stronger(q)
	}
	return q.See(signInPath + "?neste=" + url.QueryEscape(q.here()))
}

// stronger sends on to a stronger sign-in, the text kept if there is any.
func (s *Site) stronger(q *Req) error {
	if q.R.Method == http.MethodPost {
		return s.keepForLater(q)
	}
	return q.See(strongerPath(q.here()))
}

// strongerPath is where a person signs in more strongly, and then goes on to path.
func strongerPath(path string) string {
	return signInPath + "?niva=hoyt&neste=" + url.QueryEscape(path)
}

const (
	signInPath = "/logg-inn"
	rolePath   = "/rolle"
)

// tidy says whether the address is written the one way we write it, and else
// how: no double or final slash, no dots.
func tidy(r *http.Request) (string, bool) {
	p := r.URL.EscapedPath()
	clean := path.Clean("/" + strings.TrimLeft(p, "/"))
	if p == clean || p == "" {
		return "", true
	}
	to := clean
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return to, false
}

// prefetch says whether a browser asks without anybody having asked it to: a
// reading would then be written that nobody did.
func prefetch(r *http.Request) bool {
	for _, h := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		v := strings.ToLower(r.Header.Get(h))
		if strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") || strings.Contains(v, "preview") {
			return true
		}
	}
	return false
}
