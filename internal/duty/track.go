package duty

import (
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// A track is everything the facts say of one pupil. A matter with three exposed
// pupils has three tracks, and closing one leaves two.
type track struct {
	pupil string
	in    *Input
	all   []*instance
	count map[[2]string]int

	// The state while walking through the facts in order.
	begun    bool // something is known: the duty to act runs
	closed   bool
	left     bool
	accused  Accused
	grave    bool // a serious case
	aware    bool // rektor knows (the owner, when the leadership is accused)
	stepped  bool
	word     Kind // the pupil's last word: Safe, NotSafe or nothing
	measured bool // a measure has been started
	planned  bool
	unsafed  bool // the duty to correct has begun
	families bool // the family took it up: its window is open
	told     bool // told of the way to Statsforvalteren

	open     map[concept][]*instance // unmet, in order
	hearing  map[string]*instance    // child → its hearing in this run
	heard    map[string]int          // child → number of the fact
	affected []string                // in order
	absent   map[string]bool         // not reached, and rektor has said why
	best     int                     // number of the last assessment
	planAt   int                     // number of the last plan or evaluation
	last     time.Time               // the last entry in the log
	lateLogs int                     // entries written long after the act
	doc      *instance

	windows []Window
	groundl bool // the last report about an employee was held groundless
}

func newTrack(in *Input, pupil string) *track {
	return &track{
		pupil: pupil, in: in, count: map[[2]string]int{}, open: map[concept][]*instance{},
		heard: map[string]int{}, hearing: map[string]*instance{}, absent: map[string]bool{}, accused: AccusedNone,
	}
}

// add opens a duty.
func (t *track) add(what concept, child string, f *Fact) *instance {
	key := [2]string{string(what), child}
	t.count[key]++
	i := &instance{
		what: what, child: child, n: t.count[key], trigger: f.When.Counts(), from: f.When.Counts(),
		byDate: f.When.Precision == tilhor.Day, staff: t.accused == AccusedEmployee || t.accused == AccusedLeadership,
	}
	t.all = append(t.all, i)
	t.open[what] = append(t.open[what], i)
	return i
}

// waiting is whether a duty of the kind stands unmet.
func (t *track) waiting(what concept) bool { return len(t.live(what)) > 0 }

func (t *track) live(what concept) []*instance {
	l := slices.DeleteFunc(t.open[what], (*instance).done)
	t.open[what] = l
	return l
}

// meet meets all open duties of the kind.
func (t *track) meet(what concept, f *Fact) {
	for _, i := range t.live(what) {
		i.meet(f, t.entryLate(f))
	}
	t.open[what] = nil
}

// meetOne meets the one that falls due first: one answer, one duty.
func (t *track) meetOne(what concept, f *Fact) {
	l := t.live(what)
	if len(l) == 0 {
		return
	}
	first := l[0]
	for _, i := range l[1:] {
		if i.due < first.due {
			first = i
		}
	}
	first.meet(f, t.entryLate(f))
}

// meetDated meets the one that has the date of the fact: an order has several
// points, each with its own, and the last may be done first. Without a date, or
// when none has it, it is the one that falls due first.
func (t *track) meetDated(what concept, f *Fact) {
	for _, i := range t.live(what) {
		if f.DueOn != "" && i.due == f.DueOn {
			i.meet(f, t.entryLate(f))
			return
		}
	}
	t.meetOne(what, f)
}

func (t *track) end(what concept, at time.Time, by string) {
	for _, i := range t.live(what) {
		i.end(at, by)
	}
	t.open[what] = nil
}

// entryLate says whether a fact was written down long after it happened: more
// than the owner's norm for entries, 24 hours unless it has set another.
func (t *track) entryLate(f *Fact) bool {
	w := f.When
	if w.Precision == tilhor.Unknown {
		return false
	}
	if w.Precision == tilhor.Day {
		return calendar.DateOf(w.Written) > calendar.DateOf(w.At).Add(1)
	}
	row, _ := law.Find("k12.document")
	n := t.in.Norms.Of(row, "entry")
	return !w.Written.Before(limit(n, w.At, false, t.in.Closed).End())
}

// step takes in one fact. The number tells the order of facts apart even when
// they have the same time.
func (t *track) step(n int, f *Fact) {
	at := f.When.Counts()
	switch f.Kind {
	case Known:
		t.known(f)
	case Reported:
		t.reported(f)
	case Raised:
		t.raised(f)
	case Groundless:
		t.groundless(f)
	case OwnerInformed:
		t.ownerInformed(f)
	case ParentsInformed:
		t.meet(forceParents, f)
	case RightsInformed:
		t.told = true
		t.meet(inform, f)
	case Affected:
		t.affect(f)
	case Heard:
		t.hear(n, f)
	case NotReached:
		t.notReached(f)
	case Started:
		t.meet(investigate, f)
		t.meet(decide, f)
	case Found:
		t.meet(investigate, f)
		if t.running() && t.word != Safe {
			t.unsafe(f)
		}
	case BestInterest:
		t.best = n
		t.meet(best, f)
	case MeasureStarted:
		t.measure(f)
	case PlanApproved:
		t.approve(n, f)
	case Evaluated:
		t.evaluated(n, f)
	case Safe:
		t.safe(f)
	case NotSafe:
		t.notSafe(f)
	case ClosedTrack:
		t.close(f)
	case SteppedDown:
		t.stepDown(f)
	case StateRequest:
		t.add(sfDocs, "", f).due = f.DueOn
	case StateSent:
		t.meetDated(sfDocs, f)
	case StateOrder:
		t.add(sfOrder, "", f).due = f.DueOn
	case StateMet:
		t.meetDated(sfOrder, f)
	case StateDecision:
		t.mayAppeal(f, "")
	case Intervention:
		t.intervened(f)
	case ForceReported:
		t.meetOne(forceReport, f)
		if f.Serious { // rektor holds it particularly serious: the owner is told, though it is the first
			t.forceToOwner(f)
		}
	case ForceDocumented:
		t.meetOne(forceDoc, f)
	case Decision:
		t.decided(f)
	case LeftSchool:
		t.left = true
		t.endAll(at, "left")
	}
	t.log(f)
}

// log keeps the time of the last entry: a case that goes quiet is noticed.
func (t *track) log(f *Fact) {
	if f.When.Written.After(t.last) {
		t.last = f.When.Written
	}
	if t.entryLate(f) {
		t.lateLogs++
	}
	if t.doc != nil && !t.doc.done() {
		t.doc.from = t.last
		t.doc.bare = t.stepped && t.rechecked()
	}
}

// begin starts the duty to act: whoever knows must report, the school must
// investigate, and every child must be heard. Suspicion is enough (§ 12-4).
func (t *track) begin(f *Fact) {
	if t.running() {
		return
	}
	t.begun, t.closed, t.left, t.aware, t.stepped = true, false, false, false, false
	t.measured, t.planned, t.unsafed, t.families, t.told = false, false, false, false, false
	t.word, t.grave, t.best, t.planAt, t.groundl, t.lateLogs = "", false, 0, 0, false, 0
	t.accused, t.affected = AccusedNone, nil
	t.heard, t.hearing, t.absent = map[string]int{}, map[string]*instance{}, map[string]bool{}
}

// running is whether the duty to act runs for this pupil at this school.
func (t *track) running() bool { return t.begun && !t.closed && !t.left }

func (t *track) basics(f *Fact) {
	t.add(investigate, "", f)
	t.hearing[t.pupil] = t.add(hear, t.pupil, f)
	t.add(best, "", f)
	t.doc = t.add(document, "", f)
	t.add(inform, "", f)
}

func (t *track) known(f *Fact) {
	fresh := !t.running()
	t.begin(f)
	switch {
	case f.Accused == AccusedLeadership && t.accused != AccusedLeadership:
		t.accused = AccusedLeadership
		for _, what := range []concept{report, staffReport, staffOwner, serious} {
			t.end(what, f.When.Counts(), "past-rektor")
		}
		t.add(leadOwner, "", f)
	case f.Accused == AccusedEmployee && t.accused != AccusedEmployee && t.accused != AccusedLeadership:
		t.accused = AccusedEmployee
		t.groundl = false
		t.add(staffReport, "", f)
	case fresh:
		t.add(report, "", f)
	}
	if fresh {
		t.basics(f)
	} else {
		t.resume(f)
	}
	if f.Serious && !t.grave && t.accused != AccusedLeadership {
		t.grave = true
		i := t.add(serious, "", f)
		if !t.aware {
			i.from = time.Time{} // rektor cannot report what nobody has told
		}
	}
	if f.By == ByLeadership && t.accused != AccusedLeadership {
		t.rektorKnows(f)
	}
	if f.By == ByPupil || f.By == ByParent {
		t.unsafe(f)
	}
	t.again(f)
}

// again takes back the pupil's word that it is safe when it says otherwise.
func (t *track) again(f *Fact) {
	if f.By == ByPupil && t.word == Safe {
		t.word = NotSafe
	}
}

// rektorKnows is when it reaches rektor: from an employee, from the family, or
// because the leadership itself saw it.
func (t *track) rektorKnows(f *Fact) {
	t.meet(report, f)
	if t.waiting(staffReport) {
		t.meet(staffReport, f)
		t.add(staffOwner, "", f)
	}
	for _, i := range t.live(serious) {
		if i.from.IsZero() {
			i.from = f.When.Counts()
		}
	}
	t.caseOpens(f)
}

// caseOpens is when somebody who must act has it before them: the local five
// arbeidsdagar for the plan run from the report.
func (t *track) caseOpens(f *Fact) {
	if t.aware {
		return
	}
	t.aware = true
	if !t.planned && !t.waiting(plan) {
		t.add(plan, "", f)
	}
}

func (t *track) reported(f *Fact) {
	if !t.begun {
		t.begin(f)
		t.add(report, "", f)
		t.basics(f)
	}
	if f.To == ToOwner {
		t.meet(leadOwner, f)
		if t.accused == AccusedLeadership {
			t.caseOpens(f)
		}
		return
	}
	if t.accused == AccusedLeadership {
		return // the wrong way: rektor is past by (§ 12-5 second paragraph)
	}
	t.rektorKnows(f)
}

func (t *track) raised(f *Fact) {
	if !t.running() {
		t.begin(f)
		t.add(report, "", f)
		t.basics(f)
	}
	t.resume(f)
	if t.accused == AccusedLeadership {
		t.caseOpens(f)
	} else {
		t.rektorKnows(f)
	}
	if !t.families {
		t.families = true
		t.window(f)
		t.add(decide, "", f)
	}
	t.unsafe(f)
	t.again(f)
}

// window opens the way to Statsforvalteren. The week counts from when it was
// taken up with rektor, not from when the school came to know.
func (t *track) window(f *Fact) {
	day := calendar.DateOf(f.When.Counts())
	id := law.ID("k12.sf_window")
	switch t.in.School.At(day) {
	case law.Chapter9A:
		id = "9A.sf"
	case law.Chapter12:
	default:
		return
	}
	t.windows = append(t.windows, Window{
		ID: id, Pupil: t.pupil, RaisedAt: day,
		CalendarWeek: calendar.AddWeeks(day, 1), Arbeidsdager: calendar.AddArbeidsdager(day, 5),
	})
}

// groundless ends rektor's duty to report an employee on: only under § 12-5,
// only with a written reason. Kindergartens and the 1998 act know no exception.
func (t *track) groundless(f *Fact) {
	if t.in.School.At(calendar.DateOf(f.When.Counts())) != law.Chapter12 || !f.Reasoned {
		return
	}
	if t.waiting(staffOwner) {
		t.groundl = true
	}
	t.end(staffOwner, f.When.Counts(), "groundless")
}

func (t *track) ownerInformed(f *Fact) {
	for _, i := range t.live(serious) {
		if i.from.IsZero() {
			i.from = f.When.Counts()
		}
	}
	t.meet(serious, f)
	t.meet(staffOwner, f)
	t.meet(forceOwner, f)
	t.meet(leadOwner, f)
	if t.running() && t.accused == AccusedLeadership {
		t.caseOpens(f)
	}
}

func (t *track) affect(f *Fact) {
	if !t.running() || f.Child == t.pupil || t.concerned(f.Child) {
		return
	}
	t.affected = append(t.affected, f.Child)
	t.hearing[f.Child] = nil
	if _, ok := t.heard[f.Child]; !ok {
		t.hearing[f.Child] = t.add(hear, f.Child, f)
	}
}

// concerned is whether the child already is one of those to be heard.
func (t *track) concerned(child string) bool {
	_, ok := t.hearing[child]
	return ok
}

func (t *track) hear(n int, f *Fact) {
	child := f.Child
	if child == "" {
		child = t.pupil
	}
	t.heard[child] = n
	delete(t.absent, child)
	if i := t.hearing[child]; i != nil {
		i.meet(f, t.entryLate(f))
	}
	if child == t.pupil && !f.Declined {
		t.asked(f)
	}
}

// notReached lets a plan be approved though another affected child is away. The
// date for hearing it becomes a duty. The exposed pupil's own voice is never
// skipped so.
func (t *track) notReached(f *Fact) {
	if !t.running() || f.Child == t.pupil {
		return
	}
	t.affect(f)
	if _, ok := t.heard[f.Child]; ok {
		return
	}
	t.absent[f.Child] = true
	day := calendar.DateOf(f.When.Counts())
	// A date that has passed is still owed: it is not moved.
	if i := t.hearing[f.Child]; i != nil && !i.done() && (i.on == "" || i.on >= day) {
		i.on, i.note = f.HearBy, "absent"
	}
}

// unsafe starts the duty to correct: the pupil says so, or the investigation
// shows it. It lasts until the pupil is safe.
func (t *track) unsafe(f *Fact) {
	t.unsafed = true
	for _, i := range t.live(measures) {
		if !i.bare {
			return
		}
	}
	t.end(measures, f.When.Counts(), "resumed")
	t.add(measures, "", f)
}

// measure takes in that a measure is in force. A first measure is itself the
// sign that the duty to correct has begun, and that a plan is needed.
func (t *track) measure(f *Fact) {
	if !t.running() {
		return
	}
	t.measured = true
	if !t.unsafed {
		t.unsafe(f)
	}
	for _, i := range t.live(measures) {
		if !i.bare {
			i.meet(f, t.entryLate(f))
		}
	}
	if !t.planned && !t.waiting(plan) {
		t.add(plan, "", f)
	}
}

func (t *track) approve(n int, f *Fact) {
	t.meet(plan, f)
	t.meet(decide, f)
	if !t.running() {
		return
	}
	t.planned, t.planAt = true, n
	for _, i := range append(t.live(hear), t.live(best)...) {
		if i.on == "" && i.missed.IsZero() {
			i.missed = f.When.Counts()
		}
	}
	// A new plan sets a new date. One that has passed is still owed.
	day := calendar.DateOf(f.When.Counts())
	for _, i := range t.live(evaluate) {
		if i.note == "" && i.on >= day {
			i.end(f.When.Counts(), "replanned")
		}
	}
	t.willEvaluate(f, f.EvaluateOn, "")
}

func (t *track) willEvaluate(f *Fact, on tilhor.Date, note string) {
	if on == "" {
		return
	}
	i := t.add(evaluate, "", f)
	i.on, i.opens, i.note = on, on, note
}

func (t *track) evaluated(n int, f *Fact) {
	t.meet(evaluate, f)
	t.asked(f)
	if !t.running() {
		return
	}
	t.planAt = n
	t.willEvaluate(f, f.Next, "")
}

// asked is when the pupil has been asked again, after closing or stepping down.
func (t *track) asked(f *Fact) {
	for _, i := range t.live(evaluate) {
		if i.note == "recheck" {
			i.meet(f, t.entryLate(f))
		}
	}
	for _, i := range t.live(watch) {
		if i.note == "after-check" {
			i.meet(f, t.entryLate(f))
		}
	}
}

func (t *track) safe(f *Fact) {
	t.word = Safe
	t.asked(f)
	t.end(measures, f.When.Counts(), "safe")
	if !t.measured {
		t.end(plan, f.When.Counts(), "safe")
	}
}

func (t *track) notSafe(f *Fact) {
	t.asked(f)
	if !t.running() {
		t.begin(f)
		t.basics(f)
		t.caseOpens(f)
	}
	t.resume(f)
	t.word = NotSafe
	t.unsafe(f)
	if !t.planned && !t.waiting(plan) {
		t.add(plan, "", f)
	}
}

// whileOpen are the duties that end with the track. What must be told to the
// owner, and what Statsforvalteren has asked, does not end so.
var whileOpen = []concept{report, investigate, hear, best, measures, plan, evaluate, document, inform, watch, decide}

// close ends the track on the pupil's own word. When its last word is that it is
// not safe, nothing ends.
func (t *track) close(f *Fact) {
	if !t.running() || t.word == NotSafe {
		return
	}
	t.endAll(f.When.Counts(), "closed")
	t.closed = true
	day := calendar.DateOf(f.When.Counts())
	i := t.add(watch, "", f)
	i.note = "after-check"
	row, _ := law.Find("k12.watch")
	i.opens = limit(t.in.Norms.Of(row, "after-check-from"), calendar.Start(day), false, t.in.Closed).Day()
}

func (t *track) endAll(at time.Time, by string) {
	for _, what := range whileOpen {
		if what == report && by == "left" {
			continue
		}
		t.end(what, at, by)
	}
}

// stepDown is not closing: watching, measures and evaluation stay open, the
// re-check is a duty, and the family is told of Statsforvalteren.
func (t *track) stepDown(f *Fact) {
	if !t.running() {
		return
	}
	t.stepped = true
	t.willEvaluate(f, f.RecheckOn, "recheck")
	if !t.waiting(measures) {
		i := t.add(measures, "", f)
		i.bare, i.note = true, "stepped"
	}
	if !t.waiting(watch) {
		i := t.add(watch, "", f)
		i.bare, i.note = true, "stepped"
	}
	if !t.told && !t.waiting(inform) {
		t.add(inform, "", f)
	}
}

// resume opens a track again that was stepped down: what is new is looked into,
// and silence is noticed.
func (t *track) resume(f *Fact) {
	if !t.stepped {
		return
	}
	t.stepped = false
	if !t.waiting(investigate) {
		t.add(investigate, "", f)
	}
}

// rechecked says whether a date for asking the pupil again still stands: only
// then may a track that was stepped down be quiet.
func (t *track) rechecked() bool {
	return slices.ContainsFunc(t.live(evaluate), func(i *instance) bool { return i.note == "recheck" })
}

// mayAppeal gives the family its three weeks from receipt.
func (t *track) mayAppeal(f *Fact, ref string) {
	i := t.add(appeal, "", f)
	i.due = calendar.Klagefrist(calendar.DateOf(f.When.Counts()))
	i.right, i.ref = true, ref
}

func (t *track) intervened(f *Fact) {
	t.add(forceReport, "", f)
	t.add(forceParents, "", f)
	t.add(forceDoc, "", f)
	if f.Serious || t.count[[2]string{string(forceReport), ""}] > 1 {
		t.forceToOwner(f)
	}
}

func (t *track) forceToOwner(f *Fact) {
	if t.count[[2]string{string(forceReport), ""}] > 0 && !t.waiting(forceOwner) {
		t.add(forceOwner, "", f)
	}
}

func (t *track) decided(f *Fact) {
	what, ref := move, "opplæringslova § 13-2; forvaltningsloven § 29"
	if f.About == Expulsion {
		what, ref = expel, "opplæringslova § 13-1; forvaltningsloven § 29"
	}
	if f.Stage == StageReceived {
		t.mayAppeal(f, ref)
		return
	}
	if !t.waiting(what) {
		t.add(what, "", f)
	}
	if f.Stage == StageDecided {
		t.meet(what, f)
		t.meet(decide, f)
	}
}

// gates says what approving, evaluating and closing still wait for.
func (t *track) gates() []Gate {
	if !t.begun {
		return nil
	}
	return []Gate{t.planGate(), t.evaluationGate(), t.closingGate()}
}

func gate(act, pupil string, missing []string) Gate {
	if missing == nil {
		missing = []string{}
	}
	return Gate{Act: act, Pupil: pupil, Open: len(missing) == 0, Missing: missing}
}

// planGate: the exposed pupil and every other directly affected child heard, or
// its refusal recorded, and the best interest assessed. There is no age floor.
// An urgent measure never waits for it.
func (t *track) planGate() Gate {
	var missing []string
	for _, child := range append([]string{t.pupil}, t.affected...) {
		if _, ok := t.heard[child]; !ok && !t.absent[child] {
			missing = append(missing, "heard:"+child)
		}
	}
	if t.best == 0 {
		missing = append(missing, "best-interest")
	}
	return gate(GatePlan, t.pupil, missing)
}

// evaluationGate: the pupil is heard and its best interest assessed anew, before
// each evaluation.
func (t *track) evaluationGate() Gate {
	var missing []string
	if t.planAt == 0 {
		missing = append(missing, "plan")
	}
	if n, ok := t.heard[t.pupil]; !ok || n < t.planAt {
		missing = append(missing, "heard:"+t.pupil)
	}
	if t.best == 0 || t.best < t.planAt {
		missing = append(missing, "best-interest")
	}
	return gate(GateEvaluation, t.pupil, missing)
}

// closingGate: the pupil's own word, and nothing else, closes.
func (t *track) closingGate() Gate {
	if t.word == Safe {
		return gate(GateClosing, t.pupil, nil)
	}
	return gate(GateClosing, t.pupil, []string{"safe"})
}

// route says who gets to know. The accused never does; when it is the
// leadership, nothing goes to rektor.
func (t *track) route() Route {
	r := Route{Pupil: t.pupil, To: []law.Bearer{law.Rektor}, Never: []law.Bearer{}}
	switch {
	case t.accused == AccusedLeadership:
		r.To = []law.Bearer{law.Owner}
		r.Never = []law.Bearer{law.Rektor, law.Leadership, "accused"}
	case t.accused == AccusedEmployee:
		r.Never = []law.Bearer{"accused"}
		if !t.groundl || t.grave {
			r.To = append(r.To, law.Owner)
		}
	case t.grave:
		r.To = append(r.To, law.Owner)
	}
	for i, b := range r.To {
		r.To[i] = t.in.School.Term("k12.staff_owner", b)
	}
	for i, b := range r.Never {
		r.Never[i] = t.in.School.Term("k12.staff_owner", b)
	}
	return r
}
