package hearing

import (
	"net/http"
	"strings"

	"tilhor"
	"tilhor/internal/hearing"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
	"tilhor/internal/web"
)

// matrix is every measure and how the bodies stand to it. The order is the report's:
// no measure is ranked by how many are for it.
func (p *Pages) matrix(q *web.Req) error {
	s, err := p.Hearings.Stand(q.Context(), q.Actor, q.Path("horing"), q.T)
	if err != nil {
		return err
	}
	w, h := q.T, s.Hearing
	v := sheet{Back: &web.Back{Href: at(h.Slug), Text: w.T("hear.back.one")}, Tabs: tabs(q, h.Slug), Line: line(w, h), Key: key(w)}
	divided := 0
	for _, ch := range h.Letter.Challenges {
		x := part{ID: "u" + num(ch.Number), Title: w.T("hearing.section", "number", ch.Number, "heading", ch.Heading)}
		for k, m := range h.Measures {
			if m.Challenge != ch.Number {
				continue
			}
			r := s.Document.Annex[k]
			if r.Counts.For() > 0 && r.Counts.Against() > 0 && reply.StanceOf(r.Counts) == reply.Neutral {
				divided++
			}
			x.Strips = append(x.Strips, stripOf(w, h, m, r, answered(h)))
		}
		if len(x.Strips) > 0 {
			v.Parts = append(v.Parts, x)
		}
	}
	ahead := part{ID: "uten-a-vente", Title: w.T("hear.before.h")}
	for _, i := range h.Invited {
		if why := i.WentBefore(); why != "" {
			ahead.Lines = append(ahead.Lines, lang.Cap(i.Name().Name(w))+": «"+why+"»")
		}
	}
	if len(ahead.Lines) > 0 {
		v.Parts = append(v.Parts, ahead)
	}
	v.Heading = w.T("hear.matrix.title", "n", divided, "of", len(h.Measures))
	if divided == 0 {
		v.Heading = w.T("hear.matrix.agreed")
	}
	v.Lead = w.T("hear.matrix.lead")
	if len(h.Measures) == 0 {
		v.Heading, v.Lead = w.T("hear.measures.none"), w.T("hear.measures.lead")
	}
	return v.show(q, http.StatusOK, nil)
}

func key(w *lang.Words) (all []web.Option) {
	for _, s := range reply.Stances {
		all = append(all, web.Option{Value: string(s), Label: lang.Cap(s.Name(w))})
	}
	return all
}

func stripOf(w *lang.Words, h hearing.Hearing, m reply.Measure, r reply.Row, answered int) strip {
	x := strip{Name: m.ID + " " + m.Text, Href: at(h.Slug, "matrise", m.ID), Wide: max(answered, 1)}
	var words []string
	said := 0
	for _, s := range reply.Stances {
		n := r.Counts[s]
		if n == 0 || s == reply.NotCommented {
			continue
		}
		x.Shares = append(x.Shares, share{s, said, n})
		said += n
		words = append(words, w.T("hear.count", "n", n, "stance", s.Name(w)))
	}
	if rest := answered - said; rest > 0 {
		x.Shares = append(x.Shares, share{reply.NotCommented, said, rest})
		words = append(words, w.T("hear.count", "n", rest, "stance", reply.NotCommented.Name(w)))
	}
	x.Words = lang.Cap(strings.Join(words, ", "))
	c, decided := h.Choices[m.ID]
	switch {
	case decided && c.Comment:
		x.State = web.State{Name: web.OK, Word: w.T("hear.chosen.yes")}
	case decided:
		x.State = web.State{Name: web.None, Word: w.T("hear.chosen.no")}
	case r.Proposed:
		x.State = web.State{Name: web.Now, Word: w.T("hear.chosen.proposed")}
	}
	return x
}

// measure is one of them: both sides, and the choice.
func (p *Pages) measure(q *web.Req) error {
	return serve(q, func(code int, f *web.Form) error { return p.askMeasure(q, code, f) })
}

func (p *Pages) askMeasure(q *web.Req, code int, f *web.Form) error {
	s, err := p.Hearings.Stand(q.Context(), q.Actor, q.Path("horing"), q.T)
	if err != nil {
		return err
	}
	h := s.Hearing
	m := h.Measure(q.Path("tiltak"))
	if m == nil {
		return tilhor.ErrNotFound
	}
	var r reply.Row
	for _, row := range s.Document.Annex {
		if row.Measure == m.ID {
			r = row
		}
	}
	w := q.T
	stance := reply.StanceOf(r.Counts)
	v := sheet{Back: &web.Back{Href: at(h.Slug, "matrise"), Text: w.T("hear.back.matrix")}, Line: line(w, h), Heading: m.ID + " " + m.Text}
	v.Lead = w.T("hear.measure.sum", "for", r.Counts.For(), "against", r.Counts.Against(), "stance", stance.Name(w))
	if m.Summary != "" {
		v.Notes = []web.Note{{Color: "info", Title: w.T("hear.measure.summary"), Text: m.Summary}}
	}
	for _, way := range []reply.Way{reply.For, reply.Opposed, reply.NoWay} {
		if x := side(w, h, m.ID, way); len(x.Quotes) > 0 || x.Rest != nil {
			v.Parts = append(v.Parts, x)
		}
	}
	if len(v.Parts) == 0 {
		v.Parts = append(v.Parts, part{ID: "ingen", Title: w.T("hear.measure.nobody"), Empty: &web.Empty{Title: w.T("hear.measure.nobody-text")}})
	}
	if h.Open() {
		v.Parts = append(v.Parts, part{ID: "valg", Title: w.T("hear.choose"), Forms: []form{formOf(q, f, "", "", w.T("hear.choose.do"), func(f *web.Form) []question {
			if c, ok := h.Choices[m.ID]; ok && !f.Has("comment") {
				f.Set("comment", map[bool]string{true: "yes", false: "no"}[c.Comment])
				f.Set("reason", c.Reason)
				f.Set("stance", string(c.Stance))
				f.Set("rank", num(c.Rank))
				f.Set("voice", string(c.Voice))
			}
			follows := [2]string{"", w.T("hear.choose.follows", "stance", stance.Name(w))}
			return []question{
				choices(w, f, "radios", "comment", "hear.choose.comment", [2]string{"yes", w.T("hear.yes")}, [2]string{"no", w.T("hear.no")}),
				area(w, f, "reason", "hear.choose.reason", 3),
				choices(w, f, "select", "stance", "hear.choose.stance", append([][2]string{follows}, stances(w, reply.Stances[:6]...)...)...),
				choices(w, f, "select", "voice", "hear.choose.voice", [2]string{"", w.T("hear.voice.own")}, [2]string{string(reply.Relayed), w.T("hear.voice.relayed")}, [2]string{string(reply.Observation), w.T("hear.voice.observation")}, [2]string{string(reply.Fact), w.T("hear.voice.fact")}),
				text(w, f, "rank", "hear.choose.rank"),
			}
		}).first()}})
	}
	return v.show(q, code, f)
}

// seenAtOnce is how many voices of a side are seen before the rest is asked for.
const seenAtOnce = 3

// side is what those say who take one direction.
func side(w *lang.Words, h hearing.Hearing, measure string, way reply.Way) part {
	key := map[reply.Way]string{reply.For: "for", reply.Opposed: "imot", reply.NoWay: "ingen-retning"}[way]
	x := part{ID: key}
	n := 0
	for _, i := range h.Invited {
		s, ok := i.Said[measure]
		if !i.Has() || !ok || s.Stance.Way() != way || s.Stance == reply.NotCommented && s.Text == "" {
			continue
		}
		n++
		by := lang.Cap(i.Name().Name(w)) + ", " + s.Stance.Name(w)
		if s.Stance == "" {
			by = lang.Cap(i.Name().Name(w))
		}
		if s.Text == "" {
			x.Lines = append(x.Lines, by)
		} else {
			x.Quotes = append(x.Quotes, web.Quote{Text: s.Text, By: by})
		}
		if i.Adopted.Dissent != "" {
			x.Lines = append(x.Lines, w.T("hear.measure.dissent", "body", lang.Cap(i.Name().Name(w)), "text", i.Adopted.Dissent))
		}
	}
	x.Title = w.T("hear.measure."+key, "n", n)
	if len(x.Quotes) > seenAtOnce || len(x.Lines) > 0 {
		k := min(len(x.Quotes), seenAtOnce)
		x.Rest = &rest{Summary: w.T("hear.measure.rest", "n", n), Quotes: x.Quotes[k:], Lines: x.Lines}
		x.Quotes, x.Lines = x.Quotes[:k], nil
	}
	return x
}

func (p *Pages) doMeasure(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	slug, m := q.Path("horing"), q.Path("tiltak")
	f.Faults.Add(f.Get("comment") != "yes" && f.Get("comment") != "no", "comment", "hearing.fault.comment")
	c := reply.Choice{Comment: f.Get("comment") == "yes", Reason: f.Get("reason"), Stance: reply.Stance(f.Get("stance")), Voice: reply.Voice(f.Get("voice")), Rank: number(f, "rank", "hearing.fault.rank")}
	return q.Answer(f, func() (string, error) {
		return at(slug, "matrise") + "?gjort=valgt", p.Hearings.Choose(q.Context(), q.Actor, slug, m, c)
	}, func(code int, f *web.Form) error { return p.askMeasure(q, code, f) })
}
