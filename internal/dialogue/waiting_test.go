package dialogue_test

import (
	"testing"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/roster"
)

// Talks that have ended take no room in the list of those that wait, however many they
// are; whoever asks for them has them all, a hundred at a time.
func TestEndedTalksTakeNoRoom(t *testing.T) {
	each(t, func(w *world) {
		const many = 101
		for i := range many {
			if i%10 == 0 { // no more than one may say in an hour
				w.Later(time.Hour)
			}
			s := dialogue.Sender{Slug: w.named(w.parent).Slug, By: w.parent}
			w.must(w.desk.Write(w.ctx, s, dialogue.Say, "Det har skjedd igjen."))
		}
		w.Later(time.Hour)
		open := w.named(w.pupil).Slug
		w.must(w.desk.Write(w.ctx, dialogue.Sender{Slug: open, By: w.pupil}, dialogue.Say, "Hallo?"))
		first, err := w.desk.Waiting(w.ctx, w.kari, false, "")
		w.must(err)
		next, err := w.desk.Waiting(w.ctx, w.kari, false, first.Next)
		w.must(err)
		if len(first.Links) != 100 || first.Ended || len(next.Links) != 2 || next.Next != "" || next.Links[1].Slug != open {
			t.Errorf("of %d talks the first page has %d, the next %d: %+v", many+1, len(first.Links), len(next.Links), next)
		}
		w.must(w.DB.Write(w.ctx, func(tx *db.Tx) error {
			return w.Kit.Roster.Decide(tx, w.kari, roster.Decision{Kind: roster.Barred, Pupil: w.Person("nora"), Person: w.parent.Person, Basis: roster.Bases[0], Reason: "Kontaktforbud."}, w.Now())
		}))
		waits, err := w.desk.Waiting(w.ctx, w.kari, false, "")
		if err != nil || len(waits.Links) != 1 || waits.Links[0].Slug != open || waits.Next != "" || !waits.Ended {
			t.Errorf("the one who waits stands behind those that have ended: %+v (%v)", waits, err)
		}
		over, err := w.desk.Waiting(w.ctx, w.kari, true, "")
		w.must(err)
		rest, err := w.desk.Waiting(w.ctx, w.kari, true, over.Next)
		w.must(err)
		seen := map[string]bool{}
		for _, l := range append(over.Links, rest.Links...) {
			seen[l.Slug] = true
		}
		if len(over.Links) != 100 || rest.Next != "" || len(seen) != many || seen[open] {
			t.Errorf("of %d that have ended %d are reached; then %q", many, len(seen), rest.Next)
		}
	})
}
