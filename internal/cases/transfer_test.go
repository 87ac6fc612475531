package cases_test

import (
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// The pupil leaves: the track ends, and it is said what stood open. Nobody has
// said that it is safe.
func TestLeave(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		l := cases.Leaving{Why: "moved", At: w.now(), Open: "Evalueringen 7. desember.", Sure: true}
		leave := func(change func(*cases.Leaving)) error { return w.desk.Leave(w.ctx, w.kari, slug, edit(l, change)) }
		refusals(w.T, []refusal{
			{"why?", leave(func(l *cases.Leaving) { l.Why = "" }), "why-left", "cases.fault.why-left"},
			{"what is left?", leave(func(l *cases.Leaving) { l.Open = " " }), "left-open", "cases.fault.left-open"},
			{"which day?", leave(func(l *cases.Leaving) { l.At.Precision = tilhor.Unknown }), "at", "life.fault.left-day"},
			{"tomorrow", leave(func(l *cases.Leaving) { l.At.At = w.Now().Add(25 * time.Hour) }), "at", "cases.fault.future"},
			{"before the case", leave(func(l *cases.Leaving) { l.At.At = w.Now().Add(-72 * time.Hour) }), "at", "life.fault.left-before"},
			{"still in the lists", leave(func(l *cases.Leaving) { l.Sure = false }), "sure", "life.fault.still-listed"},
		})
		w.is(w.desk.Leave(w.ctx, w.ina, slug, l), tilhor.ErrNotFound)
		w.must(leave(func(*cases.Leaving) {}))
		f := w.see(slug)
		if f.State != cases.Left || w.state(f, "k12.evaluate") != duty.Ended || w.state(f, "k12.document") != duty.Ended || f.Last(cases.LeftK).Text["text"] == "" {
			t.Errorf("it is %s, to evaluate stands %s", f.State, w.state(f, "k12.evaluate"))
		}
		if now, _ := w.chores(w.jonas); now != "" {
			t.Errorf("Jonas still has %s", now)
		}
		w.is(leave(func(*cases.Leaving) {}), tilhor.ErrConflict)
		w.is(w.desk.Protect(w.ctx, w.ina, slug, cases.Urgent{What: "x", Doer: w.jonas.Person, Start: w.in(0)}), tilhor.ErrConflict)
		rows, _, err := w.desk.List(w.ctx, w.kari, cases.Filter{})
		w.must(err)
		left, _, err := w.desk.List(w.ctx, w.kari, cases.Filter{State: cases.Left})
		w.must(err)
		if len(rows) != 0 || len(left) != 1 {
			t.Errorf("%d among the open, %d among those who left", len(rows), len(left))
		}
		w.must(w.desk.Reopen(w.ctx, w.ina, slug, "Hun flyttet ikke likevel.")) // still in the lists
		if f := w.see(slug); f.State != cases.Open || w.state(f, "k12.investigate") != duty.Open {
			t.Errorf("back again it is %s, to look into it stands %s", f.State, w.state(f, "k12.investigate"))
		}
	})
}

// Within the municipality nothing follows without permission, and what follows
// is what was chosen. Both ends have it in the record.
func TestHandOnWithin(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		h := cases.Transfer{To: w.Fjellvik, Basis: cases.FromHome, Who: "Mor, Anne Dahl", On: w.in(0), Parts: []string{"words", "note"}, Note: "Trenger en voksen i friminuttene.", NoOne: true}
		hand := func(change func(*cases.Transfer)) error { return w.desk.HandOn(w.ctx, w.kari, slug, edit(h, change)) }
		refusals(w.T, []refusal{
			{"on what basis?", hand(func(h *cases.Transfer) { h.Basis = "" }), "basis", "life.fault.basis"},
			{"who permitted it?", hand(func(h *cases.Transfer) { h.Who = "" }), "permitted-by", "cases.fault.permitted-by"},
			{"when?", hand(func(h *cases.Transfer) { h.On = "" }), "on", "life.fault.permitted-on"},
			{"permitted tomorrow", hand(func(h *cases.Transfer) { h.On = w.in(1) }), "on", "life.fault.permitted-on"},
			{"nothing chosen", hand(func(h *cases.Transfer) { h.Parts = nil }), "parts", "life.fault.parts"},
			{"everything", hand(func(h *cases.Transfer) { h.Parts = []string{"all"} }), "parts", "life.fault.parts"},
			{"an empty note", hand(func(h *cases.Transfer) { h.Note = " " }), "note-on", "cases.fault.note-on"},
			{"other pupils in it", hand(func(h *cases.Transfer) { h.NoOne = false }), "no-one", "life.fault.no-one"},
			{"to itself", hand(func(h *cases.Transfer) { h.To = w.Solbakken }), "to", "life.fault.to"},
			{"to nowhere", hand(func(h *cases.Transfer) { h.To = "" }), "to", "life.fault.to"},
			{"by a decision, more than is needed", hand(func(h *cases.Transfer) { h.Basis = cases.ByDecision }), "parts", "life.fault.only-needed"},
			{"by a decision nobody made", hand(func(h *cases.Transfer) { h.Basis, h.Parts = cases.ByDecision, []string{"note"} }), "basis", "life.fault.no-decision"},
		})
		w.is(w.desk.HandOn(w.ctx, w.ina, slug, h), tilhor.ErrNotFound)
		w.must(hand(func(*cases.Transfer) {}))
		mine, err := w.desk.Arrivals(w.ctx, w.kari)
		w.must(err)
		there, err := w.desk.Arrivals(w.ctx, w.other)
		w.must(err)
		if len(mine) != 0 || len(there) != 1 || there[0].Name != "" || there[0].School != "Solbakken skole" {
			t.Fatalf("here wait %d, there %+v", len(mine), there)
		}
		_, err = w.desk.SeeArrival(w.ctx, w.kari, there[0].Slug)
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.Accept(w.ctx, w.kari, there[0].Slug)
		w.is(err, tilhor.ErrNotFound)
		_, err = w.desk.Arrivals(w.ctx, w.ina)
		w.is(err, tilhor.ErrNotFound)
		p, err := w.desk.SeeArrival(w.ctx, w.other, there[0].Slug)
		w.must(err)
		if p.Text["part-words"] == "" || p.Text["part-note"] != h.Note || p.Text["part-plan"] != "" || p.Text["permitted-by"] != h.Who {
			t.Errorf("what came is %v", p.Text)
		}
		fresh, err := w.desk.Accept(w.ctx, w.other, there[0].Slug)
		w.must(err)
		_, err = w.desk.Accept(w.ctx, w.other, there[0].Slug)
		w.is(err, tilhor.ErrConflict)
		f, err := w.desk.See(w.ctx, w.other, fresh.Slug, "overview")
		w.must(err)
		r := f.Last(cases.HandedIn)
		if f.Pupil != w.nora || r.Text["part-note"] != h.Note || r.Answer != cases.FromHome || w.state(f, "k12.investigate") != duty.Open || len(f.Records) != 1 {
			t.Errorf("the new case has %d records, and says %+v", len(f.Records), r)
		}
		_, err = w.desk.See(w.ctx, w.other, slug, "overview") // the old file stays where it is
		w.is(err, tilhor.ErrNotFound)
		old := w.see(slug)
		if old.Last(cases.Offered).Text["scope"] != "note,words" || old.Last(cases.ThereNow) == nil {
			t.Errorf("the old school has %+v and the receipt %v", old.Last(cases.Offered), old.Last(cases.ThereNow))
		}
	})
}

// handedOn hands a track on to Fjellvik.
func (w *world) handedOn(slug string) {
	w.T.Helper()
	w.must(w.desk.HandOn(w.ctx, w.kari, slug, cases.Transfer{
		To: w.Fjellvik, Basis: cases.FromHome, Who: "Mor, Anne Dahl", On: w.in(0), Parts: []string{"note"}, Note: "Trenger en voksen i friminuttene.", NoOne: true,
	}))
}

// parcel is the one that waits at Fjellvik, as its rektor sees it before.
func (w *world) parcel() string {
	w.T.Helper()
	all, err := w.desk.Arrivals(w.ctx, w.other)
	w.must(err)
	if len(all) != 1 {
		w.T.Fatalf("the control: %d wait at Fjellvik", len(all))
	}
	return all[0].Slug
}

// closedParcel asks that a parcel answers somebody like one that does not exist.
func (w *world) closedParcel(who tilhor.Actor, slug string) {
	w.T.Helper()
	if all, err := w.desk.Arrivals(w.ctx, who); len(all) != 0 {
		w.T.Errorf("%s lists the parcel (%v)", who.Role, err)
	}
	_, err := w.desk.SeeArrival(w.ctx, who, slug)
	w.is(err, tilhor.ErrNotFound)
	_, err = w.desk.Accept(w.ctx, who, slug)
	w.is(err, tilhor.ErrNotFound)
}

// at is somebody of the town who leads Fjellvik from now on.
func (w *world) at(p tilhor.PersonID) tilhor.Actor {
	w.T.Helper()
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		return w.Kit.Roster.Appoint(tx, w.Keeper(), p, tilhor.RoleRektor, w.Fjellvik, "", "", w.Now())
	}))
	w.Train(p)
	return tilhor.Actor{Owner: w.other.Owner, Person: p, Role: tilhor.RoleRektor, School: w.Fjellvik, Trained: true}
}

// A pupil who is protected on the way: what came is for who is named there, and
// the opening rings.
func TestAParcelOfAProtectedPupil(t *testing.T) {
	each(t, func(w *world) {
		w.handedOn(w.running(w.nora))
		slug := w.parcel()
		w.shielded()
		w.closedParcel(w.other, slug)
		named := w.Actor(tilhor.RoleTeacher, w.Fjellvik)
		w.Train(named.Person)
		named.Trained = true
		w.closedParcel(named, slug)
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Name(tx, w.other, access.Naming{Subject: w.nora, Person: named.Person, Unit: w.Fjellvik, Lead: true}, "Tar imot henne.", w.Now())
		}))
		before, err := w.desk.Ringing(w.ctx, w.ina)
		w.must(err)
		if _, err := w.desk.SeeArrival(w.ctx, named, slug); err != nil {
			w.T.Fatalf("who is named there cannot open it: %v", err)
		}
		if after, err := w.desk.Ringing(w.ctx, w.ina); err != nil || len(after) != len(before)+1 {
			w.T.Errorf("no alarm at the opening: %d, then %d (%v)", len(before), len(after), err)
		}
		w.closedParcel(w.other, slug)
		fresh, err := w.desk.Accept(w.ctx, named, slug)
		w.must(err)
		if f, err := w.desk.See(w.ctx, named, fresh.Slug, "whole"); err != nil || !f.Lead || !f.Shielded {
			w.T.Errorf("the new case is not led by who is named: %v", err)
		}
		_, err = w.desk.See(w.ctx, w.other, fresh.Slug, "whole")
		w.is(err, tilhor.ErrNotFound)
	})
}

// What came is never for the pupil's own family, who may lead the school there.
func TestAParcelOfOnesOwnChild(t *testing.T) {
	each(t, func(w *world) {
		w.handedOn(w.running(w.nora))
		w.closedParcel(w.at(w.Person("forelder-nora")), w.parcel())
	})
}

// From a case about somebody who works there, to the school where that person
// works now: the wall comes along (§ 12-5).
func TestAParcelFromASealedCase(t *testing.T) {
	each(t, func(w *world) {
		all, err := w.desk.TakeSealed(w.ctx, w.kari, w.against(duty.AccusedEmployee, w.jonas.Person).Slug, cases.Stance{Handler: w.ina.Person}, cases.ToOwner{Words: "Vi har snakket med Nora."})
		w.must(err)
		w.handedOn(all[0].Slug)
		slug, jonas := w.parcel(), w.at(w.jonas.Person)
		w.closedParcel(jonas, slug)
		fresh, err := w.desk.Accept(w.ctx, w.other, slug)
		w.must(err)
		f, err := w.desk.See(w.ctx, w.other, fresh.Slug, "whole")
		w.must(err)
		if f.Sealed != "employee" || !f.Barred[w.jonas.Person] {
			w.T.Errorf("the new case stands open: %q %v", f.Sealed, f.Barred)
		}
		_, err = w.desk.See(w.ctx, jonas, fresh.Slug, "whole")
		w.is(err, tilhor.ErrNotFound)
	})
}

// To another municipality it is a sealed file and a code; the receipt is one
// that only who opened it can know.
func TestHandOnToAnotherMunicipality(t *testing.T) {
	each(t, func(w *world) {
		slug := w.running(w.nora)
		w.must(w.desk.HandOn(w.ctx, w.kari, slug, cases.Transfer{
			Place: "Vika skole, Havneby", Basis: cases.FromPupil, Who: "Nora selv", On: w.in(0), Parts: []string{"plan", "note"}, Note: "Vil ha en voksen nær.", NoOne: true,
		}))
		sent, err := w.desk.HandedOn(w.ctx, w.kari, slug)
		w.must(err)
		file, code := sent[0].Text["file"], sent[0].Text["code"]
		if file == "" || code == "" || strings.Contains(file, "voksen") {
			t.Fatalf("the file is %q", file)
		}
		in := cases.Incoming{File: file, Code: code, Pupil: w.odin} // as another program of another municipality would have it
		register := func(change func(*cases.Incoming)) error {
			_, _, err := w.desk.Register(w.ctx, w.other, edit(in, change))
			return err
		}
		refusals(w.T, []refusal{
			{"no file", register(func(i *cases.Incoming) { i.File = " " }), "file", "life.fault.file"},
			{"no code", register(func(i *cases.Incoming) { i.Code = "" }), "code", "life.fault.code"},
			{"the wrong code", register(func(i *cases.Incoming) { i.Code = tilhor.NewID() }), "file", "life.fault.parcel"},
			{"cut off", register(func(i *cases.Incoming) { i.File = file[:len(file)/2] }), "file", "life.fault.parcel"},
			{"a pupil of another school", register(func(i *cases.Incoming) { i.Pupil = w.nora }), "pupil", "cases.fault.pupil"},
		})
		_, _, err = w.desk.Register(w.ctx, w.ina, in)
		w.is(err, tilhor.ErrNotFound)
		fresh, receipt, err := w.desk.Register(w.ctx, w.other, in)
		w.must(err)
		f, err := w.desk.See(w.ctx, w.other, fresh.Slug, "overview")
		w.must(err)
		if r := f.Last(cases.HandedIn); r.Text["where"] != "Solbakken skole" || r.Text["part-plan"] == "" || r.Text["permitted-by"] != "Nora selv" {
			t.Errorf("it came as %+v", r.Text)
		}
		refusals(w.T, []refusal{
			{"no receipt", w.desk.Confirm(w.ctx, w.kari, slug, ""), "receipt", "life.fault.receipt"},
			{"another receipt", w.desk.Confirm(w.ctx, w.kari, slug, tilhor.NewID()), "receipt", "life.fault.receipt"},
		})
		w.must(w.desk.Confirm(w.ctx, w.kari, slug, " "+strings.ToUpper(receipt)+" "))
		sent, err = w.desk.HandedOn(w.ctx, w.kari, slug)
		w.must(err)
		if !sent[0].Received || sent[0].Text["file"] != "" || sent[0].Text["code"] != "" {
			t.Errorf("received, the file still lies there: %+v", sent[0])
		}
	})
}
