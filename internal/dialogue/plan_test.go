package dialogue

import (
	"strings"
	"testing"

	"tilhor/internal/db/dbtest"
)

// Who waits is found by the index that holds nobody who is answered, in its order.
func TestWhoWaitsIsFoundByAnIndexOfThem(t *testing.T) {
	d := dbtest.SQLite(t)
	plan, err := d.Explain(t.Context(), selectWaiting, "granvik", "kari", "rektor", "solbakken", 0, -1, "", "solbakken")
	if err != nil || !strings.Contains(plan, "dialogue_waiting (owner=? AND school=? AND") || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
		t.Errorf("%v\n%s", err, plan)
	}
}
