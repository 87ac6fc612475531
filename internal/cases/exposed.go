package cases

import (
	"context"
	"errors"
	"slices"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// Exposed is what was found about another child of a matter, in the track that
// the child got. AlsoExposed says in the track it was found from that there is
// one more, and no word of whom.
const (
	Exposed     Kind = "exposed"
	AlsoExposed Kind = "also-exposed"
)

func init() { kinds[Exposed], kinds[AlsoExposed] = true, true }

// A NewExposed is a child who is found, while a case is worked, to be exposed
// itself.
type NewExposed struct {
	Pupil     tilhor.PersonID
	Described string          // who it is, while nobody knows
	Known     tilhor.When     // when somebody at the school first knew or suspected it of this child
	Said      string          // the child's own words, if it has told
	Saw       string          // what was seen or found
	School    tilhor.SchoolID // where the child goes, when that is another school of the owner's
}

func (x *NewExposed) check(d *Desk) error {
	var c check
	c.past(&x.Known, d.Clock(), "known")
	c.short(&x.Described, "described", false)
	c.text(&x.Said, "said", false)
	c.text(&x.Saw, "saw", false)
	c.Add(x.Pupil == "" && x.Described == "", "pupil", "cases.fault.pupil")
	c.Add(x.Pupil != "" && x.Described != "", "described", "children.fault.either")
	c.Add(x.Said == "" && x.Saw == "", "saw", "children.fault.what")
	c.Add(x.School != "" && x.Pupil != "", "pupil", "children.fault.other-pupil") // its pupils are in no list here
	return c.Err()
}

// AddExposed gives another child of a matter a track of its own (eget spor),
// with its own clocks from when somebody knew it of this child (§ 12-4), and its
// own hearing, plan and evaluations. Suspicion is enough. Whoever handles the
// track it was found from handles the new one as well, unless that person is
// kept from it; the walls of the matter stand around it too. None of its words
// stand in the track it was found from.
func (d *Desk) AddExposed(ctx context.Context, by tilhor.Actor, slug string, x NewExposed) (fresh Track, err error) {
	if err := x.check(d); err != nil {
		return Track{}, err
	}
	err = d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		if err := w.mayBeExposed(x.Pupil); err != nil {
			return err
		}
		from, err := w.atAnother(&x)
		if err != nil {
			return err
		}
		n, isNew, err := w.beside(x)
		if err != nil {
			return err
		}
		if err := n.found(w, x, from, isNew); err != nil {
			return err
		}
		fresh = n.t
		if _, err := w.write(note{kind: AlsoExposed, when: tilhor.Now(w.now)}); err != nil {
			return err
		}
		return n.touch()
	})
	return fresh, err
}

// mayBeExposed refuses a pupil who is not at the school; who is protected is
// found by those who are named for her, by nobody else, and answers like nobody.
func (w *work) mayBeExposed(pupil tilhor.PersonID) error {
	if pupil == "" {
		return nil
	}
	in, err := w.d.Roster.Where(w.tx, w.by.Owner, pupil, today(w.now))
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return err
	}
	may := err == nil && in.School == w.t.School
	if may && in.Protected {
		if may, err = access.IsNamed(w.tx, w.by, pupil, w.now); err != nil {
			return err
		}
	}
	if !may {
		return tilhor.Faults{{Field: "pupil", Key: "cases.fault.pupil"}}
	}
	return nil
}

// atAnother is for a child who goes to another school: that school leads the
// track, and the child's clocks run there from when that school is told. Neither
// school reads the other's. It gives the name of the school that tells. A matter
// that is closed to the school tells no other school of it.
func (w *work) atAnother(x *NewExposed) (from string, err error) {
	if x.School == "" || x.School == w.t.School {
		x.School = w.t.School
		return "", nil
	}
	how, err := w.sealedHow(w.t)
	if err != nil {
		return "", err
	}
	schools, err := w.d.Roster.Schools(w.tx, w.by.Owner)
	if err != nil {
		return "", err
	}
	if how != "" || !slices.ContainsFunc(schools, func(s roster.School) bool { return s.ID == x.School }) {
		return "", tilhor.Faults{{Field: "school", Key: "children.fault.school"}}
	}
	own, err := w.d.Roster.School(w.tx, w.by.Owner, w.t.School)
	x.Known = tilhor.Now(w.now)
	return own.Name, err
}

// beside is the act in the child's own track: a new one, or the one that it has
// in the matter without this person being let into it. That it has one is told
// to those alone who may read it.
func (w *work) beside(x NewExposed) (n *work, isNew bool, err error) {
	if _, err := w.tx.Exec(lockMatter, w.by.Owner, w.t.Case); err != nil {
		return nil, false, err
	}
	t, found, err := w.trackOf(x.Pupil)
	if err != nil {
		return nil, false, err
	}
	if found {
		if _, err := access.Allow(w.tx, w.by, access.Read, string(t.ID), w.now); !errors.Is(err, tilhor.ErrNotFound) {
			return nil, false, errors.Join(err, tilhor.Faults{{Field: "pupil", Key: "life.fault.has-track"}})
		}
		n, err = w.in(t)
		return n, false, err
	}
	lead, unit, byRole, err := w.leaders()
	if err != nil {
		return nil, false, err
	}
	if x.School != w.t.School { // is led there, by who leads that school
		lead, byRole = "", true
	}
	as := wall{}
	if !byRole {
		as.lead = lead
	}
	m := matter{id: w.t.Case, isNew: true}
	if err := w.tx.One(numberOfCase, db.Args(w.by.Owner, m.id), &m.number); err != nil {
		return nil, false, err
	}
	t, err = w.d.track(w.tx, w.by, m, x.School, w.t.Arena, x.Pupil, as, w.now)
	if err != nil {
		return nil, false, err
	}
	who, err := w.d.Roster.ShieldedIn(w.tx, w.by.Owner, x.School, x.Described, today(w.now))
	if err != nil {
		return nil, false, err
	}
	for _, p := range who { // the one in words may be the protected pupil
		if _, err := access.About(w.tx, w.by.Owner, access.Track, string(t.ID), p, t.School, w.now); err != nil {
			return nil, false, err
		}
	}
	if n, err = w.in(t); err != nil {
		return nil, false, err
	}
	if err := n.sealedAs(w); err != nil {
		return nil, false, err
	}
	if err := n.barKin(); err != nil {
		return nil, false, err
	}
	if lead != "" {
		if err := n.leadBy(lead, unit); err != nil {
			return nil, false, err
		}
	}
	return n, true, n.led()
}

// trackOf is the track a pupil has in the matter, if it has one.
func (w *work) trackOf(pupil tilhor.PersonID) (t Track, found bool, err error) {
	if pupil == "" {
		return Track{}, false, nil
	}
	err = w.tx.Each(selectTrackOf, func(scan db.Scan) (err error) {
		found = true
		t, err = trackRow(scan)
		return err
	}, w.by.Owner, w.t.Case, pupil)
	return t, found, err
}

// leaders says whom the owner appointed to lead the track, and whether rektor
// leads it by role. Who leads because she is named for a protected pupil leads
// that pupil's track alone.
func (w *work) leaders() (lead tilhor.PersonID, unit tilhor.SchoolID, byRole bool, err error) {
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return "", "", false, err
	}
	appointed := tilhor.PersonID("")
	for _, r := range all {
		if r.Kind == LedBy {
			appointed = tilhor.PersonID(r.Ref)
		}
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	for _, g := range grants {
		if g.Relation != access.Leads || !g.InForce(w.now) {
			continue
		}
		byRole = byRole || g.Role == tilhor.RoleRektor
		if g.Person != "" && g.Person == appointed {
			lead, unit = g.Person, g.Unit
		}
	}
	return lead, unit, byRole, err
}

// found writes what was found into the child's own track, with the facts its
// clocks run on. In a matter about somebody who works there the owner is told of
// this child too, as it was of the first (§ 12-5).
func (w *work) found(of *work, x NewExposed, from string, isNew bool) error {
	if w.t.State != Open {
		err := w.reopen("concern")
		if tilhor.FaultsOf(err) != nil { // told only to who may see that there is one: else the words go there, and nothing is said
			if _, hidden := access.Allow(w.tx, w.by, access.Read, string(w.t.ID), w.now); hidden == nil {
				return tilhor.Faults{{Field: "pupil", Key: "life.fault.has-track"}}
			}
			err = nil
		}
		if err != nil {
			return err
		}
	}
	by := duty.ByStaff
	if x.Said != "" {
		by = duty.ByPupil
	}
	told := note{kind: Exposed, when: x.Known, answer: string(by), text: []field{{"said", x.Said}, {"saw", x.Saw}, {"who", x.Described}, {"from", from}}}
	if _, err := w.write(told); err != nil {
		return err
	}
	if isNew {
		if err := w.audited(x.Known.Precision == tilhor.Unknown); err != nil {
			return err
		}
	}
	accused, to := duty.AccusedNone, duty.ToRektor
	err := w.tx.Each(selectSealed, func(scan db.Scan) error { return scan(&accused) }, w.by.Owner, w.t.ID)
	if err != nil {
		return err
	}
	if accused == duty.AccusedLeadership {
		to = duty.ToOwner
	}
	if err := w.facts(duty.Fact{Kind: duty.Known, When: x.Known, By: by, Accused: accused},
		duty.Fact{Kind: duty.Reported, When: tilhor.Now(w.now), To: to}); err != nil {
		return err
	}
	if !isNew {
		return nil
	}
	if err := w.tellAlso(of, accused); err != nil {
		return err
	}
	if of.t.Handler == "" || w.t.Handler != "" || from != "" {
		return nil
	}
	err = w.appoint(of.t.Handler)
	if tilhor.FaultsOf(err) != nil { // is kept from it: rektor gives it to another
		return nil
	}
	return err
}

// tellAlso tells the owner of one more child, where the owner was told of the
// first because of whom the matter is about.
func (w *work) tellAlso(of *work, accused duty.Accused) error {
	switch accused {
	case duty.AccusedLeadership:
		return w.notify(Leadership, nil)
	case duty.AccusedEmployee:
		told, err := of.noticed(Employee)
		if err != nil || !told {
			return err
		}
		return w.tell(ToOwner{})
	}
	return nil
}

// sealedAs closes a track as another of the matter is closed: to whom it is
// about, and to everybody who is kept from that one.
func (w *work) sealedAs(old *work) error {
	var accused string
	err := w.tx.Each(selectSealed, func(scan db.Scan) error { return scan(&accused) }, w.by.Owner, old.t.ID)
	if err != nil {
		return err
	}
	if accused != "" {
		if _, err := w.tx.Exec(insertSealed, w.by.Owner, w.t.ID, accused, w.now.UnixMilli()); err != nil {
			return err
		}
	}
	var whom []tilhor.PersonID
	err = w.tx.Each(selectAccused, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		whom = append(whom, p)
		return err
	}, w.by.Owner, old.t.ID)
	if err != nil {
		return err
	}
	for _, p := range whom {
		if _, err := w.tx.Exec(insertAccused, w.by.Owner, w.t.ID, p); err != nil {
			return err
		}
	}
	bars, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(old.t.ID))
	if err != nil {
		return err
	}
	own, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, b := range bars {
		if slices.ContainsFunc(own, func(o access.Bar) bool {
			return o.Person == b.Person && o.Role == b.Role && o.Unit == b.Unit && o.Until.Equal(b.Until)
		}) {
			continue
		}
		b.Thing = string(w.t.ID)
		if err := access.Shut(w.tx, w.by.Owner, b); err != nil {
			return err
		}
	}
	return nil
}

// Does says whether this person works a track, and decides in it, without
// opening it: for a page that is about more than one.
func (d *Desk) Does(ctx context.Context, by tilhor.Actor, slug string) (works, leads bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Read, slug, d.Clock())
		if err != nil {
			return err
		}
		for act, may := range map[access.Act]*bool{access.Work: &works, access.Lead: &leads} {
			_, err := access.Allow(tx, by, act, string(t.ID), d.Clock())
			if *may = err == nil; err != nil && !errors.Is(err, tilhor.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	return works, leads, err
}
