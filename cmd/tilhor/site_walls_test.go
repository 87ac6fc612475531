package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/access"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/web/webtest"
)

// reported is what the first of the law's scenarios wants.
var reported = []string{
	"meldt straks, og plikten er møtt", "rektor melder kommunen med en gang", "bare en skrevet grunn kan stanse det, og kommunen ser den", "undersøkelse og plan går ved siden av",
	"den det gjelder, ser ingenting av saken", "egen rett til å svare og til innsyn, for seg", "at eleven er utrygg, gir tiltak, og avgjør ikke hva den ansatte gjorde", "en irettesettelse er ikke i seg selv en krenkelse",
}

// reportedEnds are shown while the stories of it are walked (TestTheWallsByForms).
var reportedEnds = []proof{{"den det gjelder, ser ingenting av saken", func(t *testing.T, w *storyWorld, _ *formReader) {
	for _, who := range w.never {
		w.findsNothing(t, w.whoever(who))
	}
}}}

// theTeacherIsReported is the first scenario of the law's (§ 12-5): an assistant
// tells rektor what she saw a teacher do; rektor makes the pupil safe and tells
// the municipality in the same act, and the pupil's own track runs as every
// pupil's does.
var theTeacherIsReported = []deed{
	// Mandag. Mona på SFO så det kl. 09.50.
	{Who: "sfo", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}, {"accused", "employee"}, {"against", "Jonas Lund"}}, Press: "go=next"},
	{Who: "sfo", Fill: [][2]string{{"said", "Han holdt meg i armen og ropte."}, {"saw", "Jonas holdt Nora hardt i armen. Hun gråt."}}, Press: "go=next"},
	{Who: "sfo", Fill: [][2]string{{"arena", "corridor"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "Du har gjort plikten din til å melde fra", Shows: "meldt straks, og plikten er møtt"},
	{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{
		{"urgent", "Ina er hos Nora resten av dagen."}, {"doer", "Ina Lund"}, {"handler", "Ina Lund"}, {"words", "Nora er trygg hos Ina. Mor er ringt."},
	}, No: true, Sees: "er ikke i seg selv å krenke", Shows: "en irettesettelse er ikke i seg selv en krenkelse"},
	{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{
		{"urgent", "Ina er hos Nora resten av dagen."}, {"doer", "Ina Lund"}, {"handler", "Ina Lund"}, {"owner", "tell"}, {"words", "Nora er trygg hos Ina. Mor er ringt."},
	}, Sees: "Kommunen har fått melding", Shows: "rektor melder kommunen med en gang"},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Fill: [][2]string{{"person", "Anne Sæther"}}, Sees: "Anne Sæther"},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Link: `^/kommunen/meldinger/[a-z2-7]{26}$`},
	{Who: "rektor", At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	{Who: "rektor", At: "$track/kommunen"},
	{Who: "rektor", At: "$track/alvorlig", Fill: [][2]string{{"serious", "yes"}, {"judged", "En ansatt er meldt."}, {"words", "Alvorlig."}}, Sees: "Vurderingen er lagret"},
	// Tirsdag. Ina snakker med Nora, og Jonas får si sitt.
	{Who: "social-teacher", Days: 1, At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Jeg vil ikke ha ham i timen."}, {"wants", "En annen lærer."}, {"how", "none"}}, Sees: "Jeg vil ikke ha ham i timen."},
	{Who: "social-teacher", At: "$track/parten", Fill: [][2]string{{"party", "Jonas Lund"}, {"what", "said"}, {"text", "Jeg ville hindre at hun løp ut i veien."}}, Sees: "Jonas Lund: sa sitt syn"},
	// Nora får det trygt mens ingen har avgjort hva den ansatte gjorde.
	{Who: "social-teacher", At: "$track/undersokelse", Fill: [][2]string{{"do", "kilde"}, {"source", "talk-staff"}, {"who", "Mona Lund"}, {"status", "given"}, {"text", "Så at Jonas holdt i armen."}}},
	{Who: "social-teacher", Fill: [][2]string{{"do", "funn"}, {"finding", "Nora ble holdt i armen. Hun er utrygg i timene hans."}, {"from", "*"}}, Sees: "Hun er utrygg i timene hans.", Shows: "at eleven er utrygg, gir tiltak, og avgjør ikke hva den ansatte gjorde"},
	{Who: "social-teacher", At: "$track/elevens-beste", Fill: [][2]string{{"view", "Vil ha en annen lærer."}, {"interests", "Trygghet."}, {"weighing", "Det Nora vil, veier tungt."}, {"conclusion", "En annen har timene."}}},
	{Who: "social-teacher", At: "$track/plan", Fill: [][2]string{
		{"m1-problem", "Nora er utrygg i timene."}, {"m1-what", "Ina har timene til 6B."}, {"m1-when", "hver dag"}, {"m1-start", "24.11.2026"}, {"m1-doer", "Ina Lund"}, {"m1-evaluate", "07.12.2026"},
	}, Press: "do=save", Sees: "Kladden er lagret."},
	{Who: "rektor", At: "$track/plan", Press: "do=approve", Sees: "Planen er godkjent", Shows: "undersøkelse og plan går ved siden av"},
	// Jonas ber om innsyn i det som står om ham: en person tar det for seg.
	{Who: "rektor", At: "$track/innsyn", Fill: [][2]string{{"asker", "employee"}, {"from", "Jonas Lund"}, {"received", "24.11.2026"}, {"basis", "gdpr-15"}}, Sees: "En som arbeider på skolen ba om innsyn", Shows: "egen rett til å svare og til innsyn, for seg"},
	{Who: "social-teacher", Days: 13, At: "$track/evalueringer", Fill: [][2]string{
		{"answer", "safe"}, {"words", "Nå går det bra."}, {"way", "self"}, {"e1-helped", "yes"}, {"e1-then", "continue"}, {"saw", "Nora er med i timene."}, {"best", "Slik Nora vil."}, {"then", "continue"}, {"next", "21.12.2026"},
	}, Sees: "Nå går det bra."},
	{Who: "sfo", At: "/bekymringer", Link: `^/bekymringer/[a-z2-7]{10}$`},
}

// theBaselessReport: rektor finds what is told of an employee plainly without
// ground (openbert grunnlaus) and says why; the municipality reads the reason,
// and the pupil's own track runs all the same.
var theBaselessReport = []deed{
	{Who: "sfo", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}, {"accused", "employee"}, {"against", "Jonas Lund"}}, Press: "go=next"},
	{Who: "sfo", Fill: [][2]string{{"said", "Han holdt meg i armen og ropte."}, {"saw", ""}}, Press: "go=next"},
	{Who: "sfo", Fill: [][2]string{{"arena", "corridor"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "Rektor har fått meldingen din"},
	{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{
		{"urgent", "Ina er hos Nora resten av dagen."}, {"doer", "Ina Lund"}, {"handler", "Ina Lund"}, {"owner", "groundless"}, {"ground", ""},
	}, No: true, Sees: "grunn"},
	{Who: "rektor", At: "/i-dag", Link: `^/sperrede/`, Fill: [][2]string{
		{"urgent", "Ina er hos Nora resten av dagen."}, {"doer", "Ina Lund"}, {"handler", "Ina Lund"}, {"owner", "groundless"}, {"ground", "Jonas var på kurs i Bergen hele dagen."},
	}},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Fill: [][2]string{{"person", "Anne Sæther"}}, Sees: "Anne Sæther"},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Link: `^/kommunen/meldinger/[a-z2-7]{26}$`, Sees: "Jonas var på kurs i Bergen hele dagen.", Shows: "bare en skrevet grunn kan stanse det, og kommunen ser den"},
	{Who: "social-teacher", At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	{Who: "social-teacher", At: "$track/samtaler", Fill: [][2]string{{"answer", "told"}, {"words", "Det var en annen voksen."}, {"wants", "At noen er der."}, {"how", "none"}}, Sees: "Det var en annen voksen."},
}

// theLeadershipIsReported: a teacher tells of rektor, and nobody at the school
// sees that there is anything; the owner's receiver appoints who leads it, and
// the lead gives one named employee the measure she carries out.
var theLeadershipIsReported = []deed{
	{Who: "teacher", At: "/bekymringer/ny", Fill: [][2]string{{"pupil", "Nora Dahl"}, {"accused", "employee"}, {"against", "Kari Lund"}}, Press: "go=next"},
	{Who: "teacher", Fill: [][2]string{{"saw", "Rektor ropte til Nora så hun gråt."}}, Press: "go=next"},
	{Who: "teacher", Fill: [][2]string{{"arena", "corridor"}, {"happened", "today"}, {"known", "now"}}, Press: "go=send", Sees: "Kommunen har fått meldingen din"},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Fill: [][2]string{{"person", "Anne Sæther"}}, Sees: "Én melding venter"},
	{Who: "owner-adviser", At: "/kommunen/meldinger", Link: `^/sperrede/`, Fill: [][2]string{{"lead", "Kari Vik"}}, Sees: "Kari Vik"},
	{Who: "fjellvik rektor", At: "/saker", Link: `^/saker/[a-z2-7]{10}$`},
	{Who: "fjellvik rektor", At: "$track/strakstiltak", Fill: [][2]string{{"what", "Mona går sammen med Nora i friminuttene."}, {"doer", "Mona Lund"}}, Sees: "strakstiltak"},
	{Who: "sfo", At: "/i-dag", Press: "answer=done"},
}

func (w *storyWorld) whoever(who string) tilhor.Actor {
	if role, ok := strings.CutPrefix(who, "fjellvik "); ok {
		return w.town.Actor(tilhor.Role(role), w.town.Fjellvik)
	}
	return w.town.Actor(tilhor.Role(who), w.town.Solbakken)
}

// tell walks a story, and calls after each deed.
func (w *storyWorld) tell(f *formReader, story []deed, after func(n int)) {
	who := ""
	for i, d := range story {
		w.later(time.Duration(d.Days) * 24 * time.Hour)
		if d.Who != who || d.Days > 0 {
			who, f.cookie = d.Who, nil
			if d.Who != "anyone" {
				f.cookie = w.enter(w.whoever(d.Who), mfa)
			}
		}
		f.do(d)
		after(i)
	}
}

var sealedThings = testSQL(`SELECT c.slug, COALESCE((SELECT t.slug FROM cases_track t JOIN cases_sealed x ON x.owner = t.owner AND x.track = t.id WHERE t.owner = c.owner), ''),
	COALESCE((SELECT n.number FROM cases_case n WHERE n.owner = c.owner AND n.id = (SELECT t.matter FROM cases_track t JOIN cases_sealed x ON x.owner = t.owner AND x.track = t.id WHERE t.owner = c.owner)), ''),
	COALESCE((SELECT MAX(o.id) FROM cases_notice o WHERE o.owner = c.owner), 'zzzzzzzzzzzzzzzzzzzzzzzzzz')
	FROM concerns_concern c WHERE c.owner = $1 AND c.accused <> 'none'`)

// findsNothing lets one try everything: every page there is, the search, and the
// address of each thing. What is refused is as what is not there, and no page
// has a word of it.
func (w *storyWorld) findsNothing(t *testing.T, a tilhor.Actor) {
	t.Helper()
	var concern, track, number, notice string
	w.read(func(tx *db.Tx) error {
		return tx.One(sealedThings, db.Args(w.owner()), &concern, &track, &number, &notice)
	})
	c := w.enter(a, mfa)
	for _, r := range w.site.Routes() {
		if r.Method != http.MethodGet {
			continue
		}
		fill := func(s, g, m string) string {
			return strings.NewReplacer("{spor}", s, "{slug}", g, "{melding}", m, "/tiltak/{id}", "/tiltak/zzzzzzzzzzzzzzzzzzzzzzzzzz").Replace(r.Path)
		}
		there, missing := fill(track, concern, notice), fill("zzzzzzzzzz", "zzzzzzzzzz", "zzzzzzzzzzzzzzzzzzzzzzzzzz")
		if track == "" {
			there = fill("zzzzzzzzzz", concern, notice)
		}
		if strings.Contains(there, "{") || strings.HasPrefix(r.Name, "signout") || strings.HasPrefix(there, "/logg") {
			continue
		}
		x := w.do("GET", c, "nb", there, nil)
		body := bodyOf(t, x)
		if there != missing {
			y := w.do("GET", c, "nb", missing, nil)
			if p, q := answerOf(x, body, there), answerOf(y, bodyOf(t, y), missing); p != q {
				t.Errorf("%s tells %s that there is something:\n%s", r.Name, a.Role, firstDifference(p, q))
			}
		}
		for _, word := range []string{"/sperrede/" + concern, "/saker/" + track, "case " + number, "sak " + number, "Sperret", "hardt i armen", "Rektor ropte", "Han holdt meg"} {
			if len(word) > 8 && (number != "" || !strings.HasSuffix(word, " ")) && track+"x" != "x" && strings.Contains(body, word) && !strings.Contains(there, word) {
				t.Errorf("%s shows %s %q", r.Name, a.Role, word)
			}
		}
	}
	if a.School != access.Owner {
		if body := bodyOf(t, w.do("POST", c, "nb", "/saker", url.Values{"sok": {"Nora"}})); strings.Contains(body, `href="/saker/`) {
			t.Errorf("the search finds it for %s", a.Role)
		}
	}
}

var countedOpen = testSQL(`SELECT COUNT(*) FROM oversight_tracks WHERE owner = $1`)

// The stories, over the pages alone and by their forms alone, on both engines.
// After every deed those who may never know try every page.
func TestTheWallsByForms(t *testing.T) {
	for name, s := range map[string]struct {
		story []deed
		never []string
	}{
		"læreren er meldt":            {theTeacherIsReported, []string{"teacher", "deputy", "fjellvik rektor", "nurse"}},
		"læreren er meldt uten grunn": {theBaselessReport, []string{"teacher", "deputy", "fjellvik rektor", "nurse"}},
		"rektor er meldt":             {theLeadershipIsReported, []string{"rektor", "deputy", "social-teacher"}},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				w := newStoryWorld(t, d)
				w.never = s.never
				f := &formReader{t: t, w: w, battery: webtest.New(w.site)}
				w.tell(f, s.story, func(n int) {
					if n != 2 && n != len(s.story)-1 { // when it is told, and at the end
						return
					}
					for _, p := range reportedEnds {
						p.of(t, w, f)
					}
				})
				n := -1
				w.read(func(tx *db.Tx) error { return tx.One(countedOpen, db.Args(w.owner()), &n) })
				if n != 0 {
					t.Error("the closed case stands in the owner's counts")
				}
				w.control2(t)
			})
		})
	}
}

// control2: the guard barks when the wall is down.
func (w *storyWorld) control2(t *testing.T) {
	t.Helper()
	var concern, track, number, notice string
	w.read(func(tx *db.Tx) error {
		return tx.One(sealedThings, db.Args(w.owner()), &concern, &track, &number, &notice)
	})
	nurse := w.whoever("nurse")
	w.town.Altered = true
	w.write(func(tx *db.Tx) error {
		return access.Give(tx, w.owner(), access.Grant{Kind: access.Track, Thing: trackID(w, track), Person: nurse.Person, Unit: nurse.School, Relation: access.Handles, From: w.clock()})
	})
	c := w.enter(nurse, mfa)
	if !strings.Contains(bodyOf(t, w.do("GET", c, "nb", "/saker", nil)), "/saker/"+track) {
		t.Error("one who is given the case does not find it either: the test proves nothing")
	}
}

var idOfTrack = testSQL(`SELECT id FROM cases_track WHERE owner = $1 AND slug = $2`)

func trackID(w *storyWorld, slug string) (id string) {
	w.read(func(tx *db.Tx) error { return tx.One(idOfTrack, db.Args(w.owner(), slug), &id) })
	return id
}
