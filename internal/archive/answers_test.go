package archive_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web/webtest"
)

// A hearing is handed over: each statement when a meeting has adopted it, the answer
// when it is sent, by the schema, once; a draft never; and what a body wrote can be
// read whatever it wrote.
func TestAHearingIsHandedOver(t *testing.T) {
	each(t, func(w *world) {
		k := w.Kit
		b := &bodies.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		d := &hearing.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Bodies: b, Clock: k.Clock}
		w.desk.Hearings = d
		anne, nb := w.Actor(tilhor.RoleOwnerAdviser, w.Solbakken), lang.For(tilhor.Bokmal)
		su, err := b.Found(w.ctx, w.kari, bodies.Body{Kind: bodies.SU, Name: "Samarbeidsutvalget", Need: 1})
		w.must(err)
		w.must(b.Seat(w.ctx, w.kari, su, bodies.Member{Person: w.jonas.Person, Part: bodies.Staff, Office: bodies.Leader}))
		slug, err := d.Open(w.ctx, anne, reply.Letter{Title: "Om <skolemiljøet>", Sender: "Departementet", Municipality: "Granvik kommune", Deadline: "2026-12-18", Challenges: []reply.Challenge{{Number: 1, Heading: "Rett"}}}, false)
		w.must(err)
		w.must(d.Import(w.ctx, anne, slug, "id;challenge;chapter;text\nT1;1;12;Gjøre noe\n"))
		var ids []string
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			all, err := b.All(tx, webtest.Owner)
			ids = []string{all[0].ID}
			return err
		}))
		w.must(d.Invite(w.ctx, anne, slug, ids...))
		w.must(d.Say(w.ctx, w.jonas, su, slug, "T1", hearing.Said{Stance: reply.Support, Text: hard}))
		dir := filepath.Join(w.TempDir(), "ut")
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			t.Fatalf("a draft is handed over: %+v", r)
		}
		adopt := hearing.Adoption{On: "2026-11-23", Present: map[bodies.Part]int{bodies.Staff: 2}, For: 2}
		w.must(d.Adopt(w.ctx, w.jonas, su, slug, adopt))
		if r := w.export(dir, archive.Export{}); r.Written != 1 || r.Left != 0 {
			t.Fatalf("%+v", r)
		}
		w.Later(time.Hour)
		w.must(d.Choose(w.ctx, anne, slug, "T1", reply.Choice{Comment: true}))
		for _, which := range []string{hearing.Administrative, hearing.Political} {
			w.must(d.Approve(w.ctx, anne, slug, hearing.Approval{Which: which, On: "2026-11-23", Who: "Utvalget"}, nb))
		}
		w.must(d.Send(w.ctx, anne, slug, nb))
		if r := w.export(dir, archive.Export{}); r.Written != 1 {
			t.Fatalf("the answer: %+v", r)
		}
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			t.Errorf("twice: %+v", r)
		}
		var titles, messages, documents []string
		for _, p := range packages(t, dir) {
			if why := broken(p); why != "" {
				t.Error(why)
			}
			m, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			titles = append(titles, m.Folder.Title+"/"+m.Post.Title)
			messages, documents = append(messages, filepath.Join(p, "arkivmelding.xml")), append(documents, filepath.Join(p, "dokument.html"))
		}
		if got := strings.Join(titles, "; "); got != "Høring: Om <skolemiljøet>/Uttalelse til høring; Høring: Om <skolemiljøet>/Svar på høring" {
			t.Error(got)
		}
		if why := valid(t, createXSD, messages...); why != "" {
			t.Error(why)
		}
		formed(t, documents...)
		said, err := os.ReadFile(documents[0])
		w.must(err)
		sent, err := os.ReadFile(documents[1])
		w.must(err)
		if !strings.Contains(string(said), "2 til stede, 2 for, 0 imot") || !strings.Contains(string(said), "gå &amp; dø") || !strings.Contains(string(sent), "Kommunen støtter tiltaket «Gjøre noe».") {
			t.Errorf("%s\n%s", said, sent)
		}
		if strings.Contains(string(said)+string(sent), "Jonas") {
			t.Error("a name is handed over")
		}
	})
}
