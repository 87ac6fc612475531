package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/web/watch"
)

// A process is the program itself, run by this test.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	log  *bufio.Scanner
	all  []string
	addr string
}

// start runs the program until it says that it serves.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...)}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	p.log = bufio.NewScanner(out)
	p.addr = p.says("serving")["addr"]
	return p
}

// says waits for a line of the log.
func (p *process) says(msg string) map[string]string {
	p.t.Helper()
	for p.log.Scan() {
		p.all = append(p.all, p.log.Text())
		var line map[string]string
		if json.Unmarshal(p.log.Bytes(), &line) == nil && line["msg"] == msg {
			return line
		}
	}
	p.t.Fatalf("it ended without saying %q: %s", msg, p.all)
	return nil
}

// aPort nobody listens on just now.
func aPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// Told to stop, the program says that it is not ready, answers what it has
// begun, signs what waits, and ends in peace: nobody's text is lost to an
// upgrade.
func TestServeStopsInPeace(t *testing.T) {
	dir := t.TempDir()
	keys := filepath.Join(dir, "keys")
	if code, _, errs := call(t, "key", "init", "--keys", keys, "--owner", "granvik"); code != 0 {
		t.Fatal(errs)
	}
	watched := aPort(t)
	systemd := listenToNotices(t)
	lite := "sqlite:" + filepath.Join(dir, "tilhor.db")
	p := start(t, "serve", "--db", lite, "--addr", "127.0.0.1:0", "--watch", watched, "--drain", "300ms", "--config", settingsIn(t, dir, "", ""))
	if said := systemd(); said != "READY=1" {
		t.Fatalf("systemd was told %q", said)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if code, said := get(t, "http://"+watched+path); code != 200 || said != "ok\n" {
			t.Fatalf("%s: %d %q", path, code, said)
		}
	}
	// Somebody is in the middle of sending a form.
	c, err := net.Dial("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "POST /s/ukjent/ansatt HTTP/1.1\r\nHost: tilhor.granvik.example\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nlan")
	underWay(t, watched)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.says("stopping")
	if said := systemd(); said != "STOPPING=1" {
		t.Fatalf("systemd was told %q", said)
	}
	if code, said := get(t, "http://"+watched+"/readyz"); code != 503 || said != "stopping\n" {
		t.Fatalf("it is still ready: %d %q", code, said)
	}
	if code, _ := get(t, "http://"+watched+"/healthz"); code != 200 {
		t.Fatalf("it is no longer alive: %d", code)
	}
	closed(t, p.addr)
	fmt.Fprint(c, "g=en")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("what was begun got no answer: %v", err)
	}
	answer.Body.Close()
	p.says("stopped")
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("it did not end in peace: %v", err)
	}
}

// closed waits until nobody new is let in.
func closed(t *testing.T, addr string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		c.Close()
	}
	t.Fatal("it still lets people in")
}

// What is written just before the end is signed before the end.
func TestTheLastEntryIsSigned(t *testing.T) {
	w := newSite(t)
	ctx := context.Background()
	waits := func() (longest time.Duration) {
		err := w.house.db.Read(ctx, func(tx *db.Tx) (err error) {
			longest, err = journal.Waiting(tx, w.owner(), w.clock().Add(time.Hour))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return longest
	}
	end := w.house.tend(nil, w.site)
	rektor := w.enter(w.actorOf("Solbakken skole", tilhor.RoleRektor, "Kari Lund"), mfa)
	if r := w.do("GET", rektor, "nb", "/saker", nil); r.StatusCode != 200 { // a list is a reading, and an entry
		t.Fatal(r.Status)
	}
	if waits() == 0 {
		t.Fatal("nothing waits, so nothing is proved")
	}
	end()
	if waits() != 0 {
		t.Fatal("an entry was left without a checkpoint")
	}
}

// listenToNotices is the socket that systemd gives a unit of Type=notify.
func listenToNotices(t *testing.T) (next func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return func() string {
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		b := make([]byte, 100)
		n, err := c.Read(b)
		if err != nil {
			t.Fatalf("systemd heard nothing: %v", err)
		}
		return string(b[:n])
	}
}

// underWay waits until the request is there: it gets its turn when all of the
// form has come.
func underWay(t *testing.T, watched string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if _, said := get(t, "http://"+watched+"/metrics"); strings.Contains(said, "\ntilhor_requests_under_way 1\n") {
			return
		}
	}
	t.Fatal("the request never began")
}

// A process whose database is gone is alive and not ready, and its figures say
// so; when the database is there it says ok.
func TestReadyFollowsTheDatabase(t *testing.T) {
	d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "tilhor.db"))
	if err != nil {
		t.Fatal(err)
	}
	w := watch.New(d, time.Now, "1", []tilhor.OwnerID{"granvik"})
	s := httptest.NewServer(w.Handler())
	defer s.Close()
	if code, _ := get(t, s.URL+"/readyz"); code != 200 {
		t.Fatalf("not ready: %d", code)
	}
	d.Close()
	if code, said := get(t, s.URL+"/readyz"); code != 503 || said != watch.ErrNoAnswer.Error()+"\n" {
		t.Fatalf("ready without a database: %d %q", code, said)
	}
	if code, _ := get(t, s.URL+"/healthz"); code != 200 {
		t.Fatalf("not alive: %d", code)
	}
	if code, said := get(t, s.URL+"/metrics"); code != 200 || !strings.Contains(said, "tilhor_database_up 0") {
		t.Fatalf("the figures do not say so: %d", code)
	}
}

// The figures must not tell who does what: they have the same names and labels,
// but for how answers ended, whatever was asked for. The control is the same
// figures and a count for each page.
func TestFiguresTellNothingOfPeople(t *testing.T) {
	w := newSite(t)
	tells := func(byPage bool) (faults []string) {
		seen := watch.New(w.house.db, w.house.clock, "1", w.house.keys.Owners())
		asked := map[string]int{}
		ask := func(path string) {
			asked[path]++
			seen.Counted(w.h).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://127.0.0.1"+path, nil))
		}
		names := func() string {
			r := httptest.NewRecorder()
			seen.Handler().ServeHTTP(r, httptest.NewRequest("GET", "/metrics", nil))
			text := r.Body.String()
			for path, n := range asked {
				if byPage {
					text += fmt.Sprintf("tilhor_asked_total{path=%q} %d\n", path, n)
				}
			}
			var out []string
			for l := range strings.Lines(text) {
				if strings.HasPrefix(l, "tilhor_") {
					out = append(out, statusClass.ReplaceAllString(strings.Fields(l)[0], `"Nxx"`))
				}
			}
			slices.Sort(out)
			return strings.Join(slices.Compact(out), "\n")
		}
		ask("/")
		before := names()
		if !strings.Contains(before, `tilhor_request_seconds_count{status="Nxx"}`) {
			t.Errorf("answers are not counted: %s", before)
		}
		for _, path := range []string{"/personvern", "/logg-inn", "/", "/si-fra", "/ingen-slik"} {
			ask(path)
		}
		after := names()
		for _, word := range []string{"path", "route", "school", "skole", "owner", "granvik", "method", "saker", "host"} {
			if strings.Contains(after, word) {
				faults = append(faults, "a figure names a "+word)
			}
		}
		if after != before {
			faults = append(faults, "the figures grow with what is asked for:\n"+after)
		}
		return faults
	}
	if faults := tells(false); faults != nil {
		t.Error(strings.Join(faults, "\n"))
	}
	if len(tells(true)) != 2 {
		t.Error("figures that name a page were not caught")
	}
}

var statusClass = regexp.MustCompile(`"[1-5]xx"`)

// A form that was taken in leads on, a page that was read does not: both move
// the same figure, and a refusal another.
func TestAFormIsNotToldFromAPage(t *testing.T) {
	d, err := db.Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "tilhor.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	w := watch.New(d, time.Now, "1", nil)
	for _, status := range []int{200, 302, 303, 404} {
		w.Counted(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) })).
			ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	}
	s := httptest.NewServer(w.Handler())
	defer s.Close()
	_, said := get(t, s.URL+"/metrics")
	if strings.Contains(said, "3xx") || !strings.Contains(said, `tilhor_request_seconds_count{status="2xx"} 3`) || !strings.Contains(said, `{status="4xx"} 1`) {
		t.Fatalf("a form is told from a page: %s", said)
	}
}

// The example settings are settings that serve takes, once they are filled in.
func TestTheExampleSettingsAreRead(t *testing.T) {
	s, err := readSettings(filepath.Join(root, "deploy", "tilhor.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Owners) == 0 || len(s.Owners[0].Providers) < 2 {
		t.Fatalf("the example shows too little: %+v", s)
	}
}

// Every chore that the program does by itself, and every line that it may log, stands on
// the page for whoever runs it.
func TestThePageNamesWhatIsLogged(t *testing.T) {
	sources := []string{"tend.go", "serve.go"}
	for _, pattern := range []string{"../../internal/web/*.go", "../../internal/web/signin/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, found...)
	}
	names := map[string]bool{}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range logs.FindAllStringSubmatch(string(b), -1) {
			names[m[1]] = true
		}
	}
	_, guide, _ := strings.Cut(read(t, "docs/guide/run.md"), "### The log")
	for name := range names {
		if !strings.Contains(guide, "`"+name+"`") {
			t.Errorf("docs/guide/run.md does not say what %q means", name)
		}
	}
	if len(names) < 20 || !names["files"] || !names["serving"] || !names["draft not dropped"] || !names["request failed"] {
		t.Errorf("only %d names were found: %v", len(names), names)
	}
}

// logs finds what a chore is called, and what is logged.
var logs = regexp.MustCompile(`(?:\bheard\(|\.note\(q, |\blog(?:\(\))?\.(?:(?:Info|Warn|Error)\(|(?:\w+Context|LogAttrs)\([^"\n]*))"([^"\n]+)"`)
