package roster

import (
	"sort"

	"tilhor"
)

// remember notes what everyone is before anything is changed.
func (c *differ) remember() {
	for k := range c.st.members {
		if b := k.category(); b == isPupil {
			c.before[k.person] |= isPupil | wasListed
		} else {
			c.before[k.person] |= b
		}
	}
	for k := range c.st.links {
		c.before[k.guardian] |= isGuardian
		c.before[k.pupil] |= isPupil
	}
	for _, s := range c.st.schools {
		if s.until == "" {
			c.sizes[0]++
		}
	}
	for _, g := range c.st.groups {
		if g.kind.Kept() && (g.until == "" || g.until > c.o.Today) {
			c.sizes[1]++
		}
	}
	for _, b := range c.before {
		for i, bit := range []uint8{isPupil, isEmployee, isGuardian} {
			if b&bit != 0 {
				c.sizes[2+i]++
			}
		}
	}
}

// wasListed marks a pupil who stood in a school's list. One who is known by a
// link only is a pupil too, but stops being one with the place in a list.
const wasListed uint8 = 1 << 7

// after is what everyone is when the plan is done.
func (c *differ) after() map[tilhor.PersonID]uint8 {
	after := map[tilhor.PersonID]uint8{}
	for k := range c.st.members {
		if b := k.category(); b == isPupil {
			after[k.person] |= isPupil | wasListed
		} else {
			after[k.person] |= b
		}
	}
	for k := range c.st.links {
		after[k.guardian] |= isGuardian
		if c.before[k.pupil]&wasListed == 0 {
			after[k.pupil] |= isPupil
		}
	}
	return after
}

// diffPeople finds whose own line is new or changed, and who has left.
func (c *differ) diffPeople() {
	active := map[tilhor.PersonID]bool{}
	for k := range c.st.members {
		active[k.person] = true
	}
	for k := range c.st.links {
		active[k.pupil], active[k.guardian] = true, true
	}
	all := c.Full.People && c.Full.Roles && c.Full.Members
	c.left = map[tilhor.PersonID]bool{}
	for _, h := range c.order {
		switch {
		case h.gone:
		case all && !active[h.id]: // told of, and with nothing to do there
			if c.left[h.id] = h.row == nil; h.row == nil {
				c.warn("no-place", h.line.At)
			}
		default:
			c.diffPerson(h)
		}
	}
	for _, row := range c.st.people {
		if row.until != "" || row.manual {
			continue
		}
		h := c.humans[row.id]
		if h != nil && h.inFile && h.gone || all && !active[row.id] {
			c.plan.ended = append(c.plan.ended, row.id)
		}
	}
	sort.Slice(c.plan.ended, func(i, j int) bool { return c.plan.ended[i] < c.plan.ended[j] })
	c.settleIDs()
	kept := c.plan.aliases[:0]
	for _, a := range c.plan.aliases {
		if !c.left[tilhor.PersonID(a.thing)] {
			kept = append(kept, a)
		}
	}
	c.plan.aliases = kept
}

func (c *differ) diffPerson(h *human) {
	name := h.line.Name
	if name == "" {
		c.warn("no-name", h.line.At)
		name = "?"
	}
	if r := []rune(name); len(r) > maxName {
		c.warn("long-name", h.line.At)
		name = string(r[:maxName])
	}
	p := &personPut{name: name, email: h.line.Email, digit: h.digits}
	p.personRow = personRow{
		id: h.id, home: c.home(h), source: h.source, pid: h.pid, feide: h.feide,
		content: c.hash(purposeContent, join(name, h.line.Email, h.digits, h.line.Feide)),
	}
	if h.row == nil {
		p.isNew = true
		c.plan.people = append(c.plan.people, p)
		return
	}
	p.source, p.manual = h.row.source, h.row.manual
	if h.row.content == p.content && h.row.home == p.home && h.row.until == "" {
		return
	}
	if h.row.content != p.content {
		h.touched |= isPupil | isEmployee | isGuardian
	}
	c.plan.people = append(c.plan.people, p)
}

// settleIDs sees to it that a person number and a Feide id belong to one
// person. Those who give one up do so before another takes it.
func (c *differ) settleIDs() {
	puts := map[tilhor.PersonID]*personPut{}
	feides := map[mark]tilhor.PersonID{}
	pids := map[mark]tilhor.PersonID{}
	for _, p := range c.plan.people {
		puts[p.id] = p
	}
	for _, row := range c.st.people { // who keeps what they have
		if puts[row.id] == nil {
			feides[row.feide], pids[row.pid] = row.id, row.id
		}
	}
	for _, p := range c.plan.people {
		c.settleFeide(p, feides)
		if p.pid != (mark{}) {
			if other, taken := pids[p.pid]; taken && other != p.id {
				p.pid, p.digit = mark{}, ""
				c.warn("two-persons", c.humans[p.id].line.At)
			}
			pids[p.pid] = p.id
		}
		if row := c.st.people[p.id]; row != nil && (row.pid != (mark{}) && row.pid != p.pid || row.feide != (mark{}) && row.feide != p.feide) {
			c.plan.release = append(c.plan.release, p.id)
		}
	}
}

// settleFeide: a Feide id may be given to somebody new when its holder has
// left. Until then the first keeps it, and the file is wrong.
func (c *differ) settleFeide(p *personPut, feides map[mark]tilhor.PersonID) {
	if p.feide == (mark{}) {
		return
	}
	other, taken := feides[p.feide]
	if taken && other != p.id {
		if row := c.st.people[other]; row != nil && c.leaves(row) {
			c.plan.release = append(c.plan.release, other)
		} else {
			p.feide = mark{}
			c.warn("feide-twice", c.humans[p.id].line.At)
			return
		}
	}
	feides[p.feide] = p.id
}

func (c *differ) leaves(row *personRow) bool {
	if row.until != "" {
		return true
	}
	i := sort.Search(len(c.plan.ended), func(i int) bool { return c.plan.ended[i] >= row.id })
	return i < len(c.plan.ended) && c.plan.ended[i] == row.id
}

// count fills in the report's numbers for people: each is counted in every
// capacity they have.
func (c *differ) count() {
	after := c.after()
	ids := map[tilhor.PersonID]bool{}
	for id := range c.before {
		ids[id] = true
	}
	for id := range after {
		ids[id] = true
	}
	for id := range ids {
		var touched uint8
		if h := c.humans[id]; h != nil {
			touched = h.touched
		}
		tally(&c.plan.Pupils, isPupil, c.before[id], after[id], touched)
		tally(&c.plan.Employees, isEmployee, c.before[id], after[id], touched)
		tally(&c.plan.Guardians, isGuardian, c.before[id], after[id], touched)
	}
}

func tally(n *Counts, bit, before, after, touched uint8) {
	switch was, is := before&bit != 0, after&bit != 0; {
	case is && !was:
		n.Added++
	case was && !is:
		n.Ended++
	case is && touched&bit != 0:
		n.Changed++
	}
}

// look finds what somebody should look at before the plan is carried out.
func (c *differ) look() {
	cared, listed, led := map[tilhor.PersonID]bool{}, map[tilhor.PersonID]bool{}, map[tilhor.SchoolID]bool{}
	for k, l := range c.st.links {
		if l.kind != LinkNextOfKin && l.responsibility != No {
			cared[k.pupil] = true
		}
	}
	for k := range c.st.members {
		listed[k.person] = listed[k.person] || k.role == tilhor.RolePupil
		led[k.school] = led[k.school] || k.role == tilhor.RoleRektor
	}
	tells := c.Full.Links || c.PersonLinks || c.PersonHolds
	for _, h := range c.order {
		if !h.pupil || h.gone {
			continue
		}
		if tells && !cared[h.id] && !c.st.decided[h.id] {
			c.warn("no-guardian", h.line.At)
		}
		if !listed[h.id] {
			c.warn("no-school", h.line.At)
		}
	}
	for _, g := range c.halves {
		c.warn("halved-class", c.groupAt(g.group), "name", g.group.name, "school", c.schoolName(g.group.school), "was", g.was, "now", g.now)
	}
	if !c.Full.Roles {
		return
	}
	for _, row := range sortedSchools(c.st.schools) {
		if row.until == "" && row.kind == kindSchoolText && !led[row.id] {
			c.warn("no-rektor", c.lines[row.id], "name", row.name)
		}
	}
}

func (c *differ) groupAt(row *groupRow) At {
	for _, l := range c.Groups {
		if c.groups[l.Key] == row {
			return l.At
		}
	}
	return At{}
}

func (c *differ) schoolName(id tilhor.SchoolID) string {
	if row := c.st.schools[id]; row != nil {
		return row.name
	}
	return ""
}

// A word is an argument of a warning that is itself a text.
type word string

// guard stops an import that would end more than it should: a file that was cut
// off at the wrong place looks just like a school that has closed.
func (c *differ) guard() {
	r := &c.plan.Report
	for i, n := range []Counts{r.Schools, r.Groups, r.Pupils, r.Employees, r.Guardians} {
		what := []string{"schools", "groups", "pupils", "employees", "guardians"}[i]
		if i == 1 && n.Added*2 >= n.Ended { // a new school year brings new classes
			continue
		}
		if n.Ended >= 2 && n.Ended*100 > c.o.MaxRemovals*c.sizes[i] {
			r.Stopped = true
			c.warn("many-ended", At{}, "what", word("roster.kind."+what), "n", n.Ended, "of", c.sizes[i])
		}
	}
	sort.SliceStable(r.Warnings, func(i, j int) bool {
		a, b := r.Warnings[i].At, r.Warnings[j].At
		return a.File < b.File || a.File == b.File && a.Line < b.Line
	})
}
