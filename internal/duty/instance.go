package duty

import (
	"slices"
	"strconv"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// A concept is a duty whatever the rule set calls it: to investigate is
// 9A.investigate until 2024-07-31 and k12.investigate after.
type concept string

const (
	report       concept = "report"
	investigate  concept = "investigate"
	hear         concept = "hear"
	best         concept = "best"
	measures     concept = "measures"
	plan         concept = "plan"
	evaluate     concept = "evaluate"
	document     concept = "document"
	serious      concept = "serious"
	staffReport  concept = "staff-report"
	staffOwner   concept = "staff-owner"
	leadOwner    concept = "lead-owner"
	inform       concept = "inform"
	watch        concept = "watch"
	decide       concept = "decide"
	sfDocs       concept = "sf-docs"
	sfOrder      concept = "sf-order"
	appeal       concept = "appeal"
	move         concept = "move"
	expel        concept = "expel"
	forceReport  concept = "force-report"
	forceParents concept = "force-parents"
	forceOwner   concept = "force-owner"
	forceDoc     concept = "force-doc"
)

// A target is the row, and the part of it, that a concept means in a rule set.
type target struct {
	id   law.ID
	part string
}

var targets = map[law.RuleSetID]map[concept]target{
	law.Chapter12: {
		report: {id: "k12.report"}, investigate: {id: "k12.investigate"}, hear: {id: "k12.hear"}, best: {id: "k12.best"},
		measures: {id: "k12.measures"}, plan: {id: "k12.plan"}, evaluate: {id: "k12.evaluate"}, document: {id: "k12.document"},
		serious: {id: "k12.owner_serious"}, staffReport: {id: "k12.staff_report"}, staffOwner: {id: "k12.staff_owner"},
		leadOwner: {id: "k12.lead_owner"}, inform: {id: "k12.inform"}, watch: {id: "k12.watch"},
		sfDocs: {id: "k12.sf_docs"}, sfOrder: {id: "k12.sf_order"}, appeal: {id: "k12.appeal"}, move: {id: "k12.move"}, expel: {id: "k12.expel"},
	},
	law.Chapter13: {
		forceReport: {id: "k13.force_report"}, forceParents: {id: "k13.force_parents"},
		forceOwner: {id: "k13.force_owner"}, forceDoc: {id: "k13.force_doc"},
	},
	law.Chapter9A: {
		report: {id: "9A.warn"}, serious: {"9A.warn", "owner"}, investigate: {id: "9A.investigate"},
		hear: {id: "9A.hear"}, best: {id: "9A.hear"}, measures: {id: "9A.measures"}, plan: {id: "9A.plan"},
		evaluate: {"9A.plan", "evaluate"}, document: {id: "9A.document"}, watch: {id: "9A.watch"},
		staffReport: {id: "9A.staff"}, staffOwner: {"9A.staff", "owner"}, leadOwner: {"9A.staff", "direct"},
		sfDocs: {"9A.sf", "docs"}, sfOrder: {"9A.sf", "order"},
	},
	law.Chapter9a: {investigate: {id: "9a.act"}, decide: {id: "9a.decide"}},
	law.Kindergarten: {
		report: {id: "bhl.report"}, serious: {"bhl.report", "owner"}, investigate: {id: "bhl.investigate"},
		measures: {"bhl.plan", "measures"}, plan: {id: "bhl.plan"}, evaluate: {"bhl.plan", "evaluate"},
		staffReport: {id: "bhl.staff"}, staffOwner: {"bhl.staff", "owner"}, leadOwner: {"bhl.staff", "direct"},
	},
}

// staffTargets are what two concepts mean when an employee has offended a pupil:
// §§ 9 A-5 and 43 said straks for these too. § 12-5 does not.
var staffTargets = map[law.RuleSetID]map[concept]target{
	law.Chapter9A:    {investigate: {"9A.staff", "investigate"}, measures: {"9A.staff", "measures"}},
	law.Kindergarten: {investigate: {"bhl.staff", "investigate"}, measures: {"bhl.staff", "measures"}},
}

// An instance is one duty as the facts made it, before the law is laid on.
type instance struct {
	what    concept
	child   string
	n       int
	gen     int // how many rule sets it has been carried over
	trigger time.Time
	byDate  bool        // only the trigger's date is known
	from    time.Time   // norms count from here; zero: the bearer cannot know yet
	on      tilhor.Date // a date the school set itself
	due     tilhor.Date // a date of the act or of an authority
	opens   tilhor.Date // not due before
	bare    bool        // has no norm: it runs on until the pupil says it is safe
	right   bool        // a right that lapses, never late
	staff   bool
	note    string // a variant of the reason
	ref     string // a citation other than the row's

	met        time.Time
	metWritten time.Time
	entryLate  bool      // the record of it was written long after
	missed     time.Time // the act it should have come before
	ended      time.Time
	endedBy    string
}

func (i *instance) done() bool { return !i.met.IsZero() || !i.ended.IsZero() }

func (i *instance) meet(f *Fact, entryLate bool) {
	if i.done() {
		return
	}
	i.met, i.metWritten, i.entryLate = f.When.Counts(), f.When.Written, entryLate
}

func (i *instance) end(at time.Time, by string) {
	if i.done() {
		return
	}
	i.ended, i.endedBy = at, by
}

// forced says whether it is about a physical intervention: rules of their own,
// which no change of chapter 9 A or 12 carries over.
func (i *instance) forced() bool {
	return slices.Contains([]concept{forceReport, forceParents, forceOwner, forceDoc}, i.what)
}

// row finds what the instance means in the rule set in force at its trigger.
// Before there was a rule, there is no duty.
func (i *instance) row(kind law.Kind) (law.Row, law.RuleSetID, string, bool) {
	day := calendar.DateOf(i.trigger)
	set := kind.At(day)
	if i.forced() {
		k13, _ := law.RuleSetOf(law.Chapter13)
		if kind == law.KindergartenKind || !k13.InForce(day) {
			return law.Row{}, "", "", false
		}
		set = law.Chapter13
	}
	t, ok := targets[set][i.what]
	if s, special := staffTargets[set][i.what]; special && i.staff {
		t = s
	}
	if !ok {
		return law.Row{}, "", "", false
	}
	row, _ := law.Find(t.id)
	return row, set, t.part, true
}

// succeed splits an instance that stood open when one rule set took over from
// another: the old duty keeps its citation and ends, its successor begins under
// the new rules on that day.
func (i *instance) succeed(at time.Time) *instance {
	if i.forced() || !i.trigger.Before(at) || !i.met.IsZero() && i.met.Before(at) || !i.ended.IsZero() && i.ended.Before(at) {
		return nil
	}
	if i.right && i.due != "" && !at.Before(calendar.End(i.due)) {
		return nil
	}
	next := *i
	next.trigger, next.byDate, next.gen = at, false, i.gen+1
	// A log has been silent since its last entry, whatever the act is called.
	if i.what != document && !i.from.IsZero() && i.from.Before(at) {
		next.from = at
	}
	i.met, i.metWritten, i.entryLate, i.missed = time.Time{}, time.Time{}, false, time.Time{}
	i.ended, i.endedBy = at, "superseded"
	return &next
}

// limit counts a norm from an instant.
func limit(n law.Norm, from time.Time, byDate bool, closed calendar.Closed) Limit {
	day := calendar.DateOf(from)
	switch n.Unit {
	case law.Hours:
		if byDate {
			return Limit{Date: day.Add(n.N / 24)}
		}
		return Limit{At: from.Add(time.Duration(n.N) * time.Hour)}
	case law.SameDay:
		return Limit{Date: day}
	case law.Days:
		return Limit{Date: day.Add(n.N)}
	case law.Arbeidsdag:
		return Limit{Date: calendar.AddArbeidsdager(day, n.N)}
	case law.Skoledag:
		return Limit{Date: closed.AddSkoledager(day, n.N)}
	case law.Weeks:
		return Limit{Date: calendar.AddWeeks(day, n.N)}
	case law.Months:
		return Limit{Date: calendar.AddMonths(day, n.N)}
	case law.Years:
		return Limit{Date: calendar.AddMonths(day, 12*n.N)}
	}
	return Limit{}
}

// norm is the local time that applies, if one does.
func (i *instance) norm(row law.Row, part string, norms law.Norms) law.Norm {
	if i.bare || i.on != "" || i.due != "" {
		return law.Norm{}
	}
	switch i.what {
	case document:
		return norms.Of(row, "quiet")
	case watch:
		return norms.Of(row, "after-check")
	}
	return norms.Of(row, part)
}

// stand lays the law on an instance and says how it stands at an instant.
func (i *instance) stand(in *Input, t *track) (Duty, bool) {
	row, set, part, ok := i.row(in.School)
	if !ok {
		return Duty{}, false
	}
	bearer := row.Bearer
	if p, ok := row.Part(part); ok && part != "" {
		bearer = p.Bearer
	}
	if i.what == watch {
		bearer = law.School
	}
	d := Duty{
		ID: row.ID, RuleSet: set, Ref: in.School.Ref(row), Pupil: t.pupil, Bearer: in.School.Term(row.ID, bearer),
		TriggeredAt: i.trigger, Class: row.Class, Word: row.Word, MetAt: i.met, Child: i.child,
		Instance: string(i.what) + "/" + i.child + "/" + strconv.Itoa(i.n) + "." + strconv.Itoa(i.gen), sort: law.Order(row.ID),
	}
	if i.ref != "" {
		d.Ref = in.School.Cite(set, i.ref)
	}
	if row.ID == "9A.sf" {
		d.Class, d.Word = law.External, ""
	}
	d.Norm = i.norm(row, part, in.Norms)
	d.Due = Limit{Date: i.due}
	d.LocalDue = Limit{Date: i.on}
	if !d.Norm.None() && !i.from.IsZero() {
		d.LocalDue = limit(d.Norm, i.from, i.byDate && i.from.Equal(i.trigger), in.Closed)
	}
	i.at(in.AsOf, &d)
	i.escalate(in, t, row, part, &d)
	i.explain(&d, row)
	return d, true
}

// at sets the state, and the next instant at which it changes by itself.
func (i *instance) at(now time.Time, d *Duty) {
	switch {
	case !i.met.IsZero():
		d.State = Met
		if i.late(d.Due) || i.late(d.LocalDue) || !i.missed.IsZero() {
			d.State = MetLate
		}
		return
	case !i.ended.IsZero():
		d.State = Ended
		return
	case i.from.IsZero():
		d.State = NotDue
		return
	case i.opens != "" && now.Before(calendar.Start(i.opens)):
		d.State = NotDue
		d.soon(calendar.Start(i.opens))
		return
	case !d.Due.None() && !now.Before(d.Due.End()):
		d.State = Late
		if i.right {
			i.ended, i.endedBy = d.Due.End(), "lapsed"
			d.State = Ended
		}
		return
	case !d.LocalDue.None() && !now.Before(d.LocalDue.End()):
		d.State = LateLocal
	default:
		d.State = Open
		if !d.LocalDue.None() {
			d.soon(d.LocalDue.End())
		}
	}
	if !d.Due.None() {
		d.soon(d.Due.End())
	}
}

// late says whether what met the duty came after the limit: it happened too
// late, or it was written down too late to be taken on its word.
func (i *instance) late(l Limit) bool {
	if l.None() {
		return false
	}
	return !i.met.Before(l.End()) || i.entryLate && !i.metWritten.Before(l.End())
}

func (d *Duty) soon(t time.Time) {
	if d.Changes.IsZero() || t.Before(d.Changes) {
		d.Changes = t
	}
}

// escalate says who has been told by now. What was met or ended is told to
// nobody more.
func (i *instance) escalate(in *Input, t *track, row law.Row, part string, d *Duty) {
	if part != "" || i.right || d.State == NotDue {
		return
	}
	until := in.AsOf
	for _, stop := range []time.Time{i.met, i.ended} {
		if !stop.IsZero() && stop.Before(until) {
			until = stop
		}
	}
	for _, s := range row.Escalation {
		at, ok := i.moment(s, d, in.Closed)
		if !ok {
			continue
		}
		if until.Before(at) {
			if d.State.Waiting() && (s.Warn && !d.Warned || len(i.untold(in, t, row, s, d)) > 0) {
				d.soon(at)
			}
			continue
		}
		d.Warned = d.Warned || s.Warn
		d.EscalatedTo = append(d.EscalatedTo, i.untold(in, t, row, s, d)...)
	}
}

// untold are those of a step who have not been told yet.
func (*instance) untold(in *Input, t *track, row law.Row, s law.Step, d *Duty) []law.Bearer {
	var out []law.Bearer
	for _, b := range s.To {
		b = in.School.Term(row.ID, t.past(b))
		if !slices.Contains(d.EscalatedTo, b) && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

// past sends what would go to the school's leadership to the owner instead,
// when it is the leadership that is accused (§ 12-5 second paragraph).
func (t *track) past(b law.Bearer) law.Bearer {
	if t.accused == AccusedLeadership && (b == law.Rektor || b == law.Deputy || b == law.Leadership) {
		return law.Owner
	}
	return b
}

func (i *instance) moment(s law.Step, d *Duty, closed calendar.Closed) (time.Time, bool) {
	switch s.From {
	case law.FromTrigger:
		if i.from.IsZero() || i.bare || i.on != "" {
			return time.Time{}, false
		}
		l := limit(s.Norm, i.from, false, closed)
		if s.Hour > 0 && l.Date != "" {
			return calendar.At(l.Date, s.Hour), true
		}
		if s.Warn && l.Date != "" {
			return calendar.Start(l.Date), true
		}
		return l.End(), true
	case law.FromLocal:
		if d.LocalDue.None() {
			return time.Time{}, false
		}
		if s.Norm.None() {
			return d.LocalDue.End(), true
		}
		return calendar.Start(limit(s.Norm, calendar.Start(d.LocalDue.Day()), false, closed).Date), true
	case law.FromDue:
		if d.Due.None() {
			return time.Time{}, false
		}
		return calendar.Start(d.Due.Date.Add(-s.Norm.N)), true
	}
	return time.Time{}, false
}
