package public

import (
	"sync"
	"time"

	"tilhor/internal/db"
	"tilhor/internal/web"
)

// median remembers how soon what is told is read, for an hour: it is asked for by
// everyone, and moves slowly.
type median struct {
	mu    sync.Mutex
	until time.Time
	took  time.Duration
	ok    bool
}

// within says in words how soon half of what is told in the municipality is read,
// "" when too few have told. It is never one school's.
func (p *Pages) within(q *web.Req) (string, error) {
	m := &p.read
	db.Let(q.Context()) // who waits for another's answer keeps no connection
	m.mu.Lock()
	defer m.mu.Unlock()
	if !q.Now.Before(m.until) || m.until.Sub(q.Now) > time.Hour {
		took, ok, err := p.Concerns.ReadWithin(q.Context(), q.Kit.Owner.ID)
		if err != nil {
			return "", err
		}
		m.took, m.ok, m.until = took, ok, q.Now.Add(time.Hour)
	}
	if !m.ok {
		return "", nil
	}
	hours := int((m.took + time.Hour - 1) / time.Hour)
	span := q.T.T("say.within.hours", "n", max(1, hours))
	if hours > 24 {
		span = q.T.T("say.within.days", "n", (hours+23)/24)
	}
	return q.T.T("say.within", "time", span), nil
}
