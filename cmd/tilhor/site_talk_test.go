package main

import (
	"context"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/dialogue"
)

func (w *siteWorld) dialogue() *dialogue.Desk {
	told := &concerns.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
	return &dialogue.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Concerns: told, Clock: w.clock}
}

// talks are three: one without a name that waits for an answer, one that became
// a case, and one of a pupil who is signed in. Each is told as it is told.
func (w *siteWorld) talks(by map[string]persona) {
	w.t.Helper()
	ctx, d, told := context.Background(), w.dialogue(), w.concerns()
	told.Became, told.Started, told.Opened = d.Became, d.Start, d.Open
	kari, ina, pupil := by["rektor"].actor, by["social-teacher"].actor, by["pupil"].actor
	for _, becomes := range []bool{false, true} {
		c, code, err := told.Say(ctx, tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone, School: kari.School}, concerns.Saying{
			School: kari.School, For: concerns.ForFriend, Whom: "En jente med rød lue", Words: "De tar alltid ballen.", Arena: tilhor.ArenaBreak,
		})
		w.must(err)
		if becomes {
			worked := w.cases()
			worked.Concerns = told
			_, err := worked.TakeUp(ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
			w.must(err)
		}
		w.must(d.Reply(ctx, kari, c.Slug, "Hvem har vakt ute da?", dialogue.ToStaff))
		w.must(d.Write(ctx, dialogue.Sender{Code: code, By: tilhor.Actor{Owner: w.owner()}}, dialogue.Say, "Ikke ved ballbingen."))
	}
	c, _, err := told.Say(ctx, pupil, concerns.Saying{School: kari.School, For: concerns.ForSelf, Words: "Jeg vil ikke på skolen."})
	w.must(err)
	w.ownTalk = "/min/samtale/" + c.Slug
}
