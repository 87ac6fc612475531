package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
	"tilhor/internal/work"
)

// A copy is the made-up municipality, as it was, for one tampering.
func (b box) copy(t *testing.T) box {
	t.Helper()
	text, err := os.ReadFile(strings.TrimPrefix(b.dsn, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "tilhor.db")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return box{t, "sqlite:" + path, b.keys, t.TempDir()}
}

// The tables that the record does not speak of, and what altering them would do.
// docs/guide/record.md names each of them; a table that comes to be covered is
// taken out of both.
var storedBeside = map[string]string{
	"duty_fact":     `UPDATE duty_fact SET at = at + 1 WHERE n = 1`,
	"duty_state":    `UPDATE duty_state SET state = 'met' WHERE state <> 'met'`,
	"access_grant":  `UPDATE access_grant SET until_at = 0`,
	"cases_track":   `UPDATE cases_track SET state = 'closed'`,
	"cases_measure": `UPDATE cases_measure SET doer = 'another'`,
	"cases_child":   `UPDATE cases_child SET role = 'witness'`,
	"roster_member": `UPDATE roster_member SET role = 'teacher'`,
	"web_session":   `INSERT INTO web_session (owner, id, person, issuer, sid, began, seen, ends, ended, data) VALUES ('x', 'x', '', '', '', 0, 0, 0, 0, $1)`,
}

// What rooms store beside the words is compared with the entries: each way to
// alter what a case says is named with its table. What is not compared is said by
// name in the guide, and nothing more is.
func TestVerifyTheRooms(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := call(t, "demo", "--dir", dir, "--no-serve", "--addr", "127.0.0.1:0"); code != 0 {
		t.Fatal(errs)
	}
	whole := box{t, "sqlite:" + filepath.Join(dir, "tilhor.db"), filepath.Join(dir, "keys"), dir}
	whole.must(0, whole.with("journal", "checkpoint")...)
	said := whole.must(0, whole.with("journal", "verify")...)
	if compared := regexp.MustCompile(`content: ([1-9]\d+) compared, 0 shredded on purpose, \d+ not compared; ([1-9]\d+) rows`); !compared.MatchString(said) {
		t.Fatal(said)
	}
	first := func(table string) string { return ` WHERE id = (SELECT MIN(id) FROM ` + table + `)` }
	record, concern := first("cases_record"), first("concerns_concern")
	for what, c := range map[string]struct{ act, kind, table string }{
		"what a child answered":      {`UPDATE cases_record SET answer = answer || 'x'` + record, "row", "cases_record"},
		"when it happened":           {`UPDATE cases_record SET at = at - 86400000` + record, "row", "cases_record.time"},
		"when it was written":        {`UPDATE cases_record SET written_at = written_at - 86400000` + record, "row", "cases_record.time of writing"},
		"who did it":                 {`UPDATE cases_record SET by_person = 'x'` + record, "row", "cases_record.person"},
		"what it was":                {`UPDATE cases_record SET kind = 'note' WHERE id = (SELECT MIN(id) FROM cases_record WHERE kind <> 'note')`, "row", "cases_record.kind"},
		"whose track it is in":       {`UPDATE cases_record SET track = 'x'` + record, "row", "cases_record.track"},
		"which entry it has":         {`UPDATE cases_record SET entry = (SELECT MAX(entry) FROM cases_record)` + record, "row", "cases_record"},
		"a record deleted":           {`DELETE FROM cases_record` + record, "row", "cases_record"},
		"a word deleted":             {`DELETE FROM cases_text WHERE record = (SELECT MIN(record) FROM cases_text)`, "content", "cases_text"},
		"a word moved":               {`UPDATE cases_text SET field = field || 'x' WHERE record = (SELECT MIN(record) FROM cases_text)`, "content", "cases_text"},
		"an approved plan":           {`UPDATE cases_plan SET sealed = (SELECT sealed FROM cases_text ORDER BY record LIMIT 1) WHERE state = 'approved'`, "content", "cases_plan"},
		"when the school knew":       {`UPDATE concerns_concern SET known_at = known_at + 86400000` + concern, "row", "concerns_concern.time"},
		"that the pupil said it":     {`UPDATE concerns_concern SET pupil_says = NOT pupil_says` + concern, "row", "concerns_concern"},
		"which school it was for":    {`UPDATE concerns_concern SET school = 'x'` + concern, "row", "concerns_concern"},
		"whom it is about":           {`UPDATE concerns_pupil SET person = 'x' WHERE concern = (SELECT MIN(concern) FROM concerns_pupil)`, "row", "concerns_pupil"},
		"a pupil left out":           {`DELETE FROM concerns_pupil WHERE concern = (SELECT MIN(concern) FROM concerns_pupil)`, "row", "concerns_pupil"},
		"a concern deleted":          {`DELETE FROM concerns_concern` + concern, "row", "concerns_concern"},
		"what somebody told":         {`DELETE FROM concerns_text WHERE concern = (SELECT MIN(concern) FROM concerns_text)`, "content", "concerns_text"},
		"words made out as shredded": {`UPDATE seal_key SET shredded = 1, noted = 1, wrapped = '' WHERE kind = 'track'`, "shredded", "seal_key"},
	} {
		t.Run(what, func(t *testing.T) {
			b := whole.copy(t)
			b.t = t
			if n := b.spoil(c.act); n == 0 {
				t.Fatal("the made-up municipality has none: this case proves nothing")
			}
			said := b.must(1, b.with("journal", "verify")...)
			if line := regexp.MustCompile(`(?m)^  WRONG: .*\[[^\]]*` + regexp.QuoteMeta(c.table)); !line.MatchString(said) || !strings.Contains(said, "\n    "+c.kind+": ") {
				t.Fatal(said)
			}
		})
	}
	guide := read(t, "docs/guide/record.md")
	for table, act := range storedBeside {
		b := whole.copy(t)
		args := []any{}
		if strings.Contains(act, "$1") {
			args = append(args, []byte{})
		}
		b.spoil(act, args...)
		b.must(0, b.with("journal", "verify")...)
		if !strings.Contains(guide, "`"+table+"`") {
			t.Errorf("the guide does not say that the record does not cover %s", table)
		}
	}
}

// compared are the tables whose rows the record speaks of. Every other is named
// in the guide as one it does not cover, so that a new table is never simply
// forgotten.
var compared = []string{
	"bodies_body", "bodies_line", "cases_ask", "cases_chunk", "cases_cover", "cases_file", "cases_insight", "cases_notice", "cases_record", "cases_sealed", "cases_survey", "cases_text",
	"cases_transfer", "circles_line", "concerns_accused", "concerns_concern", "concerns_pupil", "concerns_text", "danger_line", "dialogue_line", "front_line", "hearing_line", "ideas_line", "interventions_event",
	"interventions_line",
	"journal_checkpoint", "journal_entry", "journal_hash", "journal_head", "journal_listed", "privacy_text", "roster_decision", "roster_override", "seal_key",
}

func TestEveryTableIsComparedOrNamed(t *testing.T) {
	guide, schema := read(t, "docs/guide/record.md"), regexp.MustCompile(`(?m)^\s*CREATE TABLE (\w+)`)
	files, err := filepath.Glob("../../internal/db/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	seen := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range schema.FindAllStringSubmatch(string(text), -1) {
			seen++
			named := strings.Contains(guide, "`"+m[1]+"`")
			for _, all := range []string{"roster_", "web_", "signin_"} {
				named = named || strings.HasPrefix(m[1], all)
			}
			if !named && !slices.Contains(compared, m[1]) && m[1] != "db_meta" && m[1] != "seal_current" { // no owner's rows: leases and the like
				t.Errorf("%s is neither compared by verify nor named in the guide as a table it does not cover", m[1])
			}
		}
	}
	if seen < 70 {
		t.Errorf("only %d tables were found: this test proves nothing", seen)
	}
}

// An auditor is told where, what, what it means and what to do, and finds every
// kind again in the guide.
func TestVerifyTellsAnAuditor(t *testing.T) {
	guide := read(t, "docs/guide/record.md")
	for _, kind := range journal.Kinds {
		if means[kind] == "" {
			t.Errorf("verify does not say what %s means", kind)
		}
		if !strings.Contains(guide, "\n| `"+string(kind)+"` |") {
			t.Errorf("the guide's table has no line for %s", kind)
		}
	}
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, told := lived(t, dsn)
		held, receipt := filepath.Join(b.dir, "archive.txt"), b.receipt(told)
		if err := os.WriteFile(held, []byte(b.must(0, b.with("journal", "checkpoint")...)), 0o600); err != nil {
			t.Fatal(err)
		}
		pub := filepath.Join(b.keys, "granvik", "owner.pub")
		said := b.must(0, b.with("journal", "verify", "--key", pub, "--held", held, "--held", receipt)...)
		if !strings.Contains(said, "12 in the file, 2 that others hold") {
			t.Fatal(said)
		}
		b.must(2, b.with("journal", "verify", "--held", held+"x")...)
		b.spoil(`UPDATE journal_entry SET body = $1 WHERE id = $2`, []byte("{}"), string(told))
		said = b.must(1, b.with("journal", "verify")...)
		for _, must := range []string{
			"  WRONG: entry " + string(told) + " (stream concern/2, number 4): its text was changed after it was written: its hash no longer fits [journal_entry.body]\n",
			"    changed: somebody wrote to the database past the program.", "what to do now: change nothing.", "(--held)",
		} {
			if !strings.Contains(said, must) {
				t.Errorf("verify does not say %q:\n%s", must, said)
			}
		}
	})
}

// The second verifier, run as the guide says, agrees with the first on what the
// program exports: when it holds, and when it does not.
func TestRecountAgreesWithVerify(t *testing.T) {
	b, told := lived(t, "sqlite:"+filepath.Join(t.TempDir(), "tilhor.db"))
	export, pub := filepath.Join(b.dir, "record.jsonl"), filepath.Join(b.keys, "granvik", "owner.pub")
	recount := func() (string, error) {
		t.Helper()
		if err := os.WriteFile(export, []byte(b.must(0, b.with("journal", "export")...)), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", "run", "./cmd/recount", export, "--key", pub, "--checkpoints", filepath.Join(b.keys, "granvik", "checkpoints"))
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if said, err := recount(); err != nil || !strings.Contains(said, "granvik: 24 entries in 4 streams, 24 of them in the tree, 12 checkpoints: all of it agrees") {
		t.Fatal(err, said)
	}
	b.spoil(`UPDATE journal_entry SET body = $1 WHERE id = $2`, []byte(`{"format":"tilhor entry 1"}`), string(told))
	if said, err := recount(); err == nil || !strings.Contains(said, "its text is not what its hash says") {
		t.Fatal(err, said)
	}
}

// The command gives the lease of the sequencer back: a server beside it signs on
// at once, and leaves no gap in what checkpoints cover.
func TestACheckpointLeavesTheServerToSign(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, _ := lived(t, dsn)
		b.waits("one")
		b.must(0, b.with("journal", "checkpoint")...)
		b.waits("two")
		if n := b.signs(); n != 1 {
			t.Fatalf("after the command a server signs %d, want 1", n)
		}
		// The control: a process that keeps its lease keeps another from signing.
		b.waits("three")
		if n := b.signs(); n != 0 {
			t.Fatalf("the lease keeps nobody from signing (%d): this proves nothing", n)
		}
	})
}

// What an altered entry says is not proved; the command names it.
func TestACheckpointProvesNoAlteredEntry(t *testing.T) {
	eachBox(t, func(t *testing.T, dsn, _ string) {
		b, told := lived(t, dsn)
		b.must(0, b.with("journal", "checkpoint", "--entry", string(told))...)
		b.spoil(`UPDATE journal_entry SET body = (SELECT body FROM journal_entry WHERE id <> $1 ORDER BY id LIMIT 1) WHERE id = $2`, string(told), string(told))
		if said := b.must(1, b.with("journal", "checkpoint", "--entry", string(told))...); !strings.Contains(said, string(told)) || strings.Contains(said, "tlog-proof") {
			t.Fatal(said)
		}
	})
}

// waits writes an entry that waits for its checkpoint.
func (b box) waits(stream string) {
	b.t.Helper()
	b.inside(func(d *db.DB, j *journal.Journal) error {
		return d.Write(context.Background(), func(tx *db.Tx) error {
			by := tilhor.Actor{Owner: "granvik", Person: "kari", Role: tilhor.RoleTeacher, School: "lia"}
			_, err := j.Append(tx, journal.Entry{Stream: stream, Act: "test", When: tilhor.Now(recordNow), By: by})
			return err
		})
	})
}

// signs is a pass of another process, and how many entries it signed.
func (b box) signs() (n int) {
	b.t.Helper()
	b.inside(func(d *db.DB, j *journal.Journal) (err error) {
		n, err = j.Sequence(context.Background(), d, "granvik", func() time.Time { return recordNow })
		return err
	})
	return n
}

// inside opens the installation as another process does.
func (b box) inside(do func(*db.DB, *journal.Journal) error) {
	b.t.Helper()
	k, err := seal.Open(b.keys)
	if err != nil {
		b.t.Fatal(err)
	}
	d, err := db.Open(context.Background(), b.dsn)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	if err := do(d, journal.New(k)); err != nil {
		b.t.Fatal(err)
	}
}

// spoil changes the database behind the program's back, and counts the rows.
func (b box) spoil(q string, args ...any) (n int64) {
	b.t.Helper()
	st := db.SQL(q)
	d, err := db.Open(context.Background(), b.dsn)
	if err != nil {
		b.t.Fatal(err)
	}
	defer d.Close()
	err = d.Write(context.Background(), func(tx *db.Tx) (err error) { n, err = tx.Exec(st, args...); return err })
	if err != nil {
		b.t.Fatal(fmt.Errorf("%s: %w", q, err))
	}
	return n
}

// What a server shreds and notes between verify's reading of its list and of the
// database is no tampering, nor is what another machine noted that comes to this list
// as one waits; a key that something else deleted still is.
func TestVerifyWhileAServerShreds(t *testing.T) {
	wait := noted
	defer func() { noted = wait }()
	eachBox(t, func(t *testing.T, dsn, _ string) {
		ctx := context.Background()
		b, p, _ := atWork(t, dsn, 5)
		shreds := func(id string) error {
			err := p.DB.Write(ctx, func(tx *db.Tx) error {
				if err := seal.Keep(tx, p.Keys.New(work.Owner, seal.KindDraft, id)); err != nil {
					return err
				}
				return seal.Shred(tx, work.Owner, seal.KindDraft, id, recordNow)
			})
			_, err2 := p.Keys.NoteShreddings(ctx, p.DB, work.Owner, recordNow)
			return errors.Join(err, err2)
		}
		looks := 0
		verify := func(busy int) journal.Report {
			t.Helper()
			looks = 0
			r, err := verifyBeside(work.Owner, journal.Against{Keys: p.Keys}, func(a journal.Against) (journal.Report, error) {
				if looks++; looks <= busy {
					if err := shreds(fmt.Sprint("d", busy, "-", looks)); err != nil {
						return journal.Report{}, err
					}
				}
				return journal.Verify(ctx, p.DB, work.Owner, a)
			})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		noted = func() {}
		for busy := range 3 {
			if r := verify(busy); !r.Holds() || looks != busy+1 {
				t.Fatalf("%d looks: %v", looks, r.Wrong)
			}
		}
		list := filepath.Join(b.keys, string(work.Owner), seal.ShreddedFile)
		whole, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		put(t, list, []byte(strings.Join(strings.SplitAfter(string(whole), "\n")[1:], "")))
		noted = func() { put(t, list, whole) }
		if r := verify(0); !r.Holds() || looks != 2 {
			t.Fatalf("what comes from another machine, in %d looks: %v", looks, r.Wrong)
		}
		noted = func() {}
		if n := b.spoil(`UPDATE seal_key SET thing = 'd-other' WHERE thing = 'd1-1'`); n != 1 {
			t.Fatal(n)
		}
		if r := verify(0); r.Holds() || looks != 2 {
			t.Fatalf("the control was not caught, in %d looks", looks)
		}
	})
}
