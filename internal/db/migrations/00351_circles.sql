-- +goose Up
-- Parent groups (foreldregrupper) of a class or of a year. The group follows the
-- children upwards: the year is kept as the autumn when it began school.
CREATE TABLE circles_circle (
	owner  TEXT   NOT NULL,
	id     TEXT   NOT NULL,
	slug   TEXT   NOT NULL,
	school TEXT   NOT NULL,
	cohort BIGINT NOT NULL, -- the autumn when the year began in grade 1, 0 for a class without a number
	class  TEXT   NOT NULL, -- the rest of the class's name, "" for the whole year
	shared BIGINT NOT NULL, -- 1 while the school may read the agreements
	PRIMARY KEY (owner, id)
);
CREATE UNIQUE INDEX circles_circle_slug ON circles_circle (owner, slug);
CREATE UNIQUE INDEX circles_circle_whose ON circles_circle (owner, school, cohort, class);

-- What a group has agreed, plans and will do. Written once; the newest agreements
-- hold, and an activity or a meeting until it is taken away.
CREATE TABLE circles_line (
	owner   TEXT   NOT NULL,
	id      TEXT   NOT NULL,
	circle  TEXT   NOT NULL,
	part    TEXT   NOT NULL, -- agreed, activity, meeting
	at      BIGINT NOT NULL,
	entry   TEXT   NOT NULL,
	sealed  BYTEA  NOT NULL,
	gone_at BIGINT NOT NULL, -- 0 while it holds
	PRIMARY KEY (owner, id)
);
CREATE INDEX circles_line_circle ON circles_line (owner, circle, gone_at);
