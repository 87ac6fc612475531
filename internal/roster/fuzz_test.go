package roster

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"tilhor/internal/lang"
)

// memory is a file that is not on a disk.
func memory(name, s string) input {
	return input{name, int64(len(s)), func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }}
}

// survives reads and compares whatever it is given. It ends in a plan or in an
// Unreadable that names the file, never in a panic or another kind of error.
func survives(t *testing.T, files ...input) {
	ctx := context.Background()
	s, err := readInputs(ctx, "fuzz", files, nil)
	if err != nil {
		var u Unreadable
		if !errors.As(err, &u) || u.File == "" {
			t.Fatalf("%T %v", err, err)
		}
		tells(t, u)
		return
	}
	p, err := Preview(ctx, s, Options{Today: today, MaxRemovals: 10, AllowSynthetic: true})
	if err != nil {
		t.Fatal(err)
	}
	kinds(p)
	for _, w := range p.people {
		if w.name == "" || len([]rune(w.name)) > maxName || strings.ContainsAny(w.name, "\n\x00\u202e") {
			t.Fatalf("a name that is none: %q", w.name)
		}
	}
}

// tells refuses a refusal that is not in words, or that shows more of the files
// than a column that is known, a version's number, or a file's name.
func tells(t *testing.T, u Unreadable) {
	for i := 1; i < len(u.Args); i += 2 {
		word, ok := u.Args[i].(string)
		if u.Args[i-1] == "name" && ok && !columns[strings.ToLower(word)] && versionNumber(word) == "?" && word != "?" && !strings.HasSuffix(word, ".csv") {
			t.Fatalf("%s shows %q", u.Key, word)
		}
	}
	for _, l := range lang.Langs {
		s := Explain(lang.For(l), u)
		if strings.Contains(s, "⟦") || len(s) > 500 || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E }) {
			t.Fatalf("%s: %q", u.Key, s)
		}
	}
}

// FuzzZip: whatever is packed, and however it is broken, what comes out is a
// roster or a refusal.
func FuzzZip(f *testing.F) {
	set := plainSet(f, nil)
	good := whole(f, set)
	for _, s := range []string{good, good[:len(good)-30], "PK\x03\x04", whole(f, set, packing{name: "x.csv", raw: func(h *zip.FileHeader) []byte { h.Flags |= 1; return nil }}), packed(f, packing{name: "f.xml", body: school()})} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		files, err := zipped(bytes.NewReader(b), int64(len(b)), "f.zip")
		if err != nil {
			var u Unreadable
			if !errors.As(err, &u) {
				t.Fatalf("%T %v", err, err)
			}
			tells(t, u)
			return
		}
		if len(files) > maxFiles {
			t.Fatalf("%d files", len(files))
		}
		survives(t, files...)
	})
}

// FuzzEncoding: a table in any encoding is read as UTF-8 without a mark, or
// refused with the line.
func FuzzEncoding(f *testing.F) {
	for _, s := range []string{"skole-id;navn\ns1;Åsen\n", "\ufeffa\n", "\xe5\n", "Å\n\xe5\n", "a\x00b", "a\rb\r", "\xff\xfea\x00", "Å\xe5"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, choose := range []func(look) (string, error){csvEncoding, xmlEncoding} {
			in := memory("f", string(b))
			enc, err := in.encoding(choose)
			if err != nil {
				var u Unreadable
				if !errors.As(err, &u) || u.File != "f" || u.Key == "encoding" && (u.Line < 1 || u.Line > bytes.Count(b, []byte("\n"))+1) {
					t.Fatalf("%v", err)
				}
				continue
			}
			r, err := in.as(enc)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil || !utf8.Valid(text) || len(text) > 3*len(b) || enc == "utf-8" && string(text) != strings.TrimPrefix(string(b), "\ufeff") {
				t.Fatalf("%q in %s became %q: %v", b, enc, text, err)
			}
		}
	})
}

// FuzzTidy: every spelling has one tidy form, and the tidy form is tidy.
func FuzzTidy(f *testing.F) {
	for _, s := range []string{"A\u030ase  \tØ", "\u202eesÅ", "a\u200bb", "\ufeff", "\xff\xfe", " \u00a0 ", "a\u00adb", "\u1100\u1161\u11a8", "ﬁ", "\u0344"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := tidy(s)
		if again := tidy(got); again != got {
			t.Fatalf("%q is tidied to %q and then to %q", s, got, again)
		}
		if strings.ContainsAny(got, "\n\r\t\x00\u202e\u200b\ufeff") || strings.HasPrefix(got, " ") || strings.HasSuffix(got, " ") || strings.Contains(got, "  ") {
			t.Fatalf("%q is tidied to %q", s, got)
		}
		if m := mailOf(s); m != "" && (len(m) > maxMail || strings.ContainsAny(m, " \n,<>") || mailOf(m) != m) {
			t.Fatalf("%q gives the address %q", s, m)
		}
		if n := feideOf(s); n != "" && feideOf(n) != n && !strings.HasPrefix(n, "feide:") {
			t.Fatalf("%q gives the Feide id %q", s, n)
		}
		plainName(s)
	})
}

func FuzzPIFU(f *testing.F) {
	f.Add(school())
	f.Add(text(town{schools: 1, classes: 1, size: 1, kind: "delta"}))
	f.Add(latin1(f, strings.ReplaceAll(strings.Replace(text(town{schools: 1, classes: 1, size: 1, kind: "full"}), "UTF-8", "ISO-8859-1", 1), "Káre", "")))
	f.Add(`<!DOCTYPE x [<!ENTITY a "b">]><enterprise>&a;</enterprise>`)
	f.Add("<enterprise><properties><type>full</type></properties><person recstatus='3'>")
	f.Fuzz(func(t *testing.T, s string) { survives(t, memory("f.xml", "<"+strings.TrimPrefix(s, "<"))) })
}

func seeds(f *testing.F, dir string) map[string]string {
	f.Helper()
	out := map[string]string{}
	names, _ := filepath.Glob(filepath.Join(dir, "*.csv"))
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		out[filepath.Base(n)] = string(b)
	}
	return out
}

func FuzzOneRoster(f *testing.F) {
	s := seeds(f, "testdata/oneroster")
	f.Add(s["manifest.csv"], s["orgs.csv"], s["classes.csv"], s["users.csv"], s["enrollments.csv"])
	f.Add("propertyName,value\nfile.users,delta", "", "", "sourcedId,role\n\"", "")
	f.Fuzz(func(t *testing.T, manifest, orgs, classes, users, enrollments string) {
		survives(t, memory("manifest.csv", "propertyName"+manifest), memory("orgs.csv", orgs), memory("classes.csv", classes), memory("users.csv", users), memory("enrollments.csv", enrollments))
	})
}

func FuzzPlainCSV(f *testing.F) {
	s := seeds(f, "testdata/csv")
	f.Add(s["skoler.csv"], s["grupper.csv"], s["elever.csv"], s["ansatte.csv"], s["foresatte.csv"], s["verv.csv"])
	f.Add("skole-id;navn\n\xe5;\xf8", "", "elev-id,fornavn", "", "", "sep=;\n")
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string) {
		var files []input
		for i, s := range []string{a, b, c, d, e, g} {
			if s != "" {
				files = append(files, memory(string(rune('a'+i))+".csv", s))
			}
		}
		survives(t, files...)
	})
}

func FuzzFeideGroups(f *testing.F) {
	for _, n := range []string{"elev", "laerer"} {
		b, err := os.ReadFile("testdata/feide/" + n + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		places, err := FromFeideGroups(b)
		for _, p := range places {
			if err != nil || p.OrgNumber == "" || p.Role == "" {
				t.Fatalf("%+v", p)
			}
		}
	})
}

func FuzzNumber(f *testing.F) {
	f.Add("47906701517")
	f.Add("209146 95016")
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := ParseNumber(s); ok && (len(n.Digits) != 11 || digitsOf(n.Digits) != n.Digits) {
			t.Fatalf("%q", n.Digits)
		}
		ParseOrgNumber(s)
	})
}
