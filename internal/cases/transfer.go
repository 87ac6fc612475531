package cases

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/roster"
	"tilhor/internal/seal"
)

// When a pupil changes school, nothing follows by itself: § 20-3 of the
// regulation does not list a case of the school environment, and § 25-1 (4)
// asks for permission. What follows is what somebody chose, with who permitted
// it and when; or the facts that the new school needs of a decision under
// § 13-2. Both ends keep a receipt.
const (
	Offered    Kind = "transfer-offered"
	Contents   Kind = "transfer-contents"
	HandedIn   Kind = "transfer-in"
	ThereNow   Kind = "transfer-received"
	FromPupil       = "pupil"    // fifteen or older: its own permission
	FromHome        = "parents"  // under fifteen
	ByDecision      = "decision" // only needed facts from a decision under § 13-2
)

func init() {
	for _, k := range []Kind{Offered, Contents, HandedIn, ThereNow} {
		kinds[k] = true
	}
}

// Parts are what of a track can be handed on. The note is what the new school
// needs to know, in words written for it.
var Parts = []string{"words", "plan", "evaluation", "help", "note"}

// A Transfer is what is handed on, to whom, and who permitted it.
type Transfer struct {
	To    tilhor.SchoolID // a school of the same owner; empty: of another
	Place string          // which school, when it is another owner's
	Basis string
	Who   string // who gave permission, by name and relation
	On    tilhor.Date
	Parts []string
	Note  string
	NoOne bool // nothing in it tells of another pupil
}

// ToHandOn is the text of each part that can be handed on, as it would go. It is
// shown before anything is sent.
func (f File) ToHandOn() map[string]string {
	m := map[string]string{}
	if words, r := f.Quote(); r != nil && r.Kind != Told && r.Kind != Exposed {
		m["words"] = words
	}
	var plan []string
	for _, x := range f.InForce() {
		plan = append(plan, strings.TrimSpace(x.What+" "+x.When))
	}
	m["plan"] = strings.Join(plan, "\n")
	if r := f.Last(Evaluated); r != nil {
		m["evaluation"] = strings.TrimSpace(r.Text["words"] + "\n" + r.Text["saw"])
	}
	for _, r := range f.Of(Voice) {
		if f.Own(r) && r.Text["detail"] != "" {
			m["help"] = r.Text["detail"]
		}
	}
	for k, v := range m {
		if v == "" {
			delete(m, k)
		}
	}
	return m
}

func (t *Transfer) check(c *check, now tilhor.Date) {
	c.Add(!slices.Contains([]string{FromPupil, FromHome, ByDecision}, t.Basis), "basis", "life.fault.basis")
	c.Add(t.To == "" && strings.TrimSpace(t.Place) == "", "to", "life.fault.to")
	c.short(&t.Place, "place", false)
	c.short(&t.Who, "permitted-by", t.Basis != ByDecision)
	if t.Basis != ByDecision {
		c.between(t.On, now.Add(-365), now, "on", "life.fault.permitted-on")
	} else {
		t.On = ""
	}
	c.text(&t.Note, "note-on", slices.Contains(t.Parts, "note"))
	c.Add(len(t.Parts) == 0, "parts", "life.fault.parts")
	for _, p := range t.Parts {
		c.Add(!slices.Contains(Parts, p), "parts", "life.fault.parts")
	}
	c.Add(t.Basis == ByDecision && !slices.Equal(t.Parts, []string{"note"}), "parts", "life.fault.only-needed")
	c.Add(!t.NoOne, "no-one", "life.fault.no-one")
}

var (
	insertTransfer = db.SQL(`INSERT INTO cases_transfer (owner, id, slug, from_track, from_school, to_school, pupil, record, state, made_at, received_at, to_track)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	selectTransfers = db.SQL(`SELECT id, slug, from_track, from_school, to_school, pupil, record, state, made_at, received_at, to_track FROM cases_transfer
		WHERE owner = $1 AND to_school = $2 AND state = 'offered' ORDER BY made_at, id LIMIT 100`)
	selectTransfer = db.SQL(`SELECT id, slug, from_track, from_school, to_school, pupil, record, state, made_at, received_at, to_track FROM cases_transfer
		WHERE owner = $1 AND slug = $2 AND to_school = $3`)
	selectOfTrack = db.SQL(`SELECT id, slug, from_track, from_school, to_school, pupil, record, state, made_at, received_at, to_track FROM cases_transfer
		WHERE owner = $1 AND from_track = $2 ORDER BY made_at, id`)
	takeTransfer = db.SQL(`UPDATE cases_transfer SET state = 'received', received_at = $3, to_track = $4 WHERE owner = $1 AND id = $2 AND state = 'offered'`)
)

// A Parcel is one such hand-over, as it stands.
type Parcel struct {
	ID         tilhor.TrackID // its words lie under a key of its own
	Slug       string
	From       tilhor.TrackID
	FromSchool tilhor.SchoolID
	To         tilhor.SchoolID
	Pupil      tilhor.PersonID
	Record     tilhor.RecordID
	Received   bool
	Made, At   time.Time
	Became     tilhor.TrackID

	School   string // names
	Name     string
	Text     map[string]string
	Shielded bool // the pupil's address is protected
}

func parcelRow(scan db.Scan) (p Parcel, err error) {
	var state string
	var made, at int64
	err = scan(&p.ID, &p.Slug, &p.From, &p.FromSchool, &p.To, &p.Pupil, &p.Record, &state, &made, &at, &p.Became)
	p.Received, p.Made = state == "received", instant(made)
	if at != 0 {
		p.At = instant(at)
	}
	return p, err
}

// HandOn hands the chosen parts on. To a school of the same owner they lie there
// until rektor receives them; for another municipality they become a sealed
// file, and a code that goes another way.
func (d *Desk) HandOn(ctx context.Context, by tilhor.Actor, slug string, t Transfer) error {
	now := d.Clock()
	var c check
	t.check(&c, today(now))
	if err := c.Err(); err != nil {
		return err
	}
	var f File
	err := d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		f = File{}
		if f.Track, _, err = d.find(tx, by, access.Lead, slug, now); err != nil {
			return err
		}
		return d.load(tx, by, &f, now)
	})
	if err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if err := w.mayHandOn(t); err != nil {
			return err
		}
		all, text := f.ToHandOn(), []field{{"basis", t.Basis}, {"permitted-by", t.Who}}
		all["note"] = t.Note
		content := parcelText{Version: 1, Made: today(now), Basis: t.Basis, Who: t.Who, On: t.On, Parts: map[string]string{}, Receipt: tilhor.NewID()}
		for _, part := range Parts {
			if slices.Contains(t.Parts, part) && all[part] != "" {
				content.Parts[part] = all[part]
			}
		}
		if len(content.Parts) == 0 {
			return tilhor.Faults{{Field: "parts", Key: "life.fault.parts"}}
		}
		p := Parcel{ID: tilhor.TrackID(tilhor.NewID()), Slug: tilhor.NewSlug()}
		key := d.Keys.New(by.Owner, seal.KindTrack, string(p.ID))
		if err := seal.Keep(w.tx, key); err != nil {
			return err
		}
		from, err := d.Roster.School(w.tx, by.Owner, w.t.School)
		if err != nil {
			return err
		}
		content.School = from.Name
		for part, s := range content.Parts {
			text = append(text, field{"part-" + part, s})
		}
		sort.Slice(text, func(i, j int) bool { return text[i].name < text[j].name })
		if t.To == "" {
			raw, err := json.Marshal(content)
			if err != nil {
				return err
			}
			file, code, err := seal.Parcel(raw)
			if err != nil {
				return err
			}
			text = append(text, field{"file", file}, field{"code", code}, field{"receipt", content.Receipt})
		}
		n := &work{d: d, tx: w.tx, by: by, t: Track{ID: p.ID, School: t.To}, rule: w.rule, key: key, now: now}
		if p.Record, err = n.write(note{kind: Contents, when: tilhor.Now(now), ref: string(w.t.ID), on: t.On, answer: t.Basis, text: text}); err != nil {
			return err
		}
		place := t.Place
		if t.To != "" {
			there, err := d.Roster.School(w.tx, by.Owner, t.To)
			if err != nil {
				return err
			}
			place = there.Name
		}
		if _, err := w.write(note{kind: Offered, when: tilhor.Now(now), ref: string(p.ID), on: t.On, answer: t.Basis, text: []field{
			{"permitted-by", t.Who}, {"scope", strings.Join(slices.Sorted(maps.Keys(content.Parts)), ",")}, {"where", place},
		}}); err != nil {
			return err
		}
		if _, err := w.tx.Exec(insertTransfer, by.Owner, p.ID, p.Slug, w.t.ID, w.t.School, t.To, w.t.Pupil, p.Record, "offered", now.UnixMilli(), 0, ""); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(now)})
	})
}

// parcelText is what a parcel to another municipality holds.
type parcelText struct {
	Version int               `json:"version"`
	School  string            `json:"school"`
	Made    tilhor.Date       `json:"made"`
	Basis   string            `json:"basis"`
	Who     string            `json:"permittedBy,omitempty"`
	On      tilhor.Date       `json:"permittedOn,omitempty"`
	Parts   map[string]string `json:"parts"`
	Receipt string            `json:"receipt"`
}

// mayHandOn refuses what must not go: a pupil nobody knows, one whose address is
// protected, the same school, and a decision that was never made.
func (w *work) mayHandOn(t Transfer) error {
	if w.t.Pupil == "" {
		return tilhor.Faults{{Field: "to", Key: "life.fault.unknown-left"}}
	}
	in, err := w.d.Roster.Where(w.tx, w.by.Owner, w.t.Pupil, today(w.now))
	if err != nil && !errors.Is(err, tilhor.ErrNotFound) {
		return err
	}
	if err == nil && in.Protected {
		return tilhor.Faults{{Field: "to", Key: "life.fault.protected"}}
	}
	if t.To != "" {
		_, err := w.d.Roster.School(w.tx, w.by.Owner, t.To)
		if errors.Is(err, tilhor.ErrNotFound) || t.To == w.t.School {
			return tilhor.Faults{{Field: "to", Key: "life.fault.to"}}
		}
		if err != nil {
			return err
		}
	}
	if t.Basis != ByDecision {
		return nil
	}
	all, err := w.decisions()
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.About == duty.SchoolChange && x.Made != nil && x.Made.Answer == Imposed {
			return nil
		}
	}
	return tilhor.Faults{{Field: "basis", Key: "life.fault.no-decision"}}
}

// HandedOn lists what was handed on from a track, with the file and the code of
// what goes to another municipality, until it has been received.
func (d *Desk) HandedOn(ctx context.Context, by tilhor.Actor, slug string) (all []Parcel, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		t, _, err := d.find(tx, by, access.Lead, slug, now)
		if err != nil {
			return err
		}
		if err := tx.Each(selectOfTrack, func(scan db.Scan) error {
			p, err := parcelRow(scan)
			all = append(all, p)
			return err
		}, by.Owner, t.ID); err != nil {
			return err
		}
		for i := range all {
			if err := d.openParcel(tx, by.Owner, &all[i]); err != nil {
				return err
			}
			if all[i].Received {
				delete(all[i].Text, "code")
				delete(all[i].Text, "file")
			}
		}
		return nil
	})
	return all, err
}

func (d *Desk) openParcel(tx *db.Tx, owner tilhor.OwnerID, p *Parcel) error {
	key, err := d.Keys.Get(tx, owner, seal.KindTrack, string(p.ID))
	if err != nil {
		return err
	}
	texts, err := d.texts(tx, owner, p.ID, key)
	if err != nil {
		return err
	}
	p.Text = texts[string(p.Record)]
	if p.To != "" {
		if s, err := d.Roster.School(tx, owner, p.To); err == nil {
			p.School = s.Name
		}
	}
	return nil
}

// leads refuses who does not decide at the actor's school.
func (d *Desk) leads(tx *db.Tx, by tilhor.Actor, now time.Time) error {
	if !by.Role.Staff() || by.School == "" || !by.Trained {
		return tilhor.ErrNotFound
	}
	all, err := access.Duties(tx, by, now)
	if err == nil && !all[access.Leads] {
		err = tilhor.ErrNotFound
	}
	return err
}

// Arrivals are what other schools of the owner have handed to this one and
// nobody has received: from where and when, and no name.
func (d *Desk) Arrivals(ctx context.Context, by tilhor.Actor) (all []Parcel, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		leads := d.leads(tx, by, now)
		if leads != nil && !errors.Is(leads, tilhor.ErrNotFound) {
			return leads
		}
		var came []Parcel
		if err := tx.Each(selectTransfers, func(scan db.Scan) error {
			p, err := parcelRow(scan)
			came = append(came, p)
			return err
		}, by.Owner, by.School); err != nil {
			return err
		}
		for _, p := range came {
			err := d.receives(tx, by, &p, leads, now)
			if errors.Is(err, tilhor.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			s, err := d.Roster.School(tx, by.Owner, p.FromSchool)
			if err != nil {
				return err
			}
			p.School = s.Name
			all = append(all, p)
		}
		if len(all) == 0 {
			return leads
		}
		return nil
	})
	return all, err
}

// receives refuses a parcel to whom its case would be closed: of a pupil who was
// protected on the way it is for who is named to lead for her at this school, and
// nobody by role; and never for the pupil's own family, nor for whoever is kept
// out of the case it comes from. leads is the answer to whether the actor decides
// here.
func (d *Desk) receives(tx *db.Tx, by tilhor.Actor, p *Parcel, leads error, now time.Time) error {
	if !by.Role.Staff() || by.School == "" || !by.Trained {
		return tilhor.ErrNotFound
	}
	guarded, err := access.Guarded(tx, by.Owner, access.Person, string(p.Pupil), now)
	if err != nil {
		return err
	}
	if p.Shielded = len(guarded) > 0; p.Shielded {
		named, err := access.Namings(tx, by.Owner, p.Pupil, now)
		if err != nil {
			return err
		}
		leads = tilhor.ErrNotFound
		if slices.ContainsFunc(named, func(n access.Naming) bool { return n.Lead && n.Person == by.Person && n.Unit == by.School }) {
			leads = nil
		}
	}
	if leads != nil {
		return leads
	}
	family, err := d.Roster.Guardians(tx, by.Owner, p.Pupil, today(now))
	if err != nil {
		return err
	}
	bars, err := access.BarsOf(tx, by.Owner, access.Track, string(p.From))
	if err != nil {
		return err
	}
	if shut(bars, now)[by.Person] || slices.ContainsFunc(family, func(g roster.Guardian) bool { return g.ID == by.Person }) {
		return tilhor.ErrNotFound
	}
	return nil
}

func (d *Desk) arrival(tx *db.Tx, by tilhor.Actor, slug string, now time.Time) (p Parcel, err error) {
	leads := d.leads(tx, by, now)
	if leads != nil && !errors.Is(leads, tilhor.ErrNotFound) {
		return p, leads
	}
	found := false
	err = tx.Each(selectTransfer, func(scan db.Scan) (err error) {
		found = true
		p, err = parcelRow(scan)
		return err
	}, by.Owner, slug, by.School)
	if err == nil && !found {
		err = tilhor.ErrNotFound
	}
	if err == nil {
		err = d.receives(tx, by, &p, leads, now)
	}
	if err != nil {
		return Parcel{}, err
	}
	return p, nil
}

// SeeArrival opens what came, with an entry of the reading before it is shown.
func (d *Desk) SeeArrival(ctx context.Context, by tilhor.Actor, slug string) (p Parcel, err error) {
	now := d.Clock()
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if p, err = d.arrival(tx, by, slug, now); err != nil {
			return err
		}
		if err := d.openParcel(tx, by.Owner, &p); err != nil {
			return err
		}
		s, err := d.Roster.School(tx, by.Owner, p.FromSchool)
		if err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, p.Pupil)
		p.School, p.Name = s.Name, names[p.Pupil]
		return err
	})
	if err != nil {
		return Parcel{}, err
	}
	return p, d.DB.Write(ctx, func(tx *db.Tx) error {
		if p.Shielded { // it rings where the case is
			if err := d.opened(tx, by, p.From, "transfer", now); err != nil {
				return err
			}
		}
		return d.Journal.Seen(tx, by, journal.ReadingsOf(string(p.ID)), string(p.ID), "transfer", string(access.Leads), now)
	})
}

// Accept receives what another school of the owner handed on: a case begins
// here, with what came and no more, and the old school sees that it arrived.
func (d *Desk) Accept(ctx context.Context, by tilhor.Actor, slug string) (fresh Track, err error) {
	now := d.Clock()
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		p, err := d.arrival(tx, by, slug, now)
		if err != nil {
			return err
		}
		if p.Received {
			return tilhor.ErrConflict
		}
		if err := d.openParcel(tx, by.Owner, &p); err != nil {
			return err
		}
		from, err := d.Roster.School(tx, by.Owner, p.FromSchool)
		if err != nil {
			return err
		}
		if fresh, err = d.comeIn(tx, by, p.Pupil, from.Name, p.Text, "", p.From); err != nil {
			return err
		}
		if _, err := tx.Exec(takeTransfer, by.Owner, p.ID, now.UnixMilli(), fresh.ID); err != nil {
			return err
		}
		return d.receipt(tx, by, p, now)
	})
	return fresh, err
}

// receipt writes at the old school that it has arrived.
func (d *Desk) receipt(tx *db.Tx, by tilhor.Actor, p Parcel, now time.Time) error {
	key, err := d.Keys.Get(tx, by.Owner, seal.KindTrack, string(p.From))
	if err != nil {
		return err
	}
	old := &work{d: d, tx: tx, by: by, t: Track{ID: p.From, School: p.FromSchool, Pupil: p.Pupil}, rule: access.Leads, key: key, now: now}
	_, err = old.write(note{kind: ThereNow, when: tilhor.Now(now), ref: string(p.ID)})
	return err
}

// comeIn begins a case with what came from another school. It stands behind the
// walls of the one it came from: whom that is about, and who is kept from it, may
// work here now.
func (d *Desk) comeIn(tx *db.Tx, by tilhor.Actor, pupil tilhor.PersonID, from string, text map[string]string, ref string, old tilhor.TrackID) (Track, error) {
	var n work
	t, err := d.begin(tx, by, Track{School: by.School, Pupil: pupil, Arena: tilhor.ArenaElsewhere}, &n)
	if err != nil {
		return t, err
	}
	if err := n.audited(false); err != nil {
		return t, err
	}
	if err := n.roleLeads(); err != nil {
		return t, err
	}
	if old != "" {
		if err := n.sealedAs(&work{d: d, tx: tx, by: by, t: Track{ID: old}}); err != nil {
			return t, err
		}
	}
	if err := n.barKin(); err != nil {
		return t, err
	}
	if err := n.led(); err != nil {
		return t, err
	}
	fields := []field{{"where", from}, {"permitted-by", text["permitted-by"]}}
	for _, p := range Parts {
		fields = append(fields, field{"part-" + p, text["part-"+p]})
	}
	if _, err := n.write(note{kind: HandedIn, when: tilhor.Now(n.now), ref: ref, answer: text["basis"], text: fields}); err != nil {
		return t, err
	}
	if err := n.facts(duty.Fact{Kind: duty.Known, When: tilhor.Now(n.now), By: duty.ByStaff, Accused: duty.AccusedNone},
		duty.Fact{Kind: duty.Reported, When: tilhor.Now(n.now), To: duty.ToRektor}); err != nil {
		return t, err
	}
	return t, n.touch()
}

// An Incoming is a sealed file from a school of another municipality.
type Incoming struct {
	File, Code string
	Pupil      tilhor.PersonID
}

// Register receives a sealed file from another municipality: a case begins here
// with what came, and the receipt in it is given back to who sent it.
func (d *Desk) Register(ctx context.Context, by tilhor.Actor, in Incoming) (fresh Track, receipt string, err error) {
	now := d.Clock()
	var c check
	c.Add(strings.TrimSpace(in.File) == "", "file", "life.fault.file")
	c.Add(strings.TrimSpace(in.Code) == "", "code", "life.fault.code")
	c.Add(in.Pupil == "", "pupil", "cases.fault.pupil")
	if err := c.Err(); err != nil {
		return Track{}, "", err
	}
	raw, err := seal.OpenParcel(in.File, in.Code)
	text, ok := readParcel(raw)
	if err != nil || !ok {
		return Track{}, "", tilhor.Faults{{Field: "file", Key: "life.fault.parcel"}}
	}
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		if err := d.leads(tx, by, now); err != nil {
			return err
		}
		p, err := d.Roster.Pupil(tx, by.Owner, in.Pupil, today(now))
		if errors.Is(err, tilhor.ErrNotFound) || err == nil && (p.School != by.School || p.Protected) {
			return tilhor.Faults{{Field: "pupil", Key: "cases.fault.pupil"}}
		}
		if err != nil {
			return err
		}
		parts := map[string]string{"basis": text.Basis, "permitted-by": text.Who}
		for k, v := range text.Parts {
			parts["part-"+k] = v
		}
		fresh, err = d.comeIn(tx, by, in.Pupil, text.School, parts, text.Receipt, "")
		return err
	})
	return fresh, text.Receipt, err
}

// readParcel reads what another municipality sealed: whole, or not at all. Who
// made it may use another program, or mean harm.
func readParcel(raw []byte) (t parcelText, ok bool) {
	if !utf8.Valid(raw) || json.Unmarshal(raw, &t) != nil || t.Version != 1 || t.Receipt == "" || len(t.Receipt) > 64 {
		return parcelText{}, false
	}
	for k, v := range t.Parts {
		if len(v) > 4*maxText || strings.Contains(v, "\x00") || !slices.Contains(Parts, k) {
			return parcelText{}, false
		}
	}
	for _, s := range []string{t.School, t.Who, t.Basis, t.Receipt} {
		if len(s) > maxShort || strings.ContainsFunc(s, unicode.IsControl) {
			return parcelText{}, false
		}
	}
	return t, true
}

// Confirm notes that a sealed file was received in the other municipality: the
// receipt is one that only who opened it can know.
func (d *Desk) Confirm(ctx context.Context, by tilhor.Actor, slug, receipt string) error {
	receipt = strings.ToLower(strings.TrimSpace(receipt))
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		var all []Parcel
		if err := w.tx.Each(selectOfTrack, func(scan db.Scan) error {
			p, err := parcelRow(scan)
			all = append(all, p)
			return err
		}, by.Owner, w.t.ID); err != nil {
			return err
		}
		for _, p := range all {
			if p.Received || p.To != "" {
				continue
			}
			if err := d.openParcel(w.tx, by.Owner, &p); err != nil {
				return err
			}
			if receipt == "" || p.Text["receipt"] != receipt {
				continue
			}
			if _, err := w.tx.Exec(takeTransfer, by.Owner, p.ID, w.now.UnixMilli(), ""); err != nil {
				return err
			}
			_, err := w.write(note{kind: ThereNow, when: tilhor.Now(w.now), ref: string(p.ID), text: []field{{"receipt", receipt}}})
			return err
		}
		return tilhor.Faults{{Field: "receipt", Key: "life.fault.receipt"}}
	})
}

// Schools are the owner's other schools, which a case can be handed to.
func (d *Desk) Schools(ctx context.Context, by tilhor.Actor) (all []roster.School, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = d.Roster.Schools(tx, by.Owner)
		return err
	})
	return slices.DeleteFunc(all, func(s roster.School) bool { return s.ID == by.School }), err
}
