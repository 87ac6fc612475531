package school

import (
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// readWhen reads when something happened from a day, the clock in field+"-time",
// and the box field+"-unknown". Nothing typed is now. A day without a clock is
// known to the day, and no closer.
func readWhen(f *web.Form, field string, now time.Time) tilhor.When {
	clock := f.Line(field + "-time")
	if f.Ticked(field+"-unknown", "yes") {
		return tilhor.When{At: now, Precision: tilhor.Unknown, Written: now}
	}
	day := f.Day(field)
	if day == "" && clock == "" {
		return tilhor.Now(now)
	}
	if day == "" {
		day = calendar.DateOf(now)
	}
	if clock == "" {
		return dayOnly(day, now)
	}
	at, err := lang.ReadTime(day, clock)
	f.Faults.Add(err != nil, field+"-time", "school.fault.clock")
	return tilhor.When{At: at, Precision: tilhor.Exact, Written: now}
}

// dayOnly is a day without a clock: noon there, but never later than now.
func dayOnly(d tilhor.Date, now time.Time) tilhor.When {
	at := calendar.Start(d).Add(12 * time.Hour)
	if at.After(now) && d == calendar.DateOf(now) {
		at = now
	}
	return tilhor.When{At: at, Precision: tilhor.Day, Written: now}
}

// whenFields are the two questions that readWhen reads.
func whenFields(w *lang.Words, f *web.Form, field, label string) (date, clock web.Field) {
	date = f.Field(w, field, label)
	date.Help = w.T("form.date-help")
	clock = f.Field(w, field+"-time", w.T("school.clock"))
	clock.Help = w.T("form.time-help")
	clock.Mark = w.T("form.optional")
	return date, clock
}

// today is the date in Oslo.
func today(q *web.Req) tilhor.Date { return calendar.DateOf(q.Now) }

// employees are those who work at the reader's school today, by name.
func (p *Pages) employees(q *web.Req) ([]roster.Employee, error) {
	return p.employeesAt(q, q.Actor.School)
}

// employeesAt are those who work at a school today, by name: a track's own, for
// a reader who was given it and works elsewhere.
func (p *Pages) employeesAt(q *web.Req, school tilhor.SchoolID) (all []roster.Employee, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		all, err = q.Kit.Roster.Employees(tx, q.Actor.Owner, school, today(q))
		return err
	})
	lang.Sort(q.Lang, all, func(e roster.Employee) string { return e.Name })
	return all, err
}

// pupils are those of the reader's school who are in its lists today.
func (p *Pages) pupils(q *web.Req) ([]roster.Pupil, error) { return p.pupilsAt(q, q.Actor.School) }

// pupilsAt are those of a school who are in its lists today.
func (p *Pages) pupilsAt(q *web.Req, school tilhor.SchoolID) (all []roster.Pupil, err error) {
	err = q.Kit.DB.Read(q.Context(), func(tx *db.Tx) (err error) {
		all, err = q.Kit.Roster.Pupils(tx, q.Actor.Owner, school, today(q))
		return err
	})
	return all, err
}

// employeeField asks for one who works at the school. Nobody is chosen
// beforehand.
func employeeField(w *lang.Words, f *web.Form, name, label string, all []roster.Employee) web.Field {
	x := f.Field(w, name, label)
	x.Options = append(x.Options, web.Option{Label: w.T("form.choose")})
	for _, e := range all {
		label := employeeName(w, e)
		if e.TrainedOn == "" && len(e.Roles) > 0 { // may be chosen, but sees nothing of it yet (opplæringsforskrifta § 20-2)
			label += ". " + w.T("school.untrained")
		}
		x.Options = append(x.Options, web.Option{Value: string(e.ID), Label: label, Checked: f.Get(name) == string(e.ID)})
	}
	return x
}

// employeeName is a name with what the person does: «Ina Moe, sosiallærer».
func employeeName(w *lang.Words, e roster.Employee) string {
	name := e.Name
	for _, r := range e.Roles {
		name += ", " + roleName(w, r)
	}
	return name
}

// roleName is a role inside a sentence.
func roleName(w *lang.Words, r tilhor.Role) string {
	s := w.T("role." + string(r))
	if strings.HasPrefix(s, "SFO") || strings.HasPrefix(s, "PP") {
		return s
	}
	return strings.ToLower(s)
}
