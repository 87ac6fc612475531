package body

import (
	"net/http"
	"slices"
	"strings"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/bodies"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// What the forms of the set-up do.
const (
	doFound  = "nytt"
	doRules  = "regler"
	doSeat   = "plass"
	doUnseat = "ta-tilbake"
	doClose  = "avslutt"
)

// base is where the bodies of who reads are set up: at the school, or for the
// municipality.
func base(q *web.Req) string {
	if q.Actor.Role == tilhor.RoleOwnerAdviser {
		return OwnerPath
	}
	return SchoolPath
}

// set lists the bodies of a school, or the municipality's own.
func (p *Pages) set(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showSet(q, http.StatusOK, f)
}

func (p *Pages) showSet(q *web.Req, code int, f *web.Form) error {
	all, err := p.Bodies.Setup(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v := view{Heading: w.T("bodies.set.title"), Lead: w.T("bodies.set.lead"), Done: note(q), Back: &web.Back{Href: "/skolen", Text: w.T("nav.school")}}
	var kinds []string
	for _, k := range bodies.Kinds {
		if k == bodies.Another || k.OfOwner() == (base(q) == OwnerPath) {
			kinds = append(kinds, string(k), w.T("bodies.kind."+string(k)))
		}
	}
	switch {
	case base(q) == OwnerPath:
		v.Back, v.Lead = &web.Back{Href: "/skoler", Text: w.T("nav.schools")}, w.T("bodies.set.lead-owner")
	case q.Actor.Role != tilhor.RoleRektor:
		v.Back = &web.Back{Href: "/i-dag", Text: w.T("nav.today")}
	}
	here := section{ID: "her", Title: w.T("bodies.set.here")}
	for _, k := range all {
		here.Points = append(here.Points, point{
			Href: base(q) + "/" + k.Slug, Title: k.Name,
			Lines: lines(w.T("bodies.kind."+string(k.Kind))+" · "+w.T("bodies.members", "n", len(k.Members)), lacksLeader(w, k)),
		})
	}
	if len(all) == 0 {
		here.Text = []string{w.T("bodies.set.none")}
	}
	v.Sections = []section{here}
	if base(q) == SchoolPath {
		v.Sections = append(v.Sections, section{ID: "lov", Title: w.T("bodies.set.law"), Tag: tag(w, "lov"), Text: inLaw(w, all)})
	}
	g := s.of(doFound)
	form := s.form(
		g, doFound, w.T("bodies.set.do"),
		choose(w, g, doFound, "kind", "bodies.set.kind", kinds...),
		ask(w, g, "text", doFound, "name", "bodies.set.name"),
	)
	v.Sections = append(v.Sections, section{ID: "nytt", Title: w.T("bodies.set.new"), Tag: tag(w, "lokal"), Text: []string{w.T("bodies.set.new-text")}, Forms: []smallForm{form}})
	if base(q) == SchoolPath {
		v.Buttons = []web.Button{{Text: w.T("bodies.set.read"), Href: openHref(q), Kind: "tertiary"}}
	} else {
		v.Buttons = []web.Button{{Text: w.T("bodies.set.read"), Href: OpenPath, Kind: "tertiary"}}
	}
	return v.show(q, code, f)
}

// openHref is where everybody reads what the bodies of the reader's school decided.
func openHref(q *web.Req) string {
	var s roster.School
	err := q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		s, err = q.Kit.Roster.School(tx, q.Actor.Owner, q.Actor.School)
		return err
	})
	if err != nil {
		return OpenPath
	}
	return "/s/" + web.SchoolCode(s) + "/rad"
}

func tag(w *lang.Words, class string) *web.Tag {
	t := web.TagOf(w, class)
	return &t
}

func lacksLeader(w *lang.Words, k bodies.Kept) string {
	if slices.ContainsFunc(k.Members, bodies.Member.Approves) {
		return ""
	}
	return w.T("bodies.set.no-leader")
}

// inLaw says which of the bodies that the act asks for stand here (§ 10-5).
func inLaw(w *lang.Words, all []bodies.Kept) (out []string) {
	out = []string{w.T("bodies.set.law-text")}
	for _, k := range bodies.Kinds {
		if k.InLaw() && !slices.ContainsFunc(all, func(b bodies.Kept) bool { return b.Kind == k }) {
			out = append(out, w.T("bodies.set.lacks."+string(k)))
		}
	}
	return out
}

// usual is a body as it is commonly put together, in words.
func usual(w *lang.Words, kind bodies.Kind, name string) bodies.Body {
	b := kind.Usual()
	b.Name = name
	word := func(what string) string {
		if key := "bodies.usual." + string(kind) + "." + what; w.Has(key) {
			return w.T(key)
		}
		return w.T("bodies.usual." + what)
	}
	b.Most, b.Elect, b.Basis = word("quorum"), word("elect"), word("basis")
	if b.Seats[bodies.Pupils] > 0 && len(b.Seats) > 1 {
		b.Shut = word("shut")
	}
	return b
}

func (p *Pages) found(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return done(q, f, func(do string) (string, error) {
		kind := bodies.Kind(f.Get(name(do, "kind")))
		called := f.Line(name(do, "name"))
		if called == "" && kind.Known() && kind != bodies.Another {
			called = q.T.T("bodies.kind." + string(kind))
		}
		slug, err := p.Bodies.Found(q.Context(), q.Actor, usual(q.T, kind, called))
		return base(q) + "/" + slug + "?gjort=opprettet", err
	}, func(code int, f *web.Form) error { return p.showSet(q, code, f) })
}

// one is one body as it is set up.
func (p *Pages) one(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showOne(q, http.StatusOK, f)
}

func (p *Pages) showOne(q *web.Req, code int, f *web.Form) error {
	k, err := p.Bodies.Kept(q.Context(), q.Actor, q.Path("rad"))
	if err != nil {
		return err
	}
	w, s := q.T, several{q, f}
	v := view{Back: &web.Back{Href: base(q), Text: w.T("bodies.set.title")}, Line: w.T("bodies.kind." + string(k.Kind)), Heading: k.Name, Done: note(q), Lead: w.T("bodies.set.room")}
	if k.Mine {
		v.Lead, v.Buttons = "", []web.Button{{Text: w.T("bodies.set.enter"), Href: roomPath(k.Body), Kind: "secondary"}}
	}
	seats, err := p.seats(q, k, s)
	if err != nil {
		return err
	}
	rules, err := p.rules(q, k, s)
	if err != nil {
		return err
	}
	v.Sections = []section{seats, rules, {ID: "slutt", Title: w.T("bodies.close"), Forms: []smallForm{
		s.form(s.of(doClose), doClose, w.T("bodies.close.do"), ask(w, s.of(doClose), "box", doClose, "close", "bodies.close.sure")).folded(w.T("bodies.close.do")),
	}}}
	return v.show(q, code, f)
}

// seats are who sits there, and the form that gives a seat.
func (p *Pages) seats(q *web.Req, k bodies.Kept, s several) (section, error) {
	w := q.T
	out := section{ID: "plasser", Title: w.T("bodies.members.title"), Text: lines(composition(w, k.Body), lacksLeader(w, k))}
	for _, m := range k.Members {
		x := point{Title: m.Name, Lines: lines(lang.Cap(voice(w, m)))}
		if base(q) == OwnerPath && m.Part == bodies.Pupils { // the municipality counts pupils, and does not list them
			x.Title = lang.Cap(voice(w, m))
		}
		switch {
		case m.Seat == "":
			x.Lines = append(x.Lines, w.T("bodies.members.listed"))
		case m.Until != "":
			x.Lines = append(x.Lines, w.T("bodies.members.until", "date", w.Date(m.Until.Add(-1))))
		}
		if m.Seat != "" {
			x.Forms = []smallForm{s.press(doUnseat, w.T("bodies.seat.undo", "name", x.Title), "seat", m.Seat)}
		}
		out.Points = append(out.Points, x)
	}
	form, err := p.seatForm(q, s)
	out.Forms = []smallForm{form}
	return out, err
}

// composition is how many there are to be of each.
func composition(w *lang.Words, b bodies.Body) string {
	var all []string
	for _, part := range bodies.Parts {
		if n := b.Seats[part]; n > 0 {
			all = append(all, w.T("bodies.seats."+string(part), "n", n))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return w.T("bodies.seats", "parts", w.List(all))
}

// seatForm gives a seat by hand. A parent is found through the child, whose parents
// are then asked for: no list of all parents is made.
func (p *Pages) seatForm(q *web.Req, s several) (smallForm, error) {
	w, g := q.T, s.of(doSeat)
	person := choose(w, g, doSeat, "person", "bodies.seat.person")
	person.Kind = "pupil"
	var more []question
	var err error
	if base(q) == OwnerPath {
		var pairs []string
		pairs, err = p.leaders(q)
		person.F.Options = append(person.F.Options, g.Options(person.F.Name, pairs...)...)
	} else {
		person.F.Help = w.T("bodies.seat.person-school")
		if person.F.Options, person.Groups, err = people(q, g, person.F); err == nil {
			more, err = p.parentsOf(q, g)
		}
	}
	if err != nil {
		return smallForm{}, err
	}
	var parts, offices []string
	for _, part := range bodies.Parts {
		parts = append(parts, string(part), lang.Cap(w.T("bodies.voice."+string(part))))
	}
	for _, o := range []string{bodies.Leader, bodies.Deputy, bodies.Secretary} {
		offices = append(offices, o, lang.Cap(w.T("bodies.voice."+o)))
	}
	part := ask(w, g, "radios", doSeat, "part", "bodies.seat.part")
	part.F.Options = g.Options(part.F.Name, parts...)
	until := optional(w, ask(w, g, "date", doSeat, "until", "bodies.seat.until"))
	all := slices.Concat([]question{person}, more, []question{part, optional(w, choose(w, g, doSeat, "office", "bodies.seat.office", offices...)), until})
	return s.form(g, doSeat, w.T("bodies.seat.do"), all...).folded(w.T("bodies.seat.fold")), nil
}

// people are who works at the school, and its pupils by class.
func people(q *web.Req, g *web.Form, f web.Field) (works []web.Option, classes []group, err error) {
	var staff []roster.Employee
	var pupils []roster.Pupil
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		if staff, err = q.Kit.Roster.Employees(tx, q.Actor.Owner, q.Actor.School, today(q)); err != nil {
			return err
		}
		pupils, err = q.Kit.Roster.Pupils(tx, q.Actor.Owner, q.Actor.School, today(q))
		return err
	})
	lang.Sort(q.Lang, staff, func(e roster.Employee) string { return e.Name })
	works = append(f.Options, g.Options(f.Name, employees(q.T, staff)...)...)
	for _, x := range pupils {
		if len(classes) == 0 || classes[len(classes)-1].Name != x.Class {
			classes = append(classes, group{Name: x.Class})
		}
		c := &classes[len(classes)-1]
		c.Options = append(c.Options, g.Options(f.Name, string(x.ID), x.Name)...)
	}
	return works, classes, err
}

// parentsOf asks which of a pupil's parents, when a seat for a parent came back with
// the pupil chosen.
func (p *Pages) parentsOf(q *web.Req, g *web.Form) ([]question, error) {
	if g.Get(name(doSeat, "part")) != string(bodies.Parents) || g.Get(name(doSeat, "person")) == "" {
		return nil, nil
	}
	all, err := guardians(q, tilhor.PersonID(g.Get(name(doSeat, "person"))))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	x := ask(q.T, g, "radios", doSeat, "parent", "bodies.seat.parent")
	for _, a := range all {
		x.F.Options = append(x.F.Options, g.Options(x.F.Name, string(a.ID), a.Name)...)
	}
	return []question{x}, nil
}

// guardians are a pupil's parents, for who sets up at the pupil's school.
func guardians(q *web.Req, pupil tilhor.PersonID) (all []roster.Guardian, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		in, err := q.Kit.Roster.Pupils(tx, q.Actor.Owner, q.Actor.School, today(q))
		if err != nil || !slices.ContainsFunc(in, func(x roster.Pupil) bool { return x.ID == pupil }) {
			return err
		}
		all, err = q.Kit.Roster.Guardians(tx, q.Actor.Owner, pupil, today(q))
		return err
	})
	return slices.DeleteFunc(all, func(a roster.Guardian) bool { return !a.Parent() || a.Protected }), err
}

// leaders are those who can be given a seat in the municipality's own bodies: who
// leads a body at a school, told by office and school, and who works for the owner.
func (p *Pages) leaders(q *web.Req) (pairs []string, err error) {
	names, err := schools(q)
	if err != nil {
		return nil, err
	}
	w := q.T
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		all, err := p.Bodies.All(tx, q.Actor.Owner)
		if err != nil {
			return err
		}
		for _, b := range all {
			if b.School == access.Owner {
				continue
			}
			members, err := p.Bodies.Members(tx, q.Actor.Owner, b, today(q))
			if err != nil {
				return err
			}
			for _, m := range members {
				if m.Approves() {
					pairs = append(pairs, string(m.Person), lang.Cap(w.T("bodies.seat.leads", "office", w.T("bodies.voice."+m.Office), "body", b.Name, "school", names[b.School])))
				}
			}
		}
		works, err := q.Kit.Roster.Employees(tx, q.Actor.Owner, access.Owner, today(q))
		pairs = append(pairs, employees(w, works)...)
		return err
	})
	return pairs, err
}

// rules are what the body is, as the municipality's regulation says.
func (p *Pages) rules(q *web.Req, k bodies.Kept, s several) (section, error) {
	w, b := q.T, k.Body
	g := s.of(doRules, "name", b.Name, "quorum", b.Most, "need", typed(b.Need), "term", typed(b.Term), "elect", b.Elect, "basis", b.Basis, "shut", b.Shut, "count", string(b.Count), "casting", map[bool]string{true: "yes"}[b.Casting], "group", b.Group)
	if g != s.sent {
		for _, part := range bodies.Parts {
			g.Set(name(doRules, "seats-"+string(part)), typed(b.Seats[part]))
		}
	}
	number := func(field, key string) question {
		x := optional(w, ask(w, g, "text", doRules, field, key))
		x.F.Short, x.F.InputMode = true, "numeric"
		return x
	}
	all := []question{ask(w, g, "text", doRules, "name", "bodies.set.name")}
	row := question{Kind: "row"}
	for _, part := range bodies.Parts {
		row.Parts = append(row.Parts, number("seats-"+string(part), "bodies.rules.seats."+string(part)))
	}
	all = append(
		all, row,
		number("need", "bodies.rules.need"), optional(w, ask(w, g, "area", doRules, "quorum", "bodies.rules.quorum")),
		number("term", "bodies.rules.term"), optional(w, ask(w, g, "area", doRules, "elect", "bodies.rules.elect")),
		optional(w, ask(w, g, "area", doRules, "basis", "bodies.rules.basis")), optional(w, ask(w, g, "area", doRules, "shut", "bodies.rules.shut")),
	)
	if b.Seats[bodies.Pupils] > 0 || len(b.Seats) == 0 || slices.ContainsFunc(k.Members, func(m bodies.Member) bool { return m.Part == bodies.Pupils }) {
		var counts []string
		for _, c := range bodies.Counts {
			counts = append(counts, string(c), w.T("bodies.count."+string(c)))
		}
		all = append(all, optional(w, choose(w, g, doRules, "count", "bodies.rules.count", counts...)))
	}
	all = append(all, ask(w, g, "box", doRules, "casting", "bodies.rules.casting"))
	groups, err := listed(q)
	if len(groups) > 0 {
		all = append(all, optional(w, choose(w, g, doRules, "group", "bodies.rules.group", groups...)))
	}
	return section{ID: "regler", Title: w.T("bodies.rules"), Tag: tag(w, "lokal"), Text: []string{w.T("bodies.rules-text")}, Forms: []smallForm{
		s.form(g, doRules, w.T("do.save"), all...).folded(w.T("bodies.rules.fold")),
	}}, err
}

// listed are the groups of the school's lists that are a body there.
func listed(q *web.Req) (pairs []string, err error) {
	if base(q) == OwnerPath {
		return nil, nil
	}
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) error {
		all, err := q.Kit.Roster.Groups(tx, q.Actor.Owner, q.Actor.School, today(q))
		for _, g := range all {
			if g.Kind.Body() {
				pairs = append(pairs, string(g.ID), g.Name)
			}
		}
		return err
	})
	return pairs, err
}

func (p *Pages) change(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	again := func(code int, f *web.Form) error { return p.showOne(q, code, f) }
	slug := q.Path("rad")
	var b bodies.Body
	var m bodies.Member
	switch do := f.Get("do"); do {
	case doRules:
		if b = readRules(f); !f.Has(name(do, "count")) { // it was not asked, and stays
			k, err := p.Bodies.Kept(q.Context(), q.Actor, slug)
			if err != nil {
				return err
			}
			b.Count = k.Count
		}
	case doSeat:
		if m, err = readSeat(q, f); err != nil {
			return err
		}
	case doClose:
		f.Faults.Add(!f.Ticked(name(do, "close"), "yes"), name(do, "close"), "bodies.fault.sure")
	}
	ctx, to := q.Context(), base(q)+"/"+slug
	return done(q, f, func(do string) (string, error) {
		switch do {
		case doRules:
			return to + "?gjort=lagret", p.Bodies.Change(ctx, q.Actor, slug, b)
		case doSeat:
			return to + "?gjort=plass", p.Bodies.Seat(ctx, q.Actor, slug, m)
		case doClose:
			return base(q) + "?gjort=avsluttet", p.Bodies.Close(ctx, q.Actor, slug)
		}
		return to + "?gjort=lagret", p.Bodies.Unseat(ctx, q.Actor, slug, f.Get("seat"))
	}, again)
}

func readRules(f *web.Form) bodies.Body {
	get := func(field string) string { return strings.TrimSpace(f.Get(name(doRules, field))) }
	b := bodies.Body{
		Name: f.Line(name(doRules, "name")), Most: get("quorum"), Elect: get("elect"), Basis: get("basis"), Shut: get("shut"), Group: get("group"),
		Count: bodies.Count(get("count")), Casting: f.Ticked(name(doRules, "casting"), "yes"),
		Need: readNumber(f, name(doRules, "need")), Term: readNumber(f, name(doRules, "term")), Seats: map[bodies.Part]int{},
	}
	for _, part := range bodies.Parts {
		if n := readNumber(f, name(doRules, "seats-"+string(part))); n > 0 {
			b.Seats[part] = n
		}
	}
	return b
}

// readSeat reads who is given a seat. A parent was chosen through the child: with one
// parent it is that one, with several it is asked.
func readSeat(q *web.Req, f *web.Form) (m bodies.Member, err error) {
	get := func(field string) string { return f.Get(name(doSeat, field)) }
	m = bodies.Member{Person: tilhor.PersonID(get("person")), Part: bodies.Part(get("part")), Office: get("office"), From: calendar.DateOf(q.Now)}
	if day := f.Day(name(doSeat, "until")); day != "" {
		m.Until = day.Add(1)
	}
	if m.Part != bodies.Parents || base(q) == OwnerPath {
		return m, nil
	}
	all, err := guardians(q, m.Person)
	if err != nil || len(all) == 0 {
		return m, err
	}
	chosen := tilhor.PersonID(get("parent"))
	if len(all) == 1 {
		chosen = all[0].ID
	}
	f.Faults.Add(!slices.ContainsFunc(all, func(a roster.Guardian) bool { return a.ID == chosen }), name(doSeat, "parent"), "bodies.fault.parent")
	m.Person = chosen
	return m, nil
}
