package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// DoctorCmd looks at an installation and says what is not as it should be.
type DoctorCmd struct {
	Where
	FreeReserve bool `help:"Give the room held back on the disk of a SQLite database to a disk that is full. The next start of serve holds it again."`
}

// A doctorCheck is one more check that a room brings: what it looked at, and
// what is wrong (nil when all is well).
type doctorCheck struct {
	name string
	run  func(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) error
}

// doctorChecks are the rooms' own checks, once for each owner.
var doctorChecks = []doctorCheck{
	{"the cache of duties agrees with the facts", dutiesAgree},
	{"the days without school are counted as they were noted", daysAgree},
	{"what is about somebody with a protected address is guarded", nothingBare},
}

// daysAgree compares the days that were noted with those that duties are counted by.
func daysAgree(ctx context.Context, d *db.DB, owner tilhor.OwnerID, _ time.Time) error {
	wrong, err := duty.CheckShut(ctx, d, owner)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("the days without school of %s are not counted as they were noted (%d schools, or all): note one of them again (tilhor closed add)", owner, len(wrong))
	}
	return err
}

// nothingBare looks for what is about a protected person and open to whom it was
// given before; serve guards it within ten seconds.
func nothingBare(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) error {
	n, err := access.Bare(ctx, d, owner, now)
	if err == nil && n > 0 {
		err = fmt.Errorf("%d things of %s are about somebody with a protected address, and no guard stands before them", n, owner)
	}
	return err
}

// dutiesAgree compares the duties that lists show with what the facts make.
func dutiesAgree(ctx context.Context, d *db.DB, owner tilhor.OwnerID, now time.Time) error {
	wrong, err := duty.Check(ctx, d, owner, now)
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("the cache of duties of %s differs from the facts in %d places: %s", owner, len(wrong), wrong[0])
	}
	return err
}

// A doctor collects what it finds.
type doctor struct {
	app *App
	bad int
}

func (x *doctor) good(what string, args ...any) {
	fmt.Fprintf(x.app.Out, "ok    %s\n", fmt.Sprintf(what, args...))
}

func (x *doctor) nag(what string, args ...any) {
	fmt.Fprintf(x.app.Out, "NOTE  %s\n", fmt.Sprintf(what, args...))
}

func (x *doctor) wrong(what string, args ...any) {
	x.bad++
	fmt.Fprintf(x.app.Out, "WRONG %s\n", fmt.Sprintf(what, args...))
}

// ask says good, or what is wrong.
func (x *doctor) ask(err error, good string, args ...any) bool {
	if err != nil {
		x.wrong("%s", err)
		return false
	}
	x.good(good, args...)
	return true
}

// Run looks at everything it can, whatever it finds; exit 1 when anything is wrong.
func (c DoctorCmd) Run(app *App) error {
	ctx := context.Background()
	x := &doctor{app: app}
	if c.FreeReserve { // before anything else: a full disk may keep the database from opening
		if err := c.freesReserve(x); err != nil {
			return err
		}
	}
	c.looksAtFiles(x)
	keys, err := c.unlock()
	x.ask(err, "the keys open")
	d, err := c.open(ctx)
	if x.ask(err, "the database opens") {
		defer d.Close()
		c.looksAtDatabase(ctx, x, d)
		if keys != nil {
			c.looksAtKeys(ctx, x, d, keys)
			c.looksAtRecord(ctx, x, d, keys)
		}
	}
	if x.bad > 0 {
		return exit(1, fmt.Sprintf("%d things are wrong", x.bad))
	}
	return nil
}

func (c DoctorCmd) freesReserve(x *doctor) error {
	freed, err := db.FreeReserve(c.DB)
	if err != nil {
		return exit(2, err.Error())
	}
	if freed == 0 {
		x.nag("no room was held back")
		return nil
	}
	x.good("%d MiB that were held back are free: make more room on the disk, and start tilhor serve again to hold it", freed>>20)
	return nil
}

// looksAtFiles checks modes, the copy of the keys and the disk.
func (c DoctorCmd) looksAtFiles(x *doctor) {
	for _, path := range seal.Left(c.keysDir()) {
		x.nag("%s was left by something that was cut off, and a key may lie in it: when no tilhor command is at work with these keys, write over its files and delete it (find %s -type f -exec shred -u {} +)", path, path)
	}
	owners, err := c.owners()
	if err != nil {
		return // said when the keys are opened
	}
	for _, o := range owners {
		folder := filepath.Join(c.keysDir(), string(o))
		x.ask(modes(folder), "nobody else can read the files in %s", folder)
		c.asksForCopy(x, folder, o)
	}
	places := []string{c.keysDir()}
	if path, ok := db.SQLitePath(c.DB); ok {
		if !c.FreeReserve && !db.HasReserve(c.DB) {
			x.nag("no room is held back for a disk that is full: tilhor serve makes %s when it starts", db.ReserveFile(c.DB))
		}
		places = append(places, filepath.Dir(path))
		if st, err := os.Stat(path); err == nil && st.Mode().Perm()&0o077 != 0 {
			x.nag("%s can be read by others on this machine: chmod 600 it (what was told is sealed in it, but who and when is not)", path)
		}
	}
	for _, p := range places {
		free, part, err := room(p)
		switch {
		case err != nil:
			x.wrong("%s", err)
		case free < 64<<20 || part < 0.02:
			x.wrong("the disk of %s is nearly full: %d MiB are left", p, free>>20)
		case part < 0.10:
			x.nag("the disk of %s: %d MiB are left", p, free>>20)
		default:
			x.good("the disk of %s: %d MiB are left", p, free>>20)
		}
	}
}

// modes says whether others than the program's user can read the keys.
func modes(folder string) error {
	st, err := os.Stat(folder)
	if err != nil {
		return fmt.Errorf("%s: no such folder", folder)
	}
	if st.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s has mode %o: chmod 700 it", folder, st.Mode().Perm())
	}
	list, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range list {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("%s has mode %o: chmod 600 it", filepath.Join(folder, e.Name()), info.Mode().Perm())
		}
	}
	return nil
}

// asksForCopy nags until the keys have been copied away, and then every quarter.
func (c DoctorCmd) asksForCopy(x *doctor, folder string, o tilhor.OwnerID) {
	text, err := os.ReadFile(filepath.Join(folder, seal.BackedUpFile))
	lines := strings.Fields(string(text))
	if err != nil || len(lines) == 0 {
		x.nag("the keys of %s have never been copied away: run tilhor backup, and keep the archive of keys apart from the data", o)
		return
	}
	at, err := time.Parse(time.RFC3339, lines[len(lines)-1])
	if err != nil || x.app.Clock().Sub(at) > 90*24*time.Hour {
		x.nag("the keys of %s were last copied away on %s", o, lines[len(lines)-1])
		return
	}
	x.good("the keys of %s were copied away on %s", o, at.Format(time.DateOnly))
}

// looksAtKeys checks that the keys are the ones this database was sealed with,
// and nags until shares have been made of the owner key in use, and until a
// change of it is ended.
func (c DoctorCmd) looksAtKeys(ctx context.Context, x *doctor, d *db.DB, keys *seal.Keys) {
	for _, o := range keys.Owners() {
		x.ask(keys.Fit(ctx, d, o), "the keys of %s open what is in the database", o)
		at, ok, err := keys.Shared(o)
		switch {
		case err != nil:
			x.wrong("%s", err)
		case !ok:
			x.nag("no shares have been made of the owner key of %s that is in use: run tilhor key backup, or one broken disk is the end of everything that was told", o)
		default:
			x.good("shares of the keys of %s were made on %s", o, at.Format(time.DateOnly))
		}
		if seal.CutOff(c.keysDir(), o) {
			x.nag("the change of the owner key of %s was cut off: run tilhor key rotate, and it goes on", o)
		}
		if seal.Changing(c.keysDir(), o) {
			x.nag("the change of the owner key of %s is not ended: run tilhor key retire", o)
		}
	}
}

// room is how many bytes are left for us, and what part of the disk that is.
func room(path string) (free int64, part float64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, 0, fmt.Errorf("the disk of %s cannot be looked at", path)
	}
	return int64(s.Bavail) * int64(s.Bsize), float64(s.Bavail) / max(1, float64(s.Blocks)), nil
}

// looksAtDatabase checks the schema, the files, the marks and the clock.
func (c DoctorCmd) looksAtDatabase(ctx context.Context, x *doctor, d *db.DB) {
	schema, err := d.Schema(ctx)
	x.ask(err, "the schema stands at step %d", schema)
	said, err := d.Check(ctx)
	if err == nil && said != "ok" {
		err = errors.New("the database's files are damaged: " + said)
	}
	x.ask(err, "the database's files are whole")
	x.ask(d.Durable(ctx), "what the database acknowledges is on disk")
	marks, err := d.Marks(ctx)
	if err != nil {
		x.wrong("%s", err)
	}
	for _, m := range marks {
		x.good("the database is marked %s=%s", m.Name, m.Value)
	}
	ms, err := d.ClockMillis(ctx)
	if off := x.app.Clock().Sub(time.UnixMilli(ms)).Abs(); err == nil && off > 5*time.Second {
		err = fmt.Errorf("the clocks of this machine and the database are %s apart", off.Round(time.Second))
	}
	x.ask(err, "the clocks agree")
}

// looksAtRecord checks, for each owner, that the record is signed in time, and
// what the rooms want checked. tilhor journal verify checks the record itself.
func (c DoctorCmd) looksAtRecord(ctx context.Context, x *doctor, d *db.DB, keys *seal.Keys) {
	now := x.app.Clock()
	j := journal.New(keys)
	for _, owner := range keys.Owners() {
		var waits time.Duration
		var newest journal.Checkpoint
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			if waits, err = journal.Waiting(tx, owner, now); err != nil {
				return err
			}
			newest, err = j.Newest(tx, owner)
			if errors.Is(err, tilhor.ErrNotFound) {
				err = nil
			}
			return err
		})
		if err == nil && waits > 10*time.Second {
			err = fmt.Errorf("the record of %s has waited %s for a checkpoint: does tilhor serve run?", owner, waits.Round(time.Second))
		}
		if err == nil && newest.Time.Sub(now) > 5*time.Second {
			err = fmt.Errorf("the newest checkpoint of %s is %s ahead of the clock", owner, newest.Time.Sub(now).Round(time.Second))
		}
		x.ask(err, "the record of %s is signed up to date", owner)
		seen, err := j.Witnessed(owner)
		if err == nil && seen.Size > newest.Size {
			err = fmt.Errorf("the record of %s is older than what was signed: run tilhor journal verify", owner)
		}
		x.ask(err, "the file of checkpoints of %s holds %d entries of %d", owner, seen.Size, newest.Size)
		for _, check := range doctorChecks {
			x.ask(check.run(ctx, d, owner, now), "%s (%s)", check.name, owner)
		}
		x.asksForArchive(ctx, newHouse(d, keys, x.app.Clock, nil), owner, now)
	}
}
