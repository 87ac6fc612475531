package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"tilhor/internal/demo"
	"tilhor/internal/journal"
	"tilhor/internal/seal"
)

// verify recomputes the whole record of the concerns that were told (streams,
// marks, content against its commitments, tree, checkpoints), against SHA-256
// of the same bytes, read into memory before.
func verify(ctx context.Context, m *measurer) (err error) {
	w := m.told
	if w == nil {
		if w, err = m.fresh(ctx, "told"); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, w.close()) }()
	// What a stopped server has not taken into the tree is taken in now.
	if _, err := w.journal.Sequence(ctx, w.db, demo.Owner, time.Now); err != nil {
		return err
	}
	file, err := w.keys.File(demo.Owner, seal.CheckpointsFile)
	if err != nil {
		return err
	}
	c, err := m.store.raw(ctx, w.name, false)
	if err != nil {
		return err
	}
	defer c.Close()
	var bytes [][]byte
	size := 0
	for _, q := range []string{`SELECT body FROM journal_entry`, `SELECT sealed FROM concerns_text`, `SELECT sealed FROM cases_text`} {
		list, err := strings1(ctx, c, q)
		if err != nil {
			return err
		}
		for _, s := range list {
			bytes = append(bytes, []byte(s))
			size += len(s)
		}
	}
	var ours, bare series
	var report journal.Report
	for range m.scale.rounds {
		a, _ := took(func() error {
			for _, b := range bytes {
				sha256.Sum256(b)
			}
			return nil
		})
		b, err := took(func() (err error) {
			report, err = journal.Verify(ctx, w.db, demo.Owner, journal.Against{Keys: w.keys, File: file})
			return err
		})
		if err != nil {
			return err
		}
		if !report.Holds() {
			return fmt.Errorf("the record does not hold: %s", report.Wrong[0])
		}
		n := float64(report.Entries)
		bare, ours = append(bare, 1000*millis(a)/n), append(ours, 1000*millis(b)/n)
	}
	m.report.ratio(fmt.Sprintf("journal verify, each of %d entries", report.Entries), ours.String()+" µs",
		fmt.Sprintf("SHA-256 of the same %.0f MB: %s µs", float64(size)/1e6, bare), ratios(ours, bare), nil)
	return nil
}
