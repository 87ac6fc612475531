// Package public holds the pages that need no account: the municipality's front
// page, each school's own page, the form for an employee without an account,
// its receipt, and what is said of privacy, accessibility and help. They set no
// cookie and load nothing from anybody else.
package public

import (
	"embed"

	"tilhor"
	"tilhor/internal/concerns"
	"tilhor/internal/front"
	"tilhor/internal/ideas"
	"tilhor/internal/roster"
	"tilhor/internal/web"
	"tilhor/internal/web/say"
	"tilhor/internal/web/tell"
)

//go:embed *.html
var files embed.FS

var page = web.Pages(files)

// Pages are the public pages.
type Pages struct {
	Concerns *concerns.Desk
	Front    *front.Desk                                     // what each school's page says; nil where a test has none
	Ideas    *ideas.Desk                                     // what was suggested and answered; nil where a test has none
	Code     func(owner tilhor.OwnerID, token string) string // the code of one sending; nil where none is given
	Bodies   bool                                            // what the formal bodies decided is there to read (internal/pages/body)
	read     median
	People   []Face // made-up people to sign in as, in a demo; none when it is for real
}

// A Face is one made-up person, and the way in as that person.
type Face struct{ Name, Role, School, Href string }

// everyone is the front page's: it knows who is signed in, to send them on.
var everyone = append([]tilhor.Role{tilhor.RoleAnyone, tilhor.RolePupil, tilhor.RoleParent, tilhor.RolePPT, tilhor.RoleOwnerAdviser, tilhor.RoleDPO}, tilhor.StaffRoles...)

// Routes lists every page of the package.
func (p *Pages) Routes() []web.Route {
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	t := tell.Screens{
		Concerns: p.Concerns, Open: true, School: (*web.Req).SchoolHere,
		Leave: func(_ *web.Req, s roster.School) string { return "/s/" + web.SchoolCode(s) },
		Sent:  func(_, secret string) string { return "/kvittering/" + secret },
	}
	told := p.telling()
	return []web.Route{
		{Method: "GET", Path: "/", Name: "public.home", Roles: everyone, Further: true, Serve: p.home},
		{Method: "GET", Path: "/s/{skole}", Name: "public.school", Roles: anyone, Further: true, Serve: p.school},
		{Method: "GET", Path: "/s/{skole}/plakat", Name: "public.poster", Roles: anyone, Further: true, Serve: p.poster},
		{Method: "GET", Path: "/s/{skole}" + didPath, Name: "public.did", Roles: anyone, Serve: p.did},
		{Method: "GET", Path: "/s/{skole}/ansatt", Name: "public.tell", Roles: anyone, Serve: t.Show},
		{Method: "POST", Path: "/s/{skole}/ansatt", Name: "public.tell.step", Roles: anyone, Serve: t.Step},
		{Method: "GET", Path: "/s/{skole}/si", Name: "public.say", Even: true, Roles: anyone, Further: true, Serve: told.Show},
		{Method: "GET", Path: "/s/{skole}/si/bilder", Name: "public.say.pictures", Even: true, Roles: anyone, Further: true, Serve: told.Pictures},
		{Method: "POST", Path: "/s/{skole}/si", Name: "public.say.step", Even: true, Roles: anyone, Further: true, Serve: told.Step},
		{Method: "GET", Path: "/kvittering/{kode}", Name: "public.receipt", Roles: anyone, Serve: p.receipt},
		{Method: "GET", Path: "/kvittering/{kode}/fil", Name: "public.receipt.file", Roles: anyone, Serve: p.receiptFile},
		{Method: "GET", Path: "/kvittering/{kode}/bilde", Name: "public.receipt.picture", Roles: anyone, Serve: p.receiptPicture},
		{Method: "GET", Path: "/personvern", Name: "public.privacy", Roles: anyone, Further: true, Serve: text("privacy")},
		{Method: "GET", Path: "/personvern/{nivaa}", Name: "public.privacy.level", Roles: anyone, Serve: p.privacyFor},
		{Method: "GET", Path: "/rettigheter/{nivaa}", Name: "public.rights", Roles: anyone, Further: true, Serve: p.rights},
		{Method: "GET", Path: "/tilgjengelighet", Name: "public.accessibility", Roles: anyone, Serve: text("accessibility")},
		{Method: "GET", Path: "/hjelp", Name: "public.help", Roles: anyone, Further: true, Serve: text("help")},
	}
}

// telling is the form for whoever tells without signing in.
func (p *Pages) telling() *say.Screens {
	return &say.Screens{
		Concerns: p.Concerns, Open: true, School: (*web.Req).SchoolHere, Adults: Adults(p.Front), Front: p.Front, Within: p.within,
		Leave:    func(_ *web.Req, s roster.School) string { return "/s/" + web.SchoolCode(s) },
		Start:    func(*web.Req, roster.School) string { return "9-12" },
		Code:     p.Code,
		CodePath: func(s roster.School) string { return "/s/" + web.SchoolCode(s) + "/si/kode" },
	}
}

// A phone is a number as one reads it and as one dials it.
type phone struct{ Number, Dial string }

func phoneOf(q *web.Req) *phone {
	if q.Kit.Owner.Phone == "" {
		return nil
	}
	return &phone{q.Kit.Owner.Phone, web.Dial(q.Kit.Owner.Phone)}
}
