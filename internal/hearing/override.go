package hearing

import (
	"context"
	"reflect"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
)

// An Override (overstyring) is that the answer goes out though claims of it do not
// hold: one person asks for it with a reason, and another signs. It is for these
// claims and these figures alone: what fails otherwise afterwards is asked anew.
type Override struct {
	Reason  string          `json:"reason"`
	Failing []Failing       `json:"failing"`
	By      tilhor.PersonID `json:"by"` // who asks, and so cannot sign
	Signed  *Signature      `json:"-"`
}

// A Signature is who signed an override: the office, and the day.
type Signature struct {
	Office string         `json:"office"`
	On     tilhor.Date    `json:"on"`
	Entry  tilhor.EntryID `json:"-"`
}

// maxReason keeps what is signed short enough to be read and checked.
const maxReason = 2000

// AskOverride asks that the answer is sent though claims of it do not hold.
func (d *Desk) AskOverride(ctx context.Context, by tilhor.Actor, slug, reason string, w *lang.Words) error {
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		s, err := d.stand(tx, by.Owner, h.adopted(), w)
		if err != nil {
			return nil, err
		}
		o := Override{Reason: strings.TrimSpace(reason), Failing: s.Failing, By: by.Person}
		var f tilhor.Faults
		f.Add(len(s.Failing) == 0, "override", "hearing.fault.override-none")
		f.Add(o.Reason == "", "override", "hearing.fault.override")
		f.Add(utf8.RuneCountInString(o.Reason) > maxReason, "override", "hearing.fault.text-long")
		return []line{{kind: kindOverride, words: o}}, f.Err()
	})
}

// SignOverride signs what another person asked for, in the name of an office.
func (d *Desk) SignOverride(ctx context.Context, by tilhor.Actor, slug, office string, w *lang.Words) error {
	today := calendar.DateOf(d.Clock())
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		s, err := d.stand(tx, by.Owner, h.adopted(), w)
		if err != nil {
			return nil, err
		}
		if s.Override == nil || s.Override.Signed != nil {
			return nil, tilhor.ErrConflict
		}
		x := Signature{Office: strings.TrimSpace(office), On: today}
		var f tilhor.Faults
		f.Add(s.Override.By == by.Person, "office", "hearing.fault.signer")
		f.Add(x.Office == "" || utf8.RuneCountInString(x.Office) > maxLine, "office", "hearing.fault.who")
		return []line{{kind: kindSigned, words: x}}, f.Err()
	})
}

// of says whether an override is for what fails now.
func (o *Override) of(failing []Failing) bool {
	return o != nil && len(failing) > 0 && reflect.DeepEqual(o.Failing, failing)
}

// words are what was signed, as they are attested: reason, office, and each claim with
// what its register said.
func (o *Override) words() []string {
	all := []string{o.Reason, o.Signed.Office}
	for _, x := range o.Failing {
		c := x.Claim.reply(map[string]Figure{x.Register: x.Figure})
		all = append(all, c.Text+" ["+c.Register+": "+c.Value+", "+c.Expected+"]")
	}
	return all
}

var signedEntry = db.SQL(`SELECT entry FROM hearing_line WHERE owner = $1 AND hearing = $2 AND body = '' AND kind = 'override-signed' ORDER BY n DESC LIMIT 1`)

// Attest gives what anybody can check of a sent answer that was overridden: that these
// words were signed, when, and that it stands in the record.
func (d *Desk) Attest(ctx context.Context, owner tilhor.OwnerID, slug string) (a journal.Attestation, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := d.sent(tx, owner, sentOne, false, owner, slug)
		if err == nil && (len(all) == 0 || all[0].Sent.Signed == "") {
			err = tilhor.ErrNotFound
		}
		if err != nil {
			return err
		}
		a, err = d.Journal.Attest(tx, owner, all[0].Sent.Signed, act+kindSigned, all[0].Sent.Words...)
		return err
	})
	return a, err
}
