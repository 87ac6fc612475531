package concerns

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// about says whether a telling is about somebody who works at the school.
func (n Telling) about() bool {
	return n.Accused == duty.AccusedEmployee || n.Accused == duty.AccusedLeadership
}

// route settles who may have a concern about somebody who works there: about an
// employee it goes to rektor, about the leadership to the owner, past rektor
// (§ 12-5). Whoever leads the school, by role or because it was handed over, is
// the leadership, whatever the teller chose: it is not for the teller to know.
func (d *Desk) route(tx *db.Tx, owner tilhor.OwnerID, c *Concern, n Telling, now time.Time) error {
	c.Accused, c.Against = duty.AccusedNone, nil
	if !n.about() {
		return nil
	}
	c.Accused = n.Accused
	staff, err := d.Roster.Employees(tx, owner, n.School, tilhor.DateOf(now, calendar.Oslo()))
	if err != nil {
		return err
	}
	if n.said {
		n.Against = meant(staff, n.Whom)
	}
	handed, err := access.GrantsOf(tx, owner, access.School, string(n.School))
	if err != nil {
		return err
	}
	for i, p := range n.Against {
		leads, works := false, false
		for _, e := range staff {
			if e.ID == p {
				works, leads = true, leads || slices.ContainsFunc(e.Roles, tilhor.Role.Leads)
			}
		}
		if !works {
			return tilhor.Faults{{Field: "against", Key: "concerns.fault.against-unknown"}}
		}
		for _, g := range handed {
			leads = leads || g.Person == p && g.Relation == access.Leads && g.InForce(now)
		}
		if leads {
			c.Accused = duty.AccusedLeadership
		}
		c.Against = append(c.Against, Against{N: i + 1, Person: p})
	}
	leads, err := d.saysLeader(tx, owner, n, handed, now)
	if leads {
		c.Accused = duty.AccusedLeadership
	}
	return err
}

// leaders are the words for who leads a school, as one writes them of somebody.
var leaders = []string{
	"rektor", "rektoren", "inspektør", "inspektøren", "avdelingsleder", "avdelingslederen", "avdelingsleiar", "avdelingsleiaren", "ledelse", "ledelsen",
	"leiing", "leiinga", "skolelederen", "skoleleder", "skuleleiar", "skuleleiaren", "principal", "headteacher", "headmaster", "headmistress",
}

// saysLeader says whether whom it is about, as it is written, is somebody who
// leads the school: by name, or by what one calls who leads. Who has no account
// can choose nobody from a list. A word too many sends it to the owner, who can
// send it back; a word too few sends it to whom it is about.
func (d *Desk) saysLeader(tx *db.Tx, owner tilhor.OwnerID, n Telling, handed []access.Grant, now time.Time) (bool, error) {
	for _, w := range strings.FieldsFunc(strings.ToLower(n.Whom), func(c rune) bool { return !unicode.IsLetter(c) }) {
		if slices.Contains(leaders, strings.TrimSuffix(w, "s")) {
			return true, nil
		}
	}
	named, err := d.Roster.StaffIn(tx, owner, n.School, n.Whom, tilhor.DateOf(now, calendar.Oslo()))
	for _, e := range named {
		if slices.ContainsFunc(e.Roles, tilhor.Role.Leads) || slices.ContainsFunc(handed, func(g access.Grant) bool {
			return g.Person == e.ID && g.Relation == access.Leads && g.InForce(now)
		}) {
			return true, err
		}
	}
	return false, err
}

// receivers are the roles that the receipt says it is received for.
func receivers(c Concern) []tilhor.Role {
	if c.Accused == duty.AccusedLeadership {
		return []tilhor.Role{tilhor.RoleOwnerAdviser}
	}
	return []tilhor.Role{tilhor.RoleRektor}
}

// grants say who gets a concern, and bars who never does: whoever it is about,
// and the pupil's own family among the staff, in every role and whatever was
// handed to them. What is about an employee is for who leads the school, and not
// for all who receive; what is about the leadership is for the owner's receivers
// and for nobody at the school.
func (d *Desk) grants(tx *db.Tx, by tilhor.Actor, c Concern) error {
	g := access.Grant{Kind: access.Concern, Thing: string(c.ID), Role: tilhor.RoleRektor, Unit: c.School, Relation: access.Intake, From: c.Written, By: by.Person}
	switch c.Accused {
	case duty.AccusedEmployee:
		g.Relation = access.Leads
	case duty.AccusedLeadership:
		g.Role, g.Unit = tilhor.RoleOwnerAdviser, access.Owner
	}
	kin, recused, err := d.kin(tx, by.Owner, c)
	if err != nil {
		return err
	}
	if err := access.Give(tx, by.Owner, g); err != nil {
		return err
	}
	for _, a := range c.Against {
		if err := d.bar(tx, by.Owner, c, a.Person, "accused"); err != nil {
			return err
		}
	}
	for _, p := range kin {
		if err := d.bar(tx, by.Owner, c, p, "kin"); err != nil {
			return err
		}
	}
	if recused && c.Accused != duty.AccusedLeadership { // rektor's own child: the owner appoints
		g.Role, g.Unit, g.Relation = tilhor.RoleOwnerAdviser, access.Owner, access.Intake
		if err := access.Give(tx, by.Owner, g); err != nil {
			return err
		}
	}
	if err := d.whileShut(tx, by.Owner, c, g); err != nil {
		return err
	}
	if c.Reporter == "" {
		return nil
	}
	g.Role, g.Unit, g.Person, g.Relation = "", c.School, c.Reporter, access.Reporter
	if c.Role == tilhor.RoleParent { // whose role is at no school
		g.Unit = access.Owner
	}
	return access.Give(tx, by.Owner, g)
}

// whileShut lets the owner's receivers read what families tell on days when nobody
// reads at the school, when a working day (arbeidsdag) has passed. A school that
// reads it before keeps it.
func (d *Desk) whileShut(tx *db.Tx, owner tilhor.OwnerID, c Concern, g access.Grant) error {
	if d.Shut == nil || !c.Channel.Said() && c.Channel != Home || c.ForOwner() {
		return nil
	}
	on := calendar.DateOf(c.Written)
	reads, err := d.Shut(tx, owner, c.School, on)
	if err != nil || reads != ShutOwner {
		return err
	}
	g.Role, g.Unit, g.Person, g.Relation = tilhor.RoleOwnerAdviser, access.Owner, "", access.Intake
	g.From = calendar.End(calendar.AddArbeidsdager(on, 1))
	return access.Give(tx, owner, g)
}

// answered ends that: what the school has taken a stance on itself, the owner's
// receivers need to read no longer (tjenstlig behov). It ends what whileShut gave, which
// begins later than what was told, and nothing else: rektor's own child, and a protected
// pupil whom nobody at the school may read of, stay the owner's, whoever at the school
// takes a stance.
func answered(tx *db.Tx, by tilhor.Actor, c Concern, now time.Time) error {
	if by.School == access.Owner {
		return nil
	}
	grants, err := access.GrantsOf(tx, by.Owner, access.Concern, string(c.ID))
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.Person == "" && g.Unit == access.Owner && g.Relation == access.Intake && g.From.UnixMilli() > c.Written.UnixMilli() {
			if err := access.EndGrant(tx, by.Owner, g.ID, now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) bar(tx *db.Tx, owner tilhor.OwnerID, c Concern, p tilhor.PersonID, why string) error {
	if p == "" {
		return nil
	}
	return access.Shut(tx, owner, access.Bar{Kind: access.Concern, Thing: string(c.ID), Person: p, From: c.Written, Reason: why})
}

// reaches sees to it that a concern about a protected pupil has somebody: when
// everybody who is named to lead for her is barred from it, or works there no
// longer, the owner receives it and appoints.
func (d *Desk) reaches(tx *db.Tx, owner tilhor.OwnerID, c Concern, now time.Time) error {
	r, err := d.reach(tx, owner, c, now)
	if err != nil {
		return err
	}
	for _, p := range r.kin {
		if err := d.bar(tx, owner, c, p, "kin"); err != nil {
			return err
		}
	}
	if r.has {
		return nil
	}
	return access.Give(tx, owner, access.Grant{
		Kind: access.Concern, Thing: string(c.ID), Role: tilhor.RoleOwnerAdviser, Unit: access.Owner, Relation: access.Intake, From: c.Written, By: c.Reporter,
	})
}

// A reach is whom a concern about protected pupils reaches.
type reach struct {
	has bool              // somebody who is named, or the owner, has it
	kin []tilhor.PersonID // of the families of those it is about, and not barred yet
}

// reach asks whom a concern reaches at an instant. Who is described in words may be a
// protected pupil whose family works there.
func (d *Desk) reach(tx *db.Tx, owner tilhor.OwnerID, c Concern, now time.Time) (r reach, err error) {
	day := tilhor.DateOf(now, calendar.Oslo())
	guarded, err := access.Guarded(tx, owner, access.Concern, string(c.ID), now)
	if err != nil {
		return r, err
	}
	bars, err := access.BarsOf(tx, owner, access.Concern, string(c.ID))
	if err != nil {
		return r, err
	}
	out := map[tilhor.PersonID]bool{}
	for _, b := range bars {
		out[b.Person] = true
	}
	kin, err := d.Roster.WorkingKin(tx, owner, day, guarded...)
	if err != nil {
		return r, err
	}
	for _, k := range kin {
		if !out[k.Person] {
			out[k.Person], r.kin = true, append(r.kin, k.Person)
		}
	}
	r.has = c.Accused == duty.AccusedLeadership // past everybody at the school already
	grants, err := access.GrantsOf(tx, owner, access.Concern, string(c.ID))
	if err != nil {
		return r, err
	}
	for _, g := range grants {
		switch {
		case r.has || g.Relation != access.Intake || !g.InForce(now):
		case g.Person == "":
			r.has = g.Unit == access.Owner
		case !out[g.Person]:
			if r.has, err = d.mayHave(tx, owner, g, guarded, day, now); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// mayHave says whether somebody who has it by name is named for all whom it is about,
// and works there.
func (d *Desk) mayHave(tx *db.Tx, owner tilhor.OwnerID, g access.Grant, guarded []tilhor.PersonID, day tilhor.Date, now time.Time) (bool, error) {
	if named, err := access.NamedForAll(tx, owner, g.Person, guarded, now); err != nil || !named {
		return false, err
	}
	roles, err := d.Roster.RolesOf(tx, owner, g.Person, day)
	return slices.ContainsFunc(roles, func(a tilhor.Actor) bool { return a.School == g.Unit && a.Role.Staff() }), err
}

// Reach sees to it that what was told of protected pupils, and waits for a stance, has
// somebody, as when it is told: a pupil may have been protected since, and who is named
// for her may be the one it is about, or work there no longer. It is called now and
// then, and costs what is guarded.
func (d *Desk) Reach(ctx context.Context, owner tilhor.OwnerID) error {
	now := d.Clock()
	var all []Concern
	err := d.DB.Look(ctx, func(tx *db.Tx) error {
		all = nil
		return tx.Each(waitGuarded, func(scan db.Scan) error {
			var c Concern
			var written int64
			err := scan(&c.ID, &c.Accused, &written)
			c.Written = time.UnixMilli(written).UTC()
			all = append(all, c)
			return err
		}, owner, now.UnixMilli())
	})
	wrong := []error{err} // one that cannot be seen to keeps no other from it
	for _, c := range all {
		var r reach
		err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			r, err = d.reach(tx, owner, c, now)
			return err
		})
		if err == nil && (!r.has || len(r.kin) > 0) {
			err = d.DB.Write(ctx, func(tx *db.Tx) error { return d.reaches(tx, owner, c, now) })
		}
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// waitGuarded are the concerns about protected pupils that wait for a stance.
var waitGuarded = db.SQL(`SELECT DISTINCT c.id, c.accused, c.written_at FROM access_guard k CROSS JOIN concerns_concern c
	WHERE k.owner = $1 AND k.kind = 'concern' AND k.until_at > $2 AND c.owner = k.owner AND c.id = k.thing AND c.state = 'new'`)

// kin are those of the pupils' families who work for a school or the owner, and
// whether rektor of the school is one of them: nobody decides in a matter where
// the own child is a party (ugild, forvaltningsloven § 6).
func (d *Desk) kin(tx *db.Tx, owner tilhor.OwnerID, c Concern) (all []tilhor.PersonID, rektor bool, err error) {
	var pupils []tilhor.PersonID
	for _, p := range c.Pupils {
		if p.Person != "" {
			pupils = append(pupils, p.Person)
		}
	}
	kin, err := d.Roster.WorkingKin(tx, owner, tilhor.DateOf(c.Written, calendar.Oslo()), pupils...)
	for _, a := range kin {
		if !slices.Contains(all, a.Person) {
			all = append(all, a.Person)
		}
		rektor = rektor || a.Role == tilhor.RoleRektor && a.School == c.School
	}
	return all, rektor, err
}
