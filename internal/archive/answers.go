package archive

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

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
	id := func(what, of string) string { return d.systemID(owner, what, string(j.track())+of) }
	w := lang.For(tilhor.Lang(j.set["language"]))
	l := j.h.Letter
	folder := id("mappe", "") // what a receipt is held against
	title, kind, when := w.T("archive.title.hearing.answer"), "U", time.Time{}
	var page []byte
	var who []xmlWho
	own := xmlWho{Name: clean(l.Municipality)}
	other := xmlWho{Name: clean(l.Sender)}
	if other.Name == "" {
		other.Name = w.T("archive.from.public")
	}
	if j.i != nil {
		title, kind, when = w.T("archive.title.hearing.said"), "I", j.i.Adopted.At
		page = statementPage(w, j.h, *j.i, title)
		other.Name = clean(j.i.Name().Name(w))
		other.Kind, own.Kind = xmlCode{"EA", "Avsender"}, xmlCode{"IM", "Intern mottaker"}
		who = []xmlWho{other, own}
	} else {
		when = j.h.Sent.At
		doc := j.h.Sent.Document
		doc.Letter, doc.Measures = j.h.Sent.Letter, j.h.Sent.Measures
		var b bytes.Buffer
		if err := doc.Write(&b, reply.HTML, w); err != nil {
			return pack{}, err
		}
		page = []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + clean(b.String()))
		own.Kind, other.Kind = xmlCode{"IA", "Intern avsender"}, xmlCode{"EM", "Mottaker"}
		who = []xmlWho{own, other}
	}
	p := pack{folder: folder, id: id("journalpost", j.doc)}
	written, on := local(when), calendar.DateOf(when)
	if j.i != nil {
		on = j.i.Adopted.On
	}
	f := xmlFolder{
		Type: "saksmappe", SystemID: folder, Title: clean(w.T("archive.folder.hearing", "title", l.Title)), Public: clean(w.T("archive.folder.hearing", "title", l.Title)),
		Medium: xmlCode{"E", "Elektronisk arkiv"}, Created: local(j.h.Opened), CreatedBy: clean(l.Municipality),
		Key: xmlKey{system, folder}, Date: date(j.h.Opened), Unit: xmlNamed{clean(l.Municipality)}, State: xmlCode{"B", "Under behandling"},
	}
	if j.set["part"] != "" {
		f.Part = &xmlCode{Code: j.set["part"]}
	}
	if j.set["class"] != "" {
		f.Class = []xmlClass{{j.set["class-system"], j.set["class"]}}
	}
	post := xmlPost{
		Type: "journalpost", SystemID: p.id, Created: written, CreatedBy: clean(l.Municipality), In: xmlIn{xmlKey{system, folder}},
		Title: title, Public: title, Medium: xmlCode{"E", "Elektronisk arkiv"}, Who: who, Key: xmlKey{system, p.id},
		Kind: xmlCode{Code: kind}, State: xmlCode{"J", "Journalført"}, Date: on,
	}
	if kind == "I" {
		post.Received = written
	} else {
		post.Sent = written
	}
	post.Documents = []xmlDoc{{
		SystemID: id("dokumentbeskrivelse", j.doc), Kind: xmlCode{Code: "UTTALELSE"}, State: xmlCode{"F", "Dokumentet er ferdigstilt"}, Title: title,
		Created: written, CreatedBy: clean(l.Municipality), As: xmlCode{"H", "Hoveddokument"}, N: 1,
		Objects: []xmlFile{{
			SystemID: id("dokumentobjekt", j.doc), Version: 1, Variant: xmlCode{Code: j.set["variant"]}, Format: xmlCode{"HTML", "HTML, skrevet som XML"},
			Detail: "HTML (XML-syntaks), UTF-8", Mime: "application/xhtml+xml", Created: written, Name: "dokument.html", Ref: "dokument.html", Sum: sum(page), How: "SHA-256", Size: len(page),
		}},
	}}
	data, err := marshal(xmlMessage{spaces: spacesOf(nsCreate), System: system, Files: 1, Folder: f, Post: post})
	p.files = []packed{{"dokument.html", page}, {createFile, data}}
	return p, err
}

// statementPage is what a body adopted, and how; and what came by mail, as it came.
func statementPage(w *lang.Words, h hearing.Hearing, i hearing.Invited, title string) []byte {
	p := &page{w: w}
	p.b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<!DOCTYPE html>\n")
	p.b.WriteString(`<html xmlns="http://www.w3.org/1999/xhtml" lang="` + string(w.Lang()) + `" xml:lang="` + string(w.Lang()) + "\">\n<head><meta charset=\"UTF-8\"/>")
	p.tag("title", title)
	p.b.WriteString("</head>\n<body>\n<main>\n")
	p.tag("h1", title)
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
	p.b.WriteString("</main>\n</body>\n</html>\n")
	return []byte(p.b.String())
}

func votes(w *lang.Words, a hearing.Adoption) string {
	if a.There() == 0 {
		return ""
	}
	return w.T("archive.hearing.counted", "n", a.There(), "for", a.For, "against", a.Against)
}
