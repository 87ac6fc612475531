package concerns

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// Why a concern may be set aside: that the school finds nothing is no reason.
const (
	Twice       = "twice"        // the same was told already
	WrongSchool = "wrong-school" // it belongs to another school, which must be told
	NotParent   = "not-parent"   // who took it up as a parent is none of the child's: a person judges that
)

var (
	anotherOf = db.SQL(`SELECT c.id FROM concerns_concern c
		WHERE c.owner = $1 AND c.school = $2 AND c.state IN ('new', 'taken') AND c.id <> $3
		AND EXISTS (SELECT 1 FROM concerns_pupil p WHERE p.owner = c.owner AND p.concern = c.id AND p.person = $4) LIMIT 1`)
	// Nothing is changed: who sets that one aside in the same moment meets us here, and
	// looks again. They would not meet else, each writing in the record of its own.
	holdAnother = db.SQL(`UPDATE concerns_concern SET state = state WHERE owner = $1 AND id = $2`)
)

// isTwice refuses "reported twice" for a pupil of whom nothing else stands told:
// two reports cannot be set aside as each other's double, and one alone is not a
// double of anything. Of a pupil who is only described nobody can tell.
func isTwice(tx *db.Tx, owner tilhor.OwnerID, c Concern) error {
	for _, p := range c.Pupils {
		if p.Person == "" {
			continue
		}
		var other tilhor.ConcernID
		err := tx.One(anotherOf, db.Args(owner, c.School, c.ID, p.Person), &other)
		if errors.Is(err, tilhor.ErrNotFound) {
			return tilhor.Faults{{Field: "why", Key: "concerns.fault.not-twice"}}
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(holdAnother, owner, other); err != nil {
			return err
		}
	}
	return nil
}

var setAside = db.SQL(`UPDATE concerns_concern SET state = 'set-aside', why = $3, decided_at = $4, decided_by = $5
	WHERE owner = $1 AND id = $2 AND state = 'new'`)

// PutAside answers a concern with "not a case" (ikke en sak): only for what was
// reported twice or to the wrong school, with a reason the reporter reads. It
// is refused when the pupil says so itself: then the duty to act stands
// (§ 12-4); and when the family has taken it up with rektor: the week in which
// Statsforvalteren first looks to the school runs from there (§ 12-6). What came
// from a parent's own page is taken up by their word alone, of any child at any
// school: there a person judges, with a reason, and may answer that it is another
// school's, told before, or not a parent's to take up. The reason may name no other
// child.
func (d *Desk) PutAside(ctx context.Context, by tilhor.Actor, slug, why, reason string) error {
	now := d.Clock()
	reason = strings.TrimSpace(reason)
	var f tilhor.Faults
	f.Add(why != Twice && why != WrongSchool && why != NotParent, "why", "concerns.fault.why")
	f.Add(reason == "", "reason", "concerns.fault.reason")
	f.Add(long(reason, MaxText), "reason", "concerns.fault.long")
	if err := f.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := d.find(tx, by, slug, now)
		if err != nil {
			return err
		}
		if c.Sealed() { // it has a way of its own, and this is not one (§ 12-5)
			return tilhor.ErrConflict
		}
		if c.PupilSays {
			return tilhor.Faults{{Field: "why", Key: "concerns.fault.pupil-says"}}
		}
		if !c.MayAside() {
			return tilhor.Faults{{Field: "why", Key: "concerns.fault.family-raised"}}
		}
		if why == NotParent && c.Channel != Home {
			return tilhor.Faults{{Field: "why", Key: "concerns.fault.why"}}
		}
		if c.State != New {
			return tilhor.ErrConflict
		}
		if err := d.namesOther(tx, by, c, reason, true, now); err != nil {
			return err
		}
		if why == Twice {
			if err := isTwice(tx, by.Owner, c); err != nil {
				return err
			}
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindConcern, string(c.ID))
		if err != nil {
			return err
		}
		s := key.Seal("reason", string(c.ID), reason)
		n, err := tx.Exec(setAside, by.Owner, c.ID, why, now.UnixMilli(), by.Person)
		if err != nil {
			return err
		}
		if n == 0 {
			return tilhor.ErrConflict
		}
		if _, err := tx.Exec(insertText, by.Owner, c.ID, "reason", s.Bytes); err != nil {
			return err
		}
		if _, err := d.Journal.Append(tx, journal.Entry{
			Stream: stream(c.ID), Act: "concerns.set-aside." + why, Subject: string(c.ID), When: tilhor.Now(now),
			By: by, Rule: string(access.Intake), Parts: journal.Parts(s),
		}); err != nil {
			return err
		}
		if err := answered(tx, by, c, now); err != nil {
			return err
		}
		return duty.Drop(tx, by.Owner, string(c.ID))
	})
}

// MayAside says whether "not a case" may be an answer at all.
func (c Concern) MayAside() bool { return !c.PupilSays && (!c.TakenUp() || c.Channel == Home) }

// namesOther refuses a text for the reporter that names a pupil of the school
// whom the concern is not about: by the full name, and in a reason by the first
// name too. What one is asked to do may need it: sit beside Jakob.
func (d *Desk) namesOther(tx *db.Tx, by tilhor.Actor, c Concern, text string, first bool, now time.Time) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	on := tilhor.DateOf(now, calendar.Oslo())
	all, err := d.Roster.Pupils(tx, by.Owner, c.School, on)
	if err != nil {
		return err
	}
	staff, err := d.Roster.Employees(tx, by.Owner, c.School, on)
	if err != nil {
		return err
	}
	own, free := map[tilhor.PersonID]bool{}, map[string]bool{}
	for _, p := range c.Pupils {
		own[p.Person] = true
	}
	for _, e := range staff {
		free[given(e.Name)] = true
	}
	for _, p := range all {
		if own[p.ID] {
			free[given(p.Name)] = true
		}
	}
	words := map[string]bool{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' }) {
		words[w] = true
		words[strings.TrimSuffix(w, "s")] = true // Noras
	}
	for _, p := range all {
		if !own[p.ID] && (names(text, p.Name) || first && words[given(p.Name)] && !free[given(p.Name)]) {
			return tilhor.Faults{{Field: "reason", Key: "concerns.fault.names-other"}}
		}
	}
	return nil
}

// names says whether a text holds a full name, in any case, as words of their
// own: «Nora Dahl» stands in «Nora Dahls sekk», not in «Nora Dahlstrøm».
func names(text, name string) bool {
	words := func(s string) string {
		return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
	}
	full := strings.TrimSpace(words(name))
	return strings.Contains(full, " ") && (strings.Contains(words(text), " "+full+" ") || strings.Contains(words(text), " "+full+"s "))
}

// given is the first of a person's names, as one says it of a child one knows.
// Whoever works at the school, and the pupil it is about, may have the same.
func given(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

var (
	take      = db.SQL(`UPDATE concerns_concern SET state = 'taken', decided_at = $3, decided_by = $4 WHERE owner = $1 AND id = $2 AND state = 'new'`)
	takePupil = db.SQL(`UPDATE concerns_pupil SET track = $4 WHERE owner = $1 AND concern = $2 AND n = $3`)
)

// Take is called by the room of cases, in its own transaction, when a concern
// is taken up: it finds the concern through the scope, marks it, and hands its
// words over. tracks tells for each pupil which track it became. ask is what
// the reporter is asked to do now, if anything.
func (d *Desk) Take(tx *db.Tx, by tilhor.Actor, slug string, tracks func(Concern) (map[int]tilhor.TrackID, error), ask string, now time.Time) (Concern, error) {
	c, err := d.find(tx, by, slug, now)
	if err != nil {
		return c, err
	}
	if c.State != New {
		return c, tilhor.ErrConflict
	}
	if err := d.fill(tx, by.Owner, &c); err != nil {
		return c, err
	}
	if err := d.namesOther(tx, by, c, ask, false, now); err != nil {
		if tilhor.FaultsOf(err) != nil {
			err = tilhor.Faults{{Field: "ask", Key: "concerns.fault.names-other"}}
		}
		return c, err
	}
	became, err := tracks(c)
	if err != nil {
		return c, err
	}
	for n, track := range became {
		if _, err := tx.Exec(takePupil, by.Owner, c.ID, n, track); err != nil {
			return c, err
		}
		if d.Became != nil {
			if err := d.Became(tx, by.Owner, c.ID, track); err != nil {
				return c, err
			}
		}
	}
	n, err := tx.Exec(take, by.Owner, c.ID, now.UnixMilli(), by.Person)
	if err != nil {
		return c, err
	}
	if n == 0 {
		return c, tilhor.ErrConflict
	}
	if err := answered(tx, by, c, now); err != nil {
		return c, err
	}
	var parts []journal.Part
	if ask = strings.TrimSpace(ask); ask != "" {
		key, err := d.Keys.Get(tx, by.Owner, seal.KindConcern, string(c.ID))
		if err != nil {
			return c, err
		}
		s := key.Seal("ask", string(c.ID), ask)
		if _, err := tx.Exec(insertText, by.Owner, c.ID, "ask", s.Bytes); err != nil {
			return c, err
		}
		parts = journal.Parts(s)
	}
	_, err = d.Journal.Append(tx, journal.Entry{Stream: stream(c.ID), Act: "concerns.taken", Subject: string(c.ID), When: tilhor.Now(now), By: by, Rule: string(access.Intake), Parts: parts})
	return c, err
}
