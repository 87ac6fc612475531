package seal

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/db"
)

// FuzzKeyFile: a file beside the owner key is 32 bytes of key or is refused,
// and the refusal never shows what stood in it.
func FuzzKeyFile(f *testing.F) {
	good := secret("owner")
	for _, s := range []string{good, strings.ReplaceAll(good, "\n", "\r\n"), good + good, strings.TrimSpace(good), strings.Replace(good, "=", "", 1), "tilhor owner key 1\n", "tilhor code key 1\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)), ""} {
		f.Add([]byte(s))
	}
	dir := f.TempDir()
	path := filepath.Join(dir, ownerFile)
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		raw, err := readSecret(func(string) ([]byte, error) { return readPrivate(path) }, ownerFile, "owner")
		if err != nil {
			if body := bytes.TrimSpace(text); len(body) > 12 && strings.Contains(err.Error(), string(body[len(body)-12:])) {
				t.Fatalf("the key is told in the error: %v", err)
			}
			return
		}
		if len(raw) != 32 || !bytes.HasPrefix(text, []byte("tilhor owner key 1\n")) {
			t.Fatalf("%q gives a key of %d bytes", text, len(raw))
		}
	})
}

// FuzzOwner: an owner's name that is taken is one folder, here.
func FuzzOwner(f *testing.F) {
	for _, s := range []string{"granvik", "..", "a/b", "a\\b", "a\x00", "a\n", "-", strings.Repeat("a", 64), "CON", "å"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !ValidOwner(tilhor.OwnerID(s)) {
			return
		}
		if filepath.Base(s) != s || s == "." || s == ".." || len(s) > 63 || strings.ContainsAny(s, " \n/\\\x00+") {
			t.Fatalf("%q is taken for an owner", s)
		}
	})
}

// FuzzLabel: the label of a sealed field can be taken apart as it was made.
func FuzzLabel(f *testing.F) {
	f.Add("text", "r1")
	f.Add("a:b", "c")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, field, id string) {
		if strings.Contains(id, ":") {
			return // ids are letters and digits
		}
		a, b, ok := SplitLabel(Label(field, id))
		if !ok || a != field || b != id {
			t.Fatalf("%q and %q came back as %q and %q", field, id, a, b)
		}
	})
}

// FuzzApplyShreddings: the list of shreddings beside the owner key is carried out
// line by line, to its last whole line, or refused with nothing of it done; and a
// key that it does not name is left alone.
func FuzzApplyShreddings(f *testing.F) {
	for _, s := range []string{"", "\n", "concern a 1795419000000\n", "concern a 1795419000000\nconcern b 1795", "concern a\n", "concern a x\n", "concern a 1 2\n", "concern  1\n", " concern a 1\n", "concern a 99999999999999999999\n", "concern a -1\n\nconcern b 2\n", "concern a 1\r\n", "\x00 \xff 1\n", "concern kept 1\n"} {
		f.Add([]byte(s))
	}
	ctx, dir := context.Background(), f.TempDir()
	const owner = "granvik"
	if err := Init(dir, owner); err != nil {
		f.Fatal(err)
	}
	k, err := Open(dir, owner)
	if err != nil {
		f.Fatal(err)
	}
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "tilhor.db"))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { d.Close() })
	gone := func(t *testing.T) (n int, kept bool) {
		t.Helper()
		err := d.Read(ctx, func(tx *db.Tx) error {
			if err := tx.One(countGone, db.Args(owner), &n); err != nil {
				return err
			}
			_, err := k.Get(tx, owner, KindConcern, "kept")
			if errors.Is(err, ErrShredded) {
				return nil
			}
			kept = err == nil
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, kept
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := d.Write(ctx, func(tx *db.Tx) error {
			if _, err := tx.Exec(emptyKeys, owner); err != nil {
				return err
			}
			return Keep(tx, k.New(owner, KindConcern, "kept"))
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(k.Folder(owner), ShreddedFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
		n, err := k.ApplyShreddings(ctx, d, owner)
		rows, kept := gone(t)
		switch lines := bytes.Count(text, []byte("\n")); {
		case err != nil && (rows != 0 || !kept):
			t.Fatalf("%q was refused, and %d keys are shredded", text, rows)
		case n > lines || rows > n:
			t.Fatalf("%d lines of %q shredded %d keys, and it says %d", lines, text, rows, n)
		case err == nil && kept == names(text, "concern kept "):
			t.Fatalf("after %q the key is there: %v", text, kept)
		}
	})
}

// names says whether a whole line begins so.
func names(text []byte, what string) bool {
	for l := range strings.Lines(strings.TrimSpace(string(text[:bytes.LastIndexByte(text, '\n')+1]))) {
		if strings.HasPrefix(l, what) {
			return true
		}
	}
	return false
}

var (
	emptyKeys = db.SQL(`DELETE FROM seal_key WHERE owner = $1`)
	countGone = db.SQL(`SELECT COUNT(*) FROM seal_key WHERE owner = $1 AND shredded IS NOT NULL`)
)
