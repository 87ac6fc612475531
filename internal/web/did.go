package web

import (
	"encoding/hex"
	"errors"
	"strings"

	"tilhor"
)

// Sending names one sending of a form: the same for the same words sent again,
// and another for others. It is a keyed hash, and tells nothing.
func (q *Req) Sending(f *Form) string {
	return hex.EncodeToString(q.Kit.Keys.Hash(q.Kit.Owner.ID, "once", strings.Join([]string{string(q.person), q.R.URL.Path, f.Key, f.content()}, "\x00")))
}

// Token is a random name that belongs to one sending of a form and stands nowhere:
// the same for the same form sent again. It is made of what only the sender's browser
// has, and is no part of what is kept to know the form by (Sending).
func (q *Req) Token(f *Form) string {
	return hex.EncodeToString(q.Kit.Keys.Hash(q.Kit.Owner.ID, "token", strings.Join([]string{string(q.person), q.R.URL.Path, f.Key, f.content()}, "\x00")))
}

// Did is Once for a page that answers in place, because what its next page needs
// may stand in no address: the code of who told something without a name. The
// same form sent again does nothing more, and is answered alike.
func (q *Req) Did(f *Form, act func() error) error {
	id := q.Sending(f)
	answer, err := q.answered(id)
	if err != nil || answer != nil {
		return err
	}
	if q.person == "" && !q.mayLeave() {
		return errTooMuch
	}
	_, err = q.along(id, tilhor.NewID(), inPlace, func() (string, error) { return "", act() })
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// inPlace is the answer of what is answered in place.
const inPlace = "/"
