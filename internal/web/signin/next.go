package signin

import (
	"net/url"
	"path"
	"strings"
)

// next is where a person goes after signing in: a path of this site, or "" for
// where the day begins.
// A browser reads "//host", "/\host" and a path with a tab or a line break in
// it as an address elsewhere, so none of those is one.
func next(raw string) string {
	const home = ""
	if raw == "" || len(raw) > 500 || raw[0] != '/' || strings.HasPrefix(raw, "//") {
		return home
	}
	for _, r := range raw {
		if r < 0x21 || r == 0x7f || r == '\\' || r == 0xfffd {
			return home
		}
	}
	u, err := url.Parse(raw)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || u.Fragment != "" {
		return home
	}
	clean := path.Clean(u.Path)
	if clean != u.Path && clean+"/" != u.Path || strings.ContainsAny(u.Path, "\\\t\r\n\x00") || strings.HasPrefix(u.Path, "//") {
		return home
	}
	for _, own := range []string{"/logg-inn", "/logg-ut", "/ut"} { // would lead in a ring
		if clean == own || strings.HasPrefix(clean, own+"/") {
			return home
		}
	}
	return u.RequestURI()
}
