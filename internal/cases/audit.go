package cases

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// A Verdict is how a track stands a test.
type Verdict string

// Verdicts.
const (
	Kept     Verdict = "kept"
	NotKept  Verdict = "not-kept"
	NotYet   Verdict = "not-yet"   // it is too early to say
	NotShown Verdict = "not-shown" // what it takes to tell was never written
	NotAsked Verdict = "not-asked" // the test is not for this track
)

// An Audit is how a track stands the three tests that audits of municipalities
// have put to such cases: rektor was told in time, what was found is written, and
// the measures are concrete. Each is answered by a rule from what stands in the
// track, and by nobody's judgement; none of them stops anything.
type Audit struct {
	Told     ToldTest
	Found    FoundTest
	Measures MeasureTest
}

// A ToldTest says how long it took from when an adult was told, or saw, until
// rektor knew. The act has no number for it (§ 12-4): within is the owner's norm.
type ToldTest struct {
	Verdict Verdict
	From    time.Time
	Until   time.Time // zero while rektor has not been told
	Within  tilhor.Date
}

// A FoundTest says whether findings were written before the plan rested on them.
type FoundTest struct {
	Verdict Verdict
	N       int  // findings that count
	After   bool // some were written afterwards
}

// A MeasureTest says which measures of the plan in force are not concrete.
type MeasureTest struct {
	Verdict Verdict
	N       int // measures in the plan
	Unclear []UnclearMeasure
}

// An UnclearMeasure is one of them: its number in the plan, and what it lacks, as
// keys: what, doer, when, evaluate.
type UnclearMeasure struct {
	Measure int
	Lacks   []string
}

// fewWords is how many words it takes at least to say what is done.
const fewWords = 4

// Unclear lists what keeps a measure from being concrete. The rule is this: what
// is done is said in four words or more, with nothing left in brackets to fill in
// and none of the words that name no act; somebody by name does it; it has a day
// to begin, and which days or when in the day; and a date when it is evaluated.
func (m Measure) Unclear() (lacks []string) {
	for _, x := range []struct {
		key  string
		is   bool
		also bool
	}{
		{"what", len(strings.Fields(m.What)) < fewWords || m.Vague(), m.Blank()},
		{"doer", m.Doer == "", false},
		{"when", m.Start == "", m.When == "" && m.Weekdays == ""},
		{"evaluate", m.Evaluate == "", false},
	} {
		if x.is || x.also {
			lacks = append(lacks, x.key)
		}
	}
	return lacks
}

// Blank says whether something of the library stands in brackets still.
func (m Measure) Blank() bool { return unfilled.MatchString(m.What + "\n" + m.When) }

// Audit puts the three tests to the track.
func (f File) Audit() Audit {
	return Audit{Told: f.toldTest(), Found: f.foundTest(), Measures: f.measureTest()}
}

// toldTest takes the duty to report that did worst: a track that was opened again
// has one for each time.
func (f File) toldTest() ToldTest {
	x := ToldTest{Verdict: NotAsked}
	for _, d := range f.Duties {
		if d.ID != reportDuty && d.ID != staffReport || d.State == duty.Ended {
			continue
		}
		if v := verdictOf(d.State); rankVerdict[v] > rankVerdict[x.Verdict] {
			x = ToldTest{Verdict: v, From: d.TriggeredAt, Until: d.MetAt, Within: d.LocalDue.Day()}
		}
	}
	var first *Record
	for _, r := range f.Of(Told, Exposed) {
		if first == nil || r.When.Written.Before(first.When.Written) {
			first = &r
		}
	}
	if x.Verdict != NotAsked && first != nil && first.When.Precision == tilhor.Unknown {
		x.Verdict = NotShown
	}
	return x
}

// The duty to report to rektor: § 12-4 second paragraph, and straks where it is
// about somebody who works at the school (§ 12-5 first paragraph).
const (
	reportDuty  = "k12.report"
	staffReport = "k12.staff_report"
)

var rankVerdict = map[Verdict]int{NotAsked: 0, Kept: 1, NotYet: 2, NotKept: 3}

func verdictOf(s duty.State) Verdict {
	switch s {
	case duty.Met:
		return Kept
	case duty.MetLate, duty.Late, duty.LateLocal:
		return NotKept
	}
	return NotYet
}

func (f File) foundTest() (x FoundTest) {
	x.Verdict = NotYet
	p := f.Current()
	var opened time.Time
	for _, r := range f.Of(Reopened) {
		if p == nil || !r.When.Written.After(p.ApprovedAt) {
			opened = later(opened, r.When.Written)
		}
	}
	for _, r := range f.Of(Finding) {
		switch {
		case r.When.Written.Before(opened):
		case p != nil && r.When.Written.After(p.ApprovedAt):
			x.After = true
		default:
			x.N++
		}
	}
	switch {
	case p != nil && x.N == 0:
		x.Verdict = NotKept
	case p != nil || f.Last(Found) != nil:
		x.Verdict = Kept
	}
	return x
}

func (f File) measureTest() (x MeasureTest) {
	p := f.Current()
	if p == nil {
		return MeasureTest{Verdict: NotYet}
	}
	x.Verdict, x.N = Kept, len(p.Measures)
	for i, m := range p.Measures {
		if lacks := m.Unclear(); len(lacks) > 0 {
			x.Verdict = NotKept
			x.Unclear = append(x.Unclear, UnclearMeasure{i + 1, lacks})
		}
	}
	return x
}

var (
	insertAudit = db.SQL(`INSERT INTO cases_audit (owner, track, school, opened_at, unknown, finished_at, planned_at, findings, measures, concrete)
		VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0, 0) ON CONFLICT (owner, track) DO NOTHING`)
	finishAudit = db.SQL(`UPDATE cases_audit SET finished_at = $3 WHERE owner = $1 AND track = $2`)
	planAudit   = db.SQL(`UPDATE cases_audit SET planned_at = $3, measures = $4, concrete = $5,
		findings = (SELECT COUNT(*) FROM cases_record r WHERE r.owner = $1 AND r.track = $2 AND r.kind = 'finding' AND r.written_at >=
			COALESCE((SELECT MAX(o.written_at) FROM cases_record o WHERE o.owner = $1 AND o.track = $2 AND o.kind = 'reopened'), 0))
		WHERE owner = $1 AND track = $2`)
)

// audited begins the numbers of a track: once, by the first that was told.
func (w *work) audited(unknown bool) error {
	_, err := w.tx.Exec(insertAudit, w.by.Owner, w.t.ID, w.t.School, w.t.Opened.UnixMilli(), unknown)
	return err
}

// auditPlan keeps how the plan that was approved stands.
func (w *work) auditPlan(p Plan) error {
	concrete := 0
	for _, m := range p.Measures {
		if len(m.Unclear()) == 0 {
			concrete++
		}
	}
	_, err := w.tx.Exec(planAudit, w.by.Owner, w.t.ID, w.now.UnixMilli(), len(p.Measures), concrete)
	return err
}

// An AuditRow is one track in rektor's own list of how the cases stand the tests.
type AuditRow struct {
	Track
	Told     ToldTest
	Found    Verdict
	Concrete Verdict
	N, Clear int // measures in the plan, and of them concrete
}

const auditColumns = `, a.unknown, a.finished_at, a.planned_at, a.findings, a.measures, a.concrete`

var (
	// Two statements: the open ones are few, and are not looked for among the
	// closed of many years.
	auditOpen = db.SQL(`SELECT ` + columns + auditColumns + ` FROM cases_track t JOIN cases_audit a ON a.owner = t.owner AND a.track = t.id
		WHERE t.owner = $1 AND t.school = $4 AND t.state IN ('open', 'stepped-down') AND ` + access.Scope(access.Lead, "t.id") + ` AND (a.opened_at, a.track) < ($6, $7)
		ORDER BY a.opened_at DESC, a.track DESC LIMIT 51`)
	auditAll = db.SQL(`SELECT ` + columns + auditColumns + ` FROM cases_audit a JOIN cases_track t ON t.owner = a.owner AND t.id = a.track
		WHERE a.owner = $1 AND a.school = $4 AND ` + access.Scope(access.Lead, "a.track") + ` AND (a.opened_at, a.track) < ($6, $7)
		ORDER BY a.opened_at DESC, a.track DESC LIMIT 51`)
	reportsOf = db.SQL(`SELECT thing, state, triggered_at, met_at, first_on FROM duty_state
		WHERE owner = $1 AND duty IN ('k12.report', 'k12.staff_report') AND state <> 'ended' AND thing IN (` + db.Marks(2) + `)`)
)

// Leads says whether the actor decides in the ordinary cases of the school:
// rektor, or who stands in.
func (d *Desk) Leads(ctx context.Context, by tilhor.Actor) (leads bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		err := d.leads(tx, by, d.Clock())
		leads = err == nil
		if errors.Is(err, tilhor.ErrNotFound) {
			return nil
		}
		return err
	})
	return leads, err
}

// Audits lists the cases of the school with how each stands the three tests, the
// newest first, fifty at a time, for who decides there; those that are over only
// when all are asked for. It opens no word of them.
func (d *Desk) Audits(ctx context.Context, by tilhor.Actor, every bool, after string) (rows []AuditRow, next string, err error) {
	now := d.Clock()
	at, id := auditCursor(after)
	list := auditOpen
	if every {
		list = auditAll
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		rows, next = nil, ""
		if err := d.leads(tx, by, now); err != nil {
			return err
		}
		err := tx.Each(list, func(scan db.Scan) error {
			r, err := auditRow(scan)
			rows = append(rows, r)
			return err
		}, access.Args(by, access.Lead, now, at, id)...)
		if err != nil {
			return err
		}
		if len(rows) > page {
			rows = rows[:page]
			last := rows[page-1]
			next = strconv.FormatInt(last.Opened.UnixMilli(), 10) + "-" + string(last.ID)
		}
		if err := d.reports(tx, by.Owner, rows); err != nil {
			return err
		}
		return d.nameAudits(tx, by.Owner, rows, now)
	})
	if err != nil || len(rows) == 0 {
		return rows, next, err
	}
	return rows, next, d.listed(ctx, by, "audit", listOf(rows), now)
}

// auditCursor is the row a page begins after; the first page begins at the end of
// time.
func auditCursor(s string) (at int64, id string) {
	n, rest, ok := strings.Cut(s, "-")
	if at, err := strconv.ParseInt(n, 10, 64); ok && err == nil {
		return at, rest
	}
	return 1 << 62, ""
}

func auditRow(scan db.Scan) (r AuditRow, err error) {
	var unknown bool
	var finished, planned int64
	var findings int
	if r.Track, err = trackRow(func(dst ...any) error {
		return scan(append(dst, &unknown, &finished, &planned, &findings, &r.N, &r.Clear)...)
	}); err != nil {
		return r, err
	}
	r.Told.Verdict, r.Found, r.Concrete = NotAsked, NotYet, NotYet
	if unknown {
		r.Told.Verdict = NotShown
	}
	switch {
	case planned > 0 && findings == 0:
		r.Found = NotKept
	case planned > 0 || finished > 0:
		r.Found = Kept
	}
	switch {
	case planned == 0:
	case r.Clear < 0:
		r.Concrete = NotShown
	case r.Clear == r.N:
		r.Concrete = Kept
	default:
		r.Concrete = NotKept
	}
	return r, nil
}

// reports puts on every row how the duty to report stands, the worst of each.
func (d *Desk) reports(tx *db.Tx, owner tilhor.OwnerID, rows []AuditRow) error {
	worst := map[string]ToldTest{}
	err := db.InMany(trackIDs(listOf(rows)), db.Args(owner), func(args []any) error {
		return tx.Each(reportsOf, func(scan db.Scan) error {
			var thing string
			var s duty.State
			var from, met int64
			var x ToldTest
			if err := scan(&thing, (*string)(&s), &from, &met, (*string)(&x.Within)); err != nil {
				return err
			}
			if x.Verdict, x.From = verdictOf(s), instant(from); met > 0 {
				x.Until = instant(met)
			}
			if rankVerdict[x.Verdict] > rankVerdict[worst[thing].Verdict] {
				worst[thing] = x
			}
			return nil
		}, args...)
	})
	for i := range rows {
		x, asked := worst[string(rows[i].ID)]
		if !asked {
			rows[i].Told = ToldTest{Verdict: NotAsked}
			continue
		}
		if rows[i].Told.Verdict == NotShown {
			x.Verdict = NotShown
		}
		rows[i].Told = x
	}
	return err
}

func listOf(rows []AuditRow) []Row {
	all := make([]Row, len(rows))
	for i, r := range rows {
		all[i].Track = r.Track
	}
	return all
}

func (d *Desk) nameAudits(tx *db.Tx, owner tilhor.OwnerID, rows []AuditRow, now time.Time) error {
	all := listOf(rows)
	err := d.nameRows(tx, owner, all, now)
	for i := range rows {
		rows[i].Track = all[i].Track
	}
	return err
}
