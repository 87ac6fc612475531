package archive_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/dialogue"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
	"tilhor/internal/web/webtest"
)

// aside is a concern about Elias that rektor left as not a case.
func (w *world) aside() concerns.Concern {
	w.T.Helper()
	c := w.worry("Gikk alene.", w.elias)
	w.must(w.told.PutAside(w.ctx, w.kari, c.Slug, concerns.WrongSchool, "Den gjelder en annen skole."))
	return c
}

// anonymous is a tip that nobody gave a name to, left as not a case. No page
// sends one yet, so the record is written as such a page would write it.
func (w *world) anonymous() tilhor.ConcernID {
	w.T.Helper()
	id := tilhor.ConcernID(tilhor.NewID())
	k := w.Kit
	key := k.Keys.New(webtest.Owner, seal.KindConcern, string(id))
	s := key.Seal("saw", string(id), "Noen bør se etter en gutt i 5A.")
	row := key.Commit("row", string(id), string(w.Solbakken)+"\nopen\nbreak\n"+fmt.Sprint(w.Now().UnixMilli())+"\ninstant\nfalse\n1 ")
	w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
		e, err := k.Journal.Append(tx, journal.Entry{
			Stream: "concern/" + string(id), Act: "concerns.tell", Subject: string(id), When: w.now(), By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone},
			Rule: "works at the school", Parts: journal.Parts(s, row),
		})
		if err != nil {
			return err
		}
		if err := seal.Keep(tx, key); err != nil {
			return err
		}
		ms := w.Now().UnixMilli()
		if _, err := tx.Exec(putConcern, webtest.Owner, id, tilhor.NewSlug(), w.Solbakken, ms, e.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(putPupil, webtest.Owner, id); err != nil {
			return err
		}
		_, err = tx.Exec(putWords, webtest.Owner, id, s.Bytes)
		return err
	}))
	return id
}

var (
	putConcern = db.SQL(`INSERT INTO concerns_concern (owner, id, slug, school, reporter, reporter_role, channel, arena, happened_at, happened_precision,
		known_at, known_precision, written_at, pupil_says, accused, state, why, decided_at, decided_by, entry)
		VALUES ($1, $2, $3, $4, '', 'anyone', 'open', 'break', $5, 'instant', $5, 'instant', $5, FALSE, 'none', 'set-aside', 'twice', $5, '', $6)`)
	putPupil = db.SQL(`INSERT INTO concerns_pupil (owner, concern, n, person, track) VALUES ($1, $2, 1, '', '')`)
	putWords = db.SQL(`INSERT INTO concerns_text (owner, concern, field, sealed) VALUES ($1, $2, 'saw', $3)`)
	pupilsOf = db.SQL(`SELECT COUNT(*) FROM concerns_pupil WHERE owner = $1 AND concern = $2 AND person <> ''`)
)

func (w *world) sweep(dry bool) archive.Sweep {
	w.T.Helper()
	s, err := w.desk.Sweep(w.ctx, w.op, dry)
	w.must(err)
	return s
}

// opens says whether what a key sealed can still be read.
func (w *world) opens(kind seal.Kind, thing string) bool {
	w.T.Helper()
	err := w.DB.Read(w.ctx, func(tx *db.Tx) error { _, err := w.Kit.Keys.Get(tx, webtest.Owner, kind, thing); return err })
	if err != nil && !errors.Is(err, seal.ErrShredded) {
		w.Fatal(err)
	}
	return err == nil
}

func (w *world) track(slug string) string {
	w.T.Helper()
	f, err := w.cases.See(w.ctx, w.kari, slug, "whole")
	w.must(err)
	return string(f.ID)
}

// verify is what tilhor journal verify finds, with the file of shreddings.
func (w *world) verify() journal.Report {
	w.T.Helper()
	k := w.Kit.Keys
	_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, webtest.Owner, w.Now)
	w.must(err)
	_, err = k.NoteShreddings(w.ctx, w.DB, webtest.Owner, w.Now())
	w.must(err)
	a := journal.Against{Keys: k, Public: k.Public(webtest.Owner)}
	for name, to := range map[string]*[]byte{seal.CheckpointsFile: &a.File, seal.ShreddedFile: &a.Shredded} {
		text, err := k.File(webtest.Owner, name)
		w.must(err)
		*to = append([]byte{}, text...)
	}
	r, err := journal.Verify(w.ctx, w.DB, webtest.Owner, a)
	w.must(err)
	return r
}

// While somebody without a name and the school talk, it is not over: the year
// counts from the last message. Then the code is as one that was never given out.
// Who has said who it is, is no anonymous tip: that waits for the archivist.
func TestATalkIsKeptAYearAfterItsLastMessage(t *testing.T) {
	each(t, func(w *world) {
		talks := &dialogue.Desk{DB: w.DB, Keys: w.Kit.Keys, Journal: w.Kit.Journal, Roster: w.Kit.Roster, Concerns: w.told, Clock: w.Kit.Clock}
		begin := func() (tilhor.ConcernID, dialogue.Sender) {
			id, s := w.anonymous(), dialogue.Sender{By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}}
			w.must(w.DB.Write(w.ctx, func(tx *db.Tx) (err error) {
				s.Code, err = talks.Start(tx, webtest.Owner, w.Solbakken, id, tilhor.NewID())
				return err
			}))
			return id, s
		}
		id, s := begin()
		named, n := begin()
		w.days(200)
		w.must(talks.Write(w.ctx, s, dialogue.Say, "Det skjer ennå."))
		w.must(talks.Write(w.ctx, n, dialogue.Name, "Nora i 5A"))
		w.days(365)
		if got := w.sweep(false); got != (archive.Sweep{}) || !w.opens(seal.KindConcern, string(id)) {
			w.Fatalf("365 days after the last message: %+v", got)
		}
		_, err := talks.Known(w.ctx, webtest.Owner, s.Code)
		w.must(err)
		w.days(1)
		if got := w.sweep(false); got != (archive.Sweep{Shredded: 1, Restricted: 1}) || w.opens(seal.KindConcern, string(id)) || !w.opens(seal.KindConcern, string(named)) {
			w.Fatalf("366 days after: %+v", got)
		}
		for _, code := range []string{s.Code, n.Code, talks.CodeFor(webtest.Owner, "aldri gitt")} {
			if _, err := talks.Known(w.ctx, webtest.Owner, code); err == nil || err.Error() != tilhor.ErrNotFound.Error() {
				w.Errorf("a code that is let go of: %v", err)
			}
		}
		w.Later(2 * time.Hour)
		if r := w.verify(); !r.Holds() {
			w.Errorf("verify: %v", r.Wrong)
		}
	})
}

// An anonymous tip that became no case is shredded a year after, not a day
// sooner: the key is gone, the record says so, verify says shredded and never
// wrong, and a restored older database is shredded again.
func TestAnAnonymousTipIsShreddedAfterItsTime(t *testing.T) {
	each(t, func(w *world) {
		id := w.anonymous()
		w.days(365)
		if s := w.sweep(false); s != (archive.Sweep{}) || !w.opens(seal.KindConcern, string(id)) {
			w.Fatalf("after 365 days: %+v", s)
		}
		w.days(1)
		if s := w.sweep(true); s.Shredded != 1 || !w.opens(seal.KindConcern, string(id)) {
			w.Fatalf("a dry run: %+v", s)
		}
		if s := w.sweep(false); s != (archive.Sweep{Shredded: 1}) || w.opens(seal.KindConcern, string(id)) {
			w.Fatalf("after 366 days: %+v", s)
		}
		if s := w.sweep(false); s != (archive.Sweep{}) {
			w.Fatalf("twice: %+v", s)
		}
		r := w.verify()
		if !r.Holds() || r.Shredded != 2 || len(r.Shreddings) != 1 || r.Shreddings[0].Entry == "" || !r.Shreddings[0].Noted {
			w.Fatalf("%+v %v", r.Shreddings, r.Wrong)
		}
		text, err := w.Kit.Keys.File(webtest.Owner, seal.ShreddedFile)
		if err != nil || !strings.Contains(string(text), "concern "+string(id)+" ") {
			w.Fatalf("%q %v", text, err)
		}
	})
}

// A restored older database is shredded again before it is served, and the
// sweep finds nothing new to say of it twice.
func TestAShreddingSurvivesAnOlderDatabase(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	id := w.anonymous()
	w.days(400)
	w.sweep(false)
	w.verify()
	old := newWorld(t, dbtest.SQLite(t)) // another database, the same keys beside it
	n, err := w.Kit.Keys.ApplyShreddings(w.ctx, old.DB, webtest.Owner)
	w.must(err)
	err = old.DB.Read(w.ctx, func(tx *db.Tx) error {
		_, err := w.Kit.Keys.Get(tx, webtest.Owner, seal.KindConcern, string(id))
		return err
	})
	if n != 1 || !errors.Is(err, seal.ErrShredded) {
		t.Fatal(n, err)
	}
}

// A named concern that was left as not a case is restricted after a year: nobody
// at the school finds it, and its words wait for the archivist.
func TestANamedConcernIsRestrictedAndTheArchivistDecides(t *testing.T) {
	each(t, func(w *world) {
		kept, gone := w.aside(), w.aside()
		w.days(366)
		mine := func() int {
			w.T.Helper()
			all, err := w.told.Mine(w.ctx, w.mona, concerns.MostTold)
			w.must(err)
			return len(all)
		}
		if mine() != 2 {
			w.Fatal("not there before")
		}
		if s := w.sweep(false); s != (archive.Sweep{Restricted: 2}) {
			w.Fatalf("%+v", s)
		}
		if mine() != 0 {
			w.Error("the reporter's list still has it")
		}
		for name, open := range map[string]func() error{
			"rektor":       func() error { _, err := w.told.Receive(w.ctx, w.kari, kept.Slug); return err },
			"the reporter": func() error { _, err := w.told.Follow(w.ctx, w.mona, kept.Slug); return err },
		} {
			if err := open(); !errors.Is(err, tilhor.ErrNotFound) {
				w.Errorf("%s opens it: %v", name, err)
			}
		}
		all, err := w.desk.Waits(w.ctx, webtest.Owner)
		if err != nil || len(all) != 2 || all[0].School != "Solbakken skole" || all[0].Why != concerns.WrongSchool {
			w.Fatalf("%+v %v", all, err)
		}
		c, err := w.desk.Show(w.ctx, w.op, kept.ID)
		if err != nil || c.Saw != "Gikk alene." || c.Pupils[0].Name != "Elias Moe" {
			w.Fatalf("%+v %v", c, err)
		}
		if err := w.desk.Decide(w.ctx, w.op, kept.ID, true, " "); tilhor.FaultsOf(err) == nil {
			w.Error("decided without a reason")
		}
		w.must(w.desk.Decide(w.ctx, w.op, kept.ID, true, "Kan få betydning."))
		w.must(w.desk.Decide(w.ctx, w.op, gone.ID, false, "Gjaldt en annen skole, som har den."))
		if !w.opens(seal.KindConcern, string(kept.ID)) || w.opens(seal.KindConcern, string(gone.ID)) {
			w.Fatal("not what was decided")
		}
		var named int
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error { return tx.One(pupilsOf, db.Args(webtest.Owner, gone.ID), &named) }))
		if named != 0 {
			w.Error("the pupil still leads to what was discarded")
		}
		for _, id := range []tilhor.ConcernID{kept.ID, gone.ID, "finnesikke"} { // decided once, and nothing else can be decided
			if err := w.desk.Decide(w.ctx, w.op, id, false, "x"); !errors.Is(err, tilhor.ErrNotFound) {
				w.Errorf("decided again: %v", err)
			}
			if _, err := w.desk.Show(w.ctx, w.op, id); !errors.Is(err, tilhor.ErrNotFound) {
				w.Errorf("shown again: %v", err)
			}
		}
		if r := w.verify(); !r.Holds() || len(r.Shreddings) != 1 || r.Shreddings[0].Entry == "" {
			w.Fatalf("%+v %v", r.Shreddings, r.Wrong)
		}
		w.days(4000)
		if s := w.sweep(false); s.Restricted+s.Shredded+s.Waiting != 0 {
			w.Fatalf("%+v", s)
		}
	})
}

// A concern that somebody gave a name to is never taken for anonymous, though
// its rows in the database say so: the record is asked.
func TestATipIsAnonymousByTheRecord(t *testing.T) {
	each(t, func(w *world) {
		c, err := w.told.Tell(w.ctx, w.Actor(tilhor.RoleAnyone, ""), concerns.Telling{
			School: w.Solbakken, Described: "Jente i 5A", Name: "Renholder Aas", Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: w.now(), Known: w.now(),
		})
		w.must(err)
		w.must(w.told.PutAside(w.ctx, w.kari, c.Slug, concerns.WrongSchool, "Den gjelder en annen skole."))
		w.Altered = true
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(dropReporter, webtest.Owner, c.ID); return err }))
		w.days(400)
		if s := w.sweep(false); s != (archive.Sweep{Restricted: 1}) || !w.opens(seal.KindConcern, string(c.ID)) {
			w.Fatalf("%+v", s)
		}
	})
}

var dropReporter = db.SQL(`DELETE FROM concerns_text WHERE owner = $1 AND concern = $2 AND field = 'reporter'`)

// What lists showed is shredded five years after the end of its year; that
// somebody read, and when, stands in the record for ever.
func TestReadingsAreShreddedAfterTheirTime(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		_, _, err := w.cases.List(w.ctx, w.kari, cases.Filter{})
		w.must(err)
		thing := string(w.Solbakken) + "/2026"
		if !w.opens(seal.KindReadings, thing) {
			w.Fatal("a list is not sealed by its year")
		}
		w.days(1826 + 38) // 31 December 2031
		if s := w.sweep(false); s.Readings != 0 {
			w.Fatalf("%+v", s)
		}
		w.days(1)
		if s := w.sweep(false); s.Readings != 1 || w.opens(seal.KindReadings, thing) || !w.opens(seal.KindTrack, w.track(slug)) || !w.opens(seal.KindSchool, string(w.Solbakken)) {
			w.Fatalf("%+v", s)
		}
		if r := w.verify(); !r.Holds() || len(r.Shreddings) != 1 || r.Shreddings[0].Entry == "" {
			w.Fatalf("%+v %v", r.Shreddings, r.Wrong)
		}
	})
}

// Whatever is set, nothing that is kept for ever is ever shredded: a case, what
// was told in one, a new concern, and a named one that nobody has decided about.
func TestWhatIsKeptIsNeverShredded(t *testing.T) {
	each(t, func(w *world) {
		kept := map[string]bool{
			"track " + w.track(w.taken(w.nora)):             true,
			"track " + w.track(w.whole(w.tuva)):             true,
			"concern " + string(w.worry("Ny.", w.elias).ID): true,
			"school " + string(w.Solbakken):                 true,
		}
		told := w.worry("Mer om Nora.", w.nora)
		_, err := w.cases.TakeUp(w.ctx, w.kari, told.Slug, cases.Stance{})
		w.must(err)
		kept["concern "+string(told.ID)] = true
		left := string(w.aside().ID) // the archivist alone can discard it
		kept["concern "+left] = true
		tips := 0
		rapid.Check(w.T, func(r *rapid.T) {
			for _, name := range []string{"keep-anonymous", "keep-aside", "keep-readings"} {
				days := rapid.IntRange(30, 3000).Draw(r, name)
				w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error { return w.desk.Set(tx, w.op, name, fmt.Sprint(days)) }))
			}
			if rapid.Bool().Draw(r, "a tip") {
				w.anonymous()
				tips++
			}
			w.days(rapid.IntRange(0, 900).Draw(r, "days"))
			s := w.sweep(false)
			tips -= s.Shredded
			if tips < 0 {
				r.Fatalf("more was shredded than there were tips: %+v", s)
			}
			for what := range kept {
				kind, thing, _ := strings.Cut(what, " ")
				if !w.opens(seal.Kind(kind), thing) {
					r.Fatalf("%s was shredded", kind)
				}
			}
		})
		for range 100 {
			w.days(100)
			w.sweep(false)
		}
		for what := range kept {
			kind, thing, _ := strings.Cut(what, " ")
			if !w.opens(seal.Kind(kind), thing) {
				w.Fatalf("%s was shredded after a hundred sweeps", kind)
			}
		}
		// The control: somebody who forgets the rule is stopped at the only door,
		// which opens for what is no case alone.
		for what := range kept {
			kind, thing, _ := strings.Cut(what, " ")
			err := w.DB.Write(w.ctx, func(tx *db.Tx) error { return w.desk.ShredAnyway(tx, w.op, seal.Kind(kind), thing, w.Now()) })
			if mayGo := thing == left; (err == nil) != mayGo || w.opens(seal.Kind(kind), thing) == mayGo {
				w.Errorf("%s: %v", kind, err)
			}
		}
	})
}
