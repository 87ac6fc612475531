package file

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A converter that gives a PDF gives it; one that fails, gives something else, or is
// not there, gives nothing; and none sees what surrounds us.
func TestToPDF(t *testing.T) {
	t.Setenv("TILHOR_SECRET", "hemmelig")
	dir := t.TempDir()
	script := func(text string) []string {
		name := filepath.Join(dir, "convert-"+text[:4])
		if err := os.WriteFile(name, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return []string{name}
	}
	got, err := ToPDF(context.Background(), script(`printf '%%PDF-1.7 '; cat; env`), []byte("<p>Svar</p>"))
	if err != nil || !strings.HasPrefix(string(got), "%PDF-1.7 <p>Svar</p>") || strings.Contains(string(got), "hemmelig") {
		t.Errorf("%q %v", got, err)
	}
	for name, c := range map[string][]string{"no PDF": script(`cat >/dev/null; echo hei`), "fails": script(`exit 3`), "missing": {filepath.Join(dir, "nothing")}, "none": nil} {
		if _, err := ToPDF(context.Background(), c, []byte("x")); !errors.Is(err, ErrConvert) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
