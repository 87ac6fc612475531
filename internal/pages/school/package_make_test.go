package school_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"tilhor/internal/handover"
	"tilhor/internal/web/webtest"
)

func (w *world) sign() {
	w.t.Helper()
	_, err := w.Kit.Journal.Sequence(context.Background(), w.DB, webtest.Owner, w.Now)
	w.must(err)
}

func TestMakingAPackage(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	at := "/saker/" + slug + "/pakke"
	w.page(w.rektor, at, "er ikke signert ennå")
	w.sign()
	body := w.pages(w.rektor, at, "Lag saksmappe for Nora", "Statsforvalteren", "Alt står i den, uten hinder av taushetsplikt", "1 godkjent versjon", "1 samtale med Nora.")
	lacks(t, body, " checked", "Laget før", "er ikke signert ennå")
	w.page(w.rektor, "/saker/"+slug, at)
	lacks(t, w.page(w.ina, "/saker/"+slug), at)
	if r := w.Get(w.ina, at); r.StatusCode != http.StatusNotFound {
		t.Errorf("the handler gets %d", r.StatusCode)
	}
	w.refused(w.rektor, at, form("answers", "Brev av 1. desember"), "Velg hvem saksmappen er for.", "Brev av 1. desember")
	w.refused(w.rektor, at, form("kind", "state", "readings", "yes"), "Skriv hva saksmappen svarer på")
	r := w.Post(w.rektor, at, form("kind", "state", "answers", "Brev av 1. desember", "readings", "yes"))
	file, err := io.ReadAll(r.Body)
	w.must(err)
	name := r.Header.Get("Content-Disposition")
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/zip" || !strings.HasPrefix(name, `attachment; filename="saksmappe-2026-11-23-`) || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	report, err := handover.Verify(bytes.NewReader(file), int64(len(file)), w.Kit.Keys.Public(webtest.Owner))
	if err != nil || !report.Holds() || report.OwnerName != "Granvik kommune" || report.SchoolName != "Solbakken skole" {
		t.Fatalf("%+v %v", report, err)
	}
	w.sign()
	w.pages(w.rektor, at, "Laget før", "Kari Lund laget saksmappen for Statsforvalteren", "Brev av 1. desember")
	w.pages(w.rektor, "/saker/"+slug, "Saksmappe laget for Statsforvalteren")
	w.pages(w.rektor, "/saker/"+slug+"/utskrift", "Saksmappe laget")
	if r := w.Post(w.ina, at, form("kind", "state", "answers", "x")); r.StatusCode != http.StatusNotFound {
		t.Errorf("the handler makes one: %d", r.StatusCode)
	}
}
