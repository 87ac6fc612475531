package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A client asks over loopback, as many at once as it is told.
type client struct {
	http *http.Client
	gzip bool // pages come packed, as a browser has them, and stay so
}

func newClient(atOnce int) *client {
	return &client{http: &http.Client{
		Timeout:       60 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: atOnce, MaxConnsPerHost: atOnce, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// get asks for a page and reads it to its end.
func (c *client) get(ctx context.Context, address string, who *http.Cookie) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if who != nil {
		r.AddCookie(who)
	}
	if c.gzip {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	return c.do(r, http.StatusOK)
}

// post sends a form, as a browser on our own page does; done is a redirect.
func (c *client) post(ctx context.Context, address string, who *http.Cookie, form url.Values) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if who != nil {
		r.AddCookie(who)
	}
	_, err = c.do(r, http.StatusSeeOther)
	return err
}

func (c *client) do(r *http.Request, want int) ([]byte, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err == nil && resp.StatusCode != want {
		err = fmt.Errorf("%s %s answered %d, want %d", r.Method, r.URL.Path, resp.StatusCode, want)
	}
	return body, err
}

// atOnce runs act in many goroutines until the time is up or it was done often
// enough (0: no limit), and counts. The first fault ends it.
func atOnce(ctx context.Context, many int, spell time.Duration, most int, act func(ctx context.Context, worker, n int) error) (done int, lasted time.Duration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	var began, ended atomic.Int64
	start := time.Now()
	for worker := range many {
		wg.Go(func() {
			for ctx.Err() == nil && (spell == 0 || time.Since(start) < spell) {
				n := began.Add(1)
				if most > 0 && n > int64(most) {
					return
				}
				if err := act(ctx, worker, int(n)); err != nil {
					cancel(err)
					return
				}
				ended.Add(1)
			}
		})
	}
	wg.Wait()
	lasted = time.Since(start)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return int(ended.Load()), lasted, err
}

// A pacer counts how many a second, and what each cost the one that was asked.
type pacer struct {
	*child
	rate, cost series // a second, and ms on a core
}

// pace lets many at once ask for a spell.
func (p *pacer) pace(ctx context.Context, many int, spell time.Duration, job func(ctx context.Context, worker, n int) error) error {
	before, err := p.cpu()
	if err != nil {
		return err
	}
	n, lasted, err := atOnce(ctx, many, spell, 0, job)
	if err != nil {
		return err
	}
	after, err := p.cpu()
	p.rate = append(p.rate, rate(n, lasted))
	p.cost = append(p.cost, millis(after-before)/float64(max(1, n)))
	return err
}

// String tells both.
func (p *pacer) String() string {
	return fmt.Sprintf("%s/s, %s ms of a core each", p.rate, short3(p.cost.median()))
}

// times are how long each of n things took, one after the other, in ms.
func times(n int, do func() error) (s series, err error) {
	for range n {
		d, err := took(do)
		if err != nil {
			return s, err
		}
		s = append(s, millis(d))
	}
	return s, nil
}
