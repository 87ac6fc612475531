package seal

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tilhor"
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
