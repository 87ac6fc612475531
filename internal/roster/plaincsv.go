package roster

import (
	"context"
	"strings"
)

// readCSV reads the product's own CSV (docs/guide/roster.md): up to six tables
// with Norwegian headers, each known by its first column whatever the file is
// called. A table that is there tells all there is of its kind; what a missing
// one would tell is left as it was.
func readCSV(ctx context.Context, name string, tables []*table, tell Progress) (*Snapshot, error) {
	c := &plain{s: &Snapshot{Format: "csv"}, people: map[string]int{}}
	kinds := []struct {
		first string
		cols  []string
		read  func(row) error
		full  func(*Covers)
	}{
		{"skole-id", []string{"navn"}, c.school, func(f *Covers) { f.Schools = true }},
		{"gruppe-id", []string{"skole-id", "type", "navn"}, c.group, func(f *Covers) { f.Groups = true }},
		{"elev-id", []string{"fornavn", "etternavn", "skole-id"}, c.pupil, nil},
		{"ansatt-id", []string{"fornavn", "etternavn", "rolle"}, c.employee, nil},
		{"foresatt-id", []string{"fornavn", "etternavn", "elev-id"}, c.guardian, func(f *Covers) { f.Links = true }},
		{"verv-gruppe-id", []string{"person-id"}, c.seat, nil},
	}
	found := map[string]bool{}
	for _, k := range kinds {
		for _, t := range tables {
			if len(t.header) == 0 || t.header[0] != k.first {
				continue
			}
			if found[k.first] {
				return nil, unreadable(At{File: t.in.name}, "table-twice", "name", k.first)
			}
			found[k.first] = true
			if err := t.need(k.cols...); err != nil {
				return nil, err
			}
			if err := t.each(ctx, tell, k.read); err != nil {
				return nil, err
			}
			if k.full != nil {
				k.full(&c.s.Full)
			}
		}
	}
	if len(found) == 0 {
		return nil, unreadable(At{File: name}, "unknown-format")
	}
	for _, t := range tables {
		if known := func() bool {
			for _, k := range kinds {
				if t.header[0] == k.first {
					return true
				}
			}
			return false
		}(); !known {
			c.s.warn("unknown-file", At{t.in.name, 1})
		}
	}
	// A person may stand in three tables, a role in two, so the people and
	// their places are told in full only when all the tables are there.
	all := found["elev-id"] && found["ansatt-id"]
	c.s.Full.Roles = all
	c.s.Full.Members = all && found["verv-gruppe-id"]
	c.s.Full.People = all && found["foresatt-id"]
	if all && !found["verv-gruppe-id"] {
		c.s.Full.Members = true
		c.s.KeepSeats = true
	}
	return c.s, nil
}

type plain struct {
	s      *Snapshot
	people map[string]int
}

func (c *plain) school(r row) error {
	key, err := r.key("skole-id")
	if err != nil {
		return err
	}
	name, err := r.key("navn")
	if err != nil {
		return err
	}
	if err := c.s.room(r.At, 1, key, name); err != nil {
		return err
	}
	l := SchoolLine{At: r.At, Key: key, Name: name, OrgNumber: short(r.own("orgnr")), SFO: yes(r.get("sfo"))}
	switch strings.ToLower(r.get("type")) {
	case "", "skole":
	case "sfo":
		l.SFO, l.SFOOnly = true, true
	default:
		return r.bad("value", "type")
	}
	c.s.Schools = append(c.s.Schools, l)
	return nil
}

func yes(s string) bool {
	switch strings.ToLower(s) {
	case "ja", "j", "1", "true", "x":
		return true
	}
	return false
}

var plainKinds = map[string]Kind{
	"klasse": KindClass, "basisgruppe": KindClass, "kontaktlærergruppe": KindContact, "sfo": KindSFO, "elevråd": KindCouncil,
	"fau": KindFAU, "su": KindSU, "samarbeidsutvalg": KindSU, "skoleutvalg": KindSU, "smu": KindSMU, "skolemiljøutvalg": KindSMU,
}

func (c *plain) group(r row) error {
	key, err := r.key("gruppe-id")
	if err != nil {
		return err
	}
	g := GroupLine{At: r.At, Key: key, Name: r.own("navn"), Kind: plainKinds[strings.ToLower(r.get("type"))]}
	if g.School, err = r.key("skole-id"); err != nil {
		return err
	}
	if g.Kind == "" {
		return r.bad("value", "type")
	}
	if g.From, g.Until, err = r.fromUntil("fra", "til"); err != nil {
		return err
	}
	if len(g.Name) > 4*maxName {
		return r.bad("too-long", "navn")
	}
	c.s.Groups = append(c.s.Groups, g)
	return c.s.room(r.At, 1, key, g.School, g.Name)
}

// person adds the person of a line, once for each id.
func (c *plain) person(r row, col string) (string, error) {
	key, err := r.key(col)
	if err != nil {
		return "", err
	}
	p := PersonLine{
		At: r.At, Key: key, Name: tidy(r.get("fornavn") + " " + r.get("etternavn")), PID: short(r.own("fødselsnummer")),
		Feide: feideOf(r.own("feide-id")), Email: mailOf(r.own("e-post")),
	}
	if len(p.Name) > 4*maxName {
		return "", r.bad("too-long", "etternavn")
	}
	i, ok := c.people[key]
	if !ok {
		c.people[key] = len(c.s.People)
		c.s.People = append(c.s.People, p)
		return key, c.s.room(r.At, 1, key, p.Name, p.PID, p.Feide, p.Email)
	}
	was := &c.s.People[i]
	if was.another(p) {
		return "", unlike(r.At, was.At)
	}
	key = was.Key
	fill(&was.Name, p.Name)
	fill(&was.PID, p.PID)
	fill(&was.Feide, p.Feide)
	fill(&was.Email, p.Email)
	return key, nil
}

func fill(dst *string, s string) {
	if *dst == "" {
		*dst = s
	}
}

func (c *plain) pupil(r row) error {
	key, err := c.person(r, "elev-id")
	if err != nil {
		return err
	}
	m := MemberLine{At: r.At, Person: key, Function: FuncPupil}
	if m.From, m.Until, err = r.fromUntil("fra", "til"); err != nil {
		return err
	}
	if m.Place, err = r.key("skole-id"); err != nil {
		return err
	}
	m.Place = c.s.one(m.Place)
	begins := len(c.s.Members)
	c.s.Members = append(c.s.Members, m)
	for _, col := range []string{"klasse-id", "sfo-gruppe-id"} {
		if g := r.get(col); g != "" {
			m.Place = c.s.one(g)
			c.s.Members = append(c.s.Members, m)
		}
	}
	return c.s.room(r.At, len(c.s.Members)-begins)
}

var plainRoles = map[string]Function{
	"lærer": FuncTeacher, "kontaktlærer": FuncContact, "vikar": FuncSubstitute, "assistent": FuncAssistant, "ansatt": FuncEmployee,
	"sfo-ansatt": FuncSFO, "sfo": FuncSFO, "sfo-leder": FuncSFOLeader, "rektor": FuncRektor, "inspektør": FuncDeputy,
	"avdelingsleder": FuncDeputy, "sosiallærer": FuncSocialTeacher, "helsesykepleier": FuncNurse, "ppt": FuncPPT,
	"rådgiver": FuncAdviser, "skoleeier": FuncOwnerAdviser, "personvernombud": FuncDPO,
}

func (c *plain) employee(r row) error {
	key, err := c.person(r, "ansatt-id")
	if err != nil {
		return err
	}
	f, ok := plainRoles[strings.ToLower(r.get("rolle"))]
	if !ok {
		return r.bad("value", "rolle")
	}
	m := MemberLine{At: r.At, Person: key, Function: f, Place: c.s.one(r.get("skole-id"))}
	if m.From, m.Until, err = r.fromUntil("fra", "til"); err != nil {
		return err
	}
	if m.Place == "" { // no school: at the municipality itself
		m.Place = placeOwnerKey
	}
	c.s.Members = append(c.s.Members, m)
	if g := r.get("gruppe-id"); g != "" {
		m.Place = c.s.one(g)
		c.s.Members = append(c.s.Members, m)
	}
	return c.s.room(r.At, 2)
}

// placeOwnerKey stands for the municipality itself where a format has no line
// for it. No source id can be it.
const placeOwnerKey = "\x1fowner"

var plainLinks = map[string]LinkKind{
	"": LinkGuardian, "foresatt": LinkGuardian, "forelder": LinkGuardian, "fosterforelder": LinkFoster, "verge": LinkVerge, "pårørende": LinkNextOfKin,
}

var plainAnswers = map[string]Responsibility{"": Unknown, "ukjent": Unknown, "ja": Yes, "nei": No}

func (c *plain) guardian(r row) error {
	key, err := c.person(r, "foresatt-id")
	if err != nil {
		return err
	}
	l := LinkLine{At: r.At, Guardian: key}
	if l.Pupil, err = r.key("elev-id"); err != nil {
		return err
	}
	var ok bool
	if l.Kind, ok = plainLinks[strings.ToLower(r.get("type"))]; !ok {
		return r.bad("value", "type")
	}
	if l.Responsibility, ok = plainAnswers[strings.ToLower(r.get("foreldreansvar"))]; !ok {
		return r.bad("value", "foreldreansvar")
	}
	if l.Kind == LinkNextOfKin {
		l.Responsibility = No
	}
	if l.From, l.Until, err = r.fromUntil("fra", "til"); err != nil {
		return err
	}
	l.Pupil = c.s.one(l.Pupil)
	c.s.Links = append(c.s.Links, l)
	return c.s.room(r.At, 1)
}

var plainSeats = map[string]Function{
	"": FuncOther, "medlem": FuncOther, "leder": FuncLeader, "elev": FuncPupil, "foresatt": FuncParentRep, "foresattrepresentant": FuncParentRep,
	"ansatt": FuncEmployee, "rektor": FuncRektor,
}

func (c *plain) seat(r row) error {
	group, err := r.key("verv-gruppe-id")
	if err != nil {
		return err
	}
	person, err := r.key("person-id")
	if err != nil {
		return err
	}
	f, ok := plainSeats[strings.ToLower(r.get("verv"))]
	if !ok {
		return r.bad("value", "verv")
	}
	m := MemberLine{At: r.At, Person: c.s.one(person), Place: c.s.one(group), Function: f}
	if m.From, m.Until, err = r.fromUntil("fra", "til"); err != nil {
		return err
	}
	c.s.Members = append(c.s.Members, m)
	return c.s.room(r.At, 1)
}
