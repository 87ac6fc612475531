package cases

import (
	"context"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/law"
	"tilhor/internal/privacy"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// Nobody as Query.Has asks for the cases that nobody handles.
const Nobody tilhor.PersonID = "-"

// A Query finds cases across all that a person may see, by what stands open of
// them: never by a word of anybody.
type Query struct {
	Filter
	All    bool            // the closed ones too
	Number string          // of the case
	From   tilhor.Date     // opened on that day or later
	Until  tilhor.Date     // opened on that day or earlier
	Duty   law.ID          // with this duty to meet, now or later
	Late   bool            // with a duty past its date: that one, or any
	Has    tilhor.PersonID // who handles it, or Nobody
	ByName bool            // by the pupil's name, in Norwegian order, instead of by date
	Lang   tilhor.Lang     // of that order
}

// Narrow says whether the query asks for more than the plain list can.
func (q Query) Narrow() bool {
	return q.All || q.Number != "" || q.From != "" || q.Until != "" || q.Duty != "" || q.Late || q.Has != "" || q.ByName
}

var (
	findByDate = selectFind(fromTrack+`WHERE t.owner = $1 AND t.school = $4`, `51`)
	findByName = selectFind(fromTrack+`WHERE t.owner = $1 AND t.school = $4`, `2000`) // names are sealed: sorted here, not in the database
	findAway   = selectFind(elsewhere, `51`)
)

func selectFind(from, limit string) *db.Stmt {
	return db.SQL(`SELECT ` + columns + from + ` AND ` + access.Scope(access.Read, "t.id") + `
	AND (t.state = $6 OR $6 = 'any' OR $6 = '' AND t.state IN ('open', 'stepped-down'))
	AND ($7 = '' OR t.handler = $7 OR $7 = '-' AND t.handler = '') AND ($8 = '' OR t.arena = $8) AND ($9 = '' OR t.pupil = $9)
	AND (t.due_on, t.id) > ($10, $11) AND t.opened_at >= $12 AND t.opened_at < $13
	AND ($14 = '' OR EXISTS (SELECT 1 FROM cases_case c WHERE c.owner = $1 AND c.id = ` + begunIn + ` AND c.number = $14))
	AND ` + duty.Has("t.id", 15, 16) + `
	ORDER BY t.due_on, t.id LIMIT ` + limit)
}

// args are what selectFind is asked with, after the first five.
func (q Query) args(by tilhor.Actor, due, id string) []any {
	state, has, late, from, until := string(q.State), string(q.Has), "", int64(0), int64(math.MaxInt64)
	if q.All && state == "" {
		state = "any"
	}
	if q.Mine {
		has = string(by.Person)
	}
	if q.Late {
		late = "late"
	}
	if q.From != "" {
		from = calendar.Start(q.From).UnixMilli()
	}
	if q.Until != "" {
		until = calendar.End(q.Until).UnixMilli()
	}
	return []any{state, has, string(q.Arena), string(q.Pupil), due, id, from, until, q.Number, string(q.Duty), late}
}

// Seek gives the cases a query finds, fifty at a time, and the cursor of the
// next page. That they were listed is in the record.
func (d *Desk) Seek(ctx context.Context, by tilhor.Actor, q Query) (rows []Row, next string, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if rows, err = d.found(tx, by, q, now); err != nil {
			return err
		}
		if q.ByName {
			rows, next, err = d.byName(tx, by.Owner, q, rows)
		} else {
			rows, next = byDate(rows)
		}
		if err != nil {
			return err
		}
		if err := standing(tx, by.Owner, rows); err != nil {
			return err
		}
		return d.nameRows(tx, by.Owner, rows, now)
	})
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	return rows, next, d.listed(ctx, by, "search", rows, now)
}

func (d *Desk) found(tx *db.Tx, by tilhor.Actor, q Query, now time.Time) (rows []Row, err error) {
	add := func(scan db.Scan) error {
		t, err := trackRow(scan)
		rows = append(rows, Row{Track: t})
		return err
	}
	list, due, id := findByDate, "", ""
	if q.ByName {
		list = findByName
	} else {
		due, id = cursor(q.After)
	}
	if err := tx.Each(list, add, access.Args(by, access.Read, now, q.args(by, due, id)...)...); err != nil {
		return nil, err
	}
	own := rows
	if q.After != "" && !q.ByName { // those given at another school are few, and stand on the first page
		return own, nil
	}
	rows = nil
	if err := tx.Each(findAway, add, access.Args(by, access.Read, now, q.args(by, "", "")...)...); err != nil {
		return nil, err
	}
	return append(rows[:min(len(rows), page)], own...), nil
}

// byDate cuts a page off rows that are in the order of their dates. Those of
// another school come before, and count for no page.
func byDate(rows []Row) (some []Row, next string) {
	own := slices.Clone(rows)
	if len(own) <= page {
		return own, ""
	}
	home := own[len(own)-1].School
	n := 0
	for i, r := range own {
		if r.School != home {
			continue
		}
		if n++; n > page {
			last := own[i-1]
			due := last.DueOn
			if due == "" {
				due = noDate
			}
			return own[:i], string(due) + string(last.ID)
		}
	}
	return own, ""
}

// byName sorts all the rows by name and cuts off the page after the one the
// cursor names. The cursor is the id of a track: no name stands in an address.
func (d *Desk) byName(tx *db.Tx, owner tilhor.OwnerID, q Query, rows []Row) ([]Row, string, error) {
	var ids []tilhor.PersonID
	for _, r := range rows {
		ids = append(ids, r.Pupil)
	}
	names, err := d.Roster.Names(tx, owner, compact(ids)...)
	if err != nil {
		return nil, "", err
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].ID < rows[j].ID })
	lang.Sort(q.Lang, rows, func(r Row) string { return names[r.Pupil] })
	slices.SortStableFunc(rows, func(a, b Row) int { // who has no name stands last
		return map[bool]int{true: 1}[names[a.Pupil] == ""] - map[bool]int{true: 1}[names[b.Pupil] == ""]
	})
	from := 0
	if q.After != "" {
		if i := slices.IndexFunc(rows, func(r Row) bool { return string(r.ID) == q.After }); i >= 0 {
			from = i + 1
		}
	}
	until := min(from+page, len(rows))
	if until < len(rows) {
		return rows[from:until], string(rows[until-1].ID), nil
	}
	return rows[from:until], "", nil
}

// A Hit is a case in which a text stands, and in what kinds of records. What
// stands there is read by opening the case.
type Hit struct {
	Row
	Where []Kind
}

// A Searched is one part of a search through the texts.
type Searched struct {
	Hits   []Hit
	Looked int    // how many cases this part went through
	All    int    // how many there are for this person
	Next   string // where the search goes on, "" at its end
}

// Bounds of one part of a search: words are sealed, so each case is opened.
const (
	searchPart = 25              // cases opened together
	searchMost = 100             // cases in one part
	searchTime = 2 * time.Second // and no longer than this
	// SearchLeast is the shortest text that is searched for.
	SearchLeast = 3
)

var (
	selectSearch = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND t.id > $6 AND ` + access.Scope(access.Read, "t.id") + `
	ORDER BY t.id LIMIT 25`)
	searchAway  = db.SQL(`SELECT ` + columns + elsewhere + ` AND ` + access.Scope(access.Read, "t.id") + ` ORDER BY t.id LIMIT 50`)
	countSearch = db.SQL(`SELECT (SELECT COUNT(*)` + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND ` + access.Scope(access.Read, "t.id") + `)
	+ (SELECT COUNT(*)` + elsewhere + ` AND ` + access.Scope(access.Read, "t.id") + `)`)
	selectNamed = db.SQL(`SELECT t.pupil` + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND t.pupil <> '' AND ` + access.Scope(access.Read, "t.id"))
	selectAfar  = db.SQL(`SELECT t.pupil` + elsewhere + ` AND t.pupil <> '' AND ` + access.Scope(access.Read, "t.id"))
	searchTexts = db.SQL(`SELECT track, record, field, sealed FROM cases_text WHERE owner = $1 AND track IN (` + db.Marks(2) + `)`)
	searchKinds = db.SQL(`SELECT id, track, kind, ref FROM cases_record WHERE owner = $1 AND track IN (` + db.Marks(2) + `)`)
)

// Pupils are those of the cases this person may open, by name: also who has left
// the school, and whose case was given at another. One whose address is protected
// is not found by name.
func (d *Desk) Pupils(ctx context.Context, by tilhor.Actor) (all []roster.Pupil, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var ids []tilhor.PersonID
		for _, list := range []*db.Stmt{selectNamed, selectAfar} {
			if err := tx.Each(list, func(scan db.Scan) error {
				var id tilhor.PersonID
				err := scan(&id)
				ids = append(ids, id)
				return err
			}, access.Args(by, access.Read, now)...); err != nil {
				return err
			}
		}
		names, protected, err := d.Roster.Faces(tx, by.Owner, compact(ids)...)
		for _, id := range compact(ids) {
			if names[id] != "" && !protected[id] {
				all = append(all, roster.Pupil{ID: id, Name: names[id]})
			}
		}
		return err
	})
	return all, err
}

// Search looks for a text in what is written in the cases of the school that
// this person may open, and in those that were given by name at another (they are
// few, and come first), by opening them: a part at a time, from a cursor on. It
// is one reading in the record, with the cases that were gone through. What
// another child said, and what pupils said as a source, is not searched: it is
// theirs.
func (d *Desk) Search(ctx context.Context, by tilhor.Actor, text, after string) (s Searched, err error) {
	text = plainly(text)
	if len([]rune(text)) < SearchLeast {
		return s, tilhor.Faults{{Field: "sok", Key: "find.fault.short"}}
	}
	now := d.Clock()
	var looked []Row
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		s, looked = Searched{Next: after}, nil
		if err := tx.One(countSearch, access.Args(by, access.Read, now), &s.All); err != nil {
			return err
		}
		if after == "" {
			if looked, err = d.searchPart(tx, by, searchAway, text, &s, now); err != nil {
				return err
			}
		}
		for {
			part, err := d.searchPart(tx, by, selectSearch, text, &s, now, s.Next)
			looked = append(looked, part...)
			if err != nil || len(part) < searchPart {
				s.Next = ""
				return err
			}
			if s.Next = string(part[len(part)-1].ID); len(looked) >= searchMost || d.Clock().Sub(now) >= searchTime {
				break
			}
		}
		return nil
	})
	if err == nil && len(looked) > 0 {
		err = d.DB.Write(ctx, func(tx *db.Tx) error {
			return d.Journal.SeenList(tx, by, listStream(by), string(by.School), "text-search", string(access.Read), trackIDs(looked), now)
		})
	}
	if err != nil {
		return Searched{}, err
	}
	s.Looked = len(looked)
	return s, d.fillHits(ctx, by, &s, now)
}

// searchPart opens some cases, and notes in which of them the text stands.
func (d *Desk) searchPart(tx *db.Tx, by tilhor.Actor, list *db.Stmt, text string, s *Searched, now time.Time, from ...any) (part []Row, err error) {
	err = tx.Each(list, func(scan db.Scan) error {
		t, err := trackRow(scan)
		part = append(part, Row{Track: t})
		return err
	}, access.Args(by, access.Read, now, from...)...)
	if err != nil || len(part) == 0 {
		return nil, err
	}
	places, err := d.places(tx, by.Owner, text, part)
	for _, r := range part {
		if where := places[string(r.ID)]; len(where) > 0 {
			s.Hits = append(s.Hits, Hit{Row: r, Where: where})
		}
	}
	return part, err
}

// places says, for each track, in what kinds of records the text stands.
func (d *Desk) places(tx *db.Tx, owner tilhor.OwnerID, text string, part []Row) (map[string][]Kind, error) {
	type at struct {
		track string
		kind  Kind
		skip  bool
	}
	ids, code := trackIDs(part), map[string]string{}
	keys := map[string]seal.Key{}
	for _, r := range part {
		key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(r.ID))
		if err != nil {
			return nil, err
		}
		keys[string(r.ID)], code[string(r.ID)] = key, r.Code()
	}
	of := map[string]at{}
	err := db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(searchKinds, func(scan db.Scan) error {
			var id, track, ref string
			var kind Kind
			err := scan(&id, &track, &kind, &ref)
			mine := ref == "" || ref == code[track] || strings.HasPrefix(ref, "unknown-")
			of[id] = at{track, kind, kind == Voice && !mine || (Record{Kind: kind, Ref: ref}).OtherChildren() || kind == Affected || kind == NotReached}
			return err
		}, args...)
	})
	if err != nil {
		return nil, err
	}
	stopped, err := privacy.StoppedIn(tx, owner, ids)
	if err != nil {
		return nil, err
	}
	found := map[string][]Kind{}
	err = db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(searchTexts, func(scan db.Scan) error {
			var track, record, field string
			var sealed []byte
			if err := scan(&track, &record, &field, &sealed); err != nil {
				return err
			}
			a, known := of[record]
			if !known { // the words of a measure stand under its own id
				a = at{kind: Approved}
			}
			if a.skip || slices.Contains(found[track], a.kind) || stopped[track][record] || len(sealed) == 0 {
				return nil
			}
			plain, err := keys[track].Open(field, record, sealed)
			if err == nil && strings.Contains(plainly(plain), text) {
				found[track] = append(found[track], a.kind)
			}
			return err
		}, args...)
	})
	return found, err
}

func (d *Desk) fillHits(ctx context.Context, by tilhor.Actor, s *Searched, now time.Time) error {
	if len(s.Hits) == 0 {
		return nil
	}
	rows := make([]Row, len(s.Hits))
	for i, h := range s.Hits {
		rows[i] = h.Row
	}
	return d.DB.Read(ctx, func(tx *db.Tx) error {
		if err := standing(tx, by.Owner, rows); err != nil {
			return err
		}
		if err := d.nameRows(tx, by.Owner, rows, now); err != nil {
			return err
		}
		for i := range rows {
			s.Hits[i].Row = rows[i]
		}
		return nil
	})
}

// plainly is a text as it is compared: in small letters, one space between words.
func plainly(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
