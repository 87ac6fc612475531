package school

import (
	"net/http"

	"tilhor"
	"tilhor/internal/dialogue"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

var dialoguePage = page("dialogue")

// dialogueRoutes are the talk with who told something, beside what was told.
// Whoever receives the concern comes, and who handles what it became.
func (p *Pages) dialogueRoutes() []web.Route {
	if p.Dialogue == nil {
		return nil
	}
	return []web.Route{
		{Method: "GET", Path: "/bekymringer/{slug}/samtale", Name: "school.dialogue", Roles: given, Case: true, Sensitive: true, Serve: p.dialogue},
		{Method: "POST", Path: "/bekymringer/{slug}/samtale", Name: "school.dialogue.write", Roles: given, Case: true, Sensitive: true, Serve: p.writeDialogue},
	}
}

func talkPath(slug string) string { return "/bekymringer/" + slug + "/samtale" }

// A dialogueView is the talk: what was told, what was said since and to whom,
// and the form, in which the safest answer is chosen beforehand.
type dialogueView struct {
	web.Frame
	Back    web.Back
	Faults  *web.Summary
	Done    *web.Note
	State   web.State
	With    *web.Note // who is written with
	Needs   []string
	Told    []saying
	Talk    []saying
	Form    *web.Form
	Action  string
	To      web.Field
	Text    web.Field
	Works   bool
	Ended   bool // the parent who told it neither reads nor writes any more
	Ask     *web.Form
	Need    web.Field
	NeedBad bool
	Tone    []string
}

// A saying is one message as the school reads it.
type saying struct {
	Own    bool // the school wrote it
	Inside bool // and the sender does not see it
	From   string
	To     string // who reads it, of what the school wrote
	Kind   string
	Text   string
}

func (p *Pages) dialogue(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showDialogue(q, http.StatusOK, f)
}

func (p *Pages) showDialogue(q *web.Req, code int, f *web.Form) error {
	t, err := p.Dialogue.Read(q.Context(), q.Actor, q.Path("slug"))
	if err != nil {
		return err
	}
	w := q.T
	v := dialogueView{
		Frame: q.Frame(w.T("dialogue.staff.title")), Back: web.Back{Href: "/i-dag", Text: w.T("dialogue.staff.back-today")}, Faults: web.SummaryOf(w, f.Faults),
		Action: q.R.URL.Path, Works: t.Works, Ended: t.Ended, State: web.State{Name: web.OK, Word: w.T("dialogue.staff.answered")}, With: sayWho(w, t),
	}
	v.Faulty = len(f.Faults) > 0
	if t.Receives {
		v.Back = web.Back{Href: "/bekymringer/" + t.Slug + "/stilling", Text: w.T("dialogue.staff.back")}
	}
	if q.Actor.Role == tilhor.RoleOwnerAdviser && !t.Receives {
		v.Back = web.Back{Href: "/saker", Text: w.T("school.list.back")}
	}
	switch {
	case t.Ended:
		v.State = web.State{Name: web.Lock, Word: w.T("dialogue.staff.ended")}
		v.With = &web.Note{Color: "warning", Title: w.T("dialogue.staff.ended-title"), Text: w.T("dialogue.staff.ended-text")}
	case t.Waits:
		v.State = web.State{Name: web.Wait, Word: w.T("dialogue.staff.waits")}
	}
	if done := q.Query("gjort"); code == http.StatusOK && w.Has("dialogue.staff.done."+done) {
		v.Done = &web.Note{Color: "success", Title: w.T("dialogue.staff.done." + done), Role: "status"}
	}
	from := w.T("dialogue.staff.from.sender", "when", q.Near(t.Sent, t.Exact))
	for _, text := range []string{t.Said, t.Saw} {
		if text != "" {
			v.Told = append(v.Told, saying{From: from, Text: text})
		}
	}
	if t.Hope != "" {
		v.Told = append(v.Told, saying{From: from, Kind: w.T("stage.field.hope"), Text: t.Hope})
	}
	if t.Held {
		v.Told = []saying{{From: from, Kind: w.T("dialogue.held")}}
	}
	for _, l := range t.Lines {
		v.Talk = append(v.Talk, saidOf(q, t, l))
	}
	for _, l := range t.Needs {
		v.Needs = append(v.Needs, l.Text)
	}
	if t.Works && !t.Held {
		v.questions(q, t, f)
	}
	return q.RenderStatus(code, dialoguePage, v)
}

// questions are the two forms: to write, and what the talk needs.
func (v *dialogueView) questions(q *web.Req, t dialogue.Talk, f *web.Form) {
	w := q.T
	v.Form, v.Ask = f, web.NewForm()
	if f.Has("need") && !f.Has("text") {
		v.Form, v.Ask = web.NewForm(), f
	}
	v.Text = v.Form.Field(w, "text", w.T("dialogue.staff.write"))
	v.Text.Rows, v.Text.Max = 5, dialogue.MaxText
	if t.Role != tilhor.RoleParent && !t.Outsider { // help for answering a child
		v.Text.Help = w.T("dialogue.staff.write-help")
	}
	v.To = v.Form.Field(w, "to", w.T("dialogue.staff.to"))
	chosen := v.Form.Get("to")
	if chosen == "" {
		chosen = string(dialogue.ToStaff) // nothing is sent that nobody chose to send
	}
	for _, to := range dialogue.Reaches {
		if t.Ended && to == dialogue.ToSender {
			continue
		}
		key := "dialogue.staff.to." + string(to)
		v.To.Options = append(v.To.Options, web.Option{Value: string(to), Label: w.T(key), Help: w.T(key + ".why"), Checked: chosen == string(to)})
	}
	v.Need = v.Ask.Field(w, "need", w.T("dialogue.staff.need"))
	v.Need.Help, v.Need.Max, v.Need.Autocomplete = w.T("dialogue.staff.need-help"), dialogue.MaxShort, "off"
	v.NeedBad = v.Need.Error != ""
	if t.Role != tilhor.RoleParent && !t.Outsider { // help for answering a child
		for _, n := range []string{"1", "2", "3", "4", "5", "6"} {
			v.Tone = append(v.Tone, w.T("dialogue.staff.tone."+n))
		}
	}
}

// sayWho says who is written with, and that nobody is to find out who did not say.
func sayWho(w *lang.Words, t dialogue.Talk) *web.Note {
	switch {
	case t.Outsider:
		return &web.Note{Color: "warning", Title: w.T("dialogue.staff.outsider"), Text: w.T("dialogue.staff.outsider-text")}
	case t.Coded && t.Named:
		return &web.Note{Color: "neutral", Title: w.T("dialogue.staff.named"), Text: w.T("dialogue.staff.no-role")}
	case t.Coded:
		return &web.Note{Color: "neutral", Title: w.T("dialogue.staff.coded"), Text: w.T("dialogue.staff.no-role")}
	}
	return &web.Note{Color: "neutral", Title: w.T("dialogue.staff.from", "who", t.From, "role", roleName(w, t.Role)), Text: w.T("dialogue.staff.no-role")}
}

func saidOf(q *web.Req, t dialogue.Talk, l dialogue.Line) saying {
	w, when := q.T, q.Near(l.At, l.Exact)
	s := saying{Own: !l.Own, Text: l.Text, From: w.T("dialogue.staff.from.sender", "when", when)}
	if !l.Own {
		s.From = w.T("dialogue.staff.from.staff", "who", l.Name, "when", when)
		s.To, s.Inside = w.T("dialogue.staff.reach."+string(l.To)), l.To != dialogue.ToSender
	}
	switch {
	case t.Held:
		s.Text, s.Kind = "", w.T("dialogue.held")
	case l.Kind == dialogue.Name:
		s.Kind = w.T("dialogue.kind.name")
	case l.Kind == dialogue.Need:
		s.Kind = w.T("dialogue.kind.need")
	}
	return s
}

// writeDialogue writes in the talk, once.
func (p *Pages) writeDialogue(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug := q.Path("slug")
	return q.Answer(f, func() (string, error) {
		if f.Has("need") && !f.Has("text") {
			return talkPath(slug) + "?gjort=need", p.Dialogue.NoteNeed(q.Context(), q.Actor, slug, f.Get("need"))
		}
		to := dialogue.Reach(f.Get("to"))
		if to == "" {
			to = dialogue.ToStaff
		}
		return talkPath(slug) + "?gjort=" + string(to), p.Dialogue.Reply(q.Context(), q.Actor, slug, f.Get("text"), to)
	}, func(code int, f *web.Form) error { return p.showDialogue(q, code, f) })
}

// talkLinks lead from a page to the talks it has to do with.
func talkLinks(w *lang.Words, all []dialogue.Link) (links []web.Button) {
	for _, l := range all {
		key := "dialogue.staff.link"
		if l.Waits {
			key = "dialogue.staff.link-waits"
		}
		links = append(links, web.Button{Text: w.T(key), Href: talkPath(l.Slug)})
	}
	return links
}

// talkOf leads from what was told to the talk about it, nil when there is none.
func (p *Pages) talkOf(q *web.Req, slug string) (*web.Button, error) {
	if p.Dialogue == nil {
		return nil, nil
	}
	l, err := p.Dialogue.At(q.Context(), q.Actor, slug)
	if err != nil || l == nil {
		return nil, err
	}
	return &talkLinks(q.T, []dialogue.Link{*l})[0], nil
}
