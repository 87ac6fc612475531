package web

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// mostConns is how many connections one server has at once: more than may wait
// for a turn, so that those who only hold one open are in nobody's way.
const mostConns = 8192

// Server is an HTTP server with limits on everything a stranger can make
// large or slow.
func Server(addr string, h http.Handler) *http.Server {
	c := &crowd{most: mostConns, seats: map[net.Conn]*seat{}}
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(quiet{}, slog.LevelDebug),
		ConnContext:       c.sit,
		ConnState:         c.changed,
	}
}

// A crowd is the connections of a server. When there are too many, the one that
// has been silent longest is closed for the next: who opens hundreds and sends a
// letter a minute loses his own.
type crowd struct {
	most int

	mu    sync.Mutex
	turn  uint64
	seats map[net.Conn]*seat
}

// A seat is one connection: since when it is silent, or that a whole request of
// it is being answered.
type seat struct {
	crowd *crowd
	since uint64
	busy  bool
}

type seatKey struct{}

func (c *crowd) sit(ctx context.Context, conn net.Conn) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seats) >= c.most {
		c.clear()
	}
	s := &seat{crowd: c}
	c.seats[conn] = s
	c.silent(s)
	return context.WithValue(ctx, seatKey{}, s)
}

// clear closes the connection that has been silent longest.
func (c *crowd) clear() {
	var oldest net.Conn
	for conn, s := range c.seats {
		if !s.busy && (oldest == nil || s.since < c.seats[oldest].since) {
			oldest = conn
		}
	}
	if oldest != nil {
		oldest.Close()
		delete(c.seats, oldest)
	}
}

// silent begins a silence. The caller holds mu.
func (c *crowd) silent(s *seat) {
	c.turn++
	s.since, s.busy = c.turn, false
}

func (c *crowd) changed(conn net.Conn, to http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.seats[conn]
	switch {
	case s == nil:
	case to == http.StateIdle:
		c.silent(s)
	case to == http.StateClosed, to == http.StateHijacked:
		delete(c.seats, conn)
	}
}

// answering keeps the connection of a request open until done: all of the
// request has come, and its answer is being made.
func answering(ctx context.Context) (done func()) {
	s, _ := ctx.Value(seatKey{}).(*seat)
	if s == nil {
		return func() {}
	}
	set := func(busy bool) {
		s.crowd.mu.Lock()
		defer s.crowd.mu.Unlock()
		if s.crowd.silent(s); busy {
			s.busy = true
		}
	}
	set(true)
	return func() { set(false) }
}
