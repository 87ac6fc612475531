package main

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/duty"
	"tilhor/internal/oversight"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web/webtest"
)

// stem is in every word that is written and every name there is, and in nothing
// else: what holds it holds something of somebody.
const stem = "qmerke"

func marker(n int) string { return fmt.Sprintf("Z%s%03dx sto der", stem, n) }

// synthetic is a made-up person number: a day and a month that no one has.
func synthetic(n int) string {
	for serial := 900 - n*7; ; serial-- {
		d := fmt.Sprintf("128411%03d", serial)
		sum := func(s string, weights ...int) (t int) {
			for i, w := range weights {
				t += w * int(s[i]-'0')
			}
			return (11 - t%11) % 11
		}
		first := sum(d, 3, 7, 6, 1, 8, 9, 4, 5, 2)
		if first == 10 {
			continue
		}
		d += fmt.Sprint(first)
		if second := sum(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2); second != 10 {
			return d + fmt.Sprint(second)
		}
	}
}

// markedFiles is the municipality with a marker in every name and address of a
// person, and a person number for each.
func markedFiles() (files map[string][][]string, numbers []string) {
	files = poisonedFiles(func(n int) string { return fmt.Sprintf("Z%s%03dn", stem, n) })
	files["skoler.csv"] = [][]string{{"skole-id", "navn", "type", "sfo"}, {"sol", "Solbakken skole", "skole", "ja"}, {"fjell", "Fjellvik skole", "skole", "ja"}}
	files["grupper.csv"] = [][]string{{"gruppe-id", "skole-id", "type", "navn"}, {"5a", "sol", "klasse", "9A"}, {"6b", "sol", "klasse", "6B"}}
	for _, name := range []string{"elever.csv", "ansatte.csv", "foresatte.csv"} {
		rows := files[name]
		rows[0] = append(rows[0], "fødselsnummer", "e-post", "feide-id")
		for i := range rows[1:] {
			number := synthetic(len(numbers))
			numbers = append(numbers, number)
			mail := fmt.Sprintf("z%s%03de@granvik.example", stem, len(numbers))
			rows[i+1] = append(rows[i+1], number, mail, mail)
		}
	}
	return files, numbers
}

// A hunt looks for texts in whatever bytes, in every way they could lie there.
type hunt struct {
	needles map[string][]byte // by what and how
	found   map[string]bool
}

func newHunt(plain, exact []string) *hunt {
	h := &hunt{needles: map[string][]byte{}, found: map[string]bool{}}
	for _, s := range plain {
		for how, b := range disguises(s) {
			h.needles[s+" as "+how] = b
		}
	}
	for _, s := range exact {
		h.needles[s] = []byte(s)
	}
	return h
}

// disguises are the ways a text can lie in a file without being sealed.
func disguises(s string) map[string][]byte {
	wide := func(low bool) (b []byte) {
		for i := range s {
			if low {
				b = append(b, s[i], 0)
			} else {
				b = append(b, 0, s[i])
			}
		}
		return b[1-map[bool]int{true: 1, false: 0}[low]:]
	}
	all := map[string][]byte{
		"text": []byte(s), "capitals": []byte(strings.ToUpper(s)), "UTF-16": wide(true), "UTF-16, the other way": wide(false),
		"hexadecimal": []byte(hex.EncodeToString([]byte(s))), "HEXADECIMAL": []byte(strings.ToUpper(hex.EncodeToString([]byte(s)))),
	}
	for shift := range 3 { // base64 depends on where in three bytes the text begins
		for how, enc := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64 for addresses": base64.URLEncoding} {
			text := enc.EncodeToString([]byte(strings.Repeat("a", shift) + s))
			begin, end := (shift*8+5)/6, (shift+len(s))*8/6
			all[fmt.Sprintf("%s, %d", how, shift)] = []byte(text[begin:end])
		}
	}
	return all
}

// in looks through bytes, and through what is packed in them.
func (h *hunt) in(where string, b []byte) {
	h.bytes(where, b)
	for i := 0; i+2 < len(b); i++ {
		switch {
		case b[i] == 0x1f && b[i+1] == 0x8b && b[i+2] == 8:
			if z, err := gzip.NewReader(bytes.NewReader(b[i:])); err == nil {
				h.packed(where+", unpacked", z)
			}
		case b[i] == 0x78 && (b[i+1] == 0x01 || b[i+1] == 0x5e || b[i+1] == 0x9c || b[i+1] == 0xda):
			h.packed(where+", unpacked", flate.NewReader(bytes.NewReader(b[i+2:])))
		}
	}
}

// packed reads as much as can be unpacked.
func (h *hunt) packed(where string, r io.Reader) {
	var b bytes.Buffer
	io.Copy(&b, io.LimitReader(r, 64<<20)) // what breaks off was no packed stream, or its beginning is enough
	h.bytes(where, b.Bytes())
}

func (h *hunt) bytes(where string, b []byte) {
	for what, needle := range h.needles {
		if i := bytes.Index(b, needle); i >= 0 {
			h.found[where+": "+what] = true
		}
	}
}

// folder looks through every file below.
func (h *hunt) folder(t *testing.T, name, dir string) (files int, size int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil // a server at work takes files away
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		files++
		size += int64(len(b))
		rel, _ := filepath.Rel(dir, path)
		h.in(name+"/"+rel, b)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, size
}

func (h *hunt) list() []string {
	var all []string
	for f := range h.found {
		all = append(all, f)
	}
	slices.Sort(all)
	return all
}

// A dumpedDay is a site after a day of work, and where everything it left lies.
type dumpedDay struct {
	*poisonedTown
	t       *testing.T
	dir     string // all its own files
	dsn     string
	cluster string // PostgreSQL's own files
	log     *logBook
	numbers []string
}

// newDumpedDay serves a municipality out of one folder for a day: everybody
// tells, works and reads, some things go wrong, and what is done beside the
// pages is done.
func newDumpedDay(t *testing.T, engine db.Engine) *dumpedDay {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "tmp"))
	x := &dumpedDay{t: t, dir: dir, dsn: "sqlite:" + filepath.Join(dir, "tilhor.db"), log: &logBook{}}
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	if engine == db.Postgres {
		x.startPostgres()
	}
	d, err := db.Open(t.Context(), x.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	keys := sealtest.In(t, filepath.Join(dir, "keys"), webtest.Owner)
	w := siteLogging(t, d, keys, siteNow.Add(time.Hour), slog.New(slog.NewJSONHandler(x.log, &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true})))
	files, numbers := markedFiles()
	x.numbers = numbers
	x.poisonedTown = peopled(w, marker, files)
	x.day()
	return x
}

func (x *dumpedDay) startPostgres() {
	x.t.Helper()
	dir, err := os.MkdirTemp("/tmp", fmt.Sprintf("tilhor-pg-%d-", os.Getpid())) // a socket's path must be short
	if err != nil {
		x.t.Fatal(err)
	}
	c, err := dbtest.StartIn(dir, "fsync=off", "shared_buffers=32MB", "max_connections=100", "log_min_error_statement=error")
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(c.Stop)
	x.dsn, x.cluster = c.DSN, dir
}

// day is a busy one.
func (x *dumpedDay) day() {
	x.t.Helper()
	x.worked()
	x.ends()
	rektor := x.enter(x.people["rektor"], mfa)
	x.secret = append(x.secret, rektor.Value)
	for _, path := range []string{"/saker", "/i-dag", x.track, x.track + "/utskrift", x.track + "/plan/utskrift", x.track + "/lesinger", "/bekymringer", "/finnes-ikke/" + marker(900)} {
		x.do("GET", rektor, "nb", strings.ReplaceAll(path, " ", "%20"), nil)
	}
	x.do("POST", rektor, "nb", "/saker", url.Values{"sok": {marker(901)}})
	x.do("POST", rektor, "nb", x.track+"/skriv", url.Values{"what": {"note"}, "text": {strings.Repeat(marker(902), 20_000)}}) // too long to be taken
	x.do("POST", nil, "nb", x.track+"/skriv", url.Values{"what": {"note"}, "text": {marker(903)}})
	ctx := context.Background()
	if _, err := x.house.journal.Sequence(ctx, x.house.db, x.owner(), x.clock); err != nil {
		x.t.Fatal(err)
	}
	if _, err := duty.Wake(ctx, x.house.db, x.owner(), x.clock(), 1000); err != nil {
		x.t.Fatal(err)
	}
	x.must(oversight.Publish(ctx, x.house.db, x.owner(), x.clock()))
	x.must(x.site.Sweep(ctx))
}

var countKept = testSQL(`SELECT COUNT(pid_hash) + COUNT(email) + COUNT(feide_hash) FROM roster_person WHERE owner = $1`)

// kept is how many numbers and addresses lie sealed: what is not there is not
// found either.
func (x *dumpedDay) kept() (n int) {
	x.read(func(tx *db.Tx) error { return tx.One(countKept, db.Args(x.owner()), &n) })
	return n
}

// backup makes the archives, and gives the data as somebody reads them who has
// the key of the archive and not those of the owner.
func (x *dumpedDay) backup() []byte {
	x.t.Helper()
	id, err := age.GenerateX25519Identity()
	x.must(err)
	to := filepath.Join(x.dir, "backup")
	x.must(os.MkdirAll(to, 0o700))
	var said bytes.Buffer
	app := &App{In: strings.NewReader(""), Out: &said, Err: &said, Clock: x.clock}
	c := BackupCmd{Where: Where{DB: x.dsn, Keys: filepath.Join(x.dir, "keys")}, To: to, Recipient: []string{id.Recipient().String()}}
	x.must(c.Run(app))
	files, err := filepath.Glob(filepath.Join(to, "*"+dataSuffix))
	x.must(err)
	if len(files) != 1 {
		x.t.Fatalf("%d archives of data", len(files))
	}
	var b bytes.Buffer
	b.Write(said.Bytes())
	x.must(data(files[0], []age.Identity{id}, func(r io.Reader) error { _, err := io.Copy(&b, r); return err }))
	if !bytes.Contains(b.Bytes(), []byte(`"table":"concerns_text"`)) {
		x.t.Fatal("the archive has no words in it")
	}
	return b.Bytes()
}

// hunted looks through everything the day left.
func (x *dumpedDay) hunted() *hunt {
	x.t.Helper()
	h := newHunt(append([]string{stem}, x.numbers[:3]...), append(slices.Clone(x.numbers), x.secret...))
	h.in("the backup, opened", x.backup())
	if x.cluster != "" {
		x.write(func(tx *db.Tx) error { _, err := tx.Exec(db.SQL(`CHECKPOINT`)); return err })
		files, size := h.folder(x.t, "PostgreSQL", x.cluster)
		x.t.Logf("PostgreSQL: %d files, %d MB", files, size>>20)
	}
	files, size := h.folder(x.t, "the folder", x.dir)
	x.t.Logf("%d files, %d kB; %d needles; %d bytes logged", files, size>>10, len(h.needles), x.log.b.Len())
	h.in("the log", x.log.b.Bytes())
	return h
}

// Whoever has everything but the keys reads nothing: after a day of telling and
// work, database, its log, temporary files, backup and our own log hold no word
// that was written, no name, no person number, no address, no cookie, in no
// disguise; one word that lies openly is found in each of them.
func TestNothingCanBeReadAtRest(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			x := newDumpedDay(t, engine)
			if n := x.kept(); len(x.fed) < 200 || n != 3*len(x.numbers) || n < 30 || len(x.secret) < 10 {
				t.Fatalf("%d fields, %d of %d numbers, addresses and names to sign in by, %d secrets: no busy day", len(x.fed), n, 3*len(x.numbers), len(x.secret))
			}
			for _, f := range x.hunted().list() {
				t.Error(f)
			}
			// The controls: one word openly in a table, in a file left behind, in the log.
			if err := x.house.db.SetMark(context.Background(), "sabotage", marker(990)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(x.dir, "tmp", "left"), []byte(marker(991)), 0o600); err != nil {
				t.Fatal(err)
			}
			x.house.log.Info("sabotage", "word", marker(992))
			x.must(os.RemoveAll(filepath.Join(x.dir, "backup")))
			seen := strings.Join(x.hunted().list(), "\n")
			for _, where := range []string{"the backup, opened", "the folder/tmp/left", "the log"} {
				if !strings.Contains(seen, where+": ") {
					t.Errorf("a word that lies openly in %s is not found:\n%s", where, seen)
				}
			}
			table := map[db.Engine]string{db.SQLite: "the folder/tilhor.db-wal: ", db.Postgres: "PostgreSQL/data/"}[engine]
			if !strings.Contains(seen, table) {
				t.Errorf("a word that lies openly in a table is not found in %s:\n%s", table, seen)
			}
			if engine == db.SQLite { // when the last closes it, what stood in the log of it moves into the file
				x.must(x.house.db.Close())
				h := newHunt([]string{stem}, nil)
				h.folder(t, "the folder", x.dir)
				if seen := strings.Join(h.list(), "\n"); !strings.Contains(seen, "the folder/tilhor.db: ") {
					t.Errorf("a word that lies openly in the file is not found:\n%s", seen)
				}
			}
		})
	}
}

// The hunt sees through every disguise.
func TestTheHuntSeesThroughDisguise(t *testing.T) {
	for how, b := range disguises(stem) {
		h := newHunt([]string{stem}, nil)
		if h.in("x", slices.Concat([]byte("\x00før"), b, []byte("etter"))); len(h.found) == 0 {
			t.Errorf("%s is not found", how)
		}
	}
	for shift := range 5 {
		h := newHunt([]string{stem}, nil)
		if h.in("x", []byte(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("å", shift)+marker(1))))); len(h.found) == 0 {
			t.Errorf("base64 of a longer text, %d: not found", shift)
		}
	}
	var packed bytes.Buffer
	packed.WriteString("foran")
	z := gzip.NewWriter(&packed)
	io.WriteString(z, marker(1))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	h := newHunt([]string{stem}, nil)
	if h.in("x", packed.Bytes()); len(h.found) == 0 {
		t.Error("what is packed is not found")
	}
	h = newHunt([]string{stem}, []string{synthetic(0)})
	if h.in("x", []byte("merke, q, 128411")); len(h.found) != 0 {
		t.Errorf("found in nothing: %v", h.list())
	}
}
