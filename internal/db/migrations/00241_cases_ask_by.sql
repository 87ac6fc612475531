-- +goose Up
-- Who asked a colleague, and when that one has seen the answer: until then the page
-- of today tells of it. What was answered before this is seen.
ALTER TABLE cases_ask ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';
ALTER TABLE cases_ask ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
UPDATE cases_ask SET seen_at = ended_at,
	asked_by = COALESCE((SELECT r.by_person FROM cases_record r WHERE r.owner = cases_ask.owner AND r.id = cases_ask.id), '');
CREATE INDEX cases_ask_by ON cases_ask (owner, asked_by, seen_at);
