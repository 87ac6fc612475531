package dbtest

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tilhor"
)

// A Cluster is a private PostgreSQL server on a socket in a folder of its own.
type Cluster struct {
	DSN string
	dir string
	cmd *exec.Cmd

	settings []string
}

// fast gives up what a test does not need: its rows need not outlive a power cut.
var fast = []string{"autovacuum=off", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400", "shared_buffers=64MB"}

// Start makes and starts a cluster for tests. It ends with this process, or by
// Stop.
func Start() (*Cluster, error) {
	sweep()
	dir, err := os.MkdirTemp("/tmp", fmt.Sprintf("tilhor-pg-%d-", os.Getpid()))
	if err != nil {
		return nil, err
	}
	return StartIn(dir, fast...)
}

// StartIn starts the cluster whose data lie in dir, made first when there are
// none, with PostgreSQL's own settings but for those given ("fsync=off"). What
// measures speed or loss must not give durability away.
func StartIn(dir string, settings ...string) (*Cluster, error) {
	bin, err := binDir()
	if err != nil {
		return nil, err
	}
	who, err := nonRoot(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "tilhor", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
		initdb.Dir, initdb.SysProcAttr = dir, who
		if out, err := initdb.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w: %s", err, out)
		}
	}
	args := []string{"-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "logging_collector=off"}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...)
	attr := *who
	attr.Pdeathsig = syscall.SIGQUIT // immediate shutdown when this process is gone
	cmd.Dir, cmd.SysProcAttr = dir, &attr
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := startLocked(cmd); err != nil {
		return nil, err
	}
	q := url.Values{"host": {dir}, "user": {"tilhor"}, "sslmode": {"disable"}}
	c := &Cluster{DSN: "postgres:///postgres?" + q.Encode(), dir: dir, cmd: cmd, settings: settings}
	for try := 0; try < 200; try++ {
		if err = exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", dir, "-t", "3").Run(); err == nil {
			return c, nil
		}
		time.Sleep(50 * time.Millisecond) // the server is another program: there is nothing else to wait on
	}
	c.Stop()
	return nil, fmt.Errorf("the cluster did not answer: %w", err)
}

// Stop ends the cluster and removes its folder.
func (c *Cluster) Stop() {
	c.cmd.Process.Signal(syscall.SIGQUIT)
	c.cmd.Wait()
	os.RemoveAll(c.dir)
}

// Durable starts a cluster that keeps what it has acknowledged, in a folder of
// its own: for what kills and restarts it. A control may set it otherwise.
func Durable(settings ...string) (*Cluster, error) {
	sweep()
	dir, err := os.MkdirTemp("/tmp", fmt.Sprintf("tilhor-pg-%d-", os.Getpid()))
	if err != nil {
		return nil, err
	}
	return StartIn(dir, append([]string{"max_connections=200", "shared_buffers=64MB"}, settings...)...)
}

// New makes an empty database in the cluster and gives its address.
func (c *Cluster) New() (string, error) {
	name := "t_" + tilhor.NewID()
	if err := admin(c.DSN, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return strings.Replace(c.DSN, "/postgres?", "/"+name+"?", 1), nil
}

// Begin starts a cluster that rests or has crashed, with its own settings.
func (c *Cluster) Begin() error {
	again, err := StartIn(c.dir, c.settings...)
	if err == nil {
		c.cmd = again.cmd
	}
	return err
}

// Crash ends the cluster at once, as a power cut does to a program: nothing is
// finished, and its data are mended when it begins again.
func (c *Cluster) Crash() error {
	c.cmd.Process.Signal(syscall.SIGQUIT)
	return c.cmd.Wait()
}

// KillOne kills a server process that serves a database, as the kernel does when
// memory runs out. The cluster then ends every other, mends itself and goes on.
func (c *Cluster) KillOne(dsn string) error {
	pool, err := sql.Open("pgx", c.DSN)
	if err != nil {
		return err
	}
	defer pool.Close()
	u, err := url.Parse(dsn)
	if err != nil {
		return err
	}
	var pid int
	err = pool.QueryRow(`SELECT pid FROM pg_stat_activity WHERE datname = $1 ORDER BY state, random() LIMIT 1`, strings.TrimPrefix(u.Path, "/")).Scan(&pid)
	if err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// Rest ends the cluster in good order and leaves its data, to go on with later.
func (c *Cluster) Rest() error {
	c.cmd.Process.Signal(syscall.SIGINT)
	return c.cmd.Wait()
}

// startLocked starts cmd from a thread that lives as long as the process: the
// death signal belongs to the thread that forked.
func startLocked(cmd *exec.Cmd) error {
	errs := make(chan error)
	go func() {
		runtime.LockOSThread()
		errs <- cmd.Start()
		select {}
	}()
	return <-errs
}

// nonRoot makes dir belong to somebody who is not root: initdb refuses root.
func nonRoot(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("no user but root to run PostgreSQL as")
}

func binDir() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(dirs) == 0 {
		p, err := exec.LookPath("initdb")
		if err != nil {
			return "", errors.New("no PostgreSQL server is installed")
		}
		if p, err = filepath.EvalSymlinks(p); err != nil {
			return "", err
		}
		return filepath.Dir(p), nil
	}
	sort.Strings(dirs)
	return filepath.Dir(dirs[len(dirs)-1]), nil
}

// sweep removes the folders of test processes that are gone.
func sweep() {
	old, _ := filepath.Glob("/tmp/tilhor-pg-*-*")
	for _, dir := range old {
		var pid int
		var rest string
		if n, _ := fmt.Sscanf(filepath.Base(dir), "tilhor-pg-%d-%s", &pid, &rest); n == 2 && syscall.Kill(pid, 0) == syscall.ESRCH {
			os.RemoveAll(dir)
		}
	}
}
