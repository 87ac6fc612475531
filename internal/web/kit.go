// Package web is the frame around every page: addresses, who may come, the
// session, the language, forms, and what is answered when something is wrong.
// It knows no case. A page package gives it Routes; a Route's Serve gets a Req,
// which knows who is acting, and answers once.
//
// The frame keeps four promises for every page. Who may not know that a thing
// exists gets the very answer of an address that does not exist. Text that a
// person has written is never lost: not by a fault, a session that ended, or
// two who write at once. A form sent twice is done once. And nothing a person
// wrote or is called stands in an address, a log or an error.
package web

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Kit is what the pages of one owner work with.
type Kit struct {
	DB      *db.DB
	Keys    *seal.Keys
	Journal *journal.Journal
	Roster  *roster.Roster
	Clock   tilhor.Clock
	Owner   Owner
	Log     *slog.Logger // slog.Default when nil

	// Level says whether a sign-in at this issuer with this acr is strong
	// enough for sensitive pages in this role. Nil refuses: who sets up a site
	// must say what is enough.
	Level func(role tilhor.Role, issuer, acr string) bool
	// Reaches says whether such a sign-in is strong enough to act in the role at
	// all. Nil lets everyone act in each role that the roster gives: a site that
	// makes its sessions itself (Enter), as tests and tools do, has chosen the role
	// already, and what is sensitive asks Level whatever the role.
	Reaches func(role tilhor.Role, issuer, acr string) bool
	// Home is where a role's day begins. Nil sends everyone to /i-dag.
	Home func(tilhor.Role) string
	// Nav is the menu of the one who reads. Nil gives none.
	Nav func(q *Req) []NavItem
	// Rooms is where the formal bodies that the reader sits in have their rooms, ""
	// for who sits in none. Nil: there are none.
	Rooms func(q *Req) string
	// Tablet finds the shared machine that holds a token, and how it stands with
	// the PIN of a person on it. Nil: there are none.
	Tablet func(ctx context.Context, token string, person tilhor.PersonID) (Tablet, error)
	// SignOut ends the reader's sign-in, here and at the provider, and is the answer.
	// Nil: it is ended here.
	SignOut func(q *Req) error
	// Limits share the process between those who ask it; the sites of one
	// process have the same. Nil makes the usual ones for this site alone.
	Limits *Limits
}

// An Owner is the municipality (skoleeier) that a site serves.
type Owner struct {
	ID    tilhor.OwnerID
	Name  string   // "Granvik kommune"
	Hosts []string // the host names that are ours, without port
	HTTPS bool     // reached over TLS: strict cookies and HSTS
	Phone string   // who to ring when something could not be sent
	// Barnevern and Barnevernvakt are the numbers of the child welfare service,
	// by day and outside hours: shown, never rung from here.
	Barnevern, Barnevernvakt string
	DPO                      string      // how the data protection officer (personvernombud) is reached
	DPIA                     tilhor.Date // when the assessment (GDPR art. 35) was made
	PDF                      []string    // a command that makes a PDF of a page everybody may read, nil for none
	Demo                     bool        // everything is made up, and every page says so
	// State and Ombud are how Statsforvalteren, and Elev-, lærling- og mobbeombudet
	// of the county, are reached: outside the municipality, and its to look up.
	State, Ombud Contact
}

// A Contact is how somebody outside is reached. Nothing is shown of one without a
// name: a number that is made up, or old, is worse than none.
type Contact struct {
	Name    string `json:"name"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
	URL     string `json:"url"`
}

// Dial is a telephone number as a link dials it.
func Dial(number string) string { return strings.ReplaceAll(number, " ", "") }

func (c Contact) fact() Fact {
	f := Fact{Term: c.Name, Text: strings.TrimSpace(c.Address + "\n" + c.URL)}
	if c.Phone != "" {
		f.Tel, f.Link = Dial(c.Phone), c.Phone
	}
	return f
}

// Reach is how those two are reached, where a page names them; nil when neither
// is set.
func (o Owner) Reach() *Facts {
	var f Facts
	for _, c := range []Contact{o.State, o.Ombud} {
		if c.Name != "" {
			f.Items = append(f.Items, c.fact())
		}
	}
	if len(f.Items) == 0 {
		return nil
	}
	return &f
}

// Now is the clock's time.
func (k *Kit) Now() time.Time { return k.Clock() }

func (k *Kit) log() *slog.Logger {
	if k.Log == nil {
		return slog.Default()
	}
	return k.Log
}

func (k *Kit) home(r tilhor.Role) string {
	if k.Home == nil {
		return "/i-dag"
	}
	return k.Home(r)
}
