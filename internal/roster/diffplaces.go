package roster

import (
	"sort"

	"tilhor"
)

type memberWant struct {
	At
	from, until tilhor.Date
	detail      string
	gone        bool
}

type linkWant struct {
	At
	from, until    tilhor.Date
	kind           LinkKind
	responsibility Responsibility
	gone           bool
}

// A halving is a class whose list became half as long.
type halving struct {
	group    *groupRow
	was, now int
}

// wantMembers settles what the files say of memberships: who, where, as what.
func (c *differ) wantMembers() {
	guardians := map[string]bool{}
	for _, l := range c.Links {
		guardians[l.Guardian] = true
	}
	var loose []MemberLine // pupils of teaching groups, who may be at no school otherwise
	for _, l := range c.Members {
		h := c.person(l.Person)
		if h == nil {
			c.warn("unknown-person", l.At)
			continue
		}
		if h.gone {
			continue
		}
		school, group, kind, ok := c.placeOf(l.Place)
		if !ok {
			c.warn("unknown-place", l.At)
			continue
		}
		if kind == kindTeaching && l.Function == FuncPupil {
			loose = append(loose, l)
			continue
		}
		if l.Function == FuncOther && kind == kindSchool && guardians[l.Person] {
			c.warn("unclear-role", l.At) // a parent listed at a school does not work there
			continue
		}
		p := place(kind, l.Function)
		if !p.keep || l.Gone && kind == kindTeaching {
			continue
		}
		if !p.atGroup {
			group = ""
		}
		if ownerRole(p.role) {
			school = ""
		}
		if p.detail == "" && (l.Detail == "rådgiver" || l.Detail == "lærerstudent") {
			p.detail = l.Detail
		}
		c.wantMember(memberKey{school, p.role, group, h.id}, memberWant{l.At, l.From, l.Until, p.detail, l.Gone})
	}
	c.wantLoose(loose)
	c.wantLinksAll()
}

// wantLoose: a pupil who is listed only in teaching groups is at that school.
func (c *differ) wantLoose(loose []MemberLine) {
	at := map[tilhor.PersonID]bool{}
	for k, w := range c.want {
		if k.role == tilhor.RolePupil && !w.gone {
			at[k.person] = true
		}
	}
	for _, l := range loose {
		h := c.person(l.Person)
		if !c.Full.Members || l.Gone || at[h.id] {
			continue
		}
		school, _, _, _ := c.placeOf(l.Place)
		c.wantMember(memberKey{school, tilhor.RolePupil, "", h.id}, memberWant{l.At, "", "", "", false})
	}
}

func (c *differ) placeOf(key string) (tilhor.SchoolID, tilhor.GroupID, Kind, bool) {
	if s := c.schoolOf(key); s != nil {
		return s.id, "", Kind(s.kind), true
	}
	if g := c.groupOf(key); g != nil {
		return g.school, g.id, g.kind, true
	}
	return "", "", "", false
}

// wantMember notes a membership; two lines of the same are one.
func (c *differ) wantMember(k memberKey, w memberWant) {
	if w.until != "" && w.until <= c.o.Today || c.shut(k) {
		w.gone = true
	}
	have := c.want[k]
	if have == nil {
		c.want[k] = &w
		c.wantOrder = append(c.wantOrder, k)
		return
	}
	if have.gone != w.gone {
		if have.gone {
			*have = w
		}
		return
	}
	if w.detail == detailContact || w.detail == detailLeader || have.detail == "" {
		have.detail = w.detail
	}
	if have.from == "" || w.from == "" {
		have.from = ""
	} else {
		have.from = min(have.from, w.from)
	}
	if have.until == "" || w.until == "" {
		have.until = ""
	} else {
		have.until = max(have.until, w.until)
	}
}

func (c *differ) wantLinksAll() {
	for _, l := range c.Links {
		pupil, guardian := c.person(l.Pupil), c.person(l.Guardian)
		if pupil == nil || guardian == nil {
			c.warn("unknown-person", l.At)
			continue
		}
		if pupil.gone || guardian.gone {
			continue
		}
		if pupil == guardian {
			c.warn("own-guardian", l.At)
			continue
		}
		if l.Responsibility == No && !l.Gone {
			c.warn("no-responsibility", l.At)
		}
		w := linkWant{l.At, l.From, l.Until, l.Kind, l.Responsibility, l.Gone || l.Until != "" && l.Until <= c.o.Today}
		k := linkKey{pupil.id, guardian.id}
		have := c.wantLinks[k]
		if have == nil {
			c.wantLinks[k] = &w
			c.linkOrder = append(c.linkOrder, k)
		} else if have.gone && !w.gone || have.kind == LinkNextOfKin && w.kind != LinkNextOfKin {
			*have = w
		}
	}
}

// wantAll marks who has a place, and where people are at home: at the school
// where they go or work, a guardian at the first child's.
func (c *differ) wantAll() {
	for _, k := range c.wantOrder {
		if c.want[k].gone {
			continue
		}
		h := c.known(k.person)
		h.placed = true
		h.pupil = h.pupil || k.role == tilhor.RolePupil
		if k.school != "" && k.role != RoleSeat {
			h.homes = append(h.homes, k.school)
		}
	}
	for _, k := range c.linkOrder {
		if c.wantLinks[k].gone {
			continue
		}
		pupil, guardian := c.known(k.pupil), c.known(k.guardian)
		pupil.placed, guardian.placed, pupil.pupil = true, true, true
		guardian.homes = addOnce(guardian.homes, c.home(pupil))
	}
}

// home chooses the school whose key seals a person's name. It stays as long as
// the person has anything to do with that school.
func (c *differ) home(h *human) tilhor.SchoolID {
	if h.row != nil && (len(h.homes) == 0 || h.row.home != "" && c.stays(h)) {
		return h.row.home
	}
	for _, s := range h.homes {
		if s != "" {
			return s
		}
	}
	return ""
}

// stays: a delta may tell of one of several places, so only a pupil moves by it.
func (c *differ) stays(h *human) bool {
	return contains(h.homes, h.row.home) || !c.Full.Roles && !h.pupil && !c.gone(h.row.home)
}

func (c *differ) gone(id tilhor.SchoolID) bool {
	row := c.st.schools[id]
	return row == nil || row.until != ""
}

func contains(list []tilhor.SchoolID, s tilhor.SchoolID) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// in says whether the files tell all there is of a stored membership, so that
// it has ended when they do not name it.
func (c *differ) in(row *memberRow) bool {
	h := c.humans[row.person]
	switch {
	case h != nil && h.inFile && h.gone:
		return true
	case c.KeepSeats && row.role == RoleSeat:
		return false
	case row.group != "":
		return c.Full.Members || c.shut(row.memberKey)
	}
	return c.Full.Roles || c.shut(row.memberKey) || c.PersonHolds && h != nil && h.inFile
}

// closed says whether a group has ended, and its memberships with it.
func (c *differ) closed(id tilhor.GroupID) bool {
	g := c.st.groups[id]
	return g != nil && g.until != "" && g.until <= c.o.Today
}

// shut says whether the place itself has ended.
func (c *differ) shut(k memberKey) bool {
	return k.group != "" && c.closed(k.group) || k.school != "" && c.gone(k.school)
}

func (c *differ) diffMembers() {
	was, now := map[tilhor.GroupID]int{}, map[tilhor.GroupID]int{}
	for k := range c.st.members {
		if k.role == tilhor.RolePupil {
			was[k.group]++
			now[k.group]++
		}
	}
	var ends []*memberRow
	for k, row := range c.st.members {
		w := c.want[k]
		if row.manual {
			continue
		}
		if w != nil && !w.gone || w == nil && !c.in(row) {
			continue
		}
		ends = append(ends, row)
	}
	sort.Slice(ends, func(i, j int) bool { return less(ends[i].memberKey, ends[j].memberKey) })
	for _, row := range ends {
		row.until = c.o.Today
		if w := c.want[row.memberKey]; w != nil && w.until != "" {
			row.until = w.until
		}
		c.plan.members = append(c.plan.members, *row)
		c.touch(row.memberKey)
		if row.role == tilhor.RolePupil {
			now[row.group]--
		}
		delete(c.st.members, row.memberKey)
	}
	for _, k := range c.wantOrder {
		w := c.want[k]
		if w.gone {
			continue
		}
		if c.st.members[k] == nil && k.role == tilhor.RolePupil {
			now[k.group]++
		}
		c.putMember(k, w)
	}
	for id, n := range was {
		if g := c.st.groups[id]; g != nil && g.kind == KindClass && g.until == "" && n >= 4 && now[id] <= n/2 {
			c.halves = append(c.halves, halving{g, n, now[id]})
		}
	}
	sort.Slice(c.halves, func(i, j int) bool { return c.halves[i].group.id < c.halves[j].group.id })
}

// less is the order of the table's key, so that its index grows at its end.
func less(a, b memberKey) bool {
	switch {
	case a.school != b.school:
		return a.school < b.school
	case a.role != b.role:
		return a.role < b.role
	case a.group != b.group:
		return a.group < b.group
	}
	return a.person < b.person
}

func (c *differ) putMember(k memberKey, w *memberWant) {
	row := c.st.members[k]
	if row != nil && row.manual {
		return
	}
	if row == nil {
		row = &memberRow{memberKey: k, from: w.from, until: w.until, detail: w.detail}
		if row.from == "" || c.st.past[pastKey{member: k, from: row.from}] {
			row.from = c.o.Today
		}
		row.isNew = c.unused(pastKey{member: k, from: row.from})
		c.st.members[k] = row
		c.plan.members = append(c.plan.members, *row)
		c.touch(k)
		return
	}
	if w.from != "" && w.from != row.from && !c.st.past[pastKey{member: k, from: w.from}] {
		c.plan.moved = append(c.plan.moved, memberMove{k, row.from, w.from})
		row.from = w.from
		c.touch(k)
	}
	if row.until != w.until || row.detail != w.detail {
		row.until, row.detail = w.until, w.detail
		c.plan.members = append(c.plan.members, *row)
		c.touch(k)
	}
}

// unused says whether it is certain that no row has this key.
func (c *differ) unused(k pastKey) bool {
	return !c.st.past[k] && k.from > c.o.Today.Add(-remembered)
}

// The categories a person is counted in.
const (
	isPupil uint8 = 1 << iota
	isEmployee
	isGuardian
)

func (k memberKey) category() uint8 {
	switch k.role {
	case tilhor.RolePupil:
		return isPupil
	case RoleSeat:
		return 0
	}
	return isEmployee
}

func (c *differ) touch(k memberKey) {
	if h := c.known(k.person); h != nil {
		h.touched |= k.category()
	}
}

func (c *differ) diffLinks() {
	var ends []*linkRow
	for k, row := range c.st.links {
		w := c.wantLinks[k]
		if w != nil && !w.gone || w == nil && !c.inLink(k) {
			continue
		}
		ends = append(ends, row)
	}
	sort.Slice(ends, func(i, j int) bool {
		a, b := ends[i], ends[j]
		return a.pupil < b.pupil || a.pupil == b.pupil && a.guardian < b.guardian
	})
	for _, row := range ends {
		row.until = c.o.Today
		if w := c.wantLinks[row.linkKey]; w != nil && w.until != "" {
			row.until = w.until
		}
		c.plan.links = append(c.plan.links, *row)
		c.touchLink(row.linkKey)
		delete(c.st.links, row.linkKey)
	}
	for _, k := range c.linkOrder {
		if w := c.wantLinks[k]; !w.gone {
			c.putLink(k, w)
		}
	}
}

func (c *differ) inLink(k linkKey) bool {
	pupil, guardian := c.humans[k.pupil], c.humans[k.guardian]
	if pupil != nil && pupil.gone || guardian != nil && guardian.gone || c.Full.Links {
		return true
	}
	return (c.PersonHolds || c.PersonLinks) && pupil != nil && pupil.inFile
}

func (c *differ) touchLink(k linkKey) {
	if h := c.known(k.guardian); h != nil {
		h.touched |= isGuardian
	}
}

func (c *differ) putLink(k linkKey, w *linkWant) {
	row := c.st.links[k]
	if row == nil {
		row = &linkRow{linkKey: k, from: w.from, until: w.until, kind: w.kind, responsibility: w.responsibility}
		if row.from == "" || c.st.past[pastKey{link: k, from: row.from}] {
			row.from = c.o.Today
		}
		row.isNew = c.unused(pastKey{link: k, from: row.from})
		c.st.links[k] = row
		c.plan.links = append(c.plan.links, *row)
		c.touchLink(k)
		return
	}
	if w.from != "" && w.from != row.from && !c.st.past[pastKey{link: k, from: w.from}] {
		c.plan.relinks = append(c.plan.relinks, linkMove{k, row.from, w.from})
		row.from = w.from
		c.touchLink(k)
	}
	if row.until != w.until || row.kind != w.kind || row.responsibility != w.responsibility {
		row.until, row.kind, row.responsibility = w.until, w.kind, w.responsibility
		c.plan.links = append(c.plan.links, *row)
		c.touchLink(k)
	}
}
