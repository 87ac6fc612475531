package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tilhor"
	"tilhor/internal/beside"

	"pgregory.net/rapid"
)

// The products that FIPS 197 works out, and the whole table against another way
// of multiplying: by logarithms to the base 3.
func TestTheFieldIsThatOfAES(t *testing.T) {
	for _, k := range [][3]byte{{0x57, 0x83, 0xc1}, {0x57, 0x13, 0xfe}, {0x57, 0x02, 0xae}, {0x57, 0x04, 0x47}, {0x57, 0x08, 0x8e}, {0x57, 0x10, 0x07}, {0x53, 0xca, 0x01}} {
		if got := times(k[0], k[1]); got != k[2] {
			t.Errorf("%02x · %02x = %02x, want %02x", k[0], k[1], got, k[2])
		}
	}
	var power [255]byte
	var log [256]int
	x := 1
	for i := range power {
		power[i], log[x] = byte(x), i
		x ^= x << 1 // times 3
		if x > 255 {
			x ^= 0x11b
		}
	}
	for a := range 256 {
		for b := range 256 {
			want := byte(0)
			if a > 0 && b > 0 {
				want = power[(log[a]+log[b])%255]
			}
			if got := times(byte(a), byte(b)); got != want {
				t.Fatalf("%02x · %02x = %02x, want %02x", a, b, got, want)
			}
		}
		if a > 0 && times(byte(a), inverse(byte(a))) != 1 {
			t.Fatalf("%02x has no inverse", a)
		}
	}
}

// A line worked out by hand: the secret 42 with the slope 07 is 45 at 1, 4c at
// 2, 4b at 3 and 79 at 9.
func TestALineWorkedOutByHand(t *testing.T) {
	at := map[byte]byte{1: 0x45, 2: 0x4c, 3: 0x4b, 9: 0x42 ^ 0x3f}
	for x, y := range at {
		for x2, y2 := range at {
			if x == x2 {
				continue
			}
			if got := join(x, []byte{y}, x2, []byte{y2}); got[0] != 0x42 {
				t.Errorf("of %d and %d: %02x", x, x2, got[0])
			}
		}
	}
}

func TestAnyTwoSharesOpenAndOneTellsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "secret")
		n := rapid.IntRange(2, MaxShares).Draw(t, "n")
		shares := split(secret, n)
		for i := range shares {
			for k := range shares {
				if i != k && !bytes.Equal(join(byte(i+1), shares[i], byte(k+1), shares[k]), secret) {
					t.Fatalf("shares %d and %d give something else", i+1, k+1)
				}
			}
		}
	})
	// One share fits every secret there is: to each there is a second share
	// with which it comes out, and no two secrets share one.
	share := split([]byte{0x42}, 2)[0]
	second := map[byte]bool{}
	for other := range 256 {
		second[join(1, share, 2, []byte{byte(other)})[0]] = true
	}
	if len(second) != 256 {
		t.Fatalf("a share leaves %d secrets possible, want 256", len(second))
	}
	// And it is spread evenly, whatever the secret: chi squared over 256 values
	// with 255 degrees of freedom stays under 400 but once in 10⁸ times.
	for _, secret := range []byte{0x00, 0x42, 0xff} {
		if chi := spread(func() byte { return split(bytes.Repeat([]byte{secret}, 1), 3)[2][0] }); chi > 400 {
			t.Errorf("shares of %02x are not even: %.0f", secret, chi)
		}
	}
	// The control: shares with a slope that is never large lean, and are seen to.
	lean := func() byte {
		var r [1]byte
		rand.Read(r[:])
		return 0x42 ^ times(r[0]&0x7f, 3)
	}
	if chi := spread(lean); chi < 400 {
		t.Fatal("shares that lean were not seen")
	}
}

func spread(draw func() byte) (chi float64) {
	const n = 256 * 64
	var count [256]float64
	for range n {
		count[draw()]++
	}
	for _, c := range count {
		chi += (c - n/256) * (c - n/256) / (n / 256)
	}
	return chi
}

func made(t testing.TB, owner tilhor.OwnerID, n int) (dir string, shares []Share) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "keys")
	if err := Init(dir, owner); err != nil {
		t.Fatal(err)
	}
	shares, err := Shares(dir, owner, n, "2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	return dir, shares
}

func read(t testing.TB, text string) Share {
	t.Helper()
	s, err := ReadShare([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Two shares, typed in by somebody, give the very files back.
func TestTwoSharesGiveTheFilesBack(t *testing.T) {
	dir, shares := made(t, "Granvik-2", 5)
	sloppy := func(text string) string { // as it comes out of a scanner, or a tired hand
		var b strings.Builder
		for _, l := range strings.Split(text, "\n") {
			if l != "" && l[0] >= '0' && l[0] <= '9' {
				l = strings.ToLower(strings.ReplaceAll(l, " ", "  "))
			}
			b.WriteString("  " + l + " \r\n\n")
		}
		return b.String()
	}
	for i := range shares {
		for k := range shares {
			if i == k {
				continue
			}
			to := filepath.Join(t.TempDir(), "keys")
			owner, err := Rejoin(to, read(t, "words before\n"+shares[i].Text()+"words after"), read(t, sloppy(shares[k].Text())))
			if err != nil || owner != "Granvik-2" {
				t.Fatal(owner, err)
			}
			for _, name := range append(slices.Clone(SecretFiles), PublicFile) {
				a, _ := os.ReadFile(filepath.Join(dir, "Granvik-2", name))
				b, err := os.ReadFile(filepath.Join(to, "Granvik-2", name))
				st, _ := os.Stat(filepath.Join(to, "Granvik-2", name))
				if err != nil || !bytes.Equal(a, b) || st.Mode().Perm() != 0o600 {
					t.Fatalf("%s is not the same: %v", name, err)
				}
			}
			if _, err := Open(to, "Granvik-2"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// Whatever character is changed in a share, it is refused and its line named,
// and nothing of the share stands in the error.
func TestAFlippedCharacterIsNamed(t *testing.T) {
	_, shares := made(t, "granvik", 3)
	text := shares[1].Text()
	line := 0
	tried := 0
	for i := range len(text) {
		if text[i] == '\n' {
			line++
		}
		if strings.ContainsRune(" \n", rune(text[i])) {
			continue
		}
		other := byte('A')
		if text[i] == 'A' || text[i] == 'a' {
			other = 'B'
		}
		bad := text[:i] + string(other) + text[i+1:]
		_, err := ReadShare([]byte(bad))
		if err == nil {
			t.Fatalf("changed at %d: %q is read", i, strings.Split(bad, "\n")[line])
		}
		tried++
		if begin := strings.Index(text, "\n"); i < begin || i > strings.Index(text, shareEnd)-1 {
			continue // the marks themselves
		}
		if want := fmt.Sprintf("line %d of the share", line); !strings.Contains(err.Error(), want) {
			t.Fatalf("changed at %d: %v, want it to name %s", i, err, want)
		}
		for _, word := range strings.Fields(strings.Split(text, "\n")[line])[1:] {
			if len(word) == 4 && strings.Contains(err.Error(), word) {
				t.Fatalf("the error quotes the share: %v", err)
			}
		}
	}
	if tried < 300 {
		t.Fatalf("only %d characters were changed", tried)
	}
	// Lines that are each whole, but not of this share, moved, doubled or gone.
	lines := strings.Split(text, "\n")
	others := strings.Split(shares[0].Text(), "\n")
	for i := 1; i < len(lines)-2; i++ {
		gone := slices.Concat(lines[:i], lines[i+1:])
		twice := slices.Insert(slices.Clone(lines), i, lines[i])
		foreign := slices.Clone(lines)
		foreign[i] = others[i]
		for what, bad := range map[string][]string{"gone": gone, "twice": twice, "foreign": foreign} {
			if foreign[i] == lines[i] && what == "foreign" {
				continue
			}
			if _, err := ReadShare([]byte(strings.Join(bad, "\n"))); err == nil {
				t.Errorf("line %d %s: was read", i, what)
			}
		}
	}
	read(t, text) // the control
}

func TestSharesThatDoNotBelongTogether(t *testing.T) {
	dir, a := made(t, "granvik", 3)
	again, err := Shares(dir, "granvik", 3, "2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	_, b := made(t, "granvik", 3) // other keys of an owner of the same name
	_, c := made(t, "bergvik", 3)
	forged := a[1]
	forged.body = bytes.Clone(forged.body)
	forged.body[40] ^= 1
	named := a[1]
	named.Owner = "granvik2"
	both := a[0]
	both.Owner = "granvik2"
	for what, pair := range map[string]struct {
		a, b Share
		want error
	}{
		"the same twice":         {a[0], a[0], ErrSameShare},
		"of two sets":            {a[0], again[1], ErrOtherShares},
		"of other keys":          {a[0], b[1], ErrOtherShares},
		"of another owner":       {a[0], c[1], ErrOtherShares},
		"made by somebody else":  {a[0], forged, ErrOtherShares},
		"given another name":     {a[0], named, ErrOtherShares},
		"both given another":     {both, named, ErrOtherShares},
		"into keys that are":     {a[0], a[1], nil},
		"into keys that are two": {a[0], a[2], nil},
	} {
		to := filepath.Join(t.TempDir(), "keys")
		if pair.want == nil {
			to, pair.want = dir, ErrKeysThere
		}
		if _, err := Rejoin(to, pair.a, pair.b); !errors.Is(err, pair.want) {
			t.Errorf("%s: %v, want %v", what, err, pair.want)
		}
		if left, _ := os.ReadDir(to); to != dir && len(left) != 0 {
			t.Errorf("%s: something was left", what)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Error("something was left beside the keys", left)
	}
	if _, err := Shares(dir, "granvik", 1, ""); err == nil {
		t.Error("one share of one")
	}
	if _, err := Shares(dir, "granvik", 21, ""); err == nil {
		t.Error("too many shares")
	}
}

// A share shows nothing of itself when it is printed by mistake, and nothing of
// the keys when it is printed on purpose.
func TestASharePrintsAsWhose(t *testing.T) {
	dir, shares := made(t, "granvik", 3)
	s := shares[0]
	said := fmt.Sprintf("%v %+v %#v %s %x", s, s, s, s, s)
	if strings.Contains(said, hex.EncodeToString(s.body[:4])) || len(said) > 200 {
		t.Fatal(said)
	}
	r, err := openRing(dir, "granvik")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := r.gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range shares {
		for i := 0; i+6 <= len(whole); i++ {
			if bytes.Contains(s.body, whole[i:i+6]) {
				t.Fatal("a share holds a piece of a key")
			}
		}
	}
	if n := len(strings.Split(s.Text(), "\n")); n > 24 {
		t.Fatalf("a share has %d lines: it does not fit a page with its words", n)
	}
}

// FuzzReadShare: nothing that is typed in breaks the program, and what is read
// reads back the same.
func FuzzReadShare(f *testing.F) {
	_, shares := made(f, "granvik", 3)
	f.Add([]byte(shares[0].Text()))
	f.Add([]byte(shareBegin + "\n01 #\n" + shareEnd))
	f.Add([]byte(strings.ToLower(shares[1].Text())))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadShare(text)
		if err != nil {
			return
		}
		if again, err := ReadShare([]byte(s.Text())); err != nil || again.check() != s.check() {
			t.Fatal("a share that was read does not read back", err)
		}
	})
}

// To destroy a second name of the owner key in use is not to write over the key.
func TestTheKeyInUseIsNotWrittenOver(t *testing.T) {
	dir, _ := made(t, "granvik", 2)
	folder := filepath.Join(dir, "granvik")
	before, err := os.ReadFile(filepath.Join(folder, ownerFile))
	if err := errors.Join(err, os.Link(filepath.Join(folder, ownerFile), filepath.Join(folder, oldFile)), destroyOld(folder)); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(filepath.Join(folder, ownerFile)); err != nil || !bytes.Equal(before, after) {
		t.Fatal("the owner key was written over:", err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*old*")); len(left) != 0 {
		t.Fatal(left)
	}
}

// An old owner key that is only half destroyed, because the disk failed or the
// power went, is not in the way of the one in use; and the next try ends it.
func TestHalfDestroyedIsNotInTheWay(t *testing.T) {
	dir, _ := made(t, "granvik", 2)
	folder := filepath.Join(dir, "granvik")
	if err := writeNew(filepath.Join(folder, oldFile), secret("owner")); err != nil {
		t.Fatal(err)
	}
	off := beside.On(folder, func(o beside.Op, _ string) (bool, error) {
		if o == beside.Writes {
			return true, errors.New("the disk is gone")
		}
		return false, nil
	})
	err := destroyOld(folder)
	if off(); err == nil {
		t.Fatal("it was destroyed on a disk that fails")
	}
	if _, err := openRing(dir, "granvik"); err != nil {
		t.Fatal(err)
	}
	if err := placeFile(folder, oldFile, secret("owner")); err != nil {
		t.Fatal(err)
	}
	if err := destroyOld(folder); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*old*")); len(left) != 0 {
		t.Fatal(left)
	}
}

// Keys are made whole or not at all, and surely on the disk: what one that was
// killed half-way left is destroyed by the next, and not what another is filling.
func TestMakingKeysCutOffGoesOn(t *testing.T) {
	root := t.TempDir()
	dir := filepath.Join(root, "keys")
	half := func(name string) (part, disk string) {
		t.Helper()
		part, disk = filepath.Join(dir, partFolder+name), filepath.Join(root, "of "+name)
		inside := filepath.Join(part, "granvik")
		err := os.MkdirAll(inside, 0o700)
		if err := errors.Join(err, writeNew(filepath.Join(inside, ownerFile), secret("owner")), os.Link(filepath.Join(inside, ownerFile), disk)); err != nil {
			t.Fatal(err)
		}
		return part, disk
	}
	killed, over := half("1")
	filling, kept := half("2")
	lock, err := lockDir(filling)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeNew(filepath.Join(dir, "x.part"), "x"); err != nil {
		t.Fatal(err)
	}
	if left := Left(dir); len(left) != 3 {
		t.Fatal("not all that was left is named:", left)
	}
	var done []string
	off := beside.On(root, func(o beside.Op, path string) (bool, error) {
		done = append(done, string(o)+" "+strings.TrimPrefix(path, root))
		return false, nil
	})
	err = Init(dir, "granvik")
	if off(); err != nil {
		t.Fatal(err)
	}
	if n := len(done); n < 2 || done[n-2] != "rename /keys/granvik" || done[n-1] != "sync /keys" {
		t.Error("the new folder is not surely on the disk:", done)
	}
	if _, err := Open(dir, "granvik"); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(over); len(text) == 0 || len(bytes.Trim(text, "\x00")) > 0 {
		t.Error("what was left was not written over")
	}
	if text, _ := os.ReadFile(kept); len(bytes.Trim(text, "\x00")) == 0 {
		t.Error("what another is filling was destroyed")
	}
	if _, err := os.Stat(killed); !errors.Is(err, os.ErrNotExist) {
		t.Error("what was left is still there")
	}
	lock.Close()
	if err := Init(dir, "granvik"); !errors.Is(err, ErrKeysThere) || !strings.Contains(err.Error(), filepath.Join(dir, "granvik")) {
		t.Error("keys were made over others:", err)
	}
	if left := Left(dir); len(left) != 1 {
		t.Error("still there:", left)
	}
	done = nil
	off = beside.On(root, func(o beside.Op, path string) (bool, error) {
		done = append(done, string(o)+" "+strings.TrimPrefix(path, root))
		return false, nil
	})
	err = Init(filepath.Join(root, "new"), "granvik")
	if off(); err != nil || len(done) == 0 || done[0] != "sync " {
		t.Error("the name of a new folder of keys is not surely on the disk:", done, err)
	}
}

// Who begins at the same moment as others has made keys, or is told to run it again.
func TestManyMakeKeysAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for n := range 40 {
				owner := tilhor.OwnerID(fmt.Sprintf("o%d-%d", w, n))
				err := Init(dir, owner)
				for errors.Is(err, ErrMaking) {
					err = Init(dir, owner)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if k, err := Open(dir); err != nil || len(k.Owners()) != 8*40 || len(Left(dir)) > 0 {
		t.Error(err, Left(dir))
	}
}
