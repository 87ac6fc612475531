package roster

import (
	"errors"

	"tilhor"
	"tilhor/internal/db"
)

// A mark is the first half of a keyed hash (128 bits): enough to find and to
// compare by, and half the room.
type mark [16]byte

func markOf(b []byte) (m mark) {
	copy(m[:], b)
	return m
}

// What is stored, as an import compares it: marks, ids and dates, no names.
type stored struct {
	version int64
	schools map[tilhor.SchoolID]*schoolRow
	groups  map[tilhor.GroupID]*groupRow
	people  map[tilhor.PersonID]*personRow
	sources map[mark]string // schools, groups and people, by the mark of their source id
	pids    map[mark]tilhor.PersonID
	feides  map[mark]tilhor.PersonID
	members map[memberKey]*memberRow
	links   map[linkKey]*linkRow
	past    map[pastKey]bool // what has ended in the last years, so that a return does not overwrite it
	decided map[tilhor.PersonID]bool
	words   map[string]string
}

type (
	schoolRow struct {
		id              tilhor.SchoolID
		source, content mark
		kind, name, org string
		sfo             bool
		from, until     tilhor.Date
		seen            bool
	}
	groupRow struct {
		id              tilhor.GroupID
		source, content mark
		school          tilhor.SchoolID
		kind            Kind
		name            string
		from, until     tilhor.Date
		seen            bool
	}
	personRow struct {
		id              tilhor.PersonID
		home            tilhor.SchoolID
		source, content mark
		pid, feide      mark // zero for none
		until           tilhor.Date
		manual          bool
	}
	memberKey struct {
		school tilhor.SchoolID
		role   tilhor.Role
		group  tilhor.GroupID
		person tilhor.PersonID
	}
	memberRow struct {
		memberKey
		from, until tilhor.Date
		detail      string
		manual      bool
		isNew       bool // no row with this first day has been
	}
	linkKey struct{ pupil, guardian tilhor.PersonID }
	linkRow struct {
		linkKey
		isNew          bool
		from, until    tilhor.Date
		kind           LinkKind
		responsibility Responsibility
	}
	pastKey struct {
		member memberKey
		link   linkKey
		from   tilhor.Date
	}
)

var (
	loadVersion = db.SQL(`SELECT version FROM roster_state WHERE owner = $1`)
	loadSchools = db.SQL(`SELECT id, source, content, kind, name, org_number, has_sfo, from_date, until_date FROM roster_school WHERE owner = $1`)
	loadGroups  = db.SQL(`SELECT id, source, content, school, kind, name, from_date, until_date FROM roster_group WHERE owner = $1`)
	loadPeople  = db.SQL(`SELECT id, source, content, home, pid_hash, feide_hash, until_date FROM roster_person WHERE owner = $1`)
	loadAliases = db.SQL(`SELECT source, thing FROM roster_alias WHERE owner = $1`)
	loadMembers = db.SQL(`SELECT school, role, grp, person, from_date, until_date, detail, manual FROM roster_member
		WHERE owner = $1 AND (until_date = '' OR until_date > $2)`)
	loadLinks = db.SQL(`SELECT pupil, guardian, from_date, until_date, kind, responsibility FROM roster_guardian
		WHERE owner = $1 AND (until_date = '' OR until_date > $2)`)
	loadDecided = db.SQL(`SELECT DISTINCT pupil FROM roster_override WHERE owner = $1`)
)

func emptyStored() *stored {
	return &stored{
		schools: map[tilhor.SchoolID]*schoolRow{}, groups: map[tilhor.GroupID]*groupRow{}, people: map[tilhor.PersonID]*personRow{},
		sources: map[mark]string{}, pids: map[mark]tilhor.PersonID{}, feides: map[mark]tilhor.PersonID{},
		members: map[memberKey]*memberRow{}, links: map[linkKey]*linkRow{}, past: map[pastKey]bool{},
		decided: map[tilhor.PersonID]bool{}, words: map[string]string{},
	}
}

// one keeps one copy of an id that stands in many rows.
func (s *stored) one(w string) string {
	if have, ok := s.words[w]; ok {
		return have
	}
	s.words[w] = w
	return w
}

// remembered is for how many days it is known that something has ended.
const remembered = 750

// load reads what an import is compared with. Rows that ended more than two
// years ago are left where they are.
func load(tx *db.Tx, owner tilhor.OwnerID, today tilhor.Date) (*stored, error) {
	s := emptyStored()
	if err := tx.One(loadVersion, db.Args(owner), &s.version); err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return nil, err
	}
	steps := []func() error{
		func() error { return tx.Each(loadSchools, s.school, owner) },
		func() error { return tx.Each(loadGroups, s.group, owner) },
		func() error { return tx.Each(loadPeople, s.person, owner) },
		func() error { return tx.Each(loadAliases, s.alias, owner) },
		func() error {
			return tx.Each(loadMembers, func(scan db.Scan) error { return s.member(scan, today) }, owner, today.Add(-remembered))
		},
		func() error {
			return tx.Each(loadLinks, func(scan db.Scan) error { return s.link(scan, today) }, owner, today.Add(-remembered))
		},
		func() error {
			return tx.Each(loadDecided, func(scan db.Scan) error {
				var id tilhor.PersonID
				err := scan(&id)
				s.decided[id] = true
				return err
			}, owner)
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *stored) school(scan db.Scan) error {
	var r schoolRow
	var source, content []byte
	if err := scan(&r.id, &source, &content, &r.kind, &r.name, &r.org, &r.sfo, &r.from, &r.until); err != nil {
		return err
	}
	r.source, r.content = markOf(source), markOf(content)
	s.schools[r.id] = &r
	s.sources[r.source] = s.one(string(r.id))
	return nil
}

func (s *stored) group(scan db.Scan) error {
	var r groupRow
	var source, content []byte
	var school string
	if err := scan(&r.id, &source, &content, &school, &r.kind, &r.name, &r.from, &r.until); err != nil {
		return err
	}
	r.source, r.content, r.school = markOf(source), markOf(content), tilhor.SchoolID(s.one(school))
	s.groups[r.id] = &r
	s.sources[r.source] = s.one(string(r.id))
	return nil
}

func (s *stored) person(scan db.Scan) error {
	var r personRow
	var source, content, pid, feide []byte
	var id, home string
	if err := scan(&id, &source, &content, &home, &pid, &feide, &r.until); err != nil {
		return err
	}
	r.id, r.home = tilhor.PersonID(s.one(id)), tilhor.SchoolID(s.one(home))
	r.manual, r.source, r.content, r.pid, r.feide = source == nil, markOf(source), markOf(content), markOf(pid), markOf(feide)
	s.people[r.id] = &r
	if !r.manual {
		s.sources[r.source] = string(r.id)
	}
	if r.pid != (mark{}) {
		s.pids[r.pid] = r.id
	}
	if r.feide != (mark{}) {
		s.feides[r.feide] = r.id
	}
	return nil
}

func (s *stored) alias(scan db.Scan) error {
	var source []byte
	var thing string
	err := scan(&source, &thing)
	s.sources[markOf(source)] = s.one(thing)
	return err
}

func (s *stored) member(scan db.Scan, today tilhor.Date) error {
	var r memberRow
	var school, role, group, person, from, until, detail string
	if err := scan(&school, &role, &group, &person, &from, &until, &detail, &r.manual); err != nil {
		return err
	}
	r.memberKey = memberKey{tilhor.SchoolID(s.one(school)), tilhor.Role(s.one(role)), tilhor.GroupID(s.one(group)), tilhor.PersonID(s.one(person))}
	r.from, r.until, r.detail = tilhor.Date(s.one(from)), tilhor.Date(s.one(until)), s.one(detail)
	if r.until != "" && r.until <= today {
		s.past[pastKey{member: r.memberKey, from: r.from}] = true
		return nil
	}
	if have := s.members[r.memberKey]; have == nil || have.from > r.from {
		s.members[r.memberKey] = &r
	}
	return nil
}

func (s *stored) link(scan db.Scan, today tilhor.Date) error {
	var r linkRow
	var pupil, guardian, from, until, kind, resp string
	if err := scan(&pupil, &guardian, &from, &until, &kind, &resp); err != nil {
		return err
	}
	r.linkKey = linkKey{tilhor.PersonID(s.one(pupil)), tilhor.PersonID(s.one(guardian))}
	r.from, r.until, r.kind, r.responsibility = tilhor.Date(s.one(from)), tilhor.Date(s.one(until)), LinkKind(s.one(kind)), Responsibility(s.one(resp))
	if r.until != "" && r.until <= today {
		s.past[pastKey{link: r.linkKey, from: r.from}] = true
		return nil
	}
	if have := s.links[r.linkKey]; have == nil || have.from > r.from {
		s.links[r.linkKey] = &r
	}
	return nil
}
