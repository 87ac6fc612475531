package cases_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/journal"
)

// Before anything is known pupils do not name each other (opplæringsforskrifta
// § 20-5 third paragraph), and only who leads the school decides what all are asked.
func TestASurveyToPreventNamesNobody(t *testing.T) {
	each(t, func(w *world) {
		w.Altered = true
		s := cases.Survey{Whom: "Alle på 5A.", Questions: "Hvem er du sammen med i friminuttet?", Names: "no", On: w.in(7)}
		plan := func(change func(*cases.Survey)) error { return w.desk.PlanSurvey(w.ctx, w.kari, edit(s, change)) }
		refusals(t, []refusal{
			{"names", plan(func(s *cases.Survey) { s.Names = "yes" }), "survey-names", "survey.fault.names"},
			{"no answer", plan(func(s *cases.Survey) { s.Names = "" }), "survey-names", "cases.fault.survey-names"},
			{"nobody", plan(func(s *cases.Survey) { s.Whom = " " }), "survey-whom", "cases.fault.survey-whom"},
			{"nothing", plan(func(s *cases.Survey) { s.Questions = "" }), "survey-questions", "cases.fault.survey-questions"},
			{"no day", plan(func(s *cases.Survey) { s.On = "" }), "due", "survey.fault.on"},
		})
		for _, who := range []tilhor.Actor{w.jonas, w.ina, w.mona} {
			w.is(w.desk.PlanSurvey(w.ctx, who, s), tilhor.ErrNotFound)
			w.is(w.desk.PlanSurvey(w.ctx, who, cases.Survey{}), tilhor.ErrNotFound) // not even what is wrong with it
			if _, err := w.desk.Surveys(w.ctx, who); err != tilhor.ErrNotFound {
				t.Errorf("%s reads them: %v", who.Role, err)
			}
		}
		w.must(w.desk.PlanSurvey(w.ctx, w.kari, s))
		all, err := w.desk.Surveys(w.ctx, w.kari)
		w.must(err)
		if len(all) != 1 || all[0].Whom != s.Whom || all[0].Questions != s.Questions || all[0].On != s.On || !strings.HasPrefix(all[0].By, "Kari") {
			t.Fatalf("%+v", all)
		}
		if none, err := w.desk.Surveys(w.ctx, w.other); err != nil || len(none) > 0 {
			t.Errorf("another school has %v %v", none, err)
		}
		w.must(w.DB.Read(w.ctx, func(tx *db.Tx) error {
			all, err := w.Kit.Journal.Stream(tx, w.kari.Owner, "school/"+string(w.Solbakken))
			n := 0
			for _, e := range all {
				if e.Act == "surveys.planned" {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d entries in the record", n)
			}
			return err
		}))
		verify := func() string {
			_, err := w.Kit.Journal.Sequence(w.ctx, w.DB, w.kari.Owner, w.Now)
			w.must(err)
			r, err := journal.Verify(w.ctx, w.DB, w.kari.Owner, journal.Against{Keys: w.Kit.Keys})
			w.must(err)
			return fmt.Sprint(r.Wrong)
		}
		if s := verify(); s != "[]" {
			t.Fatalf("the control: %s", s)
		}
		w.exec(spoilSurvey, w.kari.Owner)
		if s := verify(); !strings.Contains(s, "questions:"+all[0].ID) {
			t.Errorf("other questions in their place: %s", s)
		}
	})
}

var spoilSurvey = db.SQL(`UPDATE cases_survey SET questions = whom WHERE owner = $1`)

// Pupils name each other only for a case that is open, when something else was
// tried, by who leads it; and only what was checked is a source.
func TestASurveyThatNamesIsForOneCaseAndIsChecked(t *testing.T) {
	each(t, func(w *world) {
		slug := w.taken(w.nora)
		s := cases.NamingSurvey{Why: "Det har vart siden april.", Tried: "Samtaler og tilsyn ga ikke svar.", Whom: "Alle på 5A.", Questions: "Hvem plager noen?", On: w.in(1)}
		name := func(change func(*cases.NamingSurvey)) error {
			return w.desk.SurveyNaming(w.ctx, w.kari, slug, edit(s, change))
		}
		same := func(*cases.NamingSurvey) {}
		untried := name(same)
		w.must(w.desk.Hear(w.ctx, w.ina, slug, cases.Talk{Answer: cases.Declined, How: "none", Again: w.in(3)}))
		declined := name(same)
		w.must(w.desk.Inquire(w.ctx, w.ina, slug, cases.SourceOf{Kind: "observation", Who: "Jonas", Text: "Så ingenting.", At: w.now()}))
		refusals(t, []refusal{
			{"nothing was tried", untried, "survey-tried", "survey.fault.nothing-tried"},
			{"a talk that was not", declined, "survey-tried", "survey.fault.nothing-tried"},
			{"no suspicion", name(func(s *cases.NamingSurvey) { s.Why = " " }), "survey-why", "cases.fault.survey-why"},
			{"nothing before", name(func(s *cases.NamingSurvey) { s.Tried = "" }), "survey-tried", "cases.fault.survey-tried"},
			{"nobody", name(func(s *cases.NamingSurvey) { s.Whom = "" }), "survey-whom", "cases.fault.survey-whom"},
			{"no question", name(func(s *cases.NamingSurvey) { s.Questions = "" }), "survey-questions", "cases.fault.survey-questions"},
			{"yesterday", name(func(s *cases.NamingSurvey) { s.On = w.in(-1) }), "due", "cases.fault.due"},
		})
		w.is(w.desk.SurveyNaming(w.ctx, w.ina, slug, s), tilhor.ErrNotFound) // who works it does not decide
		w.must(name(same))
		all := w.see(slug).NamingSurveys()
		if len(all) != 1 || all[0].Checked || all[0].Why != s.Why || all[0].Tried != s.Tried || all[0].On != s.On {
			t.Fatalf("%+v", all)
		}
		answers := cases.SourceOf{Kind: "survey", Who: "5A", Text: "Tre skrev samme navn.", At: w.now()}
		typed := edit(answers, func(s *cases.SourceOf) { s.Kind = "naming-survey" })
		refusals(t, []refusal{
			{"answers that nobody checked", w.desk.Inquire(w.ctx, w.ina, slug, answers), "source", "survey.fault.unchecked"},
			{"typed in as if they were", w.desk.Inquire(w.ctx, w.ina, slug, typed), "source", "cases.fault.source"},
			{"a finding from them", w.desk.Find(w.ctx, w.ina, slug, "En elev plager.", []string{string(all[0].ID)}), "from", "cases.fault.sources"},
			{"checked, not how", w.desk.CheckSurvey(w.ctx, w.ina, slug, all[0].ID, "", "x"), "survey-how", "cases.fault.survey-how"},
			{"checked, not what", w.desk.CheckSurvey(w.ctx, w.ina, slug, all[0].ID, "x", ""), "survey-stands", "cases.fault.survey-stands"},
		})
		w.Later(time.Minute)
		w.must(w.desk.CheckSurvey(w.ctx, w.ina, slug, all[0].ID, "To lærere så etter i storefri.", "En elev stenger porten."))
		w.is(w.desk.CheckSurvey(w.ctx, w.ina, slug, all[0].ID, "x", "x"), tilhor.ErrConflict)
		f := w.see(slug)
		source := f.Last(cases.Source)
		if !f.NamingSurveys()[0].Checked || source.Ref != "naming-survey" || source.Text["text"] != "En elev stenger porten." || !source.OtherChildren() {
			t.Fatalf("%+v", source)
		}
		w.must(w.desk.Find(w.ctx, w.ina, slug, "Porten er stengt i storefri.", []string{string(source.ID)}))
		w.must(w.desk.Inquire(w.ctx, w.ina, slug, answers)) // one without names, later
		w.is(w.desk.SurveyNaming(w.ctx, w.kari, w.closed(w.tuva), s), tilhor.ErrConflict)
	})
}
