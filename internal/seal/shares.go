package seal

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tilhor"
	"tilhor/internal/beside"

	"golang.org/x/mod/sumdb/note"
)

// A Share is one part of an owner's secret keys. Any two shares of one set give
// the keys back; one alone tells nothing of them, to anybody, ever.
type Share struct {
	Owner  tilhor.OwnerID
	Number int
	Of     int
	Set    string // which shares belong together
	Made   tilhor.Date
	Public string // the mark of owner.pub, for an office to compare
	Key    string // the mark of the owner key, which a rotation changes
	body   []byte
}

// String tells whose share it is, and nothing of what is in it.
func (s Share) String() string {
	return fmt.Sprintf("share %d of %d of %s", s.Number, s.Of, s.Owner)
}

// GoString is String: %#v tells no more.
func (s Share) GoString() string { return s.String() }

// Format is String for every verb.
func (s Share) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// MaxShares is how many a set may hold: more are more to lose.
const MaxShares = 20

// What the shares together hold: the owner key, the code key, the seed of the
// signing key, and the first bytes of their hash, which says that what was
// joined is what was split.
const (
	keySize   = 32
	proofSize = 8
	bodySize  = 3*keySize + proofSize
)

func proof(owner tilhor.OwnerID, keys []byte) []byte {
	h := sha256.Sum256(append([]byte("tilhor shares 1 "+string(owner)+"\x00"), keys...))
	return h[:proofSize]
}

// Shares splits the secret keys of an owner in dir into n shares.
func Shares(dir string, owner tilhor.OwnerID, n int, on tilhor.Date) ([]Share, error) {
	if n < 2 || n > MaxShares {
		return nil, fmt.Errorf("the keys are split into 2 to %d shares", MaxShares)
	}
	r, err := openRing(dir, owner)
	if err != nil {
		return nil, fmt.Errorf("open the keys of %s: %w", owner, err)
	}
	whole, err := r.gather()
	if err != nil {
		return nil, err
	}
	defer clear(whole)
	set := make([]byte, 5)
	rand.Read(set)
	out := make([]Share, n)
	for i, body := range split(whole, n) {
		out[i] = Share{
			Owner: owner, Number: i + 1, Of: n, Set: base32.StdEncoding.EncodeToString(set), Made: on,
			Public: markOf(r.public), Key: r.current().id, body: body,
		}
	}
	return out, nil
}

// gather is the owner's three secrets after each other, and their proof.
func (r *ring) gather() ([]byte, error) {
	var whole []byte
	for _, f := range []struct{ name, what string }{{ownerFile, "owner"}, {codeFile, "code"}} {
		raw, err := readSecret(r.file, f.name, f.what)
		if err != nil {
			return nil, err
		}
		whole = append(whole, raw...)
		clear(raw)
	}
	text, err := r.file(signFile)
	if err != nil {
		return nil, err
	}
	seed, err := readSeed(text)
	if err != nil {
		return nil, err
	}
	whole = append(whole, seed...)
	return append(whole, proof(r.owner, whole)...), nil
}

// readSeed gives the 32 bytes that the signing key is made from: the last field
// of its text, after the byte that says Ed25519.
func readSeed(text []byte) ([]byte, error) {
	fields := strings.SplitN(strings.TrimSpace(string(text)), "+", 5)
	raw, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if len(fields) != 5 || err != nil || len(raw) != 1+keySize || raw[0] != 1 {
		return nil, fmt.Errorf("%s cannot be read as a key", signFile)
	}
	return raw[1:], nil
}

// markOf is what a person compares of a public key: sixteen digits.
func markOf(public string) string {
	h := sha256.Sum256([]byte(strings.TrimSpace(public)))
	return hex.EncodeToString(h[:8])
}

// The form of a share, made to be printed and typed in again: no character that
// looks like another, and behind each line four that check it.
//
//	-----BEGIN TILHOR KEY SHARE-----
//	Owner: granvik                         #K3J7
//	…
//	01 ABCD EFGH IJKL MNOP QRST UVWX       #Q2MA
//	-----END TILHOR KEY SHARE-----
const (
	shareBegin = "-----BEGIN TILHOR KEY SHARE-----"
	shareEnd   = "-----END TILHOR KEY SHARE-----"
	perLine    = 15 // bytes in a line: six groups of four letters
)

var shareFields = []string{"Format", "Owner", "Share", "Set", "Made", "Public key", "Owner key"}

func (s Share) fields() []string {
	return []string{"tilhor share 1", string(s.Owner), fmt.Sprintf("%d of %d, any two open", s.Number, s.Of), s.Set, string(s.Made), grouped(s.Public), grouped(s.Key)}
}

// Text is the share as it is printed, without the words around it.
func (s Share) Text() string {
	var b strings.Builder
	line := func(text string) { fmt.Fprintf(&b, "%-46s #%s\n", text, lineCheck(text)) }
	b.WriteString(shareBegin + "\n")
	for i, v := range s.fields() {
		line(shareFields[i] + ": " + v)
	}
	letters := letters(s.body)
	for n := 1; len(letters) > 0; n++ {
		cut := min(len(letters), perLine*8/5)
		line(fmt.Sprintf("%02d %s", n, grouped(letters[:cut])))
		letters = letters[cut:]
	}
	line("All of it: " + s.check())
	b.WriteString(shareEnd + "\n")
	return b.String()
}

var shareLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

func letters(raw []byte) string { return shareLetters.EncodeToString(raw) }

// check is over the whole share, so that no line can be taken from another.
func (s Share) check() string {
	h := sha256.Sum256(append([]byte(strings.Join(s.fields(), "\n")+"\n"), s.body...))
	return grouped(letters(h[:10]))
}

// lineCheck is four letters that say whether a line is as it was printed. Space
// does not count, nor whether the letters of a numbered line are large or small.
func lineCheck(text string) string {
	plain := squeezed(text)
	if plain != "" && plain[0] >= '0' && plain[0] <= '9' {
		plain = strings.ToUpper(plain)
	}
	h := sha256.Sum256([]byte("tilhor line " + plain))
	return letters(h[:5])[:4]
}

func squeezed(text string) string { return strings.Join(strings.Fields(text), "") }

// grouped puts a space after each four.
func grouped(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// maxShare bounds the file that a share is read from.
const maxShare = 64 << 10

// ReadShare reads a share from a file, whatever words stand around it. Its
// errors name the line that is not as it was printed, and quote nothing of it.
func ReadShare(text []byte) (Share, error) {
	if len(text) > maxShare {
		return Share{}, errors.New("this is not a share: it is too long")
	}
	lines, err := shareLines(string(text))
	if err != nil {
		return Share{}, err
	}
	if len(lines) < len(shareFields)+2 {
		return Share{}, errors.New("lines are missing in this share")
	}
	s, err := readFields(lines[:len(shareFields)])
	if err != nil {
		return Share{}, err
	}
	last := len(lines) - 1
	if s.body, err = readBody(lines[len(shareFields):last]); err != nil {
		return Share{}, err
	}
	want, ok := strings.CutPrefix(lines[last], "All of it: ")
	if !ok || squeezed(want) != squeezed(s.check()) {
		return Share{}, errors.New("the lines of this share do not belong together")
	}
	return s, nil
}

// shareLines are the lines between the marks, each as its check says it was.
func shareLines(text string) ([]string, error) {
	_, rest, begins := strings.Cut(text, shareBegin)
	inner, _, ends := strings.Cut(rest, shareEnd)
	if !begins || !ends {
		return nil, fmt.Errorf("this is not a share: it has no lines %q and %q", shareBegin, shareEnd)
	}
	var out []string
	for _, l := range strings.Split(inner, "\n") {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		body, check, ok := strings.Cut(l, "#")
		body = strings.Join(strings.Fields(body), " ")
		if !ok || !strings.EqualFold(strings.TrimSpace(check), lineCheck(body)) {
			return nil, fmt.Errorf("line %d of the share (of %q) is not as it was printed", len(out)+1, whichLine(len(out)))
		}
		out = append(out, body)
	}
	return out, nil
}

// whichLine says how a line begins, for the one who looks for it on paper.
func whichLine(n int) string {
	if n < len(shareFields) {
		return shareFields[n]
	}
	return fmt.Sprintf("%02d", n-len(shareFields)+1)
}

// readFields reads the head.
func readFields(lines []string) (Share, error) {
	v := make([]string, len(lines))
	for i, l := range lines {
		got, ok := strings.CutPrefix(l, shareFields[i]+": ")
		if !ok {
			return Share{}, fmt.Errorf("the line %q is missing in this share", shareFields[i])
		}
		v[i] = got
	}
	if v[0] != "tilhor share 1" {
		return Share{}, errors.New("this share is of another version of the program")
	}
	s := Share{Owner: tilhor.OwnerID(v[1]), Set: v[3], Made: tilhor.Date(v[4]), Public: squeezed(v[5]), Key: squeezed(v[6])}
	_, err := fmt.Sscanf(v[2], "%d of %d,", &s.Number, &s.Of)
	if err != nil || s.Of < 2 || s.Of > MaxShares || s.Number < 1 || s.Number > s.Of {
		return Share{}, errors.New("the number of this share cannot be read")
	}
	return s, nil
}

func readBody(lines []string) ([]byte, error) {
	var all strings.Builder
	for i, l := range lines {
		number, rest, _ := strings.Cut(l, " ")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("line %02d is missing in this share", i+1)
		}
		all.WriteString(strings.ToUpper(strings.ReplaceAll(rest, " ", "")))
	}
	raw, err := shareLetters.DecodeString(all.String())
	if err != nil || len(raw) != bodySize {
		return nil, errors.New("lines are missing in this share")
	}
	return raw, nil
}

// Why two shares do not give a key.
var (
	ErrSameShare   = errors.New("this is the same share twice: take two different ones")
	ErrOtherShares = errors.New("these shares do not belong together: they are of different sets")
	ErrKeysThere   = errors.New("there are keys already")
)

// ErrMaking says that another, who began at the same moment, took the half-made
// folder for one that was left, and has destroyed it.
var ErrMaking = errors.New("somebody else is making keys in this folder just now: run it again")

// Rejoin makes the owner's folder of keys in dir anew from two shares. It never
// touches keys that are there.
func Rejoin(dir string, a, b Share) (tilhor.OwnerID, error) {
	if a.Owner != b.Owner || a.Set != b.Set || a.Of != b.Of || a.Public != b.Public || a.Key != b.Key || a.Made != b.Made {
		return "", ErrOtherShares
	}
	if a.Number == b.Number {
		return "", ErrSameShare
	}
	whole := join(byte(a.Number), a.body, byte(b.Number), b.body)
	defer clear(whole)
	keys, said := whole[:3*keySize], whole[3*keySize:]
	owner := a.Owner
	if !ValidOwner(owner) || !bytes.Equal(said, proof(owner, keys)) {
		return "", ErrOtherShares
	}
	private, public, err := signingKey(owner, keys[2*keySize:])
	if err != nil || markOf(public) != a.Public {
		return "", ErrOtherShares
	}
	files := map[string]string{
		ownerFile: keyText("owner", keys[:keySize]), codeFile: keyText("code", keys[keySize:2*keySize]),
		signFile: private + "\n", PublicFile: public + "\n",
	}
	return owner, placeFolder(dir, owner, files)
}

// signingKey writes an Ed25519 seed as the note package does.
func signingKey(owner tilhor.OwnerID, seed []byte) (private, public string, err error) {
	public, err = note.NewEd25519VerifierKey(signerName(owner), ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		return "", "", err
	}
	f := strings.SplitN(public, "+", 3) // name, mark, key
	return fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", f[0], f[1], base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))), public, nil
}

// A folder of keys is filled under a name that begins so.
const partFolder = ".part-"

// placeFolder makes a whole folder or none: it is filled under another name, and
// what one that was cut off left is destroyed first.
func placeFolder(dir string, owner tilhor.OwnerID, files map[string]string) error {
	if err := makeDir(dir); err != nil {
		return fmt.Errorf("make the folder of keys: %w", err)
	}
	if err := clearParts(dir); err != nil {
		return fmt.Errorf("destroy what was left of keys: %w", err)
	}
	folder := filepath.Join(dir, string(owner))
	if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrKeysThere, folder)
	}
	part, err := os.MkdirTemp(dir, partFolder)
	if err != nil {
		return fmt.Errorf("make the folder of keys: %w", err)
	}
	lock, err := lockDir(part) // until it is in place, or the program is gone
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, fs.ErrNotExist) {
		return ErrMaking
	}
	if err == nil { // else folders cannot be locked here, and nobody else takes it
		defer lock.Close()
	}
	defer destroyPart(part)
	inside := filepath.Join(part, string(owner))
	if err := os.Mkdir(inside, 0o700); errors.Is(err, fs.ErrNotExist) {
		return ErrMaking
	} else if err != nil {
		return err
	}
	for name, text := range files {
		if err := writeNew(filepath.Join(inside, name), text); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	if _, err := openRing(part, owner); err != nil {
		return fmt.Errorf("what was to be put in place is not a key: %w", err)
	}
	if err := beside.SyncDir(inside); err != nil {
		return err
	}
	if err := beside.Rename(inside, folder); err != nil {
		return fmt.Errorf("put the keys in place: %w", err)
	}
	return beside.SyncDir(dir)
}

// makeDir makes the folder of all keys, and has its name on disk.
func makeDir(dir string) error {
	_, missing := os.Lstat(dir)
	if err := os.MkdirAll(dir, 0o700); err != nil || missing == nil {
		return err
	}
	return beside.SyncDir(filepath.Dir(dir))
}

// clearParts destroys the half-filled folders of placings that were cut off: an
// owner key may lie in them, in the clear. One that is locked is being filled;
// where folders cannot be locked doctor names what is left.
func clearParts(dir string) error {
	parts, err := fs.Glob(os.DirFS(dir), partFolder+"*")
	for _, name := range parts {
		part := filepath.Join(dir, name)
		if lock, failed := lockDir(part); failed == nil {
			err = errors.Join(err, destroyPart(part), lock.Close())
		}
	}
	return err
}

// lockDir locks a folder for as long as it is held open.
func lockDir(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func destroyPart(part string) error {
	err := filepath.WalkDir(part, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // whose it was has put it in place meanwhile
		}
		if err != nil || e.IsDir() {
			return err
		}
		return destroy(filepath.Dir(path), e.Name())
	})
	return errors.Join(err, os.RemoveAll(part))
}

// Left names what something that was cut off has left in the folder of keys: keys
// may lie in it in the clear.
func Left(dir string) (paths []string) {
	for _, name := range []string{partFolder + "*", "*.part", "*/*.part"} {
		found, _ := fs.Glob(os.DirFS(dir), name)
		for _, f := range found {
			paths = append(paths, filepath.Join(dir, f))
		}
	}
	return paths
}

// NoteShares writes down that shares were made of the owner key that is in use.
func (k *Keys) NoteShares(owner tilhor.OwnerID, n int, at time.Time) error {
	r, err := k.ring(owner)
	if err != nil {
		return err
	}
	return k.Append(owner, SharesFile, fmt.Sprintf("%s %s %d\n", at.UTC().Format(time.RFC3339), r.current().id, n))
}

// Shared says when shares were last made of the owner key in use; false when
// there are none of it.
func (k *Keys) Shared(owner tilhor.OwnerID) (at time.Time, ok bool, err error) {
	r, err := k.ring(owner)
	if err != nil {
		return at, false, err
	}
	text, err := k.File(owner, SharesFile)
	if err != nil {
		return at, false, err
	}
	for _, line := range strings.Split(string(text), "\n") {
		f := strings.Fields(line)
		if len(f) != 3 || f[1] != r.current().id {
			continue
		}
		if t, err := time.Parse(time.RFC3339, f[0]); err == nil {
			at, ok = t, true
		}
	}
	return at, ok, nil
}
