package roster

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tilhor"
)

// A Snapshot is what one set of files says, in one form whatever the format:
// the importer compares snapshots and never formats. What the product has no
// use for (addresses, telephone numbers, passwords, grades, absence, birth
// dates, sex, mother tongue) is not in it, so that no reader can let it in.
type Snapshot struct {
	Format  string // "pifu-ims", "oneroster" or "csv"
	Full    Covers // what is told in full, so that what is missing has left
	Schools []SchoolLine
	Groups  []GroupLine
	People  []PersonLine
	Members []MemberLine
	Links   []LinkLine
	// PersonHolds says that a person's own line carries its roles at schools
	// and its links, so that an update of the line replaces them (OneRoster).
	// PersonLinks says so of the links alone (PIFU).
	PersonHolds, PersonLinks bool
	// KeepSeats says that seats in bodies are not told at all.
	KeepSeats bool
	Warnings  []Warning

	rows, letters int
	words         map[string]string
}

// Covers says which parts of the roster a set of files tells in full.
type Covers struct{ Schools, Groups, People, Roles, Members, Links bool }

// At is where in the files something stands.
type At struct {
	File string
	Line int
}

// A Kind is what kind of group something is.
type Kind string

// The kinds of group that are kept, and those that only help to read others.
const (
	KindClass   Kind = "class"           // basisgruppe, klasse
	KindContact Kind = "contact"         // kontaktlærergruppe
	KindSFO     Kind = "sfo"             // SFO-gruppe
	KindCouncil Kind = "student-council" // elevråd
	KindFAU     Kind = "fau"             // foreldrerådets arbeidsutvalg
	KindSU      Kind = "su"              // samarbeidsutvalg, skoleutvalg
	KindSMU     Kind = "smu"             // skolemiljøutvalg

	kindOwner    Kind = "owner"    // skoleeier: the municipality as a unit
	kindTeaching Kind = "teaching" // a teaching group: tells only that an adult works there
	kindNone     Kind = "none"     // nothing in it is kept
	kindSchool   Kind = "school"   // a school itself, where a membership may point too
	kindSFOUnit  Kind = "sfo-unit" // an SFO that is a unit of its own
)

// Kept says whether the group is one that the product knows.
func (k Kind) Kept() bool {
	switch k {
	case KindClass, KindContact, KindSFO, KindCouncil, KindFAU, KindSU, KindSMU:
		return true
	}
	return false
}

// Body says whether the group is a formal body at the school.
func (k Kind) Body() bool { return k == KindCouncil || k == KindFAU || k == KindSU || k == KindSMU }

// A Function is what a file says that somebody is, before it is known where.
type Function string

// The functions of all formats.
const (
	FuncPupil         Function = "pupil"
	FuncTeacher       Function = "teacher"
	FuncContact       Function = "contact-teacher"
	FuncSubstitute    Function = "substitute"
	FuncAssistant     Function = "assistant"
	FuncEmployee      Function = "employee"
	FuncSFO           Function = "sfo"
	FuncSFOLeader     Function = "sfo-leader"
	FuncRektor        Function = "rektor"
	FuncDeputy        Function = "deputy"
	FuncLeader        Function = "leader" // leadership, not said which
	FuncSocialTeacher Function = "social-teacher"
	FuncNurse         Function = "nurse"
	FuncPPT           Function = "ppt"
	FuncAdviser       Function = "adviser" // rådgiver
	FuncOwnerAdviser  Function = "owner-adviser"
	FuncDPO           Function = "dpo"
	FuncParentRep     Function = "parent-rep"
	FuncOther         Function = "other"
	FuncNone          Function = ""
)

// Responsibility says whether somebody has parental responsibility
// (foreldreansvar). Most systems do not know: then it is unknown, never yes.
type Responsibility string

// The three answers.
const (
	Yes     Responsibility = "yes"
	No      Responsibility = "no"
	Unknown Responsibility = "unknown"
)

// What one line of a file says of a school, group, person, membership or link.
// Keys are the source system's own ids. They may be person numbers or user
// names, so they are never stored and never shown, only their keyed hash.
type (
	SchoolLine struct {
		At
		Key, Name, OrgNumber string
		Old                  []string
		SFO, SFOOnly, Gone   bool
	}
	GroupLine struct {
		At
		Key, School, Name string
		Old               []string
		Kind              Kind
		From, Until       tilhor.Date
		Gone              bool
	}
	PersonLine struct {
		At
		Key                     string
		Old                     []string
		Name, PID, Feide, Email string
		Gone                    bool
	}
	MemberLine struct {
		At
		Person, Place string // Place is the key of a school or a group
		Function      Function
		Detail        string // what the file calls it, when that says more
		From, Until   tilhor.Date
		Gone          bool
		OfPerson      bool // stands in the person's own line
	}
	LinkLine struct {
		At
		Pupil, Guardian string
		Responsibility  Responsibility
		Kind            LinkKind
		From, Until     tilhor.Date
		Gone            bool
	}
)

// A LinkKind is what somebody is to a pupil.
type LinkKind string

// The kinds of link.
const (
	LinkGuardian  LinkKind = "guardian"    // foresatt
	LinkFoster    LinkKind = "foster"      // fosterforelder
	LinkVerge     LinkKind = "verge"       // verge
	LinkNextOfKin LinkKind = "next-of-kin" // pårørende, without parental responsibility
)

// A Warning is something in the files that somebody should look at. It names
// a place and never a person.
type Warning struct {
	Kind string
	At
	Args []any // what is filled into the text roster.warn.<kind>
}

func (s *Snapshot) warn(kind string, at At, args ...any) {
	s.Warnings = append(s.Warnings, Warning{kind, at, args})
}

// An Unreadable is why a set of files is refused as a whole: the file, the
// line, and the key of a text that says what is wrong there.
type Unreadable struct {
	At
	Key  string
	Args []any
}

func (u Unreadable) Error() string {
	if u.Line == 0 {
		return fmt.Sprintf("%s cannot be read: %s", u.File, u.Key)
	}
	return fmt.Sprintf("%s, line %d, cannot be read: %s", u.File, u.Line, u.Key)
}

func unreadable(at At, key string, args ...any) error { return Unreadable{at, key, args} }

// Bounds of what one field may hold. A longer one is not a longer name but a
// broken file.
const (
	maxKey  = 256
	maxName = 200
	maxMail = 254
)

// tidy makes one spelling of one text: composed letters, single spaces, no
// control characters, no marks that turn the direction of what follows, and
// none that cannot be seen: a name that looks like another must be found as it.
func tidy(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] > '~' {
			plain = false
			break
		}
	}
	if !plain {
		s = norm.NFC.String(strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF, r == 0x200B, r == 0x2060, r == 0xAD, r == 0x200E, r == 0x200F:
				return -1
			}
			return r
		}, s))
	}
	if !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") && !strings.Contains(s, "  ") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// mailOf keeps what can be an e-mail address, else nothing.
func mailOf(s string) string {
	s = tidy(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || len(s) > maxMail || strings.ContainsAny(s, " <>,;\"") {
		return ""
	}
	return s
}

// feideOf is the one spelling of a Feide id (eduPersonPrincipalName).
func feideOf(s string) string {
	s = strings.ToLower(strings.TrimPrefix(tidy(s), "feide:"))
	if mailOf(s) == "" {
		return ""
	}
	return s
}

// after is the first day after the last one: files tell the last day that
// something holds, the roster the first that it does not.
func after(last tilhor.Date) tilhor.Date {
	if last == "" {
		return ""
	}
	return last.Add(1)
}
