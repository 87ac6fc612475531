package handover

import (
	"slices"
	"time"

	"tilhor/internal/cases"
	"tilhor/internal/dialogue"
)

// The talks with who told stand in the chronology: for Statsforvalteren all that
// the one who makes the package may read, and for the family only the receiver's
// own. They are no passages of the track's record, and no proof of them is in the
// package: their own record has it.

// A spoken is one message, with the talk it is of.
type spoken struct {
	dialogue.KeptLine
	shut bool
}

// withTalks adds the talks.
func (t *teller) withTalks(all []dialogue.Kept) *teller {
	for _, k := range all {
		own := k.Sender != "" && k.Sender == t.o.To && k.Role.Family()
		switch {
		case t.o.Kind == ForFamily && (!own || k.Shut):
			continue
		case k.Shut:
			t.talks = append(t.talks, spoken{shut: true})
			continue
		}
		for _, l := range k.Lines {
			if t.o.Kind == ForState || l.Own || l.To == dialogue.ToSender {
				t.talks = append(t.talks, spoken{KeptLine: l})
			}
		}
	}
	slices.SortStableFunc(t.talks, func(a, b spoken) int { return a.When.At.Compare(b.When.At) })
	return t
}

// chronology is everything said and done, the oldest first, with the talks among
// it.
func (t *teller) chronology() (all []row) {
	at := 0
	until := func(end time.Time) {
		for ; at < len(t.talks) && (end.IsZero() || t.talks[at].When.At.Before(end)); at++ {
			all = append(all, t.spokenRow(t.talks[at]))
		}
	}
	for _, r := range t.f.Records {
		until(r.When.Counts())
		all = append(all, t.rows([]cases.Record{r})...)
	}
	until(time.Time{})
	return all
}

func (t *teller) spokenRow(x spoken) row {
	if x.shut {
		return row{Title: t.t("talk.shut")}
	}
	kind := "staff"
	switch {
	case x.Own:
		kind = "said"
	case x.To == dialogue.ToSender:
		kind = "answered"
	}
	out := row{When: t.w.Moment(x.When), Title: t.w.T("stage.kind.talk-" + kind), By: x.Name}
	if x.By == "" && x.Own {
		out.By = t.t("talk.nameless")
	} else {
		if out.By != "" {
			out.By += ", "
		}
		out.By += t.w.T("role." + string(x.Role))
	}
	text := x.Text
	switch {
	case text != "":
	case x.Kind == dialogue.Name:
		text = t.t("talk.named")
	default:
		text = t.t("held." + string(Blocked))
	}
	out.Facts = []fact{{Term: t.w.T("stage.field.words"), Text: text}}
	return out
}
