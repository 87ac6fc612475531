package bodies

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/db"
)

// Minutes are what everybody may read of a meeting when they are approved: by office
// and by whom somebody sits for, and never a name. What is confidential is not read
// for it.
type Minutes struct {
	Body    Body
	Meeting Meeting
	Items   []Item
	There   []Voice // who was there
	Stayed  []Voice // of them, who had not left what is confidential: no pupil (§ 10-4)
	Members int
}

// A Voice is how many were there of an office, or for whom they sit.
type Voice struct {
	Of string // leader, deputy, secretary, pupil, parent, staff, municipality
	N  int
}

// Published are the approved minutes of a school's bodies, or the municipality's own,
// the newest first.
func (d *Desk) Published(ctx context.Context, owner tilhor.OwnerID, school tilhor.SchoolID) (all []Minutes, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		bodies, err := d.At(tx, owner, school)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			lines, err := d.heads(tx, owner, b)
			if err != nil {
				return err
			}
			for _, m := range lines.meetings() {
				if m.Approved {
					all = append(all, Minutes{Body: b, Meeting: m})
				}
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Minutes) int { return b.Meeting.Begins().Compare(a.Meeting.Begins()) })
	return all, err
}

// Minutes are those of one meeting.
func (d *Desk) Minutes(ctx context.Context, owner tilhor.OwnerID, school tilhor.SchoolID, meeting string) (m Minutes, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		bodies, err := d.At(tx, owner, school)
		if err != nil {
			return err
		}
		for _, b := range bodies {
			lines, err := d.lines(tx, owner, b, false)
			if err != nil {
				return err
			}
			l := lines.find(ofMeeting, meeting)
			if l == nil {
				continue
			}
			if m = (Minutes{Body: b, Meeting: lines.meeting(*l), Items: lines.items(meeting)}); !m.Meeting.Approved {
				return tilhor.ErrNotFound
			}
			return d.nameless(tx, owner, lines, &m)
		}
		return tilhor.ErrNotFound
	})
	return m, err
}

// A Protocol is the approved minutes of a meeting as they are kept: by office too, and
// with what is confidential apart.
type Protocol struct {
	Minutes
	Shut     []Item
	Approved time.Time
}

// Protocols are all approved minutes, of bodies that are no more as well: for what the
// program itself hands over.
func (d *Desk) Protocols(tx *db.Tx, owner tilhor.OwnerID) (all []Protocol, err error) {
	bodies, err := d.Ever(tx, owner)
	if err != nil {
		return nil, err
	}
	for _, b := range bodies {
		lines, err := d.lines(tx, owner, b, true)
		if err != nil {
			return nil, err
		}
		for _, m := range lines.meetings() {
			if !m.Approved {
				continue
			}
			p := Protocol{Minutes: Minutes{Body: b, Meeting: m, Items: lines.items(m.Slug)}, Approved: lines.find(ofApproved, m.Slug).At}
			if err := d.nameless(tx, owner, lines, &p.Minutes); err != nil {
				return nil, err
			}
			n := len(p.Items) // what is confidential stands last
			for n > 0 && p.Items[n-1].Shut {
				n--
			}
			p.Items, p.Shut = p.Items[:n], p.Items[n:]
			all = append(all, p)
		}
	}
	return all, nil
}

var approvedAt = db.SQL(`SELECT COUNT(*) FROM bodies_line WHERE owner = $1 AND body = $2 AND kind = 'approved' AND thing = $3 AND at = $4 AND gone_at = 0`)

// Holds says whether the approval of minutes still does: it may have been taken back, or
// given anew.
func (d *Desk) Holds(ctx context.Context, owner tilhor.OwnerID, p Protocol) (yes bool, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		var n int
		err := tx.One(approvedAt, db.Args(owner, p.Body.ID, p.Meeting.Slug, p.Approved.UnixMilli()), &n)
		yes = n > 0
		return err
	})
	return yes, err
}

// nameless puts offices where names would stand.
func (d *Desk) nameless(tx *db.Tx, owner tilhor.OwnerID, lines sheaf, m *Minutes) error {
	members, err := d.then(tx, owner, m.Body, m.Meeting.On)
	if err != nil {
		return err
	}
	voice := map[tilhor.PersonID]string{"": School}
	for _, x := range members {
		voice[x.Person] = string(x.Part)
		if x.Office != "" {
			voice[x.Person] = x.Office
		}
	}
	m.Members = len(members)
	there, pupils := map[string]int{}, map[string]int{}
	if l := lines.find(ofPresent, m.Meeting.Slug); l != nil {
		for _, p := range l.Present {
			there[voice[p]]++
			if slices.ContainsFunc(members, func(x Member) bool { return x.Person == p && x.Part == Pupils }) {
				pupils[voice[p]]++
			}
		}
	}
	for _, v := range Voices {
		if n := there[v]; n > 0 {
			m.There = append(m.There, Voice{v, n})
		}
		if n := there[v] - pupils[v]; n > 0 {
			m.Stayed = append(m.Stayed, Voice{v, n})
		}
	}
	for i := range m.Items {
		for j := range m.Items[i].Actions {
			a := &m.Items[i].Actions[j]
			a.Of, a.Who = voice[a.Who], ""
		}
	}
	return nil
}
