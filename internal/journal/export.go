package journal

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"tilhor"
	"tilhor/internal/db"
)

// The lines of an export. Field order and meaning stand in docs/guide/record.md.
type (
	exportHead struct {
		Type   string `json:"type"`   // "record"
		Format string `json:"format"` // "tilhor record 1"
		Owner  string `json:"owner"`
		Key    string `json:"key"`
	}
	exportEntry struct {
		Type string `json:"type"` // "entry"
		Leaf *int64 `json:"leaf"`
		Hash string `json:"hash"`
		Body string `json:"body"`
	}
	exportCheckpoint struct {
		Type string `json:"type"` // "checkpoint"
		Size int64  `json:"size"`
		Note string `json:"note"`
	}
)

var (
	exportLeaves = db.SQL(`SELECT leaf, hash, body FROM journal_entry
		WHERE owner = $1 AND leaf > $2 ORDER BY leaf LIMIT $3`)
	exportWaiting = db.SQL(`SELECT hash, body FROM journal_entry
		WHERE owner = $1 AND leaf IS NULL ORDER BY stream, seq`)
)

// Export writes the record as JSON lines for a verifier that is not ours: the
// owner's public key, the entries in the order of the tree, each checkpoint
// after the last entry it covers, and then the entries not in the tree yet. It
// holds no content, and nothing that is secret.
func Export(ctx context.Context, d *db.DB, owner tilhor.OwnerID, public string, out io.Writer) error {
	return d.Read(ctx, func(tx *db.Tx) error {
		x := &exporter{tx: tx, owner: owner, out: out}
		x.line(exportHead{"record", "tilhor record 1", string(owner), public})
		notes, err := x.notes(-1)
		if err != nil {
			return err
		}
		for after := int64(-1); ; {
			page, err := x.leaves(after)
			if err != nil {
				return err
			}
			for _, e := range page {
				x.line(e)
				after = *e.Leaf
				for len(notes) > 0 && notes[0].Size <= after+1 {
					x.line(notes[0])
					last := notes[0].Size
					if notes = notes[1:]; len(notes) == 0 {
						if notes, err = x.notes(last); err != nil {
							return err
						}
					}
				}
			}
			if x.err != nil || len(page) < verifyPage {
				break
			}
		}
		for _, n := range notes { // signed for entries that are gone
			x.line(n)
		}
		return x.waiting()
	})
}

type exporter struct {
	tx    *db.Tx
	owner tilhor.OwnerID
	out   io.Writer
	err   error
}

func (x *exporter) line(v any) {
	if x.err != nil {
		return
	}
	raw, err := marshal(v)
	if err != nil {
		x.err = err
		return
	}
	if _, err := x.out.Write(append(raw, '\n')); err != nil {
		x.err = fmt.Errorf("write the export: %w", err)
	}
}

func (x *exporter) notes(after int64) (out []exportCheckpoint, err error) {
	err = x.tx.Each(verifyNotes, func(scan db.Scan) error {
		c := exportCheckpoint{Type: "checkpoint"}
		var raw []byte
		err := scan(&c.Size, &raw)
		c.Note = string(raw)
		out = append(out, c)
		return err
	}, x.owner, after, verifyPage)
	return out, err
}

func (x *exporter) leaves(after int64) (out []exportEntry, err error) {
	err = x.tx.Each(exportLeaves, func(scan db.Scan) error {
		var leaf int64
		var hash, body []byte
		err := scan(&leaf, &hash, &body)
		out = append(out, exportEntry{"entry", &leaf, hex.EncodeToString(hash), string(body)})
		return err
	}, x.owner, after, verifyPage)
	return out, err
}

func (x *exporter) waiting() error {
	err := x.tx.Each(exportWaiting, func(scan db.Scan) error {
		var hash, body []byte
		err := scan(&hash, &body)
		x.line(exportEntry{"entry", nil, hex.EncodeToString(hash), string(body)})
		return err
	}, x.owner)
	if err != nil {
		return err
	}
	return x.err
}
