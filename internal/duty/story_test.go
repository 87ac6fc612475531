package duty

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/law"
)

// A story is a case day by day, as a lawyer would read it. Each line has a time
// in Oslo, a sign and the rest:
//
//   - something happened: kind, pupil, fields
//     ?  how it stands then, for a pupil: id=state (+ between several of one id),
//     id@date the local date, id!date the date of the act or an authority,
//     id>who has been told, gate:act=what is missing, to=…, never=…, window=…
//
// What stands after -- is for the reader.
type story struct {
	name   string
	school law.Kind
	closed calendar.Closed
	lines  string
}

func (s story) tell(t *testing.T) {
	t.Helper()
	kind := s.school
	if kind == "" {
		kind = law.PublicSchool
	}
	in := Input{School: kind, Closed: s.closed}
	for n, line := range strings.Split(strings.TrimSpace(s.lines), "\n") {
		line, _, _ = strings.Cut(line, "--")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", f[0]+" "+f[1], calendar.Oslo())
		if err != nil {
			t.Fatalf("line %d: %v", n+1, err)
		}
		if f[2] == "+" {
			in.Facts = append(in.Facts, factOf(t, at, f[3:]))
			continue
		}
		in.AsOf = at
		out, err := Assess(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range f[4:] {
			if got := seen(out, f[3], want); got != want {
				t.Errorf("%s %s, pupil %s: got %s, want %s", f[0], f[1], f[3], got, want)
			}
		}
	}
}

func factOf(t *testing.T, at time.Time, f []string) Fact {
	t.Helper()
	x := Fact{Kind: Kind(f[0]), Pupil: f[1], When: tilhor.Now(at)}
	if _, ok := fields[x.Kind]; !ok {
		t.Fatalf("no kind %q", f[0])
	}
	for _, kv := range f[2:] {
		k, v, _ := strings.Cut(kv, "=")
		switch k {
		case "by":
			x.By = By(v)
		case "accused":
			x.Accused = Accused(v)
		case "serious":
			x.Serious = true
		case "to":
			x.To = To(v)
		case "reason":
			x.Reasoned = true
		case "was":
			x.Was = v
		case "child":
			x.Child = v
		case "declined":
			x.Declined = true
		case "urgent":
			x.Urgent = true
		case "on":
			x.EvaluateOn = tilhor.Date(v)
		case "next":
			x.Next = tilhor.Date(v)
		case "hearBy":
			x.HearBy = tilhor.Date(v)
		case "recheck":
			x.RecheckOn = tilhor.Date(v)
		case "due":
			x.DueOn = tilhor.Date(v)
		case "about":
			x.About = About(v)
		case "stage":
			x.Stage = Stage(v)
		case "precision":
			x.When.Precision = tilhor.Precision(v)
		case "written":
			w, err := time.ParseInLocation("2006-01-02T15:04", v, calendar.Oslo())
			if err != nil {
				t.Fatal(err)
			}
			x.When.Written = w
		default:
			t.Fatalf("no field %q", k)
		}
	}
	return x
}

// seen says what the answer holds in the form of an expectation.
func seen(out Output, pupil, want string) string {
	i := strings.IndexAny(want, "=@!>")
	what, sign := want[:i], want[i:i+1]
	switch {
	case strings.HasPrefix(what, "gate:"):
		g := out.Gate(strings.TrimPrefix(what, "gate:"), pupil)
		if g.Open {
			return what + "=open"
		}
		return what + "=" + strings.Join(g.Missing, ",")
	case what == "to" || what == "never":
		for _, r := range out.Routes {
			if r.Pupil == pupil {
				who := r.To
				if what == "never" {
					who = r.Never
				}
				return what + "=" + join(who)
			}
		}
		return what + "=?"
	case what == "window":
		for _, w := range out.Windows {
			if w.Pupil == pupil {
				return fmt.Sprintf("window=%s/%s/%s", w.RaisedAt, w.CalendarWeek, w.Arbeidsdager)
			}
		}
		return "window=-"
	}
	var got []string
	for _, d := range out.Of(law.ID(what), pupil) {
		switch sign {
		case "=":
			got = append(got, string(d.State))
		case "@":
			got = append(got, d.LocalDue.String())
		case "!":
			got = append(got, d.Due.String())
		case ">":
			got = append(got, join(d.EscalatedTo))
		}
	}
	if got == nil {
		got = []string{"-"}
	}
	return what + sign + strings.Join(got, "+")
}

func join(bs []law.Bearer) string {
	var s []string
	for _, b := range bs {
		s = append(s, string(b))
	}
	return strings.ReplaceAll(strings.Join(s, ","), " ", "_")
}

var stories = []story{
	{name: "1 læreren krenker en elev: straks til rektor, og rektor til kommunen", lines: `
2026-04-07 09:50 + known A by=staff accused=employee -- assistenten så det selv
2026-04-07 09:55 ? A k12.staff_report=open k12.staff_owner=- k12.report=- to=rektor,owner never=accused
2026-04-07 10:05 + reported A to=rektor
2026-04-07 10:05 ? A k12.staff_report=met k12.staff_owner=open k12.staff_owner@2026-04-07 -- åpnet for rektor med en gang
2026-04-07 10:05 ? A k12.investigate=open k12.hear=open k12.plan=open gate:plan-approval=heard:A,best-interest -- det vanlige sporet går samtidig
2026-04-08 09:00 ? A k12.staff_owner=late-local k12.staff_owner> k12.investigate=open
2026-04-09 00:00 ? A k12.staff_owner>owner-on-call -- mer enn én arbeidsdag
2026-04-09 09:00 + owner-informed A
2026-04-09 09:00 ? A k12.staff_owner=met-late k12.investigate=late-local`},

	{name: "1 straks: to timer senere er meldingen sen", lines: `
2026-04-07 09:50 + known A by=staff accused=employee
2026-04-07 11:50 ? A k12.staff_report=open
2026-04-07 11:51 ? A k12.staff_report=late-local
2026-04-07 12:10 + reported A to=rektor
2026-04-07 12:10 ? A k12.staff_report=met-late`},

	{name: "1 åpenbart grunnløst krever skriftlig grunn", lines: `
2026-04-07 09:50 + known A by=parent accused=employee
2026-04-07 10:05 + raised A by=parent
2026-04-07 10:05 ? A k12.staff_report=met k12.staff_owner=open k12.measures=open
2026-04-07 11:00 + groundless A -- uten grunn gjelder det ikke
2026-04-07 11:00 ? A k12.staff_owner=open
2026-04-07 11:10 + groundless A reason=1
2026-04-07 11:10 ? A k12.staff_owner=ended to=rektor k12.investigate=open k12.measures=open -- eleven har det like utrygt`},

	{name: "12-5 andre ledd: det gjelder ledelsen, og går forbi rektor", lines: `
2026-04-07 09:50 + known A by=staff accused=leadership serious=1
2026-04-07 10:00 + reported A to=rektor -- feil vei
2026-04-07 10:00 ? A k12.lead_owner=open k12.report=- k12.staff_report=- k12.owner_serious=- to=owner never=rektor,leadership,accused k12.plan=-
2026-04-07 11:00 + reported A to=owner
2026-04-07 11:00 ? A k12.lead_owner=met k12.plan=open
2026-04-09 09:00 ? A k12.investigate=late-local k12.investigate>owner -- aldri til rektor`},

	{name: "2 digitalt lørdag kveld: ingen plikt er brutt for lørdagen", lines: `
2026-04-13 08:15 + known A by=pupil -- mandag sier eleven at hun gruer seg
2026-04-13 08:15 ? A k12.report=open k12.report@2026-04-13 k12.investigate@2026-04-14 k12.measures@2026-04-20 k12.plan=-
2026-04-13 08:30 + reported A to=rektor
2026-04-13 08:30 ? A k12.report=met k12.plan@2026-04-20 to=rektor`},

	{name: "2 noe blir kjent en lørdag: meldingen har mandag på seg", lines: `
2026-04-11 20:00 + known A by=staff
2026-04-12 12:00 ? A k12.report=open k12.report@2026-04-13
2026-04-13 12:00 ? A k12.report>deputy,owner -- neste arbeidsdag klokka 12
2026-04-14 00:00 ? A k12.report=late-local`},

	{name: "3 anonymt: undersøkelsesplikten gjelder innholdet", lines: `
2026-04-13 08:00 + known unknown-1 by=anonymous precision=hour
2026-04-13 09:00 + reported unknown-1 to=rektor
2026-04-13 09:00 ? unknown-1 k12.investigate=open k12.report=met k12.measures=- window=-
2026-04-15 08:00 + investigation-started unknown-1
2026-04-15 09:00 + identified A was=unknown-1
2026-04-15 09:00 ? A k12.investigate=met-late k12.investigate@2026-04-14 gate:plan-approval=heard:A,best-interest -- klokka beholder sin første tid
2026-04-15 09:00 ? unknown-1 k12.investigate=-`},

	{name: "5 tre elever i en klasse har hvert sitt spor", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:00 + known B by=staff
2026-04-13 08:00 + known C by=staff
2026-04-13 08:05 + reported A to=rektor
2026-04-13 08:05 + reported B to=rektor
2026-04-13 08:05 + reported C to=rektor
2026-04-14 09:00 + heard A child=A
2026-04-14 10:00 + raised C by=parent
2026-04-14 10:00 ? A gate:plan-approval=best-interest window=- k12.measures=-
2026-04-14 10:00 ? B gate:plan-approval=heard:B,best-interest
2026-04-14 10:00 ? C window=2026-04-14/2026-04-21/2026-04-21 k12.measures=open
2026-04-15 10:00 + safe B
2026-04-15 10:01 + closed B
2026-04-15 10:01 ? B k12.investigate=ended k12.hear=ended k12.watch=not-due
2026-04-15 10:01 ? A k12.investigate=late-local k12.hear=met
2026-04-15 10:01 ? C k12.investigate=late-local k12.hear=open -- to spor står igjen`},

	{name: "6 barnet på seks: ingen nedre aldersgrense, og et nei er et svar", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:05 + reported A to=rektor
2026-04-14 09:00 + heard A child=A declined=1
2026-04-14 09:10 + best-interest A
2026-04-14 09:10 ? A k12.hear=met gate:plan-approval=open`},

	{name: "7 skolen finner ingenting, eleven er fortsatt utrygg", lines: `
2026-04-13 08:00 + known A by=pupil
2026-04-13 08:05 + reported A to=rektor
2026-04-13 12:00 + investigation-started A
2026-04-14 09:00 + heard A
2026-04-15 09:00 + found A -- ingenting som kan bekreftes
2026-04-15 09:30 + not-safe A
2026-04-15 09:30 ? A k12.measures=open gate:closing=safe -- opplevelsen holder plikten i live
2026-04-16 09:00 + best-interest A
2026-04-16 09:10 + measure-started A
2026-04-16 09:20 + plan-approved A on=2026-04-30
2026-04-16 09:20 ? A k12.measures=met k12.plan=met k12.evaluate=not-due gate:evaluation=heard:A,best-interest
2026-04-30 08:00 ? A k12.evaluate=open k12.evaluate@2026-04-30
2026-04-30 12:00 + not-safe A
2026-04-30 12:05 + heard A
2026-04-30 12:10 + best-interest A
2026-04-30 12:10 ? A gate:evaluation=open k12.measures=met+open
2026-04-30 12:20 + evaluated A
2026-04-30 12:30 + closed A -- uten elevens ord: ingenting blir avsluttet
2026-04-30 12:30 ? A k12.measures=met+open k12.document=open k12.watch=-
2026-05-04 09:00 + measure-started A
2026-05-04 09:30 + stepped-down A recheck=2026-06-01 -- rektor trapper ned alene
2026-05-04 09:30 ? A k12.measures=met+met+open k12.evaluate=met+not-due k12.evaluate@2026-04-30+2026-06-01 k12.watch=open k12.inform=late-local gate:closing=safe
2026-05-04 10:00 + rights-informed A
2026-06-01 08:00 ? A k12.evaluate=met+open k12.document=open k12.inform=met-late
2026-06-02 00:00 ? A k12.evaluate=met+late-local k12.evaluate>+responsible
2026-06-02 09:00 + safe A
2026-06-02 09:00 ? A k12.evaluate=met+met-late k12.measures=met+met+ended gate:closing=open
2026-06-02 09:10 + closed A
2026-06-02 09:10 ? A k12.watch=ended+not-due k12.watch@+2026-07-28 k12.document=ended
2026-06-30 08:00 ? A k12.watch=ended+open -- etterkontroll fire til åtte uker etter
2026-07-29 00:00 ? A k12.watch=ended+late-local
2026-08-17 09:00 + safe A
2026-08-17 09:00 ? A k12.watch=ended+met-late`},

	{name: "7 trappet ned og tatt opp igjen: ny plikt til å undersøke, og stillhet blir sett", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:05 + reported A to=rektor
2026-04-13 12:00 + investigation-started A
2026-04-14 09:00 + heard A
2026-04-14 10:00 + stepped-down A recheck=2026-05-18
2026-05-12 08:00 ? A k12.investigate=met k12.document=open -- stille mens datoen for å spørre igjen står
2026-05-12 09:00 + raised A by=parent
2026-05-12 09:00 ? A k12.investigate=met+open k12.measures=ended+open
2026-06-10 08:00 ? A k12.document=late-local`},

	{name: "7 spurt igjen uten ny dato: stillhet blir sett", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:05 + reported A to=rektor
2026-04-14 09:00 + heard A
2026-04-14 10:00 + stepped-down A recheck=2026-05-18
2026-05-18 09:00 + safe A
2026-05-18 09:00 ? A k12.evaluate=met k12.document=open gate:closing=open
2026-06-10 08:00 ? A k12.document=late-local`},

	{name: "9 SFO: fysisk inngrep, og det andre skal til kommunen", lines: `
2026-04-13 14:30 + intervention A
2026-04-13 14:30 ? A k13.force_report=open k13.force_report@2026-04-13 k13.force_parents=open k13.force_doc@2026-04-15 k13.force_owner=- to=?
2026-04-13 15:00 + intervention-reported A
2026-04-14 00:00 ? A k13.force_parents=late-local k13.force_parents>owner
2026-04-14 08:00 + parents-informed A
2026-04-14 09:00 + intervention-documented A
2026-04-14 09:00 ? A k13.force_report=met k13.force_parents=met-late k13.force_doc=met
2026-04-20 14:30 + intervention A -- andre gang
2026-04-20 14:30 ? A k13.force_owner=open k13.force_owner@2026-04-21 k13.force_report=met+open k13.force_doc=met+open
2026-04-22 00:00 ? A k13.force_owner=late-local
2026-04-22 09:00 + owner-informed A
2026-04-22 09:00 ? A k13.force_owner=met-late`},

	{name: "9 et særlig alvorlig inngrep skal til kommunen, også det første", lines: `
2026-04-13 14:30 + intervention A
2026-04-13 15:00 + intervention-reported A
2026-04-13 15:00 ? A k13.force_owner=-
2026-04-13 15:30 + intervention-reported A serious=1
2026-04-13 15:30 ? A k13.force_report=met k13.force_owner=open k13.force_owner@2026-04-14
2026-04-14 09:00 + owner-informed A
2026-04-14 09:00 ? A k13.force_owner=met`},

	{name: "9 inngrep før reglene kom, gir ingen plikt etter dem", lines: `
2025-07-31 14:30 + intervention A
2025-08-01 14:30 ? A k13.force_report=-`},

	{name: "påsken 2026: uken vises på begge måter", closed: calendar.ClosedOn("2026-03-30", "2026-03-31", "2026-04-01"), lines: `
2026-03-30 10:00 + known A by=staff
2026-03-30 10:20 + reported A to=rektor
2026-03-30 15:00 + raised A by=parent
2026-03-30 15:00 ? A window=2026-03-30/2026-04-06/2026-04-09 k12.plan@2026-04-09 k12.document@2026-04-20
2026-04-01 00:00 ? A k12.investigate=late-local k12.investigate>rektor k12.investigate!
2026-04-10 00:00 ? A k12.investigate>rektor,owner k12.plan=late-local k12.plan>rektor,owner k12.plan!`},

	{name: "påsken 2027: fem dager fra hverandre", lines: `
2027-03-24 10:00 + raised A by=parent
2027-03-24 10:00 ? A window=2027-03-24/2027-03-31/2027-04-05 k12.report=met`},

	{name: "saken går over 1. august 2024", lines: `
2024-06-17 09:00 + known A by=pupil
2024-06-17 09:10 + reported A to=rektor
2024-06-18 09:00 + investigation-started A
2024-06-18 10:00 + raised A by=parent
2024-07-31 23:59 ? A 9A.investigate=met 9A.measures=late-local 9A.plan=late-local 9A.warn=met k12.plan=- window=2024-06-18/2024-06-25/2024-06-25
2024-08-01 00:00 ? A 9A.investigate=met k12.investigate=- 9A.measures=ended k12.measures=open 9A.plan=ended k12.plan=open k12.plan@2024-08-08 9A.hear=ended+ended k12.hear=open k12.best=open k12.inform=open
2024-08-05 09:00 + heard A
2024-08-05 09:10 + best-interest A
2024-08-05 09:20 + measure-started A
2024-08-05 09:30 + plan-approved A on=2024-08-19
2024-08-05 09:30 ? A k12.plan=met k12.measures=met 9A.plan=ended k12.evaluate=not-due`},

	{name: "under 9 A-5 er alt straks, og unntaket for grunnløst finnes ikke", lines: `
2023-03-13 09:00 + known A by=staff accused=employee serious=1
2023-03-13 09:10 + reported A to=rektor
2023-03-13 09:10 ? A 9A.staff=met+open+open 9A.staff@2023-03-13T11:00:00+01:00+2023-03-13+2023-03-13 9A.investigate=- 9A.warn=open
2023-03-13 10:00 + groundless A reason=1
2023-03-13 10:00 ? A 9A.staff=met+open+open`},

	{name: "vedtaksplikten før 2017 og overgangen", lines: `
2017-05-15 09:00 + known A by=parent
2017-05-15 09:00 + raised A by=parent
2017-05-15 09:00 ? A 9a.act=open 9a.decide=open 9a.decide@2017-06-12 window=-
2017-08-01 08:00 ? A 9a.act=ended 9a.decide=ended 9A.investigate=open 9A.measures=open 9A.plan=open`},

	{name: "Statsforvalteren spør, pålegger og vedtar", lines: `
2026-04-13 09:00 + raised A by=parent
2026-04-22 09:00 + state-request A due=2026-04-27
2026-04-22 09:00 ? A k12.sf_docs=open k12.sf_docs!2026-04-27 k12.sf_docs>
2026-04-24 00:00 ? A k12.sf_docs>owner
2026-04-27 00:00 ? A k12.sf_docs>owner,chief-executive
2026-04-28 00:00 ? A k12.sf_docs=late
2026-04-28 09:00 + state-sent A
2026-04-28 09:00 ? A k12.sf_docs=met-late
2026-05-04 09:00 + state-order A due=2026-05-18
2026-05-04 09:00 + state-decision A
2026-05-04 09:00 ? A k12.sf_order=open k12.appeal=open k12.appeal!2026-05-26 -- pinsen flytter klagefristen
2026-05-12 09:00 + state-met A
2026-05-12 09:00 ? A k12.sf_order=met
2026-05-27 00:00 ? A k12.appeal=ended`},

	{name: "pålegget har to punkter, og det siste blir gjort først", lines: `
2026-04-13 09:00 + raised A by=parent
2026-05-04 09:00 + state-order A due=2026-05-11
2026-05-04 09:00 + state-order A due=2026-05-18
2026-05-07 09:00 + state-met A due=2026-05-18
2026-05-12 09:00 ? A k12.sf_order=late+met -- punktet med frist 18. mai er gjort, det med frist 11. mai er over
2026-05-13 09:00 + state-met A due=2026-05-11
2026-05-13 09:00 ? A k12.sf_order=met-late+met`},

	{name: "klagefristen går over 2. påskedag", lines: `
2026-03-13 09:00 + state-decision A
2026-03-13 09:00 ? A k12.appeal!2026-04-07 k12.appeal=open
2026-04-07 23:00 ? A k12.appeal=open`},

	{name: "skolebytte og bortvisning er enkeltvedtak", lines: `
2026-04-13 09:00 + decision B about=school-change stage=notice
2026-04-13 09:00 ? B k12.move=open k12.move! k12.move@ to=?
2026-04-15 09:00 + decision B about=school-change stage=heard
2026-04-20 09:00 + decision B about=school-change stage=decided
2026-04-21 09:00 + decision B about=school-change stage=received
2026-04-21 09:00 ? B k12.move=met k12.appeal!2026-05-12
2026-04-22 09:00 + decision C about=expulsion stage=decided
2026-04-22 09:00 ? C k12.expel=met`},

	{name: "et annet berørt barn er bortreist: planen kan godkjennes, og datoen blir en plikt", lines: `
2026-04-13 08:00 + known A by=pupil
2026-04-13 08:05 + reported A to=rektor
2026-04-13 09:00 + affected A child=B
2026-04-13 10:00 + heard A child=A
2026-04-13 10:10 + best-interest A
2026-04-13 10:10 ? A gate:plan-approval=heard:B k12.hear=met+open
2026-04-14 10:00 + not-reached A child=B hearBy=2026-04-24
2026-04-14 10:00 ? A gate:plan-approval=open k12.hear=met+open k12.hear@+2026-04-24
2026-04-14 10:10 + measure-started A
2026-04-14 10:20 + plan-approved A on=2026-04-28
2026-04-25 00:00 ? A k12.hear=met+late-local
2026-04-27 09:00 + heard A child=B
2026-04-27 09:00 ? A k12.hear=met+met-late`},

	{name: "den utsatte eleven hoppes aldri over", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 09:00 + not-reached A child=A hearBy=2026-04-24
2026-04-13 09:10 + best-interest A
2026-04-13 09:10 ? A gate:plan-approval=heard:A`},

	{name: "et strakstiltak venter ikke på noen port", lines: `
2026-04-13 08:00 + known A by=pupil
2026-04-13 08:20 + measure-started A urgent=1
2026-04-13 08:20 ? A k12.measures=met k12.plan=open gate:plan-approval=heard:A,best-interest`},

	{name: "en plan godkjent uten at barnet er hørt", lines: `
2026-04-13 08:00 + known A by=pupil
2026-04-13 08:20 + reported A to=rektor
2026-04-14 08:20 + plan-approved A on=2026-04-28
2026-04-15 08:20 + heard A
2026-04-15 08:20 ? A k12.hear=met-late k12.best=open k12.plan=met`},

	{name: "en sen føring blir merket, og aldri tilbakedatert", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:20 + reported A to=rektor
2026-04-14 08:00 + investigation-started A written=2026-04-22T08:00 -- skrevet åtte dager etter
2026-04-15 08:00 ? A k12.investigate=late-local -- da sto det ingenting
2026-04-22 08:00 ? A k12.investigate=met-late`},

	{name: "skrevet neste morgen er skrevet i tide", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-14 15:00 + investigation-started A written=2026-04-15T09:00
2026-04-15 09:00 ? A k12.investigate=met`},

	{name: "ukjent tid teller fra da det ble skrevet", lines: `
2026-04-13 08:00 + known A by=staff precision=unknown written=2026-04-15T08:00
2026-04-15 08:00 ? A k12.investigate@2026-04-16 k12.report@2026-04-15`},

	{name: "saken blir stille", closed: calendar.ClosedOn("2026-04-17"), lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:20 + reported A to=rektor
2026-04-13 08:20 ? A k12.document@2026-04-28
2026-04-20 08:20 + written A
2026-04-20 08:20 ? A k12.document@2026-05-05 -- 1. mai er ingen skoledag
2026-05-06 00:00 ? A k12.document=late-local k12.document>rektor
2026-05-06 08:00 + written A
2026-05-06 08:00 ? A k12.document=open`},

	{name: "alvorlig: rektor til kommunen, fra rektor vet", lines: `
2026-04-13 08:00 + known A by=staff serious=1
2026-04-13 08:00 ? A k12.owner_serious=not-due to=rektor,owner
2026-04-14 08:20 + reported A to=rektor
2026-04-14 08:20 ? A k12.report=met-late k12.owner_serious=open k12.owner_serious@2026-04-14
2026-04-14 09:20 + owner-informed A
2026-04-14 09:20 ? A k12.owner_serious=met`},

	{name: "avsluttet sak, ny melding: et nytt løp", lines: `
2026-04-13 08:00 + known A by=staff
2026-04-13 08:20 + reported A to=rektor
2026-04-14 08:20 + safe A
2026-04-14 08:30 + closed A
2026-04-20 08:20 + not-safe A
2026-04-20 08:20 ? A k12.investigate=ended+open k12.watch=met k12.plan=ended+open k12.report=met gate:closing=safe gate:plan-approval=heard:A,best-interest`},

	{name: "eleven slutter: skolens plikter mot eleven tar slutt, Statsforvalterens frister gjør ikke", lines: `
2026-04-13 08:00 + known A by=staff accused=employee
2026-04-13 08:20 + reported A to=rektor
2026-04-13 09:20 + state-request A due=2026-04-20
2026-04-14 08:20 + left-school A
2026-04-14 08:20 ? A k12.investigate=ended k12.plan=ended k12.staff_owner=late-local k12.sf_docs=open`},

	{name: "privatskole: dagleg leiar og styret", school: law.PrivateSchool, lines: `
2026-04-13 08:00 + known A by=staff accused=employee
2026-04-13 08:20 + reported A to=rektor
2026-04-15 08:20 ? A k12.staff_owner>skolens_styre to=dagleg_leiar,skolens_styre`},

	{name: "barnehage: alltid til eier, også det grunnløse", school: law.KindergartenKind, lines: `
2026-04-13 08:00 + known A by=staff accused=employee
2026-04-13 08:20 + reported A to=rektor
2026-04-13 09:00 + groundless A reason=1
2026-04-13 09:00 ? A bhl.staff=met+open+open k12.hear=- window=- to=styrer,barnehageeier
2026-04-13 10:00 + owner-informed A
2026-04-13 10:00 ? A bhl.staff=met+open+met`},

	{name: "ny plan før datoen: den gamle datoen faller bort; etter datoen står den", lines: `
2026-04-13 08:00 + known A by=pupil
2026-04-13 08:20 + plan-approved A on=2026-04-20
2026-04-15 08:20 + plan-approved A on=2026-04-22
2026-04-15 08:20 ? A k12.evaluate=ended+not-due
2026-04-24 08:20 + plan-approved A on=2026-05-22
2026-04-24 08:20 ? A k12.evaluate=ended+late-local+not-due k12.evaluate>+responsible+
2026-04-25 00:00 ? A k12.evaluate>+responsible,rektor+
2026-04-29 00:00 ? A k12.evaluate>+responsible,rektor,owner+
2026-04-29 08:20 + evaluated A next=2026-05-13
2026-04-29 08:20 ? A k12.evaluate=ended+met-late+met+not-due`},
}

func TestStories(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, s.tell)
	}
}

// The stories must be able to fail: the same telling with one wrong word.
func TestStoriesCatchAWrongWord(t *testing.T) {
	in := Input{School: law.PublicSchool, AsOf: time.Date(2026, 4, 20, 12, 0, 0, 0, time.UTC), Facts: []Fact{
		factOf(t, time.Date(2026, 4, 13, 8, 0, 0, 0, time.UTC), strings.Fields("known A by=staff")),
	}}
	out, err := Assess(in)
	if err != nil {
		t.Fatal(err)
	}
	if seen(out, "A", "k12.investigate=met") == "k12.investigate=met" {
		t.Error("a duty that nobody has met is said to be met")
	}
}

// A norm of the owner's own counts instead of the proposal.
func TestOwnersNorm(t *testing.T) {
	at := time.Date(2026, 4, 13, 8, 0, 0, 0, time.UTC)
	in := Input{School: law.PublicSchool, AsOf: at, Norms: law.Norms{"k12.plan": {N: 3, Unit: law.Arbeidsdag}}, Facts: []Fact{
		factOf(t, at, strings.Fields("known A by=leadership")),
	}}
	out, err := Assess(in)
	if err != nil {
		t.Fatal(err)
	}
	if d := out.Of("k12.plan", "A"); len(d) != 1 || d[0].LocalDue.Date != "2026-04-16" || !strings.Contains(d[0].Why, "three arbeidsdagar") {
		t.Errorf("got %+v", d)
	}
}

// Every reason the engine can give has its sentence here, and its text in every
// language (see lang_test.go).
func TestEveryReasonIsWritten(t *testing.T) {
	var keys []string
	for name := range reasons {
		keys = append(keys, name)
	}
	slices.Sort(keys)
	for _, s := range stories {
		in := Input{School: s.school, Closed: s.closed}
		if in.School == "" {
			in.School = law.PublicSchool
		}
		for _, line := range strings.Split(strings.TrimSpace(s.lines), "\n") {
			line, _, _ = strings.Cut(line, "--")
			f := strings.Fields(line)
			at, _ := time.ParseInLocation("2006-01-02 15:04", f[0]+" "+f[1], calendar.Oslo())
			if f[2] == "+" {
				in.Facts = append(in.Facts, factOf(t, at, f[3:]))
			}
			in.AsOf = at
			out, err := Assess(in)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range out.Duties {
				if d.Why == "" || strings.HasPrefix(d.Why, " ") || strings.HasPrefix(d.Why, ";") || !strings.HasSuffix(d.Why, ".") {
					t.Fatalf("%s: %s %s says %q (%s)", s.name, d.ID, d.State, d.Why, d.WhyKey)
				}
			}
		}
	}
}
