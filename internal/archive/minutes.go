package archive

import (
	"context"
	"fmt"
	"path/filepath"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
)

// A formal body (råd og utvalg) has a mappe for each school year, and its minutes are a
// document when the leader has approved them. What is confidential (opplæringslova
// § 10-4) is a document of its own, shielded; the titles say nothing of either. Minutes
// whose approval was taken back and given again are a new document.

// minutesPrefix tells a body's year from a track.
const minutesPrefix = "minutes-"

// A minutesJob is one such document that was not handed over.
type minutesJob struct {
	p     bodies.Protocol
	unit  string
	doc   string
	shut  bool
	n     int
	known bool
	set   set
}

func (j minutesJob) year() int { return calendar.SchoolYear(j.p.Meeting.On) }

func (j minutesJob) track() tilhor.TrackID {
	return tilhor.TrackID(fmt.Sprintf("%s%s-%d", minutesPrefix, j.p.Body.ID, j.year()))
}

// minutesJobs finds them.
func (d *Desk) minutesJobs(ctx context.Context, owner tilhor.OwnerID, e Export) (all []minutesJob, err error) {
	if d.Bodies == nil {
		return nil, nil
	}
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		set, err := settings(tx, owner)
		if err != nil {
			return err
		}
		schools, err := d.Roster.Schools(tx, owner)
		if err != nil {
			return err
		}
		units := map[tilhor.SchoolID]string{access.Owner: lang.For(tilhor.Lang(set["language"])).T("archive.from.municipality")}
		for _, s := range schools {
			units[s.ID] = s.Name
		}
		protocols, err := d.Bodies.Protocols(tx, owner)
		if err != nil {
			return err
		}
		last := map[tilhor.TrackID]int{}
		for _, p := range protocols {
			j := minutesJob{p: p, unit: clean(units[p.Body.School]), set: set}
			handed, err := rows(tx, owner, j.track())
			if err != nil {
				return err
			}
			for _, r := range handed {
				last[j.track()] = max(last[j.track()], r.n)
			}
			for _, shut := range []bool{false, true} {
				if shut && len(p.Shut) == 0 {
					continue
				}
				j.shut, j.doc = shut, fmt.Sprintf("%s@%d", p.Meeting.Slug, p.Approved.UnixMilli())
				if shut {
					j.doc += "/shut"
				}
				r, known := handed[j.doc]
				if known && (!e.Again || r.state != Exported) {
					continue
				}
				if j.n, j.known = r.n, known; !known {
					last[j.track()]++
					j.n = last[j.track()]
				}
				all = append(all, j)
			}
		}
		return nil
	})
	return all, err
}

// handOverMinutes makes the document and keeps it, unless the approval was taken back
// since the pass began: what the leader has withdrawn is not handed over.
func (d *Desk) handOverMinutes(ctx context.Context, by tilhor.Actor, to string, j minutesJob) (did bool, err error) {
	w := lang.For(tilhor.Lang(j.set["language"]))
	name := clean(j.p.Body.Name)
	l := letter{
		track: j.track(), doc: j.doc, unit: j.unit, by: name, title: w.T("archive.title.minutes"), public: w.T("archive.title.minutes"), kind: "X", of: "DOKUMENT",
		folder: clean(w.T("archive.folder.minutes", "body", name, "unit", j.unit, "from", fmt.Sprint(j.year()), "to", fmt.Sprint(j.year()+1))),
		begun:  calendar.Start(tilhor.Date(fmt.Sprintf("%d-08-01", j.year()))), when: j.p.Approved, on: j.p.Meeting.On, shut: j.shut,
		who: []xmlWho{{Kind: xmlCode{"IA", "Intern avsender"}, Name: name, Unit: &xmlNamed{j.unit}}},
	}
	items, before, there := j.p.Items, 0, j.p.There
	if j.shut {
		l.title, items, before, there = w.T("archive.title.minutes.shut"), j.p.Shut, len(j.p.Items), j.p.Stayed
	}
	l.page = minutesPage(w, j.p, items, before, there, l.title)
	p, err := d.letterPack(by.Owner, j.set, l)
	if err != nil {
		return false, err
	}
	dir := filepath.Join(to, p.folder)
	if err := mkdir(dir, to); err != nil {
		return false, err
	}
	if holds, err := d.Bodies.Holds(ctx, by.Owner, j.p); err != nil || !holds {
		return false, err
	}
	return true, d.keep(ctx, by, dir, j.track(), item{doc: j.doc, item: itemPost}, p, j.n, j.known)
}

// minutesPage is what was decided at a meeting, by office.
func minutesPage(w *lang.Words, m bodies.Protocol, items []bodies.Item, before int, voices []bodies.Voice, title string) []byte {
	p := newPage(w, title)
	there := 0
	about := []fact{{w.T("archive.minutes.body"), m.Body.Name}, {w.T("archive.minutes.on"), w.Date(m.Meeting.On)}}
	for _, v := range voices {
		there += v.N
		about = append(about, fact{w.T("bodies.there." + v.Of), w.Num(v.N)})
	}
	p.facts(append(about, fact{w.T("bodies.present"), w.T("bodies.present.n", "n", there, "all", m.Members)}))
	for n, i := range items {
		name := i.Title
		if i.Standing {
			name = w.T("bodies.standing")
		}
		p.tag("h2", w.T("bodies.agenda.n", "n", before+n+1, "title", name))
		p.facts([]fact{{w.T("bodies.item.text"), i.Text}})
		if i.Result == nil {
			p.tag("p", w.T("bodies.result.none"))
		} else {
			p.facts([]fact{{w.T("bodies.result"), i.Result.Text}})
			for _, line := range i.Result.Votes(w) {
				p.tag("p", line)
			}
			if i.Result.Dissent != "" {
				p.facts([]fact{{w.T("bodies.result.dissent-of", "who", w.T("bodies.voice."+i.Result.DissentBy)), i.Result.Dissent}})
			}
		}
		for _, a := range i.Actions {
			of := a.Of
			if of == "" {
				of = "former"
			}
			p.tag("p", w.T("bodies.todo.line", "what", a.What, "who", w.T("bodies.voice."+of)))
		}
	}
	return p.end()
}
