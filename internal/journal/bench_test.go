package journal_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tilhor"
	"tilhor/internal/db"
	"tilhor/internal/db/dbtest"
	"tilhor/internal/journal"
	"tilhor/internal/seal/sealtest"
)

// BenchmarkVerify is the cost of one entry of a record of twenty thousand.
func BenchmarkVerify(b *testing.B) {
	ctx := context.Background()
	d, k := dbtest.SQLite(b), sealtest.Keys(b, granvik)
	j := journal.New(k)
	const entries = 20000
	for i := 0; i < entries; i += 200 {
		err := d.Write(ctx, func(tx *db.Tx) error {
			for n := range 200 {
				e := journal.Entry{Stream: fmt.Sprint("track/", (i+n)%500), Act: "a", When: tilhor.Now(monday), By: kari}
				if _, err := j.Append(tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if n, err := j.Sequence(ctx, d, granvik, func() time.Time { return monday }); n != entries || err != nil {
		b.Fatal(n, err)
	}
	b.ResetTimer()
	for b.Loop() {
		r, err := journal.Verify(ctx, d, granvik, journal.Against{Keys: k})
		if err != nil || !r.Holds() {
			b.Fatal(r.Wrong, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/entries, "ns/entry")
}
