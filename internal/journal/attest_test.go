package journal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal/sealtest"
)

// An attestation is checked with the public key alone: of this act, these words and
// this entry, and of no other.
func TestAnAttestationIsCheckedWithThePublicKeyAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		signed := s.says("hearing/h1", "hearing.override-signed", monday)
		words := []string{"Valget er i gang:\n«snart»", "Kommunedirektøren"}
		get := func(act string) (a journal.Attestation, err error) {
			err = d.Read(context.Background(), func(tx *db.Tx) error {
				a, err = s.j.Attest(tx, granvik, signed.ID, act, words...)
				return err
			})
			return a, err
		}
		if _, err := get("hearing.sent"); !errors.Is(err, tilhor.ErrNotFound) {
			t.Fatalf("attested as another act: %v", err)
		}
		before, err := get("hearing.override-signed")
		if err != nil || before.Proof != nil {
			t.Fatal(err, before.Proof)
		}
		for i := range 5 {
			s.says("track/t1", fmt.Sprint(i), monday)
		}
		s.sequence(monday)
		a, err := get("hearing.override-signed")
		if err != nil || !bytes.Equal(a.File, before.File) || a.Proof == nil {
			t.Fatalf("not the same twice: %v\n%s", err, a.File)
		}
		public := s.k.Public(granvik)
		got, err := journal.CheckAttestation(public, bytes.ReplaceAll(append(append([]byte{}, a.File...), a.Proof...), []byte("\n"), []byte("\r\n")))
		if err != nil || !reflect.DeepEqual(got.Words, words) || got.Entry != signed.ID || got.Act != "hearing.override-signed" || !got.At.Equal(a.At) {
			t.Fatalf("%+v %v", got, err)
		}
		if c, err := got.CheckIn(public, a.Proof); err != nil || c.Size != 6 {
			t.Fatalf("%+v %v", c, err)
		}
		for i := range a.File {
			bad := bytes.Clone(a.File)
			bad[i] ^= 1
			if other, err := journal.CheckAttestation(public, bad); err == nil {
				t.Fatalf("byte %d changed, and it is genuine: %+v", i, other)
			}
		}
		if _, err := journal.CheckAttestation(sealtest.Keys(t, granvik).Public(granvik), a.File); err == nil {
			t.Fatal("another's key checks it")
		}
		if _, err := journal.CheckReceipt(public, a.File); err == nil {
			t.Fatal("it passes for a receipt")
		}
	})
}
