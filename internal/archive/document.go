package archive

import (
	"strconv"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/interventions"
)

// A kind of document says how it is entered in the register.
type docKind struct {
	post string // journalposttype: I (came in), U (went out), X (within) …
	typ  string // dokumenttype
}

// kinds are the records that become documents of their own (journalverdige
// dokument). What the family wrote or said came in, what it was answered went
// out; what one of the school wrote down of a talk is a note within. Those that
// only lead up to another stand in it, or in the overview of the case: see leads.
// Every kind that is written today stands in one of the two
// (TestEveryKindIsOrIsNotInTheRegister); one that is not listed here becomes a
// note of its own, so that what a later version writes is kept as well.
var kinds = map[cases.Kind]docKind{
	cases.Told:         {"X", "MELDING"},
	cases.Exposed:      {"X", "MELDING"},
	cases.RaisedBy:     {"I", "MELDING"},
	talkSaid:           {"I", "MELDING"},
	talkAnswered:       {"U", "KORR"},
	talkStaff:          {"X", "NOTAT"},
	cases.Protected:    {"X", "NOTAT"},
	cases.Voice:        {"X", "NOTAT"},
	cases.Found:        {"X", "RAPPORT"},
	cases.Interest:     {"X", "NOTAT"},
	cases.Approved:     {"X", "DOKUMENT"},
	cases.Evaluated:    {"X", "RAPPORT"},
	cases.Wrote:        {"X", "NOTAT"},
	cases.Informed:     {"X", "NOTAT"},
	cases.Rights:       {"X", "NOTAT"},
	cases.NotReached:   {"X", "NOTAT"},
	cases.Ended:        {"X", "NOTAT"},
	cases.SteppedDownK: {"X", "NOTAT"},
	cases.Checked:      {"X", "NOTAT"},
	cases.Reopened:     {"X", "NOTAT"},
	cases.Corrected:    {"X", "NOTAT"},
	cases.NotCorrected: {"X", "NOTAT"},
	cases.Attached:     {"X", "NOTAT"},
	cases.LeftK:        {"X", "NOTAT"},
	cases.ToldOwner:    {"X", "MELDING"}, // within the municipality
	cases.AlsoExposed:  {"X", "NOTAT"},
	cases.Together:     {"X", "NOTAT"},
	cases.Follows:      {"X", "NOTAT"},
	cases.FollowedBy:   {"X", "NOTAT"},
	cases.HandedOn:     {"X", "NOTAT"}, // what stood in the wrong case, moved here
	cases.SharedK:      {"X", "NOTAT"},
	cases.UnsharedK:    {"X", "NOTAT"},
	cases.Met:          {"X", "NOTAT"},
	cases.Advice:       {"X", "NOTAT"},
	cases.Surveyed:     {"X", "NOTAT"},
	cases.GivenOver:    {"X", "NOTAT"},
	cases.Packed:       {"X", "NOTAT"}, // that it was made: sent is what the answer to Statsforvalteren says

	// Who decides, and what was judged (§§ 12-4 and 12-5, forvaltningsloven chapter II).
	cases.Judged:       {"X", "NOTAT"},
	cases.LedBy:        {"X", "NOTAT"},
	cases.AdvisedBy:    {"X", "NOTAT"},
	cases.Recused:      {"X", "NOTAT"},
	cases.RecusalOver:  {"X", "NOTAT"},
	cases.AccusedNamed: {"X", "NOTAT"},
	cases.Party:        {"X", "NOTAT"},

	// The child's own page.
	cases.MineSaid: {"I", "UTTALELSE"},
	cases.MineWord: {"I", "UTTALELSE"},

	// The home.
	cases.HomeSaid:     {"I", "KORR"},
	cases.HomeAnswered: {"U", "KORR"},
	cases.HomeHeard:    {"I", "UTTALELSE"},
	cases.HomeDisagree: {"X", "NOTAT"},
	cases.HomeDecided:  {"X", "NOTAT"},
	cases.HomeInformed: {"X", "NOTAT"},
	cases.HomeWords:    {"X", "NOTAT"},
	cases.HomePlan:     {"X", "NOTAT"},
	cases.HomeGiven:    {"U", "KORR"},

	cases.InsightAsked:   {"I", "KORR"},
	cases.InsightDecided: {"U", "VEDTAK"},

	cases.Offered:  {"U", "KORR"}, // to the next school
	cases.HandedIn: {"I", "KORR"}, // from the one before
	cases.ThereNow: {"I", "MELDING"},

	forceKind(interventions.Reported): {"X", "MELDING"},
	forceKind(interventions.Viewed):   {"X", "NOTAT"},
	forceKind(interventions.Parents):  {"X", "NOTAT"},
	forceKind(interventions.Owner):    {"X", "MELDING"}, // within the municipality
	forceKind(interventions.Judged):   {"X", "NOTAT"},

	cases.DecisionBegun: {"X", "NOTAT"},
	cases.DecisionEnded: {"X", "NOTAT"},

	cases.Noticed:  {"U", "KORR"},
	cases.SpokeTo:  {"I", "UTTALELSE"},
	cases.Resolved: {"U", "VEDTAK"},
	cases.Reached:  {"X", "NOTAT"},
	cases.Appealed: {"I", "KLAGE"},
	cases.PassedOn: {"U", "KORR"},

	cases.StateReported:  {"I", "MELDING"},
	cases.StateAsked:     {"I", "KORR"},
	cases.StateAnswered:  {"U", "KORR"},
	cases.StateEnded:     {"I", "KORR"},
	cases.StateDecided:   {"I", "VEDTAK"},
	cases.StateReceived:  {"X", "NOTAT"},
	cases.StateOrdered:   {"I", "VEDTAK"},
	cases.StateDone:      {"U", "KORR"},
	cases.StateFined:     {"I", "VEDTAK"},
	cases.StateFineEnded: {"I", "KORR"},
	cases.StateAppealed:  {"I", "KLAGE"},
}

// others are with whom a document was exchanged, that came from outside or went
// out; the family, when it is not here.
var others = map[cases.Kind]string{
	cases.PassedOn: "state", cases.StateReported: "state", cases.StateAsked: "state", cases.StateAnswered: "state", cases.StateEnded: "state",
	cases.StateDecided: "state", cases.StateOrdered: "state", cases.StateDone: "state", cases.StateFined: "state", cases.StateFineEnded: "state",
	cases.MineSaid: "pupil", cases.MineWord: "pupil",
	cases.HomeSaid: "parent", cases.HomeAnswered: "parent", cases.HomeHeard: "parent", cases.HomeGiven: "parent",
	cases.InsightAsked: "asker", cases.InsightDecided: "asker",
	cases.Offered: "school", cases.HandedIn: "school", cases.ThereNow: "school",
}

// kindOf is how a document is entered: what the family said by voice came from
// outside, what a colleague told did not.
func kindOf(it item, r cases.Record) docKind {
	k, ok := kinds[it.kind]
	switch {
	case it.kind == overview:
		return docKind{"X", "DOKUMENT"}
	case !ok:
		return docKind{"X", "NOTAT"}
	case it.kind == cases.Told && (r.Answer == string(concerns.Voice) || concerns.Channel(r.Answer).Said()):
		k.post = "I"
	}
	return k
}

// leads are the records that become no document of their own: sources and
// findings stand in the report of the inquiry, what was agreed in the minutes,
// and all of them in the overview. So do those that are about who may open the
// case, and how: pictures, emergency access, the naming of somebody.
var leads = map[cases.Kind]bool{
	cases.TakenUp: true, cases.Joined: true, cases.Appointed: true, cases.Started: true, cases.Source: true,
	cases.Finding: true, cases.Ticked: true, cases.Affected: true, cases.Identified: true,
	cases.MeasureEnded: true, cases.HandedOver: true, cases.Covered: true, cases.Unsealed: true, cases.Asked: true, cases.AskDeclined: true, cases.AskWithdrawn: true,
	cases.ToFind: true, cases.FoundOut: true, cases.SurveyChecked: true, cases.Agreed: true, cases.AgreedDone: true,

	cases.MineCode: true, cases.MineLocked: true, cases.Glass: true, cases.GlassReviewed: true,
	cases.Shielded: true, cases.Named: true, cases.Unnamed: true, cases.Unlocked: true,

	cases.Contents: true, // stands on the handing over itself, in no case: Offered and HandedIn say it
}

// overview is the kind of the whole chronology, made each time a track is closed.
const overview cases.Kind = "overview"

// What an item of the archive is.
const (
	itemPost  = "post"
	itemState = "state"
)

// An item is one thing to hand over: a document, or word that the case is ended
// or opened again.
type item struct {
	doc    string // the record, or a word and the record
	item   string // itemPost, itemState
	kind   cases.Kind
	record tilhor.RecordID
	when   tilhor.When
}

// items are everything to hand over of a track, in the order in which it was
// written: a document that was written late comes late, so that its number
// does not move those before it.
func items(o cases.Outline) (all []item) {
	for _, r := range byWriting(o.Records) {
		it := item{doc: string(r.ID), item: itemPost, kind: r.Kind, record: r.ID, when: r.When}
		if !leads[r.Kind] {
			all = append(all, it)
		}
		switch r.Kind {
		case cases.Ended, cases.LeftK, cases.DecisionEnded: // the findings of an inquiry that was not finished stand in the overview
			it.kind, it.doc = overview, "overview/"+string(r.ID)
			all = append(all, it)
			fallthrough
		case cases.Reopened:
			it.kind, it.item, it.doc = r.Kind, itemState, "state/"+string(r.ID)
			all = append(all, it)
		}
	}
	return all
}

// byWriting is the records as they were written down, those of one instant as
// they stand.
func byWriting(records []cases.Record) []cases.Record {
	all := append([]cases.Record{}, records...)
	for i := 1; i < len(all); i++ { // few, and nearly sorted
		for j := i; j > 0 && all[j].When.Written.Before(all[j-1].When.Written); j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all
}

// upTo are the records that stood when one was written.
func upTo(records []cases.Record, written time.Time) (all []cases.Record) {
	for _, r := range records {
		if !r.When.Written.After(written) {
			all = append(all, r)
		}
	}
	return all
}

// version is the plan that a record approved.
func version(f cases.File, r cases.Record) (cases.Plan, bool) {
	n, err := strconv.Atoi(r.Ref)
	for _, p := range f.Plans {
		if err == nil && p.Version == n {
			return p, true
		}
	}
	return cases.Plan{}, false
}

// inquiry is what a finished inquiry rests on: the sources and findings since
// the track was last opened, or since the inquiry before.
func inquiry(records []cases.Record, found cases.Record) (all []cases.Record) {
	var from time.Time
	for _, r := range records {
		before := r.When.Written.Before(found.When.Written)
		if (r.Kind == cases.Reopened || r.Kind == cases.Found) && before && r.When.Written.After(from) {
			from = r.When.Written
		}
	}
	for _, r := range upTo(records, found.When.Written) {
		if (r.Kind == cases.Source || r.Kind == cases.Finding || r.Kind == cases.Started) && r.When.Written.After(from) {
			all = append(all, r)
		}
	}
	return all
}
