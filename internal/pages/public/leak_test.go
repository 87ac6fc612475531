package public_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// What a sender could be found by.
const (
	senderAddress = "203.0.113.77"
	senderAgent   = "Mozilla/5.0 (Barnets telefon 7)"
	senderWords   = "De gjemmer sekken min bak gymsalen"
	senderName    = "Sivertine Qvamsdal"
)

// traces are what must not be found, and the ways it could lie in a file.
func traces(at time.Time) map[string][]byte {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	all := map[string][]byte{
		"the time in a row": ms[2:], "the time in digits": []byte(fmt.Sprint(at.UnixMilli())), "the second": []byte(fmt.Sprint(at.Unix())),
		"the time in words": []byte(at.UTC().Format("15:04:05")), "the time at home": []byte(at.In(time.FixedZone("", 3600)).Format("15:04:05")),
	}
	for what, s := range map[string]string{"the address": senderAddress, "the agent": senderAgent, "the words": senderWords, "the name": senderName} {
		all[what] = []byte(s)
		all[what+" in hexadecimal"] = []byte(hex.EncodeToString([]byte(s)))
		all[what+" in base64"] = []byte(base64.RawStdEncoding.EncodeToString([]byte(s[:len(s)/3*3])))
	}
	return all
}

// After a report without a sign-in neither the database, what it writes beside
// itself, nor the log holds the words, the name, the address, the browser or a
// time finer than the hour. The control is an employee's report from the same
// machine a minute later, whose time is found; and a log that writes too much.
func TestAnAnonymousReportLeavesNoTrace(t *testing.T) {
	dsn := dbtest.SQLiteDSN(t)
	dir := filepath.Dir(strings.TrimPrefix(dsn, "sqlite:"))
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	w := newTownOn(t, d)
	var log bytes.Buffer
	w.kit.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	send := func(path string, v url.Values) string {
		t.Helper()
		r := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(v.Encode()))
		r.RemoteAddr = senderAddress + ":50001"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("User-Agent", senderAgent)
		r.Header.Set("X-Forwarded-For", senderAddress)
		r.Header.Set("Referer", "http://localhost"+path)
		return w.do(r).Body.String()
	}
	var code string
	found := func(at time.Time) (all []string) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil || len(files) < 2 {
			t.Fatalf("%v, %v", files, err)
		}
		held := map[string][]byte{"the log": log.Bytes()}
		for _, f := range files {
			if held[filepath.Base(f)], err = os.ReadFile(f); err != nil {
				t.Fatal(err)
			}
		}
		for where, b := range held {
			for what, needle := range traces(at) {
				if bytes.Contains(b, needle) {
					all = append(all, where+": "+what)
				}
			}
			if words := strings.Fields(code); code != "" && bytes.Contains(b, []byte(strings.Join(words[:2], " "))) {
				all = append(all, where+": the code")
			}
		}
		return all
	}

	w.now = time.Date(2026, 11, 23, 12, 47, 11, 123_000_000, time.UTC)
	v := url.Values{
		"level": {"9-12"}, "for": {"self"}, "sign": {"yes"}, "name": {senderName}, "words": {senderWords}, "accused": {"none"}, "step": {"send"}, "go": {"send"},
	}
	v.Set("nokkel", tilhor.NewID())
	body := send(school+"/si", v)
	code = fields(body).Get("kode")
	if !strings.Contains(body, "Skolen har fått det") || len(strings.Fields(code)) != 7 {
		t.Fatal(body)
	}
	if all := found(w.now); len(all) > 0 {
		t.Errorf("after an anonymous report: %s", strings.Join(all, "; "))
	}
	if n := len(w.waiting()); n != 1 {
		t.Fatalf("%d came: this proves nothing", n)
	}
	if log.Len() > 0 {
		t.Errorf("it is logged: %s", log.String())
	}

	// The control: the same search finds what leaves its time, and what is logged.
	w.now = time.Date(2026, 11, 23, 12, 48, 12, 456_000_000, time.UTC)
	send(school+"/ansatt", url.Values{
		"name": {"Olga"}, "described": {"Ei jente"}, "saw": {"Hun gråt."}, "step": {"3"}, "go": {"send"}, "arena": {"changing"}, "happened": {"today"}, "known": {"now"},
	})
	w.kit.Log.Info("x", "agent", senderAgent, "code", code)
	all := strings.Join(found(w.now), "; ")
	if !strings.Contains(all, "the time in a row") || !strings.Contains(all, "the log: the agent") || !strings.Contains(all, "the log: the code") {
		t.Errorf("the search does not find what is there: %s", all)
	}
}
