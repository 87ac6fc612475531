package signin

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// A provider's answer is read to a megabyte and no further, whether it says
// how long it is or not; and it cannot send us elsewhere.
func TestAProvidersAnswerIsBounded(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/said":
			w.Header().Set("Content-Length", strconv.Itoa(maxAnswer+1))
			w.Write([]byte(strings.Repeat("a", maxAnswer+1)))
		case "/unsaid":
			for range 3 * maxAnswer >> 16 {
				w.Write([]byte(strings.Repeat("a", 1<<16)))
				w.(http.Flusher).Flush()
			}
		case "/elsewhere":
			http.Redirect(w, r, "/small", http.StatusFound)
		default:
			w.Write([]byte("a"))
		}
	}))
	defer srv.Close()
	c := client()
	cases := []struct {
		path   string
		status int
		length int
		whole  bool
	}{
		{"/small", 200, 1, true},
		{"/said", 200, 0, false},
		{"/unsaid", 200, maxAnswer, false},
		{"/elsewhere", 302, -1, true},
	}
	for _, k := range cases {
		resp, err := c.Get(srv.URL + k.path)
		n, status := 0, k.status
		if err == nil {
			var b []byte
			b, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			n, status = len(b), resp.StatusCode
		}
		if k.whole != (err == nil) || !k.whole && !errors.Is(err, errTooLong) || status != k.status || k.length >= 0 && n > k.length {
			t.Errorf("%s: %d, %d bytes, %v", k.path, status, n, err)
		}
	}
}
