-- +goose Up
-- What a school shows everyone on its page: who a child may turn to, the plan in
-- plain words, the days when nobody reads there. A line is written once, and is
-- shown until it is taken away.
CREATE TABLE front_line (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	school  TEXT   NOT NULL,
	kind    TEXT   NOT NULL, -- adult, plan, closed
	entry   TEXT   NOT NULL,
	sealed  BYTEA  NOT NULL,
	gone_at BIGINT NOT NULL, -- 0 while it is shown
	PRIMARY KEY (owner, id)
);
CREATE INDEX front_line_school ON front_line (owner, school, gone_at);
