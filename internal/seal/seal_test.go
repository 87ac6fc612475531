package seal_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/seal"
	"tilhor/internal/seal/sealtest"

	"pgregory.net/rapid"
)

const granvik tilhor.OwnerID = "granvik"

var monday = time.Date(2026, 11, 23, 8, 15, 7, 0, time.UTC)

func write(t *testing.T, d *db.DB, fn func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsSealedOpensInItsPlaceOnly(t *testing.T) {
	k := sealtest.Keys(t, granvik, "bergvik")
	key := k.New(granvik, seal.KindTrack, "t1")
	s := key.Seal("text", "r1", "de venter på meg i garderoben")
	if got, err := key.Open("text", "r1", s.Bytes); err != nil || got != "de venter på meg i garderoben" {
		t.Fatalf("%q %v", got, err)
	}
	for name, open := range map[string]func() (string, error){
		"another row":     func() (string, error) { return key.Open("text", "r2", s.Bytes) },
		"another field":   func() (string, error) { return key.Open("name", "r1", s.Bytes) },
		"field and row":   func() (string, error) { return key.Open("textr", "1", s.Bytes) },
		"another key":     func() (string, error) { return k.New(granvik, seal.KindTrack, "t1").Open("text", "r1", s.Bytes) },
		"nothing":         func() (string, error) { return key.Open("text", "r1", nil) },
		"another version": func() (string, error) { return key.Open("text", "r1", append([]byte{2}, s.Bytes[1:]...)) },
		"the zero key":    func() (string, error) { return seal.Key{}.Open("text", "r1", s.Bytes) },
	} {
		if got, err := open(); !errors.Is(err, seal.ErrBroken) || got != "" {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
	for i := range s.Bytes {
		bad := bytes.Clone(s.Bytes)
		bad[i] ^= 1
		if _, err := key.Open("text", "r1", bad); err == nil {
			t.Fatalf("a flipped bit at %d opens", i)
		}
		if _, err := key.Open("text", "r1", s.Bytes[:i]); err == nil {
			t.Fatalf("cut at %d opens", i)
		}
	}
}

func TestSealAndOpenAnyText(t *testing.T) {
	key := sealtest.Keys(t, granvik).New(granvik, seal.KindConcern, "c1")
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.String().Draw(t, "plain") + strings.Repeat("\x80\x00", rapid.IntRange(0, 40).Draw(t, "tail"))
		a, b := key.Seal("text", "r", plain), key.Seal("text", "r", plain)
		salt, got, err := key.Opening("text", "r", a.Bytes)
		if err != nil || got != plain {
			t.Fatalf("%q became %q, %v", plain, got, err)
		}
		if a.Commit != seal.Commitment(seal.Label("text", "r"), salt, plain) {
			t.Fatal("the commitment is not of what was sealed")
		}
		if a.Commit == b.Commit || bytes.Equal(a.Bytes, b.Bytes) {
			t.Fatal("the same text sealed twice is the same")
		}
		if plain != "" && len(plain) > 8 && bytes.Contains(a.Bytes, []byte(plain)) {
			t.Fatal("the text stands in the open")
		}
	})
}

// The length of a name does not tell the name.
func TestShortTextsAreOneLength(t *testing.T) {
	key := sealtest.Keys(t, granvik).New(granvik, seal.KindSchool, "lia")
	want := len(key.Seal("name", "p", "Bo").Bytes)
	for _, name := range []string{"", "Ola Nordmann", "Anne-Margrethe Ødegård-Li"} {
		if n := len(key.Seal("name", "p", name).Bytes); n != want {
			t.Errorf("%q: %d bytes, want %d", name, n, want)
		}
	}
}

func TestKeysAreKeptWrappedAndShredded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := sealtest.Keys(t, granvik, "bergvik")
		key := k.New(granvik, seal.KindTrack, "t1")
		sealed := key.Seal("text", "r1", "hemmelig").Bytes
		get := func(owner tilhor.OwnerID, kind seal.Kind, thing string) (got seal.Key, err error) {
			err = d.Read(context.Background(), func(tx *db.Tx) error { got, err = k.Get(tx, owner, kind, thing); return err })
			return got, err
		}
		if _, err := get(granvik, seal.KindTrack, "t1"); !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatal(err)
		}
		write(t, d, func(tx *db.Tx) error { return seal.Keep(tx, key) })
		got, err := get(granvik, seal.KindTrack, "t1")
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := got.Open("text", "r1", sealed); plain != "hemmelig" || err != nil {
			t.Fatal(plain, err)
		}
		if _, err := get(granvik, seal.KindCase, "t1"); !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatal("another kind:", err)
		}
		if _, err := get("nobody", seal.KindTrack, "t1"); !errors.Is(err, seal.ErrNoKeys) {
			t.Fatal("an owner not served:", err)
		}
		if err := d.Write(context.Background(), func(tx *db.Tx) error { return seal.Keep(tx, key) }); !db.Unique(err) {
			t.Fatal("kept twice:", err)
		}
		// A wrapped key moved to another thing, or another owner, opens nothing.
		move := db.SQL(`INSERT INTO seal_key (owner, kind, thing, wrapped)
			SELECT $1, kind, $2, wrapped FROM seal_key WHERE owner = 'granvik' AND thing = 't1'`)
		for owner, thing := range map[tilhor.OwnerID]string{granvik: "t2", "bergvik": "t1"} {
			write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(move, owner, thing); return err })
			if _, err := get(owner, seal.KindTrack, thing); !errors.Is(err, seal.ErrBroken) {
				t.Fatal("a moved key opens:", err)
			}
		}
		for range 2 {
			write(t, d, func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, "t1", monday) })
			if _, err := get(granvik, seal.KindTrack, "t1"); !errors.Is(err, seal.ErrShredded) {
				t.Fatal(err)
			}
		}
		left := db.SQL(`SELECT wrapped FROM seal_key WHERE owner = 'granvik' AND thing = 't1'`)
		var wrapped []byte
		err = d.Read(context.Background(), func(tx *db.Tx) error { return tx.One(left, nil, &wrapped) })
		if err != nil || len(wrapped) != 0 {
			t.Fatal("the shredded key is still there", err)
		}
		err = d.Write(context.Background(), func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, "t9", monday) })
		if !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatal("shredded what never was:", err)
		}
		err = d.Write(context.Background(), func(tx *db.Tx) error { _, err := k.Make(tx, granvik, seal.KindTrack, "t1"); return err })
		if !errors.Is(err, seal.ErrShredded) {
			t.Fatal("a shredded key was made anew:", err)
		}
	})
}

func TestTwentyMakeOneKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := sealtest.Keys(t, granvik)
		sealed := make([][]byte, 20)
		var wg sync.WaitGroup
		for i := range sealed {
			wg.Add(1)
			go func() {
				defer wg.Done()
				err := d.Write(context.Background(), func(tx *db.Tx) error {
					key, err := k.Make(tx, granvik, seal.KindSchool, "lia")
					if err == nil {
						sealed[i] = key.Seal("name", "p", "Kari").Bytes
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		write(t, d, func(tx *db.Tx) error {
			key, err := k.Get(tx, granvik, seal.KindSchool, "lia")
			for _, s := range sealed {
				if got, err := key.Open("name", "p", s); got != "Kari" {
					t.Error(err)
				}
			}
			return err
		})
	})
}

// What was shredded after a backup is shredded again when the backup is put back.
func TestShreddingsSurviveAnOlderDatabase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		k := sealtest.Keys(t, granvik)
		for _, thing := range []string{"t1", "t2", "t3"} {
			write(t, d, func(tx *db.Tx) error { return seal.Keep(tx, k.New(granvik, seal.KindTrack, thing)) })
		}
		var backup bytes.Buffer
		if _, err := d.Dump(ctx, &backup); err != nil {
			t.Fatal(err)
		}
		undone := errors.New("undone")
		d.Write(ctx, func(tx *db.Tx) error { seal.Shred(tx, granvik, seal.KindTrack, "t3", monday); return undone })
		for _, thing := range []string{"t1", "t2"} {
			write(t, d, func(tx *db.Tx) error { return seal.Shred(tx, granvik, seal.KindTrack, thing, monday) })
		}
		for want := range []int{2, 0} {
			if n, err := k.NoteShreddings(ctx, d, granvik, monday); err != nil || (n == 2) != (want == 0) {
				t.Fatal(n, err)
			}
		}
		old := dbtest.SQLite(t)
		if _, err := old.Load(ctx, &backup); err != nil {
			t.Fatal(err)
		}
		if n, err := k.ApplyShreddings(ctx, old, granvik); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		old.Read(ctx, func(tx *db.Tx) error {
			for thing, want := range map[string]error{"t1": seal.ErrShredded, "t2": seal.ErrShredded, "t3": nil} {
				if _, err := k.Get(tx, granvik, seal.KindTrack, thing); !errors.Is(err, want) {
					t.Errorf("%s: %v", thing, err)
				}
			}
			return nil
		})
	})
}

func TestKeyFilesAreForTheProgramAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	old := umask(0)
	defer umask(old)
	if err := seal.Init(dir, granvik); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "granvik")
	for path, want := range map[string]os.FileMode{dir: 0o700, folder: 0o700, folder + "/owner.key": 0o600, folder + "/code.key": 0o600, folder + "/sign.key": 0o600, folder + "/owner.pub": 0o600} {
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v %v", path, st.Mode(), err)
		}
	}
	if err := seal.Init(dir, granvik); err == nil {
		t.Fatal("keys were made over others")
	}
	for _, bad := range []tilhor.OwnerID{"", "..", "a/b", ".x", "æ", tilhor.OwnerID(strings.Repeat("a", 64))} {
		if err := seal.Init(dir, bad); err == nil {
			t.Errorf("keys for %q", bad)
		}
		if _, err := seal.Open(dir, bad); err == nil {
			t.Errorf("opened %q", bad)
		}
	}
	k, err := seal.Open(dir)
	if err != nil || len(k.Owners()) != 1 {
		t.Fatal(err)
	}
	if err := k.Append(granvik, seal.CheckpointsFile, "x\n"); err != nil {
		t.Fatal(err)
	}
	if st, _ := os.Stat(folder + "/checkpoints"); st.Mode().Perm() != 0o600 {
		t.Fatal(st.Mode())
	}
	for _, name := range seal.SecretFiles {
		path := filepath.Join(folder, name)
		text, _ := os.ReadFile(path)
		os.Chmod(path, 0o640)
		if _, err := seal.Open(dir, granvik); err == nil {
			t.Errorf("%s was opened though others can read it", name)
		}
		os.Chmod(path, 0o600)
		for _, bad := range []string{"", "x", string(text[:len(text)-4]), strings.Repeat("x", 9999)} {
			os.WriteFile(path, []byte(bad), 0o600)
			if _, err := seal.Open(dir, granvik); err == nil {
				t.Errorf("%s was opened though it is damaged", name)
			} else if strings.Contains(err.Error(), "+") {
				t.Errorf("%s: the error quotes the key: %v", name, err)
			}
		}
		os.WriteFile(path, text, 0o600)
	}
	if _, err := seal.Open(dir, granvik); err != nil {
		t.Fatal("the control does not open:", err)
	}
}

// Whatever prints a key or the keys, no key is printed.
func TestKeysDoNotPrint(t *testing.T) {
	k := sealtest.Keys(t, granvik)
	d := dbtest.SQLite(t)
	key := k.New(granvik, seal.KindTrack, "t1")
	write(t, d, func(tx *db.Tx) error { return seal.Keep(tx, key) })
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	log.Info("x", "key", key, "keys", k)
	fmt.Fprintf(&out, "%v %+v %#v %s %x %d %v %+v %#v %x", key, key, key, key, key, key, k, k, k, k)
	if _, err := json.Marshal(key); err == nil {
		t.Error("a key was written as JSON")
	}
	for _, name := range seal.SecretFiles {
		text, _ := os.ReadFile(filepath.Join(k.Folder(granvik), name))
		for _, line := range strings.Fields(string(text)) {
			if len(line) > 20 && strings.Contains(out.String(), line) {
				t.Errorf("%s is printed", name)
			}
		}
	}
	if want := 4; strings.Count(out.String(), "key of a track") < want || len(out.String()) > 900 {
		t.Fatalf("%s", out.String())
	}
}

func TestHashesAreByPurposeAndOwner(t *testing.T) {
	k := sealtest.Keys(t, granvik, "bergvik")
	a := k.Hash(granvik, "pid", "13031578901")
	if !bytes.Equal(a, k.Hash(granvik, "pid", "13031578901")) || len(a) != 32 {
		t.Fatal("the same is not the same")
	}
	for _, b := range [][]byte{k.Hash(granvik, "feide", "13031578901"), k.Hash("bergvik", "pid", "13031578901"), k.Hash(granvik, "pid", "13031578902"), k.Hash(granvik, "pid1", "3031578901")} {
		if bytes.Equal(a, b) {
			t.Fatal("another is the same")
		}
	}
	defer func() {
		if recover() == nil {
			t.Fatal("a hash without a key")
		}
	}()
	k.Hash("nobody", "pid", "x")
}

// FuzzOpen: no bytes from outside open or break the program.
func FuzzOpen(f *testing.F) {
	key := sealtest.Keys(f, granvik).New(granvik, seal.KindTrack, "t1")
	good := key.Seal("text", "r1", "det barnet sa")
	f.Add("text", "r1", []byte{})
	f.Add("text", "r1", bytes.Repeat([]byte{1}, 200))
	raw, _ := hex.DecodeString("01")
	f.Add("", "", append(raw, good.Bytes[1:]...))
	f.Fuzz(func(t *testing.T, field, id string, sealed []byte) {
		if _, err := key.Open(field, id, sealed); err == nil {
			t.Fatal("bytes from outside opened")
		}
		own := key.Seal(field, id, string(sealed))
		if got, err := key.Open(field, id, own.Bytes); err != nil || got != string(sealed) {
			t.Fatal(err)
		}
		if len(sealed) > 0 { // the same bytes, somewhere changed
			i := int(sealed[0]) % len(own.Bytes)
			own.Bytes[i] ^= 0x10
			if _, err := key.Open(field, id, own.Bytes); err == nil {
				t.Fatal("changed bytes opened")
			}
		}
	})
}
