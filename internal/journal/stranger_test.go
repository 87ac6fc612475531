package journal_test

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// stranger is the verifier that somebody else would write from
// docs/guide/record.md: it shares no code with ours, not even the tree's.
func stranger(export string) error {
	var public ed25519.PublicKey
	var leaves [][]byte
	prev, seq := map[string]string{}, map[string]int64{}
	lines := bufio.NewScanner(strings.NewReader(export))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l struct {
			Type, Key, Hash, Body, Note string
			Leaf                        *int64
			Size                        int
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return err
		}
		switch l.Type {
		case "record":
			key, err := base64.StdEncoding.DecodeString(strings.SplitN(l.Key, "+", 3)[2])
			if err != nil || len(key) != 33 || key[0] != 1 {
				return fmt.Errorf("the key cannot be read")
			}
			public = key[1:]
		case "entry":
			sum := sha256.Sum256([]byte(l.Body))
			if hex.EncodeToString(sum[:]) != l.Hash {
				return fmt.Errorf("an entry is not what its hash says")
			}
			var b struct {
				Stream, Prev string
				Seq          int64
			}
			if err := json.Unmarshal([]byte(l.Body), &b); err != nil {
				return err
			}
			if seq[b.Stream] == 0 {
				prev[b.Stream] = strings.Repeat("0", 64)
			}
			if b.Seq != seq[b.Stream]+1 || b.Prev != prev[b.Stream] {
				return fmt.Errorf("%s %d does not follow", b.Stream, b.Seq)
			}
			seq[b.Stream], prev[b.Stream] = b.Seq, l.Hash
			if l.Leaf != nil {
				if *l.Leaf != int64(len(leaves)) {
					return fmt.Errorf("leaf %d is missing", len(leaves))
				}
				leaves = append(leaves, sum[:])
			}
		case "checkpoint":
			text, sigs, _ := strings.Cut(l.Note, "\n\n")
			sig, err := base64.StdEncoding.DecodeString(strings.TrimSpace(sigs[strings.LastIndex(sigs, " ")+1:]))
			if err != nil || len(sig) != 68 || !ed25519.Verify(public, []byte(text+"\n"), sig[4:]) {
				return fmt.Errorf("checkpoint %d is not signed", l.Size)
			}
			part := strings.Split(text, "\n")
			if part[1] != fmt.Sprint(len(leaves)) || part[2] != base64.StdEncoding.EncodeToString(merkle(leaves)) {
				return fmt.Errorf("checkpoint %d is of another tree", l.Size)
			}
		}
	}
	return lines.Err()
}

// merkle is RFC 6962's tree hash, as its section 2.1 writes it.
func merkle(list [][]byte) []byte {
	if len(list) == 1 {
		h := sha256.Sum256(append([]byte{0}, list[0]...))
		return h[:]
	}
	k := 1
	for k*2 < len(list) {
		k *= 2
	}
	h := sha256.Sum256(bytes.Join([][]byte{{1}, merkle(list[:k]), merkle(list[k:])}, nil))
	return h[:]
}

func TestAStrangerCanVerifyTheExport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := told(t, d)
		if err := stranger(s.dump()); err != nil {
			t.Fatal(err)
		}
		back := s.keep()
		for name, act := range map[string]func(){
			"an edit":     func() { s.forge("track/a", 4, "cases.a4", "cases.x4", false) },
			"all of it":   func() { s.forge("track/a", 4, "cases.a4", "cases.x4", true) },
			"a deletion":  func() { s.do(`DELETE FROM journal_entry WHERE stream = 'track/a' AND seq = 4`) },
			"a note":      func() { s.do(`UPDATE journal_checkpoint SET size = 10 WHERE size = 9`) },
			"a swap":      func() { s.do(`UPDATE journal_entry SET leaf = 100 WHERE leaf = 2`) },
			"a lost text": func() { s.do(`UPDATE journal_entry SET body = $1 WHERE leaf = 2`, []byte("{}")) },
		} {
			back()
			act()
			if err := stranger(s.dump()); err == nil {
				t.Errorf("%s was not seen", name)
			}
		}
	})
}
