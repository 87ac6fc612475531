package duty

import (
	"fmt"
	"time"

	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// A reason is how a concept reads: what is missing, and what was done.
type reason struct{ open, met string }

var reasons = map[string]reason{
	"report":            {"No report to rektor is recorded", "It was reported to rektor"},
	"investigate":       {"No investigation is recorded", "An investigation was begun"},
	"hear":              {"The pupil has not been heard", "The pupil was heard, or declined when asked"},
	"hear.child":        {"Another directly affected child has not been heard", "The other affected child was heard, or declined when asked"},
	"hear.absent":       {"Another affected child could not be reached before the plan and is still to be heard", "The other affected child was heard, or declined when asked"},
	"best":              {"No best-interest assessment is recorded", "The best interest of the pupil was assessed"},
	"measures":          {"No measure is in force", "A measure was started"},
	"measures.stepped":  {"The case is stepped down without the pupil's own word; the measures run on until it says it is safe", "A measure was started"},
	"plan":              {"No written plan is approved", "A written plan was approved"},
	"evaluate":          {"No evaluation is recorded", "It was evaluated with the pupil"},
	"evaluate.recheck":  {"The case is stepped down; the pupil is to be asked again", "The pupil was asked again"},
	"document":          {"What is done is to be written down as it is done", "It was documented"},
	"serious":           {"No report of the serious case to the owner is recorded", "The owner was told"},
	"staff-report":      {"No report to rektor about the employee is recorded", "It was reported to rektor"},
	"staff-owner":       {"Rektor has not reported it to the owner, nor recorded that it is evidently groundless", "The owner was told"},
	"lead-owner":        {"No report directly to the owner is recorded", "It was reported directly to the owner"},
	"inform":            {"It is not recorded that the family was told of the way to Statsforvalteren", "The family was told of the way to Statsforvalteren"},
	"watch.after-check": {"The case was closed; the pupil is to be asked again", "The pupil was asked again"},
	"watch.stepped":     {"The case is stepped down; everyone keeps watching how the pupil is doing", "The pupil was followed"},
	"decide":            {"No individual decision is recorded", "The request was answered"},
	"sf-docs":           {"Nothing is recorded as sent to Statsforvalteren", "The information was sent to Statsforvalteren"},
	"sf-order":          {"It is not recorded that the order is fulfilled", "The order was fulfilled"},
	"appeal":            {"The family may complain", "The family complained"},
	"move":              {"No decision on a change of school is recorded", "The decision was made"},
	"expel":             {"No decision on expulsion is recorded", "The decision was made"},
	"force-report":      {"No report to rektor of the physical intervention is recorded", "It was reported to rektor"},
	"force-parents":     {"It is not recorded that the parents were told", "The parents were told"},
	"force-owner":       {"Several interventions against one pupil, or a particularly serious one; no report to the owner is recorded", "The owner was told"},
	"force-doc":         {"The event, the intervention and the pupil's view are not documented", "The intervention was documented"},
}

var endings = map[string]string{
	"closed":      "The track was closed on the pupil's own word.",
	"left":        "The pupil left the school.",
	"safe":        "The pupil says that it is safe.",
	"groundless":  "Rektor holds the report evidently groundless; the reason is in the record.",
	"past-rektor": "It is about the leadership and goes past rektor.",
	"superseded":  "The rules changed that day; the duty goes on under the new ones.",
	"replanned":   "A newer plan set another date.",
	"resumed":     "The pupil says that it is not safe; the duty to correct began anew.",
	"lapsed":      "The time for a complaint has run out.",
}

// explain says why a duty stands as it does, in plain English for JSON, and as a
// key for the pages.
func (i *instance) explain(d *Duty, row law.Row) {
	name := string(i.what)
	switch {
	case i.note != "":
		name += "." + i.note
	case i.what == hear && i.child != d.Pupil:
		name += ".child"
	}
	r := reasons[name]
	switch {
	case d.State == Ended:
		d.WhyKey = "duty.why.ended." + i.endedBy
		d.Why = endings[i.endedBy]
	case d.State == Met || d.State == MetLate:
		d.WhyKey = "duty.why." + name + ".met"
		d.Why = r.met + " on " + words(i.met) + "." + i.lateness(d)
	default:
		d.WhyKey = "duty.why." + name + ".open"
		d.Why = r.open + "; " + i.time(d, row) + "."
	}
}

// lateness says in what way something was met late.
func (i *instance) lateness(d *Duty) string {
	switch {
	case d.State == Met:
		return ""
	case !i.missed.IsZero():
		return " That was after the plan it should have preceded."
	case i.entryLate && !i.late0(d):
		return " The entry was written late, on " + words(i.metWritten) + "."
	}
	return " That was late."
}

// late0 is whether it happened too late, whenever it was written.
func (i *instance) late0(d *Duty) bool {
	for _, l := range []Limit{d.Due, d.LocalDue} {
		if !l.None() && !i.met.Before(l.End()) {
			return true
		}
	}
	return false
}

// time says where the time comes from: the class before the number.
func (i *instance) time(d *Duty, row law.Row) string {
	switch {
	case i.right:
		return fmt.Sprintf("the last day is %s", d.Due)
	case !d.Due.None():
		return fmt.Sprintf("the date set by the authority is %s", d.Due)
	case i.what == hear && i.on != "":
		return fmt.Sprintf("the date rektor set is %s", i.on)
	case i.on != "":
		return fmt.Sprintf("the date the school set itself is %s", i.on)
	case i.from.IsZero():
		return "rektor has not been told yet"
	case !i.missed.IsZero():
		return "the plan was approved without it"
	case i.what == document && !d.Norm.None():
		return fmt.Sprintf("the owner's norm is an entry at least every %s", d.Norm)
	case i.what == watch && !d.Norm.None():
		return fmt.Sprintf("the owner's norm is within %s", d.Norm)
	case !d.Norm.None() && d.Class == law.Guidance:
		return fmt.Sprintf("by seriousness, and by the owner's norm %s", d.Norm)
	case !d.Norm.None():
		return fmt.Sprintf("the owner's norm is %s", d.Norm)
	case d.Class == law.Linked:
		return "it must come before the plan is approved"
	case d.Word != "":
		return fmt.Sprintf("the act says %s", d.Word)
	}
	return "the act gives no time"
}

func words(t time.Time) string { return string(calendar.DateOf(t)) }
