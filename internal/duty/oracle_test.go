package duty

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"tilhor"
)

// The oracle is a second, independent telling of the rules: a clerk with a
// wall calendar who turns one leaf each midnight and looks at every open paper.
// It shares no code with the engine, nor with package calendar: its holidays are
// a list, its weeks are counted leaf by leaf.

// The weekdays that were no working days, from the printed calendar.
var redWeekdays = strings.Fields(`
2023-01-02x 2023-04-06 2023-04-07 2023-04-10 2023-05-01 2023-05-17 2023-05-18 2023-05-29 2023-12-25 2023-12-26
2024-01-01 2024-03-28 2024-03-29 2024-04-01 2024-05-01 2024-05-09 2024-05-17 2024-05-20 2024-12-25 2024-12-26
2025-01-01 2025-04-17 2025-04-18 2025-04-21 2025-05-01 2025-05-29 2025-06-09 2025-12-25 2025-12-26
2026-01-01 2026-04-02 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-12-25
2027-01-01 2027-03-25 2027-03-26 2027-03-29 2027-05-06 2027-05-17`)

func leafIsWorkday(leaf string) bool {
	t, _ := time.Parse("2006-01-02", leaf)
	wd := t.Weekday()
	return wd != time.Saturday && wd != time.Sunday && !slices.Contains(redWeekdays, leaf)
}

// A paper is one duty lying on the clerk's desk.
type paper struct {
	what, child string
	trig        time.Time
	trigLeaf    string
	coarse      bool

	clock  string // work, day, hours, until, days, quiet, weeks3, none
	left   int
	until  string // for "until"
	opens  string // not before this leaf
	sleeps bool   // its bearer does not know yet
	hours  int
	note   string
	staff  bool
	bare   bool
	state  string // open, late-local, late, met, met-late, ended, not-due
	missed bool
	shadow time.Time // written so late that the clock ran on until then
}

func (p *paper) live() bool {
	return p.state == "open" || p.state == "late-local" || p.state == "late" || p.state == "not-due"
}

// A clerk keeps one pupil's papers.
type clerk struct {
	twist  string
	pupil  string
	zone   *time.Location
	shut   map[string]bool
	papers []*paper
	now    time.Time

	on, shutCase, gone           bool
	who                          string
	grave, aware, down           bool
	word                         string
	anyMeasure, anyPlan, needsIt bool
	week, toldRights             bool
	heard                        map[string]int
	others                       []string
	away                         map[string]bool
	bestNo, planNo               int
	windows                      []string
	dismissed                    bool
	lastLeaf                     string
	nIntervene                   int
}

func (c *clerk) fresh() {
	c.on, c.shutCase, c.gone = true, false, false
	c.who, c.grave, c.aware, c.down, c.word = "none", false, false, false, ""
	c.anyMeasure, c.anyPlan, c.needsIt, c.week, c.toldRights = false, false, false, false, false
	c.heard, c.others, c.away = map[string]int{}, nil, map[string]bool{}
	c.bestNo, c.planNo, c.dismissed = 0, 0, false
}

func (c *clerk) running() bool { return c.on && !c.shutCase && !c.gone }

func (c *clerk) leaf(t time.Time) string { return t.In(c.zone).Format("2006-01-02") }

// The clocks as they stand on the desk, by the act of the day.
func (c *clerk) put(what, child string, f Fact) *paper {
	at := f.When.Counts()
	p := &paper{
		what: what, child: child, trig: at, trigLeaf: c.leaf(at), coarse: f.When.Precision == tilhor.Day,
		state: "open", staff: c.who == "employee" || c.who == "leadership",
	}
	c.wind(p)
	c.papers = append(c.papers, p)
	return p
}

func (c *clerk) wind(p *paper) {
	p.clock, p.left, p.hours = "none", 0, 0
	old := p.trigLeaf < "2024-08-01"
	switch p.what {
	case "report":
		p.clock, p.left = "work", 0
	case "investigate":
		p.clock, p.left = "work", 1
		if old && p.staff {
			p.clock = "day"
		}
	case "measures":
		p.clock, p.left = "work", 5
		if old && p.staff {
			p.left = 1
		}
		if p.bare {
			p.clock = "none"
		}
	case "plan", "inform":
		p.clock, p.left = "work", 5
		if c.twist == "plan in four days" && p.what == "plan" {
			p.left = 4
		}
	case "serious", "staff-owner", "force-report", "force-parents":
		p.clock = "day"
	case "staff-report", "lead-owner":
		p.clock, p.hours = "hours", 2
	case "force-owner":
		p.clock, p.left = "work", 1
	case "force-doc":
		p.clock, p.left = "work", 2
	case "document":
		p.clock, p.left = "quiet", 10
	case "watch":
		if !p.bare {
			p.clock, p.left = "days", 56
		}
	}
	if p.until != "" {
		p.clock = "until"
	}
}

// midnight turns the leaf: gone is the day that ended, leaf the one that begins.
func (c *clerk) midnight(gone, leaf string, at time.Time) {
	for _, p := range slices.Clone(c.papers) {
		if !p.live() && p.shadow.IsZero() {
			continue
		}
		if p.sleeps {
			continue
		}
		run := false
		switch p.clock {
		case "work":
			switch {
			case p.left == 0 && p.trigLeaf <= gone && leafIsWorkday(gone):
				run = true
			case p.left > 0 && gone > p.trigLeaf && leafIsWorkday(gone):
				p.left--
				run = p.left == 0
				if run {
					p.left = -1
				}
			}
		case "day":
			run = gone >= p.trigLeaf
		case "hours":
			run = p.coarse && gone >= p.trigLeaf
		case "until":
			run = gone >= p.until
		case "days":
			if gone > p.trigLeaf {
				p.left--
				run = p.left == 0
			}
			if leaf >= p.opens && p.state == "not-due" {
				p.state = "open"
			}
		case "weeks3":
			if gone > p.trigLeaf && p.left > 0 {
				p.left--
			}
			if p.left == 0 && leafIsWorkday(gone) && gone > p.trigLeaf {
				run = true
			}
		case "quiet":
			if p.left > 0 && gone > c.lastLeaf && leafIsWorkday(gone) && !c.shut[gone] && !c.asleep() {
				p.left--
				run = p.left == 0
			}
		}
		if p.opens != "" && p.state == "not-due" && leaf >= p.opens {
			p.state = "open"
		}
		if !run {
			continue
		}
		switch {
		case !p.shadow.IsZero():
			if !at.After(p.shadow) {
				p.state = "met-late"
			}
			p.shadow = time.Time{}
		case p.what == "appeal":
			p.state = "ended"
		case p.what == "sf-docs" || p.what == "sf-order":
			p.state = "late"
		case p.state == "open" || p.state == "not-due":
			p.state = "late-local"
		}
	}
	if leaf == "2024-08-01" {
		c.newAct(at)
	}
}

// newAct is the night the new act came: every open paper is closed and a new one
// laid in its place.
func (c *clerk) newAct(at time.Time) {
	for _, p := range slices.Clone(c.papers) {
		if !p.live() {
			continue
		}
		q := *p
		q.trig, q.trigLeaf, q.coarse, q.state, q.missed = at, "2024-08-01", false, "open", p.missed
		if p.state == "not-due" || p.state == "late" {
			q.state = p.state
		}
		if p.clock == "weeks3" {
			q.trigLeaf = p.trigLeaf // the family's three weeks run on
		}
		if p.what == "document" {
			if p.state == "late-local" {
				q.state = "late-local"
			}
		} else if p.clock == "until" {
			if p.state == "late-local" {
				q.state = "late-local"
			}
		} else if p.clock != "weeks3" {
			c.wind(&q)
		}
		p.state, p.shadow = "ended", time.Time{}
		c.papers = append(c.papers, &q)
	}
	// What was met before the night keeps its shadow clock; it needs no successor.
}

// tooLate is when an hours clock has run out by an instant.
func (p *paper) tooLate(at time.Time) bool {
	return p.clock == "hours" && !p.coarse && !p.sleeps && at.After(p.trig.Add(time.Duration(p.hours)*time.Hour))
}

func (c *clerk) lateEntry(f Fact) bool {
	w := f.When
	switch w.Precision {
	case tilhor.Unknown:
		return false
	case tilhor.Day:
		t, _ := time.Parse("2006-01-02", c.leaf(w.At))
		return c.leaf(w.Written) > t.AddDate(0, 0, 1).Format("2006-01-02")
	}
	return w.Written.Sub(w.At) > 24*time.Hour
}

func (c *clerk) stamp(p *paper, f Fact) {
	if !p.live() {
		return
	}
	at := f.When.Counts()
	late := p.state == "late" || p.state == "late-local" || p.missed || p.tooLate(at)
	p.state = "met"
	if late {
		p.state = "met-late"
		return
	}
	if c.lateEntry(f) {
		if p.clock == "hours" && p.tooLate(f.When.Written) {
			p.state = "met-late"
			return
		}
		p.shadow = f.When.Written
	}
}

func (c *clerk) find(what string) []*paper {
	var out []*paper
	for _, p := range c.papers {
		if p.what == what && p.live() {
			out = append(out, p)
		}
	}
	return out
}

func (c *clerk) stampAll(what string, f Fact) {
	for _, p := range c.find(what) {
		c.stamp(p, f)
	}
}

func (c *clerk) stampFirst(what string, f Fact) {
	var first *paper
	for _, p := range c.find(what) {
		if first == nil || p.until < first.until {
			first = p
		}
	}
	if first != nil {
		c.stamp(first, f)
	}
}

// answerLetter answers what Statsforvalteren asked for by the date the answer
// names: § 12-6 (5) sets a deadline for each point. An answer that names none of
// the dates answers what has waited longest.
func (c *clerk) answerLetter(what string, f Fact) {
	for _, p := range c.find(what) {
		if string(f.DueOn) == p.until {
			c.stamp(p, f)
			return
		}
	}
	c.stampFirst(what, f)
}

func (c *clerk) bin(what string) {
	for _, p := range c.find(what) {
		p.state = "ended"
	}
}

func (c *clerk) firstPapers(f Fact) {
	c.put("investigate", "", f)
	c.put("hear", c.pupil, f)
	c.put("best", "", f)
	c.put("document", "", f)
	c.put("inform", "", f)
}

func (c *clerk) reachesRektor(f Fact) {
	c.stampAll("report", f)
	if len(c.find("staff-report")) > 0 {
		c.stampAll("staff-report", f)
		c.put("staff-owner", "", f)
	}
	c.wakeSerious(f)
	c.plansStart(f)
}

func (c *clerk) wakeSerious(f Fact) {
	for _, p := range c.find("serious") {
		if p.sleeps {
			p.sleeps, p.state = false, "open"
			if p.trigLeaf < c.leaf(f.When.Counts()) {
				p.trigLeaf = c.leaf(f.When.Counts())
			}
		}
	}
}

func (c *clerk) plansStart(f Fact) {
	if c.aware {
		return
	}
	c.aware = true
	if !c.anyPlan && len(c.find("plan")) == 0 {
		c.put("plan", "", f)
	}
}

func (c *clerk) correct(f Fact) {
	c.needsIt = true
	for _, p := range c.find("measures") {
		if !p.bare {
			return
		}
	}
	c.bin("measures")
	c.put("measures", "", f)
}

// pickUp takes a case from the pile of those that were stepped down: somebody
// has said something new.
func (c *clerk) pickUp(f Fact) {
	if c.down && len(c.find("investigate")) == 0 {
		c.put("investigate", "", f)
	}
	c.down = false
}

// asleep: it may be quiet while the pupil is to be asked on a day.
func (c *clerk) asleep() bool {
	if !c.down {
		return false
	}
	for _, p := range c.find("evaluate") {
		if p.note == "again" {
			return true
		}
	}
	return c.twist == "stepped down for good"
}

func (c *clerk) askedAgain(f Fact) {
	for _, p := range c.papers {
		if p.note == "again" {
			c.stamp(p, f)
		}
	}
}

func (c *clerk) event(no int, f Fact) {
	day := c.leaf(f.When.Counts())
	switch f.Kind {
	case Known:
		first := !c.running()
		if first {
			c.fresh()
		}
		if f.Accused == "leadership" && c.who != "leadership" {
			c.who = "leadership"
			for _, w := range []string{"report", "staff-report", "staff-owner", "serious"} {
				c.bin(w)
			}
			c.put("lead-owner", "", f)
		} else if f.Accused == "employee" && c.who == "none" {
			c.who, c.dismissed = "employee", false
			c.put("staff-report", "", f)
		} else if first {
			c.put("report", "", f)
		}
		if first {
			c.firstPapers(f)
		} else {
			c.pickUp(f)
		}
		if f.Serious && !c.grave && c.who != "leadership" {
			c.grave = true
			p := c.put("serious", "", f)
			if !c.aware {
				p.sleeps, p.state = true, "not-due"
			}
		}
		if f.By == "leadership" && c.who != "leadership" {
			c.reachesRektor(f)
		}
		if f.By == "pupil" || f.By == "parent" {
			c.correct(f)
		}
		if f.By == "pupil" && c.word == "safe" {
			c.word = "not"
		}
	case Reported:
		if !c.on {
			c.fresh()
			c.put("report", "", f)
			c.firstPapers(f)
		}
		switch {
		case f.To == "owner":
			c.stampAll("lead-owner", f)
			if c.who == "leadership" {
				c.plansStart(f)
			}
		case c.who != "leadership":
			c.reachesRektor(f)
		}
	case Raised:
		if !c.running() {
			c.fresh()
			c.put("report", "", f)
			c.firstPapers(f)
		}
		c.pickUp(f)
		if c.who == "leadership" {
			c.plansStart(f)
		} else {
			c.reachesRektor(f)
		}
		if !c.week {
			c.week = true
			c.windows = append(c.windows, c.sevenAndFive(day))
		}
		c.correct(f)
		if f.By == "pupil" && c.word == "safe" {
			c.word = "not"
		}
	case Groundless:
		if f.Reasoned && day >= "2024-08-01" {
			if len(c.find("staff-owner")) > 0 {
				c.dismissed = true
			}
			c.bin("staff-owner")
		}
	case OwnerInformed:
		c.wakeSerious(f)
		for _, w := range []string{"serious", "staff-owner", "force-owner", "lead-owner"} {
			c.stampAll(w, f)
		}
		if c.running() && c.who == "leadership" {
			c.plansStart(f)
		}
	case ParentsInformed:
		c.stampAll("force-parents", f)
	case RightsInformed:
		c.toldRights = true
		c.stampAll("inform", f)
	case Affected:
		c.another(f)
	case Heard:
		child := f.Child
		if child == "" {
			child = c.pupil
		}
		c.heard[child] = no
		delete(c.away, child)
		for _, p := range c.find("hear") {
			if p.child == child {
				c.stamp(p, f)
			}
		}
		if child == c.pupil && !f.Declined {
			c.askedAgain(f)
		}
	case NotReached:
		if !c.running() || f.Child == c.pupil && c.twist != "the pupil itself may be absent" {
			break
		}
		c.another(f)
		if _, ok := c.heard[f.Child]; ok {
			break
		}
		c.away[f.Child] = true
		for _, p := range c.find("hear") {
			if p.child == f.Child && p.state != "late-local" {
				p.clock, p.until = "until", string(f.HearBy)
				p.passed(day)
			}
		}
	case Started:
		c.stampAll("investigate", f)
	case Found:
		c.stampAll("investigate", f)
		if c.running() && c.word != "safe" {
			c.correct(f)
		}
	case BestInterest:
		c.bestNo = no
		c.stampAll("best", f)
	case MeasureStarted:
		if !c.running() {
			break
		}
		c.anyMeasure = true
		if !c.needsIt {
			c.correct(f)
		}
		for _, p := range c.find("measures") {
			if !p.bare {
				c.stamp(p, f)
			}
		}
		if !c.anyPlan && len(c.find("plan")) == 0 {
			c.put("plan", "", f)
		}
	case PlanApproved:
		c.stampAll("plan", f)
		if !c.running() {
			break
		}
		c.anyPlan, c.planNo = true, no
		for _, p := range append(c.find("hear"), c.find("best")...) {
			if p.until == "" {
				p.missed = true
			}
		}
		for _, p := range c.find("evaluate") {
			if p.note == "" && p.until >= day {
				p.state = "ended"
			}
		}
		c.putDate(f, string(f.EvaluateOn), "")
	case Evaluated:
		c.stampAll("evaluate", f)
		c.askedAgain(f)
		if c.running() {
			c.planNo = no
			if f.Next != "" {
				c.putDate(f, string(f.Next), "")
			}
		}
	case Safe:
		c.word = "safe"
		c.askedAgain(f)
		c.bin("measures")
		if !c.anyMeasure {
			c.bin("plan")
		}
	case NotSafe:
		c.askedAgain(f)
		if !c.running() {
			c.fresh()
			c.firstPapers(f)
			c.plansStart(f)
		}
		c.pickUp(f)
		c.word = "not"
		c.correct(f)
		if !c.anyPlan && len(c.find("plan")) == 0 {
			c.put("plan", "", f)
		}
	case ClosedTrack:
		if !c.running() || c.word == "not" {
			break
		}
		c.clear(true)
		c.shutCase = true
		p := c.put("watch", "", f)
		p.note, p.state = "again", "not-due"
		t, _ := time.Parse("2006-01-02", day)
		p.opens = t.AddDate(0, 0, 28).Format("2006-01-02")
	case SteppedDown:
		if !c.running() {
			break
		}
		if c.twist == "stepping down closes" {
			c.clear(true)
			break
		}
		c.down = true
		c.putDate(f, string(f.RecheckOn), "again")
		if len(c.find("measures")) == 0 {
			p := c.put("measures", "", f)
			p.bare, p.clock = true, "none"
		}
		if len(c.find("watch")) == 0 {
			p := c.put("watch", "", f)
			p.bare, p.clock = true, "none"
		}
		if !c.toldRights && len(c.find("inform")) == 0 {
			c.put("inform", "", f)
		}
	case StateRequest:
		p := c.put("sf-docs", "", f)
		p.clock, p.until = "until", string(f.DueOn)
		p.passed(day)
	case StateOrder:
		p := c.put("sf-order", "", f)
		p.clock, p.until = "until", string(f.DueOn)
		p.passed(day)
	case StateSent:
		c.answerLetter("sf-docs", f)
	case StateMet:
		c.answerLetter("sf-order", f)
	case StateDecision:
		p := c.put("appeal", "", f)
		p.clock, p.left = "weeks3", 21
	case Intervention:
		c.put("force-report", "", f)
		c.put("force-parents", "", f)
		c.put("force-doc", "", f)
		c.nIntervene++
		if (f.Serious || c.nIntervene > 1) && len(c.find("force-owner")) == 0 {
			c.put("force-owner", "", f)
		}
	case ForceReported:
		c.stampFirst("force-report", f)
		if f.Serious && c.nIntervene > 0 && len(c.find("force-owner")) == 0 {
			c.put("force-owner", "", f)
		}
	case ForceDocumented:
		c.stampFirst("force-doc", f)
	case Decision:
		what := "move"
		if f.About == Expulsion {
			what = "expel"
		}
		if f.Stage == StageReceived {
			p := c.put("appeal", "", f)
			p.clock, p.left = "weeks3", 21
			break
		}
		if len(c.find(what)) == 0 {
			c.put(what, "", f)
		}
		if f.Stage == StageDecided {
			c.stampAll(what, f)
		}
	case LeftSchool:
		c.gone = true
		c.clear(false)
	}
}

// entry is written in the log: the quiet clock starts over.
func (c *clerk) entry(leaf string) {
	if leaf <= c.lastLeaf {
		return
	}
	c.lastLeaf = leaf
	for _, p := range c.find("document") {
		p.left = 10
		p.state = "open"
	}
}

func (c *clerk) another(f Fact) {
	if !c.running() || f.Child == c.pupil || slices.Contains(c.others, f.Child) {
		return
	}
	c.others = append(c.others, f.Child)
	if _, ok := c.heard[f.Child]; !ok {
		c.put("hear", f.Child, f)
	}
}

func (c *clerk) putDate(f Fact, on, note string) {
	p := c.put("evaluate", "", f)
	p.clock, p.until, p.opens, p.note = "until", on, on, note
	if c.leaf(f.When.Counts()) < on {
		p.state = "not-due"
	}
	p.passed(c.leaf(f.When.Counts()))
}

// passed sees a date that was over when it was set.
func (p *paper) passed(leaf string) {
	if leaf <= p.until {
		return
	}
	p.state = "late-local"
	if strings.HasPrefix(p.what, "sf-") {
		p.state = "late"
	}
}

func (c *clerk) clear(report bool) {
	for _, p := range c.papers {
		switch p.what {
		case "investigate", "hear", "best", "measures", "plan", "evaluate", "document", "inform", "watch":
		case "report":
			if !report {
				continue
			}
		default:
			continue
		}
		if p.live() {
			p.state = "ended"
		}
	}
}

// sevenAndFive counts leaves: seven, and five that are working days.
func (c *clerk) sevenAndFive(day string) string {
	t, _ := time.Parse("2006-01-02", day)
	week, five, n := "", "", 0
	for i := 1; week == "" || five == ""; i++ {
		leaf := t.AddDate(0, 0, i).Format("2006-01-02")
		if i == 7 {
			week = leaf
		}
		if leafIsWorkday(leaf) {
			if n++; n == 5 {
				five = leaf
			}
		}
	}
	return day + " " + week + " " + five
}

// The names of the acts.
var newNames = map[string]string{
	"report": "k12.report", "investigate": "k12.investigate", "hear": "k12.hear", "best": "k12.best", "measures": "k12.measures",
	"plan": "k12.plan", "evaluate": "k12.evaluate", "document": "k12.document", "serious": "k12.owner_serious",
	"staff-report": "k12.staff_report", "staff-owner": "k12.staff_owner", "lead-owner": "k12.lead_owner", "inform": "k12.inform",
	"watch": "k12.watch", "sf-docs": "k12.sf_docs", "sf-order": "k12.sf_order", "appeal": "k12.appeal", "move": "k12.move", "expel": "k12.expel",
}

var oldNames = map[string]string{
	"report": "9A.warn", "investigate": "9A.investigate", "hear": "9A.hear", "best": "9A.hear", "measures": "9A.measures",
	"plan": "9A.plan", "evaluate": "9A.plan", "document": "9A.document", "serious": "9A.warn", "staff-report": "9A.staff",
	"staff-owner": "9A.staff", "lead-owner": "9A.staff", "watch": "9A.watch", "sf-docs": "9A.sf", "sf-order": "9A.sf",
}

func (c *clerk) name(p *paper) string {
	leaf := c.leaf(p.trig)
	if strings.HasPrefix(p.what, "force-") {
		if leaf < "2025-08-01" {
			return ""
		}
		return "k13." + strings.ReplaceAll(p.what, "-", "_")
	}
	if leaf >= "2024-08-01" {
		return newNames[p.what]
	}
	if p.staff && (p.what == "investigate" || p.what == "measures") {
		return "9A.staff"
	}
	return oldNames[p.what]
}

// oracle is everything it says, sorted, one line each.
func oracle(in Input, zone *time.Location, twist string) []string {
	var facts []Fact
	for _, f := range in.Facts {
		if !f.When.Written.After(in.AsOf) && !f.When.Counts().After(in.AsOf) {
			facts = append(facts, f)
		}
	}
	sort.SliceStable(facts, func(a, b int) bool { return facts[a].When.Counts().Before(facts[b].When.Counts()) })
	called := map[string]string{}
	for _, f := range facts {
		if f.Kind == Identified {
			called[f.Was] = f.Pupil
		}
	}
	name := func(code string) string {
		if to, ok := called[code]; ok {
			return to
		}
		return code
	}
	by := map[string][]Fact{}
	for _, f := range facts {
		f.Pupil, f.Child = name(f.Pupil), name(f.Child)
		by[f.Pupil] = append(by[f.Pupil], f)
	}
	var out []string
	for pupil, own := range by {
		out = append(out, oneDesk(in, zone, twist, pupil, own)...)
	}
	slices.Sort(out)
	return out
}

func oneDesk(in Input, zone *time.Location, twist, pupil string, own []Fact) []string {
	c := &clerk{twist: twist, pupil: pupil, zone: zone, heard: map[string]int{}, away: map[string]bool{}, who: "none", shut: map[string]bool{}}
	for d := range in.Closed {
		c.shut[string(d)] = true
	}
	// The entries in the log, in the order they were written, for the quiet clock.
	day := own[0].When.Counts().In(zone)
	midnight := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, zone)
	n := 0
	for {
		for n < len(own) && own[n].When.Counts().Before(midnight) {
			c.now = own[n].When.Counts()
			c.event(n+1, own[n])
			c.entry(c.leaf(own[n].When.Written))
			n++
		}
		if midnight.After(in.AsOf) {
			break
		}
		gone := midnight.AddDate(0, 0, -1).Format("2006-01-02")
		c.midnight(gone, midnight.Format("2006-01-02"), midnight)
		midnight = time.Date(midnight.Year(), midnight.Month(), midnight.Day()+1, 0, 0, 0, 0, zone)
	}
	var out []string
	for _, p := range c.papers {
		if p.live() && p.tooLate(in.AsOf) {
			p.state = "late-local"
		}
		if id := c.name(p); id != "" {
			out = append(out, fmt.Sprintf("duty %s %s %s %s", pupil, id, p.trig.In(zone).Format(time.RFC3339), p.state))
		}
	}
	for _, w := range c.windows {
		out = append(out, "window "+pupil+" "+w)
	}
	if !c.on {
		return out
	}
	return append(out, c.gatesAndRoute()...)
}

func (c *clerk) gatesAndRoute() []string {
	var plan, eval, closing []string
	if _, ok := c.heard[c.pupil]; !ok && !c.away[c.pupil] {
		plan = append(plan, "heard:"+c.pupil)
	}
	for _, o := range c.others {
		if _, ok := c.heard[o]; !ok && !c.away[o] {
			plan = append(plan, "heard:"+o)
		}
	}
	if c.bestNo == 0 {
		plan = append(plan, "best-interest")
	}
	if c.planNo == 0 {
		eval = append(eval, "plan")
	}
	if no, ok := c.heard[c.pupil]; !ok || no < c.planNo {
		eval = append(eval, "heard:"+c.pupil)
	}
	if c.bestNo == 0 || c.bestNo < c.planNo {
		eval = append(eval, "best-interest")
	}
	if c.word != "safe" {
		closing = append(closing, "safe")
	}
	to, never := "rektor", ""
	switch {
	case c.who == "leadership":
		to, never = "owner", "rektor leadership accused"
	case c.who == "employee":
		never = "accused"
		if c.grave || !c.dismissed {
			to = "rektor owner"
		}
	case c.grave:
		to = "rektor owner"
	}
	if c.twist == "rektor hears of the leadership" && c.who == "leadership" {
		to = "rektor owner"
	}
	return []string{
		"gate " + c.pupil + " plan-approval " + strings.Join(plan, " "),
		"gate " + c.pupil + " evaluation " + strings.Join(eval, " "),
		"gate " + c.pupil + " closing " + strings.Join(closing, " "),
		"route " + c.pupil + " to " + to + " never " + never,
	}
}
