package disk

import (
	"math/rand/v2"
	"os"
	"path/filepath"
)

// sector is what a disk writes whole or not at all.
const sector = 512

// Left writes into dir the files that are found when the power went after the
// n-th operation. What was not synced is there or not as chance has it.
func (d *Disk) Left(n int, chance *rand.Rand, dir string) error {
	d.mu.Lock()
	log := d.log[:min(n, len(d.log))]
	r := replay{chance: chance, files: map[*inode]*image{}, names: map[string]*inode{}}
	for name, in := range d.first {
		r.names[name] = in
	}
	d.mu.Unlock()
	// Most of what waited, some of it, or none: each is a machine that exists.
	switch chance.IntN(4) {
	case 0:
		r.part = 0
	case 1:
		r.part = 1
	default:
		r.part = chance.Float64()
	}
	for _, o := range log {
		r.does(o)
	}
	r.settleFolder(false)
	for name, in := range r.names {
		f := r.image(in)
		f.settle(r.keeps)
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), f.there, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// A replay is a disk of which it is known what is surely on it.
type replay struct {
	chance *rand.Rand
	part   float64
	files  map[*inode]*image
	names  map[string]*inode
	folder []op // made and removed since the folder was synced
}

// An image is one file: what is surely there, and what waits.
type image struct {
	there   []byte
	waiting []op
}

func (r *replay) keeps() bool { return r.chance.Float64() < r.part }

func always() bool { return true }

func (r *replay) image(in *inode) *image {
	f := r.files[in]
	if f == nil {
		f = &image{there: append([]byte(nil), in.was...)}
		r.files[in] = f
	}
	return f
}

func (r *replay) does(o op) {
	switch o.kind {
	case made, removed:
		r.folder = append(r.folder, o)
		if o.folder {
			r.settleFolder(true)
		}
	case wrote, cut:
		f := r.image(o.in)
		f.waiting = append(f.waiting, o)
	case synced:
		switch {
		case o.lie:
		case o.failed:
			r.image(o.in).settle(r.keeps)
		default:
			r.image(o.in).settle(always)
			if o.folder {
				r.settleFolder(true)
			}
		}
	}
}

func (r *replay) settleFolder(all bool) {
	for _, o := range r.folder {
		if !all && !r.keeps() {
			continue
		}
		if o.kind == made {
			r.names[o.name] = o.in
		} else if r.names[o.name] == o.in {
			delete(r.names, o.name)
		}
	}
	r.folder = nil
}

// settle brings what waits to the disk, each sector if it is kept.
func (f *image) settle(keep func() bool) {
	for _, o := range f.waiting {
		if o.kind == cut {
			if keep() {
				f.size(o.at)
			}
			continue
		}
		for at := int64(0); at < int64(len(o.data)); {
			next := min(int64(len(o.data)), (o.at+at)/sector*sector+sector-o.at)
			if keep() {
				f.put(o.at+at, o.data[at:next])
			}
			at = next
		}
	}
	f.waiting = nil
}

func (f *image) size(n int64) {
	if n <= int64(len(f.there)) {
		f.there = f.there[:n:n]
		return
	}
	f.there = append(f.there, make([]byte, n-int64(len(f.there)))...)
}

func (f *image) put(at int64, b []byte) {
	if end := at + int64(len(b)); end > int64(len(f.there)) {
		f.size(end)
	}
	copy(f.there[at:], b)
}
