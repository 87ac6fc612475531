package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal"

	"filippo.io/age"
)

// recordNow is the hour the tests run in: doctor compares it with the machine's
// and the database's own clocks.
var recordNow = time.Now().UTC().Truncate(time.Second)

// A box is one installation: a database, keys, and a folder for what comes out.
type box struct {
	t    *testing.T
	dsn  string
	keys string
	dir  string
}

// runs runs the program and gives its exit code and what it said.
func (b box) runs(args ...string) (code int, said string) {
	b.t.Helper()
	var out, errs bytes.Buffer
	app := &App{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: func() time.Time { return recordNow }}
	code = run(app, args)
	return code, out.String() + errs.String()
}

func (b box) must(code int, args ...string) string {
	b.t.Helper()
	got, said := b.runs(args...)
	if got != code {
		b.t.Fatalf("tilhor %s: exit %d, want %d\n%s", strings.Join(args, " "), got, code, said)
	}
	return said
}

// with adds where the installation is.
func (b box) with(args ...string) []string { return append(args, "--db", b.dsn, "--keys", b.keys) }

// lived is an installation where things have happened: two concerns, one of them
// shredded, readings, and a restart of nothing.
func lived(t *testing.T, dsn string) (box, tilhor.EntryID) {
	t.Helper()
	b := box{t, dsn, filepath.Join(t.TempDir(), "keys"), t.TempDir()}
	b.must(0, "key", "init", "--keys", b.keys, "--owner", "granvik")
	ctx := context.Background()
	d, err := db.Open(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	k, err := seal.Open(b.keys)
	if err != nil {
		t.Fatal(err)
	}
	j := journal.New(k)
	by := tilhor.Actor{Owner: "granvik", Person: "kari", Role: tilhor.RoleTeacher, School: "lia"}
	var told tilhor.EntryID
	for i := range 12 {
		now := recordNow.Add(time.Duration(i-60) * time.Second)
		err := d.Write(ctx, func(tx *db.Tx) error {
			w, err := j.Append(tx, journal.Entry{
				Stream: fmt.Sprint("concern/", i%3), Act: "tells", Subject: "c", When: tilhor.Now(now), By: by,
				Told: &journal.Told{For: []tilhor.Role{tilhor.RoleRektor}},
			})
			told = w.ID
			if err != nil {
				return err
			}
			return j.SeenList(tx, by, "readings/lia", "lia", fmt.Sprint("list", i), "school", []string{"a", "b"}, now)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := j.Sequence(ctx, d, "granvik", func() time.Time { return now }); err != nil {
			t.Fatal(err)
		}
	}
	return b, told
}

func eachBox(t *testing.T, test func(t *testing.T, dsn, empty string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, dbtest.SQLiteDSN(t), dbtest.PostgresDSN(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, dbtest.PostgresDSN(t), dbtest.SQLiteDSN(t)) })
}

func TestTheRecordFromTheCommandLine(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, told := lived(t, dsn)
		if said := b.must(0, b.with("journal", "verify")...); !strings.Contains(said, "24 entries in 4 streams; 24 in the tree, 0 waiting") {
			t.Fatal(said)
		}
		pub := filepath.Join(b.keys, "granvik", "owner.pub")
		if text, _ := os.ReadFile(pub); b.must(0, "key", "public", "--keys", b.keys) != string(text) {
			t.Fatal("another public key")
		}
		if said := b.must(0, b.with("journal", "checkpoint")...); !strings.HasPrefix(said, "tilhor/granvik\n24\n") {
			t.Fatal(said)
		}
		if said := b.must(0, b.with("journal", "export", "--owner", "granvik")...); strings.Count(said, "\n") != 1+24+12 {
			t.Fatal(said)
		}
		proof := filepath.Join(b.dir, "proof")
		os.WriteFile(proof, []byte(b.must(0, b.with("journal", "checkpoint", "--entry", string(told))...)), 0o600)
		receipt := b.receipt(told)
		said := b.must(0, "receipt", "check", receipt, "--key", pub, "--checkpoint", proof)
		if !strings.Contains(said, "Kvitteringen er ekte") || !strings.Contains(said, "24 innføringar") && !strings.Contains(said, "24 innføringer") {
			t.Fatal(said)
		}
		bare := filepath.Join(b.dir, "checkpoint")
		os.WriteFile(bare, []byte(b.must(0, b.with("journal", "checkpoint")...)), 0o600)
		b.must(1, "receipt", "check", receipt, "--key", pub, "--checkpoint", bare)
		text, _ := os.ReadFile(receipt)
		whole, _ := os.ReadFile(proof)
		os.WriteFile(receipt, append(text, whole...), 0o600) // a receipt that goes on with its proof
		b.must(0, "receipt", "check", receipt, "--key", pub, "--checkpoint", bare, "--lang", "en")
		b.must(0, "receipt", "check", receipt, "--key", pub, "--checkpoint", filepath.Join(b.keys, "granvik", "checkpoints"))
		os.WriteFile(receipt, bytes.Replace(text, []byte("taken-up no"), []byte("taken-up yes"), 1), 0o600)
		b.must(1, "receipt", "check", receipt, "--key", pub)
		b.must(2, "receipt", "check", receipt+"x", "--key", pub)
		b.must(2, "receipt", "check", receipt, "--key", pub+"x")
	})
}

// receipt writes an entry's receipt to a file.
func (b box) receipt(id tilhor.EntryID) string {
	b.t.Helper()
	k, err := seal.Open(b.keys)
	if err != nil {
		b.t.Fatal(err)
	}
	d, err := db.Open(context.Background(), b.dsn)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	var r journal.Receipt
	err = d.Read(context.Background(), func(tx *db.Tx) error { r, err = journal.New(k).Receipt(tx, "granvik", id); return err })
	if err != nil {
		b.t.Fatal(err)
	}
	path := filepath.Join(b.dir, "receipt")
	if err := os.WriteFile(path, r.File, 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func TestVerifyNamesTheEntryAndExitsWithOne(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, told := lived(t, dsn)
		b.spoil(`UPDATE journal_entry SET body = $1 WHERE id = $2`, []byte("{}"), string(told))
		if said := b.must(1, b.with("journal", "verify")...); !strings.Contains(said, string(told)) || !strings.Contains(said, "concern/2, number 4") {
			t.Fatal(said)
		}
	})
}

func TestAMistypedPathIsNotAnEmptyRecord(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	for _, args := range [][]string{
		{"journal", "verify", "--db", b.dsn + "x", "--keys", b.keys},
		{"journal", "verify", "--db", b.dsn, "--keys", b.keys + "x"},
		{"journal", "verify", "--db", b.dsn, "--keys", b.keys, "--owner", "bergvik"},
		{"journal", "verify", "--db", b.dsn, "--keys", b.keys, "--owner", "../granvik"},
		{"journal", "checkpoint", "--db", "mysql:x", "--keys", b.keys},
	} {
		b.must(2, args...)
	}
	if _, err := os.Stat(strings.TrimPrefix(b.dsn, "sqlite:") + "x"); err == nil {
		t.Fatal("a database was made at the mistyped path")
	}
	b.must(1, "key", "init", "--keys", b.keys, "--owner", "granvik")
}

// recipient makes an age key and gives its public form and its file.
func (b box) recipient() (public, file string) {
	b.t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		b.t.Fatal(err)
	}
	file = filepath.Join(b.dir, "identity-"+id.Recipient().String()[4:12])
	if err := os.WriteFile(file, []byte(id.String()+"\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return id.Recipient().String(), file
}

// rowsOf is the whole database as one portable copy, so that a row changed
// anywhere is seen.
func rowsOf(t *testing.T, dsn string) string {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var out bytes.Buffer
	if _, err := d.Dump(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A backup made of one engine while it is written to is restored on a new
// machine with the other engine, row for row, and the record holds.
func TestBackupAndRestore(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, empty string) {
		b, told := lived(t, dsn)
		public, identity := b.recipient()
		out := filepath.Join(b.dir, "out")
		before := rowsOf(t, dsn)
		said := b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
		if !strings.Contains(said, "-data.age") || !strings.Contains(said, "Move the archive of keys away") {
			t.Fatal(said)
		}
		list, _ := os.ReadDir(out)
		for _, e := range list {
			info, _ := e.Info()
			text, _ := os.ReadFile(filepath.Join(out, e.Name()))
			if info.Mode().Perm() != 0o600 || bytes.Contains(text, []byte(told)) || bytes.Contains(text, []byte("granvik")) {
				t.Fatalf("%s: mode %o, or not encrypted", e.Name(), info.Mode().Perm())
			}
		}
		if len(list) != 2 {
			t.Fatal(list)
		}
		target := box{t, empty, filepath.Join(t.TempDir(), "keys"), b.dir}
		said = target.must(0, target.with("restore", "--from", out, "--identity", identity)...)
		if !strings.Contains(said, "all of it holds") {
			t.Fatal(said)
		}
		if after := rowsOf(t, empty); after != before {
			t.Fatal("the rows are not the same")
		}
		target.must(0, target.with("journal", "verify")...)
		target.must(0, "receipt", "check", target.receipt(told), "--key", filepath.Join(target.keys, "granvik", "owner.pub"))
		if err := modes(filepath.Join(target.keys, "granvik")); err != nil {
			t.Fatal(err)
		}
		target.must(1, target.with("restore", "--from", out, "--identity", identity)...) // not empty any more
		_, other := b.recipient()
		third := box{t, dbtest.SQLiteDSN(t), filepath.Join(t.TempDir(), "keys"), b.dir}
		third.must(1, third.with("restore", "--from", out, "--identity", other)...)
	})
}

// What was shredded after the backup is shredded again, and an older backup
// beside newer checkpoints is not called proven.
func TestRestoreBesideTheLivingKeys(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	public, identity := b.recipient()
	out := filepath.Join(b.dir, "out")
	b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
	ctx := context.Background()
	d, err := db.Open(ctx, b.dsn)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := seal.Open(b.keys)
	err = d.Write(ctx, func(tx *db.Tx) error {
		return seal.Shred(tx, "granvik", seal.KindReadings, fmt.Sprintf("lia/%d", recordNow.Year()), recordNow)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.NoteShreddings(ctx, d, "granvik", recordNow); err != nil {
		t.Fatal(err)
	}
	d.Close()
	target := box{t, dbtest.SQLiteDSN(t), b.keys, b.dir}
	said := target.must(0, target.with("restore", "--from", out, "--identity", identity)...)
	if !strings.Contains(said, "1 shreddings applied") || !strings.Contains(said, "12 shredded on purpose") {
		t.Fatal(said)
	}
	d, _ = db.Open(ctx, b.dsn)
	j := journal.New(k)
	by := tilhor.Actor{Owner: "granvik", Person: "kari", Role: tilhor.RoleTeacher}
	d.Write(ctx, func(tx *db.Tx) error {
		_, err := j.Append(tx, journal.Entry{Stream: "owner", Act: "a", When: tilhor.Now(recordNow), By: by})
		return err
	})
	if _, err := j.Sequence(ctx, d, "granvik", func() time.Time { return recordNow }); err != nil {
		t.Fatal(err)
	}
	d.Close()
	again := box{t, dbtest.SQLiteDSN(t), b.keys, b.dir}
	if said := again.must(1, again.with("restore", "--from", out, "--identity", identity)...); !strings.Contains(said, "older database") {
		t.Fatal(said)
	}
	// Nothing is signed until somebody has looked, and moved the file aside.
	again.must(1, again.with("journal", "checkpoint")...)
	file := filepath.Join(b.keys, "granvik", "checkpoints")
	if err := os.Rename(file, file+".before-restore"); err != nil {
		t.Fatal(err)
	}
	again.must(0, again.with("journal", "checkpoint")...)
	again.must(0, again.with("journal", "verify")...)
}

// unsound is what the doctor finds in the rows, and how it is made and undone.
var unsound = map[string]struct{ made, undone []*db.Stmt }{
	"no guard stands before": {
		[]*db.Stmt{
			testSQL(`INSERT INTO access_guard (owner, kind, thing, subject, until_at) VALUES ($1, 'person', 'p', 'p', 9223372036854775807)`),
			testSQL(`INSERT INTO access_subject (owner, kind, thing, person) VALUES ($1, 'concern', 'c', 'p')`),
		},
		[]*db.Stmt{testSQL(`DELETE FROM access_guard WHERE owner = $1`), testSQL(`DELETE FROM access_subject WHERE owner = $1 AND person = 'p'`)},
	},
	"not counted as they were noted": {
		[]*db.Stmt{testSQL(`INSERT INTO duty_closed (owner, school, day) VALUES ($1, '', '2026-12-23')`)},
		[]*db.Stmt{testSQL(`DELETE FROM duty_closed WHERE owner = $1`)},
	},
}

func TestTheDoctor(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		real := &App{In: strings.NewReader(""), Clock: time.Now}
		b, _ := lived(t, dsn)
		ask := func() (int, string) {
			var out bytes.Buffer
			real.Out, real.Err = &out, &out
			code := run(real, b.with("doctor"))
			return besideTheCluster(t, dsn, code, out.String())
		}
		code, said := ask()
		if code != 0 || !strings.Contains(said, "NOTE  the keys of granvik have never been copied away") {
			t.Fatal(code, said)
		}
		real.Clock = func() time.Time { return time.Now().Add(time.Hour) }
		if code, said := ask(); code != 1 || !strings.Contains(said, "apart") {
			t.Fatal(code, said)
		}
		real.Clock = time.Now
		for says, wrong := range unsound {
			does := func(all []*db.Stmt) {
				t.Helper()
				d, err := db.Open(context.Background(), dsn)
				if err != nil {
					t.Fatal(err)
				}
				defer d.Close()
				for _, s := range all {
					if err := d.Write(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(s, "granvik"); return err }); err != nil {
						t.Fatal(err)
					}
				}
			}
			does(wrong.made)
			if code, said := ask(); code != 1 || !strings.Contains(said, says) {
				t.Fatal(code, said)
			}
			does(wrong.undone)
		}
		folder := filepath.Join(b.keys, "granvik")
		for _, f := range []string{"owner.key", "sign.key", "code.key", "checkpoints"} {
			os.Chmod(filepath.Join(folder, f), 0o644)
			if code, said := ask(); code != 1 || !strings.Contains(said, f) {
				t.Fatal(code, said)
			}
			os.Chmod(filepath.Join(folder, f), 0o600)
		}
		os.Chmod(folder, 0o755)
		if code, said := ask(); code != 1 || !strings.Contains(said, "chmod 700") {
			t.Fatal(code, said)
		}
		os.Chmod(folder, 0o700)
		public, _ := b.recipient()
		b.must(0, b.with("backup", "--to", filepath.Join(b.dir, "out"), "--recipient", public)...)
		if code, said := ask(); code != 0 {
			t.Fatal(code, said)
		}
		b.spoil(`UPDATE journal_entry SET leaf = NULL WHERE leaf = 23`)
		if code, said := ask(); code != 1 || !strings.Contains(said, "has waited") {
			t.Fatal(code, said)
		}
		b.spoil(`INSERT INTO db_meta (owner, name, value) VALUES ('', 'restore', 'unfinished')`)
		if code, said := ask(); code != 1 || !strings.Contains(said, "incomplete") {
			t.Fatal(code, said)
		}
	})
}

// besideTheCluster takes out what the doctor must say of the tests' own cluster,
// which answers before anything is on disk.
func besideTheCluster(t *testing.T, dsn string, code int, said string) (int, string) {
	t.Helper()
	if strings.HasPrefix(dsn, "sqlite:") {
		return code, said
	}
	var kept []string
	careless := 0
	for _, line := range strings.Split(said, "\n") {
		if strings.HasPrefix(line, "WRONG") && strings.Contains(line, "fsync") {
			careless++
			continue
		}
		kept = append(kept, line)
	}
	if careless != 1 && strings.Contains(said, "the database's files are whole") {
		t.Fatalf("the doctor does not see a server that is careless: %s", said)
	}
	said = strings.Join(kept, "\n")
	if code == 1 && !strings.Contains(said, "WRONG") {
		code = 0
	}
	return code, said
}

// An archive can be opened without this program: age, tar and gzip are enough.
func TestTheArchivesAreOrdinary(t *testing.T) {
	if _, err := exec.LookPath("tar"); err != nil {
		t.Fatal(err)
	}
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	public, identity := b.recipient()
	out := filepath.Join(b.dir, "out")
	b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
	ids, err := identities([]string{identity})
	if err != nil {
		t.Fatal(err)
	}
	all, _ := filepath.Glob(filepath.Join(out, "*"+keysSuffix))
	f, _ := os.Open(all[0])
	defer f.Close()
	r, err := age.Decrypt(f, ids...)
	if err != nil {
		t.Fatal(err)
	}
	tar := exec.Command("tar", "tf", "-")
	tar.Stdin = r
	said, err := tar.Output()
	if err != nil || !strings.Contains(string(said), "granvik/owner.key") {
		t.Fatal(string(said), err)
	}
}
