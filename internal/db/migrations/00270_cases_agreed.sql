-- +goose Up
-- The four pictures a pupil and an adult at school have agreed on, as a keyed hash,
-- in the one case they open: who opens the own case shows that it is the pupil and
-- not somebody who found the screen. Five wrong tries, and new ones are made in
-- person.
CREATE TABLE cases_agreed (
	owner  TEXT   NOT NULL,
	track  TEXT   NOT NULL,
	pupil  TEXT   NOT NULL,
	code   BYTEA  NOT NULL,
	tries  BIGINT NOT NULL,
	set_at BIGINT NOT NULL,
	set_by TEXT   NOT NULL,
	PRIMARY KEY (owner, track)
);

CREATE INDEX cases_agreed_pupil ON cases_agreed (owner, pupil);
