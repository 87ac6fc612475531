package hearing

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/file"
	"tilhor/internal/seal"
)

// A File is what a statement came as, kept byte for byte.
type File struct {
	ID     string      `json:"id"`
	Name   string      `json:"name"`
	Form   file.Letter `json:"form"`
	Size   int         `json:"size"`
	SHA256 string      `json:"sha256"`
}

const (
	piece    = 256 << 10
	maxFiles = 10  // of one body
	maxMends = 100 // of its statements
)

// ReceiveFile keeps a statement that came as a file, and beside it the text that was
// read out of it, or that a person pasted where the file gave none. A file that cannot
// be read is refused, and nothing of it is kept; nor is it opened for somebody who may
// not leave it here. Its pieces are written before the line that tells of it: a large one holds
// nobody up.
func (d *Desk) ReceiveFile(ctx context.Context, by tilhor.Actor, slug, body string, r Received, name string, b []byte) error {
	r.File = &File{ID: tilhor.NewSlug(), Name: strings.TrimSpace(name), Size: len(b), SHA256: seal.Fingerprint(b)}
	var to string
	if err := d.receiving(ctx, by, slug, body, func(_ Hearing, i *Invited) ([]line, error) {
		to = i.ID
		return nil, r.check(i)
	}); err != nil {
		return err
	}
	form, text, unread, err := file.Words(b)
	if why, ok := err.(file.Refusal); ok {
		return tilhor.Faults{{Field: "fil", Key: "hearing.fault.file-" + string(why)}}
	}
	if err != nil {
		return err
	}
	var f tilhor.Faults
	f.Add(len(text) > 10*maxText, "fil", "hearing.fault.text-long")
	f.Add(text != "" && strings.TrimSpace(r.Raw) != "", "raw", "hearing.fault.raw-both")
	if err := f.Err(); err != nil {
		return err
	}
	if r.File.Form, r.Unread = form, unread; text != "" {
		r.Raw = text
	}
	r.Text = r.Raw
	for n := 0; n*piece < len(b); n++ {
		if err := d.put(ctx, by, slug, line{kind: kindPiece, body: to, measure: r.File.ID, words: b[n*piece : min(len(b), (n+1)*piece)]}); err != nil {
			return err
		}
	}
	return d.Receive(ctx, by, slug, body, r)
}

var openOne = db.SQL(`SELECT h.id, h.slug, h.at FROM hearing_hearing h WHERE h.owner = $1 AND h.slug = $2
	AND NOT EXISTS (SELECT 1 FROM hearing_line l WHERE l.owner = h.owner AND l.body = '' AND l.kind = 'sent' AND l.hearing = h.id)`)

// put writes a piece of a file, and reads nothing of what stands in the hearing: there
// are forty pieces in a large one. Who may was asked before the first.
func (d *Desk) put(ctx context.Context, by tilhor.Actor, slug string, l line) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		all, err := d.listed(tx, openOne, by.Owner, slug)
		if err == nil && len(all) == 0 {
			err = ErrSent
		}
		if err != nil {
			return err
		}
		return d.write(tx, by, all[0].ID, now, l)
	})
}

// Receive keeps a statement that came by mail: byte for byte, and beside it the text
// with the repairs that were taken. Who holds the hearing then writes, measure by
// measure, what the body means (SayFor), and when it was adopted (AdoptFor).
func (d *Desk) Receive(ctx context.Context, by tilhor.Actor, slug, body string, r Received) error {
	return d.receiving(ctx, by, slug, body, func(_ Hearing, i *Invited) ([]line, error) {
		r := r
		if r.Text == "" {
			r.Text = r.Raw
		}
		return []line{{kind: kindReceived, body: i.ID, words: r}}, r.check(i)
	})
}

func (r Received) check(i *Invited) error {
	var f tilhor.Faults
	at, files := "raw", 0
	if r.File != nil {
		at = "fil"
	}
	for _, x := range i.Received {
		if x.File != nil {
			files++
		}
	}
	f.Add(strings.TrimSpace(r.Raw) == "" && r.File == nil, "raw", "hearing.fault.raw")
	f.Add(len(r.Raw) > 10*maxText, "raw", "hearing.fault.text-long")
	f.Add(r.On == "", "on", "hearing.fault.on")
	f.Add(i.own(), at, "hearing.fault.adopted")
	f.Add(r.File != nil && files >= maxFiles, "fil", "hearing.fault.file-many")
	return f.Err()
}

// Mend writes the text of what came anew: with repairs that a person took, or pasted
// beside a file whose text is not read. What came stays as it came. was is the
// fingerprint of the text that who mends it read (Received.Print): a repair is of a
// place in a text.
func (d *Desk) Mend(ctx context.Context, by tilhor.Actor, slug, body string, n int, was, text string) error {
	return d.receiving(ctx, by, slug, body, func(_ Hearing, i *Invited) ([]line, error) {
		if n < 0 || n >= len(i.Received) {
			return nil, tilhor.ErrNotFound
		}
		if i.Received[n].Print() != was {
			return nil, tilhor.ErrConflict
		}
		mends := 0
		for _, x := range i.Received {
			mends += x.mended
		}
		r := mend{strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), n + 1}
		var f tilhor.Faults
		f.Add(r.Text == "", "text", "hearing.fault.text")
		f.Add(utf8.RuneCountInString(r.Text) > 10*maxText, "text", "hearing.fault.text-long")
		f.Add(i.own() || i.Has(), "text", "hearing.fault.adopted")
		f.Add(mends >= maxMends, "text", "hearing.fault.mends")
		return []line{{kind: kindReceived, body: i.ID, words: r}}, f.Err()
	})
}

// A mend is the text of what came, written anew.
type mend struct {
	Text  string `json:"text"`
	Mends int    `json:"mends"` // which of those that came, from one
}

// Print is the fingerprint of the text.
func (r Received) Print() string { return seal.Fingerprint([]byte(r.Text)) }

var selectPieces = db.SQL(`SELECT id, sealed FROM hearing_line WHERE owner = $1 AND body = $2 AND kind = 'piece' AND hearing = $3 AND measure = $4 ORDER BY n`)

// CameAs gives who holds the hearing the file that a statement came as, as it came.
func (d *Desk) CameAs(ctx context.Context, by tilhor.Actor, slug, body, id string) (f File, b []byte, err error) {
	if err := holds(by); err != nil {
		return f, nil, err
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		h, err := d.find(tx, by.Owner, slug)
		if err != nil {
			return err
		}
		i := h.Invitation(body)
		if i == nil {
			return tilhor.ErrNotFound
		}
		f, b = File{}, nil
		for _, r := range i.Received {
			if r.File != nil && r.File.ID == id {
				f = *r.File
			}
		}
		if f.ID == "" {
			return tilhor.ErrNotFound
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindHearing, h.ID)
		if err != nil {
			return err
		}
		err = tx.Each(selectPieces, func(scan db.Scan) error {
			var line string
			var sealed, one []byte
			if err := scan(&line, &sealed); err != nil {
				return err
			}
			text, err := key.Open(field, line, sealed)
			if err == nil && json.Unmarshal([]byte(text), &one) != nil {
				err = errUnreadable
			}
			b = append(b, one...)
			return err
		}, by.Owner, i.ID, h.ID, id)
		if err == nil && seal.Fingerprint(b) != f.SHA256 {
			err = errUnreadable
		}
		return err
	})
	return f, b, err
}
