-- +goose Up
-- What waits is found kind by kind: however much comes of one, the first of another is
-- not looked for among it. The kinds are those of internal/concerns/receive.go.
CREATE INDEX concerns_kind ON concerns_concern (owner, school,
	(CASE WHEN channel IN ('staff', 'voice') THEN 0 WHEN channel IN ('pupil', 'parent', 'home') THEN 2 ELSE 4 END
		+ CASE WHEN accused IN ('employee', 'leadership') THEN 0 ELSE 1 END), written_at, id)
	WHERE state = 'new';
