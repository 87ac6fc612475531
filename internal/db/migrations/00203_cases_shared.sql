-- +goose Up
-- A measure of one track that another track of the same matter refers to: never
-- a copy. It stands there as long as it runs in its own.
CREATE TABLE cases_shared (
	owner    TEXT   NOT NULL,
	track    TEXT   NOT NULL, -- the one that refers to it
	measure  TEXT   NOT NULL,
	of_track TEXT   NOT NULL, -- whose measure it is
	at       BIGINT NOT NULL,
	ended_at BIGINT,
	PRIMARY KEY (owner, track, measure)
);
