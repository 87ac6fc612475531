package journal

import (
	"strconv"
	"strings"

	"tilhor"
	"tilhor/internal/db"
)

var selectViews = db.SQL(stands + `
	WHERE owner = $1 AND view IS NOT NULL AND (written < $2 OR written = $2 AND id < $3) ORDER BY written DESC, id DESC LIMIT 200`)

// Views gives readings across all streams, the newest first: those that fit, most
// at a time, of at most sought that are looked through; and the cursor to go on
// from, "" when there are no more. Readings that are Altered are passed over:
// Verify names them.
func (j *Journal) Views(tx *db.Tx, owner tilhor.OwnerID, after string, most, sought int, fits func(Reading) bool) (all []Reading, next string, err error) {
	written, id := int64(1<<62), ""
	if at, from, ok := strings.Cut(after, "-"); ok {
		if n, err := strconv.ParseInt(at, 10, 64); err == nil {
			written, id = n, from
		}
	}
	for seen := 0; seen < sought; {
		list, err := j.genuine(tx, owner, selectViews, written, id)
		if err != nil {
			return nil, "", err
		}
		for _, r := range list {
			seen++
			written, id = r.When.Written.UnixMilli(), string(r.ID)
			if x := readingOf(r); fits(x) {
				if all = append(all, x); len(all) == most {
					return all, strconv.FormatInt(written, 10) + "-" + id, nil
				}
			}
		}
		if len(list) < 200 {
			return all, "", nil
		}
	}
	return all, strconv.FormatInt(written, 10) + "-" + id, nil
}
