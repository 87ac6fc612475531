package roster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/seal/sealtest"
)

// A desk is one installation with its clock, to tell stories on.
type desk struct {
	*Roster
	t   *testing.T
	d   *db.DB
	day tilhor.Date
}

func onBoth(t *testing.T, story func(*testing.T, *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { story(t, &desk{rosterOf(t), t, d, today}) })
}

func (k *desk) now() time.Time { return k.day.Time().Add(11 * time.Hour) }

func (k *desk) options() Options {
	return Options{Today: k.day, AllowSynthetic: true, MaxRemovals: 100}
}

func (k *desk) plan(s *Snapshot) *Plan {
	k.t.Helper()
	p, err := k.Compare(context.Background(), k.d, granvik, s, k.options(), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	return p
}

// takes imports what a file or folder says, and gives the report.
func (k *desk) takes(name string) *Plan {
	k.t.Helper()
	p := k.plan(read(k.t, name))
	if err := k.Apply(context.Background(), k.d, clerk, p, false, k.now(), nil); err != nil {
		k.t.Fatal(err)
	}
	return p
}

func (k *desk) reads(fn func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Read(context.Background(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) writes(fn func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.d.Write(context.Background(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *desk) id(source string) (id tilhor.PersonID) {
	k.t.Helper()
	k.reads(func(tx *db.Tx) (err error) { id, err = k.Find(tx, granvik, source); return err })
	return id
}

func (k *desk) school(source string) (id tilhor.SchoolID) {
	k.t.Helper()
	k.reads(func(tx *db.Tx) (err error) { id, err = k.FindSchool(tx, granvik, source); return err })
	return id
}

// pupils are a school's pupils as "name class sfo".
func (k *desk) pupils(school string) string {
	k.t.Helper()
	id, out := k.school(school), []string{}
	k.reads(func(tx *db.Tx) error {
		list, err := k.Pupils(tx, granvik, id, k.day)
		for _, p := range list {
			out = append(out, strings.Join(strings.Fields(p.Name+" "+p.Class+map[bool]string{true: " SFO"}[p.SFO]), " "))
		}
		return err
	})
	return strings.Join(out, ", ")
}

func (k *desk) staff(school string) string {
	k.t.Helper()
	id, out := k.school(school), []string{}
	k.reads(func(tx *db.Tx) error {
		list, err := k.Employees(tx, granvik, id, k.day)
		for _, e := range list {
			out = append(out, fmt.Sprintf("%s %v%v", e.Name, e.Roles, e.Contact))
		}
		return err
	})
	return strings.Join(out, ", ")
}

func (k *desk) parents(pupil string) string {
	k.t.Helper()
	id, out := k.id(pupil), []string{}
	k.reads(func(tx *db.Tx) error {
		list, err := k.Guardians(tx, granvik, id, k.day)
		for _, g := range list {
			out = append(out, fmt.Sprintf("%s %s %s%s", g.Name, g.Kind, g.Responsibility, map[bool]string{true: " by hand"}[g.Manual]))
		}
		return err
	})
	return strings.Join(out, ", ")
}

func (k *desk) roles(source string) string {
	k.t.Helper()
	id, out := k.id(source), []string{}
	k.reads(func(tx *db.Tx) error {
		list, err := k.RolesOf(tx, granvik, id, k.day)
		for _, a := range list {
			out = append(out, fmt.Sprintf("%s%s", a.Role, map[bool]string{true: "+"}[a.Trained]))
		}
		return err
	})
	return strings.Join(out, " ")
}

func (k *desk) want(what, got, want string) {
	k.t.Helper()
	if got != want {
		k.t.Errorf("%s:\n got  %s\n want %s", what, got, want)
	}
}

func counts(p *Plan) string {
	s := ""
	for _, n := range []Counts{p.Schools, p.Groups, p.Pupils, p.Employees, p.Guardians} {
		s += fmt.Sprintf("%d/%d/%d ", n.Added, n.Changed, n.Ended)
	}
	return strings.TrimSpace(s)
}

func kinds(p *Plan) string {
	var out []string
	for _, w := range p.Warnings {
		out = append(out, fmt.Sprintf("%s:%d", w.Kind, w.Line))
		for _, l := range lang.Langs {
			if s := w.Text(lang.For(l)); strings.Contains(s, "⟦") || strings.Contains(s, "{") {
				out = append(out, s)
			}
		}
	}
	return strings.Join(out, " ")
}

// edited copies a folder with changes: file → old → new.
func edited(t *testing.T, dir string, changes map[string][2]string) string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		s := string(b)
		for key, c := range changes {
			if name, _, _ := strings.Cut(key, "#"); name == e.Name() {
				if !strings.Contains(s, c[0]) {
					t.Fatalf("%s has no %q", key, c[0])
				}
				s = strings.Replace(s, c[0], c[1], 1)
			}
		}
		if s != "" {
			files[e.Name()] = s
		}
	}
	return put(t, files)
}

func TestAFirstImport(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		p := k.takes("testdata/csv")
		k.want("counts", counts(p), "2/0/0 6/0/0 3/0/0 7/0/0 4/0/0")
		k.want("warnings", kinds(p), "no-responsibility:4")
		k.want("pupils", k.pupils("s1"), "Bjørn Ærlig 5A, Åse Østby 5A SFO")
		k.want("staff", k.staff("s1"), "Dagny Oppdiktet [rektor][], Eirik Prøvesen [teacher][5A], Frøydis Syntese [social-teacher][], Gaute Fiktiv [sfo][], Jorunn Ærlig [nurse][]")
		k.want("parents", k.parents("e1"), "Kåre Østby guardian yes, Liv Østby guardian unknown")
		k.want("a next of kin", k.parents("e2"), "Liv Østby next-of-kin no, Mona Ærlig foster yes")
		k.want("a teacher who is a parent", k.roles("a2"), "teacher parent")
		k.want("the nurse of two schools", k.roles("a7"), "nurse nurse")
		k.want("the data protection officer", k.roles("a6"), "dpo")
		k.want("a pupil", k.roles("e1"), "pupil")
		k.reads(func(tx *db.Tx) error {
			children, err := k.Children(tx, granvik, k.id("f2"), k.day)
			if len(children) != 1 || children[0] != k.id("e1") {
				t.Errorf("a next of kin is a parent: %v", children)
			}
			contacts, err2 := k.ContactTeachers(tx, granvik, k.id("e1"), k.day)
			if len(contacts) != 1 || contacts[0] != k.id("a2") {
				t.Errorf("contact teachers: %v", contacts)
			}
			groups, err3 := k.Groups(tx, granvik, k.school("s1"), k.day)
			smu := find(t, groups, func(g Group) bool { return g.Kind == KindSMU })
			seats, err4 := k.Seats(tx, granvik, smu, k.day)
			k.want("seats", fmt.Sprint(len(groups), seats[0].Name, seats[0].Detail, seats[1].Name, seats[1].Detail), "5Dagny OppdiktetrektorLiv Østbyparent-rep")
			mail, err5 := k.Email(tx, granvik, k.id("f1"))
			k.want("e-mail", mail, "kare@eksempel.no")
			return errors.Join(err, err2, err3, err4, err5)
		})
		again := k.plan(read(t, "testdata/csv"))
		if !again.Empty() {
			t.Errorf("the same files again: %s", counts(again))
		}
		k.day = "2027-01-10"
		k.want("the nurse's last day has passed", k.roles("a7"), "nurse")
		k.day = "2027-08-02"
		k.want("the class has ended, the pupil has not", k.pupils("s1"), "Bjørn Ærlig, Åse Østby SFO")
	})
}

// TestWhoLeavesIsEnded: with a date; the row stays.
func TestWhoLeavesIsEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		bjorn, eirik := k.id("e2"), k.id("a2")
		k.day = today.Add(10)
		left := edited(t, "testdata/csv", map[string][2]string{
			"elever.csv":    {"e2;Bjørn;Ærlig;s1;k5a;;bjorn@granvik.no;;;2026-08-17;\n", ""},
			"ansatte.csv":   {"a2;Eirik;Prøvesen;s1;kontaktlærer;k5a;eirik@granvik.no;;eirik@granvik.no;;\n", ""},
			"foresatte.csv": {"f2;Liv;Østby;e2;nei;pårørende;;;;\nf3;Mona;Ærlig;e2;ja;fosterforelder;;;2026-01-01;2027-07-31\n", ""},
		})
		p := k.takes(left)
		k.want("counts", counts(p), "0/0/0 0/0/0 0/0/1 0/0/1 0/2/1")
		k.want("pupils", k.pupils("s1"), "Åse Østby 5A SFO")
		k.want("he is a parent still", k.roles("a2"), "parent")
		k.want("nobody's pupil now", k.roles("e2"), "")
		k.day = today
		k.want("but the day before he was", k.pupils("s1"), "Bjørn Ærlig 5A, Åse Østby 5A SFO")
		k.reads(func(tx *db.Tx) error {
			names, err := k.Names(tx, granvik, bjorn, eirik, "nobody")
			if len(names) != 2 || names[bjorn] != "Bjørn Ærlig" {
				t.Errorf("%v", names)
			}
			return err
		})
		k.day = today.Add(20)
		p = k.takes("testdata/csv")
		k.want("back again", counts(p), "0/0/0 0/0/0 1/0/0 1/0/0 1/2/0")
		if k.id("e2") != bjorn {
			t.Error("who comes back is somebody new")
		}
		k.want("pupils", k.pupils("s1"), "Bjørn Ærlig 5A, Åse Østby 5A SFO")
		k.day = today.Add(15)
		k.want("away in between", k.pupils("s1"), "Åse Østby 5A SFO")
	})
}

// TestADecisionByHandSurvivesImports: a judgment is not in any register.
func TestADecisionByHandSurvivesImports(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		var aunt tilhor.PersonID
		k.writes(func(tx *db.Tx) (err error) {
			aunt, err = k.AddPerson(tx, clerk, NewPerson{Name: "Nina  Dømt", PID: number(7), Home: k.school("s1")}, k.now())
			return err
		})
		same := tilhor.PersonID("")
		k.writes(func(tx *db.Tx) (err error) {
			same, err = k.AddPerson(tx, clerk, NewPerson{Name: "Nina Dømt", PID: number(7)}, k.now())
			return err
		})
		if same != aunt {
			t.Error("the same person number is two people")
		}
		decide := func(o Override) {
			t.Helper()
			o.Reason = "Dom i tingretten"
			k.writes(func(tx *db.Tx) error { return k.Override(tx, clerk, o, k.now()) })
		}
		e1 := k.id("e1")
		decide(Override{Pupil: e1, Guardian: aunt, Holds: true, Responsibility: Yes})
		decide(Override{Pupil: e1, Guardian: k.id("f1"), Holds: false, Responsibility: No, Until: today.Add(31)})
		decide(Override{Pupil: e1, Guardian: k.id("f2"), Holds: true, Responsibility: No})
		want := "Liv Østby guardian no by hand, Nina Dømt guardian yes by hand"
		k.want("decided", k.parents("e1"), want)
		k.want("her role", k.roles("f2"), "parent") // is shown nothing, and is not told so at the door
		k.want("his role", k.roles("f1"), "")
		k.day = today.Add(5)
		p := k.takes(edited(t, "testdata/csv", map[string][2]string{"foresatte.csv": {"f1;Kåre", "f1;Kaare"}}))
		k.want("counts", counts(p), "0/0/0 0/0/0 0/0/0 0/0/0 0/1/0")
		k.want("after an import", k.parents("e1"), want)
		k.day = today.Add(40)
		k.want("after its last day", k.parents("e1"), "Kaare Østby guardian yes, Liv Østby guardian no by hand, Nina Dømt guardian yes by hand")
		for name, o := range map[string]Override{
			"no reason":       {Pupil: e1, Guardian: aunt, Responsibility: Yes},
			"no answer":       {Pupil: e1, Guardian: aunt, Reason: "x"},
			"before it began": {Pupil: e1, Guardian: aunt, Reason: "x", Responsibility: Yes, From: today, Until: today},
			"of oneself":      {Pupil: e1, Guardian: e1, Reason: "x", Responsibility: Yes},
		} {
			if err := k.d.Write(context.Background(), func(tx *db.Tx) error { return k.Override(tx, clerk, o, k.now()) }); tilhor.FaultsOf(err) == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := k.d.Write(context.Background(), func(tx *db.Tx) error {
			return k.Override(tx, clerk, Override{Pupil: e1, Guardian: "nobody", Reason: "x", Responsibility: Yes}, k.now())
		})
		if !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

// TestAProtectedPersonIsInNoList: and no import lifts it.
func TestAProtectedPersonIsInNoList(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		for _, who := range []string{"e1", "a3", "f1"} {
			k.writes(func(tx *db.Tx) error { return k.Protect(tx, clerk, k.id(who), StrictConfidential, k.now()) })
		}
		k.takes(edited(t, "testdata/csv", map[string][2]string{"elever.csv": {"e1;Åse", "e1;Aase"}, "ansatte.csv": {"Frøydis", "Froydis"}, "foresatte.csv": {"Kåre", "Kaare"}}))
		k.want("pupils", k.pupils("s1"), "Bjørn Ærlig 5A")
		k.want("staff", k.staff("s1"), "Dagny Oppdiktet [rektor][], Eirik Prøvesen [teacher][5A], Gaute Fiktiv [sfo][], Jorunn Ærlig [nurse][]")
		k.reads(func(tx *db.Tx) error {
			p, err := k.Pupil(tx, granvik, k.id("e1"), k.day)
			if !p.Protected || p.Name != "Aase Østby" {
				t.Errorf("%+v", p)
			}
			gs, err2 := k.Guardians(tx, granvik, k.id("e1"), k.day)
			if !find(t, gs, func(g Guardian) bool { return g.ID == k.id("f1") }).Protected {
				t.Error("the guardian's protection is not told")
			}
			return errors.Join(err, err2)
		})
		k.writes(func(tx *db.Tx) error { return k.Protect(tx, clerk, k.id("e1"), NotProtected, k.now()) })
		k.want("lifted", k.pupils("s1"), "Bjørn Ærlig 5A, Aase Østby 5A SFO")
		for _, bad := range []func(tx *db.Tx) error{
			func(tx *db.Tx) error { return k.Protect(tx, clerk, "nobody", Confidential, k.now()) },
			func(tx *db.Tx) error { return k.Protect(tx, clerk, k.id("e1"), "kode 6", k.now()) },
		} {
			if k.d.Write(context.Background(), bad) == nil {
				t.Error("nonsense was written")
			}
		}
	})
}

func pifuOf(kind string, inner string) string {
	return strings.Replace(fmt.Sprintf(small, inner), "<type>full", "<type>"+kind, 1)
}

func sid(id string) string {
	return "<sourcedid><source>sas</source><id>" + id + "</id></sourcedid>"
}

func person(id, name, number, more string) string {
	given, family, _ := strings.Cut(name, " ")
	nin := ""
	if number != "" {
		nin = `<userid useridtype="personNIN">` + number + `</userid>`
	}
	return "<person>" + sid(id) + nin + "<name><fn>" + name + "</fn><n><family>" + family + "</family><given>" + given + "</given></n></name>" + more + "</person>\n"
}

func contact(kind string, ids ...string) string {
	s := "<extension>"
	for _, id := range ids {
		s += `<pifu_hasContactPerson type="` + kind + `">` + sid(id) + `</pifu_hasContactPerson>`
	}
	return s + "</extension>"
}

func groupOf(id, scheme, level, name, parent string) string {
	return "<group>" + sid(id) + "<grouptype><scheme>pifu-ims-go-" + scheme + `</scheme><typevalue level="` + level + `">x</typevalue></grouptype><description><short>` +
		name + `</short></description><relationship relation="1">` + sid(parent) + "<label>o</label></relationship></group>\n"
}

func in(group string, members ...string) string {
	return "<membership>" + sid(group) + strings.Join(members, "") + "</membership>\n"
}

func as(id, role, sub, attr string) string {
	if sub != "" {
		sub = "<subrole>" + sub + "</subrole>"
	}
	return "<member>" + sid(id) + `<idtype>1</idtype><role roletype="` + role + `"` + attr + ">" + sub + "<status>1</status></role></member>"
}

// school is a small full PIFU file, with a difference.
func school(change ...string) string {
	s := person("p1", "Åse Østby", number(1), contact("guardian", "g1")) + person("p2", "Bjørn Ærlig", number(2), contact("guardian", "g1", "g2")) +
		person("p3", "Cato Tenkt", "", contact("nextOfKin", "g2")) + person("p4", "Dina Ny", "", contact("guardian", "g2")) +
		person("g1", "Kåre Østby", number(11), "") + person("g2", "Liv Ærlig", number(12), "") +
		person("a1", "Dagny Rektor", number(21), "") + person("a2", "Eirik Lærer", "", "") +
		groupOf("o", "org", "1", "Granvik", "o") + groupOf("s1", "org", "2", "Åsen skole", "o") + groupOf("s2", "org", "2", "Østby skole", "o") +
		groupOf("k1", "grp", "1", "5A", "s1") + groupOf("k2", "grp", "1", "6B", "s2") + groupOf("fag", "grp", "7", "Norsk", "s1") +
		in("s1", as("p1", "01", "", ""), as("p2", "01", "", ""), as("p3", "01", "", ""), as("p4", "01", "", ""), as("a1", "05", "rektor", "")) +
		in("k1", as("p1", "01", "", ""), as("p2", "01", "", ""), as("p3", "01", "", ""), as("p4", "01", "", ""), as("a2", "06", "", "")) +
		in("s2", as("a1", "05", "rektor", "")) + in("fag", as("p1", "01", "", ""), as("a2", "02", "faglærer", ""))
	for i := 0; i < len(change); i += 2 {
		if !strings.Contains(s, change[i]) {
			panic("no " + change[i])
		}
		s = strings.ReplaceAll(s, change[i], change[i+1])
	}
	return pifuOf("full", s)
}

func xmlFile(t *testing.T, s string) string { return put(t, map[string]string{"f.xml": s}) }

func TestPIFUFullAndDelta(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		p := k.takes(xmlFile(t, school()))
		k.want("counts", counts(p), "2/0/0 2/0/0 4/0/0 2/0/0 2/0/0")
		k.want("warnings", kinds(p), "no-responsibility:5 no-guardian:5")
		k.want("teaching groups keep no pupils", k.staff("s1"), "Dagny Rektor [rektor][], Eirik Lærer [teacher][5A]")

		k.day = k.day.Add(1)
		p = k.takes(xmlFile(t, pifuOf("delta", person("p5", "Ella Delt", "", contact("guardian", "g1"))+in("k1", as("p5", "01", "", ""), as("p2", "01", "", ` recstatus="3"`))+
			in("s1", as("p5", "01", "", ""), as("p2", "01", "", ` recstatus="3"`))+in("k2", as("p2", "01", "", ` recstatus="1"`)))))
		k.want("a delta", counts(p), "0/0/0 0/0/0 1/1/0 0/0/0 0/1/0")
		k.want("s1", k.pupils("s1"), "Cato Tenkt 5A, Dina Ny 5A, Ella Delt 5A, Åse Østby 5A")
		k.want("moved", k.pupils("s2"), "Bjørn Ærlig 6B")

		k.day = k.day.Add(1)
		p = k.takes(xmlFile(t, pifuOf("delta", strings.Replace(person("p1", "Åse Østby", "", ""), "<person>", `<person recstatus="3">`, 1)+
			person("p4", "Dina Nylig", "", contact("guardian", "g1")))))
		k.want("a person is taken out, another changes parent", counts(p), "0/0/0 0/0/0 0/1/1 0/0/0 0/2/0")
		k.want("s1", k.pupils("s1"), "Cato Tenkt 5A, Dina Nylig 5A, Ella Delt 5A")
		k.want("parents", k.parents("p4"), "Kåre Østby guardian unknown")

		p = k.plan(read(t, xmlFile(t, pifuOf("delta", in("k9", as("p4", "01", "", ""))+in("k1", as("p9", "01", "", ""))))))
		k.want("unknown references", kinds(p), "unknown-place:3 unknown-person:4")
		if !p.Empty() {
			t.Error("and nothing else")
		}
		p = k.takes(xmlFile(t, pifuOf("delta", strings.Replace(groupOf("s2", "org", "2", "Østby skole", "o"), "<group>", `<group recstatus="3">`, 1))))
		k.want("a school closes", counts(p), "0/0/1 0/0/0 0/0/1 0/1/0 0/0/0")
		k.want("and its rektor is one at the other only", k.roles("a1"), "rektor")
	})
}

func TestWhatLooksWrong(t *testing.T) {
	cases := []struct {
		name, file, want string
	}{
		{"a number that is wrong", school(number(1), "20914695017"), "bad-number:3"},
		{"a DUF number is not kept, nor wrong", school(number(1), "201412345678"), ""},
		{"the same id twice", school("<person>"+sid("p2"), person("p1", "Åse Østby", "", "")+"<person>"+sid("p2")), "duplicate-id:4"},
		{"one person on two lines", school(number(12), number(11)), "same-person:8"},
		{"a role that is not clear", school(as("a1", "05", "rektor", "")+"</membership>\n<membership>"+sid("k1"), as("a1", "05", "rektor", "")+as("g1", "04", "", "")+"</membership>\n<membership>"+sid("k1")), "unclear-role:17"},
		{"nobody leads", school(as("a1", "05", "rektor", "")+"</membership>\n<membership>"+sid("fag"), as("a1", "05", "inspektør", "")+"</membership>\n<membership>"+sid("fag")), "no-rektor:13"},
		{"a password", school(`<userid useridtype="personNIN">`+number(21), `<userid useridtype="username" password="hemmelig" pwencryptiontype="passwordPlain">d</userid><userid useridtype="personNIN">`+number(21)), "password:9"},
		{"a group of no school", school(sid("s2")+"<label>o</label></relationship></group>\n<group>"+sid("fag"), sid("s9")+"<label>o</label></relationship></group>\n<group>"+sid("fag")), "unknown-school:15"},
		{"one's own guardian", school(contact("guardian", "g1")+"</person>\n"+"<person>"+sid("p2"), contact("guardian", "g1", "p1")+"</person>\n<person>"+sid("p2")), "own-guardian:3"},
		{"somebody from nowhere", school("<person>"+sid("a2"), person("x", "Uten Sted", "", "")+"<person>"+sid("a2")), "no-place:10"},
		{"no name", school("<fn>Eirik Lærer</fn><n><family>Lærer</family><given>Eirik</given></n>", "<fn></fn><n><family></family><given></given></n>"), "no-name:10"},
		{"a very long name", school("<given>Eirik", "<given>"+strings.Repeat("Ø", 300)), "long-name:10"},
	}
	ctx := context.Background()
	for _, c := range cases {
		p, err := Preview(ctx, read(t, xmlFile(t, c.file)), Options{Today: today, AllowSynthetic: true, MaxRemovals: 10})
		if err != nil {
			t.Fatal(err)
		}
		var rest []string
		for _, w := range strings.Fields(kinds(p)) {
			if w != "no-guardian:5" && w != "no-responsibility:5" && w != "no-guardian:6" && w != "no-responsibility:6" {
				rest = append(rest, w)
			}
		}
		if got := strings.Join(rest, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	p, err := Preview(ctx, read(t, xmlFile(t, school())), Options{Today: today, MaxRemovals: 10})
	if err != nil || strings.Count(kinds(p), "synthetic-number") != 5 {
		t.Errorf("test numbers are taken for real: %s", kinds(p))
	}
}

func TestHalvedClassAndTheSafetyStop(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes(xmlFile(t, school()))
		half := read(t, xmlFile(t, school(as("p1", "01", "", "")+as("p2", "01", "", ""), "", person("p1", "Åse Østby", number(1), contact("guardian", "g1")), "",
			person("p2", "Bjørn Ærlig", number(2), contact("guardian", "g1", "g2")), "")))
		half.Members = withoutPerson(half.Members, "p1", "p2")
		o := k.options()
		o.MaxRemovals = 10
		p, err := k.Compare(context.Background(), k.d, granvik, half, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !p.Stopped || !strings.Contains(kinds(p), "halved-class") || !strings.Contains(kinds(p), "many-ended") {
			t.Errorf("%s", kinds(p))
		}
		if err := k.Apply(context.Background(), k.d, clerk, p, false, k.now(), nil); !errors.Is(err, ErrStopped) {
			t.Errorf("it was carried out: %v", err)
		}
		k.want("nothing changed", k.pupils("s1"), "Bjørn Ærlig 5A, Cato Tenkt 5A, Dina Ny 5A, Åse Østby 5A")
		if err := k.Apply(context.Background(), k.d, clerk, p, true, k.now(), nil); err != nil {
			t.Error(err)
		}
		k.want("by force", k.pupils("s1"), "Cato Tenkt 5A, Dina Ny 5A")
	})
}

func withoutPerson(list []MemberLine, ids ...string) (out []MemberLine) {
	for _, m := range list {
		keep := true
		for _, id := range ids {
			keep = keep && m.Person != id
		}
		if keep {
			out = append(out, m)
		}
	}
	return out
}

// TestIDsChange: the source system gives people new ids, or has had one person
// twice; the person stays the same.
func TestIDsChange(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes(xmlFile(t, school()))
		p2, a1 := k.id("p2"), k.id("a1")
		changed := school(sid("p2"), sid("ny2"), "<person>"+sid("ny2"), `<person><sourcedid sourcedidtype="New"><source>sas</source><id>ny2</id></sourcedid><sourcedid sourcedidtype="Old"><source>sas</source><id>p2</id></sourcedid>`,
			sid("a1"), sid("ny-a1")) // a1 has a new id that nobody tells of: the person number does
		p := k.takes(xmlFile(t, changed))
		k.want("counts", counts(p), "0/0/0 0/0/0 0/0/0 0/0/0 0/0/0")
		if k.id("ny2") != p2 || k.id("ny-a1") != a1 || k.id("p2") != p2 {
			t.Error("a new id is a new person")
		}
		if again := k.plan(read(t, xmlFile(t, changed))); !again.Empty() {
			t.Errorf("again: %s", counts(again))
		}
		// Two people's numbers were mixed up, and are put right.
		p = k.takes(xmlFile(t, school(number(1), "§", number(2), number(1), "§", number(2), sid("a1"), sid("ny-a1"))))
		k.want("numbers that change place", counts(p)+" "+kinds(p), "0/0/0 0/0/0 0/2/0 0/0/0 0/0/0 no-responsibility:5 no-guardian:5")
		k.reads(func(tx *db.Tx) error {
			id, err := k.match(tx, granvik, Account{PID: number(1)})
			if id != k.id("p2") {
				t.Error("the number did not move")
			}
			return err
		})
	})
}

func TestAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		k.takes(xmlFile(t, school()))
		bind := func(a Account) (id tilhor.PersonID, err error) {
			err = k.d.Write(context.Background(), func(tx *db.Tx) error { id, err = k.Bind(tx, granvik, a, k.now()); return err })
			return id, err
		}
		cases := []struct {
			name string
			a    Account
			want tilhor.PersonID
		}{
			{"a parent by person number", Account{"https://idporten", "s1", "", number(11)}, k.id("g1")},
			{"the same account, whatever it says now", Account{"https://idporten", "s1", "", number(12)}, k.id("g1")},
			{"the same subject of another provider", Account{"https://feide", "s1", "", number(12)}, k.id("g2")},
			{"nobody's number", Account{"https://idporten", "s2", "", number(99)}, ""},
			{"a number that is none", Account{"https://idporten", "s3", "", "00000000000"}, ""},
			{"nothing", Account{"https://idporten", "s4", "", ""}, ""},
			{"no subject", Account{"https://idporten", "", "", number(11)}, ""},
			{"two different people", Account{"https://idporten", "s5", "ase@granvik.no", number(12)}, ""},
		}
		for _, c := range cases {
			id, err := bind(c.a)
			if id != c.want || (err != nil) != (c.want == "") || err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s: %q %v", c.name, id, err)
			}
		}
	})
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		var id tilhor.PersonID
		k.writes(func(tx *db.Tx) (err error) {
			id, err = k.Bind(tx, granvik, Account{"https://feide", "x", "Eirik@Granvik.no", ""}, k.now())
			return err
		})
		if id != k.id("a2") {
			t.Error("a Feide id has one spelling")
		}
	})
}

func TestTrainingAndAppointments(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		a2, s1 := k.id("a2"), k.school("s1")
		k.day = today.Add(1)
		k.writes(func(tx *db.Tx) error { return k.Train(tx, clerk, a2, k.day, k.now()) })
		k.writes(func(tx *db.Tx) error { return k.Train(tx, clerk, a2, k.day, k.now()) })
		k.want("trained", k.roles("a2"), "teacher+ parent+")
		k.day = today
		k.want("not yet the day before", k.roles("a2"), "teacher parent")
		k.day = today.Add(1)
		k.writes(func(tx *db.Tx) error {
			return k.Appoint(tx, clerk, a2, tilhor.RoleDeputy, s1, "", today.Add(30), k.now())
		})
		k.want("by hand", k.roles("a2"), "deputy+ teacher+ parent+")
		k.day = today.Add(2)
		k.takes(edited(t, "testdata/csv", map[string][2]string{"ansatte.csv": {"a2;Eirik;Prøvesen;s1;kontaktlærer;k5a;eirik@granvik.no;;eirik@granvik.no;;\n", ""}}))
		k.want("no import takes it away", k.roles("a2"), "deputy+ parent+")
		k.day = today.Add(30)
		k.want("it ends by itself", k.roles("a2"), "parent+")
		k.day = today.Add(3)
		k.writes(func(tx *db.Tx) error { return k.Dismiss(tx, clerk, a2, tilhor.RoleDeputy, s1, k.now()) })
		k.want("or is ended", k.roles("a2"), "parent+")
		for name, act := range map[string]func(tx *db.Tx) error{
			"training tomorrow":   func(tx *db.Tx) error { return k.Train(tx, clerk, a2, k.day.Add(1), k.now()) },
			"training of nobody":  func(tx *db.Tx) error { return k.Train(tx, clerk, "nobody", k.day, k.now()) },
			"a parent by hand":    func(tx *db.Tx) error { return k.Appoint(tx, clerk, a2, tilhor.RoleParent, s1, "", "", k.now()) },
			"rektor of no school": func(tx *db.Tx) error { return k.Appoint(tx, clerk, a2, tilhor.RoleRektor, "", "", "", k.now()) },
			"rektor of another's": func(tx *db.Tx) error {
				return k.Appoint(tx, clerk, a2, tilhor.RoleRektor, "elsewhere", "", "", k.now())
			},
			"a DPO of a school": func(tx *db.Tx) error { return k.Appoint(tx, clerk, a2, tilhor.RoleDPO, s1, "", "", k.now()) },
			"dismissed twice":   func(tx *db.Tx) error { return k.Dismiss(tx, clerk, a2, tilhor.RoleDeputy, s1, k.now()) },
			"another owner's person": func(tx *db.Tx) error {
				return k.Protect(tx, tilhor.Actor{Owner: "other", Role: "operator"}, a2, Confidential, k.now())
			},
			"somebody without a name": func(tx *db.Tx) error { _, err := k.AddPerson(tx, clerk, NewPerson{}, k.now()); return err },
		} {
			if k.d.Write(context.Background(), act) == nil {
				t.Errorf("%s was written", name)
			}
		}
	})
}

// TestAnInterruptedImportChangesNothing: whenever it is interrupted, the lists
// are as they were or as they should be.
func TestAnInterruptedImportChangesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		before := k.pupils("s1")
		other := read(t, edited(t, "testdata/csv", map[string][2]string{"elever.csv": {"e1;Åse", "e1;Annen"}}))
		ctx, cancel := context.WithCancel(context.Background())
		p := k.plan(other)
		err := k.Apply(ctx, k.d, clerk, p, false, k.now(), func(string, int64, int64) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("not interrupted: %v", err)
		}
		k.want("interrupted", k.pupils("s1"), before)
		if _, err := k.Compare(ctx, k.d, granvik, other, k.options(), nil); !errors.Is(err, context.Canceled) {
			t.Errorf("compared: %v", err)
		}
		// Somebody else changes the lists between comparing and writing.
		p = k.plan(other)
		k.takes(edited(t, "testdata/csv", map[string][2]string{"elever.csv": {"e2;Bjørn", "e2;Bjarne"}}))
		if err := k.Apply(context.Background(), k.d, clerk, p, false, k.now(), nil); !errors.Is(err, tilhor.ErrConflict) {
			t.Errorf("an old plan was carried out: %v", err)
		}
		k.want("the other's stands", k.pupils("s1"), "Bjarne Ærlig 5A, Åse Østby 5A SFO")
		// The write fails at its last row: the record does not take the entry.
		p = k.plan(other)
		nobody := tilhor.Actor{Owner: granvik}
		if err := k.Apply(context.Background(), k.d, nobody, p, false, k.now(), nil); err == nil {
			t.Error("an act without a role was recorded")
		}
		k.want("nothing of it is there", k.pupils("s1"), "Bjarne Ærlig 5A, Åse Østby 5A SFO")
		k.takes(edited(t, "testdata/csv", map[string][2]string{"elever.csv": {"e1;Åse", "e1;Annen"}}))
		k.want("and it can be done again", k.pupils("s1"), "Annen Østby 5A SFO, Bjørn Ærlig 5A")
	})
}

// TestEveryImportIsInTheRecord: one entry each, with counts only, that verifies.
func TestEveryImportIsInTheRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		k.takes("testdata/csv")
		k.day = k.day.Add(1)
		k.takes("testdata/csv")
		k.reads(func(tx *db.Tx) error {
			list, err := k.journal.Stream(tx, granvik, "owner")
			if len(list) != 2 || list[0].Act != "roster.import" || len(list[0].Parts) != 1 || list[0].By.Person != "clerk" {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
}

// TestADatabaseAloneTellsNobody: the file of the database holds no name, no
// number, no e-mail, no id of the source system, and nothing that is never kept.
func TestADatabaseAloneTellsNobody(t *testing.T) {
	dsn := dbtest.SQLiteDSN(t)
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{rosterOf(t), t, d, today}
	secret := []string{"Synne", "Hemmeligsen", number(5), "synne@granvik.no", "kilde-id-77", "p4ssord", "Lønnveien", "+4799900011", "2015-03-04", "Karakter5", "Somali"}
	file := pifuOf("full", `<person>`+sid("kilde-id-77")+`<userid useridtype="personNIN">`+number(5)+`</userid><userid useridtype="feideID">synne@granvik.no</userid>`+
		`<userid useridtype="username" password="p4ssord" pwencryptiontype="passwordPlain">synne</userid><name><fn>Synne Hemmeligsen</fn><n><family>Hemmeligsen</family><given>Synne</given></n></name>`+
		`<demographics><gender>1</gender><bday>2015-03-04</bday></demographics><email>synne@granvik.no</email><tel teltype="3">+4799900011</tel><adr><street>Lønnveien 1</street></adr>`+
		`<extension><pifu_nativeTongue source="ISO 639-1">Somali</pifu_nativeTongue></extension></person>`+groupOf("s1", "org", "2", "Åsen skole", "s1")+
		"<membership>"+sid("s1")+"<member>"+sid("kilde-id-77")+`<idtype>1</idtype><role roletype="01"><status>1</status><finalresult><mode>x</mode><result>Karakter5</result></finalresult></role></member></membership>`)
	k.takes(xmlFile(t, file))
	k.want("it was read", k.pupils("s1"), "Synne Hemmeligsen")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(strings.TrimPrefix(dsn, "sqlite:") + "*")
	var all []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	if !bytes.Contains(all, []byte("Åsen skole")) {
		t.Fatal("the control: a school's name is public, and must be found")
	}
	for _, s := range secret {
		if bytes.Contains(all, []byte(s)) {
			t.Errorf("%q stands in the file", s)
		}
	}
}

// TestOneRosterIsImported: bulk, then a delta.
func TestOneRosterIsImported(t *testing.T) {
	onBoth(t, func(t *testing.T, k *desk) {
		p := k.takes("testdata/oneroster")
		k.want("counts", counts(p), "1/0/0 2/0/0 1/0/0 2/0/0 2/0/0")
		k.want("warnings", kinds(p), "no-rektor:3 no-responsibility:2 password:3")
		k.want("pupils", k.pupils("o1"), "Åse Østby 5A SFO")
		k.want("staff", k.staff("o1"), "Dagny Oppdiktet [employee][], Eirik Tenk Prøvesen [teacher][5A]")
		k.want("parents", k.parents("u1"), "Kåre Østby guardian unknown, Liv Østby next-of-kin no")
		k.day = k.day.Add(1)
		p = k.takes(put(t, map[string]string{
			"manifest.csv": "propertyName,value\noneroster.version,1.1\nfile.users,delta\nfile.enrollments,delta\nfile.orgs,absent\nfile.classes,absent\n",
			"users.csv": "sourcedId,status,dateLastModified,orgSourcedIds,role,userIds,givenName,familyName,email,agentSourcedIds\n" +
				"u2,tobedeleted,2026-11-24T00:00:00Z,o1,parent,,,,,\nu6,active,2026-11-24T00:00:00Z,o1,student,,Cato,Tenkt,,u3\n",
			"enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\nn9,active,x,c1,o1,u6,student,,,\nn4,tobedeleted,x,c3,o1,u1,student,,,\n",
		}))
		k.want("a delta", counts(p), "0/0/0 0/0/0 1/1/0 0/0/0 0/1/1")
		k.want("pupils", k.pupils("o1"), "Cato Tenkt 5A, Åse Østby 5A")
		k.want("parents", k.parents("u1"), "Liv Østby next-of-kin no")
	})
}

// TestEveryStatementIsUnderstood by both engines.
func TestEveryStatementIsUnderstood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, s := range db.Statements() {
			if err := d.Prepare(context.Background(), s); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOwnersAreApart: nothing of one owner's is another's.
func TestOwnersAreApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys := sealtest.Keys(t, granvik, "nabo")
		r := New(keys, journal.New(keys))
		k := &desk{r, t, d, today}
		k.takes("testdata/csv")
		p, err := r.Compare(context.Background(), d, "nabo", read(t, "testdata/csv"), k.options(), nil)
		if err != nil {
			t.Fatal(err)
		}
		k.want("the neighbour has nobody", counts(p), "2/0/0 6/0/0 3/0/0 7/0/0 4/0/0")
		if err := r.Apply(context.Background(), d, tilhor.Actor{Owner: "nabo", Person: "x", Role: "operator"}, p, false, k.now(), nil); err != nil {
			t.Fatal(err)
		}
		e1 := k.id("e1")
		k.reads(func(tx *db.Tx) error {
			if _, err := r.Pupil(tx, "nabo", e1, today); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("another owner's pupil: %v", err)
			}
			names, err := r.Names(tx, "nabo", e1)
			if len(names) != 0 {
				t.Error("another owner's name")
			}
			return err
		})
	})
}
