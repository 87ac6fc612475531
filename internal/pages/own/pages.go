// Package own holds the page where a person who is signed in, whoever it is,
// chooses how to be told that there is something to read: by mail or not, in
// which language, and in a calendar of their own.
package own

import (
	"embed"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/lang"
	"tilhor/internal/notices"
	"tilhor/internal/web"

	ics "github.com/arran4/golang-ical"
)

//go:embed *.html
var files embed.FS

var noticesPage = web.Pages(files)("notices")

const (
	noticesPath  = "/varsler"
	calendarPath = "/kalender/"
)

// Pages are the page of notices, and the calendar it gives an address to.
type Pages struct {
	Notices *notices.Desk
	Base    string // where the site is, as an address that is copied begins
}

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	all := append([]tilhor.Role{tilhor.RolePupil, tilhor.RoleParent, tilhor.RolePPT, tilhor.RoleOwnerAdviser, tilhor.RoleDPO}, tilhor.StaffRoles...)
	return []web.Route{
		{Method: "GET", Path: noticesPath, Name: "own.notices", Roles: all, Further: true, Serve: p.show},
		{Method: "POST", Path: noticesPath, Name: "own.notices.choose", Roles: all, Further: true, Serve: p.choose},
		{Method: "POST", Path: noticesPath + "/kalender", Name: "own.calendar.open", Roles: notices.Dated, Form: noticesPath, Further: true, Serve: p.open},
		{Method: "POST", Path: noticesPath + "/kalender/slutt", Name: "own.calendar.end", Roles: notices.Dated, Form: noticesPath, Further: true, Serve: p.end},
		{Method: "GET", Path: calendarPath + "{hemmelig}", Name: "public.calendar", Roles: []tilhor.Role{tilhor.RoleAnyone}, Serve: p.calendar},
	}
}

type view struct {
	web.Frame
	Faults  *web.Summary
	Done    *web.Note
	Form    *web.Form
	Address string // nobody is told at none
	Mail    web.Field
	In      web.Field
	Dated   bool // the role has days for a calendar
	Feed    string
}

func (p *Pages) show(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.draw(q, http.StatusOK, f)
}

func (p *Pages) draw(q *web.Req, code int, f *web.Form) error {
	w := q.T
	c, address, err := p.Notices.ChoiceOf(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	feed, err := p.Notices.FeedOf(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	if !f.Has("mail") {
		f.Set("mail", map[bool]string{true: "yes", false: "no"}[c.Mail])
	}
	if !f.Has("lang") {
		f.Set("lang", string(c.Lang))
	}
	v := view{Frame: q.Frame(w.T("notices.title")), Form: f, Faults: web.SummaryOf(w, f.Faults), Dated: slices.Contains(notices.Dated, q.Actor.Role)}
	v.Faulty = v.Faults != nil
	if !address {
		v.Address = w.T("notices.no-address")
	}
	v.Mail = f.Field(w, "mail", w.T("notices.mail"))
	for _, m := range []string{"yes", "no"} {
		v.Mail.Options = append(v.Mail.Options, web.Option{Value: m, Label: w.T("notices.mail." + m), Checked: f.Get("mail") == m})
	}
	v.In = f.Field(w, "lang", w.T("notices.lang"))
	for _, l := range slices.Concat(lang.Langs, lang.Further) {
		v.In.Options = append(v.In.Options, web.Option{Value: string(l), Label: web.LangName(l), Checked: f.Get("lang") == string(l)})
	}
	if feed != "" {
		v.Feed = p.Base + calendarPath + feed
	}
	switch q.Query("gjort") {
	case "valgt":
		v.Done = &web.Note{Color: "success", Title: w.T("notices.chosen"), Role: "status"}
	case "kalender":
		v.Done = &web.Note{Color: "success", Title: w.T("notices.opened"), Role: "status"}
	case "slutt":
		v.Done = &web.Note{Color: "success", Title: w.T("notices.ended"), Role: "status"}
	}
	return q.RenderStatus(code, noticesPage, v)
}

func (p *Pages) choose(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	err = p.Notices.Choose(q.Context(), q.Actor, notices.Choice{Mail: f.Choice("mail", "notices.fault.mail", "yes", "no") == "yes", Lang: tilhor.Lang(f.Line("lang"))})
	if f.Faults = append(f.Faults, tilhor.FaultsOf(err)...); len(f.Faults) > 0 {
		return p.draw(q, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.See(noticesPath + "?gjort=valgt")
}

func (p *Pages) open(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.OnceAt(f, noticesPath+"?gjort=kalender", func() error { return p.Notices.OpenFeed(q.Context(), q.Actor) })
}

func (p *Pages) end(q *web.Req) error {
	if _, err := q.Form(); err != nil {
		return err
	}
	if err := p.Notices.EndFeed(q.Context(), q.Actor); err != nil {
		return err
	}
	return q.See(noticesPath + "?gjort=slutt")
}

// calendar is what a calendar program reads (RFC 5545): days without a reason.
func (p *Pages) calendar(q *web.Req) error {
	f, err := p.Notices.Feed(q.Context(), q.Actor.Owner, q.Path("hemmelig"))
	if err != nil {
		return err
	}
	w := lang.For(f.Lang)
	c := ics.NewCalendarFor("Tilhør")
	c.SetMethod(ics.MethodPublish)
	c.SetName(w.T("notices.calendar"))
	for _, day := range f.Days {
		e := c.AddEvent(fmt.Sprintf("%s-%s@tilhor", f.ID, day))
		e.SetDtStampTime(calendar.Start(calendar.DateOf(q.Now)))
		e.SetAllDayStartAt(day.Time())
		e.SetAllDayEndAt(day.Time().Add(24 * time.Hour))
		e.SetSummary(w.T("notices.event"))
		e.SetClass(ics.ClassificationPrivate)
		e.SetTimeTransparency(ics.TransparencyTransparent)
	}
	q.Write(http.StatusOK, "text/calendar; charset=utf-8", []byte(c.Serialize()))
	return nil
}
