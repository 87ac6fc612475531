package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestPagesArePacked(t *testing.T) {
	long := strings.Repeat("<p>Skolen har visst det i 9 skoledager. ", 500)
	for _, c := range []struct {
		name, accept, page string
		packed             bool
	}{
		{"a long page", "gzip, br", long, true},
		{"a reader that takes none", "", long, false},
		{"a reader that refuses it", "gzip;q=0", long, false},
		{"a short page", "gzip", "<p>Vi finner ikke siden", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", c.accept)
			sent := pack(w, r, []byte(c.page))
			if vary := w.Header().Get("Vary") != ""; vary != (len(c.page) >= packFrom) {
				t.Errorf("Vary: %v", vary)
			}
			if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != c.packed {
				t.Fatalf("packed: %v", packed)
			}
			if !c.packed {
				if string(sent) != c.page {
					t.Error("it was changed")
				}
				return
			}
			if len(sent)%packStep != 0 || len(sent) >= len(c.page) {
				t.Errorf("%d bytes of %d", len(sent), len(c.page))
			}
			if back := unpacked(t, sent); back != c.page {
				t.Errorf("it is read back as %d bytes of %d", len(back), len(c.page))
			}
		})
	}
}

func unpacked(t *testing.T, b []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// A guess that stands in the page already is packed shorter than one that does
// not: whoever sees sizes pass by and can write into the page would read it
// letter by letter. The control is the same without rounding.
func TestThePackedSizeTellsNoWord(t *testing.T) {
	page := func(guess string) []byte {
		return []byte(strings.Repeat("<p class=\"t-soft\">Nora sier at det skjedde i garderoben.</p>", 60) + guess)
	}
	size := func(b []byte) int {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", "gzip")
		return len(pack(httptest.NewRecorder(), r, b))
	}
	bare := func(b []byte) int {
		var out bytes.Buffer
		z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
		z.Write(b)
		z.Close()
		return out.Len()
	}
	right, wrong := page("det skjedde i garderoben"), page("qev wxyudde z pukvfrobax")
	if a, b := size(right), size(wrong); a != b {
		t.Errorf("%d and %d bytes", a, b)
	}
	if bare(right) == bare(wrong) {
		t.Error("the control tells nothing apart: nothing was shown")
	}
}

// Any length of a packed page is filled up to a whole step, and read back.
func TestAnyPackedLengthIsRounded(t *testing.T) {
	var all sync.WaitGroup
	for n := packFrom; n < packFrom+3*packStep; n += 7 {
		all.Go(func() {
			b := make([]byte, n)
			for i := range b {
				b[i] = byte(i*i>>3 ^ i)
			}
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("Accept-Encoding", "gzip")
			sent := pack(httptest.NewRecorder(), r, b)
			if len(sent)%packStep != 0 || unpacked(t, sent) != string(b) {
				t.Errorf("%d bytes became %d", n, len(sent))
			}
		})
	}
	all.Wait()
}
