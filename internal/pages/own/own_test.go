package own_test

import (
	"html"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/lang"
	"tilhor/internal/notices"
	"tilhor/internal/pages/own"
	"tilhor/internal/roster"
	"tilhor/internal/web/webtest"
)

// A parent chooses the language of mail on a page in that language, and is told in
// it what is wrong and what is saved.
func TestNoticesInFurtherLanguages(t *testing.T) {
	town := webtest.NewTown(t, dbtest.SQLite(t))
	k := town.Kit
	desk := &notices.Desk{DB: k.DB, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
	town.Site.Mount((&own.Pages{Notices: desk, Base: "https://granvik.example"}).Routes())
	battery := webtest.New(town.Site, "/", "/logg-ut", "/logg-inn", "/personvern", "/hjelp", "/tilgjengelighet", "/i-dag", "/rettigheter/foresatt")
	marit, by := town.As(tilhor.RoleParent, town.Solbakken), town.Actor(tilhor.RoleParent, town.Solbakken)
	for _, l := range lang.Further {
		in := "?l=" + string(l)
		r := town.Post(marit, "/varsler"+in, url.Values{"mail": {"yes"}, "lang": {string(l)}})
		if r.StatusCode != 303 {
			t.Fatal(r.StatusCode)
		}
		if c, _, err := desk.ChoiceOf(t.Context(), by); err != nil || c != (notices.Choice{Mail: true, Lang: l}) {
			t.Errorf("%s: %+v, %v", l, c, err)
		}
		r = town.Get(marit, "/varsler"+in+"&gjort=valgt")
		battery.Check(t, r, nil)
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"lang.unchecked", "notices.title", "notices.lead", "notices.chosen", "notices.lang", "notices.in-calendar-text", "notices.open-address"} {
			if !strings.Contains(string(b), html.EscapeString(lang.For(l).T(key))) {
				t.Errorf("%s does not say %s:\n%s", l, key, b)
			}
		}
	}
}

// A calendar has a day for whoever has something to do then, and for a parent the days
// of that parent's page; it says «Avtale», and not a word more. A case about a protected
// pupil gives none to anybody, also not to who is named for her.
func TestTheCalendarHasDaysAndNoWords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		town := webtest.NewTown(t, d)
		k, ctx := town.Kit, t.Context()
		told := &concerns.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock}
		worked := &cases.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Concerns: told, Clock: k.Clock}
		desk := &notices.Desk{DB: d, Keys: k.Keys, Journal: k.Journal, Roster: k.Roster, Clock: k.Clock, Days: worked.Days}
		town.Site.Mount((&own.Pages{Notices: desk, Base: "https://granvik.example"}).Routes())
		kari, ina := town.Actor(tilhor.RoleRektor, town.Solbakken), town.Actor(tilhor.RoleSocialTeacher, town.Solbakken)
		mother, another := town.Actor(tilhor.RoleParent, town.Solbakken), town.Actor(tilhor.RoleParent, town.Fjellvik)
		today := calendar.DateOf(town.Now())
		are := func(what string, by tilhor.Actor, some bool) (days []string) {
			t.Helper()
			town.Must(desk.OpenFeed(ctx, by))
			feed, err := desk.FeedOf(ctx, by)
			town.Must(err)
			r := town.Get(nil, "/kalender/"+feed)
			b, err := io.ReadAll(r.Body)
			town.Must(err)
			for i, e := range strings.Split(strings.ReplaceAll(string(b), "\r", ""), "BEGIN:VEVENT\n")[1:] {
				e, _, _ = strings.Cut(e, "END:VEVENT")
				for _, line := range strings.Split(strings.TrimSpace(e), "\n") {
					name, value, _ := strings.Cut(line, ":")
					switch name, _, _ = strings.Cut(name, ";"); {
					case name == "SUMMARY" && value == "Avtale", slices.Contains([]string{"UID", "DTSTAMP", "DTEND", "CLASS", "TRANSP"}, name):
					case name == "DTSTART":
						days = append(days, value)
					default:
						t.Errorf("%s: an event says %q", what, line)
					}
				}
				if strings.Count(e, "SUMMARY:") != 1 {
					t.Errorf("%s: event %d has no summary, or two: %s", what, i, e)
				}
			}
			if (len(days) > 0) != some || !strings.Contains(string(b), "BEGIN:VCALENDAR") {
				t.Errorf("%s: %d days\n%s", what, len(days), b)
			}
			return days
		}
		now := tilhor.Now(town.Now())
		c, err := told.Tell(ctx, kari, concerns.Telling{School: town.Solbakken, Pupils: []tilhor.PersonID{town.Person("nora")}, Saw: "Nora sto alene.", Arena: tilhor.ArenaBreak, Happened: now, Known: now})
		town.Must(err)
		all, err := worked.TakeUp(ctx, kari, c.Slug, cases.Stance{Handler: ina.Person})
		town.Must(err)
		slug := all[0].Slug
		town.Must(worked.Hear(ctx, ina, slug, cases.Talk{At: now, Answer: cases.Spoke, How: "none", Words: "Jeg vil ikke ut."}))
		town.Must(worked.Weigh(ctx, ina, slug, cases.Weighing{Interests: "Trygghet.", View: "Nær.", Weighing: "Tungt.", Conclusion: "En ute."}))
		town.Must(worked.SavePlan(ctx, ina, slug, 0, cases.Plan{Measures: []cases.Measure{{Problem: "Alene.", What: "En voksen ute.", Start: today, Doer: ina.Person, Evaluate: today.Add(14)}}}))
		town.Must(worked.ShowDraft(ctx, ina, slug, today.Add(3)))
		inform := func(answer string) {
			town.Later(60e9)
			n := cases.Informing{Answer: answer, At: tilhor.Now(town.Now()), Heard: cases.NotHeard, WhyNot: "Var syk.", Danger: cases.NoDanger, Basis: "Vurdert.", Shared: "Planen."}
			if answer == cases.No {
				n.Reason, n.Review = "Redd.", today.Add(7)
			}
			town.Must(worked.InformHome(ctx, kari, slug, n))
		}
		are("who leads by role", kari, true)
		are("who handles it", ina, true)
		are("a parent before the home is informed", mother, false)
		inform(cases.Yes)
		say := strings.ReplaceAll(string(today.Add(3)), "-", "")
		if days := are("a parent, with a draft", mother, true); !slices.Equal(days, []string{say}) {
			t.Errorf("a parent who is asked about the draft until %s has %v", say, days)
		}
		town.Must(worked.Approve(ctx, kari, slug, 1))
		looked := strings.ReplaceAll(string(today.Add(14)), "-", "")
		if days := are("a parent, with a plan", mother, true); !slices.Equal(days, []string{looked}) {
			t.Errorf("a parent of a plan that is looked at on %s has %v", looked, days)
		}
		are("another parent", another, false)
		inform(cases.No)
		are("a parent, since it was decided not to tell the home", mother, false)
		inform(cases.Yes)
		town.Must(worked.DecideHome(ctx, kari, slug, cases.HomeDecision{What: "barred", Guardian: mother.Person, Basis: "judgment", Reason: "Dom."}))
		are("a parent who is barred", mother, false)

		are("who will be named, before", ina, true)
		town.Must(worked.Shield(ctx, kari, cases.Shielding{Pupil: town.Person("nora"), Grade: roster.StrictConfidential, Leader: ina.Person, Reason: "Melding."}))
		are("who is named for a protected pupil", ina, false)
		are("rektor of a protected pupil", kari, false)
		town.Later(60e9)
		for _, x := range []cases.HomeDecision{
			{What: "unbarred", Guardian: mother.Person, Reason: "Dommen er opphevet."},
			{What: "tell", Guardian: mother.Person, Basis: "all", Reason: "Bor sammen."},
		} {
			town.Must(worked.DecideHome(ctx, ina, slug, x))
		}
		if all, err := worked.Wards(ctx, mother); err != nil || len(all) != 1 || !all[0].Stripped {
			t.Errorf("the control: her mother reads along, and no name is shown: %+v %v", all, err)
		}
		are("the mother of a protected pupil, who reads along", mother, false)

		for role, offered := range map[tilhor.Role]bool{tilhor.RoleParent: true, tilhor.RoleTeacher: true, tilhor.RoleOwnerAdviser: true, tilhor.RolePupil: false, tilhor.RoleDPO: false} {
			r := town.Get(town.As(role, town.Solbakken), "/varsler")
			b, err := io.ReadAll(r.Body)
			town.Must(err)
			if strings.Contains(string(b), `action="/varsler/kalender"`) != offered || !strings.Contains(string(b), `action="/varsler"`) {
				t.Errorf("%s is offered a calendar, or not:\n%s", role, b)
			}
		}
		town.Missing("a pupil's calendar", desk.OpenFeed(ctx, town.Actor(tilhor.RolePupil, town.Solbakken)))
	})
}
