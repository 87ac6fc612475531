package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tilhor"
	"tilhor/internal/beside"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// An Export is what to hand over, and how far it came.
type Export struct {
	To        string // the folder
	Protected bool   // also the cases of children with a protected address
	Again     bool   // also what was exported before, and has no receipt

	Tell func(done, total int) // hears how far it has come; nil for nobody
}

// A Report is how an export went.
type Report struct {
	Written   int // packages written now
	Left      int // that should be handed over and were not, when it was stopped
	Protected int // cases left out: a child in them has a protected address
	Shredded  int // cases whose key is gone: there is nothing to hand over
}

var (
	selectItems = db.SQL(`SELECT doc, n, state FROM archive_item WHERE owner = $1 AND track = $2`)
	insertItem  = db.SQL(`INSERT INTO archive_item (owner, track, doc, n, kind, system_id, state, hash, exported_at, archive_id, entry)
		VALUES ($1, $2, $3, $4, $5, $6, 'exported', $7, $8, '', $9)`)
	againItem = db.SQL(`UPDATE archive_item SET hash = $4, exported_at = $5, entry = $6
		WHERE owner = $1 AND track = $2 AND doc = $3 AND state = 'exported'`)
)

// A row is what is known of an item that was handed over.
type row struct {
	n     int
	state State
}

func rows(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) (map[string]row, error) {
	all := map[string]row{}
	err := tx.Each(selectItems, func(scan db.Scan) error {
		var doc string
		var r row
		err := scan(&doc, &r.n, &r.state)
		all[doc] = r
		return err
	}, owner, track)
	return all, err
}

// A job is what one track lacks.
type job struct {
	track tilhor.TrackID
	items []item
	rows  map[string]row
	last  int                   // the highest number given
	force interventions.EventID // when it is an intervention
}

// page of tracks that are looked at together.
const outlines = 200

// Export writes a package for each document that has not been handed over, of
// open and closed cases: into To/<mappe>/<number>-<journalpost>. It can be
// broken off anywhere and is simply run again: each package is there whole or
// not at all, and none twice. The id of everything is the same in every run.
func (d *Desk) Export(ctx context.Context, by tilhor.Actor, e Export) (r Report, err error) {
	unlock, err := lock(e.To)
	if err != nil {
		return r, err
	}
	defer unlock()
	jobs, r, err := d.jobs(ctx, by.Owner, e)
	if err != nil {
		return r, err
	}
	forces, hidden, err := d.forceJobs(ctx, by.Owner, e, d.Clock())
	if err != nil {
		return r, err
	}
	jobs, r.Protected = append(jobs, forces...), r.Protected+hidden
	for _, j := range jobs {
		r.Left += len(j.items)
	}
	answers, err := d.answerJobs(ctx, by.Owner, e)
	if err != nil {
		return r, err
	}
	minutes, err := d.minutesJobs(ctx, by.Owner, e)
	if err != nil {
		return r, err
	}
	r.Left += len(answers) + len(minutes)
	total := r.Left
	var school schools
	for _, j := range jobs {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		m, err := d.maker(ctx, by, j, &school)
		if errors.Is(err, seal.ErrShredded) {
			r.Shredded++
			r.Left -= len(j.items)
			continue
		}
		if err != nil {
			return r, fmt.Errorf("open the track %s: %w", j.track, err)
		}
		dir := filepath.Join(e.To, m.folderID())
		if err := mkdir(dir, e.To); err != nil {
			return r, err
		}
		for _, it := range j.items {
			if err := ctx.Err(); err != nil {
				return r, err
			}
			if err := d.handOver(ctx, by, m, dir, &j, it); err != nil {
				return r, fmt.Errorf("hand over a document of the track %s: %w", j.track, err)
			}
			r.Written++
			r.Left--
			if e.Tell != nil {
				e.Tell(r.Written, total)
			}
		}
	}
	for _, a := range answers {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		if err := d.handOverAnswer(ctx, by, e.To, a); err != nil {
			return r, fmt.Errorf("hand over a document of a hearing: %w", err)
		}
		r.Written++
		r.Left--
	}
	for _, m := range minutes {
		if err := ctx.Err(); err != nil {
			return r, err
		}
		did, err := d.handOverMinutes(ctx, by, e.To, m)
		if err != nil {
			return r, fmt.Errorf("hand over the minutes of a meeting: %w", err)
		}
		if did {
			r.Written++
		}
		r.Left--
	}
	return r, nil
}

func mkdir(dir, in string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return errors.Join(tidy(dir), beside.SyncDir(in))
}

// jobs finds what has not been handed over, without opening anything.
func (d *Desk) jobs(ctx context.Context, owner tilhor.OwnerID, e Export) (all []job, r Report, err error) {
	for after := tilhor.TrackID(""); ; {
		var found []job
		var hidden, n int
		var last tilhor.TrackID
		err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
			found, hidden = nil, 0
			some, err := d.Cases.Outlines(tx, owner, after, outlines)
			n = len(some)
			for _, o := range some {
				if err != nil {
					return err
				}
				last = o.ID
				var j job
				if j, err = d.lacks(tx, owner, o, e.Again); err != nil || len(j.items) == 0 {
					continue
				}
				var protected bool
				protected, err = d.Roster.AnyProtected(tx, owner, append(o.Others, o.Pupil)...)
				if protected && !e.Protected {
					hidden++
					continue
				}
				found = append(found, j)
			}
			return err
		})
		after, all, r.Protected = last, append(all, found...), r.Protected+hidden
		if err != nil || n < outlines {
			return all, r, err
		}
	}
}

// lacks is what a track has that was not handed over.
func (d *Desk) lacks(tx *db.Tx, owner tilhor.OwnerID, o cases.Outline, again bool) (job, error) {
	j := job{track: o.ID}
	talks, err := d.talkItems(tx, owner, o.ID)
	if err != nil {
		return j, err
	}
	return j, j.lacks(tx, owner, append(items(o), talks...), again)
}

// lacks finds which of the items were not handed over.
func (j *job) lacks(tx *db.Tx, owner tilhor.OwnerID, all []item, again bool) (err error) {
	if j.rows, err = rows(tx, owner, j.track); err != nil {
		return err
	}
	for _, r := range j.rows {
		j.last = max(j.last, r.n)
	}
	for _, it := range all {
		r, known := j.rows[it.doc]
		if !known || again && r.state == Exported {
			j.items = append(j.items, it)
		}
	}
	return nil
}

// schools are those that have been looked up.
type schools map[tilhor.SchoolID]roster.School

// maker opens a track: a reading, which stands in the record before a byte of it
// is written.
func (d *Desk) maker(ctx context.Context, by tilhor.Actor, j job, known *schools) (maker, error) {
	m := maker{d: d, owner: by.Owner}
	var err error
	if j.force != "" {
		m.f, err = d.openForce(ctx, by, j)
	} else {
		if m.f, err = d.Cases.Whole(ctx, by, j.track, "archive", d.Clock()); err == nil {
			err = d.withTalks(ctx, by.Owner, &m.f, j)
		}
	}
	if err != nil {
		return m, err
	}
	if *known == nil {
		*known = schools{}
	}
	school, found := (*known)[m.f.School]
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if m.set, err = settings(tx, by.Owner); err != nil || found {
			return err
		}
		school, err = d.Roster.School(tx, by.Owner, m.f.School)
		if errors.Is(err, tilhor.ErrNotFound) {
			err = nil
		}
		return err
	})
	(*known)[m.f.School] = school
	m.school, m.w = school, lang.For(tilhor.Lang(m.set["language"]))
	return m, err
}

// handOver makes one package and keeps it.
func (d *Desk) handOver(ctx context.Context, by tilhor.Actor, m maker, dir string, j *job, it item) error {
	attached, err := d.attached(ctx, m, it)
	if err != nil {
		return err
	}
	p, err := m.pack(it, attached...)
	if err != nil {
		return err
	}
	old, known := j.rows[it.doc]
	n := old.n
	if !known {
		n = j.last + 1
	}
	if err := d.keep(ctx, by, dir, m.f.ID, it, p, n, known); err != nil {
		return err
	}
	j.last = max(j.last, n)
	return d.at("done")
}

// keep puts a package on disk, and then writes that it is there.
func (d *Desk) keep(ctx context.Context, by tilhor.Actor, dir string, of tilhor.TrackID, it item, p pack, n int, known bool) error {
	put := d.put
	if put == nil {
		put = place
	}
	if err := put(dir, p.name(n), p.files, d.at); err != nil {
		return err
	}
	if err := d.at("row"); err != nil {
		return err
	}
	return d.DB.Write(ctx, func(tx *db.Tx) error { return d.handedOver(tx, by, of, it, p, n, known) })
}

// attached is the file that an item is the attaching of: a picture made anew,
// anything else as it came. One that was shredded since leaves its document.
func (d *Desk) attached(ctx context.Context, m maker, it item) (all []enclosed, err error) {
	if it.kind != cases.Attached || it.item != itemPost {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		for _, a := range m.f.Attachments {
			if a.Record != it.record {
				continue
			}
			data, err := d.Cases.AttachmentBytes(tx, m.owner, m.f.ID, a, false)
			if errors.Is(err, seal.ErrShredded) {
				return nil
			}
			if err != nil {
				return err
			}
			all = append(all, enclosed{
				packed: packed{"vedlegg." + a.Kind.Ext(), data}, what: m.w.T("archive.title.attached"),
				format: xmlCode{Code: strings.ToUpper(string(a.Kind))}, mime: a.Kind.Media(),
			})
		}
		return nil
	})
	return all, err
}

func (d *Desk) at(what string) error {
	if d.step == nil {
		return nil
	}
	return d.step(what)
}

func (d *Desk) handedOver(tx *db.Tx, by tilhor.Actor, track tilhor.TrackID, it item, p pack, n int, known bool) error {
	now := d.Clock()
	w, err := d.Journal.Append(tx, journal.Entry{
		Stream: stream(string(track)), Act: "archive.exported", Subject: p.id, When: tilhor.Now(now), By: by, Rule: "operator",
	})
	if err != nil {
		return err
	}
	hash := digest(p.files[len(p.files)-1].data)
	if known {
		_, err = tx.Exec(againItem, by.Owner, track, it.doc, hash, now.UnixMilli(), w.ID)
		return err
	}
	_, err = tx.Exec(insertItem, by.Owner, track, it.doc, n, it.item, p.id, hash, now.UnixMilli(), w.ID)
	if db.Unique(err) {
		return errors.New("another export hands over the same case: wait for it, and run this again")
	}
	return err
}
