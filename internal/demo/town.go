package demo

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"tilhor"
)

// A Size is how large the made-up municipality is.
type Size string

// Sizes.
const (
	Tiny  Size = "tiny"  // one school, for tools that need cases of every kind soon
	Small Size = "small" // six schools
	Full  Size = "full"  // 43 schools and 16 000 pupils
)

// A person of the made-up roster, before it is a person of the real one.
type person struct {
	key, given, family string
	feide, pid         string
	guardians          []string
}

func (p person) name() string { return p.given + " " + p.family }

// A seat is what a person is at a school or in a group.
type seat struct{ place, person, role, sub string }

type group struct{ key, school, name, level string }

type school struct {
	key, name string
	from, to  int // grades
	sfo       bool
	pupils    int
}

// A town is the roster file to be, and the cast that the stories use.
type town struct {
	schools []school
	people  []person
	groups  []group
	seats   []seat
	rng     *rand.Rand
	today   tilhor.Date
	taken   map[string]bool
	apart   *rand.Rand // for the homes of the stories, which shall move nobody else's name
}

// build makes the same town for the same seed and day.
func build(size Size, today tilhor.Date) *town {
	t := &town{rng: rand.New(rand.NewPCG(20241, 8)), today: today, taken: map[string]bool{}, apart: rand.New(rand.NewPCG(20241, 9))}
	t.plan(size)
	t.seats = append(t.seats, seat{"eier", t.grownUp("Anne", "Sæther").key, "04", "rådgiver"}) // the owner's adviser
	for _, s := range t.schools {
		t.fill(s)
	}
	return t
}

// plan decides the schools. Sizes follow a long-tailed spread, as they do.
func (t *town) plan(size Size) {
	t.schools = []school{{key: "skole-1", name: "Solbakken skole", from: 1, to: 7, sfo: true, pupils: 240}}
	if size == Tiny {
		return
	}
	if size == Small {
		t.add("Fjellhamar skole", 8, 10, false, 200)
		t.add("Nordli skole", 1, 10, true, 180)
		t.add("Åsen skole", 1, 7, true, 150)
		t.add("Bekkevoll skole", 1, 7, true, 120)
		t.add("Granlia skole", 1, 4, true, 60)
		return
	}
	for i := range 42 {
		n := 372 + int(t.rng.NormFloat64()*130)
		n = max(60, min(650, n))
		switch {
		case i < 22:
			t.add(places[i]+" skole", 1, 7, true, n)
		case i < 32:
			t.add(places[i]+" ungdomsskole", 8, 10, false, n)
		case i < 40:
			t.add(places[i]+" skole", 1, 10, true, n)
		default:
			t.add(places[i]+" opplæringssenter", 1, 10, false, 60)
		}
	}
	total := 0
	for _, s := range t.schools {
		total += s.pupils
	}
	for i := 0; total != 16_000; i = (i + 1) % 40 {
		step := max(-9, min(9, 16_000-total))
		if n := t.schools[i].pupils + step; n >= 60 && n <= 650 {
			t.schools[i].pupils, total = n, total+step
		}
	}
}

func (t *town) add(name string, from, to int, sfo bool, pupils int) {
	n := len(t.schools) + 1
	t.schools = append(t.schools, school{key: fmt.Sprintf("skole-%d", n), name: name, from: from, to: to, sfo: sfo, pupils: pupils})
}

// cast are the people the drawn pages are about, at Solbakken skole.
var cast = []struct{ given, family, role, sub, place string }{
	{"Kari", "Lund", "05", "rektor", ""},
	{"Hilde", "Ness", "05", "inspektør", ""},
	{"Ina", "Moe", "02", "sosiallærer", ""},
	{"Jonas", "Berg", "06", "", "6B"},
	{"Mona", "Aas", "08", "", "sfo"},
	{"Petter", "Aasen", "08", "", "sfo"},
}

// pupilsCast are the pupils the stories need, by school and class.
var pupilsCast = map[string][]string{
	"skole-1-6B": {"Elias Haug", "Samir Khan", "Jakob Strand"}, "skole-1-5A": {"Nora Dahl"}, "skole-1-3A": {"Amina Yusuf"}, "skole-1-3B": {"Leah Olsen"},
	"skole-1-7A": {"Emil Vik", "Hanna Lunde"}, "skole-1-4A": {"Sara Lie", "Oda Holm", "Iben Eide"}, "skole-1-2A": {"Theo Bakke"},
	"skole-2-10A": {"Maryam Ali"},
}

// homes are the parents of the pupils who can be signed in as.
var homes = map[string][]string{
	"Nora Dahl": {"Lene Dahl", "Geir Dahl"}, "Amina Yusuf": {"Sahra Yusuf", "Hassan Yusuf"}, "Leah Olsen": {"Marte Olsen"},
	"Emil Vik": {"Anita Vik", "Roger Vik"}, "Hanna Lunde": {"Siri Lunde"}, "Maryam Ali": {"Fatima Ali"},
}

func (t *town) fill(s school) {
	t.staff(s)
	grades := s.to - s.from + 1
	left := s.pupils
	for g := s.from; g <= s.to; g++ {
		n := left / (s.to - g + 1)
		left -= n
		classes := max(1, (n+24)/25)
		if grades == 7 && s.key == "skole-1" {
			classes = 2
		}
		for c := range classes {
			m := n / (classes - c)
			n -= m
			t.class(s, g, string(rune('A'+c)), m)
		}
	}
}

func (t *town) staff(s school) {
	if s.sfo {
		t.groups = append(t.groups, group{s.key + "-sfo", s.key, "SFO " + s.name, "15"})
	}
	if s.key == "skole-1" {
		for _, c := range cast {
			p := t.grownUp(c.given, c.family)
			switch c.place {
			case "":
				t.seats = append(t.seats, seat{s.key, p.key, c.role, c.sub})
			case "sfo":
				t.seats = append(t.seats, seat{s.key + "-sfo", p.key, c.role, c.sub})
			default:
				t.seats = append(t.seats, seat{s.key + "-" + c.place, p.key, c.role, c.sub}, seat{s.key, p.key, "02", ""})
			}
		}
	} else {
		t.seats = append(t.seats, seat{s.key, t.grownUp("", "").key, "05", "rektor"})
		if s.pupils > 150 {
			t.seats = append(t.seats, seat{s.key, t.grownUp("", "").key, "05", "inspektør"}, seat{s.key, t.grownUp("", "").key, "02", "sosiallærer"})
		}
		if s.sfo {
			for range 3 {
				p := t.grownUp("", "")
				t.seats = append(t.seats, seat{s.key + "-sfo", p.key, "08", ""})
			}
		}
	}
	t.seats = append(t.seats, seat{s.key, t.grownUp("", "").key, "04", "skolehelsetjeneste"}, seat{s.key, t.grownUp("", "").key, "03", "vaktmester"})
	for range max(2, s.pupils/40) {
		t.seats = append(t.seats, seat{s.key, t.grownUp("", "").key, "08", ""})
	}
	for _, b := range []struct{ level, name string }{{"11", "Elevrådet"}, {"12", "FAU"}, {"13", "Samarbeidsutvalget"}, {"14", "Skolemiljøutvalget"}} {
		t.groups = append(t.groups, group{s.key + "-" + b.level, s.key, b.name, b.level})
	}
}

func (t *town) class(s school, grade int, letter string, n int) {
	name := fmt.Sprint(grade) + letter
	key := s.key + "-" + name
	t.groups = append(t.groups, group{key, s.key, name, "1"})
	if !(s.key == "skole-1" && name == "6B") {
		p := t.grownUp("", "")
		t.seats = append(t.seats, seat{key, p.key, "06", ""}, seat{s.key, p.key, "02", ""})
	}
	named := pupilsCast[key]
	for i := range n {
		g, f := t.pick(given), t.pick(family)
		if i < len(named) {
			g, f, _ = strings.Cut(named[i], " ")
		}
		p := t.child(s, g, f)
		t.seats = append(t.seats, seat{key, p, "01", ""}, seat{s.key, p, "01", ""})
		if s.sfo && grade <= 4 && t.rng.IntN(10) < 9-grade {
			t.seats = append(t.seats, seat{s.key + "-sfo", p, "01", ""})
		}
		if i == 0 && grade >= 5 {
			t.seats = append(t.seats, seat{s.key + "-11", p, "01", ""})
		}
	}
}

func (t *town) pick(from []string) string { return from[t.rng.IntN(len(from))] }

// grownUp makes an employee with a Feide account.
func (t *town) grownUp(g, f string) person {
	for g == "" || t.taken[g+" "+f] {
		g, f = t.pick(grown), t.pick(family)
		if t.taken[g+" "+f] && t.rng.IntN(3) == 0 {
			f = t.pick(family) + " " + t.pick(family)
		}
	}
	t.taken[g+" "+f] = true
	p := person{key: fmt.Sprintf("a%d", len(t.people)+1), given: g, family: f}
	p.feide = p.key + "@granvik.example"
	t.people = append(t.people, p)
	return p
}

// child makes a pupil with one or two guardians, now and then a sibling's.
func (t *town) child(s school, g, f string) string {
	p := person{key: fmt.Sprintf("e%d", len(t.people)+1), given: g, family: f}
	p.feide = p.key + "@elev.granvik.example"
	if t.rng.IntN(100) < 99 { // the hundredth has none in the file: a warning to look at
		n := 1 + t.rng.IntN(10)/4%2 + t.rng.IntN(2)
		for range min(n, 2) {
			q := person{key: fmt.Sprintf("f%d", len(t.people)+1), given: t.pick(grown), family: f, pid: t.number(t.rng)}
			t.people = append(t.people, q)
			p.guardians = append(p.guardians, q.key)
		}
	}
	t.home(&p)
	t.people = append(t.people, p)
	return p.key
}

// home gives a pupil of the stories the parents that belong there.
func (t *town) home(p *person) {
	named := homes[p.name()]
	if named == nil {
		return
	}
	p.guardians = nil
	for _, n := range named {
		q := person{key: fmt.Sprintf("f%d", len(t.people)+1), pid: t.number(t.apart)}
		q.given, q.family, _ = strings.Cut(n, " ")
		t.people = append(t.people, q)
		p.guardians = append(p.guardians, q.key)
	}
}

// number makes a synthetic person number: month plus 80, which no real person
// has, with valid check digits.
func (t *town) number(rng *rand.Rand) string {
	for {
		n := fmt.Sprintf("%02d%02d%02d%03d", 1+rng.IntN(28), 81+rng.IntN(12), rng.IntN(100), rng.IntN(500))
		k1 := digit(n, []int{3, 7, 6, 1, 8, 9, 4, 5, 2})
		if k1 == 10 {
			continue
		}
		n += fmt.Sprint(k1)
		k2 := digit(n, []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2})
		if k2 == 10 || t.taken[n] {
			continue
		}
		t.taken[n] = true
		return n + fmt.Sprint(k2)
	}
}

func digit(n string, weights []int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(n[i]-'0')
	}
	return (11 - sum%11) % 11
}

// write gives the town as a PIFU-IMS 1.3 file, the format a municipality's own
// school system exports.
func (t *town) write(out io.Writer) error {
	w := bufio.NewWriter(out)
	e := func(s string) string {
		var b strings.Builder
		xml.EscapeText(&b, []byte(s))
		return b.String()
	}
	id := func(key string) string {
		return "<sourcedid><source>granvik.example</source><id>" + key + "</id></sourcedid>"
	}
	fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<enterprise xmlns=\"http://pifu.no/xsd/pifu-ims_sas/pifu-ims_sas-v1\">\n"+
		" <properties lang=\"no\"><datasource>granvik.example</datasource><type>full</type><datetime>%sT02:00:00</datetime></properties>\n", t.today)
	for _, p := range t.people {
		fmt.Fprintf(w, " <person>%s", id(p.key))
		if p.pid != "" {
			fmt.Fprintf(w, `<userid useridtype="personNIN">%s</userid>`, p.pid)
		}
		if p.feide != "" {
			fmt.Fprintf(w, `<userid useridtype="feideID">%s</userid>`, p.feide)
		}
		fmt.Fprintf(w, "<name><fn>%s</fn><n><family>%s</family><given>%s</given></n></name>", e(p.name()), e(p.family), e(p.given))
		if len(p.guardians) > 0 {
			fmt.Fprint(w, "<extension>")
			for _, g := range p.guardians {
				fmt.Fprintf(w, `<pifu_hasContactPerson type="guardian">%s</pifu_hasContactPerson>`, id(g))
			}
			fmt.Fprint(w, "</extension>")
		}
		fmt.Fprintln(w, "</person>")
	}
	fmt.Fprintf(w, " <group>%s<grouptype><scheme>pifu-ims-go-org</scheme><typevalue level=\"1\">skoleeier</typevalue></grouptype><description><short>Granvik kommune</short></description></group>\n", id("eier"))
	for _, s := range t.schools {
		types := "<pifu_schoolType>barneskole</pifu_schoolType>"
		if s.sfo {
			types += "<pifu_schoolType>sfo</pifu_schoolType>"
		}
		fmt.Fprintf(w, " <group>%s<grouptype><scheme>pifu-ims-go-org</scheme><typevalue level=\"2\">skole</typevalue></grouptype><description><short>%s</short></description>"+
			"<relationship relation=\"1\">%s<label>Eier</label></relationship><extension>%s</extension></group>\n", id(s.key), e(s.name), id("eier"), types)
	}
	for _, g := range t.groups {
		fmt.Fprintf(w, " <group>%s<grouptype><scheme>pifu-ims-go-grp</scheme><typevalue level=\"%s\">gruppe</typevalue></grouptype><description><short>%s</short></description>"+
			"<relationship relation=\"1\">%s<label>Skole</label></relationship></group>\n", id(g.key), g.level, e(g.name), id(g.school))
	}
	for _, m := range t.seats {
		sub := ""
		if m.sub != "" {
			sub = "<subrole>" + m.sub + "</subrole>"
		}
		fmt.Fprintf(w, " <membership>%s<member>%s<idtype>1</idtype><role roletype=\"%s\">%s<status>1</status></role></member></membership>\n", id(m.place), id(m.person), m.role, sub)
	}
	fmt.Fprintln(w, "</enterprise>")
	return w.Flush()
}
