package web

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// policy lets a page load nothing but our own files, post nowhere but to us,
// and stand in nobody's frame. The data: pictures are the icons in the style
// sheet.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// secure sets what every answer carries. Nothing is kept by a browser or a
// machine between: a shared screen must not show it again.
func (s *Site) secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for what does not read frame-ancestors
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
	h.Set("Cache-Control", "no-store")
	if s.kit.Owner.HTTPS {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
}

// hostname is the name in a Host header, "" for one with a port that is none:
// what stands there then is for somebody else to read.
func hostname(host string) string {
	if h, port, err := net.SplitHostPort(host); err == nil {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "" {
			return ""
		}
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// lastOnLine ends a connection after a request whose end another machine could
// see in another place (RFC 9112, 6.1 and 6.3): one in chunks, which may have
// come with a length too, and one of a version that knows no chunks. What is
// left of it on the line is then never read as a request.
func lastOnLine(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 || !r.ProtoAtLeast(1, 1) {
		w.Header().Set("Connection", "close")
	}
}

// ourHost says whether the request names us; an address made from a Host
// header that somebody else chose must never reach a page or a mail.
func (s *Site) ourHost(r *http.Request) bool {
	h := hostname(r.Host)
	return slices.ContainsFunc(s.kit.Owner.Hosts, func(o string) bool { return strings.EqualFold(o, h) })
}

// misdirected answers a host that is not ours, with no page of ours.
func misdirected(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusMisdirectedRequest)
	w.Write([]byte("Ikke her.\n"))
}

var errCrossSite = errors.New("sent from another site")

// sameSite refuses a form that another site had a person's browser send. The
// standard library lets a request without Sec-Fetch-Site and Origin pass, since
// no browser of today sends one; with our cookie in it we do not.
func (s *Site) sameSite(r *http.Request) error {
	if err := s.cross.Check(r); err != nil {
		return errCrossSite
	}
	if safe(r.Method) || r.Header.Get("Sec-Fetch-Site") != "" || r.Header.Get("Origin") != "" {
		return nil
	}
	if len(r.Cookies()) > 0 {
		return errCrossSite
	}
	return nil
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}
