// Package watch tells whoever runs the program how it is: alive, ready, and in
// figures. It answers on a port of its own that no pupil reaches, and tells
// nothing of what people do: a figure for each page, read every few seconds,
// would say to the second when somebody told something. So requests are counted
// all together, by how they ended, and nothing is counted by owner, school or
// case (GDPR art. 25).
package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// askWithin bounds what is asked of the database for one answer.
const askWithin = 2 * time.Second

// A Watch gathers the figures of one process.
type Watch struct {
	db       *db.DB
	clock    tilhor.Clock
	owners   []tilhor.OwnerID
	stopping atomic.Bool

	took     *prometheus.HistogramVec
	underWay prometheus.Gauge
	done     *prometheus.GaugeVec
	failed   *prometheus.CounterVec
	registry *prometheus.Registry
}

// New watches a process that serves these owners.
func New(d *db.DB, clock tilhor.Clock, version string, owners []tilhor.OwnerID) *Watch {
	w := &Watch{
		db: d, clock: clock, owners: owners, registry: prometheus.NewRegistry(),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tilhor_request_seconds", Help: "How long answers took, by the class of their status. Static files are not counted.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"status"}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{Name: "tilhor_requests_under_way", Help: "Requests that are being answered."}),
		done:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tilhor_chore_done_timestamp_seconds", Help: "When a chore beside the pages last went well (Unix seconds)."}, []string{"chore"}),
		failed:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tilhor_chore_failures_total", Help: "How often a chore beside the pages failed."}, []string{"chore"}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "tilhor_build_info", Help: "The version that runs; always 1.", ConstLabels: prometheus.Labels{"version": version, "engine": string(d.Engine())}})
	info.Set(1)
	w.registry.MustRegister(w.took, w.underWay, w.done, w.failed, info, pressure{w},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return w
}

// Counted counts and times what h answers.
func (w *Watch) Counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		began := time.Now() // a length of time, not a time: no clock of the rooms
		a := &answer{ResponseWriter: rw, status: http.StatusOK}
		w.underWay.Inc()
		defer func() {
			w.underWay.Dec()
			w.took.WithLabelValues(class(a.status)).Observe(time.Since(began).Seconds())
		}()
		h.ServeHTTP(a, r)
	})
}

// class is how an answer ended. What leads on (3xx) counts as what is shown: a
// form that was taken in leads on, and must not be told from a page that was read.
func class(status int) string {
	if status/100 == 3 {
		status = http.StatusOK
	}
	return fmt.Sprintf("%dxx", status/100)
}

// answer remembers the status of an answer.
type answer struct {
	http.ResponseWriter
	status int
	once   sync.Once
}

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	a.once.Do(func() { a.status = status })
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets the standard library reach the writer below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Chore notes how a chore beside the pages went.
func (w *Watch) Chore(name string, err error) {
	if w == nil {
		return
	}
	if err != nil {
		w.failed.WithLabelValues(name).Inc()
		return
	}
	w.failed.WithLabelValues(name).Add(0)
	w.done.WithLabelValues(name).Set(float64(w.clock().Unix()))
}

// Stop says that the process is about to end: it is no longer ready, while it
// still answers those who come.
func (w *Watch) Stop() { w.stopping.Store(true) }

// Handler answers /healthz, /readyz and /metrics.
func (w *Watch) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { say(rw, nil) })
	mux.HandleFunc("GET /readyz", func(rw http.ResponseWriter, r *http.Request) { say(rw, w.Ready(r.Context())) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(w.registry, promhttp.HandlerOpts{}))
	return mux
}

// The reasons why a process is not ready. They name no host and no error of the
// engine, which may hold an address.
var (
	ErrStopping = errors.New("stopping")
	ErrNoAnswer = errors.New("the database does not answer")
)

// Ready says whether people should be sent here: nil, or why not. A record that
// waits for its checkpoint does not make a process unready: telling goes on, and
// the figure and tilhor doctor say it.
func (w *Watch) Ready(ctx context.Context) error {
	if w.stopping.Load() {
		return ErrStopping
	}
	if _, err := w.waiting(ctx); err != nil {
		return ErrNoAnswer
	}
	return nil
}

// waiting is how long the record's oldest entry has waited for a checkpoint,
// over all owners.
func (w *Watch) waiting(ctx context.Context) (longest time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	now := w.clock()
	err = w.db.Read(ctx, func(tx *db.Tx) error {
		for _, o := range w.owners {
			waits, err := journal.Waiting(tx, o, now)
			if err != nil {
				return err
			}
			longest = max(longest, waits)
		}
		return nil
	})
	return longest, err
}

func say(rw http.ResponseWriter, err error) {
	rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
	rw.Header().Set("Cache-Control", "no-store")
	if err != nil {
		rw.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintln(rw, err)
		return
	}
	io.WriteString(rw, "ok\n")
}

// pressure is read when it is asked for.
type pressure struct{ w *Watch }

var (
	writersWaiting = prometheus.NewDesc("tilhor_writes_waiting", "Writes that wait for the next commit (SQLite).", nil, nil)
	connections    = prometheus.NewDesc("tilhor_database_connections", "Connections to the database.", []string{"state"}, nil)
	recordWaiting  = prometheus.NewDesc("tilhor_record_waiting_seconds", "How long the oldest entry of the record has waited for a signed checkpoint. More than a few seconds: nothing signs.", nil, nil)
	databaseUp     = prometheus.NewDesc("tilhor_database_up", "1 when the database answers.", nil, nil)
)

// Describe is prometheus.Collector.
func (p pressure) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{writersWaiting, connections, recordWaiting, databaseUp} {
		to <- d
	}
}

// Collect is prometheus.Collector.
func (p pressure) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now := p.w.db.Pressure()
	gauge(writersWaiting, float64(now.Waiting))
	gauge(connections, float64(now.InUse), "busy")
	gauge(connections, float64(now.Open-now.InUse), "idle")
	waits, err := p.w.waiting(context.Background())
	if err != nil {
		gauge(databaseUp, 0)
		return
	}
	gauge(databaseUp, 1)
	gauge(recordWaiting, waits.Seconds())
}
