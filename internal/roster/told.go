package roster

import (
	"maps"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// A Telling is what an adult may be told of a pupil, and why.
type Telling struct {
	May    string // TellAll, TellMain or TellNothing
	Why    string
	Review tilhor.Date // of secrecy: when somebody looks at it again
	Due    bool        // that day has come
}

// Why an adult is told what it is. All but responsible, foster and decided are
// told nothing.
const (
	WhyUnknown     = "unknown"           // nobody knows whether there is parental responsibility
	WhyNextOfKin   = "next-of-kin"       // is next of kin, and no parent
	WhyNone        = "no-responsibility" // has no parental responsibility; may ask (barnelova § 47)
	WhyBarred      = "barred"            // a person has decided that this parent is told nothing
	WhyCare        = "in-care"           // barnevernet is in the parents' place (§ 24-4)
	WhySecret      = "secret"            // secrecy, with a reason, until a person lifts it
	WhyProtected   = "protected"         // the pupil's address is protected, and nobody has decided
	WhyDecided     = "decided"           // a person has decided how much
	WhyFoster      = "foster"            // foster parent, while barnevernet has the care (§ 24-4)
	WhyResponsible = "responsible"       // has parental responsibility
)

// A Home is what the answer hangs on, of one pupil.
type Home struct {
	Decided   []Decision
	Protected bool      // the pupil's address
	Since     time.Time // from when it is
	Lives     bool      // the adult's own address is protected as well, and that is let to tell who lives with the pupil
	On        tilhor.Date
}

// Tells is the one answer to what an adult may be told of a pupil: nothing, unless
// something lets it. Secrecy whose day of review has passed still stands: a person
// lifts it, no date does. What was decided before the address was protected lets
// nothing.
func (h Home) Tells(g Guardian) Telling {
	no := func(why string) Telling { return Telling{May: TellNothing, Why: why} }
	if g.Barred {
		return no(WhyBarred)
	}
	if s := Stands(h.Decided, Secret, NotSecret, g.ID, h.On); s != nil {
		return Telling{May: TellNothing, Why: WhySecret, Review: s.Review, Due: s.Review <= h.On}
	}
	why, care := WhyResponsible, Care(h.Decided, h.On) != nil
	switch {
	case g.Kind == LinkNextOfKin:
		return no(WhyNextOfKin)
	case care && g.Kind != LinkFoster:
		return no(WhyCare)
	case care:
		why = WhyFoster
	case g.Responsibility == No:
		return no(WhyNone)
	case g.Responsibility != Yes:
		return no(WhyUnknown)
	}
	if !h.Protected {
		return Telling{May: TellAll, Why: why}
	}
	if t := Stands(h.Decided, Tell, "", g.ID, h.On); t != nil && t.Written.After(h.Since) {
		return Telling{May: t.Basis, Why: WhyDecided}
	}
	if h.Lives {
		return Telling{May: TellAll, Why: why}
	}
	return no(WhyProtected)
}

// A Tie is what is known of an adult and one pupil on a day.
type Tie struct {
	Guardian      // as Wards has it
	Linked   bool // the adult stands in the lists; else it is only decided that nothing is told
	Kept     bool // the adult is told nothing of the pupil
	Shielded bool // the pupil's address is protected
}

var (
	decidedOf   = db.SQL(`SELECT DISTINCT pupil FROM roster_decision WHERE owner = $1 AND person = $2 AND kind IN ('barred', 'secret')`)
	manyDecided = db.SQL(`SELECT pupil, kind, person, basis, from_date, until_date, written, review_on FROM roster_decision
		WHERE owner = $1 AND pupil IN (` + db.Marks(2) + `) ORDER BY written, id`)
	manyGrades = db.SQL(`SELECT id, protection, protected_at FROM roster_person WHERE owner = $1 AND id IN (` + db.Marks(2) + `)`)
)

// Ties are the pupils whom somebody stands in the lists as an adult of on a day, and
// those of whom it stands decided that this person is told nothing (kontaktforbud, dom,
// taushet), in the lists or not. For what is no case: where the child goes, why what the
// adult told is none, the talk about it. There unknown responsibility is as yes: most
// lists do not say it, and who tells is answered; and who lives with a protected child,
// by an own address that is protected too, is told. It asks the same statements whatever
// there is to find, and opens no name.
func (r *Roster) Ties(tx *db.Tx, owner tilhor.OwnerID, adult tilhor.PersonID, on tilhor.Date) (map[tilhor.PersonID]Tie, error) {
	wards, err := r.Wards(tx, owner, adult, on)
	if err != nil {
		return nil, err
	}
	homes := map[tilhor.PersonID]Home{adult: {}} // of a pupil by that id there are none: who has no child asks as well
	for p := range wards {
		homes[p] = Home{}
	}
	err = tx.Each(decidedOf, func(scan db.Scan) error {
		var p tilhor.PersonID
		err := scan(&p)
		homes[p] = Home{}
		return err
	}, owner, adult)
	if err != nil {
		return nil, err
	}
	ids := slices.Sorted(maps.Keys(homes))
	err = db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(manyDecided, func(scan db.Scan) error {
			var x Decision
			var written int64
			err := scan(&x.Pupil, &x.Kind, &x.Person, &x.Basis, &x.From, &x.Until, &written, &x.Review)
			x.Written = time.UnixMilli(written).UTC()
			h := homes[x.Pupil]
			h.Decided = append(h.Decided, x)
			homes[x.Pupil] = h
			return err
		}, args...)
	})
	if err != nil {
		return nil, err
	}
	err = db.InMany(ids, db.Args(owner), func(args []any) error {
		return tx.Each(manyGrades, func(scan db.Scan) error {
			var id tilhor.PersonID
			var g Protection
			var at int64
			err := scan(&id, &g, &at)
			h := homes[id]
			h.Protected, h.Since = g != NotProtected, time.UnixMilli(at).UTC()
			homes[id] = h
			return err
		}, args...)
	})
	if err != nil {
		return nil, err
	}
	own := homes[adult].Protected
	all := map[tilhor.PersonID]Tie{}
	for p, h := range homes {
		if p == adult {
			continue
		}
		g, linked := wards[p]
		if !linked {
			g = Guardian{ID: adult, Barred: Stands(h.Decided, Barred, NoLongerBarred, adult, on) != nil}
		}
		g.Protected, h.Lives, h.On = own, own, on
		known := g
		if known.Responsibility != No {
			known.Responsibility = Yes
		}
		t := h.Tells(known)
		if !linked && t.Why != WhyBarred && t.Why != WhySecret { // lifted, or over
			continue
		}
		all[p] = Tie{g, linked, t.May == TellNothing, h.Protected}
	}
	return all, nil
}
