package work_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/work"
)

// The municipalities that were lived in, kept for ever: what the rooms of their day
// had written, with the keys it is sealed with, at the head of each schema that has
// landed. For step 386 it is testdata/lived/00386.tar.gz, with
//
//	copy       every row in the portable form
//	acts       the id of each act that was acknowledged, one a line
//	keys/…     the owner's keys, and what was signed and shredded beside them
//
// The databases in internal/db/testdata hold any values in any cell; these hold what
// can be opened. TILHOR_UPDATE=1 makes the one that is missing.
const livedIn = "testdata/lived"

// livedAt is when they were lived in.
var livedAt = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Oslo())

// landed is the newest step that somebody may have run.
func landed(t *testing.T) (step int64) {
	t.Helper()
	sums, err := os.ReadFile("../db/testdata/steps.sum")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	if _, err := fmt.Sscanf(strings.Fields(lines[len(lines)-1])[1], "%05d_", &step); err != nil {
		t.Fatal(err)
	}
	return step
}

func livedFile(step int64) string { return filepath.Join(livedIn, fmt.Sprintf("%05d.tar.gz", step)) }

// makeLived lives in a municipality, and keeps it.
func makeLived(t *testing.T, step int64) {
	t.Helper()
	ctx, d, keys := context.Background(), dbtest.SQLite(t), filepath.Join(t.TempDir(), "keys")
	if at, err := d.Schema(ctx); err != nil || at != step {
		t.Fatalf("this program writes step %d, not %d: %v", at, step, err)
	}
	now := livedAt
	p, err := work.Over(ctx, d, keys, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(uint64(step), 1))
	var acts strings.Builder
	do := func(a work.Act) {
		t.Helper()
		now = now.Add(time.Second)
		if err := a.Do(ctx); err != nil {
			t.Fatalf("%s: %v", a.Kind(), err)
		}
		if a.Kind() != "session" {
			acts.WriteString(a.ID + "\n")
		}
	}
	for range 60 {
		do(p.Next(rng))
	}
	if err := p.Plan(ctx); err != nil {
		t.Fatal(err)
	}
	for n := range work.WholeKinds() {
		if a, ok := p.Whole(n, rng); ok {
			do(a)
		}
	}
	if err := errors.Join(p.Tend(ctx), p.Holds(ctx)); err != nil {
		t.Fatal(err)
	}
	var b, rows bytes.Buffer
	if _, err := d.Dump(ctx, &rows); err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	add := func(name string, text []byte) {
		t.Helper()
		err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), ModTime: livedAt})
		if _, err2 := w.Write(text); errors.Join(err, err2) != nil {
			t.Fatal(err, err2)
		}
	}
	add("copy", rows.Bytes())
	add("acts", []byte(acts.String()))
	files, err := os.ReadDir(p.Keys.Folder(work.Owner))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(p.Keys.Folder(work.Owner), f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		add("keys/"+f.Name(), text)
	}
	if err := errors.Join(w.Close(), z.Close(), os.MkdirAll(livedIn, 0o755), os.WriteFile(livedFile(step), b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1<<20 {
		t.Errorf("%s has %d bytes: too many to keep for ever", livedFile(step), b.Len())
	}
}

// readLived gives what is kept, by name.
func readLived(t *testing.T, file string) map[string][]byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return all
		}
		if err == nil {
			all[h.Name], err = io.ReadAll(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// errWords says that something that was written cannot be read.
var errWords = errors.New("what was written is not there")

// livesOn opens a municipality as this program does, from the step it was kept at:
// its record holds, every word in it can be opened and is there once, a case is shown
// to who has it, and work goes on. before is done to it before it is brought up to
// date.
func livesOn(t *testing.T, step int64, kept map[string][]byte, dsn string, before *db.Stmt) error {
	ctx, keys := context.Background(), filepath.Join(t.TempDir(), "keys")
	folder := filepath.Join(keys, string(work.Owner))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for name, text := range kept {
		if file, ok := strings.CutPrefix(name, "keys/"); ok {
			if err := os.WriteFile(filepath.Join(folder, file), text, 0o600); err != nil {
				return err
			}
		}
	}
	old, err := db.OpenAt(ctx, dsn, step)
	if err != nil {
		return err
	}
	if _, err := old.Load(ctx, bytes.NewReader(kept["copy"])); err != nil {
		return err
	}
	if before != nil {
		if err := old.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(before, work.Owner); return err }); err != nil {
			return err
		}
	}
	if err := old.Close(); err != nil {
		return err
	}
	p, err := work.Open(ctx, dsn, keys, func() time.Time { return livedAt.Add(2 * time.Hour) })
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Verify(ctx); err != nil {
		return err
	}
	f := p.Finder()
	if err := f.Look(ctx); err != nil {
		return err
	}
	acts := strings.Fields(string(kept["acts"]))
	for _, id := range acts {
		if n := f.Count(id); n != 1 {
			return fmt.Errorf("%w: %s, %d times", errWords, id, n)
		}
	}
	if len(acts) < 80 {
		return fmt.Errorf("only %d acts were done in it", len(acts))
	}
	if err := caseShown(ctx, p); err != nil {
		return err
	}
	a := p.Tell(rand.New(rand.NewPCG(9, 9)))
	if err := errors.Join(a.Do(ctx), p.Tend(ctx), f.Look(ctx)); err != nil || f.Count(a.ID) != 1 {
		return fmt.Errorf("work does not go on: %w", err)
	}
	return p.Holds(ctx)
}

// caseShown opens a case of each school as rektor does.
func caseShown(ctx context.Context, p *work.Place) error {
	for _, s := range p.Schools {
		var slug string
		err := p.DB.Read(ctx, func(tx *db.Tx) error { return tx.One(aTrack, db.Args(work.Owner, s.ID), &slug) })
		if err != nil {
			return err
		}
		c, err := p.Cases.See(ctx, s.Rektor, slug, "overview")
		if err != nil {
			return err
		}
		words := 0
		for _, r := range c.Records {
			words += len(r.Text)
		}
		if words == 0 {
			return fmt.Errorf("%w: a case has no word in it", errWords)
		}
	}
	return nil
}

var (
	aTrack = db.SQL(`SELECT t.slug FROM cases_track t WHERE t.owner = $1 AND t.school = $2 AND
		EXISTS (SELECT x.track FROM cases_text x WHERE x.owner = t.owner AND x.track = t.id) ORDER BY t.id LIMIT 1`)
	losesAnEntry = db.SQL(`DELETE FROM journal_entry WHERE owner = $1 AND leaf = 7`)
	losesWords   = db.SQL(`DELETE FROM cases_text WHERE owner = $1`)
	losesKeys    = db.SQL(`UPDATE seal_key SET kind = 'x' || kind WHERE owner = $1 AND kind = 'concern'`)
)

// Every municipality that was lived in at a head that has landed lives on with this
// program, on both engines.
func TestLivedMunicipalitiesLiveOn(t *testing.T) {
	head := landed(t)
	if _, err := os.Stat(livedFile(head)); errors.Is(err, os.ErrNotExist) {
		if os.Getenv("TILHOR_UPDATE") == "" {
			t.Fatalf("nobody has lived in a municipality of step %d: TILHOR_UPDATE=1 go test ./internal/work -run Lived keeps one", head)
		}
		makeLived(t, head)
	}
	files, err := filepath.Glob(filepath.Join(livedIn, "*.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var step int64
		if _, err := fmt.Sscanf(filepath.Base(file), "%05d.tar.gz", &step); err != nil {
			t.Fatal(file, err)
		}
		kept := readLived(t, file)
		for engine, dsn := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteDSN, "postgres": dbtest.EmptyPostgresDSN} {
			if err := livesOn(t, step, kept, dsn(t), nil); err != nil {
				t.Errorf("%s on %s: %.2000v", file, engine, err)
			}
		}
		if step != head {
			continue
		}
		// The controls: a step that loses an entry of the record, words, or keys; and an
		// act that is not there.
		for _, before := range []*db.Stmt{losesAnEntry, losesWords, losesKeys} {
			if err := livesOn(t, step, kept, dbtest.SQLiteDSN(t), before); !errors.Is(err, work.ErrRecord) {
				t.Errorf("the control was not caught: %.300v, want %v", err, work.ErrRecord)
			}
		}
		kept["acts"] = append(kept["acts"], "tell-"+tilhor.NewID()...)
		if err := livesOn(t, step, kept, dbtest.SQLiteDSN(t), nil); !errors.Is(err, errWords) {
			t.Errorf("the control was not caught: %.300v, want %v", err, errWords)
		}
	}
}
