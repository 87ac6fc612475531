package public_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/pages/sender"
	"tilhor/internal/web/webtest"
)

// What a sender could be found by.
const (
	senderAddress = "203.0.113.77"
	senderAgent   = "Mozilla/5.0 (Barnets telefon 7)"
	senderWords   = "De gjemmer sekken min bak gymsalen"
	senderName    = "Sivertine Qvamsdal"
)

// guises are the ways a text can lie in a file without being sealed.
func guises(s string) map[string][]byte {
	all := map[string][]byte{"": []byte(s), " in capitals": []byte(strings.ToUpper(s)), " in hexadecimal": []byte(hex.EncodeToString([]byte(s)))}
	for shift := range 3 { // base64 depends on where in three bytes the text begins
		text := base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("a", shift) + s))
		all[fmt.Sprintf(" in base64, %d", shift)] = []byte(text[(shift*8+5)/6 : (shift+len(s))*8/6])
	}
	return all
}

// instants are the ways a moment, and the minute of it, can lie there.
func instants(at time.Time) map[string][]byte {
	all := map[string][]byte{}
	for what, t := range map[string]time.Time{"the moment": at, "the minute": at.Truncate(time.Minute)} {
		for unit, n := range map[string]int64{"ms": t.UnixMilli(), "s": t.Unix(), "µs": t.UnixMicro()} {
			all[what+" in digits, "+unit] = []byte(strconv.FormatInt(n, 10))
			big, small := binary.BigEndian.AppendUint64(nil, uint64(n)), binary.LittleEndian.AppendUint64(nil, uint64(n))
			if unit != "s" { // four bytes of any kind are found anywhere
				all[what+" in a row, "+unit], all[what+" in a row, "+unit+", the other way"] = big[2:], small[:6]
			}
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("", 3600)} {
			for _, form := range []string{"2006-01-02T15:04", "2006-01-02 15:04", "02.01.2006 kl. 15.04", "15.04.05"} {
				if form != "15.04.05" || what == "the moment" {
					all[what+" as "+form+zone.String()] = []byte(t.In(zone).Format(form))
				}
			}
		}
	}
	return all
}

// A trail is where everything lies that a site leaves behind: its database and what
// that writes beside itself, the temporary files, and the log.
type trail struct {
	t    *testing.T
	w    *town
	dirs []string
	log  bytes.Buffer
	sent []time.Time
	code []string
	link []string
}

func newTrail(t *testing.T, engine db.Engine) *trail {
	t.Helper()
	dir := t.TempDir()
	x := &trail{t: t, dirs: []string{dir}}
	t.Setenv("TMPDIR", filepath.Join(dir, "tmp"))
	if err := os.Mkdir(filepath.Join(dir, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	dsn := "sqlite:" + filepath.Join(dir, "tilhor.db")
	if engine == db.Postgres {
		home, err := os.MkdirTemp("/tmp", fmt.Sprintf("tilhor-pg-%d-", os.Getpid())) // a socket's path must be short
		if err != nil {
			t.Fatal(err)
		}
		c, err := dbtest.StartIn(home, "fsync=off", "shared_buffers=32MB", "log_min_error_statement=error", "log_statement=none")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Stop)
		dsn, x.dirs = c.DSN, append(x.dirs, home)
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	x.w = newTownOn(t, d)
	x.w.kit.Log = slog.New(slog.NewTextHandler(&x.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	x.w.site.Mount((&sender.Pages{Dialogue: x.w.talks, Front: x.w.front}).Routes())
	x.w.battery = webtest.New(x.w.site, "/logg-inn", "/logg-ut")
	return x
}

// send posts as the sender's machine does.
func (x *trail) send(path string, kv ...string) url.Values {
	x.t.Helper()
	v := url.Values{"nokkel": {tilhor.NewID()}}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Add(kv[i], kv[i+1])
	}
	r := httptest.NewRequest("POST", "http://localhost"+path, strings.NewReader(v.Encode()))
	r.RemoteAddr = senderAddress + ":50001"
	for name, value := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "User-Agent": senderAgent,
		"X-Forwarded-For": senderAddress, "Referer": "http://localhost" + path,
	} {
		r.Header.Set(name, value)
	}
	return fields(x.w.do(r).Body.String())
}

// tells goes all the way of one kind of sender: every screen, the receipt, and with the
// code back to the talk. Each begins some hours later, never on the hour.
func (x *trail) tells(steps string, kv ...string) {
	x.t.Helper()
	x.w.now = x.w.now.Add(2*time.Hour + 7*time.Minute + 13*time.Second + 77*time.Millisecond)
	x.sent = append(x.sent, x.w.now)
	kv = append(kv, "name", senderName, "accused", "none")
	all := strings.Fields(steps)
	for _, s := range all[:len(all)-1] {
		x.send(school+"/si", append([]string{"step", s, "go", "next"}, kv...)...)
	}
	done := x.send(school+"/si", append([]string{"step", all[len(all)-1], "go", "send"}, kv...)...)
	link, code := done.Get("secret"), done.Get("kode")
	if link == "" {
		x.t.Fatalf("%s %v: it was not sent", steps, kv)
	}
	x.link = append(x.link, link)
	for _, do := range []string{"receipt", "file"} {
		x.send(school+"/si", "go", do, "secret", link)
	}
	if code == "" {
		return
	}
	x.code = append(x.code, code)
	for _, do := range []string{"vis", "kort", "skrevet", "sjekk"} {
		x.send(school+"/si/kode", "kode", code, "gjor", do)
	}
	x.w.now = x.w.now.Add(17*time.Minute + 3*time.Second + 19*time.Millisecond)
	x.sent = append(x.sent, x.w.now)
	for _, do := range []string{"les", "skriv", "navn", "hjelp"} {
		x.send("/samtale", "kode", strings.ToUpper(strings.ReplaceAll(code, " ", ", ")), "gjor", do, "text", senderWords, "name", senderName, "need", senderWords)
	}
	x.send("/samtale", "kode", code+" "+senderWords, "gjor", "les")
	told, err := x.w.talks.Return(x.t.Context(), dialogue.Sender{Code: code, By: tilhor.Actor{Owner: owner, Role: tilhor.RoleAnyone}})
	if err != nil || len(told.Lines) != 3 {
		x.t.Fatalf("%d messages are in the talk, %v: this proves nothing", len(told.Lines), err)
	}
}

// needles are all that must not be found.
func (x *trail) needles() map[string][]byte {
	all := map[string][]byte{}
	add := func(what, s string) {
		for how, b := range guises(s) {
			all[what+how] = b
		}
	}
	add("the address", senderAddress)
	add("the agent", senderAgent)
	add("the words", senderWords)
	add("the name", senderName)
	for _, l := range x.link {
		add("the secret "+l[:2], l)
	}
	for i, c := range x.code {
		words := strings.Fields(c)
		for _, sep := range []string{" ", ",", ", ", "", "+", "%20", "-", "\n"} {
			add(fmt.Sprintf("the code %d by %q", i, sep), strings.Join(words, sep))
		}
		all[fmt.Sprintf("the code %d, its beginning", i)] = []byte(strings.Join(words[:2], " "))
	}
	for i, at := range x.sent {
		for how, b := range instants(at) {
			all[fmt.Sprintf("the time %d: %s", i, how)] = b
		}
	}
	return all
}

var checkpoint = db.SQL(`CHECKPOINT`)

// found is what of them lies where.
func (x *trail) found(needles map[string][]byte) (all []string) {
	x.t.Helper()
	if x.w.db.Engine() == db.Postgres {
		if err := x.w.db.Write(x.t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(checkpoint); return err }); err != nil {
			x.t.Fatal(err)
		}
	}
	in := func(where string, b []byte) {
		for what, needle := range needles {
			if bytes.Contains(b, needle) {
				all = append(all, where+": "+what)
			}
		}
	}
	files := 0
	for _, dir := range x.dirs {
		filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return nil // a server at work takes files away
			}
			if b, err := os.ReadFile(path); err == nil {
				files++
				rel, _ := filepath.Rel(dir, path)
				if strings.HasPrefix(rel, "data/pg_wal/") {
					b = append(b, withoutHeads(b)...)
				}
				in(rel, b)
			}
			return nil
		})
	}
	if files < 2 {
		x.t.Fatalf("%d files: this proves nothing", files)
	}
	in("the log", x.log.Bytes())
	slices.Sort(all)
	return all
}

// withoutHeads is a segment of PostgreSQL's log without what stands at the head of each
// page: what was written over the edge of one stands in one piece again.
func withoutHeads(segment []byte) (all []byte) {
	const page, first, other = 8192, 40, 24 // XLogLongPageHeaderData, XLogPageHeaderData
	for at := 0; at+page <= len(segment); at += page {
		head := other
		if at == 0 {
			head = first
		}
		all = append(all, segment[at+head:at+page]...)
	}
	return all
}

// What PostgreSQL wrote over the edge of a page of its log is found: of as many texts,
// each a fifth of a page, some lie so.
func TestTheLogIsReadOverItsEdges(t *testing.T) {
	x := newTrail(t, db.Postgres)
	needles := map[string][]byte{}
	for i := range 20 {
		text := rand.Text()
		for len(text) < 1700 { // more is laid in pieces, in another table
			text += rand.Text()
		}
		needles[fmt.Sprintf("text %d.", i)] = []byte(text)
		if err := x.w.db.SetMark(t.Context(), fmt.Sprintf("edge %d", i), text); err != nil {
			t.Fatal(err)
		}
	}
	seen := x.found(needles)
	for what := range needles {
		if !slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, "data/pg_wal/") && strings.HasSuffix(s, what) }) {
			t.Errorf("%s is not found in the log", what)
		}
	}
}

// rows are the lines of a copy of the whole database.
func (x *trail) rows() (all []string) {
	x.t.Helper()
	var b bytes.Buffer
	if _, err := x.w.db.Dump(x.t.Context(), &b); err != nil {
		x.t.Fatal(err)
	}
	return strings.Split(b.String(), "\n")
}

var instant = regexp.MustCompile(`\b1[78]\d{8}(\d{3}(\d{3})?)?\b`)

// finer are the lines that were not there before, with a time finer than the hour in them.
func finer(before, after []string) (all []string) {
	had := map[string]bool{}
	for _, l := range before {
		had[l] = true
	}
	table := ""
	for _, l := range after {
		if strings.HasPrefix(l, `{"table":`) {
			table = l[:min(40, len(l))]
		}
		if had[l] {
			continue
		}
		for _, s := range instant.FindAllString(l, -1) {
			n, _ := strconv.ParseInt(s, 10, 64)
			if unit := map[int]int64{10: 3_600, 13: 3_600_000, 16: 3_600_000_000}[len(s)]; n%unit != 0 {
				all = append(all, table+": "+s)
			}
		}
	}
	return all
}

// After a report without a sign-in neither the database, its log of what is written
// (WAL), temporary files nor our own log hold the words, the name, the address, the
// browser, the code in any disguise, the receipt's secret, or a time finer than the hour;
// and every number in a row that could be a time is a whole hour. All ways are gone: with
// pictures, from 9, from 13, of a friend, as a parent, from outside, and back with the
// code. The controls lay each of them openly in each of those places, and an employee's
// report leaves its time.
func TestAnAnonymousReportLeavesNoTrace(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			x := newTrail(t, engine)
			before := x.rows()
			x.tells("face place adult give", "level", "6-8", "face", "sad", "place", "break", "pen-words", senderWords, "pen", senderName)
			x.tells("whom name what send", "level", "9-12", "for", "self", "sign", "yes", "words", senderWords)
			x.tells("whom name what send", "level", "13+", "for", "self", "sign", "no", "words", senderWords, "hope", senderWords)
			x.tells("whom name what send", "level", "9-12", "for", "friend", "sign", "no", "words", senderWords, "whom", senderName)
			x.tells("whom name what send", "level", "9-12", "for", "child", "sign", "yes", "words", senderWords, "whom", senderName)
			x.tells("whom name what send", "level", "9-12", "for", "other", "sign", "no", "words", senderWords, "whom", senderName)
			if len(x.code) != 4 || len(x.link) != 6 {
				t.Fatalf("%d codes and %d receipts", len(x.code), len(x.link))
			}
			if all := x.found(x.needles()); len(all) > 0 {
				t.Errorf("it is found:\n%s", strings.Join(all, "\n"))
			}
			if all := finer(before, x.rows()); len(all) > 0 {
				t.Errorf("finer than the hour:\n%s", strings.Join(all, "\n"))
			}
			if n := len(x.w.waiting()); n != 6 {
				t.Fatalf("%d came: this proves nothing", n)
			}
			if x.log.Len() > 0 {
				t.Errorf("it is logged: %s", x.log.String())
			}
			x.control()
		})
	}
}

func (x *trail) control() {
	t := x.t
	t.Helper()
	before := x.rows()
	x.w.now = x.w.now.Add(time.Minute)
	x.send(school+"/ansatt", "name", "Olga", "described", "Ei jente", "saw", "Hun gråt.", "step", "3", "go", "send", "arena", "changing", "happened", "today", "known", "now")
	if len(finer(before, x.rows())) == 0 {
		t.Error("a row with a time finer than the hour is not seen")
	}
	row := instants(x.w.now)
	all := strings.Join(x.found(map[string][]byte{"one way": row["the moment in a row, ms"], "the other way": row["the moment in a row, ms, the other way"]}), "; ")
	if !strings.Contains(all, "way") {
		t.Errorf("an employee's report leaves no time in a row: %s", all)
	}
	needles := x.needles()
	laid := map[string]string{
		"the words": senderWords, "the name": senderName, "the address": senderAddress, "the agent": senderAgent, "the time": x.sent[0].Truncate(time.Minute).Format("2006-01-02 15:04"),
		"the code": strings.Join(strings.Fields(x.code[0]), ","),
	}
	for what, s := range laid {
		if err := x.w.db.SetMark(t.Context(), "sabotage "+what, s); err != nil {
			t.Fatal(err)
		}
		x.w.kit.Log.Info("sabotage", "what", s)
		if err := os.WriteFile(filepath.Join(os.TempDir(), "left "+what), []byte(hex.EncodeToString([]byte(s))+" "+s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seen := x.found(needles)
	if x.w.db.Engine() == db.SQLite { // closed, it takes its log into itself
		if err := x.w.db.Close(); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, x.found(needles)...)
	}
	places := map[db.Engine][]string{
		db.SQLite: {"tilhor.db: ", "tilhor.db-wal: ", "tmp/left", "the log: "}, db.Postgres: {"data/base/", "data/pg_wal/", "tmp/left", "the log: "},
	}[x.w.db.Engine()]
	for _, place := range places {
		for what := range laid {
			if !slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, place) && strings.Contains(s, ": "+what) }) {
				t.Errorf("%s, laid openly in %s, is not found", what, place)
			}
		}
	}
	// The code in its disguises, each made by other means than the needles.
	words := strings.Fields(x.code[0])
	for how, s := range map[string]string{
		"as it is": x.code[0], "with commas": strings.Join(words, ", "), "in one": strings.Join(words, ""), "in an address": url.QueryEscape(x.code[0]),
		"in hexadecimal": fmt.Sprintf("%x", "foran "+x.code[0]+" etter"), "in base64": base64.StdEncoding.EncodeToString([]byte("foran " + x.code[0])),
		"in base64 of JSON": base64.StdEncoding.EncodeToString([]byte(`{"kode":"` + x.code[0] + `"}`)), "without spaces in base64": base64.URLEncoding.EncodeToString([]byte("x" + strings.Join(words, ""))),
	} {
		hit := false
		for what, b := range needles {
			hit = hit || strings.HasPrefix(what, "the code 0") && bytes.Contains([]byte(s), b)
		}
		if !hit {
			t.Errorf("the code %s is not found", how)
		}
	}
}
