package school

import (
	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// wallRoutes are the pages of what is closed to most (§ 12-5), of the serious
// case (§ 12-4) and of who cannot have a case; and those of the owner's people
// who are appointed for it.
func (p *Pages) wallRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}" + path, Name: "walls." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	owner := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/kommunen" + path, Name: "walls.owner." + name, Roles: []tilhor.Role{tilhor.RoleOwnerAdviser}, Case: true, Sensitive: true, Serve: serve}
	}
	standing := owner("POST", "/mottakere", "receivers", p.setReceiver)
	standing.Form = "/kommunen/meldinger"
	return []web.Route{
		{Method: "GET", Path: "/sperrede/{slug}", Name: "walls.sealed", Roles: given, Case: true, Sensitive: true, Serve: p.sealed},
		{Method: "POST", Path: "/sperrede/{slug}", Name: "walls.sealed.take", Roles: given, Case: true, Sensitive: true, Serve: p.takeSealed},
		track("GET", "/alvorlig", "serious", p.serious),
		track("POST", "/alvorlig", "serious.judge", p.judgeSerious),
		track("GET", "/kommunen", "told", p.toldOwner),
		track("POST", "/kommunen", "told.tell", p.tellOwner),
		track("GET", "/kommunen/{melding}/kvittering", "told.receipt", p.ownerReceipt),
		track("GET", "/inhabil", "recuse", p.recuse),
		track("POST", "/inhabil", "recuse.do", p.doRecuse),
		track("GET", "/inhabil/opphev", "recusal", p.recusal),
		track("POST", "/inhabil/opphev", "recusal.end", p.endRecusal),
		track("GET", "/hvem-det-gjelder", "accused", p.accused),
		track("POST", "/hvem-det-gjelder", "accused.name", p.nameAccused),
		track("GET", "/parten", "party", p.party),
		track("POST", "/parten", "party.write", p.writeParty),
		owner("GET", "/meldinger", "notices", p.notices),
		owner("GET", "/meldinger/nye", "notices.new", p.allFresh),
		standing,
		owner("GET", "/meldinger/{melding}", "notice", p.notice),
		owner("POST", "/meldinger/{melding}", "notice.appoint", p.appointFor),
	}
}

// wallNotes say on a track's page that it is closed, that somebody must be found
// for it, and that nobody has judged whether it is serious.
func wallNotes(w *lang.Words, f cases.File) (all []web.Note) {
	if f.Sealed != "" {
		all = append(all, web.Note{Color: "neutral", Title: w.T("sealed.track"), Text: w.T("sealed.track-text"), Href: path(f.Track, "kommunen"), Link: w.T("sealed.track-link")})
	}
	if r := f.Last(cases.Recused); r != nil && f.Handler == "" && f.State == cases.Open {
		n := web.Note{Color: "warning", Title: w.T("sealed.nobody"), Text: w.T("sealed.nobody-text")}
		if f.Lead {
			n.Href, n.Link = path(f.Track, "ansvar"), w.T("sealed.nobody-link")
		}
		all = append(all, n)
	}
	if f.Lead && !f.Over() {
		all = append(all, uncarried(w, f)...)
	}
	if f.Lead && f.State == cases.Open && f.Last(cases.Judged) == nil {
		all = append(all, web.Note{Color: "info", Title: w.T("sealed.unjudged"), Text: w.T("sealed.unjudged-text"), Href: path(f.Track, "alvorlig"), Link: w.T("sealed.unjudged-link")})
	}
	return all
}

// uncarried tells whoever leads a track of each who carries something out, is away,
// and has nobody instead.
func uncarried(w *lang.Words, f cases.File) (all []web.Note) {
	said := map[tilhor.PersonID]bool{}
	for _, m := range f.Measures {
		if m.Away == "" || said[m.Doer] {
			continue
		}
		said[m.Doer] = true
		all = append(all, web.Note{
			Color: "warning", Title: w.T("absence.uncarried", "who", m.Name, "date", w.DayMonth(m.Away)), Text: m.What,
			Href: path(f.Track, "tiltak-i-gang"), Link: w.T("absence.uncarried-link"),
		})
	}
	return all
}

// wallActs are what else can be done in a track.
func wallActs(w *lang.Words, f cases.File) (all []web.Button) {
	add := func(key, page string) {
		all = append(all, web.Button{Text: w.T(key), Href: path(f.Track, page), Kind: "tertiary"})
	}
	if f.Lead && f.State == cases.Open {
		add("sealed.do.serious", "alvorlig")
	}
	if f.Last(cases.ToldOwner) != nil {
		add("sealed.do.told", "kommunen")
	}
	if len(f.Accused) > 0 || len(f.Children) > 0 {
		add("sealed.do.party", "parten")
	}
	add("sealed.do.recuse", "inhabil")
	if f.Lead && len(f.Lifts) > 0 {
		add("sealed.do.lift", "inhabil/opphev")
	}
	if f.Lead && f.Sealed != "" {
		add("sealed.do.accused", "hvem-det-gjelder")
	}
	return all
}

// notAccused are the staff without those whom the track is known to be about.
func notAccused(all []roster.Employee, f cases.File) (out []roster.Employee) {
	for _, e := range all {
		if _, known := f.Accused[e.ID]; !known {
			out = append(out, e)
		}
	}
	return out
}

// unbarred are the staff without those who can have nothing to do with the track.
func unbarred(all []roster.Employee, f cases.File) (out []roster.Employee) {
	for _, e := range all {
		if !f.Barred[e.ID] {
			out = append(out, e)
		}
	}
	return out
}
