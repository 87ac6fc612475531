package interventions

import (
	"time"

	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

var findRow = db.SQL(`SELECT school, pupil, thing, arena, happened_at, precision FROM interventions_event WHERE owner = $1 AND id = $2`)

// The record can be compared with what is kept (tilhor journal verify): the lines,
// and what stands open in the row of an event.
func init() {
	c := journal.Lines{
		Acts: "interventions.", Table: "interventions_line", Of: "event", Kind: seal.KindForce, Field: fieldLine,
		Stream: func(thing string) string { return stream(EventID(thing)) },
		Writes: func(act string) bool { return act != actHeed },
	}.Content()
	line := c.Find
	c.RowTable = "interventions_line or interventions_event"
	c.Find = func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
		if field != fieldRow {
			return line(tx, r, field, id)
		}
		var e Event
		var at int64
		err := tx.One(findRow, db.Args(r.By.Owner, id), &e.School, &e.Pupil, &e.thing, &e.Arena, &at, &e.Happened.Precision)
		e.Happened.At = time.UnixMilli(at)
		open := openOf(e)
		return journal.Stored{Kind: seal.KindForce, Thing: id, Open: &open}, err
	}
	journal.RegisterContent(c)
}
