package web

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

var (
	takeOnce = db.SQL(`INSERT INTO web_once (owner, id, attempt, answer, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (owner, id) DO UPDATE SET attempt = excluded.attempt WHERE web_once.attempt = excluded.attempt`)
	answerOnce = db.SQL(`UPDATE web_once SET answer = $4 WHERE owner = $1 AND id = $2 AND attempt = $3`)
	dropOnce   = db.SQL(`DELETE FROM web_once WHERE owner = $1 AND id = $2 AND attempt = $3`)
	findOnce   = db.SQL(`SELECT answer FROM web_once WHERE owner = $1 AND id = $2`)
	sweepOnce  = db.SQL(`DELETE FROM web_once WHERE owner = $1 AND at <= $2`)
)

// onceFor is how long a form is remembered to have been sent.
const onceFor = 48 * time.Hour

var errDone = errors.New("the form was answered before")

// Once does what a form asks for, once, however often it is sent: a double
// press, a browser that tries again after a broken line, a page reloaded. The
// second gets the answer of the first. act does its writing under q.Context(),
// whenever that was taken, and gives the address to go on to. The same form with other words in it is
// another form: who presses back on a shared screen and writes anew is not
// given the answer of the one before, and the new words are not lost. That it was done is written in the same
// transaction as what was done, so a crash leaves both or neither.
func (q *Req) Once(f *Form, act func() (location string, err error)) error {
	return q.once(f, "", act, q.See)
}

// Sent says whether a form was sent before: for what is done ahead of the act, as
// a file that is stored in pieces.
func (q *Req) Sent(f *Form) (bool, error) {
	answer, err := q.answered(q.Sending(f))
	return answer != nil, err
}

// Answer is the beat of every form: it does what the form asks for, once, and goes
// on. What is refused, before or by the act, comes again at its field with all that
// was typed, and 422.
func (q *Req) Answer(f *Form, act func() (location string, err error), again func(code int, f *Form) error) error {
	if f.Faults.Err() != nil {
		return again(http.StatusUnprocessableEntity, f)
	}
	err := q.Once(f, act)
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return again(http.StatusUnprocessableEntity, f)
	}
	return err
}

// OnceShown is Once for an act whose answer is a page and no address: what the
// answer is made of is kept for a second sending, sealed, and show draws it. The
// address of a page of a child's must hold nothing.
func (q *Req) OnceShown(f *Form, act func() (answer string, err error), show func(answer string) error) error {
	return q.once(f, "", act, show)
}

// OnceAt is Once for an act whose answer is known before it: the answer is then
// written with the act, in one commit and not in two: act writes once. Of somebody who
// is signed in, an answer of before is met by the writing, or looked for when act fails.
func (q *Req) OnceAt(f *Form, location string, act func() error) error {
	return q.once(f, location, func() (string, error) { return location, act() }, q.See)
}

func (q *Req) once(f *Form, known string, act func() (location string, err error), then func(string) error) error {
	id := q.Sending(f)
	if known == "" || q.person == "" {
		if answer, err := q.answered(id); err != nil || answer != nil {
			return q.again(id, answer, err, then)
		}
	}
	if q.person == "" && !q.mayLeave() {
		return errTooMuch
	}
	attempt := tilhor.NewID()
	location, err := q.along(id, attempt, known, act)
	if errors.Is(err, errDone) {
		answer, err := q.answered(id)
		return q.again(id, answer, err, then)
	}
	if err != nil {
		if known != "" && tilhor.FaultsOf(err) == nil { // where nothing can be written, what was done before is told all the same
			answer, lost := q.answered(id)
			if lost != nil {
				return err
			}
			if answer != nil && *answer != "" {
				return then(*answer)
			}
		}
		if !db.Unsure(err) { // it may have been done: who sends again is told so
			q.onceWrite(dropOnce, id, attempt)
		}
		return err
	}
	if known == "" {
		q.settleOnce(id, attempt, location)
	}
	q.dropDraft(f)
	return then(location)
}

// along runs act so that its first write says that this form is being answered,
// and with what when that is known.
func (q *Req) along(id, attempt, known string, act func() (string, error)) (string, error) {
	answer := ""
	if known != "" {
		answer = q.site.sessions.sealAnswer(id, known)
	}
	hour := q.Now.Truncate(time.Hour).UnixMilli()
	defer q.carried.Carry(func(tx *db.Tx) error {
		n, err := tx.Exec(takeOnce, q.Kit.Owner.ID, id, attempt, answer, hour)
		if err == nil && n == 0 {
			return errDone
		}
		return err
	})()
	return act()
}

// onceWrite settles what became of a form, whoever still waits for it.
func (q *Req) onceWrite(how *db.Stmt, args ...any) {
	ctx := context.WithoutCancel(q.Context())
	err := q.Kit.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(how, append([]any{q.Kit.Owner.ID}, args...)...)
		return err
	})
	if err != nil {
		q.Kit.log().WarnContext(ctx, "form's answer not settled", "route", q.routeName(), "error", Types(err))
	}
}

// onceKey seals the answers: the address of a receipt is itself a secret.
const onceKey = "once"

// settleOnce keeps the answer for a second sending.
func (q *Req) settleOnce(id, attempt, location string) {
	ctx := context.WithoutCancel(q.Context())
	answer := q.site.sessions.sealAnswer(id, location)
	err := q.Kit.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(answerOnce, q.Kit.Owner.ID, id, attempt, answer)
		return err
	})
	if err != nil {
		q.Kit.log().WarnContext(ctx, "form's answer not settled", "route", q.routeName(), "error", Types(err))
	}
}

func (s *sessions) sealAnswer(id, location string) string {
	return hex.EncodeToString(s.once.Seal("answer", id, location).Bytes)
}

// answered is the answer a form has had, nil when it has had none.
func (q *Req) answered(id string) (*string, error) {
	var answer string
	err := q.Kit.DB.One(q.Context(), findOnce, db.Args(q.Kit.Owner.ID, id), &answer)
	if errors.Is(err, tilhor.ErrNotFound) {
		return nil, nil
	}
	if err != nil || answer == "" {
		return &answer, err
	}
	sealed, err := hex.DecodeString(answer)
	if err != nil {
		return nil, err
	}
	answer, err = q.site.sessions.once.Open("answer", id, sealed)
	return &answer, err
}

// again gives the second sending the answer of the first, waiting a little for
// one that is just being written.
func (q *Req) again(id string, answer *string, err error, then func(string) error) error {
	for try := 0; err == nil && answer != nil && *answer == "" && try < 20; try++ {
		err = Aside(q.Context(), func() error {
			select {
			case <-time.After(50 * time.Millisecond):
				return nil
			case <-q.Context().Done():
				return q.Context().Err()
			}
		})
		if err == nil {
			answer, err = q.answered(id)
		}
	}
	if err != nil {
		return err
	}
	if answer != nil && *answer != "" {
		return then(*answer)
	}
	return q.tell(http.StatusConflict, notice{key: "sent"})
}
