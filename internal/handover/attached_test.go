package handover_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/handover"
	"tilhor/internal/privacy"
)

const letter = "%PDF-1.7\n1 0 obj\n<</Type/Catalog /Pages 2 0 R>>\nendobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"

// attaches puts a letter and a picture into the case.
func (w *world) attaches() {
	w.t.Helper()
	var picture bytes.Buffer
	w.must((&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30)))) // made anew, it is another
	for name, body := range map[string][]byte{"brev.pdf": []byte(letter), "tegning.png": picture.Bytes()} {
		a := cases.Attachment{When: tilhor.Now(w.Now()), Shows: "Det " + name + " viser.", Giver: "Marit", Needed: "Hun ga det.", Name: name, Checked: true}
		id, err := w.cases.Put(w.ctx, w.ina, w.slug, a, body)
		w.must(err)
		a.File = id
		w.must(w.cases.Attach(w.ctx, w.ina, w.slug, a))
	}
	w.sign()
}

// What is attached goes to Statsforvalteren as it is read, and is proved by the
// record; the family gets none of it before it is judged.
func TestAttachmentsGoToStatsforvalteren(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.attaches()
		if c, err := w.desk.Look(w.ctx, w.kari, w.slug); err != nil || c.Files != 2 {
			t.Errorf("%d files, %v", c.Files, err)
		}
		p, file := w.made(order(handover.ForState))
		if int64(len(file)) != p.Size {
			t.Errorf("%d bytes, and it was to be %d", len(file), p.Size)
		}
		r := verify(t, file, w.public())
		if !r.Holds() || r.Attached != 2 || r.Unproven != 0 {
			t.Fatalf("%+v", r)
		}
		names, texts := unzip(t, file)
		pdf := ""
		for _, n := range names {
			if strings.HasSuffix(n, ".pdf") {
				pdf = n
			}
			if strings.HasPrefix(n, "vedlegg/") && (strings.Contains(n, "brev") || strings.Contains(n, "tegning")) {
				t.Errorf("named %s", n)
			}
		}
		if texts[pdf] != letter || !strings.Contains(texts["09-vedlegg.html"], "Det brev.pdf viser.") || !strings.Contains(texts["09-vedlegg.html"], `href="`+pdf+`"`) {
			t.Errorf("the letter is %q at %q, told as %s", texts[pdf], pdf, texts["09-vedlegg.html"])
		}
		if n := strings.Count(texts["09-vedlegg.html"], "Den ligger forseglet hos skolen."); n != 1 {
			t.Errorf("%d files are said to lie sealed as they came", n)
		}
		w.sign()
		if _, file := w.made(w.forFamily()); bytes.Contains(file, []byte("%PDF")) || bytes.Contains(file, []byte("vedlegg/")) {
			t.Error("the family gets what nobody has judged")
		}
	})
}

// A file that was swapped is named, also when the owner itself did it and signed
// the list again: the record says another.
func TestASwappedAttachmentIsNamed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.attaches()
	_, file := w.made(order(handover.ForState))
	all := parts(t, file)
	pdf := ""
	for i := range all {
		if strings.HasSuffix(all[i].name, ".pdf") {
			pdf = all[i].name
			all[i].data = []byte(strings.Replace(letter, "Catalog", "Katalog", 1))
		}
	}
	for name, f := range map[string][]byte{"changed": rebuilt(all), "attached-other": rebuilt(w.signedAnew(all))} {
		r := verify(t, f, w.public())
		found := false
		for _, x := range r.Wrong {
			found = found || x.Key == name && x.Place.File == pdf
		}
		if !found {
			t.Errorf("%s: %+v", name, r.Wrong)
		}
	}
}

// What is blocked, or shredded, is not handed over.
func TestABlockedAttachmentIsNotHandedOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.attaches()
		f, err := w.cases.See(w.ctx, w.kari, w.slug, "whole")
		w.must(err)
		for _, a := range f.Attachments {
			if a.Name == "brev.pdf" {
				w.must(w.cases.StopRecord(w.ctx, w.kari, w.slug, cases.Stop{Record: a.Record, Reason: privacy.BlockReasons[0], Why: "Feil barn."}))
			}
		}
		w.sign()
		_, file := w.made(order(handover.ForState))
		if r := verify(t, file, w.public()); !r.Holds() || r.Attached != 1 {
			t.Errorf("%+v", r)
		}
		if bytes.Contains(file, []byte("%PDF")) {
			t.Error("what is blocked is handed over")
		}
	})
}
