package school_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/roster"
)

// Of a protected pupil nothing is printed, copied or made a file of before a named
// leader has unlocked it with a reason, once for each.
func TestAProtectedPupilsPaperIsUnlockedFirst(t *testing.T) {
	w := newWorld(t)
	ctx, slug := context.Background(), w.planned("nora")
	w.must(w.cases.Shield(ctx, w.kari, cases.Shielding{Pupil: w.Person("nora"), Grade: roster.StrictConfidential, Leader: w.sosial.Person, Reason: "Melding fra politiet."}))
	at := "/saker/" + slug
	w.must(w.cases.Notify(ctx, w.sosial, slug, cases.Notice{About: duty.SchoolChange, At: tilhor.Now(w.Now()), Grounds: "Slo.", Reply: tilhor.DateOf(w.Now(), time.UTC).Add(14), Told: true}))
	f, err := w.cases.See(ctx, w.sosial, slug, "whole")
	w.must(err)
	id, err := w.cases.AskInsight(ctx, w.sosial, slug, cases.NewInsight{Asker: "pupil", Basis: "fvl-18", Who: "Nora", Received: "2026-11-20"})
	w.must(err)
	r, err := w.cases.ReviewInsight(ctx, w.sosial, slug, id)
	w.must(err)
	var all []cases.Judgement
	for _, p := range r.Passages {
		all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
	}
	w.must(w.cases.Judge(ctx, w.sosial, slug, id, all))
	w.must(w.cases.DecideInsight(ctx, w.sosial, slug, id, cases.Reply{}))
	w.sign()
	papers := map[string]string{
		"the print": at + "/utskrift", "the letter": at + "/vedtak/brev?id=" + string(f.Decisions()[0].ID) + "&type=varsel&sprak=nb", "the copy": at + "/innsyn/" + string(id) + "/kopi",
	}
	for name, page := range papers {
		for range 2 {
			if to := w.Get(w.ina, page); to.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.Header.Get("Location"), at+"/skjerming?") {
				t.Fatalf("%s is given with nothing unlocked: %d %s", name, to.StatusCode, to.Header.Get("Location"))
			}
			w.must(w.cases.Unlock(ctx, w.sosial, slug, "Til møtet."))
			w.page(w.ina, page)
		}
	}
	w.sign()
	pack := form("kind", "state", "answers", "Brev av 1. desember")
	w.pages(w.ina, at+"/pakke", "Eleven har adressesperre", "Saken må låses opp", at+"/skjerming#unlock")
	w.refused(w.ina, at+"/pakke", pack, "Lås opp saken med en grunn først", "Brev av 1. desember")
	w.must(w.cases.Unlock(ctx, w.sosial, slug, "Statsforvalteren ba om den."))
	w.sign()
	given := w.Post(w.ina, at+"/pakke", pack)
	if _, err := io.ReadAll(given.Body); err != nil || given.StatusCode != http.StatusOK {
		t.Fatalf("unlocked, it is refused: %d %v", given.StatusCode, err)
	}
	w.sign()
	w.refused(w.ina, at+"/pakke", pack, "Lås opp saken med en grunn først")
	for name, page := range papers { // who handles another's case finds none of it
		if r := w.Get(w.rektor, page); r.StatusCode != http.StatusNotFound {
			t.Errorf("rektor, who is not named, gets %s: %d", name, r.StatusCode)
		}
	}
}

// The opening of a protected pupil's concern stands on the page of a named leader,
// until she says that she has seen it.
func TestAnOpenedConcernRingsOnThePage(t *testing.T) {
	w := newWorld(t)
	ctx, slug := context.Background(), w.planned("nora")
	w.must(w.cases.Shield(ctx, w.kari, cases.Shielding{Pupil: w.Person("nora"), Grade: roster.Confidential, Leader: w.sosial.Person, Reason: "Melding."}))
	w.must(w.cases.Name(ctx, w.sosial, slug, w.teacher.Person, true, "Leder også."))
	c, err := w.concerns.Tell(ctx, w.kari, concerns.Telling{
		School: w.Solbakken, Described: "Nora Dahl", Saw: "Sto alene.", Arena: tilhor.ArenaBreak, Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()),
	})
	w.must(err)
	w.pages(w.ina, "/skjerming", "Ingen nye åpninger")
	w.page(w.jonas, "/bekymringer/"+c.Slug+"/stilling")
	body := w.pages(w.ina, "/skjerming", "Én åpning å se på", "Én åpning av en melding eller et inngrep", "En melding om en skjermet elev", "/bekymringer/"+c.Slug+"/stilling", "Jeg har sett det")
	lacks(t, mainOf(body), "Nora", "Ingen nye åpninger")
	w.pages(w.rektor, "/skjerming", "Ingen nye åpninger") // who is not named hears nothing
	to := w.sent(w.ina, "/skjerming", form("do", "heed"))
	w.pages(w.ina, to, "Du har sett hvem som har åpnet", "Ingen nye åpninger")
}
