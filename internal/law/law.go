// Package law holds the duties as data: every row with its citation, who bears
// it, what sets it off, and whether its time is a word of the act, a number of
// the act, guidance, or only our own proposal. It decides nothing; package duty
// does the counting.
//
// The rows are transcribed by hand from the legal notes of the project, never
// parsed out of prose. An act that changes gets a new rule set with its date;
// old rows stay as they were, for a duty keeps the law it was born under.
//
// Guidance, not legal advice (veiledning, ikke juridisk råd).
package law

import "tilhor"

// An ID names a duty, such as k12.investigate.
type ID string

// A RuleSetID names a set of rules that came into force together.
type RuleSetID string

// The seven rule sets.
const (
	Chapter9a    RuleSetID = "no-oppl-1998-9a"       // the decision duty (vedtaksplikt) of the 1998 act
	Chapter9A    RuleSetID = "no-oppl-1998-9A"       // the duty to act (aktivitetsplikt), first form
	Chapter12    RuleSetID = "no-oppl-2023-k12"      // the duty to act, opplæringslova 2023
	Chapter13    RuleSetID = "no-oppl-2023-k13-2025" // physical intervention (fysisk inngrep)
	Private      RuleSetID = "no-prskol-2-4"         // term map laid over chapter 12
	Kindergarten RuleSetID = "no-bhl-VIII"           // barnehageloven chapter VIII
	Adjacent     RuleSetID = "no-adjacent"           // duties of other acts that meet in the same case
)

// A Class says what kind of time a duty has. The class comes before any number:
// the pages show elapsed time for a word, and say "late" only for a number.
type Class string

// The classes.
const (
	StatutoryWord   Class = "statutory-word"   // snarast, straks, utan ugrunna opphald: no number in the act
	StatutoryNumber Class = "statutory-number" // one week, three weeks, 72 hours
	Guidance        Class = "guidance"         // Udir
	Local           Class = "local"            // the owner's norm, always labelled so
	LocalPlan       Class = "local-plan"       // the date the school itself set in the plan
	External        Class = "external"         // the date Statsforvalteren set
	Linked          Class = "linked"           // must precede or accompany another act
	Continuous      Class = "continuous"       // all the time
	NoTime          Class = "none"             // the act gives no time at all
	NotApplicable   Class = "n/a"              // not a duty: a term map
)

// A Bearer is who must act, or who is told when nobody has.
type Bearer string

// The bearers, in the words of chapter 12. Other schools have other words for
// them: see Kind.Term.
const (
	Everyone    Bearer = "everyone"        // alle som arbeider på skolen
	Employee    Bearer = "employee"        // the one who works there and knows
	Witness     Bearer = "witness"         // the one who sees it happen
	School      Bearer = "school"          // skolen
	Rektor      Bearer = "rektor"          // rektor
	Deputy      Bearer = "deputy"          // who stands in for rektor
	Leadership  Bearer = "leadership"      // leiinga ved skolen
	Responsible Bearer = "responsible"     // the person named in the plan
	Owner       Bearer = "owner"           // kommunen/fylkeskommunen
	OnCall      Bearer = "owner-on-call"   // the owner's contact on duty
	Chief       Bearer = "chief-executive" // kommunedirektøren
	Archivist   Bearer = "archivist"       // arkivaren
	Family      Bearer = "family"          // the pupil or the parents: a right, not a duty
	State       Bearer = "state"           // Statsforvalteren
	Body        Bearer = "body"            // the public body that was asked (organet)
	Nobody      Bearer = "nobody"
)

// A Trigger is what sets a duty off.
type Trigger string

// The triggers.
const (
	Always             Trigger = "always"
	OffenceSeen        Trigger = "offence-seen"          // an offence is taking place and can be stopped
	Knowledge          Trigger = "knowledge"             // suspicion or knowledge, or the pupil says so
	PupilConcerned     Trigger = "pupil-concerned"       // investigation or measures concern a pupil
	AnyAct             Trigger = "any-act"               // any act or decision in the case
	Unsafe             Trigger = "unsafe"                // the pupil says so, or the investigation shows it
	Measures           Trigger = "measures"              // measures in a case
	PlanDate           Trigger = "plan-date"             // the evaluation date of the plan
	Serious            Trigger = "serious"               // a serious case (alvorleg tilfelle)
	StaffOffends       Trigger = "staff-offends"         // one who works at the school offends a pupil
	StaffReported      Trigger = "staff-reported"        // rektor has got such a report
	LeadershipOffends  Trigger = "leadership-offends"    // someone in the leadership offends a pupil
	FirstContact       Trigger = "first-contact"         // school start, new pupil, open case
	RaisedWithRektor   Trigger = "raised-with-rektor"    // the family took it up with rektor
	StateAsks          Trigger = "state-asks"            // Statsforvalteren asks for information
	StateOrders        Trigger = "state-orders"          // an order or decision of Statsforvalteren
	DecisionReceived   Trigger = "decision-received"     // the family has received a decision
	HarmsOthers        Trigger = "harms-others"          // conduct that seriously harms others, nothing milder helps
	RulesBroken        Trigger = "rules-broken"          // several or gross breaches of the school rules
	Intervention       Trigger = "intervention"          // staff used physical intervention
	RepeatIntervention Trigger = "repeated-intervention" // several against one pupil, or one particularly serious
	MeasuresAsked      Trigger = "measures-asked"        // pupil or parent asks for measures (1998 act)
	HarmfulFound       Trigger = "harmful-found"         // something in the environment may harm health
	PrivateApproved    Trigger = "private-approved"      // the school is approved under privatskolelova
	GraveNeglect       Trigger = "grave-neglect"         // reason to believe abuse or serious neglect
	CrimeComing        Trigger = "crime-coming"          // a listed crime is certain or most likely
	WrittenRequest     Trigger = "written-request"       // a written request in an enkeltvedtak matter
	AccessAsked        Trigger = "access-asked"          // somebody asks for access (innsyn)
	DataBreach         Trigger = "data-breach"           // a personal data breach
	Yearly             Trigger = "yearly"
	EachAutumn         Trigger = "autumn"
	CaseClosed         Trigger = "case-closed"
	NamesAsked         Trigger = "names-asked" // a survey asks pupils to name each other in what is bad between them
)

// A Certainty says how sure the transcription is.
type Certainty string

// The certainties.
const (
	Read      Certainty = "V1" // the statute's own text was read
	Secondary Certainty = "V2" // an official or first-hand page was read
	Believed  Certainty = "B"  // general knowledge, not verified
)

// A Part is one of several things that a single row asks for, each with its own
// bearer and local time: § 9 A-5 asks for a report, a report on, an
// investigation and measures.
type Part struct {
	Name   string
	Bearer Bearer
	Local  Norm
}

// A Step says who is told when a duty stands unmet.
type Step struct {
	From   Anchor
	Norm   Norm
	Before bool     // that long before, not after
	Hour   int      // at this hour of the day; 0: when the day is over
	Warn   bool     // a warning to whoever bears it: nobody else is told
	To     []Bearer // in this order
}

// An Anchor is what a Step counts from.
type Anchor string

// The anchors.
const (
	FromTrigger Anchor = "trigger"
	FromLocal   Anchor = "local" // the local date has passed by that much
	FromDue     Anchor = "due"   // the date of the act or of an authority
)

// A Row is one duty as the law puts it.
type Row struct {
	ID         ID
	Rules      RuleSetID
	Section    string // as it stands in the act, without the act's name
	Ref        string // the full citation
	Trigger    Trigger
	Bearer     Bearer
	Class      Class
	Word       string // the act's own word, if it has one
	Number     Norm   // the act's own number, if it has one
	Local      Norm   // our proposal, which the owner may change
	Parts      []Part
	Escalation []Step
	Source     Certainty
	Supersedes []ID // the duties of the rule set before that it takes over
}

// Part finds a named part of the row.
func (r Row) Part(name string) (Part, bool) {
	for _, p := range r.Parts {
		if p.Name == name {
			return p, true
		}
	}
	return Part{}, false
}

// A RuleSet is a set of rules with its dates.
type RuleSet struct {
	ID     RuleSetID
	From   tilhor.Date // the first day in force
	To     tilhor.Date // the last; empty while in force
	Act    string
	Source Certainty // of the dates
}

// InForce says whether the set is in force on the date.
func (s RuleSet) InForce(d tilhor.Date) bool { return s.From <= d && (s.To == "" || d <= s.To) }

// RuleSets are the seven sets, oldest first.
func RuleSets() []RuleSet { return ruleSets }

// RuleSetOf finds a set by its id.
func RuleSetOf(id RuleSetID) (RuleSet, bool) {
	for _, s := range ruleSets {
		if s.ID == id {
			return s, true
		}
	}
	return RuleSet{}, false
}

// Rows are all 58 rows of all rule sets, in the order of the catalogue.
func Rows() []Row { return rows }

var byID = func() map[ID]int {
	m := make(map[ID]int, len(rows))
	for i, r := range rows {
		m[r.ID] = i
	}
	return m
}()

// Find gives a row by its id.
func Find(id ID) (Row, bool) {
	i, ok := byID[id]
	if !ok {
		return Row{}, false
	}
	return rows[i], true
}

// Order is the row's place in the catalogue, for sorting.
func Order(id ID) int { return byID[id] }

// InForce are the rows in force on a date.
func InForce(d tilhor.Date) []Row {
	on := map[RuleSetID]bool{}
	for _, s := range ruleSets {
		on[s.ID] = s.InForce(d)
	}
	var out []Row
	for _, r := range rows {
		if on[r.Rules] {
			out = append(out, r)
		}
	}
	return out
}

// A Change is one difference between two dates: a duty that came (Old empty),
// went (New empty) or was taken over by another.
type Change struct {
	Old, New ID
}

// Diff is what changed in the law between two dates, in catalogue order.
func Diff(from, to tilhor.Date) []Change {
	before, after := set(InForce(from)), set(InForce(to))
	taken := map[ID]bool{}
	var out []Change
	for _, r := range rows {
		if !after[r.ID] || before[r.ID] {
			continue
		}
		c := Change{New: r.ID}
		for _, old := range r.Supersedes {
			if before[old] && !after[old] {
				taken[old] = true
				out = append(out, Change{Old: old, New: r.ID})
				c.New = ""
			}
		}
		if c.New != "" {
			out = append(out, c)
		}
	}
	for _, r := range rows {
		if before[r.ID] && !after[r.ID] && !taken[r.ID] {
			out = append(out, Change{Old: r.ID})
		}
	}
	return out
}

func set(rs []Row) map[ID]bool {
	m := map[ID]bool{}
	for _, r := range rs {
		m[r.ID] = true
	}
	return m
}
