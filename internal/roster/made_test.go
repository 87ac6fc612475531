package roster

import (
	"fmt"
	"io"
	"strings"
)

// number makes a synthetic person number (month + 80) with right check digits,
// another for each n.
func number(n int) string {
	for try := n * 7; ; try++ {
		day, month, year, serial := 1+try%28, 81+(try/28)%12, (try/336)%100, (try/33600)%1000
		s := fmt.Sprintf("%02d%02d%02d%03d", day, month, year, serial)
		for c := range 100 {
			full := fmt.Sprintf("%s%02d", s, c)
			if _, ok := ParseNumber(full); ok {
				return full
			}
		}
	}
}

var (
	givens   = []string{"Åse", "Bjørn", "Cato", "Dagny", "Eirik", "Frøydis", "Gaute", "Hæge", "Iver", "Jorunn", "Káre", "Liv"}
	families = []string{"Østby", "Ærlig", "Ånes", "Prøvesen", "Tenkt", "Oppdiktet", "Syntese", "Fiktiv"}
)

func nameOf(n int) (given, family string) {
	return givens[n%len(givens)], families[n/len(givens)%len(families)]
}

// A town is a made-up municipality of any size, written as PIFU-IMS.
type town struct {
	schools, classes, size int // pupils = schools × classes × size
	kind, encoding         string
}

func (t town) pupils() int { return t.schools * t.classes * t.size }

func (t town) write(out io.Writer) {
	enc := t.encoding
	if enc == "" {
		enc = "UTF-8"
	}
	sid := func(id string) string {
		return "<sourcedid><source>sas@granvik.no</source><id>" + id + "</id></sourcedid>"
	}
	fmt.Fprintf(out, `<?xml version="1.0" encoding="%s"?>
<enterprise xmlns="http://pifu.no/xsd/pifu-ims_sas/pifu-ims_sas-v1">
<properties lang="no"><datasource>sas@granvik.no</datasource><type>%s</type><datetime>2026-11-23T02:00:00</datetime></properties>
`, enc, t.kind)
	person := func(id, given, family, more string) {
		fmt.Fprintf(out, "<person>%s%s<name><fn>%s %s</fn><n><family>%s</family><given>%s</given></n></name>", sid(id), strings.Split(more, "|")[0], given, family, family, given)
		fmt.Fprintf(out, "%s</person>\n", strings.Split(more, "|")[1])
	}
	guardians := t.pupils() * 3 / 2
	for i := range t.pupils() {
		g, f := nameOf(i)
		ext := ""
		for k := range 2 {
			ext += `<pifu_hasContactPerson type="guardian">` + sid(fmt.Sprintf("g%d", (i*3/2+k)%guardians)) + `</pifu_hasContactPerson>`
		}
		person(fmt.Sprintf("p%d", i), g, f, fmt.Sprintf(`<userid useridtype="personNIN">%s</userid><userid useridtype="feideID">p%d@granvik.no</userid>|<extension>%s</extension>`, number(i), i, ext))
	}
	for i := range guardians {
		g, f := nameOf(i * 5)
		person(fmt.Sprintf("g%d", i), g, f, fmt.Sprintf(`<userid useridtype="personNIN">%s</userid>|<email>g%d@eksempel.no</email><tel teltype="3">+4799900099</tel>`, number(1000000+i), i))
	}
	staff := t.schools * (t.classes + 4)
	for i := range staff {
		g, f := nameOf(i * 3)
		person(fmt.Sprintf("a%d", i), g, f, fmt.Sprintf(`<userid useridtype="feideID">a%d@granvik.no</userid>|<email>a%d@granvik.no</email>`, i, i))
	}
	group := func(id, scheme, level, value, name, parent, ext string) {
		fmt.Fprintf(out, `<group>%s<grouptype><scheme>%s</scheme><typevalue level="%s">%s</typevalue></grouptype><description><short>%s</short></description><relationship relation="1">%s<label>over</label></relationship>%s</group>
`, sid(id), scheme, level, value, name, sid(parent), ext)
	}
	group("eier", "pifu-ims-go-org", "1", "skoleeier", "Granvik kommune", "eier", "")
	for s := range t.schools {
		group(fmt.Sprintf("s%d", s), "pifu-ims-go-org", "2", "skole", fmt.Sprintf("Åsen skole %d", s), "eier", "<extension><pifu_schoolType>barneskole</pifu_schoolType></extension>")
		for k := range t.classes {
			group(fmt.Sprintf("k%d-%d", s, k), "pifu-ims-go-grp", "1", "basisgruppe", fmt.Sprintf("%dA", k+1), fmt.Sprintf("s%d", s), "")
		}
		group(fmt.Sprintf("sfo%d", s), "pifu-ims-go-grp", "15", "sfo", "SFO", fmt.Sprintf("s%d", s), "")
	}
	members := func(id string, list ...string) {
		fmt.Fprintf(out, "<membership>%s\n", sid(id))
		for _, m := range list {
			fmt.Fprintln(out, m)
		}
		fmt.Fprintln(out, "</membership>")
	}
	member := func(id, role, sub string) string {
		if sub != "" {
			sub = "<subrole>" + sub + "</subrole>"
		}
		return fmt.Sprintf(`<member>%s<idtype>1</idtype><role roletype="%s">%s<status>1</status></role></member>`, sid(id), role, sub)
	}
	p, a := 0, 0
	for s := range t.schools {
		school := []string{member(fmt.Sprintf("a%d", a), "05", "rektor"), member(fmt.Sprintf("a%d", a+1), "05", "inspektør"), member(fmt.Sprintf("a%d", a+2), "04", "sosiallærer")}
		sfo := []string{member(fmt.Sprintf("a%d", a+3), "08", "")}
		a += 4
		for k := range t.classes {
			school = append(school, member(fmt.Sprintf("a%d", a), "02", ""))
			class := []string{member(fmt.Sprintf("a%d", a), "06", "")}
			a++
			for range t.size {
				id := fmt.Sprintf("p%d", p)
				school, class = append(school, member(id, "01", "")), append(class, member(id, "01", ""))
				if k < 4 && p%3 == 0 {
					sfo = append(sfo, member(id, "01", ""))
				}
				p++
			}
			members(fmt.Sprintf("k%d-%d", s, k), class...)
		}
		members(fmt.Sprintf("s%d", s), school...)
		members(fmt.Sprintf("sfo%d", s), sfo...)
	}
	fmt.Fprintln(out, "</enterprise>")
}
