package work_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tilhor/internal/work"

	_ "modernc.org/sqlite"
)

// Whoever writes to the rows of the whole case past the program is named by
// verify, with the table: who was asked, what the owner was told, who was let in
// or kept out, what was decided about a home, what was attached or handed on.
func TestAlteredRowsOfTheWholeCaseAreNamed(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	keys, path := filepath.Join(dir, "keys"), filepath.Join(dir, "tilhor.db")
	p, err := work.Open(ctx, "sqlite:"+path, keys, nil)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(7, 10))
	for n := range 100 + 3*len(work.WholeKinds()) {
		if n == 100 { // one track has a plan in force, to share a measure of
			if err := p.Plan(ctx); err != nil {
				t.Fatal(err)
			}
		}
		a := p.Next(rng)
		if n >= 100 {
			if b, ok := p.Whole(n-100, rng); ok {
				a = b
			}
		}
		if err := a.Do(ctx); err != nil {
			t.Fatalf("%s: %v", a.Kind(), err)
		}
	}
	for _, kind := range []string{"begin", "shield"} { // and one pupil is protected now
		if a, ok := p.Whole(slices.Index(work.WholeKinds(), kind), rng); ok {
			if err := a.Do(ctx); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
		}
	}
	if err := errors.Join(p.Tend(ctx), p.Holds(ctx), p.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	one := func(table string) string { return ` WHERE rowid = (SELECT MIN(rowid) FROM ` + table + `)` }
	for table, spoils := range map[string][]string{
		"cases_ask":      {`UPDATE cases_ask SET person = 'x'` + one("cases_ask"), `DELETE FROM cases_ask` + one("cases_ask")},
		"cases_notice":   {`UPDATE cases_notice SET kind = 'serious' WHERE kind <> 'serious'`, `UPDATE cases_notice SET at = at + 1` + one("cases_notice"), `DELETE FROM cases_notice` + one("cases_notice")},
		"cases_insight":  {`UPDATE cases_insight SET received_on = '2020-01-01'` + one("cases_insight"), `UPDATE cases_insight SET outcome = 'whole' WHERE state = 'decided'`, `DELETE FROM cases_insight` + one("cases_insight")},
		"cases_cover":    {`UPDATE cases_cover SET standin = 'x'` + one("cases_cover"), `DELETE FROM cases_cover`},
		"cases_file":     {`UPDATE cases_file SET kind = 'png'` + one("cases_file"), `DELETE FROM cases_file` + one("cases_file")},
		"cases_chunk":    {`DELETE FROM cases_chunk` + one("cases_chunk"), `UPDATE cases_chunk SET sealed = x'00'` + one("cases_chunk")},
		"cases_transfer": {`UPDATE cases_transfer SET from_track = 'x'` + one("cases_transfer")},
		"cases_sealed":   {`DELETE FROM cases_sealed` + one("cases_sealed")},
		"access_grant": {
			`UPDATE access_grant SET person = 'x' WHERE kind = 'track' AND relation = 'handles'`,
			`INSERT INTO access_grant SELECT owner, 'x', kind, thing, 'x', '', unit, 'handles', from_at, until_at, '' FROM access_grant WHERE kind = 'track' LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', kind, thing, 'x', '', unit, 'leads', from_at, until_at, '' FROM access_grant WHERE kind = 'track' LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', kind, thing, 'x', '', unit, 'named', from_at, until_at, '' FROM access_grant WHERE kind = 'person' LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', kind, thing, 'x', '', unit, 'leads', from_at, until_at, '' FROM access_grant WHERE kind = 'person' LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', 'track', thing, 'x', '', 'u', 'leads', 0, until_at, '' FROM access_guard WHERE kind = 'track' LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', 'track', thing, 'x', '', 'u', 'appoints', 0, until_at, '' FROM access_guard WHERE kind = 'track' LIMIT 1`,
			// One who is named for a protected pupil gets another pupil's track, and one who leads a track for the owner gets a protected pupil.
			`INSERT INTO access_grant SELECT d.owner, 'x', 'track', t.id, d.person, '', 'u', 'leads', 0, 1, '' FROM roster_decision d, cases_track t WHERE d.kind = 'named' AND t.pupil NOT IN ('', d.pupil)
				AND NOT EXISTS (SELECT 1 FROM cases_record r WHERE r.track = t.id AND r.ref = d.person) LIMIT 1`,
			`INSERT INTO access_grant SELECT r.owner, 'x', 'person', p.id, r.ref, '', 'u', 'named', 0, 1, '' FROM cases_record r, roster_person p WHERE r.kind = 'led-by' AND p.protection <> ''
				AND NOT EXISTS (SELECT 1 FROM roster_decision d WHERE d.pupil = p.id AND d.person = r.ref) LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', kind, thing, 'x', '', unit, 'intake', from_at, until_at, '' FROM access_grant WHERE kind = 'concern' LIMIT 1`,
			`INSERT INTO access_grant SELECT owner, 'x', kind, thing, 'x', '', unit, 'leads', from_at, until_at, '' FROM access_grant WHERE kind = 'force' LIMIT 1`,
		},
		"access_guard": {
			`UPDATE access_guard SET until_at = 1 WHERE kind = 'person'`,
			`INSERT INTO access_guard SELECT owner, 'track', id, 'x', 0 FROM cases_track WHERE pupil <> '' LIMIT 1`,
			`DELETE FROM access_guard WHERE kind = 'track' AND until_at = 9223372036854775807`,
			`UPDATE access_guard SET until_at = 1 WHERE until_at = 9223372036854775807`,
		},
		"roster_person": {`UPDATE roster_person SET protection = '' WHERE protection <> ''`},
		"cases_stood": {
			`DELETE FROM cases_stood` + one("cases_stood"), `DELETE FROM cases_stood`, `UPDATE cases_stood SET other = 'x'` + one("cases_stood"),
			`INSERT INTO cases_stood SELECT owner, track, 'x' FROM cases_stood LIMIT 1`,
		},
		"roster_decision": {
			`UPDATE roster_decision SET person = 'x'` + one("roster_decision"), `UPDATE roster_decision SET kind = 'not-secret'` + one("roster_decision"), `DELETE FROM roster_decision` + one("roster_decision"),
			`INSERT INTO roster_decision SELECT owner, 'x', kind, pupil, person, basis, from_date, until_date, home, reason, by_person, written + 1, review_on, track FROM roster_decision LIMIT 1`,
		},
		"roster_override": {
			`UPDATE roster_override SET responsibility = 'no'` + one("roster_override"), `UPDATE roster_override SET guardian = 'x'` + one("roster_override"), `UPDATE roster_override SET until_date = '2026-11-24'` + one("roster_override"),
			`UPDATE roster_override SET reason = x'00'` + one("roster_override"), `DELETE FROM roster_override` + one("roster_override"),
			`INSERT INTO roster_override SELECT owner, 'x', pupil, guardian, holds, responsibility, from_date, until_date, home, reason, by_person, written + 1, track FROM roster_override LIMIT 1`,
		},
		"danger_line": {
			`UPDATE danger_line SET sealed = x'00'` + one("danger_line"), `UPDATE danger_line SET entry = 'x'` + one("danger_line"), `UPDATE danger_line SET paper = 'x'` + one("danger_line"), `DELETE FROM danger_line` + one("danger_line"),
			`INSERT INTO danger_line SELECT owner, paper, n + 1, 'x', entry, sealed FROM danger_line LIMIT 1`,
		},
		"interventions":  {`UPDATE interventions_event SET pupil = 'x'` + one("interventions_event"), `DELETE FROM interventions_event` + one("interventions_event"), `DELETE FROM interventions_line` + one("interventions_line")},
		"cases_record":   {`DELETE FROM cases_record WHERE rowid = (SELECT MIN(rowid) FROM cases_record WHERE kind = 'together')`, `DELETE FROM cases_record WHERE rowid = (SELECT MIN(rowid) FROM cases_record WHERE kind = 'shared')`, `DELETE FROM cases_record WHERE rowid = (SELECT MIN(rowid) FROM cases_record WHERE kind = 'closed')`, `DELETE FROM cases_record WHERE rowid = (SELECT MIN(rowid) FROM cases_record WHERE kind = 'decision-made')`},
		"dialogue_line":  {`DELETE FROM dialogue_line` + one("dialogue_line"), `UPDATE dialogue_line SET sealed = x'00'` + one("dialogue_line")},
		"hearing_line":   {`DELETE FROM hearing_line` + one("hearing_line"), `UPDATE hearing_line SET sealed = x'00'` + one("hearing_line"), `UPDATE hearing_line SET hearing = 'x'` + one("hearing_line")},
		"privacy_text":   {`DELETE FROM privacy_text` + one("privacy_text")},
		"concerns_pupil": {`DELETE FROM concerns_accused` + one("concerns_accused")},
	} {
		for _, spoil := range spoils {
			copied := filepath.Join(t.TempDir(), "tilhor.db")
			if err := os.WriteFile(copied, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			if n := altered(t, copied, spoil); n == 0 {
				t.Errorf("there is none to alter: %s", spoil)
				continue
			}
			p, err := work.Open(ctx, "sqlite:"+copied, keys, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Verify(ctx); !errors.Is(err, work.ErrRecord) || !strings.Contains(err.Error(), table) {
				t.Errorf("%s: %v", spoil, err)
			}
			p.Close()
		}
	}
}

// altered does to a database file what the program never does, and says to how
// many rows.
func altered(t *testing.T, path, act string) int64 {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r, err := d.Exec(act)
	if err != nil {
		t.Fatalf("%s: %v", act, err)
	}
	n, _ := r.RowsAffected()
	return n
}
