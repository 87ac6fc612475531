package archive

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
)

// A hearing is a mappe of its own: each statement that a body has adopted comes in,
// and the answer goes out. All of it is public, and nothing in it is shielded: no
// pupil and no case has a place there.

// hearingPrefix tells a hearing from a track and an intervention.
const hearingPrefix = "hearing-"

// An answerJob is one document of a hearing that was not handed over.
type answerJob struct {
	h     hearing.Hearing
	i     *hearing.Invited // whose statement it is; nil for the answer
	doc   string
	n     int
	known bool
	set   set
}

func (j answerJob) track() tilhor.TrackID { return tilhor.TrackID(hearingPrefix + j.h.ID) }

// answerJobs finds them.
func (d *Desk) answerJobs(ctx context.Context, owner tilhor.OwnerID, e Export) (all []answerJob, err error) {
	if d.Hearings == nil {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		list, err := d.Hearings.Whole(tx, owner)
		if err != nil {
			return err
		}
		set, err := settings(tx, owner)
		if err != nil {
			return err
		}
		for _, h := range list {
			handed, err := rows(tx, owner, answerJob{h: h}.track())
			if err != nil {
				return err
			}
			last := 0
			for _, r := range handed {
				last = max(last, r.n)
			}
			add := func(i *hearing.Invited, doc string) {
				r, known := handed[doc]
				if known && (!e.Again || r.state != Exported) {
					return
				}
				j := answerJob{h, i, doc, r.n, known, set}
				if !known {
					last++
					j.n = last
				}
				all = append(all, j)
			}
			for k := range h.Invited {
				if i := &h.Invited[k]; i.Has() {
					add(i, fmt.Sprintf("%s@%d", i.ID, i.Adopted.At.UnixMilli()))
				}
			}
			if h.Sent != nil {
				add(nil, "answer")
			}
		}
		return nil
	})
	return all, err
}

func (d *Desk) handOverAnswer(ctx context.Context, by tilhor.Actor, to string, j answerJob) error {
	p, err := d.answerPack(by.Owner, j)
	if err != nil {
		return err
	}
	dir := filepath.Join(to, p.folder)
	if err := mkdir(dir, to); err != nil {
		return err
	}
	return d.keep(ctx, by, dir, j.track(), item{doc: j.doc, item: itemPost}, p, j.n, j.known)
}

// answerPack makes the package of a statement, or of the answer.
func (d *Desk) answerPack(owner tilhor.OwnerID, j answerJob) (pack, error) {
	w := lang.For(tilhor.Lang(j.set["language"]))
	l := j.h.Letter
	x := letter{
		track: j.track(), doc: j.doc, folder: clean(w.T("archive.folder.hearing", "title", l.Title)), begun: j.h.Opened, unit: clean(l.Municipality), by: clean(l.Municipality),
		title: w.T("archive.title.hearing.answer"), kind: "U", of: "UTTALELSE",
	}
	x.public = x.title
	own, other := xmlWho{Name: x.by}, xmlWho{Name: clean(l.Sender)}
	if other.Name == "" {
		other.Name = w.T("archive.from.public")
	}
	if j.i != nil {
		x.title, x.kind, x.when, x.on = w.T("archive.title.hearing.said"), "I", j.i.Adopted.At, j.i.Adopted.On
		x.public, x.page = x.title, statementPage(w, j.h, *j.i, x.title)
		other.Name = clean(j.i.Name().Name(w))
		other.Kind, own.Kind = xmlCode{"EA", "Avsender"}, xmlCode{"IM", "Intern mottaker"}
		x.who = []xmlWho{other, own}
		return d.letterPack(owner, j.set, x)
	}
	x.when, x.on = j.h.Sent.At, calendar.DateOf(j.h.Sent.At)
	doc := j.h.Sent.Document
	doc.Letter, doc.Measures = j.h.Sent.Letter, j.h.Sent.Measures
	var b bytes.Buffer
	if err := doc.Write(&b, reply.HTML, w); err != nil {
		return pack{}, err
	}
	x.page = []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + clean(b.String()))
	own.Kind, other.Kind = xmlCode{"IA", "Intern avsender"}, xmlCode{"EM", "Mottaker"}
	x.who = []xmlWho{own, other}
	return d.letterPack(owner, j.set, x)
}

// statementPage is what a body adopted, and how; and what came by mail, as it came.
func statementPage(w *lang.Words, h hearing.Hearing, i hearing.Invited, title string) []byte {
	p := newPage(w, title)
	a := *i.Adopted
	p.facts([]fact{
		{w.T("archive.hearing.about"), h.Letter.Title},
		{w.T("archive.hearing.from"), lang.Cap(i.Name().Name(w))},
		{w.T("archive.hearing.adopted"), w.Date(a.On)},
		{w.T("archive.hearing.votes"), votes(w, a)},
		{w.T("archive.hearing.dissent"), a.Dissent},
	})
	say := func(measure, name string) {
		s, ok := i.Said[measure]
		if !ok {
			return
		}
		p.tag("h2", name)
		stance := ""
		if s.Stance != "" {
			stance = lang.Cap(s.Stance.Name(w))
		}
		p.facts([]fact{{w.T("archive.hearing.stance"), stance}, {w.T("archive.hearing.why"), s.Text}})
	}
	say("", w.T("archive.hearing.whole"))
	for _, m := range h.Measures {
		say(m.ID, m.ID+" "+m.Text)
	}
	say(reply.Other, w.T("hearing.other.h"))
	for _, r := range i.Received {
		p.tag("h2", w.T("archive.hearing.came", "date", r.On))
		if r.File != nil {
			p.facts([]fact{{w.T("hear.file.name"), r.File.Name}, {w.T("hear.file.sum"), r.File.SHA256}})
		}
		for _, line := range strings.Split(clean(cmp.Or(r.Raw, r.Text)), "\n") { // of a PDF only what was pasted beside it
			p.tag("p", line)
		}
	}
	return p.end()
}

func votes(w *lang.Words, a hearing.Adoption) string {
	if a.There() == 0 {
		return ""
	}
	return w.T("archive.hearing.counted", "n", a.There(), "for", a.For, "against", a.Against)
}
