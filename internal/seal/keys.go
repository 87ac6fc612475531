package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"tilhor"

	"golang.org/x/mod/sumdb/note"
)

// The files in keys/<owner>/, all with mode 0600 in a folder with 0700.
const (
	ownerFile       = "owner.key"   // wraps the keys of all things
	codeFile        = "code.key"    // for codes, search and the record's marks
	signFile        = "sign.key"    // signs checkpoints and receipts (Ed25519)
	PublicFile      = "owner.pub"   // checks them: may be given to anyone
	CheckpointsFile = "checkpoints" // every checkpoint signed here, appended
	ShreddedFile    = "shredded"    // every key shredded, appended
	BackedUpFile    = "backed-up"   // when the keys were last copied away
	SharesFile      = "shares"      // when shares were made, of which owner key

	// While an owner key is changed there are two (rotate.go).
	nextFile = "owner.next.key"
	oldFile  = "owner.old.key"
)

// SecretFiles are the ones that every owner has and nobody but the program may
// read.
var SecretFiles = []string{ownerFile, codeFile, signFile}

// Keys are the key rings of every owner this process serves. It keeps the
// owners' keys in memory and nothing else; it is safe for many goroutines.
type Keys struct {
	dir   string
	rings map[tilhor.OwnerID]*ring
	named sync.Map // files whose names are surely on disk
	seen  sync.Map // by owner: up to when its file has every shredding that was noted
}

type ring struct {
	owner  tilhor.OwnerID
	folder string // "" when there is none
	file   func(name string) ([]byte, error)
	code   []byte
	signer note.Signer
	public string

	mu    sync.Mutex // for reading the files anew
	held  atomic.Pointer[held]
	extra []wrapKey // older keys, lent for a restore
}

var validOwner = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

// ValidOwner says whether the id can name a folder: letters, digits, - and _.
func ValidOwner(owner tilhor.OwnerID) bool { return validOwner.MatchString(string(owner)) }

// Init makes an owner's keys in dir/<owner>, all of them or none. It refuses when
// there is anything there already: a key made anew would leave all that is sealed
// unreadable.
func Init(dir string, owner tilhor.OwnerID) error {
	if !ValidOwner(owner) {
		return errors.New("an owner id is 1–63 letters, digits, - or _")
	}
	private, public, err := note.GenerateKey(rand.Reader, signerName(owner))
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	return placeFolder(dir, owner, map[string]string{
		ownerFile: secret("owner"), codeFile: secret("code"), signFile: private + "\n", PublicFile: public + "\n",
	})
}

// signerName is the name in the signatures, and the first line of a checkpoint.
func signerName(owner tilhor.OwnerID) string { return "tilhor/" + string(owner) }

// secret is the text of a new key file.
func secret(what string) string {
	raw := make([]byte, keySize)
	rand.Read(raw)
	defer clear(raw)
	return keyText(what, raw)
}

func keyText(what string, raw []byte) string {
	return "tilhor " + what + " key 1\n" + base64.StdEncoding.EncodeToString(raw) + "\n"
}

// Open reads the keys of the owners named, or of every owner in dir.
func Open(dir string, owners ...tilhor.OwnerID) (*Keys, error) {
	if len(owners) == 0 {
		all, err := Owners(dir)
		if err != nil {
			return nil, err
		}
		owners = all
	}
	k := &Keys{dir: dir, rings: map[tilhor.OwnerID]*ring{}}
	for _, o := range owners {
		r, err := openRing(dir, o)
		if err != nil {
			return nil, fmt.Errorf("open the keys of %s: %w", o, err)
		}
		k.rings[o] = r
	}
	return k, nil
}

// Owners lists the owners that have keys in dir.
func Owners(dir string) ([]tilhor.OwnerID, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the folder of keys: %w", err)
	}
	var out []tilhor.OwnerID
	for _, e := range list {
		if _, err := os.Stat(filepath.Join(dir, e.Name(), ownerFile)); err == nil && ValidOwner(tilhor.OwnerID(e.Name())) {
			out = append(out, tilhor.OwnerID(e.Name()))
		}
	}
	return out, nil
}

func openRing(dir string, owner tilhor.OwnerID) (*ring, error) {
	if !ValidOwner(owner) {
		return nil, ErrNoKeys
	}
	folder := filepath.Join(dir, string(owner))
	return ringOf(owner, folder, func(name string) ([]byte, error) {
		if name == PublicFile {
			return os.ReadFile(filepath.Join(folder, name))
		}
		return readPrivate(filepath.Join(folder, name))
	})
}

// Given opens keys from the texts of their files, by owner and name, without a
// folder: those of a backup, before it is put in place.
func Given(files map[string]map[string][]byte) (*Keys, error) {
	k := &Keys{rings: map[tilhor.OwnerID]*ring{}}
	for owner, named := range files {
		r, err := ringOf(tilhor.OwnerID(owner), "", func(name string) ([]byte, error) {
			if text, ok := named[name]; ok {
				return text, nil
			}
			return nil, fmt.Errorf("%s is missing: %w", name, fs.ErrNotExist)
		})
		if err != nil {
			return nil, fmt.Errorf("open the keys of %s: %w", owner, err)
		}
		k.rings[r.owner] = r
	}
	return k, nil
}

// Add takes the keys of other into k, for owners that k has none of.
func (k *Keys) Add(other *Keys) {
	for owner, r := range other.rings {
		if k.rings[owner] == nil {
			k.rings[owner] = r
		}
	}
}

func ringOf(owner tilhor.OwnerID, folder string, file func(name string) ([]byte, error)) (*ring, error) {
	if !ValidOwner(owner) {
		return nil, ErrNoKeys
	}
	r := &ring{owner: owner, folder: folder, file: file}
	h, err := r.readHeld()
	if err != nil {
		return nil, err
	}
	r.held.Store(h)
	if r.code, err = readSecret(file, codeFile, "code"); err != nil {
		return nil, err
	}
	text, err := file(signFile)
	if err != nil {
		return nil, err
	}
	r.signer, err = note.NewSigner(strings.TrimSpace(string(text)))
	if err != nil || r.signer.Name() != signerName(owner) {
		return nil, fmt.Errorf("%s is not this owner's signing key", signFile)
	}
	public, err := file(PublicFile)
	if err != nil {
		return nil, err
	}
	r.public = strings.TrimSpace(string(public))
	v, err := note.NewVerifier(r.public)
	if err != nil || v.Name() != r.signer.Name() || v.KeyHash() != r.signer.KeyHash() {
		return nil, fmt.Errorf("%s does not belong to %s", PublicFile, signFile)
	}
	return r, nil
}

func readSecret(file func(string) ([]byte, error), name, what string) ([]byte, error) {
	text, err := file(name)
	if err != nil {
		return nil, err
	}
	raw, err := parseSecret(text, what)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read as a key", name)
	}
	return raw, nil
}

func parseSecret(text []byte, what string) ([]byte, error) {
	head, body, _ := bytes.Cut(text, []byte("\n"))
	raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(body)))
	if string(head) != "tilhor "+what+" key 1" || err != nil || len(raw) != keySize {
		return nil, ErrBroken
	}
	return raw, nil
}

// readPrivate refuses a file that others on the machine can read.
func readPrivate(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others than its owner: chmod 600 it", filepath.Base(path))
	}
	if st.Size() > 4096 {
		return nil, fmt.Errorf("%s is not a key", filepath.Base(path))
	}
	return os.ReadFile(path)
}

func (k *Keys) ring(owner tilhor.OwnerID) (*ring, error) {
	if r := k.rings[owner]; r != nil {
		return r, nil
	}
	return nil, ErrNoKeys
}

// Owners lists the owners whose keys are open.
func (k *Keys) Owners() []tilhor.OwnerID {
	var out []tilhor.OwnerID
	for o := range k.rings {
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

// Folder is where the owner's key files lie.
func (k *Keys) Folder(owner tilhor.OwnerID) string { return filepath.Join(k.dir, string(owner)) }

// Hash is an HMAC of value for search and matching (a person number, a code),
// under a key outside the database and one purpose: a database dump can neither
// guess it nor match it across purposes. It panics for an owner not served,
// because a wrong hash that is stored would never be found again.
func (k *Keys) Hash(owner tilhor.OwnerID, purpose, value string) []byte {
	r, err := k.ring(owner)
	if err != nil {
		panic("seal: " + err.Error())
	}
	sub, err := hkdf.Key(sha256.New, r.code, nil, "tilhor hash 1 "+purpose, 32)
	if err != nil {
		panic("seal: " + err.Error())
	}
	m := hmac.New(sha256.New, sub)
	m.Write([]byte(value))
	return m.Sum(nil)
}

// Sign signs a text (each line ended) as a C2SP note with the owner's Ed25519
// key. The same text gives the same note.
func (k *Keys) Sign(owner tilhor.OwnerID, text string) ([]byte, error) {
	r, err := k.ring(owner)
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: text}, r.signer)
}

// Public is the key that checks the owner's signatures, in the form
// name+id+base64; "" for an owner not served.
func (k *Keys) Public(owner tilhor.OwnerID) string {
	if r := k.rings[owner]; r != nil {
		return r.public
	}
	return ""
}

// OriginOf is the first line of the owner's checkpoints, and the name in the
// owner's signatures.
func OriginOf(owner tilhor.OwnerID) string { return signerName(owner) }

// String tells no key, whatever a log asks for.
func (k *Keys) String() string { return fmt.Sprintf("keys of %d owners", len(k.rings)) }

// Format is String for every verb.
func (k *Keys) Format(s fmt.State, _ rune) { fmt.Fprint(s, k.String()) }

// LogValue is String in a log.
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }
