package cases_test

import (
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/duty"
	"tilhor/internal/web/webtest"
)

// What was told without signing in gives no named child a part in a matter, however
// it names one: it is taken up about somebody nobody knows, until a person of the
// school finds out who it is. The control is the pupil herself, signed in.
func TestAnAnonymousReportGivesNobodyAPart(t *testing.T) {
	each(t, func(w *world) {
		open := tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone, School: w.Solbakken}
		say := func(who tilhor.Actor, s concerns.Saying) cases.Track {
			t.Helper()
			s.School, s.Words = w.Solbakken, "Nora Dahl og Elias Moe gjør det hver dag."
			c, _, err := w.told.Say(w.ctx, who, s)
			w.must(err)
			all, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
			w.must(err)
			if len(all) != 1 {
				t.Fatalf("it became %d tracks", len(all))
			}
			return all[0]
		}
		for _, s := range []concerns.Saying{
			{For: concerns.ForSelf, Name: "Nora Dahl, 5A"}, {For: concerns.ForFriend, Whom: "Nora Dahl"}, {For: concerns.ForOther, Whom: "Elias Moe, 5A"}, {For: concerns.ForAnything},
		} {
			track := say(open, s)
			f := w.see(track.Slug)
			if track.Pupil != "" || f.Pupil != "" {
				t.Errorf("%s: the track is %s's", s.For, f.Pupil)
			}
			for _, r := range f.Records {
				if r.Kind == cases.Told && r.When.Precision != tilhor.Hour {
					t.Errorf("%s: the track knows the time to the %s", s.For, r.When.Precision)
				}
			}
			if s := w.state(f, "k12.investigate"); s != duty.Open {
				t.Errorf("to look into it stands %s", s)
			}
		}
		c, _, err := w.told.Say(w.ctx, open, concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: "Han dytter.", Hope: "At han slutter.", Wish: w.ina.Person, Pen: "Mona, SFO", Small: true})
		w.must(err)
		all, err := w.desk.TakeUp(w.ctx, w.kari, c.Slug, cases.Stance{Handler: w.ina.Person})
		w.must(err)
		if r := w.see(all[0].Slug).Last(cases.Told); r.Text["wish"] != "Ina Lund" || r.Text["pen"] != "Mona, SFO" || r.Text["said"] != "Han dytter." || r.Text["hope"] != "At han slutter." {
			t.Errorf("who has the case reads %v", r.Text)
		}
		rows, _, err := w.desk.List(w.ctx, w.kari, cases.Filter{Pupil: w.nora})
		w.must(err)
		if len(rows) != 0 {
			t.Errorf("Nora is found in %d cases", len(rows))
		}
		if track := say(w.Actor(tilhor.RolePupil, w.Solbakken), concerns.Saying{For: concerns.ForSelf}); track.Pupil != w.nora {
			t.Errorf("her own is %q's", track.Pupil)
		}
	})
}
