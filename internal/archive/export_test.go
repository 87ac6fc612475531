package archive

import (
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/seal"
)

// Fault calls step between any two writes of an export; an error of it ends the
// run as if the process had been killed there: nothing is tidied.
func (d *Desk) Fault(step func(what string) error) { d.step = step }

// Sabotage puts packages on disk in another way.
func (d *Desk) Sabotage(put func(dir, name string, files map[string][]byte, step func(string) error) error) {
	d.put = func(dir, name string, files []packed, step func(string) error) error {
		m := map[string][]byte{}
		for _, f := range files {
			m[f.name] = f.data
		}
		return put(dir, name, m, step)
	}
}

// Docs are the names of the items of a track.
func Docs(o cases.Outline) (all []string) {
	for _, it := range items(o) {
		all = append(all, it.item+" "+string(it.kind)+" "+it.doc)
	}
	return all
}

// Clean is what XML can hold of a text.
func Clean(s string) string { return clean(s) }

// ReadReceipt is what a receipt says that it is of.
func ReadReceipt(g Given) (ours string, err error) {
	_, post, err := read(g)
	if err != nil {
		return "", err
	}
	return post.ours, nil
}

// ShredAnyway goes to the only door of a shredding without asking any rule.
func (d *Desk) ShredAnyway(tx *db.Tx, by tilhor.Actor, kind seal.Kind, thing string, now time.Time) error {
	_, err := d.shred(tx, by, kind, thing, "none", now)
	return err
}

// Register is how each kind is entered, of those that are documents.
func Register() map[string]string {
	all := map[string]string{}
	for k, d := range kinds {
		all[string(k)] = d.post
	}
	return all
}

// NoDocuments are the kinds that are said to be no documents of their own.
func NoDocuments() (all []string) {
	for k := range leads {
		all = append(all, string(k))
	}
	return all
}
