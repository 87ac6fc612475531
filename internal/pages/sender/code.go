package sender

import (
	"errors"
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/dialogue"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

var (
	aboutPage   = page("about")
	codePage    = page("code")
	cardPage    = page("card")
	confirmPage = page("confirm")
	donePage    = page("done")
)

// Which words are asked for again, counted from one.
const (
	third = 3
	sixth = 6
)

// A codeView is a step of being given a code.
type codeView struct {
	web.Frame
	Faults       *web.Summary
	Form         *web.Form
	Action       string
	Code         string
	Words        []string
	Again        bool   // the words did not fit: here is the code again
	Address      string // as one types it
	Picture      string
	Third, Sixth web.Field
	Tell, Enter  string
	Hours        string
}

// about says what a code is, before anybody tells anything: it is the only way
// back, and nobody can find it again.
func (p *Pages) about(q *web.Req) error {
	s, err := q.SchoolHere()
	if err != nil {
		return err
	}
	return q.RenderStatus(http.StatusOK, aboutPage, view(q, s, "", "dialogue.about.title"))
}

func view(q *web.Req, s roster.School, code, title string) codeView {
	v := codeView{
		Frame: frame(q, q.T.T(title)), Form: web.NewForm(), Action: q.Link("/s/" + web.SchoolCode(s) + "/si/kode"), Code: code, Words: strings.Fields(code),
		Address: q.Base() + EnterPath, Picture: EnterPath + "/bilde", Tell: q.Link("/s/" + web.SchoolCode(s)), Enter: q.Link(EnterPath),
	}
	v.School, v.Home = s.Name, v.Tell
	return v
}

// show shows the code, and who has what was told.
func show(q *web.Req, s roster.School, code string, past bool) error {
	title := "dialogue.code.title"
	if past {
		title = "dialogue.code.title-owner"
	}
	return q.RenderStatus(http.StatusOK, codePage, view(q, s, code, title))
}

// code leads from the words to the card and to the two that are asked for again.
// The code comes along in each form; one that opens nothing is shown nothing.
func (p *Pages) code(q *web.Req) error {
	s, err := q.SchoolHere()
	if err != nil {
		return err
	}
	f, err := q.Form()
	if err != nil {
		return err
	}
	code := strings.Join(dialogue.Words(f.Get(fieldCode)), " ")
	past, err := p.Dialogue.Known(q.Context(), q.Kit.Owner.ID, code)
	if errors.Is(err, tilhor.ErrNotFound) {
		if err := q.Guessed(); err != nil {
			return err
		}
		return q.RenderStatus(http.StatusOK, aboutPage, view(q, s, "", "dialogue.about.title"))
	} else if err != nil {
		return err
	}
	switch f.Get(fieldDo) {
	case "kort":
		v := view(q, s, code, "dialogue.card.title")
		v.School = "" // it says neither what it is for, nor where
		return q.RenderStatus(http.StatusOK, cardPage, v)
	case "skrevet":
		return confirm(q, s, code)
	case "sjekk":
		return p.checked(q, s, f, code, past)
	}
	return show(q, s, code, past)
}

func confirm(q *web.Req, s roster.School, code string) error {
	w, v := q.T, view(q, s, code, "dialogue.confirm.title")
	ask := func(name, key string) web.Field {
		x := v.Form.Field(w, name, w.T(key))
		x.Autocomplete, x.Spell, x.Short, x.Max = "off", "false", true, 40
		return x
	}
	v.Third, v.Sixth = ask("ord-3", "dialogue.confirm.third"), ask("ord-6", "dialogue.confirm.sixth")
	return q.RenderStatus(http.StatusOK, confirmPage, v)
}

// checked lets go of who has written the words down. Who has not sees them
// again: what was told is sent long ago, and the page says so.
func (p *Pages) checked(q *web.Req, s roster.School, f *web.Form, code string, past bool) error {
	words := strings.Fields(code)
	is := func(name string, n int) bool {
		typed := dialogue.Words(f.Get(name))
		return len(typed) == 1 && typed[0] == words[n-1]
	}
	if !is("ord-3", third) || !is("ord-6", sixth) {
		v := view(q, s, code, "dialogue.code.again")
		v.Again = true
		return q.RenderStatus(http.StatusOK, codePage, v)
	}
	v := view(q, s, "", "dialogue.done.title")
	var err error
	if v.Hours, err = p.hours(q, s.ID, past); err != nil {
		return err
	}
	return q.RenderStatus(http.StatusOK, donePage, v)
}

// picture is the address of the page for codes as a square of dots: no code, no
// school and no name is in it.
func (p *Pages) picture(q *web.Req) error {
	svg, err := web.Square(q.Full(EnterPath))
	if err != nil {
		return err
	}
	q.Write(http.StatusOK, "image/svg+xml", svg)
	return nil
}
