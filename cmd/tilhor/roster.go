package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// RosterCmd keeps the lists of who belongs to the schools.
type RosterCmd struct {
	Import   RosterImportCmd   `cmd:"" help:"Read schools, classes, pupils, employees and guardians from files. Without --apply it only shows what would change."`
	Training RosterTrainingCmd `cmd:"" help:"Record that someone has had the training in privacy (opplæringsforskrifta § 20-2)."`
	Protect  RosterProtectCmd  `cmd:"" help:"Set or lift the protection of someone's address: a protected person is in no list."`
	Override RosterOverrideCmd `cmd:"" help:"Decide a guardianship by hand, because of a judgment or a ban on contact. No import undoes it."`
	Add      RosterAddCmd      `cmd:"" help:"Put in someone whom the source systems do not know."`
	Appoint  RosterAppointCmd  `cmd:"" help:"Give someone a role by hand. No import takes it away."`
	Dismiss  RosterDismissCmd  `cmd:"" help:"End a role that was given by hand."`
}

// operator is who acts when a command changes the lists: somebody who can run
// programs and read keys on the server. The journal names no more.
func operator(owner tilhor.OwnerID) tilhor.Actor {
	return tilhor.Actor{Owner: owner, Person: "operator", Role: "operator"}
}

// importGarbage is how much garbage an import lets lie, in per cent of what it
// holds. A limit in bytes would do for one town and strangle a larger one.
const importGarbage = 40

// A rosterBox is an open roster.
type rosterBox struct {
	*roster.Roster
	db    *db.DB
	owner tilhor.OwnerID
	by    tilhor.Actor
	keys  *seal.Keys
	told  *journal.Journal
}

func (w Where) roster(ctx context.Context, create bool) (*rosterBox, error) {
	owner, err := w.one()
	if err != nil {
		return nil, err
	}
	keys, err := seal.Open(w.keysDir(), owner)
	if err != nil {
		return nil, exit(2, err.Error()+": make keys with tilhor key init")
	}
	open := w.open
	if create {
		open = w.openOrMake
	}
	d, err := open(ctx)
	if err != nil {
		return nil, err
	}
	j := journal.New(keys)
	return &rosterBox{roster.New(keys, j), d, owner, operator(owner), keys, j}, nil
}

// RosterImportCmd imports a file or a folder.
type RosterImportCmd struct {
	Where
	Path           string      `arg:"" name:"file-or-dir" help:"PIFU-IMS 1.3 XML, OneRoster 1.1 CSV (a folder or a zip), or plain CSV (docs/guide/roster.md). The format is known by the content."`
	Apply          bool        `help:"Write the changes. Without it nothing is written."`
	JSON           bool        `name:"json" help:"Print the report as JSON."`
	Force          bool        `help:"Write even if more would be ended than --max-removals allows."`
	MaxRemovals    int         `default:"10" help:"How many per cent of the schools, pupils, employees or guardians an import may end."`
	AllowSynthetic bool        `help:"Take test person numbers (Tenor, NAV) for real ones. Never in production."`
	Lang           tilhor.Lang `default:"nb" enum:"nb,nn,en" help:"The language of the report: nb, nn or en."`
}

// Run reads, compares, reports, and writes when asked to. Exit code 2 is a file
// that cannot be read, 3 an import that was stopped because it would end too
// much, 130 an interruption. In each of them nothing has changed.
func (c RosterImportCmd) Run(app *App) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer debug.SetGCPercent(debug.SetGCPercent(importGarbage))
	words := lang.For(c.Lang)
	err := c.run(ctx, app, words)
	if text := roster.Explain(words, err); text != "" {
		return exit(2, text)
	}
	switch {
	case errors.Is(err, context.Canceled):
		return exit(130, words.T("roster.interrupted"))
	case errors.Is(err, context.DeadlineExceeded):
		return exit(1, words.T("roster.slow"))
	case errors.Is(err, roster.ErrStopped):
		return exit(3, words.T("roster.stopped"))
	case errors.Is(err, tilhor.ErrConflict):
		return exit(1, words.T("roster.conflict"))
	}
	return err
}

func (c RosterImportCmd) run(ctx context.Context, app *App, words *lang.Words) error {
	if c.MaxRemovals < 0 || c.MaxRemovals > 100 {
		return exit(2, "--max-removals is per cent: 0 to 100")
	}
	tell := (&progress{out: app.Err, words: words}).tell
	s, err := roster.Read(ctx, c.Path, tell)
	if err != nil {
		return err
	}
	o := roster.Options{Today: calendar.DateOf(app.Clock()), AllowSynthetic: c.AllowSynthetic, MaxRemovals: c.MaxRemovals}
	if !c.Apply && c.nothingYet() {
		plan, err := roster.Preview(ctx, s, o)
		if err != nil {
			return err
		}
		return c.report(app, words, plan, words.T("roster.dry"))
	}
	box, err := c.roster(ctx, c.Apply)
	if err != nil {
		return err
	}
	defer box.db.Close()
	plan, err := box.Compare(ctx, box.db, box.owner, s, o, tell)
	if err != nil {
		return err
	}
	if !c.Apply {
		return c.report(app, words, plan, words.T("roster.dry"))
	}
	err = box.Apply(ctx, box.db, box.by, plan, c.Force, app.Clock(), tell)
	if err != nil {
		return errors.Join(c.report(app, words, plan, ""), err)
	}
	return c.report(app, words, plan, words.T("roster.applied"))
}

// nothingYet says whether there is no database to compare with: then a dry run
// compares with an empty one, and makes none.
func (c RosterImportCmd) nothingYet() bool {
	path, lite := strings.CutPrefix(c.DB, "sqlite:")
	if !lite {
		return false
	}
	_, err := os.Stat(path)
	return err != nil
}

func (c RosterImportCmd) report(app *App, words *lang.Words, p *roster.Plan, last string) error {
	if c.JSON {
		return p.Report.JSON(app.Out, words)
	}
	if err := p.Report.Write(app.Out, words); err != nil {
		return err
	}
	if last != "" {
		fmt.Fprintf(app.Out, "\n%s\n", last)
	}
	return nil
}

// progress tells of long work only, a line for every tenth of it.
type progress struct {
	out   io.Writer
	words *lang.Words
	stage string
	tenth int64
}

func (p *progress) tell(stage string, done, total int64) {
	long := int64(5000)
	if stage == "read" {
		long = 8 << 20
	}
	if total < long {
		return
	}
	tenth := min(done*10/total, 10)
	if stage == p.stage && tenth <= p.tenth {
		return
	}
	p.stage, p.tenth = stage, tenth
	fmt.Fprintf(p.out, "%s … %d %%\n", p.words.T("roster.stage."+stage), tenth*10)
}

// faulty turns faults into words for the terminal.
func faulty(err error) error {
	faults := tilhor.FaultsOf(err)
	if faults == nil {
		return err
	}
	words := lang.For(tilhor.Bokmal)
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Field+": "+words.T(f.Key))
	}
	return exit(2, strings.Join(lines, "\n"))
}

// act opens the roster and runs one act in a transaction.
func (w Where) act(fn func(tx *db.Tx, b *rosterBox) error) error {
	ctx := context.Background()
	box, err := w.roster(ctx, false)
	if err != nil {
		return err
	}
	defer box.db.Close()
	return faulty(box.db.Write(ctx, func(tx *db.Tx) error { return fn(tx, box) }))
}

// person finds who a command means.
func (b *rosterBox) person(tx *db.Tx, text string) (tilhor.PersonID, error) {
	id, err := b.FindPerson(tx, b.owner, text)
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", exit(2, "there is nobody with that id in the lists")
	}
	return id, err
}

func (b *rosterBox) school(tx *db.Tx, text string) (tilhor.SchoolID, error) {
	if text == "" {
		return "", nil
	}
	id, err := b.FindSchool(tx, b.owner, text)
	if errors.Is(err, tilhor.ErrNotFound) {
		return "", exit(2, "there is no school with that id or organisation number")
	}
	return id, err
}

// days reads the first and the last day of something. What is stored is the
// first day it no longer holds.
func days(first, last string) (from, until tilhor.Date, err error) {
	if from, err = dateOf("from", first); err != nil {
		return "", "", err
	}
	if until, err = dateOf("until", last); err == nil && until != "" {
		until = until.Add(1)
	}
	return from, until, err
}

func dateOf(flag, s string) (tilhor.Date, error) {
	if s == "" {
		return "", nil
	}
	d, err := tilhor.ParseDate(s)
	if err != nil {
		return "", exit(2, "--"+flag+": want a date as YYYY-MM-DD")
	}
	return d, nil
}

// RosterTrainingCmd records training in privacy, for one person or a list.
type RosterTrainingCmd struct {
	Where
	Person string `xor:"who" required:"" help:"The person's id in the source system."`
	File   string `xor:"who" required:"" type:"existingfile" help:"A CSV file with the columns ansatt-id;dato."`
	On     string `help:"The date of the training, YYYY-MM-DD. Default: today."`
}

// Run records it. A list is recorded as a whole or not at all.
func (c RosterTrainingCmd) Run(app *App) error {
	now := app.Clock()
	rows, err := c.rows(calendar.DateOf(now))
	if err != nil {
		return err
	}
	err = c.act(func(tx *db.Tx, b *rosterBox) error {
		for _, r := range rows {
			id, err := b.FindPerson(tx, b.owner, r.person)
			if errors.Is(err, tilhor.ErrNotFound) {
				return exit(2, fmt.Sprintf("line %d: there is nobody with that id in the lists; nothing is recorded", r.line))
			}
			if err == nil {
				err = b.Train(tx, b.by, id, r.on, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(app.Out, "Recorded for %d.\n", len(rows))
	return nil
}

// maxTrained bounds a list: what is read in part would be recorded in part.
const maxTrained = 16 << 20

type trainingRow struct {
	line   int
	person string
	on     tilhor.Date
}

func (c RosterTrainingCmd) rows(today tilhor.Date) ([]trainingRow, error) {
	on, err := dateOf("on", c.On)
	if err != nil {
		return nil, err
	}
	if on == "" {
		on = today
	}
	if c.File == "" {
		return []trainingRow{{1, c.Person, on}}, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, exit(2, "the file cannot be opened")
	}
	defer f.Close()
	if st, err := f.Stat(); err != nil || st.Size() > maxTrained {
		return nil, exit(2, "the file is larger than any list of a school owner's staff")
	}
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	var rows []trainingRow
	for line := 1; ; line++ {
		rec, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil || len(rec) < 1 {
			return nil, exit(2, fmt.Sprintf("line %d cannot be read", line))
		}
		id := strings.TrimSpace(strings.TrimPrefix(rec[0], "\ufeff"))
		if id == "" || line == 1 && strings.EqualFold(id, "ansatt-id") {
			continue
		}
		row := trainingRow{line, id, on}
		if len(rec) > 1 && strings.TrimSpace(rec[1]) != "" {
			if row.on, err = tilhor.ParseDate(strings.TrimSpace(rec[1])); err != nil {
				return nil, exit(2, fmt.Sprintf("line %d: want a date as YYYY-MM-DD", line))
			}
		}
		rows = append(rows, row)
	}
}

// RosterProtectCmd sets the grade of a protected address.
type RosterProtectCmd struct {
	Where
	Person string `arg:"" help:"The person's id in the source system."`
	Grade  string `required:"" enum:"fortrolig,strengt-fortrolig,ingen" help:"fortrolig, strengt-fortrolig, or ingen to lift it."`
}

// Run sets it.
func (c RosterProtectCmd) Run(app *App) error {
	grade := roster.Protection(c.Grade)
	if c.Grade == "ingen" {
		grade = roster.NotProtected
	}
	err := c.act(func(tx *db.Tx, b *rosterBox) error {
		id, err := b.person(tx, c.Person)
		if err != nil {
			return err
		}
		if grade != roster.NotProtected {
			return b.Protect(tx, b.by, id, grade, app.Clock())
		}
		desk := &cases.Desk{DB: b.db, Keys: b.keys, Journal: b.told, Roster: b.Roster, Clock: app.Clock}
		return desk.Lift(tx, b.by, id, "Opphevet med kommandoen tilhor roster protect.", app.Clock())
	})
	if err == nil {
		fmt.Fprintln(app.Out, "Done.")
	}
	return err
}

// RosterOverrideCmd decides a guardianship by hand.
type RosterOverrideCmd struct {
	Where
	Pupil          string `required:"" help:"The pupil's id in the source system."`
	Guardian       string `required:"" help:"The adult's id in the source system, or the id that roster add printed."`
	Responsibility string `default:"unknown" enum:"yes,no,unknown" help:"Parental responsibility (foreldreansvar): yes, no or unknown."`
	NoLink         bool   `help:"There is no such link, whatever the files say."`
	From           string `help:"The first day it holds, YYYY-MM-DD. Default: today."`
	Until          string `help:"The last day it holds, YYYY-MM-DD."`
	Reason         string `required:"" help:"Why, and by whose decision. It is kept sealed. - reads it from standard input."`
}

// Run decides it.
func (c RosterOverrideCmd) Run(app *App) error {
	from, until, err := days(c.From, c.Until)
	if err != nil {
		return err
	}
	if c.Reason == "-" {
		text, err := io.ReadAll(io.LimitReader(app.In, 8000))
		if err != nil {
			return exit(2, "the reason cannot be read")
		}
		c.Reason = string(text)
	}
	err = c.act(func(tx *db.Tx, b *rosterBox) error {
		o := roster.Override{Holds: !c.NoLink, Responsibility: roster.Responsibility(c.Responsibility), From: from, Until: until, Reason: c.Reason}
		var err error
		if o.Pupil, err = b.person(tx, c.Pupil); err != nil {
			return err
		}
		if o.Guardian, err = b.person(tx, c.Guardian); err != nil {
			return err
		}
		return b.Override(tx, b.by, o, app.Clock())
	})
	if err == nil {
		fmt.Fprintln(app.Out, "Decided.")
	}
	return err
}

// RosterAddCmd puts in somebody by hand.
type RosterAddCmd struct {
	Where
	Name       string `required:"" help:"The person's name."`
	Email      string `help:"The person's e-mail address."`
	NumberFile string `help:"A file with the person number, - for standard input: it should not stand in the history of the shell."`
	School     string `help:"A school the person has to do with: its id or organisation number."`
}

// Run puts the person in and prints the id to use for roster override and
// roster appoint.
func (c RosterAddCmd) Run(app *App) error {
	number, err := c.number(app.In)
	if err != nil {
		return err
	}
	var id tilhor.PersonID
	err = c.act(func(tx *db.Tx, b *rosterBox) error {
		school, err := b.school(tx, c.School)
		if err != nil {
			return err
		}
		id, err = b.AddPerson(tx, b.by, roster.NewPerson{Name: c.Name, Email: c.Email, PID: number, Home: school}, app.Clock())
		return err
	})
	if err == nil {
		fmt.Fprintln(app.Out, id)
	}
	return err
}

func (c RosterAddCmd) number(stdin io.Reader) (string, error) {
	in := stdin
	switch c.NumberFile {
	case "":
		return "", nil
	case "-":
	default:
		f, err := os.Open(c.NumberFile)
		if err != nil {
			return "", exit(2, "the file with the number cannot be opened")
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, 100))
	if err != nil {
		return "", exit(2, "the number cannot be read")
	}
	return strings.TrimSpace(string(text)), nil
}

// RosterAppointCmd gives a role by hand.
type RosterAppointCmd struct {
	Where
	Person string `arg:"" help:"The person's id in the source system, or the id that roster add printed."`
	Role   string `required:"" help:"rektor, deputy, social-teacher, teacher, sfo, employee, nurse, ppt, owner-adviser or dpo."`
	School string `help:"The school's id or organisation number. None for owner-adviser and dpo."`
	From   string `help:"The first day, YYYY-MM-DD. Default: today."`
	Until  string `help:"The last day, YYYY-MM-DD."`
}

// Run gives it.
func (c RosterAppointCmd) Run(app *App) error {
	from, until, err := days(c.From, c.Until)
	if err != nil {
		return err
	}
	err = c.act(func(tx *db.Tx, b *rosterBox) error {
		id, school, err := b.both(tx, c.Person, c.School)
		if err != nil {
			return err
		}
		return b.Appoint(tx, b.by, id, tilhor.Role(c.Role), school, from, until, app.Clock())
	})
	if err == nil {
		fmt.Fprintln(app.Out, "Done.")
	}
	return err
}

func (b *rosterBox) both(tx *db.Tx, person, school string) (tilhor.PersonID, tilhor.SchoolID, error) {
	id, err := b.person(tx, person)
	if err != nil {
		return "", "", err
	}
	s, err := b.school(tx, school)
	return id, s, err
}

// RosterDismissCmd ends a role given by hand.
type RosterDismissCmd struct {
	Where
	Person string `arg:"" help:"The person's id."`
	Role   string `required:"" help:"The role to end."`
	School string `help:"The school's id or organisation number."`
}

// Run ends it.
func (c RosterDismissCmd) Run(app *App) error {
	err := c.act(func(tx *db.Tx, b *rosterBox) error {
		id, school, err := b.both(tx, c.Person, c.School)
		if err != nil {
			return err
		}
		err = b.Dismiss(tx, b.by, id, tilhor.Role(c.Role), school, app.Clock())
		if errors.Is(err, tilhor.ErrNotFound) {
			return exit(2, "this person has no such role by hand")
		}
		return err
	})
	if err == nil {
		fmt.Fprintln(app.Out, "Done.")
	}
	return err
}
