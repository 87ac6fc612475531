package main

import (
	"context"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
)

func (w *siteWorld) dialogue() *dialogue.Desk {
	told := &concerns.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Clock: w.clock}
	return &dialogue.Desk{DB: w.house.db, Keys: w.house.keys, Journal: w.house.journal, Roster: w.house.roster, Concerns: told, Clock: w.clock}
}

// talks are three: one without a name that waits for an answer, one that became
// a case, and one of a pupil who is signed in.
func (w *siteWorld) talks(by map[string]persona) {
	w.t.Helper()
	ctx, d := context.Background(), w.dialogue()
	kari, ina, pupil := by["rektor"].actor, by["social-teacher"].actor, by["pupil"].actor
	now := tilhor.Now(w.clock())
	for _, becomes := range []bool{false, true} {
		told := w.concerns()
		told.Became = d.Became
		c, err := told.Tell(ctx, tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone}, concerns.Telling{
			School: kari.School, Described: "En jente med rød lue", Said: "De tar alltid ballen.", Name: "Uten konto", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
		})
		w.must(err)
		var code string
		w.write(func(tx *db.Tx) error {
			code, err = d.Start(tx, w.owner(), kari.School, c.ID, tilhor.NewID())
			return err
		})
		if becomes {
			worked := w.cases()
			worked.Concerns = told
			_, err := worked.TakeUp(ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
			w.must(err)
		}
		w.must(d.Reply(ctx, kari, c.Slug, "Hvem har vakt ute da?", dialogue.ToStaff))
		w.must(d.Write(ctx, dialogue.Sender{Code: code, By: tilhor.Actor{Owner: w.owner()}}, dialogue.Say, "Ikke ved ballbingen."))
	}
	c, err := w.concerns().Tell(ctx, kari, concerns.Telling{
		School: kari.School, Pupils: []tilhor.PersonID{pupil.Person}, Said: "Jeg vil ikke på skolen.", Arena: tilhor.ArenaBreak, Happened: now, Known: now,
	})
	w.must(err)
	w.write(func(tx *db.Tx) error {
		if _, err := tx.Exec(toldBy, w.owner(), c.ID, pupil.Person); err != nil {
			return err
		}
		g := access.Grant{Kind: access.Concern, Thing: string(c.ID), Person: pupil.Person, Unit: kari.School, Relation: access.Reporter, From: w.clock()}
		if err := access.Give(tx, w.owner(), g); err != nil {
			return err
		}
		return d.Open(tx, pupil, c.ID)
	})
	w.ownTalk = "/min/samtale/" + c.Slug
}

// toldBy makes a pupil the one who told: no page lets a pupil tell yet.
var toldBy = testSQL(`UPDATE concerns_concern SET reporter = $3, reporter_role = 'pupil' WHERE owner = $1 AND id = $2`)
