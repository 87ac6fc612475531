package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor/internal/db"
)

// call runs the program with arguments, and gives its code and what it said.
func call(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	app := &App{In: strings.NewReader(""), Out: &o, Err: &e, Clock: func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }}
	code = run(app, args)
	return code, o.String(), e.String()
}

// settingsIn writes a settings file with one thing changed.
func settingsIn(t *testing.T, dir, old, instead string) string {
	t.Helper()
	const whole = `{"owners":[{"id":"granvik","name":"Granvik kommune","hosts":["tilhor.granvik.example"],"base":"https://tilhor.granvik.example",
		"dpo":"personvern@granvik.example","dpia":"2026-10-01",
		"providers":[{"name":"feide","title":"Feide","kind":"feide","issuer":"https://auth.dataporten.no","clientId":"x","secret":"y"}]}]}`
	text := strings.Replace(whole, old, instead, 1)
	if old != "" && text == whole {
		t.Fatalf("the settings hold no %q", old)
	}
	path := filepath.Join(dir, "tilhor.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve does not begin before what must be in place is in place.
func TestServeRefusesToStart(t *testing.T) {
	for name, c := range map[string]struct{ old, instead, says string }{
		"no assessment of data protection": {`"dpia":"2026-10-01",`, ``, "dpia"},
		"an assessment on no date":         {`2026-10-01`, `2026-13-01`, "dpia"},
		"nobody to reach":                  {`"dpo":"personvern@granvik.example",`, ``, "dpo"},
		"no way to sign in":                {`"kind":"feide"`, `"kind":"passord"`, "kind"},
		"a provider on this machine":       {`https://auth.dataporten.no`, `http://127.0.0.1:9000`, "feide"},
		"a setting nobody knows":           {`"name":"Granvik kommune"`, `"navn":"Granvik kommune"`, "navn"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			lite := "sqlite:" + filepath.Join(dir, "tilhor.db")
			if code, _, errs := call(t, "key", "init", "--keys", filepath.Join(dir, "keys"), "--owner", "granvik"); code != 0 {
				t.Fatal(errs)
			}
			code, _, errs := call(t, "serve", "--db", lite, "--addr", "127.0.0.1:0", "--config", settingsIn(t, dir, c.old, c.instead))
			if code != 2 || !strings.Contains(errs, c.says) {
				t.Fatalf("code %d, said %q, want it to name %q", code, errs, c.says)
			}
		})
	}
}

// Made-up people and real ones never share a database.
func TestDemoAndServeRefuseEachOthersData(t *testing.T) {
	dir := t.TempDir()
	if code, out, errs := call(t, "demo", "--dir", dir, "--no-serve", "--addr", "127.0.0.1:0"); code != 0 || !strings.Contains(out, dir) {
		t.Fatal(code, errs)
	}
	if code, _, errs := call(t, "demo", "--dir", dir, "--no-serve", "--addr", "127.0.0.1:0"); code != 0 {
		t.Fatal("a demo could not be gone on with: " + errs)
	}
	lite := "sqlite:" + filepath.Join(dir, "tilhor.db")
	code, _, errs := call(t, "serve", "--db", lite, "--addr", "127.0.0.1:0", "--config", settingsIn(t, dir, "", ""))
	if code != 2 || !strings.Contains(errs, "made-up people") {
		t.Fatalf("serve took made-up people: %d %q", code, errs)
	}
	if code, _, errs := call(t, "journal", "verify", "--db", lite); code != 1 && code != 0 {
		t.Fatalf("verify: %d %q", code, errs)
	}
	real := t.TempDir()
	if code, _, errs := call(t, "key", "init", "--keys", filepath.Join(real, "keys"), "--owner", "granvik"); code != 0 {
		t.Fatal(errs)
	}
	d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(real, "tilhor.db"))
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	if code, _, errs := call(t, "demo", "--dir", real, "--no-serve", "--addr", "127.0.0.1:0"); code != 2 {
		t.Fatalf("demo took a real folder: %d %q", code, errs)
	}
}

func TestDemoListensOnThisMachineOnly(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0"} {
		if code, _, errs := call(t, "demo", "--dir", t.TempDir(), "--no-serve", "--addr", addr); code != 2 || !strings.Contains(errs, "loopback") {
			t.Errorf("%s: %d %q", addr, code, errs)
		}
	}
}
