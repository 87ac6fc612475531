package hearing

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// An Override (overstyring) is that the answer goes out though claims of it do not
// hold: one person asks for it with a reason, and another signs. It is for these
// claims and these figures alone: what fails otherwise afterwards is asked anew.
type Override struct {
	ID      string          `json:"-"` // of the line, by which a page signs this one and no other
	Reason  string          `json:"reason"`
	Failing []Failing       `json:"failing"`
	By      tilhor.PersonID `json:"by"` // who asks, and so cannot sign
	Signed  *Signature      `json:"-"`
}

// A Signature is who signed an override: the office, and the day. Words are what was
// signed, as it is attested (see words): the entry commits to them.
type Signature struct {
	Office string      `json:"office"`
	On     tilhor.Date `json:"on"`
	Words  []string    `json:"words"`
}

// maxReason keeps what is signed short enough to be read and checked.
const maxReason = 2000

// maxOffice is how long an office can become where it is quoted.
const maxOffice = maxLine * len(`\U0001f600`)

// AskOverride asks that the answer is sent though claims of it do not hold. Asked anew
// it takes the place of what was asked before, and that is signed no more. The reason becomes
// public: noPupil is as in Said.
func (d *Desk) AskOverride(ctx context.Context, by tilhor.Actor, slug, reason string, noPupil bool, w *lang.Words) error {
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
		f.Add(!noPupil && firstnames.Any(o.Reason), "no-pupil", "circles.fault.name")
		f.Add(!journal.Attestable(o.words(strings.Repeat("x", maxOffice))...), "override", "hearing.fault.override-long")
		return []line{{kind: kindOverride, words: o}}, f.Err()
	})
}

// SignOverride signs what another person asked for, in the name of an office. of is the
// override that was read: another one is not signed in its place.
func (d *Desk) SignOverride(ctx context.Context, by tilhor.Actor, slug, of, office string, w *lang.Words) error {
	today := calendar.DateOf(d.Clock())
	return d.holding(ctx, by, slug, func(tx *db.Tx, h Hearing) ([]line, error) {
		s, err := d.stand(tx, by.Owner, h.adopted(), w)
		if err != nil {
			return nil, err
		}
		if s.Override == nil || s.Override.Signed != nil || s.Override.ID != of {
			return nil, tilhor.ErrConflict
		}
		x := Signature{Office: strings.TrimSpace(office), On: today}
		x.Words = s.Override.words(x.Office)
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

// words are what is signed, as it is attested: reason, office, and each claim with what
// its register said.
func (o *Override) words(office string) []string {
	all := []string{o.Reason, office}
	for _, x := range o.Failing {
		c := x.Claim.reply(map[string]Figure{x.Register: x.Figure})
		all = append(all, c.Text+" ["+c.Register+": "+c.Value+", "+c.Expected+"]")
	}
	return all
}

var signedEntry = db.SQL(`SELECT entry FROM hearing_line WHERE owner = $1 AND hearing = $2 AND body = '' AND kind = 'override-signed' ORDER BY n DESC LIMIT 1`)

var signedLine = db.SQL(`SELECT id, sealed FROM hearing_line WHERE owner = $1 AND hearing = $2 AND body = '' AND kind = 'override-signed' AND entry = $3`)

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
		var line string
		var sealed []byte
		if err := tx.One(signedLine, db.Args(owner, all[0].ID, all[0].Sent.Signed), &line, &sealed); err != nil {
			return err
		}
		key, err := d.Keys.Get(tx, owner, seal.KindHearing, all[0].ID)
		if err != nil {
			return err
		}
		text, err := key.Open(field, line, sealed)
		if err != nil {
			return err
		}
		var s Signature
		if json.Unmarshal([]byte(text), &s) != nil {
			return errUnreadable
		}
		a, err = d.Journal.Attest(tx, owner, all[0].Sent.Signed, act+kindSigned, s.Words...)
		return err
	})
	return a, err
}
