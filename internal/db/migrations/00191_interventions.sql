-- +goose Up
-- A physical intervention (fysisk inngrep, opplæringslova §§ 13-4 and 13-5).
-- Words lie sealed in the lines, under a key of each intervention; thing is what
-- the duties call all interventions against one pupil at one school.
CREATE TABLE interventions_event (
	owner       TEXT   NOT NULL,
	id          TEXT   NOT NULL,
	slug        TEXT   NOT NULL, -- its address
	school      TEXT   NOT NULL,
	pupil       TEXT   NOT NULL, -- '' for one who is described in words
	thing       TEXT   NOT NULL,
	arena       TEXT   NOT NULL,
	happened_at BIGINT NOT NULL,
	precision   TEXT   NOT NULL,
	written_at  BIGINT NOT NULL,
	entry       TEXT   NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX interventions_slug ON interventions_event (owner, slug);
CREATE INDEX interventions_school ON interventions_event (owner, school, happened_at, id);
CREATE INDEX interventions_thing ON interventions_event (owner, thing, happened_at);

CREATE TABLE interventions_line (
	owner  TEXT   NOT NULL,
	event  TEXT   NOT NULL,
	n      BIGINT NOT NULL,
	id     TEXT   NOT NULL,
	entry  TEXT   NOT NULL,
	sealed BYTEA  NOT NULL,
	PRIMARY KEY (owner, event, n)
);
CREATE UNIQUE INDEX interventions_line_id ON interventions_line (owner, id);
