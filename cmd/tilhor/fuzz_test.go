package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tilhor"
)

// kept writes what a fuzzer made to a file of the target's own.
func kept(f *testing.F, name string) func(t *testing.T, text []byte) string {
	path := filepath.Join(f.TempDir(), name)
	return func(t *testing.T, text []byte) string {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
}

// FuzzSettings: settings that are taken are one JSON object and nothing more,
// and say for each owner what must be said before anybody is served.
func FuzzSettings(f *testing.F) {
	const good = `{"owners":[{"id":"granvik","name":"Granvik","hosts":["granvik.example"],"base":"https://granvik.example","dpo":"post@granvik.example","dpia":"2026-08-01",
		"providers":[{"name":"feide","kind":"feide","issuer":"https://auth.dataporten.no","clientId":"x","secret":"y"}],"levels":{"teacher":"two"}}]}`
	for _, s := range []string{good, good + good, good + "]", good + " \n", strings.Replace(good, "2026-08-01", "2026-02-30", 1), strings.Replace(good, `"two"`, `"three"`, 1), strings.Replace(good, `"id"`, `"ID"`, 1), `{"owners":[null]}`, `null`, ``} {
		f.Add([]byte(s))
	}
	put := kept(f, "tilhor.json")
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := readSettings(put(t, raw))
		if err != nil {
			return
		}
		if !json.Valid(raw) {
			t.Fatalf("%q is taken", raw)
		}
		for _, o := range s.Owners {
			if o.ID == "" || o.DPO == "" || len(o.Hosts) == 0 || len(o.Providers) == 0 {
				t.Fatalf("%+v is taken", o)
			}
			if _, err := tilhor.ParseDate(string(o.DPIA)); err != nil {
				t.Fatalf("the date %q is taken", o.DPIA)
			}
		}
	})
}

// packed is an archive with files of these names.
func packed(f testing.TB, names ...string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, n := range names {
		if err := errors.Join(w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: n, Mode: 0o600, Size: 3}), func() error { _, err := w.Write([]byte("abc")); return err }()); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	return b.Bytes()
}

// hollow is an archive of a few kilobytes with one file that claims a terabyte
// of holes.
func hollow(f testing.TB) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	maps := make([]byte, 512)
	copy(maps, "1\n1099511627776\n0\n")
	err := w.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: "GNUSparseFile.0/owner.key", Mode: 0o600, Size: int64(len(maps)), Format: tar.FormatPAX,
		PAXRecords: map[string]string{"XXX.sparse.major": "1", "XXX.sparse.minor": "0", "XXX.sparse.name": "granvik/owner.key", "XXX.sparse.realsize": "1099511627776"},
	})
	if _, err2 := w.Write(maps); err != nil || err2 != nil || w.Close() != nil {
		f.Fatal(err, err2)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("XXX.sparse"), []byte("GNU.sparse"))
}

// FuzzKeysArchive: what an archive of keys holds is files of owners, of no more
// bytes than the archive has, and of names that stay in their folder.
func FuzzKeysArchive(f *testing.F) {
	good := packed(f, "granvik/owner.key", "granvik/sign.key", "nabo/owner.key")
	for _, b := range [][]byte{
		good, good[:len(good)/2], packed(f, "granvik/owner.key", "granvik/owner.key"), packed(f, "granvik/../x"), packed(f, "../granvik/x"), packed(f, "/granvik/x"),
		packed(f, "granvik/.x"), packed(f, "granvik/a/b"), packed(f, "x"), hollow(f),
		{},
	} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		files := map[string]map[string][]byte{}
		if err := readKeys(bytes.NewReader(raw), files); err != nil {
			return
		}
		total := 0
		for owner, of := range files {
			for name, text := range of {
				total += len(text)
				if filepath.Join("keys", owner, name) != "keys/"+owner+"/"+name || strings.ContainsAny(owner+name, "/\\\x00\n") || strings.HasPrefix(name, ".") {
					t.Fatalf("%q of %q", name, owner)
				}
			}
		}
		if total > len(raw) {
			t.Fatalf("%d bytes came out of %d", total, len(raw))
		}
	})
}

// TestAnArchiveOfHolesIsRefused: it was read until the memory was full.
func TestAnArchiveOfHolesIsRefused(t *testing.T) {
	files := map[string]map[string][]byte{}
	if err := readKeys(bytes.NewReader(hollow(t)), files); err == nil || len(files) > 0 {
		t.Fatalf("%v, %d owners", err, len(files))
	}
	if err := readKeys(bytes.NewReader(packed(t, "granvik/owner.key")), files); err != nil || string(files["granvik"]["owner.key"]) != "abc" {
		t.Fatalf("an archive without holes: %v %q", err, files)
	}
}

// FuzzTraining: a list of who has been trained is read whole or refused with
// its line, and never with what stands on it.
func FuzzTraining(f *testing.F) {
	for _, s := range []string{
		"ansatt-id;dato\na1;2026-08-20\na2;\n", "\ufeffansatt-id;dato\r\na1;20.08.2026\r\n", "a1\n\na2\n", "a1;\"2026-08-20\n", "a1,2026-08-20\n", "ansatt-id;dato\n;2026-01-01\n", "a1;2026-02-30\n", "a1;x;y\n",
		strings.Repeat("a", 3000), "\xff\xfea\x001\x00", "a1;2026-08-20\ra2;2026-08-20\r",
	} {
		f.Add([]byte(s))
	}
	put := kept(f, "list.csv")
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := RosterTrainingCmd{File: put(t, text)}.rows("2026-11-23")
		if err != nil {
			if !strings.Contains(err.Error(), "line ") || len(err.Error()) > 100 {
				t.Fatalf("%v", err)
			}
			return
		}
		for _, r := range rows {
			if _, err := tilhor.ParseDate(string(r.on)); err != nil || r.person == "" || r.line < 1 {
				t.Fatalf("%+v", r)
			}
		}
	})
}

// FuzzDays: what an operator types for the first and the last day are days, and
// the day after the last is the next.
func FuzzDays(f *testing.F) {
	f.Add("2026-08-20", "2026-12-31")
	f.Add("", "2200-12-31")
	f.Add("20.08.2026", "x")
	f.Fuzz(func(t *testing.T, first, last string) {
		from, until, err := days(first, last)
		if err != nil {
			return
		}
		if string(from) != first || last == "" && until != "" || last != "" && until.Sub(tilhor.Date(last)) != 1 {
			t.Fatalf("%q to %q became %q to %q", first, last, from, until)
		}
		if fmt.Sprint(dateOf("from", first)) != fmt.Sprint(from, nil) {
			t.Fatal("read in two ways")
		}
	})
}

// TestALongFileIsNotReadInPart: what is cut off at its end looks whole.
func TestALongFileIsNotReadInPart(t *testing.T) {
	for size, fits := range map[int64]bool{maxSmall: true, maxSmall + 1: false} {
		path := filepath.Join(t.TempDir(), "f")
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, size)); err != nil {
			t.Fatal(err)
		}
		if text, err := readSmall(nil, path); (err == nil) != fits || fits && int64(len(text)) != size {
			t.Errorf("%d bytes: %d were read, %v", size, len(text), err)
		}
	}
}
