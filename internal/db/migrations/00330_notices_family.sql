-- +goose Up
-- What is told to somebody as one of those at home waits by itself: whoever is a
-- parent and also works for the municipality is asked about, and left in peace at
-- night, as any parent is.
ALTER TABLE notices_outbox ADD COLUMN family BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX notices_outbox_waiting;
CREATE UNIQUE INDEX notices_outbox_waiting ON notices_outbox (owner, person, family) WHERE state = 'waiting';

-- A parent that takes the matter up with rektor in a case waits for an answer too.
DROP INDEX cases_record_home_said;
CREATE INDEX cases_record_letters ON cases_record (owner, track) WHERE (kind = 'home-said' OR kind = 'raised' AND by_role = 'parent');
