package school_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/db"
	"tilhor/internal/duty"
)

// The measures that run: written for the one who does them, handed on, ended.
func TestMeasuresUnderWay(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	page := "/saker/" + slug + "/tiltak-i-gang"
	w.pages(w.ina, page, "Skriv inn for den som gjør tiltaket")
	f, err := w.cases.See(context.Background(), w.kari, slug, "plan")
	w.must(err)
	id, second := string(f.InForce()[0].ID), string(f.InForce()[1].ID)
	w.refused(w.ina, page, form("do", "skriv", "measure", id, "answer", "done", "day", "23.11.2026", "line", "Gikk fint."), "Skriv hvem som sa det", "Gikk fint.")
	w.refused(w.ina, page, form("do", "skriv", "answer", "done", "said", "Jonas"), "Velg et av tiltakene")
	if to := w.sent(w.ina, page, form("do", "skriv", "measure", id, "answer", "done", "said", "Jonas, på gangen", "day", "23.11.2026")); !strings.HasSuffix(to, "?gjort=tiltak-skrevet") {
		t.Errorf("sent to %s", to)
	}
	w.pages(w.ina, "/saker/"+slug, "Jonas, på gangen", "Tiltak i gang")
	w.sent(w.ina, page, form("do", "avslutt", "measure-avslutt", second, "reason", "Hjelper ikke."))
	w.refused(w.ina, page, form("do", "avslutt", "measure-avslutt", id, "reason", "Hjelper ikke."), "Endre planen sammen med eleven", "Hjelper ikke.")
	w.sent(w.ina, page, form("do", "gi", "measure-gi", id, "doer", string(w.sosial.Person)))
	w.page(w.ina, "/saker/"+slug, "gjør tiltaket fra nå")
}

// After ninety days it is not opened again: a new case is taken up, that refers
// to the old.
func TestANewStory(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	ctx := context.Background()
	w.must(w.cases.Evaluate(ctx, w.sosial, slug, cases.Evaluation{Way: "self", Answer: cases.SafeNow, Words: "Det er trygt.", Saw: "Ro.", Best: "Som før.", Then: cases.Finish}))
	w.must(w.cases.Close(ctx, w.kari, slug, cases.Ending{Words: "Det er trygt.", CheckOn: "2026-12-30"}))
	w.pages(w.rektor, "/saker/"+slug+"/apne", "Den samme historien fortsetter")
	w.later(37 * 24 * time.Hour)
	w.must(w.cases.AskAgain(ctx, w.sosial, slug, cases.Asking{Way: "self", Answer: cases.SafeNow, Words: "Ja."}))
	w.later(60 * 24 * time.Hour)
	page := "/saker/" + slug + "/apne"
	w.pages(w.rektor, page, "Ta opp en ny sak for Nora", "Innen 90 dager")
	w.pages(w.ina, page, "Rektor kan ta opp en ny sak")
	w.refused(w.rektor, page, form("do", "ny"), "Skriv hvorfor")
	to := w.sent(w.rektor, page, form("do", "ny", "reason", "Det har begynt igjen."))
	if strings.Contains(to, slug) || !strings.HasSuffix(to, "?gjort=ny-historie") {
		t.Errorf("sent to %s", to)
	}
	w.pages(w.rektor, strings.TrimSuffix(to, "?gjort=ny-historie"), "Ny sak, etter en som Nora hadde før", `href="/saker/`+slug+`"`)
}

// A decision about a change of school, from the notice to the appeal: nothing is
// decided before they have been heard, and the letter is in the family's
// language.
func TestDecisionPages(t *testing.T) {
	w := newWorld(t)
	slug := w.track("De slår.", "nora")
	page := "/saker/" + slug + "/vedtak"
	w.pages(w.rektor, page, "Ingen vedtak er varslet", "Varsle et vedtak")
	w.pages(w.rektor, page+"?steg=varsel", "Har eleven fylt 15 år?", "Kommunen bestemmer, aldri skolen.")
	notice := form("do", "varsel", "about", "school-change", "grounds", "Slo tre elever.", "older", "no", "at", "23.11.2026", "reply", "25.11.2026")
	w.refused(w.rektor, page, notice, "Varsle dem først", "Slo tre elever.")
	notice.Set("noticed", "yes")
	w.sent(w.rektor, page, notice)
	w.pages(w.ina, page, "Eleven er ikke hørt om det dere vurderer", "fvl. § 16")
	f, err := w.cases.See(context.Background(), w.kari, slug, "decisions")
	w.must(err)
	id := string(f.Decisions()[0].ID)
	made := form("do", "bestem", "id", id, "outcome", "imposed", "facts", "Slo tre.", "tried", "Egen plan.", "best", "Veid.", "reasons", "Ikke nok.", "from", "04.01.2027", "where", "Fjellvik skole", "decided-by", "Anne Sæther, skolesjef")
	w.refused(w.rektor, page, made, "Eleven er ikke hørt", "Egen plan.")
	w.sent(w.ina, page, form("do", "hort", "id", id, "party", "pupil", "words", "Jeg vil ikke bytte."))
	w.refused(w.ina, page, form("do", "hort", "id", id, "party", "parents", "silent", "yes"), "Foreldrene kan fortsatt svare")
	w.sent(w.ina, page, form("do", "hort", "id", id, "party", "parents", "words", "Vi er ikke enige."))
	w.pages(w.rektor, page, "Skriv vedtaket")
	w.sent(w.rektor, page, made)
	w.sent(w.ina, page, form("do", "mottatt", "id", id, "party", "parents"))
	w.pages(w.ina, page, "Kan klage til og med 14.")
	w.pages(w.ina, page+"?steg=klage&id="+id, "Ta imot den også når den kommer sent")
	w.sent(w.ina, page, form("do", "klage", "id", id, "party", "parents", "words", "Vi klager."))
	w.pages(w.rektor, page, "Klage er kommet", "Send klagen videre")
	w.sent(w.rektor, page, form("do", "sendt", "id", id, "sent-to", "Klageinstansen"))
	for _, c := range []struct{ lang, want string }{{"nb", "Dere kan klage"}, {"nn", "De kan klage"}, {"en", "You can appeal"}} {
		w.pages(w.ina, page+"/brev?id="+id+"&type=vedtak&sprak="+c.lang, c.want, "Jeg vil ikke bytte.", "Egen plan.", "§ 29")
		w.page(w.ina, page+"/brev?id="+id+"&type=varsel&sprak="+c.lang, "§§ 16")
	}
	w.pages(w.rektor, "/saker/"+slug, "Vedtaket ble gjort", "Foreldrene klaget på vedtaket")
	w.page(w.rektor, "/saker/"+slug+"/utskrift", "Bestemt av")
}

// Nothing follows a pupil by itself: what is handed on was permitted, and both
// ends see it.
func TestChangeOfSchoolPages(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	page := "/saker/" + slug + "/skolebytte"
	w.pages(w.rektor, page, "Ingenting følger med Nora av seg selv", "§ 25-1 fjerde ledd")
	if r := w.Get(w.ina, page); r.StatusCode != 404 {
		t.Errorf("who does not decide gets %d", r.StatusCode)
	}
	hand := form("do", "gi", "to", string(w.Fjellvik), "basis", "parents", "permitted-by", "Marit Dahl, mor", "on", "23.11.2026", "parts", "plan", "note-on", "Trenger en voksen nær.")
	hand.Add("parts", "note")
	w.refused(w.rektor, page, hand, "det ikke står noe om andre elever", "Trenger en voksen nær.", "Marit Dahl, mor")
	hand.Set("no-one", "yes")
	w.sent(w.rektor, page, hand)
	w.pages(w.rektor, page, "Fjellvik skole", "Venter på kvittering", "Marit Dahl, mor")
	arne := w.In(w.Actor(tilhor.RoleRektor, w.Fjellvik))
	w.pages(w.rektor, "/overforinger", "0 overføringer")
	body := w.pages(arne, "/overforinger", "1 overføring venter på deg", "Fra Solbakken skole")
	lacks(t, body, "Nora")
	at := body[strings.Index(body, `href="/overforinger/`)+6:]
	at = at[:strings.Index(at, `"`)]
	if strings.HasSuffix(at, "/inn") {
		t.Fatal("the first link is not the transfer")
	}
	if r := w.Get(w.rektor, at); r.StatusCode != 404 {
		t.Errorf("the old school's rektor gets %d", r.StatusCode)
	}
	w.pages(arne, at, "Nora Dahl begynner hos dere", "Trenger en voksen nær.", "Marit Dahl, mor")
	to := w.sent(arne, at, form())
	w.pages(arne, strings.TrimSuffix(to, "?gjort=mottatt"), "Kom fra en annen skole", "Trenger en voksen nær.")
	w.pages(w.rektor, page, "Mottatt")
	w.pages(w.rektor, "/saker/"+slug+"/slutter", "Nora går ikke på skolen lenger", "§ 12-6")
	leave := form("why-left", "other-school", "at", "23.11.2026", "left-open", "Evalueringen tas på Fjellvik.")
	w.refused(w.rektor, "/saker/"+slug+"/slutter", leave, "Eleven står fortsatt i skolens lister", "Evalueringen tas på Fjellvik.")
	leave.Set("sure", "yes")
	w.sent(w.rektor, "/saker/"+slug+"/slutter", leave)
	w.pages(w.rektor, "/saker/"+slug, "Nora går ikke på skolen lenger", "Evalueringen tas på Fjellvik.", "avviser en ny melding")
	w.pages(w.rektor, "/saker?tilstand=sluttet", "Nora Dahl")
	w.page(w.rektor, "/saker/"+slug+"/avslutning")
}

// To another municipality: a sealed file, a code, and a receipt.
func TestSealedFilePages(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	page := "/saker/" + slug + "/skolebytte"
	hand := form("do", "gi", "to", "other", "place", "Vika skole, Havneby", "basis", "pupil", "permitted-by", "Nora selv", "on", "23.11.2026", "parts", "note", "note-on", "Vil sitte nær døren.", "no-one", "yes")
	w.sent(w.rektor, page, hand)
	w.pages(w.rektor, page, "Forseglet fil", "BEGIN AGE", "Send den aldri sammen med filen")
	sent, err := w.cases.HandedOn(context.Background(), w.kari, slug)
	w.must(err)
	arne := w.In(w.Actor(tilhor.RoleRektor, w.Fjellvik))
	w.pages(arne, "/overforinger/inn", "Lim inn filen")
	if r := w.Get(w.ina, "/overforinger/inn"); r.StatusCode != 404 {
		t.Errorf("who does not decide gets %d", r.StatusCode)
	}
	in := form("file", sent[0].Text["file"], "code", "feil", "pupil", string(w.Person("odin")))
	w.refused(arne, "/overforinger/inn", in, "Filen åpner seg ikke", "BEGIN AGE")
	in.Set("code", sent[0].Text["code"])
	to := w.sent(arne, "/overforinger/inn", in)
	w.pages(arne, strings.TrimSuffix(to, "?gjort=mottatt"), "Vil sitte nær døren.", "Kvittering til den gamle skolen: "+sent[0].Text["receipt"])
	w.refused(w.rektor, page, form("do", "kvittering", "receipt", "abc"), "Kvitteringen passer ikke")
	w.sent(w.rektor, page, form("do", "kvittering", "receipt", sent[0].Text["receipt"]))
	lacks(t, w.pages(w.rektor, page, "Mottatt"), "BEGIN AGE")
}

// The school is shut, and the page says so, that the duties go on, and who
// stands in.
func TestTheSchoolIsShut(t *testing.T) {
	w := newWorld(t)
	slug := w.planned("nora")
	lacks(t, w.page(w.rektor, "/saker/"+slug), "Skolen er stengt")
	w.must(w.DB.Write(context.Background(), func(tx *db.Tx) error {
		return duty.Shut(tx, w.kari.Owner, w.Solbakken, "2026-11-23", "2026-11-24", "2026-11-25")
	}))
	w.pages(w.rektor, "/saker/"+slug, "Skolen er stengt til og med 25.", "Rektor har sakene selv")
	w.must(w.cases.Hand(context.Background(), w.kari, cases.HandedTask{Person: w.sosial.Person, Task: cases.StandsIn, From: "2026-11-23", Until: "2026-11-30"}))
	w.page(w.rektor, "/saker/"+slug, "Ina Lund står inn for rektor")
}

// Who reads a shared measure from the track it helps in is no stranger to the one
// it stands in: the log of that one says what was read, and why.
func TestASharedMeasureIsReadByNoStranger(t *testing.T) {
	w := newWorld(t)
	c := w.tells("", "Sto alene i storefri.", "nora", "elias")
	all, err := w.cases.TakeUp(t.Context(), w.kari, c.Slug, cases.Stance{Handler: w.sosial.Person})
	w.must(err)
	one, two := all[0].Slug, all[1].Slug
	w.must(w.cases.Protect(t.Context(), w.kari, one, cases.Urgent{What: "Voksen ved ballbingen.", Doer: w.sosial.Person, Start: "2026-11-23"}))
	could, err := w.cases.Sharable(t.Context(), w.kari, two)
	w.must(err)
	w.must(w.cases.Share(t.Context(), w.kari, two, could[0].ID))
	w.must(w.cases.Appoint(t.Context(), w.kari, two, w.teacher.Person))
	w.pages(w.jonas, "/saker/"+two)
	body := w.pages(w.rektor, "/saker/"+one+"/lesinger", "Jonas Lund", "Et felles tiltak, lest fra en annen elevs sak", "Har saken til en annen elev, der tiltaket også står")
	lacks(t, mainOf(body), "uten å ha saken", "Hadde ikke saken")
}

// From the row of a child that is said to have done something, whoever decides
// comes to a case of that child's own, for the decision and nothing else.
func TestADecisionInACaseOfItsOwnPages(t *testing.T) {
	w := newWorld(t)
	slug := w.track("Jeg vil ikke ut.", "nora")
	w.must(w.cases.AddChild(t.Context(), w.sosial, slug, cases.Child{Person: w.Person("elias"), Role: "alleged"}))
	f, err := w.cases.See(t.Context(), w.kari, slug, "whole")
	w.must(err)
	code := f.Children[0].Code
	w.pages(w.rektor, "/saker/"+slug+"/samtaler", `/vedtak#child"`, "Vedtak i egen sak")
	lacks(t, w.page(w.ina, "/saker/"+slug+"/samtaler"), "Vedtak i egen sak")
	w.pages(w.rektor, "/saker/"+slug+"/vedtak", "Vedtak om en annen elev", "Åpne sak om vedtak for Elias Moe")
	lacks(t, w.page(w.ina, "/saker/"+slug+"/vedtak"), "Åpne sak om vedtak")
	w.refused(w.rektor, "/saker/"+slug+"/vedtak", form("do", "egen", "child", "zz"), "kan du ikke åpne en egen sak for denne eleven")
	to := w.sent(w.rektor, "/saker/"+slug+"/vedtak", form("do", "egen", "child", code))
	body := w.pages(w.rektor, to, "Saken om vedtak er åpnet", "Elias Moe")
	lacks(t, mainOf(body), "Nora", "ikke ut", slug)
	own := strings.TrimSuffix(to[:strings.Index(to, "?")], "/vedtak")
	body = w.pages(w.rektor, own, "Sak om vedtak for Elias", "Åpne vedtak", "En sak om vedtak ble åpnet")
	lacks(t, body, "Nora", "ikke ut", "er ikke hørt", "Undersøkelse", "alvorlig tilfelle", "Statsforvalteren", "Tåler saken", "Nytt strakstiltak", slug)
	w.pages(w.rektor, "/saker", "Elias Moe", "Vedtak")
	w.sent(w.rektor, own+"/vedtak", form("do", "varsel", "about", "expulsion", "grounds", "Kastet stol.", "older", "no", "at", "23.11.2026", "at-time", "09.00", "reply", "23.11.2026", "noticed", "yes"))
	w.refused(w.rektor, own+"/vedtak", form("do", "slutt"), "Et vedtak eller en klage venter ennå")
}
