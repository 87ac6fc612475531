package signin

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// The lists of the municipality, as its own CSV: they come in by the import,
// as everybody's do. (The organisation numbers are Feide's own examples.)
var lists = map[string]string{
	"skoler.csv": `skole-id;navn;orgnr
s1;Solbakken skole;974588145
s2;Fjellgløtt skole;`,
	"grupper.csv": `gruppe-id;skole-id;type;navn
g1;s1;klasse;5A`,
	"elever.csv": `elev-id;fornavn;etternavn;skole-id;gruppe-id;feide-id
barn;Emil;Strand;s1;g1;emil@granvik.kommune.no`,
	"ansatte.csv": `ansatt-id;fornavn;etternavn;skole-id;rolle;feide-id
kari;Kari;Lund;s1;rektor;kari@granvik.kommune.no
jonas;Jonas;Berg;s1;lærer;jonas@granvik.kommune.no
mona;Mona;Vik;s1;lærer;mona@granvik.kommune.no
mona;Mona;Vik;s1;sosiallærer;mona@granvik.kommune.no
arne;Arne;Foss;s1;rektor;arne@granvik.kommune.no
arne;Arne;Foss;s2;lærer;arne@granvik.kommune.no
siv;Siv;Dahl;s1;rektor;siv@granvik.kommune.no
tore;Tore;Li;s2;lærer;tore@granvik.kommune.no`,
	"foresatte.csv": `foresatt-id;fornavn;etternavn;elev-id;foreldreansvar;fødselsnummer
tore;Tore;Li;barn;ja;
par;Pål;Strand;barn;ja;` + number("forelder"),
}

// fill imports the lists, without those (or the lines) that are named, and records training
// for everybody.
func (w *world) fill(without ...string) {
	w.t.Helper()
	dir, ctx := w.t.TempDir(), context.Background()
	for name, text := range lists {
		var kept []string
		for line := range strings.Lines(text) {
			if key, _, _ := strings.Cut(line, ";"); !contains(without, key) && !contains(without, strings.TrimSpace(line)) {
				kept = append(kept, line)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(strings.Join(kept, "")), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	by := tilhor.Actor{Owner: owner, Person: "oppsett", Role: tilhor.RoleOwnerAdviser}
	s, err := roster.Read(ctx, dir, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	plan, err := w.roster.Compare(ctx, w.db, owner, s, roster.Options{Today: calendar.DateOf(w.now), AllowSynthetic: true}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.roster.Apply(ctx, w.db, by, plan, true, w.now, nil); err != nil {
		w.t.Fatal(err)
	}
	err = w.db.Write(ctx, func(tx *db.Tx) error {
		for _, id := range []string{"kari", "jonas", "mona", "arne", "siv", "par", "barn"} {
			p, err := w.roster.Find(tx, owner, id)
			if err != nil {
				return err
			}
			w.people[id] = p
			if err := w.roster.Train(tx, by, p, "2026-08-20", w.now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// roles are what the lists say that somebody is.
func (w *world) roles(id string) (all []tilhor.Actor) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(tx *db.Tx) error {
		p, err := w.roster.Find(tx, owner, id)
		if err != nil {
			return err
		}
		all, err = w.roster.RolesOf(tx, owner, p, calendar.DateOf(w.clock()))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}
