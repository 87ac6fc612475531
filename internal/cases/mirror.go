package cases

import (
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
	{Table: "cases_cover", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_cover x WHERE x.owner = r.owner AND x.track = r.track AND x.standin = r.ref AND x.kind = r.answer`, `r.kind = 'covered'`)},
	{Table: "cases_file", Odd: odd(`x.id FROM cases_file x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.record
		AND r.track = x.track AND r.kind = 'attached' AND r.ref = x.id AND r.answer = x.kind`, `x.record <> ''`)},
	{Table: "cases_file", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_file x WHERE x.owner = r.owner AND x.id = r.ref AND x.record = r.id`, `r.kind = 'attached'`)},
	{Table: "cases_transfer", Odd: odd(`x.id FROM cases_transfer x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.id = x.record
		AND r.track = x.id AND r.kind = 'transfer-contents' AND r.ref = x.from_track`, `x.from_track <> ''`)},
	// What the owner was told of somebody who works there is closed to the school.
	{Table: "cases_sealed", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM cases_sealed x WHERE x.owner = r.owner AND x.track = r.track`,
		`r.kind = 'told-owner' AND r.answer IN ('employee', 'groundless', 'leadership')`)},
	// Whoever was let in by name stands in a record that says so. Who leads the case
	// of a protected pupil is named for the pupil, and not in each track.
	{Table: "access_grant", Odd: odd(`x.id FROM access_grant x`, `SELECT 1 FROM cases_record r WHERE r.owner = x.owner AND r.track = x.thing AND (
			x.relation = 'handles' AND r.kind = 'appointed' AND r.ref = x.person
			OR x.relation = 'leads' AND r.kind = 'led-by' AND r.ref = x.person
			OR x.relation = 'covers' AND r.kind = 'covered' AND r.ref = x.person AND r.answer = 'handles'
			OR x.relation = 'asked' AND r.kind = 'asked' AND r.ref = x.person
			OR x.relation = 'advises' AND r.kind = 'advised-by' AND r.ref = x.person
			OR x.relation = 'glass' AND r.kind = 'glass' AND r.by_person = x.person)`,
		`x.kind = 'track' AND x.person <> '' AND x.relation IN ('handles', 'leads', 'covers', 'asked', 'advises', 'glass')`,
		`x.relation <> 'leads' OR NOT EXISTS (SELECT 1 FROM access_guard k WHERE k.owner = x.owner AND k.kind = 'track' AND k.thing = x.thing)`)},
	// Whoever was recused is barred; whether it has ended since is not asked.
	{Table: "access_bar", Odd: odd(`r.id FROM cases_record r`, `SELECT 1 FROM access_bar x WHERE x.owner = r.owner AND x.kind = 'track' AND x.thing = r.track AND x.person = r.ref`,
		`r.kind = 'recused'`)},
}

// odd are the ids of the rows of an owner for which there is none that fits.
func odd(from, fits string, only ...string) *db.Stmt {
	// from begins with the column of the id, and its table is called as there.
	name := from[:1]
	where := ` WHERE ` + name + `.owner = $1`
	for _, o := range only {
		where += ` AND (` + o + `)`
	}
	return db.SQL(`SELECT ` + from + where + ` AND NOT EXISTS (` + fits + `) ORDER BY ` + name + `.id LIMIT 100`)
}
