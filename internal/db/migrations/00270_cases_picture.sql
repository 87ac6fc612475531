-- +goose Up
-- The four pictures a pupil and an adult at school have agreed on, as a keyed
-- hash: who opens the own case shows that it is the pupil and not somebody who
-- found the screen. Five wrong tries, and a new one is made in person.
CREATE TABLE cases_picture (
	owner  TEXT   NOT NULL,
	pupil  TEXT   NOT NULL,
	code   BYTEA  NOT NULL,
	tries  BIGINT NOT NULL,
	set_at BIGINT NOT NULL,
	set_by TEXT   NOT NULL,
	PRIMARY KEY (owner, pupil)
);
