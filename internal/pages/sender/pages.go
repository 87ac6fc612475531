// Package sender holds the pages of whoever told the school something and comes
// back: with the seven words of a code, or signed in as a pupil or a parent.
//
// The code stands in the body of forms and nowhere else: no cookie, no address,
// no title and no log has it. Every page of the way with a code has the same size,
// says no time finer than the hour, and works without JavaScript.
package sender

import (
	"embed"
	"net/http"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/dialogue"
	"tilhor/internal/front"
	"tilhor/internal/lang"
	"tilhor/internal/web"
	"tilhor/internal/web/say"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the pages of who told something.
type Pages struct {
	Dialogue *dialogue.Desk
	Front    *front.Desk // when the school reads; nil where a test has none
	Lock     web.Latch   // stands before the talk of a pupil who is signed in; nil where a test has none
}

// Addresses of the pages with a code.
const (
	EnterPath = "/kode"
	TalkPath  = "/samtale"
)

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	family := []tilhor.Role{tilhor.RolePupil, tilhor.RoleParent}
	return []web.Route{
		{Method: "GET", Path: "/s/{skole}/si/kode", Name: "sender.code.about", Even: true, Roles: anyone, Further: true, Serve: p.about},
		{Method: "POST", Path: "/s/{skole}/si/kode", Name: "sender.code", Even: true, Roles: anyone, Further: true, Serve: p.code},
		{Method: "GET", Path: EnterPath, Name: "sender.enter", Even: true, Roles: anyone, Further: true, Serve: p.enter},
		{Method: "GET", Path: EnterPath + "/bilde", Name: "sender.enter.picture", Roles: anyone, Serve: p.picture},
		{Method: "GET", Path: TalkPath, Name: "sender.talk.none", Roles: anyone, Serve: p.none},
		{Method: "POST", Path: TalkPath, Name: "sender.talk", Even: true, Form: EnterPath, Roles: anyone, Further: true, Serve: p.talk},
		{Method: "GET", Path: ownPath + "{slug}", Name: "sender.own", Roles: family, Case: true, Further: true, Serve: p.Lock.Behind(p.own)},
		{Method: "POST", Path: ownPath + "{slug}", Name: "sender.own.write", Roles: family, Case: true, Further: true, Serve: p.Lock.Behind(p.writeOwn)},
	}
}

// Names of the fields of the forms here.
const (
	fieldCode = "kode"
	fieldDo   = "gjor"
)

// frame is what surrounds a page here: a tab that tells nothing, a quick way out.
func frame(q *web.Req, title string) web.Frame {
	q.W.Header().Set("X-Robots-Tag", "noindex")
	f := q.Frame(title)
	f.Neutral, f.Exit, f.Level = true, true, "13+"
	if q.R.Method == http.MethodPost {
		f.Langs = nil // a change of language is a new page, and would lose what is written
	}
	return f
}

// hours says when the school reads next. past is that the municipality reads it.
func (p *Pages) hours(q *web.Req, school tilhor.SchoolID, past bool) (string, error) {
	if past {
		return q.T.T("dialogue.owner-hours"), nil
	}
	r, err := say.Reads(q, p.Front, school)
	if err != nil || r.Now {
		return q.T.T("dialogue.open"), err
	}
	today := calendar.DateOf(q.Now)
	return q.T.T("dialogue.shut", "day", lang.Spoken(func(w *lang.Words) string {
		if r.Next.Sub(today) < 2 {
			return w.NearDay(r.Next, today)
		}
		return w.Weekday(r.Next) + " " + w.DayMonth(r.Next)
	})), nil
}
