package db_test

import (
	"bytes"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"

	"modernc.org/sqlite"
)

// A function for SQL that ends this process as kill -9 does.
func init() {
	sqlite.MustRegisterFunction("die_here", &sqlite.FunctionImpl{Scalar: func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}})
}

// How a step is cut off on each engine: the program is killed, or its
// connection is.
var cutOff = map[db.Engine]string{
	db.SQLite:   "SELECT die_here();",
	db.Postgres: "SELECT pg_terminate_backend(pg_backend_pid());",
}

// ends are where a statement of a step ends.
func ends(text []byte) (at []int) {
	lines := strings.SplitAfter(string(text), "\n")
	pos := 0
	for _, l := range lines {
		pos += len(l)
		bare, _, _ := strings.Cut(l, "--")
		if strings.HasSuffix(strings.TrimSpace(bare), ";") {
			at = append(at, pos)
		}
	}
	return at
}

// cutAt are the steps with one that is cut off after its k-th statement, before
// its first one for 0.
func cutAt(t testing.TB, name string, k int, engine db.Engine, head string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, s := range steps(t, db.Steps()) {
		text := string(s.text)
		if s.name == name {
			at := strings.Index(text, "-- +goose Up\n") + len("-- +goose Up\n")
			if k > 0 {
				at = ends(s.text)[k-1]
			}
			text = head + text[:at] + "\n" + cutOff[engine] + "\n" + text[at:]
		}
		out[s.name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// asMigrator makes this test binary a program that migrates and is killed.
const asMigrator = "TILHOR_TEST_MIGRATES"

func TestMain(m *testing.M) {
	if job := os.Getenv(asMigrator); job != "" {
		os.Exit(migrates(job))
	}
	os.Exit(m.Run())
}

// migrates does what the parent asks: "DSN", or "DSN FOLDER" with other steps.
func migrates(job string) int {
	dsn, folder, other := strings.Cut(job, " ")
	files := db.Steps()
	if other {
		files = os.DirFS(folder)
	}
	d, err := db.OpenBy(context.Background(), dsn, files)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	d.Close()
	return 0
}

// inChild migrates in a process of its own.
func inChild(t testing.TB, dsn string, files fs.FS) error {
	t.Helper()
	job := dsn
	if files != nil {
		dir := t.TempDir()
		if err := os.CopyFS(dir, files); err != nil {
			t.Fatal(err)
		}
		job += " " + dir
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asMigrator+"="+job)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func killed(err error) bool {
	var e *exec.ExitError
	return errors.As(err, &e) && !e.Exited()
}

// A point is one place where a step may be cut off.
type point struct {
	from int64 // the step that the database stands at
	step step
	k    int
}

func points(t testing.TB) (all []point) {
	list := steps(t, db.Steps())
	for i, s := range list {
		from := int64(0)
		if i > 0 {
			from = list[i-1].n
		}
		for k := range len(ends(s.text)) + 1 {
			all = append(all, point{from, s, k})
		}
	}
	return all
}

// Cut off after any statement of any step, by kill -9 on SQLite and with its
// connection on PostgreSQL, a database stands where it stood, and the next
// start brings it up to date with all its rows.
func TestAStepCutOffAnywhereWasNotBegun(t *testing.T) {
	all := points(t)
	if len(all) < 90 {
		t.Fatalf("only %d points were found", len(all))
	}
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	rng.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	all = all[:min(len(all), soak.Times(10, len(all)))]
	base := dbtest.PostgresDSN(t)
	var mu sync.Mutex
	t.Run("points", func(t *testing.T) {
		for _, p := range all {
			mu.Lock()
			dsns := map[string]string{"sqlite": dbtest.SQLiteDSN(t), "postgres": schemaOf(t, base, fmt.Sprintf("cut_%d_%d_%d", p.step.n, p.k, rng.IntN(1e9)))}
			mu.Unlock()
			if p.from > 0 {
				name := fmt.Sprintf("%05d", p.from)
				if err := os.WriteFile(strings.TrimPrefix(dsns["sqlite"], "sqlite:"), readKept(t, name+".db.gz"), 0o600); err != nil {
					t.Fatal(err)
				}
				runSQL(t, dsns["postgres"], string(readKept(t, name+".sql.gz")))
			}
			for engine, dsn := range dsns {
				t.Run(fmt.Sprintf("%s step %d after %d", engine, p.step.n, p.k), func(t *testing.T) {
					t.Parallel()
					if err := cutOffAt(t, p, db.Engine(engine), dsn, "", nil); err != nil {
						t.Fatalf("seed %d: %v", seed, err)
					}
				})
			}
		}
	})
	// The control: a step that is no transaction stays half done, and that is seen.
	for i, s := range steps(t, db.Steps()) {
		if len(ends(s.text)) < 3 || i == 0 {
			continue
		}
		p := point{0, s, 2}
		err := cutOffAt(t, p, db.SQLite, dbtest.SQLiteDSN(t), "-- +goose NO TRANSACTION\n", nil)
		if err == nil {
			t.Fatal("a step that was half done was not seen")
		}
		break
	}
	// And a step that takes rows with it when it is begun again.
	list := steps(t, db.Steps())
	p, takes := point{list[2].n, list[3], 0}, fstest.MapFS{}
	for _, s := range list {
		text := s.text
		if s.n == p.step.n {
			text = append(bytes.Clone(text), "\nDELETE FROM db_meta;\n"...)
		}
		takes[s.name] = &fstest.MapFile{Data: text}
	}
	for engine, dsn := range oldOnes(t, list[2]) {
		if err := cutOffAt(t, p, db.Engine(engine), dsn, "", takes); !errors.Is(err, errRows) {
			t.Fatalf("%s: a step that takes rows with it was not seen: %v", engine, err)
		}
	}
}

// errRows says that rows are gone or changed.
var errRows = errors.New("values lost or changed")

// cutOffAt cuts a step off, and says what is not as it must be afterwards. again
// are the steps of the second start, when they are not the program's own.
func cutOffAt(t *testing.T, p point, engine db.Engine, dsn, head string, again fs.FS) error {
	ctx := context.Background()
	files := cutAt(t, p.step.name, p.k, engine, head)
	var err error
	if engine == db.SQLite {
		if err = inChild(t, dsn, files); !killed(err) {
			t.Fatalf("the program was not killed: %v", err)
		}
	} else if d, e := db.OpenBy(ctx, dsn, files); e == nil {
		d.Close()
		t.Fatal("the connection was not cut")
	}
	if err := db.Later(ctx, dsn); err != nil {
		return err
	}
	if p.from > 0 {
		old, err := db.OpenAt(ctx, dsn, p.from)
		if err != nil {
			return fmt.Errorf("it does not stand where it stood: %w", err)
		}
		at, err := old.Schema(ctx)
		same := string(dump(t, old)) == string(readKept(t, fmt.Sprintf("%05d.copy.gz", p.from)))
		old.Close()
		if err != nil || at != p.from || !same {
			return fmt.Errorf("it stands at %d, its rows the same: %v, %v", at, same, err)
		}
	}
	var d *db.DB
	if again == nil {
		d, err = db.Open(ctx, dsn)
	} else {
		d, err = db.OpenBy(ctx, dsn, again)
	}
	if err != nil {
		return fmt.Errorf("it does not start again: %w", err)
	}
	defer d.Close()
	if said, err := d.Check(ctx); said != "ok" || err != nil {
		return fmt.Errorf("%s %w", said, err)
	}
	all := steps(t, db.Steps())
	if at, err := d.Schema(ctx); err != nil || at != all[len(all)-1].n {
		return fmt.Errorf("it stands at %d: %w", at, err)
	}
	if p.from == 0 {
		return nil
	}
	if lost := lostOf(t, readKept(t, fmt.Sprintf("%05d.copy.gz", p.from)), dump(t, d), keysOf(t, d)); len(lost) > 0 {
		return fmt.Errorf("%w: %d, as %s", errRows, len(lost), lost[0])
	}
	return nil
}

// Many start at once, on a new database and on an old one, in processes of
// their own: each finds it up to date, and every row is there.
func TestManyMigrateAtOnce(t *testing.T) {
	ctx := context.Background()
	base := dbtest.PostgresDSN(t)
	list := steps(t, db.Steps())
	for _, from := range []step{{}, list[2]} {
		dsns := map[string]string{"sqlite": dbtest.SQLiteDSN(t), "postgres": schemaOf(t, base, fmt.Sprintf("many_%d", from.n))}
		if from.n > 0 {
			dsns = oldOnes(t, from)
		}
		for engine, dsn := range dsns {
			var wg sync.WaitGroup
			errs := make([]error, 5)
			for i := range errs {
				wg.Go(func() {
					if i < 2 {
						errs[i] = inChild(t, dsn, nil)
						return
					}
					d, err := db.Open(ctx, dsn)
					if err == nil {
						err = d.Close()
					}
					errs[i] = err
				})
			}
			wg.Wait()
			if err := errors.Join(errs...); err != nil {
				t.Fatalf("%s from %d: %v", engine, from.n, err)
			}
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			if at, err := d.Schema(ctx); err != nil || at != list[len(list)-1].n {
				t.Fatal(engine, at, err)
			}
			if from.n > 0 {
				if lost := lostOf(t, readKept(t, fmt.Sprintf("%05d.copy.gz", from.n)), dump(t, d), keysOf(t, d)); len(lost) > 0 {
					t.Fatal(engine, lost)
				}
			}
			d.Close()
		}
	}
}

// A step that takes longer than a lease is not begun by the next who starts.
func TestALongStepIsNotBegunTwice(t *testing.T) {
	long := fstest.MapFS{}
	for _, s := range steps(t, db.Steps()) {
		long[s.name] = &fstest.MapFile{Data: s.text}
	}
	long["99999_long.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\nSELECT pg_sleep(1);\nCREATE TABLE long_step (owner TEXT PRIMARY KEY);\n")}
	both := func(renewed time.Duration) error {
		defer db.SetLease(400*time.Millisecond, renewed)()
		dsn := dbtest.PostgresDSN(t)
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				d, err := db.OpenBy(context.Background(), dsn, long)
				if err == nil {
					d.Close()
				}
				errs[i] = err
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	}
	if err := both(50 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := both(time.Hour); err == nil { // the control: nobody renews
		t.Fatal("the control was not caught: a step was begun twice, and both were content")
	}
}

var (
	putClosedDay = db.SQL(`INSERT INTO duty_closed (owner, school, day) VALUES ($1, $2, $3)`)
	shutDays     = db.SQL(`SELECT days FROM duty_shut WHERE owner = $1 AND school = $2`)
)

// The days without school of a database from before they stood in one row count
// afterwards as they did.
func TestDaysWithoutSchoolArePackedByTheStep(t *testing.T) {
	before := fstest.MapFS{}
	for _, s := range steps(t, db.Steps()) {
		if s.n < 392 {
			before[s.name] = &fstest.MapFile{Data: s.text}
		}
	}
	ctx := context.Background()
	for engine, dsn := range map[string]string{"sqlite": dbtest.SQLiteDSN(t), "postgres": schemaOf(t, dbtest.PostgresDSN(t), fmt.Sprintf("shut_%d", time.Now().UnixNano()))} {
		t.Run(engine, func(t *testing.T) {
			old, err := db.OpenBy(ctx, dsn, before)
			if err != nil {
				t.Fatal(err)
			}
			err = old.Write(ctx, func(tx *db.Tx) error {
				for _, r := range [][]any{{"o", "", "2026-12-23"}, {"o", "", "2026-10-05"}, {"o", "", "2026-12-22"}, {"o", "lia", "2027-02-15"}, {"p", "", "2026-11-20"}} {
					if _, err := tx.Exec(putClosedDay, r...); err != nil {
						return err
					}
				}
				return nil
			})
			if old.Close(); err != nil {
				t.Fatal(err)
			}
			d, err := db.Open(ctx, dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			for at, want := range map[[2]string]string{{"o", ""}: "2026-10-05 2026-12-22 2026-12-23", {"o", "lia"}: "2027-02-15", {"p", ""}: "2026-11-20"} {
				var days string
				if err := d.One(ctx, shutDays, db.Args(at[0], at[1]), &days); err != nil || days != want {
					t.Errorf("%v: %q, %v", at, days, err)
				}
			}
		})
	}
}
