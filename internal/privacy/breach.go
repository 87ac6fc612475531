package privacy

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/law"
)

// A Breach is a breach of personal data (avvik): something reached the wrong
// person. The regulation gives 72 hours from when it was discovered (art. 33).
type Breach struct {
	ID         string
	School     tilhor.SchoolID
	Discovered time.Time
	Written    time.Time
	By         tilhor.PersonID
	Name       string
	Due        time.Time
	Authority  string // "", yes, no: is Datatilsynet told
	Persons    string // "", yes, no: are those it is about told
	Assessed   time.Time
	Words      map[string]string
}

// Left is how many whole hours are left, negative when they are over.
func (b Breach) Left(now time.Time) int {
	d := b.Due.Sub(now)
	if d < 0 {
		return -int((-d + time.Hour - 1) / time.Hour)
	}
	return int(d / time.Hour)
}

// Ref is the law's own reference.
func Ref() string {
	r, _ := law.Find("adj.breach")
	return r.Ref
}

func dueAt(discovered time.Time) time.Time {
	r, _ := law.Find("adj.breach")
	return discovered.Add(time.Duration(r.Number.N) * time.Hour)
}

var (
	insertBreach = db.SQL(`INSERT INTO privacy_breach (owner, id, school, discovered_at, written_at, by_person, authority, persons, assessed_by)
		VALUES ($1, $2, $3, $4, $5, $6, '', '', '')`)
	selectBreaches = db.SQL(`SELECT id, school, discovered_at, written_at, by_person, authority, persons, assessed_at FROM privacy_breach
		WHERE owner = $1 ORDER BY CASE WHEN assessed_at IS NULL THEN 0 ELSE 1 END, discovered_at, id LIMIT 200`)
	assessBreach = db.SQL(`UPDATE privacy_breach SET authority = $3, persons = $4, assessed_at = $5, assessed_by = $6 WHERE owner = $1 AND id = $2 AND assessed_at IS NULL`)
)

// MayReport says whether somebody can register a breach: the school's
// leadership, and the officer.
func MayReport(by tilhor.Actor) bool {
	return by.Person != "" && by.Trained && (by.Role.Leads() && by.School != "" || by.Role == tilhor.RoleDPO)
}

// Report registers a breach, with when it was discovered. The clock runs from
// then, whenever it was written down.
func (d *Desk) Report(ctx context.Context, by tilhor.Actor, discovered tilhor.When, what string) error {
	if !MayReport(by) {
		return tilhor.ErrNotFound
	}
	now := d.Clock()
	what = strings.TrimSpace(what)
	var f tilhor.Faults
	f.Add(discovered.Precision == tilhor.Unknown || discovered.At.IsZero(), "discovered", "privacy.fault.discovered")
	f.Add(discovered.At.After(now), "discovered", "cases.fault.future")
	f.Add(discovered.At.Before(now.AddDate(-1, 0, 0)), "discovered", "cases.fault.old")
	f.Add(what == "", "what", "privacy.fault.what")
	f.Add(utf8.RuneCountInString(what) > 20_000, "what", "cases.fault.long")
	if err := f.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		id := tilhor.NewID()
		if _, err := tx.Exec(insertBreach, by.Owner, id, by.School, discovered.At.UnixMilli(), now.UnixMilli(), by.Person); err != nil {
			return err
		}
		said, err := write(tx, d.Keys, by.Owner, id, Word{"what", what})
		if err != nil {
			return err
		}
		discovered.Written = now
		_, err = d.Journal.Append(tx, journal.Entry{Stream: "owner", Act: "privacy.breach", Subject: id, When: discovered, By: by, Rule: string(by.Role), Parts: said})
		return err
	})
}

// Breaches are all of the owner's, those nobody has assessed first.
func (d *Desk) Breaches(ctx context.Context, by tilhor.Actor) (all []Breach, err error) {
	if err := officer(by); err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		var ids []tilhor.PersonID
		err := tx.Each(selectBreaches, func(scan db.Scan) error {
			var b Breach
			var at, written int64
			var assessed *int64
			if err := scan(&b.ID, &b.School, &at, &written, &b.By, &b.Authority, &b.Persons, &assessed); err != nil {
				return err
			}
			b.Discovered, b.Written, b.Assessed = instant(at), instant(written), maybe(assessed)
			b.Due = dueAt(b.Discovered)
			all, ids = append(all, b), append(ids, b.By)
			return nil
		}, by.Owner)
		if err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, ids...)
		if err != nil {
			return err
		}
		for i := range all {
			all[i].Name = names[all[i].By]
			if all[i].Words, err = words(tx, d.Keys, by.Owner, all[i].ID); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// An Assessment is what the officer decided of a breach. Nothing is sent by the
// system.
type Assessment struct {
	Authority, Persons string // yes, no
	Why                string
}

// Assess says whether Datatilsynet and those it is about are told, and why.
func (d *Desk) Assess(ctx context.Context, by tilhor.Actor, id string, a Assessment) error {
	if err := officer(by); err != nil {
		return err
	}
	now := d.Clock()
	a.Why = strings.TrimSpace(a.Why)
	var f tilhor.Faults
	f.Add(a.Authority != "yes" && a.Authority != "no", "authority", "privacy.fault.authority")
	f.Add(a.Persons != "yes" && a.Persons != "no", "persons", "privacy.fault.persons")
	f.Add(a.Why == "", "why", "privacy.fault.why")
	f.Add(utf8.RuneCountInString(a.Why) > 20_000, "why", "cases.fault.long")
	if err := f.Err(); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(assessBreach, by.Owner, id, a.Authority, a.Persons, now.UnixMilli(), by.Person)
		if err != nil {
			return err
		}
		if n == 0 {
			return tilhor.ErrNotFound
		}
		said, err := write(tx, d.Keys, by.Owner, id, Word{"why", a.Why})
		if err != nil {
			return err
		}
		_, err = d.Journal.Append(tx, journal.Entry{Stream: "owner", Act: "privacy.assessed", Subject: id, When: tilhor.Now(now), By: by, Rule: "dpo", Parts: said})
		return err
	})
}
