package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/soak"
	"tilhor/internal/web"
	"tilhor/internal/work"
)

// Twins are two processes of the program that serve one PostgreSQL, with one folder
// of keys, and the people who are signed in and use either.
type twins struct {
	*testing.T
	p      *work.Place // over the same database, to look
	both   [2]*process
	args   [2][]string
	people []*http.Cookie
	pupils []string // of each, one of the own school

	mu    sync.Mutex
	acked []string    // what was told and acknowledged
	when  []time.Time // by the one that lives, and when
}

// newTwins starts them. other is where the second one's rows lie.
func newTwins(t *testing.T, other func(dsn string) string) *twins {
	t.Helper()
	ctx, dir, dsn := context.Background(), t.TempDir(), dbtest.PostgresDSN(t)
	keys := filepath.Join(dir, "keys")
	p, err := work.Open(ctx, dsn, keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	x := &twins{T: t, p: p}
	kit := p.Kit()
	kit.Owner.HTTPS = true // as serve has it
	site, err := web.New(kit)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Schools {
		for i, who := range s.Teachers {
			c, err := site.Enter(ctx, who.Person, who, mfa, "https://auth.dataporten.no")
			if err != nil {
				t.Fatal(err)
			}
			x.people, x.pupils = append(x.people, c), append(x.pupils, string(s.Pupils[i]))
		}
	}
	settings := settingsIn(t, dir, "", "")
	for i, dsn := range []string{dsn, other(dsn)} {
		x.args[i] = []string{"serve", "--db", dsn, "--keys", keys, "--addr", "127.0.0.1:0", "--watch", "", "--config", settings}
		x.both[i] = start(t, x.args[i]...)
	}
	return x
}

// ask asks one of the two as somebody's browser does, through the proxy in front.
func (x *twins) ask(of *process, who int, form url.Values) (code int, to string, err error) {
	method, path, body := http.MethodGet, "/bekymringer", io.Reader(nil)
	if form != nil {
		method, path, body = http.MethodPost, "/bekymringer/ny", strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, "http://"+of.addr+path, body)
	if err != nil {
		return 0, "", err
	}
	r.Host = "tilhor.granvik.example"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(x.people[who])
	resp, err := straight.Do(r)
	if err != nil {
		return 0, "", err
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location"), nil
}

// straight follows nothing, and keeps no line open to a process that dies.
var straight = &http.Client{
	Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// load has everybody tell at either until it is stopped. Who gets no answer goes on to
// the other, as behind a balancer, with the same form.
func (x *twins) load() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	both := x.both
	var all sync.WaitGroup
	for who := range x.people {
		all.Go(func() {
			for n := who; ctx.Err() == nil; n++ {
				id := "tell-" + tilhor.NewID()
				form := url.Values{
					"nokkel": {tilhor.NewID()}, "step": {"3"}, "go": {"send"}, "pupil": {x.pupils[who]}, "saw": {id + " sto alene"},
					"arena": {"break"}, "happened": {"today"}, "known": {"now"},
				}
				for try := range 2 {
					code, to, err := x.ask(both[(n+try)%2], who, form)
					if err == nil && (code == http.StatusSeeOther && strings.HasPrefix(to, "/bekymringer/") || code == http.StatusConflict) {
						x.mu.Lock()
						x.acked, x.when = append(x.acked, id), append(x.when, time.Now())
						x.mu.Unlock()
						break
					}
				}
				select { // nobody tells faster than people do
				case <-time.After(40 * time.Millisecond):
				case <-ctx.Done():
				}
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// since is how much was acknowledged after an instant.
func (x *twins) since(at time.Time) (n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, when := range x.when {
		if when.After(at) {
			n++
		}
	}
	return n
}

var (
	errSignedOut = errors.New("somebody was signed out")
	errNotThere  = errors.New("acknowledged, and not there")

	unsignedNow = testSQL(`SELECT COUNT(*) FROM journal_entry WHERE owner = $1 AND leaf IS NULL`)
	whoSigns    = testSQL(`SELECT COALESCE(MAX(holder), '') FROM db_lease WHERE name = 'journal sequence' AND until > 0`)
)

// signer is who has the turn of the record's tree.
func (x *twins) signer() (holder string) {
	x.Helper()
	if err := x.p.DB.Read(context.Background(), func(tx *db.Tx) error { return tx.One(whoSigns, nil, &holder) }); err != nil {
		x.Fatal(err)
	}
	return holder
}

// round kills one of the two while everybody tells: the other goes on at once, knows
// who is signed in, and takes the record's tree up.
func (x *twins) round(n int) error {
	dies, lives := x.both[n%2], x.both[1-n%2]
	if err := errors.Join(x.signedIn(dies), x.signedIn(lives)); err != nil {
		return err
	}
	stop := x.load()
	begun := time.Now()
	waitFor(x.T, func() bool { return x.since(begun) >= 30 })
	dies.cmd.Process.Kill()
	dies.cmd.Wait()
	killed := time.Now()
	waitFor(x.T, func() bool { return x.since(killed) >= 30 })
	stop()
	if x.Failed() {
		return errors.New("the other does not go on")
	}
	if err := x.signedIn(lives); err != nil {
		return err
	}
	waitFor(x.T, func() bool { // within a lease
		left := -1
		err := x.p.DB.Read(context.Background(), func(tx *db.Tx) error { return tx.One(unsignedNow, db.Args(work.Owner), &left) })
		return err == nil && left == 0
	})
	x.both[n%2] = start(x.T, x.args[n%2]...)
	return x.there(x.acked)
}

// signedIn says whether one of the two knows everybody.
func (x *twins) signedIn(at *process) error {
	for who := range x.people {
		if code, to, err := x.ask(at, who, nil); err != nil || code != http.StatusOK {
			return fmt.Errorf("%w: %d %q %w", errSignedOut, code, to, err)
		}
	}
	return nil
}

// there says whether everything acknowledged is there once.
func (x *twins) there(ids []string) error {
	f := x.p.Finder()
	if err := f.Look(context.Background()); err != nil {
		return err
	}
	for _, id := range ids {
		if f.Count(id) != 1 {
			return fmt.Errorf("%w: %s, %d times", errNotThere, id, f.Count(id))
		}
	}
	if d := f.Doubled(); len(d) > 0 {
		return fmt.Errorf("done twice: %v", d)
	}
	return nil
}

// Two processes of the program serve one PostgreSQL, and each is killed in turn while
// everybody tells: the other goes on, nobody is signed out, nothing acknowledged is
// lost or there twice, and the record is signed on by whoever is left. The controls
// are a second process that has its rows to itself, and something that was never told.
func TestTwoServeOneDatabase(t *testing.T) {
	x := newTwins(t, func(dsn string) string { return dsn })
	signers := map[string]bool{x.signer(): true}
	for n := range soak.Times(2, 100) {
		if err := x.round(n); err != nil {
			t.Fatalf("round %d: %v", n+1, err)
		}
		signers[x.signer()] = true
	}
	delete(signers, "")
	if len(signers) < 2 {
		t.Errorf("the turn of the record was never taken over: %d signers", len(signers))
	}
	if err := x.there(append(slices.Clone(x.acked), "tell-"+tilhor.NewID())); !errors.Is(err, errNotThere) {
		t.Errorf("the control: what was never told was not seen to be lacking: %v", err)
	}
	for _, p := range x.both {
		p.cmd.Process.Kill()
		p.cmd.Wait()
	}
	if err := x.p.Holds(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d told, %d signers", len(x.acked), len(signers))

	apart := newTwins(t, func(string) string { return dbtest.PostgresDSN(t) })
	if err := apart.round(0); !errors.Is(err, errSignedOut) {
		t.Errorf("the control: a process that has its rows to itself was not seen: %v", err)
	}
}
