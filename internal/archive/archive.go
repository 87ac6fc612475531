// Package archive hands cases over to the municipality's archive (arkiv), and
// keeps what is not a case no longer than it may be kept.
//
// Documentation of cases about the school environment is kept for ever
// (bevaringsforskrifta § 40): nothing here can delete a case, and no setting
// can ask it to. Each document that belongs in the register (journalpost) is
// written as one Fiks Arkiv V1 arkivmelding with its files; the archive's
// receipt (kvittering) marks it archived. What is no case is restricted or
// shredded by rule (sweep.go), and each shredding is an entry in the record.
package archive

import (
	"encoding/hex"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/hearing"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Desk is where the archive is served.
type Desk struct {
	DB       *db.DB
	Keys     *seal.Keys
	Journal  *journal.Journal
	Roster   *roster.Roster
	Cases    *cases.Desk
	Concerns *concerns.Desk
	Clock    tilhor.Clock

	Interventions *interventions.Desk // nil where there are none
	Dialogue      *dialogue.Desk      // nil where there are no talks
	Hearings      *hearing.Desk       // nil where there are no hearings
	Bodies        *bodies.Desk        // nil where there are no formal bodies

	step func(what string) error // a test's fault between two writes; nil in the program
	put  putter                  // how a package comes on disk; nil is place
}

// A State is how far a document has come on its way to the archive.
type State string

// States.
const (
	Exported State = "exported" // written as a package
	Archived State = "archived" // the archive's receipt has been read
)

// Operator is whoever runs the program from a terminal.
func Operator(owner tilhor.OwnerID) tilhor.Actor {
	return tilhor.Actor{Owner: owner, Person: tilhor.PersonID(cases.RoleOperator), Role: cases.RoleOperator}
}

// system is what the packages call this program (fagsystem).
const system = "Tilhør"

// stream is where it stands in the record what became of a thing here.
func stream(thing string) string { return "archive/" + thing }

// systemID names an object for ever (systemID, M001): the same object has the
// same id in every run, and nobody without the owner's keys can tell what it is
// of. It is a UUID of version 8 (RFC 9562), made from a keyed hash.
func (d *Desk) systemID(owner tilhor.OwnerID, what, id string) string {
	b := d.Keys.Hash(owner, "archive system id", what+" "+id)[:16]
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	x := hex.EncodeToString(b)
	return strings.Join([]string{x[:8], x[8:12], x[12:16], x[16:20], x[20:]}, "-")
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// local is an instant as the packages write it: with Oslo's offset, to the
// second (xs:dateTime).
func local(t time.Time) string { return t.In(calendar.Oslo()).Format("2006-01-02T15:04:05-07:00") }

func date(t time.Time) tilhor.Date { return tilhor.DateOf(t, calendar.Oslo()) }
