package hearing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/bodies"
	"tilhor/internal/db"
	"tilhor/internal/hearing/reply"
)

const (
	maxLine     = 300
	maxText     = 20_000
	maxHeadings = 100
	maxMeasures = 500
	maxClaims   = 200 // of a hearing
	maxFollow   = 200
)

// Open begins a hearing from its letter (høringsbrev).
func (d *Desk) Open(ctx context.Context, by tilhor.Actor, l reply.Letter, own bool) (slug string, err error) {
	if err := holds(by); err != nil {
		return "", err
	}
	if err := checkLetter(&l); err != nil {
		return "", err
	}
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		id := tilhor.NewID()
		slug = tilhor.NewSlug()
		if _, err := tx.Exec(insertHearing, by.Owner, id, slug, now.UnixMilli()); err != nil {
			return err
		}
		return d.write(tx, by, id, now, line{kind: kindLetter, words: letter{l, own}})
	})
	return slug, err
}

func checkLetter(l *reply.Letter) error {
	var f tilhor.Faults
	for name, s := range map[string]*string{"title": &l.Title, "sender": &l.Sender, "reference": &l.Reference, "municipality": &l.Municipality, "document": &l.Document} {
		*s = strings.Join(strings.Fields(*s), " ")
		f.Add(utf8.RuneCountInString(*s) > maxLine, name, "hearing.fault.long")
	}
	f.Add(l.Title == "", "title", "hearing.fault.title")
	f.Add(l.Municipality == "", "municipality", "hearing.fault.municipality")
	f.Add(l.Deadline == "", "deadline", "hearing.fault.deadline")
	f.Add(l.AnswersBy > l.Deadline, "answers-by", "hearing.fault.answers-by")
	f.Add(l.FirstBy > l.Due(), "first-by", "hearing.fault.first-by")
	f.Add(len(l.Challenges) == 0, "challenges", "hearing.fault.challenges")
	f.Add(len(l.Challenges) > maxHeadings, "challenges", "hearing.fault.challenges-many")
	seen := map[int]bool{}
	for _, c := range l.Challenges {
		f.Add(seen[c.Number] || c.Number < 1 || c.Heading == "", "challenges", "hearing.fault.challenges")
		f.Add(utf8.RuneCountInString(c.Heading) > maxLine, "challenges", "hearing.fault.long")
		seen[c.Number] = true
	}
	return f.Err()
}

// ReadChallenges reads a line for each: its number, where it has one, and its heading.
// A line without one gets the number of the line.
func ReadChallenges(s string) (all []reply.Challenge) {
	for _, l := range strings.Split(s, "\n") {
		l = strings.TrimSpace(l)
		if l == "" {
			continue
		}
		digits := len(l) - len(strings.TrimLeft(l, "0123456789"))
		c := reply.Challenge{Number: len(all) + 1, Heading: strings.TrimLeft(l[digits:], ".): \t")}
		if n, err := strconv.Atoi(l[:digits]); err == nil {
			c.Number = n
		}
		all = append(all, c)
	}
	return all
}

// Import puts the report's own list of measures in, as it stands in a file: all of
// it or nothing. A measure that somebody has said something about cannot vanish.
func (d *Desk) Import(ctx context.Context, by tilhor.Actor, slug, csv string) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		all, err := reply.ReadMeasures(csv, h.Letter)
		if err != nil {
			return nil, err
		}
		var f tilhor.Faults
		f.Add(len(all) == 0, "measures", "hearing.fault.measures")
		f.Add(len(all) > maxMeasures, "measures", "hearing.fault.measures-many")
		for _, i := range h.Invited {
			for m := range i.Said {
				was := h.Measure(m)
				if was != nil && !slices.ContainsFunc(all, func(x reply.Measure) bool { return x.ID == m && x.Text == was.Text && x.Challenge == was.Challenge }) {
					f.Add(true, "measures", "hearing.fault.measure-gone")
				}
			}
		}
		return []line{{kind: kindMeasures, words: all}}, f.Err()
	})
}

// Invite asks bodies for what they mean. What FAU and elevråd adopt is shown to the
// others of their school, so that it goes with them into the committee's statement.
func (d *Desk) Invite(ctx context.Context, by tilhor.Actor, slug string, ids ...string) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) (lines []line, err error) {
		var f tilhor.Faults
		f.Add(len(ids) == 0, "bodies", "hearing.fault.bodies")
		f.Add(len(h.Measures) == 0, "bodies", "hearing.fault.no-measures")
		if err := f.Err(); err != nil {
			return nil, err
		}
		all, err := d.Bodies.All(tx, by.Owner)
		if err != nil {
			return nil, err
		}
		for n, id := range ids {
			if !slices.ContainsFunc(all, func(b bodies.Body) bool { return b.ID == id }) {
				return nil, tilhor.ErrNotFound
			}
			if !slices.Contains(ids[:n], id) && !slices.ContainsFunc(h.Invited, func(i Invited) bool { return i.ID == id }) {
				lines = append(lines, line{kind: kindInvited, body: id})
			}
		}
		return lines, nil
	})
}

// holding is an act of who holds the hearing, as long as the answer is not sent.
func (d *Desk) holding(ctx context.Context, by tilhor.Actor, slug string, do func(tx *db.Tx, h Hearing) ([]line, error)) error {
	if err := holds(by); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		h, err := d.find(tx, by.Owner, slug)
		if err != nil {
			return err
		}
		if !h.Open() {
			return ErrSent
		}
		lines, err := do(tx, h)
		if err != nil {
			return err
		}
		return d.write(tx, by, h.ID, now, lines...)
	})
}

// ErrSent says that the answer is sent: nothing in it changes any more.
var ErrSent = fmt.Errorf("the answer to the hearing is sent: %w", tilhor.ErrConflict)
