package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/demo"
	"tilhor/internal/sfo"
	"tilhor/internal/soak"
	"tilhor/internal/web"
	"tilhor/internal/web/devidp"
	"tilhor/internal/web/signin"
)

// floods are what somebody does who wants the others to wait.
var floods = []string{"posts", "sign-ins", "codes", "slow", "big", "big-signed-in", "big-with-file", "signed-in", "tellings", "talks", "pins", "home", "uploads", crowd, storm}

// crowd is a flood of which each request comes from a network that nobody has met: it
// cannot be told from strangers who are honest, and only those who are signed in are
// kept from it. The rest is for the network in front.
const crowd = "crowd"

// storm is a crowd that waits for no answer before it asks again: strangers cannot all be
// answered, and only who is signed in is looked at.
const storm = "storm"

// honest is the worst that a flood may do: of a hundred people who are signed in, and of a
// hundred who are not, the ninety-ninth waits twice as long as on a calm day.
const honest = 2.0

// unfelt is what nobody feels, and what two processors' own scheduling makes of three
// requests one after the other: a calm day counts as no quicker than that.
const unfelt = 20 * time.Millisecond

// A floodWorld is the site on a real address of this machine, with the provider
// people sign in at, behind a proxy that tells who asks.
type floodWorld struct {
	*siteWorld
	addr, school string
	machine, pin string // the cookie of a machine at an SFO, and where one of its people gives the digits
	upload       string // where a file is attached
	issuer       string
	code         string // of somebody who told something and comes back
	users        []*honestUser
	flooder      *http.Cookie
	family       []string // the cookies of a pupil and of a parent
	each         int      // how many requests a storm is each second
}

func newFloodWorld(t *testing.T, e db.Engine, b web.Bounds, around func(http.Handler) http.Handler) *floodWorld {
	t.Helper()
	d, keys := granvikOn(t, e)
	w := &floodWorld{siteWorld: siteOf(t, d, keys, siteNow), each: eachSecond}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	door, err := devidp.Listen("127.0.0.1:0")
	w.must(err)
	w.addr = l.Addr().String()
	faces := demo.Cast(demo.Small, calendar.DateOf(siteNow))
	idp, err := devidp.New(door, w.clock, issuer("http://"+w.addr, "feide", "Feide", faces))
	w.must(err)
	w.issuer = idp.URL("feide")
	go idp.Serve(door)
	w.house.log = slog.New(slog.NewTextHandler(io.Discard, nil)) // refused sign-ins are warned of, by the thousand
	b.Proxies, err = web.ParseProxies([]string{"127.0.0.1"})
	w.must(err)
	w.house.limits = web.NewLimits(b)
	w.site, err = w.house.site(w.site.Kit().Owner, signin.Config{Base: "http://" + w.addr, MadeUp: true, Providers: []signin.Provider{{
		Name: "feide", Title: "Feide", Kind: signin.Feide, Issuer: w.issuer, ClientID: "tilhor", Secret: "made-up", StepUp: []string{mfa}, ACR: []string{mfa}, Hints: true,
	}}}, nil)
	w.must(err)
	srv := web.Server("", around(w.site.Handler()))
	go srv.Serve(l)
	t.Cleanup(func() { srv.Close(); idp.Close(context.Background()) })
	w.settle(faces)
	return w
}

// settle finds those who work and those who tell.
func (w *floodWorld) settle(faces []demo.Face) {
	const solbakken = "Solbakken skole"
	rektor, other := w.actorOf(solbakken, tilhor.RoleRektor, ""), w.actorOf("Nordli skole", tilhor.RoleRektor, "")
	w.school = string(other.School)
	track := ""
	w.read(func(tx *db.Tx) error {
		return tx.Each(anOpenTrack, func(scan db.Scan) error { return scan(&track) }, w.owner(), rektor.School)
	})
	if track == "" {
		w.t.Fatal("Solbakken has no case")
	}
	w.upload = "/saker/" + track + "/vedlegg"
	who := faces[slices.IndexFunc(faces, func(f demo.Face) bool { return f.Role == "teacher" && f.Feide != "" })].Key
	public := "/s/" + string(rektor.School)
	w.users = []*honestUser{
		w.user("10.2.1.", tilhor.Actor{}, "/", public, "POST "+public+"/ansatt"),
		w.user("10.2.2.", tilhor.Actor{}, public+"/ansatt", "POST "+public+"/ansatt", "/hjelp"),
		w.user("10.2.3.", tilhor.Actor{}, "TELL "+public+"/si", "TALK /samtale", "/kode"),
		w.user("10.2.4.", tilhor.Actor{}, "TALK /samtale", "TELL "+public+"/si", public),
		w.user("10.2.5.", tilhor.Actor{}, "/hjelp", "/kode", "TELL "+public+"/si"),
		w.user("10.2.6.", tilhor.Actor{}, "IN "+who),
		w.user("10.2.7.", tilhor.Actor{}, "IN "+who, "/"),
		w.atMachine(rektor),
	}
	for _, a := range append(w.staffOf(rektor.School), w.staffOf(other.School)...) {
		does := []string{"/i-dag", "/bekymringer/ny", "POST /bekymringer/ny", "/bekymringer"}
		if a.Role == tilhor.RoleRektor || a.Role == tilhor.RoleSocialTeacher {
			does = []string{"/i-dag", "/saker"}
			if a.School == rektor.School {
				does = append(does, "/saker/"+track, "UP "+w.upload)
			}
		}
		u := w.user("10.1.0.1", a, does...)
		u.n = len(w.users)
		w.users = append(w.users, u)
	}
	w.flooder = w.comeIn(w.actorOf("Granlia skole", tilhor.RoleTeacher, ""))
	for _, a := range []tilhor.Actor{w.aPupil("Nordli skole"), w.aParent("Nordli skole", 0)} {
		w.family = append(w.family, w.comeIn(a).String())
	}
	ctx, talks, told := context.Background(), w.dialogue(), w.concerns()
	told.Became, told.Started, told.Opened = talks.Became, talks.Start, talks.Open
	_, code, err := told.Say(ctx, tilhor.Actor{Owner: w.owner(), Role: tilhor.RoleAnyone, School: rektor.School}, concerns.Saying{
		School: rektor.School, For: concerns.ForSelf, Words: "De tar alltid ballen.", Token: tilhor.NewID(),
	})
	w.must(err)
	w.code = code
	w.must(w.sfo().SetHours(ctx, other, []sfo.Hours{{Weekday: w.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
	token, err := w.sfo().Enroll(ctx, other, "Nettbrettet")
	w.must(err)
	w.machine, w.pin = "tilhor-enhet="+token, web.TabletPath+"/kode/"+string(w.actorOf("Nordli skole", tilhor.RoleSFO, "").Person)
}

// staffOf are some of those who work at a school, each once: leaders and teachers.
func (w *floodWorld) staffOf(school tilhor.SchoolID) (all []tilhor.Actor) {
	w.t.Helper()
	w.read(func(tx *db.Tx) error {
		staff, err := w.house.roster.Employees(tx, w.owner(), school, w.today())
		for _, e := range staff {
			if e.TrainedOn != "" && len(all) < 10 {
				all = append(all, tilhor.Actor{Owner: w.owner(), Person: e.ID, Role: e.Roles[0], School: school, Trained: true})
			}
		}
		return err
	})
	return all
}

// atMachine is one who works at SFO and signs in with a PIN, on another machine than the
// one that is flooded.
func (w *floodWorld) atMachine(rektor tilhor.Actor) *honestUser {
	w.t.Helper()
	ctx, mona := context.Background(), w.actorOf("Solbakken skole", tilhor.RoleSFO, "")
	w.must(w.sfo().SetHours(ctx, rektor, []sfo.Hours{{Weekday: w.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
	token, err := w.sfo().Enroll(ctx, rektor, "Nettbrettet")
	w.must(err)
	code, err := w.sfo().GiveCode(ctx, rektor, mona.Person)
	w.must(err)
	u := w.user("10.2.8.", tilhor.Actor{}, "PIN "+web.TabletPath+"/kode/"+string(mona.Person))
	u.cookie = &http.Cookie{Name: "tilhor-enhet", Value: token}
	if r := w.do("POST", u.cookie, "nb", web.TabletPath+"/kode/"+string(mona.Person), url.Values{"code": {code}, "pin": {"739152"}, "again": {"739152"}}); r.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("no PIN is chosen: %d", r.StatusCode)
	}
	return u
}

func (w *floodWorld) comeIn(a tilhor.Actor) *http.Cookie {
	w.t.Helper()
	c, err := w.site.Enter(context.Background(), a.Person, a, mfa, w.issuer)
	w.must(err)
	return c
}

var anOpenTrack = testSQL(`SELECT slug FROM cases_track WHERE owner = $1 AND school = $2 AND state <> 'closed' ORDER BY slug LIMIT 1`)

// An honestUser does a day's work, one thing after another.
type honestUser struct {
	w      *floodWorld
	from   string
	cookie *http.Cookie
	does   []string
	client *http.Client
	inside bool // signed in
	n      int
}

func (w *floodWorld) user(from string, a tilhor.Actor, does ...string) *honestUser {
	u := &honestUser{w: w, from: from, does: does, client: &http.Client{
		Timeout: 20 * time.Second, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if a.Person != "" {
		u.cookie, u.inside = w.comeIn(a), true
	}
	return u
}

// telling is a whole concern, sent from the last screen.
func telling() url.Values {
	return url.Values{
		"nokkel": {tilhor.NewID()}, "step": {"3"}, "go": {"send"}, "name": {"Olga Renhold"}, "described": {"Ei jente med rød lue"},
		"saw": {"Hun satt alene i garderoben og gråt."}, "arena": {string(tilhor.ArenaBreak)}, "happened": {"today"}, "known": {"now"},
	}
}

// saying is what a pupil tells without a name, sent from the last screen.
func saying() url.Values {
	return url.Values{
		"nokkel": {tilhor.NewID()}, "level": {"9-12"}, "step": {"send"}, "go": {"send"}, "for": {"self"}, "sign": {"no"}, "words": {"De tar alltid ballen."}, "accused": {"none"},
	}
}

// once does the next thing, and says how long it took.
func (u *honestUser) once() (time.Duration, error) {
	what := u.does[u.n%len(u.does)]
	u.n++
	verb, path, does := strings.Cut(what, " ")
	if !does {
		path = what
	}
	began := time.Now()
	err := u.do(verb, path)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return time.Since(began), nil
}

func (u *honestUser) do(verb, path string) error {
	const form = "application/x-www-form-urlencoded"
	at := "http://" + u.w.addr
	switch verb {
	case "POST":
		_, err := u.ask("POST", at+path, u.cookie, form, telling().Encode(), http.StatusSeeOther)
		return err
	case "TELL": // is answered in place, as there is no session to send on
		_, err := u.ask("POST", at+path, nil, form, saying().Encode(), http.StatusOK)
		return err
	case "TALK":
		_, err := u.ask("POST", at+path, nil, form, url.Values{"kode": {u.w.code}}.Encode(), http.StatusOK)
		return err
	case "PIN":
		_, err := u.ask("POST", at+path, u.cookie, form, url.Values{"nokkel": {tilhor.NewID()}, "pin": {"739152"}}.Encode(), http.StatusSeeOther)
		return err
	case "UP": // a file that is refused, so that it can be sent as often as one likes
		_, err := u.ask("POST", at+path, u.cookie, "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"fil\"; filename=\"a.txt\"\r\n\r\nHei.\r\n--x--\r\n", http.StatusUnprocessableEntity)
		return err
	case "IN":
		to, err := u.ask("GET", at+"/logg-inn/feide?som="+path, nil, "", "", http.StatusFound)
		if err != nil {
			return err
		}
		back, err := u.ask("GET", to.Header.Get("Location"), nil, "", "", http.StatusFound)
		if err != nil {
			return err
		}
		in, err := u.ask("GET", back.Header.Get("Location"), to.Cookies()[0], "", "", http.StatusSeeOther)
		if err == nil && cookieIn(in, "tilhor") == nil {
			err = errors.New("signed in as nobody")
		}
		return err
	}
	_, err := u.ask("GET", at+path, u.cookie, "", "", http.StatusOK)
	return err
}

// ask asks for one thing.
func (u *honestUser) ask(method, to string, c *http.Cookie, kind, body string, want int) (*http.Response, error) {
	r, err := http.NewRequest(method, to, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	from := u.from
	if strings.HasSuffix(from, ".") {
		from += fmt.Sprint(u.n % 200)
	}
	r.Header.Set("X-Forwarded-For", from)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c != nil {
		r.AddCookie(c)
	}
	resp, err := u.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return nil, err
	}
	if resp.StatusCode != want {
		return nil, fmt.Errorf("%d", resp.StatusCode)
	}
	return resp, nil
}

// pace is how often each of those outside does something, who stand for many: each time
// it is somebody at another address. Who is signed in is one person, and not as quick.
const (
	pace       = 160 * time.Millisecond
	paceInside = 500 * time.Millisecond
)

// waits is what the ninety-ninth of a hundred waited: for a page, for an answer to what
// they sent, or to come in. Who is signed in asks for the longest pages, so that strangers
// are looked at by themselves.
type waits struct{ inside, outside time.Duration }

// measure lets the honest work for a while, and gives what they waited; without those
// outside it asks for the others alone.
func (w *floodWorld) measure(long time.Duration, outsideToo bool) (p99 waits, wrong []error) {
	var mu sync.Mutex
	var inside, outside []time.Duration
	var wg sync.WaitGroup
	for i, u := range w.users {
		if !u.inside && !outsideToo {
			continue
		}
		wg.Go(func() {
			every := pace
			if u.inside {
				every = paceInside
			}
			<-time.After(every * time.Duration(i) / time.Duration(len(w.users))) // people do not press at one stroke
			t := time.NewTicker(every)
			defer t.Stop()
			for end := time.Now().Add(long); time.Now().Before(end); <-t.C {
				d, err := u.once()
				mu.Lock()
				for { // what they would have done meanwhile waited too
					if u.inside {
						inside = append(inside, d)
					} else {
						outside = append(outside, d)
					}
					if d -= every; d <= 0 {
						break
					}
				}
				if err != nil {
					wrong = append(wrong, err)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(inside)
	slices.Sort(outside)
	p99.inside = inside[len(inside)*99/100]
	if outsideToo {
		p99.outside = outside[len(outside)*99/100]
	}
	return p99, wrong
}

// over says how many times longer they waited than on another day, whoever waited longest
// of those who are kept from the flood.
func (p waits) over(calm waits, kind string) float64 {
	inside := float64(p.inside) / float64(max(calm.inside, unfelt))
	if kind == crowd || kind == storm {
		return inside
	}
	return max(inside, float64(p.outside)/float64(max(calm.outside, unfelt)))
}

func (p waits) String() string {
	return fmt.Sprintf("%v inside, %v outside", p.inside.Round(time.Millisecond/10), p.outside.Round(time.Millisecond/10))
}

// middle is the median of either.
func middle(all []waits) (m waits) {
	var inside, outside []time.Duration
	for _, p := range all {
		inside, outside = append(inside, p.inside), append(outside, p.outside)
	}
	return waits{median(inside), median(outside)}
}

func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

// A flooder is another process, that gets what time is left over: what is shown
// is what the server does to the honest, not what two programs do that want one
// processor.
type flooder struct {
	t    *testing.T
	in   io.WriteCloser
	out  *bufio.Scanner
	all  map[int]int
	kind string
}

// An order is what a flooder is to do.
type order struct {
	Kind, Addr, School, Cookie, Machine, PIN, Upload string
	AtHome                                           []string
	Each                                             int // how many requests a storm is each second
}

func (w *floodWorld) flooderOf(t *testing.T, kind string) *flooder {
	t.Helper()
	text, err := json.Marshal(order{kind, w.addr, w.school, w.flooder.String(), w.machine, w.pin, w.upload, w.family, w.each})
	w.must(err)
	cmd := exec.Command(os.Args[0], "-test.run=^TestFloodClient$")
	cmd.Env = append(os.Environ(), "TILHOR_FLOOD="+string(text), "GOMAXPROCS=1")
	f := &flooder{t: t, all: map[int]int{}, kind: kind}
	f.in, err = cmd.StdinPipe()
	w.must(err)
	out, err := cmd.StdoutPipe()
	w.must(err)
	f.out = bufio.NewScanner(out)
	w.must(cmd.Start())
	w.must(syscall.Setpriority(syscall.PRIO_PROCESS, cmd.Process.Pid, 19))
	t.Cleanup(func() { f.in.Close(); cmd.Process.Kill(); cmd.Wait() })
	f.say("hello")
	return f
}

// say sends a word and waits until it is done.
func (f *flooder) say(word string) {
	f.t.Helper()
	fmt.Fprintln(f.in, word)
	for f.out.Scan() {
		var got map[int]int
		if json.Unmarshal(f.out.Bytes(), &got) == nil {
			for code, n := range got {
				f.all[code] += n
			}
			return
		}
	}
	f.t.Fatalf("the flooder ended: %v", f.out.Err())
}

// sent is how much it sent, or how many connections it held.
func (f *flooder) sent() (n int) {
	for _, k := range f.all {
		n += k
	}
	return n
}

// TestFloodClient is the other process; in this one it does nothing.
func TestFloodClient(t *testing.T) {
	text := os.Getenv("TILHOR_FLOOD")
	if text == "" {
		return
	}
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	c := &floodClient{order: o, got: map[int]int{}}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		switch in.Text() {
		case "go":
			c.start()
		case "stop":
			c.stop()
		}
		c.mu.Lock()
		b, _ := json.Marshal(c.got)
		c.got = map[int]int{}
		c.mu.Unlock()
		fmt.Printf("\n%s\n", b)
	}
}

// floodConns is how many connections a flood has.
const floodConns = 128

type floodClient struct {
	order
	times int // it was begun: each time from other networks, that have asked for nothing yet
	on    atomic.Bool
	wg    sync.WaitGroup
	mu    sync.Mutex
	got   map[int]int // answers by status; 0 is a connection that was opened or broke
	all   []net.Conn
}

// from is one of the four networks of this time.
func (c *floodClient) from(i int) string {
	if c.Kind == crowd || c.Kind == storm {
		n := rand.Uint32()
		return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
	}
	kind := slices.Index(floods, c.Kind)
	return fmt.Sprintf("203.%d.%d.%d", kind, c.times, i%4)
}

func (c *floodClient) start() {
	c.times++
	c.on.Store(true)
	if c.Kind == storm {
		c.wg.Go(c.storms)
		return
	}
	began := make(chan bool, floodConns)
	for i := range floodConns {
		c.wg.Go(func() { c.work(i, began) })
	}
	for range floodConns {
		<-began
	}
}

// stop ends it at once: who waits for an answer hangs up.
func (c *floodClient) stop() {
	c.on.Store(false)
	c.mu.Lock()
	for _, n := range c.all {
		n.Close()
	}
	c.all = nil
	c.mu.Unlock()
	c.wg.Wait()
}

func (c *floodClient) dial() net.Conn {
	n, err := net.Dial("tcp", c.Addr)
	if err != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on.Load() {
		n.Close()
		return nil
	}
	c.all = append(c.all, n)
	return n
}

func (c *floodClient) count(code int) { c.mu.Lock(); defer c.mu.Unlock(); c.got[code]++ }

func (c *floodClient) work(i int, began chan<- bool) {
	var first sync.Once
	ready := func() { first.Do(func() { began <- true }) }
	defer ready()
	for c.on.Load() {
		n := c.dial()
		if n == nil {
			continue
		}
		if c.Kind == "slow" || c.Kind == "uploads" {
			c.count(0)
			ready()
			c.slowly(n, i)
		} else {
			c.converse(n, i, ready)
		}
		n.Close()
	}
}

// eachSecond is how many requests a storm is, each on a connection of its own. That is
// what two cores take in, whatever becomes of it, beside a database and the storm itself
// without the honest feeling it: more is for the network in front.
const eachSecond = 500

// storms asks however many have not been answered yet.
func (c *floodClient) storms() {
	t := time.NewTicker(time.Second / time.Duration(c.Each))
	defer t.Stop()
	for k := 0; c.on.Load(); k++ {
		c.wg.Go(func() {
			n := c.dial()
			if n == nil {
				c.count(0)
				return
			}
			defer n.Close()
			code := 0
			if _, err := io.WriteString(n, c.request(k, 0)); err == nil {
				if resp, err := http.ReadResponse(bufio.NewReader(n), nil); err == nil {
					code = resp.StatusCode
				}
			}
			c.count(code)
		})
		<-t.C
	}
}

// converse asks again and again on one connection.
func (c *floodClient) converse(n net.Conn, i int, ready func()) {
	r := bufio.NewReader(n)
	for k := 0; c.on.Load(); k++ {
		_, err := io.WriteString(n, c.request(i, k))
		ready()
		if err != nil {
			c.count(0)
			return
		}
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			c.count(0)
			return
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		c.count(resp.StatusCode)
		if resp.Close {
			return
		}
	}
}

// bigForms are one that may come in, and is read and shown again, and one that
// is longer than any form may be.
var bigForms = []string{"saw=" + strings.Repeat("a+", 300_000) + "&", "saw=" + strings.Repeat("a+", 600_000) + "&"}

// request is one of the flood's, from one of four networks.
func (c *floodClient) request(i, k int) string {
	head := fmt.Sprintf("Host: 127.0.0.1\r\nX-Forwarded-For: %s\r\nSec-Fetch-Site: same-origin\r\n", c.from(i))
	switch c.Kind {
	case "sign-ins":
		if k%2 == 0 {
			return "GET /logg-inn/feide HTTP/1.1\r\n" + head + "\r\n"
		}
		return "GET /logg-inn/feide/svar?code=x&iss=x&state=" + tilhor.NewID() + " HTTP/1.1\r\n" + head + "Cookie: tilhor-inn=" + tilhor.NewID() + "\r\n\r\n"
	case "codes":
		return "GET /kvittering/" + tilhor.NewID() + " HTTP/1.1\r\n" + head + "\r\n"
	case "signed-in":
		return "GET " + []string{"/i-dag", "/bekymringer", "/bekymringer/ny"}[k%3] + " HTTP/1.1\r\n" + head + "Cookie: " + c.Cookie + "\r\n\r\n"
	}
	path, body := "/s/"+c.School+"/ansatt", telling().Encode()
	switch c.Kind {
	case "big":
		body = bigForms[k%2] + body
	case "big-with-file": // of nobody who may attach one
		body = "--x\r\nContent-Disposition: form-data; name=\"ord\"\r\n\r\n" + bigForms[0] + "\r\n--x--\r\n"
		return fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\n\r\n%s", c.Upload, head, len(body), body)
	case "big-signed-in":
		path, body = "/bekymringer/ny", bigForms[k%2]+body
		head += "Cookie: " + c.Cookie + "\r\n"
	case "home": // a pupil, and a parent, each with a session of their own
		path, body = "/min/si", saying().Encode()
		if k%2 == 1 {
			path, body = "/foresatt/rektor", url.Values{"nokkel": {tilhor.NewID()}, "school": {c.School}, "described": {"Ei jente i 5A"}, "saw": {"Hun vil ikke på skolen."}}.Encode()
		}
		head += "Cookie: " + c.AtHome[k%2] + "\r\n"
	case "tellings", crowd, storm:
		path, body = "/s/"+c.School+"/si", saying().Encode()
	case "talks":
		path, body = "/samtale", url.Values{"kode": {strings.Repeat("bamse eple gitar ", 2) + tilhor.NewID()[:6]}}.Encode()
	case "pins":
		path, body = c.PIN, url.Values{"nokkel": {tilhor.NewID()}, "pin": {fmt.Sprintf("%06d", k%1_000_000)}}.Encode()
		head += "Cookie: " + c.Machine + "\r\n"
	}
	return fmt.Sprintf("POST %s HTTP/1.1\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", path, head, len(body), body)
}

// slowly holds a connection: a head that never ends, a form that comes letter
// by letter, or answers that are not read.
func (c *floodClient) slowly(n net.Conn, i int) {
	head := fmt.Sprintf("Host: 127.0.0.1\r\nX-Forwarded-For: %s\r\nSec-Fetch-Site: same-origin\r\n", c.from(i))
	begin, letter := "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-", "a"
	switch kind := i % 3; {
	case c.Kind == "uploads":
		begin = "POST " + c.Upload + " HTTP/1.1\r\n" + head + "Cookie: " + c.Cookie + "\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n--x\r\n"
	case kind == 1:
		begin = "POST /s/" + c.School + "/ansatt HTTP/1.1\r\n" + head + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\nsaw="
	case kind == 2:
		n.(*net.TCPConn).SetReadBuffer(1)
		begin = strings.Repeat("GET /s/"+c.School+"/ansatt HTTP/1.1\r\n"+head+"\r\n", 100)
		letter = ""
	}
	if _, err := io.WriteString(n, begin); err != nil {
		return
	}
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for range t.C {
		if _, err := io.WriteString(n, letter); err != nil || !c.on.Load() {
			return
		}
	}
}

// Whatever somebody floods the site with, from elsewhere or with a session of
// their own, the honest wait at most twice as long as on a calm day, at a page and at
// the door, and none is refused. The controls are the same site without limits, and one
// that gives a turn before the form has come.
func TestFlood(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { floodsAreNotFelt(t, e) })
	}
}

func floodsAreNotFelt(t *testing.T, e db.Engine) {
	took, left := map[string][]float64{}, floods
	for try := range 5 { // of a machine that did something else the rest is asked again, for longer; one try is enough, for the machine may do other things too
		// The honest tell as fast as a whole school: each try has a site of its own, so
		// that what they may leave in one go is not used up by the try before.
		w := newFloodWorld(t, e, web.UsualBounds(), plainly)
		long := time.Duration(soak.Times(2, 4)) * time.Second << min(try, 1)
		ratio, _ := w.compare(t, left, soak.Times(1, 9), long, func(kind string, wrong []error) {
			t.Errorf("%s: %d honest users were refused: %v", kind, len(wrong), wrong[:min(3, len(wrong))])
		})
		for kind, r := range ratio {
			took[kind] = append(took[kind], r)
		}
		if left = slices.DeleteFunc(slices.Clone(left), func(kind string) bool { return slices.Min(took[kind]) <= honest }); len(left) == 0 {
			break
		}
	}
	t.Logf("what was waited against calm, in each try: %v, allowed %.1f", took, honest)
	most := map[string]float64{}
	for kind, all := range took {
		if most[kind] = slices.Min(all); most[kind] > honest {
			t.Errorf("a flood of %s makes the honest wait %.1f times as long (allowed %.1f)", kind, most[kind], honest)
		}
	}
	withoutLimits(t, e, most)
	turnFirst(t, e)
}

// withoutLimits is the control: floods of five kinds, that other rules are against, are
// felt beyond what is allowed.
func withoutLimits(t *testing.T, e db.Engine, most map[string]float64) {
	const all = 1_000_000
	open := newFloodWorld(t, e, web.Bounds{Persons: all, Each: all, Strangers: all, Much: all, Outside: all, OneAsks: all, Long: all, Row: all, Queue: all, Forms: 1 << 40, Files: 1 << 40, Left: all, Again: all}, plainly)
	open.each *= 2
	left := []string{"posts", "sign-ins", "signed-in", crowd, storm}
	for try := 0; try < 6 && len(left) > 0; try++ {
		refused := map[string]int{}
		ratio, noise := open.compare(t, left, 1+min(try, 2), 800*time.Millisecond, func(kind string, wrong []error) { refused[kind] += len(wrong) })
		left = slices.DeleteFunc(left, func(kind string) bool {
			felt := refused[kind] > 0 || ratio[kind] > 2*noise && ratio[kind] > 1.5*most[kind]
			if felt {
				t.Logf("the control: without limits a flood of %s makes the honest wait %.1f times as long, %d are refused", kind, ratio[kind], refused[kind])
			}
			return felt
		})
	}
	if len(left) > 0 {
		t.Errorf("the control: without limits a flood of %v is not felt", left)
	}
}

// turnFirst is the control of the slow ones: where a turn is taken before the
// form has come, a few who send a letter at a time stop everybody.
func turnFirst(t *testing.T, e db.Engine) {
	turns := make(chan bool, web.UsualBounds().Strangers)
	w := newFloodWorld(t, e, web.UsualBounds(), func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			select {
			case turns <- true:
				defer func() { <-turns }()
				h.ServeHTTP(rw, r)
			case <-r.Context().Done():
			}
		})
	})
	for _, u := range w.users {
		u.client.Timeout = time.Second
	}
	f := w.flooderOf(t, "slow")
	f.say("go")
	var wrong []error
	for range 5 { // the slow ones come in one by one
		if _, wrong = w.measure(100*time.Millisecond, true); len(wrong) > 0 {
			break
		}
	}
	f.say("stop")
	if len(wrong) == 0 {
		t.Error("the control: who is slow stops nobody even when they hold the turns")
	}
}

func plainly(h http.Handler) http.Handler { return h }

// sendsLong is one honest long form, in the midst of a flood of them: it is answered,
// that it is too long.
func (w *floodWorld) sendsLong(t *testing.T, kind string) {
	t.Helper()
	u := w.user("10.2.9.9", tilhor.Actor{})
	if _, err := u.ask("POST", "http://"+w.addr+"/s/"+w.school+"/ansatt", nil, "application/x-www-form-urlencoded", bigForms[0]+telling().Encode(), http.StatusUnprocessableEntity); err != nil {
		t.Errorf("%s: an honest long form is refused: %v", kind, err)
	}
}

// compare measures calm and each flood in turn, calm before each. It gives for each
// flood how many times longer they waited in the middle round than in the middle one of
// all calm spells; and how much longer they waited in the worst of these.
//
// Who is refused is told to refused.
func (w *floodWorld) compare(t *testing.T, kinds []string, rounds int, long time.Duration, refused func(kind string, wrong []error)) (ratio map[string]float64, noise float64) {
	t.Helper()
	w.measure(long, true) // warm
	calm, flood := map[string][]waits{}, map[string][]waits{}
	note := func(at map[string][]waits, kind string, outsideToo bool) {
		p99, wrong := w.measure(long, outsideToo)
		at[kind] = append(at[kind], p99)
		if len(wrong) > 0 {
			refused(kind, wrong)
		}
	}
	flooders := map[string]*flooder{}
	for range rounds {
		for _, kind := range kinds {
			if flooders[kind] == nil {
				flooders[kind] = w.flooderOf(t, kind)
			}
			w.measure(long/4, true) // what the flood before left is done
			note(calm, kind, true)
			flooders[kind].say("go")
			note(flood, kind, kind != storm)
			if strings.HasPrefix(kind, "big") {
				w.sendsLong(t, kind)
			}
			flooders[kind].say("stop")
		}
	}
	var all []waits
	ratio = map[string]float64{}
	for _, kind := range kinds {
		all = append(all, calm[kind]...)
	}
	before := middle(all)
	for _, kind := range kinds {
		ratio[kind] = middle(flood[kind]).over(before, kind)
		t.Logf("%-13s %v; calm before it %v, of all %v; the flood got %v", kind, middle(flood[kind]), middle(calm[kind]), before, flooders[kind].all)
		if n := flooders[kind].sent(); n < floodConns/2 {
			t.Errorf("the flood of %s did not come: %d", kind, n)
		}
		flooders[kind].in.Close()
	}
	for _, p := range all {
		noise = max(noise, p.over(before, ""))
	}
	return ratio, noise
}
