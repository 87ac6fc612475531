package cases

import (
	"context"
	"slices"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/duty"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// Kinds of records of a survey in which pupils name each other (kartlegging der
// elever blir navngitt).
const (
	Surveyed      Kind = "naming-survey"  // it was decided on, and why nothing less was enough
	SurveyChecked Kind = "survey-checked" // the answers were held against something else
)

// namedAnswers is the source that a checked survey becomes. Nobody types it in.
const namedAnswers = "naming-survey"

func init() {
	kinds[Surveyed], kinds[SurveyChecked] = true, true
	rank[SurveyChecked] = 6 // at the same instant: before the source it becomes
}

// A Survey is one that a school does before anything is known (forebyggende
// kartlegging): of a class, or of all.
type Survey struct {
	ID        string
	Whom      string // who is asked
	Questions string // what
	Names     string // yes when pupils are to name each other in what is bad between them
	On        tilhor.Date
	At        time.Time
	By        string
}

var (
	insertSurvey  = db.SQL(`INSERT INTO cases_survey (owner, id, school, on_date, by_person, at, whom, questions) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	selectSurveys = db.SQL(`SELECT id, on_date, by_person, at, whom, questions FROM cases_survey WHERE owner = $1 AND school = $2 ORDER BY at DESC, id LIMIT 20`)
	findSurvey    = db.SQL(`SELECT school, whom, questions FROM cases_survey WHERE owner = $1 AND id = $2`)
	everySurvey   = db.SQL(`SELECT id FROM cases_survey WHERE owner = $1 ORDER BY id`)
)

// What a survey's words are called in the record.
const (
	surveyWhom      = "whom"
	surveyQuestions = "questions"
)

// The record can be compared with the words of the surveys.
func init() {
	journal.RegisterContent(journal.Content{
		Acts:  "surveys.",
		Table: "cases_survey",
		Find: func(tx *db.Tx, r journal.Record, field, id string) (journal.Stored, error) {
			var whom, questions []byte
			s := journal.Stored{Kind: seal.KindSchool}
			err := tx.One(findSurvey, db.Args(r.By.Owner, id), &s.Thing, &whom, &questions)
			s.Bytes = map[string][]byte{surveyWhom: whom, surveyQuestions: questions}[field]
			return s, err
		},
		Each: func(tx *db.Tx, owner tilhor.OwnerID, yield func(string) error) error {
			return tx.Each(everySurvey, func(scan db.Scan) error {
				var id string
				if err := scan(&id); err != nil {
					return err
				}
				for _, field := range []string{surveyWhom, surveyQuestions} {
					if err := yield(seal.Label(field, id)); err != nil {
						return err
					}
				}
				return nil
			}, owner)
		},
	})
}

// PlanSurvey writes what the school decided to ask all of a class, or of the
// school, before anything is known. It may not let pupils name each other in
// questions of what is bad between them (opplæringsforskrifta § 20-5 third
// paragraph): that is refused, and is for a case (SurveyNaming).
func (d *Desk) PlanSurvey(ctx context.Context, by tilhor.Actor, s Survey) error {
	now := d.Clock()
	if !by.Role.Staff() || !by.Trained || by.School == access.Owner {
		return tilhor.ErrNotFound
	}
	var c check
	c.short(&s.Whom, "survey-whom", true)
	c.text(&s.Questions, "survey-questions", true)
	c.oneOf(s.Names, "survey-names", "yes", "no")
	c.Add(s.Names == "yes", "survey-names", "survey.fault.names")
	c.between(s.On, today(now).Add(-longestAway), today(now).Add(longestAway), "due", "survey.fault.on")
	faults := c.Err()
	return d.DB.Write(ctx, func(tx *db.Tx) error {
		if leads, err := d.leadsSchool(tx, by, now); err != nil || !leads {
			return notLed(err)
		}
		if faults != nil {
			return faults
		}
		key, err := d.Keys.Make(tx, by.Owner, seal.KindSchool, string(by.School))
		if err != nil {
			return err
		}
		id := tilhor.NewID()
		whom, questions := key.Seal(surveyWhom, id, s.Whom), key.Seal(surveyQuestions, id, s.Questions)
		if _, err := tx.Exec(insertSurvey, by.Owner, id, by.School, s.On, by.Person, now.UnixMilli(), whom.Bytes, questions.Bytes); err != nil {
			return err
		}
		_, err = d.Journal.Append(tx, journal.Entry{
			Stream: "school/" + string(by.School), Act: "surveys.planned", Subject: id, When: tilhor.Now(now), By: by, Rule: string(access.Leads),
			Parts: append(journal.Parts(whom), journal.Parts(questions)...),
		})
		return err
	})
}

// notLed is the answer to who does not lead the school: nothing is there.
func notLed(err error) error {
	if err == nil {
		err = tilhor.ErrNotFound
	}
	return err
}

// Surveys are the latest of the school's, the newest first, for who leads it.
func (d *Desk) Surveys(ctx context.Context, by tilhor.Actor) (all []Survey, err error) {
	err = d.DB.Read(ctx, func(tx *db.Tx) error {
		all = nil
		if leads, err := d.leadsSchool(tx, by, d.Clock()); err != nil || !leads {
			return notLed(err)
		}
		key, err := d.Keys.Get(tx, by.Owner, seal.KindSchool, string(by.School))
		if err != nil {
			return err
		}
		var ids []tilhor.PersonID
		err = tx.Each(selectSurveys, func(scan db.Scan) (err error) {
			var s Survey
			var at int64
			var who tilhor.PersonID
			var whom, questions []byte
			if err := scan(&s.ID, &s.On, &who, &at, &whom, &questions); err != nil {
				return err
			}
			s.At, s.By = instant(at), string(who)
			if s.Whom, err = key.Open(surveyWhom, s.ID, whom); err != nil {
				return err
			}
			s.Questions, err = key.Open(surveyQuestions, s.ID, questions)
			ids, all = append(ids, who), append(all, s)
			return err
		}, by.Owner, by.School)
		if err != nil {
			return err
		}
		names, err := d.Roster.Names(tx, by.Owner, compact(ids)...)
		for i := range all {
			all[i].By = names[tilhor.PersonID(all[i].By)]
		}
		return err
	})
	return all, err
}

// A NamingSurvey is one in which pupils name each other in what is bad between
// them: for one case, with a reason, and checked before it is used.
type NamingSurvey struct {
	ID        tilhor.RecordID
	Why       string // what makes it long-lasting or complex
	Tried     string // what was done before, and why that was not enough
	Whom      string
	Questions string
	On        tilhor.Date
	By        string
	Checked   bool
}

// SurveyNaming decides on a survey in which pupils name each other, in a case that
// is open: on a concrete suspicion that is long-lasting or complex, when other
// means were not enough (opplæringsforskrifta § 20-5). Whoever leads the track
// decides. Other means are tried before they can fail: one talk or one source has
// to stand in the inquiry.
func (d *Desk) SurveyNaming(ctx context.Context, by tilhor.Actor, slug string, s NamingSurvey) error {
	now := today(d.Clock())
	var c check
	c.text(&s.Why, "survey-why", true)
	c.text(&s.Tried, "survey-tried", true)
	c.short(&s.Whom, "survey-whom", true)
	c.text(&s.Questions, "survey-questions", true)
	c.between(s.On, now, now.Add(askUntil), "due", "cases.fault.due")
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Lead, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		all, err := d.records(w.tx, by.Owner, w.t.ID, nil)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(sinceOpened(all), func(r Record) bool {
			return r.Kind == Voice && r.Answer != Declined || r.Kind == Source && r.Answer == "given"
		}) {
			return tilhor.Faults{{Field: "survey-tried", Key: "survey.fault.nothing-tried"}}
		}
		if err := w.start(tilhor.Now(w.now)); err != nil { // to ask is to inquire
			return err
		}
		_, err = w.write(note{kind: Surveyed, when: tilhor.Now(w.now), on: s.On, text: []field{{"reason", s.Why}, {"tried", s.Tried}, {"whom", s.Whom}, {"questions", s.Questions}}})
		if err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: tilhor.Now(w.now)})
	})
}

// CheckSurvey writes what was left of the answers when they were held against
// something else, and how. Only that is a source: answers must be verified before
// measures rest on them (opplæringsforskrifta § 20-5).
func (d *Desk) CheckSurvey(ctx context.Context, by tilhor.Actor, slug string, id tilhor.RecordID, how, stands string) error {
	var c check
	c.text(&how, "survey-how", true)
	c.text(&stands, "survey-stands", true)
	if err := c.Err(); err != nil {
		return err
	}
	return d.on(ctx, by, access.Work, slug, func(w *work) error {
		if err := w.running(); err != nil {
			return err
		}
		if err := w.openPoint(id, Surveyed, SurveyChecked); err != nil {
			return err
		}
		now := tilhor.Now(w.now)
		if _, err := w.write(note{kind: SurveyChecked, when: now, ref: string(id), text: []field{{"how", how}}}); err != nil {
			return err
		}
		if _, err := w.write(note{kind: Source, when: now, ref: namedAnswers, answer: "given", text: []field{{"text", stands}}}); err != nil {
			return err
		}
		return w.facts(duty.Fact{Kind: duty.Written, When: now})
	})
}

// unchecked refuses a survey as a source while one that names pupils waits to be
// checked: its answers come in no other way.
func (w *work) unchecked(source string) error {
	if source != "survey" {
		return nil
	}
	all, err := w.d.records(w.tx, w.by.Owner, w.t.ID, nil)
	if err != nil {
		return err
	}
	waits := 0
	for _, r := range all {
		switch r.Kind {
		case Surveyed:
			waits++
		case SurveyChecked:
			waits--
		}
	}
	if waits > 0 {
		return tilhor.Faults{{Field: "source", Key: "survey.fault.unchecked"}}
	}
	return nil
}

// NamingSurveys are those of the track, oldest first.
func (f File) NamingSurveys() (all []NamingSurvey) {
	for _, r := range f.Of(Surveyed) {
		s := NamingSurvey{ID: r.ID, Why: r.Text["reason"], Tried: r.Text["tried"], Whom: r.Text["whom"], Questions: r.Text["questions"], On: r.On, By: r.Name}
		s.Checked = slices.ContainsFunc(f.Of(SurveyChecked), func(c Record) bool { return c.Ref == string(r.ID) })
		all = append(all, s)
	}
	return all
}

// OtherChildren says whether a record is what other children said, or said of each
// other: it is for who works the track, and goes with no pupil's papers.
func (r Record) OtherChildren() bool {
	return r.Kind == Source && (r.Ref == "talk-pupils" || r.Ref == namedAnswers) || r.Kind == SurveyChecked
}
