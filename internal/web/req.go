package web

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
)

// A Req is one request, with what a page needs to answer it: who acts, in which
// language, and the time it all happens at.
type Req struct {
	W     http.ResponseWriter
	R     *http.Request
	Kit   *Kit
	Route *Route // nil at an address we do not have
	Actor tilhor.Actor
	Lang  tilhor.Lang // of this page
	T     *lang.Words
	Now   time.Time

	Tablet *Tablet // the shared machine that asks, on its own pages

	Open time.Duration // how long what the page shows may still stand open on this screen; 0 for ever

	site    *Site
	chose   tilhor.Lang // what the reader asked for, also where the page has it not
	session *Session
	who     *somebody
	person  tilhor.PersonID
	form    *Form
	formErr error
	counts  map[string]int
	wrote   bool

	becameTablet bool        // by this request
	carried      *db.Carried // with what the form's act writes
}

func (s *Site) request(w http.ResponseWriter, r *http.Request, route *Route) *Req {
	ctx, carried := db.Carrying(r.Context())
	q := &Req{
		W: w, R: r.WithContext(ctx), Kit: s.kit, Route: route, site: s, Now: s.kit.Now(), carried: carried,
		Actor: tilhor.Actor{Owner: s.kit.Owner.ID, Role: tilhor.RoleAnyone},
	}
	q.chooseLang()
	return q
}

// Context bounds what the page does: it ends when the reader leaves or waits
// too long.
func (q *Req) Context() context.Context { return q.R.Context() }

// Path is a part of the address, "" when it cannot be an id or a name of ours.
func (q *Req) Path(name string) string {
	v := q.R.PathValue(name)
	if len(v) > 200 || !plain(v) {
		return ""
	}
	return v
}

// Query is a value from the address, "" when it cannot be a text.
func (q *Req) Query(name string) string {
	v := q.R.URL.Query().Get(name)
	if len(v) > 2000 || !plain(v) {
		return ""
	}
	return v
}

func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

const langCookie = "l"

// chooseLang settles the language. ?l= wins; for who is signed in it is
// remembered in a cookie that holds nothing else. Public pages set no cookie:
// there it goes with every link.
func (q *Req) chooseLang() {
	l, asked := q.askedLang()
	signedIn := q.person != ""
	if !asked && signedIn {
		if c, err := q.R.Cookie(langCookie); err == nil {
			l, asked = lang.Known(c.Value)
		}
	}
	if !asked {
		l = lang.Match(q.R.Header.Get("Accept-Language"), q.more()...)
	}
	q.chose = l
	q.Speak(l)
	if _, asked := q.askedLang(); asked && signedIn {
		http.SetCookie(q.W, &http.Cookie{
			Name: langCookie, Value: string(q.chose), Path: "/", MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: q.Kit.Owner.HTTPS, SameSite: http.SameSiteLaxMode,
		})
	}
}

// Speak has the page speak a language, or what is said instead where the page does
// not exist in it.
func (q *Req) Speak(l tilhor.Lang) {
	if !slices.Contains(q.more(), l) {
		l = lang.Instead(l)
	}
	q.Lang, q.T = l, lang.For(l)
}

func (q *Req) askedLang() (tilhor.Lang, bool) { return lang.Known(q.R.URL.Query().Get("l")) }

// LangLinks are links to the page at u in the languages that this one exists in.
func (q *Req) LangLinks(u *url.URL) []LangLink { return LangLinks(q.Lang, u, q.more()...) }

// more are the further languages of the page. Sámi is on every page that a child or
// a parent may come to: it is bokmål with the words that are found.
func (q *Req) more() []tilhor.Lang {
	switch {
	case q.Route == nil:
		return nil
	case q.Route.Further:
		return lang.Further
	case slices.ContainsFunc([]tilhor.Role{tilhor.RoleAnyone, tilhor.RolePupil, tilhor.RoleParent}, q.Route.admits):
		return []tilhor.Lang{tilhor.Sami}
	}
	return nil
}

// Link is the address of a page of ours as a link on this page has it: on a
// public page the language chosen goes with it.
func (q *Req) Link(path string) string {
	l, asked := q.askedLang()
	if !asked || q.person != "" {
		return path
	}
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	v := u.Query()
	if v.Get("l") == "" {
		v.Set("l", string(l))
		u.RawQuery = v.Encode()
	}
	return u.String()
}

// See sends the reader on to a page of ours, after a form (303).
func (q *Req) See(path string) error {
	if !ours(path) {
		return errors.New("sent on to an address that is not ours")
	}
	q.wrote = true
	q.W.Header().Set("Location", q.Link(path))
	q.W.WriteHeader(http.StatusSeeOther)
	return nil
}

// Next is where the reader wanted to go, from ?neste= or a form, if that is an
// address of ours, and else instead.
func (q *Req) Next(path, instead string) string {
	if len(path) <= 1000 && ours(path) {
		return path
	}
	return instead
}

// ours says whether a path stays on this site, however a browser reads it.
func ours(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') || !plain(path) {
		return false
	}
	u, err := url.Parse(path)
	return err == nil && u.Host == "" && u.Scheme == ""
}

// here is the address asked for, for the way back after signing in.
func (q *Req) here() string { return q.R.URL.RequestURI() }

// A Page is one parsed page.
type Page struct{ t *template.Template }

// Pages parses every page of a package when the program starts, and gives them
// by file name without folder and suffix: pages := web.Pages(files, "track").
func Pages(files embed.FS) func(name string) *Page {
	return func(name string) *Page {
		for _, dir := range []string{"", "templates/"} {
			if f, err := files.Open(dir + name + ".html"); err == nil {
				f.Close()
				return &Page{ParsePage(files, dir+name+".html")}
			}
		}
		panic("no page " + name + ".html")
	}
}

// Render answers 200 with a page. The data embeds a Frame.
func (q *Req) Render(page *Page, data any) error { return q.RenderStatus(http.StatusOK, page, data) }

// RenderStatus answers with a page and a status: 422 with faults, 409 when
// someone else wrote meanwhile. The page is whole before its first byte goes.
func (q *Req) RenderStatus(code int, page *Page, data any) error {
	return draw(page.t, data, func(b []byte) {
		if q.even() {
			b = padded(b, EvenSize) // and never packed: how well a text packs tells of it
		} else {
			b = pack(q.W, q.R, b)
		}
		q.Write(code, "text/html; charset=utf-8", b)
	})
}

// Write answers with what is not a page: a receipt's file, a picture.
func (q *Req) Write(code int, kind string, body []byte) {
	q.wrote = true
	q.W.Header().Set("Content-Type", kind)
	q.W.WriteHeader(code)
	if q.R.Method != http.MethodHead {
		q.W.Write(body) // a reader who has left is no fault of ours
	}
}

// Near is when something was, as closely as it may be known: of who told without a
// name the hour. It is said as the text says it that it is filled into.
func (q *Req) Near(at time.Time, exact bool) lang.Spoken {
	return func(w *lang.Words) string {
		if exact {
			return w.Near(at, q.Now)
		}
		hour := func(t time.Time) string { return t.In(lang.Oslo).Format("15") }
		return w.T("dialogue.hour", "day", w.NearDay(calendar.DateOf(at), calendar.DateOf(q.Now)), "from", hour(at), "to", hour(at.Add(time.Hour)))
	}
}

// closesEach is a step of Frame.Closes.
const closesEach = 15 * time.Second

// Frame is what surrounds a page for who reads it. The title begins as the h1
// does; on a page of a case the tab does not show it. Children, families and
// the public have a quick way out everywhere, staff where a case is shown.
func (q *Req) Frame(title string) Frame {
	f := Frame{
		W: q.T, Title: title, Owner: q.Kit.Owner.Name, Demo: q.Kit.Owner.Demo,
		Langs: q.LangLinks(q.R.URL), Home: q.Link("/"), Surface: Public, Exit: true,
	}
	_, f.Keep, _ = strings.Cut(q.Link("/"), "/")
	if q.Route != nil {
		f.Neutral = q.Route.Case
	}
	if q.Open > 0 {
		f.Closes = max(1, int(q.Open/closesEach))
	}
	if q.Tablet != nil {
		f.Surface, f.Exit, f.Home = Work, false, TabletPath
	}
	if q.who == nil {
		return f
	}
	if q.Tablet != nil {
		return q.onTablet(f)
	}
	f.Who, f.SignOut = q.who.name, "/logg-ut"
	if r := q.Actor.Role; r != tilhor.RolePupil && r != tilhor.RoleParent {
		f.Surface, f.Exit = Work, f.Neutral
	}
	if len(q.who.actors) > 1 {
		f.Roles = rolePath
	}
	if q.Actor.Role == tilhor.RoleAnyone {
		return f
	}
	f.Home = q.Kit.home(q.Actor.Role)
	f.RoleName = q.T.T("role." + string(q.Actor.Role))
	f.School = q.who.schools[q.Actor.School]
	if q.Kit.Nav != nil {
		f.Nav = q.Kit.Nav(q)
	}
	if q.Kit.Rooms != nil {
		f.Rooms = q.Kit.Rooms(q)
	}
	return f
}

// onTablet is the frame on the shared machine: no menu and no other role; a way to
// sign out, and who it is.
func (q *Req) onTablet(f Frame) Frame {
	f.Who, f.Leave, f.Home, f.Surface, f.Exit = q.who.name, TabletPath+"/ut", TabletPath+"/her", Work, f.Neutral
	f.RoleName, f.School = q.T.T("role."+string(q.Actor.Role)), q.who.schools[q.Actor.School]
	return f
}

// Who is the name of the one who is signed in, as others see it.
func (q *Req) Who() string {
	if q.who == nil {
		return ""
	}
	return q.who.name
}

// School is the name of the school the reader acts at, "" for none.
func (q *Req) School() string {
	if q.who == nil {
		return ""
	}
	return q.who.schools[q.Actor.School]
}

// NewConcerns is the name of the number of concerns that wait for the reader.
const NewConcerns = "concerns.new"

// Count asks for a number once a request: the menu and a heading may want the
// same. name tells which.
func (q *Req) Count(name string, ask func() (int, error)) (int, error) {
	if n, known := q.counts[name]; known {
		return n, nil
	}
	n, err := ask()
	if err != nil {
		return 0, err
	}
	q.Counted(name, n)
	return n, nil
}

// Counted says a number that was found out on the way to something else.
func (q *Req) Counted(name string, n int) {
	if q.counts == nil {
		q.counts = map[string]int{}
	}
	q.counts[name] = n
}
