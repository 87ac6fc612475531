package school

import (
	"errors"
	"net/http"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/file"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
	"tilhor/internal/web"
)

var (
	attachListPage = page("attach_list")
	attachAskPage  = page("attach_ask")
	attachShowPage = page("attach_show")
)

// attachRoutes are the pages of a track's attachments (vedlegg).
func (p *Pages) attachRoutes() []web.Route {
	track := func(method, path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: method, Path: "/saker/{spor}/vedlegg" + path, Name: "attach." + name, Roles: given, Case: true, Sensitive: true, Serve: serve}
	}
	add := track("POST", "", "add", p.addAttachment)
	add.File, add.Form = true, "/saker/{spor}/vedlegg/ny"
	return []web.Route{
		track("GET", "", "list", p.attachments), add,
		track("GET", "/ny", "new", p.newAttachment),
		track("POST", "/ny", "new.answer", p.answerAttachment),
		track("GET", "/{fil}", "show", p.showAttachment),
		track("GET", "/{fil}/bilde", "picture", p.picture),
		track("GET", "/{fil}/fil", "file", p.fetch),
		track("GET", "/{fil}/original", "original", p.original),
		track("POST", "/{fil}/original", "original.ask", p.askOriginal),
		track("GET", "/{fil}/original/fil", "original.file", p.fetchOriginal),
	}
}

const attachPath = "vedlegg"

type attachListView struct {
	web.Frame
	Back          web.Back
	Line, Heading string
	Done          *web.Note
	Rows          []attachRow
	Empty         *web.Empty
	New, Guide    string
}

type attachRow struct{ Href, What, Shows, Meta string }

// attachments lists what is attached in words: most of it need not be opened.
func (p *Pages) attachments(q *web.Req) error {
	f, err := p.see(q, "attachments")
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, f, "")
	v := attachListView{Back: backTo(q, h), Line: h.Line, Done: doneNote(q, "vedlagt"), Guide: digitalPath}
	if f.Works {
		v.New = path(f.Track, attachPath, "ny")
	}
	for _, a := range f.Attachments {
		v.Rows = append(v.Rows, attachRow{
			Href: path(f.Track, attachPath, string(a.File)), What: kindOf(w, a.Kind), Shows: a.Shows,
			Meta: w.T("craft.attach.row", "giver", a.Giver, "when", w.Moment(a.When), "who", a.ByName),
		})
	}
	v.Heading = w.T("craft.attach.title", "n", len(v.Rows), "name", h.Name)
	if len(v.Rows) == 0 {
		v.Heading = lang.Cap(w.T("craft.attach.title.none", "name", h.Name))
		v.Empty = &web.Empty{Title: w.T("craft.attach.empty"), Text: w.T("craft.attach.empty-text")}
	}
	v.Frame = q.Frame(v.Heading)
	return q.Render(attachListPage, v)
}

// kindOf is what a file is to who reads of it.
func kindOf(w *lang.Words, k file.Kind) string {
	switch {
	case k.Picture():
		return w.T("craft.kind.picture")
	case k.Audio():
		return w.T("craft.kind.audio")
	}
	return w.T("craft.kind.pdf")
}

type attachAskView struct {
	web.Frame
	Back          web.Back
	Line, Heading string
	Faults        *web.Summary
	Form          *web.Form
	Action        string
	Step          string // question, stop or file
	Safe          web.Field
	Questions     []question
	File          web.Field
	Checked       web.Field
	Write         string // where it is described in words
	Guide         string
	InWords       string // where what happened on the net is written in words
	Cancel        web.Button
}

// The three answers before a file can be chosen at all.
const (
	safeNo     = "no"
	safeYes    = "yes"
	safeUnsure = "unsure"
)

// newAttachment asks first, and shows where a file is chosen to none who has
// not said that it is no intimate picture of a child.
func (p *Pages) newAttachment(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	step := "question"
	if q.Query("steg") == "2" || f.Has("shows") {
		step = "file"
	}
	return p.askAttachment(q, http.StatusOK, f, step)
}

func (p *Pages) answerAttachment(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	switch f.Choice("safe", "craft.fault.safe", safeNo, safeYes, safeUnsure) {
	case safeNo:
		if _, err := p.see(q, "write"); err != nil {
			return err
		}
		return q.See("/saker/" + q.Path("spor") + "/" + attachPath + "/ny?steg=2")
	case "":
		return p.askAttachment(q, http.StatusUnprocessableEntity, f, "question")
	}
	return p.askAttachment(q, http.StatusOK, f, "stop")
}

func (p *Pages) askAttachment(q *web.Req, code int, f *web.Form, step string) error {
	t, err := p.see(q, "write")
	if err != nil {
		return err
	}
	w, h := q.T, p.head(q, t, "")
	v := attachAskView{
		Back: web.Back{Href: path(t.Track, attachPath), Text: w.T("craft.attach.back")}, Line: h.Line, Form: f, Step: step, Action: path(t.Track, attachPath, "ny"),
		Heading: w.T("craft.attach." + step + ".title"), Faults: web.SummaryOf(w, f.Faults),
		Write: path(t.Track, "skriv"), Guide: digitalPath, InWords: path(t.Track, inWordsPath), Cancel: web.Button{Text: w.T("do.cancel"), Href: path(t.Track, attachPath), Kind: "tertiary"},
	}
	v.Frame, v.Faulty = q.Frame(v.Heading), len(f.Faults) > 0
	if code != http.StatusOK || step == "stop" {
		v.Langs = nil
	}
	v.Safe = radios(w, f, "safe", w.T("craft.attach.safe"), safeNo, "craft.attach.safe.no", safeYes, "craft.attach.safe.yes", safeUnsure, "craft.attach.safe.unsure").F
	v.Safe.Required = true
	if step == "file" {
		v.Action = path(t.Track, attachPath)
		prefillToday(q, f, "at")
		giver := f.Field(w, "giver", w.T("craft.attach.giver"))
		giver.Help = w.T("craft.attach.giver-help")
		v.Questions = []question{
			area(w, f, "shows", w.T("craft.attach.shows"), w.T("craft.attach.shows-help"), 4),
			{Kind: "text", F: giver},
			area(w, f, "needed", w.T("craft.attach.needed"), w.T("craft.attach.needed-help"), 2),
			whenAsked(w, f, "at", w.T("craft.attach.at")),
		}
		v.File = f.Field(w, "fil", w.T("craft.attach.file"))
		v.File.Help = w.T("craft.attach.file-help")
		v.Checked = f.Field(w, "checked", "")
		v.Checked.Options = []web.Option{{Value: "yes", Label: w.T("craft.attach.checked"), Checked: f.Ticked("checked", "yes")}}
	}
	return q.RenderStatus(code, attachAskPage, v)
}

// addAttachment stores the file before the act that attaches it. What was
// typed beside a file that is refused stands in the form again.
func (p *Pages) addAttachment(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("spor")
	a := cases.Attachment{Shows: f.Get("shows"), Giver: f.Line("giver"), Needed: f.Get("needed"), When: readWhen(f, "at", q.Now), Checked: f.Ticked("checked", "yes")}
	var body []byte
	if f.File != nil {
		a.Name, body = f.File.Name, f.File.Bytes
		f.Faults.Add(f.File.TooBig, "fil", "cases.fault.file-big")
	}
	again := func(code int, f *web.Form) error { return p.askAttachment(q, code, f, "file") }
	sent, err := q.Sent(f)
	if err != nil {
		return err
	}
	if len(f.Faults) == 0 && !sent {
		a.File, err = p.Cases.Put(q.Context(), q.Actor, slug, a, body)
		if f.Faults = tilhor.FaultsOf(err); f.Faults == nil && err != nil {
			return err
		}
	}
	return q.Answer(f, func() (string, error) {
		return path(cases.Track{Slug: slug}, attachPath) + "?gjort=vedlagt", p.Cases.Attach(q.Context(), q.Actor, slug, a)
	}, again)
}

type attachShowView struct {
	web.Frame
	Back          web.Back
	Line, Heading string
	Picture, Alt  string
	File, Action  string
	Fetch         string // of a file as it came, once the reason stands
	Original      string
	Bare          string // whether what was written beside it is taken out
	Gone          *web.Note
	Facts         web.Facts
	Faults        *web.Summary
	Form          *web.Form
	Reason        web.Field
}

// showAttachment shows a picture as it was made anew; anything else is only
// fetched, and opened by no browser in a page of ours.
func (p *Pages) showAttachment(q *web.Req) error {
	v, _, err := p.attachment(q)
	if err != nil {
		return err
	}
	return q.Render(attachShowPage, v)
}

func (p *Pages) attachment(q *web.Req) (v attachShowView, a cases.Attachment, err error) {
	f, err := p.see(q, "attachments")
	if err != nil {
		return v, a, err
	}
	if a, err = f.Attachment(cases.FileID(q.Path("fil"))); err != nil {
		return v, a, err
	}
	w, h, at := q.T, p.head(q, f, ""), path(f.Track, attachPath, string(a.File))
	v = attachShowView{
		Back: web.Back{Href: path(f.Track, attachPath), Text: w.T("craft.attach.back")}, Line: h.Line,
		Heading: w.T("craft.attach.one", "what", kindOf(w, a.Kind), "date", dayOf(w, a.When)), Alt: a.Shows,
	}
	if a.Kind.Picture() {
		v.Picture = at + "/bilde"
	} else {
		v.File, v.Bare = at+"/fil", w.T("craft.attach.as-came")
		if a.Has {
			v.Bare = w.T("craft.attach.apart")
		}
	}
	if f.Lead && a.Has {
		v.Original = at + "/original"
	}
	v.Facts = web.Facts{Items: []web.Fact{
		{Term: w.T("craft.attach.shows"), Text: a.Shows},
		{Term: w.T("craft.attach.giver"), Text: a.Giver},
		{Term: w.T("craft.attach.needed"), Text: a.Needed},
		{Term: w.T("craft.attach.at"), Text: w.Moment(a.When)},
		{Term: w.T("craft.attach.by"), Text: a.ByName},
		{Term: w.T("craft.attach.size"), Text: w.T("craft.attach.kb", "n", int(a.Size/1024)+1)},
	}}
	if a.Name != "" {
		v.Facts.Items = append(v.Facts.Items, web.Fact{Term: w.T("craft.attach.name"), Text: a.Name})
	}
	v.Frame = q.Frame(v.Heading)
	return v, a, nil
}

func (p *Pages) picture(q *web.Req) error {
	a, body, err := p.Cases.ReadAttachment(q.Context(), q.Actor, q.Path("spor"), cases.FileID(q.Path("fil")))
	if err != nil || !a.Kind.Picture() {
		return notThere(err)
	}
	q.Show(a.Kind.Media(), body)
	return nil
}

func (p *Pages) fetch(q *web.Req) error {
	a, body, err := p.Cases.ReadAttachment(q.Context(), q.Actor, q.Path("spor"), cases.FileID(q.Path("fil")))
	if err != nil {
		return notThere(err)
	}
	q.Give(a.Kind.Media(), "vedlegg."+a.Kind.Ext(), body)
	return nil
}

// notThere is the answer of a file that was shredded as well.
func notThere(err error) error {
	if err == nil || errors.Is(err, seal.ErrShredded) {
		return tilhor.ErrNotFound
	}
	return err
}

// original asks rektor why a file is wanted as it came.
func (p *Pages) original(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showOriginal(q, http.StatusOK, f)
}

func (p *Pages) showOriginal(q *web.Req, code int, f *web.Form) error {
	v, a, err := p.attachment(q)
	if err != nil {
		return err
	}
	if v.Original == "" {
		return tilhor.ErrNotFound
	}
	w := q.T
	v.Picture, v.File, v.Action = "", "", v.Original
	v.Back = web.Back{Href: path(cases.Track{Slug: q.Path("spor")}, attachPath, string(a.File)), Text: w.T("craft.attach.back-one")}
	v.Heading = w.T("craft.original.title")
	v.Frame, v.Form, v.Faults = q.Frame(v.Heading), f, web.SummaryOf(w, f.Faults)
	v.Faulty = len(f.Faults) > 0
	if q.Query("gjort") == "grunn" {
		v.Fetch = v.Original + "/fil"
	}
	v.Reason = rows(3, f.Field(w, "reason", w.T("craft.original.reason")))
	v.Reason.Help, v.Reason.Required = w.T("craft.original.reason-help"), true
	return q.RenderStatus(code, attachShowPage, v)
}

func (p *Pages) askOriginal(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, id := q.Path("spor"), q.Path("fil")
	return q.Answer(f, func() (string, error) {
		return path(cases.Track{Slug: slug}, attachPath, id, "original") + "?gjort=grunn", p.Cases.Unseal(q.Context(), q.Actor, slug, cases.FileID(id), f.Get("reason"))
	}, func(code int, f *web.Form) error { return p.showOriginal(q, code, f) })
}

func (p *Pages) fetchOriginal(q *web.Req) error {
	_, body, err := p.Cases.ReadOriginal(q.Context(), q.Actor, q.Path("spor"), cases.FileID(q.Path("fil")))
	if err != nil {
		return notThere(err)
	}
	q.Give("application/octet-stream", "original.bin", body)
	return nil
}
