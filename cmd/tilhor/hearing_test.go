package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal/sealtest"
)

const smallHearing = "../../internal/hearing/reply/testdata/small"

// The answer goes out and nothing else does; when a claim does not hold or a file
// cannot be read there is none, and it is said where.
func TestHearingCompile(t *testing.T) {
	for _, f := range []string{"json", "md", "html", "txt"} {
		code, out, complaint := call(t, "hearing", "compile", smallHearing, "--format", f, "--lang", "nn")
		if code != 0 || !strings.Contains(out, "Dette er det viktigaste tiltaket") || !strings.Contains(complaint, "T3") {
			t.Errorf("%s: %d\n%s\n%s", f, code, out, complaint)
		}
	}
	for _, c := range []struct{ file, old, new, want string }{
		{"claims.csv", ";43;43", ";42;43", "claims.csv:2: "},
		{"statements.csv", ";against;", ";nei;", "statements.csv:4: "},
		{"letter.json", `"title"`, `title`, "letter.json:2: "},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(smallHearing)); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(strings.Replace(string(b), c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, complaint := call(t, "hearing", "compile", dir)
		if code != 1 || out != "" || !strings.Contains(complaint, c.want) {
			t.Errorf("%s: %d %q\n%s", c.file, code, out, complaint)
		}
	}
	if code, out, complaint := call(t, "hearing", "compile", t.TempDir()); code != 1 || out != "" || !strings.Contains(complaint, "letter.json") {
		t.Errorf("an empty folder: %d %q %q", code, out, complaint)
	}
}

// What was signed when an answer went out though a claim failed, can be checked with
// the owner's public key alone, and other words cannot be passed off for it.
func TestASignatureIsChecked(t *testing.T) {
	d, ctx, keys := dbtest.SQLite(t), context.Background(), sealtest.Keys(t, "granvik")
	j := journal.New(keys)
	var a journal.Attestation
	err := d.Write(ctx, func(tx *db.Tx) error {
		by := tilhor.Actor{Owner: "granvik", Person: "p1", Role: tilhor.RoleOwnerAdviser}
		w, err := j.Append(tx, journal.Entry{Stream: "hearing/h1", Act: "hearing.override-signed", Subject: "l1", When: tilhor.Now(time.Now()), By: by})
		if err == nil {
			a, err = j.Attest(tx, "granvik", w.ID, "hearing.override-signed", "Valget er i gang.\x1b[2J", "Kommunedirektøren")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "signatur.txt")
	for text, want := range map[string]int{string(a.File): 0, strings.Replace(string(a.File), "i gang", "over", 1): 1} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, complaint := call(t, "receipt", "check", file, "--key", keys.Public("granvik"))
		if code != want || want == 0 && (!strings.Contains(out, "\"Valget er i gang.\\x1b[2J\"\n\"Kommunedirektøren\"") || !strings.Contains(out, "Bekreftelsen er ekte. granvik har signert")) {
			t.Errorf("%d\n%s\n%s", code, out, complaint)
		}
	}
}
