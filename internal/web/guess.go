package web

import (
	"time"

	"tilhor/internal/db"

	"golang.org/x/time/rate"
)

// guesses bound what wrong codes cost. A code of seven words is not found by
// guessing (80 bits), so nobody is locked out and no right code is counted: to
// count those would be a lever against a child who has one. What is bounded is
// the work that a flood of wrong ones makes, whoever sends them; nothing of who
// it is is asked or kept.
type guesses struct {
	rate    *rate.Limiter
	waiting chan struct{}
}

func newGuesses(b Bounds) *guesses {
	return &guesses{rate: rate.NewLimiter(10, b.Guesses), waiting: make(chan struct{}, b.Guessed)}
}

// Guessed counts a code that opened nothing, before that is answered. When there
// are many it waits a second without a turn, in nobody's way, and is refused when
// too many wait so already. A right code never comes here.
func (q *Req) Guessed() error {
	t, _ := q.Context().Value(turnKey{}).(*turn)
	if t == nil {
		return nil
	}
	g := t.limits.guesses
	if g.rate.AllowN(q.Now, 1) {
		return nil
	}
	select {
	case g.waiting <- struct{}{}:
	default:
		return errTooMuch
	}
	defer func() { <-g.waiting }()
	db.Let(q.Context())
	t.give()
	select {
	case <-time.After(time.Second):
	case <-q.Context().Done():
		return q.Context().Err()
	}
	return t.take(q.Context())
}
