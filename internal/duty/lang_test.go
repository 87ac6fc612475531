package duty

import (
	"testing"

	"tilhor/internal/lang"
	"tilhor/internal/law"
)

// missingTexts names every key that pages may ask for and a language lacks.
func missingTexts(has func(string) bool) []string {
	var want, out []string
	for _, r := range law.Rows() {
		want = append(want, "duty."+string(r.ID)+".name", "duty."+string(r.ID)+".why",
			"duty.class."+string(r.Class), "duty.bearer."+string(r.Bearer))
		for _, k := range []law.Kind{law.PublicSchool, law.PrivateSchool, law.KindergartenKind} {
			want = append(want, "duty.bearer."+string(k.Term(r.ID, r.Bearer)))
			for _, s := range r.Escalation {
				for _, b := range s.To {
					want = append(want, "duty.bearer."+string(k.Term(r.ID, b)))
				}
			}
		}
	}
	for _, s := range []State{NotDue, Open, Met, MetLate, Late, LateLocal, Ended} {
		want = append(want, "duty.state."+string(s))
	}
	for name := range reasons {
		want = append(want, "duty.why."+name+".open", "duty.why."+name+".met")
	}
	for name := range endings {
		want = append(want, "duty.why.ended."+name)
	}
	for _, a := range []string{GatePlan, GateEvaluation, GateClosing} {
		want = append(want, "duty.gate."+a)
	}
	for _, m := range []string{"heard", "heard.child", "best-interest", "plan", "safe"} {
		want = append(want, "duty.missing."+m)
	}
	for _, u := range []law.Unit{law.Hours, law.SameDay, law.Days, law.Arbeidsdag, law.Skoledag, law.Weeks, law.Months, law.Years} {
		want = append(want, "duty.norm."+string(u))
	}
	for _, key := range want {
		if !has(key) {
			out = append(out, key)
		}
	}
	return out
}

func TestEveryDutyHasItsWords(t *testing.T) {
	for _, l := range lang.Langs {
		w := lang.For(l)
		for _, key := range missingTexts(w.Has) {
			t.Errorf("%s has no text for %s", l, key)
		}
		// The control: one key less is noticed.
		if n := len(missingTexts(func(k string) bool { return k != "duty.k12.hear.name" && w.Has(k) })); n == 0 {
			t.Error("a missing name was not noticed")
		}
	}
}
