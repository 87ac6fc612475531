package roster

import (
	"errors"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// An Account is who a sign-in provider says somebody is. Feide is the id at
// Feide (eduPersonPrincipalName), PID the person number from ID-porten; what a
// provider does not tell is "".
type Account struct {
	Issuer, Subject string
	Feide, PID      string
}

var (
	boundTo  = db.SQL(`SELECT person FROM roster_account WHERE owner = $1 AND issuer = $2 AND subject = $3`)
	bindTo   = db.SQL(`INSERT INTO roster_account (owner, issuer, subject, person, bound) VALUES ($1, $2, $3, $4, $5)`)
	byFeide  = db.SQL(`SELECT id FROM roster_person WHERE owner = $1 AND feide_hash = $2`)
	byPID    = db.SQL(`SELECT id FROM roster_person WHERE owner = $1 AND pid_hash = $2`)
	bySource = db.SQL(`SELECT id FROM roster_person WHERE owner = $1 AND source = $2`)
	byAlias  = db.SQL(`SELECT p.id FROM roster_alias a JOIN roster_person p ON p.owner = a.owner AND p.id = a.thing
		WHERE a.owner = $1 AND a.source = $2`)
)

// The purposes of the keyed hashes: one key for each, so that a person number
// can be matched with person numbers only.
const (
	purposePID     = "pid"
	purposeFeide   = "feide"
	purposeSource  = "roster.source"
	purposeContent = "roster.content"
	purposeSubject = "account"
)

// Bind gives the person an account belongs to. At the first sign-in it is bound
// to the one person in the lists with the same Feide id or person number; an
// account that matches nobody, or two different persons, has no access and gets
// ErrNotFound. Once bound it stays bound, whatever the lists say later: a Feide
// id that is given to somebody else does not move the account.
func (r *Roster) Bind(tx *db.Tx, owner tilhor.OwnerID, a Account, now time.Time) (tilhor.PersonID, error) {
	if a.Issuer == "" || a.Subject == "" {
		return "", tilhor.ErrNotFound
	}
	subject := r.mark(owner, purposeSubject, a.Issuer+"\x1f"+a.Subject)
	var person tilhor.PersonID
	err := tx.One(boundTo, db.Args(owner, a.Issuer, subject), &person)
	if !errors.Is(err, tilhor.ErrNotFound) {
		return person, err
	}
	if person, err = r.match(tx, owner, a); err != nil {
		return "", err
	}
	_, err = tx.Exec(bindTo, owner, a.Issuer, subject, person, now.UnixMilli())
	return person, err
}

func (r *Roster) match(tx *db.Tx, owner tilhor.OwnerID, a Account) (tilhor.PersonID, error) {
	var found tilhor.PersonID
	look := func(s *db.Stmt, purpose, value string) error {
		var id tilhor.PersonID
		err := tx.One(s, db.Args(owner, r.mark(owner, purpose, value)), &id)
		switch {
		case errors.Is(err, tilhor.ErrNotFound):
			return nil
		case err != nil:
			return err
		case found != "" && found != id:
			return tilhor.ErrNotFound
		}
		found = id
		return nil
	}
	if f := feideOf(a.Feide); f != "" {
		if err := look(byFeide, purposeFeide, f); err != nil {
			return "", err
		}
	}
	if n, ok := ParseNumber(a.PID); ok {
		if err := look(byPID, purposePID, n.Digits); err != nil {
			return "", err
		}
	}
	if found == "" {
		return "", tilhor.ErrNotFound
	}
	return found, nil
}

// Find gives the person behind a source system's id, for the tools of the
// command line; ErrNotFound when the roster has none.
func (r *Roster) Find(tx *db.Tx, owner tilhor.OwnerID, source string) (tilhor.PersonID, error) {
	h := r.mark(owner, purposeSource, personKey(source))
	var id tilhor.PersonID
	err := tx.One(bySource, db.Args(owner, h), &id)
	if errors.Is(err, tilhor.ErrNotFound) {
		err = tx.One(byAlias, db.Args(owner, h), &id)
	}
	return id, err
}

// Schools, groups and people have ids of their own in the source systems: the
// same text may name one of each.
func personKey(s string) string { return "person\x1f" + s }
func schoolKey(s string) string { return "school\x1f" + s }
func groupKey(s string) string  { return "group\x1f" + s }

// mark is what is stored and searched of a person number, a Feide id or a source id.
func (r *Roster) mark(owner tilhor.OwnerID, purpose, value string) []byte {
	return r.keys.Hash(owner, purpose, value)[:len(mark{})]
}

var (
	schoolBySource = db.SQL(`SELECT id FROM roster_school WHERE owner = $1 AND source = $2`)
	schoolByText   = db.SQL(`SELECT id FROM roster_school WHERE owner = $1 AND (id = $2 OR org_number = $2) AND until_date = ''`)
)

// FindPerson gives the person behind a source system's id, or behind an id of
// our own (somebody put in by hand has no other).
func (r *Roster) FindPerson(tx *db.Tx, owner tilhor.OwnerID, text string) (tilhor.PersonID, error) {
	id, err := r.Find(tx, owner, text)
	if !errors.Is(err, tilhor.ErrNotFound) {
		return id, err
	}
	var home tilhor.SchoolID
	var protection string
	return tilhor.PersonID(text), tx.One(isPerson, db.Args(owner, text), &home, &protection)
}

// FindSchool gives the school behind a source system's id, an organisation
// number or an id of our own.
func (r *Roster) FindSchool(tx *db.Tx, owner tilhor.OwnerID, text string) (tilhor.SchoolID, error) {
	var id tilhor.SchoolID
	err := tx.One(schoolBySource, db.Args(owner, r.mark(owner, purposeSource, schoolKey(text))), &id)
	if !errors.Is(err, tilhor.ErrNotFound) || text == "" {
		return id, err
	}
	err = tx.One(schoolByText, db.Args(owner, text), &id)
	return id, err
}
