-- +goose Up
-- What must not be there (the wrong child's track, an unlawful image, health
-- notes): blocked by rektor at once, decided on by the data protection officer
-- and the archive. part says what is blocked along with the record: a version of
-- a plan, and the measures it put to work.
CREATE TABLE privacy_block (
	owner      TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	track      TEXT   NOT NULL,
	school     TEXT   NOT NULL,
	record     TEXT   NOT NULL,
	reason     TEXT   NOT NULL, -- a key
	by_person  TEXT   NOT NULL,
	at         BIGINT NOT NULL,
	state      TEXT   NOT NULL, -- blocked, keep, move, moved, shredded
	decided_at BIGINT,
	decided_by TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX privacy_block_track ON privacy_block (owner, track);
CREATE INDEX privacy_block_state ON privacy_block (owner, state, at);

CREATE TABLE privacy_part (
	owner TEXT NOT NULL,
	track TEXT NOT NULL,
	part  TEXT NOT NULL, -- a record, a measure, or plan-<version>
	block TEXT NOT NULL,
	PRIMARY KEY (owner, track, part)
);

-- A breach (avvik): something reached the wrong person. hours are counted from
-- when it was discovered (personvernforordningen art. 33).
CREATE TABLE privacy_breach (
	owner         TEXT   NOT NULL,
	id            TEXT   NOT NULL,
	school        TEXT   NOT NULL, -- '' when the owner's own
	discovered_at BIGINT NOT NULL,
	written_at    BIGINT NOT NULL,
	by_person     TEXT   NOT NULL,
	authority     TEXT   NOT NULL, -- '', yes, no: is Datatilsynet told
	persons       TEXT   NOT NULL, -- '', yes, no: are those it is about told
	assessed_at   BIGINT,
	assessed_by   TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX privacy_breach_open ON privacy_breach (owner, assessed_at, discovered_at);

-- The words of this room, sealed under the owner's key: for the officer, and
-- never a child's name.
CREATE TABLE privacy_text (
	owner  TEXT  NOT NULL,
	thing  TEXT  NOT NULL,
	field  TEXT  NOT NULL,
	sealed BYTEA NOT NULL,
	PRIMARY KEY (owner, thing, field)
);

-- The officer reads who has read, across all streams, the newest first.
CREATE INDEX journal_entry_read ON journal_entry (owner, written, id) WHERE view IS NOT NULL;
