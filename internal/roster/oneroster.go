package roster

import (
	"context"
	"strings"
)

// readOneRoster reads a OneRoster 1.1 CSV set: manifest, orgs, users, classes,
// enrollments. The format is international: it knows no rektor, no SFO and no
// bodies, so groups are known by their titles and rektor is appointed in
// Tilhør (`tilhor roster appoint`).
func readOneRoster(ctx context.Context, name string, tables []*table, tell Progress) (*Snapshot, error) {
	o := &oneroster{s: &Snapshot{Format: "oneroster", PersonHolds: true}, mode: map[string]string{}, files: map[string]*table{}}
	for _, t := range tables {
		o.files[strings.ToLower(strings.TrimSuffix(t.in.name, ".csv"))] = t
	}
	if t := o.files["manifest"]; t != nil {
		if err := o.manifest(ctx, t); err != nil {
			return nil, err
		}
	}
	steps := []struct {
		file string
		cols []string
		read func(row) error
	}{
		{"orgs", []string{"sourcedid", "name", "type"}, o.org},
		{"classes", []string{"sourcedid", "title", "schoolsourcedid"}, o.class},
		{"users", []string{"sourcedid", "orgsourcedids", "role", "givenname", "familyname"}, o.user},
		{"enrollments", []string{"classsourcedid", "usersourcedid", "role"}, o.enrollment},
	}
	seen := false
	for _, st := range steps {
		t, err := o.file(name, st.file)
		if err != nil {
			return nil, err
		}
		if t == nil {
			continue
		}
		seen = true
		if err := t.need(st.cols...); err != nil {
			return nil, err
		}
		if err := t.each(ctx, tell, st.read); err != nil {
			return nil, err
		}
	}
	if !seen {
		return nil, unreadable(At{File: name}, "nothing")
	}
	o.agents()
	full := func(f string) bool { return o.files[f] != nil && o.mode[f] != "delta" && o.mode[f] != "absent" }
	o.s.Full = Covers{full("orgs"), full("classes"), full("users"), full("users"), full("enrollments"), full("users")}
	return o.s, nil
}

type oneroster struct {
	s     *Snapshot
	files map[string]*table
	mode  map[string]string // absent, bulk or delta, by file
	adult map[string]agent  // who stands in other people's agentSourcedIds
	pairs []LinkLine
}

// An agent is what a user's own role says of the link to a pupil.
type agent struct {
	kind           LinkKind
	responsibility Responsibility
}

// file gives a table that the manifest says is there, nil when it says not.
func (o *oneroster) file(set, name string) (*table, error) {
	mode, told := o.mode[name]
	t := o.files[name]
	switch {
	case mode == "absent":
		return nil, nil
	case told && t == nil:
		return nil, unreadable(At{File: set}, "file-missing", "name", name+".csv")
	}
	return t, nil
}

func (o *oneroster) manifest(ctx context.Context, t *table) error {
	if err := t.need("propertyname", "value"); err != nil {
		return err
	}
	return t.each(ctx, nil, func(r row) error {
		name, value := r.get("propertyname"), strings.ToLower(r.get("value"))
		if name == "oneroster.version" && value != "1.1" && value != "1.1.1" {
			return r.bad("version", versionNumber(value))
		}
		file, ok := strings.CutPrefix(name, "file.")
		if !ok {
			return nil
		}
		switch value {
		case "absent", "bulk", "delta":
			o.mode[strings.ToLower(file)] = value
			return nil
		}
		return unreadable(r.At, "mode")
	})
}

// versionNumber shows a version's number, and nothing else that may stand there.
func versionNumber(s string) string {
	if s == "" || len(s) > 8 || strings.Trim(s, "0123456789.") != "" {
		return "?"
	}
	return s
}

func gone(r row) bool { return strings.EqualFold(r.get("status"), "tobedeleted") }

func (o *oneroster) org(r row) error {
	key, err := r.key("sourcedid")
	if err != nil {
		return err
	}
	name := r.own("name")
	if err := o.s.room(r.At, 1, key, name); err != nil {
		return err
	}
	switch strings.ToLower(r.get("type")) {
	case "school":
		if len(name) > 4*maxName {
			return r.bad("too-long", "name")
		}
		o.s.Schools = append(o.s.Schools, SchoolLine{At: r.At, Key: key, Name: name, OrgNumber: short(r.own("identifier")), Gone: gone(r)})
	case "district", "local":
		o.s.Groups = append(o.s.Groups, GroupLine{At: r.At, Key: key, Kind: kindOwner, Gone: gone(r)})
	default:
		o.s.Groups = append(o.s.Groups, GroupLine{At: r.At, Key: key, Kind: kindNone, Gone: gone(r)})
	}
	return nil
}

// titled knows the Norwegian groups by the first word of their title.
func titled(title string) Kind {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return r == ' ' || r == '-' || r == ':' })
	if len(words) == 0 {
		return ""
	}
	switch words[0] {
	case "sfo", "skolefritidsordning", "skulefritidsordning":
		return KindSFO
	case "elevråd", "elevrådet":
		return KindCouncil
	case "fau":
		return KindFAU
	case "su", "samarbeidsutvalg", "samarbeidsutvalget", "samarbeidsutval", "samarbeidsutvalet":
		return KindSU
	case "smu", "skolemiljøutvalg", "skolemiljøutvalget", "skulemiljøutval", "skulemiljøutvalet":
		return KindSMU
	}
	return ""
}

func (o *oneroster) class(r row) error {
	key, err := r.key("sourcedid")
	if err != nil {
		return err
	}
	school, err := r.key("schoolsourcedid")
	if err != nil {
		return err
	}
	g := GroupLine{At: r.At, Key: key, School: school, Name: r.own("title"), Gone: gone(r), Kind: titled(r.get("title"))}
	if len(g.Name) > 4*maxName {
		return r.bad("too-long", "title")
	}
	switch {
	case g.Kind != "":
	case strings.EqualFold(r.get("classtype"), "homeroom"):
		g.Kind = KindClass
	default:
		g.Kind, g.Name = kindTeaching, ""
	}
	o.s.Groups = append(o.s.Groups, g)
	return o.s.room(r.At, 1, key, school, g.Name)
}

var oneRosterRoles = map[string]Function{
	"student": FuncPupil, "teacher": FuncTeacher, "aide": FuncAssistant, "proctor": FuncEmployee, "administrator": FuncEmployee,
}

var oneRosterAgents = map[string]agent{
	"parent":   {LinkGuardian, Unknown},
	"guardian": {LinkGuardian, Unknown},
	"relative": {LinkNextOfKin, No},
}

func (o *oneroster) user(r row) error {
	key, err := r.key("sourcedid")
	if err != nil {
		return err
	}
	key = o.s.one(key)
	p := PersonLine{
		At: r.At, Key: key, Gone: gone(r), Email: mailOf(r.own("email")),
		Name: tidy(r.get("givenname") + " " + r.get("middlename") + " " + r.get("familyname")),
	}
	if len(p.Name) > 4*maxName {
		return r.bad("too-long", "familyName")
	}
	o.userIDs(&p, r.own("userids"))
	if strings.EqualFold(r.get("enableduser"), "false") {
		p.Feide, p.PID = "", "" // may be in the lists, may not sign in
	}
	if r.get("password") != "" {
		o.s.warn("password", r.At)
	}
	o.s.People = append(o.s.People, p)
	orgs, agents := list(r.get("orgsourcedids")), list(r.get("agentsourcedids"))
	if err := o.s.room(r.At, 1+len(orgs)+len(agents), key, p.Name, p.Email, p.Feide, p.PID); err != nil || p.Gone {
		return err
	}
	for _, k := range append(orgs, agents...) {
		if len(k) > maxKey {
			return r.bad("too-long", "orgSourcedIds")
		}
	}
	role := strings.ToLower(r.get("role"))
	if a, ok := oneRosterAgents[role]; ok {
		if o.adult == nil {
			o.adult = map[string]agent{}
		}
		o.adult[key] = a
		for _, pupil := range agents {
			o.pairs = append(o.pairs, LinkLine{At: r.At, Pupil: o.s.one(pupil), Guardian: key})
		}
		return nil
	}
	f := oneRosterRoles[role]
	if f == FuncNone {
		o.s.warn("unclear-role", r.At)
	}
	for _, org := range orgs {
		o.s.Members = append(o.s.Members, MemberLine{At: r.At, Person: key, Place: o.s.one(org), Function: f, OfPerson: true})
	}
	if role == "student" {
		for _, g := range agents {
			o.pairs = append(o.pairs, LinkLine{At: r.At, Pupil: key, Guardian: o.s.one(g)})
		}
	}
	return nil
}

// userIDs reads "{Feide:a@b.no},{Fed:12345678901}".
func (o *oneroster) userIDs(p *PersonLine, s string) {
	for _, id := range list(s) {
		kind, value, ok := strings.Cut(strings.Trim(id, "{} "), ":")
		if !ok {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case "feide", "feideid", "edupersonprincipalname":
			p.Feide = feideOf(value)
		case "fed", "fnr", "nin", "personnin", "fodselsnummer", "fødselsnummer":
			p.PID = short(tidy(value))
		}
	}
}

func list(s string) []string {
	var out []string
	for _, f := range strings.Split(s, ",") {
		if f = tidy(f); f != "" && len(out) < maxList {
			out = append(out, f)
		}
	}
	return out
}

// agents turns the pairs, which may stand in the pupil's line, in the parent's
// or in both, into one link for each.
func (o *oneroster) agents() {
	seen := map[[2]string]bool{}
	for _, l := range o.pairs {
		pair := [2]string{l.Pupil, l.Guardian}
		if seen[pair] {
			continue
		}
		seen[pair] = true
		a, ok := o.adult[l.Guardian]
		if !ok {
			a = agent{LinkGuardian, Unknown} // a parent of a delta, known from before
		}
		l.Kind, l.Responsibility = a.kind, a.responsibility
		o.s.Links = append(o.s.Links, l)
	}
	o.pairs = nil
}

func (o *oneroster) enrollment(r row) error {
	class, err := r.key("classsourcedid")
	if err != nil {
		return err
	}
	user, err := r.key("usersourcedid")
	if err != nil {
		return err
	}
	m := MemberLine{At: r.At, Person: user, Place: class, Gone: gone(r), Function: oneRosterRoles[strings.ToLower(r.get("role"))]}
	if m.Function == FuncNone {
		o.s.warn("unclear-role", r.At)
	}
	if m.Function == FuncTeacher && strings.EqualFold(r.get("primary"), "true") {
		m.Function = FuncContact
	}
	if m.From, m.Until, err = r.fromUntil("begindate", "enddate"); err != nil {
		return err
	}
	m.Person, m.Place = o.s.one(m.Person), o.s.one(m.Place)
	o.s.Members = append(o.s.Members, m)
	return o.s.room(r.At, 1)
}
