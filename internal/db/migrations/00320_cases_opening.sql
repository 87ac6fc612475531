-- +goose Up
-- When a pupil opened what is its own, and the time before that: what the page
-- says of it is not the opening the reader is in.
CREATE TABLE cases_opening (
	owner   TEXT   NOT NULL,
	pupil   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	earlier BIGINT NOT NULL,
	PRIMARY KEY (owner, pupil)
);
