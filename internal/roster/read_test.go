package roster

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"tilhor"
	"tilhor/internal/lang"
)

func text(w town) string {
	var b strings.Builder
	w.write(&b)
	return b.String()
}

func latin1(t testing.TB, s string) string {
	t.Helper()
	out, err := charmap.ISO8859_1.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// put writes files in a folder of the test's own; one file gives its name.
func put(t testing.TB, files map[string]string) string {
	t.Helper()
	dir, name := t.TempDir(), ""
	for n, s := range files {
		name = filepath.Join(dir, n)
		if err := os.WriteFile(name, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(files) == 1 {
		return name
	}
	return dir
}

func read(t testing.TB, name string) *Snapshot {
	t.Helper()
	s, err := Read(context.Background(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const small = `<?xml version="1.0" encoding="UTF-8"?>
<enterprise xmlns="http://pifu.no/xsd/pifu-ims_sas/pifu-ims_sas-v1"><properties lang="no"><datasource>sas</datasource><type>full</type><datetime>2026-11-23</datetime></properties>
%s</enterprise>`

const onePerson = `<person><sourcedid><source>sas</source><id>p1</id></sourcedid><name><fn>Åse Ø</fn><n><family>Ø</family><given>Åse</given></n></name></person>`

// TestPIFUInBothEncodings: the same town gives the same snapshot.
func TestPIFUInBothEncodings(t *testing.T) {
	w := town{schools: 1, classes: 2, size: 5, kind: "full"}
	utf := strings.ReplaceAll(text(w), "Káre", "Kåre")
	old := strings.Replace(utf, `encoding="UTF-8"`, `encoding="ISO-8859-1"`, 1)
	a := read(t, put(t, map[string]string{"a.xml": utf}))
	for name, s := range map[string]string{
		"Latin 1": latin1(t, old), "with a byte order mark": "\ufeff" + utf,
		"without saying": strings.Replace(utf, ` encoding="UTF-8"`, "", 1), "by another name": strings.ReplaceAll(utf, "UTF-8", "utf8"),
		"Windows-1252": latin1(t, strings.Replace(utf, "UTF-8", "windows-1252", 1)),
	} {
		if b := read(t, put(t, map[string]string{"a.xml": s})); !reflect.DeepEqual(a, b) {
			t.Errorf("%s reads otherwise", name)
		}
	}
	if len(a.People) != 10+15+6 || a.People[0].Name != "Åse Østby" || a.Schools[0].Name != "Åsen skole 0" {
		t.Errorf("%d people, %q at %q", len(a.People), a.People[0].Name, a.Schools[0].Name)
	}
	if !a.Full.People || !a.Full.Links {
		t.Error("a full file is not full")
	}
}

// TestTheTownIsPIFU: the generator of these tests writes what the schema allows.
func TestTheTownIsPIFU(t *testing.T) {
	xsd := "../../../shared/specs/pifu-ims/PIFU-IMS_SAS.xsd"
	if _, err := os.Stat(xsd); err != nil {
		t.Skip("the schema of PIFU-IMS is not here: its licence does not let it be copied")
	}
	name := made(t, town{schools: 1, classes: 2, size: 3, kind: "full"})
	if out, err := exec.Command("xmllint", "--nonet", "--noout", "--schema", xsd, name).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// TestBrokenFilesAreRefusedWhole: each with where and why, in three languages.
func TestBrokenFilesAreRefusedWhole(t *testing.T) {
	laughs := `<!DOCTYPE lolz [<!ENTITY a "ha">` + "\n"
	for i := 'b'; i < 'l'; i++ {
		laughs += fmt.Sprintf("<!ENTITY %c \"%s\">\n", i, strings.Repeat(fmt.Sprintf("&%c;", i-1), 10))
	}
	doc := func(inner string) string { return fmt.Sprintf(small, inner) }
	whole := text(town{schools: 1, classes: 1, size: 2, kind: "full"})
	csvs := func(change map[string]string) map[string]string {
		files := map[string]string{}
		for _, n := range []string{"skoler.csv", "elever.csv", "ansatte.csv", "foresatte.csv", "grupper.csv"} {
			b, err := os.ReadFile("testdata/csv/" + n)
			if err != nil {
				t.Fatal(err)
			}
			files[n] = string(b)
		}
		for n, s := range change {
			files[n] = s
		}
		return files
	}
	roster := func(name, s string) map[string]string {
		files := map[string]string{name: s}
		for _, n := range []string{"manifest.csv", "orgs.csv", "users.csv", "classes.csv", "enrollments.csv"} {
			if b, err := os.ReadFile("testdata/oneroster/" + n); err != nil {
				t.Fatal(err)
			} else if n != name {
				files[n] = string(b)
			}
		}
		return files
	}
	one := func(s string) map[string]string { return map[string]string{"f.xml": s} }
	cases := []struct {
		name  string
		files map[string]string
		key   string
		line  int
	}{
		{"an entity bomb", one(strings.Replace(doc("<person>&k;</person>"), "<enterprise", laughs+"]>\n<enterprise", 1)), "doctype", 2},
		{"an external entity", one(`<?xml version="1.0"?><!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]><enterprise>&x;</enterprise>`), "doctype", 1},
		{"a document type after the root", one(doc("<!DOCTYPE x>")), "doctype", 3},
		{"an entity nobody made", one(doc("<person>&x;</person>")), "entity", 3},
		{"deep nesting", one(doc(strings.Repeat("<person>", 100))), "too-deep", 3},
		{"a text without end", one(doc("<person><name><fn>" + strings.Repeat("x", maxToken+10))), "too-large", 3},
		{"an attribute without end", one(doc(`<person recstatus="` + strings.Repeat("x", maxToken+10) + `">`)), "too-large", 3},
		{"a comment without end", one(doc("<!--" + strings.Repeat("x", maxToken+10))), "too-large", 3},
		{"many attributes", one(doc("<person " + many20() + "/>")), "too-large", 3},
		{"too many ids", one(doc("<person>" + strings.Repeat("<sourcedid sourcedidtype=\"Old\"><source>s</source><id>x</id></sourcedid>", maxList+2) + "</person>")), "too-large", 3},
		{"cut in a tag", one(whole[:len(whole)/2]), "cut", 0},
		{"cut between tags", one(strings.TrimSuffix(strings.TrimSpace(whole), "</enterprise>")), "cut", 0},
		{"tags that do not match", one(doc("<person></group>")), "xml", 3},
		{"a stray <", one(doc("<person><name>a < b</name></person>")), "xml", 3},
		{"two roots", one(fmt.Sprintf(small, "") + "<enterprise/>"), "not-pifu", 3},
		{"another document", one("<html><body/></html>"), "not-pifu", 1},
		{"no type", one(strings.Replace(doc(onePerson), "<type>full</type>", "", 1)), "no-type", 2},
		{"an unknown type", one(strings.Replace(doc(onePerson), "full", "half", 1)), "type", 2},
		{"a person without an id", one(doc("<person><name><fn>x</fn></name></person>")), "no-id", 3},
		{"an id without end", one(doc(strings.Replace(onePerson, "p1", strings.Repeat("p", 300), 1))), "no-id", 3},
		{"a date that is none", one(doc("<group>" + `<sourcedid><source>s</source><id>g</id></sourcedid><timeframe><begin>2026-02-30</begin></timeframe></group>`)), "date", 3},
		{"Latin 1 that says UTF-8", one(latin1(t, doc(onePerson))), "encoding", 3},
		{"UTF-8 that says Latin 1", one(strings.Replace(doc(onePerson), "UTF-8", "ISO-8859-1", 1)), "says-latin1", 1},
		{"UTF-16", one("\xff\xfe<\x00e\x00n\x00t\x00"), "utf16", 0},
		{"another encoding", one(strings.Replace(doc(onePerson), "UTF-8", "Shift_JIS", 1)), "other-encoding", 1},
		{"a zero byte", one(doc("<person>\x00</person>")), "utf16", 0},
		{"an empty file", one(""), "unknown-format", 0},
		{"a picture", map[string]string{"a.csv": "\x89PNG\r\n\x1a\n"}, "unknown-format", 0},
		{"a table nobody knows", map[string]string{"a.csv": "a;b\n1;2\n"}, "unknown-format", 0},
		{"XML beside CSV", map[string]string{"a.xml": doc(""), "b.csv": "skole-id;navn\n"}, "mixed", 0},

		{"CSV: a column missing", csvs(map[string]string{"skoler.csv": "skole-id;orgnr\ns1;\n"}), "column", 1},
		{"CSV: a column twice", csvs(map[string]string{"skoler.csv": "skole-id;navn;Navn\ns1;a;b\n"}), "header-twice", 1},
		{"CSV: no id", csvs(map[string]string{"skoler.csv": "skole-id;navn\ns1;A\n;B\n"}), "no-value", 3},
		{"CSV: a quote left open", csvs(map[string]string{"skoler.csv": "skole-id;navn\ns1;\"A\ns2;B\n"}), "quotes", 2},
		{"CSV: a field too many", csvs(map[string]string{"skoler.csv": "skole-id;navn\ns1;A;B\n"}), "fields", 2},
		{"CSV: an unknown role", csvs(map[string]string{"ansatte.csv": "ansatt-id;fornavn;etternavn;skole-id;rolle\na1;A;B;s1;konge\n"}), "value", 2},
		{"CSV: an unknown answer", csvs(map[string]string{"foresatte.csv": "foresatt-id;fornavn;etternavn;elev-id;foreldreansvar\nf1;A;B;e1;kanskje\n"}), "value", 2},
		{"CSV: 31 April", csvs(map[string]string{"elever.csv": "elev-id;fornavn;etternavn;skole-id;fra\ne1;A;B;s1;31.04.2026\n"}), "date", 2},
		{"CSV: the same table twice", csvs(map[string]string{"mer.csv": "skole-id;navn\ns1;A\n"}), "table-twice", 0},
		{"CSV: broken UTF-8 after a mark", csvs(map[string]string{"skoler.csv": "\ufeffskole-id;navn\ns1;\xe5sen\n"}), "encoding", 2},
		{"CSV: a field without end", csvs(map[string]string{"skoler.csv": "skole-id;navn\ns1;\"" + strings.Repeat("x", 2*maxRecord) + "\"\n"}), "too-large", 0},

		{"OneRoster 1.2", roster("manifest.csv", "propertyName,value\noneroster.version,1.2\n"), "version", 2},
		{"a file that the manifest names", roster("manifest.csv", "propertyName,value\noneroster.version,1.1\nfile.orgs,bulk\nfile.users,sometimes\n"), "mode", 4},
		{"users without a role", roster("users.csv", "sourcedId,orgSourcedIds,givenName,familyName\nu1,o1,A,B\n"), "column", 1},
		{"a user without an id", roster("users.csv", "sourcedId,orgSourcedIds,role,givenName,familyName\n,o1,student,A,B\n"), "no-value", 2},
	}
	for _, c := range cases {
		s, err := Read(context.Background(), put(t, c.files), nil)
		var u Unreadable
		if s != nil || !errors.As(err, &u) {
			t.Errorf("%s: was read, %v", c.name, err)
			continue
		}
		if u.Key != c.key || c.line > 0 && u.Line != c.line {
			t.Errorf("%s: %s at line %d, want %s at %d", c.name, u.Key, u.Line, c.key, c.line)
		}
		for _, l := range lang.Langs {
			if s := Explain(lang.For(l), err); strings.Contains(s, "⟦") || !strings.Contains(s, u.File) {
				t.Errorf("%s: %s: %s", c.name, l, s)
			}
		}
	}
	for _, name := range []string{"/nowhere/at/all", os.DevNull} {
		if _, err := Read(context.Background(), name, nil); !strings.Contains(fmt.Sprint(err), "missing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func many20() string {
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, "a%d='1' ", i)
	}
	return b.String()
}

// zipOf packs a folder.
func zipOf(t testing.TB, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Create(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		f.Write(raw)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestZips(t *testing.T) {
	raw := zipOf(t, "testdata/oneroster")
	a := read(t, "testdata/oneroster")
	if b := read(t, put(t, map[string]string{"data": string(raw)})); !reflect.DeepEqual(a, b) {
		t.Error("a zip reads otherwise than its folder")
	}
	for n := 5; n < len(raw); n += 101 { // cut anywhere
		if s, err := Read(context.Background(), put(t, map[string]string{"cut.zip": string(raw[:n])}), nil); err == nil || s != nil {
			t.Fatalf("a zip cut at %d of %d was read", n, len(raw))
		}
	}
	wrong := 0
	for n := 30; n < len(raw)/2; n += 53 { // a byte changed anywhere in the packed files
		b := bytes.Clone(raw)
		b[n] ^= 0x55
		if s, err := Read(context.Background(), put(t, map[string]string{"bad.zip": string(b)}), nil); err == nil && !reflect.DeepEqual(a, s) {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d damaged zips gave other content", wrong)
	}
	// A zip bomb: 4 GiB of zeros in a few megabytes is stopped at its claim.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.CreateRaw(&zip.FileHeader{Name: "users.csv", Method: zip.Deflate, UncompressedSize64: 4 << 30, CompressedSize64: 4})
	if err != nil {
		t.Fatal(err)
	}
	f.Write([]byte{3, 0, 0, 0})
	z.Close()
	_, err = Read(context.Background(), put(t, map[string]string{"bomb.zip": b.String()}), nil)
	var u Unreadable
	if !errors.As(err, &u) || u.Key != "too-large" {
		t.Errorf("the bomb: %v", err)
	}
}

func find[T any](t *testing.T, list []T, is func(T) bool) T {
	t.Helper()
	for _, v := range list {
		if is(v) {
			return v
		}
	}
	t.Fatalf("not among %d", len(list))
	panic("unreachable")
}

func TestOneRosterIsRead(t *testing.T) {
	s := read(t, "testdata/oneroster")
	if s.Format != "oneroster" || !s.Full.People || !s.Full.Members || len(s.Schools) != 1 {
		t.Errorf("%+v", s.Full)
	}
	kinds := map[string]Kind{}
	for _, g := range s.Groups {
		kinds[g.Key] = g.Kind
	}
	if want := map[string]Kind{"o0": kindOwner, "c1": KindClass, "c2": kindTeaching, "c3": KindSFO}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v", kinds)
	}
	teacher := find(t, s.People, func(p PersonLine) bool { return p.Key == "u4" })
	if teacher.Name != "Eirik Tenk Prøvesen" || teacher.Feide != "eirik@granvik.no" || teacher.Email != "eirik@granvik.no" {
		t.Errorf("%+v", teacher)
	}
	off := find(t, s.People, func(p PersonLine) bool { return p.Key == "u5" })
	if off.Feide != "" {
		t.Error("who may not sign in kept a Feide id")
	}
	if len(s.Links) != 2 || s.Links[0].Kind != LinkGuardian || s.Links[1].Kind != LinkNextOfKin || s.Links[1].Responsibility != No {
		t.Errorf("%+v", s.Links)
	}
	contact := find(t, s.Members, func(m MemberLine) bool { return m.Person == "u4" && m.Place == "c1" })
	if contact.Function != FuncContact || contact.From != "2026-08-17" || contact.Until != "2027-06-19" {
		t.Errorf("%+v", contact)
	}
	if w := find(t, s.Warnings, func(w Warning) bool { return w.Kind == "password" }); w.Line != 3 {
		t.Errorf("%+v", w)
	}
	if strings.Contains(fmt.Sprintf("%+v", s), "hemmelig") || strings.Contains(fmt.Sprintf("%+v", s), "99900099") {
		t.Error("a password or a telephone number was let in")
	}
}

// TestPlainCSV: semicolons and UTF-8, or as a spreadsheet of the old kind
// writes it; whatever the files are called.
func TestPlainCSV(t *testing.T) {
	a := read(t, "testdata/csv")
	if !a.Full.People || !a.Full.Links || !a.Full.Members || len(a.People) != 3+7+3 {
		t.Errorf("%+v, %d people", a.Full, len(a.People))
	}
	both := find(t, a.People, func(p PersonLine) bool { return p.Key == "a2" })
	if both.Name != "Eirik Prøvesen" {
		t.Errorf("a teacher who is a parent: %+v", both)
	}
	files := map[string]string{}
	for i, n := range []string{"skoler", "grupper", "elever", "ansatte", "foresatte", "verv"} {
		b, err := os.ReadFile("testdata/csv/" + n + ".csv")
		if err != nil {
			t.Fatal(err)
		}
		s := strings.ReplaceAll(string(b), "\n", "\r\n")
		if i%2 == 0 {
			s = latin1(t, s)
		} else {
			s = "\ufeff" + "sep=;\r\n" + s + ";;;\r\n"
		}
		files[fmt.Sprintf("%d-eksport.csv", i)] = s
	}
	b := read(t, put(t, files))
	if len(a.People) != len(b.People) || len(a.Members) != len(b.Members) || b.Schools[0].Name != "Åsen skole" || b.People[0].Name != "Åse Østby" {
		t.Errorf("as a spreadsheet writes it: %+v", b)
	}
}

func TestPIFURoles(t *testing.T) {
	cases := []struct {
		kind          Kind
		role, sub     string
		want          tilhor.Role
		detail        string
		group, nobody bool
	}{
		{kindSchool, "01", "", tilhor.RolePupil, "", false, false},
		{kindSchool, "01", "E", tilhor.RolePupil, "", false, false},
		{kindSchool, "02", "", tilhor.RoleTeacher, "", false, false},
		{kindSchool, "02", "vikar", tilhor.RoleTeacher, "substitute", false, false},
		{kindSchool, "02", "lærerstudent", tilhor.RoleEmployee, "", false, false},
		{kindSchool, "04", "sosiallærer", tilhor.RoleSocialTeacher, "", false, false},
		{kindSchool, "04", "skolehelsetjeneste", tilhor.RoleNurse, "", false, false},
		{kindSchool, "04", "pptansatt", tilhor.RolePPT, "", false, false},
		{kindSchool, "04", "vaktmester", tilhor.RoleEmployee, "", false, false},
		{kindSchool, "04", "rådgiver", tilhor.RoleEmployee, "", false, false},
		{kindSchool, "04", "sensor", "", "", false, true},
		{kindSchool, "04", "foresattrepresentant", "", "", false, true},
		{kindSchool, "05", "rektor", tilhor.RoleRektor, "", false, false},
		{kindSchool, "05", "inspektør", tilhor.RoleDeputy, "", false, false},
		{kindSchool, "05", "", tilhor.RoleDeputy, "", false, false},
		{kindSchool, "07", "iktansvarlig", tilhor.RoleEmployee, "", false, false},
		{kindSchool, "08", "", tilhor.RoleEmployee, "", false, false},
		{kindSchool, "99", "", "", "", false, true},
		{KindClass, "01", "", tilhor.RolePupil, "", true, false},
		{KindClass, "06", "", tilhor.RoleTeacher, "contact", true, false},
		{KindContact, "06", "", tilhor.RoleTeacher, "contact", true, false},
		{KindSFO, "01", "", tilhor.RolePupil, "", true, false},
		{KindSFO, "08", "", tilhor.RoleSFO, "", true, false},
		{KindSFO, "05", "", tilhor.RoleSFO, "leader", true, false},
		{kindSFOUnit, "02", "", tilhor.RoleSFO, "", false, false},
		{KindCouncil, "01", "", RoleSeat, "pupil", true, false},
		{KindSMU, "04", "foresattrepresentant", RoleSeat, "parent-rep", true, false},
		{KindSU, "05", "rektor", RoleSeat, "rektor", true, false},
		{kindTeaching, "02", "", tilhor.RoleTeacher, "", false, false},
		{kindTeaching, "04", "", "", "", false, true},
		{kindNone, "04", "", "", "", false, true},
		{kindOwner, "05", "", tilhor.RoleOwnerAdviser, "", false, false},
		{kindOwner, "04", "pptansatt", tilhor.RolePPT, "", false, false},
		{kindOwner, "07", "iktansvarlig", "", "", false, true},
		{kindOwner, "02", "", "", "", false, true},
	}
	for _, c := range cases {
		p := place(c.kind, pifuFunction(c.role, c.sub))
		if p.keep == c.nobody || p.role != c.want && !c.nobody || p.detail != c.detail || p.keep && p.atGroup != c.group {
			t.Errorf("%s/%s at a %s: %+v", c.role, c.sub, c.kind, p)
		}
	}
}

// TestInterruptedReading: Ctrl-C stops a long file.
func TestInterruptedReading(t *testing.T) {
	for _, name := range []string{made(t, town{schools: 2, classes: 4, size: 30, kind: "full"}), "testdata/csv", "testdata/oneroster"} {
		ctx, cancel := context.WithCancel(context.Background())
		tell := func(string, int64, int64) { cancel() }
		cancel2 := cancel
		if !strings.HasSuffix(name, ".xml") {
			cancel2()
		}
		if _, err := Read(ctx, name, tell); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
		cancel()
	}
}

func TestFeideGroups(t *testing.T) {
	cases := []struct {
		file string
		role tilhor.Role
	}{{"elev", tilhor.RolePupil}, {"laerer", tilhor.RoleTeacher}}
	for _, c := range cases {
		b, err := os.ReadFile("testdata/feide/" + c.file + ".json")
		if err != nil {
			t.Fatal(err)
		}
		places, err := FromFeideGroups(b)
		if err != nil || len(places) != 2 {
			t.Fatalf("%s: %v %+v", c.file, err, places)
		}
		for _, p := range places {
			if p.OrgNumber != "999999905" || p.School != "Åsen skole" || p.Role != c.role {
				t.Errorf("%s: %+v", c.file, p)
			}
		}
		if places[0].Class != "" || places[1].Class != "5A" {
			t.Errorf("%s: %+v", c.file, places)
		}
	}
	for name, s := range map[string]string{"no list": `{}`, "broken": `[`, "large": "[" + strings.Repeat(" ", 2<<20) + "]"} {
		if _, err := FromFeideGroups([]byte(s)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	if p, err := FromFeideGroups([]byte(`[{"id":"fc:org:a:unit:NO111111112","type":"fc:org","parent":"x","membership":{"affiliation":"student"}}]`)); err != nil || len(p) != 0 {
		t.Errorf("a school with a false number: %v %v", p, err)
	}
}
