package web

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tilhor"
	"tilhor/internal/db"
)

// everyRole is everyone who can be signed in.
var everyRole = append([]tilhor.Role{
	tilhor.RolePupil, tilhor.RoleParent, tilhor.RolePPT, tilhor.RoleOwnerAdviser, tilhor.RoleDPO,
}, tilhor.StaffRoles...)

// own are the frame's own pages.
func (s *Site) own() []Route {
	anyone := []tilhor.Role{tilhor.RoleAnyone}
	get, post := http.MethodGet, http.MethodPost
	return []Route{
		{Method: get, Path: ExitPath, Name: "web.exit", Roles: anyone, Serve: exit},
		{Method: get, Path: TabletExit, Name: "web.exit.tablet", Roles: anyone, Tablet: true, Serve: exit},
		{Method: get, Path: "/utlogget", Name: "web.signed-out", Roles: anyone, Serve: signedOut},
		{Method: get, Path: rolePath, Name: "web.role", Roles: anyone, Serve: askRole},
		{Method: post, Path: rolePath, Name: "web.role.choose", Roles: anyone, Serve: chooseRole},
		{Method: get, Path: "/kladder", Name: "web.drafts", Roles: everyRole, Serve: drafts},
		{Method: get, Path: "/kladder/{id}", Name: "web.draft", Roles: everyRole, Serve: offerDraft},
		{Method: post, Path: "/kladder/{id}/slett", Name: "web.draft.drop", Roles: everyRole, Serve: dropOffered},
	}
}

// exit is the quick way out of the screen. It signs out when it is our own
// page that leads here, so that pressing back shows nothing. A browser too old to
// say who leads here (Safari before 16.4) is signed out too: another site's link can
// then sign it out, which is a nuisance; that what a child wrote stayed open behind
// the page they left would be worse. Where the browser says, no other site can.
// The page itself has no mark of ours.
func exit(q *Req) error {
	if site := q.R.Header.Get("Sec-Fetch-Site"); site == "same-origin" || site == "" {
		if err := SignOut(q); err != nil {
			return err
		}
	}
	home := "/"
	if q.Tablet != nil {
		home = TabletPath
	}
	var b bytes.Buffer
	err := goneTemplate.Execute(&b, map[string]any{"W": q.T, "Lang": q.Lang, "Home": q.Link(home)})
	if err != nil {
		return err
	}
	q.Write(http.StatusOK, "text/html; charset=utf-8", b.Bytes())
	return nil
}

type signedOutData struct {
	Frame
	Kept   bool
	Facts  Facts
	SignIn string
}

// signedOut says that the reader was signed out, and what became of the text.
func signedOut(q *Req) error {
	d := signedOutData{Frame: q.Frame(q.T.T("web.out.title")), SignIn: signInPath}
	id := q.Query(fieldDraft)
	var from, to int64
	err := tilhor.ErrNotFound
	if validID(id) {
		err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
			return tx.One(whenDraft, db.Args(q.Kit.Owner.ID, id, q.Now.UnixMilli()), &from, &to)
		})
	}
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return err
	}
	if err == nil {
		d.Title, d.Kept = q.T.T("web.out.kept-title"), true
		d.SignIn += "?neste=/kladder/" + id
		d.Facts = q.draftFacts(Draft{ID: id, At: ms(from), Ends: ms(to)})
	}
	return q.Render(signedOutPage, d)
}

func (q *Req) draftFacts(d Draft) Facts {
	return Facts{Items: []Fact{
		{Term: q.T.T("web.draft.saved"), Text: q.T.DateTime(d.At)},
		{Term: q.T.T("web.draft.reads"), Text: q.T.T("web.draft.reads-you")},
		{Term: q.T.T("web.draft.ends"), Text: q.T.T("web.draft.ends-on", "date", q.T.DateTime(d.Ends))},
	}}
}

type draftsData struct {
	Frame
	Drafts []draftShown
}

type draftShown struct {
	Facts          Facts
	Continue, Drop string
	Form           *Form
	N              string
	Texts          []KeptText
}

// drafts lists what was kept for the reader.
func drafts(q *Req) error {
	all, err := q.Drafts()
	if err != nil {
		return err
	}
	d := draftsData{Frame: q.Frame(q.T.T("web.drafts.title"))}
	for i, draft := range all {
		shown := q.showDraft(draft)
		shown.N = strconv.Itoa(i + 1)
		shown.Continue = "/kladder/" + draft.ID
		d.Drafts = append(d.Drafts, shown)
	}
	return q.Render(draftsPage, d)
}

func (q *Req) showDraft(d Draft) draftShown {
	return draftShown{Facts: q.draftFacts(d), Drop: "/kladder/" + d.ID + "/slett", Form: NewForm()}
}

// offerDraft shows what was kept and leads back to the page it was written on, to
// whom that page would open: what somebody wrote there is as sensitive as it is. Who
// wrote it in another of their roles is asked for that one.
func offerDraft(q *Req) error {
	if q.Actor.Role == tilhor.RolePupil { // had back where it was written, behind the lock there
		return tilhor.ErrNotFound
	}
	draft, err := q.draft(q.Path("id"))
	if err != nil {
		return err
	}
	page := q.site.writtenOn(draft)
	if !page.admits(q.Actor.Role) && page.admitsOne(q.who.actors) {
		return q.See(rolePath + "?neste=" + url.QueryEscape(q.here()))
	}
	if err := q.site.maySee(q, page); err != nil || q.wrote {
		return err
	}
	shown := q.showDraft(draft)
	shown.Continue = draft.path + "?" + fieldDraft + "=" + draft.ID
	f, err := formOf(draft.values)
	if err != nil {
		return err
	}
	shown.Texts = f.texts()
	frame := q.Frame(q.T.T("web.draft.title"))
	frame.Neutral, frame.Exit = true, true
	return q.Render(draftsPage, draftsData{Frame: frame, Drafts: []draftShown{shown}})
}

func dropOffered(q *Req) error {
	id := q.Path("id")
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.OnceAt(f, "/kladder", func() error {
		if _, err := q.draft(id); err != nil {
			return err
		}
		return q.shredDraft(id)
	})
}

type roleData struct {
	Frame
	Lead, Next string
	Form       *Form
	Choice     Field
	Faults     *Summary
}

// askRole asks who the reader wants to act as, when there is more than one
// answer. A person acts in one role at a time, and sees which; a role that the
// sign-in is too weak for is neither offered nor taken.
func askRole(q *Req) error { return showRoles(q, http.StatusOK, NewForm()) }

func showRoles(q *Req, code int, f *Form) error {
	if err := q.site.recognise(q); err != nil {
		return err
	}
	if q.who == nil {
		return q.See(signInPath)
	}
	next := q.Query("neste")
	if f.Has("neste") {
		next = f.Get("neste")
	}
	if len(q.who.actors) == 0 && len(q.who.beyond) > 0 {
		return q.See(strongerPath(q.Next(next, "")))
	}
	if len(q.who.actors) == 0 {
		return q.tell(http.StatusForbidden, notice{key: "norole", phone: true})
	}
	if only := q.who.actors[0]; len(q.who.actors) == 1 && q.Actor.Role == only.Role && code == http.StatusOK {
		return q.See(q.Next(next, q.Kit.home(only.Role))) // nothing to choose
	}
	d := roleData{Frame: q.Frame(q.T.T("web.role.title")), Form: f, Next: q.Next(next, ""), Faults: SummaryOf(q.T, f.Faults)}
	d.Faulty = len(f.Faults) > 0
	d.Choice = f.Field(q.T, "rolle", q.T.T("web.role.choice"))
	for _, a := range q.who.actors {
		d.Choice.Options = append(d.Choice.Options, Option{
			Value: roleKey(a), Label: q.T.T("role." + string(a.Role)), Help: q.unitOf(a), Checked: a == sameUnit(q.Actor, a),
		})
	}
	return q.RenderStatus(code, rolePage, d)
}

// roleKey names a role at a school, in the form.
func roleKey(a tilhor.Actor) string { return string(a.Role) + "@" + string(a.School) }

// sameUnit is a if it is what the reader acts as now.
func sameUnit(now, a tilhor.Actor) tilhor.Actor {
	if now.Role == a.Role && now.School == a.School {
		return a
	}
	return tilhor.Actor{}
}

func (q *Req) unitOf(a tilhor.Actor) string {
	if name := q.who.schools[a.School]; name != "" {
		return name
	}
	return q.Kit.Owner.Name
}

// chooseRole takes the choice. The session gets a new name: it may do other
// things from now on.
func chooseRole(q *Req) error {
	if err := q.site.recognise(q); err != nil {
		return err
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	if q.who == nil {
		return q.See(signInPath)
	}
	i := slices.IndexFunc(q.who.actors, func(a tilhor.Actor) bool { return roleKey(a) == f.Get("rolle") })
	if i < 0 {
		f.Faults.Add(true, "rolle", "web.role.fault")
		return showRoles(q, http.StatusUnprocessableEntity, f)
	}
	a := q.who.actors[i]
	x := q.session
	x.s.manager.Put(x.ctx, keyRole, string(a.Role))
	x.s.manager.Put(x.ctx, keySchool, string(a.School))
	if err := x.renew(); err != nil {
		return err
	}
	return q.See(q.Next(f.Get("neste"), q.Kit.home(a.Role)))
}
