package archive

import (
	"context"
	"slices"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
)

// The talk with who told belongs to the case that came of it, and is kept as long
// (bevaringsforskrifta § 40): each message is a document of its own, and all of
// them stand in the overview. A talk whose words were shredded by rule is in none.
const (
	talkSaid     cases.Kind = "talk-said"     // by who told
	talkAnswered cases.Kind = "talk-answered" // to who told
	talkStaff    cases.Kind = "talk-staff"    // between those who have it
)

// talkPrefix is before the id of a message, where records have theirs.
const talkPrefix = "talk/"

// talkItems are the messages of a track's talks, as documents. What each is, is
// known when the track is opened.
func (d *Desk) talkItems(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) (all []item, err error) {
	if d.Dialogue == nil {
		return nil, nil
	}
	ids, err := d.Dialogue.LineIDs(tx, owner, track)
	for _, id := range ids {
		all = append(all, item{doc: talkPrefix + id, item: itemPost, record: tilhor.RecordID(talkPrefix + id)})
	}
	return all, err
}

// withTalks puts the messages of a track's talks into its chronology, and fills
// in what the documents of them are.
func (d *Desk) withTalks(ctx context.Context, owner tilhor.OwnerID, f *cases.File, j job) error {
	if d.Dialogue == nil {
		return nil
	}
	var talks []dialogue.Kept
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		talks, err = d.Dialogue.Whole(tx, owner, f.ID)
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range talks {
		for _, l := range t.Lines {
			f.Records = append(f.Records, talkRecord(l))
		}
	}
	slices.SortStableFunc(f.Records, func(a, b cases.Record) int { return a.When.Written.Compare(b.When.Written) })
	for i := range j.items {
		if r, ok := find(*f, j.items[i].record); ok && j.items[i].kind == "" {
			j.items[i].kind, j.items[i].when = r.Kind, r.When
		}
	}
	return nil
}

// talkRecord is a message as a record of the chronology.
func talkRecord(l dialogue.KeptLine) cases.Record {
	r := cases.Record{ID: tilhor.RecordID(talkPrefix + l.ID), Kind: talkStaff, When: l.When, By: l.By, Name: l.Name, Role: l.Role, Text: map[string]string{}}
	switch {
	case l.Own:
		r.Kind = talkSaid
	case l.To == dialogue.ToSender:
		r.Kind = talkAnswered
	}
	if l.Text != "" {
		r.Text["text"] = l.Text
	} else if l.Kind == dialogue.Name {
		r.Answer = "named"
	}
	return r
}
