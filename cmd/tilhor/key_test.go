package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal"
	"tilhor/internal/soak"
	"tilhor/internal/work"
)

// atWork is an installation in which the made-up schools have worked for a while.
func atWork(t *testing.T, dsn string, acts int) (box, *work.Place, []string) {
	t.Helper()
	b := box{t, dsn, filepath.Join(t.TempDir(), "keys"), t.TempDir()}
	p, err := work.Open(context.Background(), dsn, b.keys, func() time.Time { return recordNow })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return b, p, does(t, p, rand.New(rand.NewPCG(1, uint64(acts))), acts)
}

// does has n acts done, and gives the ids of those that were answered.
func does(t *testing.T, p *work.Place, rng *rand.Rand, n int) (ids []string) {
	t.Helper()
	ctx := context.Background()
	for range n {
		id, err := p.Do(ctx, rng)
		if err != nil {
			t.Fatal(id, err)
		}
		ids = append(ids, id)
	}
	if err := p.Tend(ctx); err != nil {
		t.Fatal(err)
	}
	return ids
}

// allThere opens everything that was sealed and looks for every act.
func allThere(t *testing.T, p *work.Place, ids []string) {
	t.Helper()
	f := p.Finder()
	if err := f.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if f.Count(id) != 1 {
			t.Fatalf("%s is there %d times", id, f.Count(id))
		}
	}
}

// reopen is the same place with the keys that lie on the disk now.
func (b box) reopen(now time.Time) *work.Place {
	b.t.Helper()
	p, err := work.Open(context.Background(), b.dsn, b.keys, func() time.Time { return now })
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { p.Close() })
	return p
}

// shares makes shares in a folder of their own and gives their files.
func (b box) shares(n int) []string {
	b.t.Helper()
	to := filepath.Join(b.t.TempDir(), "shares")
	said := b.must(0, "key", "backup", "--keys", b.keys, "--shares", fmt.Sprint(n), "--to", to)
	if strings.Contains(said, "BEGIN") || strings.Contains(said, "#") {
		b.t.Fatal("a share was printed on the screen")
	}
	files, err := filepath.Glob(filepath.Join(to, "*.txt"))
	if err != nil || len(files) != n {
		b.t.Fatal(files, err)
	}
	return files
}

// The lines of docs/guide/keys.md do what the page says, typed one after the
// other: shares, the loss of the folder, shares again, and a changed owner key.
func TestTheCommandsOfTheKeysPageRun(t *testing.T) {
	dir := t.TempDir()
	b := box{t, "sqlite:" + dir + "/tilhor.db", dir + "/keys", dir}
	p, err := work.Open(context.Background(), b.dsn, b.keys, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	does(t, p, rand.New(rand.NewPCG(2, 2)), 5)
	public, _ := b.recipient()
	now := time.Now()
	here := strings.NewReplacer("/var/lib/tilhor-keys", b.keys, "/var/lib/tilhor", dir, "/var/backups/tilhor", dir+"/backup", "/mnt/elsewhere/tilhor-keys", dir+"/away",
		"/dev/shm", dir, "age1…", public, "share-1.txt", dir+"/1", "share-3.txt", dir+"/3")
	ran := map[string]int{}
	for _, m := range codeFence.FindAllStringSubmatch(read(t, "docs/guide/keys.md"), -1) {
		for _, l := range strings.Split(m[1], "\n") {
			args := command(strings.Fields(here.Replace(strings.Split(l, " #")[0])))
			if args == nil {
				continue
			}
			name := strings.Join(args[:2], " ")
			switch name {
			case "key restore":
				for _, n := range []string{"1", "3"} {
					files, _ := filepath.Glob(filepath.Join(dir, "tilhor-shares", "*share-"+n+"-of-3.txt"))
					if len(files) != 1 || copyFile(files[0], filepath.Join(dir, n)) != nil {
						t.Fatal("no share", n, files)
					}
				}
				os.RemoveAll(b.keys)
			case "key retire":
				now = now.Add(2 * time.Minute)
			}
			var out bytes.Buffer
			app := &App{In: strings.NewReader(""), Out: &out, Err: &out, Clock: func() time.Time { return now }}
			if code := run(app, args); code != 0 {
				t.Fatalf("%s\nexit %d\n%s", l, code, out.String())
			}
			ran[name]++
		}
	}
	for _, must := range []string{"key backup", "key restore", "key rotate", "key retire", "journal verify"} {
		if ran[must] == 0 {
			t.Errorf("the page has no line for tilhor %s", must)
		}
	}
}

// The drill: the folder of keys is gone. Nothing opens, the program says so and
// what to do; two shares give everything back.
func TestTheLostKeyDrill(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, p, ids := atWork(t, dsn, 40)
		allThere(t, p, ids)
		files := b.shares(3)
		for _, f := range files {
			page, err := os.ReadFile(f)
			st, _ := os.Stat(f)
			if err != nil || st.Mode().Perm() != 0o600 {
				t.Fatal(f, st.Mode(), err)
			}
			for _, words := range []string{"NØKKELDEL", "makuleres", "makulerast", "KEY SHARE", "tilhor key restore", "Owner: granvik", "any two open"} {
				if !strings.Contains(string(page), words) {
					t.Errorf("%s does not say %q", f, words)
				}
			}
			for _, l := range strings.Split(string(page), "\n") {
				if len([]rune(l)) > 80 {
					t.Errorf("a line of a share is too wide to print: %q", l)
				}
			}
			if n := strings.Count(string(page), "\n"); n > 66 {
				t.Errorf("a share has %d lines: more than a page", n)
			}
		}
		lost := b.keys + ".lost"
		if err := os.Rename(b.keys, lost); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"journal", "verify"}, {"doctor"}, {"backup", "--to", b.dir, "--recipient", "age1x"}} {
			code, said := b.runs(b.with(args...)...)
			if code == 0 || args[0] != "backup" && !strings.Contains(said, "tilhor key restore") {
				t.Errorf("%s without keys: exit %d, said %s", args[0], code, said)
			}
		}
		said := b.must(2, "serve", "--db", b.dsn, "--keys", b.keys, "--addr", "127.0.0.1:0", "--config", settingsIn(t, b.dir, "", ""))
		if !strings.Contains(said, "tilhor key restore") {
			t.Fatal(said)
		}
		// Somebody makes new keys instead: the program will not go on with them.
		b.must(0, "key", "init", "--keys", b.keys, "--owner", "granvik")
		said = b.must(2, "serve", "--db", b.dsn, "--keys", b.keys, "--addr", "127.0.0.1:0", "--config", settingsIn(t, b.dir, "", ""))
		if !strings.Contains(said, "other keys") {
			t.Fatal(said)
		}
		if said := b.must(1, b.with("doctor")...); !strings.Contains(said, "WRONG") || !strings.Contains(said, "other keys") {
			t.Fatal(said)
		}
		b.must(1, b.with("key", "rotate")...)
		if said := b.must(1, "key", "restore", "--keys", b.keys, "--share", files[0], "--share", files[1]); !strings.Contains(said, "there are keys already") {
			t.Fatal(said)
		}
		os.RemoveAll(b.keys)
		// Two shares, and everything is as it was.
		said = b.must(0, "key", "restore", "--keys", b.keys, "--share", files[2], "--share", files[0])
		if !strings.Contains(said, "granvik") {
			t.Fatal(said)
		}
		if said := b.must(1, b.with("journal", "verify")...); !strings.Contains(said, "file of checkpoints is missing") || strings.Count(said, "WRONG") != 1 {
			t.Fatal("that the witness is lost too must be said, and nothing else: ", said)
		}
		if err := copyFile(filepath.Join(lost, "granvik", "checkpoints"), filepath.Join(b.keys, "granvik", "checkpoints")); err != nil {
			t.Fatal(err)
		}
		b.must(0, b.with("journal", "verify")...)
		os.Remove(filepath.Join(b.keys, "granvik", "checkpoints"))
		b.must(0, b.with("journal", "checkpoint")...) // when it is lost as well
		b.must(0, b.with("journal", "verify")...)
		again := b.reopen(recordNow)
		allThere(t, again, append(ids, does(t, again, rand.New(rand.NewPCG(7, 7)), 10)...))
		b.must(0, b.with("journal", "verify")...)
		if err := modes(filepath.Join(b.keys, "granvik")); err != nil {
			t.Fatal(err)
		}
	})
}

func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

// What two shares may not be, said so that a tired person understands it.
func TestSharesThatAreRefused(t *testing.T) {
	b, _ := lived(t, dbtest.SQLiteDSN(t))
	one, other := b.shares(3), b.shares(3)
	text, _ := os.ReadFile(one[1])
	mistyped := filepath.Join(b.dir, "mistyped.txt")
	at := strings.Index(string(text), "\n03 ") + 6
	swapped := "A"
	if text[at] == 'A' {
		swapped = "B"
	}
	os.WriteFile(mistyped, []byte(string(text[:at])+swapped+string(text[at+1:])), 0o600)
	for what, c := range map[string]struct {
		shares []string
		code   int
		says   string
	}{
		"the same twice":       {[]string{one[0], one[0]}, 1, "same share twice"},
		"of two sets":          {[]string{one[0], other[1]}, 1, "do not belong together"},
		"a mistyped character": {[]string{one[0], mistyped}, 1, "mistyped.txt: line 10 of the share (of \"03\")"},
		"one only":             {[]string{one[0]}, 2, "two shares"},
		"three":                {one, 2, "two shares"},
		"no such file":         {[]string{one[0], "/nowhere"}, 2, "cannot be opened"},
		"something else":       {[]string{one[0], filepath.Join(b.keys, "granvik", "owner.key")}, 1, "not a share"},
	} {
		to := filepath.Join(t.TempDir(), "keys")
		args := []string{"key", "restore", "--keys", to}
		for _, s := range c.shares {
			args = append(args, "--share", s)
		}
		if said := b.must(c.code, args...); !strings.Contains(said, c.says) {
			t.Errorf("%s: said %s", what, said)
		}
		if left, _ := os.ReadDir(to); len(left) != 0 {
			t.Errorf("%s: something was left", what)
		}
	}
	b.must(0, "key", "restore", "--keys", filepath.Join(t.TempDir(), "keys"), "--share", one[0], "--share", one[1]) // the control
	b.must(2, "key", "backup", "--keys", b.keys, "--to", filepath.Join(b.keys, "granvik", "shares"))
	b.must(1, "key", "backup", "--keys", b.keys, "--to", filepath.Dir(one[0])) // there are shares of that name
	if left, _ := os.ReadDir(filepath.Dir(one[0])); len(left) != 3 {
		t.Error("a refused backup left or took something")
	}
	b.must(2, "key", "backup", "--keys", b.keys, "--to", t.TempDir(), "--shares", "1")
}

// The owner key is changed from the command line while the schools go on
// working in another process's place: nothing they do is lost, everything opens
// afterwards, no byte of content is changed, and the doctor says what is left.
func TestTheOwnerKeyIsChangedWhileTheSchoolsWork(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, p, ids := atWork(t, dsn, 60)
		rng := rand.New(rand.NewPCG(8, 8))
		for n := range work.WholeKinds() { // something of every kind that is sealed
			if a, ok := p.Whole(n, rng); ok {
				if err := a.Do(context.Background()); err != nil {
					t.Fatalf("%s: %v", a.Kind(), err)
				}
				ids = append(ids, a.ID)
			}
		}
		doctor := func(want ...string) {
			t.Helper()
			_, said := b.runs(b.with("doctor")...)
			for _, w := range want {
				if !strings.Contains(said, w) {
					t.Fatalf("the doctor does not say %q:\n%s", w, said)
				}
			}
		}
		doctor("NOTE  no shares have been made")
		b.shares(3)
		doctor("ok    shares of the keys of granvik were made")
		before := sealedIn(t, dsn)
		var mu sync.Mutex
		var stop atomic.Bool
		var wg sync.WaitGroup
		for w := range 3 {
			wg.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(w), 5))
				for !stop.Load() {
					id, err := p.Do(context.Background(), rng)
					if err != nil {
						t.Error(id, err)
						return
					}
					mu.Lock()
					ids = append(ids, id)
					mu.Unlock()
				}
			})
		}
		b.must(0, b.with("key", "rotate", "--prepare")...)
		said := b.must(0, b.with("key", "rotate")...)
		mu.Lock()
		done := len(ids)
		mu.Unlock()
		waitFor(t, func() bool { mu.Lock(); defer mu.Unlock(); return len(ids) > done+20 })
		if !strings.Contains(said, "tilhor key retire") {
			t.Error(said)
		}
		doctor("NOTE  no shares have been made of the owner key of granvik that is in use", "NOTE  the change of the owner key of granvik is not ended")
		if said := b.must(1, b.with("key", "retire")...); !strings.Contains(said, "no shares") {
			t.Error(said)
		}
		b.shares(3)
		if said := b.must(1, b.with("key", "retire")...); !strings.Contains(said, "less than a minute") {
			t.Error(said)
		}
		stop.Store(true)
		wg.Wait()
		real := recordNow
		recordNow = recordNow.Add(2 * time.Minute)
		b.must(0, b.with("key", "retire")...)
		recordNow = real
		b.must(1, b.with("key", "retire")...)
		// A second change, cut off between its two files.
		old := filepath.Join(b.keys, "granvik", "owner.old.key")
		if err := os.Link(filepath.Join(b.keys, "granvik", "owner.key"), old); err != nil {
			t.Fatal(err)
		}
		doctor("NOTE  the change of the owner key of granvik was cut off: run tilhor key rotate")
		if err := os.Remove(old); err != nil {
			t.Fatal(err)
		}
		part := filepath.Join(b.keys, ".part-7", "granvik") // what key init leaves when it is killed
		if err := os.MkdirAll(part, 0o700); err != nil {
			t.Fatal(err)
		}
		doctor("NOTE  " + filepath.Dir(part) + " was left by something that was cut off, and a key may lie in it")
		if err := os.RemoveAll(filepath.Dir(part)); err != nil {
			t.Fatal(err)
		}
		after := sealedIn(t, dsn)
		if gone := before.not(after); gone != nil {
			t.Fatalf("changed or gone: %q", gone)
		}
		for _, of := range sealedOf { // the controls: one value of each of them
			for value := range before[of] {
				delete(after[of], value)
				if gone := before.not(after); !slices.Equal(gone, []string{of}) {
					t.Errorf("a change of %s was seen as one of %q", of, gone)
				}
				after[of][value] = true
				break
			}
		}
		allThere(t, b.reopen(recordNow), ids)
		if err := p.Tend(context.Background()); err != nil {
			t.Fatal(err)
		}
		b.must(0, b.with("journal", "verify")...)
		if said := b.must(0, b.with("journal", "export", "--owner", "granvik")...); strings.Count(said, `\"act\":\"key.rotated\"`) != 1 {
			t.Error("the change stands not once in the record")
		}
	})
}

// A sealedSet is every value of bytes in a database, by its table and column: what
// is sealed, and what is signed or hashed beside it.
type sealedSet map[string]map[string]bool

// sealedOf are those that there must be some of, so that nothing is compared with
// nothing.
var sealedOf = []string{
	"bodies_body sealed", "bodies_line sealed", "cases_chunk sealed", "cases_text sealed", "circles_line sealed", "concerns_text sealed",
	"danger_line sealed", "dialogue_line sealed", "hearing_line sealed", "ideas_line sealed", "interventions_line sealed",
	"journal_entry body", "journal_entry hash", "roster_decision reason", "roster_person name",
}

// writtenOver says which bytes the schools write over by going on, or the change of
// the key itself.
var writtenOver = map[string]bool{
	"seal_key wrapped":  true,                         // what the change is
	"cases_plan sealed": true,                         // a draft
	"web_session data":  true, "web_draft body": true, // as long as somebody is signed in
	"journal_head hash": true, // the end of a stream
}

func sealedIn(t *testing.T, dsn string) sealedSet {
	t.Helper()
	all := sealedSet{}
	_, err := db.ReadCopy(strings.NewReader(rowsOf(t, dsn)), nil, func(table string, columns []string, rows [][]any) error {
		for _, row := range rows {
			for i, v := range row {
				of := table + " " + columns[i]
				b, is := v.([]byte)
				if !is || len(b) == 0 || writtenOver[of] {
					continue
				}
				if all[of] == nil {
					all[of] = map[string]bool{}
				}
				all[of][string(b)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range sealedOf {
		if len(all[of]) == 0 {
			t.Errorf("nothing of %s is there to be compared", of)
		}
	}
	return all
}

// not says of which columns something is not in the other.
func (s sealedSet) not(in sealedSet) (gone []string) {
	for _, of := range slices.Sorted(maps.Keys(s)) {
		for value := range s[of] {
			if !in[of][value] {
				gone = append(gone, of)
				break
			}
		}
	}
	return gone
}

// waitFor waits until something is so.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.After(time.Minute)
	for !so() {
		select {
		case <-tick.C:
		case <-end:
			t.Error("it never came to be so")
			return
		}
	}
}

// Killed at any moment of the change and begun again, it comes to its end, and
// at each of those moments everything opens with what lies on the disk.
func TestKilledWhileTheOwnerKeyIsChanged(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		ctx := context.Background()
		b, p, ids := atWork(t, dsn, 20)
		err := p.DB.Write(ctx, func(tx *db.Tx) error { // enough keys for many writes
			for i := range 3000 {
				if err := seal.Keep(tx, p.Keys.New(work.Owner, seal.KindDraft, fmt.Sprint("d", i))); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		look := func() (seal.Wraps, error) {
			k, err := seal.Open(b.keys, work.Owner)
			if err != nil {
				return seal.Wraps{}, err
			}
			return k.Look(ctx, p.DB, work.Owner)
		}
		seed := uint64(time.Now().UnixNano())
		rng := rand.New(rand.NewPCG(seed, 1))
		kills, midway := 0, 0
		for whole, rounds := 100*time.Millisecond, 0; kills < soak.Times(6, 300) || midway == 0 && rounds < 60; rounds++ {
			early := kills%3 == 2
			after := time.Duration(rng.Int64N(int64(whole)))
			if early {
				after /= 20
			}
			if b.cutOff(early, after) {
				kills++
				whole += whole / 3
			} else {
				whole -= whole / 3
			}
			w, err := look()
			if err != nil || w.Broken > 0 {
				t.Fatalf("seed %d, after kill %d: %+v %v", seed, kills, w, err)
			}
			if w.Current > 0 && w.Moved > 0 {
				midway++
			}
			if w.Moved == 0 && seal.Changing(b.keys, work.Owner) { // all is wrapped anew: the next change may come
				k, err := seal.Open(b.keys, work.Owner)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := k.Retire(ctx, p.DB, work.Owner, time.Now().Add(time.Hour)); err != nil && !strings.Contains(err.Error(), "has not come") {
					t.Fatal(err)
				}
			}
		}
		b.must(0, b.with("key", "rotate")...)
		if w, err := look(); err != nil || w.Moved+w.Broken > 0 {
			t.Fatal(w, err)
		}
		allThere(t, b.reopen(recordNow), ids)
		if t.Logf("%d kills, %d of them midway", kills, midway); midway == 0 {
			t.Error("no kill fell where keys were half wrapped anew")
		}
		// The control: a change that forgot the old key before all was wrapped
		// anew is seen by the same look.
		b.must(0, b.with("key", "rotate")...)
		stale := filepath.Join(b.keys, "granvik", "owner.old.key")
		if err := os.Rename(stale, filepath.Join(b.keys, "granvik", "owner.key")); err != nil {
			t.Fatal(err)
		}
		if w, err := look(); err != nil || w.Broken < 3000 {
			t.Fatal("the control was not caught:", w, err)
		}
	})
}

// cutOff runs the change in a process of its own and kills it: so long after it
// has said that it wraps, or, when early, after its first new file. It is false
// when it came to its end before.
func (b box) cutOff(early bool, after time.Duration) (killed bool) {
	b.t.Helper()
	begun := b.keyFiles()
	cmd := exec.Command(os.Args[0], b.with("key", "rotate")...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.t.Fatal(err)
	}
	said, ended := make(chan bool, 1), make(chan error, 1)
	go func() {
		bufio.NewReader(out).ReadString('\n')
		said <- true
		io.Copy(io.Discard, out)
		ended <- cmd.Wait()
	}()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var kill <-chan time.Time
	for {
		select {
		case <-tick.C:
			if early && kill == nil && b.keyFiles() != begun {
				kill = time.After(after)
			}
		case <-said:
			kill = time.After(after)
		case <-kill:
			cmd.Process.Kill()
		case err := <-ended:
			var e *exec.ExitError
			if errors.As(err, &e) && !e.Exited() {
				return true
			}
			if err != nil {
				b.t.Fatal(err)
			}
			return false
		}
	}
}

// keyFiles are the names of the files beside the owner key.
func (b box) keyFiles() (names string) {
	list, _ := os.ReadDir(filepath.Join(b.keys, "granvik"))
	for _, e := range list {
		names += e.Name() + " "
	}
	return names
}

// Whatever a command leaves behind on a machine where new files are open to
// all: what holds a secret is for nobody else.
func TestNoSecretIsReadableByOthers(t *testing.T) {
	old := umask(0)
	defer umask(old)
	b, _, _ := atWork(t, dbtest.SQLiteDSN(t), 10)
	public, identity := b.recipient()
	out := filepath.Join(t.TempDir(), "new", "out")
	b.must(0, b.with("key", "rotate")...)
	b.must(0, "key", "backup", "--keys", b.keys, "--to", filepath.Join(out, "shares"))
	b.must(0, b.with("backup", "--to", out, "--recipient", public)...)
	there := box{t, "sqlite:" + filepath.Join(t.TempDir(), "x.db"), filepath.Join(t.TempDir(), "new", "keys"), b.dir}
	there.must(0, there.with("restore", "--from", out, "--identity", identity)...)
	shares, _ := filepath.Glob(filepath.Join(out, "shares", "*"))
	third := filepath.Join(t.TempDir(), "new", "keys")
	b.must(0, "key", "restore", "--keys", third, "--share", shares[0], "--share", shares[1])
	seen := 0
	open := func(dirs ...string) (wide []string) {
		for _, dir := range dirs {
			filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
				if err != nil {
					t.Fatal(err)
				}
				seen++
				if info, _ := e.Info(); info.Mode().Perm()&0o077 != 0 {
					wide = append(wide, path)
				}
				return nil
			})
		}
		return wide
	}
	lite := strings.TrimPrefix
	for _, path := range []string{lite(b.dsn, "sqlite:"), lite(there.dsn, "sqlite:")} {
		for _, also := range []string{"", "-wal", "-shm"} {
			if st, err := os.Stat(path + also); err == nil && st.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s can be read by others", path+also)
			}
		}
	}
	if wide := open(b.keys, out, there.keys, third); len(wide) > 0 || seen < 20 {
		t.Errorf("of %d files and folders, others can read %s", seen, wide)
	}
	os.Chmod(filepath.Join(third, "granvik", "owner.pub"), 0o604) // the control
	if wide := open(third); len(wide) != 1 {
		t.Fatal("a file that others can read was not seen")
	}
}
