package concerns

import (
	"context"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// How many reports without a name that mention the same first name, within how
// long, are shown as what may be harassment of that child. The numbers are ours.
const (
	burstOf     = 3
	burstWithin = 7 * 24 * time.Hour
)

// nearest is how many reports are compared on each side: of a flood those that came
// nearest in time, so that the more there are the surer it is seen.
const nearest = 500

// unnamedWhere is the part that both have: what the reader receives, near in time.
const unnamedWhere = ` FROM concerns_concern c
	WHERE c.owner = $1 AND c.school = $6 AND c.channel IN ('anonymous', 'outsider') AND c.id <> $9 AND c.written_at `

var (
	selectBefore = db.SQL(`SELECT ` + columns + unnamedWhere + `BETWEEN $7 AND $8 AND ` + access.Scope(access.Receive, "c.id") + ` ORDER BY c.written_at DESC, c.id LIMIT $10`)
	selectAfter  = db.SQL(`SELECT ` + columns + unnamedWhere + `> $7 AND c.written_at <= $8 AND ` + access.Scope(access.Receive, "c.id") + ` ORDER BY c.written_at, c.id LIMIT $10`)
)

// Burst gives the first names that this report and at least two others without a
// name mention, all within a week: many in a short time about one child may be
// somebody plaguing it, and whoever takes a stance must know. Only reports that
// the reader receives are compared, and no name is tied to a person: it says which
// first name, and never whose.
func (d *Desk) Burst(ctx context.Context, by tilhor.Actor, c Concern) (often []string, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		often, err = d.burst(tx, by, c, d.Clock(), func(Concern) bool { return false })
		return err
	})
	return often, err
}

// BurstOf is Burst for who works the case that a report became, which that room has
// settled: compared with what rektor of the school receives, by that office, so that
// nothing about a protected pupil counts; nor what the reader is barred from; nor what
// is about somebody who works there, which the case tells nobody of.
func (d *Desk) BurstOf(ctx context.Context, by tilhor.Actor, id tilhor.ConcernID) (often []string, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := Outline(tx, by.Owner, id)
		if err != nil || !c.Channel.Quiet() {
			return err
		}
		if err := d.fill(tx, by.Owner, &c); err != nil {
			return err
		}
		office := tilhor.Actor{Owner: by.Owner, Person: by.Person, Role: tilhor.RoleRektor, School: c.School, Trained: true}
		often, err = d.burst(tx, office, c, d.Clock(), Concern.Sealed)
		return err
	})
	return often, err
}

func (d *Desk) burst(tx *db.Tx, by tilhor.Actor, c Concern, now time.Time, without func(Concern) bool) ([]string, error) {
	if !c.Channel.Quiet() || c.Held {
		return nil, nil
	}
	near := []Concern{c}
	add := func(which *db.Stmt, from, until time.Time) error {
		return tx.Each(which, func(scan db.Scan) error {
			o, err := row(scan)
			if !without(o) {
				near = append(near, o)
			}
			return err
		}, access.Args(by, access.Receive, now, c.School, from.UnixMilli(), until.UnixMilli(), c.ID, nearest)...)
	}
	if err := add(selectBefore, c.Written.Add(-burstWithin), c.Written); err != nil {
		return nil, err
	}
	if err := add(selectAfter, c.Written, c.Written.Add(burstWithin)); err != nil || len(near) < burstOf {
		return nil, err
	}
	slices.SortStableFunc(near, func(a, b Concern) int { return a.Written.Compare(b.Written) })
	if err := d.fill(tx, by.Owner, pointers(near)...); err != nil {
		return nil, err
	}
	pupils, err := d.Roster.Pupils(tx, by.Owner, c.School, tilhor.DateOf(now, calendar.Oslo()))
	known := map[string]string{}
	for _, p := range pupils {
		known[strings.ToLower(given(p.Name))] = given(p.Name)
	}
	return bursting(c, near, known), err
}

// bursting are the names of c that enough of the reports mention in one week,
// c among them. near is in the order they came.
func bursting(c Concern, near []Concern, known map[string]string) (often []string) {
	for name := range mentioned(c, known) {
		var same []Concern
		for _, o := range near {
			if mentioned(o, known)[name] {
				same = append(same, o)
			}
		}
		for i := range same {
			j := i + burstOf
			for j < len(same) && same[j].Written.Sub(same[i].Written) <= burstWithin {
				j++
			}
			if j <= len(same) && same[j-1].Written.Sub(same[i].Written) <= burstWithin && slices.ContainsFunc(same[i:j], func(o Concern) bool { return o.ID == c.ID }) {
				often = append(often, known[name])
				break
			}
		}
	}
	slices.Sort(often)
	return often
}

// mentioned are the first names of the school that a report has in it.
func mentioned(c Concern, known map[string]string) map[string]bool {
	texts := []string{c.Said, c.Saw, c.Hope}
	for _, p := range c.Pupils {
		texts = append(texts, p.Described)
	}
	all := map[string]bool{}
	for w := range wordsOf(texts...) {
		if known[w] != "" {
			all[w] = true
		}
	}
	return all
}
