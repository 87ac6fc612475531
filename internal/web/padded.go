package web

import "bytes"

// EvenSize is what the size of every page of an even route is rounded up to: who
// sees sizes pass by does not know which page of a way it was, whether somebody told
// or came back, or whether it was refused. It is as large as the largest page needs
// where a school shows thirty adults (TestEveryScreenHasTheSameSize).
const EvenSize = 32 << 10

// even says whether the answer is to have that size, also one that is refused before
// the route is known.
func (q *Req) even() bool {
	if q.Route != nil {
		return q.Route.Even
	}
	_, pattern := q.site.mux.Handler(q.R)
	return q.site.even[pattern]
}

// padded fills a page up behind its end.
func padded(page []byte, size int) []byte {
	const open, end = "<!--", "-->\n"
	fill := size - (len(page)+len(open)+len(end))%size
	all := make([]byte, 0, len(page)+len(open)+fill+len(end))
	all = append(append(all, page...), open...)
	all = append(all, bytes.Repeat([]byte{'.'}, fill)...)
	return append(all, end...)
}
