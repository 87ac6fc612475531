package db

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Every id is asked for once, in as few statements as there are pages of them,
// and each statement has all its arguments.
func TestInManyAsksForEach(t *testing.T) {
	if m := Marks(3); !strings.HasPrefix(m, "$3, $4") || !strings.HasSuffix(m, fmt.Sprintf("$%d", Many+2)) {
		t.Fatal(m)
	}
	for _, n := range []int{0, 1, Many, Many + 1, 3 * Many} {
		var ids, got []string
		for i := range n {
			ids = append(ids, fmt.Sprint("id", i))
		}
		asked := 0
		err := InMany(ids, Args("owner", 7), func(args []any) error {
			asked++
			if len(args) != 2+Many || args[0] != "owner" || args[1] != 7 {
				t.Fatalf("%d arguments: %v", len(args), args[:2])
			}
			for _, a := range args[2:] {
				if a != "" {
					got = append(got, a.(string))
				}
			}
			return nil
		})
		if err != nil || !slices.Equal(got, ids) || asked != (n+Many-1)/Many {
			t.Errorf("of %d ids %d were asked for, in %d statements: %v", n, len(got), asked, err)
		}
	}
}
