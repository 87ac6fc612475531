package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// dist holds what make assets leaves. In a clean clone it is empty, so that
// everything builds and all but the look can be tested.
//
//go:embed all:dist
var dist embed.FS

// StaticPath is where the style sheets, fonts, icons and script are served.
const StaticPath = "/static/"

// A shelf is the files of one build: by plain name for the pages, by stamped
// name for the browser.
type shelf struct {
	stamped map[string]string
	files   map[string]staticFile
}

type staticFile struct {
	kind         string
	body, packed []byte
}

// kinds are the only kinds of file that are served: what is not here is not
// found, whatever lies in the folder.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

var shelved, shelfErr = fill(dist)

// fill reads a whole build into memory (about half a megabyte): the names are
// known beforehand, so no path from outside ever reaches a file system.
func fill(fsys fs.FS) (shelf, error) {
	s := shelf{stamped: map[string]string{}, files: map[string]staticFile{}}
	b, err := fs.ReadFile(fsys, "dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return s, errors.New("the style sheets are not in this build: run «make assets» and build again")
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(b, &s.stamped); err != nil {
		return s, fmt.Errorf("manifest.json: %w", err)
	}
	for _, name := range s.stamped {
		f := staticFile{kind: kinds[path.Ext(name)]}
		if f.kind == "" {
			return s, fmt.Errorf("manifest.json names %s, which is not a kind to serve", name)
		}
		if f.body, err = fs.ReadFile(fsys, "dist/"+name); err != nil {
			return s, err
		}
		f.packed, _ = fs.ReadFile(fsys, "dist/"+name+".gz")
		s.files[name] = f
	}
	return s, nil
}

// AssetsBuilt says what to run when the binary was built without its style
// sheets; the server writes it to stderr at start.
func AssetsBuilt() error { return shelfErr }

// Asset is the address of a file by its plain name, "work.css". The address
// changes when the content does, so a browser may keep it for good.
func Asset(name string) string {
	if stamped, ok := shelved.stamped[name]; ok {
		return StaticPath + stamped
	}
	return StaticPath + name
}

// Static serves the files under StaticPath.
func Static() http.Handler { return shelved }

func (s shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	}
	f, ok := s.files[strings.TrimPrefix(r.URL.Path, StaticPath)]
	if !ok {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "", http.StatusNotFound)
		return
	}
	h, body := w.Header(), f.body
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if f.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = f.packed
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		w.Write(body)
	}
}

// takesGzip reads Accept-Encoding as far as it matters: gzip named, and not
// with a weight of nothing.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == "gzip" {
			w := strings.ReplaceAll(weight, " ", "")
			return w != "q=0" && !strings.HasPrefix(w, "q=0.000")
		}
	}
	return false
}
