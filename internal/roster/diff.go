package roster

import (
	"context"
	"hash/fnv"
	"sort"
	"strings"

	"tilhor"
	"tilhor/internal/db"
)

// Options say how an import is judged.
type Options struct {
	Today          tilhor.Date
	AllowSynthetic bool // take test numbers (Tenor, NAV) for real ones: demo and test only
	MaxRemovals    int  // per cent of what is stored that may be ended without force
}

// Counts are how many of one kind a plan adds, changes and ends.
type Counts struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Ended   int `json:"ended"`
}

// A Report is what an import would change, and what looks wrong.
type Report struct {
	Schools, Groups, Pupils, Employees, Guardians Counts
	Warnings                                      []Warning
	Stopped                                       bool // so much would be ended that it needs force
}

// A Plan is the difference between the files and the lists: everything that an
// import will write, and its report.
type Plan struct {
	Report
	Format  string
	owner   tilhor.OwnerID
	today   tilhor.Date
	version int64

	schools []*schoolRow
	groups  []*groupRow
	people  []*personPut
	ended   []tilhor.PersonID
	release []tilhor.PersonID // give up the person number or Feide id they hold, before another takes it
	aliases []aliasPut
	members []memberRow
	moved   []memberMove
	links   []linkRow
	relinks []linkMove
}

type (
	personPut struct {
		personRow
		isNew              bool
		name, email, digit string
	}
	aliasPut struct {
		source mark
		thing  string
	}
	memberMove struct {
		memberKey
		from, to tilhor.Date
	}
	linkMove struct {
		linkKey
		from, to tilhor.Date
	}
)

// Empty says whether the plan changes nothing.
func (p *Plan) Empty() bool {
	return len(p.schools)+len(p.groups)+len(p.people)+len(p.ended)+len(p.aliases)+len(p.members)+len(p.moved)+len(p.links)+len(p.relinks) == 0
}

// Compare finds what the files would change. It reads one snapshot of the
// database, opens nothing that is sealed, and writes nothing.
func (r *Roster) Compare(ctx context.Context, d *db.DB, owner tilhor.OwnerID, s *Snapshot, o Options, tell Progress) (*Plan, error) {
	tell.say("compare", 0, 0)
	var st *stored
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		st, err = load(tx, owner, o.Today)
		return err
	})
	if err != nil {
		return nil, err
	}
	hash := func(purpose, value string) mark { return markOf(r.keys.Hash(owner, purpose, value)) }
	return compare(ctx, owner, s, st, o, hash)
}

// Preview compares the files with an empty roster, without database or keys.
func Preview(ctx context.Context, s *Snapshot, o Options) (*Plan, error) {
	return compare(ctx, "", s, emptyStored(), o, func(purpose, value string) (m mark) {
		h := fnv.New128a() // only to tell one from another, in this process: nothing is stored
		h.Write([]byte(purpose + "\x1f" + value))
		h.Sum(m[:0])
		return m
	})
}

func compare(ctx context.Context, owner tilhor.OwnerID, s *Snapshot, st *stored, o Options, hash func(purpose, value string) mark) (*Plan, error) {
	c := &differ{
		Snapshot: s, st: st, o: o, hash: hash,
		plan:    &Plan{Format: s.Format, owner: owner, today: o.Today, version: st.version},
		schools: map[string]*schoolRow{}, groups: map[string]*groupRow{}, people: map[string]*human{}, humans: map[tilhor.PersonID]*human{},
		want: map[memberKey]*memberWant{}, wantLinks: map[linkKey]*linkWant{}, lines: map[tilhor.SchoolID]At{}, before: map[tilhor.PersonID]uint8{},
	}
	c.plan.Warnings = append(c.plan.Warnings, s.Warnings...)
	for _, step := range []func(){c.remember, c.diffSchools, c.diffGroups, c.findPeople, c.wantMembers, c.wantAll, c.diffMembers, c.diffLinks, c.forget, c.diffPeople, c.count, c.look, c.guard} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step()
	}
	return c.plan, nil
}

// A differ works through one snapshot. Each step builds on those before it.
type differ struct {
	*Snapshot
	st   *stored
	o    Options
	hash func(purpose, value string) mark
	plan *Plan

	schools   map[string]*schoolRow
	groups    map[string]*groupRow
	people    map[string]*human
	humans    map[tilhor.PersonID]*human
	order     []*human
	want      map[memberKey]*memberWant
	wantOrder []memberKey
	wantLinks map[linkKey]*linkWant
	linkOrder []linkKey
	lines     map[tilhor.SchoolID]At
	before    map[tilhor.PersonID]uint8 // what each was before
	halves    []halving
	numbers   map[string]string        // the numbers of the files by stored person, made when it is asked for
	left      map[tilhor.PersonID]bool // told in the files, and not kept
	sizes     [5]int                   // how many schools, groups, pupils, employees, guardians there were
}

// forget lets go of what only the memberships and links were compared by: in a
// large town the half of all memory.
func (c *differ) forget() {
	c.want, c.wantOrder, c.wantLinks, c.linkOrder = nil, nil, nil, nil
}

// A human is one person of the files: one or more lines that mean the same.
type human struct {
	id      tilhor.PersonID
	line    *PersonLine
	row     *personRow // nil for a new one
	gone    bool
	placed  bool // has a place or a link
	homes   []tilhor.SchoolID
	digits  string
	pid     mark
	feide   mark
	source  mark
	inFile  bool
	pupil   bool
	touched uint8
}

func (c *differ) warn(kind string, at At, args ...any) {
	c.plan.Warnings = append(c.plan.Warnings, Warning{kind, at, args})
}

func join(parts ...string) string { return strings.Join(parts, "\x1f") }

// resolve finds the stored thing of a line, by its id or by one it had before.
// changed says that only an older id was known.
func (c *differ) resolve(key string, old []string, kind func(string) string) (id string, source mark, changed bool) {
	source = c.hash(purposeSource, kind(key))
	if id, ok := c.st.sources[source]; ok {
		return id, source, false
	}
	for _, o := range old {
		if id, ok := c.st.sources[c.hash(purposeSource, kind(o))]; ok {
			return id, source, true
		}
	}
	return "", source, false
}

func (c *differ) diffSchools() {
	for _, l := range c.Schools {
		if _, twice := c.schools[l.Key]; twice {
			c.warn("duplicate-id", l.At)
			continue
		}
		c.diffSchool(l)
		if row := c.schools[l.Key]; row != nil {
			c.lineOf(l, row)
		}
	}
	if !c.Full.Schools {
		return
	}
	for _, row := range sortedSchools(c.st.schools) {
		if !row.seen && row.until == "" {
			c.endSchool(row)
		}
	}
}

func sortedSchools(m map[tilhor.SchoolID]*schoolRow) []*schoolRow {
	out := make([]*schoolRow, 0, len(m))
	for _, r := range m {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].id < out[j].id })
	return out
}

func (c *differ) endSchool(row *schoolRow) {
	row.until, row.seen = c.o.Today, true
	c.plan.schools = append(c.plan.schools, row)
	c.plan.Schools.Ended++
}

func (c *differ) diffSchool(l SchoolLine) {
	id, source, changed := c.resolve(l.Key, l.Old, schoolKey)
	row := c.st.schools[tilhor.SchoolID(id)]
	if l.Gone {
		if row != nil && row.until == "" {
			c.endSchool(row)
			c.schools[l.Key] = row
		}
		return
	}
	org, ok := ParseOrgNumber(l.OrgNumber)
	if !ok {
		if org = ""; l.OrgNumber != "" {
			c.warn("bad-org-number", l.At)
		}
	}
	if l.Name == "" {
		c.warn("no-name", l.At)
		l.Name = "?"
	}
	kind := kindSchoolText
	if l.SFOOnly {
		kind = kindSFOUnitText
	}
	content := c.hash(purposeContent, join(kind, l.Name, org, flag(l.SFO)))
	switch {
	case row == nil:
		row = &schoolRow{id: tilhor.SchoolID(tilhor.NewID()), source: source, from: c.o.Today}
		c.st.schools[row.id], c.st.sources[source] = row, string(row.id)
		c.plan.Schools.Added++
	case row.until != "":
		c.plan.Schools.Added++
	case row.content != content:
		c.plan.Schools.Changed++
	default:
		row.seen = true
		c.schools[l.Key] = row
		c.alias(changed, source, string(row.id))
		return
	}
	row.content, row.kind, row.name, row.org, row.sfo, row.until, row.seen = content, kind, l.Name, org, l.SFO, "", true
	c.schools[l.Key] = row
	c.plan.schools = append(c.plan.schools, row)
	c.alias(changed, source, string(row.id))
}

// lineOf remembers where the files tell of a school.
func (c *differ) lineOf(l SchoolLine, row *schoolRow) {
	c.lines[row.id] = l.At
	for _, old := range l.Old {
		if c.schools[old] == nil {
			c.schools[old] = row
		}
	}
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// alias keeps a new id of a thing that is known by an old one.
func (c *differ) alias(needed bool, source mark, thing string) {
	if needed {
		c.plan.aliases = append(c.plan.aliases, aliasPut{source, thing})
		c.st.sources[source] = thing
	}
}

// schoolOf finds the school a key means: in the files, or stored from before.
func (c *differ) schoolOf(key string) *schoolRow {
	if row := c.schools[key]; row != nil {
		return row
	}
	if c.Full.Schools {
		return nil
	}
	row := c.st.schools[tilhor.SchoolID(c.st.sources[c.hash(purposeSource, schoolKey(key))])]
	if row != nil {
		c.schools[key] = row
	}
	return row
}

func (c *differ) diffGroups() {
	owner := false
	for _, l := range c.Groups {
		if _, twice := c.groups[l.Key]; twice {
			c.warn("duplicate-id", l.At)
			continue
		}
		owner = owner || l.Key == placeOwnerKey
		c.diffGroup(l)
		for _, old := range l.Old {
			if row := c.groups[l.Key]; row != nil && c.groups[old] == nil {
				c.groups[old] = row
			}
		}
	}
	if !owner {
		c.groups[placeOwnerKey] = &groupRow{kind: kindOwner}
	}
	if !c.Full.Groups {
		return
	}
	var left []*groupRow
	for _, row := range c.st.groups {
		if !row.seen && (row.until == "" || row.until > c.o.Today) {
			left = append(left, row)
		}
	}
	sort.Slice(left, func(i, j int) bool { return left[i].id < left[j].id })
	for _, row := range left {
		c.endGroup(row)
	}
}

func (c *differ) endGroup(row *groupRow) {
	row.until, row.seen = c.o.Today, true
	c.plan.groups = append(c.plan.groups, row)
	if row.kind.Kept() {
		c.plan.Report.Groups.Ended++
	}
}

func (c *differ) diffGroup(l GroupLine) {
	id, source, changed := c.resolve(l.Key, l.Old, groupKey)
	row := c.st.groups[tilhor.GroupID(id)]
	if l.Gone {
		if row != nil && (row.until == "" || row.until > c.o.Today) {
			c.endGroup(row)
			c.groups[l.Key] = row
		}
		return
	}
	var school tilhor.SchoolID
	if l.Kind != kindOwner {
		s := c.schoolOf(l.School)
		if s == nil {
			if l.Kind.Kept() {
				c.warn("unknown-school", l.At)
			}
			return
		}
		school = s.id
	}
	if !l.Kind.Kept() || l.Kind == KindContact {
		l.Name = "" // a contact teacher's group is often named after the teacher
	}
	if l.Until != "" && l.Until <= c.o.Today && row == nil {
		c.groups[l.Key] = &groupRow{kind: kindNone, until: l.Until} // over before it was ever known
		return
	}
	content := c.hash(purposeContent, join(string(l.Kind), l.Name, string(school), string(l.From), string(l.Until)))
	counts := &c.plan.Report.Groups
	if !l.Kind.Kept() {
		counts = new(Counts)
	}
	open := row != nil && (row.until == "" || row.until > c.o.Today)
	over := l.Until != "" && l.Until <= c.o.Today
	switch {
	case row == nil:
		row = &groupRow{id: tilhor.GroupID(tilhor.NewID()), source: source}
		c.st.groups[row.id], c.st.sources[source] = row, string(row.id)
		counts.Added++
	case !open && !over:
		counts.Added++
	case open && over:
		counts.Ended++
	case row.content != content && open:
		counts.Changed++
	default:
		row.seen = true
		c.groups[l.Key] = row
		c.alias(changed, source, string(row.id))
		return
	}
	if row.from = l.From; row.from == "" {
		row.from = c.o.Today
	}
	row.content, row.school, row.kind, row.name, row.until, row.seen = content, school, l.Kind, l.Name, l.Until, true
	c.groups[l.Key] = row
	c.plan.groups = append(c.plan.groups, row)
	c.alias(changed, source, string(row.id))
}

// groupOf finds the group a key means.
func (c *differ) groupOf(key string) *groupRow {
	if row := c.groups[key]; row != nil {
		return row
	}
	if c.Full.Groups {
		return nil
	}
	row := c.st.groups[tilhor.GroupID(c.st.sources[c.hash(purposeSource, groupKey(key))])]
	if row != nil {
		c.groups[key] = row
	}
	return row
}

// findPeople settles who each person of the files is. The same person number is
// the same person, in two lines or in two systems: bars and kinship are tested
// on the person, so a teacher who is a parent must not be two.
func (c *differ) findPeople() {
	numbers := map[string]*human{}
	for i := range c.People {
		l := &c.People[i]
		if _, twice := c.people[l.Key]; twice {
			c.warn("duplicate-id", l.At)
			continue
		}
		digits := c.number(*l)
		if h := numbers[digits]; digits != "" && h != nil {
			c.warn("same-person", l.At)
			c.merge(h, l)
			continue
		}
		id, source, changed := c.resolve(l.Key, l.Old, personKey)
		h := &human{line: l, digits: digits, source: source, gone: l.Gone, inFile: true, id: tilhor.PersonID(id)}
		if digits != "" {
			h.pid = c.hash(purposePID, digits)
		}
		if l.Feide != "" {
			h.feide = c.hash(purposeFeide, l.Feide)
		}
		if changed {
			c.warn("id-change", l.At)
		}
		c.identify(h, changed)
		if digits != "" {
			numbers[digits] = c.people[l.Key]
		}
	}
}

// number checks a person number; "" when there is none to keep.
func (c *differ) number(l PersonLine) string {
	if l.PID == "" || l.Gone {
		return ""
	}
	n, ok := ParseNumber(l.PID)
	switch {
	case ok && n.Synthetic && !c.o.AllowSynthetic:
		c.warn("synthetic-number", l.At)
	case ok:
		return n.Digits
	case len(digitsOf(l.PID)) != 12: // a DUF number is no number to sign in with: it is not kept
		c.warn("bad-number", l.At)
	}
	return ""
}

// merge takes a second line of the same person.
func (c *differ) merge(h *human, l *PersonLine) {
	both := *h.line // the snapshot stays as it was read
	h.line = &both
	fill(&h.line.Name, l.Name)
	fill(&h.line.Email, l.Email)
	if h.line.Feide == "" && l.Feide != "" {
		h.line.Feide, h.feide = l.Feide, c.hash(purposeFeide, l.Feide)
	}
	c.people[l.Key] = h
	source := c.hash(purposeSource, personKey(l.Key))
	if _, known := c.st.sources[source]; !known {
		c.alias(true, source, string(h.id))
	}
}

func (c *differ) identify(h *human, byOld bool) {
	h.row = c.st.people[h.id]
	if same := c.st.people[c.st.pids[h.pid]]; h.pid != (mark{}) && same != nil && same != h.row {
		switch {
		case h.row == nil:
			h.row, byOld = same, true // known from another system, or put in by hand
		case c.givesUp(same.id, h.digits): // the numbers of two people were mixed up
		default:
			c.warn("two-persons", h.line.At)
			h.pid, h.digits = mark{}, ""
		}
	}
	if h.row == nil {
		if h.gone {
			c.people[h.line.Key] = h
			return
		}
		h.id = tilhor.PersonID(tilhor.NewID())
		c.st.sources[h.source] = string(h.id)
	} else {
		h.id = h.row.id
		c.alias(byOld, h.source, string(h.id))
	}
	if other := c.humans[h.id]; other != nil {
		c.warn("same-person", h.line.At)
		if other.digits == "" {
			other.digits, other.pid = h.digits, h.pid
		}
		c.merge(other, h.line)
		return
	}
	c.people[h.line.Key], c.humans[h.id] = h, h
	c.order = append(c.order, h)
	for _, old := range h.line.Old { // other lines may still use it
		if c.people[old] == nil {
			c.people[old] = h
		}
		source := c.hash(purposeSource, personKey(old))
		if _, known := c.st.sources[source]; !known {
			c.alias(true, source, string(h.id))
		}
	}
}

// givesUp says whether the files give a stored person another number than this.
func (c *differ) givesUp(id tilhor.PersonID, digits string) bool {
	if c.numbers == nil {
		c.numbers = map[string]string{}
		for _, l := range c.People {
			if n, ok := ParseNumber(l.PID); ok {
				c.numbers[c.st.sources[c.hash(purposeSource, personKey(l.Key))]] = n.Digits
			}
		}
	}
	now, ok := c.numbers[string(id)]
	return ok && now != digits
}

// person finds who a key means: in the files, or stored from before.
func (c *differ) person(key string) *human {
	if h := c.people[key]; h != nil {
		return h
	}
	if c.Full.People {
		return nil
	}
	h := c.known(tilhor.PersonID(c.st.sources[c.hash(purposeSource, personKey(key))]))
	if h != nil {
		c.people[key] = h
	}
	return h
}

// known gives a stored person, whether the files have a line of it or not.
func (c *differ) known(id tilhor.PersonID) *human {
	if h := c.humans[id]; h != nil {
		return h
	}
	row := c.st.people[id]
	if row == nil {
		return nil
	}
	h := &human{id: id, row: row, line: &PersonLine{}}
	c.humans[id] = h
	return h
}
