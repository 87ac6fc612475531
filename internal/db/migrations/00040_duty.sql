-- +goose Up
-- Facts are what the duties are derived from: codes, dates and times, never a
-- name or a word. They are written with the act and never changed.
CREATE TABLE duty_fact (
	owner      TEXT   NOT NULL,
	thing      TEXT   NOT NULL, -- a concern or a track
	n          BIGINT NOT NULL,
	kind       TEXT   NOT NULL,
	pupil      TEXT   NOT NULL,
	at         BIGINT NOT NULL,
	precision  TEXT   NOT NULL,
	written_at BIGINT NOT NULL,
	body       TEXT   NOT NULL, -- the other fields, as JSON
	PRIMARY KEY (owner, thing, n)
);

-- What the duties of a thing are now: a cache that can be rebuilt from the
-- facts at any time. next_change is when it must be, with no new facts.
CREATE TABLE duty_thing (
	owner       TEXT   NOT NULL,
	thing       TEXT   NOT NULL,
	school      TEXT   NOT NULL,
	kind        TEXT   NOT NULL, -- public, private, kindergarten
	next_change BIGINT NOT NULL,
	PRIMARY KEY (owner, thing)
);
CREATE INDEX duty_thing_next ON duty_thing (owner, next_change);

CREATE TABLE duty_state (
	owner        TEXT   NOT NULL,
	thing        TEXT   NOT NULL,
	duty         TEXT   NOT NULL,
	pupil        TEXT   NOT NULL,
	instance     TEXT   NOT NULL,
	school       TEXT   NOT NULL,
	ruleset      TEXT   NOT NULL,
	ref          TEXT   NOT NULL,
	class        TEXT   NOT NULL,
	word         TEXT   NOT NULL,
	bearer       TEXT   NOT NULL,
	state        TEXT   NOT NULL,
	triggered_at BIGINT NOT NULL,
	due          TEXT   NOT NULL, -- date, or instant when counted in hours; '' when the law sets none
	local_due    TEXT   NOT NULL,
	first_on     TEXT   NOT NULL, -- the date of the one or the other, for sorting
	why          TEXT   NOT NULL, -- a key of the texts
	met_at       BIGINT NOT NULL, -- 0 while it is not met
	told         TEXT   NOT NULL, -- who has been told that it stands unmet
	PRIMARY KEY (owner, thing, duty, pupil, instance)
);
CREATE INDEX duty_state_school ON duty_state (owner, school, state, first_on);

-- The owner's own norms (stricter than guidance, never looser than the act),
-- and the days without school (skolerute).
CREATE TABLE duty_norm (
	owner TEXT   NOT NULL,
	name  TEXT   NOT NULL,
	n     BIGINT NOT NULL,
	unit  TEXT   NOT NULL,
	PRIMARY KEY (owner, name)
);

CREATE TABLE duty_closed (
	owner  TEXT NOT NULL,
	school TEXT NOT NULL, -- '' for every school of the owner
	day    TEXT NOT NULL,
	PRIMARY KEY (owner, school, day)
);
