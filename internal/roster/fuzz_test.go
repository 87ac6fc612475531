package roster

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
