package archive_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/db/dbtest"
)

// receiptOf is what an archive answers to a package: its own ids, under ours.
func receiptOf(m message, theirs string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<arkivmeldingKvittering xmlns="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/kvittering/v1"
  xmlns:m="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/metadatakatalog/v1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <mappeKvittering xsi:type="saksmappeKvittering">
    <systemID>aaaaaaaa-0000-4000-8000-%s</systemID>
    <referanseEksternNoekkel><m:fagsystem>Tilhør</m:fagsystem><m:noekkel>%s</m:noekkel></referanseEksternNoekkel>
    <opprettetEllerEksisterende>Opprettet</opprettetEllerEksisterende>
    <saksaar>2026</saksaar>
    <sakssekvensnummer>17</sakssekvensnummer>
  </mappeKvittering>
  <registreringKvittering xsi:type="journalpostKvittering">
    <systemID>%s</systemID>
    <referanseEksternNoekkel><m:fagsystem>Tilhør</m:fagsystem><m:noekkel>%s</m:noekkel></referanseEksternNoekkel>
    <opprettetEllerEksisterende>Opprettet</opprettetEllerEksisterende>
    <journalposttype><m:kode>X</m:kode></journalposttype>
  </registreringKvittering>
</arkivmeldingKvittering>
`, m.Folder.Key[24:], m.Folder.Key, theirs, m.Post.Key)
}

func id(n int) string { return fmt.Sprintf("bbbbbbbb-0000-4000-8000-%012d", n) }

// receipts are the archive's answers to every package of a folder.
func (w *world) receipts(dir string) (all []archive.Given) {
	w.T.Helper()
	for i, p := range packages(w.T, dir) {
		if m, err := readMessage(filepath.Join(p, "arkivmelding.xml")); err == nil {
			all = append(all, archive.Given{Name: fmt.Sprintf("k%d.xml", i+1), Data: []byte(receiptOf(m, id(i+1)))})
		}
	}
	return all
}

func (w *world) standing(slug string) archive.Standing {
	w.T.Helper()
	f, err := w.cases.See(w.ctx, w.kari, slug, "whole")
	w.must(err)
	s, err := w.desk.Of(w.ctx, w.op.Owner, f)
	w.must(err)
	return s
}

// A case is archived when the archive has answered for each of its documents,
// and not before.
func TestReceiptsMarkACaseArchived(t *testing.T) {
	each(t, func(w *world) {
		slug := w.whole(w.nora)
		dir := filepath.Join(w.TempDir(), "ut")
		if s := w.standing(slug); s != (archive.Standing{Documents: 12}) {
			w.Fatalf("%+v", s)
		}
		w.export(dir, archive.Export{})
		all := w.receipts(dir)
		if n, before, err := w.desk.Receive(w.ctx, w.op, all[:11]...); n != 11 || before != 0 || err != nil {
			w.Fatal(n, before, err)
		}
		if s := w.standing(slug); s.Whole() || s.Got != 11 || s.Sent != 12 || s.On != "" {
			w.Fatalf("%+v", s)
		}
		w.days(3)
		if n, before, err := w.desk.Receive(w.ctx, w.op, all...); n != 1 || before != 11 || err != nil {
			w.Fatal(n, before, err)
		}
		if s := w.standing(slug); !s.Whole() || s.On != "2026-12-16" {
			w.Fatalf("%+v", s)
		}
		if r := w.export(filepath.Join(w.TempDir(), "igjen"), archive.Export{Again: true}); r.Written != 1 { // that the mappe is ended has no receipt
			w.Fatalf("what the archive has was sent again: %+v", r)
		}
		w.must(w.cases.Write(w.ctx, w.ina, slug, cases.Line{What: "note", Text: "Mer."}))
		if s := w.standing(slug); s.Whole() {
			w.Fatal("a document that was written since is not archived")
		}
	})
}

// The archivist is told how many cases have been closed for more than ninety
// days without being whole in the archive: not a day sooner.
func TestUnsent(t *testing.T) {
	each(t, func(w *world) {
		w.whole(w.nora)
		w.taken(w.elias)
		unsent := func() int {
			w.T.Helper()
			n, err := w.desk.Unsent(w.ctx, w.op.Owner, 90, w.Now())
			w.must(err)
			return n
		}
		w.days(90)
		if n := unsent(); n != 0 {
			w.Fatalf("%d after ninety days", n)
		}
		w.days(1)
		if n := unsent(); n != 1 {
			w.Fatalf("%d after ninety-one", n)
		}
		dir := filepath.Join(w.TempDir(), "ut")
		w.export(dir, archive.Export{})
		if n := unsent(); n != 1 {
			w.Fatal("what has no receipt counts as sent")
		}
		_, _, err := w.desk.Receive(w.ctx, w.op, w.receipts(dir)...)
		w.must(err)
		if n := unsent(); n != 0 {
			w.Fatalf("%d in the archive", n)
		}
	})
}

// What is not the receipt of just what was exported here is refused whole, with
// file and line, and marks nothing.
func TestForeignReceiptsAreRefusedWhole(t *testing.T) {
	each(t, func(w *world) {
		slug, other := w.taken(w.nora), w.taken(w.elias)
		dir := filepath.Join(w.TempDir(), "ut")
		w.export(dir, archive.Export{})
		all := w.receipts(dir)
		good := string(all[0].Data)
		swap := func(old, new string) string {
			if !strings.Contains(good, old) {
				w.Fatalf("nothing to change: %s", old)
			}
			return strings.Replace(good, old, new, 1)
		}
		var foreign string
		for _, g := range all { // the mappe of another case
			if s := string(g.Data); !strings.Contains(s, between(good, "<m:noekkel>", "<")) {
				foreign = between(s, "<m:noekkel>", "<")
			}
		}
		for _, row := range []struct {
			name, text string
			line       int
			why        string
		}{
			{"empty", "", 1, "no receipt"},
			{"not XML", "hei", 1, "no receipt"},
			{"cut off", good[:len(good)/2], 0, "not XML"},
			{"another root", `<arkivmelding/>`, 1, "no receipt"},
			{"another namespace", swap("opprett/kvittering/v1", "opprett/kvittering/v2"), 1, "no receipt"},
			{"a DTD", `<!DOCTYPE x [<!ENTITY a "b">]>` + "\n" + good[strings.Index(good, "<arkiv"):], 1, "DTD"},
			{"Latin 1", swap("UTF-8", "ISO-8859-1"), 1, "not XML"},
			{"another system", swap("Tilhør", "Sak24"), 6, "another system"},
			{"another key", swap("<m:noekkel>", "<m:noekkel>x"), 6, "another system"},
			{"the mappe of another case", swap(between(good, "<m:noekkel>", "<"), foreign), 4, "not of the same case"},
			{"no id", swap("<systemID>"+id(1), "<systemID>nr. 1"), 11, "no systemID"},
			{"unknown key", strings.Replace(good, lastBetween(good, "<m:noekkel>", "<"), id(99), 1), 11, "nothing was exported here"},
			{"made or not", swap("<opprettetEllerEksisterende>Opprettet", "<opprettetEllerEksisterende>Kanskje"), 4, "made or existed"},
			{"only the mappe", good[:strings.Index(good, "<registrering")] + "</arkivmeldingKvittering>", 2, "nothing of a journalpost"},
			{"it failed", swap("<registreringKvittering", "<registreringFeilet/><registreringKvittering"), 11, "did not take it"},
			{"deep", `<a xmlns="x">` + strings.Repeat("<b>", 40), 1, "deeper"},
			{"huge", strings.Repeat(" ", 1<<20) + good, 1, "larger"},
			{"a number that cannot be kept", swap("<saksaar>2026", "<saksaar>"+strings.Repeat("2", 99)), 4, "number"},
		} {
			bad := archive.Given{Name: "svar.xml", Data: []byte(row.text)}
			n, _, err := w.desk.Receive(w.ctx, w.op, all[1], bad)
			var r archive.Refusal
			if !errors.As(err, &r) || n != 0 || r.File != "svar.xml" || row.line > 0 && r.Line != row.line || !strings.Contains(r.Why, row.why) {
				w.Errorf("%s: %v (%d marked)", row.name, err, n)
			}
		}
		if a, b := w.standing(slug), w.standing(other); a.Got+b.Got != 0 {
			w.Fatal("a receipt beside a wrong one was taken")
		}
		if n, _, err := w.desk.Receive(w.ctx, w.op, all...); n != 4 || err != nil {
			w.Fatal(n, err)
		}
		for name, text := range map[string]string{"another id of the journalpost": swap(id(1), id(77)), "another id of the mappe": swap("aaaaaaaa", "cccccccc")} {
			if _, _, err := w.desk.Receive(w.ctx, w.op, archive.Given{Name: "svar.xml", Data: []byte(text)}); err == nil || !strings.Contains(err.Error(), "twice") {
				w.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := w.desk.Receive(w.ctx, archive.Operator("annen"), all[0]); err == nil {
			w.Error("another owner took the receipt")
		}
	})
}

// The receipts of these tests are what the schema allows.
func TestReceiptsFollowTheSchema(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.taken(w.nora)
	dir := filepath.Join(t.TempDir(), "ut")
	w.export(dir, archive.Export{})
	f := filepath.Join(t.TempDir(), "k.xml")
	w.must(os.WriteFile(f, w.receipts(dir)[0].Data, 0o600))
	if said := valid(t, receiptXSD, f); said != "" {
		t.Error(said)
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func lastBetween(s, from, to string) string { return between(s[strings.LastIndex(s, from):], from, to) }

// Whatever is given as a receipt is refused kindly, and nothing breaks.
func FuzzReceipt(f *testing.F) {
	m := message{}
	m.Folder.Key, m.Post.Key = id(1), id(2)
	f.Add([]byte(receiptOf(m, id(3))))
	f.Add([]byte(`<arkivmeldingKvittering xmlns="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/kvittering/v1"><a>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := archive.ReadReceipt(archive.Given{Name: "x", Data: data})
		var r archive.Refusal
		if err != nil && (!errors.As(err, &r) || r.Line < 1) {
			t.Fatal(err)
		}
	})
}
