package work

import (
	"errors"
	"fmt"
	"sync"

	"tilhor/internal/db"
)

// ErrHalf says that something stands half written.
var ErrHalf = errors.New("half written")

// halfSQL count what an act writes together and stands alone: rows without the
// record or the entry they belong to, keys and grants of things that are not
// there. What verify compares itself is not asked again.
var halfSQL = sync.OnceValue(func() map[string]*db.Stmt {
	all := map[string]string{
		"a question without its record":         `FROM cases_ask x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id AND r.kind = 'asked')`,
		"an answer without its record":          `FROM cases_ask x WHERE x.owner = $1 AND x.state = 'answered' AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.answer)`,
		"a notice without its record":           `FROM cases_notice x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id AND r.entry = x.entry)`,
		"a request without its record":          `FROM cases_insight x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id)`,
		"a decided request without its record":  `FROM cases_insight x WHERE x.owner = $1 AND x.state = 'decided' AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.decision)`,
		"a passage of no request":               `FROM cases_passage x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_insight i WHERE i.owner = x.owner AND i.id = x.insight)`,
		"a stand-in of no absence":              `FROM cases_cover x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_absence a WHERE a.owner = x.owner AND a.id = x.absence)`,
		"a stand-in the track does not tell of": `FROM cases_cover x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.track AND r.kind = 'covered' AND r.ref = x.standin)`,
		"a stand-in without a grant":            `FROM cases_cover x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.owner = x.owner AND g.kind = 'track' AND g.thing = x.track AND g.person = x.standin AND g.from_at = x.from_at)`,
		"a block without its part":              `FROM privacy_block x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM privacy_part p WHERE p.owner = x.owner AND p.block = x.id AND p.part = x.record)`,
		"a part of no block":                    `FROM privacy_part x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM privacy_block b WHERE b.owner = x.owner AND b.id = x.block)`,
		"a parcel without its record":           `FROM cases_transfer x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.record AND r.track = x.id)`,
		"a parcel that became no track":         `FROM cases_transfer x WHERE x.owner = $1 AND x.state = 'received' AND NOT EXISTS (SELECT 1 FROM cases_track t WHERE t.owner = x.owner AND t.id = x.to_track)`,
		"a shared measure nobody tells of":      `FROM cases_shared x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.track AND r.kind = 'shared' AND r.ref = x.measure)`,
		"a wall around no track":                `FROM cases_sealed x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_track t WHERE t.owner = x.owner AND t.id = x.track)`,
		"a sealed track nobody was told of":     `FROM cases_sealed x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_notice n WHERE n.owner = x.owner AND n.track = x.track)`,
		"somebody accused who is not barred":    `FROM cases_accused x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM access_bar b WHERE b.owner = x.owner AND b.kind = 'track' AND b.thing = x.track AND b.person = x.person)`,
		"an attached file without its record":   `FROM cases_file x WHERE x.owner = $1 AND x.record <> '' AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.record AND r.ref = x.id)`,
		"an attached file without a piece":      `FROM cases_file x WHERE x.owner = $1 AND x.record <> '' AND NOT EXISTS (SELECT 1 FROM cases_chunk c WHERE c.owner = x.owner AND c.file = x.id)`,
		"a piece of no file":                    `FROM cases_chunk x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_file f WHERE f.owner = x.owner AND f.id = x.file)`,
		"an intervention without a line":        `FROM interventions_event x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM interventions_line l WHERE l.owner = x.owner AND l.event = x.id)`,
		"a document without its entry":          `FROM archive_item x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.owner = x.owner AND e.id = x.entry)`,
		"a track nobody has":                    `FROM cases_track x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.owner = x.owner AND g.kind = 'track' AND g.thing = x.id AND g.relation = 'leads')`,
		"a grant of no track":                   `FROM access_grant x WHERE x.owner = $1 AND x.kind = 'track' AND NOT EXISTS (SELECT 1 FROM cases_track t WHERE t.owner = x.owner AND t.id = x.thing)`,
		"a grant of no intervention":            `FROM access_grant x WHERE x.owner = $1 AND x.kind = 'force' AND NOT EXISTS (SELECT 1 FROM interventions_event e WHERE e.owner = x.owner AND e.id = x.thing)`,
		"a key of no track": `FROM seal_key x WHERE x.owner = $1 AND x.kind = 'track' AND NOT EXISTS (SELECT 1 FROM cases_track t WHERE t.owner = x.owner AND t.id = x.thing)
			AND NOT EXISTS (SELECT 1 FROM cases_transfer p WHERE p.owner = x.owner AND p.id = x.thing)`,
		"a key of no intervention":          `FROM seal_key x WHERE x.owner = $1 AND x.kind = 'force' AND NOT EXISTS (SELECT 1 FROM interventions_event e WHERE e.owner = x.owner AND e.id = x.thing)`,
		"a key of no file":                  `FROM seal_key x WHERE x.owner = $1 AND x.kind = 'file' AND NOT EXISTS (SELECT 1 FROM cases_file f WHERE f.owner = x.owner AND f.id = x.thing)`,
		"a track without a key":             `FROM cases_track x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM seal_key k WHERE k.owner = x.owner AND k.kind = 'track' AND k.thing = x.id)`,
		"a talk of no concern":              `FROM dialogue_thread x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM concerns_concern c WHERE c.owner = x.owner AND c.id = x.concern)`,
		"a code of no talk":                 `FROM concerns_concern x WHERE x.owner = $1 AND x.channel = 'anonymous' AND NOT EXISTS (SELECT 1 FROM dialogue_thread t WHERE t.owner = x.owner AND t.concern = x.id)`,
		"a note nobody can open":            `FROM danger_line x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM danger_reader r WHERE r.owner = x.owner AND r.paper = x.paper)`,
		"a reader of no note":               `FROM danger_reader x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM danger_line l WHERE l.owner = x.owner AND l.paper = x.paper)`,
		"a key of no note":                  `FROM seal_key x WHERE x.owner = $1 AND x.kind = 'note' AND NOT EXISTS (SELECT 1 FROM danger_line l WHERE l.owner = x.owner AND l.paper = x.thing)`,
		"an emergency without its record":   `FROM privacy_glass x WHERE x.owner = $1 AND x.track <> '' AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id AND r.kind = 'glass')`,
		"an emergency nobody can look into": `FROM cases_record x WHERE x.owner = $1 AND x.kind = 'glass' AND NOT EXISTS (SELECT 1 FROM privacy_glass g WHERE g.owner = x.owner AND g.id = x.id)`,
		"an emergency without a grant":      `FROM cases_record x WHERE x.owner = $1 AND x.kind = 'glass' AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.owner = x.owner AND g.kind = 'track' AND g.thing = x.track AND g.relation = 'glass')`,
		"an order without its points":       `FROM cases_record x WHERE x.owner = $1 AND x.kind = 'state-decided' AND x.answer = 'breach' AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.kind = 'state-ordered' AND r.ref = x.id AND r.answer = '2')`,
		"a line of no talk":                 `FROM dialogue_line x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM dialogue_thread t WHERE t.owner = x.owner AND t.concern = x.concern AND (t.said_n >= x.n OR t.answer_n >= x.n))`,
		"a line without its entry":          `FROM dialogue_line x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.owner = x.owner AND e.id = x.entry)`,
		"a talk that ends nowhere":          `FROM dialogue_thread x WHERE x.owner = $1 AND x.answer_n > 0 AND NOT EXISTS (SELECT 1 FROM dialogue_line l WHERE l.owner = x.owner AND l.concern = x.concern AND l.n = x.answer_n)`,
		"an end without its record":         `FROM cases_track x WHERE x.owner = $1 AND x.state IN ('closed', 'stepped-down', 'left') AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.id AND r.kind = x.state)`,
		"a closing that did not end": `FROM cases_record x JOIN cases_track t ON t.owner = x.owner AND t.id = x.track WHERE x.owner = $1 AND x.kind = 'closed' AND t.state = 'open'
			AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.track AND r.kind = 'reopened')`,
		"a pupil who left and did not":           `FROM cases_record x JOIN cases_track t ON t.owner = x.owner AND t.id = x.track WHERE x.owner = $1 AND x.kind = 'left' AND t.state <> 'left'`,
		"a pupil who left, and no duty knows it": `FROM cases_record x WHERE x.owner = $1 AND x.kind = 'left' AND NOT EXISTS (SELECT 1 FROM duty_fact f WHERE f.owner = x.owner AND f.thing = x.track AND f.kind = 'left-school')`,
		"a measure for a pupil who left":         `FROM cases_measure x JOIN cases_track t ON t.owner = x.owner AND t.id = x.track WHERE x.owner = $1 AND x.state = 'running' AND t.state = 'left'`,
		"a question about a pupil who left":      `FROM cases_ask x JOIN cases_track t ON t.owner = x.owner AND t.id = x.track WHERE x.owner = $1 AND x.state = 'open' AND t.state = 'left'`,
		"a protected pupil without a guard":      `FROM roster_person x WHERE x.owner = $1 AND x.protection <> '' AND NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = x.owner AND k.kind = 'person' AND k.thing = x.id AND k.until_at = 9223372036854775807)`,
		"a guard of nobody who is protected":     `FROM access_guard x WHERE x.owner = $1 AND x.until_at = 9223372036854775807 AND NOT EXISTS (SELECT 1 FROM roster_person p WHERE p.owner = x.owner AND p.id = x.subject AND p.protection <> '')`,
		"a guard of nothing":                     `FROM access_guard x WHERE x.owner = $1 AND x.kind <> 'person' AND NOT EXISTS (SELECT 1 FROM access_subject s WHERE s.owner = x.owner AND s.kind = x.kind AND s.thing = x.thing AND s.person = x.subject)`,
		"something beside its guard": `FROM access_subject x JOIN access_guard k ON k.owner = x.owner AND k.kind = 'person' AND k.thing = x.person AND k.until_at = 9223372036854775807 WHERE x.owner = $1
			AND NOT EXISTS (SELECT 1 FROM access_guard g WHERE g.owner = x.owner AND g.kind = x.kind AND g.thing = x.thing AND g.subject = x.person AND g.until_at = k.until_at)`,
		"a protected pupil nobody is named for": `FROM roster_person x WHERE x.owner = $1 AND x.protection <> '' AND (NOT EXISTS (SELECT 1 FROM roster_decision d WHERE d.owner = x.owner AND d.pupil = x.id AND d.kind = 'named' AND d.written >= x.protected_at)
			OR NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.owner = x.owner AND g.kind = 'person' AND g.thing = x.id AND g.relation = 'leads' AND g.until_at = 9223372036854775807))`,
		"a track that does not tell how its pupil is protected": `FROM roster_person x JOIN cases_track t ON t.owner = x.owner AND t.pupil = x.id WHERE x.owner = $1
			AND (SELECT COUNT(*) FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'shielded' AND r.answer <> 'lifted') <> CASE WHEN x.protection = '' THEN 0 ELSE 1 END
				+ (SELECT COUNT(*) FROM cases_record r WHERE r.owner = t.owner AND r.track = t.id AND r.kind = 'shielded' AND r.answer = 'lifted')`,
		"a protected pupil's track that nobody named has": `FROM access_guard x WHERE x.owner = $1 AND x.kind = 'track' AND x.until_at = 9223372036854775807
			AND NOT EXISTS (SELECT 1 FROM access_grant g JOIN access_grant n ON n.owner = g.owner AND n.kind = 'person' AND n.thing = x.subject AND n.relation = 'named' AND n.person = g.person
				WHERE g.owner = x.owner AND g.kind = 'track' AND g.thing = x.thing AND g.relation = 'leads')`,
		"a parting the others do not tell of": `FROM cases_record x WHERE x.owner = $1 AND x.kind = 'together' AND x.answer = 'out' AND NOT EXISTS (SELECT 1 FROM cases_stood s JOIN cases_record r ON r.owner = s.owner AND r.track = s.other
			AND r.kind = 'together' AND r.answer = 'left' WHERE s.owner = x.owner AND s.track = x.track)`,
		"a parting nobody tells of":              `FROM cases_stood x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track IN (x.track, x.other) AND r.kind = 'together' AND r.answer = 'out')`,
		"one who stood with another who did not": `FROM cases_stood x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_stood s WHERE s.owner = x.owner AND s.track = x.other AND s.other = x.track)`,
		"two who were parted and stand together": `FROM cases_stood x JOIN cases_track t ON t.owner = x.owner AND t.id = x.track JOIN cases_track o ON o.owner = x.owner AND o.id = x.other WHERE x.owner = $1 AND t.matter = o.matter`,
		"a track in no matter":                   `FROM cases_track x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.owner = x.owner AND c.id = x.matter)`,
		"a matter of no track":                   `FROM cases_case x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_track t WHERE t.owner = x.owner AND x.id IN (t.matter, t.origin))`,
		"a recusal without its bar":              `FROM cases_record x WHERE x.owner = $1 AND x.kind = 'recused' AND NOT EXISTS (SELECT 1 FROM access_bar b WHERE b.owner = x.owner AND b.kind = 'track' AND b.thing = x.track AND b.person = x.ref)`,
		"a hearing without its letter":           `FROM hearing_hearing x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM hearing_line l WHERE l.owner = x.owner AND l.hearing = x.id AND l.kind = 'letter')`,
		"a line of no hearing":                   `FROM hearing_line x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM hearing_hearing h WHERE h.owner = x.owner AND h.id = x.hearing)`,
		"a line of a hearing without its entry":  `FROM hearing_line x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM journal_entry e WHERE e.owner = x.owner AND e.id = x.entry)`,
		"an answer nobody approved":              `FROM hearing_line x WHERE x.owner = $1 AND x.kind = 'sent' AND 2 > (SELECT COUNT(*) FROM hearing_line l WHERE l.owner = x.owner AND l.hearing = x.hearing AND l.kind = 'approved')`,
		"an audit of no track":                   `FROM cases_audit x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_track t WHERE t.owner = x.owner AND t.id = x.track)`,
		"a track without an audit":               `FROM cases_track x WHERE x.owner = $1 AND NOT EXISTS (SELECT 1 FROM cases_audit a WHERE a.owner = x.owner AND a.track = x.id)`,
	}
	stmts := map[string]*db.Stmt{}
	for what, from := range all {
		stmts[what] = db.SQL("SELECT COUNT(*) " + from)
	}
	return stmts
})

// noHalves says whether every act stands in whole or not at all.
func noHalves(tx *db.Tx) error {
	for what, q := range halfSQL() {
		var n int
		if err := tx.One(q, db.Args(Owner), &n); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		if n > 0 {
			return fmt.Errorf("%w: %d times %s", ErrHalf, n, what)
		}
	}
	return nil
}
