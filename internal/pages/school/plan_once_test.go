package school_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/web"
)

// The disk that is full: from the approval on nothing is written, and the mark
// that the form is being answered is not taken away either.
var full = []*db.Stmt{
	db.SQL(`CREATE TRIGGER t_full_plan BEFORE UPDATE ON cases_plan WHEN NEW.state = 'approved' BEGIN SELECT RAISE(ABORT, 'full'); END`),
	db.SQL(`CREATE TRIGGER t_full_once BEFORE DELETE ON web_once BEGIN SELECT RAISE(ABORT, 'full'); END`),
}

var emptied = []*db.Stmt{db.SQL(`DROP TRIGGER t_full_plan`), db.SQL(`DROP TRIGGER t_full_once`)}

func (w *world) does(all []*db.Stmt) {
	w.t.Helper()
	w.must(w.Kit.DB.Write(context.Background(), func(tx *db.Tx) error {
		for _, s := range all {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A plan is saved and approved in one commit: when nothing can be written after
// the first half, the form sent again does what it asks for, once. The control
// is a page that commits twice for one form: it says that the form came through,
// and the plan is not approved.
func TestAnApprovalThatFailedHalfWay(t *testing.T) {
	w := newWorld(t)
	w.Site.Mount([]web.Route{{Method: "POST", Path: "/saker/{spor}/delt", Name: "t.halves", Roles: []tilhor.Role{tilhor.RoleRektor}, Serve: func(q *web.Req) error {
		f, err := q.Form()
		if err != nil {
			return err
		}
		return q.Once(f, func() (string, error) {
			m := cases.Measure{Problem: "Ingen ser.", What: "Jonas ser.", When: "Etter gym", Start: "2026-11-23", Evaluate: "2026-12-04", Doer: w.teacher.Person}
			rev, _ := strconv.Atoi(f.Get("rev"))
			if err := w.cases.SavePlan(q.Context(), q.Actor, q.Path("spor"), rev, cases.Plan{Measures: []cases.Measure{m}}); err != nil {
				return "", err
			}
			return "/saker", w.cases.Approve(q.Context(), q.Actor, q.Path("spor"), rev+1)
		})
	}}})
	for _, x := range []struct {
		page          string
		again, afresh int // how the form is answered then, and how many versions are approved
	}{{"plan", http.StatusSeeOther, 1}, {"delt", http.StatusConflict, 0}} {
		slug := w.track("", "nora")
		w.ready(slug)
		at := "/saker/" + slug + "/" + x.page
		f := w.measure(form("do", "approve", "rev", "0"), "1", "Jonas står i døren.")
		w.does(full)
		if r := w.Post(w.rektor, at, f); r.StatusCode < 500 {
			t.Fatalf("%s: a full disk is answered %d", x.page, r.StatusCode)
		}
		w.does(emptied)
		for range 2 {
			if r := w.Post(w.rektor, at, f); r.StatusCode != x.again {
				t.Errorf("%s: sent again, it is answered %d, want %d", x.page, r.StatusCode, x.again)
			}
		}
		file, err := w.cases.See(context.Background(), w.kari, slug, "plan")
		w.must(err)
		if len(file.Plans) != x.afresh || x.afresh > 0 && (file.Draft != nil || len(file.Of(cases.Approved)) != 1) {
			t.Errorf("%s: %d plans are approved, want %d; a draft: %v", x.page, len(file.Plans), x.afresh, file.Draft != nil)
		}
	}
}
