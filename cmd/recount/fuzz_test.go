package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"testing"
)

// fuzzKey is a key of its own, and what signs with it.
func fuzzKey(f *testing.F) (text string, k key, sign func(text string) string) {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := append([]byte{1}, private.Public().(ed25519.PublicKey)...)
	sum := sha256.Sum256(append([]byte("tilhor/granvik\n"), public...))
	text = "tilhor/granvik+" + hex.EncodeToString(sum[:4]) + "+" + base64.StdEncoding.EncodeToString(public)
	k, err := readKey(text)
	if err != nil {
		f.Fatal(err)
	}
	return text, k, func(text string) string {
		return text + "\n— tilhor/granvik " + base64.StdEncoding.EncodeToString(append(sum[:4:4], ed25519.Sign(private, []byte(text))...)) + "\n"
	}
}

// FuzzExport: whatever is given for an export is counted to its end or refused,
// and what it is told agrees has all its entries under a signed checkpoint.
func FuzzExport(f *testing.F) {
	text, k, sign := fuzzKey(f)
	body := `{\"format\":\"tilhor entry 1\",\"owner\":\"granvik\",\"stream\":\"s\",\"seq\":1,\"id\":\"e\",\"prev\":\"` + strings.Repeat("0", 64) + `\"}`
	sum := sha256.Sum256([]byte(strings.ReplaceAll(body, `\"`, `"`)))
	leaf := sha256.Sum256(append([]byte{0}, sum[:]...))
	note := sign("tilhor/granvik\n1\n" + base64.StdEncoding.EncodeToString(leaf[:]) + "\ntime 2026-11-23T08:00:00Z\n")
	good := fmt.Sprintf(`{"type":"record","format":"tilhor record 1","owner":"granvik","key":%q}`+"\n"+`{"type":"entry","leaf":0,"hash":"%x","body":"%s"}`+"\n"+`{"type":"checkpoint","size":1,"note":%q}`+"\n", text, sum, body, note)
	for _, s := range []string{good, strings.Replace(good, `"leaf":0`, `"leaf":-1`, 1), strings.Replace(good, `"size":1`, `"size":9223372036854775807`, 1), strings.Replace(good, `"seq\":1`, `"seq\":-1`, 1), strings.Split(good, "\n")[0], "{}", "[]\n", ""} {
		f.Add([]byte(s), note)
	}
	if c := counted(k, []byte(good), note); c.bad != 0 || c.size != 1 {
		f.Fatalf("the export itself does not agree: %+v", c)
	}
	f.Fuzz(func(t *testing.T, export []byte, held string) {
		c := counted(k, export, held)
		if c == nil || c.bad > 0 {
			return
		}
		if c.last != c.size || c.entries < c.size || c.size > 0 && len(c.signed) == 0 {
			t.Fatalf("%+v agrees", c)
		}
	})
}

// counted is what came of an export; nil for one that cannot be read.
func counted(k key, export []byte, held string) *count {
	c := &count{out: io.Discard, key: k, streams: map[string]end{}, signed: map[int64]bool{}}
	c.hold(held)
	if c.read(bytes.NewReader(export)) != nil {
		return nil
	}
	c.finish()
	return c
}

// FuzzNote: what is signed is read, and what is not is not.
func FuzzNote(f *testing.F) {
	_, k, sign := fuzzKey(f)
	f.Add("tilhor/granvik\n1\n" + base64.StdEncoding.EncodeToString(make([]byte, 32)) + "\ntime x\n")
	f.Add("tilhor/granvik\n-1\n\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := k.open(text); err == nil {
			t.Fatal("read without a signature")
		}
		c, err := k.open(sign(text))
		if err == nil && (!strings.HasPrefix(text, "tilhor/"+c.owner+"\n") || !strings.Contains(text, base64.StdEncoding.EncodeToString(c.root[:]))) {
			t.Fatalf("%q was read as %+v", text, c)
		}
		readKey(text)
	})
}
