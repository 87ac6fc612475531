package handover_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/handover"
	"tilhor/internal/interventions"
)

// holds tells of a physical intervention against a pupil, and of what came after.
func (w *world) holds(pupil, event string) {
	w.t.Helper()
	e, err := w.force.Tell(w.ctx, w.jonas, interventions.Report{
		Pupil: w.Person(pupil), Arena: tilhor.ArenaChanging, At: tilhor.Now(w.Now()), Event: event, What: "Jonas holdt rundt.", Who: "Jonas Lund", Long: "Ett minutt",
		Why: "En annen kunne bli skadet.", View: interventions.Told, Words: "Det gjorde vondt.",
	})
	w.must(err)
	w.must(w.force.TellParents(w.ctx, w.kari, e.Slug, interventions.Notice{At: tilhor.Now(w.Now()), Text: "Ringte hjem."}))
	w.Later(time.Minute)
}

// The interventions against the pupil go to Statsforvalteren, with a record that
// is checked as the track's is; other pupils' do not, and the family's copy has none.
func TestInterventionsGoToStatsforvalteren(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.holds("nora", "Nora kastet stoler.")
		w.holds("tuva", "Tuva sparket i døren.")
		w.holds("nora", "Nora slo etter Ina.")
		if _, err := w.desk.Make(w.ctx, w.kari, w.slug, order(handover.ForState)); tilhor.FaultsOf(err) == nil {
			t.Errorf("what is not signed: %v", err)
		}
		w.sign()
		if c, err := w.desk.Look(w.ctx, w.kari, w.slug); err != nil || c.Forces != 2 {
			t.Errorf("%d interventions, %v", c.Forces, err)
		}
		_, file := w.made(order(handover.ForState))
		r := verify(t, file, w.public())
		if !r.Holds() || r.Forces != 2 {
			t.Fatalf("%+v", r)
		}
		_, texts := unzip(t, file)
		for _, s := range []string{"Nora kastet stoler.", "Nora slo etter Ina.", "Det gjorde vondt.", "Ringte hjem.", "§§ 13-4 og 13-5"} {
			if !strings.Contains(texts["10-inngrep.html"], s) {
				t.Errorf("the page lacks %q", s)
			}
		}
		if strings.Contains(texts["10-inngrep.html"], "⟦") || bytes.Contains(file, []byte("Tuva sparket")) {
			t.Error("a text is lacking, or another pupil's intervention is there")
		}
		seen, err := w.readings(texts)
		if err != nil || seen != 2 {
			t.Errorf("%d of them are in the record as read, %v", seen, err)
		}
		w.sign()
		if _, file := w.made(w.forFamily()); bytes.Contains(file, []byte("kastet stoler")) {
			t.Error("the family's copy has what nobody has judged")
		}
	})
}

// readings counts the openings of the interventions for a package.
func (w *world) readings(texts map[string]string) (n int, err error) {
	err = w.DB.Read(w.ctx, func(tx *db.Tx) error {
		n = 0
		for _, s := range strings.Split(texts["manifest.json"], `"`) {
			id, ok := strings.CutPrefix(s, "force/")
			if !ok {
				continue
			}
			all, err := w.Kit.Journal.Readings(tx, w.kari.Owner, id)
			if err != nil {
				return err
			}
			for _, r := range all {
				if r.View == "package" && r.Person == w.kari.Person {
					n++
				}
			}
		}
		return nil
	})
	return n, err
}

// What somebody changes, drops or moves of them is named, also by one who has the
// owner's keys and signs the list again.
func TestAnInterventionThatWasChangedIsNamed(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.holds("nora", "Nora kastet stoler.")
	w.holds("nora", "Nora slo etter Ina.")
	w.sign()
	_, file := w.made(order(handover.ForState))
	all := parts(t, file)
	if r := verify(t, rebuilt(w.signedAnew(all)), w.public()); !r.Holds() {
		t.Fatalf("the control: signed anew without a change it does not hold: %+v", r.Wrong)
	}
	const name = "bevis/inngrep.jsonl"
	lines := strings.SplitAfter(strings.TrimSuffix(find(all, name), "\n"), "\n")
	lines[len(lines)-1] += "\n"
	with := func(l []string) []part { return edit(all, name, find(all, name), strings.Join(l, "")) }
	swapped := append([]string{}, lines...)
	swapped[0], swapped[len(lines)-1] = swapped[len(lines)-1], swapped[0]
	for want, p := range map[string][]part{
		"words":      edit(all, name, "kastet stoler", "kastet bøker"),
		"page-words": edit(all, "10-inngrep.html", "kastet stoler", "kastet bøker"),
		"entries":    with(lines[:len(lines)/2]),
		"chain":      with(lines[1:]),
		"stream":     with(swapped),
	} {
		r, err := handover.Verify(bytes.NewReader(rebuilt(w.signedAnew(p))), int64(len(rebuilt(w.signedAnew(p)))), w.public())
		var u handover.Unreadable
		found := errors.As(err, &u)
		for _, x := range r.Wrong {
			found = found || x.Key == want
		}
		if !found {
			t.Errorf("%s: %+v, %v", want, r.Wrong, err)
		}
	}
}
