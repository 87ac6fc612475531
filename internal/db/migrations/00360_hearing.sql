-- +goose Up
-- A hearing (høring): a letter, measures, the bodies that are asked, what they say,
-- and the answer. All of it is lines that are written once; what holds is the latest
-- of its kind for the same body and measure.
CREATE TABLE hearing_hearing (
	owner TEXT   NOT NULL,
	id    TEXT   NOT NULL,
	slug  TEXT   NOT NULL,
	at    BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX hearing_hearing_slug ON hearing_hearing (owner, slug);

CREATE TABLE hearing_line (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	hearing TEXT   NOT NULL,
	n       BIGINT NOT NULL, -- the order in which they were written
	kind    TEXT   NOT NULL,
	body    TEXT   NOT NULL, -- whose it is, "" for the municipality's own
	measure TEXT   NOT NULL, -- what it is about, "" for the whole
	at      BIGINT NOT NULL,
	entry   TEXT   NOT NULL,
	sealed  BYTEA  NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX hearing_line_order ON hearing_line (owner, hearing, n);
CREATE INDEX hearing_line_body ON hearing_line (owner, body, kind, hearing);
