package cases

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// Kinds of access to a track for somebody outside it (innsyn).
const (
	InsightAsked   Kind = "insight-asked"
	InsightDecided Kind = "insight-decided"
)

func init() { kinds[InsightAsked], kinds[InsightDecided] = true, true }

// InsightAskers are those who can ask; Bases the rules they can ask by. At
// school level the basis is disputed, so the one who decides chooses it.
var (
	InsightAskers = []string{"pupil", "parent", "other-parent", "employee", "press"}
	Bases         = []string{"gdpr-15", "fvl-18", "offl-3", "bl-47"}
)

// Provisions are the rules a passage can be shielded by, as the acts name them.
// Those in needsWords are given only with words of one's own.
var Provisions = []string{
	"fvl-13", "fvl-19", "offl-13", "offl-26",
	"popl-16-a", "popl-16-b", "popl-16-c", "popl-16-d", "popl-16-e", "popl-16-f",
}

func needsWords(provision string) bool { return provision != "fvl-13" && provision != "offl-13" }

// An Insight is one request for access to a track (innsynskrav).
type Insight struct {
	ID       tilhor.RecordID
	Track    Track
	Asker    string
	Basis    string
	Received tilhor.Date
	Due      tilhor.Date // empty where the act gives a word and no number
	Decided  bool
	Decision tilhor.RecordID
	Outcome  string          // whole, part, none
	To       tilhor.PersonID // which of the parents it is given to
}

// OfHome says whether it is one of the parents who asks.
func (i Insight) OfHome() bool { return i.Asker == "parent" || i.Asker == "other-parent" }

// A NewInsight registers that somebody asked.
type NewInsight struct {
	Asker    string
	Basis    string
	Who      string // the one who asks, in words
	Text     string // what is asked for
	Received tilhor.Date
}

// dueOn is when the answer is due: one month from receipt by the data protection
// regulation (art. 12). The others give a word, and no number is made of it.
func dueOn(basis string, received tilhor.Date) tilhor.Date {
	if basis != "gdpr-15" {
		return ""
	}
	return calendar.NextOpen(calendar.AddMonths(received, 1))
}

const insightColumns = `id, asker, basis, received_on, due_on, state, decision, outcome, guardian`

var (
	insertInsight = db.SQL(`INSERT INTO cases_insight (owner, id, track, school, asker, basis, received_on, due_on, state, decision, outcome)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', '')`)
	selectInsights = db.SQL(`SELECT ` + insightColumns + ` FROM cases_insight WHERE owner = $1 AND track = $2 ORDER BY received_on DESC, id`)
	selectOpenOnes = db.SQL(`SELECT track, ` + insightColumns + ` FROM cases_insight WHERE owner = $1 AND school = $2 AND state = 'open' ORDER BY due_on, id LIMIT 200`)
	selectOpenAfar = db.SQL(`SELECT i.track, ` + insightColumns + ` FROM (SELECT DISTINCT g.thing FROM access_grant g
		WHERE g.owner = $1 AND g.person = $3 AND g.kind = 'track' AND g.unit = $2) mine CROSS JOIN cases_insight i
		WHERE i.owner = $1 AND i.track = mine.thing AND i.school <> $2 AND i.state = 'open' ORDER BY i.due_on, i.id LIMIT 200`)
	decideInsight  = db.SQL(`UPDATE cases_insight SET state = 'decided', decision = $4, outcome = $5, guardian = $6 WHERE owner = $1 AND track = $2 AND id = $3 AND state = 'open'`)
	selectPassages = db.SQL(`SELECT passage, shown, reason, sealed FROM cases_passage WHERE owner = $1 AND insight = $2`)
	setPassage     = db.SQL(`INSERT INTO cases_passage (owner, insight, passage, shown, reason, sealed, by_person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (owner, insight, passage) DO UPDATE SET shown = excluded.shown, reason = excluded.reason, sealed = excluded.sealed,
			by_person = excluded.by_person, at = excluded.at`)
)

func insightRow(scan db.Scan, before ...any) (i Insight, err error) {
	var state string
	err = scan(append(before, &i.ID, &i.Asker, &i.Basis, &i.Received, &i.Due, &state, &i.Decision, &i.Outcome, &i.To)...)
	i.Decided = state == "decided"
	return i, err
}

// AskInsight registers a request for access. Whoever works the track can: the
// clock runs from when it was received, whoever received it.
func (d *Desk) AskInsight(ctx context.Context, by tilhor.Actor, slug string, n NewInsight) (id tilhor.RecordID, err error) {
	day := today(d.Clock())
	var c check
	c.oneOf(n.Asker, "asker", InsightAskers...)
	c.oneOf(n.Basis, "basis", Bases...)
	c.short(&n.Who, "from", false)
	c.Add(n.Who == "", "from", "cases.fault.from-who")
	c.text(&n.Text, "asked", false)
	c.between(n.Received, day.Add(-365), day, "received", "cases.fault.received")
	if err := c.Err(); err != nil {
		return "", err
	}
	err = d.on(ctx, by, access.Work, slug, func(w *work) error {
		id, err = w.write(note{kind: InsightAsked, when: tilhor.Now(w.now), ref: n.Basis, on: n.Received, answer: n.Asker, text: []field{{"from", n.Who}, {"text", n.Text}}})
		if err != nil {
			return err
		}
		_, err = w.tx.Exec(insertInsight, by.Owner, id, w.t.ID, w.t.School, n.Asker, n.Basis, n.Received, dueOn(n.Basis, n.Received))
		return err
	})
	return id, err
}

// Insights are the requests for access to a track, the newest first.
func (d *Desk) Insights(ctx context.Context, by tilhor.Actor, slug string) (all []Insight, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, by, access.Work, slug, d.Clock())
		if err != nil {
			return err
		}
		all, err = d.insights(tx, by.Owner, t)
		return err
	})
	return all, err
}

func (d *Desk) insights(tx *db.Tx, owner tilhor.OwnerID, t Track) (all []Insight, err error) {
	err = tx.Each(selectInsights, func(scan db.Scan) error {
		i, err := insightRow(scan)
		i.Track = t
		all = append(all, i)
		return err
	}, owner, t.ID)
	return all, err
}

// InsightRows are the requests that wait in the tracks this person works.
func (d *Desk) InsightRows(ctx context.Context, by tilhor.Actor) (all []Insight, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var found []Insight
		var tracks []tilhor.TrackID
		add := func(scan db.Scan) error {
			var id tilhor.TrackID
			i, err := insightRow(scan, &id)
			found, tracks = append(found, i), append(tracks, id)
			return err
		}
		if err := tx.Each(selectOpenOnes, add, by.Owner, by.School); err != nil {
			return err
		}
		if err := tx.Each(selectOpenAfar, add, by.Owner, by.School, by.Person); err != nil { // given by name at another school
			return err
		}
		var ids []tilhor.PersonID
		for n, i := range found {
			i.Track, _, err = d.findID(tx, by, access.Work, tracks[n], now)
			if errors.Is(err, tilhor.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			all, ids = append(all, i), append(ids, i.Track.Pupil)
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for n := range all {
			all[n].Track.Name = names[all[n].Track.Pupil]
		}
		return err
	})
	if err != nil || len(all) == 0 {
		return all, err
	}
	rows := make([]Row, len(all))
	for n, i := range all {
		rows[n].Track = i.Track
	}
	return all, d.listed(ctx, by, "insight", rows, now)
}

// A Judgement is what a person decided of one passage.
type Judgement struct {
	Passage string `json:"passage"`
	Shown   bool   `json:"shown"`
	Reason  string `json:"reason,omitempty"` // a provision
	Words   string `json:"words,omitempty"`
}

// A Review is a request with its passages and what was judged of them so far. A
// passage that nobody has judged has no judgement, and is not shown.
type Review struct {
	File
	Insight  Insight
	Passages []Passage
	Judged   map[string]Judgement
}

// Left counts the passages nobody has judged yet.
func (r Review) Left() (n int) {
	for _, p := range r.Passages {
		if _, ok := r.Judged[p.Key]; !ok {
			n++
		}
	}
	return n
}

// ReviewInsight opens a request, passage by passage, for the one who decides.
func (d *Desk) ReviewInsight(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID) (r Review, err error) {
	now := d.Clock()
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		r, rule, err = d.review(tx, by, slug, id, now)
		return err
	})
	if err != nil {
		return Review{}, err
	}
	return r, d.DB.Write(ctx, func(tx *db.Tx) error {
		if r.Shielded {
			if err := d.opened(tx, by, r.ID, "insight", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(r.ID)), string(r.ID), "insight", string(rule), now)
	})
}

func (d *Desk) review(tx *db.Tx, by tilhor.Actor, slug string, id tilhor.RecordID, now time.Time) (r Review, rule access.Relation, err error) {
	if r.Track, rule, err = d.find(tx, by, access.Lead, slug, now); err != nil {
		return r, "", err
	}
	if err := d.load(tx, by, &r.File, now); err != nil {
		return r, "", err
	}
	r.Lead = true
	all, err := d.insights(tx, by.Owner, r.Track)
	if err != nil {
		return r, "", err
	}
	at := slices.IndexFunc(all, func(i Insight) bool { return i.ID == id })
	if at < 0 {
		return r, "", tilhor.ErrNotFound
	}
	r.Insight = all[at]
	names, err := d.otherNames(tx, by, r.File, now)
	if err != nil {
		return r, "", err
	}
	r.Passages = r.passages(names)
	talks, err := d.ownTalks(tx, by.Owner, r, names)
	if err != nil {
		return r, "", err
	}
	r.Passages = append(r.Passages, talks...)
	key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(r.ID))
	if err != nil {
		return r, "", err
	}
	r.Judged = map[string]Judgement{}
	err = tx.Each(selectPassages, func(scan db.Scan) error {
		var j Judgement
		var sealed []byte
		if err := scan(&j.Passage, &j.Shown, &j.Reason, &sealed); err != nil {
			return err
		}
		j.Words, err = key.Open("passage", string(id)+"/"+j.Passage, sealed)
		r.Judged[j.Passage] = j
		return err
	}, by.Owner, id)
	return r, rule, err
}

// otherNames are the first names of every other child at the school, and of the
// children of the matter.
func (d *Desk) otherNames(tx *db.Tx, by tilhor.Actor, f File, now time.Time) (map[string]bool, error) {
	names := map[string]bool{}
	first := func(name string) {
		if parts := strings.Fields(strings.ToLower(name)); len(parts) > 0 {
			names[parts[0]] = true
		}
	}
	pupils, err := d.Roster.Pupils(tx, by.Owner, f.School, today(now))
	if err != nil {
		return nil, err
	}
	for _, p := range pupils {
		if p.ID != f.Pupil {
			first(p.Name)
		}
	}
	for _, c := range f.Children {
		first(c.Name)
	}
	if own := strings.Fields(strings.ToLower(f.Name)); len(own) > 0 {
		delete(names, own[0])
	}
	return names, nil
}

// Judge keeps what a person decided of some passages. To shield takes the
// provision it is done by; most of them take words of one's own as well.
func (d *Desk) Judge(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, all []Judgement) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		r, rule, err := d.review(tx, by, slug, id, now)
		if err != nil {
			return err
		}
		if r.Insight.Decided {
			return tilhor.ErrConflict
		}
		all := slices.Clone(all)
		var c check
		for i := range all {
			j := &all[i]
			at := j.Passage
			c.Add(!slices.ContainsFunc(r.Passages, func(p Passage) bool { return p.Key == j.Passage }), at, "cases.fault.passage")
			if j.Shown {
				j.Reason, j.Words = "", ""
				continue
			}
			c.Add(!slices.Contains(Provisions, j.Reason), at, "cases.fault.provision")
			c.limit(&j.Words, at, false, maxShort, "cases.fault.short")
			c.Add(slices.Contains(Provisions, j.Reason) && needsWords(j.Reason) && j.Words == "", at, "cases.fault.own-words")
		}
		if err := c.Err(); err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(r.ID))
		if err != nil {
			return err
		}
		for _, j := range all {
			s := key.Seal("passage", string(id)+"/"+j.Passage, j.Words)
			if _, err := tx.Exec(setPassage, by.Owner, id, j.Passage, j.Shown, j.Reason, s.Bytes, by.Person, now.UnixMilli()); err != nil {
				return err
			}
		}
		_, err = d.Journal.Append(tx, journal.Entry{
			Stream: stream(r.ID), Act: "cases.insight-judged", Subject: string(id), When: tilhor.Now(now), By: by, Rule: string(rule),
		})
		return err
	})
}

// A Reply answers a request for access.
type Reply struct {
	Refused  bool            // nothing is given
	Reason   string          // the provision a refusal stands on
	Text     string          // the written reason
	Complain string          // where and how the answer can be complained of
	To       tilhor.PersonID // which of the parents it is given to, when one of them asks, or NotListed
	Parent   bool            // who is not in the lists has shown to be the pupil's parent
}

// DecideInsight answers a request. Nothing is decided until a person has judged
// every passage; a refusal gives its reason in writing, with the provision
// (personopplysningsloven § 16 third paragraph).
func (d *Desk) DecideInsight(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, x Reply) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		r, _, err := d.review(w.tx, by, slug, id, w.now)
		if err != nil {
			return err
		}
		if r.Insight.Decided {
			return tilhor.ErrConflict
		}
		choices, outcome := r.choices(x.Refused)
		x := x
		var c check
		c.Add(!x.Refused && r.Left() > 0, "passages", "cases.fault.unjudged")
		c.Add(x.Refused && !slices.Contains(Provisions, x.Reason), "provision", "cases.fault.provision")
		c.text(&x.Text, "reason", x.Refused)
		c.text(&x.Complain, "complain", outcome != "whole")
		if err := c.Err(); err != nil {
			return err
		}
		if err := w.insightTo(r.Insight, &x); err != nil {
			return err
		}
		kept, err := json.Marshal(choices)
		if err != nil {
			return err
		}
		ref := string(id)
		n := note{kind: InsightDecided, when: tilhor.Now(w.now), ref: ref, answer: outcome, text: []field{
			{"provision", x.Reason}, {"reason", x.Text}, {"complain", x.Complain}, {"choices", string(kept)},
		}}
		decision, err := w.write(n)
		if err != nil {
			return err
		}
		if _, err = w.tx.Exec(decideInsight, by.Owner, w.t.ID, id, decision, outcome, x.To); err != nil || x.To == "" {
			return err
		}
		_, err = w.write(note{kind: HomeGiven, when: tilhor.Now(w.now), ref: string(x.To), answer: "insight"})
		return err
	})
}

// NotListed stands for a parent without parental responsibility who is in none of
// the lists.
const NotListed tilhor.PersonID = "not-listed"

// insightTo asks which of the parents a copy is given to, and whether that one
// may be told.
func (w *work) insightTo(i Insight, x *Reply) error {
	if x.Refused || !i.OfHome() {
		x.To = ""
		return nil
	}
	i.To = x.To
	key, err := w.d.mayHave(w.tx, w.by.Owner, w.t, i, w.now)
	if err != nil {
		return err
	}
	if key != "" {
		return tilhor.Faults{{Field: "to", Key: key}}
	}
	if x.To == NotListed && !x.Parent {
		return tilhor.Faults{{Field: "parent", Key: "home.fault.parent"}}
	}
	return nil
}

// mayHave says why a copy may not be given to whom it is for, "" when it may. A
// parent who has no parental responsibility can be given what a person has
// judged, by the rule that is made for it (barnelova § 47); nobody else who is
// not told all. One whom the lists do not know cannot, while anybody is to be
// kept from it: nobody knows that it is another.
func (d *Desk) mayHave(tx *db.Tx, owner tilhor.OwnerID, t Track, i Insight, now time.Time) (key string, err error) {
	switch {
	case i.To == "":
		return "home.fault.guardian", nil
	case i.To == NotListed && (i.Basis != "bl-47" || i.Asker != "parent"):
		return "home.fault.may-not", nil
	case i.To == NotListed:
		x, err := d.atHome(tx, owner, t, now)
		if err == nil && x.keeps() {
			key = "home.fault.not-listed"
		}
		return key, err
	}
	may, err := d.telling(tx, owner, t, i.To, now)
	if may.May != roster.TellAll && !(i.Basis == "bl-47" && may.Why == WhyNone) {
		key = "home.fault.may-not"
	}
	return key, err
}

// choices are the judgements as they are decided on, and what they come to.
func (r Review) choices(refused bool) (all []Judgement, outcome string) {
	outcome = "whole"
	for _, p := range r.Passages {
		j := r.Judged[p.Key]
		j.Passage = p.Key
		if refused {
			j = Judgement{Passage: p.Key}
		}
		if !j.Shown {
			outcome = "part"
		}
		all = append(all, j)
	}
	if refused {
		outcome = "none"
	}
	return all, outcome
}

// A Copy is what somebody is given: each passage that is shown, and in the place
// of every other one, that it is left out and why.
type Copy struct {
	Track    Track
	Insight  Insight
	Asked    Record
	Decision Record
	Items    []CopyItem
	Kept     bool // what was decided about the home since: it is not given now, and nothing stands in it
}

// A CopyItem is one passage as it stands in a copy. Text is empty when it is
// left out.
type CopyItem struct {
	Kind   Kind
	When   tilhor.When
	Record tilhor.RecordID
	Field  string
	Text   string
	Reason string
	Words  string
	Held   bool // rektor has blocked it since
	Silent bool // left out, and without a place of its own
}

// CopyOf gives the copy of a request that is decided. It is made of what was
// decided then, and of nothing else: a passage written since is not in it. Of a
// protected pupil's track it takes an unlocking.
func (d *Desk) CopyOf(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID) (c Copy, err error) {
	now := d.Clock()
	var rule access.Relation
	shielded := false
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		var r Review
		if r, rule, err = d.review(tx, by, slug, id, now); err != nil {
			return err
		}
		if !r.Insight.Decided {
			return tilhor.ErrNotFound
		}
		shielded = r.Shielded
		if r.Insight.OfHome() && r.Insight.Outcome != "none" { // what was decided about the home since
			no, err := d.mayHave(tx, by.Owner, r.Track, r.Insight, now)
			if err != nil {
				return err
			}
			if no != "" {
				c = Copy{Track: r.Track, Insight: r.Insight, Kept: true}
				return nil
			}
		}
		c, err = r.copy()
		return err
	})
	if err != nil {
		return Copy{}, err
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if shielded {
			if !c.Kept { // else nothing stands in it
				if err := d.Spend(tx, by, c.Track.ID, now); err != nil {
					return err
				}
			}
			if err := d.opened(tx, by, c.Track.ID, "copy", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(c.Track.ID)), string(c.Track.ID), "copy", string(rule), now)
	})
	if err != nil {
		return Copy{}, err
	}
	return c, nil
}

func (r Review) copy() (Copy, error) {
	c := Copy{Track: r.Track, Insight: r.Insight}
	asked, decision := r.Record(r.Insight.ID), r.Record(r.Insight.Decision)
	if asked == nil || decision == nil {
		return c, tilhor.ErrNotFound
	}
	c.Asked, c.Decision = *asked, *decision
	var all []Judgement
	if err := json.Unmarshal([]byte(decision.Text["choices"]), &all); err != nil {
		return c, errors.New("the judgements of a decision on access cannot be read")
	}
	there := map[string]Passage{}
	for _, p := range r.Passages {
		there[p.Key] = p
	}
	for _, j := range all {
		p, ok := there[j.Passage]
		if !ok { // blocked or shredded since
			c.Items = append(c.Items, CopyItem{Held: true})
			continue
		}
		if p.sender != "" && r.Insight.OfHome() && p.sender != r.Insight.To { // another one's talk
			continue
		}
		x := CopyItem{Kind: p.Kind, When: p.When, Record: p.Record, Field: p.Field, Reason: j.Reason, Words: j.Words}
		if j.Shown {
			x.Text = p.Text
		} else if p.Silent() {
			x = CopyItem{Reason: j.Reason, Words: j.Words, Silent: true}
		}
		c.Items = append(c.Items, x)
	}
	return c, nil
}
