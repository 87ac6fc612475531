package db_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"

	"github.com/jackc/pgx/v5/pgconn"
)

func insert(d *db.DB, name string) error {
	return d.Write(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(put, "o", name, ""); return err })
}

func opened(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// A closed database is one file: whoever copies it has all of it.
func TestAClosedDatabaseIsOneFile(t *testing.T) {
	dsn := dbtest.SQLiteDSN(t)
	d := opened(t, dsn)
	if err := insert(d, "a"); err != nil {
		t.Fatal(err)
	}
	if n := rows(t, d, "o"); n != 1 {
		t.Fatalf("%d rows", n)
	}
	for range 2 { // to close it twice is to close it
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	left, err := filepath.Glob(strings.TrimPrefix(dsn, "sqlite:") + "*")
	if err != nil || len(left) != 1 {
		t.Fatalf("left: %v", left)
	}
	if n := rows(t, opened(t, dsn), "o"); n != 1 {
		t.Fatalf("%d rows when it is opened again", n)
	}
}

// otherDB is set in a process that only looks for our lock.
const otherDB = "TILHOR_TEST_OTHER_DB"

// A program run beside the one that serves, as an operator's sqlite3, takes the
// log away when it is done, unless it sees that the file is in use.
func TestAnotherProcessSeesThatTheFileIsInUse(t *testing.T) {
	if path := os.Getenv(otherDB); path != "" {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		l := syscall.Flock_t{Type: syscall.F_WRLCK, Start: 0x40000002, Len: 510} // where SQLite's readers stand
		if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &l); err != nil || l.Type == syscall.F_UNLCK {
			t.Fatalf("nobody holds the file (%v)", err)
		}
		return
	}
	look := func(path string) ([]byte, error) {
		other := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		other.Env = append(os.Environ(), otherDB+"="+path)
		return other.CombinedOutput()
	}
	dsn := dbtest.SQLiteDSN(t)
	path := strings.TrimPrefix(dsn, "sqlite:")
	d := opened(t, dsn)
	opened(t, dsn).Close() // as a command in the same process would
	if err := insert(d, "a"); err != nil {
		t.Fatal(err)
	}
	if out, err := look(path); err != nil {
		t.Fatalf("%s", out)
	}
	// The control: a handle of the file is closed in our own process.
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := look(path); err == nil {
		t.Fatal("the control, a lock that was taken away, was not caught")
	}
}

// More readers than connections, each with a statement nobody has run before:
// all of them get an answer.
func TestReadersDoNotWaitForEachOther(t *testing.T) {
	d := opened(t, dbtest.SQLiteDSN(t))
	const n = 8 // the reader pool
	var begun, done sync.WaitGroup
	begun.Add(n)
	errs := make([]error, n)
	for i := range n {
		s := db.SQL(fmt.Sprintf(`SELECT COUNT(*) + %d FROM db_meta WHERE owner = $1`, i))
		done.Go(func() {
			errs[i] = d.Read(context.Background(), func(tx *db.Tx) error {
				begun.Done()
				begun.Wait() // every connection is taken
				var got int
				if err := tx.One(s, db.Args("o"), &got); err != nil || got != i {
					return fmt.Errorf("%d, %w", got, err)
				}
				return nil
			})
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskIsKnownOnBothEngines(t *testing.T) {
	full := fmt.Errorf("INSERT INTO x: %w", &pgconn.PgError{Code: "53100"})
	if !db.Full(full) || db.Full(&pgconn.PgError{Code: "53200"}) || db.Full(errors.New("disk full")) || db.Full(nil) {
		t.Fatal("a full disk is mistaken for something else")
	}
}

// A name of a disk that this program does not have is refused.
func TestAnUnknownDiskIsRefused(t *testing.T) {
	if d, err := db.Open(context.Background(), dbtest.SQLiteDSN(t)+"?vfs=no-such-disk"); err == nil {
		d.Close()
		t.Fatal("opened")
	}
}
