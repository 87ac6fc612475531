package web

import (
	"bytes"
	"context"
	"errors"
	"hash/maphash"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"tilhor/internal/db"

	"golang.org/x/time/rate"
)

// Bounds are how much is done at once, and for whom. docs/decisions has the
// reasons for the numbers.
type Bounds struct {
	// Proxies are the machines in front of us whose X-Forwarded-For is believed.
	// Without them everybody who is not signed in is one client.
	Proxies []netip.Prefix

	Persons   int           // requests at once of those who are signed in
	Each      int           // of them, by one person
	Strangers int           // requests at once of those who are not
	Much      int           // of either, by those who have asked for much for a while, as long as others ask too
	Crowd     time.Duration // of each second, what strangers may take together of whom nobody has asked for much; 0 is no bound
	Outside   int           // answers awaited at once from sign-in providers
	OneAsks   int           // of them, for one client
	Sent      int           // files that go out at once
	OneTakes  int           // of them, to one client

	Long int // long forms of all strangers that are answered at once, and of each person

	Row   int // how many of one network may wait
	Queue int // how many may wait in all

	Forms int // bytes of long forms held at once by those who are signed in, and as many by those who are not

	Files int // bytes of forms with files held at once

	Left  int     // what one network may leave at one address in one go: what a whole school tells
	Again float64 // and how much of that comes back each second

	Guesses int // wrong codes of everybody together, answered at once: ten come back each second
	Guessed int // wrong codes beyond them that wait for their answer at once
}

// UsualBounds suit the machine. A whole school (2 000 people behind one address) may
// leave something in the same minute; how soon it is answered is for the machine to say.
func UsualBounds() Bounds {
	cores := runtime.GOMAXPROCS(0)
	return Bounds{
		Persons: 8 * cores, Each: 2, Strangers: 2 * cores, Much: max(1, cores/2), Crowd: time.Duration(cores) * time.Second / 4, Outside: 32, OneAsks: 8, Sent: 16, OneTakes: 2, Long: 1,
		Row: 2500, Queue: 6000, Forms: 32 << 20, Files: 4 * 2 * maxUpload, Left: 2500, Again: 1,
		Guesses: 100, Guessed: 256,
	}
}

// Limits share one process between those who ask it. Nobody is refused for
// what another did, wherever the two can be told apart: a person by the
// session, others by their network. Nothing is written down of either. The
// sites of one process share one, since they share the machine.
type Limits struct {
	bounds                      Bounds
	seed                        maphash.Seed
	persons, strangers, outside *gate
	refusing, files             *gate
	personsLong, strangersLong  *gate
	known, roles                *recent
	personsForms, strangerForms *forms
	uploads                     *forms
	guesses                     *guesses

	mu   sync.Mutex
	left map[client]*rate.Limiter
}

// NewLimits makes them.
func NewLimits(b Bounds) *Limits {
	m := &machine{}
	l := &Limits{
		bounds: b, seed: maphash.MakeSeed(),
		persons:   m.gate(b.Persons, b.Each, b.Much, b.Persons, 64*b.Each, b.Queue),
		strangers: m.gate(b.Strangers, b.Strangers, b.Much, 2*b.Much, b.Row, b.Queue),
		outside:   newGate(b.Outside, b.OneAsks, b.Row, b.Queue),
		refusing:  newGate(1, 1, 64, 256),
		files:     newGate(b.Sent, b.OneTakes, b.Row, b.Queue),

		personsLong:   newGate(b.Persons, b.Long, b.Row, b.Queue),
		strangersLong: newGate(b.Long, b.Long, b.Row, b.Queue),

		known:   &recent{},
		roles:   &recent{},
		left:    map[client]*rate.Limiter{},
		guesses: newGuesses(b),

		personsForms:  &forms{left: b.Forms, most: min(b.Forms/2, b.Each*maxForm), by: map[client]int{}},
		strangerForms: &forms{left: b.Forms, most: b.Forms / 8, by: map[client]int{}},
		uploads:       &forms{left: b.Files, most: 2 * maxUpload, by: map[client]int{}},
	}
	l.strangers.lightly = b.Crowd
	return l
}

// admit answers a request when its turn comes. The form is read before and the
// answer sent after: who sends or reads slowly keeps nobody from a turn.
func (s *Site) admit(w http.ResponseWriter, r *http.Request, do http.HandlerFunc) {
	l := s.limits
	token := s.tokenOf(r)
	who, person := l.clientOf(r, token)
	t, pool, apart := &turn{limits: l, gate: l.strangers, who: who}, l.strangerForms, l.strangersLong
	if person {
		t.gate, pool, apart = l.persons, l.personsForms, l.personsLong
	}
	roles, file := s.takesFile(r)
	keeps := person && file && l.actsIn(token, roles) // whom the page is not for takes no room from whom it is
	if long(r) && !keeps {
		t.gate, t.long = apart, true
	}
	receive := pool.receive
	if file {
		receive = func(r *http.Request, who client) (func(), error) { return l.receiveFile(r, who, keeps) }
	}
	done, err := receive(r, who)
	if err != nil {
		s.refuse(w, r, who, err)
		return
	}
	defer done()
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	in := r.WithContext(context.WithValue(ctx, turnKey{}, t))
	a := &held{ResponseWriter: w}
	answered := answering(ctx)
	if err := t.take(ctx); err != nil {
		answered()
		s.refuse(w, r, who, err)
		return
	}
	func() {
		defer answered()
		defer t.end()
		do(a, in)
	}()
	a.send()
}

// refuse says that there is no room, with what was written, as long as there is
// room even for that. A form of another site is refused as such: its fields are
// never given a button of ours.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, who client, why error) {
	wait := time.Second
	if long(r) { // it comes whole again, and is read again
		wait = longWait
	}
	select {
	case <-time.After(wait): // who is told to wait, and asks again at once, has waited
	case <-r.Context().Done():
		return
	}
	if err := s.sameSite(r); err != nil {
		why = err
	}
	if err := s.limits.refusing.enter(r.Context(), who); err != nil {
		w.Header().Set("Retry-After", retryAfter)
		http.Error(w, noRoom, http.StatusServiceUnavailable)
		return
	}
	t := &turn{limits: s.limits, gate: s.limits.refusing, who: who, long: long(r), held: true, since: time.Now()}
	a := &held{ResponseWriter: w}
	func() {
		defer t.end()
		s.fail(s.request(a, r, nil), why)
	}()
	a.send()
}

// long says whether a request brings a long form.
func long(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.ContentLength < 0 || r.ContentLength > longForm)
}

// noRoom is said when there is no room for a page: in every language at once,
// for there is none to ask which.
const noRoom = "Tilhør har for mye å gjøre akkurat nå. Gå tilbake i nettleseren, så står det du skrev, der. Prøv igjen om litt.\n" +
	"Tilhør har for mykje å gjere akkurat no. Gå tilbake i nettlesaren, så står det du skreiv, der. Prøv igjen om litt.\n" +
	"Tilhør is too busy just now. Go back in the browser, and what you wrote is there. Try again in a little while."

// retryAfter is when it is worth trying again, in seconds.
const retryAfter = "10"

// busy answers who cannot have a turn.
func (q *Req) busy(err error) error {
	q.W.Header().Set("Retry-After", retryAfter)
	if errors.Is(err, errLeft) {
		return q.tell(http.StatusServiceUnavailable, notice{key: "left", phone: true})
	}
	if errors.Is(err, errTooMuch) {
		return q.tell(http.StatusTooManyRequests, notice{key: "many", phone: true, retry: true})
	}
	return q.tell(http.StatusServiceUnavailable, notice{key: "busy", phone: true, retry: true})
}

// A turn is one request's place inside.
type turn struct {
	limits *Limits
	gate   *gate
	who    client
	long   bool // a long form: after it its place rests
	held   bool
	since  time.Time     // when it was taken
	spent  time.Duration // in the turns before
}

type turnKey struct{}

func (t *turn) take(ctx context.Context) error {
	err := t.gate.enter(ctx, t.who)
	t.held, t.since = err == nil, time.Now()
	return err
}

func (t *turn) give() {
	if t.held {
		t.held = false
		t.spent += time.Since(t.since)
		t.gate.leave(t.who)
	}
}

// The place of a long form rests for restsFor times as long as it took, up to
// longestRest.
const (
	restsFor    = 7
	longestRest = time.Second
)

// longWait is how long who sent a long form waits before it is refused.
const longWait = 3 * time.Second

// end gives the turn on for good. A long form costs many times what another request
// does, to read as to show again and to clear away: its place rests.
func (t *turn) end() {
	if !t.long || !t.held {
		t.give()
		return
	}
	t.held = false
	time.AfterFunc(min(restsFor*(t.spent+time.Since(t.since)), longestRest), func() { t.gate.leave(t.who) })
}

// Aside does what waits for another machine (a sign-in provider that may be
// slow, or down) without keeping the turn meanwhile.
func Aside(ctx context.Context, do func() error) error {
	return aside(ctx, func(l *Limits) *gate { return l.outside }, do)
}

// aside does it at another gate.
func aside(ctx context.Context, at func(*Limits) *gate, do func() error) error {
	db.Let(ctx)
	t, _ := ctx.Value(turnKey{}).(*turn)
	if t == nil || !t.held {
		return do()
	}
	t.give()
	g := at(t.limits)
	if err := g.enter(ctx, t.who); err != nil {
		return err
	}
	defer t.take(context.WithoutCancel(ctx)) // what is left to do is small: it is done with a turn or without
	defer g.leave(t.who)
	return do()
}

// mayLeave says whether a network may leave one more thing at this address.
func (q *Req) mayLeave() bool {
	t, _ := q.Context().Value(turnKey{}).(*turn)
	if t == nil {
		return true
	}
	l := t.limits
	key := l.number("left", q.R.URL.Path) ^ l.sender(q.R, t.who)
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.left[key]
	if b == nil {
		if len(l.left) >= 1<<16 {
			l.tidy(q.Now)
		}
		b = rate.NewLimiter(rate.Limit(l.bounds.Again), l.bounds.Left)
		l.left[key] = b
	}
	return b.AllowN(q.Now, 1)
}

// tidy forgets who has left nothing for a while; all of them when that is not
// enough, for then it is no single network that leaves so much.
func (l *Limits) tidy(now time.Time) {
	for k, b := range l.left {
		if b.TokensAt(now) >= float64(l.bounds.Left) {
			delete(l.left, k)
		}
	}
	if len(l.left) >= 1<<16 {
		clear(l.left)
	}
}

// errLeft says that a form was not read: it stays where it is, in the browser.
var errLeft = errors.New("no room for so long a form")

// shortForm is what a form may be without being counted; longForm is what it may be to
// be answered beside others: as much as twenty thousand letters take in Arabic, as a
// browser sends them.
const (
	shortForm = 16 << 10
	longForm  = 128 << 10
)

// receive reads the form of a request whole. What is no form is left unread,
// and so is one that says it is too long: the page refuses them.
func (f *forms) receive(r *http.Request, who client) (done func(), err error) {
	done = func() {}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || kind != formKind || r.ContentLength > maxForm || r.Body == nil {
		return done, nil
	}
	size := int(r.ContentLength)
	if size < 0 {
		size = maxForm
	}
	if size > shortForm {
		if !f.take(who, size) {
			r.Body = io.NopCloser(broken{errLeft})
			return done, errLeft
		}
		done = func() { f.give(who, size) }
	}
	var b bytes.Buffer
	if size > shortForm { // what is not counted takes no room before it comes
		b.Grow(size + bytes.MinRead)
	}
	_, err = b.ReadFrom(io.LimitReader(r.Body, maxForm+1))
	r.Body = io.NopCloser(io.MultiReader(&b, broken{err}))
	return done, nil
}

// broken is the end of a form that did not come whole.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return 0, io.EOF
}

// forms counts the bytes of long forms that are held at once. Persons and
// strangers have one each: what strangers say they will send, and do not, takes
// no room from who is signed in.
type forms struct {
	mu   sync.Mutex
	left int
	most int // by one client
	by   map[client]int
}

func (f *forms) take(who client, n int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left < n || f.by[who]+n > f.most {
		return false
	}
	f.left -= n
	f.by[who] += n
	return true
}

func (f *forms) give(who client, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left += n
	if f.by[who] -= n; f.by[who] == 0 {
		delete(f.by, who)
	}
}

// recent remembers the sessions used lately, up to a number.
type recent struct {
	mu       sync.Mutex
	now, old map[client]client
}

const keptRecent = 16_384

func (m *recent) get(k client) (client, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v, ok := m.now[k]; ok {
		return v, true
	}
	v, ok := m.old[k]
	return v, ok
}

func (m *recent) put(k, v client) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now == nil || len(m.now) >= keptRecent {
		m.old, m.now = m.now, map[client]client{}
	}
	m.now[k] = v
}

func (m *recent) drop(k client) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.now, k)
	delete(m.old, k)
}

// held keeps an answer until the turn is given on.
type held struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

// WriteHeader keeps the status.
func (h *held) WriteHeader(code int) {
	if h.code == 0 {
		h.code = code
	}
}

// Write keeps the body.
func (h *held) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

// straight gives the way past what is kept, for what is too large to keep.
func (h *held) straight() http.ResponseWriter { return h.ResponseWriter }

func (h *held) send() {
	if h.code == 0 {
		return
	}
	h.ResponseWriter.WriteHeader(h.code)
	h.ResponseWriter.Write(h.body.Bytes()) // a reader who has left is no fault of ours
}
