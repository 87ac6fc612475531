package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/demo"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/web"
)

// The sign-in of the run: what the settings of serve name, and what the
// sessions made here claim to come from.
const (
	issuer = "https://auth.granvik.example"
	strong = "urn:mace:feide.no:auth:level:fad08:3"
)

// home is the school whose rektor reads the lists.
const home = "Solbakken skole"

// A world is one database, opened by this program too.
type world struct {
	name, dsn string
	store     *store
	db        *db.DB
	keys      *seal.Keys
	keysDir   string
	site      *web.Site
	told      *concerns.Desk
	worked    *cases.Desk
	roster    *roster.Roster
	journal   *journal.Journal
}

// seedDir holds the municipality that the rooms made, and the keys of all.
func (b *bench) seedDir() string { return filepath.Join(b.dir, "seed-"+string(b.scale.town)) }

const seedMark = "bench-seed"

// seed makes the municipality through the rooms, once.
func (b *bench) seed(ctx context.Context) error {
	dir := b.seedDir()
	path := filepath.Join(dir, "tilhor.db")
	if _, err := os.Stat(path); err == nil {
		d, err := db.Open(ctx, "sqlite:"+path)
		if err != nil {
			return err
		}
		mark, err := d.MarkOf(ctx, seedMark)
		if err := errors.Join(err, d.Close()); err != nil || mark != "" {
			return err
		}
	}
	begun := time.Now()
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := seal.Init(filepath.Join(dir, "keys"), demo.Owner); err != nil {
		return err
	}
	keys, err := seal.Open(filepath.Join(dir, "keys"), demo.Owner)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, "sqlite:"+path)
	if err != nil {
		return err
	}
	err = demo.New(d, keys).Fill(ctx, b.scale.town, begun.Truncate(time.Second), dir, nil)
	if err == nil { // the tree takes in what there is, so that later it grows by what is done
		_, err = journal.New(keys).Sequence(ctx, d, demo.Owner, time.Now)
	}
	if err == nil {
		err = d.SetMark(ctx, seedMark, begun.UTC().Format(time.RFC3339))
	}
	b.note("the rooms made a municipality in " + time.Since(begun).Round(time.Second/10).String())
	return errors.Join(err, d.Close())
}

// fresh is a copy of the seed, made anew.
func (m *measurer) fresh(ctx context.Context, name string) (*world, error) {
	if err := m.copySeed(ctx, name); err != nil {
		return nil, err
	}
	return m.open(ctx, name)
}

func (m *measurer) copySeed(ctx context.Context, name string) error {
	if err := m.seed(ctx); err != nil {
		return fmt.Errorf("make the municipality: %w", err)
	}
	if err := m.store.drop(name); err != nil {
		return err
	}
	from := filepath.Join(m.seedDir(), "tilhor.db")
	if m.store.engine == db.SQLite {
		to := filepath.Join(m.store.dir, name+".db")
		err := copyFile(from+"-wal", to+"-wal") // what was not yet moved into the file
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return copyFile(from, to)
	}
	src, err := db.Open(ctx, "sqlite:"+from)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := m.loadSeed(ctx, src); err != nil {
		return fmt.Errorf("load the municipality: %w", err)
	}
	return m.store.copy(m.seedName(), name)
}

func (m *measurer) seedName() string { return "seed_" + string(m.scale.town) }

// loadSeed brings the seed into PostgreSQL, unless the same one is there.
func (m *measurer) loadSeed(ctx context.Context, src *db.DB) error {
	want, err := src.MarkOf(ctx, seedMark)
	if err != nil {
		return err
	}
	name := m.seedName()
	if m.store.exists(name) {
		d, err := db.Open(ctx, m.store.dsn(name))
		if err != nil {
			return err
		}
		have, err := d.MarkOf(ctx, seedMark)
		if err := errors.Join(err, d.Close()); err != nil || have == want {
			return err
		}
	}
	if err := errors.Join(m.store.drop(name), m.store.create(name)); err != nil {
		return err
	}
	dst, err := db.Open(ctx, m.store.dsn(name))
	if err != nil {
		return err
	}
	r, w := io.Pipe()
	go func() {
		_, err := src.Dump(ctx, w)
		w.CloseWithError(err)
	}()
	_, err = dst.Load(ctx, r)
	return errors.Join(err, r.Close(), dst.Close())
}

// copyFile copies aside and then gives the copy its name: a run broken off here
// leaves no half of a world that the next one takes for a whole.
func copyFile(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	aside := to + ".part"
	dst, err := os.OpenFile(aside, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, src)
	if err := errors.Join(err, dst.Close()); err != nil {
		return err
	}
	return os.Rename(aside, to)
}

// open opens a world that is there, with the rooms on it.
func (m *measurer) open(ctx context.Context, name string) (*world, error) {
	// Each world has keys of its own folder: what was signed stands beside them.
	keysDir := filepath.Join(m.store.dir, name+"-keys")
	if err := copyKeys(filepath.Join(m.seedDir(), "keys"), keysDir); err != nil {
		return nil, err
	}
	keys, err := seal.Open(keysDir, demo.Owner)
	if err != nil {
		return nil, err
	}
	w := &world{name: name, dsn: m.store.dsn(name), store: m.store, keys: keys, keysDir: keysDir}
	if w.db, err = db.Open(ctx, w.dsn); err != nil {
		return nil, err
	}
	w.journal = journal.New(keys)
	w.roster = roster.New(keys, w.journal)
	w.told = &concerns.Desk{DB: w.db, Keys: keys, Journal: w.journal, Roster: w.roster, Clock: time.Now}
	w.worked = &cases.Desk{DB: w.db, Keys: keys, Journal: w.journal, Roster: w.roster, Concerns: w.told, Clock: time.Now}
	w.site, err = web.New(&web.Kit{
		DB: w.db, Keys: keys, Journal: w.journal, Roster: w.roster, Clock: time.Now,
		Owner: web.Owner{ID: demo.Owner, Name: "Granvik kommune", Hosts: []string{"127.0.0.1"}, HTTPS: true},
	})
	if err != nil {
		w.db.Close()
		return nil, err
	}
	return w, nil
}

// copyKeys copies the owner's key files, but not what was signed beside them:
// that is written again, from the world's own checkpoints.
func copyKeys(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	folder := filepath.Join(to, string(demo.Owner))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(filepath.Join(from, string(demo.Owner)))
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name() == seal.CheckpointsFile {
			continue
		}
		if err := copyFile(filepath.Join(from, string(demo.Owner), f.Name()), filepath.Join(folder, f.Name())); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) close() error { return w.db.Close() }

// A person is somebody signed in.
type person struct {
	tilhor.Actor
	cookie *http.Cookie
	pupils []tilhor.PersonID // of the school
}

// enter signs an actor in.
func (w *world) enter(ctx context.Context, a tilhor.Actor) (person, error) {
	a.Trained = true
	c, err := w.site.Enter(ctx, a.Person, a, strong, issuer)
	return person{Actor: a, cookie: c}, err
}

// school finds a school by its name.
func (w *world) school(ctx context.Context, name string) (s roster.School, err error) {
	err = w.db.Read(ctx, func(tx *db.Tx) error {
		all, err := w.roster.Schools(tx, demo.Owner)
		for _, x := range all {
			if x.Name == name {
				s = x
			}
		}
		return err
	})
	if err == nil && s.ID == "" {
		err = fmt.Errorf("there is no %s", name)
	}
	return s, err
}

// rektor signs the rektor of the home school in.
func (w *world) rektor(ctx context.Context) (person, error) {
	s, err := w.school(ctx, home)
	if err != nil {
		return person{}, err
	}
	all, err := w.staff(ctx, s, tilhor.RoleRektor)
	if err != nil || len(all) == 0 {
		return person{}, errors.Join(err, errors.New("the school has no rektor"))
	}
	return w.enter(ctx, all[0])
}

// beside gives as many as read at once the role of one who is signed in, and signs them
// in too: one person is served two pages at once, and who asks for much waits.
func (w *world) beside(ctx context.Context, first person) ([]person, error) {
	s, err := w.school(ctx, home)
	if err != nil {
		return nil, err
	}
	others, err := w.staff(ctx, s, tilhor.RoleTeacher)
	if err != nil {
		return nil, err
	}
	all := []person{first}
	for _, a := range others {
		if len(all) == readers {
			return all, nil
		}
		a.Role, a.School = first.Role, first.School
		err := w.db.Write(ctx, func(tx *db.Tx) error {
			return w.roster.Appoint(tx, first.Actor, a.Person, a.Role, a.School, "", "", time.Now())
		})
		if err != nil {
			return nil, err
		}
		p, err := w.enter(ctx, a)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return nil, fmt.Errorf("%s has too few teachers to read at once", home)
}

// staff lists those of a school with a role and with privacy training.
func (w *world) staff(ctx context.Context, s roster.School, roles ...tilhor.Role) (out []tilhor.Actor, err error) {
	err = w.db.Read(ctx, func(tx *db.Tx) error {
		all, err := w.roster.Employees(tx, demo.Owner, s.ID, calendar.DateOf(time.Now()))
		for _, e := range all {
			for _, r := range roles {
				if slices.Contains(e.Roles, r) && e.TrainedOn != "" {
					out = append(out, tilhor.Actor{Owner: demo.Owner, Person: e.ID, Role: r, School: s.ID, Trained: true})
					break
				}
			}
		}
		return err
	})
	return out, err
}

// tellers signs in everyone who works with pupils, at every school.
func (w *world) tellers(ctx context.Context) (all []person, err error) {
	var schools []roster.School
	pupils := map[tilhor.SchoolID][]tilhor.PersonID{}
	err = w.db.Read(ctx, func(tx *db.Tx) (err error) {
		if schools, err = w.roster.Schools(tx, demo.Owner); err != nil {
			return err
		}
		for _, s := range schools {
			list, err := w.roster.Pupils(tx, demo.Owner, s.ID, calendar.DateOf(time.Now()))
			if err != nil {
				return err
			}
			for _, p := range list {
				pupils[s.ID] = append(pupils[s.ID], p.ID)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, s := range schools {
		staff, err := w.staff(ctx, s, tilhor.RoleTeacher, tilhor.RoleSFO)
		if err != nil {
			return nil, err
		}
		for _, a := range staff {
			p, err := w.enter(ctx, a)
			if err != nil {
				return nil, err
			}
			p.pupils = pupils[s.ID]
			all = append(all, p)
		}
	}
	return all, nil
}

// adviser signs in the owner's adviser.
func (w *world) adviser(ctx context.Context) (person, error) {
	var found tilhor.Actor
	err := w.db.Read(ctx, func(tx *db.Tx) error {
		all, err := w.roster.Employees(tx, demo.Owner, "", calendar.DateOf(time.Now()))
		for _, e := range all {
			if slices.Contains(e.Roles, tilhor.RoleOwnerAdviser) {
				found = tilhor.Actor{Owner: demo.Owner, Person: e.ID, Role: tilhor.RoleOwnerAdviser, Trained: true}
			}
		}
		return err
	})
	if err == nil && found.Person == "" {
		err = errors.New("the owner has no adviser")
	}
	if err != nil {
		return person{}, err
	}
	return w.enter(ctx, found)
}
