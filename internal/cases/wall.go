package cases

import (
	"errors"
	"maps"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A wall is what goes with a concern about somebody who works there, or about
// the child of whoever leads the school, when it is taken up: who may never see
// the track, who leads it, and what the owner is told.
type wall struct {
	accused duty.Accused
	lead    tilhor.PersonID // appointed by the owner, by name
	unit    tilhor.SchoolID // where that person works
	then    func(w *work) error
}

// fits says whether the concern is taken up the way its kind asks for: one about
// somebody who works there is never taken up as if it were not.
func (x wall) fits(c concerns.Concern) bool {
	if !c.Sealed() {
		return x.accused == ""
	}
	return x.accused == c.Accused
}

// led is where those work who lead for a protected pupil in the track: nobody at
// the school when the owner appoints.
func (x wall) led(t Track) tilhor.SchoolID {
	if x.lead != "" {
		return access.Owner
	}
	return t.School
}

// sealedAs is how a matter must be sealed that the concern may belong to.
func sealedAs(c concerns.Concern) string {
	if c.Sealed() {
		return string(c.Accused)
	}
	return ""
}

var (
	insertSealed = db.SQL(`INSERT INTO cases_sealed (owner, track, accused, at) SELECT $1, $2, $3, $4
		WHERE NOT EXISTS (SELECT 1 FROM cases_sealed WHERE owner = $1 AND track = $2)`)
	insertAccused = db.SQL(`INSERT INTO cases_accused (owner, track, person) SELECT $1, $2, $3
		WHERE NOT EXISTS (SELECT 1 FROM cases_accused WHERE owner = $1 AND track = $2 AND person = $3)`)
	selectSealed  = db.SQL(`SELECT accused FROM cases_sealed WHERE owner = $1 AND track = $2`)
	selectAccused = db.SQL(`SELECT person FROM cases_accused WHERE owner = $1 AND track = $2 ORDER BY person`)
	selectWall    = db.SQL(`SELECT accused, '' FROM cases_sealed WHERE owner = $1 AND track = $2
		UNION ALL SELECT '', person FROM cases_accused WHERE owner = $1 AND track = $2`)
	matterChildren = db.SQL(`SELECT pupil FROM cases_track WHERE owner = $1 AND matter = $2 AND pupil <> ''
		UNION ALL SELECT person FROM cases_child WHERE owner = $1 AND matter = $2 AND person <> ''
		UNION ALL SELECT o.pupil FROM cases_stood s JOIN cases_track o ON o.owner = s.owner AND o.id = s.other WHERE s.owner = $1 AND s.track = $3 AND o.pupil <> ''`)
	matterTracks = db.SQL(`SELECT ` + columns + fromTrack + `WHERE t.owner = $1 AND t.matter = $2 ORDER BY t.opened_at, t.id`)
)

// oneWall keeps whom one closed track of the matter is about out of every other
// closed track of it: the matter is one.
func (w *work) oneWall() error {
	tracks, err := w.tracksOf(w.t.Case)
	if err != nil {
		return err
	}
	accused := map[tilhor.TrackID][]tilhor.PersonID{}
	all := map[tilhor.PersonID]bool{}
	var closed []Track
	for _, t := range tracks {
		how, err := w.sealedHow(t)
		if err != nil {
			return err
		}
		if how == "" {
			continue
		}
		closed = append(closed, t)
		if accused[t.ID], err = w.d.accused(w.tx, w.by.Owner, t); err != nil {
			return err
		}
		for _, p := range accused[t.ID] {
			all[p] = true
		}
	}
	for _, t := range closed {
		for _, p := range slices.Sorted(maps.Keys(all)) {
			if slices.Contains(accused[t.ID], p) {
				continue
			}
			x := w
			if t.ID != w.t.ID {
				if x, err = w.in(t); err != nil {
					return err
				}
			}
			if err := x.keepOut(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepOut closes the track to one whom the matter is about.
func (w *work) keepOut(p tilhor.PersonID) error {
	if _, err := w.tx.Exec(insertAccused, w.by.Owner, w.t.ID, p); err != nil {
		return err
	}
	if err := w.lockOut(p); err != nil {
		return err
	}
	return w.recuse(p, whyAccused, "")
}

// wallIn puts the wall around a track that is taken up.
func (w *work) wallIn(x wall, c concerns.Concern) error {
	if c.Sealed() {
		if _, err := w.tx.Exec(insertSealed, w.by.Owner, w.t.ID, c.Accused, w.now.UnixMilli()); err != nil {
			return err
		}
	}
	for _, a := range c.Against {
		if a.Person == "" {
			continue
		}
		if _, err := w.tx.Exec(insertAccused, w.by.Owner, w.t.ID, a.Person); err != nil {
			return err
		}
		if err := w.bar(a.Person, "accused"); err != nil {
			return err
		}
	}
	if c.Accused == duty.AccusedLeadership {
		for _, r := range []tilhor.Role{tilhor.RoleRektor, tilhor.RoleDeputy} {
			b := access.Bar{Kind: access.Track, Thing: string(w.t.ID), Role: r, Unit: w.t.School, From: w.now, Reason: "accused"}
			if err := access.Shut(w.tx, w.by.Owner, b); err != nil {
				return err
			}
		}
	}
	if err := w.oneWall(); err != nil {
		return err
	}
	if x.lead != "" { // before kin are barred: then somebody leads it, and the owner is not told that nobody does
		kin, err := w.kin()
		if err != nil {
			return err
		}
		if slices.Contains(kin, x.lead) {
			return tilhor.Faults{{Field: "lead", Key: "sealed.fault.barred"}}
		}
		if err := w.leadBy(x.lead, x.unit); err != nil {
			return err
		}
	}
	if err := w.barKin(); err != nil {
		return err
	}
	if x.then == nil {
		return nil
	}
	return x.then(w)
}

// bar keeps a person from the track, in every role; once is enough.
func (w *work) bar(p tilhor.PersonID, why string) error {
	bars, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, b := range bars {
		if b.Person == p && (b.Until.IsZero() || b.Until.After(w.now)) {
			return nil
		}
	}
	return access.Shut(w.tx, w.by.Owner, access.Bar{Kind: access.Track, Thing: string(w.t.ID), Person: p, From: w.now, Reason: why})
}

// barTold keeps a person from what the track was told by as well: whoever cannot
// have the case has neither the child's own words that it began with.
func (w *work) barTold(p tilhor.PersonID, why string) error {
	told, err := w.toldIn()
	for _, concern := range told {
		b := access.Bar{Kind: access.Concern, Thing: concern, Person: p, From: w.now, Reason: why}
		if err := access.Shut(w.tx, w.by.Owner, b); err != nil {
			return err
		}
	}
	return err
}

// notBarred refuses one who can never have the track, or carry anything out in
// it: whom it is about, and who is recused.
func (w *work) notBarred(p tilhor.PersonID, field string) error {
	bars, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	barred := shut(bars, w.now)[p]
	if slices.ContainsFunc(bars, func(b access.Bar) bool { return b.Role != "" }) {
		roles, err := w.d.Roster.RolesOf(w.tx, w.by.Owner, p, today(w.now))
		if err != nil {
			return err
		}
		for _, b := range bars {
			barred = barred || slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return b.Role == a.Role && b.Unit == a.School })
		}
	}
	if barred {
		return tilhor.Faults{{Field: field, Key: "sealed.fault.barred"}}
	}
	if p != WholeSFO {
		return nil
	}
	guarded, err := access.Guarded(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.now)
	if err == nil && len(guarded) > 0 { // all of a role are never let by
		err = tilhor.Faults{{Field: field, Key: faultWhole}}
	}
	return err
}

// faultWhole asks for a person to carry out a measure for who has a protected address.
const faultWhole = "cases.fault.doer-shielded"

// shut are the persons the bars keep out now.
func shut(bars []access.Bar, now time.Time) map[tilhor.PersonID]bool {
	m := map[tilhor.PersonID]bool{}
	for _, b := range bars {
		if b.Person != "" && !now.Before(b.From) && (b.Until.IsZero() || now.Before(b.Until)) {
			m[b.Person] = true
		}
	}
	return m
}

// lifts are those whose bar can be lifted: who is out for another reason than
// that the track is about the person.
func lifts(bars []access.Bar, now time.Time) map[tilhor.PersonID]bool {
	m := shut(bars, now)
	for _, b := range bars {
		if b.Reason == whyAccused {
			delete(m, b.Person)
		}
	}
	return m
}

// barKin bars whoever works for a school or the owner and is family of a child
// in the matter, from every track of it: a party's next of kin has no part in
// the case (ugild, forvaltningsloven § 6). Who had it loses it.
func (w *work) barKin() error {
	kin, err := w.kin()
	if err != nil || len(kin) == 0 {
		return err
	}
	tracks, err := w.tracksOf(w.t.Case)
	if err != nil {
		return err
	}
	for _, t := range tracks {
		x := w
		if t.ID != w.t.ID {
			if x, err = w.in(t); err != nil {
				return err
			}
		}
		for _, p := range kin {
			if err := x.recuse(p, "kin", ""); err != nil {
				return err
			}
		}
		if err := x.led(); err != nil {
			return err
		}
	}
	return nil
}

// in is the same act in another track of the matter.
func (w *work) in(t Track) (*work, error) {
	key, err := w.d.Keys.Get(w.tx, w.by.Owner, seal.KindTrack, string(t.ID))
	x := *w
	x.t, x.key = t, key
	return &x, err
}

// kin are those of the families of the matter's children who work for a school
// or the owner.
func (w *work) kin() (all []tilhor.PersonID, err error) {
	var children []tilhor.PersonID
	err = w.tx.Each(matterChildren, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		children = append(children, p)
		return err
	}, w.by.Owner, w.t.Case, w.t.ID)
	if err != nil {
		return nil, err
	}
	kin, err := w.d.Roster.WorkingKin(w.tx, w.by.Owner, today(w.now), children...)
	for _, a := range kin {
		if !slices.Contains(all, a.Person) {
			all = append(all, a.Person)
		}
	}
	slices.Sort(all)
	return all, err
}

// recuse bars a person from the track and takes back all that was given there.
// It is told in the record when the person had anything.
func (w *work) recuse(p tilhor.PersonID, why, reason string) error {
	bars, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil || shut(bars, w.now)[p] {
		return err
	}
	if err := w.bar(p, why); err != nil {
		return err
	}
	if err := w.barTold(p, why); err != nil {
		return err
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	if err := w.standsNoMore(p); err != nil {
		return err
	}
	if err := w.withdrawAll(p); err != nil { // nor is anything asked of the person any more
		return err
	}
	had := reason != "" || w.t.Handler == p
	for _, g := range grants {
		if g.Person != p || !g.Until.IsZero() && !g.Until.After(w.now) {
			continue
		}
		had = true
		if err := access.End(w.tx, w.by.Owner, access.Track, string(w.t.ID), p, g.Relation, w.now); err != nil {
			return err
		}
	}
	if w.t.Handler == p { // the hand-over is asked for: the case has nobody
		if err := w.uncover(coverCases, "", w.now); err != nil {
			return err
		}
		if _, err := w.tx.Exec(setHandler, w.by.Owner, w.t.ID, ""); err != nil {
			return err
		}
		w.t.Handler = ""
	}
	if !had {
		return nil
	}
	_, err = w.write(note{kind: Recused, when: tilhor.Now(w.now), ref: string(p), answer: why, text: []field{{"reason", reason}}})
	return err
}

// led asks that somebody can decide in the track. When everybody who could is
// barred, the owner is told, and appoints: a case never has nobody.
func (w *work) led() error {
	ok, err := w.hasLead()
	if err != nil || ok {
		return err
	}
	var told int // and nobody was appointed since
	if err := w.tx.One(countUnled, db.Args(w.by.Owner, w.t.ID, NoLead), &told); err != nil || told > 0 {
		return err
	}
	return w.notify(NoLead, nil)
}

var countUnled = db.SQL(`SELECT COUNT(*) FROM cases_notice n WHERE n.owner = $1 AND n.track = $2 AND n.kind = $3
	AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = n.owner AND r.track = n.track AND r.kind = 'led-by' AND r.written_at >= n.at)`)

// hasLead finds somebody who decides in the track, and holds what that rests on: two acts
// at once, in two tracks of one pupil, do not each count on whom the other takes out.
func (w *work) hasLead() (bool, error) {
	bars, err := access.BarsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return false, err
	}
	out := shut(bars, w.now)
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return false, err
	}
	guarded, err := access.Guarded(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.now)
	if err != nil {
		return false, err
	}
	byRole := false
	for _, g := range grants {
		if g.Relation != access.Leads || !g.InForce(w.now) {
			continue
		}
		if g.Person != "" && !out[g.Person] {
			if named, err := access.NamedForAll(w.tx, w.by.Owner, g.Person, guarded, w.now); err != nil || named {
				return named, errors.Join(err, access.Hold(w.tx, w.by.Owner, g.ID))
			}
		}
		byRole = byRole || g.Role == tilhor.RoleRektor && len(guarded) == 0 // no role comes to a protected pupil
	}
	if !byRole {
		return false, nil
	}
	staff, err := w.d.Roster.Employees(w.tx, w.by.Owner, w.t.School, today(w.now))
	if err != nil {
		return false, err
	}
	for _, e := range staff {
		if slices.Contains(e.Roles, tilhor.RoleRektor) && !out[e.ID] {
			return true, nil
		}
	}
	handed, err := access.GrantsOf(w.tx, w.by.Owner, access.School, string(w.t.School))
	for _, g := range handed {
		if g.Relation == access.Leads && !out[g.Person] && g.InForce(w.now) {
			return true, err
		}
	}
	return false, err
}

// leadBy gives the track to one whom the owner appoints to lead it (saksleder):
// alone, in place of whoever led it.
func (w *work) leadBy(p tilhor.PersonID, unit tilhor.SchoolID) error {
	if err := w.notBarred(p, "lead"); err != nil {
		return err
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(w.t.ID))
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.Relation == access.Leads && g.Person != "" {
			if err := access.End(w.tx, w.by.Owner, access.Track, string(w.t.ID), g.Person, access.Leads, w.now); err != nil {
				return err
			}
		}
	}
	give := access.Grant{Kind: access.Track, Thing: string(w.t.ID), Person: p, Unit: unit, Relation: access.Leads, From: w.now, By: w.by.Person}
	if err := access.Give(w.tx, w.by.Owner, give); err != nil {
		return err
	}
	if err := w.letBy(p, unit); err != nil {
		return err
	}
	if w.t.Handler == "" || slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Relation == access.Leads && g.Person == w.t.Handler }) {
		if err := w.uncover(coverCases, "", w.now); err != nil { // who stood in did so for another
			return err
		}
		if _, err := w.tx.Exec(setHandler, w.by.Owner, w.t.ID, p); err != nil { // until somebody else is given it
			return err
		}
		w.t.Handler = p
	}
	_, err = w.write(note{kind: LedBy, when: tilhor.Now(w.now), ref: string(p)})
	return err
}

// letBy names whom the owner gives the track for every protected pupil it is
// about: to this track, and to no other of hers. That it was given stands in the
// record of the track.
func (w *work) letBy(p tilhor.PersonID, unit tilhor.SchoolID) error {
	all, err := access.Guarded(w.tx, w.by.Owner, access.Track, string(w.t.ID), w.now)
	for _, s := range all {
		named, err := access.IsNamed(w.tx, tilhor.Actor{Owner: w.by.Owner, Person: p}, s, w.now)
		if err != nil {
			return err
		}
		if named {
			continue
		}
		if err := access.Name(w.tx, w.by.Owner, access.Naming{Subject: s, Person: p, Unit: unit, By: w.by.Person, From: w.now}); err != nil {
			return err
		}
	}
	return err
}

// elsewhere says which tracks are had by somebody who does not work at the track's
// school and works for the owner or at another: appointed to that very track, and not
// one who has left. Who holds nothing elsewhere, as most who have left, is not looked up.
func (d *Desk) elsewhere(tx *db.Tx, owner tilhor.OwnerID, works map[tilhor.SchoolID]map[tilhor.PersonID]bool, now time.Time, tracks ...Track) (map[tilhor.TrackID]bool, error) {
	var apart []string // the tracks whose handler does not work at their school
	for _, t := range tracks {
		if t.Handler != "" && !works[t.School][t.Handler] {
			apart = append(apart, string(t.ID))
		}
	}
	has := map[tilhor.TrackID]bool{}
	held, err := access.Holders(tx, owner, access.Track, now, apart...)
	if err != nil {
		return nil, err
	}
	staff := map[tilhor.PersonID]bool{} // each is asked about once
	for _, t := range tracks {
		if !slices.ContainsFunc(held[string(t.ID)], func(h access.Holder) bool { return h.Person == t.Handler && h.Unit != t.School }) {
			continue
		}
		is, asked := staff[t.Handler]
		if !asked {
			roles, err := d.Roster.RolesOf(tx, owner, t.Handler, today(now))
			if err != nil {
				return nil, err
			}
			is = slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return a.Role.Staff() || a.Role == tilhor.RoleOwnerAdviser })
			staff[t.Handler] = is
		}
		has[t.ID] = is
	}
	return has, nil
}

// inherit puts the walls of an older track around one that goes on from it: it
// is closed as the older was, to the same, and led by whom the owner appointed.
func (w *work) inherit(old *work) error {
	if err := w.sealedAs(old); err != nil {
		return err
	}
	grants, err := access.GrantsOf(w.tx, w.by.Owner, access.Track, string(old.t.ID))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Relation == access.Leads && g.Role == tilhor.RoleRektor }) {
		return w.roleLeads()
	}
	if err := w.leadBy(w.by.Person, w.by.School); err != nil {
		return err
	}
	return w.notify(Leadership, nil)
}

// roleLeads lets rektor of the school lead the track, by role.
func (w *work) roleLeads() error {
	return access.Give(w.tx, w.by.Owner, access.Grant{
		Kind: access.Track, Thing: string(w.t.ID), Role: tilhor.RoleRektor, Unit: w.t.School, Relation: access.Leads, From: w.now, By: w.by.Person,
	})
}

// walls fills in what a file says of its own walls.
func (d *Desk) walls(tx *db.Tx, owner tilhor.OwnerID, f *File, now time.Time) error {
	f.Barred, f.Accused = nil, map[tilhor.PersonID]string{}
	err := tx.Each(selectWall, func(scan db.Scan) error {
		var sealed string
		var p tilhor.PersonID
		err := scan(&sealed, &p)
		if sealed != "" {
			f.Sealed = sealed
		} else {
			f.Accused[p] = ""
		}
		return err
	}, owner, f.ID)
	if err != nil {
		return err
	}
	bars, err := access.BarsOf(tx, owner, access.Track, string(f.ID))
	if err != nil {
		return err
	}
	f.Barred, f.Lifts = shut(bars, now), map[tilhor.PersonID]string{}
	if may := lifts(bars, now); len(may) > 0 { // of those who work here: who is kept out at the school it came from is not told
		staff, err := d.Roster.Employees(tx, owner, f.School, today(now))
		if err != nil {
			return err
		}
		for _, e := range staff {
			if may[e.ID] {
				f.Lifts[e.ID] = ""
			}
		}
	}
	for _, r := range f.Records {
		if r.Kind == LedBy {
			f.Leader = r.Ref // a name, once names are opened
		}
	}
	return nil
}

// receiptForOwner is what a receipt says of what the owner is told.
var receiptForOwner = &journal.Told{For: []tilhor.Role{tilhor.RoleOwnerAdviser}, TakenUp: true}
