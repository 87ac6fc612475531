package dialogue

import (
	"context"
	"errors"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// A Sender is who comes back to what they told: with a code, or signed in.
type Sender struct {
	Code string // as it was typed
	Slug string // the address of the concern, for who is signed in
	By   tilhor.Actor
}

// A Told is a talk as the sender sees it.
type Told struct {
	Said, Saw string // what was told, as it was sent
	Hope      string // what the sender wants the school to do
	Held      bool   // it is blocked, and nobody reads it
	School    tilhor.SchoolID
	Sealed    bool // about somebody who works there: the sender is told no names
	Owner     bool // it went past the school, to the municipality
	Sent      time.Time
	Exact     bool      // the times are more than the hour
	ReadAt    time.Time // when the school read it; zero when not yet
	Unread    bool      // something said later is not read yet
	Answered  bool
	State     concerns.State
	Reason    string // why it is no case, as the school answers
	Named     bool
	Lines     []Line
}

var (
	selectCode = db.SQL(`SELECT ` + columns + ` FROM dialogue_thread t WHERE t.owner = $1 AND t.code = $2`)
	selectOwn  = db.SQL(`SELECT ` + columns + ` FROM dialogue_thread t WHERE t.owner = $1 AND t.slug = $2 AND t.sender = $3 AND t.role = $4 AND t.sender <> ''`)
)

// A look is how the talk of a sender is looked up.
type look struct {
	by    tilhor.Actor
	which *db.Stmt
	args  []any
}

// look settles how, before any transaction: what was typed is read there.
func (d *Desk) look(s Sender) look {
	if s.Slug == "" {
		return look{s.By, selectCode, db.Args(s.By.Owner, d.hash(s.By.Owner, s.Code))}
	}
	return look{s.By, selectOwn, db.Args(s.By.Owner, s.Slug, s.By.Person, s.By.Role)}
}

// find is the talk of a sender. A code that is wrong, one that was never given
// out and one whose talk is shredded are the same empty answer.
func (d *Desk) find(tx *db.Tx, s look, now time.Time) (t thread, by tilhor.Actor, err error) {
	found := false
	err = tx.Each(s.which, func(scan db.Scan) error {
		found = true
		t, err = row(scan)
		return err
	}, s.args...)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err != nil {
		return thread{}, by, err
	}
	if t.quiet() {
		_, err := d.Keys.Get(tx, s.by.Owner, seal.KindConcern, string(t.concern)) // shredded, in a database put back from before
		return t, tilhor.Actor{Owner: s.by.Owner, Role: tilhor.RoleAnyone, School: t.school}, missing(err)
	}
	all, err := access.GrantsOf(tx, s.by.Owner, access.Concern, string(t.concern))
	if err != nil {
		return thread{}, by, err
	}
	ended, err := d.ended(tx, s.by.Owner, t, now)
	if err != nil {
		return thread{}, by, err
	}
	for _, g := range all {
		if reports(g, s.by.Person, now) && !ended {
			return t, s.by, nil
		}
	}
	return thread{}, by, tilhor.ErrNotFound
}

// ended says whether the talk of a parent has ended: this parent is told nothing of a
// child that it is about (roster.Ties), which holds of what is decided of the parent
// (kontaktforbud, dom, taushet) whether or not the parent stands in the lists; or what was
// told of as one's own child is not, in the lists. It is to that parent as one that is not
// there.
func (d *Desk) ended(tx *db.Tx, owner tilhor.OwnerID, t thread, now time.Time) (bool, error) {
	if t.role != tilhor.RoleParent {
		return false, nil
	}
	c, err := concerns.Outline(tx, owner, t.concern)
	if err != nil {
		return false, err
	}
	var about []tilhor.PersonID
	for _, p := range c.Pupils {
		about = append(about, p.Person)
	}
	if d.Child != nil {
		tracks, err := tracksOf(tx, owner, t.concern)
		if err != nil {
			return false, err
		}
		for _, k := range tracks {
			child, err := d.Child(tx, owner, k)
			if err != nil {
				return false, err
			}
			about = append(about, child)
		}
	}
	ties, err := d.Roster.Ties(tx, owner, t.sender, calendar.DateOf(now))
	if err != nil {
		return false, err
	}
	known, linked := false, false
	for _, p := range about {
		if p == "" {
			continue
		}
		if ties[p].Kept {
			return true, nil
		}
		known, linked = true, linked || ties[p].Linked
	}
	if !known { // a child who is only described may be one that this parent is kept from
		return d.Concerns.Kept(tx, owner, t.concern, now)
	}
	own := c.Channel == concerns.Home || slices.ContainsFunc(c.Pupils, func(p concerns.Pupil) bool { return p.Person != "" })
	return own && !linked, nil // what a parent has seen of another's child goes on
}

// Has says whether a sender has a talk, and shows nothing of it.
func (d *Desk) Has(ctx context.Context, s Sender) (has bool, err error) {
	now, sought := d.Clock(), d.look(s)
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		_, _, err := d.find(tx, sought, now)
		has = err == nil
		return ignoreMissing(missing(err))
	})
	return has, err
}

// missing makes one answer of a key that was shredded and of what never was.
func missing(err error) error {
	if errors.Is(err, seal.ErrShredded) {
		return tilhor.ErrNotFound
	}
	return err
}

// rule is what let a sender pass, for the record.
func (t thread) rule() string {
	if t.quiet() {
		return "code"
	}
	return string(access.Reporter)
}

// Return shows a sender the talk. Of who has a code nothing is written down:
// that they looked is nobody's to know.
func (d *Desk) Return(ctx context.Context, s Sender) (told Told, err error) {
	now, sought := d.Clock(), d.look(s)
	var t thread
	var by tilhor.Actor
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		if t, by, err = d.find(tx, sought, now); err != nil {
			return err
		}
		told, err = d.told(tx, by.Owner, t)
		return err
	})
	if err != nil {
		return Told{}, missing(err)
	}
	if t.quiet() {
		return told, nil
	}
	return told, d.DB.Write(ctx, func(tx *db.Tx) error {
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(t.concern)), string(t.concern), "dialogue", t.rule(), now)
	})
}

// Known says whether a code is one, and whether what it belongs to went past the
// school, to the municipality. It shows nothing.
func (d *Desk) Known(ctx context.Context, owner tilhor.OwnerID, code string) (past bool, err error) {
	sought := d.look(Sender{Code: code, By: tilhor.Actor{Owner: owner}})
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		t, _, err := d.find(tx, sought, d.Clock())
		if err != nil {
			return err
		}
		c, err := concerns.Outline(tx, owner, t.concern)
		past = c.ForOwner()
		return err
	})
	return past, missing(err)
}

func (d *Desk) told(tx *db.Tx, owner tilhor.OwnerID, t thread) (Told, error) {
	c, err := d.Concerns.AsSent(tx, owner, t.concern)
	if err != nil {
		return Told{}, err
	}
	all, err := d.lines(tx, owner, t)
	if err != nil {
		return Told{}, err
	}
	names, err := d.writers(tx, owner, all)
	if err != nil {
		return Told{}, err
	}
	v := Told{
		Said: c.Said, Saw: c.Saw, Hope: c.Hope, Held: c.Held, School: t.school, Sealed: c.Sealed(), Owner: c.ForOwner(), Sent: t.opened, Exact: !t.quiet(),
		ReadAt: c.ReadAt, Unread: t.saidN > 0 && t.saidN > t.readN, Answered: t.answerN > t.saidN, State: c.State, Reason: c.Reason, Named: t.named,
	}
	if t.quiet() {
		v.ReadAt = c.ReadAt.Truncate(time.Hour)
	}
	if c.Channel == concerns.Outsider { // says to be a parent, and may be anybody: what it became is not said
		v.State, v.Reason = concerns.New, ""
	}
	if t.readAt.After(v.ReadAt) {
		v.ReadAt = t.readAt
	}
	for _, l := range all {
		if l.staff() && l.To != ToSender {
			continue
		}
		name := names[l.By]
		if !l.staff() || v.Sealed {
			name = "" // who works it is not for the one who told to know
		}
		x := l.show(t, name)
		if c.Held {
			x.Text = ""
		}
		v.Lines = append(v.Lines, x)
	}
	return v, nil
}

// Write lets a sender say more, say who it is, or ask for another way of talking.
// A name that is said here goes to who handles it, as a message: it makes nobody
// a party, and finds nobody in any list.
func (d *Desk) Write(ctx context.Context, s Sender, kind Kind, text string) error {
	name, most := "text", MaxText
	switch kind {
	case Say:
	case Name, Need:
		name, most = string(kind), MaxShort
	default:
		return tilhor.ErrNotFound
	}
	now, sought := d.Clock(), d.look(s)
	return missing(d.DB.Write(ctx, func(tx *db.Tx) error {
		t, by, err := d.find(tx, sought, now)
		if err != nil {
			return err
		}
		if kind == Name && !t.quiet() { // it is known already
			return tilhor.ErrConflict
		}
		text := text
		if err := check(&text, name, most); err != nil {
			return err
		}
		all, err := d.lines(tx, by.Owner, t)
		if err != nil {
			return err
		}
		if err := room(all, t.at(now), name); err != nil {
			return err
		}
		if err := d.write(tx, by.Owner, t, by, t.rule(), line{Kind: kind, To: ToSender, Text: text}, now); err != nil || kind != Name {
			return err
		}
		_, err = tx.Exec(setNamed, by.Owner, t.concern)
		return err
	}))
}

// room refuses more than one person writes who is not flooding. It bounds one
// talk, and slows nobody else's.
func room(all []line, at time.Time, name string) error {
	hour := 0
	for _, l := range all {
		if !l.staff() && at.Sub(instant(l.Written)) < time.Hour {
			hour++
		}
	}
	if hour >= maxHour {
		return tilhor.Faults{{Field: name, Key: "dialogue.fault.many"}}
	}
	if len(all) >= maxLines {
		return tilhor.Faults{{Field: name, Key: "dialogue.fault.full"}}
	}
	return nil
}
