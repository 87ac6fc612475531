package tell

import (
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// adult says whether it is told about somebody who works at the school.
func (t *teller) adult() bool {
	a := duty.Accused(t.form.Get("accused"))
	return a == duty.AccusedEmployee || a == duty.AccusedLeadership
}

// askAdult asks whether it is about somebody who works at the school: then it
// goes to rektor alone, or past rektor to the municipality (§ 12-5). Who leads
// the school is found out by the room, whatever is answered here.
func (t *teller) askAdult(v *view) error {
	w, f := t.q.T, t.form
	if !f.Has("accused") {
		f.Set("accused", string(duty.AccusedNone))
	}
	v.Accused = f.Field(w, "accused", w.T("concerns.tell.adult"))
	for _, a := range []duty.Accused{duty.AccusedNone, duty.AccusedEmployee, duty.AccusedLeadership} {
		v.Accused.Options = append(v.Accused.Options, web.Option{Value: string(a), Label: w.T("sealed.tell." + string(a)), Checked: f.Ticked("accused", string(a))})
	}
	v.Accused.Options[1].Help, v.Accused.Options[2].Help = w.T("sealed.tell.employee-help"), w.T("sealed.tell.leadership-help")
	v.Whom = f.Field(w, "whom", w.T("sealed.tell.whom"))
	v.Whom.Help, v.Whom.Autocomplete = w.T("sealed.tell.whom-help"), "off"
	v.AdultOpen = t.adult()
	if t.Open {
		return nil
	}
	var all []roster.Employee
	err := t.q.Kit.DB.Read(t.q.Context(), func(tx *db.Tx) (err error) {
		all, err = t.q.Kit.Roster.Employees(tx, t.q.Kit.Owner.ID, t.school.ID, t.today())
		return err
	})
	lang.Sort(w.Lang(), all, func(e roster.Employee) string { return e.Name })
	v.Against = f.Field(w, "against", w.T("sealed.tell.against"))
	v.Against.Options = append(v.Against.Options, web.Option{Label: w.T("form.choose")})
	for _, e := range all {
		v.Against.Options = append(v.Against.Options, web.Option{Value: string(e.ID), Label: e.Name, Checked: f.Get("against") == string(e.ID)})
	}
	return err
}
