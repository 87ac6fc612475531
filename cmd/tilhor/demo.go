package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/demo"
	"tilhor/internal/lang"
	"tilhor/internal/oversight"
	"tilhor/internal/pages/public"
	"tilhor/internal/seal"
	"tilhor/internal/web"
	"tilhor/internal/web/devidp"
	"tilhor/internal/web/signin"
)

// DemoCmd makes up a municipality and serves it on this machine: the product
// as it is, with people who do not exist. Sign in as anyone from the list.
type DemoCmd struct {
	Dir     string `type:"path" help:"Keep the data in this folder, to go on with later. Default: a new one that is removed at the end."`
	Size    string `enum:"small,full" default:"small" help:"small: six schools. full: 43 schools and 16 000 pupils."`
	Addr    string `default:"127.0.0.1:8420" help:"Where to listen: this machine only."`
	NoServe bool   `help:"Make the data, and stop."`
}

// mfa is Feide's acr for a sign-in with two factors.
const mfa = "urn:mace:feide.no:auth:level:fad08:3"

// Run makes it up, unless the folder holds it already, and serves it.
func (c DemoCmd) Run(app *App) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := c.folder()
	if err != nil {
		return exit(2, err.Error())
	}
	if c.Dir == "" {
		defer os.RemoveAll(dir)
	}
	l, err := devidp.Listen(c.Addr) // refuses any address but this machine's
	if err != nil {
		return exit(2, err.Error())
	}
	defer l.Close()
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "tilhor.db"))
	if err != nil {
		return exit(2, err.Error())
	}
	defer d.Close()
	keys, size, err := c.fill(ctx, app, d, dir)
	if err != nil {
		if ctx.Err() != nil {
			return exit(130, "stopped; nothing is kept")
		}
		return err
	}
	if c.NoServe {
		fmt.Fprintln(app.Out, dir)
		return nil
	}
	return c.serve(ctx, app, d, keys, size, l)
}

func (c DemoCmd) folder() (string, error) {
	if c.Dir == "" {
		return os.MkdirTemp("", "tilhor-demo-")
	}
	return c.Dir, os.MkdirAll(c.Dir, 0o700)
}

// fill makes up what is not there. A folder that was left half made, or that
// holds anything but made-up people, is refused.
func (c DemoCmd) fill(ctx context.Context, app *App, d *db.DB, dir string) (*seal.Keys, demo.Size, error) {
	mark, err := d.MarkOf(ctx, db.Demo)
	if err != nil {
		return nil, "", err
	}
	keysDir := filepath.Join(dir, "keys")
	made, err := seal.Owners(keysDir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, "", err
	}
	switch {
	case mark == string(demo.Small), mark == string(demo.Full):
		keys, err := seal.Open(keysDir, demo.Owner)
		return keys, demo.Size(mark), err
	case mark != "" || len(made) > 0:
		return nil, "", exit(2, "the folder "+dir+" holds something else, or a demo that was not finished: give another --dir")
	}
	if err := seal.Init(keysDir, demo.Owner); err != nil {
		return nil, "", err
	}
	keys, err := seal.Open(keysDir, demo.Owner)
	if err != nil {
		return nil, "", err
	}
	if err := d.SetMark(ctx, db.Demo, "unfinished"); err != nil {
		return nil, "", err
	}
	now := app.Clock().Truncate(time.Second)
	begun := time.Now()
	fmt.Fprintln(app.Err, "Making up Granvik kommune …")
	err = demo.New(d, keys).Fill(ctx, demo.Size(c.Size), now, dir, func(done, total int) {
		fmt.Fprintf(app.Err, "\r%3d %% of the cases", 100*done/max(1, total))
	})
	if err != nil {
		return nil, "", err
	}
	if err := oversight.Publish(ctx, d, demo.Owner, now); err != nil {
		return nil, "", err
	}
	fmt.Fprintf(app.Err, "\rMade up in %s.          \n", time.Since(begun).Round(time.Second/10))
	if err := d.SetMark(ctx, "demo-day", string(calendar.DateOf(now))); err != nil {
		return nil, "", err
	}
	return keys, demo.Size(c.Size), d.SetMark(ctx, db.Demo, c.Size)
}

func (c DemoCmd) serve(ctx context.Context, app *App, d *db.DB, keys *seal.Keys, size demo.Size, l net.Listener) error {
	made, err := devidp.Listen("127.0.0.1:0")
	if err != nil {
		return err
	}
	day, err := d.MarkOf(ctx, "demo-day")
	if err != nil {
		return err
	}
	faces := demo.Cast(size, tilhor.Date(day))
	base := "http://" + l.Addr().String()
	idp, err := devidp.New(made, app.Clock, issuer(base, "feide", "Feide", faces), issuer(base, "idporten", "ID-porten", faces))
	if err != nil {
		return err
	}
	idp.Fonts(web.StaticPath, web.Static(), devidp.Face{Family: "Inter", Weight: 400, Path: web.Asset("inter-latin-400-normal.woff2")},
		devidp.Face{Family: "Inter", Weight: 600, Path: web.Asset("inter-latin-600-normal.woff2")},
		devidp.Face{Family: "Source Serif 4", Weight: 600, Path: web.Asset("source-serif-4-latin-600-normal.woff2")})
	go idp.Serve(made)
	defer idp.Close(context.Background())
	login := signin.Config{Base: base, MadeUp: true, Providers: []signin.Provider{
		{Name: "feide", Title: "Feide", Kind: signin.Feide, Issuer: idp.URL("feide"), ClientID: "tilhor", Secret: "made-up", StepUp: []string{mfa}, ACR: []string{mfa}, Hints: true},
		{Name: "idporten", Title: "ID-porten", Kind: signin.IDPorten, Issuer: idp.URL("idporten"), ClientID: "tilhor", Secret: "made-up", Hints: true},
	}}
	host, _, _ := net.SplitHostPort(l.Addr().String())
	o := web.Owner{
		ID: demo.Owner, Name: "Granvik kommune", Hosts: []string{host, "localhost", "127.0.0.1"}, Phone: "55 00 00 00", Barnevern: "55 00 00 02", Barnevernvakt: "55 00 00 03",
		DPO: "personvernombud@granvik.example", DPIA: tilhor.Date(day), Demo: true,
		State: web.Contact{Name: "Statsforvalteren i Granvik (oppdiktet)", Phone: "55 00 00 10", Address: "Fylkesgata 1, 9999 Granvik", URL: "statsforvalteren.granvik.example"},
		Ombud: web.Contact{Name: "Elev-, lærling- og mobbeombudet i Granvik (oppdiktet)", Phone: "55 00 00 11", URL: "ombudet.granvik.example"},
	}
	h := newHouse(d, keys, app.Clock, slog.New(slog.NewTextHandler(app.Err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	site, err := h.site(o, login, people(faces))
	if err != nil {
		return err
	}
	if err := web.AssetsBuilt(); err != nil {
		fmt.Fprintln(app.Err, "tilhor:", err)
	}
	h.mailers[demo.Owner] = logged{h.log}
	defer h.tend(nil, site)()
	fmt.Fprintf(app.Out, "Granvik kommune is made up and open at %s\nStop with Ctrl-C.\n", base)
	return listen(ctx, l, site.Handler(), func() {})
}

// issuer is a made-up provider with the people who sign in there.
func issuer(base, name, title string, faces []demo.Face) devidp.Issuer {
	i := devidp.Issuer{Name: name, Title: title, Client: devidp.Client{
		ID: "tilhor", Secret: "made-up", Redirects: []string{base + "/logg-inn/" + name + "/svar"}, After: []string{base + "/logg-ut/ferdig"},
	}}
	w := lang.For(tilhor.Bokmal)
	for _, f := range faces {
		if door(f) != name {
			continue
		}
		p := devidp.Persona{
			ID: f.Key, Name: f.Name, RoleLabel: w.T("role." + f.Role), School: f.School, Levels: []string{mfa, ""},
			Claims: map[string]any{"https://n.feide.no/claims/eduPersonPrincipalName": f.Feide},
		}
		if f.PID != "" {
			p.Levels, p.Claims = []string{"idporten-loa-substantial"}, map[string]any{"pid": f.PID}
		}
		i.Personas = append(i.Personas, p)
	}
	return i
}

// door is the provider that somebody signs in at: who has a person number there
// goes to ID-porten.
func door(f demo.Face) string {
	if f.PID != "" {
		return "idporten"
	}
	return "feide"
}

func people(faces []demo.Face) (all []public.Face) {
	for _, f := range faces {
		all = append(all, public.Face{Name: f.Name, Role: f.Role, School: f.School, Href: "/logg-inn/" + door(f) + "?som=" + f.Key})
	}
	return all
}
