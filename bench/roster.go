package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tilhor"
	"tilhor/internal/calendar"
	"tilhor/internal/demo"
	"tilhor/internal/roster"
)

// importRoster reads a municipality's lists into an empty database, and once
// more when nothing has changed, against as many bare rows in one commit.
func importRoster(ctx context.Context, m *measurer) error {
	dir := filepath.Join(m.store.dir, "lists")
	if err := writeLists(dir, m.scale.pupils); err != nil {
		return err
	}
	var first, again, bare, noChange series
	rows := 0
	for range min(3, m.scale.rounds) {
		w, err := m.empty(ctx, "lists")
		if err != nil {
			return err
		}
		a, errA := took(func() error { return w.imports(ctx, dir) })
		b, errB := took(func() error { return w.imports(ctx, dir) })
		if err := errors.Join(errA, errB); err != nil {
			return errors.Join(err, w.close())
		}
		c, err := m.store.raw(ctx, w.name, false)
		if err != nil {
			return errors.Join(err, w.close())
		}
		rows, err = m.store.rowsOf(ctx, c)
		if err := errors.Join(err, c.Close(), w.close()); err != nil {
			return err
		}
		r, err := m.startRaw(ctx, rows)
		if err != nil {
			return err
		}
		d, err := took(func() error { return r.transact(ctx, 1) })
		r.close()
		if err != nil {
			return err
		}
		first, again, bare = append(first, d2s(a)), append(again, d2s(b)), append(bare, d2s(d))
		noChange = append(noChange, d2s(b)/d2s(a))
	}
	what := fmt.Sprintf("roster of %d pupils", m.scale.pupils)
	m.report.ratio(what+", first import", first.String()+" s", fmt.Sprintf("%d bare rows in one commit: %s s", rows, bare), ratios(first, bare), nil)
	m.report.ratio(what+", when nothing has changed", again.String()+" s", "the first import", noChange, nil)
	return nil
}

func d2s(d time.Duration) float64 { return d.Seconds() }

// empty is a world with keys and no rows.
func (m *measurer) empty(ctx context.Context, name string) (*world, error) {
	if err := m.seed(ctx); err != nil { // its keys serve
		return nil, err
	}
	if err := m.store.drop(name); err != nil {
		return nil, err
	}
	if err := m.store.create(name); err != nil {
		return nil, err
	}
	return m.open(ctx, name)
}

// imports does what `tilhor roster import --apply` does.
func (w *world) imports(ctx context.Context, dir string) error {
	now := time.Now()
	s, err := roster.Read(ctx, dir, nil)
	if err != nil {
		return err
	}
	plan, err := w.roster.Compare(ctx, w.db, demo.Owner, s, roster.Options{Today: calendar.DateOf(now)}, nil)
	if err != nil {
		return err
	}
	return w.roster.Apply(ctx, w.db, tilhor.Actor{Owner: demo.Owner, Role: "operator"}, plan, true, now, nil)
}

// writeLists writes a municipality as a school administration exports it: about
// 370 pupils a school, 25 a class, a guardian and a half each.
func writeLists(dir string, pupils int) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var schools, groups, children, staff, parents strings.Builder
	schools.WriteString("skole-id;navn;type;sfo\n")
	groups.WriteString("gruppe-id;skole-id;type;navn\n")
	children.WriteString("elev-id;fornavn;etternavn;skole-id;klasse-id\n")
	staff.WriteString("ansatt-id;fornavn;etternavn;rolle;skole-id\n")
	parents.WriteString("foresatt-id;fornavn;etternavn;elev-id;foreldreansvar\n")
	const perSchool, perClass = 370, 25
	for i := range pupils {
		school, class := i/perSchool, i%perSchool/perClass
		if i%perSchool == 0 {
			fmt.Fprintf(&schools, "s%d;Skole %d;skole;ja\n", school, school)
			fmt.Fprintf(&staff, "r%d;Kari;Lund %d;rektor;s%d\n", school, school, school)
		}
		if i%perSchool%perClass == 0 {
			fmt.Fprintf(&groups, "s%d-%d;s%d;klasse;%d%c\n", school, class, school, 1+class/2, 'A'+rune(class%2))
			fmt.Fprintf(&staff, "l%d-%d;Jonas;Berg %d;lærer;s%d\n", school, class, i, school)
		}
		fmt.Fprintf(&children, "e%d;Nora;Dahl %d;s%d;s%d-%d\n", i, i, school, school, class)
		fmt.Fprintf(&parents, "f%d;Marit;Dahl %d;e%d;ja\n", i, i, i)
		if i%2 == 0 {
			fmt.Fprintf(&parents, "g%d;Ali;Dahl %d;e%d;ja\n", i, i, i)
		}
	}
	for name, text := range map[string]string{
		"skoler.csv": schools.String(), "grupper.csv": groups.String(), "elever.csv": children.String(),
		"ansatte.csv": staff.String(), "foresatte.csv": parents.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
