package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tilhor/internal/demo"
)

// build builds the program as it is released, once a run; for a profile, with
// the one file that lets itself be asked for it; for a test of the bench, as the
// tests have it built already.
func (b *bench) build(ctx context.Context) error {
	if b.binary != "" {
		return nil
	}
	path := filepath.Join(b.dir, "tilhor")
	args := []string{"build", "-trimpath", "-ldflags", "-s -w", "-o", path}
	env := append(os.Environ(), "CGO_ENABLED=0")
	switch {
	case b.profile != "":
		args = []string{"build", "-trimpath", "-tags", "profile", "-o", path}
	case b.careless:
		args, env = []string{"build", "-ldflags", "-s -w", "-o", path}, os.Environ()
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "tilhor/cmd/tilhor")...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the program: %w: %s", err, out)
	}
	b.binary = path
	return nil
}

// A server is the program, serving one world.
type server struct {
	child
	ready time.Duration // from its start until its first page
	pprof string
}

// serve starts the program on a world and waits for its first page.
func (m *measurer) serve(ctx context.Context, w *world) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	watch, err := freeAddr()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(m.store.dir, w.name+".json")
	if err := writeSettings(config); err != nil {
		return nil, err
	}
	cmd := exec.Command(m.binary, "serve", "--db", w.dsn, "--keys", w.keysDir, "--addr", addr, "--watch", watch, "--config", config)
	s := &server{}
	if m.profile != "" {
		if s.pprof, err = freeAddr(); err != nil {
			return nil, err
		}
		cmd.Env = append(os.Environ(), "TILHOR_PROFILE="+s.pprof)
	}
	s.child = child{cmd: cmd, url: "http://" + addr}
	s.ready, err = s.start(filepath.Join(m.store.dir, w.name+".log"), "/")
	return s, err
}

func writeSettings(path string) error {
	b, err := json.Marshal(map[string]any{"owners": []any{map[string]any{
		"id": demo.Owner, "name": "Granvik kommune", "hosts": []string{"127.0.0.1"}, "base": "https://tilhor.granvik.example",
		"phone": "55 00 00 00", "dpo": "personvern@granvik.example", "dpia": "2026-10-01",
		"providers": []any{map[string]any{"name": "feide", "title": "Feide", "kind": "feide", "issuer": issuer, "clientId": "x", "secret": "y"}},
	}}})
	if err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o600)
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// A child is another process that serves on loopback.
type child struct {
	cmd *exec.Cmd
	url string
	end chan error
}

// start runs it and asks until it answers: the time that took.
func (c *child) start(logFile, path string) (time.Duration, error) {
	log, err := os.Create(logFile)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	c.cmd.Stdout, c.cmd.Stderr = log, log
	begun := time.Now()
	if err := c.cmd.Start(); err != nil {
		return 0, err
	}
	c.end = make(chan error, 1)
	go func() { c.end <- c.cmd.Wait() }()
	ask := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		r, err := ask.Get(c.url + path)
		if err == nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return time.Since(begun), nil
			}
		}
		select {
		case err := <-c.end:
			said, _ := os.ReadFile(logFile)
			return 0, fmt.Errorf("%s ended before it answered: %w: %s", filepath.Base(c.cmd.Path), err, said)
		case <-time.After(time.Millisecond): // another program: there is nothing to wait on but its port
		}
		if time.Since(begun) > 10*time.Minute {
			c.stop()
			return 0, errors.New("it did not answer")
		}
	}
}

// stop ends it in good order.
func (c *child) stop() {
	if c.end == nil {
		return
	}
	c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.end:
	case <-time.After(30 * time.Second):
		c.cmd.Process.Kill()
		<-c.end
	}
	c.end = nil
}

// A size is what a process holds, in MB. Of what it holds, the program's own file
// is mapped and may be dropped by the system at any time: own is the rest.
type size struct{ now, most, own float64 }

func (c *child) memory() (x size, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return x, err
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			x.now = kb / 1024
		case "VmHWM:":
			x.most = kb / 1024
		case "RssAnon:":
			x.own = kb / 1024
		}
	}
	return x, nil
}

// ownMost is the most a process holds of its own while something runs: the
// kernel keeps no peak of it, so it is looked at every twentieth of a second.
func (c *child) ownMost(do func() error) (most float64, err error) {
	end, seen := make(chan struct{}), make(chan float64)
	go func() {
		most := 0.0
		for tick := time.Tick(50 * time.Millisecond); ; {
			if x, err := c.memory(); err == nil {
				most = max(most, x.own)
			}
			select {
			case <-end:
				seen <- most
				return
			case <-tick:
			}
		}
	}()
	err = do()
	close(end)
	return <-seen, err
}

// cpu is the time the process has had on a core.
func (c *child) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ") // the name before it may hold spaces
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0, errors.New("the times of a process cannot be read")
	}
	user, _ := strconv.ParseInt(f[11], 10, 64)
	system, _ := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, nil // in hundredths, as the kernel tells them
}

// profiled asks the program for a profile of the time that do takes, and of what
// it has allocated until then.
func (m *measurer) profiled(s *server, name string, do func() error) error {
	if m.profile == "" {
		return do()
	}
	save := func(kind, ask string) error {
		r, err := http.Get("http://" + s.pprof + "/debug/pprof/" + ask)
		if err != nil {
			return err
		}
		defer r.Body.Close()
		f, err := os.Create(strings.Join([]string{m.profile, string(m.store.engine), name, kind}, "-") + ".pprof")
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r.Body)
		return errors.Join(err, f.Close())
	}
	done := make(chan error, 1)
	go func() { done <- save("cpu", "profile?seconds=10") }()
	err := do()
	for err == nil {
		select {
		case err := <-done:
			return errors.Join(err, save("allocs", "allocs"))
		default:
			err = do()
		}
	}
	return err
}

// helloEnv makes this program serve the bare answers beside which ours is put.
const helloEnv = "TILHOR_BENCH_HELLO"

// A hello is a bare net/http server, a process of its own as ours is.
type hello struct {
	child
	ready time.Duration
}

func startHello(context.Context) (*hello, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	c, ready, err := startSelf(addr, helloEnv+"="+addr)
	if err != nil {
		return nil, err
	}
	return &hello{*c, ready}, nil
}

// startSelf runs this program once more as one of those beside which ours is put
// (serveIfTold), and waits for its first page.
func startSelf(addr, told string) (c *child, ready time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), told)
	c = &child{cmd: cmd, url: "http://" + addr}
	log := filepath.Join(os.TempDir(), fmt.Sprintf("tilhor-beside-%d.log", os.Getpid()))
	defer os.Remove(log)
	ready, err = c.start(log, "/")
	return c, ready, err
}

// serveIfTold makes this process one of those beside which ours is put, when it was
// started as such, and does not come back.
func serveIfTold() {
	if addr := os.Getenv(helloEnv); addr != "" {
		serveHello(addr)
	}
	if told := os.Getenv(handEnv); told != "" {
		serveHand(told)
	}
}

// serveHello answers a GET with two words and a POST with a redirect, after
// reading the form.
func serveHello(addr string) {
	http.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "<!doctype html><title>hello</title><p>hello world")
	})
	http.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Location", "/")
		w.WriteHeader(http.StatusSeeOther)
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(addr, nil))
	os.Exit(1)
}
