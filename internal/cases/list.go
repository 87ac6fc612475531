package cases

import (
	"context"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
)

// A Filter narrows the list of cases.
type Filter struct {
	State State           // empty: all that are not closed
	Mine  bool            // only those this person handles
	Arena tilhor.Arena    // where it happened
	Pupil tilhor.PersonID // one pupil, found by name in the roster
	After string          // a cursor: the last row of the page before
}

// A Row is one track in a list, with the duties that somebody has to meet.
type Row struct {
	Track
	Duties []duty.Stored
}

// page is how many rows a list shows at a time.
const page = 50

// The two lists differ only in the states they show: written as one statement
// that takes the state, the closed cases of many years were read to find the
// few that are open. For the same reason only the open ones are counted on the
// way: to count is to ask the scope of each.
var (
	selectOpen  = selectList(`COUNT(*) OVER ()`, `t.state IN ('open', 'stepped-down') AND $6 = ''`)
	selectState = selectList(`0`, `t.state = $6`)
)

func selectList(n, states string) *db.Stmt {
	return db.SQL(`SELECT ` + columns + `, ` + n + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND ` + states + ` AND ` + access.Scope(access.Read, "t.id") + `
	AND ($7 = '' OR t.handler = $7 OR EXISTS (SELECT 1 FROM cases_cover k WHERE k.owner = t.owner AND k.track = t.id AND k.kind = 'handles' AND k.standin = $7 AND k.from_at <= $5 AND k.until_at > $5))
	AND ($8 = '' OR t.arena = $8) AND ($9 = '' OR t.pupil = $9) AND (t.due_on, t.id) > ($10, $11)
	ORDER BY t.due_on, t.id LIMIT 51`)
}

// elsewhere says that a track is not at the school the actor works at: it was
// given by name, to one who works for the owner or at another school, to lead or to
// advise in; everything else is given at the track's own school.
const elsewhere = ` FROM (` + lent + `) mine CROSS JOIN cases_track t
	WHERE t.owner = $1 AND t.id = mine.thing AND t.school <> $4`

// lent are the tracks somebody was given by name to lead or to advise in: few, however
// many the same person has handled through the years.
const lent = `SELECT DISTINCT p.thing FROM access_grant p
	WHERE p.owner = $1 AND p.person = $2 AND p.kind = 'track' AND p.unit = $4 AND p.relation IN ('leads', 'advises')`

var selectElsewhere = db.SQL(`SELECT ` + columns + elsewhere + ` AND ` + access.Scope(access.Read, "t.id") + `
	AND (t.state = $6 OR $6 = '' AND t.state <> 'closed') AND ($7 = '' OR t.handler = $7) AND ($8 = '' OR t.arena = $8) AND ($9 = '' OR t.pupil = $9)
	ORDER BY t.due_on, t.id LIMIT 51`)

// List gives the cases this person may see, the first date first, fifty at a
// time, and the cursor of the next page. That they were listed is in the record.
func (d *Desk) List(ctx context.Context, by tilhor.Actor, f Filter) (rows []Row, next string, err error) {
	rows, next, _, err = d.ListOf(ctx, by, f)
	return rows, next, err
}

// ListOf is List, and of cases that are open how many there are from the cursor
// on: a heading and the menu want the number, and the same look through the scope
// gives both.
func (d *Desk) ListOf(ctx context.Context, by tilhor.Actor, f Filter) (rows []Row, next string, n int, err error) {
	now := d.Clock()
	handler := ""
	if f.Mine {
		handler = string(by.Person)
	}
	dueAfter, idAfter := cursor(f.After)
	list := selectState
	if f.State == "" {
		list = selectOpen
	}
	seen := false // not long ago, by the same: it is in the record already
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows, next, n = nil, "", 0
		var away []Row // before the first page: they are few
		if f.After == "" {
			err := tx.Each(selectElsewhere, func(scan db.Scan) error {
				t, err := trackRow(scan)
				away = append(away, Row{Track: t})
				return err
			}, access.Args(by, access.Read, now, string(f.State), handler, string(f.Arena), string(f.Pupil))...)
			if err != nil {
				return err
			}
		}
		err := tx.Each(list, func(scan db.Scan) error {
			t, err := trackRow(func(dst ...any) error { return scan(append(dst, &n)...) })
			rows = append(rows, Row{Track: t})
			return err
		}, access.Args(by, access.Read, now, string(f.State), handler, string(f.Arena), string(f.Pupil), dueAfter, idAfter)...)
		if err != nil {
			return err
		}
		if len(rows) > page {
			rows = rows[:page]
			last := rows[page-1]
			due := last.DueOn
			if due == "" {
				due = noDate
			}
			next = string(due) + string(last.ID)
		}
		if rows, n = append(away, rows...), n+len(away); f.State != "" {
			n = 0
		}
		if err := standing(tx, by.Owner, rows); err != nil {
			return err
		}
		if err := d.nameRows(tx, by.Owner, rows, now); err != nil || len(rows) == 0 {
			return err
		}
		seen, err = d.Journal.SawList(tx, by, listStream(by), string(by.School), "cases", trackIDs(rows), now)
		return err
	})
	if err != nil || len(rows) == 0 || seen {
		return rows, next, n, err
	}
	return rows, next, n, d.listed(ctx, by, "cases", rows, now)
}

// standing puts on every row the duties that somebody has to meet.
func standing(tx *db.Tx, owner tilhor.OwnerID, rows []Row) error {
	by, err := duty.StandingOf(tx, owner, trackIDs(rows))
	for i := range rows {
		rows[i].Duties = by[string(rows[i].ID)]
	}
	return err
}

func cursor(s string) (due, id string) {
	if len(s) < 11 {
		return "", ""
	}
	return s[:10], s[10:]
}

func (d *Desk) listed(ctx context.Context, by tilhor.Actor, view string, rows []Row, now time.Time) error {
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.SeenList(tx, by, listStream(by), string(by.School), view, string(access.Read), trackIDs(rows), now)
	})
}

// listStream is where it stands in the record that lists of a school, or of the
// owner's people, were read.
func listStream(by tilhor.Actor) string {
	if by.School == access.Owner {
		return journal.ReadingsOf("owner")
	}
	return journal.ReadingsOf("school/" + string(by.School))
}

func trackIDs(rows []Row) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = string(r.ID)
	}
	return ids
}

// nameRows puts the pupil's and the handler's name on every row.
func (d *Desk) nameRows(tx *db.Tx, owner tilhor.OwnerID, rows []Row, now time.Time) error {
	var pupils, ids []tilhor.PersonID
	tracks := make([]Track, len(rows))
	for i, r := range rows {
		tracks[i] = r.Track
	}
	away, err := d.awayNow(tx, owner, now, tracks...)
	if err != nil {
		return err
	}
	for _, r := range rows {
		pupils, ids = append(pupils, r.Pupil), append(ids, r.Pupil, r.Handler)
		for _, c := range away.in[r.ID] {
			ids = append(ids, c.standin)
		}
	}
	names, protected, err := d.Roster.Faces(tx, owner, compact(ids)...)
	if err != nil {
		return err
	}
	classes, err := d.Roster.Classes(tx, owner, today(now), compact(pupils)...)
	if err != nil {
		return err
	}
	works := map[tilhor.SchoolID]map[tilhor.PersonID]bool{}
	for _, t := range tracks {
		if works[t.School] == nil {
			if works[t.School], err = d.Roster.Working(tx, owner, t.School, today(now)); err != nil {
				return err
			}
		}
	}
	has, err := d.elsewhere(tx, owner, works, now, tracks...)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		r.Name, r.Has, r.Class = names[r.Pupil], names[r.Handler], classes[r.Pupil]
		if !has[r.ID] {
			r.left(works[r.School])
		}
		away.on(&r.Track, works[r.School])
		r.Stands = names[r.Stand]
		if protected[r.Pupil] { // a list is read over a shoulder: whose track it is stands in the track
			r.Name, r.Class, r.Shielded = "", "", true
		}
	}
	return nil
}

var selectTracks = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND (t.state <> 'closed' OR t.check_on <> '')
	AND ` + access.Scope(access.Read, "t.id"))

var selectTracksElsewhere = db.SQL(`SELECT ` + columns + elsewhere + ` AND (t.state <> 'closed' OR t.check_on <> '')
	AND ` + access.Scope(access.Read, "t.id"))

// Today lists the tracks with something to do for this person until tomorrow's
// evening, the latest first: for rektor all of the school's, for one who
// handles cases the own.
func (d *Desk) Today(ctx context.Context, by tilhor.Actor) (rows []Row, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows = nil
		at := map[string]int{}
		for _, tracks := range []*db.Stmt{selectTracks, selectTracksElsewhere} {
			err := tx.Each(tracks, func(scan db.Scan) error {
				t, err := trackRow(scan)
				at[string(t.ID)] = len(rows)
				rows = append(rows, Row{Track: t})
				return err
			}, access.Args(by, access.Read, now)...)
			if err != nil {
				return err
			}
		}
		if len(rows) == 0 {
			return nil
		}
		all, err := duty.DueOf(tx, by.Owner, trackIDs(rows), today(now).Add(1))
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.Acts() {
				r := &rows[at[s.Thing]]
				r.Duties = append(r.Duties, s)
			}
		}
		kept := rows[:0]
		for _, r := range rows {
			if len(r.Duties) > 0 {
				sort.SliceStable(r.Duties, func(i, j int) bool { return r.Duties[i].Urgency() < r.Duties[j].Urgency() })
				kept = append(kept, r)
			}
		}
		rows = kept
		sort.SliceStable(rows, func(i, j int) bool {
			a, b := rows[i].Duties[0], rows[j].Duties[0]
			if a.Urgency() != b.Urgency() {
				return a.Urgency() < b.Urgency()
			}
			if a.FirstOn != b.FirstOn {
				return a.FirstOn != "" && (b.FirstOn == "" || a.FirstOn < b.FirstOn)
			}
			return rows[i].ID < rows[j].ID
		})
		return d.nameRows(tx, by.Owner, rows, now)
	})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	return rows, d.listed(ctx, by, "today", rows, now)
}

var selectMatterTracks = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.matter = $6 AND ` + access.Scope(access.Read, "t.id") + ` ORDER BY t.opened_at, t.id`)

// Matter lists the tracks of the matter a track belongs to, those that this
// person may read.
func (d *Desk) Matter(ctx context.Context, by tilhor.Actor, slug string) (rows []Row, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Read, slug, now)
		if err != nil {
			return err
		}
		rows = nil
		err = tx.Each(selectMatterTracks, func(scan db.Scan) error {
			t, err := trackRow(scan)
			rows = append(rows, Row{Track: t})
			return err
		}, access.Args(by, access.Read, now, t.Case)...)
		if err != nil {
			return err
		}
		if err := standing(tx, by.Owner, rows); err != nil {
			return err
		}
		return d.nameRows(tx, by.Owner, rows, now)
	})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	return rows, d.listed(ctx, by, "matter", rows, now)
}

var countOpen = db.SQL(`SELECT (SELECT COUNT(*) FROM cases_track t WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(access.Read, "t.id") + `)
	+ (SELECT COUNT(*)` + elsewhere + ` AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(access.Read, "t.id") + `)`)

// CountOpen is how many open tracks this person may see, for the menu.
func (d *Desk) CountOpen(ctx context.Context, by tilhor.Actor) (n int, err error) {
	err = d.DB.One(ctx, countOpen, access.Args(by, access.Read, d.Clock()), &n)
	return n, err
}
