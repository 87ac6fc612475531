package handover

import (
	"encoding/hex"
	"encoding/json"
	"strings"

	"tilhor/internal/interventions"
	"tilhor/internal/journal"
	"tilhor/internal/lang"
	"tilhor/internal/seal"
)

// Physical interventions against the pupil (opplæringslova §§ 13-4 and 13-5) go
// with what Statsforvalteren asks for. Each has a record of its own, which stands
// in the package as the track's does.

const (
	pageForces = "10-inngrep.html"
	fileForces = "bevis/inngrep.jsonl"
)

// forceText writes the entries of the interventions, one after another, and adds
// what they show to the counts.
func forceText(all []interventions.Folder, n *partCounts) (raw []byte, entries int, err error) {
	for _, f := range all {
		for _, e := range f.Entries {
			line := recordLine{Entry: string(e.Body), Leaf: e.Leaf, Path: e.Path, Parts: []partLine{}}
			if line.Path == nil {
				line.Path = []string{}
			}
			for _, p := range e.Parts {
				line.Parts = append(line.Parts, forcePart(f, p, n))
			}
			one, err := marshal(line, "")
			if err != nil {
				return nil, 0, err
			}
			raw, entries = append(raw, one...), entries+1
		}
	}
	return raw, entries, nil
}

func forcePart(f interventions.Folder, p journal.Part, n *partCounts) partLine {
	d, known := f.Parts[p.Label]
	switch {
	case !known:
		n.Withheld[Blocked]++
		return partLine{Label: p.Label, State: stateWithheld, Reason: Blocked}
	case d.Shredded:
		n.Shredded++
		return partLine{Label: p.Label, State: stateShredded}
	}
	n.Shown++
	return partLine{Label: p.Label, State: stateShown, Salt: hex.EncodeToString(d.Salt[:]), Text: &d.Plain}
}

func streamsOf(all []interventions.Folder) (streams []string) {
	for _, f := range all {
		streams = append(streams, f.Stream)
	}
	return streams
}

// forces is the page of them: what was told, what the pupil said, and whom it was
// told on to. A passage names the line it stands in and its place there.
func (t *teller) forcePage() (all []section) {
	for i, f := range t.forces {
		s := section{Title: t.t("force.title", "n", i+1, "when", t.w.Moment(f.Happened)), Facts: []fact{{Term: t.t("force.place"), Text: t.w.T("arena." + string(f.Arena))}}}
		for _, l := range f.Lines {
			r := row{When: t.w.DateTime(l.When().Written), Title: lang.Cap(t.w.T("force.line."+string(l.Kind), "who", l.Name)), By: t.w.T("role." + string(l.Role))}
			for _, x := range []struct{ field, text string }{
				{"event", l.Event}, {"what", l.What}, {"who", l.Who}, {"long", l.Long}, {"why", l.Why}, {"words", l.Words}, {"text", l.Text},
			} {
				if x.text != "" {
					r.Facts = append(r.Facts, fact{Term: t.t("force." + x.field), Text: x.text, Label: seal.Label("line", l.ID) + "#" + x.field})
				}
			}
			if l.View == interventions.Declined {
				r.Facts = append(r.Facts, fact{Term: t.t("force.words"), Text: t.t("force.declined")})
			}
			s.Rows = append(s.Rows, r)
		}
		all = append(all, s)
	}
	return all
}

// within is a passage that stands inside one of the record's texts, by the place it
// has there; "" when there is none.
func (c *checker) within(label string) (text string, ok bool) {
	base, field, cut := strings.Cut(label, "#")
	whole, shown := c.shown[base]
	if !cut || !shown {
		return "", false
	}
	var fields map[string]any
	if json.Unmarshal([]byte(whole), &fields) != nil {
		return "", false
	}
	text, ok = fields[field].(string)
	return text, ok
}
