package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An imageRoot is a folder with what the container file puts into one and nothing else.
type imageRoot struct {
	t       *testing.T
	dir     string
	uid     int
	env     []string
	program string
	command []string
	writes  []string // its volumes
}

// made is what make container lays beside the container file.
func made(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "tilhor"), "./cmd/tilhor")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, d := range []string{"data", "keys"} {
		if err := os.MkdirAll(filepath.Join(dir, "folders", d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "ca-certificates.crt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// imageOf has it built by a real builder.
func imageOf(t *testing.T, made, text string) *imageRoot {
	t.Helper()
	m := &imageRoot{t: t, dir: filepath.Join(t.TempDir(), "image")}
	store := t.TempDir()
	build := exec.Command("buildah", "--root", filepath.Join(store, "root"), "--runroot", filepath.Join(store, "run"), "--storage-driver", "vfs",
		"build", "--isolation", "chroot", "--output", "type=local,dest="+m.dir, "-f", "-", made)
	build.Stdin = strings.NewReader(text)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	m.must(os.Chmod(m.dir, 0o755))   // the folder itself is the builder's, as its user must come in
	lines, _ := containerLines(text) // each that is asked for stands there: TestTheContainerFileIsSound
	uid, _, _ := strings.Cut(lines["USER"][0], ":")
	var err error
	m.uid, err = strconv.Atoi(uid)
	m.must(err)
	m.env, m.writes = strings.Fields(lines["ENV"][0]), list(lines["VOLUME"][0])
	m.program, m.command = list(lines["ENTRYPOINT"][0])[0], list(lines["CMD"][0])
	// The settings are mounted, and cannot be written to.
	m.must(os.MkdirAll(filepath.Join(m.dir, "etc", "tilhor"), 0o755))
	m.must(os.Chmod(settingsIn(t, filepath.Join(m.dir, "etc", "tilhor"), "", ""), 0o644))
	return m
}

func (m *imageRoot) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// open says which volumes are not its user's alone.
func (m *imageRoot) open() (open []string) {
	m.t.Helper()
	for _, v := range m.writes {
		i, err := os.Stat(filepath.Join(m.dir, v))
		m.must(err)
		if i.Mode() != fs.ModeDir|0o700 || i.Sys().(*syscall.Stat_t).Uid != uint32(m.uid) {
			open = append(open, v)
		}
	}
	return open
}

// run is a program in the image, as its user: it sees no other file of this machine.
func (m *imageRoot) run(args ...string) *exec.Cmd {
	cmd := exec.Command(m.program, args...)
	for _, e := range m.env {
		name, _, _ := strings.Cut(e, "=")
		if name == "TILHOR_ADDR" || name == "TILHOR_WATCH" { // whatever port is free
			e = name + "=127.0.0.1:0"
		}
		cmd.Env = append(cmd.Env, e)
	}
	cmd.Path, cmd.Err, cmd.Dir = m.program, nil, "/data"
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: m.dir}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(m.uid), Gid: uint32(m.uid)}
	return cmd
}

// outside are the files of the image that lie in no volume.
func (m *imageRoot) outside() (all []string) {
	m.t.Helper()
	m.must(filepath.WalkDir(m.dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if at := strings.TrimPrefix(p, m.dir); !slices.ContainsFunc(m.writes, func(v string) bool { return liesIn(at, v) }) {
			i, err := e.Info()
			if err != nil {
				return err
			}
			all = append(all, fmt.Sprint(at, i.Mode(), i.ModTime().UnixNano()))
		}
		return nil
	}))
	return all
}

// The program runs with what the image of the container file gives it and nothing else:
// its keys are made, it serves, writes into its volumes alone, which are its own, and
// stops when it is told to. The controls are an image whose folders belong to somebody
// else, and one whose folders can be read by others.
func TestTheContainersProgramRunsByItself(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may build an image and shut a program into it")
	}
	text := deployed(t, "Containerfile")
	from := made(t)
	m := imageOf(t, from, text)
	if open := m.open(); len(open) > 0 {
		t.Errorf("%q can be read by others", open)
	}
	before := m.outside()
	if out, err := m.run("key", "init", "--owner", "granvik").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := m.run(m.command...)
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	said, err := cmd.StdoutPipe()
	m.must(err)
	m.must(cmd.Start())
	p := &process{t: t, cmd: cmd, log: bufio.NewScanner(said)}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	p.addr = p.says("serving")["addr"]
	r, err := http.NewRequest("GET", "http://"+p.addr+"/", nil)
	m.must(err)
	r.Host = "tilhor.granvik.example"
	a, err := (&http.Client{Timeout: 20 * time.Second}).Do(r)
	m.must(err)
	a.Body.Close()
	if a.StatusCode != http.StatusOK {
		t.Errorf("its first page answers %d", a.StatusCode)
	}
	m.must(cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Errorf("it did not stop gently: %v %s", err, wrong.String())
	}
	if after := m.outside(); !slices.Equal(before, after) {
		t.Errorf("it wrote outside its volumes: %q, before %q", after, before)
	}
	bad := imageOf(t, from, strings.ReplaceAll(text, "--chown=10001:10001", "--chown=0:0"))
	if out, err := bad.run("key", "init", "--owner", "granvik").CombinedOutput(); err == nil {
		t.Errorf("the control: it writes into what is somebody else's: %s", out)
	}
	const closed = "--chmod=0700 folders /"
	if !strings.Contains(text, closed) {
		t.Fatalf("the container file has no %q", closed)
	}
	if bad = imageOf(t, from, strings.Replace(text, closed, "folders /", 1)); len(bad.open()) == 0 {
		t.Error("the control: folders that others can read went unseen")
	}
}
