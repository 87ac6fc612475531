package bodies

import (
	"context"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/firstnames"
)

// An Item is one matter on the agenda of a meeting (sak på sakslista).
type Item struct {
	Slug     string `json:"-"`
	Title    string `json:"title,omitempty"` // "" for the standing one, whose title is the product's
	Text     string `json:"text,omitempty"`  // the paper, as text
	Standing bool   `json:"standing,omitempty"`
	Shut     bool   `json:"-"`
	Pupil    bool   `json:"-"` // that it is about one pupil was ticked: it is refused
	NoName   bool   `json:"-"` // what looks like a first name is none

	Result  *Result  `json:"-"`
	Actions []Action `json:"-"`
}

const (
	maxTitle = 200
	maxPaper = 8_000
)

// A case has a number of six letters and digits; with at least one digit in it, or
// after the word for one, it is taken for a case. What is refused is the same for a
// number that exists and one that does not.
var (
	caseNumber = regexp.MustCompile(`(?i)(^|[^\pL\d])[a-z2-7]{6}($|[^\pL\d])`)
	caseNamed  = regexp.MustCompile(`(?i)(saksnummer|saksnr\.?|sak nr\.?|case number)\s*:?\s*[a-z2-7]{6}($|[^\pL\d])`)
	caseLink   = regexp.MustCompile(`(?i)/(saker|bekymringer|sperrede|inngrep|foresatt|sagt|samtale|kvittering)/[a-z2-7]{10}`)
	mixed      = regexp.MustCompile(`[2-7].*[a-zA-Z]|[a-zA-Z].*[2-7]`)
)

// Single says whether a text points at one child's case: by its number or by a link
// to it. A body does not deal with one child's case, and never gets hold of one; no more
// does a suggestion or a statement.
func Single(text string) bool {
	if caseLink.MatchString(text) || caseNamed.MatchString(text) {
		return true
	}
	for _, m := range caseNumber.FindAllString(text, -1) {
		if mixed.MatchString(m) {
			return true
		}
	}
	return false
}

func (i *Item) check() error {
	var f tilhor.Faults
	i.Title, i.Text = strings.TrimSpace(i.Title), strings.TrimSpace(i.Text)
	f.Add(i.Title == "" && !i.Standing, "title", "bodies.fault.title")
	f.Add(utf8.RuneCountInString(i.Title) > maxTitle, "title", "bodies.fault.title-long")
	f.Add(utf8.RuneCountInString(i.Text) > maxPaper, "text", "bodies.fault.paper-long")
	f.Add(Single(i.Title), "title", "bodies.fault.single")
	f.Add(Single(i.Text), "text", "bodies.fault.single")
	f.Add(i.Pupil, "pupil", "bodies.fault.single")
	f.Add(!i.NoName && firstnames.Any(i.Title, i.Text), "no-name", "bodies.fault.name-agenda")
	return f.Err()
}

// AddItem puts a matter on the agenda, last. A confidential one is put there by
// somebody who may see it afterwards.
func (d *Desk) AddItem(ctx context.Context, by tilhor.Actor, slug, meeting string, i Item) error {
	i.Standing = false
	if err := i.check(); err != nil {
		return err
	}
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, err := d.drafts(tx, by, slug, meeting, "title", now)
		if err != nil {
			return err
		}
		all := s.sheaf.of(ofItem, meeting)
		last := 0
		for _, l := range all {
			last = max(last, l.Place)
		}
		var f tilhor.Faults
		f.Add(len(all) >= maxItems, "title", "bodies.fault.many")
		f.Add(i.Shut && !s.all, "title", "bodies.fault.shut") // who may not is not asked
		if err := f.Err(); err != nil {
			return err
		}
		_, err = d.put(tx, by, s.Body, line{Kind: ofItem, Held: meeting, Shut: i.Shut, Place: last + 1, Point: &i}, now)
		return err
	})
}

// item finds a matter of a meeting that can still be changed.
func (d *Desk) item(tx *db.Tx, by tilhor.Actor, slug, meeting, item, field string, now time.Time) (s sight, l line, err error) {
	if s, err = d.drafts(tx, by, slug, meeting, field, now); err != nil {
		return s, l, err
	}
	found := s.sheaf.find(ofItem, item)
	if found == nil || found.Held != meeting {
		return s, l, tilhor.ErrNotFound
	}
	return s, *found, nil
}

// ChangeItem writes a matter anew. The standing one keeps its title, and none
// becomes confidential, or is no longer: it is taken away and put there again.
func (d *Desk) ChangeItem(ctx context.Context, by tilhor.Actor, slug, meeting, item string, i Item) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, l, err := d.item(tx, by, slug, meeting, item, "title", now)
		if err != nil {
			return err
		}
		if i.Standing = l.Point.Standing; i.Standing {
			i.Title = ""
		}
		if err := i.check(); err != nil {
			return err
		}
		l.Point = &i
		_, err = d.put(tx, by, s.Body, l, now)
		return err
	})
}

// RemoveItem takes a matter off the agenda. The standing one can be moved, and not
// removed.
func (d *Desk) RemoveItem(ctx context.Context, by tilhor.Actor, slug, meeting, item string) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, l, err := d.item(tx, by, slug, meeting, item, "remove", now)
		if err != nil {
			return err
		}
		if l.Point.Standing {
			return tilhor.Faults{{Field: "remove", Key: "bodies.fault.standing"}}
		}
		for _, a := range s.sheaf {
			if a.Item == item && (a.Kind == ofResult || a.Kind == ofAction) {
				return tilhor.Faults{{Field: "remove", Key: "bodies.fault.has-result"}}
			}
		}
		return d.drop(tx, by, s.Body, l, now)
	})
}

// MoveItem moves a matter one place up in the agenda, or down. What is confidential
// stands after all else.
func (d *Desk) MoveItem(ctx context.Context, by tilhor.Actor, slug, meeting, item string, up bool) error {
	now := d.Clock()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		s, l, err := d.item(tx, by, slug, meeting, item, "move", now)
		if err != nil {
			return err
		}
		var beside *line
		all := s.sheaf.of(ofItem, meeting)
		for n := range all {
			if all[n].Thing != item {
				continue
			}
			if up && n > 0 {
				beside = &all[n-1]
			}
			if !up && n+1 < len(all) {
				beside = &all[n+1]
			}
		}
		if beside == nil || beside.Shut != l.Shut {
			return nil // it stands first already, or last
		}
		l.Place, beside.Place = beside.Place, l.Place
		for _, x := range []line{l, *beside} {
			if _, err := d.put(tx, by, s.Body, x, now); err != nil {
				return err
			}
		}
		return nil
	})
}
