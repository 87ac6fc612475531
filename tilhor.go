// Package tilhor is the vocabulary every room shares: who acts, on what, when,
// and in which language. It knows no database, no web page and no rule of law.
package tilhor

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"
)

// IDs are random (128 bits, crypto/rand) and say nothing: not a time, not an
// order, not a name. Each thing has its own type, so that one cannot be passed
// where another is meant.
type (
	OwnerID   string // the municipality (skoleeier), first in every key
	SchoolID  string // a school (skole)
	GroupID   string // a class, an SFO group, a body (basisgruppe, SFO, elevråd …)
	PersonID  string // a person: pupil, parent or employee
	ConcernID string // what somebody told (melding, bekymring)
	CaseID    string // a matter (sak): one situation, one or more pupils
	TrackID   string // one pupil's own part of a matter (elevens spor)
	RecordID  string // one thing said or done in a track
	MeasureID string // one measure of a plan (tiltak)
	EntryID   string // one entry in the record (journal)
	SessionID string // one sign-in
)

// NewID gives 26 random characters, 130 bits.
func NewID() string { return strings.ToLower(rand.Text()) }

// NewSlug gives ten random characters for an address (50 bits): it names a
// track in the address bar and tells nothing of it.
func NewSlug() string { return NewID()[:10] }

// A Role is the one capacity a person acts in at a time.
type Role string

const (
	RoleAnyone        Role = "anyone"         // not signed in
	RolePupil         Role = "pupil"          // elev
	RoleParent        Role = "parent"         // forelder
	RoleTeacher       Role = "teacher"        // lærer, kontaktlærer
	RoleEmployee      Role = "employee"       // assistent, vaktmester … who works at the school
	RoleSFO           Role = "sfo"            // SFO-ansatt
	RoleSocialTeacher Role = "social-teacher" // sosiallærer
	RoleDeputy        Role = "deputy"         // inspektør, avdelingsleder: leadership, not rektor
	RoleRektor        Role = "rektor"         // rektor
	RoleNurse         Role = "nurse"          // helsesykepleier: may tell; sees nothing by default
	RolePPT           Role = "ppt"            // PP-rådgiver
	RoleOwnerAdviser  Role = "owner-adviser"  // rådgiver hos skoleeier: counts, and a case only when given it by name
	RoleDPO           Role = "dpo"            // personvernombud: who opened what, without content
)

// StaffRoles are the roles of those who work at a school and so have the duty
// to report (opplæringslova § 12-4).
var StaffRoles = []Role{RoleTeacher, RoleEmployee, RoleSFO, RoleSocialTeacher, RoleDeputy, RoleRektor, RoleNurse}

// Staff says whether the role is one of somebody who works at a school.
func (r Role) Staff() bool {
	for _, s := range StaffRoles {
		if r == s {
			return true
		}
	}
	return false
}

// Leads says whether the role is part of the school's leadership (leiinga).
func (r Role) Leads() bool { return r == RoleRektor || r == RoleDeputy }

// Family says whether the role is a pupil's or a parent's: who reads of oneself,
// or of one's own child.
func (r Role) Family() bool { return r == RolePupil || r == RoleParent }

// An Actor is a person acting in exactly one role, at one school or for the
// owner as a whole (School empty).
type Actor struct {
	Owner   OwnerID
	Person  PersonID
	Role    Role
	School  SchoolID
	Trained bool // privacy training recorded (opplæringsforskrifta § 20-2)
}

// A Lang is a language of the pages, as a BCP 47 tag.
type Lang string

// The languages, bokmål first.
const (
	Bokmal  Lang = "nb"
	Nynorsk Lang = "nn"
	English Lang = "en"
	Sami    Lang = "se"

	Polish    Lang = "pl"
	Ukrainian Lang = "uk"
	Arabic    Lang = "ar"
	Somali    Lang = "so"
)

// An Arena is where something happened (sted).
type Arena string

// Arenas in the order the form shows them.
const (
	ArenaClass     Arena = "class"     // klasserom
	ArenaBreak     Arena = "break"     // friminutt, ute
	ArenaCorridor  Arena = "corridor"  // gang, toalett
	ArenaChanging  Arena = "changing"  // garderobe
	ArenaSFO       Arena = "sfo"       // SFO
	ArenaWay       Arena = "way"       // skolevei
	ArenaTransport Arena = "transport" // skoleskyss
	ArenaTrip      Arena = "trip"      // tur med skolen
	ArenaDigital   Arena = "digital"   // på nett eller mobil
	ArenaElsewhere Arena = "elsewhere" // et annet sted, eller vet ikke
)

// Arenas lists every arena in the order a form shows them.
var Arenas = []Arena{ArenaClass, ArenaBreak, ArenaCorridor, ArenaChanging, ArenaSFO, ArenaWay, ArenaTransport, ArenaTrip, ArenaDigital, ArenaElsewhere}

// Valid says whether the arena is one of Arenas.
func (a Arena) Valid() bool {
	for _, k := range Arenas {
		if a == k {
			return true
		}
	}
	return false
}

// A Clock tells the time. Everything that the law counts comes from one, so
// that a test can hold it still.
type Clock func() time.Time

// A Precision says how exactly a time is known.
type Precision string

// How exactly, from the instant to not at all.
const (
	Exact   Precision = "instant"
	Hour    Precision = "hour"
	Day     Precision = "date"
	Unknown Precision = "unknown" // counts from when it was written, and is labelled
)

// When is a time that something happened, how exactly that is known, and when
// it was written down. The two instants are never mixed: what is written late
// is marked late, not backdated.
type When struct {
	At        time.Time
	Precision Precision
	Written   time.Time
}

// Counts is the instant the law's clocks run from.
func (w When) Counts() time.Time {
	if w.Precision == Unknown || w.At.IsZero() {
		return w.Written
	}
	return w.At
}

// Now is a When for something that happens as it is written.
func Now(t time.Time) When { return When{At: t, Precision: Exact, Written: t} }

// A Date is a civil date in Europe/Oslo, written YYYY-MM-DD, so that it sorts
// and compares as text in Go and in both databases. The zero Date is "".
type Date string

// ParseDate reads YYYY-MM-DD and refuses a day that does not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil || t.Format("2006-01-02") != s || t.Year() < 1900 || t.Year() > 2200 {
		return "", fmt.Errorf("no such date: want YYYY-MM-DD")
	}
	return Date(s), nil
}

// DateOf is the date of an instant where the clock on the wall says loc.
func DateOf(t time.Time, loc *time.Location) Date { return Date(t.In(loc).Format("2006-01-02")) }

// Time is midnight UTC of the date: for arithmetic only, never an instant.
func (d Date) Time() time.Time {
	t, err := time.Parse("2006-01-02", string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Add gives the date n calendar days later.
func (d Date) Add(n int) Date { return Date(d.Time().AddDate(0, 0, n).Format("2006-01-02")) }

// Sub counts the calendar days from e to d.
func (d Date) Sub(e Date) int { return int(d.Time().Sub(e.Time()).Hours() / 24) }
