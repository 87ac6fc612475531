package cases

import (
	"strings"

	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// mirrors are the rows that say once more what a record says, so that lists and
// rules need open nothing: who was asked, what the owner was told, who stands in,
// who was let in by name, who is kept out. The record is committed to in its
// entry; what its row says otherwise is named (tilhor journal verify). What such
// a row says besides, and may change (that a question is answered, when an access
// ended), is not compared.
var mirrors = []journal.Mirror{
	{Table: "cases_ask", Odd: odd(`x.id FROM cases_ask x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id
		AND r.track = x.track AND r.kind = 'asked' AND r.ref = x.person AND r.on_date = x.due_on AND r.answer = x.kind`)},
	{Table: "cases_ask", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_ask x WHERE x.owner = r.owner AND x.id = r.id`, `r.kind = 'asked'`)},
	{Table: "cases_notice", Odd: odd(`x.id FROM cases_notice x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id
		AND r.track = x.track AND r.kind = 'told-owner' AND r.answer = x.kind AND r.written_at = x.at AND r.by_person = x.by_person AND r.entry = x.entry`)},
	{Table: "cases_notice", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_notice x WHERE x.owner = r.owner AND x.id = r.id`, `r.kind = 'told-owner'`)},
	{Table: "cases_insight", Odd: odd(`x.id FROM cases_insight x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.id
		AND r.track = x.track AND r.kind = 'insight-asked' AND r.ref = x.basis AND r.on_date = x.received_on AND r.answer = x.asker`)},
	{Table: "cases_insight", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_insight x WHERE x.owner = r.owner AND x.id = r.id`, `r.kind = 'insight-asked'`)},
	{Table: "cases_insight", Odd: odd(`x.id FROM cases_insight x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.decision
		AND r.track = x.track AND r.kind = 'insight-decided' AND r.ref = x.id AND r.answer = x.outcome`, `x.state = 'decided'`)},
	{Table: "cases_insight", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_insight x WHERE x.owner = r.owner AND x.id = r.ref AND x.decision = r.id AND x.state = 'decided'`, `r.kind = 'insight-decided'`)},
	{Table: "cases_cover", Odd: odd(`x.id FROM cases_cover x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.track
		AND r.kind = 'covered' AND r.ref = x.standin AND r.answer = x.kind`)},
	{Table: "cases_cover", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_cover x WHERE x.owner = r.owner AND x.track = r.track AND x.standin = r.ref AND x.kind = r.answer`, `r.kind = 'covered'`, `r.answer IN ('handles', 'carries')`)},
	{Table: "cases_file", Odd: odd(`x.id FROM cases_file x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.record
		AND r.track = x.track AND r.kind = 'attached' AND r.ref = x.id AND r.answer = x.kind`, `x.record <> ''`)},
	{Table: "cases_file", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_file x WHERE x.owner = r.owner AND x.id = r.ref AND x.record = r.id`, `r.kind = 'attached'`)},
	{Table: "cases_transfer", Odd: odd(`x.id FROM cases_transfer x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.record
		AND r.track = x.id AND r.kind = 'transfer-contents' AND r.ref = x.from_track`, `x.from_track <> ''`)},
	// What the owner was told of somebody who works there is closed to the school.
	{Table: "cases_sealed", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_sealed x WHERE x.owner = r.owner AND x.track = r.track`,
		`r.kind = 'told-owner' AND r.answer IN ('employee', 'groundless', 'leadership')`)},
	// Whoever was let in by name stands in a record that says so; or was named for the
	// protected pupil whom the track is about, or was about when she was only described.
	// Who carries out a measure is not looked at: that person is shown the measure alone.
	{Table: "access_grant", Odd: odd(`x.id FROM access_grant x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.thing AND (
			x.relation = 'handles' AND r.kind = 'appointed' AND r.ref = x.person
			OR x.relation = 'leads' AND r.kind = 'led-by' AND r.ref = x.person
			OR x.relation = 'covers' AND r.kind = 'covered' AND r.ref = x.person AND r.answer = 'handles'
			OR x.relation = 'asked' AND r.kind = 'asked' AND r.ref = x.person
			OR x.relation = 'advises' AND r.kind = 'advised-by' AND r.ref = x.person
			OR x.relation = 'glass' AND r.kind = 'glass' AND r.by_person = x.person)`,
		`x.kind = 'track' AND x.person <> '' AND x.relation <> 'carries'`,
		`x.relation <> 'leads' OR NOT EXISTS (SELECT 1 FROM roster_decision d WHERE d.owner = x.owner AND d.person = x.person AND d.kind = 'named' AND (
			d.pupil IN (SELECT k.subject FROM access_guard k WHERE k.owner = x.owner AND k.kind = 'track' AND k.thing = x.thing)
			OR d.pupil IN (`+onceTaken+` WHERE i.owner = x.owner AND i.track = x.thing AND i.kind = 'identified')
			OR EXISTS (SELECT 1 FROM cases_record i WHERE i.owner = x.owner AND i.track = x.thing AND `+neverTold+`)))`)},
	// So does who is let past the guard of a protected pupil: by a decision about her
	// home; or as the owner gave that person a track that is about her, or was taken to
	// be, or that is about another for whom that person is named; or by having had her
	// case when guards came (00130).
	{Table: "access_grant", Odd: odd(`x.id FROM access_grant x`, `SELECT 1 FROM roster_decision d WHERE d.owner = x.owner AND d.pupil = x.thing AND d.person = x.person AND d.kind = 'named'`,
		`x.kind = 'person'`,
		`x.relation <> 'named' OR NOT EXISTS (SELECT 1 FROM access_guard k JOIN cases_record r ON r.owner = k.owner AND r.track = k.thing WHERE k.owner = x.owner AND k.subject = x.thing AND k.kind = 'track'
			AND r.kind IN ('led-by', 'advised-by') AND r.ref = x.person)`,
		`x.relation <> 'named' OR NOT EXISTS (SELECT 1 FROM access_guard k JOIN access_guard o ON o.owner = k.owner AND o.kind = k.kind AND o.thing = k.thing
			JOIN roster_decision d ON d.owner = o.owner AND d.pupil = o.subject AND d.kind = 'named'
			WHERE k.owner = x.owner AND k.subject = x.thing AND k.kind = 'track' AND d.person = x.person)`,
		`x.relation <> 'named' OR x.thing NOT IN (`+onceTaken+` JOIN cases_record r ON r.owner = i.owner AND r.track = i.track
			WHERE i.owner = x.owner AND i.kind = 'identified' AND r.kind IN ('led-by', 'advised-by') AND r.ref = x.person)`,
		`x.relation <> 'named' OR NOT EXISTS (SELECT 1 FROM cases_record i JOIN cases_record r ON r.owner = i.owner AND r.track = i.track
			WHERE i.owner = x.owner AND r.kind IN ('led-by', 'advised-by') AND r.ref = x.person AND `+neverTold+`)`,
		`x.relation <> 'named' OR NOT EXISTS (SELECT 1 FROM access_grant h JOIN access_guard k ON k.owner = h.owner AND k.kind = h.kind AND k.thing = h.thing AND k.subject = x.thing
			JOIN cases_record r ON r.owner = h.owner AND r.track = h.thing AND r.kind = 'appointed' AND r.ref = h.person
			WHERE h.owner = x.owner AND x.id = 'named-' || h.id AND h.person = x.person AND h.kind = 'track' AND h.relation = 'handles')`)},
	// What was told of a protected pupil is had by name by those who are named for her alone.
	{Table: "access_grant", Odd: odd(`x.id FROM access_grant x`, `SELECT 1 FROM access_guard k JOIN roster_decision d ON d.owner = k.owner AND d.pupil = k.subject AND d.kind = 'named'
			WHERE k.owner = x.owner AND k.kind = x.kind AND k.thing = x.thing AND d.person = x.person`,
		`x.kind IN ('concern', 'force') AND x.person <> '' AND x.relation IN ('intake', 'leads')`)},
	// A pupil whose tracks say that she is protected is so, and a guard stands before her
	// and before them.
	{Table: "access_guard", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_track t JOIN access_guard k ON k.owner = t.owner AND k.kind = 'track' AND k.thing = t.id AND k.subject = t.pupil
		JOIN access_guard q ON q.owner = t.owner AND q.kind = 'person' AND q.thing = t.pupil
		WHERE t.owner = r.owner AND t.id = r.track AND k.until_at = 9223372036854775807 AND q.until_at = 9223372036854775807`, shielded)},
	{Table: "roster_person", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_track t JOIN roster_person p ON p.owner = t.owner AND p.id = t.pupil
		WHERE t.owner = r.owner AND t.id = r.track AND p.protection <> ''`, shielded)},
	// A guard of a track is of its pupil, if that is known: another would let past who is
	// named for another.
	{Table: "access_guard", Odd: odd(`k.thing FROM access_guard k`, `SELECT 1 FROM cases_track t WHERE t.owner = k.owner AND t.id = k.thing AND t.pupil IN ('', k.subject)`, `k.kind = 'track'`)},
	// Tracks that stood in one matter and were parted know of each other, so that the
	// names of those in the one are kept out of what is given of the other.
	{Table: "cases_stood", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_stood x JOIN cases_stood y ON y.owner = x.owner AND y.track = x.other AND y.other = x.track
		JOIN cases_record o ON o.owner = x.owner AND o.track = x.other WHERE x.owner = r.owner AND x.track = r.track
			AND o.kind = 'together' AND o.answer = 'out' AND o.written_at = r.written_at`, `r.kind = 'together' AND r.answer = 'left'`)},
	{Table: "cases_stood", Odd: odd(`x.track FROM cases_stood x`, `SELECT 1 FROM cases_record o JOIN cases_record l ON l.owner = o.owner AND l.written_at = o.written_at
		WHERE o.owner = x.owner AND o.track IN (x.track, x.other) AND o.kind = 'together' AND o.answer = 'out'
			AND l.track IN (x.track, x.other) AND l.track <> o.track AND l.kind = 'together' AND l.answer = 'left'`)},
	// Whoever was recused is barred; whether it has ended since is not asked.
	{Table: "access_bar", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM access_bar x WHERE x.owner = r.owner AND x.kind = 'track' AND x.thing = r.track AND x.person = r.ref`,
		`r.kind = 'recused'`)},
}

// onceTaken are the protected pupils whom what was told in the track i may have been
// about, before somebody said who it was.
const onceTaken = `SELECT g.subject FROM cases_record i JOIN cases_record c ON c.owner = i.owner AND c.track = i.track AND c.kind = 'told'
	JOIN access_guard g ON g.owner = c.owner AND g.kind = 'concern' AND g.thing = c.ref`

// neverTold is that it was said who it was, and no concern had been told in the track by
// then: it began with what was found in another, and it stands nowhere whom it was taken
// to be about.
const neverTold = `i.kind = 'identified' AND NOT EXISTS (SELECT 1 FROM cases_record c WHERE c.owner = i.owner AND c.track = i.track AND c.kind = 'told' AND c.ref <> ''
	AND (SELECT e.seq FROM journal_entry e WHERE e.owner = c.owner AND e.id = c.entry) < (SELECT e.seq FROM journal_entry e WHERE e.owner = i.owner AND e.id = i.entry))`

// shielded is a record that says that the pupil is protected, and none after it says
// that she is so no longer. What comes after is told by the numbers in the stream: a
// clock may have been set back.
const shielded = `r.kind = 'shielded' AND r.answer <> 'lifted' AND NOT EXISTS (SELECT 1 FROM cases_record l
	WHERE l.owner = r.owner AND l.track = r.track AND l.kind = 'shielded' AND l.answer = 'lifted'
		AND (SELECT e.seq FROM journal_entry e WHERE e.owner = l.owner AND e.id = l.entry) > (SELECT e.seq FROM journal_entry e WHERE e.owner = r.owner AND e.id = r.entry))`

// odd are the ids of the rows of an owner for which there is none that fits.
func odd(from, fits string, only ...string) *db.Stmt {
	// from begins with the column of the id, and its table is called as there.
	id, _, _ := strings.Cut(from, " ")
	name, _, _ := strings.Cut(id, ".")
	where := ` WHERE ` + name + `.owner = $1`
	for _, o := range only {
		where += ` AND (` + o + `)`
	}
	return db.SQL(`SELECT ` + from + where + ` AND NOT EXISTS (` + fits + `) ORDER BY ` + id + ` LIMIT 100`)
}
