package archive_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/bodies"
)

// Minutes are handed over when the leader has approved them, once, by the schema, by
// office; what is confidential in a document of its own that is shielded, and whose
// title says nothing. A draft never; a new approval is a new document.
func TestMinutesAreHandedOver(t *testing.T) {
	each(t, func(w *world) {
		k := w.Kit
		b := &bodies.Desk{DB: w.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		w.desk.Bodies = b
		marit := w.Actor(tilhor.RoleParent, w.Solbakken)
		x := bodies.SMU.Usual()
		x.Name, x.Need = "Miljø & <utvalg>", 1
		smu, err := b.Found(w.ctx, w.kari, x)
		w.must(err)
		w.must(b.Seat(w.ctx, w.kari, smu, bodies.Member{Person: marit.Person, Part: bodies.Parents, Office: bodies.Leader}))
		w.must(b.Seat(w.ctx, w.kari, smu, bodies.Member{Person: w.nora, Part: bodies.Pupils}))
		m, err := b.Arrange(w.ctx, marit, smu, bodies.Meeting{On: "2026-11-23", Clock: "8"})
		w.must(err)
		w.must(b.AddItem(w.ctx, marit, smu, m, bodies.Item{Title: "Lys", Text: hard}))
		w.must(b.AddItem(w.ctx, marit, smu, m, bodies.Item{Title: "Hemmelig bemanning", Shut: true}))
		w.must(b.Attend(w.ctx, marit, smu, m, []tilhor.PersonID{marit.Person, w.nora}))
		see, err := b.Meeting(w.ctx, marit, smu, m)
		w.must(err)
		w.must(b.Write(w.ctx, marit, smu, m, see.Items[1].Slug, bodies.Result{Text: "Vi ber om lys.", For: 2}))
		w.must(b.Write(w.ctx, marit, smu, m, see.Items[2].Slug, bodies.Result{Text: "Hemmelig vedtak.", For: 1, ForParents: 1}))
		w.must(b.AddAction(w.ctx, marit, smu, m, see.Items[1].Slug, bodies.Action{What: "Spørre", Who: w.nora}))
		dir := filepath.Join(w.TempDir(), "ut")
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			t.Fatalf("a draft is handed over: %+v", r)
		}
		approve := func() { w.must(b.Approve(w.ctx, marit, smu, m, bodies.Read{Nameless: true})) }
		approve()
		if r := w.export(dir, archive.Export{}); r.Written != 2 || r.Left != 0 {
			t.Fatalf("%+v", r)
		}
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			t.Errorf("twice: %+v", r)
		}
		if r := w.export(dir, archive.Export{Again: true}); r.Written != 2 {
			t.Errorf("again: %+v", r)
		}
		all := packages(t, dir)
		if len(all) != 2 {
			t.Fatalf("%v", all)
		}
		var messages, documents []string
		for n, p := range all {
			if why := broken(p); why != "" {
				t.Error(why)
			}
			msg, err := readMessage(filepath.Join(p, "arkivmelding.xml"))
			w.must(err)
			text, err := os.ReadFile(filepath.Join(p, "dokument.html"))
			w.must(err)
			messages, documents = append(messages, filepath.Join(p, "arkivmelding.xml")), append(documents, filepath.Join(p, "dokument.html"))
			shut := n == 1
			if msg.Folder.Title != "Miljø & <utvalg>, Solbakken skole, 2026/2027" || msg.Post.Public != "Møteprotokoll" || strings.Contains(msg.Post.Title+msg.Post.Docs[0].Title, "emmelig") {
				t.Errorf("titles: %+v", msg)
			}
			if shields := append(msg.Post.Shield, msg.Post.Docs[0].Shield...); len(shields) != map[bool]int{true: 2}[shut] || shut && shields[0].Code != "UO" {
				t.Errorf("%d is shielded %d times", n, len(shields))
			}
			if strings.Contains(string(text), "Hemmelig") != shut || strings.Contains(string(text), "Vi ber om lys.") == shut {
				t.Errorf("what is confidential is not apart: %s", text)
			}
			if strings.Contains(string(text), "lever") == shut { // of what is confidential the pupils had left
				t.Errorf("pupils were there when it was confidential: %v, %s", shut, text)
			}
			for _, name := range []string{"Marit", "Dahl", "Nora", string(w.nora)} {
				if strings.Contains(string(text), name) {
					t.Errorf("%s stands in %s", name, text)
				}
			}
		}
		if why := valid(t, createXSD, messages...); why != "" {
			t.Error(why)
		}
		formed(t, documents...)
		w.must(b.Withdraw(w.ctx, marit, smu, m))
		w.Later(time.Minute)
		if r := w.export(dir, archive.Export{}); r.Written != 0 {
			t.Errorf("taken back: %+v", r)
		}
		approve()
		if r := w.export(dir, archive.Export{}); r.Written != 2 {
			t.Errorf("approved anew: %+v", r)
		}
		// Taken back while they are handed over: what is not written yet, never is.
		w.must(b.Withdraw(w.ctx, marit, smu, m))
		w.Later(time.Minute)
		approve()
		once := sync.OnceFunc(func() { w.must(b.Withdraw(w.ctx, marit, smu, m)) })
		w.desk.Fault(func(what string) error {
			if what == "row" {
				once()
			}
			return nil
		})
		if r := w.export(dir, archive.Export{}); r.Written != 1 || r.Left != 0 {
			t.Errorf("taken back meanwhile: %+v", r)
		}
	})
}
