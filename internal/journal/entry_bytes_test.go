package journal

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"tilhor"

	"pgregory.net/rapid"
)

// The entry as docs/guide/record.md writes it, for encoding/json: the oracle of
// the hand-written encode and decode.
type (
	body struct {
		Format    string `json:"format"`
		Owner     string `json:"owner"`
		Stream    string `json:"stream"`
		Seq       int64  `json:"seq"`
		ID        string `json:"id"`
		Prev      string `json:"prev"`
		At        *int64 `json:"at"`
		Precision string `json:"precision"`
		Written   int64  `json:"written"`
		Quiet     bool   `json:"quiet"`
		Person    string `json:"person"`
		Role      string `json:"role"`
		School    string `json:"school"`
		Act       string `json:"act"`
		Subject   string `json:"subject"`
		View      string `json:"view"`
		Rule      string `json:"rule"`
		Told      *told  `json:"told"`
		Parts     []part `json:"parts"`
	}
	told struct {
		For     []string `json:"for"`
		TakenUp bool     `json:"takenUp"`
	}
	part struct {
		Label  string `json:"label"`
		Commit string `json:"commit"`
	}
)

func bodyOf(r Record) body {
	b := body{
		Format: format, Owner: string(r.By.Owner), Stream: r.Stream, Seq: r.Seq, ID: string(r.ID),
		Prev: hex.EncodeToString(r.Prev[:]), Precision: string(r.When.Precision), Written: r.When.Written.UnixMilli(),
		Quiet: r.Quiet, Person: string(r.By.Person), Role: string(r.By.Role), School: string(r.By.School),
		Act: r.Act, Subject: r.Subject, View: r.View, Rule: r.Rule, Parts: []part{},
	}
	if !r.When.At.IsZero() {
		at := r.When.At.UnixMilli()
		b.At = &at
	}
	if r.Told != nil {
		b.Told = &told{For: []string{}, TakenUp: r.Told.TakenUp}
		for _, role := range r.Told.For {
			b.Told.For = append(b.Told.For, string(role))
		}
	}
	for _, p := range r.Parts {
		b.Parts = append(b.Parts, part{p.Label, hex.EncodeToString(p.Commit[:])})
	}
	return b
}

func anyRecord(rt *rapid.T) Record {
	text := rapid.OneOf(rapid.StringMatching(`[a-z/0-9-]{0,20}`), rapid.String(), rapid.SampledFrom([]string{`a"b`, `a\`, `\"`, "æøå", "<&>", "\u2028", "\x7f", "a\x00b"}))
	s := func(name string) string { return text.Draw(rt, name) }
	hash := func(name string) [32]byte {
		return [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(rt, name))
	}
	instant := func(name string) time.Time {
		return time.UnixMilli(rapid.Int64Range(-1<<50, 1<<50).Draw(rt, name)).UTC()
	}
	r := Record{ID: tilhor.EntryID(s("id")), Seq: rapid.Int64().Draw(rt, "seq"), Prev: hash("prev"), Leaf: -1}
	r.Stream, r.Act, r.Subject, r.View, r.Rule = s("stream"), s("act"), s("subject"), s("view"), s("rule")
	r.By = tilhor.Actor{Owner: tilhor.OwnerID(s("owner")), Person: tilhor.PersonID(s("person")), Role: tilhor.Role(s("role")), School: tilhor.SchoolID(s("school"))}
	r.When = tilhor.When{Precision: tilhor.Precision(s("precision")), Written: instant("written")}
	r.Quiet = rapid.Bool().Draw(rt, "quiet")
	if rapid.Bool().Draw(rt, "has at") {
		r.When.At = instant("at")
	}
	if rapid.Bool().Draw(rt, "is told") {
		r.Told = &Told{TakenUp: rapid.Bool().Draw(rt, "taken up")}
		for range rapid.IntRange(0, 3).Draw(rt, "roles") {
			r.Told.For = append(r.Told.For, tilhor.Role(s("for")))
		}
	}
	for range rapid.IntRange(0, 3).Draw(rt, "parts") {
		r.Parts = append(r.Parts, Part{s("label"), hash("commit")})
	}
	return r
}

// The bytes are those of encoding/json, so that nobody needs our code to write
// them, and reading them back gives the entry.
func TestTheBytesOfAnEntryAreJSON(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := anyRecord(rt)
		got, err := encode(r)
		want, err2 := marshal(bodyOf(r))
		if err != nil || err2 != nil || !bytes.Equal(got, want) {
			rt.Fatalf("%v %v\n%s\n%s", err, err2, got, want)
		}
		back, err := decode(got)
		if err != nil {
			rt.Fatalf("%v: %s", err, got)
		}
		again, err := encode(back)
		if err != nil || !bytes.Equal(again, got) {
			rt.Fatal("another entry was read back")
		}
	})
}

// What decode takes is exactly what encode writes: one bit more or less, or the
// same JSON written otherwise, is refused or reads as those very bytes.
func TestABodyIsReadInOneFormOnly(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		raw, _ := encode(anyRecord(rt))
		bad := bytes.Clone(raw)
		bit := rapid.IntRange(0, len(raw)*8-1).Draw(rt, "bit")
		bad[bit/8] ^= 1 << (bit % 8)
		for _, text := range [][]byte{bad, raw[:bit/8], append(bytes.Clone(raw), ' '), bytes.Replace(raw, []byte(`,"seq":`), []byte(`, "seq":`), 1)} {
			r, err := decode(text)
			if err != nil {
				continue
			}
			if again, err := encode(r); err != nil || !bytes.Equal(again, text) {
				rt.Fatalf("read as another: %s", text)
			}
			var b body
			if json.Unmarshal(text, &b) != nil || !reflect.DeepEqual(b, bodyOf(r)) {
				rt.Fatalf("encoding/json reads it otherwise: %s", text)
			}
		}
	})
}
