package handover_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tilhor/internal/db/dbtest"
	"tilhor/internal/handover"
	"tilhor/internal/seal/sealtest"
	"tilhor/internal/web/webtest"
)

// caught says whether a file is refused or found wrong, and where.
func caught(file []byte, public string) (bool, string) {
	r, err := handover.Verify(bytes.NewReader(file), int64(len(file)), public)
	var u handover.Unreadable
	if errors.As(err, &u) {
		return true, u.Error()
	}
	if err != nil {
		return false, err.Error()
	}
	if len(r.Wrong) > 0 {
		return true, r.Wrong[0].Place.File + " " + r.Wrong[0].Key
	}
	return false, ""
}

// Every byte of a package is accounted for: one that is flipped is named.
func TestEveryByteThatIsFlippedIsNamed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, file := w.made(w.forFamily())
	if bad, where := caught(file, w.public()); bad {
		t.Fatal("the control: an untouched package is refused:", where)
	}
	// The beginning, the heads, the end and the directory byte by byte; of the rest a random few hundred.
	at := map[int]bool{}
	for i := range file {
		if i < 120 || i >= len(file)-600 {
			at[i] = true
		}
	}
	for i := 0; ; {
		n := bytes.Index(file[i:], []byte("PK\x03\x04"))
		if n < 0 {
			break
		}
		i += n
		for k := range 45 {
			at[i+k] = true
		}
		i += 4
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		at[rnd.IntN(len(file))] = true
	}
	for i := range at {
		bit := byte(1) << rnd.IntN(8)
		file[i] ^= bit
		if bad, _ := caught(file, w.public()); !bad {
			t.Errorf("bit %x of byte %d was flipped unseen: %q", bit, i, file[max(0, i-20):min(len(file), i+20)])
		}
		file[i] ^= bit
	}
}

// A part is one file of a package that is put together anew.
type part struct {
	name string
	data []byte
}

func parts(t *testing.T, file []byte) (all []part) {
	names, texts := unzip(t, file)
	for _, n := range names {
		all = append(all, part{n, []byte(texts[n])})
	}
	return all
}

// rebuilt is a package whose zip is in order, whatever its files say.
func rebuilt(all []part) []byte {
	var b, dir bytes.Buffer
	common := func(p part) []byte {
		c := binary.LittleEndian.AppendUint32([]byte{10, 0, 0, 8, 0, 0, 0, 0, 0x21, 0}, crc32.ChecksumIEEE(p.data))
		c = binary.LittleEndian.AppendUint32(c, uint32(len(p.data)))
		c = binary.LittleEndian.AppendUint32(c, uint32(len(p.data)))
		return append(binary.LittleEndian.AppendUint16(c, uint16(len(p.name))), 0, 0)
	}
	for _, p := range all {
		at := b.Len()
		b.WriteString("PK\x03\x04" + string(common(p)) + p.name)
		b.Write(p.data)
		dir.WriteString("PK\x01\x02\x14\x00" + string(common(p)) + strings.Repeat("\x00", 10))
		dir.Write(binary.LittleEndian.AppendUint32(nil, uint32(at)))
		dir.WriteString(p.name)
	}
	end := binary.LittleEndian.AppendUint16([]byte("PK\x05\x06\x00\x00\x00\x00"), uint16(len(all)))
	end = binary.LittleEndian.AppendUint16(end, uint16(len(all)))
	end = binary.LittleEndian.AppendUint32(end, uint32(dir.Len()))
	end = binary.LittleEndian.AppendUint32(end, uint32(b.Len()))
	b.Write(dir.Bytes())
	b.Write(append(end, 0, 0))
	return b.Bytes()
}

func edit(all []part, name, old, now string) []part {
	out := append([]part(nil), all...)
	for i, p := range out {
		if p.name == name {
			if !bytes.Contains(p.data, []byte(old)) {
				panic(name + " lacks " + old)
			}
			out[i].data = bytes.Replace(p.data, []byte(old), []byte(now), 1)
		}
	}
	return out
}

func drop(all []part, name string) (out []part) {
	for _, p := range all {
		if p.name != name {
			out = append(out, p)
		}
	}
	return out
}

func find(all []part, name string) string {
	for _, p := range all {
		if p.name == name {
			return string(p.data)
		}
	}
	return ""
}

// signedAnew is what one with the owner's keys could do: the manifest says what
// the files are now, and is signed. What then still tells is the record.
func (w *world) signedAnew(all []part) []part {
	w.t.Helper()
	out := append([]part(nil), all...)
	var m map[string]any
	w.must(json.Unmarshal(out[0].data, &m))
	text := string(out[0].data)
	for _, p := range out[2:] {
		i := strings.Index(text, `"name": "`+p.name+`"`)
		if i < 0 {
			continue
		}
		head, tail := text[:i], text[i:]
		end := strings.Index(tail, "}")
		lines := strings.Split(tail[:end], "\n")
		for k, l := range lines {
			switch {
			case strings.Contains(l, `"size": `):
				lines[k] = fmt.Sprintf(`      "size": %d,`, len(p.data))
			case strings.Contains(l, `"sha256": `):
				lines[k] = `      "sha256": "` + sum(p.data) + `"` + strings.Repeat(",", strings.Count(l, ","))
			}
		}
		text = head + strings.Join(lines, "\n") + tail[end:]
	}
	out[0].data = []byte(text)
	note, err := w.Kit.Keys.Sign(webtest.Owner, m["format"].(string)+"\nowner "+string(webtest.Owner)+"\nmanifest "+sum(out[0].data)+"\n")
	w.must(err)
	out[1].data = note
	return out
}

func TestWhatIsEditedDroppedMovedOrAddedIsNamed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, file := w.made(order(handover.ForState))
	all := parts(t, file)
	if !bytes.Equal(rebuilt(all), file) {
		t.Fatal("the control: put together anew it is another file")
	}
	if r := verify(t, rebuilt(w.signedAnew(all)), w.public()); !r.Holds() {
		t.Fatalf("the control: signed anew without a change it does not hold: %+v", r.Wrong)
	}
	lines := strings.SplitAfter(find(all, "bevis/record.jsonl"), "\n")
	record := func(s string) []part { return edit(all, "bevis/record.jsonl", find(all, "bevis/record.jsonl"), s) }
	without := func(i int) string {
		return strings.Join(append(append([]string{}, lines[:i]...), lines[i+1:]...), "")
	}
	swapped := append([]string{}, lines...)
	swapped[3], swapped[4] = swapped[4], swapped[3]
	salt := find(all, "bevis/record.jsonl")
	salt = salt[strings.Index(salt, `"salt":"`)+8:][:8]
	changed := map[string]struct {
		all  []part
		want string // what is named, when it is not the bare change of a file
	}{
		"a word on a page":      {edit(all, "01-kronologi.html", "Hun sto igjen", "Hun gikk igjen"), "page-words"},
		"a word outside":        {edit(all, "07-plikter.html", "Plikter", "Plakter"), "changed"},
		"a word in the record":  {edit(all, "bevis/record.jsonl", "Hun sto igjen", "Hun gikk igjen"), "words"},
		"a salt":                {edit(all, "bevis/record.jsonl", salt, "00000000"), "words"},
		"the last entry":        {record(without(len(lines) - 2)), "entries"},
		"an entry in between":   {record(without(4)), "chain"},
		"two entries swapped":   {record(strings.Join(swapped, "")), "chain"},
		"an entry twice":        {record(lines[0] + find(all, "bevis/record.jsonl")), "chain"},
		"an entry's own text":   {edit(all, "bevis/record.jsonl", `\"role\":\"rektor\"`, `\"role\":\"dektor\"`), "path"},
		"a leaf":                {edit(all, "bevis/record.jsonl", `"path":["`, `"path":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","`), "path"},
		"shown made withheld":   {hold(all), "counts"},
		"the checkpoint":        {edit(all, "bevis/checkpoint.txt", "time 2026", "time 2025"), "checkpoint"},
		"the key":               {edit(all, "bevis/owner.pub", "tilhor/granvik", "tilhor/granvil"), "other-key"},
		"a page is gone":        {drop(all, "04-undersokelse.html"), "missing"},
		"the signature is gone": {drop(all, "manifest.sig"), "missing"},
		"a page is added":       {append(append([]part{}, all...), part{"09-mer.html", []byte("<p>Mer</p>")}), "extra"},
		"two files swapped":     {append([]part{all[0], all[1], all[3], all[2]}, all[4:]...), "order"},
		"the list of contents":  {edit(all, "manifest.json", `"kind": "state"`, `"kind": "family"`), "unsigned"},
		"who made it":           {edit(all, "manifest.json", `"role": "rektor"`, `"role": "teacher"`), "unsigned"},
		"a hash in the list":    {edit(all, "manifest.json", sum([]byte(find(all, "02-planer.html"))), sum(nil)), "changed"},
	}
	for what, c := range changed {
		r := verify(t, rebuilt(c.all), w.public())
		if !named(r, c.want) {
			t.Errorf("%s: %q is not named: %+v", what, c.want, keys(r))
		}
	}
	// With the owner's own keys in hand the list of contents can be signed anew. The record still tells.
	for what, want := range map[string]string{
		"a word on a page": "page-words", "a word in the record": "words", "a salt": "words", "an entry in between": "chain",
		"two entries swapped": "chain", "an entry's own text": "path", "a leaf": "path", "the last entry": "entries", "the checkpoint": "checkpoint",
	} {
		if r := verify(t, rebuilt(w.signedAnew(changed[what].all)), w.public()); !named(r, want) || named(r, "changed") {
			t.Errorf("signed anew, %s: %q is not named: %+v", what, want, keys(r))
		}
	}
}

// hold takes a passage away and calls it withheld.
func hold(all []part) []part {
	s := find(all, "bevis/record.jsonl")
	i := strings.Index(s, `"state":"shown","salt":"`)
	end := strings.Index(s[i:], "}") + i
	return edit(all, "bevis/record.jsonl", s[i:end], `"state":"withheld","reason":"other-child"`)
}

func sum(b []byte) string { return hex.EncodeToString(sha(b)) }

func named(r handover.Report, key string) bool {
	for _, x := range r.Wrong {
		if x.Key == key {
			return true
		}
	}
	return false
}

func keys(r handover.Report) (all []string) {
	for _, x := range r.Wrong {
		all = append(all, x.File+": "+x.Key)
	}
	return all
}

func TestAnotherKeyIsNamed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, file := w.made(order(handover.ForState))
	other := sealtest.Keys(t, webtest.Owner).Public(webtest.Owner)
	r := verify(t, file, other)
	if !named(r, "key") || !named(r, "signature") || !named(r, "checkpoint") {
		t.Errorf("%+v", keys(r))
	}
	if r := verify(t, file, ""); !r.Holds() || r.Given {
		t.Errorf("without a key: %+v", r)
	}
	if r := verify(t, file, w.public()+"\n"); !r.Holds() || !r.Given {
		t.Errorf("with the file owner.pub: %+v", r)
	}
}

// What is no package, or could hurt who reads it, is refused whole.
func TestWhatIsNoPackageIsRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	_, file := w.made(order(handover.ForState))
	all := parts(t, file)
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	f, err := z.Create("manifest.json")
	w.must(err)
	_, err = f.Write(bytes.Repeat([]byte{0}, 50<<20))
	w.must(err)
	w.must(z.Close())
	for what, c := range map[string]struct {
		file []byte
		key  string
	}{
		"nothing":             {nil, "cut"},
		"not a zip":           {[]byte("%PDF-1.7 and so on, for long enough to have been a head of a file"), "not-zip"},
		"a bomb":              {packed.Bytes(), "packed"},
		"a way out":           {rebuilt(append([]part{{"../../etc/passwd", []byte("x")}}, all...)), "name"},
		"an absolute way":     {rebuilt(append([]part{{"/etc/passwd", []byte("x")}}, all...)), "name"},
		"a Windows way":       {rebuilt(append([]part{{`..\x`, []byte("x")}}, all...)), "name"},
		"two of one name":     {rebuilt(append([]part{all[0]}, all...)), "twice"},
		"cut off":             {file[:len(file)/2], "cut"},
		"without its end":     {file[:len(file)-22], "end"},
		"with more at end":    {append(append([]byte{}, file...), 'x'), "end"},
		"no manifest":         {rebuilt(drop(all, "manifest.json")), "missing"},
		"a broken manifest":   {rebuilt(edit(all, "manifest.json", `"kind"`, `kind`)), "manifest"},
		"more in it":          {rebuilt(edit(all, "manifest.json", `"kind"`, `"more": 1, "kind"`)), "manifest"},
		"a broken line":       {rebuilt(edit(all, "bevis/record.jsonl", `"leaf":`, `"leaf" :`)), "line"},
		"no entry":            {rebuilt(edit(all, "bevis/record.jsonl", `tilhor entry 1`, `tilhor entry 2`)), "entry"},
		"a format to come":    {rebuilt(edit(all, "manifest.json", `tilhor package 1`, `tilhor package 9`)), "format"},
		"a file many times":   {rebuilt(many()), "many"},
		"a name that is long": {rebuilt(append([]part{{strings.Repeat("a", 200), nil}}, all...)), "name"},
	} {
		_, err := handover.Verify(bytes.NewReader(c.file), int64(len(c.file)), w.public())
		var u handover.Unreadable
		if !errors.As(err, &u) || u.Key != c.key || strings.Contains(u.Error(), "⟦") {
			t.Errorf("%s: %v, want %s", what, err, c.key)
		}
	}
}

func many() (all []part) {
	for i := range 2001 {
		all = append(all, part{fmt.Sprintf("a%d", i), nil})
	}
	return all
}

// Whatever is put in, the reader answers: it refuses, or tells what does not
// hold, and takes no more memory than the file is long.
func FuzzVerify(f *testing.F) {
	files, err := filepath.Glob("testdata/packages/*.zip")
	if err != nil || len(files) == 0 {
		f.Fatal("no corpus", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte{})
	f.Add(rebuilt([]part{{"manifest.json", []byte("{}\n")}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := handover.Verify(bytes.NewReader(b), int64(len(b)), "")
		var u handover.Unreadable
		if err != nil && (!errors.As(err, &u) || strings.Contains(u.Error(), "⟦")) {
			t.Fatal(err)
		}
		if err == nil && r.Holds() && r.Key == "" {
			t.Fatal("holds without a key")
		}
	})
}

func sha(b []byte) []byte { h := sha256.Sum256(b); return h[:] }
