package archive

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// A Refusal says why a receipt was refused, and where. It repeats nothing of
// what stood there.
type Refusal struct {
	File string
	Line int
	Why  string
}

func (r Refusal) Error() string { return fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Why) }

// A Given is one receipt file, as it was given.
type Given struct {
	Name string
	Data []byte
}

// maxReceipt bounds what is read of one receipt: a real one is a few kilobytes.
const maxReceipt = 1 << 20

// A node is one element of a receipt, with the line it begins on.
type node struct {
	name xml.Name
	line int
	text string
	kids []*node
}

func (n *node) kid(name string) *node {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.name.Local == name {
			return k
		}
	}
	return nil
}

func (n *node) said() string {
	if n == nil {
		return ""
	}
	return strings.TrimSpace(n.text)
}

// parse reads a receipt as a tree: no DTD, no entities of its own, not deep, not
// large.
func parse(g Given) (*node, error) {
	at := func(line int, why string) error { return Refusal{g.Name, line, why} }
	if len(g.Data) > maxReceipt {
		return nil, at(1, "larger than any receipt (1 MiB)")
	}
	dec := xml.NewDecoder(bytes.NewReader(g.Data))
	dec.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("not UTF-8") }
	root := &node{}
	stack := []*node{root}
	for {
		line, _ := dec.InputPos() // where the next thing begins
		t, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			line, _ = dec.InputPos()
			return nil, at(line, "this is not XML that can be read")
		}
		switch t := t.(type) {
		case xml.Directive:
			return nil, at(line, "a receipt has no document type (DTD)")
		case xml.StartElement:
			if len(stack) > 12 {
				return nil, at(line, "this is nested deeper than a receipt is")
			}
			n := &node{name: t.Name, line: line}
			top := stack[len(stack)-1]
			top.kids = append(top.kids, n)
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			stack[len(stack)-1].text += string(t)
		}
	}
	if len(root.kids) != 1 || root.kids[0].name != (xml.Name{Space: nsReceipt, Local: "arkivmeldingKvittering"}) {
		return nil, at(1, "this is no receipt of an arkivmelding (arkivmeldingKvittering, Fiks Arkiv V1)")
	}
	return root.kids[0], nil
}

var uuid = regexp.MustCompile(`^[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12}$`)

// A given is what one receipt says of one thing.
type given struct {
	file   string
	line   int
	ours   string // what we call it
	theirs string // what the archive calls it
	number string // of the mappe
}

// read takes what counts out of a receipt: the archive's ids of the mappe and
// the journalpost, under our own.
func read(g Given) (folder, post *given, err error) {
	root, err := parse(g)
	if err != nil {
		return nil, nil, err
	}
	for _, failed := range []string{"mappeFeilet", "registreringFeilet"} {
		if k := root.kid(failed); k != nil {
			return nil, nil, Refusal{g.Name, k.line, "the archive did not take it (" + failed + "): put right what it says there, and send the package again"}
		}
	}
	if k := root.kid("mappeKvittering"); k != nil {
		if folder, err = one(g, k); err != nil {
			return nil, nil, err
		}
		folder.number = k.kid("mappeID").said()
		if year, n := k.kid("saksaar").said(), k.kid("sakssekvensnummer").said(); year != "" && n != "" {
			folder.number = year + "/" + n
		}
		if len(folder.number) > 64 || clean(folder.number) != folder.number {
			return nil, nil, Refusal{g.Name, k.line, "the number of the mappe cannot be kept"}
		}
	}
	if k := root.kid("registreringKvittering"); k != nil {
		if post, err = one(g, k); err != nil {
			return nil, nil, err
		}
	}
	if post == nil {
		return nil, nil, Refusal{g.Name, root.line, "it says nothing of a journalpost (registreringKvittering)"}
	}
	return folder, post, nil
}

// one is the pair of ids of one receipt element.
func one(g Given, k *node) (*given, error) {
	id := k.kid("systemID")
	if !uuid.MatchString(id.said()) {
		return nil, Refusal{g.Name, k.line, "it has no systemID of the archive's"}
	}
	if made := k.kid("opprettetEllerEksisterende"); made.said() != "Opprettet" && made.said() != "Eksisterende" {
		return nil, Refusal{g.Name, k.line, "it does not say whether it was made or existed (opprettetEllerEksisterende)"}
	}
	key := k.kid("referanseEksternNoekkel")
	if key == nil {
		return nil, Refusal{g.Name, k.line, "it has no key of ours (referanseEksternNoekkel): it cannot be told what it is of"}
	}
	if key.kid("fagsystem").said() != system || !uuid.MatchString(key.kid("noekkel").said()) {
		return nil, Refusal{g.Name, key.line, "its key is not one of ours: this is the receipt of another system"}
	}
	return &given{file: g.Name, line: k.line, ours: strings.ToLower(key.kid("noekkel").said()), theirs: strings.ToLower(id.said())}, nil
}

var (
	findItem   = db.SQL(`SELECT track, doc, kind, state, archive_id FROM archive_item WHERE owner = $1 AND system_id = $2`)
	findFolder = db.SQL(`SELECT archive_id FROM archive_folder WHERE owner = $1 AND track = $2`)
	markItem   = db.SQL(`UPDATE archive_item SET state = 'archived', archived_at = $4, archive_id = $5, entry = $6
		WHERE owner = $1 AND track = $2 AND doc = $3 AND state = 'exported'`)
	putFolder = db.SQL(`INSERT INTO archive_folder (owner, track, archive_id, number) VALUES ($1, $2, $3, $4)`)
)

// Receive reads the archive's receipts and marks what they are of as archived.
// All of them are refused when one is wrong, foreign, or says something else
// than one that was read before. The same receipt again changes nothing.
func (d *Desk) Receive(ctx context.Context, by tilhor.Actor, all ...Given) (marked, before int, err error) {
	type pair struct{ folder, post *given }
	var pairs []pair
	for _, g := range all {
		folder, post, err := read(g)
		if err != nil {
			return 0, 0, err
		}
		pairs = append(pairs, pair{folder, post})
	}
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		marked, before = 0, 0
		for _, p := range pairs {
			isNew, err := d.mark(tx, by, p.folder, p.post, now)
			if err != nil {
				return err
			}
			if isNew {
				marked++
			} else {
				before++
			}
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	return marked, before, nil
}

func (d *Desk) mark(tx *db.Tx, by tilhor.Actor, folder, post *given, now time.Time) (bool, error) {
	var track tilhor.TrackID
	var doc, kind, theirs string
	var state State
	err := tx.One(findItem, db.Args(by.Owner, post.ours), &track, &doc, &kind, &state, &theirs)
	if errors.Is(err, tilhor.ErrNotFound) || err == nil && kind != itemPost {
		return false, Refusal{post.file, post.line, "nothing was exported here under this key: it is another owner's, or another installation's"}
	}
	if err != nil {
		return false, err
	}
	if err := d.markFolder(tx, by, track, folder); err != nil {
		return false, err
	}
	if state == Archived {
		if theirs != post.theirs {
			return false, Refusal{post.file, post.line, "another receipt gave the same journalpost another id: it may be in the archive twice. Ask the archive"}
		}
		return false, nil
	}
	w, err := d.Journal.Append(tx, journal.Entry{
		Stream: stream(string(track)), Act: "archive.archived", Subject: post.ours, When: tilhor.Now(now), By: by, Rule: "operator",
	})
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(markItem, by.Owner, track, doc, now.UnixMilli(), post.theirs, w.ID)
	if err == nil && n != 1 {
		err = tilhor.ErrConflict
	}
	return true, err
}

// markFolder keeps what the archive calls the mappe, the same for all of its
// documents.
func (d *Desk) markFolder(tx *db.Tx, by tilhor.Actor, track tilhor.TrackID, folder *given) error {
	if folder == nil {
		return nil
	}
	if folder.ours != d.systemID(by.Owner, "mappe", string(track)) {
		return Refusal{folder.file, folder.line, "the mappe and the journalpost are not of the same case"}
	}
	var known string
	err := tx.One(findFolder, db.Args(by.Owner, track), &known)
	if errors.Is(err, tilhor.ErrNotFound) {
		_, err = tx.Exec(putFolder, by.Owner, track, folder.theirs, folder.number)
		return err
	}
	if err == nil && known != folder.theirs {
		return Refusal{folder.file, folder.line, "another receipt gave the same mappe another id: the case may be in the archive twice. Ask the archive"}
	}
	return err
}
