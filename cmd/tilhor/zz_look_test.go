package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tilhor/internal/web/webtest"
)

var lookHidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)

func TestZZLook(t *testing.T) {
	w := newSite(t)
	cast := w.cast()
	w.more(cast)
	var pup persona
	for _, p := range cast {
		if p.name == "pupil" {
			pup = p
		}
	}
	// static copies of the flow's screens
	mux := http.NewServeMux()
	mux.Handle("/static/", w.h)
	bodies := map[string]string{}
	var jobs []webtest.Job
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if b, ok := bodies[r.URL.Path]; ok {
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(rw, b)
			return
		}
		r.Host = "127.0.0.1"
		w.h.ServeHTTP(rw, r)
	}))
	defer srv.Close()
	add := func(name, body string) {
		bodies["/z/"+name] = body
		for _, width := range []int{360, 1280} {
			jobs = append(jobs, webtest.Job{Name: name, URL: srv.URL + "/z/" + name, Lang: "nb", Scheme: "light", Width: width, JS: true})
		}
	}
	var school string
	home := bodyOf(t, w.do("GET", nil, "nb", "/", nil))
	for _, m := range regexp.MustCompile(`href="(/s/[^"?]+)[^>]*>Solbakken skole`).FindAllStringSubmatch(home, -1) {
		school = m[1]
	}
	step := func(path string, v url.Values, kv ...string) (string, url.Values) {
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		b := bodyOf(t, w.do("POST", nil, "nb", path, v, "Sec-Fetch-Site", "same-origin"))
		next := url.Values{}
		for _, m := range lookHidden.FindAllStringSubmatch(b, -1) {
			next.Add(m[1], strings.ReplaceAll(m[2], "&#43;", "+"))
		}
		return b, next
	}
	add("00-school", bodyOf(t, w.do("GET", nil, "nb", school, nil)))
	b, v := step(school+"/si", url.Values{"go": {"back"}})
	add("01-whom", b)
	b, v = step(school+"/si", v, "go", "next", "for", "friend")
	add("02-name", b)
	b, v = step(school+"/si", v, "go", "next", "sign", "no")
	add("03-what", b)
	b, v = step(school+"/si", v, "go", "next", "words", "De tar alltid ballen når jeg kommer. De sier at jeg ikke får være med.")
	add("04-send", b)
	b, v = step(school+"/si", v, "go", "send", "accused", "none")
	add("05-done", b)
	b, v = step(school+"/si", v, "go", "receipt")
	add("06-receipt", b)
	b, v = step(school+"/si", url.Values{"go": {"level:6-8"}})
	add("10-face", b)
	b, v = step(school+"/si", v, "go", "next", "face", "afraid")
	add("11-place", b)
	b, v = step(school+"/si", v, "go", "next", "place", "break")
	add("12-adult", b)
	b, v = step(school+"/si", v, "go", "next", "wish", "")
	add("13-give", b)
	b, v = step(school+"/si", v, "go", "send")
	add("14-done", b)
	mine := bodyOf(t, w.do("GET", pup.cookie, "nb", "/min", nil))
	add("20-min", mine)
	if m := regexp.MustCompile(`href="(/min/sagt/[^"]+)"`).FindAllStringSubmatch(mine, -1); m != nil {
		add("21-told", bodyOf(t, w.do("GET", pup.cookie, "nb", m[len(m)-1][1], nil)))
	}
	for _, p := range cast {
		if p.name == "rektor" {
			today := bodyOf(t, w.do("GET", p.cookie, "nb", "/i-dag", nil))
			add("30-today", today)
			for _, m := range regexp.MustCompile(`href="(/bekymringer/[^"]+/stilling)"`).FindAllStringSubmatch(today, -1) {
				b := bodyOf(t, w.do("GET", p.cookie, "nb", m[1], nil))
				if strings.Contains(b, "plaging") {
					add("31-burst", b)
					break
				}
			}
			for i, path := range lookAlso {
				add(fmt.Sprintf("4%d", i), bodyOf(t, w.do("GET", p.cookie, "nb", path, nil)))
			}
		}
	}
	for i, path := range lookPublic {
		add(fmt.Sprintf("5%d", i), bodyOf(t, w.do("GET", nil, "nb", strings.ReplaceAll(path, "{s}", school), nil)))
	}
	s := webtest.See(t, jobs)
	for _, f := range s.Faults {
		t.Log(f.Job, f.Kind, f.Text)
	}
}

var lookAlso = []string{}
var lookPublic = []string{}
