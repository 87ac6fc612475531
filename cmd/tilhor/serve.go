package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/seal"
	"tilhor/internal/web"
	"tilhor/internal/web/signin"
	"tilhor/internal/web/watch"

	"github.com/coreos/go-systemd/v22/daemon"
)

// ServeCmd serves real people. It refuses to start until the assessment of
// data protection (DPIA, GDPR art. 35) has a date and the data protection
// officer can be reached, and it refuses a database of made-up people.
type ServeCmd struct {
	DB     string        `name:"db" default:"sqlite:tilhor.db" help:"The database: sqlite:PATH or postgres://USER@HOST/NAME."`
	Keys   string        `help:"The folder of keys. Default: the folder keys beside the SQLite file, else ./keys."`
	Addr   string        `default:"127.0.0.1:8080" help:"Where to listen. TLS is ended in front, by a proxy."`
	Watch  string        `default:"127.0.0.1:8081" help:"Where /healthz, /readyz and /metrics answer, for whoever runs it; empty: nowhere."`
	Drain  time.Duration `default:"0s" help:"How long to go on answering when told to stop, so that a balancer in front notices first."`
	Config string        `default:"tilhor.json" type:"path" help:"The file that says which owners are served, and how people sign in."`
}

// settings are the file of serve. docs/guide/run.md describes every field.
type settings struct {
	Owners []ownerSettings `json:"owners"`
	// TrustProxy are the addresses of the proxies in front, whose
	// X-Forwarded-For is believed.
	TrustProxy []string `json:"trustProxy"`
}

type ownerSettings struct {
	ID        tilhor.OwnerID               `json:"id"`
	Name      string                       `json:"name"`
	Hosts     []string                     `json:"hosts"`
	Base      string                       `json:"base"`
	Phone     string                       `json:"phone"`
	Barnevern string                       `json:"barnevern"`
	Vakt      string                       `json:"barnevernvakt"`
	DPO       string                       `json:"dpo"`
	DPIA      tilhor.Date                  `json:"dpia"`
	State     web.Contact                  `json:"statsforvalteren"`
	Ombud     web.Contact                  `json:"ombud"`
	Providers []signin.Provider            `json:"providers"`
	Levels    map[tilhor.Role]signin.Level `json:"levels"`
	PDF       []string                     `json:"pdf"`
	Mail      *mailSettings                `json:"mail"`
}

func readSettings(path string) (settings, error) {
	var s settings
	raw, err := os.ReadFile(path)
	if err != nil {
		return s, fmt.Errorf("read the settings: %w", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s); err != nil {
		return s, fmt.Errorf("read the settings in %s: %w", path, err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return s, fmt.Errorf("read the settings in %s: something follows their end", path)
	}
	if len(s.Owners) == 0 {
		return s, fmt.Errorf("the settings in %s name no owner", path)
	}
	for _, o := range s.Owners {
		if err := o.check(); err != nil {
			return s, fmt.Errorf("owner %q in %s: %w", o.ID, path, err)
		}
	}
	if _, err := web.ParseProxies(s.TrustProxy); err != nil {
		return s, fmt.Errorf("trustProxy in %s wants addresses or networks, as 127.0.0.1 or 10.0.0.0/8: %w", path, err)
	}
	return s, nil
}

// limits share the machine between those who ask.
func (s settings) limits() *web.Limits {
	b := web.UsualBounds()
	b.Proxies, _ = web.ParseProxies(s.TrustProxy) // read before
	return web.NewLimits(b)
}

// check refuses to begin before what must be in place is in place.
func (o ownerSettings) check() error {
	var missing []string
	for _, f := range []struct {
		name  string
		empty bool
	}{
		{"id", o.ID == ""},
		{"name", o.Name == ""},
		{"hosts", len(o.Hosts) == 0},
		{"base", o.Base == ""},
		{"dpo (how the data protection officer is reached)", o.DPO == ""},
		{"dpia (the date of the assessment, GDPR art. 35)", o.DPIA == ""},
		{"providers", len(o.Providers) == 0},
	} {
		if f.empty {
			missing = append(missing, f.name)
		}
	}
	for name, c := range map[string]web.Contact{"statsforvalteren": o.State, "ombud": o.Ombud} {
		if c.Name == "" && c != (web.Contact{}) {
			missing = append(missing, name+".name")
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not set: %s", strings.Join(missing, ", "))
	}
	if _, err := tilhor.ParseDate(string(o.DPIA)); err != nil {
		return fmt.Errorf("dpia: %w", err)
	}
	if o.Mail != nil {
		return o.Mail.check()
	}
	return nil
}

// Run serves until it is told to stop.
func (c ServeCmd) Run(app *App) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := readSettings(c.Config)
	if err != nil {
		return exit(2, err.Error())
	}
	var owners []tilhor.OwnerID
	for _, o := range s.Owners {
		owners = append(owners, o.ID)
	}
	keys, err := seal.Open(Where{DB: c.DB, Keys: c.Keys}.keysDir(), owners...)
	if err != nil {
		return exit(2, fmt.Sprintf("open the keys (a new owner: tilhor key init; lost: tilhor key restore, from two shares): %v", err))
	}
	d, err := db.Open(ctx, c.DB)
	if err != nil {
		return exit(2, err.Error())
	}
	defer d.Close()
	keepSmall(d.Engine())
	if err := fitToServe(ctx, d); err != nil {
		return exit(2, err.Error())
	}
	for _, o := range owners {
		if err := keys.Fit(ctx, d, o); err != nil {
			return exit(2, fmt.Sprintf("%v: put the right ones back (tilhor key restore, from two shares)", err))
		}
	}
	if err := web.AssetsBuilt(); err != nil {
		fmt.Fprintln(app.Err, "tilhor:", err)
	}
	log := slog.New(slog.NewJSONHandler(app.Out, nil))
	if err := db.Reserve(c.DB); err != nil {
		log.Warn("no room is held back for a disk that is full", "error", err.Error())
	}
	h := newHouse(d, keys, app.Clock, log)
	h.limits = s.limits()
	var sites []*web.Site
	for _, o := range s.Owners {
		site, err := h.site(web.Owner{ID: o.ID, Name: o.Name, Hosts: o.Hosts, HTTPS: true, Phone: o.Phone, Barnevern: o.Barnevern, Barnevernvakt: o.Vakt, DPO: o.DPO, DPIA: o.DPIA, State: o.State, Ombud: o.Ombud, PDF: o.PDF},
			signin.Config{Base: o.Base, Providers: o.Providers, Levels: o.Levels}, nil)
		if err != nil {
			return exit(2, fmt.Sprintf("owner %q: %v", o.ID, err))
		}
		sites = append(sites, site)
		if o.Mail == nil {
			log.Warn("no mail is set: nobody is told that something waits for them until they look", "owner", o.ID)
			continue
		}
		if h.mailers[o.ID], err = newSMTP(*o.Mail); err != nil {
			return exit(2, fmt.Sprintf("owner %q: %v", o.ID, err))
		}
	}
	if len(s.TrustProxy) == 0 {
		log.Warn("no trustProxy is set: everybody who is not signed in counts as one")
	}
	w := watch.New(d, app.Clock, version, owners)
	stopWatch, err := c.watch(w)
	if err != nil {
		return exit(2, err.Error())
	}
	defer stopWatch()
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return exit(2, err.Error())
	}
	tended := h.tend(w, sites...)
	log.Info("serving", "addr", l.Addr().String(), "engine", string(d.Engine()))
	daemon.SdNotify(false, daemon.SdNotifyReady) // an error means that nobody asked
	err = listen(ctx, l, w.Counted(web.ByHost(sites...)), func() {
		stop() // a second signal ends at once
		w.Stop()
		daemon.SdNotify(false, daemon.SdNotifyStopping)
		log.Info("stopping")
		time.Sleep(c.Drain)
	})
	tended()
	log.Info("stopped")
	return err
}

// watch answers whoever runs the program, on a port of its own.
func (c ServeCmd) watch(w *watch.Watch) (stop func(), err error) {
	if c.Watch == "" {
		return func() {}, nil
	}
	l, err := net.Listen("tcp", c.Watch)
	if err != nil {
		return nil, fmt.Errorf("listen for --watch: %w", err)
	}
	srv := web.Server(c.Watch, w.Handler())
	go srv.Serve(l) // ends with the program: what it tells is not worth waiting for
	return func() { srv.Close() }, nil
}

// fitToServe refuses made-up people, and a restore that broke off.
func fitToServe(ctx context.Context, d *db.DB) error {
	mark, err := d.MarkOf(ctx, db.Demo)
	if err != nil {
		return err
	}
	if mark != "" {
		return errors.New("this database holds made-up people: it is for tilhor demo only")
	}
	if broken, err := d.Unfinished(ctx); err != nil || broken {
		return errors.Join(err, errors.New(unfinished))
	}
	return nil
}
