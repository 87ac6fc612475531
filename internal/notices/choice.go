package notices

import (
	"context"
	"errors"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/lang"
)

// A Choice is what a person wants of notices.
type Choice struct {
	Mail bool
	Lang tilhor.Lang
}

var (
	selectChoice = db.SQL(`SELECT mail, lang FROM notices_choice WHERE owner = $1 AND person = $2`)
	putChoice    = db.SQL(`INSERT INTO notices_choice (owner, person, mail, lang) VALUES ($1, $2, $3, $4)
		ON CONFLICT (owner, person) DO UPDATE SET mail = excluded.mail, lang = excluded.lang`)
)

// choiceOf is mail in bokmål, until a person has said otherwise.
func choiceOf(tx *db.Tx, owner tilhor.OwnerID, person tilhor.PersonID) (Choice, error) {
	c := Choice{Mail: true, Lang: tilhor.Bokmal}
	err := tx.One(selectChoice, db.Args(owner, person), &c.Mail, &c.Lang)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = nil
	}
	return c, err
}

// ChoiceOf is what the actor has chosen, and whether there is an address to send
// a mail to.
func (d *Desk) ChoiceOf(ctx context.Context, by tilhor.Actor) (c Choice, address bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if c, err = choiceOf(tx, by.Owner, by.Person); err != nil {
			return err
		}
		mail, err := d.Roster.Email(tx, by.Owner, by.Person)
		address = mail != ""
		if errors.Is(err, tilhor.ErrNotFound) {
			err = nil
		}
		return err
	})
	return c, address, err
}

// Choose keeps what a person wants.
func (d *Desk) Choose(ctx context.Context, by tilhor.Actor, c Choice) error {
	if by.Person == "" {
		return tilhor.ErrNotFound
	}
	if _, known := lang.Known(string(c.Lang)); !known {
		return tilhor.Faults{{Field: "lang", Key: "notices.fault.lang"}}
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(putChoice, by.Owner, by.Person, c.Mail, string(c.Lang))
		return err
	})
}
