package roster

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"tilhor/internal/lang"
)

type files = map[string]string

// table sets of the product's own CSV, with one or more changed.
func plainSet(t testing.TB, change files) files {
	all := files{}
	for _, n := range []string{"skoler.csv", "elever.csv", "ansatte.csv", "foresatte.csv", "grupper.csv", "verv.csv"} {
		b, err := os.ReadFile("testdata/csv/" + n)
		if err != nil {
			t.Fatal(err)
		}
		all[n] = string(b)
	}
	maps.Copy(all, change)
	return all
}

func oneSet(t testing.TB, change files) files {
	all := files{}
	for _, n := range []string{"manifest.csv", "orgs.csv", "users.csv", "classes.csv", "enrollments.csv"} {
		b, err := os.ReadFile("testdata/oneroster/" + n)
		if err != nil {
			t.Fatal(err)
		}
		all[n] = string(b)
	}
	maps.Copy(all, change)
	return all
}

// A packing is a zip in the making: what a packer would not write is put in by
// hand, with the sums right, so that the reader has nothing else to stumble on.
type packing struct {
	name, body string
	raw        func(h *zip.FileHeader) []byte // what is written instead
	mode       os.FileMode
}

func packed(t testing.TB, all ...packing) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range all {
		h := &zip.FileHeader{Name: p.name, Method: zip.Deflate}
		h.SetMode(0o644 | p.mode)
		if p.raw == nil {
			w, err := z.CreateHeader(h)
			if err == nil {
				_, err = io.WriteString(w, p.body)
			}
			if err != nil {
				t.Fatal(err)
			}
			continue
		}
		h.Method, h.CRC32 = zip.Store, crc32.ChecksumIEEE([]byte(p.body))
		h.CompressedSize64, h.UncompressedSize64 = uint64(len(p.body)), uint64(len(p.body))
		body := p.raw(h)
		w, err := z.CreateRaw(h)
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// whole packs a set as an ordinary packer does, with more beside it.
func whole(t testing.TB, set files, more ...packing) string {
	var all []packing
	for n, s := range set {
		all = append(all, packing{name: n, body: s})
	}
	return packed(t, append(all, more...)...)
}

// wide writes UTF-16, with a mark or without.
func wide(s string, order binary.ByteOrder, mark bool) string {
	if mark {
		s = "\ufeff" + s
	}
	var b bytes.Buffer
	binary.Write(&b, order, utf16.Encode([]rune(s)))
	return b.String()
}

// TestFilesMadeToHurtAreRefused: every way of hurting is refused whole, with the
// file and the line in kind words that show nothing of what the file holds; and
// beside each a twin, as like it as can be and without harm, is read. A test
// that refused everything would fail by its twins.
func TestFilesMadeToHurtAreRefused(t *testing.T) {
	one := func(s string) files { return files{"f.xml": s} }
	doc := func(inner string) string { return fmt.Sprintf(small, inner) }
	wrap := func(head, inner string) string {
		return head + strings.TrimPrefix(doc(inner), `<?xml version="1.0" encoding="UTF-8"?>`)
	}
	zipped := func(s string) files { return files{"set.zip": s} }
	skoler := func(s string) files { return plainSet(t, files{"skoler.csv": s}) }
	elever := func(s string) files { return plainSet(t, files{"elever.csv": s}) }
	foresatte := func(s string) files { return plainSet(t, files{"foresatte.csv": s}) }
	const pupils, parents, schools = "elev-id;fornavn;etternavn;skole-id;fødselsnummer;fra;til\n", "foresatt-id;fornavn;etternavn;elev-id;foreldreansvar\n", "skole-id;navn\ns1;Åsen skole\ns2;Østby skole\n"
	group := func(id, parent, more string) string {
		return "<group><sourcedid><source>sas</source><id>" + id + "</id></sourcedid><grouptype><scheme>pifu-ims-go-grp</scheme><typevalue level=\"1\"/></grouptype>" +
			"<relationship relation=\"1\"><sourcedid><source>sas</source><id>" + parent + "</id></sourcedid></relationship>" + more + "</group>\n"
	}
	frame := func(begin, end string) string {
		return "<timeframe><begin>" + begin + "</begin><end>" + end + "</end></timeframe>"
	}
	set := oneSet(t, nil)
	users := set["users.csv"]
	cases := []struct {
		name  string
		files files
		key   string
		line  int
		twin  files
	}{
		{"an entity of the document's own", one(wrap("<?xml version='1.0'?><!DOCTYPE e [<!ENTITY x 'Kari'>]>", onePerson)), "doctype", 1, one(wrap("<?xml version='1.0'?>", strings.Replace(onePerson, "Åse", "&#197;se &amp;", 1)))},
		{"an external entity", one(wrap(`<?xml version="1.0"?><!DOCTYPE e SYSTEM "http://127.0.0.1:1/x.dtd">`, onePerson)), "doctype", 1, one(wrap(`<?xml version="1.0"?><?pi x?>`, onePerson))},
		{"a parameter entity", one(wrap(`<!DOCTYPE e [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>`, onePerson)), "doctype", 1, one(wrap("<!-- <!DOCTYPE e> -->", onePerson))},
		{"a sign that no text holds", one(doc(strings.Replace(onePerson, "Åse", "&#0;", 1))), "xml", 3, one(doc(strings.Replace(onePerson, "Åse", "&#x41;", 1)))},
		{"deep nesting", one(doc("<person>" + strings.Repeat("<extension>", 30) + strings.Repeat("</extension>", 30) + "</person>")), "too-deep", 3, one(doc(strings.Replace(onePerson, "</person>", strings.Repeat("<extension>", 20)+strings.Repeat("</extension>", 20)+"</person>", 1)))},
		{"a huge attribute", one(doc(strings.Replace(onePerson, "<person>", `<person x="`+strings.Repeat("y", maxToken)+`">`, 1))), "too-large", 3, one(doc(strings.Replace(onePerson, "<person>", `<person x="`+strings.Repeat("y", 1000)+`">`, 1)))},
		{"a megabyte in one element", one(doc(strings.Replace(onePerson, "Åse", strings.Repeat("y", 1<<20), 1))), "too-large", 3, one(doc(strings.Replace(onePerson, "Åse", strings.Repeat("y", 150), 1)))},
		{"groups in a ring", one(doc(group("a", "b", "") + group("b", "a", ""))), "circle", 3, one(doc(group("a", "b", "") + group("b", "s", "")))},
		{"a group above itself by three", one(doc(group("a", "b", "") + group("b", "c", "") + group("c", "a", ""))), "circle", 3, one(doc(group("a", "b", "") + group("b", "c", "") + group("c", "s", "")))},
		{"one id, two people", one(doc(onePerson + "\n" + strings.ReplaceAll(onePerson, "Åse", "Ola"))), "unlike", 4, one(doc(onePerson + "\n" + onePerson))},
		{"one id, two groups", one(doc(group("a", "s", "") + group("a", "s2", ""))), "unlike", 4, one(doc(group("a", "s", "") + group("a", "s", "")))},
		{"the end before the beginning", one(doc(group("a", "s", frame("2026-08-17", "2026-08-16")))), "turned", 3, one(doc(group("a", "s", frame("2026-08-17", "2026-08-17"))))},
		{"a date with something after it", one(doc(group("a", "s", frame("2026-08-17; DROP", "")))), "date", 3, one(doc(group("a", "s", frame("2026-08-17T00:00:00", ""))))},
		{"a date in the year 9999", one(doc(group("a", "s", frame("2026-08-17", "9999-12-31")))), "date", 3, one(doc(group("a", "s", frame("2026-08-17", "2199-12-31"))))},
		{"two documents in one file", one(doc(onePerson) + doc(onePerson)), "not-pifu", 0, one(doc(onePerson) + "\n\n")},
		{"UTF-16 that says so", one(wide(strings.Replace(doc(onePerson), "UTF-8", "UTF-16", 1), binary.LittleEndian, true)), "utf16", 0, one("\ufeff" + doc(onePerson))},
		{"UTF-16 without a mark", one(wide(doc(onePerson), binary.BigEndian, false)), "utf16", 0, one(doc(onePerson))},

		{"CSV in UTF-16", skoler(wide(schools, binary.LittleEndian, true)), "utf16", 0, skoler("\ufeff" + schools)},
		{"CSV with a zero byte", skoler(strings.Replace(schools, "Åsen", "Å\x00sen", 1)), "utf16", 0, skoler(schools)},
		{"CSV that is UTF-8 and then not", skoler(schools + "s3;\xd8st skole\n"), "encoding", 4, skoler(latin1(t, schools+"s3;Øst skole\n"))},
		{"CSV of two files, the second with its mark", skoler(schools + "\ufeffs3;Øst skole\n"), "joined", 4, skoler(schools + "s3;\ufeffØst skole\n")},
		{"CSV with bare returns", skoler(strings.ReplaceAll(schools, "\n", "\r")), "line-ends", 1, skoler(strings.ReplaceAll(schools, "\n", "\r\n"))},
		{"CSV with a quote in the midst", skoler("skole-id;navn\ns1;Åsen \"skole\ns2;B\n"), "quotes", 2, skoler("skole-id;navn\ns1;\"Åsen \"\"gamle\"\" skole\"\ns2;B\n")},
		{"CSV with a cell of a megabyte", skoler("skole-id;navn\ns1;" + strings.Repeat("x", 1<<20) + "\n"), "too-large", 0, skoler("skole-id;navn;merknad\ns1;A;" + strings.Repeat("x", 10000) + "\ns2;B;\n")},
		{"CSV with a key without end", skoler("skole-id;navn\n" + strings.Repeat("s", 300) + ";A\n"), "too-long", 2, skoler("skole-id;navn\n" + strings.Repeat("s", 200) + ";A\ns1;A\ns2;B\n")},
		{"CSV without headers", files{"elever.csv": "Kari;Kari;Oppdiktet;s1\ne2;Ola;Oppdiktet;s1\n"}, "unknown-format", 0, elever(pupils + "e1;Åse;Østby;s1;;;\n")},
		{"CSV with a column twice", elever("elev-id;fornavn;etternavn;skole-id;fornavn\ne1;Åse;Østby;s1;Kari\n"), "header-twice", 1, elever("elev-id;fornavn;etternavn;skole-id;merknad;merknad\ne1;Åse;Østby;s1;a;b\n")},
		{"CSV: one id on two pupils", elever(pupils + "e1;Åse;Østby;s1;;;\ne1;Kari;Oppdiktet;s1;;;\n"), "unlike", 3, elever(pupils + "e1;Åse;Østby;s1;;;\ne1;Åse;Østby;s2;;;\n")},
		{"CSV: one id, two numbers", elever(pupils + "e1;Åse;Østby;s1;20914695016;;\ne1;Åse;Østby;s1;47906701517;;\n"), "unlike", 3, elever(pupils + "e1;Åse;Østby;s1;20914695016;;\ne1;Åse;Østby;s1;209146 95016;;\n")},
		{"CSV: a pupil and a parent with one id", foresatte(parents + "e2;Kari;Oppdiktet;e1;ja\n"), "unlike", 0, foresatte(parents + "e9;Kari;Oppdiktet;e1;ja\n")},
		{"CSV: both yes and no", foresatte(parents + "f1;Kåre;Østby;e1;ja\nf1;Kåre;Østby;e1;nei\n"), "unlike", 3, foresatte(parents + "f1;Kåre;Østby;e1;ja\nf1;Kåre;Østby;e2;nei\n")},
		{"CSV: yes until, then no", foresatte("foresatt-id;fornavn;etternavn;elev-id;foreldreansvar;fra;til\nf1;Kåre;Østby;e1;ja;2026-01-01;2026-06-30\nf1;Kåre;Østby;e1;nei;2026-06-30;\n"), "unlike", 3, foresatte("foresatt-id;fornavn;etternavn;elev-id;foreldreansvar;fra;til\nf1;Kåre;Østby;e1;ja;2026-01-01;2026-06-30\nf1;Kåre;Østby;e1;nei;2026-07-01;\n")},
		{"CSV: parents of each other", foresatte(parents + "e2;Bjørn;Ærlig;e1;ja\ne1;Åse;Østby;e2;ja\n"), "parents-round", 3, foresatte(parents + "e2;Bjørn;Ærlig;e1;ja\n")},
		{"CSV: the end before the beginning", elever(pupils + "e1;Åse;Østby;s1;;17.08.2026;16.08.2026\n"), "turned", 2, elever(pupils + "e1;Åse;Østby;s1;;17.08.2026;17.08.2026\n")},
		{"CSV: a date out of range", elever(pupils + "e1;Åse;Østby;s1;;17.08.0026;\n"), "date", 2, elever(pupils + "e1;Åse;Østby;s1;;17.8.2026;\n")},

		{"OneRoster: a number of the manifest", oneSet(t, files{"manifest.csv": "propertyName,value\noneroster.version,Kari Oppdiktet\n"}), "version", 2, oneSet(t, files{"manifest.csv": "propertyName,value\noneroster.version,1.1\n"})},
		{"OneRoster: one id on two users", oneSet(t, files{"users.csv": users + strings.Split(users, "\n")[1] + "\n" + regexp.MustCompile(`Åse|Ase`).ReplaceAllString(swapName(users), "Kari") + "\n"}), "unlike", 0, oneSet(t, nil)},

		{"a zip with a file twice", zipped(whole(t, set, packing{name: "users.csv", body: "sourcedId\n"})), "file-twice", 0, zipped(whole(t, set))},
		{"a zip with a file twice, in capitals in a folder", zipped(whole(t, set, packing{name: "a/b/USERS.CSV", body: "sourcedId\n"})), "file-twice", 0, zipped(whole(t, set, packing{name: "a/readme.md", body: "x"}))},
		{"a locked zip", zipped(whole(t, plainSet(t, nil), packing{name: "x.csv", body: "skole-id;navn\n", raw: func(h *zip.FileHeader) []byte { h.Flags |= 1; return []byte("skole-id;navn\n") }})), "locked", 0, zipped(whole(t, plainSet(t, nil), packing{name: "x.csv", body: "merknad\nx\n", raw: func(*zip.FileHeader) []byte { return []byte("merknad\nx\n") }}))},
		{"a wrong sum", zipped(packed(t, packing{name: "f.xml", body: doc(onePerson), raw: func(h *zip.FileHeader) []byte { h.CRC32 ^= 1; return []byte(doc(onePerson)) }})), "zip", 0, zipped(packed(t, packing{name: "f.xml", body: doc(onePerson), raw: func(*zip.FileHeader) []byte { return []byte(doc(onePerson)) }}))},
		{"a claim of ten gigabytes", zipped(packed(t, packing{name: "f.xml", body: doc(onePerson), raw: func(h *zip.FileHeader) []byte { h.UncompressedSize64 = 10 << 30; return []byte(doc(onePerson)) }})), "too-large", 0, zipped(packed(t, packing{name: "f.xml", body: doc(onePerson)}))},
		{"more than is claimed", zipped(packed(t, packing{name: "f.xml", body: doc(onePerson), raw: func(h *zip.FileHeader) []byte { h.UncompressedSize64 = 10; return []byte(doc(onePerson)) }})), "zip", 0, zipped(packed(t, packing{name: "f.xml", body: doc(onePerson)}))},
		{"a hundred and one files", zipped(packed(t, manyFiles(maxFiles+1)...)), "too-large", 0, zipped(whole(t, set, manyOthers(maxFiles+1)...))},
		{"a zip that lists a hundred thousand names", zipped(packed(t, append(manyOthers(50000), packing{name: "f.xml", body: doc(onePerson)})...)), "too-large", 0, zipped(packed(t, append(manyOthers(500), packing{name: "f.xml", body: doc(onePerson)})...))},
		{"a zip in a zip", zipped(packed(t, packing{name: "inner.zip", body: whole(t, set)})), "nothing", 0, zipped(whole(t, set, packing{name: "inner.zip", body: whole(t, set)}))},
		{"a link in a zip", zipped(packed(t, packing{name: "f.xml", body: "/etc/passwd", mode: os.ModeSymlink})), "nothing", 0, zipped(packed(t, packing{name: "f.xml", body: doc(onePerson)}))},
		{"a name that climbs, and obeys no terminal", zipped(packed(t, packing{name: "../..\\etc/\x1b]0;x\x07\u202ef.csv", body: "Kari;Ola\x00\n"})), "utf16", 0, zipped(packed(t, packing{name: "../../etc/f.xml", body: doc(onePerson)}))},
		{"a bomb of zeros", zipped(packed(t, packing{name: "f.csv", body: strings.Repeat("\x00", 8<<20)})), "utf16", 0, zipped(whole(t, plainSet(t, nil)))},
		{"a bomb of blanks", zipped(packed(t, packing{name: "f.xml", body: "<" + strings.Repeat(" ", 8<<20)})), "", 0, zipped(packed(t, packing{name: "f.xml", body: doc(strings.Repeat(" \n", 1000) + onePerson)}))},
	}
	secret := regexp.MustCompile(`Kari|Ola\b|Oppdiktet|Østby|Åse|Kåre|20914695016|47906701517|etc|DROP|[\x00-\x1f\x{202e}]`)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := Read(context.Background(), put(t, c.files), nil)
			var u Unreadable
			if s != nil || !errors.As(err, &u) {
				t.Fatalf("was read, %v", err)
			}
			if c.key != "" && u.Key != c.key || c.line > 0 && u.Line != c.line {
				t.Errorf("%s at line %d, want %s at %d", u.Key, u.Line, c.key, c.line)
			}
			for _, l := range lang.Langs {
				if s := Explain(lang.For(l), err); strings.Contains(s, "⟦") || strings.Contains(s, "{") || !strings.Contains(s, u.File) || u.File == "" || secret.MatchString(s) {
					t.Errorf("%s: %q", l, s)
				}
			}
			twin, err := Read(context.Background(), put(t, c.twin), nil)
			if err != nil {
				t.Fatalf("its twin is refused: %v", err)
			}
			if _, err := Preview(context.Background(), twin, Options{Today: today, AllowSynthetic: true, MaxRemovals: 10}); err != nil || len(twin.People)+len(twin.Groups) == 0 {
				t.Errorf("its twin holds nothing: %v", err)
			}
		})
	}
}

// swapName is the first user's line with other names in it.
func swapName(users string) string {
	lines := strings.Split(users, "\n")
	cols, row := strings.Split(lines[0], ","), strings.Split(lines[1], ",")
	for i, c := range cols {
		if strings.HasSuffix(c, "Name") && i < len(row) && row[i] != "" {
			row[i] = "Kari"
		}
	}
	return strings.Join(row, ",")
}

func manyFiles(n int) (all []packing) {
	for i := range n {
		all = append(all, packing{name: fmt.Sprintf("f%d.csv", i), body: "skole-id;navn\n"})
	}
	return all
}

// manyOthers are files that are not read.
func manyOthers(n int) (all []packing) {
	for i := range n {
		all = append(all, packing{name: fmt.Sprintf("%d", i), body: "", raw: func(*zip.FileHeader) []byte { return nil }})
	}
	return all
}

// TestSpellingsThatLookAlikeAreOne: letters in pieces, marks that cannot be
// seen and formulas are names like any other, in one spelling.
func TestSpellingsThatLookAlikeAreOne(t *testing.T) {
	base := plainSet(t, nil)
	same := files{}
	for n, s := range base {
		head, rows, _ := strings.Cut(s, "\n")
		rows = norm.NFD.String(rows)
		if n == "elever.csv" {
			rows = strings.Replace(rows, "Cato", "Ca\u200bto\u202e", 1)
		}
		same[n] = head + "\n" + rows
	}
	a, b := read(t, put(t, base)), read(t, put(t, same))
	for i := range a.People {
		if a.People[i].Name != b.People[i].Name || !norm.NFC.IsNormalString(b.People[i].Name) {
			t.Errorf("%q and %q", a.People[i].Name, b.People[i].Name)
		}
	}
	if norm.NFC.IsNormalString(same["elever.csv"]) {
		t.Error("the control has no letter in pieces: nothing was shown")
	}
	f := read(t, put(t, plainSet(t, files{"skoler.csv": "skole-id;navn\ns1;\"=HYPERLINK(\"\"x\"\")\"\ns2;@SUM\n"})))
	if f.Schools[0].Name != `=HYPERLINK("x")` {
		t.Errorf("a name is text and nothing else: %q", f.Schools[0].Name)
	}
}

// endless is a file of any length that is never in memory.
func endless(name, head string, n int, line func(i int) string) input {
	return input{name, int64(n) * int64(len(line(n))), func() (io.ReadCloser, error) {
		i := -1
		return io.NopCloser(&generated{next: func() string {
			if i++; i == 0 {
				return head
			}
			if i > n {
				return ""
			}
			return line(i)
		}}), nil
	}}
}

type generated struct {
	next func() string
	rest string
}

func (m *generated) Read(b []byte) (int, error) {
	for n := 0; ; {
		if m.rest == "" {
			if m.rest = m.next(); m.rest == "" {
				if n == 0 {
					return 0, io.EOF
				}
				return n, nil
			}
		}
		k := copy(b[n:], m.rest)
		m.rest = m.rest[k:]
		if n += k; n == len(b) {
			return n, nil
		}
	}
}

// aPupil is a line with much beside what is kept.
func aPupil(i int) string {
	return fmt.Sprintf("e%d;Åse;Prøve %d;s1;2026-08-17;%s\n", i, i, "Storgata 1, 0001 Ingensteds, 99900099, hemmelig, og mye mer som aldri skal inn")
}

const pupilHead = "elev-id;fornavn;etternavn;skole-id;fra;adresse\n"

// TestAMillionRowsAreRefused: in the memory of what is kept of a million rows
// at most, and that grows with the rows and not with what stands beside them.
// The control is a file of a tenth, which is read. It measures in a process of
// its own: what other tests leave to the collector is not this file's memory.
func TestAMillionRowsAreRefused(t *testing.T) {
	if os.Getenv("TILHOR_ALONE") == "" {
		alone := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		alone.Env = append(os.Environ(), "TILHOR_ALONE=1")
		out, err := alone.CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte("refused at line")) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	ctx := context.Background()
	schools := endless("skoler.csv", "skole-id;navn\n", 1, func(int) string { return "s1;Åsen\n" })
	perRow := func(n int) (bytes float64) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s, err := readInputs(ctx, "x", []input{schools, endless("elever.csv", pupilHead, n, aPupil)}, nil)
		if err != nil || len(s.People) != n {
			t.Fatalf("%d rows: %v", n, err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
		return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(n)
	}
	few, many := perRow(20000), perRow(100000)
	t.Logf("a pupil's row is kept in %.0f bytes, in a longer file in %.0f", few, many)
	if many > 1.5*few+50 {
		t.Errorf("memory grows faster than the rows: %.0f bytes for each, and then %.0f", few, many)
	}
	var peak atomic.Uint64
	stop := watch(&peak)
	_, err := readInputs(ctx, "x", []input{schools, endless("elever.csv", pupilHead, 2<<20, aPupil)}, nil)
	stop()
	var u Unreadable
	if !errors.As(err, &u) || u.Key != "too-many" || u.Line < maxRows/8 || u.File != "elever.csv" {
		t.Fatalf("a file of two million rows: %v", err)
	}
	t.Logf("refused at line %d, with %d MiB", u.Line, peak.Load()>>20)
	if peak.Load() > 1<<30 {
		t.Errorf("it took %d MiB to refuse it", peak.Load()>>20)
	}
}

// TestAListInACellIsCounted: a line may name two hundred places; the places are
// what fills the memory, so they are what is counted.
func TestAListInACellIsCounted(t *testing.T) {
	s := &Snapshot{}
	for i := range maxRows / 200 {
		if err := s.room(At{"f", i}, 200); err != nil {
			t.Fatalf("refused at %d: %v", i, err)
		}
	}
	if err := s.room(At{"f", 1}, 200); err == nil {
		t.Error("lists are not counted")
	}
	big := strings.Repeat("x", maxLetters/2)
	if s := (&Snapshot{}); s.room(At{}, 2, big, big) != nil || s.room(At{}, 1, "x") == nil {
		t.Error("letters are not counted")
	}
}

// TestNothingOfTheLineIsKept: a field is a piece of its line, and would keep
// the whole of it, with what is never to be kept, for as long as the roster is
// in memory.
func TestNothingOfTheLineIsKept(t *testing.T) {
	const n = 5000
	long := func(i int) string {
		return fmt.Sprintf("e%d;Åse;Prøve;s1;2026-08-17;%s\n", i, strings.Repeat("hemmelig ", 1000))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, err := readInputs(context.Background(), "x", []input{endless("elever.csv", pupilHead, n, long)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if kept := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n; kept > 3000 {
		t.Errorf("%d bytes are kept of a line of %d", kept, len(long(1)))
	}
	runtime.KeepAlive(s)
}
