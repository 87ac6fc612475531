package handover

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
)

// maxAnswers is how long the request that a package answers may be told.
const maxAnswers = 2000

// Make makes a package of one pupil's track. Who leads the track may, and that it
// was made stands in the track before a byte of it leaves: who, for whom, and the
// hash of the file. What it holds is the track as it was when it was read; what is
// written meanwhile comes in the next.
func (d *Desk) Make(ctx context.Context, by tilhor.Actor, slug string, o Order) (*Package, error) {
	o.Answers = strings.TrimSpace(o.Answers)
	var c tilhor.Faults
	c.Add(o.Kind != ForState && o.Kind != ForFamily, "kind", "handover.fault.kind")
	c.Add(o.Answers == "", "answers", "handover.fault.answers")
	c.Add(utf8.RuneCountInString(o.Answers) > maxAnswers, "answers", "handover.fault.long")
	c.Add(o.Kind == ForFamily && o.To == "", "to", "handover.fault.to")
	if err := c.Err(); err != nil {
		return nil, err
	}
	now := d.Clock()
	var more beside
	f, err := d.Cases.Folder(ctx, by, slug, d.wanted(by, o, now, &more))
	if errors.Is(err, journal.ErrUnsigned) {
		return nil, tilhor.Faults{{Field: "kind", Key: "handover.fault.unsigned"}}
	}
	if err != nil {
		return nil, err
	}
	if o.Kind == ForState {
		o.To = ""
	} else if t, err := d.Cases.MayTell(ctx, by, slug, o.To); err != nil || t.May != roster.TellAll {
		return nil, errors.Join(err, tilhor.Faults{{Field: "to", Key: "home.fault.may-not"}})
	}
	p, err := d.pack(by, &f, more, o, now)
	if err != nil {
		return nil, err
	}
	if d.Interventions != nil {
		if err := d.Interventions.Handed(ctx, by, more.forces); err != nil {
			return nil, err
		}
	}
	err = d.Cases.Pack(ctx, by, slug, cases.Pack{Kind: string(o.Kind), Answer: o.Answers, Hash: p.Hash, To: o.To})
	if errors.Is(err, cases.ErrLocked) {
		return nil, tilhor.Faults{{Field: "kind", Key: "handover.fault.locked"}}
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// pack makes the file of a folder.
func (d *Desk) pack(by tilhor.Actor, f *cases.Folder, more beside, o Order, now time.Time) (*Package, error) {
	forces := more.forces
	if o.Lang == "" || !slices.Contains(lang.Langs, o.Lang) {
		o.Lang = tilhor.Bokmal
	}
	s := newShield(f, o.Kind, o.To)
	items, err := newTeller(f, s, o, now).with(forces).withTalks(more.talks).pages()
	if err != nil {
		return nil, err
	}
	record, counts, err := recordText(s)
	if err != nil {
		return nil, err
	}
	force, forceEntries, err := forceText(forces, &counts)
	if err != nil {
		return nil, err
	}
	attached, err := attachedOf(f)
	if err != nil {
		return nil, err
	}
	items = append(items, itemOf(fileRecord, "record", record),
		itemOf(fileCheckpoint, "checkpoint", f.Checkpoint.Note), itemOf(fileKey, "key", []byte(f.Public+"\n")))
	if len(forces) > 0 {
		items = append(items, itemOf(fileForces, "interventions", force))
	}
	items = append(items, attached...)
	m := manifest{
		Format: format, Kind: o.Kind, Owner: string(by.Owner), OwnerName: o.Owner, SchoolName: o.School, Stream: "track/" + string(f.ID), Case: f.Number,
		Made: now.UTC().Truncate(time.Second), Person: string(by.Person), Role: string(by.Role), Lang: string(o.Lang), Readings: o.Readings,
		Key: f.Public, Tree: f.Checkpoint.Size, Entries: len(s.entries()), Parts: counts, Files: []fileLine{},
		Forces: streamsOf(forces), ForceEntries: forceEntries,
	}
	for _, i := range items {
		m.Files = append(m.Files, fileLine{i.name, i.what, i.size, hex.EncodeToString(i.sum[:]), i.part})
	}
	if len(attached)+len(forces) > 0 {
		m.Format = formatMore
	}
	if o.Kind == ForFamily {
		m.Format = formatFamily
	}
	list := itemOf(fileManifest, "manifest", m.text())
	signed, err := d.Keys.Sign(by.Owner, statement(m.Format, string(by.Owner), list.sum))
	if err != nil {
		return nil, err
	}
	p := &Package{items: append([]item{list, itemOf(fileSigned, "signature", signed)}, items...)}
	if p.Hash, p.Size, err = hashOf(p.items); err != nil {
		return nil, err
	}
	p.Name = "saksmappe-" + string(calendar.DateOf(now)) + "-" + p.Hash[:8] + ".zip"
	return p, nil
}

// beside is what stands beside a track's own record.
type beside struct {
	forces []interventions.Folder
	talks  []dialogue.Kept
}

// wanted is what of a track's folder a package of a kind takes: attachments, and
// interventions against the pupil, go to Statsforvalteren, and to nobody else
// before they are judged.
func (d *Desk) wanted(by tilhor.Actor, o Order, now time.Time, more *beside) cases.Wanted {
	w := cases.Wanted{Readings: o.Readings, Files: o.Kind == ForState, Shared: o.Kind == ForState}
	w.Also = func(tx *db.Tx, f *cases.Folder) (err error) {
		if *more = (beside{}); d.Dialogue != nil {
			if more.talks, err = d.Dialogue.Folder(tx, by, f.ID, now); err != nil {
				return err
			}
		}
		if d.Interventions == nil || o.Kind != ForState {
			return nil
		}
		more.forces, err = d.Interventions.Folders(tx, by, f.School, f.Pupil, now)
		for _, x := range more.forces {
			if err == nil && x.Checkpoint.Size != f.Checkpoint.Size { // one moment, one tree
				err = journal.ErrUnsigned
			}
		}
		return err
	}
	return w
}

// Look tells what a package of the track would hold, and which were made before.
func (d *Desk) Look(ctx context.Context, by tilhor.Actor, slug string) (Contents, error) {
	var more beside
	f, err := d.Cases.Folder(ctx, by, slug, d.wanted(by, Order{Kind: ForState}, d.Clock(), &more))
	ready := err == nil
	if errors.Is(err, journal.ErrUnsigned) {
		f.File, err = d.Cases.See(ctx, by, slug, "package")
		if err == nil && !f.Lead {
			err = tilhor.ErrNotFound
		}
	}
	if err != nil {
		return Contents{}, err
	}
	c := Contents{
		Track: f.Track, Records: len(f.Records), Plans: len(f.Plans), Findings: len(f.Of(cases.Finding)), Evals: len(f.Of(cases.Evaluated, cases.Checked)),
		Files: len(f.Files), Forces: len(more.forces), Notices: len(f.Of(noticeKinds...)), Duties: len(f.Duties), Entries: len(f.Entries), Windows: len(f.Windows), Ready: ready,
		Guarded: f.Protected, At: d.Clock(), Made: f.Of(cases.Packed),
	}
	slices.Reverse(c.Made)
	for _, r := range f.Of(cases.Voice) {
		if f.Own(r) {
			c.Own++
		} else {
			c.Others++
		}
	}
	t := newTeller(&f, newShield(&f, ForFamily, ""), Order{Lang: tilhor.Bokmal}, c.At)
	c.Withheld = t.withheld()
	return c, nil
}
