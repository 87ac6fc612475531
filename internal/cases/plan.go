package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/privacy"
	"tilhor/internal/seal"
)

// A Measure is one measure of a plan (tiltak), with the five things the act
// asks of the plan: the problem it shall solve, what is planned, when, who
// carries it out, and when it is evaluated (§ 12-4 third paragraph).
type Measure struct {
	ID       tilhor.MeasureID `json:"id,omitempty"`
	Problem  string           `json:"problem"`
	What     string           `json:"what"`
	When     string           `json:"when"` // in words: before and after gym
	Start    tilhor.Date      `json:"start"`
	Until    tilhor.Date      `json:"until,omitempty"`
	Weekdays string           `json:"weekdays,omitempty"` // "135"; empty: every school day
	Doer     tilhor.PersonID  `json:"doer"`
	Evaluate tilhor.Date      `json:"evaluate"`

	Version int         `json:"-"`
	Name    string      `json:"-"` // of the doer
	Gone    bool        `json:"-"` // the doer does not work at the school any more
	Running bool        `json:"-"`
	Away    tilhor.Date `json:"-"` // the doer is away until then, and nobody carries it out meanwhile
	Urgent  bool        `json:"-"`
}

// empty says whether nothing was filled in: an extra row of the form.
func (m Measure) empty() bool {
	m.ID = ""
	return m == Measure{}
}

// A Plan is one version of the written plan (aktivitetsplan) for one pupil.
type Plan struct {
	Version    int             `json:"version"`
	Measures   []Measure       `json:"measures"`
	Why        string          `json:"why,omitempty"` // what is changed since the last version, and why
	Rev        int             `json:"-"`
	Draft      bool            `json:"-"`
	SavedAt    time.Time       `json:"-"`
	SavedBy    tilhor.PersonID `json:"-"`
	SavedName  string          `json:"-"`
	ApprovedAt time.Time       `json:"-"`
	ApprovedBy tilhor.PersonID `json:"-"`
	Approver   string          `json:"-"`
}

// Evaluate is the first date that a measure of the plan shall be evaluated.
func (p Plan) Evaluate() (first tilhor.Date) {
	for _, m := range p.Measures {
		if first == "" || m.Evaluate != "" && m.Evaluate < first {
			first = m.Evaluate
		}
	}
	return first
}

// starts is the day the first measure of the plan begins.
func (p Plan) starts() (first tilhor.Date) {
	for _, m := range p.Measures {
		if first == "" || m.Start < first {
			first = m.Start
		}
	}
	return first
}

// A Lack is one thing that is missing before the plan can be approved, and
// where it is put right.
type Lack struct {
	Key     string // cases.lack.…
	Page    string // samtaler, elevens-beste, plan
	Child   string // the code of a child not heard
	Measure int    // the measure, from 1
	Field   string // its field
}

// Lacks lists what the plan itself lacks of the five elements.
func (p Plan) Lacks() (all []Lack) {
	if len(p.Measures) == 0 {
		return []Lack{{Key: "cases.lack.measures", Page: "plan", Measure: 1, Field: "problem"}}
	}
	for i, m := range p.Measures {
		for _, e := range []struct {
			field   string
			missing bool
		}{{"problem", m.Problem == ""}, {"what", m.What == ""}, {"start", m.Start == ""}, {"doer", m.Doer == ""}, {"evaluate", m.Evaluate == ""}} {
			if e.missing {
				all = append(all, Lack{Key: "cases.lack." + e.field, Page: "plan", Measure: i + 1, Field: e.field})
			}
		}
		if m.Blank() { // of the library: who, where or when is not written
			all = append(all, Lack{Key: "cases.lack.blank", Page: "plan", Measure: i + 1, Field: "what"})
		}
	}
	return all
}

// lapsed are the measures whose date of evaluation has passed while the plan
// lay as a draft: the act asks when it shall be evaluated, not when it should
// have been.
func (p Plan) lapsed(today tilhor.Date) (all []Lack) {
	for i, m := range p.Measures {
		if m.Evaluate != "" && m.Evaluate < today {
			all = append(all, Lack{Key: "cases.lack.evaluate-passed", Page: "plan", Measure: i + 1, Field: "evaluate"})
		}
	}
	return all
}

// vague are words that name no act and nobody. They give a question beside the
// field, and never stop anyone from saving.
var vague = []string{"følge ekstra med", "følgje ekstra med", "følge med", "følgje med", "alle ", "ved behov", "være obs", "vere obs", "fokus på", "ha fokus", "så langt det er mulig", "holde øye", "halde auge"}

// Vague says whether a measure's text is of the kind nobody can carry out or
// evaluate.
func (m Measure) Vague() bool {
	s := strings.ToLower(m.What + " ")
	for _, v := range vague {
		if strings.Contains(s, v) {
			return true
		}
	}
	return false
}

// A Clash is the answer to the second of two who write at once: what the other
// saved meanwhile, so that nothing is lost. It is tilhor.ErrConflict.
type Clash struct{ Theirs Plan }

func (Clash) Error() string { return "someone else saved the plan meanwhile" }

// Unwrap makes it a conflict to those who need not know more.
func (Clash) Unwrap() error { return tilhor.ErrConflict }

var (
	selectPlans = db.SQL(`SELECT version, state, rev, saved_at, saved_by, approved_at, approved_by, sealed FROM cases_plan
		WHERE owner = $1 AND track = $2 ORDER BY version`)
	insertPlan = db.SQL(`INSERT INTO cases_plan (owner, track, version, state, rev, saved_at, saved_by, approved_by, sealed)
		VALUES ($1, $2, $3, 'draft', 1, $4, $5, '', $6)`)
	updatePlan = db.SQL(`UPDATE cases_plan SET rev = rev + 1, saved_at = $5, saved_by = $6, sealed = $7
		WHERE owner = $1 AND track = $2 AND version = $3 AND rev = $4 AND state = 'draft'`)
	approvePlan = db.SQL(`UPDATE cases_plan SET state = 'approved', approved_at = $5, approved_by = $6, sealed = $7
		WHERE owner = $1 AND track = $2 AND version = $3 AND rev = $4 AND state = 'draft'`)
)

func planID(version int) string { return fmt.Sprintf("plan-%d", version) }

// plans lists every version, the draft last.
func (d *Desk) plans(tx *db.Tx, owner tilhor.OwnerID, id tilhor.TrackID, key seal.Key) ([]Plan, error) {
	var all []Plan
	stopped, err := privacy.StoppedParts(tx, owner, id)
	if err != nil {
		return nil, err
	}
	err = tx.Each(selectPlans, func(scan db.Scan) error {
		var p Plan
		var state string
		var saved int64
		var approved *int64
		var sealed []byte
		if err := scan(&p.Version, &state, &p.Rev, &saved, &p.SavedBy, &approved, &p.ApprovedBy, &sealed); err != nil {
			return err
		}
		p.Draft, p.SavedAt = state == "draft", instant(saved)
		if approved != nil {
			p.ApprovedAt = instant(*approved)
		}
		if stopped[planID(p.Version)] || len(sealed) == 0 { // blocked or shredded: nobody reads it
			all = append(all, p)
			return nil
		}
		plain, err := key.Open("plan", planID(p.Version), sealed)
		if err != nil {
			return fmt.Errorf("open plan %d: %w", p.Version, err)
		}
		if err := json.Unmarshal([]byte(plain), &p); err != nil {
			return fmt.Errorf("read plan %d: %w", p.Version, err)
		}
		all = append(all, p)
		return nil
	}, owner, id)
	return all, err
}

func split(all []Plan) (current, draft *Plan) {
	for i := range all {
		if all[i].Draft {
			draft = &all[i]
		} else {
			current = &all[i]
		}
	}
	return current, draft
}

// SavePlan keeps the draft of the plan. rev is the draft that the writer saw:
// when another saved meanwhile, nothing is overwritten and both are shown.
// A draft may lack anything; only approval has gates.
func (d *Desk) SavePlan(ctx context.Context, by tilhor.Actor, slug string, rev int, p Plan) error {
	if err := p.check(today(d.Clock())); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error { return w.save(rev, p) })
}

func (w *work) save(rev int, p Plan) error {
	if err := w.running(); err != nil {
		return err
	}
	all, err := w.d.plans(w.tx, w.by.Owner, w.t.ID, w.key)
	if err != nil {
		return err
	}
	if err := w.doers(p, all); err != nil {
		return err
	}
	_, draft := split(all)
	if draft == nil {
		switch {
		case rev != 0 && len(all) == 0:
			return tilhor.ErrConflict // nobody has saved what the form says it changes
		case rev != 0:
			return Clash{all[len(all)-1]} // it was approved meanwhile
		}
		return w.newDraft(len(all)+1, p)
	}
	if draft.Rev != rev {
		return Clash{*draft}
	}
	p.Version = draft.Version
	s := w.sealPlan(p)
	n, err := w.tx.Exec(updatePlan, w.by.Owner, w.t.ID, p.Version, rev, w.now.UnixMilli(), w.by.Person, s.Bytes)
	if err != nil {
		return err
	}
	if n == 0 {
		return Clash{*draft}
	}
	return w.drafted(p.Version)
}

// doers refuses a draft that names somebody who does not work at the school:
// who opens the draft is shown the name. One who stood in the plan and has left
// since may stand until another is chosen; approval asks again.
func (w *work) doers(p Plan, before []Plan) error {
	known := map[tilhor.PersonID]bool{"": true}
	for _, b := range before {
		for _, m := range b.Measures {
			known[m.Doer] = true
		}
	}
	for i, m := range p.Measures {
		if known[m.Doer] {
			continue
		}
		if err := w.worksHere(m.Doer, i); err != nil {
			return err
		}
		known[m.Doer] = true
	}
	return nil
}

// worksHere refuses a doer at the field of its measure.
func (w *work) worksHere(doer tilhor.PersonID, i int) error {
	err := w.d.worksAt(w.tx, w.by, w.t.School, doer, w.now, "doer")
	if err == nil {
		err = w.notBarred(doer, "doer")
	}
	if tilhor.FaultsOf(err) == nil {
		return err
	}
	key := "cases.fault.doer"
	if tilhor.FaultsOf(err)[0].Key == faultWhole {
		key = faultWhole
	}
	return tilhor.Faults{{Field: fmt.Sprintf("m%d-doer", i+1), Key: key}}
}

func (w *work) newDraft(version int, p Plan) error {
	p.Version = version
	s := w.sealPlan(p)
	if _, err := w.tx.Exec(insertPlan, w.by.Owner, w.t.ID, version, w.now.UnixMilli(), w.by.Person, s.Bytes); err != nil {
		if db.Unique(err) {
			return tilhor.ErrConflict
		}
		return err
	}
	return w.drafted(version)
}

// drafted tells the record that a draft was saved; what it said is kept when
// it is approved.
func (w *work) drafted(version int) error {
	_, err := w.d.Journal.Append(w.tx, journal.Entry{
		Stream: stream(w.t.ID), Act: "cases.plan-saved", Subject: planID(version),
		When: tilhor.Now(w.now), By: w.by, Rule: string(w.rule),
	})
	return err
}

func (w *work) sealPlan(p Plan) seal.Sealed {
	plain, err := json.Marshal(p)
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	return w.key.Seal("plan", planID(p.Version), string(plain))
}

// check trims the draft, drops rows nobody filled in, and refuses only what
// cannot be kept.
func (p *Plan) check(now tilhor.Date) error {
	var c check
	c.text(&p.Why, "why", false)
	var kept []Measure
	for _, m := range p.Measures {
		at := func(f string) string { return fmt.Sprintf("m%d-%s", len(kept)+1, f) }
		c.limit(&m.Problem, at("problem"), false, maxText, "cases.fault.long")
		c.limit(&m.What, at("what"), false, maxText, "cases.fault.long")
		c.limit(&m.When, at("when"), false, maxShort, "cases.fault.short")
		c.Add(m.Until != "" && m.Until < m.Start, at("until"), "cases.fault.until")
		c.Add(m.Evaluate != "" && m.Start != "" && m.Evaluate < m.Start, at("evaluate"), "cases.fault.evaluate-before")
		c.Add(m.Evaluate != "" && m.Evaluate > now.Add(120), at("evaluate"), "cases.fault.evaluate-far")
		c.Add(m.Start > now.Add(120), at("start"), "cases.fault.start-far")
		c.Add(strings.Trim(m.Weekdays, "12345") != "", at("weekdays"), "cases.fault.weekdays")
		if !m.empty() {
			kept = append(kept, m)
		}
	}
	c.Add(len(kept) > 30, "m1-problem", "cases.fault.measures")
	p.Measures = kept
	return c.Err()
}

// A Missing is the kind refusal of an approval: what the plan lacks, and where
// each thing is put right.
type Missing struct{ Lacks []Lack }

func (Missing) Error() string { return "the plan lacks something" }

// Approve approves the draft that rektor saw. The gate is the law's: the
// exposed pupil and every other directly affected child heard (or declined),
// the best interest assessed (§§ 10-1, 10-2), the five elements and the date
// of evaluation in place (§ 12-4). What is approved is never changed again.
func (d *Desk) Approve(ctx context.Context, by tilhor.Actor, slug string, rev int) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error { return w.approveDraft(rev) })
}

// SaveAndApprove is SavePlan and Approve in one: rektor changed the plan on the
// page and approved it as it stood there. Either both are done or neither.
func (d *Desk) SaveAndApprove(ctx context.Context, by tilhor.Actor, slug string, rev int, p Plan) error {
	if err := p.check(today(d.Clock())); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if err := w.save(rev, p); err != nil {
			return err
		}
		return w.approveDraft(rev + 1)
	})
}

func (w *work) approveDraft(rev int) error {
	if err := w.running(); err != nil {
		return err
	}
	all, err := w.d.plans(w.tx, w.by.Owner, w.t.ID, w.key)
	if err != nil {
		return err
	}
	_, draft := split(all)
	if draft == nil {
		return tilhor.ErrConflict
	}
	if draft.Rev != rev {
		return Clash{*draft}
	}
	lacks, err := w.lacks(*draft)
	if err != nil {
		return err
	}
	if len(lacks) > 0 {
		return Missing{lacks}
	}
	return w.approve(*draft)
}

// lacks is the whole gate: what the facts lack, and what the plan lacks.
func (w *work) lacks(p Plan) ([]Lack, error) {
	gate, err := duty.GateOf(w.tx, w.by.Owner, string(w.t.ID), duty.GatePlan, w.now)
	if err != nil {
		return nil, err
	}
	return append(append(gateLacks(gate, w.t.Code()), p.Lacks()...), p.lapsed(today(w.now))...), nil
}

// gateLacks turns the missing things of a gate into what a person can do.
func gateLacks(g duty.Gate, own string) (all []Lack) {
	for _, m := range g.Missing {
		child, heard := strings.CutPrefix(m, "heard:")
		switch {
		case heard && child == own:
			all = append(all, Lack{Key: "cases.lack.heard", Page: "samtaler", Child: child})
		case heard:
			all = append(all, Lack{Key: "cases.lack.child", Page: "samtaler", Child: child})
		case m == "best-interest":
			all = append(all, Lack{Key: "cases.lack.best", Page: "elevens-beste"})
		default:
			all = append(all, Lack{Key: "cases.lack." + m, Page: "plan"})
		}
	}
	return all
}

func (w *work) approve(p Plan) error {
	for i := range p.Measures {
		m := &p.Measures[i]
		if err := w.worksHere(m.Doer, i); err != nil {
			return err
		}
		m.ID = tilhor.MeasureID(tilhor.NewID())
	}
	s := w.sealPlan(p)
	n, err := w.tx.Exec(approvePlan, w.by.Owner, w.t.ID, p.Version, p.Rev, w.now.UnixMilli(), w.by.Person, s.Bytes)
	if err != nil {
		return err
	}
	if n == 0 {
		return tilhor.ErrConflict
	}
	if _, err := w.write(note{kind: Approved, when: tilhor.Now(w.now), ref: fmt.Sprint(p.Version), on: p.Evaluate(), text: []field{{"why", p.Why}}}); err != nil {
		return err
	}
	if err := w.auditPlan(p); err != nil {
		return err
	}
	were, err := w.referring()
	if err != nil {
		return err
	}
	if err := w.endMeasures(p.starts()); err != nil {
		return err
	}
	running, sealed := false, []seal.Sealed{s}
	for _, m := range p.Measures {
		words, err := w.run(m, p.Version)
		if err != nil {
			return err
		}
		sealed = append(sealed, words...)
		running = running || m.Start <= today(w.now)
	}
	if err := w.goOn(were, p.Measures); err != nil {
		return err
	}
	if _, err := w.d.Journal.Append(w.tx, journal.Entry{
		Stream: stream(w.t.ID), Act: "cases.plan", Subject: planID(p.Version), When: tilhor.Now(w.now),
		By: w.by, Rule: string(w.rule), Parts: journal.Parts(sealed...),
	}); err != nil {
		return err
	}
	facts := []duty.Fact{{Kind: duty.PlanApproved, When: tilhor.Now(w.now), EvaluateOn: p.Evaluate()}}
	if running {
		facts = append(facts, duty.Fact{Kind: duty.MeasureStarted, When: tilhor.Now(w.now)})
	}
	return w.facts(facts...)
}
