// Package work is a made-up municipality at work, for tests of faults and of
// load: two schools read through the roster import, and a mix of the acts of a
// busy day, each done at the rooms' own desks. Every act has an id that is
// known before it is done, and that can be looked for afterwards: what was
// answered must be there exactly once, what was not answered at most once.
//
// It is a tool: the program never links it.
package work

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"tilhor"
	"tilhor/internal/archive"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/circles"
	"tilhor/internal/concerns"
	"tilhor/internal/danger"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/handover"
	"tilhor/internal/hearing"
	"tilhor/internal/ideas"
	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

// Owner is the made-up municipality.
const Owner = tilhor.OwnerID("granvik")

// A Place is the municipality in one process: its rooms over a database, the
// people, and what is under way. It is safe for many goroutines, and any number
// of processes may have one over the same database.
type Place struct {
	DB       *db.DB
	Keys     *seal.Keys
	Journal  *journal.Journal
	Roster   *roster.Roster
	Concerns *concerns.Desk
	Cases    *cases.Desk
	Forces   *interventions.Desk
	Handover *handover.Desk
	Archive  *archive.Desk
	Dialogue *dialogue.Desk
	SFO      *sfo.Desk
	Bodies   *bodies.Desk
	Ideas    *ideas.Desk
	Circles  *circles.Desk
	Hearings *hearing.Desk
	Danger   *danger.Desk
	Site     *web.Site // has the frame's own pages only
	Clock    tilhor.Clock
	Schools  []*School
	Adviser  tilhor.Actor // the owner's, who receives what goes past rektor

	mu      sync.Mutex
	waiting []told
	accused []told // of somebody who works there
	past    []told // past rektor, to the owner
	tracks  []*track
	endings []ending
	talks   []talk
	written []heard // hearings, by how far each has come
	adopted []heard
	voted   []heard
	ready   []heard
	asked   []tilhor.Actor // for an observation
	given   map[string]bool
	gone    map[tilhor.PersonID]tilhor.Date // to when each is away
	part    int                             // of so many parts, when several share the work
	parts   int
}

// A School is the people of one school, each in a role, trained.
type School struct {
	ID       tilhor.SchoolID
	Rektor   tilhor.Actor
	Social   tilhor.Actor // is appointed when a concern is taken up
	Teachers []tilhor.Actor
	Parent   tilhor.Actor // leads the FAU, and began the group of the class
	Pupils   []tilhor.PersonID
	Kept     tilhor.PersonID // a pupil whom only begin, shield, lift and leave are about
	begun    bool            // they are under way
}

// Open opens the place: keys, schools and people are made when there are none
// yet. dsn is as db.Open takes it; clock nil is the machine's own.
func Open(ctx context.Context, dsn, keysDir string, clock tilhor.Clock) (*Place, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	p, err := Over(ctx, d, keysDir, clock)
	if err != nil {
		d.Close()
		return nil, err
	}
	return p, nil
}

// Over is Open over a database that is open already.
func Over(ctx context.Context, d *db.DB, keysDir string, clock tilhor.Clock) (*Place, error) {
	if clock == nil {
		clock = time.Now
	}
	if list, _ := seal.Owners(keysDir); len(list) == 0 {
		if err := seal.Init(keysDir, Owner); err != nil {
			return nil, err
		}
	}
	keys, err := seal.Open(keysDir, Owner)
	if err != nil {
		return nil, err
	}
	j := journal.New(keys)
	p := &Place{
		DB: d, Keys: keys, Journal: j, Roster: roster.New(keys, j), Clock: clock,
		given: map[string]bool{}, gone: map[tilhor.PersonID]tilhor.Date{},
	}
	p.Concerns = &concerns.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock}
	p.Cases = &cases.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Concerns: p.Concerns, Clock: clock}
	p.Forces = &interventions.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock}
	p.Handover = &handover.Desk{Cases: p.Cases, Interventions: p.Forces, Keys: keys, Clock: clock}
	p.Archive = &archive.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Cases: p.Cases, Concerns: p.Concerns, Clock: clock}
	p.Dialogue = &dialogue.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Concerns: p.Concerns, Clock: clock}
	p.Concerns.Started, p.Concerns.Opened, p.Concerns.Became = p.Dialogue.Start, p.Dialogue.Open, p.Dialogue.Became
	p.Danger = &danger.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock}
	p.SFO = &sfo.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock}
	p.Bodies = &bodies.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock}
	p.Ideas = &ideas.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Bodies: p.Bodies, Clock: clock}
	p.Circles = &circles.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock}
	p.Archive.Bodies = p.Bodies
	p.Hearings = &hearing.Desk{DB: d, Keys: keys, Journal: j, Roster: p.Roster, Clock: clock, Bodies: p.Bodies}
	if err := p.settle(ctx); err != nil {
		return nil, fmt.Errorf("settle the made-up schools: %w", err)
	}
	if p.Site, err = web.New(p.Kit()); err != nil {
		return nil, err
	}
	return p, p.Resume(ctx)
}

// Kit is what pages of the place work with. Every sign-in is strong enough.
func (p *Place) Kit() *web.Kit {
	return &web.Kit{
		DB: p.DB, Keys: p.Keys, Journal: p.Journal, Roster: p.Roster, Clock: p.Clock,
		Owner: web.Owner{ID: Owner, Name: "Granvik kommune", Hosts: []string{"127.0.0.1", "localhost"}, DPO: "x@granvik.example", DPIA: "2026-08-01"},
		Level: func(tilhor.Role, string, string) bool { return true },
	}
}

// Close closes the database, in good order: another can tend the record at once.
func (p *Place) Close() error {
	_ = p.Journal.Rest(context.Background(), p.DB, Owner) // on a disk that fails, the other waits for the lease
	return p.DB.Close()
}

// Tend does once what the server does beside the pages: new entries enter the
// record's tree, shreddings are noted beside the key, and duties that fell due are
// made anew.
func (p *Place) Tend(ctx context.Context) error {
	_, err := p.Journal.Sequence(ctx, p.DB, Owner, p.Clock)
	_, err2 := p.Keys.NoteShreddings(ctx, p.DB, Owner, p.Clock())
	_, err3 := duty.Wake(ctx, p.DB, Owner, p.Clock(), 1000)
	return errors.Join(err, err2, err3)
}

// Holds says whether the whole is as it must be: the database's files, the
// record with the file of checkpoints, what acts write together, and the cache
// of duties.
func (p *Place) Holds(ctx context.Context) error {
	for {
		n, err := duty.Wake(ctx, p.DB, Owner, p.Clock(), 1000)
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
	}
	if said, err := p.DB.Check(ctx); err != nil || said != "ok" {
		return errors.Join(err, errors.New("the database's files: "+said))
	}
	if err := errors.Join(p.Verify(ctx), p.DB.Read(ctx, noHalves)); err != nil {
		return err
	}
	wrong, err := duty.Check(ctx, p.DB, Owner, p.Clock())
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%d duties are cached wrong: %s", len(wrong), wrong[0])
	}
	return err
}

// Verify checks the record against the keys and the file of checkpoints.
func (p *Place) Verify(ctx context.Context) error {
	file, err := p.Keys.File(Owner, seal.CheckpointsFile)
	if err != nil {
		return err
	}
	r, err := journal.Verify(ctx, p.DB, Owner, journal.Against{Keys: p.Keys, File: file})
	if err != nil {
		return err
	}
	if !r.Holds() {
		var all []string
		for _, w := range r.Wrong {
			all = append(all, w.String())
		}
		return fmt.Errorf("%w: %s", ErrRecord, strings.Join(all, "; "))
	}
	return nil
}

// ErrRecord says that the record does not hold.
var ErrRecord = errors.New("the record does not hold")

// today is the date of the place.
func (p *Place) today() tilhor.Date { return calendar.DateOf(p.Clock()) }
