package school

import (
	"slices"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var talkPage = page("talk_list")

type talkData struct {
	stage
	Form              *web.Form
	Child             string
	Other             bool // another child than the pupil of the track is heard
	Children          []childRow
	Answer            web.Field
	Again             web.Field
	Words, Asked      web.Field
	Wants, Weight     web.Field
	How, Detail, Back web.Field
	Date, Clock       web.Field
	Talks             []talkShown
	TalksTitle, Add   string
	Guide             []guidePart
	GuideHref         string
}

// A childRow is one child who is to be heard in the track, with its state.
type childRow struct {
	Name, Role, Href, Link string
	State                  web.State
	Current                bool
	Miss, MissText         string
	Decide                 string // where a case about decisions on this child is opened, for who decides
}

type talkShown struct {
	ID, When, By string
	Quote        *web.Quote
	State        web.State
	Facts        web.Facts
	Late         string
	Amended      []string
}

// talks shows what the child has said so far, and asks for more. One child at a
// time: each has words of its own.
func (p *Pages) talks(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	prefill(f, "child", q.Query("barn"))
	prefillToday(q, f, "at")
	return p.showTalks(q, 200, f)
}

func (p *Pages) hear(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	talk := cases.Talk{
		Child: f.Get("child"), At: readWhen(f, "at", q.Now), Answer: f.Get("answer"), Words: f.Get("words"), Asked: f.Get("asked"),
		Wants: f.Get("wants"), Weight: f.Get("weight"), How: f.Get("how"), Detail: f.Get("detail"), Back: f.Ticked("back", "yes"), Again: f.Day("again"),
	}
	to := "/saker/" + q.Path("spor") + "/samtaler?gjort=" + map[bool]string{true: "later", false: "heard"}[talk.Answer == cases.Declined]
	if talk.Child != "" {
		to += "&barn=" + talk.Child
	}
	return q.Answer(f, func() (string, error) {
		return to, p.Cases.Hear(q.Context(), q.Actor, q.Path("spor"), talk)
	}, func(code int, f *web.Form) error { return p.showTalks(q, code, f) })
}

func (p *Pages) showTalks(q *web.Req, code int, f *web.Form) error {
	file, err := p.see(q, "talks")
	if err != nil {
		return err
	}
	other := f.Get("child")
	if other == file.Code() {
		other = ""
	}
	child, ok := childOf(q.T, file, other)
	if !ok {
		return tilhor.ErrNotFound
	}
	d := talkData{stage: p.stage(q, file, stageTalks, "talk", "title"), Form: f, Child: other, Other: other != "", Guide: guideParts(q.T), GuideHref: "/samtaleguide"}
	if d.Other { // another child's words are its own: the page speaks of that child only
		d.say.name = child
		d.Title = d.say.Cap("title")
		if d.Done != nil {
			d.Done.Title = d.say.Cap("done." + q.Query("gjort"))
		}
	}
	d.faulty(f.Faults)
	d.ask(f)
	d.Children = childRows(q.T, file, other, d.Head.Path)
	d.Add = path(file.Track, "samtaler", "barn")
	for _, r := range file.Of(cases.Voice) {
		if mine := file.Own(r); mine != d.Other && (mine || r.Ref == other) {
			d.Talks = append(d.Talks, d.talk(r))
		}
	}
	slices.Reverse(d.Talks)
	return q.RenderStatus(code, talkPage, d)
}

func (d *talkData) ask(f *web.Form) {
	a := asker{d.say, f}
	d.Answer = row(a.choice("answer", cases.Spoke, cases.Declined, cases.Unwritten))
	d.Again = a.date("again")
	d.Again.Required = false
	d.Words = rows(6, a.field("words"))
	d.Asked = rows(2, a.free("asked"))
	d.Wants = rows(2, a.free("wants"))
	d.Weight = rows(2, a.free("weight"))
	d.How = a.choice("how", cases.Helps...)
	d.Detail = a.free("detail")
	d.Back = web.Field{Name: "back", Options: []web.Option{{Value: "yes", Label: a.Cap("back"), Help: a.maybe("back.help"), Checked: f.Ticked("back", "yes")}}}
	d.Date, d.Clock = a.when("at")
}

// talk is one talk as it was written down. The act asks for the child's own
// words; what the adult made of them stands apart.
func (d *talkData) talk(r cases.Record) talkShown {
	w := d.W
	t := talkShown{ID: string(r.ID), When: w.Moment(r.When), By: byRole(w, r.Name, r.Role), State: web.State{Name: web.OK, Word: d.Say("heard")}}
	if r.Answer == cases.Declined {
		t.State = web.State{Name: web.OK, Word: d.Say("declined")}
		if r.On != "" {
			t.State = web.State{Name: web.Soon, Word: d.Say("again-on", "date", w.DateShort(r.On))}
		}
	}
	if r.Text["words"] != "" {
		t.Quote = &web.Quote{Text: r.Text["words"]}
		if r.Text["back"] != "" {
			t.Quote.By = d.Cap("was-read")
		}
	}
	if r.Answer == cases.Spoke && r.Text["words"] == "" {
		t.Facts.Items = append(t.Facts.Items, web.Fact{Term: d.Cap("words"), Text: d.Say("unwritten")})
	}
	add := func(key, text string) {
		if text != "" {
			t.Facts.Items = append(t.Facts.Items, web.Fact{Term: d.Cap(key), Text: text})
		}
	}
	add("wants", r.Text["wants"])
	add("asked", r.Text["asked"])
	add("weight", r.Text["weight"])
	if how := r.Text["how"]; how != "" && how != "none" {
		add("how-was", d.Cap("how."+how))
	}
	add("detail-was", r.Text["detail"])
	t.Amended = amendedOf(w, d.File, r)
	if r.Late() {
		t.Late = w.T("stage.late", "when", w.DateTime(r.When.Written))
	}
	return t
}

// childOf is what a child of the track is called: the pupil's first name, or
// another child's.
func childOf(w *lang.Words, f cases.File, code string) (string, bool) {
	if code == "" {
		return short(w, f.Track), true
	}
	for _, c := range f.Children {
		if c.Code == code {
			return childName(w, c), true
		}
	}
	return "", false
}

func childName(w *lang.Words, c cases.Child) string {
	switch {
	case c.Name != "":
		return short(w, cases.Track{Name: c.Name})
	case c.Described != "":
		return w.T("stage.child.called", "who", c.Described)
	}
	return w.T("stage.child.one")
}

// childRows are all children to be heard, when there are more than one.
func childRows(w *lang.Words, f cases.File, current, base string) []childRow {
	if len(f.Children) == 0 {
		return nil
	}
	own := childRow{Name: lang.Cap(short(w, f.Track)), Role: w.T("stage.child.own"), State: heardState(w, ownTalk(f) != nil, ""), Current: current == "", Href: base + "/samtaler", Link: w.T("stage.child.choose")}
	all := []childRow{own}
	for _, c := range f.Children {
		r := childRow{Name: lang.Cap(childName(w, c)), Role: w.T("stage.child." + c.Role), State: heardState(w, c.Heard, c.HearBy), Current: current == c.Code, Href: base + "/samtaler?barn=" + c.Code, Link: w.T("stage.child.choose")}
		if c.Role == "witness" && !c.Heard {
			r.State = web.State{Name: web.None, Word: w.T("stage.child.may")}
		}
		if f.Lead && !c.Heard && c.HearBy == "" && c.Role != "witness" {
			r.Miss, r.MissText = base+"/samtaler/ikke-nadd?barn="+c.Code, w.T("stage.child.miss")
		}
		if f.Lead && !f.Over() && c.Role == "alleged" && c.Name != "" {
			r.Decide = base + "/vedtak#child"
		}
		all = append(all, r)
	}
	return all
}

func heardState(w *lang.Words, heard bool, by tilhor.Date) web.State {
	switch {
	case heard:
		return web.State{Name: web.OK, Word: w.T("stage.child.heard")}
	case by != "":
		return web.State{Name: web.Wait, Word: w.T("stage.child.hear-by", "date", w.DateShort(by))}
	}
	return web.State{Name: web.Now, Word: w.T("stage.child.not-heard")}
}
