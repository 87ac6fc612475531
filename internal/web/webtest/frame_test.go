package webtest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

// elsewhere are pages the frame links to and others mount.
var elsewhere = []string{"/", "/tilgjengelighet", "/personvern", "/rettigheter/11", "/varsler", "/hjelp", "/logg-inn", "/logg-ut", "/i-dag", "/saker/abcdefghij", "/borte"}

var wrongs = map[string]error{
	"broken": errors.New("x"), "full": context.DeadlineExceeded, "conflict": tilhor.ErrConflict, "faults": tilhor.Faults{{Field: "a", Key: "web.role.fault"}},
}

// framePages are the frame's own, each with a visit that shows it.
func framePages(w *Town) (visits []Visit, responses map[string]*http.Response) {
	kari := w.As(tilhor.RoleRektor, w.Solbakken)
	text := url.Values{"tekst": {"Nora sa: «Jeg vil ha noen å gå med.»\nHun gråt."}}
	w.Later(31 * time.Minute)
	kept := w.Post(kari, "/saker/abcdefghij", text).Header.Get("Location")
	kari = w.As(tilhor.RoleRektor, w.Solbakken)
	id := strings.TrimPrefix(kept, "/utlogget?kladd=")
	visits = []Visit{
		{Name: "not found", Who: "nobody", Path: "/borte"},
		{Name: "not found", Who: "rektor", Path: "/borte", Cookie: kari},
		{Name: "closed", Who: "nobody", Path: "/ut"},
		{Name: "signed out", Who: "nobody", Path: "/utlogget"},
		{Name: "text kept", Who: "nobody", Path: kept},
		{Name: "drafts", Who: "rektor", Path: "/kladder", Cookie: kari},
		{Name: "a draft", Who: "rektor", Path: "/kladder/" + id, Cookie: kari},
		{Name: "no drafts", Who: "nurse", Path: "/kladder", Cookie: w.As(tilhor.RoleNurse, w.Solbakken)},
		{Name: "role", Who: "rektor", Path: "/rolle", Cookie: w.twoRoles()},
	}
	responses = map[string]*http.Response{
		"conflict": w.Post(kari, "/saker/abcdefghij", text), "a wrong role": w.Post(kari, "/rolle", url.Values{"rolle": {"x"}}),
		"signed out, nobody's": w.Post(nil, "/saker/abcdefghij", text), "untrained": w.Get(w.In(w.untrained()), "/saker/abcdefghij"),
	}
	for what := range wrongs {
		responses[what+" page"] = w.Post(kari, "/feil/"+what, text)
	}
	responses["long"] = w.Post(kari, "/saker/abcdefghij", url.Values{"tekst": {strings.Repeat("x", 1<<20)}})
	responses["unreadable"] = w.Post(kari, "/saker/abcdefghij", url.Values{"tekst": {"\xff"}})
	return visits, responses
}

// twoRoles is a social teacher who is a deputy head too.
func (w *Town) twoRoles() *http.Cookie {
	a := w.Actor(tilhor.RoleSocialTeacher, w.Solbakken)
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		return w.Kit.Roster.Appoint(tx, w.Keeper(), a.Person, tilhor.RoleDeputy, w.Solbakken, "", "", w.Now())
	}))
	return w.In(a)
}

// untrained is a parent, who has had no training and needs none elsewhere.
func (w *Town) untrained() tilhor.Actor {
	return tilhor.Actor{Owner: Owner, Role: tilhor.RoleParent, Person: w.Person("forelder-nora")}
}

func frameTown(t *testing.T) *Town {
	w := NewTown(t, dbtest.SQLite(t))
	roles := []tilhor.Role{tilhor.RoleRektor, tilhor.RoleParent}
	w.Site.Mount([]web.Route{
		{Method: "GET", Path: "/saker/{spor}", Name: "f.show", Roles: roles, Case: true, Sensitive: true, Serve: func(q *web.Req) error { return tilhor.ErrNotFound }},
		{Method: "POST", Path: "/saker/{spor}", Name: "f.save", Roles: roles, Serve: func(q *web.Req) error {
			f, err := q.Form()
			if err != nil {
				return err
			}
			return q.Conflict(f, web.Clash{
				Who: "Ina Lund", At: q.Now, Back: web.Back{Href: "/saker/abcdefghij", Text: "Planen"},
				Fields: []web.ClashField{{Name: "tekst", Label: "Hva vi gjør", Theirs: "Nora sa noe annet."}},
			})
		}},
		{Method: "POST", Path: "/feil/{hva}", Name: "f.wrong", Roles: roles, Serve: func(q *web.Req) error { return wrongs[q.Path("hva")] }},
	})
	return w
}

// Every page of the frame, in every language, against every rule.
func TestFramePages(t *testing.T) {
	w := frameTown(t)
	b := New(w.Site, elsewhere...)
	visits, responses := framePages(w)
	for _, v := range visits {
		for _, l := range langs {
			sep := "?"
			if strings.Contains(v.Path, "?") {
				sep = "&"
			}
			b.Check(t, w.Get(v.Cookie, v.Path+sep+"l="+l), nil)
		}
	}
	for name, r := range responses {
		if r.StatusCode < 400 {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
		b.Check(t, r, nil)
	}
}

// The frame's pages in a real browser, two by two.
func TestFramePagesInTheBrowser(t *testing.T) {
	if err := web.AssetsBuilt(); err != nil {
		t.Fatal(err)
	}
	w := frameTown(t)
	visits, _ := framePages(w)
	jobs := Pairs(w.Serve(), visits)
	for i := range jobs {
		if strings.Contains(jobs[i].Name, "not found") {
			jobs[i].Status = http.StatusNotFound
		}
	}
	Browse(t, jobs)
}
