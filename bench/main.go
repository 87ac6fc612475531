// Command bench measures Tilhør against the limit of each engine: the program
// itself, as a process of its own, asked over loopback HTTP; beside it what the
// same machine does with bare rows and a bare server, in the same minute. What
// it prints are ratios: a number of seconds says more of the machine than of
// the program. The load client runs on the same cores as the server.
//
//	make bench          within ten minutes, at 10³ and 10⁵ cases
//	make bench FULL=1   10⁶ cases as well, and 100 000 concerns; takes its time
//
// Nothing here is linked into the program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/demo"
)

// A scale is how much one run measures.
type scale struct {
	town     demo.Size     // the municipality whose rows are multiplied
	cases    []int         // sizes of the worlds that lists and duties are measured in
	clients  []int         // how many tell at once
	concerns int           // told in one go by the most clients, with no error
	rounds   int           // each ratio is a median of so many
	spell    time.Duration // how long one side of a round goes on
	asks     int           // requests whose times make p50 and p99
	woken    int           // duties that fall due at once
	pupils   int           // in the roster that is imported
	entries  []int         // lengths of the cases that are opened
}

var (
	short = scale{
		town: demo.Small, cases: []int{1_000, 100_000}, clients: []int{1, 16, 64, 256}, concerns: 10_000,
		rounds: 3, spell: time.Second, asks: 300, woken: 1000, pupils: 16_000, entries: []int{50, 500},
	}
	full = scale{
		town: demo.Small, cases: []int{1_000, 100_000, 1_000_000}, clients: []int{1, 16, 64, 256}, concerns: 100_000,
		rounds: 9, spell: 2 * time.Second, asks: 1000, woken: 1000, pupils: 16_000, entries: []int{50, 500},
	}
)

func main() {
	serveIfTold()
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	long := f.Bool("full", false, "10⁶ cases and 100 000 concerns as well")
	dir := f.String("dir", cacheDir(), "where worlds are kept from run to run")
	only := f.String("engine", "sqlite,postgres", "the engines, comma between")
	which := f.String("part", "", "only the parts whose names begin so, comma between")
	profile := f.String("profile", "", "write profiles of the program (time, allocations) under this name, of each part that asks it")
	program := f.String("program", "", "measure this program, built before, instead of building one: for before and after")
	largest := f.Int("cases", 0, "leave out worlds of more cases than this")
	concerns := f.Int("concerns", 0, "how many concerns are told in one go, instead of the usual")
	rounds := f.Int("rounds", 0, "how many rounds a median is of, instead of the usual")
	if err := f.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := short
	if *long {
		s = full
	}
	if *largest > 0 {
		s.cases = slices.DeleteFunc(slices.Clone(s.cases), func(n int) bool { return n > *largest })
	}
	if *concerns > 0 {
		s.concerns = *concerns
	}
	if *rounds > 0 {
		s.rounds = *rounds
	}
	b := &bench{scale: s, dir: *dir, profile: *profile, binary: *program, note: func(text string) { fmt.Fprintln(os.Stderr, text) }}
	b.parts = strings.FieldsFunc(*which, func(r rune) bool { return r == ',' })
	begun := time.Now()
	fmt.Fprintf(out, "%s, %d cores; the load client runs on the same cores.\n", runtime.GOARCH, runtime.NumCPU())
	for _, e := range strings.Split(*only, ",") {
		report, err := b.engine(ctx, db.Engine(e))
		if report != nil {
			report.print(out)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e, err)
		}
	}
	fmt.Fprintf(out, "\nMeasured in %s.\n", time.Since(begun).Round(time.Second))
	return nil
}

// cacheDir is outside any repository. PostgreSQL does not run as root, and
// nobody else can look into root's own folders.
func cacheDir() string {
	if os.Getuid() == 0 {
		return "/var/tmp/tilhor-bench"
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "tilhor-bench")
}

// A bench is one run.
type bench struct {
	scale   scale
	dir     string
	parts   []string
	profile string
	note    func(string)
	binary  string

	careless bool // a test of the bench: nothing has to be durable
}

func (b *bench) wants(part string) bool {
	for _, p := range b.parts {
		if strings.HasPrefix(part, p) {
			return true
		}
	}
	return len(b.parts) == 0
}

// engine measures everything on one engine.
func (b *bench) engine(ctx context.Context, e db.Engine) (*report, error) {
	if e != db.SQLite && e != db.Postgres {
		return nil, errors.New("want sqlite or postgres")
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return nil, err
	}
	if err := b.build(ctx); err != nil {
		return nil, err
	}
	st, err := openStore(b.dir, e, b.careless)
	if err != nil {
		return nil, err
	}
	defer st.close()
	r := &report{engine: e}
	m := &measurer{bench: b, store: st, report: r}
	if m.hello, err = startHello(ctx); err != nil {
		return nil, err
	}
	defer m.hello.stop()
	var failed error
	for _, part := range []struct {
		name string
		run  func(context.Context, *measurer) error
	}{
		{"process", process},
		{"open", openCase},
		{"tell", tell},
		{"verify", verify},
		{"roster", importRoster},
		{"list", listCases},
		{"wake", wakeDuties},
		{"counts", ownerCounts},
		{"hearing", hearings},
	} {
		if !b.wants(part.name) {
			continue
		}
		begun := time.Now()
		if err := part.run(ctx, m); err != nil { // the other parts are measured all the same
			failed = errors.Join(failed, fmt.Errorf("%s: %w", part.name, err))
			r.fact(part.name, "**could not be measured**")
		}
		if ctx.Err() != nil {
			return r, errors.Join(failed, ctx.Err())
		}
		b.note(fmt.Sprintf("%s: %s measured in %s", e, part.name, time.Since(begun).Round(time.Second/10)))
	}
	return r, failed
}

// A measurer is what the parts work with.
type measurer struct {
	*bench
	store  *store
	report *report
	hello  *hello
	told   *world // where concerns were told, for the record to be verified
}
