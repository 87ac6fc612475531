package cases

import (
	"context"
	"slices"
	"sort"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
)

// Why nobody has a case.
const (
	LonelyNew     = "new"     // nobody was given it yet
	LonelyLeft    = "left"    // who had it does not work there any more
	LonelyRecused = "recused" // who had it cannot have it (ugild)
	LonelyAway    = "away"    // who has it is away, and nobody stands in
)

// A Lonely is a track that nobody has, and why. A case never has nobody:
// whoever leads it is told before anything else, and appoints.
type Lonely struct {
	Row
	Why string
	Who string // who had it, by name
}

// Open tracks are asked by who has them: the school has few who do, however many
// cases, and their names are not opened for it.
var (
	selectHandlers = db.SQL(`SELECT DISTINCT t.handler FROM cases_track t WHERE t.owner = $1 AND t.school = $2 AND t.state IN ('open', 'stepped-down')`)
	selectHadBy    = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down') AND t.handler = $6 AND ` + access.Scope(access.Lead, "t.id"))
	selectLedFrom  = db.SQL(`SELECT ` + columns + elsewhere + ` AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(access.Lead, "t.id"))
	selectBarred   = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down') AND t.handler <> ''
		AND EXISTS (SELECT 1 FROM access_bar b WHERE b.owner = t.owner AND b.kind = 'track' AND b.thing = t.id AND b.person = t.handler AND b.from_at <= $5 AND b.until_at > $5)
		AND ` + access.Scope(access.Lead, "t.id"))
)

// Nobody lists the tracks that this person leads and that nobody has, the oldest
// first. Who leads nothing is answered without a look at any case.
func (d *Desk) Nobody(ctx context.Context, by tilhor.Actor) (all []Lonely, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		rows, barred, err := d.lonely(tx, by, now)
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := d.nameRows(tx, by.Owner, rows, now); err != nil {
			return err
		}
		for _, r := range rows {
			l := lonelyOf(r, barred[r.ID])
			if l.Why == LonelyNew {
				if err := d.wasRecused(tx, by.Owner, &l); err != nil {
					return err
				}
			}
			if l.Why != "" {
				all = append(all, l)
			}
		}
		sort.Slice(all, func(i, j int) bool {
			a, b := all[i], all[j]
			return a.Opened.Before(b.Opened) || a.Opened.Equal(b.Opened) && a.ID < b.ID
		})
		return nil
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	rows := make([]Row, len(all))
	for i := range all {
		rows[i] = all[i].Row
	}
	return all, d.listed(ctx, by, "today", rows, now)
}

// lonelyOf says why nobody has a track whose names are opened.
func lonelyOf(r Row, barred bool) Lonely {
	l := Lonely{Row: r}
	switch {
	case barred:
		l.Why, l.Who = LonelyRecused, r.Has
		l.Row.Has = ""
	case r.Handler == "":
		l.Why = LonelyNew
	case r.Gone != "":
		l.Why, l.Who = LonelyLeft, r.Gone
	case r.Away != "" && r.Stand == "":
		l.Why, l.Who = LonelyAway, r.Has
	}
	return l
}

// Of what stands in one instant, who was given it comes first: the kinds are in that order.
var selectHad = db.SQL(`SELECT kind, ref FROM cases_record WHERE owner = $1 AND track = $2 AND kind IN ('appointed', 'led-by', 'recused') ORDER BY written_at, kind`)

// wasRecused tells a track that was taken from who had it from one that nobody was
// given: that somebody else was kept out of it is no reason.
func (d *Desk) wasRecused(tx *db.Tx, owner tilhor.OwnerID, l *Lonely) error {
	var had, leader string
	return tx.Each(selectHad, func(scan db.Scan) error {
		var kind Kind
		var who string
		err := scan(&kind, &who)
		switch {
		case kind == Appointed, kind == LedBy && (had == "" || had == leader):
			had, l.Why = who, LonelyNew
		case kind == Recused && who == had:
			had, l.Why = "", LonelyRecused
		}
		if kind == LedBy {
			leader = who
		}
		return err
	}, owner, l.ID)
}

// lonely are the tracks that may have nobody: at the own school those of who is
// not there, and whatever was given by name elsewhere.
func (d *Desk) lonely(tx *db.Tx, by tilhor.Actor, now time.Time) (rows []Row, barred map[tilhor.TrackID]bool, err error) {
	barred = map[tilhor.TrackID]bool{}
	add := func(scan db.Scan) error {
		t, err := trackRow(scan)
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.ID == t.ID }) {
			rows = append(rows, Row{Track: t})
		}
		return err
	}
	if err := tx.Each(selectLedFrom, add, access.Args(by, access.Lead, now)...); err != nil {
		return nil, nil, err
	}
	has, err := access.Duties(tx, by, now)
	if err != nil || !has[access.Leads] {
		return rows, barred, err
	}
	absent, err := d.notThere(tx, by, now)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range absent {
		if err := tx.Each(selectHadBy, add, access.Args(by, access.Lead, now, p)...); err != nil {
			return nil, nil, err
		}
	}
	err = tx.Each(selectBarred, func(scan db.Scan) error {
		if err := add(scan); err != nil {
			return err
		}
		t, err := trackRow(scan)
		barred[t.ID] = true
		return err
	}, access.Args(by, access.Lead, now)...)
	return rows, barred, err
}

// notThere are those who have open tracks of the actor's school, by id, and do
// not work there today, or are away; and nobody, who has those that nobody was given.
func (d *Desk) notThere(tx *db.Tx, by tilhor.Actor, now time.Time) (absent []tilhor.PersonID, err error) {
	works, err := d.Roster.Working(tx, by.Owner, by.School, today(now))
	if err != nil {
		return nil, err
	}
	var have []tilhor.PersonID
	err = tx.Each(selectHandlers, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		have = append(have, p)
		return err
	}, by.Owner, by.School)
	if err != nil {
		return nil, err
	}
	until, err := d.awayUntil(tx, by.Owner, now, have...)
	for _, p := range have {
		if !works[p] || until[p] != "" {
			absent = append(absent, p)
		}
	}
	return absent, err
}
