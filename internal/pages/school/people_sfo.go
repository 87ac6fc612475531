package school

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/lang"
	"tilhor/internal/sfo"
	"tilhor/internal/web"
)

// SFO's shared machines, when SFO is open, and who has six digits: for who leads
// SFO, and rektor.

// SFOPath is where who leads SFO finds it.
const SFOPath = "/skolen/sfo"

const sfoPath = SFOPath

var sfoPage = page("people_sfo")

// sfoRoutes are everybody's who works at a school: the room knows who leads SFO.
func (p *Pages) sfoRoutes() []web.Route {
	post := func(path, name string, serve func(*web.Req) error) web.Route {
		return web.Route{Method: "POST", Path: sfoPath + path, Name: "school.sfo." + name, Form: sfoPath, Roles: workers, Sensitive: true, Serve: serve}
	}
	return []web.Route{
		{Method: "GET", Path: sfoPath, Name: "school.sfo", Roles: workers, Sensitive: true, Serve: p.sfo},
		post("/tider", "hours", p.sfoHours),
		post("/dag", "day", p.sfoDay),
		post("/dag/tilbake", "day-back", p.sfoDayBack),
		post("/maskin", "enroll", p.sfoEnroll),
		post("/maskin/tilbake", "back", p.sfoBack),
		post("/kode", "code", p.sfoCode),
		post("/las-opp", "unlock", p.sfoUnlock),
	}
}

type sfoView struct {
	web.Frame
	Heading string
	Done    *web.Note
	Code    *sfoCodeShown
	Faults  *web.Summary
	Form    *web.Form
	Days    []sfoDay
	Own     []sfoOwn
	Day     web.Field
	Times   sfoDay
	Devices []sfoDevice
	Name    web.Field
	People  []sfoPerson
	Empty   web.Empty
}

// A sfoCodeShown is a start code, on the screen once.
type sfoCodeShown struct{ Who, Code string }

type sfoDay struct {
	Day           string
	Opens, Closes web.Field
}

// A sfoOwn is a day of SFO's own.
type sfoOwn struct {
	Day, Name, When string
	Form            *web.Form
}

type sfoDevice struct {
	ID, Name, When string
	Form           *web.Form
}

type sfoPerson struct {
	ID, Name, State string
	Locked          bool
	Give            string // what the button says
	Form            *web.Form
}

const keySFOCode = "sfo-code"

func (p *Pages) sfo(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	return p.showSFO(q, http.StatusOK, f)
}

func (p *Pages) showSFO(q *web.Req, code int, f *web.Form) error {
	b, err := p.SFO.Look(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	w := q.T
	v := sfoView{
		Heading: w.T("sfo.lead.title"), Form: f, Faults: web.SummaryOf(w, f.Faults), Done: doneNote(q, "sfo-tider", "sfo-dag", "sfo-dag-tilbake", "sfo-tatt-tilbake", "sfo-last-opp"),
		Name: f.Field(w, "name", w.T("sfo.lead.name")), Empty: web.Empty{Title: w.T("sfo.lead.nobody"), Text: w.T("sfo.lead.nobody-text")},
	}
	v.Name.Help, v.Name.Autocomplete = w.T("sfo.lead.name-help"), "off"
	v.Days = sfoDays(w, f, b.Hours)
	for _, x := range b.Days {
		o := sfoOwn{Day: string(x.Day), Name: lang.Cap(w.Day(x.Day)), When: w.T("sfo.lead.own.shut"), Form: web.NewForm()}
		if !x.Shut() {
			o.When = w.T("sfo.lead.own.open", "from", clock(x.Opens), "until", clock(x.Closes))
		}
		v.Own = append(v.Own, o)
	}
	v.Day = f.Field(w, "day", w.T("sfo.lead.own.day"))
	v.Day.Help = w.T("form.date-help")
	v.Times = sfoDay{Opens: f.Field(w, "opens", w.T("sfo.lead.opens")), Closes: f.Field(w, "closes", w.T("sfo.lead.closes"))}
	for _, d := range b.Devices {
		v.Devices = append(v.Devices, sfoDevice{ID: d.ID, Name: d.Name, When: w.T("sfo.lead.since", "when", w.Near(d.At, q.Now)), Form: web.NewForm()})
	}
	for _, x := range b.People {
		v.People = append(v.People, sfoPerson{
			ID: string(x.ID), Name: x.Name, State: w.T("sfo.lead.state." + x.State), Locked: x.State == sfo.Locked,
			Give: w.T(map[bool]string{true: "sfo.lead.give-new", false: "sfo.lead.give"}[x.State == sfo.Ready || x.State == sfo.Locked]), Form: web.NewForm(),
		})
	}
	if v.Code, err = sfoCodeOf(q, b.People); err != nil {
		return err
	}
	v.Frame = q.Frame(v.Heading)
	if v.Faulty = code == http.StatusUnprocessableEntity; v.Faulty {
		v.Langs = nil // a change of language is a new page, and would lose what is written
	}
	return q.RenderStatus(code, sfoPage, v)
}

// sfoCodeOf is the code that was just made: it is kept sealed until it is shown,
// and shown once.
func sfoCodeOf(q *web.Req, people []sfo.Face) (*sfoCodeShown, error) {
	x, err := q.Session()
	if err != nil || x.Get(keySFOCode) == "" {
		return nil, err
	}
	kept, err := x.Pop(keySFOCode)
	if err != nil {
		return nil, err
	}
	id, code, _ := strings.Cut(kept, " ")
	for _, f := range people {
		if string(f.ID) == id {
			return &sfoCodeShown{Who: f.Name, Code: code}, nil
		}
	}
	return nil, nil
}

// sfoDays are the five days, as they stand or as they were typed.
func sfoDays(w *lang.Words, f *web.Form, all []sfo.Hours) (days []sfoDay) {
	stands := map[time.Weekday]sfo.Hours{}
	for _, h := range all {
		stands[h.Weekday] = h
	}
	monday := tilhor.Date("2026-11-23")
	for day := time.Monday; day <= time.Friday; day++ {
		name := lang.Cap(w.Weekday(monday.Add(int(day - time.Monday))))
		o, c := fmt.Sprintf("opens-%d", day), fmt.Sprintf("closes-%d", day)
		if h, ok := stands[day]; ok && !f.Has(o) {
			f.Set(o, clock(h.Opens))
			f.Set(c, clock(h.Closes))
		}
		x := sfoDay{Day: name, Opens: f.Field(w, o, w.T("sfo.lead.opens")), Closes: f.Field(w, c, w.T("sfo.lead.closes"))}
		days = append(days, x)
	}
	return days
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// sfoHours sets the hours. A day with nothing in it is closed.
func (p *Pages) sfoHours(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	var all []sfo.Hours
	for day := time.Monday; day <= time.Friday; day++ {
		o, c := fmt.Sprintf("opens-%d", day), fmt.Sprintf("closes-%d", day)
		if f.Line(o) == "" && f.Line(c) == "" {
			continue
		}
		all = append(all, sfo.Hours{Weekday: day, Opens: readMinutes(f, o), Closes: readMinutes(f, c)})
	}
	return q.Answer(f, func() (string, error) {
		return sfoPath + "?gjort=sfo-tider", p.SFO.SetHours(q.Context(), q.Actor, all)
	}, func(code int, f *web.Form) error { return p.showSFO(q, code, f) })
}

// sfoDay sets one day of SFO's own. With no times in it SFO is closed that day.
func (p *Pages) sfoDay(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	x := sfo.Day{Day: f.Day("day")}
	f.Faults.Add(x.Day == "", "day", "sfo.fault.own-day")
	if f.Line("opens") != "" || f.Line("closes") != "" {
		x.Opens, x.Closes = readMinutes(f, "opens"), readMinutes(f, "closes")
		f.Faults.Add(f.Faults.Err() == nil && x.Shut(), "opens", "sfo.fault.hours")
	}
	return q.Answer(f, func() (string, error) {
		return sfoPath + "?gjort=sfo-dag", p.SFO.SetDay(q.Context(), q.Actor, x)
	}, func(code int, f *web.Form) error { return p.showSFO(q, code, f) })
}

func (p *Pages) sfoDayBack(q *web.Req) error {
	return p.sfoDo(q, "sfo-dag-tilbake", func(f *web.Form) error { return p.SFO.DropDay(q.Context(), q.Actor, tilhor.Date(f.Get("day"))) })
}

// readMinutes reads a clock as minutes after midnight.
func readMinutes(f *web.Form, field string) int {
	at, err := lang.ReadTime("2026-11-23", f.Line(field))
	f.Faults.Add(err != nil, field, "school.fault.clock")
	at = at.In(lang.Oslo)
	return at.Hour()*60 + at.Minute()
}

// sfoEnroll makes the machine the reader stands at a shared one, and signs the
// reader out on it.
func (p *Pages) sfoEnroll(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	token, err := p.SFO.Enroll(q.Context(), q.Actor, f.Get("name"))
	if faults := tilhor.FaultsOf(err); faults != nil {
		f.Faults = faults
		return p.showSFO(q, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return q.EnrollTablet(token)
}

func (p *Pages) sfoBack(q *web.Req) error {
	return p.sfoDo(q, "sfo-tatt-tilbake", func(f *web.Form) error { return p.SFO.TakeBack(q.Context(), q.Actor, f.Get("device")) })
}

func (p *Pages) sfoUnlock(q *web.Req) error {
	return p.sfoDo(q, "sfo-last-opp", func(f *web.Form) error {
		return p.SFO.Unlock(q.Context(), q.Actor, tilhor.PersonID(f.Get("person")))
	})
}

func (p *Pages) sfoDo(q *web.Req, done string, act func(f *web.Form) error) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	return q.Answer(f, func() (string, error) { return sfoPath + "?gjort=" + done, act(f) }, func(code int, f *web.Form) error { return p.showSFO(q, code, f) })
}

// sfoCode makes a start code, to be said in person.
func (p *Pages) sfoCode(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	id := f.Get("person")
	return q.Answer(f, func() (string, error) {
		code, err := p.SFO.GiveCode(q.Context(), q.Actor, tilhor.PersonID(id))
		if err != nil {
			return "", err
		}
		x, err := q.Session()
		if err != nil {
			return "", err
		}
		return sfoPath, x.Put(keySFOCode, id+" "+code)
	}, func(code int, f *web.Form) error { return p.showSFO(q, code, f) })
}
