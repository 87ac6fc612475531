package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/web/webtest"
)

// An archiveTown is a town with a closed case of Nora's, at a terminal whose
// clock the test holds.
type archiveTown struct {
	*webtest.Town
	box
	told *concerns.Desk
	mona tilhor.Actor
}

// says runs the program by the town's clock.
func (a archiveTown) says(code int, args ...string) string {
	a.t.Helper()
	var out bytes.Buffer
	got := run(&App{In: strings.NewReader(""), Out: &out, Err: &out, Clock: a.Now}, a.with(args...))
	if got != code && code >= 0 {
		a.t.Fatalf("tilhor %s: exit %d, want %d\n%s", strings.Join(args, " "), got, code, out.String())
	}
	return out.String()
}

func newArchiveTown(t *testing.T, dsn string) archiveTown {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	town := webtest.NewTown(t, d)
	k := town.Kit
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		town.Later(time.Minute)
	}
	told := &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	worked := &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: told, Clock: k.Clock}
	kari, mona := town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSFO, town.Solbakken)
	now := func() tilhor.When { return tilhor.Now(town.Now()) }
	c, err := told.Tell(ctx, mona, concerns.Telling{School: town.Solbakken, Pupils: []tilhor.PersonID{town.Person("nora")}, Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: now(), Known: now()})
	must(err)
	all, err := worked.TakeUp(ctx, kari, c.Slug, cases.Stance{})
	must(err)
	slug, day := all[0].Slug, tilhor.DateOf(town.Now(), time.UTC)
	must(worked.Hear(ctx, kari, slug, cases.Talk{At: now(), Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
	must(worked.Weigh(ctx, kari, slug, cases.Weighing{Interests: "a", View: "b", Weighing: "c", Conclusion: "d"}))
	must(worked.SaveAndApprove(ctx, kari, slug, 0, cases.Plan{Measures: []cases.Measure{{Problem: "Alene.", What: "En voksen ute.", Start: day, Doer: mona.Person, Evaluate: day.Add(7)}}}))
	must(worked.Evaluate(ctx, kari, slug, cases.Evaluation{At: now(), Way: "self", Answer: cases.SafeNow, Words: "Trygt.", Saw: "Ro.", Best: "Bra.", Then: cases.Finish}))
	must(worked.Close(ctx, kari, slug, cases.Ending{Words: "Trygt.", CheckOn: day.Add(35)}))
	return archiveTown{town, box{t, dsn, filepath.Dir(k.Keys.Folder(webtest.Owner)), t.TempDir()}, told, mona}
}

// The archive from the command line: packages, receipts, what doctor says, and a
// record that holds.
func TestTheArchiveFromTheCommandLine(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b := newArchiveTown(t, dsn)
		b.Later(100 * 24 * time.Hour)
		to := filepath.Join(b.dir, "ut")
		if said := b.says(-1, "doctor"); !strings.Contains(said, "NOTE  1 cases of granvik were closed more than 90 days ago") {
			t.Fatal(said)
		}
		b.says(2, "archive", "export", "--to", b.keys)
		b.says(2, "archive", "set", "keep-aside", "7")
		b.says(2, "archive", "set", "keep-cases", "365")
		b.says(0, "archive", "set", "part", "ELEV")
		if said := b.says(0, "archive", "settings"); !strings.Contains(said, `part            "ELEV"`) || !strings.Contains(said, "proposal") {
			t.Fatal(said)
		}
		if said := b.says(0, "archive", "export", "--to", to); said != "8 packages written\n" {
			t.Fatal(said)
		}
		if said := b.says(0, "archive", "export", "--to", to); said != "0 packages written\n" {
			t.Fatal(said)
		}
		var receipts []string
		found, _ := filepath.Glob(filepath.Join(to, "*", "*", "arkivmelding.xml"))
		for i, f := range found {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			keys := strings.Split(string(text), "<m:noekkel>")
			name := filepath.Join(b.dir, fmt.Sprintf("kvittering%d.xml", i))
			os.WriteFile(name, []byte(`<arkivmeldingKvittering xmlns="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/arkivmelding/opprett/kvittering/v1" xmlns:m="https://ks-no.github.io/standarder/fiks-protokoll/fiks-arkiv/metadatakatalog/v1">
<registreringKvittering><systemID>bbbbbbbb-0000-4000-8000-`+fmt.Sprintf("%012d", i)+`</systemID>
<referanseEksternNoekkel><m:fagsystem>Tilhør</m:fagsystem><m:noekkel>`+keys[len(keys)-1][:36]+`</m:noekkel></referanseEksternNoekkel>
<opprettetEllerEksisterende>Opprettet</opprettetEllerEksisterende></registreringKvittering></arkivmeldingKvittering>`), 0o600)
			receipts = append(receipts, name)
		}
		bad := filepath.Join(b.dir, "annen.xml")
		text, _ := os.ReadFile(receipts[0])
		os.WriteFile(bad, []byte(strings.Replace(string(text), "Tilhør", "Sak24", 1)), 0o600)
		if said := b.says(1, "archive", "receipt", receipts[0], bad); !strings.Contains(said, "annen.xml:3: its key is not one of ours") || !strings.Contains(said, "Nothing was marked") {
			t.Fatal(said)
		}
		if said := b.says(0, append([]string{"archive", "receipt"}, receipts...)...); !strings.Contains(said, "7 documents are archived; 0 were already") {
			t.Fatal(said)
		}
		if said := b.says(-1, "doctor"); !strings.Contains(said, "ok    no case of granvik has waited for the archive") {
			t.Fatal(said)
		}
		if said := b.says(0, "journal", "verify"); !strings.Contains(said, "all of it holds") {
			t.Fatal(said)
		}
	})
}

// The archivist at a terminal: a dry run counts, the sweep restricts, one
// concern is read and discarded, and the record says so.
func TestTheArchivistFromTheCommandLine(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b := newArchiveTown(t, dsn)
		ctx, now := context.Background(), tilhor.Now(b.Now())
		c, err := b.told.Tell(ctx, b.mona, concerns.Telling{School: b.Solbakken, Pupils: []tilhor.PersonID{b.Person("elias")}, Saw: "Gikk alene.\x1b[2J", Arena: tilhor.ArenaBreak, Happened: now, Known: now})
		if err == nil {
			err = b.told.PutAside(ctx, b.Actor(tilhor.RoleRektor, b.Solbakken), c.Slug, concerns.WrongSchool, "Den gjelder en annen skole.")
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Later(366 * 24 * time.Hour)
		if said := b.says(0, "archive", "sweep", "--dry-run"); !strings.Contains(said, "1 concerns that are no case would be restricted") {
			t.Fatal(said)
		}
		if said := b.says(0, "archive", "waits"); said != "" {
			t.Fatal(said)
		}
		b.says(1, "archive", "show", string(c.ID))
		if said := b.says(0, "archive", "sweep"); !strings.Contains(said, "1 concerns that are no case restricted; 0 anonymous") {
			t.Fatal(said)
		}
		if said := b.says(0, "archive", "waits"); !strings.Contains(said, string(c.ID)) || strings.Contains(said, "Elias") || strings.Contains(said, "alene") {
			t.Fatal(said)
		}
		if said := b.says(0, "archive", "show", string(c.ID)); !strings.Contains(said, "Gikk alene.") || !strings.Contains(said, "Elias Moe") || strings.Contains(said, "\x1b") {
			t.Fatal(said)
		}
		b.says(2, "archive", "decide", string(c.ID), "discard")
		b.says(2, "archive", "decide", string(c.ID), "maybe", "--why", "x")
		b.says(0, "archive", "decide", string(c.ID), "discard", "--why", "Den andre skolen har den.")
		b.says(1, "archive", "decide", string(c.ID), "keep", "--why", "x")
		b.says(1, "archive", "show", string(c.ID))
		if said := b.says(0, "journal", "verify"); !strings.Contains(said, "all of it holds") || !strings.Contains(said, "shredded on purpose: concern "+string(c.ID)) || !strings.Contains(said, "says so") || strings.Contains(said, "ask who") {
			t.Fatal(said)
		}
	})
}
