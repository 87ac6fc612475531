package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/oversight"
	"tilhor/internal/seal"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// lease is how long the sequencer's lease holds when its process is gone.
const lease = 10 * time.Second

// errBoth says that two processes signed the record within one lease.
var errBoth = errors.New("two processes signed within one lease")

// TestTwo has two processes at work on one PostgreSQL, with one folder of keys,
// and kills either while the other goes on. Only one signs the record at a time,
// the other takes over when the lease has run out, no entry is twice in the
// tree, and every checkpoint stands once in the file beside the keys.
func TestTwo(t *testing.T) {
	t.Run("killed", func(t *testing.T) {
		t.Parallel()
		x := newPair(t, "")
		for n := range soak.Times(4, 200) {
			if err := x.round(n); err != nil {
				t.Fatalf("round %d: %v", n+1, err)
			}
		}
		if err := errors.Join(x.oneAtATime(), x.whole()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("without the lease", func(t *testing.T) {
		t.Parallel()
		x := newPair(t, leaseless)
		for range 200 {
			if err := errors.Join(x.both[0].until(20), x.both[1].until(20)); err != nil {
				t.Fatal(err)
			}
			if err := x.oneAtATime(); errors.Is(err, errBoth) {
				return
			}
		}
		t.Fatal("two processes without a lease were not seen to sign at once: this test proves nothing")
	})
}

// A pair is two workers on one database. Their clock runs fast, so that a lease
// runs out while one waits; not so fast that a busy machine's pause of half a
// second is longer than a lease.
type pair struct {
	*testing.T
	job  job
	both [2]*worker
	p    *work.Place
	rng  *rand.Rand
	all  ledger
	gone []*worker // killed: what they said still counts
}

func newPair(t *testing.T, sabotage string) *pair {
	t.Helper()
	x := &pair{T: t, rng: rand.New(rand.NewPCG(rand.Uint64(), 1)), all: newLedger(), job: job{
		DSN: dbtest.PostgresDSN(t), Keys: filepath.Join(t.TempDir(), "keys"), Hands: 6, From: time.Now(), Speed: 5, Sabotage: sabotage,
	}}
	p, err := work.Open(context.Background(), x.job.DSN, x.job.Keys, x.job.clock())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	x.p = p
	x.begin(0)
	x.begin(1)
	return x
}

func (x *pair) begin(i int) {
	x.Helper()
	x.job.Seed, x.job.Part, x.job.Parts = x.rng.Uint64(), i, 2
	x.both[i] = begin(x.T, x.job)
}

// round kills one while both are at work; the other goes on, and signs.
func (x *pair) round(n int) error {
	dies, lives := x.both[n%2], x.both[1-n%2]
	if err := errors.Join(dies.until(20), lives.until(20)); err != nil {
		return err
	}
	dies.kill(x.rng)
	x.gone = append(x.gone, dies)
	x.all.add(dies.ledger)
	killed := time.Now()
	if err := lives.since(killed, 20); err != nil {
		return fmt.Errorf("the other does not go on: %w", err)
	}
	signed := len(lives.signed)
	if err := lives.wait(func() bool { return len(lives.signed) >= signed+3 }); err != nil {
		return fmt.Errorf("the other does not sign: %w", err)
	}
	x.begin(n % 2)
	return errors.Join(dies.calm(), lives.calm())
}

// oneAtATime says whether ever two signed within one lease, by their clock.
func (x *pair) oneAtATime() error {
	type sign struct {
		at  int64
		who int
	}
	var all []sign
	for who, w := range append([]*worker{x.both[0], x.both[1]}, x.gone...) {
		for _, at := range w.signed {
			all = append(all, sign{at, who})
		}
	}
	sort.Slice(all, func(i, k int) bool { return all[i].at < all[k].at })
	for i := 1; i < len(all); i++ {
		if all[i].who != all[i-1].who && all[i].at-all[i-1].at < lease.Milliseconds() {
			return fmt.Errorf("%w: %d ms apart", errBoth, all[i].at-all[i-1].at)
		}
	}
	if len(all) == 0 {
		return errors.New("nobody signed")
	}
	return nil
}

// whole checks everything when both have ended.
func (x *pair) whole() error {
	ctx := context.Background()
	for _, w := range x.both {
		w.kill(x.rng)
		x.all.add(w.ledger)
	}
	f := x.p.Finder()
	if err := errors.Join(f.Look(ctx), x.all.check(f), x.p.Holds(ctx)); err != nil {
		return err
	}
	x.Logf("%d acts acknowledged", len(x.all.acked))
	if _, err := x.p.Journal.Witnessed(work.Owner); err != nil { // what was half written is cut away
		return err
	}
	return sameCheckpoints(x.p, 1) // who is killed between the two has not filed the newest: whoever comes next does
}

var signedNotes = db.SQL(`SELECT note FROM journal_checkpoint WHERE owner = $1 ORDER BY size`)

// sameCheckpoints compares the file of checkpoints with those of the database: each
// once, in order, and none that the database does not have. The file may lack so many
// of the newest.
func sameCheckpoints(p *work.Place, lacks int) error {
	raw, err := p.Keys.File(work.Owner, seal.CheckpointsFile)
	if err != nil {
		return err
	}
	var want []string
	err = p.DB.Read(context.Background(), func(tx *db.Tx) error {
		want = nil
		return tx.Each(signedNotes, func(scan db.Scan) error {
			var note []byte
			err := scan(&note)
			want = append(want, string(note))
			return err
		}, work.Owner)
	})
	if err != nil {
		return err
	}
	for n := range lacks + 1 {
		if n <= len(want) && strings.Join(want[:len(want)-n], "\n")+"\n" == string(raw) {
			return nil
		}
	}
	got := strings.Count(string(raw), seal.OriginOf(work.Owner)+"\n")
	return fmt.Errorf("the file's %d checkpoints are not the database's %d, each once and in order", got, len(want))
}

// errApart says that two processes do not know of the same sessions.
var errApart = errors.New("the two do not know of the same sessions")

// What one process knows the other knows: a session made by one is honoured by
// the other, and a log-out everywhere in one ends it in the other. The controls
// are an other that has its sessions to itself, and one whose log-outs stay with
// itself.
func TestTwoShareTheirSessions(t *testing.T) {
	t.Parallel()
	dsn, keys := dbtest.PostgresDSN(t), filepath.Join(t.TempDir(), "keys")
	open := func(dsn, keys string) *work.Place {
		t.Helper()
		p := must(work.Open(context.Background(), dsn, keys, nil))(t)
		t.Cleanup(func() { p.Close() })
		return p
	}
	one, other, alone := open(dsn, keys), open(dsn, keys), open(dbtest.PostgresDSN(t), keys)
	at, there := served(t, one), served(t, other)
	for range soak.Times(5, 500) {
		if err := shared(t, one, at, there, other); err != nil {
			t.Fatal(err)
		}
	}
	if err := shared(t, one, at, served(t, alone), other); !errors.Is(err, errApart) {
		t.Fatalf("the control: sessions that only the one has were not seen: %v", err)
	}
	if err := shared(t, one, at, there, alone); !errors.Is(err, errApart) {
		t.Fatalf("the control: a log-out that only the other heard of was not seen: %v", err)
	}
}

// shared makes a session in one, asks both with it, and ends it by another.
func shared(t *testing.T, one *work.Place, at, there string, ends *work.Place) error {
	t.Helper()
	ctx, who := context.Background(), one.Schools[0].Teachers[0]
	c := must(one.Site.Enter(ctx, who.Person, who, "strong", "https://feide.example"))(t)
	asks := func(addr string) int {
		t.Helper()
		r := must(http.NewRequest("GET", "http://"+addr+"/bekymringer", nil))(t)
		r.AddCookie(c)
		resp := must(client.Do(r))(t)
		resp.Body.Close()
		return resp.StatusCode
	}
	if a, b := asks(at), asks(there); a != 200 || b != 200 {
		return fmt.Errorf("%w: a session of the one is answered %d, by the other %d", errApart, a, b)
	}
	if err := ends.Site.EndAll(ctx, who.Person); err != nil {
		return err
	}
	if a, b := asks(at), asks(there); a != 303 || b != 303 {
		return fmt.Errorf("%w: after a log-out everywhere the one answers %d, the other %d", errApart, a, b)
	}
	return nil
}

var (
	countShown = db.SQL(`SELECT COUNT(*), COUNT(DISTINCT week), COUNT(DISTINCT week || ' ' || school || ' ' || CAST(sfo AS TEXT) || ' ' || measure)
		FROM oversight_shown WHERE owner = $1`)
	dropExclusion = db.SQL(`ALTER TABLE oversight_shown DROP CONSTRAINT oversight_shown_pkey`)
)

// errTwice says that what two did at the same moment was done twice.
var errTwice = errors.New("two published the same week")

// Two that sweep, publish and wake at the same moment do it once, and neither
// fails. The control is a database without the key by which the second sees that
// the first was there.
func TestTwoTendAtTheSameMoment(t *testing.T) {
	t.Parallel()
	weeks := soak.Times(6, 300)
	if err := newTenders(t).tend(weeks); err != nil {
		t.Fatal(err)
	}
	x := newTenders(t)
	err := x.one.DB.Write(context.Background(), func(tx *db.Tx) error { _, err := tx.Exec(dropExclusion); return err })
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if err = x.tend(1); err != nil {
			break
		}
	}
	if !errors.Is(err, errTwice) {
		t.Fatalf("the control: two that nothing keeps apart were not seen to publish twice: %v", err)
	}
}

// Tenders are two programs over one database, by one clock.
type tenders struct {
	*testing.T
	one, other *work.Place
	rng        *rand.Rand
	weeks      int
	mu         sync.Mutex
	now        time.Time
}

func newTenders(t *testing.T) *tenders {
	t.Helper()
	x := &tenders{T: t, rng: rand.New(rand.NewPCG(1, 1)), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	dsn, keys := dbtest.PostgresDSN(t), filepath.Join(t.TempDir(), "keys")
	for _, p := range []**work.Place{&x.one, &x.other} {
		*p = must(work.Open(context.Background(), dsn, keys, x.clock))(t)
		t.Cleanup(func() { (*p).Close() })
	}
	return x
}

func (x *tenders) clock() time.Time { x.mu.Lock(); defer x.mu.Unlock(); return x.now }

// tend does so many weeks' work, and tends from eight sides after each.
func (x *tenders) tend(weeks int) error {
	ctx := context.Background()
	for range weeks {
		for range 30 {
			if _, err := x.one.Do(ctx, x.rng); err != nil && !unsigned(err) {
				return err
			}
		}
		x.mu.Lock()
		x.now = x.now.AddDate(0, 0, 7)
		x.mu.Unlock()
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			p := []*work.Place{x.one, x.other}[i%2]
			all.Go(func() {
				errs[i] = errors.Join(p.Tend(ctx), p.Site.Sweep(ctx), oversight.Publish(ctx, p.DB, work.Owner, x.clock()))
			})
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		x.weeks++
	}
	var rows, published, cells int
	err := x.one.DB.Read(ctx, func(tx *db.Tx) error { return tx.One(countShown, db.Args(work.Owner), &rows, &published, &cells) })
	if err != nil || published != x.weeks || rows == 0 {
		return fmt.Errorf("%d weeks were published, of %d: %w", published, x.weeks, err)
	}
	if rows != cells {
		return fmt.Errorf("%w: %d rows of %d cells", errTwice, rows, cells)
	}
	return x.one.Holds(ctx)
}

// One that ends in peace hands over at once; one that dies, when its lease has
// run out. Each is the other's control.
func TestTwoHandOver(t *testing.T) {
	t.Parallel()
	ctx, dsn, keys := context.Background(), dbtest.PostgresDSN(t), filepath.Join(t.TempDir(), "keys")
	one, other := must(work.Open(ctx, dsn, keys, nil))(t), must(work.Open(ctx, dsn, keys, nil))(t)
	t.Cleanup(func() { one.Close(); other.Close() })
	rng, now := rand.New(rand.NewPCG(1, 1)), time.Now()
	signs := func(p *work.Place, later time.Duration) bool {
		t.Helper()
		if err := one.Tell(rng).Do(ctx); err != nil {
			t.Fatal(err)
		}
		return must(p.Journal.Sequence(ctx, p.DB, work.Owner, func() time.Time { return now.Add(time.Hour + later) }))(t) > 0
	}
	if !signs(one, 0) || signs(other, lease-time.Millisecond) {
		t.Fatal("the lease of the one does not keep the other away")
	}
	if !signs(other, lease) || signs(one, lease) {
		t.Fatal("the other does not take over when the lease has run out")
	}
	if err := other.Journal.Rest(ctx, other.DB, work.Owner); err != nil {
		t.Fatal(err)
	}
	if !signs(one, lease) {
		t.Fatal("the one has to wait for the other, who has ended in peace")
	}
}

// unsigned says whether a package could not be made yet: the other program has the
// turn of the tree, and what was just written is not in it.
func unsigned(err error) bool {
	for _, f := range tilhor.FaultsOf(err) {
		if f.Key == "handover.fault.unsigned" {
			return true
		}
	}
	return false
}
