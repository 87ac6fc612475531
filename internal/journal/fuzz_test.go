package journal

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/seal/sealtest"

	"golang.org/x/mod/sumdb/tlog"
)

const fuzzed tilhor.OwnerID = "granvik"

// signer signs whatever a fuzzer writes, so that what lies behind the signature
// is reached. A reader must not lean on the signature to be spared of nonsense.
func signer(f *testing.F) (public string, sign func(text string) []byte) {
	keys := sealtest.Keys(f, fuzzed)
	return keys.Public(fuzzed), func(text string) []byte {
		raw, err := keys.Sign(fuzzed, text)
		if err != nil {
			return nil // no text that can be signed
		}
		return raw
	}
}

// FuzzCheckpoint: a checkpoint that is read says exactly what would have been
// written, and nothing that is not signed is read.
func FuzzCheckpoint(f *testing.F) {
	public, sign := signer(f)
	good := checkpointText(fuzzed, 1234, tlog.Hash{7}, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
	for _, s := range []string{
		good, strings.Replace(good, "1234", "+1234", 1), strings.Replace(good, "08:00:00Z", "09:00:00+01:00", 1),
		strings.Replace(good, "08:00:00Z", "08:00:00.5Z", 1), strings.Replace(good, "granvik", "nabo", 1), good + "more\n", "\n\n\n\n", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ReadCheckpoint(public, []byte(text)); err == nil {
			t.Fatal("read without a signature")
		}
		raw := sign(text)
		if raw == nil {
			return
		}
		c, err := ReadCheckpoint(public, raw)
		if err != nil {
			return
		}
		if again := checkpointText(c.Owner, c.Size, c.Root, c.Time); again != text || c.Owner != fuzzed || c.Size < 1 {
			t.Fatalf("%q was read as %q", text, again)
		}
	})
}

// FuzzReceipt: what is read as a receipt is what was signed, letter by letter,
// whatever stands around it.
func FuzzReceipt(f *testing.F) {
	public, sign := signer(f)
	r := Receipt{
		Owner: fuzzed, School: "lia", Entry: "e1", At: time.Date(2026, 11, 23, 8, 0, 0, 123e6, time.UTC), Precision: tilhor.Exact,
		For: []tilhor.Role{tilhor.RoleRektor, tilhor.RoleDeputy}, TakenUp: true,
	}
	good := r.statement()
	for _, s := range []string{
		good, strings.Replace(good, "yes", "perhaps", 1), strings.Replace(good, "for rektor,deputy", "for ,,", 1), good + "owner granvik\n",
		strings.ReplaceAll(good, "\n", "\r\n"), receiptFormat + "\n", "",
	} {
		f.Add(s, []byte{})
	}
	f.Add(good, []byte(proofFormat+"\nindex 0\n"))
	f.Fuzz(func(t *testing.T, text string, tail []byte) {
		if _, err := CheckReceipt(public, append([]byte(text), tail...)); err == nil {
			t.Fatal("read without a signature")
		}
		raw := sign(text)
		if raw == nil {
			return
		}
		got, err := CheckReceipt(public, append(bytes.Clone(raw), tail...))
		if err != nil {
			return
		}
		if got.statement() != text || got.Owner == "" && strings.Contains(text, "owner g") {
			t.Fatalf("%q was read as %q", text, got.statement())
		}
		if got.Short() == "" || len(got.File) > maxReceipt {
			t.Fatal("a receipt without an end")
		}
	})
}

// FuzzAttestation: as FuzzReceipt.
func FuzzAttestation(f *testing.F) {
	public, sign := signer(f)
	good := Attestation{Owner: fuzzed, Entry: "e1", Act: "hearing.override-signed", At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Words: []string{"Fordi «så».", "x"}}.statement()
	for _, s := range []string{good, strings.Replace(good, `"x"`, "`x`", 1), good + "word x\n", good + "act x\n", attestFormat + "\n", ""} {
		f.Add(s, []byte{})
	}
	f.Fuzz(func(t *testing.T, text string, tail []byte) {
		if _, err := CheckAttestation(public, append([]byte(text), tail...)); err == nil {
			t.Fatal("read without a signature")
		}
		raw := sign(text)
		if raw == nil {
			return
		}
		if got, err := CheckAttestation(public, append(bytes.Clone(raw), tail...)); err == nil && got.statement() != text {
			t.Fatalf("%q was read as %q", text, got.statement())
		}
	})
}

// FuzzProof: a proof that leads to a tree is written in one way only.
func FuzzProof(f *testing.F) {
	public, sign := signer(f)
	hash, other := [32]byte{1, 2, 3}, tlog.Hash{0xff}
	root := tlog.NodeHash(tlog.RecordHash(hash[:]), other)
	note := sign(checkpointText(fuzzed, 2, root, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)))
	good := "index 0\n" + other.String()
	loose := strings.Replace(good, "A=", "B=", 1) // bits that a lenient reader ignores
	for _, s := range []string{good, loose, good + "\n", "index 0", strings.Replace(good, "0", "+0", 1), strings.Replace(good, "0", "-0", 1), strings.Replace(good, "0", "00", 1), strings.TrimPrefix(good, "index "), strings.Replace(good, "0", "1", 1)} {
		f.Add(s)
	}
	if _, err := CheckProof(public, hash, fmt.Appendf(nil, "%s\n%s\n\n%s", proofFormat, good, note)); err != nil {
		f.Fatal("the proof itself is refused: ", err)
	}
	f.Fuzz(func(t *testing.T, head string) {
		if _, err := CheckProof(public, hash, []byte(head)); err == nil {
			t.Fatal("a proof without a checkpoint")
		}
		file := fmt.Sprintf("%s\n%s\n\n%s", proofFormat, head, note)
		if _, err := CheckProof(public, hash, []byte(file)); err != nil {
			return
		}
		if head != good {
			t.Fatalf("%q proves it too", head)
		}
		if _, err := CheckProof(public, [32]byte{9}, []byte(file)); err == nil {
			t.Fatal("it proves another entry")
		}
	})
}

// FuzzEntry: the body of an entry that is read is the one that would have been
// written: two bodies never say the same.
func FuzzEntry(f *testing.F) {
	r := Record{ID: "e1", Seq: 3, Leaf: -1, Entry: Entry{
		Stream: "track/t1", Act: "cases.note", Subject: "r1", Rule: "handler", Told: &Told{For: []tilhor.Role{tilhor.RoleRektor}},
		When:  tilhor.When{At: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC), Precision: tilhor.Exact, Written: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)},
		By:    tilhor.Actor{Owner: fuzzed, Person: "kari", Role: tilhor.RoleTeacher, School: "lia"},
		Parts: []Part{{Label: "text:r1", Commit: [32]byte{1}}},
	}}
	good, err := encode(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(append(bytes.Clone(good), ' '))
	f.Add(bytes.Replace(good, []byte(`"seq":3`), []byte(`"seq":3.0`), 1))
	f.Add(bytes.Replace(good, []byte(`"seq":3`), []byte(`"SEQ":3,"seq":3`), 1))
	f.Add([]byte("{}"))
	f.Add([]byte(`{"format":"tilhor entry 1","owner":"\`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := decode(raw)
		if err != nil {
			return
		}
		if again, err := encode(r); err != nil || !bytes.Equal(again, raw) {
			t.Fatalf("%q became %q", raw, again)
		}
	})
}

// FuzzSplitNotes: the file of checkpoints is taken apart without losing a byte,
// and what a crash left half written is never taken for a whole one.
func FuzzSplitNotes(f *testing.F) {
	f.Add([]byte("tilhor/granvik\n1\nx\ntime y\n\n— tilhor/granvik abc\n\ntilhor/granvik\n2\n"))
	f.Add([]byte("\n\n\n— \n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		notes, rest := splitNotes(text)
		var back []byte
		for _, n := range notes {
			back = append(append(back, n...), '\n')
			if !bytes.HasSuffix(n, []byte("\n")) {
				t.Fatalf("%q is half a note", n)
			}
		}
		if !bytes.Equal(append(back, rest...), text) {
			t.Fatalf("%q came apart as %q and %q", text, back, rest)
		}
		if again, _ := splitNotes(rest); len(again) > 0 {
			t.Fatalf("%q holds a whole note still", rest)
		}
	})
}
