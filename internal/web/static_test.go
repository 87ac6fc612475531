package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func built(t *testing.T) shelf {
	t.Helper()
	s, err := fill(fstest.MapFS{
		"dist/manifest.json":         {Data: []byte(`{"work.css": "work-AAAAAAAA.css", "x.woff2": "x-BBBBBBBB.woff2"}`)},
		"dist/work-AAAAAAAA.css":     {Data: []byte("body{}")},
		"dist/work-AAAAAAAA.css.gz":  {Data: []byte("packed")},
		"dist/x-BBBBBBBB.woff2":      {Data: []byte("font")},
		"dist/left-over-CCCCCCC.css": {Data: []byte("old")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStatic(t *testing.T) {
	cases := []struct {
		name, method, path, accept string
		status                     int
		body, kind, cache          string
	}{
		{"plain", "GET", "/static/work-AAAAAAAA.css", "", 200, "body{}", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"packed", "GET", "/static/work-AAAAAAAA.css", "br, gzip;q=0.8", 200, "packed", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"gzip refused", "GET", "/static/work-AAAAAAAA.css", "gzip;q=0", 200, "body{}", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"head", "HEAD", "/static/work-AAAAAAAA.css", "", 200, "", "text/css; charset=utf-8", "public, max-age=31536000, immutable"},
		{"a font has no packed copy", "GET", "/static/x-BBBBBBBB.woff2", "gzip", 200, "font", "font/woff2", "public, max-age=31536000, immutable"},
		{"unknown", "GET", "/static/no.css", "", 404, "\n", "text/plain; charset=utf-8", "no-store"},
		{"an old stamp", "GET", "/static/work-ZZZZZZZZ.css", "", 404, "\n", "text/plain; charset=utf-8", "no-store"},
		{"what the manifest does not name", "GET", "/static/left-over-CCCCCCC.css", "", 404, "\n", "text/plain; charset=utf-8", "no-store"},
		{"the manifest itself", "GET", "/static/manifest.json", "", 404, "\n", "text/plain; charset=utf-8", "no-store"},
		{"up and out", "GET", "/static/../static.go", "", 404, "\n", "text/plain; charset=utf-8", "no-store"},
		{"the folder", "GET", "/static/", "", 404, "\n", "text/plain; charset=utf-8", "no-store"},
		{"post", "POST", "/static/work-AAAAAAAA.css", "", 405, "\n", "text/plain; charset=utf-8", ""},
	}
	s := built(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/", nil)
			r.URL.Path = c.path
			r.Header.Set("Accept-Encoding", c.accept)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			res := w.Result()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != c.status || string(body) != c.body || res.Header.Get("Content-Type") != c.kind || res.Header.Get("Cache-Control") != c.cache {
				t.Errorf("got %d %q %v", res.StatusCode, body, res.Header)
			}
			if res.StatusCode == http.StatusOK && res.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Error("a browser may guess the kind")
			}
		})
	}
}

func TestFillRefuses(t *testing.T) {
	cases := []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"nothing built", fstest.MapFS{"dist/.keep": {}}, "make assets"},
		{"a broken manifest", fstest.MapFS{"dist/manifest.json": {Data: []byte("{")}}, "manifest.json"},
		{"a kind we do not serve", fstest.MapFS{"dist/manifest.json": {Data: []byte(`{"a.html": "a-AAAAAAAA.html"}`)}}, "not a kind"},
		{"a file that is not there", fstest.MapFS{"dist/manifest.json": {Data: []byte(`{"a.css": "a-AAAAAAAA.css"}`)}}, "a-AAAAAAAA.css"},
	}
	for _, c := range cases {
		if _, err := fill(c.files); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
