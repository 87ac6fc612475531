package fault

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest/disk"
	"tilhor/internal/seal"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// diskHands is how many act at once, in the steps where many do.
const diskHands = 5

// diskSteps is how long a stretch is: at length it moves the log into the file
// while it goes on. One of the whole case does each of its acts.
func diskSteps(whole bool) int {
	n := 18
	if whole {
		n = 82
	}
	if soak.AtLength() {
		n = max(n, 48)
	}
	return n
}

// A diskClock stands still until it is moved.
type diskClock struct {
	mu sync.Mutex
	at time.Time
}

func newDiskClock() *diskClock {
	return &diskClock{at: time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Oslo())}
}

func (c *diskClock) now() time.Time        { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *diskClock) later(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

// A diskStretch is a stretch of work on one disk.
type diskStretch struct {
	disk  *disk.Disk
	dir   string
	place *work.Place
	find  *work.Finder
	clock *diskClock
	rng   *rand.Rand
	whole bool // the acts of the whole case, one after the other, and the archive
	at    int  // which of them is next
	later []int
	kinds map[string]bool
	early bool // sabotage: answers before the commit
	twice bool // sabotage: does what was done again
	steps []diskStep
	acts  []*diskAct
	many  bool // acts are being done at once, or one in several steps
	dead  bool // the power went: nobody is asked any more
	dies  bool // the power goes at the first refusal
	kind  disk.Kind
	once  bool
}

// A diskAct is one act: between which operations it was done, and its answer.
type diskAct struct {
	act         work.Act
	begun, done int // operations; done 0: never answered that it is there
	refused     bool
}

// A diskStep is a state that all of the database was in.
type diskStep struct {
	ops   int
	many  bool // acts were done at once, or one in several steps
	state [32]byte
}

func (b *diskBase) stretch(t *testing.T, seed int, whole bool) (*diskStretch, error) {
	s := &diskStretch{clock: newDiskClock(), rng: rand.New(rand.NewPCG(uint64(seed), 9)), whole: whole, kinds: map[string]bool{}}
	s.clock.later(time.Hour)
	var err error
	if s.disk, err = disk.New(); err != nil {
		return nil, err
	}
	t.Cleanup(s.disk.Remove)
	if s.dir, err = b.copied(t); err == nil {
		t.Cleanup(s.disk.Beside(s.dir))
	}
	return s, err
}

func (s *diskStretch) dsn() string { return s.disk.DSN(filepath.Join(s.dir, "tilhor.db")) }

func (s *diskStretch) open(ctx context.Context) (err error) {
	if s.place, err = work.Open(ctx, s.dsn(), filepath.Join(s.dir, "keys"), s.clock.now); err != nil {
		return err
	}
	if s.find == nil {
		s.find = s.place.Finder()
	}
	s.find.In(s.place)
	return nil
}

// run is the stretch: acts one by one and many at once, the record's tree and
// the duties tended to, and the database closed and opened in the midst of it.
func (s *diskStretch) run(ctx context.Context, after func() error) error {
	steps := diskSteps(s.whole)
	for i := range steps {
		s.clock.later(time.Second)
		s.many = i%6 == 3 && (!s.whole || i%12 == 3)
		var err error
		switch {
		case s.many:
			err = s.does(ctx, diskHands)
		case s.whole && i%12 == 9:
			s.many = true
			err = s.again(func() error { return s.archives(ctx, filepath.Join(s.dir, "archive")) })
		case i%4 == 2 && (!s.whole || i%8 == 2):
			err = s.again(func() error { return s.place.Tend(ctx) })
		case i == steps/2+1:
			err = s.reopen(ctx)
		default:
			err = s.does(ctx, 1)
		}
		if s.dead || err != nil {
			return err
		}
		if err := after(); err != nil {
			return err
		}
	}
	return nil
}

// next is the next act. Where many are done at once, none that is done in steps:
// another's would come between them; it is done next.
func (s *diskStretch) next(alone bool) work.Act {
	for alone && len(s.later) > 0 {
		n := s.later[0]
		s.later = s.later[1:]
		if a, ok := s.place.Whole(n, s.rng); ok {
			return a
		}
	}
	for tries := 0; s.whole && tries < len(work.WholeKinds()); tries++ {
		n := s.at
		s.at++
		if !alone && work.Stepwise(n) {
			s.later = append(s.later, n)
			continue
		}
		if a, ok := s.place.Whole(n, s.rng); ok {
			return a
		}
	}
	return s.place.Next(s.rng)
}

// archives hands two documents over to the archive.
func (s *diskStretch) archives(ctx context.Context, dir string) error {
	r, err := s.place.Hand(ctx, dir, 2)
	if err == nil && r.Written == 0 {
		err = errors.New("nothing was handed over to the archive")
	}
	return err
}

// reopen closes, which moves the log into the file, and opens. A disk may fail
// there too: then the lease of whoever signs was not given back, and runs out.
func (s *diskStretch) reopen(ctx context.Context) error {
	s.place.Close()
	s.clock.later(lease)
	return s.again(func() error { return s.open(ctx) })
}

// again does what may simply be done again, mending the disk if it must be.
func (s *diskStretch) again(do func() error) error {
	err := do()
	if err == nil {
		return nil
	}
	if s.disk.Mend() == 0 {
		return err
	}
	return do()
}

// does has n acts done at once. Those that are refused must have left nothing,
// the others must be there; then the disk is mended, and they are done.
func (s *diskStretch) does(ctx context.Context, n int) error {
	acts := make([]*diskAct, n)
	for i := range acts {
		acts[i] = &diskAct{act: s.next(n == 1), begun: s.disk.Ops()}
		s.many = s.many || acts[i].act.Steps
		s.kinds[acts[i].act.Kind()] = true
	}
	s.acts = append(s.acts, acts...)
	errs := make([]error, n)
	var all sync.WaitGroup
	for i, a := range acts {
		all.Go(func() { errs[i] = s.do(ctx, a) })
	}
	all.Wait()
	if errors.Join(errs...) == nil {
		return nil
	}
	return s.refused(ctx, acts, errs)
}

func (s *diskStretch) do(ctx context.Context, a *diskAct) error {
	if s.early {
		ctx = db.Along(ctx, func(*db.Tx) error { a.done = s.disk.Ops(); return nil })
	}
	err := a.act.Do(ctx)
	if s.twice && a.act.Kind() == "note" {
		err = errors.Join(err, a.act.Do(ctx))
	}
	if err == nil && !s.early {
		a.done = s.disk.Ops()
	}
	return err
}

func (s *diskStretch) refused(ctx context.Context, acts []*diskAct, errs []error) error {
	for i, err := range errs {
		if err == nil {
			continue
		}
		if full := s.kind != disk.Broken; db.Full(err) != full {
			return fmt.Errorf("%s is told as %w", s.kind, err)
		}
		acts[i].refused = true
	}
	// What only reads goes on while the disk is as it is.
	if _, err := s.place.Concerns.CountNew(ctx, s.place.Schools[0].Rektor); err != nil {
		return fmt.Errorf("a page that needs no entry: %w", err)
	}
	if s.dies {
		s.dead = true
		return nil
	}
	if err := s.looked(ctx, acts); err != nil {
		return err
	}
	if !s.once { // it still fails, and says so each time
		for i, a := range acts {
			if errs[i] != nil && s.do(ctx, a) == nil {
				return errors.New("an act went through on a disk that fails")
			}
		}
	}
	if s.disk.Mend() == 0 {
		return fmt.Errorf("refused, and no operation failed: %w", errors.Join(errs...))
	}
	for i, a := range acts {
		if errs[i] == nil {
			continue
		}
		if err := s.do(ctx, a); err != nil {
			return fmt.Errorf("the disk is whole again, and %s is refused: %w", a.act.Kind(), err)
		}
		a.refused = false
	}
	return s.looked(ctx, acts)
}

// looked says that acts are there or not, as was answered.
func (s *diskStretch) looked(ctx context.Context, acts []*diskAct) error {
	if err := s.find.Look(ctx); err != nil {
		return err
	}
	return diskLedger(acts, s.disk.Ops()).check(s.find)
}

// diskLedger is what had been answered when the disk had done n operations.
func diskLedger(acts []*diskAct, n int) ledger {
	l := newLedger()
	for _, a := range acts {
		switch {
		case a.refused || a.begun > n:
			l.refused[a.act.ID] = true
		case a.done > 0 && a.done <= n:
			l.acked[a.act.ID] = true
		}
	}
	return l
}

// A diskTrace is a stretch on a whole disk, to cut the power in afterwards.
type diskTrace struct {
	*diskStretch
	first   int
	witness []int64 // how long the file of checkpoints was before each operation
}

func (r *diskTrace) ops() int { return r.disk.Ops() }

// answers are the points just after each answer.
func (r *diskTrace) answers() (all []int) {
	for _, a := range r.acts {
		all = append(all, a.done)
	}
	return all
}

func (b *diskBase) trace(t *testing.T, seed int, whole bool, sabotage func(*diskStretch)) *diskTrace {
	t.Helper()
	ctx := context.Background()
	s, err := b.stretch(t, seed, whole)
	if err != nil {
		t.Fatal(err)
	}
	r := &diskTrace{diskStretch: s, witness: []int64{0}}
	if sabotage != nil {
		sabotage(r.diskStretch)
	}
	file := filepath.Join(r.dir, "keys", string(work.Owner), seal.CheckpointsFile)
	r.disk.Look(func(int) { r.witness = append(r.witness, size(file)) })
	if err := r.open(ctx); err != nil {
		t.Fatal(err)
	}
	note := func() error {
		state, err := stateOf(ctx, r.place.DB)
		r.steps = append(r.steps, diskStep{r.disk.Ops(), r.many, state})
		return err
	}
	if err := note(); err != nil {
		t.Fatal(err)
	}
	r.first = r.disk.Ops()
	if err := r.run(ctx, note); err != nil {
		t.Fatal(err)
	}
	r.place.Close() // its operations are points too
	r.witness = append(r.witness, size(file))
	return r
}

func size(path string) int64 {
	st, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return st.Size()
}

// cut cuts the power after the n-th operation and looks at what is left.
func (r *diskTrace) cut(t *testing.T, n, seed int) error {
	dir := t.TempDir()
	chance := rand.New(rand.NewPCG(uint64(seed), 11))
	if err := copyTree(filepath.Join(r.dir, "keys"), filepath.Join(dir, "keys")); err != nil {
		return err
	}
	file := filepath.Join(dir, "keys", string(work.Owner), seal.CheckpointsFile)
	if at := r.witness[min(n+chance.IntN(2), len(r.witness)-1)]; at < size(file) {
		if err := os.Truncate(file, at); err != nil {
			return err
		}
	}
	if err := r.disk.Left(n, chance, dir); err != nil {
		return err
	}
	return diskLook(dir, r.clock, diskLedger(r.acts, n), r.may(n))
}

// may are the states that the whole database may be in at a point: that of the
// last step that was done, or that of the one under way. In the midst of acts
// done at once it may be in others, and nil is given.
func (r *diskTrace) may(n int) (states [][32]byte) {
	for _, s := range r.steps {
		if s.ops > n {
			if s.many {
				return nil
			}
			return append(states, s.state)
		}
		states = [][32]byte{s.state}
	}
	return states
}

// diskLook opens what is left on a whole disk and looks at everything, and
// works on.
func diskLook(dir string, clock *diskClock, l ledger, may [][32]byte) error {
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "tilhor.db"))
	if err != nil {
		return fmt.Errorf("open what is left: %w", err)
	}
	defer d.Close()
	if err := intact(ctx, d); err != nil {
		return err
	}
	state, err := stateOf(ctx, d)
	if err != nil {
		return err
	}
	now := &diskClock{at: clock.now().Add(time.Minute)}
	p, err := work.Over(ctx, d, filepath.Join(dir, "keys"), now.now)
	if err != nil {
		return err
	}
	f := p.Finder()
	if err := f.Look(ctx); err != nil {
		return err
	}
	if err := l.check(f); err != nil {
		return err
	}
	known := len(may) == 0
	for _, m := range may {
		known = known || m == state
	}
	if !known {
		return errors.New("the database is as it never was")
	}
	a := p.Tell(rand.New(rand.NewPCG(1, 2)))
	if err := errors.Join(a.Do(ctx), p.Tend(ctx), f.Look(ctx)); err != nil || f.Count(a.ID) != 1 {
		return fmt.Errorf("work does not go on: %w", err)
	}
	if _, err := p.Hand(ctx, filepath.Join(dir, "archive"), 1); err != nil {
		return fmt.Errorf("the archive does not go on: %w", err)
	}
	return p.Holds(ctx)
}

// broken runs a stretch on a disk that goes wrong, and cuts the power at its
// end. met says whether the fault met an operation.
func (b *diskBase) broken(t *testing.T, whole bool, f disk.Fault, dies bool, seed int) (met bool, err error) {
	ctx := context.Background()
	s, err := b.stretch(t, 1, whole)
	if err != nil {
		return false, err
	}
	s.kind, s.once, s.dies = f.Kind, f.Once, dies
	s.disk.Break(f)
	if err := s.again(func() error { return s.open(ctx) }); err != nil {
		return true, fmt.Errorf("open: %w", err)
	}
	defer func() { s.place.Close() }()
	if err := s.run(ctx, func() error { return nil }); err != nil {
		return true, err
	}
	s.disk.Mend()
	met = s.disk.Failed() > 0
	var may [][32]byte
	if !s.dead {
		state, err := stateOf(ctx, s.place.DB)
		if err != nil {
			return met, err
		}
		may = append(may, state)
	}
	left := t.TempDir()
	if err := copyTree(filepath.Join(s.dir, "keys"), filepath.Join(left, "keys")); err != nil {
		return met, err
	}
	if err := s.disk.Left(s.disk.Ops(), rand.New(rand.NewPCG(uint64(seed), 13)), left); err != nil {
		return met, err
	}
	l := diskLedger(s.acts, s.disk.Ops())
	if s.dead {
		// The power went while nobody had been told whether it is there: it may be,
		// in whole, and once.
		l.refused = map[string]bool{}
	}
	return met, diskLook(left, s.clock, l, may)
}

var allWhole = db.SQLFor(`SELECT 'ok'`, `SELECT integrity_check FROM pragma_integrity_check`)

// intact is SQLite's full check of its own files.
func intact(ctx context.Context, d *db.DB) error {
	var said string
	err := d.Read(ctx, func(tx *db.Tx) error { return tx.One(allWhole, nil, &said) })
	if err == nil && said != "ok" {
		err = errors.New("the files are damaged: " + said)
	}
	return err
}

// stateOf is all of a database in 32 bytes.
func stateOf(ctx context.Context, d *db.DB) (state [32]byte, err error) {
	h := sha256.New()
	_, err = d.Dump(ctx, h)
	return [32]byte(h.Sum(nil)), err
}

// dropLeases lets the next start go on at once, where a machine waits half a
// minute for what the one before it held.
func dropLeases(path string) error {
	d, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		return err
	}
	defer d.Close()
	if _, err := d.Exec(`DELETE FROM db_lease`); err != nil {
		var n int
		if d.QueryRow(`SELECT COUNT(*) FROM sqlite_master WHERE name = 'db_lease'`).Scan(&n) == nil && n == 0 {
			return nil
		}
		return err
	}
	return nil
}
