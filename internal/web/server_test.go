package web

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
)

// Who holds connections open and says nothing loses them to who comes; a
// request that is being answered is never cut off.
func TestSilentConnectionsGiveWay(t *testing.T) {
	begun, end := make(chan bool, 1), make(chan bool)
	srv := Server("", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer answering(r.Context())()
		if r.URL.Path == "/vent" {
			begun <- true
			<-end
		}
		io.WriteString(w, "ferdig")
	}))
	c := &crowd{most: 10, seats: map[net.Conn]*seat{}}
	srv.ConnContext, srv.ConnState = c.sit, c.changed
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close() })
	open := func(text string) net.Conn {
		n, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		io.WriteString(n, text)
		return n
	}
	answer := func(n net.Conn) {
		t.Helper()
		resp, err := http.ReadResponse(bufio.NewReader(n), nil)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		if string(b) != "ferdig" {
			t.Errorf("got %q", b)
		}
	}
	const head = " HTTP/1.1\r\nHost: x\r\n"
	waits := open("GET /vent" + head + "\r\n")
	<-begun
	silent := make([]net.Conn, 40)
	for i := range silent {
		silent[i] = open("GET /" + head + "X-") // a head that never ends
		n := open("GET /" + head + "\r\n")
		answer(n) // the honest are answered all the while
		n.Close()
	}
	for i, n := range silent[:20] {
		if _, err := n.Read(make([]byte, 1)); err == nil {
			t.Fatalf("silent connection %d is still open", i)
		}
	}
	c.mu.Lock()
	if len(c.seats) > 10 {
		t.Errorf("%d connections of 10", len(c.seats))
	}
	c.mu.Unlock()
	end <- true
	answer(waits)
	// The control: with room for all, nobody is cut off.
	c.mu.Lock()
	c.most = 1000
	c.mu.Unlock()
	kept := open("GET /" + head + "X-")
	for range 40 {
		n := open("GET /" + head + "\r\n")
		answer(n)
		n.Close()
	}
	io.WriteString(kept, "A: b\r\n\r\n")
	answer(kept)
}
