package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/sfo"
	"tilhor/internal/soak"
	"tilhor/internal/web"
	"tilhor/internal/web/webtest"
)

// A prowler is somebody who has no right to any of the things laid out, and
// asks for them all the same.
type prowler struct {
	name   string
	role   tilhor.Role
	cookie *http.Cookie
	also   string // the cookies of a machine that is shared, sent to every address
	held   bool   // is stopped where it is sensitive, before anything is looked up: too weak a sign-in, no training
	barred string // things that this one may not see though the rest of the school's would do: "" is all of Solbakken
}

// A bait is something that exists, by what it is.
type bait struct{ kind, id, school string }

// The kinds of thing that an address can name, by the part of the address: a part
// without one fails.
var partKind = map[string]string{
	"{spor}": "track", "{slug}": "concern", "{skole}": "school", "{kode}": "secret", "{hemmelig}": "secret", "{nivaa}": "secret", "{barn}": "track", "{inngrep}": "force", "{notat}": "note",
	"{melding}": "notice", "{kvittering}": "given", "{brev}": "letter", "{krav}": "insight", "{fil}": "file", "{tiltak}": "measure", "{sperre}": "block", "{avvik}": "breach",
	"{horing}": "hearing", "{rad}": "body", "{mote}": "meeting", "{sak}": "matter", "{innspill}": "idea", "{gruppe}": "circle", "{hvem}": "face", "{steg}": "word",
}

// words are what an address is made of besides what it names.
var words = []string{"meldt", "foresporsel", "svar", "utfall", "vedtak", "mottatt"}

// notProbed are routes that answer everybody alike, or end the session they
// are asked with; each has its own test (internal/web/signin).
var notProbed = map[string]bool{
	"signin.begin": true, "signin.finish": true, "signout.here": true, "signout.all": true, "signout.outside": true, "web.exit": true,
}

// A prober asks at random, and holds each refusal up against that of something
// that is not there.
type prober struct {
	w        *matrixWorld
	site     *siteWorld // whose routes are asked for: the same house, or with sabotage in it
	prowlers []prowler
	baits    []bait
	rng      *rand.Rand

	asked, pairs int
	met          map[string]int // how often a thing was asked for where it belongs, by its kind
	faults       []string
}

func newProber(w *matrixWorld) *prober {
	p := &prober{w: w, site: w.siteWorld, met: map[string]int{}, rng: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))}
	p.lay()
	p.hire()
	return p
}

// lay collects what exists at both schools.
func (p *prober) lay() {
	w := p.w
	add := func(kind, id string, school tilhor.SchoolID) {
		p.baits = append(p.baits, bait{kind, id, string(school)})
	}
	for _, rel := range relations {
		x := w.things[rel]
		add("track", x.track, w.town.Solbakken)
		add("concern", x.concern, w.town.Solbakken)
		add("child", x.child, w.town.Solbakken)
		for _, m := range x.measures {
			add("measure", string(m), w.town.Solbakken)
		}
		for _, slug := range append(slices.Collect(maps.Values(x.said)), x.talk, x.sealed, x.arrival) {
			add("concern", slug, w.town.Solbakken)
		}
		for _, a := range x.asks {
			add("ask", string(a), w.town.Solbakken)
		}
		for _, n := range x.notes {
			add("note", string(n), w.town.Solbakken)
		}
		for kind, id := range map[string]string{
			"force": x.force, "notice": string(x.notice), "given": x.over, "letter": string(x.letter), "insight": string(x.insight), "file": string(x.file), "block": w.block, "breach": w.breach,
		} {
			add(kind, id, w.town.Solbakken)
		}
	}
	for _, d := range w.drafts {
		add("draft", d, w.town.Solbakken)
	}
	for _, who := range []string{"nora", "tuva", "forelder-nora", "rektor-solbakken", "teacher-solbakken"} {
		add("person", string(w.town.Person(who)), w.town.Solbakken)
	}
	add("school", string(w.town.Solbakken), w.town.Solbakken)
	for kind, id := range map[string]string{
		"hearing": w.heard.open, "came": w.heard.file, "body": w.bodies.school, "meeting": w.bodies.draft, "matter": w.bodies.item, "circle": w.circle, "proposal": "T1",
		"face": string(w.town.Actor(tilhor.RoleSFO, w.town.Solbakken).Person),
	} {
		add(kind, id, w.town.Solbakken)
	}
	add("idea", w.idea, w.town.Solbakken)
	add("idea", w.voted, w.town.Solbakken)
	concern, track, measure, child := p.elsewhere()
	add("concern", concern, w.town.Fjellvik)
	add("track", track, w.town.Fjellvik)
	add("measure", measure, w.town.Fjellvik)
	add("child", child, w.town.Fjellvik)
	add("person", string(w.town.Person("odin")), w.town.Fjellvik)
	add("person", string(w.town.Person("teacher-fjellvik")), w.town.Fjellvik)
}

// elsewhere makes a case at the other school.
func (p *prober) elsewhere() (concern, track, measure, child string) {
	w := p.w
	ctx, rektor := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Fjellvik)
	hour := tilhor.Now(w.clock())
	tell := func() string {
		c, err := w.concerns().Tell(ctx, rektor, concerns.Telling{
			School: w.town.Fjellvik, Pupils: []tilhor.PersonID{w.town.Person("odin")}, Saw: "Sto alene.",
			Arena: tilhor.ArenaBreak, Happened: hour, Known: hour,
		})
		w.must(err)
		return c.Slug
	}
	concern = tell()
	all, err := w.cases().TakeUp(ctx, rektor, tell(), cases.Stance{})
	w.must(err)
	track = all[0].Slug
	w.must(w.cases().AddChild(ctx, rektor, track, cases.Child{Described: "En gutt med grønn lue", Role: "witness"}))
	m := w.measure(rektor, track, rektor.Person)
	f, err := w.cases().See(ctx, rektor, track, "track")
	w.must(err)
	return concern, track, string(m), f.Children[0].Code
}

// hire gathers those who ask: every role at the other school, those at this one
// who have nothing to do with any of it, and those who are stopped at the door.
func (p *prober) hire() {
	w := p.w
	p.prowlers = append(p.prowlers, prowler{name: "signed out", role: tilhor.RoleAnyone})
	for _, role := range webtest.Roles {
		if role == tilhor.RoleAnyone {
			continue
		}
		a := w.town.Actor(role, w.town.Fjellvik)
		if role == tilhor.RoleOwnerAdviser { // the town's own was given a track by name
			a = w.hire("Nils Ny", role, true)
		}
		p.prowlers = append(p.prowlers, prowler{name: string(role) + " at another school", role: role, cookie: w.enter(a, mfa)})
		if !role.Staff() {
			continue
		}
		if lesser(role) {
			fresh := w.hire("Nils Ny", role, true)
			p.prowlers = append(p.prowlers, prowler{name: string(role) + " with no part in it", role: role, cookie: w.enter(fresh, mfa)})
		}
		p.prowlers = append(p.prowlers,
			prowler{name: string(role) + " without training", role: role, cookie: w.enter(w.people[relUntrained+" "+string(role)], mfa), held: true},
			prowler{name: string(role) + " signed in weakly", role: role, cookie: w.enter(w.town.Actor(role, w.town.Solbakken), ""), held: true},
			prowler{name: string(role) + " who is barred", role: role, cookie: w.enter(w.town.Actor(role, w.town.Solbakken), mfa), barred: relBarred})
	}
	for who, role := range map[string]tilhor.Role{"tuva": tilhor.RolePupil, "forelder-tuva": tilhor.RoleParent} {
		a := w.town.Actor(role, w.town.Solbakken)
		a.Person = w.town.Person(who)
		p.prowlers = append(p.prowlers, prowler{name: string(role) + " of the same school, and another child", role: role, cookie: w.enter(a, mfa)})
	}
	at := p.machine()
	p.prowlers = append(p.prowlers, // elsewhere than on its own pages, who is signed in there is nobody
		prowler{name: "whoever stands at the other school's machine", role: tilhor.RoleAnyone, also: at[0].String()},
		prowler{name: "who signed in on the other school's machine", role: tilhor.RoleAnyone, also: at[0].String() + "; " + at[1].String()},
	)
	p.prowlers = append(p.prowlers, prowler{
		name: "rektor, of the other school's", role: tilhor.RoleRektor,
		cookie: w.enter(w.town.Actor(tilhor.RoleRektor, w.town.Solbakken), mfa), barred: "fjellvik",
	})
}

// machine is what the shared machine at the other school's SFO sends, and who has signed
// in on it.
func (p *prober) machine() []*http.Cookie {
	w := p.w
	ctx, rektor, mona := context.Background(), w.town.Actor(tilhor.RoleRektor, w.town.Fjellvik), w.town.Actor(tilhor.RoleSFO, w.town.Fjellvik)
	w.must(w.sfo().SetHours(ctx, rektor, []sfo.Hours{{Weekday: w.clock().Weekday(), Opens: 0, Closes: 24*60 - 1}}))
	token, err := w.sfo().Enroll(ctx, rektor, "Nettbrettet i Fjellvik")
	w.must(err)
	code, err := w.sfo().GiveCode(ctx, rektor, mona.Person)
	w.must(err)
	machine := &http.Cookie{Name: "tilhor-enhet", Value: token}
	r := w.do("POST", machine, "nb", web.TabletPath+"/kode/"+string(mona.Person), url.Values{"code": {code}, "pin": {"739152"}, "again": {"739152"}})
	if len(r.Cookies()) != 1 {
		w.t.Fatalf("no sign-in on the machine: %d", r.StatusCode)
	}
	return []*http.Cookie{machine, {Name: r.Cookies()[0].Name, Value: r.Cookies()[0].Value}}
}

// closed says whether a bait is shut for a prowler.
func (p *prober) closed(who prowler, b bait) bool {
	switch who.barred {
	case "":
		if who.role == tilhor.RoleDPO && (b.kind == "block" || b.kind == "breach") { // the officer is the owner's, and these are for the officer
			return false
		}
		if who.role == tilhor.RoleOwnerAdviser && slices.Contains([]string{"hearing", "came", "proposal"}, b.kind) { // who holds every hearing
			return false
		}
		return b.school == string(p.w.town.Solbakken)
	case "fjellvik":
		return b.school == string(p.w.town.Fjellvik)
	}
	x := p.w.things[who.barred]
	return slices.Contains([]string{x.track, x.concern, x.talk, x.sealed, x.force, x.over, string(x.notes[""])}, b.id)
}

// kindOf is what a part of a route's address names.
func kindOf(r web.Route, part string) string {
	hearing := strings.Contains(r.Path, "{horing}")
	switch {
	case part == "{fil}" && hearing:
		return "came"
	case part == "{tiltak}" && hearing:
		return "proposal"
	case part != "{id}":
		return partKind[part]
	case strings.HasPrefix(r.Path, "/tiltak/"):
		return "measure"
	case strings.HasPrefix(r.Path, "/kladder/"):
		return "draft"
	case strings.HasPrefix(r.Path, "/foresporsler/"):
		return "ask"
	}
	return ""
}

var addressPart = regexp.MustCompile(`\{[^}]+\}`)

// crooked are ids of no shape of ours.
var crooked = []string{
	"0", "-1", "1", "x", "zzzzzzzzz", "zzzzzzzzzzz", "ABCDEFGHIJ", "abc%00defgh", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc", "a%2Fb", "a%5Cb", "%27%20OR%201=1--",
	"%22%3E%3Cscript%3E", "%F0%9F%98%80", "%C3%A6%C3%B8%C3%A5", "%FF%FE", "%0d%0aSet-Cookie:%20a=b", "null", "undefined", "%7B%7B7*7%7D%7D", "$%7B7*7%7D",
	strings.Repeat("a", 199), strings.Repeat("a", 201), strings.Repeat("z", 5000), "%20", "%E2%80%AEabc", "aaaaaaaaaa;x=1", "aaaaaaaaaa,bbbbbbbbbb", "*", "%25",
}

const idSigns = "abcdefghijklmnopqrstuvwxyz234567"

// like is a random id of the shape of another: it names nothing.
func (p *prober) like(id string) string {
	b := []byte(id)
	for i := range b {
		if strings.IndexByte(idSigns, b[i]) >= 0 {
			b[i] = idSigns[p.rng.IntN(len(idSigns))]
		}
	}
	return string(b)
}

func pick[T any](rng *rand.Rand, all []T) T { return all[rng.IntN(len(all))] }

// A probe is one asking, twice: for what is there and for what is not.
type probe struct {
	who            prowler
	route          web.Route
	method         string
	there, missing string
	form           url.Values
	paired         bool // the two are of one shape and must be one answer
	shut           bool // there is no id in the address: only the links to itself may differ
}

// next makes up a probe; false when this route has nothing to ask for.
func (p *prober) next(routes []web.Route) (probe, bool) {
	r, who := pick(p.rng, routes), pick(p.rng, p.prowlers)
	b := probe{who: who, route: r, method: r.Method}
	if p.rng.IntN(8) == 0 {
		b.method = pick(p.rng, []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "GETT"})
	}
	if who.held && !r.Sensitive {
		return b, false
	}
	parts := addressPart.FindAllString(r.Path, -1)
	if len(parts) == 0 {
		return p.shut(b)
	}
	b.there, b.missing, b.paired = r.Path, r.Path, true
	for _, part := range parts {
		there, missing, ok := p.fill(who, kindOf(r, part))
		if !ok {
			return b, false
		}
		b.paired = b.paired && len(there) == len(missing)
		b.there, b.missing = strings.Replace(b.there, part, there, 1), strings.Replace(b.missing, part, missing, 1)
	}
	q := p.query()
	b.there, b.missing = b.there+q, b.missing+q
	if b.method != "GET" && b.method != "HEAD" && !who.held {
		b.form = p.w.form(r, relLeads)
	}
	return b, true
}

// shut asks for a page without an id by somebody who may not come there: as if
// there were no such address.
func (p *prober) shut(b probe) (probe, bool) {
	if b.who.role == tilhor.RoleAnyone || b.who.held || slices.Contains(b.route.Roles, tilhor.RoleAnyone) || slices.Contains(b.route.Roles, b.who.role) {
		return b, false
	}
	if other := p.w.route(strings.Replace(b.method, "HEAD", "GET", 1), b.route.Path); other != nil && slices.Contains(other.Roles, b.who.role) {
		return b, false // by another method it is open to them
	}
	b.there, b.paired, b.shut = b.route.Path, true, true
	b.missing = "/" + strings.Repeat("q", len(b.there)-1)
	return b, true
}

// fill chooses what stands in the address: something that exists and is not
// this one's, something of another kind, nonsense; and what is not there.
func (p *prober) fill(who prowler, kind string) (there, missing string, ok bool) {
	switch n := p.rng.IntN(10); {
	case kind == "word":
		id := pick(p.rng, words)
		return id, id, true
	case kind == "secret" || n == 0: // who knows the secret address may have it, and a level is for all
		id := p.like(strings.Repeat("a", pick(p.rng, []int{10, 12, 22, 26})))
		return id, p.like(id), true
	case n == 1:
		id := pick(p.rng, crooked)
		return id, id, true
	case kind == "school": // every school's own page is for all
		b := pick(p.rng, p.baits)
		return b.id, p.like(b.id), b.kind != "school"
	}
	b := pick(p.rng, p.baits)
	right := slices.DeleteFunc(slices.Clone(p.baits), func(b bait) bool { return b.kind != kind || !p.closed(who, b) })
	if n := p.rng.IntN(4); n > 0 && len(right) > 0 { // most often the right kind
		b = pick(p.rng, right)
	}
	if b.kind == kind && !p.closed(who, b) {
		return "", "", false
	}
	id := b.id
	if b.kind == kind {
		p.met[kind]++
	}
	switch p.rng.IntN(12) { // and nearly right
	case 0:
		id = strings.ToUpper(id)
	case 1:
		id += "a"
	case 2:
		id = id[:len(id)-1]
	case 3:
		if len(id) < 4 {
			break
		}
		id = "%" + fmt.Sprintf("%02x", id[0]) + id[1:]
		return id, "%61" + p.like(id[3:]), true
	}
	return id, p.like(id), true
}

// query now and then adds what another page would take.
func (p *prober) query() string {
	b := pick(p.rng, p.baits)
	switch p.rng.IntN(12) {
	case 0:
		return "?barn=" + b.id
	case 1:
		return "?fra=1&til=2"
	case 2:
		return "?kladd=" + b.id
	case 3:
		return "?gjort=ja&l=en"
	case 4:
		return "?neste=//ond.example/"
	}
	return ""
}

func (p *prober) fault(b probe, format string, args ...any) {
	if len(p.faults) < 20 {
		p.faults = append(p.faults, fmt.Sprintf("%s %s as %s (%s): ", b.method, b.there, b.who.name, b.route.Name)+fmt.Sprintf(format, args...))
	}
}

// ask sends one half of a probe.
func (p *prober) ask(b probe, path string) *http.Response {
	p.asked++
	head := []string{"Content-Type", "application/x-www-form-urlencoded"}
	if b.who.also != "" {
		head = append(head, "Cookie", b.who.also)
	}
	return p.site.do(b.method, b.who.cookie, "nb", path, b.form, head...)
}

// shoot sends a probe and looks at what came back.
func (p *prober) shoot(b probe) {
	x := p.ask(b, b.there)
	if told := p.tells(x); told != "" {
		p.fault(b, "%s", told)
		return
	}
	if !b.paired || b.there == b.missing {
		return
	}
	y := p.ask(b, b.missing)
	p.pairs++
	xb, yb := bodyOf(p.w.t, x), bodyOf(p.w.t, y)
	if len(xb) != len(yb) {
		p.fault(b, "%d bytes, and %d when it is not there", len(xb), len(yb))
	}
	asked := func(path string) string { return path }
	if b.shut {
		xb, yb = strings.ReplaceAll(xb, b.there+"?l=", "?l="), strings.ReplaceAll(yb, b.missing+"?l=", "?l=")
		asked = func(string) string { return "/no-such-address" }
	}
	if one, other := answerOf(x, xb, asked(b.there)), answerOf(y, yb, asked(b.missing)); one != other {
		p.fault(b, "told from %s, which is not there:\n%s", b.missing, firstDifference(one, other))
	}
	if one, other := cookiesOf(x), cookiesOf(y); one != other {
		p.fault(b, "sets %q, and %q when it is not there", one, other)
	}
}

// tells says what an answer gives away, "" for nothing.
func (p *prober) tells(r *http.Response) string {
	to := r.Header.Get("Location")
	switch r.StatusCode {
	case http.StatusNotFound, http.StatusForbidden:
		return ""
	case http.StatusPermanentRedirect: // to the one way the address is written
		if strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.Contains(to, "..") {
			return ""
		}
	case http.StatusSeeOther:
		if strings.HasPrefix(to, "/logg-inn?") || strings.HasPrefix(to, "/rolle?neste=") || to == web.TabletPath || strings.HasPrefix(to, web.TabletPath+"?l=") {
			return ""
		}
	}
	return fmt.Sprintf("answers %d %s", r.StatusCode, to)
}

func cookiesOf(r *http.Response) string {
	var all []string
	for _, c := range r.Cookies() {
		c.Value = fmt.Sprint(len(c.Value))
		all = append(all, c.String())
	}
	return strings.Join(all, "; ")
}

// run sends about n requests, and sees that they left no row.
func (p *prober) run(n int, routes []web.Route) {
	before := p.w.rows()
	for tried := 0; p.asked < n && tried < 20*n && len(p.faults) < 20; tried++ {
		b, ok := p.next(routes)
		if !ok {
			continue
		}
		p.shoot(b)
		if p.asked%2000 < 2 {
			p.written(before, b)
		}
	}
	p.written(before, probe{})
}

func (p *prober) written(before map[string]string, b probe) {
	after := p.w.rows()
	for table, sum := range after {
		if before[table] != sum {
			p.fault(b, "rows of %s were written by some refusal before this", table)
			before[table] = sum
		}
	}
}

// rows is a sum of each table's rows, without what every request may write:
// that a session is in use.
func (w *siteWorld) rows() map[string]string {
	w.t.Helper()
	var b bytes.Buffer
	_, err := w.house.db.Dump(context.Background(), &b)
	w.must(err)
	sums, table := map[string]string{}, ""
	h := sha256.New()
	for line := range bytes.Lines(b.Bytes()) {
		if name, ok := bytes.CutPrefix(line, []byte(`{"table":"`)); ok {
			table, _, _ = strings.Cut(string(name), `"`)
			h.Reset()
		}
		h.Write(line)
		if bytes.HasPrefix(line, []byte(`{"end":`)) && table != "web_session" {
			sums[table] = string(h.Sum(nil))
		}
	}
	if len(sums) < 20 {
		w.t.Fatalf("only %d tables are looked at", len(sums))
	}
	return sums
}

// probed are the routes that are asked for, and every name left out is a route.
func probed(t *testing.T, all []web.Route) (routes []web.Route) {
	t.Helper()
	left := 0
	for _, r := range all {
		if notProbed[r.Name] {
			left++
			continue
		}
		for _, part := range addressPart.FindAllString(r.Path, -1) {
			if kindOf(r, part) == "" {
				t.Errorf("%s: nobody knows what %s in %s names", r.Name, part, r.Path)
			}
		}
		routes = append(routes, r)
	}
	if left != len(notProbed) {
		t.Errorf("%d of %d names left out are routes", left, len(notProbed))
	}
	return routes
}

// Whoever asks for what is not theirs learns nothing: at random, by everybody,
// at every route, with ids that exist and ids that do not, by every method. No
// answer shows anything, what is refused is told from nothing that is missing,
// to the byte, and no row is written.
func TestProbe(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	p := newProber(w)
	p.run(soak.Times(12_000, 1_000_000), probed(t, w.site.Routes()))
	for _, f := range p.faults {
		t.Error(f)
	}
	if p.pairs < p.asked/5 {
		t.Errorf("only %d of %d probes had something to be held against", p.pairs, p.asked)
	}
	for _, b := range p.baits {
		if !slices.Contains([]string{"school", "child", "person"}, b.kind) && p.met[b.kind] < 3 {
			t.Errorf("%d askings for a real %s", p.met[b.kind], b.kind)
		}
	}
	t.Logf("%d probes by %d people, %d pairs", p.asked, len(p.prowlers), p.pairs)
	for _, s := range sabotaged(w) {
		q := newProber(w)
		q.site = siteOf(t, w.house.db, w.house.keys, w.clock())
		q.site.site.Mount([]web.Route{s})
		q.run(600, []web.Route{s})
		if len(q.faults) == 0 {
			t.Errorf("%s: %d probes did not catch it", s.Name, q.asked)
		}
	}
}

var anyTrack = testSQL(`SELECT id FROM cases_track WHERE owner = $1 AND slug = $2`)

// unscoped looks a track up as a careless page would: without asking who asks.
func unscoped(q *web.Req) (id string, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		return tx.One(anyTrack, db.Args(q.Kit.Owner.ID, q.Path("spor")), &id)
	})
	return id, err
}

// sabotaged are routes with a hole each, to see that the probes fall into it.
func sabotaged(w *matrixWorld) (all []web.Route) {
	add := func(name string, serve func(q *web.Req, found bool) error) {
		all = append(all, web.Route{
			Method: "GET", Path: "/sabotert/{spor}/her", Name: "sabotage." + name, Roles: tilhor.StaffRoles, Case: true,
			Serve: func(q *web.Req) error {
				_, err := unscoped(q)
				return serve(q, err == nil)
			},
		})
	}
	refused := func(*web.Req) error { return tilhor.ErrNotFound }
	add("shows it", func(q *web.Req, found bool) error {
		if found {
			q.Write(http.StatusOK, "text/plain; charset=utf-8", []byte("Her er saken."))
			return nil
		}
		return refused(q)
	})
	add("says that it may not be seen", func(q *web.Req, found bool) error {
		if found {
			q.Write(http.StatusForbidden, "text/plain; charset=utf-8", []byte("Ikke for deg."))
			return nil
		}
		return refused(q)
	})
	add("has one header more", func(q *web.Req, found bool) error {
		if found {
			q.W.Header().Set("Vary", "Cookie")
		}
		return refused(q)
	})
	add("writes who asked", func(q *web.Req, found bool) error {
		if !found {
			return refused(q)
		}
		if err := q.Kit.DB.SetMark(q.Context(), "sabotage "+tilhor.NewSlug(), "asked"); err != nil {
			return err
		}
		return refused(q)
	})
	add("breaks", func(q *web.Req, found bool) error {
		if found {
			q.Write(http.StatusInternalServerError, "text/plain; charset=utf-8", nil)
			return nil
		}
		return refused(q)
	})
	return all
}

// A slot is a field of a form on a page that its reader may use, where an id
// goes.
type slot struct {
	page, action, field string
	form                url.Values
}

var idShaped = regexp.MustCompile(`^(join:)?(track:)?([a-z2-7]{6}|[a-z2-7]{10}|[a-z2-7]{12}|[a-z2-7]{22}|[a-z2-7]{26})$`)

// slots are the fields of a page's forms that hold ids: boxes, choices, hidden
// fields.
func (w *siteWorld) slots(c *http.Cookie, path string) (all []slot) {
	r := w.do("GET", c, "nb", path, nil)
	if r.StatusCode != http.StatusOK {
		return nil
	}
	root, err := html.Parse(strings.NewReader(bodyOf(w.t, r)))
	w.must(err)
	each(root, func(n *html.Node) {
		if n.Data != "form" || !strings.EqualFold(attrOf(n, "method"), "post") || strings.HasPrefix(attrOf(n, "action"), "/logg-ut") {
			return
		}
		action, form := attrOf(n, "action"), url.Values{}
		ids := map[string]bool{}
		each(n, func(x *html.Node) {
			v, name := attrOf(x, "value"), attrOf(x, "name")
			switch {
			case x.Data == "select":
				each(x, func(o *html.Node) {
					if o.Data == "option" && idShaped.MatchString(attrOf(o, "value")) && len(attrOf(o, "value")) > 6 {
						ids[name] = true
					}
				})
			case x.Data == "input" && attrOf(x, "type") == "hidden":
				form.Set(name, v)
				ids[name] = ids[name] || idShaped.MatchString(v) && name != "nokkel" && name != "step"
			case x.Data == "input" && (attrOf(x, "type") == "checkbox" || attrOf(x, "type") == "radio"):
				ids[name] = ids[name] || idShaped.MatchString(v) && (len(v) >= 12 || strings.HasPrefix(v, "join:"))
			}
		})
		for name := range ids {
			if ids[name] {
				all = append(all, slot{path, action, name, form})
			}
		}
	})
	return all
}

// mixed sends a form with somebody else's id in one field, and with one that
// does not exist: two refusals that are one.
func (w *siteWorld) mixed(c *http.Cookie, s slot, foreign, none string) []string {
	answer := func(id string) (int, string) {
		f := url.Values{}
		for k, v := range s.form {
			f[k] = v
		}
		f.Set(s.field, id)
		r := w.do("POST", c, "nb", s.action, f)
		return r.StatusCode, strings.ReplaceAll(answerOf(r, bodyOf(w.t, r), s.action), id, "THEIRS")
	}
	code, one := answer(foreign)
	_, other := answer(none)
	var faults []string
	if code < 400 {
		faults = append(faults, fmt.Sprintf("POST %s with somebody else's %s: %d", s.action, s.field, code))
	}
	if one != other {
		faults = append(faults, fmt.Sprintf("POST %s with somebody else's %s is told from one that does not exist:\n%s", s.action, s.field, firstDifference(one, other)))
	}
	return faults
}

// An id of somebody else's in a form of one's own opens nothing: rektor's own
// case with a pupil, an adult, a case, a child or a measure of another school.
func TestProbeMixesIds(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	p := newProber(w)
	rektor := w.enter(w.town.Actor(tilhor.RoleRektor, w.town.Solbakken), mfa)
	x := w.things[relLeads]
	var slots []slot
	for _, r := range w.site.Routes() {
		if r.Method != "GET" || strings.HasPrefix(r.Name, "sign") || r.Name == "web.exit" {
			continue
		}
		path := strings.NewReplacer("{spor}", x.track, "{slug}", x.concern).Replace(r.Path)
		if strings.HasPrefix(path, "/tiltak/") {
			path = strings.Replace(path, "{id}", string(x.measures[""]), 1)
		}
		if !strings.Contains(path, "{") {
			slots = append(slots, w.slots(rektor, path)...)
		}
	}
	before, tried := w.rows(), 0
	for _, s := range slots {
		for _, b := range p.baits {
			if b.school != string(w.town.Fjellvik) {
				continue
			}
			for _, before := range []string{"", "join:"} {
				if before != "" && s.field != "way" {
					continue
				}
				tried++
				for _, f := range w.mixed(rektor, s, before+b.id, before+p.like(b.id)) {
					t.Error(f)
				}
			}
		}
	}
	for table, sum := range w.rows() {
		if sum != before[table] && table != "journal_entry" && table != "journal_head" && table != "journal_listed" {
			t.Errorf("rows of %s were written", table)
		}
	}
	if len(slots) < 8 {
		t.Errorf("only %d fields with ids were found: %v", len(slots), slots)
	}
	t.Logf("%d fields, %d tries", len(slots), tried)
	w.site.Mount([]web.Route{{
		Method: "POST", Path: "/sabotert", Name: "sabotage", Roles: tilhor.StaffRoles, Serve: func(q *web.Req) error {
			f, err := q.Form()
			if err != nil {
				return err
			}
			return q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
				names, err := q.Kit.Roster.Names(tx, q.Kit.Owner.ID, tilhor.PersonID(f.Get("pupil")))
				if err != nil || len(names) == 0 {
					return tilhor.ErrNotFound
				}
				q.Write(http.StatusConflict, "text/plain; charset=utf-8", []byte("Eleven går ikke her."))
				return nil
			})
		},
	}})
	odin := string(w.town.Person("odin"))
	if len(w.mixed(rektor, slot{action: "/sabotert", field: "pupil"}, odin, p.like(odin))) == 0 {
		t.Error("a form that tells that a pupil goes to another school was not caught")
	}
}

// serveOnLoopback serves a site for real.
func (w *siteWorld) serveOnLoopback(t *testing.T) *httptest.Server {
	srv := httptest.NewUnstartedServer(w.h)
	srv.Config = web.Server(srv.Listener.Addr().String(), w.h)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv
}

// Asking for a measure that is not there is no reading of one's own.
func TestProbeOfAMeasureReadsNoOther(t *testing.T) {
	w := newMatrixWorld(t, dbtest.SQLite(t))
	p := newProber(w)
	rektor := w.enter(w.town.Actor(tilhor.RoleRektor, w.town.Fjellvik), mfa)
	own := ""
	for _, b := range p.baits {
		if b.kind == "measure" && b.school == string(w.town.Fjellvik) {
			own = b.id
		}
	}
	w.later(16 * time.Minute)
	before := w.entries()
	if r := w.do("GET", rektor, "nb", "/tiltak/"+p.like(own), nil); r.StatusCode != http.StatusNotFound || w.entries() != before {
		t.Errorf("%d, and %d entries were written", r.StatusCode, w.entries()-before)
	}
	if r := w.do("GET", rektor, "nb", "/tiltak/"+own, nil); r.StatusCode != http.StatusOK || w.entries() != before+1 {
		t.Errorf("one's own measure: %d, and %d entries were written", r.StatusCode, w.entries()-before)
	}
}
