package dbtest

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// awaited makes a server answer a commit only when a server that follows it has
// it on disk as well.
const awaited = "synchronous_standby_names=*"

// Standby makes and starts a server that follows this one, in a folder of its
// own, and comes back when it does. With wait, nothing is acknowledged from then
// on before it lies on both; so it is on what the standby becomes, too.
func (c *Cluster) Standby(wait bool) (*Cluster, error) {
	dir, err := os.MkdirTemp("/tmp", fmt.Sprintf("tilhor-pg-%d-", os.Getpid()))
	if err != nil {
		return nil, err
	}
	return c.standbyIn(dir, wait)
}

// StandbyFor is Standby in the folder, and so at the address, of a server that
// is lost with all it had.
func (c *Cluster) StandbyFor(lost *Cluster, wait bool) (*Cluster, error) {
	if err := os.RemoveAll(filepath.Join(lost.dir, "data")); err != nil {
		return nil, err
	}
	return c.standbyIn(lost.dir, wait)
}

func (c *Cluster) standbyIn(dir string, wait bool) (*Cluster, error) {
	bin, err := binDir()
	if err != nil {
		return nil, err
	}
	who, err := nonRoot(dir)
	if err != nil {
		return nil, err
	}
	copying := exec.Command(filepath.Join(bin, "pg_basebackup"), "-h", c.dir, "-U", "tilhor", "-D", filepath.Join(dir, "data"), "-R", "-X", "stream", "-c", "fast")
	copying.Dir, copying.SysProcAttr = dir, who
	if out, err := copying.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("copy the server: %w: %s", err, out)
	}
	settings := slices.DeleteFunc(slices.Clone(c.settings), func(s string) bool { return s == awaited })
	if wait {
		settings = append(settings, awaited)
	}
	s, err := StartIn(dir, settings...)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	for try := 0; try < 400; try++ {
		if n, err := count(c.DSN, `SELECT COUNT(*) FROM pg_stat_replication WHERE state = 'streaming'`); err == nil && n == 1 {
			if !wait {
				return s, nil
			}
			return s, c.set("ALTER SYSTEM SET synchronous_standby_names = '*'")
		}
		time.Sleep(25 * time.Millisecond) // another program: there is nothing else to wait on
	}
	s.Stop()
	return nil, fmt.Errorf("the standby does not follow")
}

// set changes a setting while the server runs.
func (c *Cluster) set(how string) error {
	if err := admin(c.DSN, how); err != nil {
		return err
	}
	return admin(c.DSN, "SELECT pg_reload_conf()")
}

// Promote makes a standby a server of its own, and comes back when it writes.
func (c *Cluster) Promote() error { return admin(c.DSN, "SELECT pg_promote(true, 60)") }

// Deafen stops what a standby hears this server by, as a line that is cut, and
// fills the line: what lies in it is read when it is mended, and nothing behind
// that. The function that comes back mends it.
func (c *Cluster) Deafen(standby *Cluster) (mend func() error, err error) {
	pid, err := count(standby.DSN, `SELECT COALESCE(MAX(pid), 0) FROM pg_stat_wal_receiver`)
	if err != nil {
		return nil, err
	}
	if pid == 0 {
		return nil, fmt.Errorf("the standby hears nobody")
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return nil, err
	}
	mend = func() error { return syscall.Kill(pid, syscall.SIGCONT) }
	return mend, admin(c.DSN, `SELECT pg_logical_emit_message(false, 'full', repeat('x', 16777216))`)
}

// Either is the address of a database on whichever of several servers takes what
// is written, as whoever runs the program writes it: hosts with a comma between.
func Either(dsn string, servers ...*Cluster) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", err
	}
	var hosts []string
	for _, s := range servers {
		hosts = append(hosts, s.dir)
	}
	q := u.Query()
	q.Set("host", strings.Join(hosts, ","))
	q.Set("target_session_attrs", "read-write")
	u.RawQuery = q.Encode()
	return u.String(), nil
}

func count(dsn, q string) (n int, err error) {
	c, err := sql.Open("pgx", dsn)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	return n, c.QueryRow(q).Scan(&n)
}
