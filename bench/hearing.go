package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing/fstest"

	"tilhor"
	"tilhor/internal/hearing/reply"
	"tilhor/internal/lang"
)

// hearings compiles one answer of what 43 committees say about 100 measures, every
// one of them said and chosen, from its files to HTML; against reading the same files
// as bare CSV.
func hearings(_ context.Context, m *measurer) error {
	const measures, bodies = 100, 43
	files := map[string]*strings.Builder{}
	h := reply.Hearing{Letter: reply.Letter{Title: "Høring", Municipality: "Granvik kommune", Deadline: "2026-12-18"}, Choices: map[string]reply.Choice{}}
	for c := range 5 {
		h.Letter.Challenges = append(h.Letter.Challenges, reply.Challenge{Number: c + 1, Heading: "Utfordring"})
	}
	for i := range measures {
		id := fmt.Sprint("T", i)
		h.Measures = append(h.Measures, reply.Measure{ID: id, Challenge: 1 + i%5, Text: fmt.Sprint("tiltak nummer ", i)})
		h.Choices[id] = reply.Choice{Comment: true}
		for j := range bodies {
			h.Statements = append(h.Statements, reply.Statement{
				Body: reply.Body{School: fmt.Sprint("skole ", j), Body: "SU"}, Measure: id, Adopted: "2026-12-01", Stance: reply.Stances[(i*j)%6], Text: "Dette mener vi, for det har vi sett hos oss.",
			})
		}
	}
	if err := h.WriteDir(func(name string) (io.Writer, error) {
		files[name] = &strings.Builder{}
		return files[name], nil
	}); err != nil {
		return err
	}
	dir := fstest.MapFS{}
	for name, b := range files {
		dir[name] = &fstest.MapFile{Data: []byte(b.String())}
	}
	w := lang.For(tilhor.Bokmal)
	var ours, bare series
	for range m.scale.rounds {
		a, err := took(func() error {
			for name, b := range files {
				if strings.HasSuffix(name, ".csv") {
					c := csv.NewReader(strings.NewReader(b.String()))
					c.Comma = ';'
					if _, err := c.ReadAll(); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		b, err := took(func() error {
			in, err := reply.ReadDir(dir)
			if err != nil {
				return err
			}
			return reply.Compile(in, w).Write(&bytes.Buffer{}, reply.HTML, w)
		})
		if err != nil {
			return err
		}
		bare, ours = append(bare, millis(a)), append(ours, millis(b))
	}
	m.report.ratio(fmt.Sprintf("an answer of %d committees to %d measures, from files to HTML", bodies, measures), ours.String()+" ms", "reading the same tables and nothing more: "+bare.String()+" ms", ratios(ours, bare), nil)
	return nil
}
