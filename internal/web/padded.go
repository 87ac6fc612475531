package web

import "bytes"

// A Bucket is what the size of a page is rounded up to, when nobody who sees
// sizes pass by is to know which page of a way it was.
type Bucket int

// The buckets of the pages of who tells without a name, and of who comes back
// with a code.
const (
	Telling Bucket = 16 << 10
	Talk    Bucket = 32 << 10
)

// RenderPadded answers with a page of a whole number of buckets, filled up in a
// comment, and never packed: how well a text packs tells of it.
func (q *Req) RenderPadded(code int, to Bucket, page *Page, data any) error {
	return draw(page.t, data, func(b []byte) { q.Write(code, "text/html; charset=utf-8", padded(b, int(to))) })
}

// padded fills a page up behind its end.
func padded(page []byte, bucket int) []byte {
	const open, end = "<!--", "-->\n"
	fill := bucket - (len(page)+len(open)+len(end))%bucket
	all := make([]byte, 0, len(page)+len(open)+fill+len(end))
	all = append(append(all, page...), open...)
	all = append(all, bytes.Repeat([]byte{'.'}, fill)...)
	return append(all, end...)
}
