package cases

import (
	"tilhor"
	"tilhor/internal/db"
)

// ChildOf is the pupil of a track, "" while it is not known who it is: for a room that
// asks what has been decided of a parent and that child.
func ChildOf(tx *db.Tx, owner tilhor.OwnerID, track string) (p tilhor.PersonID, err error) {
	return p, tx.One(pupilOf, db.Args(owner, track), &p)
}

// The kinds of passages of a talk with who told, in a copy.
const (
	TalkSaid     Kind = "talk-said"
	TalkAnswered Kind = "talk-answered"
)

// A TalkLine is one message of a talk between the school and somebody at home who
// told by name: the room of talks has them, and this one knows how they are asked
// for.
type TalkLine struct {
	ID     string
	Sender tilhor.PersonID
	Role   tilhor.Role // of the sender
	Own    bool        // the sender wrote it
	Text   string
	When   tilhor.When
}

// ownTalks are the passages of the talks that may be the asker's own: the pupil's,
// or those of parents. Which of the parents it is given to is decided last, and
// then nothing of another one's talk is in the copy.
func (d *Desk) ownTalks(tx *db.Tx, owner tilhor.OwnerID, r Review, names map[string]bool) (all []Passage, err error) {
	if d.Talks == nil || r.Insight.Asker != "pupil" && r.Insight.Asker != "parent" {
		return nil, nil
	}
	lines, err := d.Talks(tx, owner, r.ID)
	for _, l := range lines {
		pupils, parents := l.Sender == r.Pupil && l.Role == tilhor.RolePupil, l.Role == tilhor.RoleParent
		if l.Text == "" || l.Sender == "" || r.Insight.Asker == "pupil" && !pupils || r.Insight.Asker == "parent" && !parents {
			continue
		}
		p := Passage{Record: tilhor.RecordID("talk/" + l.ID), Kind: TalkAnswered, When: l.When, Field: "text", Parent: parents, sender: l.Sender}
		if l.Own {
			p.Kind = TalkSaid
		}
		all = append(all, paragraphs(p, l.Text, names)...)
	}
	return all, err
}
