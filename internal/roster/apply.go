package roster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A bulk is one statement for many rows and the same for a single one, to add
// rows that are new and to put rows that may be there: a first import writes a
// hundred thousand, and the transaction holds others up. The SQLite driver asks
// for the name of each argument, which costs the more the more names there are:
// its text has plain ? for the same arguments, in the same order.
type bulk struct {
	cols int
	stmt [2]map[int]*db.Stmt // add, put; by the number of rows
}

const (
	many     = 100
	manyLite = 50
)

var numbered = regexp.MustCompile(`\$\d+`)

func newBulk(head string, cols int, onConflict string) bulk {
	b := bulk{cols: cols, stmt: [2]map[int]*db.Stmt{{}, {}}}
	for _, n := range []int{1, manyLite, many} {
		rows := " VALUES " + values(n, cols)
		lite := numbered.ReplaceAllString(rows, "?")
		b.stmt[0][n] = db.SQLFor(head+rows, head+lite)
		b.stmt[1][n] = db.SQLFor(head+rows+onConflict, head+lite+onConflict)
	}
	return b
}

// values writes ($1, $2), ($3, $4) …
func values(n, cols int) string {
	rows := make([]string, n)
	for i := range rows {
		args := make([]string, cols)
		for j := range args {
			args[j] = fmt.Sprintf("$%d", i*cols+j+1)
		}
		rows[i] = "(" + strings.Join(args, ", ") + ")"
	}
	return strings.Join(rows, ", ")
}

// write writes n rows, size at a time: first those that isNew, then the rest.
func (b bulk) write(tx *db.Tx, size, n int, isNew func(int) bool, row func(i int, to []any) []any) error {
	var parts [2][]int
	for i := range n {
		p := 1
		if isNew(i) {
			p = 0
		}
		parts[p] = append(parts[p], i)
	}
	args := make([]any, 0, b.cols*size)
	for p, left := range parts {
		for len(left) > 0 {
			take := 1
			if len(left) >= size {
				take = size
			}
			args = args[:0]
			for _, i := range left[:take] {
				args = row(i, args)
			}
			if _, err := tx.Exec(b.stmt[p][take], args...); err != nil {
				return err
			}
			left = left[take:]
		}
	}
	return nil
}

var (
	putSchools = newBulk(`INSERT INTO roster_school (owner, id, source, kind, name, org_number, has_sfo, content, from_date, until_date)`, 10,
		` ON CONFLICT (owner, id) DO UPDATE SET kind = excluded.kind, name = excluded.name, org_number = excluded.org_number,
			has_sfo = excluded.has_sfo, content = excluded.content, until_date = excluded.until_date`)
	putGroups = newBulk(`INSERT INTO roster_group (owner, id, source, school, kind, name, content, from_date, until_date)`, 9,
		` ON CONFLICT (owner, id) DO UPDATE SET school = excluded.school, kind = excluded.kind, name = excluded.name,
			content = excluded.content, from_date = excluded.from_date, until_date = excluded.until_date`)
	putPeople = newBulk(`INSERT INTO roster_person (owner, id, source, home, name, email, pid, pid_hash, feide_hash, protection, content, from_date, until_date)`, 13,
		` ON CONFLICT (owner, id) DO UPDATE SET home = excluded.home, name = excluded.name, email = excluded.email, pid = excluded.pid,
			pid_hash = excluded.pid_hash, feide_hash = excluded.feide_hash, content = excluded.content, until_date = excluded.until_date`)
	putAliases = newBulk(`INSERT INTO roster_alias (owner, source, thing)`, 3,
		` ON CONFLICT (owner, source) DO UPDATE SET thing = excluded.thing`)
	putMembers = newBulk(`INSERT INTO roster_member (owner, school, role, grp, person, from_date, until_date, detail, manual)`, 9,
		` ON CONFLICT (owner, school, role, grp, person, from_date) DO UPDATE SET until_date = excluded.until_date, detail = excluded.detail,
			manual = excluded.manual`)
	putLinks = newBulk(`INSERT INTO roster_guardian (owner, pupil, guardian, from_date, until_date, kind, responsibility)`, 7,
		` ON CONFLICT (owner, pupil, guardian, from_date) DO UPDATE SET until_date = excluded.until_date, kind = excluded.kind,
			responsibility = excluded.responsibility`)
	releaseIDs = db.SQL(`UPDATE roster_person SET pid_hash = NULL, feide_hash = NULL WHERE owner = $1 AND id = $2`)
	endPerson  = db.SQL(`UPDATE roster_person SET until_date = $3 WHERE owner = $1 AND id = $2 AND until_date = ''`)
	moveMember = db.SQL(`UPDATE roster_member SET from_date = $7 WHERE owner = $1 AND school = $2 AND role = $3 AND grp = $4 AND person = $5
		AND from_date = $6`)
	moveLink     = db.SQL(`UPDATE roster_guardian SET from_date = $5 WHERE owner = $1 AND pupil = $2 AND guardian = $3 AND from_date = $4`)
	firstVersion = db.SQL(`INSERT INTO roster_state (owner, version) VALUES ($1, 1) ON CONFLICT (owner) DO NOTHING`)
	nextVersion  = db.SQL(`UPDATE roster_state SET version = version + 1 WHERE owner = $1 AND version = $2`)
	insertImport = db.SQL(`INSERT INTO roster_import (owner, id, written, format, counts) VALUES ($1, $2, $3, $4, $5)`)
	findImport   = db.SQL(`SELECT counts FROM roster_import WHERE owner = $1 AND id = $2`)
	findOverride = db.SQL(`SELECT home, reason FROM roster_override WHERE owner = $1 AND id = $2`)
)

// ErrStopped is given by Apply when so much would be ended that somebody should
// look first (Report.Stopped) and the import is not forced.
var ErrStopped = errors.New("the import would end too much")

// Apply carries out a plan, all of it or nothing, in one transaction. Names are
// sealed before it begins. tilhor.ErrConflict means that the lists were changed
// after the plan was made: compare again.
func (r *Roster) Apply(ctx context.Context, d *db.DB, by tilhor.Actor, p *Plan, force bool, now time.Time, tell Progress) error {
	if p.Stopped && !force {
		return ErrStopped
	}
	w := &writing{Plan: p, r: r, keys: map[tilhor.SchoolID]seal.Key{}}
	if w.size = many; d.Engine() == db.SQLite {
		w.size = manyLite
	}
	if err := d.Read(ctx, w.openKeys); err != nil {
		return fmt.Errorf("open the schools' keys: %w", err)
	}
	if err := w.seal(ctx, tell); err != nil {
		return err
	}
	id := tilhor.NewID()
	counts, err := json.Marshal(p.Report.tables())
	if err != nil {
		return err
	}
	sealed := w.keys[""].Seal(fieldCounts, id, string(counts))
	tell.say("write", 0, 0)
	return d.Write(ctx, func(tx *db.Tx) error {
		if err := w.version(tx); err != nil {
			return err
		}
		for _, k := range w.fresh {
			if err := seal.Keep(tx, k); err != nil {
				return err
			}
		}
		if err := w.rows(tx); err != nil {
			return err
		}
		if _, err := tx.Exec(insertImport, p.owner, id, now.UnixMilli(), p.Format, sealed.Bytes); err != nil {
			return err
		}
		return r.tell(tx, by, "roster.import", id, now, journal.Parts(sealed)...)
	})
}

type tables struct {
	Schools   Counts `json:"schools"`
	Groups    Counts `json:"groups"`
	Pupils    Counts `json:"pupils"`
	Employees Counts `json:"employees"`
	Guardians Counts `json:"guardians"`
}

func (r Report) tables() tables {
	return tables{r.Schools, r.Groups, r.Pupils, r.Employees, r.Guardians}
}

// A writing is a plan with its names sealed.
type writing struct {
	*Plan
	r      *Roster
	size   int // rows in one statement
	keys   map[tilhor.SchoolID]seal.Key
	fresh  []seal.Key
	sealed []sealedPerson
}

type sealedPerson struct{ name, email, pid []byte }

func (w *writing) openKeys(tx *db.Tx) error {
	homes := map[tilhor.SchoolID]bool{"": true}
	for _, p := range w.people {
		homes[p.home] = true
	}
	for _, s := range w.Plan.schools {
		homes[s.id] = true
	}
	for home := range homes {
		kind, thing := keyOf(home)
		k, err := w.r.keys.Get(tx, w.owner, kind, thing)
		if errors.Is(err, tilhor.ErrNotFound) {
			k, err = w.r.keys.New(w.owner, kind, thing), nil
			w.fresh = append(w.fresh, k)
		}
		if err != nil {
			return err
		}
		w.keys[home] = k
	}
	return nil
}

// seal seals what is new or changed. Rows go in by id, so that the index grows
// at its end.
func (w *writing) seal(ctx context.Context, tell Progress) error {
	sort.Slice(w.people, func(i, j int) bool { return w.people[i].id < w.people[j].id })
	w.sealed = make([]sealedPerson, len(w.people))
	for i, p := range w.people {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			tell.say("seal", int64(i), int64(len(w.people)))
		}
		k, id := w.keys[p.home], string(p.id)
		w.sealed[i].name = k.Seal(fieldName, id, p.name).Bytes
		if p.email != "" {
			w.sealed[i].email = k.Seal(fieldEmail, id, p.email).Bytes
		}
		if p.digit != "" {
			w.sealed[i].pid = k.Seal(fieldPID, id, p.digit).Bytes
		}
	}
	sort.Slice(w.members, func(i, j int) bool { return less(w.members[i].memberKey, w.members[j].memberKey) })
	sort.Slice(w.links, func(i, j int) bool { return w.links[i].pupil < w.links[j].pupil })
	return ctx.Err()
}

// version makes sure that the lists are as they were when they were compared.
func (w *writing) version(tx *db.Tx) error {
	stmt, args := nextVersion, db.Args(w.owner, w.Plan.version)
	if w.Plan.version == 0 {
		stmt, args = firstVersion, db.Args(w.owner)
	}
	n, err := tx.Exec(stmt, args...)
	if err == nil && n != 1 {
		return tilhor.ErrConflict
	}
	return err
}

// null stores no mark as NULL, so that two without one do not collide.
func null(m mark) any {
	if m == (mark{}) {
		return nil
	}
	return m[:]
}

func nullBytes(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

func (w *writing) rows(tx *db.Tx) error {
	o := w.owner
	for _, id := range w.release {
		if _, err := tx.Exec(releaseIDs, o, id); err != nil {
			return err
		}
	}
	for _, id := range w.ended {
		if _, err := tx.Exec(endPerson, o, id, w.today); err != nil {
			return err
		}
	}
	for _, m := range w.moved {
		if _, err := tx.Exec(moveMember, o, m.school, m.role, m.group, m.person, m.from, m.to); err != nil {
			return err
		}
	}
	for _, m := range w.relinks {
		if _, err := tx.Exec(moveLink, o, m.pupil, m.guardian, m.from, m.to); err != nil {
			return err
		}
	}
	never := func(int) bool { return false }
	steps := []struct {
		b     bulk
		n     int
		isNew func(int) bool
		row   func(i int, to []any) []any
	}{
		{putSchools, len(w.Plan.schools), never, func(i int, to []any) []any {
			s := w.Plan.schools[i]
			return append(to, o, s.id, s.source[:], s.kind, s.name, s.org, s.sfo, s.content[:], s.from, s.until)
		}},
		{putGroups, len(w.Plan.groups), never, func(i int, to []any) []any {
			g := w.Plan.groups[i]
			return append(to, o, g.id, g.source[:], g.school, g.kind, g.name, g.content[:], g.from, g.until)
		}},
		{putPeople, len(w.people), func(i int) bool { return w.people[i].isNew }, func(i int, to []any) []any {
			p, s := w.people[i], w.sealed[i]
			source := any(p.source[:])
			if p.manual {
				source = nil
			}
			return append(to, o, p.id, source, p.home, s.name, nullBytes(s.email), nullBytes(s.pid), null(p.pid), null(p.feide), "", p.content[:], w.today, "")
		}},
		{putAliases, len(w.aliases), never, func(i int, to []any) []any { return append(to, o, w.aliases[i].source[:], w.aliases[i].thing) }},
		{putMembers, len(w.members), func(i int) bool { return w.members[i].isNew }, func(i int, to []any) []any {
			m := w.members[i]
			return append(to, o, m.school, m.role, m.group, m.person, m.from, m.until, m.detail, m.manual)
		}},
		{putLinks, len(w.links), func(i int) bool { return w.links[i].isNew }, func(i int, to []any) []any {
			l := w.links[i]
			return append(to, o, l.pupil, l.guardian, l.from, l.until, l.kind, l.responsibility)
		}},
	}
	for _, s := range steps {
		if err := s.b.write(tx, w.size, s.n, s.isNew, s.row); err != nil {
			return err
		}
	}
	return nil
}
