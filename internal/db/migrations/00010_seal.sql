-- +goose Up
-- One wrapped key for each thing that is sealed. wrapped is empty once the key
-- is shredded; noted says that the shredding also stands in the file beside the
-- owner key, from where restore applies it to an older backup.
CREATE TABLE seal_key (
	owner    TEXT NOT NULL,
	kind     TEXT NOT NULL,
	thing    TEXT NOT NULL,
	wrapped  BYTEA NOT NULL,
	shredded BIGINT,
	noted    BIGINT,
	PRIMARY KEY (owner, kind, thing)
);
CREATE INDEX seal_key_unnoted ON seal_key (owner, shredded) WHERE shredded IS NOT NULL AND noted IS NULL;
