package school

import (
	"net/http"
	"slices"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/lang"
	"tilhor/internal/roster"
	"tilhor/internal/web"
)

// Training in privacy comes before access to cases (opplæringsforskrifta
// § 20-2). Rektor records it for those who work at the school; hers is
// recorded by the owner, so that nobody lets herself in.

var trainingPage = page("people_training")

type trainingView struct {
	web.Frame
	Back    web.Back
	Heading string
	Done    *web.Note
	Own     *web.Note
	Faults  *web.Summary
	Form    *web.Form
	Lacking web.Field
	On      web.Field
	Buttons []web.Button
	Trained web.Table
	Empty   *web.Empty
}

func (p *Pages) training(q *web.Req) error {
	f, err := q.Refill()
	if err != nil {
		return err
	}
	if !f.Has("on") {
		f.Set("on", lang.TypedDate(today(q)))
	}
	return p.showTraining(q, http.StatusOK, f)
}

func (p *Pages) showTraining(q *web.Req, code int, f *web.Form) error {
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	w := q.T
	v := trainingView{Back: schoolBack(q), Form: f, Faults: web.SummaryOf(w, f.Faults), Done: doneNote(q, "opplaring"), Buttons: []web.Button{{Text: w.T("school.training.do")}}}
	v.Lacking = f.Field(w, "person", w.T("school.training.who"))
	v.Lacking.Help = w.T("school.training.who-help")
	v.On = f.Field(w, "on", w.T("school.training.on"))
	v.On.Help = w.T("form.date-help")
	v.Trained = web.Table{Caption: w.T("school.training.trained"), Hidden: true, Columns: []web.Column{{Text: w.T("school.training.name")}, {Text: w.T("school.training.date")}}}
	lacking := 0
	for _, e := range all {
		switch {
		case e.TrainedOn != "":
			v.Trained.Rows = append(v.Trained.Rows, []web.Cell{{Text: employeeName(w, e)}, {Text: w.Date(e.TrainedOn)}})
		case e.ID == q.Actor.Person:
			lacking++
		default:
			lacking++
			v.Lacking.Options = append(v.Lacking.Options, web.Option{Value: string(e.ID), Label: employeeName(w, e), Checked: f.Ticked("person", string(e.ID))})
		}
	}
	v.Heading = w.T("school.training.title", "n", lacking)
	if !q.Actor.Trained {
		v.Own = &web.Note{Color: "warning", Title: w.T("school.training.own"), Text: w.T("school.training.own-text", "phone", q.Kit.Owner.Phone)}
	}
	if lacking == 0 {
		v.Empty = &web.Empty{Title: w.T("school.training.empty"), Text: w.T("school.training.empty-text")}
	}
	v.Frame = q.Frame(v.Heading)
	v.Faulty = code == http.StatusUnprocessableEntity
	return q.RenderStatus(code, trainingPage, v)
}

func (p *Pages) train(q *web.Req) error {
	f, err := q.Form()
	if err != nil {
		return err
	}
	on, chosen := f.Day("on"), f.All("person")
	f.Faults.Add(len(chosen) == 0, "person", "school.training.fault.nobody")
	f.Faults.Add(on == "" && f.Line("on") == "" || on > today(q), "on", "school.training.fault.on")
	all, err := p.employees(q)
	if err != nil {
		return err
	}
	for _, id := range chosen {
		works := slices.ContainsFunc(all, func(e roster.Employee) bool { return string(e.ID) == id })
		if !works || id == string(q.Actor.Person) {
			f.Faults.Add(true, "person", "school.training.fault.person")
			break
		}
	}
	return q.Answer(f, func() (string, error) {
		return "/opplaring?gjort=opplaring", q.Kit.DB.Write(q.Context(), func(tx *db.Tx) error {
			for _, id := range chosen {
				if err := q.Kit.Roster.Train(tx, q.Actor, tilhor.PersonID(id), on, q.Now); err != nil {
					return err
				}
			}
			return nil
		})
	}, func(code int, f *web.Form) error { return p.showTraining(q, code, f) })
}
