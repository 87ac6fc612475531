package school

import (
	"tilhor/internal/cases"
	"tilhor/internal/web"
)

// inArchive is how a track that is over stands with the municipality's archive: when
// the last of its documents was archived, or that it is not yet.
func (p *Pages) inArchive(q *web.Req, f cases.File) ([]web.Fact, error) {
	if p.Archive == nil || !f.Lead || !f.Over() {
		return nil, nil
	}
	s, err := p.Archive.Of(q.Context(), q.Actor.Owner, f)
	if err != nil {
		return nil, err
	}
	text := q.T.T("archive.state.waits")
	if s.Whole() {
		text = q.T.T("archive.state.archived", "date", q.T.Date(s.On))
	}
	return []web.Fact{{Term: q.T.T("archive.state.title"), Text: text}}, nil
}
