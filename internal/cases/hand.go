package cases

import (
	"context"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Folder (saksmappe) is the whole of one pupil's track, with the proof of every
// entry: what a package for Statsforvalteren is made from.
type Folder struct {
	File
	Public     string // the owner's public key
	Checkpoint journal.Checkpoint
	Entries    []journal.Proven
	Parts      map[string]journal.Disclosure // by label: what the pages of the track show, and no more
	Others     []string                      // names of the matter's other children: in nothing that goes to this family
	Told       map[tilhor.RecordID]Teller    // who told what each record of a concern says
	Readings   []Seen                        // newest first, when asked for
	May        []Entitled                    // who may read it and why, with the readings
	Protected  bool                          // the pupil's address is protected
	Files      []FolderFile                  // the attachments that can be read, when asked for
}

// A FolderFile is an attachment as it is handed over: read anew each time, so that
// a folder of many large ones is never in memory as a whole.
type FolderFile struct {
	Attachment
	Read func() ([]byte, error)
}

// A Wanted is what a folder shall hold besides the track.
type Wanted struct {
	Readings bool
	Files    bool
	Shared   bool                             // the measures of other tracks that it refers to
	Also     func(tx *db.Tx, f *Folder) error // what another room adds, read at the same moment
}

// Folder opens a track to hand it over. Who leads it may, and that it was read
// stands in the record before anything of it is given. Only what the pages of
// the track show is disclosed of an entry: what is blocked from them is in no
// package.
func (d *Desk) Folder(ctx context.Context, by tilhor.Actor, slug string, want Wanted) (f Folder, err error) {
	now := d.Clock()
	var rule access.Relation
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		f = Folder{Public: d.Keys.Public(by.Owner)}
		if f.Track, rule, err = d.find(tx, by, access.Lead, slug, now); err != nil {
			return err
		}
		f.Lead, f.refers = true, want.Shared
		if err := d.load(tx, by, &f.File, now); err != nil {
			return err
		}
		if err := d.fold(tx, by, &f, want.Readings); err != nil {
			return err
		}
		if want.Files {
			d.files(ctx, by, &f)
		}
		if want.Also == nil {
			return nil
		}
		return want.Also(tx, &f)
	})
	if err != nil {
		return Folder{}, err
	}
	return f, d.DB.Write(ctx, func(tx *db.Tx) error {
		if f.Shielded {
			if err := d.opened(tx, by, f.ID, "package", now); err != nil {
				return err
			}
		}
		if err := d.sawShared(tx, by, f.sharedOf, rule, now); err != nil {
			return err
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(f.ID)), string(f.ID), "package", string(rule), now)
	})
}

func (d *Desk) fold(tx *db.Tx, by tilhor.Actor, f *Folder, readings bool) error {
	entries, err := d.Journal.Stream(tx, by.Owner, stream(f.ID))
	if err != nil {
		return err
	}
	if f.Checkpoint, f.Entries, err = d.Journal.Prove(tx, by.Owner, entries); err != nil {
		return err
	}
	shown := f.shown()
	f.Parts, err = d.Journal.Disclose(tx, entries, func(_ journal.Record, label string) bool { return shown[label] })
	if err != nil {
		return err
	}
	if err := d.others(tx, by.Owner, f); err != nil {
		return err
	}
	if in, err := d.Roster.Pupil(tx, by.Owner, f.Pupil, today(d.Clock())); f.Pupil != "" && err == nil {
		f.Protected = in.Protected
	}
	if !readings {
		return nil
	}
	f.May, err = d.entitled(tx, by.Owner, &f.Track, d.Clock())
	if err != nil {
		return err
	}
	return d.readers(tx, by.Owner, f)
}

// readWithin is how long one attachment may take to be read.
const readWithin = 30 * time.Second

// files are the attachments of a folder that are neither blocked nor shredded.
func (d *Desk) files(ctx context.Context, by tilhor.Actor, f *Folder) {
	for _, a := range f.Attachments {
		if p, known := f.Parts[seal.Label("about", string(a.Record))]; !known || p.Shredded {
			continue
		}
		owner, track := by.Owner, f.ID
		f.Files = append(f.Files, FolderFile{Attachment: a, Read: func() (body []byte, err error) {
			ctx, end := context.WithTimeout(context.WithoutCancel(ctx), readWithin) // a slow line takes longer than a page may
			defer end()
			err = d.DB.Read(ctx, func(tx *db.Tx) error {
				body, err = d.AttachmentBytes(tx, owner, track, a, false)
				return err
			})
			return body, err
		}})
	}
}

// shown are the labels of what the file shows a reader of the track. What is
// blocked, and what was shredded, is not among them: neither its words nor what
// its row says.
func (f *Folder) shown() map[string]bool {
	all := map[string]bool{}
	for _, r := range f.Records {
		if f.Held[string(r.ID)] {
			continue
		}
		all[seal.Label(fieldRow, string(r.ID))] = true
		for name := range r.Text {
			all[seal.Label(name, string(r.ID))] = true
		}
	}
	for _, p := range f.Plans {
		if !f.Held[planID(p.Version)] && len(p.Measures) > 0 {
			all[seal.Label("plan", planID(p.Version))] = true
		}
	}
	for _, m := range f.Measures {
		for name, text := range map[string]string{"what": m.What, "problem": m.Problem, "when": m.When} {
			if text != "" && !f.Held[string(m.ID)] {
				all[seal.Label(name, string(m.ID))] = true
			}
		}
	}
	return all
}

var selectOthers = db.SQL(`SELECT pupil FROM cases_track WHERE owner = $1 AND matter = $2 AND id <> $3 AND pupil <> ''
	UNION ALL SELECT t.pupil FROM cases_stood s JOIN cases_track t ON t.owner = s.owner AND t.id = s.other WHERE s.owner = $1 AND s.track = $3 AND t.pupil <> ''`)

// others names the other children of the matter, and those who were of it, and
// finds who told.
func (d *Desk) others(tx *db.Tx, owner tilhor.OwnerID, f *Folder) error {
	var err error
	if f.Others, err = d.othersIn(tx, owner, f.Track, f.Children); err != nil {
		return err
	}
	f.Told, err = d.tellers(tx, owner, &f.File)
	return err
}

// othersIn are the names of the other children of a track's matter.
func (d *Desk) othersIn(tx *db.Tx, owner tilhor.OwnerID, t Track, children []Child) (all []string, err error) {
	var ids []tilhor.PersonID
	for _, c := range children {
		ids = append(ids, c.Person)
	}
	err = tx.Each(selectOthers, func(scan db.Scan) error {
		var id tilhor.PersonID
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, owner, t.Case, t.ID)
	if err != nil {
		return nil, err
	}
	names, err := d.Roster.Names(tx, owner, compact(ids)...)
	for _, id := range compact(ids) {
		if names[id] != "" && id != t.Pupil {
			all = append(all, names[id])
		}
	}
	return all, err
}

// readers lists who has read the track, with their names.
func (d *Desk) readers(tx *db.Tx, owner tilhor.OwnerID, f *Folder) error {
	read, err := d.Journal.Readings(tx, owner, string(f.ID))
	if err != nil {
		return err
	}
	var ids []tilhor.PersonID
	for _, r := range read {
		ids = append(ids, r.Person)
	}
	names, err := d.Roster.Names(tx, owner, compact(ids)...)
	for _, r := range read {
		f.Readings = append(f.Readings, Seen{Person: r.Person, Name: names[r.Person], Role: r.Role, View: r.View, At: r.At})
	}
	return err
}

// A Pack is a package that was made of a track: for whom, what it answers, and
// the hash of the file.
type Pack struct {
	Kind   string          // state or family
	Answer string          // the request it answers, or why it was made
	Hash   string          // of the file, SHA-256 in hexadecimal
	To     tilhor.PersonID // which of the parents it is for; empty: the pupil, or Statsforvalteren
}

// Pack tells the track that a package was made of it. Of a protected pupil's it
// takes an unlocking: ErrLocked, and nothing may be given.
func (d *Desk) Pack(ctx context.Context, by tilhor.Actor, slug string, h Pack) error {
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if err := d.Spend(w.tx, by, w.t.ID, w.now); err != nil {
			return err
		}
		_, err := w.write(note{kind: Packed, when: tilhor.Now(w.now), ref: h.Hash, answer: h.Kind, text: []field{{"reason", h.Answer}}})
		if err != nil || h.To == "" {
			return err
		}
		return w.giveHome(h.To, "package", "to")
	})
}
