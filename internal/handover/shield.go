package handover

import (
	"strings"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A shield says what is withheld of a track, and why. What Statsforvalteren asks
// for is whole. What the family gets is what is theirs: other children, and who
// reported as a private person, are left out (forvaltningsloven §§ 13, 19;
// opplæringslova § 12-6 opens for Statsforvalteren only).
type shield struct {
	f    *cases.Folder
	kind Kind
	held map[string]Reason // by label
	to   tilhor.PersonID   // whom it is for, of the family
	mark cases.Marks       // what names another child
}

func newShield(f *cases.Folder, k Kind, to tilhor.PersonID) *shield {
	s := &shield{f: f, kind: k, held: map[string]Reason{}, to: to}
	if k != ForFamily {
		return s
	}
	s.mark = cases.MarksOf(f.Name, f.Others...)
	for _, r := range f.Records {
		s.record(r)
	}
	for label, d := range f.Parts { // plans and measures
		if s.held[label] == "" && s.mark.In(d.Plain) && !s.ownWords(label) {
			s.held[label] = OtherChild
		}
	}
	return s
}

// forFamily are the kinds of records that are the family's to read. Any other is
// withheld until a person has judged it: what is new is not given away unseen.
var forFamily = map[cases.Kind]bool{
	cases.Told: true, cases.Exposed: true, cases.TakenUp: true, cases.Joined: true, cases.RaisedBy: true, cases.Appointed: true, cases.Protected: true, cases.Voice: true,
	cases.Started: true, cases.Source: true, cases.Finding: true, cases.Found: true, cases.Interest: true, cases.Approved: true, cases.Ticked: true,
	cases.Evaluated: true, cases.Wrote: true, cases.Informed: true, cases.Rights: true, cases.Identified: true, cases.Ended: true, cases.SteppedDownK: true,
	cases.Checked: true, cases.Reopened: true, cases.Packed: true, cases.Corrected: true, cases.NotCorrected: true, cases.MeasureEnded: true,
	cases.HandedOver: true, cases.Covered: true, cases.Noticed: true, cases.SpokeTo: true, cases.Resolved: true, cases.Reached: true, cases.Appealed: true, cases.PassedOn: true,
	cases.StateReported: true, cases.StateAsked: true, cases.StateAnswered: true, cases.StateEnded: true, cases.StateDecided: true, cases.StateReceived: true,
	cases.StateOrdered: true, cases.StateDone: true, cases.StateFined: true, cases.StateFineEnded: true, cases.StateAppealed: true,
	cases.DecisionBegun: true, cases.DecisionEnded: true,
	cases.Affected: true, cases.NotReached: true, // withheld as another child's
}

// record withholds what a record says of others.
func (s *shield) record(r cases.Record) {
	if s.own(r) || s.told(r) { // the receiver's own are whole
		return
	}
	about := aboutOthers(s.f.File, r)
	if r.Kind == cases.Corrected || r.Kind == cases.NotCorrected { // what was put right is about what it was about
		o := s.f.Record(tilhor.RecordID(r.Ref))
		about = o != nil && aboutOthers(s.f.File, *o)
	}
	if !forFamily[r.Kind] || r.Role == tilhor.RoleParent || r.Kind == cases.Source && r.Ref == "digital" { // what was written on the net, and by whom; and what one of the parents wrote is not the other's
		s.held[seal.Label("row", string(r.ID))] = Unjudged
		for field := range r.Text {
			s.held[seal.Label(field, string(r.ID))] = Unjudged
		}
	}
	if about {
		s.held[seal.Label("row", string(r.ID))] = OtherChild
		for field := range r.Text {
			s.held[seal.Label(field, string(r.ID))] = OtherChild
		}
	}
	if r.Kind == cases.Told && r.Answer != string(concerns.Staff) {
		s.held[seal.Label("from", string(r.ID))] = Reporter
		s.held[seal.Label("pen", string(r.ID))] = Reporter
	}
	if r.Kind == cases.Told && r.Answer == string(concerns.Home) { // nor is what one parent wrote to rektor
		s.held[seal.Label("saw", string(r.ID))] = Reporter
		s.held[seal.Label("hope", string(r.ID))] = Reporter
	}
	if s.saidByOne(r) {
		s.held[seal.Label("row", string(r.ID))] = Unjudged
		for field := range r.Text {
			own := field == "said" || field == "hope" && r.Text["said"] != ""
			if !(own && s.pupils()) {
				s.held[seal.Label(field, string(r.ID))] = Unjudged
			}
		}
	}
}

// saidByOne says whether a record is what one of the family said to rektor, and
// it is not known to be who the package is for: what one parent tells is not the
// other's, nor the pupil's, before a person has judged it.
func (s *shield) saidByOne(r cases.Record) bool {
	switch r.Kind {
	case cases.RaisedBy:
		return r.Answer != "pupil" || !s.pupils()
	case cases.Told:
		return r.Answer != string(concerns.Staff) && r.Answer != string(concerns.Open)
	}
	return false
}

// own says whether a record is the receiver's own, also what the receiver took up with
// rektor and somebody at the school wrote down.
func (s *shield) own(r cases.Record) bool {
	return s.f.Theirs(r, s.to) || s.to != "" && r.Kind == cases.RaisedBy && r.Answer == "parent" && r.Ref == string(s.to)
}

// told says whether the receiver told what a record of a concern says.
func (s *shield) told(r cases.Record) bool {
	t := s.f.Told[r.ID]
	return r.Kind == cases.Told && s.to != "" && t.Person == s.to && t.Role.Family()
}

// pupils says whether the package is for the pupil.
func (s *shield) pupils() bool { return s.to != "" && s.to == s.f.Pupil }

// aboutOthers says whether a record is about another child: who it is, and what
// it said, is that child's own.
func aboutOthers(f cases.File, r cases.Record) bool {
	switch r.Kind {
	case cases.Affected, cases.NotReached, cases.AlsoExposed:
		return true
	case cases.Voice:
		return !f.Own(r)
	}
	return r.OtherChildren()
}

// ownWords says whether a passage is the pupil's own words: they are the pupil's,
// whoever they name.
func (s *shield) ownWords(label string) bool {
	field, _, _ := seal.SplitLabel(label)
	return field == "said" || field == "words" || field == "wants"
}

// unseen says whether the family's package has no line for a record, and no
// entry among the proofs: what is somebody else's at home (what the other parent
// wrote and was answered, the child's own page), what is decided and weighed about
// the home, and whatever kind nobody has judged to be the family's. That there is
// such a thing, when, and whose, is not the receiver's to know.
func (s *shield) unseen(r cases.Record) bool {
	switch {
	case s.kind != ForFamily || s.own(r):
		return false
	case r.Kind == cases.Corrected || r.Kind == cases.NotCorrected:
		o := s.f.Record(tilhor.RecordID(r.Ref))
		return o != nil && s.unseen(*o)
	case r.OfHome():
		return true
	case r.Kind == cases.RaisedBy: // by voice: which of the parents it was is not known
		return r.Answer != "pupil" || !s.pupils()
	}
	return !forFamily[r.Kind]
}

// entries are those that the package has among its proofs.
func (s *shield) entries() (all []journal.Proven) {
	if s.kind != ForFamily {
		return s.f.Entries
	}
	out := map[string]bool{}
	for _, r := range s.f.Records {
		out[string(r.ID)] = s.unseen(r)
	}
	for _, e := range s.f.Entries {
		if !out[e.Subject] && !strings.HasPrefix(e.Act, "cases.insight") {
			all = append(all, e)
		}
	}
	return all
}

// parts are what those entries commit to.
func (s *shield) parts() (all []journal.Part) {
	for _, e := range s.entries() {
		all = append(all, e.Parts...)
	}
	return all
}

// windows are the ways to Statsforvalteren: for the family, since the receiver
// took it up.
func (s *shield) windows() []duty.Window {
	if s.kind == ForFamily {
		return s.f.WindowsOf(s.to)
	}
	return s.f.Windows
}

// why is the reason a passage is withheld, "" when it is shown.
func (s *shield) why(label string) Reason {
	if _, known := s.f.Parts[label]; !known {
		return Blocked
	}
	return s.held[label]
}
