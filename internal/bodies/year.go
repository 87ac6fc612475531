package bodies

import (
	"context"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
)

// Year is the order of the months in a school year.
var Year = []int{8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6}

// Plan writes the body's year plan (årshjul). Until it is written the product's
// proposal for its kind stands there; it lasts until it is written anew, so that the
// next leader has it.
func (d *Desk) Plan(ctx context.Context, by tilhor.Actor, slug string, months map[int]string) error {
	var f tilhor.Faults
	kept := map[int]string{}
	for _, m := range Year {
		kept[m] = strings.TrimSpace(months[m])
		f.Add(utf8.RuneCountInString(kept[m]) > maxText, "m"+two(m), "bodies.fault.long")
		f.Add(Single(kept[m]), "m"+two(m), "bodies.fault.single")
	}
	if err := f.Err(); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.leads(tx, by, slug, "", now)
		if err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofPlan, Thing: s.Body.ID, Months: kept}, now)
		return err
	})
}

func two(m int) string { return string([]byte{byte('0' + m/10), byte('0' + m%10)}) }

// A Decision is what became of one matter, with the meeting it was in.
type Decision struct {
	Meeting Meeting
	Item    Item
}

// A Handover is what next year's leader needs (overlevering).
type Handover struct {
	Room
	From      tilhor.Date // the school year it tells of
	Decisions []Decision  // of approved minutes, the first first
	Dates     []Meeting   // when the body met this year, and will
}

// Handover gathers a school year for the one who comes after.
func (d *Desk) Handover(ctx context.Context, by tilhor.Actor, slug string) (h Handover, err error) {
	now := d.Clock()
	year := calendar.SchoolYear(calendar.DateOf(now))
	from := tilhor.DateOf(calendar.Start(tilhor.Date(four(year)+"-08-01")), calendar.Oslo())
	if h.Room, err = d.Room(ctx, by, slug); err != nil {
		return h, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		s, err := d.enter(tx, by, slug, "", now)
		if err != nil {
			return err
		}
		h.From, h.Decisions, h.Dates = from, nil, nil
		for _, m := range s.sheaf.meetings() {
			if m.On < from {
				continue
			}
			h.Dates = append(h.Dates, m)
			if !m.Approved {
				continue
			}
			for _, i := range s.sheaf.items(m.Slug) {
				if i.Result != nil {
					h.Decisions = append(h.Decisions, Decision{m, i})
				}
			}
		}
		return nil
	})
	return h, err
}

func four(year int) string { return two(year/100) + two(year%100) }
