package roster

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
)

// drawn is a full snapshot of a small municipality: two schools, a class and an
// SFO at each, and whoever happens to be there.
func drawn(t *rapid.T) *Snapshot {
	s := &Snapshot{Format: "csv", Full: Covers{true, true, true, true, true, true}}
	for i := range 2 {
		s.Schools = append(s.Schools, SchoolLine{Key: fmt.Sprint("s", i), Name: fmt.Sprint("Skole ", i)})
		s.Groups = append(s.Groups, GroupLine{Key: fmt.Sprint("k", i), School: fmt.Sprint("s", i), Kind: KindClass, Name: "5A"},
			GroupLine{Key: fmt.Sprint("sfo", i), School: fmt.Sprint("s", i), Kind: KindSFO, Name: "SFO"})
	}
	add := func(key string) {
		s.People = append(s.People, PersonLine{Key: key, Name: rapid.SampledFrom(givens).Draw(t, key) + " " + key})
	}
	place := func(key, at string, f Function) {
		s.Members = append(s.Members, MemberLine{Person: key, Place: at, Function: f})
	}
	for i := range 3 {
		add(fmt.Sprint("g", i))
	}
	for i := range 6 {
		key := fmt.Sprint("p", i)
		at := rapid.SampledFrom([]string{"", "k0", "k1", "s0"}).Draw(t, "at")
		if at == "" {
			continue
		}
		add(key)
		place(key, at, FuncPupil)
		if rapid.Bool().Draw(t, "sfo") {
			place(key, "sfo0", FuncPupil)
		}
		for g := range 3 {
			if r := rapid.SampledFrom([]Responsibility{"", Yes, No, Unknown}).Draw(t, "link"); r != "" {
				s.Links = append(s.Links, LinkLine{Pupil: key, Guardian: fmt.Sprint("g", g), Responsibility: r, Kind: LinkGuardian})
			}
		}
	}
	for i := range 3 {
		f := rapid.SampledFrom([]Function{"", FuncTeacher, FuncRektor, FuncContact, FuncSFO}).Draw(t, "as")
		if f == "" {
			continue
		}
		key := fmt.Sprint("a", i)
		if i == 0 {
			key = "g0" // a parent who works there
		} else {
			add(key)
		}
		place(key, rapid.SampledFrom([]string{"s0", "s1", "k0", "sfo1"}).Draw(t, "where"), f)
	}
	return s
}

// told is what a snapshot says, worked out by itself: no code of the importer's.
func told(s *Snapshot) string {
	at := map[string]string{"s0": "s0", "s1": "s1", "k0": "s0", "k1": "s1", "sfo0": "s0", "sfo1": "s1"}
	names := map[string]string{}
	for _, p := range s.People {
		names[p.Key] = p.Name
	}
	set := map[string]bool{}
	for _, m := range s.Members {
		role := map[Function]string{FuncPupil: "pupil", FuncTeacher: "teacher", FuncContact: "teacher", FuncRektor: "rektor", FuncSFO: "sfo"}[m.Function]
		if m.Place == "sfo1" && role != "pupil" {
			role = "sfo"
		}
		set[fmt.Sprint(names[m.Person], " is ", role, " at ", at[m.Place])] = true
	}
	for _, l := range s.Links {
		set[fmt.Sprint(names[l.Guardian], " of ", names[l.Pupil], " ", l.Responsibility)] = true
	}
	return lines(set)
}

func lines(set map[string]bool) string {
	var out []string
	for l := range set {
		out = append(out, l)
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// kept is what the roster says on a day, asked as the pages ask.
func kept(t *rapid.T, k *desk) string {
	set := map[string]bool{}
	err := k.d.Read(context.Background(), func(tx *db.Tx) error {
		schools, err := k.Schools(tx, granvik)
		if err != nil {
			return err
		}
		for i, s := range schools {
			pupils, err := k.Pupils(tx, granvik, s.ID, k.day)
			if err != nil {
				return err
			}
			for _, p := range pupils {
				set[fmt.Sprint(p.Name, " is pupil at s", i)] = true
				gs, err := k.Guardians(tx, granvik, p.ID, k.day)
				if err != nil {
					return err
				}
				for _, g := range gs {
					set[fmt.Sprint(g.Name, " of ", p.Name, " ", g.Responsibility)] = true
				}
			}
			staff, err := k.Employees(tx, granvik, s.ID, k.day)
			if err != nil {
				return err
			}
			for _, e := range staff {
				for _, r := range e.Roles {
					set[fmt.Sprint(e.Name, " is ", r, " at s", i)] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines(set)
}

// TestImportsConverge: whatever was there before, after a full import the lists
// say what the file says, on that day, and the same file again changes nothing.
func TestImportsConverge(t *testing.T) {
	d := dbtest.SQLite(t)
	rapid.Check(t, func(rt *rapid.T) {
		k := &desk{rosterOf(t), t, d, today}
		wipe(rt, d)
		for i := range rapid.IntRange(1, 4).Draw(rt, "imports") {
			s := drawn(rt)
			if rapid.Bool().Draw(rt, "next day") {
				k.day = k.day.Add(1)
			}
			p, err := k.Compare(context.Background(), d, granvik, s, k.options(), nil)
			if err != nil {
				rt.Fatal(err)
			}
			if err := k.Apply(context.Background(), d, clerk, p, true, k.now(), nil); err != nil {
				rt.Fatal(err)
			}
			if got, want := kept(rt, k), told(s); got != want {
				rt.Fatalf("after import %d:\n%s\n\nthe file says:\n%s", i, got, want)
			}
			again, err := k.Compare(context.Background(), d, granvik, s, k.options(), nil)
			if err != nil || !again.Empty() {
				rt.Fatalf("import %d again: %v %s", i, err, counts(again))
			}
		}
	})
}

// wipe empties the tables between two tries: keys are made anew for each.
func wipe(t *rapid.T, d *db.DB) {
	err := d.Write(context.Background(), func(tx *db.Tx) error {
		for _, s := range wipes {
			if _, err := tx.Exec(s, granvik); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

var wipes = func() (out []*db.Stmt) {
	for _, table := range []string{
		"roster_state", "roster_school", "roster_group", "roster_person", "roster_alias", "roster_member", "roster_guardian",
		"roster_import", "seal_key", "journal_head", "journal_entry",
	} {
		out = append(out, db.SQL("DELETE FROM "+table+" WHERE owner = $1"))
	}
	return out
}()

var _ tilhor.Date = today
