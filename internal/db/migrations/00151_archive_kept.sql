-- +goose Up
-- What is no case, and past the time the owner has set: restricted until the
-- archivist decides, and then kept or discarded; or shredded by rule. The
-- archivist's reason is sealed under the owner's own key, and outlives what it
-- is about.
CREATE TABLE archive_kept (
	owner  TEXT   NOT NULL,
	thing  TEXT   NOT NULL, -- a concern
	state  TEXT   NOT NULL, -- restricted, kept, discarded, shredded
	at     BIGINT NOT NULL,
	sealed BYTEA,           -- the archivist's reason
	entry  TEXT   NOT NULL,
	PRIMARY KEY (owner, thing)
);
