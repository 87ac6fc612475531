package work

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// A Finder looks for acts in the database, by opening what was sealed. It reads
// what is new at each Look, so that it costs what was written, not what is there.
type Finder struct {
	p     *Place
	since time.Time
	rows  map[string]bool // every row seen, so that none is counted twice
	found map[string]int
	told  map[string]int // of what every track of a pupil tells: how often each does
}

// Finder is a new one, that has seen nothing.
func (p *Place) Finder() *Finder {
	return &Finder{p: p, rows: map[string]bool{}, found: map[string]int{}, told: map[string]int{}}
}

// In goes on with a place that was opened anew over the same database.
func (f *Finder) In(p *Place) { f.p = p }

// findSQL are this tool's own statements, made when they are first used: a test that
// looks at every statement of the program must not meet them.
var findSQL = sync.OnceValue(func() (s struct {
	concerns, texts, plans, records, views, entered             *db.Stmt
	parcels, forces, homes, blocks, absences, judged, appointed *db.Stmt
	lines, machines, papers, parents                            *db.Stmt
	rooms, ideas, groups, called, heard, sent, shielded         *db.Stmt
},
) {
	// What is told without a name bears no time finer than the hour.
	s.concerns = db.SQL(`SELECT t.concern, t.field, t.sealed FROM concerns_text t JOIN concerns_concern c ON c.owner = t.owner AND c.id = t.concern
			WHERE t.owner = $1 AND (t.field IN ('saw', 'ask') AND (c.written_at >= $2 OR c.decided_at >= $2)
				OR t.field IN ('said', 'saw') AND c.channel IN ('pupil', 'anonymous') AND c.written_at + 3600000 >= $2)`)
	s.lines = db.SQL(`SELECT l.concern, l.id, l.sealed FROM dialogue_line l JOIN dialogue_thread t ON t.owner = l.owner AND t.concern = l.concern WHERE l.owner = $1 AND t.last_at + 3600000 >= $2`)
	s.heard = db.SQL(`SELECT hearing, id, sealed FROM hearing_line WHERE owner = $1 AND at >= $2 AND kind IN ('chosen', 'adopted', 'approved')`)
	s.sent = db.SQL(`SELECT l.id, h.slug FROM hearing_line l JOIN hearing_hearing h ON h.owner = l.owner AND h.id = l.hearing WHERE l.owner = $1 AND l.at >= $2 AND l.kind = 'sent'`)
	s.papers = db.SQL(`SELECT l.paper, l.id, l.sealed FROM danger_line l JOIN journal_entry e ON e.owner = l.owner AND e.id = l.entry WHERE l.owner = $1 AND e.written + 3600000 >= $2`) // the hour is all the record says
	s.parents = db.SQL(`SELECT DISTINCT pupil FROM roster_override WHERE owner = $1 AND written >= $2`)
	s.machines = db.SQL(`SELECT id, name FROM sfo_device WHERE owner = $1 AND at >= $2`)
	s.texts = db.SQL(`SELECT t.track, t.record, t.field, t.sealed FROM cases_text t WHERE t.owner = $1 AND t.field IN ('words', 'interests', 'text', 'reason', 'shows', 'look', 'grounds', 'reasons')
			AND t.record IN (SELECT r.id FROM cases_record r WHERE r.owner = $1 AND r.written_at >= $2 AND r.kind <> 'shielded')`)
	s.shielded = db.SQL(`SELECT t.track, t.record, t.field, t.sealed FROM cases_text t WHERE t.owner = $1
			AND t.record IN (SELECT r.id FROM cases_record r WHERE r.owner = $1 AND r.written_at >= $2 AND r.kind = 'shielded')`)
	s.plans = db.SQL(`SELECT track, version, sealed FROM cases_plan WHERE owner = $1 AND (saved_at >= $2 OR approved_at >= $2)`)
	s.records = db.SQL(`SELECT id, track, kind, ref FROM cases_record WHERE owner = $1 AND written_at >= $2 AND kind IN ('appointed', 'approved', 'together', 'shared', 'transfer-received') AND (kind <> 'together' OR answer = 'joined')`)
	s.parcels = db.SQL(`SELECT t.track, t.record, t.field, t.sealed FROM cases_text t WHERE t.owner = $1 AND t.field = 'part-note'
			AND t.record IN (SELECT r.id FROM cases_record r WHERE r.owner = $1 AND r.written_at >= $2 AND r.kind = 'transfer-contents')`)
	s.forces = db.SQL(`SELECT l.event, l.id, l.sealed FROM interventions_line l JOIN interventions_event e ON e.owner = l.owner AND e.id = l.event
			WHERE l.owner = $1 AND e.written_at >= $2`)
	s.homes = db.SQL(`SELECT DISTINCT pupil FROM roster_decision WHERE owner = $1 AND written >= $2`)
	s.blocks = db.SQL(`SELECT id, record FROM privacy_block WHERE owner = $1 AND at >= $2`)
	s.absences = db.SQL(`SELECT id, person, from_on FROM cases_absence WHERE owner = $1 AND at >= $2`)
	s.judged = db.SQL(`SELECT DISTINCT insight FROM cases_passage WHERE owner = $1 AND at >= $2`)
	s.appointed = db.SQL(`SELECT r.id, c.slug FROM cases_record r JOIN cases_record t ON t.owner = r.owner AND t.track = r.track AND t.kind = 'told'
			JOIN concerns_concern c ON c.owner = t.owner AND c.id = t.ref WHERE r.owner = $1 AND r.written_at >= $2 AND r.kind = 'led-by'`)
	s.rooms = db.SQL(`SELECT school, id, sealed FROM bodies_line WHERE owner = $1 AND at >= $2 AND kind = 'meeting'`)
	s.ideas = db.SQL(`SELECT secret, id, sealed FROM ideas_line WHERE owner = $1 AND at >= $2`)
	s.groups = db.SQL(`SELECT circle, id, sealed FROM circles_line WHERE owner = $1 AND at >= $2`)
	s.called = db.SQL(`SELECT id, kind, thing FROM bodies_line WHERE owner = $1 AND at >= $2 AND kind IN ('call', 'approved')`)
	s.views = db.SQL(`SELECT id, view FROM journal_entry WHERE owner = $1 AND written >= $2 AND view IS NOT NULL`)
	s.entered = db.SQL(`SELECT id, data FROM web_session WHERE owner = $1 AND began >= $2`)
	return s
})

// ours is what an id looks like when it is found in a text.
var ours = regexp.MustCompile(`(` + strings.Join(append(WholeKinds(), "tell", "take", "hear", "weigh", "plan", "evaluate", "note", "read", "session"), "|") + `)-[a-z2-7]{26}`)

// Look reads what was written since the last Look.
func (f *Finder) Look(ctx context.Context) error {
	begun := f.p.Clock()
	since := f.since.UnixMilli()
	if f.since.IsZero() {
		since = 0
	}
	err := f.p.DB.Read(ctx, func(tx *db.Tx) error {
		for _, look := range []func(*db.Tx, int64) error{f.concerns, f.texts, f.plans, f.records, f.views, f.sessions, f.ownKeys, f.homes, f.voices, f.parents, f.rest} {
			if err := look(tx, since); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		f.since = begun.Add(-5 * time.Minute) // what was under way bears a time from before
	}
	return err
}

// Count is how often an act was found.
func (f *Finder) Count(id string) int { return f.found[id] }

// Doubled lists what was found more than once.
func (f *Finder) Doubled() (all []string) {
	for id, n := range f.found {
		if n > 1 {
			all = append(all, id)
		}
	}
	return all
}

// row counts the id in a row, once for each row.
func (f *Finder) row(row, id string) {
	if id == "" || f.rows[row] {
		return
	}
	f.rows[row] = true
	f.found[id]++
}

// inEach counts an act that every track of a pupil tells of, as often as one of them
// does; that all do is for noHalves to say.
func (f *Finder) inEach(track, row, id string) {
	if id == "" || f.rows[row] {
		return
	}
	f.rows[row] = true
	f.told[track+id]++
	f.found[id] = max(f.found[id], f.told[track+id])
}

func (f *Finder) concerns(tx *db.Tx, since int64) error {
	return f.sealed(tx, findSQL().concerns, since, func(scan db.Scan) (kind seal.Kind, thing, field, id string, sealed []byte, err error) {
		err = scan(&thing, &field, &sealed)
		return seal.KindConcern, thing, field, thing, sealed, err
	})
}

// texts finds what was written in tracks, what was handed on, under the parcel's own
// key, and how pupils' addresses were protected.
func (f *Finder) texts(tx *db.Tx, since int64) error {
	for _, q := range []*db.Stmt{findSQL().texts, findSQL().parcels, findSQL().shielded} {
		err := f.sealed(tx, q, since, func(scan db.Scan) (kind seal.Kind, thing, field, id string, sealed []byte, err error) {
			err = scan(&thing, &id, &field, &sealed)
			return seal.KindTrack, thing, field, id, sealed, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sealed opens every row of a statement with the key of its thing.
func (f *Finder) sealed(tx *db.Tx, q *db.Stmt, since int64, row func(db.Scan) (kind seal.Kind, thing, field, id string, sealed []byte, err error)) error {
	type text struct {
		kind             seal.Kind
		thing, field, id string
		sealed           []byte
	}
	var all []text
	err := tx.Each(q, func(scan db.Scan) (err error) {
		var t text
		t.kind, t.thing, t.field, t.id, t.sealed, err = row(scan)
		if !f.rows[t.id+t.field] {
			all = append(all, t)
		}
		return err
	}, Owner, since)
	if err != nil {
		return err
	}
	keys := map[string]seal.Key{}
	for _, t := range all {
		key, known := keys[t.thing]
		if !known {
			if key, err = f.p.Keys.Get(tx, Owner, t.kind, t.thing); err != nil {
				return err
			}
			keys[t.thing] = key
		}
		plain, err := key.Open(t.field, t.id, t.sealed)
		if err != nil {
			return err
		}
		if id := ours.FindString(plain); q == findSQL().shielded {
			f.inEach(t.thing, t.id+t.field, id)
		} else {
			f.row(t.id+t.field, id)
		}
	}
	return nil
}

func (f *Finder) plans(tx *db.Tx, since int64) error {
	type row struct {
		track, version string
		sealed         []byte
	}
	var all []row
	err := tx.Each(findSQL().plans, func(scan db.Scan) error {
		var r row
		err := scan(&r.track, &r.version, &r.sealed)
		all = append(all, r)
		return err
	}, Owner, since)
	if err != nil {
		return err
	}
	for _, r := range all {
		key, err := f.p.Keys.Get(tx, Owner, seal.KindTrack, r.track)
		if err != nil {
			return err
		}
		plain, err := key.Open("plan", "plan-"+r.version, r.sealed)
		if err != nil {
			return err
		}
		var p struct{ Why string }
		if err := json.Unmarshal([]byte(plain), &p); err != nil {
			return err
		}
		f.row(r.track+"plan"+r.version, ours.FindString(p.Why))
	}
	return nil
}

func (f *Finder) records(tx *db.Tx, since int64) error {
	return tx.Each(findSQL().records, func(scan db.Scan) error {
		var id, track, kind, ref string
		if err := scan(&id, &track, &kind, &ref); err != nil {
			return err
		}
		f.row(id, map[string]string{
			"approved": "approve-" + track, "appointed": "appoint-" + track + "-" + ref, "together": "join-" + track,
			"shared": "share-" + track + "-" + ref, "transfer-received": "accept-" + ref,
		}[kind])
		return nil
	}, Owner, since)
}

func (f *Finder) views(tx *db.Tx, since int64) error {
	return tx.Each(findSQL().views, func(scan db.Scan) error {
		var id, view string
		err := scan(&id, &view)
		f.row(id, ours.FindString(view))
		return err
	}, Owner, since)
}

// sessions finds the ids that sign-ins carried as the level they were made at.
func (f *Finder) sessions(tx *db.Tx, since int64) error {
	key, err := f.p.Keys.Get(tx, Owner, seal.KindSession, "web")
	if err != nil {
		return err
	}
	return tx.Each(findSQL().entered, func(scan db.Scan) error {
		var id string
		var data []byte
		if err := scan(&id, &data); err != nil || len(data) == 0 || f.rows["s"+id] {
			return err
		}
		plain, err := key.Open("session", id, data)
		if err != nil {
			return err
		}
		f.row("s"+id, ours.FindString(plain))
		return nil
	}, Owner, since)
}

// ownKeys finds what lies under a key of its own, with nothing beside it but whose
// it is: interventions, talks about what was told, hearings, and the sealed notes
// that only their writers know of.
func (f *Finder) ownKeys(tx *db.Tx, since int64) error {
	return f.own(tx, since, []ownKey{
		{findSQL().forces, seal.KindForce, "line"},
		{findSQL().lines, seal.KindConcern, "said"},
		{findSQL().heard, seal.KindHearing, "hearing"},
		{findSQL().papers, seal.KindNote, "line"},
	})
}

// An ownKey is where the rows of a room lie, and what their one text is bound to.
type ownKey struct {
	all   *db.Stmt
	kind  seal.Kind
	field string
}

func (f *Finder) own(tx *db.Tx, since int64, rooms []ownKey) error {
	for _, room := range rooms {
		err := f.sealed(tx, room.all, since, func(scan db.Scan) (kind seal.Kind, thing, field, id string, sealed []byte, err error) {
			err = scan(&thing, &id, &sealed)
			return room.kind, thing, room.field, id, sealed, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// parents finds what was written of who is a guardian, by its reasons.
func (f *Finder) parents(tx *db.Tx, since int64) error {
	var pupils []tilhor.PersonID
	err := tx.Each(findSQL().parents, func(scan db.Scan) error {
		pupils = append(pupils, "")
		return scan(&pupils[len(pupils)-1])
	}, Owner, since)
	for _, p := range pupils {
		if err != nil {
			return err
		}
		var all []roster.Override
		all, err = f.p.Roster.Overrides(tx, Owner, p)
		for _, x := range all {
			f.row(x.Written.String()+x.Reason, ours.FindString(x.Reason))
		}
	}
	return err
}

// homes finds what was decided about homes, by its reasons.
func (f *Finder) homes(tx *db.Tx, since int64) error {
	var pupils []tilhor.PersonID
	err := tx.Each(findSQL().homes, func(scan db.Scan) error {
		pupils = append(pupils, "")
		return scan(&pupils[len(pupils)-1])
	}, Owner, since)
	for _, p := range pupils {
		if err != nil {
			return err
		}
		var all []roster.Decision
		all, err = f.p.Roster.Decisions(tx, Owner, p)
		for _, x := range all {
			if x.Kind != roster.NamedFor { // shielding is told in the tracks as well, and counted there
				f.row(x.ID, ours.FindString(x.Reason))
			}
		}
	}
	return err
}

// rest finds the acts that are known by what they are about.
func (f *Finder) rest(tx *db.Tx, since int64) error {
	var errs []error
	for _, of := range []struct {
		q  *db.Stmt
		id func(scan db.Scan) (row, id string, err error)
	}{
		{findSQL().blocks, func(scan db.Scan) (row, id string, err error) { err = scan(&row, &id); return row, "stop-" + id, err }},
		{findSQL().judged, func(scan db.Scan) (row, id string, err error) {
			err = scan(&row)
			return "j" + row, "judge-" + row, err
		}},
		{findSQL().machines, func(scan db.Scan) (row, id string, err error) { err = scan(&row, &id); return row, id, err }},
		{findSQL().appointed, func(scan db.Scan) (row, id string, err error) { err = scan(&row, &id); return row, "lead-" + id, err }},
		{findSQL().called, func(scan db.Scan) (row, id string, err error) {
			var kind, thing string
			err = scan(&row, &kind, &thing)
			return row, map[string]string{"call": "call-", "approved": "written-"}[kind] + thing, err
		}},
		{findSQL().sent, func(scan db.Scan) (row, id string, err error) { err = scan(&row, &id); return row, "sends-" + id, err }},
		{findSQL().absences, func(scan db.Scan) (row, id string, err error) {
			var who, from string
			err = scan(&row, &who, &from)
			return row, "away-" + who + "-" + from, err
		}},
	} {
		errs = append(errs, tx.Each(of.q, func(scan db.Scan) error {
			row, id, err := of.id(scan)
			f.row(row, id)
			return err
		}, Owner, since))
	}
	return errors.Join(errs...)
}
