package db

import (
	"fmt"
	"slices"
	"strings"
)

// Many is how many ids a statement of Marks takes at a time: a page of rows.
const Many = 50

// Marks are the arguments of such a statement: `id IN (` + db.Marks(2) + `)`
// begins at $2, and is filled by InMany.
func Marks(first int) string {
	m := make([]string, Many)
	for i := range m {
		m[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(m, ", ")
}

// InMany looks ids up together instead of one by one: ask is given the first
// arguments and as many ids as Marks takes, filled up with the empty one, which
// nothing has.
func InMany[ID ~string](ids []ID, first []any, ask func(args []any) error) error {
	for part := range slices.Chunk(ids, Many) {
		args := slices.Clone(first)
		for i := range Many {
			if i < len(part) {
				args = append(args, string(part[i]))
			} else {
				args = append(args, "")
			}
		}
		if err := ask(args); err != nil {
			return err
		}
	}
	return nil
}
