-- +goose Up
-- What a person has decided about a pupil and those around, with a reason:
-- a parent who is barred, that barnevernet has the care, who is named for a
-- protected pupil. Insert only; the newest that holds on a day is the one, and
-- no import touches it.
CREATE TABLE roster_decision (
	owner      TEXT   NOT NULL,
	id         TEXT   NOT NULL,
	kind       TEXT   NOT NULL,
	pupil      TEXT   NOT NULL,
	person     TEXT   NOT NULL, -- '' when it is about nobody else
	basis      TEXT   NOT NULL, -- a key
	from_date  TEXT   NOT NULL,
	until_date TEXT   NOT NULL,
	home       TEXT   NOT NULL,
	reason     BYTEA  NOT NULL,
	by_person  TEXT   NOT NULL,
	written    BIGINT NOT NULL,
	PRIMARY KEY (owner, id)
);
CREATE INDEX roster_decision_pupil ON roster_decision (owner, pupil, written);
CREATE INDEX roster_decision_person ON roster_decision (owner, person, written);
