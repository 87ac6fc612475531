package signin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
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

// A provider asked by a clock that ran ahead, in vain or not, is asked again
// when the clock has been set back, and not only at the date it showed. The
// controls are the same times without the jump: it is left alone.
func TestAProviderIsAskedAgainAfterAJump(t *testing.T) {
	up, asked := false, 0
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		if !up {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		json.NewEncoder(w).Encode(map[string]string{
			"issuer": srv.URL, "authorization_endpoint": srv.URL + "/a", "token_endpoint": srv.URL + "/t", "jwks_uri": srv.URL + "/j",
		})
	}))
	defer srv.Close()
	s := &source{Provider: Provider{Issuer: srv.URL}, client: client(), madeUp: true}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	year := 365 * 24 * time.Hour
	for i, c := range []struct {
		at    time.Duration
		up    bool
		asked int
		known bool
	}{
		{year, false, 1, false},
		{year + time.Second, true, 1, false}, // the control: just asked in vain
		{0, false, 2, false},
		{restFor, true, 3, true},
		{year, true, 4, true},
		{year + keepFor - 1, true, 4, true}, // the control: what is kept for a day
		{restFor, true, 5, true},
	} {
		up = c.up
		k, err := s.discover(context.Background(), now.Add(c.at))
		if asked != c.asked || (k != nil) != c.known || (err == nil) != c.known {
			t.Errorf("step %d: asked %d times, want %d; known: %v, %v", i, asked, c.asked, k != nil, err)
		}
	}
}
