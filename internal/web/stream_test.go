package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web"
)

// parts is a file of which the rest is made once the reader has the beginning.
type parts struct {
	begun chan struct{}
	whole bool
}

func (p *parts) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(make([]byte, 1<<20))
	if err != nil {
		return int64(n), err
	}
	select {
	case <-p.begun:
		p.whole = true
	case <-time.After(10 * time.Second):
		return int64(n), errors.New("the reader has nothing yet")
	}
	m, err := w.Write(make([]byte, 1<<20))
	return int64(n + m), err
}

// A file goes to its reader as it is made: a package of hundreds of megabytes is never
// kept in memory as a whole.
func TestAFileIsNotKeptUntilItIsWhole(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	body := &parts{begun: make(chan struct{})}
	w.site.Mount([]web.Route{{Method: "GET", Path: "/fil", Name: "t.file", Roles: []tilhor.Role{tilhor.RoleAnyone}, Serve: func(q *web.Req) error {
		return q.Send(web.File{Name: "fil.zip", Kind: "application/zip", Size: 2 << 20, Body: body})
	}}})
	srv := httptest.NewServer(w.site.Handler())
	defer srv.Close()
	r, err := http.NewRequest("GET", srv.URL+"/fil", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "tilhor.example"
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.ReadFull(resp.Body, make([]byte, 1)); err != nil {
		t.Fatalf("%d: %v", resp.StatusCode, err)
	}
	close(body.begun)
	rest, err := io.ReadAll(resp.Body)
	if err != nil || len(rest) != 2<<20-1 || !body.whole || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d, %d bytes, %v", resp.StatusCode, len(rest)+1, err)
	}
}

// Whom a form with a file is not for takes none of the room that there is for files, and
// so keeps nobody else's out.
func TestWhomAFormIsNotForTakesNoRoomForItsFile(t *testing.T) {
	w := newTown(t, dbtest.SQLite(t))
	b := web.UsualBounds()
	b.Files = 1 // there is no room for any
	w.kit.Limits = web.NewLimits(b)
	site, err := web.New(w.kit)
	if err != nil {
		t.Fatal(err)
	}
	none := func(q *web.Req) error { q.Write(http.StatusOK, "text/plain", nil); return nil }
	site.Mount([]web.Route{
		{Method: "GET", Path: "/hit", Name: "t.here", Roles: []tilhor.Role{tilhor.RoleRektor, tilhor.RoleTeacher}, Serve: none},
		{Method: "POST", Path: "/vedlegg", Name: "t.file", File: true, Roles: []tilhor.Role{tilhor.RoleRektor}, Serve: none},
	})
	w.site, w.h = site, site.Handler()
	kinds := map[string]string{"Content-Type": "multipart/form-data; boundary=x"}
	for role, who := range map[tilhor.Role]tilhor.PersonID{tilhor.RoleRektor: w.kari, tilhor.RoleTeacher: w.jonas} {
		c := w.enter(who, role)
		want(t, w.do(visit{path: "/hit", cookie: c}), http.StatusOK)
		full := w.do(visit{method: "POST", path: "/vedlegg", cookie: c, header: kinds, body: "--x--"}).Code == http.StatusServiceUnavailable
		if full != (role == tilhor.RoleRektor) {
			t.Errorf("%s finds no room: %v", role, full)
		}
	}
}
