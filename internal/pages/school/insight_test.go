package school_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/cases"
)

var passageOf = regexp.MustCompile(`name="k(\d+)" value="([^"]+)"`)

// A parent asks for access to a case with another child in it: rektor goes
// through it passage by passage, and the copy says in its place what is left out.
func TestInsightOnPages(t *testing.T) {
	w := newWorld(t)
	ctx, slug := context.Background(), w.track("Elias dytter meg.", "nora")
	w.must(w.cases.Write(ctx, w.sosial, slug, cases.Line{What: "note", Text: "Nora lekte med Tuva."}))
	w.must(w.cases.InformHome(ctx, w.sosial, slug, cases.Informing{Answer: cases.Yes, At: tilhor.Now(w.Now()), Heard: cases.NotHeard, WhyNot: "Syk.", Danger: cases.NoDanger, Basis: "Vurdert.", Shared: "Planen."}))
	w.must(w.cases.Say(ctx, tilhor.Actor{Owner: w.kari.Owner, Person: w.Person("forelder-nora"), Role: tilhor.RoleParent}, slug, cases.Letter{What: cases.SayComment, Text: "MORS brev."}))
	at := "/saker/" + slug + "/innsyn"
	body := w.pages(w.ina, at, "Ingen krav om innsyn i saken til Nora venter", "Noen ber om innsyn")
	lacks(t, mainOf(body), " checked")
	w.refused(w.ina, at, form("from", "Marit Dahl", "received", "20.11.2026"), "Velg hvem som ber om det.", "Velg hvilken regel det gjelder.", "Marit Dahl")
	to := w.sent(w.ina, at, form("asker", "parent", "from", "Marit Dahl", "basis", "gdpr-15", "received", "20.11.2026"))
	w.pages(w.ina, to, "1 krav om innsyn i saken til Nora venter", "En forelder ba om innsyn", "én måned etter at kravet kom")
	all, err := w.cases.Insights(ctx, w.kari, slug)
	w.must(err)
	krav := at + "/" + string(all[0].ID)
	w.shown(w.Get(w.ina, krav), http.StatusNotFound) // who handles it does not decide
	body = w.pages(w.rektor, krav, "avsnitt er ikke vurdert", "Elias dytter meg.", "Sier hvem som meldte", "Navnet på et annet barn", "En forelders eget", "Om hjemmet er informert, og hvorfor", "Vises")
	lacks(t, mainOf(body), " checked", " selected")
	w.refused(w.rektor, krav, form("do", "save", "n", "1"), "Velg for minst ett avsnitt.")
	w.pages(w.rektor, krav+"/vedtak", "avsnitt er ikke vurdert", "Den tryggeste feilen er å vise for lite")
	w.refused(w.rektor, krav+"/vedtak", form("way", "give", "complain", "x"), "Alle avsnitt må være vurdert først.")
	pairs := []string{"do", "save", "fra", "0"}
	values := form(pairs...)
	for _, m := range passageOf.FindAllStringSubmatch(body, -1) {
		values.Add("n", m[1])
		values.Set("k"+m[1], m[2])
		values.Set("p"+m[1], "show")
		if strings.Contains(m[2], "/said/") || strings.Contains(m[2], "/text/") || strings.Contains(m[2], "/from/") {
			values.Set("p"+m[1], "shield")
		}
	}
	w.refused(w.rektor, krav, values, "Velg hvilken bestemmelse det skjermes etter.")
	for _, n := range values["n"] {
		if values.Get("p"+n) == "shield" {
			values.Set("r"+n, "fvl-13")
			values.Set("o"+n, "Det gjelder et annet barn")
		}
	}
	w.later(time.Minute)
	to = w.sent(w.rektor, krav, values)
	w.pages(w.rektor, to, "Alle avsnitt er vurdert", "Lagret")
	to = w.sent(w.rektor, krav+"/vedtak", form("way", "give", "to", string(w.Person("forelder-nora")), "complain", "Skriv til personvernombudet."))
	body = w.pages(w.rektor, to, "Innsyn i deler av saken", "Marit Dahl ba", "Her er et avsnitt utelatt: forvaltningsloven § 13", "Det gjelder et annet barn", "Skriv til personvernombudet.", "§ 13 b")
	lacks(t, mainOf(body), "Elias", "Tuva", "Jonas", "En forelder skrev", "MORS brev.")
	if !strings.Contains(body, "Utelatt uten plass i kopien") || !strings.Contains(body, "Noe er utelatt: forvaltningsloven § 13") {
		t.Errorf("what has no place in the copy is not told in sum: %s", mainOf(body))
	}
	w.pages(w.rektor, at, "Gitt, noe er utelatt")
	w.pages(w.rektor, "/saker/"+slug, "Noen ba om innsyn", "Kravet om innsyn ble avgjort")
}

// A parent who is in no list is given a copy by § 47 alone, when somebody has
// checked that it is one; nobody chosen is a fault.
func TestACopyForAParentInNoListOnPages(t *testing.T) {
	w := newWorld(t)
	ctx, slug := context.Background(), w.track("", "nora")
	at := "/saker/" + slug + "/innsyn"
	krav := func(basis string) string {
		t.Helper()
		id, err := w.cases.AskInsight(ctx, w.sosial, slug, cases.NewInsight{Asker: "parent", Basis: basis, Who: "Even", Received: "2026-11-20"})
		w.must(err)
		r, err := w.cases.ReviewInsight(ctx, w.kari, slug, id)
		w.must(err)
		var all []cases.Judgement
		for _, p := range r.Passages {
			all = append(all, cases.Judgement{Passage: p.Key, Shown: true})
		}
		w.must(w.cases.Judge(ctx, w.kari, slug, id, all))
		return at + "/" + string(id) + "/vedtak"
	}
	lacks(t, mainOf(w.pages(w.rektor, krav("gdpr-15"), "Hvem av foreldrene får kopien")), "Vi har sjekket")
	page := krav("bl-47")
	lacks(t, mainOf(w.pages(w.rektor, page, "En forelder som ikke står i listene", "Vi har sjekket")), " checked", " selected")
	w.refused(w.rektor, page, form("way", "give", "complain", "Skriv til skolen."), "Velg en av dem som står på listen.", "Skriv til skolen.")
	w.refused(w.rektor, page, form("way", "give", "to", "not-listed", "complain", "Skriv til skolen."), "Sjekk det, og kryss av.", "Skriv til skolen.")
	w.sent(w.rektor, page, form("way", "give", "to", "not-listed", "parent", "yes", "complain", "Skriv til skolen."))
	w.pages(w.rektor, "/saker/"+slug, "Gitt til en forelder som ikke står i listene")
}

// Emergency access on its pages: asked for, told, looked at.
func TestGlassOnPages(t *testing.T) {
	w := newWorld(t)
	slug := w.track("Jeg står alene.", "nora")
	f, err := w.cases.See(context.Background(), w.kari, slug, "whole")
	w.must(err)
	hilde := w.In(w.Actor(tilhor.RoleDeputy, w.Solbakken))
	w.shown(w.Get(w.jonas, "/nodtilgang"), http.StatusNotFound)
	w.shown(w.Get(hilde, "/saker/"+slug), http.StatusNotFound)
	w.pages(hilde, "/nodtilgang", "Nødtilgang til én sak i én time", "Den som har saken, får vite det med en gang")
	w.pages(hilde, "/saker", "Trenger du en sak du ikke har?")
	wrong := w.refused(hilde, "/nodtilgang", form("number", "zzzzzz", "name", "Nora", "reason", "Nora gråter."), "Vi finner ingen sak", "Nora gråter.")
	w.later(time.Minute)
	other := w.refused(hilde, "/nodtilgang", form("number", f.Number, "name", "Tuva", "reason", "Nora gråter."), "Vi finner ingen sak")
	if len(mainOf(wrong)) == 0 || strings.Count(mainOf(wrong), "ds-validation") != strings.Count(mainOf(other), "ds-validation") {
		t.Error("a wrong number is told from a wrong name")
	}
	to := w.sent(hilde, "/nodtilgang", form("number", f.Number, "name", "Nora", "reason", "Nora gråter på bussen."))
	w.pages(hilde, to, "Saken er åpen for deg i én time", "Jeg står alene.")
	glass := "/saker/" + slug + "/nodtilgang"
	body := w.pages(w.ina, glass, "1 gang er saken til Nora åpnet i nødtilgang", "Hilde Lund", "Nora gråter på bussen.", "Lokalt")
	lacks(t, mainOf(body), "<form")
	w.pages(w.ina, "/saker/"+slug+"/lesinger", "Nødtilgang, én time")
	body = w.pages(w.rektor, glass, "Var det riktig å åpne saken?")
	lacks(t, mainOf(body), " checked")
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(body)[1]
	w.refused(w.rektor, glass, form("id", id), "Velg om det var riktig.")
	w.refused(w.rektor, glass, form("id", id, "verdict", "wrong"), "Skriv hvorfor.")
	to = w.sent(w.rektor, glass, form("id", id, "verdict", "right", "reason", "Jeg ringte Hilde."))
	w.pages(w.rektor, to, "Var riktig", "Jeg ringte Hilde.", "Det står i saken at du har sett på det")
	w.later(time.Hour)
	w.shown(w.Get(w.In(w.Actor(tilhor.RoleDeputy, w.Solbakken)), "/saker/"+slug), http.StatusNotFound)
}
