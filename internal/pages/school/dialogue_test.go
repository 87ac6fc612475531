package school_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tilhor"
	"tilhor/internal/cases"
	"tilhor/internal/concerns"
	"tilhor/internal/db"
	"tilhor/internal/dialogue"
	"tilhor/internal/duty"
	"tilhor/internal/web/webtest"
)

// talk is what somebody told without a name, with its code.
func (w *world) talk() (concerns.Concern, string) {
	w.t.Helper()
	ctx := context.Background()
	c, err := w.concerns.Tell(ctx, tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, concerns.Telling{
		School: w.Solbakken, Described: "En jente med rød lue", Said: "De tar alltid ballen.", Arena: tilhor.ArenaBreak,
		Happened: tilhor.Now(w.Now()), Known: tilhor.Now(w.Now()), Name: "Uten konto",
	})
	w.must(err)
	var code string
	w.must(w.DB.Write(ctx, func(tx *db.Tx) error {
		code, err = w.talks.Start(tx, webtest.Owner, w.Solbakken, c.ID, tilhor.NewID())
		return err
	}))
	return c, code
}

func sender(code string) dialogue.Sender {
	return dialogue.Sender{Code: code, By: tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}}
}

// What is written goes to the school alone unless somebody chooses the sender;
// who handles the case comes to the talk from there.
func TestTalkPage(t *testing.T) {
	w := newWorld(t)
	c, code := w.talk()
	path := "/bekymringer/" + c.Slug + "/samtale"
	if page := w.page(w.rektor, "/bekymringer/"+c.Slug+"/stilling", path); !strings.Contains(page, "Samtale med den som sa ifra") {
		t.Error("the page of the stance does not lead to the talk")
	}
	page := w.pages(w.rektor, path, "De tar alltid ballen.", "Ikke prøv å finne det ut", "Når du svarer et barn", "Venter på svar")
	if !strings.Contains(page, `value="staff" checked`) || strings.Count(page, " checked") != 1 {
		t.Error("the safest answer is not the one that is chosen beforehand")
	}
	write := func(who *http.Cookie, kv ...string) *http.Response {
		v := url.Values{"nokkel": {tilhor.NewID()}}
		for i := 0; i+1 < len(kv); i += 2 {
			v.Set(kv[i], kv[i+1])
		}
		return w.Post(who, path, v)
	}
	sees := func() (all []string) {
		told, err := w.talks.Return(context.Background(), sender(code))
		w.must(err)
		for _, l := range told.Lines {
			all = append(all, l.Text)
		}
		return all
	}
	if r := write(w.rektor, "text", "Hvem har vakt?"); r.StatusCode != 303 || !strings.HasSuffix(r.Header.Get("Location"), "?gjort=staff") {
		t.Fatalf("%d %s", r.StatusCode, r.Header.Get("Location"))
	}
	if got := sees(); len(got) != 0 {
		t.Fatalf("what nobody chose to send was sent: %v", got)
	}
	write(w.rektor, "text", "Takk for at du sier det.", "to", "sender")
	if got := sees(); len(got) != 1 || got[0] != "Takk for at du sier det." {
		t.Errorf("the sender sees %v", got)
	}
	w.pages(w.rektor, path+"?gjort=sender", "Sendt til den som sa ifra.", "bare skolen ser dette", "sendt til den som sa ifra", "Besvart")
	w.shown(write(w.rektor, "text", "", "to", "sender"), 422, "Skriv noe først.", `value="sender" checked`)
	w.shown(write(w.rektor, "text", strings.Repeat("langt ", 800)+"kanari", "to", "owner"), 422, "kanari", `value="owner" checked`)
	w.shown(write(w.rektor, "need", ""), 422, "Skriv hva som trengs.")
	if r := write(w.rektor, "need", "Polsk tolk"); r.StatusCode != 303 {
		t.Fatalf("%d", r.StatusCode)
	}
	w.must(w.talks.Write(context.Background(), sender(code), dialogue.Name, "Nora i 5A"))
	w.page(w.rektor, path, "Polsk tolk", "har sagt hvem det er", "Sier hvem det er:", "Nora i 5A")

	for _, who := range []*http.Cookie{w.ina, w.jonas, w.As(tilhor.RoleRektor, w.Fjellvik), w.As(tilhor.RoleOwnerAdviser, "")} {
		w.shown(w.Get(who, path), 404)
		w.shown(w.Post(who, path, url.Values{"text": {"x"}, "to": {"sender"}}), 404)
	}
	all, err := w.cases.TakeUp(context.Background(), w.kari, c.Slug, cases.Stance{Handler: w.sosial.Person})
	w.must(err)
	w.page(w.ina, "/saker/"+all[0].Slug, path, "Den som sa ifra, venter på svar")
	w.page(w.ina, path, "Nora i 5A", "Hvem har vakt?")
	if page := w.page(w.ina, path); strings.Contains(page, "/stilling") {
		t.Error("who handles it is led to the page of the stance, which is not theirs")
	}
	write(w.ina, "text", "Hei, jeg heter Ina.", "to", "sender")
	if got := sees(); got[len(got)-1] != "Hei, jeg heter Ina." {
		t.Errorf("the sender sees %v", got)
	}
	if all[0].Pupil != "" {
		t.Error("a name that was said in the talk gave a child a part")
	}
}

// Who answers a parent who did not sign in is told that nobody has checked it.
func TestAnsweringAParentWithACode(t *testing.T) {
	w := newWorld(t)
	c := w.unsigned(concerns.Saying{For: concerns.ForChild, Whom: "Nora", Words: "Hun gråter."})
	w.pages(w.rektor, "/bekymringer/"+c.Slug+"/samtale", "oppgir å være forelder. Det er ikke sjekket", "Skriv ingenting om eleven")
}

// unsigned is what somebody told on the school's page.
func (w *world) unsigned(s concerns.Saying) concerns.Concern {
	w.t.Helper()
	s.School = w.Solbakken
	c, _, err := w.concerns.Say(w.t.Context(), tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, s)
	w.must(err)
	return c
}

// Many reports about one child within a week may be somebody plaguing it: the page of
// the stance says so, that of what is about an adult, and the case, to who works it,
// while nobody knows whom it is about.
func TestABurstIsShown(t *testing.T) {
	w := newWorld(t)
	const warns = "Flere meldinger på kort tid: kan være plaging"
	words := func(s string) concerns.Saying { return concerns.Saying{For: concerns.ForFriend, Words: s} }
	first := w.unsigned(words("Elias er slem."))
	adult := words("Elias og Jonas Lund bråker.")
	adult.Accused, adult.Against = duty.AccusedEmployee, "Jonas Lund"
	sealed := w.unsigned(adult)
	at, walled := "/bekymringer/"+first.Slug+"/stilling", "/sperrede/"+sealed.Slug
	for _, path := range []string{at, walled} {
		lacks(t, w.pages(w.rektor, path, "Ingen vet sikkert hvem som skrev dette"), warns)
	}
	w.unsigned(words("Ingen liker Elias."))
	w.pages(w.rektor, at, warns, "nevner Elias")
	w.pages(w.rektor, walled, warns, "nevner Elias")
	all, err := w.cases.TakeUp(t.Context(), w.kari, first.Slug, cases.Stance{Handler: w.sosial.Person})
	w.must(err)
	w.pages(w.rektor, at, warns)
	// Of the three, one is about somebody who works there: the case tells nobody of it.
	lacks(t, w.page(w.ina, "/saker/"+all[0].Slug), warns)
	w.unsigned(words("Elias er slem igjen."))
	w.pages(w.rektor, "/saker/"+all[0].Slug, warns)
	w.pages(w.ina, "/saker/"+all[0].Slug, warns, "nevner Elias") // who handles it receives none of them
	lacks(t, w.page(w.ina, "/saker/"+w.track("Står alene.", "nora")), warns)
}

// What the one who told wants the school to do stands under its own heading, in the
// language of who reads, and the words are as they were written.
func TestAHopeHasItsOwnHeading(t *testing.T) {
	w := newWorld(t)
	const words, hope = "De tar alltid ballen.", "At vi bytter lag."
	c, _, err := w.concerns.Say(context.Background(), tilhor.Actor{Owner: webtest.Owner, Role: tilhor.RoleAnyone}, concerns.Saying{School: w.Solbakken, For: concerns.ForSelf, Words: words, Hope: hope})
	w.must(err)
	for lang, heading := range map[string]string{"nb": "Vil at skolen skal gjøre", "nn": "Vil at skolen skal gjere", "en": "Wants the school to do"} {
		w.page(w.rektor, "/bekymringer/"+c.Slug+"/stilling?l="+lang, ">"+words+"<", "<b>"+heading+"</b> "+hope)
	}
	all, err := w.cases.TakeUp(context.Background(), w.kari, c.Slug, cases.Stance{Handler: w.sosial.Person})
	w.must(err)
	w.page(w.ina, "/saker/"+all[0].Slug+"?l=nb", words, "Vil at skolen skal: "+hope)
	w.page(w.ina, "/saker/"+all[0].Slug+"/utskrift?l=en", "Wants the school to do", hope)
}
