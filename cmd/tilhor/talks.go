package main

import (
	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
)

// spokenIn lets the room of cases ask for the messages between the school and who
// told by name, when one of them asks for what is its own: the two rooms stand
// side by side and know nothing of each other.
func spokenIn(talks *dialogue.Desk) func(*db.Tx, tilhor.OwnerID, tilhor.TrackID) ([]cases.TalkLine, error) {
	return func(tx *db.Tx, owner tilhor.OwnerID, track tilhor.TrackID) (all []cases.TalkLine, err error) {
		kept, err := talks.Whole(tx, owner, track)
		for _, k := range kept {
			for _, l := range k.Lines {
				if l.Own || l.To == dialogue.ToSender {
					all = append(all, cases.TalkLine{ID: l.ID, Sender: k.Sender, Role: k.Role, Own: l.Own, Text: l.Text, When: l.When})
				}
			}
		}
		return all, err
	}
}
