package interventions_test

import (
	"context"
	"errors"
	"testing"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// shielded makes Nora strictly protected, led by Ina.
func (w *world) shielded() {
	w.T.Helper()
	w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
		if err := w.Kit.Roster.Protect(tx, w.kari, w.nora, roster.StrictConfidential, w.Now()); err != nil {
			return err
		}
		return w.Kit.Roster.Name(tx, w.kari, access.Naming{Subject: w.nora, Person: w.ina.Person, Unit: w.Solbakken, Lead: true}, "Melding fra politiet.", w.Now())
	}))
}

func (w *world) missing(a tilhor.Actor, slug string) {
	w.T.Helper()
	if _, err := w.desk.See(w.ctx, a, slug); !errors.Is(err, tilhor.ErrNotFound) {
		w.T.Errorf("%s opens it: %v", a.Role, err)
	}
}

func (w *world) listed(a tilhor.Actor) (all []interventions.Event) {
	w.T.Helper()
	all, _, err := w.desk.List(w.ctx, a, "")
	w.must(err)
	return all
}

// A pupil who becomes protected: rektor and whoever told have no name of her any
// more, and who is named has what is about her. Every opening rings.
func TestAProtectedPupilsInterventions(t *testing.T) {
	each(t, func(w *world) {
		before := w.told(interventions.Later)
		w.shielded()
		w.missing(w.kari, before)
		if all := w.listed(w.kari); len(all) != 0 {
			t.Errorf("rektor lists %+v", all)
		}
		if today, err := w.desk.Today(w.ctx, w.kari); err != nil || len(today) != 0 {
			t.Errorf("rektor's day has %+v (%v)", today, err)
		}
		if all := w.listed(w.mona); len(all) != 1 || all[0].Name != "" || all[0].Class != "" || !all[0].Shielded {
			t.Errorf("who told lists %+v", all)
		}
		e, err := w.desk.See(w.ctx, w.mona, before)
		w.must(err)
		if e.Name != "" || e.Class != "" || e.Lead {
			t.Errorf("who told sees %+v", e)
		}
		// Told afterwards: she is in no list, and her name is written.
		r := w.report(interventions.Later)
		r.Pupil, r.Described = "", "Nora Dahl, 5A"
		x, err := w.desk.Tell(w.ctx, w.mona, r)
		w.must(err)
		w.missing(w.kari, x.Slug)
		if e, err = w.desk.See(w.ctx, w.mona, x.Slug); err != nil || e.Name != "Nora Dahl, 5A" || e.All != 0 {
			t.Errorf("who told sees %+v (%v)", e, err)
		}
		e, err = w.desk.See(w.ctx, w.ina, x.Slug)
		w.must(err)
		if !e.Lead || e.All != 2 || !e.Shielded {
			t.Errorf("who is named sees %+v", e)
		}
		w.must(w.desk.TellParents(w.ctx, w.ina, x.Slug, interventions.Notice{Text: "Ringte."}))
		if all := w.listed(w.ina); len(all) != 2 || all[0].Name != "" || all[1].Name != "" {
			t.Errorf("a list names a protected pupil: %+v", all)
		}
		if today, err := w.desk.Today(w.ctx, w.ina); err != nil || len(today) != 1 || today[0].Name != "" {
			t.Errorf("the named leader's day has %+v (%v)", today, err)
		}
		ring, err := w.desk.Ringing(w.ctx, w.ina)
		w.must(err)
		if len(ring) != 2 || ring[0].Person != w.mona.Person || ring[0].View != "intervention" || ring[0].Slug == "" || ring[0].Name == "" {
			t.Errorf("it rings %+v", ring)
		}
		for _, a := range []tilhor.Actor{w.kari, w.mona, w.other} {
			if ring, err := w.desk.Ringing(w.ctx, a); err != nil || len(ring) != 0 {
				t.Errorf("it rings for %s: %v (%v)", a.Role, ring, err)
			}
		}
		w.must(w.desk.Heed(w.ctx, w.kari)) // hears nothing, and silences nothing
		if ring, err := w.desk.Ringing(w.ctx, w.ina); err != nil || len(ring) != 2 {
			t.Errorf("another silenced it: %v (%v)", ring, err)
		}
		w.must(w.desk.Heed(w.ctx, w.ina))
		if ring, err := w.desk.Ringing(w.ctx, w.ina); err != nil || len(ring) != 0 {
			t.Errorf("it still rings: %v (%v)", ring, err)
		}
		v, err := journal.Verify(context.Background(), w.Kit.DB, webtest.Owner, journal.Against{Keys: w.Kit.Keys})
		w.must(err)
		if len(v.Wrong) > 0 {
			t.Errorf("a whole record is faulted: %v", v.Wrong)
		}
	})
}

// Nobody decides on an intervention of their own, or against their own child:
// the owner's receiver has it, and rektor, who told, follows what she told.
func TestWhoDidItDoesNotJudgeIt(t *testing.T) {
	each(t, func(w *world) {
		anne := w.Actor(tilhor.RoleOwnerAdviser, "")
		w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
			return access.Give(tx, anne.Owner, access.Grant{Kind: access.School, Thing: string(access.Owner), Person: anne.Person, Unit: access.Owner, Relation: access.Intake, From: w.Now()})
		}))
		for name, tell := range map[string]func(r *interventions.Report) tilhor.Actor{
			"rektor tells of her own":       func(r *interventions.Report) tilhor.Actor { r.Who = "Kari Vik"; return w.kari },
			"rektor, by her first name":     func(r *interventions.Report) tilhor.Actor { r.Who = "Kari og jeg"; return w.mona },
			"rektor, by what she is called": func(r *interventions.Report) tilhor.Actor { r.Who = "Rektor, og Mona Lund"; return w.mona },
		} {
			r := w.report(interventions.Later)
			by := tell(&r)
			e, err := w.desk.Tell(w.ctx, by, r)
			w.must(err)
			if by == w.kari {
				seen, err := w.desk.See(w.ctx, w.kari, e.Slug)
				if err != nil || seen.Lead {
					t.Errorf("%s: she who told sees it as one who decides: %v (%v)", name, seen.Lead, err)
				}
			} else {
				w.missing(w.kari, e.Slug)
			}
			if err := w.desk.Judge(w.ctx, w.kari, e.Slug, false, true, "Kort."); !errors.Is(err, tilhor.ErrNotFound) {
				t.Errorf("%s: she judges it: %v", name, err)
			}
			all, err := w.desk.ForOwner(w.ctx, anne)
			w.must(err)
			if len(all) == 0 || all[0].Name != "" || all[0].Pupil != "" {
				t.Fatalf("%s: the owner lists %+v", name, all)
			}
			w.must(w.desk.Judge(w.ctx, anne, e.Slug, false, true, "Kort."))
		}
		if _, err := w.desk.ForOwner(w.ctx, w.kari); !errors.Is(err, tilhor.ErrNotFound) {
			t.Errorf("a school lists the owner's: %v", err)
		}
		mine := w.told(interventions.Later) // rektor was not there: it is hers, and nobody else's
		if e, err := w.desk.See(w.ctx, w.kari, mine); err != nil || !e.Lead {
			t.Errorf("rektor does not decide on another's: %v", err)
		}
		w.missing(anne, mine)
		// Nor on one against her own child.
		mother := w.Person("forelder-nora")
		w.must(w.Kit.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Appoint(tx, w.Keeper(), mother, tilhor.RoleRektor, w.Solbakken, "", "", w.Now())
		}))
		w.Train(mother)
		own := w.told(interventions.Later)
		w.missing(tilhor.Actor{Owner: w.kari.Owner, Person: mother, Role: tilhor.RoleRektor, School: w.Solbakken, Trained: true}, own)
		if e, err := w.desk.See(w.ctx, w.kari, own); err != nil || !e.Lead { // the school has another rektor
			t.Errorf("the other rektor does not decide: %v", err)
		}
	})
}
