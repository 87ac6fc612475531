package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime"
)

const (
	packFrom = 2 << 10 // a shorter page is sent as it is
	packStep = 1 << 10 // packed pages are a whole number of these
)

// packers are the few that pack pages: one holds most of a megabyte, so there
// are no more than can work at once, and a page waits for its turn.
var packers = func() chan *gzip.Writer {
	all := make(chan *gzip.Writer, runtime.NumCPU())
	for range cap(all) {
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		all <- z
	}
	return all
}()

// pack packs a page for a reader that takes gzip: a school's line is often poor,
// and a long case is many times shorter so. How short a packed page is tells of
// what stands in it, also to who sees no more than sizes pass by; so it is
// rounded up, in a field of the format (RFC 1952, 2.3.1.1) that browsers pass
// over.
func pack(w http.ResponseWriter, r *http.Request, page []byte) []byte {
	if len(page) < packFrom {
		return page
	}
	w.Header().Add("Vary", "Accept-Encoding")
	if !takesGzip(r.Header.Get("Accept-Encoding")) {
		return page
	}
	w.Header().Set("Content-Encoding", "gzip")
	var b bytes.Buffer
	z := <-packers
	z.Reset(&b)
	z.Write(page) // a buffer takes everything
	z.Close()
	packers <- z
	return rounded(b.Bytes())
}

// rounded fills a packed page up with nothing, behind the ten bytes of its head.
func rounded(packed []byte) []byte {
	const head, field = 10, 6 // the field's own length, its name, and the length of what it holds
	fill := packStep - (len(packed)+field)%packStep
	all := make([]byte, 0, len(packed)+field+fill)
	all = append(all, packed[:head]...)
	all[3] |= 4 // there is an extra field
	all = append(all, byte(fill+4), byte((fill+4)>>8), 't', 'h', byte(fill), byte(fill>>8))
	all = append(all, make([]byte, fill)...)
	return append(all, packed[head:]...)
}
