package work

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/roster"
)

// How large each school is: small enough to open in a moment.
const (
	teachers = 8
	pupils   = 24
)

var schoolNames = []string{"Solbakken", "Fjellvik"}

// settle imports the schools when the database has none, and finds the people.
func (p *Place) settle(ctx context.Context) error {
	empty := false
	err := p.DB.Read(ctx, func(tx *db.Tx) error {
		list, err := p.Roster.Schools(tx, Owner)
		empty = len(list) == 0
		return err
	})
	if err != nil {
		return err
	}
	if empty {
		if err := p.imports(ctx); err != nil {
			return err
		}
	}
	p.Schools = nil
	for i := range schoolNames {
		s, err := p.meet(ctx, i)
		if err != nil {
			return err
		}
		p.Schools = append(p.Schools, s)
	}
	if err := p.meetOwner(ctx); err != nil || !empty {
		return err
	}
	if err := p.train(ctx); err != nil {
		return err
	}
	for _, s := range p.Schools {
		if err := p.formal(ctx, s); err != nil {
			return err
		}
	}
	return p.Cases.AppointReceiver(ctx, p.Adviser, p.Adviser.Person)
}

// files is the municipality as a school administration would export it.
func files() map[string]string {
	schools, groups := "skole-id;navn;type;sfo\n", "gruppe-id;skole-id;type;navn\n"
	staff, children := "ansatt-id;fornavn;etternavn;rolle;skole-id\n", "elev-id;fornavn;etternavn;skole-id;klasse-id\n"
	homes := "foresatt-id;fornavn;etternavn;elev-id;foreldreansvar\n"
	for i, name := range schoolNames {
		schools += fmt.Sprintf("s%d;%s skole;skole;ja\n", i, name)
		groups += fmt.Sprintf("k%d;s%d;klasse;5A\n", i, i)
		staff += fmt.Sprintf("rektor-%d;Kari;%s;rektor;s%d\nsosial-%d;Ina;%s;sosiallærer;s%d\n", i, name, i, i, name, i)
		for n := range teachers {
			staff += fmt.Sprintf("laerer-%d-%d;Jonas%d;%s;lærer;s%d\n", i, n, n, name, i)
		}
		for n := range pupils {
			children += fmt.Sprintf("elev-%d-%d;Elev%d;%s;s%d;k%d\n", i, n, n, name, i, i)
			homes += fmt.Sprintf("hjem-%d-%d;Hjem%d;%s;elev-%d-%d;ja\n", i, n, n, name, i, n)
		}
	}
	staff += "eier;Anne;Sæther;skoleeier;\n"
	return map[string]string{"skoler.csv": schools, "grupper.csv": groups, "ansatte.csv": staff, "elever.csv": children, "foresatte.csv": homes}
}

func (p *Place) imports(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "tilhor-work-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	quiet := roster.Progress(func(string, int64, int64) {})
	s, err := roster.Read(ctx, dir, quiet)
	if err != nil {
		return err
	}
	plan, err := p.Roster.Compare(ctx, p.DB, Owner, s, roster.Options{Today: p.today()}, quiet)
	if err != nil {
		return err
	}
	return p.Roster.Apply(ctx, p.DB, keeper(), plan, true, p.Clock(), quiet)
}

// keeper is who keeps the lists.
func keeper() tilhor.Actor { return tilhor.Actor{Owner: Owner, Role: tilhor.RoleOwnerAdviser} }

// actor finds somebody in the role the files give.
func (p *Place) actor(tx *db.Tx, to *tilhor.Actor, source string) error {
	person, err := p.Roster.Find(tx, Owner, source)
	if err != nil {
		return err
	}
	all, err := p.Roster.RolesOf(tx, Owner, person, p.today())
	if err != nil || len(all) == 0 {
		return fmt.Errorf("%s has no role: %w", strings.SplitN(source, "-", 2)[0], err)
	}
	*to = all[0]
	to.Trained = true
	return nil
}

func (p *Place) meetOwner(ctx context.Context) error {
	return p.DB.Read(ctx, func(tx *db.Tx) error { return p.actor(tx, &p.Adviser, "eier") })
}

// meet finds the people of a school by their ids in the files.
func (p *Place) meet(ctx context.Context, i int) (*School, error) {
	s, actor := &School{}, p.actor
	return s, p.DB.Read(ctx, func(tx *db.Tx) error {
		s.Teachers, s.Pupils = make([]tilhor.Actor, teachers), make([]tilhor.PersonID, pupils)
		if err := actor(tx, &s.Rektor, fmt.Sprintf("rektor-%d", i)); err != nil {
			return err
		}
		if err := actor(tx, &s.Social, fmt.Sprintf("sosial-%d", i)); err != nil {
			return err
		}
		if err := actor(tx, &s.Parent, fmt.Sprintf("hjem-%d-0", i)); err != nil {
			return err
		}
		s.ID = s.Rektor.School
		for n := range s.Teachers {
			if err := actor(tx, &s.Teachers[n], fmt.Sprintf("laerer-%d-%d", i, n)); err != nil {
				return err
			}
		}
		for n := range s.Pupils {
			var err error
			if s.Pupils[n], err = p.Roster.Find(tx, Owner, fmt.Sprintf("elev-%d-%d", i, n)); err != nil {
				return err
			}
		}
		s.Kept, s.Pupils = s.Pupils[pupils-1], s.Pupils[:pupils-1]
		return nil
	})
}

// train records everybody's privacy training.
func (p *Place) train(ctx context.Context) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		if err := p.Roster.Train(tx, keeper(), p.Adviser.Person, p.today(), p.Clock()); err != nil {
			return err
		}
		for _, s := range p.Schools {
			for _, a := range append([]tilhor.Actor{s.Rektor, s.Social}, s.Teachers...) {
				if err := p.Roster.Train(tx, keeper(), a.Person, p.today(), p.Clock()); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
