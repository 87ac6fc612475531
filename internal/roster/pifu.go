package roster

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"tilhor"
)

// Bounds of an XML file. encoding/xml expands no entity of a document's own
// and fetches nothing, and a document type is refused before it is looked at;
// these bounds hold what is left: depth, and the size of one piece of text or
// one tag.
const (
	maxDepth = 24
	maxToken = 256 << 10
	maxText  = 4 << 10
	maxList  = 200
)

// readPIFU reads PIFU-IMS 1.3 (NS 4170 in IMS Enterprise 1.1), full or delta,
// piece by piece: the file is never in memory as a whole.
func readPIFU(ctx context.Context, in input, tell Progress) (*Snapshot, error) {
	enc, err := in.encoding(xmlEncoding)
	if err != nil {
		return nil, err
	}
	r, err := in.as(enc)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	p := &pifu{in: in, ctx: ctx, tell: tell, r: &meter{r: r}, s: &Snapshot{Format: "pifu-ims", PersonLinks: true}}
	p.d = xml.NewDecoder(p.r)
	p.d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 by now
	if err := p.read(); err != nil {
		return nil, err
	}
	return p.s, nil
}

// meter counts what the decoder takes between two tokens, and stops it when
// one token grows past its bound.
type meter struct {
	r     io.Reader
	buf   [32 << 10]byte
	at, n int
	since int
	total int64
	err   error
}

var errToken = errors.New("too large")

func (m *meter) fill() error {
	for m.at == m.n {
		if m.err != nil {
			return m.err
		}
		m.at = 0
		m.n, m.err = m.r.Read(m.buf[:])
		m.total += int64(m.n)
	}
	return nil
}

// ReadByte is what encoding/xml reads by.
func (m *meter) ReadByte() (byte, error) {
	if m.since++; m.since > maxToken {
		return 0, errToken
	}
	if m.at == m.n {
		if err := m.fill(); err != nil {
			return 0, err
		}
	}
	b := m.buf[m.at]
	m.at++
	return b, nil
}

func (m *meter) Read(b []byte) (int, error) {
	if err := m.fill(); err != nil {
		return 0, err
	}
	n := copy(b, m.buf[m.at:m.n])
	m.at += n
	return n, nil
}

type pifu struct {
	in   input
	ctx  context.Context
	tell Progress
	r    *meter
	d    *xml.Decoder
	s    *Snapshot

	source string // the datasource of the file
	full   bool
	typed  bool
	names  []string // the open elements
	attrs  [maxDepth]map[string]string
	text   strings.Builder
	tokens int

	person   PersonLine
	links    []LinkLine
	given    string
	family   string
	mails    []mail
	password bool // one stood in the file; it is not even read

	group   GroupLine
	types   []string // scheme/level/value of the group
	org     string
	school  []string // schoolTypes
	parents []string

	place    string
	member   MemberLine
	role     string
	subrole  string
	roleGone bool

	id    [3]string // type, source, id of the sourcedid that is being read
	frame [2]string // begin, end
}

type mail struct{ kind, value string }

func (p *pifu) at() At {
	line, _ := p.d.InputPos()
	return At{p.in.name, line}
}

func (p *pifu) bad(key string, args ...any) error { return unreadable(p.at(), key, args...) }

func (p *pifu) read() error {
	for {
		p.r.since = 0
		begins := p.at()
		tok, err := p.d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return p.syntax(err)
		}
		if p.tokens++; p.tokens%4096 == 0 {
			if err := p.ctx.Err(); err != nil {
				return err
			}
			p.tell.say("read", p.r.total, p.in.size)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return unreadable(begins, "doctype")
		case xml.StartElement:
			err = p.open(t)
		case xml.EndElement:
			err = p.close(t)
		case xml.CharData:
			if len(p.names) > 0 && p.text.Len() < maxText {
				p.text.Write(t)
			}
		}
		if err != nil {
			return err
		}
	}
	if len(p.names) > 0 || !p.typed {
		return p.bad("cut")
	}
	c := p.full
	p.s.Full = Covers{c, c, c, c, c, c}
	return p.settle()
}

func (p *pifu) syntax(err error) error {
	var se *xml.SyntaxError
	switch {
	case errors.Is(err, errToken):
		return p.bad("too-large")
	case errors.As(err, &se) && strings.Contains(se.Msg, "unexpected EOF"):
		return p.bad("cut")
	case errors.As(err, &se) && strings.Contains(se.Msg, "entity"):
		return p.bad("entity")
	case errors.As(err, &se) && strings.Contains(se.Msg, "UTF-8"):
		return p.bad("encoding")
	case errors.As(err, &se):
		return p.bad("xml")
	}
	var u Unreadable
	if errors.As(err, &u) {
		u.At = p.at()
		return u
	}
	return p.bad("xml") // what the library says, of XML 1.1 for one, quotes the file
}

func (p *pifu) open(t xml.StartElement) error {
	if len(p.names) == 0 {
		if t.Name.Local != "enterprise" || p.typed {
			return p.bad("not-pifu")
		}
	}
	if len(p.names) >= maxDepth {
		return p.bad("too-deep")
	}
	if len(t.Attr) > 16 {
		return p.bad("too-large")
	}
	var attrs map[string]string
	if len(t.Attr) > 0 {
		attrs = make(map[string]string, len(t.Attr))
		for _, a := range t.Attr {
			if _, twice := attrs[a.Name.Local]; twice && a.Name.Space == "" {
				return p.bad("xml")
			}
			attrs[a.Name.Local] = a.Value
		}
	}
	p.attrs[len(p.names)] = attrs
	p.names = append(p.names, t.Name.Local)
	p.text.Reset()
	return p.begin(t.Name.Local)
}

func (p *pifu) attr(name string) string { return p.attrs[len(p.names)-1][name] }

// begin clears what the element is about to fill.
func (p *pifu) begin(name string) error {
	if name == "sourcedid" {
		p.id = [3]string{p.attr("sourcedidtype")}
		return nil
	}
	if name == "timeframe" {
		if p.framed("timeframe") {
			p.frame = [2]string{}
		}
		return nil
	}
	switch len(p.names) {
	case 2:
		return p.beginRecord(name)
	case 3:
		if p.names[1] == "membership" && name == "member" {
			p.member = MemberLine{At: p.at()}
		}
	case 4:
		if p.names[1] == "membership" && name == "role" {
			p.role, p.roleGone, p.subrole, p.frame = p.attr("roletype"), p.attr("recstatus") == "3", "", [2]string{}
		}
	}
	return nil
}

func (p *pifu) beginRecord(name string) error {
	if name != "properties" && name != "comments" && !p.typed {
		return p.bad("no-type")
	}
	switch name {
	case "person":
		p.person = PersonLine{At: p.at(), Gone: p.attr("recstatus") == "3"}
		p.links, p.mails, p.given, p.family, p.password = nil, p.mails[:0], "", "", false
	case "group":
		p.group = GroupLine{At: p.at(), Gone: p.attr("recstatus") == "3"}
		p.types, p.school, p.parents, p.org, p.frame = nil, nil, nil, "", [2]string{}
	case "membership":
		p.place = ""
	}
	return nil
}

func (p *pifu) close(t xml.EndElement) error {
	n := len(p.names)
	if n == 0 || p.names[n-1] != t.Name.Local {
		return p.bad("xml")
	}
	text := p.text.String()
	p.text.Reset()
	err := p.end(t.Name.Local, text)
	p.names = p.names[:n-1]
	return err
}

// framed says whether a timeframe is the group's or the role's own, and not
// one of an address or of absence, which are not looked at.
func (p *pifu) framed(tail ...string) bool {
	return p.path(append([]string{"group"}, tail...)...) || p.path(append([]string{"membership", "member", "role"}, tail...)...)
}

// path says whether the open elements below enterprise are these.
func (p *pifu) path(names ...string) bool {
	if len(p.names) != len(names)+1 {
		return false
	}
	for i, n := range names {
		if n != "*" && p.names[i+1] != n {
			return false
		}
	}
	return true
}

func (p *pifu) end(name, text string) error {
	switch name {
	case "source":
		p.id[1] = tidy(text)
		return nil
	case "id":
		p.id[2] = tidy(text)
		return nil
	case "begin", "end":
		if p.framed("timeframe", name) {
			p.frame[map[string]int{"begin": 0, "end": 1}[name]] = strings.TrimSpace(text)
		}
		return nil
	}
	if len(p.names) < 2 {
		return nil
	}
	switch p.names[1] {
	case "properties":
		return p.endProperties(name, text)
	case "person":
		return p.endPerson(name, text)
	case "group":
		return p.endGroup(name, text)
	case "membership":
		return p.endMembership(name, text)
	}
	return nil
}

func (p *pifu) endProperties(name, text string) error {
	switch {
	case p.path("properties", "datasource"):
		p.source = tidy(text)
	case p.path("properties", "type"):
		switch strings.TrimSpace(text) {
		case "full":
			p.full, p.typed = true, true
		case "delta", "event", "melding":
			p.typed = true
		default:
			return p.bad("type")
		}
	case name == "properties" && !p.typed:
		return p.bad("no-type")
	}
	return nil
}

// key is the source id that was just read: the id alone when the file's own
// system gave it, else with the system's name.
func (p *pifu) key() (string, error) {
	if p.id[2] == "" || len(p.id[1])+len(p.id[2]) > maxKey {
		return "", p.bad("no-id")
	}
	if p.id[1] == "" || p.id[1] == p.source {
		return p.s.one(p.id[2]), nil
	}
	return p.s.one(p.id[1] + "\x1f" + p.id[2]), nil
}

// name takes a source id for a person or a group: the one that holds, or one
// that held before or elsewhere.
func (p *pifu) name(key *string, old *[]string) error {
	k, err := p.key()
	if err != nil {
		return err
	}
	switch p.id[0] {
	case "Old", "Duplicate":
		*old = append(*old, k)
	default:
		if *key != "" && *key != k {
			*old = append(*old, k)
		} else {
			*key = k
		}
	}
	if len(*old) > maxList {
		return p.bad("too-large")
	}
	return nil
}

func (p *pifu) endPerson(name, text string) error {
	switch {
	case p.path("person", "sourcedid"):
		return p.name(&p.person.Key, &p.person.Old)
	case p.path("person", "userid"):
		p.endUserID(text)
	case p.path("person", "name", "n", "family"):
		p.family = tidy(text)
	case p.path("person", "name", "n", "given"):
		p.given = tidy(text)
	case p.path("person", "name", "fn"):
		p.person.Name = tidy(text)
	case p.path("person", "email"):
		p.person.Email = mailOf(text)
	case p.path("person", "extension", "pifu_email"):
		if len(p.mails) < maxList {
			p.mails = append(p.mails, mail{p.attr("type"), mailOf(text)})
		}
	case p.path("person", "extension", "pifu_hasContactPerson", "sourcedid"):
		return p.contact()
	case p.path("person"):
		return p.endOnePerson()
	}
	return nil
}

func (p *pifu) endUserID(text string) {
	if p.attr("password") != "" {
		p.password = true
	}
	switch p.attr("useridtype") {
	case "personNIN":
		p.person.PID = tidy(text)
	case "feideID":
		p.person.Feide = feideOf(text)
	}
}

func (p *pifu) contact() error {
	k, err := p.key()
	if err != nil {
		return err
	}
	if len(p.links) >= maxList {
		return p.bad("too-large")
	}
	l := LinkLine{At: p.at(), Guardian: k, Responsibility: Unknown, Kind: LinkGuardian}
	if p.attrs[len(p.names)-2]["type"] != "guardian" {
		l.Responsibility, l.Kind = No, LinkNextOfKin
	}
	p.links = append(p.links, l)
	return nil
}

func (p *pifu) endOnePerson() error {
	if p.person.Key == "" {
		return p.bad("no-id")
	}
	if p.given != "" || p.family != "" {
		p.person.Name = strings.TrimSpace(p.given + " " + p.family)
	}
	if p.person.Email == "" {
		for _, m := range p.mails {
			if m.value != "" {
				p.person.Email = m.value
				break
			}
		}
	}
	if len(p.person.Name) > 4*maxName {
		return p.bad("too-large")
	}
	if p.password {
		p.s.warn("password", p.person.At)
	}
	p.s.People = append(p.s.People, p.person)
	for _, l := range p.links {
		l.Pupil = p.person.Key
		p.s.Links = append(p.s.Links, l)
	}
	return p.s.room(p.person.At, 1+len(p.links)+len(p.person.Old), p.person.Key, p.person.Name, p.person.Email, p.person.Feide, p.person.PID)
}

func (p *pifu) endGroup(name, text string) error {
	switch {
	case p.path("group", "sourcedid"):
		return p.name(&p.group.Key, &p.group.Old)
	case p.path("group", "grouptype", "scheme"):
		p.types = append(p.types, strings.TrimSpace(text))
	case p.path("group", "grouptype", "typevalue"):
		if n := len(p.types); n > 0 {
			p.types[n-1] += "/" + strings.TrimSpace(p.attr("level"))
		}
	case p.path("group", "description", "short"):
		p.group.Name = tidy(text)
	case p.path("group", "extension", "pifu_schoolType"):
		p.school = append(p.school, strings.TrimSpace(text))
	case p.path("group", "extension", "pifu_id", "pifu_value"):
		if p.attrs[len(p.names)-2]["type"] == "organizationNumber" {
			p.org = tidy(text)
		}
	case p.path("group", "relationship", "sourcedid"):
		if r := p.attrs[len(p.names)-2]["relation"]; r != "1" && r != "" {
			return nil
		}
		k, err := p.key()
		if err != nil {
			return err
		}
		p.parents = append(p.parents, k)
	case p.path("group"):
		return p.endOneGroup()
	}
	if len(p.types) > maxList || len(p.school) > maxList || len(p.parents) > maxList {
		return p.bad("too-large")
	}
	return nil
}

// pifuKinds are the groups of the vocabulary pifu-ims-go-grp, by level. Of
// fag, trinn, undervisningsgruppe and the like only the adults are looked at.
var pifuKinds = map[string]Kind{
	"1": KindClass, "3": KindContact, "11": KindCouncil, "12": KindFAU, "13": KindSU, "14": KindSMU, "15": KindSFO,
	"2": kindTeaching, "4": kindTeaching, "5": kindTeaching, "6": kindTeaching, "7": kindTeaching, "9": kindTeaching, "10": kindTeaching,
	"8": kindNone, "16": kindNone,
}

func (p *pifu) endOneGroup() error {
	if p.group.Key == "" {
		return p.bad("no-id")
	}
	if err := p.s.room(p.group.At, 1+len(p.group.Old), p.group.Key, p.group.Name); err != nil {
		return err
	}
	from, until, err := p.dates()
	if err != nil {
		return err
	}
	for _, t := range p.types {
		scheme, level, _ := strings.Cut(t, "/")
		switch {
		case scheme == "pifu-ims-go-org" && level == "2":
			p.endSchool()
			return nil
		case scheme == "pifu-ims-go-org" && level == "1":
			p.group.Kind = kindOwner
		case scheme == "pifu-ims-go-grp" && p.group.Kind == "":
			p.group.Kind = pifuKinds[strings.TrimPrefix(level, "0")]
		}
	}
	if p.group.Kind == "" {
		p.group.Kind = kindNone
	}
	if p.group.Kind != kindOwner && len(p.parents) > 0 {
		p.group.School = p.parents[0]
	}
	p.group.From, p.group.Until = from, until
	p.s.Groups = append(p.s.Groups, p.group)
	return nil
}

func (p *pifu) endSchool() {
	l := SchoolLine{At: p.group.At, Key: p.group.Key, Old: p.group.Old, Name: p.group.Name, OrgNumber: p.org, Gone: p.group.Gone}
	others := false
	for _, t := range p.school {
		if t == "sfo" {
			l.SFO = true
		} else {
			others = true
		}
	}
	l.SFOOnly = l.SFO && !others
	p.s.Schools = append(p.s.Schools, l)
}

// dates reads the timeframe that was just passed.
func (p *pifu) dates() (from, until tilhor.Date, err error) {
	from, err = p.date(p.frame[0])
	if err != nil {
		return "", "", err
	}
	last, err := p.date(p.frame[1])
	if err == nil && turned(from, last) {
		err = p.bad("turned")
	}
	return from, after(last), err
}

func (p *pifu) date(s string) (tilhor.Date, error) {
	if s == "" {
		return "", nil
	}
	if len(s) > 10 && strings.IndexByte("T +Z", s[10]) >= 0 {
		s = s[:10]
	}
	d, err := tilhor.ParseDate(s)
	if err != nil {
		return "", p.bad("date")
	}
	return tilhor.Date(p.s.one(string(d))), nil
}

func (p *pifu) endMembership(name, text string) (err error) {
	switch {
	case p.path("membership", "sourcedid"):
		p.place, err = p.key()
	case p.path("membership", "member", "sourcedid"):
		p.member.Person, err = p.key()
	case p.path("membership", "member", "role", "subrole"):
		p.subrole = strings.TrimSpace(text)
	case p.path("membership", "member", "role", "status"):
		if strings.TrimSpace(text) == "0" {
			p.roleGone = true
		}
	case p.path("membership", "member", "role"):
		return p.endRole()
	}
	return err
}

func (p *pifu) endRole() error {
	if p.place == "" || p.member.Person == "" {
		return p.bad("no-id")
	}
	m := p.member
	m.Place, m.Gone = p.place, p.roleGone
	m.Function, m.Detail = pifuFunction(p.role, p.subrole), p.s.one(short(p.subrole))
	var err error
	if m.From, m.Until, err = p.dates(); err != nil {
		return err
	}
	p.s.Members = append(p.s.Members, m)
	return p.s.room(m.At, 1)
}

var pifuSubroles = map[string]Function{
	"rektor": FuncRektor, "inspektør": FuncDeputy, "sosiallærer": FuncSocialTeacher, "skolehelsetjeneste": FuncNurse,
	"pptansatt": FuncPPT, "rådgiver": FuncAdviser, "vikar": FuncSubstitute, "lærerstudent": FuncEmployee,
	"faglærer": FuncTeacher, "foresattrepresentant": FuncParentRep, "kontormedarbeider": FuncEmployee,
	"skolebibliotekar": FuncEmployee, "vaktmester": FuncEmployee, "renholdsarbeider": FuncEmployee,
	"iktansvarlig": FuncEmployee, "sensor": FuncNone,
}

// pifuFunction turns role type and subrole into a function. The subrole says
// more, but a pupil's subrole (an elevstatus of one letter) is no function.
func pifuFunction(role, subrole string) Function {
	switch role {
	case "01":
		return FuncPupil
	case "06":
		return FuncContact
	}
	if f, ok := pifuSubroles[subrole]; ok {
		return f
	}
	switch role {
	case "02":
		return FuncTeacher
	case "05":
		return FuncLeader
	case "08":
		return FuncAssistant
	case "03", "07":
		return FuncEmployee
	case "04":
		return FuncOther
	}
	return FuncNone
}

// settle looks at groups whose parent is another group and not a school
// (a kontaktlærergruppe under a class): they belong to that group's school.
func (p *pifu) settle() error {
	parent := map[string]string{}
	for _, g := range p.s.Groups {
		if g.Kind != kindOwner {
			parent[g.Key] = g.School
		}
	}
	for i := range p.s.Groups {
		g := &p.s.Groups[i]
		begins := g.School
		for steps := 0; ; steps++ {
			up, ok := parent[g.School]
			if !ok || g.Kind == kindOwner {
				break
			}
			if g.School = up; steps == maxDepth || up == begins {
				return unreadable(g.At, "circle")
			}
		}
	}
	return nil
}
